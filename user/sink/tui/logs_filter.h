/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter and the search of the Logs tab. In: what somebody typed, and lines of the log as they are held
 * (NDJSON). Out: whether a line is meant. The rule that surprises: lines are not parsed for it. A quote inside of a
 * JSON text is escaped, so "key": is found only where it is a key, and a hundred thousand lines are looked through
 * in a few frames.
 */
#ifndef SINK_TUI_LOGS_FILTER_H
#define SINK_TUI_LOGS_FILTER_H

#include "sink/tail.h"

#define LOGS_FILTER_HINT "word \"a text\" -not event=alert level>=warning trace=9f86 duration>2s name~voice"
#define LOGS_SEARCH_HINT "what stands in any value of a line; n below, N above"

/* A word as it stands in a value: escaped as JSON, small letters. */
struct logs_word {
	char *text; /* NULL = none */
	size_t length;
	bool is_of_time; /* has what only a time has: it is looked for in "ts" too */
};
void logs_word_init(struct logs_word *word, const char *text, size_t length);
void logs_word_fini(struct logs_word *word);
/* In any value of the line; letters of ASCII in either case. The names of keys do not count. */
bool logs_word_finds(const struct logs_word *word, const char *line, size_t length);

struct logs_filter {
	struct logs_term *terms;
	size_t terms_count;
	char *mistake; /* the first one, with its place: then there are no terms. NULL = none */
};

/* All terms must hold. "" or NULL takes everything. */
void logs_filter_init(struct logs_filter *filter, const char *text);
void logs_filter_fini(struct logs_filter *filter);
bool logs_filter_takes(const struct logs_filter *filter, const struct tail_record *record);

#endif
