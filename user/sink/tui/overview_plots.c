// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of one instance over the window. In: its series, an area. Out: as many plots as have room.
 * The rule that surprises: where there is no percentile, because there were too few requests, the greatest stands for
 * it.
 */
#include <math.h>
#include <string.h>

#include "sink/tui/overview.h"

#define PLOT_ROWS  7
#define LINES_MOST 3

struct plot_line {
	enum overview_line_kind kind;
	enum overview_metric metric;
	enum style style;
	const char *name;
};

/* The last line only when another one is missing. */
static void draw_plot(const struct overview_row *row, struct area area, const char *title, enum chart_unit unit,
		      const struct plot_line *wanted, size_t wanted_count)
{
	struct chart_line lines[LINES_MOST];
	struct chart_plot plot = {.lines = lines,
				  .band_low = -1,
				  .band_high = -1,
				  .threshold = NAN,
				  .low = 0,
				  .high = NAN,
				  .unit = unit,
				  .window_ns = row->desk.window_ns,
				  .end_real_ns = row->desk.at_axis_ns};

	for (size_t i = 0; i < wanted_count && plot.lines_count < LINES_MOST; i++) {
		struct overview_line *line = &row->instance->lines[wanted[i].kind];

		line_update(line, &row->desk, row->instance->series[wanted[i].metric],
			    wanted[i].kind == LINE_REQUESTS);
		plot.count = line->count;
		if (line->has_any)
			lines[plot.lines_count++] =
				(struct chart_line){line->values, wanted[i].style, wanted[i].name};
	}
	if (plot.lines_count)
		chart_plot(area_section(area, title), &plot);
}

static void plot_durations(const struct overview_row *row, struct area area)
{
	static const struct plot_line lines[] = {
		{LINE_DURATION_P50, METRIC_DURATION_P50, STYLE_LINE_1, "p50"},
		{LINE_DURATION_P95, METRIC_DURATION_P95, STYLE_LINE_2, "p95"},
		{LINE_DURATION_P99, METRIC_DURATION_P99, STYLE_LINE_3, "p99"},
		{LINE_DURATION_MAX, METRIC_DURATION_MAX, STYLE_LINE_3, "max"},
	};

	draw_plot(row, area, "duration", CHART_SECONDS, lines, 4);
}

static void plot_first_audio(const struct overview_row *row, struct area area)
{
	static const struct plot_line lines[] = {
		{LINE_AUDIO_P50, METRIC_AUDIO_P50, STYLE_LINE_1, "p50"},
		{LINE_AUDIO_P95, METRIC_AUDIO_P95, STYLE_LINE_2, "p95"},
		{LINE_AUDIO_MAX, METRIC_AUDIO_MAX, STYLE_LINE_3, "max"},
	};

	draw_plot(row, area, "first audio", CHART_SECONDS, lines, 3);
}

static void plot_requests(const struct overview_row *row, struct area area)
{
	static const struct plot_line line = {LINE_REQUESTS, METRIC_REQUESTS, STYLE_LINE_1, "requests"};

	draw_plot(row, area, "requests per second", CHART_PER_SECOND, &line, 1);
}

static void plot_flight(const struct overview_row *row, struct area area)
{
	static const struct plot_line lines[] = {
		{LINE_IN_FLIGHT, METRIC_IN_FLIGHT, STYLE_LINE_1, "in flight"},
		{LINE_QUEUE, METRIC_QUEUE, STYLE_LINE_2, "queued"},
	};

	draw_plot(row, area, "in flight and queue", CHART_PLAIN, lines, 2);
}

typedef void plot_one(const struct overview_row *row, struct area area);

static void draw_two(const struct overview_row *row, struct area area, plot_one *first, plot_one *second)
{
	int half = area.rows / 2;

	if (area.rows < PLOT_ROWS || area.columns < 30)
		return;
	if (area.rows < 2 * PLOT_ROWS) {
		first(row, area);
		return;
	}
	first(row, area_part(area, 0, 0, half, area.columns));
	second(row, area_part(area, half, 0, area.rows - half, area.columns));
}

void overview_draw_plots(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			 struct area area)
{
	struct overview_row row = {overview, overview_desk_of(instance, desk), instance};

	draw_two(&row, area, plot_durations, plot_first_audio);
}

void overview_draw_load(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			struct area area)
{
	struct overview_row row = {overview, overview_desk_of(instance, desk), instance};

	draw_two(&row, area, plot_requests, plot_flight);
}
