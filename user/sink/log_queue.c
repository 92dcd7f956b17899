// SPDX-License-Identifier: Apache-2.0
/*
 * In: whole lines from the reader's thread. Out: write(2) by a thread of its own.
 * The rule that surprises: lines that a full disk refuses stay queued and are tried again, so a log that was full for a
 * while has no hole until the queue is full too. Bytes never depend on how lines were batched.
 */
#include "sink/log_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/outlet.h"

#define SLICE_MS 50	 /* how soon the thread notices that it shall give up */
#define GATHER_MS 20	 /* how long a line may wait for others */
#define GATHER_BYTES (256u << 10)
#define TRY_AGAIN_MS 250 /* after a full disk */

struct log_queue {
	pthread_t thread;
	pthread_mutex_t lock;	/* all below but `rotator`, `outlet` and `batch`, which are the thread's */
	pthread_cond_t to_thread; /* lines, a new fd, stop, give up */
	pthread_cond_t to_reader; /* room, progress, the thread's end */
	struct buf pending;
	size_t batch_bytes; /* what the thread holds */
	uint64_t written_bytes;
	uint64_t dropped_count;
	int next_fd; /* -1 = none */
	int error;
	int trouble;
	bool is_patient;
	bool is_stopping;
	bool gives_up;
	bool has_ended;
	int rotate_trouble;
	bool is_rotating; /* `rotator` is in use */
	struct log_rotator rotator;
	struct outlet outlet;
	struct buf batch;
};

static uint64_t log_queue_lines(const char *bytes, size_t length)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < length; i++)
		count += bytes[i] == '\n';
	return count;
}

/*
 * A file that ends within a line (a crash, another program) must not swallow our first one. Only where nobody of us writes at the
 * same time: in the midst of a write of ours the file looks torn.
 */
static void log_queue_end_line(int fd)
{
	char path[40], last;
	auto_fd int reader = -1;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return;
	reader = open(path, O_RDONLY | O_CLOEXEC);
	if (reader >= 0 && pread(reader, &last, 1, st.st_size - 1) == 1 && last != '\n' && write(fd, "\n", 1) != 1)
		warn("log: the file ends within a line: %s", strerror(errno));
}

static void log_queue_swap_fd(struct log_queue *queue)
{
	int fd = queue->next_fd;

	queue->next_fd = -1;
	queue->trouble = 0;
	if (queue->outlet.is_owned)
		close(queue->outlet.fd);
	if (queue->is_rotating)
		fd = log_rotator_adopt(&queue->rotator, fd);
	log_queue_end_line(fd);
	outlet_init(&queue->outlet, fd, true);
}

/* How much of the batch may go to the file that is open then. Not locked. */
static size_t log_queue_room(struct log_queue *queue, size_t done, bool by_age)
{
	const char *bytes = queue->batch.bytes + done;
	size_t length = queue->batch.length - done, room;
	int fd = queue->outlet.fd;

	if (!queue->is_rotating || queue->outlet.kind != OUTLET_FILE)
		return length;
	room = log_rotator_room(&queue->rotator, &fd, bytes, length, done && bytes[-1] != '\n', by_age);
	if (fd != queue->outlet.fd) {
		close(queue->outlet.fd);
		outlet_init(&queue->outlet, fd, true);
	}
	return room;
}

/* After a write that failed. Locked. False: the rest of the batch is not to be written. */
static bool log_queue_again(struct log_queue *queue, int error)
{
	struct timespec until;

	if (error == -EPIPE || (queue->is_patient && error != -EAGAIN)) {
		queue->error = error;
		return false;
	}
	if (queue->gives_up)
		return false;
	if (error == -EAGAIN) {
		pthread_mutex_unlock(&queue->lock);
		outlet_wait(&queue->outlet, SLICE_MS);
		pthread_mutex_lock(&queue->lock);
		return !queue->gives_up;
	}
	queue->trouble = error;
	until = io_in_ms(TRY_AGAIN_MS);
	while (queue->next_fd < 0 && !queue->gives_up)
		if (pthread_cond_timedwait(&queue->to_thread, &queue->lock, &until))
			break;
	return !queue->gives_up;
}

/* Locked at call and return. */
static void log_queue_write_batch(struct log_queue *queue)
{
	size_t done = 0;

	while (done < queue->batch.length) {
		bool by_age = !queue->is_patient;
		ssize_t put;

		/* a new file begins with a line */
		if (queue->next_fd >= 0 && (!done || queue->batch.bytes[done - 1] == '\n'))
			log_queue_swap_fd(queue);
		pthread_mutex_unlock(&queue->lock);
		put = outlet_put(&queue->outlet, queue->batch.bytes + done, log_queue_room(queue, done, by_age));
		pthread_mutex_lock(&queue->lock);
		queue->rotate_trouble = queue->rotator.trouble;
		if (put > 0) {
			done += (size_t)put;
			queue->batch_bytes -= (size_t)put;
			queue->written_bytes += (size_t)put;
			queue->trouble = 0;
			pthread_cond_broadcast(&queue->to_reader);
		} else if (!log_queue_again(queue, put ? (int)put : -EAGAIN)) {
			break;
		}
	}
	if (queue->error != -EPIPE)
		queue->dropped_count += log_queue_lines(queue->batch.bytes + done,
							queue->batch.length - done);
	queue->batch_bytes = 0;
	buf_reset(&queue->batch);
}

/* A wake-up and a write for each line would cost more than the line: what comes within a short time is written at once. Locked. */
static void log_queue_gather(struct log_queue *queue)
{
	struct timespec until = io_in_ms(GATHER_MS);

	while (queue->pending.length && queue->pending.length < GATHER_BYTES && !queue->is_stopping && queue->next_fd < 0)
		if (pthread_cond_timedwait(&queue->to_thread, &queue->lock, &until))
			break;
}

static void *log_queue_run(void *arg)
{
	struct log_queue *queue = arg;
	struct buf swap;

	pthread_mutex_lock(&queue->lock);
	for (;;) {
		while (!queue->pending.length && !queue->is_stopping && queue->next_fd < 0)
			pthread_cond_wait(&queue->to_thread, &queue->lock);
		log_queue_gather(queue);
		if (queue->next_fd >= 0)
			log_queue_swap_fd(queue);
		if (!queue->pending.length && queue->is_stopping)
			break;
		swap = queue->batch;
		queue->batch = queue->pending;
		queue->pending = swap;
		queue->batch_bytes = queue->batch.length;
		log_queue_write_batch(queue);
		pthread_cond_broadcast(&queue->to_reader);
	}
	queue->has_ended = true;
	pthread_cond_broadcast(&queue->to_reader);
	pthread_mutex_unlock(&queue->lock);
	return NULL;
}

struct log_queue *log_queue_new(int fd, bool owned, const struct log_rotation *rotation)
{
	struct log_queue *queue = mem_new(sizeof(*queue));
	pthread_condattr_t monotonic;
	sigset_t all, before;
	int error;

	outlet_init(&queue->outlet, fd, owned);
	if (owned)
		log_queue_end_line(fd);
	queue->next_fd = -1;
	queue->is_rotating = rotation && (rotation->max_bytes || rotation->max_age_ns);
	if (queue->is_rotating)
		log_rotator_init(&queue->rotator, rotation, queue->outlet.fd);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->to_thread, &monotonic);
	pthread_cond_init(&queue->to_reader, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's; SIGPIPE becomes EPIPE */
	error = pthread_create(&queue->thread, NULL, log_queue_run, queue);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) {
		warn("log: no thread: %s", strerror(error));
		_exit(EXIT_CODE_RUNTIME); /* as mem_new: a machine that cannot give a thread */
	}
	return queue;
}

void log_queue_set_patient(struct log_queue *queue, bool patient)
{
	pthread_mutex_lock(&queue->lock);
	queue->is_patient = patient;
	pthread_mutex_unlock(&queue->lock);
}

/* Until the thread has moved something, or a slice of time is over. Locked. */
static void log_queue_doze(struct log_queue *queue)
{
	struct timespec until = io_in_ms(SLICE_MS);

	pthread_cond_timedwait(&queue->to_reader, &queue->lock, &until);
}

static bool log_queue_take(struct log_queue *queue, const char *bytes, size_t length, bool counted)
{
	bool fits;

	pthread_mutex_lock(&queue->lock);
	while (queue->is_patient && !queue->error &&
	       queue->pending.length + queue->batch_bytes + length > LIMIT_LOG_QUEUE_BYTES &&
	       !outlet_is_interrupted())
		log_queue_doze(queue);
	fits = !queue->error &&
	       queue->pending.length + queue->batch_bytes + length <= LIMIT_LOG_QUEUE_BYTES;
	if (fits) {
		size_t before = queue->pending.length;

		buf_add(&queue->pending, bytes, length);
		if (!before || (before < GATHER_BYTES && queue->pending.length >= GATHER_BYTES))
			pthread_cond_signal(&queue->to_thread);
	} else if (counted && queue->error != -EPIPE) {
		queue->dropped_count++;
	}
	pthread_mutex_unlock(&queue->lock);
	return fits;
}

bool log_queue_add(struct log_queue *queue, const char *bytes, size_t length)
{
	return log_queue_take(queue, bytes, length, true);
}

bool log_queue_mark(struct log_queue *queue, const char *bytes, size_t length)
{
	return log_queue_take(queue, bytes, length, false);
}

void log_queue_reopen(struct log_queue *queue, int fd)
{
	pthread_mutex_lock(&queue->lock);
	if (queue->next_fd >= 0)
		close(queue->next_fd);
	queue->next_fd = fd;
	pthread_cond_signal(&queue->to_thread);
	pthread_mutex_unlock(&queue->lock);
}

static struct log_queue_state log_queue_state_locked(const struct log_queue *queue)
{
	return (struct log_queue_state){
		.dropped_count = queue->dropped_count,
		.queued_bytes = queue->pending.length + queue->batch_bytes,
		.error = queue->error,
		.trouble = queue->trouble,
		.rotate_trouble = queue->rotate_trouble,
	};
}

struct log_queue_state log_queue_state(struct log_queue *queue)
{
	struct log_queue_state state;

	pthread_mutex_lock(&queue->lock);
	state = log_queue_state_locked(queue);
	pthread_mutex_unlock(&queue->lock);
	return state;
}

/* Until the thread has ended, or nothing has moved for long enough. Locked. */
static void log_queue_drain(struct log_queue *queue, bool hurried)
{
	struct timespec until = io_in_ms(OUTLET_STUCK_MS);
	uint64_t before = queue->written_bytes;

	while (!queue->has_ended) {
		if (queue->is_patient && !hurried && !outlet_is_interrupted()) {
			log_queue_doze(queue);
			until = io_in_ms(OUTLET_STUCK_MS);
			continue;
		}
		if (pthread_cond_timedwait(&queue->to_reader, &queue->lock, &until))
			break;
		if (!hurried && queue->written_bytes != before) {
			before = queue->written_bytes;
			until = io_in_ms(OUTLET_STUCK_MS);
		}
	}
}

struct log_queue_state log_queue_free(struct log_queue *queue, bool hurried)
{
	struct log_queue_state state;
	struct timespec until;

	pthread_mutex_lock(&queue->lock);
	queue->is_stopping = true;
	pthread_cond_signal(&queue->to_thread);
	log_queue_drain(queue, hurried);
	queue->gives_up = true;
	pthread_cond_signal(&queue->to_thread);
	until = io_in_ms(4 * SLICE_MS);
	while (!queue->has_ended && !pthread_cond_timedwait(&queue->to_reader, &queue->lock, &until))
		;
	if (!queue->has_ended) { /* stuck inside write(2) on a terminal that we may not open again */
		queue->dropped_count += log_queue_lines(queue->pending.bytes, queue->pending.length);
		state = log_queue_state_locked(queue);
		pthread_mutex_unlock(&queue->lock);
		pthread_detach(queue->thread); /* and what it uses stays */
		return state;
	}
	state = log_queue_state_locked(queue);
	pthread_mutex_unlock(&queue->lock);
	pthread_join(queue->thread, NULL);
	if (queue->next_fd >= 0)
		close(queue->next_fd);
	if (queue->is_rotating)
		log_rotator_fini(&queue->rotator);
	outlet_fini(&queue->outlet);
	buf_fini(&queue->pending);
	buf_fini(&queue->batch);
	pthread_cond_destroy(&queue->to_thread);
	pthread_cond_destroy(&queue->to_reader);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
	return state;
}
