// SPDX-License-Identifier: Apache-2.0
/*
 * The Metrics tab: families of series at the left, a chart of the selected one at the right.
 * In: the store, keys. Out: cells.
 * The rule that surprises: what is selected is known by its id, so it stays when series come and go; a filter
 * that hides it moves the selection to the first row.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/metrics_tab.h"

#define WIDE_COLUMNS 60 /* from here on list and chart stand side by side */
#define LIST_COLUMNS 38
#define LIST_WIDEST  60
#define AT_FIRST     "tts:request_duration_seconds"

static struct tab *metrics_create(void)
{
	struct metrics *metrics = mem_new(sizeof(*metrics));

	metrics->tab.ops = &tab_metrics_ops;
	metrics_list_init(&metrics->list);
	return &metrics->tab;
}

static void metrics_free(struct tab *tab)
{
	struct metrics *metrics = (struct metrics *)tab;

	metrics_list_fini(&metrics->list);
	metrics_charts_fini(&metrics->charts);
	metrics_book_fini(&metrics->book);
	metrics_filter_fini(&metrics->filter);
	free(metrics->search);
	free(metrics->wanted);
	free(metrics);
}

static void metrics_reset(struct tab *tab)
{
	struct metrics *metrics = (struct metrics *)tab;

	metrics_charts_forget(&metrics->charts);
	metrics_book_fini(&metrics->book);
	metrics_list_make(&metrics->list, &metrics->book);
}

static int64_t second_ms(const struct desk *desk)
{
	return (int64_t)(desk->at_axis_ns / 1000000000u) * 1000;
}

static void update_book(struct metrics *metrics, const struct desk *desk)
{
	uint64_t before = metrics->book.generation;

	if (!desk->view || !desk->view->store)
		return;
	metrics_book_update(&metrics->book, desk->view->store, &metrics->filter, second_ms(desk));
	if (metrics->book.generation != before)
		metrics_list_make(&metrics->list, &metrics->book);
	if (metrics->wanted && metrics_list_select(&metrics->list, &metrics->book, metrics->wanted)) {
		metrics->has_chosen = true;
		free(metrics->wanted);
		metrics->wanted = NULL;
	}
	if (!metrics->has_chosen)
		metrics_list_select(&metrics->list, &metrics->book, AT_FIRST);
}

static void metrics_collect(struct tab *tab, struct desk *desk)
{
	update_book((struct metrics *)tab, desk);
}

/* --- drawing
 * ------------------------------------------------------------------------------------------------------- */

static void draw_chart(struct metrics *metrics, struct desk *desk, struct area area)
{
	struct metrics_scene scene = {
		.charts = &metrics->charts,
		.desk = desk,
		.book = &metrics->book,
		.filter = &metrics->filter,
		.subject = metrics_list_subject(&metrics->list),
		.at_ms = second_ms(desk),
	};

	metrics_charts_draw(&scene, area);
}

static void draw_list(struct metrics *metrics, struct desk *desk, struct area area)
{
	struct metrics_list_scene scene = {
		.book = &metrics->book,
		.filter = &metrics->filter,
		.search = metrics->search,
		.at_ms = second_ms(desk),
		.suffix = desk_percentile_suffix(desk),
	};

	metrics_list_draw(&metrics->list, &scene, area);
}

static bool is_chart_alone(const struct metrics *metrics)
{
	return metrics->is_detail || metrics->is_expanded;
}

static void metrics_draw(struct tab *tab, struct desk *desk, struct area area)
{
	struct metrics *metrics = (struct metrics *)tab;
	struct area list = area_part(area, 0, 0, 0, 0), chart = list;
	int width = area.columns / 3 < LIST_COLUMNS ? LIST_COLUMNS : area.columns / 3;

	/* a filter that is typed while paused changes which rows there are, not what they say */
	if (desk->is_paused)
		update_book(metrics, desk);
	metrics->is_expanded = desk->is_expanded;
	if (is_chart_alone(metrics)) {
		chart = area;
	} else if (area.columns < WIDE_COLUMNS) {
		list = area;
	} else {
		width = width > LIST_WIDEST ? LIST_WIDEST : width;
		list = area_part(area, 0, 0, area.rows, width);
		chart = area_part(area, 0, width + 1, area.rows, area.columns - width - 1);
		for (int row = 0; row < area.rows; row++)
			area_glyph(area, row, width, STYLE_FRAME, 0x2502, '|');
	}
	if (list.columns > 0)
		draw_list(metrics, desk, list);
	if (chart.columns > 0)
		draw_chart(metrics, desk, chart);
	list.row -= area.row;
	list.column -= area.column;
	chart.row -= area.row;
	chart.column -= area.column;
	metrics->list_area = list;
	metrics->chart_area = chart;
	metrics->charts.list_row -= area.row;
	metrics->charts.list_column -= area.column;
}

static unsigned metrics_contexts(const struct tab *tab)
{
	const struct metrics *metrics = (const struct metrics *)tab;

	return IN_LIST | (metrics->is_detail ? IN_DETAIL : 0);
}

/* --- keys
 * ------------------------------------------------------------------------------------------------------------
 */

static void say_chart(struct metrics *metrics, struct desk *desk)
{
	desk_say(desk, STYLE_TEXT, "chart: %s", metrics_view_name(metrics->charts.view));
}

static void zoom(struct metrics *metrics, struct desk *desk, int by)
{
	int level = metrics->charts.zoom + by;
	bool is_plot = metrics->charts.view == VIEW_PLOT;

	if (metrics->charts.view == VIEW_STAGES) {
		desk_say(desk, STYLE_DIM, "the stage table has no axis to zoom");
		return;
	}
	if (level < METRICS_ZOOM_MIN || level > METRICS_ZOOM_MAX) {
		desk_say(desk, STYLE_DIM, "that is as far as the zoom goes");
		return;
	}
	metrics->charts.zoom = level;
	if (level == METRICS_ZOOM_MIN && is_plot)
		desk_say(desk, STYLE_TEXT, "values on a logarithmic axis");
	else if (level == 0)
		desk_say(desk, STYLE_TEXT,
			 is_plot ? "the axis fits the values" : "all buckets that have values");
	else if (is_plot)
		desk_say(desk, STYLE_TEXT,
			 level > 0 ? "the axis ends at 1/%d of the greatest value"
				   : "the axis ends at %d times the greatest value",
			 1 << abs(level));
	else
		desk_say(desk, STYLE_TEXT,
			 level > 0 ? "buckets up to 1/%d of the highest bound that has values"
				   : "%d more buckets above",
			 level > 0 ? 1 << level : -level);
}

/* As the filter takes it back, and PromQL too. */
static bool copy(struct metrics *metrics, struct desk *desk)
{
	struct metrics_subject subject = metrics_list_subject(&metrics->list);
	struct buf text = {0};

	if (!subject.family)
		return false;
	metrics_list_print_selector(&text, &subject, &metrics->filter, desk_percentile_suffix(desk));
	desk_copy(desk, "selector", text.bytes);
	buf_fini(&text);
	return true;
}

static bool back(struct metrics *metrics)
{
	bool was_detail = metrics->is_detail;

	metrics->is_detail = false;
	return was_detail;
}

static void search_next(struct metrics *metrics, struct desk *desk, int direction)
{
	metrics->has_chosen = true;
	if (!metrics_list_search(&metrics->list, metrics->search, direction))
		desk_say(desk, STYLE_WARNING, "no metric and no label has \"%s\" in it", metrics->search);
}

static bool act_on_list(struct metrics *metrics, struct desk *desk, enum action action)
{
	struct metrics_list_scene scene = {
		.book = &metrics->book, .at_ms = second_ms(desk), .suffix = desk_percentile_suffix(desk)};

	if (is_chart_alone(metrics) && metrics->charts.view == VIEW_STAGES)
		return metrics_stages_act(&metrics->charts, action);
	if (!metrics_list_act(&metrics->list, &scene, action))
		return false;
	metrics->has_chosen = true;
	return true;
}

static bool metrics_act(struct tab *tab, struct desk *desk, enum action action)
{
	struct metrics *metrics = (struct metrics *)tab;

	switch (action) {
	case ACTION_BACK:
		return back(metrics);
	case ACTION_ENTER:
		metrics->is_detail |= !metrics->is_expanded; /* else it has all the room already */
		return true;
	case ACTION_CHART_NEXT:
		metrics->charts.view = (metrics->charts.view + 1) % METRICS_VIEWS;
		say_chart(metrics, desk);
		return true;
	case ACTION_ZOOM_IN:
	case ACTION_ZOOM_OUT:
		zoom(metrics, desk, action == ACTION_ZOOM_IN ? 1 : -1);
		return true;
	case ACTION_COPY:
		return copy(metrics, desk);
	case ACTION_MATCH_NEXT:
	case ACTION_MATCH_PREVIOUS:
		if (!metrics->search)
			return false;
		search_next(metrics, desk, action == ACTION_MATCH_NEXT ? 1 : -1);
		return true;
	case ACTION_EXPAND:
		if (!metrics->is_detail)
			return false;
		metrics->is_detail = false;
		return true;
	default:
		return act_on_list(metrics, desk, action);
	}
}

/* --- the mouse
 * ------------------------------------------------------------------------------------------------------- */

static bool is_within(struct area area, const struct screen_event *event)
{
	return area.columns > 0 && (int)event->row >= area.row && (int)event->row < area.row + area.rows &&
	       (int)event->column >= area.column && (int)event->column < area.column + area.columns;
}

static bool click_chart(struct metrics *metrics, struct desk *desk, const struct screen_event *event)
{
	int row = (int)event->row - metrics->chart_area.row,
	    column = (int)event->column - metrics->chart_area.column;
	struct screen_event within = *event;

	if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN) {
		if (metrics->charts.view != VIEW_STAGES) {
			zoom(metrics, desk, event->kind == SCREEN_WHEEL_UP ? 1 : -1);
			return true;
		}
	} else if (row == 0) {
		for (int i = 0; i < METRICS_VIEWS; i++)
			if (column >= metrics->charts.tabs_at[i] && column < metrics->charts.tabs_at[i + 1]) {
				metrics->charts.view = (enum metrics_view)i;
				say_chart(metrics, desk);
				return true;
			}
	}
	if (metrics->charts.view == VIEW_STAGES && (int)event->row >= metrics->charts.list_row) {
		within.row -= (unsigned)metrics->charts.list_row;
		within.column -= (unsigned)metrics->charts.list_column;
		return metrics_stages_click(&metrics->charts, &within);
	}
	if (event->kind != SCREEN_DOUBLE_CLICK || metrics->is_expanded)
		return false;
	metrics->is_detail = !metrics->is_detail;
	return true;
}

static bool metrics_click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	struct metrics *metrics = (struct metrics *)tab;
	struct metrics_list_scene scene = {
		.book = &metrics->book, .at_ms = second_ms(desk), .suffix = desk_percentile_suffix(desk)};
	struct screen_event within = *event;
	bool is_enter = false;

	if (is_within(metrics->chart_area, event))
		return click_chart(metrics, desk, event);
	if (!is_within(metrics->list_area, event))
		return false;
	within.row -= (unsigned)metrics->list_area.row;
	within.column -= (unsigned)metrics->list_area.column;
	if (!metrics_list_click(&metrics->list, &scene, &within, &is_enter))
		return false;
	metrics->has_chosen = true;
	metrics->is_detail |= is_enter;
	return true;
}

/* --- from outside
 * ------------------------------------------------------------------------------------------------------ */

static void metrics_show(struct tab *tab, struct desk *desk, const struct desk_target *target)
{
	struct metrics *metrics = (struct metrics *)tab;

	if (!target->metric)
		return;
	metrics->charts.view = VIEW_PLOT;
	free(metrics->wanted);
	metrics->wanted = mem_string(target->metric);
	update_book(metrics, desk);
	if (!metrics->wanted)
		return;
	if (metrics_book_find(&metrics->book, metrics->wanted))
		desk_say(desk, STYLE_WARNING, "%s is hidden by the filter", metrics->wanted);
	else
		desk_say(desk, STYLE_WARNING, "there is no series of %s yet", metrics->wanted);
}

static void metrics_answer(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text)
{
	struct metrics *metrics = (struct metrics *)tab;

	if (what == DESK_ANSWER_FILTER) {
		metrics_filter_set(&metrics->filter, text);
		update_book(metrics, desk);
		return;
	}
	if (what != DESK_ANSWER_SEARCH)
		return;
	free(metrics->search);
	metrics->search = *text ? mem_string(text) : NULL;
	if (metrics->search && metrics_list_search(&metrics->list, metrics->search, 0))
		metrics->has_chosen = true;
}

const struct tab_ops tab_metrics_ops = {
	.name = "Metrics",
	.create = metrics_create,
	.free = metrics_free,
	.reset = metrics_reset,
	.collect = metrics_collect,
	.draw = metrics_draw,
	.contexts = metrics_contexts,
	.act = metrics_act,
	.click = metrics_click,
	.show = metrics_show,
	.answer = metrics_answer,
	.search_hint = "part of a metric's name or of a label",
	.filter_hint = "part of a name or label, {engine=\"x\",stage=~\"a.*\"}, or name{pid=\"1\"}",
};
