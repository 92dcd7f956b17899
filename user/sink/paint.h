/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How things look on a terminal: colours, the cells of a bar, lines that break between items.
 * In: any bytes. Out: clean text; without colour no escape byte, with ascii no byte above 0x7e.
 */
#ifndef SINK_PAINT_H
#define SINK_PAINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/trace.h"
#include "sink/sinks.h"

#define LOOK_MIN_COLUMNS 20 /* narrower is drawn as this */

enum paint { PAINT_NONE, PAINT_GOOD, PAINT_WARN, PAINT_BAD, PAINT_COOL, PAINT_DIM, PAINT_BOLD, PAINT_BY_STATUS };

static inline bool look_is_patient(const struct look *look)
{
	return look->patient && *look->patient;
}

void paint_begin(struct buf *out, const struct look *look, enum paint paint);
void paint_end(struct buf *out, const struct look *look, enum paint paint);
enum paint paint_status(enum span_status status);

/* One terminal column of a bar. The four parts of a split come first, in the order in which they are drawn. */
enum paint_cell {
	CELL_ONCPU,
	CELL_RUNQ,
	CELL_BLOCKED,
	CELL_PREEMPTED,
	CELL_UNSPLIT, /* the span has no split */
	CELL_QUEUED,  /* waited in the engine's queue */
	CELL_CHUNK,   /* one of many */
	CELL_FIRST_AUDIO,
	CELL_NO_END, /* nobody saw the end */
	CELL_BLANK,
	CELLS_COUNT,
};

const char *paint_cell_name(enum paint_cell cell); /* for a legend */
const char *paint_cell_glyph(enum paint_cell cell, const struct look *look);
void paint_cells(struct buf *out, const struct look *look, const uint8_t *cells, size_t count);
/* The span's split in proportion over count cells; CELL_UNSPLIT when it has none. */
void paint_split(uint8_t *cells, size_t count, const struct span *span);

/* Items after one another, a new line where the next one does not fit; never wider than the look's columns. */
struct wrap {
	struct buf *out;
	const struct look *look;
	const char *gap; /* between items */
	size_t indent;	 /* of the lines after the first */
	size_t column;
};
void wrap_item(struct wrap *wrap, enum paint paint, const char *text);
void wrap_format(struct wrap *wrap, enum paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void wrap_end(struct wrap *wrap);

#endif
