// SPDX-License-Identifier: Apache-2.0
/* The value of an alert over time: what is evaluated, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "sink/tui/alerts_chart.h"
#include "sink/tui/alerts_rows.h"
#include "alerts_world.h"

struct drawn {
	double values[60];
};

/* One value per second of the last minute. */
static struct drawn minute_of(const struct alerts_chart *chart, const struct state *state)
{
	struct drawn drawn;

	alerts_chart_values(chart, state->w->tui->desk.at_axis_ns, drawn.values, 60);
	return drawn;
}

static struct alerts_row row_of_alert(const struct state *state, const char *name, enum tier tier)
{
	return alerts_row_of(alert_of(state, name, tier),
			     tui_world_view(state->w)->rules_generation);
}

static void the_values_before_it_was_pending_are_evaluated_as_well(void **arg)
{
	struct state state = begin();
	struct alerts_chart chart = {0};
	struct alerts_row row;
	struct drawn drawn;

	(void)arg;
	for (unsigned i = 0; i < 30; i++)
		raise_to(&state, 1 + i / 10.0, 1); /* 1.0 ... 3.9, pending only from 2 on */
	raise_to(&state, 8, 10);
	state.w->tui->desk.window_ns = 60 * NS_PER_S;
	row = row_of_alert(&state, "Deep", TIER_CRITICAL);
	alerts_chart_feed(&chart, &state.w->tui->desk, &row);
	drawn = minute_of(&chart, &state);
	assert_true(drawn.values[59] == 8 && drawn.values[50] == 8);
	assert_true(fabs(drawn.values[49] - 3.9) < 1e-9);
	assert_true(fabs(drawn.values[20] - 1.0) < 1e-9);
	assert_true(isnan(drawn.values[0])); /* before anything was there */
	alerts_chart_reset(&chart);
	tui_world_free(state.w);
}

static void at_most_sixty_evaluations_find_the_past_and_one_a_second_goes_on(void **arg)
{
	struct state state = begin();
	struct alerts_chart chart = {0};
	struct alerts_row row;

	(void)arg;
	raise_to(&state, 8, 100);
	row = row_of_alert(&state, "Deep", TIER_CRITICAL);
	for (unsigned i = 0; i < 100; i++)
		alerts_chart_feed(&chart, &state.w->tui->desk, &row);
	assert_int_equal(chart.evaluations_count, 60);
	for (unsigned i = 0; i < 10; i++) {
		raise_to(&state, 9 + i, 1);
		for (unsigned frame = 0; frame < 10; frame++)
			alerts_chart_feed(&chart, &state.w->tui->desk, &row);
	}
	assert_int_equal(chart.evaluations_count, 70);
	state.w->tui->desk.window_ns = 60 * NS_PER_S;
	chart.window_ns = 60 * NS_PER_S;
	assert_true(minute_of(&chart, &state).values[59] == 18);
	assert_true(minute_of(&chart, &state).values[55] == 14);
	alerts_chart_reset(&chart);
	tui_world_free(state.w);
}

static void the_alternatives_of_an_or_have_their_left_sides_too(void **arg)
{
	struct state state = begin_with((struct tui_options){.colours = COLOURS_NONE},
					"alert Deep 0 0 critical (q{kind=\"x\"} > 1 or "
					"q{kind=\"a\"} > 5) and on () q{kind=\"b\"} > 0\n");
	struct alerts_chart chart = {0};
	struct alerts_row row;

	(void)arg;
	raise_to(&state, 3, 10);
	raise_to(&state, 8, 5);
	state.w->tui->desk.window_ns = 60 * NS_PER_S;
	row = row_of_alert(&state, "Deep", TIER_CRITICAL);
	alerts_chart_feed(&chart, &state.w->tui->desk, &row);
	assert_true(minute_of(&chart, &state).values[57] == 8);
	assert_true(minute_of(&chart, &state).values[50] == 3);
	alerts_chart_reset(&chart);
	tui_world_free(state.w);
}

static void of_many_label_sets_only_its_own_is_taken(void **arg)
{
	struct state state = begin_with((struct tui_options){.colours = COLOURS_NONE},
					"alert Deep 0 0 critical q > 5\n");
	struct alerts_chart chart = {0};
	struct alerts_row row;

	(void)arg;
	set(state.w->judge, state.b, 7);
	raise_to(&state, 6, 5);
	state.w->tui->desk.window_ns = 60 * NS_PER_S;
	for (const struct alert *alert = tui_world_view(state.w)->alerts; alert;
	     alert = alert->next) {
		bool is_a = !strcmp(labels_find(alert->labels, "kind"), "a");

		row = alerts_row_of(alert, tui_world_view(state.w)->rules_generation);
		alerts_chart_feed(&chart, &state.w->tui->desk, &row);
		assert_true(minute_of(&chart, &state).values[58] == (is_a ? 6 : 7));
	}
	alerts_chart_reset(&chart);
	tui_world_free(state.w);
}

static void without_its_rule_the_values_that_were_seen_are_shown(void **arg)
{
	struct state state = begin();
	struct alerts_chart chart = {0};
	struct alerts_row row;

	(void)arg;
	raise_to(&state, 8, 5);
	state.w->tui->desk.window_ns = 60 * NS_PER_S;
	for (unsigned i = 0; i < 5; i++) {
		raise_to(&state, 10 + i, 1);
		row = row_of_alert(&state, "Deep", TIER_CRITICAL);
		row.rule = NULL;
		alerts_chart_feed(&chart, &state.w->tui->desk, &row);
		alerts_chart_see(&chart, &row, state.w->tui->desk.at_axis_ns);
	}
	assert_int_equal(chart.evaluations_count, 0);
	assert_true(minute_of(&chart, &state).values[59] == 14);
	assert_true(minute_of(&chart, &state).values[57] == 12);
	assert_true(isnan(minute_of(&chart, &state).values[50]));
	alerts_chart_reset(&chart);
	tui_world_free(state.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_values_before_it_was_pending_are_evaluated_as_well),
		cmocka_unit_test(at_most_sixty_evaluations_find_the_past_and_one_a_second_goes_on),
		cmocka_unit_test(the_alternatives_of_an_or_have_their_left_sides_too),
		cmocka_unit_test(of_many_label_sets_only_its_own_is_taken),
		cmocka_unit_test(without_its_rule_the_values_that_were_seen_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
