// SPDX-License-Identifier: Apache-2.0
/*
 * Functions of instant vectors and numbers. In: the arguments. Out: a vector without names, or a
 * number. The rule that surprises: absent() takes its labels from the selector's equality matchers,
 * and a label that two matchers name is in no result.
 */
#include <string.h>

#include "rules/eval_private.h"

static double item_abs(const struct eval_call *call, double value)
{
	(void)call;
	return fabs(value);
}

static double item_clamp(const struct eval_call *call, double value)
{
	return number_max(call->args[1].scalar, number_min(call->args[2].scalar, value));
}

static double item_clamp_max(const struct eval_call *call, double value)
{
	return number_min(call->args[1].scalar, value);
}

static double item_clamp_min(const struct eval_call *call, double value)
{
	return number_max(call->args[1].scalar, value);
}

/* Halves go up. The inverse, as it loses less where the nearest is 0.1 or so. */
static double item_round(const struct eval_call *call, double value)
{
	double inverse = 1 / (call->args_count > 1 ? call->args[1].scalar : 1);

	return floor(value * inverse + 0.5) / inverse;
}

static int over_items(struct eval_call *call,
		      double (*compute)(const struct eval_call *call, double value))
{
	const struct eval_vector *of = &call->args[0].vector;
	double *values = vector_values(call->eval, of);
	size_t i;

	for (i = 0; i < of->count; i++)
		values[i] = compute(call, of->values[i]);
	return vector_like(call->eval, of, values, true, call->result);
}

int function_abs(struct eval_call *call)
{
	return over_items(call, item_abs);
}

int function_clamp(struct eval_call *call)
{
	if (call->args[2].scalar < call->args[1].scalar) {
		*call->result = (struct eval_value){.type = VALUE_VECTOR};
		return 0;
	}
	return over_items(call, item_clamp);
}

int function_clamp_max(struct eval_call *call)
{
	return over_items(call, item_clamp_max);
}

int function_clamp_min(struct eval_call *call)
{
	return over_items(call, item_clamp_min);
}

int function_round(struct eval_call *call)
{
	return over_items(call, item_round);
}

static struct eval_value vector_of_one(struct eval *eval, const struct labels *labels, double value)
{
	struct eval_maker maker;

	maker_init(eval, &maker, 1, false);
	maker_add(&maker, labels, value);
	return maker_value(eval, &maker);
}

/* How often a matcher before this one has set the label: then it is in doubt. */
static bool absent_is_new(const struct expr *selector, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (selector->matchers[i].kind == MATCH_EQUAL &&
		    !strcmp(selector->matchers[i].name, selector->matchers[at].name))
			return false;
	return true;
}

static const struct labels *absent_labels(struct eval *eval, const struct expr *selector)
{
	const struct labels *labels = labels_intern(eval->pool, NULL, 0);
	size_t i;

	if (selector->kind != EXPR_SELECTOR)
		return labels;
	for (i = 0; i < selector->matchers_count; i++) {
		const struct matcher *matcher = &selector->matchers[i];
		bool is_set = matcher->kind == MATCH_EQUAL && absent_is_new(selector, i);

		if (strcmp(matcher->name, "__name__"))
			labels = labels_set(eval->pool, labels, matcher->name,
					    is_set ? matcher->value : "");
	}
	return labels;
}

int function_absent(struct eval_call *call)
{
	const struct labels *labels;

	*call->result = (struct eval_value){.type = VALUE_VECTOR};
	if (call->args[0].vector.count)
		return 0;
	labels = absent_labels(call->eval, expr_bare(call->expr->args[0]));
	*call->result = vector_of_one(call->eval, labels, 1);
	return 0;
}

int function_scalar(struct eval_call *call)
{
	const struct eval_vector *of = &call->args[0].vector;

	*call->result = eval_number(of->count == 1 ? of->values[0] : NAN);
	return 0;
}

int function_vector(struct eval_call *call)
{
	*call->result = vector_of_one(call->eval, labels_intern(call->eval->pool, NULL, 0),
				      call->args[0].scalar);
	return 0;
}

int function_time(struct eval_call *call)
{
	*call->result = eval_number((double)call->eval->at_ms / 1000);
	return 0;
}
