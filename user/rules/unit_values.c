// SPDX-License-Identifier: Apache-2.0
/*
 * In: the values of an input series, in promtool's notation. Out: runs of samples.
 * The rule that surprises: a+bxN is N + 1 samples, and the step is added again and again, so that 0+0.1x3 ends in
 * 0.30000000000000004 here as there. A whole number with a leading 0 is octal, as in Go.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/lexer.h"
#include "rules/unit_test.h"

struct cursor {
	const char *text;
	size_t length;
	size_t at;
	struct expr_mistakes *mistakes;
};

static int mistake(struct cursor *cursor, size_t place, const char *message)
{
	mistakes_add(cursor->mistakes, place, "%s", message);
	return -EINVAL;
}

static char look(const struct cursor *cursor, size_t ahead)
{
	return cursor->at + ahead < cursor->length ? cursor->text[cursor->at + ahead] : '\0';
}

static size_t digits_at(const struct cursor *cursor, size_t ahead)
{
	size_t count = 0;

	while (is_digit(look(cursor, ahead + count)))
		count++;
	return count;
}

/* NaN and Inf, in any case: the only words that are numbers. */
static bool take_special(struct cursor *cursor, double *value)
{
	if (is_word(look(cursor, 3)))
		return false;
	if (!strncasecmp(cursor->text + cursor->at, "nan", 3) && cursor->length - cursor->at >= 3)
		*value = NAN;
	else if (!strncasecmp(cursor->text + cursor->at, "inf", 3) && cursor->length - cursor->at >= 3)
		*value = INFINITY;
	else
		return false;
	cursor->at += 3;
	return true;
}

/* Bytes of a decimal number here; 0 = there is none. */
static size_t number_length(const struct cursor *cursor)
{
	size_t whole = digits_at(cursor, 0), length = whole, fraction = 0, sign;

	if (look(cursor, length) == '.') {
		fraction = digits_at(cursor, length + 1);
		length += 1 + fraction;
	}
	if (!whole && !fraction)
		return 0;
	if (look(cursor, length) == 'e' || look(cursor, length) == 'E') {
		sign = look(cursor, length + 1) == '+' || look(cursor, length + 1) == '-';
		length += 1 + sign + digits_at(cursor, length + 1 + sign);
	}
	return length;
}

static int take_number(struct cursor *cursor, double *value)
{
	size_t start = cursor->at, length;
	char number[400], *end;

	if (take_special(cursor, value))
		return 0;
	length = number_length(cursor);
	if (!length)
		return mistake(cursor, start, "expected a number, stale or _");
	if (length >= sizeof(number))
		return mistake(cursor, start, "this number is too long");
	memcpy(number, cursor->text + start, length);
	number[length] = '\0';
	cursor->at += length;
	if (is_word(look(cursor, 0)) && look(cursor, 0) != 'x')
		return mistake(cursor, start, "this is not a decimal number");
	if (length > 1 && number[0] == '0' && strspn(number, "01234567") == length) {
		*value = (double)strtoll(number, &end, 8);
		return 0;
	}
	*value = strtod(number, &end);
	if (*end)
		return mistake(cursor, start, "this number has no digits after its exponent");
	if (isinf(*value))
		return mistake(cursor, start, "this number is out of range");
	return 0;
}

static int take_signed(struct cursor *cursor, double *value)
{
	char sign = look(cursor, 0);
	int error;

	if (sign == '+' || sign == '-')
		cursor->at++;
	error = take_number(cursor, value);
	if (sign == '-')
		*value = -*value;
	return error;
}

/* xN; 0 when it is not there. */
static int take_times(struct cursor *cursor, bool *has_times, uint64_t *times)
{
	size_t digits;

	*has_times = look(cursor, 0) == 'x';
	*times = 0;
	if (!*has_times)
		return 0;
	cursor->at++;
	digits = digits_at(cursor, 0);
	if (!digits)
		return mistake(cursor, cursor->at, "x must be followed by a whole number of repetitions");
	for (size_t i = 0; i < digits; i++) {
		*times = *times * 10 + (uint64_t)(look(cursor, i) - '0');
		if (*times > UNIT_MAX_SAMPLES)
			return mistake(cursor, cursor->at, "too many repetitions");
	}
	cursor->at += digits;
	return 0;
}

static bool is_at_end(const struct cursor *cursor)
{
	return cursor->at >= cursor->length || is_space(cursor->text[cursor->at]);
}

static bool take_stale(struct cursor *cursor)
{
	if (cursor->length - cursor->at < 5 || memcmp(cursor->text + cursor->at, "stale", 5) ||
	    is_word(look(cursor, 5)))
		return false;
	cursor->at += 5;
	return true;
}

static int take_item(struct cursor *cursor, struct unit_values *values)
{
	bool has_times;
	uint64_t times;
	int error = 0;

	*values = (struct unit_values){.count = 1};
	if (look(cursor, 0) == '_') {
		cursor->at++;
		values->kind = UNIT_OMITTED;
		error = take_times(cursor, &has_times, &times);
		values->count = has_times ? times : 1;
	} else if (take_stale(cursor)) {
		values->kind = UNIT_STALE;
	} else {
		char next;
		bool has_step;

		error = take_signed(cursor, &values->first);
		next = error ? '\0' : look(cursor, 0);
		has_step = next == '+' || next == '-';
		if (has_step)
			error = take_signed(cursor, &values->step);
		error = error ? error : take_times(cursor, &has_times, &times);
		if (!error && has_step && !has_times)
			return mistake(cursor, cursor->at, "a step needs its number of repetitions: a+bxN");
		values->count = error ? 0 : times + 1;
	}
	if (!error && !is_at_end(cursor))
		error = mistake(cursor, cursor->at, "values are separated by blanks");
	return error;
}

int unit_values_parse(struct arena *arena, const char *text, size_t length, struct unit_values **values, size_t *count,
		      struct expr_mistakes *mistakes)
{
	struct cursor cursor = {.text = text, .length = length, .mistakes = mistakes};
	size_t most = length / 2 + 1, samples = 0;
	int error = 0, one;

	*count = 0;
	*values = arena_new(arena, most * sizeof(**values));
	while (true) {
		while (cursor.at < length && is_space(text[cursor.at]))
			cursor.at++;
		if (cursor.at >= length)
			return error;
		one = take_item(&cursor, &(*values)[*count]);
		samples += (*values)[*count].count;
		if (!one && samples > UNIT_MAX_SAMPLES)
			return mistake(&cursor, cursor.at, "too many samples");
		(*count)++;
		while (one && !is_at_end(&cursor)) /* the next item may have its own mistake */
			cursor.at++;
		error = error ? error : one;
	}
}
