/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One enter and one leave program for every probe there is.
 *
 * In:  a hit; the cookie says which probe, generation and SP delta.  Out: an ENTER or LEAVE record, or a count.
 * The rule that surprises: everything is read before the record is sent, because reading may sleep on a page
 * fault, and a record under construction would block the reader. The stamp is the first thing taken, and the sums
 * belong to exactly that instant.
 */

#define UNREADABLE_FLAGS                                                                           \
	(TT_F_TEXT_UNREADABLE | TT_F_NAME_UNREADABLE | TT_F_VALUE_BAD(0) | TT_F_VALUE_BAD(1) |     \
	 TT_F_VALUE_BAD(2) | TT_F_VALUE_BAD(3))
#define SUMS_TRIES	   4
#define REGISTER_ARGUMENTS 6

struct call {
	struct task_struct *task;
	struct thread_state *thread; /* NULL = no storage could be made */
	const struct tt_probe_config *config;
	struct tt_probe_counts *counts;
	__u64 sp; /* at the function's first instruction */
	__u32 probe;
};

static __always_inline bool call_find(struct call *call, struct pt_regs *regs)
{
	__u64 cookie = bpf_get_attach_cookie(regs);

	call->probe = cookie & 0xffff;
	if (!READ_ONCE(gates[cookie >> 16 & (TT_MAX_GENERATIONS - 1)]))
		return false;
	call->sp = regs->sp + (__s64)(__s16)(cookie >> 32);
	call->task = bpf_get_current_task_btf();
	call->thread = bpf_task_storage_get(&threads, call->task, 0, 0);
	if (!call->thread) {
		if (!target_of(call->task))
			return false;
		call->thread = bpf_task_storage_get(&threads, call->task, 0,
						    BPF_LOCAL_STORAGE_GET_F_CREATE);
	}
	call->config = bpf_map_lookup_elem(&probes, &call->probe);
	if (!call->config)
		return false;
	call->counts = bpf_map_lookup_elem(&counts, &call->probe);
	return call->counts;
}

/* The stamp, and the sums of the current thread at that stamp: settled_at_ns shows a switch in between. */
static __always_inline void sums_read(struct task_struct *task, struct thread_state *thread, struct tt_head *head,
				      struct tt_sums *sums)
{
	if (!thread) {
		head->at_ns = bpf_ktime_get_ns();
		head->flags |= TT_F_NO_SUMS;
		return;
	}
	head->seq = ++thread->seq;
	for (int i = 0; i < SUMS_TRIES; i++) {
		__u64 settled_at_ns;

		/* Its first event ever, or a switch-in that nobody told us. */
		if (READ_ONCE(thread->where) != THREAD_ON_CPU)
			catch_up(task, thread, bpf_ktime_get_ns());
		settled_at_ns = READ_ONCE(thread->settled_at_ns);
		barrier();
		head->at_ns = bpf_ktime_get_ns();
		*sums = thread->sums;
		sums->oncpu_ns += head->at_ns - settled_at_ns;
		barrier();
		if (READ_ONCE(thread->settled_at_ns) == settled_at_ns &&
		    READ_ONCE(thread->where) == THREAD_ON_CPU)
			return;
	}
	head->flags |= TT_F_TORN;
}

static __always_inline void call_count_shortcomings(struct call *call, __u32 flags)
{
	if (flags & TT_F_NO_SUMS)
		count_loss(&call->counts->no_storage);
	if (flags & TT_F_TORN)
		count_loss(&call->counts->torn);
	if (flags & UNREADABLE_FLAGS)
		count_loss(&call->counts->unreadable);
}

/* The name precedes the first record of a thread: once the thread is gone nobody can be asked for it. */
static __noinline void thread_name_emit(struct task_struct *task)
{
	struct tt_thread record = {};

	record.head.at_ns = bpf_ktime_get_ns();
	head_fill(&record.head, task, TT_THREAD, sizeof(record));
	bpf_get_current_comm(record.comm, sizeof(record.comm));
	if (emit(&record, sizeof(record)))
		count_loss(&ring_full_other_count);
}

/* A page that is not in memory makes the plain read fail; the sleepable one brings it in. */
static __always_inline long user_read(void *to, __u32 bytes, __u64 from)
{
	long error = bpf_probe_read_user(to, bytes, (const void *)from);

	if (error && can_sleep)
		error = bpf_copy_from_user(to, bytes, (const void *)from);
	return error;
}

/* The length with the terminator, or an error. Kernels before 6.13 say 0 for an empty text. */
static __always_inline long user_read_text(char *to, __u32 bytes, __u64 from)
{
	long length = bpf_probe_read_user_str(to, bytes, (const void *)from);
	char touched;

	if (length < 0 && can_sleep) {
		bpf_copy_from_user(&touched, 1, (const void *)(from + bytes - 1));
		if (!bpf_copy_from_user(&touched, 1, (const void *)from))
			length = bpf_probe_read_user_str(to, bytes, (const void *)from);
	}
	return length ? length : 1;
}

struct arguments {
	__u64 in_register[REGISTER_ARGUMENTS];
	__u64 sp;
};

static __always_inline void arguments_read(struct arguments *arguments, struct pt_regs *regs,
					   __u64 sp)
{
	arguments->in_register[0] = regs->di;
	arguments->in_register[1] = regs->si;
	arguments->in_register[2] = regs->dx;
	arguments->in_register[3] = regs->cx;
	arguments->in_register[4] = regs->r8;
	arguments->in_register[5] = regs->r9;
	arguments->sp = sp;
}

/* Functions without `static` are verified once, not at each call; that keeps the programs small to the verifier. */

__noinline long argument_find(const struct arguments *arguments, __u32 index, __u64 *value)
{
	if (!arguments || !value)
		return -1;
	*value = 0;
	if (index < REGISTER_ARGUMENTS) {
		*value = arguments->in_register[index];
		return 0;
	}
	return user_read(value, sizeof(*value),
			 arguments->sp + 8 + 8 * (__u64)(index - REGISTER_ARGUMENTS));
}

/* Follows the chain from `value` in place; what cannot be read becomes 0. */
__noinline long capture_follow(const struct tt_capture *capture, __u64 *value)
{
	__u64 found, from;
	__u32 shift;

	if (!capture || !value)
		return -1;
	found = *value;
	*value = 0;
	for (__u32 i = 0; i < 3 && i < capture->derefs; i++) {
		bool is_last = i + 1 == capture->derefs;

		from = found + capture->offset[i];
		found = 0;
		if (user_read(&found, is_last ? ((capture->bytes - 1) & 7) + 1 : 8, from))
			return -1;
	}
	shift = (64 - 8 * capture->bytes) & 63;
	*value = capture->is_signed ? (__u64)((__s64)(found << shift) >> shift)
				    : found << shift >> shift;
	return 0;
}

static __always_inline __u32 capture_enter(struct call *call, const struct arguments *arguments,
					   __u64 *values)
{
	__u32 flags = 0;

	for (int i = 0; i < TT_VALUES; i++) {
		const struct tt_capture *capture = &call->config->enter[i];

		if (capture->from != TT_FROM_ARG)
			continue;
		if (argument_find(arguments, capture->index, &values[i]) ||
		    capture_follow(capture, &values[i]))
			flags |= TT_F_VALUE_BAD(i);
	}
	return flags;
}

static __always_inline struct saved_call *saved_find(struct call *call)
{
	return &call->thread->saved[call->sp * 0x9e3779b97f4a7c15ull >> 61];
}

/* Arguments that point to results are gone from the registers when the call ends. */
static __always_inline void saved_keep(struct call *call, const struct arguments *arguments)
{
	struct saved_call *saved;

	if (!call->config->leave_needs_arguments || !call->thread)
		return;
	saved = saved_find(call);
	saved->sp = call->sp;
	saved->probe = call->probe;
	for (int i = 0; i < TT_VALUES; i++) {
		__u64 value = 0;

		if (call->config->leave[i].from == TT_FROM_ARG)
			argument_find(arguments, call->config->leave[i].index, &value);
		saved->argument[i] = value;
	}
}

/* False: nothing saved by this very call. */
static __always_inline bool saved_take(struct call *call, __u64 *arguments)
{
	struct saved_call *saved;

	if (!call->thread)
		return false;
	saved = saved_find(call);
	if (saved->sp != call->sp || saved->probe != call->probe)
		return false;
	for (int i = 0; i < TT_VALUES; i++)
		arguments[i] = saved->argument[i];
	saved->sp = 0;
	return true;
}

static __always_inline __u32 capture_leave(struct call *call, __u64 return_value, __u64 *values)
{
	__u32 has_arguments = !call->config->leave_needs_arguments || saved_take(call, values);
	__u32 flags = 0;

	for (int i = 0; i < TT_VALUES; i++) {
		const struct tt_capture *capture = &call->config->leave[i];

		if (capture->from == TT_FROM_NONE)
			continue;
		if (capture->from == TT_FROM_RETURN)
			values[i] = return_value;
		if ((capture->from == TT_FROM_ARG && !has_arguments) ||
		    capture_follow(capture, &values[i]))
			flags |= TT_F_VALUE_BAD(i);
	}
	return flags;
}

static __always_inline __u32 stack_flags(struct call *call, __u64 return_addr)
{
	struct task_struct *task = call->task;
	struct xol_area *area;
	__u32 flags = 0;

	if (call->sp - task->sas_ss_sp < task->sas_ss_size)
		flags |= TT_F_ALTSTACK;
	if (bpf_core_field_exists(struct xol_area, vaddr) && task->mm) {
		area = task->mm->uprobes_state.xol_area;
		if (area && return_addr && return_addr == area->vaddr)
			flags |= TT_F_TRAMPOLINE;
	}
	return flags;
}

#include "bpf/text.bpf.c"

/* Apart, because old kernels allow 512 bytes of stack for all functions on the way down. */
__noinline long enter_emit_named(const struct tt_capture *capture,
				 const struct arguments *arguments, struct tt_enter *enter)
{
	struct tt_enter_named record = {};

	if (!capture || !arguments || !enter)
		return -1;
	enter->head.flags |= name_capture(capture, arguments, &record);
	enter->head.size = sizeof(record);
	record.enter = *enter;
	return emit(&record, sizeof(record));
}

static __always_inline long enter_emit(struct call *call, const struct arguments *arguments,
				       struct tt_enter *enter)
{
	if (call->config->name.from)
		return enter_emit_named(&call->config->name, arguments, enter);
	return emit(enter, sizeof(*enter));
}

SEC("?uprobe")
int enter(struct pt_regs *regs)
{
	struct tt_enter record = {};
	struct arguments arguments = {};
	struct call call;

	if (!call_find(&call, regs))
		return 0;
	sums_read(call.task, call.thread, &record.head, &record.sums);
	arguments_read(&arguments, regs, call.sp);
	saved_keep(&call, &arguments);
	record.head.flags |= capture_enter(&call, &arguments, record.value);
	if (call.config->text.from)
		record.head.flags |= text_capture(&call.config->text, &arguments, &record);
	record.sp = call.sp;
	if (user_read(&record.return_addr, 8, call.sp))
		record.return_addr = 0;
	record.head.flags |= stack_flags(&call, record.return_addr);
	if (record.head.seq <= 1) /* 0: no storage, so nobody knows whether it is the first */
		thread_name_emit(call.task);
	head_fill(&record.head, call.task, TT_ENTER, sizeof(record));
	record.head.probe = call.probe;
	__sync_fetch_and_add(&call.counts->enters, 1);
	if (enter_emit(&call, &arguments, &record))
		count_loss(&call.counts->ring_full_enters);
	call_count_shortcomings(&call, record.head.flags);
	return 0;
}

/* Attached as a plain uprobe at the places where a call ends, and as a uretprobe. */
SEC("?uprobe")
int leave(struct pt_regs *regs)
{
	struct tt_leave record = {};
	struct call call;

	if (!call_find(&call, regs))
		return 0;
	sums_read(call.task, call.thread, &record.head, &record.sums);
	record.return_value = regs->ax;
	record.head.flags |= capture_leave(&call, record.return_value, record.value);
	record.sp = call.sp;
	record.head.flags |= stack_flags(&call, 0);
	if (record.head.seq <= 1) /* 0: no storage, so nobody knows whether it is the first */
		thread_name_emit(call.task);
	head_fill(&record.head, call.task, TT_LEAVE, sizeof(record));
	record.head.probe = call.probe;
	call_count_shortcomings(&call, record.head.flags);
	__sync_fetch_and_add(&call.counts->leaves, 1);
	if (emit(&record, sizeof(record)))
		count_loss(&call.counts->ring_full_leaves);
	return 0;
}
