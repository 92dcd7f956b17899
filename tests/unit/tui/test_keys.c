/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/tui/keys.h"
#include "sink/tui/screen.h"

/* Every context there can be, and more: each tab, live and replay, whatever the tab says of itself; and the help. */
static unsigned context_at(unsigned i)
{
	static const unsigned states[] = { IN_LIST, IN_TRACE, IN_COMPARE, IN_DETAIL };
	unsigned context = 1u << i % 5 | (i / 5 % 2 ? IN_REPLAY : IN_LIVE);

	if (i == 160)
		return IN_HELP;
	for (unsigned k = 0; k < 4; k++)
		if (i / 10 & (1u << k))
			context |= states[k];
	return context;
}
#define CONTEXTS 161

static void no_key_means_two_things_in_any_context(void **state)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	(void)state;
	for (unsigned c = 0; c < CONTEXTS; c++)
		for (size_t a = 0; a < count; a++)
			for (size_t b = a; b < count; b++)
				for (unsigned k = 0; k < 4; k++)
					for (unsigned l = a == b ? k + 1 : 0; l < 4; l++)
						if (rows[a].keys[k] && rows[a].keys[k] == rows[b].keys[l] &&
						    keys_is_valid(&rows[a], context_at(c)) &&
						    keys_is_valid(&rows[b], context_at(c)))
							fail_msg("%s: \"%s\" and \"%s\" in context %#x",
								 keys_name(rows[a].keys[k]), rows[a].help, rows[b].help,
								 context_at(c));
}

static void every_action_has_a_key_in_some_context(void **state)
{
	(void)state;
	for (enum action action = ACTION_NONE + 1; action < ACTIONS; action++) {
		bool is_reachable = false;

		for (unsigned c = 0; c < CONTEXTS && !is_reachable; c++)
			for (uint32_t key = 1; key <= KEYCODE_F12 && !is_reachable; key++) {
				if (key == 127)
					key = KEYCODE_NONE;
				is_reachable = keys_find(context_at(c), key) == action;
			}
		if (!is_reachable)
			fail_msg("action %d cannot be reached", action);
	}
}

static void each_row_is_what_its_keys_find(void **state)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool is_valid_somewhere = false;

		for (unsigned c = 0; c < CONTEXTS; c++) {
			if (!keys_is_valid(&rows[i], context_at(c)))
				continue;
			is_valid_somewhere = true;
			for (unsigned k = 0; k < 4 && rows[i].keys[k]; k++)
				assert_int_equal(keys_find(context_at(c), rows[i].keys[k]), rows[i].action);
		}
		assert_true(is_valid_somewhere);
		assert_true(rows[i].keys[0]);
	}
}

static void every_function_key_has_a_letter_beside_it(void **state)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool has_function = false, has_character = false;

		for (unsigned k = 0; k < 4; k++) {
			has_function |= rows[i].keys[k] >= KEYCODE_F1 && rows[i].keys[k] <= KEYCODE_F12;
			has_character |= rows[i].keys[k] > ' ' && rows[i].keys[k] < 127;
		}
		if (has_function && !has_character)
			fail_msg("\"%s\" has a function key only", rows[i].help);
	}
}

static void labels_are_short_and_every_row_says_what_it_does(void **state)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(strlen(rows[i].help) >= 4);
		if (rows[i].label)
			assert_in_range(strlen(rows[i].label), 1, 9);
	}
}

static void every_key_of_the_table_has_a_name_of_its_own(void **state)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (unsigned k = 0; k < 4 && rows[i].keys[k]; k++) {
			assert_true(*keys_name(rows[i].keys[k]));
			for (size_t j = 0; j < count; j++)
				for (unsigned l = 0; l < 4 && rows[j].keys[l]; l++)
					if (rows[j].keys[l] != rows[i].keys[k])
						assert_string_not_equal(keys_name(rows[j].keys[l]),
									keys_name(rows[i].keys[k]));
		}
	assert_string_equal(keys_name(KEYCODE_F1), "F1");
	assert_string_equal(keys_name(KEYCODE_F12), "F12");
	assert_string_equal(keys_name(KEYCODE_TAB), "Tab");
	assert_string_equal(keys_name(KEYCODE_BACK_TAB), "S-Tab");
	assert_string_equal(keys_name(KEYCODE_DELETE), "Del");
	assert_string_equal(keys_name(KEYCODE_PAGE_UP), "PgUp");
	assert_string_equal(keys_name(' '), "Space");
	assert_string_equal(keys_name('\\'), "\\");
	assert_string_equal(keys_name('~'), "~");
	assert_string_equal(keys_name(KEYCODE_ESCAPE), "Esc");
	assert_string_equal(keys_name(KEYCODE_ENTER), "Enter");
	assert_string_equal(keys_name(23), "^W");
	assert_string_equal(keys_name(0x2026), "");
}

static void keys_that_people_know_do_what_they_expect(void **state)
{
	const unsigned list = IN_TRACES | IN_LIVE | IN_LIST, replay = IN_TRACES | IN_REPLAY | IN_LIST;

	(void)state;
	assert_int_equal(keys_find(list, '?'), ACTION_HELP);
	assert_int_equal(keys_find(list, 'h'), ACTION_HELP);
	assert_int_equal(keys_find(list, KEYCODE_F1), ACTION_HELP);
	assert_int_equal(keys_find(list, 'q'), ACTION_QUIT);
	assert_int_equal(keys_find(list, KEYCODE_F1 + 9), ACTION_QUIT);
	assert_int_equal(keys_find(list, KEYCODE_F1 + 2), ACTION_SEARCH);
	assert_int_equal(keys_find(list, '/'), ACTION_SEARCH);
	assert_int_equal(keys_find(list, KEYCODE_F1 + 3), ACTION_FILTER);
	assert_int_equal(keys_find(list, '\\'), ACTION_FILTER);
	assert_int_equal(keys_find(list, KEYCODE_F1 + 5), ACTION_SORT);
	assert_int_equal(keys_find(list, '>'), ACTION_SORT);
	assert_int_equal(keys_find(list, '<'), ACTION_SORT_PREVIOUS);
	assert_int_equal(keys_find(list, 'I'), ACTION_INVERT);
	assert_int_equal(keys_find(list, ' '), ACTION_PAUSE);
	assert_int_equal(keys_find(list, 'e'), ACTION_EXPAND);
	assert_int_equal(keys_find(list, 'y'), ACTION_COPY);
	assert_int_equal(keys_find(list, 'j'), ACTION_DOWN);
	assert_int_equal(keys_find(list, 'G'), ACTION_LAST);
	assert_int_equal(keys_find(list, 't'), ACTION_NONE);
	assert_int_equal(keys_find(replay, 't'), ACTION_TIME_BACK);
	assert_int_equal(keys_find(replay, 'T'), ACTION_TIME_FORWARD);
	assert_int_equal(keys_find(IN_HELP, 'q'), ACTION_BACK);
	assert_int_equal(keys_find(IN_HELP, '1'), ACTION_NONE);
}

static void no_digit_does_more_than_to_open_a_tab(void **state)
{
	(void)state;
	for (unsigned c = 0; c < CONTEXTS; c++)
		for (uint32_t key = '0'; key <= '9'; key++) {
			enum action action = keys_find(context_at(c), key);

			assert_true(action == ACTION_NONE || (action >= ACTION_TAB_1 && action <= ACTION_TAB_5));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_means_two_things_in_any_context),
		cmocka_unit_test(every_action_has_a_key_in_some_context),
		cmocka_unit_test(each_row_is_what_its_keys_find),
		cmocka_unit_test(every_function_key_has_a_letter_beside_it),
		cmocka_unit_test(labels_are_short_and_every_row_says_what_it_does),
		cmocka_unit_test(every_key_of_the_table_has_a_name_of_its_own),
		cmocka_unit_test(keys_that_people_know_do_what_they_expect),
		cmocka_unit_test(no_digit_does_more_than_to_open_a_tab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
