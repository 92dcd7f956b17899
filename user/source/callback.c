// SPDX-License-Identifier: Apache-2.0
/*
 * In: code. Out: the uses of one function pointer variable.
 * How: a small evaluator follows what registers and stack slots hold, in the setter (where does the
 * argument go?) and from each instruction that names the variable (which call uses it?).
 * Instructions that name it are found by their bytes, so that only the functions around them are
 * decoded. The rule that surprises: a byte pattern is only a hint; a site is taken only on an
 * instruction boundary that was reached by decoding from the start of a known function.
 */
#include "source/callback.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"

#define SETTER_STEPS	 32 /* unoptimised code stores its argument late */
#define PATH_STEPS	 24
#define WALK_STEPS	 512
#define PATHS_COUNT	 32
#define SLOTS_COUNT	 8
#define REGS_COUNT	 16
#define CODE_LIMIT_BYTES (256ull << 20)

enum held_kind { HELD_UNKNOWN, HELD_WANTED, HELD_ADDRESS };

struct held {
	enum held_kind kind;
	uint64_t address; /* HELD_ADDRESS */
};

struct slot { /* a word on the stack, as long as its base register is not written */
	x86_reg base;
	int64_t disp;
	struct held held;
};

struct state {
	struct held regs[REGS_COUNT];
	struct slot slots[SLOTS_COUNT];
	size_t slots_count;
};

static const x86_reg reg_names[REGS_COUNT] = {
	X86_REG_RAX, X86_REG_RBX, X86_REG_RCX, X86_REG_RDX, X86_REG_RSI, X86_REG_RDI,
	X86_REG_RBP, X86_REG_RSP, X86_REG_R8,  X86_REG_R9,  X86_REG_R10, X86_REG_R11,
	X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15,
};

static struct held *state_reg(struct state *state, unsigned reg)
{
	x86_reg whole = insn_register(reg);

	for (size_t i = 0; i < REGS_COUNT; i++)
		if (whole != X86_REG_INVALID && reg_names[i] == whole)
			return &state->regs[i];
	return NULL;
}

static bool is_stack_reg(unsigned reg)
{
	return reg == X86_REG_RSP || reg == X86_REG_RBP;
}

static struct slot *state_slot(struct state *state, const cs_x86_op *operand)
{
	if (!is_stack_reg(operand->mem.base) || operand->mem.index != X86_REG_INVALID)
		return NULL;
	for (size_t i = 0; i < state->slots_count; i++)
		if (state->slots[i].base == operand->mem.base &&
		    state->slots[i].disp == operand->mem.disp)
			return &state->slots[i];
	return NULL;
}

static void state_clobber(struct state *state, unsigned reg)
{
	struct held *held = state_reg(state, reg);
	x86_reg whole = insn_register(reg);

	if (held)
		held->kind = HELD_UNKNOWN;
	for (size_t i = state->slots_count; i-- > 0;)
		if (state->slots[i].base == whole)
			state->slots[i] = state->slots[--state->slots_count];
}

static bool state_is_empty(const struct state *state)
{
	for (size_t i = 0; i < REGS_COUNT; i++)
		if (state->regs[i].kind != HELD_UNKNOWN)
			return false;
	return !state->slots_count;
}

/* The address of a memory operand, when it is known without running. */
static bool operand_address(struct state *state, const cs_insn *insn, const cs_x86_op *operand,
			    uint64_t *address)
{
	struct held *base;

	if (insn_rip_target(insn, operand, address))
		return true;
	if (operand->type != X86_OP_MEM || operand->mem.index != X86_REG_INVALID)
		return false;
	base = state_reg(state, operand->mem.base);
	if (!base || base->kind != HELD_ADDRESS)
		return false;
	*address = base->address + (uint64_t)operand->mem.disp;
	return true;
}

struct search {
	struct decoder *decoder;
	struct callback *callback;
	bool is_setter; /* looking for the variable, not for its uses */
	bool has_variable;
};

static struct held load(struct search *search, struct state *state, const cs_insn *insn,
			const cs_x86_op *operand)
{
	struct held held = {HELD_UNKNOWN, 0};
	uint64_t address;
	const char *import;
	struct slot *slot;
	struct held *reg;

	if (operand->size != 8)
		return held;
	if (operand->type == X86_OP_REG) {
		reg = state_reg(state, operand->reg);
		return reg ? *reg : held;
	}
	if (operand->type != X86_OP_MEM)
		return held;
	slot = state_slot(state, operand);
	if (slot)
		return slot->held;
	if (!operand_address(state, insn, operand, &address))
		return held;
	if (!search->is_setter && address == search->callback->variable)
		held.kind = HELD_WANTED;
	else if (image_slot(search->decoder->image, address, &held.address, &import) && !import)
		held.kind = HELD_ADDRESS;
	return held;
}

static void store(struct search *search, struct state *state, const cs_insn *insn,
		  const cs_x86_op *operand, struct held held)
{
	struct slot *slot = state_slot(state, operand);
	uint64_t address;

	if (search->is_setter && held.kind == HELD_WANTED &&
	    operand_address(state, insn, operand, &address)) {
		search->callback->variable = address;
		search->has_variable = true;
	}
	if (slot) {
		slot->held = held;
	} else if (held.kind != HELD_UNKNOWN && is_stack_reg(operand->mem.base) &&
		   operand->mem.index == X86_REG_INVALID && state->slots_count < SLOTS_COUNT) {
		slot = &state->slots[state->slots_count++];
		*slot = (struct slot){operand->mem.base, operand->mem.disp, held};
	}
}

/* One instruction that is no jump. */
static void step(struct search *search, struct state *state, const cs_insn *insn)
{
	const cs_x86 *x86 = &insn->detail->x86;
	cs_regs reads, writes;
	uint8_t reads_count, writes_count;
	struct held held = {HELD_UNKNOWN, 0};
	struct held *reg;

	if (insn->id == X86_INS_MOV && x86->op_count == 2) {
		held = load(search, state, insn, &x86->operands[1]);
		if (x86->operands[0].type == X86_OP_MEM) {
			store(search, state, insn, &x86->operands[0], held);
			return;
		}
	} else if (insn->id == X86_INS_LEA && x86->op_count == 2 &&
		   operand_address(state, insn, &x86->operands[1], &held.address)) {
		held.kind = HELD_ADDRESS;
	}
	if (!cs_regs_access(search->decoder->handle, insn, reads, &reads_count, writes,
			    &writes_count))
		for (uint8_t i = 0; i < writes_count; i++)
			state_clobber(state, writes[i]);
	if (held.kind != HELD_UNKNOWN && x86->operands[0].type == X86_OP_REG &&
	    x86->operands[0].size == 8) {
		reg = state_reg(state, x86->operands[0].reg);
		if (reg)
			*reg = held;
	}
}

static void step_call(struct state *state)
{
	static const x86_reg lost[] = {X86_REG_RAX, X86_REG_RCX, X86_REG_RDX,
				       X86_REG_RSI, X86_REG_RDI, X86_REG_R8,
				       X86_REG_R9,  X86_REG_R10, X86_REG_R11};

	for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++)
		state_clobber(state, lost[i]);
}

/* --- the setter --- */

static bool find_variable(struct search *search, const struct image_function *setter,
			  unsigned arg_index)
{
	static const x86_reg args[] = {X86_REG_RDI, X86_REG_RSI, X86_REG_RDX,
				       X86_REG_RCX, X86_REG_R8,	 X86_REG_R9};
	uint64_t address = setter->start, target;
	struct state state = {0};

	if (arg_index >= sizeof(args) / sizeof(*args))
		return false;
	state_reg(&state, args[arg_index])->kind = HELD_WANTED;
	search->is_setter = true;
	for (unsigned steps = 0; steps < SETTER_STEPS && !search->has_variable; steps++) {
		const cs_insn *insn = insn_at(search->decoder, address);

		if (!insn)
			return false;
		address = insn->address + insn->size;
		switch (insn_flow(insn, &target)) {
		case INSN_PLAIN:
			step(search, &state, insn);
			break;
		case INSN_BRANCH: /* goes on behind it */
			break;
		case INSN_CALL:
		case INSN_CALL_INDIRECT:
			step_call(&state);
			break;
		case INSN_JUMP:
			address = target;
			break;
		default:
			return false;
		}
	}
	search->is_setter = false;
	return search->has_variable;
}

/* --- its uses --- */

static void add_use(struct callback *callback, const cs_insn *insn, bool is_call)
{
	size_t at = 0;

	while (at < callback->uses_count && callback->uses[at].address < insn->address)
		at++;
	if (at < callback->uses_count && callback->uses[at].address == insn->address)
		return;
	if (callback->uses_count == CALLBACK_LIMIT_USES) {
		callback->skipped_count++;
		return;
	}
	memmove(&callback->uses[at + 1], &callback->uses[at],
		(callback->uses_count - at) * sizeof(callback->uses[0]));
	callback->uses_count++;
	callback->uses[at] =
		(struct callback_use){insn->address, insn->address + insn->size, is_call};
}

static bool operand_is_wanted(struct search *search, struct state *state, const cs_insn *insn)
{
	return insn->detail->x86.op_count == 1 &&
	       load(search, state, insn, &insn->detail->x86.operands[0]).kind == HELD_WANTED;
}

struct path {
	uint64_t address;
	unsigned steps;
	struct state state;
};

struct walk {
	struct search *search;
	struct image_function function;
	struct path paths[PATHS_COUNT];
	size_t paths_count;
	unsigned steps;
};

static void walk_push(struct walk *walk, uint64_t address, const struct path *from)
{
	struct path *path;

	if (walk->paths_count == PATHS_COUNT || address < walk->function.start ||
	    address >= walk->function.end)
		return;
	path = &walk->paths[walk->paths_count++];
	*path = *from;
	path->address = address;
}

/* One instruction of a path; false ends it. */
static bool walk_step(struct walk *walk, struct path *path)
{
	struct search *search = walk->search;
	const cs_insn *insn = insn_at(search->decoder, path->address);
	uint64_t target;

	if (!insn)
		return false;
	path->address = insn->address + insn->size;
	switch (insn_flow(insn, &target)) {
	case INSN_PLAIN:
		step(search, &path->state, insn);
		break;
	case INSN_BRANCH:
		walk_push(walk, target, path);
		break;
	case INSN_JUMP:
		path->address = target;
		break;
	case INSN_CALL_INDIRECT:
		if (operand_is_wanted(search, &path->state, insn))
			add_use(search->callback, insn, true);
		step_call(&path->state);
		break;
	case INSN_CALL:
		step_call(&path->state);
		break;
	case INSN_JUMP_INDIRECT:
		if (operand_is_wanted(search, &path->state, insn))
			add_use(search->callback, insn, false);
		return false;
	default:
		return false;
	}
	return path->address >= walk->function.start && path->address < walk->function.end &&
	       !state_is_empty(&path->state);
}

static void walk_from(struct search *search, const struct image_function *function,
		      uint64_t address)
{
	struct walk *walk = mem_new(sizeof(*walk));

	walk->search = search;
	walk->function = *function;
	walk_push(walk, address, &(struct path){0});
	while (walk->paths_count && walk->steps < WALK_STEPS) {
		struct path path = walk->paths[--walk->paths_count];

		while (path.steps++ < PATH_STEPS && walk->steps++ < WALK_STEPS &&
		       walk_step(walk, &path))
			;
	}
	free(walk);
}

/*
 * The instruction whose last four bytes before its end are at `disp_at`, by decoding the function
 * from its start.
 */
static bool boundary_find(struct decoder *decoder, const struct image_function *function,
			  uint64_t disp_at, uint64_t *address)
{
	uint64_t at = function->start;

	while (at < disp_at) {
		const cs_insn *insn = insn_at(decoder, at);

		if (!insn)
			return false;
		*address = at;
		at += insn->size;
	}
	return at == disp_at + 4;
}

static void use_candidate(struct search *search, uint64_t disp_at)
{
	struct decoder *decoder = search->decoder;
	struct image_function function;
	uint64_t address = 0;

	if (!image_function_at(decoder->image, disp_at, &function)) {
		search->callback->skipped_count++;
		return;
	}
	if (boundary_find(decoder, &function, disp_at, &address))
		walk_from(search, &function, address);
}

/*
 * Every place in code where four bytes, taken as a displacement from behind them, lead to one of
 * two addresses.
 */
static void scan_code(struct search *search, const Elf64_Phdr *segment, uint64_t first,
		      uint64_t second)
{
	enum { CHUNK = 1 << 16 };
	auto_free uint8_t *bytes = mem_new(CHUNK);

	for (uint64_t done = 0; done + 4 <= segment->p_filesz;) {
		uint64_t base = segment->p_vaddr + done;
		size_t length = image_read(search->decoder->image, base, bytes, CHUNK);

		if (length < 4)
			return;
		for (size_t i = 0; i + 4 <= length; i++) {
			uint64_t target;
			int32_t disp;

			memcpy(&disp, bytes + i, sizeof(disp));
			target = base + i + 4 + (uint64_t)(int64_t)disp;
			if (target == first || (second && target == second))
				use_candidate(search, base + i);
		}
		done += length - 3; /* a displacement may lie across two chunks */
	}
}

int callback_find(struct callback *callback, struct decoder *decoder,
		  const struct image_function *setter, unsigned arg_index, const char **why)
{
	struct search search = {.decoder = decoder, .callback = callback};
	const struct image *image = decoder->image;
	uint64_t code_bytes = 0;

	*callback = (struct callback){0};
	*why = "the setter does not store its argument in a variable of this object";
	if (!find_variable(&search, setter, arg_index))
		return -ENOENT;
	for (size_t i = 0; i < image->segments_count; i++)
		if (image->segments[i].p_type == PT_LOAD && (image->segments[i].p_flags & PF_X))
			code_bytes += image->segments[i].p_filesz;
	*why = "the object has too much code to search for calls of the callback";
	if (code_bytes > CODE_LIMIT_BYTES)
		return -ENOENT;
	for (size_t i = 0; i < image->segments_count; i++)
		if (image->segments[i].p_type == PT_LOAD && (image->segments[i].p_flags & PF_X))
			scan_code(&search, &image->segments[i], callback->variable,
				  image_got_slot(decoder->image, callback->variable));
	*why = callback->skipped_count
		       ? "the callback's variable is used in code whose function bounds are unknown"
		       : "no call through the callback's variable was found";
	return callback->uses_count ? 0 : -ENOENT;
}
