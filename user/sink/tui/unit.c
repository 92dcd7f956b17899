// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "rules/expr.h"
#include "sink/tui/unit.h"

static const struct unit_words units[] = {
	{ "seconds", CHART_SECONDS, "seconds", "seconds per second", "s", "s/s" },
	{ "bytes", CHART_BYTES, "bytes", "bytes per second", "B", "B/s" },
	{ "ratio", CHART_RATIO, "ratio", "per second", "ratio", "1/s" },
	{ "share", CHART_RATIO, "ratio", "per second", "ratio", "1/s" },
	{ "success", CHART_RATIO, "ratio", "per second", "ratio", "1/s" },
	{ "realtime_factor", CHART_PLAIN, "time by length of audio", "per second", "s/s", "1/s" },
};

static bool is_word(const char *name, const char *found, const char *word)
{
	char before = found > name ? found[-1] : '_', after = found[strlen(word)];

	return (before == '_' || before == ':') && (!after || after == '_' || after == ':');
}

/* The last place where it stands as a word; NULL = nowhere. */
static const char *last_word(const char *name, const char *word)
{
	const char *last = NULL;

	for (const char *at = name; (at = strstr(at, word)); at++)
		if (is_word(name, at, word))
			last = at;
	return last;
}

const struct unit_words *unit_find(const char *metric)
{
	const char *best = last_word(metric, "count");
	const struct unit_words *found = NULL;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *at = last_word(metric, units[i].word);

		if (at && (!best || at > best)) {
			best = at;
			found = &units[i];
		}
	}
	return found;
}

/* Through whatever leaves the unit as it is. */
enum chart_unit unit_of_rule(const struct rule *rule)
{
	const struct expr *expr = rule ? rule->expr : NULL;
	const struct unit_words *words;

	while (expr && (expr->kind == EXPR_PAREN || (expr->kind == EXPR_AGGREGATE && expr->aggregate != AGG_COUNT) ||
			(expr->kind == EXPR_BINARY && expr->op >= OP_EQ && !expr->is_bool)))
		expr = expr->args[0];
	if (!expr || expr->kind != EXPR_SELECTOR || expr->range_ms || !expr->metric)
		return CHART_PLAIN;
	words = unit_find(expr->metric);
	return words ? words->unit : CHART_PLAIN;
}
