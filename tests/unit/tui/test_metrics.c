// SPDX-License-Identifier: Apache-2.0
/* The Metrics tab as somebody uses it: keys, filter, search, mouse, every size, hostile names, and what it
 * costs. */
#include "metrics_world.h"

#include <stdio.h>

#include "sink/tui/metrics_tab.h"

#define P1 "engine=\"acme\",service=\"a\",pid=\"1\""
#define P2 "engine=\"acme\",service=\"a\",pid=\"2\""

/* A little of everything, seconds 0 to 300. */
static void put_all(struct metrics_world *w)
{
	static const struct {
		const char *series;
		double first, step;
	} runs[] = {
		{"tts_requests_total{" P1 "}", 0, 2},
		{"tts_requests_total{" P2 "}", 0, 1},
		{"tts_queue_depth{" P1 "}", 5, 0},
		{"tts_process_cpu_ratio{service=\"a\",pid=\"1\"}", 0.25, 0},
		{"tts:request_duration_seconds:p50_5m{" P1 "}", 1, 0},
		{"tts:request_duration_seconds:p95_5m{" P1 "}", 2, 0.01},
		{"tts:request_duration_seconds:p99_5m{" P1 "}", 3, 0.01},
		{"tts:request_duration_seconds:max_5m{" P1 "}", 4, 0.01},
		{"tts:request_duration_seconds:count_5m{" P1 "}", 120, 0},
		{"tts_request_duration_seconds_bucket{" P1 ",le=\"1\"}", 0, 1},
		{"tts_request_duration_seconds_bucket{" P1 ",le=\"5\"}", 0, 2},
		{"tts_request_duration_seconds_bucket{" P1 ",le=\"+Inf\"}", 0, 2},
		{"tts_request_duration_seconds_count{" P1 "}", 0, 2},
		{"tts_request_duration_seconds_sum{" P1 "}", 0, 3},
		{"tts_oncpu_seconds_total{" P1 ",stage=\"text\"}", 0, 0.5},
		{"tts_runqueue_wait_seconds_total{" P1 ",stage=\"text\"}", 0, 0.1},
		{"tts_blocked_seconds_total{" P1 ",stage=\"text\"}", 0, 0.1},
		{"tts_preempted_seconds_total{" P1 ",stage=\"text\"}", 0, 0.1},
		{"tts_split_wall_seconds_total{" P1 ",stage=\"text\"}", 0, 0.8},
		{"tts_stage_duration_seconds_bucket{" P1 ",stage=\"text\",le=\"0.5\"}", 0, 3},
		{"tts_stage_duration_seconds_bucket{" P1 ",stage=\"text\",le=\"+Inf\"}", 0, 3},
		{"tts_stage_duration_seconds_count{" P1 ",stage=\"text\"}", 0, 3},
		{"ttsobs_events_lost_total{cause=\"torn\",service=\"a\",pid=\"1\"}", 0, 1},
		{"ttsobs_series", 40, 0},
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		put_run(w, runs[i].series, 0, 300, runs[i].first, runs[i].step);
	show_at(w, 300);
}

static void the_duration_of_requests_is_selected_at_first(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put(w, "tts_up{" P1 "}", 0, 1);
	(void)draw(w);
	put_all(w); /* it comes later than the tab was opened */
	assert_shown(w, "tts:request_duration_seconds{engine");
	press(w, KEYCODE_DOWN);
	assert_shown(w, "tts_blocked_seconds_total{engine");
	metrics_world_free(w);
}

static void the_list_shows_values_with_their_units_and_how_many_series_there_are(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0;

	(void)state;
	put_all(w);
	size_to(w, 40, 200);
	(void)draw(w);
	assert_non_null(find_text(w, "tts_requests_total", &row, NULL));
	assert_non_null(strstr(row_text(w, row), "x2"));
	assert_non_null(strstr(row_text(w, row), " 3/s"));
	assert_non_null(strstr(row_text(w, row), " 180 ")); /* of the last minute */
	assert_non_null(find_text(w, "tts_process_cpu_ratio", &row, NULL));
	assert_non_null(strstr(row_text(w, row), " 25 % "));
	assert_non_null(find_text(w, "tts:request_duration_seconds", &row, NULL));
	assert_non_null(strstr(row_text(w, row), "p95 5.00 s"));
	assert_non_null(strstr(row_text(w, row), " 120 "));
	assert_non_null(find_text(w, "tts_request_duration_seconds", &row, NULL));
	assert_non_null(strstr(row_text(w, row), "mean 1.50 s"));
	metrics_world_free(w);
}

static void what_is_beyond_its_threshold_is_marked_in_the_list_by_a_glyph_and_a_style(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0, column = 0;

	(void)state;
	put_all(w);
	put_run(w, "tts_threshold{" P1 ",metric=\"request_duration_seconds\",severity=\"warning\"}", 0, 300, 3,
		0);
	put_run(w, "tts_threshold{" P1 ",metric=\"request_duration_seconds\",severity=\"critical\"}", 0, 300, 4,
		0);
	put_run(w, "tts_threshold{" P1 ",metric=\"request_duration_seconds\",severity=\"emergency\"}", 0, 300,
		40, 0);
	put_run(w, "tts_threshold{" P1 ",metric=\"queue_depth\",severity=\"warning\"}", 0, 300, 10, 0);
	put_run(w, "tts:request_success:ratio_5m{" P1 "}", 0, 300, 1, 0);
	put_run(w, "tts:request_success:ratio_5m{" P2 "}", 0, 300, 0.75, 0);
	put_run(w, "tts_threshold{" P2 ",metric=\"success_ratio\",severity=\"warning\"}", 0, 300, 0.95, 0);
	(void)draw(w);
	assert_non_null(find_text(w, "!p95 5.00 s", &row, &column));
	assert_int_equal(canvas_cell(&w->canvas, row, column)->style, STYLE_CRITICAL);
	assert_null(find_text(w, "!5", NULL, NULL)); /* the queue is short enough */
	/* of several the worst is told, and where low is bad that is the least */
	assert_non_null(find_text(w, "!min 75 %", &row, &column));
	assert_int_equal(canvas_cell(&w->canvas, row, column)->style, STYLE_WARNING);
	metrics_world_free(w);
}

static void what_has_ended_has_a_dash_in_the_list_and_not_its_last_value(void **state)
{
	struct metrics_world *w = metrics_world_with(true);
	unsigned row = 0;

	(void)state;
	put_run(w, "tts_queue_depth{" P1 "}", 0, 10, 7, 0);
	end_series(w, "tts_queue_depth{" P1 "}", 11);
	show_at(w, 20);
	(void)draw(w);
	assert_non_null(find_text(w, "tts_queue_depth", &row, NULL));
	assert_null(strchr(row_text(w, row), '7'));
	assert_non_null(strstr(row_text(w, row), " -|"));
	metrics_world_free(w);
}

static void families_open_and_close_and_a_group_can_be_selected(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	(void)draw(w);
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = "tts_requests_total"});
	assert_not_shown(w, "  pid=\"2\"");
	press(w, KEYCODE_RIGHT);
	assert_shown(w, "  pid=\"2\"");
	press(w, KEYCODE_DOWN);
	press(w, KEYCODE_DOWN);
	assert_shown(w, "rate 1/s");
	press(w, KEYCODE_LEFT);
	assert_not_shown(w, "  pid=\"2\"");
	assert_shown(w, "rate 3/s"); /* the family has the selection now */
	metrics_world_free(w);
}

static void y_copies_a_selector_that_promql_and_the_filter_take(void **state)
{
	static const struct {
		const char *metric, *selector;
	} cases[] = {
		{"tts_queue_depth", "tts_queue_depth{engine=\"acme\",pid=\"1\",service=\"a\"}"},
		{"tts_requests_total", "tts_requests_total"},
		{"tts:request_duration_seconds", "tts:request_duration_seconds:p95_5m{engine=\"acme\""},
		{"tts_request_duration_seconds", "tts_request_duration_seconds_bucket{engine=\"acme\""},
	};
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	size_to(w, 24, 160);
	(void)draw(w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = cases[i].metric});
		(void)draw(w);
		press(w, 'y');
		(void)draw(w);
		if (!strstr(row_text(w, 22), cases[i].selector))
			fail_msg("%s: %s", cases[i].metric, row_text(w, 22));
	}
	metrics_world_free(w);
}

static void a_filter_is_shown_with_what_it_left_and_esc_takes_it_off(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	(void)draw(w);
	type(w, "\\{pid=\"2\"}\r");
	assert_shown(w, "\\ {pid=\"2\"}  1 of 24 series");
	assert_not_shown(w, "tts_queue_depth");
	assert_shown(w, "rate 1/s"); /* of the one that is left */
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "tts_queue_depth");
	metrics_world_free(w);
}

static void a_filter_with_a_mistake_says_where_and_the_one_before_stays(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	(void)draw(w);
	type(w, "\\queue\r");
	assert_shown(w, "tts_queue_depth");
	type(w, "\\{pid=}\r");
	assert_shown(w, "not applied: at 11: ");
	assert_shown(w, "\\ queue  "); /* that is in force */
	assert_shown(w, "tts_queue_depth");
	assert_not_shown(w, "tts_requests_total");
	metrics_world_free(w);
}

static void a_filter_that_leaves_nothing_says_how_to_get_rid_of_it(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	(void)draw(w);
	type(w, "\\zzz\r");
	assert_shown(w, "no series matches the filter");
	assert_shown(w, "0 of 24 series");
	assert_shown(w, "nothing is selected");
	for (int i = 0; i < METRICS_VIEWS; i++) {
		press(w, 'v');
		(void)draw(w);
	}
	press(w, 'y');
	press(w, KEYCODE_ENTER);
	press(w, KEYCODE_DOWN);
	(void)draw(w);
	metrics_world_free(w);
}

static void a_search_goes_from_match_to_match_and_around(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	(void)draw(w);
	type(w, "/request\r");
	assert_shown(w, "tts:request_duration_seconds{");
	press(w, 'n');
	assert_shown(w, "tts_request_duration_seconds{");
	press(w, 'n');
	assert_shown(w, "tts_requests_total x2");
	press(w, 'n');
	assert_shown(w, "tts:request_duration_seconds{");
	press(w, 'N');
	assert_shown(w, "tts_requests_total x2");
	type(w, "/");
	for (int i = 0; i < 7; i++)
		press(w, KEYCODE_BACKSPACE);
	type(w, "nowhere\r");
	press(w, 'n');
	assert_shown(w, "no metric and no label has \"nowhere\" in it");
	metrics_world_free(w);
}

static void v_goes_through_all_charts_and_a_click_on_a_name_opens_one(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0, column = 0;

	(void)state;
	put_all(w);
	assert_shown(w, "[plot]");
	press(w, 'v');
	assert_shown(w, "[heatmap]");
	press(w, 'v');
	assert_shown(w, "[stages]");
	press(w, 'v');
	assert_shown(w, "[distribution]");
	press(w, 'v');
	assert_shown(w, "[plot]");
	assert_non_null(find_text(w, "stages", &row, &column));
	tui_event(w->tui, &(struct screen_event){.kind = SCREEN_CLICK, .row = row, .column = column + 2});
	assert_shown(w, "[stages]");
	metrics_world_free(w);
}

static void a_click_selects_a_double_click_opens_and_the_wheel_zooms(void **state)
{
	struct metrics_world *w = metrics_world_new();
	unsigned row = 0, column = 0;

	(void)state;
	put_all(w);
	(void)draw(w);
	assert_non_null(find_text(w, "tts_queue_depth", &row, &column));
	tui_event(w->tui, &(struct screen_event){.kind = SCREEN_CLICK, .row = row, .column = column + 1});
	assert_shown(w, "tts_queue_depth{");
	tui_event(w->tui, &(struct screen_event){.kind = SCREEN_WHEEL_UP, .row = 10, .column = 60});
	assert_shown(w, "axis 1/2");
	tui_event(w->tui,
		  &(struct screen_event){.kind = SCREEN_DOUBLE_CLICK, .row = row, .column = column + 1});
	assert_not_shown(w, "METRIC");
	tui_event(w->tui, &(struct screen_event){.kind = SCREEN_DOUBLE_CLICK, .row = 12, .column = 60});
	assert_shown(w, "METRIC");
	metrics_world_free(w);
}

static void enter_gives_the_chart_all_the_room_and_esc_takes_it_back(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	assert_shown(w, "METRIC");
	press(w, KEYCODE_ENTER);
	assert_not_shown(w, "METRIC");
	assert_shown(w, "[plot]");
	press(w, KEYCODE_DOWN); /* the next one, though the list is not seen */
	assert_shown(w, "tts_blocked_seconds_total{");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "METRIC");
	press(w, 'e');
	assert_not_shown(w, "METRIC");
	press(w, KEYCODE_ENTER);
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "METRIC");
	metrics_world_free(w);
}

static void in_a_narrow_window_list_and_chart_take_turns(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	size_to(w, 12, 40);
	assert_shown(w, "METRIC");
	assert_not_shown(w, "heatmap");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "heatmap");
	assert_not_shown(w, "METRIC");
	metrics_world_free(w);
}

static void another_tab_can_select_a_metric_and_hears_when_it_is_not_there(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	desk_go(&w->tui->desk,
		&(struct desk_target){.tab = TUI_METRICS, .metric = "tts_request_duration_seconds_bucket"});
	assert_shown(w, "tts_request_duration_seconds{engine");
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = "acme:new"});
	assert_shown(w, "there is no series of acme:new yet");
	put(w, "acme:new", 301, 42);
	show_at(w, 302);
	assert_shown(w, "value 42"); /* it came, and was waited for */
	type(w, "\\queue\r");
	(void)draw(w);
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = "acme:new"});
	assert_shown(w, "acme:new is hidden by the filter");
	metrics_world_free(w);
}

static void what_is_selected_stays_so_when_series_come(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_all(w);
	(void)draw(w);
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = "tts_queue_depth"});
	assert_shown(w, "tts_queue_depth{");
	put(w, "tts_aaa", 301, 1);
	put(w, "tts_queue_depth{" P1 "}", 302, 5);
	show_at(w, 302);
	assert_shown(w, "tts_aaa");
	assert_shown(w, "tts_queue_depth{");
	metrics_world_free(w);
}

/* --- every size, every mode
 * ------------------------------------------------------------------------------------------ */

static void check_clean(const struct metrics_world *w)
{
	for (size_t i = 0; i < (size_t)w->canvas.rows * w->canvas.columns; i++) {
		uint32_t glyph = w->canvas.cells[i].glyph;

		if (glyph && (glyph < ' ' || (glyph >= 0x7f && glyph < 0xa0) ||
			      (glyph >= 0x202a && glyph <= 0x202e) || (glyph >= 0x2066 && glyph <= 0x2069)))
			fail_msg("cell %zu is U+%04x", i, glyph);
		if (w->canvas.ascii && glyph > 0x7e)
			fail_msg("cell %zu is U+%04x in ascii", i, glyph);
	}
}

static void all_charts_can_be_drawn_in_every_size_and_in_ascii(void **state)
{
	static const unsigned sizes[][2] = {{1, 1},   {2, 3},	{8, 30},  {10, 30},  {11, 59},	{12, 40},
					    {12, 60}, {24, 80}, {23, 79}, {60, 200}, {500, 40}, {9, 1000}};

	(void)state;
	for (int ascii = 0; ascii < 2; ascii++) {
		struct metrics_world *w = metrics_world_with(ascii);

		put_all(w);
		(void)draw(w);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			size_to(w, sizes[i][0], sizes[i][1]);
			for (int view = 0; view < METRICS_VIEWS; view++) {
				(void)draw(w);
				check_clean(w);
				press(w, KEYCODE_ENTER);
				(void)draw(w);
				check_clean(w);
				press(w, KEYCODE_ESCAPE);
				press(w, 'v');
			}
		}
		metrics_world_free(w);
	}
}

static void nothing_is_drawn_outside_of_the_area_however_small_it_is(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct tab *tab = w->tui->tabs[TUI_METRICS];

	(void)state;
	put_all(w);
	(void)draw(w);
	for (int rows = 0; rows <= 22; rows++)
		for (int columns = 0; columns <= 70; columns += 1 + columns / 8)
			for (int view = 0; view < METRICS_VIEWS; view++) {
				struct area area;

				canvas_clear(&w->canvas);
				area = area_part(area_of(&w->canvas), 1, 5, rows, columns);
				w->tui->desk.is_expanded = columns & 1;
				tab->ops->draw(tab, &w->tui->desk, area);
				tab->ops->act(tab, &w->tui->desk, ACTION_CHART_NEXT);
				for (unsigned row = 0; row < w->canvas.rows; row++)
					for (unsigned column = 0; column < w->canvas.columns; column++)
						if ((int)row < 1 || (int)row >= 1 + rows || (int)column < 5 ||
						    (int)column >= 5 + columns)
							assert_int_equal(
								canvas_cell(&w->canvas, row, column)->glyph,
								' ');
			}
	metrics_world_free(w);
}

static void the_meaning_is_there_without_colours_and_in_ascii(void **state)
{
	struct metrics_world *w = metrics_world_with(true);

	(void)state;
	put_all(w);
	put_run(w, "tts_threshold{" P1 ",metric=\"request_duration_seconds\",severity=\"warning\"}", 0, 300, 3,
		0);
	size_to(w, 24, 120);
	(void)draw(w);
	assert_shown(w, "warning 3 s");
	assert_shown(w, "p95");
	assert_shown(w, "loss");
	press(w, 'v');
	assert_shown(w, "<=1 s");
	press(w, 'v');
	assert_shown(w, "# on-CPU");
	assert_shown(w, "! pre-empted");
	check_clean(w);
	metrics_world_free(w);
}

static void hostile_names_and_labels_are_words_and_nothing_else(void **state)
{
	static const char *const values[] = {
		"\\033[2J\\033[H", "\\n\\r\\t",		 "\\u202e\\u2066", "%s%n%d",
		"a\\\"b\\\\c",	   "\\x1b]52;c;aGk=\\a", "\\xff\\xfe",	   ""};

	(void)state;
	for (int ascii = 0; ascii < 2; ascii++) {
		struct metrics_world *w = metrics_world_with(ascii);

		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			char bytes[64];
			struct label labels[] = {{"__name__", "tts_stage_duration_seconds_count"},
						 {"stage", bytes},
						 {"pid", "1"}};
			struct label named[] = {{"__name__", bytes}};
			struct buf buf = {0};

			/* as an attacker would name a thread: the bytes themselves */
			for (const char *at = values[i]; *at; at++)
				buf_char(&buf, *at == '\\' && at[1] == 'n' ? (at++, '\n') : *at);
			buf_text(&buf, "\033[31m\xc2\x9b\x7f");
			snprintf(bytes, sizeof(bytes), "%s", buf.bytes);
			buf_fini(&buf);
			store_append(
				w->store,
				store_series(w->store, labels_intern(store_labels(w->store), labels, 3), false),
				START_S * 1000, 1);
			store_append(
				w->store,
				store_series(w->store, labels_intern(store_labels(w->store), named, 1), false),
				START_S * 1000, 1);
		}
		show_at(w, 1);
		for (int view = 0; view < METRICS_VIEWS; view++) {
			for (int i = 0; i < 20; i++) {
				(void)draw(w);
				check_clean(w);
				press(w, KEYCODE_RIGHT);
				press(w, KEYCODE_DOWN);
			}
			press(w, KEYCODE_HOME);
			press(w, 'v');
		}
		press(w, 'y');
		(void)draw(w);
		check_clean(w);
		metrics_world_free(w);
	}
}

/* --- what it costs
 * ----------------------------------------------------------------------------------------------------- */

static const struct metrics_charts *charts_of(struct metrics_world *w)
{
	return &((struct metrics *)w->tui->tabs[TUI_METRICS])->charts;
}

static void drawing_again_within_a_second_reads_nothing(void **state)
{
	struct metrics_world *w = metrics_world_new();
	uint64_t before;

	(void)state;
	put_all(w);
	for (int view = 0; view < METRICS_VIEWS; view++) {
		(void)draw(w);
		before = charts_of(w)->plot.grid.reads_count + charts_of(w)->histogram.grid.reads_count +
			 charts_of(w)->loss.grid.reads_count;
		assert_true(before > 0);
		w->view.now_ns += 300 * NS_PER_MS;
		for (int i = 0; i < 3; i++)
			(void)draw(w);
		assert_int_equal(charts_of(w)->plot.grid.reads_count +
					 charts_of(w)->histogram.grid.reads_count +
					 charts_of(w)->loss.grid.reads_count,
				 before);
		w->view.now_ns -= 300 * NS_PER_MS;
		press(w, 'v');
	}
	metrics_world_free(w);
}

static void thousands_of_series_are_looked_at_once_a_second_at_most(void **state)
{
	struct metrics_world *w = metrics_world_new();
	char name[128];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "tts_metric_%d{pid=\"%d\"}", i / 4, i);
		put(w, name, 0, i);
	}
	show_at(w, 1);
	assert_shown(w, "of 500");
	press(w, KEYCODE_END);
	assert_shown(w, "tts_metric_99");
	type(w, "\\{pid=\"1999\"}\r");
	assert_shown(w, "1 of 2000 series");
	metrics_world_free(w);
}

static void a_time_travel_forgets_what_was_read_and_keeps_what_was_chosen(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct store *other =
		store_new(&(struct store_limits){.series_count = 100, .bytes = 1 << 20, .age_ms = 3600000});
	struct store *first = w->store;

	(void)state;
	put_all(w);
	(void)draw(w);
	desk_go(&w->tui->desk, &(struct desk_target){.tab = TUI_METRICS, .metric = "tts_queue_depth"});
	assert_shown(w, "value 5");
	w->store = w->view.store = other;
	put_run(w, "tts_queue_depth{" P1 "}", 0, 100, 9, 0);
	show_at(w, 100);
	store_free(first);
	tui_begin(w->tui, &w->view, NULL);
	assert_shown(w, "value 9");
	metrics_world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_duration_of_requests_is_selected_at_first),
		cmocka_unit_test(the_list_shows_values_with_their_units_and_how_many_series_there_are),
		cmocka_unit_test(what_is_beyond_its_threshold_is_marked_in_the_list_by_a_glyph_and_a_style),
		cmocka_unit_test(what_has_ended_has_a_dash_in_the_list_and_not_its_last_value),
		cmocka_unit_test(families_open_and_close_and_a_group_can_be_selected),
		cmocka_unit_test(y_copies_a_selector_that_promql_and_the_filter_take),
		cmocka_unit_test(a_filter_is_shown_with_what_it_left_and_esc_takes_it_off),
		cmocka_unit_test(a_filter_with_a_mistake_says_where_and_the_one_before_stays),
		cmocka_unit_test(a_filter_that_leaves_nothing_says_how_to_get_rid_of_it),
		cmocka_unit_test(a_search_goes_from_match_to_match_and_around),
		cmocka_unit_test(v_goes_through_all_charts_and_a_click_on_a_name_opens_one),
		cmocka_unit_test(a_click_selects_a_double_click_opens_and_the_wheel_zooms),
		cmocka_unit_test(enter_gives_the_chart_all_the_room_and_esc_takes_it_back),
		cmocka_unit_test(in_a_narrow_window_list_and_chart_take_turns),
		cmocka_unit_test(another_tab_can_select_a_metric_and_hears_when_it_is_not_there),
		cmocka_unit_test(what_is_selected_stays_so_when_series_come),
		cmocka_unit_test(all_charts_can_be_drawn_in_every_size_and_in_ascii),
		cmocka_unit_test(nothing_is_drawn_outside_of_the_area_however_small_it_is),
		cmocka_unit_test(the_meaning_is_there_without_colours_and_in_ascii),
		cmocka_unit_test(hostile_names_and_labels_are_words_and_nothing_else),
		cmocka_unit_test(drawing_again_within_a_second_reads_nothing),
		cmocka_unit_test(thousands_of_series_are_looked_at_once_a_second_at_most),
		cmocka_unit_test(a_time_travel_forgets_what_was_read_and_keeps_what_was_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
