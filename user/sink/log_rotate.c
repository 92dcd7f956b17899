// SPDX-License-Identifier: Apache-2.0
/*
 * In: a file that is full or old. Out: a new one in its place, the old ones moved on by one, the oldest gone.
 * The rule that surprises: the first step makes FILE into FILE.0, and only when the new FILE is open are the
 * others moved; so whatever fails, no line is lost, and the log goes on in the file that it has.
 */
#include "sink/log_rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/units.h"

#define AGAIN_NS (250 * NS_PER_MS)

static uint64_t real_now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	return (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
}

/* --- the file's name -------------------------------------------------------------------------------------- */

static bool is_same_file(int fd, const char *path)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !stat(path, &there) && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static void note_begin(struct log_rotator *rotator, int fd)
{
	uint64_t now_ns = real_now_ns(), born_ns;
	struct statx made;

	rotator->begun_at_real_ns = now_ns;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME | STATX_SIZE, &made) || !(made.stx_mask & STATX_BTIME) ||
	    !made.stx_size)
		return;
	born_ns = (uint64_t)made.stx_btime.tv_sec * NS_PER_S + made.stx_btime.tv_nsec;
	if (born_ns < now_ns)
		rotator->begun_at_real_ns = born_ns;
}

static void resolve(struct log_rotator *rotator)
{
	char *real = realpath(rotator->given_path, NULL);

	free(rotator->path);
	rotator->path = real ? real : mem_string(rotator->given_path);
}

void log_rotator_init(struct log_rotator *rotator, const struct log_rotation *wanted, int fd)
{
	*rotator = (struct log_rotator){ .wanted = *wanted };
	rotator->given_path = mem_string(wanted->path);
	resolve(rotator);
	note_begin(rotator, fd);
}

void log_rotator_fini(struct log_rotator *rotator)
{
	free(rotator->given_path);
	free(rotator->path);
}

/* With the rights of the old one. -errno. */
static int open_new(const char *path, int old_fd)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
	int fd = open(path, flags | O_EXCL, 0640);
	struct stat old;

	if (fd < 0 && errno == EEXIST) /* somebody made it for us, as logrotate does */
		return (fd = open(path, flags, 0640)) < 0 ? -errno : fd;
	if (fd < 0)
		return -errno;
	if (!fstat(old_fd, &old)) {
		int error = fchown(fd, old.st_uid, old.st_gid);

		if (!error)
			error = fchmod(fd, old.st_mode & 07777);
		(void)error; /* it is ours alone then, which is safe */
	}
	return fd;
}

int log_rotator_adopt(struct log_rotator *rotator, int fd)
{
	int there;

	resolve(rotator);
	if (!is_same_file(fd, rotator->path)) { /* we moved it between its opening and now */
		there = open_new(rotator->path, fd);
		if (there >= 0) {
			close(fd);
			fd = there;
		}
	}
	note_begin(rotator, fd);
	return fd;
}

/* --- a rotation ------------------------------------------------------------------------------------------- */

static char *old_name(const struct log_rotator *rotator, uint64_t number)
{
	return mem_format("%s.%llu", rotator->path, (unsigned long long)number);
}

/* FILE.0 becomes FILE.1, after all others have moved on. 0, -ENOENT: there is no FILE.0, or another -errno. */
static int shift(const struct log_rotator *rotator)
{
	auto_free char *newest = old_name(rotator, 0), *first = old_name(rotator, 1);
	uint64_t number;
	struct stat st;

	if (lstat(newest, &st))
		return -errno;
	if (!rotator->wanted.keep_count)
		return unlink(newest) ? -errno : 0;
	/* move no more than it takes to make room */
	for (number = 1; number < rotator->wanted.keep_count; number++) {
		auto_free char *at = old_name(rotator, number);

		if (lstat(at, &st))
			break;
	}
	for (; number > 1; number--) {
		auto_free char *from = old_name(rotator, number - 1), *to = old_name(rotator, number);

		if (rename(from, to) && errno != ENOENT)
			return -errno;
	}
	return rename(newest, first) ? -errno : 0;
}

/* The new fd, or -errno and everything is as before. */
static int rotate(struct log_rotator *rotator, int fd)
{
	auto_free char *aside = old_name(rotator, 0);
	int error, fresh;

	if (!is_same_file(fd, rotator->path)) /* somebody has taken it away: the name is free, or another's */
		return open_new(rotator->path, fd);
	error = shift(rotator); /* what a former rotation left half done */
	if (error && error != -ENOENT)
		return error;
	if (rename(rotator->path, aside))
		return -errno;
	fresh = open_new(rotator->path, fd);
	if (fresh < 0) {
		if (rename(aside, rotator->path))
			return -errno;
		return fresh;
	}
	shift(rotator); /* if it fails, the next rotation says so before it does anything */
	return fresh;
}

static bool is_due(struct log_rotator *rotator, uint64_t size_bytes, size_t line_bytes, bool by_age)
{
	if (!size_bytes) {
		rotator->begun_at_real_ns = real_now_ns();
		return false;
	}
	if (rotator->wanted.max_bytes && size_bytes + line_bytes > rotator->wanted.max_bytes)
		return true;
	return by_age && rotator->wanted.max_age_ns &&
	       real_now_ns() > rotator->begun_at_real_ns + rotator->wanted.max_age_ns;
}

static void try_rotate(struct log_rotator *rotator, int *fd)
{
	uint64_t now_ns = io_now_ns();
	int fresh;

	if (rotator->trouble && now_ns < rotator->again_at_ns)
		return;
	fresh = rotate(rotator, *fd);
	rotator->trouble = fresh < 0 ? fresh : 0;
	rotator->again_at_ns = now_ns + AGAIN_NS;
	if (fresh < 0)
		return;
	*fd = fresh;
	note_begin(rotator, fresh);
}

static size_t line_length(const char *bytes, size_t length)
{
	const char *newline = memchr(bytes, '\n', length);

	return newline ? (size_t)(newline - bytes) + 1 : length;
}

size_t log_rotator_room(struct log_rotator *rotator, int *fd, const char *bytes, size_t length, bool in_line,
			bool by_age)
{
	size_t line_bytes = line_length(bytes, length);
	uint64_t max_bytes = rotator->wanted.max_bytes, room;
	const char *newline;
	struct stat st;

	if (!max_bytes && !rotator->wanted.max_age_ns)
		return length;
	if (in_line)
		return line_bytes;
	if (fstat(*fd, &st) || !S_ISREG(st.st_mode))
		return length;
	if (is_due(rotator, (uint64_t)st.st_size, line_bytes, by_age)) {
		try_rotate(rotator, fd);
		if (rotator->trouble || fstat(*fd, &st))
			return length;
	}
	if (!max_bytes)
		return length;
	room = max_bytes > (uint64_t)st.st_size ? max_bytes - (uint64_t)st.st_size : 0;
	newline = memrchr(bytes, '\n', room < length ? (size_t)room : length);
	return newline ? (size_t)(newline - bytes) + 1 : line_bytes;
}
