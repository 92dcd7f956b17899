/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of the last W seconds, sliding: count, sum, min, max and quantiles.
 * In: (second, value) pairs, seconds never going back. Out: what lies in (now - W, now].
 *
 * The edge resolution is 1 s: a value leaves W seconds after its second. While the window holds no more than
 * WINDOW_EXACT values (and the budget has room) they are kept one by one and every answer is exact. Above that they
 * are counted, by second, in the log-linear buckets of base/hist (2^7 per octave): quantiles are within 0.4 % then,
 * everything else stays exact. It is exact again as soon as the newest WINDOW_EXACT values are all that is left. The
 * rule that surprises: when the values of a counted window are so diverse that its counts pass WINDOW_ENTRIES,
 * seconds are joined by twos (fours, ...), and a value leaves up to that many seconds later.
 */
#ifndef BASE_WINDOW_H
#define BASE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef WINDOW_EXACT
#define WINDOW_EXACT 1024 /* single values per window; a power of two */
#endif
#ifndef WINDOW_ENTRIES
#define WINDOW_ENTRIES 32768 /* counts per window, 8 bytes each; no second has more than 7,424 */
#endif

/* What all windows of one owner may hold together. */
struct window_budget {
	size_t values_max;
	size_t values_count;   /* places for single values that were made */
	uint64_t let_go_count; /* single values that went before their time: from then on they are only counted */
};

struct window_value {
	uint64_t at_s;
	uint64_t value;
};

struct window {
	struct window_budget *budget;
	uint32_t span_s;
	uint64_t now_s;
	uint64_t count; /* in the window */
	unsigned __int128 sum;
	struct window_value *ring; /* the newest values, oldest first */
	size_t capacity, first, held;
	uint64_t let_go_s;	      /* second of the newest value that the ring had to let go */
	uint64_t *sorted;	      /* while exact: the same values by size */
	struct window_counts *counts; /* NULL while exact */
};

void window_init(struct window *window, uint32_t span_s, struct window_budget *budget);
void window_fini(struct window *window);
/* A second before now_s counts as now_s. */
void window_add(struct window *window, uint64_t at_s, uint64_t value);
/* Lets go what is out of the window at at_s. */
void window_advance(struct window *window, uint64_t at_s);

bool window_is_exact(const struct window *window);
uint64_t window_min(const struct window *window); /* 0 when empty, as all below: ask count first */
uint64_t window_max(const struct window *window);
double window_mean(const struct window *window);
/* Nearest rank, as hist_quantile. */
uint64_t window_quantile(const struct window *window, double q);
/* Can count values tell this quantile from the maximum? p50 needs 2, p90 10, p95 20, p99 100. */
bool window_supports(uint64_t count, double q);

/* Sums of a few columns over the last W seconds: ratios and means of pairs. Exact, the edge resolution is 1 s. */
#define WINDOW_COLUMNS 2
struct window_sums {
	uint32_t span_s;
	uint64_t now_s;
	uint64_t total[WINDOW_COLUMNS];
	uint64_t (*seconds)[WINDOW_COLUMNS]; /* by second modulo span_s; made at the first add */
};
void window_sums_init(struct window_sums *sums, uint32_t span_s);
void window_sums_fini(struct window_sums *sums);
void window_sums_add(struct window_sums *sums, uint64_t at_s, uint64_t first, uint64_t second);
void window_sums_advance(struct window_sums *sums, uint64_t at_s);

#endif
