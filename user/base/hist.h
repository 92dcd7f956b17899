/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log-linear histogram of unsigned values (ns, bytes, samples; ratios in millionths).
 * 2^7 buckets per octave: at most 0.4 % relative error. Below HIST_EXACT values it keeps them all and answers exactly.
 * Exact count, sum, min, max beside. Two histograms merge by adding counts.
 */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdint.h>

#define HIST_EXACT 100

struct hist {
	uint64_t count;
	uint64_t sum; /* saturates at UINT64_MAX */
	uint64_t min; /* UINT64_MAX when empty */
	uint64_t max;
	uint64_t exact[HIST_EXACT]; /* the first values, unsorted; complete while count <= HIST_EXACT */
	struct hist_page **pages;   /* one page of 128 counts per octave, made when first used */
};

void hist_init(struct hist *hist);
void hist_fini(struct hist *hist);
void hist_reset(struct hist *hist);
void hist_add(struct hist *hist, uint64_t value);
void hist_merge(struct hist *into, const struct hist *from);
/*
 * Nearest-rank quantile: the value at rank ceil(q * count), 0 < q <= 1; q = 1 is the exact max. Never below min or above max.
 * 0 when empty: ask count first.
 */
uint64_t hist_quantile(const struct hist *hist, double q);
/* ceil(q * count), within 1..count. */
uint64_t hist_rank(uint64_t count, double q);

/* The buckets themselves: HIST_PAGES pages (octaves) of HIST_PER_PAGE; page 0 is exact. */
#define HIST_BITS 7
#define HIST_PER_PAGE (1u << HIST_BITS)
#define HIST_PAGES (64 - HIST_BITS + 1) /* page n: 2^(n+6) to 2^(n+7) */
unsigned hist_bucket(uint64_t value);	      /* page * HIST_PER_PAGE + place in it */
uint64_t hist_bucket_middle(unsigned bucket); /* the value that stands for all of the bucket */

#endif
