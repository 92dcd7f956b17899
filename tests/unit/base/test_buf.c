// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"

static void pieces_are_joined_and_terminated(void **state)
{
	struct buf buf = {0};

	(void)state;
	buf_text(&buf, "ab");
	buf_char(&buf, 'c');
	buf_add(&buf, "d\0e", 3);
	buf_fill(&buf, "xy", 3);
	buf_format(&buf, "%d%s", 42, "!");
	assert_int_equal(buf.length, 15);
	assert_memory_equal(buf.bytes, "abcd\0exyxyxy42!", 16);
	buf_fini(&buf);
	assert_null(buf.bytes);
}

static void adding_nothing_still_terminates(void **state)
{
	struct buf buf = {0};

	(void)state;
	buf_add(&buf, NULL, 0);
	assert_string_equal(buf.bytes, "");
	buf_fini(&buf);
	buf_fill(&buf, "x", 0);
	assert_string_equal(buf.bytes, "");
	buf_fini(&buf);
	buf_format(&buf, "%s", "");
	assert_string_equal(buf.bytes, "");
	buf_fini(&buf);
}

static void a_format_longer_than_the_room_is_whole(void **state)
{
	struct buf buf = {0};
	char text[1000];
	size_t length;

	(void)state;
	for (length = 0; length < sizeof(text); length++) {
		memset(text, 'a', length);
		text[length] = '\0';
		buf_fini(&buf);
		buf_char(&buf, '<');
		buf_format(&buf, "%s>", text);
		assert_int_equal(buf.length, length + 2);
		assert_int_equal(strlen(buf.bytes), length + 2);
		assert_int_equal(buf.bytes[length + 1], '>');
	}
	buf_fini(&buf);
}

static void a_reset_keeps_the_memory(void **state)
{
	struct buf buf = {0};
	const char *bytes;

	(void)state;
	buf_reset(&buf);
	assert_null(buf.bytes);
	buf_text(&buf, "something");
	bytes = buf.bytes;
	buf_reset(&buf);
	assert_string_equal(buf.bytes, "");
	buf_text(&buf, "other");
	assert_ptr_equal(buf.bytes, bytes);
	assert_string_equal(buf.bytes, "other");
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_joined_and_terminated),
		cmocka_unit_test(adding_nothing_still_terminates),
		cmocka_unit_test(a_format_longer_than_the_room_is_whole),
		cmocka_unit_test(a_reset_keeps_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
