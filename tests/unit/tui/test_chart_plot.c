// SPDX-License-Identifier: Apache-2.0
/* Plots over time: exact cells of small ones, and what must hold for any numbers in any room. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "sink/tui/chart.h"
#include "tests/unit/tui/picture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define END_NS		(1764000000ull * 1000000000ull) /* 2025-11-24T16:00:00Z */
#define VALUES_MAX	400

struct drawing {
	double values[3][VALUES_MAX];
	struct chart_line lines[3];
	struct chart_plot plot;
	struct picture picture;
};

/* One line without a name; all else is the test's to set. */
static void drawing_init(struct drawing *drawing, int rows, int columns, bool ascii)
{
	size_t i;

	picture_init(&drawing->picture, rows, columns, ascii);
	for (i = 0; i < 3; i++)
		drawing->lines[i] = (struct chart_line){ drawing->values[i], (enum style)(STYLE_LINE_1 + i), NULL };
	drawing->plot = (struct chart_plot){
		.lines = drawing->lines,
		.lines_count = 1,
		.count = chart_plot_values(drawing->picture.area),
		.band_low = -1,
		.band_high = -1,
		.threshold = NAN,
		.low = NAN,
		.high = NAN,
		.end_real_ns = END_NS,
		.window_ns = 60 * 1000000000ull,
	};
	assert_true(drawing->plot.count <= VALUES_MAX);
}

static void drawing_is(struct drawing *drawing, const char *wanted)
{
	chart_plot(drawing->picture.area, &drawing->plot);
	picture_is(&drawing->picture, wanted);
	picture_fini(&drawing->picture);
}

static void drawing_fill(struct drawing *drawing, size_t line, double value)
{
	size_t i;

	for (i = 0; i < VALUES_MAX; i++)
		drawing->values[line][i] = value;
}

static void a_sine_is_drawn_in_dots(void **state)
{
	struct drawing d;
	size_t i;

	(void)state;
	drawing_init(&d, 10, 41, false);
	assert_int_equal(d.plot.count, 64);
	for (i = 0; i < 64; i++)
		d.values[0][i] = sin(2 * M_PI * (double)i / 64);
	drawing_is(&d, "       1┤     ⡠⠒⠉⠉⠑⠢⡀\n"
		       "        │   ⡠⠊      ⠈⠢⡀\n"
		       "        │ ⢀⠜          ⠈⢆\n"
		       "       0┤⡠⠃             ⠱⡀\n"
		       "        │                ⠘⡄             ⡰\n"
		       "        │                 ⠈⢢          ⢀⠎\n"
		       "        │                   ⠑⢄      ⢀⠔⠁\n"
		       "      -1┤                     ⠑⠤⣀⣀⡠⠔⠁\n"
		       "        └───────────────┬───────────────┬\n"
		       "                    15:59:30\n");
}

static void a_step_in_ascii_is_joined_by_its_own_mark(void **state)
{
	struct drawing d;
	size_t i;

	(void)state;
	drawing_init(&d, 6, 21, true);
	assert_int_equal(d.plot.count, 12);
	for (i = 0; i < 12; i++)
		d.values[0][i] = i < 6 ? 1 : 4;
	drawing_is(&d, "       4+      ******\n"
		       "        |      *\n"
		       "       2+     *\n"
		       "        |******\n"
		       "       0+\n"
		       "        +-----------+\n");
}

static void a_gap_is_never_bridged(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 3, 19, true);
	drawing_fill(&d, 0, 1);
	d.values[0][4] = d.values[0][5] = d.values[0][7] = NAN;
	d.plot.window_ns = 0;
	drawing_is(&d, "       1+****  * **\n"
		       "       0+\n"
		       "        +----------\n");
	drawing_init(&d, 3, 19, false);
	drawing_fill(&d, 0, 1);
	d.values[0][4] = d.values[0][5] = d.values[0][6] = d.values[0][7] = NAN;
	d.plot.window_ns = 0;
	drawing_is(&d, "       1┤⠉⠉  ⠉⠉⠉⠉⠉⠉\n"
		       "       0┤\n"
		       "        └──────────\n");
}

static void a_single_value_is_a_dot(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 3, 19, false);
	drawing_fill(&d, 0, NAN);
	d.values[0][19] = 5;
	d.plot.window_ns = 0;
	drawing_is(&d, "       5┤         ⠈\n"
		       "       0┤\n"
		       "        └──────────\n");
}

static void a_log_axis_has_a_label_per_decade(void **state)
{
	struct drawing d;
	size_t i;

	(void)state;
	drawing_init(&d, 9, 25, true);
	assert_int_equal(d.plot.count, 16);
	for (i = 0; i < 16; i++)
		d.values[0][i] = pow(10, -3 + (double)i / 5);
	d.plot.is_log = true;
	d.plot.unit = CHART_SECONDS;
	drawing_is(&d, "     1 s+              **\n"
		       "        |            **\n"
		       "  100 ms+         ***\n"
		       "        |       **\n"
		       "   10 ms+    ***\n"
		       "        |  **\n"
		       "    1 ms+**\n"
		       "        +---------------+\n");
}

static void what_a_log_axis_cannot_show_lies_at_its_foot(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 4, 19, true);
	drawing_fill(&d, 0, 10);
	d.values[0][2] = 0;
	d.values[0][3] = -5;
	d.plot.is_log = true;
	d.plot.low = 1;
	d.plot.high = 10;
	d.plot.window_ns = 0;
	drawing_is(&d, "      10+**  ******\n"
		       "        |  * *\n"
		       "       1+  **\n"
		       "        +----------\n");
}

static void infinite_values_run_along_the_edges(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 4, 19, true);
	drawing_fill(&d, 0, 1);
	d.values[0][4] = INFINITY;
	d.values[0][6] = -INFINITY;
	d.plot.high = 2;
	d.plot.window_ns = 0;
	drawing_is(&d, "       2+    *\n"
		       "       1+**** * ***\n"
		       "       0+      *\n"
		       "        +----------\n");
}

static void a_window_without_data_says_so(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 5, 40, true);
	drawing_fill(&d, 0, NAN);
	drawing_is(&d, "        |\n"
		       "        |\n"
		       "        |    no data in this window\n"
		       "        |\n"
		       "        +-----------15:59:30-----------+\n");
	drawing_init(&d, 1, 5, true);
	drawing_fill(&d, 0, NAN);
	drawing_is(&d, "  -\n");
	drawing_init(&d, 1, 12, true);
	d.plot.lines_count = 0;
	d.plot.count = 0;
	drawing_is(&d, "  no data\n");
}

static void a_threshold_is_a_dashed_line_with_its_value_at_the_axis(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 6, 21, true);
	drawing_fill(&d, 0, 0.4);
	d.plot.threshold = 1.5;
	d.plot.unit = CHART_SECONDS;
	d.plot.window_ns = 0;
	drawing_is(&d, "   1.5 s+------------\n"
		       "     1 s+\n"
		       "        |\n"
		       "        |************\n"
		       "     0 s+\n"
		       "        +------------\n");
}

static void a_threshold_far_away_is_told_by_an_arrow(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 6, 21, true);
	drawing_fill(&d, 0, 0.4);
	d.plot.threshold = 1000;
	d.plot.window_ns = 0;
	drawing_is(&d, "   1,000^************\n"
		       "        |\n"
		       "     0.2+\n"
		       "        |\n"
		       "       0+\n"
		       "        +------------\n");
}

static void lines_have_marks_and_a_band_and_a_legend(void **state)
{
	struct drawing d;

	(void)state;
	drawing_init(&d, 8, 50, true);
	d.plot.lines_count = 3;
	drawing_fill(&d, 0, 1);
	drawing_fill(&d, 1, 2);
	drawing_fill(&d, 2, 4);
	d.lines[0].name = "p50";
	d.lines[1].name = "p95";
	d.lines[2].name = "p99";
	d.plot.band_low = 0;
	d.plot.band_high = 2;
	d.plot.unit = CHART_SECONDS;
	drawing_is(&d, "         *** p50  +++ p95  ooo p99\n"
		       "     4 s+ooooooooooooooooooooooooooooooooooooooooo\n"
		       "        |.........................................\n"
		       "     2 s++++++++++++++++++++++++++++++++++++++++++\n"
		       "        |.........................................\n"
		       "        |*****************************************\n"
		       "     0 s+\n"
		       "        +------15:59:15--15:59:30--15:59:45------+\n");
	/* the same in dots: told apart by their dashes */
	drawing_init(&d, 8, 30, false);
	d.plot.lines_count = 3;
	d.lines[0].name = "p50";
	d.lines[1].name = "p95";
	d.lines[2].name = "p99";
	d.plot.band_low = 0;
	d.plot.band_high = 1;
	drawing_is(&d, "         ⠤⠤⠤ p50  ⠤⠤⠀ p95\n"
		       "       4┤⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠉\n"
		       "        │\n"
		       "       2┤⣀⣀⢀⣀⣀⢀⣀⣀⢀⣀⣀⢀⣀⣀⢀⣀⣀⢀⣀⣀⢀\n"
		       "        │⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂⢂\n"
		       "        │⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒\n"
		       "       0┤\n"
		       "        └──────15:59:30──────┬\n");
}

static const struct canvas_cell *cell_of(const struct drawing *drawing, int row, int column)
{
	return picture_cell(&drawing->picture, row, column + CHART_AXIS_COLUMNS);
}

static enum style shared_style(double first, double second)
{
	struct drawing d;
	enum style style;

	drawing_init(&d, 2, 19, false);
	d.plot.lines_count = 2;
	drawing_fill(&d, 0, first);
	drawing_fill(&d, 1, second);
	d.plot.low = 0;
	d.plot.high = 7;
	chart_plot(d.picture.area, &d.plot);
	/* 7 and 5 of eight rows of dots: the first and the third of the upper cell */
	assert_int_equal(cell_of(&d, 0, 0)->glyph, 0x2800 + 0x01 + 0x08 + 0x04 + 0x20);
	style = (enum style)cell_of(&d, 0, 0)->style;
	picture_fini(&d.picture);
	return style;
}

static void a_cell_that_two_lines_share_is_the_upper_ones(void **state)
{
	(void)state;
	assert_int_equal(shared_style(7, 5), STYLE_LINE_1);
	assert_int_equal(shared_style(5, 7), STYLE_LINE_2);
}

static void a_peak_is_never_in_a_gap_of_the_dashes(void **state)
{
	int at;

	(void)state;
	for (at = 0; at < 20; at++) {
		struct drawing d;

		drawing_init(&d, 2, 19, false);
		assert_int_equal(d.plot.count, 20);
		d.plot.lines_count = 3;
		drawing_fill(&d, 0, NAN);
		drawing_fill(&d, 1, NAN);
		drawing_fill(&d, 2, 0);
		d.values[2][at] = 1;
		chart_plot(d.picture.area, &d.plot);
		assert_true(cell_of(&d, 0, at / 2)->glyph & (at % 2 ? 0x08 : 0x01));
		assert_int_equal(cell_of(&d, 0, at / 2)->style, STYLE_LINE_3);
		picture_fini(&d.picture);
	}
}

/* The labels of the last row: at most `size` of them, each 16:00, 16:00:05, 16:00:05.250 or 11-24 and nothing else. */
static size_t labels_of(const char *text, char labels[][16], size_t size)
{
	const char *at = strchr(strrchr(text, '+'), '\n');
	size_t count = 0;

	for (; *at; at++) {
		size_t length = strcspn(at, " \n");

		if (!length)
			continue;
		assert_true(count < size);
		assert_true(length == 5 || length == 8 || length == 12);
		memcpy(labels[count], at, length);
		labels[count++][length] = '\0';
		at += length - 1;
	}
	return count;
}

static void ticks_of_time_are_round_and_labels_whole(void **state)
{
	static const struct {
		uint64_t window_s;
		unsigned step_s; /* what every label is a multiple of */
	} all[] = { { 10, 1 }, { 60, 1 }, { 300, 5 }, { 900, 60 }, { 3600, 60 }, { 21600, 60 } };
	char labels[200][16];
	size_t i, k;
	int columns;

	(void)state;
	for (i = 0; i < COUNT_OF(all); i++)
		for (columns = 14; columns <= 200; columns++) {
			struct drawing d;
			size_t count;

			drawing_init(&d, 9, columns, true);
			drawing_fill(&d, 0, 1);
			d.plot.end_real_ns = END_NS + 7123456789;
			d.plot.window_ns = all[i].window_s * 1000000000;
			chart_plot(d.picture.area, &d.plot);
			picture_check(&d.picture);
			count = labels_of(picture_text(&d.picture), labels, COUNT_OF(labels));
			if (columns >= 60)
				assert_true(count >= 2);
			for (k = 0; k < count; k++) {
				unsigned hours = 0, minutes = 0, seconds = 0;

				assert_true(sscanf(labels[k], "%2u:%2u:%2u", &hours, &minutes, &seconds) >= 2);
				if (strlen(labels[k]) < 12)
					assert_int_equal((hours * 3600 + minutes * 60 + seconds) % all[i].step_s, 0);
				assert_true(!k || strcmp(labels[k - 1], labels[k]) < 0);
			}
			picture_fini(&d.picture);
		}
}

static void values_lie_where_the_axis_says(void **state)
{
	struct drawing d;
	int value, row;

	(void)state;
	for (value = 0; value <= 10; value++) {
		drawing_init(&d, 13, 40, true);
		drawing_fill(&d, 0, value);
		d.plot.low = 0;
		d.plot.high = 10;
		chart_plot(d.picture.area, &d.plot);
		row = 10 - value;
		assert_int_equal(cell_of(&d, row, 10)->glyph, '*');
		if (value == 0 || value == 5 || value == 10) {
			char label[3];

			snprintf(label, sizeof(label), "%2d", value);
			assert_int_equal(cell_of(&d, row, -1)->glyph, '+');
			assert_int_equal(cell_of(&d, row, -2)->glyph, label[1]);
			assert_int_equal(cell_of(&d, row, -3)->glyph, label[0]);
		}
		picture_fini(&d.picture);
	}
}

/* No cell beside the area, no trap of arithmetic (with sanitizers), no endless loop. */
static void any_numbers_fit_into_any_room(void **state)
{
	unsigned seed = 11;
	int rows, columns;
	size_t line, i;

	(void)state;
	for (rows = 0; rows <= 60; rows += rows < 12 ? 1 : 8)
		for (columns = 0; columns <= 200; columns += columns < 24 ? 1 : 11) {
			struct drawing d;

			seed = seed * 1103515245u + 12345u;
			drawing_init(&d, rows, columns, seed >> 16 & 1);
			d.plot.lines_count = 3;
			d.plot.is_log = seed >> 17 & 1;
			d.plot.band_low = (int)(seed >> 18 & 7) - 2;
			d.plot.band_high = 2;
			d.plot.unit = (enum chart_unit)((seed >> 20) % 5);
			d.lines[0].name = "\033[2J";
			d.lines[2].name = "p99";
			if (seed >> 21 & 1)
				d.plot.count = (seed >> 16) % VALUES_MAX;
			d.plot.window_ns = seed >> 22 & 1 ? 1ull << (seed >> 16 & 63) : 60000000000ull;
			d.plot.end_real_ns = seed >> 24 & 1 ? UINT64_MAX : END_NS;
			if (seed >> 23 & 1)
				d.plot.end_real_ns = d.plot.window_ns / 2;
			d.plot.low = picture_number(&seed);
			d.plot.high = picture_number(&seed);
			d.plot.threshold = picture_number(&seed);
			for (line = 0; line < 3; line++)
				for (i = 0; i < VALUES_MAX; i++)
					d.values[line][i] = columns % 3 ? picture_number(&seed) : 1e-320 * (double)i;
			chart_plot(d.picture.area, &d.plot);
			picture_check(&d.picture);
			picture_fini(&d.picture);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sine_is_drawn_in_dots),
		cmocka_unit_test(a_step_in_ascii_is_joined_by_its_own_mark),
		cmocka_unit_test(a_gap_is_never_bridged),
		cmocka_unit_test(a_single_value_is_a_dot),
		cmocka_unit_test(a_log_axis_has_a_label_per_decade),
		cmocka_unit_test(what_a_log_axis_cannot_show_lies_at_its_foot),
		cmocka_unit_test(infinite_values_run_along_the_edges),
		cmocka_unit_test(a_window_without_data_says_so),
		cmocka_unit_test(a_threshold_is_a_dashed_line_with_its_value_at_the_axis),
		cmocka_unit_test(a_threshold_far_away_is_told_by_an_arrow),
		cmocka_unit_test(lines_have_marks_and_a_band_and_a_legend),
		cmocka_unit_test(a_cell_that_two_lines_share_is_the_upper_ones),
		cmocka_unit_test(a_peak_is_never_in_a_gap_of_the_dashes),
		cmocka_unit_test(ticks_of_time_are_round_and_labels_whole),
		cmocka_unit_test(values_lie_where_the_axis_says),
		cmocka_unit_test(any_numbers_fit_into_any_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
