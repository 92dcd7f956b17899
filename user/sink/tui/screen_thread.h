/* SPDX-License-Identifier: Apache-2.0 */
/* What the loop's side of a screen (screen.c) and its thread (screen_thread.c) share. Private to the two. */
#ifndef SINK_TUI_SCREEN_THREAD_H
#define SINK_TUI_SCREEN_THREAD_H

#include <pthread.h>
#include <signal.h>

#include "sink/tui/screen_parts.h"

#define SCREEN_EVENTS_MAX     256u   /* keys that come while as many wait are dropped */
#define SCREEN_COPY_MAX_BYTES 48000u /* as much as xterm and tmux take */
#define SCREEN_CLOSE_MS	      450u
#define SCREEN_LEAVE_MS	      250u /* of them for a slow terminal to take what is under way; then it is thrown away */
#define SCREEN_AWAY_MS	      200u /* between two looks whether the terminal is ours again */
#define SCREEN_RETRY_MS	      5u   /* after a terminal that said it would take bytes took none */

struct screen {
	struct screen_options options;
	int in_fd, out_fd;     /* own files of the terminal, not waiting */
	int lent_fd, lent_flags; /* the caller's, as they were */
	int wake_fd, ready_fd; /* eventfd: to the thread, to the loop */
	int signal_fd;
	sigset_t blocked; /* by us, in the thread that opened us */
	bool has_thread;
	bool has_saved;
	struct termios saved, raw;
	pthread_t thread;
	enum colours colours; /* these two: once is_started */
	bool can_copy;

	pthread_mutex_t lock; /* of all down to the next line like this */
	pthread_cond_t changed; /* is_started, is_over */
	bool is_started, has_failed;
	bool is_closing, is_over;
	struct canvas next;
	bool has_next, is_writing;
	uint64_t skipped_count;
	struct buf copy; /* bytes; the last one only */
	unsigned rows, columns;
	bool is_resized, is_gone, is_gone_told;
	struct screen_event events[SCREEN_EVENTS_MAX];
	unsigned events_first, events_count;

	/* the thread's own */
	struct painter *painter;
	struct input input;
	struct canvas mine; /* being painted */
	struct buf out;	    /* not written yet */
	size_t out_at;
	uint64_t retry_at_ns;
	bool is_away;  /* suspended, or in the background: the terminal is another's */
	bool is_deaf;  /* nothing can be read there */
	bool is_ended; /* hung up, or rescued */
};

void *screen_run(void *screen);
void screen_wake(int fd); /* whoever waits for that eventfd */
/* The size of the terminal, 24 x 80 when it does not know; true: another one than before. */
bool screen_measure(struct screen *screen);

#endif
