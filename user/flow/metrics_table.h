/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every metric there is: one row of one const table, read by what samples, by the man page and by whoever exports.
 * The rule that surprises: names with colons (tts:...) are answers over a sliding window, computed from single
 * values; a Prometheus server that scrapes us could only approximate them.
 */
#ifndef FLOW_METRICS_TABLE_H
#define FLOW_METRICS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* An upper bound, inclusive, as it is compared and as the label `le` tells it. */
struct metric_bound {
	uint64_t value; /* ns, millionths, bytes: as the values come */
	const char *le; /* base units */
};

struct metric_family {
	const char *name;
	enum metric_type type;
	const char *unit;   /* seconds, bytes, ratio, or "" = a count */
	const char *labels; /* names of its labels, by blanks; "" = none. A histogram's buckets have `le` besides */
	bool is_loss_blind; /* right even when events were lost */
	double quantile;    /* of a window; 0 = it is none */
	const struct metric_bound *bounds; /* histogram; +Inf is not among them */
	size_t bounds_count;
	const char *help;
};

#define METRIC_BOUNDS_MAX 16

/* Order is the order of listing. Windows: METRIC_WINDOW(which, span, stat). */
enum metric {
	METRIC_REQUESTS,
	METRIC_REQUEST_ERRORS,
	METRIC_REQUESTS_CANCELLED,
	METRIC_REQUESTS_INCOMPLETE,
	METRIC_REQUESTS_EMPTY,
	METRIC_AUDIO_SECONDS,
	METRIC_ONCPU_SECONDS,
	METRIC_RUNQUEUE_SECONDS,
	METRIC_BLOCKED_SECONDS,
	METRIC_PREEMPTED_SECONDS,
	METRIC_SPLIT_WALL_SECONDS,
	METRIC_REQUEST_DURATION, /* histograms: in the order of enum metric_window, then text and stages */
	METRIC_FIRST_AUDIO,
	METRIC_REALTIME_FACTOR,
	METRIC_QUEUE_WAIT,
	METRIC_TEXT_BYTES,
	METRIC_STAGE_DURATION,
	METRIC_IN_FLIGHT,
	METRIC_OLDEST_SECONDS,
	METRIC_QUEUE_DEPTH,
	METRIC_SUCCESS_RATIO_1M,
	METRIC_SUCCESS_RATIO_5M,
	METRIC_ERRORS_COUNT_1M,
	METRIC_ERRORS_COUNT_5M,
	METRIC_RUNQUEUE_SHARE_1M,
	METRIC_FIRST_AUDIO_SHARE_AVG_5M,
	METRIC_FIRST_AUDIO_SHARE_COUNT_5M,
	METRIC_STAGE_P50_1M,
	METRIC_STAGE_P95_1M,
	METRIC_STAGE_P99_1M,
	METRIC_STAGE_MAX_1M,
	METRIC_STAGE_COUNT_1M,
	METRIC_THRESHOLD,
	METRIC_UP,
	METRIC_CPU_RATIO,
	METRIC_RESIDENT_BYTES,
	METRIC_THREADS,
	METRIC_PROBE_HITS,
	METRIC_EVENTS_LOST,
	METRIC_LET_GO,
	METRIC_SELF_CPU_RATIO,
	METRIC_SELF_RESIDENT_BYTES,
	METRIC_SELF_SERIES,
	METRIC_SELF_SAMPLES,
	METRIC_SELF_STORE_BYTES,
	METRIC_SELF_OPEN_TRACES,
	METRIC_WINDOWS, /* the first of them */
	METRICS = METRIC_WINDOWS + 4 * 2 * 7,
};

enum metric_window {
	WINDOW_DURATION,
	WINDOW_FIRST_AUDIO,
	WINDOW_REALTIME_FACTOR,
	WINDOW_QUEUE_WAIT,
	METRIC_WINDOW_KINDS
};
enum metric_span { SPAN_1M, SPAN_5M, METRIC_WINDOW_SPANS };
enum metric_stat { STAT_P50, STAT_P90, STAT_P95, STAT_P99, STAT_MAX, STAT_AVG, STAT_COUNT, METRIC_WINDOW_STATS };
#define METRIC_WINDOW(which, span, stat)                                                                             \
	((enum metric)(METRIC_WINDOWS + ((int)(which)*METRIC_WINDOW_SPANS + (int)(span)) * METRIC_WINDOW_STATS +     \
		       (int)(stat)))

/* By enum metric; METRICS rows. */
const struct metric_family *metrics_family(enum metric metric);
/* NULL = no such metric. A histogram is found by its own name and by name_bucket, _sum, _count. */
const struct metric_family *metrics_find(const char *name);
uint32_t metrics_span_s(enum metric_span span);

/* Label values. "unknown", "other" or "none" for what is none. */
const char *metrics_lost_cause(uint32_t cause);
const char *metrics_let_go_kind(unsigned kind);
const char *metrics_role(unsigned role); /* enum role */
const char *metrics_severity(unsigned tier); /* enum tier */
/* The metrics that threshold files may name; NULL behind the last. */
const char *metrics_threshold_name(size_t index);

#endif
