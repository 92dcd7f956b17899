/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why one utterance took as long as it did, in one sentence.
 * In: a trace, what is usual, how many were ahead of it. Out: words; raw bytes of stage names are in them.
 */
#ifndef SINK_TUI_TRACE_VERDICT_H
#define SINK_TUI_TRACE_VERDICT_H

#include "sink/tui/trace_facts.h"
#include "sink/tui/trace_usual.h"

struct verdict {
	char *text; /* to be freed by verdict_fini */
	enum style style;
	const struct span *span; /* of the trace: where to look first; NULL = nowhere */
};

/* ahead_count: begun earlier and not ended when this one was submitted, of the same engine and process. */
struct verdict verdict_of(const struct trace *trace, enum trace_outcome outcome, const struct trace_usual *usual,
			  size_t ahead_count);
void verdict_fini(struct verdict *verdict);

#endif
