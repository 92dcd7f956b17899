// SPDX-License-Identifier: Apache-2.0
/*
 * The Overview tab: is it well, and if not, what is wrong. In: the view, keys. Out: cells.
 * The rule that surprises: instances and alerts are one way down: below the last instance comes the first alert.
 */
#include "sink/tui/overview.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static struct overview *overview_of(struct tab *tab)
{
	return (struct overview *)tab;
}

static struct tab *create(void)
{
	struct overview *overview = mem_new(sizeof(*overview));

	overview->tab.ops = &tab_overview_ops;
	overview->suffix = "1m";
	list_init(&overview->list, NULL, 0);
	overview_list_fit(overview, 80);
	overview_forget(overview);
	return &overview->tab;
}

static void tab_free(struct tab *tab)
{
	overview_forget(overview_of(tab));
	free(tab);
}

static void reset(struct tab *tab)
{
	overview_forget(overview_of(tab));
}

static void collect(struct tab *tab, struct desk *desk)
{
	overview_collect(overview_of(tab), desk);
}

static void draw(struct tab *tab, struct desk *desk, struct area area)
{
	overview_draw(overview_of(tab), desk, area);
}

static unsigned contexts(const struct tab *tab)
{
	const struct overview *overview = (const struct overview *)tab;

	return (overview->has_list ? IN_LIST : 0) | (overview->is_drilled ? IN_DETAIL : 0);
}

/* --- moving ---------------------------------------------------------------------------------------------------- */

static size_t selected_row(const struct overview *overview)
{
	const struct overview_instance *selected = overview_selected(overview);

	for (size_t i = 0; i < overview->shown_count; i++)
		if (&overview->instances[overview->order[i]] == selected)
			return i;
	return 0;
}

/* Over instances and, below them, alerts. */
static void move_to(struct overview *overview, size_t at)
{
	size_t count = overview->shown_count + overview->alerts_count;

	if (!count)
		return;
	at = at < count ? at : count - 1;
	if (at < overview->shown_count) {
		overview->focus = FOCUS_INSTANCES;
		overview->selected_id = overview->instances[overview->order[at]].id;
	} else {
		overview->focus = FOCUS_ALERTS;
		overview->selected_alert_id = overview->alerts[at - overview->shown_count].id;
	}
}

static size_t place(const struct overview *overview)
{
	if (overview->focus == FOCUS_ALERTS && overview->alerts_count)
		return overview->shown_count + overview_alert_at(overview);
	return selected_row(overview);
}

static void move_by(struct overview *overview, long rows)
{
	long at = (long)place(overview) + rows;

	move_to(overview, at < 0 ? 0 : (size_t)at);
}

static bool move(struct overview *overview, enum action action)
{
	long page = overview->has_list && overview->list.page_rows > 1 ? overview->list.page_rows : 5;

	switch (action) {
	case ACTION_UP:
		move_by(overview, -1);
		return true;
	case ACTION_DOWN:
		move_by(overview, 1);
		return true;
	case ACTION_PAGE_UP:
		move_by(overview, -page);
		return true;
	case ACTION_PAGE_DOWN:
		move_by(overview, page);
		return true;
	case ACTION_FIRST:
		move_to(overview, 0);
		return true;
	case ACTION_LAST:
		move_to(overview, overview->shown_count + overview->alerts_count);
		return true;
	case ACTION_LEFT:
		overview->focus = FOCUS_INSTANCES;
		return true;
	case ACTION_RIGHT:
		if (overview->alerts_count)
			overview->focus = FOCUS_ALERTS;
		return true;
	default:
		return false;
	}
}

/* --- what is selected ------------------------------------------------------------------------------------------ */

static void enter(struct overview *overview, struct desk *desk)
{
	if (overview->focus == FOCUS_ALERTS && overview->alerts_count) {
		struct desk_target target = {.tab = TUI_ALERTS,
					     .alert_id = overview->alerts[overview_alert_at(overview)].id};

		desk_go(desk, &target);
	} else if (overview->shown_count > 1 && !overview->is_drilled) {
		overview->selected_id = overview_selected(overview)->id;
		overview->is_drilled = true;
	} else if (overview->shown_count) {
		desk_go(desk, &(struct desk_target){.tab = TUI_TRACES});
	}
}

static void copy(struct overview *overview, struct desk *desk)
{
	const struct overview_instance *selected = overview_selected(overview);
	char text[400];

	if (overview->focus == FOCUS_ALERTS && overview->alerts_count) {
		snprintf(text, sizeof(text), "%016llx",
			 (unsigned long long)overview->alerts[overview_alert_at(overview)].id);
		desk_copy(desk, "id of the alert", text);
	} else if (selected) {
		snprintf(text, sizeof(text), "%s %s", selected->service, selected->pid);
		desk_copy(desk, "service and pid", text);
	} else {
		desk_say(desk, STYLE_DIM, "there is nothing to copy yet");
	}
}

static bool sort(struct overview *overview, struct desk *desk, enum action action)
{
	struct list_rows rows = overview_list_rows(overview, desk);

	if (!overview->has_list || !list_act(&overview->list, action, &rows))
		return false;
	overview_sort(overview);
	return true;
}

static bool act(struct tab *tab, struct desk *desk, enum action action)
{
	struct overview *overview = overview_of(tab);

	switch (action) {
	case ACTION_ENTER:
		enter(overview, desk);
		return true;
	case ACTION_COPY:
		copy(overview, desk);
		return true;
	case ACTION_SORT:
	case ACTION_SORT_PREVIOUS:
	case ACTION_INVERT:
		return sort(overview, desk, action);
	case ACTION_BACK:
		if (!overview->is_drilled)
			return false;
		overview->is_drilled = false;
		return true;
	default:
		return move(overview, action);
	}
}

static bool click_list(struct overview *overview, struct desk *desk, const struct screen_event *event)
{
	struct list_rows rows = overview_list_rows(overview, desk);
	struct screen_event inside = *event;
	int row = (int)event->row + overview->origin_row - overview->list_area.row,
	    column = (int)event->column + overview->origin_column - overview->list_area.column;
	bool is_enter = false;

	if (!overview->has_list || row < 0 || row >= overview->list_area.rows || column < 0 ||
	    column >= overview->list_area.columns)
		return false;
	inside.row = (unsigned)row;
	inside.column = (unsigned)column;
	if (!list_click(&overview->list, &inside, &rows, &is_enter))
		return false;
	overview->selected_id = overview->list.selected_id;
	overview->focus = FOCUS_INSTANCES;
	overview_sort(overview);
	if (is_enter)
		enter(overview, desk);
	return true;
}

static bool click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	struct overview *overview = overview_of(tab);

	if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN) {
		move_by(overview, event->kind == SCREEN_WHEEL_UP ? -1 : 1);
		return true;
	}
	if (click_list(overview, desk, event))
		return true;
	for (size_t i = 0; i < overview->hits_count; i++) {
		const struct overview_hit *hit = &overview->hits[i];
		int row = (int)event->row + overview->origin_row - hit->row,
		    column = (int)event->column + overview->origin_column - hit->column;

		if (row < 0 || row >= hit->rows || column < 0 || column >= hit->columns)
			continue;
		if (hit->is_alert && hit->index < overview->alerts_count)
			move_to(overview, overview->shown_count + hit->index);
		else if (!hit->is_alert && hit->index < overview->instances_count) {
			overview->focus = FOCUS_INSTANCES;
			overview->selected_id = overview->instances[hit->index].id;
		}
		if (event->kind == SCREEN_DOUBLE_CLICK)
			enter(overview, desk);
		return true;
	}
	return false;
}

static void on_alert(struct tab *tab, const struct view *view, const struct alert *alert)
{
	(void)view;
	overview_hear(overview_of(tab), alert);
	overview_of(tab)->is_stale = true; /* shown in the next frame, not in the next second */
}

const struct tab_ops tab_overview_ops = {
	.name = "Overview",
	.create = create,
	.free = tab_free,
	.reset = reset,
	.collect = collect,
	.draw = draw,
	.contexts = contexts,
	.act = act,
	.click = click,
	.on_alert = on_alert,
};
