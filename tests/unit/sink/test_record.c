// SPDX-License-Identifier: Apache-2.0
/* The recorder, judged by the blocks that lie in its file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "model/recording.h"
#include "sink/sinks.h"
#include "tests/unit/random_records.h"

#define MS 1000000ull

static char folder[] = "/tmp/test_record.XXXXXX";
static char path[64];
static struct buf said;

static void say(void *arg, const char *line)
{
	(void)arg;
	buf_format(&said, "%s\n", line);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/r", folder);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	refuse_redirect(say, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	rmdir(folder);
	buf_fini(&said);
	return 0;
}

static int fresh(void **state)
{
	(void)state;
	buf_reset(&said);
	unlink(path);
	return 0;
}

static const struct record_preamble preamble = {
	.tool_version = "1.2.3",
	.run_id = 0xfedcba9876543210,
	.interval_ns = 5000000000,
};

static struct sink *start(void)
{
	struct sink *sink;

	assert_int_equal(record_new(&sink, path, &preamble), 0);
	return sink;
}

static void feed(struct sink *sink, const void *record, uint32_t size_bytes)
{
	sink->ops->on_event(sink, NULL, record, size_bytes);
}

static void feed_tick(struct sink *sink, uint64_t at_ns)
{
	struct random_records random = {.tick_at_ns = at_ns};
	union any_record record;

	feed(sink, &record, random_tick(&random, &record));
}

static void feed_some(struct sink *sink, struct random_records *random)
{
	union any_record record;

	feed(sink, &record, random_record(random, &record));
}

static void feed_end(struct sink *sink)
{
	union any_record record;

	feed(sink, &record, end_record(&record, 0, TT_END_STOPPED));
}

static void read_file(struct buf *file)
{
	FILE *stream = fopen(path, "r");
	char bytes[4096];
	size_t length;

	assert_non_null(stream);
	buf_reset(file);
	buf_add(file, "", 0);
	while ((length = fread(bytes, 1, sizeof(bytes), stream)) > 0)
		buf_add(file, bytes, length);
	fclose(stream);
}

static uint64_t plain[RECORDING_BLOCK_MAX_BYTES / 8];

struct seen {
	unsigned blocks_count; /* of records */
	uint32_t ordinals[1024];
	unsigned records_count[1024];
	unsigned preambles_count;
	struct buf sequence;
};

/* The whole file must be whole blocks. */
static void look(struct seen *seen)
{
	struct recording_block header;
	struct buf file = {0};
	size_t at = RECORDING_MAGIC_BYTES;

	*seen = (struct seen){0};
	read_file(&file);
	assert_memory_equal(file.bytes, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	while (at < file.length) {
		const struct tt_head *record;
		uint32_t size_bytes, plain_at = 0;

		assert_true(file.length - at >= sizeof(header));
		assert_true(recording_header_read(&header, file.bytes + at));
		at += sizeof(header);
		assert_true(file.length - at >= header.stored_bytes);
		assert_true(recording_block_read(&header, file.bytes + at, plain));
		at += header.stored_bytes;
		if (header.kind == RECORDING_PREAMBLE) {
			assert_int_equal(header.ordinal, 0);
			seen->preambles_count++;
			continue;
		}
		while ((record = recording_record_next(plain, header.plain_bytes, &plain_at,
						       &size_bytes))) {
			sequence_add(&seen->sequence, record, size_bytes);
			seen->records_count[seen->blocks_count]++;
		}
		seen->ordinals[seen->blocks_count++] = header.ordinal;
	}
	assert_int_equal(seen->preambles_count, 2);
	buf_fini(&file);
}

static unsigned blocks_now(void)
{
	struct seen seen;

	look(&seen);
	buf_fini(&seen.sequence);
	return seen.blocks_count;
}

static void a_new_file_is_private_and_begins_with_two_preambles(void **state)
{
	struct stat status;
	struct sink *sink;

	(void)state;
	umask(0);
	sink = start();
	umask(022);
	assert_int_equal(blocks_now(), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(record_free(sink), 0);
	assert_int_equal(blocks_now(), 0);
}

static void an_old_file_is_replaced(void **state)
{
	FILE *old = fopen(path, "w");

	(void)state;
	assert_non_null(old);
	for (int i = 0; i < 100000; i++)
		fputs("old", old);
	fclose(old);
	assert_int_equal(record_free(start()), 0);
	assert_int_equal(blocks_now(), 0);
}

static void the_preamble_tells_run_host_and_engine_files_byte_for_byte(void **state)
{
	static char text[] = "name: x\n# \xff\0\x01\"\\ \xe2\x82\xac\n";
	struct engine_text texts[] = {{(char *)(uintptr_t) "/etc/x.yaml", text, sizeof(text) - 1}};
	struct engine engines[1] = {0};
	struct engine_set set = {.engines = engines, .engines_count = 1, .texts = texts};
	struct record_preamble with_engine = preamble;
	struct recording_block header;
	struct json_object *json, *value;
	struct buf file = {0};
	struct sink *sink;

	(void)state;
	with_engine.engines = &set;
	assert_int_equal(record_new(&sink, path, &with_engine), 0);
	assert_int_equal(record_free(sink), 0);
	read_file(&file);
	assert_true(recording_header_read(&header, file.bytes + 8));
	assert_true(recording_block_read(&header, file.bytes + 8 + sizeof(header), plain));
	((char *)plain)[header.plain_bytes] = '\0';
	json = json_tokener_parse((char *)plain);
	assert_non_null(json);
	assert_int_equal(json_object_get_int(json_object_object_get(json, "format_version")), 1);
	assert_string_equal(json_object_get_string(json_object_object_get(json, "run_id")),
			    "fedcba9876543210");
	assert_string_equal(json_object_get_string(json_object_object_get(json, "tool_version")),
			    "1.2.3");
	assert_true(json_object_get_uint64(json_object_object_get(json, "interval_ns")) ==
		    5000000000);
	assert_true(json_object_get_uint64(json_object_object_get(json, "started_real_ns")) >
		    1700000000000000000);
	assert_non_null(
		strstr(json_object_get_string(json_object_object_get(json, "host")), "Linux "));
	value = json_object_array_get_idx(json_object_object_get(json, "engines"), 0);
	assert_string_equal(json_object_get_string(json_object_object_get(value, "file")),
			    "/etc/x.yaml");
	value = json_object_object_get(value, "text");
	assert_int_equal(json_object_get_string_len(value), sizeof(text) - 1);
	assert_memory_equal(json_object_get_string(value), text, sizeof(text) - 1);
	json_object_put(json);
	buf_fini(&file);
}

static void every_record_is_kept_as_fed_malformed_ones_too(void **state)
{
	struct random_records random = {.state = 3, .tick_at_ns = 1, .tick_step_ns = 20 * MS};
	struct sink *sink = start();
	struct buf want = {0};
	union any_record record;
	struct seen seen;
	unsigned i, total = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		uint32_t size_bytes = i % 100 == 99 ? random_tick(&random, &record)
						    : random_record(&random, &record);

		sequence_add(&want, &record, size_bytes);
		feed(sink, &record, size_bytes);
	}
	assert_int_equal(record_free(sink), 0);
	look(&seen);
	assert_int_equal(seen.sequence.length, want.length);
	assert_memory_equal(seen.sequence.bytes, want.bytes, want.length);
	for (i = 0; i < seen.blocks_count; i++) {
		assert_int_equal(seen.ordinals[i], i + 1);
		total += seen.records_count[i];
	}
	assert_int_equal(total, 20000);
	assert_true(seen.blocks_count >= 10);
	assert_int_equal(said.length, 0);
	buf_fini(&want);
	buf_fini(&seen.sequence);
}

static void a_block_is_written_when_its_payload_reaches_256_kib(void **state)
{
	struct random_records random = {.state = 3};
	struct sink *sink = start();
	size_t payload_bytes = 0;

	(void)state;
	while (payload_bytes < 256 << 10) {
		union any_record record;
		uint32_t size_bytes = random_record(&random, &record);

		assert_int_equal(blocks_now(), 0);
		feed(sink, &record, size_bytes);
		payload_bytes += recording_record_room(size_bytes);
		while (payload_bytes < 250 << 10) { /* looking costs time: only near the edge */
			size_bytes = random_record(&random, &record);
			feed(sink, &record, size_bytes);
			payload_bytes += recording_record_room(size_bytes);
		}
	}
	assert_int_equal(blocks_now(), 1);
	assert_int_equal(record_free(sink), 0);
	assert_int_equal(blocks_now(), 1);
}

static void a_block_is_written_at_the_first_tick_after_a_second_of_tick_time(void **state)
{
	struct random_records random = {.state = 3};
	struct sink *sink = start();

	(void)state;
	feed_some(sink, &random);
	feed_tick(sink, 5000 * MS);
	feed_tick(sink, 5999 * MS);
	assert_int_equal(blocks_now(), 0);
	feed_tick(sink, 6000 * MS);
	assert_int_equal(blocks_now(), 1);
	feed_some(sink, &random);
	feed_tick(sink, 6980 * MS);
	assert_int_equal(blocks_now(), 1);
	feed_tick(sink, 7010 * MS);
	assert_int_equal(blocks_now(), 2);
	assert_int_equal(record_free(sink), 0);
	assert_int_equal(blocks_now(), 2);
}

static void end_is_in_the_file_before_the_recorder_is_freed(void **state)
{
	struct random_records random = {.state = 3};
	struct sink *sink = start();

	(void)state;
	feed_some(sink, &random);
	feed_end(sink);
	assert_int_equal(blocks_now(), 1);
	assert_int_equal(record_free(sink), 0);
}

static void a_malformed_tick_or_end_moves_no_time_and_ends_nothing(void **state)
{
	struct sink *sink = start();
	union any_record record;

	(void)state;
	feed_tick(sink, 1000 * MS);
	end_record(&record, 0, TT_END_STOPPED);
	feed(sink, &record, sizeof(record.end) - 8);
	feed(sink, &record, sizeof(record.end) + 8);
	random_tick(&(struct random_records){.tick_at_ns = 9000 * MS}, &record);
	feed(sink, &record, sizeof(record.tick) - 8);
	feed(sink, &record, 3);
	feed(sink, &record, 0);
	assert_int_equal(blocks_now(), 0);
	assert_int_equal(record_free(sink), 0);
	assert_int_equal(blocks_now(), 1);
}

static void limit_file(rlim_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* RLIMIT_FSIZE stands for the full disk: a short write, then an error. */
static void a_full_disk_costs_the_block_and_the_file_stays_whole(void **state)
{
	struct random_records random = {.state = 3};
	struct sink *sink = start();
	struct stat status;
	struct seen seen;
	unsigned i;

	(void)state;
	feed_tick(sink, 1000 * MS);
	feed_some(sink, &random);
	feed_tick(sink, 2000 * MS);
	assert_int_equal(blocks_now(), 1);
	assert_int_equal(stat(path, &status), 0);
	limit_file((rlim_t)status.st_size + 100);
	for (i = 0; i < 50; i++)
		feed_some(sink, &random);
	feed_tick(sink, 3000 * MS);
	assert_int_equal(blocks_now(), 1); /* look() wants whole blocks only */
	for (i = 0; i < 30; i++)
		feed_some(sink, &random);
	feed_tick(sink, 4000 * MS); /* lost again, and not said again */
	limit_file(RLIM_INFINITY);
	feed_some(sink, &random);
	feed_tick(sink, 5000 * MS);
	feed_end(sink);
	assert_int_equal(record_free(sink), -EFBIG);
	look(&seen);
	assert_int_equal(seen.blocks_count, 3);
	assert_int_equal(seen.ordinals[0], 1);
	assert_int_equal(seen.ordinals[1], 4);
	assert_int_equal(seen.ordinals[2], 5);
	buf_fini(&seen.sequence);
	{
		auto_free char *want = mem_format("%s: File too large: 51 records not recorded\n"
						  "%s: File too large: 31 records not recorded\n",
						  path, path);

		assert_string_equal(said.bytes, want);
	}
}

static void a_disk_that_stays_full_is_said_every_ten_seconds_of_tick_time(void **state)
{
	struct random_records random = {.state = 3};
	struct sink *sink = start();
	struct stat status;
	unsigned i, lines = 0;

	(void)state;
	assert_int_equal(stat(path, &status), 0);
	limit_file((rlim_t)status.st_size);
	for (i = 1; i <= 100; i++) { /* 99 blocks, a second each */
		feed_some(sink, &random);
		feed_tick(sink, i * 1000 * MS);
	}
	limit_file(RLIM_INFINITY);
	assert_int_equal(record_free(sink), -EFBIG);
	for (i = 0; i < said.length; i++)
		lines += said.bytes[i] == '\n';
	assert_in_range(lines, 9, 12);
}

static void no_room_for_the_preamble_is_refused_at_the_start(void **state)
{
	struct sink *sink = NULL;

	(void)state;
	assert_int_equal(record_new(&sink, "/dev/full", &preamble), -ENOSPC);
	assert_null(sink);
	assert_string_equal(said.bytes, "/dev/full: cannot record: No space left on device\n");
}

static void a_path_that_cannot_be_written_is_refused(void **state)
{
	struct sink *sink = NULL;

	(void)state;
	assert_int_equal(record_new(&sink, "/nowhere/r", &preamble), -ENOENT);
	assert_int_equal(record_new(&sink, "/tmp", &preamble), -EISDIR);
	assert_null(sink);
	assert_string_equal(said.bytes, "/nowhere/r: cannot record: No such file or directory\n"
					"/tmp: cannot record: Is a directory\n");
}

static void a_terminal_is_refused(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	struct sink *sink = NULL;

	(void)state;
	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal) || access(ptsname(terminal), F_OK)) {
		print_message("skipped: no pseudo-terminals here (is /dev/pts mounted?)\n");
		skip();
	}
	assert_int_equal(record_new(&sink, ptsname(terminal), &preamble), -EINVAL);
	assert_null(sink);
	assert_non_null(strstr(said.bytes, "a recording is not for a terminal"));
	close(terminal);
}

static void standard_output_takes_a_recording_when_it_is_a_pipe(void **state)
{
	struct random_records random = {.state = 3};
	int fds[2], saved = dup(STDOUT_FILENO), file;
	char bytes[65536];
	struct sink *sink;
	struct seen seen;
	ssize_t length;
	int error;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	dup2(fds[1], STDOUT_FILENO);
	error = record_new(&sink, "-", &preamble);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fds[1]);
	assert_int_equal(error, 0);
	feed_some(sink, &random);
	feed_end(sink);
	assert_int_equal(record_free(sink), 0);
	file = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(file >= 0);
	while ((length = read(fds[0], bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(file, bytes, (size_t)length), length);
	close(file);
	close(fds[0]);
	look(&seen);
	assert_int_equal(seen.blocks_count, 1);
	assert_int_equal(seen.records_count[0], 2);
	buf_fini(&seen.sequence);
}

static void a_pipe_whose_reader_has_gone_is_counted_and_not_fatal(void **state)
{
	struct random_records random = {.state = 3};
	int fds[2], saved = dup(STDOUT_FILENO);
	struct sink *sink;
	int error;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	dup2(fds[1], STDOUT_FILENO);
	error = record_new(&sink, "-", &preamble);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fds[1]);
	close(fds[0]);
	assert_int_equal(error, 0);
	feed_some(sink, &random);
	feed_end(sink);
	assert_int_equal(record_free(sink), -EPIPE);
	assert_string_equal(said.bytes, "standard output: Broken pipe: 2 records not recorded\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_new_file_is_private_and_begins_with_two_preambles, fresh),
		cmocka_unit_test_setup(an_old_file_is_replaced, fresh),
		cmocka_unit_test_setup(the_preamble_tells_run_host_and_engine_files_byte_for_byte,
				       fresh),
		cmocka_unit_test_setup(every_record_is_kept_as_fed_malformed_ones_too, fresh),
		cmocka_unit_test_setup(a_block_is_written_when_its_payload_reaches_256_kib, fresh),
		cmocka_unit_test_setup(
			a_block_is_written_at_the_first_tick_after_a_second_of_tick_time, fresh),
		cmocka_unit_test_setup(end_is_in_the_file_before_the_recorder_is_freed, fresh),
		cmocka_unit_test_setup(a_malformed_tick_or_end_moves_no_time_and_ends_nothing,
				       fresh),
		cmocka_unit_test_setup(a_full_disk_costs_the_block_and_the_file_stays_whole, fresh),
		cmocka_unit_test_setup(
			a_disk_that_stays_full_is_said_every_ten_seconds_of_tick_time, fresh),
		cmocka_unit_test_setup(no_room_for_the_preamble_is_refused_at_the_start, fresh),
		cmocka_unit_test_setup(a_path_that_cannot_be_written_is_refused, fresh),
		cmocka_unit_test_setup(a_terminal_is_refused, fresh),
		cmocka_unit_test_setup(standard_output_takes_a_recording_when_it_is_a_pipe, fresh),
		cmocka_unit_test_setup(a_pipe_whose_reader_has_gone_is_counted_and_not_fatal,
				       fresh),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
