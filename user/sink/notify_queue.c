// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages from the reader's thread. Out: puts of the carrier, by a thread of its own.
 * The rule that surprises: a message leaves the queue only when it has surely arrived. What is written but in doubt is
 * kept in order beside the queue, and goes back to its head when the connection is lost. Some carriers can tell only
 * later that what had arrived was never read: of those the last messages are remembered as copies, which nobody hears
 * of again but the receiver.
 */
#include "sink/notify_queue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/table.h"
#include "base/units.h"
#include "sink/notify_list.h"

#define DOUBT_MAX	    256
#define MEMORY_MAX	    256
#define DOUBT_LOOK_MS	    20
#define ABANDON_PATIENCE_NS (10 * NS_PER_S)

struct notify_queue {
	pthread_t thread;
	pthread_mutex_t lock; /* all below but what is said to be the thread's */
	pthread_cond_t to_owner;
	int wake_fd, cut_fd; /* eventfds */
	struct notify_list waiting, doubt, reports;
	struct notify_list memory;	/* the thread's */
	struct notify_message *in_hand; /* being put */
	struct notify_counts counts;
	size_t limit_count;
	struct notify_settings *next_settings; /* NULL = no news */
	bool is_stopping, has_tried;	       /* stopping: one failure is enough */
	bool gives_up;
	bool has_ended;
	bool is_abandoned; /* the thread frees all, at that instant at the latest */
	uint64_t give_up_at_ns;
	bool is_said; /* what was not delivered */
	char *name;
	/* the thread's */
	struct notify_settings *settings;
	struct notify_carrier carrier;
	struct notify_queue_options options;
	char *syslog_socket, *journal_socket, *host;
	unsigned failures_count; /* in a row */
	uint64_t retry_at_ns;
	uint64_t random;
};

/* ---- the thread; locked unless said ---- */

static void forget_old(struct notify_queue *queue)
{
	uint64_t now_ns = io_now_ns();

	while (queue->memory.count > MEMORY_MAX ||
	       (queue->memory.count && now_ns - queue->memory.head->put_at_ns >= queue->carrier.remembers_ns))
		notify_message_free(notify_list_take(&queue->memory));
}

static void remember(struct notify_queue *queue, const struct notify_message *message)
{
	struct notify_message *copy;

	if (!queue->carrier.remembers_ns || message->is_resent)
		return;
	copy = notify_message_copy(message);
	copy->is_memory = copy->is_resent = true;
	notify_list_add(&queue->memory, copy);
	forget_old(queue);
}

static void report(struct notify_queue *queue, struct notify_message *message, bool is_delivered)
{
	if (message->is_memory) {
		notify_message_free(message);
		return;
	}
	message->is_delivered = is_delivered;
	notify_list_add(&queue->reports, message);
	if (is_delivered)
		queue->counts.sent_count++;
	else
		queue->counts.dropped_count++;
}

static const char *kind_word(const struct notify_queue *queue)
{
	return notify_kind_word(queue->counts.kind);
}

/* 1 s, 2 s, 4 s ... 60 s, each up to a quarter longer: receivers that failed together do not come back together. */
static void back_off(struct notify_queue *queue)
{
	uint64_t wait_ns = queue->options.retry_min_ns;

	for (unsigned i = 1; i < queue->failures_count && wait_ns < queue->options.retry_max_ns; i++)
		wait_ns *= 2;
	queue->random = table_mix(queue->random + 1);
	wait_ns += wait_ns / 4 * (queue->random % 1024) / 1024;
	if (wait_ns > queue->options.retry_max_ns)
		wait_ns = queue->options.retry_max_ns;
	queue->retry_at_ns = io_now_ns() + wait_ns;
}

static void failed(struct notify_queue *queue)
{
	queue->counts.failed_count++;
	queue->has_tried = true;
	memcpy(queue->counts.error, queue->carrier.error, sizeof(queue->counts.error));
	if (!queue->failures_count++)
		warn("receiver '%s' (%s): %s; what it shall get waits and is tried again", queue->name,
		     kind_word(queue), queue->carrier.error);
	back_off(queue);
}

static void worked(struct notify_queue *queue)
{
	if (queue->failures_count)
		warn("receiver '%s' (%s): works again after %u attempts that failed", queue->name, kind_word(queue),
		     queue->failures_count);
	queue->failures_count = 0;
	queue->retry_at_ns = 0;
	queue->counts.error[0] = '\0';
}

static void take_settings(struct notify_queue *queue)
{
	if (!queue->next_settings)
		return;
	notify_carrier_close(&queue->carrier);
	notify_list_free(&queue->memory);
	notify_list_prepend(&queue->waiting, &queue->doubt);
	notify_settings_free(queue->settings);
	queue->settings = queue->next_settings;
	queue->next_settings = NULL;
	notify_carrier_init(&queue->carrier, &queue->settings->receiver);
	if (queue->options.ops)
		queue->carrier.ops = queue->options.ops;
	queue->retry_at_ns = 0;
}

/*
 * Closed in order: everything that had arrived was read; what is in doubt comes once more, but not twice, else a reader
 * that closes after each message would get it for ever.
 */
static void doubt_is_over(struct notify_queue *queue, enum notify_settled settled)
{
	struct notify_list again = {NULL, NULL, 0};
	struct notify_message *message;

	if (settled == NOTIFY_LOST)
		notify_list_prepend(&again, &queue->memory);
	notify_list_free(&queue->memory);
	while ((message = notify_list_take(&queue->doubt))) {
		if (settled == NOTIFY_LOST || !message->is_resent) {
			message->is_resent = true;
			notify_list_add(&again, message);
		} else {
			report(queue, message, true);
		}
	}
	if (!again.count)
		return;
	queue->counts.resent_count += again.count;
	notify_list_prepend(&queue->waiting, &again);
	failed(queue);
}

static void settle(struct notify_queue *queue)
{
	enum notify_settled settled;
	struct notify_message *message;
	bool hurried = queue->is_stopping;

	forget_old(queue);
	/* a connection that stands idle is looked at as well: it may be closed before the next put */
	if ((!queue->doubt.count && queue->carrier.fd < 0) || !queue->carrier.ops->settle)
		return;
	pthread_mutex_unlock(&queue->lock);
	settled = queue->carrier.ops->settle(&queue->carrier, hurried);
	pthread_mutex_lock(&queue->lock);
	if (settled == NOTIFY_ARRIVED && queue->doubt.count) {
		worked(queue);
		while ((message = notify_list_take(&queue->doubt))) {
			remember(queue, message);
			report(queue, message, true);
		}
	} else if (settled == NOTIFY_CLOSED || settled == NOTIFY_LOST) {
		doubt_is_over(queue, settled);
	}
}

static bool may_put(const struct notify_queue *queue)
{
	if (!queue->waiting.count || queue->doubt.count >= DOUBT_MAX || queue->gives_up)
		return false;
	if (queue->is_stopping)
		return !queue->has_tried;
	return io_now_ns() >= queue->retry_at_ns;
}

static void put(struct notify_queue *queue)
{
	struct notify_list hand = {NULL, NULL, 0};
	struct notify_message *message = notify_list_take(&queue->waiting);
	enum notify_put result;

	queue->in_hand = message;
	message->attempts_count++;
	pthread_mutex_unlock(&queue->lock);
	result = queue->carrier.ops->put(&queue->carrier, message);
	pthread_mutex_lock(&queue->lock);
	queue->in_hand = NULL;
	if (result == NOTIFY_IN_DOUBT) {
		message->put_at_ns = io_now_ns();
		notify_list_add(&queue->doubt, message);
		return;
	}
	if (result == NOTIFY_DELIVERED) {
		worked(queue);
		report(queue, message, true);
		return;
	}
	notify_list_add(&hand, message);
	notify_list_prepend(&queue->waiting, &hand);
	/* what went before it on the same connection was there before it, and is lost with it */
	if (queue->carrier.fd < 0 && (queue->doubt.count || queue->memory.count))
		doubt_is_over(queue, NOTIFY_LOST);
	else
		failed(queue);
}

/* Until there is something to do; unlocked meanwhile. */
static void doze(struct notify_queue *queue)
{
	bool has_doubt = queue->doubt.count, watches = has_doubt || queue->memory.count,
	     has_waiting = queue->waiting.count && queue->doubt.count < DOUBT_MAX;
	uint64_t retry_at_ns = queue->retry_at_ns;
	struct pollfd fds[3] = {
		{.fd = queue->wake_fd, .events = POLLIN},
		{.fd = queue->cut_fd, .events = POLLIN},
		{.fd = watches ? queue->carrier.fd : -1, .events = POLLRDHUP},
	};
	uint64_t now_ns = io_now_ns(), left_ms, drained;
	int wait_ms = -1;

	if (has_waiting) {
		left_ms = retry_at_ns > now_ns ? (retry_at_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
		wait_ms = left_ms > 60000 ? 60000 : (int)left_ms;
	}
	if (has_doubt && (wait_ms < 0 || wait_ms > DOUBT_LOOK_MS || !wait_ms))
		wait_ms = DOUBT_LOOK_MS;
	pthread_mutex_unlock(&queue->lock);
	if (poll(fds, 3, wait_ms) > 0 && fds[0].revents && read(queue->wake_fd, &drained, sizeof(drained)) < 0)
		debug("receiver '%s': woken for nothing", queue->name);
	pthread_mutex_lock(&queue->lock);
}

static void queue_destroy(struct notify_queue *queue)
{
	notify_list_free(&queue->waiting);
	notify_list_free(&queue->doubt);
	notify_list_free(&queue->memory);
	notify_list_free(&queue->reports);
	notify_carrier_close(&queue->carrier);
	notify_settings_free(queue->settings);
	notify_settings_free(queue->next_settings);
	if (queue->wake_fd >= 0)
		close(queue->wake_fd);
	if (queue->cut_fd >= 0)
		close(queue->cut_fd);
	pthread_cond_destroy(&queue->to_owner);
	pthread_mutex_destroy(&queue->lock);
	free(queue->name);
	free(queue->syslog_socket);
	free(queue->journal_socket);
	free(queue->host);
	free(queue);
}

static void say_undelivered(const struct notify_queue *queue)
{
	size_t count = queue->doubt.count + (queue->in_hand != NULL);

	for (const struct notify_message *message = queue->waiting.head; message; message = message->next)
		count += !message->is_memory;
	if (count && !queue->is_said)
		warn("receiver '%s' (%s): %zu message%s not delivered%s%s", queue->name, kind_word(queue), count,
		     count == 1 ? " was" : "s were", *queue->counts.error ? ": " : "", queue->counts.error);
}

static void *run(void *arg)
{
	struct notify_queue *queue = arg;
	bool is_abandoned;

	pthread_mutex_lock(&queue->lock);
	for (;;) {
		take_settings(queue);
		settle(queue);
		if (may_put(queue)) {
			put(queue);
			continue;
		}
		if (queue->gives_up || (queue->is_stopping && !queue->doubt.count))
			break;
		if (queue->is_abandoned && io_now_ns() >= queue->give_up_at_ns)
			break;
		doze(queue);
	}
	queue->has_ended = true;
	is_abandoned = queue->is_abandoned;
	pthread_cond_broadcast(&queue->to_owner);
	pthread_mutex_unlock(&queue->lock);
	if (is_abandoned) {
		say_undelivered(queue);
		queue_destroy(queue);
	}
	return NULL;
}

/* ---- the owner ---- */

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* full: it is awake anyway */
}

static int start(struct notify_queue *queue)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's; SIGPIPE becomes EPIPE */
	error = pthread_create(&queue->thread, NULL, run, queue);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int notify_queue_new(struct notify_queue **out, const struct notify_receiver *receiver,
		     const struct notify_queue_options *options)
{
	struct notify_queue *queue = mem_new(sizeof(*queue));
	pthread_condattr_t monotonic;
	int error = 0;

	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->to_owner, &monotonic);
	pthread_condattr_destroy(&monotonic);
	queue->name = mem_string(receiver->name);
	queue->counts.kind = receiver->kind;
	queue->limit_count = receiver->queue_count;
	queue->options = *options;
	queue->carrier.syslog_socket = queue->syslog_socket =
		options->syslog_socket ? mem_string(options->syslog_socket) : NULL;
	queue->carrier.journal_socket = queue->journal_socket =
		options->journal_socket ? mem_string(options->journal_socket) : NULL;
	queue->options.origin.host = queue->host = mem_string(options->origin.host);
	queue->carrier.origin = &queue->options.origin;
	queue->carrier.fd = -1;
	queue->next_settings = notify_settings_new(receiver);
	queue->random = io_now_ns() ^ (uintptr_t)queue ^ options->origin.pid;
	queue->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	queue->cut_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	queue->carrier.cut_fd = queue->cut_fd;
	if (queue->wake_fd < 0 || queue->cut_fd < 0)
		error = -errno;
	if (!error)
		error = start(queue);
	if (error) {
		refuse(error, "receiver '%s' gets no thread: %s", receiver->name, strerrordesc_np(-error));
		queue_destroy(queue);
		return error;
	}
	*out = queue;
	return 0;
}

void notify_queue_update(struct notify_queue *queue, const struct notify_receiver *receiver)
{
	struct notify_settings *settings = notify_settings_new(receiver);

	pthread_mutex_lock(&queue->lock);
	notify_settings_free(queue->next_settings);
	queue->next_settings = settings;
	queue->counts.kind = receiver->kind;
	queue->limit_count = receiver->queue_count;
	pthread_mutex_unlock(&queue->lock);
	wake(queue->wake_fd);
}

void notify_queue_add(struct notify_queue *queue, struct notify_message *message)
{
	pthread_mutex_lock(&queue->lock);
	notify_list_add(&queue->waiting, message);
	while (queue->waiting.count > queue->limit_count)
		report(queue, notify_list_let_go(&queue->waiting), false);
	pthread_mutex_unlock(&queue->lock);
	wake(queue->wake_fd);
}

struct notify_message *notify_queue_reports(struct notify_queue *queue)
{
	struct notify_message *reports;

	pthread_mutex_lock(&queue->lock);
	reports = queue->reports.head;
	queue->reports = (struct notify_list){NULL, NULL, 0};
	pthread_mutex_unlock(&queue->lock);
	return reports;
}

void notify_queue_counts(struct notify_queue *queue, struct notify_counts *counts)
{
	pthread_mutex_lock(&queue->lock);
	*counts = queue->counts;
	counts->name = queue->name;
	counts->queued_count = queue->waiting.count + queue->doubt.count + (queue->in_hand != NULL);
	pthread_mutex_unlock(&queue->lock);
}

const char *notify_queue_name(const struct notify_queue *queue)
{
	return queue->name;
}

/* ---- the end ---- */

static void ask_to_stop(struct notify_queue *queue, bool abandon)
{
	pthread_mutex_lock(&queue->lock);
	queue->is_stopping = true;
	queue->has_tried = false;
	queue->is_abandoned = abandon;
	queue->give_up_at_ns = io_now_ns() + ABANDON_PATIENCE_NS;
	if (abandon)
		pthread_detach(queue->thread);
	wake(queue->wake_fd);
	pthread_mutex_unlock(&queue->lock);
}

void notify_queue_stop(struct notify_queue *queue)
{
	ask_to_stop(queue, false);
}

void notify_queue_abandon(struct notify_queue *queue)
{
	ask_to_stop(queue, true);
}

bool notify_queue_wait(struct notify_queue *queue, uint64_t until_ns)
{
	struct timespec until = {.tv_sec = (time_t)(until_ns / NS_PER_S), .tv_nsec = (long)(until_ns % NS_PER_S)};
	bool has_ended;

	pthread_mutex_lock(&queue->lock);
	while (!queue->has_ended && !pthread_cond_timedwait(&queue->to_owner, &queue->lock, &until))
		;
	has_ended = queue->has_ended;
	pthread_mutex_unlock(&queue->lock);
	return has_ended;
}

void notify_queue_cut(struct notify_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->is_stopping = true;
	queue->gives_up = true;
	wake(queue->cut_fd);
	pthread_mutex_unlock(&queue->lock);
}

void notify_queue_free(struct notify_queue *queue, uint64_t until_ns)
{
	bool is_left;

	notify_queue_cut(queue);
	if (!notify_queue_wait(queue, until_ns)) {
		/*
		 * inside a call that cannot be interrupted (a name's resolution, a stuck journal): the thread frees
		 * what it uses
		 */
		pthread_mutex_lock(&queue->lock);
		say_undelivered(queue);
		queue->is_said = true;
		is_left = queue->is_abandoned = !queue->has_ended;
		if (is_left)
			pthread_detach(queue->thread);
		pthread_mutex_unlock(&queue->lock);
		if (is_left)
			return;
	}
	pthread_join(queue->thread, NULL);
	say_undelivered(queue);
	queue_destroy(queue);
}
