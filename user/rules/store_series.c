// SPDX-License-Identifier: Apache-2.0
/*
 * One series. In: samples in order of time. Out: what lies between two instants, contiguous.
 * The rule that surprises: raw samples move to the front of their buffer, or the oldest of them
 * into a chunk, only when the buffer is full; how many stay raw shrinks when so many series share
 * the byte limit that 512 of each would not fit.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/store_private.h"

#define SERIES_RAW_MIN 32u

struct series_plan {
	uint32_t keep; /* samples that stay raw */
	uint32_t step; /* samples that go into one chunk */
};

const struct labels *series_labels(const struct series *series)
{
	return series->labels;
}

bool series_is_loss_blind(const struct series *series)
{
	return series->is_loss_blind;
}

double store_end_marker(void)
{
	const uint64_t bits = 0x7ff0000000000002ull;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

bool store_is_end(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits == 0x7ff0000000000002ull;
}

/* A quarter of the limit may be raw. */
static struct series_plan series_plan(const struct store *store)
{
	uint64_t series = store->counts.series_count ? store->counts.series_count : 1;
	uint64_t fair = store->limits.bytes / 4 / series / sizeof(struct sample);

	if (fair >= STORE_RAW_SAMPLES + CHUNK_SAMPLES)
		return (struct series_plan){STORE_RAW_SAMPLES, CHUNK_SAMPLES};
	if (fair < SERIES_RAW_MIN * 2)
		return (struct series_plan){SERIES_RAW_MIN, SERIES_RAW_MIN};
	return (struct series_plan){(uint32_t)fair * 2 / 3, (uint32_t)fair / 3};
}

static size_t series_raw_count(const struct series *series)
{
	return series->raw_to - series->raw_from;
}

static void series_resize(struct series *series, size_t capacity)
{
	size_t count = series_raw_count(series);
	struct sample *raw = capacity ? mem_array(capacity, sizeof(*raw)) : NULL;

	if (count)
		memcpy(raw, series->raw + series->raw_from, count * sizeof(*raw));
	free(series->raw);
	series->store->counts.bytes += capacity * sizeof(*raw);
	series->store->counts.bytes -= series->raw_capacity * sizeof(*raw);
	series->raw = raw;
	series->raw_capacity = (uint32_t)capacity;
	series->raw_from = 0;
	series->raw_to = (uint32_t)count;
}

static uint32_t series_ends(const struct sample *samples, size_t count)
{
	uint32_t ends = 0;
	size_t i;

	for (i = 0; i < count; i++)
		ends += store_is_end(samples[i].value);
	return ends;
}

/* Forgets the oldest raw samples; the room in front of the rest is used again when the buffer is
 * full. */
static void series_drop_raw(struct series *series, size_t count)
{
	if (series->raw_ends_count)
		series->raw_ends_count -= series_ends(series->raw + series->raw_from, count);
	series->raw_from += (uint32_t)count;
	series->store->counts.samples_count -= count;
}

static void series_pack(struct series *series, size_t count)
{
	size_t capacity = series->chunks_capacity;
	struct store_chunk *chunk = chunk_new(series->raw + series->raw_from, count);

	if (series->chunks_to == series->chunks_capacity && series->chunks_from) {
		memmove(series->chunks, series->chunks + series->chunks_from,
			(series->chunks_to - series->chunks_from) * sizeof(struct store_chunk *));
		series->chunks_to -= series->chunks_from;
		series->chunks_from = 0;
	}
	mem_grow(&series->chunks, &capacity, series->chunks_to + 1, sizeof(struct store_chunk *));
	series->store->counts.bytes +=
		(capacity - series->chunks_capacity) * sizeof(struct store_chunk *);
	series->chunks_capacity = (uint32_t)capacity;
	series->chunks[series->chunks_to++] = chunk;
	series->store->counts.bytes += chunk_bytes(chunk);
	series_drop_raw(series, count);
	series->store->counts.samples_count += count; /* they only moved */
}

/* Room for one more raw sample. */
static void series_make_room(struct series *series)
{
	struct series_plan plan = series_plan(series->store);
	size_t count = series_raw_count(series);
	size_t full = plan.keep + plan.step;
	bool has_packed = false;

	while (count >= full) {
		/* series that began together would all be packed in the same tick, ever again:
		 * their first chunks differ */
		size_t part = series->chunks_to ? plan.step
						: plan.step / 2 + series->number % (plan.step / 2);

		series_pack(series, part);
		count -= part;
		has_packed = true;
	}
	if (series->raw_capacity > full) {
		series_resize(series, full); /* more series share the limit than when it grew */
	} else if (has_packed || series->raw_from >= series->raw_capacity / 4 + 1) {
		memmove(series->raw, series->raw + series->raw_from, count * sizeof(*series->raw));
		series->raw_from = 0;
		series->raw_to = (uint32_t)count;
	} else {
		size_t bigger = series->raw_capacity ? series->raw_capacity * 2ul : 8;

		series_resize(series, bigger > full ? full : bigger);
	}
}

void series_add(struct series *series, int64_t at_ms, double value)
{
	if (series->raw_to == series->raw_capacity)
		series_make_room(series);
	series->raw[series->raw_to++] = (struct sample){at_ms, value};
	series->last_at_ms = at_ms;
	series->has_begun = true;
	series->store->ended_series_count -= series->has_ended;
	series->has_ended = store_is_end(value);
	series->store->ended_series_count += series->has_ended;
	series->raw_ends_count += series->has_ended;
	series->store->counts.samples_count++;
	series->store->appended_count++;
	series->family->appended_count++;
}

static void series_drop_chunk(struct series *series)
{
	struct store_chunk *chunk = series->chunks[series->chunks_from++];

	series->store->counts.bytes -= chunk_bytes(chunk);
	series->store->counts.samples_count -= chunk->count;
	free(chunk);
}

size_t series_let_go_oldest(struct series *series)
{
	size_t count = series_raw_count(series);

	if (series->chunks_from < series->chunks_to) {
		count = series->chunks[series->chunks_from]->count;
		series_drop_chunk(series);
	} else {
		count = (count + 1) / 2;
		series_drop_raw(series, count);
		series_resize(series, series_raw_count(series));
	}
	return count;
}

/* First of `count` samples at or after the instant. Samples come at a steady pace, so the first
 * guess is nearly right. */
static size_t series_search(const struct sample *samples, size_t count, int64_t at_ms)
{
	size_t low = 0, high = count;

	if (!count || samples[0].at_ms >= at_ms)
		return 0;
	if (samples[count - 1].at_ms < at_ms)
		return count;
	if (count > 8) {
		double pace =
			(double)(count - 1) / (double)(samples[count - 1].at_ms - samples[0].at_ms);
		size_t guess = (size_t)((double)(at_ms - samples[0].at_ms) * pace);

		if (guess >= 2 && samples[guess - 2].at_ms < at_ms)
			low = guess - 1;
		if (guess + 2 < count && samples[guess + 2].at_ms >= at_ms)
			high = guess + 2;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (samples[middle].at_ms < at_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void series_forget_before(struct series *series, int64_t at_ms)
{
	while (series->chunks_from < series->chunks_to &&
	       series->chunks[series->chunks_from]->last_at_ms < at_ms)
		series_drop_chunk(series);
	if (series->chunks_from == series->chunks_to)
		series_drop_raw(series, series_search(series->raw + series->raw_from,
						      series_raw_count(series), at_ms));
}

size_t series_count(const struct series *series)
{
	size_t count = series_raw_count(series);
	uint32_t i;

	for (i = series->chunks_from; i < series->chunks_to; i++)
		count += series->chunks[i]->count;
	return count;
}

int64_t series_oldest_ms(const struct series *series)
{
	if (series->chunks_from < series->chunks_to)
		return series->chunks[series->chunks_from]->last_at_ms;
	return series_raw_count(series) ? series->raw[series->raw_from].at_ms : INT64_MAX;
}

void series_empty(struct series *series)
{
	while (series->chunks_from < series->chunks_to)
		series_drop_chunk(series);
	series_drop_raw(series, series_raw_count(series));
	series->store->counts.bytes -= series->raw_capacity * sizeof(*series->raw);
	series->store->counts.bytes -= series->chunks_capacity * sizeof(struct store_chunk *);
	free(series->chunks);
	free(series->raw);
	series->chunks = NULL;
	series->raw = NULL;
	series->raw_from = series->raw_to = series->raw_capacity = 0;
	series->chunks_from = series->chunks_to = series->chunks_capacity = 0;
}

static void scratch_room(struct store_scratch *scratch, size_t count)
{
	mem_grow(&scratch->samples, &scratch->capacity, count, sizeof(*scratch->samples));
}

/* Adds what lies between the instants and ends nothing. */
static size_t scratch_add(struct store_scratch *scratch, size_t used, const struct sample *samples,
			  size_t count, int64_t from_ms, int64_t to_ms)
{
	size_t first = series_search(samples, count, from_ms);
	size_t i;

	scratch_room(scratch, used + count);
	for (i = first; i < count && samples[i].at_ms <= to_ms; i++)
		if (!store_is_end(samples[i].value))
			scratch->samples[used++] = samples[i];
	return used;
}

static size_t series_range_packed(const struct series *series, int64_t from_ms, int64_t to_ms,
				  struct store_scratch *scratch)
{
	struct sample unpacked[CHUNK_SAMPLES];
	uint32_t i = series->chunks_to;
	size_t used = 0;

	while (i > series->chunks_from && series->chunks[i - 1]->last_at_ms >= from_ms)
		i--;
	for (; i < series->chunks_to && series->chunks[i]->first_at_ms <= to_ms; i++) {
		chunk_unpack(series->chunks[i], unpacked);
		used = scratch_add(scratch, used, unpacked, series->chunks[i]->count, from_ms,
				   to_ms);
	}
	return scratch_add(scratch, used, series->raw + series->raw_from, series_raw_count(series),
			   from_ms, to_ms);
}

size_t series_range(const struct series *series, int64_t from_ms, int64_t to_ms,
		    struct store_scratch *scratch, const struct sample **samples)
{
	const struct sample *raw = series->raw + series->raw_from;
	size_t count = series_raw_count(series), first, end;

	if (from_ms < series->store->horizon_ms)
		from_ms = series->store->horizon_ms;
	*samples = NULL;
	if (!count || from_ms > to_ms)
		return 0;
	if (series->chunks_from < series->chunks_to &&
	    from_ms <= series->chunks[series->chunks_to - 1]->last_at_ms) {
		count = series_range_packed(series, from_ms, to_ms, scratch);
		*samples = scratch->samples;
		return count;
	}
	first = series_search(raw, count, from_ms);
	end = to_ms >= raw[count - 1].at_ms ? count : series_search(raw, count, to_ms + 1);
	if (series->raw_ends_count && series_ends(raw + first, end - first)) {
		count = scratch_add(scratch, 0, raw + first, end - first, from_ms, to_ms);
		*samples = scratch->samples;
		return count;
	}
	*samples = raw + first;
	return end - first;
}

/* The last sample at or before the instant, end marker or not. */
static bool series_last(const struct series *series, int64_t at_ms, struct sample *sample)
{
	const struct sample *raw = series->raw + series->raw_from;
	size_t count = series_raw_count(series), end;
	struct sample unpacked[CHUNK_SAMPLES];
	uint32_t i;

	if (count && raw[count - 1].at_ms <= at_ms) {
		*sample = raw[count - 1];
		return true;
	}
	end = count && at_ms < INT64_MAX ? series_search(raw, count, at_ms + 1) : 0;
	if (end) {
		*sample = raw[end - 1];
		return true;
	}
	for (i = series->chunks_to; i > series->chunks_from; i--) {
		if (series->chunks[i - 1]->first_at_ms > at_ms)
			continue;
		chunk_unpack(series->chunks[i - 1], unpacked);
		*sample =
			unpacked[series_search(unpacked, series->chunks[i - 1]->count, at_ms + 1) -
				 1];
		return true;
	}
	return false;
}

bool series_at(const struct series *series, int64_t at_ms, struct sample *sample)
{
	if (!series_last(series, at_ms, sample))
		return false;
	return sample->at_ms >= at_ms - STORE_LOOKBACK_MS &&
	       sample->at_ms >= series->store->horizon_ms && !store_is_end(sample->value);
}
