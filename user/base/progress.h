/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a task is that may last: one line on stderr when that is a terminal, written over again and again. In:
 * what, how much of how much. Out: nothing in the first second, then at most 10 lines a second; or a sink of its
 * own. The rule that surprises: it belongs to no stream that is promised to anybody, so it is never in a pipe or a
 * file.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

/*
 * Cheap enough for each of a million steps. Another `what` begins another task, whose first second counts anew.
 * total 0 = nobody knows. By one thread at a time.
 */
void progress_show(const char *what, uint64_t done, uint64_t total);
void progress_show_bytes(const char *what, uint64_t done_bytes, uint64_t total_bytes);
/* The task is over: its line goes away. */
void progress_done(void);
/* Before something else is written to the terminal: the line goes away, and comes again with the next step. */
void progress_clear(void);

struct progress {
	const char *what; /* NULL = over; the numbers mean nothing then */
	uint64_t done, total;
	uint64_t elapsed_ns;
};
/* The dashboard, tests: told as often as a terminal would be, instead of it; NULL restores. */
void progress_redirect(void (*to)(void *arg, const struct progress *now), void *arg);
/* Tests: another clock, and a file that is taken for a terminal; NULL and -1 restore. */
void progress_fake(uint64_t (*now_ns)(void), int fd);

#endif
