// SPDX-License-Identifier: Apache-2.0
/*
 * In: a family's name. Out: the unit of its values, as Prometheus' customs for names tell it.
 * The rule that surprises: flow's table is another room's, and rules record series under names of their own, so
 * the name is all there is.
 */
#include <string.h>

#include "sink/tui/metrics_book.h"

/* The last of these words in the name, before _total. */
static const struct {
	const char *word;
	enum chart_unit unit;
	const char *name, *rate_name;	/* for a heading */
	const char *brief, *rate_brief; /* for a column */
} units[] = {
	{"seconds", CHART_SECONDS, "seconds", "seconds per second", "s", "s/s"},
	{"bytes", CHART_BYTES, "bytes", "bytes per second", "B", "B/s"},
	{"ratio", CHART_RATIO, "ratio", "per second", "ratio", "1/s"},
	{"share", CHART_RATIO, "ratio", "per second", "ratio", "1/s"},
	{"success", CHART_RATIO, "ratio", "per second", "ratio", "1/s"},
	{"realtime_factor", CHART_PLAIN, "time by length of audio", "per second", "s/s", "1/s"},
};

static bool is_word(const char *name, const char *found, const char *word)
{
	char before = found > name ? found[-1] : '_', after = found[strlen(word)];

	return (before == '_' || before == ':') && (!after || after == '_' || after == ':');
}

static int unit_row(const struct metrics_family *family)
{
	const char *best = NULL;
	int row = -1;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		for (const char *at = family->name; (at = strstr(at, units[i].word)); at++)
			if (is_word(family->name, at, units[i].word) && (!best || at > best)) {
				best = at;
				row = (int)i;
			}
	return row;
}

enum chart_unit metrics_unit(const struct metrics_family *family)
{
	int row = unit_row(family);

	if (family->kind == METRICS_COUNTER)
		return row >= 0 && units[row].unit == CHART_BYTES ? CHART_BYTES : CHART_PER_SECOND;
	return row < 0 ? CHART_PLAIN : units[row].unit;
}

enum chart_unit metrics_count_unit(const struct metrics_family *family)
{
	int row = unit_row(family);

	return row < 0 ? CHART_PLAIN : units[row].unit;
}

const char *metrics_unit_name(const struct metrics_family *family)
{
	int row = unit_row(family);

	if (family->kind == METRICS_COUNTER)
		return row < 0 ? "per second" : units[row].rate_name;
	return row < 0 ? "" : units[row].name;
}

const char *metrics_unit_brief(const struct metrics_family *family)
{
	int row = unit_row(family);

	if (family->kind == METRICS_COUNTER)
		return row < 0 ? "1/s" : units[row].rate_brief;
	return row < 0 ? "" : units[row].brief;
}
