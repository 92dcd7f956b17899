/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: the lines that are meant. Out: rows of time, level, event, trace, message; a head that says what is left out.
 * The rule that surprises: only rows that are shown are parsed, once each, and at most so many bytes in one frame,
 * since a line may be as long as it likes.
 */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "sink/log_records.h"
#include "sink/tui/filter_mistake.h"
#include "sink/tui/logs_tab.h"
#include "sink/words.h"

#define PARSED_MAX_BYTES (256u << 10) /* in one frame */
#define SPLIT_ROWS	 30 /* from so many on an open record leaves room for the lines above it */
#define HEAD_TEXT_BYTES	 400

struct columns { /* of a row; 0 = left out */
	int clock, level, event, trace, message; /* where they begin */
	int clock_columns, event_columns;
	bool is_wordy; /* levels are words */
};

static struct columns columns_for(int columns)
{
	struct columns at = { .clock = 1, .clock_columns = columns < 60 ? 8 : 12 };

	at.is_wordy = columns >= 100;
	at.level = at.clock + at.clock_columns + 1;
	at.message = at.level + (at.is_wordy ? 6 : 2);
	if (columns >= 50) {
		at.event = at.message;
		at.event_columns = columns >= 120 ? 12 : 7;
		at.message += at.event_columns + 1;
	}
	if (columns >= 60) {
		at.trace = at.message;
		at.message += 9;
	}
	return at;
}

/* --- rows ---------------------------------------------------------------------------------------------------- */

/* Its words; NULL = the record was let go and nobody has seen it, or (*is_late) others must be made first. */
static const struct logs_row *row_words(struct logs *logs, const struct logs_line *line, bool *is_late)
{
	struct logs_row *row = &logs->rows[line->ordinal % LOGS_KEPT];
	const struct tail_record *record;

	*is_late = false;
	if (row->ordinal == line->ordinal)
		return row;
	record = logs_index_record(&logs->index, line);
	if (!record)
		return NULL;
	if (logs->parsed_bytes > PARSED_MAX_BYTES) {
		*is_late = true;
		return NULL;
	}
	logs->parsed_bytes += record->length;
	row->ordinal = record->ordinal;
	row->at_ns = record->at_ns;
	row->level = record->level;
	logs_trace_of(record, row->trace_id);
	logs_message_make(&row->message, record->line, record->length);
	return row;
}

static const char *level_text(enum log_level level, bool is_wordy)
{
	static const char *const words[LOG_LEVELS] = { "debug", "info", "WARN", "ERROR", "CRIT" };
	static const char *const letters[LOG_LEVELS] = { "d", "i", "W", "E", "C" };

	level = level < LOG_LEVELS ? level : LOG_LEVEL_INFO;
	return is_wordy ? words[level] : letters[level];
}

/* What stands right of the other columns: the sentence, then its numbers; the whole of it moved to the left. */
static void draw_message(const struct logs *logs, struct area area, const struct logs_row *row)
{
	bool is_loud = row->level >= LOG_LEVEL_WARNING || row->level == LOG_LEVEL_DEBUG;
	const struct buf *text = &row->message.text, *more = &row->message.more;
	enum style style = is_loud ? logs_level_style(row->level) : STYLE_TEXT;
	int column = -logs->shift_columns;

	column += area_bytes(area, 0, column, style, text->bytes, text->length);
	if (more->length)
		column += 2 + area_bytes(area, 0, column + 2, STYLE_DIM, more->bytes, more->length);
	if (column >= area.columns && area.columns > 0)
		area_glyph(area, 0, area.columns - 1, STYLE_DIM, 0x2026, '~');
	if (logs->shift_columns)
		area_glyph(area, 0, 0, STYLE_DIM, 0x2026, '~');
}

static void draw_words(struct logs *logs, struct desk *desk, struct area area, const struct columns *at,
		       const struct logs_row *row)
{
	const char *clock = row->message.clock;
	struct units_text ours = units_clock(view_real_ns(desk->view, row->at_ns));

	area_bytes(area, 0, at->clock, STYLE_DIM, clock[0] ? clock : ours.text, (size_t)at->clock_columns);
	area_text(area, 0, at->level, logs_level_style(row->level), level_text(row->level, at->is_wordy));
	if (at->event)
		area_fit(area, 0, at->event, at->event_columns, STYLE_TEXT, row->message.event);
	if (at->trace && words_is_orphan(row->trace_id))
		area_glyph(area, 0, at->trace, STYLE_DIM, 0x2013, '-');
	else if (at->trace)
		area_bytes(area, 0, at->trace, STYLE_TEXT, words_trace_id(row->trace_id).text, 8);
	draw_message(logs, area_part(area, 0, at->message, 1, area.columns - at->message), row);
}

/* What is searched stands in the record, but not in what is seen of it: where to look is said. */
static void mark_search(struct logs *logs, struct area area, const struct logs_line *line)
{
	static const char hint[] = " in the record: Enter";
	const struct tail_record *record;

	if (!logs->search || area_mark_matches(area, 0, logs->search))
		return;
	record = logs_index_record(&logs->index, line);
	if (record && logs_word_finds(&logs->word, record->line, record->length))
		area_mark(area, 0, area.columns - area_text(area, 0, area.columns - (int)strlen(hint), STYLE_DIM, hint),
			  (int)strlen(hint), MARK_MATCH);
}

static void draw_row(struct logs *logs, struct desk *desk, struct area area, const struct logs_line *line,
		     bool is_selected)
{
	const struct columns at = columns_for(area.columns);
	bool is_late;
	const struct logs_row *row = row_words(logs, line, &is_late);

	if (row)
		draw_words(logs, desk, area, &at, row);
	else if (is_late)
		area_glyph(area, 0, at.clock, STYLE_DIM, 0x2026, '~');
	else
		area_text(area, 0, at.clock, STYLE_DIM, "let go meanwhile");
	desk->wants_more |= is_late;
	mark_search(logs, area, line);
	if (is_selected) {
		area_glyph(area, 0, 0, STYLE_BOLD, 0x203a, '>');
		area_mark(area, 0, 0, area.columns, MARK_SELECTED);
	}
}

static void draw_nothing(const struct logs *logs, struct area area)
{
	uint64_t all = logs_index_tail_count(&logs->index);

	if (!logs->index.tail)
		area_text(area, 0, 1, STYLE_DIM, "no log lines are held here");
	else if (!logs_index_is_done(&logs->index))
		area_format(area, 0, 1, STYLE_DIM, "looking through %s lines", units_count(all).text);
	else if (!all)
		area_text(area, 0, 1, STYLE_DIM, "nothing has been logged yet");
	else if (logs->has_trace)
		area_format(area, 0, 1, STYLE_DIM, "no line of this utterance is held; its spans: w; all %s lines: Esc",
			    units_count(all).text);
	else if (logs->wanted.filter.terms_count)
		area_format(area, 0, 1, STYLE_DIM, "none of %s lines passes the filter%s; Esc takes it off",
			    units_count(all).text, logs->wanted.level ? " and the level (v)" : "");
	else
		area_format(area, 0, 1, STYLE_DIM, "none of %s lines has level %s; v: the next level",
			    units_count(all).text, log_level_word(logs->wanted.level));
}

static void draw_lines(struct logs *logs, struct desk *desk, struct area area)
{
	struct logs_place place;

	logs->page_rows = area.rows > 0 ? (size_t)area.rows : 0;
	place = logs_place(logs);
	if (!place.count)
		draw_nothing(logs, area);
	for (size_t i = 0; i < logs->page_rows && place.top + i < place.count; i++)
		draw_row(logs, desk, area_part(area, (int)i, 0, 1, area.columns),
			 logs_index_at(&logs->index, place.top + i), place.top + i == place.selected);
}

/* --- the head ------------------------------------------------------------------------------------------------ */

static uint64_t new_below(const struct logs *logs)
{
	struct logs_place place = logs_place(logs);
	size_t from = logs_index_find(&logs->index, logs->left_ordinal + 1);

	if (logs->is_following || !place.count)
		return 0;
	if (from < place.top + place.page)
		from = place.top + place.page;
	return from < place.count ? place.count - from : 0;
}

/* On the right: whether this is now. Its columns. */
static int draw_state(const struct logs *logs, const struct desk *desk, struct area area)
{
	enum style style = STYLE_DIM;
	uint64_t below = new_below(logs);
	char text[80];
	int length;

	if (desk->is_paused) {
		style = STYLE_BANNER;
		snprintf(text, sizeof(text), " paused, %s held ", units_count(logs_index_held_back(&logs->index)).text);
	} else if (logs->is_following) {
		style = STYLE_GOOD;
		snprintf(text, sizeof(text), " following ");
	} else if (below) {
		style = STYLE_BANNER;
		snprintf(text, sizeof(text), area.columns < 60 ? " %s new below " : " %s new below, F follows ",
			 units_count(below).text);
	} else {
		snprintf(text, sizeof(text), area.columns < 60 ? " F follows " : " not following: F follows ");
	}
	length = (int)strlen(text);
	area_text(area, 0, area.columns - length, style, text);
	return length;
}

/* How many of each bad level; the worst one is the last to be left out. */
static void draw_levels(const struct logs *logs, struct area area)
{
	int column = area.columns;

	for (unsigned level = LOG_LEVEL_CRITICAL; level >= LOG_LEVEL_WARNING; level--) {
		uint64_t count = logs->index.levels_count[level];
		char text[64];

		if (!count)
			continue;
		snprintf(text, sizeof(text), "%s %s%s ", units_count(count).text, log_level_word((enum log_level)level),
			 level == LOG_LEVEL_CRITICAL || count == 1 ? "" : "s");
		column -= (int)strlen(text);
		if (column < 1)
			return;
		area_text(area, 0, column, logs_level_style((enum log_level)level), text);
	}
}

/* How many lines, and what keeps others out; without `since` when there is no room for it. */
static void write_counts(const struct logs *logs, const struct desk *desk, bool with_since, char text[HEAD_TEXT_BYTES])
{
	uint64_t all = logs_index_tail_count(&logs->index), shown = logs->index.count;
	const struct tail_record *oldest = logs->index.tail ? tail_oldest(logs->index.tail) : NULL;
	int at;

	if (shown == all)
		at = snprintf(text, HEAD_TEXT_BYTES, " %s line%s", units_count(all).text, all == 1 ? "" : "s");
	else
		at = snprintf(text, HEAD_TEXT_BYTES, " %s of %s lines", units_count(shown).text, units_count(all).text);
	if (oldest && with_since)
		at += snprintf(text + at, HEAD_TEXT_BYTES - (size_t)at, " since %.8s",
			       units_clock(view_real_ns(desk->view, oldest->at_ns)).text);
	if (logs->wanted.level)
		at += snprintf(text + at, HEAD_TEXT_BYTES - (size_t)at, ", %s and above",
			       log_level_word(logs->wanted.level));
	if (!logs_index_is_done(&logs->index))
		snprintf(text + at, HEAD_TEXT_BYTES - (size_t)at, ", %d %% looked through",
			 (int)(100 * logs_index_done_ratio(&logs->index)));
}

/* The trace, the filter, what is wrong with it. False: there is nothing of that. */
static bool draw_wanted(const struct logs *logs, struct area area)
{
	int column = 1;

	if (!logs->has_trace && !logs->filter && !logs->hunt.is_on)
		return false;
	if (logs->has_trace) {
		column += area_text(area, 0, column, STYLE_BOLD, "trace ");
		column += area_bytes(area, 0, column, STYLE_BOLD, words_trace_id(logs->wanted.trace_id).text, 8);
		column += area_text(area, 0, column, STYLE_DIM, "  w: its spans  Esc: all lines  ");
	}
	if (logs->hunt.is_on)
		column += area_text(area, 0, column, STYLE_BOLD,
				    logs->hunt.is_up ? "searching above  " : "searching below  ");
	if (logs->wanted.filter.mistake) {
		filter_mistake_draw(area, 0, column, logs->filter, logs->wanted.filter.mistake);
	} else if (logs->wanted.filter.terms_count) {
		column += area_text(area, 0, column, STYLE_DIM, "filter ");
		area_fit(area, 0, column, area.columns - column, STYLE_BOLD, logs->filter);
	}
	return true;
}

static void draw_titles(struct area area)
{
	const struct columns at = columns_for(area.columns);

	area_text(area, 0, at.clock, STYLE_TITLE, at.clock_columns < 12 ? "UTC" : "time (UTC)");
	area_text(area, 0, at.level, STYLE_TITLE, at.is_wordy ? "level" : "L");
	if (at.event)
		area_text(area, 0, at.event, STYLE_TITLE, "event");
	if (at.trace)
		area_text(area, 0, at.trace, STYLE_TITLE, "trace");
	area_text(area, 0, at.message, STYLE_TITLE, "message");
}

static struct area draw_head(const struct logs *logs, const struct desk *desk, struct area area)
{
	struct area row = area_part(area, 0, 0, 1, area.columns);
	char counts[HEAD_TEXT_BYTES];
	int left, right = area.columns - draw_state(logs, desk, row), next = 1;

	write_counts(logs, desk, true, counts);
	if ((int)strlen(counts) > right)
		write_counts(logs, desk, false, counts);
	left = (int)strlen(counts);
	area_fit(row, 0, 0, left < right ? left : right, STYLE_TEXT, counts);
	if (right - left > 0)
		draw_levels(logs, area_part(row, 0, left, 1, right - left));
	if (area.rows >= 6 && draw_wanted(logs, area_part(area, next, 0, 1, area.columns)))
		next++;
	if (area.rows >= 8)
		draw_titles(area_part(area, next++, 0, 1, area.columns));
	return area_part(area, next, 0, area.rows - next, area.columns);
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static void draw_detail(struct logs *logs, struct area area)
{
	size_t at = logs_index_find(&logs->index, logs->detail.ordinal);
	bool is_there = at < logs->index.count && logs_index_at(&logs->index, at)->ordinal == logs->detail.ordinal;
	char about[120];

	if (is_there)
		snprintf(about, sizeof(about), "line %s of %s", units_count(at + 1).text,
			 units_count(logs->index.count).text);
	else
		snprintf(about, sizeof(about), "a line that was let go, or is not among those that are shown");
	logs_detail_draw(&logs->detail, area, about, logs->search);
}

void logs_draw(struct tab *tab, struct desk *desk, struct area area)
{
	struct logs *logs = (struct logs *)tab;
	bool is_split = logs->detail.is_open && area.rows >= SPLIT_ROWS && !desk->is_expanded;
	struct area list = area;

	logs->parsed_bytes = 0;
	if (desk->is_paused) { /* nothing is collected; what is held can be filtered all the same */
		logs_index_work(&logs->index, &logs->wanted);
		desk->wants_more |= !logs_index_is_done(&logs->index);
	}
	logs_hunt(logs, desk);
	if (logs->detail.is_open && !is_split) {
		draw_detail(logs, area);
		logs->detail_row = 0;
		return;
	}
	if (is_split)
		list = area_part(area, 0, 0, area.rows / 2, area.columns);
	if (!desk->is_expanded)
		list = draw_head(logs, desk, list);
	logs->lines_row = list.row - area.row;
	draw_lines(logs, desk, list);
	logs->detail_row = area.rows / 2;
	if (is_split)
		draw_detail(logs, area_part(area, area.rows / 2, 0, area.rows - area.rows / 2, area.columns));
}
