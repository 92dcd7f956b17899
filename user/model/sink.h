/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port on which results leave. A sink is a const table of at most five moments; NULL = not interested.
 * Embed struct sink first in your own struct. Everything passed is valid during the call only.
 * Order: on_event for the raw record first (the recorder), then the spans and traces it completed; on_tick last.
 */
#ifndef MODEL_SINK_H
#define MODEL_SINK_H

#include "model/view.h"

struct sink {
	const struct sink_ops *ops;
};

struct sink_ops {
	const char *name;
	/* Every record as fed, malformed ones included, before it is decoded. */
	void (*on_event)(struct sink *sink, const struct view *view, const struct tt_head *record, uint32_t size_bytes);
	void (*on_span)(struct sink *sink, const struct view *view, const struct span *span);
	void (*on_trace)(struct sink *sink, const struct view *view, const struct trace *trace);
	/* At each change of an alert (alert->change says which), on TICK or by what somebody asked for. */
	void (*on_alert)(struct sink *sink, const struct view *view, const struct alert *alert);
	/* After each TICK, and once after END (view->end_reason set). */
	void (*on_tick)(struct sink *sink, const struct view *view);
};

#endif
