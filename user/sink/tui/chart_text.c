// SPDX-License-Identifier: Apache-2.0
/*
 * In: a double and its unit. Out: at most eight columns that people read: three significant digits.
 * The rule that surprises: nothing rounds into what it is not: a share below 1 never reads 100 %, one above 0 never 0.
 */
#include "sink/tui/chart_axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/words.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_COLUMNS 8

static struct chart_text text_of(const char *text)
{
	struct chart_text out;

	snprintf(out.text, sizeof(out.text), "%.23s", text);
	return out;
}

static struct chart_text text_fixed(uint64_t scaled, unsigned decimals, const char *suffix)
{
	struct chart_text out;
	uint64_t one = 1;
	unsigned i;

	for (i = 0; i < decimals; i++)
		one *= 10;
	if (decimals)
		snprintf(out.text, sizeof(out.text), "%llu.%0*llu%s", (unsigned long long)(scaled / one), (int)decimals,
			 (unsigned long long)(scaled % one), suffix);
	else
		snprintf(out.text, sizeof(out.text), "%llu%s", (unsigned long long)scaled, suffix);
	return out;
}

/* Below 999.5. A fraction keeps `most` decimals at most. */
static struct chart_text text_three(double size, unsigned most, const char *suffix)
{
	unsigned decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;

	if (decimals > most)
		decimals = most;
	return text_fixed((uint64_t)(size * pow(10, decimals) + 0.5), decimals, suffix);
}

/* 1.2e300: for what no unit reaches. Its decimal goes when there is no room for it. */
static struct chart_text text_power(double size, bool is_negative, const char *suffix)
{
	int exponent = (int)floor(log10(size));
	/* in two steps: 10^-324 is no double */
	double mantissa = size * pow(10, -exponent / 2) * pow(10, -exponent - -exponent / 2);
	struct chart_text out;
	unsigned decimals;

	for (decimals = 1;; decimals--) {
		uint64_t digits = (uint64_t)(mantissa * (decimals ? 10 : 1) + 0.5);
		int power = exponent;
		char tail[16];

		if (digits >= (decimals ? 100 : 10)) {
			digits /= 10;
			power++;
		}
		snprintf(tail, sizeof(tail), "e%d%.3s", power % 1000, suffix);
		out = text_fixed(digits, decimals, tail);
		if (!decimals || strlen(out.text) + is_negative <= TEXT_COLUMNS)
			return out;
	}
}

/* The first suffix stands for `unit`, each further one for a thousand times as much. */
static struct chart_text text_big(double size, double unit, bool is_negative, const char *const *suffixes, size_t count,
				  const char *power_suffix)
{
	double of_unit = size / unit;
	size_t i;

	for (i = 0; i < count; i++, of_unit /= 1000)
		if (of_unit < 999.5)
			return text_three(of_unit, 2, suffixes[i]);
	return text_power(size, is_negative, power_suffix);
}

void chart_text_trim(struct chart_text *text)
{
	char *point = strchr(text->text, '.'), *end, *keep;

	if (!point)
		return;
	end = point + 1 + strspn(point + 1, "0123456789");
	keep = end;
	while (keep[-1] == '0')
		keep--;
	if (keep[-1] == '.')
		keep--;
	memmove(keep, end, strlen(end) + 1);
}

static struct chart_text text_plain(double size, bool is_negative)
{
	static const char *const suffixes[] = { " M", " G", " T", " P", " E" };

	if (size < 1e-6 || (is_negative && size < 1e-3))
		return text_power(size, is_negative, "");
	if (size < 999999.5 && (size == floor(size) || size >= 999.5))
		return text_of(units_count((uint64_t)(size + 0.5)).text);
	if (size < 999999.5)
		return text_of(units_ratio(size).text);
	return text_big(size, 1e6, is_negative, suffixes, COUNT_OF(suffixes), "");
}

static struct chart_text text_rate(double size, bool is_negative)
{
	static const char *const suffixes[] = { "k/s", "M/s", "G/s", "T/s", "P/s", "E/s" };

	if (size < 0.0005)
		return text_of(is_negative ? "~0/s" : "<0.001/s");
	if (size < 0.9995)
		return text_fixed((uint64_t)(size * 1000 + 0.5), 3, "/s");
	if (size < 999.5)
		return size == floor(size) ? text_fixed((uint64_t)size, 0, "/s") : text_three(size, 2, "/s");
	if (size < 9999.5)
		return text_of(strcat(units_count((uint64_t)(size + 0.5)).text, "/s"));
	return text_big(size, 1e3, is_negative, suffixes, COUNT_OF(suffixes), "/s");
}

static struct chart_text text_seconds(double size, bool is_negative)
{
	double days = size / 86400;

	if (size < 0.5e-9)
		return text_of(is_negative ? "~0 s" : "<1 ns");
	if (size < 99.99 * 3600)
		return text_of(words_short_ns((uint64_t)(size * 1e9 + 0.5)).text);
	if (days < 999.5)
		return text_three(days, 2, " d");
	if (days < 9999.5)
		return text_of(strcat(units_count((uint64_t)(days + 0.5)).text, " d"));
	return text_power(size, is_negative, " s");
}

static struct chart_text text_bytes(double size, bool is_negative)
{
	static const char *const suffixes[] = { " KiB", " MiB", " GiB", " TiB", " PiB", " EiB" };
	double bytes = size;
	size_t i;

	if (size < 0.5)
		return text_of(is_negative ? "~0 B" : "<1 B");
	if (size < 999.5)
		return text_fixed((uint64_t)(size + 0.5), 0, " B");
	for (i = 0; i < COUNT_OF(suffixes); i++) {
		unsigned decimals;

		size /= 1024;
		if (size >= 999.5)
			continue;
		/* the sign takes the place of a digit */
		decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
		return text_three(size, decimals - (is_negative && decimals), suffixes[i]);
	}
	return text_power(bytes, is_negative, " B");
}

static struct chart_text text_percent(double ratio, bool is_negative)
{
	double percent = ratio * 100;
	struct chart_text out;

	if (percent < 0.005)
		return text_of(is_negative ? "~0 %" : "<0.01 %");
	if (ratio < 1 && percent > 99.9) /* cut, not rounded: five nines are not all */
		out = text_fixed(percent < 99.99 ? (uint64_t)(percent * 100) : 9999, 2, "");
	else if (percent < 99.95)
		out = text_three(percent, 2, "");
	else if (percent < 99999.5)
		out = text_fixed((uint64_t)(percent + 0.5), 0, "");
	else if (!isfinite(percent))
		return text_power(ratio, is_negative, "");
	else
		return text_power(percent, is_negative, " %");
	chart_text_trim(&out);
	strcat(out.text, " %");
	return out;
}

struct chart_text chart_number(double value, enum chart_unit unit, bool ascii)
{
	bool is_negative = value < 0;
	double size = fabs(value);
	struct chart_text out, signed_out;

	if (isnan(value))
		return text_of(ascii ? "-" : "–");
	if (isinf(value))
		out = text_of(ascii ? "inf" : "∞");
	else if (size == 0)
		return text_of(unit == CHART_SECONDS	  ? "0 s" :
			       unit == CHART_BYTES	  ? "0 B" :
			       unit == CHART_RATIO	  ? "0 %" :
			       unit == CHART_PER_SECOND ? "0/s" :
							    "0");
	else if (unit == CHART_SECONDS)
		out = text_seconds(size, is_negative);
	else if (unit == CHART_BYTES)
		out = text_bytes(size, is_negative);
	else if (unit == CHART_RATIO)
		out = text_percent(size, is_negative);
	else if (unit == CHART_PER_SECOND)
		out = text_rate(size, is_negative);
	else
		out = text_plain(size, is_negative);
	if (!is_negative || out.text[0] == '~')
		return out;
	snprintf(signed_out.text, sizeof(signed_out.text), "-%.20s", out.text);
	return signed_out;
}
