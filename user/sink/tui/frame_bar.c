// SPDX-License-Identifier: Apache-2.0
/*
 * The last row: keys that mean something now, from the key table, to be pressed or clicked.
 * The rule that surprises: how to leave is always the last one, whatever had to give way before it.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sink/tui/frame.h"

#define ITEMS 48

struct item {
	char key[8];
	const char *label;
	struct frame_button button;
};

static const char *label_of(const struct tui *tui, const struct key_row *row)
{
	if (row->action == ACTION_PAUSE && tui->options.is_replay)
		return tui->time.is_playing ? "Stop" : "Play";
	if (row->action == ACTION_PAUSE && tui->desk.is_paused)
		return "Go on";
	return row->label;
}

static bool is_of_use(const struct tui *tui, const struct key_row *row)
{
	const struct tab *tab = tui->tabs[tui->open];

	switch (row->action) {
	case ACTION_BACK:
		return frame_can_back(tui);
	case ACTION_SEARCH:
	case ACTION_FILTER:
		return tab->ops->answer;
	case ACTION_TIME_BACK:
	case ACTION_TIME_FORWARD:
	case ACTION_TIME_BACK_FAR:
	case ACTION_TIME_FORWARD_FAR:
		return tui->options.seek;
	default:
		return true;
	}
}

static size_t list_keys(const struct tui *tui, struct item *items)
{
	size_t rows_count, count = 0;
	const struct key_row *rows = keys_table(&rows_count);
	unsigned contexts = frame_contexts(tui);

	for (size_t i = 0; i < rows_count && count < ITEMS; i++) {
		if (!rows[i].label || !keys_is_valid(&rows[i], contexts) || !is_of_use(tui, &rows[i]))
			continue;
		snprintf(items[count].key, sizeof(items->key), "%s", keys_name(rows[i].keys[0]));
		items[count].label = label_of(tui, &rows[i]);
		items[count++].button = (struct frame_button){ .kind = BUTTON_ACTION, .action = rows[i].action };
	}
	return count;
}

static size_t list_prompt_keys(struct item *items)
{
	size_t rows_count, count = 0;
	const struct prompt_row *rows = prompt_table(&rows_count);

	for (size_t i = 0; i < rows_count && count < ITEMS; i++) {
		if (!rows[i].label)
			continue;
		snprintf(items[count].key, sizeof(items->key), "%s", keys_name(rows[i].keys[0]));
		items[count].label = rows[i].label;
		items[count++].button = (struct frame_button){ .kind = BUTTON_KEY, .key = rows[i].keys[0] };
	}
	return count;
}

static int item_columns(const struct item *item)
{
	return (int)(strlen(item->key) + 1 + strlen(item->label));
}

/* How many of them, the last one besides, fit with that gap. */
static size_t count_fitting(const struct item *items, size_t count, int gap, int columns)
{
	int used = item_columns(&items[count - 1]);
	size_t fitting = 0;

	while (fitting + 1 < count && used + item_columns(&items[fitting]) + gap <= columns)
		used += item_columns(&items[fitting++]) + gap;
	return fitting;
}

static int draw_item(struct tui *tui, struct area area, int column, struct item *item)
{
	int at = column;

	at += area_text(area, 0, at, STYLE_KEY, item->key);
	at += area_text(area, 0, at, STYLE_KEY_TEXT, " ");
	at += area_text(area, 0, at, STYLE_KEY_TEXT, item->label);
	item->button.row = area.row;
	item->button.column = area.column + column;
	item->button.columns = at - column;
	frame_button(tui, item->button);
	return at;
}

void frame_draw_bar(struct tui *tui, struct area area)
{
	struct item items[ITEMS];
	size_t count = tui->prompt.is_open ? list_prompt_keys(items) : list_keys(tui, items), fitting;
	int column = 0, gap = 2;

	area_fill(area, 0, 0, area.columns, STYLE_KEY_TEXT, ' ', ' ');
	if (!count)
		return;
	fitting = count_fitting(items, count, gap, area.columns);
	if (fitting + 1 < count) {
		gap = 1;
		fitting = count_fitting(items, count, gap, area.columns);
	}
	for (size_t i = 0; i < fitting; i++)
		column = draw_item(tui, area, column, &items[i]) + gap;
	draw_item(tui, area, column, &items[count - 1]);
}
