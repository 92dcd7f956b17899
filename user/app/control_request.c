// SPDX-License-Identifier: Apache-2.0
/*
 * In: a line from a client. Out: what it asks for, or a refusal that says which part is wrong.
 * The rule that surprises: a key that a command does not know is refused: "coment" must not lose
 * somebody's words.
 */
#include "app/control_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sink/member.h"

#define REQUEST_DEPTH 3

enum {
	KEY_ID = 1,
	KEY_MATCHERS = 2,
	KEY_FOR = 4,
	KEY_COMMENT = 8,
	KEY_LEVEL = 16,
	KEY_TRACE = 32,
	KEY_GREP = 64,
	KEY_LAST = 128,
	KEYS_LOGS = KEY_LEVEL | KEY_TRACE | KEY_GREP | KEY_LAST,
};

static const struct {
	const char *name;
	unsigned key;
} keys[] = {
	{"id", KEY_ID},	      {"matchers", KEY_MATCHERS}, {"for", KEY_FOR},   {"comment", KEY_COMMENT},
	{"level", KEY_LEVEL}, {"trace", KEY_TRACE},	  {"grep", KEY_GREP}, {"last", KEY_LAST},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct control_command commands[] = {
	{"status", 0, 0, false, control_status},
	{"alerts", 0, 0, false, control_alerts},
	{"silences", 0, 0, false, control_silences},
	{"ack", KEY_ID | KEY_COMMENT, KEY_ID, true, control_ack},
	{"resolve", KEY_ID | KEY_COMMENT, KEY_ID, true, control_resolve},
	{"silence", KEY_MATCHERS | KEY_FOR | KEY_COMMENT, KEY_MATCHERS | KEY_FOR, true,
	 control_silence},
	{"unsilence", KEY_ID, KEY_ID, true, control_unsilence},
	{"reload", 0, 0, false, control_reload},
	{"logs", KEYS_LOGS, 0, false, control_logs},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

struct json_object *control_refusal(const char *code, const char *format, ...)
{
	struct json_object *object = member_object();
	va_list arguments;
	char *sentence;

	va_start(arguments, format);
	sentence = mem_vformat(format, arguments);
	va_end(arguments);
	member_flag(object, "ok", false);
	member_word(object, "code", code);
	member_string(object, "error", sentence);
	free(sentence);
	return object;
}

static const struct control_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static char **place_of(struct control_request *request, unsigned key)
{
	switch (key) {
	case KEY_ID:
		return &request->id;
	case KEY_MATCHERS:
		return &request->matchers;
	case KEY_FOR:
		return &request->duration;
	case KEY_LEVEL:
		return &request->level;
	case KEY_TRACE:
		return &request->trace;
	case KEY_GREP:
		return &request->grep;
	case KEY_LAST:
		return &request->last;
	default:
		return &request->comment;
	}
}

static struct json_object *take_key(struct control_request *request, unsigned key, const char *name,
				    struct json_object *value)
{
	bool is_text = json_object_is_type(value, json_type_string);
	const char *text;

	if (!is_text &&
	    !((key & (KEY_ID | KEY_LAST)) && json_object_is_type(value, json_type_int)))
		return control_refusal("bad_request", "\"%s\" is not a text", name);
	text = json_object_get_string(value);
	if (is_text && strlen(text) != (size_t)json_object_get_string_len(value))
		return control_refusal("bad_request", "\"%s\" holds a zero byte", name);
	if (strlen(text) > TT_CONTROL_TEXT_MAX)
		return control_refusal("bad_request", "\"%s\" is longer than %d bytes", name,
				       TT_CONTROL_TEXT_MAX);
	*place_of(request, key) = mem_string(text);
	return NULL;
}

static struct json_object *take_keys(struct control_request *request, struct json_object *object)
{
	json_object_object_foreach(object, name, value)
	{
		struct json_object *refusal;
		unsigned key = 0;

		for (size_t i = 0; i < KEYS; i++)
			if (!strcmp(keys[i].name, name))
				key = keys[i].key;
		if (!strcmp(name, "command"))
			continue;
		if (!(key & request->command->keys))
			return control_refusal("bad_request", "the command %s has no \"%s\"",
					       request->command->name, name);
		refusal = take_key(request, key, name, value);
		if (refusal)
			return refusal;
	}
	for (size_t i = 0; i < KEYS; i++)
		if ((keys[i].key & request->command->needs) && !*place_of(request, keys[i].key))
			return control_refusal("bad_request", "the command %s needs \"%s\"",
					       request->command->name, keys[i].name);
	if (!request->comment)
		request->comment = mem_string("");
	return NULL;
}

static struct json_object *take_object(struct control_request *request, struct json_object *object)
{
	struct json_object *name;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, "command", &name) ||
	    !json_object_is_type(name, json_type_string))
		return control_refusal(
			"bad_request",
			"a request is one line with a JSON object that has a \"command\"");
	request->command = find_command(json_object_get_string(name));
	if (!request->command)
		return control_refusal("bad_request",
				       "there is no command \"%.40s\"; there are status, alerts, "
				       "silences, ack, resolve, "
				       "silence, unsilence, reload and logs",
				       json_object_get_string(name));
	return take_keys(request, object);
}

struct json_object *control_request_read(struct control_request *request, const char *line,
					 size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(REQUEST_DEPTH);
	struct json_object *object, *refusal;

	*request = (struct control_request){0};
	if (!tokener)
		return control_refusal("busy", "there is no memory for a request");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)length);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		refusal = control_refusal("bad_request", "the request is not JSON: %s",
					  json_tokener_error_desc(json_tokener_get_error(tokener)));
	else
		refusal = take_object(request, object);
	json_object_put(object);
	json_tokener_free(tokener);
	return refusal;
}

void control_request_fini(struct control_request *request)
{
	free(request->id);
	free(request->matchers);
	free(request->duration);
	free(request->comment);
	free(request->level);
	free(request->trace);
	free(request->grep);
	free(request->last);
	*request = (struct control_request){0};
}
