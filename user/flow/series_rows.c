/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of rows: made when something of a process, an engine or a stage is first seen, gone with the process's
 * image. In: processes, probes and traces that come and go. Out: rows to count in. The rule that surprises: the
 * stages of probes are reserved when the probe is named, so that a target that invents stage names can use up the
 * limit but not push out the stages that its engine file knows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/series.h"

static char *clean(const char *raw)
{
	struct buf out = {0};

	text_clean(&out, raw, strlen(raw), false);
	return out.bytes ? out.bytes : mem_string("");
}

static void add_label(struct series_row *row, const char *name, const char *value)
{
	row->labels[row->labels_count++] = (struct label){name, value};
}

static bool take_row(struct flow *flow)
{
	if (flow->book->rows_count >= LIMIT_SERIES_ROWS) {
		flow->tallies.let_go[LET_GO_METER_ROWS]++;
		return false;
	}
	flow->book->rows_count++;
	return true;
}

void series_process(struct flow *flow, struct process_state *process)
{
	struct series_book *book = flow->book;
	struct process_series *series;

	if (process->series || !process->process.pid || process->process.is_gone)
		return;
	if (labels_pool_bytes(store_labels(flow->view.store)) > LIMIT_LABELS_BYTES) {
		flow->tallies.let_go[LET_GO_METER_ROWS]++;
		return;
	}
	if (!take_row(flow))
		return;
	series = mem_new(sizeof(*series));
	series->process = process;
	series->service = clean(process->process.service);
	snprintf(series->pid, sizeof(series->pid), "%" PRIu32, process->process.pid);
	add_label(&series->row, "service", series->service);
	add_label(&series->row, "pid", series->pid);
	series->prev = book->processes_tail;
	if (book->processes_tail)
		book->processes_tail->next = series;
	else
		book->processes = series;
	book->processes_tail = series;
	process->series = series;
}

static void forget_open_traces(struct instance *instance)
{
	struct trace_state *next;

	for (struct trace_state *trace = instance->oldest_open; trace; trace = next) {
		next = trace->instance_next;
		trace->instance = NULL;
		trace->instance_prev = trace->instance_next = NULL;
	}
	instance->oldest_open = instance->newest_open = NULL;
	instance->in_flight_count = 0;
}

static void forget_stages(struct series_book *book, struct process_series *series)
{
	for (struct stage_row *stage = series->stages; stage; stage = stage->next) {
		struct stage_row *head = table_find(&book->stage_by_key, stage->key), *before = head;

		if (head == stage) {
			table_remove(&book->stage_by_key, stage->key);
			if (stage->next_of_key)
				table_put(&book->stage_by_key, stage->key, stage->next_of_key);
			continue;
		}
		while (before->next_of_key != stage)
			before = before->next_of_key;
		before->next_of_key = stage->next_of_key;
	}
}

void series_process_left(struct flow *flow, struct process_state *process)
{
	struct series_book *book = flow->book;
	struct process_series *series = process->series;

	if (!series)
		return;
	process->series = NULL;
	if (series->prev)
		series->prev->next = series->next;
	else
		book->processes = series->next;
	if (series->next)
		series->next->prev = series->prev;
	else
		book->processes_tail = series->prev;
	for (struct instance *instance = series->instances; instance; instance = instance->next)
		forget_open_traces(instance);
	forget_stages(book, series);
	series->prev = NULL;
	series->next = book->leaving;
	book->leaving = series;
}

static void free_stage(struct stage_row *stage)
{
	row_fini(&stage->row);
	distribution_fini(&stage->wall);
	free(stage->engine);
	free(stage->stage);
	free(stage->engine_raw);
	free(stage->stage_raw);
	free(stage);
}

static void free_instance(struct instance *instance)
{
	row_fini(&instance->row);
	row_fini(&instance->thresholds);
	distribution_fini(&instance->duration_ns);
	distribution_fini(&instance->first_audio_ns);
	distribution_fini(&instance->rtf_millionths);
	distribution_fini(&instance->queue_wait_ns);
	distribution_fini(&instance->text_bytes);
	for (int span = 0; span < METRIC_WINDOW_SPANS; span++)
		window_sums_fini(&instance->outcomes[span]);
	window_sums_fini(&instance->starved);
	window_sums_fini(&instance->share);
	free(instance->label);
	free(instance->label_raw);
	free(instance);
}

void rows_free_process(struct series_book *book, struct process_series *process)
{
	struct instance *next_instance;
	struct stage_row *next_stage;
	struct probe_row *next_probe;

	book->rows_count--;
	for (struct instance *instance = process->instances; instance; instance = next_instance) {
		next_instance = instance->next;
		free_instance(instance);
		book->rows_count--;
	}
	for (struct stage_row *stage = process->stages; stage; stage = next_stage) {
		next_stage = stage->next;
		free_stage(stage);
		book->rows_count--;
	}
	for (struct probe_row *probe = process->probes; probe; probe = next_probe) {
		next_probe = probe->next;
		row_fini(&probe->row);
		free(probe->engine);
		free(probe->name);
		free(probe->probes);
		free(probe);
		book->rows_count--;
	}
	row_fini(&process->row);
	free(process->service);
	free(process);
}

struct instance *instance_get(struct flow *flow, struct process_series *process, const struct engine *engine,
			      const char *label)
{
	struct window_budget *budget = &flow->book->budget;
	struct instance *instance;

	for (instance = process->instances; instance; instance = instance->next)
		if (!strcmp(instance->label_raw, label))
			return instance;
	if (!take_row(flow))
		return NULL;
	instance = mem_new(sizeof(*instance));
	instance->process = process;
	instance->engine = engine;
	instance->label = clean(label);
	instance->label_raw = mem_string(label);
	distribution_init(&instance->duration_ns, budget, METRIC_WINDOW_SPANS);
	distribution_init(&instance->first_audio_ns, budget, METRIC_WINDOW_SPANS);
	distribution_init(&instance->rtf_millionths, budget, METRIC_WINDOW_SPANS);
	distribution_init(&instance->queue_wait_ns, budget, METRIC_WINDOW_SPANS);
	distribution_init(&instance->text_bytes, budget, 0);
	for (int span = 0; span < METRIC_WINDOW_SPANS; span++)
		window_sums_init(&instance->outcomes[span], metrics_span_s((enum metric_span)span));
	window_sums_init(&instance->starved, metrics_span_s(SPAN_1M));
	window_sums_init(&instance->share, metrics_span_s(SPAN_5M));
	instance->worker = stage_get(flow, process, label, "request");
	add_label(&instance->row, "engine", instance->label);
	add_label(&instance->row, "service", process->service);
	add_label(&instance->row, "pid", process->pid);
	memcpy(instance->thresholds.labels, instance->row.labels, sizeof(instance->row.labels));
	instance->thresholds.labels_count = instance->row.labels_count;
	if (process->instances_tail)
		process->instances_tail->next = instance;
	else
		process->instances = instance;
	process->instances_tail = instance;
	return instance;
}

/* Only ever a key of the table: no order depends on it. */
static uint64_t stage_key(const struct process_series *process, const char *engine, const char *stage)
{
	uint64_t hash = TABLE_HASH ^ (uint64_t)(uintptr_t)process;

	return table_hash(table_hash(hash, engine, strlen(engine) + 1), stage, strlen(stage));
}

struct stage_row *stage_get(struct flow *flow, struct process_series *process, const char *engine, const char *stage)
{
	struct series_book *book = flow->book;
	uint64_t key = stage_key(process, engine, stage);
	struct stage_row *head = table_find(&book->stage_by_key, key), *row;

	for (row = head; row; row = row->next_of_key)
		if (row->process == process && !strcmp(row->stage_raw, stage) && !strcmp(row->engine_raw, engine))
			return row;
	if (process->stages_count >= LIMIT_STAGES_PER_PROCESS) {
		flow->tallies.let_go[LET_GO_METER_ROWS]++;
		return NULL;
	}
	if (!take_row(flow))
		return NULL;
	row = mem_new(sizeof(*row));
	row->process = process;
	row->key = key;
	row->engine = clean(engine);
	row->stage = clean(stage);
	row->engine_raw = mem_string(engine);
	row->stage_raw = mem_string(stage);
	distribution_init(&row->wall, &book->budget, 1);
	add_label(&row->row, "engine", row->engine);
	add_label(&row->row, "service", process->service);
	add_label(&row->row, "pid", process->pid);
	add_label(&row->row, "stage", row->stage);
	row->next_of_key = head;
	table_put(&book->stage_by_key, key, row);
	process->stages_count++;
	if (process->stages_tail)
		process->stages_tail->next = row;
	else
		process->stages = row;
	process->stages_tail = row;
	return row;
}

static struct probe_row *probe_row_get(struct flow *flow, struct process_series *series, const struct probe *probe)
{
	struct probe_row *row;

	for (row = series->probes; row; row = row->next)
		if (!strcmp(row->probes[0]->label, probe->label) &&
		    !strcmp(row->probes[0]->spec->name, probe->spec->name))
			return row;
	if (!take_row(flow))
		return NULL;
	row = mem_new(sizeof(*row));
	row->engine = clean(probe->label);
	row->name = clean(probe->spec->name);
	add_label(&row->row, "engine", row->engine);
	add_label(&row->row, "service", series->service);
	add_label(&row->row, "pid", series->pid);
	add_label(&row->row, "role", metrics_role(probe->spec->role));
	if (series->probes_tail)
		series->probes_tail->next = row;
	else
		series->probes = row;
	series->probes_tail = row;
	return row;
}

void series_probe(struct flow *flow, struct process_state *process, const struct probe *probe)
{
	struct process_series *series = process->series;
	const struct engine_probe *spec = probe->spec;
	struct probe_row *row;

	if (!series)
		return;
	if (!spec->stage_from_name && spec->role != ROLE_REQUEST && spec->role != ROLE_ERROR)
		stage_get(flow, series, probe->label, spec->stage ? spec->stage : spec->name);
	row = probe_row_get(flow, series, probe);
	if (!row)
		return;
	mem_grow(&row->probes, &row->probes_capacity, row->probes_count + 1, sizeof(probe));
	row->probes[row->probes_count++] = probe;
	series->has_new_probes = true;
}

void series_open(struct flow *flow, struct trace_state *trace, const char *engine)
{
	struct process_series *series = trace->process->series;
	struct instance *instance = series ? instance_get(flow, series, trace->engine, engine) : NULL;

	if (!instance)
		return;
	trace->instance = instance;
	trace->instance_prev = instance->newest_open;
	if (instance->newest_open)
		instance->newest_open->instance_next = trace;
	else
		instance->oldest_open = trace;
	instance->newest_open = trace;
	instance->in_flight_count++;
}

void series_close(struct trace_state *trace)
{
	struct instance *instance = trace->instance;

	if (!instance)
		return;
	if (trace->instance_prev)
		trace->instance_prev->instance_next = trace->instance_next;
	else
		instance->oldest_open = trace->instance_next;
	if (trace->instance_next)
		trace->instance_next->instance_prev = trace->instance_prev;
	else
		instance->newest_open = trace->instance_prev;
	instance->in_flight_count--;
}
