// SPDX-License-Identifier: Apache-2.0
/*
 * In: keys while a line is typed. Out: the tab hears of search and filter after each letter, of an answer at its end.
 * The rule that surprises: Esc gives the tab back what was in force before the first letter.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/frame.h"

static char **text_of(struct tui *tui, enum desk_answer what)
{
	return what == DESK_ANSWER_SEARCH ? &tui->search[tui->open] : &tui->filter[tui->open];
}

static void answer(struct tui *tui, enum desk_answer what, const char *text)
{
	struct tab *tab = tui->tabs[tui->open];

	if (tab->ops->answer)
		tab->ops->answer(tab, &tui->desk, what, text);
}

void frame_set_text(struct tui *tui, enum desk_answer what, const char *text)
{
	char **in_force = text_of(tui, what), *new = *text ? mem_string(text) : NULL;

	free(*in_force);
	*in_force = new;
	answer(tui, what, text);
}

void frame_ask(struct tui *tui, enum desk_answer what)
{
	const struct tab_ops *ops = tui->tabs[tui->open]->ops;
	bool is_search = what == DESK_ANSWER_SEARCH;
	const char *filter = tui->filter[tui->open];

	if (!ops->answer)
		return;
	tui->prompt_what = what;
	tui->prompt_is_live = false;
	prompt_open(&tui->prompt, is_search ? "Search" : "Filter", is_search ? ops->search_hint : ops->filter_hint,
		    !is_search && filter ? filter : "", is_search ? &tui->searches : &tui->filters);
}

static void finish(struct tui *tui)
{
	char text[PROMPT_MAX_BYTES + 1];

	memcpy(text, tui->prompt.text, tui->prompt.length + 1);
	prompt_close(&tui->prompt); /* first: the answer may open the next one */
	if (tui->prompt_what == DESK_ANSWER_OWN) {
		tui->confirmed_depth++;
		answer(tui, DESK_ANSWER_OWN, text);
		tui->confirmed_depth--;
		return;
	}
	prompt_history_add(tui->prompt_what == DESK_ANSWER_SEARCH ? &tui->searches : &tui->filters, text);
	frame_set_text(tui, tui->prompt_what, text);
}

void frame_cancel_prompt(struct tui *tui)
{
	char *in_force;

	if (!tui->prompt.is_open)
		return;
	prompt_close(&tui->prompt);
	if (tui->prompt_what == DESK_ANSWER_OWN || !tui->prompt_is_live)
		return;
	in_force = *text_of(tui, tui->prompt_what);
	answer(tui, tui->prompt_what, in_force ? in_force : "");
}

void frame_prompt_key(struct tui *tui, uint32_t key)
{
	switch (prompt_key(&tui->prompt, key)) {
	case PROMPT_CHANGED:
		if (tui->prompt_what == DESK_ANSWER_OWN)
			break;
		tui->prompt_is_live = true;
		answer(tui, tui->prompt_what, tui->prompt.text);
		break;
	case PROMPT_DONE:
		finish(tui);
		break;
	case PROMPT_CANCELLED:
		frame_cancel_prompt(tui);
		break;
	default:
		break;
	}
}
