/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of a row into the store.
 * In: row, metric, value. Out: a sample; label sets are made when a series comes (again), never after that.
 * The rules that surprise: a new counter is preceded by a 0 one second earlier, so that increase() sees what happened
 * before the first sample; and what is absent ends its series at once, or an instant selector would see the old value
 * for 5 minutes.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/series.h"

#define NAME_BYTES 96

void put_begin(struct putter *putter, struct series_row *row)
{
	putter->row = row;
	putter->place = 0;
}

static struct slot *next_slot(struct putter *putter)
{
	struct series_row *row = putter->row;

	if (putter->place == row->slots_count) {
		size_t capacity = row->slots_count;

		mem_grow(&row->slots, &capacity, row->slots_count + 1, sizeof(*row->slots));
		row->slots_count = capacity;
	}
	return &row->slots[putter->place++];
}

static struct series *make_series(struct flow *flow, const struct label *items, size_t count, bool is_loss_blind)
{
	struct store *store = flow->view.store;

	if (store_counts(store).series_count >= SERIES_SAMPLED) {
		flow->book->refused_count++;
		return NULL;
	}
	return store_series(store, labels_intern(store_labels(store), items, count), is_loss_blind);
}

static void begin_series(struct putter *putter, struct slot *slot, const struct metric_family *family,
			 const char *suffix, const struct label *extra, size_t extra_count)
{
	struct flow *flow = putter->flow;
	struct store *store = flow->view.store;
	struct label items[ROW_LABELS + EXTRA_LABELS + 1];
	char name[NAME_BYTES];
	size_t count = 0;

	if (slot->is_refused && !flow->book->has_room)
		return;
	stpcpy(stpcpy(name, family->name), suffix);
	items[count++] = (struct label){"__name__", name};
	for (size_t i = 0; i < putter->row->labels_count; i++)
		if (putter->row->labels[i].value)
			items[count++] = putter->row->labels[i];
	for (size_t i = 0; i < extra_count; i++)
		items[count++] = extra[i];
	slot->series = make_series(flow, items, count, family->is_loss_blind);
	slot->is_refused = !slot->series;
	if (slot->is_refused)
		flow->book->has_room = false;
	if (!slot->series || family->type == METRIC_GAUGE)
		return;
	/* the same labels may have ended just now, by row_end */
	if (!store_append(store, slot->series, putter->at_ms - 1000, 0))
		store_append(store, slot->series, putter->at_ms - 998, 0);
}

void put_with(struct putter *putter, enum metric metric, const char *suffix, const struct label *extra,
	      size_t extra_count, bool is_there, double value)
{
	const struct metric_family *family = metrics_family(metric);
	struct store *store = putter->flow->view.store;
	struct slot *slot = next_slot(putter);

	if (putter->is_last && family->type == METRIC_GAUGE)
		is_there = false;
	if (is_there && !slot->series)
		begin_series(putter, slot, family, suffix, extra, extra_count);
	if (!slot->series)
		return;
	if (is_there)
		store_append(store, slot->series, putter->at_ms, value);
	if (is_there && !putter->is_last)
		return;
	store_end(store, slot->series, putter->at_ms + is_there);
	slot->series = NULL;
}

void put_if(struct putter *putter, enum metric metric, bool is_there, double value)
{
	put_with(putter, metric, "", NULL, 0, is_there, value);
}

void put(struct putter *putter, enum metric metric, double value)
{
	put_if(putter, metric, true, value);
}

static double scale_of(const struct metric_family *family)
{
	if (!strcmp(family->unit, "seconds"))
		return 1e9;
	return !strcmp(family->unit, "ratio") ? 1e6 : 1;
}

void put_distribution(struct putter *putter, enum metric metric, const struct distribution *distribution)
{
	const struct metric_family *family = metrics_family(metric);
	bool is_there = distribution->count;
	uint64_t below = 0;

	for (size_t i = 0; i <= family->bounds_count; i++) {
		struct label le = {"le", i < family->bounds_count ? family->bounds[i].le : "+Inf"};

		below += distribution->buckets[i];
		put_with(putter, metric, "_bucket", &le, 1, is_there, (double)below);
	}
	put_with(putter, metric, "_sum", NULL, 0, is_there, (double)distribution->sum / scale_of(family));
	put_with(putter, metric, "_count", NULL, 0, is_there, (double)distribution->count);
}

void row_fini(struct series_row *row)
{
	free(row->slots);
}
