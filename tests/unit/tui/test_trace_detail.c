/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one trace, its verdict and the comparison of two: cells of traces that are made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "tests/unit/sink/sample.h"

#include "sink/tui/trace_compare.h"
#include "sink/tui/trace_detail.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct bench {
	struct sample *sample;
	struct desk desk;
	struct trace_index *index;
	struct trace_fired fired;
	struct canvas canvas;
	struct buf text;
};

static struct bench *bench_new(unsigned rows, unsigned columns, bool ascii)
{
	struct bench *bench = mem_new(sizeof(*bench));

	bench->sample = sample_new();
	bench->index = trace_index_new();
	bench->desk = (struct desk){ .view = &bench->sample->view,
				     .at_ns = SAMPLE_START_NS + NS_PER_S,
				     .at_axis_ns = bench->sample->view.clock_real_ns,
				     .window_ns = 60 * NS_PER_S,
				     .ascii = ascii };
	canvas_init(&bench->canvas, rows, columns, ascii);
	return bench;
}

static void bench_free(struct bench *bench)
{
	sample_free(bench->sample);
	trace_index_free(bench->index);
	canvas_fini(&bench->canvas);
	buf_fini(&bench->text);
	free(bench);
}

static const char *print(struct bench *bench)
{
	buf_reset(&bench->text);
	canvas_print(&bench->text, &bench->canvas, COLOURS_NONE);
	return bench->text.bytes;
}

static const char *draw(struct bench *bench, struct trace_detail *detail)
{
	canvas_clear(&bench->canvas);
	trace_detail_draw(detail, &bench->desk, &bench->fired, area_of(&bench->canvas));
	return print(bench);
}

/* The row of the last print that begins so, blanks and all; without its newline. */
static const char *line_of(struct bench *bench, const char *begin)
{
	static char line[4 * CANVAS_MAX_COLUMNS];
	const char *at = bench->text.bytes;

	while (at && strncmp(at, begin, strlen(begin)) != 0) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at || !*at)
		fail_msg("no row begins with \"%s\":\n%s", begin, bench->text.bytes);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

#define assert_has(text, wanted)                                                                                     \
	do {                                                                                                         \
		if (!strstr(text, wanted))                                                                           \
			fail_msg("\"%s\" is not in:\n%s", wanted, text);                                             \
	} while (0)

/* --- the waterfall ---------------------------------------------------------------------------------------- */

static const char page[] =
	"trace 9f86d081884c7d659a2feaa0c55ad015  ok  espeak-ng  tts.service/4242\n"
	"07:32:00.000 UTC  took 100 ms  first audio 35.0 ms  rtf 0.080  queued 20.0 ms\n"
	"audio 1.00 s  text 42 B\n"
	"why: 37 % on CPU in synthesis; 30 % waiting for a CPU\n"
	"                                0                50 ms      100 ms\n"
	"                                ┬──────────▼─────┬───────────────┬\n"
	"request            speaker/4242 █                                  50.0 us   0%\n"
	" synthesis         worker/4243  ┄┄┄┄┄┄██████████████▒▒▒▒▒▒▒░░░░▓▓▓ 80.0 ms  80%\n"
	"  text to phonemes speaker/4243        ██░                         6.00 ms   6%\n"
	"  audio x45        speaker/4243            │││││││││││││││││││││    900 us   1%\n"
	"█ on CPU  ▒ run queue  ░ blocked  ▓ pre-empted  ┄ queued  ▼ first audio\n"
	"── selected ────────────────────────────────────────────────────────────────────\n"
	"synthesis  ok  stage  work  espeak_ng_Synthesize  thread worker/4243\n"
	"at +20.0 ms for 80.0 ms (80.0 %)\n"
	"on CPU 40.0 ms 50.0 %  run queue 20.0 ms 25.0 %  blocked 10.0 ms 12.5 %\n"
	"pre-empted 10.0 ms 12.5 %  switches 0 voluntary 0 involuntary\n"
	"── log lines (o opens them in Logs) ────────────────────────────────────────────\n"
	"none is held\n"
	"\n"
	"\n";

static void a_trace_is_drawn_cell_by_cell_as_its_numbers_say(void **state)
{
	struct bench *bench = bench_new(20, 80, false);
	struct trace_detail *detail =
		trace_detail_new(&bench->desk, bench->index, sample_utterance(bench->sample, 45));

	(void)state;
	assert_string_equal(draw(bench, detail), page);
	trace_detail_free(detail);
	bench_free(bench);
}

static void each_part_of_a_bar_has_its_style_and_the_selected_row_its_mark(void **state)
{
	struct bench *bench = bench_new(20, 80, false);
	struct trace_detail *detail =
		trace_detail_new(&bench->desk, bench->index, sample_utterance(bench->sample, 45));
	static const struct {
		unsigned row, column;
		enum style style;
	} cells[] = { { 7, 32, STYLE_QUEUED },	{ 7, 38, STYLE_ONCPU },	    { 7, 52, STYLE_RUNQ },
		      { 7, 59, STYLE_BLOCKED }, { 7, 63, STYLE_PREEMPTED }, { 9, 44, STYLE_AUDIO },
		      { 5, 43, STYLE_AUDIO } };

	(void)state;
	draw(bench, detail);
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		assert_int_equal(canvas_cell(&bench->canvas, cells[i].row, cells[i].column)->style, cells[i].style);
	for (unsigned row = 0; row < 20; row++) /* the verdict blames the worker: its row is selected */
		assert_int_equal(canvas_cell(&bench->canvas, row, 40)->mark & MARK_SELECTED, row == 7);
	trace_detail_free(detail);
	bench_free(bench);
}

static void in_ascii_no_byte_is_above_a_tilde_and_the_bars_are_the_same(void **state)
{
	struct bench *bench = bench_new(20, 80, true);
	struct trace_detail *detail =
		trace_detail_new(&bench->desk, bench->index, sample_utterance(bench->sample, 45));

	(void)state;
	for (const char *at = draw(bench, detail); *at; at++)
		assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
	assert_string_equal(line_of(bench, " synthesis"), " synthesis         worker/4243  "
							 "------##############+++++++....!!! 80.0 ms  80%");
	assert_string_equal(line_of(bench, "  audio"), "  audio x45        speaker/4243            "
						       "|||||||||||||||||||||    900 us   1%");
	trace_detail_free(detail);
	bench_free(bench);
}

static void zoom_shows_a_part_to_scale_and_says_so(void **state)
{
	struct bench *bench = bench_new(20, 80, true);
	struct trace_detail *detail =
		trace_detail_new(&bench->desk, bench->index, sample_utterance(bench->sample, 45));

	(void)state;
	draw(bench, detail);
	assert_true(trace_detail_act(detail, ACTION_DOWN)); /* text to phonemes: 21 to 27 ms */
	assert_true(trace_detail_act(detail, ACTION_ZOOM_IN));
	assert_true(trace_detail_act(detail, ACTION_ZOOM_IN));
	assert_has(draw(bench, detail), "zoomed: 11.5 ms to 36.5 ms, - shows more");
	assert_string_equal(line_of(bench, "  text"), "  text to phonemes speaker/4243             "
						      "#####+++.!             6.00 ms   6%");
	assert_string_equal(line_of(bench, "request"),
			    "request            speaker/4242 <                                  50.0 us   0%");
	assert_true(trace_detail_act(detail, ACTION_RIGHT));
	assert_has(draw(bench, detail), "zoomed: 17.8 ms to 42.8 ms");
	for (unsigned i = 0; i < 5; i++)
		assert_true(trace_detail_act(detail, ACTION_ZOOM_OUT));
	assert_null(strstr(draw(bench, detail), "zoomed"));
	for (unsigned i = 0; i < 200; i++) /* as close as can be, and there is no end of the world */
		trace_detail_act(detail, i % 7 ? ACTION_ZOOM_IN : ACTION_LEFT);
	draw(bench, detail);
	trace_detail_free(detail);
	bench_free(bench);
}

static void a_selected_stage_tells_all_that_is_known_of_it(void **state)
{
	struct bench *bench = bench_new(30, 100, true);
	struct trace *trace = sample_utterance(bench->sample, 2);
	struct span *span = &bench->sample->spans[2];
	struct trace_detail *detail;
	const char *text;

	(void)state;
	span->has_return = true;
	span->return_value = -7;
	span->status = STATUS_ERROR;
	span->voluntary_count = 12;
	span->involuntary_count = 3;
	span->attrs[0] = (struct span_attr){ .name = "flags", .type = ARG_S32, .value = (uint64_t)-1 };
	span->attrs[1] = (struct span_attr){ .name = "buffer", .type = ARG_POINTER, .value = 0x7f3a10 };
	span->attrs_count = 2;
	span->name_attr = "voice";
	span->name_value = "en\033[2J";
	detail = trace_detail_new(&bench->desk, bench->index, trace);
	detail->usual.stages[0] = (struct usual_stage){ span->stage, 0.002 };
	detail->usual.stages_count = 1;
	detail->selected = 2;
	text = draw(bench, detail);
	assert_has(text, "text to phonemes  error  stage  espeak_ng_Synthesize  thread speaker/4243");
	assert_has(text, "at +21.0 ms for 6.00 ms (6.0 %)  median of one 2.00 ms");
	assert_has(text, "on CPU 3.00 ms 50.0 %  run queue 1.50 ms 25.0 %  blocked 750 us 12.5 %");
	assert_has(text, "switches 12 voluntary 3 involuntary");
	assert_has(text, "returned -7  flags=-1  buffer=0x7f3a10  voice=en\\x1b[2J");
	assert_has(text, "x3.0!"); /* against the median, and not well */
	trace_detail_free(detail);
	bench_free(bench);
}

/* --- alerts and log lines --------------------------------------------------------------------------------- */

static void alerts_and_log_lines_of_the_trace_stand_below(void **state)
{
	struct bench *bench = bench_new(30, 100, true);
	struct trace *trace = sample_utterance(bench->sample, 45);
	struct tail *tail = tail_new(3600 * NS_PER_S, 1 << 20);
	struct alert alert = { .id = 5,
			       .name = "TtsRequestSlow",
			       .tier = TIER_CRITICAL,
			       .state = ALERT_FIRING,
			       .fired_at_real_ns = bench->sample->view.clock_real_ns + 50 * NS_PER_MS };
	static const char *const lines[] = {
		"{\"ts\":\"2026-11-24T07:32:00.100000000Z\",\"event\":\"trace\",\"msg\":\"utterance ok in 100 ms\"}",
		"{\"ts\":\"2026-11-24T07:32:01.000000000Z\",\"event\":\"alert\",\"msg\":\"it fires\\u001b[2J\"}",
		"{\"ts\":\"2026-11-24T07:32:02.000000000Z\",\"event\":\"trace\",\"msg\":\"another one\"}",
	};
	struct trace_detail *detail;
	const char *text;

	(void)state;
	bench->sample->view.axis_real_ns = bench->sample->view.clock_real_ns;
	bench->sample->view.axis_mono_ns = bench->sample->view.clock_mono_ns;
	memcpy(alert.trace_id, trace->id, sizeof(alert.trace_id));
	fired_note(&bench->fired, &alert);
	alert.id = 6;
	alert.name = "TtsElsewhere";
	alert.fired_at_real_ns += 3600 * NS_PER_S; /* an hour later */
	memset(alert.trace_id, 0, sizeof(alert.trace_id));
	fired_note(&bench->fired, &alert);
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		tail_add(tail, SAMPLE_START_NS + NS_PER_S, i == 1 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
			 i == 2 ? "11111111111111111111111111111111" : "9f86d081884c7d659a2feaa0c55ad015", lines[i],
			 strlen(lines[i]));
	bench->desk.tail = tail;
	detail = trace_detail_new(&bench->desk, bench->index, trace);
	text = draw(bench, detail);
	assert_has(text, "! critical  TtsRequestSlow  firing at 07:32:00.050 UTC: this trace set it off (a opens it)");
	assert_has(text, "07:32:00.100 info     trace: utterance ok in 100 ms\n"
			 "07:32:01.000 error    alert: it fires\\x1b[2J\n");
	assert_null(strstr(text, "another one"));
	assert_null(strstr(text, "TtsElsewhere"));
	trace_detail_collect(detail, &bench->desk, bench->index); /* nothing is taken twice */
	assert_int_equal(detail->lines.count, 2);
	trace_detail_free(detail);
	tail_free(tail);
	bench_free(bench);
}

/* --- sizes and hostile names ------------------------------------------------------------------------------ */

static void every_size_is_drawn_within_itself(void **state)
{
	static const unsigned sizes[][2] = { { 1, 1 },	  { 2, 3 },    { 3, 10 },   { 5, 20 },	{ 8, 40 },
					     { 12, 40 },  { 20, 80 },  { 56, 200 }, { 1, 200 }, { 200, 1 },
					     { 20, 31 },  { 20, 59 },  { 20, 69 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct bench *bench = bench_new(sizes[i][0], sizes[i][1], i % 2);
		struct trace *trace = sample_utterance(bench->sample, i % 3 ? 45 : 5);
		struct trace_detail *detail = trace_detail_new(&bench->desk, bench->index, trace);
		struct trace_compare *compare = trace_compare_new(trace_copy_new(&bench->sample->view, trace),
								  trace_copy_new(&bench->sample->view, trace));

		for (unsigned expanded = 0; expanded < 2; expanded++) {
			bench->desk.is_expanded = expanded;
			draw(bench, detail);
			trace_detail_act(detail, ACTION_LAST);
			draw(bench, detail);
			trace_compare_draw(compare, &bench->desk, area_of(&bench->canvas));
			trace_compare_act(compare, ACTION_PAGE_DOWN);
			trace_compare_draw(compare, &bench->desk, area_of(&bench->canvas));
		}
		trace_compare_free(compare);
		trace_detail_free(detail);
		bench_free(bench);
	}
}

static void names_of_the_target_are_only_letters(void **state)
{
	static const char evil[] = "\033[31m\033[2J\xe2\x80\xae\xff\n\t\x01 stage";
	struct bench *bench = bench_new(20, 80, false);
	struct trace *trace = sample_utterance(bench->sample, 3);
	struct trace_detail *detail;
	const char *text;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bench->sample->spans[i].stage = evil;
		bench->sample->spans[i].name = evil;
		memcpy(bench->sample->spans[i].comm, "\033]0;x\007\xff\n", 8);
	}
	snprintf(bench->sample->process.service, sizeof(bench->sample->process.service), "%s", evil);
	trace->engine = evil;
	detail = trace_detail_new(&bench->desk, bench->index, trace);
	text = draw(bench, detail);
	for (size_t i = 0; text[i]; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			fail_msg("a control byte is shown");
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_int_equal(bench->canvas.rows, 20);
	trace_detail_free(detail);
	bench_free(bench);
}

static void what_was_copied_stays_when_the_trace_is_freed(void **state)
{
	struct bench *bench = bench_new(20, 80, false);
	struct trace_detail *detail =
		trace_detail_new(&bench->desk, bench->index, sample_utterance(bench->sample, 45));

	(void)state;
	memset(bench->sample->spans, 0xa5, sizeof(bench->sample->spans));
	memset(&bench->sample->trace, 0xa5, sizeof(bench->sample->trace));
	memset(&bench->sample->process, 0xa5, sizeof(bench->sample->process));
	assert_string_equal(draw(bench, detail), page);
	trace_detail_reset(detail);
	assert_has(draw(bench, detail), "no longer held: this is what was copied when it was opened");
	trace_detail_free(detail);
	bench_free(bench);
}

/* --- verdicts --------------------------------------------------------------------------------------------- */

/* A synchronous request of 1 s on thread 4242: `parts` of the root, and one stage inside with `inner` of it. */
struct shape {
	uint64_t parts_ms[4], inner_ms[4];
	uint64_t queue_ms;
};

static uint64_t sum_ms(const uint64_t parts_ms[4])
{
	return parts_ms[0] + parts_ms[1] + parts_ms[2] + parts_ms[3];
}

static void set_split(struct span *span, const uint64_t parts_ms[4])
{
	span->wall_ns = sum_ms(parts_ms) * NS_PER_MS;
	span->oncpu_ns = parts_ms[0] * NS_PER_MS;
	span->runq_ns = parts_ms[1] * NS_PER_MS;
	span->blocked_ns = parts_ms[2] * NS_PER_MS;
	span->preempted_ns = parts_ms[3] * NS_PER_MS;
}

static struct trace *shaped(struct sample *sample, const struct shape *shape)
{
	struct trace *trace = &sample->trace;
	struct span *root;

	*trace = (struct trace){ .ordinal = 1, .process = &sample->process, .engine = "espeak-ng",
				 .start_at_ns = SAMPLE_START_NS, .spans = sample->span_list };
	trace->duration_ns = (sum_ms(shape->parts_ms) + shape->queue_ms) * NS_PER_MS;
	trace->end_at_ns = trace->start_at_ns + trace->duration_ns;
	trace->has_queue_wait = shape->queue_ms;
	trace->queue_wait_ns = shape->queue_ms * NS_PER_MS;
	root = sample_span(sample, 0, "request", shape->queue_ms * NS_PER_MS, 0);
	set_split(root, shape->parts_ms);
	if (shape->queue_ms)
		root->kind = SPAN_WORK;
	set_split(sample_span(sample, root->id, "phonemes", shape->queue_ms * NS_PER_MS, 0), shape->inner_ms);
	trace->root = root;
	return trace;
}

static struct trace_usual usual_of(double duration_s, double stage_s)
{
	struct trace_usual usual = { .duration_s = duration_s, .rtf = NAN, .queue_wait_s = NAN, .oncpu_s = NAN,
				     .runq_s = NAN, .blocked_s = NAN, .preempted_s = NAN };

	usual.stages[usual.stages_count++] = (struct usual_stage){ "phonemes", stage_s };
	return usual;
}

static void check_verdict(const struct shape *shape, const struct trace_usual *usual, size_t ahead, const char *wanted,
			  const char *stage)
{
	struct sample *sample = sample_new();
	struct verdict verdict = verdict_of(shaped(sample, shape), OUTCOME_OK, usual, ahead);

	assert_string_equal(verdict.text, wanted);
	assert_non_null(verdict.span);
	assert_string_equal(verdict.span->stage, stage);
	verdict_fini(&verdict);
	sample_free(sample);
}

static void a_verdict_names_the_greatest_share_and_the_stage_that_has_it(void **state)
{
	struct trace_usual usual = usual_of(0.25, 0.05), none = usual_of(NAN, NAN), same = usual_of(1.0, 0.6);

	(void)state;
	check_verdict(&(struct shape){ { 900, 50, 50, 0 }, { 700, 0, 50, 0 }, 0 }, &usual, 0,
		      "slow, x4.0 the usual 250 ms: 70 % on CPU in phonemes (750 ms, usually 50.0 ms)", "phonemes");
	check_verdict(&(struct shape){ { 900, 50, 50, 0 }, { 100, 0, 50, 0 }, 0 }, &same, 0,
		      "near the usual 1.00 s: 80 % on CPU in request", "request");
	check_verdict(&(struct shape){ { 200, 600, 50, 150 }, { 100, 500, 0, 100 }, 0 }, &usual, 0,
		      "slow, x4.0 the usual 250 ms: 75 % waiting for a CPU, the box starves the engine (run queue 600 "
		      "ms, pre-empted 150 ms) in phonemes (700 ms, usually 50.0 ms); 20 % on CPU",
		      "phonemes");
	check_verdict(&(struct shape){ { 100, 0, 900, 0 }, { 50, 0, 850, 0 }, 0 }, &none, 0,
		      "90 % blocked, it waits for a lock, a file or another thread (900 ms) in phonemes", "phonemes");
	check_verdict(&(struct shape){ { 200, 0, 0, 0 }, { 100, 0, 0, 0 }, 800 }, &usual, 12,
		      "slow, x4.0 the usual 250 ms: waited 800 ms in the queue (80 %) behind 12 others; 20 % on CPU",
		      "request");
	check_verdict(&(struct shape){ { 200, 0, 0, 0 }, { 100, 0, 0, 0 }, 800 }, &none, 1,
		      "waited 800 ms in the queue (80 %) behind 1 other; 20 % on CPU", "request");
	check_verdict(&(struct shape){ { 100, 0, 0, 0 }, { 60, 0, 0, 0 }, 0 }, &usual, 0,
		      "quicker than the usual 250 ms: 60 % on CPU in phonemes", "phonemes");
}

static void a_slow_one_is_judged_by_what_took_longer_than_usual(void **state)
{
	struct trace_usual usual = usual_of(0.5, NAN);

	(void)state;
	usual.oncpu_s = 0.04;
	usual.runq_s = 0.01;
	usual.blocked_s = 0.45;
	usual.preempted_s = 0;
	usual.queue_wait_s = 0.002;
	/* most of the time it was blocked, but so it always is */
	check_verdict(&(struct shape){ { 50, 350, 500, 100 }, { 20, 350, 100, 100 }, 0 }, &usual, 0,
		      "slow, x2.0 the usual 500 ms: 45 % waiting for a CPU, the box starves the engine (run queue 350 "
		      "ms, pre-empted 100 ms, usually 10.0 ms) in phonemes; 50 % blocked",
		      "phonemes");
	check_verdict(&(struct shape){ { 50, 10, 440, 0 }, { 20, 10, 100, 0 }, 450 }, &usual, 3,
		      "slow, x1.9 the usual 500 ms: waited 450 ms in the queue (47 %) behind 3 others, usually 2.00 ms; "
		      "46 % blocked",
		      "request");
	/* not slow: what takes the most is told */
	check_verdict(&(struct shape){ { 50, 100, 350, 0 }, { 20, 50, 300, 0 }, 0 }, &usual, 0,
		      "near the usual 500 ms: 70 % blocked, it waits for a lock, a file or another thread (350 ms, usually 450 "
		      "ms) in phonemes; 20 % waiting for a CPU",
		      "phonemes");
}

static void a_verdict_says_when_the_split_is_not_known_and_what_is_outside(void **state)
{
	struct sample *sample = sample_new();
	struct trace_usual none = usual_of(NAN, NAN);
	struct trace *trace = shaped(sample, &(struct shape){ { 900, 0, 0, 0 }, { 800, 0, 0, 0 }, 0 });
	struct verdict verdict;

	(void)state;
	sample->spans[0].has_split = sample->spans[1].has_split = false;
	verdict = verdict_of(trace, OUTCOME_OK, &none, 0);
	assert_string_equal(verdict.text, "89 % in phonemes; how it was spent (CPU, run queue, blocked) is not known");
	verdict_fini(&verdict);
	trace->duration_ns = 3000 * NS_PER_MS;
	verdict = verdict_of(trace, OUTCOME_OK, &none, 0);
	assert_string_equal(verdict.text, "70 % (2.10 s) is outside of every call that is traced; 30 % not split");
	verdict_fini(&verdict);
	sample_free(sample);
}

static void a_verdict_of_a_failure_names_who_failed(void **state)
{
	static const struct {
		enum span_status status;
		enum trace_outcome outcome;
		const char *wanted;
	} cases[] = {
		{ STATUS_ERROR, OUTCOME_ERROR, "failed in phonemes (returned -3); 70 % on CPU in phonemes" },
		{ STATUS_CANCELLED, OUTCOME_CANCELLED, "cancelled after 1.00 s; 70 % on CPU in phonemes" },
		{ STATUS_ABANDONED, OUTCOME_ABANDONED, "abandoned: queued, and no worker ever took it" },
		{ STATUS_NO_END, OUTCOME_NO_END,
		  "phonemes never ended: an exception, a longjmp, the end of its thread, or lost; 70 % on CPU in "
		  "phonemes" },
	};
	struct trace_usual usual = usual_of(0.25, 0.05);

	(void)state;
	usual.stages_count = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct sample *sample = sample_new();
		struct trace *trace =
			shaped(sample, &(struct shape){ { 900, 50, 50, 0 }, { 700, 0, 50, 0 }, 0 });
		struct verdict verdict;

		trace->status = sample->spans[1].status = cases[i].status;
		sample->spans[1].depth = 1;
		sample->spans[1].has_return = true;
		sample->spans[1].return_value = -3;
		verdict = verdict_of(trace, cases[i].outcome, &usual, 0);
		assert_string_equal(verdict.text, cases[i].wanted);
		assert_int_equal(verdict.style, i == 1 ? STYLE_WARNING : STYLE_CRITICAL);
		verdict_fini(&verdict);
		sample_free(sample);
	}
}

static void a_verdict_knows_long_texts_silence_loss_and_the_sound_device(void **state)
{
	struct sample *sample = sample_new();
	struct trace_usual usual = usual_of(0.25, NAN);
	struct trace *trace = shaped(sample, &(struct shape){ { 100, 0, 900, 0 }, { 50, 0, 850, 0 }, 0 });
	struct verdict verdict;

	(void)state;
	sample->spans[1].role = ROLE_AUDIO;
	trace->has_audio = trace->has_rtf = true;
	trace->audio_ns = 61 * NS_PER_S;
	trace->audio_samples_count = 1;
	trace->rtf = 0.02;
	usual.rtf = 0.02;
	verdict = verdict_of(trace, OUTCOME_OK, &usual, 0);
	assert_string_equal(verdict.text,
			    "slow, x4.0 the usual 250 ms: a long one, 1m01s of audio at the usual speed (rtf 0.020); "
			    "90 % blocked, it waits for the sound device or whoever takes the audio (900 ms) in "
			    "phonemes");
	verdict_fini(&verdict);
	trace->incomplete = true;
	usual.rtf = NAN;
	verdict = verdict_of(trace, OUTCOME_INCOMPLETE, &usual, 0);
	assert_has(verdict.text, "; events were lost while it ran, so all of this is a lower bound");
	verdict_fini(&verdict);
	trace->incomplete = false;
	trace->audio_samples_count = 0;
	verdict = verdict_of(trace, OUTCOME_EMPTY, &usual, 0);
	assert_has(verdict.text, "succeeded without a sample of audio, although there was a text; 90 % blocked");
	verdict_fini(&verdict);
	sample_free(sample);
}

static void a_wait_for_another_thread_names_the_stage_there(void **state)
{
	struct sample *sample = sample_new();
	struct trace_usual none = usual_of(NAN, NAN);
	struct trace *trace = shaped(sample, &(struct shape){ { 100, 0, 900, 0 }, { 50, 0, 850, 0 }, 0 });
	struct span *other = sample_span(sample, sample->spans[1].id, "vocoder", 0, 800 * NS_PER_MS);
	struct verdict verdict;

	(void)state;
	other->tid = 4250;
	strcpy(other->comm, "pool");
	verdict = verdict_of(trace, OUTCOME_OK, &none, 0);
	assert_string_equal(verdict.text,
			    "90 % blocked, it waits for vocoder on thread pool/4250 (900 ms) in phonemes");
	verdict_fini(&verdict);
	sample_free(sample);
}

/* --- comparison ------------------------------------------------------------------------------------------- */

/* A row of the table of differences. */
static const char *table_row(const char *name, const char *a, const char *b, const char *difference, const char *note)
{
	static char row[128];
	size_t length = (size_t)snprintf(row, sizeof(row), "%-30s%14s%14s%10s %s", name, a, b, difference, note);

	while (length && row[length - 1] == ' ')
		length--;
	strcpy(row + length, "\n");
	return row;
}

static void two_traces_stand_side_by_side_on_one_scale_with_their_differences(void **state)
{
	struct bench *bench = bench_new(20, 80, true);
	struct sample *other = sample_new();
	struct trace *a = sample_utterance(bench->sample, 45), *b = sample_utterance(other, 45);
	struct trace_compare *compare;
	const char *text;

	(void)state;
	b->id[0] = 0xbb;
	b->duration_ns = 250 * NS_PER_MS;
	b->end_at_ns = b->start_at_ns + b->duration_ns;
	other->spans[1].wall_ns = 230 * NS_PER_MS;
	other->spans[1].oncpu_ns = 190 * NS_PER_MS;
	compare = trace_compare_new(trace_copy_new(&bench->sample->view, a), trace_copy_new(&other->view, b));
	sample_free(other);
	canvas_clear(&bench->canvas);
	trace_compare_draw(compare, &bench->desk, area_of(&bench->canvas));
	text = print(bench);
	assert_has(text, "B took 250 ms, x2.5 longer than A (+150 ms): +150 ms on CPU, +150 ms in\nsynthesis\n");
	assert_has(text, " synthesis    -###++!          80.0 ms | synthesis    -############++!  230 ms\n");
	assert_has(text, table_row("took", "100 ms", "250 ms", "+150 ms", "x2.5 more"));
	assert_has(text, table_row("on CPU", "40.0 ms", "190 ms", "+150 ms", "x4.8 more"));
	assert_has(text, table_row("run queue", "20.0 ms", "20.0 ms", "=", ""));
	assert_true(trace_compare_act(compare, ACTION_LAST));
	trace_compare_draw(compare, &bench->desk, area_of(&bench->canvas));
	assert_has(print(bench), table_row("audio", "900 us x45", "900 us x45", "=", ""));
	assert_false(trace_compare_act(compare, ACTION_ENTER));
	trace_compare_free(compare);
	bench_free(bench);
}

static void a_stage_that_only_one_of_them_has_is_said_to_be_there_only(void **state)
{
	struct bench *bench = bench_new(40, 80, true);
	struct sample *other = sample_new();
	struct trace *a = sample_utterance(bench->sample, 2), *b = sample_utterance(other, 2);
	struct trace_compare *compare;

	(void)state;
	b->id[0] = 0xbb;
	other->spans[2].stage = "prosody";
	compare = trace_compare_new(trace_copy_new(&bench->sample->view, a), trace_copy_new(&other->view, b));
	trace_compare_draw(compare, &bench->desk, area_of(&bench->canvas));
	print(bench);
	assert_has(bench->text.bytes, table_row("text to phonemes", "6.00 ms", "-", "", "only in A"));
	assert_has(bench->text.bytes, table_row("prosody", "-", "6.00 ms", "", "only in B"));
	assert_has(bench->text.bytes, "B took 100 ms, about as long as A");
	trace_compare_free(compare);
	sample_free(other);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_is_drawn_cell_by_cell_as_its_numbers_say),
		cmocka_unit_test(each_part_of_a_bar_has_its_style_and_the_selected_row_its_mark),
		cmocka_unit_test(in_ascii_no_byte_is_above_a_tilde_and_the_bars_are_the_same),
		cmocka_unit_test(zoom_shows_a_part_to_scale_and_says_so),
		cmocka_unit_test(a_selected_stage_tells_all_that_is_known_of_it),
		cmocka_unit_test(alerts_and_log_lines_of_the_trace_stand_below),
		cmocka_unit_test(every_size_is_drawn_within_itself),
		cmocka_unit_test(names_of_the_target_are_only_letters),
		cmocka_unit_test(what_was_copied_stays_when_the_trace_is_freed),
		cmocka_unit_test(a_verdict_names_the_greatest_share_and_the_stage_that_has_it),
		cmocka_unit_test(a_slow_one_is_judged_by_what_took_longer_than_usual),
		cmocka_unit_test(a_verdict_says_when_the_split_is_not_known_and_what_is_outside),
		cmocka_unit_test(a_verdict_of_a_failure_names_who_failed),
		cmocka_unit_test(a_verdict_knows_long_texts_silence_loss_and_the_sound_device),
		cmocka_unit_test(a_wait_for_another_thread_names_the_stage_there),
		cmocka_unit_test(two_traces_stand_side_by_side_on_one_scale_with_their_differences),
		cmocka_unit_test(a_stage_that_only_one_of_them_has_is_said_to_be_there_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
