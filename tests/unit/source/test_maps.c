// SPDX-License-Identifier: Apache-2.0
/* Lines of maps, hostile ones included, and the maps of live processes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "source/maps.h"
#include "tests/unit/source/live.h"

static void a_line_gives_its_fields_by_position(void **state)
{
	struct mapping mapping;

	(void)state;
	assert_int_equal(
		maps_parse("7f0000001000-7f0000003000 r-xp 00002000 fe:01 4711      /usr/lib/x.so",
			   &mapping),
		0);
	assert_true(mapping.start == 0x7f0000001000 && mapping.end == 0x7f0000003000 &&
		    mapping.offset == 0x2000);
	assert_true(mapping.device == makedev(0xfe, 1) && mapping.inode == 4711);
	assert_true(mapping.is_executable && mapping.is_probeable);
	assert_string_equal(mapping.path, "/usr/lib/x.so");
}

static void a_path_is_all_that_follows_the_inode(void **state)
{
	static const char *const paths[] = {
		"/a b  c",
		"/x (deleted)",
		"/\x1b[31m red",
		"/r-xp 00000000 00:00 0 /etc/shadow",
		"/line\\012break",
		"[heap]",
		"/memfd:x (deleted)",
	};
	struct mapping mapping;
	char line[200];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		snprintf(line, sizeof(line), "1000-2000 r--p 00000000 00:00 0    %s", paths[i]);
		assert_int_equal(maps_parse(line, &mapping), 0);
		assert_string_equal(mapping.path, paths[i]);
		assert_false(mapping.is_executable);
	}
	assert_int_equal(maps_parse("1000-2000 rw-p 00000000 00:00 0 ", &mapping), 0);
	assert_string_equal(mapping.path, "");
	assert_int_equal(maps_parse("1000-2000 rw-p 00000000 00:00 0", &mapping), 0);
	assert_string_equal(mapping.path, "");
}

static void only_private_unwritable_code_can_be_probed(void **state)
{
	static const struct {
		const char *access;
		bool is_executable, is_probeable;
	} cases[] = {
		{"r-xp", true, true},  {"--xp", true, true},   {"rwxp", true, false},
		{"r-xs", true, false}, {"rw-p", false, false}, {"r--p", false, false},
	};
	struct mapping mapping;
	char line[100];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(line, sizeof(line), "1000-2000 %s 00000000 fe:01 9 /x", cases[i].access);
		assert_int_equal(maps_parse(line, &mapping), 0);
		assert_int_equal(mapping.is_executable, cases[i].is_executable);
		assert_int_equal(mapping.is_probeable, cases[i].is_probeable);
	}
}

static void a_line_that_is_none_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"1000",
		"1000-",
		"1000-2000",
		"1000-2000 ",
		"1000-2000 r-x",
		"1000-2000 r-xp",
		"1000-2000 r-xp 0",
		"1000-2000 r-xp 0 fe:01",
		"1000-2000 r-xp 0 fe:01 ",
		"1000-2000 r-xp 0 fe:01 x",
		"1000-2000 r-xp 0 fe:01 -3 /x",
		"2000-1000 r-xp 0 fe:01 1 /x",
		"1000-1000 r-xp 0 fe:01 1 /x",
		"+1000-2000 r-xp 0 fe:01 1 /x",
		"0x1000-2000 r-xp 0 fe:01 1 /x",
		"10000000000000000-20000000000000000 r-xp 0 fe:01 1 /x",
		"1000-2000 r-xp 0 fe:01 99999999999999999999999 /x",
		"1000-2000 r-xp 0 fe:01 7y /x",
	};
	struct mapping mapping;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_int_equal(maps_parse(lines[i], &mapping), -EINVAL);
}

static void our_own_code_is_found_where_it_runs(void **state)
{
	uint64_t here = (uint64_t)(uintptr_t)our_own_code_is_found_where_it_runs;
	const struct mapping *mapping;
	struct maps maps;
	struct stat stat_exe;

	(void)state;
	assert_int_equal(maps_read_process(&maps, (uint32_t)getpid()), 0);
	assert_int_equal(maps.tid, getpid());
	mapping = maps_find(&maps, here);
	assert_non_null(mapping);
	assert_true(mapping->is_probeable && mapping->is_object);
	assert_int_equal(stat("/proc/self/exe", &stat_exe), 0);
	assert_true(mapping->inode == stat_exe.st_ino);
	assert_true(maps_still_there(maps.tid, mapping));
	assert_null(maps_find(&maps, 0));
	assert_null(maps_find(&maps, 4096));
	assert_null(maps_find(&maps, UINT64_MAX));
	maps_fini(&maps);
}

static void a_mapping_that_has_changed_is_no_longer_there(void **state)
{
	char path[100];
	struct maps maps;
	const struct mapping *mapping;
	void *text;
	int fd;

	(void)state;
	live_write("file", "some bytes");
	fd = open(live_path("file"), O_RDONLY);
	text = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_true(text != MAP_FAILED);
	assert_int_equal(maps_read_process(&maps, (uint32_t)getpid()), 0);
	mapping = maps_find(&maps, (uint64_t)(uintptr_t)text);
	assert_non_null(mapping);
	assert_true(maps_still_there(maps.tid, mapping));
	maps_file_path(path, sizeof(path), maps.tid, mapping);
	assert_true(!live_may_open_maps() || !access(path, F_OK));
	assert_int_equal(munmap(text, 4096), 0);
	assert_false(maps_still_there(maps.tid, mapping));
	maps_fini(&maps);
	close(fd);
}

static void two_mappings_of_a_file_are_one_object(void **state)
{
	struct maps maps;
	size_t objects = 0;
	void *text[2];
	int fd;

	(void)state;
	live_write("twice", "some bytes");
	fd = open(live_path("twice"), O_RDONLY);
	for (int i = 0; i < 2; i++) {
		text[i] = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		assert_true(text[i] != MAP_FAILED);
	}
	assert_int_equal(maps_read_process(&maps, (uint32_t)getpid()), 0);
	for (size_t i = 0; i < maps.count; i++)
		objects += maps.mappings[i].is_object && strstr(maps.mappings[i].path, "/twice");
	assert_int_equal(objects, 1);
	maps_fini(&maps);
	munmap(text[0], 4096);
	munmap(text[1], 4096);
	close(fd);
}

static void a_process_whose_main_thread_is_gone_is_seen_through_another(void **state)
{
	const char *argv[] = {live_path("orphan"), NULL};
	struct maps maps;
	char path[100];
	pid_t pid;

	(void)state;
	live_write("orphan.c",
		   "#include <pthread.h>\n#include <stdio.h>\n#include <unistd.h>\n#include "
		   "<string.h>\n"
		   "static void *stay(void *main_thread) { pthread_join(*(pthread_t *)main_thread, "
		   "0);\n"
		   "char s[4096], *p; FILE *f; do { f = fopen(\"/proc/self/stat\", \"r\");\n"
		   "s[fread(s, 1, 4095, f)] = 0; fclose(f); p = strrchr(s, ')'); } while (p[2] != "
		   "'Z');\n"
		   "write(1, \"r\", 1); pause(); return 0; }\n"
		   "static pthread_t me, other;\n"
		   "int main(void) { me = pthread_self(); pthread_create(&other, 0, stay, &me);\n"
		   "pthread_exit(0); }\n");
	assert_true(live_run("gcc -w -o orphan orphan.c -lpthread"));
	pid = live_start(argv);
	assert_int_equal(maps_read_process(&maps, (uint32_t)pid), 0);
	assert_true(maps.count > 0);
	assert_int_not_equal(maps.tid, pid);
	for (size_t i = 0; i < maps.count; i++)
		if (maps.mappings[i].is_object && strstr(maps.mappings[i].path, "/orphan")) {
			maps_file_path(path, sizeof(path), maps.tid, &maps.mappings[i]);
			assert_true(!live_may_open_maps() || !access(path, R_OK));
		}
	maps_fini(&maps);
	live_end(pid);
}

static void no_process_is_an_error_and_leaves_nothing(void **state)
{
	struct maps maps;

	(void)state;
	assert_int_not_equal(maps_read_process(&maps, 0x7ffffff0), 0);
	assert_int_equal(maps.count, 0);
	maps_fini(&maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_gives_its_fields_by_position),
		cmocka_unit_test(a_path_is_all_that_follows_the_inode),
		cmocka_unit_test(only_private_unwritable_code_can_be_probed),
		cmocka_unit_test(a_line_that_is_none_is_refused),
		cmocka_unit_test(our_own_code_is_found_where_it_runs),
		cmocka_unit_test(a_mapping_that_has_changed_is_no_longer_there),
		cmocka_unit_test(two_mappings_of_a_file_are_one_object),
		cmocka_unit_test(a_process_whose_main_thread_is_gone_is_seen_through_another),
		cmocka_unit_test(no_process_is_an_error_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, live_set_up, live_tear_down);
}
