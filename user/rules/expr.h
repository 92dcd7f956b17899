/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expression language: a strict subset of PromQL (Prometheus 2.42). In: text. Out: a checked tree, or every mistake
 * with its place. What PromQL has and we do not is refused by name, never misread.
 */
#ifndef RULES_EXPR_H
#define RULES_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

enum value_type { VALUE_SCALAR, VALUE_VECTOR, VALUE_MATRIX, VALUE_STRING };

enum expr_kind {
	EXPR_NUMBER, EXPR_STRING, EXPR_SELECTOR, /* instant, or range when range_ms > 0 */
	EXPR_CALL, EXPR_AGGREGATE, EXPR_BINARY, EXPR_NEGATE, EXPR_PAREN,
};

enum match_kind { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX, MATCH_NOT_REGEX };
struct matcher {
	const char *name;
	const char *value;
	enum match_kind kind;
	struct regex *regex; /* of the two regex kinds; anchored, RE2's syntax (regex.h) */
};
bool matcher_matches(const struct matcher *matcher, const char *value); /* NULL = "" */
struct labels;
bool matchers_match(const struct matcher *matchers, size_t count, const struct labels *labels); /* all of them */

enum binary_op {
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_POW, OP_ATAN2,
	OP_EQ, OP_NE, OP_GT, OP_LT, OP_GE, OP_LE,
	OP_AND, OP_OR, OP_UNLESS,
};

enum aggregate_op { AGG_SUM, AGG_MIN, AGG_MAX, AGG_AVG, AGG_COUNT, AGG_TOPK, AGG_BOTTOMK };

struct function; /* one row of the table in functions.c: name, argument types, result type, what computes it */

#define EXPR_MAX_ARGS 3
struct expr {
	enum expr_kind kind;
	enum value_type type;
	size_t start, end; /* bytes of the text it was made of */
	uint64_t key;	   /* hash of its canonical text: equal expressions share a result within one instant */
	const char *text;  /* canonical text */
	double number;
	const char *string;
	/* selector */
	const char *metric; /* the name when it is given outside of braces or by an = matcher; else NULL */
	struct matcher *matchers; /* __name__ included */
	size_t matchers_count;
	int64_t range_ms;
	/* call */
	const struct function *function;
	struct expr *args[EXPR_MAX_ARGS];
	size_t args_count;
	/* aggregate: args[0] = what; param = topk's, bottomk's */
	enum aggregate_op aggregate;
	struct expr *param;
	bool is_without;
	/* binary: args[0], args[1] */
	enum binary_op op;
	bool is_bool;
	bool has_on, has_ignoring;
	/* by/without, on/ignoring */
	const char **names;
	size_t names_count;
};

struct expr_mistake {
	size_t place; /* byte of the text */
	char *message;
};
struct expr_mistakes { /* malloc'd; in order of place */
	struct expr_mistake *items;
	size_t count;
	size_t capacity;
};
void expr_mistakes_fini(struct expr_mistakes *mistakes);

/* NULL after a mistake (then there is at least one, all of them at once). The tree lies in the arena; expr_fini frees its regexes. */
struct expr *expr_parse(struct arena *arena, const char *text, size_t length, struct expr_mistakes *mistakes);
void expr_fini(struct expr *expr);
/* A metric with a label set, as in a test file's input_series: name{a="b"}. 0 or -EINVAL with mistakes. */
struct labels_pool;
const struct labels *expr_parse_labels(struct labels_pool *pool, const char *text, size_t length, struct expr_mistakes *mistakes);
/* Matchers alone: {a="b",c=~"d"}, or a="b" without braces. NULL after a mistake. */
struct matcher *expr_parse_matchers(struct arena *arena, const char *text, size_t length, size_t *count, struct expr_mistakes *mistakes);
void matchers_fini(struct matcher *matchers, size_t count);
void matchers_print(struct buf *out, const struct matcher *matchers, size_t count); /* canonical, with braces */
/* "5m", "1h30m", "250ms" as PromQL writes durations; -EINVAL. */
int expr_parse_duration(const char *text, size_t length, int64_t *ms);
/* How long a silence is to last: "30m", "1d12h", a plain number is seconds; above 0 and at most 10 years; -EINVAL. */
int expr_parse_silence(const char *text, uint64_t *ns);
/*
 * How far back its selectors reach: the greatest of their ranges, each with the window on top that a name like tts:x:p99_5m
 * tells (its samples look back themselves); instant ones of other names count 0.
 */
int64_t expr_window_ms(const struct expr *expr);
/* Calls back for each selector in it. */
void expr_selectors(const struct expr *expr, void (*visit)(void *arg, const struct expr *selector), void *arg);
bool expr_is_metric_name(const char *text);
bool expr_is_label_name(const char *text);

#endif
