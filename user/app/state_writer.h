/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that writes the state file. In: whole texts with the generation they stand for. Out: the file is one of them, whole, at
 * any instant (write to PATH.tmp, fsync, rename, fsync the directory). A newer text replaces one that has not been begun.
 * A write that failed is tried again each second; said once, and once when it went well again.
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
/* Whether `generation` is on the disk, now or within ms. After one that was in vain it waits no more until a write has gone well. */
bool state_writer_wait(struct state_writer *writer, uint64_t generation, unsigned ms);
int state_writer_fd(const struct state_writer *writer); /* an eventfd: a write has ended */

struct state_writer_figures {
	uint64_t written_generation;
	bool has_written;
	int error; /* -errno of the last write; 0 */
	uint64_t writes_count;
	uint64_t failures_count;
	uint64_t bytes;
};
struct state_writer_figures state_writer_figures(struct state_writer *writer);

/* Writes what is pending, waiting at most ms for the disk. False: the disk hangs, the thread is left to itself and may still write. */
bool state_writer_free(struct state_writer *writer, unsigned ms);

#endif
