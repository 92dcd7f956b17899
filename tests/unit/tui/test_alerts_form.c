// SPDX-License-Identifier: Apache-2.0
/* Asking before something is told: what is told is what was shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alerts_world.h"

static void a_silence_is_told_exactly_as_it_was_shown(void **arg)
{
	static const char matchers[] = "{alertname=\"Deep\",engine=\"acme\",kind=\"a\",pid=\"100\","
				       "service=\"acme.service\",severity=\"critical\"}";
	struct state state = begin();

	(void)arg;
	size_to(state.w, 24, 160);
	raise_to(&state, 6, 5);
	press(state.w, 'S');
	assert_shown(state.w, "Silence for: 1h");
	assert_shown(state.w, "{alertname=\"Deep\",engine=\"acme\"");
	press(state.w, KEYCODE_ENTER);
	type(state.w, "deploy \"x\"");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "1h, until 23:13:27 UTC");
	assert_shown(state.w, "1 alert now");
	assert_shown(state.w, "comment    deploy \"x\"");
	assert_shown(state.w, "Enter silences");
	assert_int_equal(state.w->told_count, 0);
	press(state.w, KEYCODE_ENTER);
	assert_int_equal(state.w->told_count, 1);
	assert_int_equal(state.w->told_unconfirmed_count, 0);
	assert_int_equal(state.w->told.kind, TUI_SILENCE);
	assert_string_equal(state.w->told_matchers, matchers);
	assert_string_equal(state.w->told_duration, "1h");
	assert_string_equal(state.w->told_comment, "deploy \"x\"");
	tui_answer(state.w->tui, true, "silence 1 holds for 1h00m: {...} (saved)");
	assert_shown(state.w, "silence 1 holds for 1h00m: {...} (saved)");
	tui_world_free(state.w);
}

/* The world goes on while somebody reads. */
static void a_silence_has_one_end_from_its_last_question_on(void **arg)
{
	struct state state = begin();

	(void)arg;
	size_to(state.w, 24, 160);
	raise_to(&state, 6, 5);
	press(state.w, 'S');
	press(state.w, KEYCODE_ENTER);
	raise_to(&state, 6, 3);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "1h, until 23:13:30 UTC");
	assert_shown(state.w, "until 23:13:30 UTC, 1 alert now; Esc");
	raise_to(&state, 6, 3);
	assert_shown(state.w, "1h, until 23:13:30 UTC");
	assert_shown(state.w, "until 23:13:30 UTC, 1 alert now; Esc");
	tui_world_free(state.w);
}

static void esc_at_any_step_and_any_word_at_the_last_leave_everything_as_it_is(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	for (unsigned steps = 0; steps < 3; steps++) {
		press(state.w, 'S');
		for (unsigned i = 0; i < steps; i++)
			press(state.w, KEYCODE_ENTER);
		assert_shown(state.w, "matchers");
		press(state.w, KEYCODE_ESCAPE);
		assert_not_shown(state.w, "matchers");
		press(state.w, KEYCODE_UP);
	}
	press(state.w, 'a');
	press(state.w, KEYCODE_ENTER);
	type(state.w, "no");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "nothing was done: it was not confirmed");
	assert_int_equal(state.w->told_count, 0);
	tui_world_free(state.w);
}

static void a_time_that_is_none_is_asked_for_again(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	press(state.w, 'S');
	press(state.w, 21); /* ^U */
	type(state.w, "soon");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "\"soon\" is no time above 0");
	assert_shown(state.w, "Silence for: soon");
	press(state.w, 21);
	type(state.w, "1d12h");
	press(state.w, KEYCODE_ENTER);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "2023-11-16 10:13:27 UTC");
	press(state.w, KEYCODE_ENTER);
	assert_string_equal(state.w->told_duration, "1d12h");
	assert_string_equal(state.w->told_comment, "");
	tui_world_free(state.w);
}

static void acknowledging_and_resolving_name_the_alert_by_its_id(void **arg)
{
	struct state state = begin();
	uint64_t id;

	(void)arg;
	raise_to(&state, 6, 5);
	id = alert_of(&state, "Deep", TIER_CRITICAL)->id;
	press(state.w, 'a');
	set(state.w->judge, state.b, 9); /* the list moves below the question */
	tui_world_pass(state.w, 2);
	type(state.w, "mine");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "Enter acknowledges");
	press(state.w, KEYCODE_ENTER);
	assert_int_equal(state.w->told_count, 1);
	assert_int_equal(state.w->told.kind, TUI_ACK);
	assert_int_equal(state.w->told.id, id);
	assert_string_equal(state.w->told_comment, "mine");
	press(state.w, 'R');
	press(state.w, KEYCODE_ENTER);
	type(state.w, "y");
	press(state.w, KEYCODE_ENTER);
	assert_int_equal(state.w->told_count, 2);
	assert_int_equal(state.w->told.kind, TUI_RESOLVE);
	assert_int_equal(state.w->told.id, id);
	tui_world_free(state.w);
}

static void a_silence_is_ended_by_its_id(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	press(state.w, 'U');
	assert_shown(state.w, "Deep is not silenced");
	feed_control(state.w->judge,
		     (struct tt_control){.what = TT_CONTROL_SILENCE,
					 .id = 7,
					 .start_at_real_ns = state.w->tui->desk.at_axis_ns,
					 .end_at_real_ns =
						 state.w->tui->desk.at_axis_ns + 3600 * NS_PER_S},
		     "{alertname=\"Deep\",severity=\"critical\"}", "deploy");
	tui_world_pass(state.w, 1);
	draw(state.w);
	press(state.w, KEYCODE_RIGHT); /* pending */
	press(state.w, KEYCODE_RIGHT); /* silenced */
	assert_shown(state.w, "[Silenced 1]");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "silence 7, until");
	press(state.w, 'U');
	assert_shown(state.w, "7 {alertname=\"Deep\",severity=\"critical\"}");
	press(state.w, KEYCODE_ENTER);
	assert_int_equal(state.w->told_count, 1);
	assert_int_equal(state.w->told.kind, TUI_UNSILENCE);
	assert_int_equal(state.w->told.id, 7);
	tui_world_free(state.w);
}

static void what_ended_while_the_question_stood_is_not_told(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	press(state.w, 'a');
	press(state.w, KEYCODE_ENTER);
	raise_to(&state, 1, 3);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "nothing was done: Deep acme acme.service 100 kind=a has ended");
	assert_int_equal(state.w->told_count, 0);
	press(state.w, 'R');
	assert_shown(state.w, "Deep has ended: there is nothing to resolve");
	tui_world_free(state.w);
}

static void a_recording_cannot_be_changed(void **arg)
{
	static const char keys[] = "aSRU";
	struct state state = begin_with((struct tui_options){.is_replay = true}, RULES);

	(void)arg;
	raise_to(&state, 6, 5);
	for (const char *key = keys; *key; key++) {
		press(state.w, (unsigned char)*key);
		assert_shown(state.w, "a recording cannot be changed");
		assert_false(state.w->tui->prompt.is_open);
	}
	tui_world_free(state.w);
}

static void nothing_can_be_told_of_a_rule(void **arg)
{
	struct state state = begin();

	(void)arg;
	lose_of(state.w->judge, 0, 1, 7);
	tui_world_pass(state.w, 2);
	draw(state.w);
	press(state.w, 'a');
	assert_shown(state.w, "is a rule that cannot be judged: there is no alert");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "it would fire");
	tui_world_free(state.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silence_is_told_exactly_as_it_was_shown),
		cmocka_unit_test(a_silence_has_one_end_from_its_last_question_on),
		cmocka_unit_test(esc_at_any_step_and_any_word_at_the_last_leave_everything_as_it_is),
		cmocka_unit_test(a_time_that_is_none_is_asked_for_again),
		cmocka_unit_test(acknowledging_and_resolving_name_the_alert_by_its_id),
		cmocka_unit_test(a_silence_is_ended_by_its_id),
		cmocka_unit_test(what_ended_while_the_question_stood_is_not_told),
		cmocka_unit_test(a_recording_cannot_be_changed),
		cmocka_unit_test(nothing_can_be_told_of_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
