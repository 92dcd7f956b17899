// SPDX-License-Identifier: Apache-2.0
/* Matchers: the four kinds, and labels that are not there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rules/expr.h"

static void assert_matches(const char *text, const char *const *values, const bool *want,
			   size_t count)
{
	struct arena arena = {0};
	struct expr_mistakes mistakes = {0};
	size_t matchers_count;
	struct matcher *matchers =
		expr_parse_matchers(&arena, text, strlen(text), &matchers_count, &mistakes);

	assert_non_null(matchers);
	assert_int_equal(matchers_count, 1);
	for (size_t i = 0; i < count; i++)
		if (matcher_matches(matchers, values[i]) != want[i])
			fail_msg("%s on '%s': not %d", text, values[i] ? values[i] : "(none)",
				 want[i]);
	matchers_fini(matchers, matchers_count);
	assert_null(matchers[0].regex);
	arena_fini(&arena);
}

static void each_kind_matches_what_it_says(void **state)
{
	static const char *const values[] = {"b", "c", "bc", "", NULL};

	(void)state;
	assert_matches("a=\"b\"", values, (const bool[]){true, false, false, false, false}, 5);
	assert_matches("a!=\"b\"", values, (const bool[]){false, true, true, true, true}, 5);
	assert_matches("a=~\"b\"", values, (const bool[]){true, false, false, false, false}, 5);
	assert_matches("a!~\"b\"", values, (const bool[]){false, true, true, true, true}, 5);
	assert_matches("a=~\"b.*\"", values, (const bool[]){true, false, true, false, false}, 5);
}

static void a_label_that_is_not_there_is_empty(void **state)
{
	static const char *const values[] = {"", NULL, "x"};

	(void)state;
	assert_matches("a=\"\"", values, (const bool[]){true, true, false}, 3);
	assert_matches("a!=\"\"", values, (const bool[]){false, false, true}, 3);
	assert_matches("a=~\".*\"", values, (const bool[]){true, true, true}, 3);
	assert_matches("a=~\"x|\"", values, (const bool[]){true, true, true}, 3);
	assert_matches("a=~\".+\"", values, (const bool[]){false, false, true}, 3);
	assert_matches("a!~\".+\"", values, (const bool[]){true, true, false}, 3);
}

static void regexes_are_anchored(void **state)
{
	static const char *const values[] = {"espeak", "espeak-ng", "my espeak", "espeak\n"};

	(void)state;
	assert_matches("a=~\"espeak\"", values, (const bool[]){true, false, false, false}, 4);
	assert_matches("a=~\"espeak.*\"", values, (const bool[]){true, true, false, false}, 4);
	assert_matches("a=~\"e|espeak|x\"", values, (const bool[]){true, false, false, false}, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_matches_what_it_says),
		cmocka_unit_test(a_label_that_is_not_there_is_empty),
		cmocka_unit_test(regexes_are_anchored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
