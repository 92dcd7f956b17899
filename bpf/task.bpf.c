/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The lives of threads and processes in view.
 *
 * In:  new task, exit, exec, the task iterator, and (run mode) ends of system calls.
 * Out: storage for every thread of a target before its first hit; EXIT and TASK records; a stop signal.
 * The rule that surprises: the iterator makes storage whose books are not open yet; a thread's own next event opens
 * them, so a thread that runs on another CPU meanwhile cannot be caught half way.
 */

static __always_inline struct thread_state *thread_make(struct task_struct *task)
{
	struct thread_state *thread =
		bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!thread)
		__sync_fetch_and_add(&no_storage_threads_count, 1);
	return thread;
}

/* Run once for each target, after its entry in the map is made. */
SEC("?iter/task")
int adopt(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct tt_target *target;
	__u32 pid;

	if (!task)
		return 0;
	pid = task->tgid;
	target = bpf_map_lookup_elem(&targets, &pid);
	if (!target)
		return 0;
	if (!target->start_at_ns)
		target->start_at_ns = task->group_leader->start_boottime;
	if (target->start_at_ns == task->group_leader->start_boottime)
		thread_make(task);
	return 0;
}

/* Not one of the thread's numbered records: it carries no sums, and its loss is counted apart. */
static __always_inline void task_emit(struct task_struct *task, __u32 what, __u32 other_pid,
				      __u32 other_tid)
{
	struct tt_task record = {};

	record.head.at_ns = bpf_ktime_get_ns();
	record.head.flags = TT_F_NO_SUMS;
	head_fill(&record.head, task, TT_TASK, sizeof(record));
	record.what = what;
	record.other_pid = other_pid;
	record.other_tid = other_tid;
	bpf_get_current_comm(record.comm, sizeof(record.comm));
	if (emit(&record, sizeof(record)))
		count_loss(&ring_full_other_count);
}

/* Current is the maker. A new thread of a target gets its storage here, a new process is only told. */
SEC("?tp_btf/task_newtask")
int BPF_PROG(task_newtask, struct task_struct *task)
{
	struct task_struct *maker = bpf_get_current_task_btf();
	struct thread_state *thread;

	if (!target_of(maker))
		return 0;
	if (task->tgid != maker->tgid) {
		task_emit(maker, TT_TASK_FORK, task->tgid, task->pid);
		return 0;
	}
	thread = thread_make(task);
	if (thread) {
		thread->settled_at_ns = bpf_ktime_get_ns();
		thread->where = THREAD_QUEUED;
	}
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	struct tt_target *target = target_of(task);
	struct tt_exit record = {};

	if (!target)
		return 0;
	target->wait_status = task->exit_code;
	sums_read(task, bpf_task_storage_get(&threads, task, 0, 0), &record.head, &record.sums);
	head_fill(&record.head, task, TT_EXIT, sizeof(record));
	bpf_get_current_comm(record.comm, sizeof(record.comm));
	if (emit(&record, sizeof(record)))
		count_loss(&ring_full_other_count);
	return 0;
}

/* Counted, so that user space continues only what we stopped. */
static __always_inline void stop_current(void)
{
	__sync_fetch_and_add(&stops_count, 1);
	bpf_send_signal(SIGNAL_STOP);
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, int old_tid)
{
	struct thread_state *thread;

	if (!target_of(task))
		return 0;
	/* The survivor takes over the main thread's id: its numbers begin anew under it. */
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	if (thread)
		thread->seq = 0;
	task_emit(task, TT_TASK_EXEC, task->tgid, old_tid);
	if (watched_pid && (__u32)task->tgid == watched_pid)
		stop_current();
	return 0;
}

/*
 * Run mode: the process stops before the first instruction of newly mapped code runs, until user space has looked at
 * it. Every system call of the machine passes here while this is attached, so it is detached as soon as it can be.
 */
SEC("?tp_btf/sys_exit")
int BPF_PROG(watch_code, struct pt_regs *regs, long result)
{
	if ((__u32)(bpf_get_current_pid_tgid() >> 32) != watched_pid || !watched_pid)
		return 0;
	if (regs->orig_ax == SYSCALL_MMAP && (regs->dx & PROTECTION_EXEC) &&
	    (__u64)result < -4095ull)
		stop_current();
	return 0;
}
