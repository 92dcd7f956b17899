/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which alerts fired, remembered for the marks of traces. In: changes of alerts. Out: those of one trace.
 * Bounded: the last FIRED_MAX; texts are cut.
 */
#ifndef SINK_TUI_TRACE_FIRED_H
#define SINK_TUI_TRACE_FIRED_H

#include "model/view.h"
#include "sink/tui/trace_copy.h"

#define FIRED_MAX   256
#define FIRED_BYTES 80

struct fired_alert {
	uint64_t id;
	uint8_t trace_id[16]; /* all zero: none */
	enum tier tier;
	enum alert_state state;
	uint64_t fired_at_real_ns, ended_at_real_ns; /* 0 = not ended */
	char name[FIRED_BYTES];
	char engine[FIRED_BYTES], service[FIRED_BYTES], pid[16]; /* "" = of any */
};

struct trace_fired {
	struct fired_alert alerts[FIRED_MAX]; /* a ring */
	size_t count;			      /* ever added */
};

void fired_reset(struct trace_fired *fired);
void fired_note(struct trace_fired *fired, const struct alert *alert);
/* Those that fired before somebody listened. */
void fired_begin(struct trace_fired *fired, const struct view *view);
/* The youngest that carries the id; NULL = none. */
const struct fired_alert *fired_by(const struct trace_fired *fired, const uint8_t trace_id[16]);
/* Those that carry it, then those of its engine and process that were firing while it ran; how many. */
size_t fired_find(const struct trace_fired *fired, const struct trace_copy *copy, const struct fired_alert **found,
		  size_t max);

#endif
