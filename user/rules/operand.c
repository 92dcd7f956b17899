// SPDX-License-Identifier: Apache-2.0
/*
 * In: tokens where a value must begin. Out: numbers, strings, calls, aggregations, parentheses, and
 * what stands behind them. The rule that surprises: `sum` is an aggregation only before '(', by or
 * without, and a metric anywhere else.
 */
#include "rules/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *word_of(const struct parser *p, const struct token *token, int *length)
{
	*length = (int)(token->end - token->start);
	return p->text + token->start;
}

static const struct token *following(const struct parser *p)
{
	const struct token *token = parser_token(p);

	return token->kind == TOKEN_END ? token : token + 1;
}

/* Passes the parenthesis that ends what began at `opened`. */
static void close_paren(struct parser *p, size_t opened, const char *where)
{
	if (parser_take(p, TOKEN_RIGHT_PAREN))
		return;
	if (parser_token(p)->kind != TOKEN_END) {
		parser_unexpected(p, where);
		parser_skip(p, TOKEN_RIGHT_PAREN, TOKEN_END);
	}
	if (parser_take(p, TOKEN_RIGHT_PAREN))
		return;
	if (!p->told_unclosed && p->complained != p->at + 1)
		parser_tell(p, opened, "unclosed left parenthesis");
	p->told_unclosed = true;
	p->complained = p->at + 1; /* that the end is unexpected is the same mistake */
}

static bool is_label_token(const struct token *token)
{
	switch (token->kind) {
	case TOKEN_BOOL:
	case TOKEN_ON:
	case TOKEN_IGNORING:
	case TOKEN_GROUP:
		return true;
	case TOKEN_OPERATOR:
		return token->detail == OP_ATAN2 || parser_is_name(token);
	case TOKEN_METRIC:
	case TOKEN_WITHOUT: /* Prometheus has left it out */
		return false;
	default:
		return parser_is_name(token);
	}
}

static void parse_name_list(struct parser *p, const char *where, const char ***names, size_t *count,
			    size_t *capacity)
{
	char behind[40];

	snprintf(behind, sizeof(behind), " in the labels of %s", where);
	while (parser_token(p)->kind != TOKEN_RIGHT_PAREN && parser_token(p)->kind != TOKEN_END) {
		const struct token *token = parser_token(p);
		int length;
		const char *word = word_of(p, token, &length);

		if (is_label_token(token)) {
			mem_grow(names, capacity, *count + 1, sizeof(**names));
			(*names)[(*count)++] = arena_string(p->arena, word, (size_t)length);
			p->at++;
			if (parser_take(p, TOKEN_COMMA) ||
			    parser_token(p)->kind == TOKEN_RIGHT_PAREN)
				continue;
		}
		if (parser_token(p)->kind != TOKEN_END)
			parser_unexpected(p, behind);
		parser_skip(p, TOKEN_COMMA, TOKEN_RIGHT_PAREN);
		parser_take(p, TOKEN_COMMA);
	}
}

void parse_names(struct parser *p, const char *where, struct expr *expr)
{
	size_t opened = parser_token(p)->start, count = 0, capacity = 0;
	const char **names = NULL;

	if (!parser_take(p, TOKEN_LEFT_PAREN)) {
		char behind[60];

		snprintf(behind, sizeof(behind), " behind %s, labels in parentheses are expected",
			 where);
		parser_unexpected(p, behind);
		return;
	}
	parse_name_list(p, where, &names, &count, &capacity);
	close_paren(p, opened, "");
	expr->names = arena_new(p->arena, (count + 1) * sizeof(*names));
	if (count)
		memcpy(expr->names, names, count * sizeof(*names));
	expr->names_count = count;
	free(names);
}

/* ( a, b, ... ) with the first EXPR_MAX_ARGS of them; returns how many there are. */
static size_t parse_arguments(struct parser *p, struct expr **args)
{
	size_t opened = parser_token(p)->start, count = 0;

	p->at++;
	if (parser_take(p, TOKEN_RIGHT_PAREN))
		return 0;
	for (;;) {
		struct expr *arg = parse_expression(p);
		const struct token *token;

		if (count < EXPR_MAX_ARGS)
			args[count] = arg;
		count++;
		token = parser_token(p);
		if (token->kind != TOKEN_COMMA && token->kind != TOKEN_RIGHT_PAREN &&
		    token->kind != TOKEN_END) {
			parser_unexpected(p, " in the arguments");
			parser_skip(p, TOKEN_COMMA, TOKEN_RIGHT_PAREN);
			token = parser_token(p);
		}
		if (!parser_take(p, TOKEN_COMMA))
			break;
		if (parser_token(p)->kind == TOKEN_RIGHT_PAREN) {
			parser_tell(p, token->start,
				    "a trailing comma is not allowed in arguments");
			break;
		}
	}
	close_paren(p, opened, "");
	return count;
}

static struct expr *parse_call(struct parser *p)
{
	const struct token *name = parser_token(p);
	struct expr *expr = node_new(p, EXPR_CALL, name->start);
	int length;
	const char *word = word_of(p, name, &length);
	size_t given;

	p->at++;
	given = parse_arguments(p, expr->args);
	expr->args_count = given < EXPR_MAX_ARGS ? given : EXPR_MAX_ARGS;
	expr->function = function_find(word, (size_t)length);
	if (expr->function)
		return check_call(p, expr, given);
	if (function_is_foreign(word, (size_t)length))
		parser_tell(p, name->start, "function '%.*s' is not supported", length, word);
	else
		parser_tell(p, name->start, "unknown function '%.*s'", length, word);
	return &p->broken.expr;
}

/* by (...), without (...): before the parentheses or behind them. */
static bool parse_grouping(struct parser *p, struct expr *expr, bool had_one)
{
	const struct token *token = parser_token(p);
	struct expr again = {0};

	if (token->kind != TOKEN_BY && token->kind != TOKEN_WITHOUT)
		return false;
	if (had_one)
		parser_unexpected(p, ": the aggregation has its labels already");
	p->at++;
	expr = had_one ? &again : expr;
	expr->is_without = token->kind == TOKEN_WITHOUT;
	parse_names(p, expr->is_without ? "without" : "by", expr);
	return true;
}

static struct expr *parse_aggregate(struct parser *p)
{
	const struct token *name = parser_token(p);
	struct expr *expr = node_new(p, EXPR_AGGREGATE, name->start);
	struct expr *args[EXPR_MAX_ARGS] = {0};
	bool is_foreign = name->detail == TOKEN_FOREIGN, takes_param, has_labels;
	size_t given;
	int length;
	const char *word = word_of(p, name, &length);

	p->at++;
	has_labels = parse_grouping(p, expr, false);
	if (parser_token(p)->kind != TOKEN_LEFT_PAREN) {
		parser_unexpected(p, " in an aggregation, '(' is expected");
		return &p->broken.expr;
	}
	given = parse_arguments(p, args);
	parse_grouping(p, expr, has_labels);
	if (is_foreign) {
		parser_tell(p, name->start, "aggregation '%.*s' is not supported", length, word);
		return &p->broken.expr;
	}
	expr->aggregate = (enum aggregate_op)name->detail;
	takes_param = expr->aggregate == AGG_TOPK || expr->aggregate == AGG_BOTTOMK;
	if (given != (takes_param ? 2 : 1)) {
		parser_tell(p, name->start, "aggregation '%.*s' takes %s, got %zu", length, word,
			    takes_param ? "2 arguments" : "1 argument", given);
		return &p->broken.expr;
	}
	expr->param = takes_param ? args[0] : NULL;
	expr->args[0] = args[takes_param ? 1 : 0];
	expr->args_count = 1;
	return check_aggregate(p, expr);
}

static struct expr *parse_paren(struct parser *p)
{
	const struct token *opened = parser_token(p);
	struct expr *expr = node_new(p, EXPR_PAREN, opened->start);

	p->at++;
	expr->args[0] = parse_expression(p);
	expr->args_count = 1;
	close_paren(p, opened->start, "");
	if (node_is_broken(p, expr->args[0]))
		return &p->broken.expr;
	expr->type = expr->args[0]->type;
	return node_done(p, expr);
}

static struct expr *parse_literal(struct parser *p)
{
	const struct token *token = parser_token(p);
	struct expr *expr =
		node_new(p, token->kind == TOKEN_NUMBER ? EXPR_NUMBER : EXPR_STRING, token->start);
	int length;
	const char *word = word_of(p, token, &length);

	p->at++;
	if (expr->kind == EXPR_STRING) {
		expr->type = VALUE_STRING;
		expr->string = lexer_string(p->arena, p->text, token);
	} else if (lexer_number(p->text, token, &expr->number) < 0) {
		parser_tell(p, token->start, "bad number '%.*s'", length > 60 ? 60 : length, word);
	}
	return node_done(p, expr);
}

static void skip_sign(struct parser *p)
{
	const struct token *token = parser_token(p);

	if (token->kind == TOKEN_OPERATOR && (token->detail == OP_ADD || token->detail == OP_SUB))
		p->at++;
}

/* offset 5m, @ 1600000000, @ start(): known, refused, passed. */
static void refuse_modifier(struct parser *p)
{
	bool is_offset = parser_token(p)->kind == TOKEN_OFFSET;

	parser_tell(p, parser_token(p)->start, "the %s modifier is not supported",
		    is_offset ? "offset" : "@");
	p->at++;
	skip_sign(p);
	if (is_offset)
		parser_take(p, TOKEN_DURATION);
	else if (parser_take(p, TOKEN_EDGE) && parser_take(p, TOKEN_LEFT_PAREN))
		parser_take(p, TOKEN_RIGHT_PAREN);
	else
		parser_take(p, TOKEN_NUMBER);
}

static bool ends_operand(const struct token *token)
{
	return token->kind == TOKEN_END || token->kind == TOKEN_COMMA ||
	       token->kind == TOKEN_RIGHT_PAREN;
}

/* Nothing can begin here; what stands behind may still be read for its own mistakes. */
static struct expr *parse_nothing(struct parser *p)
{
	const struct token *token = parser_token(p);

	if (token->kind == TOKEN_AT) {
		refuse_modifier(p);
		return &p->broken.expr;
	}
	parser_unexpected(p, "");
	if (ends_operand(token))
		return &p->broken.expr;
	p->at++;
	while (parser_take(p, TOKEN_BAD))
		;
	token = parser_token(p);
	if (!ends_operand(token) && token->kind != TOKEN_OPERATOR &&
	    (token[-1].kind == TOKEN_OPERATOR || token[-1].kind == TOKEN_BAD))
		parse_operand(p);
	return &p->broken.expr;
}

/* Behind '[': a duration; 0 after a mistake. */
static int64_t parse_range_duration(struct parser *p)
{
	const struct token *token = parser_token(p);
	int length;
	const char *word = word_of(p, token, &length);
	int64_t ms = 0;

	if (token->kind != TOKEN_DURATION) {
		if (token->kind != TOKEN_BAD && token->kind != TOKEN_END)
			parser_unexpected(p, " in a range, a duration is expected");
		return 0;
	}
	p->at++;
	if (expr_parse_duration(word, (size_t)length, &ms) < 0)
		parser_tell(p, token->start, "bad duration '%.*s'", length > 60 ? 60 : length,
			    word);
	else if (!ms)
		parser_tell(p, token->start, "a duration must be greater than 0");
	return ms;
}

static struct expr *parse_range(struct parser *p, struct expr *expr)
{
	const struct token *bracket = parser_token(p);
	bool is_selector = expr->kind == EXPR_SELECTOR && !expr->range_ms;
	int64_t ms;

	p->at++;
	ms = parse_range_duration(p);
	if (parser_token(p)->kind == TOKEN_COLON) {
		parser_tell(p, bracket->start, "subqueries are not supported");
		ms = 0;
	} else if (!node_is_broken(p, expr) && !is_selector) {
		parser_tell(p, bracket->start, "a range is only allowed behind a vector selector");
	} else if (ms && parser_token(p)->kind != TOKEN_RIGHT_BRACKET &&
		   parser_token(p)->kind != TOKEN_END) {
		parser_unexpected(p, " in a range, ']' is expected");
	}
	parser_skip(p, TOKEN_RIGHT_BRACKET, TOKEN_RIGHT_PAREN);
	expr->end = parser_token(p)->end;
	if (!parser_take(p, TOKEN_RIGHT_BRACKET) && parser_token(p)->kind == TOKEN_END)
		parser_tell(p, bracket->start, "unclosed left bracket");
	if (!is_selector || !ms)
		return &p->broken.expr;
	expr->range_ms = ms;
	expr->type = VALUE_MATRIX;
	return expr;
}

/* start(), end(): of the @ modifier only, and we have none. */
static struct expr *refuse_edge(struct parser *p)
{
	struct expr *args[EXPR_MAX_ARGS];
	const struct token *name = parser_token(p);
	int length;
	const char *word = word_of(p, name, &length);

	parser_tell(p, name->start, "%.*s() is not supported", length, word);
	p->at++;
	parse_arguments(p, args);
	return &p->broken.expr;
}

static struct expr *parse_bare(struct parser *p)
{
	const struct token *token = parser_token(p), *second = following(p);

	if (token->kind == TOKEN_NUMBER || token->kind == TOKEN_STRING)
		return parse_literal(p);
	if (token->kind == TOKEN_LEFT_PAREN)
		return parse_paren(p);
	if (token->kind == TOKEN_AGGREGATE &&
	    (second->kind == TOKEN_LEFT_PAREN || second->kind == TOKEN_BY ||
	     second->kind == TOKEN_WITHOUT))
		return parse_aggregate(p);
	if (token->kind == TOKEN_WORD && second->kind == TOKEN_LEFT_PAREN)
		return parse_call(p);
	if (token->kind == TOKEN_EDGE && second->kind == TOKEN_LEFT_PAREN)
		return refuse_edge(p);
	if (token->kind == TOKEN_LEFT_BRACE || parser_is_name(token))
		return parse_selector(p);
	return parse_nothing(p);
}

struct expr *parse_operand(struct parser *p)
{
	struct expr *expr = parse_bare(p);

	for (;;) {
		enum token_kind kind = parser_token(p)->kind;

		if (kind == TOKEN_LEFT_BRACKET)
			expr = parse_range(p, expr);
		else if (kind == TOKEN_OFFSET || kind == TOKEN_AT)
			refuse_modifier(p);
		else
			return expr;
	}
}
