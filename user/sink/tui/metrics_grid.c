// SPDX-License-Identifier: Apache-2.0
/* In: series, which columns are to be filled. Out: the columns. */
#include "sink/tui/metrics_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "sink/tui/query.h"

#define SECOND_MS    1000
#define LOOK_BACK_MS 65000 /* a rule may record once a minute: that is no gap */
#define LATE_RATIO   1.5   /* a value holds for so many times the series' own pace */

void metrics_grid_fini(struct metrics_grid *grid)
{
	free(grid->values);
	free(grid->scratch.samples);
	*grid = (struct metrics_grid){0};
}

int64_t metrics_grid_step_ms(uint64_t window_ns, size_t columns_max)
{
	uint64_t seconds = window_ns / 1000000000u, columns = columns_max ? columns_max : 1;

	seconds = (seconds + columns - 1) / columns;
	return SECOND_MS * (int64_t)(seconds ? seconds : 1);
}

size_t metrics_grid_columns(uint64_t window_ns, int64_t step_ms)
{
	int64_t window_ms = (int64_t)(window_ns / 1000000u);

	return 1 + (window_ms > step_ms ? (size_t)((window_ms + step_ms - 1) / step_ms) : 1);
}

/* The column in which an instant lies. */
static int64_t column_of(const struct metrics_grid *grid, int64_t at_ms)
{
	return (at_ms - 1) / grid->step_ms;
}

static int64_t first_of(const struct metrics_grid *grid)
{
	return grid->last + 1 - (int64_t)grid->columns;
}

static void shift(struct metrics_grid *grid, size_t by)
{
	size_t keep = grid->columns - by;

	for (size_t row = 0; row < grid->rows; row++) {
		double *values = grid->values + row * grid->columns;

		memmove(values, values + by, keep * sizeof(*values));
	}
}

static void forget_from(struct metrics_grid *grid, size_t from)
{
	int64_t edge = column_of(grid, grid->begin_ms + 1) - first_of(grid);

	grid->edge = edge > 0 ? (size_t)edge : 0;
	grid->from = from;
	for (size_t row = 0; row < grid->rows; row++)
		for (size_t column = 0; column < grid->columns; column++)
			if (column <= grid->edge || column >= from)
				grid->values[row * grid->columns + column] = NAN;
}

/* Time went on within the window: the columns that are over stay. */
static void go_on(struct metrics_grid *grid, size_t ahead, int64_t before_ms, bool grows)
{
	size_t newest = grid->columns - 1 - ahead; /* that was it, and was not over */
	double *kept = grows ? mem_array(grid->rows + 1, sizeof(*kept)) : NULL;

	shift(grid, ahead);
	for (size_t row = 0; grows && row < grid->rows; row++)
		kept[row] = metrics_grid_row(grid, row)[newest];
	forget_from(grid, newest);
	for (size_t row = 0; grows && grid->edge < newest && row < grid->rows; row++)
		metrics_grid_row(grid, row)[newest] = kept[row];
	if (grows && grid->edge < newest)
		grid->after_ms = before_ms;
	free(kept);
}

bool metrics_grid_begin(struct metrics_grid *grid, uint64_t key, struct metrics_grid_shape shape, int64_t at_ms)
{
	size_t columns = metrics_grid_columns(shape.window_ns, shape.step_ms);
	bool is_same = grid->key == key && grid->rows == shape.rows && grid->columns == columns &&
		       grid->step_ms == shape.step_ms;
	int64_t before = grid->last, before_ms = grid->at_ms;

	if (is_same && before_ms == at_ms)
		return false;
	grid->key = key;
	grid->rows = shape.rows;
	grid->columns = columns;
	grid->step_ms = shape.step_ms;
	grid->begin_ms = at_ms - (int64_t)(shape.window_ns / 1000000u);
	grid->after_ms = INT64_MIN;
	grid->at_ms = at_ms;
	grid->last = column_of(grid, at_ms);
	if (is_same && at_ms > before_ms && grid->last - before < (int64_t)columns - 1) {
		go_on(grid, (size_t)(grid->last - before), before_ms, shape.grows);
	} else {
		mem_grow(&grid->values, &grid->capacity, shape.rows * columns + 1, sizeof(*grid->values));
		forget_from(grid, 0);
	}
	return true;
}

double *metrics_grid_row(const struct metrics_grid *grid, size_t row)
{
	return grid->values + row * grid->columns;
}

static void put(double *value, double more, enum metrics_take take)
{
	if (isnan(more))
		return;
	if (isnan(*value))
		*value = more;
	else if (take == TAKE_SUM || take == TAKE_INCREASE)
		*value += more;
	else if (take == TAKE_LEAST ? more < *value : more > *value)
		*value = more;
}

/* Columns that are read at once, and how. */
struct part {
	struct metrics_grid *grid;
	double *values; /* of the row */
	size_t from, end;
	int64_t after_ms;
	enum metrics_take take;
};

/* Where a sample counts; -1 = not in this part. */
static int64_t place_of(const struct part *part, int64_t at_ms)
{
	int64_t column = column_of(part->grid, at_ms) - first_of(part->grid);

	return at_ms > part->after_ms && at_ms > part->grid->begin_ms && column >= (int64_t)part->from &&
			       column < (int64_t)part->end
		       ? column
		       : -1;
}

/* In the order of time, from the sample before the first column on. */
static void add_increase(const struct part *part, const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t column = place_of(part, samples[i].at_ms);

		if (column >= 0)
			put(&part->values[column], i ? query_rise(&samples[i - 1], &samples[i]) : 0, TAKE_INCREASE);
	}
}

static void add_peak(const struct part *part, const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t column = place_of(part, samples[i].at_ms);

		if (column >= 0)
			put(&part->values[column], samples[i].value, TAKE_PEAK);
	}
}

static int64_t pace_of(const struct sample *samples, size_t count)
{
	int64_t pace = INT64_MAX;

	for (size_t i = 1; i < count; i++)
		if (samples[i].at_ms - samples[i - 1].at_ms < pace)
			pace = samples[i].at_ms - samples[i - 1].at_ms;
	return pace == INT64_MAX || pace < SECOND_MS ? SECOND_MS : pace;
}

/* The last value of each column; without one in it, that before, as long as the series' pace lets it hold. */
static void add_last(const struct part *part, const struct sample *samples, size_t count)
{
	int64_t holds_ms = (int64_t)((double)pace_of(samples, count) * LATE_RATIO);
	const struct metrics_grid *grid = part->grid;
	size_t i = 0;

	for (size_t column = part->from; column < part->end; column++) {
		int64_t start_ms = (first_of(grid) + (int64_t)column) * grid->step_ms;
		int64_t end_ms = start_ms + grid->step_ms;

		end_ms = end_ms > grid->at_ms ? grid->at_ms : end_ms;
		while (i < count && samples[i].at_ms <= end_ms)
			i++;
		if (end_ms > grid->begin_ms && i &&
		    (samples[i - 1].at_ms > start_ms || end_ms - samples[i - 1].at_ms < holds_ms))
			put(&part->values[column], samples[i - 1].value, part->take);
	}
}

static void add_part(const struct part *part, const struct series *series)
{
	struct metrics_grid *grid = part->grid;
	int64_t start_ms = (first_of(grid) + (int64_t)part->from) * grid->step_ms, back_ms = 0;
	int64_t end_ms = (first_of(grid) + (int64_t)part->end) * grid->step_ms;
	const struct sample *samples;
	size_t count;

	if (start_ms < part->after_ms)
		start_ms = part->after_ms;
	if (part->take != TAKE_PEAK)
		back_ms = LOOK_BACK_MS;
	grid->reads_count++;
	count = series_range(series, start_ms + 1 - back_ms, end_ms < grid->at_ms ? end_ms : grid->at_ms,
			     &grid->scratch, &samples);
	if (part->take == TAKE_INCREASE)
		add_increase(part, samples, count);
	else if (part->take == TAKE_PEAK)
		add_peak(part, samples, count);
	else
		add_last(part, samples, count);
}

void metrics_grid_add(struct metrics_grid *grid, size_t row, const struct series *series,
		      enum metrics_take take)
{
	struct part part = {grid, metrics_grid_row(grid, row), grid->from, grid->columns, grid->after_ms, take};

	add_part(&part, series);
	part.from = grid->edge;
	part.end = grid->edge + 1;
	part.after_ms = INT64_MIN;
	if (grid->edge < grid->from)
		add_part(&part, series);
}

double metrics_grid_sum(const struct metrics_grid *grid, size_t row)
{
	const double *values = metrics_grid_row(grid, row);
	double sum = NAN;

	for (size_t column = 0; column < grid->columns; column++)
		put(&sum, values[column], TAKE_SUM);
	return sum;
}

double metrics_grid_seconds(const struct metrics_grid *grid, size_t column)
{
	int64_t start_ms = (first_of(grid) + (int64_t)column) * grid->step_ms,
		end_ms = start_ms + grid->step_ms;

	start_ms = start_ms < grid->begin_ms ? grid->begin_ms : start_ms;
	end_ms = end_ms > grid->at_ms ? grid->at_ms : end_ms;
	return end_ms > start_ms ? (double)(end_ms - start_ms) / 1000 : 0;
}

int64_t metrics_grid_start_ms(const struct metrics_grid *grid, size_t column)
{
	return (first_of(grid) + (int64_t)column) * grid->step_ms;
}

void metrics_grid_rate(const struct metrics_grid *grid, size_t row, size_t columns, double *rates)
{
	const double *values = metrics_grid_row(grid, row);

	for (size_t column = 0; column < grid->columns; column++) {
		size_t from = column + 1 > columns ? column + 1 - columns : 0;
		double sum = NAN, seconds = 0;

		for (size_t i = from; i <= column && !isnan(values[column]); i++) {
			put(&sum, values[i], TAKE_SUM);
			seconds += isnan(values[i]) ? 0 : metrics_grid_seconds(grid, i);
		}
		rates[column] = seconds > 0 ? sum / seconds : NAN;
	}
}

uint64_t metrics_grid_hash(uint64_t hash, const void *pointer)
{
	return table_mix(hash ^ (uint64_t)(uintptr_t)pointer);
}
