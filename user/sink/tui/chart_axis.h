/* SPDX-License-Identifier: Apache-2.0 */
/* What plots and heatmaps share: a scale of values, and axes whose labels never overlap. Private to chart*.c. */
#ifndef SINK_TUI_CHART_AXIS_H
#define SINK_TUI_CHART_AXIS_H

#include "sink/tui/chart.h"

#define CHART_TICKS_MAX 64

struct chart_scale {
	double low, high; /* finite, low < high; above 0 when is_log */
	bool is_log;
	double ticks[CHART_TICKS_MAX]; /* ascending */
	size_t ticks_count;
};

/* What is known of the values that are finite. least > greatest = nothing. */
struct chart_extent {
	double least, greatest;
	double least_positive; /* INFINITY = none */
};
void chart_extent_init(struct chart_extent *extent);
void chart_extent_add(struct chart_extent *extent, const double *values, size_t count);

/* low, high: NAN = by the extent. */
void chart_scale_init(struct chart_scale *scale, const struct chart_extent *extent, double low, double high,
		      bool is_log, enum chart_unit unit, int rows);
/* 0 at low, 1 at high; beyond them and infinite: 0 or 1. Not for NAN. */
double chart_scale_ratio(const struct chart_scale *scale, double value);
/* Of 0 .. steps-1, from the top. */
int chart_scale_row(const struct chart_scale *scale, double value, int steps);

/* How an area is divided: [legend row] [axis | body] [line] [time labels]. */
struct chart_layout {
	struct area body;
	int axis_columns; /* 0 = no axis of values */
	int legend_rows, time_rows;
};
struct chart_layout chart_layout(struct area area, bool has_legend, bool has_time);

/* A label of the value axis, right-aligned before the axis. */
void chart_axis_label(struct area area, const struct chart_layout *layout, int body_row, enum style style,
		      const char *text);
void chart_axis_line(struct area area, const struct chart_layout *layout);
void chart_axis_time(struct area area, const struct chart_layout *layout, uint64_t end_real_ns, uint64_t window_ns);

/* Says in the middle that there is no data. */
void chart_nothing(struct area body);

/* Columns that any bytes take when area_text puts them out. */
int chart_text_columns(const char *text);

#endif
