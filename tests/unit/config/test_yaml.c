// SPDX-License-Identifier: Apache-2.0
/* How a mistake is shown, and how files are read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "config/yaml.h"
#include "said.h"

static void say_at(const char *file, const char *text, size_t place, struct buf *said)
{
	struct yaml *yaml = yaml_new(file, text, strlen(text));

	assert_non_null(yaml_root(yaml));
	said_begin(said);
	yaml_mistake(yaml, place, "wrong %d", 7);
	assert_int_equal(yaml_say(yaml), -EINVAL);
	yaml_free(yaml);
}

static void a_mistake_is_shown_with_its_line_and_a_caret(void **state)
{
	struct buf said;

	(void)state;
	say_at("dir/f.yaml", "a: 1\nbcd: 2\ne: 3\n", 10, &said);
	assert_string_equal(said.bytes, "dir/f.yaml:2:6: wrong 7\n  bcd: 2\n       ^\n");
	said_end(&said);
}

static void the_caret_stands_under_wide_characters_and_tabs(void **state)
{
	struct buf said;

	(void)state;
	say_at("f", "\xe6\x97\xa5: {\tx: 1 }\n", 7, &said);
	/* one wide character of two columns, ": {", the tab as one space */
	assert_string_equal(said.bytes, "f:1:6: wrong 7\n  \xe6\x97\xa5: { x: 1 }\n        ^\n");
	said_end(&said);
}

static void a_mistake_behind_the_end_is_shown_on_the_last_line(void **state)
{
	struct buf said;

	(void)state;
	say_at("f", "a: 1", 999, &said);
	assert_string_equal(said.bytes, "f:1:5: wrong 7\n  a: 1\n      ^\n");
	said_end(&said);
}

static void of_a_long_line_the_part_around_the_place_is_shown(void **state)
{
	struct buf text = {0}, said;
	const char *line, *caret;

	(void)state;
	buf_text(&text, "k: '");
	buf_fill(&text, "\xc3\xa4", 5000);
	buf_text(&text, "HERE");
	buf_fill(&text, "z", 5000);
	buf_text(&text, "'\n");
	say_at("f", text.bytes, 4 + 10000, &said);
	assert_int_equal(strncmp(said.bytes, "f:1:5005: wrong 7\n  \xe2\x80\xa6", 22), 0);
	line = strchr(said.bytes, '\n') + 1;
	caret = strchr(line, '\n') + 1;
	assert_true(strlen(line) < 300);
	/* "  …" and 25 characters of two bytes each stand before the place */
	assert_int_equal(strspn(caret, " "), 2 + 1 + 25);
	assert_int_equal(strncmp(line + 2 + 3 + 2 * 25, "HERE", 4), 0);
	said_end(&said);
	buf_fini(&text);
}

static void a_hostile_file_name_is_one_harmless_line(void **state)
{
	struct buf said;

	(void)state;
	say_at("a\x1b[31m\nb", "a: 1\n", 0, &said);
	assert_int_equal(strncmp(said.bytes, "a\\x1b[31m\\x0ab:1:1: wrong 7\n", 28), 0);
	said_end(&said);
}

static void mistakes_are_said_in_the_order_of_the_file(void **state)
{
	struct yaml *yaml = yaml_new("f", "a: 1\nb: 2\n", 10);
	struct buf said, messages = {0};

	(void)state;
	said_begin(&said);
	yaml_mistake(yaml, 5, "third");
	yaml_mistake(yaml, 0, "first");
	yaml_mistake(yaml, 0, "second");
	yaml_say(yaml);
	said_messages(&said, "f", &messages);
	assert_string_equal(messages.bytes, "1:1: first\n1:1: second\n2:1: third\n");
	buf_fini(&messages);
	said_end(&said);
	yaml_free(yaml);
}

static void after_a_hundred_mistakes_the_rest_is_counted(void **state)
{
	struct yaml *yaml = yaml_new("f", "a: 1\n", 5);
	struct buf said;

	(void)state;
	said_begin(&said);
	for (unsigned i = 0; i < YAML_MAX_MISTAKES + 50; i++)
		yaml_mistake(yaml, 0, "m%u", i);
	yaml_say(yaml);
	assert_non_null(strstr(said.bytes, "f:1:1: m99\n"));
	assert_null(strstr(said.bytes, "m100\n"));
	assert_non_null(strstr(said.bytes, "f: 50 more mistakes are not shown\n"));
	said_end(&said);
	yaml_free(yaml);
}

static void a_text_without_mistakes_says_nothing(void **state)
{
	struct yaml *yaml = yaml_new("f", "a: 1\n", 5);
	struct buf said;

	(void)state;
	said_begin(&said);
	assert_int_equal(yaml_say(yaml), 0);
	assert_string_equal(said.bytes, "");
	said_end(&said);
	yaml_free(yaml);
}

static void quotes_of_foreign_text_are_cut_and_harmless(void **state)
{
	struct yaml *yaml = yaml_new("f", "a: 1\n", 5);
	char longer[200];

	(void)state;
	memset(longer, 'x', sizeof(longer));
	assert_string_equal(yaml_quote(yaml, "a\x1b\0b", 4), "'a\\x1b\\x00b'");
	assert_int_equal(strlen(yaml_quote(yaml, longer, sizeof(longer))), 1 + 47 + 3 + 1);
	yaml_free(yaml);
}

static char *temporary_file(const char *bytes, size_t length)
{
	char *path = strdup("/tmp/ttsobs-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	close(fd);
	return path;
}

static void a_file_is_read_whole(void **state)
{
	char *path = temporary_file("a: 1\0b\n", 7), *text = NULL;
	size_t length = 0;

	(void)state;
	assert_int_equal(yaml_read_file(path, &text, &length), 0);
	assert_int_equal(length, 7);
	assert_memory_equal(text, "a: 1\0b\n", 7);
	free(text);
	unlink(path);
	free(path);
}

static void a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not(void **state)
{
	char *path = temporary_file("", 0), *text = NULL;
	size_t length = 0;
	struct buf said;

	(void)state;
	said_begin(&said);
	assert_int_equal(truncate(path, YAML_MAX_BYTES), 0);
	assert_int_equal(yaml_read_file(path, &text, &length), 0);
	assert_int_equal(length, YAML_MAX_BYTES);
	free(text);
	assert_string_equal(said.bytes, "");
	assert_int_equal(truncate(path, YAML_MAX_BYTES + 1), 0);
	assert_int_equal(yaml_read_file(path, &text, &length), -EINVAL);
	assert_non_null(strstr(said.bytes, ":1:1: the file is longer than 1048576 bytes\n"));
	said_end(&said);
	unlink(path);
	free(path);
}

static void what_cannot_be_read_is_refused_with_the_reason(void **state)
{
	int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char *text = NULL, *path = temporary_file("", 0);
	struct sockaddr_un address;
	size_t length = 0;
	struct buf said;

	(void)state;
	said_begin(&said);
	unlink(path);
	assert_int_equal(yaml_read_file(path, &text, &length), -ENOENT);
	assert_int_equal(yaml_read_file("/tmp", &text, &length), -EISDIR);
	assert_non_null(strstr(said.bytes, "/tmp: Is a directory\n"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(yaml_read_file(path, &text, &length), -EINVAL); /* nobody writes: no wait, and not an empty text */
	assert_non_null(strstr(said.bytes, ": a FIFO or socket, not a file\n"));
	unlink(path);
	buf_reset(&said);
	assert_int_equal(io_socket_address(&address, path), 0);
	assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(yaml_read_file(path, &text, &length), -EINVAL);
	assert_non_null(strstr(said.bytes, ": a FIFO or socket, not a file\n"));
	close(socket_fd);
	assert_int_equal(yaml_read_file("/dev/zero", &text, &length), -EINVAL);
	said_end(&said);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mistake_is_shown_with_its_line_and_a_caret),
		cmocka_unit_test(the_caret_stands_under_wide_characters_and_tabs),
		cmocka_unit_test(a_mistake_behind_the_end_is_shown_on_the_last_line),
		cmocka_unit_test(of_a_long_line_the_part_around_the_place_is_shown),
		cmocka_unit_test(a_hostile_file_name_is_one_harmless_line),
		cmocka_unit_test(mistakes_are_said_in_the_order_of_the_file),
		cmocka_unit_test(after_a_hundred_mistakes_the_rest_is_counted),
		cmocka_unit_test(a_text_without_mistakes_says_nothing),
		cmocka_unit_test(quotes_of_foreign_text_are_cut_and_harmless),
		cmocka_unit_test(a_file_is_read_whole),
		cmocka_unit_test(a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not),
		cmocka_unit_test(what_cannot_be_read_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
