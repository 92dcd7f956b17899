// SPDX-License-Identifier: Apache-2.0
/*
 * In: what a rule gave at an instant. Out: samples in the store, and the end of the series that it gave before and
 * gives no more. The rule that surprises: two rules may write one series. The first of an instant wins, the second is
 * an error unless it says the same; and a series that another rule has just written does not end because this one
 * stopped.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/groups_parts.h"

/* Two numbers that are one to Prometheus: by their bits, so that NaN equals itself. */
static bool is_same(double a, double b)
{
	return !memcmp(&a, &b, sizeof(a));
}

void groups_fail(struct group_rule *rule, const char *format, ...)
{
	va_list arguments;

	if (rule->error[0])
		return;
	va_start(arguments, format);
	vsnprintf(rule->error, sizeof(rule->error), format, arguments);
	va_end(arguments);
}

struct label *groups_items(struct groups *groups, size_t count)
{
	mem_grow(&groups->items, &groups->items_capacity, count, sizeof(*groups->items));
	return groups->items;
}

size_t groups_set_item(struct label *items, size_t count, const char *name, const char *value)
{
	size_t i = 0;

	while (i < count && strcmp(items[i].name, name))
		i++;
	if (value[0]) {
		items[i] = (struct label){name, value};
		return i == count ? count + 1 : count;
	}
	if (i == count)
		return count;
	items[i] = items[count - 1];
	return count - 1;
}

struct blindness {
	struct store *store;
	bool is_blind;
};

static void look_at_selector(void *arg, const struct expr *selector)
{
	struct blindness *blindness = arg;
	struct series *const *series;
	size_t count = store_select(blindness->store, selector->matchers, selector->matchers_count, &series);

	for (size_t i = 0; i < count && blindness->is_blind; i++)
		blindness->is_blind = series_is_loss_blind(series[i]);
}

/* What a rule makes of values that stay right when events are lost stays right too. */
static bool is_loss_blind(struct groups *groups, struct group_rule *rule)
{
	struct blindness blindness = {groups->store, true};

	/* what the rule itself has made since it began its round changes nothing: a storm looks once a rule */
	if (rule->blind_known &&
	    (rule->blind_round == rule->round || rule->blind_generation == store_generation(groups->store)))
		return rule->is_blind;
	expr_selectors(rule->rule->expr, look_at_selector, &blindness);
	rule->blind_known = true;
	rule->blind_generation = store_generation(groups->store);
	rule->blind_round = rule->round;
	rule->is_blind = blindness.is_blind;
	return rule->is_blind;
}

static void keep_output(struct group_rule *rule, const struct labels *labels)
{
	uint64_t key = groups_key(labels);
	size_t index = (size_t)(uintptr_t)table_find(&rule->output_of, key);

	if (!index) {
		mem_grow(&rule->outputs, &rule->outputs_capacity, rule->outputs_count + 1, sizeof(*rule->outputs));
		rule->outputs[rule->outputs_count].labels = labels;
		index = ++rule->outputs_count;
		table_put(&rule->output_of, key, (void *)(uintptr_t)index);
	}
	rule->outputs[index - 1].round = rule->round;
}

void groups_write(struct groups *groups, struct group_rule *rule, const struct labels *labels, int64_t at_ms,
		  double value)
{
	struct series *series = store_series(groups->store, labels, is_loss_blind(groups, rule));
	struct sample last;

	if (!series) {
		groups_fail(rule, "the store is full: a series of this rule is not kept");
		return;
	}
	if (!store_append(groups->store, series, at_ms, value)) {
		bool has_last = series_at(series, at_ms, &last) && last.at_ms == at_ms;

		if (!has_last || !is_same(last.value, value)) {
			groups_fail(rule, "%s", has_last ? "duplicate sample for timestamp" : "out of order sample");
			return;
		}
	}
	keep_output(rule, labels);
}

void groups_write_done(struct groups *groups, struct group_rule *rule, int64_t at_ms)
{
	size_t kept = 0, given = rule->outputs_count;

	for (size_t i = 0; i < given; i++) {
		struct group_output output = rule->outputs[i];
		struct series *series;
		struct sample last;

		if (output.round == rule->round) {
			if (kept != i)
				table_put(&rule->output_of, groups_key(output.labels), (void *)(uintptr_t)(kept + 1));
			rule->outputs[kept++] = output;
			continue;
		}
		table_remove(&rule->output_of, groups_key(output.labels));
		series = store_series(groups->store, output.labels, is_loss_blind(groups, rule));
		if (series && !(series_at(series, at_ms, &last) && last.at_ms == at_ms))
			store_end(groups->store, series, at_ms);
	}
	rule->outputs_count = kept;
	if (rule->is_read && given)
		eval_appended(groups->eval);
}

void groups_write_end(struct groups *groups, struct group_rule *rule, int64_t at_ms)
{
	for (size_t i = 0; i < rule->outputs_count; i++) {
		const struct labels *labels = rule->outputs[i].labels;
		struct series *series = store_series(groups->store, labels, is_loss_blind(groups, rule));

		table_remove(&rule->output_of, groups_key(labels));
		if (series)
			store_end(groups->store, series, at_ms);
	}
	rule->outputs_count = 0;
}
