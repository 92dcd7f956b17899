// SPDX-License-Identifier: Apache-2.0
/*
 * The Alerts tab. In: alerts, silences and rules of the view, and each change of an alert. Out:
 * cells (alerts_draw.c); what people want done, told as `ctl` tells it (alerts_keys.c).
 * The rule that surprises: rows are made once per second of the view, or when an alert has changed,
 * never per frame; with very many alerts changes wait for the second.
 */
#include "sink/tui/alerts_tab.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/words.h"

#define FEW_ROWS 1000 /* that may be made anew at each change */

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
	struct alerts_tab *alerts = (struct alerts_tab *)tab;

	alerts_rows_forget(&alerts->rows);
	alerts_history_clear(&alerts->history);
	alerts_chart_reset(&alerts->chart);
	alerts_form_drop(&alerts->form);
	alerts->is_stale = true;
}

static void free_tab(struct tab *tab)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;

	reset(tab);
	alerts_rows_fini(&alerts->rows);
	alerts_filter_fini(&alerts->filter);
	free(alerts->search);
	free(alerts);
}

/* --- collecting --- */

void alerts_arrange(struct alerts_tab *alerts)
{
	alerts_rows_arrange(&alerts->rows, alerts->section, &alerts->filter,
			    alerts->list.sort_column, alerts->list.is_inverted);
}

const struct alerts_row *alerts_shown(const struct alerts_tab *alerts)
{
	return alerts->is_detail ? alerts_rows_find(&alerts->rows, alerts->detail_key)
				 : alerts_list_selected(&alerts->list, &alerts->rows);
}

static void collect(struct tab *tab, struct desk *desk)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;
	uint64_t second = desk->at_axis_ns / NS_PER_S;
	const struct alerts_row *row;

	if (second != alerts->second || desk->view->rules_generation != alerts->rules_generation ||
	    (alerts->is_stale &&
	     (alerts->rows.count <= FEW_ROWS || desk->view->end_reason))) { /* no second comes */
		alerts_rows_collect(&alerts->rows, desk->view, &alerts->history);
		alerts_arrange(alerts);
		alerts->second = second;
		alerts->rules_generation = desk->view->rules_generation;
		alerts->is_stale = false;
	}
	row = alerts_shown(alerts);
	if (row)
		alerts_chart_see(&alerts->chart, row, desk->at_axis_ns);
}

static void on_alert(struct tab *tab, const struct view *view, const struct alert *alert)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;

	alerts_history_note(&alerts->history, alert, view->rules_generation);
	alerts->is_stale = true;
}

static unsigned contexts(const struct tab *tab)
{
	return ((const struct alerts_tab *)tab)->is_detail ? IN_DETAIL : IN_LIST;
}

/* --- from elsewhere --- */

static void show(struct tab *tab, struct desk *desk, const struct desk_target *target)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;
	const struct alerts_row *row = alerts_rows_find_alert(&alerts->rows, target->alert_id);

	if (!target->alert_id)
		return;
	if (!row) {
		desk_say(desk, STYLE_WARNING, "the alert %.8s is gone",
			 words_span_id(target->alert_id).text);
		return;
	}
	alerts->section = ALERTS_IN_ALL;
	alerts_arrange(alerts);
	for (size_t i = 0; i < alerts->rows.shown_count; i++) /* a filter may hide it */
		if (&alerts->rows.rows[alerts->rows.shown[i]] == row)
			alerts_list_select(&alerts->list, &alerts->rows, i);
	alerts_open_detail(alerts, row->key);
}

static void answer(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text)
{
	struct alerts_tab *alerts = (struct alerts_tab *)tab;

	switch (what) {
	case DESK_ANSWER_SEARCH:
		free(alerts->search);
		alerts->search = *text ? mem_string(text) : NULL;
		if (alerts->search && !alerts->is_detail)
			alerts_list_search(&alerts->list, &alerts->rows, alerts->search, false,
					   true);
		break;
	case DESK_ANSWER_FILTER:
		alerts_filter_set(&alerts->filter, text);
		alerts_arrange(alerts);
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
	.draw = alerts_draw,
	.contexts = contexts,
	.act = alerts_act,
	.click = alerts_click,
	.show = show,
	.answer = answer,
	.on_alert = on_alert,
	.search_hint = "in names, labels, states, ids, reasons and comments",
	.filter_hint = "a part of any text, or matchers: {severity=\"critical\",pid=~\"42..\"}",
};
