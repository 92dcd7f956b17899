/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is usual for an engine of a process: medians of requests and of their stages, and how a request is spent on the
 * average, to compare one trace with.
 * In: the windows in memory as they stood when the trace ended; where these are silent, the distributions of the run.
 * NAN = nobody knows.
 */
#ifndef SINK_TUI_TRACE_USUAL_H
#define SINK_TUI_TRACE_USUAL_H

#include "sink/tui/desk.h"

#define USUAL_STAGES 64

struct trace_usual {
	double duration_s;
	double rtf;
	double queue_wait_s;					/* means of one request */
	double oncpu_s, runq_s, blocked_s, preempted_s;		/* of its worker */
	struct usual_stage {
		const char *stage; /* of the trace: valid as long as that is */
		double wall_s;	   /* of one span */
	} stages[USUAL_STAGES];
	size_t stages_count;
};

struct trace_usual trace_usual_of(const struct desk *desk, const struct trace *trace);
double trace_usual_stage_s(const struct trace_usual *usual, const char *stage);
/* p95 of the duration of requests, in seconds: what one in flight is held against. */
double trace_usual_longest_s(const struct desk *desk, const char *engine, const struct process *process);

#endif
