/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of the line of an utterance: one row of the table each. */
#ifndef SINK_LINES_COLUMNS_H
#define SINK_LINES_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "model/view.h"
#include "sink/paint.h"

#define LINES_COLUMNS 16
#define LINES_BAR_COLUMNS 16

struct lines_column {
	const char *title;
	unsigned width;
	unsigned rank; /* 1..LINES_COLUMNS; the highest is left out first */
	bool is_left;
	enum paint paint;
	struct units_text (*cell)(const struct view *view, const struct trace *trace); /* NULL: the bar */
};

extern const struct lines_column lines_columns[LINES_COLUMNS];

/* Bit per column: by rank, each that still fits. */
uint32_t lines_choose(unsigned columns);

#endif
