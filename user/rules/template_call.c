// SPDX-License-Identifier: Apache-2.0
/*
 * In: the text of an action. Out: its value: a function or a value, piped through functions.
 * The rule that surprises: what a verb of printf does not fit (%d of a float) is a mistake when the
 * file is read; Go would print %!d(float64=1.5) to whoever is called at night.
 */
#include "rules/template_value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "rules/go_format.h"

#define WIDTH_MAX 1000

static const struct template_function {
	const char *name;
	void (*print)(struct buf *out, double value);
} functions[] = {
	{"humanize", go_humanize},
	{"humanize1024", go_humanize_1024},
	{"humanizeDuration", go_humanize_duration},
	{"humanizePercentage", go_humanize_percentage},
};

static const char *const statements[] = {"block", "break", "continue", "define",   "else",
					 "end",	  "if",	   "range",    "template", "with"};

static const char *const foreign[] = {
	"and",		"args",	     "call",	 "eq",
	"externalURL",	"false",     "first",	 "ge",
	"graphLink",	"gt",	     "html",	 "humanizeTimestamp",
	"index",	"js",	     "label",	 "le",
	"len",		"lt",	     "match",	 "ne",
	"nil",		"not",	     "or",	 "parseDuration",
	"pathPrefix",	"print",     "println",	 "query",
	"reReplaceAll", "safeHtml",  "slice",	 "sortByLabel",
	"stripDomain",	"stripPort", "strvalue", "tableLink",
	"title",	"toLower",   "toUpper",	 "true",
	"urlquery",	"value",
};

static bool is_in(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* As Go's ParseFloat: signs, exponents, Inf, NaN, underscores between digits, hexadecimal only with
 * an exponent. */
static bool text_to_number(const char *text, double *number)
{
	auto_free char *bare = mem_string(text);
	const char *digits = text + (*text == '+' || *text == '-');
	bool is_hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
	size_t kept = 0;
	char *end;

	for (size_t i = 0; text[i]; i++) {
		if (text[i] == '_' && i && is_digit(text[i - 1]) && is_digit(text[i + 1]))
			continue;
		bare[kept++] = text[i];
	}
	bare[kept] = '\0';
	if (!strcasecmp(digits, "inf") || !strcasecmp(digits, "infinity") ||
	    !strcasecmp(text, "nan")) {
		*number = strtod(text, NULL);
		return true;
	}
	if (!is_digit(*digits) && !(*digits == '.' && is_digit(digits[1])))
		return false;
	if (is_hex && !strpbrk(digits, "pP"))
		return false;
	errno = 0;
	*number = strtod(bare, &end);
	return !*end && !(errno == ERANGE && isinf(*number));
}

static bool to_number(struct template_reader *r, size_t place, const struct template_value *value,
		      double *number)
{
	*number = value->kind == TEMPLATE_WHOLE ? (double)value->whole : value->number;
	if (value->kind != TEMPLATE_TEXT)
		return true;
	/* checking: a label's value is not known yet */
	if (text_to_number(value->text, number) || !r->values)
		return true;
	return template_tell(r, place, "'%s' is no number", value->text);
}

/* Flags, width and precision behind '%'. */
static const char *read_verb(const char *at, struct go_verb *verb)
{
	*verb = (struct go_verb){.width = -1, .precision = -1};
	for (; *at && strchr("+- 0#", *at); at++) {
		verb->plus |= *at == '+';
		verb->minus |= *at == '-';
		verb->space |= *at == ' ';
		verb->zero |= *at == '0';
		verb->sharp |= *at == '#';
	}
	verb->zero = verb->zero && !verb->minus;
	for (; is_digit(*at); at++)
		verb->width = verb->width > WIDTH_MAX
				      ? verb->width
				      : (verb->width < 0 ? 0 : verb->width) * 10 + *at - '0';
	if (*at == '.')
		for (at++, verb->precision = 0; is_digit(*at); at++)
			verb->precision = verb->precision > WIDTH_MAX
						  ? verb->precision
						  : verb->precision * 10 + *at - '0';
	verb->verb = *at;
	return *at ? at + 1 : at;
}

static bool verb_fits(const struct go_verb *verb, const struct template_value *value)
{
	switch (verb->verb) {
	case 'v':
		return true;
	case 'd':
		return value->kind == TEMPLATE_WHOLE;
	case 's':
		return value->kind == TEMPLATE_TEXT;
	default:
		return value->kind == TEMPLATE_NUMBER;
	}
}

static void print_verb(struct buf *out, const struct go_verb *verb,
		       const struct template_value *value)
{
	if (value->kind == TEMPLATE_NUMBER)
		go_print_double(out, verb, value->number);
	else if (value->kind == TEMPLATE_WHOLE)
		go_print_whole(out, verb, value->whole);
	else
		go_print_text(out, verb, value->text);
}

static bool check_verb(struct template_reader *r, size_t place, const struct go_verb *verb,
		       const struct template_value *value)
{
	static const char *const kinds[] = {"a float", "a whole number", "a text"};

	if (!verb->verb || !strchr("vdsefg", verb->verb))
		return template_tell(
			r, place, "printf's %%%c is not supported (only %%v %%s %%d %%e %%f %%g)",
			verb->verb ? verb->verb : '%');
	if (verb->sharp)
		return template_tell(r, place, "printf's flag '#' is not supported");
	if (verb->width > WIDTH_MAX || verb->precision > WIDTH_MAX)
		return template_tell(r, place, "printf's width is too great");
	if (!value)
		return template_tell(r, place, "printf has no value for %%%c", verb->verb);
	if (!verb_fits(verb, value))
		return template_tell(r, place, "printf's %%%c does not fit %s", verb->verb,
				     kinds[value->kind]);
	return true;
}

/* args[0] is the format. */
static bool call_printf(struct template_reader *r, size_t place, const struct template_value *args,
			size_t count, struct template_value *result)
{
	struct buf out = {0};
	size_t used = 1;

	buf_text(&out, "");
	for (const char *at = args[0].text; *at;) {
		struct go_verb verb;

		if (*at != '%') {
			buf_char(&out, *at++);
			continue;
		}
		at = read_verb(at + 1, &verb);
		if (verb.verb == '%') { /* flags and width of it mean nothing to Go */
			buf_char(&out, '%');
			continue;
		}
		if (!check_verb(r, place, &verb, used < count ? &args[used] : NULL))
			break;
		print_verb(&out, &verb, &args[used++]);
	}
	if (!r->has_failed && used < count)
		template_tell(r, place, "printf has more values than verbs");
	result->kind = TEMPLATE_TEXT;
	result->text = arena_string(&r->arena, out.bytes, out.length);
	buf_fini(&out);
	return !r->has_failed;
}

static bool call(struct template_reader *r, size_t place, const char *name, bool has_literal_format,
		 const struct template_value *args, size_t count, struct template_value *result)
{
	struct buf out = {0};
	double number;

	if (!strcmp(name, "printf")) {
		if (!has_literal_format || !count)
			return template_tell(r, place,
					     "printf needs its format as a literal string");
		return call_printf(r, place, args, count, result);
	}
	if (count != 1)
		return template_tell(r, place, "%s takes one value, got %zu", name, count);
	if (!to_number(r, place, &args[0], &number))
		return false;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (!strcmp(functions[i].name, name))
			functions[i].print(&out, number);
	result->kind = TEMPLATE_TEXT;
	result->text = arena_string(&r->arena, out.bytes, out.length);
	buf_fini(&out);
	return true;
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (!strcmp(functions[i].name, name))
			return true;
	return !strcmp(name, "printf");
}

/* A function's name, checked; NULL after a mistake. */
static const char *take_function(struct template_reader *r)
{
	size_t start = r->at;
	const char *name;

	while (r->at < r->length && is_word(r->text[r->at]))
		r->at++;
	name = arena_string(&r->arena, r->text + start, r->at - start);
	if (is_ours(name))
		return name;
	if (is_in(statements, sizeof(statements) / sizeof(statements[0]), name))
		template_tell(r, start, "{{ %s }} is not supported", name);
	else if (is_in(foreign, sizeof(foreign) / sizeof(foreign[0]), name))
		template_tell(r, start, "'%s' is not supported in templates", name);
	else
		template_tell(r, start, "unknown template function '%s'", name);
	return NULL;
}

static bool at_end_of_command(const struct template_reader *r)
{
	return r->at >= r->length || template_peek(r, 0) == '|' || template_at_end(r);
}

static bool take_args(struct template_reader *r, struct template_value **args, size_t *count,
		      size_t *capacity)
{
	for (template_skip_space(r); !at_end_of_command(r); template_skip_space(r)) {
		if (!is_space(r->text[r->at - 1]))
			return template_tell(r, r->at,
					     "white space is expected before an argument");
		if (is_letter(template_peek(r, 0))) {
			size_t place = r->at;

			if (take_function(r))
				template_tell(r, place,
					      "a function as an argument is not supported");
			return false;
		}
		mem_grow(args, capacity, *count + 1, sizeof(**args));
		if (!template_operand(r, &(*args)[*count]))
			return false;
		(*count)++;
	}
	return true;
}

/* `piped` is the last argument, or NULL. */
static bool take_command(struct template_reader *r, const struct template_value *piped,
			 struct template_value *value)
{
	struct template_value *args = NULL;
	size_t count = 0, capacity = 0, place = r->at;
	const char *name = is_letter(template_peek(r, 0)) ? take_function(r) : NULL;
	bool has_format, is_good;

	if (r->has_failed)
		return false;
	if (!name && piped)
		return template_tell(r, place, "only functions stand behind '|'");
	if (!name) {
		if (!template_operand(r, value))
			return false;
		template_skip_space(r);
		return at_end_of_command(r) ||
		       template_tell(r, r->at, "unexpected text behind a value");
	}
	template_skip_space(r);
	has_format = template_peek(r, 0) == '"' || template_peek(r, 0) == '`';
	is_good = take_args(r, &args, &count, &capacity);
	if (is_good && piped) {
		mem_grow(&args, &capacity, count + 1, sizeof(*args));
		args[count++] = *piped;
	}
	is_good = is_good && call(r, place, name, has_format, args, count, value);
	free(args);
	return is_good;
}

bool template_pipeline(struct template_reader *r, struct template_value *value)
{
	struct template_value piped;

	template_skip_space(r);
	if (template_at_end(r))
		return template_tell(r, r->at, "empty action");
	if (!take_command(r, NULL, value))
		return false;
	while (template_take(r, "|")) {
		template_skip_space(r);
		piped = *value;
		if (!take_command(r, &piped, value))
			return false;
	}
	return true;
}
