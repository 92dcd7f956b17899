/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own reader of a BPF ring buffer (libbpf 1.1 knows neither positions nor reading up to one).
 * In: the map's fd.  Out: records in the order of their reservation.
 * The rule that surprises: read the producer position first and the clock second, then consume exactly to that
 * position: nothing that was consumed is then newer than the clock reading.
 */
#ifndef SOURCE_RING_H
#define SOURCE_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumed;	  /* shared with the kernel: all before it may be overwritten */
	const uint64_t *produced; /* shared with the kernel */
	const uint8_t *bytes;	  /* mapped twice in a row, so no record is ever split */
	uint64_t size_bytes;	  /* a power of two */
	uint64_t position; /* where we are; *consumed trails it within one call of ring_read */
	size_t page_bytes;
};

#define RING_BUSY_BIT	  0x80000000u
#define RING_DISCARD_BIT  0x40000000u
#define RING_HEADER_BYTES 8

enum ring_result {
	RING_REACHED, /* everything before the wanted position was visited */
	RING_BUSY,    /* a record on the way is still being written */
};

int ring_map(struct ring *ring, int map_fd, uint64_t size_bytes); /* -errno */
void ring_unmap(struct ring *ring);
uint64_t ring_produced(const struct ring *ring);
enum ring_result ring_read(struct ring *ring, uint64_t up_to,
			   void (*visit)(void *arg, const void *record, uint32_t size_bytes),
			   void *arg);

#endif
