/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>

#include "sink/tui/alerts_chart.h"
#include "sink/tui/alerts_filter.h"
#include "sink/tui/alerts_form.h"
#include "sink/tui/alerts_history.h"
#include "sink/tui/alerts_people.h"
#include "sink/tui/alerts_rows.h"
#include "sink/tui/alerts_tab.h"
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

static struct state begin_with(struct tui_options options, const char *rules)
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

static struct state begin(void)
{
	return begin_with((struct tui_options){.colours = COLOURS_NONE}, RULES);
}

/* Series a is that high from now on, and seconds pass; drawn each second, as it would be. */
static void raise_to(struct state *state, double value, unsigned seconds)
{
	set(state->w->judge, state->a, value);
	for (unsigned i = 0; i < seconds; i++) {
		tui_world_pass(state->w, 1);
		draw(state->w);
	}
}

static const struct alert *alert_of(const struct state *state, const char *name, enum tier tier)
{
	const struct alert *alert = tui_world_view(state->w)->alerts;

	while (alert && (strcmp(alert->name, name) != 0 || alert->tier != tier))
		alert = alert->next;
	assert_non_null(alert);
	return alert;
}

/* The row of the frame in which the text stands; a failure shows the frame. */
static unsigned row_with(struct state *state, const char *text)
{
	draw(state->w);
	for (unsigned row = 0; row < state->w->canvas.rows; row++)
		if (strstr(row_of(state->w, row), text))
			return row;
	fail_msg("\"%s\" is in no row:\n%s", text, state->w->text.bytes);
	return 0;
}

/* --- the list --- */

static void what_fires_is_a_row_with_tier_state_age_and_value(void **arg)
{
	struct state state = begin();
	unsigned row, column;

	(void)arg;
	assert_shown(state.w, "no alert is pending or firing: all 3 rules are judged");
	raise_to(&state, 6, 13);
	row = row_with(&state, "CRIT   ");
	assert_non_null(strstr(row_of(state.w, row), "firing"));
	assert_non_null(strstr(row_of(state.w, row), "Deep acme acme.service 100 kind=a"));
	assert_non_null(strstr(row_of(state.w, row), "6 > 5"));
	assert_non_null(strstr(row_of(state.w, row), "10.0 s"));
	assert_int_equal(find_cell(state.w, row, "CRIT", &column)->style, STYLE_ALARM_CRITICAL);
	assert_shown(state.w, "[All 2] Firing 1  Pending 1");
	tui_world_free(state.w);
}

static void a_number_of_series_has_no_unit_of_theirs(void **arg)
{
	struct state state = begin_with((struct tui_options){.colours = COLOURS_NONE},
					"alert Many 0 0 critical count(q_seconds) > 0\n"
					"alert Long 0 0 warning max(q_seconds) > 2\n");
	size_t series = make_series(state.w->judge, "q_seconds{pid=\"100\"}");

	(void)arg;
	set(state.w->judge, series, 9);
	tui_world_pass(state.w, 2);
	assert_shown(state.w, "  1 > 0");
	assert_shown(state.w, "9.00 s > 2.00 s");
	tui_world_free(state.w);
}

static void what_is_worst_stands_first(void **arg)
{
	struct state state = begin();

	(void)arg;
	set(state.w->judge, state.b, 9);
	tui_world_pass(state.w, 3);
	raise_to(&state, 6, 5);
	assert_true(row_with(&state, "Deep") <
		    row_with(&state, "Other")); /* critical before warning */
	assert_true(row_with(&state, "Other") <
		    row_with(&state, "pending")); /* firing before pending */
	press(state.w, 'I');
	assert_true(row_with(&state, "pending") < row_with(&state, "Other"));
	tui_world_free(state.w);
}

/* The first row of the list, below the sections and the titles. */
#define FIRST_ROW 3

static void who_takes_care_of_an_alert_changes_its_state_and_place(void **arg)
{
	struct state state = begin();
	const struct alert *alert;

	(void)arg;
	set(state.w->judge, state.b, 9);
	raise_to(&state, 6, 5);
	alert = alert_of(&state, "Deep", TIER_CRITICAL);
	feed_control(state.w->judge,
		     (struct tt_control){.what = TT_CONTROL_ACK, .id = alert->id, .uid = 0}, "",
		     "mine");
	tui_world_pass(state.w, 1);
	assert_int_equal(row_with(&state, "Other"), FIRST_ROW);
	assert_non_null(strstr(row_of(state.w, row_with(&state, "acked")), "A"));
	assert_shown(state.w, "Acked 1");
	feed_control(state.w->judge,
		     (struct tt_control){.what = TT_CONTROL_SILENCE,
					 .uid = 0,
					 .start_at_real_ns = state.w->tui->desk.at_axis_ns,
					 .end_at_real_ns =
						 state.w->tui->desk.at_axis_ns + 3600 * NS_PER_S},
		     "{alertname=\"Other\"}", "deploy");
	tui_world_pass(state.w, 1);
	assert_shown(state.w, "silenced Other");
	assert_shown(state.w, "Firing 0");
	assert_shown(state.w, "Silenced 1");
	tui_world_free(state.w);
}

static void a_lower_tier_is_held_by_the_higher_one(void **arg)
{
	struct state state = begin_with((struct tui_options){.colours = COLOURS_NONE},
					"alert Deep 0 0 critical q{kind=\"a\"} > 5\nalert Deep 0 0 "
					"warning q{kind=\"a\"} > 2\n");

	(void)arg;
	raise_to(&state, 6, 2);
	assert_shown(state.w, "held     Deep");
	assert_shown(state.w, "Held 1");
	press(state.w, KEYCODE_DOWN);
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "held       by the critical alert Deep (");
	tui_world_free(state.w);
}

static void what_ended_stays_as_history_with_its_end(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	raise_to(&state, 1, 3);
	assert_shown(state.w, "resolved Deep");
	assert_shown(state.w, "Firing 0");
	assert_shown(state.w, "Ended 1"); /* the warning was only pending */
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "ended      2.0");
	assert_shown(state.w, "summary    pid 100 at 6");
	assert_shown(state.w, "value against threshold, last 5m");
	press(state.w, KEYCODE_END);
	assert_shown(state.w, "expr       q{kind=\"a\"} > 5");
	assert_shown(state.w, "resolved at 6");
	tui_world_free(state.w);
}

static void what_fires_when_the_last_target_ends_is_history_with_its_reason(void **arg)
{
	struct state state = begin_with((struct tui_options){.colours = COLOURS_NONE},
					"alert First 0 0 critical vector(1) > 0");

	(void)arg;
	tui_world_pass(state.w, 2);
	assert_shown(state.w, "firing   First");
	end_with(state.w->judge, TT_END_TARGET);
	assert_shown(state.w, "ended    First");
	assert_shown(state.w, "Firing 0");
	assert_shown(state.w, "Ended 1");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "reason     every target has ended");
	tui_world_free(state.w);
}

static void what_was_resolved_by_hand_is_muted_and_its_end_is_history(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	feed_control(state.w->judge,
		     (struct tt_control){.what = TT_CONTROL_RESOLVE,
					 .id = alert_of(&state, "Deep", TIER_CRITICAL)->id},
		     "", "enough");
	tui_world_pass(state.w, 1);
	assert_shown(state.w, "muted    Deep");
	assert_shown(state.w, "ended    Deep");
	assert_shown(state.w, "Muted 1");
	raise_to(&state, 1, 2); /* the condition is gone: it may come again */
	assert_not_shown(state.w, "muted    Deep");
	tui_world_free(state.w);
}

static void unknown_is_a_mark_of_alerts_and_a_row_for_rules(void **arg)
{
	struct state state = begin();

	(void)arg;
	raise_to(&state, 6, 5);
	lose_of(state.w->judge, 0, 1, 7);
	tui_world_pass(state.w, 2);
	assert_shown(state.w, "firing?  Deep");
	assert_shown(state.w, "RULE   unknown");
	assert_non_null(strstr(state.w->text.bytes, "Unknown "));
	tui_world_free(state.w);
}

/* --- sections, filter, search --- */

static void the_sections_are_turned_by_arrows_and_by_clicks(void **arg)
{
	struct state state = begin();
	unsigned column = 0;

	(void)arg;
	raise_to(&state, 6, 5);
	press(state.w, KEYCODE_RIGHT);
	assert_shown(state.w, "[Firing 1]");
	assert_not_shown(state.w, "pending");
	press(state.w, KEYCODE_RIGHT);
	assert_shown(state.w, "[Pending 1]");
	assert_shown(state.w, "pending  Deep");
	press(state.w, KEYCODE_RIGHT); /* the empty ones are passed */
	assert_shown(state.w, "[All 2]");
	draw(state.w);
	assert_non_null(find_cell(state.w, 1, "Pending 1", &column));
	mouse(state.w, SCREEN_CLICK, 1, column);
	assert_shown(state.w, "[Pending 1]");
	press(state.w, KEYCODE_ESCAPE);
	assert_shown(state.w, "[All 2]");
	tui_world_free(state.w);
}

static void a_filter_is_a_text_or_matchers_and_half_of_them_hides_nothing(void **arg)
{
	struct state state = begin();

	(void)arg;
	set(state.w->judge, state.b, 9);
	raise_to(&state, 6, 5);
	press(state.w, '\\');
	type(state.w, "oth");
	assert_shown(state.w, "Other");
	assert_not_shown(state.w, "Deep");
	press(state.w, KEYCODE_ENTER);
	assert_not_shown(state.w, "Deep");
	press(state.w, KEYCODE_ESCAPE);
	assert_shown(state.w, "Deep");
	press(state.w, '\\');
	type(state.w, "{severity=\"crit");
	assert_shown(state.w, "Other");
	type(state.w, "ical\"}");
	assert_shown(state.w, "CRIT");
	assert_not_shown(state.w, "WARN");
	press(state.w, KEYCODE_ENTER);
	press(state.w, '\\');
	press(state.w, 21); /* ^U */
	type(state.w, "no such");
	press(state.w, KEYCODE_ENTER);
	assert_shown(state.w, "no alert matches no such");
	tui_world_free(state.w);
}

static void a_search_goes_to_the_alert_that_has_the_text(void **arg)
{
	struct state state = begin();
	unsigned row, column;

	(void)arg;
	set(state.w->judge, state.b, 9);
	raise_to(&state, 6, 5);
	press(state.w, '/');
	type(state.w, "other");
	press(state.w, KEYCODE_ENTER);
	row = row_with(&state, "Other");
	assert_true(find_cell(state.w, row, "Other", &column)->mark & MARK_MATCH);
	assert_true(find_cell(state.w, row, "Other", &column)->mark & MARK_SELECTED);
	press(state.w, 'n'); /* it is the only one: the search goes round */
	row = row_with(&state, "Other");
	assert_true(find_cell(state.w, row, "Other", &column)->mark & MARK_SELECTED);
	tui_world_free(state.w);
}

/* --- the detail --- */

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

/* --- the way of an action --- */

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

/* --- the value over time --- */

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

/* --- bounds and hostile bytes --- */

static struct labels *labels_by_hand(const char *name)
{
	struct labels *labels = calloc(1, sizeof(*labels) + sizeof(struct label));

	labels->count = 1;
	labels->items[0] = (struct label){"alertname", name};
	return labels;
}

static struct alert alert_by_hand(struct labels *labels, uint64_t id, uint64_t at_ns)
{
	return (struct alert){
		.id = id,
		.name = "Hand",
		.group = "g",
		.tier = TIER_WARNING,
		.labels = labels,
		.state = ALERT_RESOLVED,
		.change = ALERT_CHANGE_STATE,
		.active_at_real_ns = at_ns,
		.fired_at_real_ns = at_ns,
		.ended_at_real_ns = at_ns + 5,
		.changed_at_real_ns = at_ns + 5,
		.ack = {.comment = ""},
	};
}

static void the_history_holds_the_last_five_hundred_and_a_thousand_changes(void **arg)
{
	struct alerts_history *history = calloc(1, sizeof(*history));
	struct labels *labels = labels_by_hand("Hand");

	(void)arg;
	for (uint64_t i = 1; i <= 2500; i++) {
		struct alert alert = alert_by_hand(labels, i, 1000 * i);

		alerts_history_note(history, &alert, 1);
	}
	assert_int_equal(history->past_count, LIMIT_ALERTS_PAST);
	assert_int_equal(history->changes_count, LIMIT_ALERTS_CHANGES);
	for (size_t i = 0; i < LIMIT_ALERTS_PAST; i++)
		assert_int_equal(alerts_history_past(history, i)->row.alert_id, 2500 - i);
	for (size_t i = 0; i < LIMIT_ALERTS_CHANGES; i++)
		assert_int_equal(alerts_history_change(history, i)->alert_id, 2500 - i);
	alerts_history_clear(history);
	assert_int_equal(history->past_count, 0);
	free(labels);
	free(history);
}

/* No second comes after the end, in which they would be seen to have ended. */
static void very_many_alerts_are_seen_to_end_with_the_run(void **arg)
{
	enum { MANY = 2000 };
	struct labels *labels = labels_by_hand("Hand");
	struct alert *alerts = calloc(MANY, sizeof(*alerts));
	struct view view = {.alerts = alerts};
	struct desk desk = {.view = &view, .at_axis_ns = 1000 * NS_PER_S};
	struct tab *tab = tab_alerts_ops.create();
	const struct alerts_rows *rows = &((struct alerts_tab *)tab)->rows;

	(void)arg;
	for (size_t i = 0; i < MANY; i++) {
		alerts[i] = alert_by_hand(labels, i + 1, 1000 * i);
		alerts[i].state = ALERT_FIRING;
		alerts[i].next = i + 1 < MANY ? &alerts[i + 1] : NULL;
	}
	tab_alerts_ops.collect(tab, &desk);
	assert_int_equal(rows->counts[ALERTS_IN_FIRING], MANY);
	for (size_t i = 0; i < MANY; i++) {
		alerts[i].state = ALERT_ENDED;
		tab_alerts_ops.on_alert(tab, &view, &alerts[i]);
	}
	view.alerts = NULL;
	view.end_reason = TT_END_TARGET;
	tab_alerts_ops.collect(tab, &desk);
	assert_int_equal(rows->counts[ALERTS_IN_FIRING], 0);
	assert_int_equal(rows->counts[ALERTS_IN_ENDED], LIMIT_ALERTS_PAST);
	tab_alerts_ops.free(tab);
	free(alerts);
	free(labels);
}

static void what_the_history_holds_is_copied_and_cut(void **arg)
{
	struct alerts_history *history = calloc(1, sizeof(*history));
	struct labels *labels;
	char *value = calloc(1, 100000);
	struct alerts_past *past;
	struct alert alert;

	(void)arg;
	memset(value, 'x', 99999);
	labels = labels_by_hand(value);
	alert = alert_by_hand(labels, 1, 1000);
	alert.name = value;
	alerts_history_note(history, &alert, 1);
	free(labels);
	free(value);
	past = alerts_history_past(history, 0);
	assert_int_equal(strlen(past->row.name), ALERTS_TEXT_MAX);
	assert_int_equal(strlen(past->row.labels->items[0].value), ALERTS_TEXT_MAX);
	alerts_past_hold(past); /* a paused picture */
	alerts_history_clear(history);
	assert_int_equal(past->row.alert_id, 1);
	alerts_past_drop(past);
	free(history);
}

static void hostile_bytes_move_nothing(void **arg)
{
	struct state state = begin_with((struct tui_options){.colours = COLOURS_NONE},
					"alert Deep 0 0 critical h > 5\n");
	size_t series =
		make_series(state.w->judge, "h{pid=\"100\",stage=\"\\x1b[2J\\u202e\\nX\\u0085\"}");
	uint64_t id;

	(void)arg;
	set(state.w->judge, series, 9);
	tui_world_pass(state.w, 2);
	id = alert_of(&state, "Deep", TIER_CRITICAL)->id;
	feed_control(state.w->judge, (struct tt_control){.what = TT_CONTROL_ACK, .id = id}, "",
		     "\x1b]0;owned\x07\xff\xfe\n\r\x9b");
	tui_world_pass(state.w, 1);
	for (unsigned rows = 0; rows < 2; rows++) {
		for (unsigned columns = 30; columns < 200; columns += 13) {
			size_to(state.w, 24, columns);
			draw(state.w);
			for (const char *at = state.w->text.bytes; *at; at++)
				assert_true(*at == '\n' || (unsigned char)*at >= ' ');
			assert_null(strstr(state.w->text.bytes, "\u202e"));
			assert_null(strstr(state.w->text.bytes, "\xc2\x85"));
		}
		press(state.w, KEYCODE_ENTER);
	}
	press(state.w, 'S');
	press(state.w, KEYCODE_ENTER);
	press(state.w, KEYCODE_ENTER);
	press(state.w, KEYCODE_ENTER);
	assert_int_equal(state.w->told_count, 1);
	assert_non_null(strstr(state.w->told_matchers, "alertname=\"Deep\""));
	for (const char *at = state.w->told_matchers; *at;
	     at++) /* escaped, as the language has it */
		assert_true((unsigned char)*at >= ' ');
	tui_world_free(state.w);
}

static void every_size_is_drawn_and_ascii_is_ascii(void **arg)
{
	static const unsigned rows[] = {1, 2, 3, 5, 8, 9, 12, 24, 36, 60, 120},
			      columns[] = {1, 2, 7, 20, 30, 40, 64, 80, 100, 119, 120, 200, 400};
	struct state state = begin_with((struct tui_options){.ascii = true}, RULES);

	(void)arg;
	set(state.w->judge, state.b, 9);
	raise_to(&state, 6, 5);
	for (unsigned mode = 0; mode < 4; mode++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			for (size_t j = 0; j < sizeof(columns) / sizeof(columns[0]); j++) {
				size_to(state.w, rows[i], columns[j]);
				draw(state.w);
				assert_ascii(state.w);
			}
		size_to(state.w, 24, 80);
		draw(state.w);
		press(state.w, mode == 0 ? KEYCODE_ENTER : mode == 1 ? 'S' : KEYCODE_ENTER);
	}
	tui_world_free(state.w);
}

static void a_tab_that_is_printed_has_the_list_and_the_worst_alert_below_it(void **arg)
{
	struct state state = begin();
	struct buf text = {0};

	(void)arg;
	raise_to(&state, 6, 5);
	tui_print_tab(state.w->tui, TUI_ALERTS, 0, 100, &text);
	assert_non_null(strstr(text.bytes, "CRIT   firing   Deep acme"));
	assert_non_null(strstr(text.bytes, "expr       q{kind=\"a\"} > 5"));
	assert_non_null(strstr(text.bytes, "firing at 6"));
	assert_true(text.bytes[text.length - 1] == '\n' && text.bytes[text.length - 2] != '\n');
	buf_fini(&text);
	tui_world_free(state.w);
}

static void durations_are_written_as_rules_have_them(void **arg)
{
	(void)arg;
	assert_string_equal(alerts_duration(5400 * NS_PER_S).text, "1h30m");
	assert_string_equal(alerts_duration(300 * NS_PER_S).text, "5m");
	assert_string_equal(alerts_duration(1250 * NS_PER_MS).text, "1s250ms");
	assert_string_equal(alerts_duration(0).text, "0s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fires_is_a_row_with_tier_state_age_and_value),
		cmocka_unit_test(a_number_of_series_has_no_unit_of_theirs),
		cmocka_unit_test(what_is_worst_stands_first),
		cmocka_unit_test(who_takes_care_of_an_alert_changes_its_state_and_place),
		cmocka_unit_test(a_lower_tier_is_held_by_the_higher_one),
		cmocka_unit_test(what_ended_stays_as_history_with_its_end),
		cmocka_unit_test(what_fires_when_the_last_target_ends_is_history_with_its_reason),
		cmocka_unit_test(what_was_resolved_by_hand_is_muted_and_its_end_is_history),
		cmocka_unit_test(unknown_is_a_mark_of_alerts_and_a_row_for_rules),
		cmocka_unit_test(the_sections_are_turned_by_arrows_and_by_clicks),
		cmocka_unit_test(a_filter_is_a_text_or_matchers_and_half_of_them_hides_nothing),
		cmocka_unit_test(a_search_goes_to_the_alert_that_has_the_text),
		cmocka_unit_test(the_detail_says_why_what_to_do_and_who_is_told_next),
		cmocka_unit_test(without_receivers_nobody_is_next_and_a_recording_says_nothing),
		cmocka_unit_test(a_wide_window_shows_the_detail_beside_the_list),
		cmocka_unit_test(the_detail_stays_with_its_alert_whatever_the_list_does),
		cmocka_unit_test(the_detail_scrolls_to_its_end_and_turns_to_the_next_alert),
		cmocka_unit_test(another_tab_opens_an_alert_by_its_id),
		cmocka_unit_test(a_paused_picture_keeps_an_alert_that_has_ended),
		cmocka_unit_test(a_trace_is_gone_to_and_its_absence_is_said),
		cmocka_unit_test(the_id_is_copied),
		cmocka_unit_test(a_silence_is_told_exactly_as_it_was_shown),
		cmocka_unit_test(a_silence_has_one_end_from_its_last_question_on),
		cmocka_unit_test(
			esc_at_any_step_and_any_word_at_the_last_leave_everything_as_it_is),
		cmocka_unit_test(a_time_that_is_none_is_asked_for_again),
		cmocka_unit_test(acknowledging_and_resolving_name_the_alert_by_its_id),
		cmocka_unit_test(a_silence_is_ended_by_its_id),
		cmocka_unit_test(what_ended_while_the_question_stood_is_not_told),
		cmocka_unit_test(a_recording_cannot_be_changed),
		cmocka_unit_test(nothing_can_be_told_of_a_rule),
		cmocka_unit_test(the_values_before_it_was_pending_are_evaluated_as_well),
		cmocka_unit_test(at_most_sixty_evaluations_find_the_past_and_one_a_second_goes_on),
		cmocka_unit_test(the_alternatives_of_an_or_have_their_left_sides_too),
		cmocka_unit_test(of_many_label_sets_only_its_own_is_taken),
		cmocka_unit_test(without_its_rule_the_values_that_were_seen_are_shown),
		cmocka_unit_test(the_history_holds_the_last_five_hundred_and_a_thousand_changes),
		cmocka_unit_test(very_many_alerts_are_seen_to_end_with_the_run),
		cmocka_unit_test(what_the_history_holds_is_copied_and_cut),
		cmocka_unit_test(hostile_bytes_move_nothing),
		cmocka_unit_test(every_size_is_drawn_and_ascii_is_ascii),
		cmocka_unit_test(a_tab_that_is_printed_has_the_list_and_the_worst_alert_below_it),
		cmocka_unit_test(durations_are_written_as_rules_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
