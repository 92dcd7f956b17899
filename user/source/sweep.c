/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forked children of a target.
 *
 * In:  FORK records.  Out: children without our breakpoints.
 * The rule that surprises: most children exec at once, and exec already cleans them; a sweep costs
 * the kernel's grace periods, so it is made only for children that still run their parent's image
 * when a second has passed.
 */
#include "source/sweep.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/refuse.h"

void sweep_note(struct sweep *sweep, uint32_t pid, uint32_t parent_pid)
{
	/* A sweep cleans every child there is, listed or not: one in the list is enough to have it
	 * made. */
	if (sweep->count >= SWEEP_CHILDREN_MAX)
		return;
	mem_grow(&sweep->children, &sweep->capacity, sweep->count + 1, sizeof(*sweep->children));
	sweep->children[sweep->count++] =
		(struct sweep_child){.pid = pid, .parent_pid = parent_pid};
}

static bool image_of(uint32_t pid, struct stat *image)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", pid);
	return !stat(path, image);
}

static bool child_runs_parents_image(const struct sweep_child *child)
{
	struct stat own, parents;

	return image_of(child->pid, &own) && image_of(child->parent_pid, &parents) &&
	       own.st_ino == parents.st_ino && own.st_dev == parents.st_dev;
}

void sweep_run(struct sweep *sweep, struct attach *attach)
{
	size_t live_count = 0;

	for (size_t i = 0; i < sweep->count; i++)
		live_count += child_runs_parents_image(&sweep->children[i]);
	sweep->count = 0;
	if (!live_count)
		return;
	sweep->swept_count += live_count;
	debug("%zu forked children: %zu places swept", live_count, attach_sweep(attach));
}

void sweep_fini(struct sweep *sweep)
{
	free(sweep->children);
}
