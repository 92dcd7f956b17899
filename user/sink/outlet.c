// SPDX-License-Identifier: Apache-2.0
/*
 * In: text. Out: write(2).
 * The rule that surprises: O_NONBLOCK belongs to the open file description, which we share with the shell; so a pipe or a
 * terminal is opened a second time through /proc/self/fd, and where that fails POLLOUT is asked before each page.
 */
#include "sink/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/refuse.h"

#define OUTLET_CHUNK_BYTES (256u << 10)
#define SLICE_MS 100

static enum outlet_kind outlet_kind(int *fd, bool *owned)
{
	char path[40];
	struct stat st;
	int flags, again;

	if (fstat(*fd, &st))
		return OUTLET_BLOCKING; /* the first write tells */
	if (S_ISREG(st.st_mode))
		return OUTLET_FILE;
	if (S_ISSOCK(st.st_mode))
		return OUTLET_SOCKET;
	flags = fcntl(*fd, F_GETFL);
	if (flags >= 0 && (flags & O_NONBLOCK))
		return OUTLET_STREAM;
	if (!S_ISFIFO(st.st_mode) && !isatty(*fd))
		return OUTLET_BLOCKING;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again < 0)
		return OUTLET_BLOCKING;
	if (*owned)
		close(*fd);
	*fd = again;
	*owned = true;
	return OUTLET_STREAM;
}

void outlet_init(struct outlet *outlet, int fd, bool owned)
{
	int saved = errno;

	*outlet = (struct outlet){ .fd = fd, .is_owned = owned };
	outlet->kind = outlet_kind(&outlet->fd, &outlet->is_owned);
	errno = saved;
}

void outlet_fini(struct outlet *outlet)
{
	if (outlet->dropped_count)
		warn("output: %llu lines dropped",
		     (unsigned long long)outlet->dropped_count);
	if (outlet->is_owned)
		close(outlet->fd);
	buf_fini(&outlet->torn);
}

bool outlet_is_interrupted(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

bool outlet_wait(const struct outlet *outlet, int timeout_ms)
{
	struct pollfd poller = { .fd = outlet->fd, .events = POLLOUT };
	int ready;

	do
		ready = poll(&poller, 1, timeout_ms < 0 ? SLICE_MS : timeout_ms);
	while (ready <= 0 && timeout_ms < 0 && !outlet_is_interrupted());
	return ready > 0; /* POLLERR too: the write tells why */
}

static ssize_t outlet_write(const struct outlet *outlet, const char *bytes, size_t length)
{
	ssize_t written;

	do {
		if (outlet->kind == OUTLET_SOCKET)
			written = send(outlet->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			written = write(outlet->fd, bytes, length);
	} while (written < 0 && errno == EINTR);
	if (written < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return written;
}

/* The file ends in a torn line of ours: take it back. False: someone else has written behind it, or it cannot be cut. */
static bool outlet_cut(const struct outlet *outlet, size_t torn_bytes)
{
	off_t end = lseek(outlet->fd, 0, SEEK_CUR);
	struct stat st;

	if (end < 0 || fstat(outlet->fd, &st) || st.st_size != end)
		return false;
	end -= (off_t)torn_bytes;
	return !ftruncate(outlet->fd, end) && lseek(outlet->fd, end, SEEK_SET) == end;
}

static ssize_t outlet_put_file(const struct outlet *outlet, const char *bytes, size_t length)
{
	const char *newline;
	size_t done = 0, whole;
	ssize_t written = 0;

	if (length > OUTLET_CHUNK_BYTES) { /* a chunk ends with a line */
		newline = memrchr(bytes, '\n', OUTLET_CHUNK_BYTES);
		if (newline)
			length = (size_t)(newline - bytes) + 1;
	}
	while (done < length) {
		written = outlet_write(outlet, bytes + done, length - done);
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	if (done == length)
		return (ssize_t)done;
	newline = done ? memrchr(bytes, '\n', done) : NULL;
	whole = newline ? (size_t)(newline - bytes) + 1 : 0;
	if (whole < done && outlet_cut(outlet, done - whole))
		done = whole;
	if (done)
		return (ssize_t)done;
	return written < 0 ? written : -ENOSPC;
}

ssize_t outlet_put(struct outlet *outlet, const char *bytes, size_t length)
{
	if (outlet->kind != OUTLET_FILE)
		progress_clear(); /* it may be the same terminal */
	switch (outlet->kind) {
	case OUTLET_FILE:
		return outlet_put_file(outlet, bytes, length);
	case OUTLET_BLOCKING:
		if (!outlet_wait(outlet, 0))
			return -EAGAIN;
		return outlet_write(outlet, bytes, length < PIPE_BUF ? length : PIPE_BUF);
	default:
		return outlet_write(outlet, bytes, length);
	}
}

static uint64_t outlet_lines(const char *bytes, size_t length)
{
	const char *end = bytes + length;
	uint64_t count = 0;

	while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
		bytes++;
		count++;
	}
	return count;
}

/* Bytes that are out; fewer than length when nobody reads or writing fails. */
static size_t outlet_push(struct outlet *outlet, const char *bytes, size_t length, bool patient)
{
	size_t done = 0;

	while (done < length) {
		ssize_t put = outlet_put(outlet, bytes + done, length - done);

		if (put >= 0) {
			done += (size_t)put;
			outlet->is_stuck = false;
			continue;
		}
		if (put != -EAGAIN) {
			if (!outlet->error && put != -EPIPE)
				warn("output: %s", strerror((int)-put));
			if (!outlet->error || put == -EPIPE)
				outlet->error = (int)put;
			break;
		}
		if (!outlet_wait(outlet, patient ? -1 : outlet->is_stuck ? 0 : OUTLET_STUCK_MS)) {
			outlet->is_stuck = true;
			break;
		}
	}
	return done;
}

static void outlet_keep(struct outlet *outlet, const char *bytes, size_t length)
{
	buf_reset(&outlet->torn);
	buf_add(&outlet->torn, bytes, length);
}

void outlet_print(struct outlet *outlet, const char *bytes, size_t length, bool patient)
{
	size_t done, line;
	const char *newline;

	if (outlet->error == -EPIPE || !length)
		return;
	if (outlet->torn.length) {
		struct buf torn = outlet->torn;

		outlet->torn = (struct buf){ 0 };
		done = outlet_push(outlet, torn.bytes, torn.length, patient);
		if (done < torn.length)
			outlet_keep(outlet, torn.bytes + done, torn.length - done);
		buf_fini(&torn);
	}
	done = outlet->torn.length ? 0 : outlet_push(outlet, bytes, length, patient);
	if (done == length || outlet->error == -EPIPE)
		return;
	if (done && bytes[done - 1] != '\n') { /* the rest of this line must come before any other */
		newline = memchr(bytes + done, '\n', length - done);
		line = newline ? (size_t)(newline - bytes) + 1 - done : length - done;
		outlet_keep(outlet, bytes + done, line);
		done += line;
	}
	outlet->dropped_count += outlet_lines(bytes + done, length - done);
}
