// SPDX-License-Identifier: Apache-2.0
/*
 * In: a trace of the view. Out: one of our own.
 * The rule that surprises: none of its pointers leads back into the view.
 */
#include "sink/tui/trace_copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct copying {
	struct trace_copy *copy;
	struct table texts; /* by address: a thousand spans share a few names */
};

static const char *copy_text(struct copying *copying, const char *text)
{
	char *own;

	if (!text)
		return NULL;
	own = table_find(&copying->texts, (uintptr_t)text);
	if (own)
		return own;
	own = arena_string(&copying->copy->arena, text, strlen(text));
	table_put(&copying->texts, (uintptr_t)text, own);
	return own;
}

static void copy_span(struct copying *copying, struct span *to, const struct span *from)
{
	*to = *from;
	to->process = &copying->copy->process;
	to->engine = copy_text(copying, from->engine);
	to->stage = copy_text(copying, from->stage);
	to->name = copy_text(copying, from->name);
	to->name_attr = copy_text(copying, from->name_attr);
	to->name_value = copy_text(copying, from->name_value);
	for (unsigned i = 0; i < from->attrs_count; i++)
		to->attrs[i].name = copy_text(copying, from->attrs[i].name);
}

static struct trace_copy *copy_trace(const struct trace *trace)
{
	struct trace_copy *copy = mem_new(sizeof(*copy));
	struct copying copying = { .copy = copy };
	const struct span **list = arena_new(&copy->arena, (trace->spans_count + 1) * sizeof(*list));
	struct span *spans = arena_new(&copy->arena, (trace->spans_count + 1) * sizeof(*spans));

	copy->trace = *trace;
	if (trace->process)
		copy->process = *trace->process;
	copy->process.next = NULL;
	copy->trace.process = trace->process ? &copy->process : NULL;
	copy->trace.engine = copy_text(&copying, trace->engine);
	copy->trace.next_open = NULL;
	copy->trace.root = NULL;
	for (size_t i = 0; i < trace->spans_count; i++) {
		copy_span(&copying, &spans[i], trace->spans[i]);
		list[i] = &spans[i];
		if (trace->spans[i] == trace->root)
			copy->trace.root = &spans[i];
	}
	copy->trace.spans = list;
	table_fini(&copying.texts);
	return copy;
}

struct trace_copy *trace_copy_new(const struct view *view, const struct trace *trace)
{
	struct trace_copy *copy = copy_trace(trace);

	copy->outcome = facts_outcome(trace);
	copy->start_real_ns = view_real_ns(view, trace->start_at_ns);
	copy->start_axis_ns = view_axis_ns(view, trace->start_at_ns);
	return copy;
}

struct trace_copy *trace_copy_again(const struct trace_copy *from)
{
	struct trace_copy *copy = copy_trace(&from->trace);

	copy->outcome = from->outcome;
	copy->start_real_ns = from->start_real_ns;
	copy->start_axis_ns = from->start_axis_ns;
	return copy;
}

void trace_copy_free(struct trace_copy *copy)
{
	if (!copy)
		return;
	arena_fini(&copy->arena);
	free(copy);
}

const struct trace *trace_copy_find(const struct view *view, const uint8_t id[16])
{
	for (const struct held_trace *held = view->newest_trace; held; held = held->older)
		if (!memcmp(held->trace.id, id, sizeof(held->trace.id)))
			return &held->trace;
	return NULL;
}
