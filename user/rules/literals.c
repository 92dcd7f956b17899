// SPDX-License-Identifier: Apache-2.0
/*
 * In: tokens of numbers, strings and durations. Out: their values, as Go and Prometheus read them.
 * The rule that surprises: 0755 is octal and 08 is eight, since Prometheus tries a Go integer
 * first.
 */
#include "rules/lexer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/units.h"

static bool is_octal(const char *text)
{
	size_t digits = strspn(text, "01234567");

	return text[0] == '0' && digits > 1 && !text[digits];
}

int lexer_number(const char *text, const struct token *token, double *number)
{
	size_t length = token->end - token->start;
	auto_free char *word = mem_format("%.*s", (int)length, text + token->start);
	bool is_hex = word[0] == '0' && (word[1] | 0x20) == 'x';
	char *end;

	errno = 0;
	if (is_hex || is_octal(word)) {
		long long whole = strtoll(word, &end, is_hex ? 16 : 8);

		/* an octal one that does not fit is read as decimal, a hexadecimal one not at all
		 */
		if (!*end && !errno && (!is_hex || length > 2)) {
			*number = (double)whole;
			return 0;
		}
		if (is_hex)
			return -EINVAL;
		errno = 0;
	}
	*number = strtod(word, &end);
	if (*end || end == word || (errno == ERANGE && isinf(*number)))
		return -EINVAL;
	return 0;
}

static size_t put_utf8(char *to, unsigned code)
{
	size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = bytes - 1; i > 0; i--, code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(lead[bytes] | code);
	return bytes;
}

/* `from` stands behind the backslash of an escape that the lexer has checked; returns the bytes
 * read. */
static size_t unescape(const char *from, char *to, size_t *written)
{
	static const char names[] = "abfnrtv";
	static const char values[] = "\a\b\f\n\r\t\v";
	const char *name = strchr(names, from[0]);
	size_t digits = from[0] == 'x' ? 2 : from[0] == 'u' ? 4 : from[0] == 'U' ? 8 : 0;
	bool is_octal_code = from[0] >= '0' && from[0] <= '7';
	char code[9] = {0};

	*written = 1;
	if (!digits && !is_octal_code) {
		*to = name ? values[name - names] : from[0];
		return 1;
	}
	memcpy(code, is_octal_code ? from : from + 1, is_octal_code ? 3 : digits);
	if (digits > 2)
		*written = put_utf8(to, (unsigned)strtoul(code, NULL, 16));
	else /* one byte, whatever it is */
		*to = (char)strtoul(code, NULL, is_octal_code ? 8 : 16);
	return is_octal_code ? 3 : digits + 1;
}

char *lexer_string(struct arena *arena, const char *text, const struct token *token)
{
	const char *at = text + token->start + 1, *end = text + token->end - 1;
	bool is_raw = at[-1] == '`';
	char *value = arena_new(arena, (size_t)(end - at) + 1);
	size_t length = 0, written;

	while (at < end) {
		if (*at == '\\' && !is_raw) {
			at++;
			at += unescape(at, value + length, &written);
			length += written;
		} else {
			value[length++] = *at++;
		}
	}
	return value;
}

static const struct unit {
	const char *word;
	int64_t ms;
} units[] = {
	{"y", 365 * 86400000LL}, {"w", 7 * 86400000LL}, {"d", 86400000LL}, {"h", 3600000LL},
	{"m", 60000LL},		 {"s", 1000LL},		{"ms", 1LL},
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* Prometheus keeps durations as nanoseconds in 63 bits. */
#define DURATION_MAX_MS (INT64_MAX / 1000000)
#define SILENCE_MAX_NS	(10ull * 366 * 86400 * NS_PER_S)

int expr_parse_duration(const char *text, size_t length, int64_t *ms)
{
	const char *end = text + length;
	int64_t total = 0, count;
	size_t next_unit = 0;

	if (length == 1 && *text == '0') {
		*ms = 0;
		return 0;
	}
	if (!length)
		return -EINVAL;
	while (text < end) {
		const char *digits = text;
		size_t letters = 0, unit;

		for (count = 0; text < end && is_digit(*text); text++)
			if (__builtin_mul_overflow(count, 10, &count) ||
			    __builtin_add_overflow(count, *text - '0', &count))
				return -EINVAL;
		while (text + letters < end && is_letter(text[letters]))
			letters++;
		for (unit = next_unit; unit < UNITS; unit++)
			if (strlen(units[unit].word) == letters &&
			    !memcmp(units[unit].word, text, letters))
				break;
		if (text == digits || unit == UNITS)
			return -EINVAL;
		text += letters;
		next_unit = unit + 1;
		if (__builtin_mul_overflow(count, units[unit].ms, &count) ||
		    __builtin_add_overflow(total, count, &total) || total > DURATION_MAX_MS)
			return -EINVAL;
	}
	*ms = total;
	return 0;
}

int expr_parse_silence(const char *text, uint64_t *ns)
{
	int64_t ms;

	if (units_parse_ns(text, ns) && (expr_parse_duration(text, strlen(text), &ms) || ms < 0 ||
					 __builtin_mul_overflow((uint64_t)ms, NS_PER_MS, ns)))
		return -EINVAL;
	return *ns && *ns <= SILENCE_MAX_NS ? 0 : -EINVAL;
}

void duration_print(struct buf *out, int64_t ms)
{
	for (size_t i = 0; i < UNITS; i++) {
		if (ms >= units[i].ms)
			buf_format(out, "%lld%s", (long long)(ms / units[i].ms), units[i].word);
		ms %= units[i].ms;
	}
}
