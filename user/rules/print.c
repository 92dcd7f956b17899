// SPDX-License-Identifier: Apache-2.0
/*
 * In: a checked tree. Out: canonical texts and the keys made of them: what is the same but for
 * white space, quotes and spelling of numbers has the same text. The rule that surprises:
 * parentheses stay as they were written.
 */
#include "rules/parser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "rules/eval.h"

static const char *const operators[] = {
	[OP_ADD] = "+", [OP_SUB] = "-",	  [OP_MUL] = "*",	[OP_DIV] = "/",
	[OP_MOD] = "%", [OP_POW] = "^",	  [OP_ATAN2] = "atan2", [OP_EQ] = "==",
	[OP_NE] = "!=", [OP_GT] = ">",	  [OP_LT] = "<",	[OP_GE] = ">=",
	[OP_LE] = "<=", [OP_AND] = "and", [OP_OR] = "or",	[OP_UNLESS] = "unless",
};

static const char *const aggregates[] = {
	[AGG_SUM] = "sum",     [AGG_MIN] = "min",   [AGG_MAX] = "max",	       [AGG_AVG] = "avg",
	[AGG_COUNT] = "count", [AGG_TOPK] = "topk", [AGG_BOTTOMK] = "bottomk",
};

static const char *const match_signs[] = {
	[MATCH_EQUAL] = "=",
	[MATCH_NOT_EQUAL] = "!=",
	[MATCH_REGEX] = "=~",
	[MATCH_NOT_REGEX] = "!~",
};

const char *operator_text(enum binary_op op)
{
	return operators[op];
}

const char *aggregate_text(enum aggregate_op op)
{
	return aggregates[op];
}

/* A string literal that reads back as the same bytes, and is harmless where it is shown. */
static void print_string(struct buf *out, const char *value)
{
	size_t length = strlen(value), used;
	struct buf clean = {0};

	buf_char(out, '"');
	for (size_t i = 0; i < length; i += used) {
		unsigned code = text_next(value + i, length - i, &used);

		buf_reset(&clean);
		text_clean(&clean, value + i, used, false);
		if (value[i] == '"' || value[i] == '\\')
			buf_format(out, "\\%c", value[i]);
		else if (code == 0xfffd)
			for (size_t byte = 0; byte < used; byte++)
				buf_format(out, "\\x%02x", (unsigned char)value[i + byte]);
		else if (value[i] == '\n' || value[i] == '\t' || value[i] == '\r')
			buf_format(out, "\\%c",
				   value[i] == '\n'   ? 'n'
				   : value[i] == '\t' ? 't'
						      : 'r');
		else if (clean.length != used || memcmp(clean.bytes, value + i, used) != 0)
			buf_format(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
		else
			buf_add(out, value + i, used);
	}
	buf_char(out, '"');
	buf_fini(&clean);
}

/* Without the plus of +Inf, which would be an operator again. */
static void print_number(struct buf *out, double number)
{
	if (isinf(number) && number > 0)
		buf_text(out, "Inf");
	else
		eval_print_number(out, number);
}

static void print_matcher(struct buf *out, const struct matcher *matcher)
{
	buf_format(out, "%s%s", matcher->name, match_signs[matcher->kind]);
	print_string(out, matcher->value);
}

void matchers_print(struct buf *out, const struct matcher *matchers, size_t count)
{
	buf_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(out, ',');
		print_matcher(out, &matchers[i]);
	}
	buf_char(out, '}');
}

/* A name that the parser would read as one where a value begins. */
static bool reads_as_metric(const char *name)
{
	struct expr_mistakes none = {0};
	size_t count;
	struct token *tokens;
	bool is_name;

	if (!expr_is_metric_name(name))
		return false;
	tokens = lexer_tokens(name, strlen(name), LEXER_EXPRESSION, &count, &none);
	is_name = parser_is_name(tokens);
	free(tokens);
	return is_name;
}

static void print_selector(struct buf *out, const struct expr *expr)
{
	const struct matcher *first = expr->matchers;
	bool has_name = first->kind == MATCH_EQUAL && !strcmp(first->name, "__name__") &&
			reads_as_metric(first->value);

	/* a second name could not stand behind one outside of the braces */
	for (size_t i = 1; i < expr->matchers_count; i++)
		has_name = has_name && strcmp(expr->matchers[i].name, "__name__") != 0;
	if (has_name)
		buf_text(out, first->value);
	if (!has_name || expr->matchers_count > 1)
		matchers_print(out, first + has_name, expr->matchers_count - has_name);
	if (expr->range_ms) {
		buf_char(out, '[');
		duration_print(out, expr->range_ms);
		buf_char(out, ']');
	}
}

static void print_names(struct buf *out, const struct expr *expr)
{
	buf_char(out, '(');
	for (size_t i = 0; i < expr->names_count; i++)
		buf_format(out, "%s%s", i ? ", " : "", expr->names[i]);
	buf_char(out, ')');
}

static void print_args(struct buf *out, const struct expr *expr)
{
	buf_char(out, '(');
	if (expr->param)
		buf_format(out, "%s, ", expr->param->text);
	for (size_t i = 0; i < expr->args_count; i++) {
		if (i)
			buf_text(out, ", ");
		buf_text(out, expr->args[i]->text);
	}
	buf_char(out, ')');
}

static void print_aggregate(struct buf *out, const struct expr *expr)
{
	buf_text(out, aggregates[expr->aggregate]);
	if (expr->is_without || expr->names_count) {
		buf_text(out, expr->is_without ? " without" : " by");
		print_names(out, expr);
		buf_char(out, ' ');
	}
	print_args(out, expr);
}

static void print_binary(struct buf *out, const struct expr *expr)
{
	buf_text(out, expr->args[0]->text);
	buf_format(out, " %s ", operators[expr->op]);
	if (expr->is_bool)
		buf_text(out, "bool ");
	if (expr->has_on || expr->names_count) {
		buf_text(out, expr->has_on ? "on" : "ignoring");
		print_names(out, expr);
		buf_char(out, ' ');
	}
	buf_text(out, expr->args[1]->text);
}

static void print_sign(struct buf *out, const struct expr *expr)
{
	buf_format(out, "-%s", expr->args[0]->text);
}

static void print_paren(struct buf *out, const struct expr *expr)
{
	buf_format(out, "(%s)", expr->args[0]->text);
}

static void print_expr(struct buf *out, const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
		print_number(out, expr->number);
		break;
	case EXPR_STRING:
		print_string(out, expr->string);
		break;
	case EXPR_SELECTOR:
		print_selector(out, expr);
		break;
	case EXPR_CALL:
		buf_text(out, expr->function->name);
		print_args(out, expr);
		break;
	case EXPR_AGGREGATE:
		print_aggregate(out, expr);
		break;
	case EXPR_BINARY:
		print_binary(out, expr);
		break;
	case EXPR_NEGATE:
		print_sign(out, expr);
		break;
	case EXPR_PAREN:
		print_paren(out, expr);
		break;
	}
}

void expr_canonize(struct arena *arena, struct expr *expr)
{
	struct buf text = {0};

	for (size_t i = 0; i < expr->args_count; i++)
		expr_canonize(arena, expr->args[i]);
	if (expr->param)
		expr_canonize(arena, expr->param);
	print_expr(&text, expr);
	expr->text = arena_string(arena, text.bytes, text.length);
	expr->key = table_mix(table_hash(TABLE_HASH, text.bytes, text.length));
	buf_fini(&text);
}
