/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/options.h"
#include "app/verbs.h"

#define WORDS 12

static int count(char **words)
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

static void parse(struct options *options, const char *const *words, char **copy)
{
	int n = 0;

	for (; words[n]; n++)
		copy[n] = (char *)(uintptr_t)words[n];
	copy[n] = NULL;
	options_parse(options, count(copy), copy);
}

/* The exit status of a process that parses this, and what it said on standard error. */
static int status_of(const char *const *words, char *said, size_t said_bytes)
{
	int pipe_fds[2], status;
	ssize_t length;
	size_t used = 0;
	pid_t child;

	assert_int_equal(pipe(pipe_fds), 0);
	child = fork();
	if (!child) {
		struct options options;
		char *copy[WORDS + 1];

		dup2(pipe_fds[1], STDERR_FILENO);
		close(STDOUT_FILENO);
		parse(&options, words, copy);
		_exit(0);
	}
	close(pipe_fds[1]);
	while ((length = read(pipe_fds[0], said + used, said_bytes - 1 - used)) > 0)
		used += (size_t)length;
	said[used] = '\0';
	close(pipe_fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void without_a_verb_it_is_live_and_pids_come_in_lists(void **state)
{
	static const char *const words[] = { "x", "-p", "5,7", "--pid=9", "-p", "7", NULL };
	struct options options;
	char *copy[WORDS + 1];

	(void)state;
	parse(&options, words, copy);
	assert_string_equal(options.verb->name, "live");
	assert_int_equal(options.pids_count, 3);
	assert_int_equal(options.pids[2], 9);
	assert_int_equal(options.ring_bytes, 8 << 20);
	options_fini(&options);
}

static void run_keeps_the_options_of_its_command(void **state)
{
	static const char *const words[] = { "x", "run", "--plain", "--", "cmd", "-p", "--json", NULL };
	static const char *const without_dashes[] = { "x", "run", "--plain", "cmd", "-p", "--json", NULL };
	const char *const *both[] = { words, without_dashes };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct options options;
		char *copy[WORDS + 1];

		parse(&options, both[i], copy);
		assert_true(options.is_plain);
		assert_false(options.as_json);
		assert_non_null(options.command);
		assert_string_equal(options.command[0], "cmd");
		assert_string_equal(options.command[2], "--json");
		assert_null(options.command[3]);
		options_fini(&options);
	}
}

static void times_and_sizes_are_read_with_their_units(void **state)
{
	static const char *const words[] = { "x", "-p1", "--duration", "1m30s", "--interval=250ms", "--ring", "64K", NULL };
	struct options options;
	char *copy[WORDS + 1];

	(void)state;
	parse(&options, words, copy);
	assert_int_equal(options.duration_ns, 90000000000ull);
	assert_int_equal(options.interval_ns, 250000000ull);
	assert_int_equal(options.ring_bytes, 65536);
	options_fini(&options);
}

static void what_is_wrong_ends_with_exit_code_2_and_names_it(void **state)
{
	static const struct {
		const char *words[6];
		const char *named;
	} cases[] = {
		{ { "x", "-p", "0" }, "'0'" },
		{ { "x", "-p", "-1" }, "'-1'" },
		{ { "x", "-p", "2147483648" }, "'2147483648'" },
		{ { "x", "-p", "abc" }, "'abc'" },
		{ { "x", "-p", "1,,2" }, "''" },
		{ { "x", "--duration", "0" }, "'0'" },
		{ { "x", "--duration", "-5s" }, "'-5s'" },
		{ { "x", "--ring", "100000" }, "'100000'" },
		{ { "x", "--attach", "kprobe" }, "'kprobe'" },
		{ { "x", "timeline", "--trace", "xyz" }, "'xyz'" },
		{ { "x", "timeline", "--last", "0" }, "'0'" },
		{ { "x", "replay", "-p", "5" }, "means nothing to 'replay'" },
		{ { "x", "-p", "5", "--slowest", "3" }, "means nothing to 'live'" },
		{ { "x", "--no-such-option" }, "no-such-option" },
		{ { "x", "--columns", "5" }, "'5'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char said[4096];

		assert_int_equal(status_of(cases[i].words, said, sizeof(said)), 2);
		if (!strstr(said, cases[i].named))
			fail_msg("case %zu: '%s' is not in: %s", i, cases[i].named, said);
	}
}

static void every_verb_has_a_summary_and_can_be_found(void **state)
{
	size_t n = 0;

	(void)state;
	for (; verbs_at(n); n++) {
		assert_ptr_equal(verbs_find(verbs_at(n)->name), verbs_at(n));
		assert_true(strlen(verbs_at(n)->summary) > 10);
		assert_non_null(verbs_at(n)->run);
	}
	assert_true(n >= 9);
	assert_null(verbs_find("no-such-verb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_verb_it_is_live_and_pids_come_in_lists),
		cmocka_unit_test(run_keeps_the_options_of_its_command),
		cmocka_unit_test(times_and_sizes_are_read_with_their_units),
		cmocka_unit_test(what_is_wrong_ends_with_exit_code_2_and_names_it),
		cmocka_unit_test(every_verb_has_a_summary_and_can_be_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
