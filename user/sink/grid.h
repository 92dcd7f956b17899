/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of text cells that fits a width: columns are as wide as their content, the ones of highest rank are left out
 * first, the first column gives way last.
 */
#ifndef SINK_GRID_H
#define SINK_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "sink/paint.h"

struct grid_column {
	const char *title;
	unsigned rank; /* 0 = never left out */
};

struct grid {
	const struct grid_column *columns; /* the first one is left-aligned and may be cut */
	size_t columns_count;
	char **cells; /* row by row */
	size_t cells_count;
	size_t cells_capacity;
};

void grid_init(struct grid *grid, const struct grid_column *columns, size_t columns_count);
void grid_fini(struct grid *grid);
void grid_cell(struct grid *grid, const char *text); /* the next one, any bytes */
/* Whether nothing has to be left out or cut below 16 columns. */
bool grid_fits(const struct grid *grid, const struct look *look);
void grid_print(struct buf *out, const struct grid *grid, const struct look *look);

#endif
