/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and files tell a running tracer: acknowledgements, silences, rule texts, alerts of a former run.
 * In: CONTROL, RULES and RESTORE, whose lengths decode has checked. Out: the judge does as they say, at once.
 * The rule that surprises: rule texts come in parts, and the old rules hold until the last part of a whole set
 * is there and compiles. Anything out of order drops what has come of the set, and is counted.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/judge.h"
#include "rules/labels.h"

/* A text behind a record: not terminated there; what follows a NUL is not for us. */
static char *tail_text(const void *at, size_t length)
{
	size_t used = strnlen(at, length);
	char *text = mem_new(used + 1);

	memcpy(text, at, used);
	return text;
}

static void count(struct flow *flow, bool is_done)
{
	if (is_done)
		flow->tallies.control_count++;
	else
		flow->tallies.control_refused_count++;
}

/* --- control ---------------------------------------------------------------------------------------------- */

/* Two rules of one name may give one label set, and then one id: both are meant. */
static bool acknowledge(struct judge *judge, uint64_t id, uint32_t uid, const char *comment)
{
	bool is_any = false;

	for (struct judge_alert *alert = judge->alerts.first; alert; alert = alert->next) {
		if (alert->alert.id != id)
			continue;
		judge_set_ack(alert, judge->now_real_ns, uid, comment);
		alert->is_ack_new = is_any = true;
	}
	return is_any;
}

static bool resolve(struct judge *judge, uint64_t id, const char *comment)
{
	bool is_any = false;

	for (struct judge_alert *alert = judge->alerts.first; alert; alert = alert->next) {
		char *reason;

		if (alert->alert.id != id)
			continue;
		reason = mem_format("resolved by hand%s%s", *comment ? ": " : "", comment);
		judge_resolve(judge, alert, reason);
		free(reason);
		is_any = true;
	}
	return is_any;
}

static bool obey(struct judge *judge, const struct tt_control *record, const char *text, const char *comment)
{
	switch (record->what) {
	case TT_CONTROL_ACK: return acknowledge(judge, record->id, record->uid, comment);
	case TT_CONTROL_RESOLVE: return resolve(judge, record->id, comment);
	case TT_CONTROL_SILENCE: return silences_add(judge, record, text, comment);
	case TT_CONTROL_UNSILENCE: return silences_remove(judge, record->id);
	case TT_CONTROL_RULES_REFUSED: /* for the log alone */
	case TT_CONTROL_STATE_DAMAGED: return true;
	default: return false;
	}
}

void control_feed(struct flow *flow, const struct tt_control *record)
{
	struct judge *judge = judge_get(flow);
	const char *tail = (const char *)(record + 1);
	char *text, *comment;

	if (!judge) {
		count(flow, false);
		return;
	}
	text = tail_text(tail, record->text_bytes);
	comment = tail_text(tail + record->text_bytes, record->comment_bytes);
	count(flow, obey(judge, record, text, comment));
	judge_say(judge);
	free(text);
	free(comment);
}

/* --- rules ------------------------------------------------------------------------------------------------ */

void control_forget_incoming(struct judge_incoming *incoming)
{
	for (size_t i = 0; i < incoming->texts_count; i++) {
		free(incoming->texts[i].file);
		free(incoming->texts[i].text);
	}
	incoming->texts_count = 0;
	incoming->held_bytes = 0;
	incoming->is_begun = false;
}

static struct rule_text *unfinished(const struct judge_incoming *incoming)
{
	struct rule_text *last = incoming->texts_count ? &incoming->texts[incoming->texts_count - 1] : NULL;

	return last && last->length < incoming->total_bytes ? last : NULL;
}

/* Is this the part that comes next? */
static bool is_next(const struct judge_incoming *incoming, const struct tt_rules *record, const char *file)
{
	const struct rule_text *open = unfinished(incoming);

	if (record->kind > RULE_TEXT_THRESHOLDS || record->files_count != incoming->files_count)
		return false;
	if (!open)
		return record->ordinal == incoming->texts_count && !record->offset &&
		       record->text_bytes <= record->total_bytes && (record->text_bytes || !record->total_bytes) &&
		       record->total_bytes <= LIMIT_RULES_BYTES &&
		       incoming->held_bytes + record->total_bytes + record->file_bytes + RULES_FILE_COST <=
			       LIMIT_RULES_BYTES;
	return record->ordinal == incoming->texts_count - 1 && record->kind == (uint32_t)open->kind &&
	       record->offset == open->length && record->total_bytes == incoming->total_bytes && record->text_bytes &&
	       record->text_bytes <= incoming->total_bytes - open->length && !strcmp(file, open->file);
}

static void take_part(struct judge_incoming *incoming, const struct tt_rules *record, char *file)
{
	const char *text = (const char *)(record + 1) + record->file_bytes;
	struct rule_text *open = unfinished(incoming);

	if (open) {
		free(file);
	} else {
		mem_grow(&incoming->texts, &incoming->texts_capacity, incoming->texts_count + 1,
			 sizeof(*incoming->texts));
		open = &incoming->texts[incoming->texts_count++];
		*open = (struct rule_text){
			.kind = record->kind,
			.file = file,
			.text = mem_new((size_t)record->total_bytes + 1),
		};
		incoming->total_bytes = record->total_bytes;
		incoming->held_bytes += record->total_bytes + record->file_bytes + RULES_FILE_COST;
	}
	memcpy(open->text + open->length, text, record->text_bytes);
	open->length += record->text_bytes;
}

static void put_in_force(struct judge *judge)
{
	struct judge_incoming *incoming = &judge->incoming;
	struct rule_set *set = judge->flow->options.compile_rules(incoming->texts, incoming->texts_count);

	if (set)
		judge_set_rules(judge, set);
	else
		judge->flow->tallies.rules_refused_count++;
	control_forget_incoming(incoming);
}

void control_feed_rules(struct flow *flow, const struct tt_rules *record)
{
	struct judge *judge = judge_get(flow);
	struct judge_incoming *incoming;
	char *file;

	if (!judge)
		return;
	incoming = &judge->incoming;
	if (!record->ordinal && !record->offset) { /* a set begins; what had not ended never will */
		if (incoming->is_begun)
			flow->tallies.rules_refused_count++;
		control_forget_incoming(incoming);
		if (!record->files_count) {
			judge_set_rules(judge, NULL);
			return;
		}
		incoming->is_begun = true;
		incoming->files_count = record->files_count;
	}
	file = tail_text(record + 1, record->file_bytes);
	if (!incoming->is_begun || !is_next(incoming, record, file)) {
		flow->tallies.rules_refused_count++;
		control_forget_incoming(incoming);
		free(file);
		return;
	}
	take_part(incoming, record, file);
	if (!unfinished(incoming) && incoming->texts_count == incoming->files_count)
		put_in_force(judge);
}

/* --- restored alerts -------------------------------------------------------------------------------------- */

static const struct labels *restored_labels(struct flow *flow, const struct tt_restore *record)
{
	struct labels_pool *pool = store_labels(flow->view.store);
	struct expr_mistakes mistakes = { 0 };
	const struct labels *labels;

	labels = expr_parse_labels(pool, (const char *)(record + 1), record->labels_bytes, &mistakes);
	expr_mistakes_fini(&mistakes);
	if (!labels || !labels_find(labels, "alertname") || labels_find(labels, "__name__"))
		return NULL;
	return labels;
}

static bool is_there(const struct judge *judge, const struct labels *labels)
{
	const struct judge_alert *alert;

	for (alert = judge->alerts.first; alert; alert = alert->next)
		if (alert->alert.labels == labels)
			return true;
	for (alert = judge->muted.first; alert; alert = alert->next)
		if (alert->alert.labels == labels)
			return true;
	return false;
}

static uint64_t not_after(uint64_t at_real_ns, uint64_t now_real_ns)
{
	return at_real_ns < now_real_ns ? at_real_ns : now_real_ns;
}

static void fill_restored(struct judge *judge, struct judge_alert *alert, const struct tt_restore *record)
{
	struct alert *shown = &alert->alert;
	char *comment = tail_text((const char *)(record + 1) + record->labels_bytes, record->comment_bytes);

	shown->active_at_real_ns = not_after(record->active_at_real_ns, judge->now_real_ns);
	shown->fired_at_real_ns = not_after(record->fired_at_real_ns, judge->now_real_ns);
	memcpy(&shown->value, &record->value, sizeof(shown->value));
	memcpy(&shown->threshold, &record->threshold, sizeof(shown->threshold));
	shown->has_threshold = record->flags & TT_RESTORE_THRESHOLD;
	memcpy(shown->trace_id, record->trace_id, sizeof(shown->trace_id));
	shown->is_unknown = alert->told_unknown = record->flags & TT_RESTORE_UNKNOWN;
	if (record->ack_at_real_ns)
		judge_set_ack(alert, record->ack_at_real_ns, record->ack_uid, comment);
	free(comment);
	alert->is_restored = true;
	alert->is_state_new = false; /* it was told before */
	alert->is_restored_new = true;
}

static bool restore(struct judge *judge, const struct tt_restore *record)
{
	const struct labels *labels = restored_labels(judge->flow, record);
	struct judge_alert *alert;

	if (!labels || is_there(judge, labels))
		return false;
	alert = judge_add(judge, labels, record->fired_at_real_ns ? ALERT_FIRING : ALERT_PENDING);
	if (!alert) {
		let_go(judge->flow, LET_GO_ALERTS);
		return false;
	}
	fill_restored(judge, alert, record);
	judge_carry(judge, alert);
	if (record->flags & TT_RESTORE_MUTED) {
		judge_resolve(judge, alert, "resolved by hand in a former run");
		judge_mute(judge, alert); /* that was told before */
		judge->flow->view.state_generation++;
	}
	judge_say(judge);
	return true;
}

void control_feed_restore(struct flow *flow, const struct tt_restore *record)
{
	struct judge *judge = judge_get(flow);

	if (judge)
		count(flow, restore(judge, record));
}
