/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Alerts tab, and the line of sections above it. Private to alerts*.c. */
#ifndef SINK_TUI_ALERTS_LIST_H
#define SINK_TUI_ALERTS_LIST_H

#include "sink/tui/alerts_rows.h"
#include "sink/tui/list.h"

enum alerts_column {
	ALERTS_COLUMN_TIER, /* sorted by it: worst first */
	ALERTS_COLUMN_STATE,
	ALERTS_COLUMN_ALERT,
	ALERTS_COLUMN_SINCE,
	ALERTS_COLUMN_VALUE,
	ALERTS_COLUMN_MARKS, /* A acknowledged, S silenced, I inhibited */
	ALERTS_COLUMN_ID,
	ALERTS_COLUMNS
};

/* What list_rows.arg points to. */
struct alerts_listing {
	const struct alerts_rows *rows;
	uint64_t at_axis_ns;
	bool ascii;
};

void alerts_list_init(struct list *list);
/* Before it is drawn: what an alert is of needs the room more than the columns behind it. */
void alerts_list_fit(struct list *list, int room);
void alerts_list_select(struct list *list, const struct alerts_rows *rows, size_t at);
struct list_rows alerts_list_rows(const struct alerts_listing *listing, const char *search,
				  const char *empty);
/* NULL = nothing is listed. */
const struct alerts_row *alerts_list_selected(const struct list *list,
					      const struct alerts_rows *rows);
/* Selects the next row that holds the text, or the one before, from the selected one on; false:
 * there is none. */
bool alerts_list_search(struct list *list, const struct alerts_rows *rows, const char *needle,
			bool backwards, bool stays);

struct alerts_tabs { /* of the last draw, for clicks: from column at, width 0 = not there */
	int at[ALERTS_SECTIONS], width[ALERTS_SECTIONS];
};
void alerts_sections_draw(struct area area, const struct alerts_rows *rows,
			  enum alerts_section section, struct alerts_tabs *tabs);

#endif
