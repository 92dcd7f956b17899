/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recording format: a preamble and zlib-compressed blocks of wire records as fed.
 * Written by sink/record, read by source/replay. Little endian.
 *
 *   file     = "TTSOBSR1" preamble preamble block*   (8 bytes of magic and version; both preambles are the same)
 *   preamble = block of kind PREAMBLE, ordinal 0; its payload is one JSON object
 *   block    = struct recording_block, then stored_bytes of zlib data
 *   payload  = after inflating, for kind RECORDS: records back to back, each u32 size as fed, u32 0, the bytes, zeroes to a
 *              multiple of 8. Malformed records are kept too, the size being what the transport said, 0 included.
 *
 * The JSON object: format_version (1), tool_version, run_id (16 hex digits), interval_ns (0 = none), host, started_real_ns,
 * engines: [{file, text}], the engine files by which the run was seen, byte for byte. metrics_age_ns and metrics_bytes: what
 * --retention and --retention-bytes held of the samples that rules read; absent or 0 = the defaults.
 *
 * What a reader relies on: a block is whole or it is damage, framing of its payload included. Ordinals of record blocks run
 * 1, 2, 3, ...; a jump shows that blocks are missing (damage, or a disk that was full). A reader that meets a bad block looks
 * for the next header that holds, from the next byte on, and counts the bytes it skipped. Damage to one of the two preambles
 * loses nothing. The last record of a whole file is END. RECORDING_MAGIC's last digit is the version: a reader refuses others.
 */
#ifndef MODEL_RECORDING_H
#define MODEL_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bpf/ttsobs_event.h"

#define RECORDING_MAGIC "TTSOBSR1"
#define RECORDING_MAGIC_BYTES 8
#define RECORDING_FORMAT_VERSION 1
#define RECORDING_BLOCK_MAGIC 0x314b4c4242534f54ull /* "TOSBBLK1" as bytes */
#define RECORDING_BLOCK_MAX_BYTES (1u << 20) /* of payload, before compression */
#define RECORDING_STORED_MAX_BYTES (RECORDING_BLOCK_MAX_BYTES + 4096u) /* what zlib makes of that at worst */
#define RECORDING_RECORD_MAX_BYTES (RECORDING_BLOCK_MAX_BYTES - 8u)

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
_Static_assert(sizeof(struct recording_block) == 32, "recording block header");

/* Adds one record to a payload; size_bytes <= RECORDING_RECORD_MAX_BYTES. */
void recording_record_add(struct buf *payload, const void *record, uint32_t size_bytes);
/* The bytes that a record takes in a payload. */
uint64_t recording_record_room(uint32_t size_bytes);
/* Appends a whole block, header and stored bytes, to `out`. The payload is at most RECORDING_BLOCK_MAX_BYTES. */
void recording_block_make(struct buf *out, uint32_t kind, uint32_t ordinal, const struct buf *payload);

/* Whether 32 bytes (unaligned) are a block's header: magic, CRC, and lengths within the limits. */
bool recording_header_read(struct recording_block *header, const void *bytes);
/*
 * Inflates header->stored_bytes into `plain`, which has RECORDING_BLOCK_MAX_BYTES, 8-byte aligned.
 * False: damaged (CRC, lengths, zlib data, or the framing of its records), and `plain` means nothing.
 */
bool recording_block_read(const struct recording_block *header, const void *stored, void *plain);
/* The record at *at of a payload that holds, 8-byte aligned; *at moves behind it. NULL at the end. */
const struct tt_head *recording_record_next(const void *plain, uint32_t plain_bytes, uint32_t *at,
					    uint32_t *size_bytes);

#endif
