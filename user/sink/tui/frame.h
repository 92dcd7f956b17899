/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame around the tabs: the state of the dashboard, shared by tui.c and frame_*.c and by nobody else.
 * Two clocks: `clock_ns` is the host's, for how long a message stands and when the next frame is due; all that is drawn
 * of data has the view's.
 */
#ifndef SINK_TUI_FRAME_H
#define SINK_TUI_FRAME_H

#include "sink/tui/desk.h"
#include "sink/tui/prompt.h"

#define FRAME_MIN_ROWS	  8
#define FRAME_MIN_COLUMNS 30
#define FRAME_PRINT_ROWS  200
#define FRAME_PARTS	  1000 /* in which a tab may collect when nobody waits for a frame */
#define FRAME_WARNINGS	  100 /* told again on stderr; the rest is counted */
#define FRAME_BUTTONS	  48
#define FRAME_WAYS_BACK	  8
#define FRAME_LEAST_NS	  33000000ull  /* between two frames, whatever happens */
#define FRAME_PROGRESS_NS 100000000ull /* between two that a task draws which keeps the loop */
#define FRAME_REFRESH_NS  250000000ull /* the default of tui_options.refresh_ns */

enum frame_button_kind { BUTTON_NONE, BUTTON_ACTION, BUTTON_KEY, BUTTON_SCRUBBER };
/* What can be clicked, of the last draw. */
struct frame_button {
	enum frame_button_kind kind;
	int row, column, columns; /* of the canvas */
	enum action action;
	uint32_t key; /* BUTTON_KEY: as if it were pressed */
};

enum frame_voice {
	VOICE_TAB,     /* goes when another tab is opened */
	VOICE_FRAME,   /* of all tabs, or an answer that somebody waits for */
	VOICE_WARNING, /* of tui_warn: gives way to what somebody asked for */
};
struct frame_message {
	char *text; /* NULL = none */
	enum style style;
	uint64_t until_ns; /* by clock_ns */
	uint64_t since_ns;
	enum frame_voice voice;
};

struct frame_firing {
	size_t tiers[TIERS]; /* that somebody should look at */
	size_t acked, silenced;
};
/* What the first row says about the state of alerts; recounted when one of them changed. */
struct frame_badge {
	bool is_stale;
	uint64_t at_second, rules_generation;
	struct frame_firing firing;
	struct frame_firing left; /* that fired when all targets ended: the view has them no more */
	uint64_t left_at_ns;	  /* of the view */
	size_t unknown; /* alerts and rules */
	size_t rules;	/* that alert */
};

/* Events lost: counted from where a burst began until a minute after its end. */
struct frame_loss {
	uint64_t total_count, base_count;
	uint64_t last_at_ns; /* of the view */
	bool is_recent;
};

struct tui {
	struct sink sink; /* first */
	struct tui_options options;
	struct desk desk;
	struct tab *tabs[TUI_TABS];
	enum tui_tab open;
	bool is_expanded[TUI_TABS];
	enum tui_tab next_hidden; /* the hidden tab whose turn it is to collect */
	uint64_t hidden_second;
	bool wants_end;
	enum tui_tab came_from[FRAME_WAYS_BACK]; /* by desk_go: Esc goes back there, the last one first */
	size_t came_from_count;
	bool is_window_chosen; /* by somebody; until then it follows the age of the run */
	unsigned confirmed_depth; /* above 0 while an answer that was confirmed is given; for tests */

	bool has_clock; /* the first row of the last draw had room for the time */
	bool is_help;
	int help_top, help_page_rows, help_lines;

	struct prompt prompt;
	enum desk_answer prompt_what;
	bool prompt_is_live; /* it told the tab what is typed */
	struct prompt_history searches, filters;
	char *search[TUI_TABS], *filter[TUI_TABS]; /* that are in force; NULL = none */

	struct frame_message message;
	char *warnings[FRAME_WARNINGS];
	size_t warnings_count;
	char *progress; /* NULL = none */
	double progress_ratio;

	struct tui_time time;
	bool has_time;

	struct frame_badge badge;
	struct frame_loss loss;

	struct screen *screen;
	struct canvas canvas;
	uint64_t clock_ns;
	uint64_t drawn_at_ns;	 /* by clock_ns */
	uint64_t drawn_view_ns;	 /* view->now_ns that was drawn */
	uint64_t drawn_paused_s; /* the age in the banner */
	uint32_t drawn_end_reason;
	bool is_dirty;		 /* something must be drawn soon */

	struct frame_button buttons[FRAME_BUTTONS]; /* of the last draw */
	size_t buttons_count;
	struct area body; /* of the last draw; its canvas is not to be used */
};

/* Tests give tabs of their own: TUI_TABS of them. */
struct tui *frame_new(const struct tui_options *options, const struct tab_ops *const *tabs);

/* frame_act.c */
unsigned frame_contexts(const struct tui *tui);
void frame_key(struct tui *tui, uint32_t key);
void frame_click(struct tui *tui, const struct screen_event *event);
void frame_go_on_to(struct tui *tui, enum tui_tab tab); /* Esc comes back */
bool frame_can_back(const struct tui *tui);
void frame_fit_window(struct tui *tui);
const char *frame_window_name(const struct tui *tui); /* 5m */

/* frame_ask.c: search, filter and questions */
void frame_ask(struct tui *tui, enum desk_answer what);
void frame_prompt_key(struct tui *tui, uint32_t key);
void frame_set_text(struct tui *tui, enum desk_answer what, const char *text);
void frame_cancel_prompt(struct tui *tui);

/* frame_time.c: recordings */
bool frame_time_act(struct tui *tui, enum action action);
uint64_t frame_far_step_ns(const struct tui *tui);
void frame_draw_scrubber(struct tui *tui, struct area area);
bool frame_has_scrubber(const struct tui *tui);
void frame_click_scrubber(struct tui *tui, const struct frame_button *button, unsigned column);

/* frame_say.c: messages */
void frame_say(struct tui *tui, enum frame_voice voice, enum style style, const char *text);
void frame_leave_tab(struct tui *tui); /* before another one is opened */
void frame_expire(struct tui *tui);
void frame_draw_message(struct tui *tui, struct area area);

/* frame_head.c: the first row */
void frame_loss_tick(struct frame_loss *loss, const struct view *view);
void frame_badge_on_alert(struct frame_badge *badge, const struct view *view, const struct alert *alert);
void frame_print_clock(char text[24], const struct tui *tui, bool has_zone);
void frame_draw_head(struct tui *tui, struct area area);

/* frame_bar.c: the last row */
void frame_draw_bar(struct tui *tui, struct area area);

/* frame_help.c */
void frame_draw_help(struct tui *tui, struct area area);
bool frame_help_act(struct tui *tui, enum action action);

/* frame_draw.c */
void frame_button(struct tui *tui, struct frame_button button);
void frame_collect(struct tui *tui);
void frame_collect_whole(struct tui *tui, enum tui_tab tab);
void frame_sync(struct tui *tui); /* the desk's instants, from the view */
void frame_draw(struct tui *tui, struct canvas *canvas);

#endif
