// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static bool is_zero(const void *memory, size_t size_bytes)
{
	const unsigned char *bytes = memory;
	size_t i;

	for (i = 0; i < size_bytes; i++)
		if (bytes[i])
			return false;
	return true;
}

static void new_memory_is_zeroed_and_never_null(void **state)
{
	void *nothing = mem_new(0);
	void *some = mem_new(1000);
	void *array = mem_array(10, 24);

	(void)state;
	assert_non_null(nothing);
	assert_true(is_zero(some, 1000));
	assert_true(is_zero(array, 240));
	free(nothing);
	free(some);
	free(array);
}

static void growing_keeps_the_old_and_zeroes_the_new(void **state)
{
	uint32_t *numbers = NULL;
	size_t capacity = 0, i, before;

	(void)state;
	for (i = 0; i < 1000; i++) {
		before = capacity;
		mem_grow(&numbers, &capacity, i + 1, sizeof(*numbers));
		assert_true(capacity > i);
		if (capacity != before)
			assert_true(
				is_zero(numbers + before, (capacity - before) * sizeof(*numbers)));
		numbers[i] = (uint32_t)i + 1;
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i + 1);
	before = capacity;
	mem_grow(&numbers, &capacity, 5, sizeof(*numbers));
	assert_int_equal(capacity, before);
	free(numbers);
}

static void strings_are_copied_and_formatted(void **state)
{
	char *copy = mem_string("espeak");
	char *made = mem_format("%s-%d", copy, 7);

	(void)state;
	assert_string_equal(copy, "espeak");
	assert_string_equal(made, "espeak-7");
	free(copy);
	free(made);
}

static void too_big_array(void)
{
	mem_array(SIZE_MAX / 2, 3);
}

static void too_big_new(void)
{
	volatile size_t size_bytes = SIZE_MAX / 2; /* hidden from the compiler's own check */

	mem_new(size_bytes);
}

static void too_big_grow(void)
{
	void *array = NULL;
	size_t capacity = 0;

	mem_grow(&array, &capacity, SIZE_MAX, 1);
}

static void too_big_arena(void)
{
	struct arena arena = {0};

	arena_new(&arena, SIZE_MAX - 3);
}

/* The exit code, with what the child said on stderr. */
static int in_child(void (*call)(void), char *said, size_t size_bytes)
{
	size_t total = 0;
	ssize_t length;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		call();
		_exit(99);
	}
	close(fds[1]);
	while ((length = read(fds[0], said + total, size_bytes - 1 - total)) > 0)
		total += (size_t)length;
	said[total] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void what_cannot_be_had_ends_the_process_with_a_sentence(void **state)
{
	void (*const calls[])(void) = {too_big_array, too_big_grow, too_big_arena, too_big_new};
	char said[65536];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
#if defined(__SANITIZE_ADDRESS__)
		if (calls[i] == too_big_new)
			continue; /* ASan has its own way to end here */
#endif
		assert_int_equal(in_child(calls[i], said, sizeof(said)), 1);
		assert_non_null(strstr(said, "ttsobs-bpf: out of memory ("));
	}
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena arena = {0};
	unsigned char *things[400];
	size_t sizes[400];
	size_t i, j;

	(void)state;
	for (i = 0; i < 400; i++) {
		sizes[i] = (i * 37) % 700 + (i % 50 == 0 ? 5000 : 0);
		things[i] = arena_new(&arena, sizes[i]);
		assert_int_equal((uintptr_t)things[i] % 16, 0);
		assert_true(is_zero(things[i], sizes[i]));
		memset(things[i], (int)(i % 255) + 1, sizes[i]);
	}
	for (i = 0; i < 400; i++)
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(things[i][j], i % 255 + 1);
	assert_true(arena.used_bytes > 400 * 300);
	arena_fini(&arena);
	assert_null(arena.head);
	assert_int_equal(arena.used_bytes, 0);
}

static void an_arena_string_is_cut_at_its_length_and_terminated(void **state)
{
	struct arena arena = {0};
	char *text = arena_string(&arena, "abcdef", 3);
	char *empty = arena_string(&arena, NULL, 0);

	(void)state;
	assert_string_equal(text, "abc");
	assert_string_equal(empty, "");
	arena_fini(&arena);
}

static void an_arena_of_small_things_stays_small(void **state)
{
	struct arena arena = {0};

	(void)state;
	arena_new(&arena, 16);
	assert_true(arena.used_bytes <= 2048);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_memory_is_zeroed_and_never_null),
		cmocka_unit_test(growing_keeps_the_old_and_zeroes_the_new),
		cmocka_unit_test(strings_are_copied_and_formatted),
		cmocka_unit_test(what_cannot_be_had_ends_the_process_with_a_sentence),
		cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(an_arena_string_is_cut_at_its_length_and_terminated),
		cmocka_unit_test(an_arena_of_small_things_stays_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
