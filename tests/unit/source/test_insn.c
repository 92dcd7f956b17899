// SPDX-License-Identifier: Apache-2.0
/* Instructions: what they do to control flow, and which of them the kernel emulates. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/insn.h"
#include "tests/unit/source/live.h"

static void the_kernel_emulates_pushes_nops_and_relative_branches(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		bool is_emulated;
	} cases[] = {
		{"\x55", 1, true},		/* push rbp */
		{"\x41\x57", 2, true},		/* push r15 */
		{"\x90", 1, true},		/* nop */
		{"\x66\x90", 2, true},		/* xchg ax, ax */
		{"\xe8\0\0\0\0", 5, true},	/* call */
		{"\xe9\0\0\0\0", 5, true},	/* jmp */
		{"\xeb\x05", 2, true},		/* jmp short */
		{"\x74\x05", 2, true},		/* je short */
		{"\x0f\x85\0\0\0\0", 6, true},	/* jne */
		{"\xf2\xe9\0\0\0\0", 6, true},	/* bnd jmp */
		{"\xf3\x0f\x1e\xfa", 4, false}, /* endbr64 */
		{"\x0f\x1f\x44\0\0", 5, false}, /* nop of 5 bytes */
		{"\x0f\x1f\0", 3, false},	/* nop of 3 bytes */
		{"\x48\x83\xec\x08", 4, false}, /* sub rsp, 8 */
		{"\x83\xe1\x07", 3, false},	/* and ecx, 7 */
		{"\xc3", 1, false},		/* ret */
		{"\xff\xd0", 2, false},		/* call rax */
		{"\xff\xe0", 2, false},		/* jmp rax */
		{"\x41\x90", 2, false},		/* xchg r8d, eax */
		{"\x6a\x01", 2, false},		/* push 1 */
		{"\xff\x35\0\0\0\0", 6, false}, /* push [rip] */
		{"\x58", 1, false},		/* pop rax */
		{"\x66\xe8\0\0", 4, false},	/* call, 16 bits */
		{"\xe3\x05", 2, false},		/* jrcxz */
		{"\xe2\x05", 2, false},		/* loop */
		{"\x48", 1, false},		/* a prefix and nothing else */
		{"\x0f", 1, false},
		{"", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (insn_is_emulated((const uint8_t *)cases[i].bytes, cases[i].length) !=
		    cases[i].is_emulated)
			print_message("case %zu\n", i);
		assert_int_equal(insn_is_emulated((const uint8_t *)cases[i].bytes, cases[i].length),
				 cases[i].is_emulated);
	}
}

static void control_flow_is_told_for_every_way_of_writing_it(void **state)
{
	static const struct {
		const char *text;
		enum insn_flow flow;
	} cases[] = {
		{"ret", INSN_RET},
		{"repz ret", INSN_RET},
		{"bnd ret", INSN_RET},
		{"ret $8", INSN_RET},
		{"jmp x", INSN_JUMP},
		{"bnd jmp x", INSN_JUMP},
		{"jmp *%rax", INSN_JUMP_INDIRECT},
		{"notrack jmp *%rax", INSN_JUMP_INDIRECT},
		{"jmp *8(%rdi)", INSN_JUMP_INDIRECT},
		{"jmp *x(%rip)", INSN_JUMP_INDIRECT},
		{"je x", INSN_BRANCH},
		{"jrcxz x", INSN_BRANCH},
		{"loop x", INSN_BRANCH},
		{"loopne x", INSN_BRANCH},
		{"call x", INSN_CALL},
		{"call *%r11", INSN_CALL_INDIRECT},
		{"call *x(%rip)", INSN_CALL_INDIRECT},
		{"ud2", INSN_STOP},
		{"hlt", INSN_STOP},
		{"int3", INSN_STOP},
		{"syscall", INSN_PLAIN},
		{"nop", INSN_PLAIN},
		{"endbr64", INSN_PLAIN},
		{"push %rbp", INSN_PLAIN},
		{"iretq", INSN_STRANGE},
		{"lret", INSN_STRANGE},
		{"sysretq", INSN_STRANGE},
		{"mov %rdi,%rax", INSN_PLAIN},
		{"leave", INSN_PLAIN},
		{"cmovne %rax,%rbx", INSN_PLAIN},
		{"xbegin x", INSN_STRANGE},
	};
	struct image_function function;
	struct decoder decoder;
	struct image *image;
	uint64_t target;
	FILE *file;

	(void)state;
	file = fopen(live_path("i.s"), "w");
	assert_non_null(file);
	fprintf(file, ".text\n.globl list\n.type list,@function\nx:list:\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		fprintf(file, "%s\n", cases[i].text);
	fprintf(file, ".size list,.-list\n.section .note.GNU-stack,\"\"\n");
	fclose(file);
	assert_true(live_run("gcc -shared -o i.so i.s"));
	image = live_image(live_path("i.so"));
	assert_int_equal(decoder_init(&decoder, image), 0);
	assert_int_equal(image_find(image, "list", &function), IMAGE_FOUND);
	for (size_t i = 0, at = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const cs_insn *insn = insn_at(&decoder, function.start + at);
		enum insn_flow flow;

		assert_non_null(insn);
		flow = insn_flow(insn, &target);
		if (flow != cases[i].flow)
			print_message("%s (%s %s, id %u): %d\n", cases[i].text, insn->mnemonic,
				      insn->op_str, insn->id, flow);
		assert_int_equal(flow, cases[i].flow);
		if (flow == INSN_JUMP || flow == INSN_BRANCH || flow == INSN_CALL)
			assert_true(target == function.start);
		at += insn->size;
	}
	decoder_fini(&decoder);
	image_free(image);
}

static void only_code_is_decoded(void **state)
{
	struct decoder decoder;
	struct image *image;

	(void)state;
	live_write("d.c", "const char words[64] = \"\\x55\\x55\"; int f(void) { return 1; }\n");
	assert_true(live_run("gcc -shared -fPIC -o d.so d.c"));
	image = live_image(live_path("d.so"));
	assert_int_equal(decoder_init(&decoder, image), 0);
	assert_null(insn_at(&decoder, 0));
	assert_null(insn_at(&decoder, UINT64_MAX));
	for (size_t i = 1; i < image->sections_count; i++)
		if (!(image->sections[i].sh_flags & SHF_EXECINSTR) &&
		    image->sections[i].sh_type != SHT_NOBITS && image->sections[i].sh_addr)
			assert_null(insn_at(&decoder, image->sections[i].sh_addr));
	decoder_fini(&decoder);
	image_free(image);
}

static void registers_are_known_by_their_whole(void **state)
{
	(void)state;
	assert_int_equal(insn_register(X86_REG_AL), X86_REG_RAX);
	assert_int_equal(insn_register(X86_REG_AH), X86_REG_RAX);
	assert_int_equal(insn_register(X86_REG_EDI), X86_REG_RDI);
	assert_int_equal(insn_register(X86_REG_SPL), X86_REG_RSP);
	assert_int_equal(insn_register(X86_REG_R15B), X86_REG_R15);
	assert_int_equal(insn_register(X86_REG_XMM0), X86_REG_INVALID);
	assert_int_equal(insn_register(X86_REG_RIP), X86_REG_INVALID);
	assert_int_equal(insn_register(X86_REG_INVALID), X86_REG_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_emulates_pushes_nops_and_relative_branches),
		cmocka_unit_test(control_flow_is_told_for_every_way_of_writing_it),
		cmocka_unit_test(only_code_is_decoded),
		cmocka_unit_test(registers_are_known_by_their_whole),
	};

	return cmocka_run_group_tests(tests, live_set_up, live_tear_down);
}
