/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter of the Traces tab. In: "espeak duration>2s -cancelled pid=4711". Out: whether a trace is meant.
 * Words look in the id (as its beginning), engine, service, comm, pid and status; all terms must hold; -term excludes.
 */
#ifndef SINK_TUI_TRACE_FILTER_H
#define SINK_TUI_TRACE_FILTER_H

#include "sink/tui/trace_facts.h"

#define TRACE_FILTER_HINT "words, engine=x service=x pid=4711 status=error id=9f86, duration>2s first_audio>500ms " \
			  "queue>1s rtf>1 text>1000 audio>10s; - before a term excludes"

struct trace_filter;

/* NULL: there is nothing to ask for, or a mistake; then *mistake is a sentence with its place, to be freed. */
struct trace_filter *trace_filter_new(const char *text, char **mistake);
void trace_filter_free(struct trace_filter *filter); /* NULL is allowed */
/* The view is another one: engines and processes are others at the same addresses. NULL is allowed. */
void trace_filter_forget(struct trace_filter *filter);
/* Not const: it remembers what it said of the last engine and process. */
bool trace_filter_matches(struct trace_filter *filter, const struct trace_facts *facts);
/* The words of a search: as one word of a filter. */
bool trace_filter_finds(const char *word, const struct trace_facts *facts);

#endif
