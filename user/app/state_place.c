// SPDX-License-Identifier: Apache-2.0
/*
 * In: what the operator said and who is traced. Out: the path and its lock.
 * The rule that surprises: the file of (service, pid) is taken when there is one, so of two tracers
 * of a service that both start again, in whatever order, each finds its own.
 */
#include "app/state_place.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/state_lock.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"

#define STATE_DIRECTORY "/var/lib/ttsobs"
#define NAME_MAX_BYTES	64

/* A service's name as a file's: unit names have '@' and '\', executables anything. */
static char *file_name(const char *service)
{
	char *name = mem_format("%.*s", NAME_MAX_BYTES, service && service[0] ? service : "state");

	for (char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@.-",
			    *c))
			*c = '_';
	if (*name == '.')
		*name = '_';
	return name;
}

static char *default_directory(void)
{
	const char *given = getenv("STATE_DIRECTORY");

	if (given && given[0] == '/')
		return mem_format("%.*s", (int)strcspn(given, ":"), given);
	if (mkdir(STATE_DIRECTORY, 0750) && errno != EEXIST) {
		warn("%s: %s; alerts, acknowledgements and silences will not survive this run (see "
		     "--state)",
		     STATE_DIRECTORY, strerror(errno));
		return NULL;
	}
	return mem_string(STATE_DIRECTORY);
}

static int take(struct state_place *place, char *path, uint32_t *owner_pid)
{
	int fd = state_lock_take(path, owner_pid);

	if (fd < 0) {
		free(path);
		return fd;
	}
	*place = (struct state_place){.path = path, .lock_fd = fd};
	return 0;
}

static void say_why(const char *path, int error, uint32_t owner_pid)
{
	if (error == -EWOULDBLOCK)
		warn("the state file %s is in use by the tracer with pid %u; alerts, "
		     "acknowledgements and silences of this run will "
		     "not survive it (give another --state)",
		     path, owner_pid);
	else
		warn("the state file %s cannot be locked: %s; alerts, acknowledgements and "
		     "silences will not survive this run",
		     path, strerror(-error));
}

static void find_default(struct state_place *place, const char *service, uint32_t pid)
{
	auto_free char *directory = default_directory();
	auto_free char *name = file_name(service);
	auto_free char *shared = NULL, *own = NULL;
	uint32_t owner_pid;
	int error;

	if (!directory)
		return;
	shared = mem_format("%s/%s.json", directory, name);
	own = mem_format("%s/%s-%u.json", directory, name, pid);
	if (pid && !access(own, F_OK) && !take(place, mem_string(own), &owner_pid))
		return;
	error = take(place, mem_string(shared), &owner_pid);
	if (error == -EWOULDBLOCK && pid)
		error = take(place, mem_string(own), &owner_pid);
	if (error)
		say_why(shared, error, owner_pid);
}

/* A link is followed now: a rename would put a file in its place. */
static char *resolved(const char *path)
{
	char real[PATH_MAX];

	return mem_string(realpath(path, real) ? real : path);
}

struct state_place state_place_find(const char *path, const char *service, uint32_t pid)
{
	struct state_place place = {.lock_fd = -1};
	uint32_t owner_pid;
	int error;

	if (path && !strcmp(path, "none"))
		return place;
	if (!path) {
		find_default(&place, service, pid);
		return place;
	}
	error = take(&place, resolved(path), &owner_pid);
	if (error)
		say_why(path, error, owner_pid);
	return place;
}

void state_place_fini(struct state_place *place)
{
	if (place->path)
		state_lock_drop(place->path, place->lock_fd);
	free(place->path);
	*place = (struct state_place){.lock_fd = -1};
}
