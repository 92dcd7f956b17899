/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans: opened at a call's ENTER, closed at its LEAVE or where its thread was last seen.
 * In: records, the engine file's reading of arguments. Out: struct span, said once when it closes.
 * The rule that surprises: the split is a difference of two cumulative sums, so nesting and recursion cost nothing; when
 * either end has no sums the span has no split at all, rather than a guess.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

static uint64_t next_span_id(struct flow *flow)
{
	uint64_t id;

	do {
		id = table_mix(flow->options.run_id + ++flow->span_ordinal);
	} while (id == 0);
	return id;
}

static struct open_span *make_span(struct flow *flow, struct trace_state *trace)
{
	struct open_span *open;

	if (trace && trace->spans_count >= LIMIT_SPANS_PER_TRACE) {
		trace->trace.spans_dropped_count++; /* from the trace's list only: it is told and measured as any other */
		let_go(flow, LET_GO_SPANS);
	}
	if (!trace || trace->spans_count >= LIMIT_SPANS_PER_TRACE) {
		open = mem_new(sizeof(*open));
		open->is_loose = true;
		return open;
	}
	open = arena_new(&trace->arena, sizeof(*open));
	mem_grow(&trace->spans, &trace->spans_capacity, trace->spans_count + 1, sizeof(*trace->spans));
	trace->spans[trace->spans_count++] = open;
	return open;
}

static void take_rate(struct probe *probe, const struct engine_arg *arg, uint64_t value)
{
	/* The process outlives the span, and only flow changes it: the const is for the sinks. */
	struct process_state *process = (struct process_state *)(uintptr_t)probe->process;
	struct rate *rate = names_rate(process, probe->engine);

	if (arg->unit == UNIT_HZ && value >= 1000 && value <= 1000000)
		rate->rate_hz = (uint32_t)value;
	if (arg->unit == UNIT_CHANNELS && value >= 1 && value <= 64)
		rate->channels = (uint32_t)value;
}

static void take_samples(struct open_span *open, struct probe *probe, const struct engine_arg *arg, uint64_t value)
{
	struct process_state *process = (struct process_state *)(uintptr_t)probe->process;
	const struct rate *rate = names_rate(process, probe->engine);
	uint64_t frame_bytes;
	bool is_signed = arg->type == ARG_S8 || arg->type == ARG_S16 || arg->type == ARG_S32 || arg->type == ARG_S64;

	if (is_signed && (int64_t)value < 0)
		return;
	if (arg->unit == UNIT_BYTES) {
		frame_bytes = (uint64_t)rate->channels *
			      (probe->engine->audio_sample_bytes ? probe->engine->audio_sample_bytes : 2);
		value /= frame_bytes;
	}
	open->span.has_samples = true;
	open->span.samples_count = value;
}

static void take_values(struct open_span *open, struct probe *probe, const __u64 *values, uint32_t flags,
			bool at_leave)
{
	const struct engine_probe *spec = probe->spec;
	struct span *span = &open->span;

	for (unsigned i = 0; i < spec->args_count; i++) {
		const struct engine_arg *arg = &spec->args[i];

		if (arg->slot < 0 || arg->slot >= TT_VALUES || arg->at_leave != at_leave)
			continue;
		if (flags & TT_F_VALUE_BAD(arg->slot))
			continue;
		if (span->attrs_count < SPAN_MAX_ATTRS)
			span->attrs[span->attrs_count++] =
				(struct span_attr){ arg->name, arg->type, arg->unit, values[arg->slot] };
		if (arg->unit == UNIT_HZ || arg->unit == UNIT_CHANNELS)
			take_rate(probe, arg, values[arg->slot]);
	}
	if (spec->samples_arg >= 0 && spec->args[spec->samples_arg].at_leave == at_leave) {
		const struct engine_arg *arg = &spec->args[spec->samples_arg];

		if (arg->slot >= 0 && arg->slot < TT_VALUES && !(flags & TT_F_VALUE_BAD(arg->slot)))
			take_samples(open, probe, arg, values[arg->slot]);
	}
}

static void take_enter(struct open_span *open, struct probe *probe, const struct tt_enter *record)
{
	const struct engine_probe *spec = probe->spec;
	struct span *span = &open->span;
	uint32_t flags = record->head.flags;

	take_values(open, probe, record->value, flags, false);
	if (spec->text_arg >= 0) {
		span->has_text = flags & TT_F_TEXT;
		span->text_unreadable = !span->has_text;
		span->text_cut = flags & TT_F_TEXT_CUT;
		span->text_bytes = span->has_text ? record->text_bytes : 0;
	}
	if (flags & TT_F_NAME) {
		const struct tt_enter_named *named = (const struct tt_enter_named *)record;
		size_t length = strnlen(named->name, sizeof(named->name));

		memcpy(open->name_copy, named->name, length);
		open->name_copy[length] = '\0';
		if (spec->stage_from_name && length) {
			span->stage = open->name_copy;
		} else if (!spec->stage_from_name && spec->name_arg >= 0) {
			span->name_attr = spec->args[spec->name_arg].name;
			span->name_value = open->name_copy;
		}
	}
	if (flags & (TT_F_NO_SUMS | TT_F_TORN)) {
		span->incomplete = true;
		if (open->trace)
			open->trace->trace.incomplete = true;
	}
}

struct open_span *spans_open(struct flow *flow, struct trace_state *trace, const struct open_span *parent,
			     struct thread_state *thread, struct probe *probe, const struct tt_enter *record)
{
	struct open_span *open = make_span(flow, trace);
	struct span *span;

	if (!parent && trace)
		parent = trace->root;
	span = &open->span;
	open->trace = trace;
	open->start_sums = record->sums;
	open->start_sums_valid = !(record->head.flags & (TT_F_NO_SUMS | TT_F_TORN));
	span->id = next_span_id(flow);
	open->ordinal = flow->span_ordinal;
	if (trace)
		memcpy(span->trace_id, trace->trace.id, sizeof(span->trace_id));
	if (parent) {
		span->parent_id = parent->span.id;
		span->depth = parent->span.depth + 1;
	}
	span->process = &thread->process->process;
	span->tid = thread->thread.tid;
	span->engine = probe->label;
	span->stage = probe->spec->stage ? probe->spec->stage : probe->spec->name;
	span->name = probe->symbol && probe->symbol[0] ? probe->symbol : probe->spec->name;
	span->role = probe->spec->role;
	span->kind = SPAN_CALL;
	span->start_at_ns = record->head.at_ns;
	take_enter(open, probe, record);
	return open;
}

void spans_take_leave(struct open_span *open, struct probe *probe, const struct tt_leave *record)
{
	open->span.has_return = true;
	spans_status(probe->spec, record->return_value, &open->span.return_value);
	take_values(open, probe, record->value, record->head.flags, true);
	if (record->head.flags & (TT_F_NO_SUMS | TT_F_TORN)) {
		open->span.incomplete = true;
		if (open->trace)
			open->trace->trace.incomplete = true;
	}
}

static void take_split(struct open_span *open, const struct tt_sums *end)
{
	const struct tt_sums *start = &open->start_sums;
	struct span *span = &open->span;

	if (!open->start_sums_valid || !end)
		return;
	if (end->oncpu_ns < start->oncpu_ns || end->runq_ns < start->runq_ns || end->blocked_ns < start->blocked_ns ||
	    end->preempted_ns < start->preempted_ns)
		return;
	span->oncpu_ns = end->oncpu_ns - start->oncpu_ns;
	span->runq_ns = end->runq_ns - start->runq_ns;
	span->blocked_ns = end->blocked_ns - start->blocked_ns;
	span->preempted_ns = end->preempted_ns - start->preempted_ns;
	span->voluntary_count = end->voluntary_count - start->voluntary_count;
	span->involuntary_count = end->involuntary_count - start->involuntary_count;
	span->has_split = span->oncpu_ns + span->runq_ns + span->blocked_ns + span->preempted_ns == span->wall_ns;
	if (!span->has_split)
		span->oncpu_ns = span->runq_ns = span->blocked_ns = span->preempted_ns = 0;
}

void spans_close(struct flow *flow, struct open_span *open, const struct thread_state *thread, const struct instant *end,
		 struct span *closed)
{
	struct span *span = &open->span;
	struct trace_state *trace = open->trace;

	span->wall_ns = end->at_ns > span->start_at_ns ? end->at_ns - span->start_at_ns : 0;
	take_split(open, end->sums);
	memcpy(span->comm, thread->thread.comm, sizeof(span->comm));
	if (trace && (open == trace->root || span->kind == SPAN_WORK) &&
	    span->start_at_ns + span->wall_ns > trace->trace.end_at_ns)
		trace->trace.end_at_ns = span->start_at_ns + span->wall_ns;
	flow->tallies.spans_count++;
	flow_say_span(flow, span);
	if (!trace || open != trace->root) {
		meter_span(flow, span);
		series_span(flow, span);
	}
	if (closed)
		*closed = *span;
	if (open->is_loose)
		free(open);
}

static int64_t narrow(enum arg_type type, uint64_t value)
{
	switch (type) {
	case ARG_U8:
		return (uint8_t)value;
	case ARG_S8:
		return (int8_t)value;
	case ARG_U16:
		return (uint16_t)value;
	case ARG_S16:
		return (int16_t)value;
	case ARG_U32:
		return (uint32_t)value;
	case ARG_S32:
		return (int32_t)value;
	default:
		return (int64_t)value;
	}
}

static bool is_among(const int64_t *codes, unsigned count, int64_t code)
{
	for (unsigned i = 0; i < count; i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* The engine file's return convention. *shown is the return value in the width of its type. */
enum span_status spans_status(const struct engine_probe *spec, uint64_t return_value, int64_t *shown)
{
	int64_t code = narrow(spec->return_type, return_value);

	*shown = code;
	if (!spec->returns_known)
		return STATUS_OK;
	if (spec->nonnull_ok)
		return code ? STATUS_OK : STATUS_ERROR;
	if (is_among(spec->ok, spec->ok_count, code))
		return STATUS_OK;
	if (is_among(spec->cancelled, spec->cancelled_count, code))
		return STATUS_CANCELLED;
	return spec->other_cancelled ? STATUS_CANCELLED : STATUS_ERROR;
}
