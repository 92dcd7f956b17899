/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a library calls back: every indirect call through the variable in which a setter keeps its
 * argument. In: an image and the setter. Out: the variable, and the call and jump instructions that
 * use it. The rule that surprises: the callback itself may be JIT code (libffi) that cannot be
 * probed; its call sites always can.
 */
#ifndef SOURCE_CALLBACK_H
#define SOURCE_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/insn.h"

#ifndef CALLBACK_LIMIT_USES
#define CALLBACK_LIMIT_USES 64
#endif

struct callback_use {
	uint64_t address; /* of the call or jump */
	uint64_t next;	  /* of the instruction after it */
	bool is_call;	  /* else a jump: the callback returns to this function's caller */
};

struct callback {
	uint64_t variable;
	struct callback_use uses[CALLBACK_LIMIT_USES]; /* by address */
	size_t uses_count;
	size_t skipped_count; /* uses in code of unknown function bounds, or beyond the limit */
};

/* 0 with at least one use, or -ENOENT with a sentence in *why. Not said. */
int callback_find(struct callback *callback, struct decoder *decoder,
		  const struct image_function *setter, unsigned arg_index, const char **why);

#endif
