// SPDX-License-Identifier: Apache-2.0
/*
 * In: a function's name. Out: its row: what it takes, what it gives, what computes it; or that
 * PromQL has it and we do not. The rule that surprises: optional arguments come last (round's), so
 * min_args of the types are always the first ones.
 */
#include "rules/functions.h"

#include <string.h>

#include "rules/eval_private.h"

#define S VALUE_SCALAR
#define V VALUE_VECTOR
#define M VALUE_MATRIX

static const struct function functions[] = {
	{"abs", V, 1, 1, {V}, function_abs},
	{"absent", V, 1, 1, {V}, function_absent},
	{"avg_over_time", V, 1, 1, {M}, function_avg_over_time},
	{"clamp", V, 3, 3, {V, S, S}, function_clamp},
	{"clamp_max", V, 2, 2, {V, S}, function_clamp_max},
	{"clamp_min", V, 2, 2, {V, S}, function_clamp_min},
	{"count_over_time", V, 1, 1, {M}, function_count_over_time},
	{"delta", V, 1, 1, {M}, function_delta},
	{"deriv", V, 1, 1, {M}, function_deriv},
	{"histogram_quantile", V, 2, 2, {S, V}, function_histogram_quantile},
	{"increase", V, 1, 1, {M}, function_increase},
	{"last_over_time", V, 1, 1, {M}, function_last_over_time},
	{"max_over_time", V, 1, 1, {M}, function_max_over_time},
	{"min_over_time", V, 1, 1, {M}, function_min_over_time},
	{"predict_linear", V, 2, 2, {M, S}, function_predict_linear},
	{"quantile_over_time", V, 2, 2, {S, M}, function_quantile_over_time},
	{"rate", V, 1, 1, {M}, function_rate},
	{"round", V, 1, 2, {V, S}, function_round},
	{"scalar", S, 1, 1, {V}, function_scalar},
	{"stddev_over_time", V, 1, 1, {M}, function_stddev_over_time},
	{"sum_over_time", V, 1, 1, {M}, function_sum_over_time},
	{"time", S, 0, 0, {S}, function_time},
	{"vector", V, 1, 1, {S}, function_vector},
};

/* What PromQL of Prometheus 2.42 has beyond them. */
/* clang-format off */
static const char *const foreign[] = {
	"absent_over_time", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil",
	"changes", "cos", "cosh", "day_of_month", "day_of_week", "day_of_year", "days_in_month",
	"deg", "exp", "floor", "histogram_count", "histogram_fraction", "histogram_sum",
	"holt_winters", "hour", "idelta", "irate", "label_join", "label_replace", "ln", "log10",
	"log2", "minute", "month", "pi", "present_over_time", "rad", "resets", "sgn", "sin",
	"sinh", "sort", "sort_desc", "sqrt", "stdvar_over_time", "tan", "tanh", "timestamp",
	"year",
};
/* clang-format on */

static bool is_word(const char *word, const char *name, size_t length)
{
	return !strncmp(word, name, length) && !word[length];
}

const struct function *function_find(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (is_word(functions[i].name, name, length))
			return &functions[i];
	return NULL;
}

bool function_is_foreign(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (is_word(foreign[i], name, length))
			return true;
	return false;
}
