// SPDX-License-Identifier: Apache-2.0
/*
 * All series. In: samples, the limits. Out: what is there, found by labels, and the counts.
 * The rule that surprises: a series is never freed before the store: when its last sample has gone
 * by age it is not found by selectors any more and counts no longer, but whoever holds it may
 * append again, and then it is back.
 */
#include "rules/store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rules/labels_node.h"
#include "rules/store_private.h"

#define STORE_NAME "__name__"

struct store *store_new(const struct store_limits *limits)
{
	struct store *store = mem_new(sizeof(*store));

	store->limits = *limits;
	store->labels = labels_pool_new();
	store->families_tail = &store->families;
	store->horizon_ms = INT64_MIN;
	store->generation = 1;
	return store;
}

void store_free(struct store *store)
{
	struct series *series, *next;

	if (!store)
		return;
	for (series = store->series; series; series = next) {
		next = series->after;
		series_empty(series);
		free(series);
	}
	store_families_free(store);
	table_fini(&store->by_labels);
	free(store->queue);
	labels_pool_free(store->labels);
	free(store);
}

struct labels_pool *store_labels(struct store *store)
{
	return store->labels;
}

uint64_t store_generation(const struct store *store)
{
	return store->generation;
}

static uint64_t store_overhead_bytes(const struct store *store)
{
	return labels_pool_bytes(store->labels) +
	       store->all_series_count * (sizeof(struct series) + 2 * sizeof(void *)) +
	       store->by_labels.capacity * 2 * sizeof(uint64_t);
}

/* Samples get what labels leave of the limit, and half of it at least. */
static bool store_is_over(const struct store *store)
{
	uint64_t limit = store->limits.bytes, overhead = store_overhead_bytes(store);

	return store->counts.bytes + (overhead < limit / 2 ? overhead : limit / 2) > limit;
}

static void store_leave(struct store *store, struct series *series)
{
	series_empty(series);
	store_queue_update(store, series);
	store_family_remove(series->family, series);
	series->is_there = false;
	store->ended_series_count -= series->has_ended;
	series->has_ended = false;
	store->counts.series_count--;
	store->generation++;
}

/* The ended ones of which the end is in the first quarter of the time in which series ended. */
static void store_let_dead_go(struct store *store)
{
	int64_t first_ms = INT64_MAX, last_ms = INT64_MIN;
	struct series *series;

	for (series = store->series; series; series = series->after) {
		if (!series->is_there || !series->has_ended)
			continue;
		first_ms = series->last_at_ms < first_ms ? series->last_at_ms : first_ms;
		last_ms = series->last_at_ms > last_ms ? series->last_at_ms : last_ms;
	}
	for (series = store->series; series; series = series->after) {
		if (!series->is_there || !series->has_ended ||
		    series->last_at_ms > first_ms + (last_ms - first_ms) / 4)
			continue;
		store->counts.let_go_samples_count += series_count(series);
		store_leave(store, series);
	}
}

/* A new one takes the place of a dead one, or every restart of a service would be one more step to
 * blindness. */
static bool store_has_place(struct store *store)
{
	if (store->counts.series_count >= store->limits.series_count && store->ended_series_count)
		store_let_dead_go(store);
	if (store->counts.series_count < store->limits.series_count)
		return true;
	store->counts.refused_series_count++;
	return false;
}

/* False: the limit is reached. */
static bool store_enter(struct store *store, struct series *series)
{
	if (series->is_there)
		return true;
	if (!store_has_place(store))
		return false;
	store->counts.series_count++;
	store->generation++;
	series->is_there = true;
	store_family_add(series->family, series);
	return true;
}

static void store_let_go(struct store *store)
{
	while (store->queue_count && store_is_over(store)) {
		struct series *oldest = store->queue[0];

		store->counts.let_go_samples_count += series_let_go_oldest(oldest);
		store_queue_update(store, oldest);
		if (oldest->queue_at == STORE_NOWHERE)
			store_leave(store, oldest);
	}
}

struct series *store_series(struct store *store, const struct labels *labels, bool loss_blind)
{
	struct series *head = table_find(&store->by_labels, labels->hash), *series;
	const char *name;

	for (series = head; series && series->labels != labels; series = series->next)
		;
	if (series)
		return store_enter(store, series) ? series : NULL;
	if (!store_has_place(store))
		return NULL;
	series = mem_new(sizeof(*series));
	name = labels_find(labels, STORE_NAME);
	series->labels = labels;
	series->store = store;
	series->family = store_family(store, name ? name : "");
	series->is_loss_blind = loss_blind;
	series->queue_at = STORE_NOWHERE;
	series->number = store->all_series_count++;
	series->after = store->series;
	store->series = series;
	if (head) {
		series->next = head->next;
		head->next = series;
	} else {
		table_put(&store->by_labels, labels->hash, series);
	}
	store_enter(store, series);
	return series;
}

bool store_append(struct store *store, struct series *series, int64_t at_ms, double value)
{
	bool had_samples;

	if (series->has_begun && at_ms <= series->last_at_ms)
		return false;
	if (!store_enter(store, series))
		return false;
	had_samples = series->queue_at != STORE_NOWHERE;
	series_add(series, at_ms, value);
	if (!had_samples || series_oldest_ms(series) != series->oldest_at_ms)
		store_queue_update(store, series);
	if (store->counts.bytes > store->limits.bytes / 2)
		store_let_go(store);
	return true;
}

void store_end(struct store *store, struct series *series, int64_t at_ms)
{
	if (!series->has_begun || series->has_ended || !series->is_there)
		return;
	/* the end of a series that has a sample of this very instant comes right after it */
	store_append(store, series, at_ms > series->last_at_ms ? at_ms : series->last_at_ms + 1,
		     store_end_marker());
}

void store_expire(struct store *store, int64_t now_ms)
{
	if (now_ms - store->limits.age_ms > store->horizon_ms)
		store->horizon_ms = now_ms - store->limits.age_ms;
	while (store->queue_count && store->queue[0]->oldest_at_ms < store->horizon_ms) {
		struct series *series = store->queue[0];

		series_forget_before(series, store->horizon_ms);
		store_queue_update(store, series);
		if (series->queue_at == STORE_NOWHERE)
			store_leave(store, series);
	}
}

void store_let_go_ended(struct store *store, int64_t before_ms)
{
	for (struct series *series = store->series; series; series = series->after) {
		if (!series->is_there || !series->has_ended || series->last_at_ms >= before_ms)
			continue;
		store->counts.let_go_samples_count += series_count(series);
		store_leave(store, series);
	}
}

struct store_counts store_counts(const struct store *store)
{
	struct store_counts counts = store->counts;

	counts.bytes += store_overhead_bytes(store);
	return counts;
}
