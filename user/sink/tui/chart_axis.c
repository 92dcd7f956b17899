// SPDX-License-Identifier: Apache-2.0
/*
 * In: values, a window of time, room. Out: a scale with ticks at 1, 2, 5 (powers of 2 for bytes, clock steps for long
 * times), and axes.
 * The rule that surprises: a label that would be cut or touch another one is left out, its tick stays.
 */
#include "sink/tui/chart_axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define VALUE_MAX 1e300 /* so that differences stay finite */
#define RANGE_MIN 1e-290

static const uint64_t axis_steps_ns[] = {
	NS_PER_MS,	   2 * NS_PER_MS,     5 * NS_PER_MS,	 10 * NS_PER_MS,   20 * NS_PER_MS,   50 * NS_PER_MS,
	100 * NS_PER_MS,   200 * NS_PER_MS,   500 * NS_PER_MS,	 NS_PER_S,	   2 * NS_PER_S,     5 * NS_PER_S,
	10 * NS_PER_S,	   15 * NS_PER_S,     30 * NS_PER_S,	 60 * NS_PER_S,	   120 * NS_PER_S,   300 * NS_PER_S,
	600 * NS_PER_S,	   900 * NS_PER_S,    1800 * NS_PER_S,	 3600 * NS_PER_S,  7200 * NS_PER_S,  10800 * NS_PER_S,
	21600 * NS_PER_S,  43200 * NS_PER_S,  86400 * NS_PER_S,	 172800 * NS_PER_S, 432000 * NS_PER_S,
	864000 * NS_PER_S, 2592000 * NS_PER_S,
};

void chart_extent_init(struct chart_extent *extent)
{
	*extent = (struct chart_extent){ .least = INFINITY, .greatest = -INFINITY, .least_positive = INFINITY };
}

void chart_extent_add(struct chart_extent *extent, const double *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		double value = values[i];

		if (!isfinite(value))
			continue;
		extent->least = fmin(extent->least, value);
		extent->greatest = fmax(extent->greatest, value);
		if (value > 0)
			extent->least_positive = fmin(extent->least_positive, value);
	}
}

/* The least of 1, 2, 5 times a power of ten that is not below size. */
static double axis_nice(double size)
{
	double power = pow(10, floor(log10(size)));
	double mantissa = size / power;

	return power * (mantissa <= 1 + 1e-9 ? 1 : mantissa <= 2 + 1e-9 ? 2 : mantissa <= 5 + 1e-9 ? 5 : 10);
}

static double axis_step(double size, enum chart_unit unit)
{
	size_t i;

	if (unit == CHART_BYTES && size >= 1)
		return exp2(ceil(log2(size) - 1e-9));
	if (unit == CHART_SECONDS && size > 5)
		for (i = 0; i < COUNT_OF(axis_steps_ns); i++)
			if ((double)axis_steps_ns[i] / NS_PER_S >= size - 1e-9)
				return (double)axis_steps_ns[i] / NS_PER_S;
	return axis_nice(size);
}

static void scale_linear(struct chart_scale *scale, bool has_low, bool has_high, enum chart_unit unit, int rows)
{
	double step = axis_step((scale->high - scale->low) / (rows / 3 > 2 ? rows / 3 : 2), unit);
	double first;

	/* half a step at most stays empty: a plot shall use its rows, and not move with each value */
	if (!has_high && scale->high != 0)
		scale->high = ceil(scale->high / (step / 2) - 1e-9) * (step / 2);
	if (!has_low && scale->low != 0)
		scale->low = floor(scale->low / (step / 2) + 1e-9) * (step / 2);
	first = ceil(scale->low / step - 1e-9);
	while (scale->ticks_count < CHART_TICKS_MAX) {
		double tick = (first + (double)scale->ticks_count) * step;

		if (tick > scale->high + step * 1e-9)
			break;
		scale->ticks[scale->ticks_count++] = tick == 0 ? 0 : tick;
	}
}

/* Three ticks a decade, or one in `decades` decades. */
static void scale_log_ticks(struct chart_scale *scale, int decades)
{
	static const double mantissas[] = { 1, 2, 5 };
	int power = (int)floor(log10(scale->low) + 1e-9);
	size_t i;

	scale->ticks_count = 0;
	if (decades)
		power = (int)ceil((double)power / decades) * decades;
	for (; power <= 301; power += decades ? decades : 1)
		for (i = 0; i < (decades ? 1 : COUNT_OF(mantissas)); i++) {
			double tick = mantissas[i] * pow(10, power);

			if (tick < scale->low * (1 - 1e-9))
				continue;
			if (tick > scale->high * (1 + 1e-9) || scale->ticks_count == CHART_TICKS_MAX)
				return;
			scale->ticks[scale->ticks_count++] = tick;
		}
}

static void scale_log(struct chart_scale *scale, bool has_low, bool has_high, int rows)
{
	static const int decades[] = { 1, 2, 3, 5, 10, 20, 50, 100, 200, 300 };
	double rows_per_decade;
	size_t i = 0;

	if (!has_low)
		scale->low = 1 / axis_nice(1 / scale->low);
	if (!has_high)
		scale->high = axis_nice(scale->high);
	if (!(scale->high > scale->low))
		scale->high = scale->low * 10;
	rows_per_decade = rows / (log10(scale->high) - log10(scale->low));
	if (rows_per_decade * log10(2) >= 2) {
		scale_log_ticks(scale, 0);
		return;
	}
	while (i + 1 < COUNT_OF(decades) && decades[i] * rows_per_decade < 2)
		i++;
	scale_log_ticks(scale, decades[i]);
	if (scale->ticks_count < 2)
		scale_log_ticks(scale, 0);
}

static double scale_cut(double value, bool is_log)
{
	value = fmin(fmax(value, -VALUE_MAX), VALUE_MAX);
	return is_log ? fmax(value, 1 / VALUE_MAX) : value;
}

void chart_scale_init(struct chart_scale *scale, const struct chart_extent *extent, double low, double high,
		      bool is_log, enum chart_unit unit, int rows)
{
	bool has_low = isfinite(low) && (!is_log || low > 0), has_high = isfinite(high) && (!is_log || high > 0);
	bool is_empty = is_log ? isinf(extent->least_positive) : extent->least > extent->greatest;

	if (has_low && has_high && !(low < high))
		has_low = has_high = false;
	*scale = (struct chart_scale){ .is_log = is_log };
	if (is_log) {
		scale->low = has_low ? low : is_empty ? (has_high ? high / 10 : 0.1) : extent->least_positive;
		scale->high = has_high ? high : is_empty ? scale->low * 10 : extent->greatest;
	} else {
		scale->low = has_low ? low : is_empty ? fmin(0, has_high ? high - 1 : 0) : fmin(0, extent->least);
		scale->high = has_high ? high : is_empty ? scale->low + 1 : fmax(0, extent->greatest);
	}
	scale->low = scale_cut(scale->low, is_log);
	scale->high = scale_cut(scale->high, is_log);
	if (is_log) {
		scale_log(scale, has_low, has_high, rows);
		return;
	}
	if (!(scale->high - scale->low > fmax(RANGE_MIN, 1e-12 * fmax(fabs(scale->low), fabs(scale->high))))) {
		/* all 0, or so near to each other that no axis can tell: room beside them */
		double room = fmax(1, 1e-6 * fabs(scale->low));

		if (has_high && !has_low)
			scale->low = scale->high - room;
		else
			scale->high = scale->low + room;
	}
	scale_linear(scale, has_low, has_high, unit, rows);
}

double chart_scale_ratio(const struct chart_scale *scale, double value)
{
	double ratio;

	if (scale->is_log && value <= 0)
		return 0;
	if (isinf(value))
		return value > 0;
	value = scale_cut(value, scale->is_log);
	if (scale->is_log)
		ratio = (log(value) - log(scale->low)) / (log(scale->high) - log(scale->low));
	else
		ratio = (value - scale->low) / (scale->high - scale->low);
	return fmin(fmax(ratio, 0), 1);
}

int chart_scale_row(const struct chart_scale *scale, double value, int steps)
{
	return steps - 1 - (int)(chart_scale_ratio(scale, value) * (steps - 1) + 0.5);
}

int chart_text_columns(const char *text)
{
	struct buf clean = { 0 };
	int columns = 0;

	text_clean(&clean, text, strlen(text), false);
	if (clean.bytes)
		columns = (int)text_columns(clean.bytes, clean.length);
	buf_fini(&clean);
	return columns;
}

/* A plot that is to be seen needs its rows more than its axes do. */
struct chart_layout chart_layout(struct area area, bool has_legend, bool has_time)
{
	struct chart_layout layout = { 0 };

	layout.axis_columns = area.columns >= CHART_AXIS_COLUMNS + 5 ? CHART_AXIS_COLUMNS : 0;
	layout.legend_rows = has_legend && area.rows >= 6;
	if (has_time && layout.axis_columns)
		layout.time_rows = area.rows >= 9 ? 2 : area.rows >= 3;
	layout.body = area_part(area, layout.legend_rows, layout.axis_columns,
				area.rows - layout.legend_rows - layout.time_rows, area.columns - layout.axis_columns);
	return layout;
}

void chart_axis_line(struct area area, const struct chart_layout *layout)
{
	int row;

	for (row = 0; layout->axis_columns && row < layout->body.rows; row++)
		area_glyph(area, layout->legend_rows + row, layout->axis_columns - 1, STYLE_FRAME, U'│', '|');
}

void chart_axis_label(struct area area, const struct chart_layout *layout, int body_row, enum style style,
		      const char *text)
{
	if (!layout->axis_columns || body_row < 0 || body_row >= layout->body.rows)
		return;
	area_right(area, layout->legend_rows + body_row, 0, layout->axis_columns - 1, style, text);
	area_glyph(area, layout->legend_rows + body_row, layout->axis_columns - 1, STYLE_FRAME, U'┤', '+');
}

static struct chart_text axis_instant(uint64_t real_ns, uint64_t step_ns)
{
	struct chart_text out;

	if (step_ns >= 86400 * NS_PER_S)
		snprintf(out.text, sizeof(out.text), "%.5s", units_rfc3339(real_ns).text + 5);
	else
		snprintf(out.text, sizeof(out.text), "%.*s",
			 step_ns >= 60 * NS_PER_S ? 5 : step_ns >= NS_PER_S ? 8 : 12, units_clock(real_ns).text);
	return out;
}

static int axis_instant_columns(uint64_t step_ns)
{
	return (int)strlen(axis_instant(0, step_ns).text);
}

/* The least step whose labels do not touch each other; 0 = none. */
static uint64_t axis_time_step(double columns_per_ns)
{
	size_t i;

	for (i = 0; i < COUNT_OF(axis_steps_ns); i++)
		if ((double)axis_steps_ns[i] * columns_per_ns >= axis_instant_columns(axis_steps_ns[i]) + 2)
			return axis_steps_ns[i];
	return 0;
}

void chart_axis_time(struct area area, const struct chart_layout *layout, uint64_t end_real_ns, uint64_t window_ns)
{
	int columns = layout->body.columns, line = layout->legend_rows + layout->body.rows;
	/* labels in the line itself begin right of its corner */
	int left = layout->axis_columns, free_from = layout->time_rows == 1 ? left : 0;
	uint64_t start_ns = end_real_ns > window_ns ? end_real_ns - window_ns : 0, step_ns, first_ns, i;
	double per_ns = window_ns ? (double)columns / (double)window_ns : 0;

	if (!layout->time_rows || layout->body.rows <= 0)
		return;
	area_glyph(area, line, left - 1, STYLE_FRAME, U'└', '+');
	area_fill(area, line, left, columns, STYLE_FRAME, U'─', '-');
	step_ns = axis_time_step(per_ns);
	if (!step_ns)
		return;
	first_ns = start_ns / step_ns * step_ns;
	first_ns += first_ns < start_ns ? step_ns : 0;
	if (first_ns < start_ns || first_ns > end_real_ns) /* none, or beyond the end of time */
		return;
	for (i = 0; i <= (end_real_ns - first_ns) / step_ns; i++) {
		uint64_t at_ns = first_ns + i * step_ns;
		int column = left + columns - 1 - (int)((double)(end_real_ns - at_ns) * per_ns);
		struct chart_text label = axis_instant(at_ns, step_ns);
		int length = (int)strlen(label.text), from = column - length / 2;

		if (column < left)
			continue;
		area_glyph(area, line, column, STYLE_FRAME, U'┬', '+');
		if (from >= free_from && from + length <= left + columns) {
			area_text(area, line + layout->time_rows - 1, from, STYLE_DIM, label.text);
			free_from = from + length + 1;
		}
	}
}

void chart_nothing(struct area body)
{
	static const char *const sentences[] = { "no data in this window", "no data" };
	size_t i;

	for (i = 0; i < 2; i++) {
		int length = (int)strlen(sentences[i]);

		if (length > body.columns)
			continue;
		area_text(body, body.rows / 2, (body.columns - length) / 2, STYLE_DIM, sentences[i]);
		return;
	}
	area_glyph(body, body.rows / 2, body.columns / 2, STYLE_DIM, U'–', '-');
}
