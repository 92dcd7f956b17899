/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a task that lasts: byte for byte as a terminal gets it, by a clock of our own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "base/units.h"

static uint64_t now_ns;
static int read_fd = -1, write_fd = -1;

static uint64_t clock_now(void)
{
	return now_ns;
}

static int begin(void **state)
{
	int fds[2];

	(void)state;
	now_ns = 1000 * NS_PER_S;
	if (pipe2(fds, O_NONBLOCK))
		return -1;
	read_fd = fds[0];
	write_fd = fds[1];
	progress_fake(clock_now, write_fd);
	return 0;
}

static int end(void **state)
{
	(void)state;
	progress_redirect(NULL, NULL);
	progress_done();
	progress_fake(NULL, -1);
	close(read_fd);
	close(write_fd);
	return 0;
}

/* What came since the last look. */
static const char *said(void)
{
	static char text[8192];
	ssize_t length = read(read_fd, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* What stands in the terminal's line after these bytes, and nothing else than a line was touched. */
static const char *line_of(const char *bytes)
{
	static char line[400];
	size_t at = 0;

	memset(line, 0, sizeof(line));
	for (; *bytes; bytes++) {
		if (*bytes == '\r')
			at = 0;
		else if (*bytes == '\b')
			at--;
		else
			line[at++] = *bytes;
		assert_true(*bytes != '\n' && *bytes != '\033' && at < sizeof(line));
	}
	at = strlen(line);
	while (at && line[at - 1] == ' ')
		line[--at] = '\0';
	return line;
}

static void nothing_is_shown_in_the_first_second(void **state)
{
	(void)state;
	progress_show("attaching probes", 0, 1000);
	now_ns += NS_PER_S - 1;
	progress_show("attaching probes", 10, 1000);
	progress_done();
	assert_string_equal(said(), "");
}

static void a_task_that_lasts_has_one_line_that_is_written_over(void **state)
{
	(void)state;
	progress_show("attaching probes", 0, 1000);
	now_ns += 4 * NS_PER_S;
	progress_show("attaching probes", 512, 1000);
	assert_string_equal(said(), "\rattaching probes 512/1,000  51 %  4 s");
	now_ns += NS_PER_S;
	progress_show("attaching probes", 1000, 1000);
	assert_string_equal(said(), "\rattaching probes 1,000/1,000  100 %  5 s");
	progress_done();
	assert_string_equal(said(), "\r                                        \r");
	progress_done();
	assert_string_equal(said(), "");
}

static void a_shorter_line_leaves_nothing_of_the_longer_one(void **state)
{
	struct buf all = { 0 };

	(void)state;
	progress_show("reading", 0, 0);
	now_ns += 2 * NS_PER_S;
	progress_show("reading", 123456789, 0);
	buf_text(&all, said());
	now_ns += NS_PER_S;
	progress_show("reading", 1, 0);
	buf_text(&all, said());
	assert_string_equal(line_of(all.bytes), "reading 1  3 s");
	buf_fini(&all);
}

static void a_million_steps_are_ten_lines_a_second(void **state)
{
	unsigned lines = 0;

	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		progress_show("reading", i, 1000000);
		now_ns += 3000; /* 3 s in all */
		for (const char *text = said(); (text = strchr(text, '\r')); text++)
			lines++;
	}
	assert_in_range(lines, 19, 20);
}

static void a_total_that_nobody_knows_is_not_shown(void **state)
{
	(void)state;
	progress_show("reading standard input", 0, 0);
	now_ns += 2 * NS_PER_S;
	progress_show_bytes("reading standard input", 1536, 0);
	assert_string_equal(said(), "\rreading standard input 1.5 KiB  2 s");
	now_ns += NS_PER_S;
	progress_show_bytes("reading standard input", 1536, 2048);
	assert_string_equal(line_of(said()), "reading standard input 1.5 KiB/2.0 KiB  75 %  3 s");
}

static void more_than_all_is_all(void **state)
{
	(void)state;
	progress_show("closing links", 0, 3);
	now_ns += 2 * NS_PER_S;
	progress_show("closing links", 4, 3);
	assert_string_equal(said(), "\rclosing links 4/3  100 %  2 s");
	now_ns += NS_PER_S;
	progress_show("closing links", UINT64_MAX / 2, UINT64_MAX);
	assert_non_null(strstr(said(), "  50 %"));
}

static void another_task_begins_with_its_own_first_second(void **state)
{
	(void)state;
	progress_show("one", 0, 2);
	now_ns += 2 * NS_PER_S;
	progress_show("one", 1, 2);
	assert_string_equal(line_of(said()), "one 1/2  50 %  2 s");
	progress_show("two", 0, 2);
	assert_string_equal(line_of(said()), "");
	now_ns += NS_PER_S / 2;
	progress_show("two", 1, 2);
	assert_string_equal(said(), "");
	now_ns += NS_PER_S / 2;
	progress_show("two", 1, 2);
	assert_string_equal(line_of(said()), "two 1/2  50 %  1 s");
}

static void a_hostile_name_does_not_move_the_cursor_nor_wrap_the_line(void **state)
{
	char what[600] = "reading \033[2J\n\r\xff\xe2\x80\xae";
	const char *line;

	(void)state;
	memset(what + strlen(what), 'x', 400);
	progress_show(what, 0, 0);
	now_ns += 2 * NS_PER_S;
	progress_show(what, 1, 0);
	line = line_of(said());
	assert_non_null(strstr(line, "reading \\x1b[2J\\x0a\\x0d"));
	assert_non_null(strstr(line, "x\u2026 1  2 s")); /* the numbers stay */
	assert_true(strlen(line) < 79 + 8); /* two characters take more bytes than columns */
}

static void a_stopped_terminal_is_not_waited_for(void **state)
{
	static const char full[65536];
	static char all[1 << 20];
	ssize_t got, total = 0;

	(void)state;
	while (write(write_fd, full, sizeof(full)) > 0)
		;
	assert_int_equal(fcntl(write_fd, F_SETFL, 0), 0); /* from now on a write would hang */
	progress_show("reading", 0, 0);
	now_ns += 2 * NS_PER_S;
	progress_show("reading", 1, 0);
	progress_done();
	while ((got = read(read_fd, all + total, sizeof(all) - (size_t)total)) > 0)
		total += got;
	for (ssize_t i = 0; i < total; i++)
		assert_int_equal(all[i], 0);
}

static struct progress told;
static char told_what[64];
static unsigned told_count;

static void tell(void *arg, const struct progress *progress)
{
	assert_ptr_equal(arg, &told);
	told = *progress;
	snprintf(told_what, sizeof(told_what), "%s", progress->what ?: "(over)");
	told_count++;
}

static void whoever_asked_is_told_instead_of_the_terminal(void **state)
{
	(void)state;
	told_count = 0;
	progress_redirect(tell, &told);
	progress_show("short", 0, 10);
	progress_done();
	assert_int_equal(told_count, 0); /* nothing was told, so nothing is over */
	progress_show("long", 0, 10);
	now_ns += 3 * NS_PER_S;
	progress_show("long", 5, 10);
	progress_show("long", 6, 10);
	assert_int_equal(told_count, 1);
	assert_string_equal(told_what, "long");
	assert_int_equal(told.done, 5);
	assert_int_equal(told.total, 10);
	assert_int_equal(told.elapsed_ns, 3 * NS_PER_S);
	progress_done();
	assert_int_equal(told_count, 2);
	assert_string_equal(told_what, "(over)");
	assert_string_equal(said(), "");
}

static void ignore(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static void a_warning_between_two_steps_wipes_the_line_first(void **state)
{
	int saved = dup(STDERR_FILENO);

	(void)state;
	progress_show("reading", 0, 2);
	now_ns += 2 * NS_PER_S;
	progress_show("reading", 1, 2);
	dup2(write_fd, STDERR_FILENO);
	warn("a thing");
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_string_equal(said(), "\rreading 1/2  50 %  2 s\r                      \rttsobs-bpf: a thing\n");
	now_ns += NS_PER_S;
	progress_show("reading", 2, 2);
	assert_string_equal(said(), "\rreading 2/2  100 %  3 s");
	refuse_redirect(ignore, NULL);
	warn("who is told elsewhere leaves the line");
	refuse_redirect(NULL, NULL);
	assert_string_equal(said(), "");
}

static void nothing_goes_to_a_stderr_that_is_no_terminal(void **state)
{
	int saved = dup(STDERR_FILENO);

	(void)state;
	progress_fake(clock_now, -1);
	dup2(write_fd, STDERR_FILENO);
	progress_show("reading", 0, 2);
	now_ns += 2 * NS_PER_S;
	progress_show("reading", 1, 2);
	progress_done();
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_string_equal(said(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_shown_in_the_first_second, begin, end),
		cmocka_unit_test_setup_teardown(a_task_that_lasts_has_one_line_that_is_written_over, begin, end),
		cmocka_unit_test_setup_teardown(a_shorter_line_leaves_nothing_of_the_longer_one, begin, end),
		cmocka_unit_test_setup_teardown(a_million_steps_are_ten_lines_a_second, begin, end),
		cmocka_unit_test_setup_teardown(a_total_that_nobody_knows_is_not_shown, begin, end),
		cmocka_unit_test_setup_teardown(more_than_all_is_all, begin, end),
		cmocka_unit_test_setup_teardown(another_task_begins_with_its_own_first_second, begin, end),
		cmocka_unit_test_setup_teardown(a_hostile_name_does_not_move_the_cursor_nor_wrap_the_line, begin, end),
		cmocka_unit_test_setup_teardown(a_stopped_terminal_is_not_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(whoever_asked_is_told_instead_of_the_terminal, begin, end),
		cmocka_unit_test_setup_teardown(a_warning_between_two_steps_wipes_the_line_first, begin, end),
		cmocka_unit_test_setup_teardown(nothing_goes_to_a_stderr_that_is_no_terminal, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
