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
	{ TT_CONTROL, sizeof(struct tt_control) }, { TT_RULES, sizeof(struct tt_rules) },
	{ TT_RESTORE, sizeof(struct tt_restore) },
};

/* What follows these is as long as they say, and no longer than we take. */
static bool is_tail_whole(const struct tt_head *record, uint32_t size_bytes)
{
	const struct tt_control *control = (const struct tt_control *)record;
	const struct tt_rules *rules = (const struct tt_rules *)record;
	const struct tt_restore *restore = (const struct tt_restore *)record;

	switch (record->kind) {
	case TT_CONTROL:
		return control->text_bytes <= TT_CONTROL_TEXT_MAX && control->comment_bytes <= TT_CONTROL_TEXT_MAX &&
		       control->text_bytes + control->comment_bytes <= size_bytes - sizeof(*control);
	case TT_RULES:
		return rules->text_bytes <= TT_RULES_PART_MAX && rules->file_bytes <= size_bytes - sizeof(*rules) &&
		       rules->text_bytes <= size_bytes - sizeof(*rules) - rules->file_bytes;
	case TT_RESTORE:
		return restore->comment_bytes <= TT_CONTROL_TEXT_MAX && restore->labels_bytes <= size_bytes - sizeof(*restore) &&
		       restore->comment_bytes <= size_bytes - sizeof(*restore) - restore->labels_bytes;
	default:
		return true;
	}
}

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
		return is_tail_whole(record, size_bytes) ? 0 : -EINVAL;
	}
	return -EINVAL;
}
