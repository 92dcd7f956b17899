/* SPDX-License-Identifier: Apache-2.0 */
/* Records in, samples out. Second n is n s after the world's CLOCK; the engine is acme, the process 100. */
#include "samples.h"

#include "flow/metrics_table.h"
#include "sink/words.h"

#define A "engine=acme,pid=100"

static void increases_are_seen_from_the_first_event_on(void **state)
{
	struct world *world = world_new();

	(void)state;
	tick_at(world, 5, 0);
	assert_value(world, "tts_requests_total", A, 4, 0);
	assert_value(world, "tts_requests_total", A, 5, 0);
	request_of(world, 20, 0);
	request_of(world, 20, 1);
	assert_true(is_absent_at(world, "tts_request_duration_seconds_count", A, 5));
	tick_at(world, 6, 13);
	assert_value(world, "tts_requests_total", A, 6, 2);
	assert_value(world, "tts_request_errors_total", A, 6, 1);
	/* a series that begins with its first value has a 0 before it */
	assert_value(world, "tts_request_duration_seconds_count", A, 5, 0);
	assert_value(world, "tts_request_duration_seconds_count", A, 6, 1);
	assert_value(world, "tts_request_duration_seconds_bucket", A ",le=0.01", 6, 0);
	assert_value(world, "tts_request_duration_seconds_bucket", A ",le=0.05", 5, 0);
	assert_value(world, "tts_request_duration_seconds_bucket", A ",le=0.05", 6, 1);
	assert_value(world, "tts_request_duration_seconds_bucket", A ",le=+Inf", 6, 1);
	assert_value(world, "tts_request_duration_seconds_sum", A, 6, 0.02000001);
	world_free(world);
}

static void a_second_is_sampled_by_the_first_tick_past_it_and_only_once(void **state)
{
	struct world *world = world_new();
	struct store_counts before;

	(void)state;
	tick_at(world, 1, 7);
	before = store_counts(samples(world));
	request_of(world, 1, 0);
	tick_at(world, 1, 27);
	tick_at(world, 1, 999);
	assert_int_equal(store_counts(samples(world)).samples_count, before.samples_count);
	assert_value(world, "tts_requests_total", A, 1, 0);
	tick_at(world, 2, 0);
	assert_value(world, "tts_requests_total", A, 2, 1);
	world_free(world);
}

static void after_missed_ticks_only_the_newest_second_is_sampled(void **state)
{
	struct world *world = world_new();

	(void)state;
	tick_at(world, 1, 0);
	request_of(world, 5, 0);
	tick_at(world, 41, 3);
	assert_value(world, "tts_requests_total", A, 41, 1);
	for (int64_t second = 2; second < 41; second++)
		assert_true(isnan(value_at(world, "tts_requests_total", A, second)));
	assert_value(world, "tts:request_duration_seconds:count_1m", A, 41, 1);
	world_free(world);
}

/* Nothing is fed for an hour, then a request and a TICK: it must not have left the window before it was seen. */
static void a_request_after_a_long_silence_is_in_the_window(void **state)
{
	struct world *world = world_new();

	(void)state;
	tick_at(world, 1, 0);
	world->at += 3600 * 1000000000ull;
	request_of(world, 500, 0);
	tick(world);
	assert_value(world, "tts:request_duration_seconds:count_1m", A, 3601, 1);
	assert_value(world, "tts:request_duration_seconds:max_1m", A, 3601, 0.50000001);
	world_free(world);
}

static void a_stuck_request_shows_with_growing_age_before_it_ends(void **state)
{
	struct world *world = world_new();

	(void)state;
	tick_at(world, 1, 0);
	assert_value(world, "tts_requests_in_flight", A, 1, 0);
	assert_value(world, "tts_request_oldest_seconds", A, 1, 0);
	world->at += 500 * 1000000u - 10;
	enter(world, 1, SYNC, 0x7000);
	for (uint64_t second = 2; second < 30; second++) {
		tick_at(world, second, 0);
		assert_value(world, "tts_requests_in_flight", A, (int64_t)second, 1);
		assert_value(world, "tts_request_oldest_seconds", A, (int64_t)second, (double)second - 1.5);
		assert_value(world, "tts_requests_total", A, (int64_t)second, 0);
	}
	leave(world, 1, SYNC, 0x7000);
	tick_at(world, 30, 0);
	assert_value(world, "tts_requests_in_flight", A, 30, 0);
	assert_value(world, "tts_request_oldest_seconds", A, 30, 0);
	assert_value(world, "tts_requests_total", A, 30, 1);
	world_free(world);
}

static void what_waits_is_in_flight_and_in_the_queue_until_it_is_taken(void **state)
{
	struct world *world = world_new();

	(void)state;
	for (uint64_t text = 51; text < 54; text++) {
		submit(world, 1, text);
		leave(world, 1, REQUEST, 0);
	}
	tick_at(world, 1, 0);
	assert_value(world, "tts_queue_depth", A, 1, 3);
	assert_value(world, "tts_requests_in_flight", A, 1, 3);
	take(world, 2, 51);
	tick_at(world, 2, 0);
	assert_value(world, "tts_queue_depth", A, 2, 2);
	assert_value(world, "tts_requests_in_flight", A, 2, 3);
	audio(world, 2, 0, 0);
	tick_at(world, 3, 0);
	assert_value(world, "tts_requests_in_flight", A, 3, 2);
	assert_value(world, "tts_requests_total", A, 3, 1);
	/* nobody takes the rest: they are given up, and leave */
	for (uint64_t second = 4; second < 70; second++)
		tick_at(world, second, 0);
	assert_value(world, "tts_queue_depth", A, 69, 0);
	assert_value(world, "tts_requests_in_flight", A, 69, 0);
	assert_value(world, "tts_requests_total", A, 69, 3);
	assert_value(world, "tts_request_errors_total", A, 69, 2);
	world_free(world);
}

static void a_quantile_is_absent_below_its_number_of_values(void **state)
{
	static const struct {
		const char *name;
		unsigned least;
	} rows[] = {
		{"tts:request_duration_seconds:p50_1m", 2},  {"tts:request_duration_seconds:p90_1m", 10},
		{"tts:request_duration_seconds:p95_1m", 20}, {"tts:request_duration_seconds:p99_5m", 100},
		{"tts:request_duration_seconds:max_1m", 1},  {"tts:request_duration_seconds:avg_5m", 1},
	};
	struct world *world = world_new();

	(void)state;
	for (unsigned count = 0; count <= 100; count++) {
		world_free(world);
		world = world_new();
		for (unsigned i = 0; i < count; i++)
			request_of(world, 2, 0);
		tick_at(world, 1, 0);
		assert_value(world, "tts:request_duration_seconds:count_1m", A, 1, count);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			assert_int_equal(is_absent_at(world, rows[i].name, A, 1), count < rows[i].least);
	}
	world_free(world);
}

static void what_left_the_window_ends_its_series_at_once(void **state)
{
	struct world *world = world_new();

	(void)state;
	tick_at(world, 1, 0);
	request_of(world, 3, 0);
	request_of(world, 5, 0);
	for (uint64_t second = 2; second < 64; second++)
		tick_at(world, second, 0);
	assert_value(world, "tts:request_duration_seconds:max_1m", A, 61, 0.00500001);
	assert_value(world, "tts:request_duration_seconds:p50_1m", A, 61, 0.00300001);
	assert_true(is_absent_at(world, "tts:request_duration_seconds:max_1m", A, 62));
	assert_true(is_absent_at(world, "tts:request_success:ratio_1m", A, 62));
	assert_value(world, "tts:request_duration_seconds:count_1m", A, 62, 0);
	assert_value(world, "tts:request_duration_seconds:count_5m", A, 62, 2);
	request_of(world, 7, 0); /* and it comes back */
	tick_at(world, 64, 0);
	assert_value(world, "tts:request_duration_seconds:max_1m", A, 64, 0.00700001);
	world_free(world);
}

static void the_success_ratio_leaves_out_what_was_cancelled(void **state)
{
	struct world *world = world_new();

	(void)state;
	for (int i = 0; i < 3; i++)
		request_of(world, 1, 0);
	request_of(world, 1, 1);
	enter(world, 1, REQUEST, 0x7000);
	leave_with(world, 1, REQUEST, 0x7000, 7, 0, 0); /* the code for cancelled */
	tick_at(world, 1, 0);
	assert_value(world, "tts_requests_total", A, 1, 5);
	assert_value(world, "tts_requests_cancelled_total", A, 1, 1);
	assert_value(world, "tts:request_success:ratio_1m", A, 1, 0.75);
	assert_value(world, "tts:request_success:ratio_5m", A, 1, 0.75);
	assert_value(world, "tts:request_errors:count_1m", A, 1, 1);
	world_free(world);
}

static void what_loss_touched_is_counted_but_not_measured(void **state)
{
	struct world *world = world_new();

	(void)state;
	enter(world, 1, SYNC, 0x7000);
	lose(world, TT_LOST_RING_ENTER, STAGE, 3);
	leave(world, 1, SYNC, 0x7000);
	tick_at(world, 1, 0);
	assert_value(world, "tts_requests_total", A, 1, 1);
	assert_value(world, "tts_requests_incomplete_total", A, 1, 1);
	assert_value(world, "tts:request_duration_seconds:count_1m", A, 1, 0);
	assert_value(world, "ttsobs_events_lost_total", "cause=ring_full_enter,pid=100", 1, 3);
	world_free(world);
}

static void losses_are_counted_by_cause_from_the_start(void **state)
{
	struct world *world = world_new();
	struct tt_lost elsewhere = {.cause = TT_LOST_MISSED, .count = 5};

	(void)state;
	tick_at(world, 1, 0);
	for (uint32_t cause = TT_LOST_RING_ENTER; cause <= TT_LOST_RECORDING; cause++) {
		char labels[80];

		snprintf(labels, sizeof(labels), "pid=100,cause=%s", metrics_lost_cause(cause));
		assert_value(world, "ttsobs_events_lost_total", labels, 1, 0);
		snprintf(labels, sizeof(labels), "pid=,cause=%s", metrics_lost_cause(cause));
		assert_value(world, "ttsobs_events_lost_total", labels, 1, 0);
		assert_string_equal(metrics_lost_cause(cause), words_cause(cause)->key);
	}
	lose(world, TT_LOST_TORN, STAGE, 2);
	elsewhere.head = (struct tt_head){.kind = TT_LOST, .size = sizeof(elsewhere), .probe = TT_NO_PROBE};
	flow_feed(world->flow, &elsewhere.head, sizeof(elsewhere));
	elsewhere.cause = 4711;
	flow_feed(world->flow, &elsewhere.head, sizeof(elsewhere));
	flow_feed(world->flow, &elsewhere.head, sizeof(elsewhere) - 8); /* malformed */
	tick_at(world, 2, 0);
	assert_value(world, "ttsobs_events_lost_total", "pid=100,cause=torn", 2, 2);
	assert_value(world, "ttsobs_events_lost_total", "pid=,cause=missed", 2, 5);
	assert_value(world, "ttsobs_events_lost_total", "pid=,cause=unknown", 2, 5);
	assert_value(world, "ttsobs_events_lost_total", "pid=,cause=malformed", 2, 1);
	assert_true(series_is_loss_blind(series_of(world, "ttsobs_events_lost_total", "pid=100,cause=torn")));
	assert_false(series_is_loss_blind(series_of(world, "tts_requests_total", A)));
	world_free(world);
}

static void success_without_audio_is_empty_if_there_was_something_to_say(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->at += 1000;
	request_of(world, 1, 0); /* length unknown: empty */
	submit(world, 1, 51);	 /* 51 bytes, no audio: empty */
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	audio(world, 2, 0, 0);
	submit(world, 1, 52); /* with audio */
	leave(world, 1, REQUEST, 0);
	take(world, 2, 52);
	audio(world, 2, 1, 100);
	audio(world, 2, 0, 0);
	enter_with(world,
		   (struct enter){.tid = 1, .probe = REQUEST, .has_text = true, .text_bytes = 0, .fingerprint = 9});
	leave(world, 1, REQUEST, 0); /* nothing to say */
	take(world, 2, 9);
	audio(world, 2, 0, 0);
	request_of(world, 1, 1);       /* failed */
	enter(world, 1, SYNC, 0x7000); /* what was lost may be the audio */
	lose(world, TT_LOST_RING_ENTER, AUDIO, 1);
	leave(world, 1, SYNC, 0x7000);
	tick_at(world, 1, 0);
	assert_value(world, "tts_requests_total", A, 1, 6);
	assert_value(world, "tts_requests_empty_total", A, 1, 2);
	for (size_t i = 0; i < world->traces_count; i++) /* and each trace tells it of itself */
		assert_int_equal(world->traces[i].empty, i < 2);
	assert_value(world, "tts_audio_seconds_total", A, 1, 0.1);
	world_free(world);
}

static void an_engine_without_audio_probes_is_never_called_empty(void **state)
{
	struct world *world = world_new();
	struct tt_probe record = {
		.leave_mode = TT_LEAVE_URET, .engine = "acme", .label = "acme", .probe_name = "sync"};
	struct tt_proc proc = {.state = TT_PROC_SEEN, .start_at_ns = 9, .comm = "other", .service = "other"};
	struct tt_enter in = {.sp = 0x7000};
	struct tt_leave out = {.sp = 0x7000};

	(void)state;
	proc.head = (struct tt_head){.pid = 200, .kind = TT_PROC, .size = sizeof(proc), .probe = TT_NO_PROBE};
	flow_feed(world->flow, &proc.head, sizeof(proc));
	record.head = (struct tt_head){.pid = 200, .kind = TT_PROBE, .size = sizeof(record), .probe = 900};
	flow_feed(world->flow, &record.head, sizeof(record));
	in.head = (struct tt_head){
		.at_ns = 2000, .pid = 200, .tid = 201, .kind = TT_ENTER, .size = sizeof(in), .probe = 900, .seq = 1};
	flow_feed(world->flow, &in.head, sizeof(in));
	out.head = (struct tt_head){
		.at_ns = 3000, .pid = 200, .tid = 201, .kind = TT_LEAVE, .size = sizeof(out), .probe = 900, .seq = 2};
	flow_feed(world->flow, &out.head, sizeof(out));
	tick_at(world, 1, 0);
	assert_value(world, "tts_requests_total", "engine=acme,pid=200,service=other", 1, 1);
	assert_value(world, "tts_requests_empty_total", "engine=acme,pid=200", 1, 0);
	world_free(world);
}

static void the_share_of_the_first_audio_is_of_long_ones(void **state)
{
	struct world *world = world_new();

	(void)state;
	/* 1000 samples are a second; 4 s of audio, the first of it after 3/4 of the time */
	submit(world, 1, 51);
	leave(world, 1, REQUEST, 0);
	take(world, 2, 51);
	world->at += 300000000;
	audio(world, 2, 1, 4000);
	world->at += 100000000;
	audio(world, 2, 0, 0);
	submit(world, 1, 52); /* short: does not count */
	leave(world, 1, REQUEST, 0);
	take(world, 2, 52);
	audio(world, 2, 1, 100);
	audio(world, 2, 0, 0);
	tick_at(world, 1, 0);
	assert_value(world, "tts:first_audio_share:count_5m", A, 1, 1);
	assert_true(fabs(value_at(world, "tts:first_audio_share:avg_5m", A, 1) - 0.75) < 1e-4);
	assert_value(world, "tts:first_audio_seconds:count_1m", A, 1, 2);
	assert_value(world, "tts:realtime_factor:count_1m", A, 1, 2);
	assert_value(world, "tts:queue_wait_seconds:count_1m", A, 1, 2);
	assert_value(world, "tts_text_bytes_count", A, 1, 2);
	assert_value(world, "tts_text_bytes_sum", A, 1, 51 + 52);
	world_free(world);
}

static void stages_have_splits_and_the_request_has_its_worker_s(void **state)
{
	struct world *world = world_new();

	(void)state;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, STAGE, 0x6f00);
	world->at += 1000000;
	leave_with(world, 1, STAGE, 0x6f00, 0, 400000, 0);
	leave_with(world, 1, SYNC, 0x7000, 0, 400000, 0);
	tick_at(world, 1, 0);
	assert_value(world, "tts_blocked_seconds_total", A ",stage=stage", 1, 0.0004);
	assert_value(world, "tts_oncpu_seconds_total", A ",stage=stage", 1, 0.00060001);
	assert_value(world, "tts_split_wall_seconds_total", A ",stage=stage", 1, 0.00100001);
	assert_value(world, "tts_blocked_seconds_total", A ",stage=request", 1, 0.0004);
	assert_value(world, "tts_split_wall_seconds_total", A ",stage=request", 1, 0.00100003);
	assert_value(world, "tts:stage_duration_seconds:max_1m", A ",stage=stage", 1, 0.00100001);
	assert_value(world, "tts:stage_duration_seconds:count_1m", A ",stage=stage", 1, 1);
	assert_value(world, "tts_stage_duration_seconds_count", A ",stage=stage", 1, 1);
	assert_value(world, "tts_stage_duration_seconds_bucket", A ",stage=stage,le=0.001", 1, 0);
	assert_value(world, "tts_stage_duration_seconds_bucket", A ",stage=stage,le=0.005", 1, 1);
	assert_value(world, "tts:runqueue_share:ratio_1m", A, 1, 0);
	assert_null(series_of(world, "tts_stage_duration_seconds_count", A ",stage=request"));
	world_free(world);
}

static void gauges_of_proc_become_gauges_and_end_when_they_are_stale(void **state)
{
	struct world *world = world_new();

	(void)state;
	gauge(world, TT_GAUGE_CPU_NS, 1000000000);
	gauge(world, TT_GAUGE_RSS_BYTES, 4096);
	gauge(world, TT_GAUGE_THREADS_COUNT, 3);
	tick_at(world, 1, 0);
	assert_value(world, "tts_up", "pid=100", 1, 1);
	assert_value(world, "tts_process_resident_memory_bytes", "pid=100", 1, 4096);
	assert_value(world, "tts_process_threads", "pid=100", 1, 3);
	assert_true(is_absent_at(world, "tts_process_cpu_ratio", "pid=100", 1)); /* it takes two */
	world->at = 1000 + 2000000000ull;
	gauge(world, TT_GAUGE_CPU_NS, 1500000000);
	gauge(world, TT_GAUGE_SELF_CPU_NS, 10);
	gauge(world, TT_GAUGE_SELF_RSS_BYTES, 777);
	tick_at(world, 2, 0);
	assert_value(world, "tts_process_cpu_ratio", "pid=100", 2, 0.5 / 2);
	assert_value(world, "ttsobs_process_resident_memory_bytes", "", 2, 777);
	for (uint64_t second = 3; second < 30; second++)
		tick_at(world, second, 0);
	assert_true(is_absent_at(world, "tts_process_cpu_ratio", "pid=100", 29));
	assert_true(is_absent_at(world, "tts_process_resident_memory_bytes", "pid=100", 29));
	assert_value(world, "tts_up", "pid=100", 29, 1);
	world_free(world);
}

static void series_end_with_their_process_and_its_last_counts_are_told(void **state)
{
	struct world *world = world_new();

	(void)state;
	gauge(world, TT_GAUGE_RSS_BYTES, 4096);
	tick_at(world, 1, 0);
	request_of(world, 1, 1);
	proc_gone(world);
	tick_at(world, 2, 0);
	assert_value(world, "tts_requests_total", A, 2, 1);
	assert_value(world, "tts_request_errors_total", A, 2, 1);
	assert_true(is_absent_at(world, "tts_up", "pid=100", 2));
	assert_true(is_absent_at(world, "tts_requests_in_flight", A, 2));
	assert_true(is_absent_at(world, "tts_process_resident_memory_bytes", "pid=100", 2));
	tick_at(world, 3, 0);
	assert_true(is_absent_at(world, "tts_requests_total", A, 3));
	assert_true(is_absent_at(world, "tts_threshold", "pid=100", 3));
	assert_true(is_absent_at(world, "ttsobs_events_lost_total", "pid=100,cause=torn", 3));
	assert_true(is_absent_at(world, "tts_probe_hits_total", "pid=100,probe=sync", 3));
	lose(world, TT_LOST_MISSED, TT_NO_PROBE, 4); /* a last word on it: nobody's now */
	tick_at(world, 4, 0);
	assert_value(world, "ttsobs_events_lost_total", "pid=,cause=missed", 4, 4);
	world_free(world);
}

static void the_same_pid_with_another_start_begins_anew(void **state)
{
	struct world *world = world_new();
	struct tt_proc proc = {.state = TT_PROC_SEEN, .start_at_ns = 6, .comm = "acme"};

	(void)state;
	for (int i = 0; i < 5; i++)
		request_of(world, 1, 0);
	tick_at(world, 1, 0);
	assert_value(world, "tts_requests_total", A, 1, 5);
	request_of(world, 1, 0);
	feed(world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE);
	for (uint16_t id = REQUEST; id <= SYNC; id++)
		probe_in_view(world, id, TT_LEAVE_URET, 0);
	request_of(world, 1, 0);
	tick_at(world, 2, 0);
	assert_value(world, "tts_requests_total", A, 2, 6); /* of the old one: it ends here */
	tick_at(world, 3, 0);
	assert_value(world, "tts_requests_total", A, 3, 1);
	assert_value(world, "tts:request_duration_seconds:count_1m", A, 3, 1);
	assert_value(world, "tts_up", "pid=100", 3, 1);
	tick_at(world, 4, 0);
	request_of(world, 1, 0);
	tick_at(world, 5, 0);
	assert_value(world, "tts_requests_total", A, 5, 2);
	world_free(world);
}

static void an_exec_ends_the_series_of_the_old_image(void **state)
{
	struct world *world = world_new();
	struct tt_proc proc = {.state = TT_PROC_EXEC, .start_at_ns = 5, .comm = "next", .service = "next"};

	(void)state;
	request_of(world, 1, 0);
	tick_at(world, 1, 0);
	feed(world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE);
	tick_at(world, 2, 0);
	tick_at(world, 3, 0);
	assert_true(is_absent_at(world, "tts_requests_total", A ",service=", 3));
	assert_true(is_absent_at(world, "tts_up", "pid=100,service=", 3));
	assert_value(world, "tts_up", "pid=100,service=next", 3, 1);
	world_free(world);
}

static void hits_are_the_kernel_s_count_where_that_is_known(void **state)
{
	struct world *world = world_new();
	struct tt_gauge hits = {.what = TT_GAUGE_HITS, .value = 40, .extra = 40};

	(void)state;
	request_of(world, 1, 0);
	tick_at(world, 1, 0);
	assert_value(world, "tts_probe_hits_total", A ",probe=sync,role=request", 1, 1);
	assert_value(world, "tts_probe_hits_total", A ",probe=dequeue,role=dequeue", 1, 0);
	feed(world, &hits, TT_GAUGE, sizeof(hits), 0, SYNC);
	tick_at(world, 2, 0);
	assert_value(world, "tts_probe_hits_total", A ",probe=sync", 2, 40);
	world_free(world);
}

static void ten_thousand_stage_names_of_a_target_do_not_hurt(void **state)
{
	struct world *world = world_new();
	size_t before;

	(void)state;
	tick_at(world, 1, 0);
	before = store_counts(samples(world)).series_count;
	enter(world, 1, SYNC, 0x7000);
	for (unsigned i = 0; i < 10000; i++) {
		char name[TT_NAME_BYTES];

		snprintf(name, sizeof(name), "junk\xff\n%u", i);
		enter_with(world, (struct enter){.tid = 1, .probe = NAMED, .sp = 0x6f00, .name = name});
		leave(world, 1, NAMED, 0x6f00);
	}
	enter(world, 1, STAGE, 0x6f00); /* reserved by its PROBE: the junk did not push it out */
	leave(world, 1, STAGE, 0x6f00);
	leave(world, 1, SYNC, 0x7000);
	tick_at(world, 2, 0);
	assert_value(world, "tts_stage_duration_seconds_count", A ",stage=stage", 2, 1);
	assert_true(store_counts(samples(world)).series_count - before < LIMIT_STAGES_PER_PROCESS * 32);
	assert_true(tallies(world)->let_go[LET_GO_METER_ROWS] > 9000);
	assert_true(value_at(world, "ttsobs_let_go_total", "kind=rows", 2) > 9000);
	world_free(world);
}

/* A request with `stages` invented stages in a process of its own. */
static void speak_in(struct world *world, uint32_t pid, unsigned stages)
{
	struct tt_proc proc = {.state = TT_PROC_SEEN, .start_at_ns = pid, .comm = "many", .service = "many"};
	struct tt_probe probe = {.leave_mode = TT_LEAVE_URET, .engine = "acme", .label = "acme"};
	struct tt_enter_named in = {.enter.sp = 0x6f00};
	struct tt_leave out = {.sp = 0x6f00};

	proc.head = (struct tt_head){.pid = pid, .kind = TT_PROC, .size = sizeof(proc), .probe = TT_NO_PROBE};
	flow_feed(world->flow, &proc.head, sizeof(proc));
	strcpy(probe.probe_name, "named");
	probe.head = (struct tt_head){.pid = pid, .kind = TT_PROBE, .size = sizeof(probe), .probe = (uint16_t)pid};
	flow_feed(world->flow, &probe.head, sizeof(probe));
	for (unsigned i = 0; i < stages; i++) {
		snprintf(in.name, sizeof(in.name), "stage%u", i);
		in.enter.head = (struct tt_head){.at_ns = world->at += 10, .pid = pid, .tid = pid, .kind = TT_ENTER,
						 .size = sizeof(in), .probe = (uint16_t)pid, .seq = 2 * i + 1,
						 .flags = TT_F_NAME};
		flow_feed(world->flow, &in.enter.head, sizeof(in));
		out.head = (struct tt_head){.at_ns = world->at += 10, .pid = pid, .tid = pid, .kind = TT_LEAVE,
					    .size = sizeof(out), .probe = (uint16_t)pid, .seq = 2 * i + 2};
		flow_feed(world->flow, &out.head, sizeof(out));
	}
}

static void leave_view(struct world *world, uint32_t pid)
{
	struct tt_proc gone = {.state = TT_PROC_GONE};

	gone.head = (struct tt_head){.pid = pid, .kind = TT_PROC, .size = sizeof(gone), .probe = TT_NO_PROBE};
	flow_feed(world->flow, &gone.head, sizeof(gone));
}

static void rows_and_series_have_limits_and_make_room_again(void **state)
{
	struct world *world = world_new();
	struct store_counts counts;

	(void)state;
	for (uint32_t pid = 1000; pid < 1030; pid++)
		speak_in(world, pid, LIMIT_STAGES_PER_PROCESS);
	assert_true(tallies(world)->let_go[LET_GO_METER_ROWS] > 50);
	for (uint64_t second = 1; second < 4; second++)
		tick_at(world, second, 0);
	counts = store_counts(samples(world));
	assert_int_equal(counts.series_count, LIMIT_SERIES - LIMIT_SERIES / 5); /* rules have the rest */
	assert_true(tallies(world)->let_go[LET_GO_SERIES] > 0);
	assert_true(value_at(world, "ttsobs_series", "", 3) >= LIMIT_SERIES - LIMIT_SERIES / 5);
	for (uint32_t pid = 1000; pid < 1030; pid++)
		leave_view(world, pid);
	/* what ended stays for the retention; then there is room for others */
	tick_at(world, 5, 0);
	tick_at(world, 6 * 3600 + 60, 0);
	tick_at(world, 6 * 3600 + 61, 0);
	assert_true(store_counts(samples(world)).series_count < 200);
	speak_in(world, 2000, 3);
	tick_at(world, 6 * 3600 + 62, 0);
	assert_value(world, "tts_stage_duration_seconds_count", "pid=2000,stage=stage2", 6 * 3600 + 62, 1);
	world_free(world);
}

static void a_service_that_restarts_all_the_time_is_never_refused(void **state)
{
	struct world *world = world_new();
	uint64_t second = 1;

	(void)state;
	tick_at(world, second, 0);
	for (uint32_t pid = 1000; pid < 1600; pid++) {
		speak_in(world, pid, 3);
		second += 20;
		tick_at(world, second, 0);
		leave_view(world, pid);
		tick_at(world, second + 1, 0);
	}
	assert_int_equal(tallies(world)->let_go[LET_GO_SERIES], 0);
	assert_int_equal(tallies(world)->let_go[LET_GO_METER_ROWS], 0);
	assert_true(tallies(world)->let_go[LET_GO_SAMPLES] > 0); /* else nothing had to go: this proves nothing */
	assert_value(world, "tts_stage_duration_seconds_count", "pid=1599,stage=stage2", (int64_t)second, 1);
	assert_value(world, "tts_requests_total", A, (int64_t)second, 0); /* of the one that lives on */
	assert_value(world, "tts_requests_total", A, 21, 0);
	world_free(world);
}

static void the_oldest_samples_go_when_the_bytes_are_used_up(void **state)
{
	struct world *world = world_new();
	struct tt_clock clock = {.mono_ns = 1000, .real_ns = 1700000000000000000ull, .boot_ns = 1000};

	(void)state;
	flow_free(world->flow);
	world->flow = flow_new(&(struct flow_options){.engines = &world->set, .run_id = 42, .metrics.bytes = 300000});
	world->at = 1000;
	feed(world, &clock, TT_CLOCK, sizeof(clock), 0, TT_NO_PROBE);
	probe_in_view(world, SYNC, TT_LEAVE_URET, 0);
	for (uint64_t second = 1; second < 3000; second++) {
		request_of(world, second % 90, 0);
		tick_at(world, second, 0);
	}
	assert_true(store_counts(samples(world)).bytes <= 310000);
	assert_true(tallies(world)->let_go[LET_GO_SAMPLES] > 0);
	assert_true(value_at(world, "ttsobs_let_go_total", "kind=samples", 2999) > 0);
	assert_value(world, "tts_requests_total", "engine=acme", 2999, 2999);
	assert_true(isnan(value_at(world, "tts_requests_total", "engine=acme", 5)));
	world_free(world);
}

static void feed_mixed(struct world *world)
{
	for (uint64_t second = 0; second < 130; second++) {
		for (uint64_t i = 0; i < second % 7; i++) {
			uint64_t text = 1 + second * 10 + i;

			submit(world, 1, text);
			leave(world, 1, REQUEST, 0);
			take(world, 2, text);
			world->at += (second * 37 + i * 11) % 90 * 100000;
			enter(world, 2, STAGE, 0x6800);
			leave(world, 2, STAGE, 0x6800);
			audio(world, 2, 1, 100 * i);
			audio(world, 2, 0, 0);
		}
		request_of(world, second % 5, second % 11 == 0);
		gauge(world, TT_GAUGE_CPU_NS, second * 12345678);
		gauge(world, TT_GAUGE_RSS_BYTES, second << 12);
		if (second % 40 == 39)
			lose(world, TT_LOST_RING_LEAVE, STAGE, 2);
		tick_at(world, second + 1, second % 20);
	}
}

static void the_same_records_give_the_same_samples(void **state)
{
	struct world *one = world_new(), *two = world_new();
	struct buf first = {0}, second = {0};

	(void)state;
	feed_mixed(one);
	feed_mixed(two);
	dump_samples(one, &first);
	dump_samples(two, &second);
	assert_true(first.length > 100000);
	assert_string_equal(first.bytes, second.bytes);
	buf_fini(&first);
	buf_fini(&second);
	world_free(one);
	world_free(two);
}

static void thresholds_are_series_and_follow_the_rules(void **state)
{
	struct threshold rows[] = {
		{.engine = "*",
		 .metric = "queue_depth",
		 .has = {[TIER_WARNING] = true},
		 .value = {[TIER_WARNING] = 10}},
		{.engine = "acme",
		 .metric = "queue_depth",
		 .has = {[TIER_WARNING] = true, [TIER_EMERGENCY] = true},
		 .value = {[TIER_WARNING] = 3, [TIER_EMERGENCY] = 9}},
		{.engine = "other",
		 .metric = "cpu_ratio",
		 .has = {[TIER_WARNING] = true},
		 .value = {[TIER_WARNING] = 1}},
		{.engine = "*",
		 .metric = "stuck_seconds",
		 .has = {[TIER_CRITICAL] = true},
		 .value = {[TIER_CRITICAL] = 60}},
		{.engine = "*",
		 .metric = "stuck_seconds",
		 .has = {[TIER_CRITICAL] = true},
		 .value = {[TIER_CRITICAL] = 90}},
	};
	struct rule_set set = {.thresholds = rows, .thresholds_count = 5};
	struct world *world = world_new();
	/* the judge sets these; its own way there is its own test's matter */
	struct view *view = (struct view *)(uintptr_t)flow_view(world->flow);

	(void)state;
	view->rules = &set;
	view->rules_generation++;
	tick_at(world, 1, 0);
	assert_value(world, "tts_threshold", A ",metric=queue_depth,severity=warning", 1, 3);
	assert_value(world, "tts_threshold", A ",metric=queue_depth,severity=emergency", 1, 9);
	assert_value(world, "tts_threshold", A ",metric=stuck_seconds,severity=critical", 1, 90);
	assert_null(series_of(world, "tts_threshold", A ",metric=cpu_ratio,severity=warning"));
	assert_null(series_of(world, "tts_threshold", A ",metric=queue_depth,severity=critical"));
	set.thresholds_count = 1; /* other rules */
	view->rules_generation++;
	tick_at(world, 2, 0);
	assert_value(world, "tts_threshold", A ",metric=queue_depth,severity=warning", 2, 10);
	assert_true(is_absent_at(world, "tts_threshold", A ",metric=queue_depth,severity=emergency", 2));
	assert_true(is_absent_at(world, "tts_threshold", A ",metric=stuck_seconds,severity=critical", 2));
	view->rules = NULL;
	view->rules_generation++;
	tick_at(world, 3, 0);
	assert_true(is_absent_at(world, "tts_threshold", A ",metric=queue_depth,severity=warning", 3));
	world_free(world);
}

static void the_table_knows_every_metric_and_no_name_comes_twice(void **state)
{
	(void)state;
	for (int i = 0; i < METRICS; i++) {
		const struct metric_family *family = metrics_family((enum metric)i);

		assert_non_null(family->name);
		assert_non_null(family->help);
		assert_ptr_equal(metrics_find(family->name), family);
		for (size_t bound = 1; bound < family->bounds_count; bound++)
			assert_true(family->bounds[bound - 1].value < family->bounds[bound].value);
	}
	assert_ptr_equal(metrics_find("tts_text_bytes_bucket"), metrics_family(METRIC_TEXT_BYTES));
	assert_null(metrics_find("tts_nothing"));
	assert_string_equal(metrics_family(METRIC_WINDOW(WINDOW_QUEUE_WAIT, SPAN_5M, STAT_COUNT))->name,
			    "tts:queue_wait_seconds:count_5m");
}

static void bounds_include_every_threshold_of_the_mission(void **state)
{
	static const uint64_t seconds[] = {2, 5, 10, 15, 30};
	static const enum metric histograms[] = {METRIC_REQUEST_DURATION, METRIC_FIRST_AUDIO, METRIC_QUEUE_WAIT,
						 METRIC_STAGE_DURATION};

	(void)state;
	for (size_t h = 0; h < 4; h++)
		for (size_t s = 0; s < 5; s++) {
			const struct metric_family *family = metrics_family(histograms[h]);
			bool is_found = false;

			for (size_t i = 0; i < family->bounds_count; i++)
				is_found |= family->bounds[i].value == seconds[s] * 1000000000u &&
					    strtod(family->bounds[i].le, NULL) == (double)seconds[s];
			assert_true(is_found);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(increases_are_seen_from_the_first_event_on),
		cmocka_unit_test(a_second_is_sampled_by_the_first_tick_past_it_and_only_once),
		cmocka_unit_test(after_missed_ticks_only_the_newest_second_is_sampled),
		cmocka_unit_test(a_request_after_a_long_silence_is_in_the_window),
		cmocka_unit_test(a_stuck_request_shows_with_growing_age_before_it_ends),
		cmocka_unit_test(what_waits_is_in_flight_and_in_the_queue_until_it_is_taken),
		cmocka_unit_test(a_quantile_is_absent_below_its_number_of_values),
		cmocka_unit_test(what_left_the_window_ends_its_series_at_once),
		cmocka_unit_test(the_success_ratio_leaves_out_what_was_cancelled),
		cmocka_unit_test(what_loss_touched_is_counted_but_not_measured),
		cmocka_unit_test(losses_are_counted_by_cause_from_the_start),
		cmocka_unit_test(success_without_audio_is_empty_if_there_was_something_to_say),
		cmocka_unit_test(an_engine_without_audio_probes_is_never_called_empty),
		cmocka_unit_test(the_share_of_the_first_audio_is_of_long_ones),
		cmocka_unit_test(stages_have_splits_and_the_request_has_its_worker_s),
		cmocka_unit_test(gauges_of_proc_become_gauges_and_end_when_they_are_stale),
		cmocka_unit_test(series_end_with_their_process_and_its_last_counts_are_told),
		cmocka_unit_test(the_same_pid_with_another_start_begins_anew),
		cmocka_unit_test(an_exec_ends_the_series_of_the_old_image),
		cmocka_unit_test(hits_are_the_kernel_s_count_where_that_is_known),
		cmocka_unit_test(ten_thousand_stage_names_of_a_target_do_not_hurt),
		cmocka_unit_test(rows_and_series_have_limits_and_make_room_again),
		cmocka_unit_test(a_service_that_restarts_all_the_time_is_never_refused),
		cmocka_unit_test(the_oldest_samples_go_when_the_bytes_are_used_up),
		cmocka_unit_test(the_same_records_give_the_same_samples),
		cmocka_unit_test(thresholds_are_series_and_follow_the_rules),
		cmocka_unit_test(the_table_knows_every_metric_and_no_name_comes_twice),
		cmocka_unit_test(bounds_include_every_threshold_of_the_mission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
