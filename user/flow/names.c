/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is who: processes, threads and probes by the records that name them (PROC, THREAD, PROBE).
 * The rule that surprises: a process stays for the whole run, because spans and probes point to it; a reused pid is a
 * new process. A thread goes with its EXIT.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

/* Names come as fixed fields that may lack their NUL. */
static void copy_field(char *to, const char *from, size_t from_bytes)
{
	size_t length = strnlen(from, from_bytes);

	memcpy(to, from, length);
	to[length] = '\0';
}

static struct process_state *add_process(struct flow *flow, uint32_t pid)
{
	struct process_state *state = mem_new(sizeof(*state));

	state->process.pid = pid;
	if (flow->processes_tail) {
		flow->processes_tail->next = state;
		flow->processes_tail->process.next = &state->process;
	} else {
		flow->processes = state;
		flow->view.processes = &state->process;
	}
	flow->processes_tail = state;
	table_put(&flow->process_by_pid, pid, state);
	series_process(flow, state);
	return state;
}

struct process_state *names_process(struct flow *flow, uint32_t pid)
{
	struct process_state *state = table_find(&flow->process_by_pid, pid);

	return state ? state : add_process(flow, pid);
}

void names_feed_proc(struct flow *flow, const struct tt_proc *record)
{
	struct process_state *state = names_process(flow, record->head.pid);

	if (record->state == TT_PROC_SEEN && state->process.start_at_ns &&
	    state->process.start_at_ns != record->start_at_ns) {
		frames_close_process(flow, state);
		series_process_left(flow, state);
		state->process.is_gone = true;
		judge_process_left(flow, state, JUDGE_REUSED, 0);
		state = add_process(flow, record->head.pid);
		state->image_at_s = series_second(flow, record->head.at_ns);
	}
	if (record->state == TT_PROC_EXEC)
		state->image_at_s = series_second(flow, record->head.at_ns);
	if (record->state == TT_PROC_GONE || (record->state == TT_PROC_EXEC && !state->has_execed))
		frames_close_process(flow, state);
	if (record->state == TT_PROC_EXEC && !state->has_execed)
		judge_process_left(flow, state, JUDGE_EXEC, 0);
	state->has_execed = false;
	if (record->state != TT_PROC_SEEN || strncmp(state->process.service, record->service, sizeof(record->service)) != 0)
		series_process_left(flow, state);
	if (record->state == TT_PROC_GONE) {
		state->process.is_gone = true;
		judge_process_left(flow, state, JUDGE_GONE, record->exit_code);
		table_remove(&flow->process_by_pid, record->head.pid);
		return;
	}
	state->process.start_at_ns = record->start_at_ns;
	state->process.uid = record->uid;
	copy_field(state->process.comm, record->comm, sizeof(record->comm));
	copy_field(state->process.service, record->service, sizeof(record->service));
	copy_field(state->process.exe, record->exe, sizeof(record->exe));
	series_process(flow, state);
}

struct thread_state *names_find_thread(struct flow *flow, uint32_t tid)
{
	return table_find(&flow->thread_by_tid, tid);
}

struct thread_state *names_thread(struct flow *flow, uint32_t pid, uint32_t tid)
{
	struct thread_state *state = names_find_thread(flow, tid);
	struct process_state *process;

	if (state && state->process->process.pid == pid)
		return state;
	if (state) /* its EXIT was lost, the id is somebody else's now */
		names_forget_thread(flow, state);
	if (flow->threads_count >= LIMIT_THREADS) {
		let_go(flow, LET_GO_THREADS);
		return NULL;
	}
	process = names_process(flow, pid);
	state = mem_new(sizeof(*state));
	state->thread.tid = tid;
	state->process = process;
	state->prev = process->threads_tail;
	if (process->threads_tail)
		process->threads_tail->next = state;
	else
		process->threads = state;
	process->threads_tail = state;
	table_put(&flow->thread_by_tid, tid, state);
	flow->threads_count++;
	return state;
}

void names_forget_thread(struct flow *flow, struct thread_state *thread)
{
	struct process_state *process = thread->process;
	struct instant end = frames_last_instant(thread);

	frames_close_all(flow, thread, &end);
	if (thread->prev)
		thread->prev->next = thread->next;
	else
		process->threads = thread->next;
	if (thread->next)
		thread->next->prev = thread->prev;
	else
		process->threads_tail = thread->prev;
	table_remove(&flow->thread_by_tid, thread->thread.tid);
	flow->threads_count--;
	free(thread->frames);
	free(thread);
}

static const struct engine_probe unknown_spec = {
	.name = "probe",
	.symbols = { "probe" },
	.role = ROLE_STAGE,
	.stage = "probe",
	.text_arg = -1,
	.name_arg = -1,
	.samples_arg = -1,
	.rate_arg = -1,
	.ends_arg = -1,
	.link_arg = -1,
};

static const struct engine unknown_engine = { .name = "unknown", .label = "unknown", .file = "" };

static struct probe *add_probe(struct flow *flow, uint16_t id, uint32_t pid)
{
	struct probe *probe = arena_new(&flow->arena, sizeof(*probe));

	probe->id = id;
	probe->process = &names_process(flow, pid)->process;
	probe->engine = &unknown_engine;
	probe->spec = &unknown_spec;
	probe->label = unknown_engine.label;
	probe->symbol = probe->object = "";
	probe->leave_mode = TT_LEAVE_RET;
	flow->probe_by_id[id] = probe;
	mem_grow(&flow->probes, &flow->probes_capacity, flow->probes_count + 1, sizeof(probe));
	flow->probes[flow->probes_count++] = probe;
	flow->view.probes = (const struct probe *const *)flow->probes;
	flow->view.probes_count = flow->probes_count;
	return probe;
}

/* A record whose PROBE was never seen (a damaged recording) is a stage named by its number. */
struct probe *names_probe(struct flow *flow, uint16_t id, uint32_t pid)
{
	struct probe *probe = flow->probe_by_id[id];
	struct engine_probe *spec;
	char name[16] = "probe#";
	char digits[8];
	size_t length = 0;

	if (probe)
		return probe;
	probe = add_probe(flow, id, pid);
	for (unsigned rest = id; rest || !length; rest /= 10)
		digits[length++] = (char)('0' + rest % 10);
	for (size_t i = 0; i < length; i++)
		name[6 + i] = digits[length - 1 - i];
	spec = arena_new(&flow->arena, sizeof(*spec));
	*spec = unknown_spec;
	spec->name = spec->stage = arena_string(&flow->arena, name, strlen(name));
	probe->spec = spec;
	probe->symbol = spec->name;
	return probe;
}

static const struct engine *find_engine(const struct engine_set *set, const char *name)
{
	for (size_t i = 0; set && i < set->engines_count; i++)
		if (!strcmp(set->engines[i].name, name))
			return &set->engines[i];
	return NULL;
}

static const struct engine_probe *find_spec(const struct engine *engine, const char *name)
{
	for (unsigned i = 0; engine && i < engine->probes_count; i++)
		if (!strcmp(engine->probes[i].name, name))
			return &engine->probes[i];
	return NULL;
}

/* The queue of the probe's own object, made when `make`. */
static struct queue *own_queue(struct process_state *process, const struct probe *probe, bool make)
{
	struct queue *queue = process->queues;

	while (queue && (queue->engine != probe->engine || strcmp(queue->object, probe->object)))
		queue = queue->next;
	if (queue || !make)
		return queue;
	queue = mem_new(sizeof(*queue));
	queue->engine = probe->engine;
	queue->object = probe->object;
	queue->next = process->queues;
	process->queues = queue;
	return queue;
}

static void note_audio(struct rate *rate, const struct engine_probe *spec, uint64_t at_ns)
{
	rate->reports_audio = true;
	if (spec->samples_arg < 0 || rate->reports_samples)
		return;
	rate->reports_samples = true;
	rate->reports_since_ns = at_ns;
}

void names_feed_probe(struct flow *flow, const struct tt_probe *record)
{
	char engine_name[sizeof(record->engine) + 1], label[sizeof(record->label) + 1];
	char probe_name[sizeof(record->probe_name) + 1];
	const struct engine *engine;
	const struct engine_probe *spec;
	struct process_state *process;
	struct probe *probe;

	copy_field(engine_name, record->engine, sizeof(record->engine));
	copy_field(label, record->label, sizeof(record->label));
	copy_field(probe_name, record->probe_name, sizeof(record->probe_name));
	engine = find_engine(flow->options.engines, engine_name);
	spec = find_spec(engine, probe_name);
	flow->probe_by_id[record->head.probe] = NULL;
	if (!spec) {
		names_probe(flow, record->head.probe, record->head.pid);
		return;
	}
	probe = add_probe(flow, record->head.probe, record->head.pid);
	probe->engine = engine;
	probe->spec = spec;
	probe->label = arena_string(&flow->arena, label, strlen(label));
	probe->symbol = arena_string(&flow->arena, record->symbol, strnlen(record->symbol, sizeof(record->symbol)));
	probe->object = arena_string(&flow->arena, record->object, strnlen(record->object, sizeof(record->object)));
	probe->leave_mode = record->leave_mode;
	probe->traits = record->traits;
	probe->cost_ns = record->cost_ns;
	process = names_process(flow, record->head.pid);
	if (engine->priority > process->top_priority)
		process->top_priority = engine->priority;
	if (spec->role == ROLE_AUDIO)
		note_audio(names_rate(process, engine), spec, record->head.at_ns);
	if (spec->role == ROLE_DEQUEUE)
		own_queue(process, probe, true)->has_worker_probe = true;
	series_probe(flow, process, probe);
}

/*
 * An engine may be in several objects: then what is submitted in one may be taken in another, and the only queue with a
 * worker is meant. Copies of an object have a worker each.
 */
struct queue *names_queue(struct process_state *process, const struct probe *probe)
{
	struct queue *own = own_queue(process, probe, false), *found = NULL;

	if (own && own->has_worker_probe)
		return own;
	for (struct queue *queue = process->queues; queue; queue = queue->next) {
		if (queue->engine != probe->engine || !queue->has_worker_probe)
			continue;
		if (found) /* which of them? neither */
			return own_queue(process, probe, true);
		found = queue;
	}
	return found ? found : own_queue(process, probe, true);
}

struct rate *names_rate(struct process_state *process, const struct engine *engine)
{
	struct rate *rate = process->rates;

	while (rate && rate->engine != engine)
		rate = rate->next;
	if (rate)
		return rate;
	rate = mem_new(sizeof(*rate));
	rate->engine = engine;
	rate->rate_hz = engine->audio_rate_hz;
	rate->channels = engine->audio_channels ? engine->audio_channels : 1;
	rate->next = process->rates;
	process->rates = rate;
	return rate;
}
