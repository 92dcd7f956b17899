// SPDX-License-Identifier: Apache-2.0
/*
 * In: a pid and the engine set. Out: struct plan: which objects belong to which engine, and the
 * sites of each probe. The rule that surprises: an object is opened by the mapping that the process
 * runs, never by path, and a file mapped twice is one object; the same library under two inodes is
 * two.
 */
#include "source/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "source/gate.h"
#include "source/plan_parts.h"

const char *plan_text(struct plan *plan, const char *format, ...)
{
	auto_free char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text = NULL;
		return "";
	}
	return arena_string(&plan->arena, text, (size_t)length);
}

static void plan_refuse(struct plan *plan, const struct engine *engine,
			const struct engine_probe *spec, const char *object, const char *reason)
{
	mem_grow(&plan->refusals, &plan->refusals_capacity, plan->refusals_count + 1,
		 sizeof(*plan->refusals));
	plan->refusals[plan->refusals_count++] = (struct refusal){
		.engine = engine->name,
		.probe = spec ? spec->name : "",
		.object = plan_text(plan, "%s", object),
		.reason = reason,
		.required = spec && spec->required,
	};
}

static void plan_note(struct plan *plan, const char *text)
{
	mem_grow(&plan->notes, &plan->notes_capacity, plan->notes_count + 1, sizeof(*plan->notes));
	plan->notes[plan->notes_count++] = text;
}

/* --- opening --- */

static bool is_same_object(const struct mapping *a, const struct mapping *b)
{
	return a->inode == b->inode && a->device == b->device;
}

bool plan_is_mapped(const struct maps *maps, const struct mapping *of, uint64_t offset)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct mapping *mapping = &maps->mappings[i];

		if (mapping->is_probeable && is_same_object(mapping, of) &&
		    offset >= mapping->offset &&
		    offset - mapping->offset < mapping->end - mapping->start)
			return true;
	}
	return false;
}

static int mapping_open(const struct planner *planner, const struct mapping *mapping,
			struct image **image, const char **why)
{
	char path[80];
	int fd;

	maps_file_path(path, sizeof(path), planner->maps.tid, mapping);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int error = -errno;

		*why = plan_text(planner->plan, "%s: %s", path, strerror(-error));
		return error == -EPERM ? -EACCES : error;
	}
	if (!maps_still_there(planner->maps.tid, mapping)) {
		close(fd);
		*why = "it was unmapped or replaced while being looked at";
		return -ENOENT;
	}
	return image_open(image, fd, why);
}

/*
 * The object of this mapping, opened when first met. NULL: the reason is in *why, the error in
 * *error.
 */
static struct opened *object_open(struct planner *planner, const struct mapping *mapping,
				  const char **why, int *error)
{
	struct opened *opened;
	struct image *image;

	for (size_t i = 0; i < planner->opened_count; i++)
		if (is_same_object(planner->opened[i].mapping, mapping))
			return &planner->opened[i];
	*error = mapping_open(planner, mapping, &image, why);
	if (*error)
		return NULL;
	mem_grow(&planner->opened, &planner->opened_capacity, planner->opened_count + 1,
		 sizeof(*planner->opened));
	opened = &planner->opened[planner->opened_count];
	*opened = (struct opened){.mapping = mapping, .image = image};
	*why = "the disassembler could not be started";
	*error = decoder_init(&opened->decoder, image);
	if (*error) {
		image_free(image);
		return NULL;
	}
	planner->opened_count++;
	return opened;
}

static struct object_plan *object_plan_of(struct planner *planner, struct opened *opened)
{
	struct plan *plan = planner->plan;
	struct object_plan *object;
	uint64_t address;
	char path[80];

	if (opened->object_index)
		return &plan->objects[opened->object_index - 1];
	mem_grow(&plan->objects, &plan->objects_capacity, plan->objects_count + 1,
		 sizeof(*plan->objects));
	object = &plan->objects[plan->objects_count++];
	opened->object_index = plan->objects_count;
	maps_file_path(path, sizeof(path), planner->maps.tid, opened->mapping);
	object->map_path = plan_text(plan, "%s", path);
	object->path = plan_text(plan, "%s", opened->mapping->path);
	object->device = opened->mapping->device;
	object->inode = opened->mapping->inode;
	image_build_id(opened->image, object->build_id);
	if (image_address(opened->image, opened->mapping->offset, &address))
		object->load_bias = opened->mapping->start - address;
	return object;
}

/* --- one engine --- */

struct claim { /* the objects that an engine claims; indexes in planner->opened */
	size_t *opened;
	size_t count;
	size_t capacity;
};

static int claim_add(struct planner *planner, struct claim *claim, const struct engine *engine,
		     const struct mapping *mapping)
{
	struct opened *opened;
	const char *why;
	int error = 0;

	opened = object_open(planner, mapping, &why, &error);
	if (!opened) {
		plan_refuse(planner->plan, engine, NULL, mapping->path, why);
		return error;
	}
	mem_grow(&claim->opened, &claim->capacity, claim->count + 1, sizeof(*claim->opened));
	claim->opened[claim->count++] = (size_t)(opened - planner->opened);
	return 0;
}

static int claim_by_path(struct planner *planner, struct claim *claim, const struct engine *engine)
{
	struct patterns patterns;
	const char *bad = patterns_init(&patterns, engine->objects, engine->objects_count);
	int error = 0;

	if (bad)
		plan_refuse(
			planner->plan, engine, NULL, "",
			plan_text(planner->plan, "objects: \"%s\" is no regular expression", bad));
	for (size_t i = 0; i < planner->maps.count && error != -EACCES; i++) {
		const struct mapping *mapping = &planner->maps.mappings[i];

		if (mapping->is_object && patterns_match(&patterns, mapping->path))
			error = claim_add(planner, claim, engine, mapping);
	}
	patterns_fini(&patterns);
	return error == -EACCES ? error : 0;
}

static bool defines_probe(struct image *image, const struct engine_probe *spec)
{
	struct image_function function;

	if (spec->callback_setter)
		return image_find(image, spec->callback_setter, &function) == IMAGE_FOUND;
	for (unsigned s = 0; s < ENGINE_MAX_SYMBOLS && spec->symbols[s]; s++)
		if (image_find(image, spec->symbols[s], &function) == IMAGE_FOUND)
			return true;
	return false;
}

/* A required probe, or any when none is required: one common name makes no engine. */
static bool defines_engine(struct image *image, const struct engine *engine)
{
	bool has_required = false;

	for (unsigned i = 0; i < engine->probes_count; i++)
		has_required |= engine->probes[i].required;
	for (unsigned i = 0; i < engine->probes_count; i++)
		if ((engine->probes[i].required || !has_required) &&
		    defines_probe(image, &engine->probes[i]))
			return true;
	return false;
}

/* A forced engine whose objects have other names here: linked into the program, or a renamed copy.
 */
static int claim_by_symbols(struct planner *planner, struct claim *claim,
			    const struct engine *engine)
{
	for (size_t i = 0; i < planner->maps.count; i++) {
		const struct mapping *mapping = &planner->maps.mappings[i];
		struct image *image;
		const char *why;
		bool defines;
		int error;

		if (!mapping->is_object)
			continue;
		progress_show("looking for the engine in mapped files", i, planner->maps.count);
		error = mapping_open(planner, mapping, &image, &why);
		if (error == -EACCES)
			return error;
		if (error)
			continue;
		defines = defines_engine(image, engine);
		image_free(image);
		if (defines)
			claim_add(planner, claim, engine, mapping);
	}
	return 0;
}

static void add_probe(struct planner *planner, struct opened *opened,
		      const struct probe_plan *probe)
{
	struct object_plan *object = object_plan_of(planner, opened);

	mem_grow(&object->probes, &object->probes_capacity, object->probes_count + 1,
		 sizeof(*object->probes));
	object->probes[object->probes_count++] = *probe;
}

/* One probe in every object that has it; refused once, with the best reason, when none has. */
static void plan_engine_probe(struct planner *planner, const struct claim *claim,
			      const struct engine *engine, const struct engine_probe *spec,
			      const char *label)
{
	struct plan *plan = planner->plan;
	const char *wanted = spec->callback_setter ? spec->callback_setter : spec->symbols[0];
	const char *why = NULL, *object = "", *near = NULL;
	bool is_planned = false;

	for (size_t i = 0; i < claim->count; i++) {
		struct opened *opened = &planner->opened[claim->opened[i]];
		const struct probe_plan asked = {.engine = engine, .spec = spec, .label = label};
		struct probe_plan probes[PLAN_PROBES];
		enum image_found found = IMAGE_FOUND;
		const char *reason = NULL;
		size_t count;

		if (!plan_sites(plan, &planner->maps, opened, &asked, probes, &count, &found,
				&reason)) {
			for (size_t p = 0; p < count; p++)
				add_probe(planner, opened, &probes[p]);
			is_planned = true;
		} else if (found != IMAGE_MISSING && found != IMAGE_UNDEFINED) {
			plan_refuse(plan, engine, spec, opened->mapping->path, reason);
			is_planned = true; /* it was found, and its refusal is told */
		} else if (!why || found == IMAGE_UNDEFINED) {
			why = reason;
			object = opened->mapping->path;
		}
		if (found == IMAGE_MISSING && !near && wanted)
			near = plan_near(plan, opened->image, wanted);
	}
	if (is_planned || !why)
		return;
	if (near)
		why = plan_text(plan, "%s; similar: %s", why, near);
	plan_refuse(plan, engine, spec, object, why);
}

static int plan_engine(struct planner *planner, const struct engine *engine, bool is_forced)
{
	struct claim claim = {0};
	const char *label;
	int error = claim_by_path(planner, &claim, engine);

	if (!error && !claim.count && is_forced)
		error = claim_by_symbols(planner, &claim, engine);
	if (!error && claim.count) {
		label = plan_label(planner, engine);
		for (unsigned i = 0; i < engine->probes_count; i++) {
			progress_show("looking for probes", planner->looked_count + i, planner->wanted_count);
			plan_engine_probe(planner, &claim, engine, &engine->probes[i], label);
		}
	}
	planner->looked_count += engine->probes_count;
	free(claim.opened);
	return error;
}

/* --- the whole --- */

static int read_maps(struct planner *planner)
{
	uint32_t pid = planner->target.pid;
	int error = maps_read_process(&planner->maps, pid);

	if (error == -EACCES || error == -EPERM)
		return refuse(
			-EACCES,
			"process %" PRIu32
			": its memory map may not be read; that takes CAP_SYS_PTRACE (or root)",
			pid);
	if (error && error != -ESRCH && error != -ENOENT)
		return refuse(error, "process %" PRIu32 ": /proc/%" PRIu32 "/maps: %s", pid, pid,
			      strerror(-error));
	if (!planner->maps.count && planner->target.is_zombie)
		return refuse(-EINVAL,
			      "process %" PRIu32
			      " has ended already and waits for its parent (zombie)",
			      pid);
	if (!planner->maps.count)
		return refuse(-ESRCH, "process %" PRIu32 " is ending, or has no program yet", pid);
	planner->plan->live_tid = planner->maps.tid;
	return 0;
}

static void list_looked_at(struct planner *planner)
{
	struct plan *plan = planner->plan;

	for (size_t i = 0; i < planner->maps.count; i++) {
		const struct mapping *mapping = &planner->maps.mappings[i];

		if (!mapping->is_object)
			continue;
		mem_grow(&plan->looked_at, &plan->looked_at_capacity, plan->looked_at_count + 1,
			 sizeof(*plan->looked_at));
		plan->looked_at[plan->looked_at_count++] = plan_text(plan, "%s", mapping->path);
	}
}

static void write_notes(struct planner *planner)
{
	struct plan *plan = planner->plan;
	const struct target *target = &planner->target;

	if (target->tracer_pid)
		plan_note(plan,
			  plan_text(plan,
				    "process %" PRIu32 " is being debugged by process %" PRIu32
				    ": breakpoints of both on one place can kill it",
				    plan->pid, target->tracer_pid));
	if (plan->live_tid != plan->pid)
		plan_note(plan,
			  plan_text(plan,
				    "process %" PRIu32
				    ": its main thread has ended; seen through thread %" PRIu32,
				    plan->pid, plan->live_tid));
	if (planner->maps.let_go_count)
		plan_note(plan,
			  plan_text(plan,
				    "process %" PRIu32
				    ": %zu mappings are beyond our limit and were not looked at",
				    plan->pid, planner->maps.let_go_count));
}

static int plan_engines(struct planner *planner, const struct engine_set *engines,
			const char *forced)
{
	bool is_known = false;
	struct gate gate;
	int error = 0;

	gate_check(&gate, &planner->plan->arena, &planner->target, &planner->maps);
	planner->plan->uret_refused = gate.refused;
	planner->plan->has_fibers = gate.has_fibers;
	for (size_t i = 0; i < engines->engines_count; i++)
		if (!forced || !strcmp(engines->engines[i].name, forced))
			planner->wanted_count += engines->engines[i].probes_count;
	for (size_t i = 0; i < engines->engines_count && !error; i++) {
		const struct engine *engine = &engines->engines[i];

		if (forced && strcmp(engine->name, forced))
			continue;
		is_known = true;
		error = plan_engine(planner, engine, forced != NULL);
	}
	if (error)
		return refuse(error,
			      "process %" PRIu32
			      ": its mapped files may not be opened (/proc/%" PRIu32
			      "/map_files); that takes CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN, "
			      "and CAP_SYS_PTRACE",
			      planner->plan->pid, planner->plan->pid);
	if (forced && !is_known)
		return refuse(-EINVAL, "no engine is named \"%s\"", forced);
	return 0;
}

int plan_make(struct plan *plan, uint32_t pid, const struct engine_set *engines, const char *forced)
{
	struct planner planner = {.plan = plan};
	int error;

	*plan = (struct plan){.pid = pid, .live_tid = pid};
	error = target_read(&planner.target, pid);
	if (!error)
		error = read_maps(&planner);
	if (!error) {
		list_looked_at(&planner);
		write_notes(&planner);
		error = plan_engines(&planner, engines, forced);
		progress_done();
	}
	for (size_t i = 0; i < planner.opened_count; i++) {
		decoder_fini(&planner.opened[i].decoder);
		image_free(planner.opened[i].image);
	}
	free(planner.opened);
	maps_fini(&planner.maps);
	if (error)
		plan_fini(plan);
	return error;
}

void plan_fini(struct plan *plan)
{
	for (size_t i = 0; i < plan->objects_count; i++) {
		for (size_t p = 0; p < plan->objects[i].probes_count; p++)
			free(plan->objects[i].probes[p].sites);
		free(plan->objects[i].probes);
	}
	free(plan->objects);
	free(plan->refusals);
	free(plan->notes);
	free(plan->looked_at);
	arena_fini(&plan->arena);
	*plan = (struct plan){0};
}

int plan_place(uint32_t pid, uint64_t address, struct place *place)
{
	struct maps maps;
	const struct mapping *mapping;
	int error = maps_read_process(&maps, pid);
	uint8_t magic[4];

	mapping = error ? NULL : maps_find(&maps, address);
	if (!error && (!mapping || !mapping->inode || !mapping->is_probeable))
		error = -ENOENT;
	if (!error) {
		auto_fd int fd = -1;

		place->device = mapping->device;
		place->inode = mapping->inode;
		place->offset = address - mapping->start + mapping->offset;
		maps_file_path(place->map_path, sizeof(place->map_path), maps.tid, mapping);
		/*
		 * A just-in-time compiler may keep its code in a file (memfd, libffi): that is no
		 * place for a breakpoint.
		 */
		fd = open(place->map_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			error = -errno;
		else if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic) ||
			 memcmp(magic, "\177ELF", 4))
			error = -ENOENT;
	}
	maps_fini(&maps);
	return error;
}
