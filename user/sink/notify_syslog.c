// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages. Out: lines on /dev/log, or on the socket of --syslog-socket, byte for byte what syslog(3) would write
 * there. The rule that surprises: a datagram that was sent is not delivered before its reader has taken it out of the
 * socket. When the reader dies first, the kernel throws the queue away without a word; so we look whether the same
 * socket is still read after ours drained.
 */
#include "sink/notify_carrier.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"

#define SYSLOG_SOCKET "/dev/log"

static const char *syslog_path(const struct notify_carrier *carrier)
{
	return carrier->syslog_socket ? carrier->syslog_socket : SYSLOG_SOCKET;
}

static bool syslog_which(const char *path, uint64_t *ino, uint64_t *ctime_ns)
{
	struct stat stat_now;

	if (stat(path, &stat_now))
		return false;
	*ino = stat_now.st_ino;
	*ctime_ns = (uint64_t)stat_now.st_ctim.tv_sec * NS_PER_S + (uint64_t)stat_now.st_ctim.tv_nsec;
	return true;
}

static int syslog_open(struct notify_carrier *carrier)
{
	const char *path = syslog_path(carrier);
	uint64_t ino = 0, ctime_ns = 0;
	int fd;

	if (carrier->fd >= 0)
		return 0;
	carrier->opened_ino = carrier->opened_ctime_ns = 0;
	syslog_which(path, &carrier->opened_ino, &carrier->opened_ctime_ns);
	carrier->is_stream = false;
	fd = io_connect(path, SOCK_DGRAM | SOCK_NONBLOCK);
	if (fd == -EPROTOTYPE) {
		carrier->is_stream = true;
		fd = io_connect(path, SOCK_STREAM | SOCK_NONBLOCK);
	}
	if (fd < 0)
		return fd;
	syslog_which(path, &ino, &ctime_ns);
	if (ino != carrier->opened_ino || ctime_ns != carrier->opened_ctime_ns) {
		close(fd); /* a reader was just starting: which of the two it is cannot be known */
		return -EAGAIN;
	}
	carrier->fd = fd;
	return 0;
}

static enum notify_put syslog_put(struct notify_carrier *carrier, const struct notify_message *message)
{
	uint64_t until_ns = io_now_ns() + carrier->receiver->timeout_ns;
	struct buf line = {0};
	int error = syslog_open(carrier);

	if (error)
		return notify_failed(carrier, error, syslog_path(carrier));
	notify_rfc3164(&line, carrier->receiver, carrier->origin, message);
	/* a stream needs an end of the record: syslog(3) sends the NUL */
	error = notify_send_all(carrier, line.bytes, line.length + carrier->is_stream, until_ns);
	buf_fini(&line);
	if (error) {
		/*
		 * a full datagram socket has taken nothing and may still be read; half a record in a stream ends with
		 * the stream
		 */
		if (carrier->is_stream || (error != -ETIMEDOUT && error != -ECANCELED))
			notify_carrier_close(carrier);
		return notify_failed(carrier, error, syslog_path(carrier));
	}
	carrier->put_at_ns = io_now_ns();
	return NOTIFY_IN_DOUBT;
}

/* The reader of the socket that we are connected to is still there. */
static bool syslog_is_read(const struct notify_carrier *carrier)
{
	uint64_t ino, ctime_ns;
	int fd;

	if (carrier->is_stream) {
		struct pollfd ready = {.fd = carrier->fd, .events = POLLRDHUP};

		return poll(&ready, 1, 0) == 0;
	}
	if (!syslog_which(syslog_path(carrier), &ino, &ctime_ns) || ino != carrier->opened_ino ||
	    ctime_ns != carrier->opened_ctime_ns)
		return false;
	fd = io_connect(syslog_path(carrier), SOCK_DGRAM | SOCK_NONBLOCK);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static enum notify_settled syslog_settle(struct notify_carrier *carrier, bool hurried)
{
	int unread_bytes = 0;

	(void)hurried;
	if (carrier->fd < 0)
		return NOTIFY_LOST;
	if (ioctl(carrier->fd, SIOCOUTQ, &unread_bytes))
		return NOTIFY_ARRIVED; /* nobody can know more */
	if (unread_bytes)
		return NOTIFY_WAIT;
	if (syslog_is_read(carrier))
		return NOTIFY_ARRIVED;
	notify_carrier_close(carrier);
	notify_failed(carrier, -ECONNRESET, syslog_path(carrier));
	return NOTIFY_LOST;
}

const struct notify_carrier_ops notify_syslog_ops = {.put = syslog_put, .settle = syslog_settle};
