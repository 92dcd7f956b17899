// SPDX-License-Identifier: Apache-2.0
/*
 * Binary operations. In: both sides. Out: numbers, or vectors matched one to one by their labels.
 * The rule that surprises: a comparison without `bool` is a filter, keeps names, and leaves beside each item that passed what
 * was compared with what; atan2 keeps the name as well, as it does in Prometheus 2.42.
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

/* --- with a number ----------------------------------------------------------------------------------------------- */

struct binary_number {
	const struct expr *expr;
	double number;
	bool is_left; /* the number stands left of the operator */
};

/* What a thousand rules do to a thousand series each second: no calls, no branches but the one. */
static inline void binary_filter_by(struct eval_maker *maker, const struct eval_vector *of, enum binary_op op,
				    const struct binary_number *with)
{
	double number = with->number;
	size_t i;

	for (i = 0; i < of->count; i++) {
		double value = of->items[i].value;

		if (!(with->is_left ? binary_compare(op, number, value) : binary_compare(op, value, number)))
			continue;
		maker->sides[maker->count] = (struct eval_sides){true, with->is_left ? number : value,
								 with->is_left ? value : number};
		maker_add(maker, of->items[i].labels, value);
	}
}

static size_t binary_passing(const struct eval_vector *of, const struct binary_number *with)
{
	enum binary_op op = with->expr->op;
	size_t passing = 0, i;

	for (i = 0; i < of->count; i++)
		passing += with->is_left ? binary_compare(op, with->number, of->items[i].value)
					 : binary_compare(op, of->items[i].value, with->number);
	return passing;
}

static void binary_filter(struct eval *eval, const struct eval_vector *of, const struct binary_number *with,
			  struct eval_value *value)
{
	struct eval_maker maker;

	maker_init(eval, &maker, binary_passing(of, with), true);
	switch (with->expr->op) {
	case OP_EQ:
		binary_filter_by(&maker, of, OP_EQ, with);
		break;
	case OP_NE:
		binary_filter_by(&maker, of, OP_NE, with);
		break;
	case OP_GT:
		binary_filter_by(&maker, of, OP_GT, with);
		break;
	case OP_LT:
		binary_filter_by(&maker, of, OP_LT, with);
		break;
	case OP_GE:
		binary_filter_by(&maker, of, OP_GE, with);
		break;
	default:
		binary_filter_by(&maker, of, OP_LE, with);
		break;
	}
	*value = maker_value(&maker);
}

static int binary_vector_number(struct eval *eval, const struct eval_vector *of, const struct binary_number *with,
				struct eval_value *value)
{
	const struct expr *expr = with->expr;
	bool is_comparison = binary_is_comparison(expr->op), drops_name = binary_drops_name(expr);
	struct eval_maker maker;
	size_t i;

	if (is_comparison && !expr->is_bool) {
		binary_filter(eval, of, with, value);
		return 0;
	}
	maker_init(eval, &maker, of->count, false);
	for (i = 0; i < of->count; i++) {
		double left = with->is_left ? with->number : of->items[i].value;
		double right = with->is_left ? of->items[i].value : with->number;
		const struct labels *labels = of->items[i].labels;

		maker_add(&maker, drops_name ? labels_nameless(eval->pool, labels) : labels,
			  is_comparison ? binary_compare(expr->op, left, right) : binary_number(expr->op, left, right));
	}
	*value = maker_value(&maker);
	return eval_refuse_doubles(eval, value);
}

/* --- two vectors -------------------------------------------------------------------------------------------------- */

static struct eval_projection *binary_signature(struct eval *eval, const struct expr *expr)
{
	return cache_projection(eval, !expr->has_on, false, expr->names, expr->has_on || expr->has_ignoring ? expr->names_count : 0);
}

/* The labels of a result: with on() those named, else all of the left side but those ignored. */
static struct eval_projection *binary_result(struct eval *eval, const struct expr *expr)
{
	return cache_projection(eval, !expr->has_on, !binary_drops_name(expr), expr->names,
				expr->has_on || expr->has_ignoring ? expr->names_count : 0);
}

static int binary_refuse_doubles(struct eval *eval, const struct labels *match, const struct labels *one,
				 const struct labels *other)
{
	struct buf text = {0};
	int error;

	buf_text(&text, "found duplicate series for the match group ");
	labels_print_braced(&text, match);
	buf_text(&text, " on the right hand-side of the operation: [");
	labels_print_braced(&text, one);
	buf_text(&text, ", ");
	labels_print_braced(&text, other);
	buf_text(&text, "];many-to-many matching not allowed: matching labels must be unique on one side");
	error = eval_fail(eval, "%s", text.bytes);
	buf_fini(&text);
	return error;
}

/* Marks each item of the right side under its signature. */
static int binary_mark_right(struct eval *eval, struct eval_projection *signature, const struct eval_vector *right)
{
	size_t i;

	marks_begin(eval);
	for (i = 0; i < right->count; i++) {
		const struct labels *match = projection_of(eval, signature, right->items[i].labels);
		uint32_t before = marks_find(eval, match);

		if (before != UINT32_MAX) {
			/* what is told is without the name, unless on() asks for it: so is the signature */
			return binary_refuse_doubles(eval, match, right->items[i].labels, right->items[before].labels);
		}
		marks_put(eval, match, (uint32_t)i);
	}
	return 0;
}

/* The first that passes takes the match; one more is an error, one that does not pass is not. */
static int binary_match(struct eval *eval, const struct expr *expr, const struct eval_vector *left,
			const struct eval_vector *right, struct eval_maker *maker)
{
	struct eval_projection *signature = binary_signature(eval, expr), *result = binary_result(eval, expr);
	bool is_comparison = binary_is_comparison(expr->op), drops_name = binary_drops_name(expr);
	bool *taken = eval_memory(eval, right->count, sizeof(*taken));
	size_t i;
	int error = binary_mark_right(eval, signature, right);

	if (error)
		return error;
	memset(taken, 0, right->count * sizeof(*taken));
	for (i = 0; i < left->count; i++) {
		const struct eval_item *item = &left->items[i];
		uint32_t at = marks_find(eval, projection_of(eval, signature, item->labels));
		const struct labels *labels;
		double value, other;
		bool passes;

		if (at == UINT32_MAX)
			continue;
		other = right->items[at].value;
		passes = is_comparison && binary_compare(expr->op, item->value, other);
		if (is_comparison && !expr->is_bool && !passes)
			continue;
		if (taken[at])
			return eval_fail(eval, "multiple matches for labels: many-to-one matching must be explicit "
					       "(group_left/group_right)");
		taken[at] = true;
		value = expr->is_bool ? passes : is_comparison ? item->value : binary_number(expr->op, item->value, other);
		labels = projection_of(eval, result, item->labels);
		if (drops_name) /* on(__name__) matches by it all the same */
			labels = labels_nameless(eval->pool, labels);
		if (maker->sides)
			maker->sides[maker->count] = (struct eval_sides){true, item->value, other};
		maker_add(maker, labels, value);
	}
	return 0;
}

static int binary_vectors(struct eval *eval, const struct expr *expr, const struct eval_vector *left,
			  const struct eval_vector *right, struct eval_value *value)
{
	struct eval_maker maker;
	int error = 0;

	maker_init(eval, &maker, left->count, binary_is_comparison(expr->op) && !expr->is_bool);
	if (left->count && right->count)
		error = binary_match(eval, expr, left, right, &maker);
	*value = maker_value(&maker);
	return error ? error : eval_refuse_doubles(eval, value);
}

/* --- sets --------------------------------------------------------------------------------------------------------- */

static void binary_pick(struct eval_maker *maker, const struct eval_vector *from, size_t at)
{
	if (maker->sides)
		maker->sides[maker->count] = from->sides ? from->sides[at] : (struct eval_sides){.has = false};
	maker->items[maker->count++] = from->items[at];
}

static void binary_mark_all(struct eval *eval, struct eval_projection *signature, const struct eval_vector *of)
{
	size_t i;

	marks_begin(eval);
	for (i = 0; i < of->count; i++)
		marks_put(eval, projection_of(eval, signature, of->items[i].labels), 0);
}

/* Those of a vector whose signature is marked, or is not. */
static void binary_pick_marked(struct eval *eval, struct eval_projection *signature, const struct eval_vector *from,
			       bool is_marked, struct eval_maker *maker)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		if ((marks_find(eval, projection_of(eval, signature, from->items[i].labels)) != UINT32_MAX) == is_marked)
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
		binary_mark_all(eval, signature, left);
		binary_pick_marked(eval, signature, right, false, &maker);
		*value = maker_value(&maker);
		return eval_refuse_doubles(eval, value);
	}
	maker_init(eval, &maker, left->count, left->sides);
	binary_mark_all(eval, signature, right);
	binary_pick_marked(eval, signature, left, expr->op == OP_AND, &maker);
	*value = maker_value(&maker);
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
		return binary_vector_number(eval, &left.vector, &(struct binary_number){expr, right.scalar, false}, value);
	if (left.type == VALUE_SCALAR)
		return binary_vector_number(eval, &right.vector, &(struct binary_number){expr, left.scalar, true}, value);
	if (binary_is_set(expr->op))
		return binary_sets(eval, expr, &left.vector, &right.vector, value);
	return binary_vectors(eval, expr, &left.vector, &right.vector, value);
}
