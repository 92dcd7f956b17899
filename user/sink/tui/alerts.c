// SPDX-License-Identifier: Apache-2.0
/*
 * The Alerts tab. In: alerts, silences and rules of the view, and each change of an alert. Out: cells; what people want
 * done, told as `ctl` tells it.
 * The rule that surprises: rows are made once per second of the view, or when an alert has changed, never per frame; with
 * very many alerts changes wait for the second.
 */
#include "sink/tui/alerts_chart.h"
#include "sink/tui/alerts_detail.h"
#include "sink/tui/alerts_filter.h"
#include "sink/tui/alerts_form.h"
#include "sink/tui/alerts_history.h"
#include "sink/tui/alerts_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/words.h"

#define SIDE_COLUMNS	 120 /* from there on the detail stands beside the list */
#define BELOW_ROWS	 34  /* from there on below it */
#define FEW_ROWS	 1000 /* that may be made anew at each change */
#define WHEEL_LINES	 3

struct alerts_tab {
	struct tab tab;
	struct alerts_history history;
	struct alerts_rows rows;
	struct alerts_filter filter;
	struct alerts_form form;
	struct alerts_chart chart;
	struct alerts_detail detail;
	struct list list;
	enum alerts_section section;
	char *search; /* NULL = none */
	bool is_detail; /* the detail has the keys */
	uint64_t detail_key; /* what it is of while it has them */
	bool is_stale;	     /* an alert has changed since the rows were made */
	uint64_t second;     /* of the rows */
	uint64_t rules_generation;
	/* of the last draw, for clicks */
	struct alerts_tabs tabs;
	struct area list_area, detail_area; /* their canvas is not to be used */
};

static struct alerts_tab *of(struct tab *tab)
{
	return (struct alerts_tab *)tab;
}

static struct tab *create(void)
{
	struct alerts_tab *alerts = mem_new(sizeof(*alerts));

	alerts->tab.ops = &tab_alerts_ops;
	alerts->is_stale = true;
	alerts_list_init(&alerts->list);
	return &alerts->tab;
}

static void reset(struct tab *tab)
{
	struct alerts_tab *alerts = of(tab);

	alerts_rows_forget(&alerts->rows);
	alerts_history_clear(&alerts->history);
	alerts_chart_reset(&alerts->chart);
	alerts_form_drop(&alerts->form);
	alerts->is_stale = true;
}

static void free_tab(struct tab *tab)
{
	struct alerts_tab *alerts = of(tab);

	reset(tab);
	alerts_rows_fini(&alerts->rows);
	alerts_filter_fini(&alerts->filter);
	free(alerts->search);
	free(alerts);
}

/* --- collecting --- */

static void arrange(struct alerts_tab *alerts)
{
	alerts_rows_arrange(&alerts->rows, alerts->section, &alerts->filter, alerts->list.sort_column,
			    alerts->list.is_inverted);
}

/* What the detail is of: as long as it has the keys, nothing that moves in the list changes it. */
static const struct alerts_row *shown_row(const struct alerts_tab *alerts)
{
	return alerts->is_detail ? alerts_rows_find(&alerts->rows, alerts->detail_key) :
				   alerts_list_selected(&alerts->list, &alerts->rows);
}

static void collect(struct tab *tab, struct desk *desk)
{
	struct alerts_tab *alerts = of(tab);
	uint64_t second = desk->at_axis_ns / NS_PER_S;
	const struct alerts_row *row;

	if (second != alerts->second || desk->view->rules_generation != alerts->rules_generation ||
	    (alerts->is_stale && alerts->rows.count <= FEW_ROWS)) {
		alerts_rows_collect(&alerts->rows, desk->view, &alerts->history);
		arrange(alerts);
		alerts->second = second;
		alerts->rules_generation = desk->view->rules_generation;
		alerts->is_stale = false;
	}
	row = shown_row(alerts);
	if (row)
		alerts_chart_see(&alerts->chart, row, desk->at_axis_ns);
}

static void on_alert(struct tab *tab, const struct view *view, const struct alert *alert)
{
	struct alerts_tab *alerts = of(tab);

	alerts_history_note(&alerts->history, alert, view->rules_generation);
	alerts->is_stale = true;
}

/* --- drawing --- */

static char *empty_text(const struct alerts_tab *alerts)
{
	size_t rules = alerts->rows.rules_count;

	if (alerts->filter.text)
		return mem_format("no alert matches %s", alerts->filter.text);
	if (alerts->section != ALERTS_IN_ALL)
		return mem_format("nothing is %s", alerts_section_name(alerts->section));
	if (!rules)
		return mem_string("no rules are in force, so there are no alerts");
	if (alerts->rows.judged_count < rules)
		return mem_format("no alert yet: %zu of %zu rules are judged", alerts->rows.judged_count, rules);
	return mem_format("no alert is pending or firing: all %zu rules are judged", rules);
}

static void draw_list(struct alerts_tab *alerts, const struct desk *desk, struct area area)
{
	struct alerts_listing listing = {&alerts->rows, desk->at_axis_ns, desk->ascii};
	char *empty = empty_text(alerts);
	struct list_rows rows = alerts_list_rows(&listing, alerts->search, empty);

	alerts->list_area = area_part(area, 1, 0, area.rows - 1, area.columns);
	alerts_sections_draw(area_part(area, 0, 0, 1, area.columns), &alerts->rows, alerts->section, &alerts->tabs);
	alerts_list_fit(&alerts->list, area.columns);
	list_draw(&alerts->list, alerts->list_area, &rows);
	if (alerts->filter.mistake && area.rows > 3)
		area_format(area, area.rows - 1, 0, STYLE_WARNING, "not yet matchers: %s", alerts->filter.mistake);
	free(empty);
}

static void draw_detail(struct alerts_tab *alerts, struct desk *desk, struct area area)
{
	const struct alerts_row *row = shown_row(alerts);
	struct alerts_row in_force;

	alerts->detail_area = area;
	if (row && row->alert_id && row->labels) {
		in_force = *row;
		in_force.rule = alerts_rule_of(row, desk->view);
		in_force.rules_generation = desk->view->rules_generation;
		alerts_chart_feed(&alerts->chart, desk, &in_force);
	}
	alerts_detail_draw(&alerts->detail, desk, row, &alerts->rows, &alerts->history, &alerts->chart, area);
	for (int i = 0; alerts->search && i < area.rows; i++)
		area_mark_matches(area, i, alerts->search);
}

/* The list takes no more rows than it has something to say. */
static int list_rows_wanted(const struct alerts_tab *alerts, int rows)
{
	int wanted = (int)(alerts->rows.shown_count < 1000 ? alerts->rows.shown_count : 1000) + 3, most = rows * 2 / 5;

	return wanted > most ? most : wanted < 6 ? 6 : wanted;
}

/* Under a line of its own. */
static void draw_pane(struct alerts_tab *alerts, struct desk *desk, struct area area)
{
	draw_detail(alerts, desk,
		    area_section(area, alerts->is_detail ? "alert (Esc: back to the list)" : "alert (Enter: scroll it)"));
}

/* As long as what it parts, so that a tab that is printed does not end in a line of nothing. */
static void draw_divider(const struct alerts_tab *alerts, struct area area, int column)
{
	size_t list_rows = alerts->rows.shown_count + 2;
	int rows = alerts->detail.lines + 1;

	if (list_rows > (size_t)rows)
		rows = list_rows < (size_t)area.rows ? (int)list_rows : area.rows;
	for (int row = 0; row < rows; row++)
		area_glyph(area, row, column, STYLE_FRAME, 0x2502, '|');
}

static void draw(struct tab *tab, struct desk *desk, struct area area)
{
	struct alerts_tab *alerts = of(tab);
	int rows;

	alerts->list_area = alerts->detail_area = area_part(area, 0, 0, 0, 0);
	memset(&alerts->tabs, 0, sizeof(alerts->tabs));
	if (desk->is_expanded && !alerts->is_detail) {
		draw_list(alerts, desk, area);
	} else if (desk->is_expanded || (area.columns < SIDE_COLUMNS && area.rows < BELOW_ROWS)) {
		if (alerts->is_detail)
			draw_detail(alerts, desk, area);
		else
			draw_list(alerts, desk, area);
	} else if (area.columns >= SIDE_COLUMNS) {
		int columns = area.columns * 9 / 20;

		draw_list(alerts, desk, area_part(area, 0, 0, area.rows, columns - 2));
		draw_pane(alerts, desk, area_part(area, 0, columns + 1, area.rows, area.columns - columns - 1));
		draw_divider(alerts, area, columns - 1);
	} else {
		rows = list_rows_wanted(alerts, area.rows);
		draw_list(alerts, desk, area_part(area, 0, 0, rows, area.columns));
		draw_pane(alerts, desk, area_part(area, rows, 0, area.rows - rows, area.columns));
	}
	if (desk_is_asking(desk))
		alerts_form_draw(&alerts->form, desk, area);
	else
		alerts_form_drop(&alerts->form);
}

/* --- keys --- */

static unsigned contexts(const struct tab *tab)
{
	return ((const struct alerts_tab *)tab)->is_detail ? IN_DETAIL : IN_LIST;
}

static void open_detail(struct alerts_tab *alerts, uint64_t key)
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
	while (section != ALERTS_IN_ALL && section != alerts->section && !alerts->rows.counts[section]);
	alerts->section = section;
	arrange(alerts);
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
	open_detail(alerts, alerts->list.selected_id);
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
			open_detail(alerts, row->key);
		return row != NULL;
	case ACTION_BACK:
		if (alerts->section == ALERTS_IN_ALL)
			return false;
		alerts->section = ALERTS_IN_ALL;
		arrange(alerts);
		return true;
	default:
		break;
	}
	if (!list_act(&alerts->list, action, &rows))
		return false;
	if (action == ACTION_SORT || action == ACTION_SORT_PREVIOUS || action == ACTION_INVERT)
		arrange(alerts);
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
		return go_trace(desk, shown_row(alerts));
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
		open_detail(alerts, alerts->list.selected_id);
	return true;
}

static bool act(struct tab *tab, struct desk *desk, enum action action)
{
	struct alerts_tab *alerts = of(tab);

	switch (action) {
	case ACTION_ACK:
		alerts_form_begin(&alerts->form, desk, TUI_ACK, shown_row(alerts));
		return true;
	case ACTION_RESOLVE:
		alerts_form_begin(&alerts->form, desk, TUI_RESOLVE, shown_row(alerts));
		return true;
	case ACTION_SILENCE:
		alerts_form_begin(&alerts->form, desk, TUI_SILENCE, shown_row(alerts));
		return true;
	case ACTION_UNSILENCE:
		alerts_form_begin(&alerts->form, desk, TUI_UNSILENCE, shown_row(alerts));
		return true;
	case ACTION_GO_TRACE:
		return go_trace(desk, shown_row(alerts));
	case ACTION_COPY:
		return copy(desk, shown_row(alerts));
	case ACTION_MATCH_NEXT:
	case ACTION_MATCH_PREVIOUS:
		return search_next(alerts, desk, action == ACTION_MATCH_PREVIOUS);
	default:
		return alerts->is_detail ? act_in_detail(alerts, desk, action) : act_in_list(alerts, desk, action);
	}
}

/* --- the mouse --- */

static bool is_within(struct area area, struct area all, const struct screen_event *event)
{
	int row = (int)event->row + all.row - area.row, column = (int)event->column + all.column - area.column;

	return row >= 0 && column >= 0 && row < area.rows && column < area.columns;
}

static bool click_section(struct alerts_tab *alerts, const struct screen_event *event)
{
	for (enum alerts_section section = 0; section < ALERTS_SECTIONS; section++) {
		int at = alerts->tabs.at[section];

		if ((int)event->column < at || (int)event->column >= at + alerts->tabs.width[section])
			continue;
		alerts->section = section;
		alerts->is_detail = false;
		arrange(alerts);
		return true;
	}
	return false;
}

static bool click_list(struct alerts_tab *alerts, struct desk *desk, const struct screen_event *event)
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
		arrange(alerts);
	if (alerts->list.selected_id != before)
		alerts->detail.top = 0;
	alerts->is_detail = false;
	if (is_enter && alerts_list_selected(&alerts->list, &alerts->rows))
		open_detail(alerts, alerts_list_selected(&alerts->list, &alerts->rows)->key);
	return true;
}

static bool click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	struct alerts_tab *alerts = of(tab);
	/* the list begins in the first column of the tab, in the row behind the sections */
	struct area all = alerts->list_area;

	all.row--;
	if (alerts->list_area.rows > 0 && !event->row)
		return click_section(alerts, event);
	if (alerts->list_area.rows > 0 && is_within(alerts->list_area, all, event))
		return click_list(alerts, desk, event);
	if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN) {
		for (int i = 0; i < WHEEL_LINES; i++)
			alerts_detail_scroll(&alerts->detail, event->kind == SCREEN_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
		return true;
	}
	if (event->kind == SCREEN_CLICK && alerts->list_area.rows > 0 && !alerts->is_detail && shown_row(alerts))
		open_detail(alerts, shown_row(alerts)->key);
	return true;
}

/* --- from elsewhere --- */

static void show(struct tab *tab, struct desk *desk, const struct desk_target *target)
{
	struct alerts_tab *alerts = of(tab);
	const struct alerts_row *row = alerts_rows_find_alert(&alerts->rows, target->alert_id);

	if (!target->alert_id)
		return;
	if (!row) {
		desk_say(desk, STYLE_WARNING, "the alert %.8s is gone", words_span_id(target->alert_id).text);
		return;
	}
	alerts->section = ALERTS_IN_ALL;
	arrange(alerts);
	for (size_t i = 0; i < alerts->rows.shown_count; i++) /* a filter may hide it */
		if (&alerts->rows.rows[alerts->rows.shown[i]] == row)
			alerts_list_select(&alerts->list, &alerts->rows, i);
	open_detail(alerts, row->key);
}

static void answer(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text)
{
	struct alerts_tab *alerts = of(tab);

	switch (what) {
	case DESK_ANSWER_SEARCH:
		free(alerts->search);
		alerts->search = *text ? mem_string(text) : NULL;
		if (alerts->search && !alerts->is_detail)
			alerts_list_search(&alerts->list, &alerts->rows, alerts->search, false, true);
		break;
	case DESK_ANSWER_FILTER:
		alerts_filter_set(&alerts->filter, text);
		arrange(alerts);
		break;
	default:
		alerts_form_answer(&alerts->form, desk, text);
		break;
	}
}

const struct tab_ops tab_alerts_ops = {
	.name = "Alerts",
	.create = create,
	.free = free_tab,
	.reset = reset,
	.collect = collect,
	.draw = draw,
	.contexts = contexts,
	.act = act,
	.click = click,
	.show = show,
	.answer = answer,
	.on_alert = on_alert,
	.search_hint = "in names, labels, states, ids, reasons and comments",
	.filter_hint = "a part of any text, or matchers: {severity=\"critical\",pid=~\"42..\"}",
};
