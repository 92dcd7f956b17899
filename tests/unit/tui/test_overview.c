// SPDX-License-Identifier: Apache-2.0
/* Is it well, and if not, what is wrong: badges and reasons of the Overview. */
#include "overview_world.h"

/* --- health ---------------------------------------------------------------------------------------------------- */

static void a_healthy_instance_says_so_and_shows_its_numbers(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 30, 4, 20);
	assert_row(w, "acme in acme.service (100)", " OK ");
	assert_int_equal(style_of(w, " OK  "), STYLE_ALARM_GOOD);
	assert_shown(w, "no rule fires for it");
	assert_row(w, "requests", "4/s");
	assert_row(w, "success 100 %", "of 120");
	assert_row(w, "duration", "p50 20.0 ms p95 20.0 ms p99 20.0 ms");
	tui_world_free(w);
}

static void a_percentile_that_too_few_requests_carry_is_a_dash_and_not_0(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	serve(w, 3, 1, 250);
	draw(w);
	assert_row(w, "duration", "p50 250 ms  p95 ?       p99 ?       max 250 ms");
	assert_row(w, "first audio", "p50 ?       p95 ?       p99 ?");
	assert_row(w, "real time", "factor ?");
	assert_shown(w, "p95 –");
	tui_world_free(w);
}

static void each_tier_is_a_word_and_fills_the_row(void **state)
{
	static const struct {
		const char *tier, *word;
		enum style style;
	} tiers[] = {
		{"warning", " WARNING ", STYLE_ALARM_WARNING},
		{"critical", " CRITICAL ", STYLE_ALARM_CRITICAL},
		{"emergency", " EMERGENCY ", STYLE_ALARM_EMERGENCY},
		{"-", " WARNING ", STYLE_ALARM_WARNING}, /* without a tier it is wrong all the same */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++) {
		struct tui_world *w = tui_world_new();
		char rule[100];
		unsigned row;
		size_t series;

		snprintf(rule, sizeof(rule), "alert Slow 0 0 %s lat_seconds > 5\n", tiers[i].tier);
		series = judged(w, rule);
		serve(w, 5, 2, 20);
		set(w->judge, series, 6.2);
		serve(w, 13, 2, 20);
		assert_row(w, "acme in acme.service (100)", tiers[i].word);
		row = row_with(w, "acme in acme.service (100)");
		for (unsigned column = 0; column < 80; column++) {
			assert_int_equal(canvas_cell(&w->canvas, row, column)->style, tiers[i].style);
			assert_int_equal(canvas_cell(&w->canvas, row + 1, column)->style, tiers[i].style);
		}
		assert_non_null(strstr(row_of(w, row + 1), "Slow 6.2 s > 5 s for 12 s"));
		tui_world_free(w);
	}
}

static void loss_is_unknown_and_never_ok(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 5, 2, 20);
	lose_of(w->judge, 100, TT_LOST_RING_ENTER, 1204);
	serve(w, 2, 2, 20);
	assert_row(w, "acme in acme.service (100)", " UNKNOWN ");
	assert_int_equal(style_of(w, "UNKNOWN"), STYLE_ALARM_UNKNOWN);
	assert_row(w, "events lost 1,204 (ring full)", "events lost");
	assert_row(w, "EVENTS LOST 1,204", "1,204 in the last 5 m: 1,204 enters (ring full)");
	assert_int_equal(style_of(w, "EVENTS LOST"), STYLE_ALARM_UNKNOWN);
	assert_not_shown(w, " OK ");
	/* five minutes later it is a number of the past */
	serve(w, 303, 1, 20);
	assert_row(w, "acme in acme.service (100)", " OK ");
	assert_row(w, "EVENTS LOST 1,204", "none in the last 5 m");
	assert_int_equal(style_of(w, "EVENTS LOST"), STYLE_UNKNOWN);
	tui_world_free(w);
}

static void facts_that_are_missing_are_no_lost_events(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	lose_of(w->judge, 100, TT_LOST_UNREADABLE, 7);
	serve(w, 5, 2, 20);
	assert_row(w, "acme in acme.service (100)", " OK ");
	assert_not_shown(w, "LOST");
	tui_world_free(w);
}

static void a_critical_alert_stays_critical_when_events_are_lost_and_a_warning_does_not(void **state)
{
	static const char *const tiers[] = {"critical", "warning"}, *const words[] = {" CRITICAL ", " UNKNOWN "};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tui_world *w = tui_world_new();
		char rule[100];
		size_t series;

		snprintf(rule, sizeof(rule), "alert Slow 0 0 %s lat_seconds > 5\n", tiers[i]);
		series = judged(w, rule);
		set(w->judge, series, 6.2);
		serve(w, 5, 2, 20);
		lose_of(w->judge, 100, TT_LOST_RING_LEAVE, 3);
		serve(w, 2, 2, 20);
		size_to(w, 24, 120);
		assert_row(w, "acme in acme.service (100)", words[i]);
		assert_row(w, "events lost 3 (ring full)", "Slow 6.2 s > 5 s");
		tui_world_free(w);
	}
}

static void a_process_that_is_gone_is_gone_and_keeps_its_last_numbers(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 30, 4, 20);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 9);
	tui_world_log(w, LOG_LEVEL_WARNING, NULL,
		      "{\"v\":1,\"event\":\"process\",\"msg\":\"gone\",\"pid\":7,\"exit_code\":3}");
	tui_world_log(w, LOG_LEVEL_WARNING, NULL,
		      "{\"v\":1,\"event\":\"process\",\"msg\":\"gone\",\"pid\":100,\"exit_signal\":9}");
	tui_world_pass(w, 8);
	assert_row(w, "acme in acme.service (100)", " GONE ");
	assert_shown(w, "gone: killed by signal 9, ");
	assert_int_equal(canvas_cell(&w->canvas, 1, 79)->style, STYLE_ALARM_UNKNOWN); /* to be seen from afar */
	assert_row(w, "duration", "p50 20.0 ms");
	assert_not_shown(w, " OK  ");
	assert_not_shown(w, "IDLE");
	tui_world_free(w);
}

static void without_a_log_it_is_only_known_that_it_exited(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	serve(w, 3, 1, 20);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 0);
	tui_world_pass(w, 3);
	assert_shown(w, "gone: exited, ");
	tui_world_free(w);
}

static void a_process_that_runs_another_program_is_another_instance(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	serve(w, 3, 1, 20);
	proc_of(w->judge, 100, TT_PROC_EXEC, "other.service", 5, 0);
	tui_world_pass(w, 3);
	assert_row(w, "acme in acme.service (100)", " GONE ");
	assert_shown(w, "gone: runs another program");
	tui_world_free(w);
}

static void without_rules_nothing_is_called_ok(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	serve(w, 5, 2, 20);
	assert_row(w, "acme in acme.service (100)", " UNKNOWN ");
	assert_shown(w, "no rules: nothing is judged");
	assert_not_shown(w, " OK  ");
	tui_world_free(w);
}

static void a_rule_that_fails_is_said_and_rules_that_all_fail_judge_nothing(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t a = make_series(w->judge, "double{x=\"1\"}"), b = make_series(w->judge, "twice{x=\"1\"}"),
	       c = make_series(w->judge, "twice{x=\"1\",y=\"2\"}");

	(void)state;
	feed_rules(w->judge, "alert Bad 0 0 critical double + on(x) twice > 0\n");
	set(w->judge, a, 1);
	set(w->judge, b, 1);
	set(w->judge, c, 1);
	serve(w, 3, 2, 20);
	assert_shown(w, "1 RULES FAIL");
	assert_row(w, "acme in acme.service (100)", " UNKNOWN ");
	tui_world_free(w);
}

static void before_the_first_utterance_it_tells_of_probes_and_calls(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	tui_world_pass(w, 3);
	assert_row(w, "acme in acme.service (100)", " IDLE ");
	assert_shown(w, "no utterance yet: 14 probes attached, 0 calls");
	assert_row(w, "success", "success ?");
	tui_world_free(w);
}

static void after_the_last_utterance_it_is_idle(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 3, 1, 20);
	tui_world_pass(w, 310);
	assert_row(w, "acme in acme.service (100)", " IDLE ");
	assert_shown(w, "no request in the last 5 m");
	type(w, "[");
	tui_world_pass(w, 1);
	assert_shown(w, "no request in the last 1 m");
	tui_world_free(w);
}

static void with_no_instance_it_says_what_it_waits_for(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	/* attached; no sample yet */
	assert_shown(w, "attached to acme.service (100)");
	assert_shown(w, "no utterance yet");
	assert_shown(w, "14 probes attached, 0 calls seen");
	tui_world_free(w);
}

static void a_run_shorter_than_a_second_is_told_by_the_meter(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	for (int i = 0; i < 2; i++)
		tui_world_request(w, 100, 0);
	tui_world_request(w, 50, (uint64_t)-1);
	enter(w->world, 2, SYNC, 0x7000);
	tick(w->world);
	assert_row(w, "acme in acme.service (100)", " UNKNOWN ");
	assert_row(w, "success 66.7 %", "of 3  1 failed");
	assert_row(w, "duration", "p50 100 ms  p95 ?       p99 ?       max 100 ms");
	assert_row(w, "in flight", "1  ");
	lose_of(w->judge, 100, TT_LOST_RING_ENTER, 3);
	tick(w->world);
	assert_shown(w, "events lost 3 (ring full)");
	assert_shown(w, "EVENTS LOST 3 in the last 5 m");
	/* then samples take over */
	tui_world_pass(w, 2);
	assert_row(w, "success 66.7 %", "of 3  1 failed");
	assert_int_equal(count_of(w, "acme in acme.service (100)"), 1);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 0);
	tui_world_pass(w, 2);
	assert_row(w, "acme in acme.service (100)", " GONE ");
	tui_world_free(w);
}

static void a_run_that_was_over_within_a_second_says_that_its_process_is_gone(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	tui_world_request(w, 100, 0);
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 0);
	tick(w->world);
	end_with(w->judge, TT_END_STOPPED);
	assert_row(w, "acme in acme.service (100)", " GONE ");
	assert_row(w, "duration", "max 100 ms");
	tui_world_free(w);
}

static void a_run_that_ends_between_two_seconds_shows_its_end(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 5, 2, 20);
	assert_row(w, "acme in acme.service (100)", " OK ");
	w->world->at += 1000000;
	proc_of(w->judge, 100, TT_PROC_GONE, "acme.service", 5, 0);
	tick(w->world);
	end_with(w->judge, TT_END_STOPPED);
	assert_row(w, "acme in acme.service (100)", " GONE ");
	assert_row(w, "duration", "p50 20.0 ms");
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_instance_says_so_and_shows_its_numbers),
		cmocka_unit_test(a_percentile_that_too_few_requests_carry_is_a_dash_and_not_0),
		cmocka_unit_test(each_tier_is_a_word_and_fills_the_row),
		cmocka_unit_test(loss_is_unknown_and_never_ok),
		cmocka_unit_test(facts_that_are_missing_are_no_lost_events),
		cmocka_unit_test(a_critical_alert_stays_critical_when_events_are_lost_and_a_warning_does_not),
		cmocka_unit_test(a_process_that_is_gone_is_gone_and_keeps_its_last_numbers),
		cmocka_unit_test(without_a_log_it_is_only_known_that_it_exited),
		cmocka_unit_test(a_process_that_runs_another_program_is_another_instance),
		cmocka_unit_test(without_rules_nothing_is_called_ok),
		cmocka_unit_test(a_rule_that_fails_is_said_and_rules_that_all_fail_judge_nothing),
		cmocka_unit_test(before_the_first_utterance_it_tells_of_probes_and_calls),
		cmocka_unit_test(after_the_last_utterance_it_is_idle),
		cmocka_unit_test(with_no_instance_it_says_what_it_waits_for),
		cmocka_unit_test(a_run_shorter_than_a_second_is_told_by_the_meter),
		cmocka_unit_test(a_run_that_was_over_within_a_second_says_that_its_process_is_gone),
		cmocka_unit_test(a_run_that_ends_between_two_seconds_shows_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
