/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old samples, packed. In: up to CHUNK_SAMPLES samples in order of time. Out: bytes, and the very
 * same samples again: each bit of each value, NaNs with their payload, infinities and negative zero
 * included.
 */
#ifndef RULES_STORE_CHUNK_H
#define RULES_STORE_CHUNK_H

#include "rules/store.h"

#define CHUNK_SAMPLES 256u

struct store_chunk {
	int64_t first_at_ms;
	int64_t last_at_ms;
	uint32_t count;
	uint32_t size_bytes; /* of the packed bytes */
	uint8_t packed[];
};

struct store_chunk *chunk_new(const struct sample *samples, size_t count);
/* Room for chunk->count samples. */
void chunk_unpack(const struct store_chunk *chunk, struct sample *samples);
size_t chunk_bytes(const struct store_chunk *chunk); /* that it takes in memory */

#endif
