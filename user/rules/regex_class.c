// SPDX-License-Identifier: Apache-2.0
/*
 * In: ranges of code points and names of classes. Out: sets: sorted, merged, disjoint.
 * The rule that surprises: each part of a class is folded by itself, before a negation, as RE2
 * does.
 */
#include "rules/regex_parse.h"

#include <stdlib.h>
#include <string.h>

static const struct class_name {
	const char *name;
	size_t count;
	struct rune_range ranges[4];
} class_names[] = {
	{"d", 1, {{'0', '9'}}},
	{"s", 3, {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}},
	{"w", 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
	{"alnum", 3, {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
	{"alpha", 2, {{'A', 'Z'}, {'a', 'z'}}},
	{"ascii", 1, {{0, 0x7f}}},
	{"blank", 2, {{'\t', '\t'}, {' ', ' '}}},
	{"cntrl", 2, {{0, 0x1f}, {0x7f, 0x7f}}},
	{"digit", 1, {{'0', '9'}}},
	{"graph", 1, {{'!', '~'}}},
	{"lower", 1, {{'a', 'z'}}},
	{"print", 1, {{' ', '~'}}},
	{"punct", 4, {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
	{"space", 2, {{'\t', '\r'}, {' ', ' '}}},
	{"upper", 1, {{'A', 'Z'}}},
	{"word", 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
	{"xdigit", 3, {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
};

void rune_set_add(struct rune_set *set, uint32_t first, uint32_t last)
{
	mem_grow(&set->ranges, &set->capacity, set->count + 1, sizeof(*set->ranges));
	set->ranges[set->count++] = (struct rune_range){first, last};
}

static void add_overlap(struct rune_set *set, uint32_t first, uint32_t last, uint32_t from,
			uint32_t to, uint32_t shifted)
{
	uint32_t low = first > from ? first : from, high = last < to ? last : to;

	if (low <= high)
		rune_set_add(set, shifted + (low - from), shifted + (high - from));
}

void rune_set_add_folded(struct rune_set *set, uint32_t first, uint32_t last)
{
	rune_set_add(set, first, last);
	add_overlap(set, first, last, 'a', 'z', 'A');
	add_overlap(set, first, last, 'A', 'Z', 'a');
	add_overlap(set, first, last, 'k', 'k', 0x212a);
	add_overlap(set, first, last, 'K', 'K', 0x212a);
	add_overlap(set, first, last, 's', 's', 0x17f);
	add_overlap(set, first, last, 'S', 'S', 0x17f);
}

static int by_first(const void *a, const void *b)
{
	const struct rune_range *one = a, *other = b;

	return one->first < other->first ? -1 : one->first > other->first;
}

void rune_set_done(struct rune_set *set)
{
	size_t kept = 0;

	if (!set->count)
		return;
	qsort(set->ranges, set->count, sizeof(*set->ranges), by_first);
	for (size_t i = 1; i < set->count; i++) {
		struct rune_range *last = &set->ranges[kept], *range = &set->ranges[i];

		if (range->first > last->last + 1)
			set->ranges[++kept] = *range;
		else if (range->last > last->last)
			last->last = range->last;
	}
	set->count = kept + 1;
}

void rune_set_negate(struct rune_set *set)
{
	struct rune_set turned = {0};
	uint32_t from = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (set->ranges[i].first > from)
			rune_set_add(&turned, from, set->ranges[i].first - 1);
		from = set->ranges[i].last + 1;
	}
	if (from <= RUNE_MAX)
		rune_set_add(&turned, from, RUNE_MAX);
	free(set->ranges);
	*set = turned;
}

void rune_set_add_set(struct rune_set *set, const struct rune_set *other, bool negate)
{
	struct rune_set copy = {0};

	for (size_t i = 0; i < other->count; i++)
		rune_set_add(&copy, other->ranges[i].first, other->ranges[i].last);
	rune_set_done(&copy);
	if (negate)
		rune_set_negate(&copy);
	for (size_t i = 0; i < copy.count; i++)
		rune_set_add(set, copy.ranges[i].first, copy.ranges[i].last);
	free(copy.ranges);
}

bool rune_set_add_named(struct rune_set *set, const char *name, size_t length, bool fold,
			bool negate)
{
	struct rune_set named = {0};

	for (size_t i = 0; i < sizeof(class_names) / sizeof(class_names[0]); i++) {
		const struct class_name *class = &class_names[i];

		if (strlen(class->name) != length || memcmp(class->name, name, length) != 0)
			continue;
		for (size_t at = 0; at < class->count; at++)
			(fold ? rune_set_add_folded : rune_set_add)(&named, class->ranges[at].first,
								    class->ranges[at].last);
		rune_set_add_set(set, &named, negate);
		free(named.ranges);
		return true;
	}
	return false;
}
