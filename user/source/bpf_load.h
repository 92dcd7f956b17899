/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel half, loaded: fds of programs and maps, and the memory that it shares with us.
 */
#ifndef SOURCE_BPF_LOAD_H
#define SOURCE_BPF_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/ttsobs_probe.h"
#include "source/kernel.h"

struct bpf_half {
	struct ttsobs_bpf *skeleton;
	bool is_multi; /* probes are loaded for uprobe_multi; else for perf events */
	/* programs */
	int enter_fd;
	int leave_fd;
	int adopt_fd; /* iterator */
	int tracepoint_fd
		[5]; /* sched_switch, sched_waking, task_newtask, sched_process_exit, sched_process_exec */
	int watch_fd; /* sys_exit; -1 when not in run mode */
	/* maps */
	int ring_fd;
	int targets_fd;
	int probes_fd;
	int counts_fd;
	/* shared memory */
	volatile uint32_t *gates; /* by generation */
	volatile uint32_t *watched_pid;
	const volatile uint64_t *stops_count;
	const volatile uint64_t *losses_count;
	const volatile uint64_t *ring_full_other_count;
	const volatile uint64_t *no_storage_threads_count;
};

struct bpf_half_options {
	bool is_multi;
	bool has_watch; /* run mode */
	uint64_t ring_bytes;
};

/* 0 or -errno, said. */
int bpf_half_load(struct bpf_half *half, const struct kernel *kernel,
		  const struct bpf_half_options *options);
void bpf_half_unload(struct bpf_half *half);
/* Calls back with each loaded program's name and how many instructions the verifier walked. */
void bpf_half_programs(const struct bpf_half *half,
		       void (*visit)(void *arg, const char *name, uint32_t verified_instructions),
		       void *arg);
/* Hits that the kernel dropped by itself because the program was already running; cumulative. */
uint64_t bpf_half_missed(const struct bpf_half *half);

#endif
