// SPDX-License-Identifier: Apache-2.0
/*
 * The last row: keys that mean something now, from the key table, to be pressed or clicked.
 * The rule that surprises: how to leave is always the last one, whatever had to give way before it.
 */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/frame.h"

#define ITEMS 48

struct item {
	char key[8];
	char letter[8]; /* shorter, for when there is little room: "" = none */
	char label[12];
	bool is_left_out;
	struct frame_button button;
};

static void print_label(char label[12], const struct tui *tui, const struct key_row *row)
{
	const char *text = row->label;

	if (row->action == ACTION_PAUSE && tui->options.is_replay)
		text = tui->time.is_playing ? "Stop" : "Play";
	else if (row->action == ACTION_PAUSE && tui->desk.is_paused)
		text = "Go on";
	if ((row->action == ACTION_TIME_BACK_FAR || row->action == ACTION_TIME_FORWARD_FAR) && frame_has_scrubber(tui))
		snprintf(label, 12, "%c%u s", text[0], (unsigned)(frame_far_step_ns(tui) / NS_PER_S));
	else
		snprintf(label, 12, "%s", text);
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

/* Function keys stay where everybody looks for them; of what only this tab has, the letter does as well. */
static uint32_t letter_of(const struct key_row *row)
{
	bool is_everywhere = row->tabs == IN_ANY_TAB || row->action == ACTION_SEARCH || row->action == ACTION_FILTER;

	for (size_t k = 0; k < 4 && !is_everywhere; k++)
		if (row->keys[k] > ' ' && row->keys[k] < 127)
			return row->keys[k];
	return 0;
}

/* What comes first when there is little room; 0 to RANKS - 1. */
#define RANKS 5
static unsigned rank_of(const struct tui *tui, const struct key_row *row, unsigned contexts)
{
	bool is_drilled = contexts & (IN_TRACE | IN_COMPARE | IN_DETAIL);

	switch (row->action) {
	case ACTION_HELP:
	case ACTION_BACK:
		return 0;
	case ACTION_PAUSE:
		return tui->desk.is_paused ? 1 : is_drilled ? 3 : 2;
	case ACTION_SEARCH:
	case ACTION_FILTER:
		return is_drilled ? 3 : 2; /* inside of something the ways on from there come before */
	case ACTION_QUIT:
		return 4;
	default:
		return 2;
	}
}

static void add_key(const struct tui *tui, const struct key_row *row, struct item *items, size_t *count)
{
	struct item *item = &items[*count];

	if (*count == ITEMS)
		return;
	snprintf(item->key, sizeof(item->key), "%s", keys_name(row->keys[0]));
	snprintf(item->letter, sizeof(item->letter), "%s", keys_name(letter_of(row)));
	print_label(item->label, tui, row);
	item->button = (struct frame_button){ .kind = BUTTON_ACTION, .action = row->action };
	(*count)++;
}

static size_t list_keys(const struct tui *tui, struct item *items)
{
	size_t rows_count, count = 0;
	const struct key_row *rows = keys_table(&rows_count);
	unsigned contexts = frame_contexts(tui);

	for (unsigned rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < rows_count; i++)
			if (rows[i].label && keys_is_valid(&rows[i], contexts) && is_of_use(tui, &rows[i]) &&
			    rank_of(tui, &rows[i], contexts) == rank)
				add_key(tui, &rows[i], items, &count);
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
		snprintf(items[count].label, sizeof(items->label), "%s", rows[i].label);
		items[count++].button = (struct frame_button){ .kind = BUTTON_KEY, .key = rows[i].keys[0] };
	}
	return count;
}

static int item_columns(const struct item *item)
{
	return (int)(strlen(item->key) + 1 + strlen(item->label));
}

/* Leaves out what does not fit besides the last one, from the end; how many it were. */
static size_t leave_out(struct item *items, size_t count, int gap, int columns)
{
	int used = item_columns(&items[count - 1]);
	size_t left_out = 0;

	for (size_t i = 0; i + 1 < count; i++) {
		items[i].is_left_out = used + item_columns(&items[i]) + gap > columns;
		if (items[i].is_left_out)
			left_out++;
		else
			used += item_columns(&items[i]) + gap;
	}
	return left_out;
}

/* The gap to draw with. */
static int fit(struct item *items, size_t count, int columns)
{
	if (!leave_out(items, count, 2, columns))
		return 2;
	if (!leave_out(items, count, 1, columns))
		return 1;
	for (size_t i = 0; i < count; i++)
		if (items[i].letter[0])
			memcpy(items[i].key, items[i].letter, sizeof(items[i].key));
	leave_out(items, count, 1, columns);
	return 1;
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
	struct item items[ITEMS] = { 0 };
	size_t count = tui->prompt.is_open ? list_prompt_keys(items) : list_keys(tui, items);
	int column = 0, gap;

	area_fill(area, 0, 0, area.columns, STYLE_KEY_TEXT, ' ', ' ');
	if (!count)
		return;
	gap = fit(items, count, area.columns);
	for (size_t i = 0; i < count; i++)
		if (!items[i].is_left_out)
			column = draw_item(tui, area, column, &items[i]) + gap;
}
