/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that take as many rows as they need. In: any bytes. Out: clean cells within an area. */
#ifndef SINK_TUI_TRACE_TEXT_H
#define SINK_TUI_TRACE_TEXT_H

#include "sink/tui/canvas.h"

/* What stands where a value is not known. */
static inline const char *trace_none(bool ascii)
{
	return ascii ? "-" : "–";
}

/* Words, broken at blanks, over the rows of the area; what does not fit is marked as cut. How many rows it took. */
int trace_text_wrap(struct area area, enum style style, const char *text);

/* Items after one another, a new row where the next one does not fit. Begin with {area}. */
struct trace_items {
	struct area area;
	int row, column;
};
void trace_item(struct trace_items *items, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As many rows as were begun. */
int trace_items_rows(const struct trace_items *items);

#endif
