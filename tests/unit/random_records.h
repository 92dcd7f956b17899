/* SPDX-License-Identifier: Apache-2.0 */
/* Wire records at random: every kind, some malformed; and how a sequence of them is kept for
 * comparison. */
#ifndef RANDOM_RECORDS_H
#define RANDOM_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "bpf/ttsobs_event.h"

struct random_records {
	uint64_t state;
	uint64_t tick_at_ns;
	uint64_t tick_step_ns;
};

static inline uint64_t random_next(struct random_records *random)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return random->state;
}

static inline uint64_t random_below(struct random_records *random, uint64_t limit)
{
	return (random_next(random) >> 11) % limit;
}

/* 8-byte aligned, at most sizeof(union). Never an END. */
union any_record {
	struct tt_head head;
	struct tt_tick tick;
	struct tt_end end;
	uint64_t words[80];
	unsigned char bytes[640];
};

static inline uint32_t random_record(struct random_records *random, union any_record *record)
{
	static const struct {
		uint16_t kind;
		uint16_t size_bytes;
	} shapes[] = {
		{TT_ENTER, sizeof(struct tt_enter)}, {TT_ENTER, sizeof(struct tt_enter_named)},
		{TT_LEAVE, sizeof(struct tt_leave)}, {TT_EXIT, sizeof(struct tt_exit)},
		{TT_TASK, sizeof(struct tt_task)},   {TT_CLOCK, sizeof(struct tt_clock)},
		{TT_LOST, sizeof(struct tt_lost)},   {TT_GAUGE, sizeof(struct tt_gauge)},
		{TT_PROC, sizeof(struct tt_proc)},   {TT_THREAD, sizeof(struct tt_thread)},
		{TT_PROBE, sizeof(struct tt_probe)}, {4711, 72}, /* a kind of the future */
	};
	unsigned shape = (unsigned)random_below(random, sizeof(shapes) / sizeof(shapes[0]));
	uint32_t size_bytes = shapes[shape].size_bytes;
	size_t i;

	for (i = 0; i < sizeof(record->words) / sizeof(record->words[0]); i++)
		record->words[i] = random_next(random);
	record->head.kind = shapes[shape].kind;
	record->head.size = (uint16_t)size_bytes;
	if (random_below(random, 5) ==
	    0) /* what the transport says is not what the head says; maybe no head */
		size_bytes = (uint32_t)random_below(random, sizeof(*record));
	return size_bytes;
}

static inline uint32_t random_tick(struct random_records *random, union any_record *record)
{
	memset(record, 0, sizeof(*record));
	random->tick_at_ns += random->tick_step_ns;
	record->head.at_ns = random->tick_at_ns;
	record->head.kind = TT_TICK;
	record->head.size = sizeof(struct tt_tick);
	record->head.probe = TT_NO_PROBE;
	return sizeof(struct tt_tick);
}

static inline uint32_t end_record(union any_record *record, uint64_t at_ns, uint32_t reason)
{
	memset(record, 0, sizeof(*record));
	record->head.at_ns = at_ns;
	record->head.kind = TT_END;
	record->head.size = sizeof(struct tt_end);
	record->head.probe = TT_NO_PROBE;
	record->end.reason = reason;
	return sizeof(struct tt_end);
}

static inline uint32_t lost_record(union any_record *record, uint64_t at_ns, uint64_t count)
{
	struct tt_lost *lost = (struct tt_lost *)record;

	memset(record, 0, sizeof(*record));
	lost->head.at_ns = at_ns;
	lost->head.kind = TT_LOST;
	lost->head.size = sizeof(*lost);
	lost->head.probe = TT_NO_PROBE;
	lost->cause = TT_LOST_RECORDING;
	lost->count = count;
	return sizeof(*lost);
}

/* A sequence of records: size, bytes, size, bytes... */
static inline void sequence_add(struct buf *sequence, const void *record, uint32_t size_bytes)
{
	buf_add(sequence, &size_bytes, sizeof(size_bytes));
	buf_add(sequence, record, size_bytes);
}

#endif
