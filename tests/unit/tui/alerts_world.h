/* SPDX-License-Identifier: Apache-2.0 */
/* A dashboard on its Alerts tab, over two series and three rules: what all tests of the tab begin with. */
#ifndef TEST_ALERTS_WORLD_H
#define TEST_ALERTS_WORLD_H

#include "tui_test.h"

/* "q > 5" of process 100, critical after 2 s, warning at once; other alerts and rules beside it as
 * a test wants them. */
#define RULES                                                                                      \
	"alert Deep 2 0 critical q{kind=\"a\"} > 5\n"                                              \
	"alert Deep 60 0 warning q{kind=\"a\"} > 2\n"                                              \
	"alert Other 0 0 warning q{kind=\"b\"} > 5\n"
#define SERIES(kind) "q{engine=\"acme\",kind=\"" kind "\",pid=\"100\",service=\"acme.service\"}"

struct state {
	struct tui_world *w;
	size_t a, b; /* series */
};

static inline struct state begin_with(struct tui_options options, const char *rules)
{
	struct state state = {.w = tui_world_with(options, NULL)};

	state.a = make_series(state.w->judge, SERIES("a"));
	state.b = make_series(state.w->judge, SERIES("b"));
	set(state.w->judge, state.a, 1);
	set(state.w->judge, state.b, 1);
	feed_rules(state.w->judge, rules);
	tui_world_pass(state.w, 2);
	press(state.w, '4');
	draw(state.w);
	return state;
}

static inline struct state begin(void)
{
	return begin_with((struct tui_options){.colours = COLOURS_NONE}, RULES);
}

/* Series a is that high from now on, and seconds pass; drawn each second, as it would be. */
static inline void raise_to(struct state *state, double value, unsigned seconds)
{
	set(state->w->judge, state->a, value);
	for (unsigned i = 0; i < seconds; i++) {
		tui_world_pass(state->w, 1);
		draw(state->w);
	}
}

static inline const struct alert *alert_of(const struct state *state, const char *name, enum tier tier)
{
	const struct alert *alert = tui_world_view(state->w)->alerts;

	while (alert && (strcmp(alert->name, name) != 0 || alert->tier != tier))
		alert = alert->next;
	assert_non_null(alert);
	return alert;
}

/* The row of the frame in which the text stands; a failure shows the frame. */
static inline unsigned row_with(struct state *state, const char *text)
{
	draw(state->w);
	for (unsigned row = 0; row < state->w->canvas.rows; row++)
		if (strstr(row_of(state->w, row), text))
			return row;
	fail_msg("\"%s\" is in no row:\n%s", text, state->w->text.bytes);
	return 0;
}

#endif
