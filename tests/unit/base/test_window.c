// SPDX-License-Identifier: Apache-2.0
/* Every answer is held against a list of all values that were ever added, sorted and counted anew at each question.
 */
#include "base/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hist.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ALL		400000

struct oracle {
	uint64_t at_s[ALL], value[ALL];
	size_t count;
	uint64_t sorted[ALL];
	size_t sorted_count;
	unsigned __int128 sum;
};

static struct oracle *oracle_new(void)
{
	struct oracle *oracle = calloc(1, sizeof(*oracle));

	assert_non_null(oracle);
	return oracle;
}

static uint64_t dice(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static int by_size(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static void ask(struct oracle *oracle, uint64_t now_s, uint32_t span_s)
{
	oracle->sorted_count = 0;
	oracle->sum = 0;
	for (size_t i = 0; i < oracle->count; i++)
		if (oracle->at_s[i] + span_s > now_s) {
			oracle->sorted[oracle->sorted_count++] = oracle->value[i];
			oracle->sum += oracle->value[i];
		}
	qsort(oracle->sorted, oracle->sorted_count, sizeof(*oracle->sorted), by_size);
}

static void add(struct oracle *oracle, struct window *window, uint64_t at_s, uint64_t value)
{
	assert_true(oracle->count < ALL);
	oracle->at_s[oracle->count] = at_s;
	oracle->value[oracle->count++] = value;
	window_add(window, at_s, value);
}

static bool is_near(uint64_t got, uint64_t wanted, bool is_exact)
{
	uint64_t off = got > wanted ? got - wanted : wanted - got;

	return is_exact ? got == wanted : (double)off <= 0.004 * (double)wanted + 0.5;
}

static void compare(struct oracle *oracle, struct window *window, uint64_t now_s)
{
	static const double quantiles[] = {0.5, 0.9, 0.95, 0.99, 0.001, 1};
	double mean;

	window_advance(window, now_s);
	ask(oracle, now_s, window->span_s);
	assert_int_equal(window->count, oracle->sorted_count);
	if (!oracle->sorted_count) {
		assert_int_equal(window_quantile(window, 0.5), 0);
		assert_int_equal(window_max(window), 0);
		return;
	}
	mean = (double)oracle->sum / (double)oracle->sorted_count;
	assert_true(window->sum == oracle->sum);
	assert_true(window_mean(window) == mean);
	assert_int_equal(window_min(window), oracle->sorted[0]);
	assert_int_equal(window_max(window), oracle->sorted[oracle->sorted_count - 1]);
	for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
		uint64_t rank = hist_rank(oracle->sorted_count, quantiles[i]);

		assert_true(is_near(window_quantile(window, quantiles[i]), oracle->sorted[rank - 1],
				    window_is_exact(window)));
	}
}

/* Bursts, idle gaps, small and huge values, many equal ones. */
static uint64_t some_value(uint64_t *seed)
{
	switch (dice(seed) % 8) {
	case 0:
		return dice(seed); /* huge */
	case 1:
		return dice(seed) % 100;
	case 2:
		return 1500000000;
	default:
		return 1000000 + dice(seed) % 3000000000;
	}
}

static void run_stream(uint64_t seed, uint32_t span_s, unsigned most, size_t values_max)
{
	struct window_budget budget = {.values_max = values_max};
	struct oracle *oracle = oracle_new();
	struct window window;
	uint64_t now_s = dice(&seed) % 100;
	bool was_exact = false, was_counted = false;

	window_init(&window, span_s, &budget);
	for (int step = 0; step < 700; step++) {
		unsigned kind = (unsigned)(dice(&seed) % 20);
		unsigned count = kind < 6    ? 0
				 : kind < 18 ? (unsigned)(dice(&seed) % 8)
					     : (unsigned)(dice(&seed) % most);

		now_s += kind == 0 ? dice(&seed) % (3 * span_s) : 1;
		for (unsigned i = 0; i < count && oracle->count < ALL; i++)
			add(oracle, &window, now_s, some_value(&seed));
		compare(oracle, &window, now_s);
		was_exact |= window_is_exact(&window);
		was_counted |= !window_is_exact(&window);
	}
	assert_true(was_exact || !values_max);
	assert_true(was_counted || most < WINDOW_EXACT / 8);
	compare(oracle, &window, now_s + span_s);
	assert_int_equal(window.count, 0);
	assert_int_equal(budget.values_count, 0);
	window_fini(&window);
	free(oracle);
}

static void it_agrees_with_the_list_of_all_values_while_they_are_few(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 8; seed++) {
		run_stream(seed * 7919, 60, 20, 100000);
		run_stream(seed * 104729, 300, 3, 100000);
	}
}

static void it_agrees_with_the_list_of_all_values_in_bursts_of_thousands(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 4; seed++) {
		run_stream(seed * 6151, 60, 5000, 100000);
		run_stream(seed * 3079, 300, 2000, 100000);
	}
}

static void it_counts_at_once_when_the_budget_has_no_room(void **state)
{
	(void)state;
	run_stream(31337, 60, 1000, 0);
	run_stream(31338, 60, 1000, 48);
}

static void an_empty_window_answers_zero(void **state)
{
	struct window_budget budget = {.values_max = 100};
	struct window window;

	(void)state;
	window_init(&window, 60, &budget);
	window_advance(&window, 1000);
	assert_int_equal(window.count, 0);
	assert_int_equal(window_min(&window), 0);
	assert_int_equal(window_max(&window), 0);
	assert_true(window_mean(&window) == 0);
	assert_int_equal(window_quantile(&window, 0.99), 0);
	window_fini(&window);
}

static void a_value_leaves_after_exactly_its_span(void **state)
{
	struct window_budget budget = {.values_max = 100};
	struct window window;

	(void)state;
	window_init(&window, 60, &budget);
	window_add(&window, 100, 7);
	window_add(&window, 101, 8);
	window_advance(&window, 159);
	assert_int_equal(window.count, 2);
	window_advance(&window, 160);
	assert_int_equal(window.count, 1);
	assert_int_equal(window_min(&window), 8);
	window_advance(&window, 161);
	assert_int_equal(window.count, 0);
	window_fini(&window);
}

static void a_late_value_counts_as_now(void **state)
{
	struct window_budget budget = {.values_max = 100};
	struct window window;

	(void)state;
	window_init(&window, 60, &budget);
	window_add(&window, 100, 7);
	window_add(&window, 30, 8);
	window_advance(&window, 159);
	assert_int_equal(window.count, 2);
	window_fini(&window);
}

static void single_values_let_go_are_told(void **state)
{
	struct window_budget budget = {.values_max = 1u << 20};
	struct window window;

	(void)state;
	window_init(&window, 60, &budget);
	for (unsigned i = 0; i < WINDOW_EXACT; i++)
		window_add(&window, 100, i);
	assert_true(window_is_exact(&window));
	assert_int_equal(budget.let_go_count, 0);
	assert_int_equal(budget.values_count, WINDOW_EXACT);
	window_add(&window, 130, 5);
	assert_false(window_is_exact(&window));
	assert_int_equal(budget.let_go_count, 1);
	assert_int_equal(window.count, WINDOW_EXACT + 1);
	window_advance(&window, 160); /* what the ring let go is out of the window: it is exact again */
	assert_true(window_is_exact(&window));
	assert_int_equal(window.count, 1);
	assert_int_equal(window_quantile(&window, 0.5), 5);
	window_fini(&window);
	assert_int_equal(budget.values_count, 0);
}

static void windows_share_a_budget(void **state)
{
	struct window_budget budget = {.values_max = 40};
	struct window one, two;

	(void)state;
	window_init(&one, 60, &budget);
	window_init(&two, 60, &budget);
	for (unsigned i = 0; i < 32; i++)
		window_add(&one, 100, i);
	assert_true(window_is_exact(&one));
	window_add(&two, 100, 1);
	assert_false(window_is_exact(&two));
	assert_int_equal(window_quantile(&two, 0.5), 1);
	assert_int_equal(budget.let_go_count, 1);
	window_advance(&one, 1000);
	assert_int_equal(budget.values_count, 0);
	window_add(&two, 1000, 9);
	assert_true(window_is_exact(&two));
	window_fini(&one);
	window_fini(&two);
}

/* So diverse that seconds are joined: count and sum may lag by the joined seconds, never by more. */
static void the_most_diverse_stream_stays_within_its_memory(void **state)
{
	struct window_budget budget = {.values_max = 100000};
	struct window window;
	uint64_t seed = 99, fresh = 0, per_second[2000];
	size_t most = 0;

	(void)state;
	window_init(&window, 300, &budget);
	for (uint64_t now_s = 1; now_s < 1500; now_s++) {
		per_second[now_s] = 200 + dice(&seed) % 200;
		for (uint64_t i = 0; i < per_second[now_s]; i++)
			window_add(&window, now_s, dice(&seed) >> (dice(&seed) % 64));
		window_advance(&window, now_s);
		fresh = 0;
		for (uint64_t back = 0; back < 300 && back < now_s; back++)
			fresh += per_second[now_s - back];
		assert_true(window.count >= fresh);
		assert_true(window.count <= fresh + 400 * 128);
		if (window.count - fresh > most)
			most = window.count - fresh;
	}
	assert_true(most > 0); /* else nothing was joined, and this proves nothing */
	window_fini(&window);
}

static void a_quantile_needs_enough_values_to_differ_from_the_maximum(void **state)
{
	static const struct {
		double q;
		uint64_t least;
	} rows[] = {{0.5, 2}, {0.9, 10}, {0.95, 20}, {0.99, 100}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_true(window_supports(rows[i].least, rows[i].q));
		assert_false(window_supports(rows[i].least - 1, rows[i].q));
	}
}

static void sums_slide_by_the_second(void **state)
{
	struct window_sums sums;
	uint64_t seed = 5, at_s[4000], first[4000], now_s = 1000;
	size_t count = 0;

	(void)state;
	window_sums_init(&sums, 60);
	window_sums_advance(&sums, 10);
	assert_int_equal(sums.total[0], 0);
	for (int step = 0; step < 2000; step++) {
		uint64_t wanted[2] = {0, 0};

		now_s += dice(&seed) % 50 == 0 ? dice(&seed) % 200 : dice(&seed) % 3;
		if (dice(&seed) % 3) {
			at_s[count] = now_s;
			first[count] = dice(&seed) % 1000;
			window_sums_add(&sums, now_s, first[count++], 1);
		}
		window_sums_advance(&sums, now_s);
		for (size_t i = 0; i < count; i++)
			if (at_s[i] + 60 > now_s) {
				wanted[0] += first[i];
				wanted[1]++;
			}
		assert_int_equal(sums.total[0], wanted[0]);
		assert_int_equal(sums.total[1], wanted[1]);
	}
	window_sums_fini(&sums);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_agrees_with_the_list_of_all_values_while_they_are_few),
		cmocka_unit_test(it_agrees_with_the_list_of_all_values_in_bursts_of_thousands),
		cmocka_unit_test(it_counts_at_once_when_the_budget_has_no_room),
		cmocka_unit_test(an_empty_window_answers_zero),
		cmocka_unit_test(a_value_leaves_after_exactly_its_span),
		cmocka_unit_test(a_late_value_counts_as_now),
		cmocka_unit_test(single_values_let_go_are_told),
		cmocka_unit_test(windows_share_a_budget),
		cmocka_unit_test(the_most_diverse_stream_stays_within_its_memory),
		cmocka_unit_test(a_quantile_needs_enough_values_to_differ_from_the_maximum),
		cmocka_unit_test(sums_slide_by_the_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
