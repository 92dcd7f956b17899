// SPDX-License-Identifier: Apache-2.0
/*
 * The plot over time. In: what metrics_plot_read.c has read. Out: lines, the band between percentiles, the
 * threshold. The rule that surprises: zoomed out to the end the axis is logarithmic; zoomed in, what is higher
 * is cut at the edge.
 */
#include "sink/tui/metrics_plot.h"

#include <math.h>
#include <string.h>

#include "base/units.h"

#define LEGEND_COLUMNS 60 /* from here on it has the values too */

static const enum style line_styles[METRICS_LINES] = {STYLE_LINE_1, STYLE_LINE_2, STYLE_LINE_3, STYLE_LINE_3};

static bool is_drawn(const struct metrics_plot *plot, size_t line)
{
	return !plot->lines[line].is_empty && (!plot->lines[line].is_spare || plot->lines[line - 1].is_empty);
}

/* Of the lines that are drawn. NAN, NAN: there is nothing to draw. */
static void find_range(const struct metrics_plot *plot, double *least, double *greatest)
{
	*least = *greatest = NAN;
	for (size_t i = 0; i < plot->lines_count; i++)
		for (size_t c = 0; is_drawn(plot, i) && c < plot->grid.columns; c++) {
			double value = plot->values[i * plot->grid.columns + c];

			if (!isfinite(value))
				continue;
			if (!(value >= *least))
				*least = value;
			if (!(value <= *greatest))
				*greatest = value;
		}
}

/* The first that the values are not beyond yet, or the last that there is. */
static double threshold_of(const struct metrics_plot *plot, double least, double greatest)
{
	double threshold = NAN;

	for (int tier = 0; tier < METRICS_TIERS; tier++) {
		if (isnan(plot->tiers[tier]))
			continue;
		threshold = plot->tiers[tier];
		if (plot->is_low_bad ? !(least < threshold) : !(greatest > threshold))
			break;
	}
	return threshold;
}

static void set_axis(int zoom, double least, double greatest, struct chart_plot *chart)
{
	chart->low = least >= 0 && chart->unit != CHART_BYTES ? 0 : NAN;
	chart->high = NAN;
	if (zoom <= METRICS_ZOOM_MIN && greatest > 0) {
		chart->is_log = true;
		chart->low = NAN;
		return;
	}
	if (zoom == 0 || isnan(greatest) || greatest <= 0)
		return;
	chart->low = least >= 0 ? 0 : NAN;
	chart->high = ldexp(greatest, -zoom);
	/* a line that is far above would only squeeze what somebody zoomed into */
	if (chart->threshold > chart->high)
		chart->threshold = NAN;
}

static void say_axis(struct metrics_heading *heading, int zoom)
{
	if (zoom <= METRICS_ZOOM_MIN)
		metrics_heading_add(heading, STYLE_BOLD, "log axis");
	else if (zoom < 0)
		metrics_heading_add(heading, STYLE_BOLD, "axis x%d", 1 << -zoom);
	else if (zoom > 0)
		metrics_heading_add(heading, STYLE_BOLD, "axis 1/%d: higher is cut", 1 << zoom);
}

static void say_tiers(const struct metrics_plot *plot, struct metrics_heading *heading, bool ascii)
{
	for (int tier = 0; tier < METRICS_TIERS; tier++)
		if (!isnan(plot->tiers[tier]))
			metrics_heading_add(heading, metrics_tier_styles[tier], "%s %s",
					    metrics_tier_names[tier],
					    metrics_bound(plot->tiers[tier], plot->unit, ascii).text);
}

/* A narrow legend has no room for values; and none tells why a percentile is missing. */
static void say_lines(const struct metrics_plot *plot, struct metrics_heading *heading, bool ascii)
{
	bool has_legend = heading->area.columns >= LEGEND_COLUMNS;

	for (size_t i = 0; i < plot->lines_count; i++) {
		if (plot->lines[i].q > 0 && (!has_legend || isnan(plot->lines[i].now)))
			metrics_heading_quantile(heading, line_styles[i], plot->lines[i].name, plot->lines[i].q,
						 plot->lines[i].now, plot->n, plot->unit, ascii);
		else if (!has_legend && plot->lines_count > 1 && is_drawn(plot, i))
			metrics_heading_add(heading, line_styles[i], "%s %s", plot->lines[i].name,
					    chart_number(plot->lines[i].now, plot->unit, ascii).text);
	}
}

static void say_count(const struct metrics_plot *plot, struct metrics_heading *heading, const char *window,
		      bool ascii)
{
	if (isnan(plot->n))
		return;
	if (plot->is_rate && plot->count_unit != CHART_PLAIN)
		metrics_heading_add(heading, STYLE_TEXT, "%s in %s",
				    chart_number(plot->n, plot->count_unit, ascii).text, window);
	else
		metrics_heading_add(heading, STYLE_TEXT, "n %s in %s",
				    units_count((uint64_t)(plot->n + 0.5)).text,
				    plot->span ? plot->span : window);
}

static void say_facts(const struct metrics_scene *scene, struct metrics_heading *heading)
{
	const struct metrics_plot *plot = &scene->charts->plot;
	struct chart_text window = metrics_window_name(scene->desk->window_ns);

	say_count(plot, heading, window.text, heading->area.canvas->ascii);
	if (*plot->unit_name)
		metrics_heading_add(heading, STYLE_TEXT, "%s", plot->unit_name);
	if (isnan(plot->n) || plot->span) /* else n is said to be of it */
		metrics_heading_add(heading, STYLE_TEXT, "window %s", window.text);
	if (*plot->what)
		metrics_heading_add(heading, STYLE_DIM, "%s", plot->what);
	say_axis(heading, scene->charts->zoom);
}

static void draw_chart(const struct metrics_scene *scene, struct area area, double least, double greatest)
{
	struct metrics_plot *plot = &scene->charts->plot;
	struct chart_line lines[METRICS_LINES];
	struct chart_plot chart = {
		.lines = lines,
		.count = plot->grid.columns,
		.band_low = -1,
		.band_high = -1,
		.threshold = threshold_of(plot, least, greatest),
		.unit = plot->unit,
		.end_real_ns = (uint64_t)scene->at_ms * NS_PER_MS,
		.window_ns = (uint64_t)plot->grid.step_ms * plot->grid.columns * NS_PER_MS,
	};

	for (size_t i = 0; i < plot->lines_count; i++) {
		if (!is_drawn(plot, i))
			continue;
		if (plot->band_low >= 0 && i == (size_t)plot->band_low)
			chart.band_low = (int)chart.lines_count;
		if (plot->band_high >= 0 && i == (size_t)plot->band_high)
			chart.band_high = (int)chart.lines_count;
		lines[chart.lines_count++] = (struct chart_line){plot->values + i * plot->grid.columns,
								 line_styles[i], plot->lines[i].name};
	}
	set_axis(scene->charts->zoom, least, greatest, &chart);
	chart_plot(area, &chart);
}

void metrics_plot_draw(const struct metrics_scene *scene, struct area area)
{
	struct metrics_plot *plot = &scene->charts->plot;
	int rows = area.rows >= 12 ? 3 : area.rows >= 9 ? 2 : area.rows >= 6;
	struct metrics_heading heading = {.area = area, .rows = rows};
	double least, greatest;

	metrics_plot_read(scene, chart_plot_values(area));
	find_range(plot, &least, &greatest);
	if (rows) {
		say_facts(scene, &heading);
		say_lines(plot, &heading, area.canvas->ascii);
		say_tiers(plot, &heading, area.canvas->ascii);
		area = metrics_heading_rest(&heading);
	}
	if (area.rows >= 5 && !plot->is_blind && metrics_loss_read(scene, plot->grid.step_ms)) {
		metrics_loss_draw(scene, area, area.rows - 1, CHART_AXIS_COLUMNS);
		area = area_part(area, 0, 0, area.rows - 1, area.columns);
	}
	if (isnan(greatest))
		area_fit(area, area.rows / 2, 0, area.columns, STYLE_DIM, "no value in this window");
	else
		draw_chart(scene, area, least, greatest);
}
