// SPDX-License-Identifier: Apache-2.0
/*
 * In: any bytes, any rows and columns. Out: cells of one printable character each, inside of their area.
 * The rule that surprises: a character of two columns is two cells, and whoever overwrites one of them makes the other
 * a space; so the cells of a row always add up to its columns.
 */
#include "sink/tui/canvas.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/canvas_pen.h"

static struct canvas_cell *canvas_at(struct canvas *canvas, long row, long column)
{
	if (row < 0 || column < 0 || row >= (long)canvas->rows || column >= (long)canvas->columns)
		return NULL;
	return &canvas->cells[(size_t)row * canvas->columns + (size_t)column];
}

void canvas_init(struct canvas *canvas, unsigned rows, unsigned columns, bool ascii)
{
	memset(canvas, 0, sizeof(*canvas));
	canvas->ascii = ascii;
	canvas_resize(canvas, rows, columns);
}

void canvas_fini(struct canvas *canvas)
{
	free(canvas->cells);
	canvas->cells = NULL;
	canvas->rows = canvas->columns = 0;
}

void canvas_resize(struct canvas *canvas, unsigned rows, unsigned columns)
{
	rows = rows > CANVAS_MAX_ROWS ? CANVAS_MAX_ROWS : rows;
	columns = columns > CANVAS_MAX_COLUMNS ? CANVAS_MAX_COLUMNS : columns;
	if (!canvas->cells || rows != canvas->rows || columns != canvas->columns) {
		free(canvas->cells);
		canvas->cells = mem_array((size_t)rows * columns + 1, sizeof(*canvas->cells));
		canvas->rows = rows;
		canvas->columns = columns;
	}
	canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
	static const struct canvas_cell blank = { .glyph = ' ' };
	size_t i, count = (size_t)canvas->rows * canvas->columns;

	for (i = 0; i < count; i++)
		canvas->cells[i] = blank;
	canvas->has_cursor = false;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (to->rows != from->rows || to->columns != from->columns)
		canvas_resize(to, from->rows, from->columns);
	memcpy(to->cells, from->cells, (size_t)from->rows * from->columns * sizeof(*from->cells));
	to->has_cursor = from->has_cursor;
	to->cursor_row = from->cursor_row;
	to->cursor_column = from->cursor_column;
}

const struct canvas_cell *canvas_cell(const struct canvas *canvas, unsigned row, unsigned column)
{
	static const struct canvas_cell outside = { .glyph = ' ' };

	if (row >= canvas->rows || column >= canvas->columns)
		return &outside;
	return &canvas->cells[(size_t)row * canvas->columns + column];
}

/* A space of which nothing is seen. */
static bool canvas_is_blank(const struct canvas_cell *cell, enum colours colours)
{
	struct theme_look look;

	if (cell->glyph != ' ')
		return false;
	if (colours == COLOURS_NONE)
		return true;
	look = theme_look((enum style)cell->style, cell->mark, colours);
	return look.background < 0 && !look.reverse && !look.underline;
}

static void canvas_print_row(struct buf *out, const struct canvas_cell *row, unsigned columns, enum colours colours)
{
	const struct canvas_cell *last = NULL; /* whose look is on */
	unsigned i, end = columns;

	while (end && canvas_is_blank(&row[end - 1], colours))
		end--;
	for (i = 0; i < end; i++) {
		if (!row[i].glyph)
			continue;
		if (colours != COLOURS_NONE && (!last || last->style != row[i].style || last->mark != row[i].mark)) {
			if (last || row[i].style != STYLE_TEXT || row[i].mark)
				theme_print(out, (enum style)row[i].style, row[i].mark, colours);
			last = &row[i];
		}
		pen_utf8(out, row[i].glyph);
	}
	if (last && (last->style != STYLE_TEXT || last->mark))
		theme_print(out, STYLE_TEXT, 0, colours);
	buf_char(out, '\n');
}

void canvas_print(struct buf *out, const struct canvas *canvas, enum colours colours)
{
	unsigned row;

	buf_add(out, "", 0);
	for (row = 0; row < canvas->rows; row++)
		canvas_print_row(out, &canvas->cells[(size_t)row * canvas->columns], canvas->columns, colours);
}

struct area area_of(struct canvas *canvas)
{
	return (struct area){ .canvas = canvas, .rows = (int)canvas->rows, .columns = (int)canvas->columns };
}

/* [*start, *start + *length) cut to [0, limit). */
static void area_cut(long *start, long *length, long limit)
{
	long end = *start + (*length > 0 ? *length : 0);

	*start = *start < 0 ? 0 : *start > limit ? limit : *start;
	end = end > limit ? limit : end;
	*length = end > *start ? end - *start : 0;
}

struct area area_part(struct area area, int row, int column, int rows, int columns)
{
	long part_row = row, part_column = column, part_rows = rows, part_columns = columns;

	area_cut(&part_row, &part_rows, area.rows > 0 ? area.rows : 0);
	area_cut(&part_column, &part_columns, area.columns > 0 ? area.columns : 0);
	area.row += (int)part_row;
	area.column += (int)part_column;
	area.rows = part_columns ? (int)part_rows : 0;
	area.columns = part_rows ? (int)part_columns : 0;
	return area;
}

static void area_put_cell(struct area area, int row, long column, struct canvas_cell cell)
{
	struct canvas_cell *at, *beside;

	if (row < 0 || row >= area.rows || column < 0 || column >= area.columns)
		return;
	at = canvas_at(area.canvas, (long)area.row + row, (long)area.column + column);
	if (!at)
		return;
	if (!at->glyph && cell.glyph) { /* the left half stays alone */
		beside = canvas_at(area.canvas, (long)area.row + row, (long)area.column + column - 1);
		if (beside)
			beside->glyph = ' ';
	}
	beside = canvas_at(area.canvas, (long)area.row + row, (long)area.column + column + 1);
	if (at->glyph && beside && !beside->glyph)
		beside->glyph = ' ';
	*at = cell;
}

/* Of one or two columns; half of one that is cut becomes a space. */
static void area_put(struct area area, int row, long column, enum style style, uint32_t glyph, int columns)
{
	struct canvas_cell cell = { .glyph = glyph, .style = (uint8_t)style };
	long limit = (long)area.canvas->columns - area.column;

	limit = limit < area.columns ? limit : area.columns;
	if (columns == 2) {
		bool is_whole = column >= 0 && (long)area.column + column >= 0 && column + 1 < limit;

		cell.glyph = is_whole ? glyph : ' ';
		area_put_cell(area, row, column, cell);
		cell.glyph = is_whole ? 0 : ' ';
		area_put_cell(area, row, column + 1, cell);
	} else {
		area_put_cell(area, row, column, cell);
	}
}

int area_bytes(struct area area, int row, int column, enum style style, const char *bytes, size_t length)
{
	struct pen pen = pen_on(bytes, length, area.canvas->ascii);
	long at = column;
	uint32_t glyph;
	int columns;

	while (at < area.columns && pen_next(&pen, &glyph, &columns)) {
		area_put(area, row, at, style, glyph, columns);
		at += columns;
	}
	buf_fini(&pen.clean);
	at = at > area.columns && area.columns > column ? area.columns : at;
	return (int)(at - column);
}

int area_text(struct area area, int row, int column, enum style style, const char *text)
{
	return area_bytes(area, row, column, style, text, strlen(text));
}

int area_format(struct area area, int row, int column, enum style style, const char *format, ...)
{
	char text[512], *longer = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length < 0)
		return 0;
	if ((size_t)length >= sizeof(text)) {
		va_start(arguments, format);
		longer = mem_vformat(format, arguments);
		va_end(arguments);
	}
	length = area_text(area, row, column, style, longer ? longer : text);
	free(longer);
	return length;
}

/* At most `limit` + 1: how many columns the text wants. */
static long area_measure(struct area area, const char *text, long limit)
{
	struct pen pen = pen_on(text, strlen(text), area.canvas->ascii);
	long want = 0;
	uint32_t glyph;
	int columns;

	while (want <= limit && pen_next(&pen, &glyph, &columns))
		want += columns;
	buf_fini(&pen.clean);
	return want > limit ? limit + 1 : want;
}

int area_fit(struct area area, int row, int column, int columns, enum style style, const char *text)
{
	struct pen pen = pen_on(text, strlen(text), area.canvas->ascii);
	long used = 0, keep;
	uint32_t glyph;
	int wide;

	if (columns <= 0)
		return 0;
	keep = area_measure(area, text, columns);
	keep = keep > columns ? columns - 1 : columns;
	while (pen_next(&pen, &glyph, &wide) && used + wide <= keep) {
		area_put(area, row, (long)column + used, style, glyph, wide);
		used += wide;
	}
	buf_fini(&pen.clean);
	if (keep < columns)
		area_put(area, row, (long)column + used++, style, area.canvas->ascii ? '~' : 0x2026, 1);
	if (used < -(long)column)
		used = -(long)column;
	for (; used < columns && (long)column + used < area.columns; used++)
		area_put(area, row, (long)column + used, style, ' ', 1);
	return columns;
}

int area_right(struct area area, int row, int column, int columns, enum style style, const char *text)
{
	long want;

	if (columns <= 0)
		return 0;
	want = area_measure(area, text, columns);
	if (want < columns && column < area.columns) {
		int blank = columns - (int)want;

		area_fill(area, row, column, blank, style, ' ', ' ');
		if ((long)column + blank < area.columns)
			area_text(area, row, column + blank, style, text);
		return columns;
	}
	return area_fit(area, row, column, columns, style, text);
}

/* What may be put for it, and its columns; a glyph that is no printable character is a mistake and seen as '?'. */
static uint32_t area_own_glyph(struct area area, uint32_t glyph, char fallback, int *columns)
{
	struct buf bytes = { 0 };
	struct pen pen;

	*columns = 1;
	if (area.canvas->ascii)
		glyph = (unsigned char)fallback;
	if ((glyph >= ' ' && glyph < 0x7f) || (!area.canvas->ascii && pen_is_drawing(glyph)))
		return glyph;
	if (area.canvas->ascii || glyph < ' ' || glyph > 0x10ffff)
		return '?';
	pen_utf8(&bytes, glyph);
	pen = pen_on(bytes.bytes, bytes.length, false);
	if (!pen_next(&pen, &glyph, columns) || pen.clean_at < pen.clean.length) {
		glyph = '?';
		*columns = 1;
	}
	buf_fini(&pen.clean);
	buf_fini(&bytes);
	return glyph;
}

void area_glyph(struct area area, int row, int column, enum style style, uint32_t glyph, char fallback)
{
	int columns;

	glyph = area_own_glyph(area, glyph, fallback, &columns);
	area_put(area, row, column, style, glyph, columns);
}

void area_fill(struct area area, int row, int column, int columns, enum style style, uint32_t glyph, char fallback)
{
	long at = column, end = (long)column + columns;
	int wide;

	glyph = area_own_glyph(area, glyph, fallback, &wide);
	at = at < 0 ? at % wide : at;
	end = end > area.columns ? area.columns : end;
	for (; at < end; at += wide)
		area_put(area, row, at, style, at + wide <= end ? glyph : ' ', at + wide <= end ? wide : 1);
}

void area_mark(struct area area, int row, int column, int columns, unsigned mark)
{
	long at = column < 0 ? 0 : column, end = (long)column + columns;
	struct canvas_cell *cell;

	if (row < 0 || row >= area.rows)
		return;
	end = end > area.columns ? area.columns : end;
	for (; at < end; at++) {
		cell = canvas_at(area.canvas, (long)area.row + row, (long)area.column + at);
		if (cell)
			cell->mark |= (uint8_t)mark;
	}
}

static bool glyph_is_same(uint32_t a, uint32_t b)
{
	a |= a >= 'A' && a <= 'Z' ? 0x20 : 0;
	b |= b >= 'A' && b <= 'Z' ? 0x20 : 0;
	return a == b;
}

#define NEEDLE_MAX 256

int area_mark_matches(struct area area, int row, const char *needle)
{
	struct pen pen = pen_on(needle, strlen(needle), area.canvas->ascii);
	uint32_t glyphs[NEEDLE_MAX];
	int count = 0, length = 0, at, i, columns;

	/* as cells are: the right half of a wide one is 0 */
	while (length + 2 <= NEEDLE_MAX && pen_next(&pen, &glyphs[length], &columns)) {
		length++;
		if (columns == 2)
			glyphs[length++] = 0;
	}
	buf_fini(&pen.clean);
	for (at = 0; length && at + length <= area.columns; at++) {
		for (i = 0; i < length; i++) {
			const struct canvas_cell *cell = row < 0 || row >= area.rows ? NULL :
				canvas_at(area.canvas, (long)area.row + row, (long)area.column + at + i);

			if (!cell || !glyph_is_same(cell->glyph, glyphs[i]))
				break;
		}
		if (i < length)
			continue;
		area_mark(area, row, at, length, MARK_MATCH);
		count++;
		at += length - 1;
	}
	return count;
}

static void area_titled_line(struct area area, int from, int to, const char *title)
{
	int room = to - from - 5, want; /* "- " before, " -" behind, one to see that it goes on */

	area_fill(area, 0, from, to - from, STYLE_FRAME, 0x2500, '-');
	if (!title || !*title || room < 1)
		return;
	want = (int)area_measure(area, title, room);
	want = want > room ? room : want;
	area_fill(area, 0, from + 1, want + 2, STYLE_TITLE, ' ', ' ');
	area_fit(area, 0, from + 2, want, STYLE_TITLE, title);
}

struct area area_box(struct area area, const char *title)
{
	int last_row = area.rows - 1, last_column = area.columns - 1, row;

	if (area.rows < 2 || area.columns < 2)
		return area_part(area, 0, 0, 0, 0);
	area_titled_line(area, 1, last_column, title);
	area_fill(area, last_row, 1, area.columns - 2, STYLE_FRAME, 0x2500, '-');
	for (row = 1; row < last_row; row++) {
		area_glyph(area, row, 0, STYLE_FRAME, 0x2502, '|');
		area_glyph(area, row, last_column, STYLE_FRAME, 0x2502, '|');
	}
	area_glyph(area, 0, 0, STYLE_FRAME, 0x250c, '+');
	area_glyph(area, 0, last_column, STYLE_FRAME, 0x2510, '+');
	area_glyph(area, last_row, 0, STYLE_FRAME, 0x2514, '+');
	area_glyph(area, last_row, last_column, STYLE_FRAME, 0x2518, '+');
	return area_part(area, 1, 1, area.rows - 2, area.columns - 2);
}

struct area area_section(struct area area, const char *title)
{
	area_glyph(area, 0, 0, STYLE_FRAME, 0x2500, '-');
	area_titled_line(area, 1, area.columns, title);
	return area_part(area, 1, 0, area.rows - 1, area.columns);
}
