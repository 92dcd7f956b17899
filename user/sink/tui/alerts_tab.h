/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the Alerts tab, shared by alerts.c, alerts_draw.c and alerts_keys.c. */
#ifndef SINK_TUI_ALERTS_TAB_H
#define SINK_TUI_ALERTS_TAB_H

#include "sink/tui/alerts_chart.h"
#include "sink/tui/alerts_detail.h"
#include "sink/tui/alerts_filter.h"
#include "sink/tui/alerts_form.h"
#include "sink/tui/alerts_history.h"
#include "sink/tui/alerts_list.h"

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
	char *search;	     /* NULL = none */
	bool is_detail;	     /* the detail has the keys */
	uint64_t detail_key; /* what it is of while it has them */
	bool is_stale;	     /* an alert has changed since the rows were made */
	uint64_t second;     /* of the rows */
	uint64_t rules_generation;
	/* of the last draw, for clicks */
	struct alerts_tabs tabs;
	struct area list_area, detail_area; /* their canvas is not to be used */
};

/* alerts.c */
void alerts_arrange(struct alerts_tab *alerts); /* the list, anew */
/* What the detail is of: as long as it has the keys, nothing that moves in the list changes it.
 * NULL = gone, or nothing. */
const struct alerts_row *alerts_shown(const struct alerts_tab *alerts);

/* alerts_draw.c, alerts_keys.c: of tab_ops */
void alerts_draw(struct tab *tab, struct desk *desk, struct area area);
bool alerts_act(struct tab *tab, struct desk *desk, enum action action);
bool alerts_click(struct tab *tab, struct desk *desk, const struct screen_event *event);
void alerts_open_detail(struct alerts_tab *alerts, uint64_t key);

#endif
