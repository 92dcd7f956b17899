/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process in view: from its first look to its end.
 *
 * In:  a pid.  Out: its entry in the kernel half, its probes, PROC and THREAD records.
 * The rule that surprises: a process is looked at again whenever its mapped code changes, because engines are loaded
 * late (Python imports them in the middle of a run); what is attached already stays as it is.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/refuse.h"
#include "source/capture_parts.h"
#include "source/plan.h"

#define LOOKED_AT_SHOWN 8

/* No pidfd: the plan will say why in better words (a thread's id, no such process). */
void follow_begin(struct followed *followed, uint32_t pid)
{
	*followed = (struct followed){.pid = pid};
	followed->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

static void plan_let_go(struct followed *followed)
{
	if (!followed->plan)
		return;
	plan_fini(followed->plan);
	free(followed->plan);
	followed->plan = NULL;
}

int follow_plan(struct capture *capture, struct followed *followed)
{
	int error;

	plan_let_go(followed);
	followed->code_mark = host_code_mark(followed->pid);
	followed->plan = mem_new(sizeof(*followed->plan));
	error = plan_make(followed->plan, followed->pid, capture->options.engines,
			  capture->options.forced_engine);
	if (error) {
		free(followed->plan);
		followed->plan = NULL;
	}
	/* No privilege; and what is there but cannot be traced (a kernel thread, a zombie) is no target. */
	return error == -EACCES ? -EPERM : error == -EINVAL ? -ESRCH : error;
}

static bool plan_is_complete(const struct plan *plan)
{
	if (!plan->objects_count)
		return false;
	for (size_t i = 0; i < plan->refusals_count; i++)
		if (plan->refusals[i].required)
			return false;
	return true;
}

int follow_attach(struct capture *capture, struct followed *followed)
{
	int told = attach_plan(&capture->attach, followed->plan, &followed->generation);

	followed->is_found |= plan_is_complete(followed->plan);
	if (told > 0) {
		followed->has_new_generation = true;
		followed->has_probes = true;
	}
	plan_let_go(followed);
	return told;
}

void follow_open_gate(struct capture *capture, struct followed *followed)
{
	if (followed->has_new_generation)
		attach_gate_open(&capture->attach, followed->generation);
	followed->has_new_generation = false;
}

void follow_look_again(struct capture *capture, struct followed *followed)
{
	int told;

	if (!host_is_online(followed->pid) || follow_plan(capture, followed))
		return;
	told = follow_attach(capture, followed);
	if (told > 0) {
		debug("process %u: %d probes attached", followed->pid, told);
		follow_open_gate(capture, followed);
	}
}

/* "No engine" with what was looked at, or with the required probe that is missing. */
int follow_refuse_unknown(const struct followed *followed)
{
	const struct plan *plan = followed->plan;
	struct buf objects = {0};
	size_t shown = 0;
	int error;

	for (size_t i = 0; i < plan->refusals_count; i++)
		if (plan->refusals[i].required)
			return refuse(
				-ENOENT,
				"process %u: %s: probe %s, which it requires, has no place: %s",
				followed->pid, plan->refusals[i].engine, plan->refusals[i].probe,
				plan->refusals[i].reason);
	for (; shown < plan->looked_at_count && shown < LOOKED_AT_SHOWN; shown++)
		buf_format(&objects, "%s%s", shown ? ", " : "", plan->looked_at[shown]);
	if (shown < plan->looked_at_count)
		buf_format(&objects, " and %zu more", plan->looked_at_count - shown);
	error = refuse(-ENOENT,
		       "no engine found in process %u (looked at %s); try --engine NAME, or "
		       "`ttsobs-bpf engines list`",
		       followed->pid, objects.length ? objects.bytes : "no mapped code");
	buf_fini(&objects);
	return error;
}

void follow_tell(struct capture *capture, struct followed *followed, uint32_t state,
		 uint32_t exit_code)
{
	struct tt_proc *process = &followed->process;

	if (state != TT_PROC_GONE)
		host_process(&capture->host, followed->pid, process);
	outbox_head(&capture->outbox, &process->head, TT_PROC, sizeof(*process));
	process->head.pid = followed->pid;
	process->head.tid = followed->pid;
	process->state = state;
	process->exit_code = exit_code;
	outbox_add(&capture->outbox, &process->head);
}

static void thread_add(struct capture *capture, uint32_t pid, uint32_t tid, const char *comm)
{
	struct tt_thread record = {0};

	table_put(&capture->threads, thread_key(pid, tid), capture);
	outbox_head(&capture->outbox, &record.head, TT_THREAD, sizeof(record));
	record.head.pid = pid;
	record.head.tid = tid;
	memcpy(record.comm, comm, sizeof(record.comm));
	outbox_add(&capture->outbox, &record.head);
}

void thread_tell(struct capture *capture, uint32_t pid, uint32_t tid)
{
	char comm[TT_COMM_BYTES];

	host_thread_comm(pid, tid, comm);
	thread_add(capture, pid, tid, comm);
}

/* Most threads are named by the kernel half itself, right before their first record. */
void thread_note(struct capture *capture, const struct tt_head *record)
{
	if (record->kind == TT_THREAD)
		table_put(&capture->threads, thread_key(record->pid, record->tid), capture);
	else if (table_find(&capture->threads, thread_key(record->pid, record->tid)))
		return;
	else if (record->kind == TT_EXIT)
		thread_add(capture, record->pid, record->tid,
			   ((const struct tt_exit *)(const void *)record)->comm);
	else
		thread_tell(capture, record->pid, record->tid);
}

struct thread_teller {
	struct capture *capture;
	uint32_t pid;
};

static void thread_visit(void *arg, uint32_t tid)
{
	struct thread_teller *teller = arg;

	thread_tell(teller->capture, teller->pid, tid);
}

void follow_tell_threads(struct capture *capture, const struct followed *followed)
{
	host_threads(followed->pid, thread_visit, &(struct thread_teller){capture, followed->pid});
}

/* A new image: the old probes are gone, the kernel half's entry and the process stay. */
void follow_exec(struct capture *capture, struct followed *followed)
{
	followed->has_exec = false;
	if (followed->expects_exec) {
		followed->expects_exec = false;
		return;
	}
	attach_end_process(&capture->attach, followed->pid);
	followed->has_probes = false;
	followed->is_found = false;
	followed->code_mark = 0;
	follow_tell(capture, followed, TT_PROC_EXEC, 0);
}

void follow_end(struct capture *capture, struct followed *followed)
{
	struct tt_target target = {0};
	uint32_t exit_code;

	attach_end_process(&capture->attach, followed->pid);
	bpf_map_lookup_elem(capture->half.targets_fd, &followed->pid, &target);
	exit_code = (uint32_t)target.wait_status;
	bpf_map_delete_elem(capture->half.targets_fd, &followed->pid);
	if (capture->spawn.pid == (pid_t)followed->pid)
		exit_code = spawn_reap(&capture->spawn);
	followed->is_gone = true;
	follow_tell(capture, followed, TT_PROC_GONE, exit_code);
}

void follow_fini(struct followed *followed)
{
	plan_let_go(followed);
	if (followed->pidfd >= 0)
		close(followed->pidfd);
}
