// SPDX-License-Identifier: Apache-2.0
/*
 * In: records, or bytes that claim to be blocks. Out: the other one. Pure: no file is touched here.
 * The rule that surprises: a block whose CRCs hold is still not trusted until its records have been
 * walked to the last byte.
 */
#include "model/recording.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

#define PREFIX_BYTES 8u

uint64_t recording_record_room(uint32_t size_bytes)
{
	return PREFIX_BYTES + (((uint64_t)size_bytes + 7) & ~7ull);
}

void recording_record_add(struct buf *payload, const void *record, uint32_t size_bytes)
{
	static const char zeroes[PREFIX_BYTES];
	uint32_t prefix[2] = {size_bytes, 0};

	assert(size_bytes <= RECORDING_RECORD_MAX_BYTES);
	buf_add(payload, prefix, sizeof(prefix));
	buf_add(payload, record, size_bytes);
	buf_add(payload, zeroes, -size_bytes & 7);
}

static uint32_t recording_header_crc(struct recording_block header)
{
	header.header_crc32 = 0;
	return (uint32_t)crc32(0, (const Bytef *)&header, sizeof(header));
}

void recording_block_make(struct buf *out, uint32_t kind, uint32_t ordinal,
			  const struct buf *payload)
{
	struct recording_block header = {
		.magic = RECORDING_BLOCK_MAGIC,
		.kind = kind,
		.ordinal = ordinal,
		.plain_bytes = (uint32_t)payload->length,
	};
	uLongf stored_bytes = compressBound(payload->length);
	Bytef *stored = mem_new(stored_bytes);

	assert(payload->length <= RECORDING_BLOCK_MAX_BYTES);
	if (compress2(stored, &stored_bytes, (const Bytef *)payload->bytes, payload->length,
		      Z_BEST_SPEED) != Z_OK)
		mem_array(SIZE_MAX, 2); /* only memory can be missing here */
	assert(stored_bytes <= RECORDING_STORED_MAX_BYTES);
	header.stored_bytes = (uint32_t)stored_bytes;
	header.data_crc32 = (uint32_t)crc32(0, stored, (uInt)stored_bytes);
	header.header_crc32 = recording_header_crc(header);
	buf_add(out, &header, sizeof(header));
	buf_add(out, stored, stored_bytes);
	free(stored);
}

bool recording_header_read(struct recording_block *header, const void *bytes)
{
	memcpy(header, bytes, sizeof(*header));
	return header->magic == RECORDING_BLOCK_MAGIC &&
	       header->header_crc32 == recording_header_crc(*header) &&
	       header->stored_bytes <= RECORDING_STORED_MAX_BYTES &&
	       header->plain_bytes <= RECORDING_BLOCK_MAX_BYTES;
}

static bool recording_frames_hold(const char *plain, uint32_t plain_bytes)
{
	uint32_t at = 0, prefix[2];

	while (at < plain_bytes) {
		if (plain_bytes - at < PREFIX_BYTES)
			return false;
		memcpy(prefix, plain + at, sizeof(prefix));
		if (prefix[1] || recording_record_room(prefix[0]) > plain_bytes - at)
			return false;
		at += (uint32_t)recording_record_room(prefix[0]);
	}
	return true;
}

bool recording_block_read(const struct recording_block *header, const void *stored, void *plain)
{
	uLong used_bytes = header->stored_bytes;
	uLongf plain_bytes = header->plain_bytes;
	Bytef nothing;

	if (header->data_crc32 != crc32(0, stored, header->stored_bytes))
		return false;
	/* zlib takes no empty room for "none wanted" */
	if (uncompress2(plain_bytes ? plain : &nothing, &plain_bytes, stored, &used_bytes) != Z_OK)
		return false;
	if (plain_bytes != header->plain_bytes || used_bytes != header->stored_bytes)
		return false;
	return header->kind != RECORDING_RECORDS ||
	       recording_frames_hold(plain, header->plain_bytes);
}

const struct tt_head *recording_record_next(const void *plain, uint32_t plain_bytes, uint32_t *at,
					    uint32_t *size_bytes)
{
	const char *prefix = (const char *)plain + *at;

	if (*at >= plain_bytes)
		return NULL;
	memcpy(size_bytes, prefix, sizeof(*size_bytes));
	*at += (uint32_t)recording_record_room(*size_bytes);
	return (const void *)(prefix + PREFIX_BYTES);
}
