/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this a record? In: bytes and their count as the transport says. Out: 0, or -EINVAL; nothing is changed.
 * The rule that surprises: a longer record than we know is fine (fields are only ever appended), a shorter one never.
 */
#include <errno.h>
#include <stddef.h>

#include "flow/state.h"

static const struct {
	uint16_t kind;
	uint16_t least_bytes;
} shapes[] = {
	{ TT_ENTER, sizeof(struct tt_enter) },	 { TT_LEAVE, sizeof(struct tt_leave) },
	{ TT_EXIT, sizeof(struct tt_exit) },	 { TT_TASK, sizeof(struct tt_task) },
	{ TT_TICK, sizeof(struct tt_tick) },	 { TT_CLOCK, sizeof(struct tt_clock) },
	{ TT_LOST, sizeof(struct tt_lost) },	 { TT_GAUGE, sizeof(struct tt_gauge) },
	{ TT_PROC, sizeof(struct tt_proc) },	 { TT_THREAD, sizeof(struct tt_thread) },
	{ TT_PROBE, sizeof(struct tt_probe) },	 { TT_END, sizeof(struct tt_end) },
};

int decode_check(const struct tt_head *record, uint32_t size_bytes)
{
	if (size_bytes < sizeof(*record) || record->size != size_bytes)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (shapes[i].kind != record->kind)
			continue;
		if (size_bytes < shapes[i].least_bytes)
			return -EINVAL;
		if (record->kind == TT_ENTER && (record->flags & TT_F_NAME) &&
		    size_bytes < sizeof(struct tt_enter_named))
			return -EINVAL;
		return 0;
	}
	return -EINVAL;
}
