// SPDX-License-Identifier: Apache-2.0
/*
 * Numbers as Go has them. In: doubles. Out: Prometheus' text of them, and powers, minima and maxima
 * with its bits. The rule that surprises: {{ $value }} goes through Go's %v, which turns to an
 * exponent at a million already: 1e+06, 1.234567e+06, but 999999.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/eval_private.h"

#define NUMBER_DIGITS_MAX   17
#define NUMBER_EXPONENT_MIN (-4) /* below it and from the end on the exponent is printed */
#define NUMBER_EXPONENT_END 6

/* The digits and the exponent of d.ddd x 10^e. */
struct number_digits {
	char digits[NUMBER_DIGITS_MAX + 1];
	int count;
	int exponent;
};

static double digits_value(const struct number_digits *digits)
{
	char text[NUMBER_DIGITS_MAX + 16];

	snprintf(text, sizeof(text), "%.*se%d", digits->count, digits->digits,
		 digits->exponent - (digits->count - 1));
	return strtod(text, NULL);
}

static void digits_round(struct number_digits *digits, double value, int count)
{
	char text[NUMBER_DIGITS_MAX + 16];

	snprintf(text, sizeof(text), "%.*e", count - 1, value);
	digits->count = 0;
	digits->digits[digits->count++] = text[0];
	if (count > 1) {
		memcpy(digits->digits + 1, text + 2, (size_t)count - 1);
		digits->count = count;
	}
	digits->exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

/* One more in the last digit; false when that would carry through all of them. */
static bool digits_increment(struct number_digits *digits)
{
	int at = digits->count - 1;

	while (at >= 0 && digits->digits[at] == '9')
		at--;
	if (at < 0)
		return false;
	digits->digits[at]++;
	memset(digits->digits + at + 1, '0', (size_t)(digits->count - 1 - at));
	return true;
}

/*
 * The fewest digits that read back. At a power of two the doubles below lie closer than those
 * above: there the nearest decimal may read back as the one below, and the next one up as the
 * number itself.
 */
static void digits_shortest(struct number_digits *digits, double value)
{
	int count;

	for (count = 1; count < NUMBER_DIGITS_MAX; count++) {
		digits_round(digits, value, count);
		if (digits_value(digits) == value)
			return;
		if (digits_value(digits) < value && digits_increment(digits) &&
		    digits_value(digits) == value)
			return;
	}
	digits_round(digits, value, NUMBER_DIGITS_MAX);
}

static void digits_print(struct buf *out, const struct number_digits *digits)
{
	int whole = digits->exponent + 1; /* digits before the point */

	if (digits->exponent < NUMBER_EXPONENT_MIN || digits->exponent >= NUMBER_EXPONENT_END) {
		buf_char(out, digits->digits[0]);
		if (digits->count > 1)
			buf_format(out, ".%.*s", digits->count - 1, digits->digits + 1);
		buf_format(out, "e%+03d", digits->exponent);
	} else if (whole <= 0) {
		buf_text(out, "0.");
		buf_fill(out, "0", (size_t)-whole);
		buf_add(out, digits->digits, (size_t)digits->count);
	} else if (whole >= digits->count) {
		buf_add(out, digits->digits, (size_t)digits->count);
		buf_fill(out, "0", (size_t)(whole - digits->count));
	} else {
		buf_add(out, digits->digits, (size_t)whole);
		buf_format(out, ".%.*s", digits->count - whole, digits->digits + whole);
	}
}

void eval_print_number(struct buf *out, double value)
{
	struct number_digits digits;

	if (isnan(value)) {
		buf_text(out, "NaN");
		return;
	}
	if (isinf(value)) {
		buf_text(out, value > 0 ? "+Inf" : "-Inf");
		return;
	}
	if (signbit(value))
		buf_char(out, '-');
	digits_shortest(&digits, fabs(value));
	digits_print(out, &digits);
}

double number_min(double a, double b)
{
	if ((isinf(a) && a < 0) || (isinf(b) && b < 0))
		return -INFINITY;
	if (isnan(a) || isnan(b))
		return NAN;
	if (a == 0 && a == b)
		return signbit(a) ? a : b;
	return a < b ? a : b;
}

double number_max(double a, double b)
{
	if ((isinf(a) && a > 0) || (isinf(b) && b > 0))
		return INFINITY;
	if (isnan(a) || isnan(b))
		return NAN;
	if (a == 0 && a == b)
		return signbit(a) ? b : a;
	return a > b ? a : b;
}

static bool number_is_odd(double number)
{
	return fabs(number) < 0x1p53 && fabs(fmod(number, 2)) == 1;
}

/* Where the answer needs no arithmetic; false: it does. */
static bool pow_is_known(double base, double exponent, double *power)
{
	bool shrinks = (fabs(base) < 1) == (exponent > 0);

	if (exponent == 0 || base == 1)
		*power = 1;
	else if (exponent == 1)
		*power = base;
	else if (isnan(base) || isnan(exponent))
		*power = NAN;
	else if (base == 0 && exponent < 0)
		*power = number_is_odd(exponent) ? copysign(INFINITY, base) : INFINITY;
	else if (base == 0)
		*power = number_is_odd(exponent) ? base : 0;
	else if (isinf(exponent) ||
		 (isfinite(base) && fabs(exponent) >= 0x1p63 && exponent == trunc(exponent)))
		*power = base == -1 ? 1 : shrinks ? 0 : INFINITY;
	else if (isinf(base))
		*power = copysign(exponent < 0 ? 0 : INFINITY,
				  base < 0 && number_is_odd(exponent) ? -1 : 1);
	else if (fabs(exponent) == 0.5)
		*power = exponent > 0 ? sqrt(base) : 1 / sqrt(base);
	else if (base < 0 && exponent != trunc(exponent))
		*power = NAN;
	else
		return false;
	return true;
}

/*
 * Squares the mantissa once per bit of the exponent, as Go does, and not with pow(): whole powers
 * then round at the same places, and so give the same bits. Powers of two are kept apart until the
 * end.
 */
double number_pow(double base, double exponent)
{
	double whole = trunc(fabs(exponent)), part = fabs(exponent) - whole, power = 1, square;
	int64_t power_exponent = 0;
	int square_exponent;
	uint64_t bits;

	if (pow_is_known(base, exponent, &power))
		return power;
	if (part > 0.5) {
		part -= 1;
		whole += 1;
	}
	if (part != 0)
		power = exp(part * log(base));
	square = frexp(base, &square_exponent);
	for (bits = (uint64_t)whole; bits; bits >>= 1) {
		if (square_exponent < -(1 << 12) ||
		    square_exponent > 1 << 12) { /* out of every double's reach */
			power_exponent += square_exponent;
			break;
		}
		if (bits & 1) {
			power *= square;
			power_exponent += square_exponent;
		}
		square *= square;
		square_exponent *= 2;
		if (square < 0.5) {
			square += square;
			square_exponent--;
		}
	}
	if (exponent < 0) {
		power = 1 / power;
		power_exponent = -power_exponent;
	}
	return ldexp(power, (int)power_exponent);
}

/* The arc tangent of 0 to 0.66: a quotient of two polynomials (Cephes' coefficients, which Go took
 * as well). */
static double atan_near_zero(double x)
{
	static const double above[] = {-8.750608600031904122785e-01, -1.615753718733365076637e+01,
				       -7.500855792314704667340e+01, -1.228866684490136173410e+02,
				       -6.485021904942025371773e+01};
	static const double below[] = {1,
				       2.485846490142306297962e+01,
				       1.650270098316988542046e+02,
				       4.328810604912902668951e+02,
				       4.853903996359136964868e+02,
				       1.945506571482613964425e+02};
	double z = x * x, top = above[0], bottom = below[0];
	size_t i;

	for (i = 1; i < sizeof(above) / sizeof(*above); i++)
		top = top * z + above[i];
	for (i = 1; i < sizeof(below) / sizeof(*below); i++)
		bottom = bottom * z + below[i];
	return x * (z * top / bottom) + x;
}

static double atan_positive(double x)
{
	const double lost = 6.123233995736765886130e-17; /* of pi/2 as a double */

	if (x <= 0.66)
		return atan_near_zero(x);
	if (x > 2.41421356237309504880) /* tan(3/8 pi) */
		return M_PI_2 - atan_near_zero(1 / x) + lost;
	return M_PI_4 + atan_near_zero((x - 1) / (x + 1)) + 0.5 * lost;
}

double number_atan2(double y, double x)
{
	double angle;

	if (isnan(x) || isnan(y) || y == 0 || x == 0 || isinf(x) || isinf(y))
		return atan2(y, x); /* known exactly */
	angle = y / x;
	angle = angle == 0 ? angle : angle > 0 ? atan_positive(angle) : -atan_positive(-angle);
	if (x > 0)
		return angle;
	return angle <= 0 ? angle + M_PI : angle - M_PI;
}
