/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A series over the desk's window, kept from second to second so that a new one costs one step.
 * The rule that surprises: steps end at whole multiples of their length, so a line moves to the left and never
 * shimmers.
 */
#ifndef SINK_TUI_OVERVIEW_LINE_H
#define SINK_TUI_OVERVIEW_LINE_H

#include "sink/tui/chart.h"
#include "sink/tui/query.h"

#define OVERVIEW_LINE_VALUES 240 /* at most */

enum overview_line_kind {
	LINE_REQUESTS,
	LINE_DURATION_P50,
	LINE_DURATION_P95,
	LINE_DURATION_P99,
	LINE_DURATION_MAX,
	LINE_AUDIO_P50,
	LINE_AUDIO_P95,
	LINE_AUDIO_MAX,
	LINE_IN_FLIGHT,
	LINE_QUEUE,
	LINE_CPU,
	LINE_MEMORY,
	OVERVIEW_LINES
};

struct overview_line {
	const struct series *series;
	uint64_t step_ns;
	int64_t last_step; /* ends at last_step * step_ns, of the axis */
	uint64_t at_axis_ns;
	size_t count;
	double *values; /* count + 1: the last one is of the step that is not over; NULL = never asked for */
	bool has_any;
};

/* Of the desk's window up to its instant. series NULL: nothing but gaps. */
void line_update(struct overview_line *line, const struct desk *desk, const struct series *series, bool is_rate);
/* At most `columns` values of as many steps each as it takes: the greatest, or the mean, of each group. */
void line_condense(const struct overview_line *line, bool is_peak, double *values, int columns);
void line_draw(const struct overview_line *line, bool is_peak, struct area area, int row, int column, int columns,
	       enum style style);
void line_fini(struct overview_line *line);

#endif
