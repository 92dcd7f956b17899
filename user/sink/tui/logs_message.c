/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: one JSON object. Out: its sentence, and what of the rest tells most, the most telling first. The rule that
 * surprises: keys are shown as the filter takes them (first_audio=35.0 ms; \first_audio>30ms), so whoever reads a
 * row knows what to type.
 */
#include "sink/tui/logs_message.h"

#include <json-c/json_tokener.h>
#include <string.h>

#include "base/units.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define CLOCK_AT	11 /* of 2026-11-24T07:32:00.123456789Z */
#define CLOCK_BYTES	12

/* By event, in the order in which they are shown; a key that holds an object stands for all that is in it. */
static const struct {
	const char *event, *keys[14];
} shown[] = {
	{ "trace", { "incomplete", "partial", "first_audio_ns", "rtf", "queue_wait_ns", "text_bytes", "audio_ns",
		     "engine", "service", "comm", "pid", "spans_dropped" } },
	{ "process", { "comm", "pid", "service", "exit_code", "exit_signal", "exe", "engine", "name", "attrs" } },
	{ "loss", { "stage", "engine", "name", "pid" } },
	{ "alert", { "labels", "reason", "acknowledged", "silenced", "inhibited_by", "annotations" } },
	{ "rules", { "text", "mistakes", "uid", "files" } },
	{ "control", { "comment", "text", "uid", "alert_id", "silence_id" } },
	{ "notification", { "receiver", "count", "escalation_step", "unacknowledged_ns", "group", "labels" } },
	{ "status", { "lost", "let_go", "alerts_firing", "alerts_pending", "alerts_unknown", "traces",
		      "incomplete_traces", "open_traces", "spans", "records", "uptime_ns" } },
};

/* Said by a column, by the sentence, or by nobody who is in a hurry. */
static const char *const left_out[] = {
	"v", "ts", "level", "event", "msg", "trace_id", "trace_ids", "span_id", "parent_span_id",
	"alertname", "severity", "probe_id", "engine_file", "object", "enter_offset_bytes",
};

struct json_object *logs_parse(const char *line, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object = NULL;

	if (!tokener)
		return NULL;
	object = json_tokener_parse_ex(tokener, line, (int)length);
	json_tokener_free(tokener);
	if (object && !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	return object;
}

static bool ends_with(const char *text, size_t length, const char *end, size_t *without)
{
	size_t end_length = strlen(end);

	if (length <= end_length || memcmp(text + length - end_length, end, end_length) != 0)
		return false;
	*without = length - end_length;
	return true;
}

void logs_number_print(struct buf *out, const char *key, struct json_object *value, size_t *key_length)
{
	bool is_whole = json_object_is_type(value, json_type_int);
	uint64_t number = is_whole ? json_object_get_uint64(value) : 0;
	size_t length = strlen(key);

	*key_length = length;
	if (is_whole && json_object_get_int64(value) >= 0 && ends_with(key, length, "_ns", key_length))
		buf_text(out, units_ns(number).text);
	else if (is_whole && json_object_get_int64(value) >= 0 && ends_with(key, length, "_bytes", key_length))
		buf_text(out, units_bytes(number).text);
	else if (json_object_is_type(value, json_type_double))
		buf_text(out, units_ratio(json_object_get_double(value)).text);
}

static bool is_left_out(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(left_out); i++)
		if (!strcmp(key, left_out[i]))
			return true;
	return false;
}

static void add_string(struct buf *out, struct json_object *value)
{
	const char *text = json_object_get_string(value);
	size_t length = (size_t)json_object_get_string_len(value);
	bool is_quoted = !length || memchr(text, ' ', length);

	if (length > LOGS_MESSAGE_MAX_BYTES)
		length = LOGS_MESSAGE_MAX_BYTES;
	buf_text(out, is_quoted ? "\"" : "");
	buf_add(out, text, length);
	buf_text(out, is_quoted ? "\"" : "");
}

static void add_member(struct buf *out, const char *key, struct json_object *value, unsigned depth)
{
	struct buf number = { 0 };
	size_t key_length = strlen(key);

	if (!value || is_left_out(key) || out->length > LOGS_MESSAGE_MAX_BYTES)
		return;
	if (json_object_is_type(value, json_type_object) && depth < 2) {
		json_object_object_foreach(value, inner_key, inner) add_member(out, inner_key, inner, depth + 1);
		return;
	}
	if (json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value))
		return;
	if (out->length)
		buf_char(out, ' ');
	if (json_object_is_type(value, json_type_boolean)) {
		buf_text(out, key);
		return;
	}
	buf_text(&number, "");
	logs_number_print(&number, key, value, &key_length);
	buf_add(out, key, key_length);
	buf_char(out, '=');
	if (json_object_is_type(value, json_type_string))
		add_string(out, value);
	else
		buf_text(out, number.length ? number.bytes : json_object_to_json_string_ext(value, LOGS_JSON_PLAIN));
	buf_fini(&number);
}

static void add_more(struct buf *out, const char *event, struct json_object *object)
{
	struct json_object *value;

	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		if (strcmp(event, shown[i].event) != 0)
			continue;
		for (size_t k = 0; k < COUNT_OF(shown[i].keys) && shown[i].keys[k]; k++)
			if (json_object_object_get_ex(object, shown[i].keys[k], &value))
				add_member(out, shown[i].keys[k], value, 0);
		return;
	}
	json_object_object_foreach(object, key, member) add_member(out, key, member, 0);
}

static const char *text_of(struct json_object *object, const char *key, size_t *length)
{
	struct json_object *value;

	*length = 0;
	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
		return "";
	*length = (size_t)json_object_get_string_len(value);
	return json_object_get_string(value);
}

static void read_clock(struct logs_message *message, const char *ts, size_t length)
{
	static const char form[] = "00:00:00.000";

	if (length < CLOCK_AT + CLOCK_BYTES)
		return;
	for (size_t i = 0; i < CLOCK_BYTES; i++) {
		char c = ts[CLOCK_AT + i];

		if (form[i] == '0' ? c < '0' || c > '9' : c != form[i])
			return;
	}
	memcpy(message->clock, ts + CLOCK_AT, CLOCK_BYTES);
	message->clock[CLOCK_BYTES] = '\0';
}

void logs_message_make(struct logs_message *message, const char *line, size_t length)
{
	struct json_object *object = logs_parse(line, length);
	const char *text;
	size_t text_length;

	message->clock[0] = message->event[0] = '\0';
	buf_reset(&message->text);
	buf_reset(&message->more);
	buf_text(&message->more, "");
	if (!object) {
		buf_text(&message->text, "");
		buf_add(&message->text, line, length < LOGS_MESSAGE_MAX_BYTES ? length : LOGS_MESSAGE_MAX_BYTES);
		return;
	}
	text = text_of(object, "ts", &text_length);
	read_clock(message, text, text_length);
	text = text_of(object, "event", &text_length);
	if (text_length < sizeof(message->event)) {
		memcpy(message->event, text, text_length);
		message->event[text_length] = '\0';
	}
	text = text_of(object, "msg", &text_length);
	buf_text(&message->text, "");
	buf_add(&message->text, text, text_length < LOGS_MESSAGE_MAX_BYTES ? text_length : LOGS_MESSAGE_MAX_BYTES);
	add_more(&message->more, message->event, object);
	json_object_put(object);
}

void logs_message_fini(struct logs_message *message)
{
	buf_fini(&message->text);
	buf_fini(&message->more);
}

enum style logs_level_style(enum log_level level)
{
	return (enum style)(STYLE_LEVEL_DEBUG + (level < LOG_LEVELS ? level : LOG_LEVEL_INFO));
}
