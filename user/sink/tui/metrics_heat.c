// SPDX-License-Identifier: Apache-2.0
/*
 * The heatmap. In: the buckets over time. Out: a cell per step of time and bucket, from few to many.
 * The rule that surprises: buckets above and below what is shown are not forgotten: how many values they have
 * is said.
 */
#include <math.h>
#include <stdio.h>

#include "base/units.h"
#include "sink/tui/metrics_charts.h"

#define AXIS_ROWS 2 /* time and legend, of the chart */

static void say_facts(const struct metrics_scene *scene, struct metrics_heading *heading)
{
	const struct metrics_histogram *histogram = &scene->charts->histogram;

	if (histogram->is_other)
		metrics_heading_add(heading, STYLE_BOLD, "of %s", histogram->name);
	metrics_heading_add(heading, STYLE_TEXT, "n %s in %s",
			    units_count((uint64_t)(histogram->total + 0.5)).text,
			    metrics_window_name(scene->desk->window_ns).text);
	metrics_heading_add(heading, STYLE_TEXT, "%s", histogram->unit_name);
	metrics_heading_add(heading, STYLE_DIM, "%lld s a column", (long long)histogram->grid.step_ms / 1000);
	metrics_heading_groups(heading, histogram);
}

/* What lies outside of the rows. */
static void say_rest(const struct metrics_histogram *histogram, struct metrics_heading *heading, size_t first,
		     size_t end, bool ascii)
{
	double below = 0, above = 0;

	for (size_t i = 0; i < first; i++)
		below += histogram->counts[i];
	for (size_t i = end; i < histogram->bounds_count; i++)
		above += histogram->counts[i];
	if (above > 0)
		metrics_heading_add(heading, STYLE_WARNING, "%.0f above %s", above,
				    metrics_bound(histogram->bounds[end - 1], histogram->unit, ascii).text);
	if (below > 0)
		metrics_heading_add(heading, STYLE_DIM, "%.0f up to %s", below,
				    metrics_bound(histogram->bounds[first - 1], histogram->unit, ascii).text);
}

/* Of one column and bucket; NAN where nothing is known. */
static double count_at(const struct metrics_grid *grid, size_t column, size_t bound)
{
	double upto = metrics_grid_row(grid, bound)[column];
	double before = bound ? metrics_grid_row(grid, bound - 1)[column] : 0;

	if (isnan(upto))
		return NAN;
	return upto > before ? upto - before : 0;
}

static void draw_heat(const struct metrics_scene *scene, struct area area, size_t first, size_t end)
{
	struct metrics_charts *charts = scene->charts;
	const struct metrics_histogram *histogram = &charts->histogram;
	const struct metrics_grid *grid = &histogram->grid;
	struct chart_text texts[METRICS_BOUNDS];
	const char *labels[METRICS_BOUNDS];
	size_t rows = end - first;
	struct chart_heat heat = {
		.columns_count = grid->columns,
		.rows_count = rows,
		.row_labels = labels,
		.end_real_ns = (uint64_t)scene->at_ms * NS_PER_MS,
		.window_ns = (uint64_t)grid->step_ms * grid->columns * NS_PER_MS,
	};

	mem_grow(&charts->heat, &charts->heat_capacity, grid->columns * rows, sizeof(*charts->heat));
	for (size_t column = 0; column < grid->columns; column++)
		for (size_t i = 0; i < rows; i++)
			charts->heat[column * rows + i] = count_at(grid, column, first + i);
	for (size_t i = 0; i < rows; i++) {
		snprintf(texts[i].text, sizeof(texts[i].text), "%s%.16s", area.canvas->ascii ? "<=" : "≤",
			 metrics_bound(histogram->bounds[first + i], histogram->unit, area.canvas->ascii).text);
		labels[i] = texts[i].text;
	}
	heat.counts = charts->heat;
	chart_heat(area, &heat);
}

void metrics_heat_draw(const struct metrics_scene *scene, struct area area)
{
	const struct metrics_histogram *histogram = &scene->charts->histogram;
	struct metrics_heading heading = {.area = area, .rows = area.rows >= 12 ? 3 : area.rows >= 5};
	size_t columns = chart_heat_columns(area), first, end;
	int rows;

	if (!metrics_histogram_read(scene, columns)) {
		area_fit(area, 0, 0, area.columns, STYLE_DIM,
			 histogram->name ? "no value in this window" : "there is no histogram for this yet");
		return;
	}
	rows = area.rows - heading.rows - AXIS_ROWS;
	metrics_histogram_rows(histogram, scene->charts->zoom, rows > 1 ? (size_t)rows : 1, &first, &end);
	if (heading.rows) {
		say_facts(scene, &heading);
		say_rest(histogram, &heading, first, end, area.canvas->ascii);
		area = metrics_heading_rest(&heading);
	}
	if (area.rows >= 5 && metrics_loss_read(scene, histogram->grid.step_ms)) {
		metrics_loss_draw(scene, area, area.rows - 1, area.columns - (int)columns);
		area = area_part(area, 0, 0, area.rows - 1, area.columns);
	}
	draw_heat(scene, area, first, end);
}
