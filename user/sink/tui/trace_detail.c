// SPDX-License-Identifier: Apache-2.0
/*
 * In: a trace that somebody opened. Out: its page.
 * The rule that surprises: the row that the verdict blames is the one that is selected at first.
 */
#include "sink/tui/trace_detail.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/log_records.h"
#include "sink/tui/logs_message.h"
#include "sink/tui/trace_text.h"
#include "sink/words.h"

#define PANE_ROWS	4 /* of the selected span's numbers */
#define WATERFALL_LEAST 6

static size_t row_of(const struct bars *bars, const struct span *span)
{
	for (size_t i = 0; span && i < bars->waterfall.rows_count; i++)
		for (size_t k = 0; k < bars->waterfall.rows[i].spans_count; k++)
			if (bars->waterfall.rows[i].spans[k] == span)
				return i;
	return 0;
}

/* Those in flight that were begun before it are ahead of it as well. */
static size_t open_ahead(const struct view *view, const struct trace *trace)
{
	size_t count = 0;

	for (const struct trace *open = view->open_traces; open && open->ordinal < trace->ordinal;
	     open = open->next_open)
		count += open->process == trace->process && open->engine && trace->engine &&
			 !strcmp(open->engine, trace->engine);
	return count;
}

struct trace_detail *trace_detail_new(struct desk *desk, const struct trace_index *index, const struct trace *trace)
{
	struct trace_detail *detail = mem_new(sizeof(*detail));
	size_t ahead = 0;

	if (trace->has_queue_wait)
		ahead = trace_index_ahead(index, trace) + open_ahead(desk->view, trace);
	detail->copy = trace_copy_new(desk->view, trace);
	bars_init(&detail->bars, &detail->copy->trace);
	detail->usual = trace_usual_of(desk, &detail->copy->trace);
	detail->verdict = verdict_of(&detail->copy->trace, detail->copy->outcome, &detail->usual, ahead);
	detail->selected = row_of(&detail->bars, detail->verdict.span);
	trace_lines_collect(&detail->lines, desk->tail, &detail->copy->trace);
	return detail;
}

void trace_detail_free(struct trace_detail *detail)
{
	if (!detail)
		return;
	trace_lines_fini(&detail->lines);
	verdict_fini(&detail->verdict);
	bars_fini(&detail->bars);
	trace_copy_free(detail->copy);
	free(detail);
}

void trace_detail_collect(struct trace_detail *detail, const struct desk *desk, const struct trace_index *index)
{
	bool knows_all = trace_index_known(index) == trace_index_all(index);

	trace_lines_collect(&detail->lines, desk->tail, &detail->copy->trace);
	detail->is_gone = knows_all && !trace_index_facts(index, detail->copy->trace.ordinal);
}

void trace_detail_reset(struct trace_detail *detail)
{
	trace_lines_fini(&detail->lines);
	detail->is_gone = true;
}

/* --- drawing ---------------------------------------------------------------------------------------------- */

static void head_state(struct trace_items *items, const struct trace *trace, enum trace_outcome outcome)
{
	bool is_bad = outcome >= OUTCOME_EMPTY && outcome != OUTCOME_CANCELLED;

	trace_item(items, is_bad ? STYLE_ALARM_CRITICAL : facts_style(outcome), is_bad ? " %s " : "%s",
		   facts_word(outcome));
	if (trace->partial)
		trace_item(items, STYLE_UNKNOWN, "partial: began before us");
	else if (trace->incomplete && outcome != OUTCOME_INCOMPLETE)
		trace_item(items, STYLE_UNKNOWN, "incomplete");
}

/* The first rows: id, status, who, and the numbers; as many rows as it took. */
static int draw_head(struct area area, const struct trace_copy *copy)
{
	const struct trace *trace = &copy->trace;
	const char *none = trace_none(area.canvas && area.canvas->ascii);
	struct trace_items items = { .area = area };
	uint64_t start_real_ns = copy->start_real_ns;

	trace_item(&items, STYLE_TITLE, area.columns < 60 ? "%.8s" : "trace %s", words_trace_id(trace->id).text);
	head_state(&items, trace, copy->outcome);
	if (trace->engine)
		trace_item(&items, STYLE_TEXT, "%s", trace->engine);
	if (trace->process)
		trace_item(&items, STYLE_TEXT, "%s/%u", facts_service(trace->process), trace->process->pid);
	if (items.row == 0 && area.columns >= 60) {
		items.row = 1;
		items.column = 0;
	}
	trace_item(&items, STYLE_DIM, "%s UTC", units_clock(start_real_ns).text);
	trace_item(&items, STYLE_BOLD, "took %s", words_short_ns(trace->duration_ns).text);
	trace_item(&items, STYLE_TEXT, "first audio %s",
		   trace->has_first_audio ? words_short_ns(trace->first_audio_ns).text : none);
	trace_item(&items, STYLE_TEXT, "rtf %s", trace->has_rtf ? units_ratio(trace->rtf).text : none);
	if (trace->has_queue_wait)
		trace_item(&items, STYLE_TEXT, "queued %s", words_short_ns(trace->queue_wait_ns).text);
	trace_item(&items, STYLE_TEXT, "audio %s", trace->has_audio ? words_short_ns(trace->audio_ns).text : none);
	if (trace->text_unreadable)
		trace_item(&items, STYLE_UNKNOWN, "text unreadable");
	else if (trace->has_text)
		trace_item(&items, STYLE_TEXT, "text %s%s", units_bytes(trace->text_bytes).text,
			   trace->text_cut ? "+" : "");
	return trace_items_rows(&items) < area.rows ? trace_items_rows(&items) : area.rows;
}

static int draw_why(struct area area, const struct trace_detail *detail)
{
	int label = area_text(area, 0, 0, STYLE_BOLD, "why: ");

	return trace_text_wrap(area_part(area, 0, label, area.rows, area.columns - label), detail->verdict.style,
			       detail->verdict.text);
}

static void draw_notes(struct area area, const struct trace_detail *detail)
{
	struct trace_items items = { .area = area };

	if (detail->is_gone)
		trace_item(&items, STYLE_UNKNOWN, "no longer held: this is what was copied when it was opened");
	if (detail->is_marked)
		trace_item(&items, STYLE_BOLD, "marked: c on another trace compares");
	if (bars_is_zoomed(&detail->bars))
		trace_item(&items, STYLE_BOLD, "zoomed: %s to %s, - shows more",
			   words_short_ns(detail->bars.from_ns).text, words_short_ns(detail->bars.to_ns).text);
}

static bool has_notes(const struct trace_detail *detail)
{
	return detail->is_gone || detail->is_marked || bars_is_zoomed(&detail->bars);
}

static void scroll(struct trace_detail *detail, int rows)
{
	size_t count = detail->bars.waterfall.rows_count;

	detail->page_rows = rows;
	if (detail->selected >= count)
		detail->selected = count ? count - 1 : 0;
	if (detail->selected < detail->top)
		detail->top = detail->selected;
	if (rows > 0 && detail->selected >= detail->top + (size_t)rows)
		detail->top = detail->selected - (size_t)rows + 1;
	if (rows > 0 && detail->top + (size_t)rows > count)
		detail->top = count > (size_t)rows ? count - (size_t)rows : 0;
}

static void draw_more(struct area area, const struct trace_detail *detail)
{
	const struct waterfall *waterfall = &detail->bars.waterfall;
	uint64_t hidden = waterfall->hidden_count + detail->copy->trace.spans_dropped_count;
	size_t end = detail->top + (size_t)(detail->page_rows > 0 ? detail->page_rows : 0);
	struct trace_items items = { .area = area };

	if (detail->top || end < waterfall->rows_count)
		trace_item(&items, STYLE_DIM, "rows %zu-%zu of %zu", detail->top + 1,
			   end < waterfall->rows_count ? end : waterfall->rows_count, waterfall->rows_count);
	if (hidden)
		trace_item(&items, STYLE_DIM, "%s more spans", units_count(hidden).text);
	if (!items.column || items.column + 20 < area.columns)
		bars_draw_legend(area_part(area, 0, items.column, 1, area.columns - items.column));
}

/* Title, ruler, rows, legend. */
static void draw_waterfall(struct trace_detail *detail, struct area area, int row, int rows)
{
	struct bars_layout layout = bars_layout(&detail->bars, area.columns, &detail->usual);
	bool has_legend = rows >= 4, has_ruler = rows >= 3;
	int at = row;

	if (has_ruler) {
		bars_draw_ruler(area_part(area, at, 0, BARS_RULER_ROWS, area.columns), &detail->bars, &layout);
		if (layout.usual_columns)
			area_right(area, at, layout.usual_at - 6, layout.usual_columns + 6, STYLE_DIM, "x median");
		at += BARS_RULER_ROWS;
	}
	detail->rows_at = at;
	scroll(detail, row + rows - at - has_legend);
	bars_draw_rows(area_part(area, at, 0, detail->page_rows, area.columns), &detail->bars, &layout, &detail->usual,
		       detail->top, detail->selected);
	if (has_legend)
		draw_more(area_part(area, row + rows - 1, 0, 1, area.columns), detail);
}

static void draw_alerts(struct area area, const struct trace_detail *detail)
{
	for (int row = 0; row < area.rows && (size_t)row < detail->alerts_count; row++) {
		const struct fired_alert *alert = detail->alerts[row];
		bool carries = !memcmp(alert->trace_id, detail->copy->trace.id, 16);
		struct trace_items items = { .area = area_part(area, row, 0, 1, area.columns) };

		trace_item(&items, alert->tier >= TIER_CRITICAL ? STYLE_CRITICAL : STYLE_WARNING, "! %s",
			   alert_words_tier(alert->tier));
		trace_item(&items, STYLE_BOLD, "%s", alert->name);
		trace_item(&items, STYLE_TEXT, "%s at %s UTC: %s", alert_words_state(alert->state),
			   units_clock(alert->fired_at_real_ns).text,
			   carries ? "this trace set it off (a opens it)" : "was firing while it ran (a opens it)");
	}
}

static void draw_lines(struct area area, const struct trace_detail *detail)
{
	const struct trace_lines *lines = &detail->lines;
	struct area below = area_section(area, "log lines (o opens them in Logs)");
	size_t count = lines->count, first;

	if (!count)
		area_text(below, 0, 0, STYLE_DIM,
			  lines->was_cut ? "none in the newest log lines" : "none is held");
	first = count > (size_t)(below.rows > 0 ? below.rows : 0) ? count - (size_t)below.rows : 0;
	for (size_t i = first; i < count; i++) {
		const struct trace_line *line = &lines->items[i];
		int row = (int)(i - first), column = area_text(below, row, 0, STYLE_DIM, line->time) + 1;

		column += area_fit(below, row, column, 8, logs_level_style(line->level),
				   log_level_word(line->level)) + 1;
		area_fit(below, row, column, below.columns - column, STYLE_TEXT, line->text);
	}
}

/* How the rows below the head are shared out. */
struct shares {
	int waterfall, pane, alerts, lines;
};

static struct shares share_out(const struct trace_detail *detail, int rows, int pane_rows, bool is_expanded)
{
	int wanted = (int)detail->bars.waterfall.rows_count + BARS_RULER_ROWS + 1;
	struct shares shares = { .waterfall = rows };
	int lines = detail->lines.count ? 1 + (int)detail->lines.count : 2;

	if (is_expanded)
		return shares;
	if (rows >= WATERFALL_LEAST + 2 + PANE_ROWS)
		shares.pane = PANE_ROWS + 1;
	else if (rows >= WATERFALL_LEAST + 2)
		shares.pane = 2;
	rows -= shares.pane;
	if (detail->alerts_count && rows > WATERFALL_LEAST) {
		shares.alerts = rows > 2 * WATERFALL_LEAST ? (int)detail->alerts_count : 1;
		rows -= shares.alerts;
	}
	shares.waterfall = wanted < rows ? wanted : rows;
	if (rows - shares.waterfall < 3 && rows >= WATERFALL_LEAST + 3)
		shares.waterfall = rows - 3 > WATERFALL_LEAST ? rows - 3 : WATERFALL_LEAST;
	rows -= shares.waterfall;
	shares.lines = rows < lines ? rows : lines;
	rows -= shares.lines;
	if (shares.pane > 2 && pane_rows + 1 > shares.pane)
		shares.pane += rows < pane_rows + 1 - shares.pane ? rows : pane_rows + 1 - shares.pane;
	if (shares.lines < 2)
		shares.lines = 0;
	return shares;
}

void trace_detail_draw(struct trace_detail *detail, const struct desk *desk, const struct trace_fired *fired,
		       struct area area)
{
	int row = draw_head(area_part(area, 0, 0, area.rows < 16 ? 2 : 4, area.columns), detail->copy);
	const struct waterfall *waterfall = &detail->bars.waterfall;
	struct area nowhere = area;
	struct shares shares;
	int pane_rows = 0;

	detail->alerts_count = fired_find(fired, detail->copy, detail->alerts, DETAIL_ALERTS);
	row += draw_why(area_part(area, row, 0, area.rows < 16 ? 1 : 3, area.columns), detail);
	if (has_notes(detail))
		draw_notes(area_part(area, row++, 0, 1, area.columns), detail);
	nowhere.row = (int)area.canvas->rows; /* where nothing is drawn: to measure */
	if (detail->selected < waterfall->rows_count)
		pane_rows = trace_detail_span(nowhere, detail, &waterfall->rows[detail->selected], false);
	shares = share_out(detail, area.rows - row, pane_rows, desk->is_expanded);
	draw_waterfall(detail, area, row, shares.waterfall);
	row += shares.waterfall;
	if (shares.pane && detail->selected < waterfall->rows_count) {
		struct area pane = area_part(area, row, 0, shares.pane, area.columns);

		if (shares.pane > 2)
			pane = area_section(pane, "selected");
		trace_detail_span(pane, detail, &waterfall->rows[detail->selected], pane.rows < pane_rows);
	}
	row += shares.pane;
	draw_alerts(area_part(area, row, 0, shares.alerts, area.columns), detail);
	row += shares.alerts;
	if (shares.lines)
		draw_lines(area_part(area, row, 0, shares.lines, area.columns), detail);
}

/* --- keys ------------------------------------------------------------------------------------------------- */

static void move(struct trace_detail *detail, long by)
{
	size_t last = detail->bars.waterfall.rows_count ? detail->bars.waterfall.rows_count - 1 : 0;

	if (by < 0)
		detail->selected -= (size_t)-by < detail->selected ? (size_t)-by : detail->selected;
	else
		detail->selected = last - detail->selected < (size_t)by ? last : detail->selected + (size_t)by;
}

bool trace_detail_act(struct trace_detail *detail, enum action action)
{
	long page = detail->page_rows > 1 ? detail->page_rows - 1 : 1;

	switch (action) {
	case ACTION_UP:
		move(detail, -1);
		return true;
	case ACTION_DOWN:
		move(detail, 1);
		return true;
	case ACTION_PAGE_UP:
		move(detail, -page);
		return true;
	case ACTION_PAGE_DOWN:
		move(detail, page);
		return true;
	case ACTION_FIRST:
		detail->selected = 0;
		return true;
	case ACTION_LAST:
		move(detail, LIMIT_WATERFALL_ROWS);
		return true;
	case ACTION_ZOOM_IN:
	case ACTION_ZOOM_OUT:
		bars_zoom(&detail->bars, action == ACTION_ZOOM_IN, detail->selected);
		return true;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		bars_pan(&detail->bars, action == ACTION_LEFT ? -1 : 1);
		return true;
	default:
		return false;
	}
}

bool trace_detail_click(struct trace_detail *detail, const struct screen_event *event)
{
	int row = (int)event->row - detail->rows_at;

	if (event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN) {
		move(detail, event->kind == SCREEN_WHEEL_UP ? -3 : 3);
		return true;
	}
	if (row < 0 || row >= detail->page_rows || detail->top + (size_t)row >= detail->bars.waterfall.rows_count)
		return false;
	detail->selected = detail->top + (size_t)row;
	return true;
}
