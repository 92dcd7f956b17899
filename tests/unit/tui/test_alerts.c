// SPDX-License-Identifier: Apache-2.0
/* The list of the Alerts tab: rows, sections, filter, search; every size and hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/tui/alerts_people.h"
#include "alerts_world.h"

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
		cmocka_unit_test(hostile_bytes_move_nothing),
		cmocka_unit_test(every_size_is_drawn_and_ascii_is_ascii),
		cmocka_unit_test(a_tab_that_is_printed_has_the_list_and_the_worst_alert_below_it),
		cmocka_unit_test(durations_are_written_as_rules_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
