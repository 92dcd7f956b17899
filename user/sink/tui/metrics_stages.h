/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two halves of the stage table: one reads, one draws. */
#ifndef SINK_TUI_METRICS_STAGES_H
#define SINK_TUI_METRICS_STAGES_H

#include "sink/tui/metrics_charts.h"

#define STAGES_MAX    64
#define STAGE_SPLITS  4 /* on-CPU, run queue, blocked, pre-empted */
#define STAGE_BUCKETS 24

/* One stage of one engine, of all processes together. */
struct metrics_stage {
	uint64_t id;
	const char *engine, *stage; /* the store's own */
	double count;		    /* spans in the window; NAN = not known */
	double wall_s;		    /* of those that have a split */
	double splits_s[STAGE_SPLITS];
	double p50_s, p95_s, p99_s, max_s;
	/* by series of this very window, where one tells them exactly; else by buckets */
	bool is_exact;
	size_t groups_count;
	const struct series *exact[4]; /* p50, p95, p99, max; of the one group that there is */
	double bounds[STAGE_BUCKETS];
	size_t bounds_count;
	size_t bound_groups[STAGE_BUCKETS]; /* how many groups have that bound ... */
	size_t bucket_groups_count; /* ... of so many that have buckets: only common ones can be added up */
};

struct metrics_stages {
	uint64_t key;
	struct metrics_grid grid; /* STAGE_ROWS rows per stage */
	struct metrics_stage stages[STAGES_MAX];
	size_t count;
	size_t left_out_count; /* beyond the limit */
	double seconds;	       /* of the window, as far as it is known */
	uint64_t window_ns;
	struct list list;
	struct list_column columns[9];
	size_t order[STAGES_MAX];
};

void metrics_stages_read(const struct metrics_scene *scene);
/* Of all time of the spans that have a split; NAN = not known. */
double metrics_stage_share(const struct metrics_stage *stage, int split);

#endif
