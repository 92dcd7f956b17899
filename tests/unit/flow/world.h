/* SPDX-License-Identifier: Apache-2.0 */
/* A small world for flow's tests: one process (pid 100), one engine, a sink that keeps copies of what it is told. */
#ifndef TEST_FLOW_WORLD_H
#define TEST_FLOW_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "model/limits.h"

enum { REQUEST = 1, STAGE, DEQUEUE, AUDIO, CANCEL, MARK, FAULT, TAIL, POINT, KEYED, KEYED_TAKE, NAMED, CALLER, SYNC };

#define KEPT 20000
struct world {
	struct sink sink;
	struct sink *sinks[1];
	struct flow *flow;
	struct engine engine;
	struct engine_probe probes[16];
	struct engine_set set;
	struct span spans[KEPT];
	size_t spans_count;
	struct trace traces[KEPT];
	char span_stages[KEPT][64];
	size_t traces_count;
	uint32_t seq[1000];
	uint64_t at; /* the clock of the world */
};

static void keep_span(struct sink *sink, const struct view *view, const struct span *span)
{
	struct world *world = (struct world *)sink;

	(void)view;
	if (world->spans_count < KEPT) {
		world->spans[world->spans_count] = *span;
		strncpy(world->span_stages[world->spans_count], span->stage, 63);
	}
	world->spans_count++;
}

static void keep_trace(struct sink *sink, const struct view *view, const struct trace *trace)
{
	struct world *world = (struct world *)sink;

	(void)view;
	assert_non_null(trace->root);
	assert_ptr_equal(trace->root, trace->spans[0]);
	for (size_t i = 1; i < trace->spans_count; i++)
		assert_true(trace->spans[i]->parent_id != 0);
	if (world->traces_count < KEPT)
		world->traces[world->traces_count] = *trace;
	world->traces_count++;
}

static const struct sink_ops keeper = { .name = "keeper", .on_span = keep_span, .on_trace = keep_trace };

static inline struct engine_probe *define(struct world *world, unsigned id, const char *name, enum role role)
{
	struct engine_probe *spec = &world->probes[id - 1];

	*spec = (struct engine_probe){ .name = name, .role = role, .stage = name, .text_arg = -1, .name_arg = -1,
				       .samples_arg = -1, .rate_arg = -1, .ends_arg = -1, .link_arg = -1,
				       .return_type = ARG_S32 };
	return spec;
}

static inline void define_engine(struct world *world)
{
	struct engine_probe *spec = define(world, REQUEST, "request", ROLE_REQUEST);

	spec->args[0] = (struct engine_arg){ .name = "text", .type = ARG_TEXT, .slot = -1 };
	spec->args_count = 1;
	spec->text_arg = 0;
	spec->link = LINK_FIFO;
	spec->fingerprint = true;
	spec->returns_known = true;
	spec->ok_count = 1; /* 0 */
	spec->cancelled[0] = 7;
	spec->cancelled_count = 1;
	define(world, STAGE, "stage", ROLE_STAGE);
	spec = define(world, DEQUEUE, "dequeue", ROLE_DEQUEUE);
	spec->args[0] = (struct engine_arg){ .name = "text", .type = ARG_TEXT, .slot = -1 };
	spec->args_count = 1;
	spec->text_arg = 0;
	spec->link = LINK_FIFO;
	spec->fingerprint = true;
	spec = define(world, AUDIO, "audio", ROLE_AUDIO);
	spec->args[0] = (struct engine_arg){ .name = "wav", .type = ARG_POINTER, .slot = 0 };
	spec->args[1] = (struct engine_arg){ .name = "samples", .type = ARG_S32, .unit = UNIT_SAMPLES, .slot = 1 };
	spec->args_count = 2;
	spec->samples_arg = 1;
	spec->ends_work = true;
	spec->ends_arg = 0;
	define(world, CANCEL, "cancel", ROLE_CANCEL);
	define(world, MARK, "mark", ROLE_MARK);
	define(world, FAULT, "fault", ROLE_ERROR);
	define(world, TAIL, "tail", ROLE_STAGE);
	define(world, POINT, "point", ROLE_STAGE);
	spec = define(world, KEYED, "keyed", ROLE_REQUEST);
	spec->args[0] = (struct engine_arg){ .name = "job", .type = ARG_U64, .slot = 0 };
	spec->args_count = 1;
	spec->link = LINK_KEY;
	spec->link_arg = 0;
	spec = define(world, KEYED_TAKE, "keyed_take", ROLE_DEQUEUE);
	spec->args[0] = (struct engine_arg){ .name = "job", .type = ARG_U64, .slot = 0 };
	spec->args_count = 1;
	spec->link = LINK_KEY;
	spec->link_arg = 0;
	spec = define(world, NAMED, "named", ROLE_STAGE);
	spec->stage_from_name = true;
	spec->name_arg = 0;
	spec->args[0] = (struct engine_arg){ .name = "hook", .type = ARG_NAME, .slot = -1 };
	spec->args_count = 1;
	define(world, CALLER, "caller", ROLE_STAGE);
	spec = define(world, SYNC, "sync", ROLE_REQUEST);
	spec->returns_known = true;
	spec->ok_count = 1;
	world->engine = (struct engine){ .name = "acme", .label = "acme", .priority = 50, .audio_rate_hz = 1000,
					 .audio_channels = 1, .audio_sample_bytes = 2, .probes = world->probes,
					 .probes_count = SYNC };
	world->set = (struct engine_set){ .engines = &world->engine, .engines_count = 1 };
}

static inline void feed(struct world *world, void *record, uint16_t kind, size_t size, uint32_t tid, uint16_t probe)
{
	struct tt_head *head = record;

	head->at_ns = world->at;
	head->pid = 100;
	head->tid = tid;
	head->kind = kind;
	head->size = (uint16_t)size;
	head->probe = probe;
	if (kind <= TT_EXIT && tid < 1000)
		head->seq = ++world->seq[tid];
	flow_feed(world->flow, head, (uint32_t)size);
}

static inline void probe_in_view(struct world *world, uint16_t id, uint32_t mode, uint32_t traits)
{
	struct tt_probe record = { .leave_mode = mode, .traits = traits, .engine = "acme", .label = "acme" };

	strcpy(record.probe_name, world->probes[id - 1].name);
	strcpy(record.symbol, world->probes[id - 1].name);
	feed(world, &record, TT_PROBE, sizeof(record), 0, id);
}

static inline struct world *world_new_with(uint64_t interval_ns)
{
	struct world *world = calloc(1, sizeof(*world));
	struct tt_clock clock = { .mono_ns = 1000, .real_ns = 1700000000000000000ull, .boot_ns = 1000 };
	struct tt_proc proc = { .state = TT_PROC_SEEN, .start_at_ns = 5, .comm = "acme" };

	assert_non_null(world);
	world->sink.ops = &keeper;
	world->sinks[0] = &world->sink;
	define_engine(world);
	world->flow = flow_new(&(struct flow_options){ .engines = &world->set, .run_id = 42, .interval_ns = interval_ns,
						       .sinks = world->sinks, .sinks_count = 1 });
	world->at = 1000;
	feed(world, &clock, TT_CLOCK, sizeof(clock), 0, TT_NO_PROBE);
	feed(world, &proc, TT_PROC, sizeof(proc), 0, TT_NO_PROBE);
	for (uint16_t id = REQUEST; id <= SYNC; id++)
		probe_in_view(world, id,
			      id == DEQUEUE || id == POINT || id == MARK || id == FAULT ? TT_LEAVE_NONE :
			      id == AUDIO ? TT_LEAVE_AFTER :
			      id == CALLER ? TT_LEAVE_CALLER : TT_LEAVE_URET,
			      id == TAIL ? TT_PROBE_TAIL_EXIT : 0);
	return world;
}

static inline struct world *world_new(void)
{
	return world_new_with(0);
}

static inline void world_free(struct world *world)
{
	flow_free(world->flow);
	free(world);
}

/* Whatever happened, every call is accounted for. */
static inline void check_conservation(const struct world *world)
{
	const struct view *view = flow_view(world->flow);

	for (size_t i = 0; i < view->probes_count; i++) {
		const struct probe *probe = view->probes[i];

		assert_int_equal(probe->enters_count, probe->ended_count + probe->no_end_count + probe->open_count);
	}
}

struct enter {
	uint32_t tid;
	uint16_t probe;
	uint64_t sp;
	uint64_t ret;
	uint32_t flags;
	uint32_t text_bytes; /* with has_text */
	uint64_t fingerprint;
	bool has_text;
	uint64_t v0, v1;
	uint64_t blocked_ns;
	const char *name;
};

static inline void enter_with(struct world *world, struct enter e)
{
	struct tt_enter_named record = { 0 };
	size_t size = e.name ? sizeof(record) : sizeof(record.enter);

	world->at += 10;
	record.enter.sp = e.sp ? e.sp : 0x7000;
	record.enter.return_addr = e.ret ? e.ret : 0x4000;
	record.enter.head.flags = e.flags | (e.has_text ? TT_F_TEXT : 0) | (e.name ? TT_F_NAME : 0);
	record.enter.text_bytes = e.text_bytes;
	record.enter.fingerprint = e.fingerprint;
	record.enter.value[0] = e.v0;
	record.enter.value[1] = e.v1;
	record.enter.sums.blocked_ns = e.blocked_ns;
	record.enter.sums.oncpu_ns = world->at - e.blocked_ns;
	for (size_t i = 0; e.name && i < sizeof(record.name) && e.name[i]; i++)
		record.name[i] = e.name[i];
	feed(world, &record, TT_ENTER, size, e.tid, e.probe);
}

static inline void enter(struct world *world, uint32_t tid, uint16_t probe, uint64_t sp)
{
	enter_with(world, (struct enter){ .tid = tid, .probe = probe, .sp = sp });
}

/* A request whose text hashes to `fingerprint`. */
static inline void submit(struct world *world, uint32_t tid, uint64_t fingerprint)
{
	enter_with(world, (struct enter){ .tid = tid, .probe = REQUEST, .has_text = true, .text_bytes = (uint32_t)fingerprint,
					  .fingerprint = fingerprint });
}

static inline void take(struct world *world, uint32_t tid, uint64_t fingerprint)
{
	enter_with(world, (struct enter){ .tid = tid, .probe = DEQUEUE, .has_text = true, .text_bytes = (uint32_t)fingerprint,
					  .fingerprint = fingerprint });
}

/* The same inside the submitting call, as a synchronous engine does. */
static inline void take_below(struct world *world, uint32_t tid, uint64_t fingerprint)
{
	enter_with(world, (struct enter){ .tid = tid, .probe = DEQUEUE, .sp = 0x6f00, .has_text = true,
					  .text_bytes = (uint32_t)fingerprint, .fingerprint = fingerprint });
}

static inline void leave_with(struct world *world, uint32_t tid, uint16_t probe, uint64_t sp, uint64_t rax,
			      uint64_t blocked_ns, uint32_t flags)
{
	struct tt_leave record = { .sp = sp ? sp : 0x7000, .return_value = rax };

	world->at += 10;
	record.head.flags = flags;
	record.sums.blocked_ns = blocked_ns;
	record.sums.oncpu_ns = world->at - blocked_ns;
	feed(world, &record, TT_LEAVE, sizeof(record), tid, probe);
}

static inline void leave(struct world *world, uint32_t tid, uint16_t probe, uint64_t sp)
{
	leave_with(world, tid, probe, sp, 0, 0, 0);
}

static inline void audio(struct world *world, uint32_t tid, uint64_t wav, uint64_t samples)
{
	enter_with(world, (struct enter){ .tid = tid, .probe = AUDIO, .sp = 0x6000, .v0 = wav, .v1 = samples });
	leave(world, tid, AUDIO, 0x6000);
}

static inline void thread_exit(struct world *world, uint32_t tid)
{
	struct tt_exit record = { .comm = "last" };

	world->at += 10;
	record.sums.oncpu_ns = world->at;
	feed(world, &record, TT_EXIT, sizeof(record), tid, TT_NO_PROBE);
}

static inline void tick(struct world *world)
{
	struct tt_tick record = { 0 };

	feed(world, &record, TT_TICK, sizeof(record), 0, TT_NO_PROBE);
}

static inline void proc_gone(struct world *world)
{
	struct tt_proc record = { .state = TT_PROC_GONE, .start_at_ns = 5 };

	feed(world, &record, TT_PROC, sizeof(record), 0, TT_NO_PROBE);
}

static inline void end_run(struct world *world)
{
	struct tt_end record = { .reason = TT_END_STOPPED };

	feed(world, &record, TT_END, sizeof(record), 0, TT_NO_PROBE);
}

static inline void lose(struct world *world, uint32_t cause, uint16_t probe, uint64_t count)
{
	struct tt_lost record = { .cause = cause, .count = count };

	feed(world, &record, TT_LOST, sizeof(record), 0, probe);
}

static inline const struct tallies *tallies(const struct world *world)
{
	return flow_view(world->flow)->tallies;
}

#endif
