// SPDX-License-Identifier: Apache-2.0
/*
 * The rows of a block. In: one instance, a letter that says which row, an area of one row. Out: cells.
 * The rule that surprises: what does not fit in whole is left out, so half a number is never read as a whole one.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/tui/overview.h"
#include "sink/tui/trace_bars.h"

#define WIDE	     60 /* from here on rows have long labels */
#define LABEL	     12
#define LABEL_SHORT  9
#define NUMBER	     12 /* "p95 12.3 ms" and a blank */
#define FACTOR_MAX   2.0
#define FACTOR_CLOSE 0.8
#define PARTS	     4

/* Where the next item of a row goes. */
struct pen {
	struct area area;
	int column;
};

static int width_of(const char *text)
{
	return (int)text_columns(text, strlen(text));
}

static struct pen label(struct area area, const char *text, const char *brief)
{
	bool is_wide = area.columns >= WIDE;

	area_text(area, 0, 1, STYLE_TITLE, is_wide ? text : brief);
	return (struct pen){area, (is_wide ? LABEL : LABEL_SHORT) + 1};
}

static int room(const struct pen *pen)
{
	return pen->area.columns - pen->column;
}

/* "before value after ", in at least `columns`. False: no room for it. */
static bool item(struct pen *pen, int columns, const char *before, enum style style, const char *value,
		 const char *after)
{
	int own = width_of(before) + width_of(value) + width_of(after), at = pen->column;

	if (own > room(pen))
		return false;
	at += area_text(pen->area, 0, at, STYLE_DIM, before);
	at += area_text(pen->area, 0, at, style, value);
	area_text(pen->area, 0, at, STYLE_DIM, after);
	pen->column += (own > columns ? own : columns) + 1;
	return true;
}

static struct chart_text number(const struct overview_row *row, enum overview_metric metric, enum chart_unit unit)
{
	return chart_number(row->instance->values[metric], unit, row->desk.ascii);
}

/* `columns` of a line, or what is left. */
static void spark(const struct overview_row *row, struct pen *pen, enum overview_line_kind kind,
		  enum overview_metric metric, int columns, enum style style)
{
	struct overview_line *line = &row->instance->lines[kind];
	bool is_rate = kind == LINE_REQUESTS;

	if (columns > room(pen) - 1)
		columns = room(pen) - 1;
	if (columns < 4)
		return;
	line_update(line, &row->desk, row->instance->series[metric], is_rate);
	line_draw(line, !is_rate, pen->area, 0, pen->column, columns, style);
	pen->column += columns + 1;
}

/* What a counter rose by. */
static void if_any(struct pen *pen, enum style style, double value, const char *after)
{
	if (value > 0.5)
		item(pen, 0, "", style, units_count((uint64_t)(value + 0.5)).text, after);
}

static void draw_requests(const struct overview_row *row, struct area area)
{
	const double *values = row->instance->values;
	struct pen pen = label(area, "requests", "requests");
	double rate = values[METRIC_REQUESTS] / row->instance->seen_s, counted;
	bool has_failed = values[METRIC_ERRORS] > 0;
	char of[60];

	counted = values[METRIC_REQUESTS] - (values[METRIC_CANCELLED] > 0 ? values[METRIC_CANCELLED] : 0);
	item(&pen, 9, "", STYLE_BOLD, chart_number(rate, CHART_PER_SECOND, row->desk.ascii).text, "");
	if (area.columns >= WIDE)
		spark(row, &pen, LINE_REQUESTS, METRIC_REQUESTS, (area.columns - 50) * 2 / 3, STYLE_LINE_1);
	snprintf(of, sizeof(of), " of %s", units_count(counted > 0 ? (uint64_t)(counted + 0.5) : 0).text);
	item(&pen, 0, area.columns >= WIDE ? "success " : "ok ", has_failed ? STYLE_CRITICAL : STYLE_GOOD,
	     number(row, METRIC_SUCCESS, CHART_RATIO).text, isnan(values[METRIC_SUCCESS]) ? "" : of);
	pen.column++;
	if (has_failed)
		item(&pen, 0, "", STYLE_CRITICAL, number(row, METRIC_ERRORS, CHART_PLAIN).text, " failed");
	if_any(&pen, STYLE_WARNING, values[METRIC_EMPTY], " empty");
	if_any(&pen, STYLE_TEXT, values[METRIC_CANCELLED], " cancelled");
}

struct quantiles {
	const char *label, *brief;
	enum overview_metric p50, max; /* p95, p99 between them */
	enum overview_line_kind line_p50, line_p95, line_max;
};

/* The line of the highest percentile that there was in the window at all. */
static void draw_best_line(const struct overview_row *row, struct pen *pen, const struct quantiles *what)
{
	const enum overview_metric metrics[] = {what->p50 + 1, what->max, what->p50};
	const enum overview_line_kind kinds[] = {what->line_p95, what->line_max, what->line_p50};
	static const char *const names[] = {"p95", "max", "p50"};
	int columns = room(pen) - 4;

	if (columns < 8)
		return;
	for (size_t i = 0; i < 3; i++) {
		struct overview_line *line = &row->instance->lines[kinds[i]];

		line_update(line, &row->desk, row->instance->series[metrics[i]], false);
		if (!line->has_any)
			continue;
		spark(row, pen, kinds[i], metrics[i], columns, STYLE_LINE_2);
		item(pen, 0, names[i], STYLE_DIM, "", "");
		return;
	}
}

static void draw_quantiles(const struct overview_row *row, struct area area, const struct quantiles *what)
{
	struct pen pen = label(area, what->label, what->brief);
	int columns = area.columns >= WIDE ? NUMBER - 1 : 0;

	item(&pen, columns, "p50 ", STYLE_TEXT, number(row, what->p50, CHART_SECONDS).text, "");
	item(&pen, columns, "p95 ", STYLE_BOLD, number(row, what->p50 + 1, CHART_SECONDS).text, "");
	item(&pen, columns, "p99 ", STYLE_TEXT, number(row, what->p50 + 2, CHART_SECONDS).text, "");
	if (area.columns >= WIDE + 10)
		item(&pen, columns, "max ", STYLE_TEXT, number(row, what->max, CHART_SECONDS).text, "");
	draw_best_line(row, &pen, what);
}

static void draw_duration(const struct overview_row *row, struct area area)
{
	static const struct quantiles what = {"duration",	   "duration",	      METRIC_DURATION_P50,
					      METRIC_DURATION_MAX, LINE_DURATION_P50, LINE_DURATION_P95,
					      LINE_DURATION_MAX};

	draw_quantiles(row, area, &what);
}

static void draw_first_audio(const struct overview_row *row, struct area area)
{
	static const struct quantiles what = {"first audio",  "1st aud.",     METRIC_AUDIO_P50, METRIC_AUDIO_MAX,
					      LINE_AUDIO_P50, LINE_AUDIO_P95, LINE_AUDIO_MAX};

	draw_quantiles(row, area, &what);
}

static enum style factor_style(double factor)
{
	if (factor > 1)
		return STYLE_CRITICAL;
	return factor > FACTOR_CLOSE ? STYLE_WARNING : STYLE_GOOD;
}

/* Below 1 it is faster than speech. */
static void draw_factor(const struct overview_row *row, struct area area)
{
	const double *values = row->instance->values;
	bool has_median = !isnan(values[METRIC_FACTOR_P50]);
	double factor = values[has_median ? METRIC_FACTOR_P50 : METRIC_FACTOR_MAX];
	struct pen pen = label(area, "real time", "realtime");
	int columns = room(&pen) - (area.columns >= WIDE ? 36 : 0);

	if (columns > 40)
		columns = 40;
	if (isnan(factor)) {
		item(&pen, 0, "factor ", STYLE_TEXT, number(row, METRIC_FACTOR_P50, CHART_PLAIN).text, "");
		return;
	}
	if (columns >= 12) {
		chart_gauge(pen.area, 0, pen.column, columns, factor_style(factor), factor, FACTOR_MAX, 1);
		pen.column += columns + 1;
	}
	if (area.columns >= WIDE) {
		item(&pen, 0, "", STYLE_TEXT, factor > 1 ? "slower than speech" : "faster than speech", "");
		item(&pen, 0, "p95 ", STYLE_TEXT, number(row, METRIC_FACTOR_P95, CHART_PLAIN).text, "");
	}
}

static void draw_flight(const struct overview_row *row, struct area area)
{
	const double *values = row->instance->values;
	struct pen pen = label(area, "in flight", "inflight");
	bool has_queue = values[METRIC_QUEUE] > 0;

	item(&pen, 3, "", STYLE_BOLD, number(row, METRIC_IN_FLIGHT, CHART_PLAIN).text, "");
	if (area.columns >= WIDE)
		spark(row, &pen, LINE_IN_FLIGHT, METRIC_IN_FLIGHT, (area.columns - 46) / 2, STYLE_LINE_1);
	item(&pen, area.columns >= WIDE ? 9 : 0, "queue ", has_queue ? STYLE_BOLD : STYLE_TEXT,
	     number(row, METRIC_QUEUE, CHART_PLAIN).text, "");
	if (area.columns >= WIDE)
		spark(row, &pen, LINE_QUEUE, METRIC_QUEUE, (area.columns - 46) / 2, STYLE_QUEUED);
	if (values[METRIC_IN_FLIGHT] > 0)
		item(&pen, 0, "oldest ", STYLE_TEXT, number(row, METRIC_OLDEST, CHART_SECONDS).text, "");
}

static void split_of(const struct overview_row *row, struct chart_part parts[PARTS])
{
	for (unsigned i = 0; i < PARTS; i++) {
		struct bars_part look = bars_part(i);

		parts[i] = (struct chart_part){row->instance->values[METRIC_ONCPU + i], look.style, look.glyph,
					       look.fallback};
	}
}

static double sum_of(const struct chart_part parts[PARTS])
{
	double sum = 0;

	for (unsigned i = 0; i < PARTS; i++)
		sum += parts[i].value > 0 ? parts[i].value : 0;
	return sum;
}

/* Whole percents; what is there is not 0, and what is not all is not 100. */
static struct chart_text percent(double share)
{
	struct chart_text out;
	int whole = (int)(share * 100 + 0.5);

	if (share > 0 && !whole)
		snprintf(out.text, sizeof(out.text), "<1 %%");
	else
		snprintf(out.text, sizeof(out.text), "%d %%", share < 1 && whole == 100 ? 99 : whole);
	return out;
}

/* "glyph 62 % on CPU" */
static void part_item(struct pen *pen, const struct chart_part *part, double sum, const char *name)
{
	struct chart_text share = percent(part->value > 0 ? part->value / sum : 0);

	if (room(pen) < width_of(share.text) + 2 + (name ? width_of(name) : 0))
		return;
	area_glyph(pen->area, 0, pen->column, part->style, part->glyph, part->fallback);
	pen->column += 2;
	item(pen, 0, "", STYLE_TEXT, share.text, name ? name : "");
	pen->column += name != NULL;
}

static bool has_split(const struct chart_part parts[PARTS], struct pen *pen)
{
	if (sum_of(parts) > 0)
		return true;
	item(pen, 0, "", STYLE_DIM, "no call was measured", "");
	return false;
}

static void draw_cpu(const struct overview_row *row, struct area area)
{
	struct pen pen = label(area, "worker", "worker");
	struct chart_part parts[PARTS];

	split_of(row, parts);
	if (has_split(parts, &pen))
		chart_parts(pen.area, 0, pen.column, room(&pen) - 1, parts, PARTS, NAN);
}

static void draw_legend(const struct overview_row *row, struct area area)
{
	static const char *const names[] = {" on CPU", " run queue", " blocked", " pre-empted"};
	bool is_wide = area.columns >= LABEL + 68;
	struct pen pen = {area, is_wide ? LABEL + 1 : 1};
	struct chart_part parts[PARTS];
	double sum;

	split_of(row, parts);
	sum = sum_of(parts);
	for (unsigned i = 0; i < PARTS && sum > 0; i++)
		part_item(&pen, &parts[i], sum, area.columns >= 62 ? names[i] : NULL);
}

/* Bar and numbers in one row. */
static void draw_cpu_brief(const struct overview_row *row, struct area area)
{
	struct pen pen = label(area, "worker", "worker");
	struct chart_part parts[PARTS];
	int columns = room(&pen) - 30;

	split_of(row, parts);
	if (!has_split(parts, &pen))
		return;
	if (columns < 8)
		columns = 8;
	chart_parts(pen.area, 0, pen.column, columns, parts, PARTS, NAN);
	pen.column += columns + 1;
	for (unsigned i = 0; i < PARTS; i++)
		part_item(&pen, &parts[i], sum_of(parts), NULL);
}

static void draw_process(const struct overview_row *row, struct area area)
{
	struct pen pen = label(area, "process", "process");
	int columns = (area.columns - 58) / 2;

	item(&pen, 10, "CPU ", STYLE_TEXT, number(row, METRIC_CPU, CHART_RATIO).text, "");
	if (area.columns >= WIDE)
		spark(row, &pen, LINE_CPU, METRIC_CPU, columns, STYLE_LINE_1);
	item(&pen, area.columns >= WIDE ? 15 : 0, area.columns >= WIDE ? "memory " : "", STYLE_TEXT,
	     number(row, METRIC_MEMORY, CHART_BYTES).text, "");
	if (area.columns >= WIDE)
		spark(row, &pen, LINE_MEMORY, METRIC_MEMORY, columns, STYLE_LINE_3);
	item(&pen, 0, "", STYLE_TEXT, number(row, METRIC_THREADS, CHART_PLAIN).text,
	     row->instance->values[METRIC_THREADS] == 1 ? " thread" : " threads");
}

typedef void draw_one(const struct overview_row *row, struct area area);

static void draw_pair(const struct overview_row *row, struct area area, draw_one *left, draw_one *right)
{
	int half = (area.columns + 1) / 2;

	left(row, area_part(area, 0, 0, 1, half - 1));
	right(row, area_part(area, 0, half, 1, area.columns - half));
}

void overview_row_draw(const struct overview_row *row, char what, struct area area)
{
	static const struct {
		char what;
		draw_one *draw, *beside;
	} rows[] = {
		{'R', draw_requests, NULL},	   {'D', draw_duration, NULL},	     {'A', draw_first_audio, NULL},
		{'F', draw_factor, NULL},	   {'Q', draw_flight, NULL},	     {'C', draw_cpu, NULL},
		{'L', draw_legend, NULL},	   {'S', draw_process, NULL},	     {'X', draw_cpu_brief, NULL},
		{'P', draw_requests, draw_flight}, {'Y', draw_factor, draw_process},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].what != what)
			continue;
		if (rows[i].beside)
			draw_pair(row, area, rows[i].draw, rows[i].beside);
		else
			rows[i].draw(row, area);
	}
}
