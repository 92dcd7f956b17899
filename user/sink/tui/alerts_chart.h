/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value of one alert over time. In: its rule's expression, evaluated at instants of the past
 * and then as they come; or, where that gives nothing, the values that were seen on the alert. Out:
 * a plot with the threshold. The rule that surprises: the past is found out in parts, a few
 * evaluations per frame by what they cost, the newest first. Private to alerts*.c.
 */
#ifndef SINK_TUI_ALERTS_CHART_H
#define SINK_TUI_ALERTS_CHART_H

#include "rules/eval.h"
#include "sink/tui/alerts_rows.h"
#include "sink/tui/desk.h"

#define ALERTS_CHART_PAST 60  /* evaluations of the past */
#define ALERTS_CHART_LIVE 720 /* instants held from then on */

struct alerts_point {
	int64_t at_ms;
	double value; /* NAN = there was none */
};

struct alerts_points { /* a ring: the oldest is at first */
	struct alerts_point points[ALERTS_CHART_LIVE];
	size_t first, count;
};

struct alerts_chart {
	/* what it is of */
	uint64_t key, window_ns, rules_generation;
	const struct rule *rule;
	const struct expr *left; /* in `arena`, or of the rule; NULL = it cannot be evaluated */
	struct arena arena;
	struct eval *eval;
	int64_t begin_ms, step_ms; /* past[i] is of begin_ms - i * step_ms */
	struct alerts_point past[ALERTS_CHART_PAST];
	size_t past_count;
	struct alerts_points live; /* evaluated since */
	struct alerts_points seen; /* on the alert itself */
	bool is_blank; /* an evaluation gave no value for it yet */
	uint64_t evaluations_count;
};

/* The alert's own value of this second; it remembers only one alert. */
void alerts_chart_see(struct alerts_chart *chart, const struct alerts_row *row,
		      uint64_t at_axis_ns);
/* Makes it of this row and window, and evaluates what is due. row->rule must be in force, or it is
 * only what was seen. */
void alerts_chart_feed(struct alerts_chart *chart, const struct desk *desk,
		       const struct alerts_row *row);
void alerts_chart_draw(const struct alerts_chart *chart, const struct desk *desk,
		       const struct alerts_row *row, struct area area);
/* `count` values for equal steps of the window up to the instant. */
void alerts_chart_values(const struct alerts_chart *chart, uint64_t at_axis_ns, double *values,
			 size_t count);
void alerts_chart_reset(struct alerts_chart *chart); /* nothing of a view is kept */

#endif
