/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files, threshold files, and rule unit tests: texts to structs. Every mistake is said as "file:line:col: message" with the line
 * and a caret, all of them at once.
 */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

#include "model/rule.h"

/* Pure: reads no file. NULL after a mistake (said). The set copies the texts. */
struct rule_set *rules_compile(const struct rule_text *texts, size_t texts_count);
void rules_free(struct rule_set *set);

/* Files into a list of texts. */
struct rule_texts {
	struct rule_text *items;
	size_t count;
	size_t capacity;
};
int rules_texts_add_file(struct rule_texts *texts, enum rule_text_kind kind, const char *path); /* -errno, said */
int rules_texts_add_directory(struct rule_texts *texts, const char *path); /* its *.yaml and *.yml as rules, by name; -ENOENT not said */
void rules_texts_fini(struct rule_texts *texts);

#endif
