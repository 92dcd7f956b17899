// SPDX-License-Identifier: Apache-2.0
/*
 * In: a plain scalar. Out: its number, as YAML 1.1 and so promtool's unit tests have it.
 * The rule that surprises: 010 is 8, 0b10 is 2, 1_000 is 1000, and infinity has a dot in front of it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/rules_reader.h"

static bool parse_whole(const char *text, double *value)
{
	bool is_negative = text[0] == '-';
	int base = 10;
	char *end;

	text += text[0] == '-' || text[0] == '+';
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		base = 16;
	else if (text[0] == '0' && (text[1] == 'b' || text[1] == 'B' || text[1] == 'o'))
		base = text[1] == 'o' ? 8 : 2;
	if (base != 10)
		text += 2;
	else if (text[0] == '0' && text[1])
		base = 8;
	errno = 0;
	*value = (double)strtoull(text, &end, base);
	if (is_negative)
		*value = -*value;
	return *text && strspn(text, "0123456789abcdefABCDEF") == strlen(text) && !*end && !errno;
}

static bool parse_float(const char *text, double *value)
{
	const char *body = text + (text[0] == '-' || text[0] == '+');
	char *end;

	if (!strcasecmp(body, ".inf")) {
		*value = text[0] == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (!strcasecmp(text, ".nan")) {
		*value = NAN;
		return true;
	}
	*value = strtod(text, &end);
	return *body && !*end && strspn(body, "0123456789.eE+-") == strlen(body) && !isinf(*value);
}

bool rules_number(const char *text, double *value)
{
	char digits[128];
	size_t used = 0;

	for (; *text; text++) {
		if (used == sizeof(digits) - 1)
			return false;
		if (*text != '_')
			digits[used++] = *text;
	}
	digits[used] = '\0';
	return parse_whole(digits, value) || parse_float(digits, value);
}
