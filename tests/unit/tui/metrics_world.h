/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store that is filled by hand, and a dashboard over it: one view that nobody feeds. Instants are seconds of
 * the axis; `at` is the one that is shown.
 */
#ifndef TEST_METRICS_WORLD_H
#define TEST_METRICS_WORLD_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "rules/expr.h"
#include "rules/store.h"
#include "sink/tui/frame.h"

#define START_S 1700000000ll /* of the axis; 2023-11-14T22:13:20Z */

struct metrics_world {
	struct store *store;
	struct tallies tallies;
	struct view view;
	struct tui *tui;
	struct canvas canvas;
	struct buf text;
};

static inline void show_at(struct metrics_world *w, int64_t second)
{
	w->view.now_ns = w->view.axis_mono_ns + (uint64_t)second * NS_PER_S;
}

static inline struct metrics_world *metrics_world_with(bool ascii)
{
	struct metrics_world *w = calloc(1, sizeof(*w));
	struct store_limits limits = {.series_count = 30000, .bytes = 256u << 20, .age_ms = 8 * 3600 * 1000};

	w->store = store_new(&limits);
	w->view = (struct view){.store = w->store,
				.tallies = &w->tallies,
				.started_at_ns = NS_PER_S,
				.axis_mono_ns = NS_PER_S,
				.axis_real_ns = (uint64_t)START_S * NS_PER_S,
				.clock_mono_ns = NS_PER_S,
				.clock_real_ns = (uint64_t)START_S * NS_PER_S};
	show_at(w, 0);
	w->tui = tui_new(&(struct tui_options){.tab = TUI_METRICS, .ascii = ascii});
	tui_begin(w->tui, &w->view, NULL);
	canvas_init(&w->canvas, 24, 80, ascii);
	return w;
}

static inline struct metrics_world *metrics_world_new(void)
{
	return metrics_world_with(false);
}

static inline void metrics_world_free(struct metrics_world *w)
{
	tui_free(w->tui);
	store_free(w->store);
	canvas_fini(&w->canvas);
	buf_fini(&w->text);
	free(w);
}

/* --- the store
 * ----------------------------------------------------------------------------------------------------- */

static inline struct series *series_named(struct store *store, const char *text)
{
	struct expr_mistakes mistakes = {0};
	const struct labels *labels = expr_parse_labels(store_labels(store), text, strlen(text), &mistakes);

	if (!labels)
		fail_msg("%s: %s", text, mistakes.count ? mistakes.items[0].message : "?");
	return store_series(store, labels, false);
}

static inline void put(struct metrics_world *w, const char *series, int64_t second, double value)
{
	assert_true(store_append(w->store, series_named(w->store, series), (START_S + second) * 1000, value));
}

/* A sample each second of [from, to], from `first` on by `step`. */
static inline void put_run(struct metrics_world *w, const char *series, int64_t from, int64_t to, double first,
			   double step)
{
	struct series *of = series_named(w->store, series);

	for (int64_t second = from; second <= to; second++)
		assert_true(store_append(w->store, of, (START_S + second) * 1000,
					 first + step * (double)(second - from)));
}

static inline void end_series(struct metrics_world *w, const char *series, int64_t second)
{
	store_end(w->store, series_named(w->store, series), (START_S + second) * 1000);
}

/* --- hands and eyes
 * -------------------------------------------------------------------------------------------------- */

static inline void press(struct metrics_world *w, uint32_t key)
{
	tui_event(w->tui, &(struct screen_event){.kind = SCREEN_KEY, .key = key});
}

static inline void type(struct metrics_world *w, const char *text)
{
	for (; *text; text++)
		press(w, (unsigned char)*text);
}

static inline const char *draw(struct metrics_world *w)
{
	tui_draw(w->tui, &w->canvas);
	buf_reset(&w->text);
	canvas_print(&w->text, &w->canvas, COLOURS_NONE);
	return w->text.bytes;
}

static inline void size_to(struct metrics_world *w, unsigned rows, unsigned columns)
{
	canvas_resize(&w->canvas, rows, columns);
	tui_event(w->tui, &(struct screen_event){.kind = SCREEN_RESIZE, .rows = rows, .columns = columns});
}

#define assert_shown(w, wanted)                                                                                \
	do {                                                                                                   \
		if (!strstr(draw(w), wanted))                                                                  \
			fail_msg("\"%s\" is not shown:\n%s", wanted, (w)->text.bytes);                         \
	} while (0)
#define assert_not_shown(w, unwanted)                                                                          \
	do {                                                                                                   \
		if (strstr(draw(w), unwanted))                                                                 \
			fail_msg("\"%s\" is shown:\n%s", unwanted, (w)->text.bytes);                           \
	} while (0)

/* Where an ASCII text begins in the last draw; NULL = nowhere. */
static inline const struct canvas_cell *find_text(const struct metrics_world *w, const char *text,
						  unsigned *at_row, unsigned *at_column)
{
	for (unsigned row = 0; row < w->canvas.rows; row++)
		for (unsigned column = 0; column + strlen(text) <= w->canvas.columns; column++) {
			size_t i = 0;

			while (text[i] && canvas_cell(&w->canvas, row, column + (unsigned)i)->glyph ==
						  (unsigned char)text[i])
				i++;
			if (text[i])
				continue;
			if (at_row)
				*at_row = row;
			if (at_column)
				*at_column = column;
			return canvas_cell(&w->canvas, row, column);
		}
	return NULL;
}

/* One row as ASCII; what is none is '?'. */
static inline const char *row_text(const struct metrics_world *w, unsigned row)
{
	static char text[CANVAS_MAX_COLUMNS + 1];

	for (unsigned column = 0; column < w->canvas.columns; column++) {
		uint32_t glyph = canvas_cell(&w->canvas, row, column)->glyph;

		text[column] = glyph < 0x7f ? (char)(glyph ? glyph : '?') : '?';
	}
	text[w->canvas.columns] = '\0';
	return text;
}

/* Cells of the whole canvas with that style. */
static inline size_t count_style(const struct metrics_world *w, enum style style)
{
	size_t count = 0;

	for (size_t i = 0; i < (size_t)w->canvas.rows * w->canvas.columns; i++)
		count += w->canvas.cells[i].style == style && w->canvas.cells[i].glyph != ' ';
	return count;
}

#endif
