// SPDX-License-Identifier: Apache-2.0
/*
 * In: keys and clicks. Out: what they mean, by the key table, done by the frame or by the open tab.
 * The rule that surprises: Esc knows the levels, from the top: what is typed, help, what is expanded, the tab's own,
 * where desk_go came from, search, filter. It never ends the dashboard.
 */
#include <string.h>

#include "base/units.h"
#include "sink/tui/frame.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define IN_DRILLED	(IN_TRACE | IN_COMPARE | IN_DETAIL)
#define WINDOW_SLACK_NS (5 * NS_PER_S) /* a run of a minute lasts a little longer */

static unsigned tab_contexts(const struct tui *tui)
{
	const struct tab *tab = tui->tabs[tui->open];

	return tab->ops->contexts ? tab->ops->contexts(tab) & (IN_LIST | IN_DRILLED) : 0;
}

unsigned frame_contexts(const struct tui *tui)
{
	if (tui->is_help)
		return IN_HELP;
	return 1u << tui->open | (tui->options.is_replay ? IN_REPLAY : IN_LIVE) | tab_contexts(tui);
}

static void switch_to(struct tui *tui, enum tui_tab tab)
{
	frame_cancel_prompt(tui);
	if (tab != tui->open)
		frame_leave_tab(tui);
	tui->is_help = false;
	tui->open = tab;
	tui->desk.is_expanded = tui->is_expanded[tab];
}

static void open_tab(struct tui *tui, enum tui_tab tab)
{
	tui->came_from_count = 0;
	switch_to(tui, tab);
}

void frame_go_on_to(struct tui *tui, enum tui_tab tab)
{
	const size_t room = FRAME_WAYS_BACK - 1;

	if (tui->open != tab) {
		if (tui->came_from_count > room) {
			memmove(tui->came_from, tui->came_from + 1, room * sizeof(tui->came_from[0]));
			tui->came_from_count = room;
		}
		tui->came_from[tui->came_from_count++] = tui->open;
	}
	switch_to(tui, tab);
}

static void set_expanded(struct tui *tui, bool is_expanded)
{
	tui->desk.is_expanded = tui->is_expanded[tui->open] = is_expanded;
}

/* --- Esc ----------------------------------------------------------------------------------------------------- */

bool frame_can_back(const struct tui *tui)
{
	return tui->is_help || tui->desk.is_expanded || tab_contexts(tui) & IN_DRILLED || tui->came_from_count ||
	       tui->search[tui->open] || tui->filter[tui->open];
}

static void back(struct tui *tui)
{
	struct tab *tab = tui->tabs[tui->open];

	if (tui->desk.is_expanded) {
		set_expanded(tui, false);
		return;
	}
	if (tab->ops->act && tab->ops->act(tab, &tui->desk, ACTION_BACK)) {
		if (tui->came_from_count && !(tab_contexts(tui) & IN_DRILLED))
			switch_to(tui, tui->came_from[--tui->came_from_count]);
		return;
	}
	if (tui->came_from_count)
		switch_to(tui, tui->came_from[--tui->came_from_count]);
	else if (tui->search[tui->open])
		frame_set_text(tui, DESK_ANSWER_SEARCH, "");
	else if (tui->filter[tui->open])
		frame_set_text(tui, DESK_ANSWER_FILTER, "");
}

/* --- what the frame does itself ------------------------------------------------------------------------------ */

static void pause_or_go_on(struct tui *tui)
{
	if (!tui->desk.view)
		return;
	frame_sync(tui);
	for (enum tui_tab i = 0; !tui->desk.is_paused && i < TUI_TABS; i++)
		frame_collect_whole(tui, i);
	tui->desk.is_paused = !tui->desk.is_paused;
}

static const struct {
	uint64_t ns;
	const char *name;
} windows[] = { { 60 * NS_PER_S, "1m" },    { 300 * NS_PER_S, "5m" },	 { 900 * NS_PER_S, "15m" },
		{ 3600 * NS_PER_S, "1h" }, { 21600 * NS_PER_S, "6h" } };

static size_t find_window(const struct tui *tui)
{
	size_t at = 0;

	while (at + 1 < COUNT_OF(windows) && windows[at].ns < tui->desk.window_ns)
		at++;
	return at;
}

/* The smaller one of those that percentiles are made for, while it covers all there is: else charts are near empty. */
void frame_fit_window(struct tui *tui)
{
	const struct desk *desk = &tui->desk;
	uint64_t age_ns = desk->at_ns > desk->view->started_at_ns ? desk->at_ns - desk->view->started_at_ns : 0;

	if (!tui->is_window_chosen)
		tui->desk.window_ns = windows[age_ns > windows[0].ns + WINDOW_SLACK_NS].ns;
}

const char *frame_window_name(const struct tui *tui)
{
	return windows[find_window(tui)].name;
}

static void change_window(struct tui *tui, bool is_wider)
{
	size_t at = find_window(tui);

	tui->is_window_chosen = true;
	if (is_wider ? at + 1 == COUNT_OF(windows) : !at) {
		desk_say(&tui->desk, STYLE_TEXT, "%s is the %s window of time", windows[at].name,
			 is_wider ? "longest" : "shortest");
		return;
	}
	at = is_wider ? at + 1 : at - 1;
	tui->desk.window_ns = windows[at].ns;
	desk_say(&tui->desk, STYLE_TEXT, "charts and percentiles show the last %s", windows[at].name);
}

/* A key that did nothing says why, unless it is one that is held down. */
static void say_nothing_there(struct tui *tui, enum action action)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	if (action == ACTION_COPY) {
		desk_say(&tui->desk, STYLE_DIM, "nothing is selected that could be copied");
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (rows[i].action == action && rows[i].label && action != ACTION_ENTER &&
		    keys_is_valid(&rows[i], frame_contexts(tui))) {
			desk_say(&tui->desk, STYLE_DIM, "nothing here to do that with (%s: %s)", rows[i].label,
				 rows[i].help);
			return;
		}
}

static void ask_tab(struct tui *tui, enum action action)
{
	struct tab *tab = tui->tabs[tui->open];
	bool is_done = tui->desk.view && tab->ops->act && tab->ops->act(tab, &tui->desk, action);

	if (is_done)
		return;
	if (action == ACTION_EXPAND)
		set_expanded(tui, !tui->desk.is_expanded);
	else if ((action == ACTION_MATCH_NEXT || action == ACTION_MATCH_PREVIOUS) && !tui->search[tui->open])
		desk_say(&tui->desk, STYLE_DIM, "nothing was searched yet: / begins");
	else
		say_nothing_there(tui, action);
}

static void act(struct tui *tui, enum action action)
{
	if (action >= ACTION_TAB_1 && action <= ACTION_TAB_5) {
		open_tab(tui, (enum tui_tab)(action - ACTION_TAB_1));
		return;
	}
	if (tui->is_help && frame_help_act(tui, action))
		return;
	if (frame_time_act(tui, action))
		return;
	switch (action) {
	case ACTION_NONE:
		break;
	case ACTION_TAB_NEXT:
		open_tab(tui, (tui->open + 1) % TUI_TABS);
		break;
	case ACTION_TAB_PREVIOUS:
		open_tab(tui, (tui->open + TUI_TABS - 1) % TUI_TABS);
		break;
	case ACTION_HELP:
		tui->is_help = true;
		tui->help_top = 0;
		break;
	case ACTION_QUIT:
		tui->wants_end = true;
		break;
	case ACTION_PAUSE:
		pause_or_go_on(tui);
		break;
	case ACTION_BACK:
		back(tui);
		break;
	case ACTION_SEARCH:
		frame_ask(tui, DESK_ANSWER_SEARCH);
		break;
	case ACTION_FILTER:
		frame_ask(tui, DESK_ANSWER_FILTER);
		break;
	case ACTION_WINDOW_NARROWER:
	case ACTION_WINDOW_WIDER:
		change_window(tui, action == ACTION_WINDOW_WIDER);
		break;
	default:
		ask_tab(tui, action);
		break;
	}
}

void frame_key(struct tui *tui, uint32_t key)
{
	if (tui->prompt.is_open)
		frame_prompt_key(tui, key);
	else
		act(tui, keys_find(frame_contexts(tui), key));
}

/* --- the mouse ----------------------------------------------------------------------------------------------- */

static const struct frame_button *find_button(const struct tui *tui, unsigned row, unsigned column)
{
	for (size_t i = 0; i < tui->buttons_count; i++) {
		const struct frame_button *button = &tui->buttons[i];

		if ((int)row == button->row && (int)column >= button->column &&
		    (int)column < button->column + button->columns)
			return button;
	}
	return NULL;
}

static void click_body(struct tui *tui, const struct screen_event *event)
{
	struct tab *tab = tui->tabs[tui->open];
	struct screen_event within = *event;
	int row = (int)event->row - tui->body.row, column = (int)event->column - tui->body.column;

	if (row < 0 || column < 0 || row >= tui->body.rows || column >= tui->body.columns)
		return;
	if (tui->is_help) {
		if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN)
			for (int i = 0; i < 3; i++)
				frame_help_act(tui, event->kind == SCREEN_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
		return;
	}
	/* a question is about what is selected: that must not change while it stands */
	if (tui->prompt.is_open || !tui->desk.view || !tab->ops->click)
		return;
	within.row = (unsigned)row;
	within.column = (unsigned)column;
	tab->ops->click(tab, &tui->desk, &within);
}

void frame_click(struct tui *tui, const struct screen_event *event)
{
	const struct frame_button *button = find_button(tui, event->row, event->column);
	bool is_wheel = event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN;

	if (!button || is_wheel) {
		click_body(tui, event);
		return;
	}
	switch (button->kind) {
	case BUTTON_ACTION:
		if (button->action < ACTION_TAB_1 || button->action > ACTION_TAB_5)
			frame_cancel_prompt(tui);
		act(tui, button->action);
		break;
	case BUTTON_KEY:
		frame_key(tui, button->key);
		break;
	case BUTTON_SCRUBBER:
		frame_click_scrubber(tui, button, event->column);
		break;
	default:
		break;
	}
}
