// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/rules/world.h"

static uint64_t random_state = 1;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 33) % below;
}

static struct store *store_of(size_t series_count, size_t bytes, int64_t age_ms)
{
	return store_new(&(struct store_limits){
		.series_count = series_count, .bytes = bytes, .age_ms = age_ms});
}

static struct series *series_of(struct store *store, const char *name, size_t number)
{
	char text[24];
	struct label labels[] = {{"__name__", name}, {"n", text}};

	snprintf(text, sizeof(text), "%zu", number);
	return store_series(store, labels_intern(store_labels(store), labels, 2), false);
}

static size_t count_of(struct store *store, const char *text)
{
	struct expr_mistakes mistakes = {0};
	struct series *const *series;
	struct arena arena = {0};
	size_t count, found;
	struct matcher *matchers =
		expr_parse_matchers(&arena, text, strlen(text), &count, &mistakes);

	assert_non_null(matchers);
	found = store_select(store, matchers, count, &series);
	matchers_fini(matchers, count);
	expr_mistakes_fini(&mistakes);
	arena_fini(&arena);
	return found;
}

static void a_series_is_found_again_and_keeps_what_it_was_told(void **state)
{
	struct store *store = store_of(10, 1 << 20, 3600 * S);
	struct series *series = series_of(store, "x", 1);

	(void)state;
	assert_ptr_equal(series, series_of(store, "x", 1));
	assert_ptr_not_equal(series, series_of(store, "x", 2));
	assert_false(series_is_loss_blind(series));
	assert_true(series_is_loss_blind(
		store_series(store, labels_intern(store_labels(store), NULL, 0), true)));
	assert_string_equal(labels_find(series_labels(series), "n"), "1");
	assert_int_equal(store_counts(store).series_count, 3);
	store_free(store);
}

static void samples_come_in_order_or_not_at_all(void **state)
{
	struct store *store = store_of(10, 1 << 20, 3600 * S);
	struct series *series = series_of(store, "x", 1);
	struct sample sample;

	(void)state;
	assert_true(store_append(store, series, 5 * S, 1));
	assert_false(store_append(store, series, 5 * S, 2));
	assert_false(store_append(store, series, 4 * S, 2));
	assert_true(store_append(store, series, 6 * S, 3));
	assert_int_equal(store_counts(store).samples_count, 2);
	assert_false(series_at(series, 5 * S - 1, &sample));
	assert_true(series_at(series, 6 * S - 1, &sample));
	assert_true(sample.value == 1 && sample.at_ms == 5 * S);
	store_free(store);
}

static void an_instant_looks_back_five_minutes_and_not_over_an_end(void **state)
{
	struct store *store = store_of(10, 1 << 20, 3600 * S);
	struct series *series = series_of(store, "x", 1);
	struct sample sample;

	(void)state;
	store_end(store, series, 0); /* nothing has begun */
	store_append(store, series, 10 * S, 1);
	assert_true(series_at(series, 310 * S, &sample));
	assert_false(series_at(series, 310 * S + 1, &sample));
	store_end(store, series, 20 * S);
	store_end(store, series, 30 * S); /* has ended already */
	assert_true(series_at(series, 20 * S - 1, &sample));
	assert_false(series_at(series, 20 * S, &sample));
	store_append(store, series, 25 * S, 2);
	assert_true(series_at(series, 25 * S, &sample) && sample.value == 2);
	store_end(store, series, 25 * S); /* with a sample of that very instant: right after it */
	assert_true(series_at(series, 25 * S, &sample));
	assert_false(series_at(series, 25 * S + 1, &sample));
	store_free(store);
}

/* Against a plain array, through raw samples and chunks, at any two instants. */
static void a_range_is_what_a_plain_array_says(void **state)
{
	struct store *store = store_of(10, 8 << 20, 1000000 * S);
	struct series *series = series_of(store, "x", 1);
	static struct sample all[5000];
	struct store_scratch scratch = {0};
	const struct sample *samples;
	size_t count = 0, i, j, round;
	int64_t at_ms = 0;

	(void)state;
	for (i = 0; i < 5000; i++) {
		at_ms += any(10) ? 1000 : any(100000) + 1;
		if (any(400) == 0) {
			store_end(store, series, at_ms);
			continue;
		}
		all[count] = (struct sample){at_ms, any(50) ? any(1000) / 8.0 : NAN};
		assert_true(store_append(store, series, at_ms, all[count].value));
		count++;
	}
	for (round = 0; round < 4000; round++) {
		int64_t from_ms = (int64_t)any((uint32_t)at_ms + 5000) - 2000,
			to_ms = from_ms + (int64_t)any(round % 2 ? 20000 : 3000000);
		size_t wanted = 0, got = series_range(series, from_ms, to_ms, &scratch, &samples);

		for (i = 0; i < count && all[i].at_ms < from_ms; i++)
			;
		for (j = i; j < count && all[j].at_ms <= to_ms; j++)
			wanted++;
		assert_int_equal(got, wanted);
		if (got)
			assert_memory_equal(samples, all + i, got * sizeof(*samples));
	}
	assert_int_equal(series_range(series, at_ms + 1, at_ms + 5, &scratch, &samples), 0);
	assert_int_equal(series_range(series, 5, 4, &scratch, &samples), 0);
	free(scratch.samples);
	store_free(store);
}

static void every_old_instant_is_seen_as_it_was(void **state)
{
	struct store *store = store_of(10, 8 << 20, 1000000 * S);
	struct series *series = series_of(store, "x", 1);
	struct sample sample;
	int64_t at;

	(void)state;
	for (at = 0; at < 4000; at++)
		store_append(store, series, at * S, (double)at * 3);
	for (at = 0; at < 4000; at++) {
		assert_true(series_at(series, at * S + 999, &sample));
		assert_true(sample.at_ms == at * S && sample.value == (double)at * 3);
	}
	assert_false(series_at(series, -1, &sample));
	store_free(store);
}

static void the_last_512_samples_are_lent_and_not_copied(void **state)
{
	struct store *store = store_of(10, 8 << 20, 1000000 * S);
	struct series *series = series_of(store, "x", 1);
	struct store_scratch scratch = {0};
	const struct sample *samples;
	int64_t at;

	(void)state;
	for (at = 0; at < 3000; at++) {
		store_append(store, series, at * S, (double)at);
		assert_int_equal(series_range(series, (at - 511) * S, at * S, &scratch, &samples),
				 at < 511 ? at + 1 : 512);
		assert_null(scratch.samples);
	}
	assert_int_equal(series_range(series, 0, at * S, &scratch, &samples), 3000);
	assert_ptr_equal(samples, scratch.samples);
	free(scratch.samples);
	store_free(store);
}

static void a_new_series_over_the_limit_is_refused_and_counted(void **state)
{
	struct store *store = store_of(2, 1 << 20, 3600 * S);

	(void)state;
	assert_non_null(series_of(store, "x", 1));
	assert_non_null(series_of(store, "x", 2));
	assert_null(series_of(store, "x", 3));
	assert_null(series_of(store, "x", 3));
	assert_non_null(series_of(store, "x", 1));
	assert_int_equal(store_counts(store).refused_series_count, 2);
	assert_int_equal(store_counts(store).series_count, 2);
	store_free(store);
}

static void a_new_series_takes_the_place_of_one_that_ended_long_ago(void **state)
{
	struct store *store = store_of(10, 1 << 20, 3600 * S);
	struct series *series[10];
	size_t i;

	(void)state;
	for (i = 0; i < 10; i++) {
		series[i] = series_of(store, "x", i);
		store_append(store, series[i], 0, 1);
	}
	assert_null(series_of(store, "x", 10)); /* all are alive */
	for (i = 0; i < 4; i++)
		store_end(store, series[i], (int64_t)(100 + 100 * i) * S);
	assert_non_null(series_of(store, "x", 10));
	assert_int_equal(count_of(store, "{n=\"0\"}"), 0);
	assert_int_equal(count_of(store, "{n=~\"1|2|3|9|10\"}"), 5);
	assert_int_equal(store_counts(store).series_count, 10);
	assert_int_equal(store_counts(store).let_go_samples_count, 2); /* its sample and its end */
	assert_true(
		store_append(store, series[0], 500 * S, 1)); /* back, in the place of the next */
	assert_int_equal(count_of(store, "{n=\"1\"}"), 0);
	store_append(store, series[2], 600 * S, 1); /* has begun anew */
	assert_non_null(series_of(store, "x", 11));
	assert_int_equal(count_of(store, "{n=\"3\"}"), 0);
	assert_null(series_of(store, "x", 12));
	assert_int_equal(store_counts(store).refused_series_count, 2);
	store_free(store);
}

static void age_lets_samples_go_without_counting_them_as_lost(void **state)
{
	struct store *store = store_of(10, 1 << 20, 100 * S);
	struct series *gone = series_of(store, "x", 1), *stays = series_of(store, "x", 2);
	struct store_scratch scratch = {0};
	const struct sample *samples;
	uint64_t generation;
	int64_t at;

	(void)state;
	for (at = 0; at <= 1000; at++) {
		store_append(store, stays, at * S, 1);
		if (at < 700)
			store_append(store, gone, at * S, 1);
		if (at == 700)
			store_end(store, gone, at * S);
		if (at == 799)
			generation = store_generation(store);
		store_expire(store, at * S);
		if (at == 800)
			assert_int_equal(count_of(store, "{__name__=\"x\"}"), 2);
	}
	assert_int_equal(count_of(store, "{__name__=\"x\"}"), 1);
	assert_int_equal(store_counts(store).series_count, 1);
	assert_int_not_equal(store_generation(store), generation);
	assert_int_equal(series_range(stays, 0, 1000 * S, &scratch, &samples), 101);
	assert_int_equal(store_counts(store).let_go_samples_count, 0);
	/* whoever held it may go on: it is back */
	assert_true(store_append(store, gone, 1001 * S, 5));
	assert_int_equal(count_of(store, "{__name__=\"x\"}"), 2);
	assert_ptr_equal(series_of(store, "x", 1), gone);
	free(scratch.samples);
	store_free(store);
}

static void over_the_bytes_the_oldest_of_all_series_go_first(void **state)
{
	struct store *store = store_of(100, 256 << 10, 100000 * S);
	struct series *series[20];
	struct store_scratch scratch = {0};
	const struct sample *samples;
	int64_t oldest[20], at;
	size_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		series[i] = series_of(store, "x", i);
	for (at = 0; at < 5000; at++) {
		for (i = 0; i < 20; i++)
			store_append(store, series[i], at * S, any(1000000) / 7.0);
		assert_in_range(store_counts(store).bytes, 0, 256 << 10);
	}
	for (i = 0; i < 20; i++) {
		assert_in_range(series_range(series[i], 0, at * S, &scratch, &samples), 200, 5000);
		oldest[i] = samples[0].at_ms;
		assert_in_range((uint64_t)llabs(oldest[i] - oldest[0]), 0,
				300 * S); /* a chunk or so apart */
	}
	assert_int_equal(store_counts(store).samples_count +
				 store_counts(store).let_go_samples_count,
			 20 * 5000);
	assert_true(store_counts(store).let_go_samples_count > 0);
	free(scratch.samples);
	store_free(store);
}

static void dead_series_go_before_the_living_when_bytes_are_short(void **state)
{
	struct store *store = store_of(1000, 128 << 10, 1000000 * S);
	struct series *dead[50], *alive = series_of(store, "alive", 0);
	struct sample sample;
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < 50; i++) {
		dead[i] = series_of(store, "dead", i);
		for (at = 0; at < 40; at++)
			store_append(store, dead[i], at * S, any(1000000) / 7.0);
	}
	for (at = 40; at < 40000; at++) {
		assert_true(store_append(store, alive, at * S, any(1000000) / 7.0));
		assert_in_range(store_counts(store).bytes, 0, 128 << 10);
	}
	assert_true(series_at(alive, at * S, &sample));
	store_expire(store, at * S);
	assert_int_equal(count_of(store, "{__name__=\"dead\"}"), 0);
	assert_int_equal(store_counts(store).series_count, 1);
	store_free(store);
}

static void six_hours_of_a_thousand_series_fit_the_limit_by_far(void **state)
{
	struct store *store = store_of(20000, 64 << 20, 6 * 3600 * S);
	struct series *series[50];
	double values[50] = {0};
	struct store_counts counts;
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < 50; i++)
		series[i] = series_of(store, "x", i);
	for (at = 0; at < 6 * 3600; at++) {
		for (i = 0; i < 50; i++) {
			values[i] += any(20);
			store_append(store, series[i], at * S, i % 5 ? values[i] : any(2000) / 1e3);
		}
		store_expire(store, at * S);
	}
	counts = store_counts(store);
	assert_int_equal(counts.samples_count, 50 * 6 * 3600);
	assert_in_range(counts.bytes * 20, 0, 40 << 20);
	store_free(store);
}

static void many_series_share_the_limit_by_keeping_fewer_samples_raw(void **state)
{
	struct store *store = store_of(5000, 8 << 20, 100000 * S);
	struct store_scratch scratch = {0};
	const struct sample *samples;
	static struct series *series[4000];
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < 4000; i++)
		series[i] = series_of(store, "x", i);
	for (at = 0; at < 200; at++)
		for (i = 0; i < 4000; i++)
			assert_true(store_append(store, series[i], at * S, (double)(at / 10)));
	assert_in_range(store_counts(store).bytes, 0, 8 << 20);
	for (i = 0; i < 4000; i++)
		assert_in_range(series_range(series[i], 0, at * S, &scratch, &samples), 32, 200);
	free(scratch.samples);
	store_free(store);
}

static void a_selector_gives_the_series_in_order_and_sees_them_come(void **state)
{
	struct store *store = store_of(1000, 1 << 20, 100 * S);
	size_t i;

	(void)state;
	for (i = 0; i < 200; i++) { /* enough for an index */
		series_of(store, i % 2 ? "x" : "y", i * 7919 % 200);
		assert_int_equal(count_of(store, "{__name__=\"x\"}"), (i + 1) / 2);
	}
	assert_int_equal(count_of(store, "{__name__=\"x\",n=\"7\"}"), 1);
	assert_int_equal(count_of(store, "{__name__=\"x\",n=\"8\"}"), 0);
	assert_int_equal(count_of(store, "{n=\"8\"}"), 1);
	assert_int_equal(count_of(store, "{__name__=\"x\",n=\"never\"}"), 0);
	assert_int_equal(count_of(store, "{__name__=\"x\",n=\"\"}"), 0);
	assert_int_equal(count_of(store, "{__name__=\"x\",other=\"\",n=~\"1.\"}"), 5);
	assert_int_equal(count_of(store, "{__name__=\"x\",n!=\"7\"}"), 99);
	assert_int_equal(count_of(store, "{__name__=~\"x|y\"}"), 200);
	assert_int_equal(count_of(store, "{__name__=\"z\"}"), 0);
	series_of(store, "z", 1);
	assert_int_equal(count_of(store, "{__name__=\"z\"}"), 1);
	assert_int_equal(count_of(store, "{__name__=~\".\"}"), 201);
	store_free(store);
}

static void selections_are_sorted_whether_by_index_or_by_looking_through(void **state)
{
	struct store *store = store_of(1000, 1 << 20, 100 * S);
	static const char *const texts[] = {"{__name__=\"x\"}", "{__name__=~\"x|y|z\"}",
					    "{__name__=~\".*\",n=~\"1.*\"}"};
	struct expr_mistakes mistakes = {0};
	struct arena arena = {0};
	size_t i, j;

	(void)state;
	for (i = 0; i < 300; i++)
		series_of(store, i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z", i * 7919 % 300);
	for (i = 0; i < 3; i++) {
		struct series *const *series;
		size_t count, found;
		struct matcher *matchers =
			expr_parse_matchers(&arena, texts[i], strlen(texts[i]), &count, &mistakes);

		found = store_select(store, matchers, count, &series);
		assert_in_range(found, 100, 300);
		for (j = 1; j < found; j++)
			assert_true(labels_compare(series_labels(series[j - 1]),
						   series_labels(series[j])) < 0);
		matchers_fini(matchers, count);
	}
	arena_fini(&arena);
	store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_series_is_found_again_and_keeps_what_it_was_told),
		cmocka_unit_test(samples_come_in_order_or_not_at_all),
		cmocka_unit_test(an_instant_looks_back_five_minutes_and_not_over_an_end),
		cmocka_unit_test(a_range_is_what_a_plain_array_says),
		cmocka_unit_test(every_old_instant_is_seen_as_it_was),
		cmocka_unit_test(the_last_512_samples_are_lent_and_not_copied),
		cmocka_unit_test(a_new_series_over_the_limit_is_refused_and_counted),
		cmocka_unit_test(a_new_series_takes_the_place_of_one_that_ended_long_ago),
		cmocka_unit_test(age_lets_samples_go_without_counting_them_as_lost),
		cmocka_unit_test(over_the_bytes_the_oldest_of_all_series_go_first),
		cmocka_unit_test(dead_series_go_before_the_living_when_bytes_are_short),
		cmocka_unit_test(six_hours_of_a_thousand_series_fit_the_limit_by_far),
		cmocka_unit_test(many_series_share_the_limit_by_keeping_fewer_samples_raw),
		cmocka_unit_test(a_selector_gives_the_series_in_order_and_sees_them_come),
		cmocka_unit_test(selections_are_sorted_whether_by_index_or_by_looking_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
