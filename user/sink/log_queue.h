/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the reader and the log's file: a bounded queue and the thread that empties it.
 * In: whole lines. Out: whole lines, in order, or none of them and a count.
 */
#ifndef SINK_LOG_QUEUE_H
#define SINK_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/log_rotate.h"

#ifndef LIMIT_LOG_QUEUE_BYTES
#define LIMIT_LOG_QUEUE_BYTES (8u << 20)
#endif

struct log_queue;

/* rotation NULL: the file stays. */
struct log_queue *log_queue_new(int fd, bool owned, const struct log_rotation *rotation);
/* While patient, a full queue makes log_queue_add wait instead of dropping, and a failed write is final. */
void log_queue_set_patient(struct log_queue *queue, bool patient);
/* One line with its newline. False: it was dropped (and counted, unless the reader of the pipe has left). */
bool log_queue_add(struct log_queue *queue, const char *bytes, size_t length);
/* The same for a line that tells of dropped ones: when it does not fit, it is not counted itself. */
bool log_queue_mark(struct log_queue *queue, const char *bytes, size_t length);
void log_queue_reopen(struct log_queue *queue, int fd); /* takes fd; what is queued goes there */

struct log_queue_state {
	uint64_t dropped_count; /* lines */
	uint64_t queued_bytes;
	int error;   /* final: -EPIPE, the reader left; patient: the write that failed */
	int trouble; /* -errno of a write that is being tried again; 0 = none */
	int rotate_trouble; /* -errno of a rotation that is being tried again: the file grows beyond its limit; 0 = none */
};
struct log_queue_state log_queue_state(struct log_queue *queue);

/*
 * Writes what is queued. Gives up (drops and counts) after 500 ms in all when hurried; else after 500 ms without progress,
 * a patient one only when interrupted. Returns the last state. The queue is gone then.
 */
struct log_queue_state log_queue_free(struct log_queue *queue, bool hurried);

#endif
