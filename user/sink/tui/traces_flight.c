// SPDX-License-Identifier: Apache-2.0
/*
 * In: open traces. Out: rows of those in flight, the ones that are late for their kind first.
 * The rule that surprises: an open trace tells its spans when it ends, so its page shows the little that is known.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/trace_text.h"
#include "sink/tui/traces_parts.h"
#include "sink/words.h"

enum { FLIGHT_SINCE, FLIGHT_TRACE, FLIGHT_STATE, FLIGHT_AGE, FLIGHT_USUAL, FLIGHT_TIMES, FLIGHT_DOING, FLIGHT_ENGINE,
       FLIGHT_SERVICE };

static const struct list_column flight_columns[] = {
	[FLIGHT_SINCE] = { "since", 12, 4, false, false },
	[FLIGHT_TRACE] = { "trace", 8, 0, false, false },
	[FLIGHT_STATE] = { "state", 8, 0, false, false },
	[FLIGHT_AGE] = { "age", 8, 0, true, true },
	[FLIGHT_USUAL] = { "usual p95", 9, 2, true, false },
	[FLIGHT_TIMES] = { "x usual", 9, 1, true, true },
	[FLIGHT_DOING] = { "what it does", 20, 3, false, false },
	[FLIGHT_ENGINE] = { "engine", 12, 5, false, false },
	[FLIGHT_SERVICE] = { "service/pid", 22, 6, false, false },
};

void traces_flight_init(struct list *list)
{
	list_init(list, flight_columns, sizeof(flight_columns) / sizeof(flight_columns[0]));
	list->sort_column = FLIGHT_TIMES;
}

/* --- collecting ------------------------------------------------------------------------------------------- */

static const struct flight_usual *usual_of(struct traces *traces, const struct desk *desk, const struct trace *trace)
{
	struct flight_usual *usual;

	if (traces->usuals_second != desk->at_ns / NS_PER_S) {
		traces->usuals_second = desk->at_ns / NS_PER_S;
		traces->usuals_count = 0;
	}
	for (size_t i = 0; i < traces->usuals_count; i++)
		if (traces->usuals[i].engine == trace->engine && traces->usuals[i].process == trace->process)
			return &traces->usuals[i];
	if (traces->usuals_count == FLIGHT_USUALS)
		traces->usuals_count--;
	usual = &traces->usuals[traces->usuals_count++];
	*usual = (struct flight_usual){ .engine = trace->engine, .process = trace->process };
	usual->wall_s = trace_usual_longest_s(desk, trace->engine, trace->process);
	usual->has_queue = trace_index_has_queue(traces->index, trace);
	return usual;
}

struct flight traces_flight_of(struct traces *traces, const struct desk *desk, const struct trace *trace)
{
	const struct flight_usual *usual = usual_of(traces, desk, trace);

	return (struct flight){ .facts = facts_of_open(trace, desk->at_ns),
				.usual_s = usual->wall_s,
				.is_queued = usual->has_queue && !trace->has_queue_wait,
				.chunks_count = trace->audio_chunks_count };
}

/* NAN: nobody knows what is usual. */
static double times_usual(const struct flight *flight)
{
	double times = (double)flight->facts.duration_ns / 1e9 / flight->usual_s;

	return isfinite(times) ? times : NAN;
}

static int by_age(const void *a, const void *b)
{
	const struct flight *x = a, *y = b;

	return x->facts.ordinal < y->facts.ordinal ? -1 : x->facts.ordinal > y->facts.ordinal;
}

static int by_times(const void *a, const void *b)
{
	double tx = times_usual(a), ty = times_usual(b);

	if (isnan(tx) != isnan(ty))
		return isnan(tx) ? 1 : -1;
	if (!isnan(tx) && tx != ty)
		return tx > ty ? -1 : 1;
	return by_age(a, b);
}

void traces_flight_sort(struct traces *traces)
{
	const struct list *list = &traces->lists[SHOW_IN_FLIGHT];
	size_t count = traces->flights_count;

	if (!count)
		return;
	qsort(traces->flights, count, sizeof(*traces->flights), list->sort_column == FLIGHT_AGE ? by_age : by_times);
	for (size_t i = 0; list->is_inverted && i < count / 2; i++) {
		struct flight other = traces->flights[i];

		traces->flights[i] = traces->flights[count - 1 - i];
		traces->flights[count - 1 - i] = other;
	}
}

void traces_flight_collect(struct traces *traces, const struct desk *desk)
{
	const struct trace *open = desk->view->open_traces;

	if (!traces->flights)
		traces->flights = mem_array(LIMIT_FLIGHTS, sizeof(*traces->flights));
	traces->flights_count = 0;
	for (size_t i = 0; open && i < LIMIT_FLIGHTS; i++, open = open->next_open) {
		struct flight flight = traces_flight_of(traces, desk, open);

		if (trace_filter_matches(traces->filter, &flight.facts))
			traces->flights[traces->flights_count++] = flight;
	}
	traces_flight_sort(traces);
}

const struct flight *traces_flight_find(const struct traces *traces, uint64_t ordinal)
{
	for (size_t i = 0; i < traces->flights_count; i++)
		if (traces->flights[i].facts.ordinal == ordinal)
			return &traces->flights[i];
	return NULL;
}

const struct trace *traces_flight_open(const struct view *view, uint64_t ordinal, const uint8_t id[16])
{
	for (const struct trace *open = view->open_traces; open; open = open->next_open) {
		if (ordinal ? open->ordinal == ordinal : !memcmp(open->id, id, sizeof(open->id)))
			return open;
		if (ordinal && open->ordinal > ordinal)
			break;
	}
	return NULL;
}

/* --- cells ------------------------------------------------------------------------------------------------ */

static const char *state_of(const struct flight *flight, enum style *style)
{
	double times = times_usual(flight);

	*style = STYLE_DIM;
	if (isnan(times))
		return "unknown"; /* nobody knows how long such a one takes */
	*style = times >= FLIGHT_STUCK ? STYLE_ALARM_CRITICAL : times >= 1 ? STYLE_WARNING : STYLE_GOOD;
	return times >= FLIGHT_STUCK ? " stuck? " : times >= 1 ? "late" : "in time";
}

static struct units_text doing_of(const struct flight *flight)
{
	struct units_text text = { "working" };

	if (flight->chunks_count)
		snprintf(text.text, sizeof(text.text), "audio, %.20s chunk%s", units_count(flight->chunks_count).text,
			 flight->chunks_count == 1 ? "" : "s");
	else if (flight->facts.queue_wait_ns != FACTS_NONE)
		snprintf(text.text, sizeof(text.text), "taken after %.20s",
			 words_short_ns(flight->facts.queue_wait_ns).text);
	else if (flight->is_queued)
		snprintf(text.text, sizeof(text.text), "in the queue");
	return text;
}

static struct units_text none_text(bool ascii)
{
	struct units_text text;

	strcpy(text.text, trace_none(ascii));
	return text;
}

static struct units_text usual_text(double seconds, bool ascii)
{
	return isnan(seconds) ? none_text(ascii) : words_short_ns((uint64_t)(seconds * 1e9 + 0.5));
}

static struct units_text times_text(double times, bool ascii)
{
	struct units_text text = none_text(ascii);

	if (!isnan(times))
		snprintf(text.text, sizeof(text.text), times < 9.95 ? "x%.1f" : "x%.0f", times < 99999 ? times : 99999);
	return text;
}

uint64_t traces_flight_id(void *arg, size_t row)
{
	const struct traces *traces = arg;

	return traces->flights[row].facts.ordinal;
}

void traces_flight_cell(void *arg, size_t row, size_t column, struct area area, bool is_right)
{
	const struct traces *traces = arg;
	const struct flight *flight = &traces->flights[row];
	bool ascii = traces->desk->ascii;
	enum style style;
	const char *state;

	switch (column) {
	case FLIGHT_SINCE:
		list_text(area, is_right, STYLE_DIM,
			  units_clock(view_real_ns(traces->desk->view, flight->facts.start_at_ns)).text);
		break;
	case FLIGHT_TRACE:
		area_format(area, 0, 0, STYLE_TEXT, "%.8s", words_trace_id(flight->facts.id).text);
		break;
	case FLIGHT_STATE:
		state = state_of(flight, &style);
		list_text(area, is_right, style, state);
		break;
	case FLIGHT_AGE:
		list_text(area, is_right, STYLE_BOLD, words_short_ns(flight->facts.duration_ns).text);
		break;
	case FLIGHT_USUAL:
		list_text(area, is_right, STYLE_DIM, usual_text(flight->usual_s, ascii).text);
		break;
	case FLIGHT_TIMES:
		list_text(area, is_right, STYLE_TEXT, times_text(times_usual(flight), ascii).text);
		break;
	case FLIGHT_DOING:
		list_text(area, is_right, STYLE_TEXT, doing_of(flight).text);
		break;
	case FLIGHT_ENGINE:
		list_text(area, is_right, STYLE_TEXT, flight->facts.engine ? flight->facts.engine : "");
		break;
	case FLIGHT_SERVICE:
		traces_cell_service(area, is_right, &flight->facts);
		break;
	default:
		break;
	}
}

/* --- the page of one -------------------------------------------------------------------------------------- */

void traces_waiting_draw(struct traces *traces, const struct desk *desk, struct area area)
{
	const struct flight *flight = traces->waiting;
	const struct trace_facts *facts = &flight->facts;
	struct trace_items items = { .area = area };
	enum style style;
	const char *state = state_of(flight, &style);
	int row;

	trace_item(&items, STYLE_TITLE, "trace %s", words_trace_id(facts->id).text);
	trace_item(&items, style, "%s", traces->waiting_is_lost ? "ended" : state);
	trace_item(&items, STYLE_TEXT, "%s", facts->engine ? facts->engine : "");
	if (facts->process)
		trace_item(&items, STYLE_TEXT, "%s/%u", facts_service(facts->process), facts->process->pid);
	trace_item(&items, STYLE_DIM, "since %s UTC", units_clock(view_real_ns(desk->view, facts->start_at_ns)).text);
	trace_item(&items, STYLE_BOLD, "in flight for %s", words_short_ns(facts->duration_ns).text);
	trace_item(&items, STYLE_TEXT, "usual (p95) %s", usual_text(flight->usual_s, desk->ascii).text);
	trace_item(&items, STYLE_TEXT, "%s usual", times_text(times_usual(flight), desk->ascii).text);
	trace_item(&items, STYLE_TEXT, "%s", doing_of(flight).text);
	if (facts->first_audio_ns != FACTS_NONE)
		trace_item(&items, STYLE_AUDIO, "first audio %s", words_short_ns(facts->first_audio_ns).text);
	row = trace_items_rows(&items) + 1;
	trace_text_wrap(area_part(area, row, 0, area.rows - row, area.columns), STYLE_DIM,
			traces->waiting_is_lost ?
				"It has ended, and it is not held: its stages are gone. Logs may tell of it (o)." :
				"Its stages are told when it ends; this page shows them then by itself.");
}
