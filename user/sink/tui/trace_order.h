/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sorted list of (key, number) pairs that knows the pair at any rank, for tables of a hundred thousand rows.
 * In: pairs that come and go. Out: the pair at a rank, in about a microsecond.
 */
#ifndef SINK_TUI_TRACE_ORDER_H
#define SINK_TUI_TRACE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef LIMIT_ORDER_BLOCK
#define LIMIT_ORDER_BLOCK 256 /* pairs that are moved at most when one comes or goes */
#endif

struct order_pair {
	uint64_t key;
	uint64_t number; /* breaks ties; unique */
};

struct order_block;
struct trace_order {
	struct order_block **blocks;
	size_t blocks_count, blocks_capacity;
	size_t count; /* of pairs */
};

void order_fini(struct trace_order *order); /* and empty again */
void order_add(struct trace_order *order, struct order_pair pair);
bool order_remove(struct trace_order *order, struct order_pair pair); /* false: it was not there */
struct order_pair order_at(const struct trace_order *order, size_t rank); /* rank < count */
/* Instead of what is there. They come in order of `number`, and are sorted here by key. */
void order_fill(struct trace_order *order, struct order_pair *pairs, size_t count);

#endif
