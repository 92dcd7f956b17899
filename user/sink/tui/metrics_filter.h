/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter of the Metrics tab. In: what somebody typed. Out: which series are shown, or where the mistake is.
 * The rule that surprises: a text with a mistake changes nothing; the filter that was in force stays so.
 */
#ifndef SINK_TUI_METRICS_FILTER_H
#define SINK_TUI_METRICS_FILTER_H

#include "rules/expr.h"
#include "rules/store.h"

struct metrics_filter {
	char *text;   /* in force; NULL = everything is shown */
	char *part;   /* that a name or a label's value must contain; NULL = any */
	bool is_name; /* the part is of the metric's name only: it stands before braces */
	struct matcher *matchers;
	size_t matchers_count;
	struct arena arena;  /* of the matchers */
	char *mistake;	     /* of the last text; NULL = none */
	uint64_t generation; /* changes with what is shown */
};

void metrics_filter_fini(struct metrics_filter *filter);
/* False: a mistake, see above. "" takes the filter off. */
bool metrics_filter_set(struct metrics_filter *filter, const char *text);
/* `family` is the name under which the list has the series. */
bool metrics_filter_takes(const struct metrics_filter *filter, const struct labels *labels, const char *family);
/* For series of other metrics, drawn beside those of `family` that are filtered for: only labels matter. */
bool metrics_filter_takes_beside(const struct metrics_filter *filter, const struct labels *labels,
				 const char *family);

#endif
