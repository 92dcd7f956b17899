/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of dots, two by four a cell (one a cell in ascii). Private to chart_plot.c. */
#ifndef SINK_TUI_CHART_DOTS_H
#define SINK_TUI_CHART_DOTS_H

#include "sink/tui/canvas.h"

struct dots_cell {
	uint8_t bits;	   /* of U+2800 + bits; ascii: not 0 = there is one */
	uint8_t top;	   /* row of the uppermost dot in the cell: its line gives the style */
	uint8_t style;
	char mark;	   /* in ascii */
	uint8_t band_bits; /* shown where no line is */
};
struct dots {
	int rows, columns;	   /* of cells */
	int cell_rows, cell_columns; /* dots in one cell: 4 and 2, or 1 and 1 */
	int height, width;	   /* in dots */
	struct dots_cell *cells;
};

/* How a line is drawn, so that it is known without colour. */
struct dots_pen {
	enum style style;
	char mark;
	uint8_t dashes; /* bit n: dots at columns n, n + 6, ... of level parts are drawn; what rises or falls is */
};
struct dots_pen dots_pen(size_t line, enum style style);

void dots_init(struct dots *dots, int rows, int columns, bool ascii);
void dots_fini(struct dots *dots);
bool dots_is_dash(const struct dots_pen *pen, int x);
void dots_put(struct dots *dots, const struct dots_pen *pen, int x, int y); /* y from the top */
/* Between two points of a line, both left out: x_from <= x_to. */
void dots_join(struct dots *dots, const struct dots_pen *pen, int x_from, int y_from, int x_to, int y_to);
void dots_band(struct dots *dots, int x, int y_from, int y_to); /* a column of it */
void dots_draw(const struct dots *dots, struct area area);

#endif
