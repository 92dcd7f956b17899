/* SPDX-License-Identifier: Apache-2.0 */
/* What the threshold files say of a metric, by the series tts_threshold. */
#ifndef SINK_TUI_METRICS_THRESHOLD_H
#define SINK_TUI_METRICS_THRESHOLD_H

#include "sink/tui/metrics_book.h"

#define METRICS_TIERS 3 /* warning, critical, emergency */
extern const char *const metrics_tier_names[METRICS_TIERS];
extern const enum style metrics_tier_styles[METRICS_TIERS];

/* A success ratio is bad when it is low. */
bool metrics_is_low_bad(const struct metrics_family *family);

/* Strictest values of the threshold series that `takes` wants; NAN = none. */
void metrics_thresholds(const struct metrics_book *book, const struct metrics_family *family, int64_t at_ms,
			bool (*takes)(const void *arg, const struct metrics_group *group), const void *arg,
			double tiers[METRICS_TIERS]);
/* The highest tier whose threshold a group is beyond, each by its own thresholds; -1 = none. */
int metrics_worst_tier(const struct metrics_book *book, const struct metrics_family *family,
		       const struct metrics_group *groups, size_t groups_count, int64_t at_ms,
		       const char *suffix);

#endif
