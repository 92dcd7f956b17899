/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from a 64-bit key to a pointer. Open addressing. Values are not owned.
 * There is no iteration on purpose: nothing printed may depend on hash order. Keep an ordered list beside it.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
	struct table_slot *slots;
	size_t capacity;
	size_t count;
	size_t used; /* live and deleted slots */
};

void *table_find(const struct table *table, uint64_t key); /* NULL = absent */
void table_put(struct table *table, uint64_t key, void *value); /* replaces; value != NULL */
void *table_remove(struct table *table, uint64_t key); /* the value, or NULL */
void table_fini(struct table *table);
uint64_t table_mix(uint64_t key); /* splitmix64's finaliser: a bijection, also used to make ids from counters */

/* FNV-1a, to make keys of texts: begin with TABLE_HASH, or go on with what it gave. Not mixed. */
#define TABLE_HASH 0xcbf29ce484222325ull
uint64_t table_hash(uint64_t hash, const void *bytes, size_t length);

#endif
