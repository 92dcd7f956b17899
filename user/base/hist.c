// SPDX-License-Identifier: Apache-2.0
/*
 * In: unsigned values. Out: quantiles, exact up to HIST_EXACT values, then within 0.4 %.
 * The rule that surprises: the pages stay unmade until the raw values no longer suffice; count >
 * HIST_EXACT is the one sign that all values, the raw ones included, are counted in the pages.
 */
#include "base/hist.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct hist_page {
	uint64_t counts[HIST_PER_PAGE];
};

static unsigned hist_page_of(uint64_t value)
{
	return value < HIST_PER_PAGE ? 0 : 64 - HIST_BITS - (unsigned)__builtin_clzll(value);
}

static unsigned hist_bucket_of(uint64_t value, unsigned page)
{
	return (unsigned)(page ? value >> (page - 1) : value) & (HIST_PER_PAGE - 1);
}

static uint64_t hist_midpoint(unsigned page, unsigned bucket)
{
	uint64_t width;

	if (!page)
		return bucket;
	width = 1ull << (page - 1);
	return (uint64_t)(HIST_PER_PAGE + bucket) * width + (width - 1) / 2;
}

unsigned hist_bucket(uint64_t value)
{
	unsigned page = hist_page_of(value);

	return page * HIST_PER_PAGE + hist_bucket_of(value, page);
}

uint64_t hist_bucket_middle(unsigned bucket)
{
	return hist_midpoint(bucket / HIST_PER_PAGE, bucket % HIST_PER_PAGE);
}

static struct hist_page *hist_page_get(struct hist *hist, unsigned page)
{
	if (!hist->pages)
		hist->pages = mem_array(HIST_PAGES, sizeof(*hist->pages));
	if (!hist->pages[page])
		hist->pages[page] = mem_new(sizeof(*hist->pages[page]));
	return hist->pages[page];
}

static void hist_count(struct hist *hist, uint64_t value)
{
	unsigned page = hist_page_of(value);

	hist_page_get(hist, page)->counts[hist_bucket_of(value, page)]++;
}

static void hist_pour(struct hist *hist)
{
	uint64_t i;

	for (i = 0; i < hist->count; i++)
		hist_count(hist, hist->exact[i]);
}

static void hist_summarise(struct hist *hist, uint64_t count, uint64_t sum, uint64_t min,
			   uint64_t max)
{
	if (__builtin_add_overflow(hist->sum, sum, &hist->sum))
		hist->sum = UINT64_MAX;
	if (!hist->count || min < hist->min)
		hist->min = min;
	if (!hist->count || max > hist->max)
		hist->max = max;
	hist->count += count;
}

void hist_init(struct hist *hist)
{
	*hist = (struct hist){.min = UINT64_MAX};
}

void hist_fini(struct hist *hist)
{
	unsigned page;

	for (page = 0; hist->pages && page < HIST_PAGES; page++)
		free(hist->pages[page]);
	free(hist->pages);
	hist->pages = NULL;
}

void hist_reset(struct hist *hist)
{
	hist_fini(hist);
	hist_init(hist);
}

void hist_add(struct hist *hist, uint64_t value)
{
	if (hist->count < HIST_EXACT) {
		hist->exact[hist->count] = value;
	} else {
		if (hist->count == HIST_EXACT)
			hist_pour(hist);
		hist_count(hist, value);
	}
	hist_summarise(hist, 1, value, value, value);
}

static void hist_merge_pages(struct hist *into, const struct hist *from)
{
	unsigned page, bucket;

	for (page = 0; from->pages && page < HIST_PAGES; page++) {
		struct hist_page *sums;

		if (!from->pages[page])
			continue;
		sums = hist_page_get(into, page);
		for (bucket = 0; bucket < HIST_PER_PAGE; bucket++)
			sums->counts[bucket] += from->pages[page]->counts[bucket];
	}
}

void hist_merge(struct hist *into, const struct hist *from)
{
	uint64_t i;

	if (!from->count)
		return;
	if (from->count <= HIST_EXACT && into->count <= HIST_EXACT - from->count) {
		memcpy(into->exact + into->count, from->exact, from->count * sizeof(*from->exact));
	} else {
		if (into->count <= HIST_EXACT)
			hist_pour(into);
		if (from->count > HIST_EXACT)
			hist_merge_pages(into, from);
		else
			for (i = 0; i < from->count; i++)
				hist_count(into, from->exact[i]);
	}
	hist_summarise(into, from->count, from->sum, from->min, from->max);
}

static int hist_order(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static uint64_t hist_exact_rank(const struct hist *hist, uint64_t rank)
{
	uint64_t sorted[HIST_EXACT];

	memcpy(sorted, hist->exact, hist->count * sizeof(*sorted));
	qsort(sorted, hist->count, sizeof(*sorted), hist_order);
	return sorted[rank - 1];
}

static uint64_t hist_bucket_rank(const struct hist *hist, uint64_t rank)
{
	unsigned page, bucket;
	uint64_t passed = 0;

	for (page = 0; page < HIST_PAGES; page++) {
		if (!hist->pages[page])
			continue;
		for (bucket = 0; bucket < HIST_PER_PAGE; bucket++) {
			passed += hist->pages[page]->counts[bucket];
			if (passed >= rank)
				return hist_midpoint(page, bucket);
		}
	}
	return hist->max;
}

/* q is a decimal fraction that a double holds not quite: 0.07 * 100 must be rank 7, not 8. */
uint64_t hist_rank(uint64_t count, double q)
{
	double rank = ceil(q * (double)count * (1 - 1e-12));

	if (!(rank >= 1)) /* NaN too */
		return 1;
	if (rank >= (double)count)
		return count;
	return (uint64_t)rank;
}

uint64_t hist_quantile(const struct hist *hist, double q)
{
	uint64_t rank, value;

	if (!hist->count)
		return 0;
	rank = hist_rank(hist->count, q);
	if (rank == 1)
		return hist->min;
	if (rank == hist->count)
		return hist->max;
	if (hist->count <= HIST_EXACT)
		return hist_exact_rank(hist, rank);
	value = hist_bucket_rank(hist, rank);
	if (value < hist->min)
		return hist->min;
	return value > hist->max ? hist->max : value;
}
