/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The const view that flow gives to sinks: everything that may be printed, and nothing that must be asked for.
 */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include "base/hist.h"
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
	uint64_t let_go_count;	      /* traces, spans or threads dropped by a limit of ours */
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

struct view {
	uint64_t now_ns; /* the last TICK, and nothing else */
	uint64_t started_at_ns; /* the first TICK or CLOCK */
	uint64_t clock_mono_ns; /* the last CLOCK */
	uint64_t clock_real_ns;
	uint64_t clock_boot_ns;
	uint32_t end_reason; /* TT_END_*, 0 while running */
	bool interval_due; /* on_tick: `interval` is complete, and is reset after this round */
	const struct process *processes;
	const struct probe *const *probes; /* by id of appearance */
	size_t probes_count;
	const struct tallies *tallies;
	const struct meter *meter;    /* of the whole run */
	const struct meter *interval; /* since the last interval report; NULL without --interval */
};

/* UTC ns of a monotonic instant, from the last CLOCK event. */
static inline uint64_t view_real_ns(const struct view *view, uint64_t mono_ns)
{
	return view->clock_real_ns + (mono_ns - view->clock_mono_ns);
}

#endif
