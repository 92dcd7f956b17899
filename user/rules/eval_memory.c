// SPDX-License-Identifier: Apache-2.0
/*
 * In: sizes. Out: memory that lasts an instant. The rule that surprises: it is not zeroed, and a
 * reset frees only the blocks that this instant had no use for, so that steady work takes nothing
 * from the heap.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "rules/eval_private.h"

#define BLOCK_MIN_BYTES (64u << 10)

struct eval_block {
	struct eval_block *next;
	size_t capacity;
	char bytes[] __attribute__((aligned(16)));
};

void *memory_new(struct eval_memory *memory, size_t size_bytes)
{
	struct eval_block **link = memory->block ? &memory->block->next : &memory->blocks;
	size_t size = (size_bytes + 15) & ~(size_t)15;
	void *place;

	if (!memory->block || memory->block->capacity - memory->used < size) {
		struct eval_block *block = *link;

		if (!block || block->capacity < size) {
			block = mem_new(sizeof(*block) +
					(size < BLOCK_MIN_BYTES ? BLOCK_MIN_BYTES : size));
			block->capacity = size < BLOCK_MIN_BYTES ? BLOCK_MIN_BYTES : size;
			block->next = *link;
			*link = block;
		}
		memory->block = block;
		memory->used = 0;
	}
	place = memory->block->bytes + memory->used;
	memory->used += size;
	return place;
}

static void blocks_free(struct eval_block **list)
{
	struct eval_block *block;

	while ((block = *list)) {
		*list = block->next;
		free(block);
	}
}

void memory_rewind(struct eval_memory *memory)
{
	memory->block = NULL;
	memory->used = 0;
}

void memory_reset(struct eval_memory *memory)
{
	blocks_free(memory->block ? &memory->block->next : &memory->blocks);
	memory_rewind(memory);
}

void memory_fini(struct eval_memory *memory)
{
	blocks_free(&memory->blocks);
	memory_rewind(memory);
}
