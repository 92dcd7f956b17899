// SPDX-License-Identifier: Apache-2.0
/* Sparklines, gauges, divided bars: exact cells for small ones, and what must hold for all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sink/tui/chart.h"
#include "tests/unit/tui/picture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void check_sparkline(const double *values, size_t count, int columns, bool ascii, const char *wanted)
{
	struct picture picture;

	picture_init(&picture, 1, columns, ascii);
	chart_sparkline(picture.area, 0, 0, columns, STYLE_LINE_1, values, count);
	picture_is(&picture, wanted);
	picture_fini(&picture);
}

static void a_sparkline_goes_from_0_to_its_greatest(void **state)
{
	static const double ramp[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static const double high[] = { 700, 700 };

	(void)state;
	check_sparkline(ramp, 8, 8, false, "▁▂▃▄▅▆▇█\n");
	check_sparkline(ramp, 8, 8, true, "_.-=+*#@\n");
	check_sparkline(high, 2, 2, true, "@@\n");
}

static void a_sparkline_stands_at_the_right_and_has_gaps(void **state)
{
	static const double values[] = { 1, NAN, 1 };
	static const double nothing[] = { NAN, NAN };

	(void)state;
	check_sparkline(values, 3, 5, true, "  @ @\n");
	check_sparkline(nothing, 2, 5, true, "\n");
	check_sparkline(nothing, 0, 5, true, "\n");
}

static void a_sparkline_shows_the_least_thing_above_0_but_0_itself_low(void **state)
{
	static const double values[] = { 0, 1e-9, 1000, 0 };
	static const double zeros[] = { 0, 0 };
	static const double below[] = { -7, 0 };

	(void)state;
	check_sparkline(values, 4, 4, true, "_.@_\n");
	check_sparkline(zeros, 2, 2, true, "__\n");
	check_sparkline(below, 2, 2, true, "_@\n");
}

static void a_peak_survives_in_a_sparkline_that_is_too_short_for_all(void **state)
{
	static const double values[] = { 0, 0, 0, 9, 0, 0, NAN, NAN };

	(void)state;
	check_sparkline(values, 8, 4, true, "_@_\n");
}

static void infinite_values_do_not_flatten_a_sparkline(void **state)
{
	static const double values[] = { INFINITY, 1, 2, -INFINITY };

	(void)state;
	check_sparkline(values, 4, 4, true, "@+@_\n");
}

static void check_gauge(int columns, bool ascii, double value, double max, double limit, const char *wanted)
{
	struct picture picture;

	picture_init(&picture, 1, columns, ascii);
	chart_gauge(picture.area, 0, 0, columns, STYLE_GOOD, value, max, limit);
	picture_is(&picture, wanted);
	picture_fini(&picture);
}

static void a_gauge_has_a_bar_a_limit_and_a_number(void **state)
{
	(void)state;
	check_gauge(18, true, 0.5, 1, NAN, "[#####     ] 0.500\n");
	check_gauge(18, true, 0.5, 1, 0.8, "[#####  |  ] 0.500\n");
	check_gauge(18, true, 7, 1, 0.8, "[#######|##] 7\n");
	check_gauge(18, true, 0, 1, 9, "[         |] 0\n");
	check_gauge(18, true, NAN, 1, 0.8, "[       |  ] -\n");
	check_gauge(18, false, 0.55, 1, NAN, "[█████▌    ] 0.550\n");
	check_gauge(18, true, 0.001, 1, NAN, "[#         ] 0.001\n");
	check_gauge(9, true, 0.5, 1, NAN, "[####   ]\n");
	check_gauge(2, true, 7, 10, NAN, " 7\n");
}

static void check_parts(const double *values, size_t count, double total, int columns, const char *wanted)
{
	static const char glyphs[] = "#+.!";
	struct chart_part parts[4];
	struct picture picture;
	size_t i;

	for (i = 0; i < count; i++)
		parts[i] = (struct chart_part){ values[i], STYLE_ONCPU, (uint32_t)glyphs[i], glyphs[i] };
	picture_init(&picture, 1, columns, true);
	chart_parts(picture.area, 0, 0, columns, parts, count, total);
	picture_is(&picture, wanted);
	picture_fini(&picture);
}

static void a_divided_bar_rounds_by_the_largest_remainder(void **state)
{
	(void)state;
	check_parts((double[]){ 1, 1, 1 }, 3, NAN, 10, "####+++...\n");
	check_parts((double[]){ 0.1, 0.2, 0.7 }, 3, 1, 10, "#++.......\n");
	check_parts((double[]){ 1, 1 }, 2, 4, 8, "##++\n");
	check_parts((double[]){ 3, 3 }, 2, 4, 8, "####++++\n"); /* more than the total */
	check_parts((double[]){ 0, 0 }, 2, 4, 8, "\n");
	check_parts((double[]){ NAN, -5, 2 }, 3, 0, 4, "....\n");
	check_parts((double[]){ INFINITY, 5 }, 2, 0, 4, "###+\n");
}

static void a_part_that_is_not_0_is_seen(void **state)
{
	(void)state;
	check_parts((double[]){ 1000, 1, 1, 1 }, 4, NAN, 10, "#######+.!\n");
	check_parts((double[]){ 1e-9 }, 1, 1, 10, "#\n");
	check_parts((double[]){ 1, 9, 3, 5 }, 4, NAN, 2, "+!\n"); /* no room for all: the greatest */
}

static void parts_always_add_up(void **state)
{
	unsigned seed = 7;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		double values[9], total;
		int cells[9], columns, sum = 0;
		size_t count, i, seen = 0;
		bool has_infinite = false;

		seed = seed * 1103515245u + 12345u;
		count = (seed >> 16) % 10;
		seed = seed * 1103515245u + 12345u;
		columns = (int)((seed >> 16) % 201);
		for (i = 0; i < count; i++) {
			values[i] = picture_number(&seed);
			seen += values[i] > 0;
			has_infinite = has_infinite || isinf(values[i]);
		}
		total = round % 2 ? picture_number(&seed) : NAN;
		chart_shares(values, count, total, columns, cells);
		for (i = 0; i < count; i++) {
			assert_in_range(cells[i], 0, columns);
			if (!(values[i] > 0))
				assert_int_equal(cells[i], 0);
			else if (seen <= (size_t)columns)
				assert_true(cells[i] > 0);
			sum += cells[i];
		}
		assert_true(sum <= columns);
		if (round % 2 == 0 && seen && columns)
			assert_int_equal(sum, columns);
	}
}

/* Whatever the numbers and the room. */
static void nothing_is_written_outside(void **state)
{
	unsigned seed = 3;
	int rows, columns;
	size_t i;

	(void)state;
	for (rows = 0; rows <= 4; rows++)
		for (columns = 0; columns <= 80; columns++) {
			struct chart_part parts[6];
			double values[6];
			struct picture picture;

			picture_init(&picture, rows, columns, columns % 2);
			for (i = 0; i < 6; i++) {
				values[i] = picture_number(&seed);
				parts[i] = (struct chart_part){ values[i], STYLE_RUNQ, U'▒', '+' };
			}
			chart_parts(picture.area, rows - 1, columns - 9, 20, parts, 6, values[0]);
			chart_parts(picture.area, 0, -9, 20, parts, 6, NAN);
			chart_gauge(picture.area, rows, -2, columns + 4, STYLE_GOOD, values[0], values[1], values[2]);
			chart_gauge(picture.area, 1, 2, columns, STYLE_GOOD, values[3], values[4], values[5]);
			chart_sparkline(picture.area, 2, -3, columns + 9, STYLE_LINE_3, values, 6);
			chart_sparkline(picture.area, -1, 0, columns, STYLE_LINE_3, values, 6);
			picture_check(&picture);
			picture_fini(&picture);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sparkline_goes_from_0_to_its_greatest),
		cmocka_unit_test(a_sparkline_stands_at_the_right_and_has_gaps),
		cmocka_unit_test(a_sparkline_shows_the_least_thing_above_0_but_0_itself_low),
		cmocka_unit_test(a_peak_survives_in_a_sparkline_that_is_too_short_for_all),
		cmocka_unit_test(infinite_values_do_not_flatten_a_sparkline),
		cmocka_unit_test(a_gauge_has_a_bar_a_limit_and_a_number),
		cmocka_unit_test(a_divided_bar_rounds_by_the_largest_remainder),
		cmocka_unit_test(a_part_that_is_not_0_is_seen),
		cmocka_unit_test(parts_always_add_up),
		cmocka_unit_test(nothing_is_written_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
