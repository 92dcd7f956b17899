/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May a uretprobe be used in this process? It replaces return addresses on the target's stack: an
 * exception or a stack switch that crosses one kills the target, and detaching does not undo it.
 * In: the process's mappings, its status, the kernel's version. Out: open, or the first reason that
 * closes the gate. The rule that surprises: what cannot be looked at closes the gate.
 */
#ifndef SOURCE_GATE_H
#define SOURCE_GATE_H

#include <stdbool.h>

#include "base/mem.h"
#include "source/image.h"
#include "source/maps.h"
#include "source/target.h"

struct gate {
	const char *refused; /* one sentence naming the object; NULL = open */
	bool has_fibers;     /* stacks are switched: SP says nothing about nesting */
};

/* Sentences live in the arena. */
void gate_check(struct gate *gate, struct arena *arena, const struct target *target,
		const struct maps *maps);

/* The parts, apart for their tests. */
enum gate_runtime {
	RUNTIME_NONE,
	RUNTIME_CPP,
	RUNTIME_RUST,
	RUNTIME_GO,
	RUNTIME_FIBERS,
	RUNTIME_UNKNOWN
};
enum gate_runtime gate_by_path(const char *path);
/* is_app: of the program itself, not of the system: those are searched more thoroughly. */
enum gate_runtime gate_by_image(struct image *image, bool is_app);
bool gate_path_is_system(const char *path);
/*
 * Kernels that kill a seccomp-filtered process at a uretprobe: 6.11.0 to 6.12.13, 6.13.0 to 6.13.2.
 * `release` and `version` as uname gives them (a distribution's release is an ABI name),
 * `signature` of /proc/version_signature or "".
 */
bool gate_kernel_kills_seccomp(const char *release, const char *version, const char *signature);

#endif
