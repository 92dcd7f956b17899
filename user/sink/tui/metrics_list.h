/* SPDX-License-Identifier: Apache-2.0 */
/* The left side of the Metrics tab: families, and below those that are open their groups. */
#ifndef SINK_TUI_METRICS_LIST_H
#define SINK_TUI_METRICS_LIST_H

#include "sink/tui/list.h"
#include "sink/tui/metrics_book.h"
#include "sink/tui/metrics_charts.h"
#include "sink/tui/metrics_values.h"

struct metrics_row {
	const struct metrics_family *family;
	const struct metrics_group *group; /* NULL: the family's own row */
	struct metrics_value value;
	int tier;	     /* whose threshold a series of it is beyond; -1 = none */
	int64_t value_at_ms; /* 0 = not read yet */
	const char *value_suffix;
};

struct metrics_list {
	struct list list;
	struct metrics_row *rows;
	size_t rows_count, rows_capacity;
	uint64_t *open; /* ids of families whose groups are shown */
	size_t open_count, open_capacity;
	int filter_rows; /* above the list, as last drawn */
};

struct metrics_list_scene {
	const struct metrics_book *book;
	const struct metrics_filter *filter;
	const char *search;
	int64_t at_ms;
	const char *suffix; /* of percentiles */
};

void metrics_list_init(struct metrics_list *list);
void metrics_list_fini(struct metrics_list *list);
/* After the book was made anew. */
void metrics_list_make(struct metrics_list *list, const struct metrics_book *book);
void metrics_list_draw(struct metrics_list *list, const struct metrics_list_scene *scene, struct area area);
bool metrics_list_act(struct metrics_list *list, const struct metrics_list_scene *scene, enum action action);
bool metrics_list_click(struct metrics_list *list, const struct metrics_list_scene *scene,
			const struct screen_event *event, bool *is_enter);
/* family NULL: there are no rows. */
struct metrics_subject metrics_list_subject(const struct metrics_list *list);
/* By a metric's name. False: it is not shown. */
bool metrics_list_select(struct metrics_list *list, const struct metrics_book *book, const char *metric);
/* direction 0: the selected row too. False: there is no match, and nothing was moved. */
bool metrics_list_search(struct metrics_list *list, const char *part, int direction);
/* name{label="value"} of what is selected; of several groups with the filter's matchers. */
void metrics_list_print_selector(struct buf *out, const struct metrics_subject *subject,
				 const struct metrics_filter *filter, const char *suffix);

#endif
