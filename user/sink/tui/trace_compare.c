// SPDX-License-Identifier: Apache-2.0
/*
 * In: two traces. Out: both waterfalls, and a table of differences with the greatest first.
 * The rule that surprises: a stage is all of its spans, so a loop of ten is compared with a loop of a hundred; the
 * counts stand beside it.
 */
#include "sink/tui/trace_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/trace_facts.h"
#include "sink/tui/trace_text.h"
#include "sink/words.h"

#define SIDE_COLUMNS 60 /* from here on they stand side by side */
#define HEAD_ROWS    3
#define VALUE_COLUMNS 14
#define DIFFERENCE_COLUMNS 10

/* --- what is different ------------------------------------------------------------------------------------ */

static void put_row(struct trace_compare *compare, const char *name, const bool has[2], const uint64_t ns[2])
{
	struct compare_row *row = &compare->rows[compare->rows_count];

	if (!has[0] && !has[1])
		return;
	compare->rows_count++;
	*row = (struct compare_row){ .name = name,
				     .has = { has[0], has[1] },
				     .ns = { has[0] ? ns[0] : 0, has[1] ? ns[1] : 0 } };
}

static void put_whole(struct trace_compare *compare)
{
	const struct trace *a = &compare->copies[0]->trace, *b = &compare->copies[1]->trace;
	const struct span *works[2] = { trace_worker(a), trace_worker(b) };
	bool has_split[2];

	put_row(compare, "took", (const bool[]){ true, true }, (const uint64_t[]){ a->duration_ns, b->duration_ns });
	put_row(compare, "first audio", (const bool[]){ a->has_first_audio, b->has_first_audio },
		(const uint64_t[]){ a->first_audio_ns, b->first_audio_ns });
	put_row(compare, "queued", (const bool[]){ a->has_queue_wait, b->has_queue_wait },
		(const uint64_t[]){ a->queue_wait_ns, b->queue_wait_ns });
	put_row(compare, "audio made", (const bool[]){ a->has_audio, b->has_audio },
		(const uint64_t[]){ a->audio_ns, b->audio_ns });
	for (unsigned side = 0; side < 2; side++)
		has_split[side] = works[side] && works[side]->has_split;
	for (unsigned part = 0; part < 4; part++) {
		uint64_t ns[2] = { 0, 0 };

		for (unsigned side = 0; side < 2; side++) {
			const struct span *span = works[side];

			if (has_split[side])
				ns[side] = (const uint64_t[]){ span->oncpu_ns, span->runq_ns, span->blocked_ns,
							       span->preempted_ns }[part];
		}
		put_row(compare, bars_part(part).name, has_split, ns);
	}
	compare->stages_at = compare->rows_count;
}

static void add_span(struct trace_compare *compare, unsigned side, const struct span *span)
{
	const char *stage = bars_stage(span);
	struct compare_row *row = NULL;

	for (size_t i = compare->stages_at; i < compare->rows_count && !row; i++)
		if (compare->rows[i].name == stage || !strcmp(compare->rows[i].name, stage))
			row = &compare->rows[i];
	if (!row) {
		if (compare->rows_count == COMPARE_ROWS)
			return;
		row = &compare->rows[compare->rows_count++];
		*row = (struct compare_row){ .name = stage, .is_stage = true };
	}
	row->has[side] = true;
	if (__builtin_add_overflow(row->ns[side], span->wall_ns, &row->ns[side]))
		row->ns[side] = UINT64_MAX;
	row->spans_count[side]++;
}

static uint64_t difference(const struct compare_row *row)
{
	return row->ns[0] > row->ns[1] ? row->ns[0] - row->ns[1] : row->ns[1] - row->ns[0];
}

static int by_difference(const void *a, const void *b)
{
	uint64_t x = difference(a), y = difference(b);

	return x > y ? -1 : x < y;
}

static uint64_t length_of(const struct bars *bars)
{
	return bars->end_at_ns - bars->start_at_ns;
}

struct trace_compare *trace_compare_new(struct trace_copy *a, struct trace_copy *b)
{
	struct trace_compare *compare = mem_new(sizeof(*compare));
	uint64_t scale_ns = 1;

	compare->copies[0] = a;
	compare->copies[1] = b;
	put_whole(compare);
	for (unsigned side = 0; side < 2; side++) {
		const struct trace *trace = &compare->copies[side]->trace;

		bars_init(&compare->bars[side], trace);
		for (size_t i = 0; i < trace->spans_count; i++)
			add_span(compare, side, trace->spans[i]);
		if (length_of(&compare->bars[side]) > scale_ns)
			scale_ns = length_of(&compare->bars[side]);
	}
	for (unsigned side = 0; side < 2; side++)
		bars_show_all(&compare->bars[side], scale_ns);
	qsort(&compare->rows[compare->stages_at], compare->rows_count - compare->stages_at, sizeof(compare->rows[0]),
	      by_difference);
	return compare;
}

void trace_compare_free(struct trace_compare *compare)
{
	if (!compare)
		return;
	for (unsigned side = 0; side < 2; side++) {
		bars_fini(&compare->bars[side]);
		trace_copy_free(compare->copies[side]);
	}
	free(compare);
}

/* --- words ------------------------------------------------------------------------------------------------ */

static struct units_text signed_text(const struct compare_row *row)
{
	struct units_text text = words_short_ns(difference(row)), out = { "=" };

	if (difference(row))
		snprintf(out.text, sizeof(out.text), "%c%.40s", row->ns[1] > row->ns[0] ? '+' : '-', text.text);
	return out;
}

static double times_of(const struct compare_row *row)
{
	uint64_t less = row->ns[0] < row->ns[1] ? row->ns[0] : row->ns[1];
	uint64_t more = row->ns[0] < row->ns[1] ? row->ns[1] : row->ns[0];

	return less ? (double)more / (double)less : 0;
}

static struct units_text times_text(const struct compare_row *row)
{
	struct units_text out = { "" };
	double times = times_of(row);

	if (!row->has[0] || !row->has[1])
		snprintf(out.text, sizeof(out.text), "only in %c", row->has[0] ? 'A' : 'B');
	else if (times >= 1.05)
		snprintf(out.text, sizeof(out.text), times < 99.5 ? "x%.1f" : "x%.0f", times < 1e6 ? times : 1e6);
	return out;
}

/* "B took x2.3 as long, +4.10 s: ...". To be freed. */
static char *sentence_of(const struct trace_compare *compare)
{
	const struct compare_row *took = &compare->rows[0], *part = NULL, *stage = NULL;
	struct buf text = { .bytes = NULL };
	bool is_slower = took->ns[1] >= took->ns[0];

	buf_format(&text, "B took %s", words_short_ns(took->ns[1]).text);
	if (times_of(took) < 1.05) {
		buf_text(&text, ", about as long as A");
		return text.bytes;
	}
	buf_format(&text, ", %s %s than A (%s)", times_text(took).text, is_slower ? "longer" : "shorter",
		   signed_text(took).text);
	for (size_t i = 1; i < compare->rows_count; i++) {
		const struct compare_row *row = &compare->rows[i];
		const struct compare_row **most = row->is_stage ? &stage : &part;

		if (!strcmp(row->name, "first audio") || !strcmp(row->name, "audio made") || row->ns[1] == row->ns[0] ||
		    (row->ns[1] > row->ns[0]) != is_slower)
			continue;
		if (!*most || difference(row) > difference(*most))
			*most = row;
	}
	if (part)
		buf_format(&text, ": %s %s", signed_text(part).text, part->name);
	if (stage)
		buf_format(&text, "%s%s in %s", part ? ", " : ": ", signed_text(stage).text, stage->name);
	return text.bytes;
}

/* --- drawing ---------------------------------------------------------------------------------------------- */

static void draw_head(struct area area, const struct trace_copy *copy, unsigned side)
{
	const struct trace *trace = &copy->trace;
	struct trace_items items = { .area = area };

	trace_item(&items, STYLE_ALARM_GOOD, " %c ", 'A' + (int)side);
	trace_item(&items, STYLE_TITLE, "%.8s", words_trace_id(trace->id).text);
	trace_item(&items, facts_style(copy->outcome), "%s", facts_word(copy->outcome));
	trace_item(&items, STYLE_BOLD, "took %s", words_short_ns(trace->duration_ns).text);
	trace_item(&items, STYLE_DIM, "%s", units_clock(copy->start_real_ns).text);
	trace_item(&items, STYLE_TEXT, "%s", trace->engine ? trace->engine : "");
	if (trace->has_first_audio)
		trace_item(&items, STYLE_TEXT, "first audio %s", words_short_ns(trace->first_audio_ns).text);
	if (trace->has_rtf)
		trace_item(&items, STYLE_TEXT, "rtf %s", units_ratio(trace->rtf).text);
	if (trace->has_text)
		trace_item(&items, STYLE_TEXT, "text %s", units_bytes(trace->text_bytes).text);
}

/* One for both, so that the same instant stands in the same column of both. */
static struct bars_layout layout_of_both(const struct trace_compare *compare, int columns)
{
	struct bars_layout a = bars_layout(&compare->bars[0], columns, NULL);
	struct bars_layout b = bars_layout(&compare->bars[1], columns, NULL);

	return a.bar_at >= b.bar_at ? a : b;
}

static void draw_bars(struct area area, const struct bars *bars, const struct bars_layout *layout, size_t top)
{
	bars_draw_ruler(area_part(area, 0, 0, BARS_RULER_ROWS, area.columns), bars, layout);
	bars_draw_rows(area_part(area, BARS_RULER_ROWS, 0, area.rows - BARS_RULER_ROWS, area.columns), bars, layout,
		       NULL, top, SIZE_MAX);
}

static void draw_value(struct area area, int row, int column, int columns, const struct compare_row *of, unsigned side)
{
	char text[80];

	if (!of->has[side])
		snprintf(text, sizeof(text), "%s", trace_none(area.canvas->ascii));
	else if (of->spans_count[side] > 1 && columns >= VALUE_COLUMNS)
		snprintf(text, sizeof(text), "%s x%" PRIu64, words_short_ns(of->ns[side]).text, of->spans_count[side]);
	else
		snprintf(text, sizeof(text), "%s", words_short_ns(of->ns[side]).text);
	area_right(area, row, column, columns, STYLE_TEXT, text);
}

static const char *more_or_less(const struct compare_row *row)
{
	if (!row->has[0] || !row->has[1])
		return "";
	return row->ns[1] > row->ns[0] ? " more" : " less";
}

static void draw_table(struct trace_compare *compare, struct area area)
{
	int value = area.columns < SIDE_COLUMNS ? 9 : VALUE_COLUMNS, note = area.columns < SIDE_COLUMNS ? 0 : 12;
	int name = area.columns - 2 * value - DIFFERENCE_COLUMNS - note;
	int at = name < 8 ? 8 : name > 30 ? 30 : name, difference_at = at + 2 * value;
	size_t rows = area.rows > 1 ? (size_t)area.rows - 1 : 0;

	compare->page_rows = rows;
	compare->last_top = compare->rows_count > rows ? compare->rows_count - rows : 0;
	if (compare->top > compare->last_top)
		compare->top = compare->last_top;
	area_fit(area, 0, 0, at, STYLE_TITLE, "difference");
	area_right(area, 0, at, value, STYLE_TITLE, "A");
	area_right(area, 0, at + value, value, STYLE_TITLE, "B");
	area_right(area, 0, difference_at, DIFFERENCE_COLUMNS, STYLE_TITLE, "B - A");
	for (size_t i = 0; i < rows && compare->top + i < compare->rows_count; i++) {
		const struct compare_row *row = &compare->rows[compare->top + i];
		int to = (int)i + 1;
		bool is_much = row->has[0] && row->has[1] && times_of(row) >= 1.5;
		enum style style = !is_much ? STYLE_TEXT : row->ns[1] > row->ns[0] ? STYLE_WARNING : STYLE_GOOD;

		area_fit(area, to, 0, at, row->is_stage ? STYLE_TEXT : STYLE_BOLD, row->name);
		draw_value(area, to, at, value, row, 0);
		draw_value(area, to, at + value, value, row, 1);
		if (row->has[0] && row->has[1])
			area_right(area, to, difference_at, DIFFERENCE_COLUMNS, style, signed_text(row).text);
		if (*times_text(row).text)
			area_format(area, to, difference_at + DIFFERENCE_COLUMNS + 1, style, "%s%s",
				    times_text(row).text, more_or_less(row));
	}
}

static int bars_rows(const struct trace_compare *compare)
{
	size_t a = compare->bars[0].waterfall.rows_count, b = compare->bars[1].waterfall.rows_count;

	return (int)(a > b ? a : b) + BARS_RULER_ROWS;
}

static int draw_sides(struct trace_compare *compare, struct area area, int row, bool is_expanded)
{
	int half = (area.columns - 1) / 2, wanted = bars_rows(compare), room = area.rows - row;
	struct bars_layout layout = layout_of_both(compare, half);
	size_t top = 0;

	for (unsigned side = 0; side < 2; side++)
		draw_head(area_part(area, row, (int)side * (half + 1), HEAD_ROWS, half), compare->copies[side], side);
	room -= HEAD_ROWS;
	if (!is_expanded && room > 8)
		room = wanted < room / 2 ? wanted : room / 2;
	else if (!is_expanded)
		room = 0;
	if (is_expanded) {
		compare->page_rows = room > BARS_RULER_ROWS ? (size_t)(room - BARS_RULER_ROWS) : 0;
		compare->last_top = wanted > room ? (size_t)(wanted - room) : 0;
		top = compare->top = compare->top < compare->last_top ? compare->top : compare->last_top;
	}
	for (unsigned side = 0; side < 2; side++)
		draw_bars(area_part(area, row + HEAD_ROWS, (int)side * (half + 1), room, half), &compare->bars[side],
			  &layout, top);
	for (int i = 0; i < HEAD_ROWS + room; i++)
		area_glyph(area, row + i, half, STYLE_FRAME, 0x2502, '|');
	return HEAD_ROWS + room;
}

static int draw_stacked(struct trace_compare *compare, struct area area, int row)
{
	for (unsigned side = 0; side < 2; side++)
		draw_head(area_part(area, row + (int)side * 2, 0, 2, area.columns), compare->copies[side], side);
	return 4;
}

void trace_compare_draw(struct trace_compare *compare, const struct desk *desk, struct area area)
{
	char *sentence = sentence_of(compare);
	int row = trace_text_wrap(area_part(area, 0, 0, 2, area.columns), STYLE_BOLD, sentence);

	free(sentence);
	row += area.columns >= SIDE_COLUMNS ? draw_sides(compare, area, row, desk->is_expanded) :
					      draw_stacked(compare, area, row);
	if (!desk->is_expanded || area.columns < SIDE_COLUMNS)
		draw_table(compare, area_part(area, row, 0, area.rows - row, area.columns));
}

bool trace_compare_act(struct trace_compare *compare, enum action action)
{
	size_t page = compare->page_rows > 1 ? compare->page_rows - 1 : 1, last = compare->last_top;

	switch (action) {
	case ACTION_UP:
	case ACTION_PAGE_UP:
		page = action == ACTION_UP ? 1 : page;
		compare->top -= page < compare->top ? page : compare->top;
		return true;
	case ACTION_DOWN:
	case ACTION_PAGE_DOWN:
		compare->top += action == ACTION_DOWN ? 1 : page;
		compare->top = compare->top < last ? compare->top : last;
		return true;
	case ACTION_FIRST:
		compare->top = 0;
		return true;
	case ACTION_LAST:
		compare->top = last;
		return true;
	default:
		return false;
	}
}
