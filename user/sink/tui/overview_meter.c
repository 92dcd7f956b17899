// SPDX-License-Identifier: Apache-2.0
/*
 * A run that is not a second old, or was over before, has no samples: then the meter of the whole run tells.
 * In: its rows of requests, one per engine. Out: instances without series.
 * The rule that surprises: the meter does not know processes; with more than one the instance is of all of them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "base/units.h"
#include "base/window.h"
#include "sink/tui/overview.h"
#include "sink/words.h"

static double quantile(const struct hist *hist, double q, double unit)
{
	return window_supports(hist->count, q) ? (double)hist_quantile(hist, q) / unit : NAN;
}

static void take_distribution(double *values, const struct hist *hist, double unit)
{
	values[0] = quantile(hist, 0.5, unit);
	values[1] = quantile(hist, 0.95, unit);
	values[2] = quantile(hist, 0.99, unit);
	values[3] = hist->count ? (double)hist->max / unit : NAN;
}

static size_t in_flight(const struct view *view, const char *engine)
{
	size_t count = 0;

	for (const struct trace *trace = view->open_traces; trace; trace = trace->next_open)
		count += !strcmp(trace->engine, engine);
	return count;
}

static void take_values(struct overview_instance *instance, const struct view *view, const struct meter_row *row)
{
	double *values = instance->values, counted = (double)(row->count - row->cancelled_count);

	for (int i = 0; i < OVERVIEW_METRICS; i++)
		values[i] = NAN;
	instance->total = values[METRIC_REQUESTS] = (double)row->count;
	instance->seen_s = (double)(view->now_ns - view->meter->start_at_ns) / 1e9;
	values[METRIC_CANCELLED] = (double)row->cancelled_count;
	values[METRIC_ERRORS] = (double)row->errors_count;
	values[METRIC_IN_FLIGHT] = (double)in_flight(view, row->engine);
	if (counted > 0)
		values[METRIC_SUCCESS] = 1 - (double)row->errors_count / counted;
	take_distribution(&values[METRIC_DURATION_P50], &row->wall_ns, 1e9);
	take_distribution(&values[METRIC_AUDIO_P50], &row->first_audio_ns, 1e9);
	values[METRIC_FACTOR_P50] = quantile(&row->rtf_millionths, 0.5, 1e6);
	values[METRIC_FACTOR_P95] = quantile(&row->rtf_millionths, 0.95, 1e6);
	values[METRIC_FACTOR_MAX] = row->rtf_millionths.count ? (double)row->rtf_millionths.max / 1e6 : NAN;
	if (!row->split_wall_ns)
		return;
	values[METRIC_ONCPU] = (double)row->oncpu_ns / 1e9;
	values[METRIC_RUNQ] = (double)row->runq_ns / 1e9;
	values[METRIC_BLOCKED] = (double)row->blocked_ns / 1e9;
	values[METRIC_PREEMPTED] = (double)row->preempted_ns / 1e9;
}

static void name_it(struct overview_instance *instance, const struct view *view, const struct meter_row *row)
{
	const struct process *process = view->processes;
	bool is_one = process && !process->next;

	instance->engine = row->engine;
	instance->service = is_one ? process->service[0] ? process->service : process->comm : "several processes";
	snprintf(instance->own_pid, sizeof(instance->own_pid), "%" PRIu32, is_one ? process->pid : 0);
	instance->pid = is_one ? instance->own_pid : "all";
	instance->pid_number = is_one ? process->pid : 0;
	instance->id = table_mix(table_hash(TABLE_HASH, row->engine, strlen(row->engine))) | 1;
}

/* Without samples it is not known when: lately. */
static void take_loss(struct overview_instance *instance, const struct view *view)
{
	struct overview_loss *loss = &instance->loss;

	*loss = (struct overview_loss){0};
	for (uint32_t cause = 0; cause < WORDS_CAUSES; cause++) {
		uint64_t count = view->tallies->lost_count[cause];

		if (!words_cause(cause)->is_event_lost || !count)
			continue;
		loss->total_count += count;
		loss->lately_count += count;
		if (count > loss->cause_count) {
			loss->cause = cause;
			loss->cause_count = count;
		}
	}
}

static bool is_all_gone(const struct view *view)
{
	for (const struct process *process = view->processes; process; process = process->next)
		if (!process->is_gone && process->pid)
			return false;
	return view->processes;
}

void overview_take_meter(struct overview *overview, const struct desk *desk)
{
	const struct view *view = desk->view;
	size_t count = 0;

	if (!view->meter || !view->tallies)
		return;
	overview_drop_instances(overview);
	overview->instances = mem_array(view->meter->rows_count + 1, sizeof(*overview->instances));
	overview->order = mem_array(view->meter->rows_count + 1, sizeof(*overview->order));
	for (size_t i = 0; i < view->meter->rows_count; i++) {
		const struct meter_row *row = view->meter->rows[i];
		struct overview_instance *instance = &overview->instances[count];

		if (!row->is_request)
			continue;
		name_it(instance, view, row);
		take_values(instance, view, row);
		take_loss(instance, view);
		instance->is_gone = is_all_gone(view);
		instance->last_at_ms = (int64_t)(desk->at_axis_ns / 1000000u);
		overview_say_exit(instance, desk->tail);
		overview->order[count] = count;
		count++;
	}
	overview->instances_count = overview->shown_count = count;
}
