// SPDX-License-Identifier: Apache-2.0
/*
 * In: a pattern in RE2's syntax (as Go 1.19 reads it). Out: its tree, or one mistake with its place.
 * The rule that surprises: whether a repetition is greedy does not matter, since only whole texts are matched; and flags
 * like (?i) hold to the end of their group, over its '|' too.
 */
#include "rules/regex_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define REGEX_MAX_DEPTH	 200
#define REGEX_MAX_REPEAT 1000 /* RE2's, of nested repetitions together */

enum { FLAG_FOLD = 1, FLAG_LINES = 2, FLAG_DOT_ALL = 4 };

struct regex_reader {
	struct arena *arena;
	const char *pattern;
	size_t length, at;
	unsigned flags;
	unsigned depth;
	bool has_failed;
	struct regex_mistake *mistake;
	struct group_name {
		const char *name;
		size_t length;
		struct group_name *next;
	} *names;
};

/* A sequence or a choice while it grows. */
struct node_list {
	struct regex_node *first, *last;
	struct regex_node *before_last;
};

static struct regex_node *fail(struct regex_reader *r, size_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static struct regex_node *fail(struct regex_reader *r, size_t place, const char *format, ...)
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

static char peek(const struct regex_reader *r, size_t ahead)
{
	return r->at + ahead < r->length ? r->pattern[r->at + ahead] : '\0';
}

static bool take(struct regex_reader *r, const char *text)
{
	size_t length = strlen(text);

	if (r->length - r->at < length || memcmp(r->pattern + r->at, text, length) != 0)
		return false;
	r->at += length;
	return true;
}

/* The code point here, as it stands. */
static uint32_t take_rune(struct regex_reader *r)
{
	size_t used;
	uint32_t rune = text_next(r->pattern + r->at, r->length - r->at, &used);

	if (rune == 0xfffd && used == 1)
		fail(r, r->at, "invalid UTF-8");
	r->at += used;
	return rune;
}

static struct regex_node *new_node(struct regex_reader *r, enum regex_kind kind)
{
	struct regex_node *node = arena_new(r->arena, sizeof(*node));

	node->kind = kind;
	return node;
}

static struct regex_node *new_class(struct regex_reader *r, struct rune_set *set)
{
	struct regex_node *node = new_node(r, REGEX_CLASS);
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

static struct regex_node *new_assert(struct regex_reader *r, enum regex_assert assertion)
{
	struct regex_node *node = new_node(r, REGEX_ASSERT);

	node->assertion = assertion;
	return node;
}

/* A range that the pattern names itself, with the other case of its letters when the flag is set. */
static void add_range(struct regex_reader *r, struct rune_set *set, uint32_t first, uint32_t last, size_t place)
{
	if (!(r->flags & FLAG_FOLD))
		rune_set_add(set, first, last);
	else if (last >= 0x80)
		fail(r, place, "(?i) with characters beyond ASCII is not supported");
	else
		rune_set_add_folded(set, first, last);
}

static struct regex_node *new_literal(struct regex_reader *r, uint32_t rune, size_t place)
{
	struct rune_set set = {0};

	add_range(r, &set, rune, rune, place);
	return new_class(r, &set);
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a' + 10) : 99;
}

/* Behind \x: two digits, or any number of them in braces. */
static bool take_hex(struct regex_reader *r, uint32_t *rune)
{
	bool has_braces = take(r, "{");
	unsigned digits = 0;

	for (*rune = 0; has_braces || digits < 2; digits++) {
		unsigned value = digit_of(peek(r, 0));

		if (has_braces && digits && peek(r, 0) == '}') {
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
static uint32_t take_escape(struct regex_reader *r)
{
	static const char names[] = "afnrtv", values[] = "\a\f\n\r\t\v";
	size_t start = r->at++;
	char c = peek(r, 0);
	const char *name = c ? strchr(names, c) : NULL;
	uint32_t rune = (unsigned char)c;

	if (r->at >= r->length) {
		fail(r, start, "trailing backslash");
		return 0;
	}
	r->at++;
	if (name)
		return (unsigned char)values[name - names];
	if (c == 'x') {
		if (!take_hex(r, &rune))
			fail(r, start, "bad escape \\x");
		return rune;
	}
	if (c == '0' || (c >= '1' && c <= '7' && peek(r, 0) >= '0' && peek(r, 0) <= '7')) {
		rune = digit_of(c);
		for (int i = 0; i < 2 && peek(r, 0) >= '0' && peek(r, 0) <= '7'; i++)
			rune = rune * 8 + digit_of(r->pattern[r->at++]);
		return rune;
	}
	if (c >= '1' && c <= '9')
		fail(r, start, "regex back-references are not supported");
	else if ((unsigned char)c >= 0x80 || c == '\0' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		fail(r, start, "unknown escape \\%c", (unsigned char)c >= 0x80 || !c ? '?' : c);
	return rune;
}

/* \d \D \s \S \w \W: adds it and passes. */
static bool take_perl_class(struct regex_reader *r, struct rune_set *set)
{
	char c = peek(r, 1), lower = (char)(c | 0x20);

	if (peek(r, 0) != '\\' || !c || !strchr("dDsSwW", c))
		return false;
	rune_set_add_named(set, &lower, 1, r->flags & FLAG_FOLD, c != lower);
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
	if (!rune_set_add_named(set, name, (size_t)(end - name), r->flags & FLAG_FOLD, negate) || end - name == 1)
		fail(r, r->at, "unknown character class [:%.*s:]", (int)(end - name > 30 ? 30 : end - name), name);
	r->at = (size_t)(end - r->pattern) + 2;
	return true;
}

static bool refuse_unicode_class(struct regex_reader *r)
{
	if (peek(r, 0) != '\\' || (peek(r, 1) != 'p' && peek(r, 1) != 'P'))
		return false;
	fail(r, r->at, "regex Unicode classes (\\%c) are not supported", peek(r, 1));
	return true;
}

static void take_class_range(struct regex_reader *r, struct rune_set *set)
{
	size_t start = r->at;
	uint32_t first = peek(r, 0) == '\\' ? take_escape(r) : take_rune(r), last = first;

	if (peek(r, 0) == '-' && r->at + 1 < r->length && peek(r, 1) != ']') {
		r->at++;
		last = peek(r, 0) == '\\' ? take_escape(r) : take_rune(r);
		if (last < first)
			fail(r, start, "the range of a character class is backwards");
	}
	if (!r->has_failed)
		add_range(r, set, first, last, start);
}

static struct regex_node *parse_class(struct regex_reader *r)
{
	size_t start = r->at++;
	bool negate = take(r, "^"), is_first = true;
	struct rune_set set = {0};

	while (!r->has_failed && (is_first || peek(r, 0) != ']')) {
		if (r->at >= r->length) {
			fail(r, start, "missing ] of a character class");
			break;
		}
		is_first = false;
		if (peek(r, 0) == '[' && peek(r, 1) == ':' && take_posix_class(r, &set))
			continue;
		if (!refuse_unicode_class(r) && !take_perl_class(r, &set))
			take_class_range(r, &set);
	}
	r->at++;
	rune_set_done(&set);
	if (negate)
		rune_set_negate(&set);
	return new_class(r, &set);
}

static struct regex_node *parse_dot(struct regex_reader *r)
{
	struct rune_set set = {0};

	r->at++;
	if (r->flags & FLAG_DOT_ALL) {
		rune_set_add(&set, 0, RUNE_MAX);
	} else {
		rune_set_add(&set, 0, '\n' - 1);
		rune_set_add(&set, '\n' + 1, RUNE_MAX);
	}
	return new_class(r, &set);
}

static struct regex_node *parse_choice(struct regex_reader *r);

static bool take_group_name(struct regex_reader *r)
{
	size_t start = r->at, length = 0;
	const char *text = r->pattern + start;
	struct group_name *name;

	while (start + length < r->length && (text[length] == '_' || digit_of(text[length]) < 10 ||
					       ((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')))
		length++;
	if (!length || start + length >= r->length || text[length] != '>') {
		fail(r, start, "bad name of a group");
		return false;
	}
	for (name = r->names; name; name = name->next)
		if (name->length == length && !memcmp(name->name, text, length))
			fail(r, start, "the group name '%.*s' comes twice", (int)(length > 40 ? 40 : length), text);
	name = arena_new(r->arena, sizeof(*name));
	*name = (struct group_name){text, length, r->names};
	r->names = name;
	r->at = start + length + 1;
	return !r->has_failed;
}

/* Behind "(?": flags. True: a group begins; false: they hold from here on, or it is a mistake. */
static bool take_flags(struct regex_reader *r, size_t start)
{
	static const char letters[] = "imsU";
	static const unsigned bits[] = {FLAG_FOLD, FLAG_LINES, FLAG_DOT_ALL, 0};
	unsigned flags = r->flags;
	bool is_minus = false, saw_one = false;

	for (; r->at < r->length; r->at++) {
		char c = r->pattern[r->at];
		const char *letter = c ? strchr(letters, c) : NULL;

		if (letter) {
			flags = is_minus ? flags & ~bits[letter - letters] : flags | bits[letter - letters];
			saw_one = true;
		} else if (c == '-' && !is_minus) {
			is_minus = true;
			saw_one = false;
		} else if ((c == ':' || c == ')') && (!is_minus || saw_one)) {
			r->at++;
			r->flags = flags;
			return c == ':';
		} else {
			break;
		}
	}
	if (r->at < r->length)
		fail(r, start, "unknown group (?%.*s", (int)(r->at + 1 - start - 2), r->pattern + start + 2);
	else
		fail(r, start, "missing ) of a group");
	return false;
}

/* At "(": a group, or flags alone (then NULL without a mistake). */
static struct regex_node *parse_group(struct regex_reader *r)
{
	size_t start = r->at++;
	unsigned outer = r->flags;
	struct regex_node *node;

	if (take(r, "?P<")) {
		if (!take_group_name(r))
			return NULL;
	} else if (take(r, "?=") || take(r, "?!")) {
		return fail(r, start, "regex lookahead is not supported");
	} else if (take(r, "?<=") || take(r, "?<!")) {
		return fail(r, start, "regex lookbehind is not supported");
	} else if (take(r, "?>")) {
		return fail(r, start, "regex atomic groups are not supported");
	} else if (take(r, "?")) {
		if (!take_flags(r, start))
			return NULL;
	}
	node = parse_choice(r);
	if (!take(r, ")"))
		fail(r, start, "missing ) of a group");
	r->flags = outer;
	return node;
}

/* The number of {n,m}; false when there is none. -1: too great. */
static bool take_count(const struct regex_reader *r, size_t *at, int *count)
{
	size_t first = *at;

	for (*count = 0; *at < r->length && digit_of(r->pattern[*at]) < 10; (*at)++)
		if (*count >= 0)
			*count = *count > 100000 ? -1 : *count * 10 + (int)digit_of(r->pattern[*at]);
	return *at > first && !(r->pattern[first] == '0' && *at > first + 1);
}

/* {n}, {n,}, {n,m}; anything else in braces is literal text. */
static bool take_braces(struct regex_reader *r, int *min, int *max)
{
	size_t at = r->at + 1;

	if (!take_count(r, &at, min) || at >= r->length)
		return false;
	*max = *min;
	if (r->pattern[at] == ',') {
		at++;
		*max = -1;
		if (at < r->length && r->pattern[at] != '}') {
			if (!take_count(r, &at, max))
				return false;
			if (*max < 0)
				*min = -1;
		}
	}
	if (at >= r->length || r->pattern[at] != '}')
		return false;
	if (*min < 0 || *min > REGEX_MAX_REPEAT || *max > REGEX_MAX_REPEAT || (*max >= 0 && *min > *max))
		fail(r, r->at, "bad repeat count");
	r->at = at + 1;
	return true;
}

static bool take_repeat(struct regex_reader *r, int *min, int *max)
{
	char c = peek(r, 0);

	if (c == '{' && !take_braces(r, min, max))
		return false;
	if (c != '{') {
		if (!c || !strchr("*+?", c))
			return false;
		r->at++;
		*min = c == '+';
		*max = c == '?' ? 1 : -1;
	}
	take(r, "?"); /* not greedy: the same whole texts match */
	return true;
}

static bool repeats_fit(const struct regex_node *node, int most)
{
	if (node->kind == REGEX_REPEAT && node->max == 0)
		return true;
	if (node->kind == REGEX_REPEAT && (node->min > 1 || node->max > 1)) {
		int count = node->max < 0 ? node->min : node->max;

		if (count > most)
			return false;
		most /= count;
	}
	for (const struct regex_node *part = node->first; part; part = part->next)
		if (!repeats_fit(part, most))
			return false;
	return true;
}

static void append(struct node_list *list, struct regex_node *node)
{
	if (!node)
		return;
	if (list->last)
		list->last->next = node;
	else
		list->first = node;
	list->before_last = list->last;
	list->last = node;
}

static void repeat_last(struct regex_reader *r, struct node_list *list, int min, int max, size_t place)
{
	struct regex_node *node = new_node(r, REGEX_REPEAT);

	node->min = min;
	node->max = max;
	node->first = list->last;
	if (list->before_last)
		list->before_last->next = node;
	else
		list->first = node;
	list->last = node;
	if (node->first->kind == REGEX_REPEAT)
		node->height = node->first->height + 1; /* flags between two repetitions make it possible */
	if (node->height > REGEX_MAX_DEPTH)
		fail(r, place, "the regular expression nests too deeply");
	else if ((min > 1 || max > 1) && !repeats_fit(node, REGEX_MAX_REPEAT))
		fail(r, place, "bad repeat count (more than %d in all)", REGEX_MAX_REPEAT);
}

/* \Q...\E: each character for itself. */
static void append_quoted(struct regex_reader *r, struct node_list *list)
{
	size_t start = r->at;
	const char *end;

	r->at += 2;
	end = memmem(r->pattern + r->at, r->length - r->at, "\\E", 2);
	if (!end) {
		fail(r, start, "\\Q without \\E");
		return;
	}
	while (!r->has_failed && r->pattern + r->at < end) {
		size_t place = r->at;

		append(list, new_literal(r, take_rune(r), place));
	}
	r->at = (size_t)(end - r->pattern) + 2;
}

static struct regex_node *parse_backslash(struct regex_reader *r)
{
	static const char names[] = "AzbB";
	static const enum regex_assert assertions[] = {ASSERT_TEXT_START, ASSERT_TEXT_END, ASSERT_WORD_EDGE,
						       ASSERT_NO_WORD_EDGE};
	const char *name = peek(r, 1) ? strchr(names, peek(r, 1)) : NULL;
	struct rune_set set = {0};
	size_t start = r->at;

	if (name) {
		r->at += 2;
		return new_assert(r, assertions[name - names]);
	}
	if (refuse_unicode_class(r))
		return NULL;
	if (take_perl_class(r, &set))
		return new_class(r, &set);
	return new_literal(r, take_escape(r), start);
}

static struct regex_node *parse_atom(struct regex_reader *r)
{
	size_t start = r->at;

	switch (peek(r, 0)) {
	case '(':
		return parse_group(r);
	case '[':
		return parse_class(r);
	case '.':
		return parse_dot(r);
	case '^':
		r->at++;
		return new_assert(r, r->flags & FLAG_LINES ? ASSERT_LINE_START : ASSERT_TEXT_START);
	case '$':
		r->at++;
		return new_assert(r, r->flags & FLAG_LINES ? ASSERT_LINE_END : ASSERT_TEXT_END);
	case '\\':
		return parse_backslash(r);
	default:
		return new_literal(r, take_rune(r), start);
	}
}

static struct regex_node *parse_sequence(struct regex_reader *r)
{
	struct regex_node *node = new_node(r, REGEX_SEQUENCE);
	struct node_list list = {0};
	bool was_repeat = false;

	while (!r->has_failed && r->at < r->length && peek(r, 0) != '|' && peek(r, 0) != ')') {
		size_t start = r->at;
		int min, max;

		if (!take_repeat(r, &min, &max)) {
			was_repeat = false;
			if (peek(r, 0) == '\\' && peek(r, 1) == 'Q')
				append_quoted(r, &list);
			else
				append(&list, parse_atom(r));
			continue;
		}
		if (!list.last)
			fail(r, start, "nothing to repeat");
		else if (was_repeat)
			fail(r, start, "a repetition of a repetition");
		else
			repeat_last(r, &list, min, max, start);
		was_repeat = true;
	}
	node->first = list.first;
	return node;
}

static struct regex_node *parse_choice(struct regex_reader *r)
{
	struct regex_node *node = new_node(r, REGEX_CHOICE);
	struct node_list list = {0};

	if (++r->depth > REGEX_MAX_DEPTH)
		return fail(r, r->at, "the regular expression nests too deeply");
	do
		append(&list, parse_sequence(r));
	while (!r->has_failed && take(r, "|"));
	r->depth--;
	node->first = list.first;
	return node;
}

struct regex_node *regex_parse(struct arena *arena, const char *pattern, size_t length, struct regex_mistake *mistake)
{
	struct regex_reader r = {.arena = arena, .pattern = pattern, .length = length, .mistake = mistake};
	struct regex_node *node = parse_choice(&r);

	if (!r.has_failed && r.at < length)
		fail(&r, r.at, "unexpected )");
	return r.has_failed ? NULL : node;
}
