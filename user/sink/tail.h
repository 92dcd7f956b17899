/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last records of the log, held in memory for whoever looks back (ctl logs, the dashboard), whether or not there
 * is a log file. In: lines, from the log, which decides which event makes which record. Out: const records, newest
 * first, until --retention or --retention-bytes is reached; spans are not among them, held traces have those.
 */
#ifndef SINK_TAIL_H
#define SINK_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/sinks.h"

struct tail_record {
	const struct tail_record *older, *newer;
	uint64_t ordinal;     /* 1, 2, 3, ... in order of coming */
	uint64_t at_ns;	      /* by the view's clock */
	uint8_t trace_id[16]; /* all zero: none of its own */
	enum log_level level;
	uint32_t length;
	char line[]; /* one JSON object; NUL-terminated, no newline */
};

struct tail_counts {
	uint64_t records_count; /* held */
	uint64_t bytes;		/* that they take, the allocator's part included */
	uint64_t let_go_count;	/* by bytes; what was too old is no loss */
};

struct tail *tail_new(uint64_t age_ns, uint64_t max_bytes);
void tail_free(struct tail *tail); /* NULL is allowed */

/* trace_id: 32 hex digits, or NULL. The line is copied; its newline, if it has one, is not. */
void tail_add(struct tail *tail, uint64_t at_ns, enum log_level level, const char *trace_id, const char *line,
	      size_t length);
void tail_tick(struct tail *tail, uint64_t now_ns);

/*
 * Records are valid until the next tail_add or tail_tick. They leave in the order in which they came, so one whose ordinal
 * is not below the oldest's is still there.
 */
const struct tail_record *tail_newest(const struct tail *tail);
const struct tail_record *tail_oldest(const struct tail *tail);
struct tail_counts tail_counts(const struct tail *tail);
/* Its trace is one whose id begins so (lower-case hex digits), or it tells of several and one of them is. */
bool tail_record_names(const struct tail_record *record, const char *trace_prefix);

#endif
