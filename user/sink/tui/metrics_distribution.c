// SPDX-License-Identifier: Apache-2.0
/*
 * The distribution of the window. In: the buckets' counts. Out: a bar per bucket with count, share and
 * cumulative share, and in which of them the percentiles lie.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/metrics_charts.h"

#define GRID_COLUMNS   60
#define LABEL_COLUMNS  10
#define NUMBER_COLUMNS 8
#define SHARE_COLUMNS  7
#define MARK_COLUMNS   12

static const struct {
	const char *name;
	double q;
	enum style style;
} marks[] = {{"p50", 0.5, STYLE_LINE_1}, {"p95", 0.95, STYLE_LINE_2}, {"p99", 0.99, STYLE_LINE_3}};
#define MARKS (sizeof(marks) / sizeof(marks[0]))

/* By series, where one tells of exactly this window and process; else by buckets. True: none by buckets. */
static bool read_quantiles(const struct metrics_scene *scene, double *quantiles)
{
	const struct metrics_histogram *histogram = &scene->charts->histogram;
	const char *suffix = metrics_exact_suffix(scene->desk);
	char *name = mem_format("tts:%s", histogram->name + (strncmp(histogram->name, "tts_", 4) ? 0 : 4));
	const struct metrics_family *family = metrics_book_family(scene->book, name, METRICS_WINDOW);
	const struct metrics_group *group = NULL;
	bool is_exact = true;

	free(name);
	for (size_t g = 0; family && suffix && histogram->groups_count == 1 && g < family->groups_count; g++)
		if (metrics_group_is_like(&family->groups[g], histogram->group->labels))
			group = &family->groups[g];
	for (size_t i = 0; i < MARKS; i++) {
		char *member = mem_format("%s_%s", marks[i].name, suffix ? suffix : "");
		const struct series *series = group ? metrics_group_member(family, group, member) : NULL;
		struct sample sample;

		free(member);
		quantiles[i] = metrics_quantile(histogram->bounds, histogram->counts, histogram->bounds_count,
						marks[i].q);
		if (series && series_at(series, scene->at_ms, &sample))
			quantiles[i] = sample.value;
		else
			is_exact &= isnan(quantiles[i]) != 0;
	}
	return is_exact;
}

static void say_facts(const struct metrics_scene *scene, struct metrics_heading *heading, const double *quantiles,
		      bool is_exact)
{
	const struct metrics_histogram *histogram = &scene->charts->histogram;
	bool is_ascii = heading->area.canvas->ascii;

	metrics_heading_loss(heading, scene, histogram->grid.step_ms);
	if (histogram->is_other)
		metrics_heading_add(heading, STYLE_BOLD, "of %s", histogram->name);
	for (size_t i = 0; i < MARKS; i++) {
		if (isinf(quantiles[i]))
			metrics_heading_add(heading, marks[i].style, "%s > %s", marks[i].name,
					    chart_number(histogram->bounds[histogram->bounds_count - 2],
							 histogram->unit, is_ascii)
						    .text);
		else
			metrics_heading_quantile(heading, marks[i].style, marks[i].name, marks[i].q,
						 quantiles[i], histogram->total, histogram->unit, is_ascii);
	}
	metrics_heading_add(heading, STYLE_TEXT, "n %s in %s",
			    units_count((uint64_t)(histogram->total + 0.5)).text,
			    metrics_window_name(scene->desk->window_ns).text);
	metrics_heading_add(heading, STYLE_TEXT, "%s", histogram->unit_name);
	if (!is_exact)
		metrics_heading_add(heading, STYLE_DIM, "percentiles by buckets");
	metrics_heading_groups(heading, histogram);
}

struct columns {
	int bar_at, bar;			   /* 0 = none */
	int count_at, share_at, upto_at, marks_at; /* -1 = left out */
};

/* What matters least goes first. */
static struct columns lay_out(int width)
{
	struct columns columns = {.bar_at = LABEL_COLUMNS + 1, .share_at = -1, .upto_at = -1, .marks_at = -1};
	int left = width - columns.bar_at - NUMBER_COLUMNS - 1;
	bool has_marks = left >= 8 + MARK_COLUMNS + 1, has_share, has_upto;

	left -= has_marks ? MARK_COLUMNS + 1 : 0;
	has_share = left >= 8 + SHARE_COLUMNS + 1;
	left -= has_share ? SHARE_COLUMNS + 1 : 0;
	has_upto = left >= 8 + SHARE_COLUMNS + 1;
	left -= has_upto ? SHARE_COLUMNS + 1 : 0;
	columns.bar = left > 0 ? left : 0;
	columns.count_at = columns.bar_at + columns.bar + (columns.bar > 0);
	left = columns.count_at + NUMBER_COLUMNS + 1;
	if (has_share) {
		columns.share_at = left;
		left += SHARE_COLUMNS + 1;
	}
	if (has_upto) {
		columns.upto_at = left;
		left += SHARE_COLUMNS + 1;
	}
	if (has_marks)
		columns.marks_at = left;
	return columns;
}

static void draw_titles(struct area area, const struct columns *columns)
{
	area_right(area, 0, 0, LABEL_COLUMNS, STYLE_TITLE, "UP TO");
	area_right(area, 0, columns->count_at, NUMBER_COLUMNS, STYLE_TITLE, "COUNT");
	if (columns->share_at >= 0)
		area_right(area, 0, columns->share_at, SHARE_COLUMNS, STYLE_TITLE, "SHARE");
	if (columns->upto_at >= 0)
		area_right(area, 0, columns->upto_at, SHARE_COLUMNS, STYLE_TITLE, "UPTO");
}

static void draw_share(struct area area, int row, int column, double share)
{
	char text[24];

	snprintf(text, sizeof(text), "%.1f %%", 100 * share);
	area_right(area, row, column, SHARE_COLUMNS, STYLE_TEXT, text);
}

/* The percentiles that lie in (below, bound]. */
static void draw_marks(struct area area, int row, int column, const double *quantiles, double below,
		       double bound)
{
	for (size_t i = 0; i < MARKS; i++)
		if (quantiles[i] > below && quantiles[i] <= bound) {
			column += area_text(area, row, column, marks[i].style, marks[i].name);
			column++;
		}
}

static void draw_bars(const struct metrics_histogram *histogram, struct area area, const double *quantiles,
		      size_t first, size_t end)
{
	struct columns columns = lay_out(area.columns);
	double most = 0, upto = 0;
	int row = 0;

	if (area.rows > (int)(end - first)) {
		draw_titles(area, &columns);
		row++;
	}
	for (size_t i = 0; i < histogram->bounds_count; i++)
		most = histogram->counts[i] > most ? histogram->counts[i] : most;
	for (size_t i = 0; i < first; i++)
		upto += histogram->counts[i];
	for (size_t i = first; i < end; i++, row++) {
		double count = histogram->counts[i];
		struct chart_part part = {count, STYLE_LINE_1, 0x2588, '#'};
		enum style style = count > 0 ? STYLE_TEXT : STYLE_DIM;

		upto += count;
		area_right(area, row, 0, LABEL_COLUMNS, style,
			   metrics_bound(histogram->bounds[i], histogram->unit, area.canvas->ascii).text);
		if (columns.bar > 0 && count > 0)
			chart_parts(area, row, columns.bar_at, columns.bar, &part, 1, most);
		area_right(area, row, columns.count_at, NUMBER_COLUMNS, style,
			   units_count((uint64_t)(count + 0.5)).text);
		if (columns.share_at >= 0)
			draw_share(area, row, columns.share_at, count / histogram->total);
		if (columns.upto_at >= 0)
			draw_share(area, row, columns.upto_at, upto / histogram->total);
		if (columns.marks_at >= 0)
			draw_marks(area, row, columns.marks_at, quantiles,
				   i ? histogram->bounds[i - 1] : -INFINITY, histogram->bounds[i]);
	}
}

void metrics_distribution_draw(const struct metrics_scene *scene, struct area area)
{
	const struct metrics_histogram *histogram = &scene->charts->histogram;
	struct metrics_heading heading = {.area = area, .rows = area.rows >= 12 ? 3 : area.rows >= 5};
	double quantiles[MARKS];
	bool is_exact;
	size_t first, end;
	int rows;

	if (!metrics_histogram_read(scene, GRID_COLUMNS)) {
		area_fit(area, 0, 0, area.columns, STYLE_DIM,
			 histogram->name ? "no value in this window" : "there is no histogram for this yet");
		return;
	}
	is_exact = read_quantiles(scene, quantiles);
	if (heading.rows) {
		say_facts(scene, &heading, quantiles, is_exact);
		area = metrics_heading_rest(&heading);
	}
	rows = area.rows > 3 ? area.rows - 1 : area.rows;
	metrics_histogram_rows(histogram, scene->charts->zoom, rows > 1 ? (size_t)rows : 1, &first, &end);
	draw_bars(histogram, area, quantiles, first, end);
}
