/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody at the dashboard wants done, told as `ctl` would tell it: the same JSON line to the
 * same control code, saved in the same state file, refused with the same reasons. In: requests.
 * Out: for each of them, in their order, one sentence for people. The rule that surprises: one is
 * asked at a time; the next one goes out when the answer of the last is there, so a silence and the
 * acknowledgement behind it happen in the order in which they were said.
 */
#ifndef APP_TELL_H
#define APP_TELL_H

#include <poll.h>

#include "app/control.h"
#include "sink/tui/tui.h"

#define TELL_MAX 16 /* under way at once */
#define TELL_FDS 1

struct tell;
struct tell *tell_new(struct control *control); /* which must live longer */
/* 0: an answer comes by tell_poll. Else -errno; *why: a sentence of malloc's. */
int tell_ask(struct tell *tell, const struct tui_request *request, char **why);
/* What to poll, at most TELL_FDS, each time before control_fds; the count. */
size_t tell_fds(struct tell *tell, struct pollfd *fds, size_t max);
/* After poll and control_poll; also when poll timed out. */
void tell_poll(struct tell *tell, void (*answer)(void *arg, bool is_done, const char *sentence), void *arg);
void tell_free(struct tell *tell); /* NULL is allowed; what is under way is done all the same, and
				      not heard of */

#endif
