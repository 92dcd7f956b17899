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
#include <unistd.h>

#include "base/buf.h"
#include "base/refuse.h"
#include "config/files.h"

static const char *const patterns[] = { "*.yaml", "*.yml", NULL };

struct seen {
	struct buf names;
	size_t folder_length;
	const char *bad;
};

static int see(void *arg, const char *file)
{
	struct seen *seen = arg;
	const char *name = file + seen->folder_length + 1;

	buf_format(&seen->names, "%s ", name);
	return seen->bad && strstr(seen->bad, name) ? -(name[0]) : 0;
}

static void put(const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fclose(fopen(path, "w"));
}

static void those_that_match_come_by_name_even_after_a_bad_one(void **state)
{
	static const char *const names[] = { "b.yaml", "a.yml", ".hidden.yaml", ".yaml", "c.yaml.bak", "d", "C.yaml" };
	char folder[] = "/tmp/ttsobs-files-XXXXXX", slashes[64];
	struct seen seen = { .bad = "b.yaml a.yml" };

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put(folder, names[i]);
	seen.folder_length = strlen(folder);
	assert_int_equal(files_each(folder, patterns, see, &seen), -'a');
	assert_string_equal(seen.names.bytes, "C.yaml a.yml b.yaml ");
	buf_reset(&seen.names);
	seen.bad = NULL;
	snprintf(slashes, sizeof(slashes), "%s//", folder);
	assert_int_equal(files_each(slashes, patterns, see, &seen), 0);
	assert_string_equal(seen.names.bytes, "C.yaml a.yml b.yaml ");
	buf_fini(&seen.names);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void count_line(void *arg, const char *line)
{
	(void)line;
	++*(int *)arg;
}

static void a_missing_directory_is_for_the_caller_to_say_and_another_trouble_is_said(void **state)
{
	struct seen seen = { 0 };
	int lines_count = 0;

	(void)state;
	refuse_redirect(count_line, &lines_count);
	assert_int_equal(files_each("/tmp/ttsobs-not-there", patterns, see, &seen), -ENOENT);
	assert_int_equal(lines_count, 0);
	assert_int_equal(files_each("/dev/null", patterns, see, &seen), -ENOTDIR);
	assert_int_equal(lines_count, 1);
	refuse_redirect(NULL, NULL);
	assert_null(seen.names.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_match_come_by_name_even_after_a_bad_one),
		cmocka_unit_test(a_missing_directory_is_for_the_caller_to_say_and_another_trouble_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
