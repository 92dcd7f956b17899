/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way in which printed text leaves: whole lines, on a file, a pipe, a terminal or a socket.
 * In: text. Out: write(2), never waiting longer than the caller wants. SIGPIPE and SIGXFSZ are ignored by app/.
 */
#ifndef SINK_OUTLET_H
#define SINK_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

#define OUTLET_STUCK_MS 500 /* no progress for so long: nobody reads */

enum outlet_kind {
	OUTLET_FILE,	 /* regular: a short write is cut back to the last newline */
	OUTLET_STREAM,	 /* pipe or terminal in non-blocking mode */
	OUTLET_SOCKET,
	OUTLET_BLOCKING, /* could not be made non-blocking: asked before each small write */
};

struct outlet {
	int fd;
	enum outlet_kind kind;
	bool is_owned; /* closed by outlet_fini */
	bool is_stuck; /* the last wait was in vain: do not wait again */
	int error;     /* -errno of the first write that failed, -EPIPE: the reader left; 0 */
	struct buf torn; /* rest of a line whose begin is out already */
	uint64_t dropped_count; /* lines */
};

/*
 * The fd stays the caller's unless `owned`. Its open file description is not touched (it may be the shell's too): pipes
 * and terminals are opened once more in non-blocking mode.
 */
void outlet_init(struct outlet *outlet, int fd, bool owned);
void outlet_fini(struct outlet *outlet);

/* Bytes that are out (on a regular file: whole lines), -EAGAIN when nothing fits now, another -errno. length > 0. */
ssize_t outlet_put(struct outlet *outlet, const char *bytes, size_t length);
/* Waits for room; false when there was none in time. -1 = until outlet_is_interrupted(). */
bool outlet_wait(const struct outlet *outlet, int timeout_ms);
/* SIGINT or SIGTERM is pending (app/ blocks them and reads a signalfd): patience ends here. */
bool outlet_is_interrupted(void);

/*
 * All of it. When nobody reads: `patient` waits; else after OUTLET_STUCK_MS lines are dropped whole and counted, at once
 * from then on until there is room again. After -EPIPE everything is dropped in silence; other errors are said once.
 */
void outlet_print(struct outlet *outlet, const char *bytes, size_t length, bool patient);

#endif
