/* SPDX-License-Identifier: Apache-2.0 */
/* The half of schema.c that looks at one scalar. */
#ifndef CONFIG_SCHEMA_SCALAR_H
#define CONFIG_SCHEMA_SCALAR_H

#include "config/schema.h"

/* The nearest word so far, for "did you mean". */
struct guess {
	const char *word;
	unsigned distance; /* begins as GUESS_NONE */
};
#define GUESS_NONE 4

void guess_try(struct guess *guess, const char *word, const char *text, size_t length);
/* " (did you mean 'x'?)" or nothing. */
const char *guess_text(const struct guess *guess, struct buf *out);

const char *scalar_text(struct fy_node *node, size_t *length);
bool scalar_is_null(struct fy_node *node); /* nothing, ~ or null */
bool scalar_parse_whole(struct fy_node *node, __int128 *whole);
bool scalar_is_word(struct fy_node *node, const char *const *words, struct guess *guess);
/* 1 good, 0 wrong, -1 wrong and already said. The guess helps the message of a wrong word. */
int scalar_check(struct yaml *yaml, const struct schema_key *key, const struct schema_value *value,
		 struct fy_node *node, struct guess *guess);

#endif
