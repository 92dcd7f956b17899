// SPDX-License-Identifier: Apache-2.0
/*
 * In: 64-bit keys. Out: the pointers put under them. Linear probing over a power of two, at most
 * 3/4 full. The rule that surprises: a removed slot stays marked until the next rebuild, so that
 * the probes behind it are found.
 */
#include "base/table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define TABLE_MIN_CAPACITY 16

struct table_slot {
	uint64_t key;
	void *value; /* NULL = never used, table_deleted = removed */
};

static const char table_deleted_mark; /* its address alone matters */
#define table_deleted ((void *)(uintptr_t)&table_deleted_mark)

uint64_t table_mix(uint64_t key)
{
	key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9ull;
	key = (key ^ key >> 27) * 0x94d049bb133111ebull;
	return key ^ key >> 31;
}

static struct table_slot *table_slot(const struct table *table, uint64_t key)
{
	size_t mask = table->capacity - 1;
	size_t at;

	if (!table->capacity)
		return NULL;
	for (at = table_mix(key) & mask; table->slots[at].value; at = (at + 1) & mask)
		if (table->slots[at].key == key && table->slots[at].value != table_deleted)
			return &table->slots[at];
	return NULL;
}

/* The key is known to be absent and room is left. */
static void table_insert(struct table *table, uint64_t key, void *value)
{
	size_t mask = table->capacity - 1;
	size_t at = table_mix(key) & mask;

	while (table->slots[at].value && table->slots[at].value != table_deleted)
		at = (at + 1) & mask;
	if (!table->slots[at].value)
		table->used++;
	table->slots[at] = (struct table_slot){.key = key, .value = value};
	table->count++;
}

/* Twice the live count at least: also sheds the deleted slots, and shrinks after a crowd has gone.
 */
static void table_rebuild(struct table *table)
{
	struct table old = *table;
	size_t i;

	table->capacity = TABLE_MIN_CAPACITY;
	while (table->capacity < (old.count + 1) * 2)
		table->capacity *= 2;
	table->slots = mem_array(table->capacity, sizeof(*table->slots));
	table->count = 0;
	table->used = 0;
	for (i = 0; i < old.capacity; i++)
		if (old.slots[i].value && old.slots[i].value != table_deleted)
			table_insert(table, old.slots[i].key, old.slots[i].value);
	free(old.slots);
}

void *table_find(const struct table *table, uint64_t key)
{
	struct table_slot *slot = table_slot(table, key);

	return slot ? slot->value : NULL;
}

void table_put(struct table *table, uint64_t key, void *value)
{
	struct table_slot *slot = table_slot(table, key);

	assert(value);
	if (slot) {
		slot->value = value;
		return;
	}
	if (!table->capacity || (table->used + 1) * 4 > table->capacity * 3)
		table_rebuild(table);
	table_insert(table, key, value);
}

void *table_remove(struct table *table, uint64_t key)
{
	struct table_slot *slot = table_slot(table, key);
	void *value;

	if (!slot)
		return NULL;
	value = slot->value;
	slot->value = table_deleted;
	table->count--;
	return value;
}

void table_fini(struct table *table)
{
	free(table->slots);
	*table = (struct table){0};
}

uint64_t table_hash(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3ull;
	return hash;
}
