// SPDX-License-Identifier: Apache-2.0
/*
 * In: nouns or bytes. Out: bytes or nouns.
 * The rule that surprises: it reads line by line, and each line must be what this file would write
 * of it. So whatever a JSON reader might let pass (keys twice, numbers in another form, more keys,
 * blanks) is damage, and memory is bound by what a line may hold.
 */
#include "app/state_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/limits.h"

#define STATE_VERSION 1
#define STATE_DEPTH   4
#define STATE_HEAD    "{\"ttsobs_state\":"

void state_content_fini(struct state_content *content)
{
	for (size_t i = 0; i < content->alerts_count; i++) {
		free(content->alerts[i].labels);
		free(content->alerts[i].ack_comment);
	}
	for (size_t i = 0; i < content->silences_count; i++) {
		free(content->silences[i].matchers);
		free(content->silences[i].comment);
	}
	free(content->alerts);
	free(content->silences);
	free(content->saved_at);
	free(content->service);
	free(content->told);
	*content = (struct state_content){0};
}

static void add_string(struct buf *body, const char *key, const char *text)
{
	text = text ? text : "";
	buf_text(body, key);
	text_json(body, text, strlen(text));
}

static void add_hex(struct buf *body, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	buf_char(body, '"');
	for (size_t i = 0; i < length; i++) {
		buf_char(body, digits[bytes[i] >> 4]);
		buf_char(body, digits[bytes[i] & 15]);
	}
	buf_char(body, '"');
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
	while (length--)
		if (bytes[length])
			return false;
	return true;
}

void state_text_begin(struct buf *body, const char *saved_at, uint32_t pid, const char *service)
{
	add_string(body, "\"saved_at\":", saved_at);
	buf_format(body, ",\"target\":{\"pid\":%" PRIu32, pid);
	add_string(body, ",\"service\":", service);
	buf_text(body, "},\n\"alerts\":[\n");
}

void state_text_alert(struct buf *body, const struct state_alert *alert, bool is_first)
{
	buf_format(body, "%s{\"id\":\"%016" PRIx64 "\"", is_first ? "" : ",\n", alert->id);
	add_string(body, ",\"labels\":", alert->labels);
	buf_format(body,
		   ",\"active_at_ns\":%" PRIu64 ",\"fired_at_ns\":%" PRIu64
		   ",\"value\":\"%016" PRIx64 "\"",
		   alert->active_at_ns, alert->fired_at_ns, alert->value_bits);
	if (alert->has_threshold)
		buf_format(body, ",\"threshold\":\"%016" PRIx64 "\"", alert->threshold_bits);
	else
		buf_text(body, ",\"threshold\":null");
	buf_format(body, ",\"unknown\":%s,\"trace_id\":", alert->is_unknown ? "true" : "false");
	if (is_zero(alert->trace_id, sizeof(alert->trace_id)))
		buf_text(body, "null");
	else
		add_hex(body, alert->trace_id, sizeof(alert->trace_id));
	if (alert->ack_at_ns) {
		buf_format(body, ",\"ack\":{\"at_ns\":%" PRIu64 ",\"uid\":%" PRIu32,
			   alert->ack_at_ns, alert->ack_uid);
		add_string(body, ",\"comment\":", alert->ack_comment);
		buf_char(body, '}');
	} else {
		buf_text(body, ",\"ack\":null");
	}
	buf_text(body, alert->is_muted ? ",\"muted\":true}" : "}");
}

void state_text_middle(struct buf *body, bool has_alerts)
{
	buf_text(body, has_alerts ? "\n],\n\"silences\":[\n" : "],\n\"silences\":[\n");
}

void state_text_silence(struct buf *body, const struct state_silence *silence, bool is_first)
{
	buf_format(body,
		   "%s{\"id\":%" PRIu64 ",\"uid\":%" PRIu32 ",\"start_at_ns\":%" PRIu64
		   ",\"end_at_ns\":%" PRIu64,
		   is_first ? "" : ",\n", silence->id, silence->uid, silence->start_at_ns,
		   silence->end_at_ns);
	add_string(body, ",\"matchers\":", silence->matchers);
	add_string(body, ",\"comment\":", silence->comment);
	buf_char(body, '}');
}

void state_text_end(struct buf *body, bool has_silences, const char *told)
{
	buf_text(body, has_silences ? "\n],\n" : "],\n");
	add_string(body, "\"told\":", told);
	buf_text(body, "\n}\n");
}

void state_text_head(struct buf *head, const struct buf *body)
{
	unsigned long crc = crc32(0, (const unsigned char *)body->bytes, (unsigned)body->length);

	buf_format(head, STATE_HEAD "%d,\"bytes\":%zu,\"crc32\":\"%08lx\",\n", STATE_VERSION,
		   body->length, crc);
}

/* --- reading --- */

struct reader {
	const char *at;
	const char *end;
	unsigned line; /* from 1 */
	bool has_failed;
	char *why;
	size_t why_bytes;
	struct json_tokener *tokener;
};

static void fail(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void fail(struct reader *reader, const char *format, ...)
{
	va_list arguments;

	if (reader->has_failed)
		return;
	reader->has_failed = true;
	va_start(arguments, format);
	vsnprintf(reader->why, reader->why_bytes, format, arguments);
	va_end(arguments);
}

/* The next line, without its newline. An empty one at the end. */
static const char *next_line(struct reader *reader, size_t *length)
{
	const char *line = reader->at;
	const char *end = memchr(line, '\n', (size_t)(reader->end - line));

	reader->line++;
	if (!end) {
		fail(reader, "it ends in line %u", reader->line);
		reader->at = reader->end;
		*length = 0;
		return "";
	}
	*length = (size_t)(end - line);
	reader->at = end + 1;
	return line;
}

static void expect_line(struct reader *reader, const char *wanted)
{
	size_t length;
	const char *line = next_line(reader, &length);

	if (length != strlen(wanted) || memcmp(line, wanted, length) != 0)
		fail(reader, "line %u is not '%s'", reader->line, wanted);
}

static struct json_object *parse_object(struct reader *reader, const char *text, size_t length)
{
	struct json_object *object;

	json_tokener_reset(reader->tokener);
	object = json_tokener_parse_ex(reader->tokener, text, (int)length);
	if (!json_object_is_type(object, json_type_object) ||
	    json_tokener_get_error(reader->tokener) != json_tokener_success) {
		fail(reader, "line %u is not a JSON object", reader->line);
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *member(struct reader *reader, struct json_object *object,
				  const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value) ||
	    json_object_get_type(value) != type) {
		fail(reader, "line %u has no '%s' of the right type", reader->line, key);
		return NULL;
	}
	return value;
}

/* What does not fit comes out cut or changed, and fails when the line is compared. */
static uint64_t read_number(struct reader *reader, struct json_object *object, const char *key)
{
	struct json_object *value = member(reader, object, key, json_type_int);

	return value ? json_object_get_uint64(value) : 0;
}

static char *read_string(struct reader *reader, struct json_object *object, const char *key)
{
	struct json_object *value = member(reader, object, key, json_type_string);
	const char *text = value ? json_object_get_string(value) : "";

	if (value && strlen(text) != (size_t)json_object_get_string_len(value))
		fail(reader, "line %u has a zero byte in '%s'", reader->line, key);
	return mem_string(text);
}

static uint64_t read_bits(struct reader *reader, struct json_object *object, const char *key)
{
	struct json_object *value = member(reader, object, key, json_type_string);

	return value ? strtoull(json_object_get_string(value), NULL, 16) : 0;
}

static void read_trace_id(struct reader *reader, struct json_object *object, uint8_t id[16])
{
	struct json_object *value = member(reader, object, "trace_id", json_type_string);
	const char *text = value ? json_object_get_string(value) : "";

	for (size_t i = 0; i < 16 && strlen(text) == 32; i++) {
		char two[3] = {text[2 * i], text[2 * i + 1], '\0'};

		id[i] = (uint8_t)strtoul(two, NULL, 16);
	}
}

static bool is_null(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) && !value;
}

/* Its `false` is left out, as the files had it that knew no such member. */
static bool read_muted(struct json_object *object)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, "muted", &value);
	return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

static void read_alert(struct reader *reader, struct json_object *object, struct state_alert *alert)
{
	struct json_object *ack;

	alert->id = read_bits(reader, object, "id");
	alert->labels = read_string(reader, object, "labels");
	alert->active_at_ns = read_number(reader, object, "active_at_ns");
	alert->fired_at_ns = read_number(reader, object, "fired_at_ns");
	alert->value_bits = read_bits(reader, object, "value");
	alert->has_threshold = !is_null(object, "threshold");
	if (alert->has_threshold)
		alert->threshold_bits = read_bits(reader, object, "threshold");
	alert->is_unknown =
		json_object_get_boolean(member(reader, object, "unknown", json_type_boolean));
	if (!is_null(object, "trace_id"))
		read_trace_id(reader, object, alert->trace_id);
	alert->is_muted = read_muted(object);
	if (is_null(object, "ack"))
		return;
	ack = member(reader, object, "ack", json_type_object);
	if (!ack)
		return;
	alert->ack_at_ns = read_number(reader, ack, "at_ns");
	alert->ack_uid = (uint32_t)read_number(reader, ack, "uid");
	alert->ack_comment = read_string(reader, ack, "comment");
}

static void read_silence(struct reader *reader, struct json_object *object,
			 struct state_silence *silence)
{
	silence->id = read_number(reader, object, "id");
	silence->uid = (uint32_t)read_number(reader, object, "uid");
	silence->start_at_ns = read_number(reader, object, "start_at_ns");
	silence->end_at_ns = read_number(reader, object, "end_at_ns");
	silence->matchers = read_string(reader, object, "matchers");
	silence->comment = read_string(reader, object, "comment");
}

static void compare(struct reader *reader, const struct buf *ours, const char *line, size_t length)
{
	if (!reader->has_failed &&
	    (ours->length != length || memcmp(ours->bytes, line, length) != 0))
		fail(reader, "line %u is not as we would write it", reader->line);
}

static void take_alert(struct reader *reader, struct state_content *content, const char *line,
		       size_t length)
{
	struct json_object *object = parse_object(reader, line, length);
	struct buf ours = {0};

	if (!object)
		return;
	if (content->alerts_count >= LIMIT_ALERTS)
		fail(reader, "it holds more than %d alerts", LIMIT_ALERTS);
	mem_grow(&content->alerts, &content->alerts_capacity, content->alerts_count + 1,
		 sizeof(*content->alerts));
	read_alert(reader, object, &content->alerts[content->alerts_count]);
	state_text_alert(&ours, &content->alerts[content->alerts_count++], true);
	compare(reader, &ours, line, length);
	buf_fini(&ours);
	json_object_put(object);
}

static void take_silence(struct reader *reader, struct state_content *content, const char *line,
			 size_t length)
{
	struct json_object *object = parse_object(reader, line, length);
	struct buf ours = {0};

	if (!object)
		return;
	if (content->silences_count >= LIMIT_SILENCES)
		fail(reader, "it holds more than %d silences", LIMIT_SILENCES);
	mem_grow(&content->silences, &content->silences_capacity, content->silences_count + 1,
		 sizeof(*content->silences));
	read_silence(reader, object, &content->silences[content->silences_count]);
	state_text_silence(&ours, &content->silences[content->silences_count++], true);
	compare(reader, &ours, line, length);
	buf_fini(&ours);
	json_object_put(object);
}

/* Elements, one a line, a comma after each but the last, up to the line that closes the array. */
static void take_array(struct reader *reader, struct state_content *content,
		       void (*take)(struct reader *, struct state_content *, const char *, size_t))
{
	bool is_more_due = false, is_first = true;

	while (!reader->has_failed) {
		size_t length;
		const char *line = next_line(reader, &length);

		if (length == 2 && !memcmp(line, "],", 2) && !is_more_due)
			return;
		if (!is_first && !is_more_due)
			fail(reader, "line %u follows an element without a comma", reader->line);
		is_first = false;
		is_more_due = length && line[length - 1] == ',';
		if (!reader->has_failed)
			take(reader, content, line, length - is_more_due);
	}
}

static void read_target(struct reader *reader, struct state_content *content)
{
	size_t length;
	const char *line = next_line(reader, &length);
	struct json_object *object, *target;
	struct buf json = {0}, ours = {0};

	buf_char(&json, '{');
	buf_add(&json, line, length - (length > 0));
	buf_char(&json, '}');
	object = parse_object(reader, json.bytes, json.length);
	target = object ? member(reader, object, "target", json_type_object) : NULL;
	if (target) {
		content->saved_at = read_string(reader, object, "saved_at");
		content->pid = (uint32_t)read_number(reader, target, "pid");
		content->service = read_string(reader, target, "service");
		state_text_begin(&ours, content->saved_at, content->pid, content->service);
		*strchr(ours.bytes, '\n') = '\0';
		ours.length = strlen(ours.bytes);
		compare(reader, &ours, line, length);
	}
	json_object_put(object);
	buf_fini(&json);
	buf_fini(&ours);
}

static void read_told(struct reader *reader, struct state_content *content)
{
	size_t length;
	const char *line = next_line(reader, &length);
	struct json_object *object;
	struct buf json = {0}, ours = {0};

	buf_char(&json, '{');
	buf_add(&json, line, length);
	buf_char(&json, '}');
	object = parse_object(reader, json.bytes, json.length);
	if (object) {
		content->told = read_string(reader, object, "told");
		add_string(&ours, "\"told\":", content->told);
		compare(reader, &ours, line, length);
	}
	json_object_put(object);
	buf_fini(&json);
	buf_fini(&ours);
}

/* The first line: nothing of it is taken on trust. */
static void read_head(struct reader *reader)
{
	char head[128], *after;
	struct buf ours = {0}, body;
	const char *line;
	size_t length;

	if ((size_t)(reader->end - reader->at) < sizeof(STATE_HEAD) ||
	    memcmp(reader->at, STATE_HEAD, sizeof(STATE_HEAD) - 1) != 0)
		fail(reader, "it does not begin as a state file");
	line = next_line(reader, &length);
	if (length >= sizeof(head))
		fail(reader, "its first line is too long");
	if (reader->has_failed)
		return;
	body = (struct buf){.bytes = (char *)(uintptr_t)reader->at,
			    .length = (size_t)(reader->end - reader->at)};
	memcpy(head, line, length);
	head[length] = '\0';
	if (strtoull(head + sizeof(STATE_HEAD) - 1, &after, 10) > STATE_VERSION && *after == ',')
		fail(reader, "it was written by a newer version of ttsobs-bpf");
	state_text_head(&ours, &body);
	if (ours.length != length + 1 || memcmp(ours.bytes, line, length) != 0)
		fail(reader, "its checksum or length is not what the first line says");
	buf_fini(&ours);
}

int state_text_parse(struct state_content *content, const char *text, size_t length, char *why,
		     size_t why_bytes)
{
	struct reader reader = {
		.at = text, .end = text + length, .why = why, .why_bytes = why_bytes};

	*content = (struct state_content){0};
	if (!length)
		fail(&reader, "it is empty");
	else if (length > STATE_TEXT_MAX_BYTES)
		fail(&reader, "it is larger than %u MiB", STATE_TEXT_MAX_BYTES >> 20);
	reader.tokener = json_tokener_new_ex(STATE_DEPTH);
	if (!reader.tokener)
		fail(&reader, "there is no memory to read it");
	else
		json_tokener_set_flags(reader.tokener, JSON_TOKENER_STRICT);
	if (!reader.has_failed)
		read_head(&reader);
	if (!reader.has_failed)
		read_target(&reader, content);
	if (!reader.has_failed)
		expect_line(&reader, "\"alerts\":[");
	take_array(&reader, content, take_alert);
	if (!reader.has_failed)
		expect_line(&reader, "\"silences\":[");
	take_array(&reader, content, take_silence);
	if (!reader.has_failed)
		read_told(&reader, content);
	if (!reader.has_failed)
		expect_line(&reader, "}");
	if (!reader.has_failed && reader.at != reader.end)
		fail(&reader, "something follows its end");
	if (reader.tokener)
		json_tokener_free(reader.tokener);
	return reader.has_failed ? -EBADMSG : 0;
}
