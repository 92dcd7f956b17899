// SPDX-License-Identifier: Apache-2.0
/* In: a matcher and a label's value. Out: whether it matches. A label that is not there has the
 * empty value. */
#include "rules/expr.h"

#include <string.h>

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
