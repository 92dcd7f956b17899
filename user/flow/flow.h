/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The path, in one place: wire records in, spans, traces and metrics out to the sinks.
 * The rule that surprises: nothing here reads a clock, a file, /proc or a global. flow.now is the last TICK.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "model/engine.h"
#include "model/rule.h"
#include "model/sink.h"

struct flow;

struct retention {
	uint64_t age_ns; /* 0 = the default */
	uint64_t bytes;
};

struct flow_options {
	const struct engine_set *engines;
	uint64_t run_id;      /* random per run, stored in the recording: trace and span ids are made from it */
	uint64_t interval_ns; /* 0 = no interval meter */
	struct sink **sinks;  /* in this order; the recorder first */
	size_t sinks_count;
	struct retention metrics, traces;
	/*
	 * Texts to rules. Pure: it reads no file. NULL = a mistake (said). When the members are NULL, RULES records are not looked at
	 * and nothing is judged.
	 */
	struct rule_set *(*compile_rules)(const struct rule_text *texts, size_t texts_count);
	void (*free_rules)(struct rule_set *set);
};

struct flow *flow_new(const struct flow_options *options);
void flow_free(struct flow *flow);
void flow_feed(struct flow *flow, const struct tt_head *record, uint32_t size_bytes);
const struct view *flow_view(const struct flow *flow);

#endif
