/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a row of the Traces tab shows of one trace: copied, so that it stays when the trace itself is let go.
 * In: held and open traces. Out: numbers, words, styles. Engine and process live as long as the view.
 */
#ifndef SINK_TUI_TRACE_FACTS_H
#define SINK_TUI_TRACE_FACTS_H

#include "model/view.h"
#include "sink/tui/theme.h"

/* By severity: the order of the status column. */
enum trace_outcome {
	OUTCOME_OPEN, /* in flight */
	OUTCOME_OK,
	OUTCOME_INCOMPLETE, /* ok as far as was seen */
	OUTCOME_EMPTY,	    /* succeeded without a sample of audio although there was a text */
	OUTCOME_CANCELLED,
	OUTCOME_ABANDONED,
	OUTCOME_NO_END,
	OUTCOME_ERROR,
	OUTCOMES
};

#define FACTS_NONE UINT64_MAX /* not known */

struct trace_facts {
	const struct held_trace *held; /* NULL: in flight. Ask trace_index_held before looking at it */
	uint64_t ordinal;
	uint8_t id[16];
	const char *engine;
	const struct process *process;
	uint64_t start_at_ns, end_at_ns;
	uint64_t duration_ns; /* in flight: its age */
	uint64_t first_audio_ns, queue_wait_ns, audio_ns, text_bytes; /* or FACTS_NONE */
	double rtf;						      /* or NAN */
	enum trace_outcome outcome;
	bool has_failed; /* as the metrics count: an end that loss explains is no failure */
	bool is_incomplete;
	bool is_partial;
	bool text_is_cut;
	/* of the worker's span, once facts_split was asked; without has_split they mean nothing */
	bool has_looked, has_split;
	uint64_t oncpu_ns, runq_ns, blocked_ns, preempted_ns;
	/* the index's own */
	uint64_t number, key;
	bool is_in;
};

struct trace_facts facts_of(const struct trace *trace);
struct trace_facts facts_of_open(const struct trace *trace, uint64_t now_ns);
/* Takes the split from the trace, which must be there. */
void facts_split(struct trace_facts *facts, const struct trace *trace);
enum trace_outcome facts_outcome(const struct trace *trace);
/* It failed, or it deserves a look: empty, cancelled, incomplete. */
bool facts_is_troubled(const struct trace_facts *facts);

const char *facts_word(enum trace_outcome outcome); /* "no end" */
const char *facts_key(enum trace_outcome outcome);  /* as filters and the log have it: "no_end" */
enum style facts_style(enum trace_outcome outcome);
/* service, else comm; raw bytes. Never NULL. */
const char *facts_service(const struct process *process);

#endif
