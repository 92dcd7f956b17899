// SPDX-License-Identifier: Apache-2.0
/*
 * Makes a recording of as many utterances as one likes: a submit on one thread, the work with its stages and audio on another.
 * In: FILE COUNT PER_SECOND. Out: the recording, and its truth as one JSON object on stdout.
 * The rule that surprises: it writes through the flow and the recorder of the program, so the format is right by construction.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "config/engines.h"
#include "flow/flow.h"
#include "sink/sinks.h"

enum { REQUEST = 1, STAGE, AUDIO, SUBMIT, TAKE, PROBES = TAKE };
enum { CLIENT = 1, WORKER, THREADS };

struct maker {
	struct flow *flow;
	uint64_t at_ns;
	uint32_t seq[THREADS];
	uint64_t random;
};

static void feed(struct maker *maker, void *record, uint16_t kind, size_t size_bytes, uint32_t tid, uint16_t probe)
{
	struct tt_head *head = record;

	*head = (struct tt_head){ .at_ns = maker->at_ns, .pid = 100, .tid = tid, .kind = kind, .size = (uint16_t)size_bytes, .probe = probe,
				  .flags = head->flags };
	if (kind == TT_ENTER || kind == TT_LEAVE)
		head->seq = ++maker->seq[tid];
	flow_feed(maker->flow, head, (uint32_t)size_bytes);
}

#define FEED(maker, record, kind, tid, probe) feed(maker, &(record), kind, sizeof(record), tid, probe)

static void enter(struct maker *maker, uint32_t tid, uint16_t probe, uint64_t sp, uint64_t text, uint64_t wav, uint64_t samples)
{
	struct tt_enter record = { .sp = sp, .return_addr = 0x4000, .value = { wav, samples } };

	maker->at_ns += 200;
	record.sums.oncpu_ns = maker->at_ns;
	if (text) {
		record.head.flags = TT_F_TEXT;
		record.text_bytes = (uint32_t)(20 + text % 100);
		record.fingerprint = text * 0x9e3779b97f4a7c15ull;
	}
	FEED(maker, record, TT_ENTER, tid, probe);
}

static void leave(struct maker *maker, uint32_t tid, uint16_t probe, uint64_t sp)
{
	struct tt_leave record = { .sp = sp };

	maker->at_ns += 200;
	record.sums.oncpu_ns = maker->at_ns;
	FEED(maker, record, TT_LEAVE, tid, probe);
}

static void begin(struct maker *maker)
{
	static const char *const names[PROBES + 1] = { NULL, "speak", "stage", "audio", "submit", "take" };
	struct tt_clock clock = { .mono_ns = maker->at_ns, .real_ns = 1700000000 * NS_PER_S, .boot_ns = maker->at_ns };
	struct tt_proc process = { .state = TT_PROC_SEEN, .start_at_ns = 5, .comm = "fake", .service = "fake.service" };

	FEED(maker, clock, TT_CLOCK, 0, TT_NO_PROBE);
	FEED(maker, process, TT_PROC, 0, TT_NO_PROBE);
	for (uint16_t i = 1; i <= PROBES; i++) {
		struct tt_probe probe = { .leave_mode = i == TAKE ? TT_LEAVE_NONE : TT_LEAVE_URET, .engine = "fake", .label = "fake" };

		strcpy(probe.probe_name, names[i]);
		strcpy(probe.symbol, names[i]);
		FEED(maker, probe, TT_PROBE, 0, i);
	}
}

static void tick(struct maker *maker, uint64_t ordinal)
{
	struct tt_tick record = { 0 };
	struct tt_gauge gauge = { .what = TT_GAUGE_CPU_NS, .value = maker->at_ns / 2 };

	if (ordinal % 50 == 0) {
		FEED(maker, gauge, TT_GAUGE, 0, TT_NO_PROBE);
		gauge = (struct tt_gauge){ .what = TT_GAUGE_RSS_BYTES, .value = 64 << 20 };
		FEED(maker, gauge, TT_GAUGE, 0, TT_NO_PROBE);
	}
	FEED(maker, record, TT_TICK, 0, TT_NO_PROBE);
}

static void utter(struct maker *maker, uint64_t ordinal, uint64_t gap_ns)
{
	maker->random = maker->random * 6364136223846793005ull + 1442695040888963407ull;
	enter(maker, CLIENT, SUBMIT, 0x7000, ordinal, 0, 0);
	leave(maker, CLIENT, SUBMIT, 0x7000);
	enter(maker, WORKER, TAKE, 0x7000, ordinal, 0, 0);
	for (int i = 0; i < 3; i++) {
		enter(maker, WORKER, STAGE, 0x6800, 0, 0, 0);
		maker->at_ns += (maker->random >> 33) % (gap_ns / 8);
		leave(maker, WORKER, STAGE, 0x6800);
	}
	enter(maker, WORKER, AUDIO, 0x6000, 0, 1, 1600);
	leave(maker, WORKER, AUDIO, 0x6000);
	enter(maker, WORKER, AUDIO, 0x6000, 0, 0, 0); /* the end of the work */
	leave(maker, WORKER, AUDIO, 0x6000);
}

static void make(struct maker *maker, uint64_t count, uint64_t gap_ns)
{
	uint64_t start_at_ns = maker->at_ns, ticks_count = 0;
	struct tt_end end = { .reason = TT_END_STOPPED };

	begin(maker);
	for (uint64_t i = 1; i <= count; i++) {
		uint64_t due_at_ns = start_at_ns + i * gap_ns;

		while (start_at_ns + (ticks_count + 1) * 20 * NS_PER_MS <= due_at_ns) {
			uint64_t tick_at_ns = start_at_ns + ++ticks_count * 20 * NS_PER_MS;

			maker->at_ns = maker->at_ns > tick_at_ns ? maker->at_ns : tick_at_ns;
			tick(maker, ticks_count);
		}
		maker->at_ns = maker->at_ns > due_at_ns ? maker->at_ns : due_at_ns;
		utter(maker, i, gap_ns);
	}
	maker->at_ns += NS_PER_S;
	tick(maker, 0);
	FEED(maker, end, TT_END, 0, TT_NO_PROBE);
}

int main(int argc, char **argv)
{
	struct maker maker = { .at_ns = NS_PER_S, .random = 42 };
	struct engine_set engines;
	struct record_preamble preamble = { .tool_version = "million", .run_id = 0x1234, .engines = &engines };
	struct sink *record;
	uint64_t count, per_second;
	const struct tallies *tallies;

	if (argc != 4 || units_parse_count(argv[2], 1, 1000000000, &count) || units_parse_count(argv[3], 1, 100000, &per_second))
		return 2;
	engines_init(&engines);
	if (engines_load_file(&engines, "tests/fake/fake.yaml") || record_new(&record, argv[1], &preamble))
		return 1;
	maker.flow = flow_new(&(struct flow_options){ .engines = &engines, .run_id = 0x1234, .sinks = &record, .sinks_count = 1,
						      .traces = { 1, 1 } });
	make(&maker, count, NS_PER_S / per_second);
	tallies = flow_view(maker.flow)->tallies;
	printf("{\"traces\":%" PRIu64 ",\"spans\":%" PRIu64 ",\"incomplete\":%" PRIu64 ",\"seconds\":%llu}\n", tallies->traces_count,
	       tallies->spans_count, tallies->incomplete_traces_count, maker.at_ns / NS_PER_S);
	flow_free(maker.flow);
	engines_fini(&engines);
	return record_free(record) ? 1 : 0;
}
