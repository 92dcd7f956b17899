// SPDX-License-Identifier: Apache-2.0
/*
 * In: texts. Out: lines in an area, from a line on.
 * The rule that surprises: a text is cleaned before it is wrapped, so that the columns that are
 * counted are those that are drawn.
 */
#include "sink/tui/alerts_paper.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LABEL_COLUMNS	     11
#define LABEL_COLUMNS_NARROW 8
#define NARROW		     50
#define LEAST_TEXT_COLUMNS   8

struct paper paper_begin(struct area area, int top)
{
	return (struct paper){area, top, 0};
}

/* The row of the area on which the next line stands; false: it is not seen. */
static bool place_line(struct paper *paper, int *row)
{
	*row = paper->row++ - paper->top;
	return *row >= 0 && *row < paper->area.rows;
}

void paper_gap(struct paper *paper)
{
	paper->row++;
}

void paper_title(struct paper *paper, const char *title)
{
	int row;

	if (place_line(paper, &row))
		area_section(area_part(paper->area, row, 0, 1, paper->area.columns), title);
}

/*
 * How many bytes of clean text make a line of at most `columns`: up to a space (*skip: it is not
 * drawn), or up to behind a comma, for matchers have no spaces; else as many as there is room for.
 */
static size_t line_length(const char *text, size_t length, int columns, size_t *skip)
{
	size_t at = 0, end = 0, used;
	int column = 0;

	*skip = 0;
	while (at < length) {
		text_next(text + at, length - at, &used);
		column += (int)text_columns(text + at, used);
		if (text[at] == ' ' && at) {
			end = at;
			*skip = 1;
		}
		if (column > columns && at)
			break;
		at += used;
		if (text[at - used] == ',') {
			end = at;
			*skip = 0;
		}
	}
	if (at >= length || !end) {
		*skip = 0;
		return at;
	}
	return end;
}

static void put_paragraph(struct paper *paper, int indent, enum style style, const char *text,
			  size_t length)
{
	int columns = paper->area.columns - indent, row;
	struct buf clean = {0};
	size_t at = 0, skip;

	if (columns < LEAST_TEXT_COLUMNS)
		columns = LEAST_TEXT_COLUMNS;
	text_clean(&clean, text, length, paper->area.canvas->ascii);
	do {
		size_t part = line_length(clean.bytes + at, clean.length - at, columns, &skip);

		if (place_line(paper, &row))
			area_bytes(paper->area, row, indent, style, clean.bytes + at, part);
		at += part + skip;
	} while (at < clean.length);
	buf_fini(&clean);
}

void paper_text(struct paper *paper, int indent, enum style style, const char *text)
{
	const char *end;

	do {
		end = strchrnul(text, '\n');
		put_paragraph(paper, indent, style, text, (size_t)(end - text));
		text = end + 1;
	} while (*end && *text);
}

void paper_pair(struct paper *paper, const char *label, enum style style, const char *format, ...)
{
	int indent = paper->area.columns < NARROW ? LABEL_COLUMNS_NARROW : LABEL_COLUMNS;
	int row = paper->row - paper->top;
	va_list arguments;
	char *text;

	if (row >= 0 && row < paper->area.rows)
		area_fit(paper->area, row, 0, indent - 1, STYLE_DIM, label);
	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	paper_text(paper, indent, style, text);
	free(text);
}

struct area paper_place(struct paper *paper, int rows)
{
	int row = paper->row - paper->top;

	paper->row += rows;
	return area_part(paper->area, row, 0, rows, paper->area.columns);
}
