// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/rules/world.h"

static void put_xs(struct world *world)
{
	PUT(world, "x{a=\"1\",b=\"p\"}", 1, 10);
	PUT(world, "x{a=\"2\",b=\"p\"}", 1, 20);
	PUT(world, "x{a=\"3\",b=\"q\"}", 1, 30);
	PUT(world, "y{a=\"1\",b=\"p\"}", 1, 1);
	PUT(world, "y{a=\"2\",b=\"p\"}", 1, 25);
	PUT(world, "y{a=\"4\",b=\"q\"}", 1, 40);
	PUT(world, "limit{b=\"p\",tier=\"high\"}", 1, 15);
	PUT(world, "limit{b=\"q\",tier=\"high\"}", 1, 99);
}

static void a_comparison_is_a_filter_that_keeps_names(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	ASK(&world, 0, "x > 15", "x{a=\"2\",b=\"p\"} 20; x{a=\"3\",b=\"q\"} 30");
	ASK(&world, 0, "15 > x", "x{a=\"1\",b=\"p\"} 10");
	ASK(&world, 0, "x > bool 15",
	    "{a=\"1\",b=\"p\"} 0; {a=\"2\",b=\"p\"} 1; {a=\"3\",b=\"q\"} 1");
	ASK(&world, 0, "x != 20", "x{a=\"1\",b=\"p\"} 10; x{a=\"3\",b=\"q\"} 30");
	ASK(&world, 0, "x >= 20 <= 20", "x{a=\"2\",b=\"p\"} 20");
	ASK(&world, 0, "x == NaN", "");
	ASK(&world, 0, "1 < bool 2", "1");
	ASK(&world, 0, "x + 1", "{a=\"1\",b=\"p\"} 11; {a=\"2\",b=\"p\"} 21; {a=\"3\",b=\"q\"} 31");
	ASK(&world, 0, "x atan2 0 > 0",
	    "x{a=\"1\",b=\"p\"} 1.5707963267948966; x{a=\"2\",b=\"p\"} 1.5707963267948966; "
	    "x{a=\"3\",b=\"q\"} 1.5707963267948966");
	ASK(&world, 0, "-x{a=\"1\"}", "{a=\"1\",b=\"p\"} -10");
	ASK(&world, 0, "+x{a=\"1\"}", "x{a=\"1\",b=\"p\"} 10");
	ASK(&world, 0, "7 % -3 + 2 ^ 3", "9");
	world_fini(&world);
}

static void vectors_match_one_to_one(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	ASK(&world, 0, "x - y", "{a=\"1\",b=\"p\"} 9; {a=\"2\",b=\"p\"} -5");
	ASK(&world, 0, "x > y", "x{a=\"1\",b=\"p\"} 10");
	ASK(&world, 0, "x > bool y", "{a=\"1\",b=\"p\"} 1; {a=\"2\",b=\"p\"} 0");
	ASK(&world, 0, "x{a=\"2\"} > on (b) limit", "{b=\"p\"} 20");
	ASK(&world, 0, "x{a=\"2\"} > ignoring (a, tier) limit", "x{b=\"p\"} 20");
	ASK(&world, 0, "x{a=\"2\"} * ignoring (a, tier) limit", "{b=\"p\"} 300");
	ASK(&world, 0, "x == on (__name__, a) x", "x{a=\"1\"} 10; x{a=\"2\"} 20; x{a=\"3\"} 30");
	ASK(&world, 0, "x + on (__name__, a) x", "{a=\"1\"} 20; {a=\"2\"} 40; {a=\"3\"} 60");
	ASK(&world, 0, "x + nothing", "");
	ASK(&world, 0, "x + on (nothing) nothing", ""); /* nobody looks at the labels then */
	world_fini(&world);
}

static void matches_with_more_than_one_are_refused_in_prometheus_words(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	ASK(&world, 0, "limit > on (b) x",
	    "error: found duplicate series for the match group {b=\"p\"} on the right hand-side of "
	    "the operation: [{__name__=\"x\", "
	    "a=\"2\", b=\"p\"}, {__name__=\"x\", a=\"1\", b=\"p\"}];many-to-many matching not "
	    "allowed: matching la");
	ASK(&world, 0, "x < on (b) limit",
	    "{b=\"p\"} 10; {b=\"q\"} 30"); /* the other one of p does not pass */
	ASK(&world, 0, "x > on (b) limit - 10",
	    "error: multiple matches for labels: many-to-one matching must be explicit "
	    "(group_left/group_right)");
	ASK(&world, 0, "x + on (b) limit",
	    "error: multiple matches for labels: many-to-one matching must be explicit "
	    "(group_left/group_right)");
	ASK(&world, 0, "{__name__=~\"x|y\"} * 2",
	    "error: vector cannot contain metrics with the same labelset");
	ASK(&world, 0, "-{__name__=~\"x|y\"}",
	    "error: vector cannot contain metrics with the same labelset");
	ASK(&world, 0, "sum({__name__=~\"x|y\"} > 2)", "{} 125");
	world_fini(&world);
}

static void sets_are_met_joined_and_taken_apart(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	ASK(&world, 0, "x and y", "x{a=\"1\",b=\"p\"} 10; x{a=\"2\",b=\"p\"} 20");
	ASK(&world, 0, "x unless y", "x{a=\"3\",b=\"q\"} 30");
	ASK(&world, 0, "x or y",
	    "x{a=\"1\",b=\"p\"} 10; x{a=\"2\",b=\"p\"} 20; x{a=\"3\",b=\"q\"} 30; "
	    "y{a=\"4\",b=\"q\"} 40");
	ASK(&world, 0, "x and on (b) y{a=\"4\"}", "x{a=\"3\",b=\"q\"} 30");
	ASK(&world, 0, "x unless on (b) y{a=\"4\"}",
	    "x{a=\"1\",b=\"p\"} 10; x{a=\"2\",b=\"p\"} 20");
	ASK(&world, 0, "x{b=\"p\"} or ignoring (a) y",
	    "x{a=\"1\",b=\"p\"} 10; x{a=\"2\",b=\"p\"} 20; y{a=\"4\",b=\"q\"} 40");
	ASK(&world, 0, "nothing or x{a=\"1\"}", "x{a=\"1\",b=\"p\"} 10");
	ASK(&world, 0, "x and nothing", "");
	world_fini(&world);
}

static void groups_are_by_or_without_labels(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	ASK(&world, 0, "sum(x)", "{} 60");
	ASK(&world, 0, "sum by (b) (x)", "{b=\"p\"} 30; {b=\"q\"} 30");
	ASK(&world, 0, "avg without (a) (x)", "{b=\"p\"} 15; {b=\"q\"} 30");
	ASK(&world, 0, "min by (b, nothing) (x)", "{b=\"p\"} 10; {b=\"q\"} 30");
	ASK(&world, 0, "max by (__name__) ({__name__=~\"x|y\"})", "x 30; y 40");
	ASK(&world, 0, "count(x > 100)", "");
	PUT(&world, "odd{a=\"1\"}", 1, NAN);
	PUT(&world, "odd{a=\"2\"}", 1, 3);
	PUT(&world, "odd{a=\"3\"}", 1, INFINITY);
	ASK(&world, 0, "min(odd)", "{} 3");
	ASK(&world, 0, "max(odd)", "{} +Inf");
	ASK(&world, 0, "sum(odd)", "{} NaN");
	ASK(&world, 0, "avg(odd{a!=\"1\"})", "{} +Inf");
	ASK(&world, 0, "count(odd)", "{} 3");
	world_fini(&world);
}

static void the_best_come_first_and_nan_last(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	PUT(&world, "x{a=\"0\",b=\"p\"}", 1, NAN);
	ASK(&world, 0, "topk(2, x)", "x{a=\"2\",b=\"p\"} 20; x{a=\"3\",b=\"q\"} 30");
	assert_true(world.result.samples[0].value == 30 && world.result.samples[1].value == 20);
	ASK(&world, 0, "bottomk(9, x)",
	    "x{a=\"0\",b=\"p\"} NaN; x{a=\"1\",b=\"p\"} 10; x{a=\"2\",b=\"p\"} 20; "
	    "x{a=\"3\",b=\"q\"} 30");
	assert_true(world.result.samples[0].value == 10 && isnan(world.result.samples[3].value));
	ASK(&world, 0, "topk by (b) (1, x)", "x{a=\"2\",b=\"p\"} 20; x{a=\"3\",b=\"q\"} 30");
	ASK(&world, 0, "topk(0, x)", "");
	ASK(&world, 0, "topk(-1, x)", "");
	ASK(&world, 0, "topk(1.9, x)", "x{a=\"3\",b=\"q\"} 30");
	ASK(&world, 0, "topk(NaN, x)", "error: Scalar value NaN overflows int64");
	ASK(&world, 0, "topk(1e20, nothing)", "error: Scalar value 1e+20 overflows int64");
	world_fini(&world);
}

static void assert_sides(struct world *world, const char *text, double left, double right)
{
	world_ask(world, 0, text);
	assert_int_equal(world->result.samples_count, 1);
	assert_true(world->result.samples[0].has_sides);
	assert_true(world->result.samples[0].left == left);
	assert_true(world->result.samples[0].right == right);
}

static void an_alert_can_tell_its_value_and_its_threshold(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	put_xs(&world);
	assert_sides(&world, "x > 25", 30, 25);
	assert_sides(&world, "25 < x", 25, 30);
	assert_sides(&world, "((x > 25))", 30, 25);
	assert_sides(&world, "x{a=\"2\"} > ignoring (a, tier) limit", 20, 15);
	assert_sides(&world, "x > 25 and on (b) y", 30, 25);
	assert_sides(&world, "x > 25 unless on (b) nothing", 30, 25);
	assert_sides(&world, "nothing > 1 or x > 25", 30, 25);
	assert_sides(&world, "(x > 1) > 25", 30, 25);
	world_fini(&world);
}

static void what_no_comparison_let_pass_has_no_sides(void **state)
{
	static const char *const texts[] = {
		"x{a=\"1\"}",  "x > bool 25", "(x > 25) + 1", "sum(x > 25)",
		"abs(x > 25)", "y and x > 5", "-(x > 25)",    "x{a=\"1\"} or y > 30 and nothing"};
	struct world world;
	size_t i, j;

	(void)state;
	world_init(&world);
	put_xs(&world);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		world_ask(&world, 0, texts[i]);
		assert_in_range(world.result.samples_count, 1, 3);
		for (j = 0; j < world.result.samples_count; j++)
			assert_false(world.result.samples[j].has_sides);
	}
	world_fini(&world);
}

static void each_instant_sees_its_own_samples(void **state)
{
	struct world world;
	const struct expr *expr;
	struct series *series;

	(void)state;
	world_init(&world);
	series = world_series(&world, "x");
	expr = world_parse(&world, "sum(x) + 1");
	store_append(world.store, series, 0, 1);
	eval_begin(world.eval, 0);
	assert_string_equal(world_tell(&world, expr), "{} 2");
	store_append(world.store, series, 10 * S, 5);
	eval_begin(world.eval, 10 * S);
	assert_string_equal(world_tell(&world, expr), "{} 6");
	PUT(&world, "x{a=\"1\"}", 10, NONE, 100);
	eval_begin(world.eval, 10 * S);
	assert_string_equal(world_tell(&world, expr), "{} 106");
	eval_begin(world.eval, 0);
	assert_string_equal(world_tell(&world, expr), "{} 2");
	world_fini(&world);
}

static void what_a_rule_records_is_seen_by_the_next_rule_of_the_instant(void **state)
{
	struct world world;
	const struct expr *recorded, *regex, *other;

	(void)state;
	world_init(&world);
	put_xs(&world);
	recorded = world_parse(&world, "sum(made:up) + 1");
	regex = world_parse(&world, "count({__name__=~\"made.*\"})");
	other = world_parse(&world, "sum(x)");
	eval_begin(world.eval, 0);
	assert_string_equal(world_tell(&world, recorded), "");
	assert_string_equal(world_tell(&world, regex), "");
	assert_string_equal(world_tell(&world, other), "{} 60");
	PUT(&world, "made:up{a=\"1\"}", 1, 7);
	eval_appended(world.eval);
	assert_string_equal(world_tell(&world, recorded), "{} 8");
	assert_string_equal(world_tell(&world, regex), "{} 1");
	assert_string_equal(world_tell(&world, other), "{} 60");
	PUT(&world, "made:up{a=\"2\"}", 1, 2);
	eval_appended(world.eval);
	assert_string_equal(world_tell(&world, recorded), "{} 10");
	assert_string_equal(world_tell(&world, regex), "{} 2");
	world_fini(&world);
}

/* Two texts that (by mistake or malice) share a key must not share a result. */
static void equal_keys_of_different_texts_are_told_apart(void **state)
{
	struct world world;
	struct expr *one, *other;

	(void)state;
	world_init(&world);
	put_xs(&world);
	one = (struct expr *)(uintptr_t)world_parse(&world, "sum(x)");
	other = (struct expr *)(uintptr_t)world_parse(&world, "sum(y)");
	one->key = other->key = 7;
	eval_begin(world.eval, 0);
	assert_string_equal(world_tell(&world, one), "{} 60");
	assert_string_equal(world_tell(&world, other), "{} 66");
	assert_string_equal(world_tell(&world, one), "{} 60");
	world_fini(&world);
}

/* Filled in two orders, asked in two orders: the same bits. 0.1 and 1e16 do not add up the same way
 * in any order. */
static void sums_do_not_depend_on_the_order_of_coming(void **state)
{
	static const double values[] = {1e16, 0.1, -1e16, 0.3, 1e15, 0.7, -1e15, 1e-3};
	struct world worlds[2];
	char first[64];
	int i, j;

	(void)state;
	for (i = 0; i < 2; i++) {
		world_init(&worlds[i]);
		if (i)
			world_ask(&worlds[i], 0, "count(x) + sum(x)");
		for (j = 0; j < 8; j++) {
			int at = i ? 7 - j : j;
			char text[32];

			snprintf(text, sizeof(text), "x{n=\"%d\"}", at);
			world_put(&worlds[i], text, 1, 1, &values[at]);
		}
		world_ask(&worlds[i], 0, "sum(x)");
		if (!i)
			snprintf(first, sizeof(first), "%s", worlds[i].text.bytes);
	}
	assert_string_equal(worlds[1].text.bytes, first);
	world_fini(&worlds[0]);
	world_fini(&worlds[1]);
}

static void a_string_is_a_string_and_a_range_no_result(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	ASK(&world, 0, "\"word\"", "");
	assert_int_equal(world.result.type, VALUE_STRING);
	assert_string_equal(world.result.string, "word");
	world_ask(&world, 0, "x[5m]");
	assert_memory_equal(world.text.bytes, "error: ", 7);
	world_fini(&world);
}

/* Old expressions are forgotten, or a long life of `rules eval` would grow without end. */
static void thousands_of_expressions_come_and_go(void **state)
{
	struct world world;
	size_t i;

	(void)state;
	world_init(&world);
	put_xs(&world);
	for (i = 0; i < 5000; i++) {
		struct expr_mistakes mistakes = {0};
		struct arena arena = {0};
		char text[64], wanted[32];
		struct expr *expr;

		snprintf(text, sizeof(text), "sum(x) + sum(x * %zu)", i);
		snprintf(wanted, sizeof(wanted), "{} %zu", 60 + 60 * i);
		expr = expr_parse(&arena, text, strlen(text), &mistakes);
		assert_non_null(expr);
		eval_begin(world.eval, 0);
		assert_int_equal(eval_expr(world.eval, expr, &world.result), 0);
		assert_true(world.result.samples[0].value == (double)(60 + 60 * i));
		expr_fini(expr);
		arena_fini(&arena);
	}
	world_fini(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comparison_is_a_filter_that_keeps_names),
		cmocka_unit_test(vectors_match_one_to_one),
		cmocka_unit_test(matches_with_more_than_one_are_refused_in_prometheus_words),
		cmocka_unit_test(sets_are_met_joined_and_taken_apart),
		cmocka_unit_test(groups_are_by_or_without_labels),
		cmocka_unit_test(the_best_come_first_and_nan_last),
		cmocka_unit_test(an_alert_can_tell_its_value_and_its_threshold),
		cmocka_unit_test(what_no_comparison_let_pass_has_no_sides),
		cmocka_unit_test(each_instant_sees_its_own_samples),
		cmocka_unit_test(what_a_rule_records_is_seen_by_the_next_rule_of_the_instant),
		cmocka_unit_test(equal_keys_of_different_texts_are_told_apart),
		cmocka_unit_test(sums_do_not_depend_on_the_order_of_coming),
		cmocka_unit_test(a_string_is_a_string_and_a_range_no_result),
		cmocka_unit_test(thousands_of_expressions_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
