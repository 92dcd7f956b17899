/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose is this path? In: a path. Out: a lock on PATH.lock that ends with us, whatever ends us, or
 * the pid of its owner.
 */
#ifndef APP_STATE_LOCK_H
#define APP_STATE_LOCK_H

#include <stdint.h>

/*
 * The fd that holds the lock, or -EWOULDBLOCK with *owner_pid (0 = unknown), or another -errno.
 * Nothing is said. The file holds our pid as text.
 */
int state_lock_take(const char *path, uint32_t *owner_pid);
/* Gives it up and removes the file. */
void state_lock_drop(const char *path, int fd);

#endif
