/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of numbers in cells. In: doubles (NAN = no value: a gap). Out: cells; with canvas->ascii an ASCII picture of
 * the same. Nothing here knows TTS. Values that are infinite are drawn at the edge.
 */
#ifndef SINK_TUI_CHART_H
#define SINK_TUI_CHART_H

#include "sink/tui/canvas.h"

/* One row of eighth blocks, right-aligned in time, from 0 (or the least value, if that is below). Anything above 0 is
 * higher than 0. More values than columns: each cell shows the greatest of its own. */
void chart_sparkline(struct area area, int row, int column, int columns, enum style style, const double *values,
		     size_t count);

/* A bar of `columns` cells whose parts are as long as their share; what is left of `total` stays empty. Each part has a
 * glyph of its own in ASCII and without colour. No part that is not 0 is without a cell while there is room. `total` 0
 * or NAN: the sum of the parts. */
struct chart_part {
	double value;
	enum style style;
	uint32_t glyph;
	char fallback;
};
void chart_parts(struct area area, int row, int column, int columns, const struct chart_part *parts, size_t count,
		 double total);

/* The rounding of that: how many of `columns` cells each value gets; what they leave is the rest of `total`. */
void chart_shares(const double *values, size_t count, double total, int columns, int *cells);

/* A gauge: value of [0, max] as a bar with a mark at `limit` (NAN = none): "[#####    |   ] 0.42". */
void chart_gauge(struct area area, int row, int column, int columns, enum style style, double value, double max,
		 double limit);

enum chart_unit { CHART_PLAIN, CHART_SECONDS, CHART_BYTES, CHART_RATIO, CHART_PER_SECOND };
/* A value as people read it, in at most 8 columns: 1.23 s, 12.3 ms, 4.5 MiB, 12 %; "–" (ascii "-") for NAN. */
struct chart_text {
	char text[24];
};
struct chart_text chart_number(double value, enum chart_unit unit, bool ascii);
/* 1.50 s becomes 1.5 s: for round numbers. */
void chart_text_trim(struct chart_text *text);

/* A plot over time in braille (ascii: * + .): axes with ticks, lines, a band between two of them, marks. */
struct chart_line {
	const double *values; /* `count` of them, oldest first */
	enum style style;
	const char *name; /* of the legend */
};
struct chart_plot {
	const struct chart_line *lines;
	size_t lines_count;
	size_t count;	     /* of values per line: make it 2 * columns of the plot for full resolution */
	int band_low, band_high; /* lines between which the band is; -1 = none */
	double threshold;    /* a level line; NAN = none */
	double low, high;    /* of the axis; NAN = by the values */
	bool is_log;
	enum chart_unit unit;
	uint64_t end_real_ns; /* of the last value (UTC), for the time axis */
	uint64_t window_ns;
};
#define CHART_AXIS_COLUMNS 9 /* that the labels of the values take, left of the plot */
/* How many values per line a plot in that area can show; at least 2, so that it can be divided by. */
size_t chart_plot_values(struct area area);
void chart_plot(struct area area, const struct chart_plot *plot);

/* Time (columns) x value (rows, from the least at the bottom): how many. Colour by log of the count. */
struct chart_heat {
	const double *counts; /* columns_count * rows_count: [column * rows_count + row] */
	size_t columns_count, rows_count;
	const char *const *row_labels; /* rows_count */
	uint64_t end_real_ns;
	uint64_t window_ns;
};
void chart_heat(struct area area, const struct chart_heat *heat);

/* How many columns of counts a heatmap in that area can show; at least 2. More are added up, fewer are stretched. */
size_t chart_heat_columns(struct area area);

#endif
