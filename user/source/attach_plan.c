/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching a plan: ids, configs, generation, then the places.
 *
 * In:  a plan.  Out: attached sites, configs in the kernel half's table, PROBE records.
 * The rule that surprises: places where calls end are attached before places where they begin, so that no
 * call can be seen to begin and not to end.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "source/attach_parts.h"
#include "source/maps.h"
#include "source/probe_config.h"

/* A probe on its way: which one, and what became of its sites. */
struct candidate {
	const struct object_plan *object;
	const struct probe_plan *probe;
	uint16_t id;
	uint32_t enters_count; /* attached sites */
	uint32_t leaves_count;
	int error; /* of a site that could not be attached */
};

struct round { /* of attaching: one process, one generation */
	struct attach *attach;
	uint32_t pid;
	uint16_t generation;
	struct candidate *candidates;
	size_t count;
};

static bool probe_is_live(const struct attach *attach, uint32_t pid,
			  const struct object_plan *object, const struct probe_plan *probe)
{
	for (size_t i = 0; i < attach->probes_count; i++) {
		const struct live_probe *live = &attach->probes[i];

		if (live->is_live && live->pid == pid && live->spec == probe->spec &&
		    live->inode == object->inode && live->device == object->device &&
		    live->address == probe->address)
			return true;
	}
	return false;
}

/* Is the file that the plan looked at still the one mapped there? */
static bool object_is_there(uint32_t pid, const struct object_plan *object)
{
	struct maps maps = {0};
	bool is_there = false;
	char path[80];

	if (!maps_read_process(&maps, pid))
		for (size_t i = 0; i < maps.count && !is_there; i++) {
			maps_file_path(path, sizeof(path), maps.tid, &maps.mappings[i]);
			is_there = maps.mappings[i].inode == object->inode &&
				   maps.mappings[i].device == object->device &&
				   !strcmp(path, object->map_path);
		}
	maps_fini(&maps);
	return is_there;
}

static int generation_take(struct attach *attach)
{
	for (int i = 0; i < TT_MAX_GENERATIONS; i++)
		if (!attach->generation_is_used[i]) {
			attach->generation_is_used[i] = true;
			return i;
		}
	return -ENOSPC;
}

/* With few places to spend, the ones that make a trace come first; without its dequeue a queued one
 * never ends, and what was heard counts more than the rarer kinds of request. */
static int candidate_weight(const struct candidate *candidate)
{
	static const int weights[] = {
		[ROLE_REQUEST] = 2, [ROLE_DEQUEUE] = 0, [ROLE_AUDIO] = 1, [ROLE_ENQUEUE] = 3,
		[ROLE_CANCEL] = 4,  [ROLE_STAGE] = 5,	[ROLE_ERROR] = 6, [ROLE_MARK] = 7,
	};
	const struct engine_probe *spec = candidate->probe->spec;

	return spec->required && spec->role == ROLE_REQUEST ? 0 : weights[spec->role];
}

static int candidate_compare(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;
	int difference = candidate_weight(left) - candidate_weight(right);

	return difference ? difference : (int)left->id - (int)right->id;
}

/* Gives ids to the plan's new probes and tells the kernel half what to capture. */
static void candidates_make(struct round *round, const struct plan *plan)
{
	struct attach *attach = round->attach;
	size_t capacity = 0;

	for (size_t o = 0; o < plan->objects_count; o++) {
		const struct object_plan *object = &plan->objects[o];
		bool is_checked = false, is_there = false;

		for (size_t p = 0; p < object->probes_count; p++) {
			const struct probe_plan *probe = &object->probes[p];

			if (!probe->sites_count || probe_is_live(attach, plan->pid, object, probe))
				continue;
			if (!is_checked)
				is_there = object_is_there(plan->pid, object);
			is_checked = true;
			if (!is_there)
				continue;
			if (attach->probes_count + round->count >= TT_MAX_PROBES) {
				if (!attach->was_full)
					warn("all %d probes are in use: %s and later ones are not "
					     "attached",
					     TT_MAX_PROBES, probe->symbol);
				attach->was_full = true;
				return;
			}
			mem_grow(&round->candidates, &capacity, round->count + 1,
				 sizeof(*round->candidates));
			round->candidates[round->count] = (struct candidate){
				.object = object,
				.probe = probe,
				.id = (uint16_t)(attach->probes_count + round->count)};
			round->count++;
		}
	}
}

static void config_tell(struct round *round, const struct candidate *candidate)
{
	struct tt_probe_config config;
	uint32_t id = candidate->id;

	probe_config_fill(&config, candidate->probe->spec);
	bpf_map_update_elem(round->attach->half->probes_fd, &id, &config, BPF_ANY);
}

/* All sites of one kind in one object, or of one candidate only (perf: in order of weight). */
static void sites_attach(struct round *round, size_t from, size_t to, enum site_kind kind)
{
	auto_free uint64_t *offsets = NULL, *cookies = NULL;
	auto_free struct candidate **owners = NULL;
	auto_free int *errors = NULL;
	size_t capacity[3] = {0}, count = 0;

	for (size_t c = from; c < to; c++) {
		struct candidate *candidate = &round->candidates[c];

		for (size_t s = 0; s < candidate->probe->sites_count; s++) {
			const struct site *site = &candidate->probe->sites[s];

			if (site->kind != kind)
				continue;
			mem_grow(&offsets, &capacity[0], count + 1, sizeof(*offsets));
			mem_grow(&cookies, &capacity[1], count + 1, sizeof(*cookies));
			mem_grow(&owners, &capacity[2], count + 1, sizeof(*owners));
			offsets[count] = site->offset;
			/* When a uretprobe fires, the return address has been taken off the stack.
			 */
			cookies[count] = TT_COOKIE(candidate->id, round->generation,
						   kind == SITE_URET ? -8 : site->sp_delta);
			owners[count++] = candidate;
		}
	}
	if (!count)
		return;
	errors = mem_array(count, sizeof(*errors));
	places_attach(round->attach,
		      &(struct link_wish){
			      .program_fd = kind == SITE_ENTER ? round->attach->half->enter_fd
							       : round->attach->half->leave_fd,
			      .path = round->candidates[from].object->map_path,
			      .pid = round->pid,
			      .offsets = offsets,
			      .cookies = cookies,
			      .count = count,
			      .is_return = kind == SITE_URET,
		      },
		      errors);
	for (size_t i = 0; i < count; i++) {
		if (errors[i])
			owners[i]->error = errors[i];
		else if (kind == SITE_ENTER)
			owners[i]->enters_count++;
		else
			owners[i]->leaves_count++;
	}
}

/* Half a probe is none: all its places must fit. */
static bool candidate_fits(const struct attach *attach, struct candidate *candidate)
{
	if (attach->half->is_multi ||
	    attach->perf_sites_count + candidate->probe->sites_count <= ATTACH_PERF_SITES_MAX)
		return true;
	candidate->error = -ENOSPC;
	return false;
}

/* Candidates of one object are neighbours in multi mode; perf mode goes one by one, the weightiest
 * first. */
static void round_attach(struct round *round)
{
	static const enum site_kind order[] = {SITE_LEAVE, SITE_URET, SITE_ENTER};
	struct attach *attach = round->attach;
	bool is_multi = attach->half->is_multi;

	if (!is_multi)
		qsort(round->candidates, round->count, sizeof(*round->candidates),
		      candidate_compare);
	for (size_t c = 0; c < round->count; c++)
		config_tell(round, &round->candidates[c]);
	attach->tried_count = 0;
	for (size_t c = 0; c < round->count; c++)
		attach->wished_count += round->candidates[c].probe->sites_count;
	places_tell(attach, 0);
	for (size_t from = 0, to; from < round->count; from = to) {
		for (to = from + 1; is_multi && to < round->count; to++)
			if (round->candidates[to].object != round->candidates[from].object)
				break;
		if (!candidate_fits(attach, &round->candidates[from]))
			continue;
		for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
			sites_attach(round, from, to, order[i]);
	}
	attach->wished_count = 0;
	progress_done();
}

/* The feed learns of a probe when it lives; a leave that could not be attached is no leave. */
static void probe_tell(struct round *round, const struct candidate *candidate)
{
	const struct probe_plan *probe = candidate->probe;
	struct attach *attach = round->attach;
	struct tt_probe record = {0};

	outbox_head(attach->outbox, &record.head, TT_PROBE, sizeof(record));
	record.head.pid = round->pid;
	record.head.probe = candidate->id;
	probe_record_fill(&record, candidate->object, probe);
	record.enter_sites_count = candidate->enters_count;
	record.leave_sites_count = candidate->leaves_count;
	if (!candidate->leaves_count && probe->leave_mode != TT_LEAVE_CALLER)
		record.leave_mode = TT_LEAVE_NONE;
	outbox_add(attach->outbox, &record.head);
	attach->probes[candidate->id].leave_mode = record.leave_mode;
}

/* One that failed stays known too, or it would be tried again at each look. */
static void probe_keep(struct round *round, const struct candidate *candidate)
{
	round->attach->probes[candidate->id] = (struct live_probe){
		.pid = round->pid,
		.generation = round->generation,
		.is_live = true,
		.device = candidate->object->device,
		.inode = candidate->object->inode,
		.address = candidate->probe->address,
		.spec = candidate->probe->spec,
		.leave_mode = TT_LEAVE_NONE,
	};
}

static int round_tell(struct round *round)
{
	struct attach *attach = round->attach;
	size_t beyond_count = 0;
	int told = 0, error = 0;

	mem_grow(&attach->probes, &attach->probes_capacity, attach->probes_count + round->count,
		 sizeof(*attach->probes));
	attach->probes_count += round->count;
	for (size_t c = 0; c < round->count; c++) {
		const struct candidate *candidate = &round->candidates[c];

		probe_keep(round, candidate);
		if (candidate->enters_count) {
			probe_tell(round, candidate);
			told++;
		}
		if (!candidate->error)
			continue;
		error = candidate->error;
		if (error == -ENOSPC)
			beyond_count++;
		else
			warn("%s in %s: %s", candidate->probe->symbol, candidate->object->path,
			     strerror(-error));
	}
	if (beyond_count)
		warn("%zu probes are left out: perf uprobes may have %d places only", beyond_count,
		     ATTACH_PERF_SITES_MAX);
	if (told || !error)
		return told;
	if (error == -EACCES || error == -EPERM)
		return refuse(-EPERM, "the kernel refuses to attach to process %u%s", round->pid,
			      attach->half->is_multi ? "" : ": perf uprobes need CAP_SYS_ADMIN");
	return refuse(error, "no probe could be attached to process %u: %s", round->pid,
		      strerror(-error));
}

int attach_plan(struct attach *attach, const struct plan *plan, uint16_t *generation)
{
	struct round round = {.attach = attach, .pid = plan->pid};
	int taken, told;

	candidates_make(&round, plan);
	if (!round.count)
		return 0;
	taken = generation_take(attach);
	if (taken < 0) {
		free(round.candidates);
		return refuse(taken, "too many processes and late objects at once (%d)",
			      TT_MAX_GENERATIONS);
	}
	round.generation = *generation = (uint16_t)taken;
	round_attach(&round);
	told = round_tell(&round);
	free(round.candidates);
	return told;
}
