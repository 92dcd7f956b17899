// SPDX-License-Identifier: Apache-2.0
/* In: an answer, hostile. Out: its fields by type, never a surprise; and the answer again with its
 * texts made harmless. */
#include "app/ctl_parts.h"

#include <string.h>

#include "sink/member.h"

static struct json_object *field(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value))
		return NULL;
	return json_object_is_type(value, type) ? value : NULL;
}

const char *ctl_text(struct json_object *object, const char *key)
{
	struct json_object *value = field(object, key, json_type_string);

	return value ? json_object_get_string(value) : "";
}

uint64_t ctl_count(struct json_object *object, const char *key)
{
	struct json_object *value = field(object, key, json_type_int);

	return value ? json_object_get_uint64(value) : 0;
}

double ctl_number(struct json_object *object, const char *key)
{
	struct json_object *value = field(object, key, json_type_double);

	return value ? json_object_get_double(value) : (double)ctl_count(object, key);
}

bool ctl_flag(struct json_object *object, const char *key)
{
	return json_object_get_boolean(field(object, key, json_type_boolean));
}

bool ctl_has(struct json_object *object, const char *key)
{
	return json_object_is_type(object, json_type_object) &&
	       json_object_object_get_ex(object, key, NULL);
}

struct json_object *ctl_object(struct json_object *object, const char *key)
{
	return field(object, key, json_type_object);
}

struct json_object *ctl_array(struct json_object *object, const char *key, size_t *count)
{
	struct json_object *array = field(object, key, json_type_array);

	*count = array ? json_object_array_length(array) : 0;
	return array;
}

static struct json_object *harmless(struct json_object *value);

static struct json_object *harmless_object(struct json_object *object)
{
	struct json_object *copy = member_object();

	json_object_object_foreach(object, key, value)
	{
		if (json_object_is_type(value, json_type_string))
			member_foreign_string(copy, key, json_object_get_string(value));
		else if (value)
			member_foreign(copy, key, harmless(value));
	}
	return copy;
}

static struct json_object *harmless_array(struct json_object *array)
{
	struct json_object *copy = member_array();

	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *value = json_object_array_get_idx(array, i);

		if (value)
			member_append(copy, harmless(value));
	}
	return copy;
}

/* Numbers and truth stay what they are. */
static struct json_object *harmless(struct json_object *value)
{
	struct json_object *box, *copy;

	switch (json_object_get_type(value)) {
	case json_type_object:
		return harmless_object(value);
	case json_type_array:
		return harmless_array(value);
	case json_type_string:
		box = member_object();
		member_string(box, "text", json_object_get_string(value));
		copy = json_object_get(json_object_object_get(box, "text"));
		json_object_put(box);
		return copy;
	default:
		return json_object_get(value);
	}
}

void ctl_print_json(struct buf *out, struct json_object *answer)
{
	member_print(out, harmless(answer));
}
