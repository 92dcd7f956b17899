// SPDX-License-Identifier: Apache-2.0
/* Every quantile is held against the sorted values themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>

#include "base/hist.h"

static uint64_t random_state = 88172645463325252ull;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Any magnitude from 0 to 2^64. */
static uint64_t random_value(void)
{
	unsigned shift = random_next() >> 58;

	return random_next() >> shift;
}

static int order(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static const unsigned per_mille[] = {1, 10, 70, 250, 500, 900, 950, 990, 999, 1000};

static void check_against(const struct hist *hist, uint64_t *values, size_t count, bool exact)
{
	uint64_t sum = 0;
	size_t i;

	qsort(values, count, sizeof(*values), order);
	for (i = 0; i < count; i++)
		sum = sum + values[i] < sum ? UINT64_MAX : sum + values[i];
	assert_true(hist->count == count);
	assert_true(hist->sum == sum || sum == UINT64_MAX);
	assert_true(hist->min == values[0]);
	assert_true(hist->max == values[count - 1]);
	for (i = 0; i < sizeof(per_mille) / sizeof(per_mille[0]); i++) {
		uint64_t got = hist_quantile(hist, per_mille[i] / 1000.0);
		size_t rank = (per_mille[i] * count + 999) / 1000;
		uint64_t want = values[rank - 1];
		uint64_t error = got > want ? got - want : want - got;

		assert_true(got >= hist->min && got <= hist->max);
		assert_true(exact ? error == 0 : error <= want / 250);
	}
	assert_true(hist_quantile(hist, 1) == values[count - 1]);
}

static void an_empty_histogram_answers_nothing(void **state)
{
	struct hist hist;

	(void)state;
	hist_init(&hist);
	assert_true(hist.count == 0 && hist.sum == 0 && hist.max == 0);
	assert_true(hist.min == UINT64_MAX);
	assert_true(hist_quantile(&hist, 0.5) == 0);
	hist_fini(&hist);
}

static void up_to_a_hundred_values_are_answered_exactly(void **state)
{
	uint64_t values[HIST_EXACT];
	struct hist hist;
	size_t count, i;

	(void)state;
	for (count = 1; count <= HIST_EXACT; count++) {
		hist_init(&hist);
		for (i = 0; i < count; i++)
			hist_add(&hist, values[i] = random_value());
		check_against(&hist, values, count, true);
		assert_null(hist.pages);
		hist_fini(&hist);
	}
}

static void many_values_are_answered_within_four_per_mille(void **state)
{
	static uint64_t values[5000];
	struct hist hist;
	size_t count, i;

	(void)state;
	for (count = HIST_EXACT + 1; count <= 5000; count = count * 3 / 2) {
		hist_init(&hist);
		for (i = 0; i < count; i++)
			hist_add(&hist, values[i] = random_value());
		check_against(&hist, values, count, false);
		hist_fini(&hist);
	}
}

static void small_values_are_exact_however_many(void **state)
{
	static uint64_t values[3000];
	struct hist hist;
	size_t i;

	(void)state;
	hist_init(&hist);
	for (i = 0; i < 3000; i++)
		hist_add(&hist, values[i] = random_next() % 256);
	check_against(&hist, values, 3000, true);
	hist_fini(&hist);
}

static void every_bucket_edge_is_within_four_per_mille(void **state)
{
	unsigned bit;

	(void)state;
	for (bit = 7; bit < 64; bit++) {
		uint64_t width = 1ull << (bit - 7);
		uint64_t edges[] = {1ull << bit, (1ull << bit) + width - 1, (1ull << bit) + width,
				    (1ull << bit) * 2 - 1};
		size_t i, n;

		for (i = 0; i < 4; i++) {
			struct hist hist;
			uint64_t got, error;

			hist_init(&hist);
			hist_add(&hist, 0);
			for (n = 0; n < HIST_EXACT; n++)
				hist_add(&hist, edges[i]);
			hist_add(&hist, UINT64_MAX);
			got = hist_quantile(&hist, 0.5);
			error = got > edges[i] ? got - edges[i] : edges[i] - got;
			assert_true(error <= edges[i] / 250);
			hist_fini(&hist);
		}
	}
}

static void a_merge_equals_adding_everything_to_one(void **state)
{
	static uint64_t values[800];
	static const size_t sizes[] = {0, 1, 40, 60, 99, 100, 101, 300};
	size_t a, b, i;

	(void)state;
	for (a = 0; a < 8; a++) {
		for (b = 0; b < 8; b++) {
			struct hist left, right;
			size_t total = sizes[a] + sizes[b];

			hist_init(&left);
			hist_init(&right);
			for (i = 0; i < total; i++)
				hist_add(i < sizes[a] ? &left : &right, values[i] = random_value());
			hist_merge(&left, &right);
			if (total)
				check_against(&left, values, total, total <= HIST_EXACT);
			/* and it still grows rightly */
			for (i = total; i < total + 150; i++)
				hist_add(&left, values[i] = random_value());
			check_against(&left, values, total + 150, false);
			hist_fini(&left);
			hist_fini(&right);
		}
	}
}

static void the_sum_saturates(void **state)
{
	struct hist hist;

	(void)state;
	hist_init(&hist);
	hist_add(&hist, UINT64_MAX);
	hist_add(&hist, 1);
	assert_true(hist.sum == UINT64_MAX);
	assert_true(hist.count == 2);
	hist_fini(&hist);
}

static void a_reset_forgets_everything(void **state)
{
	struct hist hist;
	size_t i;

	(void)state;
	hist_init(&hist);
	for (i = 0; i < 1000; i++)
		hist_add(&hist, i * 1000);
	hist_reset(&hist);
	assert_true(hist.count == 0 && hist_quantile(&hist, 0.5) == 0);
	for (i = 0; i < 200; i++)
		hist_add(&hist, 7);
	assert_true(hist_quantile(&hist, 0.99) == 7 && hist.max == 7 && hist.min == 7);
	hist_fini(&hist);
}

static void a_rank_is_not_lifted_by_the_rounding_of_a_double(void **state)
{
	struct hist hist;
	unsigned i;

	(void)state;
	hist_init(&hist);
	for (i = 1; i <= 100; i++)
		hist_add(&hist, i);
	for (i = 1; i <= 100; i++)
		assert_int_equal(hist_quantile(&hist, i / 100.0), i);
	assert_int_equal(hist_quantile(&hist, 0), 1);
	hist_fini(&hist);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_histogram_answers_nothing),
		cmocka_unit_test(up_to_a_hundred_values_are_answered_exactly),
		cmocka_unit_test(many_values_are_answered_within_four_per_mille),
		cmocka_unit_test(small_values_are_exact_however_many),
		cmocka_unit_test(every_bucket_edge_is_within_four_per_mille),
		cmocka_unit_test(a_merge_equals_adding_everything_to_one),
		cmocka_unit_test(the_sum_saturates),
		cmocka_unit_test(a_reset_forgets_everything),
		cmocka_unit_test(a_rank_is_not_lifted_by_the_rounding_of_a_double),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
