// SPDX-License-Identifier: Apache-2.0
/*
 * Health of each instance. In: the lists of alerts, the state of the rules, loss. Out: a badge and the reason beside
 * it. The rule that surprises: unknown ranks above a warning, because what was not seen may be anything; and a
 * critical alert stays critical when it is also unknown.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/overview.h"
#include "sink/words.h"

static const struct {
	const char *word;
	enum style badge, style;
} looks[HEALTHS] = {
	[HEALTH_OK] = {"OK", STYLE_ALARM_GOOD, STYLE_GOOD},
	[HEALTH_IDLE] = {"IDLE", STYLE_ALARM_GOOD, STYLE_GOOD},
	[HEALTH_GONE] = {"GONE", STYLE_ALARM_UNKNOWN, STYLE_UNKNOWN},
	[HEALTH_WARNING] = {"WARNING", STYLE_ALARM_WARNING, STYLE_WARNING},
	[HEALTH_UNKNOWN] = {"UNKNOWN", STYLE_ALARM_UNKNOWN, STYLE_UNKNOWN},
	[HEALTH_CRITICAL] = {"CRITICAL", STYLE_ALARM_CRITICAL, STYLE_CRITICAL},
	[HEALTH_EMERGENCY] = {"EMERGENCY", STYLE_ALARM_EMERGENCY, STYLE_EMERGENCY},
};

bool health_is_alarm(const struct overview_instance *instance)
{
	return instance->health >= HEALTH_WARNING || (instance->health == HEALTH_GONE && !instance->is_replaced);
}

const char *health_word(enum health health)
{
	return looks[health].word;
}

enum style health_badge(enum health health)
{
	return looks[health].badge;
}

enum style health_style(enum health health)
{
	return looks[health].style;
}

/* Whom an alert names, looked up once for all instances; NULL = anybody. */
struct named {
	const char *pid, *service, *engine;
};

static struct named named_by(const struct alert *alert)
{
	return (struct named){.pid = labels_find(alert->labels, "pid"),
			      .service = labels_find(alert->labels, "service"),
			      .engine = labels_find(alert->labels, "engine")};
}

/* An alert that names nobody is about all of us, and so about none of them: overview_draw_untold() has it. */
static bool is_about(const struct named *named, const struct overview_instance *instance)
{
	if (!named->pid && !named->service && !named->engine)
		return false;
	return (!named->pid || !strcmp(named->pid, instance->pid)) &&
	       (!named->service || !strcmp(named->service, instance->service)) &&
	       (!named->engine || !strcmp(named->engine, instance->engine));
}

bool overview_tells_of(const struct overview *overview, const struct alert *alert)
{
	struct named named = named_by(alert);

	for (size_t i = 0; i < overview->instances_count; i++)
		if (!overview->instances[i].is_gone && is_about(&named, &overview->instances[i]))
			return true;
	return false;
}

static bool is_worse(const struct alert *alert, const struct alert *than)
{
	if (!than || alert->tier != than->tier)
		return !than || alert->tier > than->tier;
	if (overview_is_handled(alert) != overview_is_handled(than))
		return !overview_is_handled(alert);
	return alert->fired_at_real_ns < than->fired_at_real_ns;
}

static void judge_one(struct overview_judged *judged, const struct alert *alert)
{
	if (alert->is_unknown && alert->state == ALERT_FIRING) {
		judged->is_unknown = true;
		if (!judged->unknown[0])
			snprintf(judged->unknown, sizeof(judged->unknown), "%s", alert->reason);
	}
	if (alert->state == ALERT_PENDING) {
		judged->pending_count++;
		judged->pending = judged->pending ? judged->pending : alert;
	} else if (alert->state == ALERT_FIRING && !alert->inhibited_by) {
		judged->firing_count++;
		judged->worst = is_worse(alert, judged->worst) ? alert : judged->worst;
	}
}

static void judge_all(struct overview *overview, const struct view *view)
{
	for (size_t i = 0; i < overview->instances_count; i++)
		overview->instances[i].judged = (struct overview_judged){0};
	for (const struct alert *alert = view->alerts; alert; alert = alert->next) {
		struct named named = named_by(alert);

		for (size_t i = 0; i < overview->instances_count; i++)
			if (is_about(&named, &overview->instances[i]))
				judge_one(&overview->instances[i].judged, alert);
	}
	for (const struct alert *alert = view->muted; alert; alert = alert->next) {
		struct named named = named_by(alert);

		for (size_t i = 0; i < overview->instances_count; i++)
			overview->instances[i].judged.muted_count += is_about(&named, &overview->instances[i]);
	}
}

static enum health health_of_tier(enum tier tier)
{
	if (tier == TIER_EMERGENCY)
		return HEALTH_EMERGENCY;
	return tier == TIER_CRITICAL ? HEALTH_CRITICAL : HEALTH_WARNING; /* without a tier it is wrong all the same */
}

static bool is_judged(const struct overview_self *self)
{
	return self->rules_count > self->rules_never_count + self->rules_failed_count;
}

static enum health health_of(const struct overview *overview, const struct overview_instance *instance)
{
	const struct overview_judged *judged = &instance->judged;
	enum health health = judged->worst ? health_of_tier(judged->worst->tier) : HEALTH_OK;

	if (instance->is_gone)
		return HEALTH_GONE;
	if (health >= HEALTH_CRITICAL)
		return health;
	if (judged->is_unknown || instance->loss.lately_count || !is_judged(&overview->self))
		return HEALTH_UNKNOWN;
	if (health == HEALTH_OK && !(instance->values[METRIC_REQUESTS] > 0) &&
	    !(instance->values[METRIC_IN_FLIGHT] > 0))
		return HEALTH_IDLE;
	return health;
}

static void add(struct overview_instance *instance, const char *text)
{
	size_t length = strlen(instance->reason);

	snprintf(instance->reason + length, sizeof(instance->reason) - length, "%s%s", length ? "; " : "", text);
}

static void add_alert(struct overview_instance *instance, const struct desk *desk, const struct alert *alert,
		      const char *before)
{
	char text[240], value[64];

	overview_alert_value(value, sizeof(value), alert, desk->ascii);
	snprintf(text, sizeof(text), "%s%s %s for %s%s%s", before, alert->name, value,
		 overview_age(desk, overview_since_ns(alert)).text,
		 alert->ack.at_real_ns ? ", acknowledged" : "", alert->silence_id ? ", silenced" : "");
	add(instance, text);
}

static void add_loss(struct overview_instance *instance)
{
	const char *after = words_cause(instance->loss.cause)->after, *how = strchr(after, '(');
	char text[120];

	snprintf(text, sizeof(text), "events lost %s%s%s", units_count(instance->loss.lately_count).text,
		 how ? " " : "", how ? how : "");
	add(instance, text);
}

static void add_firing(struct overview_instance *instance, const struct desk *desk)
{
	const struct overview_judged *judged = &instance->judged;
	char text[200];

	if (judged->worst)
		add_alert(instance, desk, judged->worst, "");
	if (judged->firing_count > 1) {
		snprintf(text, sizeof(text), "%zu more", judged->firing_count - 1);
		add(instance, text);
	}
	if (judged->is_unknown && !instance->loss.lately_count) {
		snprintf(text, sizeof(text), "unknown: %s", judged->unknown);
		add(instance, text);
	}
}

static void add_rules(const struct overview *overview, struct overview_instance *instance)
{
	const struct overview_self *self = &overview->self;
	char text[240];

	if (!self->rules_count)
		add(instance, "no rules: nothing is judged");
	else if (self->rules_never_count == self->rules_count)
		add(instance, "rules have not run yet");
	else if (!is_judged(self))
		add(instance, "no rule works");
	if (self->rules_unknown_count && !instance->loss.lately_count && instance->loss.total_count) {
		snprintf(text, sizeof(text), "%zu rule%s unknown: %s", self->rules_unknown_count,
			 self->rules_unknown_count == 1 ? "" : "s", self->rules_reason);
		add(instance, text);
	}
}

static void add_quiet(const struct overview *overview, struct overview_instance *instance)
{
	char text[160];

	if (instance->total > 0)
		snprintf(text, sizeof(text), "no request in the last %s",
			 overview->span_ns > 60 * NS_PER_S ? "5 m" : "1 m");
	else
		snprintf(text, sizeof(text), "no utterance yet: %zu probe%s attached, %s call%s",
			 instance->probes_count, instance->probes_count == 1 ? "" : "s",
			 units_count(instance->hits_count).text, instance->hits_count == 1 ? "" : "s");
	add(instance, text);
}

static void say(const struct overview *overview, struct overview_instance *instance, const struct desk *desk)
{
	const struct overview_judged *judged = &instance->judged;
	bool is_quiet = !(instance->values[METRIC_REQUESTS] > 0) && !(instance->values[METRIC_IN_FLIGHT] > 0);
	char text[160];

	instance->reason[0] = '\0';
	instance->is_plain = false;
	if (instance->is_gone) {
		snprintf(text, sizeof(text), "gone: %s, %s ago; these are its last numbers", instance->gone,
			 overview_age(desk, (uint64_t)instance->last_at_ms * NS_PER_MS).text);
		add(instance, text);
		return;
	}
	/* what made the badge comes first */
	if (instance->health == HEALTH_UNKNOWN && instance->loss.lately_count)
		add_loss(instance);
	add_firing(instance, desk);
	if (instance->health != HEALTH_UNKNOWN && instance->loss.lately_count)
		add_loss(instance);
	add_rules(overview, instance);
	if (judged->pending)
		add_alert(instance, desk, judged->pending, "pending: ");
	if (judged->muted_count) {
		snprintf(text, sizeof(text), "%zu resolved by hand", judged->muted_count);
		add(instance, text);
	}
	if (is_quiet && instance->health != HEALTH_CRITICAL && instance->health != HEALTH_EMERGENCY)
		add_quiet(overview, instance);
	if (!instance->reason[0]) {
		instance->is_plain = true;
		add(instance, overview->has_ended ? "no rule fired for it at the end" : "no rule fires for it");
	}
}

void overview_judge(struct overview *overview, const struct desk *desk)
{
	judge_all(overview, desk->view);
	for (size_t i = 0; i < overview->instances_count; i++) {
		struct overview_instance *instance = &overview->instances[i];

		instance->health = health_of(overview, instance);
		say(overview, instance, desk);
		instance->judged.worst = instance->judged.pending = NULL;
	}
}
