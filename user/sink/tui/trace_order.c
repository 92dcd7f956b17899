// SPDX-License-Identifier: Apache-2.0
/*
 * In: pairs. Out: ranks. A list of sorted blocks: to come or go moves at most one block.
 * The rule that surprises: no block is ever empty, so that a block's first pair tells where a pair belongs.
 */
#include "sink/tui/trace_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct order_block {
	size_t count;
	struct order_pair pairs[LIMIT_ORDER_BLOCK];
};

static bool order_is_less(struct order_pair a, struct order_pair b)
{
	return a.key != b.key ? a.key < b.key : a.number < b.number;
}

void order_fini(struct trace_order *order)
{
	for (size_t i = 0; i < order->blocks_count; i++)
		free(order->blocks[i]);
	free(order->blocks);
	*order = (struct trace_order){ .blocks = NULL };
}

static struct order_block *order_new_block(struct trace_order *order, size_t at)
{
	struct order_block *block = mem_new(sizeof(*block));

	mem_grow(&order->blocks, &order->blocks_capacity, order->blocks_count + 1, sizeof(*order->blocks));
	memmove(&order->blocks[at + 1], &order->blocks[at],
		(order->blocks_count - at) * sizeof(*order->blocks));
	order->blocks[at] = block;
	order->blocks_count++;
	return block;
}

/* The last block that begins at or before the pair; 0 when all begin after it. */
static size_t order_block_of(const struct trace_order *order, struct order_pair pair)
{
	size_t low = 0, high = order->blocks_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_is_less(pair, order->blocks[middle]->pairs[0]))
			high = middle;
		else
			low = middle + 1;
	}
	return low ? low - 1 : 0;
}

/* The first place whose pair is not less. */
static size_t order_place(const struct order_block *block, struct order_pair pair)
{
	size_t low = 0, high = block->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_is_less(block->pairs[middle], pair))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void order_add(struct trace_order *order, struct order_pair pair)
{
	size_t at = order_block_of(order, pair), place;
	struct order_block *block;

	if (!order->blocks_count)
		order_new_block(order, 0);
	block = order->blocks[at];
	if (block->count == LIMIT_ORDER_BLOCK) {
		struct order_block *upper = order_new_block(order, at + 1);
		/* what comes in order fills blocks to the brim */
		size_t keep = order_is_less(block->pairs[block->count - 1], pair) ? block->count :
										    block->count / 2;

		upper->count = block->count - keep;
		memcpy(upper->pairs, &block->pairs[keep], upper->count * sizeof(pair));
		block->count = keep;
		if (!upper->count || !order_is_less(pair, upper->pairs[0]))
			block = upper;
	}
	place = order_place(block, pair);
	memmove(&block->pairs[place + 1], &block->pairs[place], (block->count - place) * sizeof(pair));
	block->pairs[place] = pair;
	block->count++;
	order->count++;
}

bool order_remove(struct trace_order *order, struct order_pair pair)
{
	size_t at = order_block_of(order, pair), place;
	struct order_block *block;

	if (!order->blocks_count)
		return false;
	block = order->blocks[at];
	place = order_place(block, pair);
	if (place == block->count || block->pairs[place].key != pair.key ||
	    block->pairs[place].number != pair.number)
		return false;
	block->count--;
	order->count--;
	memmove(&block->pairs[place], &block->pairs[place + 1], (block->count - place) * sizeof(pair));
	if (!block->count) {
		free(block);
		order->blocks_count--;
		memmove(&order->blocks[at], &order->blocks[at + 1],
			(order->blocks_count - at) * sizeof(*order->blocks));
	}
	return true;
}

struct order_pair order_at(const struct trace_order *order, size_t rank)
{
	size_t at;

	if (rank < order->count / 2) {
		for (at = 0; rank >= order->blocks[at]->count; at++)
			rank -= order->blocks[at]->count;
		return order->blocks[at]->pairs[rank];
	}
	rank = order->count - rank; /* from the end, 1 is the last: tables begin there */
	for (at = order->blocks_count - 1; rank > order->blocks[at]->count; at--)
		rank -= order->blocks[at]->count;
	return order->blocks[at]->pairs[order->blocks[at]->count - rank];
}

/* One pass of a stable radix sort, by eight bits. False: all pairs have the same there. */
static bool order_pass(const struct order_pair *from, struct order_pair *to, size_t count, unsigned shift)
{
	size_t starts[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		starts[from[i].key >> shift & 255]++;
	if (starts[from[0].key >> shift & 255] == count)
		return false;
	for (size_t digit = 0; digit < 256; digit++) {
		size_t here = starts[digit];

		starts[digit] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[from[i].key >> shift & 255]++] = from[i];
	return true;
}

static void order_sort(struct order_pair *pairs, size_t count)
{
	struct order_pair *other = mem_array(count, sizeof(*other)), *from = pairs, *to = other;

	for (unsigned shift = 0; shift < 64 && count; shift += 8) {
		if (order_pass(from, to, count, shift)) {
			struct order_pair *done = to;

			to = from;
			from = done;
		}
	}
	if (from != pairs)
		memcpy(pairs, from, count * sizeof(*pairs));
	free(other);
}

void order_fill(struct trace_order *order, struct order_pair *pairs, size_t count)
{
	size_t fill = LIMIT_ORDER_BLOCK - LIMIT_ORDER_BLOCK / 4; /* room for the next ones */

	order_fini(order);
	order_sort(pairs, count);
	for (size_t i = 0; i < count; i += fill) {
		struct order_block *block = order_new_block(order, order->blocks_count);

		block->count = count - i < fill ? count - i : fill;
		memcpy(block->pairs, &pairs[i], block->count * sizeof(*pairs));
	}
	order->count = count;
}
