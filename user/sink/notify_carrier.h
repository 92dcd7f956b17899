/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a message gets to one receiver: one row per kind. A carrier belongs to its receiver's thread, which may wait in
 * it, but never longer than the receiver's timeout, and not at all once the cut is ordered.
 */
#ifndef SINK_NOTIFY_CARRIER_H
#define SINK_NOTIFY_CARRIER_H

#include "sink/notify_format.h"

struct notify_carrier {
	const struct notify_carrier_ops *ops;
	const struct notify_receiver *receiver;
	const struct notify_origin *origin;
	const char *syslog_socket;
	const char *journal_socket;
	int cut_fd;	 /* readable: stop at once */
	char error[160]; /* why the last put failed, in words */
	/* of connections; -1 = none */
	int fd;
	bool is_stream;
	uint64_t put_at_ns; /* the last one, CLOCK_MONOTONIC */
	/* For so long what has arrived may still turn out as unread: a later NOTIFY_LOST takes it along. 0 = never. */
	uint64_t remembers_ns;
	uint64_t opened_ino, opened_ctime_ns; /* which socket the path led to */
};

enum notify_put {
	NOTIFY_DELIVERED,
	NOTIFY_IN_DOUBT, /* written; ask settle() until it knows */
	NOTIFY_FAILED,	 /* carrier->error says why */
};

enum notify_settled {
	NOTIFY_WAIT,
	NOTIFY_ARRIVED, /* everything in doubt */
	NOTIFY_CLOSED,	/* the other side has closed in order: it has probably read everything */
	NOTIFY_LOST,	/* some of it has surely not been read */
};

struct notify_carrier_ops {
	enum notify_put (*put)(struct notify_carrier *carrier, const struct notify_message *message);
	/*
	 * Asked while something is in doubt, and of a connection before each put. hurried: there is no time to wait for
	 * bad news. NULL: never in doubt.
	 */
	enum notify_settled (*settle)(struct notify_carrier *carrier, bool hurried);
};

extern const struct notify_carrier_ops notify_syslog_ops, notify_journal_ops, notify_remote_ops, notify_exec_ops;

void notify_carrier_init(struct notify_carrier *carrier, const struct notify_receiver *receiver);
void notify_carrier_close(struct notify_carrier *carrier); /* the connection, if any */
/*
 * Until fd is ready for `events` (then 0), the instant is over (-ETIMEDOUT) or the cut is ordered (-ECANCELED). fd -1:
 * only the latter two.
 */
int notify_wait(const struct notify_carrier *carrier, int fd, short events, uint64_t until_ns);
/* All of it, on a socket that does not block. 0 or -errno. */
int notify_send_all(const struct notify_carrier *carrier, const void *bytes, size_t length, uint64_t until_ns);
enum notify_put notify_failed(struct notify_carrier *carrier, int error, const char *what);

#endif
