// SPDX-License-Identifier: Apache-2.0
/*
 * In: what to show. Out: bytes for a terminal, or for a file that shall look the same.
 * The rule that surprises: colours are decided by the look alone, so a live run and its replay differ only when asked to.
 */
#include "sink/paint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *glyph;
	const char *ascii;
	enum paint paint;
	const char *name;
} paint_cell_looks[CELLS_COUNT] = {
	[CELL_ONCPU] = { "█", "#", PAINT_GOOD, "on CPU" },
	[CELL_RUNQ] = { "▒", "+", PAINT_WARN, "run queue" },
	[CELL_BLOCKED] = { "░", ".", PAINT_COOL, "blocked" },
	[CELL_PREEMPTED] = { "▓", "!", PAINT_BAD, "pre-empted" },
	[CELL_UNSPLIT] = { "━", "=", PAINT_NONE, "not split" },
	[CELL_QUEUED] = { "┄", "-", PAINT_DIM, "queued" },
	[CELL_CHUNK] = { "│", "|", PAINT_GOOD, "one of many" },
	[CELL_FIRST_AUDIO] = { "▼", "v", PAINT_BOLD, "first audio" },
	[CELL_NO_END] = { "╳", "x", PAINT_BAD, "no end" },
	[CELL_BLANK] = { " ", " ", PAINT_NONE, "" },
};

void paint_begin(struct buf *out, const struct look *look, enum paint paint)
{
	static const char *const codes[] = { "", "32", "33", "31", "34", "2", "1", "1" };

	if (look->colour && paint != PAINT_NONE)
		buf_format(out, "\033[%sm", codes[paint]);
}

void paint_end(struct buf *out, const struct look *look, enum paint paint)
{
	if (look->colour && paint != PAINT_NONE)
		buf_text(out, "\033[0m");
}

enum paint paint_status(enum span_status status)
{
	switch (status) {
	case STATUS_OK:
		return PAINT_GOOD;
	case STATUS_CANCELLED:
		return PAINT_WARN;
	default:
		return PAINT_BAD;
	}
}

const char *paint_cell_name(enum paint_cell cell)
{
	return paint_cell_looks[cell].name;
}

const char *paint_cell_glyph(enum paint_cell cell, const struct look *look)
{
	return look->ascii ? paint_cell_looks[cell].ascii : paint_cell_looks[cell].glyph;
}

void paint_cells(struct buf *out, const struct look *look, const uint8_t *cells, size_t count)
{
	size_t i, run;

	for (i = 0; i < count; i += run) {
		enum paint paint = paint_cell_looks[cells[i]].paint;

		for (run = 1; i + run < count && cells[i + run] == cells[i];)
			run++;
		paint_begin(out, look, paint);
		buf_fill(out, paint_cell_glyph(cells[i], look), run);
		paint_end(out, look, paint);
	}
}

void paint_split(uint8_t *cells, size_t count, const struct span *span)
{
	const uint64_t part_ns[] = { span->oncpu_ns, span->runq_ns, span->blocked_ns,
				     span->preempted_ns };
	unsigned __int128 total = 0, upto;
	unsigned part;
	size_t i;

	for (part = 0; part < COUNT_OF(part_ns); part++)
		total += part_ns[part];
	if (!span->has_split || !total) {
		memset(cells, span->has_split ? CELL_ONCPU : CELL_UNSPLIT, count);
		return;
	}
	for (i = 0, part = 0, upto = part_ns[0]; i < count; i++) { /* by the middle of the cell */
		while (part < CELL_PREEMPTED && upto * 2 * count < total * (2 * i + 1))
			upto += part_ns[++part];
		cells[i] = (uint8_t)part;
	}
}

void wrap_item(struct wrap *wrap, enum paint paint, const char *text)
{
	size_t columns = wrap->look->columns;
	size_t gap = text_columns(wrap->gap, strlen(wrap->gap)), width;
	struct buf clean = { 0 };

	text_fit(&clean, text, strlen(text), columns, false, wrap->look->ascii);
	width = text_columns(clean.bytes, clean.length);
	if (wrap->column && wrap->column + gap + width > columns) {
		buf_char(wrap->out, '\n');
		wrap->column = wrap->indent + width <= columns ? wrap->indent : 0;
		buf_fill(wrap->out, " ", wrap->column);
	} else if (wrap->column) {
		buf_text(wrap->out, wrap->gap);
		wrap->column += gap;
	}
	paint_begin(wrap->out, wrap->look, paint);
	buf_text(wrap->out, clean.bytes);
	paint_end(wrap->out, wrap->look, paint);
	wrap->column += width;
	buf_fini(&clean);
}

void wrap_format(struct wrap *wrap, enum paint paint, const char *format, ...)
{
	auto_free char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length >= 0)
		wrap_item(wrap, paint, text);
	else
		text = NULL;
}

void wrap_end(struct wrap *wrap)
{
	if (wrap->column)
		buf_char(wrap->out, '\n');
	wrap->column = 0;
}
