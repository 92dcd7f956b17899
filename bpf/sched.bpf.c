/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the time of a thread goes: on a CPU, in the run queue, blocked, pre-empted.
 *
 * In:  sched_switch and sched_waking.  Out: the cumulative sums in the thread's storage; no record at all.
 * The rule that surprises: the wake that ends an off period can be seen before the switch-out that begins it (the
 * waker races with the sleeper), and a wake can also come to nothing (the thread was still running). Every real
 * sleep is ended by exactly one wake, so the last wake decides: if it is a little older than the switch-out, the thread
 * was runnable from the switch-out on; if it is much older, it was of another sleep and this one's was not told.
 * And: not every switch is told. Kernels were met where no tracer sees certain tasks go, so that whoever comes after them
 * comes unseen. A thread that acts while it should be away came unseen; the kernel's run delay then says how long it waited.
 */

#define RACE_NS 1000000 /* a waker and a sleeper that meet are microseconds apart; a hypervisor may stretch that */

/* When the off period that began at `from` was ended by a wake; `now` = nobody told. */
static __always_inline __u64 wake_of(const struct thread_state *thread, __u64 from, __u64 now)
{
	__u64 woken = thread->woken_at_ns;

	if (!woken || woken > now || woken + RACE_NS < from)
		return now;
	return woken < from ? from : woken;
}

/* Adds the time since the last event to the sum it belongs to. The four sums always add up to wall time. */
static __always_inline void settle(struct thread_state *thread, __u64 now)
{
	__u64 from = thread->settled_at_ns;
	__u64 woken, off = now - from;

	if (now < from) /* clocks of two CPUs */
		return;
	thread->settled_at_ns = now;
	if (thread->where == THREAD_ON_CPU) {
		thread->sums.oncpu_ns += off;
		return; /* it leaves: a wake just before belongs to the time that begins now */
	}
	if (thread->where == THREAD_QUEUED) {
		thread->sums.runq_ns += off;
	} else if (thread->where == THREAD_PREEMPTED) {
		thread->sums.preempted_ns += off;
	} else if (thread->where == THREAD_BLOCKED) {
		woken = wake_of(thread, from, now);
		thread->sums.blocked_ns += woken - from;
		thread->sums.runq_ns += now - woken;
	}
	thread->woken_at_ns = 0;
}

/*
 * Like settle, for a thread that is on a CPU now though nobody told us when it came. A function of its own: kernels before
 * 6.13 allow 512 bytes of stack along the deepest chain of calls, and this is not on it.
 */
static __noinline void catch_up(struct task_struct *task, struct thread_state *thread, __u64 now)
{
	__u64 from = thread->settled_at_ns;
	__u64 woken = from, waited;

	if (thread->where == THREAD_UNKNOWN || !bpf_core_field_exists(task->sched_info) || now < from) {
		settle(thread, now);
		thread->where = THREAD_ON_CPU;
		return;
	}
	if (thread->where == THREAD_BLOCKED)
		woken = wake_of(thread, from, now);
	waited = task->sched_info.run_delay - thread->delay_ns;
	if (waited > now - from)
		waited = now - from;
	if (woken == now) /* its wake was not told either: what it did not wait it slept */
		woken -= waited;
	if (waited > now - woken)
		waited = now - woken;
	thread->sums.blocked_ns += woken - from;
	if (thread->where == THREAD_PREEMPTED)
		thread->sums.preempted_ns += waited;
	else
		thread->sums.runq_ns += waited;
	thread->sums.oncpu_ns += now - woken - waited;
	thread->settled_at_ns = now;
	thread->woken_at_ns = 0;
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
