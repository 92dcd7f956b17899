// SPDX-License-Identifier: Apache-2.0
/* Hostile bytes in; what may come out is checked by an independent reader where there is one
 * (json-c). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static uint64_t random_state = 88172645463325252ull;

static unsigned random_below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % limit;
}

static size_t utf8_put(char *to, unsigned code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Bytes of every sort: plain, control, bidi and separators, broken UTF-8, anything. */
static size_t random_text(char *to, size_t room)
{
	static const unsigned nasty[] = {0x9b,	 0x85,	 0x61c,	  0x200b,  0x200e, 0x2028, 0x202e,
					 0x2066, 0xfeff, 0xe0041, 0x1b,	   0x7f,   0,	   '"',
					 '\\',	 0x4f60, 0x301,	  0x1f600, 0xfffd, 0xffff};
	size_t length = 0, limit = random_below((unsigned)room - 4);

	while (length < limit) {
		unsigned sort = random_below(5);

		if (sort == 0)
			to[length++] = (char)random_below(256);
		else if (sort == 1)
			length += utf8_put(to + length, nasty[random_below(20)]);
		else if (sort == 2)
			length +=
				utf8_put(to + length, random_below(0x110000)); /* surrogates too */
		else if (sort == 3 && length)
			length--; /* cuts a sequence */
		else
			to[length++] = (char)('a' + random_below(26));
	}
	return length;
}

static int is_dangerous(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code >> 7 == 0xe0000 >> 7;
}

/* Valid UTF-8 without a dangerous character. */
static void assert_clean(const char *bytes, size_t length)
{
	size_t at, used;

	for (at = 0; at < length; at += used) {
		unsigned code = text_next(bytes + at, length - at, &used);

		assert_false(is_dangerous(code));
		if (code == 0xfffd)
			assert_memory_equal(bytes + at, "\xef\xbf\xbd", 3);
	}
}

static void every_code_point_is_read_back(void **state)
{
	unsigned code;
	char bytes[4];
	size_t used;

	(void)state;
	for (code = 0; code < 0x110000; code++) {
		size_t length = utf8_put(bytes, code);

		if (code >= 0xd800 && code < 0xe000) {
			assert_int_equal(text_next(bytes, length, &used), 0xfffd);
			assert_int_equal(used, 1);
			continue;
		}
		assert_int_equal(text_next(bytes, length, &used), code);
		assert_int_equal(used, length);
		if (length > 1) {
			assert_int_equal(text_next(bytes, length - 1, &used), 0xfffd);
			assert_int_equal(used, 1);
		}
	}
}

static void broken_utf8_is_replaced_byte_by_byte(void **state)
{
	static const char *const broken[] = {
		"\x80",		"\xc0\x80",	    "\xc1\xbf",		"\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff",		"\xe4\xbd",	    "\xed\xa0\x80"};
	size_t i, used;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct buf out = {0};
		size_t length = strlen(broken[i]);

		assert_int_equal(text_next(broken[i], length, &used), 0xfffd);
		assert_int_equal(used, 1);
		text_clean(&out, broken[i], length, false);
		assert_int_equal(out.length, 3 * length);
		buf_reset(&out);
		text_clean(&out, broken[i], length, true);
		assert_int_equal(out.length, length);
		assert_int_equal(strspn(out.bytes, "?"), length);
		buf_fini(&out);
	}
}

static void dangerous_characters_are_escaped_for_a_terminal(void **state)
{
	static const char text[] = "a\x1b[1m\n\x7f|\xc2\x9b|\xe2\x80\xae|\xe2\x80\xa8|\xef\xbb\xbf|"
				   "\xe2\x80\x8b|\xd8\x9c|\xf3\xa0\x81\x81|\xe4\xbd\xa0";
	struct buf out = {0};

	(void)state;
	text_clean(&out, text, sizeof(text) - 1, false);
	assert_string_equal(out.bytes,
			    "a\\x1b[1m\\x0a\\x7f|\\u{009b}|\\u{202e}|\\u{2028}|\\u{feff}|"
			    "\\u{200b}|\\u{061c}|\\u{e0041}|\xe4\xbd\xa0");
	buf_reset(&out);
	text_clean(&out, text, sizeof(text) - 1, true);
	assert_string_equal(out.bytes,
			    "a\\x1b[1m\\x0a\\x7f|\\u{009b}|\\u{202e}|\\u{2028}|\\u{feff}|"
			    "\\u{200b}|\\u{061c}|\\u{e0041}|?");
	buf_fini(&out);
}

static void random_bytes_never_leave_a_control_byte(void **state)
{
	struct buf out = {0};
	char text[200];
	unsigned i;
	size_t at;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size_t length = random_text(text, sizeof(text));

		buf_reset(&out);
		text_clean(&out, text, length, false);
		assert_clean(out.bytes, out.length);
		buf_reset(&out);
		text_clean(&out, text, length, true);
		for (at = 0; at < out.length; at++)
			assert_in_range(out.bytes[at], 0x20, 0x7e);
	}
	buf_fini(&out);
}

static void fitted_text_has_the_wanted_columns(void **state)
{
	struct buf out = {0}, clean = {0};
	char text[100];
	unsigned i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size_t length = random_text(text, sizeof(text));
		size_t columns = random_below(60);
		bool ascii = random_below(2);
		size_t whole;

		buf_reset(&clean);
		text_clean(&clean, text, length, ascii);
		whole = text_columns(clean.bytes, clean.length);
		buf_reset(&out);
		text_fit(&out, text, length, columns, true, ascii);
		assert_int_equal(strlen(out.bytes), out.length);
		assert_int_equal(text_columns(out.bytes, out.length), columns);
		assert_clean(out.bytes, out.length);
		buf_reset(&out);
		text_fit(&out, text, length, columns, false, ascii);
		if (whole <= columns) {
			assert_string_equal(out.bytes, clean.bytes);
		} else {
			const char *mark = ascii ? "~" : "…";

			assert_true(text_columns(out.bytes, out.length) <= columns);
			assert_true(columns == 0 ||
				    !strcmp(out.bytes + out.length - strlen(mark), mark));
		}
	}
	buf_fini(&out);
	buf_fini(&clean);
}

static void fitting_cuts_marks_and_pads(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		bool pad, ascii;
		const char *want;
	} cases[] = {
		{"hello", 5, true, false, "hello"},
		{"hello", 7, true, false, "hello  "},
		{"hello", 7, false, false, "hello"},
		{"hello", 4, true, false, "hel…"},
		{"hello", 4, true, true, "hel~"},
		{"hello", 1, true, false, "…"},
		{"hello", 0, true, false, ""},
		{"你好吗", 6, true, false, "你好吗"},
		{"你好吗", 5, true, false, "你好…"},
		{"你好吗", 4, true, false, "你… "},
		{"e\xcc\x81xyz", 3, true, false, "e\xcc\x81x…"},
		{"", 3, true, false, "   "},
	};
	struct buf out = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		text_fit(&out, cases[i].text, strlen(cases[i].text), cases[i].columns, cases[i].pad,
			 cases[i].ascii);
		assert_string_equal(out.bytes, cases[i].want);
	}
	buf_fini(&out);
}

static void wide_and_combining_characters_count_their_columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("abc", 3), 3);
	assert_int_equal(text_columns("你好", 6), 4);
	assert_int_equal(text_columns("한글", 6), 4);
	assert_int_equal(text_columns("e\xcc\x81", 3), 1);
	assert_int_equal(text_columns("é…│█", strlen("é…│█")), 4);
	assert_int_equal(text_columns("\xf0\x9f\x98\x80", 4), 2);
	assert_int_equal(text_columns("\xef\xbd\x81", 3), 2); /* fullwidth a */
}

/* What json-c must read: the same text, bad bytes replaced. */
static void plain_utf8(struct buf *out, const char *bytes, size_t length)
{
	size_t at, used;

	buf_add(out, "", 0);
	for (at = 0; at < length; at += used) {
		unsigned code = text_next(bytes + at, length - at, &used);

		if (code == 0xfffd)
			buf_add(out, "\xef\xbf\xbd", 3);
		else
			buf_add(out, bytes + at, used);
	}
}

static void a_json_reader_gets_back_every_text(void **state)
{
	struct buf out = {0}, want = {0};
	char text[200];
	unsigned i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size_t length = random_text(text, sizeof(text));
		struct json_tokener *reader = json_tokener_new();
		struct json_object *read;

		buf_reset(&out);
		text_json(&out, text, length);
		assert_clean(out.bytes, out.length);
		json_tokener_set_flags(reader, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		read = json_tokener_parse_ex(reader, out.bytes, (int)out.length + 1);
		assert_int_equal(json_tokener_get_error(reader), json_tokener_success);
		assert_true(json_object_is_type(read, json_type_string));
		buf_reset(&want);
		plain_utf8(&want, text, length);
		assert_int_equal(json_object_get_string_len(read), want.length);
		assert_memory_equal(json_object_get_string(read), want.bytes, want.length);
		json_object_put(read);
		json_tokener_free(reader);
	}
	buf_fini(&out);
	buf_fini(&want);
}

static void json_escapes_are_the_short_ones_where_there_are_some(void **state)
{
	static const char text[] =
		"\"\\/\b\f\n\r\t\x01\x7f\xc2\x85\xe2\x80\xae\xf3\xa0\x80\x81\xff";
	struct buf out = {0};

	(void)state;
	text_json(&out, text, sizeof(text) - 1);
	assert_string_equal(out.bytes, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\\u0085\\u202e"
				       "\\udb40\\udc01\xef\xbf\xbd\"");
	buf_reset(&out);
	text_json(&out, "a\0b", 3);
	assert_string_equal(out.bytes, "\"a\\u0000b\"");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_is_read_back),
		cmocka_unit_test(broken_utf8_is_replaced_byte_by_byte),
		cmocka_unit_test(dangerous_characters_are_escaped_for_a_terminal),
		cmocka_unit_test(random_bytes_never_leave_a_control_byte),
		cmocka_unit_test(fitted_text_has_the_wanted_columns),
		cmocka_unit_test(fitting_cuts_marks_and_pads),
		cmocka_unit_test(wide_and_combining_characters_count_their_columns),
		cmocka_unit_test(a_json_reader_gets_back_every_text),
		cmocka_unit_test(json_escapes_are_the_short_ones_where_there_are_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
