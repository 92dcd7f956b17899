/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of the Logs tab, shared by logs*.c. The newest line is at the bottom. Lines are known by their ordinals,
 * never by their places: those change with what comes, goes, and is found further up.
 */
#ifndef SINK_TUI_LOGS_TAB_H
#define SINK_TUI_LOGS_TAB_H

#include "sink/tui/desk.h"
#include "sink/tui/logs_detail.h"
#include "sink/tui/logs_index.h"
#include "sink/tui/logs_message.h"

#define LOGS_KEPT 512u /* rows whose words are kept; as many as a canvas has */

/* A row, made once: its record may be let go while it is looked at. */
struct logs_row {
	uint64_t ordinal; /* 0 = none */
	uint64_t at_ns;
	enum log_level level;
	uint8_t trace_id[16];
	struct logs_message message;
};

struct logs_hunt { /* for the next line that matches */
	bool is_on, is_up;
	bool may_turn;	  /* nothing there: the other way, from where it began */
	uint64_t ordinal; /* the next to be looked at */
};

/* Where things are, of one draw. */
struct logs_place {
	size_t count, top, selected; /* selected < count, or count is 0 */
	size_t page;
};

struct logs {
	struct tab tab; /* first */
	struct logs_index index;
	struct logs_wanted wanted;
	char *filter;		     /* as typed; NULL = none */
	bool has_trace;		     /* one trace's lines: all of them, whatever the level and the filter were */
	enum log_level level;	     /* of the operator; wanted.level is what is in force */
	char *search;		     /* as typed; NULL = none */
	struct logs_word word;	     /* the same */
	uint64_t anchor_ordinal;     /* where the search began */
	struct logs_hunt hunt;
	bool is_following;
	uint64_t selected_ordinal, top_ordinal; /* when not following */
	uint64_t left_ordinal; /* the newest line when following ended */
	size_t page_rows; /* of the last draw */
	int lines_row;	  /* of the area, where the lines begin */
	int shift_columns; /* messages are moved to the left by that */
	struct logs_detail detail;
	int detail_row; /* of the area, where it begins */
	struct logs_row rows[LOGS_KEPT];
	size_t parsed_bytes; /* in this draw */
};

/* logs.c */
struct logs_place logs_place(const struct logs *logs);
void logs_follow(struct logs *logs);
void logs_stop_following(struct logs *logs);
void logs_select(struct logs *logs, size_t at, bool centred);
/* One step of looking for the next match. */
void logs_hunt(struct logs *logs, struct desk *desk);
void logs_hunt_from(struct logs *logs, bool is_up, uint64_t ordinal, bool may_turn);

/* logs_keys.c */
bool logs_act(struct tab *tab, struct desk *desk, enum action action);
bool logs_click(struct tab *tab, struct desk *desk, const struct screen_event *event);

/* logs_draw.c */
void logs_draw(struct tab *tab, struct desk *desk, struct area area);

#endif
