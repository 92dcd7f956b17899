/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "sink/tui/prompt.h"
#include "sink/tui/screen.h"

#define CTRL(letter) ((letter) & 0x1f)

static void type(struct prompt *prompt, const char *text)
{
	for (; *text; text++)
		assert_int_equal(prompt_key(prompt, (unsigned char)*text), PROMPT_CHANGED);
}

static void assert_row(const struct prompt *prompt, unsigned columns, const char *wanted, unsigned cursor)
{
	struct canvas canvas;
	struct buf out = { 0 };

	canvas_init(&canvas, 1, columns, false);
	prompt_draw(prompt, area_of(&canvas));
	canvas_print(&out, &canvas, COLOURS_NONE);
	assert_string_equal(out.bytes, wanted);
	assert_true(canvas.has_cursor);
	assert_int_equal(canvas.cursor_row, 0);
	assert_int_equal(canvas.cursor_column, cursor);
	buf_fini(&out);
	canvas_fini(&canvas);
}

static void letters_go_in_at_the_cursor(void **state)
{
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "Search", NULL, "", NULL);
	type(&prompt, "ac");
	assert_int_equal(prompt_key(&prompt, KEYCODE_LEFT), PROMPT_TYPING);
	type(&prompt, "b");
	assert_string_equal(prompt.text, "abc");
	assert_row(&prompt, 20, "Search: abc\n", 10);
	prompt_key(&prompt, KEYCODE_HOME);
	type(&prompt, "_");
	prompt_key(&prompt, KEYCODE_END);
	type(&prompt, "!");
	assert_string_equal(prompt.text, "_abc!");
	assert_int_equal(prompt_key(&prompt, KEYCODE_ENTER), PROMPT_DONE);
	assert_int_equal(prompt_key(&prompt, KEYCODE_ESCAPE), PROMPT_CANCELLED);
	prompt_close(&prompt);
}

static void keys_of_editing_delete_what_they_say(void **state)
{
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "F", NULL, "one two  three", NULL);
	assert_int_equal(prompt_key(&prompt, CTRL('W')), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "one two  ");
	assert_int_equal(prompt_key(&prompt, CTRL('W')), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "one ");
	assert_int_equal(prompt_key(&prompt, KEYCODE_BACKSPACE), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, 127), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, 8), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "o");
	prompt_key(&prompt, KEYCODE_LEFT);
	assert_int_equal(prompt_key(&prompt, KEYCODE_BACKSPACE), PROMPT_TYPING);
	assert_int_equal(prompt_key(&prompt, CTRL('U')), PROMPT_TYPING);
	assert_int_equal(prompt_key(&prompt, KEYCODE_DELETE), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, KEYCODE_DELETE), PROMPT_TYPING);
	assert_string_equal(prompt.text, "");
	type(&prompt, "abcd");
	prompt_key(&prompt, CTRL('B'));
	assert_int_equal(prompt_key(&prompt, CTRL('U')), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "d");
	assert_int_equal(prompt.cursor, 0);
	prompt_close(&prompt);
}

static void characters_beyond_ascii_move_and_leave_as_one(void **state)
{
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "F", NULL, "", NULL);
	assert_int_equal(prompt_key(&prompt, 0xe9), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, 0x20ac), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, 0x65e5), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, 0x1f600), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "\xc3\xa9\xe2\x82\xac\xe6\x97\xa5\xf0\x9f\x98\x80");
	assert_row(&prompt, 20, "F: \xc3\xa9\xe2\x82\xac\xe6\x97\xa5\xf0\x9f\x98\x80\n", 3 + 6);
	prompt_key(&prompt, KEYCODE_LEFT);
	prompt_key(&prompt, KEYCODE_LEFT);
	assert_int_equal(prompt.cursor, 5);
	prompt_key(&prompt, KEYCODE_BACKSPACE);
	prompt_key(&prompt, KEYCODE_RIGHT);
	assert_string_equal(prompt.text, "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80");
	prompt_key(&prompt, KEYCODE_DELETE);
	assert_string_equal(prompt.text, "\xc3\xa9\xe6\x97\xa5");
	prompt_close(&prompt);
}

static void what_a_terminal_must_not_get_cannot_be_typed(void **state)
{
	static const uint32_t keys[] = { 0,	 1,	  7,	  '\t',	  '\n',	  0x1f,	   0x7f,    0x80,    0x9b,
					 0x200b, 0x202e,  0x2028, 0xd800, 0xdfff, 0xfeff, 0xfffd, 0x110000, KEYCODE_UP,
					 KEYCODE_F1, 0xffffffff };
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "F", NULL, "", NULL);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i] != 0xfffd) /* harmless: it is what bad bytes become */
			assert_int_equal(prompt_key(&prompt, keys[i]), PROMPT_TYPING);
	assert_string_equal(prompt.text, "");
	prompt_close(&prompt);
}

static void a_text_ends_at_its_limit_with_a_whole_character(void **state)
{
	struct prompt prompt = { 0 };
	char text[PROMPT_MAX_BYTES + 10];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + PROMPT_MAX_BYTES - 1, "\xc3\xa9", 3);
	prompt_open(&prompt, "F", NULL, text, NULL);
	assert_int_equal(prompt.length, PROMPT_MAX_BYTES - 1);
	assert_int_equal(prompt_key(&prompt, 0xe9), PROMPT_TYPING);
	assert_int_equal(prompt_key(&prompt, 'y'), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&prompt, 'y'), PROMPT_TYPING);
	assert_int_equal(prompt.length, PROMPT_MAX_BYTES);
	prompt_close(&prompt);
}

static void a_long_text_scrolls_so_that_the_cursor_is_seen(void **state)
{
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "F", NULL, "abcdefghij", NULL);
	assert_row(&prompt, 8, "F: ghij\n", 7);
	prompt_key(&prompt, KEYCODE_HOME);
	assert_row(&prompt, 8, "F: abcde\n", 3);
	prompt_close(&prompt);
	prompt_open(&prompt, "A long label", NULL, "ab", NULL);
	assert_row(&prompt, 8, "A loab\n", 6); /* what is typed keeps half of the room */
	prompt_close(&prompt);
}

static void older_texts_come_back_and_the_one_in_work_is_not_lost(void **state)
{
	struct prompt_history history = { 0 };
	struct prompt prompt = { 0 };

	(void)state;
	prompt_history_add(&history, "one");
	prompt_history_add(&history, "");
	prompt_history_add(&history, "two");
	prompt_history_add(&history, "one"); /* comes to the front */
	assert_int_equal(history.count, 2);
	prompt_open(&prompt, "F", NULL, "", &history);
	type(&prompt, "new");
	assert_int_equal(prompt_key(&prompt, KEYCODE_UP), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "one");
	prompt_key(&prompt, CTRL('P'));
	assert_string_equal(prompt.text, "two");
	assert_int_equal(prompt_key(&prompt, KEYCODE_UP), PROMPT_TYPING);
	prompt_key(&prompt, KEYCODE_DOWN);
	assert_string_equal(prompt.text, "one");
	prompt_key(&prompt, CTRL('N'));
	assert_string_equal(prompt.text, "new");
	assert_int_equal(prompt_key(&prompt, KEYCODE_DOWN), PROMPT_TYPING);
	prompt_close(&prompt);
	for (unsigned i = 0; i < 2 * PROMPT_HISTORY; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%u", i);
		prompt_history_add(&history, text);
	}
	assert_int_equal(history.count, PROMPT_HISTORY);
	assert_string_equal(history.texts[0], "50");
	assert_string_equal(history.texts[PROMPT_HISTORY - 1], "99");
	prompt_history_fini(&history);
}

static void it_can_be_opened_anew_with_its_own_text(void **state)
{
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "F", "hint", "abc", NULL);
	prompt_open(&prompt, prompt.label, prompt.hint, prompt.text, NULL);
	assert_string_equal(prompt.label, "F");
	assert_string_equal(prompt.hint, "hint");
	assert_string_equal(prompt.text, "abc");
	prompt_close(&prompt);
	assert_false(prompt.is_open);
	prompt_close(&prompt);
}

static void a_proposal_gives_way_to_what_is_typed_unless_it_is_edited(void **state)
{
	struct prompt prompt = { 0 };

	(void)state;
	prompt_open(&prompt, "F", NULL, "1h", NULL);
	prompt.is_preset = true;
	assert_int_equal(prompt_key(&prompt, 7), PROMPT_TYPING); /* means nothing, changes nothing */
	type(&prompt, "30m");
	assert_string_equal(prompt.text, "30m");
	prompt_open(&prompt, "F", NULL, "1h", NULL);
	prompt.is_preset = true;
	prompt_key(&prompt, KEYCODE_END);
	type(&prompt, "5m");
	assert_string_equal(prompt.text, "1h5m");
	prompt_open(&prompt, "F", NULL, "1h", NULL);
	prompt.is_preset = true;
	prompt_key(&prompt, KEYCODE_BACKSPACE);
	type(&prompt, "d");
	assert_string_equal(prompt.text, "1d");
	prompt_close(&prompt);
}

static void no_key_is_in_its_table_twice(void **state)
{
	size_t count;
	const struct prompt_row *rows = prompt_table(&count);

	(void)state;
	assert_true(count > 8);
	for (size_t i = 0; i < count; i++) {
		assert_non_null(rows[i].help);
		for (unsigned k = 0; k < 4 && rows[i].keys[k]; k++)
			for (size_t j = i + 1; j < count; j++)
				for (unsigned l = 0; l < 4; l++)
					assert_int_not_equal(rows[i].keys[k], rows[j].keys[l]);
	}
}

static void random_keys_leave_a_clean_text(void **state)
{
	struct prompt_history history = { 0 };
	struct prompt prompt = { 0 };
	uint64_t random = 5;

	(void)state;
	prompt_open(&prompt, "F", NULL, "", &history);
	for (unsigned i = 0; i < 200000; i++) {
		struct buf clean = { 0 };
		uint32_t key;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		key = (uint32_t)(random >> 33) % (i % 3 ? 300 : KEYCODE_F12 + 5);
		if (prompt_key(&prompt, key) == PROMPT_DONE)
			prompt_history_add(&history, prompt.text);
		assert_true(prompt.cursor <= prompt.length && prompt.length <= PROMPT_MAX_BYTES);
		assert_int_equal(prompt.text[prompt.length], '\0');
		if (i % 64)
			continue;
		text_clean(&clean, prompt.text, prompt.length, false);
		assert_string_equal(clean.bytes, prompt.text);
		buf_fini(&clean);
	}
	prompt_close(&prompt);
	prompt_history_fini(&history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_go_in_at_the_cursor),
		cmocka_unit_test(keys_of_editing_delete_what_they_say),
		cmocka_unit_test(characters_beyond_ascii_move_and_leave_as_one),
		cmocka_unit_test(what_a_terminal_must_not_get_cannot_be_typed),
		cmocka_unit_test(a_text_ends_at_its_limit_with_a_whole_character),
		cmocka_unit_test(a_long_text_scrolls_so_that_the_cursor_is_seen),
		cmocka_unit_test(older_texts_come_back_and_the_one_in_work_is_not_lost),
		cmocka_unit_test(it_can_be_opened_anew_with_its_own_text),
		cmocka_unit_test(a_proposal_gives_way_to_what_is_typed_unless_it_is_edited),
		cmocka_unit_test(no_key_is_in_its_table_twice),
		cmocka_unit_test(random_keys_leave_a_clean_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
