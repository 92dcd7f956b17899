// SPDX-License-Identifier: Apache-2.0
/* Bytes of terminals become the keys and clicks that were meant, and nothing else does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sink/tui/screen_parts.h"

#define MS UINT64_C(1000000)

struct said {
	struct buf text; /* "a up F10 click@3,15 " */
	unsigned count;
};

static void on_event(void *arg, const struct screen_event *event)
{
	static const char *const names[] = { "up", "down", "left", "right", "pgup", "pgdn", "home", "end", "backtab",
					     "backspace", "delete" };
	static const char *const kinds[] = { "?", "key", "click", "double", "wheelup", "wheeldown", "?", "?" };
	struct said *said = arg;

	said->count++;
	if (event->kind != SCREEN_KEY) {
		assert_in_range(event->kind, SCREEN_CLICK, SCREEN_WHEEL_DOWN);
		assert_true(event->row < CANVAS_MAX_ROWS && event->column < CANVAS_MAX_COLUMNS);
		buf_format(&said->text, "%s@%u,%u ", kinds[event->kind], event->row, event->column);
		return;
	}
	assert_true(event->key && event->key != '\n' && event->key != KEYCODE_NONE && event->key <= KEYCODE_F12);
	assert_true(!event->is_pasted || (event->key >= ' ' && event->key < KEYCODE_NONE && event->key != 0x7f));
	if (event->key >= KEYCODE_F1)
		buf_format(&said->text, "F%u ", event->key - KEYCODE_F1 + 1);
	else if (event->key > KEYCODE_NONE)
		buf_format(&said->text, "%s ", names[event->key - KEYCODE_UP]);
	else if (event->key == ' ')
		buf_format(&said->text, "space%s ", event->is_pasted ? "*" : "");
	else if (event->key < ' ')
		buf_format(&said->text, "^%c ", '@' + (int)event->key);
	else if (event->key < 0x7f)
		buf_format(&said->text, "%c%s ", (int)event->key, event->is_pasted ? "*" : "");
	else
		buf_format(&said->text, "U+%04X ", event->key);
}

static struct input input;
static struct said said;

static void begin(void)
{
	buf_reset(&said.text);
	buf_add(&said.text, "", 0);
	said.count = 0;
	input = (struct input){ .tell = on_event, .arg = &said };
}

static void feed(const char *bytes, size_t length, uint64_t now_ns)
{
	input_feed(&input, (const uint8_t *)bytes, length, now_ns);
}

/* At once, and byte by byte, each 5 ms after the other; then it is quiet. */
static void check(const char *bytes, size_t length, const char *wanted)
{
	size_t i;

	begin();
	feed(bytes, length, 1000 * MS);
	input_expire(&input, 5000 * MS);
	assert_string_equal(said.text.bytes, wanted);
	assert_int_equal(input.state, INPUT_GROUND);
	begin();
	for (i = 0; i < length; i++) {
		uint64_t now_ns = (1000 + 5 * i) * MS;

		input_expire(&input, now_ns);
		feed(bytes + i, 1, now_ns);
	}
	input_expire(&input, 5000 * MS);
	assert_string_equal(said.text.bytes, wanted);
}

#define CHECK(bytes, wanted) check(bytes, sizeof(bytes) - 1, wanted)

static void characters_are_keys(void **state)
{
	(void)state;
	CHECK("aZ ~", "a Z space ~ ");
	CHECK("\r\n\t\x7f\x08\x01\x0c", "^M ^M ^I backspace backspace ^A ^L ");
	CHECK("é漢\xf0\x9f\x98\x80", "U+00E9 U+6F22 U+1F600 ");
	CHECK("\0x", "x ");
}

static void special_keys_are_known_in_the_forms_of_all_terminals(void **state)
{
	(void)state;
	CHECK("\033[A\033[B\033[C\033[D\033[H\033[F", "up down right left home end ");
	CHECK("\033OA\033OB\033OC\033OD\033OH\033OF", "up down right left home end ");
	CHECK("\033[1~\033[4~\033[7~\033[8~\033[3~\033[5~\033[6~", "home end home end delete pgup pgdn ");
	CHECK("\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4 ");
	CHECK("\033[P\033[Q\033[R\033[S", "F1 F2 F3 F4 ");
	CHECK("\033[[A\033[[B\033[[C\033[[D\033[[E", "F1 F2 F3 F4 F5 ");
	CHECK("\033[11~\033[12~\033[13~\033[14~\033[15~\033[17~\033[18~", "F1 F2 F3 F4 F5 F6 F7 ");
	CHECK("\033[19~\033[20~\033[21~\033[23~\033[24~", "F8 F9 F10 F11 F12 ");
	CHECK("\033[Z\033OM\033Oq", "backtab ^M 1 ");
	CHECK("\033[1;5A\033[5;2~", "up pgup ");
	CHECK("\033[1;3P\033[21;5~\033[1;2Rx", "x "); /* with Alt or Ctrl they are not ours */
}

static void a_lone_escape_is_the_key_after_its_time(void **state)
{
	(void)state;
	begin();
	feed("\033", 1, 1000 * MS);
	assert_int_equal(said.count, 0);
	assert_true(input_deadline_ns(&input) == 1025 * MS);
	input_expire(&input, 1024 * MS);
	assert_int_equal(said.count, 0);
	input_expire(&input, 1025 * MS);
	assert_string_equal(said.text.bytes, "^[ ");
	assert_true(input_deadline_ns(&input) == 0);
	CHECK("\033\033", "^[ ^[ ");
	CHECK("\033q", "^[ q ");
	CHECK("\033\033[A", "^[ up ");
	CHECK("\033[", "^[ [ "); /* typed, or with Alt */
	CHECK("\033O", "^[ O ");
	CHECK("\033P", "^[ P ");
}

static void a_sequence_that_is_torn_waits_for_its_rest(void **state)
{
	(void)state;
	begin();
	feed("\033[1", 3, 1000 * MS);
	input_expire(&input, 1200 * MS);
	feed("5~", 2, 1200 * MS);
	assert_string_equal(said.text.bytes, "F5 ");
	begin();
	feed("\033[1", 3, 1000 * MS);
	input_expire(&input, 1250 * MS); /* nothing of it is a key */
	feed("a\xc3", 2, 1300 * MS);
	input_expire(&input, 2000 * MS);
	feed("b", 1, 2000 * MS);
	assert_string_equal(said.text.bytes, "a b ");
}

static void what_is_not_known_types_nothing(void **state)
{
	(void)state;
	CHECK("\033[99~\033[1;2;3;4;5x\033[?1;2c\033[>0;276;0c\033[I\033[O\033[E\033[2~", "");
	CHECK("\033[24;80R", "");
	CHECK("\033[97;5u\033[27;5;97~\033[?2026;2$y", "");
	CHECK("\033]11;rgb:0000/0000/0000\033\\\033]52;c;MTIz\a\033P1$r0m\033\\\033_Gi=1;OK\033\\x", "x ");
	CHECK("\033[123\030q", "q ");	       /* cancelled */
	CHECK("\033[12\033[A", "up ");	       /* begun anew */
	CHECK("\033[12\rq", "^M q ");	       /* a control is a key again */
	CHECK("\033[12\xc3\xa9", "U+00E9 ");
	CHECK("\x80\xff\xc0\xaf\xed\xa0\x80q\xe2\x82q\xc2\x9b" "1q", "q q 1 q ");
	CHECK("\033[99999999999999999999999999999999999999999999999999999999999999999999999999999999999~q", "q ");
	CHECK("\033[111111111111111111111111Aq", "q ");
}

static void clicks_and_wheel_come_in_both_forms(void **state)
{
	(void)state;
	CHECK("\033[M \x30\x21", "click@0,15 ");
	CHECK("\033[<0;16;1M\033[<0;16;1m", "click@0,15 ");
	CHECK("\033[<64;3;4M\033[<65;3;4M\033[M\x60\x23\x24\033[M\x61\x23\x24",
	      "wheelup@3,2 wheeldown@3,2 wheelup@3,2 wheeldown@3,2 ");
	CHECK("\033[<0;500;201M\033[<16;301;21M", "click@200,499 click@20,300 "); /* beyond what X10 can say; with Ctrl */
	CHECK("\033[M#\x30\x21\033[<1;2;3M\033[<2;2;3M\033[<35;2;3M\033[<66;1;1M", ""); /* release, others, motion */
	CHECK("\033[<0;0;1M\033[<0;1;0M\033[<0;1M\033[<;;M\033[<0;1;1;1M\033[<0;99999;1M\033[<0;1;99999Mq", "q ");
	CHECK("\033[M \x10\x21\033[M\x01\x30\x30q", "q ");
	CHECK("\033[M \xff\xff", "click@222,222 ");
}

static void two_clicks_in_a_hurry_are_a_double_click_and_three_are_not_two(void **state)
{
	(void)state;
	begin();
	feed("\033[<0;5;5M", 9, 1000 * MS);
	feed("\033[<0;6;5M", 9, 1300 * MS);
	feed("\033[<0;5;5M", 9, 1400 * MS);
	feed("\033[<0;5;5M", 9, 1701 * MS); /* too late */
	feed("\033[<0;5;6M", 9, 1702 * MS); /* elsewhere */
	feed("\033[<0;9;6M", 9, 1703 * MS);
	assert_string_equal(said.text.bytes,
			    "click@4,4 double@4,5 click@4,4 click@4,4 click@5,4 click@5,8 ");
}

static void a_paste_is_text_and_no_command(void **state)
{
	(void)state;
	CHECK("q\033[200~q1\r\n\t\033[A\x03\x7fé\033[<0;1;1M\033OP\033[201~q", "q q* 1* space* space* U+00E9 q ");
	begin();
	feed("\033[200~q", 7, 1000 * MS); /* whose end never comes */
	assert_true(input_deadline_ns(&input) == 3000 * MS);
	input_expire(&input, 3000 * MS);
	feed("q", 1, 3001 * MS);
	assert_string_equal(said.text.bytes, "q* q ");
}

static void random_bytes_neither_break_nor_stick(void **state)
{
	static const char *const pieces[] = { "\033[", "\033O", "\033[M", "\033[<", ";", "M", "m", "~", "200", "201~", "1",
					      "\033]", "\033P", "\033\\", "\a", "\xe2\x80", "\033", "\030", "\r", "A", "[" };
	struct buf bytes = { 0 }, whole = { 0 };
	unsigned seed = 1, round, i, from;

	(void)state;
	for (round = 0; round < 3000; round++) {
		buf_reset(&bytes);
		for (i = 0; i < 40; i++) {
			seed = seed * 1103515245u + 12345u;
			if (seed >> 30)
				buf_text(&bytes, pieces[(seed >> 10) % 21]);
			else
				buf_char(&bytes, (char)(seed >> 16));
		}
		begin();
		feed(bytes.bytes, bytes.length, 1000 * MS);
		buf_reset(&whole);
		buf_add(&whole, said.text.bytes, said.text.length);
		begin();
		for (from = 0; from < bytes.length; from += i) { /* torn wherever: the same comes out */
			seed = seed * 1103515245u + 12345u;
			i = 1 + (seed >> 20) % 7;
			i = from + i > bytes.length ? (unsigned)bytes.length - from : i;
			feed(bytes.bytes + from, i, 1000 * MS);
		}
		assert_string_equal(said.text.bytes, whole.bytes);
		input_expire(&input, 2000 * MS);
		input_expire(&input, 9000 * MS);
		assert_true(input_deadline_ns(&input) == 0);
		buf_reset(&said.text);
		feed("q", 1, 9000 * MS);
		assert_string_equal(said.text.bytes, "q ");
	}
	buf_fini(&bytes);
	buf_fini(&whole);
}

static int end(void **state)
{
	(void)state;
	buf_fini(&said.text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_keys),
		cmocka_unit_test(special_keys_are_known_in_the_forms_of_all_terminals),
		cmocka_unit_test(a_lone_escape_is_the_key_after_its_time),
		cmocka_unit_test(a_sequence_that_is_torn_waits_for_its_rest),
		cmocka_unit_test(what_is_not_known_types_nothing),
		cmocka_unit_test(clicks_and_wheel_come_in_both_forms),
		cmocka_unit_test(two_clicks_in_a_hurry_are_a_double_click_and_three_are_not_two),
		cmocka_unit_test(a_paste_is_text_and_no_command),
		cmocka_unit_test(random_bytes_neither_break_nor_stick),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
