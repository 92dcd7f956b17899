// SPDX-License-Identifier: Apache-2.0
/* In: doubles. Out: small pictures of them in cells. Skeleton: nothing is drawn yet. */
#include "sink/tui/chart.h"

#include "base/units.h"

void chart_sparkline(struct area area, int row, int column, int columns, enum style style, const double *values,
		     size_t count)
{
	(void)area, (void)row, (void)column, (void)columns, (void)style, (void)values, (void)count;
}

void chart_parts(struct area area, int row, int column, int columns, const struct chart_part *parts, size_t count,
		 double total)
{
	(void)area, (void)row, (void)column, (void)columns, (void)parts, (void)count, (void)total;
}

void chart_gauge(struct area area, int row, int column, int columns, enum style style, double value, double max,
		 double limit)
{
	(void)area, (void)row, (void)column, (void)columns, (void)style, (void)value, (void)max, (void)limit;
}

struct chart_text chart_number(double value, enum chart_unit unit, bool ascii)
{
	struct chart_text out;
	struct units_text text = units_ratio(value);

	(void)unit, (void)ascii;
	__builtin_memcpy(out.text, text.text, sizeof(out.text) - 1);
	out.text[sizeof(out.text) - 1] = '\0';
	return out;
}

size_t chart_plot_values(struct area area)
{
	return area.columns > CHART_AXIS_COLUMNS ? 2 * (size_t)(area.columns - CHART_AXIS_COLUMNS) : 2;
}

void chart_plot(struct area area, const struct chart_plot *plot)
{
	(void)area, (void)plot;
}

void chart_heat(struct area area, const struct chart_heat *heat)
{
	(void)area, (void)heat;
}

void chart_bars(struct area area, const struct chart_bar *bars, size_t count)
{
	(void)area, (void)bars, (void)count;
}

size_t chart_heat_columns(struct area area)
{
	return area.columns > CHART_AXIS_COLUMNS + 1 ? (size_t)(area.columns - CHART_AXIS_COLUMNS) : 2;
}
