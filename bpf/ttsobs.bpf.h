/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps, knobs and counters of the kernel half, and the helpers that every program uses.
 *
 * In:  the wire and the probe configs.  Out: what span, sched and task build on.
 * The rule that surprises: uprobe programs can be preempted and can sleep, so nothing here is kept per CPU but
 * counters, and those are added to atomically: hits = shipped + ring_full must hold to the record.
 */
#ifndef TTSOBS_BPF_H
#define TTSOBS_BPF_H

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define barrier()    asm volatile("" ::: "memory")

/* Set before the load. */
const volatile __u32 can_sleep;		 /* the probes are sleepable: cold pages can be read */
const volatile __u32 has_bpf_loop;	 /* 5.17 */
const volatile __u64 wake_above_bytes;	 /* the reader is woken when the ring's fill crosses this */
const volatile __u64 fingerprint_key[2]; /* random per run, never shown or recorded */

/* Shared with user space while running. */
__u32 gates[TT_MAX_GENERATIONS]; /* 1 = the probes of this generation are live */
__u32 watched_pid;		 /* run mode: this process is stopped when it maps code; 0 = none */
__u64 stops_count;		 /* of the watched process, by us */
__u64 losses_count; /* changes with any loss: the reader looks at the counters only then */
__u64 ring_full_other_count;
__u64 no_storage_threads_count; /* threads whose storage could not be made ahead of their first hit */

enum thread_where {
	THREAD_UNKNOWN, /* storage just made, not seen yet: the books begin at its next event */
	THREAD_ON_CPU,
	THREAD_QUEUED,	  /* runnable and never ran yet */
	THREAD_PREEMPTED, /* switched out while runnable */
	THREAD_BLOCKED,
};

#define SAVED_CALLS 8
struct saved_call { /* pointer arguments that are to be dereferenced when the call ends */
	__u64 sp;
	__u64 probe;
	__u64 argument[TT_VALUES];
};

/* One per thread of a target. Having it is the filter: a thread without it is none of ours. */
struct thread_state {
	struct tt_sums sums; /* complete up to settled_at_ns */
	__u64 settled_at_ns;
	__u64 delay_ns; /* the kernel's own run delay at the last switch-out */
	__u64 woken_at_ns; /* last sched_waking, 0 = used up */
	__u32 where;
	__u32 seq;
	struct saved_call saved[SAVED_CALLS]; /* by hash of sp */
};

#define NULL ((void *)0)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_state);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TT_MAX_TARGETS);
	__type(key, __u32);
	__type(value, struct tt_target);
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TT_MAX_PROBES);
	__type(key, __u32);
	__type(value, struct tt_probe_config);
} probes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TT_MAX_PROBES);
	__type(key, __u32);
	__type(value, struct tt_probe_counts);
} counts SEC(".maps");

/* Identity is pid and start time: a stranger that got a reused pid is not a target. */
static __always_inline struct tt_target *target_of(struct task_struct *task)
{
	__u32 pid = task->tgid;
	struct tt_target *target = bpf_map_lookup_elem(&targets, &pid);

	if (target && target->start_at_ns &&
	    target->start_at_ns != task->group_leader->start_boottime)
		return NULL;
	return target;
}

/* Waking the reader costs the target 2-3 us, so only the record that crosses the watermark does it. */
static __always_inline long emit(void *record, __u64 bytes)
{
	__u64 filled = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (filled < wake_above_bytes && filled + bytes >= wake_above_bytes)
		flags = BPF_RB_FORCE_WAKEUP;
	return bpf_ringbuf_output(&ring, record, bytes, flags);
}

static __always_inline void count_loss(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
	__sync_fetch_and_add(&losses_count, 1);
}

static __always_inline void head_fill(struct tt_head *head, struct task_struct *task, __u16 kind,
				      __u16 size)
{
	head->pid = task->tgid;
	head->tid = task->pid;
	head->kind = kind;
	head->size = size;
	head->cpu = bpf_get_smp_processor_id();
	head->probe = TT_NO_PROBE;
}

#endif
