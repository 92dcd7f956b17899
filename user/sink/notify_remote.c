// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages. Out: RFC 5424 over TCP, each with its length in front (RFC 6587), or one datagram each over UDP.
 * The rule that surprises: no answer comes back in syslog. Over TCP a message counts as arrived when the other kernel
 * has acknowledged it and the connection stands for a while after; over UDP when no refusal came back. Until then it is
 * in doubt, and sent again.
 */
#include "sink/notify_carrier.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"

#define TCP_STANDS_NS (1 * NS_PER_S)
#define UDP_STANDS_NS (200 * NS_PER_MS)
/*
 * A reader that hangs leaves what its kernel has acknowledged unread, and when it is killed then, the kernel says so by
 * a reset: what was sent in the last minute comes again.
 */
#define TCP_REMEMBERS_NS (60 * NS_PER_S)

static int remote_error(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
		return -errno;
	return -error;
}

static int remote_connect(struct notify_carrier *carrier, const struct addrinfo *address, uint64_t until_ns)
{
	unsigned patience_ms = (unsigned)(carrier->receiver->timeout_ns / NS_PER_MS);
	int yes = 1, error = 0;
	int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (!carrier->receiver->is_udp) {
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof(patience_ms));
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	}
	if (connect(fd, address->ai_addr, address->ai_addrlen)) {
		error = -errno;
		if (error == -EINPROGRESS) {
			error = notify_wait(carrier, fd, POLLOUT, until_ns);
			if (!error)
				error = remote_error(fd);
		}
	}
	if (error) {
		close(fd);
		return error;
	}
	carrier->fd = fd;
	return 0;
}

/* Every address of the name in turn; each gets its part of the time. */
static int remote_open(struct notify_carrier *carrier, uint64_t until_ns)
{
	struct addrinfo hints = {.ai_socktype = carrier->receiver->is_udp ? SOCK_DGRAM : SOCK_STREAM,
				 .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list, *each;
	unsigned left_count = 0;
	int error;

	if (carrier->fd >= 0)
		return 0;
	error = getaddrinfo(carrier->receiver->host, carrier->receiver->port, &hints, &list);
	if (error) {
		snprintf(carrier->error, sizeof(carrier->error), "%s: %s", carrier->receiver->host,
			 gai_strerror(error));
		return 1; /* said */
	}
	for (each = list; each; each = each->ai_next)
		left_count++;
	error = -EADDRNOTAVAIL;
	for (each = list; each && carrier->fd < 0; each = each->ai_next) {
		uint64_t now_ns = io_now_ns();
		uint64_t part_ns = until_ns > now_ns ? (until_ns - now_ns) / left_count-- : 0;

		error = remote_connect(carrier, each, now_ns + part_ns);
		if (error == -ECANCELED)
			break;
	}
	freeaddrinfo(list);
	return error;
}

/* Nobody sends us anything: bytes are thrown away, and the end or an error shows that the other side has gone. */
static enum notify_settled remote_look(struct notify_carrier *carrier)
{
	char bytes[512];

	for (unsigned i = 0; i < 16; i++) {
		ssize_t got = recv(carrier->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got > 0 || (!got && carrier->receiver->is_udp))
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return NOTIFY_ARRIVED;
		if (got < 0) {
			notify_failed(carrier, -errno, carrier->receiver->host);
			return NOTIFY_LOST;
		}
		notify_failed(carrier, -ECONNRESET, carrier->receiver->host);
		return NOTIFY_CLOSED;
	}
	return NOTIFY_ARRIVED;
}

static enum notify_put remote_put(struct notify_carrier *carrier, const struct notify_message *message)
{
	uint64_t until_ns = io_now_ns() + carrier->receiver->timeout_ns;
	bool is_udp = carrier->receiver->is_udp;
	struct buf line = {0}, framed = {0};
	int error;

	error = remote_open(carrier, until_ns);
	if (error)
		return error > 0 ? NOTIFY_FAILED : notify_failed(carrier, error, carrier->receiver->host);
	notify_rfc5424(&line, carrier->receiver, carrier->origin, message,
		       is_udp ? NOTIFY_UDP_BYTES : NOTIFY_LOCAL_BYTES);
	if (!is_udp)
		buf_format(&framed, "%zu ", line.length);
	buf_add(&framed, line.bytes, line.length);
	error = notify_send_all(carrier, framed.bytes, framed.length, until_ns);
	buf_fini(&line);
	buf_fini(&framed);
	if (error) {
		/* part of a frame may be out: only a new connection begins at a frame's begin */
		notify_carrier_close(carrier);
		return notify_failed(carrier, error, carrier->receiver->host);
	}
	carrier->put_at_ns = io_now_ns();
	carrier->remembers_ns = is_udp ? 0 : TCP_REMEMBERS_NS;
	return NOTIFY_IN_DOUBT;
}

static enum notify_settled remote_settle(struct notify_carrier *carrier, bool hurried)
{
	uint64_t stands_ns = carrier->receiver->is_udp ? UDP_STANDS_NS : TCP_STANDS_NS;
	uint64_t age_ns = io_now_ns() - carrier->put_at_ns;
	enum notify_settled looked;
	int unread_bytes = 0;

	if (carrier->fd < 0)
		return NOTIFY_WAIT;
	/* asked before the look: what is acknowledged now was so before the connection was found closed */
	if (!carrier->receiver->is_udp && ioctl(carrier->fd, SIOCOUTQ, &unread_bytes))
		unread_bytes = 0;
	looked = remote_look(carrier);
	if (looked != NOTIFY_ARRIVED) {
		notify_carrier_close(carrier);
		return unread_bytes ? NOTIFY_LOST : looked;
	}
	if (unread_bytes && age_ns > carrier->receiver->timeout_ns) {
		notify_carrier_close(carrier);
		notify_failed(carrier, -ETIMEDOUT, carrier->receiver->host);
		return NOTIFY_LOST;
	}
	if (unread_bytes || (!hurried && age_ns < stands_ns))
		return NOTIFY_WAIT;
	return NOTIFY_ARRIVED;
}

const struct notify_carrier_ops notify_remote_ops = {.put = remote_put, .settle = remote_settle};
