// SPDX-License-Identifier: Apache-2.0
/* Numbers in eight columns: three significant digits, and never rounded into what they are not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/text.h"
#include "sink/tui/chart.h"
#include "tests/unit/tui/picture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct wanted {
	double value;
	const char *text;
};

static void check_all(enum chart_unit unit, const struct wanted *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		assert_string_equal(chart_number(all[i].value, unit, true).text, all[i].text);
}

static void plain_numbers_have_three_digits_and_whole_ones_are_whole(void **state)
{
	static const struct wanted all[] = {
		{ 0, "0" },		{ 3, "3" },		{ 3.14159, "3.14" },	{ 31.4159, "31.4" },
		{ 314.159, "314" },	{ 1234, "1,234" },	{ 1234.5, "1,235" },	{ 999999, "999,999" },
		{ 999999.6, "1.00 M" }, { 12345678, "12.3 M" }, { 999.5e6, "1.00 G" },	{ 1e300, "1.0e300" },
		{ 0.034, "0.034" },	{ 0.0000004, "4.0e-7" }, { -0.5, "-0.500" },	{ -1e300, "-1.0e300" },
		{ 5e-324, "4.9e-324" }, { -5e-324, "-5e-324" }, { INFINITY, "inf" },	{ -INFINITY, "-inf" },
		{ NAN, "-" },		{ 9.996, "10.0" },
	};

	(void)state;
	check_all(CHART_PLAIN, all, COUNT_OF(all));
	assert_string_equal(chart_number(NAN, CHART_PLAIN, false).text, "–");
	assert_string_equal(chart_number(INFINITY, CHART_SECONDS, false).text, "∞");
}

static void seconds_reach_from_nanoseconds_to_days(void **state)
{
	static const struct wanted all[] = {
		{ 0, "0 s" },	     { 1e-12, "<1 ns" },   { 812e-9, "812 ns" },  { 0.0123, "12.3 ms" },
		{ 1.234, "1.23 s" }, { 123, "2m03s" },	   { 3720, "1h02m" },	  { 86400 * 5, "5.00 d" },
		{ 1e9, "1.0e9 s" },  { 1e300, "1e300 s" }, { -1.5, "-1.50 s" },	  { -1e-12, "~0 s" },
		{ 3e8, "3,472 d" },
	};

	(void)state;
	check_all(CHART_SECONDS, all, COUNT_OF(all));
}

static void bytes_go_by_1024_and_fit(void **state)
{
	static const struct wanted all[] = {
		{ 0, "0 B" },		   { 0.2, "<1 B" },	     { 812, "812 B" },	    { 1023, "1.00 KiB" },
		{ 4.5 * 1024 * 1024, "4.50 MiB" }, { 12.3 * 1024, "12.3 KiB" }, { 1e300, "1e300 B" },
		{ -1000, "-1.0 KiB" },
	};

	(void)state;
	check_all(CHART_BYTES, all, COUNT_OF(all));
}

static void a_share_reads_100_percent_only_when_it_is(void **state)
{
	static const struct wanted all[] = {
		{ 0, "0 %" },	       { 1, "100 %" },	       { 0.12, "12 %" },	{ 0.1234, "12.3 %" },
		{ 0.9996, "99.96 %" }, { 0.99999999, "99.99 %" }, { 0.00001, "<0.01 %" }, { 0.0004, "0.04 %" },
		{ 0.999, "99.9 %" },   { 2.5, "250 %" },	       { -0.5, "-50 %" },	{ NAN, "-" },
	};

	(void)state;
	check_all(CHART_RATIO, all, COUNT_OF(all));
}

static void rates_say_so(void **state)
{
	static const struct wanted all[] = {
		{ 0, "0/s" },	     { 12, "12/s" },	     { 12.34, "12.3/s" },     { 0.0001, "<0.001/s" },
		{ 0.25, "0.250/s" }, { 1234, "1,234/s" }, { 123456, "123k/s" }, { -1234, "-1,234/s" },
		{ 1e300, "1e300/s" },
	};

	(void)state;
	check_all(CHART_PER_SECOND, all, COUNT_OF(all));
}

static void no_number_takes_more_than_eight_columns(void **state)
{
	static const double mantissas[] = { 1, 1.005, 2.345, 9.949, 9.951, 9.994, 9.996, 9.9995, 9.99999 };
	enum chart_unit unit;
	int power, sign;
	size_t i;

	(void)state;
	for (unit = CHART_PLAIN; unit <= CHART_PER_SECOND; unit++)
		for (power = -324; power <= 308; power++)
			for (i = 0; i < COUNT_OF(mantissas); i++)
				for (sign = -1; sign <= 1; sign += 2) {
					double value = sign * mantissas[i] * pow(10, power);
					struct chart_text text = chart_number(value, unit, false);
					size_t columns = text_columns(text.text, strlen(text.text));

					if (columns < 1 || columns > 8)
						fail_msg("%g is %s", value, text.text);
				}
}

static void zeros_behind_the_point_can_be_trimmed(void **state)
{
	static const char *const pairs[][2] = {
		{ "1.50 s", "1.5 s" }, { "1.00 s", "1 s" }, { "100 ms", "100 ms" },
		{ "10.0", "10" },      { "0.034", "0.034" },
	};
	struct chart_text text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(pairs); i++) {
		strcpy(text.text, pairs[i][0]);
		chart_text_trim(&text);
		assert_string_equal(text.text, pairs[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_numbers_have_three_digits_and_whole_ones_are_whole),
		cmocka_unit_test(seconds_reach_from_nanoseconds_to_days),
		cmocka_unit_test(bytes_go_by_1024_and_fit),
		cmocka_unit_test(a_share_reads_100_percent_only_when_it_is),
		cmocka_unit_test(rates_say_so),
		cmocka_unit_test(no_number_takes_more_than_eight_columns),
		cmocka_unit_test(zeros_behind_the_point_can_be_trimmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
