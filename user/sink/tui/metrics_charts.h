/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The right side of the Metrics tab. In: what is selected, the desk. Out: one of four charts, with what must
 * always be said beside it: unit, n, window, what is put together, and where loss touched it. The rule that
 * surprises: each chart reads the store when its second, its window or its subject is another one, and keeps
 * what it read; drawing again costs no read.
 */
#ifndef SINK_TUI_METRICS_CHARTS_H
#define SINK_TUI_METRICS_CHARTS_H

#include "sink/tui/desk.h"
#include "sink/tui/list.h"
#include "sink/tui/metrics_book.h"
#include "sink/tui/metrics_grid.h"
#include "sink/tui/metrics_threshold.h"

enum metrics_view { VIEW_PLOT, VIEW_HEAT, VIEW_STAGES, VIEW_DISTRIBUTION, METRICS_VIEWS };

/* What is drawn: all groups of a family that are shown, or one of them. */
struct metrics_subject {
	const struct metrics_family *family; /* NULL = nothing is selected */
	const struct metrics_group *groups;
	size_t groups_count;
	bool is_group;
};

struct metrics_scene {
	struct metrics_charts *charts;
	const struct desk *desk;
	const struct metrics_book *book;
	const struct metrics_filter *filter;
	struct metrics_subject subject;
	int64_t at_ms; /* a whole second of the axis */
};

#define METRICS_ZOOM_MAX 8
#define METRICS_ZOOM_MIN (-3) /* then the axis is logarithmic */
#define METRICS_LINES	 4

/* A plot, as it was read. */
struct metrics_plot {
	uint64_t key; /* of what it was read for; 0 = nothing */
	struct metrics_grid grid;
	size_t lines_count;
	struct {
		char name[40];
		double q; /* of a percentile; 0 = it is none */
		double now;
		bool is_empty; /* no value in the window */
		bool is_spare; /* drawn only where the line before it has no value */
	} lines[METRICS_LINES];
	int band_low, band_high; /* lines; -1 = there is none */
	bool is_rate, is_mean;	 /* of counters; of sum and count */
	bool is_low_bad;	 /* thresholds are from below */
	bool is_blind;		 /* loss cannot touch it */
	size_t rate_columns;
	double n; /* values behind the newest percentiles; NAN = means nothing here */
	char what[96];
	const char *span;		  /* of percentiles: "1m"; NULL = it has none */
	enum chart_unit unit, count_unit; /* of the values; of what a counter counts */
	const char *unit_name;
	double tiers[METRICS_TIERS]; /* thresholds: warning, critical, emergency; NAN = none */
	double *values;		     /* lines_count * grid.columns */
	size_t values_capacity;
};

#define METRICS_BOUNDS 48
/* Buckets of a histogram: of all groups together, those bounds that all of them have. */
struct metrics_histogram {
	uint64_t key;
	struct metrics_grid grid; /* row by bound, cumulative */
	const char *name;	  /* of the family; NULL = there is none */
	bool is_other;		  /* what is selected has no buckets: this stands in for it */
	bool is_cut;		  /* some groups had other bounds */
	size_t groups_count;
	const struct metrics_group *group; /* one of them */
	size_t bounds_count;
	double bounds[METRICS_BOUNDS]; /* upper ends, the last one is infinite */
	double counts[METRICS_BOUNDS]; /* in the window, by bucket */
	double total;		       /* NAN = no value at all */
	double sum;		       /* of the values */
	enum chart_unit unit;
	const char *unit_name;
};

struct metrics_loss {
	uint64_t key;
	struct metrics_grid grid;
	double total; /* in the window; NAN = 0 */
};

struct metrics_stages; /* metrics_stages.c */

struct metrics_charts {
	enum metrics_view view;
	int zoom; /* of the values: each step halves the upper end */
	struct metrics_plot plot;
	struct metrics_histogram histogram;
	struct metrics_loss loss;
	struct metrics_stages *stages;
	double *heat;
	size_t heat_capacity;
	int tabs_at[METRICS_VIEWS + 1]; /* columns of the first row, for clicks */
	int list_row, list_column;	/* of the canvas: where the stage table was drawn */
};

void metrics_charts_fini(struct metrics_charts *charts);
void metrics_charts_forget(struct metrics_charts *charts); /* the view is another one */
void metrics_charts_draw(const struct metrics_scene *scene, struct area area);
const char *metrics_view_name(enum metrics_view view);

/* The charts themselves: the whole area is theirs. */
void metrics_plot_draw(const struct metrics_scene *scene, struct area area);
void metrics_heat_draw(const struct metrics_scene *scene, struct area area);
void metrics_stages_draw(const struct metrics_scene *scene, struct area area);
void metrics_distribution_draw(const struct metrics_scene *scene, struct area area);

bool metrics_stages_act(struct metrics_charts *charts, enum action action);
bool metrics_stages_click(struct metrics_charts *charts, const struct screen_event *event);
void metrics_stages_free(struct metrics_stages *stages);

/* Lines of text above a chart: what does not fit into the row any more begins the next one, as long as there is
 * one. */
struct metrics_heading {
	struct area area;
	int row, column, rows; /* at most so many rows */
};
void metrics_heading_add(struct metrics_heading *heading, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "p95 1.23 s", or "p95 – (7 of 20)". */
void metrics_heading_quantile(struct metrics_heading *heading, enum style style, const char *name, double q,
			      double value, double n, enum chart_unit unit, bool ascii);
/* That events of the chart's window were lost, if any were. */
void metrics_heading_loss(struct metrics_heading *heading, const struct metrics_scene *scene, int64_t step_ms);
/* What a histogram is put together of, if it is. */
void metrics_heading_groups(struct metrics_heading *heading, const struct metrics_histogram *histogram);
/* What is below of it. */
struct area metrics_heading_rest(const struct metrics_heading *heading);

/* A key for what depends on subject, window, second and one more number. */
uint64_t metrics_scene_key(const struct metrics_scene *scene, uint64_t more);
/* True: the group belongs beside the subject, by its labels. */
bool metrics_is_beside(const struct metrics_scene *scene, const struct metrics_group *group);
/* Reads where events of the subject's processes were lost; columns as in the chart's own grid. False: nowhere.
 */
bool metrics_loss_read(const struct metrics_scene *scene, int64_t step_ms);
/* Marks those columns in one row of the area, below the plot that begins at `left`. */
void metrics_loss_draw(const struct metrics_scene *scene, struct area area, int row, int left);

/* At most that many columns of time. False: there is no histogram, or no value in it. */
bool metrics_histogram_read(const struct metrics_scene *scene, size_t columns_max);
/* As Prometheus' histogram_quantile: linear within a bucket; INFINITY: beyond the last bound that is a number.
 * NAN when there are too few values for it. */
double metrics_quantile(const double *bounds, const double *counts, size_t count, double q);
/* "1m", "5m": windows of which series tell percentiles exactly; NULL = the desk has another one. */
const char *metrics_exact_suffix(const struct desk *desk);
/* Rows that are worth showing: from the lowest to the highest bucket with a value, or as far as the zoom goes.
 */
void metrics_histogram_rows(const struct metrics_histogram *histogram, int zoom, size_t rows_max, size_t *first,
			    size_t *end);
/* Values that a percentile needs: 2 for p50, 10 for p90, 20 for p95, 100 for p99. */
unsigned metrics_needs(double q);
struct chart_text metrics_bound(double bound, enum chart_unit unit, bool ascii);
/* "5m" */
struct chart_text metrics_window_name(uint64_t window_ns);

#endif
