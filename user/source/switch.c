// SPDX-License-Identifier: Apache-2.0
/*
 * In: an indirect jump that was reached on a known path. Out: the targets of its jump table.
 * What is understood, as gcc and clang write it:
 *	cmp $N, index; ja default; lea table(%rip), base; movslq (base,index,4), off; add base, off;
 *jmp *off the same with table(,index,8) or (base,index,8) and whole addresses read backwards along
 *the path: what defines the jump's register, the base, and then what bounds the index. The rule
 *that surprises: a table has no end of its own. Without a proven bound nothing is read from it,
 *because the next words may be another table whose entries would look just as good.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "source/exits_parts.h"

#define BACK_STEPS  256 /* a base may be loaded before a loop */
#define BOUND_STEPS 64

struct table_use {
	size_t load; /* step of the instruction that reads the table */
	uint64_t table;
	uint64_t base;	      /* added to 4-byte entries */
	unsigned entry_bytes; /* 4: signed offsets; 8: addresses */
	x86_reg index;
};

/* The step before `at` on its path; false at the start. */
static bool step_back(const struct walk *walk, size_t *at)
{
	if (!walk->steps[*at].before)
		return false;
	*at = walk->steps[*at].before - 1;
	return true;
}

static bool writes_reg(struct walk *walk, const cs_insn *insn, x86_reg whole)
{
	cs_regs reads, writes;
	uint8_t reads_count, writes_count;

	if (insn->id == X86_INS_CALL) /* keeps rbx, rbp, rsp, r12..r15 */
		return whole != X86_REG_RBX && whole != X86_REG_RBP && whole != X86_REG_RSP &&
		       (whole < X86_REG_R12 || whole > X86_REG_R15);
	if (cs_regs_access(walk->decoder->handle, insn, reads, &reads_count, writes, &writes_count))
		return true;
	for (uint8_t i = 0; i < writes_count; i++)
		if (insn_register(writes[i]) == whole)
			return true;
	return false;
}

/* The nearest instruction before `at` that writes the register. */
static const cs_insn *definition(struct walk *walk, size_t *at, unsigned reg)
{
	x86_reg whole = insn_register(reg);

	for (unsigned steps = 0; steps < BACK_STEPS && step_back(walk, at); steps++) {
		const cs_insn *insn = insn_at(walk->decoder, walk->steps[*at].address);

		if (!insn)
			return NULL;
		if (writes_reg(walk, insn, whole))
			return insn;
	}
	return NULL;
}

/* What a `lea x(%rip), reg` put there; register copies are followed. */
static bool constant_of(struct walk *walk, size_t at, unsigned reg, uint64_t *value)
{
	for (unsigned copies = 0; copies < 4; copies++) {
		const cs_insn *insn = definition(walk, &at, reg);
		const cs_x86 *x86 = insn ? &insn->detail->x86 : NULL;

		if (!insn || x86->op_count != 2 || x86->operands[0].size != 8)
			return false;
		if (insn->id == X86_INS_LEA)
			return insn_rip_target(insn, &x86->operands[1], value);
		if (insn->id != X86_INS_MOV || x86->operands[1].type != X86_OP_REG)
			return false;
		reg = x86->operands[1].reg;
	}
	return false;
}

/*
 * A table operand: [base + index * scale + disp], or [index * scale + disp] with an absolute
 * address.
 */
static bool operand_table(struct walk *walk, size_t at, const cs_x86_op *operand,
			  struct table_use *use)
{
	uint64_t base = 0;

	if (operand->type != X86_OP_MEM || operand->mem.index == X86_REG_INVALID ||
	    operand->mem.segment != X86_REG_INVALID ||
	    (operand->mem.scale != 4 && operand->mem.scale != 8))
		return false;
	use->load = at;
	use->index = insn_register(operand->mem.index);
	use->entry_bytes = (unsigned)operand->mem.scale;
	use->table = (uint64_t)operand->mem.disp;
	if (use->index == X86_REG_INVALID)
		return false;
	if (operand->mem.base == X86_REG_INVALID)
		return use->entry_bytes == 8;
	if (!constant_of(walk, at, operand->mem.base, &base))
		return false;
	use->table += base;
	return true;
}

/* Without optimisation: lea 0(,index,4),r; lea table(%rip),b; mov (r,b),off; cltq */
static bool operand_table_slow(struct walk *walk, size_t at, const cs_x86_op *operand,
			       struct table_use *use)
{
	const unsigned regs[2] = {operand->mem.base, operand->mem.index};

	if (operand->type != X86_OP_MEM || operand->mem.scale != 1 || operand->mem.disp ||
	    regs[0] == X86_REG_INVALID || regs[1] == X86_REG_INVALID)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		size_t scaled = at;
		const cs_insn *insn = definition(walk, &scaled, regs[i]);
		const cs_x86_op *from = insn ? &insn->detail->x86.operands[1] : NULL;

		if (!insn || insn->id != X86_INS_LEA || from->mem.base != X86_REG_INVALID ||
		    from->mem.scale != 4 || from->mem.disp)
			continue;
		use->index = insn_register(from->mem.index);
		use->load = scaled;
		use->entry_bytes = 4;
		return use->index != X86_REG_INVALID &&
		       constant_of(walk, at, regs[1 - i], &use->table);
	}
	return false;
}

/* reg = movslq (table); the other summand is the base. */
static bool sum_parts(struct walk *walk, size_t at, unsigned loaded, unsigned added,
		      struct table_use *use)
{
	size_t load = at;
	const cs_insn *insn = definition(walk, &load, loaded);
	cs_x86_op operand;

	if (insn && insn->id == X86_INS_CDQE) {
		insn = definition(walk, &load, loaded);
		if (!insn || insn->id != X86_INS_MOV || insn->detail->x86.operands[0].size != 4)
			return false;
		operand = insn->detail->x86.operands[1];
		return operand_table_slow(walk, load, &operand, use) &&
		       constant_of(walk, at, added, &use->base);
	}
	if (!insn || insn->id != X86_INS_MOVSXD || insn->detail->x86.op_count != 2)
		return false;
	operand = insn->detail->x86.operands[1];
	return operand_table(walk, load, &operand, use) && use->entry_bytes == 4 &&
	       constant_of(walk, at, added, &use->base);
}

static bool table_find_use(struct walk *walk, size_t at, struct table_use *use)
{
	const cs_insn *insn = insn_at(walk->decoder, walk->steps[at].address);
	unsigned reg, other;
	cs_x86_op operand;

	if (!insn || insn->detail->x86.op_count != 1)
		return false;
	operand = insn->detail->x86.operands[0];
	if (operand.type == X86_OP_MEM)
		return operand_table(walk, at, &operand, use) && use->entry_bytes == 8;
	if (operand.type != X86_OP_REG)
		return false;
	reg = operand.reg;
	insn = definition(walk, &at, reg);
	if (!insn || insn->detail->x86.op_count != 2)
		return false;
	operand = insn->detail->x86.operands[1];
	if (insn->id == X86_INS_MOV)
		return operand_table(walk, at, &operand, use) && use->entry_bytes == 8;
	if (insn->id != X86_INS_ADD || operand.type != X86_OP_REG)
		return false;
	other = operand.reg;
	return sum_parts(walk, at, reg, other, use) || sum_parts(walk, at, other, reg, use);
}

/* --- the bound --- */

enum limit_kind { LIMIT_NONE, LIMIT_UP_TO, LIMIT_BELOW };

struct chase {	     /* backwards from the load, what is the index and what is known of it */
	x86_reg reg; /* X86_REG_INVALID: a memory operand */
	cs_x86_op memory;
	enum limit_kind
		pending; /* by a branch that was passed on the bounded side, flags not yet met */
	x86_reg other; /* a register that was bounded, and may be what the index was copied from */
	uint64_t other_max;
};

static enum limit_kind branch_limit(const cs_insn *insn, bool was_taken)
{
	switch (insn->id) {
	case X86_INS_JA:
		return was_taken ? LIMIT_NONE : LIMIT_UP_TO;
	case X86_INS_JBE:
		return was_taken ? LIMIT_UP_TO : LIMIT_NONE;
	case X86_INS_JAE:
		return was_taken ? LIMIT_NONE : LIMIT_BELOW;
	case X86_INS_JB:
		return was_taken ? LIMIT_BELOW : LIMIT_NONE;
	default:
		return LIMIT_NONE;
	}
}

static bool writes_flags(struct walk *walk, const cs_insn *insn)
{
	cs_regs reads, writes;
	uint8_t reads_count, writes_count;

	if (cs_regs_access(walk->decoder->handle, insn, reads, &reads_count, writes, &writes_count))
		return true;
	for (uint8_t i = 0; i < writes_count; i++)
		if (writes[i] == X86_REG_EFLAGS)
			return true;
	return insn->id == X86_INS_CALL;
}

static bool same_memory(const cs_x86_op *a, const cs_x86_op *b)
{
	return a->type == X86_OP_MEM && b->type == X86_OP_MEM && a->mem.base == b->mem.base &&
	       a->mem.index == b->mem.index && a->mem.scale == b->mem.scale &&
	       a->mem.disp == b->mem.disp && a->mem.segment == b->mem.segment;
}

static bool is_chased(const struct chase *chase, const cs_x86_op *operand)
{
	if (chase->reg == X86_REG_INVALID)
		return same_memory(operand, &chase->memory);
	return operand->type == X86_OP_REG && insn_register(operand->reg) == chase->reg;
}

/* cmp x, N under a pending limit. True: the index is bounded. */
static bool compare_bounds(struct chase *chase, const cs_x86 *x86, uint64_t *max)
{
	uint64_t limit;

	if (chase->pending == LIMIT_NONE || x86->op_count != 2 ||
	    x86->operands[1].type != X86_OP_IMM || x86->operands[1].imm < 0)
		return false;
	limit = (uint64_t)x86->operands[1].imm;
	if (chase->pending == LIMIT_BELOW && !limit--)
		return false;
	if (is_chased(chase, &x86->operands[0])) {
		*max = limit;
		return true;
	}
	if (x86->operands[0].type == X86_OP_REG) {
		chase->other = insn_register(x86->operands[0].reg);
		chase->other_max = limit;
	}
	return false;
}

/*
 * An instruction that writes the index: what was it before? False: not known. *max is set when that
 * bounds it.
 */
static bool chase_definition(struct chase *chase, const cs_insn *insn, uint64_t *max)
{
	const cs_x86 *x86 = &insn->detail->x86;

	if (insn->id == X86_INS_CDQE)
		return true;
	if (x86->op_count != 2 || !is_chased(chase, &x86->operands[0]))
		return false;
	if (insn->id == X86_INS_AND && x86->operands[1].type == X86_OP_IMM &&
	    x86->operands[1].imm >= 0) {
		*max = (uint64_t)x86->operands[1].imm;
		return true;
	}
	if (insn->id != X86_INS_MOV && insn->id != X86_INS_MOVZX && insn->id != X86_INS_MOVSXD &&
	    insn->id != X86_INS_MOVSX)
		return false;
	if (x86->operands[1].type == X86_OP_REG) {
		chase->reg = insn_register(x86->operands[1].reg);
		if (chase->reg != X86_REG_INVALID && chase->reg == chase->other)
			*max = chase->other_max;
		return chase->reg != X86_REG_INVALID;
	}
	if (x86->operands[1].type != X86_OP_MEM)
		return false;
	chase->reg = X86_REG_INVALID;
	chase->memory = x86->operands[1];
	return true;
}

static bool index_bound(struct walk *walk, const struct table_use *use, uint64_t *max)
{
	struct chase chase = {.reg = use->index};
	size_t at = use->load, after = at;

	*max = UINT64_MAX;
	for (unsigned steps = 0; steps < BOUND_STEPS && step_back(walk, &at); steps++, after = at) {
		const cs_insn *insn = insn_at(walk->decoder, walk->steps[at].address);
		enum limit_kind limit;
		uint64_t target;

		if (!insn)
			return false;
		if (insn_flow(insn, &target) == INSN_BRANCH) {
			limit = branch_limit(insn, walk->steps[after].address !=
							   insn->address + insn->size);
			chase.pending = limit != LIMIT_NONE ? limit : chase.pending;
			continue;
		}
		if (insn->id == X86_INS_CMP && compare_bounds(&chase, &insn->detail->x86, max))
			return true;
		if (writes_flags(walk, insn))
			chase.pending = LIMIT_NONE;
		if (chase.reg != X86_REG_INVALID && writes_reg(walk, insn, chase.reg)) {
			if (!chase_definition(&chase, insn, max))
				return false;
			if (*max != UINT64_MAX)
				return true;
		}
		if (chase.other != X86_REG_INVALID && writes_reg(walk, insn, chase.other))
			chase.other = X86_REG_INVALID;
	}
	return false;
}

/* --- its entries --- */

static bool entry_read(struct walk *walk, const struct table_use *use, uint64_t i, uint64_t *target)
{
	struct image *image = walk->decoder->image;
	uint64_t address = use->table + i * use->entry_bytes;
	const char *import;
	int32_t offset;

	if (use->entry_bytes == 4) {
		if (image_read(image, address, &offset, sizeof(offset)) != sizeof(offset))
			return false;
		*target = use->base + (uint64_t)(int64_t)offset;
	} else if (!image_slot(image, address, target, &import) || import) {
		if (image_read(image, address, target, sizeof(*target)) != sizeof(*target))
			return false;
	}
	return image_is_code(image, *target);
}

/*
 * An entry elsewhere is one of somebody else's table, unless it is the part of this function that
 * gcc moved out of line.
 */
static bool entry_is_ours(struct walk *walk, size_t at, uint64_t target)
{
	const struct image_function *region = &walk->regions[walk->steps[at].region];
	struct image_function other;
	const char *name;

	if (target >= region->start && target < region->end)
		return true;
	if (!image_function_at(walk->decoder->image, target, &other))
		return false;
	name = image_name(walk->decoder->image, other.start);
	return name && strstr(name, ".cold");
}

bool switch_targets(struct walk *walk, size_t at, uint64_t **targets, size_t *targets_count)
{
	struct table_use use = {0};
	uint64_t max;

	if (!table_find_use(walk, at, &use) || !index_bound(walk, &use, &max) ||
	    max >= SWITCH_LIMIT_ENTRIES)
		return false;
	*targets = mem_array((size_t)max + 1, sizeof(**targets));
	for (*targets_count = 0; *targets_count <= max; (*targets_count)++)
		if (!entry_read(walk, &use, *targets_count, &(*targets)[*targets_count]) ||
		    !entry_is_ours(walk, at, (*targets)[*targets_count])) {
			free(*targets);
			return false;
		}
	return true;
}
