/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "world.h"

static const struct meter_row *row_of(const struct meter *meter, const char *stage)
{
	for (size_t i = 0; i < meter->rows_count; i++)
		if (!strcmp(meter->rows[i]->stage, stage))
			return meter->rows[i];
	fail_msg("no row %s", stage);
	return NULL;
}

static void requests_and_stages_have_rows_of_their_own(void **state)
{
	struct world *world = world_new();
	const struct meter *meter = flow_view(world->flow)->meter;

	(void)state;
	for (int i = 0; i < 5; i++) {
		enter(world, 1, SYNC, 0x7000);
		enter(world, 1, STAGE, 0x6f00);
		leave(world, 1, STAGE, 0x6f00);
		leave_with(world, 1, SYNC, 0x7000, i == 4, 0, 0);
	}
	assert_int_equal(row_of(meter, "request")->count, 5);
	assert_int_equal(row_of(meter, "request")->errors_count, 1);
	assert_int_equal(row_of(meter, "request")->wall_ns.count, 4);
	assert_int_equal(row_of(meter, "stage")->count, 5);
	assert_int_equal(hist_quantile(&row_of(meter, "stage")->wall_ns, 0.5), 10);
	assert_int_equal(row_of(meter, "request")->split_wall_ns, 5 * 30);
	assert_int_equal(row_of(meter, "request")->oncpu_ns, 5 * 30);
	world_free(world);
}

static void a_request_with_a_worker_has_the_worker_s_split(void **state)
{
	struct world *world = world_new();
	const struct meter *meter = flow_view(world->flow)->meter;

	(void)state;
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	world->at += 1000;
	audio(world, 2, 0, 0);
	assert_int_equal(row_of(meter, "request")->split_wall_ns, 1020);
	world_free(world);
}

static void incomplete_traces_are_counted_but_not_measured(void **state)
{
	struct world *world = world_new();
	const struct meter *meter = flow_view(world->flow)->meter;

	(void)state;
	enter(world, 1, SYNC, 0x7000);
	lose(world, TT_LOST_RING_ENTER, STAGE, 1);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(row_of(meter, "request")->count, 1);
	assert_int_equal(row_of(meter, "request")->incomplete_count, 1);
	assert_int_equal(row_of(meter, "request")->wall_ns.count, 0);
	world_free(world);
}

static void rows_have_a_limit(void **state)
{
	struct world *world = world_new();
	char name[32];

	(void)state;
	for (int i = 0; i < LIMIT_METER_ROWS + 7; i++) {
		snprintf(name, sizeof(name), "stage %d", i);
		enter_with(world, (struct enter){ .tid = 1, .probe = NAMED, .sp = 0x6f00, .name = name });
		leave(world, 1, NAMED, 0x6f00);
	}
	assert_int_equal(flow_view(world->flow)->meter->rows_count, LIMIT_METER_ROWS);
	assert_int_equal(tallies(world)->let_go_count, 7);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_and_stages_have_rows_of_their_own),
		cmocka_unit_test(a_request_with_a_worker_has_the_worker_s_split),
		cmocka_unit_test(incomplete_traces_are_counted_but_not_measured),
		cmocka_unit_test(rows_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
