// SPDX-License-Identifier: Apache-2.0
/* In: mistakes as they are met. Out: a list in order of place; text of the user's is made harmless
 * where it is put in. */
#include "rules/lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A file may be one mistake per byte; nobody reads more than these. */
#define MISTAKES_MAX 100

void mistakes_add(struct expr_mistakes *mistakes, size_t place, const char *format, ...)
{
	struct buf clean = {0};
	va_list args;
	char *raw;

	if (mistakes->count >= MISTAKES_MAX)
		return;
	va_start(args, format);
	if (vasprintf(&raw, format, args) < 0)
		abort();
	va_end(args);
	text_clean(&clean, raw, strlen(raw), false);
	free(raw);
	mem_grow(&mistakes->items, &mistakes->capacity, mistakes->count + 1,
		 sizeof(*mistakes->items));
	mistakes->items[mistakes->count].place = place;
	mistakes->items[mistakes->count].message = mem_string(clean.bytes ? clean.bytes : "");
	mistakes->count++;
	buf_fini(&clean);
}

/* Few items: insertion keeps those of one place in the order in which they were found. */
void mistakes_sort(struct expr_mistakes *mistakes)
{
	struct expr_mistake *items = mistakes->items;
	size_t kept = 0;

	for (size_t i = 1; i < mistakes->count; i++) {
		struct expr_mistake item = items[i];
		size_t at = i;

		for (; at > 0 && items[at - 1].place > item.place; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
	for (size_t i = 0; i < mistakes->count; i++) {
		if (kept && items[kept - 1].place == items[i].place &&
		    !strcmp(items[kept - 1].message, items[i].message))
			free(items[i].message);
		else
			items[kept++] = items[i];
	}
	mistakes->count = kept;
}

void expr_mistakes_fini(struct expr_mistakes *mistakes)
{
	for (size_t i = 0; i < mistakes->count; i++)
		free(mistakes->items[i].message);
	free(mistakes->items);
	*mistakes = (struct expr_mistakes){0};
}
