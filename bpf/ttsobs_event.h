/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * THE WIRE: every fact that ttsobs-bpf knows, as the kernel half ships it, as the source feeds it,
 * as the recorder stores it and as the flow reads it.
 *
 * In:  linux/types.h in user space, vmlinux.h in BPF.  Out: record kinds, header, structs.
 * The rule that surprises: recordings outlive us. Fixed width, no bool, no enum-typed field, no
 * pointer, multiples of 8 bytes, kinds numbered by hand and only ever appended. A reader accepts a
 * record that is longer than the struct it knows (fields were appended), never a shorter one.
 */
#ifndef TTSOBS_EVENT_H
#define TTSOBS_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define TT_VALUES 4	/* captured values per record */
#define TT_NAME_BYTES 48 /* captured short string, NUL-terminated unless TT_F_NAME_CUT */
#define TT_COMM_BYTES 16
#define TT_NO_PROBE 0xffff /* head.probe of records that belong to no probe */

/* head.kind. 1..15 come from bpf/, 16.. from user/source/ (THREAD from both: bpf/ names a thread at its first record). */
#define TT_ENTER 1	/* a probed call began */
#define TT_LEAVE 2	/* a probed call ended */
#define TT_EXIT 3	/* a thread ended */
#define TT_TASK 4	/* exec, or fork of a process */
#define TT_TICK 16	/* all that was produced before head.at_ns has been fed */
#define TT_CLOCK 17	/* what the three clocks say at one instant */
#define TT_LOST 18	/* records or facts that were lost since the last LOST of that cause and probe */
#define TT_GAUGE 19	/* a sample of /proc */
#define TT_PROC 20	/* a process came into view, changed its image, or is gone */
#define TT_THREAD 21	/* a thread's name; precedes the first record of that thread */
#define TT_PROBE 22	/* a probe's meaning; precedes the first record of that probe */
#define TT_END 23	/* the last record of a run */
/* 24.. come from app/: what people and files tell a running tracer. So replay has them too. */
#define TT_CONTROL 24	/* somebody acknowledged, silenced, ... */
#define TT_RULES 25	/* a part of the text of a rule or threshold file; the set holds from its last part on */
#define TT_RESTORE 26	/* an alert that a former run of ours left in its state file */

/* head.flags */
#define TT_F_ALTSTACK 0x1	 /* SP is on the alternate signal stack */
#define TT_F_NO_SUMS 0x2	 /* the thread has no storage: the sums are 0 and mean nothing */
#define TT_F_TORN 0x4		 /* the sums changed 4 times while being read: do not use them */
#define TT_F_TRAMPOLINE 0x8	 /* ENTER: the return address is the kernel's uretprobe trampoline */
#define TT_F_TEXT_UNREADABLE 0x10 /* ENTER: the text pointer could not be read; text_bytes is 0 */
#define TT_F_TEXT_CUT 0x20	 /* ENTER: the text is longer than text_bytes */
#define TT_F_TEXT 0x40		 /* ENTER: text_bytes and fingerprint are valid */
#define TT_F_NAME 0x80		 /* ENTER: struct tt_enter_named, name is valid */
#define TT_F_NAME_CUT 0x100	 /* the name is longer than 48 bytes */
#define TT_F_NAME_UNREADABLE 0x200
#define TT_F_VALUE_BAD(i) (0x1000u << (i)) /* value[i] could not be read (i = 0..3); it is 0 */

struct tt_head {
	__u64 at_ns;	/* CLOCK_MONOTONIC of the kernel, taken before the record was reserved */
	__u32 pid;	/* thread group id in the initial pid namespace; 0 = none */
	__u32 tid;	/* thread id; 0 = none */
	__u16 kind;
	__u16 size;	/* of the whole record, header included, bytes */
	__u16 cpu;
	__u16 probe;	/* probe id of a PROBE record, or TT_NO_PROBE */
	__u32 seq;	/* per thread, counts every ENTER, LEAVE and EXIT tried; a gap is loss. 0 with TT_F_NO_SUMS and on others */
	__u32 flags;
};

/* Cumulative since the thread's storage was made; the four times add up to the wall time since then. */
struct tt_sums {
	__u64 oncpu_ns;
	__u64 runq_ns;	/* from the first wake of an off period to the switch-in */
	__u64 blocked_ns;	/* from the switch-out to that wake */
	__u64 preempted_ns; /* switched out while runnable, to the switch-in */
	__u32 voluntary_count;	 /* switches that blocked */
	__u32 involuntary_count; /* switches while runnable */
};

struct tt_enter {
	struct tt_head head;
	struct tt_sums sums;
	__u64 sp;	    /* stack pointer at the function's first instruction (site's SP + its delta) */
	__u64 return_addr;  /* the word at sp; 0 = unreadable */
	__u64 value[TT_VALUES]; /* captured at enter, by the engine file's order of enter arguments */
	__u64 fingerprint;  /* keyed hash of the text; the key is random per run and not recorded */
	__u32 text_bytes;   /* without the terminator */
	__u32 reserved;
};

struct tt_enter_named {
	struct tt_enter enter;
	char name[TT_NAME_BYTES];
};

struct tt_leave {
	struct tt_head head;
	struct tt_sums sums;
	__u64 sp;	    /* same convention as tt_enter.sp, so the two compare equal */
	__u64 return_value; /* rax */
	__u64 value[TT_VALUES]; /* captured at leave, by the engine file's order of leave arguments */
};

struct tt_exit {
	struct tt_head head;
	struct tt_sums sums;
	char comm[TT_COMM_BYTES];
};

/* tt_task.what */
#define TT_TASK_EXEC 1 /* head.pid runs a new image; head.tid is the thread that survives, other_tid the caller's old id */
#define TT_TASK_FORK 2 /* head.pid made the process other_pid */
struct tt_task {
	struct tt_head head;
	__u32 what;
	__u32 other_pid;
	__u32 other_tid;
	__u32 reserved;
	char comm[TT_COMM_BYTES];
};

struct tt_tick {
	struct tt_head head;
	__u64 held_ns;	    /* > 0: the reader waited that long at a record still being written, and gave up for this tick */
	__u64 backlog_bytes; /* filled part of the ring when the tick began */
};

struct tt_clock {
	struct tt_head head; /* at_ns = mono_ns */
	__u64 mono_ns;
	__u64 real_ns; /* CLOCK_REALTIME, UTC since 1970 */
	__u64 boot_ns; /* CLOCK_BOOTTIME; boot - mono grows by suspends */
};

/* tt_lost.cause; count is a delta */
#define TT_LOST_RING_ENTER 1  /* ring full: an ENTER of head.probe was not shipped */
#define TT_LOST_RING_LEAVE 2  /* ring full: a LEAVE of head.probe was not shipped */
#define TT_LOST_RING_OTHER 3  /* ring full: an EXIT or TASK was not shipped */
#define TT_LOST_NO_STORAGE 4  /* a record of head.probe was shipped without sums */
#define TT_LOST_TORN 5	      /* a record of head.probe was shipped with sums that could not be read consistently */
#define TT_LOST_UNREADABLE 6  /* a captured text, name or value of head.probe could not be read */
#define TT_LOST_MISSED 7      /* hits of head.probe that the kernel dropped by itself (nesting, recursion) */
#define TT_LOST_MALFORMED 8   /* a record that decode refused */
#define TT_LOST_RECORDING 9   /* replay: bytes of the file that were skipped */
struct tt_lost {
	struct tt_head head; /* pid = the probe's process, or 0 */
	__u32 cause;
	__u32 reserved;
	__u64 count;
};

/* tt_gauge.what */
#define TT_GAUGE_RSS_BYTES 1
#define TT_GAUGE_CPU_NS 2	/* cumulative user + system time of the process */
#define TT_GAUGE_THREADS_COUNT 3
#define TT_GAUGE_SELF_CPU_NS 4	/* ours */
#define TT_GAUGE_SELF_RSS_BYTES 5
#define TT_GAUGE_HITS 6	/* cumulative kernel hits of head.probe, shipped or not; extra = leaves */
struct tt_gauge {
	struct tt_head head;
	__u32 what;
	__u32 reserved;
	__u64 value; /* TT_GAUGE_HITS: enters */
	__u64 extra; /* TT_GAUGE_HITS: leaves */
};

/* tt_proc.state */
#define TT_PROC_SEEN 1 /* attached */
#define TT_PROC_GONE 2 /* ended; follows every record of the process */
#define TT_PROC_EXEC 3 /* a new image; old probes are gone */
struct tt_proc {
	struct tt_head head;
	__u64 start_at_ns; /* boot clock, field 22 of /proc/PID/stat in ns: identity together with the pid */
	__u32 state;
	__u32 uid;
	__u32 exit_code; /* wait status, 0 when unknown */
	__u32 reserved;
	char comm[TT_COMM_BYTES];
	char service[64]; /* systemd unit, else the executable's base name */
	char exe[256];	  /* path as the target sees it, cut at 255 */
};

struct tt_thread {
	struct tt_head head;
	char comm[TT_COMM_BYTES];
};

/* tt_probe.leave_mode */
#define TT_LEAVE_NONE 0	    /* enter-only: no LEAVE will come */
#define TT_LEAVE_URET 1	    /* uretprobe */
#define TT_LEAVE_RET 2	    /* `ret` sites, those of tail-called functions included */
#define TT_LEAVE_CALLER 3   /* return addresses, learned; the first call from a new place has no end */
#define TT_LEAVE_AFTER 4    /* the instruction after an indirect call */
#define TT_LEAVE_EMULATED 5 /* emulated instructions with known SP delta before each exit */
/* tt_probe.traits */
#define TT_PROBE_TAIL_EXIT 1 /* the function has a tail-jump exit */
#define TT_PROBE_FIBERS 2    /* a fiber runtime is mapped: never drop frames by SP */
struct tt_probe {
	struct tt_head head; /* probe = the id; pid = the process it is attached to */
	__u64 enter_offset;  /* file offset of the first enter site */
	__u32 leave_mode;
	__u32 traits;
	__u32 enter_sites_count;
	__u32 leave_sites_count;
	__u32 cost_ns; /* expected cost of one enter and leave to the target */
	__u32 reserved;
	char engine[32]; /* name of the engine file */
	char label[32];  /* engine label in this process */
	char probe_name[48]; /* probe's name in the engine file */
	char symbol[128];
	char object[128]; /* end of the object's path */
};

/* tt_end.reason */
#define TT_END_STOPPED 1   /* SIGINT, SIGTERM, q */
#define TT_END_TARGET 2	   /* every target ended */
#define TT_END_DURATION 3  /* --duration is over */
#define TT_END_TRUNCATED 4 /* the recording ends here without an END */
#define TT_END_ERROR 5
struct tt_end {
	struct tt_head head;
	__u32 reason;
	__u32 reserved;
};

/* tt_control.what */
#define TT_CONTROL_ACK 1	/* the alert `id`; comment */
#define TT_CONTROL_RESOLVE 2	/* by hand: the alert `id` ends; comment */
#define TT_CONTROL_SILENCE 3	/* text = matchers; comment; from start to end. id = 0: a new one; else restored with that id */
#define TT_CONTROL_UNSILENCE 4	/* the silence `id` */
#define TT_CONTROL_RULES_REFUSED 5 /* new rules had mistakes, the old ones stay; text = the first mistake; id = how many */
#define TT_CONTROL_STATE_DAMAGED 6 /* the state file was set aside; text = where */
#define TT_CONTROL_TEXT_MAX 4096
struct tt_control {
	struct tt_head head;
	__u32 what;
	__u32 uid; /* of whoever asked */
	__u64 id;
	__u64 start_at_real_ns;
	__u64 end_at_real_ns;
	__u32 text_bytes;    /* that follow this struct, not terminated */
	__u32 comment_bytes; /* that follow those; the whole is filled with zeroes to a multiple of 8 */
};

struct tt_rules {
	struct tt_head head;
	__u32 kind;	   /* enum rule_text_kind: 0 rules, 1 thresholds */
	__u32 ordinal;	   /* of the file in its set, from 0 */
	__u32 files_count; /* of the set; 0: no rules hold from now on */
	__u32 file_bytes;  /* of the file's name, which follows this struct; in every part */
	__u64 total_bytes; /* of the file's text */
	__u64 offset;	   /* of this part in it */
	__u32 text_bytes;  /* of this part; follow the name; the whole is filled with zeroes to a multiple of 8 */
	__u32 reserved;
};
#define TT_RULES_PART_MAX 32768

/* tt_restore.flags */
#define TT_RESTORE_UNKNOWN 0x1
#define TT_RESTORE_THRESHOLD 0x2
#define TT_RESTORE_MUTED 0x4 /* it was resolved by hand: nobody is to see it until its condition was false once */
struct tt_restore {
	struct tt_head head;
	__u64 active_at_real_ns;
	__u64 fired_at_real_ns; /* 0 = was pending */
	__u64 ack_at_real_ns;	/* 0 = not acknowledged */
	__u64 value;		/* bits of a double */
	__u64 threshold;	/* bits of a double */
	__u8 trace_id[16];
	__u32 flags;
	__u32 ack_uid;
	__u32 labels_bytes;  /* of the label set as text, {alertname="...",...}, which follows this struct */
	__u32 comment_bytes; /* of the acknowledgement; follow it; the whole is filled with zeroes to a multiple of 8 */
};

#define TT_SIZED(type, bytes) \
	_Static_assert(sizeof(struct type) == (bytes) && (bytes) % 8 == 0, "wire size of " #type)
TT_SIZED(tt_head, 32);
TT_SIZED(tt_sums, 40);
TT_SIZED(tt_enter, 136);
TT_SIZED(tt_enter_named, 184);
TT_SIZED(tt_leave, 120);
TT_SIZED(tt_exit, 88);
TT_SIZED(tt_task, 64);
TT_SIZED(tt_tick, 48);
TT_SIZED(tt_clock, 56);
TT_SIZED(tt_lost, 48);
TT_SIZED(tt_gauge, 56);
TT_SIZED(tt_proc, 392);
TT_SIZED(tt_thread, 48);
TT_SIZED(tt_probe, 432);
TT_SIZED(tt_end, 40);
TT_SIZED(tt_control, 72);
TT_SIZED(tt_rules, 72);
TT_SIZED(tt_restore, 104);

#endif
