// SPDX-License-Identifier: Apache-2.0
/*
 * In: the answer to `logs`. Out: a line of text for each record, or the records themselves.
 * The rule that surprises: records go out byte for byte as the log has them, but only those that are
 * JSON objects without anything dangerous in them; the tracer may be a false one.
 */
#include "app/ctl_parts.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/log_records.h"
#include "sink/member.h"
#include "sink/paint.h"

#define RECORD_DEPTH  32
#define TIME_COLUMNS  24
#define LEVEL_COLUMNS 9
#define EVENT_COLUMNS 13
#define TRACE_DIGITS  8

/* An object, to be put; NULL: it is none. */
static struct json_object *parse_record(const char *line)
{
	struct json_tokener *tokener = json_tokener_new_ex(RECORD_DEPTH);
	struct json_object *record;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	record = json_tokener_parse_ex(tokener, line, (int)strlen(line) + 1);
	json_tokener_free(tokener);
	if (json_object_is_type(record, json_type_object))
		return record;
	json_object_put(record);
	return NULL;
}

static const char *line_at(struct json_object *lines, size_t i)
{
	struct json_object *line = json_object_array_get_idx(lines, i);

	return json_object_is_type(line, json_type_string) ? json_object_get_string(line) : "";
}

/* --- for people --- */

static enum paint paint_of(const char *level)
{
	if (!strcmp(level, "error") || !strcmp(level, "critical"))
		return PAINT_BAD;
	if (!strcmp(level, "warning"))
		return PAINT_WARN;
	return !strcmp(level, "debug") ? PAINT_DIM : PAINT_NONE;
}

static void add_column(struct buf *out, const char *text, size_t columns, const struct look *look)
{
	text_fit(out, text, strlen(text), columns - 1, true, look->ascii);
	buf_char(out, ' ');
}

/* To the millisecond. */
static void add_time(struct buf *out, const char *at, const struct look *look)
{
	struct buf text = {0};

	buf_text(&text, at);
	if (text.length == strlen("2026-11-24T07:32:00.000000000Z")) {
		text.length = strlen("2026-11-24T07:32:00.000");
		buf_char(&text, 'Z');
	}
	add_column(out, text.bytes, TIME_COLUMNS + 1, look);
	buf_fini(&text);
}

static void add_trace(struct buf *out, const char *id, const char *before, const struct look *look)
{
	size_t length = strnlen(id, TRACE_DIGITS);

	buf_text(out, before);
	text_clean(out, id, length, look->ascii);
}

static void add_traces(struct buf *out, struct json_object *record, const struct look *look)
{
	const char *id = ctl_text(record, "trace_id");
	size_t count;
	struct json_object *ids = ctl_array(record, "trace_ids", &count);

	if (*id)
		add_trace(out, id, " (trace ", look);
	for (size_t i = 0; !*id && i < count; i++)
		add_trace(out, line_at(ids, i), i ? ", " : " (traces ", look);
	if (*id || count)
		buf_char(out, ')');
}

static void print_record(struct buf *out, const char *line, const struct look *look)
{
	struct json_object *record = parse_record(line);
	const char *level = ctl_text(record, "level"), *message = ctl_text(record, "msg");
	enum paint paint = paint_of(level);

	if (!record) {
		text_clean(out, line, strlen(line), look->ascii);
		buf_char(out, '\n');
		return;
	}
	add_time(out, ctl_text(record, "ts"), look);
	paint_begin(out, look, paint);
	add_column(out, level, LEVEL_COLUMNS, look);
	paint_end(out, look, paint);
	add_column(out, ctl_text(record, "event"), EVENT_COLUMNS, look);
	text_clean(out, message, strlen(message), look->ascii);
	add_traces(out, record, look);
	buf_char(out, '\n');
	json_object_put(record);
}

void ctl_print_logs(struct buf *out, struct json_object *answer, const struct look *look)
{
	size_t count;
	struct json_object *lines = ctl_array(answer, "lines", &count);

	for (size_t i = 0; i < count; i++)
		print_record(out, line_at(lines, i), look);
	if (!count && !ctl_count(answer, "held_count"))
		buf_text(out, "no log records are held\n");
	else if (!count)
		buf_format(out, "none of the log records that are held (%s) is one of these\n",
			   units_count(ctl_count(answer, "held_count")).text);
}

/* --- as they are --- */

static bool is_harmless(const char *line)
{
	struct buf clean = {0};
	bool is_same;

	text_clean(&clean, line, strlen(line), false);
	is_same = !strcmp(clean.bytes, line);
	buf_fini(&clean);
	return is_same;
}

void ctl_print_log_lines(struct buf *out, struct json_object *answer)
{
	size_t count;
	struct json_object *lines = ctl_array(answer, "lines", &count);

	for (size_t i = 0; i < count; i++) {
		const char *line = line_at(lines, i);
		struct json_object *record = parse_record(line);

		if (record && !is_harmless(line)) {
			ctl_print_json(out, record);
		} else {
			if (record)
				buf_text(out, line);
			else /* so that every line is JSON */
				text_json(out, line, strlen(line));
			buf_char(out, '\n');
		}
		json_object_put(record);
	}
}
