/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run mode: a command that waits until we are ready, and the stops that the kernel half makes in it.
 */
#ifndef SOURCE_SPAWN_H
#define SOURCE_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct spawn {
	pid_t pid;    /* 0 = none */
	int go_fd;    /* a byte lets the command start */
	int error_fd; /* errno of a failed exec; closed by a successful one */
};

/* The child exists and waits. 0 or -errno, said. */
int spawn_start(struct spawn *spawn, char *const *command);
/* Lets it exec. 0, or -ESRCH, said, when the command could not be started. */
int spawn_go(struct spawn *spawn, char *const *command);
/* Is it stopped now? Each stop is told once. */
bool spawn_has_stopped(const struct spawn *spawn);
void spawn_continue(const struct spawn *spawn);
/* Its wait status after its end. */
uint32_t spawn_reap(struct spawn *spawn);
/* Gives it up: one that never started ends, one that runs goes on alone. */
void spawn_fini(struct spawn *spawn);

#endif
