// SPDX-License-Identifier: Apache-2.0
/*
 * In: a trace. Out: its waterfall as text.
 * The rule that surprises: every bar is to scale except that nothing is thinner than one cell, and the split inside a bar
 * is in proportion, not in time: on-CPU first, then run queue, blocked, pre-empted.
 */
#include "sink/sinks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/paint.h"
#include "sink/waterfall.h"
#include "sink/words.h"

#define TAKES_COLUMNS 8	  /* duration and its gap */
#define PERCENT_COLUMNS 5 /* "100%" and its gap */
#define NOTE_COLUMNS 11	  /* "incomplete" and its gap */
#define TICK_COLUMNS 9	  /* of the ruler, at least */

struct draw {
	struct buf *out;
	const struct look *look;
	const struct view *view;
	const struct trace *trace;
	struct waterfall waterfall;
	uint64_t start_at_ns; /* of the scale */
	uint64_t scale_ns;    /* all of it, never 0 */
	size_t label_columns;
	size_t thread_columns; /* 0 = one thread, or no room */
	size_t bar_columns;
	bool has_takes;
	bool has_percent;
	bool has_notes; /* a note in words, else one letter */
	bool has_marks;
	uint8_t *cells;	    /* one row of the bar */
	unsigned used;	    /* bit per enum paint_cell, for the legend */
};

/* --- the scale -------------------------------------------------------------------------------------------- */

static uint64_t draw_end(const struct span *span)
{
	uint64_t end_at_ns;

	return __builtin_add_overflow(span->start_at_ns, span->wall_ns, &end_at_ns) ? UINT64_MAX :
										      end_at_ns;
}

static void draw_scale(struct draw *draw)
{
	const struct trace *trace = draw->trace;
	uint64_t start_at_ns = trace->start_at_ns, end_at_ns = trace->end_at_ns;
	size_t i;

	for (i = 0; i < trace->spans_count; i++) {
		const struct span *span = trace->spans[i];

		if (span->start_at_ns < start_at_ns)
			start_at_ns = span->start_at_ns;
		if (draw_end(span) > end_at_ns)
			end_at_ns = draw_end(span);
	}
	draw->start_at_ns = start_at_ns;
	draw->scale_ns = end_at_ns > start_at_ns ? end_at_ns - start_at_ns : 1;
}

/* The cell in which an instant lies; the last cell holds the end of the scale. */
static size_t draw_cell(const struct draw *draw, uint64_t at_ns)
{
	uint64_t offset_ns = at_ns > draw->start_at_ns ? at_ns - draw->start_at_ns : 0;
	unsigned __int128 cell = (unsigned __int128)offset_ns * draw->bar_columns / draw->scale_ns;

	return cell < draw->bar_columns ? (size_t)cell : draw->bar_columns - 1;
}

/* Cells from start to end, at least one. */
static size_t draw_cells_count(const struct draw *draw, size_t first, uint64_t end_at_ns)
{
	uint64_t offset_ns = end_at_ns > draw->start_at_ns ? end_at_ns - draw->start_at_ns : 0;
	unsigned __int128 cells = (unsigned __int128)offset_ns * draw->bar_columns;
	size_t end = (size_t)((cells + draw->scale_ns - 1) / draw->scale_ns);

	if (end > draw->bar_columns)
		end = draw->bar_columns;
	return end > first ? end - first : 1;
}

/* --- the columns ------------------------------------------------------------------------------------------ */

static size_t draw_indent(const struct draw *draw, const struct waterfall_row *row)
{
	size_t most = draw->label_columns / 3;

	return row->depth < most ? row->depth : most;
}

static size_t draw_clean_columns(const struct draw *draw, const char *text)
{
	struct buf clean = { 0 };
	size_t columns;

	text_clean(&clean, text, strlen(text), draw->look->ascii);
	columns = text_columns(clean.bytes, clean.length);
	buf_fini(&clean);
	return columns;
}

static char *draw_repeat(const struct waterfall_row *row)
{
	return row->spans_count > 1 ? mem_format(" x%zu", row->spans_count) : mem_string("");
}

static const char *draw_stage(const struct span *span)
{
	return span->stage ? span->stage : span->name ? span->name : "";
}

static const char *draw_note(const struct waterfall_row *row)
{
	size_t i;

	for (i = 0; i < row->spans_count; i++) /* the first that is not well stands for all */
		if (row->spans[i]->status != STATUS_OK)
			return words_status_text(row->spans[i]->status);
	for (i = 0; i < row->spans_count; i++)
		if (row->spans[i]->incomplete)
			return "incomplete";
	return "";
}

static void draw_measure(const struct draw *draw, size_t *label, size_t *thread, bool *notes)
{
	const struct waterfall *waterfall = &draw->waterfall;
	bool several = false;
	size_t i, need;

	*label = *thread = 0;
	*notes = false;
	for (i = 0; i < waterfall->rows_count; i++) {
		const struct waterfall_row *row = &waterfall->rows[i];
		auto_free char *repeat = draw_repeat(row);

		need = row->depth + draw_clean_columns(draw, draw_stage(row->spans[0])) +
		       strlen(repeat);
		if (need > *label)
			*label = need;
		need = draw_clean_columns(draw, row->spans[0]->comm) +
		       (size_t)snprintf(NULL, 0, "/%u", row->spans[0]->tid);
		if (need > *thread)
			*thread = need;
		several |= row->spans[0]->tid != draw->trace->spans[0]->tid;
		*notes |= *draw_note(row) != '\0';
	}
	if (!several)
		*thread = 0;
}

static size_t draw_at_most(size_t value, size_t most)
{
	return value < most ? value : most;
}

static void draw_layout(struct draw *draw)
{
	size_t columns = draw->look->columns, used, label, thread;
	bool notes;

	draw_measure(draw, &label, &thread, &notes);
	draw->label_columns = draw_at_most(label, columns / 4);
	if (draw->label_columns < 5)
		draw->label_columns = 5;
	draw->thread_columns = columns < 60 ? 0 : draw_at_most(thread, columns / 6);
	draw->has_takes = columns >= 32;
	draw->has_percent = columns >= 50;
	draw->has_notes = notes && columns >= 90;
	draw->has_marks = notes && !draw->has_notes;
	used = draw->label_columns + 1;
	used += draw->thread_columns ? draw->thread_columns + 1 : 0;
	used += draw->has_takes ? TAKES_COLUMNS : 0;
	used += draw->has_percent ? PERCENT_COLUMNS : 0;
	used += draw->has_notes ? NOTE_COLUMNS : draw->has_marks ? 1 : 0;
	draw->bar_columns = columns - used;
	draw->cells = mem_new(draw->bar_columns);
}

static void draw_end_line(struct buf *out)
{
	while (out->length && out->bytes[out->length - 1] == ' ')
		out->bytes[--out->length] = '\0';
	buf_char(out, '\n');
}

/* --- head, ruler, legend ---------------------------------------------------------------------------------- */

static void draw_head(const struct draw *draw)
{
	const struct trace *trace = draw->trace;
	struct wrap wrap = { .out = draw->out, .look = draw->look, .gap = "  ", .indent = 2 };

	wrap_format(&wrap, PAINT_BOLD, "trace %s", words_trace_id(trace->id).text);
	wrap_item(&wrap, PAINT_NONE, trace->engine ? trace->engine : "");
	if (trace->process)
		wrap_format(&wrap, PAINT_NONE, "pid %u %s", trace->process->pid,
			    trace->process->comm);
	wrap_item(&wrap, paint_status(trace->status), words_status_text(trace->status));
	if (trace->incomplete)
		wrap_item(&wrap, PAINT_WARN, "incomplete");
	if (trace->partial)
		wrap_item(&wrap, PAINT_WARN, "partial");
	wrap_end(&wrap);
}

static void draw_audio(struct wrap *wrap, const struct trace *trace)
{
	if (trace->has_audio)
		wrap_format(wrap, PAINT_NONE, "audio %s", units_ns(trace->audio_ns).text);
	if (trace->audio_chunks_count)
		wrap_format(wrap, PAINT_NONE, "%s samples in %s chunk%s",
			    units_count(trace->audio_samples_count).text,
			    units_count(trace->audio_chunks_count).text,
			    trace->audio_chunks_count == 1 ? "" : "s");
	if (trace->has_first_audio)
		wrap_format(wrap, PAINT_NONE, "first audio %s",
			    units_ns(trace->first_audio_ns).text);
	if (trace->has_rtf)
		wrap_format(wrap, PAINT_NONE, "rtf %s", units_ratio(trace->rtf).text);
}

static void draw_numbers(const struct draw *draw)
{
	const struct trace *trace = draw->trace;
	struct wrap wrap = { .out = draw->out, .look = draw->look, .gap = ", ", .indent = 2 };

	wrap_format(&wrap, PAINT_NONE, "%s from %s UTC", units_ns(trace->duration_ns).text,
		    units_clock(view_real_ns(draw->view, trace->start_at_ns)).text);
	if (trace->text_unreadable)
		wrap_item(&wrap, PAINT_NONE, "text unreadable");
	else if (trace->has_text)
		wrap_format(&wrap, PAINT_NONE, "text %s%s", units_bytes(trace->text_bytes).text,
			    trace->text_cut ? " and more" : "");
	if (trace->has_queue_wait)
		wrap_format(&wrap, PAINT_NONE, "queued %s", units_ns(trace->queue_wait_ns).text);
	draw_audio(&wrap, trace);
	wrap_end(&wrap);
}

/* 1, 2 or 5 times a power of ten ns, so that two ticks leave room for a label. */
static uint64_t draw_step(const struct draw *draw)
{
	unsigned __int128 least = (unsigned __int128)draw->scale_ns * TICK_COLUMNS;
	unsigned __int128 step = 1;
	static const unsigned factors[] = { 1, 2, 5 };
	unsigned i;

	for (;; step *= 10)
		for (i = 0; i < 3; i++)
			if (step * factors[i] * draw->bar_columns >= least)
				return (uint64_t)(step * factors[i]);
}

/* 2 ms instead of 2.00 ms. */
static struct units_text draw_tick_text(uint64_t ns)
{
	struct units_text text = words_short_ns(ns);
	char *point = strchr(text.text, '.'), *unit, *end;

	if (!ns)
		return (struct units_text){ "0" };
	unit = point ? strchr(point, ' ') : NULL;
	if (!unit)
		return text;
	for (end = unit; end[-1] == '0';)
		end--;
	if (end[-1] == '.')
		end--;
	memmove(end, unit, strlen(unit) + 1);
	return text;
}

static void draw_margin(const struct draw *draw)
{
	buf_fill(draw->out, " ",
		 draw->label_columns + 1 + (draw->thread_columns ? draw->thread_columns + 1 : 0));
}

static void draw_ruler(struct draw *draw)
{
	uint64_t step_ns = draw_step(draw), tick_ns = 0;
	const struct look *look = draw->look;
	size_t column = 0, cell, audio_cell = draw->bar_columns, next_tick = 0, length;
	struct units_text text;

	draw_margin(draw);
	for (tick_ns = 0; tick_ns <= draw->scale_ns; tick_ns += step_ns) {
		cell = draw_cell(draw, draw->start_at_ns + tick_ns);
		text = draw_tick_text(tick_ns);
		length = strlen(text.text);
		if (cell < column || cell + length > draw->bar_columns)
			break;
		buf_fill(draw->out, " ", cell - column);
		buf_text(draw->out, text.text);
		column = cell + length;
		if (draw->scale_ns - tick_ns < step_ns)
			break;
	}
	draw_end_line(draw->out);
	if (draw->trace->has_first_audio) {
		audio_cell = draw_cell(draw, draw->trace->root->start_at_ns +
						     draw->trace->first_audio_ns);
		draw->used |= 1u << CELL_FIRST_AUDIO;
	}
	draw_margin(draw);
	for (cell = 0, tick_ns = 0; cell < draw->bar_columns; cell++) {
		bool is_tick = cell == next_tick;

		if (is_tick && draw->scale_ns - tick_ns >= step_ns) {
			tick_ns += step_ns;
			next_tick = draw_cell(draw, draw->start_at_ns + tick_ns);
		}
		if (cell == audio_cell) {
			uint8_t mark = CELL_FIRST_AUDIO;

			paint_cells(draw->out, look, &mark, 1);
		} else if (look->ascii) {
			buf_char(draw->out, is_tick ? '+' : '-');
		} else {
			buf_text(draw->out, is_tick ? "┬" : "─");
		}
	}
	buf_char(draw->out, '\n');
}

static void draw_legend(const struct draw *draw)
{
	struct wrap wrap = { .out = draw->out, .look = draw->look, .gap = "  " };
	enum paint_cell cell;

	for (cell = 0; cell < CELL_BLANK; cell++)
		if (draw->used & 1u << cell)
			wrap_format(&wrap, PAINT_DIM, "%s %s", paint_cell_glyph(cell, draw->look),
				    paint_cell_name(cell));
	if (draw->has_marks) {
		wrap_item(&wrap, PAINT_DIM, "! not ok");
		wrap_item(&wrap, PAINT_DIM, "* incomplete");
	}
	wrap_end(&wrap);
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static void draw_label(const struct draw *draw, const struct waterfall_row *row)
{
	size_t indent = draw_indent(draw, row), left;
	auto_free char *repeat = draw_repeat(row);
	const char *stage = draw_stage(row->spans[0]);
	struct buf label = { 0 };

	buf_fill(draw->out, " ", indent);
	left = draw->label_columns - indent;
	if (strlen(repeat) < left)
		text_fit(&label, stage, strlen(stage), left - strlen(repeat), false,
			 draw->look->ascii);
	else
		buf_add(&label, "", 0);
	buf_text(&label, repeat);
	text_fit(draw->out, label.bytes, label.length, left, true, draw->look->ascii);
	buf_fini(&label);
	buf_char(draw->out, ' ');
}

static void draw_thread(const struct draw *draw, const struct waterfall_row *row)
{
	const struct span *span = row->spans[0];
	struct buf thread = { 0 };
	char tid[16];
	size_t length;

	if (!draw->thread_columns)
		return;
	length = (size_t)snprintf(tid, sizeof(tid), "/%u", span->tid);
	if (length < draw->thread_columns)
		text_fit(&thread, span->comm, strnlen(span->comm, sizeof(span->comm)),
			 draw->thread_columns - length, false, draw->look->ascii);
	buf_text(&thread, tid);
	text_fit(draw->out, thread.bytes, thread.length, draw->thread_columns, true,
		 draw->look->ascii);
	buf_fini(&thread);
	buf_char(draw->out, ' ');
}

static void draw_span_cells(struct draw *draw, const struct span *span)
{
	size_t first = draw_cell(draw, span->start_at_ns);
	size_t count = draw_cells_count(draw, first, draw_end(span));
	size_t queued;

	if (span->kind == SPAN_WORK && draw->trace->has_queue_wait) {
		uint64_t wait_ns = draw->trace->queue_wait_ns;

		queued = draw_cell(draw, span->start_at_ns - draw_at_most(wait_ns, span->start_at_ns));
		if (queued < first)
			memset(draw->cells + queued, CELL_QUEUED, first - queued);
	}
	paint_split(draw->cells + first, count, span);
	if (span->status == STATUS_NO_END)
		draw->cells[first + count - 1] = CELL_NO_END;
}

static void draw_bar(struct draw *draw, const struct waterfall_row *row)
{
	size_t i, first;

	memset(draw->cells, CELL_BLANK, draw->bar_columns);
	if (row->spans_count == 1)
		draw_span_cells(draw, row->spans[0]);
	for (i = 0; row->spans_count > 1 && i < row->spans_count; i++) {
		first = draw_cell(draw, row->spans[i]->start_at_ns);
		memset(draw->cells + first, CELL_CHUNK,
		       draw_cells_count(draw, first, draw_end(row->spans[i])));
	}
	for (i = 0; i < draw->bar_columns; i++)
		draw->used |= 1u << draw->cells[i];
	paint_cells(draw->out, draw->look, draw->cells, draw->bar_columns);
}

static void draw_right(const struct draw *draw, const struct waterfall_row *row)
{
	uint64_t wall_ns = waterfall_row_wall_ns(row);
	const char *note = draw_note(row);
	unsigned __int128 percent =
		((unsigned __int128)wall_ns * 100 + draw->scale_ns / 2) / draw->scale_ns;
	enum paint paint = row->spans[0]->status == STATUS_OK ?
				   PAINT_WARN :
				   paint_status(row->spans[0]->status);

	if (draw->has_takes) {
		struct units_text takes = words_short_ns(wall_ns);
		size_t length = draw_at_most(strlen(takes.text), TAKES_COLUMNS - 1);

		buf_fill(draw->out, " ", TAKES_COLUMNS - length);
		buf_add(draw->out, takes.text, length);
	}
	if (draw->has_percent)
		buf_format(draw->out, " %3u%%", percent < 999 ? (unsigned)percent : 999);
	if (!*note)
		return;
	paint_begin(draw->out, draw->look, paint);
	if (draw->has_notes)
		buf_format(draw->out, " %s", note);
	else if (draw->has_marks)
		buf_char(draw->out, strcmp(note, "incomplete") == 0 ? '*' : '!');
	paint_end(draw->out, draw->look, paint);
}

static void draw_rows(struct draw *draw)
{
	struct wrap wrap = { .out = draw->out, .look = draw->look, .gap = " " };
	size_t i;

	for (i = 0; i < draw->waterfall.rows_count; i++) {
		const struct waterfall_row *row = &draw->waterfall.rows[i];

		draw_label(draw, row);
		draw_thread(draw, row);
		draw_bar(draw, row);
		draw_right(draw, row);
		draw_end_line(draw->out);
	}
	if (!draw->waterfall.hidden_count && !draw->trace->spans_dropped_count)
		return;
	wrap_format(&wrap, PAINT_DIM, "%s %s more spans", draw->look->ascii ? "..." : "…",
		    units_count(draw->waterfall.hidden_count + draw->trace->spans_dropped_count)
			    .text);
	wrap_end(&wrap);
}

void timeline_print(struct buf *out, const struct view *view, const struct trace *trace,
		    const struct look *look)
{
	struct look wide = *look;
	struct draw draw = { .out = out, .look = &wide, .view = view, .trace = trace };

	if (wide.columns < LOOK_MIN_COLUMNS)
		wide.columns = LOOK_MIN_COLUMNS;
	waterfall_init(&draw.waterfall, trace);
	draw_scale(&draw);
	draw_layout(&draw);
	draw_head(&draw);
	draw_numbers(&draw);
	draw_ruler(&draw);
	draw_rows(&draw);
	draw_legend(&draw);
	buf_char(out, '\n');
	waterfall_fini(&draw.waterfall);
	free(draw.cells);
}
