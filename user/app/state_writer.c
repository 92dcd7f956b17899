// SPDX-License-Identifier: Apache-2.0
/*
 * In: texts. Out: files.
 * The rules that surprise: a text that only has to outlive us needs no fsync, so telling people
 * waits for the page cache, and only those who asked for something wait for the disk. And `lock` is
 * never held over a call that a disk may keep: whoever puts a text never waits for one.
 */
#include "app/state_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/state_text.h"
#include "base/auto.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"

#define TRY_AGAIN_MS 1000
#define HEAD_BYTES   128 /* more than a head has */

struct state_writer {
	char *path, *part_path, *new_path, *sync_path, *directory;
	int event_fd;
	pthread_t write_thread, sync_thread;
	pthread_mutex_t new_lock; /* of the two threads alone: what PATH.new is */
	uint64_t new_generation;
	pthread_mutex_t lock; /* all below */
	pthread_cond_t to_write_thread, to_sync_thread, to_waiter;
	struct buf pending;
	struct buf kept; /* the last text: a failed fsync may have dropped its pages */
	uint64_t pending_generation, kept_generation;
	bool has_pending;
	bool must_rewrite; /* what was written could not be saved */
	bool has_new;	   /* PATH.new was written since the sync thread last took it */
	bool is_slow;	   /* somebody waited in vain since something was last written */
	bool is_stopping;
	bool has_tried_last;
	bool has_write_ended, has_sync_ended;
	unsigned threads_count;
	struct state_writer_figures figures;
};

/* Locked. */
static void note_result(struct state_writer *writer, int error)
{
	struct state_writer_figures *figures = &writer->figures;
	const uint64_t one = 1;

	if (error && error != figures->error)
		warn("the state file %s cannot be written: %s; tried again each second",
		     writer->path, strerror(-error));
	else if (!error && figures->error)
		warn("the state file %s is written again", writer->path);
	figures->error = error;
	figures->failures_count += error != 0;
	figures->saves_count += error == 0;
	pthread_cond_broadcast(&writer->to_waiter);
	if (write(writer->event_fd, &one, sizeof(one)) < 0)
		errno = 0; /* the counter is full: readable all the same */
}

/* --- written --- */

static int write_part(const struct state_writer *writer, const struct buf *head,
		      const struct buf *body)
{
	int fd, error;

	/* a rest of a former run, or somebody's trap in a directory that others may write to */
	unlink(writer->part_path);
	fd = open(writer->part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	error = io_write_all(fd, head->bytes, head->length);
	if (!error)
		error = io_write_all(fd, body->bytes, body->length);
	if (close(fd) && !error)
		error = -errno;
	return error;
}

static int rename_new(struct state_writer *writer, uint64_t generation)
{
	int error;

	pthread_mutex_lock(&writer->new_lock);
	error = rename(writer->part_path, writer->new_path) ? -errno : 0;
	if (!error)
		writer->new_generation = generation;
	pthread_mutex_unlock(&writer->new_lock);
	return error;
}

static int write_new(struct state_writer *writer, const struct buf *body, uint64_t generation)
{
	struct buf head = {0};
	int error;

	if (body->length + HEAD_BYTES > STATE_TEXT_MAX_BYTES)
		return -EFBIG;
	state_text_head(&head, body);
	error = write_part(writer, &head, body);
	if (!error)
		error = rename_new(writer, generation);
	if (error)
		unlink(writer->part_path);
	buf_fini(&head);
	return error;
}

/* Locked. The last text again, unless there is a newer one. When we are to stop, at once, and once.
 */
static void plan_rewrite(struct state_writer *writer)
{
	struct timespec until = io_in_ms(TRY_AGAIN_MS);

	writer->must_rewrite = false;
	while (!writer->is_stopping)
		if (pthread_cond_timedwait(&writer->to_write_thread, &writer->lock, &until) ==
		    ETIMEDOUT)
			break;
	writer->has_tried_last = writer->is_stopping;
	if (writer->has_pending)
		return;
	buf_reset(&writer->pending);
	buf_add(&writer->pending, writer->kept.bytes, writer->kept.length);
	writer->pending_generation = writer->kept_generation;
	writer->has_pending = true;
}

/* Locked. */
static void write_pending(struct state_writer *writer)
{
	struct buf body = writer->pending;
	uint64_t generation = writer->pending_generation;
	int error;

	writer->pending = writer->kept;
	writer->has_pending = false;
	writer->kept = (struct buf){0};
	buf_reset(&writer->pending);
	pthread_mutex_unlock(&writer->lock);
	error = write_new(writer, &body, generation);
	pthread_mutex_lock(&writer->lock);
	writer->kept = body;
	writer->kept_generation = generation;
	if (error) {
		writer->must_rewrite = writer->is_slow = true;
		note_result(writer, error);
		return;
	}
	writer->figures.written_generation = generation;
	writer->figures.bytes = body.length;
	writer->is_slow = false;
	writer->has_new = true;
	pthread_cond_signal(&writer->to_sync_thread);
	pthread_cond_broadcast(&writer->to_waiter);
}

static void *run_write(void *arg)
{
	struct state_writer *writer = arg;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		while (!writer->has_pending && !writer->must_rewrite && !writer->is_stopping)
			pthread_cond_wait(&writer->to_write_thread, &writer->lock);
		if (writer->must_rewrite && !writer->has_tried_last)
			plan_rewrite(writer);
		if (writer->has_pending)
			write_pending(writer);
		else if (writer->is_stopping)
			break;
	}
	writer->has_write_ended = true;
	pthread_cond_signal(&writer->to_sync_thread);
	pthread_cond_broadcast(&writer->to_waiter);
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* --- saved --- */

static int sync_path(const char *path, int flags)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	return fsync(fd) ? -errno : 0;
}

static int take_new(struct state_writer *writer, uint64_t *generation)
{
	int error;

	pthread_mutex_lock(&writer->new_lock);
	error = rename(writer->new_path, writer->sync_path) ? -errno : 0;
	*generation = writer->new_generation;
	pthread_mutex_unlock(&writer->new_lock);
	return error;
}

static int save_new(struct state_writer *writer, uint64_t *generation)
{
	int error = take_new(writer, generation);

	if (!error)
		error = sync_path(writer->sync_path, O_NOFOLLOW);
	if (!error && rename(writer->sync_path, writer->path))
		error = -errno;
	if (error)
		return error;
	error = sync_path(writer->directory, O_DIRECTORY);
	return error == -EINVAL || error == -EROFS
		       ? 0
		       : error; /* file systems whose directories cannot be synced */
}

/* Locked. */
static void save_pending(struct state_writer *writer)
{
	uint64_t generation;
	int error;

	writer->has_new = false;
	pthread_mutex_unlock(&writer->lock);
	error = save_new(writer, &generation);
	pthread_mutex_lock(&writer->lock);
	if (error == -ENOENT && writer->figures.saved_generation == generation)
		return; /* it had become new again while we took it, and was saved then */
	if (error) {
		writer->must_rewrite = true;
		pthread_cond_signal(&writer->to_write_thread);
	} else {
		writer->figures.saved_generation = generation;
	}
	note_result(writer, error);
}

static void *run_sync(void *arg)
{
	struct state_writer *writer = arg;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		while (!writer->has_new && !writer->has_write_ended)
			pthread_cond_wait(&writer->to_sync_thread, &writer->lock);
		if (!writer->has_new)
			break;
		save_pending(writer);
	}
	writer->has_sync_ended = true;
	pthread_cond_broadcast(&writer->to_waiter);
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* --- for the others --- */

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_string(".");
	return slash == path ? mem_string("/") : mem_format("%.*s", (int)(slash - path), path);
}

static void start_threads(struct state_writer *writer)
{
	sigset_t all, before;

	pthread_mutex_lock(&writer->lock);
	/* signals are the session's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (!pthread_create(&writer->write_thread, NULL, run_write, writer))
		writer->threads_count++;
	if (writer->threads_count && !pthread_create(&writer->sync_thread, NULL, run_sync, writer))
		writer->threads_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (writer->threads_count < 2)
		warn("there are no threads to write the state file %s", writer->path);
	writer->has_write_ended = !writer->threads_count;
	writer->has_sync_ended = writer->threads_count < 2;
	pthread_mutex_unlock(&writer->lock);
}

struct state_writer *state_writer_new(const char *path)
{
	struct state_writer *writer = mem_new(sizeof(*writer));
	pthread_condattr_t monotonic;

	writer->path = mem_string(path);
	writer->part_path = mem_format("%s.part", path);
	writer->new_path = mem_format("%s.new", path);
	writer->sync_path = mem_format("%s.sync", path);
	writer->directory = directory_of(path);
	writer->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&writer->new_lock, NULL);
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->to_write_thread, &monotonic);
	pthread_cond_init(&writer->to_sync_thread, &monotonic);
	pthread_cond_init(&writer->to_waiter, &monotonic);
	pthread_condattr_destroy(&monotonic);
	start_threads(writer);
	return writer;
}

void state_writer_put(struct state_writer *writer, struct buf *body, uint64_t generation)
{
	struct buf old;

	pthread_mutex_lock(&writer->lock);
	old = writer->pending;
	writer->pending = *body;
	writer->pending_generation = generation;
	writer->has_pending = true;
	pthread_cond_signal(&writer->to_write_thread);
	pthread_mutex_unlock(&writer->lock);
	*body = old;
	buf_reset(body);
}

/* Locked. To wait longer would be in vain, or has been. */
static bool gives_up(const struct state_writer *writer, bool is_saved)
{
	return writer->has_write_ended || (is_saved ? writer->figures.error != 0 : writer->is_slow);
}

static bool wait_for(struct state_writer *writer, bool is_saved, uint64_t generation, unsigned ms)
{
	const uint64_t *reached =
		is_saved ? &writer->figures.saved_generation : &writer->figures.written_generation;
	struct timespec until = io_in_ms(ms);
	bool is_there;

	pthread_mutex_lock(&writer->lock);
	while (*reached < generation && ms && !gives_up(writer, is_saved))
		if (pthread_cond_timedwait(&writer->to_waiter, &writer->lock, &until) == ETIMEDOUT)
			break;
	is_there = *reached >= generation;
	if (!is_there && ms && !is_saved)
		writer->is_slow = true;
	pthread_mutex_unlock(&writer->lock);
	return is_there;
}

bool state_writer_wait_written(struct state_writer *writer, uint64_t generation, unsigned ms)
{
	return wait_for(writer, false, generation, ms);
}

bool state_writer_wait_saved(struct state_writer *writer, uint64_t generation, unsigned ms)
{
	return wait_for(writer, true, generation, ms);
}

int state_writer_fd(const struct state_writer *writer)
{
	return writer->event_fd;
}

struct state_writer_figures state_writer_figures(struct state_writer *writer)
{
	struct state_writer_figures figures;

	pthread_mutex_lock(&writer->lock);
	figures = writer->figures;
	pthread_mutex_unlock(&writer->lock);
	return figures;
}

static void join_threads(struct state_writer *writer)
{
	if (writer->threads_count > 0)
		pthread_join(writer->write_thread, NULL);
	if (writer->threads_count > 1)
		pthread_join(writer->sync_thread, NULL);
}

bool state_writer_free(struct state_writer *writer, unsigned ms)
{
	struct timespec until = io_in_ms(ms);
	bool has_ended;

	pthread_mutex_lock(&writer->lock);
	writer->is_stopping = true;
	pthread_cond_signal(&writer->to_write_thread);
	while (!writer->has_write_ended || !writer->has_sync_ended)
		if (pthread_cond_timedwait(&writer->to_waiter, &writer->lock, &until) == ETIMEDOUT)
			break;
	has_ended = writer->has_write_ended && writer->has_sync_ended;
	pthread_mutex_unlock(&writer->lock);
	if (!has_ended) { /* the process's end takes both */
		warn("the state file %s could not be written in time", writer->path);
		return false;
	}
	join_threads(writer);
	close(writer->event_fd);
	buf_fini(&writer->pending);
	buf_fini(&writer->kept);
	free(writer->path);
	free(writer->part_path);
	free(writer->new_path);
	free(writer->sync_path);
	free(writer->directory);
	free(writer);
	return true;
}
