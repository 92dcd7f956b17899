/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of the JSON objects that we print. Keys are constants of ours; order of adding is order of printing.
 * In: any bytes, any number. Out: valid JSON in valid UTF-8. What JSON cannot say (NaN, infinity, NULL) is left out.
 */
#ifndef SINK_MEMBER_H
#define SINK_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/buf.h"

struct json_object *member_object(void);
struct json_object *member_array(void);
void member_add(struct json_object *object, const char *key, struct json_object *value); /* takes value */
void member_append(struct json_object *array, struct json_object *value);		 /* takes value */
void member_word(struct json_object *object, const char *key, const char *word); /* a word of ours */
void member_text(struct json_object *object, const char *key, const char *bytes, size_t length);
void member_string(struct json_object *object, const char *key, const char *text); /* hostile; NULL = left out */
void member_field(struct json_object *object, const char *key, const char *bytes,
		  size_t size_bytes); /* hostile, up to the NUL or the size; empty = left out */
void member_count(struct json_object *object, const char *key, uint64_t count);
void member_signed(struct json_object *object, const char *key, int64_t number);
void member_flag(struct json_object *object, const char *key, bool flag);
void member_ratio(struct json_object *object, const char *key, double ratio);
void member_number(struct json_object *object, const char *key, double number); /* what is not finite as "NaN", "+Inf", "-Inf" */
void member_time(struct json_object *object, const char *key, uint64_t real_ns); /* RFC 3339 */

/* The same with a key that comes from outside: it is cleaned first, and a second one of that name replaces the first. */
void member_foreign(struct json_object *object, const char *key, struct json_object *value);
void member_foreign_string(struct json_object *object, const char *key, const char *text); /* both hostile */
struct json_object *member_new_count(uint64_t count);
struct json_object *member_new_signed(int64_t number);
struct json_object *member_new_number(double number); /* as member_number */
struct json_object *member_new_word(const char *word);
struct json_object *member_new_string(const char *text); /* hostile */

/* Adds the object as one line to out, and frees it. */
void member_print(struct buf *out, struct json_object *object);
void member_print_inside(struct buf *out, struct json_object *object); /* without the newline: of another text */

#endif
