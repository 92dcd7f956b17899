/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mappings of a process, as /proc shows them, and which /proc directory to ask.
 * In: a pid. Out: mappings in address order, each distinct path once in memory.
 * The rule that surprises: when the main thread has exited, /proc/PID shows an empty process;
 * /proc/TID of a live thread shows the whole one, map_files included.
 */
#ifndef SOURCE_MAPS_H
#define SOURCE_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#ifndef LIMIT_MAPPINGS
#define LIMIT_MAPPINGS 131072 /* twice the kernel's default limit per process */
#endif
#ifndef LIMIT_MAPPED_PATH_BYTES
#define LIMIT_MAPPED_PATH_BYTES (32u << 20) /* of all distinct paths, 4 KiB each at most */
#endif

/*
 * `device` is makedev of what maps shows: stat may say otherwise on btrfs and overlayfs. `path` is
 * as the kernel wrote it: "" = none, newlines as \012, a trailing " (deleted)" kept.
 */
struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset; /* in the file */
	uint64_t device;
	uint64_t inode; /* 0 = no file */
	bool is_executable;
	bool is_object;	   /* the first executable mapping of its file */
	bool is_probeable; /* executable, private, not writable: others get no breakpoint */
	const char *path;
};

struct maps {
	uint32_t tid; /* the directory that was read: /proc/TID/maps */
	struct mapping *mappings;
	size_t count;
	size_t capacity;
	size_t let_go_count; /* mappings beyond the limits */
	struct arena arena;
};

/*
 * One line of maps without its newline. -EINVAL when it is not one. mapping->path points into
 * `line`.
 */
int maps_parse(const char *line, struct mapping *mapping);
/* Of /proc/TID. 0, also for an empty list, or -errno, not said. */
int maps_read(struct maps *maps, uint32_t tid);
/*
 * Of a process: its main thread's, or, when those are empty, a live thread's. 0 or -errno, not
 * said.
 */
int maps_read_process(struct maps *maps, uint32_t pid);
/* NULL = no mapping holds the address. */
const struct mapping *maps_find(const struct maps *maps, uint64_t address);
/*
 * Is this exactly the mapping that was read: same range, file and offset, now? Closes the race of
 * opening map_files.
 */
bool maps_still_there(uint32_t tid, const struct mapping *mapping);
/* "/proc/TID/map_files/START-END" */
void maps_file_path(char *path, size_t path_bytes, uint32_t tid, const struct mapping *mapping);
void maps_fini(struct maps *maps);

#endif
