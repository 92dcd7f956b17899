/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule set in force, and what each rule depends on.
 * In: compiled sets. Out: groups that run them; how far back each rule reaches; alerts carried over from the
 * former set.
 * The rule that surprises: a rule that reads what another rule recorded reaches as far back as that one, too.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/judge.h"
#include "rules/labels.h"

struct judge_rule *judge_rule_of(const struct judge *judge, const struct rule *rule)
{
	return table_find(&judge->rule_by_address, (uint64_t)(uintptr_t)rule);
}

/* --- what a rule reads ------------------------------------------------------------------------------------ */

/* These stay right whatever is lost: facts of /proc, counts of loss itself, settings. */
static bool is_blind_name(const char *metric)
{
	static const char *const names[] = { "tts_up", "tts_probe_hits_total", "tts_threshold" };

	if (!strncmp(metric, "ttsobs_", 7) || !strncmp(metric, "tts_process_", 12))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(metric, names[i]))
			return true;
	return false;
}

struct reading {
	struct judge *judge;
	struct judge_rule *rule;
};

static void read_rule(struct judge *judge, struct judge_rule *rule);

static void add_selector(struct judge_rule *rule, const struct expr *selector)
{
	rule->is_blind = false;
	if (rule->selectors_count < JUDGE_SELECTORS)
		rule->selectors[rule->selectors_count++] = selector;
	else
		rule->concerns_all = true;
}

/* Has this rule made the series that the selector reads? */
static bool gives(const struct rule *rule, const struct expr *selector)
{
	const char *name = rule->name;

	if (rule->is_alert && selector->metric)
		return !strcmp(selector->metric, "ALERTS") || !strcmp(selector->metric, "ALERTS_FOR_STATE");
	if (rule->is_alert)
		name = "ALERTS";
	if (selector->metric)
		return !strcmp(selector->metric, name);
	for (size_t i = 0; i < selector->matchers_count; i++)
		if (!strcmp(selector->matchers[i].name, "__name__") && !matcher_matches(&selector->matchers[i], name))
			return false;
	return true;
}

static void read_selector(void *arg, const struct expr *selector)
{
	const struct reading *reading = arg;
	struct judge *judge = reading->judge;
	struct judge_rule *rule = reading->rule;
	int64_t own_ms = expr_window_ms(selector), made_ms = 0;
	bool is_made = false;

	for (size_t i = 0; i < judge->rules_count; i++) {
		struct judge_rule *maker = &judge->rules[i];

		if (!gives(maker->rule, selector))
			continue;
		read_rule(judge, maker);
		is_made = true;
		made_ms = maker->reach_ms > made_ms ? maker->reach_ms : made_ms;
		for (unsigned j = 0; j < maker->selectors_count; j++)
			add_selector(rule, maker->selectors[j]);
		rule->concerns_all |= maker->concerns_all;
		rule->is_blind &= maker->is_blind;
	}
	if (!selector->metric || !(is_made || is_blind_name(selector->metric)))
		add_selector(rule, selector);
	if (own_ms + made_ms > rule->reach_ms)
		rule->reach_ms = own_ms + made_ms;
}

static void read_rule(struct judge *judge, struct judge_rule *rule)
{
	struct reading reading = { judge, rule };

	if (rule->is_reached)
		return;
	rule->is_reached = true; /* before: rules may read each other in a ring */
	rule->is_blind = true;
	rule->reach_ms = JUDGE_LEAST_REACH_MS;
	expr_selectors(rule->rule->expr, read_selector, &reading);
}

bool judge_rule_is_blind(struct judge *judge, struct judge_rule *rule)
{
	struct store *store = judge->flow->view.store;
	uint64_t generation = store_generation(store);
	struct series *const *series;

	if (rule->is_blind || rule->concerns_all)
		return rule->is_blind;
	if (rule->blind_generation == generation + 1)
		return rule->is_series_blind;
	rule->blind_generation = generation + 1;
	rule->is_series_blind = false;
	for (unsigned i = 0; i < rule->selectors_count; i++) {
		const struct expr *selector = rule->selectors[i];
		size_t count = store_select(store, selector->matchers, selector->matchers_count, &series);

		if (!count)
			return false;
		for (size_t j = 0; j < count; j++)
			if (!series_is_loss_blind(series[j]))
				return false;
	}
	rule->is_series_blind = true;
	return true;
}

/* --- the set ---------------------------------------------------------------------------------------------- */

static void lay_rules(struct judge *judge, struct rule_set *set)
{
	size_t count = 0;

	for (size_t i = 0; i < set->groups_count; i++)
		count += set->groups[i].rules_count;
	judge->rules = mem_array(count, sizeof(*judge->rules));
	judge->status = mem_array(count, sizeof(*judge->status));
	judge->rule_by_address = (struct table){ 0 };
	judge->rules_count = 0;
	for (size_t i = 0; i < set->groups_count; i++) {
		const struct rule_group *group = &set->groups[i];

		for (size_t j = 0; j < group->rules_count; j++) {
			struct judge_rule *rule = &judge->rules[judge->rules_count];

			rule->rule = &group->rules[j];
			rule->group = group;
			rule->status = &judge->status[judge->rules_count++];
			rule->status->rule = rule->rule;
			rule->status->group = group->name;
			table_put(&judge->rule_by_address, (uint64_t)(uintptr_t)rule->rule, rule);
		}
	}
	for (size_t i = 0; i < judge->rules_count; i++)
		read_rule(judge, &judge->rules[i]);
}

/* What was muted because its target is gone stays so under the new rules. */
static void carry_mutes(struct judge *judge, struct groups *from, const struct judge_rule *rules, size_t rules_count)
{
	for (size_t i = 0; i < rules_count && judge->groups; i++) {
		struct group_alert *old = groups_alerts(from, rules[i].rule), *carried;

		for (; old; old = old->next) {
			if (old->owner != &judge->muted_gone)
				continue;
			carried = groups_restore(judge->groups, old->labels, old->active_at_ms, old->fired_at_ms,
						 old->value);
			if (carried)
				carried->owner = old->owner;
		}
	}
}

/* Alerts of rules that are there again go on; the others lose their rule. */
static void carry_alerts(struct judge *judge)
{
	struct judge_alert *alert;

	for (alert = judge->muted.first; alert; alert = alert->next)
		judge_carry(judge, alert);
	for (alert = judge->alerts.first; alert; alert = alert->next)
		judge_carry(judge, alert);
}

static void drop_set(struct judge *judge, struct rule_set *set, struct groups *groups, struct judge_rule *rules,
		     struct rule_status *status)
{
	if (groups && judge->at_ms)
		groups_end(groups, judge->at_ms);
	groups_free(groups);
	free(rules);
	free(status);
	if (set)
		judge->flow->options.free_rules(set);
}

void judge_set_rules(struct judge *judge, struct rule_set *set)
{
	struct groups_hooks hooks = judge_hooks;
	struct view *view = &judge->flow->view;
	struct rule_set *old_set = judge->set;
	struct groups *old_groups = judge->groups;
	struct judge_rule *old_rules = judge->rules;
	struct rule_status *old_status = judge->status;
	size_t old_count = judge->rules_count;

	table_fini(&judge->rule_by_address);
	judge->set = set;
	judge->groups = NULL;
	judge->rules = NULL;
	judge->status = NULL;
	judge->rules_count = 0;
	judge->drops_count = 0;
	hooks.arg = judge;
	if (set) {
		lay_rules(judge, set);
		judge->groups = groups_new(set, view->store, EVALUATE_EVERY_NS, &hooks);
	}
	if (old_groups)
		carry_mutes(judge, old_groups, old_rules, old_count);
	carry_alerts(judge);
	judge->has_had_rules = true;
	view->rules = set;
	view->rules_generation++;
	view->rule_status = judge->status;
	view->rule_status_count = judge->rules_count;
	judge_end_orphans(judge);
	judge_say(judge);
	drop_set(judge, old_set, old_groups, old_rules, old_status);
}

void judge_free_rules(struct judge *judge)
{
	table_fini(&judge->rule_by_address);
	groups_free(judge->groups);
	free(judge->rules);
	free(judge->status);
	if (judge->set)
		judge->flow->options.free_rules(judge->set);
}
