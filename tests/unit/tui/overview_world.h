/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world whose Overview is looked at: of a small flow that is fed by hand, and of series that a test makes for more
 * instances than one. Colours are asked for by their meaning (enum style), words by what is printed without any.
 */
#ifndef TEST_TUI_OVERVIEW_WORLD_H
#define TEST_TUI_OVERVIEW_WORLD_H

#include "tui_test.h"

#include <math.h>

#include "sink/tui/overview.h"

#define OURS "engine=\"acme\",service=\"acme.service\",pid=\"100\""

static inline struct overview *overview_of_world(struct tui_world *w)
{
	return (struct overview *)w->tui->tabs[TUI_OVERVIEW];
}

/* The first row with that text; fails with the frame when there is none. */
static inline unsigned row_with(struct tui_world *w, const char *text)
{
	draw(w);
	for (unsigned row = 0; row < w->canvas.rows; row++)
		if (find_cell(w, row, text, NULL))
			return row;
	fail_msg("\"%s\" is in no row:\n%s", text, w->text.bytes);
	return 0;
}

static inline enum style style_of(struct tui_world *w, const char *text)
{
	unsigned row = row_with(w, text);

	return (enum style)find_cell(w, row, text, NULL)->style;
}

static inline unsigned count_of(struct tui_world *w, const char *text)
{
	unsigned count = 0;

	for (const char *at = draw(w); (at = strstr(at, text)); at += strlen(text))
		count++;
	return count;
}

/* The row in which the text is, with a byte for each cell. */
static inline void assert_row(struct tui_world *w, const char *text, const char *also)
{
	unsigned row = row_with(w, text);

	if (!strstr(row_of(w, row), also))
		fail_msg("\"%s\" is not in the row of \"%s\":\n%s", also, text, w->text.bytes);
}

/* Requests of 20 ms, a hundred to the second. */
static inline void serve(struct tui_world *w, unsigned seconds, unsigned requests, uint64_t ms)
{
	for (; seconds; seconds--) {
		for (unsigned i = 0; i < requests; i++)
			tui_world_request(w, ms, 0);
		tui_world_pass(w, 1);
	}
}

/* A series of ours for the rules. */
static inline size_t judged(struct tui_world *w, const char *rules)
{
	size_t series = make_series(w->judge, "lat_seconds{" OURS "}");

	feed_rules(w->judge, rules);
	return series;
}

struct made {
	size_t requests, in_flight;
};

static inline struct made instance_with(struct tui_world *w, const char *engine, const char *service, unsigned pid)
{
	char labels[200], text[300];
	struct made made;

	snprintf(labels, sizeof(labels), "{engine=\"%s\",service=\"%s\",pid=\"%u\"}", engine, service, pid);
	snprintf(text, sizeof(text), "tts_requests_total%s", labels);
	made.requests = make_series(w->judge, text);
	snprintf(text, sizeof(text), "tts_requests_in_flight%s", labels);
	made.in_flight = make_series(w->judge, text);
	set(w->judge, made.requests, 10);
	set(w->judge, made.in_flight, 1);
	return made;
}

/* Fires for each pid above the threshold. */
static inline size_t latency_of(struct tui_world *w, unsigned pid, double value)
{
	char text[200];
	size_t series;

	snprintf(text, sizeof(text), "lat_seconds{engine=\"acme\",service=\"svc\",pid=\"%u\"}", pid);
	series = make_series(w->judge, text);
	set(w->judge, series, value);
	return series;
}

static inline struct tui_world *thirty(void)
{
	struct tui_world *w = tui_world_new();

	for (unsigned pid = 1001; pid <= 1029; pid++)
		instance_with(w, "acme", "svc", pid);
	feed_rules(w->judge, "alert Slow 0 0 critical lat_seconds > 5\nalert Slowish 0 0 warning lat_seconds > 2\n");
	latency_of(w, 1020, 3);
	latency_of(w, 1025, 9);
	serve(w, 5, 1, 20);
	return w;
}

#endif
