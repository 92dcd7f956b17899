/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One receiver's messages, and the thread that delivers them in order, again and again until they have arrived.
 * The caller never waits. Whoever is dead holds up nobody else.
 */
#ifndef SINK_NOTIFY_QUEUE_H
#define SINK_NOTIFY_QUEUE_H

#include "sink/notify.h"
#include "sink/notify_carrier.h"

struct notify_queue_options { /* copied */
	const char *syslog_socket;
	const char *journal_socket;
	struct notify_origin origin;
	uint64_t retry_min_ns;
	uint64_t retry_max_ns;
	/* tests: instead of the kind's own */
	const struct notify_carrier_ops *ops;
};

struct notify_queue;
int notify_queue_new(struct notify_queue **queue, const struct notify_receiver *receiver,
		     const struct notify_queue_options *options);
/* New settings for the same name; what waits goes where they say. */
void notify_queue_update(struct notify_queue *queue, const struct notify_receiver *receiver);
/*
 * Takes the message. Over the limit the oldest repeat is let go, or the oldest of all when no repeat waits: a firing
 * one never before a repeat.
 */
void notify_queue_add(struct notify_queue *queue, struct notify_message *message);
/* What was delivered or let go since the last call, in that order; the caller frees them. */
struct notify_message *notify_queue_reports(struct notify_queue *queue);
void notify_queue_counts(struct notify_queue *queue, struct notify_counts *counts);
const char *notify_queue_name(const struct notify_queue *queue);

/*
 * The end, in steps so that all receivers share one patience: stop() lets each message be tried once more, wait() waits
 * for the thread, cut() gives up, free() says what was not delivered, and waits no longer than until the instant.
 */
#define NOTIFY_CUT_PATIENCE_NS (100 * 1000000ull)
void notify_queue_stop(struct notify_queue *queue);
bool notify_queue_wait(struct notify_queue *queue, uint64_t until_ns); /* CLOCK_MONOTONIC; false: not ended */
void notify_queue_cut(struct notify_queue *queue);
void notify_queue_free(struct notify_queue *queue, uint64_t until_ns);
/* It tries once more, ends by itself, and frees itself. */
void notify_queue_abandon(struct notify_queue *queue);

#endif
