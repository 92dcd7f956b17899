/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/state.h"
#include "samples.h"

static const uint8_t none[16];

/* The exemplar of a rule whose expression is the metric; labels as a sample of it would have them. */
static bool find(struct world *world, const char *metric, const char *engine, uint8_t id[16])
{
	struct expr expr = {.kind = EXPR_SELECTOR, .metric = metric};
	struct rule rule = {.expr = &expr};
	struct label items[] = {{"engine", engine}, {"pid", "100"}};

	return exemplar_find(world->flow, &rule, labels_intern(store_labels(samples(world)), items, 2), id);
}

static void assert_exemplar(struct world *world, const char *metric, const uint8_t wanted[16])
{
	uint8_t id[16];

	assert_true(find(world, metric, "acme", id));
	assert_memory_equal(id, wanted, 16);
}

static void each_kind_of_metric_has_its_trace(void **state)
{
	struct world *world = world_new();
	uint8_t id[16];

	(void)state;
	tick_at(world, 1, 0);
	request_of(world, 5, 1);  /* 0: failed */
	request_of(world, 50, 0); /* 1: slowest, and empty */
	request_of(world, 5, 0);  /* 2: empty, later */
	submit(world, 1, 51);	  /* 3: late first audio */
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	world->at += 20000000;
	audio(world, 2, 1, 900);
	audio(world, 2, 0, 0);
	submit(world, 1, 52); /* 4: early first audio, little of it for its time: worst real-time factor */
	leave(world, 1, REQUEST, 0);
	take(world, 2, 52);
	audio(world, 2, 1, 1);
	world->at += 10000000;
	audio(world, 2, 0, 0);
	enter(world, 1, SYNC, 0x7000); /* 5: incomplete */
	lose(world, TT_LOST_RING_ENTER, STAGE, 3);
	leave(world, 1, SYNC, 0x7000);
	tick_at(world, 2, 0);
	assert_int_equal(world->traces_count, 6);
	assert_exemplar(world, "tts_request_errors_total", world->traces[0].id);
	assert_exemplar(world, "tts:request_success:ratio_5m", world->traces[0].id);
	assert_exemplar(world, "tts:request_duration_seconds:p95_1m", world->traces[1].id);
	assert_exemplar(world, "something_else", world->traces[1].id);
	assert_exemplar(world, "tts_requests_empty_total", world->traces[2].id);
	assert_exemplar(world, "tts:first_audio_seconds:p95_1m", world->traces[3].id);
	assert_exemplar(world, "tts:realtime_factor:max_1m", world->traces[4].id);
	assert_exemplar(world, "ttsobs_events_lost_total", world->traces[5].id);
	assert_false(find(world, "tts_request_oldest_seconds", "acme", id));
	assert_memory_equal(id, none, 16);
	assert_false(find(world, "tts_request_errors_total", "other", id));
	world_free(world);
}

static void a_request_in_flight_shows_by_its_id_before_it_ends(void **state)
{
	struct world *world = world_new();
	uint8_t in_flight[16];

	(void)state;
	request_of(world, 50, 0);
	enter(world, 1, SYNC, 0x7000);
	enter(world, 2, SYNC, 0x7000);
	tick_at(world, 1, 0);
	assert_true(find(world, "tts_requests_in_flight", "acme", in_flight));
	/* older than the slowest that ended: it is the slowest that there is */
	assert_exemplar(world, "tts:request_duration_seconds:p95_1m", in_flight);
	leave(world, 1, SYNC, 0x7000);
	assert_memory_equal(world->traces[1].id, in_flight, 16);
	leave(world, 2, SYNC, 0x7000);
	world_free(world);
}

static void the_worst_of_the_run_queue_is_by_its_share(void **state)
{
	struct world *world = world_new();
	struct tt_enter in = {.sp = 0x7000};
	struct tt_leave out = {.sp = 0x7000};

	(void)state;
	for (uint64_t i = 0; i < 3; i++) { /* 10 of 100, 90 of 100, 50 of 100 */
		static const uint64_t waited_ns[] = {10, 90, 50};

		in.sums.oncpu_ns = in.sums.runq_ns = 0;
		feed(world, &in, TT_ENTER, sizeof(in), 1, SYNC);
		world->at += 100;
		out.sums = (struct tt_sums){.runq_ns = waited_ns[i], .oncpu_ns = 100 - waited_ns[i]};
		feed(world, &out, TT_LEAVE, sizeof(out), 1, SYNC);
	}
	tick_at(world, 1, 0);
	assert_exemplar(world, "tts:runqueue_share:ratio_1m", world->traces[1].id);
	assert_true(fabs(value_at(world, "tts:runqueue_share:ratio_1m", "pid=100", 1) - 0.5) < 1e-9);
	world_free(world);
}

static void the_newest_minutes_win_and_the_old_are_forgotten(void **state)
{
	struct world *world = world_new();
	uint8_t id[16];

	(void)state;
	tick_at(world, 1, 0);
	request_of(world, 500, 0);
	tick_at(world, 20, 0);
	request_of(world, 5, 0);
	tick_at(world, 21, 0);
	assert_exemplar(world, "tts_request_duration_seconds_sum", world->traces[0].id);
	for (uint64_t second = 22; second < 180; second++) {
		request_of(world, second == 130 ? 100 : 10, 0);
		tick_at(world, second, 0);
	}
	/* at 179 s the 500 ms of 1 s are older than two minutes, and the 100 ms of 130 s are not */
	assert_exemplar(world, "tts_request_duration_seconds_sum", world->traces[2 + 130 - 22].id);
	tick_at(world, 400, 0); /* nothing since: better an old one than none */
	assert_true(find(world, "tts_request_duration_seconds_sum", "acme", id));
	tick_at(world, 900, 0);
	assert_false(find(world, "tts_request_duration_seconds_sum", "acme", id));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_metric_has_its_trace),
		cmocka_unit_test(a_request_in_flight_shows_by_its_id_before_it_ends),
		cmocka_unit_test(the_worst_of_the_run_queue_is_by_its_share),
		cmocka_unit_test(the_newest_minutes_win_and_the_old_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
