// SPDX-License-Identifier: Apache-2.0
/* In: a filter as it was typed, and what is wrong with it. Out: words. The rule that surprises: the middle is cut. */
#include "sink/tui/filter_mistake.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TYPED_PART 4 /* of the row: more of what was typed is cut, for the sake of what is wrong with it */

char *filter_mistake_at(const char *text, const char *place, const char *format, ...)
{
	va_list arguments;
	char *sentence, *mistake;

	va_start(arguments, format);
	sentence = mem_vformat(format, arguments);
	va_end(arguments);
	mistake = mem_format("column %zu: %s", text_columns(text, (size_t)(place - text)) + 1, sentence);
	free(sentence);
	return mistake;
}

/* What fits, with a mark where it is cut. To be freed. */
static char *fitting(struct area area, const char *text, int columns)
{
	struct buf fitted = { 0 };

	buf_text(&fitted, "");
	text_fit(&fitted, text, strlen(text), columns > 0 ? (size_t)columns : 0, false, area.canvas->ascii);
	return fitted.bytes;
}

void filter_mistake_draw(struct area area, int row, int column, const char *text, const char *mistake)
{
	static const char end[] = "; not applied";
	char *typed = fitting(area, text, area.columns / TYPED_PART);
	char *whole = mem_format("filter \"%s\": %s", typed, mistake);
	char *sentence = fitting(area, whole, area.columns - column - (int)strlen(end));

	column += area_text(area, row, column, STYLE_WARNING, sentence);
	area_text(area, row, column, STYLE_WARNING, end);
	free(typed);
	free(whole);
	free(sentence);
}
