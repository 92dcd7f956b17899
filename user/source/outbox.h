/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that user space itself has to say, waiting for their turn in the feed. Back to back, each head.size long.
 */
#ifndef SOURCE_OUTBOX_H
#define SOURCE_OUTBOX_H

#include "base/buf.h"
#include "model/source.h"

struct outbox {
	struct buf records;
	uint64_t at_ns; /* the stamp of what is added: that of the coming TICK */
};

static inline void outbox_head(const struct outbox *outbox, struct tt_head *head, uint16_t kind,
			       size_t size_bytes)
{
	head->at_ns = outbox->at_ns;
	head->kind = kind;
	head->size = (uint16_t)size_bytes;
	head->probe = TT_NO_PROBE;
}

static inline void outbox_add(struct outbox *outbox, const struct tt_head *record)
{
	buf_add(&outbox->records, record, record->size);
}

static inline void outbox_flush(struct outbox *outbox, struct feed *feed)
{
	for (size_t at = 0; at < outbox->records.length;) {
		const struct tt_head *record =
			(const struct tt_head *)(const void *)(outbox->records.bytes + at);

		feed->record(feed, record, record->size);
		at += record->size;
	}
	buf_reset(&outbox->records);
}

#endif
