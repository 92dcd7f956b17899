// SPDX-License-Identifier: Apache-2.0
/* Units by the names of metrics, and of what rules compare. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rules/expr.h"
#include "sink/tui/unit.h"

static void a_name_tells_its_unit_by_its_last_word(void **state)
{
	static const struct {
		const char *name, *word;
	} cases[] = {
		{ "tts:request_duration_seconds:p95_1m", "seconds" },
		{ "tts_request_duration_seconds_bucket", "seconds" },
		{ "tts_process_resident_memory_bytes", "bytes" },
		{ "tts:request_success:ratio_1m", "ratio" },
		{ "tts:first_audio_share:avg_5m", "share" },
		{ "tts:realtime_factor:p95_1m", "realtime_factor" },
		{ "tts:request_duration_seconds:count_1m", NULL },
		{ "tts_request_duration_seconds_count", NULL },
		{ "tts_requests_total", NULL },
		{ "milliseconds_left", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct unit_words *words = unit_find(cases[i].name);

		if (cases[i].word)
			assert_string_equal(words ? words->word : "none", cases[i].word);
		else
			assert_null(words);
	}
}

static void a_rule_has_the_unit_of_what_it_compares_or_none(void **state)
{
	static const struct {
		const char *expr;
		enum chart_unit unit;
	} cases[] = {
		{ "tts_request_oldest_seconds > 5", CHART_SECONDS },
		{ "(tts_request_oldest_seconds > 5) and tts_up", CHART_SECONDS },
		{ "max by (pid) (tts:runqueue_share:ratio_1m) > 0.5", CHART_RATIO },
		{ "count(tts_request_oldest_seconds) > 0", CHART_PLAIN },
		{ "tts_request_oldest_seconds * 2 > 5", CHART_PLAIN },
		{ "tts_request_oldest_seconds > bool 5", CHART_PLAIN },
		{ "rate(tts_oncpu_seconds_total[1m]) > 1", CHART_PLAIN },
		{ "vector(1) > 0", CHART_PLAIN },
	};

	(void)state;
	assert_int_equal(unit_of_rule(NULL), CHART_PLAIN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct expr_mistakes mistakes = { 0 };
		struct arena arena = { 0 };
		struct expr *expr = expr_parse(&arena, cases[i].expr, strlen(cases[i].expr), &mistakes);
		const struct rule rule = { .expr = expr };

		assert_non_null(expr);
		assert_int_equal(unit_of_rule(&rule), cases[i].unit);
		expr_fini(expr);
		expr_mistakes_fini(&mistakes);
		arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_tells_its_unit_by_its_last_word),
		cmocka_unit_test(a_rule_has_the_unit_of_what_it_compares_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
