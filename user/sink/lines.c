// SPDX-License-Identifier: Apache-2.0
/*
 * In: traces as they close, losses, processes, alerts. Out: one line each, for a person.
 * The rule that surprises: a line never wraps. Columns of low rank are left out where it is narrow, and a note (incomplete,
 * partial) pushes out the columns at the right end of its own line.
 */
#include "sink/sinks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/lines_columns.h"
#include "sink/outlet.h"
#include "sink/paint.h"
#include "sink/words.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LINES_PER_HEADER 40
#define LINES_LOSSES 64 /* different ones told of at a time */
#define LINES_LOSS_EVERY_NS NS_PER_S /* of TICK time */
#define LINES_RANK_KEPT 5 /* a note does not push these out */

struct lines_loss {
	uint32_t cause;
	uint16_t probe;
	uint64_t count;
};

struct lines {
	struct sink sink;
	struct look look;
	struct outlet outlet;
	struct buf out;
	uint32_t shown; /* bit per column */
	uint64_t lines_count;
	struct lines_loss losses[LINES_LOSSES];
	size_t losses_count;
	uint64_t losses_told_at_ns;
};

/* --- the line of an utterance ----------------------------------------------------------------------------- */

/* Columns used when the first `upto` columns are printed. */
static unsigned lines_width(const struct lines *lines, size_t upto)
{
	unsigned used = 0;
	size_t i;

	for (i = 0; i < upto; i++)
		if (lines->shown & 1u << i)
			used += (used ? 1 : 0) + lines_columns[i].width;
	return used;
}

static void lines_cell(struct buf *out, const struct lines *lines, const struct lines_column *column,
		       enum paint paint, const char *text)
{
	size_t length = strlen(text);
	struct buf cell = { 0 };

	text_fit(&cell, text, length, column->width, false, lines->look.ascii);
	length = text_columns(cell.bytes, cell.length);
	if (!column->is_left)
		buf_fill(out, " ", column->width - length);
	paint_begin(out, &lines->look, paint);
	buf_text(out, cell.bytes);
	paint_end(out, &lines->look, paint);
	if (column->is_left)
		buf_fill(out, " ", column->width - length);
	buf_fini(&cell);
}

static void lines_end(struct buf *out)
{
	while (out->length && out->bytes[out->length - 1] == ' ')
		out->bytes[--out->length] = '\0';
	buf_char(out, '\n');
}

static void lines_header(struct lines *lines)
{
	size_t i;
	bool any = false;

	for (i = 0; i < LINES_COLUMNS; i++) {
		if (!(lines->shown & 1u << i))
			continue;
		if (any)
			buf_char(&lines->out, ' ');
		any = true;
		lines_cell(&lines->out, lines, &lines_columns[i], PAINT_DIM, lines_columns[i].title);
	}
	lines_end(&lines->out);
}

static void lines_bar(struct buf *out, const struct lines *lines, const struct trace *trace)
{
	uint8_t cells[LINES_BAR_COLUMNS];

	paint_split(cells, COUNT_OF(cells), trace_worker(trace));
	paint_cells(out, &lines->look, cells, COUNT_OF(cells));
}

/* An incomplete one has a star behind the word, at every width: the longest words need the gap for it. */
static void lines_status_cell(struct buf *out, const struct lines *lines,
			      const struct lines_column *column, const struct view *view,
			      const struct trace *trace)
{
	auto_free char *text = mem_format("%s%s", column->cell(view, trace).text,
					  trace->incomplete ? "*" : "");
	struct lines_column wider = *column;

	wider.width += trace->incomplete ? 1 : 0;
	lines_cell(out, lines, &wider, paint_status(trace->status), text);
}

/* What a note leaves: the number of columns to print, from the left. */
static size_t lines_upto(const struct lines *lines, const char *note)
{
	size_t upto = LINES_COLUMNS, need = strlen(note);

	if (!need)
		return upto;
	while (upto && lines_width(lines, upto) + 1 + need > lines->look.columns) {
		if ((lines->shown & 1u << (upto - 1)) &&
		    lines_columns[upto - 1].rank <= LINES_RANK_KEPT)
			return 0;
		upto--;
	}
	return upto;
}

static void lines_utterance(struct lines *lines, const struct view *view, const struct trace *trace)
{
	const char *note = trace->incomplete && trace->partial ? "incomplete, partial" :
			   trace->partial		       ? "partial" :
			   trace->incomplete		       ? "incomplete" :
								 "";
	size_t upto = lines_upto(lines, note), i;
	struct buf *out = &lines->out;
	bool needs_gap = false;

	if (!upto) {
		note = "";
		upto = LINES_COLUMNS;
	}
	for (i = 0; i < upto; i++) {
		const struct lines_column *column = &lines_columns[i];

		if (!(lines->shown & 1u << i))
			continue;
		if (needs_gap)
			buf_char(out, ' ');
		needs_gap = column->paint != PAINT_BY_STATUS || !trace->incomplete;
		if (column->paint == PAINT_BY_STATUS)
			lines_status_cell(out, lines, column, view, trace);
		else if (column->cell)
			lines_cell(out, lines, column, column->paint, column->cell(view, trace).text);
		else
			lines_bar(out, lines, trace);
	}
	if (*note) {
		if (needs_gap)
			buf_char(out, ' ');
		paint_begin(out, &lines->look, PAINT_WARN);
		buf_text(out, note);
		paint_end(out, &lines->look, PAINT_WARN);
	}
	lines_end(out);
}

/* --- the sink --------------------------------------------------------------------------------------------- */

static void lines_flush(struct lines *lines)
{
	outlet_print(&lines->outlet, lines->out.bytes, lines->out.length,
		     look_is_patient(&lines->look));
	buf_reset(&lines->out);
}

static void lines_on_trace(struct sink *sink, const struct view *view, const struct trace *trace)
{
	struct lines *lines = (struct lines *)sink;

	if (!lines->lines_count ||
	    (lines->look.colour && lines->lines_count % LINES_PER_HEADER == 0))
		lines_header(lines);
	lines->lines_count++;
	lines_utterance(lines, view, trace);
	lines_flush(lines);
}

static void lines_say(struct lines *lines, uint64_t at_real_ns, enum paint paint, const char *text)
{
	auto_free char *whole = mem_format("%s %s", units_clock(at_real_ns).text, text);

	paint_begin(&lines->out, &lines->look, paint);
	text_fit(&lines->out, whole, strlen(whole), lines->look.columns, false, lines->look.ascii);
	paint_end(&lines->out, &lines->look, paint);
	buf_char(&lines->out, '\n');
	lines_flush(lines);
}

static void lines_process(struct lines *lines, const struct view *view, const struct tt_proc *proc)
{
	auto_free char *text = NULL;
	int comm_bytes = (int)strnlen(proc->comm, sizeof(proc->comm));
	int service_bytes = (int)strnlen(proc->service, sizeof(proc->service));
	int status = (int)proc->exit_code;

	switch (proc->state) {
	case TT_PROC_SEEN:
		text = mem_format("attached to %u %.*s (%.*s)", proc->head.pid, comm_bytes,
				  proc->comm, service_bytes, proc->service);
		break;
	case TT_PROC_EXEC:
		text = mem_format("process %u runs a new image: %.*s", proc->head.pid, comm_bytes,
				  proc->comm);
		break;
	case TT_PROC_GONE:
		if (WIFSIGNALED(status))
			text = mem_format("process %u %.*s is gone: signal %d", proc->head.pid,
					  comm_bytes, proc->comm, WTERMSIG(status));
		else if (WIFEXITED(status) && WEXITSTATUS(status))
			text = mem_format("process %u %.*s is gone: exit code %d", proc->head.pid,
					  comm_bytes, proc->comm, WEXITSTATUS(status));
		else
			text = mem_format("process %u %.*s is gone", proc->head.pid, comm_bytes,
					  proc->comm);
		break;
	default:
		return;
	}
	lines_say(lines, view_real_ns(view, proc->head.at_ns), PAINT_COOL, text);
}

/* --- alerts ----------------------------------------------------------------------------------------------- */

/* What nobody has to act on, or was told of by the higher tier, is in the log alone. */
static bool lines_cares(const struct alert *alert)
{
	switch (alert->change) {
	case ALERT_CHANGE_STATE:
		if (!alert->fired_at_real_ns || alert->state == ALERT_PENDING)
			return false;
		return !alert->inhibited_by;
	case ALERT_CHANGE_INHIBIT:
		return !alert->inhibited_by && alert->state == ALERT_FIRING;
	default:
		return alert->state == ALERT_FIRING;
	}
}

static enum paint lines_alert_paint(const struct alert *alert)
{
	if (alert->change == ALERT_CHANGE_ACK || alert->change == ALERT_CHANGE_SILENCE)
		return PAINT_COOL;
	if (alert->is_unknown)
		return PAINT_WARN;
	if (alert->state == ALERT_RESOLVED)
		return PAINT_GOOD;
	if (alert->state == ALERT_ENDED)
		return PAINT_COOL;
	return alert->tier >= TIER_CRITICAL ? PAINT_BAD : PAINT_WARN;
}

/* CRITICAL TtsRequestSlow is firing: 6.2 > 5; engine espeak-ng, pid 4242: requests take too long (trace 9f86d081) */
static char *lines_alert_text(const struct alert *alert)
{
	const char *summary = alert_words_annotation(alert, "summary"), *gap = "; ";
	const char *tier = alert->tier == TIER_NONE ? "alert" : alert_words_tier(alert->tier);
	struct buf out = { 0 };
	size_t i;

	for (i = 0; tier[i]; i++)
		buf_char(&out, tier[i] >= 'a' && tier[i] <= 'z' ? (char)(tier[i] - 'a' + 'A') : tier[i]);
	buf_char(&out, ' ');
	alert_words_sentence(&out, alert);
	if (alert->silence_id && alert->change != ALERT_CHANGE_SILENCE)
		buf_text(&out, " (silenced)");
	for (i = 0; i < alert->labels->count; i++) {
		const struct label *label = &alert->labels->items[i];

		if (alert_words_has_said(label->name))
			continue;
		buf_format(&out, "%s%s %s", gap, label->name, label->value);
		gap = ", ";
	}
	if (summary && alert->state == ALERT_FIRING && alert->change == ALERT_CHANGE_STATE)
		buf_format(&out, ": %s", summary);
	if (!words_is_orphan(alert->trace_id))
		buf_format(&out, " (trace %.8s)", words_trace_id(alert->trace_id).text);
	return out.bytes;
}

static void lines_on_alert(struct sink *sink, const struct view *view, const struct alert *alert)
{
	struct lines *lines = (struct lines *)sink;
	auto_free char *text = lines_cares(alert) ? lines_alert_text(alert) : NULL;

	(void)view;
	if (text)
		lines_say(lines, alert->changed_at_real_ns, lines_alert_paint(alert), text);
}

/* --- facts ------------------------------------------------------------------------------------------------ */

/* Losses come with every tick; people are told once a second. */
static void lines_lost(struct lines *lines, const struct tt_lost *lost)
{
	struct lines_loss *loss = lines->losses, *end = loss + lines->losses_count;
	uint16_t probe = lost->head.probe;

	if (!lost->count)
		return;
	while (loss < end && (loss->cause != lost->cause || loss->probe != probe))
		loss++;
	if (loss == lines->losses + LINES_LOSSES) { /* the last one stands for all the others */
		loss--;
		loss->cause = 0;
		loss->probe = TT_NO_PROBE;
	} else if (loss == end) {
		*loss = (struct lines_loss){ .cause = lost->cause, .probe = probe };
		lines->losses_count++;
	}
	loss->count = loss->count + lost->count < loss->count ? UINT64_MAX :
								loss->count + lost->count;
}

static const char *lines_probe_name(const struct view *view, uint16_t id)
{
	size_t i;

	for (i = 0; id != TT_NO_PROBE && i < view->probes_count; i++)
		if (view->probes[i]->id == id)
			return view->probes[i]->symbol;
	return NULL;
}

static void lines_tell_losses(struct lines *lines, const struct view *view)
{
	size_t i;

	for (i = 0; i < lines->losses_count; i++) {
		const struct lines_loss *loss = &lines->losses[i];
		const struct words_cause *cause = words_cause(loss->cause);
		const char *probe = lines_probe_name(view, loss->probe);
		auto_free char *text =
			mem_format("%s%s%s%s%s", cause->before, units_count(loss->count).text,
				   cause->after, probe ? " at probe " : "", probe ? probe : "");

		lines_say(lines, view_real_ns(view, view->now_ns), PAINT_WARN, text);
	}
	lines->losses_count = 0;
	lines->losses_told_at_ns = view->now_ns;
}

static void lines_on_event(struct sink *sink, const struct view *view, const struct tt_head *record,
			   uint32_t size_bytes)
{
	struct lines *lines = (struct lines *)sink;
	const void *fact;

	fact = words_record(record, size_bytes, TT_PROC, sizeof(struct tt_proc));
	if (fact)
		lines_process(lines, view, fact);
	fact = words_record(record, size_bytes, TT_LOST, sizeof(struct tt_lost));
	if (fact)
		lines_lost(lines, fact);
}

static void lines_on_tick(struct sink *sink, const struct view *view)
{
	struct lines *lines = (struct lines *)sink;

	if (lines->losses_count &&
	    (view->end_reason || view->now_ns - lines->losses_told_at_ns >= LINES_LOSS_EVERY_NS))
		lines_tell_losses(lines, view);
}

static const struct sink_ops lines_ops = {
	.name = "lines",
	.on_event = lines_on_event,
	.on_trace = lines_on_trace,
	.on_alert = lines_on_alert,
	.on_tick = lines_on_tick,
};

struct sink *lines_new(int fd, const struct look *look)
{
	struct lines *lines = mem_new(sizeof(*lines));

	lines->sink.ops = &lines_ops;
	lines->look = *look;
	if (look->columns < LOOK_MIN_COLUMNS)
		lines->look.columns = LOOK_MIN_COLUMNS;
	lines->shown = lines_choose(lines->look.columns);
	outlet_init(&lines->outlet, fd, false);
	return &lines->sink;
}

int lines_error(const struct sink *sink)
{
	return ((const struct lines *)sink)->outlet.error;
}

void lines_free(struct sink *sink)
{
	struct lines *lines = (struct lines *)sink;

	if (!sink)
		return;
	outlet_fini(&lines->outlet);
	buf_fini(&lines->out);
	free(lines);
}
