// SPDX-License-Identifier: Apache-2.0
/*
 * What the dashboard costs. In: nothing, or the number of held traces. Out: for each thing that can be looked at, the
 * CPU time of one frame (collect and draw, 80x24 and 200x60) while 100 utterances a second arrive, and the part of a
 * core that ten frames a second take; the last line is the verdict, exit 1 above LIMIT_RATIO. The rule that surprises:
 * time is the view's; only the drawing is measured, not the flow that is drawn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/units.h"
#include "config/rules.h"
#include "flow/flow.h"
#include "sink/sinks.h"
#include "sink/tui/canvas.h"
#include "sink/tui/screen.h"
#include "sink/tui/tui.h"

#define TRACES	      100000
#define PER_SECOND    100
#define SLOT_NS	      (NS_PER_S / PER_SECOND)
#define FRAMES	      100
#define FRAMES_PER_S  10
#define LIMIT_RATIO   0.03
#define PROCESSES     4
#define OPEN	      500 /* requests that never end */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { REQUEST = 1, PHONEMES, SYNTHESIS, AUDIO, PROBES = AUDIO };

struct bench {
	struct engine engine;
	struct engine_probe probes[PROBES];
	struct engine_set set;
	struct flow *flow;
	struct sink *sinks[2];
	struct tail *tail;
	struct tui *tui;
	struct canvas canvas;
	uint64_t at_ns, random;
	uint32_t seq[PROCESSES][OPEN + 2];
	double worst_ratio;
};

static uint32_t bench_random(struct bench *bench, uint32_t below)
{
	bench->random = bench->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(bench->random >> 33) % below;
}

/* --- the flow --------------------------------------------------------------------------------------------- */

static void bench_feed(struct bench *bench, void *record, uint16_t kind, size_t size, unsigned process, uint32_t thread,
		       uint16_t probe)
{
	struct tt_head *head = record;

	head->at_ns = bench->at_ns;
	head->pid = 4700 + process;
	head->tid = 10000 * (process + 1) + thread;
	head->kind = kind;
	head->size = (uint16_t)size;
	head->probe = probe ? (uint16_t)(process * PROBES + probe) : TT_NO_PROBE;
	if (kind == TT_ENTER || kind == TT_LEAVE)
		head->seq = ++bench->seq[process][thread];
	flow_feed(bench->flow, head, (uint32_t)size);
}

static void bench_enter(struct bench *bench, unsigned process, uint32_t thread, uint16_t probe, uint64_t samples)
{
	struct tt_enter record = { .sp = 0x7000 - probe * 0x100u, .return_addr = 0x4000, .text_bytes = 200 };

	record.head.flags = probe == REQUEST ? TT_F_TEXT : 0;
	record.value[0] = samples;
	record.sums.oncpu_ns = bench->at_ns / 4 * 3;
	record.sums.runq_ns = bench->at_ns - record.sums.oncpu_ns;
	bench_feed(bench, &record, TT_ENTER, sizeof(record), process, thread, probe);
}

static void bench_leave(struct bench *bench, unsigned process, uint32_t thread, uint16_t probe)
{
	struct tt_leave record = { .sp = 0x7000 - probe * 0x100u, .return_value = !bench_random(bench, 200) };

	record.sums.oncpu_ns = bench->at_ns / 4 * 3;
	record.sums.runq_ns = bench->at_ns - record.sums.oncpu_ns;
	bench_feed(bench, &record, TT_LEAVE, sizeof(record), process, thread, probe);
}

/* One utterance of up to 9 ms in its slot of time. */
static void bench_utter(struct bench *bench)
{
	unsigned process = bench_random(bench, PROCESSES);
	uint64_t slot_ns = bench->at_ns, step_ns = (1 + bench_random(bench, 9)) * NS_PER_MS / 8;

	bench_enter(bench, process, 0, REQUEST, 0);
	for (unsigned i = 0; i < 3; i++) {
		uint16_t probe = (const uint16_t[]){ PHONEMES, SYNTHESIS, AUDIO }[i];

		bench->at_ns += step_ns;
		bench_enter(bench, process, 0, probe, 4000);
		bench->at_ns += step_ns;
		bench_leave(bench, process, 0, probe);
	}
	bench->at_ns += step_ns;
	bench_leave(bench, process, 0, REQUEST);
	bench->at_ns = slot_ns + SLOT_NS;
}

static void bench_tick(struct bench *bench)
{
	struct tt_tick record = { .head.kind = TT_TICK };

	bench_feed(bench, &record, TT_TICK, sizeof(record), 0, 0, 0);
}

static struct engine_probe bench_probe(const char *name, enum role role)
{
	return (struct engine_probe){ .name = name, .stage = name, .role = role, .text_arg = -1, .name_arg = -1,
				      .samples_arg = -1, .rate_arg = -1, .ends_arg = -1, .link_arg = -1,
				      .return_type = ARG_S32 };
}

static void bench_rules(struct bench *bench)
{
	static const char text[] = "groups:\n- name: bench\n  rules:\n"
				   "  - {alert: A, expr: tts_requests_in_flight >= 0, labels: {severity: warning}}\n"
				   "  - {alert: B, expr: 'tts:request_duration_seconds:p95_5m > 0', labels: {severity: "
				   "critical}}\n"
				   "  - {alert: C, expr: 'tts:stage_duration_seconds:p50_1m > 0', labels: {severity: "
				   "warning}}\n";
	uint64_t bytes[256] = { 0 };
	struct tt_rules *record = (struct tt_rules *)bytes;

	record->files_count = 1;
	record->file_bytes = 1;
	record->text_bytes = record->total_bytes = sizeof(text) - 1;
	memcpy(record + 1, "b", 1);
	memcpy((char *)(record + 1) + 1, text, sizeof(text) - 1);
	bench_feed(bench, bytes, TT_RULES, (sizeof(*record) + sizeof(text) + 7) / 8 * 8, 0, 0, 0);
}

static void bench_processes(struct bench *bench)
{
	for (unsigned process = 0; process < PROCESSES; process++) {
		struct tt_proc proc = { .state = TT_PROC_SEEN, .start_at_ns = 5, .comm = "speaker" };

		snprintf(proc.service, sizeof(proc.service), "tts%u.service", process);
		bench_feed(bench, &proc, TT_PROC, sizeof(proc), process, 0, 0);
		for (uint16_t probe = REQUEST; probe <= PROBES; probe++) {
			struct tt_probe record = { .leave_mode = TT_LEAVE_URET, .engine = "acme", .label = "acme" };

			strcpy(record.probe_name, bench->probes[probe - 1].name);
			strcpy(record.symbol, bench->probes[probe - 1].name);
			bench_feed(bench, &record, TT_PROBE, sizeof(record), process, 0, probe);
		}
	}
}

static void bench_new(struct bench *bench, uint64_t traces_count)
{
	struct tt_clock clock = { .mono_ns = NS_PER_S, .real_ns = 1700000000000000000ull, .boot_ns = NS_PER_S };
	struct log_options log = { .level = LOG_LEVEL_DEBUG };

	*bench = (struct bench){ .at_ns = NS_PER_S, .random = 1 };
	bench->probes[REQUEST - 1] = bench_probe("request", ROLE_REQUEST);
	bench->probes[REQUEST - 1].returns_known = true;
	bench->probes[REQUEST - 1].ok_count = 1;
	bench->probes[PHONEMES - 1] = bench_probe("text to phonemes", ROLE_STAGE);
	bench->probes[SYNTHESIS - 1] = bench_probe("synthesis", ROLE_STAGE);
	bench->probes[AUDIO - 1] = bench_probe("audio", ROLE_AUDIO);
	bench->probes[AUDIO - 1].args[0] =
		(struct engine_arg){ .name = "samples", .type = ARG_S32, .unit = UNIT_SAMPLES };
	bench->probes[AUDIO - 1].args_count = 1;
	bench->probes[AUDIO - 1].samples_arg = 0;
	bench->engine = (struct engine){ .name = "acme", .label = "acme", .priority = 50, .audio_rate_hz = 22050,
					 .audio_channels = 1, .audio_sample_bytes = 2, .probes = bench->probes,
					 .probes_count = PROBES };
	bench->set = (struct engine_set){ .engines = &bench->engine, .engines_count = 1 };
	log.tail = bench->tail = tail_new(6 * 3600 * NS_PER_S, 64u << 20);
	bench->tui = tui_new(&(struct tui_options){ .colours = COLOURS_256 });
	if (log_new(&bench->sinks[0], &log))
		exit(2);
	bench->sinks[1] = tui_sink(bench->tui);
	bench->flow = flow_new(&(struct flow_options){ .engines = &bench->set, .run_id = 42, .sinks = bench->sinks,
						       .sinks_count = 2, .traces = { .bytes = traces_count * 8192 },
						       .compile_rules = rules_compile, .free_rules = rules_free });
	bench_feed(bench, &clock, TT_CLOCK, sizeof(clock), 0, 0, 0);
	bench_processes(bench);
	bench_rules(bench);
	tui_begin(bench->tui, flow_view(bench->flow), bench->tail);
	canvas_init(&bench->canvas, 24, 80, false);
}

/* --- the clock -------------------------------------------------------------------------------------------- */

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double bench_frame(struct bench *bench)
{
	double begin_ms;

	for (unsigned i = 0; i < PER_SECOND / FRAMES_PER_S; i++)
		bench_utter(bench);
	bench_tick(bench);
	begin_ms = cpu_ms();
	tui_draw(bench->tui, &bench->canvas);
	return cpu_ms() - begin_ms;
}

static void bench_keys(struct bench *bench, const char *keys)
{
	for (; *keys; keys++)
		tui_event(bench->tui, &(struct screen_event){ .kind = SCREEN_KEY, .key = (unsigned char)*keys });
}

static void bench_scene(struct bench *bench, const char *name, const char *keys)
{
	double frames[FRAMES], sum = 0, first_ms, ratio;

	bench_keys(bench, keys);
	first_ms = bench_frame(bench);
	for (unsigned i = 0; i < FRAMES; i++) {
		frames[i] = bench_frame(bench);
		sum += frames[i];
	}
	qsort(frames, FRAMES, sizeof(frames[0]), by_value);
	ratio = sum / FRAMES * FRAMES_PER_S / 1e3;
	if (ratio > bench->worst_ratio)
		bench->worst_ratio = ratio;
	printf("%-22s %3ux%-3u  first %7.3f  min %6.3f  median %6.3f  max %6.3f ms  %5.2f %% of a core\n", name,
	       bench->canvas.columns, bench->canvas.rows, first_ms, frames[0], frames[FRAMES / 2], frames[FRAMES - 1],
	       ratio * 100);
	fflush(stdout);
}

static const struct {
	const char *name, *keys;
} scenes[] = {
	{ "overview", "1" },
	{ "metrics", "2" },
	{ "metrics, next chart", "v" },
	{ "metrics, next chart", "v" },
	{ "metrics, next chart", "v" },
	{ "traces, recent", "v3r" },
	{ "traces, longest", "l" },
	{ "traces, longest of 6 h", "]]]]" },
	{ "traces, failed", "f" },
	{ "traces, in flight", "i" },
	{ "traces, filtered", "r\\acme duration>5ms\r" },
	{ "traces, waterfall", "l\r" },
	{ "alerts", "\033\0334" },
	{ "alerts, one", "\r" },
	{ "logs", "\0335" },
	{ "overview, 6 h", "1" },
};

static void bench_fill(struct bench *bench, uint64_t traces_count)
{
	for (uint32_t i = 0; i < OPEN; i++)
		bench_enter(bench, i % PROCESSES, 1 + i, REQUEST, 0);
	for (uint64_t i = 0; i < traces_count; i++) {
		bench_utter(bench);
		if (i % PER_SECOND == PER_SECOND - 1)
			bench_tick(bench);
	}
}

int main(int argc, char **argv)
{
	uint64_t traces_count = argc > 1 ? strtoull(argv[1], NULL, 10) : TRACES;
	static struct bench bench;
	bool is_good;

	bench_new(&bench, traces_count);
	bench_fill(&bench, traces_count);
	printf("%s traces held, %s in flight, %u arrive each second\n",
	       units_count(flow_view(bench.flow)->held_traces_count).text, units_count(OPEN).text, PER_SECOND);
	if (flow_view(bench.flow)->held_traces_count < traces_count)
		return 2;
	for (unsigned size = 0; size < 2; size++) {
		canvas_resize(&bench.canvas, size ? 60 : 24, size ? 200 : 80);
		for (size_t i = 0; i < COUNT_OF(scenes); i++)
			bench_scene(&bench, scenes[i].name, scenes[i].keys);
		bench_keys(&bench, "\033\0333\033\033[[[[1"); /* as at the begin */
	}
	is_good = bench.worst_ratio <= LIMIT_RATIO;
	printf("%s: the dearest takes %.2f %% of a core at %u frames a second, at most %.0f %% are allowed\n",
	       is_good ? "ok" : "too dear", bench.worst_ratio * 100, FRAMES_PER_S, LIMIT_RATIO * 100);
	tui_free(bench.tui);
	flow_free(bench.flow);
	log_free(bench.sinks[0]);
	tail_free(bench.tail);
	canvas_fini(&bench.canvas);
	return is_good ? 0 : 1;
}
