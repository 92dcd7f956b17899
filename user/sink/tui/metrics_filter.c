// SPDX-License-Identifier: Apache-2.0
/*
 * In: part of a name or of a label's value, {label="value"}, or name{label="value"}. Out: yes or no per series.
 * The rule that surprises: a name before braces may be a part of it too, so what `y` copied works as a filter,
 * and so does what somebody remembers of it.
 */
#include "sink/tui/metrics_filter.h"

#include <stdlib.h>
#include <string.h>

static void filter_clear(struct metrics_filter *filter)
{
	free(filter->text);
	free(filter->part);
	matchers_fini(filter->matchers, filter->matchers_count);
	arena_fini(&filter->arena);
	filter->text = filter->part = NULL;
	filter->matchers = NULL;
	filter->matchers_count = 0;
	filter->arena = (struct arena){0};
	filter->is_name = false;
}

void metrics_filter_fini(struct metrics_filter *filter)
{
	filter_clear(filter);
	free(filter->mistake);
	filter->mistake = NULL;
}

static char *trimmed(const char *text, size_t length)
{
	while (length && (*text == ' ' || *text == '\t')) {
		text++;
		length--;
	}
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	return mem_format("%.*s", (int)length, text);
}

/* Where the matchers begin; the end of the text: there are none. A colon or a word alone is part of a name. */
static size_t matchers_place(const char *text)
{
	size_t brace = strcspn(text, "{");

	if (text[brace])
		return brace;
	return text[strcspn(text, "=\"!~}")] ? 0 : brace;
}

static bool is_empty_braces(const char *text)
{
	text += strspn(text, " \t");
	if (*text != '{')
		return false;
	text++;
	text += strspn(text, " \t");
	return *text == '}' && !text[1 + strspn(text + 1, " \t")];
}

static bool read_matchers(struct metrics_filter *next, const char *text, size_t place)
{
	struct expr_mistakes mistakes = {0};

	if (!text[place] || is_empty_braces(text + place))
		return true;
	next->matchers = expr_parse_matchers(&next->arena, text + place, strlen(text + place),
					     &next->matchers_count, &mistakes);
	if (!next->matchers && mistakes.count)
		next->mistake = mem_format("at %zu: %s", place + mistakes.items[0].place + 1,
					   mistakes.items[0].message);
	expr_mistakes_fini(&mistakes);
	return next->matchers;
}

bool metrics_filter_set(struct metrics_filter *filter, const char *text)
{
	struct metrics_filter next = {.generation = filter->generation + 1};
	size_t place;

	next.text = trimmed(text, strlen(text));
	place = matchers_place(next.text);
	free(filter->mistake);
	filter->mistake = NULL;
	if (!read_matchers(&next, next.text, place)) {
		filter->mistake = next.mistake;
		next.mistake = NULL;
		filter_clear(&next);
		return false;
	}
	if (place) {
		next.part = trimmed(next.text, place);
		next.is_name = next.text[place];
	}
	if (next.part && !*next.part) {
		free(next.part);
		next.part = NULL;
	}
	if (!*next.text) {
		free(next.text);
		next.text = NULL;
	}
	filter_clear(filter);
	*filter = next;
	return true;
}

static bool has_part(const struct metrics_filter *filter, const struct labels *labels, const char *family)
{
	if (strcasestr(family, filter->part))
		return true;
	for (size_t i = 0; i < labels->count; i++)
		if ((!filter->is_name || !strcmp(labels->items[i].name, "__name__")) &&
		    strcmp(labels->items[i].name, "le") != 0 &&
		    strcasestr(labels->items[i].value, filter->part))
			return true;
	return false;
}

bool metrics_filter_takes(const struct metrics_filter *filter, const struct labels *labels, const char *family)
{
	if (filter->part && !has_part(filter, labels, family))
		return false;
	for (size_t i = 0; i < filter->matchers_count; i++) {
		const struct matcher *matcher = &filter->matchers[i];
		const char *value = labels_find(labels, matcher->name);

		if (!matcher_matches(matcher, value) &&
		    (strcmp(matcher->name, "__name__") != 0 || !matcher_matches(matcher, family)))
			return false;
	}
	return true;
}

static bool has_part_beside(const struct metrics_filter *filter, const struct labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		if (strcmp(labels->items[i].name, "__name__") != 0 &&
		    strcasestr(labels->items[i].value, filter->part))
			return true;
	return false;
}

bool metrics_filter_takes_beside(const struct metrics_filter *filter, const struct labels *labels,
				 const char *family)
{
	if (filter->part && !filter->is_name && !strcasestr(family, filter->part) &&
	    !has_part_beside(filter, labels))
		return false;
	for (size_t i = 0; i < filter->matchers_count; i++) {
		const struct matcher *matcher = &filter->matchers[i];
		const char *value = labels_find(labels, matcher->name);

		/* what it has no label for does not tell whether it belongs there */
		if (value && strcmp(matcher->name, "__name__") != 0 && !matcher_matches(matcher, value))
			return false;
	}
	return true;
}
