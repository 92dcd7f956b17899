/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which probes live where: ids, generations and their gates, links.
 * In: plans.  Out: attached sites, PROBE records in the outbox.
 * The rule that surprises: nothing fires until the gate of its generation is opened, after
 * everything is attached.
 */
#ifndef SOURCE_ATTACH_H
#define SOURCE_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/bpf_load.h"
#include "source/outbox.h"
#include "source/plan.h"

#define ATTACH_PERF_SITES_MAX 16 /* perf uprobes are slow to detach */

struct live_probe { /* by id; ids are never used again */
	uint32_t pid;
	uint16_t generation;
	bool is_live;
	uint64_t device;
	uint64_t inode;
	uint64_t address;
	const struct engine_probe *spec;
	uint32_t leave_mode;
	struct tt_probe_counts told; /* what the feed knows already */
};

struct live_link {
	int fd;
	int event_fd; /* perf mode, else -1 */
	uint32_t pid;
	char *path; /* of the object, and the places in it */
	uint64_t *offsets;
	size_t offsets_count;
};

struct attach {
	struct bpf_half *half;
	const struct kernel *kernel;
	struct outbox *outbox;
	struct live_probe *probes;
	size_t probes_count;
	size_t probes_capacity;
	struct live_link *links;
	size_t links_count;
	size_t links_capacity;
	size_t perf_sites_count;
	size_t tried_count, wished_count; /* places of the plan at hand, for whoever waits; wished 0 = none is */
	bool generation_is_used[TT_MAX_GENERATIONS];
	bool was_full; /* said once */
};

void attach_init(struct attach *attach, struct bpf_half *half, const struct kernel *kernel,
		 struct outbox *outbox);
/*
 * Attaches what the plan has and is not attached yet in that process. The number of new probes, 0
 * included, or -errno (said) when none of them could be attached. *generation is to be opened when
 * it is > 0.
 */
int attach_plan(struct attach *attach, const struct plan *plan, uint16_t *generation);
void attach_gate_open(struct attach *attach, uint16_t generation);
/* One more place at which calls of these probes end: SP there is the entry's SP + 8. 0 or -errno,
 * not said. */
int attach_leave_place(struct attach *attach, const char *map_path, const uint16_t *probe_ids,
		       const uint64_t *offsets, size_t count);
/*
 * A forked child inherits the breakpoints; it is never traced, but pays for each (10 us). Takes
 * them out of every child there is, by a link for nobody on the same places, closed again at once.
 * How many places were swept.
 */
size_t attach_sweep(struct attach *attach);
/* Shuts the gates of a process and detaches its probes. */
void attach_end_process(struct attach *attach, uint32_t pid);
/* Shuts all gates, and closes every link there is together with the fds given. */
void attach_end(struct attach *attach, const int *more_fds, size_t more_count);
void attach_fini(struct attach *attach);

#endif
