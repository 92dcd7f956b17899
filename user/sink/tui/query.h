/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tabs ask the windows in memory (rules/store.h): values at an instant, lines over time, rates of counters.
 * Names and labels are flow's (man ttsobs-rules). NAN = there is no value, which is drawn as a gap or "–", never as 0.
 */
#ifndef SINK_TUI_QUERY_H
#define SINK_TUI_QUERY_H

#include "rules/expr.h"
#include "rules/store.h"
#include "sink/tui/desk.h"

struct query_label {
	const char *name, *value;
};
#define QUERY_LABELS 6

/* All series of the metric that have these labels, in order; valid until a series comes or goes, or the next call. */
size_t query_select(const struct desk *desk, const char *metric, const struct query_label *labels, size_t labels_count,
		    struct series *const **series);
/* Of the first that matches, at desk->at_axis_ns; NAN = none. */
double query_value(const struct desk *desk, const char *metric, const struct query_label *labels, size_t labels_count);
/* Per second, by counters over the last window_ns up to the instant, summed over all that match. Resets are no loss. */
double query_rate(const struct desk *desk, const char *metric, const struct query_label *labels, size_t labels_count,
		  uint64_t window_ns);
/* How much counters rose over the last window_ns, NAN = no series has two samples; and over how long that was seen: less
 * than the window when all of them began within it. */
struct query_increase {
	double increase;
	double seen_s;
};
struct query_increase query_increase(const struct desk *desk, struct series *const *series, size_t count,
				     uint64_t window_ns);

/* `count` values for equal steps of [at - window_ns, at]: the last sample of each step; NAN where there is none. */
void query_line(const struct desk *desk, const struct series *series, uint64_t window_ns, double *values, size_t count);
/* The same of a counter's rate per second in each step. */
void query_rate_line(const struct desk *desk, const struct series *series, uint64_t window_ns, double *values, size_t count);
/* How much a counter rose from one of its samples to a later one, over all between; one that began anew began at 0. */
double query_rise(const struct sample *first, const struct sample *last);
/* Adds b to a; NAN + x = x. */
void query_add(double *values, const double *more, size_t count);

#endif
