/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every key there is: one table that dispatches, fills the key bar and makes the help.
 * A key means one thing in one context; test_keys proves that no two rows want the same key at once.
 */
#ifndef SINK_TUI_KEYS_H
#define SINK_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum action {
	ACTION_NONE,
	/* of the frame */
	ACTION_TAB_1, ACTION_TAB_2, ACTION_TAB_3, ACTION_TAB_4, ACTION_TAB_5,
	ACTION_TAB_NEXT, ACTION_TAB_PREVIOUS,
	ACTION_HELP, ACTION_QUIT, ACTION_PAUSE, ACTION_BACK, ACTION_COPY, ACTION_EXPAND,
	ACTION_SEARCH, ACTION_MATCH_NEXT, ACTION_MATCH_PREVIOUS, ACTION_FILTER,
	/* lists: every tab that has one */
	ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_FIRST, ACTION_LAST, ACTION_LEFT, ACTION_RIGHT,
	ACTION_ENTER, ACTION_SORT, ACTION_SORT_PREVIOUS, ACTION_INVERT,
	/* the window of time of charts and percentiles: 1m, 5m, 15m, 1h, 6h */
	ACTION_WINDOW_NARROWER, ACTION_WINDOW_WIDER,
	/* Metrics */
	ACTION_CHART_NEXT, /* plot, heatmap, stages, distribution */
	ACTION_ZOOM_IN, ACTION_ZOOM_OUT, /* of the values */
	/* Traces */
	ACTION_SHOW_RECENT, ACTION_SHOW_SLOWEST, ACTION_SHOW_FAILED, ACTION_SHOW_IN_FLIGHT,
	ACTION_COMPARE, /* marks a trace; with another one marked: side by side */
	ACTION_GO_ALERT, ACTION_GO_LOGS, ACTION_GO_TRACE,
	/* Alerts */
	ACTION_ACK, ACTION_RESOLVE, ACTION_SILENCE, ACTION_UNSILENCE,
	/* Logs */
	ACTION_LEVEL, /* the least level that is shown: next */
	ACTION_FOLLOW,
	/* recordings */
	ACTION_TIME_FORWARD, ACTION_TIME_BACK, ACTION_TIME_FORWARD_FAR, ACTION_TIME_BACK_FAR, ACTION_SLOWER, ACTION_FASTER,
	ACTIONS
};

/* Where a key is valid: all bits of a row's `needs` must be set. */
enum {
	IN_OVERVIEW = 1 << 0, IN_METRICS = 1 << 1, IN_TRACES = 1 << 2, IN_ALERTS = 1 << 3, IN_LOGS = 1 << 4,
	IN_ANY_TAB = 0x1f,
	IN_LIST = 1 << 5,    /* a list has the keys */
	IN_TRACE = 1 << 6,   /* the waterfall of one trace is open */
	IN_COMPARE = 1 << 7, /* two are */
	IN_DETAIL = 1 << 8,  /* something else was drilled into: Esc backs out */
	IN_REPLAY = 1 << 9,
	IN_LIVE = 1 << 10,
	IN_HELP = 1 << 11,
};

struct key_row {
	enum action action;
	unsigned tabs;	/* IN_* of tabs: any of these */
	unsigned needs; /* other IN_*: all of these */
	uint32_t keys[4]; /* characters or KEYCODE_*; 0 = none */
	const char *label; /* in the key bar, at most 9 columns; NULL = not there */
	const char *help;  /* a sentence's worth */
};

const struct key_row *keys_table(size_t *count);
/* ACTION_NONE = the key means nothing there. */
enum action keys_find(unsigned contexts, uint32_t key);
bool keys_is_valid(const struct key_row *row, unsigned contexts);
/* "F4", "Tab", "Space", "PgUp", "/" */
const char *keys_name(uint32_t key);

#endif
