// SPDX-License-Identifier: Apache-2.0
/*
 * In: a trace. Out: its bars as cells.
 * The rule that surprises: bars are to scale but never thinner than one cell, and the split inside a bar is in
 * proportion, not in time: on-CPU first, then run queue, blocked, pre-empted.
 */
#include "sink/tui/trace_bars.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/paint.h"
#include "sink/words.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TICK_COLUMNS	10  /* of the ruler, at least */
#define SHOWN_LEAST_NS	1000 /* no closer zoom */
#define MUCH		2.0 /* times the median from which it is worth a colour */

/* --- what is shown ---------------------------------------------------------------------------------------- */

static uint64_t bars_end_of(const struct span *span)
{
	uint64_t end_at_ns;

	return __builtin_add_overflow(span->start_at_ns, span->wall_ns, &end_at_ns) ? UINT64_MAX : end_at_ns;
}

void bars_init(struct bars *bars, const struct trace *trace)
{
	bars->trace = trace;
	bars->start_at_ns = trace->start_at_ns;
	bars->end_at_ns = trace->end_at_ns;
	waterfall_init(&bars->waterfall, trace);
	for (size_t i = 0; i < trace->spans_count; i++) {
		if (trace->spans[i]->start_at_ns < bars->start_at_ns)
			bars->start_at_ns = trace->spans[i]->start_at_ns;
		if (bars_end_of(trace->spans[i]) > bars->end_at_ns)
			bars->end_at_ns = bars_end_of(trace->spans[i]);
	}
	bars_show_all(bars, 0);
}

void bars_fini(struct bars *bars)
{
	waterfall_fini(&bars->waterfall);
}

static uint64_t bars_length(const struct bars *bars)
{
	return bars->end_at_ns > bars->start_at_ns ? bars->end_at_ns - bars->start_at_ns : 1;
}

void bars_show_all(struct bars *bars, uint64_t scale_ns)
{
	bars->from_ns = 0;
	bars->to_ns = scale_ns ? scale_ns : bars_length(bars);
}

bool bars_is_zoomed(const struct bars *bars)
{
	return bars->from_ns || bars->to_ns < bars_length(bars);
}

static void bars_show(struct bars *bars, uint64_t from_ns, uint64_t shown_ns)
{
	uint64_t all_ns = bars_length(bars);

	if (shown_ns < SHOWN_LEAST_NS)
		shown_ns = SHOWN_LEAST_NS;
	if (shown_ns >= all_ns) {
		bars_show_all(bars, 0);
		return;
	}
	bars->from_ns = from_ns > all_ns - shown_ns ? all_ns - shown_ns : from_ns;
	bars->to_ns = bars->from_ns + shown_ns;
}

void bars_zoom(struct bars *bars, bool is_closer, size_t row)
{
	uint64_t shown_ns = bars->to_ns - bars->from_ns, middle_ns = bars->from_ns + shown_ns / 2;

	if (is_closer && row < bars->waterfall.rows_count) {
		const struct waterfall_row *of = &bars->waterfall.rows[row];
		uint64_t start_ns = of->spans[0]->start_at_ns - bars->start_at_ns;
		uint64_t end_ns = bars_end_of(of->spans[of->spans_count - 1]) - bars->start_at_ns;

		middle_ns = start_ns + (end_ns - start_ns) / 2;
	}
	shown_ns = is_closer ? shown_ns / 2 : shown_ns > UINT64_MAX / 2 ? UINT64_MAX : shown_ns * 2;
	bars_show(bars, middle_ns > shown_ns / 2 ? middle_ns - shown_ns / 2 : 0, shown_ns);
}

void bars_pan(struct bars *bars, int steps)
{
	uint64_t shown_ns = bars->to_ns - bars->from_ns, step_ns = shown_ns / 4;

	if (!bars_is_zoomed(bars))
		return;
	if (steps < 0)
		bars_show(bars, bars->from_ns > step_ns ? bars->from_ns - step_ns : 0, shown_ns);
	else
		bars_show(bars, bars->from_ns + step_ns, shown_ns);
}

/* --- cells ------------------------------------------------------------------------------------------------ */

static const enum style bars_styles[CELLS_COUNT] = {
	[CELL_ONCPU] = STYLE_ONCPU,	    [CELL_RUNQ] = STYLE_RUNQ,	  [CELL_BLOCKED] = STYLE_BLOCKED,
	[CELL_PREEMPTED] = STYLE_PREEMPTED, [CELL_UNSPLIT] = STYLE_TEXT,  [CELL_QUEUED] = STYLE_QUEUED,
	[CELL_CHUNK] = STYLE_AUDIO,	    [CELL_NO_END] = STYLE_CRITICAL, [CELL_BLANK] = STYLE_TEXT,
	[CELL_FIRST_AUDIO] = STYLE_AUDIO,
};

static uint32_t bars_glyph(enum paint_cell cell, bool ascii)
{
	const struct look look = { .ascii = ascii };
	const char *glyph = paint_cell_glyph(cell, &look);
	size_t used;

	return text_next(glyph, strlen(glyph), &used);
}

struct bars_part bars_part(unsigned part)
{
	static const enum paint_cell cells[BARS_PARTS] = { CELL_ONCPU, CELL_RUNQ, CELL_BLOCKED, CELL_PREEMPTED,
							   CELL_QUEUED };
	enum paint_cell cell = cells[part % BARS_PARTS];

	return (struct bars_part){ .glyph = bars_glyph(cell, false),
				   .fallback = (char)bars_glyph(cell, true),
				   .style = bars_styles[cell],
				   .name = paint_cell_name(cell) };
}

static void bars_put(struct area area, int row, int column, enum paint_cell cell, enum style style)
{
	area_glyph(area, row, column, style, bars_glyph(cell, false), (char)bars_glyph(cell, true));
}

/* The cell in which an instant lies; -1: before what is shown; `columns`: after it. */
static int bars_cell(const struct bars *bars, int columns, uint64_t at_ns)
{
	uint64_t offset_ns = at_ns > bars->start_at_ns ? at_ns - bars->start_at_ns : 0;
	unsigned __int128 cell;

	if (offset_ns < bars->from_ns)
		return -1;
	if (offset_ns > bars->to_ns)
		return columns;
	cell = (unsigned __int128)(offset_ns - bars->from_ns) * (unsigned)columns / (bars->to_ns - bars->from_ns);
	return cell < (unsigned)columns ? (int)cell : columns - 1;
}

/* Cells [*first, *first + count) of a piece of time, at least one; 0: nothing of it is shown. */
static int bars_cells(const struct bars *bars, int columns, uint64_t start_at_ns, uint64_t end_at_ns, int *first)
{
	uint64_t shown_ns = bars->to_ns - bars->from_ns, end_ns = end_at_ns - bars->start_at_ns;
	int start = bars_cell(bars, columns, start_at_ns), end;
	unsigned __int128 cells;

	if (start == columns || end_ns < bars->from_ns || (start < 0 && end_ns == bars->from_ns))
		return 0;
	cells = (unsigned __int128)(end_ns - bars->from_ns) * (unsigned)columns + shown_ns - 1;
	cells /= shown_ns;
	end = cells < (unsigned)columns ? (int)cells : columns;
	*first = start < 0 ? 0 : start;
	return end > *first ? end - *first : 1;
}

/* --- the columns ------------------------------------------------------------------------------------------ */

const char *bars_stage(const struct span *span)
{
	return span->stage ? span->stage : span->name ? span->name : "";
}

const char *bars_note(const struct waterfall_row *row)
{
	for (size_t i = 0; i < row->spans_count; i++) /* the first that is not well stands for all */
		if (row->spans[i]->status != STATUS_OK)
			return words_status_text(row->spans[i]->status);
	for (size_t i = 0; i < row->spans_count; i++)
		if (row->spans[i]->incomplete)
			return "incomplete";
	return "";
}

static int bars_text_columns(const char *text)
{
	struct buf clean = { .bytes = NULL };
	size_t columns;

	text_clean(&clean, text, strlen(text), false);
	columns = text_columns(clean.bytes, clean.length);
	buf_fini(&clean);
	return columns < 1000 ? (int)columns : 1000;
}

static int bars_at_most(int value, int most)
{
	return value < most ? value : most;
}

static bool bars_has_usual(const struct trace_usual *usual)
{
	for (size_t i = 0; usual && i < usual->stages_count; i++)
		if (!isnan(usual->stages[i].wall_s))
			return true;
	return false;
}

static void bars_measure(const struct bars *bars, int *label, int *thread)
{
	bool has_several = false;

	*label = *thread = 0;
	for (size_t i = 0; i < bars->waterfall.rows_count; i++) {
		const struct waterfall_row *row = &bars->waterfall.rows[i];
		int need = (int)row->depth + bars_text_columns(bars_stage(row->spans[0]));

		if (row->spans_count > 1)
			need += snprintf(NULL, 0, " x%zu", row->spans_count);
		*label = need > *label ? need : *label;
		need = bars_text_columns(row->spans[0]->comm) + snprintf(NULL, 0, "/%u", row->spans[0]->tid);
		*thread = need > *thread ? need : *thread;
		has_several |= row->spans[0]->tid != bars->waterfall.rows[0].spans[0]->tid;
	}
	if (!has_several)
		*thread = 0;
}

struct bars_layout bars_layout(const struct bars *bars, int columns, const struct trace_usual *usual)
{
	struct bars_layout layout = { .label_columns = 0 };
	int label, thread, at, end = columns;

	bars_measure(bars, &label, &thread);
	layout.label_columns = bars_at_most(label, columns < 50 ? columns / 3 : columns / 4);
	if (layout.label_columns < 5)
		layout.label_columns = 5;
	at = layout.label_columns + 1;
	if (thread && columns >= 70) {
		layout.thread_at = at;
		layout.thread_columns = bars_at_most(thread, columns / 6);
		at += layout.thread_columns + 1;
	}
	layout.mark_at = --end;
	if (columns >= 70 && bars_has_usual(usual)) {
		layout.usual_columns = 6;
		layout.usual_at = end -= 6;
	}
	if (columns >= 60) {
		layout.percent_columns = 5;
		layout.percent_at = end -= 5;
	}
	if (columns >= 32) {
		layout.takes_columns = 8;
		layout.takes_at = end -= 8;
	}
	layout.bar_at = at;
	layout.bar_columns = end > at ? end - at : 0;
	return layout;
}

/* --- the ruler -------------------------------------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten ns, so that two ticks leave room for a label. */
static uint64_t bars_step(const struct bars *bars, int columns)
{
	static const unsigned factors[] = { 1, 2, 5 };
	unsigned __int128 least = (unsigned __int128)(bars->to_ns - bars->from_ns) * TICK_COLUMNS, step = 1;

	for (;; step *= 10)
		for (size_t i = 0; i < COUNT_OF(factors); i++)
			if (step * factors[i] * (unsigned)columns >= least)
				return (uint64_t)(step * factors[i]);
}

/* 2 ms instead of 2.00 ms. */
static struct units_text bars_tick_text(uint64_t ns)
{
	struct units_text text = words_short_ns(ns);
	char *point = strchr(text.text, '.'), *unit = point ? strchr(point, ' ') : NULL, *end;

	if (!ns)
		return (struct units_text){ "0" };
	if (!unit)
		return text;
	for (end = unit; end[-1] == '0';)
		end--;
	if (end[-1] == '.')
		end--;
	memmove(end, unit, strlen(unit) + 1);
	return text;
}

void bars_draw_ruler(struct area area, const struct bars *bars, const struct bars_layout *layout)
{
	struct area bar = area_part(area, 0, layout->bar_at, BARS_RULER_ROWS, layout->bar_columns);
	const struct trace *trace = bars->trace;
	int columns = layout->bar_columns, free_at = 0, cell;
	uint64_t step_ns, tick_ns;

	if (columns <= 0)
		return;
	step_ns = bars_step(bars, columns);
	area_fill(bar, 1, 0, columns, STYLE_FRAME, 0x2500, '-');
	for (tick_ns = (bars->from_ns + step_ns - 1) / step_ns * step_ns; tick_ns <= bars->to_ns; tick_ns += step_ns) {
		struct units_text text = bars_tick_text(tick_ns);

		cell = bars_cell(bars, columns, bars->start_at_ns + tick_ns);
		area_glyph(bar, 1, cell, STYLE_FRAME, 0x252c, '+');
		if (cell + (int)strlen(text.text) > columns)
			cell = columns - (int)strlen(text.text);
		if (cell >= free_at) {
			area_text(bar, 0, cell, STYLE_DIM, text.text);
			free_at = cell + (int)strlen(text.text) + 1;
		}
		if (bars->to_ns - tick_ns < step_ns)
			break;
	}
	if (!trace->has_first_audio)
		return;
	cell = bars_cell(bars, columns, trace->start_at_ns + trace->first_audio_ns);
	if (cell >= 0 && cell < columns) {
		bars_put(bar, 1, cell, CELL_FIRST_AUDIO, STYLE_AUDIO);
		area_mark(bar, 1, cell, 1, MARK_BOLD);
	}
}

/* --- the rows --------------------------------------------------------------------------------------------- */

static void bars_draw_label(struct area area, int row, const struct waterfall_row *of, int columns)
{
	int most = columns / 3, indent = (int)of->depth < most ? (int)of->depth : most, repeat = 0;
	char text[32] = "";

	if (of->spans_count > 1)
		repeat = snprintf(text, sizeof(text), " x%zu", of->spans_count);
	if (repeat >= columns - indent)
		repeat = 0;
	repeat = bars_text_columns(bars_stage(of->spans[0])) + repeat > columns - indent ? repeat : 0;
	if (repeat) { /* the count must not be what is cut */
		area_fit(area, row, indent, columns - indent - repeat, STYLE_TEXT, bars_stage(of->spans[0]));
		area_text(area, row, columns - repeat, STYLE_DIM, text);
		return;
	}
	indent += area_fit(area_part(area, 0, 0, area.rows, columns), row, indent,
			   bars_at_most(bars_text_columns(bars_stage(of->spans[0])), columns - indent), STYLE_TEXT,
			   bars_stage(of->spans[0]));
	area_text(area_part(area, 0, 0, area.rows, columns), row, indent, STYLE_DIM, text);
}

static void bars_draw_thread(struct area area, int row, const struct span *span, const struct bars_layout *layout)
{
	char tid[16];
	int length = snprintf(tid, sizeof(tid), "/%u", span->tid), name = bars_text_columns(span->comm);

	if (length > layout->thread_columns)
		length = layout->thread_columns;
	name = bars_at_most(name, layout->thread_columns - length);
	area_fit(area, row, layout->thread_at, name, STYLE_DIM, span->comm);
	area_fit(area, row, layout->thread_at + name, layout->thread_columns - name, STYLE_DIM, tid);
}

static void bars_draw_queue(struct area bar, int row, const struct bars *bars, const struct span *span)
{
	uint64_t wait_ns = bars->trace->queue_wait_ns;
	int first, count;

	if (span->kind != SPAN_WORK || !bars->trace->has_queue_wait || wait_ns > span->start_at_ns)
		return;
	count = bars_cells(bars, bar.columns, span->start_at_ns - wait_ns, span->start_at_ns, &first);
	for (int i = 0; i < count; i++)
		bars_put(bar, row, first + i, CELL_QUEUED, STYLE_QUEUED);
}

static void bars_draw_bar(struct area bar, int row, const struct bars *bars, const struct span *span)
{
	uint8_t cells[CANVAS_MAX_COLUMNS];
	int first, count;

	bars_draw_queue(bar, row, bars, span);
	count = bars_cells(bars, bar.columns, span->start_at_ns, bars_end_of(span), &first);
	if (!count) { /* where it went */
		bool is_left = bars_end_of(span) - bars->start_at_ns <= bars->from_ns;

		area_glyph(bar, row, is_left ? 0 : bar.columns - 1, STYLE_DIM, is_left ? 0x2039 : 0x203a,
			   is_left ? '<' : '>');
		return;
	}
	paint_split(cells, (size_t)count, span);
	if (span->status == STATUS_NO_END)
		cells[count - 1] = CELL_NO_END;
	for (int i = 0; i < count; i++)
		bars_put(bar, row, first + i, cells[i], bars_styles[cells[i]]);
}

static void bars_draw_chunks(struct area bar, int row, const struct bars *bars, const struct waterfall_row *of)
{
	enum style style = of->spans[0]->role == ROLE_AUDIO ? STYLE_AUDIO : STYLE_ONCPU;

	for (size_t i = 0; i < of->spans_count; i++) {
		int first, count = bars_cells(bars, bar.columns, of->spans[i]->start_at_ns,
					      bars_end_of(of->spans[i]), &first);

		for (int cell = 0; cell < count; cell++)
			bars_put(bar, row, first + cell, CELL_CHUNK, style);
	}
}

static void bars_draw_usual(struct area area, int row, const struct waterfall_row *of, const struct bars_layout *layout,
			    const struct trace_usual *usual)
{
	double usual_s = trace_usual_stage_s(usual, of->spans[0]->stage);
	double times = (double)waterfall_row_wall_ns(of) / 1e9 / (double)of->spans_count / usual_s;
	char text[24];

	if (!isfinite(times))
		return;
	snprintf(text, sizeof(text), times < 9.95 ? "x%.1f" : times < 9999.5 ? "x%.0f" : "x>9999", times);
	area_right(area, row, layout->usual_at + 1, layout->usual_columns - 1,
		   times >= MUCH ? STYLE_WARNING : STYLE_DIM, text);
}

static void bars_draw_right(struct area area, int row, const struct bars *bars, const struct waterfall_row *of,
			    const struct bars_layout *layout)
{
	uint64_t wall_ns = waterfall_row_wall_ns(of), duration_ns = bars->trace->duration_ns;
	const char *note = bars_note(of);
	char text[16];

	if (layout->takes_columns)
		area_right(area, row, layout->takes_at + 1, layout->takes_columns - 1, STYLE_TEXT,
			   words_short_ns(wall_ns).text);
	if (layout->percent_columns && duration_ns) {
		double percent = (double)wall_ns * 100 / (double)duration_ns;

		snprintf(text, sizeof(text), "%.0f%%", percent < 999 ? percent : 999);
		area_right(area, row, layout->percent_at + 1, layout->percent_columns - 1, STYLE_DIM, text);
	}
	if (*note && !strcmp(note, "incomplete"))
		area_text(area, row, layout->mark_at, STYLE_UNKNOWN, "?");
	else if (*note)
		area_text(area, row, layout->mark_at, STYLE_CRITICAL, "!");
}

void bars_draw_rows(struct area area, const struct bars *bars, const struct bars_layout *layout,
		    const struct trace_usual *usual, size_t top, size_t selected)
{
	struct area bar = area_part(area, 0, layout->bar_at, area.rows, layout->bar_columns);

	for (int row = 0; row < area.rows && top + (size_t)row < bars->waterfall.rows_count; row++) {
		size_t at = top + (size_t)row;
		const struct waterfall_row *of = &bars->waterfall.rows[at];

		bars_draw_label(area, row, of, bars_at_most(layout->label_columns, area.columns));
		if (layout->thread_columns)
			bars_draw_thread(area, row, of->spans[0], layout);
		if (bar.columns > 0 && of->spans_count == 1)
			bars_draw_bar(bar, row, bars, of->spans[0]);
		else if (bar.columns > 0)
			bars_draw_chunks(bar, row, bars, of);
		bars_draw_right(area, row, bars, of, layout);
		if (layout->usual_columns)
			bars_draw_usual(area, row, of, layout, usual);
		if (at == selected)
			area_mark(area, row, 0, area.columns, MARK_SELECTED);
	}
}

void bars_draw_legend(struct area area)
{
	static const enum paint_cell cells[] = { CELL_ONCPU,  CELL_RUNQ,   CELL_BLOCKED,   CELL_PREEMPTED,
						 CELL_QUEUED, CELL_FIRST_AUDIO, CELL_CHUNK, CELL_UNSPLIT };
	int column = 0;

	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		const char *name = paint_cell_name(cells[i]);

		if (column + 2 + (int)strlen(name) > area.columns)
			continue;
		bars_put(area, 0, column, cells[i], bars_styles[cells[i]]);
		column += 2 + area_text(area, 0, column + 2, STYLE_DIM, name) + 2;
	}
}
