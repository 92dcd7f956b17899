/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What user space tells the kernel half about a probe: the cookie of a site, and what to capture.
 * In: linux/types.h or vmlinux.h.  Out: cookie layout, struct tt_probe_config, struct tt_probe_counts.
 * Not part of the wire: never recorded, free to change.
 */
#ifndef TTSOBS_PROBE_H
#define TTSOBS_PROBE_H

#include "ttsobs_event.h"

#define TT_MAX_PROBES 1024	/* probe ids 0..1023 */
#define TT_MAX_GENERATIONS 256	/* one per attached process (or late object); each has its own gate */
#define TT_MAX_TARGETS 256	/* processes */

/* cookie: bits 0-15 probe id, 16-31 generation, 32-47 signed SP delta to add to the site's SP */
#define TT_COOKIE(probe, generation, sp_delta) \
	((__u64)(__u16)(probe) | (__u64)(__u16)(generation) << 16 | (__u64)(__u16)(__s16)(sp_delta) << 32)

/* tt_capture.from */
#define TT_FROM_NONE 0
#define TT_FROM_ARG 1	 /* index 0..5: rdi rsi rdx rcx r8 r9; 6..: the word at sp + 8 + 8 * (index - 6), sp at the function's entry */
#define TT_FROM_RETURN 2 /* rax; leave only */

struct tt_capture {
	__u8 from;
	__u8 index;
	__u8 derefs;	/* 0..3: how many times to load a pointer-sized word at offset[i], the last one loads `bytes` */
	__u8 bytes;	/* 1, 2, 4, 8: width of the value */
	__u8 is_signed;	/* sign-extend to 64 bits */
	__u8 pad[3];
	__s32 offset[3];
	__u32 pad2;
};

/* A deref chain reads: p = from; for i in 0..derefs-1: p = *(p + offset[i]). derefs = 0 is the argument itself. */
struct tt_probe_config {
	struct tt_capture enter[TT_VALUES]; /* -> tt_enter.value[] */
	struct tt_capture leave[TT_VALUES]; /* -> tt_leave.value[]; TT_FROM_ARG pointers are saved at enter */
	struct tt_capture text; /* a pointer to a NUL-terminated string whose length and fingerprint are wanted */
	struct tt_capture name; /* a pointer to a short string */
	__u32 leave_needs_arguments; /* some leave capture is TT_FROM_ARG */
	__u32 reserved;
};

struct tt_target { /* a process in view */
	__u64 start_at_ns; /* boot clock, of the group leader; 0 = filled in by the adopting iterator */
	__u64 wait_status; /* of the thread that ended last: the process's own when it has ended */
};

/* Per CPU, per probe; every field only grows. hits = shipped + ring_full, for enters and leaves apart. */
struct tt_probe_counts {
	__u64 enters;
	__u64 leaves;
	__u64 ring_full_enters;
	__u64 ring_full_leaves;
	__u64 no_storage;
	__u64 torn;
	__u64 unreadable;
	__u64 reserved;
};

#endif
