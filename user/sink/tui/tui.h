/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dashboard: five tabs, drawn from the const view only, so the same screen works live and in replay.
 * In: the view, keys. Out: cells. Nothing here waits: the terminal has a thread of its own (screen.h).
 */
#ifndef SINK_TUI_TUI_H
#define SINK_TUI_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/sink.h"
#include "sink/tail.h"
#include "sink/tui/theme.h"

struct canvas;
struct tui;
struct screen_options;

enum tui_tab { TUI_OVERVIEW, TUI_METRICS, TUI_TRACES, TUI_ALERTS, TUI_LOGS, TUI_TABS };
const char *tui_tab_name(enum tui_tab tab);		 /* overview, metrics, ... as --once knows them */
bool tui_tab_find(const char *name, enum tui_tab *tab);

/* What the operator wants done about alerts: what `ctl` can do. */
enum tui_request_kind { TUI_ACK, TUI_RESOLVE, TUI_SILENCE, TUI_UNSILENCE };
struct tui_request {
	enum tui_request_kind kind;
	uint64_t id;	      /* of the alert; UNSILENCE: of the silence */
	const char *matchers; /* SILENCE: {alertname="X",...} */
	const char *duration; /* SILENCE: "1h" */
	const char *comment;  /* "" = none */
};

struct tui_escalation {
	uint64_t at_real_ns;  /* on the axis */
	const char *receiver; /* valid during the call */
};

#define TUI_SPEED_MAX __builtin_inf() /* as fast as it can be read */
/* Where a recording stands; app keeps it true. */
struct tui_time {
	uint64_t start_ns, end_ns; /* monotonic, of the recording; end_ns 0 = not known yet */
	bool is_playing;
	double speed;	   /* times real time: 0.25 ... 64, TUI_SPEED_MAX */
	bool is_seeking;   /* then the view is on its way to target_ns */
	uint64_t target_ns;
	double done_ratio; /* of what a seek has to read */
};

struct tui_options {
	bool is_replay;
	bool ascii;
	enum colours colours;	/* of canvases that are printed; a screen knows its own */
	uint64_t refresh_ns;	/* between two frames when nobody presses a key; 0 = 250 ms */
	enum tui_tab tab;	/* that is open at first */
	const char *title;	/* what is traced, for the first row: "speaker (4711)"; NULL = by the view */
	const char *recording;	/* the file that is being written, for the Overview; NULL = none */
	void *arg;		/* of all functions below */
	/* Told by people. NULL = nobody can (a recording). 0 or -errno; *why: a sentence of malloc's. Answer: tui_answer. */
	int (*tell)(void *arg, const struct tui_request *request, char **why);
	/* False: nobody is told next. NULL = there are no receivers. */
	bool (*next_escalation)(void *arg, uint64_t alert_id, struct tui_escalation *next);
	/* Recordings. */
	void (*seek)(void *arg, uint64_t to_ns);
	void (*play)(void *arg, bool is_playing, double speed);
};

struct tui *tui_new(const struct tui_options *options); /* the strings must live; no terminal is touched */
void tui_free(struct tui *tui);				 /* closes the screen */
struct sink *tui_sink(struct tui *tui);			 /* to be among the flow's sinks */
/* From now on it is this view's: after tui_new, and after each time travel that made a new flow. */
void tui_begin(struct tui *tui, const struct view *view, const struct tail *tail);
void tui_set_time(struct tui *tui, const struct tui_time *time);
/* What a tell has come to: a sentence. */
void tui_answer(struct tui *tui, bool is_done, const char *sentence);
/* A line that would have gone to stderr: shown, and told again by tui_free on stderr. */
void tui_warn(struct tui *tui, const char *line);
/*
 * A running task of app's: "attaching probes 512/1000"; NULL = none; ratio below 0: nobody knows how far. Draws a
 * frame when the last one is old enough: such a task keeps the loop from tui_turn.
 */
void tui_progress(struct tui *tui, const char *what, double done_ratio);

/* On a terminal. 0 or -errno, said. */
int tui_open(struct tui *tui, const struct screen_options *screen);
int tui_fd(const struct tui *tui);
int tui_timeout_ms(const struct tui *tui); /* until the next frame is due */
/* After poll: takes the keys, draws when it is time. */
void tui_turn(struct tui *tui);
bool tui_wants_end(const struct tui *tui); /* q, or the terminal is gone */

/* Without a terminal: tests, --once, pictures. Keys and clicks as a screen would have told them. */
struct screen_event;
void tui_event(struct tui *tui, const struct screen_event *event);
void tui_draw(struct tui *tui, struct canvas *canvas);
/* One tab as text, without tabs and key bar around it. rows 0 = as many as it has to say, at most 200. */
void tui_print_tab(struct tui *tui, enum tui_tab tab, unsigned rows, unsigned columns, struct buf *out);

#endif
