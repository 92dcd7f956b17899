/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way to leave a function, instruction by instruction, so that no compiler can turn one into another.
 * fake_exit_X(n) burns n ns by fake_work (hidden, in engine.c) and returns n + number. check_exits.sh holds objdump
 * against this file: a kind that is not what its name says fails the build.
 */
	.macro begin name
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	.endm

	.macro end name
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.macro enter_frame
	push	%rbx
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	.endm

	.macro leave_frame
	pop	%rbx
	.cfi_def_cfa_offset 8
	.cfi_restore %rbx
	.endm

	.macro work
	enter_frame
	mov	%rdi, %rbx
	call	fake_work
	.endm

	/* Undo `work` and leave the argument where a callee looks for it. */
	.macro pass_on
	mov	%rbx, %rdi
	leave_frame
	.endm

	.text

begin fake_exit_ret
	work
	lea	1(%rbx), %rax
	leave_frame
	ret
end fake_exit_ret

begin fake_exit_early
	test	%rsi, %rsi
	jne	1f
	lea	2(%rdi), %rax
	ret
1:	enter_frame
	mov	%rdi, %rbx
	cmp	$1, %rsi
	jne	2f
	lea	2(%rbx), %rax
	.cfi_remember_state
	leave_frame
	ret
	.cfi_restore_state
2:	call	fake_work
	lea	2(%rbx), %rax
	leave_frame
	ret
end fake_exit_early

begin fake_exit_repz_ret
	work
	lea	3(%rbx), %rax
	leave_frame
	repz ret
end fake_exit_repz_ret

	.type	fake_tail_local, @function
fake_tail_local:
	.cfi_startproc
	lea	4(%rdi), %rax
	ret
end fake_tail_local

begin fake_exit_tail_local
	work
	pass_on
	jmp	fake_tail_local
end fake_exit_tail_local

begin fake_tail_shared
	lea	5(%rdi), %rax
	ret
end fake_tail_shared

begin fake_exit_tail_plt
	work
	pass_on
	jmp	fake_tail_shared@PLT
end fake_exit_tail_plt

begin fake_exit_tail_far
	work
	pass_on
	jmp	fakeaux_tail@PLT
end fake_exit_tail_far

begin fake_tail_by_got
	lea	7(%rdi), %rax
	ret
end fake_tail_by_got

begin fake_exit_tail_got
	work
	pass_on
	jmp	*fake_tail_by_got@GOTPCREL(%rip)
end fake_exit_tail_got

	.type	fake_tail_first, @function
fake_tail_first:
	.cfi_startproc
	lea	8(%rdi), %rax
	ret
end fake_tail_first

	.type	fake_tail_second, @function
fake_tail_second:
	.cfi_startproc
	mov	%rdi, %rax
	add	$8, %rax
	ret
end fake_tail_second

begin fake_exit_tail_register
	push	%r12
	.cfi_def_cfa_offset 16
	.cfi_offset %r12, -16
	push	%rbx
	.cfi_def_cfa_offset 24
	.cfi_offset %rbx, -24
	sub	$8, %rsp
	.cfi_def_cfa_offset 32
	mov	%rdi, %rbx
	mov	%rsi, %r12
	call	fake_work
	lea	fake_tail_first(%rip), %rax
	lea	fake_tail_second(%rip), %rcx
	test	%r12, %r12
	cmovne	%rcx, %rax
	mov	%rbx, %rdi
	add	$8, %rsp
	.cfi_def_cfa_offset 24
	pop	%rbx
	.cfi_def_cfa_offset 16
	.cfi_restore %rbx
	pop	%r12
	.cfi_def_cfa_offset 8
	.cfi_restore %r12
	jmp	*%rax
end fake_exit_tail_register

	.type	fake_tail_odd, @function
fake_tail_odd:
	.cfi_startproc
	lea	9(%rdi), %rax
	ret
end fake_tail_odd

begin fake_exit_tail_conditional
	work
	pass_on
	test	$1, %dil
	jne	fake_tail_odd
	lea	9(%rdi), %rax
	ret
end fake_exit_tail_conditional

begin fake_exit_target
	work
	lea	10(%rbx), %rax
	leave_frame
	ret
end fake_exit_target

begin fake_exit_tail_probed
	enter_frame
	leave_frame
	jmp	fake_exit_target@PLT
end fake_exit_tail_probed

begin fake_exit_tail_self
.Lself:
	test	%rsi, %rsi
	je	1f
	dec	%rsi
	jmp	.Lself
1:	lea	11(%rdi), %rax
	ret
end fake_exit_tail_self

begin fake_exit_cold
	push	%rbx
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	mov	%rdi, %rbx
	test	%rsi, %rsi
	jne	fake_exit_cold.cold
.Lcold_back:
	lea	12(%rbx), %rax
	pop	%rbx
	.cfi_def_cfa_offset 8
	.cfi_restore %rbx
	ret
end fake_exit_cold

	.section .text.unlikely,"ax",@progbits
	.type	fake_exit_cold.cold, @function
fake_exit_cold.cold:
	.cfi_startproc
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	cmp	$2, %rsi
	je	1f
	call	fake_work
	jmp	.Lcold_back
1:	call	fake_work
	lea	12(%rbx), %rax
	pop	%rbx
	.cfi_def_cfa_offset 8
	.cfi_restore %rbx
	ret
end fake_exit_cold.cold
	.text

begin fake_exit_jump_table
	push	%rbx
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	mov	%rdi, %rbx
	and	$3, %rsi
	lea	.Ltable(%rip), %rcx
	movslq	(%rcx,%rsi,4), %rax
	add	%rcx, %rax
	jmp	*%rax
.Lcase0:
	lea	13(%rbx), %rax
	jmp	.Lcase_end
.Lcase1:
	lea	12(%rbx), %rax
	inc	%rax
	jmp	.Lcase_end
.Lcase2:
	mov	%rbx, %rax
	add	$13, %rax
	jmp	.Lcase_end
.Lcase3:
	mov	%rbx, %rdi
	call	fake_work
	lea	13(%rbx), %rax
.Lcase_end:
	pop	%rbx
	.cfi_def_cfa_offset 8
	.cfi_restore %rbx
	ret
end fake_exit_jump_table

	.section .rodata
	.p2align 2
.Ltable:
	.long	.Lcase0 - .Ltable
	.long	.Lcase1 - .Ltable
	.long	.Lcase2 - .Ltable
	.long	.Lcase3 - .Ltable
	.text

begin fake_exit_endbr
	endbr64
	work
	lea	14(%rbx), %rax
	leave_frame
	ret
end fake_exit_endbr

begin fake_exit_sub
	sub	$24, %rsp
	.cfi_def_cfa_offset 32
	mov	%rdi, 8(%rsp)
	call	fake_work
	mov	8(%rsp), %rax
	add	$15, %rax
	add	$24, %rsp
	.cfi_def_cfa_offset 8
	ret
end fake_exit_sub

begin fake_exit_nop5
	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00	/* nopl 0x0(%rax,%rax,1), five bytes */
	work
	lea	16(%rbx), %rax
	leave_frame
	ret
end fake_exit_nop5

	/* Values live below the stack pointer across a 5-byte nop and conditional jumps. */
begin fake_exit_redzone
	mov	%rdi, -8(%rsp)
	movq	$17, -16(%rsp)
	movq	$0, -24(%rsp)
	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00	/* nopl 0x0(%rax,%rax,1), five bytes */
	mov	-8(%rsp), %rax
	cmp	%rdi, %rax
	jne	1f
	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00	/* nopl 0x0(%rax,%rax,1), five bytes */
	add	-16(%rsp), %rax
	add	-24(%rsp), %rax
1:	ret
end fake_exit_redzone

begin fake_exit_stack_check
	push	%rbx
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	sub	$16, %rsp
	.cfi_def_cfa_offset 32
	mov	%rdi, %rbx
	mov	%fs:0x28, %rax
	mov	%rax, 8(%rsp)
	xor	%eax, %eax
	call	fake_work
	lea	18(%rbx), %rax
	mov	8(%rsp), %rdx
	sub	%fs:0x28, %rdx
	jne	1f
	add	$16, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 16
	pop	%rbx
	.cfi_def_cfa_offset 8
	.cfi_restore %rbx
	ret
	.cfi_restore_state
1:	call	__stack_chk_fail@PLT
end fake_exit_stack_check

	.type	fake_tail_pushed, @function
fake_tail_pushed:
	.cfi_startproc
	lea	19(%rdi), %rax
	ret
end fake_tail_pushed

begin fake_exit_tail_pushed
	work
	pass_on
	lea	fake_tail_pushed(%rip), %rax
	push	%rax
	.cfi_def_cfa_offset 16
	ret
end fake_exit_tail_pushed

begin fake_tiny
	push	%rbx
	.cfi_def_cfa_offset 16
	lea	23(%rdi), %rax
	pop	%rbx
	.cfi_def_cfa_offset 8
	ret
end fake_tiny

	.section .note.GNU-stack,"",@progbits
