/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define WORLD struct world *world = world_new(); (void)state
#define DONE check_conservation(world); world_free(world)

/* A whole asynchronous utterance: submit on thread 1, work on thread 2. */
static void work(struct world *world, uint64_t fingerprint)
{
	take(world, 2, fingerprint);
	audio(world, 2, 0x5000, 100);
	audio(world, 2, 0, 0);
}

static void a_worker_s_dequeue_continues_the_request_of_another_thread(void **state)
{
	WORLD;
	submit(world, 1, 50);
	leave(world, 1, REQUEST, 0);
	world->at += 1000;
	work(world, 50);
	assert_int_equal(world->traces_count, 1);
	assert_true(world->traces[0].has_queue_wait);
	assert_int_equal(world->traces[0].queue_wait_ns, 1020);
	assert_int_equal(world->traces[0].text_bytes, 50);
	assert_int_equal(world->traces[0].audio_samples_count, 100);
	assert_int_equal(world->traces[0].audio_ns, 100000000);
	assert_false(world->traces[0].incomplete);
	assert_int_equal(world->traces[0].status, STATUS_OK);
	DONE;
}

static void the_worker_may_be_faster_than_the_submitting_call(void **state)
{
	WORLD;
	submit(world, 1, 50);
	take(world, 2, 50);
	audio(world, 2, 0, 0);
	leave(world, 1, REQUEST, 0);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_OK);
	DONE;
}

static void items_queued_before_us_are_partial_and_shift_nothing(void **state)
{
	WORLD;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	submit(world, 1, 52);
	leave(world, 1, REQUEST, 0);
	work(world, 40);
	work(world, 41);
	work(world, 51);
	work(world, 52);
	assert_int_equal(world->traces_count, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(world->traces[i].partial, i < 2);
		assert_int_equal(world->traces[i].text_bytes, i < 2 ? 40 + i : 49 + i);
	}
	DONE;
}

static void an_item_that_was_overtaken_is_cancelled(void **state)
{
	WORLD;
	for (uint64_t i = 1; i <= 3; i++) {
		submit(world, 1, 50 + i);
		leave(world, 1, REQUEST, 0);
	}
	work(world, 53);
	assert_int_equal(world->traces_count, 3);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_CANCELLED], 2);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_OK], 1);
	DONE;
}

static void two_threads_that_submit_at_once_may_be_taken_in_either_order(void **state)
{
	WORLD;
	submit(world, 1, 51);
	submit(world, 3, 52);
	leave(world, 1, REQUEST, 0);
	leave(world, 3, REQUEST, 0);
	work(world, 52);
	work(world, 51);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_OK], 2);
	assert_int_equal(tallies(world)->partial_traces_count, 0);
	DONE;
}

static void only_sixteen_items_ahead_are_looked_at(void **state)
{
	WORLD;
	for (uint64_t i = 0; i < 17; i++) {
		submit(world, 1, 100 + i);
		leave(world, 1, REQUEST, 0);
	}
	take(world, 2, 116); /* the 17th */
	assert_int_equal(tallies(world)->open_traces_count, 18);
	take(world, 2, 115); /* the 16th */
	assert_int_equal(tallies(world)->traces_by_status[STATUS_CANCELLED], 15);
	DONE;
}

static void a_submit_that_fails_takes_its_item_back(void **state)
{
	WORLD;
	submit(world, 1, 50);
	leave_with(world, 1, REQUEST, 0x7000, 3, 0, 0);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_ERROR);
	work(world, 50);
	assert_true(world->traces[1].partial);
	DONE;
}

static void cancel_empties_the_queue_and_ends_the_work(void **state)
{
	WORLD;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	submit(world, 1, 52);
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	enter(world, 1, CANCEL, 0x7000);
	assert_int_equal(world->traces_count, 1); /* 52 waited */
	leave(world, 1, CANCEL, 0x7000);
	assert_int_equal(world->traces_count, 2);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_CANCELLED], 2);
	DONE;
}

static void a_synchronous_engine_takes_its_own_item(void **state)
{
	WORLD;
	submit(world, 1, 50);
	take_below(world, 1, 50);
	audio(world, 1, 0x5000, 10);
	audio(world, 1, 0, 0);
	leave(world, 1, REQUEST, 0);
	assert_int_equal(world->traces_count, 1);
	assert_false(world->traces[0].has_queue_wait);
	assert_int_equal(tallies(world)->open_traces_count, 0);
	DONE;
}

static void a_key_links_in_any_order(void **state)
{
	WORLD;
	for (uint64_t job = 1; job <= 3; job++) {
		enter_with(world, (struct enter){ .tid = 1, .probe = KEYED, .v0 = job });
		leave(world, 1, KEYED, 0);
	}
	enter_with(world, (struct enter){ .tid = 2, .probe = KEYED_TAKE, .v0 = 3 });
	enter_with(world, (struct enter){ .tid = 3, .probe = KEYED_TAKE, .v0 = 1 });
	assert_int_equal(tallies(world)->open_traces_count, 3);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_CANCELLED], 0);
	leave(world, 2, KEYED_TAKE, 0);
	audio(world, 2, 0, 0);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].ordinal, 3);
	DONE;
}

/* Ten texts in rotation, ten of them queued before we came. */
static void recurring_texts_queued_before_us_make_links_unsure_and_cancel_nothing(void **state)
{
	WORLD;
	size_t unsure = 0;

	for (uint64_t i = 0; i < 20; i++) {
		submit(world, 1, 50 + i % 10);
		leave(world, 1, REQUEST, 0);
	}
	for (uint64_t i = 3; i < 30; i++) /* from the fourth old one on */
		work(world, 50 + i % 10);
	for (size_t i = 0; i < world->traces_count; i++)
		unsure += world->traces[i].incomplete;
	assert_int_equal(unsure, world->traces_count);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_CANCELLED], 0);
	DONE;
}

static void a_worker_seen_idle_puts_the_queue_in_step(void **state)
{
	WORLD;
	size_t before;

	for (uint64_t i = 0; i < 20; i++) {
		submit(world, 1, 50 + i % 10);
		leave(world, 1, REQUEST, 0);
	}
	for (uint64_t i = 5; i < 20; i++)
		work(world, 50 + i % 10);
	world->at += IDLE_AFTER_NS + 1;
	tick(world); /* what seems to wait was taken under another's name */
	assert_int_equal(tallies(world)->open_traces_count, 0);
	before = world->traces_count;
	for (uint64_t i = 0; i < 20; i++) {
		submit(world, 1, 50 + i % 10);
		leave(world, 1, REQUEST, 0);
	}
	for (uint64_t i = 0; i < 20; i++)
		work(world, 50 + i % 10);
	assert_int_equal(world->traces_count, before + 20);
	for (size_t i = before; i < world->traces_count; i++)
		assert_false(world->traces[i].incomplete);
	DONE;
}

static void the_same_text_again_and_again_is_sure_when_each_finds_the_worker_idle(void **state)
{
	WORLD;
	for (int i = 0; i < 50; i++) {
		submit(world, 1, 7);
		leave(world, 1, REQUEST, 0);
		work(world, 7);
	}
	assert_int_equal(world->traces_count, 50);
	assert_int_equal(tallies(world)->incomplete_traces_count, 0);
	assert_int_equal(tallies(world)->partial_traces_count, 0);
	DONE;
}

static void two_copies_of_a_library_are_two_queues(void **state)
{
	WORLD;
	struct tt_probe record = { .leave_mode = TT_LEAVE_URET, .engine = "acme", .label = "acme", .object = "/tmp/copy.so" };

	strcpy(record.probe_name, "request");
	feed(world, &record, TT_PROBE, sizeof(record), 0, 700);
	strcpy(record.probe_name, "dequeue");
	record.leave_mode = TT_LEAVE_NONE;
	feed(world, &record, TT_PROBE, sizeof(record), 0, 701);
	for (int i = 0; i < 5; i++) {
		submit(world, 1, 50);
		leave(world, 1, REQUEST, 0);
		submit(world, 1, 51);
		leave(world, 1, REQUEST, 0);
		enter_with(world, (struct enter){ .tid = 1, .probe = 700, .has_text = true, .fingerprint = 50 });
		leave(world, 1, 700, 0);
		enter_with(world, (struct enter){ .tid = 3, .probe = 701, .has_text = true, .fingerprint = 50 });
		enter(world, 1, CANCEL, 0x7000); /* of the first copy */
		leave(world, 1, CANCEL, 0x7000);
		audio(world, 3, 0, 0);
	}
	assert_int_equal(tallies(world)->traces_by_status[STATUS_CANCELLED], 10);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_OK], 5);
	assert_int_equal(tallies(world)->partial_traces_count, 0);
	DONE;
}

static void without_a_dequeue_in_view_nothing_is_waited_for(void **state)
{
	WORLD;
	struct tt_proc proc = { .state = TT_PROC_SEEN, .start_at_ns = 6 };

	feed(world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE); /* a new process with the same pid */
	probe_in_view(world, REQUEST, TT_LEAVE_URET, 0);
	submit(world, 1, 50);
	leave(world, 1, REQUEST, 0);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_OK);
	DONE;
}

static void nobody_taking_it_for_thirty_seconds_abandons_it(void **state)
{
	WORLD;
	submit(world, 1, 50);
	leave(world, 1, REQUEST, 0);
	world->at += ABANDON_AFTER_NS - 100;
	tick(world);
	assert_int_equal(world->traces_count, 0);
	world->at += 200;
	tick(world);
	assert_int_equal(world->traces_count, 1);
	assert_int_equal(world->traces[0].status, STATUS_ABANDONED);
	DONE;
}

static void a_long_queue_that_moves_is_not_abandoned(void **state)
{
	WORLD;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	submit(world, 1, 52);
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51); /* speaks for a minute */
	world->at += 2 * ABANDON_AFTER_NS;
	tick(world);
	assert_int_equal(world->traces_count, 0);
	audio(world, 2, 0, 0);
	work(world, 52);
	assert_int_equal(tallies(world)->traces_by_status[STATUS_OK], 2);
	DONE;
}

static void a_text_that_cannot_be_read_links_by_order_and_says_so(void **state)
{
	WORLD;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	enter_with(world, (struct enter){ .tid = 2, .probe = DEQUEUE, .flags = TT_F_TEXT_UNREADABLE });
	audio(world, 2, 0, 0);
	assert_int_equal(world->traces_count, 1);
	assert_true(world->traces[0].incomplete);
	assert_false(world->traces[0].partial);
	DONE;
}

static void the_queue_has_a_limit_and_says_what_it_let_go(void **state)
{
	WORLD;
	for (uint64_t i = 0; i < LIMIT_OPEN_TRACES + 5; i++) {
		submit(world, 1, i + 1);
		leave(world, 1, REQUEST, 0);
	}
	assert_int_equal(tallies(world)->open_traces_count, LIMIT_OPEN_TRACES);
	assert_int_equal(tallies(world)->let_go_count, 5);
	DONE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_s_dequeue_continues_the_request_of_another_thread),
		cmocka_unit_test(the_worker_may_be_faster_than_the_submitting_call),
		cmocka_unit_test(items_queued_before_us_are_partial_and_shift_nothing),
		cmocka_unit_test(an_item_that_was_overtaken_is_cancelled),
		cmocka_unit_test(two_threads_that_submit_at_once_may_be_taken_in_either_order),
		cmocka_unit_test(only_sixteen_items_ahead_are_looked_at),
		cmocka_unit_test(a_submit_that_fails_takes_its_item_back),
		cmocka_unit_test(cancel_empties_the_queue_and_ends_the_work),
		cmocka_unit_test(a_synchronous_engine_takes_its_own_item),
		cmocka_unit_test(a_key_links_in_any_order),
		cmocka_unit_test(recurring_texts_queued_before_us_make_links_unsure_and_cancel_nothing),
		cmocka_unit_test(a_worker_seen_idle_puts_the_queue_in_step),
		cmocka_unit_test(the_same_text_again_and_again_is_sure_when_each_finds_the_worker_idle),
		cmocka_unit_test(two_copies_of_a_library_are_two_queues),
		cmocka_unit_test(without_a_dequeue_in_view_nothing_is_waited_for),
		cmocka_unit_test(nobody_taking_it_for_thirty_seconds_abandons_it),
		cmocka_unit_test(a_long_queue_that_moves_is_not_abandoned),
		cmocka_unit_test(a_text_that_cannot_be_read_links_by_order_and_says_so),
		cmocka_unit_test(the_queue_has_a_limit_and_says_what_it_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
