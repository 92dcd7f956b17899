// SPDX-License-Identifier: Apache-2.0
/*
 * Which instances there are. In: the series of the windows. Out: instances, each with its series.
 * The rule that surprises: it is done anew only when a series came or went; one walk per metric, not one selection
 * per instance, because there may be hundreds.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "sink/tui/overview.h"

#define WORKER "request" /* the stage that stands for the thread that does the work */

enum scope { OF_INSTANCE, OF_WORKER, OF_PROCESS };

static const struct {
	const char *name_1m, *name_5m; /* NULL = the same */
	enum scope scope;
} metrics[OVERVIEW_METRICS] = {
	[METRIC_REQUESTS] = {OVERVIEW_EACH, NULL, OF_INSTANCE},
	[METRIC_CANCELLED] = {"tts_requests_cancelled_total", NULL, OF_INSTANCE},
	[METRIC_EMPTY] = {"tts_requests_empty_total", NULL, OF_INSTANCE},
	[METRIC_ERRORS] = {"tts:request_errors:count_1m", "tts:request_errors:count_5m", OF_INSTANCE},
	[METRIC_IN_FLIGHT] = {"tts_requests_in_flight", NULL, OF_INSTANCE},
	[METRIC_OLDEST] = {"tts_request_oldest_seconds", NULL, OF_INSTANCE},
	[METRIC_QUEUE] = {"tts_queue_depth", NULL, OF_INSTANCE},
	[METRIC_SUCCESS] = {"tts:request_success:ratio_1m", "tts:request_success:ratio_5m", OF_INSTANCE},
	[METRIC_DURATION_P50] = {"tts:request_duration_seconds:p50_1m", "tts:request_duration_seconds:p50_5m",
				 OF_INSTANCE},
	[METRIC_DURATION_P95] = {"tts:request_duration_seconds:p95_1m", "tts:request_duration_seconds:p95_5m",
				 OF_INSTANCE},
	[METRIC_DURATION_P99] = {"tts:request_duration_seconds:p99_1m", "tts:request_duration_seconds:p99_5m",
				 OF_INSTANCE},
	[METRIC_DURATION_MAX] = {"tts:request_duration_seconds:max_1m", "tts:request_duration_seconds:max_5m",
				 OF_INSTANCE},
	[METRIC_AUDIO_P50] = {"tts:first_audio_seconds:p50_1m", "tts:first_audio_seconds:p50_5m", OF_INSTANCE},
	[METRIC_AUDIO_P95] = {"tts:first_audio_seconds:p95_1m", "tts:first_audio_seconds:p95_5m", OF_INSTANCE},
	[METRIC_AUDIO_P99] = {"tts:first_audio_seconds:p99_1m", "tts:first_audio_seconds:p99_5m", OF_INSTANCE},
	[METRIC_AUDIO_MAX] = {"tts:first_audio_seconds:max_1m", "tts:first_audio_seconds:max_5m", OF_INSTANCE},
	[METRIC_FACTOR_P50] = {"tts:realtime_factor:p50_1m", "tts:realtime_factor:p50_5m", OF_INSTANCE},
	[METRIC_FACTOR_P95] = {"tts:realtime_factor:p95_1m", "tts:realtime_factor:p95_5m", OF_INSTANCE},
	[METRIC_FACTOR_MAX] = {"tts:realtime_factor:max_1m", "tts:realtime_factor:max_5m", OF_INSTANCE},
	[METRIC_ONCPU] = {"tts_oncpu_seconds_total", NULL, OF_WORKER},
	[METRIC_RUNQ] = {"tts_runqueue_wait_seconds_total", NULL, OF_WORKER},
	[METRIC_BLOCKED] = {"tts_blocked_seconds_total", NULL, OF_WORKER},
	[METRIC_PREEMPTED] = {"tts_preempted_seconds_total", NULL, OF_WORKER},
	[METRIC_CPU] = {"tts_process_cpu_ratio", NULL, OF_PROCESS},
	[METRIC_MEMORY] = {"tts_process_resident_memory_bytes", NULL, OF_PROCESS},
	[METRIC_THREADS] = {"tts_process_threads", NULL, OF_PROCESS},
};

static const char *metric_name(enum overview_metric metric, const char *suffix)
{
	return metrics[metric].name_5m && !strcmp(suffix, "5m") ? metrics[metric].name_5m : metrics[metric].name_1m;
}

static const char *label(const struct series *series, const char *name)
{
	const char *value = labels_find(series_labels(series), name);

	return value ? value : ""; /* an empty one is absent */
}

static bool is_same(const char *a, const char *b)
{
	return a == b || !strcmp(a, b);
}

static struct overview_instance describe(const struct series *series)
{
	struct overview_instance instance = {
		.engine = label(series, "engine"), .service = label(series, "service"), .pid = label(series, "pid")};
	uint64_t hash = table_hash(TABLE_HASH, instance.engine, strlen(instance.engine) + 1);

	hash = table_hash(hash, instance.service, strlen(instance.service) + 1);
	hash = table_hash(hash, instance.pid, strlen(instance.pid) + 1);
	instance.id = hash ? hash : 1;
	instance.pid_number = (uint32_t)strtoul(instance.pid, NULL, 10);
	return instance;
}

/* What was known of it before, lines included. */
static void keep(struct overview *overview, struct overview_instance *instance, size_t *from)
{
	const struct overview_instance own = *instance;

	for (size_t i = 0; i < overview->instances_count; i++) {
		size_t at = (*from + i) % overview->instances_count;
		struct overview_instance *old = &overview->instances[at];

		if (old->id != instance->id)
			continue;
		*instance = *old;
		instance->engine = own.engine;
		instance->service = own.service;
		instance->pid = own.pid;
		memset(instance->series, 0, sizeof(instance->series));
		instance->has_final = false;
		memset(old->lines, 0, sizeof(old->lines)); /* they have moved */
		*from = at + 1;
		return;
	}
}

static void forget_lines(struct overview_instance *instances, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t line = 0; line < OVERVIEW_LINES; line++)
			line_fini(&instances[i].lines[line]);
}

void overview_drop_instances(struct overview *overview)
{
	forget_lines(overview->instances, overview->instances_count);
	free(overview->instances);
	free(overview->order);
	overview->instances = NULL;
	overview->order = NULL;
	overview->instances_count = overview->shown_count = 0;
}

static void find_instances(struct overview *overview, const struct desk *desk)
{
	struct series *const *series;
	size_t count = query_select(desk, OVERVIEW_EACH, NULL, 0, &series), from = 0;
	struct overview_instance *instances = mem_array(count ? count : 1, sizeof(*instances));

	for (size_t i = 0; i < count; i++) {
		instances[i] = describe(series[i]);
		keep(overview, &instances[i], &from);
	}
	overview_drop_instances(overview);
	overview->instances = instances;
	overview->instances_count = count;
	overview->order = mem_array(count ? count : 1, sizeof(*overview->order));
	for (size_t i = 0; i < count; i++)
		overview->order[i] = i;
}

/* Series come in the order of instances: the next one is nearly always the next one. */
static void give_to_one(struct overview *overview, enum overview_metric metric, const struct series *series,
			size_t *from)
{
	const char *engine = label(series, "engine"), *service = label(series, "service"),
		   *pid = label(series, "pid");

	for (size_t i = 0; i < overview->instances_count; i++) {
		size_t at = (*from + i) % overview->instances_count;
		struct overview_instance *instance = &overview->instances[at];

		if (!is_same(instance->pid, pid) || !is_same(instance->engine, engine) ||
		    !is_same(instance->service, service))
			continue;
		instance->series[metric] = series;
		*from = at + 1;
		return;
	}
}

static void give_to_all(struct overview *overview, enum overview_metric metric, const struct series *series)
{
	const char *service = label(series, "service"), *pid = label(series, "pid");

	for (size_t i = 0; i < overview->instances_count; i++)
		if (is_same(overview->instances[i].pid, pid) && is_same(overview->instances[i].service, service))
			overview->instances[i].series[metric] = series;
}

void overview_find(struct overview *overview, const struct desk *desk)
{
	static const struct query_label worker = {"stage", WORKER};

	find_instances(overview, desk);
	for (int metric = 0; metric < OVERVIEW_METRICS; metric++) {
		const char *name = metric_name((enum overview_metric)metric, overview->suffix);
		bool is_worker = metrics[metric].scope == OF_WORKER;
		struct series *const *series;
		size_t count = query_select(desk, name, &worker, is_worker, &series), from = 0;

		for (size_t i = 0; i < count; i++)
			if (metrics[metric].scope == OF_PROCESS)
				give_to_all(overview, (enum overview_metric)metric, series[i]);
			else
				give_to_one(overview, (enum overview_metric)metric, series[i], &from);
	}
}

void overview_forget(struct overview *overview)
{
	overview_drop_instances(overview);
	overview->alerts_count = overview->stages_count = 0;
	overview->firing_count = overview->pending_count = overview->held_down_count = overview->ended_count = 0;
	overview->heard_count = 0;
	overview->stages_id = 0;
	overview->has_collected = false;
	overview->store_generation = 0;
	overview->self = (struct overview_self){.events_per_s = (double)NAN};
}
