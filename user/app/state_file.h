/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must survive us: alerts, acknowledgements, silences, what was resolved by hand, and what was told to whom. Live
 * runs only.
 * In: the view, by the moments of a sink. Out: a file that is whole at any instant; at the next
 * start, RESTORE and CONTROL records.
 *
 * Where. --state PATH, or `none`. By default one file per service, so that tracers of two services
 * do not meet, and one that is started again (the service's pid may have changed) finds what it
 * left: DIR/SERVICE.json, DIR being systemd's $STATE_DIRECTORY or /var/lib/ttsobs, SERVICE that of
 * the first target. A second tracer of the same service at the same time takes
 * DIR/SERVICE-PID.json, and takes that one again as long as it is there. A lock file beside each
 * (PATH.lock, flock) says whose it is; who finds a named PATH locked says so and keeps nothing.
 *
 * How. One JSON document, one element a line; the first line holds version, length and CRC-32
 * (zlib's) of all that follows it:
 *
 *   {"ttsobs_state":1,"bytes":512,"crc32":"0123abcd",
 *   "saved_at":"...","target":{"pid":1,"service":"..."},
 *   "alerts":[
 *   {"id":"16 hex digits","labels":"{alertname=\"...\"}","active_at_ns":1,"fired_at_ns":0,
 *     "value":"the double's bits, 16 hex digits","threshold":"bits" or null,"unknown":false,
 *     "trace_id":"32 hex digits" or null,"ack":{"at_ns":1,"uid":0,"comment":""} or null
 *     [,"muted":true]}   resolved by hand: it must not come again before its condition was false once
 *   ],
 *   "silences":[
 *   {"id":1,"uid":0,"start_at_ns":1,"end_at_ns":2,"matchers":"{...}","comment":""}
 *   ],
 *   "told":"opaque to us"
 *   }
 *
 * When. Each change is first written to PATH.new without waiting for the disk, which is all that
 * surviving a kill takes: that is what telling anybody waits for. Then it is synced and becomes
 * PATH, which is what `ctl` waits for. So after a kill the newest of PATH.new, PATH.sync and PATH
 * is the state (state_writer.h).
 *
 * The rules that surprise: a file that is not byte for byte what we would write from what we read
 * of it is damaged; a damaged one is set aside as PATH.damaged-UTC and said, never overwritten.
 * Nothing is written before what was there has been restored, and nothing at an END of our own
 * making: the alerts live on. A disk that hangs costs tracing 100 ms once, not per change.
 */
#ifndef APP_STATE_FILE_H
#define APP_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/sink.h"
#include "model/source.h"

#define STATE_FILE_WAIT_MS 100 /* what one TICK's changes may wait before they are told */

struct state_file;

struct state_file_options {
	const char *path;    /* NULL = by the service; "none" = nothing is kept */
	const char *service; /* of the first target; NULL or "" = unknown */
	uint32_t pid;	     /* of the first target; 0 = none yet */
	/*
	 * What was told to whom: text of the notify sink's own, at most 4 MiB; given back before the
	 * first restored alert. NULL = there is none.
	 */
	void (*told_save)(void *arg, struct buf *text);
	void (*told_load)(void *arg, const char *text, size_t length);
	void *arg;
};

/* Reads what is there. Never fails: what cannot be used is said once, and the run goes on without. */
struct state_file *state_file_new(const struct state_file_options *options);
/*
 * To be the first sink after the recorder: then nobody is told of a change before it would survive
 * us, or the wait was over.
 */
struct sink *state_file_sink(struct state_file *state);
/*
 * Once the flow has its first CLOCK, and its rules: feeds silences and alerts of the former run,
 * and that the file was set aside. Later calls do nothing. Until it was called nothing is written.
 */
void state_file_restore(struct state_file *state, const struct view *view, struct feed *feed);
/* Takes what the view holds, if that is new, and lets it be written. The sink does it by itself. */
void state_file_note(struct state_file *state, const struct view *view);
/* What told_save gives has changed: the next TICK takes it. */
void state_file_touch(struct state_file *state);
/*
 * At the end, after state_file_touch: what was told is known for good. The view must hold what fires, as it does at an END of our
 * own making.
 */
void state_file_note_told(struct state_file *state, const struct view *view);
/* Whether the changes up to view->state_generation = `generation` are on the disk, now or within ms. */
bool state_file_wait(struct state_file *state, uint64_t generation, unsigned ms);
bool state_file_holds(struct state_file *state, uint64_t generation);
/* Readable after something was saved, or could not be; the reader drains it. -1: nothing is kept. */
int state_file_fd(const struct state_file *state);

struct state_file_health {
	const char *path; /* NULL = nothing is kept */
	int error;	  /* -errno of the last write that failed; 0 after one that went well */
	uint64_t writes_count; /* that went well */
	uint64_t failures_count;
	uint64_t bytes; /* of the last write */
	uint64_t restored_alerts_count; /* muted ones are not among them */
	uint64_t restored_silences_count;
};
struct state_file_health state_file_health(struct state_file *state);

/* Writes what is not written yet, waiting at most 2 s for the disk. */
void state_file_free(struct state_file *state);

#endif
