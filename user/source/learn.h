/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caller sites: a call whose function cannot be probed where it ends is ended where it returns to. ENTER carries the
 * return address; each new one becomes one more leave site.
 * The rule that surprises: the first call from a new place has no end; it is what taught us the place.
 */
#ifndef SOURCE_LEARN_H
#define SOURCE_LEARN_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "source/attach.h"

#ifndef LEARN_PLACES_PER_PROBE
#define LEARN_PLACES_PER_PROBE 256
#endif

struct lesson {
	uint32_t pid;
	uint16_t probe;
	uint64_t return_addr;
};

struct learn {
	struct table known;	/* by probe and address; the value means nothing */
	struct lesson *lessons; /* not applied yet */
	size_t count;
	size_t capacity;
	uint16_t places_count[TT_MAX_PROBES];
};

/* An ENTER of a probe with TT_LEAVE_CALLER. */
void learn_note(struct learn *learn, const struct tt_enter *enter);
/* Attaches what was noted, one link per file. */
void learn_apply(struct learn *learn, struct attach *attach);
void learn_fini(struct learn *learn);

#endif
