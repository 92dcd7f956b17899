// SPDX-License-Identifier: Apache-2.0
/* Many instances, keys, clicks, what is copied, what pausing holds: the Overview in use. */
#include "overview_world.h"

/* --- many ------------------------------------------------------------------------------------------------------ */

static void many_instances_are_a_list_with_problems_first(void **state)
{
	struct tui_world *w = thirty();
	unsigned critical, warning;

	(void)state;
	critical = row_with(w, "CRITICAL  ");
	warning = row_with(w, "WARNING   ");
	assert_non_null(strstr(row_of(w, critical), "svc (1025)"));
	assert_non_null(strstr(row_of(w, critical), "Slow 9 s > 5"));
	assert_non_null(strstr(row_of(w, warning), "svc (1020)"));
	assert_int_equal(warning, critical + 1);
	assert_int_equal(style_of(w, "CRITICAL"), STYLE_ALARM_CRITICAL);
	assert_true(count_of(w, " OK ") >= 5);
	tui_world_free(w);
}

static void enter_drills_into_an_instance_and_escape_comes_back(void **state)
{
	struct tui_world *w = thirty();

	(void)state;
	draw(w);
	assert_not_shown(w, "first audio");
	press(w, KEYCODE_DOWN);
	press(w, KEYCODE_ENTER);
	assert_row(w, "acme in svc (1020)", " WARNING ");
	assert_shown(w, "first audio");
	assert_not_shown(w, "(1025)  ");
	press(w, KEYCODE_ESCAPE);
	assert_row(w, "svc (1025)", "CRITICAL");
	assert_not_shown(w, "first audio");
	/* the selection stayed */
	assert_true(find_cell(w, row_with(w, "svc (1020)"), "svc", NULL)->mark & MARK_SELECTED);
	press(w, KEYCODE_ENTER);
	press(w, KEYCODE_ENTER); /* the utterances of it */
	assert_int_equal(w->tui->open, TUI_TRACES);
	tui_world_free(w);
}

static void below_the_last_instance_comes_the_first_alert_and_above_it_the_last_instance(void **state)
{
	struct tui_world *w = thirty();
	struct overview *overview = overview_of_world(w);

	(void)state;
	draw(w);
	press(w, KEYCODE_END);
	assert_int_equal(overview->focus, FOCUS_ALERTS);
	assert_int_equal(overview_alert_at(overview), overview->alerts_count - 1);
	press(w, KEYCODE_HOME);
	assert_int_equal(overview->focus, FOCUS_INSTANCES);
	for (int i = 0; i < 30; i++)
		press(w, KEYCODE_DOWN);
	assert_int_equal(overview->focus, FOCUS_ALERTS);
	assert_int_equal(overview_alert_at(overview), 0);
	draw(w); /* only one row has the keys */
	for (unsigned row = 0, marked = 0; row < 24; row++) {
		marked += !!(canvas_cell(&w->canvas, row, 20)->mark & MARK_SELECTED);
		assert_true(marked <= 1);
	}
	press(w, KEYCODE_UP);
	assert_int_equal(overview->focus, FOCUS_INSTANCES);
	press(w, KEYCODE_RIGHT);
	assert_int_equal(overview->focus, FOCUS_ALERTS);
	press(w, KEYCODE_LEFT);
	assert_int_equal(overview->focus, FOCUS_INSTANCES);
	tui_world_free(w);
}

static void a_list_can_be_sorted_and_clicked(void **state)
{
	struct tui_world *w = thirty();
	struct overview *overview = overview_of_world(w);
	unsigned row;

	(void)state;
	draw(w);
	type(w, "s"); /* by name */
	row = row_with(w, "acme.service (100)");
	assert_true(row < row_with(w, "svc (1001)"));
	mouse(w, SCREEN_CLICK, row_with(w, "svc (1003)"), 20);
	assert_string_equal(overview_selected(overview)->pid, "1003");
	mouse(w, SCREEN_DOUBLE_CLICK, row_with(w, "svc (1004)"), 20);
	assert_row(w, "acme in svc (1004)", " OK ");
	mouse(w, SCREEN_WHEEL_DOWN, 3, 3);
	assert_string_equal(overview_selected(overview)->pid, "1005");
	tui_world_free(w);
}

static void a_few_instances_are_blocks_and_some_more_are_a_list_with_a_block(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	feed_rules(w->judge, "alert Slow 0 0 critical lat_seconds > 5\n");
	instance_with(w, "acme", "svc", 1001);
	serve(w, 5, 1, 20);
	assert_int_equal(count_of(w, "duration"), 2);
	assert_int_equal(count_of(w, "first audio"), 2);
	instance_with(w, "acme", "svc", 1002);
	serve(w, 2, 1, 20);
	assert_int_equal(count_of(w, "duration"), 3);
	for (unsigned pid = 1003; pid < 1006; pid++)
		instance_with(w, "acme", "svc", pid);
	latency_of(w, 1004, 9);
	serve(w, 2, 1, 20);
	assert_shown(w, "instance");
	assert_int_equal(count_of(w, "duration"), 1);
	assert_row(w, "acme in svc (1004)", " CRITICAL ");
	tui_world_free(w);
}

static void who_is_gone_and_has_a_successor_is_last_and_then_not_there(void **state)
{
	struct tui_world *w = tui_world_new();
	struct made old;

	(void)state;
	feed_rules(w->judge, "alert Slow 0 0 critical lat_seconds > 5\n");
	old = instance_with(w, "acme", "svc", 1001);
	tui_world_pass(w, 3);
	unset(w->judge, old.requests);
	unset(w->judge, old.in_flight);
	instance_with(w, "acme", "svc", 1002);
	tui_world_pass(w, 3);
	assert_true(row_with(w, "svc (1001)") > row_with(w, "svc (1002)"));
	assert_row(w, "svc (1001)", " GONE ");
	tui_world_pass(w, 303);
	assert_shown(w, "svc (1002)");
	assert_not_shown(w, "svc (1001)");
	tui_world_free(w);
}

static void who_is_gone_without_a_successor_stays_and_stands_above_the_healthy(void **state)
{
	struct tui_world *w = tui_world_new();
	struct made old;

	(void)state;
	feed_rules(w->judge, "alert Slow 0 0 critical lat_seconds > 5\n");
	old = instance_with(w, "acme", "svc", 1001);
	serve(w, 3, 1, 20);
	unset(w->judge, old.requests);
	unset(w->judge, old.in_flight);
	serve(w, 400, 1, 20);
	assert_true(row_with(w, "svc (1001)") < row_with(w, "acme.service (100)"));
	assert_row(w, "svc (1001)", " GONE ");
	tui_world_free(w);
}

/* --- conduct --------------------------------------------------------------------------------------------------- */

static void y_copies_service_and_pid_or_the_alert(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t series = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	char id[40];

	(void)state;
	set(w->judge, series, 6);
	serve(w, 3, 1, 20);
	draw(w);
	type(w, "y");
	assert_shown(w, "acme.service 100");
	press(w, KEYCODE_DOWN);
	type(w, "y");
	snprintf(id, sizeof(id), "%016llx", (unsigned long long)tui_world_view(w)->alerts->id);
	assert_shown(w, id);
	tui_world_free(w);
}

static void expanded_is_one_block_with_its_stages_or_the_alerts_alone(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t series = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");

	(void)state;
	instance_with(w, "acme", "svc", 1001);
	set(w->judge, series, 6);
	for (int i = 0; i < 5; i++) {
		enter(w->world, 1, SYNC, 0x7000);
		enter(w->world, 1, STAGE, 0x6000);
		w->world->at += 3000000;
		leave(w->world, 1, STAGE, 0x6000);
		leave(w->world, 1, SYNC, 0x7000);
		tui_world_pass(w, 1);
	}
	draw(w);
	type(w, "e");
	assert_shown(w, "acme in acme.service (100)");
	assert_not_shown(w, "svc (1001)");
	assert_shown(w, "stages, last minute");
	assert_row(w, " stage     ", "on CPU");
	assert_non_null(strstr(row_of(w, row_with(w, "stages, last minute") + 2), "3.00 ms"));
	assert_not_shown(w, "alerts:");
	type(w, "e");
	press(w, KEYCODE_END);
	type(w, "e");
	assert_shown(w, "alerts: 1 firing");
	assert_not_shown(w, "first audio");
	tui_world_free(w);
}

static void paused_is_what_it_was(void **state)
{
	struct tui_world *w = tui_world_new();
	char before[10000];

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 10, 2, 20);
	draw(w);
	type(w, " ");
	draw(w);
	for (size_t row = 1, at = 0; row < 12; row++)
		at += (size_t)snprintf(before + at, sizeof(before) - at, "%s\n", row_of(w, (unsigned)row));
	serve(w, 20, 9, 70);
	draw(w);
	for (size_t row = 1, at = 0; row < 12; row++) {
		const char *now = row_of(w, (unsigned)row);

		if (strncmp(before + at, now, strlen(now)) != 0)
			fail_msg("row %zu is another one:\n%s", row, w->text.bytes);
		at += strlen(now) + 1;
	}
	tui_world_free(w);
}

static void the_line_of_ourselves_has_what_we_cost_and_hold(void **state)
{
	struct tui_world *w = tui_world_with((struct tui_options){.recording = "/tmp/night.rec"}, NULL);

	(void)state;
	set(w->judge, make_series(w->judge, "ttsobs_process_cpu_ratio{x=\"y\"}"), 0.012);
	set(w->judge, make_series(w->judge, "ttsobs_process_resident_memory_bytes{x=\"y\"}"), 33554432);
	tui_world_log(w, LOG_LEVEL_INFO, NULL, "{}");
	size_to(w, 24, 120);
	draw(w);
	serve(w, 2, 10, 20);
	draw(w);
	serve(w, 1, 10, 20);
	assert_row(w, "tracer", "21 events/s  0 lost  1.2 % CPU  32.0 MiB  ? REC");
	assert_row(w, "tracer", "30 traces");
	assert_row(w, "tracer", "1 log lines");
	tui_world_free(w);
}

static void numbers_are_of_a_minute_when_the_window_is_no_longer(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	serve(w, 30, 2, 20);
	serve(w, 65, 4, 20);
	assert_row(w, "success 100 %", "of 320");
	type(w, "[");
	tui_world_pass(w, 1);
	serve(w, 1, 4, 20);
	assert_row(w, "success 100 %", "of 236");
	tui_world_free(w);
}

static void failures_are_counted_and_stand_out(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	for (int i = 0; i < 3; i++)
		tui_world_request(w, 20, 0);
	tui_world_request(w, 20, (uint64_t)-1);
	tui_world_pass(w, 1);
	assert_row(w, "success 75 %", "of 4  1 failed");
	assert_int_equal(style_of(w, "75 %"), STYLE_CRITICAL);
	tui_world_free(w);
}

static void who_succeeded_without_audio_is_empty_and_has_not_failed(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	for (int i = 0; i < 3; i++)
		tui_world_request(w, 20, 0); /* its text is not known, and no audio comes */
	tui_world_pass(w, 1);
	assert_row(w, "success 100 %", "of 3  3 empty");
	assert_int_equal(style_of(w, "100 %"), STYLE_GOOD);
	for (int i = 0; i < 2; i++)
		tui_world_request(w, 20, (uint64_t)-1);
	tui_world_pass(w, 1);
	assert_row(w, "success 60 %", "of 5  2 failed 3 empty");
	assert_int_equal(style_of(w, "3 empty"), STYLE_WARNING);
	tui_world_pass(w, 310); /* of the last five minutes */
	assert_not_shown(w, "empty");
	tui_world_free(w);
}

static void the_split_has_the_waterfalls_glyphs_and_adds_up(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	for (int i = 0; i < 4; i++) {
		enter_with(w->world, (struct enter){.tid = 1, .probe = SYNC, .blocked_ns = (uint64_t)i * 6000000});
		w->world->at += 9000000;
		leave_with(w->world, 1, SYNC, 0, 0, (uint64_t)i * 6000000 + 6000000, 0);
		tui_world_pass(w, 1);
	}
	draw(w);
	assert_non_null(strstr(w->text.bytes, "█ 33 % on CPU  ▒ 0 % run queue  ░ 67 % blocked  ▓ 0 % pre-empted"));
	size_to(w, 24, 80);
	w->canvas.ascii = true;
	assert_shown(w, "# 33 % on CPU  + 0 % run queue  . 67 % blocked  ! 0 % pre-empted");
	tui_world_free(w);
}

static void another_view_forgets_what_pointed_into_the_old_one(void **state)
{
	struct tui_world *w = thirty();
	const struct tallies none = {0};
	struct view empty = {.tallies = &none};

	(void)state;
	draw(w);
	tui_begin(w->tui, &empty, NULL);
	assert_shown(w, "waiting for the first event");
	tui_begin(w->tui, tui_world_view(w), w->tail);
	assert_shown(w, "svc (1025)");
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_instances_are_a_list_with_problems_first),
		cmocka_unit_test(enter_drills_into_an_instance_and_escape_comes_back),
		cmocka_unit_test(below_the_last_instance_comes_the_first_alert_and_above_it_the_last_instance),
		cmocka_unit_test(a_list_can_be_sorted_and_clicked),
		cmocka_unit_test(a_few_instances_are_blocks_and_some_more_are_a_list_with_a_block),
		cmocka_unit_test(who_is_gone_and_has_a_successor_is_last_and_then_not_there),
		cmocka_unit_test(who_is_gone_without_a_successor_stays_and_stands_above_the_healthy),
		cmocka_unit_test(y_copies_service_and_pid_or_the_alert),
		cmocka_unit_test(expanded_is_one_block_with_its_stages_or_the_alerts_alone),
		cmocka_unit_test(paused_is_what_it_was),
		cmocka_unit_test(the_line_of_ourselves_has_what_we_cost_and_hold),
		cmocka_unit_test(numbers_are_of_a_minute_when_the_window_is_no_longer),
		cmocka_unit_test(failures_are_counted_and_stand_out),
		cmocka_unit_test(who_succeeded_without_audio_is_empty_and_has_not_failed),
		cmocka_unit_test(the_split_has_the_waterfalls_glyphs_and_adds_up),
		cmocka_unit_test(another_view_forgets_what_pointed_into_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
