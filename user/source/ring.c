/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring reader: see ring.h.
 *
 * In:  the memory that the kernel shares: one page with our position, one with its own, the records twice in a row.
 * Out: calls of visit().
 * The rule that surprises: a record's length word is written last with a release store; its busy bit says that
 * the rest is not there yet, and nothing behind it may be read before it.
 */
#include "source/ring.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel frees space by our position; telling it for each record would bounce its cache line. */
#define RING_RELEASE_BYTES 16384

int ring_map(struct ring *ring, int map_fd, uint64_t size_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer, *producer;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + 2 * size_bytes, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (producer == MAP_FAILED) {
		int error = -errno;

		munmap(consumer, page);
		return error;
	}
	ring->consumed = consumer;
	ring->produced = producer;
	ring->bytes = (const uint8_t *)producer + page;
	ring->size_bytes = size_bytes;
	ring->page_bytes = page;
	ring->position = *ring->consumed;
	return 0;
}

void ring_unmap(struct ring *ring)
{
	if (!ring->consumed)
		return;
	munmap(ring->consumed, ring->page_bytes);
	munmap((void *)(uintptr_t)ring->produced, ring->page_bytes + 2 * ring->size_bytes);
	*ring = (struct ring){0};
}

uint64_t ring_produced(const struct ring *ring)
{
	return __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);
}

static void ring_release(struct ring *ring)
{
	__atomic_store_n(ring->consumed, ring->position, __ATOMIC_RELEASE);
}

enum ring_result ring_read(struct ring *ring, uint64_t up_to,
			   void (*visit)(void *arg, const void *record, uint32_t size_bytes),
			   void *arg)
{
	enum ring_result result = RING_REACHED;
	uint64_t released = ring->position;

	while (ring->position < up_to) {
		const uint8_t *at = ring->bytes + (ring->position & (ring->size_bytes - 1));
		uint32_t length =
			__atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_ACQUIRE);
		uint32_t size = length & ~(RING_BUSY_BIT | RING_DISCARD_BIT);

		if (length & RING_BUSY_BIT) {
			result = RING_BUSY;
			break;
		}
		if (!(length & RING_DISCARD_BIT))
			visit(arg, at + RING_HEADER_BYTES, size);
		ring->position += (RING_HEADER_BYTES + size + 7u) & ~7ull;
		if (ring->position - released >= RING_RELEASE_BYTES) {
			ring_release(ring);
			released = ring->position;
		}
	}
	ring_release(ring);
	return result;
}
