/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel half: one translation unit, its rooms included below.
 *
 * In:  hits of uprobes, scheduler and task tracepoints.  Out: wire records in one ring, sums per thread, counters.
 * The rule that surprises: BPF measures and never decides. Frames, spans and traces are made in user space.
 */
#include "vmlinux.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "bpf/ttsobs_event.h"
#include "bpf/ttsobs_probe.h"

#define SIGNAL_STOP	19 /* x86 numbers; asm/signal.h and asm/unistd.h do not live with vmlinux.h */
#define SYSCALL_MMAP	9
#define PROTECTION_EXEC 4

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#include "bpf/ttsobs.bpf.h"
#include "bpf/sched.bpf.c"
#include "bpf/span.bpf.c"
#include "bpf/task.bpf.c"
