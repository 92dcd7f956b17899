// SPDX-License-Identifier: Apache-2.0
/*
 * In: a path. Out: a socket that listens there, and is ours alone.
 * The rule that surprises: the lock beside the socket decides who is alive; that somebody answers
 * is asked as well, for sockets that were made without one.
 */
#include "app/control_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/state_lock.h"
#include "base/auto.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"

/* 0: nobody is there any more (or never was); -EADDRINUSE; -EEXIST: it is no socket. */
static int clear_path(const char *path)
{
	struct sockaddr_un address;
	struct stat status;
	auto_fd int fd = -1;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (io_socket_address(&address, path))
		return -ENAMETOOLONG;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)) || errno != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(path) ? -errno : 0;
}

/* What tracers that were killed have left in the default directory. */
static void sweep(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		size_t digits = strspn(entry->d_name, "0123456789");
		auto_free char *path =
			mem_format("%s/%.*s.sock", directory, (int)digits, entry->d_name);
		uint32_t owner_pid;
		int fd;

		if (!digits || (strcmp(entry->d_name + digits, ".sock") != 0 &&
				strcmp(entry->d_name + digits, ".sock.lock") != 0))
			continue;
		fd = state_lock_take(path, &owner_pid);
		if (fd < 0)
			continue;
		if (clear_path(path) == -EADDRINUSE)
			debug("%s: somebody listens there without a lock", path);
		state_lock_drop(path, fd);
	}
	if (entries)
		closedir(entries);
}

char *control_default_path(void)
{
	auto_free char *directory = control_place_directory();

	if (!directory) {
		warn("no control socket: there is no directory for it (see --control)");
		return NULL;
	}
	if (!mkdir(directory, 0755)) {
		if (chmod(directory, 0755))
			debug("%s: %s", directory, strerror(errno));
	} else if (errno != EEXIST) {
		warn("no control socket: %s: %s", directory, strerror(errno));
		return NULL;
	}
	sweep(directory);
	return mem_format("%s/%d.sock", directory, (int)getpid());
}

/* Nobody but us may connect before the group is right. */
static int listen_at(struct control *control)
{
	struct sockaddr_un address;
	bool has_group = control->group != CONTROL_NO_GROUP;
	int error = io_socket_address(&address, control->path);

	if (error)
		return refuse(error, "no control socket: the path %s is longer than %zu bytes",
			      control->path, IO_SOCKET_PATH_MAX);
	control->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->listen_fd < 0 || fchmod(control->listen_fd, 0600) ||
	    bind(control->listen_fd, (struct sockaddr *)&address, sizeof(address)))
		return refuse(-errno, "no control socket: %s: %s", control->path, strerror(errno));
	if (has_group && !chown(control->path, (uid_t)-1, control->group) &&
	    chmod(control->path, 0660))
		debug("%s: %s", control->path, strerror(errno));
	if (listen(control->listen_fd, 2 * CONTROL_CLIENTS)) {
		error = -errno;
		unlink(control->path);
		return refuse(error, "no control socket: %s: %s", control->path, strerror(-error));
	}
	return 0;
}

int control_open(struct control *control)
{
	uint32_t owner_pid;
	int error;

	control->lock_fd = state_lock_take(control->path, &owner_pid);
	if (control->lock_fd == -EWOULDBLOCK)
		return refuse(-EADDRINUSE,
			      "no control socket: the tracer with pid %u listens at %s", owner_pid,
			      control->path);
	if (control->lock_fd < 0)
		return refuse(control->lock_fd, "no control socket: %s: %s", control->path,
			      strerror(-control->lock_fd));
	error = clear_path(control->path);
	if (error == -EADDRINUSE)
		return refuse(error, "no control socket: another process listens at %s",
			      control->path);
	if (error == -EEXIST)
		return refuse(error, "no control socket: %s is there, and is no socket",
			      control->path);
	if (error)
		return refuse(error, "no control socket: %s: %s", control->path, strerror(-error));
	return listen_at(control);
}
