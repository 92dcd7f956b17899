/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: values by second. Out: count, sum, min, max and ranks of those that have not expired.
 * Each second is a slot; the newest is open and dense (pages of counters), closed ones are sparse (bucket, count).
 * Beside them stand the totals of all slots, so that a rank costs one walk over the used pages and an expired slot is
 * a subtraction. The rule that surprises: past WINDOW_ENTRIES sparse counts neighbouring slots are joined, and new
 * ones are as wide.
 */
#include "base/window_counts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hist.h"
#include "base/mem.h"
#include "base/window.h"

_Static_assert(HIST_PAGES <= 64, "a bit per page");

struct entry {
	uint32_t bucket;
	uint32_t count;
};

struct slot {
	uint64_t from_s, to_s; /* both inside */
	uint64_t count, min, max;
	unsigned __int128 sum;
	struct entry *entries; /* by bucket; of the open slot none */
	size_t entries_count;
};

struct window_counts {
	struct slot *slots; /* closed, oldest first */
	size_t slots_count, capacity;
	struct slot open;
	bool has_open;
	uint64_t open_mask; /* pages of the open slot that are not all zero */
	uint32_t *open_pages[HIST_PAGES];
	uint32_t *totals[HIST_PAGES];
	uint64_t page_sums[HIST_PAGES];
	size_t entries_count; /* of all closed slots */
	uint64_t width_s;     /* of a new slot */
};

struct window_counts *window_counts_new(void)
{
	struct window_counts *counts = mem_new(sizeof(*counts));

	counts->width_s = 1;
	return counts;
}

void window_counts_free(struct window_counts *counts)
{
	if (!counts)
		return;
	for (size_t i = 0; i < counts->slots_count; i++)
		free(counts->slots[i].entries);
	for (unsigned page = 0; page < HIST_PAGES; page++) {
		free(counts->open_pages[page]);
		free(counts->totals[page]);
	}
	free(counts->slots);
	free(counts);
}

static void join_into(struct slot *into, struct slot *next)
{
	struct entry *entries = mem_array(into->entries_count + next->entries_count, sizeof(*entries));
	size_t a = 0, b = 0, count = 0;

	while (a < into->entries_count || b < next->entries_count) {
		bool has_a = a < into->entries_count, has_b = b < next->entries_count;

		if (has_a && (!has_b || into->entries[a].bucket <= next->entries[b].bucket)) {
			entries[count] = into->entries[a++];
			if (has_b && entries[count].bucket == next->entries[b].bucket)
				entries[count].count += next->entries[b++].count;
		} else {
			entries[count] = next->entries[b++];
		}
		count++;
	}
	free(into->entries);
	free(next->entries);
	into->entries = entries;
	into->entries_count = count;
	into->to_s = next->to_s;
	into->count += next->count;
	into->sum += next->sum;
	into->min = next->min < into->min ? next->min : into->min;
	into->max = next->max > into->max ? next->max : into->max;
}

static void join_neighbours(struct window_counts *counts)
{
	size_t count = 0;

	counts->entries_count = 0;
	for (size_t i = 0; i < counts->slots_count; i += 2) {
		struct slot joined = counts->slots[i];

		if (i + 1 < counts->slots_count)
			join_into(&joined, &counts->slots[i + 1]);
		counts->entries_count += joined.entries_count;
		counts->slots[count++] = joined;
	}
	counts->slots_count = count;
	counts->width_s *= 2;
}

static void close_slot(struct window_counts *counts)
{
	struct slot *slot = &counts->open;
	size_t capacity = 0;

	for (unsigned page = 0; page < HIST_PAGES; page++) {
		if (!(counts->open_mask >> page & 1))
			continue;
		mem_grow(&slot->entries, &capacity, slot->entries_count + HIST_PER_PAGE, sizeof(*slot->entries));
		for (unsigned place = 0; place < HIST_PER_PAGE; place++)
			if (counts->open_pages[page][place])
				slot->entries[slot->entries_count++] =
					(struct entry){page * HIST_PER_PAGE + place, counts->open_pages[page][place]};
		memset(counts->open_pages[page], 0, HIST_PER_PAGE * sizeof(uint32_t));
	}
	counts->open_mask = 0;
	counts->has_open = false;
	counts->entries_count += slot->entries_count;
	mem_grow(&counts->slots, &counts->capacity, counts->slots_count + 1, sizeof(*counts->slots));
	counts->slots[counts->slots_count++] = *slot;
	/* the room that was made for whole pages is not needed any more */
	slot = &counts->slots[counts->slots_count - 1];
	slot->entries = realloc(slot->entries, slot->entries_count * sizeof(*slot->entries)) ?: slot->entries;
	while (counts->entries_count > WINDOW_ENTRIES && counts->slots_count > 1)
		join_neighbours(counts);
}

static uint32_t *page_get(uint32_t **pages, unsigned page)
{
	if (!pages[page])
		pages[page] = mem_array(HIST_PER_PAGE, sizeof(uint32_t));
	return pages[page];
}

void window_counts_add(struct window_counts *counts, uint64_t at_s, uint64_t value)
{
	unsigned bucket = hist_bucket(value), page = bucket / HIST_PER_PAGE, place = bucket % HIST_PER_PAGE;
	struct slot *open = &counts->open;

	if (counts->has_open && at_s - open->from_s >= counts->width_s)
		close_slot(counts);
	if (!counts->has_open) {
		*open = (struct slot){.from_s = at_s, .min = UINT64_MAX};
		counts->has_open = true;
	}
	open->to_s = at_s;
	open->count++;
	open->sum += value;
	open->min = value < open->min ? value : open->min;
	open->max = value > open->max ? value : open->max;
	page_get(counts->open_pages, page)[place]++;
	counts->open_mask |= 1ull << page;
	page_get(counts->totals, page)[place]++;
	counts->page_sums[page]++;
}

static void subtract(struct window_counts *counts, const struct slot *slot)
{
	for (size_t i = 0; i < slot->entries_count; i++) {
		unsigned page = slot->entries[i].bucket / HIST_PER_PAGE;

		counts->totals[page][slot->entries[i].bucket % HIST_PER_PAGE] -= slot->entries[i].count;
		counts->page_sums[page] -= slot->entries[i].count;
	}
}

void window_counts_expire(struct window_counts *counts, uint64_t at_s, uint64_t *count, unsigned __int128 *sum)
{
	size_t gone = 0;

	if (counts->has_open && counts->open.to_s <= at_s)
		close_slot(counts);
	for (; gone < counts->slots_count && counts->slots[gone].to_s <= at_s; gone++) {
		struct slot *slot = &counts->slots[gone];

		subtract(counts, slot);
		*count -= slot->count;
		*sum -= slot->sum;
		counts->entries_count -= slot->entries_count;
		free(slot->entries);
	}
	if (!gone)
		return;
	counts->slots_count -= gone;
	memmove(counts->slots, counts->slots + gone, counts->slots_count * sizeof(*counts->slots));
	if (counts->entries_count < WINDOW_ENTRIES / 4 && counts->width_s > 1)
		counts->width_s /= 2;
}

uint64_t window_counts_min(const struct window_counts *counts)
{
	uint64_t min = counts->has_open ? counts->open.min : UINT64_MAX;

	for (size_t i = 0; i < counts->slots_count; i++)
		min = counts->slots[i].min < min ? counts->slots[i].min : min;
	return min;
}

uint64_t window_counts_max(const struct window_counts *counts)
{
	uint64_t max = counts->has_open ? counts->open.max : 0;

	for (size_t i = 0; i < counts->slots_count; i++)
		max = counts->slots[i].max > max ? counts->slots[i].max : max;
	return max;
}

uint64_t window_counts_rank(const struct window_counts *counts, uint64_t rank)
{
	uint64_t passed = 0;

	for (unsigned page = 0; page < HIST_PAGES; page++) {
		if (passed + counts->page_sums[page] < rank) {
			passed += counts->page_sums[page];
			continue;
		}
		for (unsigned place = 0; place < HIST_PER_PAGE; place++) {
			passed += counts->totals[page][place];
			if (passed >= rank)
				return hist_bucket_middle(page * HIST_PER_PAGE + place);
		}
	}
	return UINT64_MAX;
}
