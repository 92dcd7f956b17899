// SPDX-License-Identifier: Apache-2.0
/* Templates: what they print (the numbers are promtool's; tests/promql/agree-templates asks it),
 * and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rules/template.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct buf expand_with(const char *text, double value, const char *trace_id)
{
	static const struct label items[] = {
		{"job", "a b"},
		{"engine", "espeak-ng"},
		{"braces", "{{ $value }}"},
		{"num", "2500"},
	};
	struct labels_pool *pool = labels_pool_new();
	struct template_values values = {
		.labels = labels_intern(pool, items, COUNT_OF(items)),
		.value = value,
		.trace_id = trace_id,
	};
	struct expr_mistakes mistakes = {0};
	struct buf out = {0};

	if (template_check(text, strlen(text), &mistakes) < 0)
		fail_msg("%s: %s", text, mistakes.items[0].message);
	buf_text(&out, "before ");
	template_expand(&out, text, &values);
	labels_pool_free(pool);
	return out;
}

static void assert_expands(const char *text, double value, const char *want)
{
	struct buf out = expand_with(text, value, NULL);

	assert_memory_equal(out.bytes, "before ", 7);
	if (strcmp(out.bytes + 7, want) != 0)
		fail_msg("%s: '%s', not '%s'", text, out.bytes + 7, want);
	buf_fini(&out);
}

static void values_and_labels_take_the_place_of_actions(void **state)
{
	(void)state;
	assert_expands("", 5, "");
	assert_expands("plain }} { text", 5, "plain }} { text");
	assert_expands("{{ $value }} {{$value}} {{ .Value }}", 5.5, "5.5 5.5 5.5");
	assert_expands("{{ $labels.engine }}/{{ .Labels.job }}", 5, "espeak-ng/a b");
	assert_expands("[{{ $labels.nope }}]", 5, "[]");
	assert_expands("{{ \"a\\tb\\u00e9\" }}{{ `c\\d` }}", 5,
		       "a\tb\xc3\xa9"
		       "c\\d");
	assert_expands("{{ 5 }} {{ -5 }} {{ 5.50 }} {{ 1e3 }} {{ 0x1F }} {{ 017 }} {{ .5 }}", 0,
		       "5 -5 5.5 1000 31 15 0.5");
	assert_expands("{{\n$value\n|\thumanize\r\n}}", 1500, "1.5k");
}

static void what_a_label_says_is_not_expanded_again(void **state)
{
	(void)state;
	assert_expands("{{ $labels.braces }}", 5, "{{ $value }}");
	assert_expands("{{ $labels.braces | printf \"%s %%v\" }}", 5, "{{ $value }} %v");
}

static void dashes_trim_white_space(void **state)
{
	(void)state;
	assert_expands("a \n {{- $value -}} \t b", 5, "a5b");
	assert_expands("a {{- $value }} b", 5, "a5 b");
	assert_expands("a {{ $value -}} b", 5, "a 5b");
	assert_expands("{{ \" x \" -}}  {{- \" y \" }}", 5, " x  y ");
	assert_expands("{{-5}}", 5, "-5");
	assert_expands("{{ $value -}}", 5, "5");
}

static void numbers_print_as_in_go(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0, "0"},
		{-0.0, "-0"},
		{1, "1"},
		{0.1, "0.1"},
		{0.1 + 0.2, "0.30000000000000004"},
		{100000, "100000"},
		{999999, "999999"},
		{1000000, "1e+06"},
		{1234567, "1.234567e+06"},
		{123456789, "1.23456789e+08"},
		{1e20, "1e+20"},
		{1e21, "1e+21"},
		{0.0001, "0.0001"},
		{0.00001, "1e-05"},
		{1.5e-7, "1.5e-07"},
		{4.9e-324, "5e-324"},
		{1.7976931348623157e308, "1.7976931348623157e+308"},
		{INFINITY, "+Inf"},
		{-INFINITY, "-Inf"},
		{NAN, "NaN"},
		{12345.678, "12345.678"},
		{0x1p-1017, "7.120236347223045e-307"}, /* Go has 16 digits where the nearest 16 do
							  not read back */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_expands("{{ $value }}", rows[i].value, rows[i].text);
}

static void humanize_is_prometheus(void **state)
{
	static const struct {
		double value;
		const char *plain, *binary, *duration, *percentage;
	} rows[] = {
		{0, "0", "0", "0s", "0%"},
		{1, "1", "1", "1s", "100%"},
		{-1, "-1", "-1", "-1s", "-100%"},
		{999.951, "1000", "1000", "16m 39s", "9.9995e+04%"},
		{1024, "1.024k", "1ki", "17m 4s", "1.024e+05%"},
		{123456789, "123.5M", "117.7Mi", "1428d 21h 33m 9s", "1.235e+10%"},
		{0.001, "1m", "0.001", "1ms", "0.1%"},
		{0.0000123, "12.3u", "1.23e-05", "12.3us", "0.00123%"},
		{59.9999, "60", "60", "60s", "6000%"},
		{3600, "3.6k", "3.516ki", "1h 0m 0s", "3.6e+05%"},
		{-90061.5, "-90.06k", "-87.95ki", "-1d 1h 1m 1s", "-9.006e+06%"},
		{INFINITY, "+Inf", "+Inf", "+Inf", "+Inf%"},
		{NAN, "NaN", "NaN", "NaN", "NaN%"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_expands("{{ $value | humanize }}", rows[i].value, rows[i].plain);
		assert_expands("{{ humanize1024 $value }}", rows[i].value, rows[i].binary);
		assert_expands("{{ $value | humanizeDuration }}", rows[i].value, rows[i].duration);
		if (i != 3)
			assert_expands("{{ $value | humanizePercentage }}", rows[i].value,
				       rows[i].percentage);
	}
	assert_expands("{{ humanizePercentage 999.951 }}", 0, "1e+05%");
	assert_expands("{{ $labels.num | humanize }} {{ \"0x1p4\" | humanize }}", 0, "2.5k 16");
}

static void printf_prints_as_in_go(void **state)
{
	(void)state;
	assert_expands("{{ printf \"%.2f\" $value }} {{ $value | printf \"%.1f\" }}", 1.256,
		       "1.26 1.3");
	assert_expands(
		"{{ printf \"%f|%e|%g|%v|%.0f|%.3g\" $value $value $value $value $value $value }}",
		1234.5, "1234.500000|1.234500e+03|1234.5|1234.5|1234|1.23e+03");
	assert_expands("{{ printf \"%8.1f|%-8.1f|%08.1f|%+.1f|% .1f\" $value $value $value $value "
		       "$value }}",
		       2.5, "     2.5|2.5     |000002.5|+2.5| 2.5");
	assert_expands("{{ printf \"%08.1f|%+f|%5v|% f\" $value $value $value $value }}", INFINITY,
		       "    +Inf|+Inf| +Inf| Inf");
	assert_expands("{{ printf \"%08.1f|%+f\" $value $value }}", NAN, "     NaN|+NaN");
	assert_expands("{{ printf \"%5d|%-5d|%05d|%+d|%.3d|%v\" 42 42 42 42 42 42 }}", 0,
		       "   42|42   |00042|+42|042|42");
	assert_expands("{{ printf \"%d %d\" -42 9223372036854775807 }}", 0,
		       "-42 9223372036854775807");
	assert_expands("{{ printf \"%s|%5s|%-5s|%.1s|%05s\" $labels.job \"ab\" \"\xc3\xa9\" "
		       "\"\xc3\xa9x\" \"ab\" }}",
		       0, "a b|   ab|\xc3\xa9    |\xc3\xa9|000ab");
	assert_expands("{{ printf \"100%%\" }}", 0, "100%");
	assert_expands("{{ $value | humanize | printf \"%s s\" | printf \"(%s)\" }}", 2000,
		       "(2k s)");
}

static void a_label_that_is_no_number_is_said_in_the_text(void **state)
{
	(void)state;
	assert_expands("a {{ $labels.job | humanize }} b {{ $labels.engine | humanize }}", 5,
		       "<error expanding template: 'a b' is no number>");
	assert_expands("{{ $labels.nope | humanizeDuration }}", 5,
		       "<error expanding template: '' is no number>");
}

static void the_trace_id_is_the_exemplars(void **state)
{
	struct buf out = expand_with("{{ $labels.trace_id }}", 1, "0123abcd");

	(void)state;
	assert_string_equal(out.bytes, "before 0123abcd");
	buf_fini(&out);
	out = expand_with("[{{ .Labels.trace_id }}]", 1, NULL);
	assert_string_equal(out.bytes, "before []");
	buf_fini(&out);
}

static void a_label_named_trace_id_wins(void **state)
{
	static const struct label items[] = {{"trace_id", "mine"}};
	struct labels_pool *pool = labels_pool_new();
	struct template_values values = {.labels = labels_intern(pool, items, 1),
					 .trace_id = "exemplar"};
	struct buf out = {0};

	(void)state;
	template_expand(&out, "{{ $labels.trace_id }}", &values);
	assert_string_equal(out.bytes, "mine");
	buf_fini(&out);
	labels_pool_free(pool);
}

static void assert_refused(const char *text, const char *want)
{
	struct expr_mistakes mistakes = {0};
	struct buf got = {0};

	buf_text(&got, "");
	assert_int_equal(template_check(text, strlen(text), &mistakes), -EINVAL);
	for (size_t i = 0; i < mistakes.count; i++)
		buf_format(&got, "%s%zu %s", i ? "\n" : "", mistakes.items[i].place,
			   mistakes.items[i].message);
	assert_string_equal(got.bytes, want);
	buf_fini(&got);
	expr_mistakes_fini(&mistakes);
}

static void what_go_has_beyond_is_refused_by_name(void **state)
{
	(void)state;
	assert_refused("{{ range $x }}", "3 {{ range }} is not supported");
	assert_refused("{{ if true }}", "3 {{ if }} is not supported");
	assert_refused("{{ $x := 1 }}", "3 template variables are not supported");
	assert_refused("{{/* c */}}", "2 template comments are not supported");
	assert_refused("{{ (1) }}", "3 parentheses are not supported in templates");
	assert_refused("{{ $value | toUpper }}", "12 'toUpper' is not supported in templates");
	assert_refused("{{ $labels }}",
		       "3 the label set as a whole is not supported, name one: $labels.x");
	assert_refused("{{ $externalURL }}", "3 $externalURL is not supported");
	assert_refused("{{ 'a' }}", "3 character constants are not supported");
	assert_refused("{{ printf \"%x\" 5 }}",
		       "3 printf's %x is not supported (only %v %s %d %e %f %g)");
}

static void mistakes_are_told_where_they_are(void **state)
{
	(void)state;
	assert_refused("a {{ $value", "2 unclosed action");
	assert_refused("{{ }}", "3 empty action");
	assert_refused("{{ foo }}", "3 unknown template function 'foo'");
	assert_refused("{{ $foo }}", "3 undefined variable $foo");
	assert_refused("{{ .Foo }}", "3 unknown field .Foo");
	assert_refused("{{ \"a }}", "3 unterminated string in a template");
	assert_refused("{{ \"a\\q\" }}", "5 unknown escape sequence in string");
	assert_refused("{{ $value $value }}", "10 unexpected text behind a value");
	assert_refused("{{ $value | 5 }}", "12 only functions stand behind '|'");
	assert_refused("{{ humanize }}", "3 humanize takes one value, got 0");
	assert_refused("{{ printf \"%d\" $value }}", "3 printf's %d does not fit a float");
	assert_refused("{{ printf \"%v\" }}", "3 printf has no value for %v");
	assert_refused("{{ printf \"x\" 5 }}", "3 printf has more values than verbs");
	assert_refused("{{ printf \"%2000v\" 5 }}", "3 printf's width is too great");
	assert_refused("{{ $value ? }}", "10 unexpected text behind a value");
	assert_refused("{{ 08 }}", "3 this form of a number is not supported: '08'");
}

static void all_mistakes_of_a_text_are_told(void **state)
{
	(void)state;
	assert_refused("{{ foo }} {{ $value }} {{ $bar }} {{ end }} {{",
		       "3 unknown template function 'foo'\n26 undefined variable $bar\n37 {{ end "
		       "}} is not supported\n"
		       "44 unclosed action");
}

static uint64_t random_state = 88172645463325252ull;

static unsigned random_below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % limit;
}

/* What passed the check expands; what did not has a mistake inside of the text. */
static void random_tokens_never_break_the_templates(void **state)
{
	static const char *const words[] = {
		"{{",
		"}}",
		"{{-",
		"-}}",
		" ",
		"$value",
		"$labels.x",
		".Value",
		".Labels.trace_id",
		"$",
		".",
		"|",
		"humanize",
		"humanizeDuration",
		"printf",
		"\"%v\"",
		"\"%5.1f\"",
		"\"%s\"",
		"`%d`",
		"\"",
		"`",
		"5",
		"-1.5",
		"0x",
		"range",
		"end",
		"foo",
		"(",
		":=",
		"/*",
		"text",
		"\n",
		"\xff",
		"%",
		"\"\\x",
		"humanize1024",
		"1e400",
		"printf \"%v\" $value",
	};
	struct labels_pool *pool = labels_pool_new();
	struct template_values values = {.labels = labels_intern(pool, NULL, 0), .value = 1.5};
	struct buf text = {0}, out = {0};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		struct expr_mistakes mistakes = {0};
		unsigned count = 1 + random_below(10);
		int error;

		buf_reset(&text);
		while (count--) {
			buf_text(&text, words[random_below(COUNT_OF(words))]);
			if (random_below(2))
				buf_char(&text, ' ');
		}
		error = template_check(text.bytes, text.length, &mistakes);
		assert_true(error == (mistakes.count ? -EINVAL : 0));
		for (size_t i = 0; i < mistakes.count; i++)
			assert_true(mistakes.items[i].place <= text.length);
		buf_reset(&out);
		if (!error)
			template_expand(&out, text.bytes, &values);
		expr_mistakes_fini(&mistakes);
	}
	buf_fini(&text);
	buf_fini(&out);
	labels_pool_free(pool);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_labels_take_the_place_of_actions),
		cmocka_unit_test(what_a_label_says_is_not_expanded_again),
		cmocka_unit_test(dashes_trim_white_space),
		cmocka_unit_test(numbers_print_as_in_go),
		cmocka_unit_test(humanize_is_prometheus),
		cmocka_unit_test(printf_prints_as_in_go),
		cmocka_unit_test(a_label_that_is_no_number_is_said_in_the_text),
		cmocka_unit_test(the_trace_id_is_the_exemplars),
		cmocka_unit_test(a_label_named_trace_id_wins),
		cmocka_unit_test(what_go_has_beyond_is_refused_by_name),
		cmocka_unit_test(mistakes_are_told_where_they_are),
		cmocka_unit_test(all_mistakes_of_a_text_are_told),
		cmocka_unit_test(random_tokens_never_break_the_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
