// SPDX-License-Identifier: Apache-2.0
/*
 * In: points of lines. Out: braille cells, or marks in ascii. A cell that two lines share is the upper one's.
 * The rule that surprises: only level parts of a line are dashed, so a peak of one value is never in a gap.
 */
#include "sink/tui/chart_dots.h"

#include <stdlib.h>

#include "base/mem.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NO_DOT		0xff
#define DASH_COLUMNS	6

struct dots_pen dots_pen(size_t line, enum style style)
{
	static const struct {
		char mark;
		uint8_t dashes;
	} table[] = { { '*', 0x3f }, { '+', 0x0f }, { 'o', 0x15 }, { 'x', 0x03 }, { '%', 0x0b }, { '@', 0x01 } };
	size_t i = line % COUNT_OF(table);

	return (struct dots_pen){ .style = style, .mark = table[i].mark, .dashes = table[i].dashes };
}

void dots_init(struct dots *dots, int rows, int columns, bool ascii)
{
	size_t count, i;

	*dots = (struct dots){ .rows = rows > 0 ? rows : 0, .columns = columns > 0 ? columns : 0 };
	dots->cell_rows = ascii ? 1 : 4;
	dots->cell_columns = ascii ? 1 : 2;
	dots->height = dots->rows * dots->cell_rows;
	dots->width = dots->columns * dots->cell_columns;
	count = (size_t)dots->rows * (size_t)dots->columns;
	dots->cells = mem_array(count + 1, sizeof(*dots->cells));
	for (i = 0; i < count; i++)
		dots->cells[i].top = NO_DOT;
}

void dots_fini(struct dots *dots)
{
	free(dots->cells);
	dots->cells = NULL;
}

bool dots_is_dash(const struct dots_pen *pen, int x)
{
	return pen->dashes >> (x % DASH_COLUMNS) & 1;
}

static uint8_t dots_bit(const struct dots *dots, int x, int y)
{
	static const uint8_t bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

	return bits[y % dots->cell_rows][x % dots->cell_columns];
}

static struct dots_cell *dots_at(struct dots *dots, int x, int y)
{
	if (x < 0 || y < 0 || x >= dots->width || y >= dots->height)
		return NULL;
	return &dots->cells[(size_t)(y / dots->cell_rows) * (size_t)dots->columns + (size_t)(x / dots->cell_columns)];
}

void dots_put(struct dots *dots, const struct dots_pen *pen, int x, int y)
{
	struct dots_cell *cell = dots_at(dots, x, y);

	if (!cell)
		return;
	cell->bits |= dots_bit(dots, x, y);
	if (y % dots->cell_rows > cell->top)
		return;
	cell->top = (uint8_t)(y % dots->cell_rows);
	cell->style = (uint8_t)pen->style;
	cell->mark = pen->mark;
}

void dots_join(struct dots *dots, const struct dots_pen *pen, int x_from, int y_from, int x_to, int y_to)
{
	int wide = x_to - x_from, high = abs(y_to - y_from), steps = wide > high ? wide : high, i;

	for (i = 1; i < steps; i++) {
		/* rounded to the nearest, the same way up and down */
		int x = x_from + (2 * wide * i + steps) / (2 * steps);
		int y = y_from + (y_to > y_from ? 1 : -1) * ((2 * high * i + steps) / (2 * steps));

		if (high || dots->cell_columns == 1 || dots_is_dash(pen, x))
			dots_put(dots, pen, x, y);
	}
}

void dots_band(struct dots *dots, int x, int y_from, int y_to)
{
	/* two of a cell's eight dots: lighter than any line */
	int y = y_from, step = dots->cell_rows;

	if (step > 1)
		y += ((x % 2 ? 3 : 1) - y_from % step + step) % step;
	for (; y <= y_to; y += step) {
		struct dots_cell *cell = dots_at(dots, x, y);

		if (cell)
			cell->band_bits |= dots_bit(dots, x, y);
	}
}

void dots_draw(const struct dots *dots, struct area area)
{
	int row, column;

	for (row = 0; row < dots->rows; row++)
		for (column = 0; column < dots->columns; column++) {
			const struct dots_cell *cell = &dots->cells[row * dots->columns + column];

			if (cell->bits)
				area_glyph(area, row, column, (enum style)cell->style, 0x2800u + cell->bits,
					   cell->mark);
			else if (cell->band_bits)
				area_glyph(area, row, column, STYLE_BAND, 0x2800u + cell->band_bits, '.');
		}
}
