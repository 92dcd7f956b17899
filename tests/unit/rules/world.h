/* SPDX-License-Identifier: Apache-2.0 */
/* A store, an evaluator, and short ways to fill and to ask them. Every instant is in seconds. */
#ifndef TESTS_RULES_WORLD_H
#define TESTS_RULES_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/eval.h"
#include "rules/store.h"

#define S    1000ll
#define END  1e300 /* in a list of values: the series ends here */
#define NONE 2e300 /* no sample */

struct world {
	struct store *store;
	struct eval *eval;
	struct arena arena;
	struct expr *exprs[64];
	size_t exprs_count;
	struct eval_result result;
	struct buf text;
};

static inline void world_init(struct world *world)
{
	const struct store_limits limits = {
		.series_count = 10000, .bytes = 64u << 20, .age_ms = 86400 * S};

	*world = (struct world){.store = store_new(&limits)};
	world->eval = eval_new(world->store);
}

static inline void world_fini(struct world *world)
{
	size_t i;

	for (i = 0; i < world->exprs_count; i++)
		expr_fini(world->exprs[i]);
	arena_fini(&world->arena);
	eval_free(world->eval);
	store_free(world->store);
	buf_fini(&world->text);
}

static inline const struct labels *world_labels(struct world *world, const char *text)
{
	struct expr_mistakes mistakes = {0};
	const struct labels *labels =
		expr_parse_labels(store_labels(world->store), text, strlen(text), &mistakes);

	assert_non_null(labels);
	expr_mistakes_fini(&mistakes);
	return labels;
}

static inline struct series *world_series(struct world *world, const char *text)
{
	struct series *series = store_series(world->store, world_labels(world, text), false);

	assert_non_null(series);
	return series;
}

/* A value each `step_s`, from the instant 0 on. */
static inline void world_put(struct world *world, const char *text, int step_s, size_t count,
			     const double *values)
{
	struct series *series = world_series(world, text);
	size_t i;

	for (i = 0; i < count; i++) {
		if (values[i] == END)
			store_end(world->store, series, (int64_t)i * step_s * S);
		else if (values[i] != NONE)
			assert_true(store_append(world->store, series, (int64_t)i * step_s * S,
						 values[i]));
	}
}

#define PUT(world, text, step_s, ...)                                                              \
	world_put(world, text, step_s, sizeof((double[]){__VA_ARGS__}) / sizeof(double),           \
		  (double[]){__VA_ARGS__})

static inline const struct expr *world_parse(struct world *world, const char *text)
{
	struct expr_mistakes mistakes = {0};
	struct expr *expr = expr_parse(&world->arena, text, strlen(text), &mistakes);

	if (!expr)
		fail_msg("%s: %s", text, mistakes.items[0].message);
	expr_mistakes_fini(&mistakes);
	assert_in_range(world->exprs_count, 0, 63);
	world->exprs[world->exprs_count++] = expr;
	return expr;
}

static inline int world_order(const void *a, const void *b)
{
	return labels_compare(((const struct eval_sample *)a)->labels,
			      ((const struct eval_sample *)b)->labels);
}

/* What a parsed expression gives in the present instant: "labels value" joined by "; ", in order of
 * labels; "error: ..." */
static inline const char *world_tell(struct world *world, const struct expr *expr)
{
	struct eval_sample samples[64];
	size_t i;

	buf_reset(&world->text);
	buf_add(&world->text, "", 0);
	if (eval_expr(world->eval, expr, &world->result)) {
		buf_format(&world->text, "error: %s", world->result.error);
		return world->text.bytes;
	}
	assert_in_range(world->result.samples_count, 0, 64);
	if (world->result.samples_count)
		memcpy(samples, world->result.samples,
		       world->result.samples_count * sizeof(*samples));
	qsort(samples, world->result.samples_count, sizeof(*samples), world_order);
	for (i = 0; i < world->result.samples_count; i++) {
		if (i)
			buf_text(&world->text, "; ");
		if (world->result.type == VALUE_VECTOR) {
			labels_print(&world->text, samples[i].labels);
			buf_char(&world->text, ' ');
		}
		eval_print_number(&world->text, samples[i].value);
	}
	return world->text.bytes;
}

static inline const char *world_ask(struct world *world, double at_s, const char *text)
{
	const struct expr *expr = world_parse(world, text);

	eval_begin(world->eval, (int64_t)(at_s * 1000));
	return world_tell(world, expr);
}

#define ASK(world, at_s, text, wanted) assert_string_equal(world_ask(world, at_s, text), wanted)

#endif
