// SPDX-License-Identifier: Apache-2.0
/* In: what tabs ask of the frame. Out: it is done, or said why not. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/tui/frame.h"

const char *desk_percentile_suffix(const struct desk *desk)
{
	return desk->window_ns <= 60 * NS_PER_S ? "1m" : "5m";
}

void desk_go(struct desk *desk, const struct desk_target *target)
{
	struct tui *tui = desk->tui;
	struct tab *tab = tui->tabs[target->tab];

	frame_go_on_to(tui, target->tab);
	if (desk->view && !desk->is_paused)
		frame_collect_whole(tui, target->tab);
	if (tab->ops->show)
		tab->ops->show(tab, desk, target);
	tui->is_dirty = true;
}

void desk_say(struct desk *desk, enum style style, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	frame_say(desk->tui, VOICE_TAB, style, text);
	free(text);
}

void desk_ask(struct desk *desk, const char *label, const char *hint, const char *initial)
{
	struct tui *tui = desk->tui;

	tui->prompt_what = DESK_ANSWER_OWN;
	tui->prompt_is_live = false;
	tui->is_help = false;
	prompt_open(&tui->prompt, label, hint, initial, NULL);
	tui->prompt.is_preset = tui->prompt.length;
	tui->is_dirty = true;
}

bool desk_is_asking(const struct desk *desk)
{
	return desk->tui->prompt.is_open && desk->tui->prompt_what == DESK_ANSWER_OWN;
}

void desk_copy(struct desk *desk, const char *what, const char *text)
{
	if (desk->tui->screen && !screen_can_copy(desk->tui->screen)) {
		desk_say(desk, STYLE_WARNING, "this terminal has no clipboard: %s", text);
		return;
	}
	if (desk->tui->screen)
		screen_copy(desk->tui->screen, text, strlen(text));
	desk_say(desk, STYLE_GOOD, "copied %s: %s", what, text);
}

int desk_tell(struct desk *desk, const struct tui_request *request)
{
	const struct tui_options *options = &desk->tui->options;
	char *why = NULL;
	int error;

	if (!options->tell) {
		frame_say(desk->tui, VOICE_FRAME, STYLE_WARNING,
			  options->is_replay ? "a recording cannot be changed" : "nothing can be changed from here");
		return -EPERM;
	}
	error = options->tell(options->arg, request, &why);
	if (error)
		frame_say(desk->tui, VOICE_FRAME, STYLE_CRITICAL, why ? why : strerror(-error));
	free(why);
	return error;
}
