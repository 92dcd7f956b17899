// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "model/recording.h"
#include "tests/unit/random_records.h"

static uint64_t plain[RECORDING_BLOCK_MAX_BYTES / 8];

static struct recording_block header_of(const struct buf *block)
{
	struct recording_block header;

	assert_true(block->length >= sizeof(header));
	assert_true(recording_header_read(&header, block->bytes));
	assert_int_equal(block->length, sizeof(header) + header.stored_bytes);
	return header;
}

static bool is_read(const struct recording_block *header, const struct buf *block)
{
	/* exactly sized, so that a read past its end is seen */
	char *stored = mem_new(header->stored_bytes);
	bool is_good;

	memcpy(stored, block->bytes + sizeof(*header), header->stored_bytes);
	is_good = recording_block_read(header, stored, plain);
	free(stored);
	return is_good;
}

/* A block of anything, with sums that hold. */
static void forge(struct buf *block, const struct buf *payload, uint32_t plain_bytes)
{
	struct recording_block header;

	buf_reset(block);
	recording_block_make(block, RECORDING_RECORDS, 7, payload);
	memcpy(&header, block->bytes, sizeof(header));
	header.plain_bytes = plain_bytes;
	header.header_crc32 = 0;
	header.header_crc32 = (uint32_t)crc32(0, (const Bytef *)&header, sizeof(header));
	memcpy(block->bytes, &header, sizeof(header));
}

static void records_come_back_byte_for_byte_and_aligned(void **state)
{
	struct random_records random = {.state = 7};
	struct buf payload = {0}, block = {0}, want = {0}, got = {0};
	const struct tt_head *read;
	struct recording_block header;
	union any_record record;
	uint32_t at = 0, size_bytes;
	unsigned i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		size_bytes = random_record(&random, &record);
		sequence_add(&want, &record, size_bytes);
		recording_record_add(&payload, &record, size_bytes);
	}
	recording_block_make(&block, RECORDING_RECORDS, 3, &payload);
	header = header_of(&block);
	assert_int_equal(header.kind, RECORDING_RECORDS);
	assert_int_equal(header.ordinal, 3);
	assert_int_equal(header.plain_bytes, payload.length);
	assert_true(is_read(&header, &block));
	while ((read = recording_record_next(plain, header.plain_bytes, &at, &size_bytes))) {
		assert_int_equal((uintptr_t)read % 8, 0);
		sequence_add(&got, read, size_bytes);
	}
	assert_int_equal(got.length, want.length);
	assert_memory_equal(got.bytes, want.bytes, want.length);
	buf_fini(&payload);
	buf_fini(&block);
	buf_fini(&want);
	buf_fini(&got);
}

static void an_empty_payload_is_a_block_too(void **state)
{
	struct buf payload = {0}, block = {0};
	struct recording_block header;
	uint32_t at = 0, size_bytes;

	(void)state;
	buf_add(&payload, "", 0);
	recording_block_make(&block, RECORDING_RECORDS, 1, &payload);
	header = header_of(&block);
	assert_true(is_read(&header, &block));
	assert_null(recording_record_next(plain, 0, &at, &size_bytes));
	buf_fini(&payload);
	buf_fini(&block);
}

static void the_fullest_block_that_zlib_cannot_shrink_is_read_back(void **state)
{
	struct random_records random = {.state = 9};
	struct buf payload = {0}, block = {0};
	static uint64_t record[RECORDING_RECORD_MAX_BYTES / 8];
	struct recording_block header;
	uint32_t at = 0, size_bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(record) / 8; i++)
		record[i] = random_next(&random);
	recording_record_add(&payload, record, sizeof(record));
	assert_int_equal(payload.length, RECORDING_BLOCK_MAX_BYTES);
	recording_block_make(&block, RECORDING_RECORDS, 1, &payload);
	header = header_of(&block);
	assert_true(header.stored_bytes > RECORDING_BLOCK_MAX_BYTES);
	assert_true(is_read(&header, &block));
	assert_memory_equal(recording_record_next(plain, header.plain_bytes, &at, &size_bytes),
			    record, sizeof(record));
	assert_int_equal(size_bytes, sizeof(record));
	buf_fini(&payload);
	buf_fini(&block);
}

static void every_flipped_bit_of_a_block_is_seen(void **state)
{
	struct random_records random = {.state = 5};
	struct buf payload = {0}, block = {0};
	union any_record record;
	struct recording_block header;
	size_t bit, i;

	(void)state;
	for (i = 0; i < 3; i++)
		recording_record_add(&payload, &record, random_record(&random, &record));
	recording_block_make(&block, RECORDING_RECORDS, 1, &payload);
	for (bit = 0; bit < block.length * 8; bit++) {
		block.bytes[bit / 8] ^= (char)(1 << bit % 8);
		assert_false(recording_header_read(&header, block.bytes) &&
			     is_read(&header, &block));
		block.bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
	header = header_of(&block);
	assert_true(is_read(&header, &block));
	buf_fini(&payload);
	buf_fini(&block);
}

static void absurd_lengths_are_refused_although_the_sums_hold(void **state)
{
	static const uint32_t lengths[] = {
		0, 8, 24, 40, RECORDING_BLOCK_MAX_BYTES, RECORDING_BLOCK_MAX_BYTES + 1, UINT32_MAX};
	struct buf payload = {0}, block = {0};
	struct recording_block header;
	size_t i;

	(void)state;
	recording_record_add(&payload, "0123456789abcdef01234567", 24);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		bool is_header;

		forge(&block, &payload, lengths[i]);
		is_header = recording_header_read(&header, block.bytes);
		assert_int_equal(is_header, lengths[i] <= RECORDING_BLOCK_MAX_BYTES);
		if (is_header)
			assert_false(is_read(&header, &block));
	}
	forge(&block, &payload, (uint32_t)payload.length);
	header = header_of(&block);
	assert_true(is_read(&header, &block));
	buf_fini(&payload);
	buf_fini(&block);
}

static void broken_framing_is_refused_although_the_sums_hold(void **state)
{
	static const uint32_t words[][4] = {
		{9, 0, 0, 0}, {UINT32_MAX, 0, 0, 0}, {UINT32_MAX - 7, 0, 0, 0},
		{8, 1, 0, 0}, {0, 0, 1, 0},	     {0, 0, UINT32_MAX - 15, 0},
	};
	struct buf payload = {0}, block = {0};
	struct recording_block header;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		buf_reset(&payload);
		buf_add(&payload, words[i], sizeof(words[i]));
		forge(&block, &payload, (uint32_t)payload.length);
		header = header_of(&block);
		assert_false(is_read(&header, &block));
	}
	for (i = 1; i < 8; i++) { /* a cut prefix */
		buf_reset(&payload);
		buf_add(&payload, words[0], i);
		forge(&block, &payload, (uint32_t)payload.length);
		header = header_of(&block);
		assert_false(is_read(&header, &block));
	}
	buf_fini(&payload);
	buf_fini(&block);
}

static void a_bomb_stops_at_the_length_that_its_header_tells(void **state)
{
	struct buf zeroes = {0}, block = {0};
	struct recording_block header;

	(void)state;
	buf_fill(&zeroes, "aaaaaaaa", RECORDING_BLOCK_MAX_BYTES / 8);
	forge(&block, &zeroes, 4096);
	header = header_of(&block);
	memset(plain, 0, sizeof(plain));
	assert_false(is_read(&header, &block));
	assert_int_equal(plain[4096 / 8], 0);
	buf_fini(&zeroes);
	buf_fini(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back_byte_for_byte_and_aligned),
		cmocka_unit_test(an_empty_payload_is_a_block_too),
		cmocka_unit_test(the_fullest_block_that_zlib_cannot_shrink_is_read_back),
		cmocka_unit_test(every_flipped_bit_of_a_block_is_seen),
		cmocka_unit_test(absurd_lengths_are_refused_although_the_sums_hold),
		cmocka_unit_test(broken_framing_is_refused_although_the_sums_hold),
		cmocka_unit_test(a_bomb_stops_at_the_length_that_its_header_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
