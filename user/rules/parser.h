/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the parser share. In: tokens. Out: nodes.
 * The rule that surprises: every parse_* gives a node. Where a mistake leaves nothing to give it is
 * `broken`, which has no type, so that nothing is complained of twice.
 */
#ifndef RULES_PARSER_H
#define RULES_PARSER_H

#include "rules/functions.h"
#include "rules/lexer.h"

#define EXPR_MAX_BYTES (64u << 10)
/* Of parentheses in text and of nodes in the tree (a + b + c ... is one deeper with each term). */
#define EXPR_MAX_DEPTH 500

struct node {
	struct expr expr; /* first: a node is its expression */
	unsigned height;
};

struct parser {
	struct arena *arena;
	const char *text;
	const struct token *tokens;
	size_t at;
	unsigned depth;
	bool is_over; /* too deep: no more is read, and nothing more is said */
	bool told_unclosed;
	size_t complained; /* 1 + index of the token last called unexpected: once is enough */
	struct node broken;
	struct matcher
		*made; /* every matcher compiled, so that they can be let go after a mistake */
	size_t made_count, made_capacity;
	struct expr_mistakes *mistakes;
};

/* parser.c */
bool parser_start(struct parser *p, struct arena *arena, const char *text, size_t length,
		  enum lexer_start where, struct expr_mistakes *mistakes);
bool parser_finish(struct parser *p, size_t mistakes_before); /* true: nothing was told since */
const struct token *parser_token(const struct parser *p);
bool parser_take(struct parser *p, enum token_kind kind);
void parser_tell(struct parser *p, size_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void parser_unexpected(struct parser *p, const char *where);
/* Passes everything up to one of the two kinds at this depth of brackets, or to the end; does not
 * pass that. */
void parser_skip(struct parser *p, enum token_kind one, enum token_kind other);
bool parser_is_name(const struct token *token); /* may be the name of a metric */
struct expr *parse_expression(struct parser *p);

/* operand.c */
struct expr *parse_operand(struct parser *p);
/* ( a, b, ... ) of by, without, on, ignoring. */
void parse_names(struct parser *p, const char *where, struct expr *expr);

/* selector.c */
struct expr *parse_selector(struct parser *p);
/* Behind the left brace, up to and with the right one, or to the end when there are no braces. */
void parse_matchers(struct parser *p, size_t brace, bool has_braces, struct expr *expr);
void matchers_discard(struct parser *p);

/* check.c */
struct expr *node_new(struct parser *p, enum expr_kind kind, size_t start);
/* Fixes its end and its height; told and `broken` when it is too high. */
struct expr *node_done(struct parser *p, struct expr *expr);
bool node_is_broken(const struct parser *p, const struct expr *expr);
struct expr *check_binary(struct parser *p, struct expr *expr, const struct token *operator);
struct expr *check_sign(struct parser *p, struct expr *expr, bool is_minus);
struct expr *check_call(struct parser *p, struct expr *expr, size_t given_count);
struct expr *check_aggregate(struct parser *p, struct expr *expr);
void check_selector(struct parser *p, struct expr *expr, bool has_outer_name);

/* print.c */
void expr_canonize(struct arena *arena, struct expr *expr);
const char *operator_text(enum binary_op op);
const char *aggregate_text(enum aggregate_op op);

#endif
