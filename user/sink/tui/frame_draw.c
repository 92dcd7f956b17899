// SPDX-License-Identifier: Apache-2.0
/*
 * One frame: first row, the scrubber in recordings, the open tab, the message row, the key bar.
 * The rule that surprises: hidden tabs collect too, one per second of the view in turn, so that what only comes once
 * (log lines, values) is with them when they are opened, and opening one costs nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/frame.h"

void frame_button(struct tui *tui, struct frame_button button)
{
	if (tui->buttons_count < FRAME_BUTTONS && button.columns > 0)
		tui->buttons[tui->buttons_count++] = button;
}

void frame_sync(struct tui *tui)
{
	struct desk *desk = &tui->desk;

	if (!desk->view || desk->is_paused)
		return;
	desk->at_ns = desk->view->now_ns;
	desk->at_axis_ns = view_axis_ns(desk->view, desk->at_ns);
	frame_fit_window(desk->tui);
}

/* For a moment that does not come again. */
void frame_collect_whole(struct tui *tui, enum tui_tab tab)
{
	unsigned part = 0;

	do {
		tui->desk.wants_more = false;
		tui->tabs[tab]->ops->collect(tui->tabs[tab], &tui->desk);
	} while (tui->desk.wants_more && ++part < FRAME_PARTS);
}

static void collect_hidden(struct tui *tui)
{
	uint64_t second = tui->desk.at_ns / NS_PER_S;
	bool wants_more = tui->desk.wants_more;

	if (second == tui->hidden_second)
		return;
	tui->hidden_second = second;
	tui->next_hidden = (tui->next_hidden + 1) % TUI_TABS;
	if (tui->next_hidden != tui->open)
		tui->tabs[tui->next_hidden]->ops->collect(tui->tabs[tui->next_hidden], &tui->desk);
	tui->desk.wants_more = wants_more; /* it has time */
}

void frame_collect(struct tui *tui)
{
	tui->desk.wants_more = false;
	if (!tui->desk.view || tui->desk.is_paused)
		return;
	frame_sync(tui);
	tui->tabs[tui->open]->ops->collect(tui->tabs[tui->open], &tui->desk);
	collect_hidden(tui);
}

/* Broken between words over as many rows as there are. */
static void draw_too_small(struct area area)
{
	char text[120], *word, *save = NULL;
	int row = 0, column = 0;

	snprintf(text, sizeof(text), "The window is too small: %dx%d is needed, this is %dx%d.", FRAME_MIN_COLUMNS,
		 FRAME_MIN_ROWS, area.columns, area.rows);
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (column && column + (int)strlen(word) > area.columns) {
			row++;
			column = 0;
		}
		column += area_text(area, row, column, STYLE_BANNER, word) + 1;
	}
}

static void draw_waiting(struct area area)
{
	area_text(area, area.rows / 2, 2, STYLE_DIM, "waiting for the first records ...");
}

static void draw_body(struct tui *tui, struct area area)
{
	struct tab *tab = tui->tabs[tui->open];

	tui->body = area;
	if (tui->is_help)
		frame_draw_help(tui, area);
	else if (tui->desk.view)
		tab->ops->draw(tab, &tui->desk, area);
	else
		draw_waiting(area);
	if (tui->prompt.is_open && tui->prompt.hint && area.rows > 1) {
		area_fill(area, area.rows - 1, 0, area.columns, STYLE_BANNER, ' ', ' ');
		area_fit(area, area.rows - 1, 0, area.columns, STYLE_BANNER, tui->prompt.hint);
	}
}

void frame_draw(struct tui *tui, struct canvas *canvas)
{
	struct area all;
	int rows = (int)canvas->rows, columns = (int)canvas->columns, top = 1;

	canvas_clear(canvas);
	all = area_of(canvas);
	tui->desk.ascii = canvas->ascii;
	tui->buttons_count = 0;
	if (rows < FRAME_MIN_ROWS || columns < FRAME_MIN_COLUMNS) {
		tui->body = area_part(all, 0, 0, 0, 0);
		draw_too_small(all);
		return;
	}
	frame_sync(tui);
	frame_draw_head(tui, area_part(all, 0, 0, 1, columns));
	if (frame_has_scrubber(tui))
		frame_draw_scrubber(tui, area_part(all, top++, 0, 1, columns));
	draw_body(tui, area_part(all, top, 0, rows - top - 2, columns));
	frame_draw_message(tui, area_part(all, rows - 2, 0, 1, columns));
	frame_draw_bar(tui, area_part(all, rows - 1, 0, 1, columns));
}
