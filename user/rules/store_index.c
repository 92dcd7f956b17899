// SPDX-License-Identifier: Apache-2.0
/*
 * Which series of a family have a label of a given value. In: the family. Out: their places in it,
 * in order. The rule that surprises: it is made anew, for all labels at once, by the first selector
 * that asks after a series came or went: thousands of selectors ask in the tick in which a new
 * process appears.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/labels_node.h"
#include "rules/store_private.h"

struct posting {
	const char *name, *value; /* interned */
	uint32_t next;		  /* another one of the same hash, + 1; 0 = none */
	uint32_t first, count;	  /* in index->places */
};

struct store_index {
	uint64_t generation;  /* of the family */
	struct table by_pair; /* number of the first posting of a hash, + 1 */
	struct posting *postings;
	size_t count, capacity;
	uint32_t *places;
};

static uint64_t index_hash(const char *name, const char *value)
{
	return table_mix((uintptr_t)name) ^ (uintptr_t)value;
}

/* Number of the posting, + 1; 0 = none. */
static uint32_t index_find(const struct store_index *index, const char *name, const char *value)
{
	uint32_t at = (uint32_t)(uintptr_t)table_find(&index->by_pair, index_hash(name, value));

	while (at &&
	       (index->postings[at - 1].name != name || index->postings[at - 1].value != value))
		at = index->postings[at - 1].next;
	return at;
}

static uint32_t index_get(struct store_index *index, const struct label *label)
{
	uint32_t at = index_find(index, label->name, label->value);
	uint64_t hash = index_hash(label->name, label->value);

	if (at)
		return at;
	mem_grow(&index->postings, &index->capacity, index->count + 1, sizeof(*index->postings));
	index->postings[index->count] = (struct posting){
		.name = label->name,
		.value = label->value,
		.next = (uint32_t)(uintptr_t)table_find(&index->by_pair, hash),
	};
	at = (uint32_t)++index->count;
	table_put(&index->by_pair, hash, (void *)(uintptr_t)at);
	return at;
}

/* How many series have each pair, then where the list of each begins. Their number in all. */
static size_t index_count(struct store_index *index, const struct store_family *family)
{
	size_t total = 0, i, j;

	for (i = 0; i < family->count; i++)
		for (j = 0; j < family->series[i]->labels->count; j++) {
			uint32_t at = index_get(
				index,
				&family->series[i]->labels->items[j]); /* may move them all */

			index->postings[at - 1].count++;
		}
	for (i = 0; i < index->count; i++) {
		index->postings[i].first = (uint32_t)total;
		total += index->postings[i].count;
		index->postings[i].count = 0;
	}
	return total;
}

static struct store_index *index_new(const struct store_family *family)
{
	struct store_index *index = mem_new(sizeof(*index));
	size_t i, j;

	index->generation = family->generation;
	index->places = mem_array(index_count(index, family), sizeof(*index->places));
	for (i = 0; i < family->count; i++) {
		const struct labels *labels = family->series[i]->labels;

		for (j = 0; j < labels->count; j++) {
			struct posting *posting =
				&index->postings[index_find(index, labels->items[j].name,
							    labels->items[j].value) -
						 1];

			index->places[posting->first + posting->count++] = (uint32_t)i;
		}
	}
	return index;
}

void index_free(struct store_index *index)
{
	if (!index)
		return;
	table_fini(&index->by_pair);
	free(index->postings);
	free(index->places);
	free(index);
}

bool index_places(struct store_family *family, const struct labels_pool *pool,
		  const struct matcher *matcher, const uint32_t **places, size_t *count)
{
	const char *name = labels_pool_find(pool, matcher->name),
		   *value = labels_pool_find(pool, matcher->value);
	uint32_t at;

	if (matcher->kind != MATCH_EQUAL || !*matcher->value)
		return false;
	if (!family->index || family->index->generation != family->generation) {
		index_free(family->index);
		family->index = index_new(family);
	}
	at = name && value ? index_find(family->index, name, value) : 0;
	*places = at ? family->index->places + family->index->postings[at - 1].first : NULL;
	*count = at ? family->index->postings[at - 1].count : 0;
	return true;
}
