// SPDX-License-Identifier: Apache-2.0
/* Rotation: no line is torn or lost, whatever happens to the files. */
#include "tests/unit/sink/log_bench.h"

#define ASIDE 1000 /* FILE.0, on its way to FILE.1 */

static void name_old(const struct bench *bench, unsigned number, char path[80])
{
	if (number)
		snprintf(path, 80, "%s.%u", bench->path, number == ASIDE ? 0 : number);
	else
		snprintf(path, 80, "%s", bench->path);
}

static bool is_there(const struct bench *bench, unsigned number)
{
	char path[80];
	struct stat st;

	name_old(bench, number, path);
	return !lstat(path, &st) && S_ISREG(st.st_mode);
}

/* Lines of FILE.number; the first and the last line's number. Each must be whole. */
static unsigned read_old(const struct bench *bench, unsigned number, unsigned *first, unsigned *last, size_t *length)
{
	char path[80], *text, *line, *end;
	unsigned count = 0;

	name_old(bench, number, path);
	text = bench_read(path, length);
	for (line = text; *line; line = end + 1, count++) {
		struct json_object *object;
		unsigned id;

		end = strchr(line, '\n');
		assert_non_null(end);
		object = check_json(line, (size_t)(end - line));
		id = (unsigned)strtoul(check_word(object, "span_id"), NULL, 16);
		if (!count)
			*first = id;
		else
			assert_int_equal(id, *last + 1);
		*last = id;
		json_object_put(object);
	}
	free(text);
	return count;
}

/* One line with this number: about 500 bytes. */
static void say(struct bench *bench, unsigned number)
{
	bench->sample->spans[0].id = number;
	bench_span(bench, &bench->sample->spans[0]);
}

static void setup_lines(struct bench *bench)
{
	sample_utterance(bench->sample, 0);
}

static bool is_written(const struct bench *bench, unsigned number)
{
	static const unsigned files[] = { 0, ASIDE, 1, 2 };
	bool is_found = false;
	char wanted[40];

	snprintf(wanted, sizeof(wanted), "\"span_id\":\"%016x\"", number);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !is_found; i++) {
		char path[80], *text;
		int fd;

		name_old(bench, files[i], path);
		fd = is_there(bench, files[i]) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		if (fd < 0) /* it is being moved */
			continue;
		text = sample_text(fd, NULL);
		is_found = strstr(text, wanted);
		free(text);
		close(fd);
	}
	return is_found;
}

static void wait_written(const struct bench *bench, unsigned number)
{
	WAIT_FOR(is_written(bench, number));
}

static void a_line_that_would_cross_the_limit_goes_to_a_new_file(void **state)
{
	struct bench *bench = *state;
	unsigned first, last, next = 1;
	size_t length;

	setup_lines(bench);
	bench->options.max_bytes = 5000;
	bench->options.keep_count = 9;
	bench_open(bench);
	for (unsigned i = 1; i <= 60; i++)
		say(bench, i);
	bench_close(bench);
	for (unsigned i = 9; i <= 9; i--) {
		unsigned count;

		if (!is_there(bench, i))
			continue;
		count = read_old(bench, i, &first, &last, &length);
		assert_true(count > 0);
		assert_int_equal(first, next); /* the oldest file first: nothing is missing, nothing twice */
		assert_true(length <= 5000);
		assert_true(!i || length > 4000); /* no file ends before it must */
		next = last + 1;
	}
	assert_int_equal(next, 61);
	assert_true(is_there(bench, 3));
	assert_int_equal(bench->said.length, 0);
}

static void only_so_many_old_files_are_kept(void **state)
{
	struct bench *bench = *state;
	unsigned first, last, newest;
	size_t length;

	setup_lines(bench);
	bench->options.max_bytes = 1000;
	bench->options.keep_count = 2;
	bench_open(bench);
	for (unsigned i = 1; i <= 40; i++)
		say(bench, i);
	bench_close(bench);
	assert_true(is_there(bench, 0) && is_there(bench, 1) && is_there(bench, 2));
	for (unsigned i = 3; i < 8; i++)
		assert_false(is_there(bench, i));
	read_old(bench, 0, &first, &last, &length);
	assert_int_equal(last, 40);
	newest = first;
	read_old(bench, 1, &first, &last, &length);
	assert_int_equal(last + 1, newest);
}

static void without_old_files_the_log_begins_anew(void **state)
{
	struct bench *bench = *state;
	unsigned first, last;
	size_t length;

	setup_lines(bench);
	bench->options.max_bytes = 1000;
	bench_open(bench);
	for (unsigned i = 1; i <= 40; i++)
		say(bench, i);
	bench_close(bench);
	read_old(bench, 0, &first, &last, &length);
	assert_int_equal(last, 40);
	assert_true(length <= 1000);
	assert_false(is_there(bench, 1));
}

static void a_line_longer_than_the_limit_is_whole_in_a_file_of_its_own(void **state)
{
	struct bench *bench = *state;
	unsigned first, last;
	size_t length;

	setup_lines(bench);
	bench->options.max_bytes = 100;
	bench->options.keep_count = 9;
	bench_open(bench);
	for (unsigned i = 1; i <= 5; i++)
		say(bench, i);
	bench_close(bench);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(read_old(bench, i, &first, &last, &length), 1);
		assert_int_equal(first, 5 - i);
	}
	assert_false(is_there(bench, 5));
}

static void what_was_in_the_file_before_counts_and_moves_with_it(void **state)
{
	struct bench *bench = *state;
	unsigned first, last;
	size_t length;
	struct stat before, after;
	char path[80];

	setup_lines(bench);
	bench_open(bench);
	say(bench, 1);
	bench_close(bench);
	assert_int_equal(chmod(bench->path, 0604), 0);
	assert_int_equal(stat(bench->path, &before), 0);
	bench->options.max_bytes = (uint64_t)before.st_size + 10;
	bench->options.keep_count = 2;
	bench_open(bench);
	say(bench, 2);
	bench_close(bench);
	assert_int_equal(read_old(bench, 1, &first, &last, &length), 1);
	assert_int_equal(first, 1);
	assert_int_equal(read_old(bench, 0, &first, &last, &length), 1);
	assert_int_equal(first, 2);
	name_old(bench, 1, path);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(stat(bench->path, &after), 0);
	assert_int_equal(after.st_mode & 07777, 0604); /* the new one is for whom the old one was */
}

static void an_old_file_gives_way_by_age_but_not_in_a_replay(void **state)
{
	struct bench *bench = *state;
	unsigned first, last;
	size_t length;

	setup_lines(bench);
	bench->options.max_age_ns = 1;
	bench->options.keep_count = 9;
	bench_open(bench);
	log_set_patient(bench->log, true);
	say(bench, 1);
	wait_written(bench, 1);
	say(bench, 2);
	wait_written(bench, 2);
	assert_false(is_there(bench, 1));
	log_set_patient(bench->log, false);
	say(bench, 3);
	wait_written(bench, 3);
	bench_close(bench);
	assert_int_equal(read_old(bench, 1, &first, &last, &length), 2);
	assert_int_equal(read_old(bench, 0, &first, &last, &length), 1);
	assert_int_equal(first, 3);
}

static void a_rotation_that_fails_is_said_once_and_nothing_is_lost(void **state)
{
	struct bench *bench = *state;
	unsigned first, last, count;
	size_t length;
	char directory[80], inside[100];

	setup_lines(bench);
	name_old(bench, 1, directory); /* a name that cannot be taken, for root neither */
	assert_int_equal(mkdir(directory, 0700), 0);
	snprintf(inside, sizeof(inside), "%s/x", directory);
	assert_int_equal(mkdir(inside, 0700), 0);
	bench->options.max_bytes = 1000;
	bench->options.keep_count = 1;
	bench_open(bench);
	for (unsigned i = 1; i <= 20; i++) {
		say(bench, i);
		wait_written(bench, i); /* in batches of one line */
		bench->log->ops->on_tick(bench->log, &bench->sample->view);
	}
	assert_non_null(strstr(bench->said.bytes, "cannot rotate"));
	assert_null(strstr(strstr(bench->said.bytes, "cannot rotate") + 1, "cannot rotate"));
	assert_int_equal(log_dropped_count(bench->log), 0);
	count = read_old(bench, ASIDE, &first, &last, &length);
	assert_int_equal(first, 1);
	count += read_old(bench, 0, &first, &last, &length);
	assert_int_equal(count, 20);
	assert_true(length > 1000); /* beyond its limit, rather than lost */
	assert_int_equal(rmdir(inside), 0);
	assert_int_equal(rmdir(directory), 0);
	WAIT_FOR((say(bench, ++last), is_there(bench, 1))); /* it recovers alone */
	bench_close(bench);
	assert_false(is_there(bench, ASIDE));
}

static void a_folder_that_takes_no_new_file_leaves_the_log_in_its_old_one(void **state)
{
	struct bench *bench = *state;
	bool is_root = geteuid() == 0;
	unsigned first, last;
	size_t length;

	setup_lines(bench);
	if (is_root) { /* who may write everywhere */
		assert_int_equal(chown(bench->dir, 65534, 65534), 0);
		assert_int_equal(seteuid(65534), 0);
	}
	bench->options.max_bytes = 1000;
	bench->options.keep_count = 3;
	bench_open(bench);
	assert_int_equal(chmod(bench->dir, 0555), 0);
	for (unsigned i = 1; i <= 10; i++) {
		say(bench, i);
		wait_written(bench, i);
		bench->log->ops->on_tick(bench->log, &bench->sample->view);
	}
	assert_non_null(strstr(bench->said.bytes, "cannot rotate"));
	assert_non_null(strstr(bench->said.bytes, strerror(EACCES)));
	assert_null(strstr(strstr(bench->said.bytes, "cannot rotate") + 1, "cannot rotate"));
	assert_int_equal(read_old(bench, 0, &first, &last, &length), 10);
	assert_false(is_there(bench, ASIDE) || is_there(bench, 1));
	assert_int_equal(chmod(bench->dir, 0755), 0);
	WAIT_FOR((say(bench, ++last), is_there(bench, 1)));
	bench_close(bench);
	read_old(bench, 1, &first, &last, &length);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
}

static void a_reopen_during_rotation_never_writes_to_an_old_file(void **state)
{
	struct bench *bench = *state;
	unsigned first, last, next = 1;
	size_t length;

	setup_lines(bench);
	bench->options.max_bytes = 20000;
	bench->options.keep_count = 9;
	bench_open(bench);
	for (unsigned i = 1; i <= 300; i++) {
		say(bench, i);
		if (i % 3 == 0)
			log_reopen(bench->log);
	}
	bench_close(bench);
	for (unsigned i = 9; i <= 9; i--) {
		if (!is_there(bench, i))
			continue;
		read_old(bench, i, &first, &last, &length);
		assert_int_equal(first, next);
		assert_true(length <= 20000);
		next = last + 1;
	}
	assert_int_equal(next, 301);
}

static void a_file_that_somebody_moved_away_is_followed_by_a_new_one(void **state)
{
	struct bench *bench = *state;
	unsigned first, last;
	size_t length;
	char moved[80];

	setup_lines(bench);
	bench->options.max_bytes = 1000;
	bench->options.keep_count = 3;
	bench_open(bench);
	say(bench, 1);
	wait_written(bench, 1);
	snprintf(moved, sizeof(moved), "%s.7", bench->path);
	assert_int_equal(rename(bench->path, moved), 0); /* and no SIGHUP */
	for (unsigned i = 2; i <= 4; i++)
		say(bench, i);
	bench_close(bench);
	read_old(bench, 7, &first, &last, &length);
	assert_int_equal(first, 1);
	read_old(bench, 0, &first, &last, &length);
	assert_int_equal(last, 4);
}

static void a_link_stays_a_link_and_the_files_lie_where_it_points(void **state)
{
	struct bench *bench = *state;
	char real[80], old[90];
	struct stat st;

	setup_lines(bench);
	snprintf(real, sizeof(real), "%s/real", bench->dir);
	assert_int_equal(symlink(real, bench->path), 0);
	close(open(real, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	bench->options.max_bytes = 1000;
	bench->options.keep_count = 1;
	bench_open(bench);
	for (unsigned i = 1; i <= 6; i++)
		say(bench, i);
	bench_close(bench);
	assert_int_equal(lstat(bench->path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	snprintf(old, sizeof(old), "%s.1", real);
	assert_int_equal(stat(old, &st), 0);
	assert_false(is_there(bench, 1));
	unlink(old);
	unlink(real);
}

static void a_full_disk_at_a_rotation_loses_nothing_and_recovers_alone(void **state)
{
	struct bench *bench = *state;
	struct rlimit before, small;
	unsigned first, last, next = 1;
	size_t length;

	setup_lines(bench);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 2200, .rlim_max = before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	bench->options.max_bytes = 3000;
	bench->options.keep_count = 9;
	bench_open(bench);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned i = 1; i <= 20; i++)
		say(bench, i);
	WAIT_FOR((bench->log->ops->on_tick(bench->log, &bench->sample->view),
		  strstr(bench->said.bytes, "cannot write")));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	bench_close(bench);
	for (unsigned i = 9; i <= 9; i--) {
		if (!is_there(bench, i))
			continue;
		read_old(bench, i, &first, &last, &length);
		assert_int_equal(first, next);
		next = last + 1;
	}
	assert_int_equal(next, 21);
}

static void a_pipe_is_never_rotated(void **state)
{
	struct bench *bench = *state;
	char bytes[65536];
	ssize_t got, sum = 0;
	int fd;

	setup_lines(bench);
	assert_int_equal(mkfifo(bench->path, 0600), 0);
	fd = open(bench->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	bench->options.max_bytes = 100;
	bench->options.max_age_ns = 1;
	bench->options.keep_count = 3;
	bench_open(bench);
	for (unsigned i = 1; i <= 10; i++)
		say(bench, i);
	bench_close(bench);
	while ((got = read(fd, bytes + sum, sizeof(bytes) - (size_t)sum)) > 0)
		sum += got;
	assert_true(sum > 2000 && bytes[sum - 1] == '\n');
	assert_false(is_there(bench, 1));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_that_would_cross_the_limit_goes_to_a_new_file),
		TEST(only_so_many_old_files_are_kept),
		TEST(without_old_files_the_log_begins_anew),
		TEST(a_line_longer_than_the_limit_is_whole_in_a_file_of_its_own),
		TEST(what_was_in_the_file_before_counts_and_moves_with_it),
		TEST(an_old_file_gives_way_by_age_but_not_in_a_replay),
		TEST(a_rotation_that_fails_is_said_once_and_nothing_is_lost),
		TEST(a_folder_that_takes_no_new_file_leaves_the_log_in_its_old_one),
		TEST(a_reopen_during_rotation_never_writes_to_an_old_file),
		TEST(a_file_that_somebody_moved_away_is_followed_by_a_new_one),
		TEST(a_link_stays_a_link_and_the_files_lie_where_it_points),
		TEST(a_full_disk_at_a_rotation_loses_nothing_and_recovers_alone),
		TEST(a_pipe_is_never_rotated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
