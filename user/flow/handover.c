/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was submitted and not yet taken by a worker.
 * In: submitting calls (request, enqueue) and dequeues. Out: which trace a dequeue belongs to.
 * The rule that surprises: an item goes into the queue at the ENTER of the submitting call, since the worker may take it
 * before that call returns; and being overtaken only means "cancelled" if its call was over before the overtaker's began
 * (two threads may submit at once, and the engine's order is not that of their ENTERs).
 */
#include <stdlib.h>

#include "flow/state.h"

static void unlink_item(struct queue *queue, struct item *item)
{
	if (item->prev)
		item->prev->next = item->next;
	else
		queue->head = item->next;
	if (item->next)
		item->next->prev = item->prev;
	else
		queue->tail = item->prev;
	item->prev = item->next = NULL;
	queue->count--;
}

/* The frame inside the submitting call must not point to an item that is gone. */
static void forget_in_frame(struct item *item)
{
	struct thread_state *thread = item->thread;

	for (size_t i = 0; thread && i < thread->frames_count; i++)
		if (thread->frames[i].item == item)
			thread->frames[i].item = NULL;
	item->thread = NULL;
}

/* Was this text submitted before? What is not remembered any more counts as such. */
static void note_text(struct queue *queue, const struct item *item)
{
	if (!item->has_fingerprint || queue->has_recurrence)
		return;
	if (queue->seen.count >= LIMIT_SEEN_TEXTS || table_find(&queue->seen, item->fingerprint))
		queue->has_recurrence = true;
	else
		table_put(&queue->seen, item->fingerprint, queue);
}

static bool has_worker(const struct process_state *process, const struct queue *queue)
{
	for (const struct thread_state *thread = process->threads; thread; thread = thread->next)
		if (thread->work_trace && thread->work_queue == queue)
			return true;
	return false;
}

struct item *handover_put(struct flow *flow, struct thread_state *thread, struct frame *frame, const struct tt_enter *record)
{
	const struct engine_probe *spec = frame->probe->spec;
	struct queue *queue = names_queue(thread->process, frame->probe);
	struct item *item;

	if (!queue->has_worker_probe)
		return NULL;
	if (queue->count >= LIMIT_QUEUED_ITEMS) {
		let_go(flow, LET_GO_OTHER);
		frame->trace->trace.incomplete = true;
		return NULL;
	}
	item = mem_new(sizeof(*item));
	item->trace = frame->trace;
	item->wants_fingerprint = spec->fingerprint;
	item->has_fingerprint = spec->fingerprint && (record->head.flags & TT_F_TEXT);
	item->fingerprint = record->fingerprint;
	if (spec->link == LINK_KEY && spec->link_arg >= 0 && spec->args[spec->link_arg].slot >= 0)
		item->key = record->value[spec->args[spec->link_arg].slot];
	item->entered_at_ns = record->head.at_ns;
	item->thread = thread;
	item->span_id = frame->span->span.id;
	item->depth = frame->span->span.depth;
	item->queue = queue;
	item->found_idle = !queue->count && queue->has_seen_end && !has_worker(thread->process, queue);
	note_text(queue, item);
	queue->active_at_ns = record->head.at_ns;
	item->prev = queue->tail;
	if (queue->tail)
		queue->tail->next = item;
	else
		queue->head = item;
	queue->tail = item;
	if (!queue->count++)
		queue->moved_at_ns = record->head.at_ns;
	traces_hold(item->trace);
	return item;
}

void handover_drop(struct flow *flow, struct item *item)
{
	struct trace_state *trace = item->trace;

	unlink_item(item->queue, item);
	forget_in_frame(item);
	free(item);
	traces_release(flow, trace);
}

static void cancel_item(struct flow *flow, struct item *item)
{
	item->trace->saw_cancel = true;
	handover_drop(flow, item);
}

static struct item *find_by_key(struct queue *queue, uint64_t key)
{
	for (struct item *item = queue->head; item; item = item->next)
		if (item->key == key)
			return item;
	return NULL;
}

static struct item *find_in_order(struct queue *queue, const struct engine_probe *spec, const struct tt_enter *record,
				  bool *unsure)
{
	struct item *item = queue->head;
	bool has_fingerprint = spec->fingerprint && (record->head.flags & TT_F_TEXT);

	if (!item)
		return NULL;
	if (spec->fingerprint && !has_fingerprint) {
		*unsure = true; /* its text could not be read: order is all there is */
		return item;
	}
	if (!spec->fingerprint)
		return item;
	for (int ahead = 0; item && ahead < FIFO_LOOK_AHEAD; ahead++, item = item->next)
		if (item->has_fingerprint && item->fingerprint == record->fingerprint)
			return item;
	if (queue->head->has_fingerprint)
		return NULL; /* older than what we saw being submitted */
	*unsure = queue->head->wants_fingerprint;
	return queue->head;
}

/* Items that the taken one overtook are gone, if they were in the queue before it for certain. */
static void cancel_overtaken(struct flow *flow, struct queue *queue, struct item *taken)
{
	struct item *item = queue->head;

	while (item != taken) {
		struct item *next = item->next;

		if (item->left_at_ns && item->left_at_ns < taken->entered_at_ns)
			cancel_item(flow, item);
		item = next;
	}
}

/* Three in a row that found the worker idle: nothing older than us is queued. */
static void note_taken(struct queue *queue, const struct item *item)
{
	bool was_next = item && item->found_idle;

	queue->idle_streak = was_next ? queue->idle_streak + 1 : 0;
	if (queue->idle_streak >= 3)
		queue->is_in_step = true;
	queue->has_seen_end = false;
}

struct item *handover_take(struct flow *flow, struct queue *queue, const struct engine_probe *spec,
			   const struct tt_enter *record, bool *unsure)
{
	bool is_proven = queue->is_in_step || !queue->has_recurrence;
	struct item *item = NULL;

	*unsure = false;
	queue->moved_at_ns = queue->active_at_ns = record->head.at_ns;
	if (spec->link == LINK_KEY && spec->link_arg >= 0 && spec->args[spec->link_arg].slot >= 0)
		item = find_by_key(queue, record->value[spec->args[spec->link_arg].slot]);
	else if (spec->link == LINK_FIFO)
		item = find_in_order(queue, spec, record, unsure);
	note_taken(queue, item);
	if (!item)
		return NULL;
	if (spec->link == LINK_FIFO && is_proven)
		cancel_overtaken(flow, queue, item);
	if (spec->link == LINK_FIFO && !is_proven && !item->found_idle)
		*unsure = true;
	unlink_item(queue, item);
	forget_in_frame(item);
	return item;
}

void handover_cancel(struct flow *flow, struct queue *queue)
{
	while (queue->head)
		cancel_item(flow, queue->head);
}

/* A worker that does nothing for a second has nothing to do: what seems to wait was taken under another's name. */
static void find_step(struct flow *flow, struct process_state *process, struct queue *queue, uint64_t at_ns)
{
	struct item *next;

	if (queue->is_in_step || queue->active_at_ns + IDLE_AFTER_NS > at_ns || has_worker(process, queue))
		return;
	for (struct item *item = queue->head; item; item = next) {
		next = item->next;
		if (!queue->has_recurrence || !item->left_at_ns)
			return;
		item->trace->was_cut = item->trace->trace.incomplete = true;
		handover_drop(flow, item);
	}
	queue->is_in_step = true;
}

/*
 * Nobody took it for 30 s, nobody took anything else either, and no worker is busy: a long queue that moves is only a
 * long queue.
 */
void handover_tick(struct flow *flow, struct process_state *process, uint64_t at_ns)
{
	for (struct queue *queue = process->queues; queue; queue = queue->next) {
		struct item *next;

		if (!queue->active_at_ns)
			queue->active_at_ns = at_ns;
		find_step(flow, process, queue, at_ns);
		if (!queue->head || queue->moved_at_ns + ABANDON_AFTER_NS > at_ns || has_worker(process, queue))
			continue;
		for (struct item *item = queue->head; item; item = next) {
			next = item->next;
			if (!item->left_at_ns || item->entered_at_ns + ABANDON_AFTER_NS > at_ns)
				continue;
			item->trace->was_abandoned = true;
			handover_drop(flow, item);
		}
	}
}

void handover_abandon(struct flow *flow, struct process_state *process)
{
	for (struct queue *queue = process->queues; queue; queue = queue->next) {
		while (queue->head) {
			queue->head->trace->was_abandoned = true;
			handover_drop(flow, queue->head);
		}
		queue->is_in_step = queue->has_seen_end = false;
	}
}
