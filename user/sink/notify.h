/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink that reaches people. In: alerts and ticks. Out: messages to the receivers of rules/notify.yaml. Live only.
 * Called on the reader's thread and never waits; each receiver has a thread and a bounded queue of its own.
 * Time is the axis of the view, so everything but delivery is the same in every run of the same input.
 * At least once: what may not have arrived is sent again, and what was not surely delivered is not in the told-state.
 */
#ifndef SINK_NOTIFY_H
#define SINK_NOTIFY_H

#include "base/buf.h"
#include "model/notify.h"
#include "model/sink.h"

struct notify_options {
	const char *syslog_socket;  /* NULL = /dev/log */
	const char *journal_socket; /* NULL = /run/systemd/journal/socket; only to see whether a journal is there */
	/*
	 * For receivers of kind log: one whole NDJSON line with its '\n', on the caller's thread of on_tick. level:
	 * "debug" ... "critical". NULL: such receivers deliver nowhere, which is counted as dropped and said once.
	 */
	void (*log)(void *arg, const char *level, const char *line, size_t length);
	void *log_arg;
	const char *host;      /* as RFC 5424 wants to know it; NULL = this host's name */
	uint32_t pid;	       /* ours, for ident[pid]; 0 = getpid() */
	uint64_t retry_min_ns; /* 0 = 1 s */
	uint64_t retry_max_ns; /* 0 = 60 s */
};

/* The config and the options' strings must live until notify_free() or the next notify_reload(). 0 or -errno, said. */
int notify_new(struct sink **sink, const struct notify_config *config, const struct notify_options *options);
/*
 * New receivers and routes; who was told of which alert is kept by the receiver's name. A receiver of the same name
 * keeps its queue; one that is gone tries what it holds once more and ends by itself. 0 or -errno, said: then nothing
 * has changed.
 */
int notify_reload(struct sink *sink, const struct notify_config *config);

struct notify_counts {
	const char *name; /* of the receiver */
	enum notify_kind kind;
	uint64_t queued_count;	/* messages that wait now, those whose arrival is not certain yet included */
	uint64_t sent_count;	/* messages delivered */
	uint64_t failed_count;	/* attempts that failed */
	uint64_t dropped_count; /* messages let go: the queue was full, or nobody could deliver them at the end */
	uint64_t resent_count;	/* messages written again because their first copy may not have arrived */
	char error[160];	/* of the last attempt when it failed; "" = it went well */
};
/* One per receiver, in the file's order; returns how many there are. */
size_t notify_counts(const struct sink *sink, struct notify_counts *counts, size_t max);
/*
 * The same as a JSON array, for `ctl status`:
 * [{"receiver":..,"kind":..,"queued":..,"sent":..,"failed":..,"dropped":..,...}].
 */
void notify_counts_print(const struct sink *sink, struct buf *out);

/*
 * Who has surely been told of which alert, as one JSON text, for the state file. The generation changes with it; ask it
 * after each on_tick (a delivery becomes known at the tick after it).
 */
uint64_t notify_state_generation(const struct sink *sink);
void notify_state_print(const struct sink *sink, struct buf *out);
/*
 * Before the first restored alert is told. A text that is damaged is refused (said, -EINVAL): then everything is told
 * again.
 */
int notify_state_load(struct sink *sink, const char *text, size_t length);

/*
 * Who is told next of an alert if nobody acknowledges it: the earliest step of its routes' escalations that is still to
 * come. False: none. The instant is on the view's axis, and may have passed when it is told at the next tick.
 */
bool notify_next_escalation(const struct sink *sink, uint64_t alert_id, uint64_t *at_real_ns, const char **receiver);

/*
 * The end, after the last on_tick. Waits at most 500 ms for what is queued; then the told-state knows what has arrived,
 * so print it once more before notify_free(). Nothing is delivered any more.
 */
void notify_flush(struct sink *sink);
/* Flushes, if that was not done, and says what was not delivered. */
void notify_free(struct sink *sink);

#endif
