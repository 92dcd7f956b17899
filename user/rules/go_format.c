// SPDX-License-Identifier: Apache-2.0
/*
 * In: values and verbs. Out: what Go's fmt would print.
 * The rule that surprises: +Inf keeps its sign without being asked, and neither Inf nor NaN is
 * padded with zeros.
 */
#include "rules/go_format.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/eval.h"

/* Width counts characters. Zeros go between the sign and the digits. */
static void pad(struct buf *out, const struct go_verb *verb, const char *text, bool with_zeros)
{
	size_t length = strlen(text), characters = 0, used, fill;

	for (size_t at = 0; at < length; at += used, characters++)
		text_next(text + at, length - at, &used);
	fill = verb->width > 0 && (size_t)verb->width > characters
		       ? (size_t)verb->width - characters
		       : 0;
	if (verb->minus) {
		buf_text(out, text);
		buf_fill(out, " ", fill);
	} else if (with_zeros && fill) {
		if (*text == '-' || *text == '+' || *text == ' ')
			buf_char(out, *text++);
		buf_fill(out, "0", fill);
		buf_text(out, text);
	} else {
		buf_fill(out, " ", fill);
		buf_text(out, text);
	}
}

/* Neither is a number for padding. */
static void print_infinite(struct buf *out, const struct go_verb *verb, double value, bool plus)
{
	const char *sign = isnan(value)		  ? (plus	   ? "+"
						     : verb->space ? " "
								   : "")
			   : value < 0		  ? "-"
			   : verb->space && !plus ? " "
						  : "+";
	char text[8];

	snprintf(text, sizeof(text), "%s%s", sign, isnan(value) ? "NaN" : "Inf");
	pad(out, verb, text, false);
}

void go_print_double(struct buf *out, const struct go_verb *verb, double value)
{
	bool plus = verb->plus && verb->verb != 'v';
	int precision = verb->precision;
	struct buf text = {0};

	if (!isfinite(value)) {
		print_infinite(out, verb, value, plus);
		return;
	}
	if (precision < 0 && (verb->verb == 'f' || verb->verb == 'e'))
		precision = 6;
	if (!signbit(value))
		buf_text(&text, plus ? "+" : verb->space ? " " : "");
	if (precision < 0)
		eval_print_number(&text, value);
	else if (verb->verb == 'f')
		buf_format(&text, "%.*f", precision, value);
	else if (verb->verb == 'e')
		buf_format(&text, "%.*e", precision, value);
	else
		buf_format(&text, "%.*g", precision, value);
	pad(out, verb, text.bytes, verb->zero);
	buf_fini(&text);
}

void go_print_whole(struct buf *out, const struct go_verb *verb, long long value)
{
	bool plus = verb->plus && verb->verb != 'v';
	unsigned long long size =
		value < 0 ? -(unsigned long long)value : (unsigned long long)value;
	char digits[1200], text[1202];

	/* a precision is the least number of digits; of 0 it leaves nothing */
	snprintf(digits, sizeof(digits), "%.*llu", verb->precision < 0 ? 1 : verb->precision, size);
	if (!*digits)
		snprintf(text, sizeof(text), "%s", "");
	else
		snprintf(text, sizeof(text), "%s%s",
			 value < 0     ? "-"
			 : plus	       ? "+"
			 : verb->space ? " "
				       : "",
			 digits);
	pad(out, verb, text, verb->zero && verb->precision < 0);
}

void go_print_text(struct buf *out, const struct go_verb *verb, const char *text)
{
	size_t length = strlen(text), at = 0, used;
	struct buf cut = {0};

	for (int i = 0; at < length && (verb->precision < 0 || i < verb->precision);
	     i++, at += used)
		text_next(text + at, length - at, &used);
	buf_add(&cut, text, at);
	if (verb->zero && !verb->minus) { /* texts too, and no sign is looked for */
		struct go_verb bare = *verb;
		size_t characters = 0;

		for (size_t i = 0; i < at; i += used, characters++)
			text_next(text + i, at - i, &used);
		bare.width = -1;
		if (verb->width > 0 && (size_t)verb->width > characters)
			buf_fill(out, "0", (size_t)verb->width - characters);
		pad(out, &bare, cut.bytes, false);
	} else {
		pad(out, verb, cut.bytes, false);
	}
	buf_fini(&cut);
}

static void four_digits(struct buf *out, double value)
{
	static const struct go_verb verb = {.verb = 'g', .width = -1, .precision = 4};

	go_print_double(out, &verb, value);
}

/* Times a thousand until it is 1 or more; as many prefixes as there are. */
static void small(struct buf *out, double value, const char *unit)
{
	static const char prefixes[] = "munpfazy";
	const char *prefix = prefixes;

	while (*prefix && fabs(value) < 1) {
		value *= 1000;
		prefix++;
	}
	four_digits(out, value);
	if (prefix > prefixes)
		buf_char(out, prefix[-1]);
	buf_text(out, unit);
}

static void large(struct buf *out, double value, double step, const char *prefixes,
		  const char *behind)
{
	const char *prefix = prefixes;

	while (*prefix && fabs(value) >= step) {
		value /= step;
		prefix++;
	}
	four_digits(out, value);
	if (prefix > prefixes)
		buf_format(out, "%c%s", prefix[-1], behind);
}

void go_humanize(struct buf *out, double value)
{
	if (value == 0 || !isfinite(value))
		four_digits(out, value);
	else if (fabs(value) >= 1)
		large(out, value, 1000, "kMGTPEZY", "");
	else
		small(out, value, "");
}

void go_humanize_1024(struct buf *out, double value)
{
	if (fabs(value) <= 1 || !isfinite(value))
		four_digits(out, value);
	else
		large(out, value, 1024, "kMGTPEZY", "i");
}

void go_humanize_duration(struct buf *out, double value)
{
	int64_t whole;

	if (!isfinite(value)) {
		four_digits(out, value);
		return;
	}
	if (fabs(value) < 1 && value != 0) {
		small(out, value, "s");
		return;
	}
	if (value < 0)
		buf_char(out, '-');
	/* beyond 63 bits Go's conversion gives the least number on amd64, and its parts are printed
	 */
	whole = fabs(value) < 9223372036854775808.0 ? (int64_t)fabs(value) : INT64_MIN;
	if (whole / 86400)
		buf_format(out, "%lldd ", (long long)(whole / 86400));
	if (whole / 3600)
		buf_format(out, "%lldh ", (long long)(whole / 3600 % 24));
	if (whole / 60) {
		buf_format(out, "%lldm %llds", (long long)(whole / 60 % 60),
			   (long long)(whole % 60));
		return;
	}
	four_digits(out, fabs(value));
	buf_char(out, 's');
}

void go_humanize_percentage(struct buf *out, double value)
{
	four_digits(out, value * 100);
	buf_char(out, '%');
}
