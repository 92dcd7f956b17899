/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as syslog wants them on its two wires. Pure: the host's name and our pid are given. */
#ifndef SINK_NOTIFY_FORMAT_H
#define SINK_NOTIFY_FORMAT_H

#include "sink/notify_message.h"

#define NOTIFY_LOCAL_BYTES 8000 /* rsyslog takes 8 KiB unless told otherwise */
#define NOTIFY_UDP_BYTES   1200 /* fits into the smallest IPv6 MTU with room for tunnels */

struct notify_origin {	  /* of all lines of one run */
	const char *host; /* clean: printable ASCII without spaces */
	uint32_t pid;
};

unsigned notify_severity(const struct notify_receiver *receiver, const struct notify_message *message);
/* RFC 3164 as syslog(3) writes it: <PRI>Nov 24 07:32:00 ident[pid]: sentence @cee: {json}; local time. */
void notify_rfc3164(struct buf *out, const struct notify_receiver *receiver, const struct notify_origin *origin,
		    const struct notify_message *message);
/* RFC 5424 with [ttsobs@32473 ...]; UTC; without a byte order mark. */
void notify_rfc5424(struct buf *out, const struct notify_receiver *receiver, const struct notify_origin *origin,
		    const struct notify_message *message, size_t max_bytes);

#endif
