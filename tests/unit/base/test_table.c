// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/table.h"

#define KEYS 512

static void an_empty_table_finds_nothing(void **state)
{
	struct table table = {0};

	(void)state;
	assert_null(table_find(&table, 0));
	assert_null(table_remove(&table, 7));
	table_fini(&table);
}

static void a_value_is_found_replaced_and_removed(void **state)
{
	struct table table = {0};
	int a, b;

	(void)state;
	table_put(&table, 0, &a);
	table_put(&table, UINT64_MAX, &b);
	assert_ptr_equal(table_find(&table, 0), &a);
	table_put(&table, 0, &b);
	assert_int_equal(table.count, 2);
	assert_ptr_equal(table_remove(&table, 0), &b);
	assert_null(table_find(&table, 0));
	assert_null(table_remove(&table, 0));
	assert_ptr_equal(table_find(&table, UINT64_MAX), &b);
	assert_int_equal(table.count, 1);
	table_fini(&table);
}

/* Against a plain array, through many growths and rebuilds. */
static void random_puts_and_removes_agree_with_an_array(void **state)
{
	struct table table = {0};
	char things[KEYS * 2];
	void *wanted[KEYS] = {0};
	uint64_t random = 1;
	size_t live = 0, i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		size_t key;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		key = random >> 33 & (KEYS - 1);
		if (random >> 62) {
			void *value = &things[(random >> 20) % sizeof(things)];

			live += !wanted[key];
			wanted[key] = value;
			table_put(&table, key << 32, value);
		} else {
			live -= wanted[key] != NULL;
			assert_ptr_equal(table_remove(&table, key << 32), wanted[key]);
			wanted[key] = NULL;
		}
		key = random >> 45 & (KEYS - 1);
		assert_ptr_equal(table_find(&table, key << 32), wanted[key]);
		assert_int_equal(table.count, live);
	}
	for (i = 0; i < KEYS; i++)
		assert_ptr_equal(table_find(&table, i << 32), wanted[i]);
	table_fini(&table);
}

static void coming_and_going_does_not_grow_it_for_ever(void **state)
{
	struct table table = {0};
	uint64_t key;
	char thing;

	(void)state;
	for (key = 0; key < 1000000; key++) {
		table_put(&table, key, &thing);
		if (key >= 10)
			assert_ptr_equal(table_remove(&table, key - 10), &thing);
	}
	assert_int_equal(table.count, 10);
	assert_true(table.capacity <= 128);
	table_fini(&table);
}

static void mixing_is_a_bijection_and_fixed_for_ever(void **state)
{
	struct table seen = {0};
	uint64_t i;
	char thing;

	(void)state;
	/* Ids in recordings' outputs are made with it: these values may never change. */
	assert_true(table_mix(0) == 0);
	assert_true(table_mix(1) == 0x5692161d100b05e5ull);
	assert_true(table_mix(0x9e3779b97f4a7c15ull) == 0xe220a8397b1dcdafull);
	for (i = 1; i < 100000; i++) {
		uint64_t mixed = table_mix(i);

		assert_null(table_find(&seen, mixed));
		assert_true(mixed != 0);
		table_put(&seen, mixed, &thing);
	}
	table_fini(&seen);
}

static void texts_hash_as_fnv_1a_says_in_one_piece_or_two(void **state)
{
	(void)state;
	assert_true(table_hash(TABLE_HASH, "", 0) == 0xcbf29ce484222325ull);
	assert_true(table_hash(TABLE_HASH, "a", 1) == 0xaf63dc4c8601ec8cull); /* of the algorithm's authors */
	assert_true(table_hash(TABLE_HASH, "foobar", 6) == 0x85944171f73967e8ull);
	assert_true(table_hash(table_hash(TABLE_HASH, "foo", 3), "bar", 3) == 0x85944171f73967e8ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_finds_nothing),
		cmocka_unit_test(a_value_is_found_replaced_and_removed),
		cmocka_unit_test(random_puts_and_removes_agree_with_an_array),
		cmocka_unit_test(coming_and_going_does_not_grow_it_for_ever),
		cmocka_unit_test(mixing_is_a_bijection_and_fixed_for_ever),
		cmocka_unit_test(texts_hash_as_fnv_1a_says_in_one_piece_or_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
