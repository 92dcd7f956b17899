/* SPDX-License-Identifier: Apache-2.0 */
/* What the list says of a family or group. In: its series. Out: one number, what it is, and of how many values.
 */
#ifndef SINK_TUI_METRICS_VALUES_H
#define SINK_TUI_METRICS_VALUES_H

#include "sink/tui/metrics_book.h"

struct metrics_value {
	double value;	  /* NAN = there is none now */
	double n;	  /* values behind it; NAN = that means nothing here */
	const char *stat; /* "p95", "mean", "sum", "max"; "" = the value itself */
};
#define METRICS_VALUE_S 60 /* rates and means are of the last minute */

/* Of all the groups together. `suffix` is that of percentiles: "1m", "5m". */
struct metrics_value metrics_value(const struct metrics_family *family, const struct metrics_group *groups,
				   size_t groups_count, int64_t at_ms, const char *suffix);
/* True: values of several series of it may be added up. */
bool metrics_adds_up(const struct metrics_family *family);
/* Of one group: p95_5m, or p95_1m of what has only that; NAN = none now. */
double metrics_stat_at(const struct metrics_family *family, const struct metrics_group *group, int64_t at_ms,
		       const char *stat, const char *suffix);
/* True: the family has series tts:x:STAT_1m or STAT_5m. */
bool metrics_has_stat(const struct metrics_family *family, const struct metrics_group *groups,
		      size_t groups_count, const char *stat);

#endif
