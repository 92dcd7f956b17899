// SPDX-License-Identifier: Apache-2.0
/*
 * In: a receiver. Out: what its kind's carrier starts from, and the waits that all of them share.
 * The rule that surprises: every wait ends at once when the cut is ordered, so the end of the program never hangs on a
 * receiver.
 */
#include "sink/notify_carrier.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"

/* One row per kind. `log` has none: it is written by the caller's thread (notify.c). */
static const struct notify_carrier_ops *const carriers[NOTIFY_KINDS] = {
	[NOTIFY_SYSLOG] = &notify_syslog_ops,
	[NOTIFY_JOURNAL] = &notify_journal_ops,
	[NOTIFY_SYSLOG_REMOTE] = &notify_remote_ops,
	[NOTIFY_EXEC] = &notify_exec_ops,
};

void notify_carrier_init(struct notify_carrier *carrier, const struct notify_receiver *receiver)
{
	carrier->ops = carriers[receiver->kind];
	carrier->receiver = receiver;
	carrier->fd = -1;
}

void notify_carrier_close(struct notify_carrier *carrier)
{
	if (carrier->fd >= 0)
		close(carrier->fd);
	carrier->fd = -1;
}

int notify_wait(const struct notify_carrier *carrier, int fd, short events, uint64_t until_ns)
{
	struct pollfd fds[2] = {{.fd = carrier->cut_fd, .events = POLLIN}, {.fd = fd, .events = events}};

	for (;;) {
		uint64_t now_ns = io_now_ns(), left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
		int ready = poll(fds, 2,
				 left_ns > 3600 * NS_PER_S ? 3600000 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0 && fds[0].revents)
			return -ECANCELED;
		if (ready > 0 && fds[1].revents)
			return 0;
		if (!left_ns)
			return -ETIMEDOUT;
	}
}

int notify_send_all(const struct notify_carrier *carrier, const void *bytes, size_t length, uint64_t until_ns)
{
	size_t done = 0;
	int error;

	while (done < length) {
		ssize_t sent =
			send(carrier->fd, (const char *)bytes + done, length - done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent >= 0) {
			done += (size_t)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
			return -errno;
		error = notify_wait(carrier, errno == ENOBUFS ? -1 : carrier->fd, POLLOUT,
				    errno == ENOBUFS ? io_now_ns() + 10 * NS_PER_MS : until_ns);
		if (error && !(error == -ETIMEDOUT && io_now_ns() < until_ns))
			return error;
	}
	return 0;
}

enum notify_put notify_failed(struct notify_carrier *carrier, int error, const char *what)
{
	const char *why = error == -ETIMEDOUT	? "no answer in time"
			  : error == -ECANCELED ? "we are ending"
						: strerrordesc_np(-error);

	snprintf(carrier->error, sizeof(carrier->error), "%s: %s", what, why ? why : "unknown error");
	return NOTIFY_FAILED;
}
