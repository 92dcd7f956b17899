/* SPDX-License-Identifier: Apache-2.0 */
/* A canvas whose cells around an area hold a pattern, so that whatever is written outside of it is seen. */
#ifndef TESTS_TUI_PICTURE_H
#define TESTS_TUI_PICTURE_H

#include <stdlib.h>
#include <string.h>

#include "sink/tui/canvas.h"

#define PICTURE_EDGE 3
#define PICTURE_PATTERN '~'

struct picture {
	struct canvas canvas;
	struct area area;
	struct buf text;
};

static inline void picture_init(struct picture *picture, int rows, int columns, bool ascii)
{
	unsigned row;

	memset(picture, 0, sizeof(*picture));
	canvas_init(&picture->canvas, (unsigned)rows + 2 * PICTURE_EDGE, (unsigned)columns + 2 * PICTURE_EDGE, ascii);
	for (row = 0; row < picture->canvas.rows; row++)
		area_fill(area_of(&picture->canvas), (int)row, 0, (int)picture->canvas.columns, STYLE_EMERGENCY,
			  PICTURE_PATTERN, PICTURE_PATTERN);
	picture->area = area_part(area_of(&picture->canvas), PICTURE_EDGE, PICTURE_EDGE, rows, columns);
	for (row = 0; row < (unsigned)rows; row++)
		area_fill(picture->area, (int)row, 0, columns, STYLE_TEXT, ' ', ' ');
}

static inline void picture_fini(struct picture *picture)
{
	canvas_fini(&picture->canvas);
	buf_fini(&picture->text);
}

static inline const struct canvas_cell *picture_cell(const struct picture *picture, int row, int column)
{
	return canvas_cell(&picture->canvas, (unsigned)(row + PICTURE_EDGE), (unsigned)(column + PICTURE_EDGE));
}

/* The pattern is whole, and in ascii no glyph is beyond ASCII. */
static inline void picture_check(const struct picture *picture)
{
	unsigned row, column, edge = PICTURE_EDGE;
	const struct canvas *canvas = &picture->canvas;

	for (row = 0; row < canvas->rows; row++)
		for (column = 0; column < canvas->columns; column++) {
			const struct canvas_cell *cell = canvas_cell(canvas, row, column);
			bool is_inside = row >= edge && row < canvas->rows - edge && column >= edge &&
					 column < canvas->columns - edge;

			if (!is_inside &&
			    (cell->glyph != PICTURE_PATTERN || cell->style != STYLE_EMERGENCY || cell->mark))
				fail_msg("written outside, at %u, %u of %u x %u", row, column, canvas->rows,
					 canvas->columns);
			if (canvas->ascii && (cell->glyph < 0x20 || cell->glyph > 0x7e))
				fail_msg("U+%04x in ascii", cell->glyph);
			assert_true(cell->style < STYLES);
		}
}

/* What stands in the area, without blanks at the ends of its rows and without the empty rows at its end. */
static inline const char *picture_text(struct picture *picture)
{
	struct canvas inside;
	int row, column;

	canvas_init(&inside, (unsigned)picture->area.rows, (unsigned)picture->area.columns, picture->canvas.ascii);
	for (row = 0; row < picture->area.rows; row++)
		for (column = 0; column < picture->area.columns; column++)
			inside.cells[row * picture->area.columns + column] = *picture_cell(picture, row, column);
	buf_reset(&picture->text);
	canvas_print(&picture->text, &inside, COLOURS_NONE);
	canvas_fini(&inside);
	while (picture->text.length > 1 && picture->text.bytes[picture->text.length - 2] == '\n')
		picture->text.bytes[--picture->text.length] = '\0';
	return picture->text.bytes;
}

static inline void picture_is(struct picture *picture, const char *wanted)
{
	picture_check(picture);
	assert_string_equal(picture_text(picture), wanted);
}

/* Numbers that charts must bear. */
static inline double picture_number(unsigned *seed)
{
	static const double odd[] = { 0,      -0.0,    1,	-1,	  5e-324, -5e-324, 1e300,
				      -1e300, 1.7e308, -1.7e308, 1e-300, 42,	  1e9 };
	unsigned dice;

	*seed = *seed * 1103515245u + 12345u;
	dice = *seed >> 16;
	switch (dice % 8) {
	case 0:
		return __builtin_nan("");
	case 1:
		return dice & 256 ? __builtin_inf() : -__builtin_inf();
	case 2:
	case 3:
		return odd[dice / 8 % (sizeof(odd) / sizeof(odd[0]))];
	default:
		return (double)(dice % 1000) / 10;
	}
}

#endif
