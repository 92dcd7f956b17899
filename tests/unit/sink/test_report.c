// SPDX-License-Identifier: Apache-2.0
/* The report: which percentiles may be said, that losses are always said, and that it fits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "sink/report.h"
#include "tests/unit/sink/check.h"
#include "tests/unit/sink/printed.h"

static const char *bench_text(struct bench *bench)
{
	buf_reset(&bench->out);
	report_print(&bench->out, &bench->sample->view, &bench->sample->meter, &bench->look, false);
	return bench->out.bytes;
}

static struct json_object *bench_json(struct bench *bench)
{
	buf_reset(&bench->out);
	report_print(&bench->out, &bench->sample->view, &bench->sample->meter, &bench->look, true);
	assert_ptr_equal(strchr(bench->out.bytes, '\n'), bench->out.bytes + bench->out.length - 1);
	return check_json(bench->out.bytes, bench->out.length - 1);
}

static struct meter_row *bench_request(struct bench *bench, const char *engine, unsigned count)
{
	struct meter_row *row = sample_row(bench->sample, engine, "request", count);
	unsigned i;

	row->is_request = true;
	row->audio_ns = count * NS_PER_S;
	row->audio_samples_count = count * 22050ull;
	for (i = 0; i < count; i++) {
		hist_add(&row->first_audio_ns, 5 * NS_PER_MS + i);
		hist_add(&row->rtf_millionths, 34000);
		hist_add(&row->text_bytes, 40);
		hist_add(&row->queue_wait_ns, NS_PER_MS);
	}
	return row;
}

static void a_quantile_is_known_from_enough_values_on(void **state)
{
	static const struct {
		unsigned permille;
		uint64_t from;
	} cases[] = { { 500, 2 }, { 900, 10 }, { 950, 20 }, { 990, 100 } };
	struct hist hist;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		hist = (struct hist){ .count = cases[i].from - 1 };
		assert_false(report_has_quantile(&hist, cases[i].permille));
		hist.count++;
		assert_true(report_has_quantile(&hist, cases[i].permille));
	}
}

static void the_whole_report_reads_as_promised(void **state)
{
	struct bench *bench = *state;

	sample_row(bench->sample, "espeak-ng", "synthesis", 19);
	bench_request(bench, "espeak-ng", 200);
	assert_string_equal(bench_text(bench),
			    "report 2026-11-24 07:32:00.000 to 07:32:10.000 UTC (10.0 s)\n"
			    "\n"
			    "espeak-ng: 200 requests, 20.0/s, 0 errors, 0 cancelled\n"
			    "STAGE     COUNT ERR RATE/S     P50     P90    P95    P99     MAX   CPU  RUNQ BLKD  PRE\n"
			    "request     200   0   20.0 99.9 ms  180 ms 190 ms 198 ms  200 ms 70.0% 20.0% 9.0% 1.0%\n"
			    "synthesis    19   0   1.90 10.0 ms 18.0 ms      -      - 19.0 ms 70.0% 20.0% 9.0% 1.0%\n"
			    "PER REQUEST        N     P50     P95     P99     MAX\n"
			    "first audio      200 5.00 ms 5.00 ms 5.00 ms 5.00 ms\n"
			    "real-time factor 200   0.034   0.034   0.034   0.034\n"
			    "text             200    40 B    40 B    40 B    40 B\n"
			    "queue wait       200 1.00 ms 1.00 ms 1.00 ms 1.00 ms\n"
			    "audio: 3 m 20 s in all, 4,410,000 samples\n"
			    "\n"
			    "events lost: 0\n");
}

static void engines_come_in_order_of_appearance_with_all_their_stages(void **state)
{
	struct bench *bench = *state;
	const char *text;

	bench_request(bench, "flite", 3);
	bench_request(bench, "espeak-ng", 3);
	sample_row(bench->sample, "flite", "Tokenization", 3);
	text = bench_text(bench);
	assert_true(strstr(text, "flite: 3 requests") < strstr(text, "espeak-ng: 3 requests"));
	assert_true(strstr(text, "Tokenization") < strstr(text, "espeak-ng: 3 requests"));
	assert_ptr_equal(strstr(strstr(text, "flite: ") + 1, "flite: "), NULL);
}

static void too_few_values_show_no_percentile_but_the_most(void **state)
{
	struct bench *bench = *state;

	sample_row(bench->sample, "e", "once", 1);
	assert_non_null(strstr(bench_text(bench), "once      1   0  0.100   -   -   -   - 1.00 ms"));
	bench->look.ascii = false;
	assert_non_null(strstr(bench_text(bench), "once      1   0  0.100   –   –   –   – 1.00 ms"));
}

static void cancelled_and_incomplete_get_a_column_when_there_are_any(void **state)
{
	struct bench *bench = *state;
	struct meter_row *row = bench_request(bench, "e", 30);

	assert_null(strstr(bench_text(bench), "INCOMPLETE"));
	assert_null(strstr(bench_text(bench), "CANC"));
	row->incomplete_count = 4;
	row->cancelled_count = 5;
	row->errors_count = 6;
	assert_non_null(strstr(bench_text(bench), "INCOMPLETE"));
	assert_non_null(strstr(bench_text(bench), "CANC"));
	assert_non_null(strstr(bench_text(bench), "6 errors, 5 cancelled, 4 incomplete"));
}

static void a_table_that_is_too_wide_becomes_two_and_loses_nothing(void **state)
{
	static const char *const titles[] = { "COUNT", "ERR", "RATE/S", "P50", "P90", "P95", "P99",
					      "MAX",   "CPU", "RUNQ",	"BLKD", "PRE" };
	struct bench *bench = *state;
	size_t i;

	bench_request(bench, "e", 200);
	bench->look.columns = 72;
	bench_text(bench);
	assert_non_null(strstr(bench->out.bytes, "TIME SPENT"));
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		assert_non_null(strstr(bench->out.bytes, titles[i]));
}

static void losses_are_said_by_cause_and_never_twice(void **state)
{
	struct bench *bench = *state;
	struct tallies *tallies = &bench->sample->tallies;

	assert_non_null(strstr(bench_text(bench), "\nevents lost: 0\n"));
	assert_non_null(strstr(bench_text(bench), "no utterance seen"));
	tallies->lost_count[TT_LOST_RING_ENTER] = 1000;
	tallies->lost_count[TT_LOST_MALFORMED] = tallies->malformed_count = 2;
	tallies->lost_count[TT_LOST_TORN] = 7; /* came, without its split */
	tallies->lost_count[TT_LOST_RECORDING] = 4096;
	assert_non_null(strstr(bench_text(bench), "\nevents lost: 1,002\n"
						  "  lost 1,000 enters (ring full)\n"
						  "  7 records without split (sums in motion)\n"
						  "  lost 2 records (malformed)\n"
						  "  skipped 4,096 bytes of the recording\n"));
	tallies->orphans_count = 3;
	tallies->open_traces_count = 1;
	assert_non_null(strstr(bench_text(bench), "\nutterances still open: 1\n"
						  "calls outside of any request: 3\n"));
}

static void json_holds_every_number_in_ns(void **state)
{
	struct bench *bench = *state;
	struct json_object *object, *engine, *stage, *wall;

	bench_request(bench, "espeak-ng", 50);
	bench->sample->probe.enters_count = 77;
	object = bench_json(bench);
	assert_string_equal(check_word(object, "event"), "report");
	assert_string_equal(check_word(object, "scope"), "run");
	assert_string_equal(check_word(object, "start"), "2026-11-24T07:32:00.000000000Z");
	assert_int_equal(check_count(object, "covered_ns"), 10 * NS_PER_S);
	assert_int_equal(check_count(object, "events_lost"), 0);
	engine = json_object_array_get_idx(json_object_object_get(object, "engines"), 0);
	assert_string_equal(check_word(engine, "engine"), "espeak-ng");
	stage = json_object_array_get_idx(json_object_object_get(engine, "stages"), 0);
	assert_int_equal(check_count(stage, "count"), 50);
	assert_true(json_object_get_double(json_object_object_get(stage, "rate_per_s")) == 5.0);
	wall = json_object_object_get(stage, "wall_ns");
	assert_int_equal(check_count(wall, "p50"), 25 * NS_PER_MS);
	assert_int_equal(check_count(wall, "p95"), 48 * NS_PER_MS);
	assert_int_equal(check_count(wall, "max"), 50 * NS_PER_MS);
	assert_false(check_has(wall, "p99"));
	assert_int_equal(check_count(json_object_object_get(stage, "first_audio_ns"), "n"), 50);
	assert_int_equal(check_count(json_object_array_get_idx(json_object_object_get(object, "probes"), 0),
				     "enters"),
			 77);
	json_object_put(object);
}

static void json_takes_any_bytes_as_names(void **state)
{
	struct bench *bench = *state;
	struct buf wanted = { 0 };
	char nasty[100] = "";
	unsigned seed;

	bench_request(bench, nasty, 2);
	for (seed = 0; seed < 200; seed++) {
		struct json_object *object, *engine;

		check_nasty(nasty, sizeof(nasty), seed);
		buf_reset(&wanted);
		check_expect(&wanted, nasty);
		object = bench_json(bench);
		engine = json_object_array_get_idx(json_object_object_get(object, "engines"), 0);
		assert_string_equal(check_word(engine, "engine"), wanted.bytes);
		json_object_put(object);
	}
	buf_fini(&wanted);
}

static void it_fits_every_width_whatever_the_names(void **state)
{
	struct bench *bench = *state;
	struct meter_row *row;
	char engine[60] = "", stage[60] = "", other[60] = "";
	unsigned variant, seed = 0, i;

	row = bench_request(bench, engine, 200);
	row->cancelled_count = row->incomplete_count = row->errors_count = row->count = UINT64_MAX;
	hist_add(&row->wall_ns, UINT64_MAX);
	sample_row(bench->sample, engine, stage, 20);
	sample_row(bench->sample, other, stage, 1)->incomplete_count = 3;
	for (i = 0; i < 10; i++)
		bench->sample->tallies.lost_count[i] = UINT64_MAX;
	bench->sample->tallies.orphans_count = bench->sample->tallies.let_go_count = UINT64_MAX;
	bench->sample->view.end_reason = TT_END_TRUNCATED;
	for (bench->look.columns = 1; bench->look.columns <= 200; bench->look.columns++) {
		for (variant = 0; variant < 4; variant++) {
			bench->look.colour = variant & 1;
			bench->look.ascii = variant & 2;
			check_nasty(engine, sizeof(engine), ++seed);
			check_nasty(stage, sizeof(stage), ++seed);
			check_nasty(other, sizeof(other), ++seed);
			check_shown(bench_text(bench), &bench->look);
		}
	}
}

static void an_interval_tells_only_its_own_losses(void **state)
{
	struct bench *bench = *state;
	struct sample *sample = bench->sample;
	struct meter interval = { .rows = sample->rows, .start_at_ns = SAMPLE_START_NS };
	int fd = sample_file();
	struct sink *report = report_new(fd, &bench->look, false);
	char *text, *at;

	sample->view.interval = &interval;
	interval.end_at_ns = SAMPLE_START_NS + 5 * NS_PER_S;
	sample->tallies.lost_count[TT_LOST_RING_ENTER] = 3;
	report->ops->on_tick(report, &sample->view); /* not due */
	sample->view.interval_due = true;
	report->ops->on_tick(report, &sample->view);
	sample->tallies.lost_count[TT_LOST_RING_ENTER] = 8;
	sample->tallies.open_traces_count = 2;
	report->ops->on_tick(report, &sample->view);
	report->ops->on_tick(report, &sample->view);
	sample->view.interval_due = false;
	sample->view.end_reason = TT_END_STOPPED;
	report->ops->on_tick(report, &sample->view);
	report->ops->on_tick(report, &sample->view);
	text = sample_text(fd, NULL);
	at = strstr(text, "interval 2026-11-24 07:32:00.000 to 07:32:05.000 UTC (5.00 s)\n");
	assert_ptr_equal(at, text);
	at = strstr(at, "events lost: 3\n");
	assert_non_null(at);
	at = strstr(at, "events lost: 5\n");
	assert_non_null(at);
	at = strstr(at, "events lost: 0\nutterances still open: 2\n");
	assert_non_null(at);
	at = strstr(at, "report 2026");
	assert_non_null(at);
	at = strstr(at, "events lost: 8\n");
	assert_non_null(at);
	assert_null(strstr(at + 1, "events lost"));
	free(text);
	report_free(report);
	close(fd);
}

static void a_full_device_is_an_error(void **state)
{
	struct bench *bench = *state;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct sink *report = report_new(fd, &bench->look, true);

	bench->sample->view.end_reason = TT_END_TARGET;
	assert_int_equal(report_error(report), 0);
	report->ops->on_tick(report, &bench->sample->view);
	assert_int_equal(report_error(report), -ENOSPC);
	report_free(report);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quantile_is_known_from_enough_values_on),
		TEST(the_whole_report_reads_as_promised),
		TEST(engines_come_in_order_of_appearance_with_all_their_stages),
		TEST(too_few_values_show_no_percentile_but_the_most),
		TEST(cancelled_and_incomplete_get_a_column_when_there_are_any),
		TEST(a_table_that_is_too_wide_becomes_two_and_loses_nothing),
		TEST(losses_are_said_by_cause_and_never_twice),
		TEST(json_holds_every_number_in_ns),
		TEST(json_takes_any_bytes_as_names),
		TEST(it_fits_every_width_whatever_the_names),
		TEST(an_interval_tells_only_its_own_losses),
		TEST(a_full_device_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
