// SPDX-License-Identifier: Apache-2.0
/*
 * In: the tree of a pattern, then texts. Out: a program of steps, run in all its threads at once
 * (Thompson, Pike). The rule that surprises: the lists of threads lie on the stack, hence the limit
 * of steps; a bigger pattern is refused.
 */
#include "rules/regex_parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#ifndef REGEX_MAX_STEPS
#define REGEX_MAX_STEPS 8000
#endif
#define NO_RUNE UINT32_MAX /* before the text and behind it */

enum step_kind { STEP_CLASS, STEP_SPLIT, STEP_ASSERT, STEP_MATCH };

struct step {
	enum step_kind kind;
	uint16_t one, other; /* split: where it goes on; equal = a jump */
	enum regex_assert assertion;
	const struct rune_range *ranges;
	size_t ranges_count;
};

struct regex {
	struct arena arena; /* the ranges */
	struct step *steps;
	size_t count, capacity;
	bool is_too_large;
	struct buf prefix;   /* every matching text begins with it */
	size_t after_prefix; /* the step behind it */
};

static size_t add_step(struct regex *regex, struct step step)
{
	if (regex->count >= REGEX_MAX_STEPS) {
		regex->is_too_large = true;
		return 0;
	}
	mem_grow(&regex->steps, &regex->capacity, regex->count + 1, sizeof(*regex->steps));
	regex->steps[regex->count] = step;
	return regex->count++;
}

static size_t add_split(struct regex *regex)
{
	size_t split = add_step(regex, (struct step){.kind = STEP_SPLIT});

	if (!regex->is_too_large) /* the nearer way is always the next step */
		regex->steps[split].one = regex->steps[split].other = (uint16_t)(split + 1);
	return split;
}

static void go_on_here(struct regex *regex, size_t split)
{
	regex->steps[split].other = (uint16_t)regex->count;
}

static void compile(struct regex *regex, const struct regex_node *node);

static void compile_choice(struct regex *regex, const struct regex_node *node)
{
	size_t *jumps = NULL, count = 0, capacity = 0;

	for (const struct regex_node *part = node->first; part && !regex->is_too_large;
	     part = part->next) {
		size_t split = part->next ? add_split(regex) : 0;

		compile(regex, part);
		if (!part->next)
			break;
		mem_grow(&jumps, &capacity, count + 1, sizeof(*jumps));
		jumps[count++] = add_step(regex, (struct step){.kind = STEP_SPLIT});
		go_on_here(regex, split);
	}
	for (size_t i = 0; i < count; i++)
		regex->steps[jumps[i]].one = regex->steps[jumps[i]].other = (uint16_t)regex->count;
	free(jumps);
}

static void compile_repeat(struct regex *regex, const struct regex_node *node)
{
	size_t *splits = NULL, count = 0, capacity = 0, start = regex->count;

	for (int i = 0; i < node->min && !regex->is_too_large; i++) {
		start = regex->count;
		compile(regex, node->first);
	}
	if (node->max < 0) {
		size_t split = add_split(regex);

		if (node->min) { /* once more the last one, or on */
			regex->steps[split].other = (uint16_t)start;
			return;
		}
		compile(regex, node->first);
		start = add_step(regex, (struct step){.kind = STEP_SPLIT});
		regex->steps[start].one = regex->steps[start].other = (uint16_t)split;
		go_on_here(regex, split);
		return;
	}
	for (int i = node->min; i < node->max && !regex->is_too_large; i++) {
		mem_grow(&splits, &capacity, count + 1, sizeof(*splits));
		splits[count++] = add_split(regex);
		compile(regex, node->first);
	}
	for (size_t i = 0; i < count; i++)
		go_on_here(regex, splits[i]);
	free(splits);
}

static void compile(struct regex *regex, const struct regex_node *node)
{
	switch (node->kind) {
	case REGEX_EMPTY:
		break;
	case REGEX_CLASS:
		add_step(regex, (struct step){.kind = STEP_CLASS,
					      .ranges = node->ranges,
					      .ranges_count = node->ranges_count});
		break;
	case REGEX_ASSERT:
		add_step(regex, (struct step){.kind = STEP_ASSERT, .assertion = node->assertion});
		break;
	case REGEX_SEQUENCE:
		for (const struct regex_node *part = node->first; part && !regex->is_too_large;
		     part = part->next)
			compile(regex, part);
		break;
	case REGEX_CHOICE:
		compile_choice(regex, node);
		break;
	case REGEX_REPEAT:
		compile_repeat(regex, node);
		break;
	}
}

static void put_rune(struct buf *out, uint32_t rune)
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	int bytes = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
	char text[4];

	for (int i = bytes - 1; i > 0; i--, rune >>= 6)
		text[i] = (char)(0x80 | (rune & 0x3f));
	text[0] = (char)(lead[bytes] | rune);
	buf_add(out, text, (size_t)bytes);
}

/* U+FFFD stays out of it: broken bytes read as it without having its bytes. */
static void find_prefix(struct regex *regex)
{
	size_t at = 0;

	for (; at < regex->count; at++) {
		const struct step *step = &regex->steps[at];

		if (step->kind != STEP_CLASS || step->ranges_count != 1 ||
		    step->ranges[0].first != step->ranges[0].last ||
		    step->ranges[0].first == 0xfffd)
			break;
		put_rune(&regex->prefix, step->ranges[0].first);
	}
	regex->after_prefix = at;
}

struct regex *regex_new(const char *pattern, size_t length, struct regex_mistake *mistake)
{
	struct regex *regex = mem_new(sizeof(*regex));
	struct regex_node *node = regex_parse(&regex->arena, pattern, length, mistake);

	if (node) {
		compile(regex, node);
		add_step(regex, (struct step){.kind = STEP_MATCH});
	}
	if (regex->is_too_large)
		*mistake = (struct regex_mistake){.message = "the regular expression is too large"};
	if (!node || regex->is_too_large) {
		regex_free(regex);
		return NULL;
	}
	find_prefix(regex);
	return regex;
}

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	buf_fini(&regex->prefix);
	free(regex->steps);
	arena_fini(&regex->arena);
	free(regex);
}

static bool in_class(const struct step *step, uint32_t rune)
{
	for (size_t i = 0; i < step->ranges_count; i++)
		if (rune <= step->ranges[i].last)
			return rune >= step->ranges[i].first;
	return false;
}

static bool is_word(uint32_t rune)
{
	return (rune >= '0' && rune <= '9') || (rune >= 'A' && rune <= 'Z') || rune == '_' ||
	       (rune >= 'a' && rune <= 'z');
}

static bool holds(enum regex_assert assertion, uint32_t before, uint32_t behind)
{
	switch (assertion) {
	case ASSERT_TEXT_START:
		return before == NO_RUNE;
	case ASSERT_TEXT_END:
		return behind == NO_RUNE;
	case ASSERT_LINE_START:
		return before == NO_RUNE || before == '\n';
	case ASSERT_LINE_END:
		return behind == NO_RUNE || behind == '\n';
	case ASSERT_WORD_EDGE:
		return is_word(before) != is_word(behind);
	case ASSERT_NO_WORD_EDGE:
		return is_word(before) == is_word(behind);
	}
	return false;
}

/* The threads at one place of the text; only the first `count` of `steps` and the bits of the
 * program are ever read. */
struct threads {
	uint16_t steps[REGEX_MAX_STEPS];
	size_t count;
	uint64_t seen[REGEX_MAX_STEPS / 64 + 1];
};

static void clear(const struct regex *regex, struct threads *threads)
{
	threads->count = 0;
	memset(threads->seen, 0, (regex->count / 64 + 1) * sizeof(threads->seen[0]));
}

/* Adds a step and whatever it leads to without reading. True: that is the end of the pattern. */
static bool enter(const struct regex *regex, struct threads *threads, size_t first, uint32_t before,
		  uint32_t behind)
{
	uint16_t todo[REGEX_MAX_STEPS];
	size_t waiting = 0;
	bool is_end = false;

	todo[waiting++] = (uint16_t)first;
	while (waiting) {
		uint16_t at = todo[--waiting];
		const struct step *step = &regex->steps[at];

		if (threads->seen[at / 64] >> at % 64 & 1)
			continue;
		threads->seen[at / 64] |= 1ull << at % 64;
		if (step->kind == STEP_CLASS) {
			threads->steps[threads->count++] = at;
		} else if (step->kind == STEP_MATCH) {
			is_end = true;
		} else if (step->kind == STEP_SPLIT) {
			/* no more wait than there are steps: a step is looked into once and adds at
			 * most one */
			todo[waiting++] = step->other;
			if (step->one != step->other)
				todo[waiting++] = step->one;
		} else if (holds(step->assertion, before, behind)) {
			todo[waiting++] = (uint16_t)(at + 1);
		}
	}
	return is_end;
}

bool regex_matches(const struct regex *regex, const char *text, size_t length)
{
	struct threads lists[2];
	struct threads *now = &lists[0], *then = &lists[1];
	size_t at = regex->prefix.length, used = 0;
	uint32_t before = NO_RUNE, rune;
	bool is_end;

	if (length < at || (at && memcmp(text, regex->prefix.bytes, at) != 0))
		return false;
	if (regex->steps[regex->after_prefix].kind == STEP_MATCH)
		return length == at;
	if (at) /* only whether it is a word's or a line's end matters, and both are ASCII */
		before = (unsigned char)text[at - 1];
	rune = at < length ? text_next(text + at, length - at, &used) : NO_RUNE;
	clear(regex, now);
	is_end = enter(regex, now, regex->after_prefix, before, rune);
	while (at < length && now->count) {
		struct threads *swap = now;
		uint32_t behind;
		size_t next_used = 0;

		at += used;
		behind = at < length ? text_next(text + at, length - at, &next_used) : NO_RUNE;
		clear(regex, then);
		is_end = false;
		for (size_t i = 0; i < now->count; i++)
			if (in_class(&regex->steps[now->steps[i]], rune))
				is_end |= enter(regex, then, now->steps[i] + 1u, rune, behind);
		now = then;
		then = swap;
		rune = behind;
		used = next_used;
	}
	return at >= length && is_end;
}
