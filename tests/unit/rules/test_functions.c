// SPDX-License-Identifier: Apache-2.0
/* Numbers worked out by hand; tests/promql/agree-numbers asks promtool about many more. */
#include "tests/unit/rules/world.h"

#include "rules/functions.h"

static void every_row_is_found_and_nothing_is_both_ours_and_foreign(void **state)
{
	static const char *const ours[] = {"abs",
					   "absent",
					   "avg_over_time",
					   "clamp",
					   "clamp_max",
					   "clamp_min",
					   "count_over_time",
					   "delta",
					   "deriv",
					   "histogram_quantile",
					   "increase",
					   "last_over_time",
					   "max_over_time",
					   "min_over_time",
					   "predict_linear",
					   "quantile_over_time",
					   "rate",
					   "round",
					   "scalar",
					   "stddev_over_time",
					   "sum_over_time",
					   "time",
					   "vector"};
	static const char *const foreign[] = {"label_replace",	  "irate", "holt_winters", "sgn",
					      "absent_over_time", "pi",	   "year"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		assert_non_null(function_find(ours[i], strlen(ours[i])));
		assert_string_equal(function_find(ours[i], strlen(ours[i]))->name, ours[i]);
		assert_non_null(function_find(ours[i], strlen(ours[i]))->compute);
		assert_false(function_is_foreign(ours[i], strlen(ours[i])));
	}
	for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		assert_null(function_find(foreign[i], strlen(foreign[i])));
		assert_true(function_is_foreign(foreign[i], strlen(foreign[i])));
	}
	assert_null(function_find("rat", 3));
	assert_null(function_find("rates", 5));
	assert_non_null(function_find("rates", 4)); /* the length counts, not the NUL */
	assert_false(function_is_foreign("nonsense", 8));
}

/* 0 to 60 s, +10 each 10 s. At 60 the window [0, 60] is full: no stretching. At 65: 5 s behind,
 * within 1.1 x 10 s. */
static void a_rate_is_stretched_to_the_edges_of_its_window(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "x", 10, 100, 110, 120, 130, 140, 150, 160);
	ASK(&world, 60, "increase(x[1m])", "{} 60");
	ASK(&world, 60, "rate(x[1m])", "{} 1");
	ASK(&world, 60, "delta(x[1m])", "{} 60");
	/* [5, 65]: 110 to 160 over 50 s, 5 s before, 5 s behind: 50 * 60/50 */
	ASK(&world, 65, "increase(x[1m])", "{} 60");
	/* [20, 80]: 120 to 160 over 40 s, nothing before, 20 s behind, further than 11: half a
	 * step: 40 * 45/40 */
	ASK(&world, 80, "increase(x[1m])", "{} 45");
	/* a single sample tells nothing */
	ASK(&world, 60, "rate(x[5s])", "");
	ASK(&world, 60, "rate(x[10s])", "{} 1");
	world_fini(&world);
}

static void a_counter_starts_anew_and_never_was_below_zero(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "reset", 10, 5, 10, 4, 6, NONE, NONE);
	/* [0, 30]: 6 - 5 + 10 = 11, over 30 of 30 s */
	ASK(&world, 30, "increase(reset[30s])", "{} 11");
	ASK(&world, 30, "delta(reset[30s])", "{} 1");
	PUT(&world, "young", 10, NONE, NONE, 1, 3, 5, 7);
	/* [0, 50] at 50: 1 to 7 over 30 s; 20 s before is too far: half a step, 5; but from zero it
	 * is 30 * 1/6 = 5 s, and 5 < 11: 6 * 35/30 */
	ASK(&world, 50, "increase(young[50s])", "{} 7");
	/* a delta knows no zero: 6 * (30 + 5)/30 as well */
	ASK(&world, 50, "delta(young[50s])", "{} 7");
	PUT(&world, "newborn", 10, NONE, NONE, NONE, NONE, 0, 8);
	ASK(&world, 50, "increase(newborn[50s])", "{} 8");
	ASK(&world, 50, "delta(newborn[50s])", "{} 12");
	world_fini(&world);
}

static void lines_are_fitted_and_prolonged(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "line", 10, 7, 12, 17, 22);
	ASK(&world, 30, "deriv(line[1m])", "{} 0.5");
	ASK(&world, 30, "predict_linear(line[1m], 60)", "{} 52");
	ASK(&world, 40, "predict_linear(line[1m], 0)", "{} 27");
	/* (0,0) (1,2) (2,1): slope 0.5, intercept 0.5 */
	PUT(&world, "bent", 1, 0, 2, 1);
	ASK(&world, 2, "deriv(bent[1m])", "{} 0.5");
	ASK(&world, 2, "predict_linear(bent[1m], 0)", "{} 1.5");
	PUT(&world, "flat", 10, 3, 3, 3);
	ASK(&world, 20, "deriv(flat[1m])", "{} 0");
	ASK(&world, 20, "predict_linear(flat[1m], 1e9)", "{} 3");
	PUT(&world, "endless", 10, INFINITY, INFINITY);
	ASK(&world, 10, "deriv(endless[1m])", "{} NaN");
	ASK(&world, 0, "deriv(line[1m])", "");
	world_fini(&world);
}

static void windows_include_both_of_their_ends(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "x", 10, 1, 2, 3, 4, END, NONE, 6);
	ASK(&world, 30, "count_over_time(x[20s])", "{} 3");
	ASK(&world, 30.001, "count_over_time(x[20s])", "{} 2");
	ASK(&world, 29.999, "sum_over_time(x[20s])", "{} 5");
	ASK(&world, 60, "count_over_time(x[20s])", "{} 1"); /* an end is no sample */
	ASK(&world, 60, "sum_over_time(x[1h])", "{} 16");
	ASK(&world, 50, "count_over_time(x[5s])", "");
	world_fini(&world);
}

static void windows_are_summed_up(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "x{a=\"1\"}", 10, 2, 4, 4, 4, 5, 5, 7, 9);
	ASK(&world, 70, "avg_over_time(x[2m])", "{a=\"1\"} 5");
	ASK(&world, 70, "stddev_over_time(x[2m])", "{a=\"1\"} 2");
	ASK(&world, 70, "min_over_time(x[2m])", "{a=\"1\"} 2");
	ASK(&world, 70, "max_over_time(x[2m])", "{a=\"1\"} 9");
	ASK(&world, 70, "sum_over_time(x[2m])", "{a=\"1\"} 40");
	ASK(&world, 70, "last_over_time(x[2m])", "x{a=\"1\"} 9");
	PUT(&world, "odd", 10, NAN, 3, 1, NAN);
	ASK(&world, 30, "min_over_time(odd[2m])", "{} 1");
	ASK(&world, 30, "max_over_time(odd[2m])", "{} 3");
	ASK(&world, 30, "avg_over_time(odd[2m])", "{} NaN");
	ASK(&world, 0, "max_over_time(odd[2m])", "{} NaN");
	PUT(&world, "huge", 10, 1e308, 1e308, 1e308);
	ASK(&world, 20, "avg_over_time(huge[2m])", "{} 1e+308");
	ASK(&world, 20, "sum_over_time(huge[2m])", "{} +Inf");
	PUT(&world, "endless", 10, 1, INFINITY, 5, -3);
	ASK(&world, 30, "avg_over_time(endless[2m])", "{} +Inf");
	PUT(&world, "both", 10, INFINITY, -INFINITY);
	ASK(&world, 10, "avg_over_time(both[2m])", "{} NaN");
	PUT(&world, "small", 1, 1e16, 1, 1, 1, 1, -1e16);
	ASK(&world, 5, "sum_over_time(small[2m])", "{} 4");
	world_fini(&world);
}

static void quantiles_lie_between_ranks_and_nan_counts_as_least(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "x", 10, 30, 10, 40, 20);
	ASK(&world, 30, "quantile_over_time(0.5, x[1m])", "{} 25");
	ASK(&world, 30, "quantile_over_time(0, x[1m])", "{} 10");
	ASK(&world, 30, "quantile_over_time(1, x[1m])", "{} 40");
	ASK(&world, 30, "quantile_over_time(0.25, x[1m])", "{} 17.5");
	ASK(&world, 30, "quantile_over_time(-1, x[1m])", "{} -Inf");
	ASK(&world, 30, "quantile_over_time(2, x[1m])", "{} +Inf");
	ASK(&world, 30, "quantile_over_time(NaN, x[1m])", "{} NaN");
	PUT(&world, "odd", 10, 5, NAN, 3);
	ASK(&world, 20, "quantile_over_time(0, odd[1m])", "{} NaN");
	ASK(&world, 20, "quantile_over_time(0.5, odd[1m])", "{} 3");
	ASK(&world, 20, "quantile_over_time(1, odd[1m])", "{} 5");
	world_fini(&world);
}

static int compare_doubles(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

/* Against a sort, on orders that are hard for a quickselect. */
static void a_quantile_of_any_order_is_that_of_the_sorted(void **state)
{
	uint64_t random = 1;
	size_t round, i;

	(void)state;
	for (round = 0; round < 300; round++) {
		struct world world;
		double values[200], wanted, rank;
		size_t count = 1 + round * 7 % 199;
		char text[64];

		world_init(&world);
		for (i = 0; i < count; i++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			values[i] = round % 5 == 0   ? (double)(random >> 40)
				    : round % 5 == 1 ? (double)(random >> 33 & 3)
				    : round % 5 == 2 ? (double)i
				    : round % 5 == 3 ? (double)(count - i)
						     : (double)(i < count / 2 ? i : count - i);
		}
		world_put(&world, "x", 1, count, values);
		qsort(values, count, sizeof(*values), compare_doubles);
		rank = (double)(round % 101) / 100 * (double)(count - 1);
		wanted = values[(size_t)floor(rank)] * (1 - (rank - floor(rank))) +
			 values[(size_t)floor(rank) + 1 < count ? (size_t)floor(rank) + 1
								: count - 1] *
				 (rank - floor(rank));
		snprintf(text, sizeof(text), "quantile_over_time(%zu / 100, x[10m])", round % 101);
		world_ask(&world, (double)count, text);
		assert_int_equal(world.result.samples_count, 1);
		assert_true(world.result.samples[0].value == wanted);
		world_fini(&world);
	}
}

static void put_buckets(struct world *world, const char *job, size_t count,
			const char *const *bounds, const double *counts)
{
	char text[80];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "b{job=\"%s\",le=\"%s\"}", job, bounds[i]);
		world_put(world, text, 1, 1, &counts[i]);
	}
}

static void a_histogram_tells_its_quantiles(void **state)
{
	static const char *const bounds[] = {"1", "2", "4", "+Inf"};
	struct world world;

	(void)state;
	world_init(&world);
	put_buckets(&world, "a", 4, bounds, (double[]){10, 30, 40, 50});
	ASK(&world, 0, "histogram_quantile(0.1, b)", "{job=\"a\"} 0.5");
	ASK(&world, 0, "histogram_quantile(0.5, b)", "{job=\"a\"} 1.75");
	ASK(&world, 0, "histogram_quantile(0.7, b)", "{job=\"a\"} 3");
	ASK(&world, 0, "histogram_quantile(0.9, b)",
	    "{job=\"a\"} 4"); /* in +Inf: the bound below it */
	ASK(&world, 0, "histogram_quantile(0, b)", "{job=\"a\"} 0");
	ASK(&world, 0, "histogram_quantile(1, b)", "{job=\"a\"} 4");
	ASK(&world, 0, "histogram_quantile(-1, b)", "{job=\"a\"} -Inf");
	ASK(&world, 0, "histogram_quantile(7, b)", "{job=\"a\"} +Inf");
	ASK(&world, 0, "histogram_quantile(NaN, b)", "{job=\"a\"} NaN");
	world_fini(&world);
}

static void a_broken_histogram_is_mended_or_has_no_quantile(void **state)
{
	static const char *const bounds[] = {"1", "2", "4", "+Inf"}, *const twice[] = {"1", "1.0",
										       "2", "Inf"};
	static const char *const negative[] = {"-2", "-1", "+Inf"}, *const words[] = {"1", "two",
										      "2", "+Inf"};
	struct world world;

	(void)state;
	world_init(&world);
	put_buckets(&world, "falls", 4, bounds, (double[]){10, 8, 20, 20}); /* 10, 10, 20, 20 */
	put_buckets(&world, "twice", 4, twice, (double[]){5, 5, 20, 20});   /* 1: 10 */
	put_buckets(&world, "no_inf", 3, bounds, (double[]){1, 2, 3});
	put_buckets(&world, "only_inf", 1, bounds + 3, (double[]){3});
	put_buckets(&world, "empty", 4, bounds, (double[]){0, 0, 0, 0});
	put_buckets(&world, "negative", 3, negative, (double[]){10, 20, 20});
	put_buckets(&world, "words", 4, words, (double[]){10, 99, 20, 20});
	PUT(&world, "b{job=\"nothing\"}", 1, 7);
	ASK(&world, 0, "histogram_quantile(0.75, b)",
	    "{job=\"empty\"} NaN; {job=\"falls\"} 3; {job=\"negative\"} -1.5; {job=\"no_inf\"} "
	    "NaN; {job=\"only_inf\"} NaN; "
	    "{job=\"twice\"} 1.5; {job=\"words\"} 1.5");
	ASK(&world, 0, "histogram_quantile(0.5, b{job=\"negative\"})", "{job=\"negative\"} -2");
	PUT(&world, "c{job=\"words\",le=\"1\"}", 1, 10);
	PUT(&world, "c{job=\"words\",le=\"+Inf\"}", 1, 10);
	ASK(&world, 0, "histogram_quantile(0.5, {__name__=~\"b|c\"})",
	    "error: vector cannot contain metrics with the same labelset");
	world_fini(&world);
}

static void absence_takes_its_labels_from_the_matchers(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "x", 1, 1);
	ASK(&world, 0, "absent(x)", "");
	ASK(&world, 0, "absent(x > 1)", "{} 1");
	ASK(&world, 0, "absent(y{a=\"1\",b=~\"2\",c!=\"3\"})", "{a=\"1\"} 1");
	ASK(&world, 0, "absent((y{a=\"1\"}))", "{a=\"1\"} 1");
	ASK(&world, 0, "absent(y{a=\"1\",a=\"2\",b=\"3\"})", "{b=\"3\"} 1");
	ASK(&world, 0, "absent(y{a!=\"1\",a=\"2\"})", "{a=\"2\"} 1");
	ASK(&world, 0, "absent(y{a=\"2\",a!=\"1\"})", "{} 1");
	ASK(&world, 0, "absent(sum(y{a=\"1\"}))", "{} 1");
	world_fini(&world);
}

static void plain_functions_drop_the_name(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	PUT(&world, "x{a=\"1\"}", 1, -2.5);
	PUT(&world, "x{a=\"2\"}", 1, NAN);
	PUT(&world, "y", 1, 7.25);
	ASK(&world, 0, "abs(x)", "{a=\"1\"} 2.5; {a=\"2\"} NaN");
	ASK(&world, 0, "round(x)", "{a=\"1\"} -2; {a=\"2\"} NaN");
	ASK(&world, 0, "round(y, 0.5)", "{} 7.5");
	ASK(&world, 0, "clamp(x, -1, 3)", "{a=\"1\"} -1; {a=\"2\"} NaN");
	ASK(&world, 0, "clamp(x, 3, -1)", "");
	ASK(&world, 0, "clamp_min(x, 0)", "{a=\"1\"} 0; {a=\"2\"} NaN");
	ASK(&world, 0, "clamp_max(x, -Inf)", "{a=\"1\"} -Inf; {a=\"2\"} -Inf");
	ASK(&world, 0, "scalar(y)", "7.25");
	ASK(&world, 0, "scalar(x)", "NaN");
	ASK(&world, 0, "vector(3)", "{} 3");
	ASK(&world, 12.5, "time()", "12.5");
	ASK(&world, 0, "abs({__name__=~\"x|y\",a=\"\"})", "{} 7.25");
	world_fini(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_and_nothing_is_both_ours_and_foreign),
		cmocka_unit_test(a_rate_is_stretched_to_the_edges_of_its_window),
		cmocka_unit_test(a_counter_starts_anew_and_never_was_below_zero),
		cmocka_unit_test(lines_are_fitted_and_prolonged),
		cmocka_unit_test(windows_include_both_of_their_ends),
		cmocka_unit_test(windows_are_summed_up),
		cmocka_unit_test(quantiles_lie_between_ranks_and_nan_counts_as_least),
		cmocka_unit_test(a_quantile_of_any_order_is_that_of_the_sorted),
		cmocka_unit_test(a_histogram_tells_its_quantiles),
		cmocka_unit_test(a_broken_histogram_is_mended_or_has_no_quantile),
		cmocka_unit_test(absence_takes_its_labels_from_the_matchers),
		cmocka_unit_test(plain_functions_drop_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
