// SPDX-License-Identifier: Apache-2.0
/*
 * In: code. Out: struct exits. Every instruction that can be reached from the function's start is
 * decoded once; jumps out of the function are followed like any other, also through PLT stubs,
 * which are nothing but code with a jump through a word that the loader fills in. The rule that
 * surprises: a call at the very end of a function does not return; walking on would be in the next
 * one.
 */
#include "source/exits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "source/exits_parts.h"

static void unaccounted(struct walk *walk, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void unaccounted(struct walk *walk, const char *format, ...)
{
	struct exits *exits = walk->exits;
	va_list arguments;

	exits->all_accounted = false;
	if (exits->reasons_count++ >= EXITS_REASONS)
		return;
	va_start(arguments, format);
	vsnprintf(exits->reasons[exits->reasons_count - 1], sizeof(exits->reasons[0]), format,
		  arguments);
	va_end(arguments);
}

static bool is_inside(const struct image_function *region, uint64_t address)
{
	return address >= region->start && address < region->end;
}

static void push(struct walk *walk, uint64_t address, uint32_t region, size_t before,
		 bool after_call)
{
	if (table_find(&walk->by_address, address))
		return;
	mem_grow(&walk->steps, &walk->steps_capacity, walk->steps_count + 1, sizeof(*walk->steps));
	walk->steps[walk->steps_count++] = (struct step){
		.address = address, .region = region, .before = before, .after_call = after_call};
	table_put(&walk->by_address, address, (void *)(uintptr_t)walk->steps_count);
	mem_grow(&walk->pending, &walk->pending_capacity, walk->pending_count + 1,
		 sizeof(*walk->pending));
	walk->pending[walk->pending_count++] = walk->steps_count - 1;
}

static uint32_t region_of(struct walk *walk, uint64_t address)
{
	const Elf64_Shdr *section;
	struct image_function *region;

	for (size_t i = 0; i < walk->regions_count; i++)
		if (is_inside(&walk->regions[i], address))
			return (uint32_t)i;
	mem_grow(&walk->regions, &walk->regions_capacity, walk->regions_count + 1,
		 sizeof(*walk->regions));
	region = &walk->regions[walk->regions_count];
	if (!image_function_at(walk->decoder->image, address, region)) {
		section = image_section_at(walk->decoder->image, address);
		region->start = address;
		region->end = section ? section->sh_addr + section->sh_size : UINT64_MAX;
	}
	return (uint32_t)walk->regions_count++;
}

/* The part that gcc moves out of line is the same call, with its frame still on the stack. */
static bool is_cold_part(struct walk *walk, uint32_t region)
{
	const char *name = image_name(walk->decoder->image, walk->regions[region].start);

	return name && strstr(name, ".cold");
}

/* Code that puts a return address on the stack to jump by `ret`: SP at that ret is not the entry's.
 */
static bool is_retpoline(struct walk *walk, uint32_t region)
{
	const char *name = image_name(walk->decoder->image, walk->regions[region].start);

	return name && (!strncmp(name, "__x86_indirect_thunk", 20) ||
			!strncmp(name, "__llvm_retpoline", 16));
}

static void push_jump(struct walk *walk, size_t at, uint64_t target)
{
	uint32_t from = walk->steps[at].region, to = from;
	size_t known = walk->regions_count;

	if (target == walk->watched)
		walk->exits->start_is_target = true;
	if (!image_is_code(walk->decoder->image, target)) {
		unaccounted(walk, "a jump at 0x%" PRIx64 " leaves the code of the object",
			    walk->steps[at].address);
		return;
	}
	if (!is_inside(&walk->regions[from], target)) {
		to = region_of(walk, target);
		if (to == known && is_retpoline(walk, to)) {
			unaccounted(walk, "an indirect jump by a retpoline at 0x%" PRIx64,
				    walk->steps[at].address);
			return;
		}
	}
	push(walk, target, to, at + 1, false);
}

static void push_next(struct walk *walk, size_t at, uint64_t next, bool after_call)
{
	const struct step *step = &walk->steps[at];

	if (is_inside(&walk->regions[step->region], next))
		push(walk, next, step->region, at + 1, after_call);
	else if (!after_call)
		push_jump(walk, at, next); /* falls into the next function: hand-written code */
}

static bool is_noreturn(const char *name)
{
	static const char *const names[] = {
		"__stack_chk_fail",
		"abort",
		"exit",
		"_exit",
		"_Exit",
		"quick_exit",
		"__assert_fail",
		"longjmp",
		"_longjmp",
		"siglongjmp",
		"__longjmp_chk",
		"pthread_exit",
		"__fortify_fail",
		"__chk_fail",
		"_Unwind_Resume",
		"__cxa_throw",
		"__cxa_rethrow",
		"__assert",
		"__assert_perror_fail",
		"__cxa_throw_bad_array_new_length",
		"_ZSt9terminatev",
		"__cxa_bad_cast",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strncmp(name, "_ZSt", 4) && strstr(name, "__throw_");
}

/* Through the word that a PLT stub, or code built without one, jumps by. */
static bool slot_of(struct walk *walk, const cs_insn *insn, uint64_t *target, const char **import)
{
	uint64_t slot;

	return insn->detail->x86.op_count == 1 &&
	       insn_rip_target(insn, &insn->detail->x86.operands[0], &slot) &&
	       image_slot(walk->decoder->image, slot, target, import);
}

static bool call_returns(struct walk *walk, uint64_t target)
{
	const char *import = NULL;
	const cs_insn *insn = insn_at(walk->decoder, target);
	uint64_t local;

	if (insn && insn_is_endbr64(insn))
		insn = insn_at(walk->decoder, target + 4);
	if (!insn || insn_flow(insn, &local) != INSN_JUMP_INDIRECT ||
	    !slot_of(walk, insn, &local, &import))
		return true;
	return !import || !is_noreturn(import);
}

static void walk_indirect_jump(struct walk *walk, size_t at, const cs_insn *insn)
{
	const char *import = NULL;
	uint64_t *targets;
	uint64_t target;
	size_t count;

	if (slot_of(walk, insn, &target, &import)) {
		if (!import) {
			push_jump(walk, at, target);
		} else if (!is_noreturn(import)) {
			walk->exits->has_tail_exit = true;
			unaccounted(walk, "a tail jump to %.80s of another object", import);
		}
		return;
	}
	if (!switch_targets(walk, at, &targets, &count)) {
		walk->exits->has_tail_exit =
			true; /* a switch that is not understood, or a tail call */
		unaccounted(walk, "an indirect jump at 0x%" PRIx64, walk->steps[at].address);
		return;
	}
	walk->exits->tables_count++;
	for (size_t i = 0; i < count; i++)
		push_jump(walk, at, targets[i]);
	free(targets);
}

static void walk_call(struct walk *walk, size_t at, uint64_t target, uint64_t next)
{
	const struct image_function *region = &walk->regions[walk->steps[at].region];

	if (is_inside(region, target) && target != region->start) {
		unaccounted(walk, "a call into its own body at 0x%" PRIx64,
			    walk->steps[at].address);
		return;
	}
	if (call_returns(walk, target))
		push_next(walk, at, next, true);
}

static void add_ret(struct exits *exits, uint64_t address)
{
	mem_grow(&exits->rets, &exits->rets_capacity, exits->rets_count + 1, sizeof(*exits->rets));
	exits->rets[exits->rets_count++] = address;
}

static void walk_step(struct walk *walk, size_t at)
{
	uint64_t address = walk->steps[at].address, target = 0, next;
	const cs_insn *insn = insn_at(walk->decoder, address);
	bool after_call;

	if (!insn) {
		unaccounted(walk, "an undecodable instruction at 0x%" PRIx64, address);
		return;
	}
	walk->steps[at].size = (uint8_t)insn->size;
	next = address + insn->size;
	after_call = walk->steps[at].after_call && insn_is_nop(insn);
	switch (insn_flow(insn, &target)) {
	case INSN_PLAIN:
		push_next(walk, at, next, after_call);
		break;
	case INSN_RET:
		add_ret(walk->exits, address);
		break;
	case INSN_BRANCH:
		push_next(walk, at, next, false);
		push_jump(walk, at, target);
		break;
	case INSN_JUMP:
		push_jump(walk, at, target);
		break;
	case INSN_JUMP_INDIRECT:
		walk_indirect_jump(walk, at, insn);
		break;
	case INSN_CALL:
		walk_call(walk, at, target, next);
		break;
	case INSN_CALL_INDIRECT:
		push_next(walk, at, next, true);
		break;
	case INSN_STOP:
		break;
	case INSN_STRANGE:
		unaccounted(walk, "an instruction that leaves user code at 0x%" PRIx64, address);
		break;
	}
}

/* A `ret` that is also the inside of another reachable instruction must not be patched. */
static bool is_overlapped(struct walk *walk, uint64_t address)
{
	for (uint64_t back = 1; back < 15; back++) {
		size_t found = (size_t)(uintptr_t)table_find(&walk->by_address, address - back);

		if (found && walk->steps[found - 1].size > back)
			return true;
	}
	return false;
}

/* A jump into code that returns by a ret of its own. One into code that ends there, or comes back,
 * is none. */
static void find_tail_exit(struct walk *walk)
{
	for (size_t i = 0; i < walk->exits->rets_count && !walk->exits->has_tail_exit; i++) {
		size_t found =
			(size_t)(uintptr_t)table_find(&walk->by_address, walk->exits->rets[i]);
		uint32_t region = walk->steps[found - 1].region;

		walk->exits->has_tail_exit = region != 0 && !is_cold_part(walk, region);
	}
}

static int address_compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

void exits_walk(struct exits *exits, struct decoder *decoder, const struct image_function *function,
		uint64_t watched)
{
	struct walk walk = {.exits = exits, .decoder = decoder, .watched = watched};
	size_t kept = 0;

	*exits = (struct exits){.all_accounted = true};
	mem_grow(&walk.regions, &walk.regions_capacity, 1, sizeof(*walk.regions));
	walk.regions[walk.regions_count++] = *function;
	push(&walk, function->start, 0, 0, false);
	while (walk.pending_count) {
		if (exits->insns_count++ == EXITS_LIMIT_INSNS) {
			unaccounted(&walk, "more than %d instructions can be reached",
				    EXITS_LIMIT_INSNS);
			break;
		}
		walk_step(&walk, walk.pending[--walk.pending_count]);
	}
	for (size_t i = 0; i < exits->rets_count; i++) {
		if (is_overlapped(&walk, exits->rets[i]))
			unaccounted(&walk, "a ret at 0x%" PRIx64 " lies inside another instruction",
				    exits->rets[i]);
		else
			exits->rets[kept++] = exits->rets[i];
	}
	exits->rets_count = kept;
	find_tail_exit(&walk);
	if (kept)
		qsort(exits->rets, kept, sizeof(*exits->rets), address_compare);
	table_fini(&walk.by_address);
	free(walk.steps);
	free(walk.pending);
	free(walk.regions);
}

void exits_fini(struct exits *exits)
{
	free(exits->rets);
	*exits = (struct exits){0};
}
