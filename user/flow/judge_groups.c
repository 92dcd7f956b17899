/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the rule groups, which know Prometheus' states, and our alerts, which know more.
 * In: the groups' moments. Out: alerts with value, threshold, exemplar and annotations.
 * The rule that surprises: nothing is told from here. An instant is judged whole first (states, holes, tiers,
 * silences), and judge_say tells what came of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/judge.h"
#include "rules/labels.h"
#include "rules/template.h"

/* --- what an alert shows ---------------------------------------------------------------------------------- */

static bool holds(enum binary_op op, double left, double right)
{
	switch (op) {
	case OP_EQ: return left == right;
	case OP_NE: return left != right;
	case OP_GT: return left > right;
	case OP_LT: return left < right;
	case OP_GE: return left >= right;
	case OP_LE: return left <= right;
	default: return false;
	}
}

static const char *op_text(enum binary_op op)
{
	static const char *const texts[] = {
		[OP_EQ] = "==", [OP_NE] = "!=", [OP_GT] = ">", [OP_LT] = "<", [OP_GE] = ">=", [OP_LE] = "<="
	};

	return texts[op];
}

/* The comparison that let the sample pass: the first on its way through the tree that is true of the numbers. */
static const char *find_comparison(const struct expr *expr, double left, double right)
{
	const char *found;

	while (expr->kind == EXPR_PAREN)
		expr = expr->args[0];
	if (expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_CALL)
		return expr->args_count ? find_comparison(expr->args[0], left, right) : NULL;
	if (expr->kind != EXPR_BINARY)
		return NULL;
	if (expr->op >= OP_EQ && expr->op <= OP_LE && !expr->is_bool)
		return holds(expr->op, left, right) ? op_text(expr->op) : NULL;
	found = find_comparison(expr->args[0], left, right);
	return found || expr->op != OP_OR ? found : find_comparison(expr->args[1], left, right);
}

static void show_value(struct alert *alert, const struct group_alert *group_alert)
{
	const char *comparison = NULL;

	if (group_alert->has_sides)
		comparison = find_comparison(group_alert->rule->expr, group_alert->left, group_alert->right);
	alert->value = group_alert->has_sides ? group_alert->left : group_alert->value;
	alert->has_threshold = comparison;
	alert->threshold = comparison ? group_alert->right : 0;
	alert->comparison[0] = '\0';
	if (comparison)
		memcpy(alert->comparison, comparison, strlen(comparison) + 1);
}

static const char *print_trace_id(struct judge *judge, const uint8_t id[16])
{
	static const uint8_t none[16];

	judge->trace_id[0] = '\0';
	if (!memcmp(id, none, sizeof(none)))
		return judge->trace_id;
	for (unsigned i = 0; i < 16; i++) {
		judge->trace_id[2 * i] = "0123456789abcdef"[id[i] >> 4];
		judge->trace_id[2 * i + 1] = "0123456789abcdef"[id[i] & 15];
	}
	judge->trace_id[32] = '\0';
	return judge->trace_id;
}

static void expand(struct judge *judge, struct judge_alert *alert, const struct group_alert *group_alert)
{
	const struct rule *rule = group_alert->rule;
	struct template_values values = {
		.labels = group_alert->sample_labels,
		.value = group_alert->value,
		.trace_id = print_trace_id(judge, alert->alert.trace_id),
	};
	struct buf *text = &alert->annotation_text;
	char *at;

	buf_reset(text);
	for (size_t i = 0; i < rule->annotations_count; i++) {
		buf_add(text, rule->annotations[i].name, strlen(rule->annotations[i].name) + 1);
		template_expand(text, rule->annotations[i].value, &values);
		buf_char(text, '\0');
	}
	mem_grow(&alert->annotations, &alert->annotations_capacity, rule->annotations_count,
		 sizeof(*alert->annotations));
	at = text->bytes;
	for (size_t i = 0; i < rule->annotations_count; i++) {
		alert->annotations[i].name = at;
		at += strlen(at) + 1;
		alert->annotations[i].value = at;
		at += strlen(at) + 1;
	}
	alert->alert.annotations = alert->annotations;
	alert->alert.annotations_count = rule->annotations_count;
}

static bool is_same_number(double a, double b)
{
	return !memcmp(&a, &b, sizeof(a));
}

static void show(struct judge *judge, struct judge_alert *alert, const struct group_alert *group_alert)
{
	struct alert *shown = &alert->alert;
	uint8_t trace_id[16];

	if (group_alert->is_met) {
		show_value(shown, group_alert);
		if (exemplar_find(judge->flow, group_alert->rule, group_alert->sample_labels, trace_id))
			memcpy(shown->trace_id, trace_id, sizeof(trace_id));
	}
	if (alert->is_expanded && is_same_number(alert->expanded_value, group_alert->value) &&
	    !memcmp(alert->expanded_trace_id, shown->trace_id, sizeof(shown->trace_id)))
		return;
	expand(judge, alert, group_alert);
	alert->is_expanded = true;
	alert->expanded_value = group_alert->value;
	memcpy(alert->expanded_trace_id, shown->trace_id, sizeof(shown->trace_id));
}

void judge_adopt(struct judge *judge, struct judge_alert *alert, struct group_alert *group_alert)
{
	group_alert->owner = alert;
	alert->group_alert = group_alert;
	alert->rule = judge_rule_of(judge, group_alert->rule);
	alert->alert.rule = group_alert->rule;
	alert->alert.group = alert->rule->group->name;
	alert->is_expanded = false; /* the texts may be new */
}

void judge_carry(struct judge *judge, struct judge_alert *alert)
{
	const struct alert *shown = &alert->alert;
	struct group_alert was = {
		.active_at_ms = (int64_t)(shown->active_at_real_ns / 1000000),
		.fired_at_ms = (int64_t)(shown->fired_at_real_ns / 1000000),
		.value = shown->value,
	};
	struct group_alert *carried = NULL;

	if (alert->group_alert)
		was = *alert->group_alert;
	if (judge->groups)
		carried = groups_restore(judge->groups, shown->labels, was.active_at_ms, was.fired_at_ms, was.value);
	alert->group_alert = NULL;
	alert->rule = NULL;
	alert->alert.rule = NULL;
	if (carried && !carried->owner)
		judge_adopt(judge, alert, carried);
}

/* --- the groups' moments ---------------------------------------------------------------------------------- */

static bool is_ours(const struct judge *judge, const void *owner)
{
	return owner && owner != &judge->over && owner != &judge->muted_gone;
}

static bool may_end(void *arg, const struct group_alert *group_alert)
{
	struct judge *judge = arg;
	char reason[160];

	if (is_ours(judge, group_alert->owner))
		return !judge_is_unknown(judge, group_alert->owner, judge->at_ms, reason);
	return !judge_is_touched(judge, judge_rule_of(judge, group_alert->rule), group_alert->labels, judge->at_ms,
				 reason);
}

static void drop_later(struct judge *judge, struct group_alert *group_alert)
{
	mem_grow(&judge->drops, &judge->drops_capacity, judge->drops_count + 1, sizeof(*judge->drops));
	judge->drops[judge->drops_count++] = group_alert;
}

/* The labels mean processes that were in view, and none of them lives. */
static bool is_about_the_gone(const struct flow *flow, const struct labels *labels)
{
	struct judge_meant meant;

	if (judge_is_live(flow, labels, INT64_MAX))
		return false;
	meant = judge_meant(flow, labels, NULL);
	return meant.is_some && meant.seen_count;
}

/* At the instant at which a new image begins, the last samples of the old one are there as well. */
static bool is_of_an_old_image(const struct judge *judge, const struct labels *labels)
{
	return labels_find(labels, "pid") && !judge_is_live(judge->flow, labels, judge->at_ms - 1) &&
	       judge_is_live(judge->flow, labels, INT64_MAX);
}

/* True: nobody is to see it. */
static bool is_muted(struct judge *judge, struct group_alert *group_alert)
{
	struct judge_alert *owner = group_alert->owner;
	int64_t from_ms;

	if (owner && owner->alert.is_muted) {
		/* kept firing, but its condition was false once */
		if (group_alert->is_met || !may_end(judge, group_alert))
			return true;
		judge_unmute(judge, owner);
		drop_later(judge, group_alert);
		return true;
	}
	if (owner && owner != &judge->muted_gone)
		return false;
	if (owner) {
		from_ms = judge_window_begin_ms(judge, judge_rule_of(judge, group_alert->rule));
		if (!group_alert->is_met || judge_is_live(judge->flow, group_alert->labels, from_ms))
			drop_later(judge, group_alert);
		return true;
	}
	if (is_about_the_gone(judge->flow, group_alert->labels))
		group_alert->owner = &judge->muted_gone;
	return group_alert->owner || is_of_an_old_image(judge, group_alert->labels);
}

static struct judge_alert *take_in(struct judge *judge, struct group_alert *group_alert)
{
	enum alert_state state = group_alert->is_firing ? ALERT_FIRING : ALERT_PENDING;
	struct judge_alert *alert = judge_add(judge, group_alert->labels, state);

	if (!alert) {
		if (group_alert->owner != &judge->over)
			let_go(judge->flow, LET_GO_ALERTS);
		group_alert->owner = &judge->over;
		return NULL;
	}
	judge_adopt(judge, alert, group_alert);
	alert->alert.active_at_real_ns = (uint64_t)group_alert->active_at_ms * 1000000;
	alert->alert.fired_at_real_ns = (uint64_t)group_alert->fired_at_ms * 1000000;
	return alert;
}

static void seen(void *arg, struct group_alert *group_alert)
{
	struct judge *judge = arg;
	struct judge_alert *alert;

	if (is_muted(judge, group_alert))
		return;
	alert = is_ours(judge, group_alert->owner) ? group_alert->owner : take_in(judge, group_alert);
	if (!alert)
		return;
	if (group_alert->is_firing && alert->alert.state == ALERT_PENDING) {
		judge_become(judge, alert, ALERT_FIRING);
		alert->alert.fired_at_real_ns = (uint64_t)group_alert->fired_at_ms * 1000000;
	}
	show(judge, alert, group_alert);
}

/* A restored alert's condition is false, but nobody of whom it could be true was ever in view: no recovery. */
static bool is_about_nobody(const struct judge *judge, const struct judge_alert *alert)
{
	struct judge_meant meant = { 0 };

	if (alert->is_restored)
		meant = judge_meant(judge->flow, alert->alert.labels, NULL);
	return meant.is_some && !meant.seen_count;
}

static void gone(void *arg, struct group_alert *group_alert, bool was_firing)
{
	struct judge *judge = arg;
	struct judge_alert *alert = group_alert->owner;

	for (size_t i = 0; i < judge->drops_count; i++)
		if (judge->drops[i] == group_alert)
			judge->drops[i] = NULL;
	if (!is_ours(judge, alert))
		return;
	if (alert->alert.is_muted) {
		judge_unmute(judge, alert);
		return;
	}
	alert->group_alert = NULL;
	if (group_alert->dropped)
		judge_finish(judge, alert, NULL, group_alert->dropped);
	else if (is_about_nobody(judge, alert))
		judge_finish(judge, alert, NULL, "what it was about is not in view since the restart");
	else
		judge_become(judge, alert, was_firing ? ALERT_RESOLVED : ALERT_INACTIVE);
}

static void evaluated(void *arg, const struct rule_group *group, const struct rule *of, const char *error)
{
	struct judge *judge = arg;
	struct judge_rule *rule = judge_rule_of(judge, of);
	struct rule_status *status = rule->status;

	(void)group;
	status->evaluated_at_real_ns = judge->now_real_ns;
	status->reason[0] = '\0';
	if (error && error[0]) {
		status->health = RULE_FAILED;
		snprintf(status->reason, sizeof(status->reason), "%s", error);
		return;
	}
	status->health = judge_is_touched(judge, rule, NULL, judge->at_ms, status->reason) ? RULE_UNKNOWN : RULE_OK;
}

static const char *trace_id(void *arg, const struct rule *rule, const struct labels *sample_labels)
{
	struct judge *judge = arg;
	uint8_t id[16] = { 0 };

	exemplar_find(judge->flow, rule, sample_labels, id);
	return print_trace_id(judge, id);
}

const struct groups_hooks judge_hooks = {
	.may_end = may_end,
	.seen = seen,
	.gone = gone,
	.evaluated = evaluated,
	.trace_id = trace_id,
};

void judge_run(struct judge *judge, int64_t at_ms)
{
	groups_run(judge->groups, at_ms);
	for (size_t i = 0; i < judge->drops_count; i++)
		if (judge->drops[i])
			groups_drop(judge->groups, judge->drops[i]);
	judge->drops_count = 0;
}
