/* SPDX-License-Identifier: Apache-2.0 */
/* The Traces tab from the outside: utterances are fed, keys are pressed, and what is shown is read. */
#include "tui_test.h"

#define TRACES '3'

/* An utterance of that long, with audio at its end; then the seconds that it took pass. */
static void speak(struct tui_world *w, uint64_t ms)
{
	enter(w->world, 1, SYNC, 0x7000);
	w->world->at += ms * 1000000u;
	audio(w->world, 1, 1, 500);
	leave(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, (unsigned)(ms / 1000) + 1);
}

static struct tui_world *world_with_utterances(void)
{
	struct tui_world *w = tui_world_new();

	tui_world_pass(w, 1);
	speak(w, 100);
	speak(w, 3000);
	speak(w, 200);
	press(w, TRACES);
	draw(w);
	return w;
}

/* The 8 digits of a row's id: where the table shows the words, on the first row that has them. */
static void id_of_row(struct tui_world *w, const char *words, char id[9])
{
	const char *text = draw(w), *at = strstr(text, words), *line;

	if (!at)
		fail_msg("\"%s\" is not shown:\n%s", words, text);
	for (line = at; line > text && line[-1] != '\n';)
		line--;
	snprintf(id, 9, "%.8s", line + strlen("22:13:21.107 "));
}

static unsigned row_with(struct tui_world *w, const char *words)
{
	draw(w);
	for (unsigned row = 0; row < w->canvas.rows; row++)
		if (strstr(row_of(w, row), words))
			return row;
	fail_msg("\"%s\" is not shown:\n%s", words, w->text.bytes);
	return 0;
}

static void utterances_are_listed_the_newest_first(void **state)
{
	struct tui_world *w = world_with_utterances();
	unsigned newest, slow, first;

	(void)state;
	assert_shown(w, "r[recent] l longest of 5 m  f failed 0  i in flight 0   3 of 3 held");
	newest = row_with(w, "200 ms");
	slow = row_with(w, "3.00 s");
	first = row_with(w, "100 ms");
	assert_true(newest < slow && slow < first);
	assert_non_null(strstr(row_of(w, slow), " ok "));
	assert_true(canvas_cell(&w->canvas, newest, 20)->mark & MARK_SELECTED);
	tui_world_free(w);
}

static void the_slowest_of_the_last_minute_is_found_and_why_it_was_slow(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, 'l');
	assert_shown(w, "l[longest of 5 m]");
	assert_true(row_with(w, "3.00 s") < row_with(w, "200 ms"));
	tui_world_pass(w, 58);
	speak(w, 150);
	press(w, '['); /* a minute: the first two have ended before it */
	assert_shown(w, "l[longest of 1 m]");
	assert_shown(w, "2 of 4 held");
	assert_not_shown(w, "3.00 s");
	assert_true(row_with(w, "200 ms") < row_with(w, "150 ms"));
	press(w, ']');
	assert_shown(w, "3.00 s");
	press(w, KEYCODE_HOME);
	press(w, KEYCODE_ENTER);
	assert_shown(w, "why: 100 % on CPU in sync");
	assert_shown(w, "took 3.00 s");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "l[longest of 5 m]");
	tui_world_free(w);
}

static void the_line_below_the_list_says_why_the_selected_one_was_slow(void **state)
{
	struct tui_world *w = world_with_utterances();
	char id[9], wanted[64];

	(void)state;
	press(w, KEYCODE_DOWN);
	id_of_row(w, "3.00 s", id);
	snprintf(wanted, sizeof(wanted), "%s 100 %% on CPU in sync", id);
	assert_shown(w, wanted);
	tui_world_free(w);
}

static void what_is_usual_is_what_the_last_minutes_were(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		speak(w, 100);
	enter(w->world, 1, SYNC, 0x7000);
	w->world->at += 300000000;
	enter_with(w->world, (struct enter){ .tid = 1, .probe = AUDIO, .sp = 0x6000, .v0 = 1, .v1 = 500,
					     .blocked_ns = 180000000 });
	leave_with(w->world, 1, AUDIO, 0x6000, 0, 180000000, 0);
	leave_with(w->world, 1, SYNC, 0x7000, 0, 180000000, 0);
	tui_world_pass(w, 2);
	press(w, TRACES);
	press(w, KEYCODE_ENTER); /* before anything was drawn */
	assert_shown(w, "why: ");
	press(w, KEYCODE_ESCAPE);
	press(w, 'l');
	press(w, KEYCODE_ENTER);
	assert_shown(w, "took 300 ms");
	assert_shown(w, "slow, x3.0 the usual 100 ms: 60 % blocked");
	assert_shown(w, "usually 16.4 ms)"); /* 180 ms of 11 requests */
	tui_world_free(w);
}

static void only_those_that_failed_are_shown_among_the_failed(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, 'f');
	assert_shown(w, "f[failed 0]");
	assert_shown(w, "none that is held failed");
	enter(w->world, 1, SYNC, 0x7000);
	enter(w->world, 1, FAULT, 0x6f00);
	leave(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, 1);
	assert_shown(w, "f[failed 1]");
	assert_shown(w, " error ");
	assert_not_shown(w, "3.00 s");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "why: failed: the engine called its error function");
	tui_world_free(w);
}

/* A request without audio although there was a text; it begins with a call to the error function, or not. */
static void speak_nothing(struct tui_world *w, bool has_failed)
{
	enter(w->world, 1, SYNC, 0x7000);
	if (has_failed)
		enter(w->world, 1, FAULT, 0x6f00);
	leave(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, 1);
}

static void what_failed_is_before_what_only_deserves_a_look_and_is_counted_apart(void **state)
{
	struct tui_world *w = world_with_utterances();
	unsigned error;

	(void)state;
	speak_nothing(w, true);
	for (unsigned i = 0; i < 3; i++)
		speak_nothing(w, false);
	assert_shown(w, "f failed 1 +3 empty ");
	press(w, 'f');
	assert_shown(w, "f[failed 1 +3 empty]");
	assert_shown(w, "4 of 7 held");
	error = row_with(w, " error ");
	assert_true(error < row_with(w, " empty ")); /* although it is the oldest of them */
	press(w, 's');
	press(w, 'I');
	assert_true(row_with(w, " error ") < row_with(w, " empty "));
	enter(w->world, 1, SYNC, 0x7000);
	lose(w->world, TT_LOST_RING_ENTER, AUDIO, 1);
	leave(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, 1);
	assert_shown(w, "f[failed 1 +4 other]");
	size_to(w, 12, 40);
	assert_shown(w, "f[fail 1+4]");
	tui_world_free(w);
}

static void the_failed_ones_open_with_one_that_failed(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	speak_nothing(w, true);
	for (unsigned i = 0; i < 30; i++)
		speak_nothing(w, false);
	draw(w);
	press(w, 'f');
	press(w, KEYCODE_DOWN);
	press(w, 'r');
	press(w, 'f'); /* at once, wherever somebody was in the list */
	press(w, KEYCODE_ENTER);
	assert_shown(w, "why: failed: the engine called its error function");
	tui_world_free(w);
}

static void one_in_flight_three_times_as_long_as_usual_is_called_stuck(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	for (unsigned i = 0; i < 25; i++)
		speak(w, 1000);
	press(w, TRACES);
	press(w, 'i');
	assert_shown(w, "nothing is in flight");
	enter(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, 1);
	assert_shown(w, "i[in flight 1]");
	assert_non_null(strstr(row_of(w, 3), "in time"));
	tui_world_pass(w, 1);
	draw(w);
	assert_non_null(strstr(row_of(w, 3), "late"));
	tui_world_pass(w, 2);
	draw(w);
	assert_non_null(strstr(row_of(w, 3), "stuck?"));
	if (!strstr(row_of(w, 3), "1.00 s      x4.0"))
		fail_msg("%s", w->text.bytes);
	assert_int_equal(find_cell(w, 3, "stuck?", NULL)->style, STYLE_ALARM_CRITICAL);
	tui_world_free(w);
}

static void the_page_of_one_in_flight_becomes_its_waterfall_when_it_ends(void **state)
{
	struct tui_world *w = tui_world_new();

	(void)state;
	enter(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, 2);
	press(w, TRACES);
	press(w, 'i');
	assert_shown(w, "unknown"); /* nobody knows how long such a one takes */
	press(w, KEYCODE_ENTER);
	assert_shown(w, "in flight for 2.0");
	assert_shown(w, "Its stages are told when it ends; this page shows them then by itself.");
	audio(w->world, 1, 1, 500);
	leave(w->world, 1, SYNC, 0x7000);
	tui_world_pass(w, 1);
	assert_shown(w, "it has ended: these are its stages");
	assert_shown(w, "on CPU in sync");
	assert_not_shown(w, "in flight for");
	tui_world_free(w);
}

static void a_filter_takes_effect_as_it_is_typed_and_its_mistakes_have_a_place(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, '\\');
	type(w, "duration>");
	assert_shown(w, "column 10: a time (2s, 500ms) is missing");
	assert_shown(w, "filter \"duration>\": column 10: a time (2s, 500ms) is missing; not applied");
	assert_shown(w, "3 of 3 held"); /* it is off */
	type(w, "1s");
	assert_shown(w, "filter: duration>1s");
	assert_shown(w, "1 of 3 held");
	assert_not_shown(w, "200 ms");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "3.00 s");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "3 of 3 held");
	press(w, '\\');
	type(w, "acme durtion>2s status=failed");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "filter \"acme durtion>2s sta…\": column 6: there is no \"durtion\" (en…; not applied");
	for (unsigned columns = 40; columns <= 120; columns++) { /* the list of fields gives way */
		size_to(w, 24, columns);
		draw(w);
		assert_non_null(find_cell(w, 2, "; not applied", NULL));
	}
	tui_world_free(w);
}

static void a_search_selects_the_next_match_round_the_end(void **state)
{
	struct tui_world *w = world_with_utterances();
	char id[9];
	unsigned row;

	(void)state;
	id_of_row(w, "3.00 s", id);
	press(w, '/');
	type(w, id);
	press(w, KEYCODE_ENTER);
	row = row_with(w, "3.00 s");
	assert_true(canvas_cell(&w->canvas, row, 30)->mark & MARK_SELECTED);
	assert_true(find_cell(w, row, id, NULL)->mark & MARK_MATCH);
	press(w, KEYCODE_END);
	press(w, 'n');
	row = row_with(w, "3.00 s");
	assert_true(canvas_cell(&w->canvas, row, 30)->mark & MARK_SELECTED);
	tui_world_free(w);
}

static void two_are_compared_by_marking_one_and_then_the_other(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, 'c');
	assert_shown(w, "is marked: c on another one");
	press(w, 'c');
	assert_shown(w, "no longer marked");
	press(w, 'c');
	press(w, KEYCODE_DOWN);
	press(w, 'c');
	assert_shown(w, "B took 3.00 s, x15.0 longer than A (+2.80 s)");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "r[recent]");
	tui_world_free(w);
}

static void the_id_is_copied_whole_from_the_list_and_from_the_page(void **state)
{
	struct tui_world *w = world_with_utterances();
	char id[9], wanted[64];

	(void)state;
	id_of_row(w, "200 ms", id);
	snprintf(wanted, sizeof(wanted), "copied trace id: %s", id);
	press(w, 'y');
	assert_shown(w, wanted);
	press(w, KEYCODE_ENTER);
	press(w, 'y');
	assert_shown(w, wanted);
	tui_world_free(w);
}

static void an_alert_marks_the_trace_that_set_it_off_and_is_one_key_away(void **state)
{
	struct tui_world *w = world_with_utterances();
	unsigned row;

	(void)state;
	press(w, 'a');
	assert_shown(w, "no alert that is known has to do with this trace");
	feed_rules(w->judge, "alert Slow 0 0 critical tts:request_duration_seconds:max_5m > 1\n");
	tui_world_pass(w, 2);
	row = row_with(w, "3.00 s");
	assert_non_null(find_cell(w, row, "!", NULL));
	press(w, KEYCODE_DOWN);
	press(w, KEYCODE_ENTER);
	assert_shown(w, "critical  Slow  firing at 22:13:");
	assert_shown(w, "this trace set it off (a opens it)");
	press(w, 'a');
	assert_int_equal(w->tui->open, TUI_ALERTS);
	assert_shown(w, "Slow");
	tui_world_free(w);
}

static void its_log_lines_are_one_key_away(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, 'o');
	assert_int_equal(w->tui->open, TUI_LOGS);
	tui_world_free(w);
}

static void what_is_let_go_while_paused_stays_as_a_row_and_says_so(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, ' ');
	for (unsigned i = 0; i < 12000 && tui_world_view(w)->newest_trace->trace.ordinal < 12000; i++)
		tui_world_request(w, 0, 0);
	assert_true(tui_world_view(w)->held_traces_count < 12000); /* the first ones are gone */
	tick(w->world);
	assert_shown(w, "3.00 s");
	press(w, KEYCODE_DOWN);
	press(w, KEYCODE_ENTER);
	assert_shown(w, "is no longer held: only this row is left of it");
	press(w, ' ');
	assert_not_shown(w, "3.00 s");
	tui_world_free(w);
}

static void an_open_page_stays_when_its_trace_is_let_go(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	press(w, KEYCODE_DOWN);
	press(w, KEYCODE_ENTER);
	assert_not_shown(w, "no longer held");
	for (unsigned i = 0; i < 12000; i++)
		tui_world_request(w, 0, 0);
	tick(w->world);
	for (unsigned i = 0; i < 10; i++)
		draw(w);
	assert_shown(w, "no longer held: this is what was copied when it was opened");
	assert_shown(w, "took 3.00 s");
	tui_world_free(w);
}

static void time_travel_empties_the_list_and_leaves_the_page(void **state)
{
	struct tui_world *w = world_with_utterances(), *other = tui_world_new();

	(void)state;
	press(w, KEYCODE_ENTER);
	tui_begin(w->tui, tui_world_view(other), other->tail);
	assert_shown(w, "took 200 ms");
	assert_shown(w, "no longer held");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "no utterance has ended yet");
	tui_begin(w->tui, tui_world_view(w), w->tail);
	assert_shown(w, "200 ms");
	tui_world_free(other);
	tui_world_free(w);
}

static void columns_are_sorted_by_keys_and_by_clicks_on_their_titles(void **state)
{
	struct tui_world *w = world_with_utterances();
	unsigned column = 0;

	(void)state;
	assert_non_null(find_cell(w, 2, "took", &column));
	mouse(w, SCREEN_CLICK, 2, column);
	assert_true(row_with(w, "3.00 s") < row_with(w, "200 ms"));
	assert_true(row_with(w, "200 ms") < row_with(w, "100 ms"));
	press(w, 'I');
	assert_true(row_with(w, "100 ms") < row_with(w, "200 ms"));
	assert_true(row_with(w, "200 ms") < row_with(w, "3.00 s"));
	mouse(w, SCREEN_CLICK, 1, 12); /* longest */
	assert_shown(w, "l[longest of 5 m]");
	mouse(w, SCREEN_DOUBLE_CLICK, row_with(w, "3.00 s"), 30);
	assert_shown(w, "took 3.00 s");
	tui_world_free(w);
}

static void a_high_window_shows_the_selected_one_below_the_list(void **state)
{
	struct tui_world *w = world_with_utterances();

	(void)state;
	size_to(w, 60, 200);
	press(w, KEYCODE_DOWN);
	assert_shown(w, "selected (Enter opens it)");
	assert_shown(w, "took 3.00 s");
	press(w, KEYCODE_DOWN);
	assert_shown(w, "took 100 ms");
	tui_world_free(w);
}

static void any_keys_and_sizes_leave_it_whole(void **state)
{
	static const uint32_t keys[] = { 'r', 'l', 'f', 'i', 'c', 'a', 'o', 'y', 's', '<', '>', 'I', 'e', 'n', 'N', '+',
					 '-', '/', '\\', 'x', '3', '3', '3', '3', '[', ']', ' ', '?', KEYCODE_ENTER,
					 KEYCODE_ENTER, KEYCODE_ENTER, KEYCODE_ESCAPE, KEYCODE_UP, KEYCODE_DOWN,
					 KEYCODE_DOWN, KEYCODE_LEFT, KEYCODE_RIGHT, KEYCODE_PAGE_UP, KEYCODE_PAGE_DOWN,
					 KEYCODE_HOME, KEYCODE_END };
	static const unsigned sizes[][2] = { { 24, 80 }, { 60, 200 }, { 12, 40 }, { 8, 30 },
					     { 1, 1 },	 { 3, 200 },  { 100, 10 } };
	struct tui_world *w = tui_world_with((struct tui_options){ .ascii = true }, NULL);
	uint64_t random = 1;

	(void)state;
	press(w, TRACES);
	for (unsigned i = 0; i < 6000; i++) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		press(w, keys[(random >> 33) % (sizeof(keys) / sizeof(keys[0]))]);
		if (i % 7 == 0)
			tui_world_request(w, random >> 56, random >> 60);
		if (i % 41 == 0)
			enter(w->world, 10 + i % 50, SYNC, 0x7000);
		if (i % 47 == 0)
			leave(w->world, 10 + i % 50, SYNC, 0x7000);
		if (i % 29 == 0)
			tui_world_pass(w, 3);
		if (i % 97 == 0)
			size_to(w, sizes[i / 97 % 7][0], sizes[i / 97 % 7][1]);
		if (i % 13 == 0)
			mouse(w, (enum screen_event_kind)(SCREEN_CLICK + i % 4), (unsigned)(random >> 40) % 60,
			      (unsigned)(random >> 48) % 200);
		draw(w);
		assert_ascii(w);
	}
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utterances_are_listed_the_newest_first),
		cmocka_unit_test(the_slowest_of_the_last_minute_is_found_and_why_it_was_slow),
		cmocka_unit_test(the_line_below_the_list_says_why_the_selected_one_was_slow),
		cmocka_unit_test(what_is_usual_is_what_the_last_minutes_were),
		cmocka_unit_test(only_those_that_failed_are_shown_among_the_failed),
		cmocka_unit_test(what_failed_is_before_what_only_deserves_a_look_and_is_counted_apart),
		cmocka_unit_test(the_failed_ones_open_with_one_that_failed),
		cmocka_unit_test(one_in_flight_three_times_as_long_as_usual_is_called_stuck),
		cmocka_unit_test(the_page_of_one_in_flight_becomes_its_waterfall_when_it_ends),
		cmocka_unit_test(a_filter_takes_effect_as_it_is_typed_and_its_mistakes_have_a_place),
		cmocka_unit_test(a_search_selects_the_next_match_round_the_end),
		cmocka_unit_test(two_are_compared_by_marking_one_and_then_the_other),
		cmocka_unit_test(the_id_is_copied_whole_from_the_list_and_from_the_page),
		cmocka_unit_test(an_alert_marks_the_trace_that_set_it_off_and_is_one_key_away),
		cmocka_unit_test(its_log_lines_are_one_key_away),
		cmocka_unit_test(what_is_let_go_while_paused_stays_as_a_row_and_says_so),
		cmocka_unit_test(an_open_page_stays_when_its_trace_is_let_go),
		cmocka_unit_test(time_travel_empties_the_list_and_leaves_the_page),
		cmocka_unit_test(columns_are_sorted_by_keys_and_by_clicks_on_their_titles),
		cmocka_unit_test(a_high_window_shows_the_selected_one_below_the_list),
		cmocka_unit_test(any_keys_and_sizes_leave_it_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
