/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines of the log a filter takes: lines as the log writes them, one of each kind and hostile ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/logs_filter.h"

#define TRACE_A "9f86d081884c7d659a2feaa0c55ad015"
#define TRACE_B "60303ae22b998861bce3b28f33eec1be"

static const struct {
	enum log_level level;
	const char *trace_id, *line;
} lines[] = {
	{ LOG_LEVEL_INFO, TRACE_A,
	  "{\"v\":1,\"ts\":\"2026-11-24T07:32:00.100000000Z\",\"level\":\"info\",\"event\":\"trace\",\"msg\":\"utterance ok in 100 ms\","
	  "\"trace_id\":\"" TRACE_A "\",\"span_id\":\"0000000000001000\",\"pid\":4242,\"comm\":\"speaker\",\"engine\":\"espeak-ng\","
	  "\"status\":\"ok\",\"incomplete\":false,\"attrs\":{},\"duration_ns\":100000000,\"rtf\":0.08,\"text_bytes\":2048}" },
	{ LOG_LEVEL_ERROR, TRACE_B,
	  "{\"v\":1,\"ts\":\"2026-11-24T07:32:05.000000000Z\",\"level\":\"error\",\"event\":\"trace\",\"msg\":\"utterance error in 2.50 s\","
	  "\"trace_id\":\"" TRACE_B "\",\"pid\":77,\"comm\":\"Flite Worker\",\"engine\":\"flite\",\"status\":\"error\","
	  "\"incomplete\":true,\"duration_ns\":2500000000}" },
	{ LOG_LEVEL_CRITICAL, NULL,
	  "{\"v\":1,\"ts\":\"2026-11-24T07:33:00.000000000Z\",\"level\":\"critical\",\"event\":\"alert\",\"msg\":\"TtsRequestSlow is firing: 6.25 > 5\","
	  "\"rule\":\"TtsRequestSlow\",\"labels\":{\"alertname\":\"TtsRequestSlow\",\"engine\":\"espeak-ng\",\"pid\":\"4242\"},"
	  "\"value\":6.25,\"threshold\":5.0,\"comparison\":\">\"}" },
	{ LOG_LEVEL_WARNING, NULL,
	  "{\"v\":1,\"ts\":\"2026-11-24T07:34:00.000000000Z\",\"level\":\"warning\",\"event\":\"loss\",\"msg\":\"lost 123 enters (ring full)\","
	  "\"trace_ids\":[\"" TRACE_A "\",\"" TRACE_B "\"],\"pid\":4242,\"cause\":\"ring_full_enter\",\"count\":123}" },
	{ LOG_LEVEL_INFO, NULL,
	  "{\"v\":1,\"ts\":\"2026-11-24T07:35:00.000000000Z\",\"level\":\"info\",\"event\":\"process\",\"msg\":\"attached\",\"pid\":9,"
	  "\"comm\":\"a\\\"status\\\":\\\"error\\\"b\",\"service\":\"back\\\\slash C:\\\\tts\",\"exe\":\"/usr/bin/\xc3\xa9\xe2\x80\xa6speak\"}" },
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

/* "0 3": the lines that pass. */
static const char *passing(const char *text)
{
	static char said[64];
	struct tail *tail = tail_new(UINT64_MAX, 1 << 20);
	struct logs_filter filter;

	logs_filter_init(&filter, text);
	said[0] = '\0';
	for (size_t i = 0; i < LINES; i++) {
		tail_add(tail, i, lines[i].level, lines[i].trace_id, lines[i].line, strlen(lines[i].line));
		if (logs_filter_takes(&filter, tail_newest(tail)))
			snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s%zu", said[0] ? " " : "", i);
	}
	logs_filter_fini(&filter);
	tail_free(tail);
	return said;
}

#define assert_passing(text, wanted) assert_string_equal(passing(text), wanted)

static void without_a_filter_every_line_passes(void **state)
{
	(void)state;
	assert_passing(NULL, "0 1 2 3 4");
	assert_passing("", "0 1 2 3 4");
	assert_passing("  \t ", "0 1 2 3 4");
}

static void a_word_is_found_in_any_value_in_either_case(void **state)
{
	(void)state;
	assert_passing("utterance", "0 1");
	assert_passing("UTTERANCE", "0 1");
	assert_passing("flite", "1");
	assert_passing("worker", "1");
	assert_passing("ttsrequest", "2");
	assert_passing("ring full", "3"); /* two words */
	assert_passing("xylophone", "");
	assert_passing("6.25", "2");
	assert_passing("123", "3"); /* a number */
	assert_passing("z", ""); /* the Z of the time is none */
}

static void names_of_keys_are_no_words(void **state)
{
	(void)state;
	assert_passing("comparison", "");
	assert_passing("duration_ns", "");
	assert_passing("incomplete", "");
	assert_passing("event", "");
	assert_passing("alert", "2"); /* a value of event, and no part of alertname */
	assert_passing("status", "4"); /* it stands in a name of the target */
}

static void a_text_in_quotes_is_one_word(void **state)
{
	(void)state;
	assert_passing("\"error in 2.50\"", "1");
	assert_passing("\"in error\"", "");
	assert_passing("\"ring full\" 123", "3");
	assert_passing("\"lost 123", "3"); /* its end is still being typed */
	assert_passing("\"\"", "0 1 2 3 4");
}

static void a_word_that_is_excluded_takes_its_lines_away(void **state)
{
	(void)state;
	assert_passing("-utterance", "2 3 4");
	assert_passing("utterance -flite", "0");
	assert_passing("-\"ring full\" -event=trace", "2 4");
	assert_passing("!utterance", "2 3 4");
	assert_passing("--utterance", "0 1");
	assert_passing("-", "0 1 2 3 4"); /* every time has one: a lone sign is a text */
}

static void keys_have_values(void **state)
{
	(void)state;
	assert_passing("event=alert", "2");
	assert_passing("event=ALERT", "2");
	assert_passing("event==alert", "2");
	assert_passing("event=aler", ""); /* all of it */
	assert_passing("event!=trace", "2 3 4");
	assert_passing("-event=trace", "2 3 4");
	assert_passing("pid=4242", "0 2 3"); /* a number, and a label's text */
	assert_passing("pid=424", "");
	assert_passing("status=error", "1"); /* and not the one whose name says so */
	assert_passing("status!=error", "0 2 3 4");
	assert_passing("incomplete=true", "1");
	assert_passing("incomplete=false", "0");
	assert_passing("comm=\"flite worker\"", "1");
	assert_passing("engine~speak", "0 2");
	assert_passing("engine=~SPEAK", "0 2");
	assert_passing("msg~\"firing: 6\"", "2");
	assert_passing("nokey=1", "");
	assert_passing("nokey!=1", "0 1 2 3 4");
}

static void numbers_are_compared_and_units_are_understood(void **state)
{
	(void)state;
	assert_passing("value>6", "2");
	assert_passing("value>6.25", "");
	assert_passing("value>=6.25", "2");
	assert_passing("rtf<0.1", "0");
	assert_passing("count>=123 count<=123", "3");
	assert_passing("duration>1s", "1");
	assert_passing("duration<1s", "0");
	assert_passing("duration>=100ms", "0 1");
	assert_passing("duration=2500ms", "1");
	assert_passing("duration_ns>1000000000", "1");
	assert_passing("duration_ns>1s", "1");
	assert_passing("text>1K", "0");
	assert_passing("text_bytes=2K", "0");
	assert_passing("text<1K", "");
	assert_passing("duration>yesterday", ""); /* no number: nothing is more than that */
}

static void times_are_compared_as_texts(void **state)
{
	(void)state;
	assert_passing("ts>=2026-11-24T07:33", "2 3 4");
	assert_passing("ts<2026-11-24T07:32:05", "0");
	assert_passing("07:32:05", "1");
	assert_passing("2026-11-24", "0 1 2 3 4");
	assert_passing("2026", ""); /* a number is not looked for in the time */
}

static void levels_have_an_order_and_may_be_short(void **state)
{
	(void)state;
	assert_passing("level>=warning", "1 2 3");
	assert_passing("level>=w", "1 2 3");
	assert_passing("level>warning", "1 2");
	assert_passing("level=info", "0 4");
	assert_passing("level!=info", "1 2 3");
	assert_passing("level<=error", "0 1 3 4");
	assert_passing("level<crit", "0 1 3 4");
	assert_passing("-level>=error", "0 3 4");
}

static void a_trace_is_named_by_its_beginning(void **state)
{
	(void)state;
	assert_passing("trace=9f86", "0 3"); /* a loss may have touched it */
	assert_passing("trace=9F86D081", "0 3");
	assert_passing("trace_id=603", "1 3");
	assert_passing("trace=" TRACE_B, "1 3");
	assert_passing("trace=ffff", "");
	assert_passing("-trace=9f86", "1 2 4");
}

static void what_is_escaped_in_a_line_is_found_as_it_is_typed(void **state)
{
	(void)state;
	assert_passing("back\\slash", "4");
	assert_passing("C:\\tts", "4");
	assert_passing("\"a\\\"status\"", "4");
	assert_passing("/usr/bin/\xc3\xa9", "4");
	assert_passing("\xe2\x80\xa6speak", "4");
	assert_passing("service=\"back\\\\slash C:\\\\tts\"", "4");
}

static void what_is_still_being_typed_asks_for_nothing(void **state)
{
	(void)state;
	assert_passing("event=", "0 1 2 3 4");
	assert_passing("level>=", "0 1 2 3 4");
	assert_passing("duration>", "0 1 2 3 4");
	assert_passing("trace=", "0 1 2 3 4");
	assert_passing("flite event=", "1");
}

static void assert_mistake(const char *text, const char *wanted)
{
	struct logs_filter filter;

	logs_filter_init(&filter, text);
	if (wanted)
		assert_string_equal(filter.mistake, wanted);
	else
		assert_null(filter.mistake);
	logs_filter_fini(&filter);
}

static void a_mistake_is_told_with_its_place_and_takes_the_filter_off(void **state)
{
	char many[200] = "";

	(void)state;
	assert_mistake("flite event=x duration>1s", NULL);
	assert_mistake("level>=loud", "column 8: no level is called \"loud\": debug, info, warning, error, critical");
	assert_passing("level>=loud flite", "0 1 2 3 4");
	assert_passing("flite level>=loud", "0 1 2 3 4"); /* what was read before it is off, too */
	assert_mistake("trace=xyz", "column 7: \"xyz\" is no id: it has hexadecimal digits only");
	assert_mistake("level=a trace=z", "column 7: no level is called \"a\": debug, info, warning, error, critical");
	assert_mistake("  \"\xc3\xa9\" -level>>x", "column 14: no level is called \">x\": debug, info, warning, error, "
						     "critical");
	for (unsigned i = 0; i < 40; i++)
		strcat(many, "e ");
	assert_mistake(many, "column 65: more than 32 terms");
	assert_passing(many, "0 1 2 3 4");
}

/* Every cut of every line against many needles: nothing outside of the line is read (sanitizers look). */
static void a_line_of_any_length_is_read_to_its_end_and_no_further(void **state)
{
	static const char *const filters[] = { "x", "event=trace", "duration>1s", "\"", "a=\"", "level>=info", "pid~4",
					       "trace=9f", "utterance ok in 100 ms and so on, longer than many a line is" };

	(void)state;
	for (size_t i = 0; i < LINES; i++)
		for (size_t cut = 0; cut <= strlen(lines[i].line); cut++) {
			struct tail_record *record = mem_new(sizeof(*record) + cut + 1);

			record->length = (uint32_t)cut;
			memcpy(record->line, lines[i].line, cut);
			for (size_t f = 0; f < sizeof(filters) / sizeof(filters[0]); f++) {
				struct logs_filter filter;

				logs_filter_init(&filter, filters[f]);
				logs_filter_takes(&filter, record);
				logs_filter_fini(&filter);
			}
			free(record);
		}
}

static void a_word_is_found_wherever_it_stands(void **state)
{
	char line[200];
	struct logs_word word;

	(void)state;
	logs_word_init(&word, "Needle", 6);
	for (size_t before = 0; before < 70; before++)
		for (size_t after = 0; after < 40; after++) {
			memset(line, 'n', sizeof(line));
			memcpy(line + before, "nEEdle", 6);
			assert_true(logs_word_finds(&word, line, before + 6 + after));
			assert_false(logs_word_finds(&word, line, before + 5));
			line[before + 3] = 'x';
			assert_false(logs_word_finds(&word, line, before + 6 + after));
		}
	logs_word_fini(&word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_filter_every_line_passes),
		cmocka_unit_test(a_word_is_found_in_any_value_in_either_case),
		cmocka_unit_test(names_of_keys_are_no_words),
		cmocka_unit_test(a_text_in_quotes_is_one_word),
		cmocka_unit_test(a_word_that_is_excluded_takes_its_lines_away),
		cmocka_unit_test(keys_have_values),
		cmocka_unit_test(numbers_are_compared_and_units_are_understood),
		cmocka_unit_test(times_are_compared_as_texts),
		cmocka_unit_test(levels_have_an_order_and_may_be_short),
		cmocka_unit_test(a_trace_is_named_by_its_beginning),
		cmocka_unit_test(what_is_escaped_in_a_line_is_found_as_it_is_typed),
		cmocka_unit_test(what_is_still_being_typed_asks_for_nothing),
		cmocka_unit_test(a_mistake_is_told_with_its_place_and_takes_the_filter_off),
		cmocka_unit_test(a_line_of_any_length_is_read_to_its_end_and_no_further),
		cmocka_unit_test(a_word_is_found_wherever_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
