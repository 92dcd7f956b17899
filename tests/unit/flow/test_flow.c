/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

struct order {
	struct sink sink;
	char moments[64];
	uint64_t now_at_tick;
	bool interval_due;
	uint64_t interval_rows;
};

static void note(struct order *order, char moment)
{
	size_t length = strlen(order->moments);

	if (length < sizeof(order->moments) - 1)
		order->moments[length] = moment;
}

static void on_event(struct sink *sink, const struct view *view, const struct tt_head *record, uint32_t size_bytes)
{
	(void)view, (void)record, (void)size_bytes;
	note((struct order *)sink, 'e');
}

static void on_span(struct sink *sink, const struct view *view, const struct span *span)
{
	(void)view, (void)span;
	note((struct order *)sink, 's');
}

static void on_trace(struct sink *sink, const struct view *view, const struct trace *trace)
{
	(void)view, (void)trace;
	note((struct order *)sink, 't');
}

static void on_tick(struct sink *sink, const struct view *view)
{
	struct order *order = (struct order *)sink;

	note(order, '.');
	order->now_at_tick = view->now_ns;
	order->interval_due |= view->interval_due;
	if (view->interval_due)
		order->interval_rows = view->interval->rows_count;
}

static const struct sink_ops ops = { "order", on_event, on_span, on_trace, NULL, on_tick };

static void sinks_see_the_raw_record_first_and_the_tick_last(void **state)
{
	struct world *world = world_new();
	struct order order = { .sink.ops = &ops };

	(void)state;
	world->sinks[0] = &order.sink;
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	tick(world);
	assert_string_equal(order.moments, "eeste.");
	assert_int_equal(order.now_at_tick, world->at);
	world_free(world);
}

static void now_is_the_last_tick_and_never_goes_back(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->at = 5000;
	tick(world);
	enter(world, 1, SYNC, 0x7000);
	assert_int_equal(flow_view(world->flow)->now_ns, 5000);
	world->at = 4000;
	tick(world);
	assert_int_equal(flow_view(world->flow)->now_ns, 5000);
	world_free(world);
}

static void the_interval_is_due_at_the_first_tick_past_its_time(void **state)
{
	struct world *world = world_new_with(1000000);
	struct order order = { .sink.ops = &ops };

	(void)state;
	world->sinks[0] = &order.sink;
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	world->at = 1000 + 999999;
	tick(world);
	assert_false(order.interval_due);
	world->at += 1;
	tick(world);
	assert_true(order.interval_due);
	assert_int_equal(order.interval_rows, 1);
	assert_int_equal(flow_view(world->flow)->interval->rows_count, 0);
	assert_int_equal(flow_view(world->flow)->meter->rows_count, 1);
	world_free(world);
}

static void nothing_is_taken_after_the_end(void **state)
{
	struct world *world = world_new();

	(void)state;
	end_run(world);
	enter(world, 1, SYNC, 0x7000);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces_count, 0);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sinks_see_the_raw_record_first_and_the_tick_last),
		cmocka_unit_test(now_is_the_last_tick_and_never_goes_back),
		cmocka_unit_test(the_interval_is_due_at_the_first_tick_past_its_time),
		cmocka_unit_test(nothing_is_taken_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
