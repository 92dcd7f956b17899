/* SPDX-License-Identifier: Apache-2.0 */
/* What everybody does with file descriptors and the clock. Not for flow and rules, which know neither. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>
#include <time.h>

/* Waits until all of it is written. 0 or -errno of the write that failed, not said. */
int io_write_all(int fd, const void *bytes, size_t length);

/* -ENAMETOOLONG: the path of a socket has at most IO_SOCKET_PATH_MAX bytes. */
#define IO_SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
int io_socket_address(struct sockaddr_un *address, const char *path);
/* A connected unix socket; `type` as of socket(2), SOCK_CLOEXEC is added. The fd, or -errno, not said. */
int io_connect(const char *path, int type);

uint64_t io_now_ns(void); /* CLOCK_MONOTONIC */
/* That clock in ms from now, for pthread_cond_timedwait. */
struct timespec io_in_ms(unsigned ms);

#endif
