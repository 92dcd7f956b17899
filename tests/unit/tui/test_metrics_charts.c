// SPDX-License-Identifier: Apache-2.0
/* The four charts of the Metrics tab: known values at known instants, and what must be seen of them. */
#include "metrics_world.h"

#define P1 "engine=\"acme\",service=\"a\",pid=\"1\""
#define P2 "engine=\"acme\",service=\"a\",pid=\"2\""

static struct metrics_world *world_showing(const char *metric)
{
	struct metrics_world *w = metrics_world_new();

	(void)draw(w);
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = metric});
	return w;
}

static void select_metric(struct metrics_world *w, const char *metric)
{
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = metric});
}

/* The 5 minutes that end at second 300, p50 of 1 s, p95 of 2 s. */
static void put_percentiles(struct metrics_world *w, const char *labels, double p50, double p95)
{
	char *name;

	name = mem_format("tts:request_duration_seconds:p50_5m{%s}", labels);
	put_run(w, name, 0, 300, p50, 0);
	free(name);
	name = mem_format("tts:request_duration_seconds:p95_5m{%s}", labels);
	put_run(w, name, 0, 300, p95, 0);
	free(name);
	name = mem_format("tts:request_duration_seconds:max_5m{%s}", labels);
	put_run(w, name, 0, 300, 2 * p95, 0);
	free(name);
	name = mem_format("tts:request_duration_seconds:count_5m{%s}", labels);
	put_run(w, name, 0, 300, 37, 0);
	free(name);
}

static void put_bucket(struct metrics_world *w, const char *family, const char *labels, const char *le,
		       int64_t from, int64_t to, double first, double step)
{
	char *name = mem_format("%s_bucket{%s,le=\"%s\"}", family, labels, le);

	put_run(w, name, from, to, first, step);
	free(name);
}

/* From second 0 to 300: per second 3 values up to 0.5 s and 1 up to 2 s; nothing is slower. */
static void put_histogram(struct metrics_world *w, const char *labels)
{
	put_bucket(w, "tts_request_duration_seconds", labels, "0.1", 0, 300, 0, 0);
	put_bucket(w, "tts_request_duration_seconds", labels, "0.5", 0, 300, 0, 3);
	put_bucket(w, "tts_request_duration_seconds", labels, "2", 0, 300, 0, 4);
	put_bucket(w, "tts_request_duration_seconds", labels, "10", 0, 300, 0, 4);
	put_bucket(w, "tts_request_duration_seconds", labels, "+Inf", 0, 300, 0, 4);
}

/* --- plot
 * ------------------------------------------------------------------------------------------------------------
 */

static void a_counter_is_drawn_as_its_rate_with_unit_n_and_window(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 300, 0, 2);
	show_at(w, 300);
	assert_shown(w, "rate 2/s");
	assert_shown(w, "n 600 in 5m");
	assert_shown(w, "per second");
	assert_shown(w, "rate over 10 s");
	assert_shown(w, "tts_requests_total{engine=\"acme\",pid=\"1\"");
	metrics_world_free(w);
}

static void counters_of_several_processes_are_added_up_and_that_is_said(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 300, 0, 2);
	put_run(w, "tts_requests_total{" P2 "}", 0, 300, 0, 3);
	show_at(w, 300);
	assert_shown(w, "rate 5/s");
	assert_shown(w, "n 1,500 in 5m");
	assert_shown(w, "tts_requests_total x2");
	metrics_world_free(w);
}

static void percentiles_are_a_band_and_one_without_values_enough_says_of_how_many(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_percentiles(w, P1, 1, 2);
	show_at(w, 300);
	assert_shown(w, "p50 1.00 s");
	assert_shown(w, "p95 2.00 s");
	assert_shown(w, "n 37 in 5m");
	assert_shown(w, "p99 – (37 of 100)");
	assert_shown(w, "max 4.00 s"); /* in its place */
	assert_true(count_style(w, STYLE_LINE_1) > 20);
	assert_true(count_style(w, STYLE_BAND) > 20);
	metrics_world_free(w);
}

static void of_several_processes_the_greatest_percentile_of_each_moment_is_drawn(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_percentiles(w, P1, 1, 2);
	put_percentiles(w, P2, 0.5, 8);
	show_at(w, 300);
	assert_shown(w, "p50 1.00 s");
	assert_shown(w, "p95 8.00 s");
	assert_shown(w, "greatest of 2 at each moment");
	assert_shown(w, "n 74 in 5m");
	/* and one of them alone */
	press(w, KEYCODE_RIGHT);
	press(w, KEYCODE_DOWN);
	assert_shown(w, "p95 2.00 s");
	assert_shown(w, "n 37 in 5m");
	assert_not_shown(w, "greatest of");
	metrics_world_free(w);
}

static void thresholds_are_said_and_the_next_one_is_a_line(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0, column = 0;

	(void)state;
	put_percentiles(w, P1, 1, 4);
	put_run(w, "tts_threshold{" P1 ",metric=\"request_duration_seconds\",severity=\"warning\"}", 0, 300, 3,
		0);
	put_run(w, "tts_threshold{" P1 ",metric=\"request_duration_seconds\",severity=\"critical\"}", 0, 300,
		10, 0);
	put_run(w, "tts_threshold{" P1 ",metric=\"queue_depth\",severity=\"emergency\"}", 0, 300, 50, 0);
	show_at(w, 300);
	assert_shown(w, "warning 3 s");
	assert_shown(w, "critical 10 s");
	assert_not_shown(w, "emergency");
	/* the greatest, max, is 8 s: warning is behind us, critical is next */
	assert_non_null(find_text(w, "10 s", &row, &column));
	assert_true(count_style(w, STYLE_WARNING) > 20);
	metrics_world_free(w);
}

static void a_process_that_has_ended_leaves_a_gap_and_no_value(void **state)
{
	struct metrics_world *w = world_showing("tts_queue_depth");

	(void)state;
	put_run(w, "tts_queue_depth{" P1 "}", 0, 100, 7, 0);
	end_series(w, "tts_queue_depth{" P1 "}", 101);
	show_at(w, 300);
	(void)draw(w);
	show_at(w, 302);
	assert_shown(w, "value –");
	assert_true(count_style(w, STYLE_LINE_1) > 5); /* what was */
	metrics_world_free(w);
}

static void without_any_sample_it_is_said_and_no_zero_is_shown(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	assert_shown(w, "no metrics yet");
	put(w, "tts_queue_depth{" P1 "}", 0, 7);
	show_at(w, 3000);
	assert_shown(w, "no value in this window");
	assert_not_shown(w, "n 0");
	metrics_world_free(w);
}

static void what_is_no_number_is_a_gap_and_infinity_runs_along_the_edge(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "acme:recorded", 0, 200, 5, 0);
	put_run(w, "acme:recorded", 201, 240, NAN, 0);
	put_run(w, "acme:recorded", 241, 299, INFINITY, 0);
	put(w, "acme:recorded", 300, -INFINITY);
	show_at(w, 300);
	(void)draw(w);
	assert_true(count_style(w, STYLE_LINE_1) > 10);
	press(w, '-');
	press(w, '-');
	press(w, '-');
	assert_shown(w, "log axis");
	metrics_world_free(w);
}

static void loss_is_marked_below_the_columns_it_touched(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0, column = 0, marks = 0;

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 300, 0, 2);
	put_run(w, "ttsobs_events_lost_total{cause=\"ring_full_enter\",service=\"a\",pid=\"1\"}", 0, 300, 0, 0);
	show_at(w, 300);
	assert_not_shown(w, "loss");
	put_run(w, "ttsobs_events_lost_total{cause=\"ring_full_enter\",service=\"a\",pid=\"1\"}", 301, 310, 5,
		0);
	put_run(w, "tts_requests_total{" P1 "}", 301, 310, 602, 2);
	show_at(w, 310);
	(void)draw(w);
	select_metric(w, "tts_requests_total");
	(void)draw(w);
	assert_non_null(find_text(w, "loss", &row, &column));
	for (unsigned at = column; at < w->canvas.columns; at++)
		if (canvas_cell(&w->canvas, row, at)->glyph == '?') {
			marks++;
			assert_int_equal(canvas_cell(&w->canvas, row, at)->style, STYLE_UNKNOWN);
			assert_true(at > w->canvas.columns - 6); /* 9 s ago */
		}
	assert_true(marks >= 1 && marks <= 2);
	metrics_world_free(w);
}

static void the_loss_of_another_process_does_not_touch_this_one(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 300, 0, 2);
	put_run(w, "tts_requests_total{" P2 "}", 0, 300, 0, 2);
	put_run(w, "ttsobs_events_lost_total{cause=\"torn\",service=\"a\",pid=\"2\"}", 0, 300, 0, 1);
	show_at(w, 300);
	assert_shown(w, "loss");
	press(w, KEYCODE_RIGHT);
	press(w, KEYCODE_DOWN);
	assert_shown(w, "pid=\"1\"");
	assert_not_shown(w, "loss");
	press(w, KEYCODE_DOWN);
	assert_shown(w, "loss");
	metrics_world_free(w);
}

static void the_zoom_halves_the_axis_doubles_it_and_ends_logarithmic(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "acme:recorded", 0, 300, 64, 0);
	show_at(w, 300);
	assert_shown(w, "60"); /* a tick */
	press(w, '+');
	assert_shown(w, "axis 1/2: higher is cut");
	assert_shown(w, "30");
	press(w, '-');
	press(w, '-');
	assert_shown(w, "axis x2");
	assert_shown(w, "100");
	press(w, '-');
	press(w, '-');
	assert_shown(w, "log axis");
	press(w, '-');
	assert_shown(w, "as far as the zoom goes");
	for (int i = 0; i < 20; i++)
		press(w, '+');
	assert_shown(w, "axis 1/256");
	metrics_world_free(w);
}

static void the_window_changes_what_is_read(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 600, 0, 1);
	show_at(w, 600);
	assert_shown(w, "n 300 in 5m");
	press(w, '[');
	assert_shown(w, "n 60 in 1m");
	press(w, ']');
	press(w, ']');
	assert_shown(w, "n 600 in 15m");
	press(w, ']');
	press(w, ']');
	assert_shown(w, "n 600 in 6h");
	metrics_world_free(w);
}

static void while_paused_nothing_moves_and_other_charts_are_of_that_instant(void **state)
{
	struct metrics_world *w = metrics_world_new();
	char *before;

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 300, 0, 2);
	show_at(w, 300);
	(void)draw(w);
	press(w, ' ');
	put_run(w, "tts_requests_total{" P1 "}", 301, 330, 700, 50);
	put_run(w, "acme:new", 301, 330, 1, 0);
	show_at(w, 330);
	assert_shown(w, "n 600 in 5m");
	assert_not_shown(w, "acme:new");
	before = mem_string(draw(w));
	assert_non_null(strstr(before, "rate 2/s"));
	free(before);
	press(w, '[');
	assert_shown(w, "n 120 in 1m");
	press(w, ' ');
	assert_shown(w, "acme:new");
	metrics_world_free(w);
}

/* The row of that label at the axis of the chart, below its heading. */
static unsigned label_row(struct metrics_world *w, const char *label)
{
	unsigned column, i;

	(void)draw(w);
	for (unsigned row = 5; row < w->canvas.rows; row++)
		for (column = 39; column < 52; column++) {
			for (i = 0; label[i]; i++)
				if (canvas_cell(&w->canvas, row, column + i)->glyph != (unsigned char)label[i])
					break;
			if (!label[i])
				return row;
		}
	fail_msg("no label \"%s\":\n%s", label, w->text.bytes);
	return 0;
}

/* --- heatmap and distribution
 * ---------------------------------------------------------------------------------------- */

static void the_heatmap_has_a_row_per_bucket_and_is_hot_where_the_values_are(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned hot_row, warm_row, cold_row;
	const struct canvas_cell *hot, *warm;

	(void)state;
	put_histogram(w, P1);
	show_at(w, 300);
	press(w, 'v');
	assert_shown(w, "n 1,200 in 5m");
	assert_shown(w, "≤500 ms");
	hot_row = label_row(w, "500 ms");
	warm_row = label_row(w, "2 s");
	cold_row = label_row(w, "10 s");
	assert_true(cold_row < warm_row && warm_row < hot_row);
	hot = canvas_cell(&w->canvas, hot_row, 70);
	warm = canvas_cell(&w->canvas, warm_row, 70);
	assert_int_equal(hot->style, STYLE_HEAT_LAST);
	assert_true(warm->style >= STYLE_HEAT_0 && warm->style < STYLE_HEAT_LAST);
	assert_int_equal(canvas_cell(&w->canvas, cold_row, 70)->glyph, ' ');
	metrics_world_free(w);
}

static void buckets_of_several_processes_are_added_up(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_histogram(w, P1);
	put_histogram(w, P2);
	show_at(w, 300);
	press(w, 'v');
	assert_shown(w, "n 2,400 in 5m");
	assert_shown(w, "2 added up");
	assert_not_shown(w, "bounds differ");
	metrics_world_free(w);
}

static void bounds_that_not_all_have_are_left_out_and_that_is_said(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_histogram(w, P1);
	put_bucket(w, "tts_request_duration_seconds", P2, "0.5", 0, 300, 0, 1);
	put_bucket(w, "tts_request_duration_seconds", P2, "7", 0, 300, 0, 1);
	put_bucket(w, "tts_request_duration_seconds", P2, "+Inf", 0, 300, 0, 1);
	show_at(w, 300);
	press(w, 'v');
	assert_shown(w, "bounds differ: common ones only");
	assert_shown(w, "n 1,500 in 5m");
	assert_not_shown(w, "≤2 s");
	metrics_world_free(w);
}

static void the_distribution_has_counts_shares_and_the_percentiles_in_their_buckets(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0;

	(void)state;
	put_histogram(w, P1);
	show_at(w, 300);
	press(w, 'v');
	press(w, 'v');
	press(w, 'v');
	size_to(w, 30, 120);
	assert_shown(w, "[distribution]");
	/* rank 600 of 900 in (0.1, 0.5]; 1140 of 1200 in (0.5, 2] */
	assert_shown(w, "p50 367 ms");
	assert_shown(w, "p95 1.70 s");
	assert_shown(w, "p99 1.94 s");
	assert_non_null(find_text(w, "75.0 %", &row, NULL));
	assert_non_null(strstr(row_text(w, row), " 500 ms "));
	assert_non_null(strstr(row_text(w, row), " 900 "));
	assert_non_null(strstr(row_text(w, row), " p50"));
	assert_null(strstr(row_text(w, row), "p95"));
	assert_non_null(find_text(w, "25.0 %", &row, NULL));
	assert_non_null(strstr(row_text(w, row), " 2 s "));
	assert_non_null(strstr(row_text(w, row), " 300 "));
	assert_non_null(strstr(row_text(w, row), "100.0 % p95 p99"));
	metrics_world_free(w);
}

static void a_percentile_beyond_the_last_bound_is_said_to_be_beyond_it(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_bucket(w, "tts_request_duration_seconds", P1, "0.5", 0, 300, 0, 0);
	put_bucket(w, "tts_request_duration_seconds", P1, "+Inf", 0, 300, 0, 1);
	show_at(w, 300);
	press(w, 'v');
	press(w, 'v');
	press(w, 'v');
	assert_shown(w, "p50 > 500 ms");
	assert_shown(w, "+Inf");
	metrics_world_free(w);
}

static void too_few_values_have_no_percentile(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_bucket(w, "tts_request_duration_seconds", P1, "0.5", 0, 300, 0, 0);
	put_bucket(w, "tts_request_duration_seconds", P1, "+Inf", 0, 300, 0, 0);
	put_bucket(w, "tts_request_duration_seconds", P1, "0.5", 301, 301, 19, 0);
	put_bucket(w, "tts_request_duration_seconds", P1, "+Inf", 301, 301, 19, 0);
	show_at(w, 301);
	press(w, 'v');
	press(w, 'v');
	press(w, 'v');
	assert_shown(w, "n 19 in 5m");
	assert_shown(w, "p95 – (19 of 20)");
	assert_shown(w, "p99 – (19 of 100)");
	metrics_world_free(w);
}

static void what_has_no_buckets_is_shown_by_requests_and_that_is_said(void **state)
{
	struct metrics_world *w = world_showing("tts_requests_total");

	(void)state;
	put_run(w, "tts_requests_total{" P1 "}", 0, 300, 0, 4);
	put_histogram(w, P1);
	put_histogram(w, P2);
	show_at(w, 300);
	(void)draw(w);
	press(w, 'v');
	assert_shown(w, "of tts_request_duration_seconds");
	metrics_world_free(w);
}

static void zoomed_in_the_heatmap_says_how_many_values_are_above(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_histogram(w, P1);
	show_at(w, 300);
	press(w, 'v');
	press(w, '+');
	assert_shown(w, "300 above 500 ms");
	assert_not_shown(w, "≤2 s");
	metrics_world_free(w);
}

static void a_heatmap_without_values_says_so(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put(w, "tts_queue_depth{" P1 "}", 0, 1);
	show_at(w, 1);
	press(w, 'v');
	assert_shown(w, "there is no histogram for this yet");
	put_histogram(w, P1);
	show_at(w, 1000);
	(void)draw(w);
	assert_shown(w, "no value in this window");
	metrics_world_free(w);
}

/* --- stages
 * ------------------------------------------------------------------------------------------------------------
 */

static void put_stage(struct metrics_world *w, const char *stage, double oncpu, double runq, double blocked,
		      double preempted)
{
	const struct {
		const char *metric;
		double step;
	} counters[] = {{"tts_oncpu_seconds_total", oncpu},
			{"tts_runqueue_wait_seconds_total", runq},
			{"tts_blocked_seconds_total", blocked},
			{"tts_preempted_seconds_total", preempted},
			{"tts_split_wall_seconds_total", oncpu + runq + blocked + preempted},
			{"tts_stage_duration_seconds_count", 2}};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		char *name = mem_format("%s{" P1 ",stage=\"%s\"}", counters[i].metric, stage);

		put_run(w, name, 0, 300, 0, counters[i].step);
		free(name);
	}
}

static void put_stage_percentiles(struct metrics_world *w, const char *stage)
{
	static const struct {
		const char *member;
		double value;
	} stats[] = {{"p50_1m", 0.25}, {"p95_1m", 0.5}, {"p99_1m", 0.75}, {"max_1m", 0.875}, {"count_1m", 120}};
	char *name;

	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		name = mem_format("tts:stage_duration_seconds:%s{" P1 ",stage=\"%s\"}", stats[i].member, stage);
		put_run(w, name, 0, 300, stats[i].value, 0);
		free(name);
	}
	name = mem_format(P1 ",stage=\"%s\"", stage);
	put_bucket(w, "tts_stage_duration_seconds", name, "0.5", 0, 300, 0, 2);
	put_bucket(w, "tts_stage_duration_seconds", name, "+Inf", 0, 300, 0, 2);
	free(name);
}

static void the_stage_table_has_rates_percentiles_and_the_split_as_a_bar(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_stage(w, "vocoder", 0.5, 0.25, 0.25, 0);
	put_stage(w, "text", 0.01, 0, 0, 0);
	put_stage_percentiles(w, "vocoder");
	show_at(w, 300);
	press(w, '[');
	press(w, 'v');
	press(w, 'v');
	press(w, 'e');
	size_to(w, 24, 120);
	assert_shown(w, "stages in 1m");
	assert_shown(w, "2/s");
	assert_shown(w, "250 ms");
	assert_shown(w, "500 ms");
	assert_shown(w, "750 ms");
	assert_shown(w, "875 ms");
	assert_true(count_style(w, STYLE_ONCPU) > count_style(w, STYLE_RUNQ));
	assert_true(count_style(w, STYLE_RUNQ) > 2 && count_style(w, STYLE_BLOCKED) > 2);
	/* the one that takes most time is first, and told in words */
	assert_shown(w, "vocoder  █ on-CPU 50 %  ▒ run queue 25 %  ░ blocked 25 %  ▓ pre-empted 0 %");
	metrics_world_free(w);
}

static void percentiles_of_longer_windows_are_taken_from_buckets_and_that_is_said(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_stage(w, "vocoder", 0.5, 0.25, 0.25, 0);
	put_stage_percentiles(w, "vocoder");
	show_at(w, 300);
	press(w, 'v');
	press(w, 'v');
	press(w, 'e');
	assert_shown(w, "percentiles by buckets");
	assert_shown(w, "~475 ms"); /* 0.95 of the way to 0.5 s */
	assert_shown(w, "875 ms"); /* max is exact */
	metrics_world_free(w);
}

static void percentiles_of_a_window_that_series_tell_are_the_same_in_all_charts(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_percentiles(w, P1, 0.25, 1.5);
	put_histogram(w, P1);
	show_at(w, 300);
	assert_shown(w, "p95 1.50 s");
	press(w, 'v');
	press(w, 'v');
	size_to(w, 24, 120);
	assert_shown(w, " 1.50 s ");
	assert_not_shown(w, "~");
	press(w, 'v');
	assert_shown(w, "p50 250 ms  p95 1.50 s");
	press(w, ']'); /* no series tells of 15 minutes */
	assert_shown(w, "percentiles by buckets");
	assert_shown(w, "p95 1.70 s");
	metrics_world_free(w);
}

static void a_stage_without_spans_or_split_has_dashes_and_no_zeros(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0;

	(void)state;
	put_run(w, "tts_stage_duration_seconds_count{" P1 ",stage=\"mute\"}", 0, 300, 0, 2);
	put_bucket(w, "tts_stage_duration_seconds", P1 ",stage=\"mute\"", "+Inf", 0, 300, 0, 2);
	show_at(w, 300);
	press(w, 'v');
	press(w, 'v');
	press(w, 'e');
	assert_shown(w, "no split");
	assert_non_null(find_text(w, "mute", &row, NULL));
	assert_null(find_text(w, "0 ms", NULL, NULL));
	metrics_world_free(w);
}

static void the_stage_table_sorts_by_its_columns_when_it_has_all_the_room(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned vocoder_row, text_row;

	(void)state;
	put_stage(w, "vocoder", 0.5, 0, 0, 0);
	put_stage(w, "text", 0.25, 0, 0, 0);
	show_at(w, 300);
	press(w, 'v');
	press(w, 'v');
	press(w, KEYCODE_ENTER);
	(void)draw(w);
	assert_non_null(find_text(w, "vocoder", &vocoder_row, NULL));
	assert_non_null(find_text(w, "text", &text_row, NULL));
	assert_true(vocoder_row < text_row);
	press(w, 'I');
	(void)draw(w);
	find_text(w, "vocoder", &vocoder_row, NULL);
	find_text(w, "text", &text_row, NULL);
	assert_true(text_row < vocoder_row);
	metrics_world_free(w);
}

static void events_lost_in_the_window_are_said_beside_tables(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_stage(w, "vocoder", 0.5, 0, 0, 0);
	put_histogram(w, P1);
	put_run(w, "ttsobs_events_lost_total{cause=\"torn\",service=\"a\",pid=\"1\"}", 0, 300, 0, 1);
	show_at(w, 300);
	press(w, 'v');
	press(w, 'v');
	assert_shown(w, "? 300 events lost");
	press(w, 'v');
	assert_shown(w, "? 300 events lost");
	metrics_world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_drawn_as_its_rate_with_unit_n_and_window),
		cmocka_unit_test(counters_of_several_processes_are_added_up_and_that_is_said),
		cmocka_unit_test(percentiles_are_a_band_and_one_without_values_enough_says_of_how_many),
		cmocka_unit_test(of_several_processes_the_greatest_percentile_of_each_moment_is_drawn),
		cmocka_unit_test(thresholds_are_said_and_the_next_one_is_a_line),
		cmocka_unit_test(a_process_that_has_ended_leaves_a_gap_and_no_value),
		cmocka_unit_test(without_any_sample_it_is_said_and_no_zero_is_shown),
		cmocka_unit_test(what_is_no_number_is_a_gap_and_infinity_runs_along_the_edge),
		cmocka_unit_test(loss_is_marked_below_the_columns_it_touched),
		cmocka_unit_test(the_loss_of_another_process_does_not_touch_this_one),
		cmocka_unit_test(the_zoom_halves_the_axis_doubles_it_and_ends_logarithmic),
		cmocka_unit_test(the_window_changes_what_is_read),
		cmocka_unit_test(while_paused_nothing_moves_and_other_charts_are_of_that_instant),
		cmocka_unit_test(the_heatmap_has_a_row_per_bucket_and_is_hot_where_the_values_are),
		cmocka_unit_test(buckets_of_several_processes_are_added_up),
		cmocka_unit_test(bounds_that_not_all_have_are_left_out_and_that_is_said),
		cmocka_unit_test(the_distribution_has_counts_shares_and_the_percentiles_in_their_buckets),
		cmocka_unit_test(a_percentile_beyond_the_last_bound_is_said_to_be_beyond_it),
		cmocka_unit_test(too_few_values_have_no_percentile),
		cmocka_unit_test(what_has_no_buckets_is_shown_by_requests_and_that_is_said),
		cmocka_unit_test(zoomed_in_the_heatmap_says_how_many_values_are_above),
		cmocka_unit_test(a_heatmap_without_values_says_so),
		cmocka_unit_test(the_stage_table_has_rates_percentiles_and_the_split_as_a_bar),
		cmocka_unit_test(percentiles_of_longer_windows_are_taken_from_buckets_and_that_is_said),
		cmocka_unit_test(percentiles_of_a_window_that_series_tell_are_the_same_in_all_charts),
		cmocka_unit_test(a_stage_without_spans_or_split_has_dashes_and_no_zeros),
		cmocka_unit_test(the_stage_table_sorts_by_its_columns_when_it_has_all_the_room),
		cmocka_unit_test(events_lost_in_the_window_are_said_beside_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
