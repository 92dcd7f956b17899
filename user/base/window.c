/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: (second, value) pairs. Out: what the last W seconds hold.
 * The newest values always stand in a ring. While the ring holds all of the window a copy of it is kept in order of
 * size, which answers everything; else window_counts does. The rule that surprises: an empty window gives all its
 * memory back, so thousands of quiet windows cost nothing.
 */
#include "base/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/hist.h"
#include "base/mem.h"
#include "base/window_counts.h"

_Static_assert((WINDOW_EXACT & (WINDOW_EXACT - 1)) == 0, "a power of two");
#define RING_MIN (WINDOW_EXACT < 16 ? WINDOW_EXACT : 16)

void window_init(struct window *window, uint32_t span_s, struct window_budget *budget)
{
	*window = (struct window){.budget = budget, .span_s = span_s};
}

static void give_back(struct window *window)
{
	window->budget->values_count -= window->capacity;
	free(window->ring);
	free(window->sorted);
	window_counts_free(window->counts);
	*window = (struct window){.budget = window->budget, .span_s = window->span_s, .now_s = window->now_s};
}

void window_fini(struct window *window)
{
	if (window->budget)
		give_back(window);
}

static struct window_value *ring_at(const struct window *window, size_t index)
{
	return &window->ring[(window->first + index) & (window->capacity - 1)];
}

/* The first place in sorted[] whose value is not below. */
static size_t place_of(const struct window *window, size_t count, uint64_t value)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (window->sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void sorted_add(struct window *window, size_t count, uint64_t value)
{
	size_t place = place_of(window, count, value);

	memmove(window->sorted + place + 1, window->sorted + place, (count - place) * sizeof(*window->sorted));
	window->sorted[place] = value;
}

static void sorted_remove(struct window *window, size_t count, uint64_t value)
{
	size_t place = place_of(window, count, value);

	memmove(window->sorted + place, window->sorted + place + 1, (count - place - 1) * sizeof(*window->sorted));
}

static bool ring_grow(struct window *window)
{
	struct window_budget *budget = window->budget;
	size_t capacity = window->capacity ? window->capacity * 2 : RING_MIN;
	struct window_value *ring;
	uint64_t *sorted;

	if (capacity > WINDOW_EXACT || budget->values_count + (capacity - window->capacity) > budget->values_max)
		return false;
	budget->values_count += capacity - window->capacity;
	ring = mem_array(capacity, sizeof(*ring));
	sorted = mem_array(capacity, sizeof(*sorted));
	for (size_t i = 0; i < window->held; i++)
		ring[i] = *ring_at(window, i);
	if (window->sorted)
		memcpy(sorted, window->sorted, window->held * sizeof(*sorted));
	free(window->ring);
	free(window->sorted);
	window->ring = ring;
	window->sorted = sorted;
	window->first = 0;
	window->capacity = capacity;
	return true;
}

static void begin_counting(struct window *window)
{
	window->counts = window_counts_new();
	for (size_t i = 0; i < window->held; i++)
		window_counts_add(window->counts, ring_at(window, i)->at_s, ring_at(window, i)->value);
}

static int order(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* The ring holds all that is left. */
static void end_counting(struct window *window)
{
	window_counts_free(window->counts);
	window->counts = NULL;
	window->count = window->held;
	window->sum = 0;
	for (size_t i = 0; i < window->held; i++) {
		window->sorted[i] = ring_at(window, i)->value;
		window->sum += window->sorted[i];
	}
	if (window->held)
		qsort(window->sorted, window->held, sizeof(*window->sorted), order);
}

void window_advance(struct window *window, uint64_t at_s)
{
	if (at_s > window->now_s)
		window->now_s = at_s;
	if (!window->count || window->now_s < window->span_s)
		return;
	at_s = window->now_s - window->span_s;
	while (window->held && ring_at(window, 0)->at_s <= at_s) {
		if (!window->counts) {
			sorted_remove(window, window->held, ring_at(window, 0)->value);
			window->sum -= ring_at(window, 0)->value;
			window->count--;
		}
		window->first = (window->first + 1) & (window->capacity - 1);
		window->held--;
	}
	if (window->counts && window->let_go_s <= at_s)
		end_counting(window);
	else if (window->counts)
		window_counts_expire(window->counts, at_s, &window->count, &window->sum);
	if (!window->count)
		give_back(window);
}

void window_add(struct window *window, uint64_t at_s, uint64_t value)
{
	if (at_s > window->now_s)
		window_advance(window, at_s);
	at_s = window->now_s;
	if (window->held == window->capacity && !ring_grow(window)) {
		if (!window->counts)
			begin_counting(window);
		window->budget->let_go_count++;
		window->let_go_s = window->held ? ring_at(window, 0)->at_s : at_s;
		if (window->held) {
			window->first = (window->first + 1) & (window->capacity - 1);
			window->held--;
		}
	}
	if (!window->counts)
		sorted_add(window, window->held, value);
	else
		window_counts_add(window->counts, at_s, value);
	if (window->capacity)
		*ring_at(window, window->held++) = (struct window_value){at_s, value};
	window->count++;
	window->sum += value;
}

bool window_is_exact(const struct window *window)
{
	return !window->counts;
}

uint64_t window_min(const struct window *window)
{
	if (!window->count)
		return 0;
	return window->counts ? window_counts_min(window->counts) : window->sorted[0];
}

uint64_t window_max(const struct window *window)
{
	if (!window->count)
		return 0;
	return window->counts ? window_counts_max(window->counts) : window->sorted[window->count - 1];
}

double window_mean(const struct window *window)
{
	return window->count ? (double)window->sum / (double)window->count : 0;
}

uint64_t window_quantile(const struct window *window, double q)
{
	uint64_t rank, value, min, max;

	if (!window->count)
		return 0;
	rank = hist_rank(window->count, q);
	if (!window->counts)
		return window->sorted[rank - 1];
	min = window_counts_min(window->counts);
	max = window_counts_max(window->counts);
	if (rank == 1)
		return min;
	if (rank == window->count)
		return max;
	value = window_counts_rank(window->counts, rank);
	if (value < min)
		return min;
	return value > max ? max : value;
}

/* 1 - q is not quite a decimal fraction: 0.05 * 20 must reach 1. */
bool window_supports(uint64_t count, double q)
{
	return (double)count * (1 - q) >= 1 - 1e-9;
}

void window_sums_init(struct window_sums *sums, uint32_t span_s)
{
	*sums = (struct window_sums){.span_s = span_s};
}

void window_sums_fini(struct window_sums *sums)
{
	free(sums->seconds);
	sums->seconds = NULL;
}

void window_sums_advance(struct window_sums *sums, uint64_t at_s)
{
	uint64_t from_s = sums->now_s;

	if (at_s <= sums->now_s)
		return;
	sums->now_s = at_s;
	if (!sums->seconds)
		return;
	if (at_s - from_s > sums->span_s)
		from_s = at_s - sums->span_s;
	while (++from_s <= at_s) {
		uint64_t *second = sums->seconds[from_s % sums->span_s];

		for (unsigned column = 0; column < WINDOW_COLUMNS; column++) {
			sums->total[column] -= second[column];
			second[column] = 0;
		}
	}
}

void window_sums_add(struct window_sums *sums, uint64_t at_s, uint64_t first, uint64_t second)
{
	uint64_t *now;

	window_sums_advance(sums, at_s);
	if (!sums->seconds)
		sums->seconds = mem_array(sums->span_s, sizeof(*sums->seconds));
	now = sums->seconds[sums->now_s % sums->span_s];
	now[0] += first;
	now[1] += second;
	sums->total[0] += first;
	sums->total[1] += second;
}
