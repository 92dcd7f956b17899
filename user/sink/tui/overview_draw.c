// SPDX-License-Identifier: Apache-2.0
/*
 * What goes where. In: what was collected, an area. Out: cells.
 * The rule that surprises: what fires and no badge tells of fills the first row, at every size. Below it instances get
 * blocks while every one of them can have its most important rows, else a list; what is selected in a list has its
 * block below it when there is room.
 */
#include <string.h>

#include "sink/tui/overview.h"

#define WIDE_COLUMNS 150
#define WIDE_ROWS    20
#define BLOCK_LEAST  5
#define PLOT_ROWS    7

struct overview_instance *overview_selected(const struct overview *overview)
{
	for (size_t i = 0; i < overview->shown_count; i++)
		if (overview->instances[overview->order[i]].id == overview->selected_id)
			return &overview->instances[overview->order[i]];
	return overview->shown_count ? &overview->instances[overview->order[0]] : NULL;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static int alerts_rows(const struct overview *overview)
{
	return 1 + (overview->alerts_count ? (int)overview->alerts_count : 1);
}

/* The list marks its selected row even when the alerts have the keys. */
static void unmark(struct area area)
{
	for (int row = area.row; row < area.row + area.rows; row++)
		for (int column = area.column; column < area.column + area.columns; column++)
			area.canvas->cells[(size_t)row * area.canvas->columns + (size_t)column].mark &=
				(uint8_t)~MARK_SELECTED;
}

static void draw_list(struct overview *overview, struct desk *desk, struct area area)
{
	struct list_rows rows = overview_list_rows(overview, desk);

	overview->has_list = true;
	overview->list.selected_id = overview_selected(overview)->id;
	overview->list_area = area;
	overview_list_fit(overview, area.columns);
	list_draw(&overview->list, area, &rows);
	if (overview->focus != FOCUS_INSTANCES)
		unmark(area);
}

static void draw_blocks(struct overview *overview, struct desk *desk, struct area area, int rows_each)
{
	const struct overview_instance *selected = overview_selected(overview);
	int count = (int)overview->shown_count, gap = area.rows - count * rows_each >= count - 1 ? 1 : 0, row = 0;

	for (int i = 0; i < count; i++) {
		struct overview_instance *instance = &overview->instances[overview->order[i]];
		bool is_marked = instance == selected && overview->focus == FOCUS_INSTANCES;

		overview_draw_block(overview, desk, instance, area_part(area, row, 0, rows_each, area.columns),
				    is_marked);
		row += rows_each + gap;
	}
	overview_draw_plots(overview, desk, overview_selected(overview),
			    area_part(area, row, 0, area.rows - row, area.columns));
}

/* How many rows instances want of `rows`, at least. */
static int rows_wanted(const struct overview *overview, int rows)
{
	int count = (int)overview->shown_count;

	if (count == 1 || overview->is_drilled)
		return least(OVERVIEW_BLOCK_ROWS, rows);
	if (count * BLOCK_LEAST <= rows)
		return least(count * OVERVIEW_BLOCK_ROWS, rows);
	return least(count + 2 + OVERVIEW_BLOCK_ROWS, rows);
}

static void draw_instances(struct overview *overview, struct desk *desk, struct area area)
{
	int count = (int)overview->shown_count;

	if (area.rows <= 0)
		return;
	if (count == 1 || overview->is_drilled) {
		overview_draw_block(overview, desk, overview_selected(overview), area, false);
	} else if (count * BLOCK_LEAST <= area.rows) {
		draw_blocks(overview, desk, area, least(area.rows / count, OVERVIEW_BLOCK_ROWS));
	} else if (area.rows - count - 1 >= BLOCK_LEAST) {
		int gap = area.rows - count - 1 > BLOCK_LEAST;

		draw_list(overview, desk, area_part(area, 0, 0, count + 1, area.columns));
		overview_draw_block(overview, desk, overview_selected(overview),
				    area_part(area, count + 1 + gap, 0, area.rows - count - 1 - gap, area.columns),
				    false);
	} else {
		draw_list(overview, desk, area);
	}
}

/* Instances above, alerts below. */
static void draw_stacked(struct overview *overview, struct desk *desk, struct area area)
{
	int wanted = rows_wanted(overview, area.rows), alerts = area.rows - wanted;

	if (area.rows < 10) /* the reason beside the badge tells of the worst alert */
		alerts = overview->alerts_count > 1 && area.rows > 6;
	else if (alerts < least(alerts_rows(overview), 4))
		alerts = least(alerts_rows(overview), area.rows >= 16 ? 4 : 2);
	if (alerts >= alerts_rows(overview) + PLOT_ROWS)
		alerts = alerts_rows(overview);
	draw_instances(overview, desk, area_part(area, 0, 0, area.rows - alerts, area.columns));
	if (alerts > 0)
		overview_draw_alerts(overview, desk, area_part(area, area.rows - alerts, 0, alerts, area.columns));
}

/* Instances on the left; alerts and stages on the right. */
static void draw_beside(struct overview *overview, struct desk *desk, struct area area)
{
	int left = area.columns * 11 / 20, right = area.columns - left - 2;
	int alerts = least(most(alerts_rows(overview), 6), area.rows / 2);
	struct area column = area_part(area, 0, left + 2, area.rows, right);
	struct overview_instance *selected = overview_selected(overview);
	int stages;

	draw_instances(overview, desk, area_part(area, 0, 0, area.rows, left));
	overview_draw_alerts(overview, desk, area_part(column, 0, 0, alerts, right));
	overview_take_stages(overview, desk, selected);
	stages = least((int)overview->stages_count + 3, area.rows - alerts);
	if (area.rows - alerts - stages < PLOT_ROWS)
		stages = area.rows - alerts;
	overview_draw_stages(overview, desk, selected, area_part(column, alerts, 0, stages, right));
	overview_draw_load(overview, desk, selected,
			   area_part(column, alerts + stages, 0, area.rows - alerts - stages, right));
}

static void draw_expanded(struct overview *overview, struct desk *desk, struct area area)
{
	struct overview_instance *selected = overview_selected(overview);
	int block, stages;

	if (overview->focus == FOCUS_ALERTS && overview->alerts_count) {
		overview_draw_alerts(overview, desk, area);
		return;
	}
	stages = area.rows >= OVERVIEW_BLOCK_ROWS + 4 ? least((area.rows - OVERVIEW_BLOCK_ROWS) / 2, 14) : 0;
	if (area.rows < OVERVIEW_BLOCK_ROWS + 4 + 2 * PLOT_ROWS)
		stages = area.rows - OVERVIEW_BLOCK_ROWS;
	block = area.rows - most(stages, 0);
	overview_draw_block(overview, desk, selected, area_part(area, 0, 0, block, area.columns), false);
	overview_draw_stages(overview, desk, selected, area_part(area, block, 0, area.rows - block, area.columns));
}

void overview_draw(struct overview *overview, struct desk *desk, struct area area)
{
	int self = area.rows >= 4 ? overview_self_rows(overview) : 0, untold = overview_untold(overview) != NULL;
	struct area body;

	overview->hits_count = 0;
	overview->has_list = false;
	overview->origin_row = area.row;
	overview->origin_column = area.column;
	if (area.rows <= 0 || area.columns <= 0)
		return;
	overview_draw_untold(overview, area_part(area, 0, 0, 1, area.columns));
	body = area_part(area, untold, 0, area.rows - self - untold, area.columns);
	if (!overview->shown_count) {
		int alerts =
			overview->alerts_count && body.rows > 12 ? least(alerts_rows(overview), body.rows - 8) : 0;

		overview_draw_waiting(overview, desk, area_part(body, 0, 0, body.rows - alerts, body.columns));
		if (alerts)
			overview_draw_alerts(overview, desk,
					     area_part(body, body.rows - alerts, 0, alerts, body.columns));
	} else if (desk->is_expanded) {
		draw_expanded(overview, desk, body);
	} else if (area.columns >= WIDE_COLUMNS && area.rows >= WIDE_ROWS) {
		draw_beside(overview, desk, body);
	} else {
		draw_stacked(overview, desk, body);
	}
	if (self)
		overview_draw_self(overview, desk, area_part(area, area.rows - self, 0, self, area.columns));
}
