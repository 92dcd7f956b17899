#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holds objdump against exits.S and engine.c: is every exit kind what its name says? In: a directory with the built
# libraries. Out: nothing, or a line for each lie and exit 1.
set -eu -o pipefail
lib=$1/libttsfake.so
far=$1/libttsfakeaux.so
lies=0

lie() {
	echo "check_exits: $1 $2" >&2
	lies=1
}
# The instructions of one function, without addresses and bytes.
body() {
	objdump -d --no-show-raw-insn --disassemble="$1" "${2:-$lib}" | awk -F'\t' '/^ *[0-9a-f]+:\t/ { print $2 }'
}
count() { body "$1" | grep -c -E "$2" || true; }
has() { [ "$(count "$1" "$2")" -ge 1 ] || lie "$1" "lacks /$2/"; }
lacks() { [ "$(count "$1" "$2")" -eq 0 ] || lie "$1" "has /$2/"; }
times() { [ "$(count "$1" "$2")" -eq "$3" ] || lie "$1" "has /$2/ $(count "$1" "$2") times, not $3"; }
first() { body "$1" | sed -n 1p | grep -E "$2" >/dev/null || lie "$1" "does not begin with /$2/"; }
last() { body "$1" | grep -v -E '^(nop|xchg|cs nop|data16)' | tail -1 | grep -E "$2" >/dev/null || lie "$1" "does not end with /$2/"; }

ret='^(repz )?ret'
for name in fake_exit_ret fake_exit_target fake_exit_endbr fake_exit_sub fake_exit_nop5 fake_exit_redzone \
	fake_exit_stack_check fake_exit_jump_table fake_tiny; do
	times "$name" "$ret" 1
done
times fake_exit_early "$ret" 3
times fake_exit_repz_ret '^repz ret' 1
for name in local plt far got register probed; do
	lacks "fake_exit_tail_$name" "$ret"
done
last fake_exit_tail_local '^jmp +[0-9a-f]+ <fake_tail_local>'
last fake_exit_tail_plt '^jmp +[0-9a-f]+ <fake_tail_shared@plt>'
last fake_exit_tail_far '^jmp +[0-9a-f]+ <fakeaux_tail@plt>'
last fake_exit_tail_got '^jmp +\*0x[0-9a-f]+\(%rip\)'
last fake_exit_tail_register '^jmp +\*%rax'
last fake_exit_tail_probed '^jmp +[0-9a-f]+ <fake_exit_target@plt>'
has fake_exit_tail_conditional '^jne +[0-9a-f]+ <fake_tail_odd>'
times fake_exit_tail_conditional "$ret" 1
has fake_exit_tail_self '^jmp +[0-9a-f]+ <fake_exit_tail_self>$'
has fake_exit_cold '^jne +[0-9a-f]+ <fake_exit_cold.cold>'
has fake_exit_cold.cold '^jmp +[0-9a-f]+ <fake_exit_cold\+'
times fake_exit_cold.cold "$ret" 1
has fake_exit_jump_table '^jmp +\*%rax'
first fake_exit_endbr '^endbr64'
first fake_exit_sub '^sub +\$0x18,%rsp'
first fake_exit_nop5 '^nopl +0x0\(%rax,%rax,1\)$'
lacks fake_exit_redzone '^(push|call|sub.*rsp)'
has fake_exit_stack_check '^call +[0-9a-f]+ <__stack_chk_fail@plt>'
has fake_exit_tail_pushed '^push +%rax'
last fake_exit_tail_pushed "$ret"
lacks fake_exit_thread "$ret"
lacks fake_exit_process "$ret"
lacks fake_wait_forever "$ret"
for name in fake_recurse fake_recurse_ret fake_descend fake_throw_out; do
	has "$name" "^call +[0-9a-f]+ <$name(@plt)?>"
	has "$name" "$ret"
done
for name in fake_speak fake_stage_run fake_request fake_submit fake_take fake_cancel fake_key_submit fake_key_run \
	fake_key_done fake_many; do
	has "$name" "$ret"
	lacks "$name" '^jmp +(\*|[0-9a-f]+ <[a-z_]+@plt>)'
done
has fake_set_callback '^mov +%rdi,0x[0-9a-f]+\(%rip\)'
has fake_speak '^call +\*'
readelf -W --dyn-syms "$lib" | grep 'IFUNC .* fake_ifunc$' >/dev/null || lie fake_ifunc "is no IFUNC"
readelf -W --dyn-syms "$lib" | grep 'OBJECT .* fake_not_code$' >/dev/null || lie fake_not_code "is no data"
body fakeaux_tail "$far" | grep -E "$ret" >/dev/null || lie fakeaux_tail "lacks a ret"
exit $lies
