/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a trace's waterfall: which spans get one, in which order, and which share one. */
#ifndef SINK_WATERFALL_H
#define SINK_WATERFALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/trace.h"

#ifndef LIMIT_WATERFALL_ROWS
#define LIMIT_WATERFALL_ROWS 100
#endif
#define WATERFALL_ALIKE 12 /* more siblings of one stage on one thread than this share a row */

struct waterfall_row {
	const struct span **spans; /* by start */
	size_t spans_count;	   /* 1, or the number that share the row */
	unsigned depth;
};

struct waterfall {
	struct waterfall_row rows[LIMIT_WATERFALL_ROWS];
	size_t rows_count;
	size_t hidden_count; /* spans beyond the limit */
};

void waterfall_init(struct waterfall *waterfall, const struct trace *trace);
void waterfall_fini(struct waterfall *waterfall);
uint64_t waterfall_row_wall_ns(const struct waterfall_row *row); /* sum */

#endif
