// SPDX-License-Identifier: Apache-2.0
/* What is said on stderr: byte for byte as a terminal gets it, read back through a pipe. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/refuse.h"

static int pipe_fds[2];
static int saved_stderr;

static void stderr_take(void)
{
	assert_int_equal(pipe(pipe_fds), 0);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(saved_stderr >= 0);
	assert_int_equal(dup2(pipe_fds[1], STDERR_FILENO), STDERR_FILENO);
	close(pipe_fds[1]);
}

static const char *stderr_give_back(void)
{
	static char text[65536];
	ssize_t length;
	size_t total = 0;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	while ((length = read(pipe_fds[0], text + total, sizeof(text) - 1 - total)) > 0)
		total += (size_t)length;
	close(pipe_fds[0]);
	text[total] = '\0';
	return text;
}

static void a_refusal_prints_one_line_and_returns_its_error(void **state)
{
	int error;

	(void)state;
	stderr_take();
	error = refuse(-EINVAL, "%s:%d: no such key", "a.yaml", 7);
	assert_string_equal(stderr_give_back(), "ttsobs-bpf: a.yaml:7: no such key\n");
	assert_int_equal(error, -EINVAL);
}

static void a_newline_from_an_argument_cannot_forge_a_line(void **state)
{
	(void)state;
	stderr_take();
	warn("no process named %s", "x\nttsobs-bpf: all is well\r\x1b[2J\x7f");
	assert_string_equal(
		stderr_give_back(),
		"ttsobs-bpf: no process named x\\x0attsobs-bpf: all is well\\x0d\\x1b[2J\\x7f\n");
}

static void a_format_with_newlines_prints_each_line_with_the_prefix(void **state)
{
	(void)state;
	stderr_take();
	warn("%s:1:2: mistake\n  %s\n  ^\n", "f", "key:\tvalue");
	assert_string_equal(stderr_give_back(), "ttsobs-bpf: f:1:2: mistake\n"
						"ttsobs-bpf:   key:\\x09value\n"
						"ttsobs-bpf:   ^\n");
}

static void an_empty_message_is_still_one_line(void **state)
{
	(void)state;
	stderr_take();
	warn("%s", "");
	assert_string_equal(stderr_give_back(), "ttsobs-bpf: \n");
}

static void errno_survives_a_message(void **state)
{
	(void)state;
	stderr_take();
	errno = ENOSPC;
	warn("full");
	assert_int_equal(errno, ENOSPC);
	stderr_give_back();
}

static void sent_to(void *arg, const char *line)
{
	buf_format(arg, "<%s>", line);
}

static void a_redirected_message_arrives_line_by_line_and_clean(void **state)
{
	struct buf lines = {0};

	(void)state;
	refuse_redirect(sent_to, &lines);
	assert_int_equal(refuse(-ESRCH, "one\ntwo %s", "\x01"), -ESRCH);
	refuse_redirect(NULL, NULL);
	assert_string_equal(lines.bytes, "<one><two \\x01>");
	stderr_take();
	warn("back");
	assert_string_equal(stderr_give_back(), "ttsobs-bpf: back\n");
	assert_string_equal(lines.bytes, "<one><two \\x01>");
	buf_fini(&lines);
}

static void sent_to_mine(void *arg, const char *line)
{
	buf_text(arg, "mine:");
	buf_text(arg, line);
}

static void *warn_elsewhere(void *arg)
{
	(void)arg;
	warn("elsewhere");
	return NULL;
}

static void what_a_thread_overhears_is_its_own(void **state)
{
	struct buf mine = {0}, all = {0};
	pthread_t thread;

	(void)state;
	refuse_redirect(sent_to, &all);
	refuse_overhear(sent_to_mine, &mine);
	warn("here");
	assert_int_equal(pthread_create(&thread, NULL, warn_elsewhere, NULL), 0);
	pthread_join(thread, NULL);
	refuse_overhear(NULL, NULL);
	warn("after");
	refuse_redirect(NULL, NULL);
	assert_string_equal(mine.bytes, "mine:here");
	assert_string_equal(all.bytes, "<elsewhere><after>");
	buf_fini(&mine);
	buf_fini(&all);
}

static void *warn_often(void *arg)
{
	for (int i = 0; i < 1000; i++)
		warn("%s", (const char *)arg);
	return NULL;
}

static void threads_are_heard_one_at_a_time_and_never_after_the_end(void **state)
{
	struct buf all = {0};
	char line[] = "line";
	pthread_t threads[4];
	size_t lines = 0;

	(void)state;
	refuse_redirect(sent_to, &all);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, warn_often, line), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	refuse_redirect(NULL, NULL);
	for (const char *at = all.bytes; (at = strstr(at, "<line>")); at++)
		lines++;
	assert_int_equal(lines, 4000);
	buf_fini(&all);
}

static void debug_is_silent_until_it_is_switched_on(void **state)
{
	struct buf lines = {0};

	(void)state;
	refuse_redirect(sent_to, &lines);
	debug("hidden");
	assert_null(lines.bytes);
	refuse_debug_on();
	debug("%d probes", 3);
	refuse_redirect(NULL, NULL);
	assert_string_equal(lines.bytes, "<debug: 3 probes>");
	buf_fini(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_prints_one_line_and_returns_its_error),
		cmocka_unit_test(a_newline_from_an_argument_cannot_forge_a_line),
		cmocka_unit_test(a_format_with_newlines_prints_each_line_with_the_prefix),
		cmocka_unit_test(an_empty_message_is_still_one_line),
		cmocka_unit_test(errno_survives_a_message),
		cmocka_unit_test(a_redirected_message_arrives_line_by_line_and_clean),
		cmocka_unit_test(what_a_thread_overhears_is_its_own),
		cmocka_unit_test(threads_are_heard_one_at_a_time_and_never_after_the_end),
		cmocka_unit_test(debug_is_silent_until_it_is_switched_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
