/* SPDX-License-Identifier: Apache-2.0 */
/* What people and files tell a running tracer: acknowledgements, rule texts in parts, alerts of a former run; and
 * hostile ones. */
#include "judge_world.h"

#define STATE ALERT_CHANGE_STATE
#define AXIS_NS(second) ((1700000000ull + (second)) * 1000000000ull)
#define HIGH "alert High 0 0 critical test_x > 5\n"

static void ask(struct judge_world *judge, uint32_t what, uint64_t id, const char *comment)
{
	feed_control(judge, (struct tt_control){ .what = what, .uid = 1000, .id = id }, "", comment);
}

/* --- acknowledgements ------------------------------------------------------------------------------------- */

static void an_acknowledgement_says_who_and_stays_until_the_alert_ends(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, HIGH);
	set(judge, x, 9);
	pass(judge, 1);
	told = assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	ask(judge, TT_CONTROL_ACK, told->id, "on it");
	told = assert_told(judge, "High", "100", ALERT_CHANGE_ACK, ALERT_FIRING);
	assert_int_equal(told->ack_uid, 1000);
	assert_string_equal(told->comment, "on it");
	assert_int_equal(told->ack_at_real_ns, AXIS_NS(1) + 7000000);
	pass(judge, 3);
	assert_int_equal(first_alert(judge)->ack.uid, 1000);
	ask(judge, TT_CONTROL_ACK, told->id, "");
	assert_string_equal(assert_told(judge, "High", "100", ALERT_CHANGE_ACK, ALERT_FIRING)->comment, "");
	set(judge, x, 1);
	pass(judge, 1);
	assert_true(assert_told(judge, "High", "100", STATE, ALERT_RESOLVED)->ack_at_real_ns);
	set(judge, x, 9);
	pass(judge, 1);
	assert_false(assert_told(judge, "High", "100", STATE, ALERT_FIRING)->ack_at_real_ns);
	judge_world_free(judge);
}

static void a_higher_tier_is_a_new_alert_that_nobody_has_acknowledged(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, "alert High 0 0 critical test_x > 5\nalert High 0 0 emergency test_x > 10");
	set(judge, x, 9);
	pass(judge, 1);
	ask(judge, TT_CONTROL_ACK, first_alert(judge)->id, "on it");
	set(judge, x, 12);
	pass(judge, 1);
	judge->read_count = 2;
	assert_told(judge, "High", "100", ALERT_CHANGE_INHIBIT, ALERT_FIRING);
	assert_false(assert_told(judge, "High", "100", STATE, ALERT_FIRING)->ack_at_real_ns);
	judge_world_free(judge);
}

static void resolved_by_hand_it_ends_and_comes_again_only_after_its_condition_was_false(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, HIGH);
	set(judge, x, 9);
	pass(judge, 1);
	ask(judge, TT_CONTROL_RESOLVE, first_alert(judge)->id, "known \001 bug");
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
			    "resolved by hand: known \001 bug");
	assert_null(first_alert(judge));
	pass(judge, 5);
	feed_rules(judge, HIGH); /* new rules do not forget it */
	pass(judge, 5);
	assert_told_nothing(judge);
	set(judge, x, 1);
	pass(judge, 1);
	set(judge, x, 9);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void resolved_by_hand_is_not_undone_by_keep_firing_for(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, "alert High 2 600 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 3);
	ask(judge, TT_CONTROL_RESOLVE, first_alert(judge)->id, "");
	judge->read_count = judge->told_count;
	assert_string_equal(judge->told[judge->told_count - 1].reason, "resolved by hand");
	set(judge, x, 1);
	pass(judge, 1);
	set(judge, x, 9);
	pass(judge, 3);
	assert_told(judge, "High", "100", STATE, ALERT_PENDING); /* from the begin, `for` included */
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

/* What the window holds of it is no failure of whoever has that pid next, in this run or in one that finds the file. */
static void what_was_resolved_by_hand_is_forgotten_with_the_process_it_was_about(void **state)
{
	for (int how = 0; how < 3; how++) {
		struct judge_world *judge = judge_world_new();
		size_t x = make_series(judge, "test_x{pid=\"100\"}");
		uint64_t generation;

		proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
		feed_rules(judge, HIGH);
		set(judge, x, 9);
		pass(judge, 1);
		ask(judge, TT_CONTROL_RESOLVE, first_alert(judge)->id, "");
		assert_non_null(view_of(judge)->muted);
		judge->read_count = judge->told_count;
		generation = view_of(judge)->state_generation;
		if (how == 2)
			end_with(judge, TT_END_TARGET);
		else
			proc_of(judge, 100, how ? TT_PROC_EXEC : TT_PROC_GONE, "tts", 5, 0);
		if (how < 2)
			pass(judge, 1);
		assert_null(view_of(judge)->muted);
		assert_true(view_of(judge)->state_generation > generation);
		assert_told_nothing(judge);
		if (how == 1) { /* the new image fails as the old one did */
			pass(judge, 20);
			assert_told(judge, "High", "100", STATE, ALERT_FIRING);
		}
		judge_world_free(judge);
	}
	(void)state;
}

static void what_was_resolved_by_hand_stays_so_at_an_end_of_our_own_making(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, HIGH);
	set(judge, x, 9);
	pass(judge, 1);
	ask(judge, TT_CONTROL_RESOLVE, first_alert(judge)->id, "");
	end_with(judge, TT_END_STOPPED);
	assert_non_null(view_of(judge)->muted);
	judge_world_free(judge);
}

static void requests_that_name_nothing_are_counted(void **state)
{
	struct judge_world *judge = judge_world_new();

	(void)state;
	for (uint32_t what = 0; what < 20; what++)
		ask(judge, what, 4711, "x");
	/* the two that are for the log alone do what they say */
	assert_int_equal(tallies(judge->world)->control_refused_count, 18);
	assert_int_equal(tallies(judge->world)->control_count, 2);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

/* --- rules ------------------------------------------------------------------------------------------------ */

static size_t rules_in_force(const struct judge_world *judge)
{
	return view_of(judge)->rules ? view_of(judge)->rule_status_count : 0;
}

static struct tt_rules part(uint32_t ordinal, uint32_t files_count, uint64_t total, uint64_t offset, uint32_t length)
{
	return (struct tt_rules){ .ordinal = ordinal,
				  .files_count = files_count,
				  .total_bytes = total,
				  .offset = offset,
				  .text_bytes = length };
}

static void a_set_of_several_files_in_parts_holds_from_its_last_part_on(void **state)
{
	struct judge_world *judge = judge_world_new();
	static const char first[] = "alert One 0 0 critical test_x > 5\nalert Two 0 0 critical test_x > 5\n";
	static const char last[] = "record three sum(test_x)";

	(void)state;
	for (uint32_t at = 0; at < strlen(first); at += 7) {
		uint32_t length = strlen(first) - at < 7 ? (uint32_t)strlen(first) - at : 7;

		feed_rules_part(judge, part(0, 3, strlen(first), at, length), "a.yaml", first + at);
		assert_int_equal(rules_in_force(judge), 0);
	}
	feed_rules_part(judge, part(1, 3, 0, 0, 0), "empty.yaml", "");
	assert_int_equal(rules_in_force(judge), 0);
	feed_rules_part(judge, part(2, 3, strlen(last), 0, (uint32_t)strlen(last)), "b.yaml", last);
	assert_int_equal(rules_in_force(judge), 3);
	assert_int_equal(view_of(judge)->rules_generation, 1);
	assert_string_equal(view_of(judge)->rule_status[0].rule->name, "One");
	assert_string_equal(view_of(judge)->rule_status[0].group, "a.yaml");
	assert_int_equal(view_of(judge)->rule_status[0].health, RULE_NEVER);
	assert_string_equal(view_of(judge)->rule_status[2].rule->name, "three");
	assert_int_equal(tallies(judge->world)->rules_refused_count, 0);
	judge_world_free(judge);
}

static void parts_that_do_not_fit_are_dropped_and_the_old_rules_stay(void **state)
{
	static const char text[] = "alert New 0 0 critical test_x > 5\n"; /* 34 bytes */
	static const struct {
		const char *what;
		struct tt_rules parts[3];
		const char *files[3];
		unsigned refused;
	} cases[] = {
		{ "the first is missing",
		  { { .files_count = 1, .total_bytes = 34, .offset = 10, .text_bytes = 24 } },
		  { "a" },
		  1 },
		{ "one is missing",
		  { { .files_count = 1, .total_bytes = 34, .text_bytes = 10 },
		    { .files_count = 1, .total_bytes = 34, .offset = 20, .text_bytes = 14 } },
		  { "a", "a" },
		  1 },
		{ "one came twice",
		  { { .files_count = 1, .total_bytes = 34, .text_bytes = 10 },
		    { .files_count = 1, .total_bytes = 34, .offset = 10, .text_bytes = 10 },
		    { .files_count = 1, .total_bytes = 34, .offset = 10, .text_bytes = 10 } },
		  { "a", "a", "a" },
		  1 },
		{ "more than the whole", { { .files_count = 1, .total_bytes = 20, .text_bytes = 34 } }, { "a" }, 1 },
		{ "more than the rest",
		  { { .files_count = 1, .total_bytes = 34, .text_bytes = 10 },
		    { .files_count = 1, .total_bytes = 34, .offset = 10, .text_bytes = 30 } },
		  { "a", "a" },
		  1 },
		{ "another file in between",
		  { { .files_count = 1, .total_bytes = 34, .text_bytes = 10 },
		    { .files_count = 1, .total_bytes = 34, .offset = 10, .text_bytes = 24 } },
		  { "a", "b" },
		  1 },
		{ "another total",
		  { { .files_count = 1, .total_bytes = 34, .text_bytes = 10 },
		    { .files_count = 1, .total_bytes = 35, .offset = 10, .text_bytes = 24 } },
		  { "a", "a" },
		  1 },
		{ "another count of files",
		  { { .files_count = 2, .total_bytes = 34, .text_bytes = 34 },
		    { .ordinal = 1, .files_count = 3, .total_bytes = 34, .text_bytes = 34 } },
		  { "a", "b" },
		  1 },
		{ "the second file before the first",
		  { { .ordinal = 1, .files_count = 2, .total_bytes = 34, .text_bytes = 34 },
		    { .files_count = 2, .total_bytes = 34, .text_bytes = 34 } },
		  { "b", "a" },
		  1 },
		{ "an empty part of a text", { { .files_count = 1, .total_bytes = 34 } }, { "a" }, 1 },
		{ "an unknown kind",
		  { { .kind = 9, .files_count = 1, .total_bytes = 34, .text_bytes = 34 } },
		  { "a" },
		  1 },
		{ "too much", { { .files_count = 1, .total_bytes = (4u << 20) + 1, .text_bytes = 34 } }, { "a" }, 1 },
		{ "far too much", { { .files_count = 1, .total_bytes = UINT64_MAX, .text_bytes = 34 } }, { "a" }, 1 },
		{ "too much in all",
		  { { .files_count = 2, .total_bytes = 34, .text_bytes = 34 },
		    { .ordinal = 1, .files_count = 2, .total_bytes = (4u << 20) - 40, .text_bytes = 34 } },
		  { "a", "b" },
		  1 },
		{ "a text past all",
		  { { .ordinal = UINT32_MAX, .files_count = 1, .total_bytes = 34, .text_bytes = 34 } },
		  { "a" },
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judge_world *judge = judge_world_new();

		feed_rules(judge, "alert Old 0 0 critical test_x > 5");
		for (size_t j = 0; j < 3 && cases[i].files[j]; j++)
			feed_rules_part(judge, cases[i].parts[j], cases[i].files[j], text);
		if (tallies(judge->world)->rules_refused_count != cases[i].refused)
			fail_msg("%s: refused %d", cases[i].what, (int)tallies(judge->world)->rules_refused_count);
		if (rules_in_force(judge) != 1 || strcmp(view_of(judge)->rule_status[0].rule->name, "Old"))
			fail_msg("%s: the old rules did not stay", cases[i].what);
		feed_rules(judge, text); /* and a whole set takes over */
		assert_string_equal(view_of(judge)->rule_status[0].rule->name, "New");
		judge_world_free(judge);
	}
}

static void a_set_that_does_not_compile_leaves_the_old_one_in_force(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	feed_rules(judge, HIGH);
	set(judge, x, 9);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_FIRING);
	feed_rules(judge, "broken");
	pass(judge, 2);
	assert_told_nothing(judge);
	assert_int_equal(rules_in_force(judge), 1);
	assert_int_equal(view_of(judge)->rules_generation, 1);
	assert_int_equal(tallies(judge->world)->rules_refused_count, 1);
	judge_world_free(judge);
}

static void alerts_go_on_across_a_reload_and_those_of_removed_rules_end(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");
	uint64_t id = 0;

	(void)state;
	feed_rules(judge, "alert Going 3 0 critical test_x > 5\nalert Staying 3 0 critical test_x > 5\n"
			  "alert Changed 0 0 warning test_x > 5\nalert Raised 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 2);
	judge->read_count = judge->told_count;
	for (const struct alert *alert = first_alert(judge); alert; alert = alert->next)
		id = alert->id;
	ask(judge, TT_CONTROL_ACK, id, "on it");
	assert_told(judge, "Raised", "100", ALERT_CHANGE_ACK, ALERT_FIRING);
	feed_rules(judge, "alert Raised 0 0 critical test_x > 8\nalert Staying 3 0 critical test_x > 5\n"
			  "alert Changed 0 0 critical test_x > 5");
	told = assert_told(judge, "Going", "100", STATE, ALERT_ENDED);
	assert_string_equal(told->reason, "the rule Going with these labels was removed");
	told = assert_told(judge, "Changed", "100", STATE, ALERT_ENDED);
	assert_int_equal(told->tier, TIER_WARNING);
	assert_told_nothing(judge);
	assert_ptr_equal(first_alert(judge)->rule, view_of(judge)->rule_status[1].rule);
	pass(judge, 2);
	assert_int_equal(assert_told(judge, "Changed", "100", STATE, ALERT_FIRING)->tier, TIER_CRITICAL);
	told = assert_told(judge, "Staying", "100", STATE, ALERT_FIRING);
	assert_int_equal(told->active_at_ms, 1700000001000);
	assert_told_nothing(judge);
	for (const struct alert *alert = first_alert(judge); alert; alert = alert->next)
		assert_int_equal(!strcmp(alert->name, "Raised"), alert->ack.at_real_ns != 0);
	feed_rules_part(judge, (struct tt_rules){ 0 }, "", ""); /* no rules hold from now on */
	assert_told(judge, "Staying", "100", STATE, ALERT_ENDED);
	assert_told(judge, "Raised", "100", STATE, ALERT_ENDED);
	assert_told(judge, "Changed", "100", STATE, ALERT_ENDED);
	assert_told_nothing(judge);
	assert_null(view_of(judge)->rules);
	pass(judge, 2);
	judge_world_free(judge);
}

/* --- a former run ----------------------------------------------------------------------------------------- */

static struct tt_restore firing_restore(void)
{
	struct tt_restore head = { .active_at_real_ns = AXIS_NS(0) - 100000000000,
				   .fired_at_real_ns = AXIS_NS(0) - 90000000000,
				   .ack_at_real_ns = AXIS_NS(0) - 80000000000,
				   .ack_uid = 77,
				   .flags = TT_RESTORE_THRESHOLD,
				   .trace_id = { 1, 2, 3 } };
	double value = 9.5, threshold = 5;

	memcpy(&head.value, &value, 8);
	memcpy(&head.threshold, &threshold, 8);
	return head;
}

#define LABELS "{alertname=\"High\",pid=\"100\",severity=\"critical\"}"

static void a_restored_alert_goes_on_firing_with_its_acknowledgement(void **state)
{
	for (int order = 0; order < 2; order++) { /* rules first, alerts first */
		struct judge_world *judge = judge_world_new();
		const struct told *told;
		size_t x = make_series(judge, "test_x{pid=\"100\"}");

		proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
		if (order == 0)
			feed_rules(judge, HIGH);
		feed_restore(judge, firing_restore(), LABELS, "on it");
		if (order == 1)
			feed_rules(judge, HIGH);
		told = assert_told(judge, "High", "100", ALERT_CHANGE_RESTORED, ALERT_FIRING);
		assert_int_equal(told->active_at_ms, 1699999900000);
		assert_int_equal(told->fired_at_ms, 1699999910000);
		assert_int_equal(told->ack_uid, 77);
		assert_string_equal(told->comment, "on it");
		assert_true(told->value == 9.5 && told->threshold == 5 && told->has_threshold);
		assert_int_equal(told->trace_id[2], 3);
		set(judge, x, 9);
		pass(judge, 10);
		assert_true(assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING)->is_unknown);
		assert_false(assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING)->is_unknown);
		assert_told_nothing(judge);
		assert_int_equal(first_alert(judge)->ack.uid, 77);
		assert_int_equal(first_alert(judge)->fired_at_real_ns, AXIS_NS(0) - 90000000000);
		set(judge, x, 1);
		pass(judge, 1);
		told = assert_told(judge, "High", "100", STATE, ALERT_RESOLVED);
		assert_string_equal(told->summary, "pid 100 at 9");
		assert_told_nothing(judge);
		judge_world_free(judge);
	}
	(void)state;
}

static void a_restart_does_not_resolve_what_cannot_be_known_yet(void **state)
{
	struct judge_world *judge = judge_world_new();
	const struct told *told;
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_restore(judge, firing_restore(), LABELS, "");
	feed_rules(judge, "alert High 0 0 critical max_over_time(test_x[30s]) > 5");
	set(judge, x, 1);
	pass(judge, 1);
	assert_told(judge, "High", "100", ALERT_CHANGE_RESTORED, ALERT_FIRING);
	told = assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_string_equal(told->reason, "it fired in a former run, this one began 0 s ago, window 30 s");
	pass(judge, 29);
	assert_told_nothing(judge);
	pass(judge, 1);
	told = assert_told(judge, "High", "100", STATE, ALERT_RESOLVED);
	assert_int_equal(told->ended_at_ms, 1700000031000);
	judge_world_free(judge);
}

static void a_restored_alert_about_nobody_in_view_ends_and_is_not_resolved(void **state)
{
	struct judge_world *judge = judge_world_new();

	(void)state;
	proc_of(judge, 200, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, HIGH);
	feed_restore(judge, firing_restore(), LABELS, "");
	pass(judge, 10);
	assert_told(judge, "High", "100", ALERT_CHANGE_RESTORED, ALERT_FIRING);
	assert_told(judge, "High", "100", ALERT_CHANGE_UNKNOWN, ALERT_FIRING);
	assert_string_equal(assert_told(judge, "High", "100", STATE, ALERT_ENDED)->reason,
			    "what it was about is not in view since the restart");
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void a_restored_alert_without_its_rule_waits_for_rules_and_then_ends(void **state)
{
	struct judge_world *judge = judge_world_new();

	(void)state;
	feed_restore(judge, firing_restore(), LABELS, "");
	pass(judge, 400);
	assert_told(judge, "High", "100", ALERT_CHANGE_RESTORED, ALERT_FIRING);
	assert_told_nothing(judge);
	feed_rules(judge, "alert Other 0 0 critical test_x > 5");
	assert_told(judge, "High", "100", STATE, ALERT_ENDED);
	feed_restore(judge, firing_restore(), LABELS, "");
	assert_told(judge, "High", "100", ALERT_CHANGE_RESTORED, ALERT_FIRING);
	pass(judge, 1);
	assert_told(judge, "High", "100", STATE, ALERT_ENDED);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static struct tt_restore muted_restore(void)
{
	struct tt_restore head = firing_restore();

	head.flags |= TT_RESTORE_MUTED;
	return head;
}

static void what_was_resolved_by_hand_in_a_former_run_comes_again_only_after_its_condition_was_false(void **state)
{
	for (int order = 0; order < 2; order++) { /* rules first, alerts first */
		struct judge_world *judge = judge_world_new();
		uint64_t generation;
		size_t x = make_series(judge, "test_x{pid=\"100\"}");

		proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
		if (order == 0)
			feed_rules(judge, HIGH);
		feed_restore(judge, muted_restore(), LABELS, "on it");
		if (order == 1)
			feed_rules(judge, HIGH);
		assert_int_equal(tallies(judge->world)->control_count, 1);
		set(judge, x, 9);
		pass(judge, 20);
		feed_rules(judge, HIGH);
		pass(judge, 20);
		assert_null(first_alert(judge));
		assert_string_equal(view_of(judge)->muted->name, "High");
		assert_true(view_of(judge)->muted->is_muted);
		assert_int_equal(view_of(judge)->muted->fired_at_real_ns, AXIS_NS(0) - 90000000000);
		generation = view_of(judge)->state_generation;
		set(judge, x, 1);
		pass(judge, 1);
		assert_null(view_of(judge)->muted);
		assert_true(view_of(judge)->state_generation > generation);
		assert_told_nothing(judge);
		set(judge, x, 9);
		pass(judge, 1);
		assert_told(judge, "High", "100", STATE, ALERT_FIRING);
		assert_told_nothing(judge);
		judge_world_free(judge);
	}
	(void)state;
}

static void a_restart_does_not_unmute_what_cannot_be_known_yet(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
	feed_rules(judge, "alert High 0 0 critical min_over_time(test_x[30s]) > 5");
	feed_restore(judge, muted_restore(), LABELS, "");
	pass(judge, 20); /* there is nothing to judge yet */
	assert_non_null(view_of(judge)->muted);
	set(judge, x, 9);
	pass(judge, 40);
	assert_non_null(view_of(judge)->muted);
	set(judge, x, 1);
	pass(judge, 1);
	assert_null(view_of(judge)->muted);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void a_muted_alert_without_its_rule_waits_for_rules_and_is_then_forgotten(void **state)
{
	struct judge_world *judge = judge_world_new();

	(void)state;
	feed_restore(judge, muted_restore(), LABELS, "");
	feed_restore(judge, muted_restore(), LABELS, ""); /* twice */
	feed_restore(judge, firing_restore(), LABELS, "");
	assert_int_equal(tallies(judge->world)->control_refused_count, 2);
	pass(judge, 400);
	assert_non_null(view_of(judge)->muted);
	feed_rules(judge, "alert Other 0 0 critical test_x > 5");
	assert_null(view_of(judge)->muted);
	feed_restore(judge, muted_restore(), LABELS, "");
	assert_non_null(view_of(judge)->muted);
	pass(judge, 1);
	assert_null(view_of(judge)->muted);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void what_cannot_be_restored_is_counted(void **state)
{
	static const char *const labels[] = {
		"", "{", "{}", "{pid=\"1\"}", "High{alertname=\"High\"}", "{alertname=\"\"}", "\xff\xfe{"
	};
	struct judge_world *judge = judge_world_new();

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		feed_restore(judge, firing_restore(), labels[i], "");
	assert_int_equal(tallies(judge->world)->control_refused_count, sizeof(labels) / sizeof(labels[0]));
	assert_null(first_alert(judge));
	feed_restore(judge, firing_restore(), LABELS, "");
	feed_restore(judge, firing_restore(), LABELS, ""); /* twice */
	assert_int_equal(tallies(judge->world)->control_refused_count, sizeof(labels) / sizeof(labels[0]) + 1);
	assert_int_equal(judge->told_count, 1);
	judge_world_free(judge);
}

/* --- hostile records -------------------------------------------------------------------------------------- */

static void lengths_that_lie_are_refused_by_decode(void **state)
{
	struct judge_world *judge = judge_world_new();
	static const uint32_t lies[] = { 1, 9, 4097, 65535, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
	uint64_t bytes[32] = { 0 };
	uint64_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		for (size_t j = 0; j < sizeof(lies) / sizeof(lies[0]) + 1; j++) {
			uint32_t other = j ? lies[j - 1] : 0;
			struct tt_control control = { .what = TT_CONTROL_SILENCE,
						      .text_bytes = lies[i],
						      .comment_bytes = other };
			struct tt_rules rules = {
				.files_count = 1, .file_bytes = lies[i], .text_bytes = other, .total_bytes = other
			};
			struct tt_restore restore = { .labels_bytes = lies[i], .comment_bytes = other };

			memcpy(bytes, &control, sizeof(control));
			feed(judge->world, bytes, TT_CONTROL, sizeof(control), 0, TT_NO_PROBE);
			memcpy(bytes, &rules, sizeof(rules));
			feed(judge->world, bytes, TT_RULES, sizeof(rules), 0, TT_NO_PROBE);
			memcpy(bytes, &restore, sizeof(restore));
			feed(judge->world, bytes, TT_RESTORE, sizeof(restore), 0, TT_NO_PROBE);
			count += 3;
		}
	}
	assert_int_equal(tallies(judge->world)->malformed_count, count);
	assert_int_equal(tallies(judge->world)->control_refused_count, 0);
	judge_world_free(judge);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 8;
}

/* Whatever comes in whatever order, nothing breaks; the sanitizers look on. */
static void random_requests_never_break_the_judge(void **state)
{
	static const char *const texts[] = { "pid=\"100\"",
					     "{}",
					     "{alertname=~\".*\"}",
					     "\xff",
					     "a",
					     HIGH,
					     LABELS,
					     "broken",
					     "alert High 1 2 warning test_x > 2",
					     "record test_y sum(test_x)" };
	uint32_t seed = 4711;

	(void)state;
	for (int run = 0; run < 30; run++) {
		struct judge_world *judge = judge_world_new();
		size_t x = make_series(judge, "test_x{pid=\"100\"}");

		proc_of(judge, 100, TT_PROC_SEEN, "tts", 5, 0);
		feed_rules(judge, HIGH);
		for (int i = 0; i < 300; i++) {
			const char *text = texts[next_random(&seed) % 10], *other = texts[next_random(&seed) % 10];
			uint64_t id = first_alert(judge) && next_random(&seed) % 2 ? first_alert(judge)->id
										   : next_random(&seed) % 4;
			struct tt_restore restore = firing_restore();

			switch (next_random(&seed) % 8) {
			case 0:
			case 1:
				feed_control(
					judge,
					(struct tt_control){ .what = next_random(&seed) % 9,
							     .id = id,
							     .end_at_real_ns = AXIS_NS(next_random(&seed) % 300) },
					text, other);
				break;
			case 2:
				if (text == texts[5] || text == texts[7] || text == texts[8] || text == texts[9])
					feed_rules(judge, text);
				break;
			case 3:
				restore.flags = next_random(&seed);
				restore.fired_at_real_ns = next_random(&seed) % 2 ? AXIS_NS(next_random(&seed)) : 0;
				feed_restore(judge, restore, text, other);
				break;
			case 4:
				lose_of(judge, next_random(&seed) % 2 * 100, next_random(&seed) % 12,
					next_random(&seed) % 3);
				break;
			case 5:
				proc_of(judge, 100, 1 + next_random(&seed) % 3, "tts", 5 + next_random(&seed) % 2,
					next_random(&seed));
				break;
			case 6: set(judge, x, next_random(&seed) % 10); break;
			default: pass(judge, 1 + next_random(&seed) % 9);
			}
		}
		end_run(judge->world);
		judge_world_free(judge);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acknowledgement_says_who_and_stays_until_the_alert_ends),
		cmocka_unit_test(a_higher_tier_is_a_new_alert_that_nobody_has_acknowledged),
		cmocka_unit_test(resolved_by_hand_it_ends_and_comes_again_only_after_its_condition_was_false),
		cmocka_unit_test(resolved_by_hand_is_not_undone_by_keep_firing_for),
		cmocka_unit_test(what_was_resolved_by_hand_is_forgotten_with_the_process_it_was_about),
		cmocka_unit_test(what_was_resolved_by_hand_stays_so_at_an_end_of_our_own_making),
		cmocka_unit_test(requests_that_name_nothing_are_counted),
		cmocka_unit_test(a_set_of_several_files_in_parts_holds_from_its_last_part_on),
		cmocka_unit_test(parts_that_do_not_fit_are_dropped_and_the_old_rules_stay),
		cmocka_unit_test(a_set_that_does_not_compile_leaves_the_old_one_in_force),
		cmocka_unit_test(alerts_go_on_across_a_reload_and_those_of_removed_rules_end),
		cmocka_unit_test(a_restored_alert_goes_on_firing_with_its_acknowledgement),
		cmocka_unit_test(a_restart_does_not_resolve_what_cannot_be_known_yet),
		cmocka_unit_test(a_restored_alert_about_nobody_in_view_ends_and_is_not_resolved),
		cmocka_unit_test(a_restored_alert_without_its_rule_waits_for_rules_and_then_ends),
		cmocka_unit_test(
			what_was_resolved_by_hand_in_a_former_run_comes_again_only_after_its_condition_was_false),
		cmocka_unit_test(a_restart_does_not_unmute_what_cannot_be_known_yet),
		cmocka_unit_test(a_muted_alert_without_its_rule_waits_for_rules_and_is_then_forgotten),
		cmocka_unit_test(what_cannot_be_restored_is_counted),
		cmocka_unit_test(lengths_that_lie_are_refused_by_decode),
		cmocka_unit_test(random_requests_never_break_the_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
