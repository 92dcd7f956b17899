// SPDX-License-Identifier: Apache-2.0
/* Whatever is drawn wherever: cells of one printable character, nothing outside of the area, rows that add up. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink/tui/canvas.h"

static struct canvas canvas;

static struct area begin(unsigned rows, unsigned columns, bool ascii)
{
	canvas_fini(&canvas);
	canvas_init(&canvas, rows, columns, ascii);
	return area_of(&canvas);
}

static int end(void **state)
{
	(void)state;
	canvas_fini(&canvas);
	return 0;
}

static void check_print(const char *wanted)
{
	struct buf out = { 0 };

	canvas_print(&out, &canvas, COLOURS_NONE);
	assert_string_equal(out.bytes, wanted);
	buf_fini(&out);
}

/* No half alone, nothing that is no character, nothing above ASCII where only that is allowed. */
static void check_sound(void)
{
	unsigned row, column;

	for (row = 0; row < canvas.rows; row++) {
		for (column = 0; column < canvas.columns; column++) {
			uint32_t glyph = canvas_cell(&canvas, row, column)->glyph;
			bool is_wide = column + 1 < canvas.columns && !canvas_cell(&canvas, row, column + 1)->glyph;
			struct buf text = { 0 }, clean = { 0 };
			struct canvas one = { .rows = 1, .columns = 1, .cells = &canvas.cells[row * canvas.columns + column] };

			if (!glyph) {
				assert_true(column > 0);
				assert_true(canvas_cell(&canvas, row, column - 1)->glyph > 0x7f);
				continue;
			}
			if (canvas.ascii)
				assert_true(glyph < 0x7f);
			if (glyph == ' ')
				continue;
			canvas_print(&text, &one, COLOURS_NONE);
			text.length--; /* the line's end */
			text_clean(&clean, text.bytes, text.length, false);
			assert_int_equal(clean.length, text.length);
			assert_memory_equal(clean.bytes, text.bytes, text.length);
			assert_int_equal(text_columns(text.bytes, text.length), is_wide ? 2 : 1);
			buf_fini(&text);
			buf_fini(&clean);
		}
	}
}

static void text_is_put_where_it_is_told_and_cut_at_the_edges(void **state)
{
	struct area area = begin(3, 8, false);

	(void)state;
	assert_int_equal(area_text(area, 0, 1, STYLE_BOLD, "hello"), 5);
	assert_int_equal(area_text(area, 1, 5, STYLE_TEXT, "hello"), 3);
	assert_int_equal(area_text(area, 2, -3, STYLE_TEXT, "hello"), 5);
	area_text(area, 3, 0, STYLE_TEXT, "below");
	area_text(area, -1, 0, STYLE_TEXT, "above");
	assert_int_equal(area_text(area, 0, 9, STYLE_TEXT, "right"), 0);
	check_print(" hello\n     hel\nlo\n");
	assert_int_equal(canvas_cell(&canvas, 0, 1)->style, STYLE_BOLD);
	assert_int_equal(canvas_cell(&canvas, 0, 0)->style, STYLE_TEXT);
	assert_int_equal(canvas_cell(&canvas, 77, 1)->glyph, ' ');
}

static void hostile_bytes_are_escaped_into_cells_of_their_own(void **state)
{
	struct area area = begin(6, 40, false);

	(void)state;
	area_text(area, 0, 0, STYLE_TEXT, "a\033[2Jb\r\n\tc\x7f");
	area_text(area, 1, 0, STYLE_TEXT, "\xe2\x80\xaegnirts \xc2\x9b" "5m");
	area_text(area, 2, 0, STYLE_TEXT, "bad \xff\xc0\x80\xed\xa0\x80 end");
	area_bytes(area, 3, 0, STYLE_TEXT, "nul\0in it", 9);
	assert_int_equal(area_text(area, 4, 0, STYLE_TEXT, "e\xcc\x81\xcc\x81\xcc\x81x"), 2); /* accents take no cell */
	area_format(area, 5, 0, STYLE_TEXT, "%s=%d", "\033", 7);
	check_print("a\\x1b[2Jb\\x0d\\x0a\\x09c\\x7f\n"
		    "\\u{202e}gnirts \\u{009b}5m\n"
		    "bad ������ end\n"
		    "nul\\x00in it\n"
		    "ex\n"
		    "\\x1b=7\n");
	check_sound();
}

static void ascii_has_likenesses_for_what_we_write_and_question_marks_for_the_rest(void **state)
{
	struct area area = begin(3, 30, true);

	(void)state;
	area_text(area, 0, 0, STYLE_TEXT, "12 µs – 3 × a → b…");
	assert_int_equal(area_text(area, 1, 0, STYLE_TEXT, "é漢\xff"), 3);
	area_glyph(area, 2, 0, STYLE_TEXT, 0x2588, '#');
	area_fill(area, 2, 1, 3, STYLE_TEXT, 0x2500, '-');
	area_fit(area, 2, 5, 4, STYLE_TEXT, "longer");
	check_print("12 us - 3 x a > b~\n???\n#--- lon~\n");
	check_sound();
}

static void a_wide_character_takes_two_cells_and_never_half_a_one(void **state)
{
	struct area area = begin(4, 6, false);

	(void)state;
	assert_int_equal(area_text(area, 0, 0, STYLE_TEXT, "漢字x"), 5);
	assert_int_equal(canvas_cell(&canvas, 0, 0)->glyph, 0x6f22);
	assert_int_equal(canvas_cell(&canvas, 0, 1)->glyph, 0);
	assert_int_equal(area_text(area, 1, 5, STYLE_TEXT, "漢"), 1); /* half at the right */
	area_text(area, 2, -1, STYLE_TEXT, "漢x");		       /* and at the left */
	area_text(area_part(area, 3, 1, 1, 3), 0, 0, STYLE_TEXT, "漢字");
	check_print("漢字x\n\n x\n 漢\n");
	check_sound();
}

static void overwriting_half_of_a_wide_character_leaves_no_other_half(void **state)
{
	struct area area = begin(5, 6, false);
	int row;

	(void)state;
	for (row = 0; row < 5; row++)
		area_text(area, row, 0, STYLE_TEXT, "漢字漢");
	area_text(area, 0, 1, STYLE_TEXT, "x");  /* the right half */
	area_text(area, 1, 2, STYLE_TEXT, "x");  /* the left half */
	area_text(area, 2, 1, STYLE_TEXT, "가"); /* a half of two */
	area_text(area_part(area, 3, 3, 1, 3), 0, 0, STYLE_TEXT, "x"); /* the other half is outside of the area */
	area_text(area, 4, 2, STYLE_TEXT, "가"); /* the same cells */
	check_print(" x字漢\n漢x 漢\n 가 漢\n漢 x漢\n漢가漢\n");
	check_sound();
}

static void fit_takes_exactly_its_columns_and_says_that_it_cut(void **state)
{
	struct area area = begin(8, 12, false);

	(void)state;
	area_fill(area, 0, 0, 12, STYLE_TEXT, '.', '.');
	assert_int_equal(area_fit(area, 0, 1, 6, STYLE_TEXT, "abc"), 6);
	assert_int_equal(area_fit(area, 1, 1, 6, STYLE_TEXT, "abcdef"), 6);
	assert_int_equal(area_fit(area, 2, 1, 6, STYLE_TEXT, "abcdefg"), 6);
	assert_int_equal(area_fit(area, 3, 1, 4, STYLE_TEXT, "漢字漢"), 4);
	area_text(area, 3, 5, STYLE_TEXT, "|");
	assert_int_equal(area_fit(area, 4, 0, 0, STYLE_TEXT, "x"), 0);
	assert_int_equal(area_right(area, 5, 2, 6, STYLE_TEXT, "abc"), 6);
	assert_int_equal(area_right(area, 6, 2, 6, STYLE_TEXT, "abcdefgh"), 6);
	area_fit(area, 7, 0, 1, STYLE_TEXT, "ab");
	check_print(".abc   .....\n abcdef\n abcde…\n 漢… |\n\n     abc\n  abcde…\n…\n");
	check_sound();
}

static void marks_are_added_and_matches_found_whatever_the_case(void **state)
{
	struct area area = begin(3, 20, false);

	(void)state;
	area_text(area, 0, 0, STYLE_GOOD, "Error: ERROR in 漢e");
	area_mark(area, 0, 0, 3, MARK_SELECTED);
	area_mark(area, 0, 2, 100, MARK_BOLD);
	area_mark(area, -1, 0, 3, MARK_SELECTED);
	assert_int_equal(canvas_cell(&canvas, 0, 0)->mark, MARK_SELECTED);
	assert_int_equal(canvas_cell(&canvas, 0, 2)->mark, MARK_SELECTED | MARK_BOLD);
	assert_int_equal(canvas_cell(&canvas, 0, 2)->style, STYLE_GOOD);
	assert_int_equal(area_mark_matches(area, 0, "error"), 2);
	assert_true(canvas_cell(&canvas, 0, 4)->mark & MARK_MATCH);
	assert_false(canvas_cell(&canvas, 0, 5)->mark & MARK_MATCH);
	assert_true(canvas_cell(&canvas, 0, 7)->mark & MARK_MATCH);
	assert_int_equal(area_mark_matches(area, 0, "漢E"), 1);
	assert_true(canvas_cell(&canvas, 0, 17)->mark & MARK_MATCH);
	assert_int_equal(area_mark_matches(area, 0, ""), 0);
	assert_int_equal(area_mark_matches(area, 0, "much longer than the whole row is"), 0);
	assert_int_equal(area_mark_matches(area, 9, "e"), 0);
	area_text(area, 1, 0, STYLE_TEXT, "aaaaa");
	assert_int_equal(area_mark_matches(area, 1, "aa"), 2);
	area_text(area, 0, 0, STYLE_TEXT, "E"); /* what is written anew has no marks */
	assert_int_equal(canvas_cell(&canvas, 0, 0)->mark, 0);
}

static void boxes_and_sections_have_their_titles_and_give_the_inside(void **state)
{
	struct area area = begin(5, 16, false), inside;

	(void)state;
	inside = area_box(area, "title");
	assert_int_equal(inside.rows, 3);
	assert_int_equal(inside.columns, 14);
	area_text(inside, 0, 0, STYLE_TEXT, "0123456789abcdefgh");
	check_print("┌─ title ──────┐\n"
		    "│0123456789abcd│\n"
		    "│              │\n"
		    "│              │\n"
		    "└──────────────┘\n");
	area = begin(3, 16, true);
	inside = area_section(area, "a title that is long");
	assert_int_equal(inside.rows, 2);
	area_text(inside, 0, 0, STYLE_TEXT, "x");
	check_print("-- a title t~ --\nx\n\n");
	area = begin(3, 16, true);
	inside = area_box(area_part(area, 0, 0, 1, 16), "x");
	assert_int_equal(inside.rows * inside.columns, 0);
	inside = area_section(area_part(area, 0, 0, 0, 0), "x");
	assert_int_equal(inside.rows * inside.columns, 0);
	check_print("\n\n\n");
}

static void a_part_of_an_area_lies_inside_of_it(void **state)
{
	static const int ends[] = { INT_MIN, -7, -1, 0, 1, 3, 9, INT_MAX };
	struct area area = area_part(begin(10, 20, false), 2, 4, 6, 8), part;
	size_t a, b, c, d;

	(void)state;
	for (a = 0; a < 8; a++)
		for (b = 0; b < 8; b++)
			for (c = 0; c < 8; c++)
				for (d = 0; d < 8; d++) {
					part = area_part(area, ends[a], ends[b], ends[c], ends[d]);
					assert_true(part.row >= 2 && part.column >= 4);
					assert_true(part.rows >= 0 && part.columns >= 0);
					assert_true(part.row + part.rows <= 8 && part.column + part.columns <= 12);
				}
	part = area_part(area, -1, -2, 4, 5);
	assert_int_equal(part.row, 2);
	assert_int_equal(part.rows, 3);
	assert_int_equal(part.columns, 3);
}

static void printed_rows_have_no_spaces_at_their_end_unless_these_are_seen(void **state)
{
	struct area area = begin(3, 10, false);
	struct buf out = { 0 };

	(void)state;
	area_fit(area, 0, 0, 10, STYLE_TEXT, "plain");
	area_fit(area, 1, 0, 8, STYLE_ALARM_WARNING, "late");
	area_text(area, 2, 1, STYLE_GOOD, "ok");
	check_print("plain\nlate\n ok\n");
	canvas_print(&out, &canvas, COLOURS_256);
	assert_string_equal(out.bytes, "plain\n"
				       "\033[0;38;5;16;48;5;220mlate    \033[0m\n"
				       " \033[0;38;5;37mok\033[0m\n");
	buf_reset(&out);
	canvas_print(&out, &canvas, COLOURS_16);
	assert_string_equal(out.bytes, "plain\n\033[0;30;103mlate    \033[0m\n \033[0;36mok\033[0m\n");
	buf_fini(&out);
}

static void a_canvas_has_limits_and_may_be_empty(void **state)
{
	struct area area = begin(1000000, 1000000, false);

	(void)state;
	assert_int_equal(canvas.rows, CANVAS_MAX_ROWS);
	assert_int_equal(canvas.columns, CANVAS_MAX_COLUMNS);
	area_text(area, CANVAS_MAX_ROWS - 1, CANVAS_MAX_COLUMNS - 1, STYLE_TEXT, "xy");
	canvas_resize(&canvas, 2, 3);
	check_print("\n\n");
	area = begin(0, 0, false);
	area_box(area, "x");
	area_text(area, 0, 0, STYLE_TEXT, "x");
	check_print("");
	area = begin(1, 1, false);
	area_box(area, "x");
	area_section(area, "x");
	area_glyph(area, 0, 0, STYLE_TEXT, 0x6f22, 'x'); /* wide */
	area_glyph(area, 0, 0, STYLE_TEXT, 0x202e, 'x'); /* and no character at all */
	check_print("?\n");
}

static unsigned seed = 1;

static unsigned any(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 12) % below;
}

static int any_place(void)
{
	static const int odd[] = { INT_MIN, INT_MAX, -1, 0, 1000000 };

	return any(20) ? (int)any(60) - 20 : odd[any(5)];
}

static void draw_anything(struct area area)
{
	static const uint32_t glyphs[] = { 0,	   1,	   27,	    'x',      0xad, 0x301, 0x2588, 0x28ff, 0x6f22, 0xd800,
					   0x1f600, 0x110000, UINT32_MAX };
	char text[64];
	size_t length = any(sizeof(text)), i;
	enum style style = (enum style)any(STYLES);
	int row = any_place(), column = any_place(), columns = any_place();

	for (i = 0; i < length; i++)
		text[i] = any(3) ? (char)any(256) : "漢字\xe2\x80\xae"[any(9)];
	text[length ? length - 1 : 0] = '\0';
	switch (any(10)) {
	case 0:
		area_bytes(area, row, column, style, text, length);
		break;
	case 1:
		area_text(area, row, column, style, text);
		break;
	case 2:
		area_fit(area, row, column, columns, style, text);
		break;
	case 3:
		area_right(area, row, column, columns, style, text);
		break;
	case 4:
		area_fill(area, row, column, columns, style, glyphs[any(13)], (char)any(256));
		break;
	case 5:
		area_mark(area, row, column, columns, any(32));
		break;
	case 6:
		area_mark_matches(area, row, text);
		break;
	case 7:
		area_box(area, text);
		break;
	case 8:
		area_section(area, text);
		break;
	default:
		area_glyph(area, row, column, style, glyphs[any(13)], (char)any(256));
	}
}

static void whatever_is_drawn_stays_inside_and_leaves_sound_cells(void **state)
{
	unsigned round, i, row, column;

	(void)state;
	for (round = 0; round < 300; round++) {
		struct area whole = begin(1 + any(12), 1 + any(30), any(2)), area;
		int top = (int)any(6), left = (int)any(10);

		area = area_part(whole, top, left, (int)any(8), (int)any(20));
		for (i = 0; i < 60; i++)
			draw_anything(area);
		check_sound();
		for (row = 0; row < canvas.rows; row++)
			for (column = 0; column < canvas.columns; column++)
				if ((int)row < area.row || (int)row >= area.row + area.rows ||
				    (int)column < area.column || (int)column >= area.column + area.columns)
					assert_int_equal(canvas_cell(&canvas, row, column)->glyph, ' ');
		for (i = 0; i < 20; i++)
			draw_anything(whole);
		check_sound();
		area.row += any_place() % 100; /* an area that somebody moved by hand */
		area.columns = any_place() % 1000;
		for (i = 0; i < 20; i++)
			draw_anything(area);
		check_sound();
	}
}

static void a_copy_has_size_cells_and_cursor_of_the_other(void **state)
{
	struct canvas from, to;

	(void)state;
	canvas_init(&from, 3, 20, false);
	canvas_init(&to, 7, 5, false);
	area_text(area_of(&from), 2, 17, STYLE_GOOD, "end");
	area_mark(area_of(&from), 2, 17, 3, MARK_BOLD);
	from.has_cursor = true;
	from.cursor_row = 1;
	from.cursor_column = 19;
	for (unsigned i = 0; i < 2; i++) {
		canvas_copy(&to, &from);
		assert_int_equal(to.rows, 3);
		assert_int_equal(to.columns, 20);
		assert_memory_equal(to.cells, from.cells, 3 * 20 * sizeof(*to.cells));
		assert_true(to.has_cursor);
		assert_int_equal(to.cursor_row, 1);
		assert_int_equal(to.cursor_column, 19);
	}
	canvas_fini(&from);
	canvas_fini(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_put_where_it_is_told_and_cut_at_the_edges),
		cmocka_unit_test(hostile_bytes_are_escaped_into_cells_of_their_own),
		cmocka_unit_test(ascii_has_likenesses_for_what_we_write_and_question_marks_for_the_rest),
		cmocka_unit_test(a_wide_character_takes_two_cells_and_never_half_a_one),
		cmocka_unit_test(overwriting_half_of_a_wide_character_leaves_no_other_half),
		cmocka_unit_test(fit_takes_exactly_its_columns_and_says_that_it_cut),
		cmocka_unit_test(marks_are_added_and_matches_found_whatever_the_case),
		cmocka_unit_test(boxes_and_sections_have_their_titles_and_give_the_inside),
		cmocka_unit_test(a_part_of_an_area_lies_inside_of_it),
		cmocka_unit_test(printed_rows_have_no_spaces_at_their_end_unless_these_are_seen),
		cmocka_unit_test(a_canvas_has_limits_and_may_be_empty),
		cmocka_unit_test(whatever_is_drawn_stays_inside_and_leaves_sound_cells),
		cmocka_unit_test(a_copy_has_size_cells_and_cursor_of_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
