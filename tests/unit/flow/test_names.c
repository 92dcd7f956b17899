/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void a_reused_pid_is_a_new_process(void **state)
{
	struct world *world = world_new();
	struct tt_proc proc = { .state = TT_PROC_SEEN, .start_at_ns = 99, .comm = "other" };
	const struct process *processes;

	(void)state;
	enter(world, 1, SYNC, 0x7000);
	feed(world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE);
	assert_int_equal(world->traces_count, 1); /* the old one's call is over */
	processes = flow_view(world->flow)->processes;
	assert_true(processes->is_gone);
	assert_non_null(processes->next);
	assert_string_equal(processes->next->comm, "other");
	world_free(world);
}

static void a_thread_id_that_moved_to_another_process_starts_afresh(void **state)
{
	struct world *world = world_new();
	struct tt_enter record = { .sp = 0x7000 };

	(void)state;
	enter(world, 1, SYNC, 0x7000);
	world->at += 10;
	record.head = (struct tt_head){ .at_ns = world->at, .pid = 101, .tid = 1, .kind = TT_ENTER, .size = sizeof(record),
					.probe = SYNC, .seq = 1 };
	flow_feed(world->flow, &record.head, sizeof(record));
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_NO_END);
	assert_int_equal(tallies(world)->sequence_gaps_count, 0);
	world_free(world);
}

static void an_unknown_probe_is_a_stage_named_by_its_number(void **state)
{
	struct world *world = world_new();

	(void)state;
	enter(world, 1, 300, 0x7000);
	leave(world, 1, 300, 0x7000);
	assert_int_equal(world->spans_count, 1);
	assert_string_equal(world->span_stages[0], "probe#300");
	world_free(world);
}

static void the_thread_s_name_is_the_one_it_had_when_the_span_ended(void **state)
{
	struct world *world = world_new();
	struct tt_thread thread = { .comm = "0123456789abcdef" };

	(void)state;
	enter(world, 1, SYNC, 0x7000);
	feed(world, &thread, TT_THREAD, sizeof(thread), 1, TT_NO_PROBE);
	leave(world, 1, SYNC, 0x7000);
	assert_string_equal(world->spans[0].comm, "0123456789abcdef");
	world_free(world);
}

static void threads_have_a_limit_and_the_law_holds_beyond_it(void **state)
{
	struct world *world = world_new();

	(void)state;
	for (uint32_t tid = 1000; tid < 1000 + LIMIT_THREADS + 5; tid++)
		enter(world, tid, STAGE, 0x7000);
	assert_int_equal(tallies(world)->let_go_count, 5);
	check_conservation(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reused_pid_is_a_new_process),
		cmocka_unit_test(a_thread_id_that_moved_to_another_process_starts_afresh),
		cmocka_unit_test(an_unknown_probe_is_a_stage_named_by_its_number),
		cmocka_unit_test(the_thread_s_name_is_the_one_it_had_when_the_span_ended),
		cmocka_unit_test(threads_have_a_limit_and_the_law_holds_beyond_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
