// SPDX-License-Identifier: Apache-2.0
/*
 * In: lines of the log. Out: the last of them, each in one piece of memory of its own.
 * The rule that surprises: room is made before a line is taken, so the limit holds at every instant; a line that is
 * larger than all the room is let go itself, and what was there stays.
 */
#include "sink/tail.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/words.h"

#define MALLOC_HEAD_BYTES 8 /* that the allocator keeps with each piece, and rounds it up to */
#define MALLOC_STEP_BYTES 16

struct tail {
	uint64_t age_ns;
	uint64_t max_bytes;
	struct tail_record *oldest, *newest;
	uint64_t last_ordinal;
	struct tail_counts counts;
};

static uint64_t tail_taken(size_t length)
{
	uint64_t bytes = sizeof(struct tail_record) + length + 1 + MALLOC_HEAD_BYTES;

	return (bytes + MALLOC_STEP_BYTES - 1) / MALLOC_STEP_BYTES * MALLOC_STEP_BYTES;
}

static void tail_let_go(struct tail *tail)
{
	struct tail_record *record = tail->oldest;

	tail->oldest = (struct tail_record *)record->newer; /* ours: const is for readers */
	if (tail->oldest)
		tail->oldest->older = NULL;
	else
		tail->newest = NULL;
	tail->counts.records_count--;
	tail->counts.bytes -= tail_taken(record->length);
	free(record);
}

struct tail *tail_new(uint64_t age_ns, uint64_t max_bytes)
{
	struct tail *tail = mem_new(sizeof(*tail));

	tail->age_ns = age_ns;
	tail->max_bytes = max_bytes;
	return tail;
}

void tail_free(struct tail *tail)
{
	if (!tail)
		return;
	while (tail->oldest)
		tail_let_go(tail);
	free(tail);
}

void tail_add(struct tail *tail, uint64_t at_ns, enum log_level level, const char *trace_id, const char *line,
	      size_t length)
{
	struct tail_record *record;
	uint64_t bytes;

	if (length && line[length - 1] == '\n')
		length--;
	bytes = tail_taken(length);
	if (bytes > tail->max_bytes || length > UINT32_MAX) {
		tail->counts.let_go_count++;
		return;
	}
	while (tail->counts.bytes + bytes > tail->max_bytes) {
		tail_let_go(tail);
		tail->counts.let_go_count++;
	}
	record = malloc(sizeof(*record) + length + 1) ?: mem_new(sizeof(*record) + length + 1);
	*record = (struct tail_record){
		.older = tail->newest,
		.ordinal = ++tail->last_ordinal,
		.at_ns = at_ns,
		.level = level,
		.length = (uint32_t)length,
	};
	if (trace_id)
		words_read_trace_id(record->trace_id, trace_id);
	memcpy(record->line, line, length);
	record->line[length] = '\0';
	if (tail->newest)
		tail->newest->newer = record;
	else
		tail->oldest = record;
	tail->newest = record;
	tail->counts.records_count++;
	tail->counts.bytes += bytes;
}

void tail_tick(struct tail *tail, uint64_t now_ns)
{
	while (tail->oldest && now_ns > tail->oldest->at_ns && now_ns - tail->oldest->at_ns > tail->age_ns)
		tail_let_go(tail);
}

const struct tail_record *tail_newest(const struct tail *tail)
{
	return tail->newest;
}

const struct tail_record *tail_oldest(const struct tail *tail)
{
	return tail->oldest;
}

struct tail_counts tail_counts(const struct tail *tail)
{
	return tail->counts;
}

/* After any `key` in the line: does an id there begin so, or one of the list "ID","ID" that it opens? */
static bool tail_has(const char *line, const char *key, bool is_list, const char *prefix, size_t length)
{
	while ((line = strstr(line, key))) {
		line += strlen(key);
		while (*line == '"') {
			line++;
			if (!strncmp(line, prefix, length))
				return true;
			line += strcspn(line, "\"\\");
			if (!is_list || strncmp(line, "\",", 2) != 0)
				break;
			line += 2;
		}
	}
	return false;
}

/* A quote inside of a JSON text is escaped, so a key with its quotes is found where it is one. */
bool tail_record_names(const struct tail_record *record, const char *trace_prefix)
{
	size_t length = strlen(trace_prefix);

	if (!words_is_orphan(record->trace_id))
		return !strncmp(words_trace_id(record->trace_id).text, trace_prefix, length);
	return tail_has(record->line, "\"trace_id\":", false, trace_prefix, length) ||
	       tail_has(record->line, "\"trace_ids\":[", true, trace_prefix, length);
}
