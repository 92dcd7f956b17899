// SPDX-License-Identifier: Apache-2.0
/* Numbers over time, kept from frame to frame: what is read again must be what reading all of it would give. */
#include "metrics_world.h"

#include "sink/tui/metrics_grid.h"

#define C "requests_total{pid=\"1\"}"
#define G "depth{pid=\"1\"}"

static int64_t ms_of(int64_t second)
{
	return (START_S + second) * 1000;
}

/* Columns of `step` seconds that end at `second`; one more than so many. */
static void read_grid(struct metrics_world *w, struct metrics_grid *grid, const char *series,
		      enum metrics_take take, size_t columns, int64_t step, int64_t second)
{
	struct metrics_grid_shape shape = {1, columns * (uint64_t)step * NS_PER_S, step * 1000,
					   metrics_take_grows(take)};

	if (metrics_grid_begin(grid, 7, shape, ms_of(second)))
		metrics_grid_add(grid, 0, series_named(w->store, series), take);
}

static void a_window_takes_whole_seconds_per_column_and_never_more_columns_than_there_are(void **state)
{
	(void)state;
	assert_int_equal(metrics_grid_step_ms(300 * NS_PER_S, 64), 5000);
	assert_int_equal(metrics_grid_columns(300 * NS_PER_S, 5000), 61); /* both ends are parts of columns */
	assert_int_equal(metrics_grid_step_ms(60 * NS_PER_S, 200), 1000);
	assert_int_equal(metrics_grid_columns(60 * NS_PER_S, 1000), 61);
	assert_int_equal(metrics_grid_step_ms(21600 * NS_PER_S, 100), 216000);
	assert_int_equal(metrics_grid_step_ms(60 * NS_PER_S, 0), 60000);
}

static void increases_add_up_and_a_counter_that_begins_anew_loses_nothing(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	put_run(w, C, 0, 10, 0, 2);  /* 20 */
	put_run(w, C, 11, 20, 1, 1); /* began anew: 1, then 9 more */
	read_grid(w, &grid, C, TAKE_INCREASE, 4, 5, 20);
	assert_true(isnan(metrics_grid_row(&grid, 0)[0]));
	assert_true(metrics_grid_row(&grid, 0)[1] == 10);
	assert_true(metrics_grid_row(&grid, 0)[2] == 10);
	assert_true(metrics_grid_row(&grid, 0)[3] == 5);
	assert_true(metrics_grid_row(&grid, 0)[4] == 5);
	assert_true(metrics_grid_sum(&grid, 0) == 30);
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

static void where_there_is_no_sample_there_is_no_value(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	put_run(w, G, 0, 4, 3, 0);
	put_run(w, G, 15, 20, 8, 0);
	read_grid(w, &grid, G, TAKE_SUM, 4, 5, 20);
	assert_true(metrics_grid_row(&grid, 0)[1] == 3);
	assert_true(isnan(metrics_grid_row(&grid, 0)[2]));
	assert_true(metrics_grid_row(&grid, 0)[3] == 8);
	assert_true(metrics_grid_row(&grid, 0)[4] == 8);
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

static void a_series_that_is_recorded_every_ten_seconds_has_no_gaps_for_that(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	for (int second = 0; second <= 40; second += 10)
		put(w, G, second, second);
	read_grid(w, &grid, G, TAKE_SUM, 40, 1, 44);
	assert_true(metrics_grid_row(&grid, 0)[40] == 40); /* 4 s old */
	assert_true(metrics_grid_row(&grid, 0)[31] == 30);
	metrics_grid_fini(&grid);
	read_grid(w, &grid, G, TAKE_SUM, 40, 1, 60);
	assert_true(isnan(metrics_grid_row(&grid, 0)[40])); /* it has stopped */
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

static void a_value_that_is_no_number_is_none(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	put(w, G, 1, 5);
	put(w, G, 2, NAN);
	put(w, G, 3, INFINITY);
	read_grid(w, &grid, G, TAKE_GREATEST, 3, 1, 3);
	assert_true(metrics_grid_row(&grid, 0)[1] == 5);
	assert_true(isnan(metrics_grid_row(&grid, 0)[2]));
	assert_true(isinf(metrics_grid_row(&grid, 0)[3]));
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

static void series_of_one_row_are_put_together(void **state)
{
	static const struct {
		enum metrics_take take;
		double wanted;
	} cases[] = {{TAKE_SUM, 9}, {TAKE_GREATEST, 7}, {TAKE_LEAST, 2}, {TAKE_PEAK, 7}};
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, "depth{pid=\"1\"}", 0, 10, 2, 0);
	put_run(w, "depth{pid=\"2\"}", 0, 10, 7, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct metrics_grid grid = {0};

		assert_true(metrics_grid_begin(
			&grid, 1, (struct metrics_grid_shape){1, 10 * NS_PER_S, 5000, false}, ms_of(10)));
		metrics_grid_add(&grid, 0, series_named(w->store, "depth{pid=\"1\"}"), cases[i].take);
		metrics_grid_add(&grid, 0, series_named(w->store, "depth{pid=\"2\"}"), cases[i].take);
		assert_true(metrics_grid_row(&grid, 0)[2] == cases[i].wanted);
		metrics_grid_fini(&grid);
	}
	metrics_world_free(w);
}

static void the_peak_of_a_column_is_not_its_last_value(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	put(w, G, 1, 1);
	put(w, G, 2, 9);
	put(w, G, 3, 2);
	read_grid(w, &grid, G, TAKE_PEAK, 1, 5, 5);
	assert_true(metrics_grid_row(&grid, 0)[1] == 9);
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

static void within_one_second_nothing_is_read_twice(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	put_run(w, C, 0, 20, 0, 1);
	read_grid(w, &grid, C, TAKE_INCREASE, 4, 5, 20);
	assert_int_equal(grid.reads_count, 1);
	read_grid(w, &grid, C, TAKE_INCREASE, 4, 5, 20);
	assert_int_equal(grid.reads_count, 1);
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

/* The law of the cache: however time went on, the columns are those of one who reads everything. */
static void what_is_kept_is_what_reading_all_of_it_gives(void **state)
{
	static const enum metrics_take takes[] = {TAKE_INCREASE, TAKE_SUM, TAKE_PEAK};
	static const int64_t leaps[] = {1, 1, 1, 2, 5, 1, 7, 3, 60, 1, 1, -4, 1, 13, 300, 1};
	struct metrics_world *w = metrics_world_new();
	unsigned seed = 1;

	(void)state;
	for (int64_t second = 0; second < 500; second++) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 7) /* an eighth is missing */
			put(w, C, second, (double)(seed >> 20 & 63));
	}
	for (size_t t = 0; t < 6; t++) { /* with columns of 3 s, and of 40 s */
		struct metrics_grid kept = {0};
		int64_t second = 50, step = t < 3 ? 3 : 40;

		for (size_t i = 0; i < sizeof(leaps) / sizeof(leaps[0]); i++) {
			struct metrics_grid fresh = {0};

			second += leaps[i];
			read_grid(w, &kept, C, takes[t % 3], 12, step, second);
			read_grid(w, &fresh, C, takes[t % 3], 12, step, second);
			for (size_t column = 0; column < 13; column++) {
				double a = metrics_grid_row(&kept, 0)[column],
				       b = metrics_grid_row(&fresh, 0)[column];

				if (isnan(a) ? !isnan(b) : a != b)
					fail_msg("take %zu, second %lld, column %zu: %g, not %g", t,
						 (long long)second, column, a, b);
			}
			metrics_grid_fini(&fresh);
		}
		metrics_grid_fini(&kept);
	}
	metrics_world_free(w);
}

static void the_rate_of_a_column_that_is_not_over_is_by_the_time_that_has_passed(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};
	double rates[4];

	(void)state;
	/* a multiple of 10 s ends a column */
	put_run(w, C, 0, 22, 0, 4);
	read_grid(w, &grid, C, TAKE_INCREASE, 3, 10, 22);
	metrics_grid_rate(&grid, 0, 1, rates);
	assert_true(metrics_grid_seconds(&grid, 3) == 2);
	assert_true(rates[2] == 4);
	assert_true(rates[3] == 4);
	metrics_grid_rate(&grid, 0, 2, rates);
	assert_true(rates[3] == 4);
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

/* At every second, whatever the raster is: not one second more than the window, and not one less. */
static void the_sum_is_of_exactly_the_window(void **state)
{
	struct metrics_world *w = metrics_world_new();

	(void)state;
	put_run(w, C, 0, 400, 0, 1);
	for (int64_t step = 1; step <= 9; step++) {
		struct metrics_grid grid = {0};

		for (int64_t second = 200; second < 230; second++) {
			double sum, seconds = 0;

			if (metrics_grid_begin(&grid, 7,
					       (struct metrics_grid_shape){1, 60 * NS_PER_S, step * 1000, true},
					       ms_of(second)))
				metrics_grid_add(&grid, 0, series_named(w->store, C), TAKE_INCREASE);
			sum = metrics_grid_sum(&grid, 0);
			for (size_t column = 0; column < grid.columns; column++)
				seconds += metrics_grid_seconds(&grid, column);
			if (sum != 60 || seconds != 60)
				fail_msg("step %lld, second %lld: %g in %g s", (long long)step,
					 (long long)second, sum, seconds);
		}
		metrics_grid_fini(&grid);
	}
	metrics_world_free(w);
}

static void another_key_or_size_forgets_what_was_kept(void **state)
{
	struct metrics_world *w = metrics_world_new();
	struct metrics_grid grid = {0};

	(void)state;
	put_run(w, C, 0, 20, 0, 1);
	read_grid(w, &grid, C, TAKE_INCREASE, 4, 5, 20);
	assert_true(metrics_grid_begin(&grid, 8, (struct metrics_grid_shape){1, 20 * NS_PER_S, 5000, true},
				       ms_of(20)));
	assert_true(isnan(metrics_grid_row(&grid, 0)[3]));
	assert_true(metrics_grid_begin(&grid, 8, (struct metrics_grid_shape){1, 25 * NS_PER_S, 5000, true},
				       ms_of(20)));
	assert_int_equal(grid.from, 0);
	metrics_grid_fini(&grid);
	metrics_world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_takes_whole_seconds_per_column_and_never_more_columns_than_there_are),
		cmocka_unit_test(increases_add_up_and_a_counter_that_begins_anew_loses_nothing),
		cmocka_unit_test(where_there_is_no_sample_there_is_no_value),
		cmocka_unit_test(a_series_that_is_recorded_every_ten_seconds_has_no_gaps_for_that),
		cmocka_unit_test(a_value_that_is_no_number_is_none),
		cmocka_unit_test(series_of_one_row_are_put_together),
		cmocka_unit_test(the_peak_of_a_column_is_not_its_last_value),
		cmocka_unit_test(within_one_second_nothing_is_read_twice),
		cmocka_unit_test(what_is_kept_is_what_reading_all_of_it_gives),
		cmocka_unit_test(the_rate_of_a_column_that_is_not_over_is_by_the_time_that_has_passed),
		cmocka_unit_test(the_sum_is_of_exactly_the_window),
		cmocka_unit_test(another_key_or_size_forgets_what_was_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
