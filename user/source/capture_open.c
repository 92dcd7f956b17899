/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beginning a live run: everything is attached, then the gates are opened.
 *
 * In:  options: pids or a command, engines.  Out: a source whose first pump says what was found.
 * The rule that surprises: what can be refused without touching the target is refused first: privilege, kernel, no such
 * process, no engine; only then the kernel half is loaded.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "source/capture_parts.h"
#include "source/link.h"
#include "source/plan.h"

static int wake_add(struct capture *capture, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events};

	if (fd < 0 || epoll_ctl(capture->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return refuse(-errno, "epoll: %s", strerror(errno));
	return 0;
}

/* What wakes us: the timer, the ring past its watermark (edge: data alone is no reason), ends, stops of the command. */
static int wakes_open(struct capture *capture)
{
	struct itimerspec period = {0};
	sigset_t mask;
	int error;

	period.it_interval.tv_sec = (time_t)(capture->options.period_ns / NS_PER_S);
	period.it_interval.tv_nsec = (long)(capture->options.period_ns % NS_PER_S);
	period.it_value = period.it_interval;
	capture->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	capture->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	timerfd_settime(capture->timer_fd, 0, &period, NULL);
	if ((error = wake_add(capture, capture->timer_fd, EPOLLIN)))
		return error;
	if ((error = wake_add(capture, capture->half.ring_fd, EPOLLIN | EPOLLET)))
		return error;
	for (size_t i = 0; i < capture->followed_count; i++)
		if ((error = wake_add(capture, capture->followed[i].pidfd, EPOLLIN | EPOLLET)))
			return error;
	if (!capture->options.command)
		return 0;
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	capture->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	return wake_add(capture, capture->signal_fd, EPOLLIN);
}

/* The kernel half: gate, features, load, ring, tracepoints. */
static int half_open(struct capture *capture)
{
	bool is_multi = capture->options.attach != ATTACH_PERF && capture->kernel.multi == MULTI_OK;
	int error;

	if (!capture->kernel.has_ring || !capture->kernel.has_task_storage)
		return refuse(-EPERM, "kernel %s has no BPF %s", capture->kernel.release,
			      capture->kernel.has_ring ? "task storage" : "ring buffer");
	if (capture->options.attach == ATTACH_MULTI && !is_multi)
		return refuse(-EPERM,
			      "kernel %s has no usable uprobe_multi (6.6; its pid filter is right "
			      "from 6.10)",
			      capture->kernel.release);
	if (!is_multi && capture->kernel.uprobe_pmu_type < 0)
		return refuse(-EPERM, "kernel %s has neither uprobe_multi nor perf uprobes",
			      capture->kernel.release);
	error = bpf_half_load(
		&capture->half, &capture->kernel,
		&(struct bpf_half_options){.is_multi = is_multi,
					   .has_watch = capture->options.command,
					   .ring_bytes = capture->options.ring_bytes});
	if (error)
		return error;
	attach_init(&capture->attach, &capture->half, &capture->kernel, &capture->outbox);
	error = ring_map(&capture->ring, capture->half.ring_fd, capture->options.ring_bytes);
	if (error)
		return refuse(error, "the ring cannot be mapped: %s", strerror(-error));
	for (size_t i = 0; i < CAPTURE_TRACEPOINTS; i++) {
		capture->tracepoints[i] = link_tracepoint(capture->half.tracepoint_fd[i]);
		if (capture->tracepoints[i] < 0)
			return refuse(capture->tracepoints[i],
				      "a scheduler tracepoint cannot be attached: %s",
				      strerror(-capture->tracepoints[i]));
	}
	return account_init(&capture->account);
}

/* Makes them known to the kernel half, with storage for every thread that exists. New threads come by themselves. */
static int targets_adopt(struct capture *capture)
{
	struct tt_target target = {0}; /* the iterator fills it in */
	int error;

	for (size_t i = 0; i < capture->followed_count; i++)
		if (bpf_map_update_elem(capture->half.targets_fd, &capture->followed[i].pid,
					&target, BPF_ANY))
			return refuse(-errno, "too many processes at once (%d)", TT_MAX_TARGETS);
	error = link_iterate(capture->half.adopt_fd);
	if (error)
		return refuse(error, "the task iterator fails: %s", strerror(-error));
	if (*capture->half.no_storage_threads_count)
		warn("no storage for %llu threads (a memory cgroup limit?): their first calls have "
		     "no split",
		     (unsigned long long)*capture->half.no_storage_threads_count);
	return 0;
}

/* Attaching to processes that run. */
static int pids_open(struct capture *capture)
{
	int error;

	for (size_t i = 0; i < capture->followed_count; i++) {
		error = follow_plan(capture, &capture->followed[i]);
		if (error)
			return error;
		if (!capture->followed[i].plan->objects_count)
			return follow_refuse_unknown(&capture->followed[i]);
		if (!host_is_online(capture->followed[i].pid))
			return refuse(
				-ESRCH,
				"the main thread of process %u has ended: it cannot be traced",
				capture->followed[i].pid);
	}
	if ((error = half_open(capture)) || (error = targets_adopt(capture)))
		return error;
	capture->outbox.at_ns = host_mono_ns(&capture->host);
	clock_tell(capture);
	for (size_t i = 0; i < capture->followed_count; i++)
		follow_tell(capture, &capture->followed[i], TT_PROC_SEEN, 0);
	for (size_t i = 0; i < capture->followed_count; i++) {
		error = follow_attach(capture, &capture->followed[i]);
		if (error < 0)
			return error;
	}
	for (size_t i = 0; i < capture->followed_count; i++)
		follow_tell_threads(capture, &capture->followed[i]);
	for (size_t i = 0; i < capture->followed_count; i++)
		follow_open_gate(capture, &capture->followed[i]);
	return 0;
}

/* Starting a command: everything is in place before its first instruction. */
static int command_open(struct capture *capture)
{
	struct followed *followed = &capture->followed[0];
	int error;

	error = spawn_start(&capture->spawn, capture->options.command);
	if (error)
		return error;
	follow_begin(followed, (uint32_t)capture->spawn.pid);
	followed->expects_exec = true;
	if ((error = half_open(capture)) || (error = targets_adopt(capture)))
		return error;
	*capture->half.watched_pid = followed->pid;
	capture->watch_link = link_tracepoint(capture->half.watch_fd);
	if (capture->watch_link < 0)
		return refuse(capture->watch_link, "system calls cannot be watched: %s",
			      strerror(-capture->watch_link));
	return 0;
}

static int command_start(struct capture *capture)
{
	int error = spawn_go(&capture->spawn, capture->options.command);

	if (error)
		return error;
	capture->outbox.at_ns = host_mono_ns(&capture->host);
	clock_tell(capture);
	follow_tell(capture, &capture->followed[0], TT_PROC_SEEN, 0);
	return 0;
}

/* Does any of them belong to somebody else? Then more capabilities are needed. */
static bool pids_are_foreign(const struct capture *capture)
{
	for (size_t i = 0; i < capture->options.pids_count; i++) {
		struct tt_proc process = {0};

		if (!host_process(&capture->host, capture->options.pids[i], &process) &&
		    process.uid != geteuid())
			return true;
	}
	return false;
}

/* The same pid twice is one process. */
static void followed_make(struct capture *capture)
{
	const struct capture_options *options = &capture->options;

	capture->followed = mem_array(options->pids_count + 1, sizeof(*capture->followed));
	if (options->command) {
		capture->followed_count = 1;
		capture->followed[0].pidfd = -1;
		return;
	}
	for (size_t i = 0; i < options->pids_count; i++)
		if (!followed_find(capture, options->pids[i]))
			follow_begin(&capture->followed[capture->followed_count++],
				     options->pids[i]);
}

static int capture_begin(struct capture *capture)
{
	const struct capture_options *options = &capture->options;
	int error;

	if (options->ring_bytes < (uint64_t)sysconf(_SC_PAGESIZE) || options->ring_bytes > 1u << 30 ||
	    (options->ring_bytes & (options->ring_bytes - 1)))
		return refuse(-EINVAL, "a ring of %llu bytes: it must be a power of two, of one page to 1 GiB",
			      (unsigned long long)options->ring_bytes);
	kernel_look(&capture->kernel);
	host_init(&capture->host);
	error = kernel_gate(&capture->kernel, pids_are_foreign(capture));
	if (error)
		return error;
	kernel_probe(&capture->kernel);
	followed_make(capture);
	error = options->command ? command_open(capture) : pids_open(capture);
	if (!error)
		error = wakes_open(capture);
	if (!error && options->command)
		error = command_start(capture);
	if (!error && options->duration_ns)
		capture->deadline_at_ns = host_mono_ns(&capture->host) + options->duration_ns;
	return error;
}

int capture_open(struct source **source, const struct capture_options *options)
{
	struct capture *capture = mem_new(sizeof(*capture));
	int error;

	capture->source.ops = &capture_ops;
	capture->options = *options;
	capture->watch_link = capture->epoll_fd = capture->timer_fd = capture->signal_fd = -1;
	memset(capture->tracepoints, -1, sizeof(capture->tracepoints));
	error = capture_begin(capture);
	if (error) {
		capture_ops.free(&capture->source);
		return error;
	}
	*source = &capture->source;
	return 0;
}
