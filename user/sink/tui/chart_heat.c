// SPDX-License-Identifier: Apache-2.0
/*
 * In: counts per step of time and bucket of value. Out: a heatmap with its legend.
 * The rule that surprises: the heat is by the logarithm of the count, and nothing is blank but nothing: one of a
 * million is still seen. More steps or buckets than there are cells are added up, never left out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/chart_axis.h"

/* Coolest first: the same step is told by its colour, its block and its letter. */
static const struct {
	uint32_t glyph;
	char fallback;
} heat_glyphs[STYLE_HEATS] = {
	{ U'▁', '.' }, { U'▁', ':' }, { U'▂', '-' }, { U'▃', '=' }, { U'▄', '+' },
	{ U'▄', '*' }, { U'▅', '#' }, { U'▆', '#' }, { U'▇', '%' }, { U'█', '@' },
};

struct heat {
	int rows, columns;	/* of cells, each `row_height` high */
	int row_height;
	size_t per_row;		/* buckets that share a row */
	double *counts;		/* [row * columns + column], from the bottom */
	double greatest;
};

size_t chart_heat_columns(struct area area)
{
	int columns = area.columns - chart_layout(area, false, false).axis_columns;

	return columns > 2 ? (size_t)columns : 2;
}

static double heat_count(double count)
{
	return count > 0 ? fmin(count, 1e300) : 0; /* NAN as well: nothing is known, nothing is drawn */
}

/* The counts as the room wants them: of whole buckets, of parts of the time. */
static void heat_init(struct heat *heat, const struct chart_heat *of, struct area body)
{
	size_t row, column, cells, i;

	*heat = (struct heat){ .row_height = 1, .per_row = 1 };
	if (!of->rows_count || !of->columns_count || body.rows <= 0 || body.columns <= 0)
		return;
	heat->per_row = (of->rows_count + (size_t)body.rows - 1) / (size_t)body.rows;
	heat->rows = (int)((of->rows_count + heat->per_row - 1) / heat->per_row);
	heat->row_height = body.rows / heat->rows;
	heat->columns = body.columns;
	cells = (size_t)heat->rows * (size_t)heat->columns;
	heat->counts = mem_array(cells, sizeof(*heat->counts));
	for (column = 0; column < of->columns_count; column++) {
		size_t from = column * (size_t)heat->columns / of->columns_count;
		size_t to = (column + 1) * (size_t)heat->columns / of->columns_count;

		for (row = 0; row < of->rows_count; row++) {
			double count = heat_count(of->counts[column * of->rows_count + row]);
			double *at = &heat->counts[row / heat->per_row * (size_t)heat->columns];

			for (i = from; i < to || i == from; i++)
				at[i] += count;
		}
	}
	for (i = 0; i < cells; i++)
		heat->greatest = fmax(heat->greatest, heat->counts[i]);
}

/* -1 = nothing. */
static int heat_step(double count, double greatest)
{
	if (!(count > 0))
		return -1;
	if (count >= greatest)
		return STYLE_HEATS - 1;
	return count <= 1 ? 0 : (int)(log(count) / log(greatest) * (STYLE_HEATS - 1) + 0.5);
}

static void heat_glyph(struct area area, int row, int column, int step)
{
	area_glyph(area, row, column, (enum style)(STYLE_HEAT_0 + step), heat_glyphs[step].glyph,
		   heat_glyphs[step].fallback);
}

/* "1 ▁▁▂▃▄▄▅▆▇█ 240" at the right end; with a single step "1 █". */
static void heat_legend(struct area area, double greatest)
{
	struct chart_text most = chart_number(greatest, CHART_PLAIN, area.canvas->ascii);
	int most_columns = chart_text_columns(most.text), step = greatest > 1 ? 0 : STYLE_HEATS - 1;
	int column = area.columns - (STYLE_HEATS - step) - most_columns - 3 + 2 * (greatest <= 1);

	if (!(greatest > 0) || column < 0)
		return;
	area_text(area, 0, column, STYLE_DIM, greatest > 1 ? "1" : most.text);
	column += greatest > 1 ? 2 : most_columns + 1;
	for (; step < STYLE_HEATS; step++)
		heat_glyph(area, 0, column++, step);
	if (greatest > 1)
		area_text(area, 0, column + 1, STYLE_DIM, most.text);
}

static void heat_labels(const struct heat *heat, const struct chart_heat *of, struct area area,
			const struct chart_layout *layout)
{
	int row;

	for (row = 0; of->row_labels && row < heat->rows; row++) {
		const char *label = of->row_labels[(size_t)row * heat->per_row];

		/* at the foot of its row, for it is where the bucket begins */
		if (label && *label)
			chart_axis_label(area, layout, layout->body.rows - 1 - row * heat->row_height, STYLE_DIM,
					 label);
	}
}

void chart_heat(struct area area, const struct chart_heat *of)
{
	struct chart_layout layout;
	struct heat heat;
	int row, column, line;

	if (area.rows <= 0 || area.columns <= 0)
		return;
	layout = chart_layout(area, true, true);
	heat_init(&heat, of, layout.body);
	chart_axis_line(area, &layout);
	heat_labels(&heat, of, area, &layout);
	chart_axis_time(area, &layout, of->end_real_ns, of->window_ns);
	if (layout.legend_rows)
		heat_legend(area, heat.greatest);
	if (!(heat.greatest > 0))
		chart_nothing(layout.body);
	for (row = 0; row < heat.rows; row++)
		for (column = 0; column < heat.columns; column++) {
			int step = heat_step(heat.counts[row * heat.columns + column], heat.greatest);

			for (line = 0; step >= 0 && line < heat.row_height; line++)
				heat_glyph(layout.body, layout.body.rows - 1 - row * heat.row_height - line, column,
					   step);
		}
	free(heat.counts);
}
