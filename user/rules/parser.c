// SPDX-License-Identifier: Apache-2.0
/*
 * In: the text of an expression. Out: a checked tree, or every mistake; a Pratt parser over the
 * tokens. The rule that surprises: after a mistake reading goes on behind it, so that independent
 * mistakes are told together; what such a repair makes up is `broken` and never complained of.
 */
#include "rules/parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"

const struct token *parser_token(const struct parser *p)
{
	return &p->tokens[p->at];
}

static void next(struct parser *p)
{
	if (p->tokens[p->at].kind != TOKEN_END)
		p->at++;
}

bool parser_take(struct parser *p, enum token_kind kind)
{
	if (p->tokens[p->at].kind != kind)
		return false;
	next(p);
	return true;
}

void parser_tell(struct parser *p, size_t place, const char *format, ...)
{
	auto_free char *message = NULL;
	va_list args;

	if (p->is_over)
		return;
	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		abort();
	va_end(args);
	mistakes_add(p->mistakes, place, "%s", message);
}

void parser_unexpected(struct parser *p, const char *where)
{
	const struct token *token = parser_token(p);
	size_t shown = token->end - token->start;
	const char *sort = token->kind == TOKEN_NUMBER	   ? "number "
			   : token->kind == TOKEN_STRING   ? "string "
			   : token->kind == TOKEN_DURATION ? "duration "
			   : token->kind == TOKEN_WORD	   ? "identifier "
			   : token->kind == TOKEN_METRIC   ? "metric name "
							   : "";

	if (token->kind == TOKEN_BAD || p->complained == p->at + 1)
		return;
	p->complained = p->at + 1;
	if (token->kind == TOKEN_END)
		parser_tell(p, token->start, "unexpected end of the expression%s", where);
	else
		parser_tell(p, token->start, "unexpected %s'%.*s%s'%s", sort,
			    (int)(shown > 40 ? 40 : shown), p->text + token->start,
			    shown > 40 ? "..." : "", where);
}

static int nesting(enum token_kind kind)
{
	if (kind == TOKEN_LEFT_PAREN || kind == TOKEN_LEFT_BRACE || kind == TOKEN_LEFT_BRACKET)
		return 1;
	return kind == TOKEN_RIGHT_PAREN || kind == TOKEN_RIGHT_BRACE || kind == TOKEN_RIGHT_BRACKET
		       ? -1
		       : 0;
}

void parser_skip(struct parser *p, enum token_kind one, enum token_kind other)
{
	int depth = 0;

	for (;; next(p)) {
		enum token_kind kind = parser_token(p)->kind;

		if (kind == TOKEN_END || (depth == 0 && (kind == one || kind == other)))
			return;
		if (depth > 0 || nesting(kind) > 0)
			depth += nesting(kind);
	}
}

bool parser_is_name(const struct token *token)
{
	switch (token->kind) {
	case TOKEN_WORD:
	case TOKEN_METRIC:
	case TOKEN_AGGREGATE:
	case TOKEN_BY:
	case TOKEN_WITHOUT:
	case TOKEN_OFFSET:
	case TOKEN_EDGE:
		return true;
	case TOKEN_OPERATOR:
		return token->detail == OP_AND || token->detail == OP_OR ||
		       token->detail == OP_UNLESS;
	default:
		return false;
	}
}

enum precedence {
	PRECEDENCE_OR = 1,
	PRECEDENCE_AND,
	PRECEDENCE_COMPARE,
	PRECEDENCE_SUM,
	PRECEDENCE_PRODUCT,
	PRECEDENCE_POWER
};

static enum precedence precedence_of(enum binary_op op)
{
	switch (op) {
	case OP_OR:
		return PRECEDENCE_OR;
	case OP_AND:
	case OP_UNLESS:
		return PRECEDENCE_AND;
	case OP_ADD:
	case OP_SUB:
		return PRECEDENCE_SUM;
	case OP_MUL:
	case OP_DIV:
	case OP_MOD:
	case OP_ATAN2:
		return PRECEDENCE_PRODUCT;
	case OP_POW:
		return PRECEDENCE_POWER;
	default:
		return PRECEDENCE_COMPARE;
	}
}

static struct expr *parse_from(struct parser *p, enum precedence least);

/* bool, on(...), ignoring(...) behind an operator. */
static void parse_modifiers(struct parser *p, struct expr *expr)
{
	const struct token *token;

	expr->is_bool = parser_take(p, TOKEN_BOOL);
	token = parser_token(p);
	if (token->kind == TOKEN_ON || token->kind == TOKEN_IGNORING) {
		expr->has_on = token->kind == TOKEN_ON;
		expr->has_ignoring = !expr->has_on;
		next(p);
		parse_names(p, expr->has_on ? "on" : "ignoring", expr);
	}
	token = parser_token(p);
	if (token->kind == TOKEN_GROUP) {
		struct expr ignored = {0};

		parser_tell(p, token->start, "the %.*s modifier is not supported",
			    (int)(token->end - token->start), p->text + token->start);
		next(p);
		/* its labels may be left out: then the parenthesis is the operand, which no name
		 * list could be told from */
		if (parser_token(p)->kind == TOKEN_LEFT_PAREN)
			parse_names(p, "group", &ignored);
	}
	if (parser_token(p)->kind == TOKEN_BOOL) {
		parser_tell(p, parser_token(p)->start, "bool must stand right behind the operator");
		next(p);
	}
}

static struct expr *parse_sign(struct parser *p)
{
	size_t start = parser_token(p)->start;
	bool is_minus = parser_token(p)->detail == OP_SUB;
	struct expr *expr = node_new(p, EXPR_NEGATE, start);

	next(p);
	expr->args[0] = parse_from(p, PRECEDENCE_POWER);
	expr->args_count = 1;
	return check_sign(p, expr, is_minus);
}

static bool starts_operand(const struct token *token)
{
	return parser_is_name(token) || token->kind == TOKEN_NUMBER ||
	       token->kind == TOKEN_STRING || token->kind == TOKEN_LEFT_PAREN ||
	       token->kind == TOKEN_LEFT_BRACE;
}

static struct expr *parse_left(struct parser *p)
{
	const struct token *token = parser_token(p);

	if (token->kind == TOKEN_OPERATOR && (token->detail == OP_ADD || token->detail == OP_SUB))
		return parse_sign(p);
	return parse_operand(p);
}

static struct expr *parse_binary(struct parser *p, struct expr *left, enum precedence precedence)
{
	const struct token *operator= parser_token(p);
	struct expr *expr = node_new(p, EXPR_BINARY, left->start);

	next(p);
	expr->op = (enum binary_op) operator->detail;
	parse_modifiers(p, expr);
	expr->args[0] = left;
	/* ^ alone is right-associative */
	expr->args[1] = parse_from(p, precedence == PRECEDENCE_POWER ? precedence : precedence + 1);
	expr->args_count = 2;
	return check_binary(p, expr, operator);
}

/* What the lexer has complained of between two operands may have been an operator: both are read,
 * neither is judged together. */
static struct expr *pass_bad(struct parser *p, struct expr *left)
{
	while (parser_take(p, TOKEN_BAD))
		;
	p->complained =
		p->at + 1; /* that what stands behind is unexpected comes of the same mistake */
	if (!starts_operand(parser_token(p)))
		return left;
	parse_left(p);
	return &p->broken.expr;
}

static struct expr *parse_from(struct parser *p, enum precedence least)
{
	struct expr *left;

	if (++p->depth > EXPR_MAX_DEPTH) {
		parser_tell(p, parser_token(p)->start,
			    "the expression nests too deeply (more than %d levels)",
			    EXPR_MAX_DEPTH);
		p->is_over = true;
		while (parser_token(p)->kind != TOKEN_END)
			next(p);
	}
	left = parse_left(p);
	for (;;) {
		const struct token *token = parser_token(p);

		if (token->kind == TOKEN_BAD)
			left = pass_bad(p, left);
		else if (token->kind == TOKEN_OPERATOR &&
			 precedence_of((enum binary_op)token->detail) >= least)
			left = parse_binary(p, left, precedence_of((enum binary_op)token->detail));
		else
			break;
	}
	p->depth--;
	return left;
}

struct expr *parse_expression(struct parser *p)
{
	return parse_from(p, PRECEDENCE_OR);
}

bool parser_start(struct parser *p, struct arena *arena, const char *text, size_t length,
		  enum lexer_start where, struct expr_mistakes *mistakes)
{
	size_t count;

	*p = (struct parser){.arena = arena, .text = text, .mistakes = mistakes};
	p->broken.expr.kind = EXPR_PAREN;
	if (length > EXPR_MAX_BYTES) {
		mistakes_add(mistakes, 0, "the expression is too long: %zu bytes (at most %u)",
			     length, EXPR_MAX_BYTES);
		return false;
	}
	p->tokens = lexer_tokens(text, length, where, &count, mistakes);
	return true;
}

bool parser_finish(struct parser *p, size_t mistakes_before)
{
	bool is_good = p->mistakes->count == mistakes_before;

	mistakes_sort(p->mistakes);
	if (!is_good)
		matchers_discard(p);
	free(p->made);
	free((void *)p->tokens);
	return is_good;
}

struct expr *expr_parse(struct arena *arena, const char *text, size_t length,
			struct expr_mistakes *mistakes)
{
	size_t before = mistakes->count;
	struct expr *expr = NULL;
	struct parser p;

	if (!parser_start(&p, arena, text, length, LEXER_EXPRESSION, mistakes))
		return NULL;
	if (parser_token(&p)->kind == TOKEN_END)
		parser_tell(&p, 0, "there is no expression");
	else
		expr = parse_expression(&p);
	if (parser_token(&p)->kind != TOKEN_END && p.complained != p.at)
		parser_unexpected(&p, "");
	/* one complaint; whatever else can be read on its own is read for its own mistakes */
	while (parser_token(&p)->kind != TOKEN_END)
		if (parser_token(&p)->kind == TOKEN_LEFT_PAREN &&
		    p.tokens[p.at + 1].kind == TOKEN_RIGHT_PAREN)
			p.at += 2;
		else if (starts_operand(parser_token(&p)))
			parse_expression(&p);
		else
			next(&p);
	if (!parser_finish(&p, before))
		return NULL;
	expr_canonize(arena, expr);
	return expr;
}

struct matcher *expr_parse_matchers(struct arena *arena, const char *text, size_t length,
				    size_t *count, struct expr_mistakes *mistakes)
{
	size_t first = 0, before = mistakes->count;
	struct expr selector = {0};
	struct parser p;
	bool has_braces;

	while (first < length && is_space(text[first]))
		first++;
	has_braces = first < length && text[first] == '{';
	*count = 0;
	if (!parser_start(&p, arena, text, length, has_braces ? LEXER_EXPRESSION : LEXER_IN_BRACES,
			  mistakes))
		return NULL;
	parser_take(&p, TOKEN_LEFT_BRACE);
	parse_matchers(&p, first, has_braces, &selector);
	if (parser_token(&p)->kind != TOKEN_END)
		parser_unexpected(&p, " behind the matchers");
	else if (!selector.matchers_count && mistakes->count == before)
		parser_tell(&p, 0, "there is no matcher");
	if (!parser_finish(&p, before))
		return NULL;
	*count = selector.matchers_count;
	return selector.matchers;
}
