// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

static void durations_have_three_significant_digits(void **state)
{
	static const struct {
		uint64_t ns;
		const char *want;
	} cases[] = {
		{0, "0 ns"},
		{812, "812 ns"},
		{999, "999 ns"},
		{1000, "1.00 us"},
		{9994, "9.99 us"},
		{9995, "10.0 us"},
		{12345, "12.3 us"},
		{999499, "999 us"},
		{999500, "1.00 ms"},
		{4560000, "4.56 ms"},
		{999500000, "1.00 s"},
		{1230000000, "1.23 s"},
		{59949999999, "59.9 s"},
		{59950000000, "1 m 00 s"},
		{123000000000, "2 m 03 s"},
		{3599499999999, "59 m 59 s"},
		{3599500000000, "1 h 00 m"},
		{3720000000000, "1 h 02 m"},
		{UINT64_MAX, "5124095 h 35 m"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(units_ns(cases[i].ns).text, cases[i].want);
}

/* Over the whole range: never four digits before the unit, never further off than half of the last
 * digit. */
static void no_duration_is_printed_in_the_wrong_unit(void **state)
{
	uint64_t ns;

	(void)state;
	for (ns = 1; ns < 60 * NS_PER_S; ns += ns / 700 + 1) {
		struct units_text text = units_ns(ns);
		char *unit;
		double number = strtod(text.text, &unit);
		double scale = !strcmp(unit, " ns")   ? 1
			       : !strcmp(unit, " us") ? 1e3
			       : !strcmp(unit, " ms") ? 1e6
						      : 1e9;

		if (ns >= 59950000000) {
			assert_string_equal(text.text, "1 m 00 s");
			continue;
		}
		assert_true(number < 1000 && number >= 1);
		assert_true(fabs(number * scale - (double)ns) <= (double)ns * 0.0050001);
	}
}

static void byte_counts_are_rounded_before_the_unit_is_chosen(void **state)
{
	(void)state;
	assert_string_equal(units_bytes(0).text, "0 B");
	assert_string_equal(units_bytes(812).text, "812 B");
	assert_string_equal(units_bytes(1023).text, "1023 B");
	assert_string_equal(units_bytes(1024).text, "1.0 KiB");
	assert_string_equal(units_bytes(1536).text, "1.5 KiB");
	assert_string_equal(units_bytes(1048575).text, "1.0 MiB");
	assert_string_equal(units_bytes(8 << 20).text, "8.0 MiB");
	assert_string_equal(units_bytes(UINT64_MAX).text, "16.0 EiB");
}

static void counts_have_their_thousands_apart(void **state)
{
	(void)state;
	assert_string_equal(units_count(0).text, "0");
	assert_string_equal(units_count(999).text, "999");
	assert_string_equal(units_count(1000).text, "1,000");
	assert_string_equal(units_count(1234567).text, "1,234,567");
	assert_string_equal(units_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

static void ratios_have_three_significant_digits_and_no_exponent(void **state)
{
	static const struct {
		double ratio;
		const char *want;
	} cases[] = {
		{0, "0.000"},
		{0.034, "0.034"},
		{0.0342, "0.0342"},
		{0.5, "0.500"},
		{0.9994, "0.999"},
		{0.9996, "1.00"},
		{1.2, "1.20"},
		{9.996, "10.0"},
		{12.34, "12.3"},
		{99.96, "100"},
		{123.4, "123"},
		{123456, "123456"},
		{0.00012, "0.00012"},
		{1e-12, "0.000"},
		{-1.5, "-1.50"},
		{-1e-12, "0.000"},
		{1e300, "> 999999999999999"},
		{NAN, "-"},
		{INFINITY, "-"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(units_ratio(cases[i].ratio).text, cases[i].want);
}

static void a_percentage_of_nothing_is_a_dash(void **state)
{
	(void)state;
	assert_string_equal(units_percent(0, 0).text, "-");
	assert_string_equal(units_percent(123, 1000).text, "12.3 %");
	assert_string_equal(units_percent(1, 3).text, "33.3 %");
	assert_string_equal(units_percent(2, 3).text, "66.7 %");
	assert_string_equal(units_percent(UINT64_MAX, UINT64_MAX).text, "100.0 %");
	assert_string_equal(units_percent(3, 2).text, "150.0 %");
}

static void instants_are_printed_in_utc(void **state)
{
	(void)state;
	setenv("TZ", "Pacific/Auckland", 1);
	assert_string_equal(units_rfc3339(1795505520123456789ull).text,
			    "2026-11-24T07:32:00.123456789Z");
	assert_string_equal(units_clock(1795505520123456789ull).text, "07:32:00.123");
	assert_string_equal(units_rfc3339(0).text, "1970-01-01T00:00:00.000000000Z");
	assert_string_equal(units_rfc3339(1709164799999999999ull).text,
			    "2024-02-28T23:59:59.999999999Z");
	assert_string_equal(units_rfc3339(UINT64_MAX).text, "2554-07-21T23:34:33.709551615Z");
}

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{"0", 0},
		{"7", 7000000000},
		{"250ms", 250000000},
		{"10s", 10000000000},
		{"5m", 300000000000},
		{"6h", 21600000000000},
		{"1h30m", 5400000000000},
		{"1h30m5s250ms3us9ns", 5405250003009},
		{"18446744073709551615ns", UINT64_MAX},
		{"18446744073s", 18446744073000000000u},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 1;

		assert_int_equal(units_parse_ns(cases[i].text, &ns), 0);
		assert_true(ns == cases[i].ns);
	}
}

static void what_is_not_a_duration_is_refused_and_nothing_is_set(void **state)
{
	static const char *const bad[] = {
		"",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1e3",
		"99999999999999h",
		"5 m x",
		"5 m",
		"5x",
		"m",
		"ms",
		"1.5s",
		"0x10",
		"1h30",
		"30m1h",
		"1s1s",
		"1mm",
		"1sm",
		"18446744073709551616",
		"18446744073709551616ns",
		"18446744074",
		"18446744073s1h",
		"18446744073s1000ms",
		"5124095h60m",
		"10S",
		"1h-1m",
		"\xd9\xa1s",
		"inf",
		"nan",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t ns = 4711;

		if (units_parse_ns(bad[i], &ns) != -EINVAL || ns != 4711)
			fail_msg("accepted: \"%s\"", bad[i]);
	}
}

static void any_duration_written_in_its_units_is_read_back(void **state)
{
	uint64_t ns;

	(void)state;
	for (ns = 1; ns < UINT64_MAX / 8; ns += ns / 9 + 12345) {
		char text[64];
		uint64_t back;

		snprintf(text, sizeof(text), "%lluh%llum%llus%lluns",
			 (unsigned long long)(ns / NS_PER_S / 3600),
			 (unsigned long long)(ns / NS_PER_S / 60 % 60),
			 (unsigned long long)(ns / NS_PER_S % 60),
			 (unsigned long long)(ns % NS_PER_S));
		assert_int_equal(units_parse_ns(text, &back), 0);
		assert_true(back == ns);
	}
}

static void byte_sizes_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{"0", 0},	 {"4096", 4096},       {"4096B", 4096},	     {"64K", 65536},
		{"64k", 65536},	 {"64KB", 65536},      {"64KiB", 65536},     {"8M", 8 << 20},
		{"1G", 1 << 30}, {"2TiB", 2ull << 40}, {"15E", 15ull << 60},
	};
	static const char *const bad[] = {"",
					  "-1",
					  "K",
					  "1KK",
					  "1iB",
					  "1Ki",
					  "1 K",
					  "1Kb",
					  "1.5M",
					  "16E",
					  "18446744073709551616",
					  "1e3",
					  "64K ",
					  "64Kx",
					  "0x40"};
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(units_parse_bytes(cases[i].text, &bytes), 0);
		assert_true(bytes == cases[i].bytes);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bytes = 4711;
		if (units_parse_bytes(bad[i], &bytes) != -EINVAL || bytes != 4711)
			fail_msg("accepted: \"%s\"", bad[i]);
	}
}

static void counts_are_read_within_their_bounds_only(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+5", "5 ", " 5", "5x", "0", "11", "1e1", "0x5", "18446744073709551621"};
	uint64_t count;
	size_t i;

	(void)state;
	assert_int_equal(units_parse_count("1", 1, 10, &count), 0);
	assert_true(count == 1);
	assert_int_equal(units_parse_count("10", 1, 10, &count), 0);
	assert_true(count == 10);
	assert_int_equal(units_parse_count("18446744073709551615", 0, UINT64_MAX, &count), 0);
	assert_true(count == UINT64_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		count = 4711;
		if (units_parse_count(bad[i], 1, 10, &count) != -EINVAL || count != 4711)
			fail_msg("accepted: \"%s\"", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_three_significant_digits),
		cmocka_unit_test(no_duration_is_printed_in_the_wrong_unit),
		cmocka_unit_test(byte_counts_are_rounded_before_the_unit_is_chosen),
		cmocka_unit_test(counts_have_their_thousands_apart),
		cmocka_unit_test(ratios_have_three_significant_digits_and_no_exponent),
		cmocka_unit_test(a_percentage_of_nothing_is_a_dash),
		cmocka_unit_test(instants_are_printed_in_utc),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(what_is_not_a_duration_is_refused_and_nothing_is_set),
		cmocka_unit_test(any_duration_written_in_its_units_is_read_back),
		cmocka_unit_test(byte_sizes_are_read),
		cmocka_unit_test(counts_are_read_within_their_bounds_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
