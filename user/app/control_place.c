// SPDX-License-Identifier: Apache-2.0
/*
 * In: the environment, the kernel's word about a peer. Out: places and permission.
 * The rule that surprises: membership is what the peer's process holds, not what /etc/group says
 * now: as with files.
 */
#include "app/control_place.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/control.h"
#include "base/mem.h"

#define RUN_DIRECTORY "/run/ttsobs"

static char *of_environment(const char *name, const char *below)
{
	const char *value = getenv(name);

	return value && value[0] == '/'
		       ? mem_format("%.*s%s", (int)strcspn(value, ":"), value, below)
		       : NULL;
}

char *control_place_directory(void)
{
	char *given = of_environment("RUNTIME_DIRECTORY", ""); /* of a systemd unit */

	if (given)
		return given;
	return geteuid() ? of_environment("XDG_RUNTIME_DIR", "/ttsobs") : mem_string(RUN_DIRECTORY);
}

char *control_place_search(size_t index)
{
	char *given;

	switch (index) {
	case 0:
		given = of_environment("RUNTIME_DIRECTORY", "");
		return given ? given : mem_string(RUN_DIRECTORY);
	case 1:
		return of_environment("XDG_RUNTIME_DIR", "/ttsobs");
	default:
		return NULL;
	}
}

gid_t control_place_group(void)
{
	const struct group *group = getgrnam(CONTROL_GROUP);

	return group ? group->gr_gid : CONTROL_NO_GROUP;
}

int control_peer_read(struct control_peer *peer, int fd)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials), groups_bytes = 0;

	*peer = (struct control_peer){0};
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length))
		return -errno;
	peer->uid = credentials.uid;
	peer->pid = credentials.pid;
	/* with no room it tells how much it needs */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &groups_bytes) && errno != ERANGE)
		groups_bytes = 0;
	peer->groups = mem_array(1 + groups_bytes / sizeof(gid_t), sizeof(gid_t));
	peer->groups[0] = credentials.gid;
	if (groups_bytes &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups + 1, &groups_bytes))
		groups_bytes = 0;
	peer->groups_count = 1 + groups_bytes / sizeof(gid_t);
	return 0;
}

void control_peer_fini(struct control_peer *peer)
{
	free(peer->groups);
}

bool control_peer_may(const struct control_peer *peer, uid_t our_uid, gid_t group)
{
	if (peer->uid == 0 || peer->uid == our_uid)
		return true;
	if (group == CONTROL_NO_GROUP)
		return false;
	for (size_t i = 0; i < peer->groups_count; i++)
		if (peer->groups[i] == group)
			return true;
	return false;
}
