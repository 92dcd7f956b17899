// SPDX-License-Identifier: Apache-2.0
/*
 * In: rows on demand, keys, clicks. Out: a table that scrolls; which row is selected.
 * The rule that surprises: selection is an id. Its row is looked for where it was and near it; only a new sort or a new
 * id, which can be anywhere, is answered by a search through all rows, and that in steps of a few thousand a frame. A
 * row that is gone is succeeded by the one in its place.
 */
#include "sink/tui/list.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"

#ifndef LIST_SEARCH_ROWS
#define LIST_SEARCH_ROWS 4096u /* that are asked for their id in one frame, beyond the row itself */
#endif
#define WHEEL_ROWS 3
#define FLEXIBLE_MIN_COLUMNS 8
#define GAP_COLUMNS 2 /* around the position in the header */

void list_init(struct list *list, const struct list_column *columns, size_t columns_count)
{
	*list = (struct list){ .columns = columns };
	list->columns_count = columns_count < LIST_COLUMNS_MAX ? columns_count : LIST_COLUMNS_MAX;
	list->header_rows = 1;
	while (list->sort_column < list->columns_count && !columns[list->sort_column].can_sort)
		list->sort_column++;
	if (list->sort_column == list->columns_count)
		list->sort_column = 0;
	list->drawn_sort_column = list->sort_column;
}

static void list_select(struct list *list, const struct list_rows *rows, size_t row)
{
	list->is_searching = false;
	list->selected = row < rows->count ? row : rows->count ? rows->count - 1 : 0;
	if (rows->count)
		list->selected_id = list->drawn_selected_id = rows->id(rows->arg, list->selected);
}

/* Outwards from where it was. */
static bool list_find_near(struct list *list, const struct list_rows *rows)
{
	size_t from = list->selected < rows->count ? list->selected : rows->count - 1, step;

	for (step = 0; step <= LIST_SEARCH_ROWS / 2; step++) {
		if (step > from && from + step >= rows->count)
			return false;
		if (from + step < rows->count && rows->id(rows->arg, from + step) == list->selected_id) {
			list->selected = from + step;
			return true;
		}
		if (step && step <= from && rows->id(rows->arg, from - step) == list->selected_id) {
			list->selected = from - step;
			return true;
		}
	}
	return false;
}

/* The next part of all rows. False: it is in none of them. */
static bool list_search_on(struct list *list, const struct list_rows *rows)
{
	size_t end = list->searched_count + LIST_SEARCH_ROWS;

	for (; list->searched_count < end; list->searched_count++) {
		if (list->searched_count >= rows->count)
			return false;
		if (rows->id(rows->arg, list->searched_count) == list->selected_id) {
			list->selected = list->searched_count;
			list->is_searching = false;
			return true;
		}
	}
	return true;
}

/* Where the selected row is now. It stays where it was on the screen, unless the top is shown: there new rows are seen. */
static void list_follow(struct list *list, const struct list_rows *rows)
{
	size_t before = list->selected;

	list->rows_count = rows->count;
	if (!rows->count) {
		list->is_searching = false;
		list->selected = list->top = 0;
		return;
	}
	if (list->sort_column != list->drawn_sort_column || list->is_inverted != list->drawn_is_inverted ||
	    list->selected_id != list->drawn_selected_id) {
		list->is_searching = true;
		list->searched_count = 0;
		list->drawn_selected_id = list->selected_id;
		list->drawn_sort_column = list->sort_column;
		list->drawn_is_inverted = list->is_inverted;
	}
	if (list->is_following || !list->selected_id) {
		list_select(list, rows, 0);
		list->top = 0;
		return;
	}
	if (!(list->is_searching ? list_search_on(list, rows) : list_find_near(list, rows)))
		list_select(list, rows, before);
	if (list->selected >= rows->count) /* still searching */
		list->selected = rows->count - 1;
	if (list->top && list->selected > before)
		list->top += list->selected - before;
	else if (list->top && list->selected < before)
		list->top -= list->top < before - list->selected ? list->top : before - list->selected;
}

static void list_scroll(struct list *list)
{
	size_t page = list->page_rows > 0 ? (size_t)list->page_rows : 1;

	if (list->top + page > list->rows_count)
		list->top = list->rows_count > page ? list->rows_count - page : 0;
	if (list->selected < list->top)
		list->top = list->selected;
	if (list->selected >= list->top + page)
		list->top = list->selected - page + 1;
}

static int list_least_columns(const struct list_column *column)
{
	int title;

	if (column->columns > 0)
		return column->columns;
	title = (int)strlen(column->title) + 2;
	return title > FLEXIBLE_MIN_COLUMNS ? title : FLEXIBLE_MIN_COLUMNS;
}

/* The one to leave out next: the highest rank, the last of equals; columns_count = none may go. */
static size_t list_least_needed(const struct list *list, const bool *is_shown)
{
	size_t worst = list->columns_count, i;

	for (i = 0; i < list->columns_count; i++)
		if (is_shown[i] && list->columns[i].rank &&
		    (worst == list->columns_count || list->columns[i].rank >= list->columns[worst].rank))
			worst = i;
	return worst;
}

static void list_place_columns(struct list *list, int columns)
{
	bool is_shown[LIST_COLUMNS_MAX];
	int want = -1, at = 0;
	size_t i;

	for (i = 0; i < list->columns_count; i++) {
		is_shown[i] = true;
		want += list_least_columns(&list->columns[i]) + 1;
	}
	while (want > columns) {
		i = list_least_needed(list, is_shown);
		if (i == list->columns_count)
			break;
		is_shown[i] = false;
		want -= list_least_columns(&list->columns[i]) + 1;
	}
	for (i = 0; i < list->columns_count; i++) {
		int width = list_least_columns(&list->columns[i]);

		if (is_shown[i] && !list->columns[i].columns && want < columns) {
			width += columns - want;
			want = columns;
		}
		if (!is_shown[i] || at >= columns)
			width = 0;
		else if (width > columns - at)
			width = columns - at;
		list->shown_at[i] = at;
		list->shown_width[i] = width;
		at += width ? width + 1 : 0;
	}
}

static void list_draw_title(const struct list *list, struct area area, size_t i)
{
	const struct list_column *column = &list->columns[i];
	int width = list->shown_width[i], title, from;
	bool is_down = column->is_right != list->is_inverted;

	area = area_part(area, 0, list->shown_at[i], 1, width);
	if (i != list->sort_column || !column->can_sort || width < 2) {
		list_text(area, column->is_right, STYLE_TITLE, column->title);
		return;
	}
	title = (int)strlen(column->title);
	title = title < width - 1 ? title : width - 1;
	from = column->is_right ? width - 1 - title : 0;
	area_fit(area, 0, from, title, STYLE_TITLE, column->title);
	area_glyph(area, 0, from + title, STYLE_TITLE, is_down ? U'▼' : U'▲', is_down ? 'v' : '^');
	area_mark(area, 0, 0, width, MARK_BOLD);
}

/* Where the header has room for `length` columns and a gap, as far to the right as can be; -1 = nowhere. */
static int list_find_gap(struct area area, int length)
{
	int column, blank = 0;

	for (column = area.columns - 1; column >= 0; column--) {
		const struct canvas_cell *cell = canvas_cell(area.canvas, (unsigned)area.row,
							     (unsigned)(area.column + column));

		blank = cell->glyph == ' ' ? blank + 1 : 0;
		/* on either side, but at the right end */
		if (blank == length + 2 * GAP_COLUMNS ||
		    (blank == length + GAP_COLUMNS && column + blank == area.columns))
			return column + GAP_COLUMNS;
	}
	return -1;
}

static int list_print_position(char text[100], size_t from, size_t to, size_t all)
{
	return snprintf(text, 100, "%.27s-%.27s of %.27s", units_count(from).text, units_count(to).text,
			units_count(all).text);
}

static void list_draw_position(const struct list *list, struct area area, int foot_row)
{
	size_t end = list->top + (size_t)list->page_rows;
	char text[100];
	int length = list_print_position(text, list->top + 1, end < list->rows_count ? end : list->rows_count,
					 list->rows_count);
	int column;

	if (foot_row) {
		area_right(area, foot_row, 0, area.columns, STYLE_DIM, text);
		return;
	}
	column = list_find_gap(area, length);
	if (column >= 0)
		area_text(area, 0, column, STYLE_DIM, text);
}

/* The header is full, so the position takes a row of its own; but only where there is something to scroll. */
static bool list_needs_foot(const struct list *list, struct area area)
{
	size_t all = list->rows_count;
	char text[100];

	if (!list->header_rows || area.rows < 6 || all <= (size_t)area.rows - 1)
		return false;
	return list_find_gap(area, list_print_position(text, all, all, all)) < 0;
}

static void list_draw_row(const struct list *list, struct area area, int at, size_t row, const struct list_rows *rows)
{
	enum style style = rows->style ? rows->style(rows->arg, row) : STYLE_TEXT;
	bool is_selected = row == list->selected && !list->is_searching;
	size_t i;

	area = area_part(area, at, 0, 1, area.columns);
	area_fill(area, 0, 0, area.columns, style, ' ', ' ');
	for (i = 0; i < list->columns_count; i++)
		if (list->shown_width[i])
			rows->cell(rows->arg, row, i, area_part(area, 0, list->shown_at[i], 1, list->shown_width[i]),
				   list->columns[i].is_right);
	if (rows->search && *rows->search)
		area_mark_matches(area, 0, rows->search);
	if (is_selected)
		area_mark(area, 0, 0, area.columns, MARK_SELECTED);
}

void list_draw(struct list *list, struct area area, const struct list_rows *rows)
{
	bool has_foot;
	size_t i;
	int row;

	list_follow(list, rows);
	list->page_rows = 0;
	if (area.rows <= 0 || area.columns <= 0)
		return;
	list->header_rows = area.rows >= 2;
	list_place_columns(list, area.columns);
	if (list->header_rows)
		area_fill(area, 0, 0, area.columns, STYLE_TITLE, ' ', ' ');
	for (i = 0; list->header_rows && i < list->columns_count; i++)
		if (list->shown_width[i])
			list_draw_title(list, area, i);
	has_foot = list_needs_foot(list, area);
	list->page_rows = area.rows - list->header_rows - has_foot;
	list_scroll(list);
	for (row = 0; row < list->page_rows && list->top + (size_t)row < rows->count; row++)
		list_draw_row(list, area, list->header_rows + row, list->top + (size_t)row, rows);
	if (!rows->count && rows->empty)
		area_fit(area, list->header_rows, 0, area.columns, STYLE_DIM, rows->empty);
	if (list->header_rows && rows->count > (size_t)list->page_rows) /* there is something to scroll */
		list_draw_position(list, area, has_foot ? area.rows - 1 : 0);
}

static void list_move(struct list *list, const struct list_rows *rows, size_t row)
{
	size_t before = list->selected;

	list_select(list, rows, row);
	if (list->selected != before)
		list->is_following = false;
	list_scroll(list);
}

/* The next column that can be sorted by and is shown, in either direction. */
static bool list_sort_next(struct list *list, int step)
{
	size_t i, at = list->sort_column, any = 0;

	for (i = 0; i < list->columns_count; i++)
		any += (size_t)(list->shown_width[i] > 0);
	for (i = 0; i < list->columns_count; i++) {
		at = (at + list->columns_count + (size_t)(long)step) % list->columns_count;
		if (list->columns[at].can_sort && (!any || list->shown_width[at])) {
			list->is_inverted = at == list->sort_column && list->is_inverted;
			list->sort_column = at;
			return true;
		}
	}
	return false;
}

bool list_act(struct list *list, enum action action, const struct list_rows *rows)
{
	size_t page = list->page_rows > 1 ? (size_t)list->page_rows - 1 : 1, at;

	if (action == ACTION_SORT || action == ACTION_SORT_PREVIOUS)
		return list_sort_next(list, action == ACTION_SORT ? 1 : -1);
	if (action == ACTION_INVERT) {
		if (list->sort_column >= list->columns_count || !list->columns[list->sort_column].can_sort)
			return false;
		list->is_inverted = !list->is_inverted;
		return true;
	}
	if (action != ACTION_UP && action != ACTION_DOWN && action != ACTION_PAGE_UP && action != ACTION_PAGE_DOWN &&
	    action != ACTION_FIRST && action != ACTION_LAST)
		return false;
	if (!rows->count)
		return true;
	list_follow(list, rows);
	at = list->selected;
	switch (action) {
	case ACTION_UP:
		at -= at > 0;
		break;
	case ACTION_DOWN:
		at++;
		break;
	case ACTION_PAGE_UP:
		at -= at > page ? page : at;
		break;
	case ACTION_PAGE_DOWN:
		at += page;
		break;
	case ACTION_FIRST:
		at = 0;
		break;
	default:
		at = rows->count - 1;
		break;
	}
	list_move(list, rows, at);
	return true;
}

static bool list_click_title(struct list *list, int column)
{
	size_t i;

	for (i = 0; i < list->columns_count; i++) {
		/* the blank behind a title counts as its own */
		if (!list->shown_width[i] || column < list->shown_at[i] ||
		    column > list->shown_at[i] + list->shown_width[i])
			continue;
		if (!list->columns[i].can_sort)
			return false;
		list->is_inverted = i == list->sort_column && !list->is_inverted;
		list->sort_column = i;
		return true;
	}
	return false;
}

static bool list_wheel(struct list *list, const struct list_rows *rows, bool is_up)
{
	size_t page = list->page_rows > 0 ? (size_t)list->page_rows : 1;
	size_t last = rows->count > page ? rows->count - page : 0, top, at, before;

	list_follow(list, rows);
	before = list->selected;
	top = list->top;
	if (is_up)
		list->top -= list->top < WHEEL_ROWS ? list->top : WHEEL_ROWS;
	else
		list->top = list->top + WHEEL_ROWS < last ? list->top + WHEEL_ROWS : last;
	if (list->top == top) /* at the end: then the selection goes there */
		at = is_up ? before - (before < WHEEL_ROWS ? before : WHEEL_ROWS) : before + WHEEL_ROWS;
	else if (before < list->top)
		at = list->top;
	else
		at = before < list->top + page ? before : list->top + page - 1;
	if (at != before)
		list_move(list, rows, at);
	list->is_following = list->is_following && !list->top;
	return list->top != top || list->selected != before;
}

bool list_click(struct list *list, const struct screen_event *event, const struct list_rows *rows, bool *is_enter)
{
	bool is_double = event->kind == SCREEN_DOUBLE_CLICK;
	long row = (long)event->row - list->header_rows;

	*is_enter = false;
	if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN)
		return rows->count && list_wheel(list, rows, event->kind == SCREEN_WHEEL_UP);
	if (event->kind != SCREEN_CLICK && !is_double)
		return false;
	if (row < 0)
		return list_click_title(list, (int)event->column);
	if (row >= list->page_rows || list->top + (size_t)row >= rows->count)
		return false;
	/* the row that was seen there, whatever became of the selected one */
	list_move(list, rows, list->top + (size_t)row);
	*is_enter = is_double;
	return true;
}

void list_text(struct area area, bool is_right, enum style style, const char *text)
{
	if (is_right)
		area_right(area, 0, 0, area.columns, style, text);
	else
		area_fit(area, 0, 0, area.columns, style, text);
}
