// SPDX-License-Identifier: Apache-2.0
/*
 * In: JSON text whose CRC held. Out: what the run was seen with.
 * The rule that surprises: the text is counted before it is parsed. A CRC is no seal; a megabyte of
 * "[{},{},...]" would become hundreds of megabytes of objects.
 */
#include "source/replay_preamble.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/refuse.h"
#include "model/recording.h"

#define LIMIT_PARTS 8192 /* objects, arrays and commas: some 2,700 engine files */

static bool preamble_is_modest(const char *text, size_t length)
{
	size_t i, parts = 0;
	bool is_quoted = false;

	for (i = 0; i < length; i++) {
		if (is_quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && strchr("{[,", text[i]) && text[i])
			parts++;
	}
	return parts <= LIMIT_PARTS;
}

static bool get_text(struct json_object *object, const char *key, struct arena *arena, char **text,
		     size_t *length)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!json_object_is_type(value, json_type_string))
		return false;
	*length = (size_t)json_object_get_string_len(value);
	*text = arena_string(arena, json_object_get_string(value), *length);
	return true;
}

static bool get_number(struct json_object *object, const char *key, uint64_t *number)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!json_object_is_type(value, json_type_int) || (json_object_get_int64(value) < 0))
		return false;
	*number = json_object_get_uint64(value);
	return true;
}

/* Older recordings do not have it. */
static bool get_limit(struct json_object *object, const char *key, uint64_t *number)
{
	*number = 0;
	return !json_object_object_get_ex(object, key, NULL) || get_number(object, key, number);
}

static bool get_run_id(struct json_object *object, uint64_t *run_id)
{
	struct json_object *value = json_object_object_get(object, "run_id");
	const char *text =
		json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";

	if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
		return false;
	*run_id = strtoull(text, NULL, 16);
	return true;
}

static bool get_engines(struct json_object *object, struct arena *arena,
			struct replay_preamble *preamble)
{
	struct json_object *array = json_object_object_get(object, "engines");
	struct engine_text *texts;
	size_t i, unused;

	if (!json_object_is_type(array, json_type_array))
		return false;
	preamble->engine_texts_count = json_object_array_length(array);
	texts = arena_new(arena, preamble->engine_texts_count * sizeof(*texts));
	preamble->engine_texts = texts;
	for (i = 0; i < preamble->engine_texts_count; i++) {
		struct json_object *entry = json_object_array_get_idx(array, i);

		if (!json_object_is_type(entry, json_type_object) ||
		    !get_text(entry, "file", arena, &texts[i].file, &unused) ||
		    !get_text(entry, "text", arena, &texts[i].text, &texts[i].length))
			return false;
	}
	return true;
}

static bool preamble_get(struct json_object *object, struct arena *arena,
			 struct replay_preamble *preamble)
{
	char *tool_version, *host;
	size_t unused;

	if (!get_text(object, "tool_version", arena, &tool_version, &unused) ||
	    !get_text(object, "host", arena, &host, &unused))
		return false;
	if (!get_limit(object, "metrics_age_ns", &preamble->metrics_age_ns) ||
	    !get_limit(object, "metrics_bytes", &preamble->metrics_bytes))
		return false;
	preamble->tool_version = tool_version;
	preamble->host = host;
	return get_run_id(object, &preamble->run_id) &&
	       get_number(object, "interval_ns", &preamble->interval_ns) &&
	       get_number(object, "started_real_ns", &preamble->started_real_ns) &&
	       get_engines(object, arena, preamble);
}

int replay_preamble_parse(struct replay_preamble *preamble, struct arena *arena, const char *path,
			  const char *text, size_t length)
{
	struct json_tokener *tokener;
	struct json_object *object = NULL;
	uint64_t version = 0;
	int error = 0;

	if (preamble_is_modest(text, length)) {
		tokener = json_tokener_new();
		object = json_tokener_parse_ex(tokener, text, (int)length);
		json_tokener_free(tokener);
	}
	if (!json_object_is_type(object, json_type_object) ||
	    !get_number(object, "format_version", &version))
		error = refuse(-EINVAL, "%s: not a recording: no preamble in it", path);
	else if (version != RECORDING_FORMAT_VERSION)
		error = refuse(-EINVAL,
			       "%s: a recording of format %llu; this program reads format %u only",
			       path, (unsigned long long)version, RECORDING_FORMAT_VERSION);
	else if (!preamble_get(object, arena, preamble))
		error = refuse(-EINVAL, "%s: not a recording: its preamble is not complete", path);
	preamble->format_version = (uint32_t)version;
	json_object_put(object);
	return error;
}
