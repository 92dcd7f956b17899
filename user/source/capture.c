/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live source.
 *
 * In:  what capture_open.c has attached.  Out: records into the feed: the kernel half's in ring order,
 * and between them what only user space knows.
 * The rule that surprises: one pump reads the ring's position, then the clock, then consumes exactly to
 * that position; TICK carries that clock reading, so nothing fed before it is newer.
 */
#include "source/capture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "model/limits.h"
#include "source/capture_parts.h"
#include "source/link.h"
#include "source/plan.h"

#define HOLD_MAX_NS    (100 * NS_PER_MS)
#define CLOCK_EVERY_NS (60 * NS_PER_S)
#define CLOCK_JUMP_NS  ((int64_t)NS_PER_MS)
#define DRAIN_TRIES    1000 /* of 1 ms, at the end of the run */

static struct capture *capture_of(struct source *source)
{
	return (struct capture *)(void *)source;
}

void clock_tell(struct capture *capture)
{
	struct host_clocks clocks;
	struct tt_clock record = {0};

	host_clocks(&capture->host, &clocks);
	outbox_head(&capture->outbox, &record.head, TT_CLOCK, sizeof(record));
	record.head.at_ns = clocks.mono_ns;
	record.mono_ns = clocks.mono_ns;
	record.real_ns = clocks.real_ns;
	record.boot_ns = clocks.boot_ns;
	capture->clock_offset_ns = (int64_t)(clocks.real_ns - clocks.mono_ns);
	capture->clock_at_ns = clocks.mono_ns + CLOCK_EVERY_NS;
	outbox_add(&capture->outbox, &record.head);
}

static void clock_check(struct capture *capture, uint64_t now)
{
	struct host_clocks clocks;
	int64_t moved;

	host_clocks(&capture->host, &clocks);
	moved = (int64_t)(clocks.real_ns - clocks.mono_ns) - capture->clock_offset_ns;
	if (now >= capture->clock_at_ns || moved > CLOCK_JUMP_NS || moved < -CLOCK_JUMP_NS)
		clock_tell(capture);
}

struct followed *followed_find(struct capture *capture, uint32_t pid)
{
	for (size_t i = 0; i < capture->followed_count; i++)
		if (capture->followed[i].pid == pid && !capture->followed[i].is_gone)
			return &capture->followed[i];
	return NULL;
}

static void task_note(struct capture *capture, const struct tt_task *task)
{
	struct followed *followed = followed_find(capture, task->head.pid);

	if (task->what == TT_TASK_FORK)
		sweep_note(&capture->sweep, task->other_pid, task->head.pid);
	if (task->what != TT_TASK_EXEC)
		return;
	table_remove(&capture->threads, thread_key(task->head.pid, task->head.tid));
	if (followed)
		followed->has_exec = true;
}

/* One record out of the ring. */
static void record_visit(void *arg, const void *bytes, uint32_t size_bytes)
{
	const struct tt_head *record = bytes;
	struct capture *capture = arg;

	/* Only a lost EXIT leaves a name behind; forgetting all is harmless, they are told again.
	 */
	if (capture->threads.count > 2 * LIMIT_THREADS)
		table_fini(&capture->threads);
	thread_note(capture, record);
	if (capture->outbox.records.length)
		outbox_flush(&capture->outbox, capture->feed);
	capture->feed->record(capture->feed, record, size_bytes);
	if (record->kind == TT_ENTER && record->probe < capture->attach.probes_count &&
	    capture->attach.probes[record->probe].leave_mode == TT_LEAVE_CALLER)
		learn_note(&capture->learn, bytes);
	if (record->kind == TT_EXIT) {
		table_remove(&capture->threads, thread_key(record->pid, record->tid));
	} else if (record->kind == TT_TASK) {
		task_note(capture, bytes);
	}
}

static void tick_tell(struct capture *capture, uint64_t backlog_bytes, uint64_t held_ns)
{
	struct tt_tick record = {.backlog_bytes = backlog_bytes, .held_ns = held_ns};

	outbox_head(&capture->outbox, &record.head, TT_TICK, sizeof(record));
	outbox_add(&capture->outbox, &record.head);
}

/* On preemptible kernels storage cannot be made now and then: what lives longer gets it from the iterator. */
static void storage_heal(struct capture *capture)
{
	uint64_t missing = *capture->half.no_storage_threads_count;

	if (missing == capture->no_storage_seen)
		return;
	capture->no_storage_seen = missing;
	if (link_iterate(capture->half.adopt_fd))
		debug("the task iterator fails");
}

static void once_a_second(struct capture *capture)
{
	uint64_t now = capture->outbox.at_ns;

	capture->second_at_ns = now + NS_PER_S;
	account_hits(&capture->account, &capture->attach);
	account_self(&capture->host, &capture->outbox);
	sweep_run(&capture->sweep, &capture->attach);
	storage_heal(capture);
	for (size_t i = 0; i < capture->followed_count; i++) {
		struct followed *followed = &capture->followed[i];

		if (followed->is_gone)
			continue;
		account_process(&capture->host, &capture->outbox, followed->pid);
		if (host_code_mark(followed->pid) != followed->code_mark)
			follow_look_again(capture, followed);
	}
}

/* The command's code has changed and it waits for us. */
static void watch_answer(struct capture *capture)
{
	struct followed *followed = followed_find(capture, (uint32_t)capture->spawn.pid);

	if (followed && capture->watch_link >= 0) {
		follow_look_again(capture, followed);
		outbox_flush(&capture->outbox, capture->feed);
		if (followed->is_found) {
			*capture->half.watched_pid = 0;
			close(capture->watch_link);
			capture->watch_link = -1;
		}
	}
	if (*capture->half.stops_count != capture->stops_answered) {
		capture->stops_answered = *capture->half.stops_count;
		spawn_continue(&capture->spawn);
	}
}

/* Which processes have ended; asked before the ring's position is read, so that all their records
 * lie before it. */
static size_t ends_look(struct capture *capture, bool *has_ended)
{
	size_t live_count = 0;

	for (size_t i = 0; i < capture->followed_count; i++) {
		struct pollfd poll_fd = {.fd = capture->followed[i].pidfd, .events = POLLIN};

		has_ended[i] = !capture->followed[i].is_gone && poll(&poll_fd, 1, 0) > 0;
		live_count += !capture->followed[i].is_gone && !has_ended[i];
	}
	return live_count;
}

static void ends_tell(struct capture *capture, const bool *has_ended)
{
	for (size_t i = 0; i < capture->followed_count; i++) {
		if (has_ended[i]) {
			follow_end(capture, &capture->followed[i]);
		} else if (capture->followed[i].has_exec && !capture->followed[i].is_gone) {
			follow_exec(capture, &capture->followed[i]);
			follow_look_again(capture, &capture->followed[i]);
		}
	}
}

static void wakes_clear(struct capture *capture)
{
	struct epoll_event events[16];
	struct signalfd_siginfo signal;
	uint64_t expirations;

	while (epoll_wait(capture->epoll_fd, events, 16, 0) == 16)
		;
	if (read(capture->timer_fd, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		debug("timer: %s", strerror(errno));
	while (capture->signal_fd >= 0 &&
	       read(capture->signal_fd, &signal, sizeof(signal)) == sizeof(signal))
		;
}

static void capture_stop(struct source *source, struct feed *feed, uint32_t end_reason);

static int capture_pump(struct source *source, struct feed *feed)
{
	struct capture *capture = capture_of(source);
	bool *has_ended, has_stopped;
	uint64_t position, backlog, held_ns = 0;
	size_t live_count;

	if (capture->is_over)
		return PUMP_ENDED;
	capture->feed = feed;
	wakes_clear(capture);
	capture->outbox.at_ns = host_mono_ns(&capture->host);
	if (capture->outbox.at_ns >= capture->second_at_ns)
		clock_check(capture, capture->outbox.at_ns);
	outbox_flush(&capture->outbox, feed);

	has_ended = mem_array(capture->followed_count, sizeof(*has_ended));
	live_count = ends_look(capture, has_ended);
	has_stopped = spawn_has_stopped(&capture->spawn);
	position = ring_produced(&capture->ring);
	capture->outbox.at_ns = host_mono_ns(&capture->host);
	backlog = position - capture->ring.position;
	if (ring_read(&capture->ring, position, record_visit, capture) == RING_BUSY) {
		if (!capture->held_since_ns)
			capture->held_since_ns = capture->outbox.at_ns;
		held_ns = capture->outbox.at_ns - capture->held_since_ns;
		if (held_ns < HOLD_MAX_NS) {
			free(has_ended);
			return PUMP_MORE;
		}
	} else {
		capture->held_since_ns = 0;
	}
	learn_apply(&capture->learn, &capture->attach);
	account_losses(&capture->account, &capture->attach);
	ends_tell(capture, has_ended);
	free(has_ended);
	if (has_stopped)
		watch_answer(capture);
	if (capture->outbox.at_ns >= capture->second_at_ns)
		once_a_second(capture);
	tick_tell(capture, backlog, held_ns);
	outbox_flush(&capture->outbox, feed);
	if (!live_count)
		capture_stop(source, feed, TT_END_TARGET);
	else if (capture->deadline_at_ns && capture->outbox.at_ns >= capture->deadline_at_ns)
		capture_stop(source, feed, TT_END_DURATION);
	return capture->is_over ? PUMP_ENDED : PUMP_MORE;
}

/* Nothing is produced any more; a record still being written is at most a preempted program away.
 */
static void ring_drain(struct capture *capture)
{
	for (int i = 0; i < DRAIN_TRIES; i++) {
		uint64_t position = ring_produced(&capture->ring);

		capture->outbox.at_ns = host_mono_ns(&capture->host);
		if (ring_read(&capture->ring, position, record_visit, capture) == RING_REACHED &&
		    position == ring_produced(&capture->ring))
			return;
		nanosleep(&(struct timespec){.tv_nsec = (long)NS_PER_MS}, NULL);
	}
	warn("a record of the kernel half was never finished");
}

static void capture_detach(struct capture *capture)
{
	int fds[CAPTURE_TRACEPOINTS + 1];
	size_t count = 0;

	if (capture->watch_link >= 0)
		*capture->half.watched_pid = 0;
	for (size_t i = 0; i < CAPTURE_TRACEPOINTS; i++)
		if (capture->tracepoints[i] >= 0)
			fds[count++] = capture->tracepoints[i];
	if (capture->watch_link >= 0)
		fds[count++] = capture->watch_link;
	if (capture->half.skeleton)
		attach_end(&capture->attach, fds, count);
	memset(capture->tracepoints, -1, sizeof(capture->tracepoints));
	capture->watch_link = -1;
	if (capture->half.skeleton && *capture->half.stops_count != capture->stops_answered)
		spawn_continue(&capture->spawn);
}

static void capture_stop(struct source *source, struct feed *feed, uint32_t end_reason)
{
	struct capture *capture = capture_of(source);
	struct tt_end record = {.reason = end_reason};
	uint64_t backlog;

	if (capture->is_over)
		return;
	capture->is_over = true;
	capture->feed = feed;
	if (capture->options.command && !capture->attach.probes_count)
		warn("%s mapped no engine while it ran", capture->options.command[0]);
	capture_detach(capture);
	outbox_flush(&capture->outbox, feed);
	backlog = ring_produced(&capture->ring) - capture->ring.position;
	ring_drain(capture);
	account_losses(&capture->account, &capture->attach);
	account_hits(&capture->account, &capture->attach);
	tick_tell(capture, backlog, 0);
	outbox_head(&capture->outbox, &record.head, TT_END, sizeof(record));
	outbox_add(&capture->outbox, &record.head);
	outbox_flush(&capture->outbox, feed);
}

static int capture_fd(struct source *source)
{
	return capture_of(source)->epoll_fd;
}

static void capture_free(struct source *source)
{
	struct capture *capture = capture_of(source);

	capture_detach(capture);
	for (size_t i = 0; i < capture->followed_count; i++)
		follow_fini(&capture->followed[i]);
	spawn_fini(&capture->spawn);
	ring_unmap(&capture->ring);
	if (capture->half.skeleton)
		bpf_half_unload(&capture->half);
	attach_fini(&capture->attach);
	learn_fini(&capture->learn);
	sweep_fini(&capture->sweep);
	account_fini(&capture->account);
	table_fini(&capture->threads);
	buf_fini(&capture->outbox.records);
	free(capture->followed);
	for (size_t i = 0; i < 3; i++) {
		int fd = (int[]){capture->signal_fd, capture->timer_fd, capture->epoll_fd}[i];

		if (fd >= 0)
			close(fd);
	}
	free(capture);
}

const struct source_ops capture_ops = {
	.fd = capture_fd, .pump = capture_pump, .stop = capture_stop, .free = capture_free};
