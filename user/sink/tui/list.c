// SPDX-License-Identifier: Apache-2.0
/* In: rows on demand. Out: a table that scrolls. Skeleton: nothing is drawn yet. */
#include "sink/tui/list.h"

void list_init(struct list *list, const struct list_column *columns, size_t columns_count)
{
	*list = (struct list){ .columns = columns, .columns_count = columns_count };
}

void list_draw(struct list *list, struct area area, const struct list_rows *rows)
{
	(void)list, (void)area, (void)rows;
}

bool list_act(struct list *list, enum action action, const struct list_rows *rows)
{
	(void)list, (void)action, (void)rows;
	return false;
}

bool list_click(struct list *list, const struct screen_event *event, const struct list_rows *rows, bool *is_enter)
{
	(void)list, (void)event, (void)rows;
	*is_enter = false;
	return false;
}

void list_text(struct area area, bool is_right, enum style style, const char *text)
{
	if (is_right)
		area_right(area, 0, 0, area.columns, style, text);
	else
		area_fit(area, 0, 0, area.columns, style, text);
}
