/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_feed() is the architecture: the recorder sees the raw record first, then it is decoded, names are learned, frames
 * become spans, spans become traces, traces are metered, and on TICK the sinks get the const view.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

#define SAY(flow, moment, ...)                                                                    \
	for (size_t i_ = 0; i_ < (flow)->options.sinks_count; i_++)                               \
		if ((flow)->options.sinks[i_]->ops->moment)                                       \
	(flow)->options.sinks[i_]->ops->moment((flow)->options.sinks[i_], &(flow)->view, __VA_ARGS__)

void flow_say_span(struct flow *flow, const struct span *span)
{
	SAY(flow, on_span, span);
}

void flow_say_trace(struct flow *flow, const struct trace *trace)
{
	SAY(flow, on_trace, trace);
}

void flow_say_alert(struct flow *flow, const struct alert *alert)
{
	SAY(flow, on_alert, alert);
}

static void say_tick(struct flow *flow)
{
	for (size_t i = 0; i < flow->options.sinks_count; i++)
		if (flow->options.sinks[i]->ops->on_tick)
			flow->options.sinks[i]->ops->on_tick(flow->options.sinks[i], &flow->view);
}

static void feed_clock(struct flow *flow, const struct tt_clock *record)
{
	struct view *view = &flow->view;

	view->clock_mono_ns = record->mono_ns;
	view->clock_real_ns = record->real_ns;
	view->clock_boot_ns = record->boot_ns;
	if (view->started_at_ns)
		return;
	view->started_at_ns = view->now_ns = record->mono_ns;
	view->axis_mono_ns = record->mono_ns;
	view->axis_real_ns = record->real_ns;
	meter_reset(&flow->meter, record->mono_ns);
	meter_reset(&flow->interval, record->mono_ns);
	flow->next_interval_at_ns = record->mono_ns + flow->options.interval_ns;
}

static void feed_lost(struct flow *flow, const struct tt_lost *record)
{
	struct probe *probe = record->head.probe == TT_NO_PROBE ? NULL : flow->probe_by_id[record->head.probe];
	struct process_state *process = table_find(&flow->process_by_pid, record->head.pid);
	bool is_record_loss = record->cause == TT_LOST_RING_ENTER || record->cause == TT_LOST_RING_LEAVE ||
			      record->cause == TT_LOST_RING_OTHER || record->cause == TT_LOST_MISSED ||
			      record->cause == TT_LOST_RECORDING;

	series_lost(flow, process, record->cause, record->count);
	if (record->cause < 16) {
		flow->tallies.lost_count[record->cause] += record->count;
		if (probe)
			probe->lost_count[record->cause] += record->count;
	}
	if (!is_record_loss || !record->count)
		return;
	traces_lost(flow, record->head.pid ? process : NULL);
	judge_lost_of(flow, record->head.pid, record->cause, record->count);
}

static void feed_gauge(struct flow *flow, const struct tt_gauge *record)
{
	struct probe *probe = record->head.probe == TT_NO_PROBE ? NULL : flow->probe_by_id[record->head.probe];

	if (record->what != TT_GAUGE_HITS) {
		series_gauge(flow, record);
		return;
	}
	if (!probe)
		return;
	probe->kernel_enters_count = record->value;
	probe->kernel_leaves_count = record->extra;
}

/* An exec ends every call of the old image here, in ring order; PROC tells the new one's names once the source has looked. */
static void feed_task(struct flow *flow, const struct tt_task *record)
{
	struct process_state *process = table_find(&flow->process_by_pid, record->head.pid);

	if (record->what != TT_TASK_EXEC || !process)
		return;
	frames_close_process(flow, process);
	process->has_execed = true;
	judge_process_left(flow, process, JUDGE_EXEC, 0);
}

static void feed_thread(struct flow *flow, const struct tt_thread *record)
{
	struct thread_state *thread = names_thread(flow, record->head.pid, record->head.tid);
	size_t length = strnlen(record->comm, sizeof(record->comm));

	if (!thread)
		return;
	memcpy(thread->thread.comm, record->comm, length);
	thread->thread.comm[length] = '\0';
}

static void feed_tick(struct flow *flow, const struct tt_tick *record)
{
	struct view *view = &flow->view;
	int64_t at_ms;

	flow->tallies.ticks_count++;
	if (record->head.at_ns > view->now_ns)
		view->now_ns = record->head.at_ns;
	if (!view->started_at_ns)
		view->started_at_ns = view->now_ns;
	flow->meter.end_at_ns = flow->interval.end_at_ns = view->now_ns;
	traces_tick(flow, view->now_ns);
	held_tick(flow);
	if (series_is_due(flow, &at_ms)) {
		series_tick(flow);
		judge_tick(flow, at_ms);
	}
	view->interval_due = flow->options.interval_ns && view->now_ns >= flow->next_interval_at_ns;
	say_tick(flow);
	if (!view->interval_due)
		return;
	view->interval_due = false;
	meter_reset(&flow->interval, view->now_ns);
	while (flow->next_interval_at_ns <= view->now_ns)
		flow->next_interval_at_ns += flow->options.interval_ns;
}

/* What is still open at the end is told as it stands: no end was seen. */
static void feed_end(struct flow *flow, const struct tt_end *record)
{
	for (struct trace_state *trace = flow->traces; trace; trace = trace->next)
		trace->was_cut = trace->trace.incomplete = true;
	for (struct process_state *process = flow->processes; process; process = process->next)
		frames_close_process(flow, process);
	judge_end(flow, record->reason);
	flow->view.end_reason = record->reason;
	flow->meter.end_at_ns = flow->view.now_ns;
	say_tick(flow);
}

static void feed_decoded(struct flow *flow, const struct tt_head *record)
{
	switch (record->kind) {
	case TT_ENTER:
		return frames_feed_enter(flow, (const struct tt_enter *)record);
	case TT_LEAVE:
		return frames_feed_leave(flow, (const struct tt_leave *)record);
	case TT_EXIT:
		return frames_feed_exit(flow, (const struct tt_exit *)record);
	case TT_TICK:
		return feed_tick(flow, (const struct tt_tick *)record);
	case TT_CLOCK:
		return feed_clock(flow, (const struct tt_clock *)record);
	case TT_LOST:
		return feed_lost(flow, (const struct tt_lost *)record);
	case TT_GAUGE:
		return feed_gauge(flow, (const struct tt_gauge *)record);
	case TT_PROC:
		return names_feed_proc(flow, (const struct tt_proc *)record);
	case TT_THREAD:
		return feed_thread(flow, (const struct tt_thread *)record);
	case TT_PROBE:
		return names_feed_probe(flow, (const struct tt_probe *)record);
	case TT_END:
		return feed_end(flow, (const struct tt_end *)record);
	case TT_TASK:
		return feed_task(flow, (const struct tt_task *)record);
	case TT_CONTROL:
		return control_feed(flow, (const struct tt_control *)record);
	case TT_RULES:
		return control_feed_rules(flow, (const struct tt_rules *)record);
	case TT_RESTORE:
		return control_feed_restore(flow, (const struct tt_restore *)record);
	}
}

void flow_feed(struct flow *flow, const struct tt_head *record, uint32_t size_bytes)
{
	if (flow->view.end_reason) /* nothing belongs to the run any more */
		return;
	SAY(flow, on_event, record, size_bytes);
	flow->tallies.records_count++;
	if (decode_check(record, size_bytes)) {
		flow->tallies.malformed_count++;
		flow->tallies.lost_count[TT_LOST_MALFORMED]++;
		series_lost(flow, NULL, TT_LOST_MALFORMED, 1);
		if (size_bytes < sizeof(*record) || record->kind < TT_CONTROL || record->kind > TT_RESTORE)
			judge_lost(flow, NULL, TT_LOST_MALFORMED, 1);
		return;
	}
	feed_decoded(flow, record);
}

const struct view *flow_view(const struct flow *flow)
{
	return &flow->view;
}

struct flow *flow_new(const struct flow_options *options)
{
	struct flow *flow = mem_new(sizeof(*flow));

	flow->options = *options;
	flow->view.tallies = &flow->tallies;
	flow->view.meter = &flow->meter;
	flow->view.interval = options->interval_ns ? &flow->interval : NULL;
	series_new(flow);
	return flow;
}

static void free_process(struct process_state *process)
{
	struct queue *next_queue;
	struct rate *next_rate;

	for (struct queue *queue = process->queues; queue; queue = next_queue) {
		next_queue = queue->next;
		table_fini(&queue->seen);
		free(queue);
	}
	for (struct rate *rate = process->rates; rate; rate = next_rate) {
		next_rate = rate->next;
		free(rate);
	}
	free(process);
}

void flow_free(struct flow *flow)
{
	struct process_state *next;

	if (!flow)
		return;
	flow->options.sinks_count = 0; /* whatever closes from here on is told to nobody */
	for (struct process_state *process = flow->processes; process; process = process->next)
		frames_close_process(flow, process);
	for (struct process_state *process = flow->processes; process; process = next) {
		next = process->next;
		free_process(process);
	}
	held_free(flow);
	series_free(flow);
	judge_free(flow);
	meter_free(&flow->meter);
	meter_free(&flow->interval);
	table_fini(&flow->process_by_pid);
	table_fini(&flow->thread_by_tid);
	free(flow->probes);
	arena_fini(&flow->meter_arena);
	arena_fini(&flow->arena);
	free(flow);
}
