/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of regular expressions share: the tree of a pattern and sets of code points.
 * Everything lies in an arena. */
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
/* Also the other case of the ASCII letters in it, and what Unicode folds to them (long s, Kelvin).
 */
void rune_set_add_folded(struct rune_set *set, uint32_t first, uint32_t last);
void rune_set_add_set(struct rune_set *set, const struct rune_set *other, bool negate);
void rune_set_done(struct rune_set *set);
void rune_set_negate(struct rune_set *set); /* done before and after */
/* d, s, w, or a name like alpha: adds it. False: there is none of that name. */
bool rune_set_add_named(struct rune_set *set, const char *name, size_t length, bool fold,
			bool negate);

enum regex_kind {
	REGEX_EMPTY,
	REGEX_CLASS,
	REGEX_ASSERT,
	REGEX_SEQUENCE,
	REGEX_CHOICE,
	REGEX_REPEAT
};
enum regex_assert {
	ASSERT_TEXT_START,
	ASSERT_TEXT_END,
	ASSERT_LINE_START,
	ASSERT_LINE_END,
	ASSERT_WORD_EDGE,
	ASSERT_NO_WORD_EDGE
};

struct regex_node {
	enum regex_kind kind;
	enum regex_assert assertion;
	const struct rune_range *ranges;
	size_t ranges_count;
	int min, max;		  /* max -1: no end */
	unsigned height;	  /* of repetitions of repetitions */
	struct regex_node *first; /* of a sequence or choice; of a repeat the only one */
	struct regex_node *next;  /* beside it */
};

#define REGEX_MAX_DEPTH	 200
#define REGEX_MAX_REPEAT 1000 /* RE2's, of nested repetitions together */

enum { REGEX_FLAG_FOLD = 1, REGEX_FLAG_LINES = 2, REGEX_FLAG_DOT_ALL = 4 };

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
	} * names;
};

/* regex_atom.c */
struct regex_node *regex_fail(struct regex_reader *r, size_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4))); /* NULL; only the first one is kept */
char regex_peek(const struct regex_reader *r, size_t ahead);
bool regex_take(struct regex_reader *r, const char *text);
unsigned regex_digit(char c); /* 99: none, not even a hexadecimal one */
uint32_t regex_take_rune(struct regex_reader *r);
uint32_t regex_take_escape(struct regex_reader *r); /* at a backslash */
struct regex_node *regex_node_new(struct regex_reader *r, enum regex_kind kind);
struct regex_node *regex_class_new(struct regex_reader *r,
				   struct rune_set *set); /* takes the set */
struct regex_node *regex_literal_new(struct regex_reader *r, uint32_t rune, size_t place);
bool regex_take_perl_class(struct regex_reader *r,
			   struct rune_set *set); /* a backslash and d, D, s, S, w or W */
bool regex_refuse_unicode_class(struct regex_reader *r);
struct regex_node *regex_parse_class(struct regex_reader *r);
struct regex_node *regex_parse_dot(struct regex_reader *r);

/* NULL after a mistake. */
struct regex_node *regex_parse(struct arena *arena, const char *pattern, size_t length,
			       struct regex_mistake *mistake);

#endif
