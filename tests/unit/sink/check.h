/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for everything that is shown, whatever the width and the names. Include after cmocka.h. */
#ifndef TESTS_SINK_CHECK_H
#define TESTS_SINK_CHECK_H

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sink/sinks.h"

/* Bytes of every sort but NUL: plain, control, bidi, broken UTF-8. */
static inline void check_nasty(char *to, size_t size, unsigned seed)
{
	static const char *const pieces[] = { "\033[31m", "\n", "\"", "\\", "{\"x\":", "\x80", "\xff",
					      "\xe2\x80\xae", "\xc3\xa9", "\xed\xa0\x80", "\x7f", "\t",
					      "a", "\xf0\x9f\x98\x80", "\xe4\xbd\xa0", "/", "\xc2\x9b" };
	size_t length = 0;

	for (;;) {
		const char *piece;

		seed = seed * 1103515245u + 12345u;
		piece = pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
		if (length + strlen(piece) + 1 > size)
			break;
		memcpy(to + length, piece, strlen(piece));
		length += strlen(piece);
	}
	to[length] = '\0';
}

/* Without colours; fails at any other escape. To be freed. */
static inline char *check_strip(const char *text)
{
	char *plain = malloc(strlen(text) + 1), *to = plain;

	while (*text) {
		if (*text == '\033') {
			assert_int_equal(text[1], '[');
			text += 2 + strspn(text + 2, "0123456789;");
			assert_int_equal(*text, 'm');
			text++;
			continue;
		}
		*to++ = *text++;
	}
	*to = '\0';
	return plain;
}

/* Whole lines, none wider than the look, no trailing blanks, no control bytes, ASCII when wanted. */
static inline void check_shown(const char *text, const struct look *look)
{
	char *plain = check_strip(text), *line, *end;
	size_t at, used, columns = look->columns < 20 ? 20 : look->columns;

	if (!look->colour)
		assert_null(strchr(text, '\033'));
	for (line = plain; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		if (text_columns(line, (size_t)(end - line)) > columns)
			fail_msg("%zu columns in a look of %zu: %.*s",
				 text_columns(line, (size_t)(end - line)), columns, (int)(end - line),
				 line);
		for (at = 0; line + at < end; at += used) {
			unsigned code = text_next(line + at, (size_t)(end - line) - at, &used);

			assert_true(code >= 0x20 && !(code >= 0x7f && code < 0xa0));
			assert_true(code != 0x202e);
			if (look->ascii)
				assert_true(code < 0x7f);
		}
		if (end > line && !look->colour)
			assert_true(end[-1] != ' ');
	}
	free(plain);
}

/* A line as an object, by a strict reader; it consumes all of the line. */
static inline struct json_object *check_json(const char *line, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)length);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		fail_msg("%s in: %.*s", json_tokener_error_desc(json_tokener_get_error(tokener)),
			 (int)length, line);
	assert_int_equal(json_tokener_get_parse_end(tokener), length);
	json_tokener_free(tokener);
	assert_non_null(object);
	assert_true(json_object_is_type(object, json_type_object));
	return object;
}

static inline const char *check_word(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return value ? json_object_get_string(value) : "(absent)";
}

static inline uint64_t check_count(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!value)
		fail_msg("no %s", key);
	assert_true(json_object_is_type(value, json_type_int));
	return json_object_get_uint64(value);
}

static inline bool check_has(struct json_object *object, const char *key)
{
	return json_object_object_get_ex(object, key, NULL);
}

/* What a reader must get for these bytes: bad ones are U+FFFD, everything else is itself. */
static inline void check_expect(struct buf *out, const char *bytes)
{
	size_t length = strlen(bytes), at, used;

	buf_add(out, "", 0);
	for (at = 0; at < length; at += used) {
		if (text_next(bytes + at, length - at, &used) == 0xfffd)
			buf_text(out, "\xef\xbf\xbd");
		else
			buf_add(out, bytes + at, used);
	}
}

#endif
