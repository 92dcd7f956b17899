// SPDX-License-Identifier: Apache-2.0
/*
 * In: enums and wire numbers. Out: constant words.
 * The rule that surprises: recordings come from outside and from the future, so every number has a word, "unknown".
 */
#include "sink/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *words_pick(const char *const *words, size_t count, uint64_t number)
{
	return number < count && words[number] ? words[number] : "unknown";
}

const char *words_status(enum span_status status)
{
	static const char *const words[] = { "ok", "error", "cancelled", "abandoned", "no_end" };

	return words_pick(words, COUNT_OF(words), status);
}

const char *words_status_text(enum span_status status)
{
	return status == STATUS_NO_END ? "no end" : words_status(status);
}

const char *words_kind(enum span_kind kind)
{
	static const char *const words[] = { "call", "work", "mark" };

	return words_pick(words, COUNT_OF(words), kind);
}

const char *words_role(enum role role)
{
	static const char *const words[] = { "request", "stage",  "mark",  "enqueue",
					     "dequeue", "cancel", "audio", "error" };

	return words_pick(words, COUNT_OF(words), role);
}

const char *words_leave_mode(uint32_t leave_mode)
{
	static const char *const words[] = { "none", "uret", "ret", "caller", "after", "emulated" };

	return words_pick(words, COUNT_OF(words), leave_mode);
}

const char *words_end_reason(uint32_t reason)
{
	static const char *const words[] = { NULL,	 "stopped",   "target",
					     "duration", "truncated", "error" };

	return words_pick(words, COUNT_OF(words), reason);
}

const struct words_cause *words_cause(uint32_t cause)
{
	static const struct words_cause causes[] = {
		[0] = { "unknown", "lost ", " of unknown cause", true },
		[TT_LOST_RING_ENTER] = { "ring_full_enter", "lost ", " enters (ring full)", true },
		[TT_LOST_RING_LEAVE] = { "ring_full_leave", "lost ", " leaves (ring full)", true },
		[TT_LOST_RING_OTHER] = { "ring_full_other", "lost ", " thread records (ring full)", true },
		[TT_LOST_NO_STORAGE] = { "no_storage", "", " records without split (no thread storage)",
					 false },
		[TT_LOST_TORN] = { "torn", "", " records without split (sums in motion)", false },
		[TT_LOST_UNREADABLE] = { "unreadable", "", " captured values unreadable", false },
		[TT_LOST_MISSED] = { "missed", "lost ", " hits (dropped by the kernel)", true },
		[TT_LOST_MALFORMED] = { "malformed", "lost ", " records (malformed)", true },
		[TT_LOST_RECORDING] = { "recording", "skipped ", " bytes of the recording", false },
	};

	return &causes[cause < COUNT_OF(causes) ? cause : 0];
}

struct words_id words_trace_id(const uint8_t id[16])
{
	struct words_id out;
	unsigned i;

	for (i = 0; i < 16; i++)
		snprintf(out.text + 2 * i, 3, "%02x", id[i]);
	return out;
}

static int words_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void words_read_trace_id(uint8_t id[16], const char *digits)
{
	for (unsigned i = 0; i < 16; i++) {
		int high = words_digit(digits[2 * i]), low = high < 0 ? -1 : words_digit(digits[2 * i + 1]);

		if (low < 0) {
			memset(id, 0, 16);
			return;
		}
		id[i] = (uint8_t)(high << 4 | low);
	}
}

struct words_id words_span_id(uint64_t id)
{
	struct words_id out;

	snprintf(out.text, sizeof(out.text), "%016" PRIx64, id);
	return out;
}

bool words_is_orphan(const uint8_t id[16])
{
	static const uint8_t none[16];

	return memcmp(id, none, sizeof(none)) == 0;
}

struct units_text words_short_ns(uint64_t ns)
{
	struct units_text full = units_ns(ns), out = { "" };
	size_t from, to = 0;

	if (ns < 59 * NS_PER_S)
		return full;
	for (from = 0; full.text[from]; from++)
		if (full.text[from] != ' ')
			out.text[to++] = full.text[from];
	return out;
}

const void *words_record(const struct tt_head *record, uint32_t size_bytes, uint16_t kind,
			 size_t need_bytes)
{
	if (size_bytes < sizeof(*record) || record->kind != kind)
		return NULL;
	return record->size >= need_bytes && record->size <= size_bytes ? record : NULL;
}
