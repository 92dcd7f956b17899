/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a probed call means, by the role that the engine file gives it.
 * In: a call that begins or ends on a thread. Out: spans, hand-overs, work intervals, the trace's facts.
 * The rule that surprises: a request inside a request is a stage, and whatever has no request around it is an orphan,
 * never a trace of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

struct context {
	struct trace_state *trace; /* NULL: none */
	struct open_span *parent;
};

/* The innermost open call that belongs to a trace, else the thread's work interval, else none. */
static struct context find_context(const struct thread_state *thread)
{
	struct context context = { NULL, NULL };

	for (size_t i = thread->frames_count; i-- > 0;) {
		const struct frame *frame = &thread->frames[i];

		if (!frame->trace)
			continue;
		context.trace = frame->trace;
		context.parent = frame->span;
		if (context.parent)
			return context;
	}
	if (thread->work_trace && (!context.trace || context.trace == thread->work_trace)) {
		context.trace = thread->work_trace;
		context.parent = thread->work;
	}
	return context;
}

static const struct engine_arg *find_slot(const struct engine_probe *spec, int index)
{
	return index >= 0 && (unsigned)index < spec->args_count ? &spec->args[index] : NULL;
}

static bool ends_work_now(const struct engine_probe *spec, const struct tt_enter *record)
{
	const struct engine_arg *arg = find_slot(spec, spec->ends_arg);

	if (!spec->ends_work)
		return false;
	if (!arg)
		return true;
	if (arg->slot < 0 || arg->at_leave || (record->head.flags & TT_F_VALUE_BAD(arg->slot)))
		return false;
	return (int64_t)record->value[arg->slot] == spec->ends_value;
}

/*
 * Is the thread inside a call that may contain a dequeue? An audio callback never does; one that seems open here is one
 * whose end we did not see.
 */
static bool is_inside_call(const struct thread_state *thread)
{
	for (size_t i = 0; i < thread->frames_count; i++)
		if (thread->frames[i].probe->spec->role != ROLE_AUDIO)
			return true;
	return false;
}

/* In synchronous mode the call that submitted takes its own text: nothing waits. */
static void take_own_item(struct flow *flow, struct thread_state *thread)
{
	for (size_t i = thread->frames_count; i-- > 0;) {
		struct frame *frame = &thread->frames[i];

		if (!frame->item)
			continue;
		handover_drop(flow, frame->item); /* which makes frame->item NULL */
		return;
	}
}

static void begin_audio(struct thread_state *thread, struct trace_state *trace, const struct span *span,
			const struct engine *engine)
{
	struct trace *facts = &trace->trace;

	facts->audio_rate_hz = names_rate(thread->process, engine)->rate_hz;
	if (!span->has_samples || !span->samples_count)
		return;
	facts->audio_samples_count += span->samples_count;
	facts->audio_chunks_count++;
	if (!facts->has_first_audio || span->start_at_ns < facts->start_at_ns + facts->first_audio_ns) {
		facts->has_first_audio = true;
		facts->first_audio_ns = span->start_at_ns > facts->start_at_ns ? span->start_at_ns - facts->start_at_ns : 0;
	}
}

static void begin_mark(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct context *context,
		       const struct tt_enter *record)
{
	bool sums_valid = !(record->head.flags & (TT_F_NO_SUMS | TT_F_TORN));
	struct instant now = { record->head.at_ns, sums_valid ? &record->sums : NULL };

	traces_mark_end(flow, thread, &now);
	if (!context->trace)
		return;
	thread->mark = spans_open(flow, context->trace, context->parent, thread, probe, record);
	thread->mark->span.kind = SPAN_MARK;
	thread->mark_trace = context->trace;
	traces_hold(context->trace);
}

/* Cancel empties the queue at once; what a worker is doing ends when the cancelling call returns. */
static void begin_cancel(struct flow *flow, struct thread_state *thread, const struct probe *probe)
{
	struct queue *queue = names_queue(thread->process, probe);

	handover_cancel(flow, queue);
	for (struct thread_state *other = thread->process->threads; other; other = other->next)
		if (other->work_trace && other->work_queue == queue)
			other->work_cancelled = true;
}

static void end_cancel(struct flow *flow, struct thread_state *thread, const struct probe *probe, uint64_t at_ns)
{
	struct queue *queue = names_queue(thread->process, probe);
	struct instant end = { at_ns, NULL };

	for (struct thread_state *other = thread->process->threads; other; other = other->next)
		if (other->work_trace && other->work_queue == queue && other->work_cancelled &&
		    !is_inside_call(other))
			traces_work_end(flow, other, &end, STATUS_CANCELLED);
}

/* A probe without any leave site: the fact is all there is. */
static void enter_only(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct context *context,
		       const struct tt_enter *record)
{
	bool sums_valid = !(record->head.flags & (TT_F_NO_SUMS | TT_F_TORN));
	struct instant now = { record->head.at_ns, sums_valid ? &record->sums : NULL };
	struct open_span *span;

	probe->ended_count++;
	switch (probe->spec->role) {
	case ROLE_STAGE:
	case ROLE_MARK:
		begin_mark(flow, thread, probe, context, record);
		return;
	case ROLE_ERROR:
		if (context->trace)
			context->trace->saw_error = true;
		return;
	case ROLE_CANCEL:
		begin_cancel(flow, thread, probe);
		end_cancel(flow, thread, probe, record->head.at_ns);
		return;
	case ROLE_AUDIO:
		if (!context->trace)
			return;
		span = spans_open(flow, context->trace, context->parent, thread, probe, record);
		begin_audio(thread, context->trace, &span->span, probe->engine);
		spans_close(flow, span, thread, &(struct instant){ now.at_ns, NULL }, NULL);
		if (ends_work_now(probe->spec, record) && thread->work_trace && !is_inside_call(thread))
			traces_work_end(flow, thread, &now, STATUS_OK);
		return;
	case ROLE_REQUEST:
	case ROLE_ENQUEUE:
	case ROLE_DEQUEUE:
		return;
	}
}

static bool wants_frame(const struct probe *probe)
{
	enum role role = probe->spec->role;

	if (role == ROLE_MARK || role == ROLE_ERROR)
		return false;
	return probe->leave_mode != TT_LEAVE_NONE || role == ROLE_REQUEST;
}

/* Engines say the end of an item by an audio call without samples, and some say it once more. */
static bool is_silent_audio(const struct engine_probe *spec, const struct tt_enter *record)
{
	const struct engine_arg *arg = find_slot(spec, spec->samples_arg);

	return spec->role == ROLE_AUDIO && arg && arg->slot >= 0 && !arg->at_leave && !record->value[arg->slot];
}

static void count_orphan(struct flow *flow, struct probe *probe)
{
	flow->tallies.orphans_count++;
	probe->orphans_count++;
}

static void fill_frame(struct flow *flow, struct thread_state *thread, struct frame *frame, struct context context,
		       const struct tt_enter *record)
{
	const struct engine_probe *spec = frame->probe->spec;
	bool is_shown_orphan = spec->role == ROLE_STAGE || spec->role == ROLE_CANCEL || spec->role == ROLE_REQUEST;

	frame->trace = context.trace;
	if (context.trace)
		traces_hold(context.trace);
	if (context.trace || is_shown_orphan)
		frame->span = spans_open(flow, context.trace, context.parent, thread, frame->probe, record);
	frame->ends_work = ends_work_now(spec, record);
	frame->is_dequeue = spec->role == ROLE_DEQUEUE && thread->work_trace;
	frame->is_cancel = spec->role == ROLE_CANCEL;
	if (!context.trace)
		return;
	if (context.trace->root == NULL)
		context.trace->root = frame->span;
	if (spec->role == ROLE_AUDIO)
		begin_audio(thread, context.trace, &frame->span->span, frame->probe->engine);
	if ((spec->role == ROLE_REQUEST || spec->role == ROLE_ENQUEUE) && spec->link != LINK_NONE)
		frame->item = handover_put(flow, thread, frame, record);
}

void roles_enter(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct tt_enter *record)
{
	const struct engine_probe *spec = probe->spec;
	struct context context;
	struct frame *frame;

	if (spec->role == ROLE_DEQUEUE && !is_inside_call(thread)) {
		struct instant end = frames_last_instant(thread);

		frames_drop_calls(flow, thread, &end);
		traces_work_begin(flow, thread, probe, record);
	} else if (spec->role == ROLE_DEQUEUE)
		take_own_item(flow, thread);
	context = find_context(thread);
	if (spec->role == ROLE_REQUEST && !context.trace && probe->engine->priority >= thread->process->top_priority)
		context.trace = traces_open(flow, thread->process, probe, record->head.at_ns);
	if (spec->role == ROLE_AUDIO)
		names_queue(thread->process, probe)->active_at_ns = record->head.at_ns;
	if (!context.trace && !is_silent_audio(spec, record))
		count_orphan(flow, probe);
	if (!wants_frame(probe)) {
		enter_only(flow, thread, probe, &context, record);
		return;
	}
	if (spec->role == ROLE_CANCEL)
		begin_cancel(flow, thread, probe);
	frame = frames_push(flow, thread, probe, record);
	if (frame) {
		fill_frame(flow, thread, frame, context, record);
	} else if (context.trace) { /* a trace that was just opened goes again */
		traces_hold(context.trace);
		traces_release(flow, context.trace);
	}
}

/* The submitting call is over: did the engine take the item? */
static void end_submit(struct flow *flow, const struct frame *frame, bool has_failed, uint64_t at_ns)
{
	struct item *item = frame->item;

	if (has_failed) {
		handover_drop(flow, item);
		return;
	}
	item->left_at_ns = at_ns;
	item->thread = NULL;
}

static bool engine_ends_work(const struct engine *engine)
{
	for (unsigned i = 0; i < engine->probes_count; i++)
		if (engine->probes[i].ends_work)
			return true;
	return false;
}

void roles_leave(struct flow *flow, struct thread_state *thread, const struct frame *frame, const struct tt_leave *record,
		 const struct instant *end)
{
	const struct engine_probe *spec = frame->probe->spec;
	enum span_status status = STATUS_NO_END;
	int64_t shown = 0;
	struct span closed = { .wall_ns = 0 };

	if (record)
		status = spans_status(spec, record->return_value, &shown);
	if (thread->mark && frame->span && thread->mark->span.parent_id == frame->span->span.id)
		traces_mark_end(flow, thread, end);
	if (frame->span) {
		frame->span->span.status = status;
		if (record)
			spans_take_leave(frame->span, frame->probe, record);
		spans_close(flow, frame->span, thread, end, &closed);
	}
	if (frame->trace && spec->role == ROLE_AUDIO) {
		if (closed.has_split)
			frame->trace->audio_blocked_ns += closed.blocked_ns;
		if (status == STATUS_CANCELLED)
			frame->trace->saw_cancel = true;
		if (status == STATUS_ERROR)
			frame->trace->saw_error = true;
	}
	if (frame->item)
		end_submit(flow, frame, status == STATUS_ERROR || status == STATUS_CANCELLED, end->at_ns);
	if (frame->is_cancel)
		end_cancel(flow, thread, frame->probe, end->at_ns);
	if (thread->work_trace && !is_inside_call(thread) &&
	    (frame->ends_work || (frame->is_dequeue && !engine_ends_work(frame->probe->engine))))
		traces_work_end(flow, thread, end, status == STATUS_NO_END ? STATUS_NO_END :
							   frame->ends_work ? STATUS_OK : status);
	if (frame->trace)
		traces_release(flow, frame->trace);
}
