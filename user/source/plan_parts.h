/* SPDX-License-Identifier: Apache-2.0 */
/* What plan.c, plan_match.c, plan_sites.c and plan_near.c share, and nobody else needs. */
#ifndef SOURCE_PLAN_PARTS_H
#define SOURCE_PLAN_PARTS_H

#include <regex.h>

#include "source/insn.h"
#include "source/maps.h"
#include "source/plan.h"
#include "source/target.h"

struct opened { /* an object of the process that some engine claims */
	const struct mapping *mapping;
	struct image *image;
	struct decoder decoder;
	size_t object_index; /* in plan->objects + 1; 0 = has no probe yet */
};

struct planner { /* one run of plan_make */
	struct plan *plan;
	struct target target;
	struct maps maps;
	struct opened *opened;
	size_t opened_count;
	size_t opened_capacity;
	size_t looked_count; /* probes that were looked for, of wanted_count */
	size_t wanted_count;
};

#define PATTERNS_MAX ENGINE_MAX_OBJECTS
struct patterns {
	regex_t regexes[PATTERNS_MAX];
	unsigned count;
};
/* NULL, or a text that is no regular expression; the others are used all the same. */
const char *patterns_init(struct patterns *patterns, const char *const *texts, unsigned count);
bool patterns_match(const struct patterns *patterns, const char *path);
void patterns_fini(struct patterns *patterns);
/* The first label whose every pattern matches some mapped path; else the engine's own. */
const char *plan_label(const struct planner *planner, const struct engine *engine);

/* In the plan's arena. */
const char *plan_text(struct plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Is this offset of the object mapped where the kernel can put a breakpoint? */
bool plan_is_mapped(const struct maps *maps, const struct mapping *of, uint64_t offset);

/*
 * The sites of one probe in one object. 0 with *count of probes[] filled (two: callbacks by call
 * and by jump end in different ways), or -ENOENT with the reason for the refusal in *why; *found is
 * IMAGE_MISSING or IMAGE_UNDEFINED when the symbol is simply not in this object.
 */
#define PLAN_PROBES 2
int plan_sites(struct plan *plan, const struct maps *maps, struct opened *opened,
	       const struct probe_plan *wanted, struct probe_plan probes[PLAN_PROBES],
	       size_t *count, enum image_found *found, const char **why);

/*
 * Up to three names of functions that look like this one: "a, b, c"; NULL = none. In the plan's
 * arena.
 */
const char *plan_near(struct plan *plan, struct image *image, const char *name);

#endif
