// SPDX-License-Identifier: Apache-2.0
/* The way out: whole lines on every kind of fd, and never a wait that nobody asked for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "base/refuse.h"
#include "sink/outlet.h"
#include "tests/unit/sink/sample.h"

static void keep_said(void *arg, const char *line)
{
	buf_text(arg, line);
	buf_char(arg, '\n');
}

static struct buf block_of(unsigned lines, unsigned first)
{
	struct buf block = { 0 };
	unsigned i;

	for (i = 0; i < lines; i++)
		buf_format(&block, "%07u ......................................................\n", first + i);
	return block;
}

/* Everything that can be read now. */
static void take(int fd, struct buf *into)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char bytes[4096];

	while (poll(&poller, 1, 0) > 0) {
		ssize_t got = read(fd, bytes, sizeof(bytes));

		if (got <= 0)
			return;
		buf_add(into, bytes, (size_t)got);
	}
}

/* Whole lines in rising order; how many. */
static unsigned check_lines(const struct buf *text)
{
	const char *line = text->bytes, *end;
	unsigned count = 0;
	long last = -1;

	for (; line && *line; line = end + 1, count++) {
		end = strchr(line, '\n');
		assert_non_null(end);
		assert_int_equal(end - line, 62);
		assert_true(strtol(line, NULL, 10) > last);
		last = strtol(line, NULL, 10);
	}
	return count;
}

static void a_stuck_pipe_costs_one_wait_and_gets_whole_lines_only(void **state)
{
	struct buf block = block_of(3000, 0), more = block_of(10, 3000), got = { 0 }, said = { 0 };
	struct outlet outlet;
	int fds[2];

	(void)state;
	refuse_redirect(keep_said, &said);
	assert_int_equal(pipe(fds), 0);
	outlet_init(&outlet, fds[1], false);
	assert_int_equal(outlet.kind, OUTLET_STREAM);
	outlet_print(&outlet, block.bytes, block.length, false);
	assert_true(outlet.dropped_count > 0);
	assert_true(outlet.is_stuck);
	outlet_print(&outlet, more.bytes, more.length, false); /* at once: still stuck */
	take(fds[0], &got);
	outlet_print(&outlet, more.bytes, more.length, false);
	take(fds[0], &got);
	assert_int_equal(check_lines(&got) + outlet.dropped_count, 3020);
	outlet_fini(&outlet);
	assert_non_null(strstr(said.bytes, "lines dropped"));
	refuse_redirect(NULL, NULL);
	close(fds[0]);
	close(fds[1]);
	buf_fini(&block);
	buf_fini(&more);
	buf_fini(&got);
	buf_fini(&said);
}

static void the_shells_description_stays_blocking(void **state)
{
	struct outlet outlet;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	outlet_init(&outlet, fds[1], false);
	assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
	assert_true(outlet.fd != fds[1]);
	assert_true(fcntl(outlet.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(outlet.fd, F_GETFD) & FD_CLOEXEC);
	outlet_fini(&outlet);
	assert_true(fcntl(fds[1], F_GETFL) >= 0);
	close(fds[0]);
	close(fds[1]);
}

struct slow {
	int fd;
	struct buf got;
};

static void *slow_run(void *arg)
{
	struct slow *slow = arg;
	char bytes[100];
	ssize_t got;

	while ((got = read(slow->fd, bytes, sizeof(bytes))) > 0)
		buf_add(&slow->got, bytes, (size_t)got);
	return NULL;
}

static void check_patient(int write_fd, int read_fd, int kind)
{
	struct buf block = block_of(10000, 0);
	struct slow slow = { .fd = read_fd };
	struct outlet outlet;
	pthread_t thread;

	outlet_init(&outlet, write_fd, true);
	assert_int_equal(outlet.kind, kind);
	assert_int_equal(pthread_create(&thread, NULL, slow_run, &slow), 0);
	outlet_print(&outlet, block.bytes, block.length, true);
	assert_int_equal(outlet.dropped_count, 0);
	outlet_fini(&outlet);
	pthread_join(thread, NULL);
	assert_int_equal(slow.got.length, block.length);
	assert_memory_equal(slow.got.bytes, block.bytes, block.length);
	buf_fini(&slow.got);
	buf_fini(&block);
	close(read_fd);
}

static void patience_loses_nothing_on_a_pipe(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	check_patient(fds[1], fds[0], OUTLET_STREAM);
}

static void patience_loses_nothing_on_a_socket(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	check_patient(fds[1], fds[0], OUTLET_SOCKET);
}

static void a_pending_sigterm_ends_patience(void **state)
{
	struct buf block = block_of(3000, 0), said = { 0 };
	struct timespec at_once = { 0 };
	struct outlet outlet;
	sigset_t term;
	int fds[2];

	(void)state;
	refuse_redirect(keep_said, &said);
	assert_int_equal(pipe(fds), 0);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &term, NULL), 0);
	assert_false(outlet_is_interrupted());
	raise(SIGTERM);
	assert_true(outlet_is_interrupted());
	outlet_init(&outlet, fds[1], false);
	outlet_print(&outlet, block.bytes, block.length, true);
	assert_true(outlet.dropped_count > 0);
	outlet_fini(&outlet);
	assert_int_equal(sigtimedwait(&term, NULL, &at_once), SIGTERM);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &term, NULL), 0);
	refuse_redirect(NULL, NULL);
	close(fds[0]);
	close(fds[1]);
	buf_fini(&block);
	buf_fini(&said);
}

static void a_reader_that_left_is_remembered_and_not_said(void **state)
{
	struct buf said = { 0 };
	struct outlet outlet;
	int fds[2];

	(void)state;
	buf_text(&said, "");
	refuse_redirect(keep_said, &said);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	outlet_init(&outlet, fds[1], true);
	close(fds[0]);
	outlet_print(&outlet, "a\n", 2, true);
	outlet_print(&outlet, "b\n", 2, true);
	assert_int_equal(outlet.error, -EPIPE);
	assert_int_equal(outlet.dropped_count, 0);
	outlet_fini(&outlet);
	assert_string_equal(said.bytes, "");
	refuse_redirect(NULL, NULL);
	buf_fini(&said);
}

static void a_short_write_is_cut_back_to_the_last_newline(void **state)
{
	struct buf block = block_of(100, 0), said = { 0 }, text = { 0 };
	struct rlimit before, small;
	struct outlet outlet;
	int fd = sample_file();
	char *all;

	(void)state;
	refuse_redirect(keep_said, &said);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 1000, .rlim_max = before.rlim_max };
	outlet_init(&outlet, fd, false);
	assert_int_equal(outlet.kind, OUTLET_FILE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(outlet_put(&outlet, block.bytes, block.length), 15 * 63); /* of 1000 bytes */
	assert_int_equal(outlet_put(&outlet, block.bytes, block.length), -EFBIG);
	outlet_print(&outlet, block.bytes, block.length, false);
	assert_int_equal(outlet.error, -EFBIG);
	assert_int_equal(outlet.dropped_count, 100);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	outlet_print(&outlet, block.bytes + 15 * 63, block.length - 15 * 63, false); /* there is room again */
	all = sample_text(fd, NULL);
	buf_text(&text, all);
	assert_int_equal(check_lines(&text), 100);
	outlet_fini(&outlet);
	assert_ptr_equal(strstr(said.bytes, "File too large"), strrchr(said.bytes, 'F')); /* said once */
	refuse_redirect(NULL, NULL);
	free(all);
	buf_fini(&block);
	buf_fini(&said);
	buf_fini(&text);
	close(fd);
}

static void what_another_program_wrote_behind_us_is_never_cut(void **state)
{
	struct buf block = block_of(100, 0);
	struct rlimit before, small;
	struct outlet outlet;
	int fd = sample_file();
	size_t length;
	char *all;

	(void)state;
	assert_int_equal(ftruncate(fd, 1500), 0); /* longer than where we write */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 1000, .rlim_max = before.rlim_max };
	outlet_init(&outlet, fd, false);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(outlet_put(&outlet, block.bytes, block.length), 1000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	all = sample_text(fd, &length);
	assert_int_equal(length, 1500);
	outlet_fini(&outlet);
	free(all);
	buf_fini(&block);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stuck_pipe_costs_one_wait_and_gets_whole_lines_only),
		cmocka_unit_test(the_shells_description_stays_blocking),
		cmocka_unit_test(patience_loses_nothing_on_a_pipe),
		cmocka_unit_test(patience_loses_nothing_on_a_socket),
		cmocka_unit_test(a_pending_sigterm_ends_patience),
		cmocka_unit_test(a_reader_that_left_is_remembered_and_not_said),
		cmocka_unit_test(a_short_write_is_cut_back_to_the_last_newline),
		cmocka_unit_test(what_another_program_wrote_behind_us_is_never_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
