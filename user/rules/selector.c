// SPDX-License-Identifier: Apache-2.0
/*
 * In: tokens of a metric's name and matchers in braces. Out: a selector.
 * The rule that surprises: the name is a matcher too, the first one, so that the store has one kind
 * of question.
 */
#include "rules/parser.h"

#include <stdlib.h>
#include <string.h>

#include "rules/regex.h"

void matchers_fini(struct matcher *matchers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		regex_free(matchers[i].regex);
		matchers[i].regex = NULL;
	}
}

void matchers_discard(struct parser *p)
{
	matchers_fini(p->made, p->made_count);
}

static const char *token_string(const struct parser *p, const struct token *token)
{
	return arena_string(p->arena, p->text + token->start, token->end - token->start);
}

/* Where in the text a byte of a string's value stands; with escapes it can only be said of the
 * whole string. */
static size_t place_in_string(const struct parser *p, const struct token *token, size_t byte)
{
	size_t length = token->end - token->start;

	if (p->text[token->start] != '`' && memchr(p->text + token->start, '\\', length))
		return token->start;
	return token->start + 1 + byte;
}

static void add_matcher(struct parser *p, struct matcher matcher)
{
	mem_grow(&p->made, &p->made_capacity, p->made_count + 1, sizeof(*p->made));
	p->made[p->made_count++] = matcher;
}

static void finish_matcher(struct parser *p, struct matcher *matcher, const struct token *value)
{
	struct regex_mistake mistake;

	matcher->value = lexer_string(p->arena, p->text, value);
	if (matcher->kind == MATCH_REGEX || matcher->kind == MATCH_NOT_REGEX) {
		matcher->regex = regex_new(matcher->value, strlen(matcher->value), &mistake);
		if (!matcher->regex)
			parser_tell(p, place_in_string(p, value, mistake.place),
				    "bad regular expression: %s", mistake.message);
	}
	add_matcher(p, *matcher);
}

static bool match_kind(const struct token *token, enum match_kind *kind)
{
	if (token->kind == TOKEN_ASSIGN)
		*kind = MATCH_EQUAL;
	else if (token->kind == TOKEN_OPERATOR && token->detail == OP_NE)
		*kind = MATCH_NOT_EQUAL;
	else if (token->kind == TOKEN_MATCH)
		*kind = MATCH_REGEX;
	else if (token->kind == TOKEN_NOT_MATCH)
		*kind = MATCH_NOT_REGEX;
	else
		return false;
	return true;
}

/* False after a mistake; the caller passes the rest of it. */
static bool parse_matcher(struct parser *p)
{
	const struct token *token = parser_token(p);
	struct matcher matcher = {0};

	if (token->kind != TOKEN_WORD) {
		parser_unexpected(p, " in a label matcher, a label name is expected");
		return false;
	}
	matcher.name = token_string(p, token);
	p->at++;
	if (!match_kind(parser_token(p), &matcher.kind)) {
		parser_unexpected(p, " in a label matcher, =, !=, =~ or !~ is expected");
		return false;
	}
	p->at++;
	token = parser_token(p);
	if (token->kind != TOKEN_STRING) {
		parser_unexpected(p, " in a label matcher, a string is expected");
		return false;
	}
	finish_matcher(p, &matcher, token);
	p->at++;
	return true;
}

static bool at_end_of_matchers(const struct parser *p)
{
	enum token_kind kind = parser_token(p)->kind;

	return kind == TOKEN_RIGHT_BRACE || kind == TOKEN_END;
}

void parse_matchers(struct parser *p, size_t brace, bool has_braces, struct expr *expr)
{
	size_t first = p->made_count - expr->matchers_count; /* the name outside is the first one */

	while (!at_end_of_matchers(p)) {
		if (parse_matcher(p)) {
			if (parser_take(p, TOKEN_COMMA) || at_end_of_matchers(p))
				continue;
			parser_unexpected(p, " behind a label matcher, ',' or '}' is expected");
		}
		parser_skip(p, TOKEN_COMMA, TOKEN_RIGHT_BRACE);
		parser_take(p, TOKEN_COMMA);
	}
	if (has_braces && !parser_take(p, TOKEN_RIGHT_BRACE) &&
	    p->tokens[p->at - 1].kind != TOKEN_BAD)
		parser_tell(p, brace, "unclosed left brace");
	expr->matchers_count = p->made_count - first;
	expr->matchers = arena_new(p->arena, (expr->matchers_count + 1) * sizeof(*expr->matchers));
	if (expr->matchers_count)
		memcpy(expr->matchers, p->made + first,
		       expr->matchers_count * sizeof(*expr->matchers));
}

struct expr *parse_selector(struct parser *p)
{
	const struct token *token = parser_token(p);
	struct expr *expr = node_new(p, EXPR_SELECTOR, token->start);
	bool has_name = token->kind != TOKEN_LEFT_BRACE;

	expr->type = VALUE_VECTOR;
	if (has_name) {
		add_matcher(p,
			    (struct matcher){.name = "__name__", .value = token_string(p, token)});
		expr->matchers_count = 1;
		p->at++;
		token = parser_token(p);
	}
	if (parser_take(p, TOKEN_LEFT_BRACE)) {
		parse_matchers(p, token->start, true, expr);
	} else {
		expr->matchers = arena_new(p->arena, sizeof(*expr->matchers));
		expr->matchers[0] = p->made[p->made_count - 1];
	}
	check_selector(p, expr, has_name);
	return node_done(p, expr);
}
