/* SPDX-License-Identifier: Apache-2.0 */
/* What exits.c and switch.c share, and nobody else needs. */
#ifndef SOURCE_EXITS_PARTS_H
#define SOURCE_EXITS_PARTS_H

#include "base/table.h"
#include "source/exits.h"

#ifndef SWITCH_LIMIT_ENTRIES
#define SWITCH_LIMIT_ENTRIES 4096
#endif

struct step { /* one instruction that can be reached */
	uint64_t address;
	size_t before; /* index + 1 of the one from which it was first reached; 0 = the start */
	uint32_t region;
	uint8_t size;	 /* 0 until decoded */
	bool after_call; /* nothing but nops since a call */
};

struct walk {
	struct exits *exits;
	struct decoder *decoder;
	struct step *steps;
	size_t steps_count;
	size_t steps_capacity;
	struct table by_address; /* index + 1 */
	size_t *pending;
	size_t pending_count;
	size_t pending_capacity;
	struct image_function *regions; /* [0] is the function itself */
	size_t regions_count;
	size_t regions_capacity;
	uint64_t watched;
};

/*
 * Where the indirect jump at steps[at] can lead, when it is a switch: new memory in *targets, to be
 * freed. False: it is none, or one whose bound is not understood.
 */
bool switch_targets(struct walk *walk, size_t at, uint64_t **targets, size_t *targets_count);

#endif
