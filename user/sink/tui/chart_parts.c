// SPDX-License-Identifier: Apache-2.0
/*
 * In: values that are parts of a whole. Out: a divided bar.
 * The rule that surprises: cells go by the largest remainder, so they add up exactly; and a part that is not 0 takes
 * one from the largest rather than to vanish.
 */
#include <math.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/mem.h"
#include "sink/tui/chart.h"

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
