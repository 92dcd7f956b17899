// SPDX-License-Identifier: Apache-2.0
/*
 * In: rows. Out: cells of the table, and the sections with their counts.
 * The rule that surprises: only what fires and nobody takes care of has a filled badge, so that it
 * is what the eye finds.
 */
#include "sink/tui/alerts_list.h"

#include <stdio.h>
#include <string.h>

#include "sink/words.h"

#define ID_DIGITS 8

static const struct list_column columns[ALERTS_COLUMNS] = {
	[ALERTS_COLUMN_TIER] = {.title = "TIER", .columns = 7, .can_sort = true},
	[ALERTS_COLUMN_STATE] = {.title = "STATE", .columns = 8, .rank = 1, .can_sort = true},
	[ALERTS_COLUMN_ALERT] = {.title = "ALERT", .columns = 0, .can_sort = true},
	[ALERTS_COLUMN_SINCE] =
		{.title = "SINCE", .columns = 7, .rank = 2, .is_right = true, .can_sort = true},
	[ALERTS_COLUMN_VALUE] =
		{.title = "VALUE", .columns = 17, .rank = 3, .is_right = true, .can_sort = true},
	[ALERTS_COLUMN_MARKS] = {.title = "ASI", .columns = 3, .rank = 4},
	[ALERTS_COLUMN_ID] = {.title = "ID", .columns = ID_DIGITS, .rank = 5},
};

void alerts_list_init(struct list *list)
{
	list_init(list, columns, ALERTS_COLUMNS);
	list->sort_column = ALERTS_COLUMN_TIER;
	list->is_following = true; /* the worst, until somebody moves */
}

void alerts_list_fit(struct list *list, int room)
{
	static const struct {
		int room; /* from there on */
		enum alerts_column count;
	} fits[] = {{88, ALERTS_COLUMNS},
		    {64, ALERTS_COLUMN_ID},
		    {48, ALERTS_COLUMN_VALUE},
		    {0, ALERTS_COLUMN_SINCE}};
	size_t i = 0;

	while (room < fits[i].room)
		i++;
	list->columns_count = fits[i].count;
}

/* --- cells --- */

static const char *tier_badge(const struct alerts_row *row)
{
	static const char *const badges[TIERS] = {" ALERT ", " WARN  ", " CRIT  ", " EMERG "};

	return row->alert_id ? badges[row->tier] : " RULE  ";
}

static void draw_tier(const struct alerts_row *row, struct area area)
{
	enum style style = alerts_row_style(row);

	if (row->class == ALERTS_FIRING)
		style = alerts_tier_style(row->tier, true);
	else if (row->class == ALERTS_BLIND_RULE)
		style = STYLE_ALARM_UNKNOWN;
	else if (row->class == ALERTS_PENDING)
		style = alerts_tier_style(row->tier, false);
	area_fit(area, 0, 0, area.columns, style, tier_badge(row));
}

/* Nobody knows whether it is still so: the question mark. */
static void draw_state(const struct alerts_row *row, struct area area)
{
	int column;

	area_fit(area, 0, 0, area.columns, alerts_row_style(row), alerts_row_state(row));
	if (!row->is_unknown || !row->alert_id)
		return;
	column = (int)strlen(alerts_row_state(row));
	area_text(area, 0, column < area.columns ? column : area.columns - 1, STYLE_UNKNOWN, "?");
}

static void draw_name(const struct alerts_row *row, struct area area)
{
	enum style style = row->class == ALERTS_FIRING ? STYLE_BOLD : alerts_row_style(row);
	int column = area_text(area, 0, 0, style, row->name);
	struct buf labels = {0};

	if (row->rules_count > 1)
		column += area_format(area, 0, column, STYLE_DIM, " (%zu rules)", row->rules_count);
	alerts_short_labels(&labels, row->labels);
	buf_text(&labels, row->alert_id ? "" : row->reason);
	if (labels.length && area.columns > column + 1)
		area_fit(area, 0, column + 1, area.columns - column - 1,
			 row->class == ALERTS_FIRING ? STYLE_TEXT : STYLE_DIM, labels.bytes);
	buf_fini(&labels);
}

static void draw_marks(const struct alerts_row *row, struct area area)
{
	const char marks[] = {row->ack_at_ns ? 'A' : ' ', row->silence_id ? 'S' : ' ',
			      row->inhibited_by ? 'I' : ' ', '\0'};

	area_fit(area, 0, 0, area.columns, STYLE_DIM, marks);
}

static void draw_since(const struct alerts_listing *listing, const struct alerts_row *row,
		       struct area area, bool is_right)
{
	uint64_t since_ns = alerts_row_since_ns(row);

	if (!since_ns)
		list_text(area, is_right, STYLE_DIM, "");
	else
		list_text(area, is_right, alerts_row_style(row),
			  words_short_ns(since_ns < listing->at_axis_ns
						 ? listing->at_axis_ns - since_ns
						 : 0)
				  .text);
}

static void draw_cell(void *arg, size_t at, size_t column, struct area area, bool is_right)
{
	const struct alerts_listing *listing = arg;
	const struct alerts_row *row = &listing->rows->rows[listing->rows->shown[at]];
	char id[ID_DIGITS + 1] = "";

	switch (column) {
	case ALERTS_COLUMN_TIER:
		draw_tier(row, area);
		break;
	case ALERTS_COLUMN_STATE:
		draw_state(row, area);
		break;
	case ALERTS_COLUMN_ALERT:
		draw_name(row, area);
		break;
	case ALERTS_COLUMN_VALUE:
		list_text(area, is_right, alerts_row_style(row),
			  row->alert_id ? alerts_row_value(row, listing->ascii).text : "");
		break;
	case ALERTS_COLUMN_SINCE:
		draw_since(listing, row, area, is_right);
		break;
	case ALERTS_COLUMN_MARKS:
		draw_marks(row, area);
		break;
	default:
		if (row->alert_id)
			snprintf(id, sizeof(id), "%.*s", ID_DIGITS, words_span_id(row->alert_id).text);
		list_text(area, is_right, STYLE_DIM, id);
		break;
	}
}

static uint64_t row_id(void *arg, size_t at)
{
	const struct alerts_listing *listing = arg;

	return listing->rows->rows[listing->rows->shown[at]].key;
}

struct list_rows alerts_list_rows(const struct alerts_listing *listing, const char *search,
				  const char *empty)
{
	return (struct list_rows){
		.arg = (void *)(uintptr_t)listing,
		.count = listing->rows->shown_count,
		.id = row_id,
		.cell = draw_cell,
		.empty = empty,
		.search = search,
	};
}

/* --- selection --- */

static size_t selected_at(const struct list *list, const struct alerts_rows *rows)
{
	for (size_t i = 0; list->selected_id && i < rows->shown_count; i++)
		if (rows->rows[rows->shown[i]].key == list->selected_id)
			return i;
	return list->selected < rows->shown_count ? list->selected : rows->shown_count - 1;
}

const struct alerts_row *alerts_list_selected(const struct list *list,
					      const struct alerts_rows *rows)
{
	return rows->shown_count ? &rows->rows[rows->shown[selected_at(list, rows)]] : NULL;
}

void alerts_list_select(struct list *list, const struct alerts_rows *rows, size_t at)
{
	list->selected_id = rows->rows[rows->shown[at]].key;
	list->selected = at;
	list->is_following = false;
}

bool alerts_list_search(struct list *list, const struct alerts_rows *rows, const char *needle,
			bool backwards, bool stays)
{
	size_t from = rows->shown_count ? selected_at(list, rows) : 0;

	for (size_t step = !stays; step < rows->shown_count + !stays; step++) {
		size_t at = (backwards ? from + rows->shown_count - step : from + step) %
			    rows->shown_count;

		if (!alerts_row_contains(&rows->rows[rows->shown[at]], needle))
			continue;
		alerts_list_select(list, rows, at);
		return true;
	}
	return false;
}

/* --- sections --- */

static enum style section_style(const struct alerts_rows *rows, enum alerts_section section,
				bool is_open)
{
	if (section == ALERTS_IN_FIRING && rows->worst > TIER_NONE)
		return alerts_tier_style(rows->worst, true);
	if (section == ALERTS_IN_UNKNOWN && rows->counts[section])
		return STYLE_ALARM_UNKNOWN;
	return is_open ? STYLE_TAB_ON : STYLE_TEXT;
}

/* What is empty has no place, but for the two that everybody looks for. */
static bool has_place(const struct alerts_rows *rows, enum alerts_section section,
		      enum alerts_section open)
{
	return rows->counts[section] || section == open || section == ALERTS_IN_ALL ||
	       section == ALERTS_IN_FIRING;
}

static int section_text(const struct alerts_rows *rows, enum alerts_section section, bool is_open,
			char *text, size_t size)
{
	return snprintf(text, size, is_open ? "[%s %zu]" : " %s %zu ", alerts_section_name(section),
			rows->counts[section]);
}

/* The open section is always in sight: those left of it make room. */
static enum alerts_section first_section(const struct alerts_rows *rows, enum alerts_section open,
					 int room)
{
	enum alerts_section first = open;
	char text[40];
	int used = section_text(rows, open, true, text, sizeof(text));

	while (first > 0) {
		int more = has_place(rows, first - 1, open)
				   ? section_text(rows, first - 1, false, text, sizeof(text))
				   : 0;

		if (used + more > room)
			break;
		used += more;
		first--;
	}
	return first;
}

void alerts_sections_draw(struct area area, const struct alerts_rows *rows,
			  enum alerts_section open, struct alerts_tabs *tabs)
{
	int column = 0;

	memset(tabs, 0, sizeof(*tabs));
	for (enum alerts_section section = first_section(rows, open, area.columns);
	     section < ALERTS_SECTIONS; section++) {
		bool is_open = section == open;
		char text[40];
		int width;

		if (!has_place(rows, section, open))
			continue;
		width = section_text(rows, section, is_open, text, sizeof(text));
		area_text(area, 0, column, section_style(rows, section, is_open), text);
		if (is_open)
			area_mark(area, 0, column, width, MARK_BOLD | MARK_UNDERLINE);
		tabs->at[section] = column;
		tabs->width[section] = width;
		column += width;
	}
}
