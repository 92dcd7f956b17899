// SPDX-License-Identifier: Apache-2.0
/* In: a family. Out: the unit of what is shown of it: of counters the rate. */
#include "sink/tui/metrics_book.h"
#include "sink/tui/unit.h"

enum chart_unit metrics_count_unit(const struct metrics_family *family)
{
	const struct unit_words *words = unit_find(family->name);

	return words ? words->unit : CHART_PLAIN;
}

enum chart_unit metrics_unit(const struct metrics_family *family)
{
	enum chart_unit unit = metrics_count_unit(family);

	if (family->kind == METRICS_COUNTER)
		return unit == CHART_BYTES ? CHART_BYTES : CHART_PER_SECOND;
	return unit;
}

const char *metrics_unit_name(const struct metrics_family *family)
{
	const struct unit_words *words = unit_find(family->name);

	if (family->kind == METRICS_COUNTER)
		return words ? words->rate_name : "per second";
	return words ? words->name : "";
}

const char *metrics_unit_brief(const struct metrics_family *family)
{
	const struct unit_words *words = unit_find(family->name);

	if (family->kind == METRICS_COUNTER)
		return words ? words->rate_brief : "1/s";
	return words ? words->brief : "";
}
