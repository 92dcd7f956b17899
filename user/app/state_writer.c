// SPDX-License-Identifier: Apache-2.0
/*
 * In: texts. Out: a file.
 * The rule that surprises: whoever waits for a disk that hangs waits once. The next wait returns at once until a write has ended
 * well, so tracing goes on, and control says "not saved".
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
#include <time.h>
#include <unistd.h>

#include "app/state_text.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"

#define TRY_AGAIN_MS 1000

struct state_writer {
	pthread_t thread;
	pthread_mutex_t lock; /* all below but the paths */
	pthread_cond_t to_thread;
	pthread_cond_t to_waiter;
	char *path;
	char *temporary_path;
	char *directory;
	int event_fd;
	struct buf pending;
	uint64_t pending_generation;
	bool has_pending;
	bool is_slow; /* somebody waited in vain since the last write that went well */
	bool is_stopping;
	bool has_thread;
	bool has_ended;
	struct state_writer_figures figures;
};

static struct timespec in_ms(unsigned ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += (long)(ms % 1000 * NS_PER_MS);
	at.tv_sec += ms / 1000 + (unsigned)(at.tv_nsec / (long)NS_PER_S);
	at.tv_nsec %= (long)NS_PER_S;
	return at;
}

static int write_bytes(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->length) {
		ssize_t wrote = write(fd, text->bytes + done, text->length - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		done += (size_t)wrote;
	}
	return 0;
}

static int sync_directory(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fsync(fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
}

static int write_temporary(const struct state_writer *writer, const struct buf *head, const struct buf *body)
{
	int fd, error;

	/* a rest of a former run, or somebody's trap in a directory that others may write to */
	unlink(writer->temporary_path);
	fd = open(writer->temporary_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	error = write_bytes(fd, head);
	if (!error)
		error = write_bytes(fd, body);
	if (!error && fsync(fd))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

static int write_file(const struct state_writer *writer, const struct buf *body)
{
	struct buf head = { 0 };
	int error;

	if (body->length + 128 > STATE_TEXT_MAX_BYTES)
		return -EFBIG;
	state_text_head(&head, body);
	error = write_temporary(writer, &head, body);
	if (!error && rename(writer->temporary_path, writer->path))
		error = -errno;
	if (!error)
		error = sync_directory(writer->directory);
	else
		unlink(writer->temporary_path);
	buf_fini(&head);
	return error;
}

/* Locked. */
static void note_result(struct state_writer *writer, int error, uint64_t generation, size_t bytes)
{
	struct state_writer_figures *figures = &writer->figures;
	const uint64_t one = 1;

	if (error && error != figures->error)
		warn("the state file %s cannot be written: %s; tried again each second", writer->path, strerror(-error));
	else if (!error && figures->error)
		warn("the state file %s is written again", writer->path);
	figures->error = error;
	if (error) {
		figures->failures_count++;
	} else {
		figures->writes_count++;
		figures->bytes = bytes;
		figures->written_generation = generation;
		figures->has_written = true;
		writer->is_slow = false;
	}
	pthread_cond_broadcast(&writer->to_waiter);
	if (write(writer->event_fd, &one, sizeof(one)) < 0)
		errno = 0; /* the counter is full: readable all the same */
}

/* Locked. After a failure: the same text again, unless there is a newer one. */
static void put_back(struct state_writer *writer, struct buf *body, uint64_t generation)
{
	struct timespec until = in_ms(TRY_AGAIN_MS);

	if (!writer->has_pending) {
		struct buf empty = writer->pending;

		writer->pending = *body;
		*body = empty;
		writer->pending_generation = generation;
		writer->has_pending = true;
	}
	while (!writer->is_stopping)
		if (pthread_cond_timedwait(&writer->to_thread, &writer->lock, &until))
			break;
}

/* Locked. */
static void write_pending(struct state_writer *writer, struct buf *body)
{
	uint64_t generation = writer->pending_generation;
	bool is_last = writer->is_stopping;
	struct buf taken = writer->pending;
	int error;

	writer->pending = *body;
	writer->has_pending = false;
	*body = taken;
	pthread_mutex_unlock(&writer->lock);
	error = write_file(writer, body);
	pthread_mutex_lock(&writer->lock);
	note_result(writer, error, generation, body->length);
	if (error && !is_last)
		put_back(writer, body, generation);
	buf_reset(body);
}

static void *run(void *arg)
{
	struct state_writer *writer = arg;
	struct buf body = { 0 };

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		while (!writer->has_pending && !writer->is_stopping)
			pthread_cond_wait(&writer->to_thread, &writer->lock);
		if (!writer->has_pending)
			break;
		write_pending(writer, &body);
	}
	writer->has_ended = true;
	pthread_cond_broadcast(&writer->to_waiter);
	pthread_mutex_unlock(&writer->lock);
	buf_fini(&body);
	return NULL;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_string(".");
	return slash == path ? mem_string("/") : mem_format("%.*s", (int)(slash - path), path);
}

struct state_writer *state_writer_new(const char *path)
{
	struct state_writer *writer = mem_new(sizeof(*writer));
	pthread_condattr_t monotonic;
	sigset_t all, before;

	writer->path = mem_string(path);
	writer->temporary_path = mem_format("%s.tmp", path);
	writer->directory = directory_of(path);
	writer->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->to_thread, &monotonic);
	pthread_cond_init(&writer->to_waiter, &monotonic);
	pthread_condattr_destroy(&monotonic);
	/* signals are the session's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	writer->has_thread = !pthread_create(&writer->thread, NULL, run, writer);
	writer->has_ended = !writer->has_thread;
	if (!writer->has_thread)
		warn("there is no thread to write the state file %s", path);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
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
	pthread_cond_signal(&writer->to_thread);
	pthread_mutex_unlock(&writer->lock);
	*body = old;
	buf_reset(body);
}

static bool holds(const struct state_writer *writer, uint64_t generation)
{
	return writer->figures.has_written && writer->figures.written_generation >= generation;
}

bool state_writer_wait(struct state_writer *writer, uint64_t generation, unsigned ms)
{
	struct timespec until = in_ms(ms);
	bool is_held;

	pthread_mutex_lock(&writer->lock);
	while (!holds(writer, generation) && ms && !writer->is_slow && !writer->figures.error && !writer->has_ended)
		if (pthread_cond_timedwait(&writer->to_waiter, &writer->lock, &until) == ETIMEDOUT)
			break;
	is_held = holds(writer, generation);
	if (!is_held && ms)
		writer->is_slow = true;
	pthread_mutex_unlock(&writer->lock);
	return is_held;
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

bool state_writer_free(struct state_writer *writer, unsigned ms)
{
	struct timespec until = in_ms(ms);
	bool has_ended;

	pthread_mutex_lock(&writer->lock);
	writer->is_stopping = true;
	pthread_cond_signal(&writer->to_thread);
	while (!writer->has_ended)
		if (pthread_cond_timedwait(&writer->to_waiter, &writer->lock, &until) == ETIMEDOUT)
			break;
	has_ended = writer->has_ended;
	pthread_mutex_unlock(&writer->lock);
	if (!has_ended) { /* the disk hangs, and with it the thread: the process's end takes both */
		warn("the state file %s could not be written in time", writer->path);
		pthread_detach(writer->thread);
		return false;
	}
	if (writer->has_thread)
		pthread_join(writer->thread, NULL);
	close(writer->event_fd);
	buf_fini(&writer->pending);
	free(writer->path);
	free(writer->temporary_path);
	free(writer->directory);
	free(writer);
	return true;
}
