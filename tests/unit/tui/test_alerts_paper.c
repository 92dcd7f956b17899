/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/tui/alerts_paper.h"

/* A page of that size, scrolled by `top`, with one text on it, as text. */
static void assert_page(int rows, int columns, int top, const char *text, const char *wanted)
{
	struct canvas canvas;
	struct paper paper;
	struct buf out = {0};

	canvas_init(&canvas, (unsigned)rows, (unsigned)columns, false);
	paper = paper_begin(area_of(&canvas), top);
	paper_text(&paper, 0, STYLE_TEXT, text);
	canvas_print(&out, &canvas, COLOURS_NONE);
	assert_string_equal(out.bytes, wanted);
	buf_fini(&out);
	canvas_fini(&canvas);
}

static void a_text_is_broken_at_spaces_and_the_space_is_not_drawn(void **arg)
{
	(void)arg;
	assert_page(3, 10, 0, "one two three four", "one two\nthree four\n\n");
	assert_page(2, 10, 0, "0123456789 x", "0123456789\nx\n");
}

static void matchers_are_broken_behind_commas(void **arg)
{
	(void)arg;
	assert_page(3, 12, 0, "{a=\"b\",c=\"d\",e=\"f\"}", "{a=\"b\",\nc=\"d\",e=\"f\"}\n\n");
}

static void what_cannot_be_broken_is_cut_into_lines_and_nothing_is_lost(void **arg)
{
	(void)arg;
	assert_page(3, 10, 0, "01234567890123456789ab", "0123456789\n0123456789\nab\n");
	assert_page(2, 10, 0, " leading", " leading\n\n");
}

static void wide_characters_take_two_columns(void **arg)
{
	(void)arg;
	assert_page(3, 9, 0, "語語語語語語", "語語語語\n語語\n\n");
}

static void a_newline_begins_a_line_and_escapes_are_shown(void **arg)
{
	(void)arg;
	assert_page(3, 20, 0, "one\ntwo\x1b[2J", "one\ntwo\\x1b[2J\n\n");
	assert_page(3, 20, 0, "", "\n\n\n");
}

static void lines_above_the_top_are_not_seen_but_count(void **arg)
{
	struct canvas canvas;
	struct paper paper;
	struct buf out = {0};
	struct area place;

	(void)arg;
	canvas_init(&canvas, 3, 30, false);
	paper = paper_begin(area_of(&canvas), 2);
	paper_pair(&paper, "first", STYLE_TEXT, "%s", "not seen");
	paper_gap(&paper);
	paper_pair(&paper, "a-long-label", STYLE_TEXT, "%s", "text beside, wrapped beside");
	place = paper_place(&paper, 5);
	paper_text(&paper, 0, STYLE_TEXT, "far below");
	assert_int_equal(place.rows, 1);
	assert_int_equal(paper.row, 2 + 2 + 5 + 1);
	canvas_print(&out, &canvas, COLOURS_NONE);
	assert_string_equal(out.bytes, "a-long… text beside, wrapped\n        beside\n\n");
	buf_fini(&out);
	canvas_fini(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_broken_at_spaces_and_the_space_is_not_drawn),
		cmocka_unit_test(matchers_are_broken_behind_commas),
		cmocka_unit_test(what_cannot_be_broken_is_cut_into_lines_and_nothing_is_lost),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(a_newline_begins_a_line_and_escapes_are_shown),
		cmocka_unit_test(lines_above_the_top_are_not_seen_but_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
