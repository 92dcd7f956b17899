/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a function is left: by `ret`, by a jump into another function (tail call), or not at all.
 * In: an image and a function's bounds. Out: every `ret` that can end a call of it, and whether
 * these are all its ends. The rule that surprises: at any `ret` that is reached by jumps alone, SP
 * is what it was at the function's entry, however many functions the jumps went through.
 */
#ifndef SOURCE_EXITS_H
#define SOURCE_EXITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/insn.h"

#ifndef EXITS_LIMIT_INSNS
#define EXITS_LIMIT_INSNS 20000
#endif
#define EXITS_REASONS 4

struct exits {
	uint64_t *rets; /* rising */
	size_t rets_count;
	size_t rets_capacity;
	bool has_tail_exit;
	bool all_accounted;
	bool start_is_target; /* something jumps to `watched`: a probe there counts loops */
	char reasons[EXITS_REASONS][160]; /* why not all_accounted, the first few */
	size_t reasons_count;		  /* of all, kept or not */
	size_t insns_count;
	size_t tables_count; /* jump tables that were understood */
};

void exits_walk(struct exits *exits, struct decoder *decoder, const struct image_function *function,
		uint64_t watched);
void exits_fini(struct exits *exits);

#endif
