/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the time of a thread goes: on a CPU, in the run queue, blocked, pre-empted.
 *
 * In:  sched_switch and sched_waking.  Out: the cumulative sums in the thread's storage; no record at all.
 * The rule that surprises: the wake that ends an off period can be seen before the switch-out that begins it (the
 * waker races with the sleeper), and a wake can also come to nothing (the thread was still running). Every real
 * sleep is ended by exactly one wake, so the last wake decides: if it is older than the switch-out, the thread
 * was runnable from the switch-out on.
 * And: not every switch is told. Kernels were met where no tracer sees certain tasks go, so that whoever comes after them
 * comes unseen. A thread that acts while it should be away came unseen; the kernel's run delay then says how long it waited.
 */

/* Adds the time since the last event to the sum it belongs to. The four sums always add up to wall time. */
static __always_inline void settle(struct thread_state *thread, __u64 now)
{
	__u64 from = thread->settled_at_ns;
	__u64 woken = thread->woken_at_ns;
	__u64 off = now - from;

	if (now < from) /* clocks of two CPUs */
		return;
	thread->settled_at_ns = now;
	if (thread->where == THREAD_ON_CPU) {
		thread->sums.oncpu_ns += off;
	} else if (thread->where == THREAD_QUEUED) {
		thread->sums.runq_ns += off;
	} else if (thread->where == THREAD_PREEMPTED) {
		thread->sums.preempted_ns += off;
	} else if (thread->where == THREAD_BLOCKED) {
		if (!woken || woken > now)
			woken = now;
		if (woken < from)
			woken = from;
		thread->sums.blocked_ns += woken - from;
		thread->sums.runq_ns += now - woken;
		thread->woken_at_ns = 0;
	}
}

/* Like settle, for a thread that is on a CPU now though nobody told us when it came. */
static __always_inline void catch_up(struct task_struct *task, struct thread_state *thread, __u64 now)
{
	__u64 from = thread->settled_at_ns;
	__u64 woken = thread->woken_at_ns;
	__u64 waited;

	if (thread->where == THREAD_UNKNOWN || !bpf_core_field_exists(task->sched_info) || now < from) {
		settle(thread, now);
		thread->where = THREAD_ON_CPU;
		return;
	}
	if (thread->where == THREAD_BLOCKED) {
		if (woken > from && woken < now) {
			thread->sums.blocked_ns += woken - from;
			from = woken;
		}
		thread->woken_at_ns = 0;
	}
	waited = task->sched_info.run_delay - thread->delay_ns;
	if (waited > now - from)
		waited = now - from;
	if (thread->where == THREAD_PREEMPTED)
		thread->sums.preempted_ns += waited;
	else
		thread->sums.runq_ns += waited;
	if (thread->where == THREAD_BLOCKED && !woken) /* its wake was not told either */
		thread->sums.blocked_ns += now - from - waited;
	else
		thread->sums.oncpu_ns += now - from - waited;
	thread->settled_at_ns = now;
	thread->where = THREAD_ON_CPU;
}

static __always_inline void switch_out(struct task_struct *task, bool preempt)
{
	struct thread_state *thread = bpf_task_storage_get(&threads, task, 0, 0);

	if (!thread)
		return;
	if (thread->where == THREAD_ON_CPU)
		settle(thread, bpf_ktime_get_ns());
	else
		catch_up(task, thread, bpf_ktime_get_ns());
	if (bpf_core_field_exists(task->sched_info))
		thread->delay_ns = task->sched_info.run_delay;
	/* __state, not the tracepoint's prev_state: a pending signal keeps a task runnable and only __state says so. */
	if (preempt || !task->__state) {
		thread->where = THREAD_PREEMPTED;
		thread->sums.involuntary_count++;
	} else {
		thread->where = THREAD_BLOCKED;
		thread->sums.voluntary_count++;
	}
}

static __always_inline void switch_in(struct task_struct *task)
{
	struct thread_state *thread = bpf_task_storage_get(&threads, task, 0, 0);

	if (!thread)
		return;
	settle(thread, bpf_ktime_get_ns());
	thread->where = THREAD_ON_CPU;
}

/* From 5.18 there is a fourth argument; the first three are the same on every kernel above our floor. */
SEC("?tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	if (prev->bpf_storage)
		switch_out(prev, preempt);
	if (next->bpf_storage)
		switch_in(next);
	return 0;
}

SEC("?tp_btf/sched_waking")
int BPF_PROG(sched_waking, struct task_struct *task)
{
	struct thread_state *thread;

	if (!task->bpf_storage)
		return 0;
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	if (thread)
		thread->woken_at_ns = bpf_ktime_get_ns();
	return 0;
}
