/* SPDX-License-Identifier: Apache-2.0 */
/* The ring reader, on memory made by hand in the kernel's shape: the records mapped twice in a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/ring.h"

#define RING_BYTES 4096u
#define SEEN_MAX   600

struct fixture {
	struct ring ring;
	uint64_t consumed;
	uint64_t produced;
	uint8_t *bytes; /* twice RING_BYTES */
	uint64_t seen[SEEN_MAX];
	uint32_t sizes[SEEN_MAX];
	size_t seen_count;
};

static int fixture_make(void **state)
{
	static struct fixture fixture;
	int fd = memfd_create("ring", MFD_CLOEXEC);
	uint8_t *bytes;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, RING_BYTES), 0);
	bytes = mmap(NULL, 2 * RING_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	for (int i = 0; i < 2; i++)
		assert_ptr_equal(mmap(bytes + (size_t)i * RING_BYTES, RING_BYTES,
				      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0),
				 bytes + (size_t)i * RING_BYTES);
	close(fd);
	fixture = (struct fixture){.bytes = bytes};
	fixture.ring = (struct ring){.consumed = &fixture.consumed,
				     .produced = &fixture.produced,
				     .bytes = bytes,
				     .size_bytes = RING_BYTES};
	*state = &fixture;
	return 0;
}

static int fixture_free(void **state)
{
	struct fixture *fixture = *state;

	return munmap(fixture->bytes, 2 * RING_BYTES);
}

/* As the kernel does: length with its bits, then the payload; positions advance by whole 8 bytes. */
static uint64_t produce(struct fixture *fixture, uint32_t size, uint32_t bits, uint64_t value)
{
	uint64_t at = fixture->produced;
	uint8_t *record = fixture->bytes + (at & (RING_BYTES - 1));
	uint32_t length = size | bits;

	memcpy(record, &length, sizeof(length));
	memcpy(record + RING_HEADER_BYTES, &value, size < sizeof(value) ? size : sizeof(value));
	fixture->produced += (RING_HEADER_BYTES + size + 7u) & ~7ull;
	return at;
}

static void commit(struct fixture *fixture, uint64_t at, uint32_t size)
{
	memcpy(fixture->bytes + (at & (RING_BYTES - 1)), &size, sizeof(size));
}

static void visit(void *arg, const void *record, uint32_t size_bytes)
{
	struct fixture *fixture = arg;

	assert_true(fixture->seen_count < SEEN_MAX);
	memcpy(&fixture->seen[fixture->seen_count], record, sizeof(uint64_t));
	fixture->sizes[fixture->seen_count++] = size_bytes;
}

static enum ring_result read_all(struct fixture *fixture)
{
	return ring_read(&fixture->ring, ring_produced(&fixture->ring), visit, fixture);
}

static void an_empty_ring_is_reached_at_once(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(read_all(fixture), RING_REACHED);
	assert_int_equal(fixture->seen_count, 0);
	assert_int_equal(fixture->consumed, 0);
}

static void records_come_in_order_with_their_sizes(void **state)
{
	struct fixture *fixture = *state;

	produce(fixture, 136, 0, 1);
	produce(fixture, 43, 0, 2);
	produce(fixture, 120, 0, 3);
	assert_int_equal(read_all(fixture), RING_REACHED);
	assert_int_equal(fixture->seen_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(fixture->seen[i], i + 1);
	assert_int_equal(fixture->sizes[1], 43);
	assert_int_equal(fixture->consumed, fixture->produced);
}

static void nothing_behind_the_wanted_position_is_touched(void **state)
{
	struct fixture *fixture = *state;
	uint64_t second;

	produce(fixture, 40, 0, 1);
	second = produce(fixture, 40, 0, 2);
	assert_int_equal(ring_read(&fixture->ring, second, visit, fixture), RING_REACHED);
	assert_int_equal(fixture->seen_count, 1);
	assert_int_equal(fixture->consumed, second);
	assert_int_equal(read_all(fixture), RING_REACHED);
	assert_int_equal(fixture->seen[1], 2);
}

static void a_busy_record_stops_the_reader_and_it_goes_on_when_it_is_whole(void **state)
{
	struct fixture *fixture = *state;
	uint64_t busy;

	produce(fixture, 40, 0, 1);
	busy = produce(fixture, 40, RING_BUSY_BIT, 2);
	produce(fixture, 40, 0, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read_all(fixture), RING_BUSY);
		assert_int_equal(fixture->seen_count, 1);
		assert_int_equal(fixture->consumed, busy);
	}
	commit(fixture, busy, 40);
	assert_int_equal(read_all(fixture), RING_REACHED);
	assert_int_equal(fixture->seen_count, 3);
	assert_int_equal(fixture->seen[1], 2);
	assert_int_equal(fixture->seen[2], 3);
}

static void a_discarded_record_is_passed_over(void **state)
{
	struct fixture *fixture = *state;

	produce(fixture, 40, RING_DISCARD_BIT, 1);
	produce(fixture, 40, 0, 2);
	assert_int_equal(read_all(fixture), RING_REACHED);
	assert_int_equal(fixture->seen_count, 1);
	assert_int_equal(fixture->seen[0], 2);
	assert_int_equal(fixture->consumed, fixture->produced);
}

static void a_record_across_the_end_is_whole(void **state)
{
	struct fixture *fixture = *state;
	uint8_t pattern[200];

	fixture->produced = fixture->consumed = fixture->ring.position = RING_BYTES - 64;
	produce(fixture, sizeof(pattern), 0, 0);
	memset(pattern, 0x5a, sizeof(pattern));
	memcpy(fixture->bytes + RING_BYTES - 64 + RING_HEADER_BYTES, pattern, sizeof(pattern));
	assert_int_equal(read_all(fixture), RING_REACHED);
	assert_int_equal(fixture->seen[0], 0x5a5a5a5a5a5a5a5a);
	assert_memory_equal(fixture->bytes, pattern, 64); /* it did wrap */
	assert_int_equal(fixture->consumed, fixture->produced);
}

static void a_thousand_laps_lose_nothing(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t value = 0; value < 100000; value += 16) {
		for (uint64_t i = 0; i < 16; i++)
			produce(fixture, (uint32_t)(8 + (value + i) % 136), 0, value + i);
		assert_true(fixture->produced - fixture->consumed <= RING_BYTES);
		fixture->seen_count = 0;
		assert_int_equal(read_all(fixture), RING_REACHED);
		assert_int_equal(fixture->seen_count, 16);
		assert_int_equal(fixture->seen[0], value);
		assert_int_equal(fixture->seen[15], value + 15);
	}
}

static void unmapping_what_was_never_mapped_is_harmless(void **state)
{
	struct ring ring = {0};

	(void)state;
	ring_unmap(&ring);
	assert_null(ring.consumed);
	assert_true(ring_map(&ring, -1, RING_BYTES) < 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_make, fixture_free)
	const struct CMUnitTest tests[] = {
		TEST(an_empty_ring_is_reached_at_once),
		TEST(records_come_in_order_with_their_sizes),
		TEST(nothing_behind_the_wanted_position_is_touched),
		TEST(a_busy_record_stops_the_reader_and_it_goes_on_when_it_is_whole),
		TEST(a_discarded_record_is_passed_over),
		TEST(a_record_across_the_end_is_whole),
		TEST(a_thousand_laps_lose_nothing),
		TEST(unmapping_what_was_never_mapped_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
