// SPDX-License-Identifier: Apache-2.0
/* Values of input series, and what a failed unit test says. That results are promtool's is held by
 * tests/promql/agree-unit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/rules.h"
#include "rules/unit_test.h"

/* ---- values ---- */

/* Every sample as text: the number, `_` or `stale`. */
static int values_text(const char *text, struct buf *out)
{
	struct expr_mistakes mistakes = {0};
	struct arena arena = {0};
	struct unit_values *values;
	size_t count;
	int error = unit_values_parse(&arena, text, strlen(text), &values, &count, &mistakes);

	buf_text(out, "");
	for (size_t i = 0; i < count && !error; i++) {
		double value = values[i].first;

		for (uint64_t j = 0; j < values[i].count; j++, value += values[i].step)
			if (values[i].kind == UNIT_NUMBERS)
				buf_format(out, "%s%.17g", out->length ? " " : "", value);
			else
				buf_format(out, "%s%s", out->length ? " " : "",
					   values[i].kind == UNIT_STALE ? "stale" : "_");
	}
	if (error) {
		assert_int_equal(error, -EINVAL);
		for (size_t i = 0; i < mistakes.count; i++)
			buf_format(out, "%s%zu: %s", i ? "; " : "", mistakes.items[i].place, mistakes.items[i].message);
	}
	expr_mistakes_fini(&mistakes);
	arena_fini(&arena);
	return error;
}

static void every_form_of_values_is_read(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"  \t ", ""},
		{"1 2.5 -3 +4 .5 5. 1e3 1E-3", "1 2.5 -3 4 0.5 5 1000 0.001"},
		{"1x2", "1 1 1"},
		{"1x0", "1"},
		{"0+10x3", "0 10 20 30"},
		{"5-2x2", "5 3 1"},
		{"-1-1x1", "-1 -2"},
		{"0+0.1x3", "0 0.10000000000000001 0.20000000000000001 0.30000000000000004"},
		{"_ _x2 1", "_ _ _ 1"},
		{"stale 1 stale", "stale 1 stale"},
		{"NaN nan Inf -Inf +inf", "nan nan inf -inf inf"},
		{"010 08 0x2 00", "8 8 0 0 0 0"},
		{"1\n2", "1 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};

		assert_int_equal(values_text(rows[i][0], &out), 0);
		assert_string_equal(out.bytes, rows[i][1]);
		buf_fini(&out);
	}
}

static void every_mistake_in_values_is_told_with_its_place(void **state)
{
	static const char *const rows[][2] = {
		{"1 foo 2", "2: expected a number, stale or _"},
		{"foo bar", "0: expected a number, stale or _; 4: expected a number, stale or _"},
		{"1,2", "1: values are separated by blanks"},
		{"1+1", "3: a step needs its number of repetitions: a+bxN"},
		{"1x", "2: x must be followed by a whole number of repetitions"},
		{"1x1.5", "3: values are separated by blanks"},
		{"--1", "1: expected a number, stale or _"},
		{"0xff", "2: x must be followed by a whole number of repetitions"},
		{"12ab", "0: this is not a decimal number"},
		{"1e999", "0: this number is out of range"},
		{"1e 2", "0: this number has no digits after its exponent"},
		{"stalex2", "0: expected a number, stale or _"},
		{"_5", "1: values are separated by blanks"},
		{"1x99999999999999999999", "2: too many repetitions"},
		{"1x9000000 1x9000000", "19: too many samples"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};

		assert_int_equal(values_text(rows[i][0], &out), -EINVAL);
		assert_string_equal(out.bytes, rows[i][1]);
		buf_fini(&out);
	}
}

/* ---- what a failure says ---- */

#define SECOND_MS 1000

struct world {
	struct rule_set *set;
	struct unit_file file;
	struct unit_test test;
	struct unit_series series;
	struct unit_values values[2];
	struct expr_mistakes mistakes;
};

static void world_open(struct world *world, const char *rules)
{
	struct rule_text text = {RULE_TEXT_RULES, (char *)(uintptr_t) "r.yaml", (char *)(uintptr_t)rules,
				 strlen(rules)};

	*world = (struct world){
		.file = {.file = "t.yaml", .evaluation_interval_ms = 60 * SECOND_MS},
		.test = {.name = "", .interval_ms = 60 * SECOND_MS, .series_count = 1},
		.series = {.series = "v{i=\"x\"}", .values_count = 1},
		.values = {{.kind = UNIT_NUMBERS, .first = 1, .step = 1, .count = 10}},
	};
	world->series.values = world->values;
	world->test.series = &world->series;
	world->set = rules_compile(&text, 1);
	assert_non_null(world->set);
}

static void world_close(struct world *world)
{
	rules_free(world->set);
	expr_mistakes_fini(&world->mistakes);
	arena_fini(&world->file.arena);
}

static void check(struct world *world, bool passes, const char *says)
{
	struct buf out = {0};

	buf_text(&out, "");
	assert_int_equal(unit_test_run(&world->file, &world->test, world->set, &out), passes);
	assert_string_equal(out.bytes, says);
	buf_fini(&out);
}

static void a_failed_expression_shows_what_differs_and_only_that(void **state)
{
	struct unit_expected_sample samples[] = {{"v{i=\"x\"}", 4}, {"w", 1}};
	struct unit_expr_case of = {
		.at_ms = 90 * SECOND_MS, .text = "v", .samples = samples, .samples_count = 1, .line = 7};
	struct world world;

	(void)state;
	world_open(&world, "groups: []\n");
	of.expr = expr_parse(&world.file.arena, of.text, 1, &world.mistakes);
	world.test.exprs = &of;
	world.test.exprs_count = 1;
	check(&world, false,
	      "  line 7: expression v at 1m30s:\n    expected v{i=\"x\"} 4\n    got      v{i=\"x\"} 2\n");
	samples[0].value = 2;
	check(&world, true, "");
	of.samples_count = 2;
	check(&world, false, "  line 7: expression v at 1m30s:\n    expected w 1\n");
	of.samples_count = 0;
	check(&world, false, "  line 7: expression v at 1m30s:\n    got      v{i=\"x\"} 2\n");
	samples[0].value = NAN;
	of.samples_count = 1;
	check(&world, false,
	      "  line 7: expression v at 1m30s:\n    expected v{i=\"x\"} NaN (NaN equals nothing, itself included)\n   "
	      " got      v{i=\"x\"} 2\n");
	expr_fini((struct expr *)(uintptr_t)of.expr);
	world_close(&world);
}

static void a_failed_alert_shows_what_was_expected_and_what_came(void **state)
{
	struct label labels[] = {{"alertname", "A"}, {"i", "y"}};
	struct unit_expected_alert alert = {.labels = labels, .labels_count = 2};
	struct unit_alert_case of = {
		.at_ms = 120 * SECOND_MS, .alertname = "A", .alerts = &alert, .alerts_count = 1, .line = 9};
	struct world world;

	(void)state;
	world_open(&world, "groups: [{name: g, rules: [{alert: A, expr: v > 1, for: 1m, annotations: {s: 'v is {{ "
			   "$value }}'}}]}]\n");
	world.test.alerts = &of;
	world.test.alerts_count = 1;
	check(&world, false,
	      "  line 9: alert A at 2m:\n"
	      "    got      {alertname=\"A\", i=\"x\"}\n             annotations {s=\"v is 3\"}\n"
	      "    expected {alertname=\"A\", i=\"y\"}\n             annotations {}\n");
	of.at_ms = 60 * SECOND_MS; /* pending is not firing */
	of.alerts_count = 0;
	check(&world, true, "");
	world_close(&world);
}

static void a_rule_that_fails_ends_the_test_and_is_named(void **state)
{
	struct unit_expr_case of = {.at_ms = 60 * SECOND_MS, .text = "vector(1)", .line = 7};
	struct world world;

	(void)state;
	world_open(&world, "groups:\n- name: g\n  rules:\n  - {record: a, expr: v, labels: {i: ''}}\n  - {record: a, "
			   "expr: 1 + v, labels: {i: ''}}\n");
	of.expr = expr_parse(&world.file.arena, of.text, strlen(of.text), &world.mistakes);
	world.test.exprs = &of;
	world.test.exprs_count = 1;
	check(&world, false, "  rule a (r.yaml:5) at 0s: duplicate sample for timestamp\n");
	expr_fini((struct expr *)(uintptr_t)of.expr);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_values_is_read),
		cmocka_unit_test(every_mistake_in_values_is_told_with_its_place),
		cmocka_unit_test(a_failed_expression_shows_what_differs_and_only_that),
		cmocka_unit_test(a_failed_alert_shows_what_was_expected_and_what_came),
		cmocka_unit_test(a_rule_that_fails_ends_the_test_and_is_named),
	};

	return cmocka_run_group_tests_name("unit_test", tests, NULL, NULL);
}
