// SPDX-License-Identifier: Apache-2.0
/*
 * In: lines of values over time. Out: a plot with axes, a band, a level, a legend.
 * The rule that surprises: NAN breaks a line, nothing is drawn from before it to behind it; what lies outside of the
 * axis or is infinite runs along its edge.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/chart_axis.h"
#include "sink/tui/chart_dots.h"

/* A level further than this many times the greatest value would leave a flat line: it is told by an arrow instead. */
#define LEVEL_REACH 8

struct plot {
	const struct chart_plot *of;
	struct chart_layout layout;
	struct chart_scale scale;
	struct dots dots;
	int *ys; /* of each line's values, in dots from the top; NOWHERE = no value */
	bool has_values;
};
#define NOWHERE (-1)

size_t chart_plot_values(struct area area)
{
	long columns = area.columns - chart_layout(area, false, false).axis_columns;

	columns *= area.canvas && area.canvas->ascii ? 1 : 2;
	return columns > 2 ? (size_t)columns : 2;
}

/* The last value is in the last column of dots; each value stands at the end of its step. */
static int plot_x(const struct plot *plot, size_t i)
{
	size_t behind = plot->of->count - 1 - i;

	return plot->dots.width - 1 - (int)((double)behind * plot->dots.width / (double)plot->of->count);
}

static int plot_y(const struct plot *plot, double value)
{
	return chart_scale_row(&plot->scale, value, plot->dots.height);
}

static int plot_row(const struct plot *plot, double value)
{
	return plot_y(plot, value) / plot->dots.cell_rows;
}

/* Once for each value: a logarithm is dear. */
static void plot_place(struct plot *plot)
{
	size_t line, i;

	plot->ys = mem_array(plot->of->lines_count * plot->of->count + 1, sizeof(*plot->ys));
	for (line = 0; line < plot->of->lines_count; line++)
		for (i = 0; i < plot->of->count; i++) {
			double value = plot->of->lines[line].values[i];

			plot->ys[line * plot->of->count + i] = isnan(value) ? NOWHERE : plot_y(plot, value);
		}
}

static void plot_line(struct plot *plot, size_t line)
{
	struct dots_pen pen = dots_pen(line, plot->of->lines[line].style);
	const int *ys = plot->ys + line * plot->of->count;
	int x_before = 0, y_before = NOWHERE;
	size_t i;

	for (i = 0; i < plot->of->count; i++) {
		int next = i + 1 < plot->of->count ? ys[i + 1] : NOWHERE, y = ys[i], x = plot_x(plot, i);

		if (y != NOWHERE && y_before != NOWHERE)
			dots_join(&plot->dots, &pen, x_before, y_before, x, y);
		/* a dash may leave out only what is level on both sides */
		if (y != NOWHERE &&
		    (y != y_before || y != next || plot->dots.cell_columns == 1 || dots_is_dash(&pen, x)))
			dots_put(&plot->dots, &pen, x, y);
		x_before = x;
		y_before = y;
	}
}

static bool plot_has_line(const struct chart_plot *plot, int line)
{
	return line >= 0 && (size_t)line < plot->lines_count;
}

static void plot_band(struct plot *plot)
{
	const int *low, *high;
	size_t i;

	if (!plot_has_line(plot->of, plot->of->band_low) || !plot_has_line(plot->of, plot->of->band_high))
		return;
	low = plot->ys + (size_t)plot->of->band_low * plot->of->count;
	high = plot->ys + (size_t)plot->of->band_high * plot->of->count;
	for (i = 0; i < plot->of->count; i++) {
		bool has_next = i + 1 < plot->of->count && low[i + 1] != NOWHERE && high[i + 1] != NOWHERE;
		size_t next = has_next ? i + 1 : i;
		int x_from = plot_x(plot, i), x_to = has_next ? plot_x(plot, next) : x_from + 1, x;

		if (low[i] == NOWHERE || high[i] == NOWHERE)
			continue;
		for (x = x_from; x < x_to || x == x_from; x++) {
			int wide = x_to > x_from ? x_to - x_from : 1;
			int top = high[i] + (high[next] - high[i]) * (x - x_from) / wide;
			int foot = low[i] + (low[next] - low[i]) * (x - x_from) / wide;

			dots_band(&plot->dots, x, top < foot ? top : foot, top < foot ? foot : top);
		}
	}
}

static void plot_scale(struct plot *plot)
{
	const struct chart_plot *of = plot->of;
	struct chart_extent extent;
	size_t i, k;

	chart_extent_init(&extent);
	for (i = 0; i < of->lines_count; i++) {
		chart_extent_add(&extent, of->lines[i].values, of->count);
		for (k = 0; k < of->count && !plot->has_values; k++)
			plot->has_values = !isnan(of->lines[i].values[k]);
	}
	if (isfinite(of->threshold) && (!of->is_log || of->threshold > 0) &&
	    (of->is_log || extent.least > extent.greatest ||
	     fabs(of->threshold) <= LEVEL_REACH * fmax(fabs(extent.greatest), fabs(extent.least))))
		chart_extent_add(&extent, &of->threshold, 1);
	chart_scale_init(&plot->scale, &extent, of->low, of->high, of->is_log, of->unit, plot->layout.body.rows);
}

static struct chart_text plot_label(const struct plot *plot, double value, bool ascii)
{
	struct chart_text text = chart_number(value, plot->of->unit, ascii);

	chart_text_trim(&text);
	return text;
}

/* Its row; -1 = none. Above or below of the axis: its label stands at the edge with an arrow. */
static int plot_level(struct plot *plot, struct area area)
{
	const struct area body = plot->layout.body;
	double level = plot->of->threshold;
	struct chart_text label = plot_label(plot, level, area.canvas->ascii);
	bool is_above = level > plot->scale.high, is_below = level < plot->scale.low;
	int row;

	if (isnan(level) || body.rows <= 0)
		return -1;
	row = plot_row(plot, level);
	chart_axis_label(area, &plot->layout, row, STYLE_WARNING, label.text);
	if (is_above || is_below) {
		if (plot->layout.axis_columns)
			area_glyph(area, plot->layout.legend_rows + row, plot->layout.axis_columns - 1, STYLE_WARNING,
				   is_above ? U'↑' : U'↓', is_above ? '^' : 'v');
		return row;
	}
	area_fill(body, row, 0, body.columns, STYLE_WARNING, U'┄', '-');
	return row;
}

/* From the top: where two ticks are in one row, the greater is told. */
static void plot_ticks(struct plot *plot, struct area area, int level_row)
{
	struct chart_text before = { "" };
	int row_before = -1;
	size_t i;

	for (i = plot->scale.ticks_count; i-- > 0;) {
		double tick = plot->scale.ticks[i];
		struct chart_text label = plot_label(plot, tick, area.canvas->ascii);
		int row = plot_row(plot, tick);

		if (row == row_before || row == level_row || !strcmp(label.text, before.text))
			continue;
		chart_axis_label(area, &plot->layout, row, STYLE_DIM, label.text);
		row_before = row;
		before = label;
	}
}

/* What one entry of the legend takes, or puts. `value` "" = none. */
static int legend_entry(struct area area, int column, const struct dots_pen *pen, const char *name, const char *value,
			bool is_drawn)
{
	int i, columns = chart_text_columns(name) + (*value ? 1 + chart_text_columns(value) : 0) + 6;

	if (!is_drawn)
		return columns;
	for (i = 0; i < 3; i++) {
		uint32_t bits = (dots_is_dash(pen, 2 * i) ? 0x04u : 0) | (dots_is_dash(pen, 2 * i + 1) ? 0x20u : 0);

		area_glyph(area, 0, column + i, pen->style, 0x2800u + bits, pen->mark);
	}
	column += 4;
	column += area_text(area, 0, column, STYLE_TEXT, name);
	if (*value)
		area_text(area, 0, column + 1, STYLE_BOLD, value);
	return columns;
}

static struct chart_text legend_value(const struct plot *plot, const struct chart_line *line, bool has_value,
				     bool ascii)
{
	return has_value ? chart_number(line->values[plot->of->count - 1], plot->of->unit, ascii) :
			   (struct chart_text){ "" };
}

/* The names with the last values; the values go first when there is no room, then names from the end. */
static void plot_legend(struct plot *plot, struct area area)
{
	bool ascii = area.canvas->ascii, is_drawn, has_value = plot->of->count > 0;
	int left = plot->layout.axis_columns, column, want;
	size_t i;

	for (is_drawn = false;; is_drawn = true) {
		for (column = left, i = 0; i < plot->of->lines_count; i++) {
			const struct chart_line *line = &plot->of->lines[i];
			struct dots_pen pen = dots_pen(i, line->style);
			struct chart_text value = legend_value(plot, line, has_value, ascii);

			if (!line->name)
				continue;
			want = legend_entry(area, column, &pen, line->name, value.text, false);
			/* two blanks behind the last one may be missing */
			if (is_drawn && column + want - 2 > area.columns)
				return;
			if (is_drawn)
				legend_entry(area, column, &pen, line->name, value.text, true);
			column += want;
		}
		if (is_drawn)
			return;
		has_value = has_value && column - 2 <= area.columns;
	}
}

void chart_plot(struct area area, const struct chart_plot *of)
{
	struct plot plot = { .of = of };
	bool has_legend = false;
	int level_row;
	size_t i;

	if (area.rows <= 0 || area.columns <= 0)
		return;
	for (i = 0; i < of->lines_count; i++)
		has_legend = has_legend || of->lines[i].name;
	plot.layout = chart_layout(area, has_legend, true);
	dots_init(&plot.dots, plot.layout.body.rows, plot.layout.body.columns, area.canvas->ascii);
	plot_scale(&plot);
	chart_axis_line(area, &plot.layout);
	level_row = plot_level(&plot, area);
	if (plot.has_values || level_row >= 0) /* the axis of nothing would be made up */
		plot_ticks(&plot, area, level_row);
	chart_axis_time(area, &plot.layout, of->end_real_ns, of->window_ns);
	if (plot.layout.legend_rows)
		plot_legend(&plot, area);
	if (!plot.has_values)
		chart_nothing(plot.layout.body);
	plot_place(&plot);
	plot_band(&plot);
	for (i = 0; i < of->lines_count; i++)
		plot_line(&plot, i);
	dots_draw(&plot.dots, plot.layout.body);
	dots_fini(&plot.dots);
	free(plot.ys);
}
