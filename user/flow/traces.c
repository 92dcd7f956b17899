/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces: one utterance each, from the request's ENTER to the end of the last thing that belongs to it.
 * In: what frames, roles and handover hold and release. Out: struct trace, said once when nothing holds it any more.
 * The rule that surprises: no timer closes a trace. It closes in the feed when open calls + untaken hand-overs + work
 * intervals reach 0; TICK only gives up on hand-overs that nobody will take.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

static void make_trace_id(uint8_t id[16], uint64_t run_id, uint64_t ordinal)
{
	uint64_t high = table_mix(~run_id + ordinal);
	uint64_t low = table_mix(table_mix(run_id) + ordinal);

	if (!high && !low)
		low = 1;
	for (int i = 0; i < 8; i++) {
		id[i] = (uint8_t)(high >> (56 - 8 * i));
		id[8 + i] = (uint8_t)(low >> (56 - 8 * i));
	}
}

struct trace_state *traces_open(struct flow *flow, struct process_state *process, struct probe *probe, uint64_t at_ns)
{
	struct trace_state *state;

	if (flow->tallies.open_traces_count >= LIMIT_OPEN_TRACES) {
		let_go(flow, LET_GO_OPEN_TRACES);
		return NULL;
	}
	state = mem_new(sizeof(*state));
	state->process = process;
	state->engine = probe->engine;
	state->work_status = STATUS_OK;
	state->trace.ordinal = ++flow->trace_ordinal;
	make_trace_id(state->trace.id, flow->options.run_id, state->trace.ordinal);
	state->trace.process = &process->process;
	state->trace.engine = probe->label;
	state->trace.start_at_ns = state->trace.end_at_ns = at_ns;
	state->prev = flow->traces_tail;
	if (flow->traces_tail) {
		flow->traces_tail->next = state;
		flow->traces_tail->trace.next_open = &state->trace;
	} else {
		flow->traces = state;
		flow->view.open_traces = &state->trace;
	}
	flow->traces_tail = state;
	flow->tallies.open_traces_count++;
	series_open(flow, state, probe->label);
	return state;
}

void traces_hold(struct trace_state *trace)
{
	trace->open_count++;
}

static enum span_status judge_status(const struct trace_state *state)
{
	enum span_status root = state->root->span.status;

	if (state->saw_error || root == STATUS_ERROR || (state->has_work && state->work_status == STATUS_ERROR))
		return STATUS_ERROR;
	if (state->saw_cancel || root == STATUS_CANCELLED || (state->has_work && state->work_status == STATUS_CANCELLED))
		return STATUS_CANCELLED;
	if (state->was_cut)
		return STATUS_NO_END;
	if (state->was_abandoned)
		return STATUS_ABANDONED;
	if (state->has_work)
		return state->work_status;
	return root;
}

static void add_audio_facts(struct trace_state *state)
{
	struct trace *trace = &state->trace;
	const struct rate *rate = names_rate(state->process, state->engine);
	uint64_t busy_ns;

	if (!trace->audio_rate_hz)
		trace->audio_rate_hz = rate->rate_hz;
	trace->has_audio = rate->reports_audio && trace->audio_rate_hz;
	if (!trace->has_audio)
		return;
	trace->audio_ns = (uint64_t)((unsigned __int128)trace->audio_samples_count * 1000000000u / trace->audio_rate_hz);
	busy_ns = trace->duration_ns - (trace->has_queue_wait ? trace->queue_wait_ns : 0);
	busy_ns -= busy_ns > state->audio_blocked_ns ? state->audio_blocked_ns : busy_ns;
	if (trace->audio_ns) {
		trace->has_rtf = true;
		trace->rtf = (double)busy_ns / (double)trace->audio_ns;
	}
}

static int compare_start(const void *a, const void *b)
{
	const struct open_span *x = *(struct open_span *const *)a, *y = *(struct open_span *const *)b;

	if (x->span.start_at_ns != y->span.start_at_ns)
		return x->span.start_at_ns < y->span.start_at_ns ? -1 : 1;
	return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static void sort_spans(struct trace_state *state)
{
	const struct span **spans = arena_new(&state->arena, (state->spans_count + 1) * sizeof(*spans));
	size_t count = 0;

	qsort(state->spans, state->spans_count, sizeof(*state->spans), compare_start);
	spans[count++] = &state->root->span;
	for (size_t i = 0; i < state->spans_count; i++)
		if (state->spans[i] != state->root)
			spans[count++] = &state->spans[i]->span;
	state->trace.spans = spans;
	state->trace.spans_count = count;
	state->trace.root = spans[0];
}

static void add_facts(struct trace_state *state)
{
	struct trace *trace = &state->trace;
	const struct span *root = &state->root->span;

	trace->status = judge_status(state);
	trace->duration_ns = trace->end_at_ns - trace->start_at_ns;
	trace->has_text = root->has_text;
	trace->text_cut = root->text_cut;
	trace->text_unreadable = root->text_unreadable;
	trace->text_bytes = root->text_bytes;
	for (size_t i = 0; i < state->spans_count && !trace->has_text; i++) {
		const struct span *span = &state->spans[i]->span;

		/* The request itself may have none: a nested one knows. What the worker decodes may be other text. */
		if (!span->has_text || (span->role != ROLE_REQUEST && !trace->partial))
			continue;
		trace->has_text = true;
		trace->text_unreadable = false;
		trace->text_cut = span->text_cut;
		trace->text_bytes = span->text_bytes;
	}
	if (trace->has_first_audio) {
		uint64_t waited = trace->has_queue_wait ? trace->queue_wait_ns : 0;

		trace->first_audio_from_dequeue_ns = trace->first_audio_ns > waited ? trace->first_audio_ns - waited : 0;
	}
	add_audio_facts(state);
}

static void count_trace(struct tallies *tallies, const struct trace *trace)
{
	tallies->traces_count++;
	tallies->traces_by_status[trace->status]++;
	tallies->incomplete_traces_count += trace->incomplete;
	tallies->partial_traces_count += trace->partial;
}

static void close_trace(struct flow *flow, struct trace_state *state)
{
	if (state->root) {
		add_facts(state);
		sort_spans(state);
		count_trace(&flow->tallies, &state->trace);
		meter_trace(flow, &state->trace);
		series_trace(flow, state);
		flow_say_trace(flow, &state->trace);
		/* it is not in the distributions: the hole is here, however long ago the loss was */
		if (state->trace.incomplete && !state->trace.partial && !state->is_unsure && !state->was_cut)
			judge_lost(flow, state->process, JUDGE_LOST_INCOMPLETE, 1);
	}
	if (state->prev) {
		state->prev->next = state->next;
		state->prev->trace.next_open = state->trace.next_open;
	} else {
		flow->traces = state->next;
		flow->view.open_traces = state->trace.next_open;
	}
	if (state->next)
		state->next->prev = state->prev;
	else
		flow->traces_tail = state->prev;
	flow->tallies.open_traces_count--;
	series_close(state);
	if (state->root)
		held_add(flow, &state->trace);
	arena_fini(&state->arena);
	free(state->spans);
	free(state);
}

void traces_release(struct flow *flow, struct trace_state *trace)
{
	if (--trace->open_count == 0)
		close_trace(flow, trace);
}

void traces_work_end(struct flow *flow, struct thread_state *thread, const struct instant *end, enum span_status status)
{
	struct trace_state *trace = thread->work_trace;
	struct open_span *work = thread->work;

	if (thread->mark && thread->mark->span.parent_id == work->span.id)
		traces_mark_end(flow, thread, end);
	if (status == STATUS_OK && thread->work_cancelled)
		status = STATUS_CANCELLED;
	thread->work_queue->has_seen_end = status == STATUS_OK;
	thread->work_trace = NULL;
	thread->work = NULL;
	thread->work_cancelled = false;
	trace->work_status = status;
	work->span.status = status;
	spans_close(flow, work, thread, end, NULL);
	traces_release(flow, trace);
}

static void adopt_item(struct trace_state *trace, struct item *item, struct open_span *work, uint64_t at_ns)
{
	trace->trace.has_queue_wait = true;
	trace->trace.queue_wait_ns = at_ns > item->entered_at_ns ? at_ns - item->entered_at_ns : 0;
	work->span.parent_id = item->span_id;
	work->span.depth = item->depth + 1;
}

/* A dequeue on a thread that is inside no probed call: from here the worker works for that request. */
void traces_work_begin(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct tt_enter *record)
{
	bool sums_valid = !(record->head.flags & (TT_F_NO_SUMS | TT_F_TORN));
	struct instant now = { record->head.at_ns, sums_valid ? &record->sums : NULL };
	struct queue *queue = names_queue(thread->process, probe);
	struct trace_state *trace;
	struct item *item;
	bool unsure;

	if (thread->work_trace) /* the engine began something else: the last work is over */
		traces_work_end(flow, thread, &now, STATUS_OK);
	item = handover_take(flow, queue, probe->spec, record, &unsure);
	trace = item ? item->trace : traces_open(flow, thread->process, probe, record->head.at_ns);
	if (!trace)
		return;
	if (!item)
		trace->trace.partial = trace->trace.incomplete = true;
	if (unsure) {
		trace->is_unsure |= !trace->trace.incomplete;
		trace->trace.incomplete = true;
	}
	traces_hold(trace);
	thread->work_trace = trace;
	thread->work_queue = queue;
	thread->work = spans_open(flow, trace, trace->root, thread, probe, record);
	trace->has_work = true;
	trace->dequeued_at_ns = record->head.at_ns;
	thread->work->span.kind = SPAN_WORK;
	if (!trace->root)
		trace->root = thread->work;
	if (item) {
		adopt_item(trace, item, thread->work, record->head.at_ns);
		free(item);
		traces_release(flow, trace);
	}
}

void traces_mark_end(struct flow *flow, struct thread_state *thread, const struct instant *end)
{
	struct open_span *mark = thread->mark;
	struct trace_state *trace = thread->mark_trace;

	if (!mark)
		return;
	thread->mark = NULL;
	thread->mark_trace = NULL;
	spans_close(flow, mark, thread, end, NULL);
	traces_release(flow, trace);
}

void traces_tick(struct flow *flow, uint64_t at_ns)
{
	for (struct process_state *process = flow->processes; process; process = process->next)
		handover_tick(flow, process, at_ns);
}

/* Records were lost and no sequence gap says whose: every open trace of the process may have been touched. */
void traces_lost(struct flow *flow, struct process_state *process)
{
	for (struct trace_state *state = flow->traces; state; state = state->next)
		if (!process || state->process == process)
			state->trace.incomplete = true;
}
