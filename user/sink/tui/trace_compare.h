/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two traces side by side, on one scale of time, and what is different.
 * In: two copies, which it owns from then on. Out: cells. A is the one that was marked first.
 */
#ifndef SINK_TUI_TRACE_COMPARE_H
#define SINK_TUI_TRACE_COMPARE_H

#include "sink/tui/desk.h"
#include "sink/tui/trace_bars.h"
#include "sink/tui/trace_copy.h"

#define COMPARE_ROWS 80

struct compare_row {
	const char *name; /* raw bytes */
	bool is_stage;
	bool has[2];
	uint64_t ns[2]; /* of all spans of the stage */
	uint64_t spans_count[2];
};

struct trace_compare {
	struct trace_copy *copies[2];
	struct bars bars[2];
	struct compare_row rows[COMPARE_ROWS]; /* the whole first, then stages by their difference */
	size_t rows_count, stages_at;
	size_t top;	      /* of the table; expanded: of the waterfalls */
	size_t page_rows, last_top; /* as last drawn */
};

struct trace_compare *trace_compare_new(struct trace_copy *a, struct trace_copy *b);
void trace_compare_free(struct trace_compare *compare); /* NULL is allowed */
void trace_compare_draw(struct trace_compare *compare, const struct desk *desk, struct area area);
bool trace_compare_act(struct trace_compare *compare, enum action action);

#endif
