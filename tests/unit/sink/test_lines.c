// SPDX-License-Identifier: Apache-2.0
/* Lines for a person: they fit, they say what matters first, they never let a name draw on the terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <signal.h>

#include "tests/unit/sink/alert_sample.h"
#include "tests/unit/sink/check.h"
#include "tests/unit/sink/sample.h"

struct bench {
	struct sample *sample;
	struct look look;
	struct sink *lines;
	int fd;
};

static int bench_setup(void **state)
{
	struct bench *bench = mem_new(sizeof(*bench));

	bench->sample = sample_new();
	bench->look.columns = 100;
	bench->fd = -1;
	*state = bench;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *bench = *state;

	lines_free(bench->lines);
	if (bench->fd >= 0)
		close(bench->fd);
	sample_free(bench->sample);
	free(bench);
	return 0;
}

static void bench_open(struct bench *bench)
{
	lines_free(bench->lines);
	if (bench->fd >= 0)
		close(bench->fd);
	bench->fd = sample_file();
	assert_true(bench->fd >= 0);
	bench->lines = lines_new(bench->fd, &bench->look);
}

static void bench_trace(struct bench *bench)
{
	bench->lines->ops->on_trace(bench->lines, &bench->sample->view, &bench->sample->trace);
}

static void bench_proc(struct bench *bench, uint32_t proc_state, int exit_code, const char *comm)
{
	struct tt_proc proc = {
		.head = { .at_ns = SAMPLE_START_NS, .pid = 4242, .kind = TT_PROC, .size = sizeof(proc) },
		.state = proc_state,
		.exit_code = (uint32_t)exit_code,
		.service = "tts.service",
	};

	memcpy(proc.comm, comm, strnlen(comm, sizeof(proc.comm)));
	bench->lines->ops->on_event(bench->lines, &bench->sample->view, &proc.head, sizeof(proc));
}

static void bench_lost(struct bench *bench, uint32_t cause, uint16_t probe, uint64_t count)
{
	struct tt_lost lost = {
		.head = { .at_ns = SAMPLE_START_NS, .pid = 4242, .kind = TT_LOST, .size = sizeof(lost), .probe = probe },
		.cause = cause,
		.count = count,
	};

	bench->lines->ops->on_event(bench->lines, &bench->sample->view, &lost.head, sizeof(lost));
}

static void bench_tick(struct bench *bench, uint64_t after_ns)
{
	bench->sample->view.now_ns = SAMPLE_START_NS + after_ns;
	bench->lines->ops->on_tick(bench->lines, &bench->sample->view);
}

/* The n-th line, from 0; to be freed. */
static char *bench_line(const struct bench *bench, unsigned n)
{
	char *text = sample_text(bench->fd, NULL), *line = text, *end;

	for (; n; n--) {
		line = strchr(line, '\n');
		assert_non_null(line);
		line++;
	}
	end = strchr(line, '\n');
	assert_non_null(end);
	*end = '\0';
	line = mem_string(line);
	free(text);
	return line;
}

static void an_utterance_at_100_columns_shows_everything_that_counts(void **state)
{
	struct bench *bench = *state;
	char *line;

	sample_utterance(bench->sample, 45);
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 0);
	assert_string_equal(line, "TIME (UTC)   TRACE    ENGINE        PID STATUS       TOOK   FIRST   RTF   AUDIO"
				  "    TEXT  QUEUED  CPU");
	free(line);
	line = bench_line(bench, 1);
	assert_string_equal(line, "07:32:00.100 9f86d081 espeak-ng    4242 ok         100 ms 35.0 ms .0800  1.00 s"
				  "    42 B 20.0 ms  50%");
	free(line);
}

static void a_wide_terminal_shows_the_split_as_a_bar(void **state)
{
	struct bench *bench = *state;
	char *line;

	bench->look.columns = 140;
	sample_utterance(bench->sample, 1);
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 1);
	assert_non_null(strstr(line, " 50%  25%  13%  13% ████████▒▒▒▒░░▓▓"));
	free(line);
	bench->look.ascii = true;
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 1);
	assert_non_null(strstr(line, " 50%  25%  13%  13% ########++++..!!"));
	free(line);
}

static void a_narrow_terminal_keeps_status_and_duration(void **state)
{
	struct bench *bench = *state;
	char *line;

	sample_utterance(bench->sample, 1);
	bench->look.columns = 40;
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 1);
	assert_string_equal(line, "07:32:00.100 ok         100 ms 35.0 ms");
	free(line);
	bench->look.columns = 20;
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 1);
	assert_string_equal(line, "ok         100 ms");
	free(line);
}

static void what_is_unknown_is_a_dash(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 1);
	char *line;

	trace->has_first_audio = trace->has_rtf = trace->has_audio = trace->has_queue_wait = false;
	trace->text_unreadable = true;
	bench->sample->spans[1].has_split = false;
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 1);
	assert_string_equal(line, "07:32:00.100 9f86d081 espeak-ng    4242 ok         100 ms       -     -       -"
				  "       ?       -    -");
	free(line);
}

static void an_incomplete_utterance_says_so_at_every_width(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 1);
	char *line;

	trace->incomplete = true;
	for (bench->look.columns = 20; bench->look.columns <= 200; bench->look.columns++) {
		bench_open(bench);
		bench_trace(bench);
		line = bench_line(bench, 1);
		assert_non_null(strstr(line, "ok*     "));
		if (bench->look.columns >= 70)
			assert_non_null(strstr(line, "incomplete"));
		free(line);
	}
}

static void long_runs_have_durations_that_still_fit(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 1);
	char *line;

	trace->duration_ns = 3599 * NS_PER_S;
	trace->rtf = 12345.678;
	bench_open(bench);
	bench_trace(bench);
	line = bench_line(bench, 1);
	assert_non_null(strstr(line, " 59m59s "));
	assert_non_null(strstr(line, " 12346 "));
	free(line);
}

static void a_ratio_shows_what_five_columns_can_hold(void **state)
{
	static const struct {
		double rtf;
		const char *shown;
	} cases[] = { { 0.00153, " .0015 " }, { 0.034, " .0340 " }, { 0.0999, " .0999 " }, { 0.09996, " 0.100 " },
		      { 0.5, " 0.500 " },     { 1, "  1.00 " },	     { 12.345, "  12.3 " },  { 0, " .0000 " },
		      { NAN, "     - " },     { INFINITY, "     - " } };
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 1);
	char *line;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		trace->rtf = cases[i].rtf;
		bench_open(bench);
		bench_trace(bench);
		line = bench_line(bench, 1);
		assert_non_null(strstr(line, cases[i].shown));
		free(line);
	}
}

static void no_line_is_wider_than_the_look_whatever_the_names(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 3);
	char engine[80], comm[20], *text;
	unsigned seed = 0, variant;

	trace->engine = engine;
	for (bench->look.columns = 1; bench->look.columns <= 200; bench->look.columns++) {
		for (variant = 0; variant < 4; variant++) {
			bench->look.colour = variant & 1;
			bench->look.ascii = variant & 2;
			check_nasty(engine, sizeof(engine), ++seed);
			check_nasty(comm, sizeof(comm), ++seed);
			trace->incomplete = seed & 4;
			trace->partial = seed & 8;
			trace->rtf = seed & 16 ? NAN : 1e18;
			trace->duration_ns = seed & 32 ? UINT64_MAX : 12345;
			trace->text_bytes = UINT32_MAX;
			bench_open(bench);
			bench_trace(bench);
			bench_proc(bench, TT_PROC_SEEN, 0, comm);
			bench_proc(bench, TT_PROC_GONE, 9, comm);
			bench_proc(bench, TT_PROC_GONE, 256, comm);
			bench_proc(bench, TT_PROC_EXEC, 0, comm);
			bench->sample->probe.symbol = engine;
			bench_lost(bench, TT_LOST_RING_ENTER, 7, UINT64_MAX);
			bench_tick(bench, seed * NS_PER_S);
			text = sample_text(bench->fd, NULL);
			check_shown(text, &bench->look);
			free(text);
		}
	}
}

static void losses_are_summed_and_told_once_a_second(void **state)
{
	struct bench *bench = *state;
	unsigned tick;
	char *text;

	bench_open(bench);
	for (tick = 0; tick < 100; tick++) { /* two seconds of ticks of 20 ms */
		bench_lost(bench, TT_LOST_RING_ENTER, 7, 2);
		bench_lost(bench, TT_LOST_TORN, TT_NO_PROBE, 1);
		bench_tick(bench, tick * 20 * NS_PER_MS);
	}
	bench->sample->view.end_reason = TT_END_STOPPED;
	bench_tick(bench, 2 * NS_PER_S);
	text = sample_text(bench->fd, NULL);
	assert_string_equal(text,
			    "07:32:00.000 lost 2 enters (ring full) at probe espeak_ng_Synthesize\n"
			    "07:32:00.000 1 records without split (sums in motion)\n"
			    "07:32:01.000 lost 100 enters (ring full) at probe espeak_ng_Synthesize\n"
			    "07:32:01.000 50 records without split (sums in motion)\n"
			    "07:32:02.000 lost 98 enters (ring full) at probe espeak_ng_Synthesize\n"
			    "07:32:02.000 49 records without split (sums in motion)\n");
	free(text);
}

static void more_kinds_of_loss_than_there_is_room_for_are_still_counted(void **state)
{
	struct bench *bench = *state;
	uint64_t sum = 0, count;
	char *text, *at;
	unsigned probe;

	bench_open(bench);
	for (probe = 0; probe < 500; probe++)
		bench_lost(bench, TT_LOST_RING_LEAVE, (uint16_t)(1000 + probe), 2);
	bench_tick(bench, NS_PER_S);
	text = sample_text(bench->fd, NULL);
	for (at = text; (at = strstr(at, "lost ")); at += 5) {
		count = strtoull(at + 5, NULL, 10);
		sum += count;
	}
	assert_int_equal(sum, 1000);
	free(text);
}

static void processes_are_told_as_they_come_and_go(void **state)
{
	struct bench *bench = *state;
	char *text;

	bench_open(bench);
	bench_proc(bench, TT_PROC_SEEN, 0, "speaker");
	bench_proc(bench, TT_PROC_EXEC, 0, "other");
	bench_proc(bench, TT_PROC_GONE, 3 << 8, "speaker");
	bench_proc(bench, TT_PROC_GONE, SIGSEGV, "speaker");
	bench_proc(bench, TT_PROC_GONE, 0, "speaker");
	text = sample_text(bench->fd, NULL);
	assert_string_equal(text, "07:32:00.000 attached to 4242 speaker (tts.service)\n"
				  "07:32:00.000 process 4242 runs a new image: other\n"
				  "07:32:00.000 process 4242 speaker is gone: exit code 3\n"
				  "07:32:00.000 process 4242 speaker is gone: signal 11\n"
				  "07:32:00.000 process 4242 speaker is gone\n");
	free(text);
}

static void the_header_comes_again_only_on_a_terminal(void **state)
{
	struct bench *bench = *state;
	unsigned colour, i, headers;
	char *text, *at;

	sample_utterance(bench->sample, 1);
	for (colour = 0; colour < 2; colour++) {
		bench->look.colour = colour;
		bench_open(bench);
		for (i = 0; i < 100; i++)
			bench_trace(bench);
		text = sample_text(bench->fd, NULL);
		for (headers = 0, at = text; (at = strstr(at, "STATUS")); at++)
			headers++;
		assert_int_equal(headers, colour ? 3 : 1);
		free(text);
	}
}

static void a_reader_that_has_left_is_an_error_that_is_not_said(void **state)
{
	struct bench *bench = *state;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	sample_utterance(bench->sample, 1);
	assert_int_equal(pipe(fds), 0);
	bench->lines = lines_new(fds[1], &bench->look);
	bench_trace(bench);
	assert_int_equal(lines_error(bench->lines), 0);
	close(fds[0]);
	bench_trace(bench);
	assert_int_equal(lines_error(bench->lines), -EPIPE);
	bench_trace(bench);
	close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

/* --- alerts ----------------------------------------------------------------------------------------------- */

static void bench_alert(struct bench *bench, const struct alert *alert)
{
	bench->lines->ops->on_alert(bench->lines, &bench->sample->view, alert);
}

static void an_alert_is_one_line_that_says_what_to_look_at(void **state)
{
	struct bench *bench = *state;
	struct alert_sample *sample = alert_sample_new();
	char *line;

	bench->look.columns = 200;
	bench_open(bench);
	bench_alert(bench, &sample->alert);
	line = bench_line(bench, 0);
	assert_string_equal(line, "07:32:00.000 CRITICAL TtsRequestSlow is firing: 6.25 > 5; engine espeak-ng, pid 4242: "
				  "requests take too long (trace 9f86d081)");
	free(line);
	sample->alert.state = ALERT_ENDED;
	sample->alert.tier = TIER_NONE;
	sample->alert.silence_id = 3;
	strcpy(sample->alert.reason, "every target has ended");
	bench_alert(bench, &sample->alert);
	line = bench_line(bench, 1);
	assert_string_equal(line, "07:32:00.000 ALERT TtsRequestSlow has ended: every target has ended (silenced); "
				  "engine espeak-ng, pid 4242 (trace 9f86d081)");
	free(line);
	alert_sample_free(sample);
}

static void only_changes_that_people_care_about_make_a_line(void **state)
{
	static const struct {
		enum alert_change change;
		enum alert_state state;
		bool has_fired, is_inhibited, is_line;
	} cases[] = {
		{ ALERT_CHANGE_STATE, ALERT_PENDING, false, false, false },
		{ ALERT_CHANGE_STATE, ALERT_INACTIVE, false, false, false },
		{ ALERT_CHANGE_STATE, ALERT_ENDED, false, false, false },
		{ ALERT_CHANGE_STATE, ALERT_FIRING, true, false, true },
		{ ALERT_CHANGE_STATE, ALERT_FIRING, true, true, false },
		{ ALERT_CHANGE_STATE, ALERT_RESOLVED, true, false, true },
		{ ALERT_CHANGE_STATE, ALERT_RESOLVED, true, true, false },
		{ ALERT_CHANGE_UNKNOWN, ALERT_FIRING, true, false, true },
		{ ALERT_CHANGE_UNKNOWN, ALERT_PENDING, false, false, false },
		{ ALERT_CHANGE_ACK, ALERT_FIRING, true, false, true },
		{ ALERT_CHANGE_INHIBIT, ALERT_FIRING, true, true, false },
		{ ALERT_CHANGE_INHIBIT, ALERT_FIRING, true, false, true },
		{ ALERT_CHANGE_RESTORED, ALERT_FIRING, true, false, true },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alert_sample *sample = alert_sample_new();
		char *text;

		sample->alert.change = cases[i].change;
		sample->alert.state = cases[i].state;
		sample->alert.fired_at_real_ns = cases[i].has_fired;
		sample->alert.inhibited_by = cases[i].is_inhibited;
		bench_open(bench);
		bench_alert(bench, &sample->alert);
		text = sample_text(bench->fd, NULL);
		if ((strlen(text) > 0) != cases[i].is_line)
			fail_msg("case %zu: %s", i, text);
		free(text);
		alert_sample_free(sample);
	}
}

static void hostile_labels_do_not_draw_and_do_not_wrap(void **state)
{
	struct bench *bench = *state;
	char nasty[150], *text;

	for (unsigned seed = 1; seed < 60; seed++) {
		struct alert_sample *sample = alert_sample_new();

		check_nasty(nasty, sizeof(nasty), seed);
		sample->labels->items[1].value = nasty;
		sample->annotations[0].value = nasty;
		sample->alert.name = nasty;
		bench->look = (struct look){ .columns = 20 + seed * 3, .ascii = seed % 2, .colour = seed % 3 == 0 };
		bench_open(bench);
		bench_alert(bench, &sample->alert);
		text = sample_text(bench->fd, NULL);
		check_shown(text, &bench->look);
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		free(text);
		alert_sample_free(sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_utterance_at_100_columns_shows_everything_that_counts),
		TEST(a_wide_terminal_shows_the_split_as_a_bar),
		TEST(a_narrow_terminal_keeps_status_and_duration),
		TEST(what_is_unknown_is_a_dash),
		TEST(an_incomplete_utterance_says_so_at_every_width),
		TEST(long_runs_have_durations_that_still_fit),
		TEST(a_ratio_shows_what_five_columns_can_hold),
		TEST(no_line_is_wider_than_the_look_whatever_the_names),
		TEST(losses_are_summed_and_told_once_a_second),
		TEST(more_kinds_of_loss_than_there_is_room_for_are_still_counted),
		TEST(processes_are_told_as_they_come_and_go),
		TEST(the_header_comes_again_only_on_a_terminal),
		TEST(a_reader_that_has_left_is_an_error_that_is_not_said),
		TEST(an_alert_is_one_line_that_says_what_to_look_at),
		TEST(only_changes_that_people_care_about_make_a_line),
		TEST(hostile_labels_do_not_draw_and_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
