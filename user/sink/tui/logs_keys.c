/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: keys and clicks. Out: another line is selected, opened, copied; where to go from it. The rule that surprises:
 * a movement upwards ends following, and one downwards that finds nothing below begins it again.
 */
#include <string.h>

#include "sink/log_records.h"
#include "sink/tui/logs_tab.h"
#include "sink/words.h"

#define SHIFT_COLUMNS	  16
#define SHIFT_COLUMNS_MAX 4096
#define WHEEL_ROWS	  3

static const struct logs_line *selected_line(const struct logs *logs)
{
	struct logs_place place = logs_place(logs);

	return place.count ? logs_index_at(&logs->index, place.selected) : NULL;
}

/* NULL: nothing is selected, or it was let go; that is said. */
static const struct tail_record *selected_record(const struct logs *logs, struct desk *desk)
{
	const struct logs_line *line = selected_line(logs);
	const struct tail_record *record = line ? logs_index_record(&logs->index, line) : NULL;

	if (line && !record)
		desk_say(desk, STYLE_WARNING, "this line was let go meanwhile (--retention, --retention-bytes)");
	return record;
}

/* --- movement ------------------------------------------------------------------------------------------------ */

static void move(struct logs *logs, long rows)
{
	struct logs_place place = logs_place(logs);
	size_t at = place.selected;

	if (!place.count)
		return;
	if (rows > 0 && at + 1 >= place.count) {
		logs_follow(logs);
		return;
	}
	if (rows < 0)
		at = at > (size_t)-rows ? at - (size_t)-rows : 0;
	else
		at = at + (size_t)rows < place.count ? at + (size_t)rows : place.count - 1;
	logs_select(logs, at, false);
}

/* The page moves, what is selected stays as long as it can be seen. */
static void scroll(struct logs *logs, long rows)
{
	struct logs_place place = logs_place(logs);
	size_t last = place.count > place.page ? place.count - place.page : 0, top = place.top;

	if (!place.count || (rows > 0 && logs->is_following))
		return;
	if (rows > 0 && top >= last) {
		logs_follow(logs);
		return;
	}
	logs_stop_following(logs);
	if (rows < 0)
		top = top > (size_t)-rows ? top - (size_t)-rows : 0;
	else
		top = top + (size_t)rows < last ? top + (size_t)rows : last;
	if (place.selected < top)
		place.selected = top;
	if (place.selected >= top + place.page)
		place.selected = top + place.page - 1;
	logs->top_ordinal = logs_index_at(&logs->index, top)->ordinal;
	logs->selected_ordinal = logs_index_at(&logs->index, place.selected)->ordinal;
}

/* Both move. */
static void page(struct logs *logs, bool is_up)
{
	long rows = logs->page_rows > 1 ? (long)logs->page_rows - 1 : 1;
	struct logs_place place = logs_place(logs);
	size_t top;

	move(logs, is_up ? -rows : rows);
	if (!place.count || logs->is_following)
		return;
	top = is_up ? place.top - (place.top < (size_t)rows ? place.top : (size_t)rows) : place.top + (size_t)rows;
	top = top < place.count ? top : place.count - 1;
	logs->top_ordinal = logs_index_at(&logs->index, top)->ordinal;
}

static void shift(struct logs *logs, int columns)
{
	logs->shift_columns += columns;
	if (logs->shift_columns < 0)
		logs->shift_columns = 0;
	if (logs->shift_columns > SHIFT_COLUMNS_MAX)
		logs->shift_columns = SHIFT_COLUMNS_MAX;
}

static bool act_move(struct logs *logs, enum action action)
{
	switch (action) {
	case ACTION_UP: move(logs, -1); return true;
	case ACTION_DOWN: move(logs, 1); return true;
	case ACTION_PAGE_UP: page(logs, true); return true;
	case ACTION_PAGE_DOWN: page(logs, false); return true;
	case ACTION_FIRST: logs_select(logs, 0, false); return true;
	case ACTION_LAST:
	case ACTION_FOLLOW: logs_follow(logs); return true;
	case ACTION_LEFT: shift(logs, -SHIFT_COLUMNS); return true;
	case ACTION_RIGHT: shift(logs, SHIFT_COLUMNS); return true;
	default: return false;
	}
}

/* --- what is done with a line -------------------------------------------------------------------------------- */

static bool open_detail(struct logs *logs, struct desk *desk)
{
	const struct tail_record *record = selected_record(logs, desk);

	if (!record)
		return logs->index.count > 0;
	logs_stop_following(logs); /* what is opened stays selected */
	logs_detail_open(&logs->detail, record);
	return true;
}

static bool go_trace(struct logs *logs, struct desk *desk)
{
	struct desk_target target = { .tab = TUI_TRACES };
	const struct tail_record *record;

	if (logs->detail.is_open) {
		memcpy(target.trace_id, logs->detail.trace_id, sizeof(target.trace_id));
	} else if (logs->has_trace) {
		memcpy(target.trace_id, logs->wanted.trace_id, sizeof(target.trace_id));
	} else {
		record = selected_record(logs, desk);
		if (!record)
			return logs->index.count > 0;
		logs_trace_of(record, target.trace_id);
	}
	if (words_is_orphan(target.trace_id)) {
		desk_say(desk, STYLE_WARNING, "this line tells of no single utterance");
		return true;
	}
	logs_stop_following(logs); /* so that whoever comes back finds the line */
	desk_go(desk, &target);
	return true;
}

static bool copy(struct logs *logs, struct desk *desk)
{
	const struct tail_record *record;

	if (logs->detail.is_open) {
		desk_copy(desk, "the line", logs->detail.line);
		return true;
	}
	record = selected_record(logs, desk);
	if (record)
		desk_copy(desk, "the line", record->line);
	return logs->index.count > 0;
}

static void next_level(struct logs *logs, struct desk *desk)
{
	logs->wanted.level = (logs->wanted.level + 1) % LOG_LEVELS;
	if (!logs->has_trace)
		logs->level = logs->wanted.level;
	logs_index_restart(&logs->index);
	logs_index_work(&logs->index, &logs->wanted);
	logs->hunt.is_on = false;
	desk->wants_more = true;
	desk_say(desk, STYLE_TEXT, logs->wanted.level ? "lines of level %s and above" : "lines of every level, %s too",
		 log_level_word(logs->wanted.level));
}

static bool next_match(struct logs *logs, struct desk *desk, bool is_up)
{
	const struct logs_line *line = selected_line(logs);

	if (!logs->search || !line)
		return false;
	logs->anchor_ordinal = line->ordinal;
	logs_hunt_from(logs, is_up, is_up ? line->ordinal - 1 : line->ordinal + 1, false);
	logs_hunt(logs, desk);
	return true;
}

/* The record above or below the open one. */
static void open_beside(struct logs *logs, struct desk *desk, bool is_older)
{
	size_t at = logs_index_find(&logs->index, logs->detail.ordinal + !is_older);

	if (is_older ? !at : at >= logs->index.count) {
		desk_say(desk, STYLE_DIM, is_older ? "this is the oldest line" : "this is the newest line");
		return;
	}
	logs_select(logs, is_older ? at - 1 : at, false);
	open_detail(logs, desk);
}

static bool act_detail(struct logs *logs, struct desk *desk, enum action action)
{
	switch (action) {
	case ACTION_BACK:
	case ACTION_ENTER: logs_detail_close(&logs->detail); return true;
	case ACTION_LEFT: open_beside(logs, desk, true); return true;
	case ACTION_RIGHT: open_beside(logs, desk, false); return true;
	case ACTION_FOLLOW:
		logs_detail_close(&logs->detail);
		logs_follow(logs);
		return true;
	default: return logs_detail_act(&logs->detail, action);
	}
}

bool logs_act(struct tab *tab, struct desk *desk, enum action action)
{
	struct logs *logs = (struct logs *)tab;

	if (logs->detail.is_open && act_detail(logs, desk, action))
		return true;
	switch (action) {
	case ACTION_ENTER: return open_detail(logs, desk);
	case ACTION_GO_TRACE: return go_trace(logs, desk);
	case ACTION_COPY: return copy(logs, desk);
	case ACTION_LEVEL: next_level(logs, desk); return true;
	case ACTION_MATCH_NEXT: return next_match(logs, desk, false);
	case ACTION_MATCH_PREVIOUS: return next_match(logs, desk, true);
	default: return act_move(logs, action);
	}
}

bool logs_click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	struct logs *logs = (struct logs *)tab;
	bool is_wheel = event->kind == SCREEN_WHEEL_UP || event->kind == SCREEN_WHEEL_DOWN;
	long rows = event->kind == SCREEN_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
	struct logs_place place = logs_place(logs);
	size_t at;

	if (logs->detail.is_open && (int)event->row >= logs->detail_row) {
		if (is_wheel)
			logs_detail_scroll(&logs->detail, rows);
		return is_wheel;
	}
	if (is_wheel) {
		scroll(logs, rows);
		return true;
	}
	if ((int)event->row < logs->lines_row)
		return false;
	at = place.top + (size_t)((int)event->row - logs->lines_row);
	if (at >= place.count || (size_t)((int)event->row - logs->lines_row) >= place.page)
		return false;
	logs_select(logs, at, false);
	if (event->kind == SCREEN_DOUBLE_CLICK || logs->detail.is_open)
		open_detail(logs, desk);
	return true;
}
