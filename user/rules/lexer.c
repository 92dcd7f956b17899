// SPDX-License-Identifier: Apache-2.0
/*
 * In: the text of an expression. Out: tokens and lexical mistakes.
 * The rule that surprises: inside braces other characters are allowed than outside, and what
 * follows a '[' must be a duration; after a mistake in braces the rest of them is skipped in
 * silence.
 */
#include "rules/lexer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

struct lexer {
	const char *text;
	size_t length;
	size_t at;
	bool in_braces;
	bool braces_are_bad; /* something in them was told already */
	struct token *tokens;
	size_t count, capacity;
	struct expr_mistakes *mistakes;
};

static const struct keyword {
	const char *word;
	enum token_kind kind;
	unsigned detail;
} keywords[] = {
	{"and", TOKEN_OPERATOR, OP_AND},
	{"or", TOKEN_OPERATOR, OP_OR},
	{"unless", TOKEN_OPERATOR, OP_UNLESS},
	{"atan2", TOKEN_OPERATOR, OP_ATAN2},
	{"sum", TOKEN_AGGREGATE, AGG_SUM},
	{"min", TOKEN_AGGREGATE, AGG_MIN},
	{"max", TOKEN_AGGREGATE, AGG_MAX},
	{"avg", TOKEN_AGGREGATE, AGG_AVG},
	{"count", TOKEN_AGGREGATE, AGG_COUNT},
	{"topk", TOKEN_AGGREGATE, AGG_TOPK},
	{"bottomk", TOKEN_AGGREGATE, AGG_BOTTOMK},
	{"stddev", TOKEN_AGGREGATE, TOKEN_FOREIGN},
	{"stdvar", TOKEN_AGGREGATE, TOKEN_FOREIGN},
	{"group", TOKEN_AGGREGATE, TOKEN_FOREIGN},
	{"quantile", TOKEN_AGGREGATE, TOKEN_FOREIGN},
	{"count_values", TOKEN_AGGREGATE, TOKEN_FOREIGN},
	{"bool", TOKEN_BOOL, 0},
	{"by", TOKEN_BY, 0},
	{"without", TOKEN_WITHOUT, 0},
	{"on", TOKEN_ON, 0},
	{"ignoring", TOKEN_IGNORING, 0},
	{"group_left", TOKEN_GROUP, 0},
	{"group_right", TOKEN_GROUP, 0},
	{"offset", TOKEN_OFFSET, 0},
	{"start", TOKEN_EDGE, 0},
	{"end", TOKEN_EDGE, 0},
	{"inf", TOKEN_NUMBER, 0},
	{"nan", TOKEN_NUMBER, 0},
};

static void emit(struct lexer *l, enum token_kind kind, unsigned detail, size_t start)
{
	mem_grow(&l->tokens, &l->capacity, l->count + 1, sizeof(*l->tokens));
	l->tokens[l->count++] = (struct token){kind, detail, start, l->at};
}

static char peek(const struct lexer *l)
{
	return l->at < l->length ? l->text[l->at] : '\0';
}

static bool accept(struct lexer *l, const char *any)
{
	char c = peek(l);

	if (!c || !strchr(any, c))
		return false;
	l->at++;
	return true;
}

static void accept_run(struct lexer *l, bool (*is)(char c))
{
	while (l->at < l->length && is(l->text[l->at]))
		l->at++;
}

static bool is_name(char c)
{
	return is_word(c) || c == ':';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* One character that stands nowhere; a whole UTF-8 sequence, never the half of one. */
static void bad_character(struct lexer *l, const char *where)
{
	size_t start = l->at, used;

	/* a run of them is one mistake */
	if (l->count && l->tokens[l->count - 1].kind == TOKEN_BAD &&
	    l->tokens[l->count - 1].end == start)
		;
	else if (!peek(l))
		mistakes_add(l->mistakes, start, "unexpected NUL byte%s", where);
	else if (text_next(l->text + start, l->length - start, &used) == 0xfffd)
		mistakes_add(l->mistakes, start, "invalid UTF-8%s", where);
	else
		mistakes_add(l->mistakes, start, "unexpected character '%.*s'%s", (int)used,
			     l->text + start, where);
	text_next(l->text + start, l->length - start, &used);
	l->at += used;
	emit(l, TOKEN_BAD, 0, start);
}

/* digits, hex or decimal, with fraction and exponent. True: a number ends here and no unit follows.
 */
static bool scan_number(struct lexer *l)
{
	bool (*digits)(char c) = is_digit;

	if (accept(l, "0") && accept(l, "xX"))
		digits = is_hex;
	accept_run(l, digits);
	if (accept(l, "."))
		accept_run(l, digits);
	if (accept(l, "eE")) {
		accept(l, "+-");
		accept_run(l, is_digit);
	}
	return !is_word(peek(l));
}

/* What follows the first number of a duration; its order is judged where it is read. */
static bool scan_units(struct lexer *l)
{
	if (!accept(l, "smhdwy"))
		return false;
	accept(l, "s");
	while (is_digit(peek(l))) {
		accept_run(l, is_digit);
		if (!accept(l, "smhdw"))
			return false;
		accept(l, "s");
	}
	return !is_word(peek(l));
}

static void lex_number(struct lexer *l)
{
	size_t start = l->at;
	bool in_brackets = l->count && l->tokens[l->count - 1].kind == TOKEN_LEFT_BRACKET;

	if (scan_number(l)) {
		if (!in_brackets) {
			emit(l, TOKEN_NUMBER, 0, start);
			return;
		}
		mistakes_add(l->mistakes, start,
			     "missing unit in duration \"%.*s\" (ms, s, m, h, d, w or y)",
			     (int)(l->at - start), l->text + start);
	} else if (scan_units(l)) {
		emit(l, TOKEN_DURATION, 0, start);
		return;
	} else {
		accept_run(l, is_word);
		mistakes_add(l->mistakes, start, "bad number or duration \"%.*s\"",
			     (int)(l->at - start), l->text + start);
	}
	emit(l, TOKEN_BAD, 0, start);
}

static unsigned digit_value(char c)
{
	return is_digit(c) ? (unsigned)(c - '0')
	       : is_hex(c) ? (unsigned)((c | 0x20) - 'a' + 10)
			   : 99;
}

/* The digits of \ooo, \xhh, \uhhhh, \Uhhhhhhhh from `at`; false when they are no code. */
static bool read_code(const struct lexer *l, size_t at, unsigned digits, unsigned base,
		      unsigned *code)
{
	*code = 0;
	for (unsigned i = 0; i < digits; i++) {
		unsigned value = at + i < l->length ? digit_value(l->text[at + i]) : 99;

		if (value >= base)
			return false;
		*code = *code * base + value;
	}
	return true;
}

/* At the backslash. False after a mistake; then only the backslash is passed. */
static bool lex_escape(struct lexer *l, char quote)
{
	size_t start = l->at++;
	char c = peek(l);
	unsigned digits = 3, base = 16, most = 0x10ffff, code;

	if (c && (strchr("abfnrtv\\", c) || c == quote)) {
		l->at++;
		return true;
	}
	if (c >= '0' && c <= '7')
		base = 8, most = 255;
	else if (c == 'x' || c == 'u' || c == 'U')
		digits = c == 'x' ? 2 : c == 'u' ? 4 : 8, l->at++;
	else {
		mistakes_add(l->mistakes, start, "unknown escape sequence in string");
		return false;
	}
	if (!read_code(l, l->at, digits, base, &code))
		mistakes_add(l->mistakes, start, "escape sequence needs %u %s digits", digits,
			     base == 8 ? "octal" : "hexadecimal");
	else if (code > most || (code >= 0xd800 && code < 0xe000))
		mistakes_add(l->mistakes, start, "escape sequence is no valid code point");
	else if (!code)
		mistakes_add(l->mistakes, start, "a NUL character in a string is not supported");
	else {
		l->at += digits;
		return true;
	}
	return false;
}

static void lex_string(struct lexer *l)
{
	size_t start = l->at, used;
	char quote = l->text[l->at++];
	bool is_good = true;

	while (l->at < l->length && l->text[l->at] != quote) {
		char c = l->text[l->at];

		if (c == '\n' && quote != '`')
			break;
		if (c == '\\' && quote != '`') {
			is_good &= lex_escape(l, quote);
			continue;
		}
		if (!c)
			mistakes_add(l->mistakes, l->at,
				     "a NUL character in a string is not supported");
		else if (text_next(l->text + l->at, l->length - l->at, &used) == 0xfffd)
			mistakes_add(l->mistakes, l->at, "invalid UTF-8 in string");
		else {
			l->at += used;
			continue;
		}
		is_good = false;
		text_next(l->text + l->at, l->length - l->at, &used);
		l->at += used;
	}
	if (l->at < l->length && l->text[l->at] == quote) {
		l->at++;
	} else {
		mistakes_add(l->mistakes, start, "unterminated %s string",
			     quote == '`' ? "raw" : "quoted");
		is_good = false;
	}
	emit(l, is_good ? TOKEN_STRING : TOKEN_BAD, 0, start);
}

static void lex_word(struct lexer *l)
{
	size_t start = l->at;
	bool has_colon;

	accept_run(l, is_name);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].word) == l->at - start &&
		    !strncasecmp(keywords[i].word, l->text + start, l->at - start)) {
			emit(l, keywords[i].kind, keywords[i].detail, start);
			return;
		}
	has_colon = memchr(l->text + start, ':', l->at - start);
	emit(l, has_colon ? TOKEN_METRIC : TOKEN_WORD, 0, start);
}

static void lex_symbol(struct lexer *l, enum token_kind kind, unsigned detail, size_t bytes)
{
	size_t start = l->at;

	l->at += bytes;
	emit(l, kind, detail, start);
}

static void lex_compare(struct lexer *l, char c)
{
	char second = l->at + 1 < l->length ? l->text[l->at + 1] : '\0';

	if (second == '=')
		lex_symbol(l, TOKEN_OPERATOR,
			   c == '='   ? OP_EQ
			   : c == '!' ? OP_NE
			   : c == '<' ? OP_LE
				      : OP_GE,
			   2);
	else if (c == '<' || c == '>')
		lex_symbol(l, TOKEN_OPERATOR, c == '<' ? OP_LT : OP_GT, 1);
	else if (second == '~') {
		mistakes_add(l->mistakes, l->at, "'%c~' matches labels, inside of braces only", c);
		lex_symbol(l, TOKEN_BAD, 0, 2);
	} else if (c == '=') {
		mistakes_add(l->mistakes, l->at, "unexpected '=' (comparison is '==')");
		lex_symbol(l, TOKEN_BAD, 0, 1);
	} else {
		bad_character(l, "");
	}
}

static void lex_in_braces(struct lexer *l, char c)
{
	char second = l->at + 1 < l->length ? l->text[l->at + 1] : '\0';
	size_t start = l->at;

	if (is_letter(c)) {
		accept_run(l, is_word);
		emit(l, TOKEN_WORD, 0, start);
	} else if (c == '"' || c == '\'' || c == '`') {
		lex_string(l);
	} else if (c == ',') {
		lex_symbol(l, TOKEN_COMMA, 0, 1);
	} else if (c == '=') {
		lex_symbol(l, second == '~' ? TOKEN_MATCH : TOKEN_ASSIGN, 0, second == '~' ? 2 : 1);
	} else if (c == '!' && second == '~') {
		lex_symbol(l, TOKEN_NOT_MATCH, 0, 2);
	} else if (c == '!' && second == '=') {
		lex_symbol(l, TOKEN_OPERATOR, OP_NE, 2);
	} else if (c == '}') {
		l->in_braces = false;
		lex_symbol(l, TOKEN_RIGHT_BRACE, 0, 1);
	} else if (!l->braces_are_bad) {
		l->braces_are_bad = true;
		bad_character(l, " inside braces");
	} else {
		lex_symbol(l, TOKEN_BAD, 0, 1);
	}
}

static void lex_outside(struct lexer *l, char c)
{
	static const char symbols[] = "()[],@+-*/%^";
	static const struct keyword kinds[] = {
		{"", TOKEN_LEFT_PAREN, 0},    {"", TOKEN_RIGHT_PAREN, 0},
		{"", TOKEN_LEFT_BRACKET, 0},  {"", TOKEN_RIGHT_BRACKET, 0},
		{"", TOKEN_COMMA, 0},	      {"", TOKEN_AT, 0},
		{"", TOKEN_OPERATOR, OP_ADD}, {"", TOKEN_OPERATOR, OP_SUB},
		{"", TOKEN_OPERATOR, OP_MUL}, {"", TOKEN_OPERATOR, OP_DIV},
		{"", TOKEN_OPERATOR, OP_MOD}, {"", TOKEN_OPERATOR, OP_POW},
	};
	const char *symbol = c ? strchr(symbols, c) : NULL;
	char second = l->at + 1 < l->length ? l->text[l->at + 1] : '\0';

	if (symbol)
		lex_symbol(l, kinds[symbol - symbols].kind, kinds[symbol - symbols].detail, 1);
	else if (is_digit(c) || (c == '.' && is_digit(second)))
		lex_number(l);
	else if (c == ':' && l->count && l->tokens[l->count - 1].kind == TOKEN_DURATION)
		lex_symbol(l, TOKEN_COLON, 0, 1);
	else if (is_letter(c) || c == ':')
		lex_word(l);
	else if (c == '"' || c == '\'' || c == '`')
		lex_string(l);
	else if (c && strchr("=!<>", c))
		lex_compare(l, c);
	else if (c == '{') {
		l->in_braces = true;
		l->braces_are_bad = false;
		lex_symbol(l, TOKEN_LEFT_BRACE, 0, 1);
	} else
		bad_character(l, "");
}

struct token *lexer_tokens(const char *text, size_t length, enum lexer_start start, size_t *count,
			   struct expr_mistakes *mistakes)
{
	struct lexer l = {
		.text = text,
		.length = length,
		.in_braces = start == LEXER_IN_BRACES,
		.mistakes = mistakes,
	};

	while (l.at < length) {
		char c = text[l.at];

		if (is_space(c))
			l.at++;
		else if (c == '#')
			while (l.at < length && text[l.at] != '\n' && text[l.at] != '\r')
				l.at++;
		else if (l.in_braces)
			lex_in_braces(&l, c);
		else
			lex_outside(&l, c);
	}
	emit(&l, TOKEN_END, 0, l.at);
	*count = l.count;
	return l.tokens;
}
