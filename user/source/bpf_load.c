/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading the kernel half: which programs, in which form.
 *
 * In:  the skeleton and what the kernel can do.  Out: struct bpf_half.
 * The rule that surprises: a feature that this kernel lacks is a constant to the verifier, so code that needs it is
 * never looked at; programs that nobody asked for are not loaded at all.
 */
#include "source/bpf_load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "source/link.h"
#include "ttsobs.skel.h"

#define VERIFIER_LOG_BYTES 65536

/* RLIMIT_MEMLOCK needs no care: above our floor maps are charged to the memory cgroup, and libbpf knows. */
__attribute__((format(printf, 2, 0))) static int print_debug(enum libbpf_print_level level,
							     const char *format, va_list arguments)
{
	char text[1024];

	(void)level;
	vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\n")] = '\0';
	debug("%s", text);
	return 0;
}

static int knobs_set(struct ttsobs_bpf *skeleton, const struct kernel *kernel,
		     const struct bpf_half_options *options)
{
	uint64_t key[2];

	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return refuse(-EIO, "no random numbers: %s", strerror(errno));
	skeleton->rodata->fingerprint_key[0] = key[0];
	skeleton->rodata->fingerprint_key[1] = key[1];
	skeleton->rodata->can_sleep = kernel->has_sleepable;
	skeleton->rodata->has_bpf_loop = kernel->has_bpf_loop;
	skeleton->rodata->wake_above_bytes = options->ring_bytes / 4;
	return bpf_map__set_max_entries(skeleton->maps.ring, (uint32_t)options->ring_bytes);
}

static void probe_program_choose(struct bpf_program *program, const struct kernel *kernel,
				 bool is_multi)
{
	bpf_program__set_autoload(program, true);
	if (is_multi)
		bpf_program__set_expected_attach_type(program,
						      (enum bpf_attach_type)LINK_UPROBE_MULTI);
	if (kernel->has_sleepable)
		bpf_program__set_flags(program, BPF_F_SLEEPABLE);
}

static void programs_choose(struct ttsobs_bpf *skeleton, const struct kernel *kernel,
			    const struct bpf_half_options *options)
{
	probe_program_choose(skeleton->progs.enter, kernel, options->is_multi);
	probe_program_choose(skeleton->progs.leave, kernel, options->is_multi);
	bpf_program__set_autoload(skeleton->progs.adopt, true);
	bpf_program__set_autoload(skeleton->progs.sched_switch, true);
	bpf_program__set_autoload(skeleton->progs.sched_waking, true);
	bpf_program__set_autoload(skeleton->progs.task_newtask, true);
	bpf_program__set_autoload(skeleton->progs.sched_process_exit, true);
	bpf_program__set_autoload(skeleton->progs.sched_process_exec, true);
	bpf_program__set_autoload(skeleton->progs.watch_code, options->has_watch);
}

/* The verifier's own reason is the last line before its statistics. */
static const char *verifier_reason(char *log)
{
	char *statistics = strstr(log, "\nprocessed ");
	char *line;

	if (statistics)
		*statistics = '\0';
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

static int programs_load(struct ttsobs_bpf *skeleton)
{
	auto_free char *log = mem_new(VERIFIER_LOG_BYTES);
	struct bpf_program *program;
	int error;

	/* Written only when a load fails, by the program that fails. */
	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_log_buf(program, log, VERIFIER_LOG_BYTES);
	error = ttsobs_bpf__load(skeleton);
	if (!error)
		return 0;
	if (error == -ENOMEM)
		return refuse(error, "the kernel has no memory for our maps (a memory cgroup "
				     "limit?): try a smaller ring");
	if (error == -EPERM)
		return refuse(error, "the kernel refuses BPF: %s", strerror(-error));
	return refuse(error, "the kernel refuses our BPF programs: %s: %s", strerror(-error),
		      verifier_reason(log));
}

static void half_fill(struct bpf_half *half, struct ttsobs_bpf *skeleton)
{
	half->skeleton = skeleton;
	half->enter_fd = bpf_program__fd(skeleton->progs.enter);
	half->leave_fd = bpf_program__fd(skeleton->progs.leave);
	half->adopt_fd = bpf_program__fd(skeleton->progs.adopt);
	half->tracepoint_fd[0] = bpf_program__fd(skeleton->progs.sched_switch);
	half->tracepoint_fd[1] = bpf_program__fd(skeleton->progs.sched_waking);
	half->tracepoint_fd[2] = bpf_program__fd(skeleton->progs.task_newtask);
	half->tracepoint_fd[3] = bpf_program__fd(skeleton->progs.sched_process_exit);
	half->tracepoint_fd[4] = bpf_program__fd(skeleton->progs.sched_process_exec);
	half->watch_fd = bpf_program__fd(skeleton->progs.watch_code);
	half->ring_fd = bpf_map__fd(skeleton->maps.ring);
	half->targets_fd = bpf_map__fd(skeleton->maps.targets);
	half->probes_fd = bpf_map__fd(skeleton->maps.probes);
	half->counts_fd = bpf_map__fd(skeleton->maps.counts);
	half->gates = skeleton->bss->gates;
	half->watched_pid = &skeleton->bss->watched_pid;
	half->stops_count = (const volatile uint64_t *)&skeleton->bss->stops_count;
	half->losses_count = (const volatile uint64_t *)&skeleton->bss->losses_count;
	half->ring_full_other_count =
		(const volatile uint64_t *)&skeleton->bss->ring_full_other_count;
	half->no_storage_threads_count =
		(const volatile uint64_t *)&skeleton->bss->no_storage_threads_count;
}

int bpf_half_load(struct bpf_half *half, const struct kernel *kernel,
		  const struct bpf_half_options *options)
{
	struct ttsobs_bpf *skeleton;
	int error;

	*half = (struct bpf_half){.is_multi = options->is_multi};
	libbpf_set_print(print_debug);
	skeleton = ttsobs_bpf__open();
	if (!skeleton)
		return refuse(-errno, "the built-in BPF object cannot be opened: %s",
			      strerror(errno));
	error = knobs_set(skeleton, kernel, options);
	if (!error) {
		programs_choose(skeleton, kernel, options);
		error = programs_load(skeleton);
	}
	if (error) {
		ttsobs_bpf__destroy(skeleton);
		return error;
	}
	half_fill(half, skeleton);
	return 0;
}

void bpf_half_unload(struct bpf_half *half)
{
	ttsobs_bpf__destroy(half->skeleton);
	*half = (struct bpf_half){0};
}

void bpf_half_programs(const struct bpf_half *half,
		       void (*visit)(void *arg, const char *name, uint32_t verified_instructions),
		       void *arg)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, half->skeleton->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t length = sizeof(info);

		if (bpf_program__fd(program) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length))
			visit(arg, bpf_program__name(program), info.verified_insns);
	}
}

uint64_t bpf_half_missed(const struct bpf_half *half)
{
	const int fds[] = {half->enter_fd, half->leave_fd};
	uint64_t missed = 0;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		struct bpf_prog_info info = {0};
		uint32_t length = sizeof(info);

		if (!bpf_obj_get_info_by_fd(fds[i], &info, &length))
			missed += info.recursion_misses;
	}
	return missed;
}
