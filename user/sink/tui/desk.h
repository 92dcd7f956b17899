/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the frame gives to its tabs, and what a tab may ask of the frame. Private to user/sink/tui.
 *
 * Two steps, always: collect() takes from the view what a tab wants to show, draw() makes cells of that. While paused
 * nothing is collected, so what is drawn stays, and selection, scrolling and drilling go on. A tab may look a trace or
 * a series up in the view while drawing (they may be gone: say so), always at desk->at_*, never "now".
 */
#ifndef SINK_TUI_DESK_H
#define SINK_TUI_DESK_H

#include "model/view.h"
#include "sink/sinks.h"
#include "sink/tail.h"
#include "sink/tui/canvas.h"
#include "sink/tui/keys.h"
#include "sink/tui/screen.h"
#include "sink/tui/tui.h"

struct tui;

/* Where to go, and what to show there. */
struct desk_target {
	enum tui_tab tab;
	uint8_t trace_id[16]; /* Traces: opens its waterfall; Logs: shows only its lines; all zero = none */
	uint64_t alert_id;    /* Alerts: selects it; 0 = none */
	const char *metric;   /* Metrics: selects series of that name; NULL = none */
};

enum desk_answer { DESK_ANSWER_SEARCH, DESK_ANSWER_FILTER, DESK_ANSWER_OWN };

struct desk {
	struct tui *tui; /* for the functions below only */
	const struct view *view;
	const struct tail *tail; /* NULL = no log lines are held */
	const struct tui_options *options;
	uint64_t at_ns;	     /* the monotonic instant that is shown: view->now_ns, or when it was paused */
	uint64_t at_axis_ns; /* the same on the axis of metrics (UTC) */
	uint64_t window_ns;  /* the window of time that charts and percentiles have */
	bool is_paused;
	bool is_expanded;    /* `e`: the widget that has the keys gets all the room */
	bool ascii;
	/* Set by a tab in collect or draw when it has only done a part: then the next frame comes soon, news or not. */
	bool wants_more;
};

/* Percentiles exist as series for 1m and 5m windows: "1m" up to a window of 1 minute, else "5m". */
const char *desk_percentile_suffix(const struct desk *desk);

void desk_go(struct desk *desk, const struct desk_target *target);
/* One line in the last but one row, for some seconds, at most until another tab is opened. */
void desk_say(struct desk *desk, enum style style, const char *format, ...) __attribute__((format(printf, 3, 4)));
/*
 * Asks for a line of text; then tab->ops->answer(DESK_ANSWER_OWN, text) comes, or (Esc) nothing. `hint` stands above it.
 * `initial` is a proposal: what is typed takes its place, unless it is edited first.
 */
void desk_ask(struct desk *desk, const char *label, const char *hint, const char *initial);
/* Such a line is being typed: a form that goes with it is to be drawn. */
bool desk_is_asking(const struct desk *desk);
/* Into the clipboard (OSC 52), and says what was copied. */
void desk_copy(struct desk *desk, const char *what, const char *text);
/* The same calls as `ctl`: 0, or -errno, said on the screen. The answer is said on the screen when it comes. */
int desk_tell(struct desk *desk, const struct tui_request *request);

struct tab {
	const struct tab_ops *ops;
};

/* NULL = not interested, but for create, free, collect, draw. */
struct tab_ops {
	const char *name; /* Overview */
	struct tab *(*create)(void);
	void (*free)(struct tab *tab);
	/* The view is another one from now on (time travel): forget all that points into it. Selection by id may stay. */
	void (*reset)(struct tab *tab);
	void (*collect)(struct tab *tab, struct desk *desk);
	void (*draw)(struct tab *tab, struct desk *desk, struct area area);
	/* IN_* beside its own tab's bit, by what is open now. */
	unsigned (*contexts)(const struct tab *tab);
	/*
	 * False: not mine (ACTION_BACK: nothing to back out of; then the frame takes search and filter off, in that order;
	 * ACTION_EXPAND: then the frame turns desk->is_expanded).
	 */
	bool (*act)(struct tab *tab, struct desk *desk, enum action action);
	/* Row and column within the area of the last draw. */
	bool (*click)(struct tab *tab, struct desk *desk, const struct screen_event *event);
	void (*show)(struct tab *tab, struct desk *desk, const struct desk_target *target);
	/* Search and filter: "" takes it off. While it is typed it comes after each letter. */
	void (*answer)(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text);
	void (*on_alert)(struct tab *tab, const struct view *view, const struct alert *alert);
	/* Above the line that is typed: what can be written there. NULL = nothing. */
	const char *search_hint, *filter_hint;
};

extern const struct tab_ops tab_overview_ops, tab_metrics_ops, tab_traces_ops, tab_alerts_ops, tab_logs_ops;

#endif
