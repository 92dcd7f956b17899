// SPDX-License-Identifier: Apache-2.0
/*
 * In: code bytes. Out: decoded instructions. The rule that surprises: detail is on, 2 us each:
 * walk, do not sweep.
 */
#include "source/insn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int decoder_init(struct decoder *decoder, struct image *image)
{
	*decoder = (struct decoder){.image = image};
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &decoder->handle) != CS_ERR_OK)
		return -ENOMEM;
	cs_option(decoder->handle, CS_OPT_DETAIL, CS_OPT_ON);
	decoder->insn = cs_malloc(decoder->handle);
	if (decoder->insn)
		return 0;
	cs_close(&decoder->handle);
	return -ENOMEM;
}

void decoder_fini(struct decoder *decoder)
{
	if (decoder->insn) {
		cs_free(decoder->insn, 1);
		cs_close(&decoder->handle);
	}
	*decoder = (struct decoder){0};
}

const cs_insn *insn_at(struct decoder *decoder, uint64_t address)
{
	uint8_t bytes[15];
	const uint8_t *at = bytes;
	size_t length;
	uint64_t next = address;

	if (!image_is_code(decoder->image, address))
		return NULL;
	length = image_read(decoder->image, address, bytes, sizeof(bytes));
	if (!length || !cs_disasm_iter(decoder->handle, &at, &length, &next, decoder->insn))
		return NULL;
	return decoder->insn;
}

static bool has_immediate_target(const cs_insn *insn, uint64_t *target)
{
	const cs_x86 *x86 = &insn->detail->x86;

	if (x86->op_count != 1 || x86->operands[0].type != X86_OP_IMM)
		return false;
	*target = (uint64_t)x86->operands[0].imm;
	return true;
}

enum insn_flow insn_flow(const cs_insn *insn, uint64_t *target)
{
	switch (insn->id) {
	case X86_INS_RET:
		return INSN_RET;
	case X86_INS_JMP:
		return has_immediate_target(insn, target) ? INSN_JUMP : INSN_JUMP_INDIRECT;
	case X86_INS_CALL:
		return has_immediate_target(insn, target) ? INSN_CALL : INSN_CALL_INDIRECT;
	case X86_INS_UD0:
	case X86_INS_UD2:
#if CS_API_MAJOR < 5
	case X86_INS_UD2B:
#endif
	case X86_INS_HLT:
	case X86_INS_INT3:
		return INSN_STOP;
	case X86_INS_LJMP:
	case X86_INS_LCALL:
	case X86_INS_RETF:
	case X86_INS_RETFQ:
	case X86_INS_IRET:
	case X86_INS_IRETD:
	case X86_INS_IRETQ:
	case X86_INS_SYSEXIT:
	case X86_INS_SYSRET:
	case X86_INS_XBEGIN:
		return INSN_STRANGE;
	default:
		break;
	}
	for (uint8_t i = 0; i < insn->detail->groups_count; i++)
		if (insn->detail->groups[i] == X86_GRP_JUMP)
			return has_immediate_target(insn, target) ? INSN_BRANCH : INSN_STRANGE;
	/* loop, loope, loopne: a jump by meaning, in no group of capstone 4 */
	if (insn->id == X86_INS_LOOP || insn->id == X86_INS_LOOPE || insn->id == X86_INS_LOOPNE)
		return has_immediate_target(insn, target) ? INSN_BRANCH : INSN_STRANGE;
	return INSN_PLAIN;
}

bool insn_is_emulated(const uint8_t *bytes, size_t length)
{
	bool is_short = false; /* 66: the kernel refuses it on branches */
	size_t at = 0;

	if ((length == 1 && (bytes[0] & 0xf8) == 0x50) ||
	    (length == 2 && bytes[0] == 0x41 && (bytes[1] & 0xf8) == 0x50))
		return true;
	for (; at < length; at++) {
		if (bytes[at] == 0x66)
			is_short = true;
		else if (bytes[at] != 0xf2 && bytes[at] != 0xf3 && bytes[at] != 0x2e &&
			 bytes[at] != 0x3e && (bytes[at] & 0xf0) != 0x40)
			break;
	}
	if (at == length)
		return false;
	if (bytes[at] == 0x90)
		return !(at && bytes[at - 1] == 0x41); /* 41 90 is xchg r8d, eax */
	if (is_short)
		return false;
	if (bytes[at] == 0x0f)
		return at + 1 < length && (bytes[at + 1] & 0xf0) == 0x80;
	return bytes[at] == 0xe8 || bytes[at] == 0xe9 || bytes[at] == 0xeb ||
	       (bytes[at] & 0xf0) == 0x70;
}

bool insn_is_endbr64(const cs_insn *insn)
{
	return insn->size == 4 && !memcmp(insn->bytes, "\xf3\x0f\x1e\xfa", 4);
}

bool insn_is_nop5(const cs_insn *insn)
{
	return insn->size == 5 && !memcmp(insn->bytes, "\x0f\x1f\x44\x00\x00", 5);
}

bool insn_is_nop(const cs_insn *insn)
{
	return insn->id == X86_INS_NOP || (insn->size == 2 && !memcmp(insn->bytes, "\x66\x90", 2));
}

void insn_text(const cs_insn *insn, char *text, size_t text_bytes)
{
	snprintf(text, text_bytes, "%s%s%s", insn->mnemonic, *insn->op_str ? " " : "",
		 insn->op_str);
}

bool insn_rip_target(const cs_insn *insn, const cs_x86_op *operand, uint64_t *target)
{
	if (operand->type != X86_OP_MEM || operand->mem.base != X86_REG_RIP ||
	    operand->mem.index != X86_REG_INVALID || operand->mem.segment != X86_REG_INVALID)
		return false;
	*target = insn->address + insn->size + (uint64_t)operand->mem.disp;
	return true;
}

x86_reg insn_register(unsigned reg)
{
	static const struct {
		x86_reg whole;
		x86_reg parts[4];
	} families[] = {
		{X86_REG_RAX, {X86_REG_EAX, X86_REG_AX, X86_REG_AL, X86_REG_AH}},
		{X86_REG_RBX, {X86_REG_EBX, X86_REG_BX, X86_REG_BL, X86_REG_BH}},
		{X86_REG_RCX, {X86_REG_ECX, X86_REG_CX, X86_REG_CL, X86_REG_CH}},
		{X86_REG_RDX, {X86_REG_EDX, X86_REG_DX, X86_REG_DL, X86_REG_DH}},
		{X86_REG_RSI, {X86_REG_ESI, X86_REG_SI, X86_REG_SIL}},
		{X86_REG_RDI, {X86_REG_EDI, X86_REG_DI, X86_REG_DIL}},
		{X86_REG_RBP, {X86_REG_EBP, X86_REG_BP, X86_REG_BPL}},
		{X86_REG_RSP, {X86_REG_ESP, X86_REG_SP, X86_REG_SPL}},
		{X86_REG_R8, {X86_REG_R8D, X86_REG_R8W, X86_REG_R8B}},
		{X86_REG_R9, {X86_REG_R9D, X86_REG_R9W, X86_REG_R9B}},
		{X86_REG_R10, {X86_REG_R10D, X86_REG_R10W, X86_REG_R10B}},
		{X86_REG_R11, {X86_REG_R11D, X86_REG_R11W, X86_REG_R11B}},
		{X86_REG_R12, {X86_REG_R12D, X86_REG_R12W, X86_REG_R12B}},
		{X86_REG_R13, {X86_REG_R13D, X86_REG_R13W, X86_REG_R13B}},
		{X86_REG_R14, {X86_REG_R14D, X86_REG_R14W, X86_REG_R14B}},
		{X86_REG_R15, {X86_REG_R15D, X86_REG_R15W, X86_REG_R15B}},
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		if (families[i].whole == reg)
			return families[i].whole;
		for (size_t p = 0; p < 4; p++)
			if (reg != X86_REG_INVALID && families[i].parts[p] == reg)
				return families[i].whole;
	}
	return X86_REG_INVALID;
}
