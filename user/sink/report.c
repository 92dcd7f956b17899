// SPDX-License-Identifier: Apache-2.0
/*
 * In: a meter, the tallies. Out: per engine and stage how often, how long, where the time went; and always what was lost.
 * The rule that surprises: a percentile of too few values is not shown at all, and an interval's losses are the
 * interval's: the sink keeps the tallies of the report before.
 */
#include "sink/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "sink/outlet.h"
#include "sink/words.h"

struct report {
	struct sink sink;
	struct look look;
	struct outlet outlet;
	bool as_json;
	bool is_done;
	struct tallies before; /* at the last interval report */
};

bool report_has_quantile(const struct hist *hist, unsigned permille)
{
	return hist->count >= 1000 / (1000 - permille);
}

struct units_text report_dash(const struct look *look)
{
	return look->ascii ? (struct units_text){ "-" } : (struct units_text){ "–" };
}

struct units_text report_quantile(const struct hist *hist, unsigned permille,
				  struct units_text (*format)(uint64_t), const struct look *look)
{
	if (!report_has_quantile(hist, permille))
		return report_dash(look);
	return format(hist_quantile(hist, permille / 1000.0));
}

double report_rate(uint64_t count, const struct meter *meter)
{
	if (meter->end_at_ns <= meter->start_at_ns)
		return -1;
	return (double)count * NS_PER_S / (double)(meter->end_at_ns - meter->start_at_ns);
}

/* The reader's own refusals come without a LOST record, or with one: never count them twice. */
uint64_t report_lost_count(const struct tallies *tallies, uint32_t cause)
{
	uint64_t count = tallies->lost_count[cause];

	if (cause == TT_LOST_MALFORMED && tallies->malformed_count > count)
		return tallies->malformed_count;
	return count;
}

uint64_t report_lost_events(const struct tallies *tallies)
{
	uint64_t count = 0;
	uint32_t cause;

	for (cause = 0; cause < WORDS_CAUSES; cause++)
		if (words_cause(cause)->is_event_lost)
			count += report_lost_count(tallies, cause);
	return count;
}

bool report_is_of(const struct meter_row *row, const char *engine)
{
	return strcmp(row->engine ? row->engine : "", engine) == 0;
}

const char *report_next_engine(const struct meter *meter, size_t i)
{
	const char *engine = meter->rows[i]->engine ? meter->rows[i]->engine : "";
	size_t before;

	for (before = 0; before < i; before++)
		if (report_is_of(meter->rows[before], engine))
			return NULL;
	return engine;
}

/* --- one engine ------------------------------------------------------------------------------------------- */

static struct units_text report_millionths(uint64_t millionths)
{
	return units_ratio((double)millionths / 1e6);
}

static void report_request_row(struct grid *grid, const struct look *look, const char *name,
			       const struct hist *hist, struct units_text (*format)(uint64_t))
{
	static const unsigned permilles[] = { 500, 950, 990 };
	size_t i;

	if (!hist->count)
		return;
	grid_cell(grid, name);
	grid_cell(grid, units_count(hist->count).text);
	for (i = 0; i < sizeof(permilles) / sizeof(permilles[0]); i++)
		grid_cell(grid, report_quantile(hist, permilles[i], format, look).text);
	grid_cell(grid, format(hist->max).text);
}

static void report_request(struct buf *out, const struct meter_row *row, const struct look *look)
{
	static const struct grid_column columns[] = {
		{ "PER REQUEST", 0 }, { "N", 5 },   { "P50", 1 },
		{ "P95", 2 },	      { "P99", 4 }, { "MAX", 3 },
	};
	struct wrap wrap = { .out = out, .look = look, .gap = ", ", .indent = 2 };
	struct grid grid;

	grid_init(&grid, columns, sizeof(columns) / sizeof(columns[0]));
	report_request_row(&grid, look, "first audio", &row->first_audio_ns, units_ns);
	report_request_row(&grid, look, "real-time factor", &row->rtf_millionths, report_millionths);
	report_request_row(&grid, look, "text", &row->text_bytes, units_bytes);
	report_request_row(&grid, look, "queue wait", &row->queue_wait_ns, units_ns);
	if (grid.cells_count)
		grid_print(out, &grid, look);
	grid_fini(&grid);
	if (!row->audio_samples_count)
		return;
	if (row->audio_ns)
		wrap_format(&wrap, PAINT_NONE, "audio: %s in all", units_ns(row->audio_ns).text);
	else
		wrap_item(&wrap, PAINT_NONE, "audio: rate unknown");
	wrap_format(&wrap, PAINT_NONE, "%s samples", units_count(row->audio_samples_count).text);
	wrap_end(&wrap);
}

static void report_engine_head(struct buf *out, const struct meter *meter, const char *engine,
			       const struct meter_row *request, const struct look *look)
{
	struct wrap wrap = { .out = out, .look = look, .gap = ", ", .indent = 2 };
	double rate;

	if (!request) {
		wrap_format(&wrap, PAINT_BOLD, "%s: no requests", engine);
		wrap_end(&wrap);
		return;
	}
	wrap_format(&wrap, PAINT_BOLD, "%s: %s request%s", engine, units_count(request->count).text,
		    request->count == 1 ? "" : "s");
	rate = report_rate(request->count, meter);
	if (rate >= 0)
		wrap_format(&wrap, PAINT_NONE, "%s/s", units_ratio(rate).text);
	wrap_format(&wrap, request->errors_count ? PAINT_BAD : PAINT_NONE, "%s error%s",
		    units_count(request->errors_count).text, request->errors_count == 1 ? "" : "s");
	wrap_format(&wrap, request->cancelled_count ? PAINT_WARN : PAINT_NONE, "%s cancelled",
		    units_count(request->cancelled_count).text);
	if (request->incomplete_count)
		wrap_format(&wrap, PAINT_WARN, "%s incomplete (not in the percentiles)",
			    units_count(request->incomplete_count).text);
	wrap_end(&wrap);
}

static void report_engine(struct buf *out, const struct meter *meter, const char *engine,
			  const struct look *look)
{
	const struct meter_row *request = NULL;
	size_t i;

	for (i = 0; i < meter->rows_count && !request; i++)
		if (report_is_of(meter->rows[i], engine) && meter->rows[i]->is_request)
			request = meter->rows[i];
	buf_char(out, '\n');
	report_engine_head(out, meter, engine, request, look);
	report_stages(out, meter, engine, look);
	if (request)
		report_request(out, request, look);
}

/* --- head and foot ---------------------------------------------------------------------------------------- */

static void report_head(struct buf *out, const struct view *view, const struct meter *meter,
			const struct look *look)
{
	struct units_text start = units_rfc3339(view_real_ns(view, meter->start_at_ns));
	struct units_text end = units_rfc3339(view_real_ns(view, meter->end_at_ns));
	bool same_day = strncmp(start.text, end.text, 10) == 0;
	struct wrap wrap = { .out = out, .look = look, .gap = " ", .indent = 2 };

	wrap_item(&wrap, PAINT_BOLD, meter == view->interval ? "interval" : "report");
	wrap_format(&wrap, PAINT_NONE, "%.10s %.12s", start.text, start.text + 11);
	if (same_day)
		wrap_format(&wrap, PAINT_NONE, "to %.12s UTC", end.text + 11);
	else
		wrap_format(&wrap, PAINT_NONE, "to %.10s %.12s UTC", end.text, end.text + 11);
	wrap_format(&wrap, PAINT_NONE, "(%s)",
		    meter->end_at_ns > meter->start_at_ns ?
			    units_ns(meter->end_at_ns - meter->start_at_ns).text :
			    "0 s");
	wrap_end(&wrap);
}

static void report_note(struct buf *out, const struct look *look, uint64_t count, const char *text)
{
	struct wrap wrap = { .out = out, .look = look, .gap = " ", .indent = 2 };

	if (!count)
		return;
	wrap_format(&wrap, PAINT_WARN, "%s: %s", text, units_count(count).text);
	wrap_end(&wrap);
}

static void report_losses(struct buf *out, const struct tallies *tallies, const struct look *look)
{
	uint64_t lost = report_lost_events(tallies), count;
	struct wrap wrap = { .out = out, .look = look, .gap = " ", .indent = 2 };
	uint32_t cause;

	wrap_format(&wrap, lost ? PAINT_BAD : PAINT_NONE, "events lost: %s", units_count(lost).text);
	wrap_end(&wrap);
	for (cause = 0; cause < WORDS_CAUSES; cause++) {
		const struct words_cause *words = words_cause(cause);

		count = report_lost_count(tallies, cause);
		if (!count)
			continue;
		wrap_format(&wrap, PAINT_WARN, "  %s%s%s", words->before, units_count(count).text,
			    words->after);
		wrap_end(&wrap);
	}
}

static void report_foot(struct buf *out, const struct view *view, const struct look *look)
{
	const struct tallies *tallies = view->tallies;
	uint64_t unmatched =
		tallies->unmatched_before_attach_count + tallies->unmatched_shared_count +
		tallies->unmatched_lost_count + tallies->unmatched_other_count;

	buf_char(out, '\n');
	report_losses(out, tallies, look);
	report_note(out, look, tallies->incomplete_traces_count, "incomplete utterances");
	report_note(out, look, tallies->partial_traces_count, "begun before we attached");
	report_note(out, look, tallies->open_traces_count, "utterances still open");
	report_note(out, look, tallies->no_end_count, "calls whose end nobody saw");
	report_note(out, look, tallies->orphans_count, "calls outside of any request");
	report_note(out, look, tallies->late_spans_count, "calls after their utterance's end");
	report_note(out, look, unmatched, "ends of calls without a begin");
	report_note(out, look, tallies->unmatched_before_attach_count,
		    "  begun before we attached");
	report_note(out, look, tallies->unmatched_lost_count, "  begin lost");
	report_note(out, look, tallies->sequence_gaps_count, "records missing by sequence number");
	report_note(out, look, tallies->let_go_count, "let go by a limit of ours");
	if (view->end_reason == TT_END_TRUNCATED)
		buf_text(out, "recording cut short\n");
}

void report_print(struct buf *out, const struct view *view, const struct meter *meter,
		  const struct look *look, bool as_json)
{
	struct look wide = *look;
	size_t i;

	if (as_json) {
		report_json(out, view, meter);
		return;
	}
	if (wide.columns < LOOK_MIN_COLUMNS)
		wide.columns = LOOK_MIN_COLUMNS;
	report_head(out, view, meter, &wide);
	for (i = 0; i < meter->rows_count; i++) {
		const char *engine = report_next_engine(meter, i);

		if (engine)
			report_engine(out, meter, engine, &wide);
	}
	if (!meter->rows_count)
		buf_text(out, "no utterance seen\n");
	report_foot(out, view, &wide);
}

/* --- the sink --------------------------------------------------------------------------------------------- */

/* What was counted between two tallies; what is open is open now. */
static struct tallies report_since(const struct tallies *now, const struct tallies *before)
{
	struct tallies since = *now;
	uint64_t *counts = (uint64_t *)(void *)&since;
	const uint64_t *earlier = (const uint64_t *)(const void *)before;
	size_t i;

	_Static_assert(sizeof(since) % sizeof(uint64_t) == 0, "tallies are counts and nothing else");
	for (i = 0; i < sizeof(since) / sizeof(*counts); i++)
		counts[i] -= earlier[i];
	since.open_traces_count = now->open_traces_count;
	return since;
}

static void report_emit(struct report *report, const struct view *view, const struct meter *meter)
{
	struct buf out = { 0 };

	report_print(&out, view, meter, &report->look, report->as_json);
	if (!report->as_json)
		buf_char(&out, '\n');
	outlet_print(&report->outlet, out.bytes, out.length, look_is_patient(&report->look));
	buf_fini(&out);
}

static void report_on_tick(struct sink *sink, const struct view *view)
{
	struct report *report = (struct report *)sink;

	if (view->interval_due && view->interval) {
		struct tallies since = report_since(view->tallies, &report->before);
		struct view shown = *view;

		shown.tallies = &since;
		report_emit(report, &shown, view->interval);
		report->before = *view->tallies;
	}
	if (view->end_reason && !report->is_done) {
		report->is_done = true;
		report_emit(report, view, view->meter);
	}
}

static const struct sink_ops report_ops = {
	.name = "report",
	.on_tick = report_on_tick,
};

struct sink *report_new(int fd, const struct look *look, bool as_json)
{
	struct report *report = mem_new(sizeof(*report));

	report->sink.ops = &report_ops;
	report->look = *look;
	report->as_json = as_json;
	outlet_init(&report->outlet, fd, false);
	return &report->sink;
}

int report_error(const struct sink *sink)
{
	return ((const struct report *)sink)->outlet.error;
}

void report_free(struct sink *sink)
{
	struct report *report = (struct report *)sink;

	if (!sink)
		return;
	outlet_fini(&report->outlet);
	free(report);
}
