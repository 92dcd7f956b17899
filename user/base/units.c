// SPDX-License-Identifier: Apache-2.0
/*
 * In: numbers, or text that people write for them. Out: the other one.
 * The rule that surprises: a number is rounded first and gets its unit after it, so 999,999 ns
 * is 1.00 ms, never 1000 us; and no printf of a double, because its decimal point belongs to the
 * locale.
 */
#include "base/units.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define S_PER_HOUR	3600u

static struct units_text units_fixed(uint64_t scaled, unsigned decimals, const char *suffix)
{
	struct units_text out;
	uint64_t one = 1;
	unsigned i;

	for (i = 0; i < decimals; i++)
		one *= 10;
	if (decimals)
		snprintf(out.text, sizeof(out.text), "%llu.%0*llu%s",
			 (unsigned long long)(scaled / one), (int)decimals,
			 (unsigned long long)(scaled % one), suffix);
	else
		snprintf(out.text, sizeof(out.text), "%llu%s", (unsigned long long)scaled, suffix);
	return out;
}

static uint64_t units_rounded(uint64_t value, uint64_t unit)
{
	return value / unit + (value % unit >= unit - value % unit);
}

static struct units_text units_long(uint64_t ns)
{
	uint64_t seconds = units_rounded(ns, NS_PER_S);
	struct units_text out;

	if (seconds < S_PER_HOUR) {
		snprintf(out.text, sizeof(out.text), "%u m %02u s", (unsigned)(seconds / 60),
			 (unsigned)(seconds % 60));
	} else {
		uint64_t minutes = units_rounded(ns, 60 * NS_PER_S);

		snprintf(out.text, sizeof(out.text), "%llu h %02u m",
			 (unsigned long long)(minutes / 60), (unsigned)(minutes % 60));
	}
	return out;
}

struct units_text units_ns(uint64_t ns)
{
	static const struct {
		uint64_t unit;
		unsigned below; /* the next unit begins here */
		const char *suffix;
	} steps[] = {
		{NS_PER_US, 1000, " us"},
		{NS_PER_MS, 1000, " ms"},
		{NS_PER_S, 60, " s"},
	};
	unsigned i, decimals, scale;

	if (ns < NS_PER_US)
		return units_fixed(ns, 0, " ns");
	if (ns >= 60 * NS_PER_S)
		return units_long(ns);
	for (i = 0; i < COUNT_OF(steps); i++) {
		for (decimals = 2, scale = 100; scale; decimals--, scale /= 10) {
			uint64_t rounded = units_rounded(ns * scale, steps[i].unit);

			if (rounded < 1000 && rounded < (uint64_t)steps[i].below * scale)
				return units_fixed(rounded, decimals, steps[i].suffix);
		}
	}
	return units_long(ns);
}

struct units_text units_bytes(uint64_t bytes)
{
	static const char *const suffixes[] = {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
	uint64_t tenths = 0, unit = 1;
	unsigned i;

	if (bytes < 1024)
		return units_fixed(bytes, 0, " B");
	for (i = 0; i < COUNT_OF(suffixes); i++) {
		unit *= 1024;
		tenths = bytes / unit * 10 + units_rounded(bytes % unit * 10, unit);
		if (tenths < 10240)
			break;
	}
	return units_fixed(tenths, 1,
			   suffixes[i < COUNT_OF(suffixes) ? i : COUNT_OF(suffixes) - 1]);
}

struct units_text units_count(uint64_t count)
{
	struct units_text out;
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
	char *to = out.text;
	int i;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

/* Three significant digits, at most six decimals; zeros behind the third decimal say nothing and
 * go. */
struct units_text units_ratio(double ratio)
{
	struct units_text out, digits;
	double size = fabs(ratio);
	unsigned decimals, wanted = 0;
	uint64_t scaled;

	if (!isfinite(ratio))
		return (struct units_text){"-"};
	if (size >= 1e15) {
		strcpy(out.text, ratio < 0 ? "< -999999999999999" : "> 999999999999999");
		return out;
	}
	if (size < 99.95)
		wanted = size < 9.995 ? 2 : 1;
	if (size < 0.9995)
		wanted = size < 0.09995 ? (size < 0.009995 ? (size < 0.0009995 ? 6 : 5) : 4) : 3;
	scaled = (uint64_t)(size * pow(10, wanted) + 0.5);
	for (decimals = wanted; decimals > 3 && scaled % 10 == 0; decimals--)
		scaled /= 10;
	digits = units_fixed(scaled, decimals, "");
	snprintf(out.text, sizeof(out.text), "%s%.40s", ratio < 0 && scaled ? "-" : "",
		 digits.text);
	return out;
}

struct units_text units_percent(uint64_t part, uint64_t whole)
{
	unsigned __int128 tenths;

	if (!whole)
		return (struct units_text){"-"};
	tenths = ((unsigned __int128)part * 1000 + whole / 2) / whole;
	if (tenths > UINT64_MAX)
		tenths = UINT64_MAX;
	return units_fixed((uint64_t)tenths, 1, " %");
}

static struct tm units_utc(uint64_t real_ns)
{
	time_t seconds = (time_t)(real_ns / NS_PER_S);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return tm;
}

struct units_text units_rfc3339(uint64_t real_ns)
{
	struct tm tm = units_utc(real_ns);
	struct units_text out;

	snprintf(out.text, sizeof(out.text), "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ",
		 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (unsigned)(real_ns % NS_PER_S));
	return out;
}

struct units_text units_clock(uint64_t real_ns)
{
	struct tm tm = units_utc(real_ns);
	struct units_text out;

	snprintf(out.text, sizeof(out.text), "%02d:%02d:%02d.%03u", tm.tm_hour, tm.tm_min,
		 tm.tm_sec, (unsigned)(real_ns % NS_PER_S / NS_PER_MS));
	return out;
}

/* One run of digits; *text moves behind it. */
static int units_digits(const char **text, uint64_t *number)
{
	const char *at = *text;

	*number = 0;
	if (*at < '0' || *at > '9')
		return -EINVAL;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(*at - '0'), number))
			return -EINVAL;
	*text = at;
	return 0;
}

int units_parse_ns(const char *text, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		/* from large to small: 1h30m is a duration, 30m1h and 1s1s are not */
		{"h", S_PER_HOUR * NS_PER_S},
		{"m", 60 * NS_PER_S},
		{"s", NS_PER_S},
		{"ms", NS_PER_MS},
		{"us", NS_PER_US},
		{"ns", 1},
	};
	uint64_t total = 0, number;
	size_t next = 0;
	const char *at = text;

	if (units_digits(&at, &number))
		return -EINVAL;
	if (!*at) { /* a plain number */
		if (__builtin_mul_overflow(number, NS_PER_S, &total))
			return -EINVAL;
		*ns = total;
		return 0;
	}
	for (;;) {
		size_t length = strspn(at, "hmsun");
		size_t i = next;

		while (i < COUNT_OF(units) &&
		       (strlen(units[i].name) != length || memcmp(units[i].name, at, length) != 0))
			i++;
		if (i == COUNT_OF(units) || __builtin_mul_overflow(number, units[i].ns, &number) ||
		    __builtin_add_overflow(total, number, &total))
			return -EINVAL;
		next = i + 1;
		at += length;
		if (!*at)
			break;
		if (units_digits(&at, &number))
			return -EINVAL;
	}
	*ns = total;
	return 0;
}

int units_parse_bytes(const char *text, uint64_t *bytes)
{
	static const char letters[] = "KMGTPE";
	const char *found;
	uint64_t number;

	if (units_digits(&text, &number))
		return -EINVAL;
	found = *text ? strchr(letters, *text >= 'a' ? *text - 'a' + 'A' : *text) : NULL;
	if (found) {
		unsigned shift = 10 * (unsigned)(found - letters + 1);

		if (number > UINT64_MAX >> shift)
			return -EINVAL;
		number <<= shift;
		text++;
	}
	if (strcmp(text, "") != 0 && strcmp(text, "B") != 0 && (!found || strcmp(text, "iB") != 0))
		return -EINVAL;
	*bytes = number;
	return 0;
}

int units_parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *count)
{
	uint64_t number;

	if (units_digits(&text, &number) || *text || number < min || number > max)
		return -EINVAL;
	*count = number;
	return 0;
}
