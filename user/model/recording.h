/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recording format: a preamble and zlib-compressed blocks of wire records as fed.
 * Written by sink/record, read by source/replay. Little endian.
 *
 *   file     = "TTSOBSR1" block*            (8 bytes of magic and version)
 *   block    = struct recording_block, then stored_bytes of zlib data
 *   payload  = after inflating: for kind PREAMBLE a JSON object; for kind RECORDS wire records back to back, each
 *              preceded by its u32 size as fed (malformed ones are recorded too), padded to 8 bytes
 * A reader that meets a bad block looks for the next block magic and counts the bytes it skipped.
 */
#ifndef MODEL_RECORDING_H
#define MODEL_RECORDING_H

#include <stdint.h>

#define RECORDING_MAGIC "TTSOBSR1"
#define RECORDING_BLOCK_MAGIC 0x314b4c4242534f54ull /* "TOSBBLK1" as bytes */
#define RECORDING_BLOCK_MAX_BYTES (1u << 20) /* of payload, before compression */

#define RECORDING_PREAMBLE 1
#define RECORDING_RECORDS 2

struct recording_block {
	uint64_t magic;
	uint32_t kind;
	uint32_t ordinal;      /* 0 = preamble, then 1, 2, ...: a jump shows a missing block */
	uint32_t stored_bytes; /* that follow this header */
	uint32_t plain_bytes;  /* after inflating */
	uint32_t data_crc32;   /* zlib's crc32 of the stored bytes */
	uint32_t header_crc32; /* of this struct with this field 0 */
};

#endif
