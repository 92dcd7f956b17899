/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The held traces as a table that is sorted and filtered, kept true from frame to frame.
 * In: a view whose traces come at the newest end and go at the oldest. Out: the row at a place.
 * The rule that surprises: facts are copies, so they can be shown after their trace was let go; a trace itself may be
 * looked at only while trace_index_held says so.
 */
#ifndef SINK_TUI_TRACE_INDEX_H
#define SINK_TUI_TRACE_INDEX_H

#include "sink/tui/trace_facts.h"
#include "sink/tui/trace_filter.h"

#ifndef LIMIT_INDEX_STEP
#define LIMIT_INDEX_STEP 4096 /* traces that one trace_index_sync looks at, in each direction of time */
#endif

enum trace_key {
	KEY_ENDED, /* in the order in which they closed */
	KEY_START,
	KEY_STATUS,
	KEY_DURATION,
	KEY_FIRST_AUDIO,
	KEY_RTF,
	KEY_AUDIO,
	KEY_TEXT,
	KEY_QUEUED,
};

struct trace_index_order {
	enum trace_key key; /* the greatest first; what is not known is last, either way round */
	bool is_inverted;
	bool only_troubled; /* what failed is first, whatever the key; then what deserves a look */
	uint64_t since_ns; /* traces that closed before the first one that ended since then are left out; 0 = none is */
};

struct trace_index;

struct trace_index *trace_index_new(void);
void trace_index_free(struct trace_index *index);
void trace_index_reset(struct trace_index *index); /* the view is another one */
/* Takes what came and went since the last call. */
void trace_index_sync(struct trace_index *index, const struct view *view);
/* Cheap while nothing is new. The filter is the caller's, who counts its changes in `filters`. */
void trace_index_sort(struct trace_index *index, const struct trace_index_order *order, struct trace_filter *filter,
		      uint64_t filters);
/* It is about to be freed: trace_index_sort gives another one. */
void trace_index_forget_filter(struct trace_index *index);

size_t trace_index_count(const struct trace_index *index); /* of rows */
size_t trace_index_known(const struct trace_index *index); /* traces that were looked at ... */
uint64_t trace_index_all(const struct trace_index *index); /* ... of so many that are held */
/* Of those that are known. */
struct trace_troubles {
	size_t failed_count, others_count;
	const char *others; /* "empty"; "other" when they are of several kinds */
};
struct trace_troubles trace_index_troubles(const struct trace_index *index);
struct trace_facts *trace_index_row(struct trace_index *index, size_t row); /* row < count */
/* NULL: not known (any more). */
const struct trace_facts *trace_index_facts(const struct trace_index *index, uint64_t ordinal);
/* By the view as it is now, which may be later than the last sync. NULL: it was let go. */
const struct trace *trace_index_held(const struct trace_index *index, const struct view *view,
				     const struct trace_facts *facts);
/* Did one of the newest traces of its engine and process wait in a queue? */
bool trace_index_has_queue(const struct trace_index *index, const struct trace *trace);
/* How many traces of its engine and process were begun before it began, and had not ended. */
size_t trace_index_ahead(const struct trace_index *index, const struct trace *trace);

#endif
