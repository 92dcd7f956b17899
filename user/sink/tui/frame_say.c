// SPDX-License-Identifier: Apache-2.0
/*
 * The last row but one. In: what was said, what runs, what is in force. Out: one line; a line that is typed goes first.
 * The rule that surprises: a warning never takes the place of an answer that somebody just got; it is counted at the
 * right end, and all of them are told again on stderr after the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/tui/frame.h"

#define SHORT_NS (5 * NS_PER_S)
#define LONG_NS	 (15 * NS_PER_S)
#define LEAST_NS (3 * NS_PER_S) /* that an answer stands before a warning may follow */

static bool gives_way(const struct tui *tui, enum frame_voice voice)
{
	const struct frame_message *message = &tui->message;

	return !message->text || message->voice == VOICE_WARNING || voice != VOICE_WARNING ||
	       tui->clock_ns >= message->since_ns + LEAST_NS;
}

void frame_say(struct tui *tui, enum frame_voice voice, enum style style, const char *text)
{
	bool is_long = voice == VOICE_WARNING || style == STYLE_WARNING || style == STYLE_CRITICAL ||
		       style == STYLE_EMERGENCY || style == STYLE_UNKNOWN;
	char *copy;

	if (!gives_way(tui, voice))
		return;
	copy = mem_string(text); /* it may be the old one */
	free(tui->message.text);
	tui->message = (struct frame_message){ .text = copy,
					       .style = style,
					       .since_ns = tui->clock_ns,
					       .until_ns = tui->clock_ns + (is_long ? LONG_NS : SHORT_NS),
					       .voice = voice };
	tui->is_dirty = true;
}

static void forget(struct tui *tui)
{
	free(tui->message.text);
	tui->message.text = NULL;
	tui->is_dirty = true;
}

void frame_expire(struct tui *tui)
{
	if (tui->message.text && tui->clock_ns >= tui->message.until_ns)
		forget(tui);
}

void frame_leave_tab(struct tui *tui)
{
	if (tui->message.text && tui->message.voice == VOICE_TAB)
		forget(tui);
}

/* --- the right end ------------------------------------------------------------------------------------------- */

static void print_bar(struct buf *out, double ratio, bool ascii)
{
	int filled = (int)(ratio * 10 + 0.5);

	buf_text(out, " [");
	for (int i = 0; i < 10; i++)
		buf_text(out, i < filled ? ascii ? "#" : "█" : " ");
	buf_text(out, "]");
}

static enum style print_right(const struct tui *tui, struct buf *out, bool is_narrow)
{
	double ratio = tui->progress_ratio;
	char clock[24];

	buf_text(out, "");
	if (tui->progress) {
		buf_text(out, tui->progress);
		if (ratio >= 0)
			print_bar(out, ratio > 1 ? 1 : ratio, tui->desk.ascii);
		return STYLE_BOLD;
	}
	if (tui->warnings_count && !(tui->message.text && tui->message.voice == VOICE_WARNING)) {
		buf_format(out, "%zu warning%s", tui->warnings_count, tui->warnings_count > 1 ? "s" : "");
		return STYLE_WARNING;
	}
	frame_print_clock(clock, tui, !is_narrow);
	if (!tui->has_clock && !frame_has_scrubber(tui))
		buf_format(out, "%s  ", clock);
	if (!out->length || !is_narrow)
		buf_format(out, "window %s", frame_window_name(tui));
	return STYLE_DIM;
}

/* --- the left part ------------------------------------------------------------------------------------------- */

static void print_end(struct buf *out, const struct view *view, bool is_replay)
{
	const struct process *process = view->processes;
	size_t count = 0;

	for (const struct process *each = process; each; each = each->next)
		count++;
	buf_text(out, is_replay ? "End of the recording: " : "The run has ended: ");
	switch (view->end_reason) {
	case TT_END_TARGET:
		if (count == 1)
			buf_format(out, "process %u has exited", process->pid);
		else
			buf_format(out, "all %zu processes have exited", count);
		break;
	case TT_END_DURATION:
		buf_text(out, "its --duration was over");
		break;
	case TT_END_STOPPED:
		buf_text(out, "it was stopped");
		break;
	case TT_END_TRUNCATED:
		buf_text(out, "the file is cut off here");
		break;
	case TT_END_ERROR:
		buf_text(out, "an error ended it");
		break;
	default:
		buf_format(out, "reason %u", view->end_reason);
		break;
	}
	buf_text(out, is_replay ? "." : ". What was seen stays; q quits.");
}

static int draw_text_in_force(struct area area, int at, const char *name, const char *text)
{
	if (!text)
		return at;
	at += area_text(area, 0, at, STYLE_DIM, name);
	at += area_text(area, 0, at, STYLE_BOLD, text);
	return at + 2;
}

static void draw_left(struct tui *tui, struct area area)
{
	const struct view *view = tui->desk.view;
	struct buf text = { 0 };

	if (tui->message.text) {
		area_fit(area, 0, 0, area.columns, tui->message.style, tui->message.text);
		return;
	}
	if (view && view->end_reason) {
		print_end(&text, view, tui->options.is_replay);
		area_fit(area, 0, 0, area.columns, STYLE_BOLD, text.bytes);
		buf_fini(&text);
		return;
	}
	draw_text_in_force(area, draw_text_in_force(area, 0, "filter: ", tui->filter[tui->open]), "search: ",
			   tui->search[tui->open]);
}

void frame_draw_message(struct tui *tui, struct area area)
{
	struct buf right = { 0 };
	enum style style;
	int columns;

	if (tui->prompt.is_open) {
		prompt_draw(&tui->prompt, area);
		return;
	}
	style = print_right(tui, &right, area.columns < 60);
	columns = (int)text_columns(right.bytes, right.length);
	if (columns > area.columns / 2 && !tui->progress)
		columns = 0;
	if (columns > area.columns * 2 / 3)
		columns = area.columns * 2 / 3;
	if (columns > 0) {
		area_right(area, 0, area.columns - columns, columns, style, right.bytes);
		area = area_part(area, 0, 0, 1, area.columns - columns - 1);
	}
	buf_fini(&right);
	draw_left(tui, area);
}
