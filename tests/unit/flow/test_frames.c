/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define WORLD struct world *world = world_new(); (void)state
#define DONE check_conservation(world); world_free(world)

static void a_call_becomes_a_span_with_its_exact_wall(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	world->at += 90;
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->spans_count, 1);
	assert_int_equal(world->spans[0].wall_ns, 100);
	assert_true(world->spans[0].has_split);
	assert_int_equal(world->spans[0].oncpu_ns, 100);
	assert_int_equal(world->spans[0].status, STATUS_OK);
	DONE;
}

static void recursion_ten_thousand_deep_ends_every_call_exactly(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x100000);
	for (uint64_t i = 1; i <= 10000; i++)
		enter(world, 1, STAGE, 0x100000 - i * 16);
	for (uint64_t i = 10000; i >= 1; i--)
		leave(world, 1, STAGE, 0x100000 - i * 16);
	leave(world, 1, SYNC, 0x100000);
	assert_int_equal(tallies(world)->no_end_count, 0);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].spans_count, LIMIT_SPANS_PER_TRACE);
	assert_int_equal(world->traces[0].spans_dropped_count, 10001 - LIMIT_SPANS_PER_TRACE);
	DONE;
}

static void an_exception_over_two_calls_closes_them_where_they_were_last_seen(void **state)
{
	WORLD;
	uint64_t last;

	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, STAGE, 0x6f00);
	enter(world, 1, NAMED, 0x6e00);
	last = world->at;
	world->at += 5000; /* the catcher sleeps */
	enter(world, 1, STAGE, 0x6f80);
	assert_int_equal(tallies(world)->no_end_count, 2);
	assert_int_equal(world->spans[0].status, STATUS_NO_END);
	assert_int_equal(world->spans[1].start_at_ns + world->spans[1].wall_ns, last);
	leave(world, 1, STAGE, 0x6f80);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_OK);
	DONE;
}

static void a_longjmp_is_seen_by_the_outer_leave(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	for (int i = 0; i < 11; i++)
		enter(world, 1, STAGE, 0x6f00 - 0x10 * (uint64_t)i);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(tallies(world)->no_end_count, 11);
	assert_int_equal(world->traces_count, 1);
	DONE;
}

static void a_call_on_the_alternate_stack_closes_nothing_on_the_thread_stack(void **state)
{
	WORLD;
	for (int above = 0; above <= 1; above++) {
		uint64_t sp = above ? 0x9000 : 0x1000;

		enter(world, 1, SYNC, 0x7000);
		enter_with(world, (struct enter){ .tid = 1, .probe = STAGE, .sp = sp, .flags = TT_F_ALTSTACK });
		leave_with(world, 1, STAGE, sp, 0, 0, TT_F_ALTSTACK);
		leave(world, 1, SYNC, 0x7000);
	}
	assert_int_equal(tallies(world)->no_end_count, 0);
	assert_int_equal(world->traces_count, 2);
	DONE;
}

static void siglongjmp_from_the_alternate_stack_closes_what_was_on_it(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter_with(world, (struct enter){ .tid = 1, .probe = STAGE, .sp = 0x9000, .flags = TT_F_ALTSTACK });
	enter(world, 1, STAGE, 0x6f00); /* back on the thread's stack */
	assert_int_equal(tallies(world)->no_end_count, 1);
	leave(world, 1, STAGE, 0x6f00);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces_count, 1);
	DONE;
}

static void a_tail_call_leaves_caller_and_callee_open_at_one_sp(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, TAIL, 0x6f00);
	enter_with(world, (struct enter){ .tid = 1, .probe = STAGE, .sp = 0x6f00, .ret = 0x9999, .flags = TT_F_TRAMPOLINE });
	assert_int_equal(tallies(world)->no_end_count, 0);
	leave(world, 1, TAIL, 0x6f00); /* whichever probe is served first */
	leave(world, 1, STAGE, 0x6f00);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(tallies(world)->no_end_count, 0);
	DONE;
}

static void an_equal_sp_without_a_tail_exit_means_that_the_first_call_is_gone(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, STAGE, 0x6f00);
	enter(world, 1, NAMED, 0x6f00);
	assert_int_equal(tallies(world)->no_end_count, 1);
	/* a uretprobed tail caller that is called anew: the return address is a plain one */
	leave(world, 1, NAMED, 0x6f00);
	enter(world, 1, TAIL, 0x6f00);
	enter(world, 1, TAIL, 0x6f00);
	assert_int_equal(tallies(world)->no_end_count, 2);
	DONE;
}

static void a_function_with_a_tail_exit_that_throws_does_not_nest_in_itself(void **state)
{
	WORLD;
	probe_in_view(world, SYNC, TT_LEAVE_RET, TT_PROBE_TAIL_EXIT);
	for (int i = 0; i < 5; i++) {
		enter_with(world, (struct enter){ .tid = 1, .probe = SYNC, .sp = 0x7000, .ret = 0x4444 });
		enter(world, 1, STAGE, 0x6f00); /* throws through both */
	}
	assert_int_equal(world->traces_count, 4);
	assert_int_equal(tallies(world)->no_end_count, 8);
	DONE;
}

static void a_thread_that_ends_inside_a_call_closes_it(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, STAGE, 0x6f00);
	world->at += 100;
	thread_exit(world, 1);
	assert_int_equal(world->spans_count, 2);
	assert_int_equal(world->spans[0].wall_ns, 110);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_NO_END);
	assert_string_equal(world->spans[0].comm, "last");
	DONE;
}

static void the_end_of_the_process_closes_everything(void **state)
{
	WORLD;
	submit(world, 1, 11);
	leave(world, 1, REQUEST, 0);
	submit(world, 2, 12);
	enter(world, 2, STAGE, 0x6f00);
	proc_gone(world);
	assert_int_equal(world->traces_count, 2);
	assert_int_equal(tallies(world)->open_traces_count, 0);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_ABANDONED], 2);
	DONE;
}

static void unmatched_leaves_have_causes(void **state)
{
	WORLD;
	leave(world, 1, SYNC, 0x7000); /* its call was open when we came */
	assert_int_equal(tallies(world)->unmatched_before_attach_count, 1);
	enter(world, 1, CALLER, 0x6000);
	leave(world, 1, CALLER, 0x6000);
	leave(world, 1, CALLER, 0x5000); /* a return address that others reach too */
	assert_int_equal(tallies(world)->unmatched_shared_count, 1);
	world->seq[1] += 1;
	leave(world, 1, STAGE, 0x5000); /* the ENTER was lost */
	assert_int_equal(tallies(world)->unmatched_lost_count, 1);
	assert_int_equal(tallies(world)->sequence_gaps_count, 1);
	DONE;
}

static void a_gap_in_a_thread_s_sequence_marks_its_traces_and_no_others(void **state)
{
	WORLD;
	enter(world, 1, KEYED, 0x7000);
	enter(world, 2, KEYED, 0x7000);
	world->seq[1] += 3;
	leave(world, 1, KEYED, 0x7000);
	leave(world, 2, KEYED, 0x7000);
	thread_exit(world, 1);
	thread_exit(world, 2);
	proc_gone(world);
	assert_int_equal(tallies(world)->sequence_gaps_count, 3);
	/* what waits in the queue may have been taken by a record that was lost */
	for (size_t i = 0; i < world->traces_count; i++)
		assert_true(world->traces[i].incomplete);
	DONE;
}

static void a_gap_on_a_synchronous_thread_leaves_other_threads_complete(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 2, SYNC, 0x7000);
	world->seq[1] += 1;
	leave(world, 1, SYNC, 0x7000);
	leave(world, 2, SYNC, 0x7000);
	assert_int_equal(world->traces_count, 2);
	assert_true(world->traces[0].incomplete);
	assert_false(world->traces[1].incomplete);
	DONE;
}

static void frames_beyond_the_limit_are_counted_as_let_go(void **state)
{
	WORLD;
	for (uint64_t i = 0; i < LIMIT_FRAMES_PER_THREAD + 10; i++)
		enter(world, 1, STAGE, 0x1000000 - i * 16);
	assert_int_equal(tallies(world)->let_go_count, 10);
	DONE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_becomes_a_span_with_its_exact_wall),
		cmocka_unit_test(recursion_ten_thousand_deep_ends_every_call_exactly),
		cmocka_unit_test(an_exception_over_two_calls_closes_them_where_they_were_last_seen),
		cmocka_unit_test(a_longjmp_is_seen_by_the_outer_leave),
		cmocka_unit_test(a_call_on_the_alternate_stack_closes_nothing_on_the_thread_stack),
		cmocka_unit_test(siglongjmp_from_the_alternate_stack_closes_what_was_on_it),
		cmocka_unit_test(a_tail_call_leaves_caller_and_callee_open_at_one_sp),
		cmocka_unit_test(an_equal_sp_without_a_tail_exit_means_that_the_first_call_is_gone),
		cmocka_unit_test(a_function_with_a_tail_exit_that_throws_does_not_nest_in_itself),
		cmocka_unit_test(a_thread_that_ends_inside_a_call_closes_it),
		cmocka_unit_test(the_end_of_the_process_closes_everything),
		cmocka_unit_test(unmatched_leaves_have_causes),
		cmocka_unit_test(a_gap_in_a_thread_s_sequence_marks_its_traces_and_no_others),
		cmocka_unit_test(a_gap_on_a_synchronous_thread_leaves_other_threads_complete),
		cmocka_unit_test(frames_beyond_the_limit_are_counted_as_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
