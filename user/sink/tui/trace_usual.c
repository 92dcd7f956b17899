// SPDX-License-Identifier: Apache-2.0
/*
 * In: the view. Out: medians. The rule that surprises: a median of fewer than USUAL_LEAST values is none, because the
 * trace that is judged is one of them.
 */
#include "sink/tui/trace_usual.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/query.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define USUAL_LEAST	5
#define USUAL_WINDOW_NS (300 * NS_PER_S)

struct usual_labels {
	struct query_label labels[4];
	size_t count;
	char pid[16];
};

static void usual_labels(struct usual_labels *labels, const char *engine, const struct process *process,
			 const char *stage)
{
	labels->count = 0;
	labels->labels[labels->count++] = (struct query_label){ "engine", engine ? engine : "" };
	if (process) {
		snprintf(labels->pid, sizeof(labels->pid), "%u", process->pid);
		labels->labels[labels->count++] = (struct query_label){ "service", process->service };
		labels->labels[labels->count++] = (struct query_label){ "pid", labels->pid };
	}
	if (stage)
		labels->labels[labels->count++] = (struct query_label){ "stage", stage };
}

static const struct meter_row *usual_row(const struct view *view, const char *engine, const char *stage)
{
	const struct meter *meter = view->meter;

	for (size_t i = 0; meter && i < meter->rows_count; i++) {
		const struct meter_row *row = meter->rows[i];

		if (!row->engine || !engine || strcmp(row->engine, engine) != 0)
			continue;
		if (stage ? !row->is_request && row->stage && !strcmp(row->stage, stage) : row->is_request)
			return row;
	}
	return NULL;
}

static double usual_of_run(const struct hist *hist, double q, double unit)
{
	return hist->count < USUAL_LEAST ? NAN : (double)hist_quantile(hist, q) / unit;
}

struct usual_metric {
	const char *name;
	const char *count; /* of its values */
};

/* The first metric that has a value, of enough of them. */
static double usual_ask(const struct desk *desk, const struct usual_labels *labels, const struct usual_metric *metrics,
			size_t metrics_count)
{
	for (size_t i = 0; i < metrics_count; i++) {
		double value = query_value(desk, metrics[i].name, labels->labels, labels->count);

		if (!isnan(value) && query_value(desk, metrics[i].count, labels->labels, labels->count) >= USUAL_LEAST)
			return value;
	}
	return NAN;
}

static double usual_increase(const struct desk *desk, const char *metric, const struct usual_labels *labels)
{
	struct series *const *series;
	size_t count = query_select(desk, metric, labels->labels, labels->count, &series);

	return query_increase(desk, series, count, USUAL_WINDOW_NS).increase;
}

/* Of the worker's time and of the queue, by request, over the last minutes. */
static void usual_means(struct trace_usual *usual, const struct desk *desk, const struct trace *trace)
{
	struct {
		const char *metric, *count, *stage;
		double *mean_s;
	} means[] = {
		{ "tts_oncpu_seconds_total", "tts_requests_total", "request", &usual->oncpu_s },
		{ "tts_runqueue_wait_seconds_total", "tts_requests_total", "request", &usual->runq_s },
		{ "tts_blocked_seconds_total", "tts_requests_total", "request", &usual->blocked_s },
		{ "tts_preempted_seconds_total", "tts_requests_total", "request", &usual->preempted_s },
		{ "tts_queue_wait_seconds_sum", "tts_queue_wait_seconds_count", NULL, &usual->queue_wait_s },
	};

	for (size_t i = 0; i < COUNT_OF(means); i++) {
		struct usual_labels labels;
		double sum, count;

		usual_labels(&labels, trace->engine, trace->process, means[i].stage);
		sum = usual_increase(desk, means[i].metric, &labels);
		usual_labels(&labels, trace->engine, trace->process, NULL);
		count = usual_increase(desk, means[i].count, &labels);
		*means[i].mean_s = count >= USUAL_LEAST ? sum / count : NAN;
	}
}

/* The same over the whole run. */
static void usual_means_of_run(struct trace_usual *usual, const struct meter_row *row)
{
	double count = (double)row->count;

	if (!isnan(usual->oncpu_s) || row->count < USUAL_LEAST)
		return;
	usual->oncpu_s = (double)row->oncpu_ns / 1e9 / count;
	usual->runq_s = (double)row->runq_ns / 1e9 / count;
	usual->blocked_s = (double)row->blocked_ns / 1e9 / count;
	usual->preempted_s = (double)row->preempted_ns / 1e9 / count;
	if (row->queue_wait_ns.count >= USUAL_LEAST)
		usual->queue_wait_s = (double)row->queue_wait_ns.sum / 1e9 / (double)row->queue_wait_ns.count;
}

static double usual_stage(const struct desk *desk, const struct trace *trace, const char *stage)
{
	static const struct usual_metric metrics[] = { { "tts:stage_duration_seconds:p50_1m",
							 "tts:stage_duration_seconds:count_1m" } };
	const struct meter_row *row;
	struct usual_labels labels;
	double value;

	usual_labels(&labels, trace->engine, trace->process, stage);
	value = usual_ask(desk, &labels, metrics, COUNT_OF(metrics));
	row = isnan(value) ? usual_row(desk->view, trace->engine, stage) : NULL;
	return row ? usual_of_run(&row->wall_ns, 0.5, NS_PER_S) : value;
}

static void usual_add_stage(struct trace_usual *usual, const struct desk *desk, const struct trace *trace,
			    const char *stage)
{
	if (!stage || usual->stages_count == USUAL_STAGES)
		return;
	for (size_t i = 0; i < usual->stages_count; i++)
		if (usual->stages[i].stage == stage || !strcmp(usual->stages[i].stage, stage))
			return;
	usual->stages[usual->stages_count++] = (struct usual_stage){ stage, usual_stage(desk, trace, stage) };
}

struct trace_usual trace_usual_of(const struct desk *desk, const struct trace *trace)
{
	static const struct usual_metric durations[] = { { "tts:request_duration_seconds:p50_5m",
							   "tts:request_duration_seconds:count_5m" } };
	static const struct usual_metric factors[] = { { "tts:realtime_factor:p50_5m",
							 "tts:realtime_factor:count_5m" } };
	struct trace_usual usual = { .stages_count = 0 };
	uint64_t ended_axis_ns = view_axis_ns(desk->view, trace->end_at_ns) + NS_PER_S; /* sampled by then */
	const struct meter_row *row = usual_row(desk->view, trace->engine, NULL);
	struct usual_labels labels;
	struct desk then = *desk;

	if (ended_axis_ns < then.at_axis_ns)
		then.at_axis_ns = ended_axis_ns;
	usual_labels(&labels, trace->engine, trace->process, NULL);
	usual.duration_s = usual_ask(&then, &labels, durations, COUNT_OF(durations));
	usual.rtf = usual_ask(&then, &labels, factors, COUNT_OF(factors));
	usual_means(&usual, &then, trace);
	if (row)
		usual_means_of_run(&usual, row);
	if (isnan(usual.duration_s) && row)
		usual.duration_s = usual_of_run(&row->wall_ns, 0.5, NS_PER_S);
	if (isnan(usual.rtf) && row)
		usual.rtf = usual_of_run(&row->rtf_millionths, 0.5, 1e6);
	for (size_t i = 0; i < trace->spans_count; i++)
		if (!i || trace->spans[i]->stage != trace->spans[i - 1]->stage)
			usual_add_stage(&usual, &then, trace, trace->spans[i]->stage);
	return usual;
}

double trace_usual_stage_s(const struct trace_usual *usual, const char *stage)
{
	for (size_t i = 0; stage && i < usual->stages_count; i++)
		if (usual->stages[i].stage == stage || !strcmp(usual->stages[i].stage, stage))
			return usual->stages[i].wall_s;
	return NAN;
}

double trace_usual_longest_s(const struct desk *desk, const char *engine, const struct process *process)
{
	static const struct usual_metric metrics[] = {
		{ "tts:request_duration_seconds:p95_5m", "tts:request_duration_seconds:count_5m" },
		{ "tts:request_duration_seconds:max_5m", "tts:request_duration_seconds:count_5m" },
	};
	const struct meter_row *row = usual_row(desk->view, engine, NULL);
	struct usual_labels labels;
	double value;

	usual_labels(&labels, engine, process, NULL);
	value = usual_ask(desk, &labels, metrics, COUNT_OF(metrics));
	return isnan(value) && row ? usual_of_run(&row->wall_ns, 0.95, NS_PER_S) : value;
}
