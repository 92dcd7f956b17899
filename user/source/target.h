/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this process be traced, and what about it must be known first.
 * In: a pid. Out: facts from /proc/PID/status, stat and exe, or the refusal, said.
 */
#ifndef SOURCE_TARGET_H
#define SOURCE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target {
	uint32_t pid;
	uint32_t tracer_pid; /* 0 = no debugger */
	bool is_zombie;	     /* the main thread has ended; others may live */
	bool has_seccomp;
	bool has_shadow_stack;
	char exe[4096]; /* as /proc shows it, "" = unreadable */
};

/* -ESRCH no such process, -EACCES, -EINVAL a kernel thread or only a thread's id. Said. */
int target_read(struct target *target, uint32_t pid);
/* From the text of /proc/PID/status. False when it is not one. `tgid` may be NULL. */
bool target_parse_status(struct target *target, const char *status, uint32_t *tgid);
/* From the text of /proc/PID/stat, whose second field may hold anything. */
bool target_parse_is_kernel(const char *stat);

#endif
