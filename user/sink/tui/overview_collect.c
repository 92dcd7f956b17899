// SPDX-License-Identifier: Apache-2.0
/*
 * In: the view at one second. Out: all numbers of the tab.
 * The rule that surprises: once per second of the view and no more: samples come no faster.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/tui/overview.h"
#include "sink/words.h"

#define REPLACED_FOR_MS	 300000 /* so long one that is gone is shown beside its successor */
#define TAIL_LOOK_BACK	 2000	/* records of the log, for how a process ended */
#define LOOK_BACK_MAX_MS (24 * 3600 * 1000ll)

struct desk overview_desk_of(const struct overview_instance *instance, const struct desk *desk)
{
	struct desk then = *desk;

	/* gauges end in the second in which counters have their last sample */
	if (instance->is_gone)
		then.at_axis_ns = (uint64_t)(instance->last_at_ms + 999) * 1000000u;
	return then;
}

/* Its last sample, wherever it is. */
static int64_t last_sample_ms(const struct series *series, int64_t at_ms)
{
	struct store_scratch scratch = {0};
	const struct sample *samples;
	int64_t last_ms = at_ms;

	for (int64_t back_ms = 10000; back_ms < LOOK_BACK_MAX_MS; back_ms *= 10) {
		size_t count = series_range(series, at_ms - back_ms, at_ms, &scratch, &samples);

		if (!count)
			continue;
		last_ms = samples[count - 1].at_ms;
		break;
	}
	free(scratch.samples);
	return last_ms;
}

/* The process that has that number; when several had it, the last. */
static const struct process *process_of(const struct view *view, uint32_t pid)
{
	const struct process *found = NULL;

	for (const struct process *process = view->processes; process; process = process->next)
		if (process->pid == pid && (!found || found->is_gone || !process->is_gone))
			found = process;
	return found;
}

static int64_t number_of(struct json_object *record, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(record, key, &value) ? json_object_get_int64(value) : -1;
}

/* The log has how it ended; the view has not. */
void overview_say_exit(struct overview_instance *instance, const struct tail *tail)
{
	const struct tail_record *record = tail ? tail_newest(tail) : NULL;
	struct json_object *parsed = NULL;

	snprintf(instance->gone, sizeof(instance->gone), "exited");
	for (int i = 0; record && i < TAIL_LOOK_BACK && !parsed; i++, record = record->older) {
		if (!strstr(record->line, "\"event\":\"process\"") || !strstr(record->line, "\"msg\":\"gone\""))
			continue;
		parsed = json_tokener_parse(record->line);
		if (!parsed || number_of(parsed, "pid") == (int64_t)instance->pid_number)
			continue;
		json_object_put(parsed);
		parsed = NULL;
	}
	if (parsed && number_of(parsed, "exit_signal") >= 0)
		snprintf(instance->gone, sizeof(instance->gone), "killed by signal %d",
			 (int)number_of(parsed, "exit_signal"));
	else if (parsed && number_of(parsed, "exit_code") >= 0)
		snprintf(instance->gone, sizeof(instance->gone), "exited with code %d",
			 (int)number_of(parsed, "exit_code"));
	json_object_put(parsed);
}

static void note_gone(struct overview_instance *instance, const struct desk *desk)
{
	const struct series *series = instance->series[METRIC_IN_FLIGHT];
	const struct process *process = process_of(desk->view, instance->pid_number);
	int64_t at_ms = (int64_t)(desk->at_axis_ns / 1000000u);
	struct sample sample;
	bool is_sampled = series && series_at(series, at_ms, &sample);

	if (is_sampled && !(process && process->is_gone)) {
		instance->is_gone = false;
		return;
	}
	if (instance->is_gone)
		return;
	instance->is_gone = true;
	instance->last_at_ms = series ? last_sample_ms(series, at_ms) : at_ms;
	if (process && !process->is_gone)
		snprintf(instance->gone, sizeof(instance->gone), "runs another program");
	else
		overview_say_exit(instance, desk->tail);
}

static bool is_counter(int metric)
{
	return metric == METRIC_REQUESTS || metric == METRIC_CANCELLED || metric == METRIC_EMPTY ||
	       (metric >= METRIC_ONCPU && metric <= METRIC_PREEMPTED);
}

static void take_values(struct overview *overview, struct overview_instance *instance, const struct desk *desk)
{
	struct desk then = overview_desk_of(instance, desk);
	int64_t at_ms = (int64_t)(then.at_axis_ns / 1000000u);
	struct sample sample;

	if (instance->is_gone && instance->has_final) /* they will not change any more */
		return;
	instance->has_final = instance->is_gone;
	for (int metric = 0; metric < OVERVIEW_METRICS; metric++) {
		const struct series *series = instance->series[metric];

		instance->values[metric] = NAN;
		if (series && is_counter(metric)) {
			struct series *one = (struct series *)(uintptr_t)series;
			struct query_increase seen = query_increase(&then, &one, 1, overview->span_ns);

			instance->values[metric] = seen.increase;
			if (metric == METRIC_REQUESTS)
				instance->seen_s = seen.seen_s;
		} else if (series && series_at(series, at_ms, &sample)) {
			instance->values[metric] = sample.value;
		}
	}
	instance->total =
		instance->series[METRIC_REQUESTS] && series_at(instance->series[METRIC_REQUESTS], at_ms, &sample)
			? sample.value
			: NAN;
}

/* Calls of its probes: what there is to tell before the first utterance. */
static void count_probes(struct overview *overview, const struct view *view)
{
	size_t from = 0;

	for (size_t i = 0; i < overview->instances_count; i++) {
		overview->instances[i].probes_count = 0;
		overview->instances[i].hits_count = 0;
	}
	for (size_t i = 0; i < view->probes_count && overview->instances_count; i++) {
		const struct probe *probe = view->probes[i];

		for (size_t j = 0; j < overview->instances_count; j++) {
			size_t at = (from + j) % overview->instances_count;
			struct overview_instance *instance = &overview->instances[at];

			if (!probe->process || instance->is_gone || instance->pid_number != probe->process->pid ||
			    strcmp(instance->engine, probe->label) != 0)
				continue;
			instance->probes_count++;
			instance->hits_count += probe->kernel_enters_count > probe->enters_count
							? probe->kernel_enters_count
							: probe->enters_count;
			from = at;
			break;
		}
	}
}

uint32_t overview_cause(const struct series *series)
{
	const char *key = labels_find(series_labels(series), "cause");

	for (uint32_t cause = 1; cause < WORDS_CAUSES && key; cause++)
		if (!strcmp(words_cause(cause)->key, key))
			return cause;
	return 0;
}

/* A series without a pid tells of what any of them may have lost. */
static void add_loss(struct overview *overview, const struct series *series, double total, double lately)
{
	const char *pid = labels_find(series_labels(series), "pid");
	uint32_t cause = overview_cause(series);

	if (!words_cause(cause)->is_event_lost && cause != TT_LOST_RECORDING)
		return;
	for (size_t i = 0; i < overview->instances_count; i++) {
		struct overview_instance *instance = &overview->instances[i];
		struct overview_loss *loss = &instance->loss;

		if (instance->is_gone || (pid && strcmp(pid, instance->pid) != 0))
			continue;
		loss->total_count += (uint64_t)total;
		loss->lately_count += (uint64_t)lately;
		if ((uint64_t)lately > loss->cause_count) {
			loss->cause = cause;
			loss->cause_count = (uint64_t)lately;
		}
	}
}

static void take_losses(struct overview *overview, const struct desk *desk)
{
	struct series *const *series;
	size_t count = query_select(desk, OVERVIEW_LOST, NULL, 0, &series);
	struct sample sample;

	for (size_t i = 0; i < overview->instances_count; i++)
		overview->instances[i].loss = (struct overview_loss){0};
	for (size_t i = 0; i < count; i++) {
		struct query_increase seen;

		if (!series_at(series[i], (int64_t)(desk->at_axis_ns / 1000000u), &sample) || sample.value <= 0)
			continue;
		seen = query_increase(desk, &series[i], 1, OVERVIEW_LATELY_NS);
		add_loss(overview, series[i], sample.value, isnan(seen.increase) ? 0 : seen.increase);
	}
}

/* A service that began again has an old instance that nobody needs to look at. */
static void drop_replaced(struct overview *overview, const struct desk *desk)
{
	int64_t at_ms = (int64_t)(desk->at_axis_ns / 1000000u);
	size_t kept = 0;

	for (size_t i = 0; i < overview->instances_count; i++) {
		struct overview_instance *gone = &overview->instances[i];

		gone->is_replaced = false;
		for (size_t j = 0; j < overview->instances_count && gone->is_gone && !gone->is_replaced; j++)
			gone->is_replaced = !overview->instances[j].is_gone &&
					    !strcmp(overview->instances[j].engine, gone->engine) &&
					    !strcmp(overview->instances[j].service, gone->service);
	}
	for (size_t i = 0; i < overview->instances_count; i++) {
		const struct overview_instance *instance = &overview->instances[i];

		if (!instance->is_replaced || instance->last_at_ms + REPLACED_FOR_MS > at_ms)
			overview->order[kept++] = i;
	}
	overview->shown_count = kept;
}

static void take_instances(struct overview *overview, const struct desk *desk)
{
	for (size_t i = 0; i < overview->instances_count; i++) {
		note_gone(&overview->instances[i], desk);
		take_values(overview, &overview->instances[i], desk);
	}
	drop_replaced(overview, desk);
	count_probes(overview, desk->view);
	take_losses(overview, desk);
}

/* Is what is there of this instant? A run without samples is looked at every time: it is not a second old. */
static bool is_fresh(const struct overview *overview, const struct desk *desk)
{
	return overview->has_collected && !overview->is_stale && overview->has_ended == !!desk->view->end_reason &&
	       overview->second == desk->at_axis_ns / NS_PER_S &&
	       overview->rules_generation == desk->view->rules_generation && overview->has_samples &&
	       !strcmp(overview->suffix, desk_percentile_suffix(desk));
}

void overview_collect(struct overview *overview, struct desk *desk)
{
	const char *suffix = desk_percentile_suffix(desk);
	struct series *const *series;
	uint64_t generation;

	if (!desk->view || !desk->view->store || is_fresh(overview, desk))
		return;
	generation = store_generation(desk->view->store);
	overview->has_samples = query_select(desk, OVERVIEW_EACH, NULL, 0, &series);
	if (overview->has_samples && (!overview->has_collected || overview->store_generation != generation ||
				      strcmp(overview->suffix, suffix) != 0)) {
		overview->suffix = suffix;
		overview_find(overview, desk);
		overview->store_generation = generation;
	}
	overview->suffix = suffix;
	overview->span_ns = (strcmp(suffix, "5m") ? 60 : 300) * NS_PER_S;
	overview->has_collected = true;
	overview->is_stale = false;
	overview->has_ended = desk->view->end_reason;
	overview->second = desk->at_axis_ns / NS_PER_S;
	overview->rules_generation = desk->view->rules_generation;
	if (overview->has_samples)
		take_instances(overview, desk);
	else
		overview_take_meter(overview, desk);
	overview_take_self(overview, desk);
	overview_judge(overview, desk);
	overview_take_alerts(overview, desk);
	overview_sort(overview);
}
