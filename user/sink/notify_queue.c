// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages from the reader's thread. Out: a thread that delivers them, and its reports.
 * The rule that surprises: a thread that is inside of a call that cannot be interrupted is not waited for at the end:
 * it frees the queue itself.
 */
#include "sink/notify_queue_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"

#define ABANDON_PATIENCE_NS (10 * NS_PER_S)

/* ---- of both sides ---- */

void notify_queue_report(struct notify_queue *queue, struct notify_message *message, bool is_delivered)
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

void notify_queue_say_undelivered(const struct notify_queue *queue)
{
	size_t count = queue->doubt.count + (queue->in_hand != NULL);

	for (const struct notify_message *message = queue->waiting.head; message; message = message->next)
		count += !message->is_memory;
	if (count && !queue->is_said)
		warn("receiver '%s' (%s): %zu message%s not delivered%s%s", queue->name,
		     notify_kind_word(queue->counts.kind), count, count == 1 ? " was" : "s were",
		     *queue->counts.error ? ": " : "", queue->counts.error);
}

void notify_queue_destroy(struct notify_queue *queue)
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
	error = pthread_create(&queue->thread, NULL, notify_queue_run, queue);
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
		notify_queue_destroy(queue);
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
		notify_queue_report(queue, notify_list_let_go(&queue->waiting), false);
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
		notify_queue_say_undelivered(queue);
		queue->is_said = true;
		is_left = queue->is_abandoned = !queue->has_ended;
		if (is_left)
			pthread_detach(queue->thread);
		pthread_mutex_unlock(&queue->lock);
		if (is_left)
			return;
	}
	pthread_join(queue->thread, NULL);
	notify_queue_say_undelivered(queue);
	notify_queue_destroy(queue);
}
