// SPDX-License-Identifier: Apache-2.0
/* When a uretprobe may be used: by names, by contents, by kernels, and in live processes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/auto.h"
#include "source/gate.h"
#include "tests/unit/source/live.h"

static int set_up(void **state)
{
	if (live_set_up(state))
		return -1;
	live_write("plain.c", "#include <stdio.h>\n#include <unistd.h>\n"
			      "int main(void) { write(1, \"r\", 1); pause(); return 0; }\n");
	live_write("cleanup.c",
		   "#include <unistd.h>\n#include <stdlib.h>\nstatic void let_go(int *p) { "
		   "write(2, \"\", *p); }\n"
		   "int main(int c, char **v) { int kept __attribute__((cleanup(let_go))) = 0;\n"
		   "write(1, \"r\", 1); if (c > 1) system(v[1]); pause(); return 0; }\n");
	live_write(
		"throws.cc",
		"#include <unistd.h>\n#include <stdexcept>\n#include <string>\n"
		"int main(int c, char **v) { try { if (c > 1) throw std::runtime_error(v[1]); }\n"
		"catch (std::exception &e) { return 3; } write(1, \"r\", 1); pause(); return 0; "
		"}\n");
	live_write("fibers.c",
		   "#include <ucontext.h>\n#include <unistd.h>\nstatic ucontext_t here, there;\n"
		   "int main(int c, char **v) { getcontext(&here); if (c > 1) swapcontext(&here, "
		   "&there);\n"
		   "write(1, \"r\", 1); pause(); return 0; }\n");
	live_write("panics.rs", "use std::io::Write; fn main() { let mut o = std::io::stdout(); "
				"o.write_all(b\"r\").unwrap();\n"
				"o.flush().unwrap(); loop { std::thread::park(); } }\n");
	live_write("main.go",
		   "package main\nimport \"os\"\nfunc main() { os.Stdout.Write([]byte(\"r\"));\n"
		   "b := make([]byte, 1); for { os.Stdin.Read(b) } }\n");
	return live_run("gcc -w -o plain plain.c && strip -o plain.stripped plain && gcc -w "
			"-fexceptions -o cleanup cleanup.c")
		       ? 0
		       : -1;
}

static bool build(const char *what, const char *command)
{
	if (live_run("%s", command))
		return true;
	print_message("skipped: %s cannot be built here\n", what);
	return false;
}

static enum gate_runtime judge_file(const char *name, bool is_app)
{
	struct image *image = live_image(live_path(name));
	enum gate_runtime runtime = gate_by_image(image, is_app);

	image_free(image);
	return runtime;
}

/* The verdict on a live process of this program; the caller frees gate->refused. */
static struct gate judge_live(const char *name)
{
	const char *argv[] = {live_path(name), NULL};
	struct arena arena = {0};
	struct target target;
	struct gate gate;
	struct maps maps;
	pid_t pid = live_start(argv);

	assert_int_equal(target_read(&target, (uint32_t)pid), 0);
	assert_string_equal(target.exe, argv[0]);
	assert_int_equal(maps_read_process(&maps, (uint32_t)pid), 0);
	gate_check(&gate, &arena, &target, &maps);
	if (gate.refused)
		gate.refused = mem_string(gate.refused);
	maps_fini(&maps);
	arena_fini(&arena);
	live_end(pid);
	return gate;
}

static void assert_live(const char *name, const char *object, bool has_fibers)
{
	struct gate gate = judge_live(name);
	auto_free char *refused = (char *)(uintptr_t)gate.refused;

	if (!object != !refused || (object && !strstr(refused, object)))
		print_message("%s: %s\n", name, refused ? refused : "open");
	if (!object)
		assert_null(refused);
	else
		assert_true(refused && strstr(refused, object));
	assert_int_equal(gate.has_fibers, has_fibers);
}

/* --- names and kernels --- */

static void runtimes_are_known_by_the_names_of_their_libraries(void **state)
{
	static const struct {
		const char *path;
		enum gate_runtime runtime;
	} cases[] = {
		{"/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30", RUNTIME_CPP},
		{"/opt/x/libstdc++-8f2a.so.6 (deleted)", RUNTIME_CPP},
		{"/usr/lib/libc++.so.1", RUNTIME_CPP},
		{"/usr/lib/libc++abi.so.1.0", RUNTIME_CPP},
		{"/data/app/lib/x86_64/libc++_shared.so", RUNTIME_CPP},
		{"/root/.rustup/toolchains/x/lib/libstd-0b1c2d3e.so", RUNTIME_RUST},
		{"/usr/lib/libgo.so.21", RUNTIME_GO},
		{"/v/site-packages/greenlet/_greenlet.cpython-311-x86_64-linux-gnu.so",
		 RUNTIME_FIBERS},
		{"/v/site-packages/gevent/libev/corecext.cpython-311-x86_64-linux-gnu.so",
		 RUNTIME_FIBERS},
		{"/usr/lib/libboost_context.so.1.74.0", RUNTIME_FIBERS},
		{"/usr/lib/libbrpc.so", RUNTIME_FIBERS},
		{"/usr/lib/libtask.so", RUNTIME_FIBERS},
		{"/usr/lib/libco.so.1", RUNTIME_FIBERS},
		{"/usr/lib/libc.so.6", RUNTIME_NONE},
		{"/usr/lib/libespeak-ng.so.1.1.51", RUNTIME_NONE},
		{"/usr/lib/libcolord.so.2", RUNTIME_NONE},
		{"/usr/lib/libgomp.so.1", RUNTIME_NONE},
		{"libffi.so.8", RUNTIME_NONE},
		{"", RUNTIME_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(gate_by_path(cases[i].path), cases[i].runtime);
}

static void packages_of_a_program_are_no_part_of_the_system(void **state)
{
	(void)state;
	assert_true(gate_path_is_system("/usr/lib/x86_64-linux-gnu/libc.so.6"));
	assert_true(gate_path_is_system("/lib/ld.so"));
	assert_false(gate_path_is_system("/usr/lib/python3/dist-packages/x.so"));
	assert_false(gate_path_is_system("/usr/lib/node_modules/y/z.node"));
	assert_false(gate_path_is_system("/usr/local/lib/libespeak-ng.so.1"));
	assert_false(gate_path_is_system("/opt/lib/x.so"));
	assert_false(gate_path_is_system("/usr/bin/python3.11"));
}

static void the_kernels_that_kill_are_known_by_their_true_version(void **state)
{
	static const struct {
		const char *release, *version, *signature;
		bool kills;
	} cases[] = {
		{"6.10.14", "#1 SMP", "", false},
		{"6.11.0", "#1 SMP", "", true},
		{"6.11.0-19-generic", "#19~24.04.1-Ubuntu SMP",
		 "Ubuntu 6.11.0-19.19~24.04.1-generic 6.11.11", true},
		{"6.12.0", "#1", "", true},
		{"6.12.13", "#1", "", true},
		{"6.12.14", "#1", "", false},
		{"6.12+bpo-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.9-1~bpo12+1 (2025-01-19)",
		 "", true},
		{"6.12.12+bpo-amd64",
		 "#1 SMP PREEMPT_DYNAMIC Debian 6.12.38-1~bpo12+1 (2025-07-27)", "", false},
		{"6.1.0-18-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)", "",
		 false},
		{"6.13.0", "#1", "", true},
		{"6.13.2-arch1-1", "#1", "", true},
		{"6.13.3", "#1", "", false},
		{"6.14.0-rc1", "#1", "", false},
		{"6.18.44-fc", "#1", "", false},
		{"5.15.0-91-generic", "#101-Ubuntu", "Ubuntu 5.15.0-91.101-generic 5.15.131",
		 false},
		{"7.11.0", "#1", "", false},
		{"strange", "", "", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(gate_kernel_kills_seccomp(cases[i].release, cases[i].version,
							   cases[i].signature),
				 cases[i].kills);
}

/* --- contents --- */

static void plain_c_leaves_the_gate_open(void **state)
{
	(void)state;
	assert_int_equal(judge_file("plain", true), RUNTIME_NONE);
	assert_int_equal(judge_file("plain.stripped", true), RUNTIME_NONE);
	assert_int_equal(judge_file("cleanup", true), RUNTIME_NONE);
	if (live_may_open_maps()) {
		assert_live("plain", NULL, false);
		assert_live("plain.stripped", NULL, false);
		assert_live("cleanup", NULL, false);
	}
}

static void the_c_library_has_exception_tables_of_no_harm(void **state)
{
	struct image *image = live_image("/lib/x86_64-linux-gnu/libc.so.6");

	(void)state;
	assert_int_equal(gate_by_image(image, false), RUNTIME_NONE);
	assert_int_equal(gate_by_image(image, true), RUNTIME_NONE); /* wherever it is installed */
	image_free(image);
}

static void a_program_linked_with_cpp_closes_it(void **state)
{
	(void)state;
	if (!build("C++", "g++ -w -o throws throws.cc && strip -o throws.stripped throws"))
		skip();
	assert_int_equal(judge_file("throws", true), RUNTIME_CPP);
	if (live_may_open_maps()) {
		assert_live("throws", "libstdc++", false);
		assert_live("throws.stripped", "libstdc++", false);
	}
}

static void cpp_linked_in_statically_closes_it_also_when_stripped(void **state)
{
	(void)state;
	if (!build("static C++",
		   "g++ -w -static-libstdc++ -static-libgcc -o static_throws throws.cc && "
		   "strip -o static_throws.stripped static_throws"))
		skip();
	assert_int_equal(judge_file("static_throws", true), RUNTIME_CPP);
	assert_int_not_equal(judge_file("static_throws.stripped", true), RUNTIME_NONE);
	if (live_may_open_maps()) {
		assert_live("static_throws", "static_throws", false);
		assert_live("static_throws.stripped", "static_throws.stripped", false);
	}
}

static void a_wholly_static_program_is_judged_by_what_it_still_says(void **state)
{
	(void)state;
	if (!build("a static program", "gcc -w -static -o static_plain plain.c && strip -o "
				       "static_plain.stripped static_plain"))
		skip();
	assert_int_equal(judge_file("static_plain", true), RUNTIME_NONE);
	assert_int_equal(judge_file("static_plain.stripped", true), RUNTIME_UNKNOWN);
}

static void rust_closes_it_also_when_stripped(void **state)
{
	(void)state;
	if (!build("Rust",
		   "rustc -C debuginfo=0 -o panics panics.rs && strip -o panics.stripped panics"))
		skip();
	assert_int_equal(judge_file("panics", true), RUNTIME_RUST);
	assert_int_equal(judge_file("panics.stripped", true), RUNTIME_RUST);
	if (live_may_open_maps()) {
		assert_live("panics", "panics holds Rust", false);
		assert_live("panics.stripped", "panics.stripped holds Rust", false);
	}
}

static void go_closes_it_and_moves_stacks(void **state)
{
	(void)state;
	if (!build("Go", "GOFLAGS=-mod=mod GO111MODULE=off GOCACHE=$PWD/go HOME=$PWD go build "
			 "-ldflags '-s -w' -o goes main.go"))
		skip();
	assert_int_equal(judge_file("goes", true), RUNTIME_GO);
	if (live_may_open_maps())
		assert_live("goes", "goes is Go", true);
}

static void a_program_that_switches_contexts_closes_it_and_moves_stacks(void **state)
{
	(void)state;
	assert_true(live_run("gcc -w -s -o fibers fibers.c"));
	assert_int_equal(judge_file("fibers", true), RUNTIME_FIBERS);
	if (live_may_open_maps())
		assert_live("fibers", "fibers switches stacks", true);
}

static void the_state_of_the_process_can_close_it(void **state)
{
	struct target target = {.pid = 1};
	struct maps maps = {0};
	struct arena arena = {0};
	struct gate gate;

	(void)state;
	gate_check(&gate, &arena, &target, &maps);
	assert_null(gate.refused);
	target.has_shadow_stack = true;
	gate_check(&gate, &arena, &target, &maps);
	assert_non_null(strstr(gate.refused, "shadow stack"));
	target.has_shadow_stack = false;
	maps.let_go_count = 1;
	gate_check(&gate, &arena, &target, &maps);
	assert_non_null(gate.refused);
	arena_fini(&arena);
}

static void an_object_that_cannot_be_looked_at_closes_it(void **state)
{
	/* our own pid, and a range that is no mapping of it: ENOENT, gone; a pid that we may not
	 * look into: closed */
	struct mapping mapping = {.start = 0x1000,
				  .end = 0x2000,
				  .inode = 7,
				  .is_executable = true,
				  .is_object = true,
				  .path = "/opt/x.so"};
	struct maps maps = {.tid = (uint32_t)getpid(), .mappings = &mapping, .count = 1};
	struct target target = {.pid = (uint32_t)getpid()};
	struct arena arena = {0};
	struct gate gate;

	(void)state;
	gate_check(&gate, &arena, &target, &maps);
	assert_true(!gate.refused || strstr(gate.refused, "/opt/x.so"));
	if (live_may_open_maps())
		assert_null(gate.refused);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runtimes_are_known_by_the_names_of_their_libraries),
		cmocka_unit_test(packages_of_a_program_are_no_part_of_the_system),
		cmocka_unit_test(the_kernels_that_kill_are_known_by_their_true_version),
		cmocka_unit_test(plain_c_leaves_the_gate_open),
		cmocka_unit_test(the_c_library_has_exception_tables_of_no_harm),
		cmocka_unit_test(a_program_linked_with_cpp_closes_it),
		cmocka_unit_test(cpp_linked_in_statically_closes_it_also_when_stripped),
		cmocka_unit_test(a_wholly_static_program_is_judged_by_what_it_still_says),
		cmocka_unit_test(rust_closes_it_also_when_stripped),
		cmocka_unit_test(go_closes_it_and_moves_stacks),
		cmocka_unit_test(a_program_that_switches_contexts_closes_it_and_moves_stacks),
		cmocka_unit_test(the_state_of_the_process_can_close_it),
		cmocka_unit_test(an_object_that_cannot_be_looked_at_closes_it),
	};

	return cmocka_run_group_tests(tests, set_up, live_tear_down);
}
