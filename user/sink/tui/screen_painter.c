// SPDX-License-Identifier: Apache-2.0
/*
 * In: canvases. Out: the bytes that make a terminal show them, by ncursesw.
 * The rule that surprises: ncurses never sees the terminal. It writes into a file in memory, and what it wrote is
 * handed on, so that a terminal that takes nothing (Ctrl-S, a dead line) blocks nobody inside of ncurses, which waits
 * without end.
 */
#include "sink/tui/screen_parts.h"

#include <curses.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"

#define MARKS	  32 /* all combinations of MARK_* */
#define PAIRS_MAX 200

struct painter_look {
	attr_t attributes;
	short pair;
	bool is_known;
};

struct painter {
	SCREEN *screen;
	FILE *in, *out;
	int fd; /* where ncurses writes to */
	locale_t locale, locale_before;
	enum colours colours;
	bool ascii, is_rich, has_mouse;
	int rows, columns;
	struct canvas painted;
	bool is_stale; /* the terminal does not show `painted` */
	short pairs[PAIRS_MAX][2];
	int pairs_count;
	struct painter_look looks[STYLES][MARKS];
	cchar_t run[CANVAS_MAX_COLUMNS];
};

/* A capability without its delays, which only terminals on wires need. */
static void painter_text(struct buf *out, const char *text)
{
	const char *end;

	if (!text || text == (const char *)-1)
		return;
	while (*text) {
		if (text[0] == '$' && text[1] == '<' && (end = strchr(text, '>'))) {
			text = end + 1;
			continue;
		}
		buf_char(out, *text++);
	}
}

static void painter_capability(struct buf *out, const char *name)
{
	painter_text(out, tigetstr(name));
}

static bool painter_has(const char *name)
{
	const char *text = tigetstr(name);

	return text && text != (const char *)-1;
}

/* What ncurses has written since the last time; out NULL = of no use. */
static void painter_take(struct painter *painter, struct buf *out)
{
	char bytes[4096];
	off_t at = 0;
	ssize_t count;

	while (out && (count = pread(painter->fd, bytes, sizeof(bytes), at)) > 0) {
		buf_add(out, bytes, (size_t)count);
		at += count;
	}
	if (ftruncate(painter->fd, 0) || lseek(painter->fd, 0, SEEK_SET))
		abort(); /* of a file in memory */
}

static enum colours painter_count_colours(void)
{
	if (!has_colors() || start_color() == ERR)
		return COLOURS_NONE;
	use_default_colors();
	if (COLORS > 256 || tigetflag("RGB") > 0) /* numbers above 7 are no palette there */
		return COLOURS_8;
	return COLORS >= 256 ? COLOURS_256 : COLORS >= 16 ? COLOURS_16 : COLORS >= 8 ? COLOURS_8 : COLOURS_NONE;
}

static void painter_on_signal(int number)
{
	(void)number;
}

/* ncurses takes the signals whose action is the default, and would end the process by itself: here it finds none. */
static SCREEN *painter_newterm(const char *terminal, FILE *out, FILE *in)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	const struct sigaction taken = { .sa_handler = painter_on_signal, .sa_flags = SA_RESTART };
	struct sigaction before[4];
	SCREEN *screen;
	int i;

	for (i = 0; i < 4; i++)
		sigaction(numbers[i], &taken, &before[i]);
	screen = newterm(terminal, out, in);
	for (i = 0; i < 4; i++)
		sigaction(numbers[i], &before[i], NULL);
	return screen;
}

static bool painter_start(struct painter *painter, const struct screen_options *options)
{
	painter->fd = memfd_create("screen", MFD_CLOEXEC);
	painter->out = painter->fd < 0 ? NULL : fdopen(painter->fd, "w");
	painter->in = fopen("/dev/null", "re");
	if (!painter->out || !painter->in)
		return false;
	painter->screen = painter_newterm(options->terminal, painter->out, painter->in);
	return painter->screen != NULL;
}

struct painter *painter_open(const struct screen_options *options, unsigned rows, unsigned columns)
{
	struct painter *painter;

	if (terminfo_why(options->terminal, STDOUT_FILENO)) /* newterm loses memory when it fails */
		return NULL;
	painter = mem_new(sizeof(*painter));
	painter->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	painter->locale_before = uselocale((locale_t)0);
	if (painter->locale)
		uselocale(painter->locale);
	painter->ascii = options->ascii || !painter->locale;
	canvas_init(&painter->painted, 1, 1, painter->ascii);
	if (!painter_start(painter, options)) {
		painter_close(painter);
		return NULL;
	}
	nonl();
	typeahead(-1);
	leaveok(stdscr, TRUE);
	painter->colours = options->no_colour ? COLOURS_NONE : painter_count_colours();
	painter->is_rich = painter_has("kmous");
	painter->has_mouse = painter->is_rich && !options->no_mouse;
	curs_set(0);
	painter_take(painter, NULL); /* painter_enter says the same, for a terminal of the right size */
	painter_resize(painter, rows, columns, NULL);
	return painter;
}

void painter_close(struct painter *painter)
{
	if (!painter)
		return;
	if (painter->screen) {
		endwin();
		delscreen(painter->screen);
	}
	if (painter->in)
		fclose(painter->in);
	if (painter->out)
		fclose(painter->out);
	else if (painter->fd >= 0)
		close(painter->fd);
	uselocale(painter->locale_before);
	if (painter->locale)
		freelocale(painter->locale);
	canvas_fini(&painter->painted);
	free(painter);
}

enum colours painter_colours(const struct painter *painter)
{
	return painter->colours;
}

bool painter_is_rich(const struct painter *painter)
{
	return painter->is_rich;
}

static void painter_region(const struct painter *painter, struct buf *out)
{
	if (painter_has("csr"))
		painter_text(out, tparm(tigetstr("csr"), 0, painter->rows - 1, 0, 0, 0, 0, 0, 0, 0));
}

void painter_enter(struct painter *painter, struct buf *out)
{
	painter_capability(out, "smcup");
	painter_region(painter, out);
	painter_capability(out, "rmir");
	painter_capability(out, "smam");
	painter_capability(out, "sgr0");
	painter_capability(out, "civis");
	if (painter->has_mouse)
		buf_text(out, "\033[?1000h\033[?1006h");
	if (painter->is_rich)
		buf_text(out, "\033[?2004h"); /* pastes say that they are */
	painter->is_stale = true;
}

void painter_leave(const struct painter *painter, struct buf *out)
{
	if (painter->is_rich)
		buf_text(out, "\033[?2004l");
	if (painter->has_mouse)
		buf_text(out, "\033[?1006l\033[?1000l");
	painter_capability(out, "sgr0");
	painter_capability(out, "op");
	painter_capability(out, "cnorm");
	painter_text(out, tparm(tigetstr("cup"), 998, 0, 0, 0, 0, 0, 0, 0, 0)); /* the last row, whatever it is */
	if (painter_has("rmcup"))
		painter_capability(out, "rmcup");
	else
		buf_text(out, "\r\n");
}

void painter_resize(struct painter *painter, unsigned rows, unsigned columns, struct buf *out)
{
	painter->rows = (int)rows;
	painter->columns = (int)columns;
	resizeterm(painter->rows, painter->columns);
	painter->is_stale = true;
	if (out)
		painter_region(painter, out);
}

static short painter_pair(struct painter *painter, int ink, int ground)
{
	int i, limit = COLOR_PAIRS - 1 < PAIRS_MAX ? COLOR_PAIRS - 1 : PAIRS_MAX;

	if (ink < 0 && ground < 0)
		return 0;
	for (i = 0; i < painter->pairs_count; i++)
		if (painter->pairs[i][0] == ink && painter->pairs[i][1] == ground)
			return (short)(i + 1);
	if (i >= limit || init_pair((short)(i + 1), (short)ink, (short)ground) == ERR)
		return 0;
	painter->pairs[i][0] = (short)ink;
	painter->pairs[i][1] = (short)ground;
	painter->pairs_count++;
	return (short)(i + 1);
}

static const struct painter_look *painter_look(struct painter *painter, const struct canvas_cell *cell)
{
	enum style style = cell->style < STYLES ? (enum style)cell->style : STYLE_TEXT;
	struct painter_look *look = &painter->looks[style][cell->mark % MARKS];
	struct theme_look wanted;

	if (look->is_known)
		return look;
	wanted = theme_look(style, cell->mark % MARKS, painter->colours);
	look->attributes = (wanted.bold ? A_BOLD : 0) | (wanted.dim ? A_DIM : 0) |
			   (wanted.reverse ? A_REVERSE : 0) | (wanted.underline ? A_UNDERLINE : 0);
	look->pair = painter_pair(painter, wanted.foreground, wanted.background);
	if (!look->pair && wanted.background >= 0)
		look->attributes |= A_REVERSE;
	look->is_known = true;
	return look;
}

/* Our table of widths and that of the C library are not of the same year: where they differ, theirs has to hold. */
static wchar_t painter_glyph(const struct painter *painter, uint32_t glyph, int columns)
{
	if (glyph < 0x7f)
		return glyph < ' ' ? L' ' : (wchar_t)glyph;
	if (painter->ascii)
		return L'?';
	return wcwidth((wchar_t)glyph) == columns ? (wchar_t)glyph : columns == 2 ? 0 : 0xfffd;
}

/* Cells [from, to) of a row, which hold whole characters. */
static void painter_run(struct painter *painter, int row, int from, int to, const struct canvas_cell *cells)
{
	int at, count = 0;

	for (at = from; at < to; at++) {
		const struct painter_look *look = painter_look(painter, &cells[at]);
		bool is_wide = at + 1 < painter->columns && at + 1 < (int)painter->painted.columns && !cells[at + 1].glyph;
		wchar_t text[2] = { painter_glyph(painter, cells[at].glyph, is_wide ? 2 : 1), 0 };

		if (is_wide && text[0])
			at++;
		else if (!text[0]) /* a wide one that the library takes for narrow: its cells one by one */
			text[0] = 0xfffd;
		setcchar(&painter->run[count++], text, look->attributes, look->pair, NULL);
	}
	mvadd_wchnstr(row, from, painter->run, count);
}

static bool painter_is_same(const struct canvas_cell *a, const struct canvas_cell *b)
{
	return a->glyph == b->glyph && a->style == b->style && a->mark == b->mark;
}

static void painter_row(struct painter *painter, int row, int columns, const struct canvas_cell *cells,
			const struct canvas_cell *before, bool is_anew)
{
	int at = 0, from, last;

	while (at < columns) {
		if (!is_anew && painter_is_same(&cells[at], &before[at])) {
			at++;
			continue;
		}
		for (from = at; from > 0 && !cells[from].glyph;)
			from--;
		for (last = at; at < columns && at - last <= 8; at++) /* what is between two is cheaper than two */
			if (is_anew || !painter_is_same(&cells[at], &before[at]))
				last = at;
		for (last++; last < columns && !cells[last].glyph;)
			last++;
		painter_run(painter, row, from, last, cells);
		at = last;
	}
}

static void painter_flush(struct painter *painter, struct buf *out)
{
	const struct canvas *canvas = &painter->painted;

	leaveok(stdscr, !canvas->has_cursor);
	if (canvas->has_cursor)
		move((int)canvas->cursor_row, (int)canvas->cursor_column);
	curs_set(canvas->has_cursor);
	if (painter->is_stale)
		clearok(curscr, TRUE);
	painter->is_stale = false;
	refresh();
	painter_take(painter, out);
}

void painter_paint(struct painter *painter, const struct canvas *canvas, struct buf *out)
{
	struct canvas *painted = &painter->painted;
	bool is_anew = canvas->rows != painted->rows || canvas->columns != painted->columns || painter->is_stale;
	int rows = (int)canvas->rows < painter->rows ? (int)canvas->rows : painter->rows;
	int columns = (int)canvas->columns < painter->columns ? (int)canvas->columns : painter->columns;
	int row;

	if (is_anew) {
		canvas_resize(painted, canvas->rows, canvas->columns);
		erase();
	}
	for (row = 0; row < rows; row++)
		painter_row(painter, row, columns, &canvas->cells[(size_t)row * canvas->columns],
			    &painted->cells[(size_t)row * canvas->columns], is_anew);
	canvas_copy(painted, canvas);
	painter_flush(painter, out);
}

void painter_repaint(struct painter *painter, struct buf *out)
{
	painter->is_stale = true;
	painter_flush(painter, out);
}

void painter_copy(struct buf *out, const char *text, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, k;

	buf_text(out, "\033]52;c;");
	for (i = 0; i < length; i += 3) {
		uint32_t three = 0;

		for (k = 0; k < 3; k++)
			three = three << 8 | (i + k < length ? (unsigned char)text[i + k] : 0);
		for (k = 0; k < 4; k++)
			buf_char(out, i + k <= length ? digits[three >> (18 - 6 * k) & 0x3f] : '=');
	}
	buf_char(out, '\a');
}
