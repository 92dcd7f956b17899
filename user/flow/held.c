/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closed traces that are kept for whoever looks back.
 * In: traces as they close. Out: view.newest_trace and its elders, until --retention or --retention-bytes is reached.
 * The rule that surprises: nothing is copied. The trace's arena is taken over with all that points into it, and what is
 * counted is all of it, the room that the arena has left included.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

#define MALLOC_BYTES 16 /* that the allocator keeps beside each piece, about */

struct held {
	struct held_trace shown; /* first: view.newest_trace points here */
	struct arena arena;
	uint64_t bytes;
	struct held *newer;
};

static void let_go_oldest(struct flow *flow)
{
	struct held *held = flow->oldest_held;
	struct view *view = &flow->view;

	flow->oldest_held = held->newer;
	if (held->newer) {
		held->newer->shown.older = NULL;
	} else {
		flow->newest_held = NULL;
		view->newest_trace = NULL;
	}
	view->held_traces_count--;
	view->held_traces_bytes -= held->bytes;
	arena_fini(&held->arena);
	free(held);
}

static uint64_t bytes_max(const struct flow *flow)
{
	return flow->options.traces.bytes ? flow->options.traces.bytes : RETENTION_BYTES;
}

void held_add(struct flow *flow, struct trace_state *trace)
{
	uint64_t bytes = sizeof(struct held) + trace->arena.used_bytes + 2 * MALLOC_BYTES;
	struct view *view = &flow->view;
	struct held *held;

	while (flow->oldest_held && view->held_traces_bytes + bytes > bytes_max(flow)) {
		let_go_oldest(flow);
		flow->tallies.let_go[LET_GO_HELD_TRACES]++;
	}
	if (bytes > bytes_max(flow)) {
		flow->tallies.let_go[LET_GO_HELD_TRACES]++;
		return;
	}
	held = mem_new(sizeof(*held));
	held->shown.trace = trace->trace;
	held->shown.trace.next_open = NULL;
	held->arena = trace->arena;
	held->bytes = bytes;
	memset(&trace->arena, 0, sizeof(trace->arena));
	if (flow->newest_held) {
		held->shown.older = &flow->newest_held->shown;
		flow->newest_held->shown.newer = &held->shown;
		flow->newest_held->newer = held;
	} else {
		flow->oldest_held = held;
	}
	flow->newest_held = held;
	view->newest_trace = &held->shown;
	view->held_traces_count++;
	view->held_traces_bytes += bytes;
}

void held_tick(struct flow *flow)
{
	uint64_t age_ns = flow->options.traces.age_ns ? flow->options.traces.age_ns : RETENTION_NS;

	while (flow->oldest_held && flow->view.now_ns > flow->oldest_held->shown.trace.end_at_ns &&
	       flow->view.now_ns - flow->oldest_held->shown.trace.end_at_ns > age_ns)
		let_go_oldest(flow);
}

void held_free(struct flow *flow)
{
	while (flow->oldest_held)
		let_go_oldest(flow);
}
