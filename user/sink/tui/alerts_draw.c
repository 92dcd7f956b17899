// SPDX-License-Identifier: Apache-2.0
/*
 * In: the state of the Alerts tab, an area. Out: list and detail beside or below one another, or
 * one of them; a form above both.
 * The rule that surprises: the past of the alert that is shown is evaluated here, a few instants
 * per frame, so that it is found while the picture is paused as well.
 */
#include "sink/tui/alerts_tab.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SIDE_COLUMNS 120 /* from there on the detail stands beside the list */
#define BELOW_ROWS   34	 /* from there on below it */

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
		return mem_format("no alert yet: %zu of %zu rules are judged",
				  alerts->rows.judged_count, rules);
	return mem_format("no alert is pending or firing: all %zu rules are judged", rules);
}

static void draw_list(struct alerts_tab *alerts, const struct desk *desk, struct area area)
{
	struct alerts_listing listing = {&alerts->rows, desk->at_axis_ns, desk->ascii};
	char *empty = empty_text(alerts);
	struct list_rows rows = alerts_list_rows(&listing, alerts->search, empty);

	alerts->list_area = area_part(area, 1, 0, area.rows - 1, area.columns);
	alerts_sections_draw(area_part(area, 0, 0, 1, area.columns), &alerts->rows, alerts->section,
			     &alerts->tabs);
	alerts_list_fit(&alerts->list, area.columns);
	list_draw(&alerts->list, alerts->list_area, &rows);
	if (alerts->filter.mistake && area.rows > 3)
		area_format(area, area.rows - 1, 0, STYLE_WARNING, "not yet matchers: %s",
			    alerts->filter.mistake);
	free(empty);
}

static void draw_detail(struct alerts_tab *alerts, struct desk *desk, struct area area)
{
	const struct alerts_row *row = alerts_shown(alerts);
	struct alerts_row in_force;

	alerts->detail_area = area;
	if (row && row->alert_id && row->labels) {
		in_force = *row;
		in_force.rule = alerts_rule_of(row, desk->view);
		in_force.rules_generation = desk->view->rules_generation;
		alerts_chart_feed(&alerts->chart, desk, &in_force);
	}
	alerts_detail_draw(&alerts->detail, desk, row, &alerts->rows, &alerts->history,
			   &alerts->chart, area);
	for (int i = 0; alerts->search && i < area.rows; i++)
		area_mark_matches(area, i, alerts->search);
}

/* The list takes no more rows than it has something to say. */
static int list_rows_wanted(const struct alerts_tab *alerts, int rows)
{
	int wanted = (int)(alerts->rows.shown_count < 1000 ? alerts->rows.shown_count : 1000) + 3,
	    most = rows * 2 / 5;

	return wanted > most ? most : wanted < 6 ? 6 : wanted;
}

/* Under a line of its own. */
static void draw_pane(struct alerts_tab *alerts, struct desk *desk, struct area area)
{
	draw_detail(alerts, desk,
		    area_section(area, alerts->is_detail ? "alert (Esc: back to the list)"
							 : "alert (Enter: scroll it)"));
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

void alerts_draw(struct tab *tab, struct desk *desk, struct area area)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;
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
		draw_pane(alerts, desk,
			  area_part(area, 0, columns + 1, area.rows, area.columns - columns - 1));
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
