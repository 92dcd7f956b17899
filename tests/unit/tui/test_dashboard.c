/* SPDX-License-Identifier: Apache-2.0 */
/* The frame and its five real tabs together: whatever is pressed and whatever the target is called. */
#include "tui_test.h"

#ifndef EVENTS
#define EVENTS 6000 /* per run */
#endif

static uint64_t random_state = 1;

static unsigned any(unsigned below)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(random_state >> 33) % below;
}

static void add_log_line(struct tui_world *w)
{
	static const char *const lines[] = {
		"{\"v\":1,\"ts\":\"2023-11-14T22:13:20.5Z\",\"level\":\"info\",\"event\":\"trace\",\"msg\":\"done\"}",
		"{\"level\":\"error\",\"event\":\"alert\",\"msg\":\"\\u001b[2J \\u202e evil\",\"pid\":100}",
		"{\"msg\":7,\"event\":[1,{\"a\":null}],\"level\":\"odd\"}",
		"{\"cut",
		"",
		"{\"msg\":\"\xff\xfe\xc3\"}",
	};
	static const char *const ids[] = { NULL, "4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000001" };

	tui_world_log(w, (enum log_level)any(LOG_LEVELS), ids[any(3)], lines[any(6)]);
}

/* A second or so of a busy and unlucky service. */
static void live_on(struct tui_world *w)
{
	for (unsigned i = any(3); i-- > 0;)
		tui_world_request(w, 1 + any(700), any(5) ? 0 : 9);
	if (any(20) == 0)
		lose(w->world, TT_LOST_RING_ENTER, 1, 1 + any(1000));
	if (any(10) == 0)
		enter(w->world, 2 + any(50), SYNC, 0x7000);
	for (unsigned i = any(3); i-- > 0;)
		add_log_line(w);
	set(w->judge, any(3), any(3));
	tui_world_pass(w, 1);
}

static void press_anything(struct tui_world *w)
{
	static const uint32_t codes[] = { KEYCODE_ESCAPE, KEYCODE_ENTER, KEYCODE_TAB, KEYCODE_DOWN, KEYCODE_UP,
					  KEYCODE_END,	  KEYCODE_HOME,	 0x20ac,      0x202e };
	unsigned kind = any(100);

	if (kind < 50)
		press(w, ' ' + any(95));
	else if (kind < 60)
		press(w, KEYCODE_NONE + any(30));
	else if (kind < 75)
		press(w, codes[any(9)]);
	else if (kind < 92)
		mouse(w, SCREEN_CLICK + any(4), any(w->canvas.rows + 3), any(w->canvas.columns + 3));
	else if (kind < 95)
		size_to(w, any(8) ? 8 + any(50) : any(70), any(8) ? 30 + any(120) : any(210));
	else
		live_on(w);
	w->tui->wants_end = false;
}

static struct tui_world *busy_world(bool ascii, bool is_replay)
{
	struct tui_world *w = tui_world_with((struct tui_options){ .ascii = ascii, .is_replay = is_replay }, NULL);

	make_series(w->judge, "up{service=\"\x1b[31mred\"}");
	make_series(w->judge, "up{service=\"two\"}");
	make_series(w->judge, "up{service=\"three\"}");
	feed_rules(w->judge, "alert Up 0 0 critical up > 1\nalert Pending 60 0 warning up > 0\n"
			     "alert Slow 0 0 emergency rate(tts_requests_total[1m]) > 100\n");
	for (unsigned i = 0; i < 30; i++)
		live_on(w);
	return w;
}

static void anything_that_is_pressed_leaves_it_whole(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 4; run++) {
		struct tui_world *w;

		random_state = 4711 + run;
		w = busy_world(run & 1, run & 2);
		for (unsigned i = 0; i < EVENTS; i++) {
			press_anything(w);
			if (any(3))
				continue;
			draw(w);
			if (run & 1)
				assert_ascii(w);
			assert_null(strchr(w->text.bytes, 27));
		}
		assert_int_equal(w->told_unconfirmed_count, 0);
		tui_world_free(w);
	}
}

static void every_tab_is_drawn_in_every_mode_and_size(void **state)
{
	static const unsigned sizes[][2] = { { 24, 80 }, { 60, 200 }, { 12, 40 }, { 8, 30 }, { 10, 3 }, { 1, 1 } };

	(void)state;
	for (unsigned mode = 0; mode < 4; mode++) {
		struct tui_world *w;

		random_state = 99;
		w = busy_world(mode & 1, mode & 2);
		for (unsigned i = 0; i < 6; i++) {
			size_to(w, sizes[i][0], sizes[i][1]);
			for (unsigned tab = 0; tab < TUI_TABS; tab++) {
				press(w, '1' + tab);
				draw(w);
				if (mode & 1)
					assert_ascii(w);
				if (sizes[i][0] < 12)
					continue;
				/* something stands in the body, and the frame around it is whole */
				assert_true(strlen(row_of(w, mode & 2 ? 2 : 1)) > 0);
				assert_non_null(find_cell(w, sizes[i][0] - 1, "F1 Help", NULL));
				assert_non_null(find_cell(w, sizes[i][0] - 1, "F10 Quit", NULL));
				press(w, '?');
				assert_shown(w, "Help 1-");
				press(w, '?');
			}
		}
		tui_world_free(w);
	}
}

static void every_tab_is_the_same_while_paused_though_the_view_goes_on(void **state)
{
	struct tui_world *w;

	(void)state;
	random_state = 3;
	w = busy_world(false, false);
	press(w, ' ');
	for (unsigned tab = 0; tab < TUI_TABS; tab++) {
		char *before, *after;

		press(w, '1' + tab);
		draw(w);
		before = strdup(strchr(w->text.bytes, '\n'));
		for (unsigned i = 0; i < 5; i++)
			live_on(w);
		draw(w);
		after = strchr(w->text.bytes, '\n');
		/* a tab may say that it holds something back */
		if (tab != TUI_LOGS)
			assert_string_equal(after, before);
		assert_non_null(find_cell(w, 0, "PAUSED", NULL));
		free(before);
	}
	tui_world_free(w);
}

static void every_tab_prints_itself_as_text(void **state)
{
	struct tui_world *w;

	(void)state;
	random_state = 5;
	w = busy_world(true, false);
	for (enum tui_tab tab = 0; tab < TUI_TABS; tab++) {
		struct buf out = { 0 };

		tui_print_tab(w->tui, tab, 0, 100, &out);
		assert_true(out.length > 20);
		for (size_t i = 0; i < out.length; i++)
			assert_true(out.bytes[i] == '\n' || (out.bytes[i] >= ' ' && out.bytes[i] < 127));
		buf_fini(&out);
	}
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anything_that_is_pressed_leaves_it_whole),
		cmocka_unit_test(every_tab_is_drawn_in_every_mode_and_size),
		cmocka_unit_test(every_tab_is_the_same_while_paused_though_the_view_goes_on),
		cmocka_unit_test(every_tab_prints_itself_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
