// SPDX-License-Identifier: Apache-2.0
/*
 * Families and selections. In: matchers. Out: the series that match, in order of labels_compare.
 * The rule that surprises: what a selector gave is kept until a series of its family comes or goes;
 * a selector that names no metric looks at all families, and is kept until any series comes or
 * goes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/store_private.h"

#define SELECT_NAME "__name__"
#define SELECT_FEW  32 /* series that are looked through without an index */

struct store_family *store_family(struct store *store, const char *name)
{
	uint64_t hash = table_hash(TABLE_HASH, name, strlen(name));
	struct store_family *head = table_find(&store->by_name, hash), *family;

	for (family = head; family; family = family->next)
		if (!strcmp(family->name, name))
			return family;
	family = mem_new(sizeof(*family));
	family->name = mem_string(name);
	family->generation = 1;
	*store->families_tail = family;
	store->families_tail = &family->after;
	if (head) {
		family->next = head->next;
		head->next = family;
	} else {
		table_put(&store->by_name, hash, family);
	}
	return family;
}

/* Where it stands, or would. */
static size_t family_place(const struct store_family *family, const struct labels *labels)
{
	size_t low = 0, high = family->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (labels_compare(family->series[middle]->labels, labels) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void store_family_add(struct store_family *family, struct series *series)
{
	size_t at = family_place(family, series->labels);

	mem_grow(&family->series, &family->capacity, family->count + 1, sizeof(struct series *));
	memmove(&family->series[at + 1], &family->series[at],
		(family->count - at) * sizeof(struct series *));
	family->series[at] = series;
	family->count++;
	family->generation++;
	family->appended_count++;
}

void store_family_remove(struct store_family *family, struct series *series)
{
	size_t at = family_place(family, series->labels);

	family->count--;
	memmove(&family->series[at], &family->series[at + 1],
		(family->count - at) * sizeof(struct series *));
	family->generation++;
	family->appended_count++;
}

static void selections_free(struct store_selection **list)
{
	struct store_selection *selection;

	while ((selection = *list)) {
		*list = selection->next;
		free(selection->key);
		free(selection->series);
		free(selection);
	}
}

void store_families_free(struct store *store)
{
	struct store_family *family;

	selections_free(&store->selections);
	while ((family = store->families)) {
		store->families = family->after;
		selections_free(&family->selections);
		index_free(family->index);
		free(family->series);
		free((char *)(uintptr_t)family->name);
		free(family);
	}
	table_fini(&store->by_name);
}

/* Equal matchers in the same order have the same key. */
static void select_key(struct buf *key, const struct matcher *matchers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		buf_char(key, (char)('0' + matchers[i].kind));
		buf_add(key, matchers[i].name, strlen(matchers[i].name) + 1);
		buf_add(key, matchers[i].value, strlen(matchers[i].value) + 1);
	}
}

static void select_add(struct store_selection *selection, size_t *capacity, struct series *series,
		       const struct matcher *matchers, size_t matchers_count)
{
	if (!matchers_match(matchers, matchers_count, series->labels))
		return;
	mem_grow(&selection->series, capacity, selection->count + 1, sizeof(struct series *));
	selection->series[selection->count++] = series;
}

/* The rarest label that a series must have tells which are worth looking at. */
static bool select_rarest(struct store *store, struct store_family *family,
			  const struct matcher *matchers, size_t count, const uint32_t **places,
			  size_t *places_count)
{
	const uint32_t *some;
	size_t some_count, i;
	bool is_known = false;

	for (i = 0; i < count && family->count > SELECT_FEW; i++) {
		if (!strcmp(matchers[i].name, SELECT_NAME) ||
		    !index_places(family, store->labels, &matchers[i], &some, &some_count) ||
		    (is_known && some_count >= *places_count))
			continue;
		*places = some;
		*places_count = some_count;
		is_known = true;
	}
	return is_known;
}

static void select_family(struct store *store, struct store_selection *selection, size_t *capacity,
			  struct store_family *family, const struct matcher *matchers, size_t count)
{
	const uint32_t *places;
	size_t places_count, i;

	if (select_rarest(store, family, matchers, count, &places, &places_count)) {
		for (i = 0; i < places_count; i++)
			select_add(selection, capacity, family->series[places[i]], matchers, count);
		return;
	}
	for (i = 0; i < family->count; i++)
		select_add(selection, capacity, family->series[i], matchers, count);
}

static int select_compare(const void *a, const void *b)
{
	return labels_compare((*(struct series *const *)a)->labels,
			      (*(struct series *const *)b)->labels);
}

/* The one name that can match; NULL: more than one can. */
static const char *select_name(const struct matcher *matchers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (matchers[i].kind == MATCH_EQUAL && !strcmp(matchers[i].name, SELECT_NAME))
			return matchers[i].value;
	return NULL;
}

/* A list whose generation has passed is of no use to anybody. */
static struct store_selection *selection_find(struct store_selection **list, uint64_t generation,
					      const struct buf *key)
{
	uint64_t hash = table_hash(TABLE_HASH, key->bytes, key->length);
	struct store_selection *selection;

	if (*list && (*list)->generation != generation)
		selections_free(list);
	for (selection = *list; selection; selection = selection->next)
		if (selection->key_hash == hash && selection->key_length == key->length &&
		    !memcmp(selection->key, key->bytes, key->length))
			break;
	return selection;
}

size_t store_select(struct store *store, const struct matcher *matchers, size_t matchers_count,
		    struct series *const **series)
{
	const char *name = select_name(matchers, matchers_count);
	struct store_family *family = name ? store_family(store, name) : NULL;
	struct store_selection **list = family ? &family->selections : &store->selections;
	uint64_t generation = family ? family->generation : store->generation;
	struct store_selection *selection;
	struct buf key = {0};
	size_t capacity = 0;

	buf_add(&key, "", 0);
	select_key(&key, matchers, matchers_count);
	selection = selection_find(list, generation, &key);
	if (selection) {
		buf_fini(&key);
	} else {
		selection = mem_new(sizeof(*selection));
		selection->generation = generation;
		selection->key = key.bytes;
		selection->key_length = key.length;
		selection->key_hash = table_hash(TABLE_HASH, key.bytes, key.length);
		selection->next = *list;
		*list = selection;
		if (family) {
			select_family(store, selection, &capacity, family, matchers,
				      matchers_count);
		} else {
			for (family = store->families; family; family = family->after)
				select_family(store, selection, &capacity, family, matchers,
					      matchers_count);
			if (selection->count)
				qsort(selection->series, selection->count, sizeof(struct series *),
				      select_compare);
		}
	}
	*series = selection->series;
	return selection->count;
}
