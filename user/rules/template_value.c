// SPDX-License-Identifier: Apache-2.0
/*
 * In: the text of an action at a value. Out: the value: $value, a label, a literal.
 * The rule that surprises: what Go's templates have beyond that is known by name, so that it can be
 * refused by name.
 */
#include "rules/template_value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "rules/eval.h"

bool template_tell(struct template_reader *r, size_t place, const char *format, ...)
{
	auto_free char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		abort();
	va_end(args);
	if (r->mistakes && !r->has_failed)
		mistakes_add(r->mistakes, place, "%s", message);
	else if (!r->mistakes && !r->error.length)
		buf_text(&r->error, message);
	r->has_failed = true;
	return false;
}

char template_peek(const struct template_reader *r, size_t ahead)
{
	return r->at + ahead < r->length ? r->text[r->at + ahead] : '\0';
}

bool template_take(struct template_reader *r, const char *text)
{
	size_t length = strlen(text);

	if (r->length - r->at < length || memcmp(r->text + r->at, text, length) != 0)
		return false;
	r->at += length;
	return true;
}

void template_skip_space(struct template_reader *r)
{
	while (r->at < r->length && is_space(r->text[r->at]))
		r->at++;
}

bool template_at_end(const struct template_reader *r)
{
	if (template_peek(r, 0) == '}' && template_peek(r, 1) == '}')
		return true;
	return r->at && is_space(r->text[r->at - 1]) && template_peek(r, 0) == '-' &&
	       template_peek(r, 1) == '}' && template_peek(r, 2) == '}';
}

void template_print(struct buf *out, const struct template_value *value)
{
	if (value->kind == TEMPLATE_NUMBER)
		eval_print_number(out, value->number);
	else if (value->kind == TEMPLATE_WHOLE)
		buf_format(out, "%lld", value->whole);
	else
		buf_text(out, value->text);
}

/* A name's characters; the length may be 0. */
static size_t word_length(const struct template_reader *r)
{
	size_t length = 0;

	while (r->at + length < r->length && is_word(r->text[r->at + length]))
		length++;
	return length;
}

static char *take_word(struct template_reader *r)
{
	size_t length = word_length(r);
	char *word = arena_string(&r->arena, r->text + r->at, length);

	r->at += length;
	return word;
}

static const char *label_value(const struct template_values *values, const char *name)
{
	const char *value;

	if (!values)
		return "";
	value = values->labels ? labels_find(values->labels, name) : NULL;
	if (!value && !strcmp(name, "trace_id"))
		value = values->trace_id;
	return value ? value : "";
}

/* Behind $labels or .Labels: .x */
static bool take_label(struct template_reader *r, size_t start, struct template_value *value)
{
	char *name;

	if (!template_take(r, "."))
		return template_tell(
			r, start, "the label set as a whole is not supported, name one: $labels.x");
	name = take_word(r);
	if (!expr_is_label_name(name))
		return template_tell(r, start, "a label name is expected behind the dot");
	if (template_peek(r, 0) == '.')
		return template_tell(r, start, "a label's value has no fields");
	value->kind = TEMPLATE_TEXT;
	value->text = label_value(r->values, name);
	return true;
}

static bool take_number_field(struct template_reader *r, size_t start, struct template_value *value)
{
	if (template_peek(r, 0) == '.')
		return template_tell(r, start, "the value has no fields");
	value->kind = TEMPLATE_NUMBER;
	value->number = r->values ? r->values->value : 0;
	return true;
}

static bool take_variable(struct template_reader *r, struct template_value *value)
{
	size_t start = r->at++;
	const char *name = take_word(r);

	if (!strcmp(name, "labels"))
		return take_label(r, start, value);
	if (!strcmp(name, "value"))
		return take_number_field(r, start, value);
	if (!*name)
		return template_tell(r, start, "'$' alone is not supported");
	if (!strcmp(name, "externalLabels") || !strcmp(name, "externalURL"))
		return template_tell(r, start, "$%s is not supported", name);
	template_skip_space(r);
	if (template_peek(r, 0) == ':' || template_peek(r, 0) == '=' || template_peek(r, 0) == ',')
		return template_tell(r, start, "template variables are not supported");
	return template_tell(r, start, "undefined variable $%s", name);
}

static bool take_field(struct template_reader *r, struct template_value *value)
{
	size_t start = r->at++;
	const char *name = take_word(r);

	if (!strcmp(name, "Labels"))
		return take_label(r, start, value);
	if (!strcmp(name, "Value"))
		return take_number_field(r, start, value);
	if (!*name)
		return template_tell(r, start, "'.' alone is not supported");
	if (!strcmp(name, "ExternalLabels") || !strcmp(name, "ExternalURL"))
		return template_tell(r, start, ".%s is not supported", name);
	return template_tell(r, start, "unknown field .%s", name);
}

/* A quoted or raw string; its escapes are those of expressions. */
static bool take_string(struct template_reader *r, struct template_value *value)
{
	struct expr_mistakes mistakes = {0};
	size_t start = r->at, end = start + 1, count;
	char quote = r->text[start];
	struct token *tokens;

	while (end < r->length && r->text[end] != quote && (quote == '`' || r->text[end] != '\n'))
		end += r->text[end] == '\\' && quote != '`' && end + 1 < r->length ? 2 : 1;
	if (end >= r->length || r->text[end] != quote)
		return template_tell(r, start, "unterminated string in a template");
	r->at = end + 1;
	tokens =
		lexer_tokens(r->text + start, end + 1 - start, LEXER_EXPRESSION, &count, &mistakes);
	if (mistakes.count) {
		template_tell(r, start + mistakes.items[0].place, "%s", mistakes.items[0].message);
	} else {
		value->kind = TEMPLATE_TEXT;
		value->text = lexer_string(&r->arena, r->text + start, tokens);
	}
	free(tokens);
	expr_mistakes_fini(&mistakes);
	return !r->has_failed;
}

/* Go's whole numbers: 0x10 is sixteen and 017 fifteen. */
static bool take_whole(struct template_reader *r, size_t start, const char *word,
		       struct template_value *value)
{
	const char *digits = word + (*word == '+' || *word == '-');
	char *end;

	errno = 0;
	value->kind = TEMPLATE_WHOLE;
	value->whole = strtoll(word, &end, 0);
	if (*end || end == word || !is_digit(*digits))
		return template_tell(r, start, "this form of a number is not supported: '%s'",
				     word);
	if (errno == ERANGE)
		return template_tell(r, start, "the whole number '%s' is too great", word);
	return true;
}

static bool take_number(struct template_reader *r, struct template_value *value)
{
	size_t start = r->at, length = 0;
	const char *digits;
	char *word, *end;
	bool is_hex;

	while (start + length < r->length) {
		char c = r->text[start + length];
		char before = length ? r->text[start + length - 1] : 'e';

		if (!is_word(c) && c != '.' && !((c == '-' || c == '+') && (before | 0x20) == 'e'))
			break;
		length++;
	}
	word = arena_string(&r->arena, r->text + start, length);
	r->at += length;
	digits = word + (*word == '+' || *word == '-');
	is_hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
	if (is_hex || !strpbrk(word, ".eE"))
		return take_whole(r, start, word, value);
	errno = 0;
	value->kind = TEMPLATE_NUMBER;
	value->number = strtod(word, &end);
	if (*end || end == word || strspn(digits, "0123456789.eE+-") != strlen(digits) ||
	    errno == ERANGE)
		return template_tell(r, start, "bad number '%s' in a template", word);
	return true;
}

bool template_operand(struct template_reader *r, struct template_value *value)
{
	char c = template_peek(r, 0), second = template_peek(r, 1);
	bool is_signed = (c == '+' || c == '-') && (is_digit(second) || second == '.');

	if (c == '$')
		return take_variable(r, value);
	if (is_digit(c) || is_signed || (c == '.' && is_digit(second)))
		return take_number(r, value);
	if (c == '.')
		return take_field(r, value);
	if (c == '"' || c == '`')
		return take_string(r, value);
	if (c == '\'')
		return template_tell(r, r->at, "character constants are not supported");
	if (c == '(')
		return template_tell(r, r->at, "parentheses are not supported in templates");
	if (c == '/' && second == '*')
		return template_tell(r, r->at, "template comments are not supported");
	if (c == ':' || c == '=' || c == ',')
		return template_tell(r, r->at, "template variables are not supported");
	if (r->at >= r->length)
		return template_tell(r, r->at, "unclosed action");
	return template_tell(r, r->at, "unexpected '%c' in a template", c);
}
