/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distributions per engine and stage, of the whole run and of the current interval.
 * In: closed spans and traces. Out: struct meter in the view.
 * The rule that surprises: what loss touched is counted but stays out of the percentiles, and a request's row has the
 * split of the thread that did the work (the worker's, in an asynchronous engine), never a sum over threads.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/state.h"

static void init_row(struct meter_row *row)
{
	hist_init(&row->wall_ns);
	hist_init(&row->first_audio_ns);
	hist_init(&row->rtf_millionths);
	hist_init(&row->text_bytes);
	hist_init(&row->queue_wait_ns);
}

static void fini_row(struct meter_row *row)
{
	hist_fini(&row->wall_ns);
	hist_fini(&row->first_audio_ns);
	hist_fini(&row->rtf_millionths);
	hist_fini(&row->text_bytes);
	hist_fini(&row->queue_wait_ns);
}

static struct meter_row *find_row(struct flow *flow, struct meter *meter, const char *engine, const char *stage,
				  bool is_request)
{
	size_t capacity = LIMIT_METER_ROWS;
	struct meter_row *row;

	for (size_t i = 0; i < meter->rows_count; i++) {
		row = meter->rows[i];
		if (row->is_request == is_request && !strcmp(row->engine, engine) && !strcmp(row->stage, stage))
			return row;
	}
	if (meter->rows_count >= LIMIT_METER_ROWS) {
		let_go(flow, LET_GO_METER_ROWS);
		return NULL;
	}
	if (!meter->rows)
		meter->rows = mem_array(capacity, sizeof(*meter->rows));
	row = mem_new(sizeof(*row));
	row->engine = arena_string(&flow->meter_arena, engine, strlen(engine));
	row->stage = arena_string(&flow->meter_arena, stage, strlen(stage));
	row->is_request = is_request;
	init_row(row);
	meter->rows[meter->rows_count++] = row;
	return row;
}

static void count_status(struct meter_row *row, enum span_status status, bool incomplete)
{
	row->count++;
	row->cancelled_count += status == STATUS_CANCELLED;
	row->errors_count += status_has_failed(status, incomplete);
	if (incomplete)
		row->incomplete_count++;
}

static void add_split(struct meter_row *row, const struct span *span)
{
	if (!span->has_split)
		return;
	row->split_wall_ns += span->wall_ns;
	row->oncpu_ns += span->oncpu_ns;
	row->runq_ns += span->runq_ns;
	row->blocked_ns += span->blocked_ns;
	row->preempted_ns += span->preempted_ns;
}

static void meter_add_span(struct flow *flow, struct meter *meter, const struct span *span)
{
	struct meter_row *row = find_row(flow, meter, span->engine, span->stage, false);

	if (!row)
		return;
	count_status(row, span->status, span->incomplete);
	if (!span->incomplete && span->status != STATUS_NO_END)
		hist_add(&row->wall_ns, span->wall_ns);
	add_split(row, span);
}

static void meter_add_trace(struct flow *flow, struct meter *meter, const struct trace *trace)
{
	struct meter_row *row = find_row(flow, meter, trace->engine, "request", true);

	if (!row)
		return;
	count_status(row, trace->status, trace->incomplete);
	add_split(row, trace_worker(trace));
	row->audio_ns += trace->audio_ns;
	row->audio_samples_count += trace->audio_samples_count;
	if (trace->incomplete)
		return;
	if (trace->has_text && !trace->text_cut)
		hist_add(&row->text_bytes, trace->text_bytes);
	if (trace->has_queue_wait)
		hist_add(&row->queue_wait_ns, trace->queue_wait_ns);
	if (trace->has_first_audio)
		hist_add(&row->first_audio_ns, trace->first_audio_ns);
	if (trace->status != STATUS_OK)
		return;
	hist_add(&row->wall_ns, trace->duration_ns);
	if (trace->has_rtf && trace->rtf < 1e9)
		hist_add(&row->rtf_millionths, (uint64_t)(trace->rtf * 1e6 + 0.5));
}

void meter_span(struct flow *flow, const struct span *span)
{
	meter_add_span(flow, &flow->meter, span);
	if (flow->options.interval_ns)
		meter_add_span(flow, &flow->interval, span);
}

void meter_trace(struct flow *flow, const struct trace *trace)
{
	meter_add_trace(flow, &flow->meter, trace);
	if (flow->options.interval_ns)
		meter_add_trace(flow, &flow->interval, trace);
}

void meter_free(struct meter *meter)
{
	for (size_t i = 0; i < meter->rows_count; i++) {
		fini_row(meter->rows[i]);
		free(meter->rows[i]);
	}
	free(meter->rows);
	memset(meter, 0, sizeof(*meter));
}

void meter_reset(struct meter *meter, uint64_t at_ns)
{
	meter_free(meter);
	meter->start_at_ns = meter->end_at_ns = at_ns;
}
