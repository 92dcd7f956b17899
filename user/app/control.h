/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket: people ask a running tracer, and tell it. In: one JSON line per connection.
 * Out: one JSON line, then the end; what changes something goes into the flow as a CONTROL record,
 * so a recording of the run replays it.
 *
 * Requests (at most 64 KiB, within 5 s):
 *   {"command":"status"} {"command":"alerts"} {"command":"silences"} {"command":"reload"}
 *   {"command":"ack","id":"HEX","comment":"..."}
 *   {"command":"resolve","id":"HEX","comment":"..."}   by hand: quiet until its condition was gone, or we end
 *   {"command":"silence","matchers":"{a=\"b\",c=~\"d.*\"}","for":"2h","comment":"..."}
 *   {"command":"unsilence","id":7}
 *   {"command":"logs","level":"warning","trace":"HEX","grep":"...","last":50}   all but "command" may be left out
 * HEX: an alert's id, or its first digits (at least 4) if no other begins so. `comment` may be left
 * out. Unknown keys are refused.
 *
 * Answers: {"ok":true,"command":...,...} or {"ok":false,"code":CODE,"error":"a sentence",...} with
 * one of these codes:
 *   bad_request      no such command, key or type; too long; too late
 *   not_permitted    the peer is not root, not our user and not in group ttsobs
 *   busy	      too many clients at once
 *   no_rules         no rules are in force, so there are no alerts
 *   no_such_alert    ambiguous ("candidates":[{id,alert}])    no_such_silence
 *   bad_matchers     "mistakes":[{"place":byte,"message":...}]
 *   bad_duration     too_many (silences)    rules_refused
 *   no_logs          this tracer holds no log records
 *   not_done         the change did not show within 2 s
 *   not_saved        it is done, but the state file could not be written: it would not survive us
 *   not_answered     the answer would be over 64 MiB
 * ack, resolve, silence and unsilence answer ok only when the view has the change and the state
 * file holds it ("saved":true), or when this run keeps no state ("saved":false). What `alerts`,
 * `silences` and `status` hold: control_show.c, `logs`: control_logs.c; names carry their unit, ages
 * are by the tracer's clock.
 * The dashboard of the same process asks the same way, through control_connect.
 *
 * Who may: uid 0, our own uid, group ttsobs (primary or supplementary), by SO_PEERCRED and
 * SO_PEERGROUPS. The socket is 0660 root:ttsobs when that group exists, else 0600.
 * Where: --control PATH, `none`, or DIR/PID.sock: DIR is systemd's $RUNTIME_DIRECTORY, /run/ttsobs
 * (root), $XDG_RUNTIME_DIR/ttsobs (not root); `ctl` looks into all of them. Beside it PATH.lock
 * (flock): a socket without its tracer is replaced, a live one's never.
 *
 * The rule that surprises: nothing here waits. All of it runs in the session's poll loop; a slow
 * client costs memory for 5 s.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/state_file.h"
#include "base/buf.h"
#include "model/source.h"
#include "model/view.h"
#include "sink/tail.h"

#define CONTROL_CLIENTS 16
#define CONTROL_FDS (CONTROL_CLIENTS + 2)
#define CONTROL_REQUEST_MAX_BYTES (64u << 10)
#define CONTROL_ANSWER_MAX_BYTES (64u << 20)
#define CONTROL_LOGS_MAX 10000 /* records in one answer; "last" is at most that */
#define CONTROL_LOGS_LAST 50   /* when nothing is said */
#define CONTROL_LOGS_MAX_BYTES (4u << 20)     /* of their lines */
#define CONTROL_LOGS_SEARCH_BYTES (64u << 20) /* of the lines that are looked at for one answer */
#define CONTROL_CLIENT_MS 5000 /* to send the request, and again to take the answer */
#define CONTROL_SHOW_MS 2000   /* until the view has the change */
#define CONTROL_SAVE_MS 5000   /* until the state file holds it */
#define CONTROL_GROUP "ttsobs"

struct control;

struct control_options {
	const char *path;	  /* NULL = the default */
	bool is_private;	  /* nothing in the file system: only who got a control_connect may ask */
	struct state_file *state; /* NULL = nothing is kept */
	struct feed *feed;	  /* takes the CONTROL records */
	const struct tail *tail;  /* NULL = no log records are held */
	void *arg;		  /* of the callbacks */
	/* NULL = nothing to reload. 0, or -errno; *message: a sentence of malloc's, or NULL. */
	int (*reload)(void *arg, char **message);
	/* One JSON value: the receivers' counts. NULL = there are none. */
	void (*receivers)(void *arg, struct buf *json);
	uint64_t (*now_ms)(void *arg); /* tests; NULL = CLOCK_MONOTONIC */
};

/* 0, or -errno (said): -EADDRINUSE another tracer listens there. The run may go on without. */
int control_new(struct control **control, const struct control_options *options);
const char *control_path(const struct control *control); /* NULL: is_private */
/*
 * A connected fd whose other end is served as a client of our own uid: the dashboard asks as `ctl` does. Non-blocking,
 * the caller's to close. -EBUSY: too many clients; or another -errno; not said.
 */
int control_connect(struct control *control);
uint64_t control_now_ms(const struct control *control); /* by its clock */
/* What to poll, at most CONTROL_FDS; the count. */
size_t control_fds(struct control *control, struct pollfd *fds, size_t max);
/* -1 = nothing is awaited. Poll at most that long. */
int control_timeout_ms(const struct control *control);
/* After poll, with those fds; also when poll timed out. Does all that needs no waiting. */
void control_poll(struct control *control, const struct pollfd *fds, size_t count,
		  const struct view *view);
void control_free(struct control *control); /* NULL is allowed; removes the socket */

#endif
