// SPDX-License-Identifier: Apache-2.0
/* What tabs ask the windows: values, sums, rates, lines; a desk over a store that the test fills. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/units.h"
#include "sink/tui/query.h"

#define ZERO_MS 1700000000000ll

struct place {
	struct store *store;
	struct view view;
	struct desk desk;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place->store =
		store_new(&(struct store_limits){.series_count = 100, .bytes = 8 << 20, .age_ms = 6 * 3600 * 1000});
	place->view.store = place->store;
	place->desk.view = &place->view;
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	store_free(place->store);
	free(place);
	return 0;
}

/* The desk at that many seconds after zero. */
static const struct desk *at(struct place *place, double second)
{
	place->desk.at_axis_ns = (uint64_t)(((double)ZERO_MS + second * 1000) * 1e6);
	return &place->desk;
}

static struct series *make(struct place *place, const char *metric, const char *pid)
{
	const struct label items[] = {{"__name__", metric}, {"pid", pid}, {"service", "speaker"}};

	return store_series(place->store, labels_intern(store_labels(place->store), items, 3), false);
}

static void put(struct place *place, struct series *series, double second, double value)
{
	assert_true(store_append(place->store, series, ZERO_MS + (int64_t)(second * 1000), value));
}

/* Each second in [from, to]. */
static void count_up(struct place *place, struct series *series, int from, int to, double start, double by)
{
	for (int second = from; second <= to; second++)
		put(place, series, second, start + by * (second - from));
}

static void end(struct place *place, struct series *series, int second)
{
	store_end(place->store, series, ZERO_MS + second * 1000);
}

static void assert_near(double value, double wanted)
{
	if (!(fabs(value - wanted) < 1e-6))
		fail_msg("%.9g is not %.9g", value, wanted);
}

static void assert_nan(double value)
{
	if (!isnan(value))
		fail_msg("%.9g is a value", value);
}

static double rate(const struct desk *desk, const char *metric, uint64_t seconds)
{
	return query_rate(desk, metric, NULL, 0, seconds * NS_PER_S);
}

/* --- values ---------------------------------------------------------------------------------------------------- */

static void a_value_is_that_of_the_shown_instant_and_not_the_newest(void **state)
{
	struct place *place = *state;

	count_up(place, make(place, "depth", "1"), 0, 20, 0, 1);
	assert_near(query_value(at(place, 7.4), "depth", NULL, 0), 7);
	assert_near(query_value(at(place, 20), "depth", NULL, 0), 20);
}

static void what_is_not_there_is_no_number(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "depth", "1");
	const struct query_label other = {"pid", "2"};

	count_up(place, series, 5, 10, 1, 0);
	assert_nan(query_value(at(place, 4), "depth", NULL, 0));
	assert_nan(query_value(at(place, 8), "width", NULL, 0));
	assert_nan(query_value(at(place, 8), "depth", &other, 1));
	assert_nan(rate(at(place, 8), "width", 60));
}

static void a_desk_without_windows_has_no_values(void **state)
{
	struct desk desk = {0};
	struct view view = {0};
	struct series *const *series;

	(void)state;
	assert_int_equal(query_select(&desk, "depth", NULL, 0, &series), 0);
	desk.view = &view;
	assert_int_equal(query_select(&desk, "depth", NULL, 0, &series), 0);
	assert_nan(query_value(&desk, "depth", NULL, 0));
	assert_nan(rate(&desk, "depth", 60));
}

static void labels_choose_among_series(void **state)
{
	struct place *place = *state;
	const struct query_label two[] = {{"pid", "2"}, {"service", "speaker"}};
	struct series *const *series;

	put(place, make(place, "depth", "1"), 1, 10);
	put(place, make(place, "depth", "2"), 1, 20);
	put(place, make(place, "depths", "2"), 1, 99);
	assert_near(query_value(at(place, 1), "depth", two, 2), 20);
	assert_int_equal(query_select(at(place, 1), "depth", NULL, 0, &series), 2);
	assert_string_equal(labels_find(series_labels(series[0]), "pid"), "1");
	assert_int_equal(query_select(at(place, 1), "depth", two, 2, &series), 1);
	assert_string_equal(labels_find(series_labels(series[0]), "pid"), "2");
}

static void a_series_that_ended_gives_way_to_one_that_lives(void **state)
{
	struct place *place = *state;
	struct series *dead = make(place, "depth", "1"), *live = make(place, "depth", "2");

	put(place, dead, 1, 10);
	end(place, dead, 2);
	put(place, live, 2, 20);
	assert_near(query_value(at(place, 3), "depth", NULL, 0), 20);
}

/* --- rates ----------------------------------------------------------------------------------------------------- */

static void a_rate_is_exact_over_a_whole_window(void **state)
{
	struct place *place = *state;

	count_up(place, make(place, "count", "1"), 0, 200, 1000, 3);
	assert_near(rate(at(place, 200), "count", 60), 3);
	assert_near(rate(at(place, 200.6), "count", 60), 3);
	assert_near(rate(at(place, 100), "count", 10), 3);
}

static void a_counter_that_began_inside_the_window_is_by_the_time_it_was_seen(void **state)
{
	struct place *place = *state;

	count_up(place, make(place, "count", "1"), 100, 110, 0, 2);
	assert_near(rate(at(place, 110), "count", 300), 2);
}

static void a_counter_that_began_anew_loses_nothing(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");

	count_up(place, series, 0, 5, 100, 1); /* to 105 */
	put(place, series, 6, 2);	       /* began anew: 2 */
	put(place, series, 7, 3);
	assert_near(rate(at(place, 7), "count", 60) * 7, 5 + 2 + 1);
}

static void a_service_that_restarts_has_the_rate_of_all_its_lives_together(void **state)
{
	struct place *place = *state;

	/* five processes after one another, a minute each, 1 request a second: not 5 */
	for (int life = 0; life < 5; life++) {
		struct series *series = make(place, "count", (char[2]){(char)('1' + life), '\0'});

		count_up(place, series, life * 60, life * 60 + 60, 0, 1);
		if (life < 4)
			end(place, series, life * 60 + 61);
	}
	assert_near(rate(at(place, 300), "count", 300), 1);
}

static void what_ended_early_in_the_window_did_nothing_in_the_rest_of_it(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");

	count_up(place, series, 0, 10, 0, 6);
	end(place, series, 11);
	assert_near(rate(at(place, 60), "count", 60), 1);
}

static void one_sample_is_no_rate(void **state)
{
	struct place *place = *state;

	put(place, make(place, "count", "1"), 10, 5);
	assert_nan(rate(at(place, 10), "count", 60));
}

static void an_increase_tells_over_how_long_it_was_seen(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");
	struct query_increase seen;

	count_up(place, series, 0, 20, 0, 1);
	seen = query_increase(at(place, 20), &series, 1, 300 * NS_PER_S);
	assert_near(seen.increase, 20);
	assert_near(seen.seen_s, 20);
	seen = query_increase(at(place, 20), &series, 1, 5 * NS_PER_S);
	assert_near(seen.increase, 5);
	assert_near(seen.seen_s, 5);
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

static void a_line_has_the_last_sample_of_each_step(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "depth", "1");
	double values[6];

	count_up(place, series, 0, 60, 0, 1);
	query_line(at(place, 60), series, 60 * NS_PER_S, values, 6);
	for (int i = 0; i < 6; i++)
		assert_near(values[i], 10 * (i + 1));
}

static void a_line_has_gaps_where_there_were_no_samples(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "depth", "1");
	double values[6];

	count_up(place, series, 12, 25, 7, 0);
	count_up(place, series, 51, 60, 8, 0);
	query_line(at(place, 60), series, 60 * NS_PER_S, values, 6);
	assert_nan(values[0]);
	assert_near(values[1], 7);
	assert_near(values[2], 7);
	assert_nan(values[3]);
	assert_nan(values[4]);
	assert_near(values[5], 8);
}

static void a_line_of_steps_shorter_than_samples_has_no_holes(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "depth", "1");
	double values[240];

	count_up(place, series, 0, 60, 5, 0);
	query_line(at(place, 60), series, 60 * NS_PER_S, values, 240);
	for (int i = 0; i < 240; i++)
		assert_near(values[i], 5);
}

static void a_line_ends_where_its_series_ended(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "depth", "1");
	double values[6];

	count_up(place, series, 0, 20, 5, 0);
	end(place, series, 21);
	query_line(at(place, 60), series, 60 * NS_PER_S, values, 6);
	assert_near(values[1], 5);
	for (int i = 2; i < 6; i++)
		assert_nan(values[i]);
}

static void a_line_in_the_past_does_not_know_the_future(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "depth", "1");
	double values[3];

	count_up(place, series, 0, 100, 0, 1);
	query_line(at(place, 30), series, 30 * NS_PER_S, values, 3);
	assert_near(values[2], 30);
}

static void a_rate_line_is_per_second_whatever_its_steps_are(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");
	double values[240];

	count_up(place, series, 0, 300, 0, 4);
	query_rate_line(at(place, 300), series, 300 * NS_PER_S, values, 5);
	for (int i = 0; i < 5; i++)
		assert_near(values[i], 4);
	query_rate_line(at(place, 300), series, 60 * NS_PER_S, values, 240);
	for (int i = 0; i < 240; i++)
		assert_near(values[i], 4);
}

static void a_rate_line_begins_with_its_counter(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");
	double values[6];

	count_up(place, series, 25, 60, 0, 2);
	query_rate_line(at(place, 60), series, 60 * NS_PER_S, values, 6);
	assert_nan(values[0]);
	assert_nan(values[1]);
	for (int i = 2; i < 6; i++)
		assert_near(values[i], 2);
}

static void a_rate_line_does_not_spread_what_came_after_a_gap(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");
	double values[6];

	count_up(place, series, 0, 20, 0, 2);
	count_up(place, series, 45, 60, 1000, 2);
	query_rate_line(at(place, 60), series, 60 * NS_PER_S, values, 6);
	assert_near(values[1], 2);
	assert_nan(values[2]);
	assert_nan(values[3]);
	assert_near(values[4], 2); /* and not (1000 - 40) / 25 s */
	assert_near(values[5], 2);
}

static void lines_of_no_steps_touch_nothing(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");
	double untouched = 42;

	put(place, series, 1, 1);
	query_line(at(place, 2), series, NS_PER_S, &untouched, 0);
	query_rate_line(at(place, 2), series, NS_PER_S, &untouched, 0);
	assert_near(untouched, 42);
}

static void a_line_over_a_window_of_nothing_is_a_gap_or_a_value_and_no_crash(void **state)
{
	struct place *place = *state;
	struct series *series = make(place, "count", "1");
	double values[3];

	count_up(place, series, 0, 3, 1, 1);
	query_line(at(place, 3), series, 0, values, 3);
	query_rate_line(at(place, 3), series, 0, values, 3);
}

static void adding_lines_keeps_what_only_one_of_them_has(void **state)
{
	double a[] = {1, NAN, 3, NAN}, b[] = {10, 20, NAN, NAN};

	(void)state;
	query_add(a, b, 4);
	assert_near(a[0], 11);
	assert_near(a[1], 20);
	assert_near(a[2], 3);
	assert_nan(a[3]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_value_is_that_of_the_shown_instant_and_not_the_newest),
		TEST(what_is_not_there_is_no_number),
		TEST(a_desk_without_windows_has_no_values),
		TEST(labels_choose_among_series),
		TEST(a_series_that_ended_gives_way_to_one_that_lives),
		TEST(a_rate_is_exact_over_a_whole_window),
		TEST(a_counter_that_began_inside_the_window_is_by_the_time_it_was_seen),
		TEST(a_counter_that_began_anew_loses_nothing),
		TEST(a_service_that_restarts_has_the_rate_of_all_its_lives_together),
		TEST(what_ended_early_in_the_window_did_nothing_in_the_rest_of_it),
		TEST(one_sample_is_no_rate),
		TEST(an_increase_tells_over_how_long_it_was_seen),
		TEST(a_line_has_the_last_sample_of_each_step),
		TEST(a_line_has_gaps_where_there_were_no_samples),
		TEST(a_line_of_steps_shorter_than_samples_has_no_holes),
		TEST(a_line_ends_where_its_series_ended),
		TEST(a_line_in_the_past_does_not_know_the_future),
		TEST(a_rate_line_is_per_second_whatever_its_steps_are),
		TEST(a_rate_line_begins_with_its_counter),
		TEST(a_rate_line_does_not_spread_what_came_after_a_gap),
		TEST(lines_of_no_steps_touch_nothing),
		TEST(a_line_over_a_window_of_nothing_is_a_gap_or_a_value_and_no_crash),
		TEST(adding_lines_keeps_what_only_one_of_them_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
