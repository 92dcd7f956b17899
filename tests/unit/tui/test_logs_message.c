/* SPDX-License-Identifier: Apache-2.0 */
/* What a row says of a record, and what is shown of it when it is opened. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/tui/logs_detail.h"
#include "sink/tui/logs_message.h"

#define HEAD(level, event) "{\"v\":1,\"ts\":\"2026-11-24T07:32:00.123456789Z\",\"level\":\"" level "\",\"event\":\"" event "\","
#define TRACE_ID	   "9f86d081884c7d659a2feaa0c55ad015"

static struct logs_message message;

static void assert_message(const char *line, const char *clock, const char *event, const char *text, const char *more)
{
	logs_message_make(&message, line, strlen(line));
	assert_string_equal(message.clock, clock);
	assert_string_equal(message.event, event);
	assert_string_equal(message.text.bytes, text);
	assert_string_equal(message.more.bytes, more);
}

static void an_utterance_tells_its_times_first(void **state)
{
	(void)state;
	assert_message(HEAD("info", "trace") "\"msg\":\"utterance ok in 100 ms\",\"trace_id\":\"" TRACE_ID "\",\"pid\":4242,\"tid\":4242,"
		       "\"comm\":\"speaker\",\"engine\":\"espeak-ng\",\"wall_ns\":100000000,\"status\":\"ok\",\"incomplete\":false,"
		       "\"service\":\"tts.service\",\"duration_ns\":100000000,\"first_audio_ns\":35000000,\"rtf\":0.08,"
		       "\"text_bytes\":42,\"queue_wait_ns\":20000000,\"spans\":48}",
		       "07:32:00.123", "trace", "utterance ok in 100 ms",
		       "first_audio=35.0 ms rtf=0.080 queue_wait=20.0 ms text=42 B engine=espeak-ng service=tts.service "
		       "comm=speaker pid=4242");
	assert_message(HEAD("warning", "trace") "\"msg\":\"m\",\"incomplete\":true,\"partial\":true,\"pid\":1}", "07:32:00.123",
		       "trace", "m", "incomplete partial pid=1");
}

static void an_alert_tells_its_labels_and_its_reason(void **state)
{
	(void)state;
	assert_message(HEAD("critical", "alert") "\"msg\":\"A is firing: 6.25 > 5\",\"rule\":\"A\",\"labels\":{\"alertname\":\"A\","
		       "\"engine\":\"espeak-ng\",\"severity\":\"critical\"},\"annotations\":{\"summary\":\"too slow\"},\"reason\":\"because\"}",
		       "07:32:00.123", "alert", "A is firing: 6.25 > 5", "engine=espeak-ng reason=because summary=\"too slow\"");
}

static void a_record_of_another_kind_tells_all_it_has(void **state)
{
	(void)state;
	assert_message(HEAD("info", "novelty") "\"msg\":\"new\",\"a_ns\":1500,\"flag\":true,\"no\":false,\"nothing\":null,\"list\":[1,2]}",
		       "07:32:00.123", "novelty", "new", "a=1.50 us flag list=[1,2]");
}

static void what_is_no_record_is_its_own_text(void **state)
{
	(void)state;
	assert_message("not json", "", "", "not json", "");
	assert_message("[1]", "", "", "[1]", "");
	assert_message("", "", "", "", "");
	assert_message("{}", "", "", "", "");
	assert_message("{\"ts\":\"yesterday, about noon, or so\",\"event\":7,\"msg\":{\"a\":1}}", "", "", "", "");
	assert_message("{\"ts\":\"2026-11-24T07:32\",\"event\":\"longer than any event\"}", "", "", "", "");
	assert_message("{\"msg\":\"cut", "", "", "{\"msg\":\"cut", "");
}

static void a_text_of_64_KiB_is_kept_in_part_only(void **state)
{
	char *line = mem_new(70000);

	(void)state;
	strcpy(line, "{\"event\":\"x\",\"msg\":\"");
	memset(line + strlen(line), 'm', 65536);
	strcat(line, "\",\"k\":1}");
	logs_message_make(&message, line, strlen(line));
	assert_int_equal(message.text.length, LOGS_MESSAGE_MAX_BYTES);
	assert_string_equal(message.more.bytes, "k=1");
	free(line);
}

/* --- a record that is opened ---------------------------------------------------------------------------------- */

static struct logs_detail detail;
static struct canvas canvas;

static struct tail_record *record_of(const char *line)
{
	struct tail_record *record = mem_new(sizeof(*record) + strlen(line) + 1);

	record->ordinal = 7;
	record->length = (uint32_t)strlen(line);
	strcpy(record->line, line);
	return record;
}

static void open_line(const char *line, unsigned rows, unsigned columns)
{
	struct tail_record *record = record_of(line);

	logs_detail_open(&detail, record);
	memset(record, 0xa5, sizeof(*record) + strlen(line)); /* it is copied */
	free(record);
	canvas_fini(&canvas);
	canvas_init(&canvas, rows, columns, false);
}

static const char *drawn(const char *search)
{
	static struct buf text;

	canvas_clear(&canvas);
	logs_detail_draw(&detail, area_of(&canvas), "a line", search);
	buf_reset(&text);
	canvas_print(&text, &canvas, COLOURS_NONE);
	return strchr(text.bytes, '\n') + 1;
}

static void an_open_record_has_a_row_for_each_key(void **state)
{
	(void)state;
	open_line("{\"event\":\"trace\",\"duration_ns\":100000000,\"rtf\":0.08,\"flag\":true,\"none\":null,\"attrs\":{\"flags\":1,"
		  "\"deep\":{\"x\":\"y\"}},\"list\":[1,\"two\"]}",
		  14, 60);
	assert_string_equal(drawn(NULL), "event        trace\n"
					 "duration_ns  100000000  100 ms\n"
					 "rtf          0.08\n"
					 "flag         true\n"
					 "none         null\n"
					 "attrs\n"
					 "  flags        1\n"
					 "  deep\n"
					 "    x            y\n"
					 "list\n"
					 "  -            1\n"
					 "  -            two\n\n");
}

static void long_values_go_on_below_and_hostile_ones_are_escaped(void **state)
{
	(void)state;
	open_line("{\"msg\":\"0123456789abcdefghijABCDEFGHIJ\\u001b[2J\\n\\u202e\",\"k\":1}", 8, 25);
	assert_string_equal(drawn(NULL), "msg  0123456789abcdefghij\n"
					 "     ABCDEFGHIJ\\x1b[2J\\x0\n"
					 "     a\\u{202e}\n"
					 "k    1\n\n\n\n");
}

static void it_scrolls_and_says_how_much_is_below(void **state)
{
	(void)state;
	open_line("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}", 4, 40);
	assert_string_equal(drawn(NULL), "a  1\nb  2\nc  3\n");
	assert_true(logs_detail_act(&detail, ACTION_DOWN));
	assert_string_equal(drawn(NULL), "b  2\nc  3\nd  4\n");
	assert_true(logs_detail_act(&detail, ACTION_LAST));
	assert_string_equal(drawn(NULL), "c  3\nd  4\ne  5\n");
	assert_true(logs_detail_act(&detail, ACTION_PAGE_DOWN));
	assert_true(logs_detail_act(&detail, ACTION_UP));
	assert_string_equal(drawn(NULL), "b  2\nc  3\nd  4\n");
	assert_true(logs_detail_act(&detail, ACTION_PAGE_UP));
	assert_true(logs_detail_act(&detail, ACTION_PAGE_UP));
	assert_string_equal(drawn(NULL), "a  1\nb  2\nc  3\n");
	assert_false(logs_detail_act(&detail, ACTION_COPY));
	assert_int_equal(canvas_cell(&canvas, 0, 33)->glyph, 'b'); /* " 2 more rows below " */
}

static void what_is_searched_is_marked(void **state)
{
	(void)state;
	open_line("{\"msg\":\"a needle in hay\"}", 3, 40);
	drawn("NEEDLE");
	for (unsigned column = 0; column < 40; column++)
		assert_int_equal(!!(canvas_cell(&canvas, 1, column)->mark & MARK_MATCH), column >= 7 && column < 13);
}

static void a_record_of_64_KiB_fits_at_every_size(void **state)
{
	char *line = mem_new(70000);

	(void)state;
	strcpy(line, "{\"msg\":\"");
	for (unsigned i = 0; i < 65536 / 3; i++)
		memcpy(line + 8 + 3 * i, "\xe4\xb8\xad", 3); /* two columns wide */
	strcat(line, "\"}");
	open_line(line, 10, 40);
	for (unsigned columns = 1; columns < 60; columns++)
		for (unsigned rows = 1; rows < 5; rows++) {
			canvas_resize(&canvas, rows, columns);
			drawn(NULL);
			logs_detail_act(&detail, ACTION_LAST);
			drawn(NULL);
		}
	free(line);
	open_line("no record at all", 3, 10);
	assert_string_equal(drawn(NULL), "  no recor\n  d at all\n");
}

static int end(void **state)
{
	(void)state;
	logs_message_fini(&message);
	logs_detail_close(&detail);
	canvas_fini(&canvas);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_utterance_tells_its_times_first),
		cmocka_unit_test(an_alert_tells_its_labels_and_its_reason),
		cmocka_unit_test(a_record_of_another_kind_tells_all_it_has),
		cmocka_unit_test(what_is_no_record_is_its_own_text),
		cmocka_unit_test(a_text_of_64_KiB_is_kept_in_part_only),
		cmocka_unit_test(an_open_record_has_a_row_for_each_key),
		cmocka_unit_test(long_values_go_on_below_and_hostile_ones_are_escaped),
		cmocka_unit_test(it_scrolls_and_says_how_much_is_below),
		cmocka_unit_test(what_is_searched_is_marked),
		cmocka_unit_test(a_record_of_64_KiB_fits_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
