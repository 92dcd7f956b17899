/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal, by ncursesw; the only file that knows it. In: canvases. Out: keys, clicks, sizes.
 * The rule that surprises: a thread of its own owns the terminal, because writing to one can block for as long as it
 * likes (Ctrl-S, a slow line), and the reader must never wait. A canvas that comes before the last one was painted
 * replaces it.
 */
#ifndef SINK_TUI_SCREEN_H
#define SINK_TUI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/tui/canvas.h"

/* Keys beyond Unicode. */
enum {
	KEYCODE_NONE = 0x110000,
	KEYCODE_UP, KEYCODE_DOWN, KEYCODE_LEFT, KEYCODE_RIGHT, KEYCODE_PAGE_UP, KEYCODE_PAGE_DOWN, KEYCODE_HOME, KEYCODE_END,
	KEYCODE_BACK_TAB, KEYCODE_BACKSPACE, KEYCODE_DELETE,
	KEYCODE_F1, /* F1 to F12 in a row */
	KEYCODE_F12 = KEYCODE_F1 + 11,
};
#define KEYCODE_ENTER '\r' /* '\n' comes as this too */
#define KEYCODE_ESCAPE 27
#define KEYCODE_TAB '\t'

enum screen_event_kind {
	SCREEN_NOTHING, /* no event is left */
	SCREEN_KEY,
	SCREEN_CLICK,	/* left button */
	SCREEN_DOUBLE_CLICK,
	SCREEN_WHEEL_UP,
	SCREEN_WHEEL_DOWN,
	SCREEN_RESIZE, /* rows, columns are new */
	SCREEN_GONE,   /* the terminal hung up: there is nobody to show anything to */
};
struct screen_event {
	enum screen_event_kind kind;
	uint32_t key;	      /* a character, or KEYCODE_* */
	unsigned row, column; /* of a click; from 0 */
	unsigned rows, columns;
	bool is_pasted; /* KEY: out of a paste, so it is text, never a command; line ends and tabs of it come as spaces */
};

struct screen_options {
	bool no_mouse;
	bool no_colour; /* else as many as the terminal has; theme.h names the steps */
	bool ascii;
	int in_fd, out_fd; /* of the terminal; tests: /dev/null */
	const char *terminal; /* NULL = $TERM */
};

struct screen;
/*
 * 0, or -errno, said: the terminal cannot address its cursor (dumb, unknown), which is told with a hint at --once.
 * Blocks SIGWINCH, SIGTSTP and SIGCONT in the caller's thread: the screen's thread takes them.
 */
int screen_open(struct screen **screen, const struct screen_options *options);
/* Restores the terminal; waits at most 500 ms for a stuck one. NULL is allowed. */
void screen_close(struct screen *screen);
/* Readable when screen_next has something. */
int screen_fd(const struct screen *screen);
struct screen_event screen_next(struct screen *screen);
void screen_size(const struct screen *screen, unsigned *rows, unsigned *columns);
enum colours screen_colours(const struct screen *screen);
/* Copies the canvas and returns at once; only cells that changed are painted. */
void screen_show(struct screen *screen, const struct canvas *canvas);
/* Frames given and not yet painted: 0, or 1 while the terminal is slow. Frames that were replaced by newer ones. */
unsigned screen_pending(const struct screen *screen);
uint64_t screen_skipped_count(const struct screen *screen);
/* OSC 52: the text into the terminal's clipboard. */
void screen_copy(struct screen *screen, const char *text, size_t length);
/* False: nothing is known of a clipboard there (the Linux console, a vt100); screen_copy does nothing. */
bool screen_can_copy(const struct screen *screen);
/* A real terminal is at both fds and TERM can do what we need; else false and `why` says it (for app: line form or refusal). */
bool screen_is_possible(int in_fd, int out_fd, const char **why);

#endif
