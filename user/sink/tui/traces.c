// SPDX-License-Identifier: Apache-2.0
/*
 * The Traces tab. In: held and open traces of the view, keys. Out: a table of utterances, one opened, two compared.
 * The rule that surprises: what is open was copied when it was opened, so it stays whatever the view lets go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/traces_parts.h"
#include "sink/words.h"

#define MATCH_ROWS 50000 /* that are looked through for the next match of a search */

static struct tab *traces_create(void)
{
	struct traces *traces = mem_new(sizeof(*traces));

	traces->tab.ops = &tab_traces_ops;
	traces->index = trace_index_new();
	traces_table_init(traces);
	return &traces->tab;
}

static void set_text(char **to, const char *text)
{
	free(*to);
	*to = text && *text ? mem_string(text) : NULL;
}

static void traces_free(struct tab *tab)
{
	struct traces *traces = (struct traces *)tab;

	traces_close_page(traces);
	trace_copy_free(traces->marked);
	trace_detail_free(traces->preview);
	trace_index_free(traces->index);
	trace_filter_free(traces->filter);
	free(traces->filter_text);
	free(traces->filter_mistake);
	free(traces->search);
	free(traces->flights);
	free(traces->hint);
	free(traces);
}

static void traces_reset(struct tab *tab)
{
	struct traces *traces = (struct traces *)tab;

	trace_index_reset(traces->index);
	trace_filter_forget(traces->filter);
	fired_reset(&traces->fired);
	traces->has_begun = false;
	traces->flights_count = traces->usuals_count = 0;
	traces->usuals_second = 0;
	traces->open_count = 0;
	traces->hint_ordinal = 0;
	set_text(&traces->hint, NULL);
	trace_detail_free(traces->preview);
	traces->preview = NULL;
	traces->facts = NULL;
	if (traces->detail)
		trace_detail_reset(traces->detail);
	free(traces->waiting); /* it points into the view that is gone */
	traces->waiting = NULL;
}

static void traces_collect(struct tab *tab, struct desk *desk)
{
	struct traces *traces = (struct traces *)tab;
	const struct view *view = desk->view;

	if (!traces->has_begun) {
		fired_begin(&traces->fired, view);
		traces->has_begun = true;
	}
	trace_index_sync(traces->index, view);
	desk->wants_more |= trace_index_known(traces->index) < trace_index_all(traces->index);
	traces->open_count = view->tallies ? view->tallies->open_traces_count : 0;
	if (traces->mode == SHOW_IN_FLIGHT)
		traces_flight_collect(traces, desk);
	if (traces->detail)
		trace_detail_collect(traces->detail, desk, traces->index);
	if (traces->waiting && !traces->waiting_is_lost)
		traces_follow_waiting(traces, desk);
}

static void traces_draw(struct tab *tab, struct desk *desk, struct area area)
{
	struct traces *traces = (struct traces *)tab;

	if (traces->compare) {
		trace_compare_draw(traces->compare, desk, area);
	} else if (traces->detail) {
		traces->detail->is_marked = traces->marked &&
					    traces->marked->trace.ordinal == traces->detail->copy->trace.ordinal;
		trace_detail_draw(traces->detail, desk, &traces->fired, area);
	} else if (traces->waiting) {
		traces_waiting_draw(traces, desk, area);
	} else {
		traces_table_draw(traces, desk, area);
	}
	if (traces_has_page(traces) && traces->search)
		for (int row = 0; row < area.rows; row++)
			area_mark_matches(area, row, traces->search);
	traces->desk = NULL;
}

static unsigned traces_contexts(const struct tab *tab)
{
	const struct traces *traces = (const struct traces *)tab;

	if (traces->compare)
		return IN_COMPARE;
	return traces->detail || traces->waiting ? IN_TRACE : IN_LIST;
}

/* --- keys ------------------------------------------------------------------------------------------------- */

static void act_show(struct traces *traces, struct desk *desk, enum traces_mode mode)
{
	traces->mode = mode;
	traces->facts = NULL;
	traces->hint_second = traces->preview_second = 0;
	if (mode == SHOW_IN_FLIGHT && !desk->is_paused)
		traces_collect(&traces->tab, desk);
	if (mode == SHOW_RECENT || mode == SHOW_FAILED)
		traces_list(traces)->is_following = true; /* r once more: back to the newest; f: one that failed */
}

static bool act_back(struct traces *traces)
{
	if (!traces_has_page(traces))
		return false;
	traces_close_page(traces);
	return true;
}

/* --- search ----------------------------------------------------------------------------------------------- */

static const struct trace_facts *facts_at(struct traces *traces, size_t row)
{
	return traces->mode == SHOW_IN_FLIGHT ? &traces->flights[row].facts : trace_index_row(traces->index, row);
}

/* `from` rows on from the selected one (1 = the next, 0 = itself too), round the end. */
static bool find_match(struct traces *traces, struct desk *desk, size_t from, bool is_backward)
{
	struct list_rows rows = traces_table_rows(traces, desk);
	struct list *list = traces_list(traces);
	size_t count = rows.count, at = list->selected < count ? list->selected : 0;

	for (size_t i = from; i < count + from && i < MATCH_ROWS; i++) {
		size_t row = is_backward ? (at + count - i % count) % count : (at + i) % count;
		const struct trace_facts *facts = facts_at(traces, row);

		if (!trace_filter_finds(traces->search, facts))
			continue;
		list->selected = row;
		list->selected_id = facts->ordinal;
		list->is_following = false;
		return true;
	}
	return false;
}

static bool find_stage(struct trace_detail *detail, const char *word, bool is_backward)
{
	size_t count = detail->bars.waterfall.rows_count;

	for (size_t i = 1; i <= count; i++) {
		size_t row = (detail->selected + (is_backward ? count - i : i)) % count;

		if (!strcasestr(bars_stage(detail->bars.waterfall.rows[row].spans[0]), word))
			continue;
		detail->selected = row;
		return true;
	}
	return false;
}

static bool act_match(struct traces *traces, struct desk *desk, bool is_backward)
{
	bool is_found = false;

	if (!traces->search)
		return false;
	if (traces->detail)
		is_found = find_stage(traces->detail, traces->search, is_backward);
	else if (!traces_has_page(traces))
		is_found = find_match(traces, desk, 1, is_backward);
	if (!is_found)
		desk_say(desk, STYLE_WARNING, "\"%s\" is not found", traces->search);
	return true;
}

static void set_filter(struct traces *traces, const char *text)
{
	char *mistake;
	struct trace_filter *filter = trace_filter_new(text, &mistake);

	set_text(&traces->filter_text, text);
	free(traces->filter_mistake);
	traces->filter_mistake = mistake;
	traces->hint_second = traces->preview_second = 0; /* another row may be selected */
	trace_index_forget_filter(traces->index);
	trace_filter_free(traces->filter);
	traces->filter = filter;
	traces->filters++;
}

static void traces_answer(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text)
{
	struct traces *traces = (struct traces *)tab;

	if (what == DESK_ANSWER_SEARCH) {
		set_text(&traces->search, text);
		if (traces->search && desk->view && !traces_has_page(traces))
			find_match(traces, desk, 0, false);
	} else if (what == DESK_ANSWER_FILTER) {
		set_filter(traces, text);
		if (traces->mode == SHOW_IN_FLIGHT && desk->view && !desk->is_paused)
			traces_flight_collect(traces, desk);
	}
}

/* --- keys, clicks, jumps ---------------------------------------------------------------------------------- */

static bool act_of_list(struct traces *traces, struct desk *desk, enum action action)
{
	struct list_rows rows;

	if (traces_has_page(traces))
		return false;
	rows = traces_table_rows(traces, desk);
	if (!list_act(traces_list(traces), action, &rows))
		return false;
	traces->hint_second = traces->preview_second = 0;
	if (traces->mode == SHOW_IN_FLIGHT)
		traces_flight_sort(traces);
	return true;
}

static bool traces_act(struct tab *tab, struct desk *desk, enum action action)
{
	struct traces *traces = (struct traces *)tab;

	if (!trace_index_known(traces->index) && !desk->is_paused) /* a key that is quicker than the first frame */
		traces_collect(tab, desk);
	switch (action) {
	case ACTION_SHOW_RECENT:
	case ACTION_SHOW_SLOWEST:
	case ACTION_SHOW_FAILED:
	case ACTION_SHOW_IN_FLIGHT:
		act_show(traces, desk, (enum traces_mode)(action - ACTION_SHOW_RECENT));
		return true;
	case ACTION_ENTER:
		return traces_enter(traces, desk);
	case ACTION_BACK:
		return act_back(traces);
	case ACTION_COPY:
		return traces_copy_id(traces, desk);
	case ACTION_COMPARE:
		traces_compare_act(traces, desk);
		return true;
	case ACTION_GO_ALERT:
		traces_go_alert(traces, desk);
		return true;
	case ACTION_GO_LOGS:
		return traces_go_logs(traces, desk);
	case ACTION_MATCH_NEXT:
	case ACTION_MATCH_PREVIOUS:
		return act_match(traces, desk, action == ACTION_MATCH_PREVIOUS);
	default:
		break;
	}
	if (traces->compare)
		return trace_compare_act(traces->compare, action);
	if (traces->detail)
		return trace_detail_act(traces->detail, action);
	return act_of_list(traces, desk, action);
}

static bool click_mode(struct traces *traces, struct desk *desk, const struct screen_event *event)
{
	for (enum traces_mode mode = SHOW_RECENT; mode < TRACES_MODES; mode++) {
		int column = (int)event->column - traces->mode_at[mode];

		if (column < 0 || column >= traces->mode_columns[mode])
			continue;
		act_show(traces, desk, mode);
		return true;
	}
	return false;
}

static bool traces_click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	struct traces *traces = (struct traces *)tab;
	bool is_wheel = event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN, is_enter = false, is_done;
	struct screen_event inside = *event;
	struct list_rows rows;

	if (traces->detail)
		return trace_detail_click(traces->detail, event);
	if (traces->compare)
		return is_wheel && trace_compare_act(traces->compare,
						     event->kind == SCREEN_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
	if (traces->waiting || !desk->view)
		return false;
	if (!event->row && !is_wheel)
		return click_mode(traces, desk, event);
	if ((int)event->row < traces->list_row)
		return false;
	inside.row -= (unsigned)traces->list_row;
	rows = traces_table_rows(traces, desk);
	is_done = list_click(traces_list(traces), &inside, &rows, &is_enter);
	if (is_done && traces->mode == SHOW_IN_FLIGHT)
		traces_flight_sort(traces);
	if (is_enter)
		traces_enter(traces, desk);
	return is_done || is_enter;
}

static void traces_show(struct tab *tab, struct desk *desk, const struct desk_target *target)
{
	struct traces *traces = (struct traces *)tab;
	const struct trace *trace;

	if (words_is_orphan(target->trace_id) || !desk->view)
		return;
	trace = trace_copy_find(desk->view, target->trace_id);
	if (trace) {
		traces_open_detail(traces, desk, trace);
		traces_list(traces)->selected_id = trace->ordinal;
		traces_list(traces)->is_following = false;
		return;
	}
	trace = traces_flight_open(desk->view, 0, target->trace_id);
	if (trace) {
		traces_open_waiting(traces, desk, trace);
		return;
	}
	traces_close_page(traces);
	desk_say(desk, STYLE_WARNING, "trace %.8s is not held any more: --retention and --retention-bytes hold more",
		 words_trace_id(target->trace_id).text);
}

static void traces_on_alert(struct tab *tab, const struct view *view, const struct alert *alert)
{
	struct traces *traces = (struct traces *)tab;

	(void)view;
	fired_note(&traces->fired, alert);
}

const struct tab_ops tab_traces_ops = {
	.name = "Traces",
	.create = traces_create,
	.free = traces_free,
	.reset = traces_reset,
	.collect = traces_collect,
	.draw = traces_draw,
	.contexts = traces_contexts,
	.act = traces_act,
	.click = traces_click,
	.show = traces_show,
	.answer = traces_answer,
	.on_alert = traces_on_alert,
};
