/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this kernel and our privileges allow.
 *
 * In:  uname, /proc, /sys, and small programs loaded on trial.  Out: struct kernel, and the sentence that refuses.
 * The rule that surprises: a feature is what a real load or link says, never what a version number says; only the
 * floor itself is a version.
 */
#include "source/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/refuse.h"
#include "source/host.h"
#include "source/link.h"

#define FLOOR_MAJOR	      5
#define FLOOR_MINOR	      15
#define INITIAL_PID_NAMESPACE "pid:[4026531836]"

const struct kernel_capability kernel_capabilities[KERNEL_CAPABILITIES] = {
	{"CAP_BPF", CAP_BPF, "load BPF programs"},
	{"CAP_PERFMON", CAP_PERFMON, "attach BPF programs"},
	{"CAP_SYS_PTRACE", CAP_SYS_PTRACE, "see another user's process"},
	{"CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE, "open /proc/PID/map_files"},
	{"CAP_DAC_READ_SEARCH", CAP_DAC_READ_SEARCH, "read another user's files"},
	{"CAP_SYS_ADMIN", CAP_SYS_ADMIN, "perf uprobes (only without uprobe_multi)"},
};

bool kernel_has(const struct kernel *kernel, unsigned capability_bit)
{
	return kernel->capabilities >> capability_bit & 1;
}

void kernel_look(struct kernel *kernel)
{
	struct utsname name;
	char text[4096];
	const char *line;
	ssize_t length;

	*kernel = (struct kernel){.uprobe_pmu_type = -1};
	if (!uname(&name)) {
		snprintf(kernel->release, sizeof(kernel->release), "%s", name.release);
		sscanf(name.release, "%u.%u", &kernel->major, &kernel->minor);
	}
	kernel->has_btf = !access("/sys/kernel/btf/vmlinux", R_OK);
	if (host_read("/sys/kernel/security/lockdown", text, sizeof(text)) > 0)
		kernel->is_confidential = strstr(text, "[confidentiality]");
	if (host_read("/proc/self/status", text, sizeof(text)) > 0 &&
	    (line = strstr(text, "\nCapEff:")))
		kernel->capabilities = strtoull(line + 8, NULL, 16);
	length = readlink("/proc/self/ns/pid", text, sizeof(text) - 1);
	text[length > 0 ? length : 0] = '\0';
	kernel->in_initial_pid_namespace = length <= 0 || !strcmp(text, INITIAL_PID_NAMESPACE);
}

/* An empty program of the kind that our probes are. -1 = refused. */
static int trial_program(uint32_t flags, uint32_t attach_type)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = flags,
		    .expected_attach_type = (enum bpf_attach_type)attach_type);

	return bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ttsobs_trial", "GPL", code, 2, &options);
}

/*
 * A link on "/" fails as "not a regular file" where the link type is known. With the impossible pid -1 it fails
 * even earlier on kernels whose pid filter means processes (6.10), and only on those.
 */
static enum multi_support multi_look(void)
{
	auto_fd int program = trial_program(0, LINK_UPROBE_MULTI);
	uint64_t offset = 0;
	struct link_wish wish = {
		.program_fd = program, .path = "/", .offsets = &offset, .count = 1};
	int fd;

	if (program < 0)
		return MULTI_NONE;
	fd = link_multi(&wish);
	if (fd >= 0)
		close(fd);
	if (fd != -EBADF)
		return MULTI_NONE;
	wish.pid = UINT32_MAX;
	fd = link_multi(&wish);
	if (fd >= 0)
		close(fd);
	return fd == -EINVAL ? MULTI_OK : MULTI_THREAD_FILTER;
}

static bool sleepable_look(const struct kernel *kernel)
{
	auto_fd int program =
		trial_program(BPF_F_SLEEPABLE, kernel->multi == MULTI_OK ? LINK_UPROBE_MULTI : 0);

	/* Kernels that load it but cannot attach it do not exist: both came with 6.0. */
	return program >= 0;
}

static void uprobe_pmu_look(struct kernel *kernel)
{
	char text[64];

	if (host_read("/sys/bus/event_source/devices/uprobe/type", text, sizeof(text)) > 0)
		kernel->uprobe_pmu_type = atoi(text);
	if (host_read("/sys/bus/event_source/devices/uprobe/format/retprobe", text, sizeof(text)) >
	    0)
		sscanf(text, "config:%u", &kernel->uprobe_return_bit);
}

void kernel_probe(struct kernel *kernel)
{
	kernel->is_probed = true;
	kernel->has_ring = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) > 0;
	kernel->has_task_storage = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_TASK_STORAGE, NULL) > 0;
	kernel->has_bpf_loop =
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, NULL) > 0;
	kernel->multi = multi_look();
	kernel->has_sleepable = sleepable_look(kernel);
	uprobe_pmu_look(kernel);
}

/* CAP_SYS_ADMIN stands for the three younger ones. */
static void missing_add(const struct kernel *kernel, unsigned bit, bool admin_does, char *text,
			size_t size_bytes)
{
	size_t length = strlen(text);

	if (kernel_has(kernel, bit) || (admin_does && kernel_has(kernel, CAP_SYS_ADMIN)))
		return;
	for (size_t i = 0; i < KERNEL_CAPABILITIES; i++)
		if (kernel_capabilities[i].bit == bit)
			snprintf(text + length, size_bytes - length, "%s%s (%s)",
				 length ? ", " : "", kernel_capabilities[i].name,
				 kernel_capabilities[i].what_for);
}

const char *kernel_obstacle(const struct kernel *kernel, bool is_foreign, char *text,
			    size_t size_bytes)
{
	char missing[400] = "";

	if (kernel->major < FLOOR_MAJOR ||
	    (kernel->major == FLOOR_MAJOR && kernel->minor < FLOOR_MINOR)) {
		snprintf(text, size_bytes, "kernel %s is too old: %d.%d with BTF is the floor",
			 kernel->release, FLOOR_MAJOR, FLOOR_MINOR);
		return text;
	}
	if (!kernel->has_btf)
		return "this kernel has no BTF (/sys/kernel/btf/vmlinux): it was built without "
		       "CONFIG_DEBUG_INFO_BTF";
	if (kernel->is_confidential)
		return "kernel lockdown (confidentiality) forbids BPF memory reads";
	if (!kernel->in_initial_pid_namespace)
		return "we are in a pid namespace of our own: start in the host's (docker run "
		       "--pid=host)";
	missing_add(kernel, CAP_BPF, true, missing, sizeof(missing));
	missing_add(kernel, CAP_PERFMON, true, missing, sizeof(missing));
	missing_add(kernel, CAP_CHECKPOINT_RESTORE, true, missing, sizeof(missing));
	if (is_foreign) {
		missing_add(kernel, CAP_SYS_PTRACE, false, missing, sizeof(missing));
		missing_add(kernel, CAP_DAC_READ_SEARCH, false, missing, sizeof(missing));
	}
	if (!missing[0])
		return NULL;
	snprintf(text, size_bytes, "%sprivilege is missing: %s", geteuid() ? "not root, and " : "",
		 missing);
	return text;
}

int kernel_gate(const struct kernel *kernel, bool is_foreign)
{
	char text[512];
	const char *obstacle = kernel_obstacle(kernel, is_foreign, text, sizeof(text));

	return obstacle ? refuse(-EPERM, "%s", obstacle) : 0;
}
