/* SPDX-License-Identifier: Apache-2.0 */
/* Where the state file is (the reasons: state_file.h). In: options. Out: a path, and the lock on
 * it. */
#ifndef APP_STATE_PLACE_H
#define APP_STATE_PLACE_H

#include <stdint.h>

struct state_place {
	char *path; /* malloc's; NULL = nothing is kept (said, unless that was asked for) */
	int lock_fd;
};

/* `path` as given by the operator, or NULL. Makes the default directory. */
struct state_place state_place_find(const char *path, const char *service, uint32_t pid);
void state_place_fini(struct state_place *place);

#endif
