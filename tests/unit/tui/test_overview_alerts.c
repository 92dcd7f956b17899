// SPDX-License-Identifier: Apache-2.0
/* What fires, in the Overview: the list of alerts, and the first row for what no badge tells of. */
#include "overview_world.h"

static void alerts_stand_worst_first_then_oldest_with_value_age_and_marks(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t a = make_series(w->judge, "a_bytes{" OURS "}"), b = make_series(w->judge, "b{" OURS "}"),
	       c = make_series(w->judge, "c_ratio{" OURS "}"), d = make_series(w->judge, "d{" OURS "}");
	unsigned first, second, third, fourth;

	(void)state;
	feed_rules(w->judge, "alert Young 0 0 warning a_bytes > 1024\nalert Old 0 0 warning b > 1\n"
			     "alert Bad 0 0 emergency c_ratio < 0.5\nalert Soon 60 0 critical d > 1\n");
	serve(w, 2, 1, 20);
	set(w->judge, b, 3);
	serve(w, 10, 1, 20);
	set(w->judge, a, 4096);
	set(w->judge, c, 0.25);
	set(w->judge, d, 2);
	serve(w, 6, 1, 20);
	size_to(w, 30, 100);
	first = row_with(w, "EMERGENCY  Bad");
	second = row_with(w, "WARNING    Old");
	third = row_with(w, "WARNING    Young");
	fourth = row_with(w, "CRITICAL   Soon");
	assert_true(first < second && second < third && third < fourth);
	assert_non_null(strstr(row_of(w, first), "25 % < 50 %"));
	assert_non_null(strstr(row_of(w, first), " 5 s"));
	assert_non_null(strstr(row_of(w, second), "3 > 1"));
	assert_non_null(strstr(row_of(w, second), "15 s"));
	assert_non_null(strstr(row_of(w, third), "4 KiB > 1 KiB"));
	assert_non_null(strstr(row_of(w, fourth), "pending"));
	assert_non_null(strstr(row_of(w, first), "acme acme.service (100)"));
	assert_shown(w, "alerts: 3 firing, 1 pending");
	tui_world_free(w);
}

static void what_was_acknowledged_or_silenced_says_so_and_stands_below_its_equals(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t a = make_series(w->judge, "a{" OURS "}"), b = make_series(w->judge, "b{" OURS "}"),
	       c = make_series(w->judge, "c{" OURS "}");
	uint64_t now_ns;

	(void)state;
	feed_rules(w->judge,
		   "alert First 0 0 warning a > 1\nalert Second 0 0 warning b > 1\nalert Third 0 0 warning c > 1\n");
	set(w->judge, a, 2);
	set(w->judge, b, 2);
	serve(w, 3, 1, 20);
	set(w->judge, c, 2);
	serve(w, 3, 1, 20);
	for (const struct alert *alert = tui_world_view(w)->alerts; alert; alert = alert->next)
		if (!strcmp(alert->name, "First"))
			feed_control(w->judge, (struct tt_control){.what = TT_CONTROL_ACK, .id = alert->id}, "",
				     "mine");
	now_ns = tui_world_view(w)->axis_real_ns + tui_world_view(w)->now_ns;
	feed_control(w->judge,
		     (struct tt_control){.what = TT_CONTROL_SILENCE,
					 .id = 1,
					 .start_at_real_ns = now_ns - 2 * NS_PER_S,
					 .end_at_real_ns = now_ns + 3600 * NS_PER_S},
		     "{alertname=\"Second\"}", "known");
	serve(w, 2, 1, 20);
	size_to(w, 30, 100);
	assert_row(w, "WARNING    First", "acked");
	assert_row(w, "WARNING    Second", "silenced");
	assert_true(row_with(w, "WARNING    Third") < row_with(w, "WARNING    First"));
	/* the filled badge is for what nobody has taken yet */
	assert_int_equal(style_of(w, "WARNING    Third"), STYLE_ALARM_WARNING);
	assert_int_equal(style_of(w, "WARNING    First"), STYLE_WARNING);
	tui_world_free(w);
}

static void the_reason_counts_the_others_and_names_what_is_pending(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t a = make_series(w->judge, "a{" OURS "}"), b = make_series(w->judge, "b{" OURS "}");

	(void)state;
	feed_rules(
		w->judge,
		"alert First 0 0 warning a > 1\nalert Second 0 0 critical b > 1\nalert Third 60 0 critical b > 1\n");
	set(w->judge, a, 2);
	serve(w, 3, 1, 20);
	set(w->judge, b, 2);
	serve(w, 3, 1, 20);
	size_to(w, 30, 120);
	assert_row(w, "Second 2 > 1 for 2 s; 1 more; pending: Third 2 > 1 for 2 s", "Second");
	tui_world_free(w);
}

static void an_alert_of_another_process_says_nothing_about_ours(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	feed_rules(w->judge, "alert Slow 0 0 emergency lat_seconds > 5\nalert Us 0 0 emergency us > 1\n");
	latency_of(w, 200, 9);
	set(w->judge, make_series(w->judge, "us"), 2); /* of nobody: of the tracer */
	serve(w, 3, 1, 20);
	assert_row(w, "acme in acme.service (100)", " OK ");
	assert_row(w, "EMERGENCY  Slow", "svc (200)");
	assert_shown(w, "alerts: 2 firing");
	tui_world_free(w);
}

static void what_fires_and_no_badge_tells_of_fills_the_first_row_at_every_size(void **state)
{
	static const unsigned sizes[][2] = {{8, 30}, {12, 40}, {24, 80}, {30, 160}, {60, 200}};
	struct tui_world *w = tui_world_new();
	char text[80];

	(void)state;
	feed_rules(w->judge, "alert AlwaysOn 0 0 critical up > 0\nalert Later 0 0 emergency later > 0\n");
	set(w->judge, make_series(w->judge, "up"), 1);
	serve(w, 3, 1, 20);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_to(w, sizes[i][0], sizes[i][1]);
		snprintf(text, sizeof(text), " CRITICAL AlwaysOn 1 > 0: %s",
			 sizes[i][1] > 40 ? "it names no service" : "");
		draw(w);
		assert_non_null(find_cell(w, 1, text, NULL));
		for (unsigned column = 0; column < sizes[i][1]; column++)
			assert_int_equal(canvas_cell(&w->canvas, 1, column)->style, STYLE_ALARM_CRITICAL);
		assert_row(w, " OK  ", "acme in acme");
		assert_not_shown(w, "none of");
	}
	assert_shown(w, "no rule fires for it"); /* and of others it says nothing */
	set(w->judge, make_series(w->judge, "later"), 1);
	serve(w, 1, 1, 20);
	size_to(w, 12, 40);
	draw(w);
	assert_non_null(find_cell(w, 1, " EMERGENCY Later 1 > 0 (and 1 more): ", NULL));
	mouse(w, SCREEN_DOUBLE_CLICK, 1, 20);
	assert_int_equal(w->tui->open, TUI_ALERTS);
	tui_world_free(w);
}

static void the_first_row_is_for_what_is_about_somebody_else_too_and_not_for_what_a_badge_says(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t ours, other;

	(void)state;
	ours = judged(w, "alert Slow 0 0 critical lat_seconds > 5\nalert Soon 60 0 critical soon > 0\n");
	set(w->judge, make_series(w->judge, "soon"), 1); /* pending: it may never fire */
	set(w->judge, ours, 6);
	serve(w, 3, 1, 20);
	assert_null(overview_untold(overview_of_world(w)));
	draw(w);
	assert_non_null(find_cell(w, 1, "acme in acme.service (100)", NULL));
	other = latency_of(w, 200, 9);
	serve(w, 2, 1, 20);
	draw(w);
	assert_non_null(find_cell(w, 1, " CRITICAL Slow 9 s > 5 s: acme svc (200)", NULL));
	unset(w->judge, other);
	serve(w, 2, 1, 20);
	draw(w);
	assert_non_null(find_cell(w, 1, "acme in acme.service (100)", NULL));
	tui_world_free(w);
}

static void what_nobody_has_taken_stands_in_the_first_row_before_what_is_acknowledged(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	feed_rules(w->judge, "alert Known 0 0 emergency up > 0\nalert New 0 0 warning new > 0\n");
	set(w->judge, make_series(w->judge, "up"), 1);
	serve(w, 2, 1, 20);
	feed_control(w->judge, (struct tt_control){.what = TT_CONTROL_ACK, .id = tui_world_view(w)->alerts->id}, "",
		     "mine");
	serve(w, 2, 1, 20);
	draw(w);
	assert_non_null(find_cell(w, 1, " EMERGENCY Known 1 > 0 acked: it names no service", NULL));
	assert_int_equal(canvas_cell(&w->canvas, 1, 1)->style, STYLE_EMERGENCY); /* somebody has it: not filled */
	set(w->judge, make_series(w->judge, "new"), 1);
	serve(w, 2, 1, 20);
	draw(w);
	assert_non_null(find_cell(w, 1, " WARNING New 1 > 0 (and 1 more): it names no service", NULL));
	assert_int_equal(canvas_cell(&w->canvas, 1, 1)->style, STYLE_ALARM_WARNING);
	tui_world_free(w);
}

static void one_rule_does_not_fire_and_of_two_none_does(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 3, 1, 20);
	assert_row(w, "the rule does not fire", "the rule does not fire");
	feed_rules(w->judge, "alert Slow 0 0 critical lat_seconds > 5\nalert Slower 0 0 critical lat_seconds > 6\n");
	serve(w, 3, 1, 20);
	assert_row(w, "none of 2 rules fires", "none of 2 rules fires");
	tui_world_free(w);
}

static void what_fired_when_its_target_ended_stays_in_sight_with_its_reason(void **state)
{
	static const unsigned sizes[][2] = {{8, 30}, {12, 40}, {24, 80}, {60, 200}};
	struct tui_world *w = tui_world_new();
	size_t ours = judged(w, "alert AlwaysOn 0 0 critical up > 0\nalert Slow 0 0 warning lat_seconds > 5\n");

	(void)state;
	set(w->judge, make_series(w->judge, "up"), 1);
	set(w->judge, ours, 6);
	serve(w, 5, 1, 20);
	draw(w);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 9);
	serve(w, 1, 0, 0);
	end_with(w->judge, TT_END_TARGET);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_to(w, sizes[i][0], sizes[i][1]);
		draw(w);
		assert_non_null(find_cell(w, 1, " CRITICAL AlwaysOn 1 > 0", NULL));
		assert_int_equal(canvas_cell(&w->canvas, 1, sizes[i][1] - 1)->style, STYLE_ALARM_UNKNOWN);
		assert_not_shown(w, "fires");
		assert_not_shown(w, "0 firing");
	}
	assert_shown(w, " CRITICAL AlwaysOn 1 > 0 (and 1 more) was firing at the end: every target has ended");
	size_to(w, 24, 80);
	assert_shown(w, "alerts: 2 were firing at the end");
	assert_row(w, "CRITICAL   AlwaysOn 1 > 0", "0 s ended: every target has ended");
	assert_row(w, "WARNING    Slow", "ended: process 100 (acme) is gone");
	assert_int_equal(style_of(w, "CRITICAL   AlwaysOn"), STYLE_CRITICAL);
	assert_row(w, "acme in acme.service (100)", " GONE ");
	tui_world_free(w);
}

static void what_fires_when_we_are_stopped_was_firing_at_the_end(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	feed_rules(w->judge, "alert AlwaysOn 0 0 critical up > 0\n");
	set(w->judge, make_series(w->judge, "up"), 1);
	serve(w, 5, 1, 20);
	end_with(w->judge, TT_END_STOPPED);
	assert_shown(w, " CRITICAL AlwaysOn 1 > 0 was firing at the end: it names no service");
	assert_shown(w, "no rule fired for it at the end");
	assert_shown(w, "alerts: 1 was firing at the end");
	tui_world_free(w);
}

static void a_run_that_ended_well_says_so_of_then_and_not_of_now(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\nalert Slower 0 0 critical lat_seconds > 6\n");
	serve(w, 5, 1, 20);
	end_with(w->judge, TT_END_STOPPED);
	assert_shown(w, "no rule fired for it at the end");
	assert_shown(w, "alerts: none was firing at the end");
	assert_shown(w, "none of 2 rules fired");
	assert_not_shown(w, "fires");
	tui_world_free(w);
}

static void what_ended_while_others_live_stays_for_five_minutes_or_until_it_fires_again(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t ours = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n"), again;

	(void)state;
	set(w->judge, ours, 6);
	instance_with(w, "acme", "svc", 1001);
	serve(w, 3, 1, 20);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 0);
	unset(w->judge, ours);
	tui_world_pass(w, 3);
	assert_shown(w, "alerts: 0 firing, 0 pending, 1 ended");
	assert_row(w, "CRITICAL   Slow 6 s > 5 s", "ended: process 100 (acme) is gone");
	assert_null(overview_untold(overview_of_world(w))); /* the badge says GONE */
	proc_of(w->judge, 100, TT_PROC_SEEN, "acme.service", 6, 0);
	again = make_series(w->judge, "lat_seconds{" OURS ",x=\"y\"}");
	set(w->judge, again, 7);
	tui_world_pass(w, 3);
	assert_shown(w, "alerts: 1 firing, 0 pending, 1 ended"); /* other labels: another alert */
	unset(w->judge, again);
	set(w->judge, ours, 6);
	tui_world_pass(w, 3);
	assert_shown(w, "alerts: 1 firing, 0 pending");
	assert_not_shown(w, "1 ended");
	tui_world_pass(w, 2);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 6, 0);
	unset(w->judge, ours);
	tui_world_pass(w, 295);
	assert_shown(w, "1 ended");
	tui_world_pass(w, 10);
	assert_shown(w, "alerts: 0 firing, 0 pending");
	assert_not_shown(w, "ended");
	tui_world_free(w);
}

static void what_somebody_resolved_is_no_secret_and_is_not_remembered(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t ours = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");

	(void)state;
	set(w->judge, ours, 6);
	serve(w, 3, 1, 20);
	feed_control(w->judge, (struct tt_control){.what = TT_CONTROL_RESOLVE, .id = tui_world_view(w)->alerts->id},
		     "", "known");
	serve(w, 3, 1, 20);
	assert_shown(w, "1 resolved by hand");
	assert_shown(w, "alerts: 0 firing, 0 pending");
	assert_not_shown(w, "ended");
	tui_world_free(w);
}

static void of_very_many_that_ended_the_last_are_remembered(void **state)
{
	struct tui_world *w = tui_world_new();
	struct overview *overview = overview_of_world(w);
	struct labels none = {.count = 0};
	struct rule rule = {.is_alert = true};
	struct alert alert = {.rule = &rule,
			      .name = "Slow",
			      .labels = &none,
			      .state = ALERT_ENDED,
			      .change = ALERT_CHANGE_STATE,
			      .fired_at_real_ns = 1};

	(void)state;
	for (alert.id = 1; alert.id <= 3 * OVERVIEW_ENDED; alert.id++)
		overview_hear(overview, &alert);
	assert_int_equal(overview->heard_count, OVERVIEW_ENDED);
	assert_int_equal(overview->heard[0].id, 2 * OVERVIEW_ENDED + 1);
	assert_int_equal(overview->heard[OVERVIEW_ENDED - 1].id, 3 * OVERVIEW_ENDED);
	tui_world_free(w);
}

static void enter_on_an_alert_opens_it_in_its_tab(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t series = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");

	(void)state;
	set(w->judge, series, 6);
	serve(w, 3, 1, 20);
	draw(w);
	press(w, KEYCODE_DOWN);
	assert_int_equal(overview_of_world(w)->focus, FOCUS_ALERTS);
	draw(w);
	assert_true(find_cell(w, row_with(w, "CRITICAL   Slow"), "Slow", NULL)->mark & MARK_SELECTED);
	press(w, KEYCODE_ENTER);
	assert_int_equal(w->tui->open, TUI_ALERTS);
	tui_world_free(w);
}

static void a_click_selects_an_alert_and_a_double_click_opens_it(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t series =
		judged(w, "alert Slow 0 0 critical lat_seconds > 5\nalert Slower 0 0 warning lat_seconds > 5.5\n");
	unsigned row;

	(void)state;
	set(w->judge, series, 6);
	serve(w, 3, 1, 20);
	row = row_with(w, "WARNING    Slower");
	mouse(w, SCREEN_CLICK, row, 20);
	assert_int_equal(overview_of_world(w)->focus, FOCUS_ALERTS);
	assert_int_equal(overview_alert_at(overview_of_world(w)), 1);
	mouse(w, SCREEN_CLICK, 2, 20);
	assert_int_equal(overview_of_world(w)->focus, FOCUS_INSTANCES);
	mouse(w, SCREEN_DOUBLE_CLICK, row, 20);
	assert_int_equal(w->tui->open, TUI_ALERTS);
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alerts_stand_worst_first_then_oldest_with_value_age_and_marks),
		cmocka_unit_test(what_was_acknowledged_or_silenced_says_so_and_stands_below_its_equals),
		cmocka_unit_test(the_reason_counts_the_others_and_names_what_is_pending),
		cmocka_unit_test(an_alert_of_another_process_says_nothing_about_ours),
		cmocka_unit_test(what_fires_and_no_badge_tells_of_fills_the_first_row_at_every_size),
		cmocka_unit_test(the_first_row_is_for_what_is_about_somebody_else_too_and_not_for_what_a_badge_says),
		cmocka_unit_test(what_nobody_has_taken_stands_in_the_first_row_before_what_is_acknowledged),
		cmocka_unit_test(one_rule_does_not_fire_and_of_two_none_does),
		cmocka_unit_test(what_fired_when_its_target_ended_stays_in_sight_with_its_reason),
		cmocka_unit_test(what_fires_when_we_are_stopped_was_firing_at_the_end),
		cmocka_unit_test(a_run_that_ended_well_says_so_of_then_and_not_of_now),
		cmocka_unit_test(what_ended_while_others_live_stays_for_five_minutes_or_until_it_fires_again),
		cmocka_unit_test(what_somebody_resolved_is_no_secret_and_is_not_remembered),
		cmocka_unit_test(of_very_many_that_ended_the_last_are_remembered),
		cmocka_unit_test(enter_on_an_alert_opens_it_in_its_tab),
		cmocka_unit_test(a_click_selects_an_alert_and_a_double_click_opens_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
