/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closed traces that are kept for whoever looks back.
 * In: traces as they close. Out: view.newest_trace and its elders, until --retention or --retention-bytes is reached.
 * The rule that surprises: a trace is copied into one piece of exactly its size, and its arena is freed as ever.
 * Taking the arena over was measured: half of it is room and bookkeeping, and fresh memory for the next trace's arena
 * cost twice the copy.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

#define MALLOC_BYTES 16 /* that the allocator keeps beside each piece, about */

struct held {
	struct held_trace shown; /* first: view.newest_trace points here */
	uint64_t bytes;
	struct held *newer;
	/* then: pointers to the spans, the spans, names that the target gave */
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
	free(held);
}

static uint64_t bytes_max(const struct flow *flow)
{
	return flow->options.traces.bytes ? flow->options.traces.bytes : RETENTION_TRACES_BYTES;
}

/* A captured name lies in its open span; every other string of a span stays until the run ends. */
static bool is_captured(const struct open_span *open, const char *text)
{
	return text == open->name_copy;
}

static size_t measure(const struct trace *trace)
{
	size_t bytes = sizeof(struct held) + trace->spans_count * (sizeof(struct span *) + sizeof(struct span));

	for (size_t i = 0; i < trace->spans_count; i++) {
		const struct open_span *open = (const struct open_span *)trace->spans[i];

		if (is_captured(open, open->span.stage) || is_captured(open, open->span.name_value))
			bytes += strlen(open->name_copy) + 1;
	}
	return bytes;
}

static void copy_span(struct span *to, const struct open_span *open, char **names)
{
	bool is_stage = is_captured(open, open->span.stage), is_value = is_captured(open, open->span.name_value);

	*to = open->span;
	if (!is_stage && !is_value)
		return;
	if (is_stage)
		to->stage = *names;
	if (is_value)
		to->name_value = *names;
	*names = stpcpy(*names, open->name_copy) + 1;
}

static struct held *copy_trace(const struct trace *trace, size_t bytes)
{
	struct held *held = malloc(bytes) ?: mem_new(bytes); /* all of it is written below */
	const struct span **pointers = (const struct span **)(held + 1);
	struct span *spans = (struct span *)(pointers + trace->spans_count);
	char *names = (char *)(spans + trace->spans_count);

	*held = (struct held){.shown.trace = *trace, .bytes = bytes + MALLOC_BYTES};
	for (size_t i = 0; i < trace->spans_count; i++) {
		copy_span(&spans[i], (const struct open_span *)trace->spans[i], &names);
		pointers[i] = &spans[i];
	}
	held->shown.trace.spans = pointers;
	held->shown.trace.root = pointers[0];
	held->shown.trace.next_open = NULL;
	return held;
}

void held_add(struct flow *flow, const struct trace *trace)
{
	size_t size = measure(trace);
	uint64_t bytes = size + MALLOC_BYTES;
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
	held = copy_trace(trace, size);
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
