/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call stack of each thread, rebuilt from ENTER and LEAVE.
 * In: ENTER, LEAVE, EXIT in program order per thread. Out: roles_enter and roles_leave in matching pairs.
 * The rule that surprises: a call that never returns (exception, longjmp) is seen only by what comes after it: a record
 * higher up the same stack. It ends where its thread was last seen inside it, not where we noticed.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

static void mark_thread_lost(struct thread_state *thread)
{
	for (size_t i = 0; i < thread->frames_count; i++) {
		if (thread->frames[i].trace)
			thread->frames[i].trace->trace.incomplete = true;
		if (thread->frames[i].span)
			thread->frames[i].span->span.incomplete = true;
	}
	if (thread->work_trace)
		thread->work_trace->trace.incomplete = true;
	if (thread->work)
		thread->work->span.incomplete = true;
	/* What was lost may have been a dequeue: whatever waits in the process's queues may be taken already. */
	for (struct queue *queue = thread->process->queues; queue; queue = queue->next)
		for (struct item *item = queue->head; item; item = item->next)
			item->trace->trace.incomplete = true;
}

/* The thread's own sequence numbers show what the ring did not take. */
static void note_sequence(struct flow *flow, struct thread_state *thread, const struct tt_head *head)
{
	uint32_t expected = thread->seq + 1;

	if (head->flags & TT_F_NO_SUMS)
		return;
	if (head->seq > expected) {
		flow->tallies.sequence_gaps_count += head->seq - expected;
		thread->lost_pending += head->seq - expected;
		mark_thread_lost(thread);
	}
	thread->seq = head->seq;
}

static void note_instant(struct thread_state *thread, const struct tt_head *head, const struct tt_sums *sums)
{
	thread->last_at_ns = head->at_ns;
	thread->last_sums = *sums;
	thread->last_sums_valid = !(head->flags & (TT_F_NO_SUMS | TT_F_TORN));
}

struct instant frames_last_instant(const struct thread_state *thread)
{
	return (struct instant){ thread->last_at_ns, thread->last_sums_valid ? &thread->last_sums : NULL };
}

static void close_without_end(struct flow *flow, struct thread_state *thread, size_t index, const struct instant *end)
{
	struct frame frame = thread->frames[index];

	thread->frames_count--;
	memmove(&thread->frames[index], &thread->frames[index + 1],
		(thread->frames_count - index) * sizeof(frame));
	frame.probe->open_count--;
	frame.probe->no_end_count++;
	flow->tallies.no_end_count++;
	roles_leave(flow, thread, &frame, NULL, end);
}

/* Is this frame above (inside) a call whose stack pointer is `sp`, and therefore gone? */
static bool is_gone(const struct frame *frame, uint64_t sp, bool on_altstack)
{
	if (frame->probe->traits & TT_PROBE_FIBERS)
		return false;
	if (frame->on_altstack != on_altstack)
		return frame->on_altstack;
	return frame->sp < sp;
}

static void drop_gone(struct flow *flow, struct thread_state *thread, uint64_t sp, bool on_altstack)
{
	struct instant end = frames_last_instant(thread);

	while (thread->frames_count && is_gone(&thread->frames[thread->frames_count - 1], sp, on_altstack))
		close_without_end(flow, thread, thread->frames_count - 1, &end);
}

/*
 * A frame at the very SP of a new call is either its caller by a tail jump (both return to the same place, through the
 * trampoline if the caller has a uretprobe), or a call that was left without a word. The same function again, returning to
 * the same place, is a new call after an exception far more often than a jump to itself: only the trampoline proves the jump.
 */
static bool is_tail_caller(const struct frame *frame, const struct tt_enter *record)
{
	if (!(frame->probe->traits & TT_PROBE_TAIL_EXIT))
		return false;
	if (frame->probe->leave_mode == TT_LEAVE_URET)
		return record->head.flags & TT_F_TRAMPOLINE;
	return frame->return_addr == record->return_addr || (record->head.flags & TT_F_TRAMPOLINE);
}

static void drop_replaced(struct flow *flow, struct thread_state *thread, const struct tt_enter *record)
{
	bool on_altstack = record->head.flags & TT_F_ALTSTACK;
	bool is_proven = record->head.flags & TT_F_TRAMPOLINE;
	struct instant end = frames_last_instant(thread);
	size_t first = thread->frames_count, again = SIZE_MAX;

	while (first && thread->frames[first - 1].sp == record->sp && thread->frames[first - 1].on_altstack == on_altstack)
		if (thread->frames[--first].probe->id == record->head.probe && !is_proven)
			again = first;
	for (size_t i = thread->frames_count; i-- > first;) {
		if (thread->frames[i].probe->traits & TT_PROBE_FIBERS)
			continue;
		if (i >= again || !is_tail_caller(&thread->frames[i], record))
			close_without_end(flow, thread, i, &end);
	}
}

struct frame *frames_push(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct tt_enter *record)
{
	struct frame *frame;

	if (thread->frames_count >= LIMIT_FRAMES_PER_THREAD) {
		let_go(flow, LET_GO_OTHER);
		probe->no_end_count++;
		return NULL;
	}
	mem_grow(&thread->frames, &thread->frames_capacity, thread->frames_count + 1, sizeof(*frame));
	frame = &thread->frames[thread->frames_count++];
	memset(frame, 0, sizeof(*frame));
	frame->probe = probe;
	frame->sp = record->sp;
	frame->return_addr = record->return_addr;
	frame->on_altstack = record->head.flags & TT_F_ALTSTACK;
	probe->open_count++;
	return frame;
}

void frames_feed_enter(struct flow *flow, const struct tt_enter *record)
{
	struct thread_state *thread = names_thread(flow, record->head.pid, record->head.tid);
	struct probe *probe = names_probe(flow, record->head.probe, record->head.pid);

	probe->enters_count++;
	if (!thread) {
		probe->no_end_count++;
		return;
	}
	note_sequence(flow, thread, &record->head);
	drop_gone(flow, thread, record->sp, record->head.flags & TT_F_ALTSTACK);
	drop_replaced(flow, thread, record);
	roles_enter(flow, thread, probe, record);
	note_instant(thread, &record->head, &record->sums);
}

static void count_unmatched(struct flow *flow, struct thread_state *thread, struct probe *probe)
{
	struct tallies *tallies = &flow->tallies;
	bool is_own_site = probe->leave_mode == TT_LEAVE_URET || probe->leave_mode == TT_LEAVE_AFTER;

	probe->unmatched_count++;
	if (thread->lost_pending) {
		thread->lost_pending--;
		tallies->unmatched_lost_count++;
	} else if (is_own_site || probe->enters_count == 0) {
		tallies->unmatched_before_attach_count++;
	} else if (probe->leave_mode == TT_LEAVE_CALLER || (probe->traits & TT_PROBE_TAIL_EXIT)) {
		tallies->unmatched_shared_count++;
	} else {
		tallies->unmatched_other_count++;
	}
}

void frames_feed_leave(struct flow *flow, const struct tt_leave *record)
{
	struct thread_state *thread = names_thread(flow, record->head.pid, record->head.tid);
	struct probe *probe = names_probe(flow, record->head.probe, record->head.pid);
	bool sums_valid = !(record->head.flags & (TT_F_NO_SUMS | TT_F_TORN));
	struct instant end = { record->head.at_ns, sums_valid ? &record->sums : NULL };
	size_t index;

	probe->leaves_count++;
	if (!thread) {
		probe->unmatched_count++;
		return;
	}
	note_sequence(flow, thread, &record->head);
	drop_gone(flow, thread, record->sp, record->head.flags & TT_F_ALTSTACK);
	for (index = thread->frames_count; index-- > 0;)
		if (thread->frames[index].sp == record->sp && thread->frames[index].probe == probe)
			break;
	if (index == (size_t)-1) {
		count_unmatched(flow, thread, probe);
	} else {
		struct frame frame = thread->frames[index];

		thread->frames_count--;
		memmove(&thread->frames[index], &thread->frames[index + 1],
			(thread->frames_count - index) * sizeof(frame));
		probe->open_count--;
		probe->ended_count++;
		roles_leave(flow, thread, &frame, record, &end);
	}
	note_instant(thread, &record->head, &record->sums);
}

void frames_drop_calls(struct flow *flow, struct thread_state *thread, const struct instant *end)
{
	while (thread->frames_count)
		close_without_end(flow, thread, thread->frames_count - 1, end);
}

void frames_close_all(struct flow *flow, struct thread_state *thread, const struct instant *end)
{
	frames_drop_calls(flow, thread, end);
	traces_mark_end(flow, thread, end);
	if (thread->work_trace)
		traces_work_end(flow, thread, end, STATUS_NO_END);
}

void frames_feed_exit(struct flow *flow, const struct tt_exit *record)
{
	struct thread_state *thread = names_find_thread(flow, record->head.tid);
	bool sums_valid = !(record->head.flags & (TT_F_NO_SUMS | TT_F_TORN));
	struct instant end = { record->head.at_ns, sums_valid ? &record->sums : NULL };

	if (!thread || thread->process->process.pid != record->head.pid)
		return;
	note_sequence(flow, thread, &record->head);
	if (record->comm[0]) {
		memcpy(thread->thread.comm, record->comm, sizeof(record->comm));
		thread->thread.comm[sizeof(record->comm)] = '\0';
	}
	frames_close_all(flow, thread, &end);
	names_forget_thread(flow, thread);
}

void frames_close_process(struct flow *flow, struct process_state *process)
{
	while (process->threads)
		names_forget_thread(flow, process->threads);
	handover_abandon(flow, process);
}
