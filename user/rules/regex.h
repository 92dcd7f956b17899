/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions of label matchers: RE2's syntax as Prometheus 2.42 takes it, anchored at both
 * ends. In: a pattern. Out: whether a whole text matches. Linear in the text, no back-tracking, no
 * allocation while matching. The rule that surprises: not regcomp(3). glibc's '.' takes newlines
 * and halves of UTF-8, it allocates at each match, and its compiler can be made to eat all memory;
 * a pattern must mean here what it means in Prometheus.
 */
#ifndef RULES_REGEX_H
#define RULES_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct regex;

struct regex_mistake {
	char message[120];
	size_t place; /* byte of the pattern */
};

/* NULL after a mistake. */
struct regex *regex_new(const char *pattern, size_t length, struct regex_mistake *mistake);
void regex_free(struct regex *regex);
bool regex_matches(const struct regex *regex, const char *text, size_t length);

#endif
