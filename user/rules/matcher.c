// SPDX-License-Identifier: Apache-2.0
/* In: a matcher and a label's value, or all labels. Out: whether it matches. A label that is not there has the empty
 * value. */
#include "rules/expr.h"

#include <string.h>

#include "rules/labels.h"
#include "rules/regex.h"

bool matcher_matches(const struct matcher *matcher, const char *value)
{
	if (!value)
		value = "";
	switch (matcher->kind) {
	case MATCH_EQUAL:
		return !strcmp(matcher->value, value);
	case MATCH_NOT_EQUAL:
		return strcmp(matcher->value, value) != 0;
	case MATCH_REGEX:
		return regex_matches(matcher->regex, value, strlen(value));
	case MATCH_NOT_REGEX:
		return !regex_matches(matcher->regex, value, strlen(value));
	}
	return false;
}

bool matchers_match(const struct matcher *matchers, size_t count, const struct labels *labels)
{
	for (size_t i = 0; i < count; i++)
		if (!matcher_matches(&matchers[i], labels_find(labels, matchers[i].name)))
			return false;
	return true;
}
