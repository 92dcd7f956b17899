// SPDX-License-Identifier: Apache-2.0
/*
 * In: the samples of an alerting rule at an instant. Out: its alerts, moved on: inactive, pending, firing, kept firing,
 * gone. The rule that surprises: an alert is its label set after the rule's own labels, so a label that is a template
 * of the value makes a new alert with each value; two samples that come to one label set are an error, and then no
 * alert of the rule moves.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/groups_parts.h"
#include "rules/template.h"

/* ---- the set of alerts of a rule ---- */

static struct group_alert_node *node_new(struct group_rule *rule, const struct labels *labels,
					 const struct labels *sample_labels)
{
	struct group_alert_node *node = mem_new(sizeof(*node));

	node->alert.rule = rule->rule;
	node->alert.labels = labels;
	node->alert.sample_labels = sample_labels;
	node->alert.is_met = true;
	return node;
}

static void node_add(struct group_rule *rule, struct group_alert_node *node)
{
	node->previous = rule->last;
	if (rule->last)
		rule->last->alert.next = &node->alert;
	else
		rule->first = node;
	rule->last = node;
	rule->alerts_count++;
	table_put(&rule->by_labels, groups_key(node->alert.labels), node);
}

static struct group_alert_node *node_next(const struct group_alert_node *node)
{
	return (struct group_alert_node *)node->alert.next;
}

static void forget_sample(struct group_rule *rule, struct group_alert_node *node)
{
	uint64_t key = groups_key(node->alert.sample_labels);

	if (table_find(&rule->by_sample, key) == node)
		table_remove(&rule->by_sample, key);
}

void groups_alert_drop(struct group_rule *rule, struct group_alert_node *node)
{
	struct group_alert_node *next = node_next(node);

	if (node->previous)
		node->previous->alert.next = node->alert.next;
	else
		rule->first = next;
	if (next)
		next->previous = node->previous;
	else
		rule->last = node->previous;
	rule->alerts_count--;
	forget_sample(rule, node);
	table_remove(&rule->by_labels, groups_key(node->alert.labels));
	free(node);
}

void groups_alerts_free(struct group_rule *rule)
{
	while (rule->first)
		groups_alert_drop(rule, rule->first);
}

struct group_alert *groups_alert_restore(struct group_rule *rule, const struct labels *labels, int64_t active_at_ms,
					 int64_t fired_at_ms, double value)
{
	struct group_alert_node *node = table_find(&rule->by_labels, groups_key(labels));

	if (!node) {
		node = node_new(rule, labels, labels);
		node_add(rule, node);
		node->alert.value = value;
	}
	node->alert.active_at_ms = active_at_ms;
	node->alert.fired_at_ms = fired_at_ms;
	node->alert.is_firing = fired_at_ms != 0;
	return &node->alert;
}

/* ---- samples to alerts ---- */

/* The label set of the alert that a sample makes. */
static const struct labels *alert_labels(struct groups *groups, struct group_rule *rule,
					 const struct eval_sample *sample)
{
	const struct rule *of = rule->rule;
	const struct labels *labels = sample->labels;
	struct template_values values = {.labels = labels, .value = sample->value};
	struct label *items = groups_items(groups, labels->count + of->labels_count + 1);
	size_t count = 0, *starts = NULL;

	for (size_t i = 0; i < labels->count; i++)
		if (strcmp(labels->items[i].name, "__name__"))
			items[count++] = labels->items[i];
	buf_reset(&groups->text);
	if (rule->has_templates) {
		if (groups->hooks.trace_id)
			values.trace_id = groups->hooks.trace_id(groups->hooks.arg, of, labels);
		/* the buffer moves while it grows: first all texts, then their addresses */
		starts = mem_array(of->labels_count, sizeof(*starts));
		for (size_t i = 0; i < of->labels_count; i++) {
			starts[i] = groups->text.length;
			template_expand(&groups->text, of->labels[i].value, &values);
			buf_char(&groups->text, '\0');
		}
	}
	for (size_t i = 0; i < of->labels_count; i++)
		count = groups_set_item(items, count, of->labels[i].name,
					starts ? groups->text.bytes + starts[i] : of->labels[i].value);
	free(starts);
	count = groups_set_item(items, count, "alertname", of->name);
	return labels_intern(groups->pool, items, count);
}

/* The alert of a sample, made when there is none; then it is not in the rule's list yet. */
static struct group_alert_node *alert_of(struct groups *groups, struct group_rule *rule,
					 const struct eval_sample *sample, size_t *fresh_count)
{
	struct group_alert_node *node = NULL;
	const struct labels *labels;

	if (!rule->has_templates)
		node = table_find(&rule->by_sample, groups_key(sample->labels));
	if (node)
		return node;
	labels = alert_labels(groups, rule, sample);
	node = table_find(&rule->by_labels, groups_key(labels));
	if (node && node->round != rule->round)
		forget_sample(rule, node);
	if (!node) {
		node = node_new(rule, labels, sample->labels);
		table_put(&rule->by_labels, groups_key(labels), node);
		mem_grow(&rule->fresh, &rule->fresh_capacity, *fresh_count + 1, sizeof(*rule->fresh));
		rule->fresh[(*fresh_count)++] = node;
	}
	return node;
}

static void take_sample(struct group_rule *rule, struct group_alert_node *node, const struct eval_sample *sample)
{
	struct group_alert *alert = &node->alert;

	alert->sample_labels = sample->labels;
	alert->value = sample->value;
	alert->has_sides = sample->has_sides;
	alert->left = sample->left;
	alert->right = sample->right;
	if (!rule->has_templates)
		table_put(&rule->by_sample, groups_key(sample->labels), node);
}

static int compare_fresh(const void *left, const void *right)
{
	const struct group_alert_node *const *a = left, *const *b = right;

	return labels_compare((*a)->alert.labels, (*b)->alert.labels);
}

/* False after an error: nothing is changed. */
static bool take_samples(struct groups *groups, struct group_rule *rule, int64_t at_ms,
			 const struct eval_result *result)
{
	struct group_alert_node **nodes = mem_array(result->samples_count, sizeof(*nodes));
	size_t fresh_count = 0, i;

	for (i = 0; i < result->samples_count && !rule->error[0]; i++) {
		nodes[i] = alert_of(groups, rule, &result->samples[i], &fresh_count);
		if (nodes[i]->round == rule->round)
			groups_fail(rule, "vector contains metrics with the same labelset after applying alert labels");
		nodes[i]->round = rule->round;
	}
	for (i = 0; i < fresh_count && rule->error[0]; i++) {
		table_remove(&rule->by_labels, groups_key(rule->fresh[i]->alert.labels));
		free(rule->fresh[i]);
	}
	if (!rule->error[0]) {
		for (i = 0; i < result->samples_count; i++)
			take_sample(rule, nodes[i], &result->samples[i]);
		if (fresh_count > 1)
			qsort(rule->fresh, fresh_count, sizeof(*rule->fresh), compare_fresh);
		for (i = 0; i < fresh_count; i++) {
			rule->fresh[i]->alert.active_at_ms = at_ms;
			node_add(rule, rule->fresh[i]);
		}
	}
	free(nodes);
	return !rule->error[0];
}

/* ---- the life of an alert ---- */

/* The condition is gone: does the alert stay nevertheless? */
static bool stays(struct groups *groups, struct group_alert *alert, int64_t at_ms)
{
	int64_t keep_ms = (int64_t)(alert->rule->keep_firing_for_ns / 1000000);

	if (groups->hooks.may_end && !groups->hooks.may_end(groups->hooks.arg, alert))
		return true;
	if (!alert->is_firing || !keep_ms)
		return false;
	if (!alert->keep_since_ms)
		alert->keep_since_ms = at_ms;
	return at_ms - alert->keep_since_ms < keep_ms;
}

static void leave(struct groups *groups, struct group_rule *rule, struct group_alert_node *node, const char *dropped)
{
	node->alert.dropped = dropped;
	if (groups->hooks.gone)
		groups->hooks.gone(groups->hooks.arg, &node->alert, node->alert.is_firing);
	groups_alert_drop(rule, node);
}

static void move_on(struct groups *groups, struct group_rule *rule, struct group_alert_node *node, int64_t at_ms)
{
	struct group_alert *alert = &node->alert;

	alert->is_met = node->round == rule->round;
	if (!alert->is_met) {
		if (!stays(groups, alert, at_ms))
			leave(groups, rule, node, NULL);
		return;
	}
	alert->keep_since_ms = 0;
	if (!alert->is_firing && at_ms - alert->active_at_ms >= (int64_t)(alert->rule->for_ns / 1000000)) {
		alert->is_firing = true;
		alert->fired_at_ms = at_ms;
	}
}

/* ---- ALERTS and ALERTS_FOR_STATE ---- */

/* The rule's labels as written lie below those of the alert: a template that came to nothing shows its text here, as in
 * Prometheus. */
static const struct labels *series_labels_of(struct groups *groups, const struct group_alert *alert, const char *name,
					     const char *state)
{
	const struct rule *rule = alert->rule;
	struct label *items = groups_items(groups, alert->labels->count + rule->labels_count + 3);
	size_t count = 0;

	for (size_t i = 0; i < rule->labels_count; i++)
		count = groups_set_item(items, count, rule->labels[i].name, rule->labels[i].value);
	for (size_t i = 0; i < alert->labels->count; i++)
		count = groups_set_item(items, count, alert->labels->items[i].name, alert->labels->items[i].value);
	count = groups_set_item(items, count, "__name__", name);
	count = groups_set_item(items, count, "alertname", rule->name);
	if (state)
		count = groups_set_item(items, count, "alertstate", state);
	return labels_intern(groups->pool, items, count);
}

static void write_alert(struct groups *groups, struct group_rule *rule, struct group_alert_node *node, int64_t at_ms)
{
	const struct group_alert *alert = &node->alert;
	const struct labels **series = &node->series[alert->is_firing];
	int64_t active_s = alert->active_at_ms / 1000;

	if (!*series)
		*series = series_labels_of(groups, alert, "ALERTS", alert->is_firing ? "firing" : "pending");
	if (!node->for_state)
		node->for_state = series_labels_of(groups, alert, "ALERTS_FOR_STATE", NULL);
	groups_write(groups, rule, *series, at_ms, 1);
	groups_write(groups, rule, node->for_state, at_ms, (double)active_s);
}

/* ---- an instant ---- */

static void enforce_limit(struct groups *groups, struct group_rule *rule)
{
	uint64_t limit = rule->group->limit;

	if (!limit || rule->alerts_count <= limit)
		return;
	groups_fail(rule, "exceeded limit of %llu with %zu alerts", (unsigned long long)limit, rule->alerts_count);
	while (rule->first)
		leave(groups, rule, rule->first, "the group's limit of alerts");
}

void groups_alert(struct groups *groups, struct group_rule *rule, int64_t at_ms, const struct eval_result *result)
{
	struct group_alert_node *node, *next;

	if (!take_samples(groups, rule, at_ms, result))
		return;
	for (node = rule->first; node; node = next) {
		next = node_next(node);
		move_on(groups, rule, node, at_ms);
	}
	enforce_limit(groups, rule);
	if (rule->error[0])
		return;
	for (node = rule->first; node; node = node_next(node))
		write_alert(groups, rule, node, at_ms);
	groups_write_done(groups, rule, at_ms);
	for (node = rule->first; node && groups->hooks.seen; node = next) {
		next = node_next(node);
		groups->hooks.seen(groups->hooks.arg, &node->alert);
	}
}
