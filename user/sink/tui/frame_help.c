// SPDX-License-Identifier: Apache-2.0
/*
 * The help, made of the tables that dispatch: each row of them stands in it exactly once.
 * The rule that surprises: it is laid out anew for each frame, because keys, tab and width decide what stands where.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sink/paint.h"
#include "sink/tui/frame.h"

#define COUNT_OF(array)	 (sizeof(array) / sizeof((array)[0]))
#define KEYS_COLUMNS	 17
#define TWO_SIDES_COLUMNS 130

struct help_line {
	char *left, *right; /* owned; left: keys, or a title */
	enum style left_style, right_style;
	bool is_title;
};

struct help {
	struct help_line *lines;
	size_t count, capacity;
	int columns; /* of the right part */
	bool ascii;
};

static struct help_line *add(struct help *help, const char *left, const char *right, size_t length)
{
	struct help_line *line;

	mem_grow(&help->lines, &help->capacity, help->count + 1, sizeof(*help->lines));
	line = &help->lines[help->count++];
	*line = (struct help_line){ .left_style = STYLE_KEY, .right_style = STYLE_TEXT };
	line->left = mem_string(left);
	line->right = mem_format("%.*s", (int)length, right);
	return line;
}

/* The text breaks between words. */
static struct help_line *add_wrapped(struct help *help, const char *left, const char *text)
{
	size_t first = help->count;

	do {
		size_t length = strlen(text), cut = length;

		if (length > (size_t)help->columns)
			for (cut = (size_t)help->columns; cut && text[cut] != ' '; cut--)
				;
		if (!cut)
			cut = length;
		add(help, help->count == first ? left : "", text, cut);
		text += cut;
		while (*text == ' ')
			text++;
	} while (*text);
	return &help->lines[first];
}

static void add_title(struct help *help, const char *title)
{
	struct help_line *line;

	if (help->count)
		add(help, "", "", 0);
	line = add(help, title, "", 0);
	line->left_style = STYLE_TITLE;
	line->is_title = true;
}

static void print_keys(struct buf *out, const uint32_t keys[4])
{
	buf_reset(out);
	for (unsigned k = 0; k < 4 && keys[k]; k++)
		buf_format(out, "%s%s", k ? " " : "", keys_name(keys[k]));
}

/* --- groups -------------------------------------------------------------------------------------------------- */

enum group { GROUP_THIS_TAB, GROUP_EVERYWHERE, GROUP_LISTS, GROUP_RECORDINGS, GROUP_HELP, GROUP_OTHER_TABS };

static enum group group_of(const struct key_row *row, enum tui_tab open)
{
	if (row->needs & IN_HELP)
		return GROUP_HELP;
	if (row->needs & IN_REPLAY)
		return GROUP_RECORDINGS;
	if (row->action >= ACTION_UP && row->action <= ACTION_INVERT)
		return GROUP_LISTS;
	if (row->tabs == IN_ANY_TAB || (row->action >= ACTION_SEARCH && row->action <= ACTION_FILTER))
		return GROUP_EVERYWHERE;
	return row->tabs & (1u << open) ? GROUP_THIS_TAB : GROUP_OTHER_TABS;
}

/* With its title, when there are any. */
static void add_rows(struct help *help, const struct tui *tui, const char *title, enum group group)
{
	bool has_title = false;
	struct buf keys = { 0 }, text = { 0 };
	size_t count;
	const struct key_row *rows = keys_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (group_of(&rows[i], tui->open) != group)
			continue;
		if (!has_title)
			add_title(help, title);
		has_title = true;
		print_keys(&keys, rows[i].keys);
		buf_reset(&text);
		if (group == GROUP_OTHER_TABS) {
			for (enum tui_tab tab = 0; tab < TUI_TABS; tab++)
				if (rows[i].tabs & (1u << tab))
					buf_format(&text, "%s%s", text.length ? ", " : "",
						   tui->tabs[tab]->ops->name);
			buf_text(&text, ": ");
		}
		buf_text(&text, rows[i].help);
		add_wrapped(help, keys.bytes, text.bytes);
	}
	buf_fini(&keys);
	buf_fini(&text);
}

static void add_prompt_rows(struct help *help)
{
	struct buf keys = { 0 };
	size_t count;
	const struct prompt_row *rows = prompt_table(&count);

	for (size_t i = 0; i < count; i++) {
		print_keys(&keys, rows[i].keys);
		add_wrapped(help, keys.bytes, rows[i].help);
	}
	buf_fini(&keys);
}

/* --- what colours and glyphs mean ---------------------------------------------------------------------------- */

static void add_glyphs(struct help *help)
{
	static const struct {
		enum paint_cell cell;
		enum style style;
		const char *text;
	} glyphs[] = {
		{ CELL_ONCPU, STYLE_ONCPU, "on a CPU" },
		{ CELL_RUNQ, STYLE_RUNQ, "run queue: awake, and no CPU was free" },
		{ CELL_BLOCKED, STYLE_BLOCKED, "blocked: it slept or waited for something" },
		{ CELL_PREEMPTED, STYLE_PREEMPTED, "pre-empted: put off its CPU while it worked" },
		{ CELL_UNSPLIT, STYLE_DIM, "not split: nobody measured it" },
		{ CELL_QUEUED, STYLE_QUEUED, "waited in the queue of the engine" },
		{ CELL_FIRST_AUDIO, STYLE_AUDIO, "first audio" },
		{ CELL_CHUNK, STYLE_AUDIO, "a chunk of audio, or one of many calls in a row" },
		{ CELL_NO_END, STYLE_UNKNOWN, "nobody saw its end" },
	};
	const struct look look = { .ascii = help->ascii };

	for (size_t i = 0; i < COUNT_OF(glyphs); i++)
		add_wrapped(help, paint_cell_glyph(glyphs[i].cell, &look), glyphs[i].text)->left_style =
			glyphs[i].style;
}

static void add_meanings(struct help *help)
{
	static const struct {
		const char *word;
		enum style style;
		const char *text;
	} words[] = {
		{ " OK ", STYLE_ALARM_GOOD, "no rule fires for it, and all of them can be known" },
		{ " WARNING ", STYLE_ALARM_WARNING, "a rule of that tier fires: people feel it soon" },
		{ " CRITICAL ", STYLE_ALARM_CRITICAL, "people feel it now" },
		{ " EMERGENCY ", STYLE_ALARM_EMERGENCY, "nothing works: drop everything else" },
		{ " UNKNOWN ", STYLE_ALARM_UNKNOWN, "loss, or too little data: it may be well or not" },
		{ " LOST n ", STYLE_ALARM_CRITICAL, "events that we lost in the last minute: numbers of then are too small" },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		add_wrapped(help, words[i].word, words[i].text)->left_style = words[i].style;
	add_wrapped(help, help->ascii ? "-" : "–", "no value: too few for a percentile, or not measured; never 0");
	add_wrapped(help, "?", "touched by loss: the number is a lower bound, or incomplete");
}

/* --- the overlay --------------------------------------------------------------------------------------------- */

static void fill(struct help *help, const struct tui *tui)
{
	add_rows(help, tui, tui->tabs[tui->open]->ops->name, GROUP_THIS_TAB);
	add_rows(help, tui, "Everywhere", GROUP_EVERYWHERE);
	add_rows(help, tui, "Lists", GROUP_LISTS);
	add_rows(help, tui, "Recordings", GROUP_RECORDINGS);
	add_title(help, "While a line is typed");
	add_prompt_rows(help);
	add_rows(help, tui, "Other tabs", GROUP_OTHER_TABS);
	add_title(help, "What bars are made of");
	add_glyphs(help);
	add_title(help, "What is said by colour and word");
	add_meanings(help);
	add_rows(help, tui, "This help", GROUP_HELP);
}

static void draw_line(const struct help_line *line, struct area area, int row)
{
	if (line->is_title) {
		area_text(area, row, 0, line->left_style, line->left);
		return;
	}
	area_text(area_part(area, row, 1, 1, KEYS_COLUMNS - 2), 0, 0, line->left_style, line->left);
	area_text(area, row, KEYS_COLUMNS, line->right_style, line->right);
}

/* In one column, or in two when there is room: then the second goes on where the first ends. */
static void draw_lines(struct tui *tui, const struct help *help, struct area area, int sides)
{
	int side_columns = area.columns / sides, rows = area.rows;
	int capacity = rows * sides, top;

	tui->help_lines = (int)help->count;
	tui->help_page_rows = capacity;
	if (tui->help_top > tui->help_lines - capacity)
		tui->help_top = tui->help_lines - capacity;
	if (tui->help_top < 0)
		tui->help_top = 0;
	top = tui->help_top;
	for (int i = 0; i < capacity && top + i < tui->help_lines; i++)
		draw_line(&help->lines[top + i], area_part(area, 0, i / rows * side_columns, rows, side_columns - 1),
			  i % rows);
}

void frame_draw_help(struct tui *tui, struct area area)
{
	struct help help = { .ascii = tui->desk.ascii };
	int sides = area.columns >= TWO_SIDES_COLUMNS ? 2 : 1;
	char title[80];
	struct area inside;

	for (int row = 0; row < area.rows; row++)
		area_fill(area, row, 0, area.columns, STYLE_TEXT, ' ', ' ');
	help.columns = (area.columns - 2) / sides - 1 - KEYS_COLUMNS;
	if (help.columns < 8)
		help.columns = 8;
	fill(&help, tui);
	inside = area_part(area, 1, 1, area.rows - 2, area.columns - 2);
	draw_lines(tui, &help, inside, sides);
	snprintf(title, sizeof(title), " Help %d-%d of %d ", tui->help_top + 1,
		 tui->help_top + tui->help_page_rows < tui->help_lines ? tui->help_top + tui->help_page_rows :
									 tui->help_lines,
		 tui->help_lines);
	area_box(area, title);
	for (size_t i = 0; i < help.count; i++) {
		free(help.lines[i].left);
		free(help.lines[i].right);
	}
	free(help.lines);
}

bool frame_help_act(struct tui *tui, enum action action)
{
	int page = tui->help_page_rows > 2 ? tui->help_page_rows - 1 : 1;

	switch (action) {
	case ACTION_BACK:
	case ACTION_HELP:
		tui->is_help = false;
		return true;
	case ACTION_UP:
		tui->help_top--;
		break;
	case ACTION_DOWN:
		tui->help_top++;
		break;
	case ACTION_PAGE_UP:
		tui->help_top -= page;
		break;
	case ACTION_PAGE_DOWN:
		tui->help_top += page;
		break;
	case ACTION_FIRST:
		tui->help_top = 0;
		break;
	case ACTION_LAST:
		tui->help_top = tui->help_lines;
		break;
	default:
		return false;
	}
	/* the next frame knows how many lines there are in its window; until then those of the last one hold */
	if (tui->help_top > tui->help_lines)
		tui->help_top = tui->help_lines;
	if (tui->help_top < 0)
		tui->help_top = 0;
	return true;
}
