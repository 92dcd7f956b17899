/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table that scrolls: columns that give way by rank, a selected row, a sort column, a header that can be clicked.
 * It asks for the rows it shows only, so a hundred thousand cost nothing. Selection is by id, so a row that moves keeps
 * it.
 */
#ifndef SINK_TUI_LIST_H
#define SINK_TUI_LIST_H

#include "sink/tui/desk.h"

struct list_column {
	const char *title;
	int columns;	/* width; 0 = takes what is left (one column only); one blank column is put between two */
	unsigned rank;	/* 0 = never left out; the highest goes first when the width does not do */
	bool is_right;	/* numbers */
	bool can_sort;
};
#define LIST_COLUMNS_MAX 20

struct list {
	const struct list_column *columns;
	size_t columns_count;
	size_t sort_column;
	bool is_inverted; /* not: numbers (is_right) from the greatest, words from a to z, and the arrow says so */
	uint64_t selected_id; /* 0 = none yet: the first row */
	size_t selected;      /* row of it, as last drawn */
	size_t top;
	size_t rows_count;    /* as last drawn */
	int page_rows;
	bool is_following;    /* selection stays at the first row as new ones come; moving it ends this, a tab begins */
	/* of the last draw, for clicks */
	int shown_at[LIST_COLUMNS_MAX], shown_width[LIST_COLUMNS_MAX]; /* width 0 = left out */
	int header_rows;      /* 0 = no room for it */
	/* Private: a selected row that a new sort took away, or an id that the tab set,
	 * is searched for in steps, a few thousand rows a frame. */
	bool is_searching;
	size_t searched_count; /* rows below this were looked at */
	uint64_t drawn_selected_id;
	size_t drawn_sort_column;
	bool drawn_is_inverted;
};

struct list_rows {
	void *arg;
	size_t count;
	uint64_t (*id)(void *arg, size_t row); /* not 0 */
	/* Fills cells of one row: `cell(area, row 0, column 0, width)` for each column that is shown. */
	void (*cell)(void *arg, size_t row, size_t column, struct area area, bool is_right);
	enum style (*style)(void *arg, size_t row); /* of the row; NULL = STYLE_TEXT */
	const char *empty; /* what stands there when there are no rows */
	const char *search; /* matches are marked; NULL or "" = none */
};

void list_init(struct list *list, const struct list_column *columns, size_t columns_count);
void list_draw(struct list *list, struct area area, const struct list_rows *rows);
/*
 * True: it was an action of lists (ENTER, LEFT and RIGHT are the tab's). ACTION_SORT and INVERT change sort_column,
 * is_inverted: sort anew.
 */
bool list_act(struct list *list, enum action action, const struct list_rows *rows);
/* True: something changed; *is_enter: a double click on a row. The event's row and column are within the list's area. */
bool list_click(struct list *list, const struct screen_event *event, const struct list_rows *rows, bool *is_enter);
/* A cell's text as list_rows.cell wants it: cut, padded, right-aligned. */
void list_text(struct area area, bool is_right, enum style style, const char *text);

#endif
