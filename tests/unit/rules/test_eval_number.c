// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/rules/world.h"

#include "rules/eval_private.h"

static void assert_prints(double value, const char *wanted)
{
	struct buf text = {0};

	eval_print_number(&text, value);
	assert_string_equal(text.bytes, wanted);
	buf_fini(&text);
}

/* As `promtool test rules` of 2.42 expands {{ $value }}. */
static void numbers_read_as_go_prints_them(void **state)
{
	(void)state;
	assert_prints(0, "0");
	assert_prints(-0.0, "-0");
	assert_prints(1, "1");
	assert_prints(-1.5, "-1.5");
	assert_prints(0.1 + 0.2, "0.30000000000000004");
	assert_prints(100000, "100000");
	assert_prints(999999, "999999");
	assert_prints(1000000, "1e+06");
	assert_prints(1234567.5, "1.2345675e+06");
	assert_prints(123456789, "1.23456789e+08");
	assert_prints(0.0001, "0.0001");
	assert_prints(0.00001234, "1.234e-05");
	assert_prints(1e20, "1e+20");
	assert_prints(1e21, "1e+21");
	assert_prints(1e100, "1e+100");
	assert_prints(5e-324, "5e-324");
	assert_prints(1.7976931348623157e308, "1.7976931348623157e+308");
	assert_prints(NAN, "NaN");
	assert_prints(INFINITY, "+Inf");
	assert_prints(-INFINITY, "-Inf");
}

/* 2^-44: the double below is nearer than the one above, so of 16 digits only those rounded up read
 * back. */
static void the_fewest_digits_are_found_at_powers_of_two(void **state)
{
	(void)state;
	assert_prints(0x1p-44, "5.684341886080802e-14");
	assert_prints(0x1p-24, "5.960464477539063e-08");
	assert_prints(0x1p53, "9.007199254740992e+15");
	assert_prints(0x1p-1022, "2.2250738585072014e-308");
}

static void what_is_printed_reads_back(void **state)
{
	uint64_t random = 1, bits;
	struct buf text = {0};
	double value;
	size_t i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		bits = random ^ random >> 31;
		memcpy(&value, &bits, sizeof(value));
		buf_reset(&text);
		eval_print_number(&text, value);
		if (isfinite(value))
			assert_true(strtod(text.bytes, NULL) == value);
	}
	buf_fini(&text);
}

/* Go's math.Pow said these. */
static void powers_have_the_bits_that_go_gives(void **state)
{
	(void)state;
	assert_true(number_pow(1.1, 3) == 1.3310000000000004);
	assert_true(number_pow(2, 10) == 1024 && number_pow(2, -2) == 0.25 &&
		    number_pow(-3, 3) == -27);
	assert_true(number_pow(2, 0.5) == sqrt(2) && number_pow(4, -0.5) == 0.5);
	assert_true(number_pow(NAN, 0) == 1 && number_pow(1, NAN) == 1 &&
		    isnan(number_pow(NAN, 2)));
	assert_true(number_pow(-INFINITY, 3) == -INFINITY &&
		    number_pow(-INFINITY, 2.5) == INFINITY);
	assert_true(signbit(number_pow(-INFINITY, -3)) && number_pow(-INFINITY, -3) == 0);
	assert_true(number_pow(-0.0, -3) == -INFINITY && number_pow(-0.0, -2.5) == INFINITY &&
		    number_pow(0, 2) == 0);
	assert_true(number_pow(-1, INFINITY) == 1 && number_pow(0.5, INFINITY) == 0 &&
		    number_pow(0.5, -INFINITY) == INFINITY);
	assert_true(isnan(number_pow(-8, 1.0 / 3)));
	assert_true(number_pow(2, 1024) == INFINITY && number_pow(2, -1075) == 0 &&
		    number_pow(2, -1074) == 5e-324);
	assert_true(number_pow(1.0000001, 1e18) == INFINITY && number_pow(-2, 1e300) == INFINITY &&
		    number_pow(-1, 1e300) == 1);
}

static void minima_and_maxima_treat_nan_as_go_does(void **state)
{
	(void)state;
	assert_true(number_min(NAN, -INFINITY) == -INFINITY && isnan(number_min(NAN, 1)) &&
		    isnan(number_min(INFINITY, NAN)));
	assert_true(number_max(NAN, INFINITY) == INFINITY && isnan(number_max(1, NAN)) &&
		    isnan(number_max(NAN, -INFINITY)));
	assert_true(number_min(2, 1) == 1 && number_max(2, 1) == 2);
	assert_true(signbit(number_min(0, -0.0)) && signbit(number_min(-0.0, 0)));
	assert_true(!signbit(number_max(0, -0.0)) && !signbit(number_max(-0.0, 0)) &&
		    signbit(number_max(-0.0, -0.0)));
}

/* promtool: f atan2 1 and f atan2 g, f = 1234567.5, g = 4. */
static void angles_have_the_bits_that_go_gives(void **state)
{
	(void)state;
	assert_true(number_atan2(1234567.5, 1) == 1.5707955167946333);
	assert_true(number_atan2(1234567.5, 4) == 1.5707930867938436);
	assert_true(number_atan2(3, 50) == 5.992815512120788e-02);
	assert_true(number_atan2(0, -1) == M_PI && number_atan2(-0.0, -1) == -M_PI &&
		    number_atan2(0, 1) == 0);
	assert_true(number_atan2(1, -1) == 3 * M_PI_4 && number_atan2(-1, -1) == -3 * M_PI_4);
	assert_true(number_atan2(INFINITY, -INFINITY) == 3 * M_PI_4 && isnan(number_atan2(NAN, 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_read_as_go_prints_them),
		cmocka_unit_test(the_fewest_digits_are_found_at_powers_of_two),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(powers_have_the_bits_that_go_gives),
		cmocka_unit_test(minima_and_maxima_treat_nan_as_go_does),
		cmocka_unit_test(angles_have_the_bits_that_go_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
