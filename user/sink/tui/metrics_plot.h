/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two halves of the plot: one reads, one draws. */
#ifndef SINK_TUI_METRICS_PLOT_H
#define SINK_TUI_METRICS_PLOT_H

#include "sink/tui/metrics_charts.h"

/* Fills charts->plot for at most that many values per line, unless it is filled for this second. */
void metrics_plot_read(const struct metrics_scene *scene, size_t values_max);

#endif
