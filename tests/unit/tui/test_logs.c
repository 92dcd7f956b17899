/* SPDX-License-Identifier: Apache-2.0 */
/* The Logs tab as somebody sees and presses it: a dashboard over a tail that is filled by hand. */
#include "tui_test.h"

#define TRACE_A "9f86d081884c7d659a2feaa0c55ad015"
#define TRACE_B "60303ae22b998861bce3b28f33eec1be"
#define BODY	2 /* the row of the first line, where the level is the only thing that leaves lines out */

static struct tui_world *logs_world(unsigned rows, unsigned columns)
{
	struct tui_world *w = tui_world_new();

	size_to(w, rows, columns);
	press(w, '5');
	return w;
}

static void add(struct tui_world *w, enum log_level level, const char *event, const char *trace_id, const char *msg, const char *more)
{
	static const char *const words[] = { "debug", "info", "warning", "error", "critical" };
	struct buf line = { 0 };

	buf_format(&line, "{\"v\":1,\"ts\":\"2023-11-14T22:13:20.500000000Z\",\"level\":\"%s\",\"event\":\"%s\",\"msg\":\"%s\"",
		   words[level], event, msg);
	if (trace_id)
		buf_format(&line, ",\"trace_id\":\"%s\"", trace_id);
	buf_format(&line, "%s}", more ? more : "");
	tui_world_log(w, level, trace_id, line.bytes);
	buf_fini(&line);
}

static void add_many(struct tui_world *w, unsigned from, unsigned to)
{
	char msg[40];

	for (unsigned i = from; i < to; i++) {
		snprintf(msg, sizeof(msg), "line %06u", i);
		add(w, LOG_LEVEL_INFO, "process", NULL, msg, NULL);
	}
}

/* How often a text is shown in the last draw. */
static unsigned count_shown(struct tui_world *w, const char *text)
{
	unsigned count = 0;

	for (const char *at = draw(w); (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* The message of the selected row, of the last draw; "" = none is. */
static const char *selected(struct tui_world *w)
{
	draw(w);
	for (unsigned row = 0; row < w->canvas.rows; row++)
		if (canvas_cell(&w->canvas, row, 2)->mark & MARK_SELECTED) {
			assert_int_equal(canvas_cell(&w->canvas, row, 0)->glyph, 0x203a); /* without colour, too */
			return strstr(row_of(w, row), "line ") ?: row_of(w, row);
		}
	return "";
}

/* --- what is there -------------------------------------------------------------------------------------------- */

static void a_row_tells_time_level_event_trace_and_message(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	unsigned column;

	(void)state;
	add(w, LOG_LEVEL_ERROR, "trace", TRACE_A, "utterance error in 100 ms", ",\"first_audio_ns\":35000000,\"rtf\":1.5");
	add(w, LOG_LEVEL_INFO, "process", NULL, "attached", ",\"pid\":4242");
	draw(w);
	assert_string_equal(row_of(w, BODY + 1), " 22:13:20.500 E trace   9f86d081 utterance error in 100 ms  first_audio=35.0 ms?");
	assert_string_equal(row_of(w, BODY + 2), "?22:13:20.500 i process ?        attached  pid=4242");
	assert_int_equal(find_cell(w, BODY + 1, "E trace", NULL)->style, STYLE_LEVEL_ERROR);
	assert_int_equal(find_cell(w, BODY + 1, "utterance", NULL)->style, STYLE_LEVEL_ERROR);
	assert_int_equal(find_cell(w, BODY + 2, "attached", NULL)->style, STYLE_TEXT);
	assert_int_equal(find_cell(w, BODY + 2, "pid=4242", &column)->style, STYLE_DIM);
	assert_shown(w, "2 lines since 22:13:20");
	assert_shown(w, "1 error");
	assert_shown(w, "following");
	size_to(w, 60, 200);
	assert_shown(w, "ERROR trace        9f86d081 utterance error");
	assert_shown(w, "info  process      –        attached");
	tui_world_free(w);
}

static void narrow_windows_leave_columns_out_and_never_the_level(void **state)
{
	struct tui_world *w = logs_world(12, 40);

	(void)state;
	add(w, LOG_LEVEL_CRITICAL, "alert", TRACE_A, "TtsRequestSlow is firing: 6.25 > 5", NULL);
	draw(w);
	assert_shown(w, "22:13:20 C TtsRequestSlow is firing: 6");
	for (unsigned rows = 1; rows < 30; rows++)
		for (unsigned columns = 1; columns < 90; columns += 3) {
			size_to(w, rows, columns);
			draw(w);
		}
	tui_world_free(w);
}

static void ascii_has_no_other_byte(void **state)
{
	struct tui_world *w = tui_world_with((struct tui_options){ .ascii = true }, NULL);

	(void)state;
	press(w, '5');
	add(w, LOG_LEVEL_INFO, "trace", NULL, "\xc3\xa9t\xc3\xa9 \xe2\x80\xa6 a text that is longer than the window is wide, and by far so long", NULL);
	draw(w);
	assert_ascii(w);
	assert_shown(w, ">22:13:20.500 i trace   -        ?t? ~ a text");
	press(w, KEYCODE_ENTER);
	draw(w);
	assert_ascii(w);
	tui_world_free(w);
}

static void nothing_to_show_says_why(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	assert_shown(w, "nothing has been logged yet");
	add(w, LOG_LEVEL_DEBUG, "process", NULL, "probe set", NULL);
	assert_shown(w, "none of 1 lines has level info; v: the next level");
	press(w, '\\');
	type(w, "xylophone");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "none of 1 lines passes the filter and the level (v); Esc takes it off");
	tui_begin(w->tui, tui_world_view(w), NULL);
	assert_shown(w, "no log lines are held here");
	tui_world_free(w);
}

static void hostile_texts_neither_move_the_cursor_nor_break_a_row(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	char *longest = calloc(1, 70000);

	(void)state;
	memset(longest, 'm', 65536);
	add(w, LOG_LEVEL_INFO, "trace", NULL, "\\u001b[2J\\u0000\\n\\t\\u202eevil", NULL);
	add(w, LOG_LEVEL_INFO, "trace", NULL, "\xff\xfe\xc0\x80", NULL); /* no UTF-8 at all, so no JSON either */
	add(w, LOG_LEVEL_INFO, "trace", NULL, longest, NULL);
	tui_world_log(w, LOG_LEVEL_INFO, NULL, "raw \033[2J\r\n\x9b no JSON");
	draw(w);
	assert_null(strchr(w->text.bytes, '\033'));
	assert_null(strchr(w->text.bytes, '\r'));
	assert_shown(w, "\\x1b[2J\\x00\\x0a\\x09\\u{202e}evil");
	assert_shown(w, "raw \\x1b[2J\\x0d\\x0a");
	assert_int_equal(count_shown(w, "22:13:2"), 6); /* four rows, since when, and now */
	press(w, KEYCODE_UP);
	press(w, KEYCODE_ENTER);
	assert_shown(w, "more rows below");
	press(w, 'G');
	draw(w);
	press(w, KEYCODE_ESCAPE);
	free(longest);
	tui_world_free(w);
}

/* --- following ------------------------------------------------------------------------------------------------ */

static void it_follows_until_somebody_looks_up_and_says_what_is_new_below(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 100);
	assert_string_equal(selected(w), "line 000099");
	add_many(w, 100, 101);
	assert_string_equal(selected(w), "line 000100");
	assert_shown(w, "following");
	press(w, KEYCODE_UP);
	assert_string_equal(selected(w), "line 000099");
	assert_shown(w, "not following");
	assert_not_shown(w, "new below");
	add_many(w, 101, 229);
	assert_shown(w, "128 new below, F follows");
	assert_string_equal(selected(w), "line 000099"); /* and the picture stays */
	assert_shown(w, "line 000100");
	assert_not_shown(w, "line 000101");
	press(w, 'F');
	assert_string_equal(selected(w), "line 000228");
	assert_shown(w, "following");
	press(w, 'g');
	assert_string_equal(selected(w), "line 000000");
	press(w, KEYCODE_END);
	assert_string_equal(selected(w), "line 000228");
	assert_not_shown(w, "not following");
	tui_world_free(w);
}

static void downwards_past_the_last_line_is_following(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 50);
	draw(w);
	press(w, KEYCODE_UP);
	press(w, KEYCODE_DOWN);
	assert_shown(w, "not following"); /* the last line, held still */
	press(w, KEYCODE_DOWN);
	assert_not_shown(w, "not following");
	press(w, KEYCODE_PAGE_UP);
	assert_shown(w, "not following");
	press(w, KEYCODE_PAGE_DOWN);
	press(w, KEYCODE_PAGE_DOWN);
	assert_not_shown(w, "not following");
	mouse(w, SCREEN_WHEEL_UP, 10, 10);
	assert_shown(w, "not following");
	mouse(w, SCREEN_WHEEL_DOWN, 10, 10);
	mouse(w, SCREEN_WHEEL_DOWN, 10, 10);
	assert_not_shown(w, "not following");
	tui_world_free(w);
}

static void pages_meet_and_the_first_line_is_reached(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	unsigned presses = 0;

	(void)state;
	add_many(w, 0, 100);
	draw(w);
	while (strcmp(selected(w), "line 000000") != 0) {
		press(w, KEYCODE_PAGE_UP);
		assert_true(++presses < 10);
	}
	assert_in_range(presses, 5, 7);
	while (strcmp(selected(w), "line 000099") != 0) {
		press(w, KEYCODE_PAGE_DOWN);
		assert_true(++presses < 20);
	}
	tui_world_free(w);
}

static void a_paused_screen_stays_and_counts_what_it_holds_back(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 10);
	draw(w);
	press(w, ' ');
	add_many(w, 10, 138);
	assert_shown(w, "paused, 128 held");
	assert_not_shown(w, "line 000010");
	assert_string_equal(selected(w), "line 000009");
	press(w, KEYCODE_UP); /* one can look around */
	assert_string_equal(selected(w), "line 000008");
	press(w, '\\'); /* and filter */
	type(w, "000003");
	press(w, KEYCODE_ENTER);
	assert_string_equal(selected(w), "line 000003");
	press(w, KEYCODE_ESCAPE);
	press(w, 'F');
	press(w, ' ');
	assert_string_equal(selected(w), "line 000137");
	assert_not_shown(w, "held");
	tui_world_free(w);
}

/* --- filter, level, search ------------------------------------------------------------------------------------ */

static void a_filter_leaves_only_what_passes_while_it_is_typed(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 50);
	add(w, LOG_LEVEL_CRITICAL, "alert", TRACE_A, "A is firing", NULL);
	add(w, LOG_LEVEL_ERROR, "trace", TRACE_B, "utterance error", ",\"status\":\"error\"");
	draw(w);
	press(w, '\\');
	type(w, "event=alert");
	assert_shown(w, "A is firing");
	assert_not_shown(w, "utterance error");
	assert_not_shown(w, "line 0000");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "1 of 52 lines");
	assert_shown(w, "filter event=alert");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "52 lines");
	assert_not_shown(w, "filter event");
	press(w, '\\');
	type(w, "level>=error -event=alert trace=603");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "1 of 52 lines");
	assert_shown(w, "utterance error");
	press(w, KEYCODE_ESCAPE);
	press(w, '\\');
	type(w, "level>=x");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "no level is called \"x\"");
	assert_shown(w, "52 lines");
	assert_shown(w, "filter \"level>=x\": column 8: no level is called \"x\": debug, info,…; not applied");
	size_to(w, 24, 120);
	assert_shown(w, "filter \"level>=x\": column 8: no level is called \"x\": debug, info, warning, error, critical; "
			"not applied");
	tui_world_free(w);
}

static void the_least_level_goes_round(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	static const char *const msgs[] = { "m_debug", "m_info", "m_warning", "m_error", "m_critical" };

	(void)state;
	for (unsigned level = 0; level < LOG_LEVELS; level++)
		add(w, (enum log_level)level, "process", NULL, msgs[level], NULL);
	for (unsigned least = LOG_LEVEL_INFO, round = 0; round < LOG_LEVELS; round++, least = (least + 1) % LOG_LEVELS) {
		draw(w);
		for (unsigned level = 0; level < LOG_LEVELS; level++)
			assert_int_equal(!!strstr(w->text.bytes, msgs[level]), level >= least);
		press(w, 'v');
	}
	assert_shown(w, "4 of 5 lines since 22:13:20, info and above");
	tui_world_free(w);
}

static void a_search_marks_what_matches_and_goes_from_one_to_the_next(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	unsigned column;

	(void)state;
	add_many(w, 0, 500);
	draw(w);
	press(w, '/');
	type(w, "LINE 00012");
	press(w, KEYCODE_ENTER);
	assert_string_equal(selected(w), "line 000129");
	for (unsigned row = 0; row < 24; row++)
		if (find_cell(w, row, "line 000128", &column))
			for (unsigned i = 0; i < 11; i++)
				assert_int_equal(!!(canvas_cell(&w->canvas, row, column + i)->mark & MARK_MATCH), i < 10);
	press(w, 'N');
	assert_string_equal(selected(w), "line 000128");
	press(w, 'N');
	assert_string_equal(selected(w), "line 000127");
	press(w, 'n');
	assert_string_equal(selected(w), "line 000128");
	press(w, 'n');
	press(w, 'n');
	assert_shown(w, "no line below has \"LINE 00012\"; N looks above");
	assert_string_equal(selected(w), "line 000129");
	press(w, KEYCODE_ESCAPE);
	draw(w);
	for (unsigned row = 0; row < 23; row++)
		assert_false(canvas_cell(&w->canvas, row, 40)->mark & MARK_MATCH);
	tui_world_free(w);
}

static void a_match_that_a_row_does_not_show_is_told(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add(w, LOG_LEVEL_INFO, "trace", NULL, "short", ",\"span_id\":\"00000000deadbeef\"");
	draw(w);
	press(w, '/');
	type(w, "deadbeef");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "in the record: Enter");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "span_id  00000000deadbeef");
	tui_world_free(w);
}

/* --- one line ------------------------------------------------------------------------------------------------- */

static void enter_opens_the_whole_record_and_its_neighbours(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 20);
	add(w, LOG_LEVEL_INFO, "trace", TRACE_A, "utterance", ",\"duration_ns\":100000000,\"attrs\":{\"flags\":1}");
	draw(w);
	press(w, KEYCODE_ENTER);
	assert_shown(w, "line 21 of 21");
	assert_shown(w, "trace_id     " TRACE_A);
	assert_shown(w, "duration_ns  100000000  100 ms");
	assert_shown(w, "  flags        1");
	press(w, KEYCODE_LEFT);
	assert_shown(w, "line 20 of 21");
	assert_shown(w, "msg    line 000019");
	press(w, KEYCODE_RIGHT);
	press(w, KEYCODE_RIGHT);
	assert_shown(w, "this is the newest line");
	add_many(w, 20, 40); /* it stays while others come */
	assert_shown(w, "line 21 of 41");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "utterance");
	assert_shown(w, "20 new below");
	tui_world_free(w);
}

static void from_a_line_one_comes_to_its_trace_and_back(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add(w, LOG_LEVEL_INFO, "process", NULL, "attached", NULL);
	add(w, LOG_LEVEL_WARNING, "loss", NULL, "lost 3", ",\"trace_ids\":[\"" TRACE_B "\",\"" TRACE_A "\"]");
	draw(w);
	press(w, 'w');
	assert_int_equal(w->tui->open, TUI_TRACES);
	press(w, '5');
	draw(w);
	press(w, KEYCODE_UP);
	press(w, 'w');
	assert_int_equal(w->tui->open, TUI_LOGS);
	assert_shown(w, "this line tells of no single utterance");
	tui_world_free(w);
}

static void the_lines_of_one_trace_are_shown_all_and_esc_shows_the_others_again(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	struct desk_target target = { .tab = TUI_LOGS, .trace_id = { 0x9f, 0x86, 0xd0, 0x81, 0x88, 0x4c, 0x7d, 0x65, 0x9a, 0x2f,
								     0xea, 0xa0, 0xc5, 0x5a, 0xd0, 0x15 } };

	(void)state;
	add(w, LOG_LEVEL_DEBUG, "trace", TRACE_A, "fine print", NULL);
	add(w, LOG_LEVEL_ERROR, "trace", TRACE_A, "utterance error", NULL);
	add(w, LOG_LEVEL_ERROR, "trace", TRACE_B, "another one", NULL);
	add(w, LOG_LEVEL_WARNING, "loss", NULL, "lost 3", ",\"trace_ids\":[\"" TRACE_B "\",\"" TRACE_A "\"]");
	draw(w);
	press(w, '\\');
	type(w, "another");
	press(w, KEYCODE_ENTER);
	press(w, '1');
	desk_go(&w->tui->desk, &target);
	assert_shown(w, "trace 9f86d081");
	assert_shown(w, "3 of 4 lines");
	assert_shown(w, "fine print");
	assert_shown(w, "utterance error");
	assert_shown(w, "lost 3");
	assert_not_shown(w, "another one");
	press(w, '5');
	press(w, KEYCODE_ESCAPE);
	draw(w);
	if (w->tui->open != TUI_LOGS)
		press(w, '5');
	assert_shown(w, "another one"); /* the filter of before */
	assert_not_shown(w, "fine print");
	tui_world_free(w);
}

static void a_click_selects_and_a_double_click_opens(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 100);
	draw(w);
	for (unsigned row = 0; row < 24; row++)
		if (strstr(row_of(w, row), "line 000090")) {
			mouse(w, SCREEN_CLICK, row, 20);
			assert_string_equal(selected(w), "line 000090");
			mouse(w, SCREEN_DOUBLE_CLICK, row, 20);
			break;
		}
	assert_shown(w, "line 91 of 100");
	tui_world_free(w);
}

static void a_wide_window_shows_the_record_below_the_lines(void **state)
{
	struct tui_world *w = logs_world(60, 200);

	(void)state;
	add_many(w, 0, 100);
	draw(w);
	press(w, KEYCODE_ENTER);
	assert_shown(w, "line 100 of 100");
	assert_shown(w, "line 000098"); /* another line, above it */
	press(w, KEYCODE_LEFT);
	assert_shown(w, "line 99 of 100");
	assert_string_equal(selected(w), "line 000098");
	press(w, 'e');
	assert_not_shown(w, "line 000097");
	press(w, KEYCODE_ESCAPE);
	assert_shown(w, "line 000097");
	tui_world_free(w);
}

/* --- what is gone --------------------------------------------------------------------------------------------- */

static void lines_that_are_let_go_leave_and_the_open_one_stays(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 100);
	draw(w);
	press(w, 'g');
	press(w, KEYCODE_ENTER);
	assert_shown(w, "line 000000");
	add_many(w, 100, 20000); /* the tail holds 1 MiB */
	assert_shown(w, "a line that was let go");
	assert_shown(w, "line 000000");
	press(w, KEYCODE_ESCAPE);
	draw(w);
	assert_not_shown(w, "line 000000");
	assert_true(strlen(selected(w)) > 0);
	press(w, 'F');
	assert_string_equal(selected(w), "line 019999");
	tui_world_free(w);
}

static void a_paused_screen_shows_lines_that_are_gone(void **state)
{
	struct tui_world *w = logs_world(24, 80);

	(void)state;
	add_many(w, 0, 100);
	draw(w);
	press(w, ' ');
	add_many(w, 100, 20000);
	assert_shown(w, "line 000099");
	assert_shown(w, "line 000085");
	press(w, KEYCODE_ENTER);
	assert_shown(w, "this line was let go meanwhile");
	press(w, 'g');
	assert_shown(w, "let go meanwhile"); /* never drawn before */
	press(w, ' ');
	press(w, 'F');
	assert_string_equal(selected(w), "line 019999");
	tui_world_free(w);
}

static void time_travel_takes_another_tail(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	struct tail *before = w->tail;

	(void)state;
	add_many(w, 0, 100);
	draw(w);
	press(w, KEYCODE_UP);
	press(w, KEYCODE_UP);
	assert_string_equal(selected(w), "line 000097");
	w->tail = tail_new(3600 * NS_PER_S, 1 << 20);
	tui_begin(w->tui, tui_world_view(w), w->tail);
	tail_free(before);
	assert_shown(w, "nothing has been logged yet");
	add_many(w, 0, 99);
	assert_string_equal(selected(w), "line 000097"); /* the same line came again */
	add_many(w, 99, 120);
	assert_string_equal(selected(w), "line 000097");
	tui_world_free(w);
}

static void a_hundred_thousand_lines_are_filtered_in_steps_that_are_told(void **state)
{
	struct tui_world *w = logs_world(24, 80);
	unsigned frames = 0;

	(void)state;
	tail_free(w->tail);
	w->tail = tail_new(3600 * NS_PER_S, 64 << 20);
	tui_begin(w->tui, tui_world_view(w), w->tail);
	add_many(w, 0, 100000);
	while (strstr(draw(w), "looked through"))
		assert_true(++frames < 1000);
	assert_shown(w, "100,000 lines");
	press(w, '\\');
	type(w, "line -09"); /* no digit of the end passes */
	press(w, KEYCODE_ENTER);
	draw(w);
	assert_non_null(strstr(w->text.bytes, "% looked through"));
	for (frames = 0; strstr(draw(w), "looked through"); frames++)
		assert_true(frames < 1000);
	assert_in_range(frames, 2, 200);
	press(w, '/');
	type(w, "line 000000");
	press(w, KEYCODE_ENTER);
	for (frames = 0; strstr(draw(w), "searching above"); frames++)
		assert_true(frames < 1000);
	assert_string_equal(selected(w), "line 000000");
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_tells_time_level_event_trace_and_message),
		cmocka_unit_test(narrow_windows_leave_columns_out_and_never_the_level),
		cmocka_unit_test(ascii_has_no_other_byte),
		cmocka_unit_test(nothing_to_show_says_why),
		cmocka_unit_test(hostile_texts_neither_move_the_cursor_nor_break_a_row),
		cmocka_unit_test(it_follows_until_somebody_looks_up_and_says_what_is_new_below),
		cmocka_unit_test(downwards_past_the_last_line_is_following),
		cmocka_unit_test(pages_meet_and_the_first_line_is_reached),
		cmocka_unit_test(a_paused_screen_stays_and_counts_what_it_holds_back),
		cmocka_unit_test(a_filter_leaves_only_what_passes_while_it_is_typed),
		cmocka_unit_test(the_least_level_goes_round),
		cmocka_unit_test(a_search_marks_what_matches_and_goes_from_one_to_the_next),
		cmocka_unit_test(a_match_that_a_row_does_not_show_is_told),
		cmocka_unit_test(enter_opens_the_whole_record_and_its_neighbours),
		cmocka_unit_test(from_a_line_one_comes_to_its_trace_and_back),
		cmocka_unit_test(the_lines_of_one_trace_are_shown_all_and_esc_shows_the_others_again),
		cmocka_unit_test(a_click_selects_and_a_double_click_opens),
		cmocka_unit_test(a_wide_window_shows_the_record_below_the_lines),
		cmocka_unit_test(lines_that_are_let_go_leave_and_the_open_one_stays),
		cmocka_unit_test(a_paused_screen_shows_lines_that_are_gone),
		cmocka_unit_test(time_travel_takes_another_tail),
		cmocka_unit_test(a_hundred_thousand_lines_are_filtered_in_steps_that_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
