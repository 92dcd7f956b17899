/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_tabs.h"

#include <errno.h>

#include "base/refuse.h"

static struct tui_world *world_with(struct tui_options options)
{
	struct tui_world *w = tui_world_with(options, fake_tabs);

	tui_world_pass(w, 1);
	return w;
}

static struct tui_world *live(void)
{
	return world_with((struct tui_options){ .colours = COLOURS_NONE });
}

static struct tui_world *recording(void)
{
	struct tui_world *w = world_with((struct tui_options){ .is_replay = true });

	tui_world_pass(w, 29);
	tui_set_time(w->tui, &(struct tui_time){ .start_ns = NS_PER_S, .end_ns = 101 * NS_PER_S, .speed = 1 });
	return w;
}

static char *heard[300];
static size_t heard_count;

static void hear(void *arg, const char *line)
{
	(void)arg;
	if (heard_count < 300)
		heard[heard_count++] = strdup(line);
}

/* Its last words go into `heard`. */
static void end_world_quietly(struct tui_world *w)
{
	while (heard_count)
		free(heard[--heard_count]);
	refuse_redirect(hear, NULL);
	tui_world_free(w);
	refuse_redirect(NULL, NULL);
}

static int forget(void **state)
{
	(void)state;
	while (heard_count)
		free(heard[--heard_count]);
	return 0;
}

/* --- where things stand ---------------------------------------------------------------------------------------- */

static void the_body_has_all_rows_but_the_first_and_the_last_two(void **state)
{
	struct tui_world *w = live();

	(void)state;
	assert_shown(w, "body of overview at 2 s");
	assert_int_equal(fakes[0]->area.rows, 21);
	assert_int_equal(fakes[0]->area.columns, 80);
	assert_string_equal(row_of(w, 0),
			    "acme (100) 22:13:21 [1 Overview]2 Metrics 3 Traces 4 Alerts 5 Logs      no rules");
	assert_non_null(find_cell(w, 1, "body of overview", NULL));
	assert_int_equal(canvas_cell(&w->canvas, 21, 79)->glyph, '$');
	assert_non_null(strstr(row_of(w, 22), "window 5m"));
	assert_non_null(find_cell(w, 23, "F1 Help", NULL));
	assert_non_null(find_cell(w, 23, "F10 Quit", NULL));
	tui_world_free(w);
}

static void a_recording_has_a_row_for_its_time(void **state)
{
	struct tui_world *w = recording();

	(void)state;
	draw(w);
	assert_int_equal(fakes[0]->area.rows, 20);
	assert_non_null(find_cell(w, 1, " STOPPED 1x ", NULL));
	assert_non_null(find_cell(w, 1, "22:13:50.0", NULL));
	assert_non_null(find_cell(w, 1, "22:13:20", NULL));
	assert_non_null(find_cell(w, 1, "22:15:00", NULL));
	assert_non_null(find_cell(w, 23, "Space Play", NULL));
	tui_world_free(w);
}

static void the_open_tab_is_marked_without_colour(void **state)
{
	static const char *const marked[] = { "[1 Overview]", "[2 Metrics]", "[3 Traces]", "[4 Alerts]", "[5 Logs]" };
	struct tui_world *w = live();

	(void)state;
	for (unsigned i = 0; i < TUI_TABS; i++) {
		press(w, '1' + i);
		draw(w);
		for (unsigned k = 0; k < TUI_TABS; k++)
			assert_int_equal(!!find_cell(w, 0, marked[k], NULL), k == i);
		assert_int_equal(find_cell(w, 0, marked[i], NULL)->style, STYLE_TAB_ON);
		assert_shown(w, "body of ");
	}
	press(w, KEYCODE_TAB);
	assert_shown(w, "[1 Overview]");
	press(w, KEYCODE_BACK_TAB);
	assert_shown(w, "[5 Logs]");
	tui_world_free(w);
}

static void a_tab_opens_by_a_click_on_its_name(void **state)
{
	static const char *const names[] = { "1 Overview", "2 Metrics", "3 Traces", "4 Alerts", "5 Logs" };
	struct tui_world *w = live();
	unsigned column = 0;

	(void)state;
	for (unsigned i = TUI_TABS; i-- > 0;) {
		draw(w);
		assert_non_null(find_cell(w, 0, names[i], &column));
		mouse(w, SCREEN_CLICK, 0, column + 2);
		assert_int_equal(w->tui->open, i);
	}
	tui_world_free(w);
}

static void a_narrow_window_keeps_the_tabs_and_the_badge(void **state)
{
	struct tui_world *w = live();
	unsigned column = 0;

	(void)state;
	feed_rules(w->judge, "alert Down 0 0 emergency tts_requests_in_flight >= 0\n");
	tui_world_pass(w, 3);
	size_to(w, 12, 40);
	draw(w);
	assert_non_null(find_cell(w, 0, "[1 Overview]2 3 4 5", &column));
	assert_non_null(find_cell(w, 0, "EMERGENCY 1", NULL));
	mouse(w, SCREEN_CLICK, 0, column + 12);
	assert_int_equal(w->tui->open, TUI_METRICS);
	assert_int_equal(fakes[0]->area.rows, 9);
	size_to(w, 8, 30);
	draw(w);
	assert_non_null(find_cell(w, 0, "2 Metrics", NULL));
	assert_non_null(find_cell(w, 0, "E1", NULL));
	tui_world_free(w);
}

static void half_a_pid_is_never_shown(void **state)
{
	static const char *const titles[] = { "speaker (34567)", "speech-dispatcher-of-all (1)", "a (b) c (4194304)",
					      "\x1b[2J\xff\x1b[H (34567)" };
	static const char *const cleaned[] = { NULL, NULL, NULL, "\\x1b[2J?\\x1b[H (34567)" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const char *whole = cleaned[i] ? cleaned[i] : titles[i];
		struct tui_world *w = world_with((struct tui_options){ .title = titles[i] });

		feed_rules(w->judge, "alert Down 0 0 critical tts_requests_in_flight >= 0\n");
		tui_world_pass(w, 3);
		for (unsigned columns = FRAME_MIN_COLUMNS; columns < 200; columns++) {
			const char *pid = strrchr(titles[i], '('), *row;

			size_to(w, 24, columns);
			draw(w);
			row = row_of(w, 0);
			if (strstr(row, (char[]){ pid[0], pid[1], 0 }))
				assert_non_null(strstr(row, whole));
			if (columns > 120)
				assert_non_null(strstr(row, whole));
		}
		tui_world_free(w);
	}
}

static void the_time_zone_gives_way_then_the_pid_then_the_name(void **state)
{
	static const struct {
		unsigned columns;
		const char *begin;
	} widths[] = { { 88, "speaker (34567) 22:13:24 UTC [1 Overview]" },
		       { 87, "speaker (34567) 22:13:24 [1 Overview]" },
		       { 84, "speaker (34567) 22:13:24 [1 Overview]" },
		       { 83, "speaker 22:13:24 [1 Overview]" },
		       { 76, "speaker 22:13:24 [1 Overview]" },
		       { 75, "speaker [1 Overview]" },
		       { 67, "speaker [1 Overview]" },
		       { 66, "[1 Overview]" } };
	struct tui_world *w = world_with((struct tui_options){ .title = "speaker (34567)" });

	(void)state;
	feed_rules(w->judge, "alert Down 0 0 critical tts_requests_in_flight >= 0\n");
	tui_world_pass(w, 3);
	for (unsigned i = 0; i < 8; i++) {
		size_to(w, 24, widths[i].columns);
		draw(w);
		assert_memory_equal(row_of(w, 0), widths[i].begin, strlen(widths[i].begin));
		assert_non_null(strstr(row_of(w, 0), "5 Logs"));
		assert_non_null(strstr(row_of(w, 0), "CRITICAL 1"));
	}
	tui_world_free(w);
}

static void a_window_that_is_too_small_says_so_with_both_sizes(void **state)
{
	static const unsigned sizes[][2] = { { 7, 80 }, { 24, 29 }, { 3, 10 }, { 1, 1 }, { 0, 0 }, { 7, 29 } };
	struct tui_world *w = live();

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		unsigned draws_count = fakes[0]->draws_count;

		size_to(w, sizes[i][0], sizes[i][1]);
		draw(w);
		assert_int_equal(fakes[0]->draws_count, draws_count);
		mouse(w, SCREEN_CLICK, 0, 0);
		assert_int_equal(fakes[0]->clicks_count, 0);
	}
	draw(w);
	assert_string_equal(row_of(w, 0), "The window is too small: 30x8");
	assert_string_equal(row_of(w, 1), "is needed, this is 29x7.");
	size_to(w, 8, 30);
	assert_shown(w, "body of overview");
	tui_world_free(w);
}

static void in_ascii_no_byte_above_ascii_comes_out_of_the_frame(void **state)
{
	struct tui_world *w = world_with(
		(struct tui_options){ .ascii = true, .is_replay = true, .title = "caf\xc3\xa9 \x1b[2J\xff" });
	static const unsigned sizes[][2] = { { 24, 80 }, { 60, 200 }, { 12, 40 }, { 3, 10 }, { 1, 1 } };

	(void)state;
	tui_set_time(w->tui, &(struct tui_time){ .start_ns = NS_PER_S, .is_seeking = true, .target_ns = 3 * NS_PER_S });
	for (unsigned i = 0; i < 5; i++) {
		size_to(w, sizes[i][0], sizes[i][1]);
		draw(w);
		assert_ascii(w);
		press(w, '?');
		draw(w);
		assert_ascii(w);
		press(w, '?');
		tui_warn(w->tui, "w\xc3\xa9rning");
		tui_progress(w->tui, "r\xc3\xa9" "ading", 0.5);
		draw(w);
		assert_ascii(w);
		press(w, '2');
		press(w, '\\');
		press(w, 0xe9);
		draw(w);
		assert_ascii(w);
		press(w, KEYCODE_ESCAPE);
	}
	end_world_quietly(w);
}

static void a_hostile_title_stays_in_its_cells(void **state)
{
	struct tui_world *w = world_with((struct tui_options){ .title = "\x1b]0;evil\x07\x1b[2J\n\xe2\x80\xae" });

	(void)state;
	size_to(w, 24, 160);
	draw(w);
	assert_null(strchr(w->text.bytes, 27));
	assert_null(strchr(w->text.bytes, 7));
	assert_non_null(find_cell(w, 0, "\\x1b]0;evil", NULL));
	assert_non_null(find_cell(w, 0, "[1 Overview]", NULL));
	tui_world_free(w);
}

/* --- the badge ------------------------------------------------------------------------------------------------- */

static const struct canvas_cell *badge(struct tui_world *w, const char *text)
{
	draw(w);
	return find_cell(w, 0, text, NULL);
}

static void the_badge_tells_the_worst_tier_in_every_tab(void **state)
{
	struct tui_world *w = live();

	(void)state;
	size_to(w, 24, 120);
	assert_non_null(badge(w, "no rules"));
	feed_rules(w->judge, "alert A 0 0 warning up_a > 1\nalert B 0 0 critical up_b > 1\n"
			     "alert C 0 0 emergency up_c > 1\nalert D 0 0 - up_d > 1\n");
	for (unsigned i = 0; i < 4; i++) {
		char name[] = "up_a";

		name[3] = (char)('a' + i);
		set(w->judge, make_series(w->judge, name), 0);
	}
	tui_world_pass(w, 2);
	assert_int_equal(badge(w, " OK ")->style, STYLE_ALARM_GOOD);
	set(w->judge, 3, 2);
	tui_world_pass(w, 2);
	assert_non_null(badge(w, " FIRING 1 "));
	set(w->judge, 0, 2);
	tui_world_pass(w, 2);
	assert_int_equal(badge(w, " WARNING 1 ")->style, STYLE_ALARM_WARNING);
	set(w->judge, 1, 2);
	tui_world_pass(w, 2);
	assert_int_equal(badge(w, " CRITICAL 1 ")->style, STYLE_ALARM_CRITICAL);
	set(w->judge, 2, 2);
	tui_world_pass(w, 2);
	for (unsigned i = 0; i < TUI_TABS; i++) {
		press(w, '1' + i);
		assert_int_equal(badge(w, " EMERGENCY 1 ")->style, STYLE_ALARM_EMERGENCY);
	}
	for (unsigned i = 0; i < 4; i++)
		set(w->judge, i, 0);
	tui_world_pass(w, 2);
	assert_non_null(badge(w, " OK "));
	assert_true(fakes[0]->alerts_count >= 8);
	assert_int_equal(fakes[4]->alerts_count, fakes[0]->alerts_count);
	tui_world_free(w);
}

static void what_somebody_has_taken_care_of_is_no_alarm_and_is_not_ok(void **state)
{
	struct tui_world *w = live();
	uint64_t id;

	(void)state;
	feed_rules(w->judge, "alert A 0 0 critical up_a > 1\n");
	set(w->judge, make_series(w->judge, "up_a"), 2);
	tui_world_pass(w, 2);
	assert_non_null(badge(w, " CRITICAL 1 "));
	id = tui_world_view(w)->alerts->id;
	feed_control(w->judge, (struct tt_control){ .what = TT_CONTROL_ACK, .id = id }, "", "mine");
	assert_null(badge(w, "CRITICAL"));
	assert_int_equal(badge(w, " ACKED 1 ")->style, STYLE_WARNING);
	feed_control(w->judge,
		     (struct tt_control){ .what = TT_CONTROL_SILENCE,
					  .start_at_real_ns = w->judge->second * NS_PER_S,
					  .end_at_real_ns = (w->judge->second + 3600) * NS_PER_S },
		     "{alertname=\"A\"}", "");
	assert_null(badge(w, "ACKED"));
	assert_int_equal(badge(w, " SILENCED 1 ")->style, STYLE_WARNING);
	tui_world_free(w);
}

static void loss_makes_rules_unknown_and_is_counted_for_a_minute(void **state)
{
	struct tui_world *w = live();

	(void)state;
	size_to(w, 24, 120);
	feed_rules(w->judge, "alert A 0 0 critical rate(tts_requests_total[1m]) > 100\n");
	tui_world_pass(w, 2);
	assert_non_null(badge(w, " OK "));
	lose(w->world, TT_LOST_RING_ENTER, 1, 1000);
	tui_world_pass(w, 1);
	lose(w->world, TT_LOST_RING_LEAVE, 1, 204);
	tui_world_pass(w, 1);
	assert_null(badge(w, " OK "));
	assert_int_equal(badge(w, " UNKNOWN 1 ")->style, STYLE_ALARM_UNKNOWN);
	assert_int_equal(badge(w, " LOST 1,204 ")->style, STYLE_ALARM_CRITICAL);
	tui_world_pass(w, 59);
	assert_non_null(badge(w, " LOST 1,204 "));
	tui_world_pass(w, 10);
	assert_null(badge(w, "LOST"));
	assert_non_null(badge(w, " OK "));
	lose(w->world, TT_LOST_RING_ENTER, 1, 3);
	tui_world_pass(w, 1);
	assert_non_null(badge(w, " LOST 3 "));
	tui_world_free(w);
}

static void a_record_without_its_split_is_no_lost_event(void **state)
{
	struct tui_world *w = live();

	(void)state;
	lose(w->world, TT_LOST_TORN, 1, 5);
	tui_world_pass(w, 1);
	assert_null(badge(w, "LOST"));
	tui_world_free(w);
}

/* --- pause ----------------------------------------------------------------------------------------------------- */

static void while_paused_the_picture_stays_and_its_age_grows(void **state)
{
	struct tui_world *w = live();

	(void)state;
	assert_shown(w, "body of overview at 2 s");
	press(w, ' ');
	assert_shown(w, "PAUSED 0 s ago");
	tui_world_pass(w, 12);
	assert_shown(w, "PAUSED 12 s ago");
	assert_shown(w, "body of overview at 2 s");
	assert_shown(w, "Space Go on");
	press(w, '5'); /* collected at the same instant, though it was never open */
	assert_shown(w, "body of logs at 2 s");
	tui_world_pass(w, 60);
	assert_shown(w, "PAUSED 1 m 12 s ago");
	press(w, ' ');
	assert_not_shown(w, "PAUSED");
	assert_shown(w, "body of logs at 74 s");
	tui_world_free(w);
}

static void the_alarm_is_live_while_paused(void **state)
{
	struct tui_world *w = live();

	(void)state;
	feed_rules(w->judge, "alert A 0 0 emergency up_a > 1\n");
	set(w->judge, make_series(w->judge, "up_a"), 0);
	tui_world_pass(w, 2);
	press(w, ' ');
	set(w->judge, 0, 2);
	tui_world_pass(w, 2);
	assert_shown(w, "EMERGENCY 1");
	assert_shown(w, "PAUSED 2 s ago");
	tui_world_free(w);
}

static void hidden_tabs_collect_in_turn_once_a_second(void **state)
{
	struct tui_world *w = live();
	unsigned before[TUI_TABS];

	(void)state;
	for (unsigned i = 0; i < TUI_TABS; i++)
		before[i] = fakes[i]->collects_count;
	for (unsigned second = 0; second < 10; second++) {
		tui_world_pass(w, 1);
		draw(w);
		draw(w);
	}
	assert_int_equal(fakes[0]->collects_count - before[0], 20);
	for (unsigned i = 1; i < TUI_TABS; i++)
		assert_int_equal(fakes[i]->collects_count - before[i], 2);
	tui_world_free(w);
}

/* --- messages, progress, the end ------------------------------------------------------------------------------- */

static void a_message_stands_for_seconds_of_the_hosts_clock(void **state)
{
	struct tui_world *w = live();

	(void)state;
	desk_say(&w->tui->desk, STYLE_TEXT, "hello %d", 7);
	draw(w);
	assert_string_equal(row_of(w, 22), "hello 7                                                                window 5m");
	w->tui->clock_ns += 4 * NS_PER_S;
	frame_expire(w->tui);
	assert_shown(w, "hello 7");
	w->tui->clock_ns += 2 * NS_PER_S;
	frame_expire(w->tui);
	assert_not_shown(w, "hello 7");
	desk_say(&w->tui->desk, STYLE_CRITICAL, "bad");
	w->tui->clock_ns += 14 * NS_PER_S;
	frame_expire(w->tui);
	assert_shown(w, "bad");
	assert_int_equal(find_cell(w, 22, "bad", NULL)->style, STYLE_CRITICAL);
	w->tui->clock_ns += 2 * NS_PER_S;
	frame_expire(w->tui);
	assert_not_shown(w, "bad");
	tui_world_free(w);
}

static void what_a_tab_said_goes_when_another_one_is_opened(void **state)
{
	struct tui_world *w = live();

	(void)state;
	desk_say(&w->tui->desk, STYLE_TEXT, "chart: distribution");
	press(w, '1'); /* it is open */
	assert_shown(w, "chart: distribution");
	press(w, '5');
	assert_not_shown(w, "chart: distribution");
	desk_copy(&w->tui->desk, "the alert's id", "4bf9");
	assert_shown(w, "copied the alert's id");
	press(w, KEYCODE_TAB);
	assert_not_shown(w, "copied the alert's id");
	desk_say(&w->tui->desk, STYLE_TEXT, "this goes, too");
	desk_go(&w->tui->desk, &(struct desk_target){ .tab = TUI_TRACES });
	assert_not_shown(w, "this goes, too");
	desk_say(&w->tui->desk, STYLE_TEXT, "and this on the way back");
	press(w, KEYCODE_ESCAPE);
	assert_not_shown(w, "and this on the way back");
	tui_answer(w->tui, true, "X is silenced");
	press(w, '4');
	assert_shown(w, "X is silenced");
	w->tui->clock_ns += 20 * NS_PER_S;
	tui_warn(w->tui, "the ring is full");
	press(w, '3');
	assert_shown(w, "the ring is full");
	w->tui->options.tell = NULL;
	desk_tell(&w->tui->desk, &(struct tui_request){ .kind = TUI_ACK });
	press(w, '1');
	assert_shown(w, "nothing can be changed from here");
	end_world_quietly(w);
}

static void warnings_are_shown_and_told_again_at_the_end(void **state)
{
	struct tui_world *w = live();

	(void)state;
	tui_answer(w->tui, true, "X is acknowledged (saved)");
	tui_warn(w->tui, "the ring is full");
	assert_shown(w, "X is acknowledged (saved)"); /* what somebody waits for stays */
	assert_shown(w, "1 warning");
	w->tui->clock_ns += 20 * NS_PER_S;
	frame_expire(w->tui);
	tui_warn(w->tui, "another");
	assert_shown(w, "another");
	for (unsigned i = 2; i < FRAME_WARNINGS + 5; i++)
		tui_warn(w->tui, "more");
	end_world_quietly(w);
	assert_int_equal(heard_count, FRAME_WARNINGS + 1);
	assert_string_equal(heard[0], "the ring is full");
	assert_string_equal(heard[1], "another");
	assert_string_equal(heard[FRAME_WARNINGS], "5 more warnings were shown on the dashboard");
}

static void progress_has_a_bar_and_goes(void **state)
{
	struct tui_world *w = live();

	(void)state;
	tui_progress(w->tui, "attaching probes 512/1000", 0.512);
	draw(w);
	assert_non_null(strstr(row_of(w, 22), "attaching probes 512/1000 [?????     ]"));
	tui_progress(w->tui, "planning", -1);
	draw(w);
	assert_non_null(strstr(row_of(w, 22), "planning"));
	assert_null(strchr(row_of(w, 22), '['));
	tui_progress(w->tui, NULL, -1);
	assert_not_shown(w, "planning");
	tui_world_free(w);
}

static void the_end_is_told_in_words_and_the_picture_stays(void **state)
{
	static const struct {
		uint32_t reason;
		const char *words;
	} ends[] = { { TT_END_STOPPED, "it was stopped" },
		     { TT_END_TARGET, "process 100 has exited" },
		     { TT_END_DURATION, "its --duration was over" },
		     { TT_END_TRUNCATED, "the file is cut off here" },
		     { TT_END_ERROR, "an error ended it" } };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct tui_world *w = live();

		end_with(w->judge, ends[i].reason);
		assert_shown(w, ends[i].words);
		assert_shown(w, "The run has ended: ");
		/* nobody knows that what is no more is well */
		assert_int_equal(find_cell(w, 0, " ENDED ", NULL)->style, STYLE_ALARM_UNKNOWN);
		assert_shown(w, "body of overview");
		assert_false(tui_wants_end(w->tui));
		tui_world_free(w);
	}
}

static void what_fired_when_the_run_ended_stays_beside_its_end(void **state)
{
	static const uint32_t reasons[] = { TT_END_TARGET, TT_END_STOPPED };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct tui_world *w = live();

		feed_rules(w->judge, "alert A 0 0 critical up_a > 1\nalert B 0 0 warning up_a > 1\n"
				     "alert C 0 0 emergency up_b > 1\nalert D 60 0 emergency up_a > 1\n");
		set(w->judge, make_series(w->judge, "up_a"), 2);
		set(w->judge, make_series(w->judge, "up_b"), 2);
		tui_world_pass(w, 2);
		set(w->judge, 1, 0); /* what was over before is no matter of the end */
		tui_world_pass(w, 2);
		assert_null(strstr(draw(w), "ENDED"));
		end_with(w->judge, reasons[i]);
		draw(w);
		assert_non_null(strstr(row_of(w, 0), " ENDED   CRITICAL 1"));
		assert_int_equal(find_cell(w, 0, " ENDED ", NULL)->style, STYLE_ALARM_UNKNOWN);
		assert_int_equal(find_cell(w, 0, " CRITICAL 1 ", NULL)->style, STYLE_ALARM_CRITICAL);
		assert_non_null(strstr(row_of(w, 0), "5 Logs"));
		size_to(w, 24, 30);
		draw(w);
		assert_non_null(strstr(row_of(w, 0), "END C1"));
		tui_begin(w->tui, tui_world_view(w), w->tail); /* another run */
		draw(w);
		assert_int_equal(!!strstr(row_of(w, 0), "C1"), reasons[i] == TT_END_STOPPED);
		tui_world_free(w);
	}
}

/* --- help ------------------------------------------------------------------------------------------------------ */

static void the_help_has_every_row_of_the_table(void **state)
{
	size_t count, prompts_count;
	const struct key_row *rows = keys_table(&count);
	const struct prompt_row *prompts = prompt_table(&prompts_count);
	struct tui_world *w = live();

	(void)state;
	for (unsigned tab = 0; tab < TUI_TABS; tab++) {
		press(w, '1' + tab);
		press(w, '?');
		size_to(w, 300, 129); /* one column, all lines whole */
		draw(w);
		for (size_t i = 0; i < count; i++) {
			char keys[64] = " ";

			for (unsigned k = 0; k < 4 && rows[i].keys[k]; k++)
				snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s ",
					 keys_name(rows[i].keys[k]));
			if (!strstr(w->text.bytes, keys) || !strstr(w->text.bytes, rows[i].help))
				fail_msg("not in the help:%s %s", keys, rows[i].help);
		}
		for (size_t i = 0; i < prompts_count; i++)
			assert_non_null(strstr(w->text.bytes, prompts[i].help));
		press(w, 'q');
	}
	assert_false(tui_wants_end(w->tui));
	tui_world_free(w);
}

static void the_help_begins_with_the_open_tab(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '4');
	press(w, '?');
	draw(w);
	assert_non_null(find_cell(w, 2, "Alerts", NULL));
	assert_non_null(find_cell(w, 3, "F7 a", NULL));
	assert_non_null(find_cell(w, 3, "acknowledge", NULL));
	assert_non_null(find_cell(w, 23, "Esc Close", NULL));
	tui_world_free(w);
}

/* An alert without labels fires for nobody in particular: a row of the Overview can be well meanwhile. */
static void the_help_says_for_whom_ok_holds(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '?');
	size_to(w, 300, 129);
	assert_shown(w, "no rule fires for it, and all of them can be known");
	tui_world_free(w);
}

static void the_help_scrolls_to_its_last_line_in_a_small_window(void **state)
{
	struct tui_world *w = live();
	unsigned seen = 0;

	(void)state;
	size_to(w, 12, 40);
	press(w, '?');
	assert_shown(w, "Help 1-7 of ");
	press(w, 'j');
	assert_shown(w, "Help 2-8 of ");
	press(w, KEYCODE_UP);
	assert_shown(w, "Help 1-7 of ");
	mouse(w, SCREEN_WHEEL_DOWN, 5, 5);
	assert_shown(w, "Help 4-10 of ");
	press(w, 'g');
	for (unsigned i = 0; i < 60; i++) {
		draw(w);
		seen |= strstr(w->text.bytes, "touched by loss") ? 1 : 0;
		seen |= strstr(w->text.bytes, "the last line") ? 2 : 0;
		press(w, KEYCODE_PAGE_DOWN);
	}
	assert_int_equal(seen, 3);
	press(w, 'G');
	assert_shown(w, "the last line");
	tui_world_free(w);
}

static void each_key_of_the_help_closes_only_the_help(void **state)
{
	static const uint32_t keys[] = { KEYCODE_ESCAPE, '?', 'q', 'h', KEYCODE_F1, KEYCODE_F1 + 9, KEYCODE_ENTER };
	struct tui_world *w = live();

	(void)state;
	fakes[0]->levels = 1;
	for (unsigned i = 0; i < 7; i++) {
		press(w, '?');
		assert_shown(w, "Everywhere");
		press(w, 'S'); /* means nothing here */
		press(w, '3');
		assert_int_equal(w->tui->open, TUI_OVERVIEW);
		press(w, keys[i]);
		assert_not_shown(w, "Everywhere");
		assert_false(tui_wants_end(w->tui));
		assert_int_equal(fakes[0]->acts_count, 0);
	}
	press(w, '?');
	draw(w);
	mouse(w, SCREEN_CLICK, 0, 35); /* a tab can be clicked all the same */
	assert_int_not_equal(w->tui->open, TUI_OVERVIEW);
	assert_not_shown(w, "Everywhere");
	tui_world_free(w);
}

/* --- keys ------------------------------------------------------------------------------------------------------ */

static void every_key_of_the_table_does_something(void **state)
{
	size_t count;
	const struct key_row *rows = keys_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (unsigned k = 0; k < 4 && rows[i].keys[k]; k++) {
			struct tui_world *w = rows[i].needs & IN_REPLAY ? recording() : live();
			enum tui_tab tab = 0;

			while (rows[i].tabs && !(rows[i].tabs & (1u << tab)))
				tab++;
			press(w, '1' + tab);
			draw(w);
			fakes[tab]->contexts = rows[i].needs & (IN_LIST | IN_TRACE | IN_COMPARE | IN_DETAIL);
			fakes[tab]->levels = 1;
			if (rows[i].needs & IN_HELP) {
				size_to(w, 12, 40);
				press(w, '?');
				draw(w);
				press(w, 'j');
				press(w, 'j');
			}
			draw(w);
			{
				struct tui before = *w->tui;
				unsigned wishes = w->sought_count + w->played_count;

				press(w, rows[i].keys[k]);
				if (before.open == w->tui->open && before.is_help == w->tui->is_help &&
				    before.help_top == w->tui->help_top && before.wants_end == w->tui->wants_end &&
				    before.desk.is_paused == w->tui->desk.is_paused &&
				    before.desk.is_expanded == w->tui->desk.is_expanded &&
				    before.desk.window_ns == w->tui->desk.window_ns &&
				    before.prompt.is_open == w->tui->prompt.is_open && !fakes[tab]->acts_count &&
				    wishes == w->sought_count + w->played_count &&
				    !(rows[i].action >= ACTION_TAB_1 && rows[i].action <= ACTION_TAB_5))
					fail_msg("%s does nothing: %s", keys_name(rows[i].keys[k]), rows[i].help);
				if (fakes[tab]->acts_count)
					assert_int_equal(fakes[tab]->acted, rows[i].action);
			}
			tui_world_free(w);
		}
}

static void escape_backs_out_of_one_level_at_a_time_and_never_ends(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '3');
	press(w, '\\');
	type(w, "slow\r");
	press(w, '/');
	type(w, "abc\r");
	fakes[2]->levels = 2;
	press(w, 'e');
	assert_shown(w, ", expanded");
	press(w, '?');
	press(w, KEYCODE_ESCAPE); /* help */
	assert_shown(w, ", expanded");
	press(w, KEYCODE_ESCAPE); /* expanded */
	assert_not_shown(w, ", expanded");
	assert_int_equal(fakes[2]->levels, 2);
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(fakes[2]->levels, 1);
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(fakes[2]->levels, 0);
	assert_shown(w, "filter: slow  search: abc");
	assert_shown(w, "Esc Back");
	press(w, KEYCODE_ESCAPE);
	assert_not_shown(w, "search: abc");
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "");
	press(w, KEYCODE_ESCAPE);
	assert_not_shown(w, "filter: slow");
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_FILTER], "");
	assert_not_shown(w, "Esc Back");
	for (unsigned i = 0; i < 5; i++)
		press(w, KEYCODE_ESCAPE);
	assert_false(tui_wants_end(w->tui));
	assert_int_equal(w->tui->open, TUI_TRACES);
	fakes[2]->levels = 1;
	press(w, 'q'); /* from wherever one is */
	assert_true(tui_wants_end(w->tui));
	tui_world_free(w);
}

static void escape_leads_back_to_the_tab_that_sent_us(void **state)
{
	struct tui_world *w = live();
	struct desk_target target = { .tab = TUI_TRACES, .trace_id = { 1, 2, 3 } };

	(void)state;
	press(w, '4');
	draw(w);
	desk_go(&w->tui->desk, &target);
	assert_int_equal(w->tui->open, TUI_TRACES);
	assert_int_equal(fakes[2]->shows_count, 1);
	assert_memory_equal(&fakes[2]->target, &target, sizeof(target));
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(fakes[2]->levels, 0);
	assert_int_equal(w->tui->open, TUI_ALERTS);
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(w->tui->open, TUI_ALERTS);
	/* a way of two steps is gone back in two */
	desk_go(&w->tui->desk, &target);
	target.tab = TUI_LOGS;
	desk_go(&w->tui->desk, &target);
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(w->tui->open, TUI_TRACES);
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(w->tui->open, TUI_ALERTS);
	target.tab = TUI_TRACES;
	for (unsigned i = 0; i < 30; i++) { /* further than anybody remembers */
		target.tab = i % 2 ? TUI_LOGS : TUI_TRACES;
		desk_go(&w->tui->desk, &target);
	}
	for (unsigned i = 0; i < 40; i++)
		press(w, KEYCODE_ESCAPE);
	press(w, '4');
	target.tab = TUI_TRACES;
	/* who has gone elsewhere meanwhile stays there */
	desk_go(&w->tui->desk, &target);
	press(w, '5');
	press(w, '3');
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(w->tui->open, TUI_TRACES);
	tui_world_free(w);
}

static void the_window_of_time_changes_in_steps_and_stops_at_its_ends(void **state)
{
	struct tui_world *w = live();

	(void)state;
	assert_string_equal(desk_percentile_suffix(&w->tui->desk), "5m");
	press(w, '[');
	assert_int_equal(w->tui->desk.window_ns / NS_PER_S, 60);
	assert_string_equal(desk_percentile_suffix(&w->tui->desk), "1m");
	press(w, '[');
	assert_int_equal(w->tui->desk.window_ns / NS_PER_S, 60);
	assert_shown(w, "1m is the shortest window of time");
	for (unsigned i = 0; i < 10; i++)
		press(w, ']');
	assert_int_equal(w->tui->desk.window_ns / NS_PER_S, 6 * 3600);
	assert_shown(w, "window 6h");
	tui_world_free(w);
}

static void the_window_of_time_follows_the_age_until_somebody_chooses(void **state)
{
	struct tui_world *w = live();
	struct buf out = { 0 };

	(void)state;
	w->tui->is_window_chosen = false;
	assert_shown(w, "window 1m");
	assert_string_equal(desk_percentile_suffix(&w->tui->desk), "1m");
	tui_world_pass(w, 60);
	assert_shown(w, "window 1m");
	press(w, ' '); /* what stands does not change */
	tui_world_pass(w, 10);
	assert_shown(w, "window 1m");
	press(w, ' ');
	assert_shown(w, "window 5m");
	tui_world_pass(w, 1000);
	assert_shown(w, "window 5m");
	press(w, '[');
	tui_world_pass(w, 1);
	assert_shown(w, "window 1m");
	tui_world_free(w);

	w = recording(); /* of 30 seconds so far */
	w->tui->is_window_chosen = false;
	tui_print_tab(w->tui, TUI_LOGS, 3, 30, &out);
	assert_int_equal(w->tui->desk.window_ns / NS_PER_S, 60);
	press(w, '['); /* it is the shortest, and shall be */
	tui_world_pass(w, 100);
	assert_shown(w, "body of overview");
	assert_int_equal(w->tui->desk.window_ns / NS_PER_S, 60);
	buf_fini(&out);
	tui_world_free(w);
}

static void a_key_that_finds_nothing_to_do_says_so(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '3');
	draw(w);
	fakes[2]->refuses = true;
	press(w, 'o');
	assert_shown(w, "the log lines of this trace");
	press(w, 'y');
	assert_shown(w, "nothing is selected that could be copied");
	press(w, 'n');
	assert_shown(w, "nothing was searched yet");
	tui_world_free(w);
}

static void what_is_copied_is_said(void **state)
{
	struct tui_world *w = live();

	(void)state;
	desk_copy(&w->tui->desk, "trace id", "4bf9");
	assert_shown(w, "copied trace id: 4bf9");
	tui_world_free(w);
}

static void a_click_in_the_body_comes_with_its_place_in_the_body(void **state)
{
	struct tui_world *w = recording();

	(void)state;
	draw(w);
	mouse(w, SCREEN_CLICK, 2, 0);
	assert_int_equal(fakes[0]->click.row, 0);
	mouse(w, SCREEN_DOUBLE_CLICK, 21, 79);
	assert_int_equal(fakes[0]->click.row, 19);
	assert_int_equal(fakes[0]->click.column, 79);
	assert_int_equal(fakes[0]->click.kind, SCREEN_DOUBLE_CLICK);
	assert_int_equal(fakes[0]->clicks_count, 2);
	mouse(w, SCREEN_CLICK, 22, 0);
	mouse(w, SCREEN_CLICK, 5000, 5000);
	assert_int_equal(fakes[0]->clicks_count, 2);
	tui_world_free(w);
}

static void labels_of_the_key_bar_can_be_clicked(void **state)
{
	struct tui_world *w = live();
	unsigned column = 0;

	(void)state;
	draw(w);
	assert_non_null(find_cell(w, 23, "F1 Help", &column));
	mouse(w, SCREEN_CLICK, 23, column + 6);
	assert_shown(w, "Everywhere");
	assert_non_null(find_cell(w, 23, "Esc Close", &column));
	mouse(w, SCREEN_CLICK, 23, column);
	assert_not_shown(w, "Everywhere");
	assert_non_null(find_cell(w, 23, "Space Pause", &column));
	mouse(w, SCREEN_CLICK, 23, column);
	assert_true(w->tui->desk.is_paused);
	press(w, '5');
	draw(w);
	assert_non_null(find_cell(w, 23, "F4 Filter", &column));
	mouse(w, SCREEN_CLICK, 23, column);
	type(w, "ab");
	draw(w);
	assert_non_null(find_cell(w, 23, "Enter OK", &column));
	mouse(w, SCREEN_CLICK, 23, column);
	assert_string_equal(w->tui->filter[TUI_LOGS], "ab");
	draw(w);
	assert_non_null(find_cell(w, 23, "F10 Quit", &column));
	mouse(w, SCREEN_CLICK, 23, column);
	assert_true(tui_wants_end(w->tui));
	tui_world_free(w);
}

static void a_terminal_that_is_gone_ends_the_dashboard(void **state)
{
	struct tui_world *w = live();

	(void)state;
	tui_event(w->tui, &(struct screen_event){ .kind = SCREEN_GONE });
	assert_true(tui_wants_end(w->tui));
	tui_world_free(w);
}

/* --- what is typed --------------------------------------------------------------------------------------------- */

static void a_search_is_told_after_each_letter_and_escape_restores(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '3');
	press(w, '/');
	assert_shown(w, "Search:");
	type(w, "ab");
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "ab");
	assert_int_equal(fakes[2]->answers_count[DESK_ANSWER_SEARCH], 2);
	press(w, KEYCODE_ENTER);
	assert_not_shown(w, "Search:");
	assert_shown(w, "search: ab");
	press(w, '/');
	type(w, "zz");
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "zz");
	press(w, KEYCODE_ESCAPE);
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "ab");
	assert_shown(w, "search: ab");
	press(w, '/');
	press(w, KEYCODE_ENTER); /* nothing typed: off */
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "");
	assert_not_shown(w, "search: ab");
	/* each tab has its own */
	press(w, '\\');
	type(w, "f\r");
	press(w, '5');
	assert_not_shown(w, "filter: f");
	press(w, '3');
	assert_shown(w, "filter: f");
	tui_world_free(w);
}

static void a_filter_is_edited_where_it_was_left_and_says_what_it_can_be(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '2');
	press(w, KEYCODE_F1 + 3);
	assert_shown(w, "what a filter of Metrics can be");
	type(w, "one two");
	press(w, 23); /* Ctrl-W */
	assert_string_equal(fakes[1]->answers[DESK_ANSWER_FILTER], "one ");
	press(w, KEYCODE_ENTER);
	press(w, '\\');
	assert_shown(w, "Filter: one");
	type(w, "x");
	press(w, KEYCODE_ENTER);
	assert_string_equal(w->tui->filter[TUI_METRICS], "one x");
	press(w, '\\');
	press(w, 21); /* Ctrl-U */
	assert_string_equal(fakes[1]->answers[DESK_ANSWER_FILTER], "");
	press(w, KEYCODE_UP);
	assert_string_equal(fakes[1]->answers[DESK_ANSWER_FILTER], "one x");
	press(w, KEYCODE_UP);
	assert_string_equal(fakes[1]->answers[DESK_ANSWER_FILTER], "one ");
	press(w, KEYCODE_DOWN);
	press(w, KEYCODE_DOWN);
	assert_string_equal(fakes[1]->answers[DESK_ANSWER_FILTER], "");
	press(w, KEYCODE_ESCAPE);
	assert_string_equal(fakes[1]->answers[DESK_ANSWER_FILTER], "one x");
	tui_world_free(w);
}

static void a_tab_that_is_opened_by_a_click_cancels_what_was_typed(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '3');
	press(w, '/');
	type(w, "ab");
	draw(w);
	mouse(w, SCREEN_CLICK, 0, 24); /* 1 Overview */
	assert_int_equal(w->tui->open, TUI_OVERVIEW);
	assert_false(w->tui->prompt.is_open);
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "");
	assert_int_equal(fakes[0]->answers_count[DESK_ANSWER_SEARCH], 0);
	tui_world_free(w);
}

static void a_question_is_answered_at_its_end_only_and_may_ask_the_next(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '4');
	draw(w);
	fakes[3]->asks_again = fakes[3]->tells = true;
	desk_ask(&w->tui->desk, "Comment", "for alert X", "be");
	assert_shown(w, "Comment: be");
	assert_true(find_cell(w, 22, "be", NULL)->mark & MARK_SELECTED);
	press(w, KEYCODE_END); /* else what is typed takes its place */
	assert_shown(w, "for alert X");
	type(w, "cause");
	assert_int_equal(fakes[3]->answers_count[DESK_ANSWER_OWN], 0);
	mouse(w, SCREEN_CLICK, 5, 5); /* what the question is about must not change */
	assert_int_equal(fakes[3]->clicks_count, 0);
	press(w, KEYCODE_ENTER);
	assert_string_equal(fakes[3]->answers[DESK_ANSWER_OWN], "because");
	assert_int_equal(w->told_count, 0);
	assert_shown(w, "Sure:");
	press(w, KEYCODE_ENTER);
	assert_int_equal(w->told_count, 1);
	assert_int_equal(w->told_unconfirmed_count, 0);
	desk_ask(&w->tui->desk, "Comment", NULL, "");
	type(w, "no");
	press(w, KEYCODE_ESCAPE);
	assert_int_equal(w->told_count, 1);
	assert_int_equal(fakes[3]->answers_count[DESK_ANSWER_OWN], 2);
	tui_world_free(w);
}

static void paste(struct tui_world *w, const char *text)
{
	for (; *text; text++)
		tui_event(w->tui, &(struct screen_event){ .kind = SCREEN_KEY,
							  .key = (unsigned char)*text,
							  .is_pasted = true });
}

static void a_pasted_text_is_typed_where_one_types_and_no_command_elsewhere(void **state)
{
	struct tui_world *w = live();

	(void)state;
	press(w, '3');
	paste(w, "q5 ?\r");
	assert_false(tui_wants_end(w->tui));
	assert_int_equal(w->tui->open, TUI_TRACES);
	assert_int_equal(fakes[2]->acts_count, 0);
	press(w, '/');
	paste(w, "q5 ?");
	assert_string_equal(fakes[2]->answers[DESK_ANSWER_SEARCH], "q5 ?");
	tui_world_free(w);
}

static void a_recording_cannot_be_changed(void **state)
{
	struct tui_world *w = recording();

	(void)state;
	assert_int_equal(desk_tell(&w->tui->desk, &(struct tui_request){ .kind = TUI_ACK }), -EPERM);
	assert_shown(w, "a recording cannot be changed");
	tui_world_free(w);
}

static int refuse_to_tell(void *arg, const struct tui_request *request, char **why)
{
	(void)arg;
	(void)request;
	*why = strdup("there is no such alert any more");
	return -ENOENT;
}

static void why_somebody_cannot_be_told_is_said(void **state)
{
	struct tui_world *w = live();

	(void)state;
	w->tui->options.tell = refuse_to_tell;
	assert_int_equal(desk_tell(&w->tui->desk, &(struct tui_request){ .kind = TUI_ACK }), -ENOENT);
	assert_shown(w, "there is no such alert any more");
	tui_answer(w->tui, false, "refused: no");
	assert_shown(w, "refused: no");
	tui_world_free(w);
}

/* --- recordings ------------------------------------------------------------------------------------------------ */

static void t_goes_back_and_forth_and_quick_presses_add_up(void **state)
{
	struct tui_world *w = recording();
	uint64_t now_ns = tui_world_view(w)->now_ns;

	(void)state;
	draw(w);
	press(w, 't');
	assert_int_equal(w->sought_ns, now_ns - NS_PER_S);
	press(w, 't');
	assert_int_equal(w->sought_ns, now_ns - 2 * NS_PER_S);
	assert_shown(w, "SEEKING   0 %");
	tui_set_time(w->tui, &(struct tui_time){ .start_ns = NS_PER_S, .end_ns = 101 * NS_PER_S, .speed = 1 });
	press(w, 'T');
	assert_int_equal(w->sought_ns, now_ns + NS_PER_S);
	press(w, '.'); /* a tenth of 100 seconds */
	assert_int_equal(w->sought_ns, now_ns + 11 * NS_PER_S);
	for (unsigned i = 0; i < 5; i++)
		press(w, ',');
	assert_int_equal(w->sought_ns, NS_PER_S);
	for (unsigned i = 0; i < 10; i++)
		press(w, '.');
	assert_int_equal(w->sought_ns, 101 * NS_PER_S);
	tui_world_free(w);
}

static void the_far_step_is_a_tenth_of_the_recording_and_the_bar_says_it(void **state)
{
	static const struct {
		uint64_t length_ns;
		unsigned step_s;
		const char *back, *forward;
	} lengths[] = { { 3600 * NS_PER_S, 30, ", -30 s", ". +30 s" }, { 300 * NS_PER_S, 30, ", -30 s", ". +30 s" },
			{ 299 * NS_PER_S, 29, ", -29 s", ". +29 s" },  { 25300 * NS_PER_MS, 2, ", -2 s", ". +2 s" },
			{ 3 * NS_PER_S, 1, ", -1 s", ". +1 s" } };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct tui_world *w = world_with((struct tui_options){ .is_replay = true });
		uint64_t now_ns = tui_world_view(w)->now_ns; /* a second after the start */

		size_to(w, 24, 200);
		tui_set_time(w->tui, &(struct tui_time){ .start_ns = NS_PER_S,
							 .end_ns = NS_PER_S + lengths[i].length_ns,
							 .speed = 1 });
		draw(w);
		assert_non_null(find_cell(w, 23, lengths[i].back, NULL));
		assert_non_null(find_cell(w, 23, lengths[i].forward, NULL));
		press(w, '.');
		assert_int_equal(w->sought_ns, now_ns + lengths[i].step_s * NS_PER_S);
		press(w, ',');
		assert_int_equal(w->sought_ns, now_ns);
		tui_world_free(w);
	}
}

static void space_plays_and_stops_and_braces_change_the_speed(void **state)
{
	struct tui_world *w = recording();

	(void)state;
	draw(w);
	press(w, ' ');
	assert_true(w->is_playing);
	assert_shown(w, "PLAYING 1x");
	assert_shown(w, "Space Stop");
	assert_not_shown(w, "PAUSED");
	press(w, '}');
	assert_true(w->speed == 2);
	press(w, '{');
	press(w, '{');
	press(w, '{');
	assert_true(w->speed == 0.25);
	assert_shown(w, "PLAYING 1/4x");
	press(w, '{');
	assert_true(w->speed == 0.25);
	for (unsigned i = 0; i < 12; i++)
		press(w, '}');
	assert_true(w->speed == TUI_SPEED_MAX);
	assert_shown(w, "PLAYING max");
	press(w, ' ');
	assert_false(w->is_playing);
	assert_shown(w, "STOPPED max");
	tui_world_free(w);
}

static void a_click_on_the_scrubber_goes_there(void **state)
{
	struct tui_world *w = recording();
	const struct frame_button *bar = NULL;

	(void)state;
	draw(w);
	for (size_t i = 0; i < w->tui->buttons_count; i++)
		if (w->tui->buttons[i].kind == BUTTON_SCRUBBER)
			bar = &w->tui->buttons[i];
	assert_non_null(bar);
	assert_int_equal(bar->row, 1);
	mouse(w, SCREEN_CLICK, 1, (unsigned)bar->column);
	assert_int_equal(w->sought_ns, NS_PER_S);
	mouse(w, SCREEN_CLICK, 1, (unsigned)(bar->column + bar->columns - 1));
	assert_int_equal(w->sought_ns, 101 * NS_PER_S);
	mouse(w, SCREEN_CLICK, 1, (unsigned)(bar->column + bar->columns / 2));
	assert_in_range(w->sought_ns / NS_PER_S, 49, 53);
	tui_world_free(w);
}

static void the_mark_of_the_scrubber_stands_where_the_time_is(void **state)
{
	struct tui_world *w = recording();
	struct frame_button bar = { 0 };

	(void)state;
	tui_set_time(w->tui, &(struct tui_time){ .start_ns = NS_PER_S, .end_ns = 61 * NS_PER_S, .speed = 1 });
	draw(w); /* at 30 of 60 seconds */
	for (size_t i = 0; i < w->tui->buttons_count; i++)
		if (w->tui->buttons[i].kind == BUTTON_SCRUBBER)
			bar = w->tui->buttons[i];
	for (int i = 0; i < bar.columns; i++)
		assert_int_equal(canvas_cell(&w->canvas, 1, (unsigned)(bar.column + i))->glyph == 0x25cf,
				 i == (int)((bar.columns - 1) / 2.0 + 0.5));
	tui_world_free(w);
}

static void a_new_view_resets_all_tabs_and_keeps_the_open_one(void **state)
{
	struct tui_world *w = recording();
	unsigned before = fakes[4]->resets_count;

	(void)state;
	press(w, '5');
	tui_begin(w->tui, tui_world_view(w), w->tail);
	assert_int_equal(w->tui->open, TUI_LOGS);
	for (unsigned i = 0; i < TUI_TABS; i++)
		assert_int_equal(fakes[i]->resets_count, before + 1);
	assert_shown(w, "body of logs");
	tui_world_free(w);
}

static void a_moment_that_does_not_come_again_is_collected_whole(void **state)
{
	struct tui_world *w = live();
	struct buf out = { 0 };

	(void)state;
	draw(w);
	fakes[2]->parts = 5;
	press(w, ' ');
	assert_int_equal(fakes[2]->parts, 0);
	press(w, ' ');
	fakes[2]->parts = 7;
	tui_print_tab(w->tui, TUI_TRACES, 0, 80, &out);
	assert_int_equal(fakes[2]->parts, 0);
	buf_fini(&out);
	tui_world_free(w);
}

/* --- one tab as text ------------------------------------------------------------------------------------------- */

static void a_tab_is_printed_without_what_stands_around_it(void **state)
{
	struct tui_world *w = live();
	struct buf out = { 0 };
	enum tui_tab tab;

	(void)state;
	assert_true(tui_tab_find("logs", &tab));
	assert_int_equal(tab, TUI_LOGS);
	assert_false(tui_tab_find("log", &tab));
	assert_string_equal(tui_tab_name(TUI_TRACES), "traces");
	tui_print_tab(w->tui, TUI_LOGS, 3, 30, &out);
	assert_string_equal(out.bytes, "body of logs at 2 s\nrow\nrow                          $\n");
	buf_reset(&out);
	tui_print_tab(w->tui, TUI_LOGS, 0, 30, &out);
	assert_int_equal(fakes[4]->area.rows, 200);
	buf_fini(&out);
	tui_world_free(w);
}

static void draw_short(struct tab *tab, struct desk *desk, struct area area)
{
	(void)tab;
	(void)desk;
	area_text(area, 0, 0, STYLE_TEXT, "short");
	area_text(area, 4, 0, STYLE_TEXT, "end");
}

static void blank_rows_at_the_end_are_not_printed(void **state)
{
	struct tui_world *w = live();
	struct tab_ops ops = fake_4;
	struct buf out = { 0 };

	(void)state;
	ops.draw = draw_short;
	fakes[4]->tab.ops = &ops;
	tui_print_tab(w->tui, TUI_LOGS, 0, 80, &out);
	assert_string_equal(out.bytes, "short\n\n\n\nend\n");
	buf_fini(&out);
	tui_world_free(w);
}

static void before_the_first_view_it_waits_and_takes_keys(void **state)
{
	struct tui *tui = frame_new(&(struct tui_options){ .is_replay = true }, fake_tabs);
	struct canvas canvas;
	struct buf text = { 0 };

	(void)state;
	canvas_init(&canvas, 24, 80, false);
	for (uint32_t key = 1; key < 127; key++) {
		tui_event(tui, &(struct screen_event){ .kind = SCREEN_KEY, .key = key });
		tui_draw(tui, &canvas);
		tui_event(tui, &(struct screen_event){ .kind = SCREEN_CLICK, .row = key % 24, .column = key % 80 });
	}
	tui->is_help = false;
	prompt_close(&tui->prompt);
	tui_draw(tui, &canvas);
	canvas_print(&text, &canvas, COLOURS_NONE);
	assert_non_null(strstr(text.bytes, "waiting for the first records"));
	assert_int_equal(tui_fd(tui), -1);
	assert_int_equal(tui_timeout_ms(tui), -1);
	tui_turn(tui);
	buf_fini(&text);
	canvas_fini(&canvas);
	tui_free(tui);
	tui_free(NULL);
}

/* --- anything at all ------------------------------------------------------------------------------------------- */

static uint64_t random_state = 1;

static unsigned any(unsigned below)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(random_state >> 33) % below;
}

static void random_event(struct tui_world *w)
{
	static const uint32_t codes[] = { KEYCODE_ESCAPE, KEYCODE_ENTER, KEYCODE_TAB, 0x20ac, 0x1f600,
					  0x202e,	  0xd800,	 0x10ffff,    0 };
	unsigned kind = any(100);

	if (kind < 55)
		press(w, 1 + any(126));
	else if (kind < 70)
		press(w, KEYCODE_NONE + any(40));
	else if (kind < 78)
		press(w, codes[any(9)]);
	else if (kind < 95)
		mouse(w, SCREEN_CLICK + any(4), any(w->canvas.rows + 3), any(w->canvas.columns + 3));
	else if (kind < 98)
		size_to(w, any(70), any(210));
	else
		tui_world_pass(w, 1);
	if (!w->tui->prompt.is_open && any(20) == 0)
		desk_ask(&w->tui->desk, "Comment", "hint", "text");
	for (unsigned i = 0; i < TUI_TABS; i++) {
		fakes[i]->tells = any(2);
		fakes[i]->asks_again = any(2);
		fakes[i]->contexts = any(16) * IN_LIST;
		fakes[i]->refuses = any(2);
	}
	w->tui->wants_end = false;
}

static void hundred_thousand_random_events_do_no_harm(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 4; run++) {
		struct tui_world *w = world_with((struct tui_options){ .ascii = run & 1, .is_replay = run & 2 });

		random_state = 77 + run;
		for (unsigned i = 0; i < 25000; i++) {
			random_event(w);
			if (any(4) == 0) {
				draw(w);
				if (run & 1)
					assert_ascii(w);
			}
			if (w->tui->prompt.is_open)
				assert_true(strlen(w->tui->prompt.text) == w->tui->prompt.length &&
					    w->tui->prompt.cursor <= w->tui->prompt.length);
		}
		if (!(run & 2))
			assert_true(w->told_count > 10);
		assert_int_equal(w->told_unconfirmed_count, 0);
		tui_world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_has_all_rows_but_the_first_and_the_last_two),
		cmocka_unit_test(a_recording_has_a_row_for_its_time),
		cmocka_unit_test(the_open_tab_is_marked_without_colour),
		cmocka_unit_test(a_tab_opens_by_a_click_on_its_name),
		cmocka_unit_test(a_narrow_window_keeps_the_tabs_and_the_badge),
		cmocka_unit_test(half_a_pid_is_never_shown),
		cmocka_unit_test(the_time_zone_gives_way_then_the_pid_then_the_name),
		cmocka_unit_test(a_window_that_is_too_small_says_so_with_both_sizes),
		cmocka_unit_test(in_ascii_no_byte_above_ascii_comes_out_of_the_frame),
		cmocka_unit_test(a_hostile_title_stays_in_its_cells),
		cmocka_unit_test(the_badge_tells_the_worst_tier_in_every_tab),
		cmocka_unit_test(what_somebody_has_taken_care_of_is_no_alarm_and_is_not_ok),
		cmocka_unit_test(loss_makes_rules_unknown_and_is_counted_for_a_minute),
		cmocka_unit_test(a_record_without_its_split_is_no_lost_event),
		cmocka_unit_test(while_paused_the_picture_stays_and_its_age_grows),
		cmocka_unit_test(the_alarm_is_live_while_paused),
		cmocka_unit_test(hidden_tabs_collect_in_turn_once_a_second),
		cmocka_unit_test(a_message_stands_for_seconds_of_the_hosts_clock),
		cmocka_unit_test(what_a_tab_said_goes_when_another_one_is_opened),
		cmocka_unit_test(warnings_are_shown_and_told_again_at_the_end),
		cmocka_unit_test(progress_has_a_bar_and_goes),
		cmocka_unit_test(the_end_is_told_in_words_and_the_picture_stays),
		cmocka_unit_test(what_fired_when_the_run_ended_stays_beside_its_end),
		cmocka_unit_test(the_help_has_every_row_of_the_table),
		cmocka_unit_test(the_help_begins_with_the_open_tab),
		cmocka_unit_test(the_help_says_for_whom_ok_holds),
		cmocka_unit_test(the_help_scrolls_to_its_last_line_in_a_small_window),
		cmocka_unit_test(each_key_of_the_help_closes_only_the_help),
		cmocka_unit_test(every_key_of_the_table_does_something),
		cmocka_unit_test(escape_backs_out_of_one_level_at_a_time_and_never_ends),
		cmocka_unit_test(escape_leads_back_to_the_tab_that_sent_us),
		cmocka_unit_test(the_window_of_time_changes_in_steps_and_stops_at_its_ends),
		cmocka_unit_test(the_window_of_time_follows_the_age_until_somebody_chooses),
		cmocka_unit_test(a_key_that_finds_nothing_to_do_says_so),
		cmocka_unit_test(what_is_copied_is_said),
		cmocka_unit_test(a_click_in_the_body_comes_with_its_place_in_the_body),
		cmocka_unit_test(labels_of_the_key_bar_can_be_clicked),
		cmocka_unit_test(a_terminal_that_is_gone_ends_the_dashboard),
		cmocka_unit_test(a_search_is_told_after_each_letter_and_escape_restores),
		cmocka_unit_test(a_filter_is_edited_where_it_was_left_and_says_what_it_can_be),
		cmocka_unit_test(a_tab_that_is_opened_by_a_click_cancels_what_was_typed),
		cmocka_unit_test(a_question_is_answered_at_its_end_only_and_may_ask_the_next),
		cmocka_unit_test(a_pasted_text_is_typed_where_one_types_and_no_command_elsewhere),
		cmocka_unit_test(a_recording_cannot_be_changed),
		cmocka_unit_test(why_somebody_cannot_be_told_is_said),
		cmocka_unit_test(t_goes_back_and_forth_and_quick_presses_add_up),
		cmocka_unit_test(the_far_step_is_a_tenth_of_the_recording_and_the_bar_says_it),
		cmocka_unit_test(space_plays_and_stops_and_braces_change_the_speed),
		cmocka_unit_test(a_click_on_the_scrubber_goes_there),
		cmocka_unit_test(the_mark_of_the_scrubber_stands_where_the_time_is),
		cmocka_unit_test(a_new_view_resets_all_tabs_and_keeps_the_open_one),
		cmocka_unit_test(a_moment_that_does_not_come_again_is_collected_whole),
		cmocka_unit_test(a_tab_is_printed_without_what_stands_around_it),
		cmocka_unit_test(blank_rows_at_the_end_are_not_printed),
		cmocka_unit_test(before_the_first_view_it_waits_and_takes_keys),
		cmocka_unit_test(hundred_thousand_random_events_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
