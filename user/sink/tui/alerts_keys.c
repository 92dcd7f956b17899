// SPDX-License-Identifier: Apache-2.0
/* In: actions, clicks. Out: another row, section, detail; a question; another tab. */
#include "sink/tui/alerts_tab.h"

#include <string.h>

#include "sink/words.h"

#define WHEEL_LINES 3

/* --- keys --- */

void alerts_open_detail(struct alerts_tab *alerts, uint64_t key)
{
	alerts->is_detail = true;
	alerts->detail_key = key;
	alerts->detail.top = 0;
}

static bool go_trace(struct desk *desk, const struct alerts_row *row)
{
	struct desk_target target = {.tab = TUI_TRACES};

	if (!row)
		return false;
	if (words_is_orphan(row->trace_id)) {
		desk_say(desk, STYLE_WARNING, "no trace is known for %s", row->name);
		return true;
	}
	memcpy(target.trace_id, row->trace_id, sizeof(target.trace_id));
	desk_go(desk, &target);
	return true;
}

static bool copy(struct desk *desk, const struct alerts_row *row)
{
	if (!row)
		return false;
	if (row->alert_id)
		desk_copy(desk, "the alert's id", words_span_id(row->alert_id).text);
	else
		desk_copy(desk, "the rule's name", row->name);
	return true;
}

/* The section beside that has something in it. */
static void turn_section(struct alerts_tab *alerts, bool backwards)
{
	unsigned section = alerts->section;

	do
		section = (section + (backwards ? ALERTS_SECTIONS - 1 : 1)) % ALERTS_SECTIONS;
	while (section != ALERTS_IN_ALL && section != alerts->section &&
	       !alerts->rows.counts[section]);
	alerts->section = section;
	alerts_arrange(alerts);
}

static void turn_detail(struct alerts_tab *alerts, bool backwards)
{
	size_t count = alerts->rows.shown_count, at = 0;

	while (at < count && alerts->rows.rows[alerts->rows.shown[at]].key != alerts->detail_key)
		at++;
	if (!count || (backwards && !at) || (!backwards && at + 1 >= count))
		return;
	at = at == count ? 0 : backwards ? at - 1 : at + 1;
	alerts_list_select(&alerts->list, &alerts->rows, at);
	alerts_open_detail(alerts, alerts->list.selected_id);
}

static bool act_in_list(struct alerts_tab *alerts, struct desk *desk, enum action action)
{
	struct alerts_listing listing = {&alerts->rows, desk->at_axis_ns, desk->ascii};
	struct list_rows rows = alerts_list_rows(&listing, alerts->search, "");
	const struct alerts_row *row = alerts_list_selected(&alerts->list, &alerts->rows);
	uint64_t before = alerts->list.selected_id;

	switch (action) {
	case ACTION_LEFT:
	case ACTION_RIGHT:
		turn_section(alerts, action == ACTION_LEFT);
		return true;
	case ACTION_ENTER:
		if (row)
			alerts_open_detail(alerts, row->key);
		return row != NULL;
	case ACTION_BACK:
		if (alerts->section == ALERTS_IN_ALL)
			return false;
		alerts->section = ALERTS_IN_ALL;
		alerts_arrange(alerts);
		return true;
	default:
		break;
	}
	if (!list_act(&alerts->list, action, &rows))
		return false;
	if (action == ACTION_SORT || action == ACTION_SORT_PREVIOUS || action == ACTION_INVERT)
		alerts_arrange(alerts);
	if (alerts->list.selected_id != before)
		alerts->detail.top = 0;
	return true;
}

static bool act_in_detail(struct alerts_tab *alerts, struct desk *desk, enum action action)
{
	switch (action) {
	case ACTION_BACK:
		alerts->is_detail = false;
		return true;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		turn_detail(alerts, action == ACTION_LEFT);
		return true;
	case ACTION_ENTER:
		return go_trace(desk, alerts_shown(alerts));
	default:
		return alerts_detail_scroll(&alerts->detail, action);
	}
}

static bool search_next(struct alerts_tab *alerts, struct desk *desk, bool backwards)
{
	if (!alerts->search)
		return false;
	if (!alerts_list_search(&alerts->list, &alerts->rows, alerts->search, backwards, false))
		desk_say(desk, STYLE_WARNING, "no alert has \"%s\"", alerts->search);
	else if (alerts->is_detail)
		alerts_open_detail(alerts, alerts->list.selected_id);
	return true;
}

bool alerts_act(struct tab *tab, struct desk *desk, enum action action)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;

	switch (action) {
	case ACTION_ACK:
		alerts_form_begin(&alerts->form, desk, TUI_ACK, alerts_shown(alerts));
		return true;
	case ACTION_RESOLVE:
		alerts_form_begin(&alerts->form, desk, TUI_RESOLVE, alerts_shown(alerts));
		return true;
	case ACTION_SILENCE:
		alerts_form_begin(&alerts->form, desk, TUI_SILENCE, alerts_shown(alerts));
		return true;
	case ACTION_UNSILENCE:
		alerts_form_begin(&alerts->form, desk, TUI_UNSILENCE, alerts_shown(alerts));
		return true;
	case ACTION_GO_TRACE:
		return go_trace(desk, alerts_shown(alerts));
	case ACTION_COPY:
		return copy(desk, alerts_shown(alerts));
	case ACTION_MATCH_NEXT:
	case ACTION_MATCH_PREVIOUS:
		return search_next(alerts, desk, action == ACTION_MATCH_PREVIOUS);
	default:
		return alerts->is_detail ? act_in_detail(alerts, desk, action)
					 : act_in_list(alerts, desk, action);
	}
}

/* --- the mouse --- */

static bool is_within(struct area area, struct area all, const struct screen_event *event)
{
	int row = (int)event->row + all.row - area.row,
	    column = (int)event->column + all.column - area.column;

	return row >= 0 && column >= 0 && row < area.rows && column < area.columns;
}

static bool click_section(struct alerts_tab *alerts, const struct screen_event *event)
{
	for (enum alerts_section section = 0; section < ALERTS_SECTIONS; section++) {
		int at = alerts->tabs.at[section];

		if ((int)event->column < at ||
		    (int)event->column >= at + alerts->tabs.width[section])
			continue;
		alerts->section = section;
		alerts->is_detail = false;
		alerts_arrange(alerts);
		return true;
	}
	return false;
}

static bool click_list(struct alerts_tab *alerts, struct desk *desk,
		       const struct screen_event *event)
{
	struct alerts_listing listing = {&alerts->rows, desk->at_axis_ns, desk->ascii};
	struct list_rows rows = alerts_list_rows(&listing, alerts->search, "");
	struct screen_event within = *event;
	uint64_t before = alerts->list.selected_id;
	size_t sort = alerts->list.sort_column;
	bool is_enter = false, is_inverted = alerts->list.is_inverted;

	within.row--; /* of the sections */
	if (!list_click(&alerts->list, &within, &rows, &is_enter))
		return false;
	if (sort != alerts->list.sort_column || is_inverted != alerts->list.is_inverted)
		alerts_arrange(alerts);
	if (alerts->list.selected_id != before)
		alerts->detail.top = 0;
	alerts->is_detail = false;
	if (is_enter && alerts_list_selected(&alerts->list, &alerts->rows))
		alerts_open_detail(alerts, alerts_list_selected(&alerts->list, &alerts->rows)->key);
	return true;
}

bool alerts_click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;
	/* the list begins in the first column of the tab, in the row behind the sections */
	struct area all = alerts->list_area;

	all.row--;
	if (alerts->list_area.rows > 0 && !event->row)
		return click_section(alerts, event);
	if (alerts->list_area.rows > 0 && is_within(alerts->list_area, all, event))
		return click_list(alerts, desk, event);
	if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN) {
		for (int i = 0; i < WHEEL_LINES; i++)
			alerts_detail_scroll(&alerts->detail, event->kind == SCREEN_WHEEL_UP
								      ? ACTION_UP
								      : ACTION_DOWN);
		return true;
	}
	if (event->kind == SCREEN_CLICK && alerts->list_area.rows > 0 && !alerts->is_detail &&
	    alerts_shown(alerts))
		alerts_open_detail(alerts, alerts_shown(alerts)->key);
	return true;
}
