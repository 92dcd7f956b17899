// SPDX-License-Identifier: Apache-2.0
/*
 * In: keys, pasted ones too. Out: one line of printable UTF-8, never longer than PROMPT_MAX_BYTES.
 * The rule that surprises: what base/text.h would escape cannot be typed, so a text stands there as it will be used.
 */
#include "sink/tui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sink/tui/canvas_pen.h"
#include "sink/tui/screen.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define CTRL(letter)	((letter) & 0x1f)

enum edit {
	EDIT_NONE, EDIT_DONE, EDIT_CANCEL, EDIT_BACKSPACE, EDIT_DELETE, EDIT_LEFT, EDIT_RIGHT, EDIT_HOME, EDIT_END,
	EDIT_CLEAR, EDIT_WORD, EDIT_OLDER, EDIT_NEWER, EDITS
};

static const struct prompt_row rows[EDITS] = {
	[EDIT_DONE] = { { KEYCODE_ENTER }, "OK", "keep what was typed; an empty search or filter is taken off" },
	[EDIT_CANCEL] = { { KEYCODE_ESCAPE }, "Cancel", "leave everything as it was" },
	[EDIT_BACKSPACE] = { { KEYCODE_BACKSPACE, 8, 127 }, NULL, "delete the character before" },
	[EDIT_DELETE] = { { KEYCODE_DELETE, CTRL('D') }, NULL, "delete the character under the cursor" },
	[EDIT_LEFT] = { { KEYCODE_LEFT, CTRL('B') }, NULL, "one character left" },
	[EDIT_RIGHT] = { { KEYCODE_RIGHT, CTRL('F') }, NULL, "one character right" },
	[EDIT_HOME] = { { KEYCODE_HOME, CTRL('A') }, NULL, "to the begin" },
	[EDIT_END] = { { KEYCODE_END, CTRL('E') }, NULL, "to the end" },
	[EDIT_CLEAR] = { { CTRL('U') }, "Clear", "delete all before the cursor" },
	[EDIT_WORD] = { { CTRL('W') }, "Word", "delete the word before" },
	[EDIT_OLDER] = { { KEYCODE_UP, CTRL('P') }, "Older", "the text typed before" },
	[EDIT_NEWER] = { { KEYCODE_DOWN, CTRL('N') }, NULL, "the text typed after it" },
};

const struct prompt_row *prompt_table(size_t *count)
{
	*count = EDITS - 1;
	return rows + 1;
}

static enum edit find_edit(uint32_t key)
{
	for (enum edit edit = EDIT_NONE + 1; key && edit < EDITS; edit++)
		for (size_t k = 0; k < COUNT_OF(rows[edit].keys); k++)
			if (rows[edit].keys[k] == key)
				return edit;
	return EDIT_NONE;
}

void prompt_history_add(struct prompt_history *history, const char *text)
{
	size_t at;

	if (!*text)
		return;
	for (at = 0; at < history->count; at++)
		if (!strcmp(history->texts[at], text))
			break;
	if (at == PROMPT_HISTORY)
		at = 0;
	if (at < history->count) {
		free(history->texts[at]);
		memmove(&history->texts[at], &history->texts[at + 1],
			(history->count - at - 1) * sizeof(history->texts[0]));
		history->count--;
	}
	history->texts[history->count++] = mem_string(text);
}

void prompt_history_fini(struct prompt_history *history)
{
	for (size_t i = 0; i < history->count; i++)
		free(history->texts[i]);
	history->count = 0;
}

static void set_text(struct prompt *prompt, const char *text)
{
	size_t used, length = strlen(text), at = 0;

	/* whole characters only */
	while (at < length) {
		text_next(text + at, length - at, &used);
		if (at + used > PROMPT_MAX_BYTES)
			break;
		at += used;
	}
	memmove(prompt->text, text, at);
	prompt->text[at] = '\0';
	prompt->length = prompt->cursor = at;
}

void prompt_open(struct prompt *prompt, const char *label, const char *hint, const char *initial,
		 struct prompt_history *history)
{
	char *new_label = mem_string(label), *new_hint = hint ? mem_string(hint) : NULL;

	prompt_close(prompt); /* the texts may be its own */
	prompt->is_open = true;
	prompt->label = new_label;
	prompt->hint = new_hint;
	prompt->history = history;
	prompt->history_at = history ? history->count : 0;
	prompt->typed[0] = '\0';
	prompt->is_preset = false;
	set_text(prompt, initial ? initial : "");
}

void prompt_close(struct prompt *prompt)
{
	free(prompt->label);
	free(prompt->hint);
	prompt->label = prompt->hint = NULL;
	prompt->is_open = false;
}

static size_t before(const struct prompt *prompt, size_t at)
{
	while (at && ((unsigned char)prompt->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t behind(const struct prompt *prompt, size_t at)
{
	size_t used = 0;

	if (at < prompt->length)
		text_next(prompt->text + at, prompt->length - at, &used);
	return at + used;
}

static enum prompt_result delete_range(struct prompt *prompt, size_t from, size_t to)
{
	if (from == to)
		return PROMPT_TYPING;
	memmove(prompt->text + from, prompt->text + to, prompt->length - to + 1);
	prompt->length -= to - from;
	prompt->cursor = from;
	return PROMPT_CHANGED;
}

/* At the cursor. False: there is no room. */
static bool put(struct prompt *prompt, const char *bytes, size_t length)
{
	if (prompt->length + length > PROMPT_MAX_BYTES)
		return false;
	memmove(prompt->text + prompt->cursor + length, prompt->text + prompt->cursor,
		prompt->length - prompt->cursor + 1);
	memcpy(prompt->text + prompt->cursor, bytes, length);
	prompt->cursor += length;
	prompt->length += length;
	return true;
}

static enum prompt_result insert(struct prompt *prompt, uint32_t key)
{
	struct buf typed = { 0 }, clean = { 0 };
	bool is_printable, is_put;

	if (key < ' ' || key > 0x10ffff)
		return PROMPT_TYPING;
	pen_utf8(&typed, key);
	text_clean(&clean, typed.bytes, typed.length, false);
	is_printable = clean.length == typed.length && !memcmp(clean.bytes, typed.bytes, typed.length);
	buf_fini(&clean);
	if (is_printable && prompt->is_preset)
		set_text(prompt, "");
	is_put = is_printable && put(prompt, typed.bytes, typed.length);
	buf_fini(&typed);
	return is_put ? PROMPT_CHANGED : PROMPT_TYPING;
}

static enum prompt_result browse(struct prompt *prompt, bool is_older)
{
	const struct prompt_history *history = prompt->history;

	if (!history || (is_older ? !prompt->history_at : prompt->history_at >= history->count))
		return PROMPT_TYPING;
	if (prompt->history_at == history->count)
		memcpy(prompt->typed, prompt->text, prompt->length + 1);
	prompt->history_at = is_older ? prompt->history_at - 1 : prompt->history_at + 1;
	set_text(prompt, prompt->history_at == history->count ? prompt->typed : history->texts[prompt->history_at]);
	return PROMPT_CHANGED;
}

static size_t word_begin(const struct prompt *prompt)
{
	size_t at = prompt->cursor;

	while (at && prompt->text[at - 1] == ' ')
		at--;
	while (at && prompt->text[at - 1] != ' ')
		at--;
	return at;
}

static enum prompt_result edit_by(struct prompt *prompt, enum edit edit, uint32_t key)
{
	switch (edit) {
	case EDIT_DONE:
		return PROMPT_DONE;
	case EDIT_CANCEL:
		return PROMPT_CANCELLED;
	case EDIT_BACKSPACE:
		return delete_range(prompt, before(prompt, prompt->cursor), prompt->cursor);
	case EDIT_DELETE:
		return delete_range(prompt, prompt->cursor, behind(prompt, prompt->cursor));
	case EDIT_LEFT:
		prompt->cursor = before(prompt, prompt->cursor);
		return PROMPT_TYPING;
	case EDIT_RIGHT:
		prompt->cursor = behind(prompt, prompt->cursor);
		return PROMPT_TYPING;
	case EDIT_HOME:
		prompt->cursor = 0;
		return PROMPT_TYPING;
	case EDIT_END:
		prompt->cursor = prompt->length;
		return PROMPT_TYPING;
	case EDIT_CLEAR:
		return delete_range(prompt, 0, prompt->cursor);
	case EDIT_WORD:
		return delete_range(prompt, word_begin(prompt), prompt->cursor);
	case EDIT_OLDER:
		return browse(prompt, true);
	case EDIT_NEWER:
		return browse(prompt, false);
	default:
		return insert(prompt, key);
	}
}

enum prompt_result prompt_key(struct prompt *prompt, uint32_t key)
{
	enum edit edit = find_edit(key);
	enum prompt_result result = edit_by(prompt, edit, key);

	if (edit != EDIT_NONE || result == PROMPT_CHANGED)
		prompt->is_preset = false;
	return result;
}

void prompt_draw(const struct prompt *prompt, struct area area)
{
	int at, columns;
	size_t from = 0;

	area_fill(area, 0, 0, area.columns, STYLE_TEXT, ' ', ' ');
	at = area_text(area, 0, 0, STYLE_BOLD, prompt->label);
	at += area_text(area, 0, at, STYLE_BOLD, ": ");
	if (at > area.columns / 2)
		at = area.columns / 2; /* what is typed matters more */
	area = area_part(area, 0, at, 1, area.columns - at);
	while (from < prompt->cursor &&
	       (int)text_columns(prompt->text + from, prompt->cursor - from) >= area.columns)
		from = behind(prompt, from);
	area_fill(area, 0, 0, area.columns, STYLE_TEXT, ' ', ' ');
	area_bytes(area, 0, 0, STYLE_TEXT, prompt->text + from, prompt->length - from);
	if (prompt->is_preset)
		area_mark(area, 0, 0, (int)text_columns(prompt->text + from, prompt->length - from), MARK_SELECTED);
	columns = (int)text_columns(prompt->text + from, prompt->cursor - from);
	if (area.canvas && area.rows > 0 && columns < area.columns) {
		area.canvas->has_cursor = true;
		area.canvas->cursor_row = (unsigned)area.row;
		area.canvas->cursor_column = (unsigned)(area.column + columns);
		area_mark(area, 0, columns, 1, MARK_UNDERLINE); /* where the terminal shows none */
	}
}
