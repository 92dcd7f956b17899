/* SPDX-License-Identifier: Apache-2.0 */
/* Private to window.c: values of a window counted by second and bucket, when they are too many to be kept one by one.
 */
#ifndef BASE_WINDOW_COUNTS_H
#define BASE_WINDOW_COUNTS_H

#include <stdint.h>

struct window_counts;
struct window_counts *window_counts_new(void);
void window_counts_free(struct window_counts *counts); /* NULL is fine */
void window_counts_add(struct window_counts *counts, uint64_t at_s, uint64_t value);
/* Lets go the seconds up to at_s; *count and *sum lose what went. */
void window_counts_expire(struct window_counts *counts, uint64_t at_s, uint64_t *count, unsigned __int128 *sum);
uint64_t window_counts_min(const struct window_counts *counts); /* UINT64_MAX when empty */
uint64_t window_counts_max(const struct window_counts *counts);
/* The middle of the bucket in which the value of that rank (from 1) is. */
uint64_t window_counts_rank(const struct window_counts *counts, uint64_t rank);

#endif
