/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define WORLD struct world *world = world_new(); (void)state
#define DONE check_conservation(world); world_free(world)

static void a_request_inside_a_request_is_a_stage(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, SYNC, 0x6f00);
	leave(world, 1, SYNC, 0x6f00);
	leave(world, 1, SYNC, 0x7000);
	enter(world, 2, SYNC, 0x7000); /* another thread is another request */
	leave(world, 2, SYNC, 0x7000);
	assert_int_equal(tallies(world)->traces_count, 2);
	assert_int_equal(world->traces[0].spans_count, 2);
	DONE;
}

static void what_has_no_request_around_it_is_an_orphan_and_no_trace(void **state)
{
	WORLD;
	enter(world, 1, STAGE, 0x7000);
	audio(world, 1, 0x5000, 10);
	leave(world, 1, STAGE, 0x7000);
	assert_int_equal(world->traces_count, 0);
	assert_int_equal(tallies(world)->orphans_count, 2);
	assert_int_equal(world->spans_count, 1); /* the stage is shown */
	assert_int_equal(world->spans[0].trace_id[0] | world->spans[0].trace_id[15], 0);
	DONE;
}

static void first_audio_is_the_first_chunk_that_has_samples(void **state)
{
	WORLD;
	uint64_t begun;

	enter(world, 1, SYNC, 0x7000);
	begun = world->at;
	audio(world, 1, 0x5000, 0);
	world->at += 500;
	audio(world, 1, 0x5000, 20);
	audio(world, 1, 0x5000, 30);
	leave(world, 1, SYNC, 0x7000);
	assert_true(world->traces[0].has_first_audio);
	assert_int_equal(world->traces[0].first_audio_ns, begun + 500 + 30 - begun);
	assert_int_equal(world->traces[0].audio_samples_count, 50);
	assert_int_equal(world->traces[0].audio_chunks_count, 2);
	assert_int_equal(world->traces[0].audio_ns, 50000000);
	assert_true(world->traces[0].has_rtf);
	DONE;
}

static void audio_is_counted_beyond_the_limit_of_spans(void **state)
{
	WORLD;
	uint64_t chunks = LIMIT_SPANS_PER_TRACE + 1000;

	enter(world, 1, SYNC, 0x7000);
	for (uint64_t i = 0; i < chunks; i++)
		audio(world, 1, 0x5000, 3);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces[0].audio_chunks_count, chunks);
	assert_int_equal(world->traces[0].audio_samples_count, 3 * chunks);
	assert_int_equal(world->traces[0].spans_count, LIMIT_SPANS_PER_TRACE);
	assert_int_equal(world->traces[0].spans_dropped_count, 1001);
	assert_int_equal(world->spans_count, chunks + 1); /* each is told */
	DONE;
}

static void an_exec_ends_the_calls_of_the_old_image_in_ring_order(void **state)
{
	WORLD;
	struct tt_task task = { .what = TT_TASK_EXEC };
	struct tt_proc proc = { .state = TT_PROC_EXEC, .start_at_ns = 5, .comm = "new" };

	enter(world, 1, SYNC, 0x7000);
	feed(world, &task, TT_TASK, sizeof(task), 1, TT_NO_PROBE);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_NO_END);
	enter(world, 1, SYNC, 0x6000); /* the new image is faster than the one who tells its name */
	feed(world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE);
	assert_int_equal(world->traces_count, 1);
	leave(world, 1, SYNC, 0x6000);
	assert_int_equal(world->traces[1].status, STATUS_OK);
	DONE;
}

static void the_worker_s_text_is_not_taken_for_that_of_a_request_without_one(void **state)
{
	WORLD;
	enter_with(world, (struct enter){ .tid = 1, .probe = KEYED, .v0 = 9 });
	leave(world, 1, KEYED, 0);
	enter_with(world, (struct enter){ .tid = 2, .probe = KEYED_TAKE, .v0 = 9, .has_text = true, .text_bytes = 47 });
	leave(world, 2, KEYED_TAKE, 0);
	audio(world, 2, 0, 0);
	assert_int_equal(world->traces_count, 1);
	assert_false(world->traces[0].has_text);
	DONE;
}

static void success_without_audio_is_known_as_such(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	assert_true(world->traces[0].has_audio);
	assert_int_equal(world->traces[0].audio_samples_count, 0);
	assert_false(world->traces[0].has_first_audio);
	assert_false(world->traces[0].has_rtf);
	DONE;
}

static void waiting_inside_the_audio_call_is_not_synthesis(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter_with(world, (struct enter){ .tid = 1, .probe = AUDIO, .sp = 0x6000, .v0 = 1, .v1 = 1 }); /* 1 ms of audio */
	world->at += 2000000;
	leave_with(world, 1, AUDIO, 0x6000, 0, 2000000, 0);
	world->at += 500000 - 40;
	leave_with(world, 1, SYNC, 0x7000, 0, 2000000, 0);
	assert_true(world->traces[0].rtf > 0.49 && world->traces[0].rtf < 0.51);
	DONE;
}

static void a_callback_that_says_stop_cancels_the_request(void **state)
{
	WORLD;
	world->probes[AUDIO - 1].returns_known = true;
	world->probes[AUDIO - 1].ok_count = 1;
	world->probes[AUDIO - 1].other_cancelled = true;
	enter(world, 1, SYNC, 0x7000);
	enter_with(world, (struct enter){ .tid = 1, .probe = AUDIO, .sp = 0x6000, .v0 = 1, .v1 = 1 });
	leave_with(world, 1, AUDIO, 0x6000, 1, 0, 0);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces[0].status, STATUS_CANCELLED);
	DONE;
}

static void a_probe_of_role_error_fails_the_request_around_it(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, FAULT, 0x6000);
	leave(world, 1, SYNC, 0x7000);
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces[0].status, STATUS_ERROR);
	assert_int_equal(world->traces[1].status, STATUS_OK);
	DONE;
}

static void marks_become_spans_from_one_to_the_next(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, MARK, 0x6000);
	enter(world, 1, POINT, 0x6000); /* a stage that is enter-only is a mark too */
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->spans_count, 3);
	assert_int_equal(world->spans[0].kind, SPAN_MARK);
	assert_int_equal(world->spans[0].wall_ns, 10);
	assert_int_equal(world->spans[1].wall_ns, 10);
	assert_true(world->spans[0].has_split);
	DONE;
}

static void work_ends_at_the_next_dequeue_when_nothing_says_its_end(void **state)
{
	WORLD;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	submit(world, 1, 52);
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	take(world, 2, 52);
	assert_int_equal(world->traces_count, 1);
	thread_exit(world, 2);
	assert_int_equal(world->traces_count, 2);
	assert_int_equal(world->traces[1].status, STATUS_NO_END);
	DONE;
}

static void what_comes_after_the_end_is_an_orphan(void **state)
{
	WORLD;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	audio(world, 2, 0x5000, 10);
	audio(world, 2, 0, 0);
	audio(world, 2, 0, 0); /* the end said once more: nothing to complain about */
	assert_int_equal(tallies(world)->orphans_count, 0);
	audio(world, 2, 0x5000, 10);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(tallies(world)->orphans_count, 1);
	DONE;
}

static void duration_runs_to_the_later_of_request_and_work(void **state)
{
	WORLD;
	uint64_t begun;

	submit(world, 1, 51);
	begun = world->at;
	take(world, 2, 51);
	audio(world, 2, 0, 0);
	world->at += 1000; /* the submitting call returns last */
	leave(world, 1, REQUEST, 0);
	assert_int_equal(world->traces[0].duration_ns, world->at - begun);
	DONE;
}

static void loss_without_a_gap_marks_every_open_trace_of_the_process(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	lose(world, TT_LOST_RING_LEAVE, STAGE, 3);
	leave(world, 1, SYNC, 0x7000);
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	assert_true(world->traces[0].incomplete);
	assert_false(world->traces[1].incomplete);
	assert_int_equal(tallies(world)->lost_count[TT_LOST_RING_LEAVE], 3);
	DONE;
}

static void what_is_open_when_the_run_ends_is_incomplete_and_no_error_of_the_engine(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	submit(world, 2, 51);
	leave(world, 2, REQUEST, 0);
	end_run(world);
	assert_int_equal(world->traces_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_true(world->traces[i].incomplete);
		assert_int_equal(world->traces[i].status, STATUS_NO_END);
	}
	assert_int_equal(flow_view(world->flow)->meter->rows[0]->errors_count, 0);
	DONE;
}

static void an_engine_of_lower_priority_serves_stages_only(void **state)
{
	WORLD;
	struct engine other = world->engine;
	struct engine both[2];
	struct tt_probe record = { .leave_mode = TT_LEAVE_URET, .engine = "top", .label = "top", .probe_name = "stage" };

	other.name = "top";
	other.priority = 90;
	both[0] = world->engine;
	both[1] = other;
	world->set = (struct engine_set){ .engines = both, .engines_count = 2 };
	feed(world, &record, TT_PROBE, sizeof(record), 0, 500);
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces_count, 0);
	assert_int_equal(world->spans_count, 1);
	DONE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_inside_a_request_is_a_stage),
		cmocka_unit_test(what_has_no_request_around_it_is_an_orphan_and_no_trace),
		cmocka_unit_test(first_audio_is_the_first_chunk_that_has_samples),
		cmocka_unit_test(audio_is_counted_beyond_the_limit_of_spans),
		cmocka_unit_test(an_exec_ends_the_calls_of_the_old_image_in_ring_order),
		cmocka_unit_test(the_worker_s_text_is_not_taken_for_that_of_a_request_without_one),
		cmocka_unit_test(success_without_audio_is_known_as_such),
		cmocka_unit_test(waiting_inside_the_audio_call_is_not_synthesis),
		cmocka_unit_test(a_callback_that_says_stop_cancels_the_request),
		cmocka_unit_test(a_probe_of_role_error_fails_the_request_around_it),
		cmocka_unit_test(marks_become_spans_from_one_to_the_next),
		cmocka_unit_test(work_ends_at_the_next_dequeue_when_nothing_says_its_end),
		cmocka_unit_test(what_comes_after_the_end_is_an_orphan),
		cmocka_unit_test(duration_runs_to_the_later_of_request_and_work),
		cmocka_unit_test(loss_without_a_gap_marks_every_open_trace_of_the_process),
		cmocka_unit_test(what_is_open_when_the_run_ends_is_incomplete_and_no_error_of_the_engine),
		cmocka_unit_test(an_engine_of_lower_priority_serves_stages_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
