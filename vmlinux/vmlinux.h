/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel types that bpf/ touches, by hand, with only the members it reads.
 *
 * In:  linux/types.h.  Out: struct task_struct and friends, relocated by CO-RE when the program is loaded.
 * The rule that surprises: order and offsets here mean nothing, names and kinds of members are everything.
 * A member that some kernel lacks may only be read behind bpf_core_field_exists().
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <linux/types.h>

#ifndef __bool_true_false_are_defined
typedef _Bool bool;
#define true 1
#define false 0
#define __bool_true_false_are_defined 1
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_local_storage;
struct linux_binprm;
struct seq_file;

struct xol_area {
	unsigned long vaddr;
};

struct uprobes_state {
	struct xol_area *xol_area;
};

struct mm_struct {
	struct uprobes_state uprobes_state;
};

struct sched_info {
	unsigned long long run_delay;
};

struct task_struct {
	unsigned int __state;
	int pid;
	int tgid;
	int exit_code;
	struct task_struct *group_leader;
	__u64 start_boottime;
	struct mm_struct *mm;
	unsigned long sas_ss_sp;
	unsigned long sas_ss_size;
	struct bpf_local_storage *bpf_storage;
	struct sched_info sched_info;
};

struct pt_regs {
	unsigned long r9;
	unsigned long r8;
	unsigned long ax;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
	unsigned long sp;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#endif
