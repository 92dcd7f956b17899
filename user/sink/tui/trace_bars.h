/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bars of a trace over time: a ruler, and a row per stage.
 * In: a trace that stays until bars_fini. Out: cells. The same rows and glyphs as the line form's waterfall.
 */
#ifndef SINK_TUI_TRACE_BARS_H
#define SINK_TUI_TRACE_BARS_H

#include "sink/tui/canvas.h"
#include "sink/tui/trace_usual.h"
#include "sink/waterfall.h"

#define BARS_RULER_ROWS 2

struct bars {
	const struct trace *trace;
	struct waterfall waterfall;
	uint64_t start_at_ns, end_at_ns; /* of all spans */
	uint64_t from_ns, to_ns;	 /* that is shown, from start_at_ns on */
};

struct bars_layout {
	int label_columns;
	int thread_at, thread_columns; /* columns 0 = left out, of all of these */
	int bar_at, bar_columns;
	int takes_at, takes_columns;
	int percent_at, percent_columns;
	int usual_at, usual_columns; /* "x2.3": against the median */
	int mark_at;		     /* one column */
};

void bars_init(struct bars *bars, const struct trace *trace);
void bars_fini(struct bars *bars);
void bars_show_all(struct bars *bars, uint64_t scale_ns); /* 0 = its own length */
/* About the middle of the row's spans. */
void bars_zoom(struct bars *bars, bool is_closer, size_t row);
void bars_pan(struct bars *bars, int steps); /* of a quarter of what is shown */
bool bars_is_zoomed(const struct bars *bars);

struct bars_layout bars_layout(const struct bars *bars, int columns, const struct trace_usual *usual);
void bars_draw_ruler(struct area area, const struct bars *bars, const struct bars_layout *layout);
/* Rows from `top` on; `selected` >= rows = none. */
void bars_draw_rows(struct area area, const struct bars *bars, const struct bars_layout *layout,
		    const struct trace_usual *usual, size_t top, size_t selected);
/* What the glyphs mean, in one row; also the four parts of a split with their style. */
void bars_draw_legend(struct area area);
/* One part of a split, as every bar has it: 0 on-CPU, 1 run queue, 2 blocked, 3 pre-empted, 4 queued. */
#define BARS_PARTS 5
struct bars_part {
	uint32_t glyph;
	char fallback;
	enum style style;
	const char *name;
};
struct bars_part bars_part(unsigned part);
const char *bars_stage(const struct span *span); /* its stage, else its name; raw bytes */
/* The worst of the row's spans: "" = all is well. */
const char *bars_note(const struct waterfall_row *row);

#endif
