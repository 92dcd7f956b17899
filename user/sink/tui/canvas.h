/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of the dashboard as cells in memory. In: any bytes. Out: cells that hold one printable character each, so
 * a hostile name cannot move the cursor. It knows no terminal: screen.c shows it, canvas_print makes text of it.
 * The rule that surprises: everything is clipped to its area; nothing outside of it can be written by whatever is given.
 */
#ifndef SINK_TUI_CANVAS_H
#define SINK_TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sink/tui/theme.h"

struct canvas_cell {
	uint32_t glyph; /* Unicode; ' ' when empty; 0 = the right half of a wide one */
	uint8_t style;	/* enum style */
	uint8_t mark;	/* MARK_* */
};

struct canvas {
	unsigned rows, columns;
	bool ascii; /* no glyph above 0x7e comes out */
	struct canvas_cell *cells; /* row by row */
	bool has_cursor;    /* a text is being typed */
	unsigned cursor_row, cursor_column;
};

#define CANVAS_MAX_ROWS 500u
#define CANVAS_MAX_COLUMNS 1000u

void canvas_init(struct canvas *canvas, unsigned rows, unsigned columns, bool ascii); /* cut to the maxima */
void canvas_fini(struct canvas *canvas);
void canvas_resize(struct canvas *canvas, unsigned rows, unsigned columns); /* and clears */
void canvas_clear(struct canvas *canvas);
void canvas_copy(struct canvas *to, const struct canvas *from); /* cells, size and cursor */
const struct canvas_cell *canvas_cell(const struct canvas *canvas, unsigned row, unsigned column);
/* As text: one line per row, no spaces at its end. Above COLOURS_NONE with SGR sequences. */
void canvas_print(struct buf *out, const struct canvas *canvas, enum colours colours);

/* A rectangle of a canvas; passed by value. Rows and columns within it count from 0 and may be anything. */
struct area {
	struct canvas *canvas;
	int row, column;   /* of the canvas */
	int rows, columns; /* 0 = nothing is drawn */
};

struct area area_of(struct canvas *canvas);
/* Cut to what lies inside. */
struct area area_part(struct area area, int row, int column, int rows, int columns);

/* All return how many columns they took. Text is any bytes; what is no printable character is escaped (base/text.h). */
int area_text(struct area area, int row, int column, enum style style, const char *text);
int area_bytes(struct area area, int row, int column, enum style style, const char *bytes, size_t length);
int area_format(struct area area, int row, int column, enum style style, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* In exactly `columns` columns: padded with spaces, or cut with an ellipsis. */
int area_fit(struct area area, int row, int column, int columns, enum style style, const char *text);
/* Right-aligned in `columns`; too long: cut. */
int area_right(struct area area, int row, int column, int columns, enum style style, const char *text);
/* One character. In ascii `fallback` is put instead. */
void area_glyph(struct area area, int row, int column, enum style style, uint32_t glyph, char fallback);
void area_fill(struct area area, int row, int column, int columns, enum style style, uint32_t glyph, char fallback);
/* Adds marks to (does not replace the style of) cells. */
void area_mark(struct area area, int row, int column, int columns, unsigned mark);
/* Marks each place of `needle` (case-insensitive ASCII) in a row; the count. */
int area_mark_matches(struct area area, int row, const char *needle);
/* A box with a title in its upper line; the area inside of it. */
struct area area_box(struct area area, const char *title);
/* A title line "── title ─────" in row 0; the area below it. */
struct area area_section(struct area area, const char *title);

#endif
