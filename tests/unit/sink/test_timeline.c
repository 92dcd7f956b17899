// SPDX-License-Identifier: Apache-2.0
/* Waterfalls: which traces are shown, that bars are to scale, and that anything fits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sink/waterfall.h"
#include "tests/unit/sink/check.h"
#include "tests/unit/sink/printed.h"

static const char *bench_text(struct bench *bench)
{
	buf_reset(&bench->out);
	timeline_print(&bench->out, &bench->sample->view, &bench->sample->trace, &bench->look);
	return bench->out.bytes;
}

/* The line that begins with these words after its indent; to be freed. */
static char *bench_line(struct bench *bench, const char *words)
{
	const char *line = bench->out.bytes, *end;

	for (; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (strncmp(line + strspn(line, " "), words, strlen(words)) == 0)
			return mem_format("%.*s", (int)(end - line), line);
	}
	fail_msg("no line with %s in:\n%s", words, bench->out.bytes);
	return NULL;
}

static size_t count_of(const char *text, char wanted)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == wanted;
	return count;
}

/* One thread, no queue: a root of 100 ms. */
static struct trace *simple_trace(struct sample *sample)
{
	struct trace *trace = sample_utterance(sample, 0);

	trace->spans_count = 1;
	trace->has_queue_wait = trace->has_first_audio = trace->has_audio = false;
	sample->spans[0].wall_ns = 100 * NS_PER_MS;
	sample->spans[0].oncpu_ns = 100 * NS_PER_MS;
	sample->spans[0].runq_ns = sample->spans[0].blocked_ns = sample->spans[0].preempted_ns = 0;
	return trace;
}

static void an_utterance_on_a_worker_reads_as_promised(void **state)
{
	struct bench *bench = *state;

	sample_utterance(bench->sample, 45);
	assert_string_equal(
		bench_text(bench),
		"trace 9f86d081884c7d659a2feaa0c55ad015  espeak-ng  pid 4242 speaker  ok\n"
		"100 ms from 07:32:00.000 UTC, text 42 B, queued 20.0 ms, audio 1.00 s, 22,050 samples in 45 chunks\n"
		"  first audio 35.0 ms, rtf 0.080\n"
		"                                0          20 ms      40 ms      60 ms      80 ms\n"
		"                                +----------+-------v--+----------+----------+---------+\n"
		"request            speaker/4242 #                                                       50.0 us   0%\n"
		" synthesis         worker/4243  -----------######################+++++++++++......!!!!! 80.0 ms  80%\n"
		"  text to phonemes speaker/4243            ##+.                                         6.00 ms   6%\n"
		"  audio x45        speaker/4243                    |||||||||||||||||||||||||||||||||     900 us   1%\n"
		"# on CPU  + run queue  . blocked  ! pre-empted  - queued  | one of many  v first audio\n"
		"\n");
}

static void utf8_draws_the_same_columns_as_ascii(void **state)
{
	struct bench *bench = *state;
	char *ascii, *utf8;

	sample_utterance(bench->sample, 45);
	bench_text(bench);
	ascii = bench_line(bench, "synthesis");
	bench->look.ascii = false;
	bench_text(bench);
	utf8 = bench_line(bench, "synthesis");
	assert_int_equal(text_columns(utf8, strlen(utf8)), strlen(ascii));
	assert_non_null(strstr(utf8, "█▒"));
	assert_non_null(strstr(utf8, "┄█"));
	free(ascii);
	free(utf8);
}

static void bars_are_to_scale_and_never_empty(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = simple_trace(bench->sample);
	uint64_t root = bench->sample->spans[0].id;
	size_t bar, half;
	char *line;

	sample_span(bench->sample, root, "half", 50 * NS_PER_MS, 50 * NS_PER_MS)->has_split = false;
	sample_span(bench->sample, root, "tiny", 0, 1)->has_split = false;
	sample_span(bench->sample, root, "nothing", 100 * NS_PER_MS, 0)->has_split = false;
	bench_text(bench);
	line = bench_line(bench, "request");
	bar = count_of(line, '#');
	assert_true(bar > 60);
	free(line);
	line = bench_line(bench, "half");
	half = count_of(line, '=');
	assert_true(half * 2 >= bar && half * 2 <= bar + 2);
	free(line);
	line = bench_line(bench, "tiny");
	assert_int_equal(count_of(line, '='), 1);
	free(line);
	line = bench_line(bench, "nothing");
	assert_int_equal(count_of(line, '='), 1);
	free(line);
	assert_int_equal(trace->spans_count, 4);
}

static void the_split_fills_the_bar_in_proportion(void **state)
{
	struct bench *bench = *state;
	struct span *root = &bench->sample->spans[0];
	size_t bar;
	char *line;

	simple_trace(bench->sample);
	root->oncpu_ns = 25 * NS_PER_MS;
	root->runq_ns = 0;
	root->blocked_ns = 50 * NS_PER_MS;
	root->preempted_ns = 25 * NS_PER_MS;
	bench_text(bench);
	line = bench_line(bench, "request");
	assert_int_equal(count_of(line, '+'), 0);
	bar = count_of(line, '#') + count_of(line, '.') + count_of(line, '!');
	assert_in_range(count_of(line, '#') * 4, bar - 4, bar + 4);
	assert_in_range(count_of(line, '.') * 2, bar - 4, bar + 4);
	assert_in_range(count_of(line, '!') * 4, bar - 4, bar + 4);
	free(line);
}

static void the_first_audio_mark_stands_at_its_time(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = simple_trace(bench->sample);
	char *ruler, *root;
	size_t begin, bar, mark;
	unsigned percent;

	trace->has_first_audio = true;
	for (percent = 0; percent <= 100; percent += 10) {
		trace->first_audio_ns = percent * NS_PER_MS;
		bench_text(bench);
		root = bench_line(bench, "request");
		ruler = bench_line(bench, percent ? "+-" : "v-");
		begin = (size_t)(strchr(root, '#') - root);
		bar = count_of(root, '#');
		mark = (size_t)(strchr(ruler, 'v') - ruler) - begin;
		assert_true(mark == percent * bar / 100 || (percent == 100 && mark == bar - 1));
		free(root);
		free(ruler);
	}
}

static void twelve_alike_have_rows_and_more_share_one(void **state)
{
	struct bench *bench = *state;
	char *line;

	sample_utterance(bench->sample, 12);
	bench_text(bench);
	line = bench_line(bench, "audio");
	assert_non_null(strstr(line, "20.0 us")); /* of one */
	free(line);
	memset(&bench->sample->trace, 0, sizeof(bench->sample->trace));
	sample_utterance(bench->sample, 13);
	bench_text(bench);
	line = bench_line(bench, "audio x13");
	assert_non_null(strstr(line, "260 us")); /* of all thirteen */
	free(line);
}

static void children_of_a_shared_row_share_theirs(void **state)
{
	struct bench *bench = *state;
	struct waterfall *waterfall = mem_new(sizeof(*waterfall));
	struct trace *trace = simple_trace(bench->sample);
	unsigned i, j;

	for (i = 0; i < 50; i++) {
		uint64_t sentence =
			sample_span(bench->sample, bench->sample->spans[0].id, "sentence", i, 10)->id;

		for (j = 0; j < 3; j++)
			sample_span(bench->sample, sentence, "chunk", i, 1);
	}
	waterfall_init(waterfall, trace);
	assert_int_equal(waterfall->rows_count, 3);
	assert_int_equal(waterfall->rows[1].spans_count, 50);
	assert_int_equal(waterfall->rows[1].depth, 1);
	assert_int_equal(waterfall->rows[2].spans_count, 150);
	assert_int_equal(waterfall->rows[2].depth, 2);
	assert_int_equal(waterfall_row_wall_ns(&waterfall->rows[2]), 150);
	assert_int_equal(waterfall->hidden_count, 0);
	waterfall_fini(waterfall);
	free(waterfall);
}

static void rows_have_a_limit_and_the_rest_is_counted(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = simple_trace(bench->sample);
	char names[1000][12];
	unsigned i;

	for (i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), "stage%u", i);
		sample_span(bench->sample, bench->sample->spans[0].id, names[i], i, 10);
	}
	trace->spans_dropped_count = 5;
	assert_non_null(strstr(bench_text(bench), "\n... 906 more spans\n")); /* 1001 + 5 - 100 */
	assert_int_equal(count_of(bench->out.bytes, '\n'), 2 + 2 + LIMIT_WATERFALL_ROWS + 1 + 1 + 1);
}

static void a_span_without_its_parent_hangs_on_the_root(void **state)
{
	struct bench *bench = *state;
	struct waterfall *waterfall = mem_new(sizeof(*waterfall));
	struct trace *trace = simple_trace(bench->sample);
	struct span *span;

	sample_span(bench->sample, 0xdead, "lost parent", 1, 1);
	span = sample_span(bench->sample, 0, "own parent", 1, 1);
	span->parent_id = span->id;
	waterfall_init(waterfall, trace);
	assert_int_equal(waterfall->rows_count, 3);
	assert_int_equal(waterfall->rows[1].depth, 1);
	assert_int_equal(waterfall->rows[2].depth, 1);
	waterfall_fini(waterfall);
	free(waterfall);
}

static void what_did_not_end_well_is_marked(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = simple_trace(bench->sample);
	uint64_t root = bench->sample->spans[0].id;
	char *line;

	sample_span(bench->sample, root, "thrown", 0, 50 * NS_PER_MS)->status = STATUS_NO_END;
	sample_span(bench->sample, root, "failed", 0, 50 * NS_PER_MS)->status = STATUS_ERROR;
	sample_span(bench->sample, root, "touched", 0, 50 * NS_PER_MS)->incomplete = true;
	trace->incomplete = trace->partial = true;
	trace->status = STATUS_NO_END;
	assert_non_null(strstr(bench_text(bench), "  no end  incomplete  partial\n"));
	line = bench_line(bench, "thrown");
	assert_non_null(strstr(line, "!x "));
	assert_non_null(strstr(line, "50% no end"));
	free(line);
	line = bench_line(bench, "failed");
	assert_non_null(strstr(line, "50% error"));
	free(line);
	line = bench_line(bench, "touched");
	assert_non_null(strstr(line, "50% incomplete"));
	free(line);
	bench->look.columns = 60; /* one letter, and the legend says which */
	assert_non_null(strstr(bench_text(bench), "* incomplete"));
	line = bench_line(bench, "touched");
	assert_non_null(strstr(line, "50%*"));
	free(line);
	line = bench_line(bench, "failed");
	assert_non_null(strstr(line, "50%!"));
	free(line);
}

static void it_fits_every_width_whatever_the_trace(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 20);
	char stage[60] = "", engine[60] = "";
	unsigned variant, seed = 0, i;

	trace->engine = engine;
	for (i = 0; i < trace->spans_count; i += 2)
		bench->sample->spans[i].stage = stage;
	bench->sample->spans[3].status = STATUS_CANCELLED;
	bench->sample->spans[5].incomplete = true;
	for (bench->look.columns = 1; bench->look.columns <= 200; bench->look.columns++) {
		for (variant = 0; variant < 8; variant++) {
			bench->look.colour = variant & 1;
			bench->look.ascii = variant & 2;
			check_nasty(stage, sizeof(stage), ++seed);
			check_nasty(engine, sizeof(engine), ++seed);
			check_nasty(bench->sample->spans[1].comm, TT_COMM_BYTES, ++seed);
			check_nasty(bench->sample->process.comm, TT_COMM_BYTES, ++seed);
			bench->sample->spans[1].tid = variant & 4 ? 4242 : UINT32_MAX;
			check_shown(bench_text(bench), &bench->look);
		}
	}
}

static void absurd_times_are_drawn_without_harm(void **state)
{
	static const uint64_t times[] = { 0, 1, NS_PER_S, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX };
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 2);
	size_t i, j, k;

	trace->rtf = NAN;
	trace->has_first_audio = true;
	for (i = 0; i < 6; i++) {
		for (j = 0; j < 6; j++) {
			for (k = 0; k < 6; k++) {
				trace->start_at_ns = bench->sample->spans[0].start_at_ns = times[i];
				trace->end_at_ns = times[j];
				trace->duration_ns = trace->first_audio_ns = trace->queue_wait_ns = times[k];
				bench->sample->spans[1].start_at_ns = times[k];
				bench->sample->spans[1].wall_ns = times[j];
				bench->sample->spans[2].blocked_ns = times[k];
				check_shown(bench_text(bench), &bench->look);
			}
		}
	}
}

static void a_chain_of_thousands_of_calls_is_drawn(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = simple_trace(bench->sample);
	uint64_t parent = bench->sample->spans[0].id;
	unsigned i;

	for (i = 0; i < 4095; i++)
		parent = sample_span(bench->sample, parent, "deeper", i, 10000 - i)->id;
	assert_int_equal(trace->spans_count, 4096);
	check_shown(bench_text(bench), &bench->look);
	assert_non_null(strstr(bench->out.bytes, "... 3,996 more spans"));
}

/* --- the choice ------------------------------------------------------------------------------------------- */

/* Feeds traces of these durations (ms), ids counting up; the durations that were printed, in order. */
static void choose(struct bench *bench, enum timeline_choice choice, size_t count, const char *prefix,
		   const unsigned *durations, size_t durations_count, const char *wanted)
{
	int fd = sample_file();
	struct sink *timeline = timeline_new(fd, &bench->look, choice, count, prefix);
	struct trace *trace = simple_trace(bench->sample);
	struct buf printed = { 0 };
	size_t i, traces = 0;
	char *text, *at;

	buf_text(&printed, "");
	for (i = 0; i < durations_count; i++) {
		trace->id[0] = (uint8_t)(0xa0 + i);
		trace->duration_ns = durations[i] * NS_PER_MS;
		timeline->ops->on_trace(timeline, &bench->sample->view, trace);
	}
	if (choice != TIMELINE_ID) {
		text = sample_text(fd, NULL);
		assert_string_equal(text, ""); /* before the end nobody knows */
		free(text);
	}
	timeline->ops->on_tick(timeline, &bench->sample->view);
	bench->sample->view.end_reason = TT_END_TARGET;
	timeline->ops->on_tick(timeline, &bench->sample->view);
	timeline->ops->on_tick(timeline, &bench->sample->view);
	bench->sample->view.end_reason = 0;
	text = sample_text(fd, NULL);
	for (at = text; (at = strstr(at, "trace ")); at++, traces++)
		buf_format(&printed, "%.2s=%lu ", at + 6, strtoul(strchr(at, '\n'), NULL, 10));
	assert_string_equal(printed.bytes, wanted);
	assert_int_equal(timeline_printed_count(timeline), traces);
	timeline_free(timeline);
	buf_fini(&printed);
	free(text);
	close(fd);
}

static void the_last_ones_come_in_their_order(void **state)
{
	static const unsigned durations[] = { 10, 20, 30, 40, 50 };
	struct bench *bench = *state;

	choose(bench, TIMELINE_LAST, 1, NULL, durations, 5, "a4=50 ");
	choose(bench, TIMELINE_LAST, 3, NULL, durations, 5, "a2=30 a3=40 a4=50 ");
	choose(bench, TIMELINE_LAST, 5, NULL, durations, 5, "a0=10 a1=20 a2=30 a3=40 a4=50 ");
	choose(bench, TIMELINE_LAST, 9, NULL, durations, 2, "a0=10 a1=20 ");
	choose(bench, TIMELINE_LAST, 9, NULL, durations, 0, "");
	choose(bench, TIMELINE_LAST, 0, NULL, durations, 5, "");
}

static void the_slowest_ones_come_slowest_first_and_equals_by_time(void **state)
{
	static const unsigned durations[] = { 30, 50, 10, 50, 40, 20 };
	struct bench *bench = *state;

	choose(bench, TIMELINE_SLOWEST, 1, NULL, durations, 6, "a1=50 ");
	choose(bench, TIMELINE_SLOWEST, 3, NULL, durations, 6, "a1=50 a3=50 a4=40 ");
	choose(bench, TIMELINE_SLOWEST, 9, NULL, durations, 6, "a1=50 a3=50 a4=40 a0=30 a5=20 a2=10 ");
	choose(bench, TIMELINE_SLOWEST, 0, NULL, durations, 6, "");
}

static void an_id_is_chosen_by_its_begin_in_any_case(void **state)
{
	static const unsigned durations[] = { 10, 20, 30 };
	struct bench *bench = *state;

	choose(bench, TIMELINE_ID, 1, "a1", durations, 3, "a1=20 ");
	choose(bench, TIMELINE_ID, 1, "A186", durations, 3, "a1=20 ");
	choose(bench, TIMELINE_ID, 1, "b", durations, 3, "");
	choose(bench, TIMELINE_ID, 1, "a1ff", durations, 3, "");
	choose(bench, TIMELINE_ID, 1, "a186d081884c7d659a2feaa0c55ad0150", durations, 3, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_utterance_on_a_worker_reads_as_promised),
		TEST(utf8_draws_the_same_columns_as_ascii),
		TEST(bars_are_to_scale_and_never_empty),
		TEST(the_split_fills_the_bar_in_proportion),
		TEST(the_first_audio_mark_stands_at_its_time),
		TEST(twelve_alike_have_rows_and_more_share_one),
		TEST(children_of_a_shared_row_share_theirs),
		TEST(rows_have_a_limit_and_the_rest_is_counted),
		TEST(a_span_without_its_parent_hangs_on_the_root),
		TEST(what_did_not_end_well_is_marked),
		TEST(it_fits_every_width_whatever_the_trace),
		TEST(absurd_times_are_drawn_without_harm),
		TEST(a_chain_of_thousands_of_calls_is_drawn),
		TEST(the_last_ones_come_in_their_order),
		TEST(the_slowest_ones_come_slowest_first_and_equals_by_time),
		TEST(an_id_is_chosen_by_its_begin_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
