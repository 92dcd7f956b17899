/* SPDX-License-Identifier: Apache-2.0 */
/* All that is known of one alert, on paper. In: a row, the view, the history, its chart. Out:
 * cells. Private to alerts*.c. */
#ifndef SINK_TUI_ALERTS_DETAIL_H
#define SINK_TUI_ALERTS_DETAIL_H

#include "sink/tui/alerts_chart.h"
#include "sink/tui/alerts_history.h"
#include "sink/tui/desk.h"

struct alerts_detail {
	int top;	      /* lines scrolled away */
	int page_rows, lines; /* of the last draw */
};

/* row NULL: the alert is gone. */
void alerts_detail_draw(struct alerts_detail *detail, struct desk *desk,
			const struct alerts_row *row, const struct alerts_rows *rows,
			const struct alerts_history *history, const struct alerts_chart *chart,
			struct area area);
/* True: it was an action that scrolls. */
bool alerts_detail_scroll(struct alerts_detail *detail, enum action action);
/* In force, of the row; NULL = it was changed or removed since. */
const struct rule *alerts_rule_of(const struct alerts_row *row, const struct view *view);

#endif
