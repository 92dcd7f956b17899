// SPDX-License-Identifier: Apache-2.0
/*
 * In: the index. Out: the table, its head and the line below it.
 * The rule that surprises: the line below says why the selected utterance took so long, so that going through the list
 * is enough to see what they have in common.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/chart.h"
#include "sink/tui/filter_mistake.h"
#include "sink/tui/trace_text.h"
#include "sink/tui/traces_parts.h"
#include "sink/words.h"

#define PREVIEW_FROM_ROWS 36

enum { COLUMN_ENDED, COLUMN_TRACE, COLUMN_STATUS, COLUMN_MARKS, COLUMN_TOOK, COLUMN_FIRST, COLUMN_QUEUED, COLUMN_RTF,
       COLUMN_SPLIT, COLUMN_ENGINE, COLUMN_SERVICE, COLUMN_AUDIO, COLUMN_TEXT };

static const struct list_column table_columns[] = {
	[COLUMN_ENDED] = { "ended", 12, 3, true, true },
	[COLUMN_TRACE] = { "trace", 8, 0, false, false },
	[COLUMN_STATUS] = { "status", 10, 0, false, true },
	[COLUMN_MARKS] = { "", 2, 0, false, false },
	[COLUMN_TOOK] = { "took", 8, 0, true, true },
	[COLUMN_FIRST] = { "1st audio", 9, 2, true, true },
	[COLUMN_QUEUED] = { "queued", 8, 4, true, true },
	[COLUMN_RTF] = { "rtf", 7, 5, true, true },
	[COLUMN_SPLIT] = { "spent on", 0, 1, false, false },
	[COLUMN_ENGINE] = { "engine", 12, 6, false, false },
	[COLUMN_SERVICE] = { "service/pid", 22, 7, false, false },
	[COLUMN_AUDIO] = { "audio", 8, 8, true, true },
	[COLUMN_TEXT] = { "text", 9, 9, true, true },
};

void traces_table_init(struct traces *traces)
{
	for (enum traces_mode mode = SHOW_RECENT; mode < TRACES_MODES; mode++) {
		struct list *list = &traces->lists[mode];

		if (mode == SHOW_IN_FLIGHT) {
			traces_flight_init(list);
		} else {
			list_init(list, table_columns, sizeof(table_columns) / sizeof(table_columns[0]));
			list->sort_column = mode == SHOW_SLOWEST ? COLUMN_TOOK : COLUMN_ENDED;
		}
		list->is_following = true;
	}
}

/* --- cells ------------------------------------------------------------------------------------------------ */

static struct trace_facts *row_facts(struct traces *traces, size_t row)
{
	if (!traces->facts || traces->row != row) {
		traces->facts = trace_index_row(traces->index, row);
		traces->row = row;
	}
	return traces->facts;
}

static uint64_t row_id(void *arg, size_t row)
{
	return row_facts(arg, row)->ordinal;
}

static void draw_split(struct traces *traces, struct trace_facts *facts, struct area area)
{
	struct chart_part parts[BARS_PARTS];
	double values[BARS_PARTS];

	if (!facts->has_looked) {
		const struct trace *trace = trace_index_held(traces->index, traces->desk->view, facts);

		if (trace)
			facts_split(facts, trace);
	}
	if (!facts->has_split) {
		list_text(area, false, STYLE_DIM, trace_none(traces->desk->ascii));
		return;
	}
	values[0] = facts->queue_wait_ns == FACTS_NONE ? 0 : (double)facts->queue_wait_ns;
	values[1] = (double)facts->oncpu_ns;
	values[2] = (double)facts->runq_ns;
	values[3] = (double)facts->blocked_ns;
	values[4] = (double)facts->preempted_ns;
	for (unsigned i = 0; i < BARS_PARTS; i++) {
		struct bars_part part = bars_part(i ? i - 1 : BARS_PARTS - 1);

		parts[i] = (struct chart_part){ values[i], part.style, part.glyph, part.fallback };
	}
	chart_parts(area, 0, 0, area.columns, parts, BARS_PARTS, (double)facts->duration_ns);
}

static void draw_ns(struct area area, bool is_right, enum style style, uint64_t ns, bool ascii)
{
	if (ns == FACTS_NONE)
		list_text(area, is_right, STYLE_DIM, trace_none(ascii));
	else
		list_text(area, is_right, style, words_short_ns(ns).text);
}

static void draw_text_bytes(struct area area, bool is_right, const struct trace_facts *facts, bool ascii)
{
	struct units_text text = { .text = "" };

	if (facts->text_bytes == FACTS_NONE) {
		list_text(area, is_right, STYLE_DIM, trace_none(ascii));
		return;
	}
	snprintf(text.text, sizeof(text.text), "%.40s%s", units_bytes(facts->text_bytes).text,
		 facts->text_is_cut ? "+" : "");
	list_text(area, is_right, STYLE_TEXT, text.text);
}

/* ! an alert fired and names it, ? loss touched it, * marked for a comparison. */
static void draw_marks(struct traces *traces, const struct trace_facts *facts, struct area area)
{
	int column = 0;

	if (fired_by(&traces->fired, facts->id))
		area_text(area, 0, column++, STYLE_CRITICAL, "!");
	if (traces->marked && traces->marked->trace.ordinal == facts->ordinal)
		area_text(area, 0, column, STYLE_BOLD, "*");
	else if (facts->is_incomplete)
		area_text(area, 0, column, STYLE_UNKNOWN, "?");
}

void traces_cell_service(struct area area, bool is_right, const struct trace_facts *facts)
{
	char *service;

	if (!facts->process)
		return;
	service = mem_format("%s/%u", facts_service(facts->process), facts->process->pid);
	list_text(area, is_right, STYLE_TEXT, service);
	free(service);
}

static void row_words(struct traces *traces, const struct trace_facts *facts, size_t column, struct area area,
		      bool is_right)
{
	switch (column) {
	case COLUMN_ENDED:
		list_text(area, is_right, STYLE_DIM,
			  units_clock(view_real_ns(traces->desk->view, facts->end_at_ns)).text);
		break;
	case COLUMN_TRACE:
		area_format(area, 0, 0, STYLE_TEXT, "%.8s", words_trace_id(facts->id).text);
		break;
	case COLUMN_STATUS:
		list_text(area, is_right, facts_style(facts->outcome), facts_word(facts->outcome));
		break;
	case COLUMN_MARKS:
		draw_marks(traces, facts, area);
		break;
	case COLUMN_ENGINE:
		list_text(area, is_right, STYLE_TEXT, facts->engine ? facts->engine : "");
		break;
	case COLUMN_SERVICE:
		traces_cell_service(area, is_right, facts);
		break;
	default:
		break;
	}
}

static void row_cell(void *arg, size_t row, size_t column, struct area area, bool is_right)
{
	struct traces *traces = arg;
	struct trace_facts *facts = row_facts(traces, row);
	bool ascii = traces->desk->ascii;

	switch (column) {
	case COLUMN_TOOK:
		draw_ns(area, is_right, STYLE_BOLD, facts->duration_ns, ascii);
		break;
	case COLUMN_FIRST:
		draw_ns(area, is_right, STYLE_TEXT, facts->first_audio_ns, ascii);
		break;
	case COLUMN_QUEUED:
		draw_ns(area, is_right, STYLE_TEXT, facts->queue_wait_ns, ascii);
		break;
	case COLUMN_AUDIO:
		draw_ns(area, is_right, STYLE_TEXT, facts->audio_ns, ascii);
		break;
	case COLUMN_RTF:
		list_text(area, is_right, facts->rtf >= 1 ? STYLE_WARNING : isnan(facts->rtf) ? STYLE_DIM : STYLE_TEXT,
			  isnan(facts->rtf) ? trace_none(ascii) : units_ratio(facts->rtf).text);
		break;
	case COLUMN_SPLIT:
		draw_split(traces, facts, area);
		break;
	case COLUMN_TEXT:
		draw_text_bytes(area, is_right, facts, ascii);
		break;
	default:
		row_words(traces, facts, column, area, is_right);
	}
}

/* --- rows ------------------------------------------------------------------------------------------------- */

/* The index, sorted as the list says. */
static void sort(struct traces *traces, const struct desk *desk)
{
	static const enum trace_key keys[] = {
		[COLUMN_ENDED] = KEY_ENDED,	   [COLUMN_STATUS] = KEY_STATUS, [COLUMN_TOOK] = KEY_DURATION,
		[COLUMN_FIRST] = KEY_FIRST_AUDIO, [COLUMN_QUEUED] = KEY_QUEUED, [COLUMN_RTF] = KEY_RTF,
		[COLUMN_AUDIO] = KEY_AUDIO,	   [COLUMN_TEXT] = KEY_TEXT,
	};
	const struct list *list = traces_list(traces);
	struct trace_index_order order = { .is_inverted = list->is_inverted };

	traces->facts = NULL;
	if (traces->mode == SHOW_IN_FLIGHT)
		return;
	order.key = keys[list->sort_column];
	order.only_troubled = traces->mode == SHOW_FAILED;
	if (traces->mode == SHOW_SLOWEST)
		order.since_ns = desk->at_ns > desk->window_ns ? desk->at_ns - desk->window_ns : 1;
	trace_index_sort(traces->index, &order, traces->filter, traces->filters);
}

static const char *empty_text(const struct traces *traces)
{
	if (traces->filter)
		return "nothing here matches the filter (Esc takes it off)";
	switch (traces->mode) {
	case SHOW_RECENT:
		return "no utterance has ended yet";
	case SHOW_SLOWEST:
		return "no utterance ended in this window of time (] makes it longer)";
	case SHOW_FAILED:
		return "none that is held failed, none is empty, cancelled or incomplete";
	default:
		return "nothing is in flight";
	}
}

struct list_rows traces_table_rows(struct traces *traces, struct desk *desk)
{
	struct list_rows rows = { .arg = traces, .empty = empty_text(traces), .search = traces->search };

	traces->desk = desk;
	sort(traces, desk);
	if (traces->mode == SHOW_IN_FLIGHT) {
		rows.count = traces->flights_count;
		rows.id = traces_flight_id;
		rows.cell = traces_flight_cell;
	} else {
		rows.count = trace_index_count(traces->index);
		rows.id = row_id;
		rows.cell = row_cell;
	}
	return rows;
}

const struct trace_facts *traces_table_selected(struct traces *traces, struct desk *desk)
{
	struct list_rows rows = traces_table_rows(traces, desk);
	uint64_t ordinal = traces_list(traces)->selected_id;
	const struct flight *flight;

	if (!ordinal || (traces_list(traces)->is_following && rows.count))
		ordinal = rows.count ? rows.id(rows.arg, 0) : 0;
	if (traces->mode != SHOW_IN_FLIGHT)
		return ordinal ? trace_index_facts(traces->index, ordinal) : NULL;
	flight = traces_flight_find(traces, ordinal);
	return flight ? &flight->facts : NULL;
}

/* --- drawing ---------------------------------------------------------------------------------------------- */

static struct units_text window_text(uint64_t ns)
{
	struct units_text text = { "" };
	uint64_t minutes = ns / (60 * NS_PER_S);

	if (minutes % 60)
		snprintf(text.text, sizeof(text.text), "%u m", (unsigned)minutes);
	else
		snprintf(text.text, sizeof(text.text), "%u h", (unsigned)(minutes / 60));
	return text;
}

/* "failed 12 +24 empty": the second are listed below the first. */
static struct units_text failed_text(const struct traces *traces, int columns)
{
	struct trace_troubles troubles = trace_index_troubles(traces->index);
	struct units_text text;
	size_t length = (size_t)snprintf(text.text, sizeof(text.text), columns < 60 ? "fail %zu" : "failed %zu",
					 troubles.failed_count);

	if (!troubles.others_count)
		return text;
	if (columns < 100 && strlen(troubles.others) > strlen("other"))
		troubles.others = "other";
	snprintf(text.text + length, sizeof(text.text) - length, columns < 60 ? "+%zu" : " +%zu %s",
		 troubles.others_count, troubles.others);
	return text;
}

static void draw_modes(struct traces *traces, const struct desk *desk, struct area area)
{
	struct units_text names[TRACES_MODES] = { { "recent" }, { "longest" }, { "failed" }, { "in flight" } };
	static const char *const short_names[TRACES_MODES] = { "rec", "long", "fail", "inflt" };
	bool is_narrow = area.columns < 60;
	int column = 0;

	snprintf(names[SHOW_SLOWEST].text, sizeof(names[0].text), "longest of %.20s",
		 window_text(desk->window_ns).text);
	names[SHOW_FAILED] = failed_text(traces, area.columns);
	snprintf(names[SHOW_IN_FLIGHT].text, sizeof(names[0].text), is_narrow ? "inflt %u" : "in flight %u",
		 (unsigned)traces->open_count);
	for (enum traces_mode mode = SHOW_RECENT; mode < TRACES_MODES; mode++) {
		bool is_on = mode == traces->mode;
		const char *name = is_narrow && mode < SHOW_FAILED ? short_names[mode] : names[mode].text;

		traces->mode_at[mode] = column;
		column += area_text(area, 0, column, STYLE_KEY, (const char *[]){ "r", "l", "f", "i" }[mode]);
		column += area_format(area, 0, column, is_on ? STYLE_TAB_ON : STYLE_TAB, is_on ? "[%s]" : " %s ", name);
		traces->mode_columns[mode] = column - traces->mode_at[mode];
		column++;
	}
	column++;
	if (traces->mode == SHOW_IN_FLIGHT) {
		if (traces->open_count > LIMIT_FLIGHTS)
			area_format(area, 0, column, STYLE_UNKNOWN, "the oldest %d are shown", LIMIT_FLIGHTS);
		return;
	}
	area_format(area, 0, column, STYLE_DIM, "%s of %s%s", units_count(trace_index_count(traces->index)).text,
		    units_count(trace_index_all(traces->index)).text, is_narrow ? "" : " held");
}

/* Filter, its mistake, what is marked, what is still being read: a row when there is one of them. */
static int draw_notes(struct traces *traces, struct area area)
{
	struct trace_items items = { .area = area_part(area, 0, 0, 1, area.columns) };
	size_t known = trace_index_known(traces->index);
	uint64_t all = trace_index_all(traces->index);

	if (known < all)
		trace_item(&items, STYLE_UNKNOWN, "reading what is held: %u %%", (unsigned)(known * 100 / all));
	if (traces->filter_mistake) { /* it takes the rest of the row */
		filter_mistake_draw(items.area, 0, items.column, traces->filter_text, traces->filter_mistake);
		return 1;
	}
	if (traces->filter)
		trace_item(&items, STYLE_WARNING, "filter: %s", traces->filter_text);
	if (traces->marked)
		trace_item(&items, STYLE_BOLD, "* %.8s is marked: c on another one compares",
			   words_trace_id(traces->marked->trace.id).text);
	return trace_items_rows(&items) > 0;
}

static void make_hint(struct traces *traces, const struct desk *desk, const struct trace_facts *facts)
{
	const struct trace *trace = trace_index_held(traces->index, desk->view, facts);
	struct trace_usual usual;
	struct verdict verdict;
	size_t ahead;

	free(traces->hint);
	traces->hint_ordinal = facts->ordinal;
	traces->hint_second = desk->at_ns / NS_PER_S;
	traces->hint_style = STYLE_UNKNOWN;
	if (!trace) {
		traces->hint = mem_format("%.8s is no longer held", words_trace_id(facts->id).text);
		return;
	}
	usual = trace_usual_of(desk, trace);
	ahead = trace->has_queue_wait ? trace_index_ahead(traces->index, trace) : 0;
	verdict = verdict_of(trace, facts->outcome, &usual, ahead);
	traces->hint = mem_format("%.8s %s", words_trace_id(facts->id).text, verdict.text);
	traces->hint_style = verdict.style;
	verdict_fini(&verdict);
}

static void draw_hint(struct traces *traces, struct desk *desk, struct area area)
{
	const struct trace_facts *facts = traces_table_selected(traces, desk);
	bool is_new = facts && facts->ordinal != traces->hint_ordinal;

	if (!facts || traces->mode == SHOW_IN_FLIGHT) {
		if (facts)
			trace_text_wrap(area, STYLE_DIM,
					"Enter shows what is known so far; stages are told at the end");
		return;
	}
	/* while the newest is followed it changes with each frame: once a second will do */
	if (!traces->hint || (is_new && (!traces_list(traces)->is_following ||
					 traces->hint_second != desk->at_ns / NS_PER_S)))
		make_hint(traces, desk, facts);
	trace_text_wrap(area, traces->hint_style, traces->hint);
}

/* The page of the selected trace below the list, where the window is high. */
static void draw_preview(struct traces *traces, struct desk *desk, struct area area)
{
	const struct trace_facts *facts = traces_table_selected(traces, desk);
	const struct trace *trace;
	struct area inside;

	if (!facts || !facts->held)
		return;
	if (!traces->preview || (facts->ordinal != traces->preview->copy->trace.ordinal &&
				 (!traces_list(traces)->is_following ||
				  traces->preview_second != desk->at_ns / NS_PER_S))) {
		trace_detail_free(traces->preview);
		traces->preview = NULL;
		traces->preview_second = desk->at_ns / NS_PER_S;
		trace = trace_index_held(traces->index, desk->view, facts);
		if (trace)
			traces->preview = trace_detail_new(desk, traces->index, trace);
	}
	inside = area_section(area, "selected (Enter opens it)");
	if (traces->preview)
		trace_detail_draw(traces->preview, desk, &traces->fired, inside);
	else
		area_text(inside, 0, 0, STYLE_UNKNOWN, "no longer held: only its row is left");
}

void traces_table_draw(struct traces *traces, struct desk *desk, struct area area)
{
	bool has_preview = area.rows >= PREVIEW_FROM_ROWS && area.columns >= 80 && traces->mode != SHOW_IN_FLIGHT &&
			   !desk->is_expanded;
	int hint_rows = has_preview ? area.rows * 2 / 5 : area.rows >= 20 && area.columns < 120 ? 2 : area.rows >= 8;
	struct list_rows rows = traces_table_rows(traces, desk);
	int row = 1, list_rows;

	draw_modes(traces, desk, area);
	row += draw_notes(traces, area_part(area, row, 0, 1, area.columns));
	traces->list_row = row;
	list_rows = area.rows - row - hint_rows;
	if (has_preview && (size_t)list_rows > rows.count + 2) { /* what few rows leave is for the page */
		list_rows = (int)rows.count + 2;
		hint_rows = area.rows - row - list_rows;
	}
	list_draw(traces_list(traces), area_part(area, row, 0, list_rows, area.columns), &rows);
	row += list_rows;
	if (has_preview && rows.count)
		draw_preview(traces, desk, area_part(area, row, 0, hint_rows, area.columns));
	else if (hint_rows && rows.count)
		draw_hint(traces, desk, area_part(area, row, 0, hint_rows, area.columns));
}
