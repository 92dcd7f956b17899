/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows whose values are sampled into view.store. Private to user/flow/{series*,windows,exemplars}.c.
 *
 * A process has rows: its own, one per engine with requests (an instance), one per (engine, stage), one per probe
 * name. They go when the process or its image goes: the next sample is their last. A row makes its label sets once
 * and keeps the series. The rule that surprises: a place in a row's `slots` belongs to whatever is put there in
 * order, so each sampling must put the same things in the same order, absent ones included.
 */
#ifndef FLOW_SERIES_H
#define FLOW_SERIES_H

#include "base/window.h"
#include "flow/metrics_table.h"
#include "flow/state.h"
#include "rules/store.h"

#define ROW_LABELS     4
#define EXTRA_LABELS   2
#define SERIES_SAMPLED (LIMIT_SERIES - LIMIT_SERIES / 5) /* the rest is for what rules record */
#define GAUGE_STALE_NS (15 * 1000000000ull) /* an older sample of /proc tells nothing any more */

struct slot {
	struct series *series; /* NULL: never put, absent now, or refused */
	bool is_refused;
};

struct series_row {
	struct label labels[ROW_LABELS]; /* in any order; NULL or empty values count as absent */
	size_t labels_count;
	struct slot *slots;
	size_t slots_count;
};

/* A distribution since the run began, as a classic histogram; and its windows. Values in ns, millionths or bytes. */
struct distribution {
	uint64_t count;
	uint64_t sum; /* saturates */
	uint64_t
		buckets[METRIC_BOUNDS_MAX]; /* by bound of its family, each on its own; the last: above all of them */
	struct window windows[METRIC_WINDOW_SPANS];
};

struct split {
	uint64_t wall_ns, oncpu_ns, runq_ns, blocked_ns, preempted_ns;
};

struct stage_row {
	struct series_row row;
	struct process_series *process;
	char *engine, *stage; /* as labels: clean */
	char *engine_raw, *stage_raw;
	uint64_t key;
	struct stage_row *next_of_key;
	bool is_used; /* reserved by a PROBE until then */
	struct split split;
	struct distribution wall; /* one window: 1m */
	struct stage_row *next;
};

struct probe_row {
	struct series_row row;
	char *engine, *name;
	const struct probe **probes; /* of that name: one per object and attach */
	size_t probes_count, probes_capacity;
	uint64_t told_count; /* never sinks */
	struct probe_row *next;
};

enum exemplar {
	EXEMPLAR_SLOWEST,
	EXEMPLAR_FIRST_AUDIO,
	EXEMPLAR_REALTIME_FACTOR,
	EXEMPLAR_RUNQUEUE,
	EXEMPLAR_FAILED,
	EXEMPLAR_EMPTY,
	EXEMPLAR_INCOMPLETE,
	EXEMPLAR_KINDS,
	EXEMPLAR_OLDEST = EXEMPLAR_KINDS, /* in flight: found when asked for */
};
#define EXEMPLAR_MINUTES 6
struct exemplars {
	uint64_t minute; /* of the axis, of slot minute % EXEMPLAR_MINUTES */
	struct {
		bool is_set;
		uint64_t worth; /* the greatest stays */
		uint8_t trace_id[16];
	} best[EXEMPLAR_MINUTES][EXEMPLAR_KINDS];
};

/* One engine in one process: what its requests are. */
struct instance {
	struct series_row row;
	struct series_row thresholds;
	uint64_t thresholds_generation;
	struct process_series *process;
	const struct engine *engine;
	char *label, *label_raw;
	uint64_t requests_count, errors_count, cancelled_count, incomplete_count, empty_count, audio_ns;
	struct distribution duration_ns, first_audio_ns, rtf_millionths, queue_wait_ns, text_bytes;
	struct window_sums outcomes[METRIC_WINDOW_SPANS]; /* requests, of those errors */
	struct window_sums starved;			  /* run queue + pre-empted, wall */
	struct window_sums share;			  /* first audio by duration in millionths, how many */
	struct stage_row *worker;			  /* stage "request" */
	struct exemplars exemplars;
	struct trace_state *oldest_open, *newest_open;
	uint64_t in_flight_count;
	struct instance *next;
};

struct cpu_gauge {
	uint64_t at_ns, cpu_ns;
	bool has_ratio;
	double ratio;
};

struct process_series {
	struct series_row row;
	struct process_state *process;
	char *service;
	char pid[12];
	uint64_t lost_count[16];
	struct cpu_gauge cpu;
	uint64_t resident_bytes, threads_count;
	uint64_t resident_at_ns, threads_at_ns; /* 0 = never */
	struct instance *instances, *instances_tail;
	struct stage_row *stages, *stages_tail;
	size_t stages_count;
	struct probe_row *probes, *probes_tail;
	bool has_new_probes;
	struct process_series *prev, *next;
};

struct series_book {
	struct process_series *processes, *processes_tail; /* in view, by first sight */
	struct process_series *leaving;			   /* gone since the last sample */
	struct table stage_by_key;
	size_t rows_count;
	struct window_budget budget;
	uint64_t second; /* of the last sample, on the axis */
	bool has_second;
	uint64_t expire_second;
	bool has_room;	       /* the last new series was taken, or some have gone since */
	uint64_t refused_count; /* series that the store was not even asked for */
	uint64_t lost_count[16]; /* of no process */
	struct cpu_gauge self_cpu;
	uint64_t self_resident_bytes, self_resident_at_ns;
	struct series_row self;
};

/* series_rows.c */
struct instance *instance_get(struct flow *flow, struct process_series *process, const struct engine *engine,
			      const char *label); /* NULL over the limit */
struct stage_row *stage_get(struct flow *flow, struct process_series *process, const char *engine,
			    const char *stage); /* NULL ... */
void rows_free_process(struct series_book *book, struct process_series *process);

/* windows.c */
void distribution_add(struct distribution *distribution, enum metric metric, uint64_t second, uint64_t value);
void distribution_init(struct distribution *distribution, struct window_budget *budget, unsigned windows_count);
void distribution_fini(struct distribution *distribution);

/* exemplars.c */
void exemplars_note(struct instance *instance, uint64_t second, const struct trace *trace);

/* series_put.c: one value of a row into the store. */
struct putter {
	struct flow *flow;
	int64_t at_ms;
	struct series_row *row;
	size_t place;
	bool is_last; /* the row ends with this sample */
};
void put_begin(struct putter *putter, struct series_row *row);
/* `suffix` behind the family's name; `extra`: labels that the row does not have. !is_there: the series ends until it
 * is again. */
void put_with(struct putter *putter, enum metric metric, const char *suffix, const struct label *extra,
	      size_t extra_count, bool is_there, double value);
void put(struct putter *putter, enum metric metric, double value);
void put_if(struct putter *putter, enum metric metric, bool is_there, double value);
void put_distribution(struct putter *putter, enum metric metric, const struct distribution *distribution);
void row_fini(struct series_row *row);

#endif
