// SPDX-License-Identifier: Apache-2.0
/* All that is said of one alert, and where it leads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>

#include "alerts_world.h"

static bool next_of_test(void *arg, uint64_t alert_id, struct tui_escalation *next)
{
	struct tui_world *w = arg;

	assert_int_equal(alert_id, tui_world_view(w)->alerts->id);
	*next = (struct tui_escalation){w->tui->desk.at_axis_ns + 252 * NS_PER_S, "pager-oncall"};
	return true;
}

static void the_detail_says_why_what_to_do_and_who_is_told_next(void **arg)
{
	struct state state = begin_with(
		(struct tui_options){.colours = COLOURS_NONE, .next_escalation = next_of_test},
		"alert Deep 2 30 critical q{kind=\"a\"} > 5\n");

	(void)arg;
	size_to(state.w, 60, 80);
	raise_to(&state, 6, 5);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "critical firing");
	assert_shown(state.w, "value      6 > 5");
	assert_shown(state.w, "next       pager-oncall in 4 m 12 s, unless acknowledged");
	assert_shown(state.w, "summary    pid 100 at 6");
	assert_shown(state.w, "value against threshold, last 5m");
	assert_shown(state.w, "kind       a");
	assert_shown(state.w, "expr       q{kind=\"a\"} > 5");
	assert_shown(state.w, "for        2s");
	assert_shown(state.w, "keeps      firing for 30s");
	assert_shown(state.w, "firing at 6");
	feed_control(state.w->judge,
		     (struct tt_control){.what = TT_CONTROL_ACK,
					 .id = tui_world_view(state.w)->alerts->id,
					 .uid = 1000},
		     "", "I am at it");
	tui_world_pass(state.w, 1);
	assert_shown(state.w, "acked      by uid 1000");
	assert_shown(state.w, ": I am at it");
	assert_not_shown(state.w, "pager-oncall");
	tui_world_free(state.w);
}

static void without_receivers_nobody_is_next_and_a_recording_says_nothing(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "next       nobody: there are no receivers");
	tui_world_free(state.w);
	state = begin_with((struct tui_options){.is_replay = true}, RULES);
	raise_to(&state, 6, 5);
	press(state.w, KEYCODE_ENTER);
	assert_not_shown(state.w, "next  ");
	tui_world_free(state.w);
}

static void a_wide_window_shows_the_detail_beside_the_list(void **arg)
{
	struct state state = begin();

	(void)arg;
	size_to(state.w, 60, 200);
	raise_to(&state, 6, 5);
	assert_shown(state.w, "Deep acme");
	assert_shown(state.w, "expr       q{kind=\"a\"} > 5");
	press(state.w, KEYCODE_DOWN);
	assert_shown(state.w, "expr       q{kind=\"a\"} > 2");
	press(state.w, 'e');
	assert_not_shown(state.w, "expr  ");
	press(state.w, 'e');
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "Esc: back to the list");
	tui_world_free(state.w);
}

static void the_detail_stays_with_its_alert_whatever_the_list_does(void **arg)
{
	struct state state = begin();

	(void)arg;
	set(state.w->judge, state.b, 9);
	tui_world_pass(state.w, 2);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "Other acme");
	raise_to(&state, 6, 5); /* a worse one takes the first row */
	assert_shown(state.w, "Other acme");
	set(state.w->judge, state.b, 1);
	tui_world_pass(state.w, 2);
	assert_shown(state.w, "Other acme");
	assert_shown(state.w, "resolved");
	press(state.w, KEYCODE_ESCAPE);
	assert_shown(state.w, "CRIT   firing");
	tui_world_free(state.w);
}

static void the_detail_scrolls_to_its_end_and_turns_to_the_next_alert(void **arg)
{
	struct state state = begin();

	(void)arg;
	set(state.w->judge, state.b, 9);
	raise_to(&state, 6, 5);
	press(state.w, KEYCODE_ENTER);
	assert_not_shown(state.w, "what happened");
	press(state.w, KEYCODE_END);
	assert_shown(state.w, "what happened");
	for (unsigned i = 0; i < 100; i++)
		press(state.w, KEYCODE_DOWN);
	assert_shown(state.w, "what happened");
	for (unsigned i = 0; i < 100; i++)
		press(state.w, KEYCODE_UP);
	assert_shown(state.w, "Deep acme");
	press(state.w, KEYCODE_RIGHT);
	assert_shown(state.w, "Other acme");
	press(state.w, KEYCODE_LEFT);
	assert_shown(state.w, "Deep acme");
	tui_world_free(state.w);
}

static void another_tab_opens_an_alert_by_its_id(void **arg)
{
	struct state state = begin();
	struct desk_target target = {.tab = TUI_ALERTS};

	(void)arg;
	set(state.w->judge, state.b, 9);
	raise_to(&state, 6, 5);
	target.alert_id = alert_of(&state, "Other", TIER_WARNING)->id;
	press(state.w, '1');
	desk_go(&state.w->tui->desk, &target);
	assert_shown(state.w, "Other acme acme.service 100 kind=b");
	assert_shown(state.w, "value      9 > 5");
	press(state.w, KEYCODE_ESCAPE);
	press(state.w, '1');
	target.alert_id = 0x123;
	desk_go(&state.w->tui->desk, &target);
	assert_shown(state.w, "the alert 00000000 is gone");
	tui_world_free(state.w);
}

static void a_paused_picture_keeps_an_alert_that_has_ended(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	press(state.w, ' ');
	raise_to(&state, 1, 3);
	assert_shown(state.w, "CRIT   firing   Deep");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "value      6 > 5");
	assert_shown(state.w, "summary    pid 100 at 6");
	press(state.w, KEYCODE_END);
	assert_not_shown(state.w, "resolved"); /* that is of later */
	press(state.w, KEYCODE_ESCAPE);
	press(state.w, ' ');
	assert_shown(state.w, "resolved Deep");
	tui_world_free(state.w);
}

static void a_trace_is_gone_to_and_its_absence_is_said(void **arg)
{
	struct state state =
		begin_with((struct tui_options){.colours = COLOURS_NONE},
			   "alert Slow 0 0 critical tts:request_duration_seconds:max_1m > 0.1\n"
			   "alert Deep 0 0 warning q{kind=\"a\"} > 5\n");

	(void)arg;
	raise_to(&state, 6, 2);
	press(state.w, 'w');
	assert_shown(state.w, "no trace is known for Deep");
	tui_world_request(state.w, 500, 0);
	tui_world_pass(state.w, 3);
	assert_shown(state.w, "500 ms > 100 ms");
	press(state.w, KEYCODE_HOME);
	press(state.w, 'w');
	assert_int_equal(state.w->tui->open, TUI_TRACES);
	tui_world_free(state.w);
}

static void the_id_is_copied(void **arg)
{
	struct state state = begin();
	char wanted[80];

	(void)arg;
	raise_to(&state, 6, 5);
	snprintf(wanted, sizeof(wanted), "copied the alert's id: %016" PRIx64,
		 alert_of(&state, "Deep", TIER_CRITICAL)->id);
	press(state.w, 'y');
	assert_shown(state.w, wanted);
	tui_world_free(state.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_detail_says_why_what_to_do_and_who_is_told_next),
		cmocka_unit_test(without_receivers_nobody_is_next_and_a_recording_says_nothing),
		cmocka_unit_test(a_wide_window_shows_the_detail_beside_the_list),
		cmocka_unit_test(the_detail_stays_with_its_alert_whatever_the_list_does),
		cmocka_unit_test(the_detail_scrolls_to_its_end_and_turns_to_the_next_alert),
		cmocka_unit_test(another_tab_opens_an_alert_by_its_id),
		cmocka_unit_test(a_paused_picture_keeps_an_alert_that_has_ended),
		cmocka_unit_test(a_trace_is_gone_to_and_its_absence_is_said),
		cmocka_unit_test(the_id_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
