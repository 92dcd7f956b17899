// SPDX-License-Identifier: Apache-2.0
/*
 * In: one probe of an engine file and one object. Out: its enter site, its leave sites by the
 * ladder of design.md §4, and why it is this rung. The rule that surprises: a forced rung that
 * cannot be had falls down the ladder, and says so; it never climbs.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/ttsobs_event.h"
#include "source/callback.h"
#include "source/exits.h"
#include "source/plan_parts.h"

/*
 * Assumed until `doctor` measures: one hit at an emulated and at a single-stepped instruction, and
 * a uretprobe's share.
 */
#define COST_EMULATED_NS 1100
#define COST_STEPPED_NS	 13000
#define COST_URET_NS	 700

static struct site *site_add(struct probe_plan *probe, enum site_kind kind, uint64_t offset,
			     int sp_delta)
{
	struct site *site;

	mem_grow(&probe->sites, &probe->sites_capacity, probe->sites_count + 1,
		 sizeof(*probe->sites));
	site = &probe->sites[probe->sites_count++];
	site->kind = kind;
	site->offset = offset;
	site->sp_delta = (int16_t)sp_delta;
	return site;
}

static uint32_t site_cost_ns(const struct site *site)
{
	return site->is_emulated ? COST_EMULATED_NS : COST_STEPPED_NS;
}

/* False: the address is not decodable, or not mapped where the kernel can put a breakpoint. */
static bool site_at(struct probe_plan *probe, struct opened *opened, const struct maps *maps,
		    enum site_kind kind, uint64_t address, int sp_delta)
{
	const cs_insn *insn = insn_at(&opened->decoder, address);
	struct site *site;
	uint64_t offset;

	if (!insn || !image_offset(opened->image, address, &offset) ||
	    !plan_is_mapped(maps, opened->mapping, offset))
		return false;
	site = site_add(probe, kind, offset, sp_delta);
	site->is_emulated = insn_is_emulated(insn->bytes, insn->size);
	insn_text(insn, site->instruction, sizeof(site->instruction));
	return true;
}

/* --- enter --- */

/*
 * The function's start, or behind what compilers put there as a landing mark: endbr64 costs a
 * single step, and a 5-byte nop is turned into a call by newer kernels.
 */
static uint64_t enter_address(struct decoder *decoder, const struct image_function *function)
{
	uint64_t address = function->start;

	for (unsigned skipped = 0; skipped < 2; skipped++) {
		const cs_insn *insn = insn_at(decoder, address);

		if (!insn || !(insn_is_endbr64(insn) || insn_is_nop5(insn)) ||
		    address + insn->size >= function->end)
			break;
		address += insn->size;
	}
	return insn_at(decoder, address) ? address : function->start;
}

/*
 * The kernel looks at the process filter of a return probe only when it fires: once a breakpoint stands
 * at its address in some other process, the return address is replaced there too, and an exception
 * ends that process (seen with two tracers, and with one tracer on a C and a C++ process). So where
 * the gate is closed our breakpoint stands behind the function's first instruction, where nobody
 * has a return probe: as long as SP is known and the argument registers are untouched.
 */
#define BEHIND_STEPS 8

static bool keeps_arguments(const struct decoder *decoder, const cs_insn *insn, int *sp_delta)
{
	static const x86_reg kept[] = { X86_REG_RDI, X86_REG_RSI, X86_REG_RDX, X86_REG_RCX,
					X86_REG_R8,  X86_REG_R9,  X86_REG_RSP };
	const cs_x86 *x86 = &insn->detail->x86;
	bool is_sub = insn->id == X86_INS_SUB && x86->op_count == 2 &&
		      x86->operands[0].type == X86_OP_REG && x86->operands[0].reg == X86_REG_RSP &&
		      x86->operands[1].type == X86_OP_IMM && x86->operands[1].imm >= 0 &&
		      x86->operands[1].imm < 16384;
	bool is_push = insn->id == X86_INS_PUSH && x86->op_count == 1 && x86->operands[0].size == 8;
	cs_regs reads, writes;
	uint8_t reads_count, writes_count;
	uint64_t target;

	if (insn_flow(insn, &target) != INSN_PLAIN ||
	    cs_regs_access(decoder->handle, insn, reads, &reads_count, writes, &writes_count))
		return false;
	for (uint8_t i = 0; i < writes_count && !is_sub && !is_push; i++)
		for (size_t j = 0; j < sizeof(kept) / sizeof(*kept); j++)
			if (insn_register(writes[i]) == kept[j] || writes[i] == X86_REG_RSP)
				return false;
	if (is_push)
		*sp_delta += 8;
	if (is_sub)
		*sp_delta += (int)x86->operands[1].imm;
	return true;
}

/* An emulated instruction if there is one, else the first that can be had; false: none. */
static bool enter_behind(struct decoder *decoder, const struct image_function *function,
			 uint64_t start, uint64_t *address, int *sp_delta)
{
	uint64_t at = start;
	int delta = 0;
	bool has_any = false;

	for (unsigned step = 0; step < BEHIND_STEPS; step++) {
		const cs_insn *insn = insn_at(decoder, at);

		if (!insn)
			break;
		if (step && (!has_any || insn_is_emulated(insn->bytes, insn->size))) {
			*address = at;
			*sp_delta = delta;
			has_any = true;
			if (insn_is_emulated(insn->bytes, insn->size))
				break;
		}
		if (!keeps_arguments(decoder, insn, &delta) || at + insn->size >= function->end)
			break;
		at += insn->size;
	}
	return has_any;
}

/* --- the ladder --- */

/*
 * A point in time, or a take-over of work, is told by its enter alone, unless something of its end
 * is asked for.
 */
static bool wants_leave(const struct engine_probe *spec)
{
	if (spec->leave != LEAVE_AUTO)
		return spec->leave != LEAVE_NONE;
	if (spec->role != ROLE_MARK && spec->role != ROLE_DEQUEUE && spec->role != ROLE_ERROR)
		return true;
	for (unsigned i = 0; i < spec->args_count; i++)
		if (spec->args[i].at_leave || spec->args[i].from == ARG_FROM_RETURN)
			return true;
	return spec->returns_known || spec->nonnull_ok || spec->ok_count || spec->cancelled_count;
}

struct ladder {
	struct plan *plan;
	const struct maps *maps;
	struct opened *opened;
	const struct engine *engine;
	struct probe_plan *probe;
	const struct exits *exits;
	const char *fallen; /* why the rungs above were not taken, "" or "...; " */
};

static void fall(struct ladder *ladder, const char *rung, const char *why)
{
	ladder->fallen = plan_text(ladder->plan, "%sno %s: %s; ", ladder->fallen, rung, why);
}

static bool take_uret(struct ladder *ladder)
{
	struct site *enter = &ladder->probe->sites[0], *site;
	uint64_t offset = enter->offset;

	if (!ladder->engine->nothrow) {
		fall(ladder, "uretprobe", "the engine file does not say nothrow");
		return false;
	}
	if (ladder->plan->uret_refused) {
		fall(ladder, "uretprobe", ladder->plan->uret_refused);
		return false;
	}
	site = site_add(ladder->probe, SITE_URET, offset,
			-8); /* runs behind the ret: the return address is popped */
	site->is_emulated = ladder->probe->sites[0].is_emulated;
	memcpy(site->instruction, ladder->probe->sites[0].instruction, sizeof(site->instruction));
	ladder->probe->leave_mode = TT_LEAVE_URET;
	ladder->probe->cost_ns += COST_URET_NS;
	ladder->probe->reason = plan_text(
		ladder->plan, "%suretprobe: plain C, and nothing mapped unwinds or switches stacks",
		ladder->fallen);
	return true;
}

static bool take_rets(struct ladder *ladder)
{
	const struct exits *exits = ladder->exits;
	struct probe_plan *probe = ladder->probe;
	size_t before = probe->sites_count;
	uint32_t cost_ns = 0;

	if (!exits->all_accounted) {
		fall(ladder, "ret sites",
		     exits->reasons_count ? exits->reasons[0] : "an exit is not accounted for");
		return false;
	}
	if (!exits->rets_count) {
		fall(ladder, "ret sites", "it never returns");
		return false;
	}
	for (size_t i = 0; i < exits->rets_count; i++) {
		if (site_at(probe, ladder->opened, ladder->maps, SITE_LEAVE, exits->rets[i], 0) &&
		    probe->sites[probe->sites_count - 1].offset != probe->sites[0].offset) {
			if (site_cost_ns(&probe->sites[probe->sites_count - 1]) > cost_ns)
				cost_ns = site_cost_ns(&probe->sites[probe->sites_count - 1]);
			continue;
		}
		probe->sites_count = before;
		fall(ladder, "ret sites", "a ret is also the enter site, or is not mapped");
		return false;
	}
	probe->leave_mode = TT_LEAVE_RET;
	probe->cost_ns += cost_ns;
	probe->reason =
		plan_text(ladder->plan, "%sall exits accounted for: %zu ret%s", ladder->fallen,
			  exits->rets_count,
			  exits->has_tail_exit ? ", those of tail-called functions included" : "");
	return true;
}

static void take_caller(struct ladder *ladder)
{
	ladder->probe->leave_mode = TT_LEAVE_CALLER;
	ladder->probe->cost_ns += COST_STEPPED_NS;
	ladder->probe->reason =
		plan_text(ladder->plan,
			  "%sreturn addresses, learned: the first call from each place has no end",
			  ladder->fallen);
}

static void climb_down(struct ladder *ladder, enum leave_wish wish)
{
	struct probe_plan *probe = ladder->probe;

	if (!wants_leave(probe->spec) || wish == LEAVE_NONE) {
		probe->leave_mode = TT_LEAVE_NONE;
		probe->reason = wish == LEAVE_NONE ? "enter only: the engine file asks for no leave"
						   : "enter only: its role needs no end";
		return;
	}
	if (wish == LEAVE_EMULATED)
		fall(ladder, "emulated exits", "not built yet");
	if ((wish == LEAVE_AUTO || wish == LEAVE_EMULATED || wish == LEAVE_URET) &&
	    take_uret(ladder))
		return;
	if (wish != LEAVE_CALLER && take_rets(ladder))
		return;
	take_caller(ladder);
}

static enum leave_wish wish_of(const struct engine *engine, const struct engine_probe *spec)
{
	return spec->leave != LEAVE_AUTO ? spec->leave : engine->leave;
}

/* --- a function --- */

static int sites_function(struct ladder *ladder, const struct image_function *function,
			  const char **why)
{
	struct decoder *decoder = &ladder->opened->decoder;
	struct probe_plan *probe = ladder->probe;
	uint64_t enter = enter_address(decoder, function), behind;
	int sp_delta = 0;
	struct exits exits;

	exits_walk(&exits, decoder, function, enter);
	if (exits.start_is_target) {
		enter = function->start;
	} else if (ladder->plan->uret_refused &&
		   enter_behind(decoder, function, enter, &behind, &sp_delta)) {
		exits_fini(&exits);
		exits_walk(&exits, decoder, function, behind);
		if (exits.start_is_target)
			sp_delta = 0;
		else
			enter = behind;
	}
	probe->address = function->start;
	if (!site_at(probe, ladder->opened, ladder->maps, SITE_ENTER, enter, sp_delta)) {
		*why = insn_at(decoder, enter) ? "its code is mapped writable, shared or not at "
						 "all: no breakpoint can be put there"
					       : "its first instruction cannot be decoded";
		exits_fini(&exits);
		return -ENOENT;
	}
	probe->cost_ns = site_cost_ns(&probe->sites[0]);
	probe->traits = (exits.has_tail_exit ? TT_PROBE_TAIL_EXIT : 0) |
			(ladder->plan->has_fibers ? TT_PROBE_FIBERS : 0);
	ladder->exits = &exits;
	climb_down(ladder, wish_of(ladder->engine, probe->spec));
	exits_fini(&exits);
	return 0;
}

/* --- a callback --- */

/*
 * The site is the call instruction itself: the arguments are in their registers, and the callback's
 * entry SP is SP - 8, where the call will put the return address. The enter program reads the word
 * there before the call has written it: the return_addr of such an ENTER is stale and says nothing.
 * A jump finds SP, and the return address, as the callback will.
 */
static void callback_sites(struct ladder *ladder, const struct callback *callback, bool is_call,
			   bool leave, struct probe_plan *probe)
{
	for (size_t i = 0; i < callback->uses_count; i++)
		if (callback->uses[i].is_call == is_call &&
		    site_at(probe, ladder->opened, ladder->maps, SITE_ENTER,
			    callback->uses[i].address, is_call ? -8 : 0) &&
		    !probe->address)
			probe->address = callback->uses[i].address;
	for (size_t i = 0; i < callback->uses_count && is_call && leave; i++)
		if (callback->uses[i].is_call)
			site_at(probe, ladder->opened, ladder->maps, SITE_LEAVE,
				callback->uses[i].next, -8);
}

static void callback_describe(struct ladder *ladder, const struct callback *callback,
			      struct probe_plan *probe, bool is_call)
{
	struct plan *plan = ladder->plan;
	bool leave = probe->leave_mode != TT_LEAVE_NONE;
	const char *noun = is_call ? "call" : "jump";
	const char *left_out = "";
	size_t enters_count = 0;

	for (size_t i = 0; i < probe->sites_count; i++)
		enters_count += probe->sites[i].kind == SITE_ENTER;
	if (callback->skipped_count)
		left_out = plan_text(plan, "; %zu uses left out (their function is not known)",
				     callback->skipped_count);
	probe->traits = plan->has_fibers ? TT_PROBE_FIBERS : 0;
	probe->cost_ns = COST_STEPPED_NS + (leave ? COST_STEPPED_NS : 0);
	probe->reason = plan_text(
		plan, "%zu %s%s through the variable at 0x%" PRIx64 "%s%s", enters_count, noun,
		enters_count == 1 ? "" : "s", callback->variable,
		leave	  ? ": each ends at the instruction behind it"
		: is_call ? ", enter only"
			  : ", enter only: who jumped away is not returned to",
		left_out);
}

static int sites_callback(struct ladder *ladder, const struct image_function *setter,
			  struct probe_plan probes[PLAN_PROBES], size_t *count, const char **why)
{
	const struct probe_plan *asked = ladder->probe;
	bool leave = wants_leave(asked->spec) && wish_of(ladder->engine, asked->spec) != LEAVE_NONE;
	struct callback *callback = mem_new(sizeof(*callback));
	int error = callback_find(callback, &ladder->opened->decoder, setter,
				  asked->spec->callback_arg, why);

	for (unsigned i = 0; !error && i < PLAN_PROBES; i++) {
		struct probe_plan probe = *asked;

		probe.leave_mode = leave && !i ? TT_LEAVE_AFTER : TT_LEAVE_NONE;
		callback_sites(ladder, callback, !i, leave, &probe);
		if (!probe.sites_count)
			continue;
		callback_describe(ladder, callback, &probe, !i);
		probes[(*count)++] = probe;
	}
	if (!error && !*count) {
		*why = "no call through the callback's variable is mapped where a breakpoint can "
		       "be put";
		error = -ENOENT;
	}
	free(callback);
	return error;
}

/* --- by name --- */

/* The first of the names that this object defines; else the most telling of the reasons. */
static enum image_found find_symbol(struct plan *plan, struct image *image,
				    const struct engine_probe *spec, struct probe_plan *probe,
				    struct image_function *function, const char **why)
{
	const char *names[ENGINE_MAX_SYMBOLS + 1] = {NULL};
	enum image_found worst = IMAGE_MISSING;

	if (spec->callback_setter)
		names[0] = spec->callback_setter;
	else
		memcpy(names, spec->symbols, sizeof(spec->symbols));
	for (unsigned i = 0; names[i]; i++) {
		enum image_found found = image_find(image, names[i], function);

		if (found == IMAGE_FOUND) {
			probe->symbol = names[i];
			return found;
		}
		if (!i || (worst == IMAGE_MISSING && found != IMAGE_MISSING)) {
			worst = found;
			*why = plan_text(plan, "%s: %s", names[i], image_found_text(found));
		}
	}
	return worst;
}

int plan_sites(struct plan *plan, const struct maps *maps, struct opened *opened,
	       const struct probe_plan *wanted, struct probe_plan probes[PLAN_PROBES],
	       size_t *count, enum image_found *found, const char **why)
{
	struct probe_plan probe = *wanted;
	struct ladder ladder = {plan, maps, opened, wanted->engine, &probe, NULL, ""};
	struct image_function function;
	int error;

	*count = 0;
	*why = "the probe names no symbol";
	*found = find_symbol(plan, opened->image, wanted->spec, &probe, &function, why);
	if (*found != IMAGE_FOUND)
		return -ENOENT;
	if (wanted->spec->callback_setter) {
		error = sites_callback(&ladder, &function, probes, count, why);
	} else {
		error = sites_function(&ladder, &function, why);
		if (!error)
			probes[(*count)++] = probe;
		else
			free(probe.sites);
	}
	if (error)
		*why = plan_text(plan, "%s: %s", probe.symbol, *why);
	return error;
}
