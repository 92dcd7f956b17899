/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log's file gives way to a new one: FILE becomes FILE.1, FILE.1 becomes FILE.2, and so on. Used by the
 * writer's thread alone.
 * In: the open file and what comes next. Out: how much of it may be written, and a new fd when the old file is
 * full or old.
 */
#ifndef SINK_LOG_ROTATE_H
#define SINK_LOG_ROTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wanted; all zero but the path: no rotation. */
struct log_rotation {
	const char *path;
	uint64_t max_bytes;
	uint64_t keep_count;
	uint64_t max_age_ns; /* by the host's clock */
};

struct log_rotator {
	struct log_rotation wanted;
	char *given_path;
	char *path;		   /* without symbolic links */
	uint64_t begun_at_real_ns; /* when the file was made */
	uint64_t again_at_ns;	   /* CLOCK_MONOTONIC: not before that after a failure */
	int trouble;		   /* -errno of the last try; 0 = it went well */
};

void log_rotator_init(struct log_rotator *rotator, const struct log_rotation *wanted, int fd);
void log_rotator_fini(struct log_rotator *rotator);
/* fd was opened by the given path. If the name is another file's by now, the new fd of that; else fd. */
int log_rotator_adopt(struct log_rotator *rotator, int fd);
/*
 * How many of the bytes may be written to *fd now: whole lines, at least one (the rest of one when `in_line`). When
 * the next line does not fit or the file is too old, *fd is a new file, and the caller closes the old one.
 */
size_t log_rotator_room(struct log_rotator *rotator, int *fd, const char *bytes, size_t length, bool in_line,
			bool by_age);

#endif
