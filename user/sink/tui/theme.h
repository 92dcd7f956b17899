/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cells of the dashboard look like: a style per meaning, never a colour by name in a tab.
 * The palette is safe for colour-blind eyes (Okabe and Ito's hues; light and dark differ too), and whatever colour says
 * is said by a glyph or a word as well, so that no colour loses no meaning.
 */
#ifndef SINK_TUI_THEME_H
#define SINK_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum style {
	STYLE_TEXT,
	STYLE_DIM,
	STYLE_BOLD,
	STYLE_TITLE,	/* of a box or a column of a table */
	STYLE_FRAME,	/* lines around boxes, axes */
	STYLE_TAB,	/* a tab in the first row */
	STYLE_TAB_ON,	/* the one that is open */
	STYLE_KEY,	/* a key in the key bar and in help */
	STYLE_KEY_TEXT, /* what it does */
	STYLE_BANNER,	/* paused, replay, too small: a whole row */
	STYLE_GOOD,	/* healthy, ok, resolved */
	STYLE_WARNING,	/* tiers, as text */
	STYLE_CRITICAL,
	STYLE_EMERGENCY,
	STYLE_UNKNOWN,
	STYLE_ALARM_WARNING,   /* the same as a filled badge, to be seen from across the room */
	STYLE_ALARM_CRITICAL,
	STYLE_ALARM_EMERGENCY,
	STYLE_ALARM_GOOD,
	STYLE_ALARM_UNKNOWN,
	STYLE_ONCPU,	/* the split, everywhere the same */
	STYLE_RUNQ,
	STYLE_BLOCKED,
	STYLE_PREEMPTED,
	STYLE_QUEUED,	/* queue wait */
	STYLE_AUDIO,	/* chunks, first audio */
	STYLE_LINE_1,	/* lines and bands of plots: p50, p95, p99 or whatever a legend says */
	STYLE_LINE_2,
	STYLE_LINE_3,
	STYLE_BAND,	/* between two percentiles */
	STYLE_LEVEL_DEBUG,
	STYLE_LEVEL_INFO,
	STYLE_LEVEL_WARNING,
	STYLE_LEVEL_ERROR,
	STYLE_LEVEL_CRITICAL,
	STYLE_HEAT_0,	/* of the heatmap: from few ... */
	STYLE_HEAT_LAST = STYLE_HEAT_0 + 9, /* ... to many; backgrounds where there is colour */
	STYLES
};
#define STYLE_HEATS (STYLE_HEAT_LAST - STYLE_HEAT_0 + 1)

/* On top of a style; bits of cell.mark. */
enum { MARK_SELECTED = 1, MARK_MATCH = 2, MARK_BOLD = 4, MARK_DIM = 8, MARK_UNDERLINE = 16 };

enum colours { COLOURS_NONE, COLOURS_8, COLOURS_16, COLOURS_256 };

struct theme_look {
	int foreground; /* number of the palette, -1 = the terminal's own */
	int background;
	bool bold, dim, reverse, underline;
};
/* What a cell of that style and those marks looks like where there are so many colours. */
struct theme_look theme_look(enum style style, unsigned mark, enum colours colours);
/* The same as an SGR sequence that begins with a reset. */
void theme_print(struct buf *out, enum style style, unsigned mark, enum colours colours);

#endif
