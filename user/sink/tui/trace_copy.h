/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One trace taken out of the view, so that it can be read on when the view has let it go or is another one.
 * Bounded: a trace has at most LIMIT_SPANS_PER_TRACE spans.
 */
#ifndef SINK_TUI_TRACE_COPY_H
#define SINK_TUI_TRACE_COPY_H

#include "base/mem.h"
#include "model/view.h"
#include "sink/tui/trace_facts.h"

struct trace_copy {
	struct trace trace; /* all that it points to is in the arena */
	struct process process;
	enum trace_outcome outcome;
	uint64_t start_real_ns; /* UTC by the last clock */
	uint64_t start_axis_ns; /* on the axis of metrics and alerts */
	struct arena arena;
};

struct trace_copy *trace_copy_new(const struct view *view, const struct trace *trace);
struct trace_copy *trace_copy_again(const struct trace_copy *copy);
void trace_copy_free(struct trace_copy *copy); /* NULL is allowed */
/* The held trace of that id; NULL = there is none (any more). Looks through all of them: for a key, not for a frame. */
const struct trace *trace_copy_find(const struct view *view, const uint8_t id[16]);

#endif
