// SPDX-License-Identifier: Apache-2.0
/*
 * In: the view. Out: what status, alerts and silences answer.
 * The rule that surprises: instants are RFC 3339 on the axis of alerts, which is UTC but never
 * steps; each has an age beside it, by the same axis, so that a client needs no clock.
 *
 * alerts: {"now","rules_count","alerts":[{"id","name","group","tier","state","labels":{},
 *   "annotations":{},"value","comparison","threshold","unknown","reason","active_at","active_age_ns",
 *   "fired_at","fired_age_ns","ack":{"at","age_ns","uid","comment"},"silence":{"id","ends_in_ns"},
 *   "inhibited_by","trace_id"}],"muted":[the same, with "ended_age_ns"]}: what does not apply is left
 *   out; muted are those that were resolved by hand and whose condition was not gone since
 * silences: {"now","silences":[{"id","matchers","comment","uid","start_at","end_at","ends_in_ns",
 *   "alerts_count"}]}
 */
#include "app/control_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/control_record.h"
#include "base/units.h"
#include "flow/metrics_table.h"
#include "rules/store.h"
#include "sink/alert_words.h"
#include "sink/member.h"
#include "sink/words.h"
#include "source/host.h"

#ifndef TTSOBS_VERSION
#define TTSOBS_VERSION "unversioned"
#endif

#define TROUBLED_MAX 200 /* rules listed by name */

static const char *const health_words[] = {
	[RULE_NEVER] = "never",
	[RULE_OK] = "ok",
	[RULE_UNKNOWN] = "unknown",
	[RULE_FAILED] = "failed",
};

struct json_object *control_answer(const struct control_client *client)
{
	struct json_object *object = member_object();

	member_flag(object, "ok", true);
	member_word(object, "command", client->request.command->name);
	return object;
}

void control_hex(struct json_object *object, const char *key, uint64_t id)
{
	char digits[17];

	snprintf(digits, sizeof(digits), "%016" PRIx64, id);
	member_word(object, key, digits);
}

struct json_object *control_alert_brief(const struct alert *alert)
{
	struct json_object *object = member_object();

	control_hex(object, "id", alert->id);
	member_string(object, "alert", alert->name);
	return object;
}

static uint64_t now_of(const struct view *view)
{
	return view_axis_ns(view, control_record_at_ns(view));
}

static uint64_t before(uint64_t at_ns, uint64_t now_ns)
{
	return at_ns < now_ns ? now_ns - at_ns : 0;
}

/* --- alerts --- */

static struct json_object *pairs_of(const struct label *items, size_t count)
{
	struct json_object *object = member_object();

	for (size_t i = 0; i < count; i++)
		member_foreign_string(object, items[i].name, items[i].value);
	return object;
}

static void add_ack(struct json_object *object, const struct alert_ack *ack, uint64_t now_ns)
{
	struct json_object *said = member_object();

	member_time(said, "at", ack->at_real_ns);
	member_count(said, "age_ns", before(ack->at_real_ns, now_ns));
	member_count(said, "uid", ack->uid);
	member_string(said, "comment", ack->comment);
	member_add(object, "ack", said);
}

static void add_silenced(struct json_object *object, const struct view *view, uint64_t id,
			 uint64_t now_ns)
{
	struct json_object *silenced = member_object();

	member_count(silenced, "id", id);
	for (const struct silence *silence = view->silences; silence; silence = silence->next)
		if (silence->id == id)
			member_count(silenced, "ends_in_ns",
				     before(now_ns, silence->end_at_real_ns));
	member_add(object, "silence", silenced);
}

static void add_times(struct json_object *object, const struct alert *alert, uint64_t now_ns)
{
	member_time(object, "active_at", alert->active_at_real_ns);
	member_count(object, "active_age_ns", before(alert->active_at_real_ns, now_ns));
	if (alert->fired_at_real_ns) {
		member_time(object, "fired_at", alert->fired_at_real_ns);
		member_count(object, "fired_age_ns", before(alert->fired_at_real_ns, now_ns));
	}
	if (!alert_is_live(alert) && alert->ended_at_real_ns)
		member_count(object, "ended_age_ns", before(alert->ended_at_real_ns, now_ns));
}

static struct json_object *alert_object(const struct view *view, const struct alert *alert,
					uint64_t now_ns)
{
	struct json_object *object = member_object();

	control_hex(object, "id", alert->id);
	member_string(object, "name", alert->name);
	member_string(object, "group", alert->group);
	member_word(object, "tier", alert_words_tier(alert->tier));
	member_word(object, "state", alert_words_state(alert->state));
	member_add(object, "labels", pairs_of(alert->labels->items, alert->labels->count));
	member_add(object, "annotations", pairs_of(alert->annotations, alert->annotations_count));
	member_number(object, "value", alert->value);
	if (alert->has_threshold) {
		member_field(object, "comparison", alert->comparison, sizeof(alert->comparison));
		member_number(object, "threshold", alert->threshold);
	}
	member_flag(object, "unknown", alert->is_unknown);
	member_field(object, "reason", alert->reason, sizeof(alert->reason));
	add_times(object, alert, now_ns);
	if (alert->ack.at_real_ns)
		add_ack(object, &alert->ack, now_ns);
	if (alert->silence_id)
		add_silenced(object, view, alert->silence_id, now_ns);
	if (alert->inhibited_by)
		control_hex(object, "inhibited_by", alert->inhibited_by);
	if (!words_is_orphan(alert->trace_id))
		member_word(object, "trace_id", words_trace_id(alert->trace_id).text);
	return object;
}

static struct json_object *alerts_of(const struct view *view, const struct alert *list, uint64_t now_ns)
{
	struct json_object *alerts = member_array();

	for (const struct alert *alert = list; alert; alert = alert->next)
		member_append(alerts, alert_object(view, alert, now_ns));
	return alerts;
}

struct json_object *control_alerts(struct control *control, struct control_client *client,
				   const struct view *view)
{
	struct json_object *answer = control_answer(client);
	uint64_t now_ns = now_of(view);

	(void)control;
	member_time(answer, "now", now_ns);
	member_count(answer, "rules_count", view->rule_status_count);
	member_add(answer, "alerts", alerts_of(view, view->alerts, now_ns));
	member_add(answer, "muted", alerts_of(view, view->muted, now_ns));
	return answer;
}

/* --- silences --- */

struct json_object *control_silences(struct control *control, struct control_client *client,
				     const struct view *view)
{
	struct json_object *answer = control_answer(client), *silences = member_array();
	uint64_t now_ns = now_of(view);

	(void)control;
	member_time(answer, "now", now_ns);
	for (const struct silence *silence = view->silences; silence; silence = silence->next) {
		struct json_object *object = member_object();
		uint64_t alerts_count = 0;

		for (const struct alert *alert = view->alerts; alert; alert = alert->next)
			alerts_count += alert->silence_id == silence->id;
		member_count(object, "id", silence->id);
		member_string(object, "matchers", silence->text);
		member_string(object, "comment", silence->comment);
		member_count(object, "uid", silence->uid);
		member_time(object, "start_at", silence->start_at_real_ns);
		member_time(object, "end_at", silence->end_at_real_ns);
		member_count(object, "ends_in_ns", before(now_ns, silence->end_at_real_ns));
		member_count(object, "alerts_count", alerts_count);
		member_append(silences, object);
	}
	member_add(answer, "silences", silences);
	return answer;
}

/* --- status --- */

static struct json_object *targets_of(const struct view *view)
{
	struct json_object *targets = member_array();
	uint64_t boot_minus_mono_ns = view->clock_boot_ns - view->clock_mono_ns;

	for (const struct process *process = view->processes; process; process = process->next) {
		struct json_object *object = member_object();

		member_count(object, "pid", process->pid);
		member_field(object, "service", process->service, sizeof(process->service));
		member_field(object, "comm", process->comm, sizeof(process->comm));
		member_field(object, "exe", process->exe, sizeof(process->exe));
		member_flag(object, "gone", process->is_gone);
		member_count(object, "age_ns",
			     before(process->start_at_ns,
				    control_record_at_ns(view) + boot_minus_mono_ns));
		member_append(targets, object);
	}
	return targets;
}

static struct json_object *records_of(const struct control *control, const struct view *view)
{
	struct json_object *object = member_object();
	const struct tallies *tallies = view->tallies;
	uint64_t since_ns = before(control->older.at_ns, view->now_ns);

	member_count(object, "count", tallies->records_count);
	if (since_ns)
		member_ratio(object, "per_second",
			     (double)(tallies->records_count - control->older.records_count) * 1e9 /
				     (double)since_ns);
	member_count(object, "malformed_count", tallies->malformed_count);
	member_count(object, "spans_count", tallies->spans_count);
	member_count(object, "traces_count", tallies->traces_count);
	member_count(object, "open_traces_count", tallies->open_traces_count);
	member_count(object, "incomplete_traces_count", tallies->incomplete_traces_count);
	return object;
}

static struct json_object *losses_of(const struct view *view)
{
	struct json_object *object = member_object();

	for (uint32_t cause = 0; cause < WORDS_CAUSES; cause++)
		if (view->tallies->lost_count[cause])
			member_foreign(object, words_cause(cause)->key,
				       member_new_count(view->tallies->lost_count[cause]));
	return object;
}

static struct tail_counts tail_of(const struct control *control)
{
	return control->options.tail ? tail_counts(control->options.tail) : (struct tail_counts){0};
}

static struct json_object *let_go_of(const struct control *control, const struct view *view)
{
	struct json_object *object = member_object();

	for (unsigned kind = 0; kind < LET_GO_KINDS; kind++)
		member_count(object, metrics_let_go_kind(kind), view->tallies->let_go[kind]);
	member_count(object, "held_logs", tail_of(control).let_go_count); /* no sink tells the flow */
	return object;
}

static struct json_object *rule_object(const struct rule_status *status, uint64_t now_ns)
{
	struct json_object *object = member_object();

	member_string(object, "rule", status->rule ? status->rule->name : "");
	member_string(object, "group", status->group);
	member_word(object, "health", health_words[status->health]);
	member_field(object, "reason", status->reason, sizeof(status->reason));
	if (status->evaluated_at_real_ns)
		member_count(object, "evaluated_age_ns",
			     before(status->evaluated_at_real_ns, now_ns));
	return object;
}

static struct json_object *rules_of(const struct view *view)
{
	struct json_object *object = member_object(), *troubled = member_array();
	uint64_t by_health[RULE_FAILED + 1] = {0}, listed = 0, now_ns = now_of(view);

	for (size_t i = 0; i < view->rule_status_count; i++) {
		const struct rule_status *status = &view->rule_status[i];

		by_health[status->health]++;
		if ((status->health == RULE_UNKNOWN || status->health == RULE_FAILED) &&
		    listed++ < TROUBLED_MAX)
			member_append(troubled, rule_object(status, now_ns));
	}
	member_count(object, "count", view->rule_status_count);
	member_count(object, "groups_count", view->rules ? view->rules->groups_count : 0);
	for (unsigned health = 0; health <= RULE_FAILED; health++)
		member_count(object, health_words[health], by_health[health]);
	member_add(object, "troubled", troubled);
	return object;
}

static struct json_object *alert_counts_of(const struct view *view)
{
	struct json_object *object = member_object();
	uint64_t pending = 0, firing = 0, by_tier[TIERS] = {0}, unknown = 0, acknowledged = 0,
		 silenced = 0, inhibited = 0;

	for (const struct alert *alert = view->alerts; alert; alert = alert->next) {
		pending += alert->state == ALERT_PENDING;
		firing += alert->state == ALERT_FIRING;
		by_tier[alert->tier < TIERS ? alert->tier : TIER_NONE] +=
			alert->state == ALERT_FIRING;
		unknown += alert->is_unknown;
		acknowledged += alert->ack.at_real_ns != 0;
		silenced += alert->silence_id != 0;
		inhibited += alert->inhibited_by != 0;
	}
	member_count(object, "pending", pending);
	member_count(object, "firing", firing);
	for (unsigned tier = 0; tier < TIERS; tier++)
		member_count(object, alert_words_tier((enum tier)tier), by_tier[tier]);
	member_count(object, "unknown", unknown);
	member_count(object, "acknowledged", acknowledged);
	member_count(object, "silenced", silenced);
	member_count(object, "inhibited", inhibited);
	return object;
}

static void add_held(struct json_object *answer, const char *key, uint64_t count, uint64_t bytes)
{
	struct json_object *held = member_object();

	member_count(held, "count", count);
	member_count(held, "bytes", bytes);
	member_add(answer, key, held);
}

static void add_store(struct json_object *answer, const struct view *view)
{
	struct json_object *store = member_object();

	if (view->store) {
		struct store_counts counts = store_counts(view->store);

		member_count(store, "series_count", counts.series_count);
		member_count(store, "samples_count", counts.samples_count);
		member_count(store, "bytes", counts.bytes);
		member_count(store, "refused_series_count", counts.refused_series_count);
		member_count(store, "let_go_samples_count", counts.let_go_samples_count);
	}
	member_add(answer, "store", store);
	add_held(answer, "held_traces", view->held_traces_count, view->held_traces_bytes);
}

static struct json_object *self_of(const struct view *view)
{
	struct json_object *object = member_object();
	struct host_stat stat;
	struct rusage usage;
	uint64_t cpu_ns, run_ns = before(view->started_at_ns, view->now_ns);

	getrusage(RUSAGE_SELF, &usage);
	cpu_ns = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
		 (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * NS_PER_US;
	member_count(object, "cpu_ns", cpu_ns);
	if (run_ns)
		member_ratio(object, "cpu_ratio", (double)cpu_ns / (double)run_ns);
	if (!host_stat((uint32_t)getpid(), &stat))
		member_count(object, "resident_bytes",
			     stat.resident_pages * (uint64_t)sysconf(_SC_PAGESIZE));
	return object;
}

static struct json_object *state_of(const struct control *control)
{
	struct state_file_health health = {0};
	struct json_object *object = member_object();

	if (control->options.state)
		health = state_file_health(control->options.state);
	member_flag(object, "kept", health.path != NULL);
	member_string(object, "path", health.path);
	if (!health.path)
		return object;
	member_count(object, "bytes", health.bytes);
	member_count(object, "writes_count", health.writes_count);
	member_count(object, "failures_count", health.failures_count);
	if (health.error)
		member_string(object, "error", strerror(-health.error));
	member_count(object, "restored_alerts_count", health.restored_alerts_count);
	member_count(object, "restored_silences_count", health.restored_silences_count);
	return object;
}

static void add_receivers(struct json_object *answer, const struct control *control)
{
	struct buf text = {0};
	struct json_object *receivers = NULL;

	if (control->options.receivers) {
		control->options.receivers(control->options.arg, &text);
		receivers = text.length ? json_tokener_parse(text.bytes) : NULL;
	}
	member_add(answer, "receivers", receivers ? receivers : member_array());
	buf_fini(&text);
}

struct json_object *control_status(struct control *control, struct control_client *client,
				   const struct view *view)
{
	struct json_object *answer = control_answer(client);
	uint64_t silences_count = 0;

	for (const struct silence *silence = view->silences; silence; silence = silence->next)
		silences_count++;
	member_word(answer, "version", TTSOBS_VERSION);
	member_count(answer, "pid", (uint64_t)getpid());
	member_time(answer, "now", now_of(view));
	member_time(answer, "started_at", view_axis_ns(view, view->started_at_ns));
	member_count(answer, "age_ns", before(view->started_at_ns, view->now_ns));
	member_add(answer, "targets", targets_of(view));
	member_add(answer, "records", records_of(control, view));
	member_add(answer, "lost", losses_of(view));
	member_add(answer, "let_go", let_go_of(control, view));
	member_add(answer, "rules", rules_of(view));
	member_add(answer, "alerts", alert_counts_of(view));
	member_count(answer, "silences_count", silences_count);
	add_receivers(answer, control);
	add_store(answer, view);
	add_held(answer, "held_logs", tail_of(control).records_count, tail_of(control).bytes);
	member_add(answer, "state", state_of(control));
	member_add(answer, "self", self_of(view));
	return answer;
}
