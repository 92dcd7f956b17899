// SPDX-License-Identifier: Apache-2.0
/*
 * In: values. Out: json-c objects, and their text on one line.
 * The rule that surprises: json-c passes bad UTF-8 through, so every text from outside carries its own serializer; and its
 * keys have none, so foreign keys are cleaned before they get in.
 */
#include "sink/member.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/refuse.h"
#include "base/text.h"
#include "base/units.h"

/* Allocation cannot fail: the same end that mem_new makes. */
static struct json_object *member_made(struct json_object *value)
{
	if (!value) {
		warn("out of memory");
		_exit(EXIT_CODE_RUNTIME);
	}
	return value;
}

struct json_object *member_object(void)
{
	return member_made(json_object_new_object());
}

struct json_object *member_array(void)
{
	return member_made(json_object_new_array());
}

void member_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add_ex(object, key, member_made(value),
				      JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT))
		member_made(NULL);
}

void member_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, member_made(value)))
		member_made(NULL);
}

void member_foreign(struct json_object *object, const char *key, struct json_object *value)
{
	struct buf clean = { 0 };

	text_clean(&clean, key, strlen(key), false);
	if (json_object_object_add(object, clean.bytes, member_made(value)))
		member_made(NULL);
	buf_fini(&clean);
}

struct json_object *member_new_word(const char *word)
{
	return member_made(json_object_new_string(word));
}

struct json_object *member_new_count(uint64_t count)
{
	return member_made(json_object_new_uint64(count));
}

struct json_object *member_new_signed(int64_t number)
{
	return member_made(json_object_new_int64(number));
}

void member_word(struct json_object *object, const char *key, const char *word)
{
	member_add(object, key, member_new_word(word));
}

static int member_escape(struct json_object *string, struct printbuf *out, int level, int flags)
{
	struct buf escaped = { 0 };
	int result;

	(void)level;
	(void)flags;
	text_json(&escaped, json_object_get_string(string),
		  (size_t)json_object_get_string_len(string));
	result = printbuf_memappend(out, escaped.bytes, (int)escaped.length);
	buf_fini(&escaped);
	return result;
}

static struct json_object *member_new_text(const char *bytes, size_t length)
{
	struct json_object *string = member_made(json_object_new_string_len(bytes, (int)length));

	json_object_set_serializer(string, member_escape, NULL, NULL);
	return string;
}

void member_text(struct json_object *object, const char *key, const char *bytes, size_t length)
{
	member_add(object, key, member_new_text(bytes, length));
}

struct json_object *member_new_string(const char *text)
{
	return member_new_text(text, strlen(text));
}

void member_foreign_string(struct json_object *object, const char *key, const char *text)
{
	member_foreign(object, key, member_new_text(text, strlen(text)));
}

void member_string(struct json_object *object, const char *key, const char *text)
{
	if (text)
		member_text(object, key, text, strlen(text));
}

void member_field(struct json_object *object, const char *key, const char *bytes, size_t size_bytes)
{
	size_t length = strnlen(bytes, size_bytes);

	if (length)
		member_text(object, key, bytes, length);
}

void member_count(struct json_object *object, const char *key, uint64_t count)
{
	member_add(object, key, member_new_count(count));
}

void member_signed(struct json_object *object, const char *key, int64_t number)
{
	member_add(object, key, member_new_signed(number));
}

void member_flag(struct json_object *object, const char *key, bool flag)
{
	member_add(object, key, json_object_new_boolean(flag));
}

/* The shortest digits that read back as the same number, with a point whatever the locale says. */
static void member_digits(char *out, size_t size_bytes, double number)
{
	size_t from, to = 0, run;
	int digits;

	for (digits = 15; digits <= 17; digits++) {
		snprintf(out, size_bytes, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			break;
	}
	for (from = 0; out[from];) {
		run = strcspn(out + from, "0123456789eE+-");
		if (run)
			out[to++] = '.';
		from += run;
		if (out[from])
			out[to++] = out[from++];
	}
	out[to] = '\0';
	if (!strpbrk(out, ".e"))
		snprintf(out + to, size_bytes - to, ".0");
}

struct json_object *member_new_number(double number)
{
	char digits[40];

	if (!isfinite(number))
		return member_new_word(isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
	member_digits(digits, sizeof(digits), number);
	return member_made(json_object_new_double_s(number, digits));
}

void member_number(struct json_object *object, const char *key, double number)
{
	member_add(object, key, member_new_number(number));
}

void member_ratio(struct json_object *object, const char *key, double ratio)
{
	if (isfinite(ratio))
		member_number(object, key, ratio);
}

void member_time(struct json_object *object, const char *key, uint64_t real_ns)
{
	member_word(object, key, units_rfc3339(real_ns).text);
}

void member_print_inside(struct buf *out, struct json_object *object)
{
	size_t length;
	const char *text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);

	if (!text)
		member_made(NULL);
	buf_add(out, text, length);
	json_object_put(object);
}

void member_print(struct buf *out, struct json_object *object)
{
	member_print_inside(out, object);
	buf_char(out, '\n');
}
