/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen is made of; private to screen*.c. Each part is usable alone, which is how tests hold it:
 * input (bytes to events), painter (cells to bytes, the only one that knows ncurses), rescue (a usable terminal
 * whatever ends the process).
 */
#ifndef SINK_TUI_SCREEN_PARTS_H
#define SINK_TUI_SCREEN_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "base/buf.h"
#include "sink/tui/screen.h"

/* --- input ------------------------------------------------------------------------------------------------------- */
#define INPUT_ESCAPE_NS	   UINT64_C(25000000)	/* a lone ESC is the key after this */
#define INPUT_SEQUENCE_NS  UINT64_C(250000000)	/* the rest of a sequence does not come any more */
#define INPUT_PASTE_NS	   UINT64_C(2000000000) /* nor does the end of a paste */
#define INPUT_DOUBLE_NS	   UINT64_C(300000000)	/* between the two of a double click */
#define INPUT_SEQUENCE_MAX 64

enum input_state {
	INPUT_GROUND,
	INPUT_UTF8,
	INPUT_ESCAPE,  /* ESC came */
	INPUT_CSI,     /* ESC [ */
	INPUT_SS3,     /* ESC O */
	INPUT_CONSOLE, /* ESC [ [: F1 to F5 of Linux */
	INPUT_X10,     /* ESC [ M: three bytes of a mouse follow */
	INPUT_STRING,  /* ESC ] and the like: an answer of the terminal, up to BEL or ST */
	INPUT_STRING_ESCAPE,
};
struct input {
	void (*tell)(void *arg, const struct screen_event *event);
	void *arg;
	enum input_state state;
	uint8_t held[INPUT_SEQUENCE_MAX]; /* of the sequence, without what the state says */
	size_t held_count;		  /* may be more than fits: then it is dropped at its end */
	size_t want_count;		  /* UTF8 */
	uint8_t introducer;		  /* what came after ESC */
	uint64_t last_at_ns;		  /* of the last byte */
	bool is_pasting, was_return;
	bool has_click;
	uint64_t click_at_ns;
	unsigned click_row, click_column;
};
void input_feed(struct input *input, const uint8_t *bytes, size_t length, uint64_t now_ns);
/* When input_expire has something to do; 0 = not at all. */
uint64_t input_deadline_ns(const struct input *input);
void input_expire(struct input *input, uint64_t now_ns);

/* --- painter: all of it in one thread, and one at a time in the process ------------------------------------------ */
struct painter;
/* NULL = that terminal cannot be used; terminfo_why says why. */
struct painter *painter_open(const struct screen_options *options, unsigned rows, unsigned columns);
void painter_close(struct painter *painter);
enum colours painter_colours(const struct painter *painter);
/* xterm and its like, which know a mouse, pastes and a clipboard. */
bool painter_is_rich(const struct painter *painter);
/* Bytes are added to out. After enter, leave and resize all is painted anew by the next paint or repaint. */
void painter_enter(struct painter *painter, struct buf *out);
void painter_leave(const struct painter *painter, struct buf *out);
void painter_resize(struct painter *painter, unsigned rows, unsigned columns, struct buf *out);
void painter_paint(struct painter *painter, const struct canvas *canvas, struct buf *out);
void painter_repaint(struct painter *painter, struct buf *out); /* what was painted last */
void painter_copy(struct buf *out, const char *text, size_t length);

/* NULL = this TERM (NULL = the environment's) will do. A sentence that lives. */
const char *terminfo_why(const char *terminal, int fd);

/* --- rescue ------------------------------------------------------------------------------------------------------ */
/* From now on the end of the process writes leave to the fd and sets `saved` (NULL = no termios). One at a time. */
void rescue_arm(int fd, const struct termios *saved, const struct buf *leave);
void rescue_disarm(void);
/* Around each write to the terminal. False: the rescue has been, nothing may be written any more. */
bool rescue_take(void);
void rescue_give(void);
/* Another job has the terminal: it is not ours to set. */
bool terminal_is_elsewhere(int fd);

#endif
