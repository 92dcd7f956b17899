// SPDX-License-Identifier: Apache-2.0
/*
 * What must be told apart is told apart: where there are 256, 16, 8 or no colours, and by three kinds of colour-blind
 * eyes; what is filled can be read. Colours are those of xterm; distances are of CIE Lab 1976 (2.3 is just noticed).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sink/tui/theme.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BLACK		16
#define WHITE		231

struct colour {
	double part[3];
};

static const enum colours modes[] = { COLOURS_256, COLOURS_16, COLOURS_8 };
static const enum style splits[] = { STYLE_ONCPU, STYLE_RUNQ, STYLE_BLOCKED, STYLE_PREEMPTED };
static const enum style texts[] = { STYLE_GOOD, STYLE_WARNING, STYLE_CRITICAL, STYLE_EMERGENCY, STYLE_UNKNOWN };
static const enum style alarms[] = { STYLE_ALARM_GOOD, STYLE_ALARM_WARNING, STYLE_ALARM_CRITICAL,
				     STYLE_ALARM_EMERGENCY, STYLE_ALARM_UNKNOWN };
static const enum style lines[] = { STYLE_LINE_1, STYLE_LINE_2, STYLE_LINE_3 };

/* Linear light of a colour of xterm's palette. */
static struct colour palette(int number)
{
	static const unsigned char low[16][3] = {
		{ 0, 0, 0 },	   { 205, 0, 0 }, { 0, 205, 0 }, { 205, 205, 0 }, { 0, 0, 238 },   { 205, 0, 205 },
		{ 0, 205, 205 },   { 229, 229, 229 }, { 127, 127, 127 }, { 255, 0, 0 }, { 0, 255, 0 },
		{ 255, 255, 0 },   { 92, 92, 255 }, { 255, 0, 255 }, { 0, 255, 255 }, { 255, 255, 255 },
	};
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	struct colour colour;
	int i, value;

	for (i = 0; i < 3; i++) {
		double part;

		if (number < 16)
			value = low[number][i];
		else if (number < 232)
			value = steps[(number - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6];
		else
			value = 8 + 10 * (number - 232);
		part = value / 255.0;
		colour.part[i] = part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
	}
	return colour;
}

static double luminance(int number)
{
	struct colour colour = palette(number);

	return 0.2126 * colour.part[0] + 0.7152 * colour.part[1] + 0.0722 * colour.part[2];
}

/* WCAG 2 */
static double contrast(int a, int b)
{
	double light = luminance(a), dark = luminance(b);

	return light > dark ? (light + 0.05) / (dark + 0.05) : (dark + 0.05) / (light + 0.05);
}

/* Machado, Oliveira, Fernandes 2009, full severity: none, protan, deutan, tritan. */
static const double eyes[][3][3] = {
	{ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
	{ { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 }, { -0.003882, -0.048116, 1.051998 } },
	{ { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 }, { -0.011820, 0.042940, 0.968881 } },
	{ { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 }, { 0.004733, 0.691367, 0.303900 } },
};

static double lab_curve(double t)
{
	return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static struct colour lab(int number, size_t eye)
{
	static const double to_xyz[3][3] = {
		{ 0.4124, 0.3576, 0.1805 }, { 0.2126, 0.7152, 0.0722 }, { 0.0193, 0.1192, 0.9505 } };
	static const double white[3] = { 0.95047, 1, 1.08883 };
	struct colour from = palette(number), seen = { 0 }, xyz = { 0 };
	int i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < 3; k++)
			seen.part[i] += eyes[eye][i][k] * from.part[k];
		seen.part[i] = fmin(1, fmax(0, seen.part[i]));
	}
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 3; k++)
			xyz.part[i] += to_xyz[i][k] * seen.part[k];
		xyz.part[i] = lab_curve(xyz.part[i] / white[i]);
	}
	return (struct colour){ { 116 * xyz.part[1] - 16, 500 * (xyz.part[0] - xyz.part[1]),
				  200 * (xyz.part[1] - xyz.part[2]) } };
}

static double distance(int a, int b, size_t eye)
{
	struct colour x = lab(a < 0 ? BLACK : a, eye), y = lab(b < 0 ? BLACK : b, eye);

	return hypot(hypot(x.part[0] - y.part[0], x.part[1] - y.part[1]), x.part[2] - y.part[2]);
}

/* How far apart two styles are to an eye: by what they are filled with, or by their letters. */
static double apart(enum style a, enum style b, enum colours mode, size_t eye)
{
	struct theme_look x = theme_look(a, 0, mode), y = theme_look(b, 0, mode);

	return fmax(distance(x.background, y.background, eye), distance(x.foreground, y.foreground, eye));
}

static void check_apart(const enum style *styles, size_t count, double least)
{
	size_t mode, eye, a, b;

	for (mode = 0; mode < COUNT_OF(modes); mode++)
		for (eye = 0; eye < COUNT_OF(eyes); eye++)
			for (a = 0; a < count; a++)
				for (b = a + 1; b < count; b++) {
					double is = apart(styles[a], styles[b], modes[mode], eye);

					if (is < least)
						print_message("styles %d and %d, mode %d, eye %zu: %.1f\n", (int)styles[a],
							      (int)styles[b], (int)modes[mode], eye, is);
					assert_true(is >= least);
				}
}

static void the_parts_of_a_split_are_apart_for_every_eye(void **state)
{
	(void)state;
	check_apart(splits, COUNT_OF(splits), 30);
}

static void the_tiers_are_apart_for_every_eye(void **state)
{
	static const enum style opposite[] = { STYLE_GOOD, STYLE_EMERGENCY };

	(void)state;
	check_apart(alarms, COUNT_OF(alarms), 20);
	check_apart(texts, COUNT_OF(texts), 12);
	check_apart(opposite, 2, 25);
}

static void the_lines_of_a_plot_are_apart_for_every_eye(void **state)
{
	(void)state;
	check_apart(lines, COUNT_OF(lines), 20);
}

static void what_is_filled_can_be_read(void **state)
{
	unsigned style, mark;
	size_t mode;

	(void)state;
	for (mode = 0; mode < COUNT_OF(modes); mode++)
		for (style = 0; style < STYLES; style++)
			for (mark = 0; mark < 32; mark++) {
				struct theme_look look = theme_look((enum style)style, mark, modes[mode]);

				if (look.background < 0)
					continue;
				if (style >= STYLE_HEAT_0 && style <= STYLE_HEAT_LAST) { /* solid: nothing is read there */
					if (!mark)
						assert_int_equal(look.foreground, look.background);
					continue;
				}
				assert_true(look.foreground >= 0); /* whatever the terminal's own colour is */
				if (contrast(look.foreground, look.background) < 4.5)
					print_message("style %u mark %u mode %d: %.2f\n", style, mark, (int)modes[mode],
						      contrast(look.foreground, look.background));
				assert_true(contrast(look.foreground, look.background) >= 4.5);
			}
}

static void text_can_be_read_on_black_and_is_seen_on_white(void **state)
{
	unsigned style;

	(void)state;
	for (style = 0; style < STYLES; style++) {
		struct theme_look look = theme_look((enum style)style, 0, COLOURS_256);

		if (look.background >= 0 || look.foreground < 0)
			continue;
		assert_true(contrast(look.foreground, BLACK) >= 3);
		assert_true(contrast(look.foreground, WHITE) >= 1.7);
	}
}

static bool is_same(struct theme_look a, struct theme_look b)
{
	return a.foreground == b.foreground && a.background == b.background && a.bold == b.bold && a.dim == b.dim &&
	       a.reverse == b.reverse && a.underline == b.underline;
}

static void a_selected_row_is_seen_in_every_mode(void **state)
{
	static const enum colours all[] = { COLOURS_256, COLOURS_16, COLOURS_8, COLOURS_NONE };
	unsigned style, mark;
	size_t mode;

	(void)state;
	for (mode = 0; mode < COUNT_OF(all); mode++) {
		for (style = 0; style < STYLES; style++) {
			struct theme_look plain = theme_look((enum style)style, 0, all[mode]);
			struct theme_look selected = theme_look((enum style)style, MARK_SELECTED, all[mode]);
			struct theme_look match = theme_look((enum style)style, MARK_MATCH, all[mode]);

			if (style <= STYLE_FRAME || (style >= STYLE_LEVEL_DEBUG && style <= STYLE_LEVEL_ERROR))
				assert_true(selected.background != plain.background || selected.reverse != plain.reverse);
			if (style < STYLE_ONCPU || style >= STYLE_LEVEL_DEBUG)
				assert_false(is_same(plain, selected) && plain.background < 0);
			assert_true(match.underline && match.bold);
			assert_false(is_same(match, selected));
		}
		for (mark = 0; mark < 32; mark++) {
			struct theme_look look = theme_look(STYLE_TEXT, mark, all[mode]);

			assert_true(!(mark & MARK_BOLD) || look.bold);
			assert_true(!(mark & MARK_DIM) || look.dim);
			assert_true(!(mark & MARK_UNDERLINE) || look.underline);
		}
	}
}

static void no_colour_is_no_number_and_alarms_are_turned(void **state)
{
	unsigned style, mark;

	(void)state;
	for (style = 0; style < STYLES; style++)
		for (mark = 0; mark < 32; mark++) {
			struct theme_look look = theme_look((enum style)style, mark, COLOURS_NONE);

			assert_int_equal(look.foreground, -1);
			assert_int_equal(look.background, -1);
		}
	assert_true(theme_look(STYLE_ALARM_WARNING, 0, COLOURS_NONE).reverse);
	assert_true(theme_look(STYLE_ALARM_CRITICAL, 0, COLOURS_NONE).reverse);
	assert_true(theme_look(STYLE_ALARM_CRITICAL, 0, COLOURS_NONE).bold);
	assert_true(theme_look(STYLE_ALARM_EMERGENCY, 0, COLOURS_NONE).reverse);
	assert_true(theme_look(STYLE_ALARM_EMERGENCY, 0, COLOURS_NONE).bold);
	assert_false(theme_look(STYLE_ALARM_GOOD, 0, COLOURS_NONE).reverse);
}

static void numbers_stay_within_what_the_terminal_has(void **state)
{
	unsigned style, mark;
	size_t mode;

	(void)state;
	for (mode = 0; mode < COUNT_OF(modes); mode++) {
		int limit = modes[mode] == COLOURS_256 ? 256 : modes[mode] == COLOURS_16 ? 16 : 8;

		for (style = 0; style < STYLES; style++)
			for (mark = 0; mark < 32; mark++) {
				struct theme_look look = theme_look((enum style)style, mark, modes[mode]);

				assert_in_range(look.foreground + 1, 0, limit);
				assert_in_range(look.background + 1, 0, limit);
			}
	}
}

static void heat_gets_lighter_from_few_to_many(void **state)
{
	size_t mode;
	int step;

	(void)state;
	for (mode = 0; mode < COUNT_OF(modes); mode++)
		for (step = 1; step < STYLE_HEATS; step++) {
			int before = theme_look((enum style)(STYLE_HEAT_0 + step - 1), 0, modes[mode]).background;
			int here = theme_look((enum style)(STYLE_HEAT_0 + step), 0, modes[mode]).background;

			assert_true(before >= 0 && here >= 0);
			if (modes[mode] == COLOURS_256)
				assert_true(luminance(here) > luminance(before) * 1.04);
			else
				assert_true(luminance(here) >= luminance(before));
		}
	assert_true(luminance(theme_look(STYLE_HEAT_LAST, 0, COLOURS_8).background) > 0.7);
	assert_true(luminance(theme_look(STYLE_HEAT_0, 0, COLOURS_8).background) < 0.1);
}

static void a_look_as_a_sequence_begins_with_a_reset(void **state)
{
	struct buf out = { 0 };

	(void)state;
	theme_print(&out, STYLE_TEXT, 0, COLOURS_256);
	theme_print(&out, STYLE_TEXT, MARK_BOLD | MARK_DIM | MARK_UNDERLINE, COLOURS_NONE);
	theme_print(&out, STYLE_ALARM_WARNING, 0, COLOURS_8);
	theme_print(&out, STYLE_WARNING, 0, COLOURS_16);
	theme_print(&out, STYLE_TEXT, MARK_SELECTED, COLOURS_256);
	assert_string_equal(out.bytes, "\033[0m\033[0;1;2;4m\033[0;30;43m\033[0;1;93m\033[0;38;5;231;48;5;24m");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_of_a_split_are_apart_for_every_eye),
		cmocka_unit_test(the_tiers_are_apart_for_every_eye),
		cmocka_unit_test(the_lines_of_a_plot_are_apart_for_every_eye),
		cmocka_unit_test(what_is_filled_can_be_read),
		cmocka_unit_test(text_can_be_read_on_black_and_is_seen_on_white),
		cmocka_unit_test(a_selected_row_is_seen_in_every_mode),
		cmocka_unit_test(no_colour_is_no_number_and_alarms_are_turned),
		cmocka_unit_test(numbers_stay_within_what_the_terminal_has),
		cmocka_unit_test(heat_gets_lighter_from_few_to_many),
		cmocka_unit_test(a_look_as_a_sequence_begins_with_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
