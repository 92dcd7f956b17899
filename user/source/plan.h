/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where to probe a process: decided before anything is patched, printable without attaching.
 * In: a pid and the engine set. Out: per mapped object, the sites of each probe, or the reason why there are none.
 * The rule that surprises: one engine probe found in two distinct inodes is two probes (copies in /tmp are everyday).
 */
#ifndef SOURCE_PLAN_H
#define SOURCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/engine.h"

enum site_kind {
	SITE_ENTER, /* the enter program */
	SITE_LEAVE, /* the leave program, as a plain uprobe */
	SITE_URET,  /* the leave program, as a uretprobe on the enter site's offset */
};

struct site {
	enum site_kind kind;
	uint64_t offset;  /* in the file */
	int16_t sp_delta; /* SP at the site + sp_delta = SP at the function's first instruction */
	bool is_emulated; /* by the kernel: about 1 us instead of 10..17 us */
	char instruction[40];
};

struct probe_plan {
	const struct engine *engine;
	const struct engine_probe *spec;
	const char *label;   /* engine label in this process */
	const char *symbol;  /* of a callback probe: the setter's */
	uint64_t address;    /* of the function in the object (ELF virtual address); of a callback probe: of its first site */
	struct site *sites;  /* ENTERs first */
	size_t sites_count;
	size_t sites_capacity;
	uint32_t leave_mode; /* TT_LEAVE_* */
	uint32_t traits;     /* TT_PROBE_* */
	uint32_t cost_ns;    /* expected, of one call; assumed figures until doctor measures */
	const char *reason;  /* of the leave mode, one sentence */
	uint16_t id;	     /* given by capture */
};

struct object_plan {
	const char *map_path; /* /proc/PID/map_files/START-END: what gets opened */
	const char *path;     /* as the target's maps show it */
	uint64_t device; /* as maps shows it, like the inode: fstat may say otherwise on btrfs and overlayfs */
	uint64_t inode;
	char build_id[41];    /* hex, empty = none */
	uint64_t load_bias;   /* runtime address = ELF virtual address + load_bias */
	struct probe_plan *probes;
	size_t probes_count;
	size_t probes_capacity;
};

struct refusal { /* a wanted probe that gets no site */
	const char *engine;
	const char *probe;
	const char *object;
	const char *reason;
	bool required;
};

struct plan {
	uint32_t pid;
	uint32_t live_tid; /* pid, or another thread's when the main thread has exited: /proc/PID shows nothing then */
	struct object_plan *objects;
	size_t objects_count;
	size_t objects_capacity;
	struct refusal *refusals;
	size_t refusals_count;
	size_t refusals_capacity;
	const char *uret_refused; /* why no uretprobe may be used in this process; NULL = gate open */
	bool has_fibers;
	const char **notes; /* what the operator should know before attaching: a debugger, a dead main thread */
	size_t notes_count;
	size_t notes_capacity;
	const char **looked_at; /* executable objects mapped, for "no engine found" */
	size_t looked_at_count;
	size_t looked_at_capacity;
	struct arena arena;
};

/*
 * 0 with a plan of at least one probe (plan->objects_count > 0) or with none (nothing recognised);
 * -ESRCH no such process, -EACCES not allowed (the missing capability is said), -EINVAL a kernel thread or zombie. Said.
 * `forced` names one engine whose files are used whatever the maps say of the others; NULL = recognise.
 */
int plan_make(struct plan *plan, uint32_t pid, const struct engine_set *engines, const char *forced);
void plan_fini(struct plan *plan);
/* Human text or one JSON object. Control bytes of names escaped. */
void plan_print(struct buf *out, const struct plan *plan, bool as_json, bool ascii);

/*
 * Where a runtime address of the process lies: the file (as map_files path, device, inode) and the offset in it.
 * -ENOENT when the address is anonymous, JIT code or unmapped. Used for learned return addresses.
 */
struct place {
	char map_path[80];
	uint64_t device;
	uint64_t inode;
	uint64_t offset;
};
int plan_place(uint32_t pid, uint64_t address, struct place *place);

#endif
