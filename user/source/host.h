/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host says: clocks and /proc. Text of the target's choosing is parsed as hostile.
 */
#ifndef SOURCE_HOST_H
#define SOURCE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/ttsobs_event.h"

struct host {
	int64_t mono_offset_ns; /* our time namespace minus the kernel's own clock */
	int64_t boot_offset_ns;
	uint64_t tick_ns; /* of /proc/PID/stat */
	uint64_t page_bytes;
};

struct host_clocks {
	uint64_t mono_ns;
	uint64_t real_ns;
	uint64_t boot_ns;
};

/* The fields of /proc/PID/stat that we use. */
struct host_stat {
	char state;
	uint64_t cpu_ticks; /* user + system */
	uint64_t threads_count;
	uint64_t start_ticks;
	uint64_t resident_pages;
};

void host_init(struct host *host);
uint64_t host_mono_ns(const struct host *host);
/* The three clocks at one instant: the tightest of several readings. */
void host_clocks(const struct host *host, struct host_clocks *clocks);

/* A whole small file; the length, always NUL-terminated, or -errno. */
long host_read(const char *path, char *to, size_t size_bytes);

int host_stat_parse(const char *text, size_t length, struct host_stat *stat); /* -EINVAL */
int host_stat(uint32_t pid, struct host_stat *stat);
/* The systemd unit in the text of /proc/PID/cgroup; false: none. */
bool host_unit_parse(const char *text, char *unit, size_t size_bytes);
/* Offsets of /proc/PID/timens_offsets. */
void host_offsets_parse(const char *text, int64_t *mono_ns, int64_t *boot_ns);

/* Identity and names; what cannot be read stays empty. -ESRCH when there is no such process. */
int host_process(const struct host *host, uint32_t pid, struct tt_proc *process);
void host_thread_comm(uint32_t pid, uint32_t tid, char comm[TT_COMM_BYTES]);
uint64_t host_cpu_ns(uint32_t pid); /* of a process, user + system; 0 = unknown */
/* Calls back for each thread id there is. */
void host_threads(uint32_t pid, void (*visit)(void *arg, uint32_t tid), void *arg);
/* Changes when the process maps or unmaps code. 0 = unreadable. */
uint64_t host_code_mark(uint32_t pid);
bool host_is_online(uint32_t pid); /* the process has a live main thread (not a zombie) */

#endif
