// SPDX-License-Identifier: Apache-2.0
/*
 * Binary operations. In: both sides. Out: numbers, or vectors matched one to one by their labels.
 * The rule that surprises: a comparison without `bool` is a filter, keeps names, and leaves beside
 * each item that passed what was compared with what; atan2 keeps the name as well, as it does in
 * Prometheus 2.42.
 */
#include <errno.h>
#include <string.h>

#include "rules/eval_private.h"

bool binary_is_comparison(enum binary_op op)
{
	return op >= OP_EQ && op <= OP_LE;
}

static bool binary_is_set(enum binary_op op)
{
	return op >= OP_AND;
}

static bool binary_drops_name(const struct expr *expr)
{
	return expr->is_bool || (!binary_is_comparison(expr->op) && expr->op != OP_ATAN2);
}

static double binary_number(enum binary_op op, double left, double right)
{
	switch (op) {
	case OP_ADD:
		return left + right;
	case OP_SUB:
		return left - right;
	case OP_MUL:
		return left * right;
	case OP_DIV:
		return left / right;
	case OP_MOD:
		return fmod(left, right);
	case OP_POW:
		return number_pow(left, right);
	case OP_ATAN2:
		return number_atan2(left, right);
	default:
		return NAN;
	}
}

static inline bool binary_compare(enum binary_op op, double left, double right)
{
	switch (op) {
	case OP_EQ:
		return left == right;
	case OP_NE:
		return left != right;
	case OP_GT:
		return left > right;
	case OP_LT:
		return left < right;
	case OP_GE:
		return left >= right;
	case OP_LE:
		return left <= right;
	default:
		return false;
	}
}

/* --- with a number */

struct binary_number {
	const struct expr *expr;
	double number;
	bool is_left; /* the number stands left of the operator */
};

/* What a thousand rules do to a thousand series each second: no calls, no branches but the one. */
static inline void binary_filter_by(struct eval_maker *maker, const struct eval_vector *of,
				    enum binary_op op, const struct binary_number *with)
{
	double number = with->number;
	size_t i;

	for (i = 0; i < of->count; i++) {
		double value = of->values[i];

		if (!(with->is_left ? binary_compare(op, number, value)
				    : binary_compare(op, value, number)))
			continue;
		maker->sides[maker->count] = (struct eval_sides){
			true, with->is_left ? number : value, with->is_left ? value : number};
		maker_add(maker, of->labels[i], value);
	}
}

static inline size_t binary_count_by(const struct eval_vector *of, enum binary_op op,
				     const struct binary_number *with)
{
	double number = with->number;
	size_t passing = 0, i;

	for (i = 0; i < of->count; i++)
		passing += with->is_left ? binary_compare(op, number, of->values[i])
					 : binary_compare(op, of->values[i], number);
	return passing;
}

/* Counts first: mostly nothing passes, and then nothing needs room. */
static inline struct eval_value binary_filter_one(struct eval *eval, const struct eval_vector *of,
						  enum binary_op op,
						  const struct binary_number *with)
{
	size_t passing = binary_count_by(of, op, with);
	struct eval_maker maker;

	maker_init(eval, &maker, passing, true);
	if (passing)
		binary_filter_by(&maker, of, op, with);
	return maker_value(eval, &maker);
}

static void binary_filter(struct eval *eval, const struct eval_vector *of,
			  const struct binary_number *with, struct eval_value *value)
{
	switch (with->expr->op) {
	case OP_EQ:
		*value = binary_filter_one(eval, of, OP_EQ, with);
		break;
	case OP_NE:
		*value = binary_filter_one(eval, of, OP_NE, with);
		break;
	case OP_GT:
		*value = binary_filter_one(eval, of, OP_GT, with);
		break;
	case OP_LT:
		*value = binary_filter_one(eval, of, OP_LT, with);
		break;
	case OP_GE:
		*value = binary_filter_one(eval, of, OP_GE, with);
		break;
	default:
		*value = binary_filter_one(eval, of, OP_LE, with);
		break;
	}
	value->vector.is_nameless = of->is_nameless;
	value->vector.is_one_name = of->is_one_name;
}

static int binary_vector_number(struct eval *eval, const struct eval_vector *of,
				const struct binary_number *with, struct eval_value *value)
{
	const struct expr *expr = with->expr;
	bool is_comparison = binary_is_comparison(expr->op);
	double *values;
	size_t i;

	if (is_comparison && !expr->is_bool) {
		binary_filter(eval, of, with, value);
		return 0;
	}
	values = vector_values(eval, of);
	for (i = 0; i < of->count; i++) {
		double left = with->is_left ? with->number : of->values[i];
		double right = with->is_left ? of->values[i] : with->number;

		values[i] = is_comparison ? binary_compare(expr->op, left, right)
					  : binary_number(expr->op, left, right);
	}
	return vector_like(eval, of, values, binary_drops_name(expr), value);
}

/* --- two vectors */

static size_t binary_names_count(const struct expr *expr)
{
	return expr->has_on || expr->has_ignoring ? expr->names_count : 0;
}

static struct eval_projection *binary_signature(struct eval *eval, const struct expr *expr)
{
	return cache_projection(eval, !expr->has_on, false, expr->names, binary_names_count(expr));
}

/* The labels of a result: with on() those named, else all of the left side but those ignored. */
static struct eval_projection *binary_result(struct eval *eval, const struct expr *expr)
{
	return cache_projection(eval, !expr->has_on, !binary_drops_name(expr), expr->names,
				binary_names_count(expr));
}

/* The match is told without the name, unless on() asks for it: so is the signature. */
static int binary_refuse_doubles(struct eval *eval, const struct labels *match,
				 const struct labels *one, const struct labels *other)
{
	struct buf text = {0};
	int error;

	buf_text(&text, "found duplicate series for the match group ");
	labels_print_braced(&text, match);
	buf_text(&text, " on the right hand-side of the operation: [");
	labels_print_braced(&text, one);
	buf_text(&text, ", ");
	labels_print_braced(&text, other);
	buf_text(&text,
		 "];many-to-many matching not allowed: matching labels must be unique on one side");
	error = eval_fail(eval, "%s", text.bytes);
	buf_fini(&text);
	return error;
}

/* For each item on the left its match on the right. */
static int binary_join_new(struct eval *eval, struct eval_projection *signature,
			   const struct eval_vector *left, const struct eval_vector *right,
			   struct eval_join *join)
{
	const struct labels *const *left_match = vector_derived(eval, left, signature);
	const struct labels *const *right_match = vector_derived(eval, right, signature);
	uint32_t *right_of = eval_memory(eval, left->count, sizeof(*right_of)), before;
	bool *is_taken = eval_memory(eval, right->count, sizeof(*is_taken));
	size_t i;

	marks_begin(eval);
	for (i = 0; i < right->count; i++) {
		before = marks_find(eval, right_match[i]);
		if (before != UINT32_MAX)
			return binary_refuse_doubles(eval, right_match[i], right->labels[i],
						     right->labels[before]);
		marks_put(eval, right_match[i], (uint32_t)i);
		is_taken[i] = false;
	}
	*join = (struct eval_join){eval->instant, left->labels, right->labels,
				   signature,	  right_of,	true};
	for (i = 0; i < left->count; i++) {
		right_of[i] = marks_find(eval, left_match[i]);
		if (right_of[i] == UINT32_MAX)
			continue;
		if (is_taken[right_of[i]])
			join->is_injective = false;
		is_taken[right_of[i]] = true;
	}
	return 0;
}

/* The same two label arrays match in the same way, whatever the values. */
static int binary_join(struct eval *eval, const struct expr *expr, const struct eval_vector *left,
		       const struct eval_vector *right, struct eval_join *join)
{
	struct eval_projection *signature = binary_signature(eval, expr);
	uint64_t hash = table_mix((uintptr_t)left->labels * 3 + (uintptr_t)right->labels * 5 +
				  (uintptr_t)signature);
	struct eval_join *known = &eval->joins[hash % EVAL_REMEMBERED];
	struct eval_memory *memory = eval->memory;
	int error;

	if (!left->is_kept || !right->is_kept)
		return binary_join_new(eval, signature, left, right, join);
	if (known->instant == eval->instant && known->left == left->labels &&
	    known->right == right->labels && known->by == signature) {
		*join = *known;
		return 0;
	}
	eval->memory = &eval->kept;
	error = binary_join_new(eval, signature, left, right, join);
	eval->memory = memory;
	if (!error)
		*known = *join;
	return error;
}

/* Which items of the left side pass. The first that passes takes the match; one more is an error.
 */
static int binary_passing(struct eval *eval, const struct expr *expr,
			  const struct eval_vector *left, const struct eval_vector *right,
			  const struct eval_join *join, uint32_t *passing, size_t *count)
{
	bool is_filter = binary_is_comparison(expr->op) && !expr->is_bool;
	bool *is_taken =
		join->is_injective ? NULL : eval_memory(eval, right->count, sizeof(*is_taken));
	size_t used = 0, i;

	if (is_taken)
		memset(is_taken, 0, right->count * sizeof(*is_taken));
	for (i = 0; i < left->count; i++) {
		uint32_t at = join->right_of[i];

		if (at == UINT32_MAX ||
		    (is_filter && !binary_compare(expr->op, left->values[i], right->values[at])))
			continue;
		passing[used++] = (uint32_t)i;
		if (is_taken && is_taken[at])
			return eval_fail(eval, "multiple matches for labels: many-to-one matching "
					       "must be explicit "
					       "(group_left/group_right)");
		if (is_taken)
			is_taken[at] = true;
	}
	*count = used;
	return 0;
}

static int binary_match(struct eval *eval, const struct expr *expr, const struct eval_vector *left,
			const struct eval_vector *right, struct eval_value *value)
{
	bool is_comparison = binary_is_comparison(expr->op),
	     is_filter = is_comparison && !expr->is_bool;
	uint32_t *passing = eval_memory(eval, left->count, sizeof(*passing));
	const struct labels *const *result;
	struct eval_maker maker;
	struct eval_join join;
	size_t count = 0, i;
	int error = binary_join(eval, expr, left, right, &join);

	if (!error)
		error = binary_passing(eval, expr, left, right, &join, passing, &count);
	if (error)
		return error;
	maker_init(eval, &maker, count, is_filter);
	result = vector_derived(eval, left, binary_result(eval, expr));
	for (i = 0; i < count; i++) {
		uint32_t at = passing[i];
		double one = left->values[at], other = right->values[join.right_of[at]];
		const struct labels *labels = result[at];

		if (expr->has_on &&
		    binary_drops_name(expr)) /* on(__name__) matches by it all the same */
			labels = labels_nameless(eval->pool, labels);
		if (is_filter)
			maker.sides[i] = (struct eval_sides){true, one, other};
		maker_add(&maker, labels,
			  is_filter	  ? one
			  : is_comparison ? binary_compare(expr->op, one, other)
					  : binary_number(expr->op, one, other));
	}
	*value = maker_value(eval, &maker);
	value->vector.is_nameless = binary_drops_name(expr);
	/* without on() all labels that were matched by are in the result, and they are of one item
	 * only */
	value->vector.is_one_name = !expr->has_on;
	return expr->has_on && binary_drops_name(expr) ? eval_refuse_doubles(eval, value) : 0;
}

/* --- sets */

static void binary_pick(struct eval_maker *maker, const struct eval_vector *from, size_t at)
{
	if (maker->sides)
		maker->sides[maker->count] =
			from->sides ? from->sides[at] : (struct eval_sides){.has = false};
	maker_add(maker, from->labels[at], from->values[at]);
}

/* Picks those of a vector whose match is, or is not, among those of the other. */
static void binary_pick_matched(struct eval *eval, struct eval_projection *signature,
				const struct eval_vector *from, const struct eval_vector *other,
				bool is_matched, struct eval_maker *maker)
{
	const struct labels *const *other_match = vector_derived(eval, other, signature);
	const struct labels *const *from_match = vector_derived(eval, from, signature);
	size_t i;

	marks_begin(eval);
	for (i = 0; i < other->count; i++)
		marks_put(eval, other_match[i], 0);
	for (i = 0; i < from->count; i++)
		if ((marks_find(eval, from_match[i]) != UINT32_MAX) == is_matched)
			binary_pick(maker, from, i);
}

static int binary_sets(struct eval *eval, const struct expr *expr, const struct eval_vector *left,
		       const struct eval_vector *right, struct eval_value *value)
{
	struct eval_projection *signature = binary_signature(eval, expr);
	struct eval_maker maker;
	size_t i;

	if (expr->op == OP_OR) {
		maker_init(eval, &maker, left->count + right->count, left->sides || right->sides);
		for (i = 0; i < left->count; i++)
			binary_pick(&maker, left, i);
		binary_pick_matched(eval, signature, right, left, false, &maker);
		*value = maker_value(eval, &maker);
		value->vector.is_nameless = left->is_nameless && right->is_nameless;
		return eval_refuse_doubles(eval, value);
	}
	maker_init(eval, &maker, left->count, left->sides);
	binary_pick_matched(eval, signature, left, right, expr->op == OP_AND, &maker);
	*value = maker_value(eval, &maker);
	value->vector.is_nameless = left->is_nameless;
	value->vector.is_one_name = left->is_one_name;
	return 0;
}

int eval_binary(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	struct eval_value left, right;
	int error = eval_node(eval, expr->args[0], &left);

	if (!error)
		error = eval_node(eval, expr->args[1], &right);
	if (error)
		return error;
	if (left.type == VALUE_SCALAR && right.type == VALUE_SCALAR) {
		*value = eval_number(binary_is_comparison(expr->op)
					     ? binary_compare(expr->op, left.scalar, right.scalar)
					     : binary_number(expr->op, left.scalar, right.scalar));
		return 0;
	}
	if (right.type == VALUE_SCALAR)
		return binary_vector_number(eval, &left.vector,
					    &(struct binary_number){expr, right.scalar, false},
					    value);
	if (left.type == VALUE_SCALAR)
		return binary_vector_number(eval, &right.vector,
					    &(struct binary_number){expr, left.scalar, true},
					    value);
	if (binary_is_set(expr->op))
		return binary_sets(eval, expr, &left.vector, &right.vector, value);
	if (left.vector.count && right.vector.count)
		return binary_match(eval, expr, &left.vector, &right.vector, value);
	*value = (struct eval_value){.type = VALUE_VECTOR};
	return 0;
}
