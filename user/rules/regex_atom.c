// SPDX-License-Identifier: Apache-2.0
/*
 * In: a pattern at a character, an escape or a class. Out: nodes of one code point's set.
 * The rule that surprises: with (?i) each range is folded as it is added, and only ASCII can be.
 */
#include "rules/regex_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct regex_node *regex_fail(struct regex_reader *r, size_t place, const char *format, ...)
{
	va_list args;

	if (r->has_failed)
		return NULL;
	r->has_failed = true;
	r->mistake->place = place;
	va_start(args, format);
	vsnprintf(r->mistake->message, sizeof(r->mistake->message), format, args);
	va_end(args);
	return NULL;
}

char regex_peek(const struct regex_reader *r, size_t ahead)
{
	return r->at + ahead < r->length ? r->pattern[r->at + ahead] : '\0';
}

bool regex_take(struct regex_reader *r, const char *text)
{
	size_t length = strlen(text);

	if (r->length - r->at < length || memcmp(r->pattern + r->at, text, length) != 0)
		return false;
	r->at += length;
	return true;
}

/* The code point here, as it stands. */
uint32_t regex_take_rune(struct regex_reader *r)
{
	size_t used;
	uint32_t rune = text_next(r->pattern + r->at, r->length - r->at, &used);

	if (rune == 0xfffd && used == 1)
		regex_fail(r, r->at, "invalid UTF-8");
	r->at += used;
	return rune;
}

struct regex_node *regex_node_new(struct regex_reader *r, enum regex_kind kind)
{
	struct regex_node *node = arena_new(r->arena, sizeof(*node));

	node->kind = kind;
	return node;
}

struct regex_node *regex_class_new(struct regex_reader *r, struct rune_set *set)
{
	struct regex_node *node = regex_node_new(r, REGEX_CLASS);
	struct rune_range *ranges;

	rune_set_done(set);
	ranges = arena_new(r->arena, (set->count + 1) * sizeof(*ranges));
	if (set->count)
		memcpy(ranges, set->ranges, set->count * sizeof(*ranges));
	node->ranges = ranges;
	node->ranges_count = set->count;
	free(set->ranges);
	return node;
}

/* A range that the pattern names itself, with the other case of its letters when the flag is set.
 */
static void add_range(struct regex_reader *r, struct rune_set *set, uint32_t first, uint32_t last,
		      size_t place)
{
	if (!(r->flags & REGEX_FLAG_FOLD))
		rune_set_add(set, first, last);
	else if (last >= 0x80)
		regex_fail(r, place, "(?i) with characters beyond ASCII is not supported");
	else
		rune_set_add_folded(set, first, last);
}

struct regex_node *regex_literal_new(struct regex_reader *r, uint32_t rune, size_t place)
{
	struct rune_set set = {0};

	add_range(r, &set, rune, rune, place);
	return regex_class_new(r, &set);
}

unsigned regex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a' + 10) : 99;
}

/* Behind \x: two digits, or any number of them in braces. */
static bool take_hex(struct regex_reader *r, uint32_t *rune)
{
	bool has_braces = regex_take(r, "{");
	unsigned digits = 0;

	for (*rune = 0; has_braces || digits < 2; digits++) {
		unsigned value = regex_digit(regex_peek(r, 0));

		if (has_braces && digits && regex_peek(r, 0) == '}') {
			r->at++;
			return true;
		}
		if (value >= 16 || r->at >= r->length)
			return false;
		*rune = *rune * 16 + value;
		if (*rune > RUNE_MAX)
			return false;
		r->at++;
	}
	return true;
}

/* At a backslash that escapes a single character, in a class or outside. */
uint32_t regex_take_escape(struct regex_reader *r)
{
	static const char names[] = "afnrtv", values[] = "\a\f\n\r\t\v";
	size_t start = r->at++;
	char c = regex_peek(r, 0);
	const char *name = c ? strchr(names, c) : NULL;
	uint32_t rune = (unsigned char)c;

	if (r->at >= r->length) {
		regex_fail(r, start, "trailing backslash");
		return 0;
	}
	r->at++;
	if (name)
		return (unsigned char)values[name - names];
	if (c == 'x') {
		if (!take_hex(r, &rune))
			regex_fail(r, start, "bad escape \\x");
		return rune;
	}
	if (c == '0' ||
	    (c >= '1' && c <= '7' && regex_peek(r, 0) >= '0' && regex_peek(r, 0) <= '7')) {
		rune = regex_digit(c);
		for (int i = 0; i < 2 && regex_peek(r, 0) >= '0' && regex_peek(r, 0) <= '7'; i++)
			rune = rune * 8 + regex_digit(r->pattern[r->at++]);
		return rune;
	}
	if (c >= '1' && c <= '9')
		regex_fail(r, start, "regex back-references are not supported");
	else if ((unsigned char)c >= 0x80 || c == '\0' || (c >= 'a' && c <= 'z') ||
		 (c >= 'A' && c <= 'Z'))
		regex_fail(r, start, "unknown escape \\%c",
			   (unsigned char)c >= 0x80 || !c ? '?' : c);
	return rune;
}

/* \d \D \s \S \w \W: adds it and passes. */
bool regex_take_perl_class(struct regex_reader *r, struct rune_set *set)
{
	char c = regex_peek(r, 1), lower = (char)(c | 0x20);

	if (regex_peek(r, 0) != '\\' || !c || !strchr("dDsSwW", c))
		return false;
	rune_set_add_named(set, &lower, 1, r->flags & REGEX_FLAG_FOLD, c != lower);
	r->at += 2;
	return true;
}

/* [:alpha:] and [:^alpha:] inside of a class. */
static bool take_posix_class(struct regex_reader *r, struct rune_set *set)
{
	const char *name = r->pattern + r->at + 2;
	const char *end = memmem(name, r->length - r->at - 2, ":]", 2);
	bool negate;

	if (!end)
		return false;
	negate = *name == '^';
	name += negate;
	if (!rune_set_add_named(set, name, (size_t)(end - name), r->flags & REGEX_FLAG_FOLD,
				negate) ||
	    end - name == 1)
		regex_fail(r, r->at, "unknown character class [:%.*s:]",
			   (int)(end - name > 30 ? 30 : end - name), name);
	r->at = (size_t)(end - r->pattern) + 2;
	return true;
}

bool regex_refuse_unicode_class(struct regex_reader *r)
{
	if (regex_peek(r, 0) != '\\' || (regex_peek(r, 1) != 'p' && regex_peek(r, 1) != 'P'))
		return false;
	regex_fail(r, r->at, "regex Unicode classes (\\%c) are not supported", regex_peek(r, 1));
	return true;
}

static void take_class_range(struct regex_reader *r, struct rune_set *set)
{
	size_t start = r->at;
	uint32_t first = regex_peek(r, 0) == '\\' ? regex_take_escape(r) : regex_take_rune(r),
		 last = first;

	if (regex_peek(r, 0) == '-' && r->at + 1 < r->length && regex_peek(r, 1) != ']') {
		r->at++;
		last = regex_peek(r, 0) == '\\' ? regex_take_escape(r) : regex_take_rune(r);
		if (last < first)
			regex_fail(r, start, "the range of a character class is backwards");
	}
	if (!r->has_failed)
		add_range(r, set, first, last, start);
}

struct regex_node *regex_parse_class(struct regex_reader *r)
{
	size_t start = r->at++;
	bool negate = regex_take(r, "^"), is_first = true;
	struct rune_set set = {0};

	while (!r->has_failed && (is_first || regex_peek(r, 0) != ']')) {
		if (r->at >= r->length) {
			regex_fail(r, start, "missing ] of a character class");
			break;
		}
		is_first = false;
		if (regex_peek(r, 0) == '[' && regex_peek(r, 1) == ':' && take_posix_class(r, &set))
			continue;
		if (!regex_refuse_unicode_class(r) && !regex_take_perl_class(r, &set))
			take_class_range(r, &set);
	}
	r->at++;
	rune_set_done(&set);
	if (negate)
		rune_set_negate(&set);
	return regex_class_new(r, &set);
}

struct regex_node *regex_parse_dot(struct regex_reader *r)
{
	struct rune_set set = {0};

	r->at++;
	if (r->flags & REGEX_FLAG_DOT_ALL) {
		rune_set_add(&set, 0, RUNE_MAX);
	} else {
		rune_set_add(&set, 0, '\n' - 1);
		rune_set_add(&set, '\n' + 1, RUNE_MAX);
	}
	return regex_class_new(r, &set);
}
