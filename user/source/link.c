/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching programs to places.
 *
 * In:  program fds, a path, offsets, cookies.  Out: link fds.
 * The rule that surprises: libbpf 1.1 does not know uprobe_multi, so the system call is made by hand, with our own
 * picture of its attributes.
 */
#include "source/link.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/progress.h"
#include "source/kernel.h"

#define CLOSERS_MAX 64

struct link_create_attributes { /* union bpf_attr, link_create with uprobe_multi, as of 6.6 */
	uint32_t program_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t reference_offsets;
	uint64_t cookies;
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t padding;
};

int link_multi(const struct link_wish *wish)
{
	struct link_create_attributes attributes = {
		.program_fd = (uint32_t)wish->program_fd,
		.attach_type = LINK_UPROBE_MULTI,
		.path = (uintptr_t)wish->path,
		.offsets = (uintptr_t)wish->offsets,
		.cookies = (uintptr_t)wish->cookies,
		.count = (uint32_t)wish->count,
		.multi_flags = wish->is_return ? LINK_UPROBE_MULTI_RETURN : 0,
		.pid = wish->pid,
	};
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes));

	return fd < 0 ? -errno : (int)fd;
}

int link_perf(const struct kernel *kernel, const struct link_wish *wish, int *link_fd,
	      int *event_fd)
{
	struct perf_event_attr event = {
		.type = (uint32_t)kernel->uprobe_pmu_type,
		.size = sizeof(event),
		.config = wish->is_return ? 1ull << kernel->uprobe_return_bit : 0,
		.uprobe_path = (uintptr_t)wish->path,
		.probe_offset = wish->offsets[0],
	};
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .perf_event.bpf_cookie = wish->cookies ? wish->cookies[0] : 0);
	long fd = syscall(SYS_perf_event_open, &event, (pid_t)wish->pid, -1, -1,
			  PERF_FLAG_FD_CLOEXEC);
	int link;

	if (fd < 0)
		return -errno;
	link = bpf_link_create(wish->program_fd, (int)fd, BPF_PERF_EVENT, &options);
	if (link < 0) {
		close((int)fd);
		return link;
	}
	*link_fd = link;
	*event_fd = (int)fd;
	return 0;
}

int link_tracepoint(int program_fd)
{
	return bpf_raw_tracepoint_open(NULL, program_fd);
}

int link_iterate(int program_fd)
{
	auto_fd int link = bpf_link_create(program_fd, 0, BPF_TRACE_ITER, NULL);
	auto_fd int iterator = -1;
	char nothing[64];
	ssize_t got;

	if (link < 0)
		return link;
	iterator = bpf_iter_create(link);
	if (iterator < 0)
		return iterator;
	while ((got = read(iterator, nothing, sizeof(nothing))) > 0 || (got < 0 && errno == EAGAIN))
		;
	return got < 0 ? -errno : 0;
}

struct closer {
	const int *fds;
	size_t count;
	size_t next;
};

static void closer_close(struct closer *closer, bool is_told)
{
	size_t i;

	while ((i = __atomic_fetch_add(&closer->next, 1, __ATOMIC_RELAXED)) < closer->count) {
		if (is_told)
			progress_show("closing links", i, closer->count);
		close(closer->fds[i]);
	}
}

static void *closer_run(void *arg)
{
	closer_close(arg, false);
	return NULL;
}

void links_close(const int *fds, size_t count)
{
	struct closer closer = {.fds = fds, .count = count};
	pthread_t threads[CLOSERS_MAX];
	size_t started = 0;

	/* Without threads it is slower, not wrong. */
	while (started < CLOSERS_MAX && started + 1 < count &&
	       !pthread_create(&threads[started], NULL, closer_run, &closer))
		started++;
	closer_close(&closer, true);
	while (started)
		pthread_join(threads[--started], NULL);
	progress_done();
}
