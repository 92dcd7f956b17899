/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines are found, in which steps, while others come and go. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/units.h"
#include "sink/tui/logs_index.h"

struct bench {
	struct tail *tail;
	struct logs_index index;
	struct logs_wanted wanted;
	uint64_t at_ns;
};

static struct bench *bench_new(uint64_t max_bytes)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->tail = tail_new(3600 * NS_PER_S, max_bytes);
	logs_index_reset(&b->index, b->tail);
	return b;
}

static void bench_free(struct bench *b)
{
	logs_index_fini(&b->index);
	logs_filter_fini(&b->wanted.filter);
	tail_free(b->tail);
	free(b);
}

/* Each third line is a warning, each tenth tells of "slow" things, each seventh of trace 07... */
static void add(struct bench *b, uint64_t count)
{
	char line[400], id[33];

	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = ++b->at_ns;
		int length = snprintf(line, sizeof(line), "{\"level\":\"info\",\"event\":\"trace\",\"msg\":\"%s\",\"number\":%llu,\"filler\":\"%0200d\"}",
				      number % 10 ? "quick" : "slow", (unsigned long long)number, 0);

		snprintf(id, sizeof(id), "%032x", 7);
		tail_add(b->tail, number, number % 3 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, number % 7 ? NULL : id, line,
			 (size_t)length);
	}
}

static void filter(struct bench *b, const char *text)
{
	logs_filter_fini(&b->wanted.filter);
	logs_filter_init(&b->wanted.filter, text);
	logs_index_restart(&b->index);
}

/* Until all is looked at; the steps. */
static unsigned work(struct bench *b)
{
	unsigned steps = 0;

	while (!logs_index_is_done(&b->index)) {
		double before = logs_index_done_ratio(&b->index);

		logs_index_work(&b->index, &b->wanted);
		assert_true(logs_index_done_ratio(&b->index) >= before);
		assert_true(++steps < 100000);
	}
	assert_true(logs_index_done_ratio(&b->index) == 1);
	return steps;
}

static bool is_meant(uint64_t ordinal, unsigned every)
{
	return ordinal % every == 0;
}

/* Exactly the held lines up to `to` whose number is a multiple; in order, found by their ordinals. */
static void assert_lines(const struct bench *b, unsigned every, uint64_t to)
{
	uint64_t from = tail_oldest(b->tail) ? tail_oldest(b->tail)->ordinal : to + 1;
	size_t at = 0;

	for (uint64_t ordinal = from; ordinal <= to; ordinal++) {
		if (!is_meant(ordinal, every))
			continue;
		assert_true(at < b->index.count);
		assert_int_equal(logs_index_at(&b->index, at)->ordinal, ordinal);
		assert_int_equal(logs_index_record(&b->index, logs_index_at(&b->index, at))->ordinal, ordinal);
		assert_int_equal(logs_index_find(&b->index, ordinal), at);
		assert_int_equal(logs_index_find(&b->index, ordinal + 1), at + 1);
		at++;
	}
	assert_int_equal(b->index.count, at);
}

static void every_line_is_found_in_order(void **state)
{
	struct bench *b = bench_new(64 << 20);

	(void)state;
	logs_index_advance(&b->index);
	assert_true(logs_index_is_done(&b->index)); /* nothing is there */
	add(b, 1000);
	logs_index_advance(&b->index);
	work(b);
	assert_lines(b, 1, 1000);
	assert_int_equal(b->index.levels_count[LOG_LEVEL_WARNING], 333);
	assert_int_equal(b->index.levels_count[LOG_LEVEL_INFO], 667);
	add(b, 10);
	logs_index_advance(&b->index);
	assert_int_equal(work(b), 1);
	assert_lines(b, 1, 1010);
	bench_free(b);
}

static void the_newest_lines_are_looked_at_first(void **state)
{
	struct bench *b = bench_new(64 << 20);
	uint64_t newest;

	(void)state;
	add(b, 50000);
	filter(b, "slow");
	logs_index_advance(&b->index);
	logs_index_work(&b->index, &b->wanted);
	assert_false(logs_index_is_done(&b->index));
	assert_true(b->index.count > 60); /* a page of them */
	newest = logs_index_at(&b->index, b->index.count - 1)->ordinal;
	assert_int_equal(newest, 50000);
	for (size_t i = 0; i < b->index.count; i++)
		assert_int_equal(logs_index_at(&b->index, b->index.count - 1 - i)->ordinal, newest - 10 * i);
	assert_true(work(b) > 3); /* in steps */
	assert_lines(b, 10, 50000);
	bench_free(b);
}

static void what_comes_during_a_long_look_is_found_as_well(void **state)
{
	struct bench *b = bench_new(64 << 20);
	unsigned steps = 0;

	(void)state;
	add(b, 50000);
	filter(b, "slow");
	while (!logs_index_is_done(&b->index) || !steps) {
		add(b, 100);
		logs_index_advance(&b->index);
		logs_index_work(&b->index, &b->wanted);
		assert_int_equal(logs_index_at(&b->index, b->index.count - 1)->ordinal, b->at_ns);
		steps++;
	}
	assert_true(steps > 3);
	assert_lines(b, 10, b->at_ns);
	bench_free(b);
}

static void level_trace_and_filter_hold_together(void **state)
{
	struct bench *b = bench_new(64 << 20);

	(void)state;
	add(b, 2100);
	logs_index_advance(&b->index);
	b->wanted.level = LOG_LEVEL_WARNING;
	logs_index_restart(&b->index);
	work(b);
	assert_lines(b, 3, 2100);
	b->wanted.trace_id[15] = 7;
	logs_index_restart(&b->index);
	work(b);
	assert_lines(b, 21, 2100);
	filter(b, "slow");
	work(b);
	assert_lines(b, 210, 2100);
	bench_free(b);
}

static void what_is_let_go_leaves_and_the_counts_are_right(void **state)
{
	struct bench *b = bench_new(100000); /* some 300 lines */

	(void)state;
	for (unsigned round = 0; round < 50; round++) {
		add(b, 37 * round % 400);
		logs_index_advance(&b->index);
		work(b);
		assert_lines(b, 1, b->at_ns);
		assert_int_equal(b->index.levels_count[LOG_LEVEL_WARNING] + b->index.levels_count[LOG_LEVEL_INFO],
				 b->index.count);
	}
	tail_tick(b->tail, UINT64_MAX / 2); /* all of it is too old */
	logs_index_advance(&b->index);
	assert_int_equal(b->index.count, 0);
	assert_true(logs_index_is_done(&b->index));
	add(b, 5);
	logs_index_advance(&b->index);
	work(b);
	assert_lines(b, 1, b->at_ns);
	bench_free(b);
}

/* Both cursors lose their records between two steps. */
static void records_may_go_at_any_moment_of_a_long_look(void **state)
{
	struct bench *b = bench_new(20 << 20);

	(void)state;
	add(b, 30000);
	filter(b, "slow");
	logs_index_advance(&b->index);
	logs_index_work(&b->index, &b->wanted);
	assert_false(logs_index_is_done(&b->index));
	add(b, 60000); /* more than fit: all that the cursors stand on is gone */
	assert_true(tail_oldest(b->tail)->ordinal > 30000);
	logs_index_advance(&b->index);
	assert_int_equal(b->index.count, 0);
	work(b);
	assert_lines(b, 10, b->at_ns);
	bench_free(b);
}

static void while_held_still_nothing_newer_is_taken_though_the_filter_changes(void **state)
{
	struct bench *b = bench_new(64 << 20);

	(void)state;
	add(b, 1000);
	logs_index_advance(&b->index);
	work(b);
	add(b, 128); /* paused: no advance */
	assert_int_equal(logs_index_held_back(&b->index), 128);
	filter(b, "slow");
	work(b);
	assert_lines(b, 10, 1000);
	filter(b, "");
	work(b);
	assert_lines(b, 1, 1000);
	logs_index_advance(&b->index);
	assert_int_equal(logs_index_held_back(&b->index), 0);
	work(b);
	assert_lines(b, 1, 1128);
	bench_free(b);
}

static void while_held_still_a_line_that_was_let_go_has_no_record(void **state)
{
	struct bench *b = bench_new(100000);
	struct logs_line first;

	(void)state;
	add(b, 100);
	logs_index_advance(&b->index);
	work(b);
	first = *logs_index_at(&b->index, 0);
	assert_non_null(logs_index_record(&b->index, &first));
	add(b, 1000);
	assert_int_equal(b->index.count, 100); /* they stay to be drawn */
	assert_null(logs_index_record(&b->index, &first));
	filter(b, "slow"); /* and cannot be looked at again */
	work(b);
	assert_int_equal(b->index.count, 0);
	assert_int_equal(logs_index_held_back(&b->index), 1000);
	bench_free(b);
}

static void another_tail_is_begun_anew(void **state)
{
	struct bench *b = bench_new(64 << 20);
	struct tail *before = b->tail;

	(void)state;
	add(b, 1000);
	logs_index_advance(&b->index);
	work(b);
	tail_free(before);
	b->tail = tail_new(3600 * NS_PER_S, 64 << 20);
	logs_index_reset(&b->index, b->tail);
	assert_int_equal(b->index.count, 0);
	b->at_ns = 0;
	add(b, 20);
	logs_index_advance(&b->index);
	work(b);
	assert_lines(b, 1, 20);
	tail_free(b->tail);
	logs_index_reset(&b->index, NULL);
	logs_index_advance(&b->index);
	logs_index_work(&b->index, &b->wanted);
	assert_true(logs_index_is_done(&b->index));
	assert_int_equal(b->index.count, 0);
	b->tail = NULL;
	bench_free(b);
}

/* By what the thread really used: the budget is an estimate, so what is asserted is its order. */
static void a_step_takes_about_a_millisecond_whatever_is_held(void **state)
{
	struct bench *b = bench_new(256 << 20);
	uint64_t begin_ns, taken_ns, least_ns = UINT64_MAX;
	unsigned steps = 0;

	(void)state;
	add(b, 100000);
	filter(b, "xylophone status=error duration>2s");
	logs_index_advance(&b->index);
	while (!logs_index_is_done(&b->index)) {
		begin_ns = io_now_ns();
		logs_index_work(&b->index, &b->wanted);
		taken_ns = io_now_ns() - begin_ns;
		if (!logs_index_is_done(&b->index) && taken_ns < least_ns)
			least_ns = taken_ns;
		steps++;
	}
	print_message("%u steps, the quickest took %.2f ms\n", steps, (double)least_ns / NS_PER_MS);
	assert_in_range(steps, 10, 100);
#ifndef __SANITIZE_ADDRESS__
	assert_true(least_ns < 3 * NS_PER_MS);
#endif
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_found_in_order),
		cmocka_unit_test(the_newest_lines_are_looked_at_first),
		cmocka_unit_test(what_comes_during_a_long_look_is_found_as_well),
		cmocka_unit_test(level_trace_and_filter_hold_together),
		cmocka_unit_test(what_is_let_go_leaves_and_the_counts_are_right),
		cmocka_unit_test(records_may_go_at_any_moment_of_a_long_look),
		cmocka_unit_test(while_held_still_nothing_newer_is_taken_though_the_filter_changes),
		cmocka_unit_test(while_held_still_a_line_that_was_let_go_has_no_record),
		cmocka_unit_test(another_tail_is_begun_anew),
		cmocka_unit_test(a_step_takes_about_a_millisecond_whatever_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
