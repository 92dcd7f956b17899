/* SPDX-License-Identifier: Apache-2.0 */
/* What plan.c, plan_sites.c and plan_near.c share, and nobody else needs. */
#ifndef SOURCE_PLAN_PARTS_H
#define SOURCE_PLAN_PARTS_H

#include "source/insn.h"
#include "source/maps.h"
#include "source/plan.h"

struct opened { /* an object of the process that some engine claims */
	const struct mapping *mapping;
	struct image *image;
	struct decoder decoder;
	size_t object_index; /* in plan->objects + 1; 0 = has no probe yet */
};

/* In the plan's arena. */
const char *plan_text(struct plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Is this offset of the object mapped where the kernel can put a breakpoint? */
bool plan_is_mapped(const struct maps *maps, const struct mapping *of, uint64_t offset);

/*
 * The sites of one probe in one object. 0 with *probe filled, or -ENOENT with the reason for the refusal in *why:
 * IMAGE_MISSING in *found when the symbol is simply not in this object.
 */
int plan_sites(struct plan *plan, const struct maps *maps, struct opened *opened, const struct engine *engine,
	       const struct engine_probe *spec, struct probe_plan *probe, enum image_found *found, const char **why);

/* Up to three names of functions that look like this one: "a, b, c"; NULL = none. In the plan's arena. */
const char *plan_near(struct plan *plan, struct image *image, const char *name);

#endif
