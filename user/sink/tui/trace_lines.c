// SPDX-License-Identifier: Apache-2.0
/*
 * In: log records. Out: those that name a trace.
 * The rule that surprises: a line that tells of several belongs to each.
 */
#include "sink/tui/trace_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/tui/logs_index.h"
#include "sink/tui/logs_message.h"
#include "sink/words.h"

#define TEXT_BYTES 400
#define EARLY_NS   (2 * NS_PER_S) /* records are stamped by ticks, which may be a little before */

void trace_lines_fini(struct trace_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i].text);
	*lines = (struct trace_lines){ .count = 0 };
}

static struct trace_line read_line(const struct tail_record *record)
{
	struct trace_line line = { .level = record->level };
	struct logs_message message = { .text = { 0 } };

	logs_message_make(&message, record->line, record->length);
	memcpy(line.time, message.clock, sizeof(line.time));
	line.text = mem_format("%s%s%.*s", message.event, *message.event ? ": " : "", TEXT_BYTES, message.text.bytes);
	logs_message_fini(&message);
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
		if (logs_is_of_trace(record, trace->id, id.text))
			add_line(lines, at, record);
	}
	lines->seen = newest;
}
