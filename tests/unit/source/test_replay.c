// SPDX-License-Identifier: Apache-2.0
/*
 * Recordings made by the recorder itself, whole and hurt in every way. Because a file is known
 * block by block, what must come out of a hurt one is known record by record.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "base/units.h"
#include "model/recording.h"
#include "sink/sinks.h"
#include "source/replay.h"
#include "tests/unit/random_records.h"

#define LIMIT_BLOCKS 200

static struct buf said;
static int memory_fd;
static char memory_path[64];

static void say(void *arg, const char *line)
{
	(void)arg;
	buf_format(&said, "%s\n", line);
}

static int set_up(void **state)
{
	(void)state;
	memory_fd = memfd_create("recording", MFD_CLOEXEC);
	assert_true(memory_fd >= 0);
	snprintf(memory_path, sizeof(memory_path), "/proc/self/fd/%d", memory_fd);
	refuse_redirect(say, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(memory_fd);
	buf_fini(&said);
	return 0;
}

/* --- a recording, and where its blocks lie
 * ------------------------------------------------------------- */

struct block {
	size_t at; /* in the file */
	size_t length;
	uint64_t tick_at_ns; /* the last TICK in it or before it */
	struct buf sequence;
};

struct made {
	struct buf file;
	struct block blocks[LIMIT_BLOCKS]; /* 0 and 1: the preambles */
	unsigned blocks_count;
	struct buf sequence; /* of the whole */
};

static void made_fini(struct made *made)
{
	unsigned i;

	for (i = 0; i < made->blocks_count; i++)
		buf_fini(&made->blocks[i].sequence);
	buf_fini(&made->file);
	buf_fini(&made->sequence);
}

static void memory_set(const void *bytes, size_t length)
{
	assert_int_equal(ftruncate(memory_fd, 0), 0);
	assert_int_equal(pwrite(memory_fd, bytes, length, 0), length);
}

static void memory_get(struct buf *file)
{
	off_t length = lseek(memory_fd, 0, SEEK_END);
	char *bytes = mem_new((size_t)length);

	assert_int_equal(pread(memory_fd, bytes, (size_t)length, 0), length);
	buf_reset(file);
	buf_add(file, bytes, (size_t)length);
	free(bytes);
}

static void find_blocks(struct made *made)
{
	static uint64_t plain[RECORDING_BLOCK_MAX_BYTES / 8];
	size_t at = RECORDING_MAGIC_BYTES;
	uint64_t tick_at_ns = 0;

	while (at < made->file.length) {
		struct block *block = &made->blocks[made->blocks_count++];
		struct recording_block header;
		const struct tt_head *record;
		uint32_t plain_at = 0, size_bytes;

		assert_in_range(made->blocks_count, 1, LIMIT_BLOCKS);
		assert_true(recording_header_read(&header, made->file.bytes + at));
		assert_true(recording_block_read(&header, made->file.bytes + at + sizeof(header),
						 plain));
		block->at = at;
		block->length = sizeof(header) + header.stored_bytes;
		at += block->length;
		buf_add(&block->sequence, "", 0);
		while (header.kind == RECORDING_RECORDS &&
		       (record = recording_record_next(plain, header.plain_bytes, &plain_at,
						       &size_bytes))) {
			sequence_add(&block->sequence, record, size_bytes);
			if (size_bytes == sizeof(struct tt_tick) && record->size == size_bytes &&
			    record->kind == TT_TICK)
				tick_at_ns = record->at_ns;
		}
		block->tick_at_ns = tick_at_ns;
	}
	assert_int_equal(at, made->file.length);
}

static const struct record_preamble preamble = {
	.tool_version = "1.2.3",
	.run_id = 0xfedcba9876543210,
	.interval_ns = 5000000000,
	.metrics_age_ns = 6000000000,
	.metrics_bytes = 70000,
};

/* A TICK of 1.1 s after every `per_tick` records: each makes a block. */
static void make(struct made *made, unsigned records_count, unsigned per_tick, uint64_t seed,
		 bool with_end)
{
	struct random_records random = {.state = seed, .tick_step_ns = 1100000000};
	union any_record record;
	struct sink *sink;
	uint32_t size_bytes;
	unsigned i;

	*made = (struct made){0};
	assert_int_equal(record_new(&sink, memory_path, &preamble), 0);
	for (i = 0; i < records_count + with_end; i++) {
		if (i == records_count)
			size_bytes = end_record(&record, random.tick_at_ns + 5, TT_END_TARGET);
		else if (i % per_tick == per_tick - 1)
			size_bytes = random_tick(&random, &record);
		else
			size_bytes = random_record(&random, &record);
		sequence_add(&made->sequence, &record, size_bytes);
		sink->ops->on_event(sink, NULL, &record.head, size_bytes);
	}
	assert_int_equal(record_free(sink), 0);
	memory_get(&made->file);
	find_blocks(made);
}

/* --- reading
 * ------------------------------------------------------------------------------------------- */

struct collector {
	struct feed feed;
	struct buf sequence;
	unsigned ticks_count; /* in this pump */
	unsigned ends_count;
	bool is_whole; /* of the last one */
};

static void collect(struct feed *feed, const struct tt_head *record, uint32_t size_bytes)
{
	struct collector *collector = (struct collector *)feed;

	assert_int_equal((uintptr_t)record % 8, 0);
	assert_int_equal(collector->ends_count, 0); /* END is the last */
	sequence_add(&collector->sequence, record, size_bytes);
	if (size_bytes < sizeof(*record) || record->size != size_bytes)
		return;
	collector->ticks_count += record->kind == TT_TICK && size_bytes >= sizeof(struct tt_tick);
	collector->ends_count += record->kind == TT_END && size_bytes >= sizeof(struct tt_end);
}

struct outcome {
	int error; /* of opening */
	bool is_damaged;
	struct buf sequence;
};

static void pump_to_end(struct source *source, struct collector *collector)
{
	int result = PUMP_MORE;

	while (result == PUMP_MORE) {
		collector->ticks_count = 0;
		result = source->ops->pump(source, &collector->feed);
		assert_true(collector->ticks_count <= 1);
	}
	assert_int_equal(result, PUMP_ENDED);
	assert_int_equal(collector->ends_count, 1);
	assert_int_equal(source->ops->pump(source, &collector->feed),
			 PUMP_ENDED); /* and feeds no more */
	source->ops->stop(source, &collector->feed, TT_END_STOPPED);
}

static struct outcome replay_path(const char *path)
{
	struct collector collector = {.feed.record = collect};
	const struct replay_preamble *told;
	struct outcome outcome = {0};
	struct source *source;

	buf_reset(&said);
	buf_add(&said, "", 0);
	outcome.error = replay_open(&source, path, &told);
	if (outcome.error)
		return outcome;
	assert_true(told->run_id == preamble.run_id);
	assert_int_equal(source->ops->fd(source), -1);
	pump_to_end(source, &collector);
	outcome.is_damaged = replay_is_damaged(source);
	outcome.sequence = collector.sequence;
	source->ops->free(source);
	return outcome;
}

static struct outcome replay(const void *bytes, size_t length)
{
	memory_set(bytes, length);
	return replay_path(memory_path);
}

static void add_lost(struct buf *sequence, uint64_t at_ns, uint64_t count)
{
	union any_record record;

	sequence_add(sequence, &record, lost_record(&record, at_ns, count));
}

static void add_end(struct buf *sequence, uint64_t at_ns)
{
	union any_record record;

	sequence_add(sequence, &record, end_record(&record, at_ns, TT_END_TRUNCATED));
}

static void assert_sequence(const struct buf *got, const struct buf *want)
{
	assert_int_equal(got->length, want->length);
	assert_memory_equal(got->bytes, want->bytes, want->length);
}

/* One line, "PATH: " and the rest. */
static void assert_said(const char *rest)
{
	auto_free char *want = *rest ? mem_format("%s: %s\n", memory_path, rest) : mem_string("");

	assert_string_equal(said.bytes, want);
}

/* --- tests
 * --------------------------------------------------------------------------------------------- */

static void what_was_recorded_is_fed_byte_for_byte(void **state)
{
	static const unsigned shapes[][2] = {{0, 10}, {1, 10}, {50, 10}, {3000, 100}, {150, 1}};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct outcome outcome;
		struct made made;

		make(&made, shapes[i][0], shapes[i][1], 77 + i, true);
		outcome = replay_path(memory_path);
		assert_int_equal(outcome.error, 0);
		assert_sequence(&outcome.sequence, &made.sequence);
		assert_false(outcome.is_damaged);
		assert_said("");
		buf_fini(&outcome.sequence);
		made_fini(&made);
	}
}

/* Many times the window, blocks by size and not by time. */
static void a_recording_larger_than_the_memory_is_fed_byte_for_byte(void **state)
{
	struct outcome outcome;
	struct made made;

	(void)state;
	make(&made, 60000, 100000, 5, true);
	assert_true(made.file.length > 5 << 20);
	outcome = replay_path(memory_path);
	assert_sequence(&outcome.sequence, &made.sequence);
	assert_false(outcome.is_damaged);
	buf_fini(&outcome.sequence);
	made_fini(&made);
}

/* --- how far it is: each look at this clock is a tenth of a second later */

static struct {
	uint64_t now_ns;
	unsigned tells_count, ends_count;
	uint64_t done, total;
} watch;

static uint64_t watch_clock(void)
{
	return watch.now_ns += NS_PER_S / 10;
}

static void watch_progress(void *arg, const struct progress *now)
{
	assert_ptr_equal(arg, &watch);
	if (!now->what) {
		watch.ends_count++;
		return;
	}
	assert_int_equal(strncmp(now->what, "reading ", 8), 0);
	assert_string_equal(now->what + 8, memory_path);
	assert_true(now->done >= watch.done); /* forwards only */
	assert_int_equal(watch.ends_count, 0);
	watch.done = now->done;
	watch.total = now->total;
	watch.tells_count++;
}

static void whoever_watches_is_told_how_much_of_the_file_was_read(void **state)
{
	const struct replay_preamble *told;
	struct source *source;
	struct made made;

	(void)state;
	make(&made, 60000, 100000, 5, true);
	progress_fake(watch_clock, -1);
	progress_redirect(watch_progress, &watch);
	for (unsigned is_watched = 0; is_watched < 2; is_watched++) {
		struct collector collector = {.feed.record = collect};

		assert_int_equal(replay_open(&source, memory_path, &told), 0);
		if (is_watched)
			replay_show_progress(source);
		pump_to_end(source, &collector);
		assert_int_equal(watch.ends_count, is_watched); /* before its END is fed, so before a report is printed */
		source->ops->free(source);
		buf_fini(&collector.sequence);
	}
	assert_true(watch.tells_count > 20);
	assert_int_equal(watch.ends_count, 1);
	assert_int_equal(watch.total, made.file.length);
	assert_int_equal(watch.done, made.file.length);
	progress_redirect(NULL, NULL);
	progress_fake(NULL, -1);
	made_fini(&made);
}

static void the_preamble_comes_back(void **state)
{
	static char text[] = "name: x\n# \xff\0\x01\"\\ \xe2\x82\xac\n";
	struct engine_text texts[] = {{(char *)(uintptr_t) "/etc/x.yaml", text, sizeof(text) - 1},
				      {(char *)(uintptr_t) "", (char *)(uintptr_t) "", 0}};
	struct engine engines[2] = {0};
	struct engine_set set = {.engines = engines, .engines_count = 2, .texts = texts};
	struct record_preamble with_engines = preamble;
	const struct replay_preamble *told;
	struct source *source;
	struct sink *sink;

	(void)state;
	with_engines.engines = &set;
	assert_int_equal(record_new(&sink, memory_path, &with_engines), 0);
	assert_int_equal(record_free(sink), 0);
	assert_int_equal(replay_open(&source, memory_path, &told), 0);
	assert_int_equal(told->format_version, 1);
	assert_string_equal(told->tool_version, "1.2.3");
	assert_true(told->run_id == preamble.run_id);
	assert_true(told->interval_ns == preamble.interval_ns);
	assert_true(told->metrics_age_ns == 6000000000 && told->metrics_bytes == 70000);
	assert_true(told->started_real_ns > 1700000000000000000);
	assert_non_null(strstr(told->host, " cpus"));
	assert_int_equal(told->engine_texts_count, 2);
	assert_string_equal(told->engine_texts[0].file, "/etc/x.yaml");
	assert_int_equal(told->engine_texts[0].length, sizeof(text) - 1);
	assert_memory_equal(told->engine_texts[0].text, text, sizeof(text));
	assert_int_equal(told->engine_texts[1].length, 0);
	source->ops->free(source);
}

static void a_file_cut_at_any_byte_gives_its_whole_blocks_and_says_so(void **state)
{
	struct made made;
	size_t cut;

	(void)state;
	make(&made, 30, 6, 41, true);
	assert_int_equal(made.blocks_count, 2 + 5);
	for (cut = 0; cut < made.file.length; cut++) {
		struct outcome outcome = replay(made.file.bytes, cut);
		auto_free char *text = NULL;
		struct buf want = {0};
		uint64_t tick_at_ns = 0;
		size_t whole = RECORDING_MAGIC_BYTES;
		unsigned i, records_blocks_count = 0;

		if (cut < made.blocks[1].at) {
			assert_int_equal(outcome.error, -EBADMSG);
			assert_non_null(strstr(said.bytes, cut < RECORDING_MAGIC_BYTES
								   ? "truncated: it ends"
								   : "damaged: its preamble"));
			continue;
		}
		assert_int_equal(outcome.error, 0);
		for (i = 0; made.blocks[i].at + made.blocks[i].length <= cut; i++) {
			buf_add(&want, made.blocks[i].sequence.bytes,
				made.blocks[i].sequence.length);
			tick_at_ns = made.blocks[i].tick_at_ns;
			whole = made.blocks[i].at + made.blocks[i].length;
			records_blocks_count += i >= 2;
		}
		if (cut > whole)
			add_lost(&want, tick_at_ns, cut - whole);
		add_end(&want, tick_at_ns);
		assert_sequence(&outcome.sequence, &want);
		assert_true(outcome.is_damaged);
		text = mem_format(
			"skipped %zu bytes in %d places, %u blocks replayed, ends without END",
			cut - whole, cut > whole, records_blocks_count);
		assert_said(text);
		buf_fini(&want);
		buf_fini(&outcome.sequence);
	}
	made_fini(&made);
}

/* What must come of the file when block `bad` does not hold. */
static void want_without(const struct made *made, unsigned bad, uint64_t skipped_bytes,
			 struct buf *want)
{
	uint64_t tick_at_ns = 0;
	unsigned i;

	buf_reset(want);
	for (i = 0; i < made->blocks_count; i++) {
		if (i == bad && i >= 2) {
			add_lost(want, tick_at_ns, skipped_bytes);
			continue;
		}
		buf_add(want, made->blocks[i].sequence.bytes, made->blocks[i].sequence.length);
		tick_at_ns = made->blocks[i].tick_at_ns;
	}
	if (bad == made->blocks_count - 1)
		add_end(want, tick_at_ns);
}

static void a_flipped_byte_costs_its_block_and_nothing_else(void **state)
{
	struct random_records random = {.state = 99};
	struct buf want = {0};
	struct made made;
	unsigned bad = 0;
	size_t at;

	(void)state;
	make(&made, 30, 6, 43, true);
	for (at = 0; at < made.file.length; at++) {
		char flip = (char)(1 + random_below(&random, 255));
		struct outcome outcome;

		while (bad + 1 < made.blocks_count && made.blocks[bad + 1].at <= at)
			bad++;
		made.file.bytes[at] ^= flip;
		outcome = replay(made.file.bytes, made.file.length);
		made.file.bytes[at] ^= flip;
		if (at < RECORDING_MAGIC_BYTES) {
			assert_int_equal(outcome.error, -EINVAL);
			continue;
		}
		assert_int_equal(outcome.error, 0);
		assert_true(outcome.is_damaged);
		want_without(&made, bad, made.blocks[bad].length, &want);
		assert_sequence(&outcome.sequence, &want);
		buf_fini(&outcome.sequence);
	}
	buf_fini(&want);
	made_fini(&made);
}

static void the_damage_is_summed_up_in_one_line(void **state)
{
	struct outcome outcome;
	struct made made;
	auto_free char *want = NULL;

	(void)state;
	make(&made, 100, 10, 45, true);
	made.file.bytes[made.blocks[3].at + 40] ^= 1;
	made.file.bytes[made.blocks[6].at + 3] ^= 1;
	made.file.bytes[made.blocks[7].at + 33] ^= 1;
	outcome = replay(made.file.bytes, made.file.length);
	want = mem_format("skipped %zu bytes in 2 places, 7 blocks replayed, 3 blocks missing",
			  made.blocks[3].length + made.blocks[6].length + made.blocks[7].length);
	assert_said(want);
	assert_true(outcome.is_damaged);
	buf_fini(&outcome.sequence);
	made_fini(&made);
}

/* Bytes [from, to) of the file replaced by `length` others. */
static void file_change(const struct buf *file, size_t from, size_t to, const void *bytes,
			size_t length, struct buf *out)
{
	buf_reset(out);
	buf_add(out, file->bytes, from);
	buf_add(out, bytes, length);
	buf_add(out, file->bytes + to, file->length - to);
}

static void bytes_that_are_gone_cost_only_the_blocks_that_they_hit(void **state)
{
	struct buf hurt = {0}, want = {0};
	struct made made;
	size_t gone;
	unsigned bad;

	(void)state;
	make(&made, 30, 6, 47, true);
	for (bad = 2; bad < made.blocks_count; bad++) {
		for (gone = 1; gone < made.blocks[bad].length; gone += 7) {
			size_t from = made.blocks[bad].at + (made.blocks[bad].length - gone) / 2;
			struct outcome outcome;

			file_change(&made.file, from, from + gone, NULL, 0, &hurt);
			outcome = replay(hurt.bytes, hurt.length);
			want_without(&made, bad, made.blocks[bad].length - gone, &want);
			assert_sequence(&outcome.sequence, &want);
			assert_true(outcome.is_damaged);
			buf_fini(&outcome.sequence);
		}
	}
	buf_fini(&hurt);
	buf_fini(&want);
	made_fini(&made);
}

static void a_block_that_is_missing_without_a_trace_is_one_loss(void **state)
{
	struct buf hurt = {0}, want = {0};
	struct outcome outcome;
	struct made made;
	unsigned bad;

	(void)state;
	make(&made, 30, 6, 49, true);
	for (bad = 2; bad < made.blocks_count - 1; bad++) {
		file_change(&made.file, made.blocks[bad].at, made.blocks[bad + 1].at, NULL, 0,
			    &hurt);
		outcome = replay(hurt.bytes, hurt.length);
		want_without(&made, bad, 1, &want);
		assert_sequence(&outcome.sequence, &want);
		assert_true(outcome.is_damaged);
		assert_said("skipped 0 bytes in 1 places, 4 blocks replayed, 1 blocks missing");
		buf_fini(&outcome.sequence);
	}
	buf_fini(&hurt);
	buf_fini(&want);
	made_fini(&made);
}

static void a_damaged_preamble_is_replaced_by_its_twin_and_loses_no_record(void **state)
{
	struct buf hurt = {0};
	struct outcome outcome;
	struct made made;
	unsigned bad;

	(void)state;
	make(&made, 30, 6, 51, true);
	for (bad = 0; bad < 2; bad++) {
		auto_free char *want = NULL;

		file_change(&made.file, made.blocks[bad].at + 20, made.blocks[bad].at + 80, NULL, 0,
			    &hurt);
		outcome = replay(hurt.bytes, hurt.length);
		assert_sequence(&outcome.sequence, &made.sequence);
		assert_true(outcome.is_damaged);
		want = mem_format("skipped %zu bytes in 1 places, 5 blocks replayed",
				  made.blocks[bad].length - 60);
		assert_said(want);
		buf_fini(&outcome.sequence);
	}
	buf_reset(&hurt);
	buf_add(&hurt, made.file.bytes, made.file.length);
	hurt.bytes[made.blocks[0].at + 40] ^= 1;
	hurt.bytes[made.blocks[1].at + 40] ^= 1;
	outcome = replay(hurt.bytes, hurt.length);
	assert_int_equal(outcome.error, -EBADMSG);
	assert_said("damaged: its preamble cannot be read");
	buf_fini(&hurt);
	made_fini(&made);
}

static void bytes_behind_end_are_told_before_it(void **state)
{
	struct outcome outcome;
	struct buf hurt = {0}, want = {0};
	union any_record record;
	struct made made;
	struct block *last;

	(void)state;
	make(&made, 30, 6, 53, true);
	last = &made.blocks[made.blocks_count - 1];
	file_change(&made.file, made.file.length, made.file.length, made.file.bytes,
		    made.file.length, &hurt);
	outcome = replay(hurt.bytes, hurt.length);
	buf_add(&want, made.sequence.bytes, made.sequence.length - 44);
	add_lost(&want, last->tick_at_ns, made.file.length);
	sequence_add(&want, &record, end_record(&record, last->tick_at_ns + 5, TT_END_TARGET));
	assert_sequence(&outcome.sequence, &want);
	assert_true(outcome.is_damaged);
	buf_fini(&outcome.sequence);
	buf_fini(&hurt);
	buf_fini(&want);
	made_fini(&made);
}

static void a_block_that_comes_twice_is_fed_once(void **state)
{
	struct buf hurt = {0}, want = {0};
	struct outcome outcome;
	struct made made;
	unsigned i;

	(void)state;
	make(&made, 30, 6, 55, true);
	file_change(&made.file, made.blocks[4].at, made.blocks[4].at,
		    made.file.bytes + made.blocks[3].at, made.blocks[3].length, &hurt);
	outcome = replay(hurt.bytes, hurt.length);
	for (i = 2; i < made.blocks_count; i++) {
		if (i == 4)
			add_lost(&want, made.blocks[3].tick_at_ns, made.blocks[3].length);
		buf_add(&want, made.blocks[i].sequence.bytes, made.blocks[i].sequence.length);
	}
	assert_sequence(&outcome.sequence, &want);
	assert_true(outcome.is_damaged);
	buf_fini(&outcome.sequence);
	buf_fini(&hurt);
	buf_fini(&want);
	made_fini(&made);
}

/* A megabyte of zeroes, of block magics, of headers that promise a megabyte: none costs a block. */
static void garbage_of_any_length_is_passed_over(void **state)
{
	struct recording_block fake = {.magic = RECORDING_BLOCK_MAGIC,
				       .kind = RECORDING_RECORDS,
				       .ordinal = 2,
				       .stored_bytes = RECORDING_STORED_MAX_BYTES,
				       .plain_bytes = RECORDING_BLOCK_MAX_BYTES};
	struct buf garbage[3] = {0}, hurt = {0}, want = {0};
	struct made made;
	unsigned i, kind;

	(void)state;
	fake.header_crc32 = (uint32_t)crc32(0, (const Bytef *)&fake, sizeof(fake));
	make(&made, 30, 6, 57, true);
	for (i = 0; i < 3 << 20; i++)
		buf_char(&garbage[0], '\0');
	for (i = 0; i < 400000; i++)
		buf_text(&garbage[1], "TOSBBLK1");
	for (i = 0; i < 1000; i++)
		buf_add(&garbage[2], &fake, sizeof(fake));
	for (kind = 0; kind < 3; kind++) {
		struct outcome outcome;

		file_change(&made.file, made.blocks[3].at, made.blocks[3].at, garbage[kind].bytes,
			    garbage[kind].length, &hurt);
		outcome = replay(hurt.bytes, hurt.length);
		buf_reset(&want);
		for (i = 2; i < made.blocks_count; i++) {
			if (i == 3)
				add_lost(&want, made.blocks[2].tick_at_ns, garbage[kind].length);
			buf_add(&want, made.blocks[i].sequence.bytes,
				made.blocks[i].sequence.length);
		}
		assert_sequence(&outcome.sequence, &want);
		buf_fini(&outcome.sequence);
		buf_fini(&garbage[kind]);
	}
	buf_fini(&hurt);
	buf_fini(&want);
	made_fini(&made);
}

/* Every outcome is fine but a crash, a second END, a record that is none of the originals, or
 * silence about damage. */
static void a_file_hurt_at_random_many_times_still_ends_with_one_end(void **state)
{
	struct random_records random = {.state = 1234};
	struct buf hurt = {0};
	struct made made;
	unsigned i, wounds;

	(void)state;
	make(&made, 60, 6, 59, true);
	for (i = 0; i < 2000; i++) {
		struct outcome outcome;

		buf_reset(&hurt);
		buf_add(&hurt, made.file.bytes, made.file.length);
		for (wounds = 1 + (unsigned)random_below(&random, 6); wounds; wounds--) {
			size_t at = 8 + random_below(&random, hurt.length - 8);
			size_t length = 1 + random_below(&random, 40);

			if (at + length > hurt.length)
				continue;
			if (random_below(&random, 2))
				while (length--)
					hurt.bytes[at + length] = (char)random_next(&random);
			else
				memmove(hurt.bytes + at, hurt.bytes + at + length,
					hurt.length - at - length);
		}
		outcome = replay(hurt.bytes, hurt.length);
		if (!outcome.error && !outcome.is_damaged)
			assert_sequence(&outcome.sequence, &made.sequence);
		buf_fini(&outcome.sequence);
	}
	buf_fini(&hurt);
	made_fini(&made);
}

static void what_is_no_recording_is_refused_with_a_clear_line(void **state)
{
	static const struct {
		const char *bytes, *want;
		int error;
	} cases[] = {
		{"", "truncated: it ends after 0 bytes", -EBADMSG},
		{"TTSO", "truncated: it ends after 4 bytes", -EBADMSG},
		{"#!/bin/sh\necho hello", "not a recording of ttsobs-bpf", -EINVAL},
		{"TTSOBSR2 and what the future brings",
		 "a recording of format 2; this program reads format 1 only", -EINVAL},
		{"TTSOBSR\x1b", "a recording of format \\x1b; this program reads format 1 only", -EINVAL},
		{"TTSOBSR1", "damaged: its preamble cannot be read", -EBADMSG},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = replay(cases[i].bytes, strlen(cases[i].bytes));

		assert_int_equal(outcome.error, cases[i].error);
		assert_said(cases[i].want);
	}
}

static void what_cannot_be_read_is_refused_with_its_reason(void **state)
{
	(void)state;
	assert_int_equal(replay_path("/nowhere/r").error, -ENOENT);
	assert_string_equal(said.bytes, "/nowhere/r: No such file or directory\n");
	assert_int_equal(replay_path("/tmp").error, -EISDIR);
	assert_string_equal(said.bytes, "/tmp: Is a directory\n");
}

static void a_terminal_is_no_recording(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);

	(void)state;
	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal) || access(ptsname(terminal), F_OK)) {
		print_message("skipped: no pseudo-terminals here (is /dev/pts mounted?)\n");
		skip();
	}
	assert_int_equal(replay_path(ptsname(terminal)).error, -EINVAL);
	assert_non_null(strstr(said.bytes, "does not come from a terminal"));
	close(terminal);
}

/* A file with this text as its preamble, sums and all. */
static struct outcome replay_preamble(const char *text, size_t length)
{
	struct buf json = {0}, file = {0};
	struct outcome outcome;

	buf_add(&json, text, length);
	buf_text(&file, RECORDING_MAGIC);
	recording_block_make(&file, RECORDING_PREAMBLE, 0, &json);
	outcome = replay(file.bytes, file.length);
	buf_fini(&outcome.sequence);
	buf_fini(&json);
	buf_fini(&file);
	return outcome;
}

#define GOOD_REST "\"tool_version\":\"1\",\"host\":\"h\",\"interval_ns\":0,\"started_real_ns\":1,"
#define GOOD_ID	  "\"run_id\":\"fedcba9876543210\""

static void a_preamble_of_another_shape_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"{",
		"{}",
		"{\"format_version\":1}",
		"{\"format_version\":\"1\"," GOOD_REST GOOD_ID ",\"engines\":[]}",
		"{\"format_version\":-1," GOOD_REST GOOD_ID ",\"engines\":[]}",
		"{\"format_version\":1," GOOD_REST "\"run_id\":\"fedcba987654321\",\"engines\":[]}",
		"{\"format_version\":1," GOOD_REST
		"\"run_id\":\"-edcba9876543210\",\"engines\":[]}",
		"{\"format_version\":1," GOOD_REST "\"run_id\":5,\"engines\":[]}",
		"{\"format_version\":1," GOOD_REST GOOD_ID ",\"engines\":{}}",
		"{\"format_version\":1," GOOD_REST GOOD_ID ",\"engines\":[5]}",
		"{\"format_version\":1," GOOD_REST GOOD_ID ",\"engines\":[null]}",
		"{\"format_version\":1," GOOD_REST GOOD_ID ",\"engines\":[{\"file\":\"x\"}]}",
		"{\"format_version\":1," GOOD_REST GOOD_ID
		",\"engines\":[{\"file\":\"x\",\"text\":1}]}",
		"{\"format_version\":1," GOOD_REST GOOD_ID "}",
		"{\"format_version\":1," GOOD_REST GOOD_ID ",\"metrics_bytes\":-1,\"engines\":[]}",
	};
	static const char future[] = "{\"format_version\":2}";
	static const char good[] = "{\"format_version\":1," GOOD_REST GOOD_ID ",\"engines\":[]}";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(replay_preamble(bad[i], strlen(bad[i])).error, -EINVAL);
		assert_non_null(strstr(said.bytes, "not a recording: "));
	}
	assert_int_equal(replay_preamble(future, strlen(future)).error, -EINVAL);
	assert_said("a recording of format 2; this program reads format 1 only");
	assert_int_equal(replay_preamble(good, strlen(good)).error, 0);
}

/* A megabyte that would become a gigabyte of objects. */
static void a_preamble_that_swells_is_refused_before_it_is_parsed(void **state)
{
	static const char *const parts[] = {"{},", "[],", "\"\","};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct buf json = {0};

		/* whole and right but for its size */
		buf_text(&json, "{\"format_version\":1," GOOD_REST GOOD_ID ",\"engines\":[],\"more\":[");
		buf_fill(&json, parts[i], 250000);
		buf_text(&json, "0]}");
		assert_int_equal(replay_preamble(json.bytes, json.length).error, -EINVAL);
		buf_fini(&json);
	}
}

static void a_stop_gives_end_and_what_was_skipped(void **state)
{
	struct collector collector = {.feed.record = collect};
	const struct replay_preamble *told;
	struct source *source;
	union any_record record;
	struct buf want = {0};
	struct made made;

	(void)state;
	make(&made, 30, 6, 61, true);
	assert_int_equal(replay_open(&source, memory_path, &told), 0);
	while (!collector.ticks_count)
		assert_int_equal(source->ops->pump(source, &collector.feed), PUMP_MORE);
	source->ops->stop(source, &collector.feed, TT_END_STOPPED);
	source->ops->stop(source, &collector.feed, TT_END_STOPPED);
	assert_int_equal(source->ops->pump(source, &collector.feed), PUMP_ENDED);
	buf_add(&want, made.sequence.bytes, collector.sequence.length - 44);
	sequence_add(&want, &record, end_record(&record, 1100000000, TT_END_STOPPED));
	assert_sequence(&collector.sequence, &want);
	assert_false(replay_is_damaged(source));
	source->ops->free(source);
	buf_fini(&collector.sequence);
	buf_fini(&want);
	made_fini(&made);
}

static int stdin_becomes(int fd)
{
	int saved = dup(STDIN_FILENO);

	dup2(fd, STDIN_FILENO);
	close(fd);
	return saved;
}

static void stdin_restore(int saved)
{
	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	} else {
		close(STDIN_FILENO);
	}
}

/* The writer stops in the middle of a block, and goes on. */
static void a_pipe_is_read_as_its_bytes_come_and_a_silent_one_blocks_no_pump(void **state)
{
	struct collector collector = {.feed.record = collect};
	const struct replay_preamble *told;
	struct source *source;
	struct made made;
	int fds[2], saved;
	size_t half, before;

	(void)state;
	make(&made, 30, 6, 63, true);
	assert_true(made.file.length < 65536);
	half = made.blocks[4].at + made.blocks[4].length / 2;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], made.file.bytes, half), half);
	saved = stdin_becomes(fds[0]);
	assert_int_equal(replay_open(&source, "-", &told), 0);
	stdin_restore(saved);
	while (collector.sequence.length <
	       made.blocks[2].sequence.length + made.blocks[3].sequence.length)
		assert_int_equal(source->ops->pump(source, &collector.feed), PUMP_MORE);
	before = collector.sequence.length;
	assert_int_equal(source->ops->pump(source, &collector.feed), PUMP_MORE);
	assert_int_equal(source->ops->pump(source, &collector.feed), PUMP_MORE);
	assert_int_equal(collector.sequence.length, before);
	assert_int_equal(write(fds[1], made.file.bytes + half, made.file.length - half),
			 made.file.length - half);
	close(fds[1]);
	pump_to_end(source, &collector);
	assert_sequence(&collector.sequence, &made.sequence);
	assert_false(replay_is_damaged(source));
	source->ops->free(source);
	buf_fini(&collector.sequence);
	made_fini(&made);
}

static void a_file_is_fed_again_from_its_beginning_wherever_it_stood(void **state)
{
	const struct replay_preamble *first, *again;
	struct source *source;
	struct made made;

	(void)state;
	buf_reset(&said);
	make(&made, 50, 10, 7, true);
	assert_int_equal(replay_open(&source, memory_path, &first), 0);
	assert_true(replay_can_rewind(source));
	for (unsigned pumps = 0; pumps < 60; pumps += 7) { /* past its END too */
		struct collector part = {.feed.record = collect}, whole = {.feed.record = collect};

		for (unsigned i = 0; i < pumps; i++)
			source->ops->pump(source, &part.feed);
		assert_int_equal(replay_rewind(source, &again), 0);
		assert_true(replay_done_ratio(source) < 1.01);
		pump_to_end(source, &whole);
		assert_sequence(&whole.sequence, &made.sequence);
		assert_false(replay_is_damaged(source));
		assert_true(replay_done_ratio(source) == 1);
		assert_int_equal(replay_rewind(source, &again), 0);
		buf_fini(&part.sequence);
		buf_fini(&whole.sequence);
	}
	assert_int_equal(said.length, 0);
	source->ops->free(source);
	made_fini(&made);
}

static void a_pipe_is_read_once(void **state)
{
	const struct replay_preamble *told;
	struct source *source;
	struct made made;
	int fds[2], saved;

	(void)state;
	buf_reset(&said);
	make(&made, 3, 6, 63, true);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], made.file.bytes, made.file.length), made.file.length);
	close(fds[1]);
	saved = stdin_becomes(fds[0]);
	assert_int_equal(replay_open(&source, "-", &told), 0);
	stdin_restore(saved);
	assert_false(replay_can_rewind(source));
	assert_true(replay_done_ratio(source) < 0);
	assert_int_equal(replay_rewind(source, &told), -ESPIPE);
	assert_string_equal(said.bytes, "standard input: cannot be read again: Illegal seek\n");
	source->ops->free(source);
	made_fini(&made);
}

static void a_recorder_that_dropped_blocks_is_seen_as_loss(void **state)
{
	struct outcome outcome;
	struct buf payload = {0}, file = {0}, want = {0};
	union any_record record;
	struct made made;

	(void)state;
	make(&made, 12, 6, 65, false);
	/* 1, then 5: as the recorder leaves it when the disk was full for 2, 3 and 4 */
	buf_add(&file, made.file.bytes, made.file.length);
	recording_record_add(&payload, &record, end_record(&record, 9, TT_END_STOPPED));
	recording_block_make(&file, RECORDING_RECORDS, 5, &payload);
	outcome = replay(file.bytes, file.length);
	buf_add(&want, made.sequence.bytes, made.sequence.length);
	add_lost(&want, 2200000000, 1);
	sequence_add(&want, &record, end_record(&record, 9, TT_END_STOPPED));
	assert_sequence(&outcome.sequence, &want);
	assert_said("skipped 0 bytes in 1 places, 2 blocks replayed, 3 blocks missing");
	buf_fini(&outcome.sequence);
	buf_fini(&payload);
	buf_fini(&file);
	buf_fini(&want);
	made_fini(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_recorded_is_fed_byte_for_byte),
		cmocka_unit_test(a_recording_larger_than_the_memory_is_fed_byte_for_byte),
		cmocka_unit_test(whoever_watches_is_told_how_much_of_the_file_was_read),
		cmocka_unit_test(the_preamble_comes_back),
		cmocka_unit_test(a_file_cut_at_any_byte_gives_its_whole_blocks_and_says_so),
		cmocka_unit_test(a_flipped_byte_costs_its_block_and_nothing_else),
		cmocka_unit_test(the_damage_is_summed_up_in_one_line),
		cmocka_unit_test(bytes_that_are_gone_cost_only_the_blocks_that_they_hit),
		cmocka_unit_test(a_block_that_is_missing_without_a_trace_is_one_loss),
		cmocka_unit_test(a_damaged_preamble_is_replaced_by_its_twin_and_loses_no_record),
		cmocka_unit_test(bytes_behind_end_are_told_before_it),
		cmocka_unit_test(a_block_that_comes_twice_is_fed_once),
		cmocka_unit_test(garbage_of_any_length_is_passed_over),
		cmocka_unit_test(a_file_hurt_at_random_many_times_still_ends_with_one_end),
		cmocka_unit_test(what_is_no_recording_is_refused_with_a_clear_line),
		cmocka_unit_test(what_cannot_be_read_is_refused_with_its_reason),
		cmocka_unit_test(a_terminal_is_no_recording),
		cmocka_unit_test(a_preamble_of_another_shape_is_refused),
		cmocka_unit_test(a_preamble_that_swells_is_refused_before_it_is_parsed),
		cmocka_unit_test(a_stop_gives_end_and_what_was_skipped),
		cmocka_unit_test(a_pipe_is_read_as_its_bytes_come_and_a_silent_one_blocks_no_pump),
		cmocka_unit_test(a_file_is_fed_again_from_its_beginning_wherever_it_stood),
		cmocka_unit_test(a_pipe_is_read_once),
		cmocka_unit_test(a_recorder_that_dropped_blocks_is_seen_as_loss),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
