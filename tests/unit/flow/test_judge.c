/* SPDX-License-Identifier: Apache-2.0 */
/* The life of alerts: what becomes of them by their condition, by loss, by the end of what they speak of, by tiers.
 */
#include "judge_world.h"

#define STATE ALERT_CHANGE_STATE
#define HIGH "alert High 2 0 critical test_x > 5\n"

/* --- states ----------------------------------------------------------------------------------------------- */

static void an_alert_is_pending_then_firing_then_resolved(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, HIGH);
	set(judge, x, 3);
	pass(judge, 3);
	assert_told_nothing(judge);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_OK);
	set(judge, x, 7);
	pass(judge, 1);
	told = assert_told(judge, "High", "100", STATE, ALERT_PENDING);
	assert_int_equal(told->active_at_ms, 1700000004000);
	assert_int_equal(told->fired_at_ms, 0);
	assert_int_equal(view_of(judge)->rule_status[0].pending_count, 1);
	set(judge, x, 8.5);
	pass(judge, 2);
	told = assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_int_equal(told->active_at_ms, 1700000004000);
	assert_int_equal(told->fired_at_ms, 1700000006000);
	assert_int_equal(told->changed_at_ms, 1700000006000);
	assert_int_equal(told->tier, TIER_CRITICAL);
	assert_true(told->value == 8.5 && told->has_threshold && told->threshold == 5);
	assert_string_equal(told->comparison, ">");
	assert_string_equal(told->summary, "pid 100 at 8.5");
	assert_int_equal(view_of(judge)->rule_status[0].firing_count, 1);
	pass(judge, 5);
	assert_told_nothing(judge);
	set(judge, x, 9);
	pass(judge, 1);
	assert_true(first_alert(judge)->value == 9);
	assert_string_equal(first_alert(judge)->annotations[0].value, "pid 100 at 9");
	set(judge, x, 5);
	pass(judge, 1);
	told = assert_told(judge, "High", "100", STATE, ALERT_RESOLVED);
	assert_int_equal(told->ended_at_ms, 1700000013000);
	assert_true(told->value == 9);
	assert_null(first_alert(judge));
	assert_int_equal(view_of(judge)->rule_status[0].firing_count, 0);
	judge_world_free(judge);
}

static void a_condition_that_passes_within_for_only_becomes_inactive(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, HIGH);
	set(judge, x, 7);
	pass(judge, 2);
	set(judge, x, 1);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_PENDING);
	assert_told(judge, "High", "100", STATE, ALERT_INACTIVE);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void keep_firing_for_damps_flapping(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x");

	(void)state;
	feed_rules(judge, "alert Flap 0 4 warning test_x > 5");
	for (int i = 0; i < 10; i++) {
		set(judge, x, i % 2 ? 1 : 9);
		pass(judge, 1);
	}
	assert_told(judge, "Flap", "", STATE, ALERT_FIRING);
	pass(judge, 3);
	assert_told_nothing(judge);
	pass(judge, 1);
	assert_told(judge, "Flap", "", STATE, ALERT_RESOLVED);
	judge_world_free(judge);
}

static void each_label_set_is_an_alert_of_its_own_in_order_of_becoming_active(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t a = make_series(judge, "test_x{pid=\"100\"}"), b = make_series(judge, "test_x{pid=\"200\"}");

	(void)state;
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, b, 9);
	pass(judge, 1);
	set(judge, a, 9);
	pass(judge, 1);
	assert_told(judge, "High", "200", STATE, ALERT_FIRING);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_string_equal(labels_find(first_alert(judge)->labels, "pid"), "200");
	assert_string_equal(labels_find(first_alert(judge)->next->labels, "pid"), "100");
	assert_true(first_alert(judge)->id != first_alert(judge)->next->id);
	judge_world_free(judge);
}

static void the_id_of_an_alert_is_the_same_in_every_run(void **state)
{
	uint64_t ids[2];

	(void)state;
	for (int run = 0; run < 2; run++) {
		struct judge_world *judge = judge_world_new();
		size_t x;

		if (run) /* other sets before it in the pool */
			set(judge, make_series(judge, "test_x{pid=\"7\",service=\"z\"}"), 9);
		x = make_series(judge, "test_x{pid=\"100\"}");
		feed_rules(judge, "alert High 0 0 critical test_x > 5");
		set(judge, x, 9);
		pass(judge, 1);
		ids[run] = 0;
		for (const struct alert *alert = first_alert(judge); alert; alert = alert->next)
			if (!strcmp(labels_find(alert->labels, "pid"), "100"))
				ids[run] = alert->id;
		judge_world_free(judge);
	}
	assert_true(ids[0] && ids[0] == ids[1]);
}

static void the_comparison_that_let_the_sample_pass_gives_value_and_threshold(void **state)
{
	static const struct {
		const char *expr;
		const char *comparison; /* "" = none */
		double value, threshold;
	} cases[] = {
		{ "test_x > 5", ">", 9, 5 },
		{ "(test_x >= 9) and test_x < 100", ">=", 9, 9 },
		{ "test_x < 3 or test_x != 4", "!=", 9, 4 },
		{ "test_x * 2 == 18", "==", 18, 18 },
		{ "10 > test_x", ">", 10, 9 },
		{ "test_x", "", 9, 0 },
		{ "test_x > bool 5", "", 1, 0 },
		{ "absent(nothing)", "", 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judge_world *judge = judge_world_new();
		size_t x = make_series(judge, "test_x{pid=\"100\"}");
		char text[200];
		const struct told *told;

		snprintf(text, sizeof(text), "alert A 0 0 critical %s", cases[i].expr);
		feed_rules(judge, text);
		set(judge, x, 9);
		pass(judge, 1);
		told = next_told(judge);
		assert_non_null(told);
		assert_string_equal(told->comparison, cases[i].comparison);
		assert_int_equal(told->has_threshold, cases[i].comparison[0] != '\0');
		assert_true(told->value == cases[i].value && told->threshold == cases[i].threshold);
		judge_world_free(judge);
	}
}

static void a_rule_that_cannot_be_evaluated_says_so_and_its_alerts_stay(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t a = make_series(judge, "test_x{pid=\"1\"}"), b = make_series(judge, "test_y{pid=\"1\",k=\"a\"}");
	size_t c = make_series(judge, "test_y{pid=\"1\",k=\"b\"}");

	(void)state;
	feed_rules(judge, "alert Both 0 0 critical test_x * on(pid) test_y > 5");
	set(judge, a, 3);
	set(judge, b, 3);
	pass(judge, 1);
	assert_told(judge, "Both", "1", STATE, ALERT_FIRING);
	set(judge, c, 3);
	pass(judge, 1);
	assert_told_nothing(judge);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_FAILED);
	assert_true(strlen(view_of(judge)->rule_status[0].reason) > 10);
	assert_non_null(first_alert(judge));
	judge_world_free(judge);
}

/* --- loss ------------------------------------------------------------------------------------------------- */

static void an_alert_does_not_resolve_while_its_window_holds_a_loss(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical max_over_time(test_x[20s]) > 5");
	set(judge, x, 9);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	set(judge, x, 1);
	pass(judge, 10);
	lose_of(judge, 100, TT_LOST_RING_ENTER, 12);
	pass(judge, 1); /* the hole lies in second 12 */
	told = assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_true(told->is_unknown);
	assert_string_equal(told->reason, "12 enters lost just now (ring full), window 20 s");
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_UNKNOWN);
	assert_string_equal(view_of(judge)->rule_status[0].reason,
			    "12 enters lost just now (ring full), window 20 s, process 100");
	pass(judge, 3);
	assert_string_equal(first_alert(judge)->reason, "12 enters lost 3 s ago (ring full), window 20 s");
	pass(judge, 17); /* its condition is false since second 22 */
	assert_told_nothing(judge);
	assert_int_equal(first_alert(judge)->state, ALERT_FIRING);
	pass(judge, 1); /* second 33: the window is clean */
	told = assert_told(judge, "High", "100", STATE, ALERT_RESOLVED);
	assert_int_equal(told->ended_at_ms, 1700000033000);
	assert_false(told->is_unknown);
	assert_string_equal(told->reason, "");
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_OK);
	judge_world_free(judge);
}

static void an_alert_whose_condition_holds_after_the_loss_goes_on_firing_and_is_known_again(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 1);
	lose_of(judge, 0, TT_LOST_RECORDING, 4096);
	pass(judge, 2);
	set(judge, x, 1);
	pass(judge, 2);
	set(judge, x, 9);
	pass(judge, 20);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_string_equal(assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING)->reason,
			    "4096 bytes of the recording skipped just now, window 5 s");
	assert_false(assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING)->is_unknown);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void a_pending_alert_does_not_reset_because_of_loss(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 10 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 2);
	lose_of(judge, 100, TT_LOST_MISSED, 3);
	set(judge, x, 1);
	pass(judge, 3);
	set(judge, x, 9);
	pass(judge, 20);
	told = assert_told(judge, "High", "100", STATE, ALERT_PENDING);
	assert_int_equal(told->active_at_ms, 1700000001000);
	assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_PENDING);
	assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_PENDING);
	told = assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_int_equal(told->active_at_ms, 1700000001000);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void loss_of_one_process_leaves_the_alerts_of_others_alone(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t a = make_series(judge, "test_x{pid=\"100\"}"), b = make_series(judge, "test_x{pid=\"200\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	proc_of(judge, 200, TT_PROC_SEEN, "other", 6, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5\n"
			  "alert Other 0 0 critical test_x{pid=\"200\"} > 5\n"
			  "alert Service 0 0 critical test_x{service=~\"oth.*\"} > 5");
	set(judge, a, 9);
	set(judge, b, 9);
	pass(judge, 1);
	judge->read_count = judge->told_count;
	lose_of(judge, 100, TT_LOST_RING_LEAVE, 1);
	set(judge, a, 1);
	set(judge, b, 1);
	pass(judge, 1);
	assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_told(judge, "High", "200", STATE, ALERT_RESOLVED);
	assert_told(judge, "Other", "200", STATE, ALERT_RESOLVED);
	assert_told_nothing(judge);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_UNKNOWN);
	assert_int_equal(view_of(judge)->rule_status[1].health, RULE_OK);
	assert_int_equal(view_of(judge)->rule_status[2].health, RULE_OK);
	judge_world_free(judge);
}

static void the_last_losses_of_a_process_that_is_gone_touch_nobody_else(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"200\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	proc_of(judge, 200, TT_PROC_SEEN, "tts", 6, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 1);
	proc_of(judge, 100, TT_PROC_GONE, "tts", 5, 0);
	lose_of(judge, 100, TT_LOST_RING_ENTER, 4);
	set(judge, x, 1);
	pass(judge, 1);
	assert_told(judge, "High", "200", STATE, ALERT_FIRING);
	assert_told(judge, "High", "200", STATE, ALERT_RESOLVED);
	lose_of(judge, 300, TT_LOST_RING_ENTER, 4); /* whoever that is */
	set(judge, x, 9);
	pass(judge, 1);
	assert_true(assert_told(judge, "High", "200", STATE, ALERT_FIRING)->is_unknown);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void an_alert_of_a_service_is_touched_by_loss_of_any_of_its_processes(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t a = make_series(judge, "test_x{service=\"tts\"}"), b = make_series(judge, "test_x{service=\"other\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	proc_of(judge, 101, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5\nalert All 0 0 critical sum(test_x) > 5");
	set(judge, a, 9);
	set(judge, b, 9);
	pass(judge, 1);
	judge->read_count = judge->told_count;
	lose_of(judge, 101, TT_LOST_RING_LEAVE, 1);
	set(judge, a, 1);
	set(judge, b, 1);
	pass(judge, 1);
	assert_string_equal(assert_told(judge, "High", "", STATE, ALERT_RESOLVED)->reason, "");
	assert_told(judge, "High", "", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_told(judge, "All", "", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void facts_that_no_loss_can_change_are_always_known(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t memory = make_series(judge, "tts_process_resident_memory_bytes{pid=\"100\"}");
	struct store *store = view_of(judge)->store;
	struct label own = { "__name__", "test_own" };
	struct series *blind = store_series(store, labels_intern(store_labels(store), &own, 1), true);

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "record tts:memory:max avg_over_time(tts_process_resident_memory_bytes[1m])\n"
			  "alert Big 0 0 warning tts_process_resident_memory_bytes > 5\n"
			  "alert Made 0 0 warning tts:memory:max > 1e9\n"
			  "alert Own 0 0 warning test_own > 5\n"
			  "alert Mixed 0 0 warning tts_process_resident_memory_bytes > 5 and on() test_x > 5");
	set(judge, memory, 9);
	store_append(store, blind, 1700000001000, 1);
	pass(judge, 1);
	lose_of(judge, 100, TT_LOST_RING_ENTER, 100);
	set(judge, memory, 1);
	pass(judge, 1);
	assert_told(judge, "Big", "100", STATE, ALERT_FIRING);
	assert_told(judge, "Big", "100", STATE, ALERT_RESOLVED);
	assert_told_nothing(judge);
	assert_int_equal(view_of(judge)->rule_status[1].health, RULE_OK);
	assert_int_equal(view_of(judge)->rule_status[2].health, RULE_OK);
	assert_int_equal(view_of(judge)->rule_status[3].health, RULE_OK);
	assert_int_equal(view_of(judge)->rule_status[4].health, RULE_UNKNOWN);
	judge_world_free(judge);
}

static void a_rule_reaches_as_far_back_as_the_rules_it_reads(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "record test:max max_over_time(test_x[30s])\n"
			  "record test:max:again max_over_time(test:max[10s])\n"
			  "alert High 0 0 critical test:max:again > 5\n"
			  "alert Regex 0 0 critical {__name__=~\"test:max.*\"} > 5000");
	set(judge, x, 1);
	pass(judge, 1);
	lose_of(judge, 100, TT_LOST_RING_ENTER, 1);
	pass(judge, 1);
	for (int second = 0; second <= 40; second++) {
		assert_int_equal(view_of(judge)->rule_status[2].health, RULE_UNKNOWN);
		assert_int_equal(view_of(judge)->rule_status[3].health, RULE_UNKNOWN);
		pass(judge, 1);
	}
	assert_int_equal(view_of(judge)->rule_status[2].health, RULE_OK);
	assert_int_equal(view_of(judge)->rule_status[3].health, RULE_OK);
	judge_world_free(judge);
}

static void a_malformed_record_is_a_loss_of_anybody_but_not_when_it_is_a_request_to_us(void **state)
{
	struct judge_world *judge = judge_world_new();
	struct tt_tick record = { 0 };
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 1);
	feed(judge->world, &record, TT_CONTROL, sizeof(record), 0, TT_NO_PROBE);
	pass(judge, 1);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_OK);
	feed(judge->world, &record, 77, sizeof(record), 0, TT_NO_PROBE);
	pass(judge, 1);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_UNKNOWN);
	assert_string_equal(first_alert(judge)->reason, "1 records lost just now (malformed), window 5 s");
	judge_world_free(judge);
}

static void a_request_that_loss_has_touched_is_a_hole_when_it_ends(void **state)
{
	struct judge_world *judge = judge_world_new();
	struct world *world = judge->world;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	probe_in_view(world, SYNC, TT_LEAVE_URET, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, x, 1);
	pass(judge, 1);
	enter(world, 11, SYNC, 0);
	lose_of(judge, 100, TT_LOST_RING_LEAVE, 1);
	pass(judge, 10);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_OK);
	leave(world, 11, SYNC, 0);
	pass(judge, 2);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_UNKNOWN);
	assert_string_equal(view_of(judge)->rule_status[0].reason,
			    "1 requests touched by loss ended 1 s ago, window 5 s, process 100");
	lose_of(judge, 100, TT_LOST_RING_LEAVE, 2); /* a cause says more than what came of it */
	pass(judge, 1);
	lose_of(judge, 100, TT_LOST_RING_LEAVE, 3);
	pass(judge, 2);
	assert_string_equal(view_of(judge)->rule_status[0].reason,
			    "5 leaves lost 1 s ago (ring full), window 5 s, process 100");
	judge_world_free(judge);
}

static void a_long_storm_of_losses_is_counted_whole(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical max_over_time(test_x[5m]) > 5");
	set(judge, x, 9);
	for (unsigned second = 0; second < 2 * JUDGE_MARKS; second++) { /* each second two causes, by turns */
		lose_of(judge, 100, TT_LOST_RING_ENTER, 1);
		lose_of(judge, 100, TT_LOST_RING_LEAVE, 10);
		pass(judge, 1);
	}
	pass(judge, 2);
	assert_string_equal(first_alert(judge)->reason, "1280 leaves lost 2 s ago (ring full), window 5 m");
	judge_world_free(judge);
}

static void a_loss_is_remembered_as_long_as_samples_are_held(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	judge->world->flow->options.metrics.age_ns = 24 * 3600 * 1000000000ull;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "record total count_over_time(test_x[8h])");
	set(judge, x, 9);
	lose_of(judge, 100, TT_LOST_RING_ENTER, 1);
	pass(judge, 7 * 3600);
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_UNKNOWN);
	judge_world_free(judge);
}

/* --- the end of what it speaks of ------------------------------------------------------------------------- */

static void an_alert_of_a_process_that_is_gone_ends_with_the_reason_and_is_not_resolved(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t a = make_series(judge, "test_x{pid=\"100\"}"), b = make_series(judge, "test_x{pid=\"200\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	proc_of(judge, 200, TT_PROC_SEEN, "tts", 6, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, a, 9);
	set(judge, b, 9);
	pass(judge, 1);
	judge->read_count = judge->told_count;
	proc_of(judge, 100, TT_PROC_GONE, "tts", 5, 0);
	unset(judge, a); /* its series ends in the same instant */
	pass(judge, 1);
	told = assert_told(judge, "High", "100", STATE, ALERT_ENDED);
	assert_string_equal(told->reason, "process 100 (speaker) is gone, exit status 0");
	assert_told_nothing(judge);
	proc_of(judge, 200, TT_PROC_GONE, "tts", 6, 9);
	pass(judge, 5); /* here its condition goes on holding, as a window does that still has its samples */
	told = assert_told(judge, "High", "200", STATE, ALERT_ENDED);
	assert_string_equal(told->reason, "process 200 (speaker) is gone, killed by signal 9");
	assert_told_nothing(judge);
	assert_null(first_alert(judge));
	judge_world_free(judge);
}

static void the_end_of_the_target_wins_over_loss_and_over_keep_firing(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 600 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 1);
	lose_of(judge, 100, TT_LOST_RING_ENTER, 1);
	set(judge, x, 1);
	pass(judge, 1);
	proc_of(judge, 100, TT_PROC_GONE, "tts", 5, 0x300);
	unset(judge, x);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
			    "process 100 (speaker) is gone, exit status 3");
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void an_alert_of_a_service_ends_with_its_last_process(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{service=\"tts\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	proc_of(judge, 101, TT_PROC_SEEN, "tts", 5, 0);
	proc_of(judge, 102, TT_PROC_SEEN, "other", 5, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5\nalert All 0 0 critical sum(test_x) > 5");
	set(judge, x, 9);
	pass(judge, 1);
	judge->read_count = judge->told_count;
	proc_of(judge, 100, TT_PROC_GONE, "tts", 5, 0);
	pass(judge, 1);
	assert_told_nothing(judge);
	proc_of(judge, 101, TT_PROC_GONE, "tts", 5, 0);
	pass(judge, 1);
	assert_told(judge, "High", "", STATE, ALERT_ENDED);
	assert_told_nothing(judge);
	proc_of(judge, 103, TT_PROC_SEEN, "tts", 7, 0); /* it is there again, and the condition holds: a new alert */
	pass(judge, 2);
	assert_told(judge, "High", "", STATE, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void a_new_image_ends_the_alerts_of_the_old_one(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 2 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 3);
	judge->read_count = judge->told_count;
	proc_of(judge, 100, TT_PROC_EXEC, "tts", 5, 0);
	pass(judge, 6); /* the window, 5 s, holds samples of the old image */
	assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
			    "process 100 (speaker) runs a new image");
	assert_told_nothing(judge);
	pass(judge, 3);
	assert_told(judge, "High", "100", STATE, ALERT_PENDING);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void what_a_window_holds_of_an_old_image_neither_fires_nor_resolves(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}"), y = make_series(judge, "test_y{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical max_over_time(test_x[10s]) > 5\nalert Last 0 0 critical test_y > 5");
	set(judge, x, 9);
	set(judge, y, 1);
	pass(judge, 3);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	proc_of(judge, 100, TT_PROC_EXEC, "tts", 5, 0);
	set(judge, y, 9); /* calls that its exec has cut off */
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_ENDED);
	set(judge, x, 1);
	set(judge, y, 1);
	pass(judge, 20);
	assert_told_nothing(judge);
	set(judge, x, 9);
	set(judge, y, 9);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_told(judge, "Last", "100", STATE, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void between_an_exec_and_its_news_nothing_resolves_and_nothing_new_begins(void **state)
{
	struct judge_world *judge = judge_world_new();
	struct tt_task task = { .what = TT_TASK_EXEC };
	size_t a = make_series(judge, "test_x{pid=\"100\"}"), b = make_series(judge, "test_y{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5\nalert Other 0 0 critical test_y > 5");
	set(judge, a, 9);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	feed(judge->world, &task, TT_TASK, sizeof(task), 100, TT_NO_PROBE);
	set(judge, a, 1); /* its requests are over */
	set(judge, b, 9);
	pass(judge, 2);
	assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
			    "process 100 (speaker) runs a new image");
	assert_told_nothing(judge);
	proc_of(judge, 100, TT_PROC_EXEC, "tts", 5, 0);
	pass(judge, 6);
	assert_told_nothing(judge);
	pass(judge, 1);
	assert_told(judge, "Other", "100", STATE, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void a_reused_pid_is_another_process(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 1);
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 99, 0);
	set(judge, x, 1);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
			    "process 100 (speaker) is gone");
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void at_the_end_alerts_stay_unless_every_target_has_ended(void **state)
{
	static const uint32_t reasons[] = { TT_END_STOPPED, TT_END_DURATION, TT_END_TRUNCATED, TT_END_ERROR,
					    TT_END_TARGET };

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		struct judge_world *judge = judge_world_new();
		size_t a = make_series(judge, "test_x{pid=\"100\"}"), b = make_series(judge, "test_x");

		proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
		feed_rules(judge, "alert High 0 0 critical test_x > 5");
		set(judge, a, 9);
		set(judge, b, 9);
		pass(judge, 1);
		judge->read_count = judge->told_count;
		if (reasons[i] == TT_END_TARGET)
			proc_of(judge, 100, TT_PROC_GONE, "tts", 5, 0);
		end_with(judge, reasons[i]);
		if (reasons[i] == TT_END_TARGET) {
			assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
					    "process 100 (speaker) is gone, exit status 0");
			assert_string_equal(assert_told(judge, "High", "", STATE, ALERT_ENDED)->reason,
					    "every target has ended");
			assert_null(first_alert(judge));
		} else {
			assert_int_equal(first_alert(judge)->state, ALERT_FIRING);
		}
		assert_told_nothing(judge);
		judge_world_free(judge);
	}
}

/* --- tiers ------------------------------------------------------------------------------------------------ */

static void a_higher_tier_holds_the_lower_ones_down_until_it_goes(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t a = make_series(judge, "test_x{pid=\"100\"}"), b = make_series(judge, "test_x{pid=\"200\"}");
	uint64_t critical;

	(void)state;
	feed_rules(judge, "alert Slow 0 0 warning test_x > 2\n"
			  "alert Slow 0 0 critical test_x > 5\n"
			  "alert Slow 2 0 emergency test_x > 10");
	set(judge, a, 3);
	set(judge, b, 3);
	pass(judge, 1);
	assert_int_equal(assert_told(judge, "Slow", "100", STATE, ALERT_FIRING)->tier, TIER_WARNING);
	assert_int_equal(assert_told(judge, "Slow", "200", STATE, ALERT_FIRING)->tier, TIER_WARNING);
	set(judge, a, 7);
	pass(judge, 1);
	told = assert_told(judge, "Slow", "100", ALERT_CHANGE_INHIBIT, ALERT_FIRING);
	assert_int_equal(told->tier, TIER_WARNING);
	critical = told->inhibited_by;
	told = assert_told(judge, "Slow", "100", STATE, ALERT_FIRING);
	assert_int_equal(told->tier, TIER_CRITICAL);
	assert_true(told->id == critical && !told->inhibited_by);
	set(judge, a, 12);
	pass(judge, 1); /* pending holds nobody down */
	assert_int_equal(assert_told(judge, "Slow", "100", STATE, ALERT_PENDING)->tier, TIER_EMERGENCY);
	pass(judge, 2);
	told = assert_told(judge, "Slow", "100", ALERT_CHANGE_INHIBIT, ALERT_FIRING);
	assert_true(told->tier == TIER_WARNING && told->inhibited_by && told->inhibited_by != critical);
	assert_int_equal(assert_told(judge, "Slow", "100", ALERT_CHANGE_INHIBIT, ALERT_FIRING)->tier, TIER_CRITICAL);
	assert_int_equal(assert_told(judge, "Slow", "100", STATE, ALERT_FIRING)->tier, TIER_EMERGENCY);
	set(judge, a, 3);
	pass(judge, 1);
	told = assert_told(judge, "Slow", "100", ALERT_CHANGE_INHIBIT, ALERT_FIRING);
	assert_true(told->tier == TIER_WARNING && !told->inhibited_by);
	told = assert_told(judge, "Slow", "100", STATE, ALERT_RESOLVED);
	assert_true(told->tier == TIER_CRITICAL && told->inhibited_by); /* it says how it stood */
	assert_int_equal(assert_told(judge, "Slow", "100", STATE, ALERT_RESOLVED)->tier, TIER_EMERGENCY);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void an_alert_that_fires_under_a_higher_tier_is_held_down_from_its_begin(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x");

	(void)state;
	feed_rules(judge, "alert Slow 3 0 warning test_x > 2\nalert Slow 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 4);
	assert_int_equal(assert_told(judge, "Slow", "", STATE, ALERT_PENDING)->inhibited_by, 0);
	assert_int_equal(assert_told(judge, "Slow", "", STATE, ALERT_FIRING)->tier, TIER_CRITICAL);
	assert_true(assert_told(judge, "Slow", "", STATE, ALERT_FIRING)->inhibited_by);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

/* --- limits ----------------------------------------------------------------------------------------------- */

static void a_storm_is_told_once_each_and_what_is_over_the_limit_is_counted(void **state)
{
	struct judge_world *judge = judge_world_new();
	const size_t storm = LIMIT_ALERTS + 50;
	size_t count = 0;

	(void)state;
	feed_rules(judge, "alert Storm 0 0 critical test_x > 5");
	for (size_t i = 0; i < storm; i++) {
		char text[64];

		snprintf(text, sizeof(text), "test_x{pid=\"%zu\"}", 1000000 + i);
		set(judge, make_series(judge, text), 9);
	}
	pass(judge, 3);
	assert_int_equal(judge->told_count, LIMIT_ALERTS);
	assert_int_equal(tallies(judge->world)->let_go[LET_GO_ALERTS], 50);
	for (const struct alert *alert = first_alert(judge); alert; alert = alert->next)
		count++;
	assert_int_equal(count, LIMIT_ALERTS);
	for (size_t i = 0; i < 100; i++)
		set(judge, i, 1);
	pass(judge, 2); /* room again */
	assert_int_equal(judge->told_count, LIMIT_ALERTS + 100 + 50);
	for (size_t i = 0; i < storm; i++)
		set(judge, i, 1);
	pass(judge, 1);
	assert_null(first_alert(judge));
	assert_int_equal(judge->told_count, 2 * storm);
	judge_world_free(judge);
}

static void the_state_generation_moves_with_what_must_survive_and_not_without(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");
	uint64_t before;

	(void)state;
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	pass(judge, 3);
	before = view_of(judge)->state_generation;
	pass(judge, 3);
	assert_int_equal(view_of(judge)->state_generation, before);
	set(judge, x, 9);
	pass(judge, 1);
	assert_true(view_of(judge)->state_generation != before);
	before = view_of(judge)->state_generation;
	set(judge, x, 10);
	pass(judge, 5);
	assert_int_equal(view_of(judge)->state_generation, before);
	set(judge, x, 1);
	pass(judge, 1);
	assert_true(view_of(judge)->state_generation != before);
	judge_world_free(judge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_is_pending_then_firing_then_resolved),
		cmocka_unit_test(a_condition_that_passes_within_for_only_becomes_inactive),
		cmocka_unit_test(keep_firing_for_damps_flapping),
		cmocka_unit_test(each_label_set_is_an_alert_of_its_own_in_order_of_becoming_active),
		cmocka_unit_test(the_id_of_an_alert_is_the_same_in_every_run),
		cmocka_unit_test(the_comparison_that_let_the_sample_pass_gives_value_and_threshold),
		cmocka_unit_test(a_rule_that_cannot_be_evaluated_says_so_and_its_alerts_stay),
		cmocka_unit_test(an_alert_does_not_resolve_while_its_window_holds_a_loss),
		cmocka_unit_test(an_alert_whose_condition_holds_after_the_loss_goes_on_firing_and_is_known_again),
		cmocka_unit_test(a_pending_alert_does_not_reset_because_of_loss),
		cmocka_unit_test(loss_of_one_process_leaves_the_alerts_of_others_alone),
		cmocka_unit_test(the_last_losses_of_a_process_that_is_gone_touch_nobody_else),
		cmocka_unit_test(an_alert_of_a_service_is_touched_by_loss_of_any_of_its_processes),
		cmocka_unit_test(facts_that_no_loss_can_change_are_always_known),
		cmocka_unit_test(a_rule_reaches_as_far_back_as_the_rules_it_reads),
		cmocka_unit_test(a_malformed_record_is_a_loss_of_anybody_but_not_when_it_is_a_request_to_us),
		cmocka_unit_test(a_request_that_loss_has_touched_is_a_hole_when_it_ends),
		cmocka_unit_test(a_long_storm_of_losses_is_counted_whole),
		cmocka_unit_test(a_loss_is_remembered_as_long_as_samples_are_held),
		cmocka_unit_test(an_alert_of_a_process_that_is_gone_ends_with_the_reason_and_is_not_resolved),
		cmocka_unit_test(the_end_of_the_target_wins_over_loss_and_over_keep_firing),
		cmocka_unit_test(an_alert_of_a_service_ends_with_its_last_process),
		cmocka_unit_test(a_new_image_ends_the_alerts_of_the_old_one),
		cmocka_unit_test(what_a_window_holds_of_an_old_image_neither_fires_nor_resolves),
		cmocka_unit_test(between_an_exec_and_its_news_nothing_resolves_and_nothing_new_begins),
		cmocka_unit_test(a_reused_pid_is_another_process),
		cmocka_unit_test(at_the_end_alerts_stay_unless_every_target_has_ended),
		cmocka_unit_test(a_higher_tier_holds_the_lower_ones_down_until_it_goes),
		cmocka_unit_test(an_alert_that_fires_under_a_higher_tier_is_held_down_from_its_begin),
		cmocka_unit_test(a_storm_is_told_once_each_and_what_is_over_the_limit_is_counted),
		cmocka_unit_test(the_state_generation_moves_with_what_must_survive_and_not_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
