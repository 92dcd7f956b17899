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
	size_t asked_cells, asked_ids;
};

static uint64_t world_id(void *arg, size_t row)
{
	struct world *world = arg;

	world->asked_ids++;
	return world->first_id + row;
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
	return (struct list_rows){ .arg = world, .count = count, .id = world_id, .cell = world_cell, .empty = "nothing here" };
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
		cmocka_unit_test(nothing_is_written_outside_at_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
