/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sink/log_bench.h"

#include <malloc.h>

#include "sink/tail.h"
#include "sink/words.h"
#include "tests/unit/sink/alert_sample.h"

#define HOUR_NS (3600 * NS_PER_S)
#define TRACE "9f86d081884c7d659a2feaa0c55ad015"

static void add(struct tail *tail, uint64_t at_ns, const char *line)
{
	tail_add(tail, at_ns, LOG_LEVEL_INFO, NULL, line, strlen(line));
}

/* The lines from the newest to the oldest, and back the same way. */
static void assert_lines(const struct tail *tail, const char *wanted)
{
	const struct tail_record *record, *newer = NULL;
	struct buf lines = { 0 };
	uint64_t count = 0;

	buf_text(&lines, "");
	for (record = tail_newest(tail); record; record = record->older) {
		buf_format(&lines, "%s%s", count++ ? " " : "", record->line);
		assert_ptr_equal(record->newer, newer);
		assert_int_equal(record->length, strlen(record->line));
		newer = record;
	}
	assert_string_equal(lines.bytes, wanted);
	assert_int_equal(tail_counts(tail).records_count, count);
	buf_fini(&lines);
}

static void records_are_read_from_the_newest_to_the_oldest(void **state)
{
	struct tail *tail = tail_new(HOUR_NS, 1 << 20);

	(void)state;
	assert_lines(tail, "");
	add(tail, 1, "a");
	add(tail, 2, "b\n");
	add(tail, 3, "c");
	assert_lines(tail, "c b a");
	assert_int_equal(tail_newest(tail)->at_ns, 3);
	tail_free(tail);
	tail_free(NULL);
}

static void ordinals_count_what_came_and_tell_what_is_still_there(void **state)
{
	struct tail *tail = tail_new(10, 1 << 20);

	(void)state;
	assert_null(tail_oldest(tail));
	add(tail, 100, "a");
	add(tail, 105, "b");
	add(tail, 106, "c");
	assert_int_equal(tail_oldest(tail)->ordinal, 1);
	assert_int_equal(tail_newest(tail)->ordinal, 3);
	tail_tick(tail, 111);
	assert_int_equal(tail_oldest(tail)->ordinal, 2);
	tail_tick(tail, 1000);
	add(tail, 1000, "d");
	assert_int_equal(tail_oldest(tail)->ordinal, 4);
	tail_free(tail);
}

static void what_is_too_old_leaves_and_is_no_loss(void **state)
{
	struct tail *tail = tail_new(10, 1 << 20);

	(void)state;
	add(tail, 100, "a");
	add(tail, 105, "b");
	tail_tick(tail, 99); /* they came after the last tick */
	tail_tick(tail, 110);
	assert_lines(tail, "b a");
	tail_tick(tail, 111);
	assert_lines(tail, "b");
	tail_tick(tail, 116);
	assert_lines(tail, "");
	assert_int_equal(tail_counts(tail).bytes, 0);
	assert_int_equal(tail_counts(tail).let_go_count, 0);
	add(tail, 117, "c");
	assert_lines(tail, "c");
	tail_free(tail);
}

static void the_limit_of_bytes_holds_at_every_instant_and_is_counted(void **state)
{
	struct tail *tail = tail_new(HOUR_NS, 1000);
	char line[200];

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		snprintf(line, sizeof(line), "%0*u", 1 + (int)(i * 37 % 150), i);
		add(tail, i, line);
		assert_true(tail_counts(tail).bytes <= 1000);
		assert_true(tail_counts(tail).records_count >= (i < 3 ? i + 1 : 3));
		assert_int_equal(tail_counts(tail).records_count + tail_counts(tail).let_go_count, i + 1);
		assert_string_equal(tail_newest(tail)->line, line);
	}
	tail_free(tail);
}

static void a_line_larger_than_all_the_room_is_let_go_and_the_others_stay(void **state)
{
	struct tail *tail = tail_new(HOUR_NS, 1000);
	char line[1001];

	(void)state;
	add(tail, 1, "a");
	memset(line, 'x', 1000);
	line[1000] = '\0';
	add(tail, 2, line);
	assert_lines(tail, "a");
	assert_int_equal(tail_counts(tail).let_go_count, 1);
	tail_free(tail);
}

static void bytes_are_what_the_allocator_gives_away(void **state)
{
	char line[300];

	(void)state;
	memset(line, 'x', sizeof(line));
	for (size_t length = 1; length < sizeof(line); length++) {
		struct tail *tail = tail_new(HOUR_NS, 1 << 20);
		size_t usable;

		tail_add(tail, 1, LOG_LEVEL_INFO, NULL, line, length);
		usable = malloc_usable_size((void *)(uintptr_t)tail_newest(tail));
		/* another allocator (a sanitizer's) rounds less */
		assert_in_range(tail_counts(tail).bytes, usable + 8, usable + 8 + 15);
		tail_free(tail);
	}
}

static void a_million_records_cost_the_same_each(void **state)
{
	struct tail *tail = tail_new(HOUR_NS, 64u << 10);
	struct timespec begun, now;
	char line[300];

	(void)state;
	memset(line, 'x', sizeof(line));
	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (unsigned i = 0; i < 1000000; i++) {
		tail_add(tail, i, LOG_LEVEL_INFO, TRACE, line, sizeof(line));
		if (i % 1000 == 0)
			tail_tick(tail, i);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_int_equal(tail_counts(tail).records_count + tail_counts(tail).let_go_count, 1000000);
	assert_in_range(tail_counts(tail).bytes, 60u << 10, 64u << 10);
	assert_true(now.tv_sec - begun.tv_sec < 10); /* a walk at each of them would take minutes */
	tail_free(tail);
}

static void a_trace_is_named_by_its_own_id_or_by_the_line(void **state)
{
	static const struct {
		const char *id, *line, *prefix;
		bool is_named;
	} cases[] = {
		{ TRACE, "{}", "9f86", true },
		{ TRACE, "{}", TRACE, true },
		{ TRACE, "{}", "9f87", false },
		{ TRACE, "{\"trace_id\":\"abcd\"}", "abcd", false }, /* its own is another */
		{ NULL, "{\"a\":1}", "9f86", false },
		{ NULL, "{\"alerts\":[{\"trace_id\":\"9f86d0\"},{\"trace_id\":\"abcd\"}]}", "ab", true },
		{ NULL, "{\"trace_ids\":[\"9f86d0\",\"abcd\",\"ef01\"],\"fade\":1}", "ef", true },
		{ NULL, "{\"trace_ids\":[\"9f86d0\",\"abcd\"],\"fade\":1}", "fa", false },
		{ NULL, "{\"trace_id\":\"9f86d0\",\"fade\":1}", "fa", false }, /* the next key is no id */
		{ NULL, "{\"msg\":\"\\\"trace_id\\\":\\\"9f86\\\"\"}", "9f86", false },
		{ NULL, "{\"trace_ids\":[", "9f86", false },
		{ NULL, "{\"trace_ids\":[\"9f", "9f86", false },
		{ "no hex digits at all, but 32 of it", "{\"trace_id\":\"ab\"}", "ab", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tail *tail = tail_new(HOUR_NS, 1 << 20);

		tail_add(tail, 1, LOG_LEVEL_INFO, cases[i].id, cases[i].line, strlen(cases[i].line));
		if (tail_record_names(tail_newest(tail), cases[i].prefix) != cases[i].is_named)
			fail_msg("case %zu: %s in %s", i, cases[i].prefix, cases[i].line);
		tail_free(tail);
	}
}

/* --- told by the log --- */

static void bench_open_tail(struct bench *bench, struct tail *tail, const char *path)
{
	bench->options.tail = tail;
	bench->options.path = path;
	assert_int_equal(log_new(&bench->log, &bench->options), 0);
}

static void bench_trace(struct bench *bench)
{
	bench->log->ops->on_trace(bench->log, &bench->sample->view, &bench->sample->trace);
}

static void bench_tick(struct bench *bench)
{
	bench->log->ops->on_tick(bench->log, &bench->sample->view);
}

/* One of everything that becomes a record. */
static void bench_everything(struct bench *bench)
{
	struct view *view = &bench->sample->view;
	struct alert_sample *alert = alert_sample_new();
	struct tt_proc proc = { .head = { .kind = TT_PROC, .size = sizeof(proc), .pid = 4242, .at_ns = view->now_ns } };
	struct tt_probe probe = { .head = { .kind = TT_PROBE, .size = sizeof(probe), .at_ns = view->now_ns } };
	struct tt_lost lost = { .head = { .kind = TT_LOST, .size = sizeof(lost), .at_ns = view->now_ns }, .count = 3 };
	struct tt_control control = { .head = { .kind = TT_CONTROL, .size = sizeof(control), .at_ns = view->now_ns },
				      .what = TT_CONTROL_UNSILENCE,
				      .id = 7 };

	sample_utterance(bench->sample, 3);
	bench_event(bench, &proc, sizeof(proc));
	bench_event(bench, &probe, sizeof(probe));
	bench_event(bench, &lost, sizeof(lost));
	bench_event(bench, &control, sizeof(control));
	bench_span(bench, &bench->sample->spans[0]);
	bench_trace(bench);
	bench->log->ops->on_alert(bench->log, view, &alert->alert);
	view->rules_generation++;
	view->end_reason = TT_END_TARGET;
	bench->sample->tallies.let_go_count = 1; /* the status is a warning then */
	bench_tick(bench);
	log_add_line(bench->log, "warning", "{\"event\":\"notification\"}\n", 25);
	alert_sample_free(alert);
}

static void add_event(struct buf *events, const char *line, size_t length)
{
	struct json_object *record = check_json(line, length);

	buf_format(events, "%s%s", events->length ? " " : "", check_word(record, "event"));
	json_object_put(record);
}

/* From the oldest. */
static struct buf tail_events(const struct tail *tail)
{
	const struct tail_record *record = tail_newest(tail);
	struct buf events = { 0 };

	buf_text(&events, "");
	while (record && record->older)
		record = record->older;
	for (; record; record = record->newer)
		add_event(&events, record->line, record->length);
	return events;
}

/* what is asked for is told once flow has tried it, so behind the trace */
#define EVERYTHING "process process loss trace control alert rules status notification"

static void the_tail_is_told_of_everything_but_spans_though_there_is_no_file(void **state)
{
	struct bench *bench = *state;
	struct tail *tail = tail_new(HOUR_NS, 1 << 20);
	const struct tail_record *record;
	struct buf events;

	bench_open_tail(bench, tail, NULL);
	log_set_patient(bench->log, true);
	log_reopen(bench->log);
	bench_everything(bench);
	assert_int_equal(log_error(bench->log), 0);
	assert_int_equal(log_dropped_count(bench->log), 0);
	events = tail_events(tail);
	assert_string_equal(events.bytes, EVERYTHING);
	record = tail_newest(tail);
	assert_int_equal(record->level, LOG_LEVEL_WARNING);
	assert_int_equal(record->at_ns, SAMPLE_START_NS);
	while (!strstr(record->line, "\"event\":\"trace\""))
		record = record->older;
	assert_string_equal(words_trace_id(record->trace_id).text, TRACE);
	assert_int_equal(record->level, LOG_LEVEL_INFO);
	assert_int_equal(record->at_ns, SAMPLE_START_NS + 100 * NS_PER_MS);
	bench_close(bench);
	tail_free(tail);
	buf_fini(&events);
}

/* All that is in the file, without the lines of spans. */
static char *without_spans(char *text)
{
	struct buf kept = { 0 };
	char *line, *rest = text;

	buf_text(&kept, "");
	while ((line = strsep(&rest, "\n")))
		if (*line && !strstr(line, "\"event\":\"span\""))
			buf_format(&kept, "%s\n", line);
	free(text);
	return kept.bytes;
}

static void the_tail_has_the_bytes_of_the_file(void **state)
{
	struct bench *bench = *state;
	struct tail *tail = tail_new(HOUR_NS, 1 << 20);
	const struct tail_record *record;
	struct buf held = { 0 };
	char *text;

	bench_open_tail(bench, tail, bench->path);
	bench_everything(bench);
	bench_close(bench);
	text = without_spans(bench_read(bench->path, NULL));
	for (record = tail_newest(tail); record->older; record = record->older)
		;
	for (; record; record = record->newer)
		buf_format(&held, "%s\n", record->line);
	assert_string_equal(held.bytes, text);
	tail_free(tail);
	buf_fini(&held);
	free(text);
}

static char *log_of_everything(struct bench *bench, struct tail *tail)
{
	sample_free(bench->sample);
	bench->sample = sample_new();
	unlink(bench->path);
	bench->options.level = LOG_LEVEL_WARNING;
	bench_open_tail(bench, tail, bench->path);
	bench_everything(bench);
	bench_close(bench);
	return bench_read(bench->path, NULL);
}

static void a_tail_changes_no_byte_of_the_file(void **state)
{
	struct bench *bench = *state;
	struct tail *tail = tail_new(HOUR_NS, 1 << 20);
	char *without = log_of_everything(bench, NULL), *with = log_of_everything(bench, tail);

	assert_string_equal(with, without);
	assert_non_null(strstr(with, "\"event\":\"loss\""));
	assert_non_null(strstr(with, "\"below_level\":"));
	assert_null(strstr(with, "\"event\":\"trace\""));
	tail_free(tail);
	free(with);
	free(without);
}

static void the_level_of_the_file_is_not_the_tail_s(void **state)
{
	struct bench *bench = *state;
	struct tail *tail = tail_new(HOUR_NS, 1 << 20);
	struct buf events;

	bench->options.level = LOG_LEVEL_CRITICAL;
	bench_open_tail(bench, tail, bench->path);
	bench_everything(bench);
	bench_close(bench);
	events = tail_events(tail);
	assert_string_equal(events.bytes, EVERYTHING);
	tail_free(tail);
	buf_fini(&events);
}

static void ticks_let_old_records_go(void **state)
{
	struct bench *bench = *state;
	struct tail *tail = tail_new(10 * NS_PER_S, 1 << 20);

	bench_open_tail(bench, tail, NULL);
	sample_utterance(bench->sample, 0);
	bench_trace(bench);
	bench->sample->view.now_ns += 10 * NS_PER_S;
	bench_tick(bench);
	assert_int_equal(tail_counts(tail).records_count, 1);
	bench->sample->view.now_ns += NS_PER_S;
	bench_tick(bench);
	assert_int_equal(tail_counts(tail).records_count, 0);
	bench_close(bench);
	tail_free(tail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read_from_the_newest_to_the_oldest),
		cmocka_unit_test(ordinals_count_what_came_and_tell_what_is_still_there),
		cmocka_unit_test(what_is_too_old_leaves_and_is_no_loss),
		cmocka_unit_test(the_limit_of_bytes_holds_at_every_instant_and_is_counted),
		cmocka_unit_test(a_line_larger_than_all_the_room_is_let_go_and_the_others_stay),
		cmocka_unit_test(bytes_are_what_the_allocator_gives_away),
		cmocka_unit_test(a_million_records_cost_the_same_each),
		cmocka_unit_test(a_trace_is_named_by_its_own_id_or_by_the_line),
		TEST(the_tail_is_told_of_everything_but_spans_though_there_is_no_file),
		TEST(the_tail_has_the_bytes_of_the_file),
		TEST(a_tail_changes_no_byte_of_the_file),
		TEST(the_level_of_the_file_is_not_the_tail_s),
		TEST(ticks_let_old_records_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
