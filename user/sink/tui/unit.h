/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unit of a metric, and of what an alert compares. In: names. Out: units, as Prometheus' customs for names tell them.
 * The rule that surprises: flow's table is another room's, and rules record series under names of their own, so the name is
 * all there is.
 */
#ifndef SINK_TUI_UNIT_H
#define SINK_TUI_UNIT_H

#include "model/rule.h"
#include "sink/tui/chart.h"

struct unit_words {
	const char *word;
	enum chart_unit unit;
	const char *name, *rate_name;	/* for a heading */
	const char *brief, *rate_brief; /* for a column */
};

/* By the last such word in the name; NULL = a plain number, a count of values too. */
const struct unit_words *unit_find(const char *metric);
/* Of an alert's value and threshold; NULL and what counts or computes is plain. */
enum chart_unit unit_of_rule(const struct rule *rule);

#endif
