/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers over time, kept from frame to frame. In: series, an instant. Out: rows of values, a column per step
 * of time. The rule that surprises: columns stand on a fixed raster of the axis, (k * step, (k + 1) * step], so
 * when time goes on only the newest column is read again, and the oldest, of which a part has left the window;
 * whatever the window is. What is drawn does not shimmer.
 */
#ifndef SINK_TUI_METRICS_GRID_H
#define SINK_TUI_METRICS_GRID_H

#include "rules/store.h"

/* What a column holds of a series; series of one row are put together. NAN where there is nothing. */
enum metrics_take {
	TAKE_INCREASE, /* of a counter, resets are no loss; summed */
	TAKE_SUM,      /* of the last values */
	TAKE_GREATEST, /* of the last values */
	TAKE_LEAST,    /* of the last values */
	TAKE_PEAK,     /* the greatest of all values in the column */
};

static inline bool metrics_take_grows(enum metrics_take take)
{
	return take == TAKE_INCREASE || take == TAKE_PEAK;
}

struct metrics_grid_shape {
	size_t rows;
	uint64_t window_ns;
	int64_t step_ms;
	bool grows; /* all rows take increases or peaks: a column that is not over only needs what is new */
};

struct metrics_grid {
	uint64_t key; /* of what it holds; 0 = nothing */
	size_t rows, columns;
	int64_t step_ms;
	int64_t begin_ms; /* of the window: what is not after it counts nowhere */
	int64_t at_ms;	  /* of its end: up to which it was read */
	int64_t last;	  /* the newest column, by number on the axis */
	double *values;	  /* [row * columns + column], oldest first */
	size_t capacity;
	size_t edge;	      /* the column in which the window begins; those before it have nothing */
	size_t from;	      /* columns from here on are to be filled after a begin, and the edge */
	int64_t after_ms;     /* what is not after it stands in column `from` already */
	uint64_t reads_count; /* series read so far, for tests */
	struct store_scratch scratch;
};

void metrics_grid_fini(struct metrics_grid *grid);
/* Seconds per column so that a window takes at most that many of them. */
int64_t metrics_grid_step_ms(uint64_t window_ns, size_t columns_max);
/* With one more, for the window's ends seldom stand on the raster. */
size_t metrics_grid_columns(uint64_t window_ns, int64_t step_ms);
/* True: columns have no values yet and each row's series must be added; false: nothing has changed since. */
bool metrics_grid_begin(struct metrics_grid *grid, uint64_t key, struct metrics_grid_shape shape,
			int64_t at_ms);
void metrics_grid_add(struct metrics_grid *grid, size_t row, const struct series *series,
		      enum metrics_take take);
double *metrics_grid_row(const struct metrics_grid *grid, size_t row);
/* Sum of a row; NAN when nothing is known. */
double metrics_grid_sum(const struct metrics_grid *grid, size_t row);
/* How much of a column's time is in the window and has passed. */
double metrics_grid_seconds(const struct metrics_grid *grid, size_t column);
int64_t metrics_grid_start_ms(const struct metrics_grid *grid, size_t column);
/* Increases become rates per second, over `columns` of them each. */
void metrics_grid_rate(const struct metrics_grid *grid, size_t row, size_t columns, double *rates);
/* For keys: the series themselves tell whether something is the same as before. */
uint64_t metrics_grid_hash(uint64_t hash, const void *pointer);

#endif
