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

static struct list_rows rows_of(struct world *world, size_t count)
{
	return (struct list_rows){
		.arg = world, .count = count, .id = world_id, .cell = world_cell, .empty = "nothing here"
	};
}

static void draw(struct picture *picture, struct list *list, const struct list_rows *rows)
{
	canvas_clear(&picture->canvas);
	list_draw(list, picture->area, rows);
}

static void a_list_shows_titles_rows_and_where_it_is(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 3);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 6, 40, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	assert_non_null(strstr(picture_text(&picture), "NAME"));
	assert_non_null(strstr(picture_text(&picture), "n1"));
	assert_non_null(strstr(picture_text(&picture), "t3"));
	assert_int_equal(list.rows_count, 3);
	rows.count = 0;
	draw(&picture, &list, &rows);
	assert_non_null(strstr(picture_text(&picture), "nothing here"));
	picture_fini(&picture);
}

static void a_hundred_thousand_rows_cost_what_is_shown(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 100000);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 20, 60, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	assert_true(list_act(&list, ACTION_LAST, &rows));
	world.asked_cells = world.asked_ids = 0;
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected, 99999);
	assert_in_range(world.asked_cells, 1, 20 * COLUMNS);
	assert_in_range(world.asked_ids, 1, 100);
	assert_non_null(strstr(picture_text(&picture), "100,000"));
	picture_fini(&picture);
}

static void the_selection_goes_where_its_row_goes(void **state)
{
	struct world world = { .first_id = 100 };
	struct list_rows rows = rows_of(&world, 50);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 12, 40, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	for (int i = 0; i < 7; i++)
		assert_true(list_act(&list, ACTION_DOWN, &rows));
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected_id, 107);
	world.first_id = 97; /* three new ones came above */
	rows.count = 53;
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected_id, 107);
	assert_int_equal(list.selected, 10);
	world.first_id = 200; /* it went: what lies in its place is selected */
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected, 10);
	assert_int_equal(list.selected_id, 210);
	rows.count = 2;
	draw(&picture, &list, &rows);
	assert_in_range(list.selected, 0, 1);
	picture_fini(&picture);
}

static void keys_move_within_the_rows(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 30);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 11, 40, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	list_act(&list, ACTION_UP, &rows);
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected, 0);
	list_act(&list, ACTION_PAGE_DOWN, &rows);
	draw(&picture, &list, &rows);
	assert_in_range(list.selected, 5, 11);
	list_act(&list, ACTION_LAST, &rows);
	list_act(&list, ACTION_DOWN, &rows);
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected, 29);
	list_act(&list, ACTION_FIRST, &rows);
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected, 0);
	assert_int_equal(list.top, 0);
	assert_false(list_act(&list, ACTION_HELP, &rows));
	picture_fini(&picture);
}

static void a_click_on_a_title_sorts_and_again_inverts(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 5);
	struct screen_event click = { .kind = SCREEN_CLICK };
	struct picture picture;
	struct list list;
	bool is_enter, was_inverted;

	(void)state;
	picture_init(&picture, 8, 60, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	click.column = (unsigned)list.shown_at[2];
	assert_true(list_click(&list, &click, &rows, &is_enter));
	assert_int_equal(list.sort_column, 2);
	was_inverted = list.is_inverted;
	draw(&picture, &list, &rows);
	click.column = (unsigned)list.shown_at[2];
	assert_true(list_click(&list, &click, &rows, &is_enter));
	assert_int_not_equal(list.is_inverted, was_inverted);
	click.kind = SCREEN_DOUBLE_CLICK;
	click.row = 3;
	click.column = 1;
	assert_true(list_click(&list, &click, &rows, &is_enter));
	assert_true(is_enter);
	assert_int_equal(list.selected_id, 3);
	picture_fini(&picture);
}

static void columns_give_way_by_rank(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 5);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 8, 20, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	assert_int_equal(list.shown_width[2], 0);
	assert_true(list.shown_width[0] > 0 && list.shown_width[1] > 0);
	picture_fini(&picture);
}

static void the_cells_of_a_small_list_are_exact(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 1234);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 4, 44, true);
	list_init(&list, columns, COLUMNS);
	rows.search = "O3";
	list_draw(&list, picture.area, &rows);
	picture_is(&picture, "NAME          1-3 of 1,234  TOOKv NOTE\n"
			     "n1                             t1 o1\n"
			     "n2                             t2 o2\n"
			     "n3                             t3 o3\n");
	assert_int_equal(picture_cell(&picture, 1, 0)->mark, MARK_SELECTED);
	assert_int_equal(picture_cell(&picture, 1, 43)->mark, MARK_SELECTED);
	assert_int_equal(picture_cell(&picture, 2, 0)->mark, 0);
	assert_int_equal(picture_cell(&picture, 3, 34)->mark & MARK_MATCH, MARK_MATCH);
	assert_int_equal(picture_cell(&picture, 3, 31)->mark & MARK_MATCH, 0);
	list_act(&list, ACTION_INVERT, &rows);
	list_draw(&list, picture.area, &rows);
	assert_int_equal(picture_cell(&picture, 0, 32)->glyph, '^');
	/* words begin with a, numbers with the greatest */
	list_act(&list, ACTION_SORT, &rows);
	list_draw(&list, picture.area, &rows);
	assert_int_equal(picture_cell(&picture, 0, 38)->glyph, '^');
	assert_false(list.is_inverted);
	picture_fini(&picture);
}

/* Beside titles it may be taken for one. */
static void where_all_rows_are_shown_there_is_no_position(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 3);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 4, 44, true);
	list_init(&list, columns, COLUMNS);
	list_draw(&list, picture.area, &rows);
	picture_is(&picture, "NAME                        TOOKv NOTE\n"
			     "n1                             t1 o1\n"
			     "n2                             t2 o2\n"
			     "n3                             t3 o3\n");
	rows.count = 4;
	list_draw(&list, picture.area, &rows);
	assert_non_null(strstr(picture_text(&picture), "  1-3 of 4  TOOKv"));
	picture_fini(&picture);
}

/* The header is full: the position has a row of its own. */
static void a_full_header_puts_the_position_below(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 100);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 8, 18, true);
	list_init(&list, columns, 2);
	list_draw(&list, picture.area, &rows);
	assert_int_equal(list.page_rows, 6);
	assert_non_null(strstr(picture_text(&picture), "\n        1-6 of 100\n"));
	rows.count = 7; /* nothing to scroll: no row for it */
	canvas_clear(&picture.canvas);
	list_draw(&list, picture.area, &rows);
	assert_int_equal(list.page_rows, 7);
	picture_fini(&picture);
}

static void a_new_sort_is_searched_through_in_steps_until_the_row_is_found(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 100000);
	struct picture picture;
	struct list list;
	size_t frames = 0;

	(void)state;
	picture_init(&picture, 20, 60, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	list_act(&list, ACTION_DOWN, &rows);
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected_id, 2);
	assert_true(list_act(&list, ACTION_INVERT, &rows));
	world.turned_count = 100000;
	do {
		world.asked_ids = 0;
		draw(&picture, &list, &rows);
		assert_true(world.asked_ids <= 5000);
		assert_int_equal(list.selected_id, 2);
		assert_true(++frames < 100);
	} while (list.is_searching);
	assert_int_equal(list.selected, 99998);
	assert_true(list.top <= 99998 && list.top + (size_t)list.page_rows > 99998);
	world.asked_ids = 0;
	draw(&picture, &list, &rows);
	assert_true(world.asked_ids <= 100);
	/* an id that a tab sets is found wherever it is */
	list.selected_id = 50;
	for (frames = 0; frames < 100 && (!frames || list.is_searching); frames++)
		draw(&picture, &list, &rows);
	assert_int_equal(list.selected, 99950);
	picture_fini(&picture);
}

/* Gone for good: not more than a few thousand are asked, once. */
static void a_row_that_left_is_succeeded_at_once(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 100000);
	struct picture picture;
	struct list list;

	(void)state;
	picture_init(&picture, 20, 60, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	list_act(&list, ACTION_PAGE_DOWN, &rows);
	draw(&picture, &list, &rows);
	world.first_id = 1000000;
	world.asked_ids = 0;
	draw(&picture, &list, &rows);
	assert_true(world.asked_ids <= 5000);
	assert_int_equal(list.selected_id, 1000000 + list.selected);
	world.asked_ids = 0;
	draw(&picture, &list, &rows);
	assert_true(world.asked_ids <= 100);
	picture_fini(&picture);
}

static void following_stays_at_the_top_until_the_selection_is_moved(void **state)
{
	struct world world = { .first_id = 1000 };
	struct list_rows rows = rows_of(&world, 100);
	struct picture picture;
	struct list list;
	size_t on_screen;

	(void)state;
	picture_init(&picture, 10, 60, false);
	list_init(&list, columns, COLUMNS);
	list.is_following = true;
	draw(&picture, &list, &rows);
	world.first_id = 990;
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected_id, 990);
	list_act(&list, ACTION_UP, &rows);
	assert_true(list.is_following);
	list_act(&list, ACTION_DOWN, &rows);
	assert_false(list.is_following);
	world.first_id = 980;
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected_id, 991);
	/* once scrolled, what is read stays where it was on the screen */
	list_act(&list, ACTION_PAGE_DOWN, &rows);
	list_act(&list, ACTION_PAGE_DOWN, &rows);
	draw(&picture, &list, &rows);
	on_screen = list.selected - list.top;
	rows.count = 110;
	world.first_id -= 10;
	draw(&picture, &list, &rows);
	assert_int_equal(list.selected - list.top, on_screen);
	picture_fini(&picture);
}

static void the_wheel_scrolls_and_at_the_end_moves_the_selection(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 20);
	struct screen_event wheel = { .kind = SCREEN_WHEEL_DOWN };
	struct picture picture;
	struct list list;
	bool is_enter;
	int i;

	(void)state;
	picture_init(&picture, 11, 60, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	assert_true(list_click(&list, &wheel, &rows, &is_enter));
	draw(&picture, &list, &rows);
	assert_int_equal(list.top, 3);
	assert_int_equal(list.selected, 3);
	for (i = 0; i < 20; i++)
		list_click(&list, &wheel, &rows, &is_enter);
	draw(&picture, &list, &rows);
	assert_int_equal(list.top, 10);
	assert_int_equal(list.selected, 19);
	assert_false(list_click(&list, &wheel, &rows, &is_enter));
	wheel.kind = SCREEN_WHEEL_UP;
	for (i = 0; i < 20; i++)
		list_click(&list, &wheel, &rows, &is_enter);
	draw(&picture, &list, &rows);
	assert_int_equal(list.top, 0);
	assert_int_equal(list.selected, 0);
	assert_false(is_enter);
	picture_fini(&picture);
}

static void a_click_where_nothing_is_does_nothing(void **state)
{
	struct world world = { .first_id = 1 };
	struct list_rows rows = rows_of(&world, 2);
	struct screen_event click = { .kind = SCREEN_CLICK, .row = 3 };
	struct picture picture;
	struct list list;
	bool is_enter;

	(void)state;
	picture_init(&picture, 11, 60, false);
	list_init(&list, columns, COLUMNS);
	draw(&picture, &list, &rows);
	assert_false(list_click(&list, &click, &rows, &is_enter));
	click.row = 0; /* a title that does not sort */
	assert_false(list_click(&list, &click, &rows, &is_enter));
	click.row = 4000000000u;
	assert_false(list_click(&list, &click, &rows, &is_enter));
	rows.count = 0;
	click.row = 1;
	assert_false(list_click(&list, &click, &rows, &is_enter));
	assert_true(list_act(&list, ACTION_DOWN, &rows));
	assert_int_equal(list.selected_id, 1);
	picture_fini(&picture);
}

static void nothing_is_written_outside_at_any_size(void **state)
{
	struct world world = { .first_id = 1 };

	(void)state;
	for (int height = 0; height < 8; height++)
		for (int width = 0; width < 50; width++) {
			struct list_rows rows = rows_of(&world, (size_t)(width % 7) * 10);
			struct picture picture;
			struct list list;

			picture_init(&picture, height, width, width % 2);
			list_init(&list, columns, COLUMNS);
			list_draw(&list, picture.area, &rows);
			list_act(&list, ACTION_LAST, &rows);
			list_draw(&list, picture.area, &rows);
			picture_check(&picture);
			picture_fini(&picture);
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
