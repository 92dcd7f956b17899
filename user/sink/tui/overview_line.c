// SPDX-License-Identifier: Apache-2.0
/*
 * In: a series, the desk's instant and window. Out: the line, and its cells.
 * The rule that surprises: what is over is never asked for again, but for the last step, whose sample may have been
 * late.
 */
#include "sink/tui/overview_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define STEP_NS	     1000000000ull /* samples come no faster */
#define LINE_COLUMNS 300

static void ask(const struct overview_line *line, const struct desk *desk, bool is_rate, size_t steps)
{
	struct desk then = *desk;
	double *values = line->values + line->count - steps;

	then.at_axis_ns = (uint64_t)line->last_step * line->step_ns;
	if (is_rate)
		query_rate_line(&then, line->series, steps * line->step_ns, values, steps);
	else
		query_line(&then, line->series, steps * line->step_ns, values, steps);
}

/* Of the step that is not over. A rate of less than 2 s is none. */
static double ask_partial(const struct overview_line *line, const struct desk *desk, bool is_rate)
{
	uint64_t part_ns = desk->at_axis_ns - (uint64_t)line->last_step * line->step_ns;
	double value = NAN;

	if (line->step_ns <= 2 * STEP_NS || part_ns < 2 * STEP_NS)
		return NAN;
	if (is_rate)
		query_rate_line(desk, line->series, part_ns, &value, 1);
	else
		query_line(desk, line->series, part_ns, &value, 1);
	return value;
}

static void note_any(struct overview_line *line)
{
	line->has_any = false;
	for (size_t i = 0; i <= line->count && !line->has_any; i++)
		line->has_any = !isnan(line->values[i]);
}

void line_update(struct overview_line *line, const struct desk *desk, const struct series *series, bool is_rate)
{
	/* whole seconds, as samples have, or rates would beat */
	uint64_t step_ns = (desk->window_ns / OVERVIEW_LINE_VALUES + STEP_NS - 1) / STEP_NS * STEP_NS;
	int64_t last_step;
	size_t count, steps;

	step_ns = step_ns ? step_ns : STEP_NS;
	count = desk->window_ns / step_ns ? (size_t)(desk->window_ns / step_ns) : 1;
	last_step = (int64_t)(desk->at_axis_ns / step_ns);
	steps = count;
	if (line->values && line->series == series && line->step_ns == step_ns && line->count == count &&
	    last_step >= line->last_step && last_step - line->last_step < (int64_t)count) {
		if (line->at_axis_ns == desk->at_axis_ns)
			return;
		steps = (size_t)(last_step - line->last_step);
		memmove(line->values, line->values + steps, (count - steps) * sizeof(*line->values));
		steps += steps < count;
	}
	if (!line->values || line->count != count) {
		free(line->values);
		line->values = mem_array(count + 1, sizeof(*line->values));
	}
	*line = (struct overview_line){.series = series,
				       .step_ns = step_ns,
				       .last_step = last_step,
				       .at_axis_ns = desk->at_axis_ns,
				       .count = count,
				       .values = line->values};
	for (size_t i = 0; !series && i <= count; i++)
		line->values[i] = NAN;
	if (!series)
		return;
	ask(line, desk, is_rate, steps);
	line->values[count] = ask_partial(line, desk, is_rate);
	note_any(line);
}

static int64_t group_of(int64_t step, int64_t size)
{
	return step >= 0 ? step / size : -((size - 1 - step) / size);
}

void line_condense(const struct overview_line *line, bool is_peak, double *values, int columns)
{
	int64_t count = (int64_t)line->count, size = (count + columns) / columns, newest;
	double seen[LINE_COLUMNS] = {0};

	for (int i = 0; i < columns; i++)
		values[i] = NAN;
	if (!line->values)
		return;
	newest = group_of(line->last_step + !isnan(line->values[count]), size);
	for (int64_t i = 0; i <= count; i++) {
		int64_t at = columns - 1 - (newest - group_of(line->last_step - count + 1 + i, size));
		double value = line->values[i];

		if (at < 0 || at >= columns || isnan(value))
			continue;
		if (is_peak) {
			values[at] = isnan(values[at]) || value > values[at] ? value : values[at];
		} else {
			query_add(&values[at], &value, 1);
			seen[at]++;
		}
	}
	for (int i = 0; i < columns && !is_peak; i++)
		values[i] /= seen[i] > 0 ? seen[i] : 1;
}

void line_draw(const struct overview_line *line, bool is_peak, struct area area, int row, int column, int columns,
	       enum style style)
{
	double values[LINE_COLUMNS];

	if (columns > LINE_COLUMNS)
		columns = LINE_COLUMNS;
	if (columns > (int)line->count + 1)
		columns = (int)line->count + 1;
	if (columns < 3 || !line->has_any)
		return;
	line_condense(line, is_peak, values, columns);
	chart_sparkline(area, row, column, columns, style, values, (size_t)columns);
}

void line_fini(struct overview_line *line)
{
	free(line->values);
	*line = (struct overview_line){0};
}
