// SPDX-License-Identifier: Apache-2.0
/*
 * In: a checked expression, an instant, the store. Out: what Prometheus would say.
 * The rule that surprises: results of calls, aggregations and the inner binary operations are kept
 * for the instant; the outermost operation is not, as it is what tells one rule from the next.
 */
#include "rules/eval.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/eval_private.h"

struct eval *eval_new(struct store *store)
{
	struct eval *eval = mem_new(sizeof(*eval));

	eval->store = store;
	eval->pool = store_labels(store);
	eval->memory = &eval->passing;
	eval->instant = 1;
	return eval;
}

void eval_free(struct eval *eval)
{
	if (!eval)
		return;
	cache_fini(eval);
	memory_fini(&eval->kept);
	memory_fini(&eval->passing);
	free(eval->scratch.samples);
	free(eval->numbers);
	free(eval->samples);
	free(eval);
}

void eval_begin(struct eval *eval, int64_t at_ms)
{
	cache_begin(eval);
	memory_reset(&eval->kept);
	memory_reset(&eval->passing);
	eval->at_ms = at_ms;
	eval->has_appended = false;
}

void eval_appended(struct eval *eval)
{
	eval->has_appended = true;
}

int eval_fail(struct eval *eval, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(eval->error, eval->error_size, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

struct eval_value eval_number(double number)
{
	return (struct eval_value){.type = VALUE_SCALAR, .scalar = number};
}

void maker_init(struct eval *eval, struct eval_maker *maker, size_t most, bool wants_sides)
{
	maker->labels = eval_memory(eval, most, sizeof(*maker->labels));
	maker->values = eval_memory(eval, most, sizeof(*maker->values));
	maker->sides = wants_sides ? eval_memory(eval, most, sizeof(*maker->sides)) : NULL;
	maker->count = 0;
}

struct eval_value maker_value(const struct eval *eval, const struct eval_maker *maker)
{
	return (struct eval_value){
		.type = VALUE_VECTOR,
		.vector = {.labels = maker->labels,
			   .values = maker->values,
			   .sides = maker->sides,
			   .count = maker->count,
			   .is_kept = eval->memory == &eval->kept},
	};
}

int eval_refuse_doubles(struct eval *eval, struct eval_value *value)
{
	struct eval_vector *vector = &value->vector;
	size_t i;

	if (value->type != VALUE_VECTOR || vector->is_one_name || vector->count < 2)
		return 0;
	marks_begin(eval);
	for (i = 0; i < vector->count; i++) {
		if (marks_find(eval, vector->labels[i]) != UINT32_MAX)
			return eval_fail(eval,
					 "vector cannot contain metrics with the same labelset");
		marks_put(eval, vector->labels[i], 0);
	}
	vector->is_one_name = vector->is_nameless;
	return 0;
}

double *vector_values(struct eval *eval, const struct eval_vector *of)
{
	return eval_memory(eval, of->count, sizeof(*of->values));
}

int vector_like(struct eval *eval, const struct eval_vector *of, const double *values,
		bool drops_name, struct eval_value *value)
{
	struct eval_vector vector = *of;

	vector.values = values;
	vector.sides = NULL;
	if (drops_name && !of->is_nameless) {
		vector.labels = vector_derived(eval, of, NULL);
		vector.is_kept = of->is_kept || eval->memory == &eval->kept;
		vector.is_nameless = true;
	}
	*value = (struct eval_value){.type = VALUE_VECTOR, .vector = vector};
	return drops_name ? eval_refuse_doubles(eval, value) : 0;
}

static const struct labels **derive(struct eval *eval, const struct eval_vector *of,
				    struct eval_projection *by)
{
	const struct labels **made = eval_memory(eval, of->count, sizeof(*made));
	size_t i;

	for (i = 0; i < of->count; i++)
		made[i] = by ? projection_of(eval, by, of->labels[i])
			     : labels_nameless(eval->pool, of->labels[i]);
	return made;
}

const struct labels *const *vector_derived(struct eval *eval, const struct eval_vector *of,
					   struct eval_projection *by)
{
	uint64_t hash = table_mix((uintptr_t)of->labels + 31 * (uintptr_t)by);
	struct eval_derived *derived = &eval->derived[hash % EVAL_REMEMBERED];
	struct eval_memory *memory = eval->memory;

	if (!of->is_kept || !of->count)
		return derive(eval, of, by);
	if (derived->instant != eval->instant || derived->of != of->labels || derived->by != by) {
		eval->memory = &eval->kept;
		*derived =
			(struct eval_derived){eval->instant, of->labels, by, derive(eval, of, by)};
		eval->memory = memory;
	}
	return derived->labels;
}

const struct expr *expr_bare(const struct expr *expr)
{
	while (expr->kind == EXPR_PAREN)
		expr = expr->args[0];
	return expr;
}

static void eval_selector(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	struct series *const *series;
	size_t count = cache_select(eval, expr, &series), i;
	struct eval_maker maker;
	struct sample sample;

	maker_init(eval, &maker, count, false);
	for (i = 0; i < count; i++)
		if (series_at(series[i], eval->at_ms, &sample))
			maker_add(&maker, series[i]->labels, sample.value);
	*value = maker_value(eval, &maker);
	value->vector.is_one_name = expr->metric != NULL;
}

static int eval_call(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	struct eval_call call = {
		.eval = eval, .expr = expr, .args_count = expr->args_count, .result = value};
	size_t i;
	int error;

	for (i = 0; i < expr->args_count; i++) {
		if (expr->args[i]->type == VALUE_MATRIX)
			continue;
		error = eval_node(eval, expr->args[i], &call.args[i]);
		if (error)
			return error;
	}
	return expr->function->compute(&call);
}

static int eval_negate(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	struct eval_value of;
	double *values;
	size_t i;
	int error = eval_node(eval, expr->args[0], &of);

	if (error)
		return error;
	if (of.type == VALUE_SCALAR) {
		*value = eval_number(-of.scalar);
		return 0;
	}
	values = vector_values(eval, &of.vector);
	for (i = 0; i < of.vector.count; i++)
		values[i] = -of.vector.values[i];
	return vector_like(eval, &of.vector, values, true, value);
}

static int eval_compute(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
		*value = eval_number(expr->number);
		return 0;
	case EXPR_STRING:
		*value = (struct eval_value){.type = VALUE_STRING, .string = expr->string};
		return 0;
	case EXPR_SELECTOR:
		if (expr->range_ms)
			return eval_fail(eval, "a range vector is no result: expected an instant "
					       "vector or a number");
		eval_selector(eval, expr, value);
		return 0;
	case EXPR_CALL:
		return eval_call(eval, expr, value);
	case EXPR_AGGREGATE:
		return eval_aggregate(eval, expr, value);
	case EXPR_BINARY:
		return eval_binary(eval, expr, value);
	case EXPR_NEGATE:
		return eval_negate(eval, expr, value);
	case EXPR_PAREN:
		return eval_node(eval, expr->args[0], value);
	}
	return eval_fail(eval, "unknown kind of expression");
}

/* Comparing with a number is nearly as cheap as copying what was kept, and seldom twice the same.
 */
static bool eval_is_kept(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_SELECTOR:
		return !expr->range_ms;
	case EXPR_CALL:
	case EXPR_AGGREGATE:
		return true;
	case EXPR_BINARY:
		return !binary_is_comparison(expr->op) ||
		       (expr->args[0]->type == VALUE_VECTOR && expr->args[1]->type == VALUE_VECTOR);
	default:
		return false;
	}
}

static int eval_kept(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	struct eval_entry *entry = cache_entry(eval, expr);
	struct eval_memory *memory = eval->memory;
	int error;

	if (!entry)
		return eval_compute(eval, expr, value);
	if (cache_has(eval, entry)) {
		*value = entry->value;
		return 0;
	}
	eval->memory = &eval->kept;
	error = eval_compute(eval, expr, value);
	eval->memory = memory;
	if (!error)
		cache_put(eval, entry, value);
	return error;
}

int eval_node(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	return eval_is_kept(expr) ? eval_kept(eval, expr, value) : eval_compute(eval, expr, value);
}

static void eval_hand_out(struct eval *eval, const struct eval_value *value,
			  struct eval_result *result)
{
	const struct eval_vector *vector = &value->vector;
	size_t count = value->type == VALUE_VECTOR ? vector->count : value->type == VALUE_SCALAR;
	size_t i;

	mem_grow(&eval->samples, &eval->samples_capacity, count, sizeof(*eval->samples));
	if (value->type == VALUE_SCALAR)
		eval->samples[0] = (struct eval_sample){
			.labels = labels_intern(eval->pool, NULL, 0), .value = value->scalar};
	for (i = 0; value->type == VALUE_VECTOR && i < count; i++) {
		struct eval_sample *sample = &eval->samples[i];

		*sample = (struct eval_sample){.labels = vector->labels[i],
					       .value = vector->values[i]};
		if (vector->sides && vector->sides[i].has) {
			sample->has_sides = true;
			sample->left = vector->sides[i].left;
			sample->right = vector->sides[i].right;
		}
	}
	result->type = value->type;
	result->string = value->string;
	result->samples = eval->samples;
	result->samples_count = count;
}

int eval_expr(struct eval *eval, const struct expr *expr, struct eval_result *result)
{
	const struct expr *bare = expr_bare(expr);
	struct eval_value value = {0};
	int error;

	*result = (struct eval_result){.type = expr->type};
	eval->error = result->error;
	eval->error_size = sizeof(result->error);
	memory_rewind(&eval->passing);
	eval->memory = &eval->passing;
	error = bare->kind == EXPR_BINARY ? eval_compute(eval, bare, &value)
					  : eval_node(eval, bare, &value);
	if (!error)
		eval_hand_out(eval, &value, result);
	return error;
}
