/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dashboard over a small flow that is fed by hand: process 100 ("acme") with the engine of tests/unit/flow/world.h,
 * rules of one line each (judge_world.h), log lines, keys and clicks; what it draws is asked for as text and cells.
 * One second of the world is one second of UTC from 2023-11-14T22:13:20Z on.
 */
#ifndef TEST_TUI_TEST_H
#define TEST_TUI_TEST_H

#include "tests/unit/flow/judge_world.h"

#include <ctype.h>

#include "base/units.h"
#include "sink/tui/frame.h"

struct tui_world {
	struct judge_world *judge; /* pass(), make_series(), set(), feed_rules(), feed_control() ... */
	struct world *world;	   /* enter(), leave(), submit(), lose() ... */
	struct sink *sinks[1];
	struct tui *tui;
	struct tail *tail;
	struct canvas canvas;
	struct buf text; /* of the last draw */
	/* what the dashboard wished */
	struct tui_request told;
	char told_matchers[256], told_duration[32], told_comment[256];
	unsigned told_count, told_unconfirmed_count;
	uint64_t sought_ns;
	unsigned sought_count, played_count;
	bool is_playing;
	double speed;
};

static inline int tui_world_tell(void *arg, const struct tui_request *request, char **why)
{
	struct tui_world *w = arg;

	(void)why;
	w->told = *request;
	w->told_count++;
	w->told_unconfirmed_count += !w->tui->confirmed_depth;
	snprintf(w->told_matchers, sizeof(w->told_matchers), "%s", request->matchers ? request->matchers : "");
	snprintf(w->told_duration, sizeof(w->told_duration), "%s", request->duration ? request->duration : "");
	snprintf(w->told_comment, sizeof(w->told_comment), "%s", request->comment ? request->comment : "");
	return 0;
}

static inline void tui_world_seek(void *arg, uint64_t to_ns)
{
	struct tui_world *w = arg;

	w->sought_ns = to_ns;
	w->sought_count++;
}

static inline void tui_world_play(void *arg, bool is_playing, double speed)
{
	struct tui_world *w = arg;

	w->is_playing = is_playing;
	w->speed = speed;
	w->played_count++;
}

/* Of the real tabs, or of five of the test's own. */
static inline struct tui_world *tui_world_with(struct tui_options options, const struct tab_ops *const *tabs)
{
	struct tui_world *w = calloc(1, sizeof(*w));
	struct tt_clock clock = { .mono_ns = 1000000000, .real_ns = 1700000000000000000ull, .boot_ns = 1000000000 };
	struct tt_proc proc = { .state = TT_PROC_SEEN, .start_at_ns = 5, .comm = "acme", .service = "acme.service" };

	w->judge = calloc(1, sizeof(*w->judge));
	w->world = calloc(1, sizeof(*w->world));
	w->judge->world = w->world;
	w->judge->second = 1700000000;
	options.arg = w;
	if (options.is_replay) {
		options.seek = tui_world_seek;
		options.play = tui_world_play;
	} else {
		options.tell = tui_world_tell;
	}
	w->tui = tabs ? frame_new(&options, tabs) : tui_new(&options);
	w->tui->is_window_chosen = true; /* 5m, however young the world is */
	w->sinks[0] = tui_sink(w->tui);
	define_engine(w->world);
	w->world->flow = flow_new(&(struct flow_options){ .engines = &w->world->set,
							  .run_id = 42,
							  .sinks = w->sinks,
							  .sinks_count = 1,
							  .compile_rules = compile,
							  .free_rules = free_rules });
	w->world->at = 1000000000;
	feed(w->world, &clock, TT_CLOCK, sizeof(clock), 0, TT_NO_PROBE);
	feed(w->world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE);
	for (uint16_t id = REQUEST; id <= SYNC; id++)
		probe_in_view(w->world, id,
			      id == DEQUEUE || id == POINT || id == MARK || id == FAULT ? TT_LEAVE_NONE :
			      id == AUDIO						? TT_LEAVE_AFTER :
			      id == CALLER						? TT_LEAVE_CALLER :
											  TT_LEAVE_URET,
			      id == TAIL ? TT_PROBE_TAIL_EXIT : 0);
	w->tail = tail_new(3600 * NS_PER_S, 1 << 20);
	canvas_init(&w->canvas, 24, 80, options.ascii);
	tui_begin(w->tui, flow_view(w->world->flow), w->tail);
	return w;
}

static inline struct tui_world *tui_world_new(void)
{
	return tui_world_with((struct tui_options){ .colours = COLOURS_NONE }, NULL);
}

static inline void tui_world_free(struct tui_world *w)
{
	tui_free(w->tui);
	tail_free(w->tail);
	flow_free(w->world->flow);
	canvas_fini(&w->canvas);
	buf_fini(&w->text);
	free(w->judge);
	free(w->world);
	free(w);
}

static inline const struct view *tui_world_view(const struct tui_world *w)
{
	return flow_view(w->world->flow);
}

/* --- the world goes on ---------------------------------------------------------------------------------------- */

/* A synchronous request of that long on thread 1; rax 0 is success. It begins where the world is. */
static inline void tui_world_request(struct tui_world *w, uint64_t ms, uint64_t rax)
{
	enter(w->world, 1, SYNC, 0x7000);
	w->world->at += ms * 1000000u;
	leave_with(w->world, 1, SYNC, 0x7000, rax, 0, 0);
}

/* Seconds without anything; then a TICK. */
static inline void tui_world_pass(struct tui_world *w, unsigned seconds)
{
	pass(w->judge, seconds);
}

static inline void tui_world_log(struct tui_world *w, enum log_level level, const char *trace_id, const char *line)
{
	tail_add(w->tail, tui_world_view(w)->now_ns, level, trace_id, line, strlen(line));
}

/* --- hands ---------------------------------------------------------------------------------------------------- */

static inline void press(struct tui_world *w, uint32_t key)
{
	tui_event(w->tui, &(struct screen_event){ .kind = SCREEN_KEY, .key = key });
}

static inline void type(struct tui_world *w, const char *text)
{
	for (; *text; text++)
		press(w, (unsigned char)*text);
}

static inline void mouse(struct tui_world *w, enum screen_event_kind kind, unsigned row, unsigned column)
{
	tui_event(w->tui, &(struct screen_event){ .kind = kind, .row = row, .column = column });
}

/* --- eyes ----------------------------------------------------------------------------------------------------- */

/* The whole frame as text, valid until the next draw. */
static inline const char *draw(struct tui_world *w)
{
	tui_draw(w->tui, &w->canvas);
	buf_reset(&w->text);
	canvas_print(&w->text, &w->canvas, COLOURS_NONE);
	return w->text.bytes;
}

static inline void size_to(struct tui_world *w, unsigned rows, unsigned columns)
{
	canvas_resize(&w->canvas, rows, columns);
	tui_event(w->tui, &(struct screen_event){ .kind = SCREEN_RESIZE, .rows = rows, .columns = columns });
}

/* One row of the last draw, of ASCII (what is none is '?', the right half of a wide one nothing). */
static inline const char *row_of(const struct tui_world *w, unsigned row)
{
	static char text[CANVAS_MAX_COLUMNS + 1];
	size_t length = 0;

	assert_true(row < w->canvas.rows);
	for (unsigned column = 0; column < w->canvas.columns; column++) {
		uint32_t glyph = canvas_cell(&w->canvas, row, column)->glyph;

		if (glyph)
			text[length++] = glyph < 0x7f ? (char)glyph : '?';
	}
	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return text;
}

/* Draws, and finds the text: its row and column, or a failure that shows the frame. */
#define assert_shown(w, wanted)                                                                                      \
	do {                                                                                                         \
		if (!strstr(draw(w), wanted))                                                                        \
			fail_msg("\"%s\" is not shown:\n%s", wanted, (w)->text.bytes);                               \
	} while (0)
#define assert_not_shown(w, unwanted)                                                                                \
	do {                                                                                                         \
		if (strstr(draw(w), unwanted))                                                                       \
			fail_msg("\"%s\" is shown:\n%s", unwanted, (w)->text.bytes);                                 \
	} while (0)

/* The cell at which an ASCII text begins in that row of the last draw; NULL = it is not there. */
static inline const struct canvas_cell *find_cell(const struct tui_world *w, unsigned row, const char *text,
					   unsigned *at_column)
{
	for (unsigned column = 0; column + strlen(text) <= w->canvas.columns; column++) {
		size_t i = 0;

		while (text[i] && canvas_cell(&w->canvas, row, column + (unsigned)i)->glyph == (unsigned char)text[i])
			i++;
		if (text[i])
			continue;
		if (at_column)
			*at_column = column;
		return canvas_cell(&w->canvas, row, column);
	}
	return NULL;
}

/* In ascii: nothing but printable ASCII, whatever the target is called. */
static inline void assert_ascii(const struct tui_world *w)
{
	for (const char *at = w->text.bytes; *at; at++)
		if (*at != '\n' && (*at < ' ' || *at > '~'))
			fail_msg("byte %#x in ascii:\n%s", (unsigned char)*at, w->text.bytes);
}

#endif
