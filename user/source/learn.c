/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caller sites.
 *
 * In:  ENTER records.  Out: leave sites at their return addresses.
 * The rule that surprises: a return address that is the kernel's uretprobe trampoline, or lies in no file (JIT code),
 * cannot be used; it is remembered all the same, so that it costs a look only once.
 */
#include "source/learn.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"

void learn_note(struct learn *learn, const struct tt_enter *enter)
{
	uint64_t key = enter->return_addr ^ (uint64_t)enter->head.probe << 48;

	if (!enter->return_addr || (enter->head.flags & TT_F_TRAMPOLINE) ||
	    table_find(&learn->known, key))
		return;
	if (learn->places_count[enter->head.probe] >= LEARN_PLACES_PER_PROBE)
		return;
	if (++learn->places_count[enter->head.probe] == LEARN_PLACES_PER_PROBE)
		warn("probe %u is called from more than %d places: calls from others have no end",
		     enter->head.probe, LEARN_PLACES_PER_PROBE);
	table_put(&learn->known, key, learn);
	mem_grow(&learn->lessons, &learn->capacity, learn->count + 1, sizeof(*learn->lessons));
	learn->lessons[learn->count++] = (struct lesson){.pid = enter->head.pid,
							 .probe = enter->head.probe,
							 .return_addr = enter->return_addr};
}

/* Takes every lesson that lies in the file of the first one; they leave the list. */
static void file_apply(struct learn *learn, struct attach *attach)
{
	auto_free uint64_t *offsets = mem_array(learn->count, sizeof(*offsets));
	auto_free uint16_t *probes = mem_array(learn->count, sizeof(*probes));
	struct place first = {0}, place = {0};
	size_t taken = 0, kept = 0;
	uint32_t pid = 0;
	int error;

	for (size_t i = 0; i < learn->count; i++) {
		struct lesson *lesson = &learn->lessons[i];

		if (taken && lesson->pid != pid) {
			learn->lessons[kept++] = *lesson;
			continue;
		}
		if (!attach->probes[lesson->probe].is_live ||
		    plan_place(lesson->pid, lesson->return_addr, &place)) {
			debug("probe %u: the caller at %#llx lies in no file", lesson->probe,
			      (unsigned long long)lesson->return_addr);
			continue;
		}
		if (taken && (place.inode != first.inode || place.device != first.device)) {
			learn->lessons[kept++] = *lesson;
			continue;
		}
		if (!taken)
			first = place;
		pid = lesson->pid;
		offsets[taken] = place.offset;
		probes[taken++] = lesson->probe;
	}
	learn->count = kept;
	if (!taken)
		return;
	error = attach_leave_place(attach, first.map_path, probes, offsets, taken);
	if (error)
		debug("%zu caller sites in %s: %s", taken, first.map_path, strerror(-error));
}

void learn_apply(struct learn *learn, struct attach *attach)
{
	while (learn->count)
		file_apply(learn, attach);
}

void learn_fini(struct learn *learn)
{
	table_fini(&learn->known);
	free(learn->lessons);
}
