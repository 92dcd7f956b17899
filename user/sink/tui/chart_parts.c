// SPDX-License-Identifier: Apache-2.0
/*
 * In: values that are parts of a whole, or rivals. Out: a divided bar, bars below each other.
 * The rule that surprises: cells go by the largest remainder, so they add up exactly; and a part that is not 0 takes
 * one from the largest rather than to vanish.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/units.h"
#include "sink/tui/chart_axis.h"

#define WHOLE_SLACK 1e-9 /* 0.1 + 0.2 is as good as 0.3 */

static size_t shares_greatest(const double *weights, size_t count)
{
	size_t best = 0, i;

	for (i = 1; i < count; i++)
		if (weights[i] > weights[best])
			best = i;
	return best;
}

/* Of [0, 1], so that nothing overflows: beside an infinite value the others are nothing. */
static void shares_scale(const double *values, size_t count, double *total, double *scaled)
{
	double greatest = 0, sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		greatest = fmax(greatest, values[i] > 0 ? values[i] : 0);
	for (i = 0; i < count; i++) {
		scaled[i] = !(values[i] > 0) ? 0 : isinf(greatest) ? isinf(values[i]) : values[i] / greatest;
		sum += scaled[i];
	}
	*total = *total > 0 && isfinite(*total) && greatest > 0 ? *total / greatest : 0;
	if (!isfinite(*total) || *total < sum * (1 + WHOLE_SLACK))
		*total = isfinite(*total) ? sum : 1e300;
}

/* More parts than cells: the greatest get one each. */
static void shares_few(const double *values, size_t count, int columns, int *cells)
{
	auto_free double *left = mem_array(count, sizeof(*left));
	size_t i;

	for (i = 0; i < count; i++)
		left[i] = values[i] > 0 ? values[i] : -1;
	for (; columns > 0; columns--) {
		i = shares_greatest(left, count);
		cells[i] = 1;
		left[i] = -1;
	}
}

/* There is a cell for each part. The last of `scaled` is the rest. */
static void shares_round(const double *values, size_t count, const double *scaled, double total, int columns,
			 double *got)
{
	auto_free double *remainders = mem_array(count + 1, sizeof(*remainders));
	int left = columns;
	size_t i;

	for (i = 0; i <= count; i++) {
		double exact = scaled[i] / total * columns;

		got[i] = floor(exact + WHOLE_SLACK);
		remainders[i] = (i < count ? values[i] > 0 : scaled[i] > 0) ? exact - got[i] : -INFINITY;
		left -= (int)got[i];
	}
	for (; left > 0; left--) {
		i = shares_greatest(remainders, count + 1);
		got[i]++;
		remainders[i]--;
	}
	for (i = 0; i < count; i++) {
		if (!(values[i] > 0) || got[i] > 0)
			continue;
		got[shares_greatest(got, count + 1)]--;
		got[i]++;
	}
}

void chart_shares(const double *values, size_t count, double total, int columns, int *cells)
{
	auto_free double *scaled = mem_array(count + 1, sizeof(*scaled));
	auto_free double *got = mem_array(count + 1, sizeof(*got));
	double rest;
	size_t i, seen = 0;

	for (i = 0; i < count; i++) {
		cells[i] = 0;
		seen += values[i] > 0;
	}
	if (columns <= 0 || !seen)
		return;
	if (seen > (size_t)columns) {
		shares_few(values, count, columns, cells);
		return;
	}
	shares_scale(values, count, &total, scaled);
	rest = total;
	for (i = 0; i < count; i++)
		rest -= scaled[i];
	/* what floating point leaves over is no rest */
	scaled[count] = rest > total * WHOLE_SLACK ? rest : 0;
	shares_round(values, count, scaled, total, columns, got);
	for (i = 0; i < count; i++)
		cells[i] = (int)got[i];
}

void chart_parts(struct area area, int row, int column, int columns, const struct chart_part *parts, size_t count,
		 double total)
{
	auto_free double *values = mem_array(count + 1, sizeof(*values));
	auto_free int *cells = mem_array(count + 1, sizeof(*cells));
	size_t i;
	int at = 0;

	area = area_part(area, row, column, 1, columns);
	for (i = 0; i < count; i++)
		values[i] = parts[i].value;
	chart_shares(values, count, total, area.columns, cells);
	for (i = 0; i < count; i++) {
		area_fill(area, 0, at, cells[i], parts[i].style, parts[i].glyph, parts[i].fallback);
		at += cells[i];
	}
	area_fill(area, 0, at, area.columns - at, STYLE_TEXT, ' ', ' ');
}

/* Columns of a chart of bars: label, bar, count, share; 0 = left out. */
struct bars {
	double sum, greatest;
	int label, bar, count, share;
};

static double bars_size(double value)
{
	return value > 0 ? fmin(value, 1e300) : 0; /* NAN too */
}

#define BARS_SHARE_COLUMNS 7 /* "99.99 %" */

static void bars_init(struct bars *bars, struct area area, const struct chart_bar *all, size_t count)
{
	size_t i;

	*bars = (struct bars){ 0 };
	for (i = 0; i < count; i++) {
		double value = bars_size(all[i].value);
		int label = chart_text_columns(all[i].label);
		int number = chart_text_columns(chart_number(all[i].value, CHART_PLAIN, area.canvas->ascii).text);

		bars->sum += value;
		bars->greatest = fmax(bars->greatest, value);
		bars->label = label > bars->label ? label : bars->label;
		bars->count = number > bars->count ? number : bars->count;
	}
	if (bars->label > area.columns / 3)
		bars->label = area.columns / 3;
	bars->share = BARS_SHARE_COLUMNS;
	bars->bar = area.columns - bars->label - bars->count - bars->share - 3;
	if (bars->bar < 4) {
		bars->bar += bars->share + 1;
		bars->share = 0;
	}
	if (bars->bar < 2) {
		bars->bar += bars->count + 1;
		bars->count = 0;
	}
}

static void bars_row(const struct bars *bars, struct area area, int row, const struct chart_bar *bar)
{
	double share = bars->sum > 0 && !isnan(bar->value) ? bars_size(bar->value) / bars->sum : NAN;
	int at = bars->label + 1;

	area_fit(area, row, 0, bars->label, STYLE_TEXT, bar->label);
	if (bars->greatest > 0)
		chart_eighths(area, row, at, bars->bar, bar->style, bars_size(bar->value) / bars->greatest);
	at += bars->bar + 1;
	if (bars->count)
		area_right(area, row, at, bars->count, STYLE_TEXT,
			   chart_number(bar->value, CHART_PLAIN, area.canvas->ascii).text);
	at += bars->count + 1;
	if (bars->share)
		area_right(area, row, at, bars->share, STYLE_DIM,
			   chart_number(share, CHART_RATIO, area.canvas->ascii).text);
}

void chart_bars(struct area area, const struct chart_bar *bars, size_t count)
{
	struct bars columns;
	size_t shown = count, i;

	if (area.rows <= 0 || area.columns <= 0)
		return;
	if (count > (size_t)area.rows)
		shown = (size_t)area.rows - (area.rows > 1);
	bars_init(&columns, area, bars, count);
	for (i = 0; i < shown; i++)
		bars_row(&columns, area, (int)i, &bars[i]);
	if (shown < count && area.rows > 1)
		area_format(area, area.rows - 1, 0, STYLE_DIM, "%s more", units_count(count - shown).text);
}
