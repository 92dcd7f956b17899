// SPDX-License-Identifier: Apache-2.0
/*
 * In: log records. Out: those that name a trace.
 * The rule that surprises: a line that tells of several belongs to each.
 */
#include "sink/tui/trace_lines.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/words.h"

#define TEXT_BYTES 400
#define EARLY_NS   (2 * NS_PER_S) /* records are stamped by ticks, which may be a little before */

void trace_lines_fini(struct trace_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i].text);
	*lines = (struct trace_lines){ .count = 0 };
}

static const char *string_of(struct json_object *record, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(record, key, &value) && json_object_is_type(value, json_type_string) ?
		       json_object_get_string(value) :
		       "";
}

static struct trace_line read_line(const struct tail_record *record)
{
	struct json_object *json = json_tokener_parse(record->line);
	struct trace_line line = { .level = record->level };
	const char *time = json ? string_of(json, "ts") : "", *begin = strchr(time, 'T');

	if (begin && strlen(begin + 1) >= 12)
		snprintf(line.time, sizeof(line.time), "%.12s", begin + 1);
	line.text = json ? mem_format("%s: %.*s", string_of(json, "event"), TEXT_BYTES, string_of(json, "msg")) :
			   mem_format("%.*s", TEXT_BYTES, record->line);
	json_object_put(json);
	return line;
}

/* Newest first comes in; the array is newest last. */
static void add_line(struct trace_lines *lines, size_t at, const struct tail_record *record)
{
	if (lines->count == LINES_MAX) {
		lines->more_count++;
		return;
	}
	memmove(&lines->items[at + 1], &lines->items[at], (lines->count - at) * sizeof(lines->items[0]));
	lines->items[at] = read_line(record);
	lines->count++;
}

static bool names(const struct tail_record *record, const struct trace *trace, const char *id)
{
	if (!words_is_orphan(record->trace_id))
		return !memcmp(record->trace_id, trace->id, sizeof(trace->id));
	return tail_record_names(record, id);
}

void trace_lines_collect(struct trace_lines *lines, const struct tail *tail, const struct trace *trace)
{
	const struct tail_record *record = tail ? tail_newest(tail) : NULL;
	uint64_t newest = record ? record->ordinal : lines->seen;
	struct words_id id = words_trace_id(trace->id);
	size_t at = lines->count;

	for (size_t i = 0; record && record->ordinal > lines->seen; i++, record = record->older) {
		if (record->at_ns + EARLY_NS < trace->start_at_ns)
			break;
		if (i == LINES_LOOK) {
			lines->was_cut = true;
			break;
		}
		if (names(record, trace, id.text))
			add_line(lines, at, record);
	}
	lines->seen = newest;
}
