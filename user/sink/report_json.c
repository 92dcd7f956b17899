// SPDX-License-Identifier: Apache-2.0
/*
 * In: a meter, the tallies, the probes. Out: the report as one JSON object on one line, every time in ns.
 * The rule that surprises: a percentile of too few values is absent, as everything that is not known.
 */
#include "sink/report.h"

#include "sink/member.h"
#include "sink/words.h"

#define REPORT_VERSION 1

static void json_quantile(struct json_object *object, const char *key, const struct hist *hist,
			  unsigned permille)
{
	if (report_has_quantile(hist, permille))
		member_count(object, key, hist_quantile(hist, permille / 1000.0));
}

static struct json_object *json_hist(const struct hist *hist)
{
	struct json_object *object = member_object();

	member_count(object, "n", hist->count);
	json_quantile(object, "p50", hist, 500);
	json_quantile(object, "p90", hist, 900);
	json_quantile(object, "p95", hist, 950);
	json_quantile(object, "p99", hist, 990);
	if (hist->count) {
		member_count(object, "min", hist->min);
		member_count(object, "max", hist->max);
		member_count(object, "sum", hist->sum);
	}
	return object;
}

static void json_rtf(struct json_object *object, const struct hist *hist)
{
	static const struct {
		const char *key;
		unsigned permille;
	} quantiles[] = { { "p50", 500 }, { "p90", 900 }, { "p95", 950 }, { "p99", 990 } };
	struct json_object *rtf = member_object();
	size_t i;

	member_count(rtf, "n", hist->count);
	for (i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		if (report_has_quantile(hist, quantiles[i].permille))
			member_ratio(rtf, quantiles[i].key,
				     (double)hist_quantile(hist, quantiles[i].permille / 1000.0) /
					     1e6);
	if (hist->count) {
		member_ratio(rtf, "min", (double)hist->min / 1e6);
		member_ratio(rtf, "max", (double)hist->max / 1e6);
	}
	member_add(object, "rtf", rtf);
}

static struct json_object *json_row(const struct meter_row *row, const struct meter *meter)
{
	struct json_object *object = member_object();
	double rate = report_rate(row->count, meter);

	member_string(object, "stage", row->stage);
	member_flag(object, "is_request", row->is_request);
	member_count(object, "count", row->count);
	member_count(object, "errors", row->errors_count);
	member_count(object, "cancelled", row->cancelled_count);
	member_count(object, "incomplete", row->incomplete_count);
	if (rate >= 0)
		member_ratio(object, "rate_per_s", rate);
	member_add(object, "wall_ns", json_hist(&row->wall_ns));
	if (row->split_wall_ns) {
		member_count(object, "split_wall_ns", row->split_wall_ns);
		member_count(object, "oncpu_ns", row->oncpu_ns);
		member_count(object, "runq_ns", row->runq_ns);
		member_count(object, "blocked_ns", row->blocked_ns);
		member_count(object, "preempted_ns", row->preempted_ns);
	}
	if (!row->is_request)
		return object;
	member_add(object, "first_audio_ns", json_hist(&row->first_audio_ns));
	json_rtf(object, &row->rtf_millionths);
	member_add(object, "text_bytes", json_hist(&row->text_bytes));
	member_add(object, "queue_wait_ns", json_hist(&row->queue_wait_ns));
	if (row->audio_ns || !row->audio_samples_count)
		member_count(object, "audio_ns", row->audio_ns);
	member_count(object, "audio_samples", row->audio_samples_count);
	return object;
}

static struct json_object *json_engines(const struct meter *meter)
{
	struct json_object *engines = member_array();
	size_t i, row;

	for (i = 0; i < meter->rows_count; i++) {
		const char *name = report_next_engine(meter, i);
		struct json_object *engine, *stages;

		if (!name)
			continue;
		engine = member_object();
		stages = member_array();
		member_string(engine, "engine", name);
		for (row = 0; row < 2 * meter->rows_count; row++) { /* the requests, then the stages */
			const struct meter_row *at = meter->rows[row % meter->rows_count];

			if (report_is_of(at, name) && at->is_request == (row < meter->rows_count))
				member_append(stages, json_row(at, meter));
		}
		member_add(engine, "stages", stages);
		member_append(engines, engine);
	}
	return engines;
}

static struct json_object *json_causes(const uint64_t *lost_count)
{
	struct json_object *causes = member_object();
	uint32_t cause;

	for (cause = 0; cause < WORDS_CAUSES; cause++)
		if (lost_count[cause])
			member_foreign(causes, words_cause(cause)->key,
				       member_new_count(lost_count[cause]));
	return causes;
}

/* Whoever doubts a number can add up: enters = ended + no_end + open + each counted loss. */
static struct json_object *json_probes(const struct view *view)
{
	struct json_object *probes = member_array();
	size_t i;

	for (i = 0; i < view->probes_count; i++) {
		const struct probe *probe = view->probes[i];
		struct json_object *object = member_object();

		if (probe->process)
			member_count(object, "pid", probe->process->pid);
		member_string(object, "engine", probe->label);
		if (probe->spec)
			member_string(object, "probe", probe->spec->name);
		member_string(object, "symbol", probe->symbol);
		member_word(object, "leave", words_leave_mode(probe->leave_mode));
		member_count(object, "kernel_enters", probe->kernel_enters_count);
		member_count(object, "kernel_leaves", probe->kernel_leaves_count);
		member_count(object, "enters", probe->enters_count);
		member_count(object, "leaves", probe->leaves_count);
		member_count(object, "ended", probe->ended_count);
		member_count(object, "no_end", probe->no_end_count);
		member_count(object, "open", probe->open_count);
		member_count(object, "unmatched", probe->unmatched_count);
		member_count(object, "orphans", probe->orphans_count);
		member_add(object, "lost_by_cause", json_causes(probe->lost_count));
		member_append(probes, object);
	}
	return probes;
}

static void json_tallies(struct json_object *object, const struct tallies *tallies)
{
	member_count(object, "events_lost", report_lost_events(tallies));
	member_add(object, "lost_by_cause", json_causes(tallies->lost_count));
	member_count(object, "records", tallies->records_count);
	member_count(object, "malformed", tallies->malformed_count);
	member_count(object, "spans", tallies->spans_count);
	member_count(object, "traces", tallies->traces_count);
	member_count(object, "incomplete_traces", tallies->incomplete_traces_count);
	member_count(object, "partial_traces", tallies->partial_traces_count);
	member_count(object, "open_traces", tallies->open_traces_count);
	member_count(object, "no_end", tallies->no_end_count);
	member_count(object, "orphans", tallies->orphans_count);
	member_count(object, "late_spans", tallies->late_spans_count);
	member_count(object, "unmatched_before_attach", tallies->unmatched_before_attach_count);
	member_count(object, "unmatched_shared", tallies->unmatched_shared_count);
	member_count(object, "unmatched_lost", tallies->unmatched_lost_count);
	member_count(object, "unmatched_other", tallies->unmatched_other_count);
	member_count(object, "sequence_gaps", tallies->sequence_gaps_count);
	member_count(object, "let_go", tallies->let_go_count);
}

void report_json(struct buf *out, const struct view *view, const struct meter *meter)
{
	struct json_object *object = member_object();
	bool is_interval = meter == view->interval;

	member_count(object, "v", REPORT_VERSION);
	member_word(object, "event", "report");
	member_word(object, "scope", is_interval ? "interval" : "run");
	member_time(object, "start", view_real_ns(view, meter->start_at_ns));
	member_time(object, "end", view_real_ns(view, meter->end_at_ns));
	if (meter->end_at_ns >= meter->start_at_ns)
		member_count(object, "covered_ns", meter->end_at_ns - meter->start_at_ns);
	if (view->end_reason)
		member_word(object, "reason", words_end_reason(view->end_reason));
	member_add(object, "engines", json_engines(meter));
	json_tallies(object, view->tallies);
	if (!is_interval)
		member_add(object, "probes", json_probes(view));
	member_print(out, object);
}
