// SPDX-License-Identifier: Apache-2.0
/* The table that scrolls: what it asks for, where the selection stays, what gives way in narrow windows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "sink/tui/list.h"
#include "tests/unit/tui/picture.h"

static const struct list_column columns[] = {
	{ .title = "NAME", .columns = 0 },
	{ .title = "TOOK", .columns = 8, .is_right = true, .can_sort = true },
	{ .title = "NOTE", .columns = 10, .rank = 2, .can_sort = true },
};
#define COLUMNS 3

struct world {
	uint64_t first_id; /* row 0 has it; the others count on */
	size_t turned_count; /* not 0: the rows are in turned order */
	size_t asked_cells, asked_ids;
};

static uint64_t world_id(void *arg, size_t row)
{
	struct world *world = arg;

	world->asked_ids++;
	return world->first_id + (world->turned_count ? world->turned_count - 1 - row : row);
}

static void world_cell(void *arg, size_t row, size_t column, struct area area, bool is_right)
{
	struct world *world = arg;
	char text[40];

	world->asked_cells++;
	snprintf(text, sizeof(text), "%c%llu", "nto"[column], (unsigned long long)(world->first_id + row));
	list_text(area, is_right, STYLE_TEXT, text);
}

/* A list of the world's rows in a picture. */
struct shown {
	struct world world;
	struct list_rows rows;
	struct picture picture;
	struct list list;
};

static void begin(struct shown *s, size_t rows_count, int height, int width, bool ascii)
{
	*s = (struct shown){ .world.first_id = 1 };
	s->rows = (struct list_rows){
		.arg = &s->world, .count = rows_count, .id = world_id, .cell = world_cell, .empty = "nothing here"
	};
	picture_init(&s->picture, height, width, ascii);
	list_init(&s->list, columns, COLUMNS);
}

static void draw(struct shown *s)
{
	canvas_clear(&s->picture.canvas);
	list_draw(&s->list, s->picture.area, &s->rows);
}

static void a_list_shows_titles_rows_and_where_it_is(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 3, 6, 40, false);
	draw(&s);
	assert_non_null(strstr(picture_text(&s.picture), "NAME"));
	assert_non_null(strstr(picture_text(&s.picture), "n1"));
	assert_non_null(strstr(picture_text(&s.picture), "t3"));
	assert_int_equal(s.list.rows_count, 3);
	s.rows.count = 0;
	draw(&s);
	assert_non_null(strstr(picture_text(&s.picture), "nothing here"));
	picture_fini(&s.picture);
}

static void a_hundred_thousand_rows_cost_what_is_shown(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 100000, 20, 60, false);
	draw(&s);
	assert_true(list_act(&s.list, ACTION_LAST, &s.rows));
	s.world.asked_cells = s.world.asked_ids = 0;
	draw(&s);
	assert_int_equal(s.list.selected, 99999);
	assert_in_range(s.world.asked_cells, 1, 20 * COLUMNS);
	assert_in_range(s.world.asked_ids, 1, 100);
	assert_non_null(strstr(picture_text(&s.picture), "100,000"));
	picture_fini(&s.picture);
}

static void the_selection_goes_where_its_row_goes(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 50, 12, 40, false);
	s.world.first_id = 100;
	draw(&s);
	for (int i = 0; i < 7; i++)
		assert_true(list_act(&s.list, ACTION_DOWN, &s.rows));
	draw(&s);
	assert_int_equal(s.list.selected_id, 107);
	s.world.first_id = 97; /* three new ones came above */
	s.rows.count = 53;
	draw(&s);
	assert_int_equal(s.list.selected_id, 107);
	assert_int_equal(s.list.selected, 10);
	s.world.first_id = 200; /* it went: what lies in its place is selected */
	draw(&s);
	assert_int_equal(s.list.selected, 10);
	assert_int_equal(s.list.selected_id, 210);
	s.rows.count = 2;
	draw(&s);
	assert_in_range(s.list.selected, 0, 1);
	picture_fini(&s.picture);
}

static void keys_move_within_the_rows(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 30, 11, 40, false);
	draw(&s);
	list_act(&s.list, ACTION_UP, &s.rows);
	draw(&s);
	assert_int_equal(s.list.selected, 0);
	list_act(&s.list, ACTION_PAGE_DOWN, &s.rows);
	draw(&s);
	assert_in_range(s.list.selected, 5, 11);
	list_act(&s.list, ACTION_LAST, &s.rows);
	list_act(&s.list, ACTION_DOWN, &s.rows);
	draw(&s);
	assert_int_equal(s.list.selected, 29);
	list_act(&s.list, ACTION_FIRST, &s.rows);
	draw(&s);
	assert_int_equal(s.list.selected, 0);
	assert_int_equal(s.list.top, 0);
	assert_false(list_act(&s.list, ACTION_HELP, &s.rows));
	picture_fini(&s.picture);
}

static void a_click_on_a_title_sorts_and_again_inverts(void **state)
{
	struct screen_event click = { .kind = SCREEN_CLICK };
	struct shown s;
	bool is_enter, was_inverted;

	(void)state;
	begin(&s, 5, 8, 60, false);
	draw(&s);
	click.column = (unsigned)s.list.shown_at[2];
	assert_true(list_click(&s.list, &click, &s.rows, &is_enter));
	assert_int_equal(s.list.sort_column, 2);
	was_inverted = s.list.is_inverted;
	draw(&s);
	click.column = (unsigned)s.list.shown_at[2];
	assert_true(list_click(&s.list, &click, &s.rows, &is_enter));
	assert_int_not_equal(s.list.is_inverted, was_inverted);
	click.kind = SCREEN_DOUBLE_CLICK;
	click.row = 3;
	click.column = 1;
	assert_true(list_click(&s.list, &click, &s.rows, &is_enter));
	assert_true(is_enter);
	assert_int_equal(s.list.selected_id, 3);
	picture_fini(&s.picture);
}

static void columns_give_way_by_rank(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 5, 8, 20, false);
	draw(&s);
	assert_int_equal(s.list.shown_width[2], 0);
	assert_true(s.list.shown_width[0] > 0 && s.list.shown_width[1] > 0);
	picture_fini(&s.picture);
}

static void the_cells_of_a_small_list_are_exact(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 1234, 4, 44, true);
	s.rows.search = "O3";
	list_draw(&s.list, s.picture.area, &s.rows);
	picture_is(&s.picture, "NAME          1-3 of 1,234  TOOKv NOTE\n"
			       "n1                             t1 o1\n"
			       "n2                             t2 o2\n"
			       "n3                             t3 o3\n");
	assert_int_equal(picture_cell(&s.picture, 1, 0)->mark, MARK_SELECTED);
	assert_int_equal(picture_cell(&s.picture, 1, 43)->mark, MARK_SELECTED);
	assert_int_equal(picture_cell(&s.picture, 2, 0)->mark, 0);
	assert_int_equal(picture_cell(&s.picture, 3, 34)->mark & MARK_MATCH, MARK_MATCH);
	assert_int_equal(picture_cell(&s.picture, 3, 31)->mark & MARK_MATCH, 0);
	list_act(&s.list, ACTION_INVERT, &s.rows);
	list_draw(&s.list, s.picture.area, &s.rows);
	assert_int_equal(picture_cell(&s.picture, 0, 32)->glyph, '^');
	/* words begin with a, numbers with the greatest */
	list_act(&s.list, ACTION_SORT, &s.rows);
	list_draw(&s.list, s.picture.area, &s.rows);
	assert_int_equal(picture_cell(&s.picture, 0, 38)->glyph, '^');
	assert_false(s.list.is_inverted);
	picture_fini(&s.picture);
}

/* Beside titles it may be taken for one. */
static void where_all_rows_are_shown_there_is_no_position(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 3, 4, 44, true);
	list_draw(&s.list, s.picture.area, &s.rows);
	picture_is(&s.picture, "NAME                        TOOKv NOTE\n"
			       "n1                             t1 o1\n"
			       "n2                             t2 o2\n"
			       "n3                             t3 o3\n");
	s.rows.count = 4;
	list_draw(&s.list, s.picture.area, &s.rows);
	assert_non_null(strstr(picture_text(&s.picture), "  1-3 of 4  TOOKv"));
	picture_fini(&s.picture);
}

/* The header is full: the position has a row of its own. */
static void a_full_header_puts_the_position_below(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 100, 8, 18, true);
	list_init(&s.list, columns, 2);
	list_draw(&s.list, s.picture.area, &s.rows);
	assert_int_equal(s.list.page_rows, 6);
	assert_non_null(strstr(picture_text(&s.picture), "\n        1-6 of 100\n"));
	s.rows.count = 7; /* nothing to scroll: no row for it */
	canvas_clear(&s.picture.canvas);
	list_draw(&s.list, s.picture.area, &s.rows);
	assert_int_equal(s.list.page_rows, 7);
	picture_fini(&s.picture);
}

static void a_new_sort_is_searched_through_in_steps_until_the_row_is_found(void **state)
{
	struct shown s;
	size_t frames = 0;

	(void)state;
	begin(&s, 100000, 20, 60, false);
	draw(&s);
	list_act(&s.list, ACTION_DOWN, &s.rows);
	draw(&s);
	assert_int_equal(s.list.selected_id, 2);
	assert_true(list_act(&s.list, ACTION_INVERT, &s.rows));
	s.world.turned_count = 100000;
	do {
		s.world.asked_ids = 0;
		draw(&s);
		assert_true(s.world.asked_ids <= 5000);
		assert_int_equal(s.list.selected_id, 2);
		assert_true(++frames < 100);
	} while (s.list.is_searching);
	assert_int_equal(s.list.selected, 99998);
	assert_true(s.list.top <= 99998 && s.list.top + (size_t)s.list.page_rows > 99998);
	s.world.asked_ids = 0;
	draw(&s);
	assert_true(s.world.asked_ids <= 100);
	/* an id that a tab sets is found wherever it is */
	s.list.selected_id = 50;
	for (frames = 0; frames < 100 && (!frames || s.list.is_searching); frames++)
		draw(&s);
	assert_int_equal(s.list.selected, 99950);
	picture_fini(&s.picture);
}

/* Gone for good: not more than a few thousand are asked, once. */
static void a_row_that_left_is_succeeded_at_once(void **state)
{
	struct shown s;

	(void)state;
	begin(&s, 100000, 20, 60, false);
	draw(&s);
	list_act(&s.list, ACTION_PAGE_DOWN, &s.rows);
	draw(&s);
	s.world.first_id = 1000000;
	s.world.asked_ids = 0;
	draw(&s);
	assert_true(s.world.asked_ids <= 5000);
	assert_int_equal(s.list.selected_id, 1000000 + s.list.selected);
	s.world.asked_ids = 0;
	draw(&s);
	assert_true(s.world.asked_ids <= 100);
	picture_fini(&s.picture);
}

static void following_stays_at_the_top_until_the_selection_is_moved(void **state)
{
	struct shown s;
	size_t on_screen;

	(void)state;
	begin(&s, 100, 10, 60, false);
	s.world.first_id = 1000;
	s.list.is_following = true;
	draw(&s);
	s.world.first_id = 990;
	draw(&s);
	assert_int_equal(s.list.selected_id, 990);
	list_act(&s.list, ACTION_UP, &s.rows);
	assert_true(s.list.is_following);
	list_act(&s.list, ACTION_DOWN, &s.rows);
	assert_false(s.list.is_following);
	s.world.first_id = 980;
	draw(&s);
	assert_int_equal(s.list.selected_id, 991);
	/* once scrolled, what is read stays where it was on the screen */
	list_act(&s.list, ACTION_PAGE_DOWN, &s.rows);
	list_act(&s.list, ACTION_PAGE_DOWN, &s.rows);
	draw(&s);
	on_screen = s.list.selected - s.list.top;
	s.rows.count = 110;
	s.world.first_id -= 10;
	draw(&s);
	assert_int_equal(s.list.selected - s.list.top, on_screen);
	picture_fini(&s.picture);
}

static void the_wheel_scrolls_and_at_the_end_moves_the_selection(void **state)
{
	struct screen_event wheel = { .kind = SCREEN_WHEEL_DOWN };
	struct shown s;
	bool is_enter;
	int i;

	(void)state;
	begin(&s, 20, 11, 60, false);
	draw(&s);
	assert_true(list_click(&s.list, &wheel, &s.rows, &is_enter));
	draw(&s);
	assert_int_equal(s.list.top, 3);
	assert_int_equal(s.list.selected, 3);
	for (i = 0; i < 20; i++)
		list_click(&s.list, &wheel, &s.rows, &is_enter);
	draw(&s);
	assert_int_equal(s.list.top, 10);
	assert_int_equal(s.list.selected, 19);
	assert_false(list_click(&s.list, &wheel, &s.rows, &is_enter));
	wheel.kind = SCREEN_WHEEL_UP;
	for (i = 0; i < 20; i++)
		list_click(&s.list, &wheel, &s.rows, &is_enter);
	draw(&s);
	assert_int_equal(s.list.top, 0);
	assert_int_equal(s.list.selected, 0);
	assert_false(is_enter);
	picture_fini(&s.picture);
}

static void a_click_where_nothing_is_does_nothing(void **state)
{
	struct screen_event click = { .kind = SCREEN_CLICK, .row = 3 };
	struct shown s;
	bool is_enter;

	(void)state;
	begin(&s, 2, 11, 60, false);
	draw(&s);
	assert_false(list_click(&s.list, &click, &s.rows, &is_enter));
	click.row = 0; /* a title that does not sort */
	assert_false(list_click(&s.list, &click, &s.rows, &is_enter));
	click.row = 4000000000u;
	assert_false(list_click(&s.list, &click, &s.rows, &is_enter));
	s.rows.count = 0;
	click.row = 1;
	assert_false(list_click(&s.list, &click, &s.rows, &is_enter));
	assert_true(list_act(&s.list, ACTION_DOWN, &s.rows));
	assert_int_equal(s.list.selected_id, 1);
	picture_fini(&s.picture);
}

static void nothing_is_written_outside_at_any_size(void **state)
{
	struct shown s;

	(void)state;
	for (int height = 0; height < 8; height++)
		for (int width = 0; width < 50; width++) {
			begin(&s, (size_t)(width % 7) * 10, height, width, width % 2);
			list_draw(&s.list, s.picture.area, &s.rows);
			list_act(&s.list, ACTION_LAST, &s.rows);
			list_draw(&s.list, s.picture.area, &s.rows);
			picture_check(&s.picture);
			picture_fini(&s.picture);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_shows_titles_rows_and_where_it_is),
		cmocka_unit_test(a_hundred_thousand_rows_cost_what_is_shown),
		cmocka_unit_test(the_selection_goes_where_its_row_goes),
		cmocka_unit_test(keys_move_within_the_rows),
		cmocka_unit_test(a_click_on_a_title_sorts_and_again_inverts),
		cmocka_unit_test(columns_give_way_by_rank),
		cmocka_unit_test(the_cells_of_a_small_list_are_exact),
		cmocka_unit_test(where_all_rows_are_shown_there_is_no_position),
		cmocka_unit_test(a_full_header_puts_the_position_below),
		cmocka_unit_test(a_new_sort_is_searched_through_in_steps_until_the_row_is_found),
		cmocka_unit_test(a_row_that_left_is_succeeded_at_once),
		cmocka_unit_test(following_stays_at_the_top_until_the_selection_is_moved),
		cmocka_unit_test(the_wheel_scrolls_and_at_the_end_moves_the_selection),
		cmocka_unit_test(a_click_where_nothing_is_does_nothing),
		cmocka_unit_test(nothing_is_written_outside_at_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
