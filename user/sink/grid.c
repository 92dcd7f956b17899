// SPDX-License-Identifier: Apache-2.0
/*
 * In: cells. Out: aligned rows that are never wider than the look.
 * The rule that surprises: widths are terminal columns of the cleaned text, so a name with escapes in it is as wide as what
 * is shown of it.
 */
#include "sink/grid.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define GRID_FIRST_COLUMNS 16 /* the first column is not cut below this before others are left out */
#define GRID_GAP 1

void grid_init(struct grid *grid, const struct grid_column *columns, size_t columns_count)
{
	*grid = (struct grid){ .columns = columns, .columns_count = columns_count };
}

void grid_fini(struct grid *grid)
{
	size_t i;

	for (i = 0; i < grid->cells_count; i++)
		free(grid->cells[i]);
	free(grid->cells);
}

void grid_cell(struct grid *grid, const char *text)
{
	mem_grow(&grid->cells, &grid->cells_capacity, grid->cells_count + 1, sizeof(*grid->cells));
	grid->cells[grid->cells_count++] = mem_string(text);
}

static size_t grid_text_width(const char *text, bool ascii)
{
	struct buf clean = { 0 };
	size_t width;

	text_clean(&clean, text, strlen(text), ascii);
	width = text_columns(clean.bytes, clean.length);
	buf_fini(&clean);
	return width;
}

/* Of each column, all of its content shown. */
static void grid_measure(const struct grid *grid, const struct look *look, size_t *widths)
{
	size_t i, width;

	for (i = 0; i < grid->columns_count; i++)
		widths[i] = grid_text_width(grid->columns[i].title, look->ascii);
	for (i = 0; i < grid->cells_count; i++) {
		width = grid_text_width(grid->cells[i], look->ascii);
		if (width > widths[i % grid->columns_count])
			widths[i % grid->columns_count] = width;
	}
}

/* With the first column as narrow as it may be; a width of 0 is a column that is left out. */
static size_t grid_need(const struct grid *grid, const size_t *widths)
{
	size_t need = widths[0] < GRID_FIRST_COLUMNS ? widths[0] : GRID_FIRST_COLUMNS, i;

	for (i = 1; i < grid->columns_count; i++)
		need += widths[i] ? widths[i] + GRID_GAP : 0;
	return need;
}

bool grid_fits(const struct grid *grid, const struct look *look)
{
	size_t *widths = mem_array(grid->columns_count, sizeof(*widths));
	bool fits;

	grid_measure(grid, look, widths);
	fits = grid_need(grid, widths) <= look->columns;
	free(widths);
	return fits;
}

static void grid_choose(const struct grid *grid, const struct look *look, size_t *widths)
{
	size_t others = 0, i;

	while (grid_need(grid, widths) > look->columns) {
		size_t worst = 0;

		for (i = 1; i < grid->columns_count; i++)
			if (widths[i] && grid->columns[i].rank &&
			    (!worst || grid->columns[i].rank > grid->columns[worst].rank))
				worst = i;
		if (!worst)
			break;
		widths[worst] = 0;
	}
	for (i = 1; i < grid->columns_count; i++) {
		if (others + widths[i] + GRID_GAP >= look->columns) /* a cell of absurd width */
			widths[i] = 0;
		others += widths[i] ? widths[i] + GRID_GAP : 0;
	}
	if (widths[0] > look->columns - others)
		widths[0] = look->columns - others;
}

static void grid_row(struct buf *out, const struct grid *grid, const struct look *look,
		     const size_t *widths, char *const *cells)
{
	size_t i;

	for (i = 0; i < grid->columns_count; i++) {
		const char *text = cells ? cells[i] : grid->columns[i].title;

		if (i && !widths[i])
			continue;
		if (i)
			buf_fill(out, " ", GRID_GAP + widths[i] - grid_text_width(text, look->ascii));
		text_fit(out, text, strlen(text), widths[i], i == 0, look->ascii);
	}
	while (out->length && out->bytes[out->length - 1] == ' ')
		out->bytes[--out->length] = '\0';
}

void grid_print(struct buf *out, const struct grid *grid, const struct look *look)
{
	size_t *widths = mem_array(grid->columns_count, sizeof(*widths));
	size_t i;

	grid_measure(grid, look, widths);
	grid_choose(grid, look, widths);
	paint_begin(out, look, PAINT_DIM);
	grid_row(out, grid, look, widths, NULL);
	paint_end(out, look, PAINT_DIM);
	buf_char(out, '\n');
	for (i = 0; i + grid->columns_count <= grid->cells_count; i += grid->columns_count) {
		grid_row(out, grid, look, widths, grid->cells + i);
		buf_char(out, '\n');
	}
	free(widths);
}
