// SPDX-License-Identifier: Apache-2.0
/*
 * Which series has the oldest samples: a binary heap. In: series whose oldest sample changed. Out:
 * store->queue[0]. The rule that surprises: of two that are equally old the one that came first
 * goes first, so that what is let go is the same in every run.
 */
#include "base/mem.h"
#include "rules/store_private.h"

static bool queue_before(const struct series *a, const struct series *b)
{
	return a->oldest_at_ms != b->oldest_at_ms ? a->oldest_at_ms < b->oldest_at_ms
						  : a->number < b->number;
}

static void queue_put(struct store *store, size_t at, struct series *series)
{
	store->queue[at] = series;
	series->queue_at = at;
}

static void queue_up(struct store *store, struct series *series)
{
	size_t at = series->queue_at;

	while (at > 0 && queue_before(series, store->queue[(at - 1) / 2])) {
		queue_put(store, at, store->queue[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	queue_put(store, at, series);
}

static void queue_down(struct store *store, struct series *series)
{
	size_t at = series->queue_at, below;

	while ((below = 2 * at + 1) < store->queue_count) {
		if (below + 1 < store->queue_count &&
		    queue_before(store->queue[below + 1], store->queue[below]))
			below++;
		if (!queue_before(store->queue[below], series))
			break;
		queue_put(store, at, store->queue[below]);
		at = below;
	}
	queue_put(store, at, series);
}

static void queue_remove(struct store *store, struct series *series)
{
	struct series *last = store->queue[--store->queue_count];

	if (last != series) {
		queue_put(store, series->queue_at, last);
		queue_up(store, last);
		queue_down(store, last);
	}
	series->queue_at = STORE_NOWHERE;
}

void store_queue_update(struct store *store, struct series *series)
{
	int64_t oldest_at_ms = series_oldest_ms(series);

	if (series->queue_at != STORE_NOWHERE && oldest_at_ms == series->oldest_at_ms)
		return;
	series->oldest_at_ms = oldest_at_ms;
	if (oldest_at_ms == INT64_MAX) {
		if (series->queue_at != STORE_NOWHERE)
			queue_remove(store, series);
		return;
	}
	if (series->queue_at == STORE_NOWHERE) {
		mem_grow(&store->queue, &store->queue_capacity, store->queue_count + 1,
			 sizeof(struct series *));
		series->queue_at = store->queue_count++;
	}
	queue_up(store, series);
	queue_down(store, series);
}
