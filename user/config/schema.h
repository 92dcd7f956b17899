/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a YAML file may hold, as const tables: one per kind of mapping, one row per key. The tables
 * drive every check, and the man page lists exactly their keys (a unit test holds the two
 * together).
 * The rule that surprises: schema_open() reports everything that a table can know; a value that is
 * wrong comes back as NULL like one that is not there, so the reader goes on and finds the other
 * mistakes.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/yaml.h"

enum schema_type {
	SCHEMA_NOTHING, /* no such alternative */
	SCHEMA_TEXT,	/* rule: struct schema_text */
	SCHEMA_REGEX,	/* POSIX extended */
	SCHEMA_BOOL,
	SCHEMA_WHOLE,	/* rule: struct schema_range */
	SCHEMA_WORD,	/* rule: const char *const words[], ended by NULL; the value is the index */
	SCHEMA_MAPPING, /* rule: struct schema */
	SCHEMA_ANY,	/* whatever is there, aliases and nothing included: the reader checks it */
};

struct schema_text {
	const char *says;  /* for messages: "letters, digits and _" */
	const char *first; /* characters, a-z is a range; NULL = any but control characters */
	const char *rest;
	size_t max_bytes;
};

struct schema_range {
	__int128 min; /* both within 64 bits, signed or not */
	__int128 max;
};

struct schema_value {
	enum schema_type type;
	const void *rule;
	/* 0: one value; else a list of at most that many; a lone value counts as a list of one */
	unsigned many;
	bool may_be_empty; /* the list */
};

struct schema_key {
	const char *key;
	bool required;
	struct schema_value value;
	struct schema_value other; /* a second form: { from: ARG } beside a text */
	const char *doc;	   /* said when a required key is missing */
};

#define SCHEMA_MAX_KEYS 16
struct schema {
	const char *what;    /* "a probe" */
	const char *section; /* of the man page */
	const struct schema_key *keys;
	unsigned keys_count;
};

/* Checks the mapping; at[i] = the good value of keys[i], or NULL. at has room for keys_count. */
void schema_open(struct yaml *yaml, const struct schema *schema, struct fy_node *mapping,
		 struct fy_node **at);

/* Items of a list, or the lone value itself once; NULL ends. *iterator starts as NULL. */
struct fy_node *schema_item(struct fy_node *value, void **iterator);

bool schema_has(struct fy_node *mapping, const char *key); /* said at all, right or wrong */
bool schema_is(struct fy_node *node, const char *word);

/* Values that were checked; the default when node is NULL. */
const char *schema_text(struct arena *arena, struct fy_node *node, const char *otherwise);
bool schema_bool(struct fy_node *node, bool otherwise);
__int128 schema_whole(struct fy_node *node, __int128 otherwise);
unsigned schema_word(struct fy_node *node, const char *const *words, unsigned otherwise);
void schema_add_whole(struct buf *out, __int128 whole);

#endif
