/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log lines of one trace, copied. In: the held log records. Out: time, level, message; newest last.
 * Bounded: LINES_MAX lines, and LINES_LOOK records are looked at for them.
 */
#ifndef SINK_TUI_TRACE_LINES_H
#define SINK_TUI_TRACE_LINES_H

#include "model/trace.h"
#include "sink/tail.h"

#define LINES_MAX  64
#define LINES_LOOK 20000

struct trace_line {
	enum log_level level;
	char time[16]; /* 07:32:00.123 */
	char *text;    /* raw bytes */
};

struct trace_lines {
	struct trace_line items[LINES_MAX];
	size_t count;
	uint64_t more_count; /* over LINES_MAX */
	uint64_t seen;	     /* the ordinal up to which records were looked at */
	bool was_cut;	     /* the older ones were too many to look at */
};

void trace_lines_fini(struct trace_lines *lines); /* and empty again */
/* Adds the lines that came since the last call. tail NULL: none is held. */
void trace_lines_collect(struct trace_lines *lines, const struct tail *tail, const struct trace *trace);

#endif
