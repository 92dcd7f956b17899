// SPDX-License-Identifier: Apache-2.0
/* Families and groups of all series, and the filter that chooses among them. */
#include "metrics_world.h"

#include "sink/tui/metrics_book.h"

struct fixture {
	struct metrics_world *w;
	struct metrics_book book;
	struct metrics_filter filter;
	int64_t at_ms;
};

static int set_up(void **state)
{
	static const char *const series[] = {
		"ttsobs_series",
		"acme:recorded",
		"tts_up{service=\"a\",pid=\"1\"}",
		"tts_requests_total{engine=\"acme\",service=\"a\",pid=\"1\"}",
		"tts_requests_total{engine=\"acme\",service=\"a\",pid=\"2\"}",
		"tts_requests_total{engine=\"beta\",service=\"b\",pid=\"3\"}",
		"tts_request_duration_seconds_bucket{engine=\"acme\",service=\"a\",pid=\"1\",le=\"10\"}",
		"tts_request_duration_seconds_bucket{engine=\"acme\",service=\"a\",pid=\"1\",le=\"+Inf\"}",
		"tts_request_duration_seconds_bucket{engine=\"acme\",service=\"a\",pid=\"1\",le=\"2\"}",
		"tts_request_duration_seconds_sum{engine=\"acme\",service=\"a\",pid=\"1\"}",
		"tts_request_duration_seconds_count{engine=\"acme\",service=\"a\",pid=\"1\"}",
		"tts:request_duration_seconds:p95_1m{engine=\"acme\",service=\"a\",pid=\"1\"}",
		"tts:request_duration_seconds:count_5m{engine=\"acme\",service=\"a\",pid=\"1\"}",
		"lonely_count",
		"other_bucket",
	};
	struct fixture *f = calloc(1, sizeof(*f));

	f->w = metrics_world_new();
	f->at_ms = START_S * 1000;
	for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++)
		put(f->w, series[i], 0, 1);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	metrics_book_fini(&f->book);
	metrics_filter_fini(&f->filter);
	metrics_world_free(f->w);
	free(f);
	return 0;
}

static void update(struct fixture *f)
{
	metrics_book_update(&f->book, f->w->store, &f->filter, f->at_ms);
}

/* Names of the families that are shown, with how many groups. */
static const char *names_of(struct fixture *f)
{
	static struct buf text;

	buf_reset(&text);
	buf_add(&text, "", 0);
	for (size_t i = 0; i < f->book.families_count; i++)
		if (f->book.families[i].shown_count)
			buf_format(&text, "%s%s %zu", text.length ? ", " : "", f->book.families[i].name,
				   f->book.families[i].shown_count);
	return text.bytes;
}

static void what_belongs_to_one_name_is_one_family_and_ours_come_last(void **state)
{
	struct fixture *f = *state;

	update(f);
	assert_string_equal(names_of(f), "tts:request_duration_seconds 1, tts_request_duration_seconds 1, "
					 "tts_requests_total 3, tts_up 1, acme:recorded 1, lonely_count 1, "
					 "other_bucket 1, ttsobs_series 1");
	assert_int_equal(f->book.series_count, 15);
	assert_int_equal(f->book.shown_series_count, 15);
}

static void the_kind_is_told_by_the_name_and_by_what_else_there_is(void **state)
{
	struct fixture *f = *state;

	update(f);
	assert_int_equal(metrics_book_find(&f->book, "tts_requests_total")->kind, METRICS_COUNTER);
	assert_int_equal(metrics_book_find(&f->book, "tts_request_duration_seconds")->kind, METRICS_HISTOGRAM);
	assert_int_equal(metrics_book_find(&f->book, "tts:request_duration_seconds")->kind, METRICS_WINDOW);
	assert_int_equal(metrics_book_find(&f->book, "lonely_count")->kind, METRICS_GAUGE);
	assert_int_equal(metrics_book_find(&f->book, "other_bucket")->kind, METRICS_GAUGE);
}

static void a_family_is_found_by_the_name_of_any_of_its_series(void **state)
{
	struct fixture *f = *state;

	update(f);
	assert_string_equal(metrics_book_find(&f->book, "tts:request_duration_seconds:p95_1m")->name,
			    "tts:request_duration_seconds");
	assert_string_equal(metrics_book_find(&f->book, "tts_request_duration_seconds_sum")->name,
			    "tts_request_duration_seconds");
	assert_null(metrics_book_find(&f->book, "tts_requests"));
}

static void buckets_stand_in_order_of_their_bounds(void **state)
{
	struct fixture *f = *state;
	const struct metrics_group *group;

	update(f);
	group = metrics_book_find(&f->book, "tts_request_duration_seconds")->groups;
	assert_string_equal(labels_find(series_labels(group->series[0]), "le"), "2");
	assert_string_equal(labels_find(series_labels(group->series[1]), "le"), "10");
	assert_string_equal(labels_find(series_labels(group->series[2]), "le"), "+Inf");
}

static void groups_are_told_apart_by_the_labels_that_differ(void **state)
{
	struct fixture *f = *state;
	const struct metrics_family *family;
	struct buf text = {0};

	assert_true(metrics_filter_set(&f->filter, "{engine=\"acme\"}"));
	update(f);
	family = metrics_book_find(&f->book, "tts_requests_total");
	metrics_group_print(&text, family, &family->groups[1], true);
	assert_string_equal(text.bytes, "pid=\"2\"");
	buf_reset(&text);
	metrics_group_print(&text, family, &family->groups[1], false);
	assert_string_equal(text.bytes, "engine=\"acme\",pid=\"2\",service=\"a\"");
	buf_fini(&text);
}

static void a_part_of_a_name_or_of_a_label_filters(void **state)
{
	struct fixture *f = *state;

	assert_true(metrics_filter_set(&f->filter, "REQUESTS_"));
	update(f);
	assert_string_equal(names_of(f), "tts_requests_total 3");
	assert_true(metrics_filter_set(&f->filter, "beta"));
	update(f);
	assert_string_equal(names_of(f), "tts_requests_total 1");
	assert_int_equal(f->book.shown_series_count, 1);
	assert_true(metrics_filter_set(&f->filter, ""));
	update(f);
	assert_int_equal(f->book.shown_series_count, 15);
}

static void matchers_filter_by_labels_with_and_without_braces_and_a_name(void **state)
{
	struct fixture *f = *state;

	assert_true(metrics_filter_set(&f->filter, "{pid=~\"2|3\"}"));
	update(f);
	assert_string_equal(names_of(f), "tts_requests_total 2");
	assert_true(metrics_filter_set(&f->filter, "pid=\"3\", engine!=\"acme\""));
	update(f);
	assert_string_equal(names_of(f), "tts_requests_total 1");
	assert_true(metrics_filter_set(&f->filter, " tts_requests_total { pid=\"1\" } "));
	update(f);
	assert_string_equal(names_of(f), "tts_requests_total 1");
	assert_true(metrics_filter_set(&f->filter, "tts_up{}"));
	update(f);
	assert_string_equal(names_of(f), "tts_up 1");
	/* one series of a family stands for all of what belongs to it */
	assert_true(metrics_filter_set(&f->filter, "{__name__=\"tts:request_duration_seconds:p95_1m\"}"));
	update(f);
	assert_string_equal(names_of(f), "tts:request_duration_seconds 1");
	assert_int_equal(f->book.shown_series_count, 2);
}

static void a_filter_with_a_mistake_is_said_with_its_place_and_changes_nothing(void **state)
{
	static const char *const mistakes[] = {"{",   "{pid=", "{pid=1}", "{pid=\"1\"", "x{pid=~\"(\"}",
					       "a=b", "{}x",   "\"x\""};
	struct fixture *f = *state;

	assert_true(metrics_filter_set(&f->filter, "tts_up"));
	update(f);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		uint64_t generation = f->filter.generation;

		if (metrics_filter_set(&f->filter, mistakes[i]))
			fail_msg("\"%s\" was taken", mistakes[i]);
		assert_non_null(f->filter.mistake);
		assert_int_equal(strncmp(f->filter.mistake, "at ", 3), 0);
		assert_string_equal(f->filter.text, "tts_up");
		assert_int_equal(f->filter.generation, generation);
	}
	update(f);
	assert_string_equal(names_of(f), "tts_up 1");
	assert_true(metrics_filter_set(&f->filter, "{pid=\"1\"}"));
	assert_null(f->filter.mistake);
}

static void what_the_filter_hides_is_still_there_for_charts(void **state)
{
	struct fixture *f = *state;
	const struct metrics_family *family;

	assert_true(metrics_filter_set(&f->filter, "{pid=\"2\"}"));
	update(f);
	family = metrics_book_find(&f->book, "tts_requests_total");
	assert_int_equal(family->shown_count, 1);
	assert_int_equal(family->groups_count, 3);
	assert_string_equal(labels_find(family->groups[0].labels, "pid"), "2");
	assert_int_equal(metrics_book_find(&f->book, "tts_up")->shown_count, 0);
}

static void new_series_are_seen_a_second_later_and_a_filter_at_once(void **state)
{
	struct fixture *f = *state;
	uint64_t generation;

	update(f);
	generation = f->book.generation;
	put(f->w, "tts_queue_depth", 1, 1);
	f->at_ms += 999;
	update(f);
	assert_int_equal(f->book.generation, generation);
	f->at_ms += 1;
	update(f);
	assert_non_null(metrics_book_find(&f->book, "tts_queue_depth"));
	generation = f->book.generation;
	update(f);
	assert_int_equal(f->book.generation, generation);
	assert_true(metrics_filter_set(&f->filter, "queue"));
	update(f);
	assert_string_equal(names_of(f), "tts_queue_depth 1");
}

static void ids_stay_when_other_series_come(void **state)
{
	struct fixture *f = *state;
	uint64_t family_id, group_id;

	update(f);
	family_id = metrics_book_find(&f->book, "tts_requests_total")->id;
	group_id = metrics_book_find(&f->book, "tts_requests_total")->groups[2].id;
	put(f->w, "tts_requests_total{engine=\"aaaa\"}", 1, 1);
	f->at_ms += 5000;
	update(f);
	assert_int_equal(metrics_book_find(&f->book, "tts_requests_total")->id, family_id);
	assert_int_equal(metrics_book_find(&f->book, "tts_requests_total")->groups[3].id, group_id);
	assert_int_not_equal(family_id, group_id);
}

static void quotes_and_backslashes_of_labels_are_escaped_so_that_the_selector_reads_back(void **state)
{
	struct fixture *f = *state;
	const struct metrics_family *family;
	struct buf text = {0};

	put(f->w, "hostile{stage=\"a\\\"b\\\\c\\nd\"}", 1, 1);
	update(f);
	family = metrics_book_find(&f->book, "hostile");
	buf_text(&text, "hostile{");
	metrics_group_print(&text, family, &family->groups[0], false);
	buf_text(&text, "}");
	assert_string_equal(text.bytes, "hostile{stage=\"a\\\"b\\\\c\\nd\"}");
	assert_true(metrics_filter_set(&f->filter, text.bytes));
	update(f);
	assert_string_equal(names_of(f), "hostile 1");
	buf_fini(&text);
}

static void units_are_told_by_the_last_word_that_is_one(void **state)
{
	static const struct {
		const char *name;
		enum metrics_kind kind;
		enum chart_unit unit;
		const char *words;
	} cases[] = {
		{"tts_request_duration_seconds", METRICS_HISTOGRAM, CHART_SECONDS, "seconds"},
		{"tts_oncpu_seconds_total", METRICS_COUNTER, CHART_PER_SECOND, "seconds per second"},
		{"tts_requests_total", METRICS_COUNTER, CHART_PER_SECOND, "per second"},
		{"tts_process_resident_memory_bytes", METRICS_GAUGE, CHART_BYTES, "bytes"},
		{"tts:request_success", METRICS_WINDOW, CHART_RATIO, "ratio"},
		{"tts:first_audio_share", METRICS_WINDOW, CHART_RATIO, "ratio"},
		{"tts:realtime_factor", METRICS_WINDOW, CHART_PLAIN, "time by length of audio"},
		{"tts_queue_depth", METRICS_GAUGE, CHART_PLAIN, ""},
		{"megabytesperson", METRICS_GAUGE, CHART_PLAIN, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct metrics_family family = {.name = cases[i].name, .kind = cases[i].kind};

		if (metrics_unit(&family) != cases[i].unit ||
		    strcmp(metrics_unit_name(&family), cases[i].words) != 0)
			fail_msg("%s: %d, \"%s\"", cases[i].name, metrics_unit(&family),
				 metrics_unit_name(&family));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(what_belongs_to_one_name_is_one_family_and_ours_come_last),
		TEST(the_kind_is_told_by_the_name_and_by_what_else_there_is),
		TEST(a_family_is_found_by_the_name_of_any_of_its_series),
		TEST(buckets_stand_in_order_of_their_bounds),
		TEST(groups_are_told_apart_by_the_labels_that_differ),
		TEST(a_part_of_a_name_or_of_a_label_filters),
		TEST(matchers_filter_by_labels_with_and_without_braces_and_a_name),
		TEST(a_filter_with_a_mistake_is_said_with_its_place_and_changes_nothing),
		TEST(what_the_filter_hides_is_still_there_for_charts),
		TEST(new_series_are_seen_a_second_later_and_a_filter_at_once),
		TEST(ids_stay_when_other_series_come),
		TEST(quotes_and_backslashes_of_labels_are_escaped_so_that_the_selector_reads_back),
		TEST(units_are_told_by_the_last_word_that_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
