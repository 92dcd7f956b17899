/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of a queue share: its owner (notify_queue.c) and its thread (notify_queue_run.c). */
#ifndef SINK_NOTIFY_QUEUE_PARTS_H
#define SINK_NOTIFY_QUEUE_PARTS_H

#include <pthread.h>

#include "sink/notify_list.h"
#include "sink/notify_queue.h"

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

/* notify_queue.c; the first locked, the second too unless the thread has ended */
void notify_queue_report(struct notify_queue *queue, struct notify_message *message, bool is_delivered);
void notify_queue_say_undelivered(const struct notify_queue *queue);
void notify_queue_destroy(struct notify_queue *queue);

/* notify_queue_run.c: the thread */
void *notify_queue_run(void *queue);

#endif
