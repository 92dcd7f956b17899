// SPDX-License-Identifier: Apache-2.0
/* What may be traced, by texts of /proc and by live processes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/refuse.h"
#include "source/target.h"
#include "tests/unit/source/live.h"

static struct buf said;

static void say(void *arg, const char *line)
{
	(void)arg;
	buf_format(&said, "%s\n", line);
}

static int set_up(void **state)
{
	(void)state;
	refuse_redirect(say, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	refuse_redirect(NULL, NULL);
	buf_fini(&said);
	return 0;
}

static void status_is_read_by_line(void **state)
{
	struct target target = {0};
	uint32_t tgid;

	(void)state;
	assert_true(target_parse_status(
		&target,
		"Name:\tSeccomp:\\nx\nState:\tS (sleeping)\nTgid:\t77\nPid:\t77\nTracerPid:\t5\n"
		"Seccomp:\t2\nSeccomp_filters:\t1\nx86_Thread_features:\tshstk wrss \n"
		"x86_Thread_features_locked:\t\n",
		&tgid));
	assert_int_equal(tgid, 77);
	assert_int_equal(target.tracer_pid, 5);
	assert_true(target.has_seccomp && target.has_shadow_stack);
	assert_false(target.is_zombie);
	assert_true(target_parse_status(
		&target,
		"Name:\tx\nState:\tZ (zombie)\nTgid:\t8\nTracerPid:\t0\nSeccomp:\t0\n"
		"x86_Thread_features:\t\nx86_Thread_features_locked:\tshstk\n",
		NULL));
	assert_true(target.is_zombie);
	assert_false(target.has_seccomp || target.has_shadow_stack || target.tracer_pid);
	assert_false(target_parse_status(&target, "", NULL));
	assert_false(target_parse_status(&target, "State:\tS\n", NULL));
}

static void a_kernel_thread_is_known_by_its_flag_whatever_its_name(void **state)
{
	(void)state;
	assert_true(target_parse_is_kernel("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0"));
	assert_false(target_parse_is_kernel("200 (x) S 1 200 200 0 -1 4194560 0 0"));
	assert_false(target_parse_is_kernel(
		"200 (x) S 0 0 0 0 -1 2129984 0) S 1 200 200 0 -1 4194560 0"));
	assert_true(target_parse_is_kernel("200 () R 1 4 ) S 0 0 0 0 -1 2129984 0 0"));
	assert_false(target_parse_is_kernel(""));
	assert_false(target_parse_is_kernel("2 (kthreadd)"));
	assert_false(target_parse_is_kernel(")"));
}

static void refusals_name_the_process_and_the_reason(void **state)
{
	struct target target;

	(void)state;
	buf_reset(&said);
	assert_int_equal(target_read(&target, 0x7ffffff0), -ESRCH);
	assert_non_null(strstr(said.bytes, "2147483632"));
	if (access("/proc/2/status", R_OK) == 0) {
		buf_reset(&said);
		if (target_read(&target, 2) == -EINVAL)
			assert_non_null(strstr(said.bytes, "kernel thread"));
	}
	assert_int_equal(target_read(&target, (uint32_t)getpid()), 0);
	assert_true(*target.exe == '/');
}

static void *ask_for_itself(void *arg)
{
	struct target target;

	*(int *)arg = target_read(&target, (uint32_t)syscall(SYS_gettid));
	return NULL;
}

static void the_id_of_a_thread_is_answered_with_its_process(void **state)
{
	char process[40];
	pthread_t thread;
	int error = 0;

	(void)state;
	buf_reset(&said);
	assert_int_equal(pthread_create(&thread, NULL, ask_for_itself, &error), 0);
	pthread_join(thread, NULL);
	assert_int_equal(error, -EINVAL);
	snprintf(process, sizeof(process), "-p %d", (int)getpid());
	assert_non_null(strstr(said.bytes, process));
}

static void a_hostile_name_changes_nothing(void **state)
{
	struct target target;
	char before[16];

	(void)state;
	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, ") R 1 \n9 (x");
	assert_int_equal(target_read(&target, (uint32_t)getpid()), 0);
	assert_false(target.is_zombie);
	prctl(PR_SET_NAME, "\nState:\tZ");
	assert_int_equal(target_read(&target, (uint32_t)getpid()), 0);
	assert_false(target.is_zombie);
	prctl(PR_SET_NAME, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_is_read_by_line),
		cmocka_unit_test(a_kernel_thread_is_known_by_its_flag_whatever_its_name),
		cmocka_unit_test(refusals_name_the_process_and_the_reason),
		cmocka_unit_test(the_id_of_a_thread_is_answered_with_its_process),
		cmocka_unit_test(a_hostile_name_changes_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
