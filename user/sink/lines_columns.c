// SPDX-License-Identifier: Apache-2.0
/*
 * In: a trace. Out: the text of each column of its line.
 * The rule that surprises: "-" is unknown, "?" is a text that could not be read; neither is ever shown as 0.
 */
#include "sink/lines_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sink/words.h"

static struct units_text lines_part(uint64_t part_ns, const struct trace *trace)
{
	const struct span *worker = trace_worker(trace);
	struct units_text out = { "-" };

	if (worker->has_split && worker->wall_ns)
		snprintf(out.text, sizeof(out.text), "%u%%",
			 (unsigned)(((unsigned __int128)part_ns * 100 + worker->wall_ns / 2) /
				    worker->wall_ns));
	return out;
}

static struct units_text lines_time(const struct view *view, const struct trace *trace)
{
	return units_clock(view_real_ns(view, trace->end_at_ns));
}

static struct units_text lines_trace(const struct view *view, const struct trace *trace)
{
	struct units_text out = { "" };

	(void)view;
	memcpy(out.text, words_trace_id(trace->id).text, 8);
	return out;
}

static struct units_text lines_engine(const struct view *view, const struct trace *trace)
{
	struct units_text out = { "" };

	(void)view;
	if (trace->engine)
		memcpy(out.text, trace->engine, strnlen(trace->engine, sizeof(out.text) - 1));
	return out;
}

static struct units_text lines_pid(const struct view *view, const struct trace *trace)
{
	struct units_text out = { "-" };

	(void)view;
	if (trace->process)
		snprintf(out.text, sizeof(out.text), "%u", trace->process->pid);
	return out;
}

static struct units_text lines_status(const struct view *view, const struct trace *trace)
{
	struct units_text out;

	(void)view;
	snprintf(out.text, sizeof(out.text), "%s", words_status_text(trace->status));
	return out;
}

static struct units_text lines_took(const struct view *view, const struct trace *trace)
{
	(void)view;
	return words_short_ns(trace->duration_ns);
}

static struct units_text lines_first(const struct view *view, const struct trace *trace)
{
	(void)view;
	return trace->has_first_audio ? words_short_ns(trace->first_audio_ns) :
					(struct units_text){ "-" };
}

/* Five columns: .0015, 0.153, 12.3, 12346. Engines of a thousandth of real time are everyday. */
static struct units_text lines_rtf(const struct view *view, const struct trace *trace)
{
	struct units_text out = { "-" };

	(void)view;
	if (!trace->has_rtf || !isfinite(trace->rtf))
		return out;
	if (trace->rtf < 0 || trace->rtf >= 0.09995)
		return units_ratio(trace->rtf);
	snprintf(out.text, sizeof(out.text), ".%04u", (unsigned)(trace->rtf * 10000 + 0.5));
	return out;
}

static struct units_text lines_audio(const struct view *view, const struct trace *trace)
{
	(void)view;
	return trace->has_audio ? words_short_ns(trace->audio_ns) : (struct units_text){ "-" };
}

static struct units_text lines_text(const struct view *view, const struct trace *trace)
{
	struct units_text out;
	char *unit;

	(void)view;
	if (trace->text_unreadable)
		return (struct units_text){ "?" };
	if (!trace->has_text)
		return (struct units_text){ "-" };
	out = units_bytes(trace->text_bytes);
	unit = strstr(out.text, "iB"); /* 12.3 K: the seven columns are enough below a mebibyte */
	if (unit)
		*unit = '\0';
	if (trace->text_cut)
		strcat(out.text, "+");
	return out;
}

static struct units_text lines_queued(const struct view *view, const struct trace *trace)
{
	(void)view;
	return trace->has_queue_wait ? words_short_ns(trace->queue_wait_ns) :
				       (struct units_text){ "-" };
}

static struct units_text lines_cpu(const struct view *view, const struct trace *trace)
{
	(void)view;
	return lines_part(trace_worker(trace)->oncpu_ns, trace);
}

static struct units_text lines_runq(const struct view *view, const struct trace *trace)
{
	(void)view;
	return lines_part(trace_worker(trace)->runq_ns, trace);
}

static struct units_text lines_blocked(const struct view *view, const struct trace *trace)
{
	(void)view;
	return lines_part(trace_worker(trace)->blocked_ns, trace);
}

static struct units_text lines_preempted(const struct view *view, const struct trace *trace)
{
	(void)view;
	return lines_part(trace_worker(trace)->preempted_ns, trace);
}

const struct lines_column lines_columns[LINES_COLUMNS] = {
	{ "TIME (UTC)", 12, 3, true, PAINT_DIM, lines_time },
	{ "TRACE", 8, 5, true, PAINT_NONE, lines_trace },
	{ "ENGINE", 9, 6, true, PAINT_NONE, lines_engine },
	{ "PID", 7, 9, false, PAINT_NONE, lines_pid },
	{ "STATUS", 9, 1, true, PAINT_BY_STATUS, lines_status },
	{ "TOOK", 7, 2, false, PAINT_BOLD, lines_took },
	{ "FIRST", 7, 4, false, PAINT_NONE, lines_first },
	{ "RTF", 5, 7, false, PAINT_NONE, lines_rtf },
	{ "AUDIO", 7, 8, false, PAINT_NONE, lines_audio },
	{ "TEXT", 7, 11, false, PAINT_NONE, lines_text },
	{ "QUEUED", 7, 10, false, PAINT_NONE, lines_queued },
	{ "CPU", 4, 12, false, PAINT_NONE, lines_cpu },
	{ "RUNQ", 4, 13, false, PAINT_NONE, lines_runq },
	{ "BLKD", 4, 14, false, PAINT_NONE, lines_blocked },
	{ "PRE", 4, 15, false, PAINT_NONE, lines_preempted },
	{ "SPLIT", LINES_BAR_COLUMNS, 16, true, PAINT_NONE, NULL },
};

/* By rank, each column that still fits. */
uint32_t lines_choose(unsigned columns)
{
	unsigned used = 0, rank;
	uint32_t shown = 0;
	size_t i;

	for (rank = 1; rank <= LINES_COLUMNS; rank++) {
		for (i = 0; lines_columns[i].rank != rank;)
			i++;
		if (used + (used ? 1 : 0) + lines_columns[i].width > columns)
			continue;
		used += (used ? 1 : 0) + lines_columns[i].width;
		shown |= 1u << i;
	}
	return shown;
}
