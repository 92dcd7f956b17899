/* SPDX-License-Identifier: Apache-2.0 */
/* What the two forms of the report share: which quantile may be shown, what counts as lost, the columns of a stage. */
#ifndef SINK_REPORT_H
#define SINK_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/units.h"
#include "model/view.h"
#include "sink/grid.h"
#include "sink/sinks.h"

/* A quantile of n values says something from n >= 1 / (1 - q): p50 from 2, p90 from 10, p95 from 20, p99 from 100. */
bool report_has_quantile(const struct hist *hist, unsigned permille);
struct units_text report_dash(const struct look *look);
struct units_text report_quantile(const struct hist *hist, unsigned permille,
				  struct units_text (*format)(uint64_t), const struct look *look);

/* Events per second; negative when the time covered is unknown. */
double report_rate(uint64_t count, const struct meter *meter);
uint64_t report_lost_count(const struct tallies *tallies, uint32_t cause);
uint64_t report_lost_events(const struct tallies *tallies);

bool report_is_of(const struct meter_row *row, const char *engine);
/* The engine of row i, or NULL when an earlier row has it too. */
const char *report_next_engine(const struct meter *meter, size_t i);

/* The table of an engine's stages, in two when one is too wide. */
void report_stages(struct buf *out, const struct meter *meter, const char *engine,
		   const struct look *look);
void report_json(struct buf *out, const struct view *view, const struct meter *meter);

#endif
