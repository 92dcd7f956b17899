// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/rules/world.h"

#include "rules/labels_node.h"

static const struct labels *of(struct labels_pool *pool, size_t count, const struct label *items)
{
	return labels_intern(pool, items, count);
}

#define OF(pool, ...)                                                                              \
	of(pool, sizeof((struct label[]){__VA_ARGS__}) / sizeof(struct label),                     \
	   (struct label[]){__VA_ARGS__})

static void assert_printed(const struct labels *labels, const char *wanted)
{
	struct buf text = {0};

	labels_print(&text, labels);
	assert_string_equal(text.bytes, wanted);
	buf_fini(&text);
}

static void equal_sets_are_the_same_pointer_in_whatever_order_they_come(void **state)
{
	struct labels_pool *pool = labels_pool_new();
	char name[] = "__name__", value[] = "x";
	const struct labels *one = OF(pool, {"b", "2"}, {name, value}, {"a", "1"});

	(void)state;
	memset(value, 'y', 1); /* it was copied */
	assert_ptr_equal(one, OF(pool, {"a", "1"}, {"b", "2"}, {"__name__", "x"}));
	assert_ptr_not_equal(one, OF(pool, {"a", "1"}, {"b", "3"}, {"__name__", "x"}));
	assert_string_equal(one->items[0].name, "__name__");
	assert_string_equal(one->items[2].name, "b");
	labels_pool_free(pool);
}

static void the_last_of_two_equal_names_wins_and_an_empty_value_is_no_label(void **state)
{
	struct labels_pool *pool = labels_pool_new();

	(void)state;
	assert_printed(OF(pool, {"a", "1"}, {"a", "2"}), "{a=\"2\"}");
	assert_printed(OF(pool, {"a", "1"}, {"b", ""}, {"a", ""}), "{}");
	assert_ptr_equal(OF(pool, {"a", ""}), labels_intern(pool, NULL, 0));
	assert_int_equal(OF(pool, {"a", ""})->count, 0);
	labels_pool_free(pool);
}

static void a_set_is_cut_down_freed_of_names_and_changed(void **state)
{
	struct labels_pool *pool = labels_pool_new();
	const struct labels *set = OF(pool, {"__name__", "x"}, {"a", "1"}, {"b", "2"}, {"c", "3"});
	static const char *const names[] = {"c", "a", "nothing"};

	(void)state;
	assert_printed(labels_only(pool, set, names, 3), "{a=\"1\",c=\"3\"}");
	assert_printed(labels_without(pool, set, names, 3, false), "x{b=\"2\"}");
	assert_printed(labels_without(pool, set, names, 3, true), "{b=\"2\"}");
	assert_printed(labels_without(pool, set, NULL, 0, true), "{a=\"1\",b=\"2\",c=\"3\"}");
	assert_ptr_equal(labels_nameless(pool, set), labels_without(pool, set, NULL, 0, true));
	assert_ptr_equal(labels_nameless(pool, labels_nameless(pool, set)),
			 labels_nameless(pool, set));
	assert_printed(labels_set(pool, set, "b", "5"), "x{a=\"1\",b=\"5\",c=\"3\"}");
	assert_printed(labels_set(pool, set, "b", ""), "x{a=\"1\",c=\"3\"}");
	assert_ptr_equal(labels_set(pool, labels_set(pool, set, "Z", "5"), "Z", ""), set);
	assert_string_equal(labels_find(set, "b"), "2");
	assert_null(labels_find(set, "d"));
	labels_pool_free(pool);
}

static void sets_are_ordered_by_name_then_value_then_size(void **state)
{
	struct labels_pool *pool = labels_pool_new();
	const struct labels *empty = labels_intern(pool, NULL, 0), *a1 = OF(pool, {"a", "1"}),
			    *a2 = OF(pool, {"a", "2"});
	const struct labels *b = OF(pool, {"b", "0"}), *ab = OF(pool, {"a", "1"}, {"b", "1"});

	(void)state;
	assert_true(labels_compare(empty, a1) < 0 && labels_compare(a1, a2) < 0 &&
		    labels_compare(a2, b) < 0);
	assert_true(labels_compare(a1, ab) < 0 && labels_compare(ab, a2) < 0 &&
		    labels_compare(ab, a1) > 0);
	assert_int_equal(labels_compare(ab, ab), 0);
	labels_pool_free(pool);
}

static void what_is_printed_cannot_command_a_terminal(void **state)
{
	struct labels_pool *pool = labels_pool_new();

	(void)state;
	assert_printed(OF(pool, {"__name__", "x"}), "x");
	assert_printed(OF(pool, {"__name__", "x"}, {"a", "q\"b\\s\nn"}),
		       "x{a=\"q\\\"b\\\\s\\nn\"}");
	assert_printed(OF(pool, {"a", "\x1b[2J\t\x07ä"}), "{a=\"\\x1b[2J\\t\\x07ä\"}");
	labels_pool_free(pool);
}

static void a_hash_depends_on_the_set_alone(void **state)
{
	struct labels_pool *one = labels_pool_new(), *other = labels_pool_new();
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%zu", i);
		OF(other, {text, "v"}, {"w", text});
	}
	assert_int_equal(OF(one, {"a", "1"}, {"b", "2"})->hash,
			 OF(other, {"b", "2"}, {"a", "1"})->hash);
	assert_int_not_equal(OF(one, {"a", "2"}, {"b", "1"})->hash,
			     OF(one, {"a", "1"}, {"b", "2"})->hash);
	labels_pool_free(one);
	labels_pool_free(other);
}

static void the_pool_tells_its_bytes_and_grows_only_for_what_is_new(void **state)
{
	struct labels_pool *pool = labels_pool_new();
	struct label many[60];
	char names[60][8];
	size_t before, i;

	(void)state;
	for (i = 0; i < 60; i++) { /* more than fit on the stack */
		snprintf(names[i], sizeof(names[i]), "n%02zu", 59 - i);
		many[i] = (struct label){names[i], "v"};
	}
	assert_int_equal(labels_intern(pool, many, 60)->count, 60);
	assert_string_equal(labels_intern(pool, many, 60)->items[0].name, "n00");
	before = labels_pool_bytes(pool);
	for (i = 0; i < 100; i++)
		labels_intern(pool, many, 60);
	assert_int_equal(labels_pool_bytes(pool), before);
	for (i = 0; i < 100; i++)
		labels_intern(pool, many, i % 60);
	assert_true(labels_pool_bytes(pool) > before);
	labels_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sets_are_the_same_pointer_in_whatever_order_they_come),
		cmocka_unit_test(the_last_of_two_equal_names_wins_and_an_empty_value_is_no_label),
		cmocka_unit_test(a_set_is_cut_down_freed_of_names_and_changed),
		cmocka_unit_test(sets_are_ordered_by_name_then_value_then_size),
		cmocka_unit_test(what_is_printed_cannot_command_a_terminal),
		cmocka_unit_test(a_hash_depends_on_the_set_alone),
		cmocka_unit_test(the_pool_tells_its_bytes_and_grows_only_for_what_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
