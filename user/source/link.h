/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching programs to places: links as plain fds, closed in parallel.
 */
#ifndef SOURCE_LINK_H
#define SOURCE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;

/* Not in Debian's UAPI headers (6.1). */
#define LINK_UPROBE_MULTI	 48 /* BPF_TRACE_UPROBE_MULTI */
#define LINK_UPROBE_MULTI_RETURN 1  /* BPF_F_UPROBE_MULTI_RETURN */

struct link_wish {
	int program_fd;
	const char *path; /* of the object: a map_files entry */
	uint32_t pid;	  /* 0 = every process (only for trials) */
	const uint64_t *offsets;
	const uint64_t *cookies; /* NULL = none */
	size_t count;
	bool is_return; /* uretprobe */
};

/* One link for all offsets. The fd or -errno. */
int link_multi(const struct link_wish *wish);
/* One perf uprobe for one offset (wish->count = 1), and the link on it. 0 or -errno. */
int link_perf(const struct kernel *kernel, const struct link_wish *wish, int *link_fd,
	      int *event_fd);
/* tp_btf program: the link's fd or -errno. */
int link_tracepoint(int program_fd);
/* Runs an iterator program to its end. 0 or -errno. */
int link_iterate(int program_fd);
/* Detaching waits for the kernel's grace periods (60 ms each and more): all wait together. */
void links_close(const int *fds, size_t count);

#endif
