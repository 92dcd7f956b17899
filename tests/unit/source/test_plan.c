// SPDX-License-Identifier: Apache-2.0
/* Plans of live processes: an engine made here, loaded in every awkward way, and the real
 * libespeak-ng. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/refuse.h"
#include "bpf/ttsobs_event.h"
#include "source/plan.h"
#include "tests/unit/source/live.h"

static const char engine_source[] =
	"#define KEEP __attribute__((noinline,noclone))\n"
	"volatile int tts_state; static int (*callback)(short *, int, void *);\n"
	"extern int tts_elsewhere(int);\n"
	"KEEP int tts_ret(int a) { if (a > 3) return a * 5; return tts_state; }\n"
	"KEEP int tts_tail(int a) { tts_state = a; return tts_ret(a + 1); }\n"
	"KEEP int tts_foreign_tail(int a) { tts_state = a; return tts_elsewhere(a + 1); }\n"
	"KEEP void tts_set_callback(int (*f)(short *, int, void *)) { callback = f; }\n"
	"KEEP int tts_chunk(short *w, int n) { int r = callback ? callback(w, n, 0) : 0; tts_state "
	"= r; return r; }\n"
	"KEEP int tts_last_chunk(void *e) { return callback ? callback(0, 0, e) : 0; }\n"
	"static int chosen(int a) { return a; } static void *choose(void) { return (void *)chosen; "
	"}\n"
	"int tts_ifunc(int a) __attribute__((ifunc(\"choose\")));\n"
	"__asm__(\".text\\n.globl tts_nop5\\n.type tts_nop5,@function\\ntts_nop5: endbr64\\n.byte "
	"0x0f,0x1f,0x44,0,0\\n\"\n"
	"\"push %rbp\\npop %rbp\\nret\\n.size tts_nop5,.-tts_nop5\\n\"\n"
	"\".globl tts_loop\\n.type tts_loop,@function\\ntts_loop: endbr64\\n1: sub $1,%edi\\njne "
	"1b\\nret\\n.size tts_loop,.-tts_loop\\n\"\n"
	"\".globl tts_bare_ret\\n.type tts_bare_ret,@function\\ntts_bare_ret: ret\\n.size "
	"tts_bare_ret,.-tts_bare_ret\\n\"\n"
	"\".globl tts_bad\\n.type tts_bad,@function\\ntts_bad: .byte 0x06,0x06\\nret\\n.size "
	"tts_bad,.-tts_bad\\n\");\n";

static const char host_source[] =
	"#include <dlfcn.h>\n#include <stdio.h>\n#include <string.h>\n#include "
	"<sys/mman.h>\n#include <unistd.h>\n"
	"int main(int c, char **v) { for (int i = 1; i < c; i++) {\n"
	"if (!strcmp(v[i], \"-w\")) { char *p = dlsym(RTLD_DEFAULT, \"tts_ret\");\n"
	"mprotect((char *)((unsigned long)p & -4096l), 4096, PROT_READ | PROT_WRITE | PROT_EXEC); "
	"continue; }\n"
	"if (!dlopen(v[i], RTLD_NOW | RTLD_GLOBAL)) { fprintf(stderr, \"%s\\n\", dlerror()); "
	"return 1; } }\n"
	"write(1, \"r\", 1); for (;;) pause(); }\n";

static struct buf said;

static void say(void *arg, const char *line)
{
	(void)arg;
	buf_format(&said, "%s\n", line);
}

static int set_up(void **state)
{
	if (live_set_up(state))
		return -1;
	refuse_redirect(say, NULL);
	live_write("engine.c", engine_source);
	live_write("elsewhere.c", "int tts_elsewhere(int a) { return a; }\n");
	live_write("host.c", host_source);
	live_write("throw.cc", "#include <stdexcept>\nextern \"C\" void may_throw(int a) { if (a) "
			       "throw std::runtime_error(\"x\"); }\n");
	return live_run("gcc -w -O2 -shared -fPIC -o libelsewhere.so elsewhere.c && "
			"gcc -w -O2 -shared -fPIC -Wl,--build-id -o libfaketts.so engine.c -L. "
			"-lelsewhere -Wl,-rpath,$PWD && "
			"gcc -w -o host host.c -ldl && gcc -w -rdynamic -O2 -o inside engine.c "
			"elsewhere.c host.c -ldl")
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	refuse_redirect(NULL, NULL);
	buf_fini(&said);
	return live_tear_down(state);
}

/* --- an engine by hand, and a process that has it --- */

static struct engine_probe probes[] = {
	{.name = "ret", .symbols = {"tts_ret"}, .role = ROLE_REQUEST, .required = true},
	{.name = "tail", .symbols = {"tts_no_such", "tts_tail"}, .role = ROLE_STAGE},
	{.name = "foreign", .symbols = {"tts_foreign_tail"}, .role = ROLE_STAGE},
	{.name = "audio", .callback_setter = "tts_set_callback", .role = ROLE_AUDIO},
	{.name = "ifunc", .symbols = {"tts_ifunc"}, .role = ROLE_STAGE},
	{.name = "data", .symbols = {"tts_state"}, .role = ROLE_STAGE},
	{.name = "imported", .symbols = {"tts_elsewhere"}, .role = ROLE_STAGE},
	{.name = "missing", .symbols = {"tts_rat"}, .role = ROLE_STAGE, .required = true},
	{.name = "nop5", .symbols = {"tts_nop5"}, .role = ROLE_STAGE},
	{.name = "loop", .symbols = {"tts_loop"}, .role = ROLE_STAGE},
	{.name = "bare", .symbols = {"tts_bare_ret"}, .role = ROLE_STAGE, .leave = LEAVE_RET},
	{.name = "bad", .symbols = {"tts_bad"}, .role = ROLE_STAGE},
	{.name = "mark", .symbols = {"tts_ret"}, .role = ROLE_MARK},
	{.name = "ret_ret", .symbols = {"tts_ret"}, .role = ROLE_STAGE, .leave = LEAVE_RET},
	{.name = "tail_ret", .symbols = {"tts_tail"}, .role = ROLE_STAGE, .leave = LEAVE_RET},
	{.name = "foreign_ret",
	 .symbols = {"tts_foreign_tail"},
	 .role = ROLE_STAGE,
	 .leave = LEAVE_RET},
	{.name = "caller", .symbols = {"tts_ret"}, .role = ROLE_STAGE, .leave = LEAVE_CALLER},
	{.name = "none", .symbols = {"tts_ret"}, .role = ROLE_STAGE, .leave = LEAVE_NONE},
	{.name = "emulated", .symbols = {"tts_ret"}, .role = ROLE_STAGE, .leave = LEAVE_EMULATED},
};

static struct engine engines[] = {
	{
		.name = "fake",
		.label = "fake-label",
		.objects = {"/libfaketts[^/]*\\.so$"},
		.objects_count = 1,
		.labels = {{"never", {"/host$", "/no-such-thing"}, 2},
			   {"with-other", {"/host$", "/libelsewhere\\.so$"}, 2}},
		.labels_count = 2,
		.nothrow = true,
		.probes = probes,
		.probes_count = sizeof(probes) / sizeof(*probes),
	},
};
static struct engine_set set = {.engines = engines, .engines_count = 1};

#define HOSTED(plan, forced, ...)                                                                  \
	pid_t pid = live_start((const char *const[]){live_path("host"), __VA_ARGS__, NULL});       \
	struct plan plan;                                                                          \
	assert_int_equal(plan_make(&(plan), (uint32_t)pid, &set, forced), 0)
#define HOSTED_END(plan)                                                                           \
	do {                                                                                       \
		plan_fini(&(plan));                                                                \
		live_end(pid);                                                                     \
	} while (0)
#define NEEDS_MAPS()                                                                               \
	do {                                                                                       \
		if (!live_may_open_maps())                                                         \
			skip();                                                                    \
	} while (0)

static const struct probe_plan *probe_of(const struct plan *plan, size_t object, const char *name)
{
	assert_true(object < plan->objects_count);
	for (size_t i = 0; i < plan->objects[object].probes_count; i++)
		if (!strcmp(plan->objects[object].probes[i].spec->name, name))
			return &plan->objects[object].probes[i];
	return NULL;
}

static const struct refusal *refusal_of(const struct plan *plan, const char *probe)
{
	for (size_t i = 0; i < plan->refusals_count; i++)
		if (!strcmp(plan->refusals[i].probe, probe))
			return &plan->refusals[i];
	return NULL;
}

static void assert_leaves(const struct plan *plan, const char *name, uint32_t mode,
			  const char *reason)
{
	const struct probe_plan *probe = probe_of(plan, 0, name);

	assert_non_null(probe);
	if (probe->leave_mode != mode || !strstr(probe->reason, reason))
		print_message("%s: %u, %s\n", name, probe->leave_mode, probe->reason);
	assert_int_equal(probe->leave_mode, mode);
	assert_non_null(strstr(probe->reason, reason));
}

/* --- recognising --- */

static void an_engine_is_recognised_by_its_object_and_labelled_by_the_maps(void **state)
{
	struct stat stat_file;

	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		assert_int_equal(plan.objects_count, 1);
		assert_string_equal(plan.objects[0].path, live_path("libfaketts.so"));
		assert_int_equal(strlen(plan.objects[0].build_id), 40);
		assert_int_equal(stat(live_path("libfaketts.so"), &stat_file), 0);
		assert_true(plan.objects[0].inode == stat_file.st_ino);
		assert_int_equal(access(plan.objects[0].map_path, R_OK), 0);
		assert_string_equal(probe_of(&plan, 0, "ret")->label, "with-other");
		assert_null(plan.uret_refused);
		assert_true(plan.looked_at_count >= 4);
		assert_int_equal(plan.live_tid, pid);
		HOSTED_END(plan);
	}
}

static void a_process_without_an_engine_has_an_empty_plan(void **state)
{
	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libelsewhere.so"));
		assert_int_equal(plan.objects_count, 0);
		assert_int_equal(plan.refusals_count, 0);
		assert_true(plan.looked_at_count >= 3);
		HOSTED_END(plan);
	}
}

static void copies_of_an_object_are_objects_of_their_own(void **state)
{
	(void)state;
	NEEDS_MAPS();
	assert_true(live_run(
		"cp libfaketts.so libfaketts-copy.so && ln -sf libfaketts.so libfaketts-link.so"));
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"), live_path("libfaketts-copy.so"),
		       live_path("libfaketts-link.so"));
		assert_int_equal(plan.objects_count, 2);
		assert_true(plan.objects[0].inode != plan.objects[1].inode);
		assert_non_null(probe_of(&plan, 0, "ret"));
		assert_non_null(probe_of(&plan, 1, "ret"));
		HOSTED_END(plan);
	}
}

static void a_deleted_or_replaced_file_is_planned_as_it_runs(void **state)
{
	(void)state;
	NEEDS_MAPS();
	assert_true(live_run("cp libfaketts.so libfaketts-gone.so"));
	{
		pid_t pid = live_start((const char *const[]){
			live_path("host"), live_path("libfaketts-gone.so"), NULL});
		struct plan plan;

		assert_true(live_run("echo not an object >new && mv new libfaketts-gone.so"));
		assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, NULL), 0);
		assert_int_equal(plan.objects_count, 1);
		assert_non_null(strstr(plan.objects[0].path, "libfaketts-gone.so (deleted)"));
		assert_non_null(probe_of(&plan, 0, "ret"));
		HOSTED_END(plan);
	}
}

static void a_forced_engine_is_found_by_its_symbols_wherever_it_is(void **state)
{
	(void)state;
	NEEDS_MAPS();
	assert_true(live_run("cp libfaketts.so renamed.so"));
	{
		HOSTED(plan, "fake", live_path("renamed.so"));
		assert_int_equal(plan.objects_count, 1);
		assert_non_null(strstr(plan.objects[0].path, "/renamed.so"));
		HOSTED_END(plan);
	}
	{
		pid_t pid = live_start((const char *const[]){live_path("inside"), NULL});
		struct plan plan;

		assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, NULL), 0);
		assert_int_equal(plan.objects_count, 0);
		plan_fini(&plan);
		assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, "fake"), 0);
		assert_int_equal(plan.objects_count, 1);
		assert_non_null(strstr(plan.objects[0].path, "/inside"));
		assert_non_null(probe_of(&plan, 0, "ret"));
		plan_fini(&plan);
		buf_reset(&said);
		assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, "no-such"), -EINVAL);
		assert_non_null(strstr(said.bytes, "no-such"));
		live_end(pid);
	}
}

/* --- sites --- */

static void the_enter_site_is_behind_landing_marks_unless_a_loop_comes_back_there(void **state)
{
	const struct probe_plan *probe;

	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		probe = probe_of(&plan, 0, "nop5");
		assert_non_null(probe);
		assert_true(probe->sites[0].kind == SITE_ENTER && probe->sites[0].sp_delta == 0);
		assert_true(probe->sites[0].offset ==
			    probe->address + 9); /* text is at the same offset and address here */
		assert_string_equal(probe->sites[0].instruction, "push rbp");
		assert_true(probe->sites[0].is_emulated);
		probe = probe_of(&plan, 0, "loop");
		assert_true(probe->sites[0].offset == probe->address);
		assert_string_equal(probe->sites[0].instruction, "endbr64");
		assert_false(probe->sites[0].is_emulated);
		HOSTED_END(plan);
	}
}

static void the_ladder_of_leaves_is_climbed_down_with_reasons(void **state)
{
	const struct probe_plan *probe;

	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		assert_leaves(&plan, "ret", TT_LEAVE_URET, "plain C");
		probe = probe_of(&plan, 0, "ret");
		assert_int_equal(probe->sites_count, 2);
		assert_true(probe->sites[1].kind == SITE_URET &&
			    probe->sites[1].offset == probe->sites[0].offset);
		assert_int_equal(probe->sites[1].sp_delta, -8);
		assert_leaves(&plan, "tail", TT_LEAVE_URET, "plain C");
		assert_string_equal(probe_of(&plan, 0, "tail")->symbol, "tts_tail");
		assert_int_equal(probe_of(&plan, 0, "tail")->traits, TT_PROBE_TAIL_EXIT);
		assert_leaves(&plan, "foreign", TT_LEAVE_URET, "plain C");
		assert_leaves(&plan, "mark", TT_LEAVE_NONE, "no end");
		assert_leaves(&plan, "none", TT_LEAVE_NONE, "no leave");
		assert_leaves(&plan, "emulated", TT_LEAVE_URET, "not built");
		assert_leaves(&plan, "caller", TT_LEAVE_CALLER, "learned");
		assert_int_equal(probe_of(&plan, 0, "caller")->sites_count, 1);
		assert_leaves(&plan, "ret_ret", TT_LEAVE_RET, "accounted");
		assert_true(probe_of(&plan, 0, "ret_ret")->sites_count >= 2);
		assert_leaves(&plan, "tail_ret", TT_LEAVE_RET, "tail-called");
		probe = probe_of(&plan, 0, "tail_ret");
		assert_int_equal(probe->sites_count, probe_of(&plan, 0, "ret_ret")->sites_count);
		for (size_t i = 1; i < probe->sites_count; i++) {
			assert_true(probe->sites[i].kind == SITE_LEAVE &&
				    probe->sites[i].sp_delta == 0);
			assert_string_equal(probe->sites[i].instruction, "ret");
			assert_true(probe->sites[i].offset ==
				    probe_of(&plan, 0, "ret_ret")->sites[i].offset);
		}
		assert_leaves(&plan, "foreign_ret", TT_LEAVE_CALLER, "tts_elsewhere");
		assert_leaves(&plan, "bare", TT_LEAVE_CALLER, "also the enter site");
		HOSTED_END(plan);
	}
}

static void a_process_that_can_throw_gets_no_uretprobe(void **state)
{
	(void)state;
	NEEDS_MAPS();
	if (!live_run("g++ -w -shared -fPIC -o libthrow.so throw.cc")) {
		print_message("skipped: no C++ compiler\n");
		skip();
	}
	{
		HOSTED(plan, NULL, live_path("libthrow.so"), live_path("libfaketts.so"));
		assert_non_null(plan.uret_refused);
		assert_leaves(&plan, "ret", TT_LEAVE_RET, "libstdc++");
		assert_leaves(&plan, "tail", TT_LEAVE_RET, "libstdc++");
		assert_leaves(&plan, "foreign", TT_LEAVE_CALLER, "libstdc++");
		for (size_t i = 0; i < plan.objects[0].probes_count; i++)
			for (size_t s = 0; s < plan.objects[0].probes[i].sites_count; s++)
				assert_int_not_equal(plan.objects[0].probes[i].sites[s].kind,
						     SITE_URET);
		HOSTED_END(plan);
	}
}

static void an_engine_that_may_throw_gets_no_uretprobe(void **state)
{
	(void)state;
	NEEDS_MAPS();
	engines[0].nothrow = false;
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		engines[0].nothrow = true;
		assert_null(plan.uret_refused);
		assert_leaves(&plan, "ret", TT_LEAVE_RET, "nothrow");
		assert_leaves(&plan, "foreign", TT_LEAVE_CALLER, "nothrow");
		HOSTED_END(plan);
	}
}

static void a_callback_is_probed_where_it_is_called(void **state)
{
	size_t calls = 0, jumps = 0;

	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		for (size_t i = 0; i < plan.objects[0].probes_count; i++) {
			const struct probe_plan *probe = &plan.objects[0].probes[i];

			if (strcmp(probe->spec->name, "audio"))
				continue;
			assert_string_equal(probe->symbol, "tts_set_callback");
			if (probe->leave_mode == TT_LEAVE_AFTER) {
				calls++;
				assert_int_equal(probe->sites_count, 2);
				assert_int_equal(probe->sites[0].sp_delta, -8);
				assert_true(probe->sites[1].kind == SITE_LEAVE &&
					    probe->sites[1].sp_delta == -8);
				assert_true(probe->sites[1].offset > probe->sites[0].offset);
				assert_int_equal(strncmp(probe->sites[0].instruction, "call", 4),
						 0);
			} else {
				jumps++;
				assert_int_equal(probe->sites_count, 1);
				assert_int_equal(probe->sites[0].sp_delta, 0);
				assert_int_equal(strncmp(probe->sites[0].instruction, "jmp", 3), 0);
			}
			assert_int_equal(probe->sites[0].kind, SITE_ENTER);
		}
		assert_int_equal(calls, 1);
		assert_int_equal(jumps, 1);
		HOSTED_END(plan);
	}
}

static void what_cannot_be_probed_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *probe, *reason;
		bool required;
	} cases[] = {
		{"ifunc", "IFUNC", false},
		{"data", "not a function", false},
		{"imported", "only imported", false},
		{"bad", "cannot be decoded", false},
		{"missing", "similar: tts_r", true},
	};

	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			const struct refusal *refusal = refusal_of(&plan, cases[i].probe);

			assert_non_null(refusal);
			if (!strstr(refusal->reason, cases[i].reason))
				print_message("%s: %s\n", cases[i].probe, refusal->reason);
			assert_non_null(strstr(refusal->reason, cases[i].reason));
			assert_int_equal(refusal->required, cases[i].required);
			assert_string_equal(refusal->engine, "fake");
			assert_null(probe_of(&plan, 0, cases[i].probe));
		}
		assert_int_equal(plan.refusals_count, sizeof(cases) / sizeof(*cases));
		HOSTED_END(plan);
	}
}

static void code_that_is_mapped_writable_is_refused(void **state)
{
	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"), "-w");
		assert_non_null(refusal_of(&plan, "ret"));
		assert_non_null(strstr(refusal_of(&plan, "ret")->reason, "writable"));
		HOSTED_END(plan);
	}
}

/* --- processes --- */

static void a_dead_main_thread_is_no_hindrance(void **state)
{
	(void)state;
	NEEDS_MAPS();
	live_write("orphan.c", "#include <pthread.h>\n#include <stdio.h>\n#include "
			       "<unistd.h>\n#include <string.h>\n"
			       "int tts_ret(int); static void *stay(void *m) { "
			       "pthread_join(*(pthread_t *)m, 0); char s[4096], *p; FILE *f;\n"
			       "do { f = fopen(\"/proc/self/stat\", \"r\"); s[fread(s, 1, 4095, "
			       "f)] = 0; fclose(f);\n"
			       "p = strrchr(s, ')'); } while (p[2] != 'Z'); write(1, \"r\", 1); "
			       "pause(); return 0; }\n"
			       "static pthread_t me, other; int main(int c, char **v) { if (c > 1) "
			       "tts_ret(c); me = pthread_self();\n"
			       "pthread_create(&other, 0, stay, &me); pthread_exit(0); }\n");
	assert_true(live_run("gcc -w -o orphan orphan.c -L. -lfaketts -Wl,-rpath,$PWD -lpthread"));
	{
		pid_t pid = live_start((const char *const[]){live_path("orphan"), NULL});
		struct plan plan;

		assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, NULL), 0);
		assert_int_equal(plan.objects_count, 1);
		assert_int_not_equal(plan.live_tid, pid);
		assert_int_equal(plan.notes_count, 1);
		assert_non_null(strstr(plan.notes[0], "main thread"));
		assert_int_equal(access(plan.objects[0].map_path, R_OK), 0);
		HOSTED_END(plan);
	}
}

static void a_zombie_is_refused(void **state)
{
	struct plan plan;
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	buf_reset(&said);
	assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, NULL), -EINVAL);
	assert_non_null(strstr(said.bytes, "zombie"));
	waitpid(pid, NULL, 0);
	buf_reset(&said);
	assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, NULL), -ESRCH);
	assert_non_null(strstr(said.bytes, "no process"));
}

static void a_debugger_is_noted_and_does_not_stop_the_plan(void **state)
{
	(void)state;
	NEEDS_MAPS();
	{
		pid_t pid = live_start(
			(const char *const[]){live_path("host"), live_path("libfaketts.so"), NULL});
		struct plan plan;

		if (ptrace(PTRACE_SEIZE, pid, 0, 0)) {
			live_end(pid);
			print_message("skipped: ptrace is not allowed here\n");
			skip();
		}
		assert_int_equal(plan_make(&plan, (uint32_t)pid, &set, NULL), 0);
		assert_int_equal(plan.objects_count, 1);
		assert_int_equal(plan.notes_count, 1);
		assert_non_null(strstr(plan.notes[0], "debugged"));
		HOSTED_END(plan);
	}
}

static void a_place_is_the_file_behind_an_address(void **state)
{
	uint64_t here = (uint64_t)(uintptr_t)a_place_is_the_file_behind_an_address;
	struct stat stat_exe;
	struct place place;
	void *pages;
	int fd;

	(void)state;
	NEEDS_MAPS();
	assert_int_equal(plan_place((uint32_t)getpid(), here, &place), 0);
	assert_int_equal(stat("/proc/self/exe", &stat_exe), 0);
	assert_true(place.inode == stat_exe.st_ino);
	fd = open(place.map_path, O_RDONLY);
	assert_true(fd >= 0);
	{
		uint8_t bytes[16];

		assert_int_equal(pread(fd, bytes, 16, (off_t)place.offset), 16);
		assert_memory_equal(bytes, (const void *)(uintptr_t)here, 16);
	}
	close(fd);
	assert_int_equal(plan_place((uint32_t)getpid(), 0x1000, &place), -ENOENT);
	assert_int_equal(plan_place((uint32_t)getpid(), (uint64_t)(uintptr_t)&said, &place),
			 -ENOENT);
	pages = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(plan_place((uint32_t)getpid(), (uint64_t)(uintptr_t)pages, &place),
			 -ENOENT);
	munmap(pages, 4096);
	fd = memfd_create("jit", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 4096), 0);
	pages = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (pages != MAP_FAILED) {
		assert_int_equal(plan_place((uint32_t)getpid(), (uint64_t)(uintptr_t)pages, &place),
				 -ENOENT);
		munmap(pages, 4096);
	}
	close(fd);
	assert_int_not_equal(plan_place(0x7ffffff0, here, &place), 0);
}

/* --- printing --- */

static void assert_no_control(const struct buf *out)
{
	for (size_t i = 0; i < out->length; i++)
		assert_true((unsigned char)out->bytes[i] >= 32 || out->bytes[i] == '\n');
	assert_null(memmem(out->bytes, out->length, "\x7f", 1));
	assert_null(memmem(out->bytes, out->length, "\xe2\x80\xae", 3));
}

static void hostile_paths_reach_neither_terminal_nor_json(void **state)
{
	struct buf out = {0};
	json_object *root;

	(void)state;
	NEEDS_MAPS();
	{
		char directory[200], library[300];

		snprintf(directory, sizeof(directory), "%s/\x1b[31m\"\n\xe2\x80\xae\xff (deleted)",
			 live_directory);
		assert_int_equal(mkdir(directory, 0700), 0);
		snprintf(library, sizeof(library), "%s/libfaketts.so", directory);
		assert_int_equal(link(live_path("libfaketts.so"), library), 0);
		HOSTED(plan, NULL, library);
		assert_int_equal(plan.objects_count, 1);
		for (int as_json = 0; as_json < 2; as_json++)
			for (int ascii = 0; ascii < 2; ascii++) {
				buf_reset(&out);
				plan_print(&out, &plan, as_json, ascii);
				assert_no_control(&out);
				for (size_t i = 0; ascii && !as_json && i < out.length; i++)
					assert_true((unsigned char)out.bytes[i] < 127);
			}
		root = json_tokener_parse(out.bytes);
		assert_non_null(root);
		json_object_put(root);
		HOSTED_END(plan);
		assert_int_equal(unlink(library), 0);
	}
	buf_fini(&out);
}

static void what_is_printed_says_all_that_is_planned(void **state)
{
	json_object *root, *objects, *object, *list;
	struct buf out = {0};

	(void)state;
	NEEDS_MAPS();
	{
		HOSTED(plan, NULL, live_path("libfaketts.so"));
		plan_print(&out, &plan, false, false);
		assert_non_null(strstr(out.bytes, "fake as with-other"));
		assert_non_null(strstr(out.bytes, plan.objects[0].build_id));
		assert_non_null(strstr(out.bytes, "tts_foreign_tail"));
		assert_non_null(strstr(out.bytes, "push rbp (emulated)"));
		assert_non_null(
			strstr(out.bytes, "fake/missing (required): tts_rat: no such symbol"));
		buf_reset(&out);
		plan_print(&out, &plan, true, false);
		root = json_tokener_parse(out.bytes);
		assert_non_null(root);
		assert_true(json_object_object_get_ex(root, "objects", &objects));
		object = json_object_array_get_idx(objects, 0);
		assert_true(json_object_object_get_ex(object, "probes", &list));
		assert_int_equal(json_object_array_length(list), plan.objects[0].probes_count);
		assert_true(json_object_object_get_ex(root, "refused", &list));
		assert_int_equal(json_object_array_length(list), plan.refusals_count);
		json_object_put(root);
		HOSTED_END(plan);
	}
	buf_fini(&out);
}

/* --- the real one --- */

static struct engine_probe espeak_probes[] = {
	{.name = "synthesize",
	 .symbols = {"espeak_ng_Synthesize"},
	 .role = ROLE_REQUEST,
	 .required = true},
	{.name = "decode",
	 .symbols = {"text_decoder_decode_string_multibyte"},
	 .role = ROLE_DEQUEUE},
	{.name = "by_ret",
	 .symbols = {"espeak_ng_Synthesize"},
	 .role = ROLE_STAGE,
	 .leave = LEAVE_RET},
	{.name = "audio", .callback_setter = "espeak_SetSynthCallback", .role = ROLE_AUDIO},
};
static struct engine espeak[] = {
	{.name = "espeak-ng",
	 .label = "espeak-ng",
	 .objects = {"/libespeak-ng\\.so"},
	 .objects_count = 1,
	 .nothrow = true,
	 .probes = espeak_probes,
	 .probes_count = 4},
};

static void espeak_ng_is_planned_whole_and_in_no_time(void **state)
{
	struct engine_set only = {.engines = espeak, .engines_count = 1};
	struct rusage before, after;
	struct plan plan;
	pid_t pid;

	(void)state;
	NEEDS_MAPS();
	if (access("/usr/lib/x86_64-linux-gnu/libespeak-ng.so.1", R_OK)) {
		print_message("skipped: no libespeak-ng\n");
		skip();
	}
	pid = live_start((const char *const[]){live_path("host"), "libespeak-ng.so.1", NULL});
	getrusage(RUSAGE_SELF, &before);
	assert_int_equal(plan_make(&plan, (uint32_t)pid, &only, NULL), 0);
	getrusage(RUSAGE_SELF, &after);
	assert_true((after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
			    after.ru_utime.tv_usec - before.ru_utime.tv_usec <
		    300000); /* of our own processor time: the wall belongs to others too */
	assert_int_equal(plan.objects_count, 1);
	assert_int_equal(plan.refusals_count, 0);
	assert_int_equal(probe_of(&plan, 0, "synthesize")->leave_mode,
			 plan.uret_refused ? TT_LEAVE_RET : TT_LEAVE_URET);
	assert_true(probe_of(&plan, 0, "synthesize")->traits & TT_PROBE_TAIL_EXIT);
	assert_int_equal(probe_of(&plan, 0, "decode")->leave_mode, TT_LEAVE_NONE);
	assert_int_equal(probe_of(&plan, 0, "by_ret")->leave_mode, TT_LEAVE_RET);
	assert_int_equal(probe_of(&plan, 0, "audio")->leave_mode, TT_LEAVE_AFTER);
	HOSTED_END(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_engine_is_recognised_by_its_object_and_labelled_by_the_maps),
		cmocka_unit_test(a_process_without_an_engine_has_an_empty_plan),
		cmocka_unit_test(copies_of_an_object_are_objects_of_their_own),
		cmocka_unit_test(a_deleted_or_replaced_file_is_planned_as_it_runs),
		cmocka_unit_test(a_forced_engine_is_found_by_its_symbols_wherever_it_is),
		cmocka_unit_test(
			the_enter_site_is_behind_landing_marks_unless_a_loop_comes_back_there),
		cmocka_unit_test(the_ladder_of_leaves_is_climbed_down_with_reasons),
		cmocka_unit_test(a_process_that_can_throw_gets_no_uretprobe),
		cmocka_unit_test(an_engine_that_may_throw_gets_no_uretprobe),
		cmocka_unit_test(a_callback_is_probed_where_it_is_called),
		cmocka_unit_test(what_cannot_be_probed_is_refused_with_a_reason),
		cmocka_unit_test(code_that_is_mapped_writable_is_refused),
		cmocka_unit_test(a_dead_main_thread_is_no_hindrance),
		cmocka_unit_test(a_zombie_is_refused),
		cmocka_unit_test(a_debugger_is_noted_and_does_not_stop_the_plan),
		cmocka_unit_test(a_place_is_the_file_behind_an_address),
		cmocka_unit_test(hostile_paths_reach_neither_terminal_nor_json),
		cmocka_unit_test(what_is_printed_says_all_that_is_planned),
		cmocka_unit_test(espeak_ng_is_planned_whole_and_in_no_time),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
