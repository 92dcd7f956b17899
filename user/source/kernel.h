/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this kernel and our privileges allow: looked at once, obeyed by capture, printed by doctor.
 */
#ifndef SOURCE_KERNEL_H
#define SOURCE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum multi_support {
	MULTI_NONE,	     /* before 6.6 */
	MULTI_THREAD_FILTER, /* 6.6 to 6.9: the pid filter lets one thread through only; unusable */
	MULTI_OK,
};

struct kernel {
	char release[80];
	unsigned major, minor;
	bool has_btf;
	bool is_confidential; /* lockdown=confidentiality */
	bool in_initial_pid_namespace;
	uint64_t capabilities; /* effective, bit per capability */
	/* the following are filled by kernel_probe, which needs privilege */
	bool is_probed;
	bool has_ring;
	bool has_task_storage;
	bool has_bpf_loop;
	bool has_sleepable; /* probes may sleep: cold pages can be read */
	enum multi_support multi;
	int uprobe_pmu_type; /* -1 = none */
	unsigned uprobe_return_bit;
};

void kernel_look(struct kernel *kernel);
void kernel_probe(struct kernel *kernel);
/* 0, or -EPERM with the one sentence that says what is in the way. is_foreign: the target belongs to another user. */
int kernel_gate(const struct kernel *kernel, bool is_foreign);
/* The same sentence without saying it; NULL = the gate is open. */
const char *kernel_obstacle(const struct kernel *kernel, bool is_foreign, char *text,
			    size_t size_bytes);

#define KERNEL_CAPABILITIES 6
struct kernel_capability {
	const char *name;
	unsigned bit;
	const char *what_for;
};
extern const struct kernel_capability kernel_capabilities[KERNEL_CAPABILITIES];
bool kernel_has(const struct kernel *kernel, unsigned capability_bit);

#endif
