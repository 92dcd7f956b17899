/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `doctor` prints: may we trace here, and with what.
 *
 * In:  struct kernel, the kernel half loaded on trial.  Out: text or one JSON object on stdout, an exit code.
 * The rule that surprises: nothing is attached to anything. A missing feature is named with what is lost by it; only
 * what stops us altogether is a failure.
 */
#include <json-c/json.h>
#include <linux/capability.h>
#include <stdio.h>

#include "base/refuse.h"
#include "source/bpf_load.h"
#include "source/capture.h"
#include "source/kernel.h"

#define VERIFIED_LIMIT	 5000
#define TRIAL_RING_BYTES (64u << 10)
#define PROGRAMS_MAX	 16

struct doctor_program {
	const char *name;
	uint32_t verified_instructions;
};

struct doctor {
	struct kernel kernel;
	char obstacle_text[512];
	const char *obstacle; /* NULL = we can trace */
	struct doctor_program programs[PROGRAMS_MAX];
	size_t programs_count;
};

struct doctor_feature {
	const char *name;
	const char *key;
	bool is_there;
	const char *without; /* what is lost */
};

static void program_note(void *arg, const char *name, uint32_t verified_instructions)
{
	struct doctor *doctor = arg;

	if (doctor->programs_count < PROGRAMS_MAX)
		doctor->programs[doctor->programs_count++] = (struct doctor_program){
			.name = name, .verified_instructions = verified_instructions};
}

static const char *attach_mode(const struct kernel *kernel)
{
	if (kernel->multi == MULTI_OK)
		return "uprobe_multi";
	return kernel->uprobe_pmu_type >= 0 && kernel_has(kernel, CAP_SYS_ADMIN) ? "perf" : "none";
}

#define FEATURES 7
static void features_fill(const struct kernel *kernel, struct doctor_feature features[FEATURES])
{
	const struct doctor_feature all[FEATURES] = {
		{"BTF", "btf", kernel->has_btf, "nothing works"},
		{"ring buffer", "ring_buffer", kernel->has_ring, "nothing works"},
		{"task storage", "task_storage", kernel->has_task_storage, "nothing works"},
		{"bpf_loop", "bpf_loop", kernel->has_bpf_loop,
		 "texts are measured up to 4 KiB instead of 16 KiB"},
		{"sleepable uprobes", "sleepable_uprobes", kernel->has_sleepable,
		 "texts in pages that are not in memory are unreadable"},
		{"uprobe_multi", "uprobe_multi", kernel->multi == MULTI_OK,
		 kernel->multi == MULTI_NONE
			 ? "perf uprobes: at most 16 places, slow to detach"
			 : "its pid filter is broken before 6.10; perf uprobes instead"},
		{"perf uprobes", "perf_uprobes", kernel->uprobe_pmu_type >= 0,
		 "no fallback without uprobe_multi"},
	};

	for (size_t i = 0; i < FEATURES; i++)
		features[i] = all[i];
}

static void text_print(const struct doctor *doctor)
{
	struct doctor_feature features[FEATURES];

	printf("kernel %s: %s\n", doctor->kernel.release,
	       doctor->obstacle ? doctor->obstacle : "can be traced");
	printf("  %-24s%s\n", "lockdown",
	       doctor->kernel.is_confidential ? "confidentiality" : "does not hinder");
	features_fill(&doctor->kernel, features);
	for (size_t i = 0; i < FEATURES; i++) {
		if (!doctor->kernel.is_probed && i > 0)
			printf("  %-24sunknown without privilege\n", features[i].name);
		else if (features[i].is_there)
			printf("  %-24syes\n", features[i].name);
		else
			printf("  %-24sno: %s\n", features[i].name, features[i].without);
	}
	if (doctor->kernel.is_probed)
		printf("  %-24s%s\n", "attach mode", attach_mode(&doctor->kernel));
	printf("capabilities\n");
	for (size_t i = 0; i < KERNEL_CAPABILITIES; i++)
		printf("  %-24s%-9s%s\n", kernel_capabilities[i].name,
		       kernel_has(&doctor->kernel, kernel_capabilities[i].bit) ? "present"
									       : "missing",
		       kernel_capabilities[i].what_for);
	if (doctor->programs_count)
		printf("programs (verified instructions, at most %d)\n", VERIFIED_LIMIT);
	for (size_t i = 0; i < doctor->programs_count; i++)
		printf("  %-24s%u\n", doctor->programs[i].name,
		       doctor->programs[i].verified_instructions);
}

static void json_print(const struct doctor *doctor)
{
	struct json_object *root = json_object_new_object(), *list;
	struct doctor_feature features[FEATURES];

	json_object_object_add(root, "kernel", json_object_new_string(doctor->kernel.release));
	json_object_object_add(root, "can_trace", json_object_new_boolean(!doctor->obstacle));
	json_object_object_add(root, "obstacle",
			       doctor->obstacle ? json_object_new_string(doctor->obstacle) : NULL);
	json_object_object_add(root, "lockdown_confidentiality",
			       json_object_new_boolean(doctor->kernel.is_confidential));
	features_fill(&doctor->kernel, features);
	for (size_t i = 0; i < FEATURES; i++) /* null = unknown without privilege */
		json_object_object_add(root, features[i].key,
				       i > 0 && !doctor->kernel.is_probed
					       ? NULL
					       : json_object_new_boolean(features[i].is_there));
	json_object_object_add(root, "attach_mode",
			       doctor->kernel.is_probed
				       ? json_object_new_string(attach_mode(&doctor->kernel))
				       : NULL);
	list = json_object_new_object();
	for (size_t i = 0; i < KERNEL_CAPABILITIES; i++)
		json_object_object_add(list, kernel_capabilities[i].name,
				       json_object_new_boolean(kernel_has(
					       &doctor->kernel, kernel_capabilities[i].bit)));
	json_object_object_add(root, "capabilities", list);
	list = json_object_new_object();
	for (size_t i = 0; i < doctor->programs_count; i++)
		json_object_object_add(
			list, doctor->programs[i].name,
			json_object_new_int64(doctor->programs[i].verified_instructions));
	json_object_object_add(root, "verified_instructions", list);
	printf("%s\n", json_object_to_json_string_ext(
			       root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

/* Loads what a run would load, for the verifier's opinion, in the form that this kernel gets. */
static struct bpf_half trial_load(struct doctor *doctor)
{
	struct bpf_half half = {0};
	const struct bpf_half_options options = {.is_multi = doctor->kernel.multi == MULTI_OK,
						 .has_watch = true,
						 .ring_bytes = TRIAL_RING_BYTES};

	if (bpf_half_load(&half, &doctor->kernel, &options))
		doctor->obstacle = "the kernel refuses our BPF programs";
	else
		bpf_half_programs(&half, program_note, doctor);
	return half;
}

int capture_doctor(bool as_json)
{
	struct doctor doctor = {0};
	struct bpf_half half = {0};

	kernel_look(&doctor.kernel);
	doctor.obstacle = kernel_obstacle(&doctor.kernel, true, doctor.obstacle_text,
					  sizeof(doctor.obstacle_text));
	if (!doctor.obstacle) {
		kernel_probe(&doctor.kernel);
		half = trial_load(&doctor);
	}
	if (as_json)
		json_print(&doctor);
	else
		text_print(&doctor);
	if (half.skeleton)
		bpf_half_unload(&half);
	return doctor.obstacle ? EXIT_CODE_PRIVILEGE : EXIT_CODE_OK;
}
