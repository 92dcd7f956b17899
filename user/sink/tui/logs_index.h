/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the held lines are shown. In: the tail, what is wanted. Out: the lines that are meant, from the oldest to
 * the newest, each by its place in constant time. The rules that surprise: the newest are looked through first, so a
 * screen is full at once, and the rest in small steps; nothing newer than the instant of the last advance is taken,
 * so a paused screen can still be filtered anew; and a line may have been let go meanwhile, so its record is asked
 * for, never kept.
 */
#ifndef SINK_TUI_LOGS_INDEX_H
#define SINK_TUI_LOGS_INDEX_H

#include "sink/tail.h"
#include "sink/tui/logs_filter.h"

#define LOGS_STEP_NS 1000000u /* that one step may take, by what lines cost; no clock is read */

struct logs_wanted {
	enum log_level level;	   /* and above */
	uint8_t trace_id[16];	   /* all zero: of every trace */
	struct logs_filter filter;
};

struct logs_cursor {
	uint64_t ordinal; /* 0 = none */
	const struct tail_record *record; /* there as long as the tail's oldest is not younger */
};

struct logs_line {
	uint64_t ordinal : 56;
	uint64_t level : 8;
	const struct tail_record *record; /* only for logs_index_record */
};

struct logs_index {
	const struct tail *tail;
	struct logs_line *lines; /* a ring; capacity is a power of two */
	size_t capacity, first, count;
	uint64_t levels_count[LOG_LEVELS]; /* of the lines */
	struct logs_cursor limit; /* the newest that may be taken */
	struct logs_cursor high;  /* the newest that was looked at */
	struct logs_cursor low;	  /* the next to be looked at, downwards; none = all were */
	uint64_t begun_ordinal;	  /* where the search downwards began */
};

void logs_index_fini(struct logs_index *index);
/* Another tail, or time travel: nothing of the old one may be touched. NULL is allowed. */
void logs_index_reset(struct logs_index *index, const struct tail *tail);
/* What is wanted has changed: all lines are looked through anew. */
void logs_index_restart(struct logs_index *index);
/* From now on the newest lines may be taken; those that were let go leave. */
void logs_index_advance(struct logs_index *index);
/* One step. */
void logs_index_work(struct logs_index *index, const struct logs_wanted *wanted);
/* Every line up to the limit was looked at. */
bool logs_index_is_done(const struct logs_index *index);
double logs_index_done_ratio(const struct logs_index *index);

const struct logs_line *logs_index_at(const struct logs_index *index, size_t at); /* at < count; 0 = the oldest */
/* The first that is not older; count = none. */
size_t logs_index_find(const struct logs_index *index, uint64_t ordinal);
/* NULL: let go. */
const struct tail_record *logs_index_record(const struct logs_index *index, const struct logs_line *line);
/* Lines that came after the limit: held back while paused. */
uint64_t logs_index_held_back(const struct logs_index *index);
uint64_t logs_index_tail_count(const struct logs_index *index); /* lines that the tail holds */
/* The record tells of that trace, alone or among others; `digits`: words_trace_id of it. */
bool logs_is_of_trace(const struct tail_record *record, const uint8_t trace_id[16], const char *digits);
/* What looking at a record costs. */
unsigned logs_cost_ns(const struct tail_record *record, size_t terms_count);

#endif
