// SPDX-License-Identifier: Apache-2.0
/*
 * Every way in which a function can end, in code made here and in the libraries of the system.
 * objdump is the second opinion: it knows where the `ret`s are, and it does not know how we look
 * for them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/auto.h"
#include "source/exits.h"
#include "tests/unit/source/live.h"

#define ESPEAK "/usr/lib/x86_64-linux-gnu/libespeak-ng.so.1"
#define FLITE  "/usr/lib/x86_64-linux-gnu/libflite.so.1"
#define LIBC   "/usr/lib/x86_64-linux-gnu/libc.so.6"

static const char c_source[] =
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"#define KEEP __attribute__((noinline,noclone))\n"
	"volatile int sink;\n"
	"int (*pointer)(int);\n"
	"KEEP int several_rets(int a) { if (a > 3) { sink = a; return a * 5; } if (a < -3) return "
	"sink; return a ^ 1; }\n"
	"static KEEP int local_target(int a) { sink = a; if (a == 9) return 4; sink = 2; return "
	"sink + a; }\n"
	"KEEP int direct_tail(int a) { sink = a; return local_target(a + 1); }\n"
	"KEEP int plt_tail(int a) { sink = a; return several_rets(a + 1); }\n"
	"KEEP int chain_of_tails(int a) { sink = 7; return plt_tail(a + 2); }\n"
	"KEEP size_t foreign_tail(const char *s) { sink = 1; return strlen(s + 1); }\n"
	"KEEP int indirect_tail(int a) { return pointer(a); }\n"
	"KEEP void never_returns(int a) { sink = a; abort(); }\n"
	"KEEP int sometimes_aborts(int a) { if (a == 5) abort(); return a * 3; }\n"
	"KEEP int loops(int a) { int s = 0; while (a--) s += sink; return s; }\n"
	"KEEP int forever(void) { for (;;) sink++; }\n"
	"KEEP int calls(int a) { return several_rets(a) + local_target(a); }\n"
	"KEEP int switched(int a, int b) { switch (a) {\n"
	"case 0: return b * 3; case 1: sink = 3; return b; case 2: sink = b; return 9; case 3: "
	"return b ^ sink;\n"
	"case 4: sink = 1; return b - 7; case 5: return local_target(b); case 6: sink = 6; return "
	"61; }\n"
	"return -1; }\n"
	"KEEP int masked(unsigned a, int b) { switch (a & 7) {\n"
	"case 0: return b * 3; case 1: sink = 3; return b; case 2: sink = b; return 9; case 3: "
	"return b ^ sink;\n"
	"case 4: sink = 1; return b - 7; case 5: return b + 5; case 6: sink = 6; return 61; case "
	"7: return 2; }\n"
	"return -1; }\n"
	"struct s { int pad, kind; };\n"
	"KEEP int switched_in_memory(struct s *s, int b) { switch (s->kind) {\n"
	"case 3: return b * 3; case 4: sink = 3; return b; case 5: sink = b; return 9; case 6: "
	"return b ^ sink;\n"
	"case 7: sink = 1; return b - 7; case 8: return b + 1; }\n"
	"return -1; }\n"
	"KEEP int switched_in_a_loop(const unsigned char *p, int b) { for (;; p++) { "
	"several_rets(b); switch (*p) {\n"
	"case 1: b += 3; break; case 2: sink = b; break; case 3: b ^= sink; break; case 4: b = "
	"several_rets(b); break;\n"
	"case 5: sink = 9; break; case 6: b = 2; break; case 7: return b; default: return 0; } } "
	"}\n";

static const char asm_source[] =
	"	.text\n"
	"	.macro function name\n	.globl \\name\n	.type \\name,@function\n\\name:\n	"
	".endm\n"
	"	.macro ends name\n	.size \\name,.-\\name\n	.endm\n"
	/* a ret inside another instruction: reached by both ways */
	"	function overlapped\n	cmp $1,%edi\n	je 1f\n	.byte "
	"0xb8,0x01,0x00,0x00,0xc3\n	ret\n"
	"1:	jmp overlapped+9\n	ends overlapped\n"
	/* bytes that no instruction begins with */
	"	function undecodable\n	cmp $1,%edi\n	je 1f\n	ret\n1:	.byte 0x06,0x06\n	"
	"ret\n	ends undecodable\n"
	/* inline retpoline: ret is used as a jump */
	"	function retpoline\n	call 2f\n1:	pause\n	jmp 1b\n2:	mov "
	"%rax,(%rsp)\n	ret\n	ends retpoline\n"
	/* falls into its neighbour */
	"	function falls_through\n	cmp $1,%edi\n	je 1f\n	ret\n1:	inc %edi\n	"
	"ends falls_through\n"
	"	function neighbour\n	mov %edi,%eax\n	ret\n	ends neighbour\n"
	/* a conditional tail call */
	"	function conditional_tail\n	cmp $1,%edi\n	je neighbour_local\n	ret\n	"
	"ends conditional_tail\n"
	"	.type neighbour_local,@function\nneighbour_local:\n	mov $3,%eax\n	ret\n	"
	"ends neighbour_local\n"
	/* the part out of line comes back */
	"	function with_cold\n	cmp $1,%edi\n	je with_cold.cold\n1:	ret\n	ends "
	"with_cold\n"
	"	.type with_cold.cold,@function\nwith_cold.cold:\n	mov $3,%eax\n	jmp "
	"1b\n	ends with_cold.cold\n"
	/* a jump by register that no bound belongs to, and a table behind which another one lies */
	"	function unbounded\n	lea table(%rip),%rdx\n	movslq (%rdx,%rdi,4),%rax\n	"
	"add %rdx,%rax\n	jmp *%rax\n"
	".Lu1:	ret\n.Lu2:	nop\n	ret\n	ends unbounded\n"
	/* bounded from below only: a signed comparison proves nothing */
	"	function signed_bound\n	cmp $1,%edi\n	jg 1f\n	lea table2(%rip),%rdx\n	movslq "
	"(%rdx,%rdi,4),%rax\n"
	"	add %rdx,%rax\n	jmp *%rax\n1:	ret\n.Ls:	nop\n	ret\n	ends signed_bound\n"
	/* whole addresses in a table that the loader relocates */
	"	function addresses\n	cmp $1,%edi\n	ja 1f\n	mov %edi,%edi\n	lea "
	"table3(%rip),%rdx\n	jmp *(%rdx,%rdi,8)\n"
	"1:	ret\n3:	nop\n	ret\n4:	nop\n	nop\n	ret\n	ends addresses\n"
	/* the branch that bounds is taken, and the copy is what was compared */
	"	function taken_bound\n	mov %edi,%eax\n	cmp $1,%edi\n	jbe 1f\n	ret\n1:	"
	"lea table4(%rip),%rdx\n"
	"	movslq (%rdx,%rax,4),%rax\n	add %rax,%rdx\n	jmp *%rdx\n5:	ret\n6:	nop\n	"
	"ret\n	ends taken_bound\n"
	/* the index is written behind the comparison */
	"	function late_write\n	cmp $1,%edi\n	ja 7f\n	add %esi,%edi\n	lea "
	"table4(%rip),%rdx\n"
	"	movslq (%rdx,%rdi,4),%rax\n	add %rax,%rdx\n	jmp *%rdx\n7:	ret\n	ends "
	"late_write\n"
	"	.section .rodata\n	.align 4\n"
	"table:	.long .Lu1-table, .Lu2-table, .Lu1+1-table\n"
	"table2:	.long .Ls-table2, .Ls-table2\n"
	"table4:	.long 5b-table4, 6b-table4\n"
	"	.section .data.rel.ro,\"aw\"\n	.align 8\n"
	"table3:	.quad 3b, 4b\n"
	"	.section .note.GNU-stack,\"\"\n";

static int set_up(void **state)
{
	if (live_set_up(state))
		return -1;
	live_write("c.c", c_source);
	live_write("a.s", asm_source);
	return live_run("gcc -w -O2 -fPIC -shared -fno-stack-protector -o o2.so c.c && "
			"gcc -w -O2 -fPIC -shared -fcf-protection -fstack-protector-all -o cet.so "
			"c.c && "
			"gcc -w -O2 -fPIC -shared -fno-plt -o noplt.so c.c && "
			"gcc -w -O2 -fPIC -shared -Wl,-z,now -s -o stripped.so c.c && "
			"gcc -w -O0 -fPIC -shared -o o0.so c.c && "
			"gcc -w -Os -fPIC -shared -o os.so c.c && "
			"gcc -shared -o a.so a.s")
		       ? 0
		       : -1;
}

/* --- asking both --- */

struct asked {
	struct image *image;
	struct decoder decoder;
	struct dump dump;
	struct image_function function;
	struct exits exits;
};

static void ask_object(struct asked *asked, const char *path)
{
	*asked = (struct asked){.image = live_image(path), .dump = dump_read(path)};
	assert_int_equal(decoder_init(&asked->decoder, asked->image), 0);
}

static const struct exits *ask(struct asked *asked, const char *name)
{
	exits_fini(&asked->exits);
	assert_int_equal(image_find(asked->image, name, &asked->function), IMAGE_FOUND);
	exits_walk(&asked->exits, &asked->decoder, &asked->function, asked->function.start);
	return &asked->exits;
}

static void ask_no_more(struct asked *asked)
{
	exits_fini(&asked->exits);
	decoder_fini(&asked->decoder);
	image_free(asked->image);
	dump_fini(&asked->dump);
}

/* How many of the walk's rets are what objdump shows as a ret within a function. */
static size_t rets_in(const struct asked *asked, const char *name)
{
	struct image_function function;
	size_t count = 0;

	assert_int_equal(image_find(asked->image, name, &function), IMAGE_FOUND);
	for (size_t i = 0; i < asked->exits.rets_count; i++)
		count += asked->exits.rets[i] >= function.start &&
			 asked->exits.rets[i] < function.end;
	return count;
}

static size_t dump_rets(const struct asked *asked, const char *name)
{
	struct image_function function;
	size_t count = 0;

	assert_int_equal(image_find(asked->image, name, &function), IMAGE_FOUND);
	for (size_t i = dump_at(&asked->dump, function.start);
	     i < asked->dump.count && asked->dump.lines[i].address < function.end; i++)
		count += dump_is(&asked->dump.lines[i], "ret");
	return count;
}

static void assert_on_rets(const struct asked *asked)
{
	for (size_t i = 0; i < asked->exits.rets_count; i++) {
		size_t at = dump_at(&asked->dump, asked->exits.rets[i]);

		assert_true(at < asked->dump.count &&
			    asked->dump.lines[at].address == asked->exits.rets[i]);
		assert_true(dump_is(&asked->dump.lines[at], "ret"));
		assert_true(!i || asked->exits.rets[i] > asked->exits.rets[i - 1]);
	}
}

/* --- code of our own --- */

static const char *const builds[] = {"o2.so",	    "cet.so", "noplt.so",
				     "stripped.so", "o0.so",  "os.so"};

#define EACH_BUILD(asked)                                                                          \
	for (size_t build = 0; build < sizeof(builds) / sizeof(*builds); build++)                  \
		for (bool once = (ask_object(asked, live_path(builds[build])), true); once;        \
		     once = (ask_no_more(asked), false))

static void a_function_that_returns_ends_at_each_of_its_rets(void **state)
{
	static const char *const names[] = {"several_rets", "loops", "calls", "sometimes_aborts"};
	struct asked asked;

	(void)state;
	EACH_BUILD(&asked)
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ask(&asked, names[i]);
		assert_true(asked.exits.all_accounted);
		assert_false(asked.exits.has_tail_exit);
		assert_on_rets(&asked);
		assert_int_equal(asked.exits.rets_count, dump_rets(&asked, names[i]));
		assert_int_equal(asked.exits.rets_count, rets_in(&asked, names[i]));
	}
}

static void a_tail_call_ends_at_the_rets_of_its_target(void **state)
{
	struct asked asked;

	(void)state;
	EACH_BUILD(&asked)
	{
		bool is_optimised = strcmp(builds[build], "o0.so") != 0;

		ask(&asked, "direct_tail");
		assert_true(asked.exits.all_accounted && asked.exits.rets_count);
		assert_int_equal(asked.exits.has_tail_exit, is_optimised);
		assert_on_rets(&asked);
		if (!is_optimised)
			continue;
		assert_int_equal(rets_in(&asked, "direct_tail"), 0);
		ask(&asked, "plt_tail");
		assert_true(asked.exits.all_accounted && asked.exits.has_tail_exit);
		assert_int_equal(asked.exits.rets_count, dump_rets(&asked, "several_rets"));
		assert_int_equal(rets_in(&asked, "several_rets"), asked.exits.rets_count);
		ask(&asked, "chain_of_tails");
		assert_true(asked.exits.all_accounted && asked.exits.has_tail_exit);
		assert_int_equal(rets_in(&asked, "several_rets"),
				 dump_rets(&asked, "several_rets"));
		assert_int_equal(asked.exits.rets_count, dump_rets(&asked, "several_rets"));
	}
}

static void a_tail_call_into_another_object_is_not_accounted_for(void **state)
{
	struct asked asked;

	(void)state;
	EACH_BUILD(&asked)
	{
		if (!strcmp(builds[build], "o0.so"))
			continue;
		ask(&asked, "foreign_tail");
		assert_false(asked.exits.all_accounted);
		assert_true(asked.exits.has_tail_exit);
		assert_non_null(strstr(asked.exits.reasons[0], "strlen"));
		ask(&asked, "indirect_tail");
		assert_false(asked.exits.all_accounted);
		assert_true(asked.exits.has_tail_exit);
		assert_int_equal(asked.exits.reasons_count, 1);
	}
}

static void what_does_not_return_has_no_ret(void **state)
{
	struct asked asked;

	(void)state;
	EACH_BUILD(&asked)
	{
		ask(&asked, "never_returns");
		assert_true(asked.exits.all_accounted);
		assert_int_equal(asked.exits.rets_count, 0);
		ask(&asked, "forever");
		assert_true(asked.exits.all_accounted);
		assert_int_equal(asked.exits.rets_count, 0);
	}
}

static void a_switch_is_read_from_its_table(void **state)
{
	static const char *const names[] = {"switched", "masked", "switched_in_memory",
					    "switched_in_a_loop"};
	struct asked asked;

	(void)state;
	EACH_BUILD(&asked)
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bool is_tail = i == 0 && strcmp(builds[build], "o0.so") != 0;

		ask(&asked, names[i]);
		if (!asked.exits.all_accounted)
			print_message("%s in %s: %s\n", names[i], builds[build],
				      asked.exits.reasons[0]);
		assert_true(asked.exits.all_accounted);
		assert_int_equal(asked.exits.tables_count, 1);
		/* without symbols, a part moved out of line that has a ret of its own looks like a
		 * tail call */
		if (strcmp(builds[build], "stripped.so"))
			assert_int_equal(asked.exits.has_tail_exit, is_tail);
		assert_on_rets(&asked);
		assert_int_equal(rets_in(&asked, names[i]), dump_rets(&asked, names[i]));
	}
}

static void clang_writes_the_same_ends(void **state)
{
	static const char *const names[] = {
		"several_rets",	     "direct_tail", "plt_tail",		  "loops",
		"switched",	     "masked",	    "switched_in_memory", "calls",
		"switched_in_a_loop"};
	struct asked asked;

	(void)state;
	if (!live_run("clang -w -O2 -fPIC -shared -o clang.so c.c")) {
		print_message("skipped: no clang\n");
		skip();
	}
	ask_object(&asked, live_path("clang.so"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ask(&asked, names[i]);
		if (!asked.exits.all_accounted)
			print_message("%s: %s\n", names[i], asked.exits.reasons[0]);
		assert_true(asked.exits.all_accounted && asked.exits.rets_count);
		assert_on_rets(&asked);
		assert_int_equal(rets_in(&asked, names[i]), dump_rets(&asked, names[i]));
	}
	ask_no_more(&asked);
}

static void a_switch_of_whole_addresses_in_a_fixed_program_is_read(void **state)
{
	struct asked asked;

	(void)state;
	live_write(
		"main.c",
		"int switched(int, int); int main(int c, char **v) { return switched(c, 3); }\n");
	assert_true(live_run("gcc -w -O2 -fno-pic -no-pie -rdynamic -o fixed c.c main.c"));
	ask_object(&asked, live_path("fixed"));
	ask(&asked, "switched");
	assert_true(asked.exits.all_accounted);
	assert_int_equal(asked.exits.tables_count, 1);
	assert_int_equal(rets_in(&asked, "switched"), dump_rets(&asked, "switched"));
	ask_no_more(&asked);
}

/* --- code by hand --- */

static void code_that_cannot_be_followed_is_not_accounted_for(void **state)
{
	static const struct {
		const char *name, *reason;
	} cases[] = {
		{"undecodable", "undecodable"},	   {"retpoline", "own body"},
		{"unbounded", "indirect jump"},	   {"late_write", "indirect jump"},
		{"signed_bound", "indirect jump"},
	};
	struct asked asked;

	(void)state;
	ask_object(&asked, live_path("a.so"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(&asked, cases[i].name);
		assert_false(asked.exits.all_accounted);
		assert_non_null(strstr(asked.exits.reasons[0], cases[i].reason));
	}
	ask_no_more(&asked);
}

static void a_ret_inside_another_instruction_is_never_a_site(void **state)
{
	struct asked asked;

	(void)state;
	ask_object(&asked, live_path("a.so"));
	ask(&asked, "overlapped");
	assert_false(asked.exits.all_accounted);
	assert_non_null(strstr(asked.exits.reasons[0], "inside another instruction"));
	assert_int_equal(asked.exits.rets_count, 1);
	assert_true(asked.exits.rets[0] == asked.function.start + 10);
	ask_no_more(&asked);
}

static void falling_and_branching_into_a_neighbour_is_a_tail_call(void **state)
{
	struct asked asked;

	(void)state;
	ask_object(&asked, live_path("a.so"));
	ask(&asked, "falls_through");
	assert_true(asked.exits.all_accounted && asked.exits.has_tail_exit);
	assert_int_equal(asked.exits.rets_count, 2);
	assert_int_equal(rets_in(&asked, "neighbour"), 1);
	ask(&asked, "conditional_tail");
	assert_true(asked.exits.all_accounted && asked.exits.has_tail_exit);
	assert_int_equal(asked.exits.rets_count, 2);
	assert_int_equal(rets_in(&asked, "neighbour_local"), 1);
	ask_no_more(&asked);
}

static void the_cold_part_of_a_function_is_no_tail_call(void **state)
{
	struct asked asked;

	(void)state;
	ask_object(&asked, live_path("a.so"));
	ask(&asked, "with_cold");
	assert_true(asked.exits.all_accounted);
	assert_false(asked.exits.has_tail_exit);
	assert_int_equal(asked.exits.rets_count, 1);
	ask_no_more(&asked);
}

static void tables_of_addresses_and_taken_bounds_are_read(void **state)
{
	static const char *const names[] = {"addresses", "taken_bound"};
	struct asked asked;

	(void)state;
	ask_object(&asked, live_path("a.so"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ask(&asked, names[i]);
		assert_true(asked.exits.all_accounted);
		assert_int_equal(asked.exits.tables_count, 1);
		assert_int_equal(asked.exits.rets_count, 3);
		assert_int_equal(rets_in(&asked, names[i]), 3);
	}
	ask_no_more(&asked);
}

static void a_jump_to_the_watched_place_is_seen(void **state)
{
	struct asked asked;
	struct exits exits;

	(void)state;
	ask_object(&asked, live_path("a.so"));
	ask(&asked, "overlapped");
	assert_false(asked.exits.start_is_target);
	exits_walk(&exits, &asked.decoder, &asked.function, asked.function.start + 9);
	assert_true(exits.start_is_target);
	exits_fini(&exits);
	ask_no_more(&asked);
}

/* --- the system's libraries --- */

struct everything {
	struct asked *asked;
	size_t functions_count;
	size_t accounted_count;
	size_t unreached_count;
};

static bool ask_each(void *arg, const char *name, const Elf64_Sym *symbol)
{
	struct everything *all = arg;

	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF ||
	    image_find(all->asked->image, name, &all->asked->function) != IMAGE_FOUND)
		return true;
	ask(all->asked, name);
	assert_on_rets(all->asked);
	all->functions_count++;
	all->accounted_count += all->asked->exits.all_accounted;
	if (all->asked->exits.all_accounted &&
	    rets_in(all->asked, name) != dump_rets(all->asked, name)) {
		print_message("%s: %zu rets of %zu\n", name, rets_in(all->asked, name),
			      dump_rets(all->asked, name));
		all->unreached_count++;
	}
	return true;
}

static void ask_library(const char *path, unsigned accounted_percent)
{
	struct asked asked;
	struct everything all = {.asked = &asked};

	if (access(path, R_OK)) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	ask_object(&asked, path);
	image_each_symbol(asked.image, ask_each, &all);
	print_message("%s: %zu functions, %zu accounted for\n", path, all.functions_count,
		      all.accounted_count);
	assert_true(all.functions_count > 10);
	assert_true(all.accounted_count * 100 >= all.functions_count * accounted_percent);
	assert_int_equal(all.unreached_count, 0);
	ask_no_more(&asked);
}

static void no_ret_site_in_espeak_ng_is_off_an_instruction(void **state)
{
	(void)state;
	ask_library(ESPEAK, 85);
}

static void no_ret_site_in_flite_is_off_an_instruction(void **state)
{
	(void)state;
	ask_library(FLITE, 80);
}

static void no_ret_site_in_the_c_library_is_off_an_instruction(void **state)
{
	(void)state;
	ask_library(LIBC, 85);
}

/* The bounds of the function at an address, by the unwind tables as readelf prints them. */
static bool readelf_frame(const char *object, uint64_t address, uint64_t *start, uint64_t *end)
{
	char command[300], line[400];
	bool found = false;
	FILE *pipe;

	snprintf(command, sizeof(command), "readelf --debug-dump=frames '%s' 2>/dev/null", object);
	pipe = popen(command, "r");
	while (fgets(line, sizeof(line), pipe)) {
		char *at = strstr(line, "pc=");
		unsigned long long from, to;

		if (at && sscanf(at, "pc=%llx..%llx", &from, &to) == 2 && address >= from &&
		    address < to) {
			*start = from;
			*end = to;
			found = true;
		}
	}
	pclose(pipe);
	return found;
}

/* Where objdump says that a function jumps out of itself. */
static size_t dump_jumps_out(const struct asked *asked, uint64_t *targets, size_t targets_count,
			     bool through_plt)
{
	size_t count = 0;

	for (size_t i = dump_at(&asked->dump, asked->function.start);
	     i < asked->dump.count && asked->dump.lines[i].address < asked->function.end; i++) {
		const char *text = asked->dump.lines[i].text;
		unsigned long long target;

		if (strncmp(text, "jmp ", 4) || sscanf(text + 4, " %llx", &target) != 1)
			continue;
		if ((target >= asked->function.start && target < asked->function.end) ||
		    (strstr(text, "@plt>") != NULL) != through_plt)
			continue;
		assert_true(count < targets_count);
		targets[count++] = target;
	}
	return count;
}

static void espeak_ng_Synthesize_ends_in_itself_and_in_the_function_it_jumps_to(void **state)
{
	uint64_t targets[4], start = 0, end = 0;
	struct asked asked;
	size_t wanted;

	(void)state;
	if (access(ESPEAK, R_OK)) {
		print_message("skipped: no %s\n", ESPEAK);
		skip();
	}
	ask_object(&asked, ESPEAK);
	ask(&asked, "espeak_ng_Synthesize");
	assert_true(asked.exits.all_accounted && asked.exits.has_tail_exit);
	assert_on_rets(&asked);
	wanted = dump_rets(&asked, "espeak_ng_Synthesize");
	assert_int_equal(rets_in(&asked, "espeak_ng_Synthesize"), wanted);
	assert_int_equal(dump_jumps_out(&asked, targets, 4, false), 1);
	assert_true(readelf_frame(ESPEAK, targets[0], &start, &end));
	assert_true(start == targets[0]);
	for (size_t i = dump_at(&asked.dump, start); asked.dump.lines[i].address < end; i++)
		wanted += dump_is(&asked.dump.lines[i], "ret");
	assert_int_equal(asked.exits.rets_count, wanted);
	ask_no_more(&asked);
}

static void the_jump_table_of_a_text_decoder_is_understood(void **state)
{
	uint64_t targets[8];
	struct asked asked;

	(void)state;
	if (access(ESPEAK, R_OK)) {
		print_message("skipped: no %s\n", ESPEAK);
		skip();
	}
	ask_object(&asked, ESPEAK);
	ask(&asked, "text_decoder_decode_string_multibyte");
	assert_true(asked.exits.all_accounted && asked.exits.has_tail_exit);
	assert_int_equal(asked.exits.tables_count, 1);
	assert_on_rets(&asked);
	assert_int_equal(rets_in(&asked, "text_decoder_decode_string_multibyte"),
			 dump_rets(&asked, "text_decoder_decode_string_multibyte"));
	assert_true(dump_jumps_out(&asked, targets, 8, true) >= 3);
	/* behind the stubs: objdump names them */
	assert_int_equal(rets_in(&asked, "text_decoder_decode_wstring"),
			 dump_rets(&asked, "text_decoder_decode_wstring"));
	assert_int_equal(rets_in(&asked, "text_decoder_decode_string"),
			 dump_rets(&asked, "text_decoder_decode_string"));
	assert_true(rets_in(&asked, "text_decoder_decode_string") > 0);
	ask_no_more(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_that_returns_ends_at_each_of_its_rets),
		cmocka_unit_test(a_tail_call_ends_at_the_rets_of_its_target),
		cmocka_unit_test(a_tail_call_into_another_object_is_not_accounted_for),
		cmocka_unit_test(what_does_not_return_has_no_ret),
		cmocka_unit_test(a_switch_is_read_from_its_table),
		cmocka_unit_test(clang_writes_the_same_ends),
		cmocka_unit_test(a_switch_of_whole_addresses_in_a_fixed_program_is_read),
		cmocka_unit_test(code_that_cannot_be_followed_is_not_accounted_for),
		cmocka_unit_test(a_ret_inside_another_instruction_is_never_a_site),
		cmocka_unit_test(falling_and_branching_into_a_neighbour_is_a_tail_call),
		cmocka_unit_test(the_cold_part_of_a_function_is_no_tail_call),
		cmocka_unit_test(tables_of_addresses_and_taken_bounds_are_read),
		cmocka_unit_test(a_jump_to_the_watched_place_is_seen),
		cmocka_unit_test(no_ret_site_in_espeak_ng_is_off_an_instruction),
		cmocka_unit_test(no_ret_site_in_flite_is_off_an_instruction),
		cmocka_unit_test(no_ret_site_in_the_c_library_is_off_an_instruction),
		cmocka_unit_test(
			espeak_ng_Synthesize_ends_in_itself_and_in_the_function_it_jumps_to),
		cmocka_unit_test(the_jump_table_of_a_text_decoder_is_understood),
	};

	return cmocka_run_group_tests(tests, set_up, live_tear_down);
}
