/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that write the state file. In: whole texts with the generation they stand for.
 * Out, of each text:
 *   written: PATH.new holds it (written as PATH.part, renamed): a kill of ours loses nothing from
 *     here on. Takes no disk's time.
 *   saved: PATH holds it (PATH.new taken as PATH.sync, fsync, renamed, fsync of the directory): nor
 *     does a power failure.
 * So each of PATH, PATH.sync, PATH.new is a whole text at any instant, and the newest one is the
 * last of them that is there. A newer text replaces one that has not been begun. What failed is
 * tried again each second; said once, and once when it went well again.
 */
#ifndef APP_STATE_WRITER_H
#define APP_STATE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct state_writer;

struct state_writer *state_writer_new(const char *path);
/* Takes the bytes of `body` (the head is made here) and leaves it empty. */
void state_writer_put(struct state_writer *writer, struct buf *body, uint64_t generation);
/* Whether `generation` is written, now or within ms. A wait in vain is the last one until a write. */
bool state_writer_wait_written(struct state_writer *writer, uint64_t generation, unsigned ms);
/* Whether it is saved. */
bool state_writer_wait_saved(struct state_writer *writer, uint64_t generation, unsigned ms);
/* An eventfd: something was saved, or could not be. */
int state_writer_fd(const struct state_writer *writer);

struct state_writer_figures {
	uint64_t written_generation; /* 0 = none yet */
	uint64_t saved_generation;
	int error; /* -errno of the last attempt; 0 */
	uint64_t saves_count;
	uint64_t failures_count;
	uint64_t bytes; /* of the last text */
};
struct state_writer_figures state_writer_figures(struct state_writer *writer);

/*
 * Saves what is pending, waiting at most ms for the disk. False: the disk hangs; the threads are left
 * to themselves and may still write.
 */
bool state_writer_free(struct state_writer *writer, unsigned ms);

#endif
