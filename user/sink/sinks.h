/* SPDX-License-Identifier: Apache-2.0 */
/* Every sink there is: how to make it. One file each. A sink is freed by its own _free. */
#ifndef SINK_SINKS_H
#define SINK_SINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/engine.h"
#include "model/sink.h"

/* Resolved once by app/: not a terminal = 100 columns, 40 rows, no colour. */
struct look {
	unsigned columns;
	unsigned rows; /* of what --once prints */
	bool colour;
	bool ascii;
	/* NULL or false: live. True: the source can wait (replay), a slow reader loses nothing, a stuck one stops us until SIGINT
	 * or SIGTERM is pending. app/ makes it false once it has taken such a signal. */
	const bool *patient;
};

struct tail; /* sink/tail.h */

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR, LOG_LEVEL_CRITICAL, LOG_LEVELS };
struct log_options {
	const char *path;     /* "-" = stdout, which is never rotated; NULL = no file: all of it is for the tail */
	enum log_level level; /* records below it are not written, but counted */
	uint64_t max_bytes;   /* a line that would cross it goes to a new file; 0 = no rotation by size */
	uint64_t keep_count;  /* old files: FILE.1 (the youngest) ... FILE.N */
	uint64_t max_age_ns;  /* 0 = no rotation by age. By the host's clock, so not while patient: a replay rotates by size only */
	struct tail *tail;    /* holds what is told, but for spans, at every level; the caller frees it after the log. NULL = none */
};

/* NDJSON log. Lines are whole or absent; what could not be written is counted. -errno, said. */
int log_new(struct sink **sink, const struct log_options *options);
void log_reopen(struct sink *sink); /* SIGHUP */
/* One whole NDJSON line with its '\n', made elsewhere; level: "debug" ... "critical". */
void log_add_line(struct sink *sink, const char *level, const char *line, size_t length);
uint64_t log_dropped_count(const struct sink *sink);
void log_set_patient(struct sink *sink, bool patient); /* as look.patient; a write that fails is final then */
int log_error(const struct sink *sink); /* 0; -EPIPE: closed; patient: -errno of the write that failed */
/* Writes what is queued, waiting at most 500 ms for a stuck reader. -errno when the file did not take all of it (said). */
int log_free(struct sink *sink);

/*
 * Of the three below, _error is -errno of the first write that failed (said), -EPIPE when the reader has left (not said),
 * or 0. app/ ignores SIGPIPE and SIGXFSZ. A stuck reader costs at most 500 ms, then whole lines, counted and said.
 */

/* One readable line per utterance on fd. */
struct sink *lines_new(int fd, const struct look *look);
int lines_error(const struct sink *sink);
void lines_free(struct sink *sink);

/* Per engine and stage statistics, each interval and at END, on fd. */
struct sink *report_new(int fd, const struct look *look, bool as_json);
int report_error(const struct sink *sink);
void report_free(struct sink *sink);
void report_print(struct buf *out, const struct view *view, const struct meter *meter, const struct look *look, bool as_json);

/* Waterfalls of the wanted traces, printed at END (trace_id: as soon as the trace closes). */
enum timeline_choice { TIMELINE_LAST, TIMELINE_SLOWEST, TIMELINE_ID };
struct sink *timeline_new(int fd, const struct look *look, enum timeline_choice choice, size_t count, const char *trace_id_prefix);
size_t timeline_printed_count(const struct sink *sink);
int timeline_error(const struct sink *sink);
void timeline_free(struct sink *sink);
void timeline_print(struct buf *out, const struct view *view, const struct trace *trace, const struct look *look);

/* The recorder. -errno, said. */
struct record_preamble {
	const char *tool_version;
	uint64_t run_id;
	uint64_t interval_ns;
	uint64_t metrics_age_ns, metrics_bytes; /* how long and in how much memory samples were held: rules saw no more */
	const struct engine_set *engines;
};
int record_new(struct sink **sink, const char *path, const struct record_preamble *preamble);
int record_free(struct sink *sink); /* flushes; -errno if the file is not whole */

#endif
