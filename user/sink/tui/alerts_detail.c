// SPDX-License-Identifier: Apache-2.0
/*
 * In: one alert. Out: what it says, what to do, since when, who cares, who is told next, why the
 * rule thinks so. The rule that surprises: a paused picture may show an alert that has ended
 * meanwhile; its annotations are then those that the history copied.
 */
#include "sink/tui/alerts_detail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/tui/alerts_paper.h"
#include "sink/tui/alerts_people.h"
#include "sink/words.h"

#define CHART_ROWS	 7
#define CHART_ROWS_TALL	 12
#define CHART_LEAST_ROWS 4
#define TALL		 30
#define CHANGES_SHOWN	 20
#define LEAST_FOR_CHART	 24 /* columns */

struct sheet { /* what the parts below share */
	struct paper paper;
	struct desk *desk;
	const struct alerts_row *row;
	const struct alerts_rows *rows;
	const struct alerts_history *history;
	const struct alert *alert;	/* in the view; NULL = not any more */
	const struct alerts_past *past; /* as the history has it; NULL = it has not */
};

static struct units_text ago(const struct sheet *sheet, uint64_t at_ns)
{
	uint64_t now_ns = sheet->desk->at_axis_ns;

	return words_short_ns(at_ns < now_ns ? now_ns - at_ns : 0);
}

/* --- what it is of --- */

static const struct alert *find_alert(const struct view *view, const struct alerts_row *row)
{
	const struct alert *lists[] = {view->alerts, view->muted};

	for (size_t i = 0; row->alert_id && i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct alert *alert = lists[i]; alert; alert = alert->next)
			if (alert->id == row->alert_id &&
			    alert->active_at_real_ns == row->active_at_ns)
				return alert;
	return NULL;
}

static const struct alerts_past *find_past(const struct alerts_history *history,
					   const struct alerts_row *row)
{
	for (size_t i = 0; i < history->past_count; i++) {
		const struct alerts_past *past = alerts_history_past(history, i);

		if (past->row.alert_id == row->alert_id &&
		    past->row.active_at_ns == row->active_at_ns)
			return past;
	}
	return NULL;
}

const struct rule *alerts_rule_of(const struct alerts_row *row, const struct view *view)
{
	return row->rules_generation == view->rules_generation ? row->rule : NULL;
}

/* --- its parts --- */

static void put_head(struct sheet *sheet)
{
	const struct alerts_row *row = sheet->row;
	enum style style = row->class == ALERTS_FIRING	     ? alerts_tier_style(row->tier, true)
			   : row->class == ALERTS_BLIND_RULE ? STYLE_ALARM_UNKNOWN
							     : alerts_row_style(row);
	uint64_t since_ns = alerts_row_since_ns(row);
	struct buf labels = {0};
	char *text;

	text = mem_format(" %s %s ", row->alert_id ? alert_words_tier(row->tier) : "rule",
			  alerts_row_state(row));
	paper_text(&sheet->paper, 0, style, text);
	free(text);
	alerts_short_labels(&labels, row->labels);
	text = mem_format("%s %s", row->name, labels.length ? labels.bytes : "");
	paper_text(&sheet->paper, 0, STYLE_BOLD, text);
	free(text);
	buf_fini(&labels);
	if (row->alert_id)
		paper_pair(&sheet->paper, "value", alerts_row_style(row), "%s",
			   alerts_row_value(row, sheet->desk->ascii).text);
	if (since_ns && row->class == ALERTS_ENDED)
		paper_pair(&sheet->paper, "ended", STYLE_TEXT, "%s ago (%s), after %s",
			   ago(sheet, since_ns).text,
			   alerts_instant(since_ns, sheet->desk->at_axis_ns).text,
			   words_short_ns(since_ns -
					  (row->fired_at_ns ? row->fired_at_ns : row->active_at_ns))
				   .text);
	else if (since_ns)
		paper_pair(&sheet->paper, "since", STYLE_TEXT, "%s (%s)", ago(sheet, since_ns).text,
			   alerts_instant(since_ns, sheet->desk->at_axis_ns).text);
	if (row->is_unknown && row->alert_id)
		paper_pair(&sheet->paper, "unknown", STYLE_UNKNOWN,
			   "%s; it will not resolve by that",
			   *row->reason ? row->reason : "its window was touched by loss");
	else if (row->is_unknown && row->health == RULE_UNKNOWN)
		paper_pair(&sheet->paper, "unknown", STYLE_UNKNOWN,
			   "%s; nobody knows whether it would fire",
			   *row->reason ? row->reason : "its window was touched by loss");
	else if (*row->reason)
		paper_pair(&sheet->paper, "reason", STYLE_TEXT, "%s", row->reason);
}

static void put_silence(struct sheet *sheet)
{
	const struct alerts_row *row = sheet->row;
	const struct silence *silence = alerts_find_silence(sheet->desk->view, row->silence_id);
	uint64_t now_ns = sheet->desk->at_axis_ns;

	if (!silence) {
		paper_pair(&sheet->paper, "silenced", STYLE_TEXT, "by silence %" PRIu64,
			   row->silence_id);
		return;
	}
	paper_pair(&sheet->paper, "silenced", STYLE_TEXT,
		   "by %s, silence %" PRIu64 ", until %s (%s left)%s%s",
		   alerts_person(silence->uid).text, silence->id,
		   alerts_instant(silence->end_at_real_ns, now_ns).text,
		   words_short_ns(
			   silence->end_at_real_ns > now_ns ? silence->end_at_real_ns - now_ns : 0)
			   .text,
		   silence->comment && *silence->comment ? ": " : "",
		   silence->comment ? silence->comment : "");
	paper_pair(&sheet->paper, "", STYLE_DIM, "%s", silence->text);
}

static void put_holder(struct sheet *sheet)
{
	const struct alerts_row *holder =
		alerts_rows_find_alert(sheet->rows, sheet->row->inhibited_by);

	if (holder)
		paper_pair(&sheet->paper, "held", STYLE_TEXT, "by the %s alert %s (%.8s)",
			   alert_words_tier(holder->tier), holder->name,
			   words_span_id(holder->alert_id).text);
	else
		paper_pair(&sheet->paper, "held", STYLE_TEXT, "by an alert of a higher tier (%.8s)",
			   words_span_id(sheet->row->inhibited_by).text);
}

/* A number of minutes is read at a glance: 4 m 12 s. */
static void put_next(struct sheet *sheet)
{
	const struct tui_options *options = sheet->desk->options;
	struct tui_escalation next = {0};
	uint64_t now_ns = sheet->desk->at_axis_ns;

	if (options->is_replay || sheet->row->class != ALERTS_FIRING)
		return;
	if (!options->next_escalation)
		paper_pair(&sheet->paper, "next", STYLE_DIM, "nobody: there are no receivers");
	else if (!options->next_escalation(options->arg, sheet->row->alert_id, &next))
		paper_pair(&sheet->paper, "next", STYLE_DIM, "nobody: no escalation is to come");
	else if (next.at_real_ns <= now_ns)
		paper_pair(&sheet->paper, "next", STYLE_WARNING, "%s now, unless acknowledged",
			   next.receiver);
	else
		paper_pair(&sheet->paper, "next", STYLE_WARNING, "%s in %s, unless acknowledged",
			   next.receiver, units_ns(next.at_real_ns - now_ns).text);
}

static void put_care(struct sheet *sheet)
{
	const struct alerts_row *row = sheet->row;

	if (row->ack_at_ns)
		paper_pair(&sheet->paper, "acked", STYLE_GOOD, "by %s %s ago%s%s",
			   alerts_person(row->ack_uid).text, ago(sheet, row->ack_at_ns).text,
			   *row->ack_comment ? ": " : "", row->ack_comment);
	if (row->silence_id && row->class != ALERTS_ENDED)
		put_silence(sheet);
	if (row->inhibited_by && row->class != ALERTS_ENDED)
		put_holder(sheet);
	if (row->class == ALERTS_MUTED)
		paper_pair(&sheet->paper, "muted", STYLE_TEXT,
			   "resolved by hand; it comes again when its condition was false once and "
			   "holds again");
	put_next(sheet);
}

static void put_annotations(struct sheet *sheet)
{
	const struct label *annotations = sheet->alert ? sheet->alert->annotations : NULL;
	size_t count = sheet->alert ? sheet->alert->annotations_count : 0;

	if (!sheet->alert && sheet->past) {
		annotations = sheet->past->annotations;
		count = sheet->past->annotations_count;
	}
	for (size_t i = 0; i < count; i++) {
		const char *label = annotations[i].name;

		if (!strcmp(label, "trace")) /* below, with the key that opens it */
			continue;
		if (!strcmp(label, "description"))
			label = "what to do";
		paper_pair(&sheet->paper, label, STYLE_TEXT, "%s", annotations[i].value);
	}
}

static void put_chart(struct sheet *sheet, const struct alerts_chart *chart)
{
	int rows = sheet->paper.area.rows >= TALL ? CHART_ROWS_TALL : CHART_ROWS;
	struct area place;
	char *title;

	if (!sheet->row->alert_id || sheet->paper.area.columns < LEAST_FOR_CHART)
		return;
	title = mem_format("%s, last %s",
			   sheet->row->has_threshold ? "value against threshold" : "value",
			   alerts_duration(sheet->desk->window_ns).text);
	paper_title(&sheet->paper, title);
	free(title);
	place = paper_place(&sheet->paper, rows);
	if (place.rows >= CHART_LEAST_ROWS &&
	    chart->key == sheet->row->key) /* scrolled half away it is a lower one */
		alerts_chart_draw(chart, sheet->desk, sheet->row, place);
}

static void put_trace(struct sheet *sheet)
{
	if (!words_is_orphan(sheet->row->trace_id))
		paper_pair(&sheet->paper, "trace", STYLE_KEY_TEXT, "%s (w: its waterfall)",
			   words_trace_id(sheet->row->trace_id).text);
}

static void put_labels(struct sheet *sheet)
{
	const struct labels *labels = sheet->row->labels;

	if (!sheet->row->alert_id)
		return;
	paper_title(&sheet->paper, "labels");
	for (size_t i = 0; labels && i < labels->count; i++)
		paper_pair(&sheet->paper, labels->items[i].name, STYLE_TEXT, "%s",
			   labels->items[i].value);
	paper_pair(&sheet->paper, "id", STYLE_TEXT, "%s", words_span_id(sheet->row->alert_id).text);
}

static void put_rule_text(struct sheet *sheet, const char *expr, uint64_t for_ns, uint64_t keep_ns,
			  const char *file, unsigned line)
{
	paper_pair(&sheet->paper, "expr", STYLE_TEXT, "%s", expr);
	if (for_ns)
		paper_pair(&sheet->paper, "for", STYLE_TEXT, "%s", alerts_duration(for_ns).text);
	if (keep_ns)
		paper_pair(&sheet->paper, "keeps", STYLE_TEXT,
			   "firing for %s when its condition is gone",
			   alerts_duration(keep_ns).text);
	if (file && *file)
		paper_pair(&sheet->paper, "at", STYLE_TEXT, "%s:%u", file, line);
}

static void put_rule(struct sheet *sheet)
{
	const struct rule *rule = alerts_rule_of(sheet->row, sheet->desk->view);
	const struct alerts_past *past = sheet->past;
	const char *group = sheet->alert ? sheet->alert->group : past ? past->group : NULL;

	paper_title(&sheet->paper, "rule");
	if (group && *group)
		paper_pair(&sheet->paper, "group", STYLE_TEXT, "%s", group);
	if (rule)
		put_rule_text(sheet, rule->expr_text, rule->for_ns, rule->keep_firing_for_ns,
			      rule->file, rule->line);
	else if (past && past->expr_text)
		put_rule_text(sheet, past->expr_text, past->for_ns, past->keep_firing_for_ns,
			      past->file, past->line);
	else
		paper_text(&sheet->paper, 0, STYLE_DIM, "its rule is not among those in force");
}

/* --- its changes --- */

static void put_change(struct sheet *sheet, const struct alerts_change *change)
{
	const struct alerts_row *row = sheet->row;
	struct alerts_row then = {.value = change->value, .unit = row->unit};
	char *said, clock[9];

	snprintf(clock, sizeof(clock), "%.8s", units_clock(change->at_ns).text);
	switch (change->change) {
	case ALERT_CHANGE_ACK:
		said = mem_format("acknowledged by %s", alerts_person(change->uid).text);
		break;
	case ALERT_CHANGE_SILENCE:
		said = change->number ? mem_format("silenced by silence %" PRIu64, change->number)
				      : mem_string("silenced no longer");
		break;
	case ALERT_CHANGE_INHIBIT:
		said = mem_string(change->number ? "held by a higher tier" : "held no longer");
		break;
	case ALERT_CHANGE_UNKNOWN:
		said = mem_string(change->is_unknown ? "unknown" : "known again");
		break;
	case ALERT_CHANGE_RESTORED:
		said = mem_format("%s since a former run", alert_words_state(change->state));
		break;
	default:
		said = mem_format("%s at %s", alert_words_state(change->state),
				  alerts_row_value(&then, sheet->desk->ascii).text);
		break;
	}
	paper_pair(&sheet->paper, clock, STYLE_TEXT, "%s%s%s", said,
		   change->note ? ": " : "", change->note ? change->note : "");
	free(said);
}

static void put_changes(struct sheet *sheet)
{
	size_t shown = 0;

	if (!sheet->row->alert_id)
		return;
	paper_title(&sheet->paper, "what happened, the newest first (UTC)");
	for (size_t i = 0; i < sheet->history->changes_count && shown < CHANGES_SHOWN; i++) {
		const struct alerts_change *change = alerts_history_change(sheet->history, i);

		if (change->alert_id != sheet->row->alert_id ||
		    change->at_ns > sheet->desk->at_axis_ns)
			continue;
		put_change(sheet, change);
		shown++;
	}
	if (!shown)
		paper_text(&sheet->paper, 0, STYLE_DIM, "nothing since the dashboard looks");
}

/* --- all of it --- */

static void put_all(struct sheet *sheet, const struct alerts_chart *chart)
{
	put_head(sheet);
	put_care(sheet);
	put_trace(sheet);
	put_annotations(sheet);
	put_chart(sheet, chart);
	put_labels(sheet);
	put_rule(sheet);
	put_changes(sheet);
}

void alerts_detail_draw(struct alerts_detail *detail, struct desk *desk,
			const struct alerts_row *row, const struct alerts_rows *rows,
			const struct alerts_history *history, const struct alerts_chart *chart,
			struct area area)
{
	struct sheet sheet = {.desk = desk, .row = row, .rows = rows, .history = history};

	detail->page_rows = area.rows;
	if (!row) {
		detail->lines = 0;
		area_text(area, 0, 0, STYLE_DIM,
			  "this alert is gone, and so is what was known of it");
		return;
	}
	sheet.alert = find_alert(desk->view, row);
	sheet.past = row->past ? row->past : find_past(history, row);
	sheet.paper = paper_begin(area, detail->top);
	put_all(&sheet, chart);
	detail->lines = sheet.paper.row;
	if (detail->top > 0 &&
	    detail->top + area.rows > detail->lines) { /* it has become shorter */
		detail->top = detail->lines > area.rows ? detail->lines - area.rows : 0;
		for (int i = 0; i < area.rows; i++)
			area_fill(area, i, 0, area.columns, STYLE_TEXT, ' ', ' ');
		sheet.paper = paper_begin(area, detail->top);
		put_all(&sheet, chart);
	}
}

bool alerts_detail_scroll(struct alerts_detail *detail, enum action action)
{
	int page = detail->page_rows > 1 ? detail->page_rows - 1 : 1,
	    last = detail->lines - detail->page_rows;

	switch (action) {
	case ACTION_UP:
		detail->top--;
		break;
	case ACTION_DOWN:
		detail->top++;
		break;
	case ACTION_PAGE_UP:
		detail->top -= page;
		break;
	case ACTION_PAGE_DOWN:
		detail->top += page;
		break;
	case ACTION_FIRST:
		detail->top = 0;
		break;
	case ACTION_LAST:
		detail->top = last;
		break;
	default:
		return false;
	}
	if (detail->top > last)
		detail->top = last;
	if (detail->top < 0)
		detail->top = 0;
	return true;
}
