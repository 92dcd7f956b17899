/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nouns: rule, rule group, threshold. Made by config/ from texts, judged by flow/. Everything lies in the set's arena.
 */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct expr; /* rules/expr.h */

struct rule_pair {
	const char *name;
	const char *value; /* a template; checked when the file was read */
};

struct rule {
	const char *name; /* of the alert, or of the recorded series */
	bool is_alert;
	const char *expr_text;
	const struct expr *expr;
	uint64_t for_ns;
	uint64_t keep_firing_for_ns;
	struct rule_pair *labels; /* in the file's order */
	size_t labels_count;
	struct rule_pair *annotations;
	size_t annotations_count;
	const char *file;
	unsigned line;
};

struct rule_group {
	const char *name;
	const char *file;
	uint64_t interval_ns; /* 0 = the default */
	uint64_t limit;	      /* of series or alerts per rule; 0 = none */
	struct rule *rules;
	size_t rules_count;
};

/* Tiers, in order: a higher one inhibits the lower. Label `severity`; another value, or none, is TIER_NONE. */
enum tier { TIER_NONE, TIER_WARNING, TIER_CRITICAL, TIER_EMERGENCY, TIERS };

struct threshold {
	const char *engine; /* engine label; "*" = every engine that has no row of its own for this metric */
	const char *metric; /* one of the names in flow's table: request_duration_seconds, success_ratio, queue_depth, ... */
	bool has[TIERS];    /* by tier */
	double value[TIERS]; /* base units: seconds, ratio, count */
	const char *file;
	unsigned line;
};

enum rule_text_kind { RULE_TEXT_RULES, RULE_TEXT_THRESHOLDS };
struct rule_text { /* as read from files, and as it travels in a recording */
	enum rule_text_kind kind;
	char *file;
	char *text;
	size_t length;
};

struct rule_set {
	struct rule_group *groups; /* in the order of the texts */
	size_t groups_count;
	struct threshold *thresholds; /* a later row overrides an earlier one of the same engine and metric */
	size_t thresholds_count;
	struct rule_text *texts; /* that it was made of, in the arena */
	size_t texts_count;
	struct arena arena;
};

#endif
