/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts and their life.
 * In: sampled seconds, losses, processes that leave, what people ask for. Out: on_alert, each change once.
 * The rule that surprises: unknown is not OK. While a hole lies in a rule's window, its alerts neither resolve
 * nor reset; and when what they speak of is gone, they end, which is not the same as resolved.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/judge.h"
#include "flow/metrics_table.h"
#include "rules/labels.h"

static uint64_t axis_now_ns(const struct flow *flow)
{
	return view_axis_ns(&flow->view, flow->view.now_ns);
}

struct judge *judge_get(struct flow *flow)
{
	if (!flow->judge && flow->options.compile_rules) {
		flow->judge = mem_new(sizeof(*flow->judge));
		flow->judge->flow = flow;
	}
	if (flow->judge)
		flow->judge->now_real_ns = axis_now_ns(flow);
	return flow->judge;
}

/* --- the list --------------------------------------------------------------------------------------------- */

static enum tier find_tier(const struct labels *labels)
{
	const char *severity = labels_find(labels, "severity");

	for (enum tier tier = TIER_WARNING; severity && tier < TIERS; tier++)
		if (!strcmp(severity, metrics_severity(tier)))
			return tier;
	return TIER_NONE;
}

static void join_family(struct judge *judge, struct judge_alert *alert)
{
	static const char *const severity[] = { "severity" };
	uint64_t key;

	alert->family_labels =
		labels_without(store_labels(judge->flow->view.store), alert->alert.labels, severity, 1, false);
	key = (uint64_t)(uintptr_t)alert->family_labels;
	alert->family = table_find(&judge->family_by_labels, key);
	if (!alert->family) {
		alert->family = mem_new(sizeof(*alert->family));
		table_put(&judge->family_by_labels, key, alert->family);
	}
	alert->family->members_count++;
}

static void leave_family(struct judge *judge, struct judge_alert *alert)
{
	if (--alert->family->members_count)
		return;
	table_remove(&judge->family_by_labels, (uint64_t)(uintptr_t)alert->family_labels);
	free(alert->family);
}

/* Of the label set, which holds the rule's name: the same in every run. */
static uint64_t make_id(const struct labels *labels)
{
	uint64_t id = table_mix(labels->hash);

	return id ? id : 1;
}

static void link_last(struct judge_alerts *list, struct judge_alert *alert)
{
	alert->prev = list->last;
	if (list->last) {
		list->last->next = alert;
		list->last->alert.next = &alert->alert;
	} else {
		list->first = alert;
	}
	list->last = alert;
}

static void unlink_from(struct judge_alerts *list, struct judge_alert *alert)
{
	if (alert->prev) {
		alert->prev->next = alert->next;
		alert->prev->alert.next = alert->alert.next;
	} else {
		list->first = alert->next;
	}
	if (alert->next)
		alert->next->prev = alert->prev;
	else
		list->last = alert->prev;
	alert->prev = alert->next = NULL;
	alert->alert.next = NULL;
}

static void show_lists(struct judge *judge)
{
	judge->flow->view.alerts = judge->alerts.first ? &judge->alerts.first->alert : NULL;
	judge->flow->view.muted = judge->muted.first ? &judge->muted.first->alert : NULL;
}

struct judge_alert *judge_add(struct judge *judge, const struct labels *labels, enum alert_state state)
{
	struct judge_alert *alert;

	if (judge->alerts_count >= LIMIT_ALERTS)
		return NULL;
	alert = mem_new(sizeof(*alert));
	alert->alert.id = make_id(labels);
	alert->alert.labels = labels;
	alert->alert.name = labels_find(labels, "alertname");
	alert->alert.tier = find_tier(labels);
	alert->alert.ack.comment = "";
	join_family(judge, alert);
	judge_become(judge, alert, state);
	link_last(&judge->alerts, alert);
	judge->alerts_count++;
	show_lists(judge);
	silences_apply(judge, alert);
	alert->told_silence_id = alert->alert.silence_id;
	return alert;
}

static void free_alert(struct judge *judge, struct judge_alert *alert)
{
	judge->alerts_count--;
	buf_fini(&alert->annotation_text);
	free(alert->annotations);
	free(alert->ack_comment);
	free(alert);
}

static void take_out(struct judge *judge, struct judge_alert *alert)
{
	unlink_from(&judge->alerts, alert);
	leave_family(judge, alert);
	show_lists(judge);
}

static void remove_alert(struct judge *judge, struct judge_alert *alert)
{
	take_out(judge, alert);
	free_alert(judge, alert);
}

void judge_mute(struct judge *judge, struct judge_alert *alert)
{
	take_out(judge, alert);
	link_last(&judge->muted, alert);
	show_lists(judge);
}

void judge_unmute(struct judge *judge, struct judge_alert *alert)
{
	if (alert->group_alert)
		alert->group_alert->owner = NULL;
	unlink_from(&judge->muted, alert);
	show_lists(judge);
	free_alert(judge, alert);
	judge->flow->view.state_generation++;
}

/* --- its life --------------------------------------------------------------------------------------------- */

static bool is_over(const struct judge_alert *alert)
{
	return !alert_is_live(&alert->alert);
}

void judge_become(struct judge *judge, struct judge_alert *alert, enum alert_state state)
{
	alert->alert.state = state;
	alert->is_state_new = true;
	if (state == ALERT_PENDING) {
		alert->alert.active_at_real_ns = judge->now_real_ns;
	} else if (state == ALERT_FIRING) {
		alert->alert.fired_at_real_ns = judge->now_real_ns;
	} else {
		alert->alert.ended_at_real_ns = judge->now_real_ns;
		alert->alert.is_unknown = false;
		alert->alert.reason[0] = '\0';
	}
}

static void end_alert(struct judge *judge, struct judge_alert *alert, const char *reason)
{
	judge_become(judge, alert, ALERT_ENDED);
	snprintf(alert->alert.reason, sizeof(alert->alert.reason), "%s", reason);
}

void judge_leave_group(struct judge *judge, struct judge_alert *alert, struct judge_alert *mark)
{
	if (alert->group_alert && mark)
		alert->group_alert->owner = mark;
	else if (alert->group_alert)
		groups_drop(judge->groups, alert->group_alert);
	alert->group_alert = NULL;
}

void judge_finish(struct judge *judge, struct judge_alert *alert, struct judge_alert *mark, const char *reason)
{
	end_alert(judge, alert, reason);
	judge_leave_group(judge, alert, mark);
}

void judge_resolve(struct judge *judge, struct judge_alert *alert, const char *reason)
{
	end_alert(judge, alert, reason);
	alert->alert.is_muted = true;
}

void judge_set_ack(struct judge_alert *alert, uint64_t at_real_ns, uint32_t uid, const char *comment)
{
	free(alert->ack_comment);
	alert->ack_comment = mem_string(comment);
	alert->alert.ack = (struct alert_ack){ at_real_ns, uid, alert->ack_comment };
}

static void unmute_orphans(struct judge *judge)
{
	struct judge_alert *next;

	for (struct judge_alert *alert = judge->muted.first; alert; alert = next) {
		next = alert->next;
		if (!alert->rule)
			judge_unmute(judge, alert);
	}
}

void judge_end_orphans(struct judge *judge)
{
	char reason[160];

	if (!judge->has_had_rules) /* those of a former run wait for the rules */
		return;
	unmute_orphans(judge);
	for (struct judge_alert *alert = judge->alerts.first; alert; alert = alert->next) {
		if (alert->rule || is_over(alert))
			continue;
		snprintf(reason, sizeof(reason), "the rule %s with these labels was removed", alert->alert.name);
		judge_finish(judge, alert, NULL, reason);
	}
}

/* --- telling ---------------------------------------------------------------------------------------------- */

/* The firing alert of the highest tier holds down those that differ in nothing but a lower tier. */
static void inhibit(struct judge *judge)
{
	struct judge_alert *alert;

	for (alert = judge->alerts.first; alert; alert = alert->next)
		alert->family->top = NULL;
	for (alert = judge->alerts.first; alert; alert = alert->next)
		if (alert->alert.state == ALERT_FIRING &&
		    (!alert->family->top || alert->alert.tier > alert->family->top->tier))
			alert->family->top = &alert->alert;
	for (alert = judge->alerts.first; alert; alert = alert->next) {
		const struct alert *top = alert->family->top;
		bool is_lower = top && alert->alert.tier != TIER_NONE && alert->alert.tier < top->tier;

		if (!is_over(alert)) /* what has ended says how it stood */
			alert->alert.inhibited_by = is_lower && alert->alert.state == ALERT_FIRING ? top->id : 0;
	}
}

static void say(struct judge *judge, struct judge_alert *alert, enum alert_change change)
{
	alert->alert.change = change;
	alert->alert.changed_at_real_ns = judge->now_real_ns;
	judge->flow->view.state_generation++;
	flow_say_alert(judge->flow, &alert->alert);
}

static void say_changes(struct judge *judge, struct judge_alert *alert)
{
	bool is_unknown = alert->told_unknown != alert->alert.is_unknown;
	bool is_silence = alert->told_silence_id != alert->alert.silence_id;
	bool is_inhibit = alert->told_inhibited_by != alert->alert.inhibited_by;

	alert->told_unknown = alert->alert.is_unknown;
	alert->told_silence_id = alert->alert.silence_id;
	alert->told_inhibited_by = alert->alert.inhibited_by;
	if (alert->is_state_new || alert->is_restored_new) { /* it tells the rest, too */
		say(judge, alert, alert->is_state_new ? ALERT_CHANGE_STATE : ALERT_CHANGE_RESTORED);
	} else {
		if (is_unknown)
			say(judge, alert, ALERT_CHANGE_UNKNOWN);
		if (is_silence)
			say(judge, alert, ALERT_CHANGE_SILENCE);
		if (is_inhibit)
			say(judge, alert, ALERT_CHANGE_INHIBIT);
	}
	if (alert->is_ack_new)
		say(judge, alert, ALERT_CHANGE_ACK);
	alert->is_state_new = alert->is_restored_new = alert->is_ack_new = false;
}

static void count_alerts(struct judge *judge)
{
	for (size_t i = 0; i < judge->rules_count; i++)
		judge->status[i].pending_count = judge->status[i].firing_count = 0;
	for (struct judge_alert *alert = judge->alerts.first; alert; alert = alert->next) {
		if (!alert->rule)
			continue;
		alert->rule->status->pending_count += alert->alert.state == ALERT_PENDING;
		alert->rule->status->firing_count += alert->alert.state == ALERT_FIRING;
	}
}

void judge_say(struct judge *judge)
{
	struct judge_alert *next;

	inhibit(judge);
	count_alerts(judge);
	for (struct judge_alert *alert = judge->alerts.first; alert; alert = next) {
		say_changes(judge, alert);
		next = alert->next;
		if (is_over(alert) && alert->alert.is_muted)
			judge_mute(judge, alert);
		else if (is_over(alert))
			remove_alert(judge, alert);
	}
}

/* --- its moments ------------------------------------------------------------------------------------------ */

static void find_unknown(struct judge *judge)
{
	for (struct judge_alert *alert = judge->alerts.first; alert; alert = alert->next) {
		if (is_over(alert))
			continue;
		alert->alert.is_unknown = judge_is_unknown(judge, alert, judge->at_ms, alert->alert.reason);
		if (!alert->alert.is_unknown)
			alert->alert.reason[0] = '\0';
		if (alert->is_restored && alert->rule && judge->at_ms - alert->rule->reach_ms >= judge->began_at_ms)
			alert->is_restored = false;
	}
}

void judge_tick(struct flow *flow, int64_t at_ms)
{
	struct judge *judge = judge_get(flow);

	if (!judge)
		return;
	judge->at_ms = at_ms;
	judge->now_real_ns = (uint64_t)at_ms * 1000000;
	if (!judge->began_at_ms)
		judge->began_at_ms = at_ms;
	silences_tick(judge);
	judge_date_holes(judge);
	judge_settle(judge);
	judge_end_orphans(judge);
	if (judge->groups)
		judge_run(judge, at_ms);
	find_unknown(judge);
	judge_say(judge);
}

void judge_end(struct flow *flow, uint32_t end_reason)
{
	struct judge *judge = flow->judge ? judge_get(flow) : NULL;

	if (!judge)
		return;
	judge_settle(judge);
	for (struct judge_alert *alert = judge->alerts.first; alert && end_reason == TT_END_TARGET; alert = alert->next)
		if (!is_over(alert))
			judge_finish(judge, alert, NULL, "every target has ended");
	while (judge->muted.first && end_reason == TT_END_TARGET) {
		judge_leave_group(judge, judge->muted.first, NULL);
		judge_unmute(judge, judge->muted.first);
	}
	judge_say(judge);
}

void judge_free(struct flow *flow)
{
	struct judge *judge = flow->judge;

	if (!judge)
		return;
	while (judge->alerts.first)
		remove_alert(judge, judge->alerts.first);
	while (judge->muted.first)
		judge_unmute(judge, judge->muted.first);
	silences_free(judge);
	judge_free_rules(judge);
	judge_free_holes(judge);
	table_fini(&judge->family_by_labels);
	control_forget_incoming(&judge->incoming);
	free(judge->incoming.texts);
	free(judge->left);
	free(judge->drops);
	buf_fini(&judge->scratch);
	free(judge);
	flow->judge = NULL;
}
