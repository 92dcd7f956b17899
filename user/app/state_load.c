// SPDX-License-Identifier: Apache-2.0
/*
 * In: whatever lies at the path: a state file, a part of one, a directory, a FIFO. Out: its
 * content, or it is moved out of the way. The rule that surprises: nothing is deleted. Who comes
 * back from a crash wants to look.
 */
#include "app/state_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"

#define WHY_BYTES   200
#define ASIDE_TRIES 1000

static int read_all(int fd, size_t size_bytes, struct buf *text)
{
	char part[1 << 16];

	while (text->length <= size_bytes) {
		ssize_t length = read(fd, part, sizeof(part));

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (!length)
			break;
		buf_add(text, part, (size_t)length);
	}
	return 0;
}

/* A mistyped --state must not move somebody's directory or device away. */
static bool may_move(const char *path, const struct stat *status)
{
	struct dirent *entry;
	bool is_empty = true;
	DIR *directory;

	if (!S_ISDIR(status->st_mode))
		return !S_ISCHR(status->st_mode) && !S_ISBLK(status->st_mode);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			is_empty = false;
	if (directory)
		closedir(directory);
	return directory && is_empty;
}

/* 0, -ENOENT, -EBADMSG and why, -ENOTSUP and why: it is to stay where it is. */
static int read_file(const char *path, struct buf *text, char *why)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	int error;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &status)) {
		snprintf(why, WHY_BYTES, "it cannot be opened: %s", strerror(errno));
		return -EBADMSG;
	}
	if (!S_ISREG(status.st_mode)) {
		snprintf(why, WHY_BYTES, "it is not a regular file");
		return may_move(path, &status) ? -EBADMSG : -ENOTSUP;
	}
	if ((uint64_t)status.st_size > STATE_TEXT_MAX_BYTES) {
		snprintf(why, WHY_BYTES, "it is larger than %u MiB", STATE_TEXT_MAX_BYTES >> 20);
		return -EBADMSG;
	}
	buf_text(text, "");
	error = read_all(fd, STATE_TEXT_MAX_BYTES, text);
	if (error)
		snprintf(why, WHY_BYTES, "it cannot be read: %s", strerror(-error));
	return error ? -EBADMSG : 0;
}

/* A name that is free: PATH.damaged-20261124T073200Z, with -2, -3, ... behind it when there was one
 * in that second. */
static char *move_aside(const char *path)
{
	char stamp[32];
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	for (unsigned i = 1; i < ASIDE_TRIES; i++) {
		char *to = i == 1 ? mem_format("%s.damaged-%s", path, stamp)
				  : mem_format("%s.damaged-%s-%u", path, stamp, i);
		struct stat status;

		/* not every file system knows RENAME_NOREPLACE; by the lock nobody else does this */
		if (lstat(to, &status) && errno == ENOENT && !rename(path, to))
			return to;
		free(to);
	}
	return NULL;
}

/* -ENOENT, 0, -EBADMSG (it is aside now), -ENOTSUP (it is where it was). */
static int load_one(const char *path, struct state_content *content, char **aside)
{
	auto_free char *moved = NULL;
	struct buf text = {0};
	char why[WHY_BYTES] = "";
	int error = read_file(path, &text, why);

	if (!error)
		error = state_text_parse(content, text.bytes, text.length, why, sizeof(why));
	buf_fini(&text);
	if (!error || error == -ENOENT)
		return error;
	state_content_fini(content);
	moved = error == -ENOTSUP ? NULL : move_aside(path);
	if (!moved) {
		warn("the state file %s cannot be used (%s)%s%s: it is left alone; alerts, "
		     "acknowledgements and silences will not "
		     "survive this run",
		     path, why, error == -ENOTSUP ? "" : ", nor moved aside: ",
		     error == -ENOTSUP ? "" : strerror(errno));
		return -ENOTSUP;
	}
	free(*aside);
	*aside = mem_format("%s (%s)", moved, why);
	warn("the state file %s is damaged (%s): it is now %s", path, why, moved);
	return -EBADMSG;
}

enum state_load state_load(const char *path, struct state_content *content, char **aside)
{
	static const char *const suffixes[] = {".new", ".sync", ""};

	*content = (struct state_content){0};
	*aside = NULL;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		auto_free char *one = mem_format("%s%s", path, suffixes[i]);
		int error = load_one(one, content, aside);

		if (error == -ENOTSUP)
			return STATE_LOAD_KEEP;
		if (error)
			continue;
		if (*aside)
			warn("restored is what %s held before (saved %s)", one, content->saved_at);
		return STATE_LOAD_FOUND;
	}
	if (*aside)
		warn("alerts, acknowledgements and silences of the former run are not restored");
	return STATE_LOAD_NONE;
}
