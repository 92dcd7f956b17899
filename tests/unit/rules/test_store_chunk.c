// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/rules/world.h"

#include "rules/store_chunk.h"
#include "rules/store_private.h"

static uint64_t random_state = 1;

static uint64_t any(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return random_state ^ random_state >> 29;
}

static double any_double(void)
{
	uint64_t bits = any() ^ any() << 32;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Packs and unpacks; every bit must come back. The bytes of a sample. */
static double pack(const struct sample *samples, size_t count)
{
	struct store_chunk *chunk = chunk_new(samples, count);
	struct sample back[CHUNK_SAMPLES];
	double bytes = (double)chunk->size_bytes / (double)count;

	assert_int_equal(chunk->count, count);
	assert_int_equal(chunk->first_at_ms, samples[0].at_ms);
	assert_int_equal(chunk->last_at_ms, samples[count - 1].at_ms);
	memset(back, 0xa5, sizeof(back));
	chunk_unpack(chunk, back);
	assert_memory_equal(back, samples, count * sizeof(*samples));
	assert_true(chunk_bytes(chunk) >= sizeof(*chunk) + chunk->size_bytes);
	free(chunk);
	return bytes;
}

static void each_second(struct sample *samples, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		samples[i] = (struct sample){1700000000000 + (int64_t)i * 1000, 0};
}

static void any_bits_come_back(void **state)
{
	struct sample samples[CHUNK_SAMPLES];
	size_t round, count, i;

	(void)state;
	for (round = 0; round < 3000; round++) {
		int64_t at_ms = round % 3 ? (int64_t)(any() >> (1 + any() % 40))
					  : -(int64_t)(any() % 100000);
		unsigned pace = any() % 30;

		count = 1 + any() % CHUNK_SAMPLES;
		for (i = 0; i < count; i++) {
			samples[i] = (struct sample){at_ms, any_double()};
			at_ms += 1 + (int64_t)(any() % (1ull << pace));
		}
		pack(samples, count);
	}
}

static void decimals_with_odd_ones_among_them_come_back(void **state)
{
	static const double power[] = {1, 10, 100, 1e3, 1e6, 1e9};
	struct sample samples[CHUNK_SAMPLES];
	const double odd[] = {NAN,   INFINITY, -INFINITY, -0.0,
			      1e300, 5e-324,   0.1 + 0.2, store_end_marker()};
	size_t round, count, i;

	(void)state;
	for (round = 0; round < 3000; round++) {
		unsigned rarity = 1 + any() % 200;

		count = 1 + any() % CHUNK_SAMPLES;
		each_second(samples, count);
		for (i = 0; i < count; i++)
			samples[i].value =
				any() % rarity
					? (double)((int64_t)(any() >> (11 + round % 50)) - 5000) /
						  power[round % 6]
					: odd[any() % 8];
		pack(samples, count);
	}
}

static void the_edges_of_whole_numbers_come_back(void **state)
{
	const double edges[] = {0,
				-0.0,
				0x1p53,
				0x1p53 - 1,
				-0x1p53,
				0x1p53 + 2,
				9223372036854775807.0,
				-0x1p63,
				1.7976931348623157e308,
				2.2250738585072014e-308,
				5e-324,
				0.1,
				0.3,
				1e9,
				1e-9,
				123456789.123456789};
	struct sample samples[CHUNK_SAMPLES];
	size_t one, other, i;

	(void)state;
	each_second(samples, CHUNK_SAMPLES);
	for (one = 0; one < 16; one++)
		for (other = 0; other < 16; other++) {
			for (i = 0; i < CHUNK_SAMPLES; i++)
				samples[i].value = i % 7 ? edges[one] : edges[other];
			pack(samples, CHUNK_SAMPLES);
			pack(samples, 1);
			pack(samples, 2);
		}
}

static void what_is_measured_takes_few_bytes(void **state)
{
	struct sample samples[CHUNK_SAMPLES];
	double counter = 12345, ns = 0;
	size_t i;

	(void)state;
	each_second(samples, CHUNK_SAMPLES);
	assert_true(pack(samples, CHUNK_SAMPLES) < 0.15); /* it never changes */
	for (i = 0; i < CHUNK_SAMPLES; i++)
		samples[i].value = (double)(i * 17);
	assert_true(pack(samples, CHUNK_SAMPLES) < 0.15); /* a steady pace */
	for (i = 0; i < CHUNK_SAMPLES; i++)
		samples[i].value = counter += (double)(any() % 10);
	assert_true(pack(samples, CHUNK_SAMPLES) < 0.8); /* a counter */
	for (i = 0; i < CHUNK_SAMPLES; i++)
		samples[i].value = (double)(any() % 100000) / 1000;
	assert_true(pack(samples, CHUNK_SAMPLES) < 2.6); /* milliseconds */
	for (i = 0; i < CHUNK_SAMPLES; i++)
		samples[i].value = (ns += (double)(500000000 + any() % 1000000)) / 1e9;
	assert_true(pack(samples, CHUNK_SAMPLES) < 3); /* seconds, counted in nanoseconds */
	for (i = 0; i < CHUNK_SAMPLES; i++)
		samples[i].value = any_double();
	assert_true(pack(samples, CHUNK_SAMPLES) < 10); /* the worst there is */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bits_come_back),
		cmocka_unit_test(decimals_with_odd_ones_among_them_come_back),
		cmocka_unit_test(the_edges_of_whole_numbers_come_back),
		cmocka_unit_test(what_is_measured_takes_few_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
