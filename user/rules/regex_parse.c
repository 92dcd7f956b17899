// SPDX-License-Identifier: Apache-2.0
/*
 * In: a pattern in RE2's syntax (as Go 1.19 reads it). Out: its tree, or one mistake with its
 * place. The rule that surprises: whether a repetition is greedy does not matter, since only whole
 * texts are matched; and flags like (?i) hold to the end of their group, over its '|' too.
 */
#include "rules/regex_parse.h"

#include <string.h>

/* A sequence or a choice while it grows. */
struct node_list {
	struct regex_node *first, *last;
	struct regex_node *before_last;
};

static struct regex_node *parse_choice(struct regex_reader *r);

static struct regex_node *new_assert(struct regex_reader *r, enum regex_assert assertion)
{
	struct regex_node *node = regex_node_new(r, REGEX_ASSERT);

	node->assertion = assertion;
	return node;
}

static bool take_group_name(struct regex_reader *r)
{
	size_t start = r->at, length = 0;
	const char *text = r->pattern + start;
	struct group_name *name;

	while (start + length < r->length &&
	       (text[length] == '_' || regex_digit(text[length]) < 10 ||
		((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')))
		length++;
	if (!length || start + length >= r->length || text[length] != '>') {
		regex_fail(r, start, "bad name of a group");
		return false;
	}
	for (name = r->names; name; name = name->next)
		if (name->length == length && !memcmp(name->name, text, length))
			regex_fail(r, start, "the group name '%.*s' comes twice",
				   (int)(length > 40 ? 40 : length), text);
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
	static const unsigned bits[] = {REGEX_FLAG_FOLD, REGEX_FLAG_LINES, REGEX_FLAG_DOT_ALL, 0};
	unsigned flags = r->flags;
	bool is_minus = false, saw_one = false;

	for (; r->at < r->length; r->at++) {
		char c = r->pattern[r->at];
		const char *letter = c ? strchr(letters, c) : NULL;

		if (letter) {
			flags = is_minus ? flags & ~bits[letter - letters]
					 : flags | bits[letter - letters];
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
		regex_fail(r, start, "unknown group (?%.*s", (int)(r->at + 1 - start - 2),
			   r->pattern + start + 2);
	else
		regex_fail(r, start, "missing ) of a group");
	return false;
}

/* At "(": a group, or flags alone (then NULL without a mistake). */
static struct regex_node *parse_group(struct regex_reader *r)
{
	size_t start = r->at++;
	unsigned outer = r->flags;
	struct regex_node *node;

	if (regex_take(r, "?P<")) {
		if (!take_group_name(r))
			return NULL;
	} else if (regex_take(r, "?=") || regex_take(r, "?!")) {
		return regex_fail(r, start, "regex lookahead is not supported");
	} else if (regex_take(r, "?<=") || regex_take(r, "?<!")) {
		return regex_fail(r, start, "regex lookbehind is not supported");
	} else if (regex_take(r, "?>")) {
		return regex_fail(r, start, "regex atomic groups are not supported");
	} else if (regex_take(r, "?")) {
		if (!take_flags(r, start))
			return NULL;
	}
	node = parse_choice(r);
	if (!regex_take(r, ")"))
		regex_fail(r, start, "missing ) of a group");
	r->flags = outer;
	return node;
}

/* The number of {n,m}; false when there is none. -1: too great. */
static bool take_count(const struct regex_reader *r, size_t *at, int *count)
{
	size_t first = *at;

	for (*count = 0; *at < r->length && regex_digit(r->pattern[*at]) < 10; (*at)++)
		if (*count >= 0)
			*count = *count > 100000 ? -1
						 : *count * 10 + (int)regex_digit(r->pattern[*at]);
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
	if (*min < 0 || *min > REGEX_MAX_REPEAT || *max > REGEX_MAX_REPEAT ||
	    (*max >= 0 && *min > *max))
		regex_fail(r, r->at, "bad repeat count");
	r->at = at + 1;
	return true;
}

static bool take_repeat(struct regex_reader *r, int *min, int *max)
{
	char c = regex_peek(r, 0);

	if (c == '{' && !take_braces(r, min, max))
		return false;
	if (c != '{') {
		if (!c || !strchr("*+?", c))
			return false;
		r->at++;
		*min = c == '+';
		*max = c == '?' ? 1 : -1;
	}
	regex_take(r, "?"); /* not greedy: the same whole texts match */
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

static void repeat_last(struct regex_reader *r, struct node_list *list, int min, int max,
			size_t place)
{
	struct regex_node *node = regex_node_new(r, REGEX_REPEAT);

	node->min = min;
	node->max = max;
	node->first = list->last;
	if (list->before_last)
		list->before_last->next = node;
	else
		list->first = node;
	list->last = node;
	if (node->first->kind == REGEX_REPEAT)
		node->height = node->first->height +
			       1; /* flags between two repetitions make it possible */
	if (node->height > REGEX_MAX_DEPTH)
		regex_fail(r, place, "the regular expression nests too deeply");
	else if ((min > 1 || max > 1) && !repeats_fit(node, REGEX_MAX_REPEAT))
		regex_fail(r, place, "bad repeat count (more than %d in all)", REGEX_MAX_REPEAT);
}

/* \Q...\E: each character for itself. */
static void append_quoted(struct regex_reader *r, struct node_list *list)
{
	size_t start = r->at;
	const char *end;

	r->at += 2;
	end = memmem(r->pattern + r->at, r->length - r->at, "\\E", 2);
	if (!end) {
		regex_fail(r, start, "\\Q without \\E");
		return;
	}
	while (!r->has_failed && r->pattern + r->at < end) {
		size_t place = r->at;

		append(list, regex_literal_new(r, regex_take_rune(r), place));
	}
	r->at = (size_t)(end - r->pattern) + 2;
}

static struct regex_node *parse_backslash(struct regex_reader *r)
{
	static const char names[] = "AzbB";
	static const enum regex_assert assertions[] = {ASSERT_TEXT_START, ASSERT_TEXT_END,
						       ASSERT_WORD_EDGE, ASSERT_NO_WORD_EDGE};
	const char *name = regex_peek(r, 1) ? strchr(names, regex_peek(r, 1)) : NULL;
	struct rune_set set = {0};
	size_t start = r->at;

	if (name) {
		r->at += 2;
		return new_assert(r, assertions[name - names]);
	}
	if (regex_refuse_unicode_class(r))
		return NULL;
	if (regex_take_perl_class(r, &set))
		return regex_class_new(r, &set);
	return regex_literal_new(r, regex_take_escape(r), start);
}

static struct regex_node *parse_atom(struct regex_reader *r)
{
	size_t start = r->at;

	switch (regex_peek(r, 0)) {
	case '(':
		return parse_group(r);
	case '[':
		return regex_parse_class(r);
	case '.':
		return regex_parse_dot(r);
	case '^':
		r->at++;
		return new_assert(r, r->flags & REGEX_FLAG_LINES ? ASSERT_LINE_START
								 : ASSERT_TEXT_START);
	case '$':
		r->at++;
		return new_assert(r,
				  r->flags & REGEX_FLAG_LINES ? ASSERT_LINE_END : ASSERT_TEXT_END);
	case '\\':
		return parse_backslash(r);
	default:
		return regex_literal_new(r, regex_take_rune(r), start);
	}
}

static struct regex_node *parse_sequence(struct regex_reader *r)
{
	struct regex_node *node = regex_node_new(r, REGEX_SEQUENCE);
	struct node_list list = {0};
	bool was_repeat = false;

	while (!r->has_failed && r->at < r->length && regex_peek(r, 0) != '|' &&
	       regex_peek(r, 0) != ')') {
		size_t start = r->at;
		int min, max;

		if (!take_repeat(r, &min, &max)) {
			was_repeat = false;
			if (regex_peek(r, 0) == '\\' && regex_peek(r, 1) == 'Q')
				append_quoted(r, &list);
			else
				append(&list, parse_atom(r));
			continue;
		}
		if (!list.last)
			regex_fail(r, start, "nothing to repeat");
		else if (was_repeat)
			regex_fail(r, start, "a repetition of a repetition");
		else
			repeat_last(r, &list, min, max, start);
		was_repeat = true;
	}
	node->first = list.first;
	return node;
}

static struct regex_node *parse_choice(struct regex_reader *r)
{
	struct regex_node *node = regex_node_new(r, REGEX_CHOICE);
	struct node_list list = {0};

	if (++r->depth > REGEX_MAX_DEPTH)
		return regex_fail(r, r->at, "the regular expression nests too deeply");
	do
		append(&list, parse_sequence(r));
	while (!r->has_failed && regex_take(r, "|"));
	r->depth--;
	node->first = list.first;
	return node;
}

struct regex_node *regex_parse(struct arena *arena, const char *pattern, size_t length,
			       struct regex_mistake *mistake)
{
	struct regex_reader r = {
		.arena = arena, .pattern = pattern, .length = length, .mistake = mistake};
	struct regex_node *node = parse_choice(&r);

	if (!r.has_failed && r.at < length)
		regex_fail(&r, r.at, "unexpected )");
	return r.has_failed ? NULL : node;
}
