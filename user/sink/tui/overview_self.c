// SPDX-License-Identifier: Apache-2.0
/*
 * What we are and cost ourselves. In: tallies, series of our own. Out: a line or two; and what we wait for.
 * The rule that surprises: events that were lost lately are an alarm of ours; those of long ago are only a number.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/tui/overview.h"
#include "sink/words.h"

/* --- collecting ------------------------------------------------------------------------------------------------ */

static void append(char *text, size_t size_bytes, const char *more)
{
	size_t length = strlen(text);

	snprintf(text + length, size_bytes - length, "%s", more);
}

static uint64_t lost_lately(const struct desk *desk)
{
	struct series *const *series;
	size_t count = query_select(desk, OVERVIEW_LOST, NULL, 0, &series);
	uint64_t lost = 0;

	for (size_t i = 0; i < count; i++) {
		struct query_increase seen = {0};

		if (words_cause(overview_cause(series[i]))->is_event_lost)
			seen = query_increase(desk, &series[i], 1, OVERVIEW_LATELY_NS);
		lost += seen.increase > 0 ? (uint64_t)seen.increase : 0;
	}
	return lost;
}

/* "1,204 enters (ring full), 3 hits (dropped by the kernel)" */
static void take_lost(struct overview_self *self, const struct desk *desk)
{
	const struct tallies *tallies = desk->view->tallies;
	char one[120];

	self->lost_count = self->lost_lately_count = 0;
	self->lost[0] = '\0';
	for (uint32_t cause = 0; cause < WORDS_CAUSES; cause++) {
		const struct words_cause *words = words_cause(cause);

		if (!tallies->lost_count[cause] || !words->is_event_lost)
			continue;
		self->lost_count += tallies->lost_count[cause];
		snprintf(one, sizeof(one), "%s%s%s", self->lost[0] ? ", " : "",
			 units_count(tallies->lost_count[cause]).text, words->after);
		append(self->lost, sizeof(self->lost), one);
	}
	if (!self->lost_count)
		return;
	/* all of a run that is younger is lately */
	self->lost_lately_count =
		desk->at_ns - desk->view->started_at_ns < OVERVIEW_LATELY_NS ? self->lost_count : lost_lately(desk);
}

/* What a limit dropped, but for what --retention is there to let go. */
static void take_let_go(struct overview_self *self, const struct desk *desk)
{
	static const struct {
		enum let_go kind;
		const char *name;
	} kinds[] = {
		{LET_GO_OPEN_TRACES, "open traces"}, {LET_GO_SPANS, "spans"},	{LET_GO_THREADS, "threads"},
		{LET_GO_METER_ROWS, "rows"},	     {LET_GO_SERIES, "series"}, {LET_GO_ALERTS, "alerts"},
		{LET_GO_SILENCES, "silences"},	     {LET_GO_OTHER, "other"},
	};
	const struct tallies *tallies = desk->view->tallies;
	char one[60];

	self->let_go_count = 0;
	self->let_go[0] = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint64_t count = tallies->let_go[kinds[i].kind];

		if (!count)
			continue;
		self->let_go_count += count;
		snprintf(one, sizeof(one), "%s%s %s", self->let_go[0] ? ", " : "", units_count(count).text,
			 kinds[i].name);
		append(self->let_go, sizeof(self->let_go), one);
	}
}

static void take_rules(struct overview_self *self, const struct view *view)
{
	self->rules_count = self->rules_unknown_count = self->rules_failed_count = self->rules_never_count = 0;
	self->rules_reason[0] = '\0';
	for (size_t i = 0; view->rules && i < view->rule_status_count; i++) {
		const struct rule_status *status = &view->rule_status[i];

		if (!status->rule->is_alert)
			continue;
		self->rules_count++;
		self->rules_never_count += status->health == RULE_NEVER;
		self->rules_unknown_count += status->health == RULE_UNKNOWN;
		self->rules_failed_count += status->health == RULE_FAILED;
		if (status->health == RULE_UNKNOWN && !self->rules_reason[0])
			snprintf(self->rules_reason, sizeof(self->rules_reason), "%s", status->reason);
	}
}

/* Records of the last second; at first of the whole run. */
static void take_pace(struct overview_self *self, const struct view *view)
{
	uint64_t from_ns = self->records_at_ns ? self->records_at_ns : view->started_at_ns;
	uint64_t count = view->tallies->records_count, before = self->records_at_ns ? self->records_count : 0;

	if (view->now_ns < from_ns + NS_PER_S / 2 || count < before)
		return;
	self->events_per_s = (double)(count - before) * 1e9 / (double)(view->now_ns - from_ns);
	self->records_count = count;
	self->records_at_ns = view->now_ns;
}

static void take_targets(struct overview_self *self, const struct view *view)
{
	char one[80];

	self->processes_count = self->live_count = self->probes_count = 0;
	self->hits_count = 0;
	self->waits_for[0] = '\0';
	for (const struct process *process = view->processes; process; process = process->next) {
		self->processes_count++;
		if (process->is_gone || !process->pid)
			continue;
		self->live_count++;
		if (self->live_count > 4)
			continue;
		snprintf(one, sizeof(one), "%s%s (%u)", self->waits_for[0] ? ", " : "",
			 process->service[0] ? process->service : process->comm, process->pid);
		append(self->waits_for, sizeof(self->waits_for), one);
	}
	for (size_t i = 0; i < view->probes_count; i++) {
		const struct probe *probe = view->probes[i];

		self->probes_count++;
		self->hits_count += probe->kernel_enters_count > probe->enters_count ? probe->kernel_enters_count
										     : probe->enters_count;
	}
}

void overview_take_self(struct overview *overview, const struct desk *desk)
{
	struct overview_self *self = &overview->self;

	self->cpu_ratio = query_value(desk, "ttsobs_process_cpu_ratio", NULL, 0);
	self->memory_bytes = query_value(desk, "ttsobs_process_resident_memory_bytes", NULL, 0);
	self->series_count = query_value(desk, "ttsobs_series", NULL, 0);
	self->traces_count = desk->view->held_traces_count;
	self->logs_count = desk->tail ? tail_counts(desk->tail).records_count : 0;
	if (!desk->view->tallies)
		return;
	take_pace(self, desk->view);
	take_lost(self, desk);
	take_let_go(self, desk);
	take_rules(self, desk->view);
	take_targets(self, desk->view);
}

/* --- drawing --------------------------------------------------------------------------------------------------- */

static bool is_loud(const struct overview_self *self)
{
	return self->lost_count || self->let_go_count;
}

int overview_self_rows(const struct overview *overview)
{
	return 1 + is_loud(&overview->self);
}

static void draw_loud(const struct overview_self *self, struct area area)
{
	enum style style = self->lost_lately_count || self->let_go_count ? STYLE_ALARM_UNKNOWN : STYLE_UNKNOWN;
	char text[400] = "", one[300];

	if (self->lost_count) {
		char before[60] = "";

		if (self->lost_lately_count != self->lost_count)
			snprintf(before, sizeof(before), ", %s",
				 self->lost_lately_count ? units_count(self->lost_lately_count).text : "none");
		snprintf(one, sizeof(one), "EVENTS LOST %s%s in the last 5 m: %s", units_count(self->lost_count).text,
			 before, self->lost);
		append(text, sizeof(text), one);
	}
	if (self->let_go_count) {
		snprintf(one, sizeof(one), "%sLET GO BY A LIMIT: %s", text[0] ? "; " : "", self->let_go);
		append(text, sizeof(text), one);
	}
	area_fit(area, 0, 0, area.columns, style, "");
	area_fit(area, 0, 1, area.columns - 1, style, text);
}

/* Whole items only; the first ones matter most. */
static int put(struct area area, int column, enum style style, const char *value, const char *after)
{
	int columns = (int)(text_columns(value, strlen(value)) + strlen(after));

	if (column + columns > area.columns)
		return column;
	column += area_text(area, 0, column, style, value);
	column += area_text(area, 0, column, STYLE_DIM, after);
	return column + 2;
}

void overview_draw_self(const struct overview *overview, const struct desk *desk, struct area area)
{
	const struct overview_self *self = &overview->self;
	bool ascii = desk->ascii;
	struct area last = area_part(area, area.rows - 1, 0, 1, area.columns);
	int at = 1;

	if (area.rows > 1 && is_loud(self))
		draw_loud(self, area_part(area, 0, 0, 1, area.columns));
	if (area.columns >= 60)
		at += area_text(last, 0, at, STYLE_TITLE, "tracer") + 2;
	at = put(last, at, STYLE_TEXT,
		 isnan(self->events_per_s) ? chart_number(NAN, CHART_PLAIN, ascii).text
					   : units_count((uint64_t)(self->events_per_s + 0.5)).text,
		 " events/s");
	if (self->lost_count)
		at = put(last, at, STYLE_UNKNOWN, units_count(self->lost_count).text, " lost");
	else
		at = put(last, at, STYLE_GOOD, "0", " lost");
	at = put(last, at, STYLE_TEXT, chart_number(self->cpu_ratio, CHART_RATIO, ascii).text, " CPU");
	at = put(last, at, STYLE_TEXT, chart_number(self->memory_bytes, CHART_BYTES, ascii).text, "");
	if (desk->options && desk->options->recording) {
		at = put(last, at, STYLE_CRITICAL, ascii ? "*" : "●", " REC");
		if (area.columns - at > 50)
			at += area_text(last, 0, at - 1, STYLE_DIM, desk->options->recording) + 1;
	}
	at = put(last, at, STYLE_TEXT, units_count(self->traces_count).text, " traces");
	at = put(last, at, STYLE_TEXT, chart_number(self->series_count, CHART_PLAIN, ascii).text, " series");
	at = put(last, at, STYLE_TEXT, units_count(self->logs_count).text, " log lines");
	if (self->let_go_count)
		put(last, at, STYLE_UNKNOWN, units_count(self->let_go_count).text, " let go");
}

void overview_draw_waiting(const struct overview *overview, const struct desk *desk, struct area area)
{
	const struct overview_self *self = &overview->self;
	int row = area.rows > 8 ? area.rows / 3 : 0;

	if (!overview->has_collected || !desk->view->now_ns) {
		area_text(area, row, 2, STYLE_BOLD, "waiting for the first event");
		return;
	}
	if (!self->live_count) {
		area_text(area, row, 2, STYLE_BOLD,
			  self->processes_count ? "every process that was traced is gone"
						: "nothing is attached yet");
		return;
	}
	area_text(area, row, 2, STYLE_BOLD, "attached to ");
	area_text(area, row, 14, STYLE_BOLD, self->waits_for);
	if (self->live_count > 4)
		area_format(area, row + 1, 2, STYLE_TEXT, "and %zu more processes", self->live_count - 4);
	area_text(area, row + 2, 2, STYLE_TEXT, "no utterance yet");
	area_format(area, row + 3, 2, self->probes_count ? STYLE_DIM : STYLE_WARNING,
		    "%zu probe%s attached, %s call%s seen", self->probes_count, self->probes_count == 1 ? "" : "s",
		    units_count(self->hits_count).text, self->hits_count == 1 ? "" : "s");
}
