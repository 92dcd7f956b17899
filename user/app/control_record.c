// SPDX-License-Identifier: Apache-2.0
/* In: what to tell. Out: TT_CONTROL and TT_RESTORE records, filled with zeroes to a multiple of 8.
 */
#include "app/control_record.h"

#include <string.h>

#define RECORD_MAX_BYTES 65528u /* head.size has 16 bits */

uint64_t control_record_at_ns(const struct view *view)
{
	return view->now_ns ? view->now_ns : view->clock_mono_ns;
}

static size_t text_length(const char *text)
{
	return text ? strnlen(text, TT_CONTROL_TEXT_MAX) : 0;
}

/* The parts after one another; `head` is the first member of the first part. */
static void put(struct buf *record, uint64_t at_ns, uint16_t kind, const char *text,
		size_t text_bytes, const char *comment, size_t comment_bytes)
{
	struct tt_head *head;

	buf_add(record, text, text_bytes);
	buf_add(record, comment, comment_bytes);
	while (record->length % 8)
		buf_char(record, '\0');
	head = (struct tt_head *)record->bytes;
	*head = (struct tt_head){.at_ns = at_ns,
				 .kind = kind,
				 .size = (uint16_t)record->length,
				 .probe = TT_NO_PROBE};
}

void control_record_make(struct buf *record, uint64_t at_ns, const struct tt_control *fields,
			 const char *text, const char *comment)
{
	struct tt_control control = *fields;

	control.text_bytes = (uint32_t)text_length(text);
	control.comment_bytes = (uint32_t)text_length(comment);
	buf_reset(record);
	buf_add(record, &control, sizeof(control));
	put(record, at_ns, TT_CONTROL, text ? text : "", control.text_bytes, comment ? comment : "",
	    control.comment_bytes);
}

bool control_record_restore(struct buf *record, uint64_t at_ns, const struct state_alert *alert)
{
	struct tt_restore restore = {
		.active_at_real_ns = alert->active_at_ns,
		.fired_at_real_ns = alert->fired_at_ns,
		.ack_at_real_ns = alert->ack_at_ns,
		.value = alert->value_bits,
		.threshold = alert->has_threshold ? alert->threshold_bits : 0,
		.flags = (alert->is_unknown ? TT_RESTORE_UNKNOWN : 0) |
			 (alert->has_threshold ? TT_RESTORE_THRESHOLD : 0) |
			 (alert->is_muted ? TT_RESTORE_MUTED : 0),
		.ack_uid = alert->ack_uid,
		.labels_bytes = (uint32_t)strlen(alert->labels),
		.comment_bytes = (uint32_t)text_length(alert->ack_comment),
	};

	if (sizeof(restore) + restore.labels_bytes + restore.comment_bytes > RECORD_MAX_BYTES)
		return false;
	memcpy(restore.trace_id, alert->trace_id, sizeof(restore.trace_id));
	buf_reset(record);
	buf_add(record, &restore, sizeof(restore));
	put(record, at_ns, TT_RESTORE, alert->labels, restore.labels_bytes,
	    alert->ack_comment ? alert->ack_comment : "", restore.comment_bytes);
	return true;
}

void control_record_feed(struct feed *feed, const struct buf *record)
{
	feed->record(feed, (const struct tt_head *)record->bytes, (uint32_t)record->length);
}
