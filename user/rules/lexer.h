/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: the text of an expression. Out: its tokens, all at once, with every lexical mistake told.
 * The rule that surprises: keywords are a kind of word, since most of them may also name metrics
 * and labels.
 */
#ifndef RULES_LEXER_H
#define RULES_LEXER_H

#include "rules/expr.h"

enum token_kind {
	TOKEN_END,
	TOKEN_BAD, /* a mistake was told: whoever meets it keeps silent */
	TOKEN_NUMBER,
	TOKEN_DURATION,
	TOKEN_STRING,
	TOKEN_WORD,   /* a name without colon, no keyword */
	TOKEN_METRIC, /* a name with a colon */
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
	TOKEN_LEFT_BRACE,
	TOKEN_RIGHT_BRACE,
	TOKEN_LEFT_BRACKET,
	TOKEN_RIGHT_BRACKET,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_AT,
	TOKEN_ASSIGN,	 /* = */
	TOKEN_MATCH,	 /* =~ */
	TOKEN_NOT_MATCH, /* !~ */
	TOKEN_OPERATOR,	 /* `detail` is the enum binary_op; words like `and` too */
	TOKEN_AGGREGATE, /* `detail` is the enum aggregate_op, or TOKEN_FOREIGN */
	TOKEN_BOOL,
	TOKEN_BY,
	TOKEN_WITHOUT,
	TOKEN_ON,
	TOKEN_IGNORING,
	TOKEN_GROUP, /* group_left, group_right */
	TOKEN_OFFSET,
	TOKEN_EDGE, /* start, end */
};

#define TOKEN_FOREIGN 99 /* an aggregation that PromQL has and we do not */

struct token {
	enum token_kind kind;
	unsigned detail;
	size_t start, end; /* bytes */
};

enum lexer_start { LEXER_EXPRESSION, LEXER_IN_BRACES };

/* The tokens, malloc'd; the last is TOKEN_END. */
struct token *lexer_tokens(const char *text, size_t length, enum lexer_start start, size_t *count,
			   struct expr_mistakes *mistakes);
/* The value of a good string token, in the arena. */
char *lexer_string(struct arena *arena, const char *text, const struct token *token);
/* The value of a number token; -EINVAL when it is none. */
int lexer_number(const char *text, const struct token *token, double *number);

void duration_print(struct buf *out, int64_t ms); /* shortest in our units: 1h30m; nothing for 0 */

/* mistakes.c */
void mistakes_add(struct expr_mistakes *mistakes, size_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void mistakes_sort(
	struct expr_mistakes *mistakes); /* by place; of equal messages at a place one stays */

static inline bool is_letter(char c) /* Prometheus counts the underscore among them */
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_word(char c)
{
	return is_letter(c) || is_digit(c);
}

static inline bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif
