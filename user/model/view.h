/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The const view that flow gives to sinks: everything that may be printed, and nothing that must be asked for.
 */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include "base/hist.h"
#include "model/alert.h"
#include "model/trace.h"

/* One probe in view. Law: enters = ended + no_end + open + each counted loss. */
struct probe {
	uint16_t id;
	const struct engine *engine;
	const struct engine_probe *spec;
	const char *label;
	const struct process *process;
	const char *symbol; /* raw bytes */
	const char *object;
	uint32_t leave_mode; /* TT_LEAVE_* */
	uint32_t traits;
	uint32_t cost_ns;
	uint64_t enters_count;	  /* ENTER records fed */
	uint64_t leaves_count;	  /* LEAVE records fed */
	uint64_t ended_count;	  /* calls that ended by their LEAVE (enter-only probes: at once) */
	uint64_t no_end_count;	  /* calls whose end never came */
	uint64_t open_count;	  /* calls open now */
	uint64_t unmatched_count; /* LEAVEs that found no call */
	uint64_t orphans_count;	  /* records without a request around them */
	uint64_t kernel_enters_count; /* by the kernel's own counter, shipped or not (last GAUGE) */
	uint64_t kernel_leaves_count;
	uint64_t lost_count[16];  /* by TT_LOST_* cause */
};

/* What a limit of ours may drop; ttsobs_let_go_total{kind}. One row in flow's table each. */
enum let_go {
	LET_GO_OPEN_TRACES,
	LET_GO_SPANS,
	LET_GO_THREADS,
	LET_GO_METER_ROWS,
	LET_GO_SERIES,	/* refused by the store */
	LET_GO_SAMPLES, /* of series, by --retention-bytes */
	LET_GO_WINDOW_VALUES, /* single values of a window, which then answers within 0.4 % instead of exactly */
	LET_GO_HELD_TRACES,   /* by --retention-bytes */
	LET_GO_ALERTS,	      /* over LIMIT_ALERTS */
	LET_GO_SILENCES,
	LET_GO_OTHER,
	LET_GO_KINDS,
};

/* Counts of everything, since the start of the run. */
struct tallies {
	uint64_t records_count;
	uint64_t malformed_count;
	uint64_t ticks_count;
	uint64_t spans_count;
	uint64_t traces_count;
	uint64_t traces_by_status[5];
	uint64_t incomplete_traces_count;
	uint64_t partial_traces_count;
	uint64_t open_traces_count;
	uint64_t orphans_count;
	uint64_t late_spans_count;
	uint64_t no_end_count;
	uint64_t unmatched_before_attach_count; /* the call was open when we attached */
	uint64_t unmatched_shared_count;	/* a followed tail target or a learned return address, reached otherwise */
	uint64_t unmatched_lost_count;		/* its ENTER was lost (sequence gap) */
	uint64_t unmatched_other_count;
	uint64_t sequence_gaps_count; /* records missing by the threads' own sequence numbers */
	uint64_t lost_count[16];      /* by TT_LOST_* cause */
	uint64_t control_count;		/* CONTROL and RESTORE records that did what they say */
	uint64_t control_refused_count; /* that named what is not there, or were no use */
	uint64_t rules_refused_count;	/* parts or sets of RULES that were dropped: the old rules stayed */
	uint64_t let_go_count;	      /* traces, spans or threads dropped by a limit of ours */
	uint64_t let_go[LET_GO_KINDS]; /* the same and more, by kind */
};

/* Distribution of one (engine label, stage); the request's row has is_request. */
struct meter_row {
	const char *engine;
	const char *stage;
	bool is_request;
	uint64_t count;
	uint64_t errors_count;	  /* status error; abandoned and no_end unless loss explains them */
	uint64_t cancelled_count;
	uint64_t incomplete_count; /* touched by loss; not in the percentiles below */
	struct hist wall_ns;
	uint64_t split_wall_ns; /* wall of spans that have a split: the shares' denominator */
	uint64_t oncpu_ns;
	uint64_t runq_ns;
	uint64_t blocked_ns;
	uint64_t preempted_ns;
	/* requests only */
	struct hist first_audio_ns;
	struct hist rtf_millionths;
	struct hist text_bytes;
	struct hist queue_wait_ns;
	uint64_t audio_ns;
	uint64_t audio_samples_count;
};

struct meter {
	uint64_t start_at_ns; /* first CLOCK or TICK of the span of time it covers */
	uint64_t end_at_ns;
	struct meter_row **rows; /* by first appearance */
	size_t rows_count;
};

/* A closed trace that is kept for whoever looks back (--retention, --retention-bytes). */
struct held_trace {
	struct trace trace;
	const struct held_trace *older, *newer;
};

struct store; /* rules/store.h: the windows; sinks only read it */

struct view {
	uint64_t now_ns; /* the last TICK, and nothing else */
	uint64_t started_at_ns; /* the first TICK or CLOCK */
	uint64_t clock_mono_ns; /* the last CLOCK */
	uint64_t clock_real_ns;
	uint64_t clock_boot_ns;
	uint64_t axis_mono_ns; /* the first CLOCK */
	uint64_t axis_real_ns;
	uint32_t end_reason; /* TT_END_*, 0 while running */
	bool interval_due; /* on_tick: `interval` is complete, and is reset after this round */
	const struct process *processes;
	const struct trace *open_traces; /* by ordinal, linked by next_open; only id, ordinal, process, engine and start_at_ns are final */
	const struct probe *const *probes; /* by id of appearance */
	size_t probes_count;
	const struct tallies *tallies;
	const struct meter *meter;    /* of the whole run */
	const struct meter *interval; /* since the last interval report; NULL without --interval */
	struct store *store;
	const struct held_trace *newest_trace;
	uint64_t held_traces_count;
	uint64_t held_traces_bytes;
	const struct rule_set *rules; /* in force; NULL = none */
	uint64_t rules_generation;    /* changes with `rules`, whose address may come again */
	const struct rule_status *rule_status; /* one per rule of `rules`, in order of groups and rules */
	size_t rule_status_count;
	const struct alert *alerts;	/* pending and firing */
	const struct alert *muted;	/* resolved by hand: nobody sees them until their condition was false once */
	const struct silence *silences; /* that have not ended */
	uint64_t state_generation;	/* changes with everything that must survive us: these lists and the acknowledgements */
};

/*
 * UTC ns of a monotonic instant on the axis of metrics, rules and alerts: UTC at the first CLOCK plus monotonic time since. It never
 * steps, so windows stay whole when somebody sets the clock.
 */
static inline uint64_t view_axis_ns(const struct view *view, uint64_t mono_ns)
{
	return view->axis_real_ns + (mono_ns - view->axis_mono_ns);
}

/* UTC ns of a monotonic instant, from the last CLOCK event. */
static inline uint64_t view_real_ns(const struct view *view, uint64_t mono_ns)
{
	return view->clock_real_ns + (mono_ns - view->clock_mono_ns);
}

#endif
