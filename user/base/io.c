/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"

int io_write_all(int fd, const void *bytes, size_t length)
{
	const char *rest = bytes;

	while (length) {
		ssize_t wrote = write(fd, rest, length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		rest += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

int io_socket_address(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) > IO_SOCKET_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path));
	return 0;
}

int io_connect(const char *path, int type)
{
	struct sockaddr_un address;
	int fd, error = io_socket_address(&address, path);

	if (error)
		return error;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

uint64_t io_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

struct timespec io_in_ms(unsigned ms)
{
	uint64_t at_ns = io_now_ns() + ms * NS_PER_MS;

	return (struct timespec){ .tv_sec = (time_t)(at_ns / NS_PER_S), .tv_nsec = (long)(at_ns % NS_PER_S) };
}
