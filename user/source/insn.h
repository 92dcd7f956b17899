/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One x86-64 instruction at a time, for those who follow control flow.
 * In: an image and an address. Out: the decoded instruction and what it does to control flow.
 * The rule that surprises: the instruction lives in the decoder and is valid until the next
 * insn_at.
 */
#ifndef SOURCE_INSN_H
#define SOURCE_INSN_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/image.h"

struct decoder {
	csh handle;
	cs_insn *insn;
	struct image *image;
};

enum insn_flow {
	INSN_PLAIN, /* goes on behind itself */
	INSN_RET,
	INSN_JUMP, /* to a known address, always */
	INSN_JUMP_INDIRECT,
	INSN_BRANCH, /* to a known address, or on */
	INSN_CALL,
	INSN_CALL_INDIRECT,
	INSN_STOP,    /* a trap: nothing follows */
	INSN_STRANGE, /* leaves in a way that user code does not */
};

/* -ENOMEM or so, not said. */
int decoder_init(struct decoder *decoder, struct image *image);
void decoder_fini(struct decoder *decoder);
/* NULL: undecodable, or not code. */
const cs_insn *insn_at(struct decoder *decoder, uint64_t address);
enum insn_flow insn_flow(const cs_insn *insn, uint64_t *target);
/* Does the kernel emulate it (about 1 us) instead of single-stepping it (10..17 us)?
 * arch/x86/kernel/uprobes.c */
bool insn_is_emulated(const uint8_t *bytes, size_t length);
bool insn_is_endbr64(const cs_insn *insn);
/* A nop of 5 bytes: on kernels >= 6.18 a probe there becomes a call, which writes below SP. */
bool insn_is_nop5(const cs_insn *insn);
bool insn_is_nop(const cs_insn *insn);
/* "push rbp", cut to fit. */
void insn_text(const cs_insn *insn, char *text, size_t text_bytes);
/* The absolute address of a RIP-relative operand. */
bool insn_rip_target(const cs_insn *insn, const cs_x86_op *operand, uint64_t *target);
/* rax for al, ax and eax; X86_REG_INVALID for what is not a general register. */
x86_reg insn_register(unsigned reg);

#endif
