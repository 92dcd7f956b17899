// SPDX-License-Identifier: Apache-2.0
/*
 * In: keys of the frame's prompt, step by step. Out: a request, told when the last question was
 * confirmed. The rule that surprises: a word in the line of the confirmation is a no, for whoever
 * types one has not read the question.
 */
#include "sink/tui/alerts_form.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/tui/alerts_paper.h"
#include "sink/tui/alerts_people.h"
#include "sink/words.h"

#define DEFAULT_DURATION "1h"
#define DURATION_HINT	 "how long: 30m, 2h, 1d12h; Esc: nothing happens"
#define COMMENT_HINT	 "why, for whoever looks next (may be empty); Esc: nothing happens"
#define BOX_ROWS	 9
#define BOX_COLUMNS	 100

void alerts_print_matchers(struct buf *out, const struct labels *labels)
{
	struct matcher *matchers = mem_array(labels->count + 1, sizeof(*matchers));

	for (size_t i = 0; i < labels->count; i++)
		matchers[i] = (struct matcher){labels->items[i].name, labels->items[i].value,
					       MATCH_EQUAL, NULL};
	matchers_print(out, matchers, labels->count);
	free(matchers);
}

void alerts_form_drop(struct alerts_form *form)
{
	free(form->name);
	free(form->matchers);
	free(form->duration);
	free(form->comment);
	*form = (struct alerts_form){0};
}

/* --- what is there now --- */

static const struct alert *find_live(const struct view *view, uint64_t id)
{
	const struct alert *alert = view->alerts;

	while (alert && (alert->id != id || !alert_is_live(alert)))
		alert = alert->next;
	return alert;
}

/* How many alerts of now the matchers cover. */
static size_t count_covered(const struct view *view, const char *text)
{
	struct expr_mistakes mistakes = {0};
	struct arena arena = {0};
	size_t matchers_count = 0, count = 0;
	struct matcher *matchers =
		expr_parse_matchers(&arena, text, strlen(text), &matchers_count, &mistakes);

	for (const struct alert *alert = view->alerts; matchers && alert; alert = alert->next)
		count += matchers_match(matchers, matchers_count, alert->labels);
	if (matchers)
		matchers_fini(matchers, matchers_count);
	expr_mistakes_fini(&mistakes);
	arena_fini(&arena);
	return count;
}

static size_t count_silenced(const struct view *view, uint64_t silence_id)
{
	size_t count = 0;

	for (const struct alert *alert = view->alerts; alert; alert = alert->next)
		count += alert->silence_id == silence_id;
	return count;
}

static char *alerts_words(size_t count)
{
	return count == 1 ? mem_string("1 alert now") : mem_format("%zu alerts now", count);
}

/* --- questions --- */

static const char *verb(enum tui_request_kind kind)
{
	static const char *const verbs[] = {
		[TUI_ACK] = "acknowledges",
		[TUI_RESOLVE] = "resolves by hand",
		[TUI_SILENCE] = "silences",
		[TUI_UNSILENCE] = "ends the silence",
	};

	return verbs[kind];
}

/* What matters first: a narrow window cuts it. The box above says all of it. */
static char *confirm_hint(const struct alerts_form *form, const struct desk *desk)
{
	char *alerts, *hint;

	if (form->kind == TUI_ACK || form->kind == TUI_RESOLVE)
		return mem_format("%s; Esc: nothing happens", form->name);
	if (form->kind == TUI_SILENCE) {
		alerts = alerts_words(count_covered(desk->view, form->matchers));
		hint = mem_format("until %s, %s; Esc: nothing happens",
				  alerts_instant(form->end_at_ns, desk->at_axis_ns).text, alerts);
	} else {
		alerts = alerts_words(count_silenced(desk->view, form->silence_id));
		hint = mem_format("silence %" PRIu64 ", %s; Esc: nothing happens", form->silence_id,
				  alerts);
	}
	free(alerts);
	return hint;
}

static void ask(struct alerts_form *form, struct desk *desk, enum alerts_step step)
{
	char *label, *hint;

	form->step = step;
	switch (step) {
	case ALERTS_STEP_DURATION:
		desk_ask(desk, "Silence for", DURATION_HINT,
			 form->duration ? form->duration : DEFAULT_DURATION);
		break;
	case ALERTS_STEP_COMMENT:
		desk_ask(desk, "Comment", COMMENT_HINT, "");
		break;
	default:
		form->end_at_ns = desk->at_axis_ns + form->duration_ns;
		label = mem_format("Enter %s", verb(form->kind));
		hint = confirm_hint(form, desk);
		desk_ask(desk, label, hint, "");
		free(label);
		free(hint);
		break;
	}
}

static bool say_no_way(struct desk *desk)
{
	if (desk->options->tell)
		return false;
	desk_say(desk, STYLE_WARNING, "%s",
		 desk->options->is_replay ? "a recording cannot be changed"
					  : "nothing can be changed from here");
	return true;
}

/* The alert is one that can be told something. */
static bool say_unfit(struct desk *desk, enum tui_request_kind kind, const struct alerts_row *row)
{
	if (!row) {
		desk_say(desk, STYLE_WARNING, "no alert is selected");
	} else if (!row->alert_id) {
		desk_say(desk, STYLE_WARNING,
			 "%s is a rule that cannot be judged: there is no alert", row->name);
	} else if (kind == TUI_UNSILENCE && !row->silence_id) {
		desk_say(desk, STYLE_WARNING, "%s is not silenced", row->name);
	} else if ((kind == TUI_ACK || kind == TUI_RESOLVE) &&
		   !find_live(desk->view, row->alert_id)) {
		desk_say(desk, STYLE_WARNING, "%s has ended: there is nothing to %s", row->name,
			 kind == TUI_ACK ? "acknowledge" : "resolve");
	} else {
		return false;
	}
	return true;
}

void alerts_form_begin(struct alerts_form *form, struct desk *desk, enum tui_request_kind kind,
		       const struct alerts_row *row)
{
	const struct silence *silence;
	struct buf name = {0}, matchers = {0};

	alerts_form_drop(form);
	if (say_no_way(desk) || say_unfit(desk, kind, row))
		return;
	silence = alerts_find_silence(desk->view, row->silence_id);
	if (kind == TUI_UNSILENCE && !silence) {
		desk_say(desk, STYLE_WARNING, "silence %" PRIu64 " has ended meanwhile",
			 row->silence_id);
		return;
	}
	buf_format(&name, "%s ", row->name);
	alerts_short_labels(&name, row->labels);
	alerts_print_matchers(&matchers, row->labels);
	form->kind = kind;
	form->alert_id = row->alert_id;
	form->silence_id = row->silence_id;
	form->name = name.bytes;
	form->matchers =
		kind == TUI_UNSILENCE ? mem_string(silence->text) : mem_string(matchers.bytes);
	buf_fini(&matchers);
	if (kind == TUI_SILENCE)
		ask(form, desk, ALERTS_STEP_DURATION);
	else
		ask(form, desk, kind == TUI_UNSILENCE ? ALERTS_STEP_CONFIRM : ALERTS_STEP_COMMENT);
}

static void tell(struct alerts_form *form, struct desk *desk)
{
	const struct tui_request request = {
		.kind = form->kind,
		.id = form->kind == TUI_UNSILENCE ? form->silence_id
		      : form->kind == TUI_SILENCE ? 0
						  : form->alert_id,
		.matchers = form->kind == TUI_SILENCE ? form->matchers : NULL,
		.duration = form->kind == TUI_SILENCE ? form->duration : NULL,
		.comment = form->comment ? form->comment : "",
	};

	if ((form->kind == TUI_ACK || form->kind == TUI_RESOLVE) &&
	    !find_live(desk->view, form->alert_id))
		desk_say(desk, STYLE_WARNING, "nothing was done: %s has ended meanwhile",
			 form->name);
	else if (form->kind == TUI_UNSILENCE && !alerts_find_silence(desk->view, form->silence_id))
		desk_say(desk, STYLE_WARNING,
			 "nothing was done: silence %" PRIu64 " has ended meanwhile",
			 form->silence_id);
	else if (!desk_tell(desk, &request))
		desk_say(desk, STYLE_TEXT, "told, the answer comes");
	alerts_form_drop(form);
}

static bool is_yes(const char *text)
{
	return !*text || !strcasecmp(text, "y") || !strcasecmp(text, "yes");
}

void alerts_form_answer(struct alerts_form *form, struct desk *desk, const char *text)
{
	char *hint;

	switch (form->step) {
	case ALERTS_STEP_DURATION:
		free(form->duration);
		form->duration = mem_string(text);
		if (!expr_parse_silence(text, &form->duration_ns)) {
			ask(form, desk, ALERTS_STEP_COMMENT);
			break;
		}
		hint = mem_format(
			"\"%s\" is no time above 0 and up to 10 years, like 30m, 2h, 1d12h", text);
		desk_ask(desk, "Silence for", hint, text);
		free(hint);
		break;
	case ALERTS_STEP_COMMENT:
		free(form->comment);
		form->comment = mem_string(text);
		ask(form, desk, ALERTS_STEP_CONFIRM);
		break;
	case ALERTS_STEP_CONFIRM:
		if (is_yes(text)) {
			tell(form, desk);
			break;
		}
		desk_say(desk, STYLE_WARNING, "nothing was done: it was not confirmed");
		alerts_form_drop(form);
		break;
	default:
		break;
	}
}

/* --- drawing --- */

static void draw_silence(struct paper *paper, const struct alerts_form *form,
			 const struct desk *desk)
{
	char *alerts = alerts_words(count_covered(desk->view, form->matchers));

	paper_pair(paper, "matchers", STYLE_BOLD, "%s", form->matchers);
	paper_pair(paper, "covers", STYLE_TEXT, "%s", alerts);
	if (form->step == ALERTS_STEP_DURATION)
		paper_pair(paper, "for", STYLE_DIM, "...");
	else if (form->step == ALERTS_STEP_COMMENT)
		paper_pair(paper, "for", STYLE_BOLD, "%s", form->duration);
	else
		paper_pair(paper, "for", STYLE_BOLD, "%s, until %s", form->duration,
			   alerts_instant(form->end_at_ns, desk->at_axis_ns).text);
	free(alerts);
}

static void draw_unsilence(struct paper *paper, const struct alerts_form *form,
			   const struct desk *desk)
{
	const struct silence *silence = alerts_find_silence(desk->view, form->silence_id);
	char *alerts = alerts_words(count_silenced(desk->view, form->silence_id));

	paper_pair(paper, "silence", STYLE_BOLD, "%" PRIu64 " %s", form->silence_id,
		   form->matchers);
	paper_pair(paper, "covers", STYLE_TEXT, "%s", alerts);
	if (silence && silence->end_at_real_ns > desk->at_axis_ns)
		paper_pair(paper, "else ends", STYLE_TEXT, "in %s",
			   words_short_ns(silence->end_at_real_ns - desk->at_axis_ns).text);
	free(alerts);
}

static void draw_alert(struct paper *paper, const struct alerts_form *form, const struct desk *desk)
{
	const struct alert *alert = find_live(desk->view, form->alert_id);

	paper_pair(paper, "alert", STYLE_BOLD, "%s", form->name);
	paper_pair(paper, "id", STYLE_TEXT, "%s", words_span_id(form->alert_id).text);
	if (!alert)
		paper_text(paper, 0, STYLE_WARNING, "It has ended meanwhile.");
	else if (alert->ack.at_real_ns)
		paper_pair(paper, "before", STYLE_TEXT, "acknowledged by %s",
			   alerts_person(alert->ack.uid).text);
	paper_text(paper, 0, STYLE_DIM,
		   form->kind == TUI_ACK
			   ? "It fires on, but is told no more: no repeats, no escalation."
			   : "It comes again when its condition was false once and holds again.");
}

void alerts_form_draw(const struct alerts_form *form, const struct desk *desk, struct area area)
{
	static const char *const titles[] = {
		[TUI_ACK] = "Acknowledge",
		[TUI_RESOLVE] = "Resolve by hand",
		[TUI_SILENCE] = "Silence",
		[TUI_UNSILENCE] = "End a silence",
	};
	int rows =
		area.rows - 1 < BOX_ROWS ? area.rows - 1 : BOX_ROWS; /* the last one has the hint */
	int columns = area.columns < BOX_COLUMNS ? area.columns : BOX_COLUMNS;
	struct area box = area_part(area, area.rows - 1 - rows, 0, rows, columns);
	struct paper paper;

	if (form->step == ALERTS_STEP_NONE || rows < 3)
		return;
	for (int row = 0; row < box.rows; row++)
		area_fill(box, row, 0, box.columns, STYLE_TEXT, ' ', ' ');
	paper = paper_begin(area_box(box, titles[form->kind]), 0);
	if (form->kind == TUI_SILENCE)
		draw_silence(&paper, form, desk);
	else if (form->kind == TUI_UNSILENCE)
		draw_unsilence(&paper, form, desk);
	else
		draw_alert(&paper, form, desk);
	if (form->kind == TUI_UNSILENCE)
		return;
	if (form->comment)
		paper_pair(&paper, "comment", STYLE_TEXT, "%s",
			   *form->comment ? form->comment : "(none)");
	else
		paper_pair(&paper, "comment", STYLE_DIM, "...");
}
