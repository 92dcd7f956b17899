// SPDX-License-Identifier: Apache-2.0
/*
 * In: what flow knows. Out: one JSON object per record of the log (doc/ttsobs-log.5.scd says every key).
 * The rule that surprises: what is unknown is absent, never 0; so a key that is there can be believed.
 */
#include "sink/log_records.h"

#include <string.h>
#include <sys/wait.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/units.h"
#include "sink/member.h"
#include "sink/words.h"

#define LOG_VERSION 1
#define LOG_TOUCHED_TRACES 8 /* ids in the record of a loss */

const char *log_level_word(enum log_level level)
{
	static const char *const words[LOG_LEVELS] = { "debug", "info", "warning", "error", "critical" };

	return words[level < LOG_LEVELS ? level : LOG_LEVEL_INFO];
}

struct json_object *log_record_begin(uint64_t at_real_ns, enum log_level level, const char *event, const char *message)
{
	struct json_object *object = member_object();

	member_count(object, "v", LOG_VERSION);
	member_time(object, "ts", at_real_ns);
	member_word(object, "level", log_level_word(level));
	member_word(object, "event", event);
	member_string(object, "msg", message);
	return object;
}

static struct json_object *log_begin(const struct view *view, uint64_t at_ns, enum log_level level, const char *event,
				     const char *message)
{
	return log_record_begin(view_real_ns(view, at_ns), level, event, message);
}

static void log_where(struct json_object *object, const struct process *process, uint32_t tid,
		      const char *comm)
{
	if (process)
		member_count(object, "pid", process->pid);
	member_count(object, "tid", tid);
	member_string(object, "comm", comm);
}

static void log_what(struct json_object *object, const char *engine, const char *stage,
		     const char *name)
{
	member_string(object, "engine", engine);
	member_string(object, "stage", stage);
	member_string(object, "name", name);
}

static void log_split(struct json_object *object, const struct span *span)
{
	member_count(object, "oncpu_ns", span->oncpu_ns);
	member_count(object, "runq_ns", span->runq_ns);
	member_count(object, "blocked_ns", span->blocked_ns);
	member_count(object, "preempted_ns", span->preempted_ns);
}

static void log_text(struct json_object *object, bool known, bool cut, bool unreadable,
		     uint32_t text_bytes)
{
	if (unreadable) {
		member_flag(object, "text_unreadable", true);
	} else if (known) {
		member_count(object, "text_bytes", text_bytes);
		if (cut)
			member_flag(object, "text_truncated", true);
	}
}

static void log_attrs(struct json_object *object, const struct span *span)
{
	struct json_object *attrs = member_object();
	unsigned i;

	for (i = 0; i < span->attrs_count && i < SPAN_MAX_ATTRS; i++) {
		const struct span_attr *attr = &span->attrs[i];
		struct json_object *value;

		switch (attr->type) {
		case ARG_TEXT: /* what a text is worth is its length; an address says nothing */
		case ARG_NAME:
			continue;
		case ARG_POINTER: {
			auto_free char *hex =
				mem_format("0x%llx", (unsigned long long)attr->value);

			value = member_new_word(hex);
			break;
		}
		case ARG_S8:
		case ARG_S16:
		case ARG_S32:
		case ARG_S64:
			value = member_new_signed((int64_t)attr->value);
			break;
		default:
			value = member_new_count(attr->value);
		}
		member_foreign(attrs, attr->name ? attr->name : "", value);
	}
	member_add(object, "attrs", attrs);
}

/* --- spans and traces ------------------------------------------------------------------------------------- */

enum log_level log_span_level(const struct span *span)
{
	if (span->status == STATUS_OK)
		return LOG_LEVEL_INFO;
	return span->status == STATUS_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
}

struct json_object *log_span_record(const struct view *view, const struct span *span)
{
	uint64_t end_at_ns = span->start_at_ns + span->wall_ns;
	auto_free char *message =
		mem_format("%s: %s in %s", span->stage ? span->stage : "span",
			   words_status(span->status), units_ns(span->wall_ns).text);
	struct json_object *object =
		log_begin(view, end_at_ns, log_span_level(span), "span", message);

	if (words_is_orphan(span->trace_id))
		member_flag(object, "orphan", true);
	else
		member_word(object, "trace_id", words_trace_id(span->trace_id).text);
	member_word(object, "span_id", words_span_id(span->id).text);
	if (span->parent_id)
		member_word(object, "parent_span_id", words_span_id(span->parent_id).text);
	log_where(object, span->process, span->tid, span->comm);
	log_what(object, span->engine, span->stage, span->name);
	member_count(object, "wall_ns", span->wall_ns);
	if (span->has_split)
		log_split(object, span);
	member_word(object, "status", words_status(span->status));
	member_flag(object, "incomplete", span->incomplete);
	log_attrs(object, span);
	member_time(object, "start", view_real_ns(view, span->start_at_ns));
	member_word(object, "kind", words_kind(span->kind));
	member_word(object, "role", words_role(span->role));
	if (span->has_split) {
		member_count(object, "voluntary_count", span->voluntary_count);
		member_count(object, "involuntary_count", span->involuntary_count);
	}
	if (span->has_return)
		member_signed(object, "return_value", span->return_value);
	if (span->has_samples)
		member_count(object, "samples", span->samples_count);
	log_text(object, span->has_text, span->text_cut, span->text_unreadable, span->text_bytes);
	return object;
}

enum log_level log_trace_level(const struct trace *trace)
{
	switch (trace->status) {
	case STATUS_OK:
		return trace->incomplete ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
	case STATUS_CANCELLED:
		return LOG_LEVEL_WARNING;
	default:
		return LOG_LEVEL_ERROR;
	}
}

static void log_trace_numbers(struct json_object *object, const struct trace *trace)
{
	member_count(object, "duration_ns", trace->duration_ns);
	if (trace->has_first_audio)
		member_count(object, "first_audio_ns", trace->first_audio_ns);
	if (trace->has_first_audio && trace->has_queue_wait)
		member_count(object, "first_audio_from_dequeue_ns",
			     trace->first_audio_from_dequeue_ns);
	if (trace->has_audio)
		member_count(object, "audio_ns", trace->audio_ns);
	if (trace->has_audio || trace->audio_chunks_count)
		member_count(object, "audio_samples", trace->audio_samples_count);
	if (trace->has_audio && trace->audio_rate_hz)
		member_count(object, "audio_rate_hz", trace->audio_rate_hz);
	if (trace->has_audio || trace->audio_chunks_count)
		member_count(object, "audio_chunks", trace->audio_chunks_count);
	if (trace->has_rtf)
		member_ratio(object, "rtf", trace->rtf);
	log_text(object, trace->has_text, trace->text_cut, trace->text_unreadable,
		 trace->text_bytes);
	if (trace->has_queue_wait)
		member_count(object, "queue_wait_ns", trace->queue_wait_ns);
	if (trace->partial)
		member_flag(object, "partial", true);
	member_count(object, "spans", trace->spans_count + trace->spans_dropped_count);
	if (trace->spans_dropped_count)
		member_count(object, "spans_dropped", trace->spans_dropped_count);
}

struct json_object *log_trace_record(const struct view *view, const struct trace *trace)
{
	const struct span *root = trace->root;
	auto_free char *message = mem_format("utterance %s%s in %s", words_status(trace->status),
					     trace->empty ? " but empty" : "", units_ns(trace->duration_ns).text);
	struct json_object *object =
		log_begin(view, trace->end_at_ns, log_trace_level(trace), "trace", message);

	member_word(object, "trace_id", words_trace_id(trace->id).text);
	member_word(object, "span_id", words_span_id(root->id).text);
	log_where(object, trace->process, root->tid, root->comm);
	log_what(object, trace->engine, root->stage, root->name);
	member_count(object, "wall_ns", trace->duration_ns);
	/* the work may be another thread's: the four add up to wall_ns, or they are not there */
	if (root->has_split && root->wall_ns == trace->duration_ns)
		log_split(object, root);
	member_word(object, "status", words_status(trace->status));
	member_flag(object, "incomplete", trace->incomplete);
	log_attrs(object, root);
	if (trace->process)
		member_string(object, "service", trace->process->service);
	member_time(object, "start", view_real_ns(view, trace->start_at_ns));
	log_trace_numbers(object, trace);
	return object;
}

/* --- facts ------------------------------------------------------------------------------------------------ */

static void log_exit_status(struct json_object *object, int status)
{
	if (WIFSIGNALED(status))
		member_signed(object, "exit_signal", WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status)) /* 0 may mean unknown */
		member_signed(object, "exit_code", WEXITSTATUS(status));
}

enum log_level log_proc_level(const struct tt_proc *proc)
{
	return proc->state == TT_PROC_GONE && WIFSIGNALED((int)proc->exit_code) ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

struct json_object *log_proc_record(const struct view *view, const struct tt_proc *proc)
{
	static const char *const messages[] = { "seen", "attached", "gone", "exec" };
	const char *message = proc->state <= TT_PROC_EXEC ? messages[proc->state] : "seen";
	struct json_object *object = log_begin(view, proc->head.at_ns, log_proc_level(proc), "process", message);

	member_count(object, "pid", proc->head.pid);
	member_field(object, "comm", proc->comm, sizeof(proc->comm));
	member_field(object, "service", proc->service, sizeof(proc->service));
	member_field(object, "exe", proc->exe, sizeof(proc->exe));
	member_count(object, "uid", proc->uid);
	if (proc->start_at_ns && view->clock_boot_ns)
		member_time(object, "start_time",
			    view->clock_real_ns - (view->clock_boot_ns - proc->start_at_ns));
	if (proc->state == TT_PROC_GONE)
		log_exit_status(object, (int)proc->exit_code);
	return object;
}

struct json_object *log_probe_record(const struct view *view, const struct tt_probe *probe)
{
	auto_free char *message =
		mem_format("probe %.*s on %.*s, leave %s", (int)sizeof(probe->probe_name),
			   probe->probe_name, (int)sizeof(probe->symbol), probe->symbol,
			   words_leave_mode(probe->leave_mode));
	struct json_object *attrs = member_object();
	struct json_object *object =
		log_begin(view, probe->head.at_ns, LOG_LEVEL_DEBUG, "process", message);

	member_count(object, "pid", probe->head.pid);
	member_field(object, "engine", probe->label, sizeof(probe->label));
	member_field(object, "name", probe->symbol, sizeof(probe->symbol));
	member_count(attrs, "probe_id", probe->head.probe);
	member_field(attrs, "probe", probe->probe_name, sizeof(probe->probe_name));
	member_field(attrs, "engine_file", probe->engine, sizeof(probe->engine));
	member_field(attrs, "object", probe->object, sizeof(probe->object));
	member_count(attrs, "enter_offset_bytes", probe->enter_offset);
	member_word(attrs, "leave", words_leave_mode(probe->leave_mode));
	member_count(attrs, "enter_sites_count", probe->enter_sites_count);
	member_count(attrs, "leave_sites_count", probe->leave_sites_count);
	member_count(attrs, "cost_ns", probe->cost_ns);
	member_flag(attrs, "tail_exit", (probe->traits & TT_PROBE_TAIL_EXIT) != 0);
	member_flag(attrs, "fibers", (probe->traits & TT_PROBE_FIBERS) != 0);
	member_add(object, "attrs", attrs);
	return object;
}

static const struct probe *log_probe_find(const struct view *view, uint16_t id)
{
	size_t i;

	for (i = 0; id != TT_NO_PROBE && i < view->probes_count; i++)
		if (view->probes[i] && view->probes[i]->id == id)
			return view->probes[i];
	return NULL;
}

/* The requests that were open when records of their process were lost: each may have been touched. */
static void log_touched_traces(struct json_object *object, const struct view *view, uint32_t pid)
{
	const struct trace *trace, *touched[LOG_TOUCHED_TRACES];
	struct json_object *ids;
	size_t count = 0, i;

	for (trace = view->open_traces; trace && count < LOG_TOUCHED_TRACES; trace = trace->next_open)
		if (!pid || (trace->process && trace->process->pid == pid))
			touched[count++] = trace;
	if (count == 1)
		member_word(object, "trace_id", words_trace_id(touched[0]->id).text);
	if (count < 2)
		return;
	ids = member_array();
	for (i = 0; i < count; i++)
		member_append(ids, member_new_word(words_trace_id(touched[i]->id).text));
	member_add(object, "trace_ids", ids);
}

struct json_object *log_lost_record(const struct view *view, const struct tt_lost *lost)
{
	const struct words_cause *cause = words_cause(lost->cause);
	const struct probe *probe = log_probe_find(view, lost->head.probe);
	auto_free char *message = mem_format("%s%llu%s", cause->before,
					     (unsigned long long)lost->count, cause->after);
	struct json_object *object =
		log_begin(view, lost->head.at_ns, LOG_LEVEL_WARNING, "loss", message);

	if (cause->is_event_lost || lost->cause == TT_LOST_RECORDING)
		log_touched_traces(object, view, lost->head.pid);
	if (lost->head.pid)
		member_count(object, "pid", lost->head.pid);
	if (probe)
		log_what(object, probe->label, probe->spec ? probe->spec->stage : NULL,
			 probe->symbol);
	member_word(object, "cause", cause->key);
	if (probe && probe->spec)
		member_string(object, "probe", probe->spec->name);
	member_count(object, "count", lost->count);
	return object;
}

struct json_object *log_hole_record(const struct view *view, uint64_t at_ns, uint64_t count)
{
	auto_free char *message =
		mem_format("%llu log lines dropped here: a replay of this run prints them",
			   (unsigned long long)count);
	struct json_object *object = log_begin(view, at_ns, LOG_LEVEL_WARNING, "loss", message);

	member_word(object, "cause", "log");
	member_count(object, "count", count);
	return object;
}

/* --- status ----------------------------------------------------------------------------------------------- */

static uint64_t log_lost_events(const struct tallies *tallies)
{
	uint64_t count = 0;
	uint32_t cause;

	for (cause = 0; cause < WORDS_CAUSES; cause++)
		if (words_cause(cause)->is_event_lost)
			count += tallies->lost_count[cause];
	return count;
}

static void log_status_traces(struct json_object *object, const struct tallies *tallies)
{
	struct json_object *by_status = member_object();
	unsigned i;

	for (i = 0; i < 5; i++)
		member_count(by_status, words_status(i), tallies->traces_by_status[i]);
	member_count(object, "traces", tallies->traces_count);
	member_add(object, "traces_by_status", by_status);
	member_count(object, "incomplete_traces", tallies->incomplete_traces_count);
	member_count(object, "partial_traces", tallies->partial_traces_count);
	member_count(object, "open_traces", tallies->open_traces_count);
}

static void log_status_losses(struct json_object *object, const struct tallies *tallies)
{
	struct json_object *by_cause = member_object();
	uint32_t cause;

	member_count(object, "unmatched",
		     tallies->unmatched_before_attach_count + tallies->unmatched_shared_count +
			     tallies->unmatched_lost_count + tallies->unmatched_other_count);
	member_count(object, "unmatched_before_attach", tallies->unmatched_before_attach_count);
	member_count(object, "unmatched_shared", tallies->unmatched_shared_count);
	member_count(object, "unmatched_lost", tallies->unmatched_lost_count);
	member_count(object, "unmatched_other", tallies->unmatched_other_count);
	member_count(object, "sequence_gaps", tallies->sequence_gaps_count);
	member_count(object, "let_go", tallies->let_go_count);
	member_count(object, "lost", log_lost_events(tallies));
	for (cause = 0; cause < WORDS_CAUSES; cause++)
		if (tallies->lost_count[cause])
			member_foreign(by_cause, words_cause(cause)->key,
				       member_new_count(tallies->lost_count[cause]));
	member_add(object, "lost_by_cause", by_cause);
}

/* Rules are in force, or alerts of a former run are there. */
static bool log_status_has_alerts(const struct view *view)
{
	return view->rules || view->alerts;
}

static uint64_t log_status_firing(const struct view *view)
{
	uint64_t count = 0;
	const struct alert *alert;

	for (alert = view->alerts; alert; alert = alert->next)
		count += alert->state == ALERT_FIRING;
	return count;
}

static void log_status_alerts(struct json_object *object, const struct view *view)
{
	uint64_t pending = 0, unknown = 0;
	const struct alert *alert;

	for (alert = view->alerts; alert; alert = alert->next) {
		pending += alert->state == ALERT_PENDING;
		unknown += alert->is_unknown;
	}
	member_count(object, "alerts_pending", pending);
	member_count(object, "alerts_firing", log_status_firing(view));
	member_count(object, "alerts_unknown", unknown);
}

enum log_level log_status_level(const struct view *view)
{
	bool worry = log_lost_events(view->tallies) || view->tallies->let_go_count || view->end_reason == TT_END_ERROR ||
		     (view->end_reason && log_status_firing(view));

	return worry ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

static char *log_status_message(const struct view *view)
{
	uint64_t firing = log_status_firing(view);

	if (!view->end_reason)
		return mem_string("running");
	if (!firing)
		return mem_format("ended: %s", words_end_reason(view->end_reason));
	return mem_format("ended: %s; %llu alert%s left firing", words_end_reason(view->end_reason), (unsigned long long)firing,
			  firing == 1 ? "" : "s");
}

struct json_object *log_status_record(const struct view *view, uint64_t skipped_count)
{
	const struct tallies *tallies = view->tallies;
	auto_free char *message = log_status_message(view);
	struct json_object *object = log_begin(view, view->now_ns, log_status_level(view), "status", message);

	if (view->end_reason)
		member_word(object, "reason", words_end_reason(view->end_reason));
	member_count(object, "uptime_ns", view->now_ns - view->started_at_ns);
	member_count(object, "records", tallies->records_count);
	member_count(object, "malformed", tallies->malformed_count);
	member_count(object, "spans", tallies->spans_count);
	log_status_traces(object, tallies);
	member_count(object, "orphans", tallies->orphans_count);
	member_count(object, "late_spans", tallies->late_spans_count);
	member_count(object, "no_end", tallies->no_end_count);
	log_status_losses(object, tallies);
	if (log_status_has_alerts(view))
		log_status_alerts(object, view);
	if (skipped_count)
		member_count(object, "below_level", skipped_count);
	return object;
}
