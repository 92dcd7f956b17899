// SPDX-License-Identifier: Apache-2.0
/*
 * In: instants. Out: what the rules of a set give at them, as series in the store and as alerts.
 * The rule that surprises: rules of a group run in order at one instant, and a later one sees what an earlier one
 * recorded at that same instant. A group that missed its turns runs once, at the last of them, as a Prometheus server
 * does.
 */
#include "rules/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/groups_parts.h"

/* ---- what the set reads ---- */

struct reading {
	struct table names; /* -> anything, by the hash of a metric's name that some rule selects */
	bool everything;    /* some rule selects by other labels than the name */
};

static uint64_t name_key(const char *name)
{
	uint64_t key = 0;

	for (; *name; name++)
		key = table_mix(key ^ (unsigned char)*name);
	return key;
}

static void read_selector(void *arg, const struct expr *selector)
{
	struct reading *reading = arg;

	if (selector->metric)
		table_put(&reading->names, name_key(selector->metric), reading);
	else
		reading->everything = true;
}

static bool is_read(const struct reading *reading, const struct rule *rule)
{
	if (reading->everything)
		return true;
	if (!rule->is_alert)
		return table_find(&reading->names, name_key(rule->name));
	return table_find(&reading->names, name_key("ALERTS")) ||
	       table_find(&reading->names, name_key("ALERTS_FOR_STATE"));
}

/* ---- the set ---- */

static void add_name(struct groups *groups, struct group_rule *rule)
{
	uint64_t key = name_key(rule->rule->name);
	struct group_rule *first = table_find(&groups->by_name, key);

	if (!first) {
		table_put(&groups->by_name, key, rule);
		return;
	}
	while (first->next_of_name)
		first = first->next_of_name;
	first->next_of_name = rule;
}

static void add_rule(struct groups *groups, struct group_rule *rule, const struct rule_group *group,
		     const struct rule *of)
{
	rule->rule = of;
	rule->group = group;
	for (size_t i = 0; i < of->labels_count; i++)
		rule->has_templates |= strstr(of->labels[i].value, "{{") != NULL;
	table_put(&groups->state_of, groups_key(of), rule);
	if (of->is_alert)
		add_name(groups, rule);
}

struct groups *groups_new(const struct rule_set *set, struct store *store, uint64_t default_interval_ns,
			  const struct groups_hooks *hooks)
{
	struct groups *groups = mem_new(sizeof(*groups));
	struct reading reading = {0};
	struct group_rule *rule;

	groups->store = store;
	groups->pool = store_labels(store);
	groups->eval = eval_new(store);
	if (hooks)
		groups->hooks = *hooks;
	groups->groups_count = set->groups_count;
	groups->groups = mem_array(set->groups_count, sizeof(*groups->groups));
	for (size_t i = 0; i < set->groups_count; i++)
		groups->rules_count += set->groups[i].rules_count;
	groups->rules = rule = mem_array(groups->rules_count, sizeof(*groups->rules));
	for (size_t i = 0; i < set->groups_count; i++) {
		const struct rule_group *group = &set->groups[i];
		uint64_t interval_ms = (group->interval_ns ? group->interval_ns : default_interval_ns) / 1000000;

		groups->groups[i] =
			(struct group_state){.group = group, .interval_ms = (int64_t)interval_ms, .rules = rule};
		if (!interval_ms)
			groups->groups[i].interval_ms = 1;
		for (size_t j = 0; j < group->rules_count; j++) {
			add_rule(groups, rule++, group, &group->rules[j]);
			expr_selectors(group->rules[j].expr, read_selector, &reading);
		}
	}
	for (size_t i = 0; i < groups->rules_count; i++)
		groups->rules[i].is_read = is_read(&reading, groups->rules[i].rule);
	table_fini(&reading.names);
	return groups;
}

void groups_end(struct groups *groups, int64_t at_ms)
{
	for (size_t i = 0; i < groups->rules_count; i++)
		groups_write_end(groups, &groups->rules[i], at_ms);
}

void groups_free(struct groups *groups)
{
	if (!groups)
		return;
	for (size_t i = 0; i < groups->rules_count; i++) {
		struct group_rule *rule = &groups->rules[i];

		groups_alerts_free(rule);
		table_fini(&rule->by_labels);
		table_fini(&rule->by_sample);
		table_fini(&rule->output_of);
		free(rule->outputs);
		free(rule->fresh);
	}
	table_fini(&groups->state_of);
	table_fini(&groups->by_name);
	eval_free(groups->eval);
	buf_fini(&groups->text);
	free(groups->items);
	free(groups->groups);
	free(groups->rules);
	free(groups);
}

/* ---- an instant ---- */

/* The label set of a recorded sample: the rule's name and labels over those of the sample. */
static const struct labels *recorded(struct groups *groups, const struct rule *of, const struct labels *labels)
{
	struct label *items = groups_items(groups, labels->count + of->labels_count + 1);
	size_t count = groups_set_item(items, 0, "__name__", of->name);

	for (size_t i = 0; i < labels->count; i++)
		if (strcmp(labels->items[i].name, "__name__"))
			items[count++] = labels->items[i];
	for (size_t i = 0; i < of->labels_count; i++)
		count = groups_set_item(items, count, of->labels[i].name, of->labels[i].value);
	return labels_intern(groups->pool, items, count);
}

static void record(struct groups *groups, struct group_rule *rule, int64_t at_ms, const struct eval_result *result)
{
	size_t count = result->samples_count;
	const struct labels **sets = mem_array(count, sizeof(*sets));
	uint64_t limit = rule->group->limit;
	struct table seen = {0};

	for (size_t i = 0; i < count; i++) {
		sets[i] = recorded(groups, rule->rule, result->samples[i].labels);
		if (table_find(&seen, groups_key(sets[i])))
			groups_fail(rule, "vector contains metrics with the same labelset after applying rule labels");
		table_put(&seen, groups_key(sets[i]), rule);
	}
	if (limit && count > limit)
		groups_fail(rule, "exceeded limit of %llu with %zu series", (unsigned long long)limit, count);
	if (!rule->error[0]) {
		for (size_t i = 0; i < count; i++)
			groups_write(groups, rule, sets[i], at_ms, result->samples[i].value);
		groups_write_done(groups, rule, at_ms);
	}
	table_fini(&seen);
	free(sets);
}

static void run_rule(struct groups *groups, struct group_rule *rule, int64_t at_ms)
{
	struct eval_result result = {0};

	rule->error[0] = '\0';
	rule->round++;
	if (eval_expr(groups->eval, rule->rule->expr, &result))
		groups_fail(rule, "%s", result.error[0] ? result.error : "it cannot be evaluated");
	else if (result.type == VALUE_STRING || result.type == VALUE_MATRIX)
		groups_fail(rule, "rule result is not a vector or scalar");
	else if (labels_pool_bytes(groups->pool) > LIMIT_LABEL_SETS_BYTES)
		groups_fail(rule, "more than %u bytes of label sets: a label must not change with each value",
			    LIMIT_LABEL_SETS_BYTES);
	else if (rule->rule->is_alert)
		groups_alert(groups, rule, at_ms, &result);
	else
		record(groups, rule, at_ms, &result);
	if (groups->hooks.evaluated)
		groups->hooks.evaluated(groups->hooks.arg, rule->group, rule->rule, rule->error);
}

/* The last turn of a group at or before an instant. */
static int64_t turn_of(const struct groups *groups, const struct group_state *state, int64_t at_ms)
{
	return at_ms - (at_ms - groups->first_ms) % state->interval_ms;
}

void groups_run(struct groups *groups, int64_t at_ms)
{
	int64_t begun_ms = 0;
	bool has_begun = false;

	if (!groups->has_run) {
		groups->has_run = true;
		groups->first_ms = at_ms;
		for (size_t i = 0; i < groups->groups_count; i++)
			groups->groups[i].next_ms = at_ms;
	}
	for (size_t i = 0; i < groups->groups_count; i++) {
		struct group_state *state = &groups->groups[i];
		int64_t turn_ms = turn_of(groups, state, at_ms);

		if (at_ms < state->next_ms)
			continue;
		state->next_ms = turn_ms + state->interval_ms;
		if (!has_begun || begun_ms != turn_ms)
			eval_begin(groups->eval, turn_ms);
		has_begun = true;
		begun_ms = turn_ms;
		for (size_t j = 0; j < state->group->rules_count; j++)
			run_rule(groups, &state->rules[j], turn_ms);
	}
}

/* ---- what its owner asks ---- */

struct group_alert *groups_alerts(const struct groups *groups, const struct rule *rule)
{
	const struct group_rule *state = table_find(&groups->state_of, groups_key(rule));

	return state && state->first ? &state->first->alert : NULL;
}

/* Could this rule have given the label set? Labels that are templates may have had any value. */
static bool rule_gives(const struct rule *rule, const struct labels *labels)
{
	for (size_t i = 0; i < rule->labels_count; i++) {
		const char *value = labels_find(labels, rule->labels[i].name);

		if (!strcmp(rule->labels[i].name, "alertname") || strstr(rule->labels[i].value, "{{"))
			continue;
		if (strcmp(value ? value : "", rule->labels[i].value))
			return false;
	}
	return true;
}

struct group_alert *groups_restore(struct groups *groups, const struct labels *labels, int64_t active_at_ms,
				   int64_t fired_at_ms, double value)
{
	const char *name = labels_find(labels, "alertname");
	struct group_rule *rule = name ? table_find(&groups->by_name, name_key(name)) : NULL;

	while (rule && (strcmp(rule->rule->name, name) || !rule_gives(rule->rule, labels)))
		rule = rule->next_of_name;
	if (!rule)
		return NULL;
	return groups_alert_restore(rule, labels_intern(groups->pool, labels->items, labels->count), active_at_ms,
				    fired_at_ms, value);
}

void groups_drop(struct groups *groups, struct group_alert *alert)
{
	struct group_rule *rule = table_find(&groups->state_of, groups_key(alert->rule));

	groups_alert_drop(rule, (struct group_alert_node *)alert);
}
