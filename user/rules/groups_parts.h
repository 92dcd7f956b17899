/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of groups share. Nobody else includes this. */
#ifndef RULES_GROUPS_PARTS_H
#define RULES_GROUPS_PARTS_H

#include "base/table.h"
#include "rules/groups.h"

#define GROUPS_ERROR_BYTES 200
/* Label sets are never let go: a rule that makes new ones for ever ({{ $value }} in a label) fails here. */
#ifndef LIMIT_LABEL_SETS_BYTES
#define LIMIT_LABEL_SETS_BYTES (256u << 20)
#endif

/* A series that a rule gave at its last good evaluation. */
struct group_output {
	const struct labels *labels;
	uint64_t round; /* of the evaluation that gave it last */
};

struct group_alert_node {
	struct group_alert alert; /* first: what the owner sees */
	struct group_alert_node *previous;
	uint64_t round;			/* of the evaluation in which it was met last */
	const struct labels *series[2]; /* ALERTS{alertstate="pending"}, "firing"; NULL until needed */
	const struct labels *for_state;
};

struct group_rule {
	const struct rule *rule;
	const struct rule_group *group;
	struct group_rule *next_of_name;       /* the next alerting rule of the same name */
	struct group_alert_node *first, *last; /* in order of becoming active */
	size_t alerts_count;
	struct table by_labels; /* -> node, by the address of its label set */
	struct table
		by_sample; /* -> node, by the address of its sample's label set; only when no label is a template */
	struct group_output *outputs;
	size_t outputs_count;
	size_t outputs_capacity;
	struct table output_of;		 /* -> index in outputs + 1, by the address of the label set */
	struct group_alert_node **fresh; /* alerts that this evaluation found */
	size_t fresh_capacity;
	bool has_templates;	    /* in its labels */
	bool is_read;		    /* a rule of the set may select what this one writes */
	bool blind_known, is_blind; /* everything it selects is loss-blind */
	uint64_t blind_generation, blind_round; /* of the store and of this rule, when that was found */
	uint64_t round;
	char error[GROUPS_ERROR_BYTES];
};

struct group_state {
	const struct rule_group *group;
	int64_t interval_ms;
	int64_t next_ms;
	struct group_rule *rules;
};

struct groups {
	struct store *store;
	struct labels_pool *pool;
	struct eval *eval;
	struct groups_hooks hooks;
	struct group_state *groups;
	size_t groups_count;
	struct group_rule *rules; /* of all groups, in order */
	size_t rules_count;
	struct table state_of; /* -> group_rule, by the address of the rule */
	struct table by_name;  /* -> group_rule, by the hash of an alert's name */
	int64_t first_ms;
	bool has_run;
	struct label *items; /* scratch of a label set */
	size_t items_capacity;
	struct buf text;
};

static inline uint64_t groups_key(const void *pointer)
{
	return table_mix((uint64_t)(uintptr_t)pointer);
}

/* groups_write.c: what a rule gave becomes samples; the first refusal is kept in rule->error. True: something was
 * written. */
void groups_write(struct groups *groups, struct group_rule *rule, const struct labels *labels, int64_t at_ms,
		  double value);
/* Ends the series that this round did not give. */
void groups_write_done(struct groups *groups, struct group_rule *rule, int64_t at_ms);
/* Ends all that the rule gave, though it gave it at this very instant. */
void groups_write_end(struct groups *groups, struct group_rule *rule, int64_t at_ms);
void groups_fail(struct group_rule *rule, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets one label of a set under construction, the last wins, an empty value takes it out; gives the new count. */
size_t groups_set_item(struct label *items, size_t count, const char *name, const char *value);
/* A label set from scratch items, at least `count` + 4 of room made by groups_items. */
struct label *groups_items(struct groups *groups, size_t count);

/* groups_alerts.c */
void groups_alert(struct groups *groups, struct group_rule *rule, int64_t at_ms, const struct eval_result *result);
struct group_alert *groups_alert_restore(struct group_rule *rule, const struct labels *labels, int64_t active_at_ms,
					 int64_t fired_at_ms, double value);
void groups_alert_drop(struct group_rule *rule, struct group_alert_node *node);
void groups_alerts_free(struct group_rule *rule);

#endif
