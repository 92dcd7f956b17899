/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates a checked expression at one instant over a store. Numbers as Prometheus 2.42 gives them.
 * The rule that surprises: within one instant equal subexpressions are computed once (struct eval keeps them), which is what
 * makes thousands of rules over the same windows cheap. eval_begin() of the next instant forgets them.
 */
#ifndef RULES_EVAL_H
#define RULES_EVAL_H

#include "rules/expr.h"
#include "rules/store.h"

struct eval_sample {
	const struct labels *labels;
	double value;
	/* of the outermost comparison that filtered this sample; else has_sides is false */
	bool has_sides;
	double left, right;
};

struct eval_result {
	enum value_type type; /* scalar: one sample with empty labels; string: `string` */
	const struct eval_sample *samples; /* vector: no order is promised but topk's; valid until the next eval_expr or eval_begin */
	size_t samples_count;
	const char *string;
	char error[200]; /* "" = none: "many-to-many matching not allowed: ...", duplicate label sets, ... */
};

struct eval;
struct eval *eval_new(struct store *store);
void eval_free(struct eval *eval);
void eval_begin(struct eval *eval, int64_t at_ms);
/* After an append at the same instant (a recording rule), what was computed from it must not be used again. */
void eval_appended(struct eval *eval);
/* 0 or -EINVAL with result->error. A matrix at the top is -EINVAL. */
int eval_expr(struct eval *eval, const struct expr *expr, struct eval_result *result);
/* As Prometheus prints numbers: shortest that reads back, +Inf, -Inf, NaN. */
void eval_print_number(struct buf *out, double value);

#endif
