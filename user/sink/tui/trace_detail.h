/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One trace, opened: why it took so long, its waterfall, the selected stage in numbers, alerts, log lines.
 * In: a trace of the view, copied at once. Out: cells. What was copied stays when the view lets the trace go.
 */
#ifndef SINK_TUI_TRACE_DETAIL_H
#define SINK_TUI_TRACE_DETAIL_H

#include "sink/tui/trace_bars.h"
#include "sink/tui/trace_copy.h"
#include "sink/tui/trace_fired.h"
#include "sink/tui/trace_index.h"
#include "sink/tui/trace_lines.h"
#include "sink/tui/trace_verdict.h"

#define DETAIL_ALERTS 8

struct trace_detail {
	struct trace_copy *copy;
	struct bars bars;
	struct trace_usual usual;
	struct verdict verdict;
	struct trace_lines lines;
	const struct fired_alert *alerts[DETAIL_ALERTS]; /* of the tab's book: found anew for each frame */
	size_t alerts_count;
	bool is_gone;	  /* the view let it go */
	bool is_marked;	  /* for a comparison */
	size_t selected;  /* row of the waterfall */
	size_t top;
	int page_rows;	  /* of the waterfall, as last drawn */
	int rows_at;	  /* where its rows begin in the area */
};

struct trace_detail *trace_detail_new(struct desk *desk, const struct trace_index *index, const struct trace *trace);
void trace_detail_free(struct trace_detail *detail); /* NULL is allowed */
void trace_detail_collect(struct trace_detail *detail, const struct desk *desk, const struct trace_index *index);
/* The view is another one: the trace is held by nobody. */
void trace_detail_reset(struct trace_detail *detail);
void trace_detail_draw(struct trace_detail *detail, const struct desk *desk, const struct trace_fired *fired,
		       struct area area);
/* Moves, zooms; false: not its own. */
bool trace_detail_act(struct trace_detail *detail, enum action action);
bool trace_detail_click(struct trace_detail *detail, const struct screen_event *event);

/* The span in numbers: what it is, when, how it was spent, what it took and gave; as many rows as that takes. */
int trace_detail_span(struct area area, const struct trace_detail *detail, const struct waterfall_row *row,
		      bool is_tight);

#endif
