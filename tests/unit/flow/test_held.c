/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

/* world.h's flow, with a retention of its own. */
static struct world *world_holding(uint64_t age_ns, uint64_t bytes)
{
	struct world *world = world_new();
	struct tt_clock clock = {.mono_ns = 1000, .real_ns = 1700000000000000000ull, .boot_ns = 1000};

	flow_free(world->flow);
	world->flow = flow_new(&(struct flow_options){.engines = &world->set,
						      .run_id = 42,
						      .sinks = world->sinks,
						      .sinks_count = 1,
						      .traces = {age_ns, bytes}});
	world->at = 1000;
	feed(world, &clock, TT_CLOCK, sizeof(clock), 0, TT_NO_PROBE);
	for (uint16_t id = REQUEST; id <= SYNC; id++)
		probe_in_view(world, id, id == DEQUEUE ? TT_LEAVE_NONE : TT_LEAVE_URET, 0);
	return world;
}

static void speak(struct world *world, unsigned stages)
{
	enter(world, 1, SYNC, 0x7000);
	for (unsigned i = 0; i < stages; i++) {
		enter_with(world, (struct enter){.tid = 1, .probe = NAMED, .sp = 0x6f00, .name = "captured"});
		leave(world, 1, NAMED, 0x6f00);
	}
	leave(world, 1, SYNC, 0x7000);
}

/* Newest to oldest, both ways; every span can still be read. */
static void check_chain(const struct view *view)
{
	const struct held_trace *held, *newer = NULL;
	uint64_t count = 0;

	for (held = view->newest_trace; held; newer = held, held = held->older) {
		assert_ptr_equal(held->newer, newer);
		assert_null(held->trace.next_open);
		assert_true(!newer || held->trace.ordinal < newer->trace.ordinal);
		assert_ptr_equal(held->trace.root, held->trace.spans[0]);
		for (size_t i = 0; i < held->trace.spans_count; i++) {
			assert_memory_equal(held->trace.spans[i]->trace_id, held->trace.id, 16);
			assert_string_equal(held->trace.spans[i]->engine, "acme");
			assert_true(!i || !strcmp(held->trace.spans[i]->stage, "captured"));
		}
		count++;
	}
	assert_int_equal(count, view->held_traces_count);
}

static void closed_traces_stay_with_all_their_spans(void **state)
{
	struct world *world = world_holding(0, 0);
	const struct view *view = flow_view(world->flow);

	(void)state;
	assert_null(view->newest_trace);
	for (unsigned i = 0; i < 50; i++)
		speak(world, i);
	check_chain(view);
	assert_int_equal(view->held_traces_count, 50);
	assert_int_equal(view->newest_trace->trace.ordinal, 50);
	assert_int_equal(view->newest_trace->trace.spans_count, 50);
	assert_true(view->held_traces_bytes > 50 * 49 / 2 * sizeof(struct span));
	assert_int_equal(tallies(world)->let_go[LET_GO_HELD_TRACES], 0);
	world_free(world);
}

static void the_oldest_go_when_the_bytes_are_used_up(void **state)
{
	struct world *world = world_holding(0, 100000);
	const struct view *view = flow_view(world->flow);

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		speak(world, i % 10);
		assert_true(view->held_traces_bytes <= 100000);
	}
	check_chain(view);
	assert_int_equal(view->newest_trace->trace.ordinal, 2000);
	assert_true(view->held_traces_count > 10);
	assert_int_equal(tallies(world)->let_go[LET_GO_HELD_TRACES], 2000 - view->held_traces_count);
	tick_at(world, 1, 0);
	assert_value(world, "ttsobs_let_go_total", "kind=held_traces", 1, (double)(2000 - view->held_traces_count));
	world_free(world);
}

static void one_that_is_greater_than_the_limit_is_not_held(void **state)
{
	struct world *world = world_holding(0, 3000);
	const struct view *view = flow_view(world->flow);

	(void)state;
	speak(world, 0);
	assert_int_equal(view->held_traces_count, 1);
	speak(world, 100);
	assert_int_equal(view->held_traces_count, 0);
	assert_null(view->newest_trace);
	assert_int_equal(view->held_traces_bytes, 0);
	assert_int_equal(tallies(world)->let_go[LET_GO_HELD_TRACES], 2);
	world_free(world);
}

static void age_lets_go_without_a_count(void **state)
{
	struct world *world = world_holding(10000000000ull, 0);
	const struct view *view = flow_view(world->flow);

	(void)state;
	speak(world, 1);
	tick_at(world, 5, 0);
	speak(world, 1);
	tick_at(world, 10, 0);
	assert_int_equal(view->held_traces_count, 2);
	tick_at(world, 11, 0);
	assert_int_equal(view->held_traces_count, 1);
	check_chain(view);
	tick_at(world, 16, 0);
	assert_int_equal(view->held_traces_count, 0);
	assert_int_equal(tallies(world)->let_go[LET_GO_HELD_TRACES], 0);
	world_free(world);
}

static void a_held_trace_outlives_its_process(void **state)
{
	struct world *world = world_holding(0, 0);
	const struct view *view = flow_view(world->flow);

	(void)state;
	speak(world, 3);
	proc_gone(world);
	tick_at(world, 1, 0);
	tick_at(world, 2, 0);
	check_chain(view);
	assert_int_equal(view->newest_trace->trace.process->pid, 100);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_traces_stay_with_all_their_spans),
		cmocka_unit_test(the_oldest_go_when_the_bytes_are_used_up),
		cmocka_unit_test(one_that_is_greater_than_the_limit_is_not_held),
		cmocka_unit_test(age_lets_go_without_a_count),
		cmocka_unit_test(a_held_trace_outlives_its_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
