// SPDX-License-Identifier: Apache-2.0
/* Bars in proportion, lines that break between items, tables that give way in the promised order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sink/grid.h"
#include "sink/paint.h"
#include "tests/unit/sink/check.h"

static void check_split(uint64_t oncpu_ns, uint64_t runq_ns, uint64_t blocked_ns, uint64_t preempted_ns,
			const char *wanted)
{
	struct span span = {
		.has_split = true,
		.oncpu_ns = oncpu_ns,
		.runq_ns = runq_ns,
		.blocked_ns = blocked_ns,
		.preempted_ns = preempted_ns,
	};
	struct look look = { .columns = 100, .ascii = true };
	struct buf out = { 0 };
	uint8_t cells[64];

	paint_split(cells, strlen(wanted), &span);
	paint_cells(&out, &look, cells, strlen(wanted));
	assert_string_equal(out.bytes, wanted);
	buf_fini(&out);
}

static void a_split_fills_its_cells_in_proportion_and_order(void **state)
{
	(void)state;
	check_split(1, 1, 1, 1, "##++..!!");
	check_split(1, 0, 0, 0, "####");
	check_split(0, 0, 0, 7, "!!!");
	check_split(0, 3, 1, 0, "+++.");
	check_split(97, 1, 1, 1, "##########");
	check_split(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, "##++..!!");
	check_split(0, 0, 0, 0, "##"); /* of nothing: as if it ran */
	check_split(1, 1, 1, 1, "+"); /* the middle of the only cell */
}

static void a_span_without_split_is_neutral(void **state)
{
	struct span span = { .oncpu_ns = 5 };
	uint8_t cells[3];

	(void)state;
	paint_split(cells, 3, &span);
	assert_int_equal(cells[0], CELL_UNSPLIT);
	assert_int_equal(cells[2], CELL_UNSPLIT);
}

static void colours_appear_only_when_wanted(void **state)
{
	static const uint8_t cells[] = { CELL_ONCPU, CELL_ONCPU, CELL_BLANK, CELL_RUNQ };
	struct look look = { .columns = 20, .colour = true, .ascii = true };
	struct buf out = { 0 };

	(void)state;
	paint_cells(&out, &look, cells, 4);
	assert_string_equal(out.bytes, "\033[32m##\033[0m \033[33m+\033[0m");
	buf_fini(&out);
}

static void every_cell_is_one_column_wide(void **state)
{
	struct look utf8 = { .columns = 20 }, ascii = { .columns = 20, .ascii = true };
	enum paint_cell cell;

	(void)state;
	for (cell = 0; cell < CELLS_COUNT; cell++) {
		const char *glyph = paint_cell_glyph(cell, &utf8);

		assert_int_equal(text_columns(glyph, strlen(glyph)), 1);
		glyph = paint_cell_glyph(cell, &ascii);
		assert_int_equal(strlen(glyph), 1);
		assert_true(glyph[0] >= ' ' && glyph[0] < 0x7f);
	}
}

static void items_break_where_the_next_does_not_fit(void **state)
{
	struct look look = { .columns = 20 };
	struct buf out = { 0 };
	struct wrap wrap = { .out = &out, .look = &look, .gap = ", ", .indent = 2 };

	(void)state;
	wrap_item(&wrap, PAINT_NONE, "twelve chars");
	wrap_item(&wrap, PAINT_NONE, "six ch");
	wrap_item(&wrap, PAINT_NONE, "x");
	wrap_format(&wrap, PAINT_NONE, "%s", "an item that is wider than the look");
	wrap_end(&wrap);
	assert_string_equal(out.bytes, "twelve chars, six ch\n  x\nan item that is wid…\n");
	buf_fini(&out);
}

static void a_table_leaves_out_the_highest_rank_first(void **state)
{
	static const struct grid_column columns[] = { { "NAME", 0 }, { "A", 1 }, { "B", 3 }, { "C", 2 } };
	struct look look = { .columns = 40, .ascii = true };
	struct buf out = { 0 };
	struct grid grid;
	const char *const cells[] = { "a long name of a row", "111", "222", "333", "x", "1", "2", "3" };
	size_t i;

	(void)state;
	grid_init(&grid, columns, 4);
	for (i = 0; i < 8; i++)
		grid_cell(&grid, cells[i]);
	assert_true(grid_fits(&grid, &look));
	grid_print(&out, &grid, &look);
	assert_string_equal(out.bytes, "NAME                   A   B   C\n"
				       "a long name of a row 111 222 333\n"
				       "x                      1   2   3\n");
	buf_reset(&out);
	look.columns = 28; /* the name gives way, down to 16 columns */
	assert_true(grid_fits(&grid, &look));
	grid_print(&out, &grid, &look);
	assert_string_equal(out.bytes, "NAME               A   B   C\n"
				       "a long name of ~ 111 222 333\n"
				       "x                  1   2   3\n");
	buf_reset(&out);
	look.columns = 27;
	assert_false(grid_fits(&grid, &look));
	grid_print(&out, &grid, &look);
	assert_string_equal(out.bytes, "NAME                  A   C\n"
				       "a long name of a r~ 111 333\n"
				       "x                     1   3\n");
	grid_fini(&grid);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_fills_its_cells_in_proportion_and_order),
		cmocka_unit_test(a_span_without_split_is_neutral),
		cmocka_unit_test(colours_appear_only_when_wanted),
		cmocka_unit_test(every_cell_is_one_column_wide),
		cmocka_unit_test(items_break_where_the_next_does_not_fit),
		cmocka_unit_test(a_table_leaves_out_the_highest_rank_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
