/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"

#define MANY (1 << 20) /* more than a pipe holds */

static void *drain(void *arg)
{
	static char got[MANY];
	int fd = *(int *)arg;
	size_t length = 0;
	ssize_t more;

	while ((more = read(fd, got + length, length < MANY ? MANY - length : 0)) > 0)
		length += (size_t)more;
	for (size_t i = 0; i < length; i++)
		if (got[i] != (char)(i * 7))
			return NULL;
	return (void *)(uintptr_t)length;
}

static void what_a_pipe_takes_in_pieces_is_written_whole(void **state)
{
	char *bytes = malloc(MANY);
	pthread_t reader;
	void *length;
	int fds[2];

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		bytes[i] = (char)(i * 7);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(pthread_create(&reader, NULL, drain, &fds[0]), 0);
	assert_int_equal(io_write_all(fds[1], bytes, MANY), 0);
	close(fds[1]);
	pthread_join(reader, &length);
	assert_int_equal((uintptr_t)length, MANY);
	close(fds[0]);
	free(bytes);
}

static void a_write_that_fails_gives_its_error(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(io_write_all(fd, "x", 1), -ENOSPC);
	assert_int_equal(io_write_all(fd, "x", 0), 0);
	close(fd);
	assert_int_equal(io_write_all(-1, "x", 1), -EBADF);
}

static void a_socket_is_reached_by_its_path(void **state)
{
	char folder[] = "/tmp/ttsobs-io-XXXXXX", path[64], word[8] = "";
	struct sockaddr_un address;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ours, theirs;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	assert_int_equal(io_connect(path, SOCK_STREAM), -ENOENT);
	assert_int_equal(io_socket_address(&address, path), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(io_connect(path, SOCK_DGRAM), -EPROTOTYPE);
	ours = io_connect(path, SOCK_STREAM | SOCK_NONBLOCK);
	assert_true(ours >= 0);
	assert_true(fcntl(ours, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(ours, F_GETFL) & O_NONBLOCK);
	theirs = accept(listener, NULL, NULL);
	assert_int_equal(io_write_all(theirs, "hello", 5), 0);
	assert_int_equal(read(ours, word, sizeof(word)), 5);
	assert_string_equal(word, "hello");
	close(theirs);
	close(ours);
	close(listener);
	unlink(path);
	rmdir(folder);
}

static void a_path_that_does_not_fit_is_refused_and_the_longest_is_not(void **state)
{
	struct sockaddr_un address;
	char path[sizeof(address.sun_path) + 1];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[IO_SOCKET_PATH_MAX + 1] = '\0';
	assert_int_equal(io_socket_address(&address, path), -ENAMETOOLONG);
	assert_int_equal(io_connect(path, SOCK_STREAM), -ENAMETOOLONG);
	path[IO_SOCKET_PATH_MAX] = '\0';
	assert_int_equal(io_socket_address(&address, path), 0);
	assert_string_equal(address.sun_path, path);
}

static void an_instant_to_come_is_as_far_as_asked(void **state)
{
	static const unsigned waits_ms[] = { 0, 1, 999, 1000, 61001 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		uint64_t before_ns = io_now_ns(), at_ns;
		struct timespec at = io_in_ms(waits_ms[i]);
		uint64_t after_ns = io_now_ns();

		at_ns = (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
		assert_in_range(at.tv_nsec, 0, NS_PER_S - 1);
		assert_in_range(at_ns, before_ns + waits_ms[i] * NS_PER_MS, after_ns + waits_ms[i] * NS_PER_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_pipe_takes_in_pieces_is_written_whole),
		cmocka_unit_test(a_write_that_fails_gives_its_error),
		cmocka_unit_test(a_socket_is_reached_by_its_path),
		cmocka_unit_test(a_path_that_does_not_fit_is_refused_and_the_longest_is_not),
		cmocka_unit_test(an_instant_to_come_is_as_far_as_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
