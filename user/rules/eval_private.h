/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the evaluator share: values on their way up the tree, the memory of an instant,
 * the caches. The rule that surprises: a vector's items are in labels_compare order of the series
 * they came from wherever Prometheus promises no order, so that sums come out with the same bits in
 * every run.
 */
#ifndef RULES_EVAL_PRIVATE_H
#define RULES_EVAL_PRIVATE_H

#include <math.h>

#include "base/table.h"
#include "rules/eval.h"
#include "rules/functions.h"
#include "rules/labels_node.h"
#include "rules/store_private.h"

/* --- values */

struct eval_sides { /* of the comparison that let an item pass */
	bool has;
	double left, right;
};

/* Labels and values lie apart: vectors made of one another share the labels, and loops run over
 * plain numbers. */
struct eval_vector {
	const struct labels *const *labels;
	const double *values;
	const struct eval_sides *sides; /* beside the items, or NULL: none has any */
	size_t count;
	bool is_kept;	  /* the labels stay for the instant: remembered by address */
	bool is_nameless; /* no item has a name */
	bool is_one_name; /* known to differ in more than the name */
};

struct eval_value {
	enum value_type type;
	double scalar;
	const char *string;
	struct eval_vector vector;
};

/* A vector being made: room for as many items as its maker knows at most. */
struct eval_maker {
	const struct labels **labels; /* NULL: they are given at the end */
	double *values;
	struct eval_sides *sides; /* NULL: they are not wanted */
	size_t count;
};

/* --- memory of an instant, given back all at once */

struct eval_memory {
	struct eval_block *blocks, *block; /* all, and the one in use */
	size_t used;			   /* of the one in use */
};
void *memory_new(struct eval_memory *memory, size_t size_bytes); /* not zeroed, 16-byte aligned */
void memory_reset(struct eval_memory *memory); /* blocks that were not needed this time are freed */
void memory_rewind(struct eval_memory *memory); /* the same, and all blocks are kept */
void memory_fini(struct eval_memory *memory);

/* --- what is remembered */

/* By the key of an expression, from instant to instant; the result only within one. */
struct eval_entry {
	struct eval_entry *after; /* in eval->entries */
	uint64_t key;
	char *text; /* two expressions of one key are told apart */
	uint64_t used_instant;
	/* what it is made of */
	struct store_family **families;
	size_t families_count;
	bool sees_all; /* a selector in it names no metric */
	/* of a selector */
	struct series *const *series;
	size_t series_count;
	uint64_t generation; /* 0 = not selected yet */
	/* result */
	bool has_value;
	uint64_t value_instant;
	uint64_t value_version;
	struct eval_value value;
};

/* Label sets cut down to, or freed of, some names: by id of the set, made when first asked. */
struct eval_projection {
	struct eval_projection *after;
	bool is_without; /* __name__ goes as well, unless keeps_name */
	bool keeps_name;
	char **names;
	size_t names_count;
	const struct labels **by_id;
	size_t capacity;
};

#define EVAL_REMEMBERED                                                                            \
	1024 /* a power of two; what comes later takes the place of what was there */

struct eval {
	struct store *store;
	struct labels_pool *pool;
	int64_t at_ms;
	uint64_t instant; /* counts eval_begin */
	bool has_appended;
	struct eval_memory kept;    /* until the next eval_begin */
	struct eval_memory passing; /* until the next eval_expr */
	struct eval_memory *memory; /* the one in use */
	struct table by_key;
	struct eval_entry *entries;
	size_t entries_count, used_count; /* used: in this instant */
	struct eval_projection *projections;
	/* by id of a label set: its number, where the round is the present one */
	struct eval_mark {
		uint32_t round;
		uint32_t number;
	} * marks;
	size_t marks_capacity;
	uint32_t round;
	/* by address: label arrays made of others, and which items of two vectors match */
	struct eval_derived {
		uint64_t instant;
		const void *of, *by;
		const struct labels *const *labels;
	} derived[EVAL_REMEMBERED];
	struct eval_join {
		uint64_t instant;
		const void *left, *right, *by;
		const uint32_t *right_of; /* by place on the left; UINT32_MAX = no match */
		bool is_injective;
	} joins[EVAL_REMEMBERED];
	struct store_scratch scratch;
	double *numbers; /* of a quantile */
	size_t numbers_capacity;
	struct eval_sample *samples; /* of the last result */
	size_t samples_capacity;
	char *error; /* of the result */
	size_t error_size;
};

static inline void *eval_memory(struct eval *eval, size_t count, size_t size_bytes)
{
	return memory_new(eval->memory, count * size_bytes);
}

void maker_init(struct eval *eval, struct eval_maker *maker, size_t most, bool wants_sides);
struct eval_value maker_value(const struct eval *eval, const struct eval_maker *maker);
static inline void maker_add(struct eval_maker *maker, const struct labels *labels, double value)
{
	maker->labels[maker->count] = labels;
	maker->values[maker->count++] = value;
}
/* Values for all items of another vector, whose labels are taken over, without their names if so
 * wanted. */
double *vector_values(struct eval *eval, const struct eval_vector *of);
int vector_like(struct eval *eval, const struct eval_vector *of, const double *values,
		bool drops_name, struct eval_value *value);
/* For each item of the vector its labels as the projection makes them; NULL = without the name. */
const struct labels *const *vector_derived(struct eval *eval, const struct eval_vector *of,
					   struct eval_projection *by);

struct eval_value eval_number(double number);
int eval_fail(struct eval *eval, const char *format, ...)
	__attribute__((format(printf, 2, 3))); /* -EINVAL */
/* -EINVAL, said, when two items have the same labels. */
int eval_refuse_doubles(struct eval *eval, struct eval_value *value);

struct eval_entry *
cache_entry(struct eval *eval,
	    const struct expr *expr); /* NULL: its key is taken by another text */
bool cache_has(const struct eval *eval, const struct eval_entry *entry);
void cache_put(struct eval *eval, struct eval_entry *entry, const struct eval_value *value);
void cache_begin(struct eval *eval);
void cache_fini(struct eval *eval);
size_t cache_select(struct eval *eval, const struct expr *selector, struct series *const **series);
struct eval_projection *cache_projection(struct eval *eval, bool is_without, bool keeps_name,
					 const char *const *names, size_t names_count);
const struct labels *projection_make(struct eval *eval, struct eval_projection *projection,
				     const struct labels *labels);
static inline const struct labels *
projection_of(struct eval *eval, struct eval_projection *projection, const struct labels *labels)
{
	uint32_t id = labels_id(labels);

	if (id < projection->capacity && projection->by_id[id])
		return projection->by_id[id];
	return projection_make(eval, projection, labels);
}

/* Begins a round: nothing is marked. */
void marks_begin(struct eval *eval);
void marks_grow(struct eval *eval); /* every set there is has room then */
/* The number put under a set in this round; UINT32_MAX = none. */
static inline uint32_t marks_find(const struct eval *eval, const struct labels *labels)
{
	uint32_t id = labels_id(labels);

	return id < eval->marks_capacity && eval->marks[id].round == eval->round
		       ? eval->marks[id].number
		       : UINT32_MAX;
}
static inline void marks_put(struct eval *eval, const struct labels *labels, uint32_t number)
{
	uint32_t id = labels_id(labels);

	if (id >= eval->marks_capacity)
		marks_grow(eval);
	eval->marks[id] = (struct eval_mark){eval->round, number};
}

/* --- the tree */

int eval_node(struct eval *eval, const struct expr *expr, struct eval_value *value);
int eval_aggregate(struct eval *eval, const struct expr *expr, struct eval_value *value);
int eval_binary(struct eval *eval, const struct expr *expr, struct eval_value *value);
bool binary_is_comparison(enum binary_op op);
const struct expr *expr_bare(const struct expr *expr); /* without the parentheses around it */

struct eval_call {
	struct eval *eval;
	const struct expr *expr;
	struct eval_value args[EXPR_MAX_ARGS]; /* a range vector has none: it is walked */
	size_t args_count;
	struct eval_value *result;
};

/* --- functions */

/* As Go's math.Pow; the last bit may differ for broken exponents. */
double number_pow(double base, double exponent);
double number_atan2(double y, double x); /* as Go's math.Atan2 */
double number_min(double a, double b);	 /* as Go's math.Min: a NaN wins but over -Inf */
double number_max(double a, double b);

/* Neumaier's sum: what is lost to rounding is kept beside. */
static inline void sum_add(double *sum, double *lost, double value)
{
	double total = *sum + value;

	*lost += fabs(*sum) >= fabs(value) ? (*sum - total) + value : (value - total) + *sum;
	*sum = total;
}

int function_abs(struct eval_call *call);
int function_absent(struct eval_call *call);
int function_avg_over_time(struct eval_call *call);
int function_clamp(struct eval_call *call);
int function_clamp_max(struct eval_call *call);
int function_clamp_min(struct eval_call *call);
int function_count_over_time(struct eval_call *call);
int function_delta(struct eval_call *call);
int function_deriv(struct eval_call *call);
int function_histogram_quantile(struct eval_call *call);
int function_increase(struct eval_call *call);
int function_last_over_time(struct eval_call *call);
int function_max_over_time(struct eval_call *call);
int function_min_over_time(struct eval_call *call);
int function_predict_linear(struct eval_call *call);
int function_quantile_over_time(struct eval_call *call);
int function_rate(struct eval_call *call);
int function_round(struct eval_call *call);
int function_scalar(struct eval_call *call);
int function_stddev_over_time(struct eval_call *call);
int function_sum_over_time(struct eval_call *call);
int function_time(struct eval_call *call);
int function_vector(struct eval_call *call);

#endif
