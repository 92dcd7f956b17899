/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the Metrics tab; for metrics.c and for tests. */
#ifndef SINK_TUI_METRICS_TAB_H
#define SINK_TUI_METRICS_TAB_H

#include "sink/tui/metrics_charts.h"
#include "sink/tui/metrics_list.h"

struct metrics {
	struct tab tab;
	struct metrics_filter filter;
	struct metrics_book book;
	struct metrics_list list;
	struct metrics_charts charts;
	char *search;			   /* NULL = none */
	bool has_chosen;		   /* somebody moved the selection */
	bool is_detail;			   /* the chart has all the room */
	bool is_expanded;		   /* desk->is_expanded, as last drawn */
	char *wanted;			   /* of show(): a metric that was not there yet */
	struct area list_area, chart_area; /* of the last draw, within the tab's area; 0 columns = not drawn */
};

#endif
