/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forked children of a target: not traced, and rid of the breakpoints that they inherited.
 * In: FORK records.  Out: a sweep, at most once a second, while such a child lives.
 */
#ifndef SOURCE_SWEEP_H
#define SOURCE_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "source/attach.h"

#ifndef SWEEP_CHILDREN_MAX
#define SWEEP_CHILDREN_MAX 1024
#endif

struct sweep_child {
	uint32_t pid;
	uint32_t parent_pid;
};

struct sweep {
	struct sweep_child *children; /* since the last sweep */
	size_t count;
	size_t capacity;
	uint64_t swept_count; /* children that were made clean */
};

void sweep_note(struct sweep *sweep, uint32_t pid, uint32_t parent_pid);
void sweep_run(struct sweep *sweep, struct attach *attach);
void sweep_fini(struct sweep *sweep);

#endif
