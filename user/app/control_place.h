/* SPDX-License-Identifier: Apache-2.0 */
/* Where control sockets are, and who may use them. In: environment, a connection. Out: directories,
 * yes or no. */
#ifndef APP_CONTROL_PLACE_H
#define APP_CONTROL_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where a tracer of this user makes its socket; malloc's; NULL: nowhere. */
char *control_place_directory(void);
/* Where `ctl` looks for tracers: the index'th directory, malloc's; NULL past the last. */
char *control_place_search(size_t index);

#define CONTROL_NO_GROUP ((gid_t)-1)
gid_t control_place_group(void); /* of CONTROL_GROUP; CONTROL_NO_GROUP = there is none */

struct control_peer {
	uid_t uid;
	pid_t pid;
	gid_t *groups; /* the primary one first; malloc's */
	size_t groups_count;
};
int control_peer_read(struct control_peer *peer, int fd); /* -errno */
void control_peer_fini(struct control_peer *peer);
bool control_peer_may(const struct control_peer *peer, uid_t our_uid, gid_t group);

#endif
