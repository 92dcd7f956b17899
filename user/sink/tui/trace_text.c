// SPDX-License-Identifier: Apache-2.0
/* In: texts. Out: rows of them. The rule that surprises: bytes are made clean before they are measured. */
#include "sink/tui/trace_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ITEM_GAP 2

/* The end of the piece from `at` on that fits into `columns`: a blank if there is one, else anywhere. */
static size_t text_piece(const char *text, size_t length, size_t at, int columns)
{
	size_t end = at, blank = 0;

	while (end < length) {
		size_t used;

		text_next(text + end, length - end, &used);
		if (text_columns(text + at, end + used - at) > (size_t)columns)
			break;
		if (text[end] == ' ')
			blank = end;
		end += used;
	}
	if (end == length || text[end] == ' ' || !blank)
		return end;
	return blank;
}

int trace_text_wrap(struct area area, enum style style, const char *text)
{
	struct buf clean = { .bytes = NULL };
	size_t at = 0;
	int row = 0;

	text_clean(&clean, text, strlen(text), area.canvas && area.canvas->ascii);
	while (at < clean.length && row < area.rows && area.columns > 0) {
		size_t end = text_piece(clean.bytes, clean.length, at, area.columns);

		if (end == at)
			break;
		if (row == area.rows - 1 && end < clean.length) {
			area_fit(area, row++, 0, area.columns, style, clean.bytes + at);
			break;
		}
		area_bytes(area, row++, 0, style, clean.bytes + at, end - at);
		for (at = end; at < clean.length && clean.bytes[at] == ' ';)
			at++;
	}
	buf_fini(&clean);
	return row;
}

void trace_item(struct trace_items *items, enum style style, const char *format, ...)
{
	struct area area = items->area;
	struct buf clean = { .bytes = NULL };
	va_list arguments;
	char *text;
	int columns;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	text_clean(&clean, text, strlen(text), area.canvas && area.canvas->ascii);
	columns = (int)text_columns(clean.bytes, clean.length);
	if (items->column && items->column + columns > area.columns) {
		items->row++;
		items->column = 0;
	}
	if (items->column + columns > area.columns)
		area_fit(area, items->row, items->column, area.columns - items->column, style, clean.bytes);
	else
		area_bytes(area, items->row, items->column, style, clean.bytes, clean.length);
	items->column += columns + ITEM_GAP;
	free(text);
	buf_fini(&clean);
}

int trace_items_rows(const struct trace_items *items)
{
	return items->column ? items->row + 1 : items->row;
}
