// SPDX-License-Identifier: Apache-2.0
/*
 * In: records, spans, traces, ticks. Out: one JSON object per line (doc/ttsobs-log.5.scd says every key).
 * The rule that surprises: lines that could not be written are a record too, so that a log with a hole says so where the
 * hole is. Nothing here waits for the file: log_queue has a thread for that. Which event makes which record is decided here
 * once, for the file and for the tail; the tail takes every level, and no spans.
 */
#include "sink/sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/log_queue.h"
#include "sink/log_records.h"
#include "sink/member.h"
#include "sink/tail.h"
#include "sink/words.h"

#define LOG_STATUS_EVERY_NS (60 * NS_PER_S)
#define LOG_WARN_EVERY_NS (10 * NS_PER_S)

/* What somebody asked for: told once flow has tried it, before what came of it. */
struct log_asked {
	struct buf record; /* struct tt_control with its tail; empty = none */
	uint64_t refused_count;
	uint64_t last_silence_id; /* of those before it */
	char *alert_name;
	char trace_id[33];
};

struct log {
	struct sink sink;
	struct log_queue *queue; /* NULL = no file */
	struct tail *tail;	 /* NULL = nothing is held */
	char *path;		 /* NULL = stdout */
	struct buf line;
	uint64_t marked_count; /* dropped lines that a record in the log tells of */
	uint64_t warned_count; /* and stderr */
	uint64_t warned_at_ns; /* CLOCK_MONOTONIC, 0 = never */
	uint64_t next_status_at_ns;
	uint64_t now_ns; /* of the last tick */
	uint32_t end_reason;
	bool is_patient;
	bool has_warned_rotation;
	enum log_level level;
	uint64_t skipped_count;	   /* records below the level */
	uint64_t rules_generation; /* as told */
	uint64_t rules_refused_count;
	struct log_asked asked;
};

static struct log *log_of(const struct sink *sink)
{
	return (struct log *)sink;
}

static struct log_queue_state log_state(const struct log *log)
{
	return log->queue ? log_queue_state(log->queue) : (struct log_queue_state){ 0 };
}

static void log_mark_hole(struct log *log, const struct view *view, uint64_t at_ns)
{
	uint64_t dropped_count = log_queue_state(log->queue).dropped_count;
	struct buf line = { 0 };

	if (dropped_count == log->marked_count)
		return;
	member_print(&line, log_hole_record(view, at_ns, dropped_count - log->marked_count));
	if (log_queue_mark(log->queue, line.bytes, line.length))
		log->marked_count = dropped_count;
	buf_fini(&line);
}

static bool log_writes(const struct log *log, enum log_level level)
{
	return log->queue && level >= log->level;
}

/* Takes the record. */
static void log_write(struct log *log, const struct view *view, enum log_level level, uint64_t at_ns, bool is_held,
		      struct json_object *record)
{
	struct json_object *trace_id = NULL;
	char digits[33];

	/* printing frees the record */
	if (is_held && json_object_object_get_ex(record, "trace_id", &trace_id))
		snprintf(digits, sizeof(digits), "%s", json_object_get_string(trace_id));
	buf_reset(&log->line);
	member_print(&log->line, record);
	if (log_writes(log, level)) {
		log_mark_hole(log, view, at_ns);
		log_queue_add(log->queue, log->line.bytes, log->line.length);
	}
	if (is_held)
		tail_add(log->tail, at_ns, level, trace_id ? digits : NULL, log->line.bytes, log->line.length);
}

/* Does the file want it? If not, the level is why, and that is counted. */
static bool log_admits(struct log *log, enum log_level level)
{
	if (log->queue && level < log->level)
		log->skipped_count++;
	return log_writes(log, level);
}

/* Is there anybody who wants it? */
static bool log_wants(struct log *log, enum log_level level)
{
	return log_admits(log, level) || log->tail;
}

static void log_tell(struct log *log, const struct view *view, enum log_level level, uint64_t at_ns,
		     struct json_object *record)
{
	log_write(log, view, level, at_ns, log->tail, record);
}

static void log_on_span(struct sink *sink, const struct view *view, const struct span *span)
{
	enum log_level level = log_span_level(span);

	if (log_admits(log_of(sink), level))
		log_write(log_of(sink), view, level, span->start_at_ns + span->wall_ns, false, log_span_record(view, span));
}

static void log_on_trace(struct sink *sink, const struct view *view, const struct trace *trace)
{
	enum log_level level = log_trace_level(trace);

	if (log_wants(log_of(sink), level))
		log_tell(log_of(sink), view, level, trace->end_at_ns, log_trace_record(view, trace));
}

/* --- what people ask for ---------------------------------------------------------------------------------- */

static uint64_t log_last_silence_id(const struct view *view)
{
	uint64_t id = 0;

	for (const struct silence *silence = view->silences; silence; silence = silence->next)
		id = silence->id > id ? silence->id : id;
	return id;
}

static void log_tell_asked(struct log *log, const struct view *view)
{
	struct log_asked *asked = &log->asked;
	struct tt_control *control = (struct tt_control *)asked->record.bytes;
	bool is_refused = view->tallies->control_refused_count != asked->refused_count;
	enum log_level level;

	if (!asked->record.length)
		return;
	/* numbers rise; the one that flow gave is not seen when the silence has ended by now */
	if (control->what == TT_CONTROL_SILENCE && !control->id && !is_refused &&
	    log_last_silence_id(view) > asked->last_silence_id)
		control->id = log_last_silence_id(view);
	level = log_control_level(control, is_refused);
	if (log_wants(log, level))
		log_tell(log, view, level, control->head.at_ns,
			 log_control_record(view, control, asked->alert_name, asked->trace_id, is_refused));
	buf_reset(&asked->record);
	free(asked->alert_name);
	asked->alert_name = NULL;
}

static void log_keep_asked(struct log *log, const struct view *view, const struct tt_control *control, uint32_t size_bytes)
{
	struct log_asked *asked = &log->asked;
	const struct alert *alert = view->alerts;

	if (control->text_bytes > TT_CONTROL_TEXT_MAX || control->comment_bytes > TT_CONTROL_TEXT_MAX ||
	    control->text_bytes + control->comment_bytes > size_bytes - sizeof(*control))
		return; /* counted as malformed */
	buf_add(&asked->record, control, size_bytes);
	asked->refused_count = view->tallies->control_refused_count;
	asked->last_silence_id = log_last_silence_id(view);
	asked->trace_id[0] = '\0';
	if (control->what != TT_CONTROL_ACK && control->what != TT_CONTROL_RESOLVE)
		return;
	while (alert && alert->id != control->id)
		alert = alert->next;
	if (!alert)
		return;
	asked->alert_name = mem_string(alert->name);
	if (!words_is_orphan(alert->trace_id))
		memcpy(asked->trace_id, words_trace_id(alert->trace_id).text, sizeof(asked->trace_id));
}

static void log_tell_rules(struct log *log, const struct view *view)
{
	uint64_t refused_count = view->tallies->rules_refused_count - log->rules_refused_count;

	if (refused_count && log_wants(log, log_rules_level(refused_count)))
		log_tell(log, view, log_rules_level(refused_count), view->now_ns, log_rules_record(view, refused_count));
	if (view->rules_generation != log->rules_generation && log_wants(log, log_rules_level(0)))
		log_tell(log, view, log_rules_level(0), view->now_ns, log_rules_record(view, 0));
	log->rules_refused_count = view->tallies->rules_refused_count;
	log->rules_generation = view->rules_generation;
}

static void log_on_alert(struct sink *sink, const struct view *view, const struct alert *alert)
{
	struct log *log = log_of(sink);

	log_tell_asked(log, view);
	log_tell_rules(log, view);
	if (log_wants(log, log_alert_level(alert)))
		log_tell(log, view, log_alert_level(alert), view->now_ns, log_alert_record(alert));
}

void log_add_line(struct sink *sink, const char *level, const char *line, size_t length)
{
	struct log *log = log_of(sink);
	enum log_level rank = LOG_LEVEL_DEBUG;

	while (rank + 1 < LOG_LEVELS && strcmp(log_level_word(rank), level))
		rank++;
	if (log_admits(log, rank))
		log_queue_add(log->queue, line, length);
	if (log->tail)
		tail_add(log->tail, log->now_ns, rank, NULL, line, length);
}

/* --- facts ------------------------------------------------------------------------------------------------ */

static void log_on_event(struct sink *sink, const struct view *view, const struct tt_head *record,
			 uint32_t size_bytes)
{
	struct log *log = log_of(sink);
	const void *fact;

	log_tell_asked(log, view);
	fact = words_record(record, size_bytes, TT_PROC, sizeof(struct tt_proc));
	if (fact && log_wants(log, log_proc_level(fact)))
		log_tell(log, view, log_proc_level(fact), record->at_ns, log_proc_record(view, fact));
	fact = words_record(record, size_bytes, TT_PROBE, sizeof(struct tt_probe));
	if (fact && log_wants(log, LOG_LEVEL_DEBUG))
		log_tell(log, view, LOG_LEVEL_DEBUG, record->at_ns, log_probe_record(view, fact));
	fact = words_record(record, size_bytes, TT_LOST, sizeof(struct tt_lost));
	if (fact && log_wants(log, LOG_LEVEL_WARNING))
		log_tell(log, view, LOG_LEVEL_WARNING, record->at_ns, log_lost_record(view, fact));
	fact = words_record(record, size_bytes, TT_CONTROL, sizeof(struct tt_control));
	if (fact)
		log_keep_asked(log, view, fact, record->size);
}

/* Chatter about our own output: stderr only, and the host's clock, because none of it is part of the log. */
static void log_say_trouble(struct log *log, struct log_queue_state state, bool at_end)
{
	uint64_t now_ns;

	if (state.rotate_trouble && !log->has_warned_rotation)
		warn("log: cannot rotate %s: %s; it grows on", log->path, strerror(-state.rotate_trouble));
	log->has_warned_rotation = state.rotate_trouble;
	if (state.dropped_count == log->warned_count && !state.trouble)
		return;
	now_ns = io_now_ns();
	if (!at_end && log->warned_at_ns && now_ns - log->warned_at_ns < LOG_WARN_EVERY_NS)
		return;
	log->warned_at_ns = now_ns;
	if (state.trouble && !at_end)
		warn("log: cannot write %s: %s; %llu bytes wait", log->path ? log->path : "stdout",
		     strerror(-state.trouble), (unsigned long long)state.queued_bytes);
	if (state.dropped_count != log->warned_count)
		warn("log: %llu lines dropped: the promise that replay prints the same is void",
		     (unsigned long long)state.dropped_count);
	log->warned_count = state.dropped_count;
}

static void log_tell_status(struct log *log, const struct view *view)
{
	enum log_level level = log_status_level(view);

	if (log_wants(log, level))
		log_tell(log, view, level, view->now_ns, log_status_record(view, log->skipped_count));
}

static void log_on_tick(struct sink *sink, const struct view *view)
{
	struct log *log = log_of(sink);

	log->now_ns = view->now_ns;
	log_tell_asked(log, view);
	log_tell_rules(log, view);
	if (!log->next_status_at_ns)
		log->next_status_at_ns = view->now_ns + LOG_STATUS_EVERY_NS;
	if (view->end_reason && !log->end_reason) {
		log->end_reason = view->end_reason;
		log_tell_status(log, view);
	} else if (!view->end_reason && view->now_ns >= log->next_status_at_ns) {
		log_tell_status(log, view);
		log->next_status_at_ns = view->now_ns + LOG_STATUS_EVERY_NS;
	}
	if (log->tail)
		tail_tick(log->tail, view->now_ns);
	log_say_trouble(log, log_state(log), false);
}

/* --- the sink --------------------------------------------------------------------------------------------- */

static const struct sink_ops log_ops = {
	.name = "log",
	.on_event = log_on_event,
	.on_span = log_on_span,
	.on_trace = log_on_trace,
	.on_alert = log_on_alert,
	.on_tick = log_on_tick,
};

static int log_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);

	if (fd < 0)
		return refuse(-errno, "log: cannot open %s: %s", path,
			      errno == ENXIO ? "nobody reads this pipe" : strerror(errno));
	return fd;
}

static int log_open_queue(struct log *log, const struct log_options *options)
{
	const char *path = options->path;
	bool to_stdout = strcmp(path, "-") == 0;
	int fd = to_stdout ? STDOUT_FILENO : log_open(path);
	struct log_rotation rotation = {
		.path = path,
		.max_bytes = options->max_bytes,
		.keep_count = options->keep_count,
		.max_age_ns = options->max_age_ns,
	};

	if (fd < 0)
		return fd;
	log->path = to_stdout ? NULL : mem_string(path);
	log->queue = log_queue_new(fd, !to_stdout, to_stdout ? NULL : &rotation);
	return 0;
}

int log_new(struct sink **sink, const struct log_options *options)
{
	struct log *log = mem_new(sizeof(*log));
	int error;

	log->sink.ops = &log_ops;
	log->level = options->level;
	log->tail = options->tail;
	error = options->path ? log_open_queue(log, options) : 0;
	if (error) {
		free(log);
		return error;
	}
	*sink = &log->sink;
	return 0;
}

void log_set_patient(struct sink *sink, bool patient)
{
	log_of(sink)->is_patient = patient;
	if (log_of(sink)->queue)
		log_queue_set_patient(log_of(sink)->queue, patient);
}

void log_reopen(struct sink *sink)
{
	struct log *log = log_of(sink);
	int fd = log->path ? log_open(log->path) : -1;

	if (fd >= 0) /* else it goes on in the old one */
		log_queue_reopen(log->queue, fd);
}

uint64_t log_dropped_count(const struct sink *sink)
{
	return log_state(log_of(sink)).dropped_count;
}

int log_error(const struct sink *sink)
{
	return log_state(log_of(sink)).error;
}

int log_free(struct sink *sink)
{
	struct log *log = log_of(sink);
	struct log_queue_state state = { 0 };
	int error;

	if (!sink)
		return 0;
	/* a recording says "stopped" too; nobody waits for its end */
	if (log->queue)
		state = log_queue_free(log->queue, log->end_reason == TT_END_STOPPED && !log->is_patient);
	error = state.error ? state.error : state.trouble;
	if (error == -EPIPE)
		error = 0;
	if (error)
		warn("log: cannot write %s: %s", log->path ? log->path : "stdout",
		     strerror(-error));
	log_say_trouble(log, state, true);
	buf_fini(&log->line);
	buf_fini(&log->asked.record);
	free(log->asked.alert_name);
	free(log->path);
	free(log);
	return error;
}
