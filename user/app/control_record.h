/* SPDX-License-Identifier: Apache-2.0 */
/* What people and the state file tell, as records of the wire. In: fields and texts. Out: bytes to
 * feed. */
#ifndef APP_CONTROL_RECORD_H
#define APP_CONTROL_RECORD_H

#include "app/state_text.h"
#include "base/buf.h"
#include "bpf/ttsobs_event.h"
#include "model/source.h"
#include "model/view.h"

/* The instant of what is told now: the last TICK, before the first one the last CLOCK. */
uint64_t control_record_at_ns(const struct view *view);
/* Replaces what `record` holds. Of `fields` the head and the two lengths are made here; texts are
 * cut at TT_CONTROL_TEXT_MAX. */
void control_record_make(struct buf *record, uint64_t at_ns, const struct tt_control *fields,
			 const char *text, const char *comment);
/* False: the labels are too long for a record. */
bool control_record_restore(struct buf *record, uint64_t at_ns, const struct state_alert *alert);
void control_record_feed(struct feed *feed, const struct buf *record);

#endif
