// SPDX-License-Identifier: Apache-2.0
/*
 * In: a path. Out: flock(2) on the file beside it.
 * The rule that surprises: the file is removed only by who holds the lock, so who has just taken
 * one looks whether the name still means the file that was locked.
 */
#include "app/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"

#define TRIES 100

static uint32_t owner_of(int fd)
{
	char text[16] = "";
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

	return length > 0 ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

static bool is_still(int fd, const char *lock_path)
{
	struct stat ours, named;

	return !fstat(fd, &ours) && !stat(lock_path, &named) && ours.st_dev == named.st_dev &&
	       ours.st_ino == named.st_ino;
}

static void write_pid(int fd)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	/* only for messages: a full disk is no reason to give up the lock */
	if (!ftruncate(fd, 0) && pwrite(fd, text, (size_t)length, 0) != length)
		errno = 0;
}

int state_lock_take(const char *path, uint32_t *owner_pid)
{
	auto_free char *lock_path = mem_format("%s.lock", path);

	*owner_pid = 0;
	for (unsigned i = 0; i < TRIES; i++) {
		int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
			      0644);
		int error;

		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			error = -errno;
			*owner_pid = owner_of(fd);
			close(fd);
			return error;
		}
		if (is_still(fd, lock_path)) {
			write_pid(fd);
			return fd;
		}
		close(fd);
	}
	return -EBUSY;
}

void state_lock_drop(const char *path, int fd)
{
	auto_free char *lock_path = mem_format("%s.lock", path);

	if (fd < 0)
		return;
	unlink(lock_path);
	close(fd);
}
