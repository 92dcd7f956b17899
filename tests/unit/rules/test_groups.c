// SPDX-License-Identifier: Apache-2.0
/*
 * The life of rules and alerts, instant by instant. What promtool can say of it is held against promtool by
 * tests/promql/agree-unit; here are the hooks, the turns, and what comes back from a former run.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rules.h"
#include "rules/groups.h"

#define SECOND_MS 1000
#define START_MS  1000000 /* not 0: nothing may depend on the epoch */

struct world {
	struct rule_set *set;
	struct store *store;
	struct groups *groups;
	struct buf told; /* one word per hook */
	bool may_end;
	bool drop_seen;
	char error[200];
};

static void tell_alert(struct world *world, const char *what, const struct group_alert *alert)
{
	const char *who = labels_find(alert->labels, "i");

	buf_format(&world->told, "%s%s%s %s", world->told.length ? "; " : "", what,
		   alert->is_firing ? " firing" : " pending", who ? who : "-");
	if (alert->dropped)
		buf_format(&world->told, " (%s)", alert->dropped);
}

static bool hook_may_end(void *arg, const struct group_alert *alert)
{
	struct world *world = arg;

	assert_false(alert->is_met);
	return world->may_end;
}

static void hook_seen(void *arg, struct group_alert *alert)
{
	struct world *world = arg;

	tell_alert(world, alert->is_met ? "met" : "kept", alert);
	if (world->drop_seen)
		groups_drop(world->groups, alert);
}

static void hook_gone(void *arg, struct group_alert *alert, bool was_firing)
{
	assert_int_equal(was_firing, alert->is_firing);
	tell_alert(arg, "gone", alert);
}

static void hook_evaluated(void *arg, const struct rule_group *group, const struct rule *rule, const char *error)
{
	struct world *world = arg;

	assert_non_null(group);
	assert_non_null(rule);
	if (error[0])
		snprintf(world->error, sizeof(world->error), "%s", error);
}

static const char *hook_trace_id(void *arg, const struct rule *rule, const struct labels *sample_labels)
{
	(void)arg;
	(void)rule;
	return labels_find(sample_labels, "i");
}

static void world_open(struct world *world, const char *rules)
{
	static const struct store_limits limits = {
		.series_count = 100000, .bytes = 64u << 20, .age_ms = 3600 * SECOND_MS};
	struct rule_text text = {
		.kind = RULE_TEXT_RULES, .file = (char *)"r.yaml", .text = (char *)rules, .length = strlen(rules)};
	struct groups_hooks hooks = {world, hook_may_end, hook_seen, hook_gone, hook_evaluated, hook_trace_id};

	*world = (struct world){.may_end = true};
	buf_text(&world->told, "");
	world->set = rules_compile(&text, 1);
	assert_non_null(world->set);
	world->store = store_new(&limits);
	world->groups = groups_new(world->set, world->store, 1000000000ull, &hooks);
}

static void world_close(struct world *world)
{
	groups_free(world->groups);
	store_free(world->store);
	rules_free(world->set);
	buf_fini(&world->told);
}

static struct series *series_of(struct world *world, const char *name, const char *i)
{
	struct label items[] = {{"__name__", name}, {"i", i}};

	return store_series(world->store, labels_intern(store_labels(world->store), items, 2), false);
}

static void put(struct world *world, int64_t at_s, const char *name, const char *i, double value)
{
	assert_true(store_append(world->store, series_of(world, name, i), START_MS + at_s * SECOND_MS, value));
}

/* Runs an instant; gives what the hooks were told at it. */
static const char *run(struct world *world, int64_t at_s)
{
	buf_reset(&world->told);
	buf_text(&world->told, "");
	world->error[0] = '\0';
	groups_run(world->groups, START_MS + at_s * SECOND_MS);
	return world->told.bytes;
}

static bool has(struct world *world, int64_t at_s, const char *name, const char *i, double *value)
{
	struct sample sample;

	if (!series_at(series_of(world, name, i), START_MS + at_s * SECOND_MS, &sample))
		return false;
	*value = sample.value;
	return true;
}

#define ALERT(rest) "groups: [{name: g, rules: [{alert: A, expr: 'v > 0'" rest "}]}]\n"

/* ---- recording ---- */

static void a_rule_sees_what_an_earlier_one_recorded_at_the_same_instant(void **state)
{
	struct world world;
	double value = 0;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{record: a, expr: v + 1}, {record: b, expr: a * 2}]}]\n");
	put(&world, 0, "v", "x", 4);
	run(&world, 0);
	assert_true(has(&world, 0, "b", "x", &value));
	assert_true(value == 10);
	put(&world, 1, "v", "x", 5);
	run(&world, 1);
	assert_true(has(&world, 1, "b", "x", &value));
	assert_true(value == 12);
	world_close(&world);
}

static void a_recorded_series_ends_when_its_rule_gives_it_no_more(void **state)
{
	struct world world;
	double value = 0;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{record: a, expr: v > 3}]}]\n");
	put(&world, 0, "v", "x", 4);
	put(&world, 0, "v", "y", 5);
	run(&world, 0);
	put(&world, 1, "v", "x", 1);
	put(&world, 1, "v", "y", 5);
	run(&world, 1);
	assert_false(has(&world, 1, "a", "x", &value));
	assert_true(has(&world, 1, "a", "y", &value));
	put(&world, 2, "v", "x", 7);
	run(&world, 2);
	assert_true(has(&world, 2, "a", "x", &value));
	assert_true(value == 7);
	world_close(&world);
}

static void a_second_rule_that_writes_the_same_series_differently_is_an_error(void **state)
{
	struct world world;
	double value = 0;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{record: a, expr: v}, {record: a, expr: v + 1}]}]\n");
	put(&world, 0, "v", "x", 4);
	run(&world, 0);
	assert_string_equal(world.error, "duplicate sample for timestamp");
	assert_true(has(&world, 0, "a", "x", &value));
	assert_true(value == 4);
	world_close(&world);
}

static void more_series_than_the_limit_are_an_error_and_none_is_written(void **state)
{
	struct world world;
	double value = 0;

	(void)state;
	world_open(&world, "groups: [{name: g, limit: 1, rules: [{record: a, expr: v}]}]\n");
	put(&world, 0, "v", "x", 4);
	put(&world, 0, "v", "y", 4);
	run(&world, 0);
	assert_string_equal(world.error, "exceeded limit of 1 with 2 series");
	assert_false(has(&world, 0, "a", "x", &value));
	world_close(&world);
}

static void what_a_rule_makes_of_loss_blind_series_is_loss_blind(void **state)
{
	struct world world;
	struct label name = {"__name__", "blind"};
	struct series *series;

	(void)state;
	world_open(&world,
		   "groups: [{name: g, rules: [{record: a, expr: blind}, {record: b, expr: sum(blind) + sum(v)}]}]\n");
	series = store_series(world.store, labels_intern(store_labels(world.store), &name, 1), true);
	store_append(world.store, series, START_MS, 1);
	put(&world, 0, "v", "x", 4);
	run(&world, 0);
	name.value = "a";
	assert_true(series_is_loss_blind(
		store_series(world.store, labels_intern(store_labels(world.store), &name, 1), false)));
	name.value = "b";
	assert_false(series_is_loss_blind(
		store_series(world.store, labels_intern(store_labels(world.store), &name, 1), true)));
	world_close(&world);
}

/* ---- turns ---- */

static void groups_run_at_multiples_of_their_interval_and_skip_missed_turns(void **state)
{
	struct world world;
	double value = 0;

	(void)state;
	world_open(&world,
		   "groups: [{name: g, interval: 5s, rules: [{record: a, expr: vector(time()), labels: {i: x}}]}]\n");
	run(&world, 0);
	for (int at_s = 1; at_s < 5; at_s++) {
		run(&world, at_s);
		assert_true(has(&world, at_s, "a", "x", &value));
		assert_true(value == START_MS / 1000);
	}
	run(&world, 5);
	assert_true(has(&world, 5, "a", "x", &value));
	assert_true(value == START_MS / 1000 + 5);
	run(&world, 23); /* 10 and 15 were missed; the turn at 20 is late */
	assert_true(has(&world, 23, "a", "x", &value));
	assert_true(value == START_MS / 1000 + 20);
	run(&world, 24);
	assert_true(has(&world, 24, "a", "x", &value));
	assert_true(value == START_MS / 1000 + 20);
	run(&world, 25);
	assert_true(has(&world, 25, "a", "x", &value));
	assert_true(value == START_MS / 1000 + 25);
	world_close(&world);
}

/* ---- the life of an alert ---- */

static void an_alert_is_pending_for_its_time_then_fires_then_is_gone(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, ALERT(", for: 2s"));
	put(&world, 0, "v", "x", 1);
	assert_string_equal(run(&world, 0), "met pending x");
	assert_string_equal(run(&world, 1), "met pending x");
	assert_string_equal(run(&world, 2), "met firing x");
	put(&world, 3, "v", "x", 0);
	assert_string_equal(run(&world, 3), "gone firing x");
	assert_string_equal(run(&world, 4), "");
	world_close(&world);
}

static void a_pending_alert_whose_condition_goes_was_never_firing(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, ALERT(", for: 2s"));
	put(&world, 0, "v", "x", 1);
	run(&world, 0);
	put(&world, 1, "v", "x", 0);
	assert_string_equal(run(&world, 1), "gone pending x");
	put(&world, 2, "v", "x", 1);
	assert_string_equal(run(&world, 2), "met pending x");
	assert_string_equal(run(&world, 3), "met pending x");
	world_close(&world);
}

static void keep_firing_for_bridges_a_gap_and_starts_again_with_each(void **state)
{
	struct world world;
	struct group_alert *alert;

	(void)state;
	world_open(&world, ALERT(", keep_firing_for: 3s"));
	put(&world, 0, "v", "x", 1);
	assert_string_equal(run(&world, 0), "met firing x");
	put(&world, 1, "v", "x", 0);
	assert_string_equal(run(&world, 1), "kept firing x");
	alert = groups_alerts(world.groups, &world.set->groups[0].rules[0]);
	assert_int_equal(alert->keep_since_ms, START_MS + SECOND_MS);
	assert_true(alert->value == 1); /* of the last time it held */
	put(&world, 2, "v", "x", 2);
	assert_string_equal(run(&world, 2), "met firing x");
	assert_int_equal(alert->keep_since_ms, 0);
	assert_int_equal(alert->active_at_ms, START_MS);
	put(&world, 3, "v", "x", 0);
	assert_string_equal(run(&world, 3), "kept firing x");
	assert_string_equal(run(&world, 5), "kept firing x");
	assert_string_equal(run(&world, 6), "gone firing x");
	world_close(&world);
}

static void an_alert_that_may_not_end_stays_as_it_is(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, ALERT(", for: 2s"));
	put(&world, 0, "v", "x", 1);
	run(&world, 0);
	put(&world, 1, "v", "x", 0);
	put(&world, 1, "v", "y", 1);
	world.may_end = false;
	assert_string_equal(run(&world, 1), "kept pending x; met pending y");
	assert_string_equal(run(&world, 3), "kept pending x; met firing y"); /* x does not grow into firing */
	put(&world, 4, "v", "y", 0);
	assert_string_equal(run(&world, 4), "kept pending x; kept firing y");
	world.may_end = true;
	assert_string_equal(run(&world, 5), "gone pending x; gone firing y");
	world_close(&world);
}

static void two_samples_with_one_label_set_are_an_error_and_nothing_moves(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{alert: A, expr: v > 0, labels: {i: same}}]}]\n");
	put(&world, 0, "v", "x", 1);
	assert_string_equal(run(&world, 0), "met firing same");
	put(&world, 1, "v", "x", 0);
	put(&world, 1, "v", "y", 1);
	put(&world, 1, "v", "z", 1);
	assert_string_equal(run(&world, 1), "");
	assert_string_equal(world.error, "vector contains metrics with the same labelset after applying alert labels");
	assert_non_null(groups_alerts(world.groups, &world.set->groups[0].rules[0]));
	put(&world, 2, "v", "z", 0);
	assert_string_equal(run(&world, 2), "met firing same"); /* now it is y's */
	world_close(&world);
}

static void more_alerts_than_the_limit_are_all_dropped_and_the_reason_is_told(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, "groups: [{name: g, limit: 1, rules: [{alert: A, expr: v > 0}]}]\n");
	put(&world, 0, "v", "x", 1);
	assert_string_equal(run(&world, 0), "met firing x");
	put(&world, 1, "v", "y", 1);
	assert_string_equal(run(&world, 1),
			    "gone firing x (the group's limit of alerts); gone firing y (the group's limit of alerts)");
	assert_string_equal(world.error, "exceeded limit of 1 with 2 alerts");
	assert_null(groups_alerts(world.groups, &world.set->groups[0].rules[0]));
	world_close(&world);
}

static void a_rule_that_cannot_be_evaluated_keeps_its_alerts(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{alert: A, expr: v + on () w > 0}]}]\n");
	put(&world, 0, "v", "x", 1);
	put(&world, 0, "w", "x", 1);
	assert_string_equal(run(&world, 0), "met firing -");
	put(&world, 1, "w", "y", 1);
	assert_string_equal(run(&world, 1), "");
	assert_true(world.error[0]);
	assert_non_null(groups_alerts(world.groups, &world.set->groups[0].rules[0]));
	world_close(&world);
}

static void new_alerts_of_one_instant_come_in_order_of_their_labels(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, ALERT(""));
	put(&world, 0, "v", "m", 1);
	run(&world, 0);
	put(&world, 1, "v", "z", 1);
	put(&world, 1, "v", "a", 1);
	put(&world, 1, "v", "q", 1);
	assert_string_equal(run(&world, 1), "met firing m; met firing a; met firing q; met firing z");
	world_close(&world);
}

static void an_alert_dropped_by_its_owner_is_new_at_the_next_instant(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, ALERT(", for: 1s"));
	put(&world, 0, "v", "x", 1);
	put(&world, 0, "v", "y", 1);
	world.drop_seen = true;
	assert_string_equal(run(&world, 0), "met pending x; met pending y");
	assert_null(groups_alerts(world.groups, &world.set->groups[0].rules[0]));
	world.drop_seen = false;
	assert_string_equal(run(&world, 1), "met pending x; met pending y");
	assert_string_equal(run(&world, 2), "met firing x; met firing y");
	world_close(&world);
}

static void a_label_template_gets_the_sample_and_its_exemplar(void **state)
{
	struct world world;
	const struct labels *labels;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{alert: A, expr: v > 0, labels: {t: '{{ $labels.trace_id }}', "
			   "n: '{{ $labels.__name__ }}={{ $value }}', none: '{{ $labels.none }}'}}]}]\n");
	put(&world, 0, "v", "x", 3);
	run(&world, 0);
	labels = groups_alerts(world.groups, &world.set->groups[0].rules[0])->labels;
	assert_string_equal(labels_find(labels, "t"), "x");
	assert_string_equal(labels_find(labels, "n"), "v=3");
	assert_null(labels_find(labels, "none"));
	assert_null(labels_find(labels, "__name__"));
	put(&world, 1, "v", "x", 4); /* the value is in a label: another alert */
	assert_string_equal(run(&world, 1), "gone firing x; met firing x");
	world_close(&world);
}

static void the_sides_of_a_comparison_are_those_of_the_last_instant(void **state)
{
	struct world world;
	struct group_alert *alert;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{alert: A, expr: v > 3}]}]\n");
	put(&world, 0, "v", "x", 5);
	run(&world, 0);
	alert = groups_alerts(world.groups, &world.set->groups[0].rules[0]);
	assert_true(alert->has_sides && alert->left == 5 && alert->right == 3);
	put(&world, 1, "v", "x", 7);
	run(&world, 1);
	assert_true(alert->left == 7 && alert->value == 7);
	world_close(&world);
}

/* ---- a former run ---- */

static const struct labels *alert_labels(struct world *world, const char *name, const char *severity)
{
	struct label items[] = {{"alertname", name}, {"i", "x"}, {"severity", severity}};

	return labels_intern(store_labels(world->store), items, 3);
}

#define TWO_TIERS                                                                                                      \
	"groups: [{name: g, rules: [{alert: A, expr: v > 5, labels: {severity: critical}}, "                           \
	"{alert: A, expr: v > 0, for: 10s, labels: {severity: warning}}]}]\n"

static void a_restored_alert_goes_on_where_it_was(void **state)
{
	struct world world;
	struct group_alert *alert;

	(void)state;
	world_open(&world, TWO_TIERS);
	alert = groups_restore(world.groups, alert_labels(&world, "A", "warning"), START_MS - 8 * SECOND_MS, 0, 3);
	assert_non_null(alert);
	assert_ptr_equal(alert->rule, &world.set->groups[0].rules[1]);
	put(&world, 0, "v", "x", 1);
	assert_string_equal(run(&world, 0), "met pending x");
	assert_string_equal(run(&world, 2), "met firing x");
	assert_int_equal(alert->fired_at_ms, START_MS + 2 * SECOND_MS);
	assert_int_equal(alert->active_at_ms, START_MS - 8 * SECOND_MS);
	world_close(&world);
}

static void a_restored_alert_ends_only_when_its_owner_lets_it(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, TWO_TIERS);
	assert_non_null(groups_restore(world.groups, alert_labels(&world, "A", "critical"), START_MS - 9000,
				       START_MS - 8000, 3));
	world.may_end = false;
	assert_string_equal(run(&world, 0), "kept firing x");
	world.may_end = true;
	assert_string_equal(run(&world, 1), "gone firing x");
	world_close(&world);
}

static void an_alert_that_no_rule_gives_is_not_restored(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, TWO_TIERS);
	assert_null(groups_restore(world.groups, alert_labels(&world, "B", "warning"), START_MS, 0, 3));
	assert_null(groups_restore(world.groups, alert_labels(&world, "A", "info"), START_MS, 0, 3));
	assert_string_equal(run(&world, 0), "");
	world_close(&world);
}

static void the_series_of_a_rule_set_that_goes_end_with_it(void **state)
{
	struct world world;
	double value = 0;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{record: a, expr: v}]}]\n");
	put(&world, 0, "v", "x", 4);
	run(&world, 0);
	assert_true(has(&world, 1, "a", "x", &value));
	groups_end(world.groups, START_MS); /* of the last evaluation: what it gave then stays, and no more comes */
	assert_true(has(&world, 0, "a", "x", &value));
	assert_false(has(&world, 1, "a", "x", &value));
	world_close(&world);
}

/* ---- ALERTS ---- */

static size_t count_alerts(struct world *world, const char *state_name, const char *label, const char *value)
{
	struct label items[] = {
		{"__name__", "ALERTS"}, {"alertname", "A"}, {"alertstate", state_name}, {"i", "x"}, {label, value}};
	struct series *series = store_series(world->store, labels_intern(store_labels(world->store), items, 5), false);
	struct sample sample;

	return series_at(series, START_MS + 100 * SECOND_MS, &sample) ? 1 : 0;
}

static void alerts_show_a_template_that_came_to_nothing_as_its_text(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, ALERT(", for: 1s, labels: {none: '{{ $labels.none }}'}"));
	put(&world, 0, "v", "x", 4);
	run(&world, 0);
	assert_int_equal(count_alerts(&world, "pending", "none", "{{ $labels.none }}"), 1);
	run(&world, 1);
	assert_int_equal(count_alerts(&world, "pending", "none", "{{ $labels.none }}"), 0);
	assert_int_equal(count_alerts(&world, "firing", "none", "{{ $labels.none }}"), 1);
	world_close(&world);
}

static void ten_thousand_alerts_come_stay_and_go(void **state)
{
	struct world world;
	char name[16];
	size_t count = 0;

	(void)state;
	world_open(&world, ALERT(""));
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		put(&world, 0, "v", name, 1);
	}
	run(&world, 0);
	for (struct group_alert *alert = groups_alerts(world.groups, &world.set->groups[0].rules[0]); alert;
	     alert = alert->next)
		count += alert->is_firing;
	assert_int_equal(count, 10000);
	run(&world, 1);
	for (int i = 0; i < 10000; i += 2) {
		snprintf(name, sizeof(name), "n%d", i);
		put(&world, 2, "v", name, 0);
	}
	run(&world, 2);
	count = 0;
	for (struct group_alert *alert = groups_alerts(world.groups, &world.set->groups[0].rules[0]); alert;
	     alert = alert->next)
		count++;
	assert_int_equal(count, 5000);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_sees_what_an_earlier_one_recorded_at_the_same_instant),
		cmocka_unit_test(a_recorded_series_ends_when_its_rule_gives_it_no_more),
		cmocka_unit_test(a_second_rule_that_writes_the_same_series_differently_is_an_error),
		cmocka_unit_test(more_series_than_the_limit_are_an_error_and_none_is_written),
		cmocka_unit_test(what_a_rule_makes_of_loss_blind_series_is_loss_blind),
		cmocka_unit_test(groups_run_at_multiples_of_their_interval_and_skip_missed_turns),
		cmocka_unit_test(an_alert_is_pending_for_its_time_then_fires_then_is_gone),
		cmocka_unit_test(a_pending_alert_whose_condition_goes_was_never_firing),
		cmocka_unit_test(keep_firing_for_bridges_a_gap_and_starts_again_with_each),
		cmocka_unit_test(an_alert_that_may_not_end_stays_as_it_is),
		cmocka_unit_test(two_samples_with_one_label_set_are_an_error_and_nothing_moves),
		cmocka_unit_test(more_alerts_than_the_limit_are_all_dropped_and_the_reason_is_told),
		cmocka_unit_test(a_rule_that_cannot_be_evaluated_keeps_its_alerts),
		cmocka_unit_test(new_alerts_of_one_instant_come_in_order_of_their_labels),
		cmocka_unit_test(an_alert_dropped_by_its_owner_is_new_at_the_next_instant),
		cmocka_unit_test(a_label_template_gets_the_sample_and_its_exemplar),
		cmocka_unit_test(the_sides_of_a_comparison_are_those_of_the_last_instant),
		cmocka_unit_test(a_restored_alert_goes_on_where_it_was),
		cmocka_unit_test(a_restored_alert_ends_only_when_its_owner_lets_it),
		cmocka_unit_test(an_alert_that_no_rule_gives_is_not_restored),
		cmocka_unit_test(the_series_of_a_rule_set_that_goes_end_with_it),
		cmocka_unit_test(alerts_show_a_template_that_came_to_nothing_as_its_text),
		cmocka_unit_test(ten_thousand_alerts_come_stay_and_go),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
