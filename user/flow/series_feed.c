/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens is counted here, as it is fed.
 * In: closed spans and traces, samples of /proc, losses. Out: the counts and windows of the rows.
 * The rule that surprises: what loss touched is counted but is in no distribution (as in meter.c), and is never
 * called empty: the audio may be what was lost.
 */
#include <string.h>

#include "flow/series.h"

#define LONG_AUDIO_NS (3 * 1000000000ull)

static void add_split(struct split *split, const struct span *span)
{
	if (!span->has_split)
		return;
	split->wall_ns += span->wall_ns;
	split->oncpu_ns += span->oncpu_ns;
	split->runq_ns += span->runq_ns;
	split->blocked_ns += span->blocked_ns;
	split->preempted_ns += span->preempted_ns;
}

void series_span(struct flow *flow, const struct span *span)
{
	/* The process outlives the span, and only flow changes it: the const is for the sinks. */
	struct process_state *process = (struct process_state *)(uintptr_t)span->process;
	struct stage_row *row = process->series ? stage_get(flow, process->series, span->engine, span->stage) : NULL;

	if (!row)
		return;
	row->is_used = true;
	if (!span->incomplete && span->status != STATUS_NO_END)
		distribution_add(&row->wall, METRIC_STAGE_DURATION,
				 series_second(flow, span->start_at_ns + span->wall_ns), span->wall_ns);
	if (strcmp(span->stage, "request") != 0) /* nested requests: that row's split is the worker's */
		add_split(&row->split, span);
}

/* An audio call whose length could not be read is no proof of silence. */
static bool has_unread_audio(const struct trace *trace)
{
	if (trace->spans_dropped_count)
		return true;
	for (size_t i = 0; i < trace->spans_count; i++)
		if (trace->spans[i]->role == ROLE_AUDIO && !trace->spans[i]->has_samples)
			return true;
	return false;
}

static bool is_empty(const struct trace_state *state)
{
	const struct trace *trace = &state->trace;
	const struct rate *rate;

	if (trace->status != STATUS_OK || trace->incomplete || trace->audio_samples_count)
		return false;
	if (trace->has_text && !trace->text_bytes)
		return false;
	rate = names_rate(state->process, state->engine);
	return rate->reports_samples && rate->reports_since_ns <= trace->start_at_ns && !has_unread_audio(trace);
}

static void count_outcome(struct instance *instance, uint64_t second, const struct trace *trace)
{
	bool is_error = status_has_failed(trace->status, trace->incomplete);

	instance->requests_count++;
	instance->errors_count += is_error;
	instance->incomplete_count += trace->incomplete;
	instance->audio_ns += trace->audio_ns;
	if (trace->status == STATUS_CANCELLED) {
		instance->cancelled_count++;
		return;
	}
	for (int span = 0; span < METRIC_WINDOW_SPANS; span++)
		window_sums_add(&instance->outcomes[span], second, 1, is_error);
}

static void measure(struct instance *instance, uint64_t second, const struct trace *trace)
{
	if (trace->has_text && !trace->text_cut)
		distribution_add(&instance->text_bytes, METRIC_TEXT_BYTES, second, trace->text_bytes);
	if (trace->has_queue_wait)
		distribution_add(&instance->queue_wait_ns, METRIC_QUEUE_WAIT, second, trace->queue_wait_ns);
	if (trace->has_first_audio)
		distribution_add(&instance->first_audio_ns, METRIC_FIRST_AUDIO, second, trace->first_audio_ns);
	if (trace->status != STATUS_OK)
		return;
	distribution_add(&instance->duration_ns, METRIC_REQUEST_DURATION, second, trace->duration_ns);
	if (trace->has_rtf && trace->rtf < 1e9)
		distribution_add(&instance->rtf_millionths, METRIC_REALTIME_FACTOR, second,
				 (uint64_t)(trace->rtf * 1e6 + 0.5));
	if (trace->has_first_audio && trace->audio_ns >= LONG_AUDIO_NS && trace->duration_ns) {
		double share = (double)trace->first_audio_ns / (double)trace->duration_ns;

		window_sums_add(&instance->share, second, (uint64_t)((share < 1 ? share : 1) * 1e6 + 0.5), 1);
	}
}

void series_trace(struct flow *flow, struct trace_state *state)
{
	const struct trace *trace = &state->trace;
	const struct span *worker = trace_worker(trace);
	struct instance *instance = state->instance;
	uint64_t second;

	if (!instance)
		return;
	second = series_second(flow, trace->end_at_ns);
	count_outcome(instance, second, trace);
	state->trace.empty = is_empty(state);
	instance->empty_count += trace->empty;
	if (instance->worker) {
		instance->worker->is_used = true;
		add_split(&instance->worker->split, worker);
	}
	if (worker->has_split)
		window_sums_add(&instance->starved, second, worker->runq_ns + worker->preempted_ns, worker->wall_ns);
	if (!trace->incomplete)
		measure(instance, second, trace);
	exemplars_note(instance, second, trace);
}

static void take_cpu(struct cpu_gauge *gauge, uint64_t at_ns, uint64_t cpu_ns)
{
	if (gauge->at_ns && at_ns > gauge->at_ns && cpu_ns >= gauge->cpu_ns) {
		gauge->has_ratio = true;
		gauge->ratio = (double)(cpu_ns - gauge->cpu_ns) / (double)(at_ns - gauge->at_ns);
	}
	if (at_ns == gauge->at_ns)
		return;
	gauge->at_ns = at_ns;
	gauge->cpu_ns = cpu_ns;
}

void series_gauge(struct flow *flow, const struct tt_gauge *record)
{
	struct process_state *process = table_find(&flow->process_by_pid, record->head.pid);
	struct process_series *series = process ? process->series : NULL;
	uint64_t at_ns = record->head.at_ns ? record->head.at_ns : 1;

	if (record->what == TT_GAUGE_SELF_CPU_NS) {
		take_cpu(&flow->book->self_cpu, at_ns, record->value);
	} else if (record->what == TT_GAUGE_SELF_RSS_BYTES) {
		flow->book->self_resident_bytes = record->value;
		flow->book->self_resident_at_ns = at_ns;
	} else if (series && record->what == TT_GAUGE_CPU_NS) {
		take_cpu(&series->cpu, at_ns, record->value);
	} else if (series && record->what == TT_GAUGE_RSS_BYTES) {
		series->resident_bytes = record->value;
		series->resident_at_ns = at_ns;
	} else if (series && record->what == TT_GAUGE_THREADS_COUNT) {
		series->threads_count = record->value;
		series->threads_at_ns = at_ns;
	}
}

void series_lost(struct flow *flow, const struct process_state *process, uint32_t cause, uint64_t count)
{
	uint64_t *lost_count = process && process->series ? process->series->lost_count : flow->book->lost_count;

	lost_count[cause <= TT_LOST_RECORDING ? cause : 0] += count;
}
