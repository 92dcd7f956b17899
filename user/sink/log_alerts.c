// SPDX-License-Identifier: Apache-2.0
/*
 * In: changes of alerts, rules that come into force, what people ask for. Out: records of the log.
 * The rule that surprises: times of alerts are on the axis of rules (UTC at the begin plus monotonic time), so
 * they never step; `ts` of these records is, too.
 */
#include "sink/log_records.h"

#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "sink/alert_words.h"
#include "sink/member.h"
#include "sink/words.h"

/* --- alerts ----------------------------------------------------------------------------------------------- */

static enum log_level log_tier_level(enum tier tier)
{
	return tier >= TIER_CRITICAL ? LOG_LEVEL_CRITICAL : LOG_LEVEL_WARNING;
}

enum log_level log_alert_level(const struct alert *alert)
{
	switch (alert->change) {
	case ALERT_CHANGE_STATE:
		if (alert->state == ALERT_FIRING)
			return log_tier_level(alert->tier);
		return alert->state == ALERT_ENDED && alert->fired_at_real_ns ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
	case ALERT_CHANGE_UNKNOWN: return alert->is_unknown ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
	default: return LOG_LEVEL_INFO;
	}
}

static void log_pairs(struct json_object *object, const char *key, const struct label *items, size_t count)
{
	struct json_object *pairs = member_object();
	size_t i;

	for (i = 0; i < count; i++)
		member_foreign_string(pairs, items[i].name, items[i].value);
	member_add(object, key, pairs);
}

static void log_ack(struct json_object *object, const struct alert_ack *ack)
{
	struct json_object *told;

	if (!ack->at_real_ns)
		return;
	told = member_object();
	member_time(told, "at", ack->at_real_ns);
	member_count(told, "uid", ack->uid);
	if (ack->comment && ack->comment[0])
		member_string(told, "comment", ack->comment);
	member_add(object, "acknowledged", told);
}

static void log_alert_times(struct json_object *object, const struct alert *alert)
{
	member_time(object, "active_since", alert->active_at_real_ns);
	if (alert->fired_at_real_ns)
		member_time(object, "fired_at", alert->fired_at_real_ns);
	if (alert->ended_at_real_ns)
		member_time(object, "ended_at", alert->ended_at_real_ns);
}

static void log_alert_numbers(struct json_object *object, const struct alert *alert)
{
	member_number(object, "value", alert->value);
	if (!alert->has_threshold)
		return;
	member_number(object, "threshold", alert->threshold);
	if (alert->comparison[0])
		member_word(object, "comparison", alert->comparison);
}

static const char *log_label(const struct labels *labels, const char *name)
{
	size_t i;

	for (i = 0; i < labels->count; i++)
		if (!strcmp(labels->items[i].name, name))
			return labels->items[i].value;
	return NULL;
}

struct json_object *log_alert_record(const struct alert *alert)
{
	struct buf message = { 0 };
	struct json_object *object;

	alert_words_sentence(&message, alert);
	object = log_record_begin(alert->changed_at_real_ns, log_alert_level(alert), "alert", message.bytes);
	buf_fini(&message);
	if (!words_is_orphan(alert->trace_id))
		member_word(object, "trace_id", words_trace_id(alert->trace_id).text);
	member_string(object, "rule", alert->name);
	member_string(object, "group", alert->group);
	member_word(object, "alert_id", words_span_id(alert->id).text);
	member_word(object, "state", alert_words_state(alert->state));
	member_word(object, "change", alert_words_change(alert->change));
	member_string(object, "severity", log_label(alert->labels, "severity"));
	log_pairs(object, "labels", alert->labels->items, alert->labels->count);
	log_pairs(object, "annotations", alert->annotations, alert->annotations_count);
	log_alert_numbers(object, alert);
	member_flag(object, "unknown", alert->is_unknown);
	if (alert->reason[0])
		member_string(object, "reason", alert->reason);
	log_alert_times(object, alert);
	log_ack(object, &alert->ack);
	if (alert->silence_id)
		member_count(object, "silenced", alert->silence_id);
	if (alert->inhibited_by)
		member_word(object, "inhibited_by", words_span_id(alert->inhibited_by).text);
	return object;
}

/* --- rules ------------------------------------------------------------------------------------------------ */

enum log_level log_rules_level(uint64_t refused_count)
{
	return refused_count ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO;
}

static void log_count_rules(const struct rule_set *rules, uint64_t *alerts, uint64_t *records)
{
	size_t i, j;

	*alerts = *records = 0;
	for (i = 0; rules && i < rules->groups_count; i++)
		for (j = 0; j < rules->groups[i].rules_count; j++) {
			*alerts += rules->groups[i].rules[j].is_alert;
			*records += !rules->groups[i].rules[j].is_alert;
		}
}

static void log_rule_files(struct json_object *object, const struct rule_set *rules)
{
	struct json_object *files = member_array();
	size_t i;

	for (i = 0; rules && i < rules->texts_count; i++)
		member_append(files, member_new_string(rules->texts[i].file));
	member_add(object, "files", files);
}

struct json_object *log_rules_record(const struct view *view, uint64_t refused_count)
{
	uint64_t alerts, records;
	auto_free char *message = NULL;
	struct json_object *object;

	log_count_rules(view->rules, &alerts, &records);
	message = refused_count ? mem_format("%llu rule texts dropped on their way: the old rules stay",
					     (unsigned long long)refused_count)
				: mem_format("rules in force: %llu alerts, %llu records, %zu thresholds",
					     (unsigned long long)alerts, (unsigned long long)records,
					     view->rules ? view->rules->thresholds_count : 0);
	object = log_record_begin(view_real_ns(view, view->now_ns), log_rules_level(refused_count), "rules", message);
	member_word(object, "result", refused_count ? "dropped" : "in_force");
	member_count(object, "groups", view->rules ? view->rules->groups_count : 0);
	member_count(object, "alerts", alerts);
	member_count(object, "records", records);
	member_count(object, "thresholds", view->rules ? view->rules->thresholds_count : 0);
	log_rule_files(object, view->rules);
	return object;
}

/* --- control ---------------------------------------------------------------------------------------------- */

static const char *log_control_word(uint32_t what)
{
	static const char *const words[] = { [TT_CONTROL_ACK] = "ack",
					     [TT_CONTROL_RESOLVE] = "resolve",
					     [TT_CONTROL_SILENCE] = "silence",
					     [TT_CONTROL_UNSILENCE] = "unsilence",
					     [TT_CONTROL_RULES_REFUSED] = "reload",
					     [TT_CONTROL_STATE_DAMAGED] = "state" };

	return what && what < sizeof(words) / sizeof(words[0]) ? words[what] : "unknown";
}

enum log_level log_control_level(const struct tt_control *control, bool is_refused)
{
	if (control->what == TT_CONTROL_RULES_REFUSED || control->what == TT_CONTROL_STATE_DAMAGED)
		return LOG_LEVEL_ERROR;
	return is_refused ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

static char *log_control_message(const struct tt_control *control, const char *alert_name, const char *text,
				 bool is_refused)
{
	switch (control->what) {
	case TT_CONTROL_ACK:
	case TT_CONTROL_RESOLVE:
		if (!alert_name)
			return mem_format("no alert has the id %s", words_span_id(control->id).text);
		return mem_format("%s was %s by uid %u", alert_name,
				  control->what == TT_CONTROL_ACK ? "acknowledged" : "resolved by hand",
				  control->uid);
	case TT_CONTROL_SILENCE:
		return mem_format("a silence %s by uid %u: %s", is_refused ? "was refused, asked for" : "was made",
				  control->uid, text);
	case TT_CONTROL_UNSILENCE:
		return is_refused ? mem_format("there is no silence %llu", (unsigned long long)control->id)
				  : mem_format("silence %llu was taken back by uid %u",
					       (unsigned long long)control->id, control->uid);
	case TT_CONTROL_RULES_REFUSED:
		return mem_format("new rules refused, %llu mistakes, the old ones stay: %s",
				  (unsigned long long)control->id, text);
	case TT_CONTROL_STATE_DAMAGED: return mem_format("the state file was damaged and is set aside: %s", text);
	default: return mem_format("unknown request %u", control->what);
	}
}

static void log_control_subject(struct json_object *object, const struct tt_control *control)
{
	switch (control->what) {
	case TT_CONTROL_ACK:
	case TT_CONTROL_RESOLVE: member_word(object, "alert_id", words_span_id(control->id).text); break;
	case TT_CONTROL_SILENCE:
		if (control->id) /* 0: it was refused, or had ended before it could be told */
			member_count(object, "silence_id", control->id);
		if (control->start_at_real_ns)
			member_time(object, "start", control->start_at_real_ns);
		member_time(object, "end", control->end_at_real_ns);
		break;
	case TT_CONTROL_UNSILENCE: member_count(object, "silence_id", control->id); break;
	case TT_CONTROL_RULES_REFUSED: member_count(object, "mistakes", control->id); break;
	default: break;
	}
}

struct json_object *log_control_record(const struct view *view, const struct tt_control *control,
				       const char *alert_name, const char *trace_id, bool is_refused)
{
	const char *tail = (const char *)(control + 1);
	auto_free char *text = mem_format("%.*s", (int)control->text_bytes, tail);
	auto_free char *message = log_control_message(control, alert_name, text, is_refused);
	bool is_rules = control->what == TT_CONTROL_RULES_REFUSED;
	struct json_object *object =
		log_record_begin(view_real_ns(view, control->head.at_ns), log_control_level(control, is_refused),
				 is_rules ? "rules" : "control", message);

	if (trace_id && *trace_id)
		member_word(object, "trace_id", trace_id);
	member_word(object, "what", log_control_word(control->what));
	member_word(object, "result", is_refused || is_rules ? "refused" : "done");
	member_count(object, "uid", control->uid);
	log_control_subject(object, control);
	if (control->text_bytes)
		member_string(object, "text", text);
	if (control->comment_bytes)
		member_field(object, "comment", tail + control->text_bytes, control->comment_bytes);
	return object;
}
