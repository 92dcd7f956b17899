// SPDX-License-Identifier: Apache-2.0
/* The heatmap: few and many by the log of the count, nothing is blank, nothing lies outside. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sink/tui/chart.h"
#include "tests/unit/tui/picture.h"

static const char *const labels[] = { "1 ms", "10 ms", "100 ms" };
static const double counts[] = {
	1, 0, 0, /* the oldest column, from the least row */
	10, 100, 0,
	0, 100, 1000,
	NAN, 0, 1,
};

static void check_picture(const struct chart_heat *heat, int height, int width, bool ascii, const char *wanted)
{
	struct picture picture;

	picture_init(&picture, height, width, ascii);
	chart_heat(picture.area, heat);
	picture_is(&picture, wanted);
	picture_fini(&picture);
}

static void counts_are_letters_by_their_log_in_ascii(void **state)
{
	const struct chart_heat heat = { .counts = counts, .columns_count = 4, .rows_count = 3, .row_labels = labels };

	(void)state;
	check_picture(&heat, 5, 24, true, "        |\n"
					  "  100 ms+       @@@@....\n"
					  "   10 ms+   ########\n"
					  "    1 ms+...====\n"
					  "        +---------------\n");
}

static void the_styles_go_from_few_to_many(void **state)
{
	const struct chart_heat heat = { .counts = counts, .columns_count = 4, .rows_count = 3, .row_labels = labels };
	struct picture picture;
	int least = STYLES, most = 0;

	(void)state;
	picture_init(&picture, 5, 24, false);
	chart_heat(picture.area, &heat);
	picture_check(&picture);
	for (int row = 0; row < 5; row++)
		for (int column = 0; column < 24; column++) {
			int style = picture_cell(&picture, row, column)->style;

			if (style < STYLE_HEAT_0)
				continue;
			least = style < least ? style : least;
			most = style > most ? style : most;
		}
	assert_int_equal(least, STYLE_HEAT_0);
	assert_int_equal(most, STYLE_HEAT_LAST);
	picture_fini(&picture);
}

static void any_numbers_in_any_room_stay_inside(void **state)
{
	unsigned seed = 7;
	double values[40 * 12];
	const char *rows[12];

	(void)state;
	for (size_t i = 0; i < 12; i++)
		rows[i] = "123456789012";
	for (int height = 0; height < 12; height++)
		for (int width = 0; width < 60; width += 3) {
			struct chart_heat heat = {
				.counts = values,
				.columns_count = (size_t)(width % 41),
				.rows_count = (size_t)(height % 13),
				.row_labels = rows,
				.end_real_ns = 1764000000000000000ull,
				.window_ns = 60000000000ull,
			};
			struct picture picture;

			for (size_t i = 0; i < 40 * 12; i++)
				values[i] = picture_number(&seed);
			picture_init(&picture, height, width, width % 2);
			chart_heat(picture.area, &heat);
			picture_check(&picture);
			picture_fini(&picture);
		}
}

/* Draws counts of two buckets; the whole picture. */
static void check_heat(const double *values, size_t columns_count, int height, int width, bool ascii,
		       const char *wanted)
{
	static const char *const names[] = { "10 ms", "20 ms" };
	const struct chart_heat heat = {
		.counts = values,
		.columns_count = columns_count,
		.rows_count = 2,
		.row_labels = names,
	};

	check_picture(&heat, height, width, ascii, wanted);
}

static void a_heatmap_has_labels_cells_and_the_greatest_count(void **state)
{
	static const double values[] = { 1, 0, 15, 1, 240, 0, NAN, 0, -3, 2 };

	(void)state;
	check_heat(values, 5, 3, 14, true, "   20 ms+ .  :\n"
					   "   10 ms+.+@\n"
					   "        +-----\n");
	check_heat(values, 5, 3, 14, false, "   20 ms┤ ▁  ▁\n"
					    "   10 ms┤▁▄█\n"
					    "        └─────\n");
	/* with room: the legend, rows of more than one cell, columns of more than one */
	check_heat(values, 5, 6, 29, false, "             1 ▁▁▂▃▄▄▅▆▇█ 240\n"
					    "        │    ▁▁▁▁        ▁▁▁▁\n"
					    "   20 ms┤    ▁▁▁▁        ▁▁▁▁\n"
					    "        │▁▁▁▁▄▄▄▄████\n"
					    "   10 ms┤▁▁▁▁▄▄▄▄████\n"
					    "        └────────────────────\n");
}

static void counts_that_share_a_cell_are_added_up(void **state)
{
	/* six steps and two buckets in a room of one row and three more columns than the axis may have */
	static const double values[] = { 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2 };
	const struct chart_heat nameless = { .counts = values, .columns_count = 6, .rows_count = 2 };

	(void)state;
	check_heat(values, 6, 1, 3, true, "= @\n"); /* 2, 0, 8 */
	check_picture(&nameless, 1, 3, true, "= @\n");
}

static void one_of_a_million_is_seen_and_nothing_is_not(void **state)
{
	static const double values[] = { 1, 0, 1e6, 0, 1e300, 0 };
	static const double nothing[] = { 0, 0, NAN, -1 };

	(void)state;
	check_heat(values, 2, 3, 14, true, "   20 ms+\n"
					   "   10 ms+..@@@\n"
					   "        +-----\n");
	check_heat(values, 3, 3, 15, true, "   20 ms+\n"
					   "   10 ms+....@@\n"
					   "        +------\n");
	check_heat(nothing, 2, 3, 18, true, "   20 ms+\n"
					    "   10 ms+ no data\n"
					    "        +---------\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_letters_by_their_log_in_ascii),
		cmocka_unit_test(the_styles_go_from_few_to_many),
		cmocka_unit_test(a_heatmap_has_labels_cells_and_the_greatest_count),
		cmocka_unit_test(counts_that_share_a_cell_are_added_up),
		cmocka_unit_test(one_of_a_million_is_seen_and_nothing_is_not),
		cmocka_unit_test(any_numbers_in_any_room_stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
