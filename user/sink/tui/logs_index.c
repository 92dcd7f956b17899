/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: records, each looked at once. Out: a ring of those that are wanted, both of whose ends grow. The rule that
 * surprises: the two cursors start at the limit. `high` follows what comes, `low` goes back to the oldest; the tail
 * lets go from that end, so a cursor that was let go tells that all below it is gone too.
 */
#include "sink/tui/logs_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/words.h"

/* Measured: 90 ns for the record, 0.25 ns per byte and term. */
#define RECORD_COST_NS	   90
#define BYTES_PER_NS	   4
#define PREFETCH_BYTES	   768
#define PREFETCH_STEP_BYTES 64
#define NOTHING_HELD	   UINT64_MAX

void logs_index_fini(struct logs_index *index)
{
	free(index->lines);
	*index = (struct logs_index){ 0 };
}

static void forget_lines(struct logs_index *index)
{
	index->first = index->count = 0;
	memset(index->levels_count, 0, sizeof(index->levels_count));
}

void logs_index_reset(struct logs_index *index, const struct tail *tail)
{
	forget_lines(index);
	index->tail = tail;
	index->limit = index->high = index->low = (struct logs_cursor){ 0 };
	index->begun_ordinal = 0;
}

void logs_index_restart(struct logs_index *index)
{
	forget_lines(index);
	index->high = index->low = (struct logs_cursor){ 0 };
	index->begun_ordinal = 0;
}

static uint64_t oldest_ordinal(const struct logs_index *index)
{
	const struct tail_record *oldest = index->tail ? tail_oldest(index->tail) : NULL;

	return oldest ? oldest->ordinal : NOTHING_HELD;
}

static bool is_held(const struct logs_index *index, const struct logs_cursor *cursor)
{
	return cursor->ordinal && cursor->ordinal >= oldest_ordinal(index);
}

static struct logs_cursor cursor_at(const struct tail_record *record)
{
	return record ? (struct logs_cursor){ record->ordinal, record } : (struct logs_cursor){ 0 };
}

/* --- the ring ------------------------------------------------------------------------------------------------ */

static struct logs_line *line_at(const struct logs_index *index, size_t at)
{
	return &index->lines[(index->first + at) & (index->capacity - 1)];
}

static void make_room(struct logs_index *index)
{
	size_t capacity = index->capacity ? 2 * index->capacity : 256;
	struct logs_line *lines;

	if (index->count < index->capacity)
		return;
	lines = mem_array(capacity, sizeof(*lines));
	for (size_t i = 0; i < index->count; i++)
		lines[i] = *line_at(index, i);
	free(index->lines);
	index->lines = lines;
	index->capacity = capacity;
	index->first = 0;
}

static void take(struct logs_index *index, const struct tail_record *record, bool is_newest)
{
	make_room(index);
	if (!is_newest)
		index->first = (index->first - 1) & (index->capacity - 1);
	*line_at(index, is_newest ? index->count : 0) =
		(struct logs_line){ .ordinal = record->ordinal, .level = record->level, .record = record };
	index->count++;
	index->levels_count[record->level < LOG_LEVELS ? record->level : LOG_LEVEL_INFO]++;
}

static void let_go(struct logs_index *index, uint64_t oldest)
{
	while (index->count && line_at(index, 0)->ordinal < oldest) {
		unsigned level = line_at(index, 0)->level;

		index->levels_count[level < LOG_LEVELS ? level : LOG_LEVEL_INFO]--;
		index->first = (index->first + 1) & (index->capacity - 1);
		index->count--;
	}
}

/* --- looking ------------------------------------------------------------------------------------------------- */

unsigned logs_cost_ns(const struct tail_record *record, size_t terms_count)
{
	return RECORD_COST_NS + (unsigned)(record->length * terms_count / BYTES_PER_NS);
}

bool logs_is_of_trace(const struct tail_record *record, const uint8_t trace_id[16], const char *digits)
{
	if (!words_is_orphan(record->trace_id))
		return !memcmp(record->trace_id, trace_id, sizeof(record->trace_id));
	return tail_record_names(record, digits);
}

/* `digits` are those of the wanted trace, written once: there are many records. */
static bool is_wanted(const struct logs_wanted *wanted, const char *digits, const struct tail_record *record)
{
	if (record->level < wanted->level)
		return false;
	if (!words_is_orphan(wanted->trace_id) && !logs_is_of_trace(record, wanted->trace_id, digits))
		return false;
	return logs_filter_takes(&wanted->filter, record);
}

/* The next record comes from memory while this one is looked at: half the time is that. */
static void prefetch(const struct tail_record *record)
{
	for (size_t i = 0; record && i < PREFETCH_BYTES; i += PREFETCH_STEP_BYTES)
		__builtin_prefetch((const char *)record + i);
}

static bool step_up(struct logs_index *index, struct logs_cursor *next)
{
	if (index->high.ordinal >= index->limit.ordinal)
		return false;
	*next = cursor_at(is_held(index, &index->high) ? index->high.record->newer : tail_oldest(index->tail));
	if (next->ordinal && next->ordinal <= index->limit.ordinal)
		return true;
	index->high = index->limit; /* all up to there was let go before it was looked at */
	return false;
}

static bool begin(struct logs_index *index)
{
	if (index->begun_ordinal || !index->limit.ordinal)
		return index->begun_ordinal;
	index->begun_ordinal = index->limit.ordinal;
	index->high = index->limit;
	index->low = is_held(index, &index->limit) ? index->limit : (struct logs_cursor){ 0 };
	return true;
}

void logs_index_work(struct logs_index *index, const struct logs_wanted *wanted)
{
	size_t terms_count = wanted->filter.terms_count + !words_is_orphan(wanted->trace_id);
	struct words_id digits = words_trace_id(wanted->trace_id);
	unsigned cost_ns = 0;
	struct logs_cursor next;

	if (!index->tail || !begin(index))
		return;
	while (cost_ns < LOGS_STEP_NS && step_up(index, &next)) {
		prefetch(next.record->newer);
		if (is_wanted(wanted, digits.text, next.record))
			take(index, next.record, true);
		cost_ns += logs_cost_ns(next.record, terms_count);
		index->high = next;
	}
	if (index->low.ordinal && !is_held(index, &index->low))
		index->low = (struct logs_cursor){ 0 };
	while (cost_ns < LOGS_STEP_NS && index->low.ordinal) {
		const struct tail_record *record = index->low.record;

		prefetch(record->older);
		if (is_wanted(wanted, digits.text, record))
			take(index, record, false);
		cost_ns += logs_cost_ns(record, terms_count);
		index->low = cursor_at(record->older);
	}
}

void logs_index_advance(struct logs_index *index)
{
	const struct tail_record *newest = index->tail ? tail_newest(index->tail) : NULL;

	if (newest)
		index->limit = cursor_at(newest);
	let_go(index, oldest_ordinal(index));
}

/* --- asking -------------------------------------------------------------------------------------------------- */

bool logs_index_is_done(const struct logs_index *index)
{
	if (!index->limit.ordinal)
		return true;
	return index->begun_ordinal && index->high.ordinal >= index->limit.ordinal && !is_held(index, &index->low);
}

double logs_index_done_ratio(const struct logs_index *index)
{
	uint64_t oldest = oldest_ordinal(index), low, all;

	if (logs_index_is_done(index))
		return 1;
	if (!index->begun_ordinal || oldest > index->limit.ordinal)
		return 0;
	low = is_held(index, &index->low) ? index->low.ordinal + 1 : oldest;
	all = index->limit.ordinal - oldest + 1;
	return (double)(index->high.ordinal >= low ? index->high.ordinal - low + 1 : 0) / (double)all;
}

const struct logs_line *logs_index_at(const struct logs_index *index, size_t at)
{
	return line_at(index, at);
}

size_t logs_index_find(const struct logs_index *index, uint64_t ordinal)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (line_at(index, middle)->ordinal < ordinal)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct tail_record *logs_index_record(const struct logs_index *index, const struct logs_line *line)
{
	return line->ordinal >= oldest_ordinal(index) ? line->record : NULL;
}

uint64_t logs_index_held_back(const struct logs_index *index)
{
	const struct tail_record *newest = index->tail ? tail_newest(index->tail) : NULL;

	return newest && newest->ordinal > index->limit.ordinal ? newest->ordinal - index->limit.ordinal : 0;
}

uint64_t logs_index_tail_count(const struct logs_index *index)
{
	return index->tail ? tail_counts(index->tail).records_count : 0;
}
