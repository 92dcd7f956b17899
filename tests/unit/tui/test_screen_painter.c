// SPDX-License-Identifier: Apache-2.0
/* On a terminal that is a file in memory: ncurses holds what the canvas held, and only what changed is sent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "sink/tui/screen_parts.h"

static char terminals[] = "/tmp/test_screen_painter.XXXXXX";
static struct painter *painter;
static struct canvas canvas;
static struct buf out;

static struct area begin(const char *terminal, unsigned rows, unsigned columns)
{
	const struct screen_options options = { .terminal = terminal };

	painter = painter_open(&options, rows, columns);
	assert_non_null(painter);
	canvas_init(&canvas, rows, columns, false);
	buf_reset(&out);
	buf_add(&out, "", 0);
	painter_enter(painter, &out);
	return area_of(&canvas);
}

static void end(void)
{
	painter_close(painter);
	canvas_fini(&canvas);
	buf_fini(&out);
}

static size_t paint(void)
{
	buf_reset(&out);
	buf_add(&out, "", 0);
	painter_paint(painter, &canvas, &out);
	return out.length;
}

/* What ncurses holds there: the character, and how it looks. */
static wchar_t painted(int row, int column, attr_t *attributes, short *ink, short *ground)
{
	wchar_t text[CCHARW_MAX + 1] = { 0 };
	cchar_t cell;
	short pair = 0;

	assert_int_equal(mvin_wch(row, column, &cell), OK);
	assert_int_equal(getcchar(&cell, text, attributes, &pair, NULL), OK);
	if (pair)
		assert_int_equal(pair_content(pair, ink, ground), OK);
	else
		*ink = *ground = -1;
	return text[0];
}

static void check_whole(unsigned rows, unsigned columns)
{
	enum colours colours = painter_colours(painter);
	unsigned row, column;
	attr_t attributes;
	short ink, ground;

	for (row = 0; row < rows; row++)
		for (column = 0; column < columns; column++) {
			const struct canvas_cell *cell = canvas_cell(&canvas, row, column);
			struct theme_look look = theme_look((enum style)cell->style, cell->mark, colours);
			wchar_t glyph = painted((int)row, (int)column, &attributes, &ink, &ground);

			if (!cell->glyph)
				continue;
			assert_int_equal(glyph, cell->glyph);
			assert_int_equal(ink, look.foreground);
			assert_int_equal(ground, look.background);
			assert_int_equal(!!(attributes & A_BOLD), look.bold);
			assert_int_equal(!!(attributes & A_DIM), look.dim);
			assert_int_equal(!!(attributes & A_UNDERLINE), look.underline);
			assert_int_equal(!!(attributes & A_REVERSE), look.reverse);
		}
}

static void draw_all_styles(struct area area)
{
	int row, column;

	for (row = 0; row < area.rows; row++)
		for (column = 0; column < area.columns; column++) {
			area_glyph(area, row, column, (enum style)((row * 80 + column) % STYLES),
				   (uint32_t[]){ 'x', 0x2588, 0x28ff, 0x6f22, ' ' }[(row + column / 2) % 5], 'x');
			area_mark(area, row, column, 1, (unsigned)(row * 7 + column) % 32);
		}
}

static void every_style_and_mark_reaches_the_terminal_in_every_number_of_colours(void **state)
{
	static const struct {
		const char *terminal;
		enum colours colours;
	} kinds[] = { { "xterm-256color", COLOURS_256 }, { "test-16color", COLOURS_16 }, { "xterm", COLOURS_8 },
		      { "linux", COLOURS_8 }, { "vt100", COLOURS_NONE }, { "test-direct", COLOURS_8 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		draw_all_styles(begin(kinds[i].terminal, 24, 80));
		assert_int_equal(painter_colours(painter), kinds[i].colours);
		paint();
		check_whole(24, 80);
		end();
	}
}

static void only_cells_that_changed_are_sent(void **state)
{
	struct area area = begin("xterm-256color", 24, 80);
	size_t whole;

	(void)state;
	draw_all_styles(area);
	whole = paint();
	assert_true(whole > 80 * 24);
	assert_int_equal(paint(), 0);
	area_text(area, 12, 40, STYLE_BOLD, "changed");
	assert_in_range(paint(), 7, 60);
	assert_non_null(strstr(out.bytes, "changed"));
	check_whole(24, 80);
	canvas_clear(&canvas);
	area_text(area, 0, 0, STYLE_TEXT, "漢字");
	paint();
	check_whole(24, 80);
	area_text(area, 0, 1, STYLE_TEXT, "가"); /* halves of two */
	paint();
	check_whole(24, 80);
	buf_reset(&out);
	painter_repaint(painter, &out);
	assert_non_null(strstr(out.bytes, "\033[2J"));
	assert_non_null(strstr(out.bytes, "가"));
	end();
}

static void canvases_and_terminals_of_other_sizes_are_cut_and_cleared(void **state)
{
	static const unsigned sizes[][2] = { { 1, 1 }, { 2, 3 }, { 24, 80 }, { 60, 200 }, { 500, 1000 }, { 10, 30 }, 
					     { 1, 1000 }, { 500, 1 } };
	size_t i, k;

	(void)state;
	begin("xterm-256color", 24, 80);
	for (i = 0; i < 8; i++)
		for (k = 0; k < 8; k++) {
			painter_resize(painter, sizes[i][0], sizes[i][1], &out);
			canvas_resize(&canvas, sizes[k][0], sizes[k][1]);
			draw_all_styles(area_of(&canvas));
			paint();
			assert_int_equal(LINES, sizes[i][0]);
			assert_int_equal(COLS, sizes[i][1]);
			if (i == k)
				check_whole(sizes[i][0], sizes[i][1]);
			else if (sizes[i][0] > sizes[k][0]) {
				attr_t attributes;
				short ink, ground;

				assert_int_equal(painted((int)sizes[k][0], 0, &attributes, &ink, &ground), ' ');
			}
		}
	end();
}

static void the_cursor_is_shown_where_a_text_is_typed(void **state)
{
	(void)state;
	begin("xterm-256color", 24, 80);
	paint();
	assert_null(strstr(out.bytes, "\033[?12l\033[?25h"));
	canvas.has_cursor = true;
	canvas.cursor_row = 22;
	canvas.cursor_column = 9;
	paint();
	assert_non_null(strstr(out.bytes, "\033[?25h"));
	assert_non_null(strstr(out.bytes, "\033[23;10H"));
	canvas.has_cursor = false;
	paint();
	assert_non_null(strstr(out.bytes, "\033[?25l"));
	end();
}

static void what_is_entered_is_left(void **state)
{
	static const char *const pairs[][2] = { { "\033[?1049h", "\033[?1049l" }, { "\033[?1000h", "\033[?1000l" },
						{ "\033[?1006h", "\033[?1006l" }, { "\033[?2004h", "\033[?2004l" },
						{ "\033[?25l", "\033[?25h" } };
	struct buf leave = { 0 };
	size_t i;

	(void)state;
	begin("xterm-256color", 24, 80);
	assert_true(painter_is_rich(painter));
	painter_leave(painter, &leave);
	for (i = 0; i < 5; i++) {
		assert_non_null(strstr(out.bytes, pairs[i][0]));
		assert_non_null(strstr(leave.bytes, pairs[i][1]));
	}
	end();
	begin("vt100", 24, 80); /* which knows none of these, and must not be told */
	buf_reset(&leave);
	painter_leave(painter, &leave);
	assert_false(painter_is_rich(painter));
	assert_null(strstr(out.bytes, "\033[?1"));
	assert_null(strstr(leave.bytes, "\033[?1"));
	assert_null(strstr(out.bytes, "$<")); /* delays */
	end();
	buf_fini(&leave);
}

static void without_mouse_or_colour_neither_is_asked_for(void **state)
{
	const struct screen_options options = { .terminal = "xterm-256color", .no_mouse = true, .no_colour = true };

	(void)state;
	painter = painter_open(&options, 24, 80);
	canvas_init(&canvas, 24, 80, false);
	painter_enter(painter, &out);
	draw_all_styles(area_of(&canvas));
	assert_int_equal(painter_colours(painter), COLOURS_NONE);
	painter_paint(painter, &canvas, &out);
	assert_null(strstr(out.bytes, "\033[?1000h"));
	assert_null(strstr(out.bytes, "38;5"));
	assert_null(strstr(out.bytes, "48;5"));
	end();
}

static void signals_keep_the_actions_they_had(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH, SIGCONT };
	struct sigaction action;
	size_t i;

	(void)state;
	begin("xterm-256color", 24, 80);
	paint();
	for (i = 0; i < 5; i++) {
		sigaction(numbers[i], NULL, &action);
		assert_true(action.sa_handler == SIG_DFL);
	}
	end();
}

static void a_copy_is_base64_within_osc_52(void **state)
{
	struct buf copy = { 0 };

	(void)state;
	painter_copy(&copy, "a", 1);
	painter_copy(&copy, "ab", 2);
	painter_copy(&copy, "abc\xff", 4);
	painter_copy(&copy, "", 0);
	assert_string_equal(copy.bytes, "\033]52;c;YQ==\a\033]52;c;YWI=\a\033]52;c;YWJj/w==\a\033]52;c;\a");
	buf_fini(&copy);
}

static void terminals_that_cannot_do_it_say_why_and_what_else_there_is(void **state)
{
	(void)state;
	assert_null(terminfo_why("xterm-256color", 1));
	assert_null(terminfo_why("vt100", 1));
	assert_non_null(strstr(terminfo_why("dumb", 1), "--once"));
	assert_non_null(strstr(terminfo_why("no-such-terminal", 1), "--once"));
	assert_non_null(strstr(terminfo_why("", 1), "--once"));
	assert_null(painter_open(&(struct screen_options){ .terminal = "no-such-terminal" }, 24, 80));
}

/* Two kinds that a bare Debian does not have. */
static int compile_terminals(void **state)
{
	static const char source[] =
		"test-16color|xterm of 16 colours,\n\tcolors#16, pairs#256,\n"
		"\tsetaf=\\E[%?%p1%{8}%<%t%p1%{30}%+%e%p1%{82}%+%;%dm,\n"
		"\tsetab=\\E[%?%p1%{8}%<%t%p1%{40}%+%e%p1%{92}%+%;%dm,\n\tuse=xterm,\n"
		"test-direct|xterm of all colours,\n\tRGB, colors#0x1000000, pairs#0x10000, use=xterm,\n";
	char path[128], command[320];
	FILE *file;

	(void)state;
	if (!mkdtemp(terminals))
		return -1;
	snprintf(path, sizeof(path), "%s/source", terminals);
	file = fopen(path, "w");
	if (!file || fputs(source, file) < 0 || fclose(file))
		return -1;
	snprintf(command, sizeof(command), "tic -x -o %s %s", terminals, path);
	setenv("TERMINFO", terminals, 1);
	return system(command);
}

static int remove_terminals(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", terminals);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_style_and_mark_reaches_the_terminal_in_every_number_of_colours),
		cmocka_unit_test(only_cells_that_changed_are_sent),
		cmocka_unit_test(canvases_and_terminals_of_other_sizes_are_cut_and_cleared),
		cmocka_unit_test(the_cursor_is_shown_where_a_text_is_typed),
		cmocka_unit_test(what_is_entered_is_left),
		cmocka_unit_test(without_mouse_or_colour_neither_is_asked_for),
		cmocka_unit_test(signals_keep_the_actions_they_had),
		cmocka_unit_test(a_copy_is_base64_within_osc_52),
		cmocka_unit_test(terminals_that_cannot_do_it_say_why_and_what_else_there_is),
	};

	return cmocka_run_group_tests(tests, compile_terminals, remove_terminals);
}
