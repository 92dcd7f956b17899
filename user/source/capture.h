/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live source: the only user of libbpf. Attaches plans, reads the ring, feeds records and what the host knows.
 */
#ifndef SOURCE_CAPTURE_H
#define SOURCE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/engine.h"
#include "model/source.h"

enum attach_mode { ATTACH_AUTO, ATTACH_MULTI, ATTACH_PERF };

struct capture_options {
	const struct engine_set *engines;
	const char *forced_engine; /* NULL = recognise */
	const uint32_t *pids;	   /* to attach to */
	size_t pids_count;
	char *const *command; /* run: start this, NULL-terminated; NULL = none. pids_count is 0 then */
	enum attach_mode attach;
	uint64_t ring_bytes;   /* a power of two, multiple of the page size */
	uint64_t period_ns;    /* of the reader, 20 ms */
	uint64_t duration_ns;  /* 0 = no end */
};

/*
 * Attaches everything, then opens the gate. *source is to be freed by its ops. Errors are said and come back as
 * -EPERM (privilege or kernel: exit 3), -ESRCH (no such target: exit 4), -ENOENT (no engine found: exit 4), -EINVAL (usage: exit 2),
 * others (exit 1).
 */
int capture_open(struct source **source, const struct capture_options *options);

/* What `doctor` prints: kernel, BTF, uprobe_multi, capabilities by name. Returns the exit code. */
int capture_doctor(bool as_json);

#endif
