// SPDX-License-Identifier: Apache-2.0
/*
 * In: keys about what is selected or open. Out: its page, a comparison, a jump to its logs or its alert.
 * The rule that surprises: one in flight has a page too, which becomes its waterfall when it ends.
 */
#include <stdlib.h>
#include <string.h>

#include "sink/tui/traces_parts.h"
#include "sink/words.h"

void traces_close_page(struct traces *traces)
{
	trace_detail_free(traces->detail);
	trace_compare_free(traces->compare);
	free(traces->waiting);
	traces->detail = NULL;
	traces->compare = NULL;
	traces->waiting = NULL;
	traces->waiting_is_lost = false;
}

bool traces_has_page(const struct traces *traces)
{
	return traces->detail || traces->compare || traces->waiting;
}

void traces_open_detail(struct traces *traces, struct desk *desk, const struct trace *trace)
{
	struct trace_detail *detail = trace_detail_new(desk, traces->index, trace);

	traces_close_page(traces);
	traces->detail = detail;
}

void traces_open_waiting(struct traces *traces, const struct desk *desk, const struct trace *open)
{
	struct flight flight = traces_flight_of(traces, desk, open);

	traces_close_page(traces);
	traces->waiting = mem_new(sizeof(*traces->waiting));
	*traces->waiting = flight;
}

/* One in flight that was opened: it goes on, or it has ended. */
void traces_follow_waiting(struct traces *traces, struct desk *desk)
{
	uint64_t ordinal = traces->waiting->facts.ordinal;
	const struct trace *open = traces_flight_open(desk->view, ordinal, NULL);
	const struct trace_facts *facts = open ? NULL : trace_index_facts(traces->index, ordinal);
	const struct trace *trace = facts ? trace_index_held(traces->index, desk->view, facts) : NULL;

	if (open) {
		*traces->waiting = traces_flight_of(traces, desk, open);
	} else if (trace) {
		traces_open_detail(traces, desk, trace);
		desk_say(desk, STYLE_GOOD, "it has ended: these are its stages");
	} else if (trace_index_known(traces->index) == trace_index_all(traces->index)) {
		traces->waiting_is_lost = true;
	}
}

/* --- what is meant by a key ------------------------------------------------------------------------------- */

/* The id of what is open or selected; false: nothing is. */
static bool meant_id(struct traces *traces, struct desk *desk, uint8_t id[16])
{
	const struct trace_facts *facts;

	if (traces->compare) {
		memcpy(id, traces->compare->copies[1]->trace.id, 16);
		return true;
	}
	if (traces->detail) {
		memcpy(id, traces->detail->copy->trace.id, 16);
		return true;
	}
	facts = traces->waiting ? &traces->waiting->facts : traces_table_selected(traces, desk);
	if (facts)
		memcpy(id, facts->id, 16);
	return facts;
}

bool traces_enter(struct traces *traces, struct desk *desk)
{
	const struct trace_facts *facts = traces_has_page(traces) ? NULL : traces_table_selected(traces, desk);
	const struct trace *trace;

	if (!facts)
		return false;
	if (!facts->held) {
		trace = traces_flight_open(desk->view, facts->ordinal, NULL);
		if (trace)
			traces_open_waiting(traces, desk, trace);
		else if ((trace = trace_copy_find(desk->view, facts->id)))
			traces_open_detail(traces, desk, trace);
		else
			desk_say(desk, STYLE_WARNING, "%.8s has ended, and is not held",
				 words_trace_id(facts->id).text);
		return true;
	}
	trace = trace_index_held(traces->index, desk->view, facts);
	if (trace)
		traces_open_detail(traces, desk, trace);
	else
		desk_say(desk, STYLE_WARNING, "%.8s is no longer held: only this row is left of it",
			 words_trace_id(facts->id).text);
	return true;
}

/* A copy of what is open or selected; NULL: said why not. */
static struct trace_copy *copy_meant(struct traces *traces, struct desk *desk)
{
	const struct trace_facts *facts;
	const struct trace *trace;

	if (traces->detail)
		return trace_copy_again(traces->detail->copy);
	facts = traces->waiting ? &traces->waiting->facts : traces_table_selected(traces, desk);
	if (!facts) {
		desk_say(desk, STYLE_DIM, "nothing is selected that could be compared");
		return NULL;
	}
	trace = facts->held ? trace_index_held(traces->index, desk->view, facts) : NULL;
	if (trace)
		return trace_copy_new(desk->view, trace);
	desk_say(desk, STYLE_WARNING, "%.8s is %s", words_trace_id(facts->id).text,
		 facts->held ? "no longer held" : "in flight: compare it when it ends");
	return NULL;
}

void traces_compare_act(struct traces *traces, struct desk *desk)
{
	struct trace_copy *copy;

	if (traces->compare) {
		desk_say(desk, STYLE_DIM, "Esc closes the comparison; then mark another one");
		return;
	}
	copy = copy_meant(traces, desk);
	if (!copy)
		return;
	if (!traces->marked) {
		traces->marked = copy;
		desk_say(desk, STYLE_GOOD, "%.8s is marked: c on another one shows both side by side",
			 words_trace_id(copy->trace.id).text);
	} else if (!memcmp(traces->marked->trace.id, copy->trace.id, sizeof(copy->trace.id))) {
		trace_copy_free(traces->marked);
		trace_copy_free(copy);
		traces->marked = NULL;
		desk_say(desk, STYLE_TEXT, "no longer marked");
	} else {
		traces_close_page(traces);
		traces->compare = trace_compare_new(traces->marked, copy);
		traces->marked = NULL;
		desk_say(desk, STYLE_TEXT, "A is the one that was marked; e shows only the bars, Esc closes");
	}
}

void traces_go_alert(struct traces *traces, struct desk *desk)
{
	struct desk_target target = { .tab = TUI_ALERTS };
	const struct fired_alert *alert = NULL;
	uint8_t id[16];

	if (traces->detail && traces->detail->alerts_count)
		alert = traces->detail->alerts[0];
	else if (meant_id(traces, desk, id))
		alert = fired_by(&traces->fired, id);
	if (!alert) {
		desk_say(desk, STYLE_DIM, "no alert that is known has to do with this trace");
		return;
	}
	target.alert_id = alert->id;
	desk_go(desk, &target);
}

bool traces_go_logs(struct traces *traces, struct desk *desk)
{
	struct desk_target target = { .tab = TUI_LOGS };

	if (!meant_id(traces, desk, target.trace_id))
		return false;
	desk_go(desk, &target);
	return true;
}

bool traces_copy_id(struct traces *traces, struct desk *desk)
{
	uint8_t id[16];

	if (!meant_id(traces, desk, id))
		return false;
	desk_copy(desk, "trace id", words_trace_id(id).text);
	return true;
}

