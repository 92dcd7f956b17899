// SPDX-License-Identifier: Apache-2.0
/*
 * What the evaluator remembers. Entries by expression: the series that a selector gave (until one
 * comes or goes) and the result (until the instant is over, or a sample was appended to a metric
 * that it is made of). Label sets cut down to some names. Marks on label sets, for finding equal
 * ones. The rule that surprises: an entry is found by a hash of the text and trusted only when the
 * text is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/eval_private.h"

#define CACHE_SPARE_ENTRIES 1024 /* that nobody used lately may stay */

static void cache_note_selectors(struct eval *eval, struct eval_entry *entry,
				 const struct expr *expr)
{
	size_t i, capacity = entry->families_count;

	if (expr->kind == EXPR_SELECTOR) {
		if (!expr->metric) {
			entry->sees_all = true;
			return;
		}
		mem_grow(&entry->families, &capacity, entry->families_count + 1,
			 sizeof(struct store_family *));
		entry->families[entry->families_count++] = store_family(eval->store, expr->metric);
		return;
	}
	for (i = 0; i < expr->args_count; i++)
		cache_note_selectors(eval, entry, expr->args[i]);
	if (expr->param)
		cache_note_selectors(eval, entry, expr->param);
}

struct eval_entry *cache_entry(struct eval *eval, const struct expr *expr)
{
	struct eval_entry *entry = table_find(&eval->by_key, expr->key);

	if (!entry) {
		entry = mem_new(sizeof(*entry));
		entry->key = expr->key;
		entry->text = mem_string(expr->text);
		cache_note_selectors(eval, entry, expr);
		entry->after = eval->entries;
		eval->entries = entry;
		eval->entries_count++;
		table_put(&eval->by_key, entry->key, entry);
	} else if (strcmp(entry->text, expr->text)) {
		return NULL;
	}
	if (entry->used_instant != eval->instant) {
		entry->used_instant = eval->instant;
		eval->used_count++;
	}
	return entry;
}

/* A sum of counts that only grow is the same only when none has grown. */
static uint64_t cache_version(const struct eval *eval, const struct eval_entry *entry)
{
	uint64_t version =
		entry->sees_all ? eval->store->appended_count + eval->store->generation : 0;
	size_t i;

	for (i = 0; i < entry->families_count; i++)
		version += entry->families[i]->appended_count;
	return version;
}

bool cache_has(const struct eval *eval, const struct eval_entry *entry)
{
	return entry->has_value && entry->value_instant == eval->instant &&
	       (!eval->has_appended || entry->value_version == cache_version(eval, entry));
}

void cache_put(struct eval *eval, struct eval_entry *entry, const struct eval_value *value)
{
	entry->has_value = true;
	entry->value_instant = eval->instant;
	entry->value_version = cache_version(eval, entry);
	entry->value = *value;
}

static void cache_entry_free(struct eval_entry *entry)
{
	free(entry->families);
	free(entry->text);
	free(entry);
}

/* Entries of rules that are gone, or of expressions asked once. */
static void cache_sweep(struct eval *eval)
{
	struct eval_entry **link = &eval->entries, *entry;

	while ((entry = *link)) {
		if (entry->used_instant == eval->instant) {
			link = &entry->after;
			continue;
		}
		*link = entry->after;
		table_remove(&eval->by_key, entry->key);
		cache_entry_free(entry);
		eval->entries_count--;
	}
}

void cache_begin(struct eval *eval)
{
	if (eval->entries_count > 2 * eval->used_count + CACHE_SPARE_ENTRIES)
		cache_sweep(eval);
	eval->used_count = 0;
	eval->instant++;
}

void cache_fini(struct eval *eval)
{
	struct eval_projection *projection;
	struct eval_entry *entry;
	size_t i;

	while ((entry = eval->entries)) {
		eval->entries = entry->after;
		cache_entry_free(entry);
	}
	table_fini(&eval->by_key);
	while ((projection = eval->projections)) {
		eval->projections = projection->after;
		for (i = 0; i < projection->names_count; i++)
			free(projection->names[i]);
		free(projection->names);
		free(projection->by_id);
		free(projection);
	}
	free(eval->marks);
}

size_t cache_select(struct eval *eval, const struct expr *selector, struct series *const **series)
{
	struct eval_entry *entry = cache_entry(eval, selector);
	uint64_t generation;

	if (!entry)
		return store_select(eval->store, selector->matchers, selector->matchers_count,
				    series);
	generation =
		entry->families_count ? entry->families[0]->generation : eval->store->generation;
	if (entry->generation != generation) {
		entry->series_count = store_select(eval->store, selector->matchers,
						   selector->matchers_count, &entry->series);
		entry->generation = generation;
	}
	*series = entry->series;
	return entry->series_count;
}

/* --- projections */

static bool projection_is(const struct eval_projection *projection, bool is_without,
			  bool keeps_name, const char *const *names, size_t names_count)
{
	size_t i;

	if (projection->is_without != is_without || projection->keeps_name != keeps_name ||
	    projection->names_count != names_count)
		return false;
	for (i = 0; i < names_count; i++)
		if (strcmp(projection->names[i], names[i]))
			return false;
	return true;
}

struct eval_projection *cache_projection(struct eval *eval, bool is_without, bool keeps_name,
					 const char *const *names, size_t names_count)
{
	struct eval_projection *projection;
	size_t i;

	for (projection = eval->projections; projection; projection = projection->after)
		if (projection_is(projection, is_without, keeps_name, names, names_count))
			return projection;
	projection = mem_new(sizeof(*projection));
	projection->is_without = is_without;
	projection->keeps_name = keeps_name;
	projection->names = mem_array(names_count, sizeof(*projection->names));
	projection->names_count = names_count;
	for (i = 0; i < names_count; i++)
		projection->names[i] = mem_string(names[i]);
	projection->after = eval->projections;
	eval->projections = projection;
	return projection;
}

const struct labels *projection_make(struct eval *eval, struct eval_projection *projection,
				     const struct labels *labels)
{
	const char *const *names = (const char *const *)projection->names;
	const struct labels *made =
		projection->is_without
			? labels_without(eval->pool, labels, names, projection->names_count,
					 !projection->keeps_name)
			: labels_only(eval->pool, labels, names, projection->names_count);

	mem_grow(&projection->by_id, &projection->capacity, labels_pool_count(eval->pool),
		 sizeof(*projection->by_id));
	projection->by_id[labels_id(labels)] = made;
	return made;
}

/* --- marks */

void marks_begin(struct eval *eval)
{
	if (!++eval->round) { /* it has gone round: what was marked then must not count now */
		memset(eval->marks, 0, eval->marks_capacity * sizeof(*eval->marks));
		eval->round = 1;
	}
}

void marks_grow(struct eval *eval)
{
	mem_grow(&eval->marks, &eval->marks_capacity, labels_pool_count(eval->pool),
		 sizeof(*eval->marks));
}
