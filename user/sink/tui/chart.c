// SPDX-License-Identifier: Apache-2.0
/*
 * In: a few numbers. Out: them in one row: a sparkline, a gauge.
 * The rule that surprises: what is above 0 is seen, however small it is.
 */
#include "sink/tui/chart.h"

#include <math.h>
#include "sink/tui/chart_axis.h"

#define EIGHTHS 8

/* Which values a cell shows: [from, to). With fewer values than cells the first cells have none. */
static bool sparkline_slice(int column, int columns, size_t count, size_t *from, size_t *to)
{
	size_t cells = (size_t)columns, at = (size_t)column;

	if (count <= cells) {
		*from = at - (cells - count);
		*to = *from + 1;
		return at >= cells - count;
	}
	*from = at * count / cells;
	*to = (at + 1) * count / cells;
	return true;
}

void chart_sparkline(struct area area, int row, int column, int columns, enum style style, const double *values,
		     size_t count)
{
	static const char ascii[EIGHTHS + 1] = "_.-=+*#@";
	struct chart_extent extent;
	double low, range;
	size_t i, from, to;
	int at;

	area = area_part(area, row, column, 1, columns);
	chart_extent_init(&extent);
	chart_extent_add(&extent, values, count);
	low = fmax(fmin(extent.least, 0), -1e300);
	range = fmin(fmax(extent.greatest, 0), 1e300) - low;
	for (at = 0; at < area.columns; at++) {
		double value = -INFINITY;
		bool has_value = false;
		int level;

		if (!sparkline_slice(at, area.columns, count, &from, &to))
			continue;
		for (i = from; i < to; i++)
			if (!isnan(values[i])) {
				has_value = true;
				value = fmax(value, values[i]);
			}
		if (!has_value)
			continue;
		value = fmin(fmax(value, low), low + (range > 0 ? range : 0));
		level = range > 0 ? (int)((value - low) / range * (EIGHTHS - 1) + 0.5) : 0;
		if (range > 0 && value > low && !level)
			level = 1;
		area_glyph(area, 0, at, style, U'▁' + (uint32_t)level, ascii[level]);
	}
}

/* A bar of `ratio` of the columns, to an eighth of a cell (ascii: whole ones); above 0 at least the least there is. */
static void gauge_bar(struct area area, int row, int column, int columns, enum style style, double ratio)
{
	int eighths, whole, part;

	if (columns <= 0 || !(ratio > 0))
		return;
	eighths = (int)(fmin(ratio, 1) * columns * EIGHTHS + 0.5);
	eighths = eighths ? eighths : 1;
	if (area.canvas->ascii) {
		whole = (eighths + EIGHTHS / 2) / EIGHTHS;
		area_fill(area, row, column, whole ? whole : 1, style, '#', '#');
		return;
	}
	whole = eighths / EIGHTHS;
	part = eighths % EIGHTHS;
	area_fill(area, row, column, whole, style, U'█', '#');
	if (part)
		area_glyph(area, row, column + whole, style, U'█' + (uint32_t)(EIGHTHS - part), '#');
}

#define GAUGE_NUMBER_COLUMNS 5 /* at least, so that gauges below each other end in one column */

void chart_gauge(struct area area, int row, int column, int columns, enum style style, double value, double max,
		 double limit)
{
	struct chart_text text = chart_number(value, CHART_PLAIN, area.canvas->ascii);
	int number = chart_text_columns(text.text), bar;
	bool has_number;

	area = area_part(area, row, column, 1, columns);
	if (number < GAUGE_NUMBER_COLUMNS)
		number = GAUGE_NUMBER_COLUMNS;
	has_number = area.columns >= number + 7;
	bar = area.columns - 2 - (has_number ? number + 1 : 0);
	if (bar < 1) {
		area_right(area, 0, 0, area.columns, style, text.text);
		return;
	}
	area_glyph(area, 0, 0, STYLE_FRAME, '[', '[');
	area_fill(area, 0, 1, bar, STYLE_TEXT, ' ', ' ');
	if (max > 0)
		gauge_bar(area, 0, 1, bar, style, isinf(max) ? 0 : value / max);
	if (max > 0 && limit >= 0)
		area_glyph(area, 0, 1 + (int)(fmin(limit / max, 1) * (bar - 1) + 0.5), STYLE_BOLD, U'┃', '|');
	area_glyph(area, 0, 1 + bar, STYLE_FRAME, ']', ']');
	if (has_number)
		area_fit(area, 0, bar + 3, number, style, text.text);
}
