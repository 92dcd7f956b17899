/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks and /proc: hostile texts by hand, live facts on this very process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "source/host.h"

#define STAT_FIELDS                                                                                \
	" S 1 2 3 0 -1 4194560 100 0 0 0 70 30 5 6 20 0 17 0 4711 1000000 2500 "                   \
	"18446744073709551615\n"

static void stat_is_parsed(void **state)
{
	static const char text[] = "4242 (speaker)" STAT_FIELDS;
	struct host_stat stat;

	(void)state;
	assert_int_equal(host_stat_parse(text, strlen(text), &stat), 0);
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.cpu_ticks, 100);
	assert_int_equal(stat.threads_count, 17);
	assert_int_equal(stat.start_ticks, 4711);
	assert_int_equal(stat.resident_pages, 2500);
}

static void a_name_that_imitates_fields_does_not_move_them(void **state)
{
	static const char *const names[] = {
		"4242 () R 1 2 3 4 5 6 7 8 9)" STAT_FIELDS, "4242 (a) R 1\n{\"x)" STAT_FIELDS,
		"4242 ())))(((\n) ))" STAT_FIELDS, "4242 ()" STAT_FIELDS};
	struct host_stat stat;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(host_stat_parse(names[i], strlen(names[i]), &stat), 0);
		assert_int_equal(stat.state, 'S');
		assert_int_equal(stat.start_ticks, 4711);
	}
}

static void a_stat_cut_anywhere_is_refused_or_whole(void **state)
{
	static const char text[] = "4242 (a) b)" STAT_FIELDS;
	struct host_stat stat;
	size_t whole = (size_t)(strstr(text, " 2500") - text) +
		       2; /* the last field that is needed has begun */

	(void)state;
	for (size_t length = 0; length < whole; length++) {
		char cut[sizeof(text)];

		memcpy(cut, text, length);
		cut[length] = '\0';
		assert_int_equal(host_stat_parse(cut, length, &stat), -EINVAL);
	}
	assert_int_equal(host_stat_parse("no parenthesis", 14, &stat), -EINVAL);
	assert_int_equal(host_stat_parse("1 (x)", 5, &stat), -EINVAL);
}

static void the_service_is_the_innermost_unit(void **state)
{
	static const struct {
		const char *text;
		const char *unit; /* NULL = none */
	} rows[] = {
		{"0::/system.slice/speech.service\n", "speech.service"},
		{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
		 "speech-dispatcher.service/x\n",
		 "speech-dispatcher.service"},
		{"12:cpu:/\n1:name=systemd:/system.slice/piper@en.service\n0::/\n",
		 "piper@en.service"},
		{"0::/docker/0123456789abcdef\n", NULL},
		{"0::/a.serviceable/b\n", NULL},
		{"0::/.service\n", ".service"},
		{"bare.service", "bare.service"},
		{"", NULL},
	};
	char unit[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(unit, 0, sizeof(unit));
		assert_int_equal(host_unit_parse(rows[i].text, unit, sizeof(unit)),
				 rows[i].unit != NULL);
		if (rows[i].unit)
			assert_string_equal(unit, rows[i].unit);
	}
}

static void a_unit_longer_than_its_room_is_cut(void **state)
{
	char text[300] = "0::/", unit[64];

	(void)state;
	memset(text + 4, 'u', 200);
	strcpy(text + 204, ".service\n");
	assert_true(host_unit_parse(text, unit, sizeof(unit)));
	assert_int_equal(strlen(unit), 63);
}

static void offsets_of_a_time_namespace_are_read(void **state)
{
	int64_t mono, boot;

	(void)state;
	host_offsets_parse("monotonic      100000         7\nboottime        -3         0\n", &mono,
			   &boot);
	assert_int_equal(mono, 100000 * (int64_t)NS_PER_S + 7);
	assert_int_equal(boot, -3 * (int64_t)NS_PER_S);
	host_offsets_parse("monotonic           0         0\nboottime            0         0\n",
			   &mono, &boot);
	assert_int_equal(mono, 0);
	assert_int_equal(boot, 0);
	host_offsets_parse("nonsense", &mono, &boot);
	assert_int_equal(mono, 0);
}

static void the_kernels_clock_is_ours_less_the_offset(void **state)
{
	struct host host;
	struct host_clocks clocks;
	uint64_t plain;

	(void)state;
	host_init(&host);
	plain = host_mono_ns(&host);
	host.mono_offset_ns = 100 * (int64_t)NS_PER_S;
	assert_true(host_mono_ns(&host) + 100 * NS_PER_S - plain < 10 * NS_PER_S);
	host.boot_offset_ns = 7 * (int64_t)NS_PER_S;
	host_clocks(&host, &clocks);
	assert_true(clocks.mono_ns + 100 * NS_PER_S - plain < 10 * NS_PER_S);
	assert_true(clocks.real_ns > 1500000000 * NS_PER_S);
}

static void this_process_is_known(void **state)
{
	uint32_t pid = (uint32_t)getpid();
	struct tt_proc process = {0}, again = {0};
	struct host host;
	char exe[256];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	(void)state;
	assert_true(length > 0);
	exe[length] = '\0';
	host_init(&host);
	assert_int_equal(host_process(&host, pid, &process), 0);
	assert_int_equal(host_process(&host, pid, &again), 0);
	assert_int_equal(process.start_at_ns, again.start_at_ns);
	assert_true(process.start_at_ns > 0);
	assert_int_equal(process.uid, getuid());
	assert_string_equal(process.exe, exe);
	assert_true(process.service[0]);
	assert_true(host_is_online(pid));
	assert_true(host_cpu_ns(pid) > 0);
}

static void a_name_of_any_bytes_comes_through(void **state)
{
	static const char name[] = ") \n\x1b[31m\xff(";
	char comm[TT_COMM_BYTES], old[TT_COMM_BYTES + 1] = "";

	(void)state;
	prctl(PR_GET_NAME, old);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	host_thread_comm((uint32_t)getpid(), (uint32_t)getpid(), comm);
	assert_string_equal(comm, name);
	assert_int_equal(prctl(PR_SET_NAME, "name ends in\n"), 0);
	host_thread_comm((uint32_t)getpid(), (uint32_t)getpid(), comm);
	assert_string_equal(comm, "name ends in\n");
	prctl(PR_SET_NAME, old);
}

static void what_is_gone_has_no_facts(void **state)
{
	struct tt_proc process = {0};
	char comm[TT_COMM_BYTES] = "old";
	struct host host;
	struct host_stat stat;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	assert_false(host_is_online((uint32_t)pid)); /* a zombie */
	assert_int_equal(host_stat((uint32_t)pid, &stat), 0);
	assert_int_equal(stat.state, 'Z');
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	host_init(&host);
	assert_int_equal(host_process(&host, (uint32_t)pid, &process), -ESRCH);
	host_thread_comm((uint32_t)pid, (uint32_t)pid, comm);
	assert_string_equal(comm, "");
	assert_int_equal(host_code_mark((uint32_t)pid), 0);
}

static void the_code_mark_moves_with_mapped_code_and_with_nothing_else(void **state)
{
	uint32_t pid = (uint32_t)getpid();
	uint64_t before = host_code_mark(pid);
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	void *data, *anonymous, *code;

	(void)state;
	assert_true(fd >= 0 && before);
	data = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	anonymous = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(host_code_mark(pid), before);
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(code, MAP_FAILED);
	assert_int_not_equal(host_code_mark(pid), before);
	munmap(code, 4096);
	assert_int_equal(host_code_mark(pid), before);
	munmap(data, 4096);
	munmap(anonymous, 4096);
	close(fd);
}

static void count_thread(void *arg, uint32_t tid)
{
	*(unsigned *)arg += tid == (uint32_t)getpid() ? 1 : 100;
}

static void threads_are_visited_each_once(void **state)
{
	unsigned count = 0;

	(void)state;
	host_threads((uint32_t)getpid(), count_thread, &count);
	assert_int_equal(count, 1);
}

static void a_file_longer_than_its_room_is_cut_and_ended(void **state)
{
	char text[5];

	(void)state;
	assert_int_equal(host_read("/proc/self/status", text, sizeof(text)), 4);
	assert_string_equal(text, "Name");
	assert_int_equal(host_read("/nonexistent/file", text, sizeof(text)), -ENOENT);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_parsed),
		cmocka_unit_test(a_name_that_imitates_fields_does_not_move_them),
		cmocka_unit_test(a_stat_cut_anywhere_is_refused_or_whole),
		cmocka_unit_test(the_service_is_the_innermost_unit),
		cmocka_unit_test(a_unit_longer_than_its_room_is_cut),
		cmocka_unit_test(offsets_of_a_time_namespace_are_read),
		cmocka_unit_test(the_kernels_clock_is_ours_less_the_offset),
		cmocka_unit_test(this_process_is_known),
		cmocka_unit_test(a_name_of_any_bytes_comes_through),
		cmocka_unit_test(what_is_gone_has_no_facts),
		cmocka_unit_test(the_code_mark_moves_with_mapped_code_and_with_nothing_else),
		cmocka_unit_test(threads_are_visited_each_once),
		cmocka_unit_test(a_file_longer_than_its_room_is_cut_and_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
