// SPDX-License-Identifier: Apache-2.0
/* In: a trace. Out: what a row shows of it. The rule that surprises: "empty" and "incomplete" outrank "ok". */
#include "sink/tui/trace_facts.h"

#include <math.h>
#include <string.h>

enum trace_outcome facts_outcome(const struct trace *trace)
{
	switch (trace->status) {
	case STATUS_ERROR:
		return OUTCOME_ERROR;
	case STATUS_CANCELLED:
		return OUTCOME_CANCELLED;
	case STATUS_ABANDONED:
		return OUTCOME_ABANDONED;
	case STATUS_NO_END:
		return OUTCOME_NO_END;
	case STATUS_OK:
		break;
	}
	if (trace->incomplete)
		return OUTCOME_INCOMPLETE;
	return trace->empty ? OUTCOME_EMPTY : OUTCOME_OK;
}

static struct trace_facts facts_without_outcome(const struct trace *trace)
{
	struct trace_facts facts = {
		.ordinal = trace->ordinal,
		.engine = trace->engine,
		.process = trace->process,
		.start_at_ns = trace->start_at_ns,
		.end_at_ns = trace->end_at_ns,
		.duration_ns = trace->duration_ns,
		.first_audio_ns = trace->has_first_audio ? trace->first_audio_ns : FACTS_NONE,
		.queue_wait_ns = trace->has_queue_wait ? trace->queue_wait_ns : FACTS_NONE,
		.audio_ns = trace->has_audio ? trace->audio_ns : FACTS_NONE,
		.text_bytes = trace->has_text && !trace->text_unreadable ? trace->text_bytes : FACTS_NONE,
		.rtf = trace->has_rtf ? trace->rtf : NAN,
		.is_incomplete = trace->incomplete,
		.is_partial = trace->partial,
		.text_is_cut = trace->text_cut,
	};

	memcpy(facts.id, trace->id, sizeof(facts.id));
	return facts;
}

struct trace_facts facts_of(const struct trace *trace)
{
	struct trace_facts facts = facts_without_outcome(trace);

	facts.outcome = facts_outcome(trace);
	facts.has_failed = status_has_failed(trace->status, trace->incomplete);
	return facts;
}

struct trace_facts facts_of_open(const struct trace *trace, uint64_t now_ns)
{
	struct trace_facts facts = facts_without_outcome(trace);

	facts.outcome = OUTCOME_OPEN;
	facts.duration_ns = now_ns > trace->start_at_ns ? now_ns - trace->start_at_ns : 0;
	facts.end_at_ns = now_ns;
	facts.audio_ns = FACTS_NONE; /* these are known at its end */
	facts.text_bytes = FACTS_NONE;
	facts.rtf = NAN;
	return facts;
}

void facts_split(struct trace_facts *facts, const struct trace *trace)
{
	const struct span *worker = trace_worker(trace);

	facts->has_looked = true;
	facts->has_split = worker && worker->has_split;
	if (!facts->has_split)
		return;
	facts->oncpu_ns = worker->oncpu_ns;
	facts->runq_ns = worker->runq_ns;
	facts->blocked_ns = worker->blocked_ns;
	facts->preempted_ns = worker->preempted_ns;
}

bool facts_is_troubled(const struct trace_facts *facts)
{
	return facts->outcome > OUTCOME_OK || facts->is_incomplete;
}

static const struct {
	const char *word, *key;
	enum style style;
} outcomes[OUTCOMES] = {
	[OUTCOME_OPEN] = { "in flight", "in_flight", STYLE_TEXT },
	[OUTCOME_OK] = { "ok", "ok", STYLE_GOOD },
	[OUTCOME_INCOMPLETE] = { "incomplete", "incomplete", STYLE_UNKNOWN },
	[OUTCOME_EMPTY] = { "empty", "empty", STYLE_CRITICAL },
	[OUTCOME_CANCELLED] = { "cancelled", "cancelled", STYLE_WARNING },
	[OUTCOME_ABANDONED] = { "abandoned", "abandoned", STYLE_CRITICAL },
	[OUTCOME_NO_END] = { "no end", "no_end", STYLE_CRITICAL },
	[OUTCOME_ERROR] = { "error", "error", STYLE_CRITICAL },
};

const char *facts_word(enum trace_outcome outcome)
{
	return outcomes[outcome].word;
}

const char *facts_key(enum trace_outcome outcome)
{
	return outcomes[outcome].key;
}

enum style facts_style(enum trace_outcome outcome)
{
	return outcomes[outcome].style;
}

const char *facts_service(const struct process *process)
{
	if (!process)
		return "";
	return *process->service ? process->service : process->comm;
}
