// SPDX-License-Identifier: Apache-2.0
/*
 * In: the book. Out: rows, the selected one, what the selection means.
 * The rule that surprises: a row's value is read when the row is drawn, and then not again within its second;
 * families of very many series wait longer.
 */
#include "sink/tui/metrics_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

#define SERIES_PER_S 500 /* of one row that may be read once a second */

/* As many of them as the width does for, and names still can be told apart. */
enum { COLUMN_NAME, COLUMN_VALUE, COLUMN_N, COLUMN_UNIT, LIST_COLUMNS };
#define COLUMNS_WITH_N	  50
#define COLUMNS_WITH_UNIT 58

static const struct list_column list_columns[LIST_COLUMNS] = {
	[COLUMN_NAME] = {.title = "METRIC", .columns = 0, .can_sort = true},
	[COLUMN_VALUE] = {.title = "NOW", .columns = 12, .is_right = true},
	[COLUMN_N] = {.title = "N", .columns = 8, .rank = 1, .is_right = true},
	[COLUMN_UNIT] = {.title = "UNIT", .columns = 5, .rank = 2},
};

void metrics_list_init(struct metrics_list *list)
{
	list_init(&list->list, list_columns, LIST_COLUMNS);
}

void metrics_list_fini(struct metrics_list *list)
{
	free(list->rows);
	free(list->open);
}

static size_t find_open(const struct metrics_list *list, uint64_t id)
{
	size_t i = 0;

	while (i < list->open_count && list->open[i] != id)
		i++;
	return i;
}

static void add_row(struct metrics_list *list, const struct metrics_family *family,
		    const struct metrics_group *group)
{
	mem_grow(&list->rows, &list->rows_capacity, list->rows_count + 1, sizeof(*list->rows));
	list->rows[list->rows_count++] = (struct metrics_row){.family = family, .group = group};
}

static void add_family(struct metrics_list *list, const struct metrics_family *family)
{
	if (!family->shown_count)
		return;
	add_row(list, family, NULL);
	if (family->shown_count < 2 || find_open(list, family->id) == list->open_count)
		return;
	for (size_t i = 0; i < family->shown_count; i++)
		add_row(list, family, &family->groups[i]);
}

void metrics_list_make(struct metrics_list *list, const struct metrics_book *book)
{
	list->rows_count = 0;
	for (size_t i = 0; i < book->families_count; i++)
		add_family(list, &book->families[list->list.is_inverted ? book->families_count - 1 - i : i]);
}

static uint64_t row_id(void *arg, size_t row)
{
	const struct metrics_list *list = arg;

	return list->rows[row].group ? list->rows[row].group->id : list->rows[row].family->id;
}

static size_t selected_row(const struct metrics_list *list)
{
	for (size_t i = 0; i < list->rows_count; i++)
		if (row_id((void *)(uintptr_t)list, i) == list->list.selected_id)
			return i;
	return 0;
}

/* --- cells
 * --------------------------------------------------------------------------------------------------------- */

struct drawing {
	struct metrics_list *list; /* first: row_id takes it */
	const struct metrics_list_scene *scene;
};

static uint64_t drawn_id(void *arg, size_t row)
{
	return row_id(((struct drawing *)arg)->list, row);
}

static const struct metrics_value *value_of(struct metrics_row *row, const struct metrics_list_scene *scene)
{
	const struct metrics_group *groups = row->group ? row->group : row->family->groups;
	size_t count = row->group ? 1 : row->family->shown_count;
	int64_t wait_ms = 1000 * (int64_t)(1 + count / SERIES_PER_S), age_ms = scene->at_ms - row->value_at_ms;

	if (row->value_at_ms && age_ms >= 0 && age_ms < wait_ms && row->value_suffix == scene->suffix)
		return &row->value;
	row->value = metrics_value(row->family, groups, count, scene->at_ms, scene->suffix);
	row->tier = metrics_worst_tier(scene->book, row->family, groups, count, scene->at_ms, scene->suffix);
	row->value_at_ms = scene->at_ms;
	row->value_suffix = scene->suffix;
	return &row->value;
}

/* Takes a part of a name out, wherever it stands. */
static void cut_word(char *name, const char *word)
{
	char *at = strstr(name, word);

	if (at)
		memmove(at, at + strlen(word), strlen(at + strlen(word)) + 1);
}

/* Names begin alike and end differently: units, which the value says too, go first, then the middle. */
static void draw_metric(struct area area, int column, int columns, const char *whole)
{
	static const char *const words[] = {"_total", "_seconds", "_bytes"};
	char *name = mem_string(whole);
	int tail = columns / 3;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && (int)strlen(name) > columns; i++)
		cut_word(name, words[i]);
	if ((int)strlen(name) > columns && tail > 2) {
		area_fit(area, 0, column, columns - tail, STYLE_TEXT, name);
		area_text(area, 0, column + columns - tail, STYLE_TEXT, name + strlen(name) - (size_t)tail);
	} else {
		area_fit(area, 0, column, columns, STYLE_TEXT, name);
	}
	free(name);
}

static void draw_name(const struct metrics_row *row, const struct metrics_list *list, struct area area)
{
	bool is_open = find_open(list, row->family->id) < list->open_count;
	struct buf text = {0};
	int columns;

	if (row->group) {
		metrics_group_print(&text, row->family, row->group, true);
		area_fit(area, 0, 2, area.columns - 2, STYLE_TEXT, text.bytes);
	} else if (row->family->shown_count > 1) {
		area_glyph(area, 0, 0, STYLE_DIM, is_open ? 0x25be : 0x25b8, is_open ? '-' : '+');
		buf_format(&text, "x%zu", row->family->shown_count);
		columns = area.columns - 2 - (int)text.length - 1;
		draw_metric(area, 2, columns, row->family->name);
		area_text(area, 0, area.columns - (int)text.length, STYLE_DIM, text.bytes);
	} else {
		draw_metric(area, 2, area.columns - 2, row->family->name);
	}
	buf_fini(&text);
}

static void draw_value(const struct metrics_row *row, const struct metrics_value *value, struct area area)
{
	enum chart_unit unit = metrics_unit(row->family);
	char text[64];

	if (!strcmp(value->stat, "count"))
		unit = CHART_PLAIN;
	snprintf(text, sizeof(text), "%s%s%s%s", row->tier < 0 ? "" : "!", value->stat, *value->stat ? " " : "",
		 chart_number(value->value, unit, area.canvas->ascii).text);
	list_text(area, true,
		  row->tier >= 0	? metrics_tier_styles[row->tier]
		  : isnan(value->value) ? STYLE_DIM
					: STYLE_TEXT,
		  text);
}

static void row_cell(void *arg, size_t at, size_t column, struct area area, bool is_right)
{
	struct drawing *drawing = arg;
	struct metrics_row *row = &drawing->list->rows[at];
	const struct metrics_value *value;

	(void)is_right;
	if (column == COLUMN_NAME) {
		draw_name(row, drawing->list, area);
		return;
	}
	if (column == COLUMN_UNIT) {
		list_text(area, false, STYLE_DIM, metrics_unit_brief(row->family));
		return;
	}
	value = value_of(row, drawing->scene);
	if (column == COLUMN_VALUE)
		draw_value(row, value, area);
	else if (!isnan(value->n) &&
		 (row->family->kind != METRICS_COUNTER || metrics_count_unit(row->family) == CHART_PLAIN))
		list_text(area, true, STYLE_TEXT, units_count((uint64_t)(value->n + 0.5)).text);
}

static struct list_rows rows_of(struct drawing *drawing)
{
	const struct metrics_filter *filter = drawing->scene->filter;

	return (struct list_rows){
		.arg = drawing,
		.count = drawing->list->rows_count,
		.id = drawn_id,
		.cell = row_cell,
		.empty = filter && filter->text
				 ? "no series matches the filter (\\ changes it, Esc takes it off)"
				 : "no metrics yet: the first come after a second",
		.search = drawing->scene->search};
}

/* Broken between words; how many rows it took. */
static int draw_wrapped(struct area area, int row, int rows, enum style style, char *text)
{
	char *save = NULL, *word;
	int column = 0, first = row;

	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (column && column + (int)strlen(word) > area.columns) {
			row++;
			column = 0;
		}
		if (row - first < rows)
			column += area_text(area, row, column, style, word) + 1;
	}
	return row - first + 1 < rows ? row - first + 1 : rows;
}

static int draw_filter(const struct metrics_list_scene *scene, struct area area)
{
	const struct metrics_filter *filter = scene->filter;
	int row = 0;

	if (filter->text && area.rows > 2) {
		char *text = mem_format("\\ %s  %zu of %zu series", filter->text,
					scene->book->shown_series_count, scene->book->series_count);

		area_fit(area, row++, 0, area.columns, STYLE_BOLD, text);
		free(text);
	}
	if (filter->mistake && area.rows > 3) {
		char *text = mem_format("not applied: %s", filter->mistake);

		row += draw_wrapped(area, row, area.rows / 3, STYLE_WARNING, text);
		free(text);
	}
	return row;
}

void metrics_list_draw(struct metrics_list *list, const struct metrics_list_scene *scene, struct area area)
{
	struct drawing drawing = {list, scene};
	struct list_rows rows = rows_of(&drawing);

	list->list.columns_count = area.columns >= COLUMNS_WITH_UNIT ? LIST_COLUMNS
				   : area.columns >= COLUMNS_WITH_N  ? COLUMN_N + 1
								     : COLUMN_VALUE + 1;
	list->filter_rows = draw_filter(scene, area);
	list_draw(&list->list,
		  area_part(area, list->filter_rows, 0, area.rows - list->filter_rows, area.columns), &rows);
}

/* --- keys
 * ---------------------------------------------------------------------------------------------------------- */

static void set_open(struct metrics_list *list, const struct metrics_family *family, bool is_open)
{
	size_t at = find_open(list, family->id);

	if (is_open && at == list->open_count) {
		mem_grow(&list->open, &list->open_capacity, at + 1, sizeof(*list->open));
		list->open[list->open_count++] = family->id;
	} else if (!is_open && at < list->open_count) {
		list->open[at] = list->open[--list->open_count];
		list->list.selected_id = family->id;
	}
}

bool metrics_list_act(struct metrics_list *list, const struct metrics_list_scene *scene, enum action action)
{
	struct drawing drawing = {list, scene};
	struct list_rows rows = rows_of(&drawing);
	bool was_inverted = list->list.is_inverted;

	if ((action == ACTION_LEFT || action == ACTION_RIGHT) && list->rows_count) {
		set_open(list, list->rows[selected_row(list)].family, action == ACTION_RIGHT);
		metrics_list_make(list, scene->book);
		return true;
	}
	if (!list_act(&list->list, action, &rows))
		return false;
	if (list->list.is_inverted != was_inverted)
		metrics_list_make(list, scene->book);
	return true;
}

bool metrics_list_click(struct metrics_list *list, const struct metrics_list_scene *scene,
			const struct screen_event *event, bool *is_enter)
{
	struct drawing drawing = {list, scene};
	struct list_rows rows = rows_of(&drawing);
	struct screen_event within = *event;
	bool was_inverted = list->list.is_inverted;

	if ((int)event->row < list->filter_rows)
		return false;
	within.row -= (unsigned)list->filter_rows;
	if (!list_click(&list->list, &within, &rows, is_enter))
		return false;
	if (list->list.is_inverted != was_inverted)
		metrics_list_make(list, scene->book);
	return true;
}

/* --- what is selected
 * ------------------------------------------------------------------------------------------------ */

struct metrics_subject metrics_list_subject(const struct metrics_list *list)
{
	const struct metrics_row *row;

	if (!list->rows_count)
		return (struct metrics_subject){0};
	row = &list->rows[selected_row(list)];
	if (row->group)
		return (struct metrics_subject){row->family, row->group, 1, true};
	return (struct metrics_subject){row->family, row->family->groups, row->family->shown_count, false};
}

bool metrics_list_select(struct metrics_list *list, const struct metrics_book *book, const char *metric)
{
	const struct metrics_family *family = metrics_book_find(book, metric);

	if (!family || !family->shown_count)
		return false;
	list->list.selected_id = family->id;
	return true;
}

static bool has_part(const struct metrics_row *row, const char *part)
{
	struct buf text = {0};
	bool has;

	if (!row->group)
		return strcasestr(row->family->name, part);
	metrics_group_print(&text, row->family, row->group, true);
	has = strcasestr(text.bytes, part);
	buf_fini(&text);
	return has;
}

bool metrics_list_search(struct metrics_list *list, const char *part, int direction)
{
	size_t from = selected_row(list), count = list->rows_count;

	for (size_t i = direction ? 1 : 0; i <= count && count; i++) {
		size_t at = direction < 0 ? (from + count - i % count) % count : (from + i) % count;

		if (has_part(&list->rows[at], part)) {
			list->list.selected_id = row_id(list, at);
			return true;
		}
	}
	return false;
}

void metrics_list_print_selector(struct buf *out, const struct metrics_subject *subject,
				 const struct metrics_filter *filter, const char *suffix)
{
	const struct metrics_group *group = &subject->groups[0];

	buf_text(out, subject->family->name);
	if (subject->family->kind == METRICS_HISTOGRAM)
		buf_text(out, "_bucket");
	if (subject->family->kind == METRICS_WINDOW) {
		char member[24];

		snprintf(member, sizeof(member), "p95_%s", suffix);
		buf_format(out, ":%s",
			   metrics_group_member(subject->family, group, member)
				   ? member
				   : metrics_series_member(subject->family, group->series[0]));
	}
	if (subject->is_group || subject->groups_count == 1) {
		struct buf labels = {0};

		metrics_group_print(&labels, subject->family, group, false);
		if (labels.length)
			buf_format(out, "{%s}", labels.bytes);
		buf_fini(&labels);
	} else if (filter->matchers_count) {
		matchers_print(out, filter->matchers, filter->matchers_count);
	}
}
