/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of regular expressions share: the tree of a pattern and sets of code points. Everything lies in an arena. */
#ifndef RULES_REGEX_PARSE_H
#define RULES_REGEX_PARSE_H

#include <stdint.h>

#include "base/mem.h"
#include "rules/regex.h"

#define RUNE_MAX 0x10ffffu

struct rune_range {
	uint32_t first, last;
};

/* A set of code points while it is made; rune_set_done sorts and merges it. */
struct rune_set {
	struct rune_range *ranges;
	size_t count, capacity;
};
void rune_set_add(struct rune_set *set, uint32_t first, uint32_t last);
/* Also the other case of the ASCII letters in it, and what Unicode folds to them (long s, Kelvin). */
void rune_set_add_folded(struct rune_set *set, uint32_t first, uint32_t last);
void rune_set_add_set(struct rune_set *set, const struct rune_set *other, bool negate);
void rune_set_done(struct rune_set *set);
void rune_set_negate(struct rune_set *set); /* done before and after */
/* d, s, w, or a name like alpha: adds it. False: there is none of that name. */
bool rune_set_add_named(struct rune_set *set, const char *name, size_t length, bool fold, bool negate);

enum regex_kind { REGEX_EMPTY, REGEX_CLASS, REGEX_ASSERT, REGEX_SEQUENCE, REGEX_CHOICE, REGEX_REPEAT };
enum regex_assert { ASSERT_TEXT_START, ASSERT_TEXT_END, ASSERT_LINE_START, ASSERT_LINE_END, ASSERT_WORD_EDGE, ASSERT_NO_WORD_EDGE };

struct regex_node {
	enum regex_kind kind;
	enum regex_assert assertion;
	const struct rune_range *ranges;
	size_t ranges_count;
	int min, max; /* max -1: no end */
	unsigned height; /* of repetitions of repetitions */
	struct regex_node *first; /* of a sequence or choice; of a repeat the only one */
	struct regex_node *next;  /* beside it */
};

/* NULL after a mistake. */
struct regex_node *regex_parse(struct arena *arena, const char *pattern, size_t length, struct regex_mistake *mistake);

#endif
