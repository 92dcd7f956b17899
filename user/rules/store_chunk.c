// SPDX-License-Identifier: Apache-2.0
/*
 * In: samples. Out: a chunk, bit by bit: the instants, then the values.
 *   numbers  whole numbers as differences of the order (0, 1, 2) that costs least, less their mean,
 * in Rice code values   all the same | whole numbers of 10^-k, the few that are none told apart |
 * XOR with the one before The rule that surprises: measured values are decimals (counts,
 * milliseconds, nanoseconds in seconds) far more often than not, so the middle way usually wins: v
 * is x / 10^k for a whole x, checked bit for bit when packing.
 */
#include "rules/store_chunk.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK_DECIMALS	 10  /* 10^0 to 10^9 */
#define CHUNK_ODD_MAX	 15u /* values that are no decimals, in a chunk of decimals */
#define CHUNK_LONG_UNARY 20  /* so many ones, then the number in full */
#define CHUNK_ALL_ZERO	 63u /* instead of a Rice parameter: no residual differs from the mean */
#define CHUNK_PAD_BYTES	 16  /* the reader looks ahead */
/* instants and values, each at most a full unary and a full word, and their heads */
#define CHUNK_MAX_BYTES                                                                            \
	(CHUNK_SAMPLES * 2 * (64 + CHUNK_LONG_UNARY + 16) / 8 + CHUNK_ODD_MAX * 9 + 128 +          \
	 CHUNK_PAD_BYTES)

enum chunk_values { CHUNK_SAME, CHUNK_DECIMAL, CHUNK_XOR };

static const double chunk_power[CHUNK_DECIMALS] = {1e0, 1e1, 1e2, 1e3, 1e4,
						   1e5, 1e6, 1e7, 1e8, 1e9};

struct chunk_writer {
	uint8_t bytes[CHUNK_MAX_BYTES];
	size_t bits;
};

struct chunk_reader {
	const uint8_t *bytes;
	size_t bits;
};

/* The highest of `count` bits first. */
static void chunk_put(struct chunk_writer *to, uint64_t value, unsigned count)
{
	while (count) {
		unsigned room = 8 - to->bits % 8;
		unsigned take = count < room ? count : room;
		uint8_t part = (uint8_t)(value >> (count - take) & ((1u << take) - 1));

		to->bytes[to->bits / 8] |= (uint8_t)(part << (room - take));
		to->bits += take;
		count -= take;
	}
}

/* The next 57 bits or more, at the top of the word. */
static uint64_t chunk_peek(const struct chunk_reader *from)
{
	uint64_t word;

	memcpy(&word, from->bytes + from->bits / 8, sizeof(word));
	return be64toh(word) << from->bits % 8;
}

static uint64_t chunk_get(struct chunk_reader *from, unsigned count)
{
	uint64_t high;

	if (!count)
		return 0;
	if (count > 56) {
		high = chunk_get(from, count - 32);
		return high << 32 | chunk_get(from, 32);
	}
	high = chunk_peek(from) >> (64 - count);
	from->bits += count;
	return high;
}

static uint64_t chunk_zigzag(uint64_t difference)
{
	return difference << 1 ^ (uint64_t) - (int64_t)(difference >> 63);
}

static uint64_t chunk_unzigzag(uint64_t folded)
{
	return folded >> 1 ^ (uint64_t) - (int64_t)(folded & 1);
}

/* A single number of any size: how many bytes it has, then they. */
static void chunk_put_number(struct chunk_writer *to, uint64_t number)
{
	uint64_t folded = chunk_zigzag(number);
	unsigned bytes = folded ? (71 - (unsigned)__builtin_clzll(folded)) / 8 : 0;

	chunk_put(to, bytes, 4);
	chunk_put(to, folded, bytes * 8);
}

static uint64_t chunk_get_number(struct chunk_reader *from)
{
	unsigned bytes = (unsigned)chunk_get(from, 4);

	return chunk_unzigzag(chunk_get(from, bytes * 8));
}

/* --- whole numbers */

struct chunk_plan { /* how a run of numbers is written */
	unsigned order;
	unsigned rice;
	uint64_t mean;
	uint64_t cost_bits;
};

/* numbers[0..order) stay, the rest become differences. Unsigned arithmetic wraps, and wraps back.
 */
static void chunk_differ(uint64_t *numbers, size_t count, unsigned order)
{
	unsigned round;
	size_t i;

	for (round = 1; round <= order; round++)
		for (i = count - 1; i >= round; i--)
			numbers[i] -= numbers[i - 1];
}

static void chunk_undiffer(uint64_t *numbers, size_t count, unsigned order)
{
	unsigned round;
	size_t i;

	for (round = order; round >= 1; round--)
		for (i = round; i < count; i++)
			numbers[i] += numbers[i - 1];
}

static uint64_t chunk_mean(const uint64_t *numbers, size_t count)
{
	__int128 sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += (int64_t)numbers[i];
	return count ? (uint64_t)(int64_t)(sum / (__int128)count) : 0;
}

static uint64_t chunk_rice_cost(const uint64_t *numbers, size_t count, uint64_t mean, unsigned rice)
{
	uint64_t cost = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t quotient = chunk_zigzag(numbers[i] - mean) >> rice;

		cost += quotient < CHUNK_LONG_UNARY ? quotient + 1 + rice : CHUNK_LONG_UNARY + 64;
	}
	return cost;
}

/* The parameter is near the binary logarithm of the mean distance. */
static struct chunk_plan chunk_plan_residuals(const uint64_t *numbers, size_t count)
{
	struct chunk_plan plan = {.mean = chunk_mean(numbers, count), .cost_bits = UINT64_MAX};
	double sum = 0;
	unsigned rice, near;
	size_t i;

	for (i = 0; i < count; i++)
		sum += (double)chunk_zigzag(numbers[i] - plan.mean);
	if (sum <= 0)
		return (struct chunk_plan){
			.rice = CHUNK_ALL_ZERO, .mean = plan.mean, .cost_bits = 0};
	sum /= (double)count;
	near = sum < 1 ? 0 : sum >= 0x1p60 ? 60 : 63 - (unsigned)__builtin_clzll((uint64_t)sum);
	for (rice = near > 2 ? near - 2 : 0; rice <= near + 1; rice++) {
		uint64_t cost = chunk_rice_cost(numbers, count, plan.mean, rice);

		if (cost < plan.cost_bits) {
			plan.cost_bits = cost;
			plan.rice = rice;
		}
	}
	return plan;
}

static struct chunk_plan chunk_plan_numbers(const uint64_t *numbers, size_t count)
{
	struct chunk_plan best = {.cost_bits = UINT64_MAX};
	uint64_t tried[CHUNK_SAMPLES];
	unsigned order;

	for (order = 0; order <= 2 && order < count; order++) {
		struct chunk_plan plan;

		memcpy(tried, numbers, count * sizeof(*numbers));
		chunk_differ(tried, count, order);
		plan = chunk_plan_residuals(tried + order, count - order);
		plan.order = order;
		plan.cost_bits += 64 * order; /* nearly */
		if (plan.cost_bits < best.cost_bits)
			best = plan;
	}
	return best;
}

static void chunk_put_numbers(struct chunk_writer *to, const uint64_t *numbers, size_t count)
{
	struct chunk_plan plan = chunk_plan_numbers(numbers, count);
	uint64_t residuals[CHUNK_SAMPLES];
	size_t i;

	memcpy(residuals, numbers, count * sizeof(*numbers));
	chunk_differ(residuals, count, plan.order);
	chunk_put(to, plan.order, 2);
	chunk_put(to, plan.rice, 6);
	chunk_put_number(to, plan.mean);
	for (i = 0; i < plan.order; i++)
		chunk_put_number(to, residuals[i]);
	if (plan.rice == CHUNK_ALL_ZERO)
		return;
	for (; i < count; i++) {
		uint64_t folded = chunk_zigzag(residuals[i] - plan.mean);
		uint64_t quotient = folded >> plan.rice;

		if (quotient < CHUNK_LONG_UNARY) {
			chunk_put(to, (1ull << (quotient + 1)) - 2, (unsigned)quotient + 1);
			chunk_put(to, folded, plan.rice);
		} else {
			chunk_put(to, (1u << CHUNK_LONG_UNARY) - 1, CHUNK_LONG_UNARY);
			chunk_put(to, folded, 64);
		}
	}
}

static uint64_t chunk_get_rice(struct chunk_reader *from, unsigned rice)
{
	uint64_t ones = ~chunk_peek(from);
	unsigned quotient = ones ? (unsigned)__builtin_clzll(ones) : 64;

	if (quotient >= CHUNK_LONG_UNARY) {
		from->bits += CHUNK_LONG_UNARY;
		return chunk_get(from, 64);
	}
	from->bits += quotient + 1;
	return (uint64_t)quotient << rice | chunk_get(from, rice);
}

static void chunk_get_numbers(struct chunk_reader *from, uint64_t *numbers, size_t count)
{
	unsigned order = (unsigned)chunk_get(from, 2);
	unsigned rice = (unsigned)chunk_get(from, 6);
	uint64_t mean = chunk_get_number(from);
	size_t i;

	for (i = 0; i < order; i++)
		numbers[i] = chunk_get_number(from);
	for (; i < count; i++)
		numbers[i] =
			mean +
			(rice == CHUNK_ALL_ZERO ? 0 : chunk_unzigzag(chunk_get_rice(from, rice)));
	chunk_undiffer(numbers, count, order);
}

/* --- values */

static uint64_t chunk_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double chunk_value(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* v as whole x with x / 10^k == v, each bit; false when there is none. */
static bool chunk_decimal(double value, unsigned decimals, int64_t *whole)
{
	double scaled = value * chunk_power[decimals];

	if (!(fabs(scaled) < 0x1p53))
		return false;
	*whole = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
	return chunk_bits((double)*whole / chunk_power[decimals]) == chunk_bits(value);
}

/* How many of them are no decimals; stops counting beyond what is tolerated. An odd one repeats its
 * neighbour. */
static unsigned chunk_try_decimals(const struct sample *samples, size_t count, unsigned decimals,
				   uint64_t *wholes, uint8_t *odd)
{
	unsigned odd_count = 0;
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		int64_t whole;

		if (chunk_decimal(samples[i].value, decimals, &whole)) {
			last = (uint64_t)whole;
		} else {
			if (odd_count == CHUNK_ODD_MAX)
				return CHUNK_ODD_MAX + 1;
			odd[odd_count++] = (uint8_t)i;
		}
		wholes[i] = last;
	}
	return odd_count;
}

/* False: they are no decimals. Fewer odd ones are better than fewer digits, but only a few digits
 * more are tried for it. */
static bool chunk_put_decimals(struct chunk_writer *to, const struct sample *samples, size_t count)
{
	uint64_t wholes[CHUNK_SAMPLES];
	uint8_t odd[CHUNK_ODD_MAX];
	unsigned decimals, odd_count = CHUNK_ODD_MAX + 1, best = CHUNK_DECIMALS,
			   fewest = CHUNK_ODD_MAX + 1;

	for (decimals = 0; decimals < CHUNK_DECIMALS && fewest; decimals++) {
		odd_count = chunk_try_decimals(samples, count, decimals, wholes, odd);
		if (odd_count < fewest) {
			fewest = odd_count;
			best = decimals;
		}
	}
	if (best == CHUNK_DECIMALS || fewest * 8 > count)
		return false;
	odd_count = chunk_try_decimals(samples, count, best, wholes, odd);
	chunk_put(to, CHUNK_DECIMAL, 2);
	chunk_put(to, best, 4);
	chunk_put(to, odd_count, 4);
	for (unsigned i = 0; i < odd_count; i++) {
		chunk_put(to, odd[i], 8);
		chunk_put(to, chunk_bits(samples[odd[i]].value), 64);
	}
	chunk_put_numbers(to, wholes, count);
	return true;
}

static void chunk_get_decimals(struct chunk_reader *from, struct sample *samples, size_t count)
{
	unsigned decimals = (unsigned)chunk_get(from, 4);
	unsigned odd_count = (unsigned)chunk_get(from, 4);
	uint8_t odd[CHUNK_ODD_MAX];
	uint64_t odd_bits[CHUNK_ODD_MAX], wholes[CHUNK_SAMPLES];
	size_t i;

	for (i = 0; i < odd_count; i++) {
		odd[i] = (uint8_t)chunk_get(from, 8);
		odd_bits[i] = chunk_get(from, 64);
	}
	chunk_get_numbers(from, wholes, count);
	for (i = 0; i < count; i++)
		samples[i].value = (double)(int64_t)wholes[i] / chunk_power[decimals];
	for (i = 0; i < odd_count; i++)
		samples[odd[i]].value = chunk_value(odd_bits[i]);
}

/* As in the Gorilla paper: a bit for the same, a bit for inside the last window of changed bits,
 * else a new window. */
static void chunk_put_xor(struct chunk_writer *to, const struct sample *samples, size_t count)
{
	uint64_t before = chunk_bits(samples[0].value);
	unsigned leading = 64, trailing = 0;
	size_t i;

	chunk_put(to, CHUNK_XOR, 2);
	chunk_put(to, before, 64);
	for (i = 1; i < count; i++) {
		uint64_t bits = chunk_bits(samples[i].value), changed = bits ^ before;
		unsigned zeros, tail;

		before = bits;
		chunk_put(to, changed != 0, 1);
		if (!changed)
			continue;
		zeros = (unsigned)__builtin_clzll(changed);
		tail = (unsigned)__builtin_ctzll(changed);
		zeros = zeros > 31 ? 31 : zeros;
		if (leading < 64 && zeros >= leading && tail >= trailing) {
			chunk_put(to, 0, 1);
		} else {
			leading = zeros;
			trailing = tail;
			chunk_put(to, 1, 1);
			chunk_put(to, leading, 5);
			chunk_put(to, 64 - leading - trailing - 1, 6);
		}
		chunk_put(to, changed >> trailing, 64 - leading - trailing);
	}
}

static void chunk_get_xor(struct chunk_reader *from, struct sample *samples, size_t count)
{
	uint64_t bits = chunk_get(from, 64);
	unsigned length = 0, trailing = 0;
	size_t i;

	samples[0].value = chunk_value(bits);
	for (i = 1; i < count; i++) {
		if (chunk_get(from, 1)) {
			if (chunk_get(from, 1)) {
				unsigned leading = (unsigned)chunk_get(from, 5);

				length = (unsigned)chunk_get(from, 6) + 1;
				trailing = 64 - leading - length;
			}
			bits ^= chunk_get(from, length) << trailing;
		}
		samples[i].value = chunk_value(bits);
	}
}

static bool chunk_put_same(struct chunk_writer *to, const struct sample *samples, size_t count)
{
	uint64_t bits = chunk_bits(samples[0].value);
	size_t i;

	for (i = 1; i < count; i++)
		if (chunk_bits(samples[i].value) != bits)
			return false;
	chunk_put(to, CHUNK_SAME, 2);
	chunk_put(to, bits, 64);
	return true;
}

static void chunk_get_same(struct chunk_reader *from, struct sample *samples, size_t count)
{
	double value = chunk_value(chunk_get(from, 64));
	size_t i;

	for (i = 0; i < count; i++)
		samples[i].value = value;
}

struct store_chunk *chunk_new(const struct sample *samples, size_t count)
{
	struct chunk_writer writer = {.bits = 0};
	uint64_t instants[CHUNK_SAMPLES];
	struct store_chunk *chunk;
	size_t size_bytes, i;

	assert(count > 0 && count <= CHUNK_SAMPLES);
	for (i = 0; i < count; i++)
		instants[i] = (uint64_t)samples[i].at_ms;
	chunk_put_numbers(&writer, instants, count);
	if (!chunk_put_same(&writer, samples, count) &&
	    !chunk_put_decimals(&writer, samples, count))
		chunk_put_xor(&writer, samples, count);
	size_bytes = (writer.bits + 7) / 8;
	chunk = mem_new(sizeof(*chunk) + size_bytes + CHUNK_PAD_BYTES);
	chunk->first_at_ms = samples[0].at_ms;
	chunk->last_at_ms = samples[count - 1].at_ms;
	chunk->count = (uint32_t)count;
	chunk->size_bytes = (uint32_t)size_bytes;
	memcpy(chunk->packed, writer.bytes, size_bytes);
	return chunk;
}

void chunk_unpack(const struct store_chunk *chunk, struct sample *samples)
{
	struct chunk_reader reader = {.bytes = chunk->packed};
	uint64_t instants[CHUNK_SAMPLES];
	size_t i;

	chunk_get_numbers(&reader, instants, chunk->count);
	for (i = 0; i < chunk->count; i++)
		samples[i].at_ms = (int64_t)instants[i];
	switch ((enum chunk_values)chunk_get(&reader, 2)) {
	case CHUNK_SAME:
		chunk_get_same(&reader, samples, chunk->count);
		break;
	case CHUNK_DECIMAL:
		chunk_get_decimals(&reader, samples, chunk->count);
		break;
	case CHUNK_XOR:
		chunk_get_xor(&reader, samples, chunk->count);
		break;
	}
}

size_t chunk_bytes(const struct store_chunk *chunk)
{
	return sizeof(*chunk) + chunk->size_bytes + CHUNK_PAD_BYTES + 16; /* and malloc's own */
}
