/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule groups over a store, as a Prometheus server runs them: recording rules append, alerting rules go
 * inactive -> pending -> firing -> (keep firing) -> inactive, ALERTS and ALERTS_FOR_STATE are appended.
 * Used by flow's judge (live and replay) and by `rules test`. What is ours alone (unknown, inhibition, acknowledgement) is the judge's:
 * it hooks in by `may_end` (what is unknown does not resolve) and hears of the rest by `seen`, `gone` and `evaluated`.
 */
#ifndef RULES_GROUPS_H
#define RULES_GROUPS_H

#include "model/rule.h"
#include "rules/eval.h"

struct group_alert {
	const struct rule *rule;
	const struct labels *labels;	 /* alertname and the rule's labels included */
	const struct labels *sample_labels; /* of the sample, __name__ included, for templates */
	bool is_firing;
	bool is_met;		/* the expression held at the last evaluation; false: kept firing */
	int64_t active_at_ms;
	int64_t fired_at_ms;	/* 0 = pending */
	int64_t keep_since_ms;	/* 0 = the condition holds */
	double value;		/* of the sample, as templates get it */
	bool has_sides;
	double left, right;
	const char *dropped;	/* in `gone`: why it leaves though nobody knows that the condition ended; else NULL */
	void *owner;		/* the judge's; NULL when new */
	struct group_alert *next;
};

/* What the owner wants to know. NULL members are allowed. */
struct groups_hooks {
	void *arg;
	/* The condition is gone: may the alert go (true), or must it stay as it is? Asked at each evaluation while it is gone. */
	bool (*may_end)(void *arg, const struct group_alert *alert);
	/* State or value may be new: after each evaluation for each alert that is there. */
	void (*seen)(void *arg, struct group_alert *alert);
	/* It leaves; the memory is gone afterwards. was_firing: resolved; else it was only pending. */
	void (*gone)(void *arg, struct group_alert *alert, bool was_firing);
	/* After each rule. error "" = it went well. */
	void (*evaluated)(void *arg, const struct rule_group *group, const struct rule *rule, const char *error);
	const char *(*trace_id)(void *arg, const struct rule *rule, const struct labels *sample_labels); /* for label templates; hex */
};

struct groups;
struct groups *groups_new(const struct rule_set *set, struct store *store, uint64_t default_interval_ns, const struct groups_hooks *hooks);
/* Runs every group whose turn has come: group instants are the multiples of its interval since the first call. */
void groups_run(struct groups *groups, int64_t at_ms);
/* All alerts of a rule, in order of becoming active. */
struct group_alert *groups_alerts(const struct groups *groups, const struct rule *rule);
/* An alert of a former run or of the former rule set, told again: NULL when no rule of that name and labels is there. */
struct group_alert *groups_restore(struct groups *groups, const struct labels *labels, int64_t active_at_ms, int64_t fired_at_ms, double value);
void groups_drop(struct groups *groups, struct group_alert *alert); /* `gone` is not called */
/* Before groups_free, when the store lives on (a reload): the series that its rules gave end here. */
void groups_end(struct groups *groups, int64_t at_ms);
void groups_free(struct groups *groups); /* `gone` is not called; the store is not touched */

#endif
