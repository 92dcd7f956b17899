// SPDX-License-Identifier: Apache-2.0
/*
 * In: nodes as they are read. Out: their types, and what is wrong with them; the rules are
 * Prometheus 2.42's. The rule that surprises: a broken part has no type, and what holds it is
 * judged by its other parts only.
 */
#include "rules/parser.h"

#include <string.h>

static const char *const type_names[] = {
	[VALUE_SCALAR] = "a scalar",
	[VALUE_VECTOR] = "an instant vector",
	[VALUE_MATRIX] = "a range vector",
	[VALUE_STRING] = "a string",
};

static struct node *node_of(struct expr *expr)
{
	return (struct node *)expr;
}

struct expr *node_new(struct parser *p, enum expr_kind kind, size_t start)
{
	struct node *node = arena_new(p->arena, sizeof(*node));

	node->expr.kind = kind;
	node->expr.start = start;
	return &node->expr;
}

struct expr *node_done(struct parser *p, struct expr *expr)
{
	unsigned height = expr->param ? node_of(expr->param)->height : 0;

	for (size_t i = 0; i < expr->args_count; i++)
		if (node_of(expr->args[i])->height > height)
			height = node_of(expr->args[i])->height;
	node_of(expr)->height = height + 1;
	expr->end = p->at ? p->tokens[p->at - 1].end : expr->start;
	if (height + 1 <= EXPR_MAX_DEPTH)
		return expr;
	parser_tell(p, expr->start, "the expression nests too deeply (more than %d levels)",
		    EXPR_MAX_DEPTH);
	p->is_over = true;
	return &p->broken.expr;
}

bool node_is_broken(const struct parser *p, const struct expr *expr)
{
	return expr == &p->broken.expr;
}

static bool is_comparison(enum binary_op op)
{
	return op >= OP_EQ && op <= OP_LE;
}

static bool is_set_operator(enum binary_op op)
{
	return op >= OP_AND;
}

/* True: it may stay for the type it has. */
static bool check_side(struct parser *p, const struct expr *side, enum binary_op op)
{
	if (node_is_broken(p, side))
		return false;
	if (side->type == VALUE_SCALAR || side->type == VALUE_VECTOR)
		return true;
	parser_tell(p, side->start, "operator '%s' takes scalars and instant vectors, not %s",
		    operator_text(op), type_names[side->type]);
	return false;
}

static void check_sides(struct parser *p, struct expr *expr, const struct token *operator)
{
	const struct expr *left = expr->args[0], *right = expr->args[1];
	bool both_vectors = left->type == VALUE_VECTOR && right->type == VALUE_VECTOR;

	if (is_comparison(expr->op) && !expr->is_bool && left->type == VALUE_SCALAR &&
	    right->type == VALUE_SCALAR)
		parser_tell(p, operator->start,
			    "a comparison between scalars needs the bool modifier");
	if (is_set_operator(expr->op) && !both_vectors)
		parser_tell(p, operator->start,
			    "set operator '%s' takes instant vectors only, got a scalar",
			    operator_text(expr->op));
	else if (expr->names_count && !both_vectors)
		parser_tell(
			p, operator->start,
			"vector matching (on, ignoring) is only allowed between instant vectors");
	if (!both_vectors) /* Prometheus lets an empty on() pass between scalars; it means nothing
			    */
		expr->has_on = expr->has_ignoring = false;
	expr->type = left->type == VALUE_SCALAR && right->type == VALUE_SCALAR ? VALUE_SCALAR
									       : VALUE_VECTOR;
}

struct expr *check_binary(struct parser *p, struct expr *expr, const struct token *operator)
{
	bool left_is_good = check_side(p, expr->args[0], expr->op);
	bool right_is_good = check_side(p, expr->args[1], expr->op);

	if (expr->is_bool && !is_comparison(expr->op))
		parser_tell(p, operator->start, "the bool modifier is only allowed on comparisons");
	if (!left_is_good || !right_is_good)
		return &p->broken.expr;
	check_sides(p, expr, operator);
	return node_done(p, expr);
}

struct expr *check_sign(struct parser *p, struct expr *expr, bool is_minus)
{
	struct expr *arg = expr->args[0];

	if (node_is_broken(p, arg))
		return arg;
	if (arg->type != VALUE_SCALAR && arg->type != VALUE_VECTOR) {
		parser_tell(
			p, expr->start,
			"a sign is only allowed before scalars and instant vectors, not before %s",
			type_names[arg->type]);
		return &p->broken.expr;
	}
	if (arg->kind == EXPR_NUMBER) { /* a signed number is a number */
		arg->number = is_minus ? -arg->number : arg->number;
		arg->start = expr->start;
		return arg;
	}
	expr->kind = is_minus ? EXPR_NEGATE : EXPR_PAREN; /* a plus changes nothing */
	expr->type = arg->type;
	return node_done(p, expr);
}

static void check_type(struct parser *p, const struct expr *arg, enum value_type want,
		       const char *where, const char *name)
{
	if (node_is_broken(p, arg) || arg->type == want)
		return;
	parser_tell(p, arg->start, "%s '%s' needs %s, got %s", where, name, type_names[want],
		    type_names[arg->type]);
}

struct expr *check_call(struct parser *p, struct expr *expr, size_t given_count)
{
	const struct function *function = expr->function;
	unsigned least = function->min_args, most = function->max_args;

	if (given_count < least || given_count > most)
		parser_tell(p, expr->start, "function '%s' takes %s%u argument%s, got %zu",
			    function->name,
			    least == most	  ? ""
			    : given_count < least ? "at least "
						  : "at most ",
			    given_count < least ? least : most,
			    (given_count < least ? least : most) == 1 ? "" : "s", given_count);
	for (size_t i = 0; i < expr->args_count && i < most; i++)
		check_type(p, expr->args[i], function->args[i], "function", function->name);
	expr->type = function->result;
	return node_done(p, expr);
}

struct expr *check_aggregate(struct parser *p, struct expr *expr)
{
	const char *name = aggregate_text(expr->aggregate);

	if (expr->param)
		check_type(p, expr->param, VALUE_SCALAR, "the parameter of aggregation", name);
	check_type(p, expr->args[0], VALUE_VECTOR, "aggregation", name);
	expr->type = VALUE_VECTOR;
	return node_done(p, expr);
}

static void check_name_once(struct parser *p, const struct expr *expr)
{
	for (size_t i = 1; i < expr->matchers_count; i++)
		if (!strcmp(expr->matchers[i].name, "__name__"))
			parser_tell(p, expr->start,
				    "the metric's name must not be set twice: '%s' or '%s'",
				    expr->matchers[0].value, expr->matchers[i].value);
}

void check_selector(struct parser *p, struct expr *expr, bool has_outer_name)
{
	bool is_bounded = false;

	if (has_outer_name)
		check_name_once(p, expr);
	for (size_t i = 0; i < expr->matchers_count; i++) {
		const struct matcher *matcher = &expr->matchers[i];

		if (!expr->metric && matcher->kind == MATCH_EQUAL &&
		    !strcmp(matcher->name, "__name__"))
			expr->metric = matcher->value;
		if (matcher->kind >= MATCH_REGEX && !matcher->regex)
			is_bounded = true; /* refused already */
		else if (!matcher_matches(matcher, ""))
			is_bounded = true;
	}
	if (!is_bounded)
		parser_tell(p, expr->start,
			    "a selector needs at least one matcher that does not match the empty "
			    "string");
}
