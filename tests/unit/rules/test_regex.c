// SPDX-License-Identifier: Apache-2.0
/* Regular expressions of matchers: against Python's re where both speak the same, and RE2's own
 * rules by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rules/regex.h"

#include "base/buf.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool matches(const char *pattern, const char *text)
{
	struct regex_mistake mistake;
	struct regex *regex = regex_new(pattern, strlen(pattern), &mistake);
	bool does;

	if (!regex)
		fail_msg("%s: %s", pattern, mistake.message);
	does = regex_matches(regex, text, strlen(text));
	regex_free(regex);
	return does;
}

/* made by python3's re: re.compile(PATTERN, re.ASCII).fullmatch(TEXT); one bit a text */
static const char *const texts[] = {
	"",
	"a",
	"b",
	"ab",
	"abc",
	"ABC",
	"aaa",
	"aab",
	"ba",
	"c",
	"bc",
	"1",
	"12a",
	"a b",
	" ",
	"a.b",
	"axb",
	"\012",
	"a\012b",
	"a\012",
	"\303\251",
	"\303\251\303\251",
	"\346\227\245\346\234\254\350\252\236",
	"KS",
	"ks",
	"abcd",
	"_",
	"-",
	"]",
	"tts_request_duration_seconds",
	"piper",
	"pipers",
	"a{,2}",
	"\011",
	"\305\277",
	"b\012",
};

static const struct {
	const char *pattern;
	uint64_t matches;
} rows[] = {
	{"a", 0x2ull},
	{"abc", 0x10ull},
	{"a|b", 0x6ull},
	{"a|bc|", 0x403ull},
	{"(a|b)c", 0x400ull},
	{"a*", 0x43ull},
	{"a+", 0x42ull},
	{"a?b", 0xcull},
	{"a{2}", 0x0ull},
	{"a{2,3}", 0x40ull},
	{"a{2,}", 0x40ull},
	{"(ab)*", 0x9ull},
	{"(a*)*b", 0x8cull},
	{"[abc]+", 0x7deull},
	{"[^abc]", 0x61c124800ull},
	{"[a-c1-3]+", 0x1fdeull},
	{"[]a]", 0x10000002ull},
	{"[a\\-z]", 0x8000002ull},
	{".", 0x61c104a06ull},
	{".*", 0x7fff1ffffull},
	{".+b", 0x1a088ull},
	{"a.c", 0x10ull},
	{"a.*?b", 0x1a088ull},
	{"\\d+", 0x800ull},
	{"\\D", 0x61c124206ull},
	{"\\w+", 0xe7811ffeull},
	{"\\W+", 0x618724000ull},
	{"\\s", 0x200024000ull},
	{"\\S+", 0x5fff19ffeull},
	{"a\\.b", 0x8000ull},
	{"\\n", 0x20000ull},
	{"\\x61b", 0x8ull},
	{"(?i)aBc", 0x30ull},
	{"(?i)[a-b]+", 0x1ceull},
	{"(?:ab)+c?", 0x18ull},
	{"(?P<n>a)b", 0x8ull},
	{"^a$", 0x2ull},
	{"a$|^b", 0x6ull},
	{"\\bab\\b", 0x8ull},
	{"a\\Bb", 0x8ull},
	{"(?s).+", 0xffffffffeull},
	{"(?i)k+s", 0x1800000ull},
	{"espeak|piper|flite", 0x40000000ull},
	{"tts_(request|stage)_.*_seconds", 0x20000000ull},
	{"[^ -~]+", 0x600720000ull},
	{"\303\251+", 0x300000ull},
	{".{3}", 0x41b0f0ull},
	{"(a|ab)(c|bcd)", 0x2000010ull},
	{"x*", 0x1ull},
	{"a{,2}", 0x100000000ull},
};

static void patterns_match_what_python_matches(void **state)
{
	(void)state;
	assert_true(COUNT_OF(rows) >= 40);
	for (size_t row = 0; row < COUNT_OF(rows); row++)
		for (size_t i = 0; i < COUNT_OF(texts); i++)
			if (matches(rows[row].pattern, texts[i]) != (rows[row].matches >> i & 1))
				fail_msg("'%s' on '%s': wrong", rows[row].pattern, texts[i]);
}

/* Where RE2 has its own mind. */
static void patterns_mean_what_they_mean_in_prometheus(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} own[] = {
		{"a$", "a\n", false}, /* $ is the end, not before a last newline */
		{"(?m)a$\\nb", "a\nb", true},
		{"(?m)a$.b", "a\nb", false}, /* m is not s */
		{"(?ms)a$.^b", "a\nb", true},
		{".", "\n", false},
		{"[^a]", "\n", true},
		{"(?i)K", "\xe2\x84\xaa", true}, /* Kelvin */
		{"(?i)[^k]", "\xe2\x84\xaa", false},
		{"(?i)S", "\xc5\xbf", true}, /* long s */
		{"a(?i)b|c", "aB", true},
		{"a(?i)b|c", "C", true}, /* a flag holds over | */
		{"a(?i)b|c", "Ab", false},
		{"(a(?i)b)c", "aBC", false}, /* and ends with its group */
		{"(?i:a)b", "Ab", true},
		{"(?i:a)b", "AB", false},
		{"(?i)(?-i)a", "A", false},
		{"(?U)a+?", "aaa", true},
		{"\\Qa.*\\Eb", "a.*b", true},
		{"\\Qa.*\\Eb", "axb", false},
		{"\\Qab\\E+", "abb", true},
		{"\\A\\z", "", true},
		{"a{", "a{", true}, /* no count: literal text */
		{"a{1", "a{1", true},
		{"a{x}", "a{x}", true},
		{"a{01}", "a{01}", true},
		{"a{0}", "", true},
		{"a{0}b", "b", true},
		{"^*a", "a", true},
		{"(|a)+b", "aab", true},
		{"(a|b|)", "", true},
		{"()", "", true},
		{"[[:alpha:]_]+", "aZ_", true},
		{"[[:^alpha:]]", "1", true},
		{"[[:word:]]", "_", true},
		{"[\\d\\-x]", "-", true},
		{"[^\\D]", "5", true},
		{"[^\\x00-\\x{10FFFF}]", "a", false},
		{"\\141\\x62\\x{63}", "abc", true},
		{"\\0", "", false},  /* the character NUL */
		{".", "\xff", true}, /* a broken byte is one character, U+FFFD */
		{"\\x{fffd}", "\xff", true},
		{"..", "\xe3\x81", true},
		{".", "\xf0\x9f\x98\x80", true},
		{"[\xc3\xa0-\xc3\xbc]", "\xc3\xa9", true},
		{"\xc3\xa9{2}", "\xc3\xa9\xc3\xa9", true},
		{"(?:a+)+(?:b+)+", "aaabbb", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (matches(own[i].pattern, own[i].text) != own[i].matches)
			fail_msg("'%s' on '%s': not %d", own[i].pattern, own[i].text,
				 own[i].matches);
}

static void bad_patterns_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *pattern, *message;
		size_t place;
	} bad[] = {
		{"a[b", "missing ] of a character class", 1},
		{"[]", "missing ] of a character class", 0},
		{"a(b", "missing ) of a group", 1},
		{"ab)c", "unexpected )", 2},
		{"a)|(b", "unexpected )", 1},
		{"*a", "nothing to repeat", 0},
		{"a|*", "nothing to repeat", 2},
		{"a**", "a repetition of a repetition", 2},
		{"a+?+", "a repetition of a repetition", 3},
		{"a{2}{3}", "a repetition of a repetition", 4},
		{"a{2,1}", "bad repeat count", 1},
		{"a{1001}", "bad repeat count", 1},
		{"a{99999999999}", "bad repeat count", 1},
		{"(a{30}){40}", "bad repeat count (more than 1000 in all)", 7},
		{"[b-a]", "the range of a character class is backwards", 1},
		{"[[:foo:]]", "unknown character class [:foo:]", 1},
		{"a\\", "trailing backslash", 1},
		{"\\Z", "unknown escape \\Z", 0},
		{"[\\b]", "unknown escape \\b", 1},
		{"\\xg", "bad escape \\x", 0},
		{"\\x{110000}", "bad escape \\x", 0},
		{"\\Qab", "\\Q without \\E", 0},
		{"a(?=b)", "regex lookahead is not supported", 1},
		{"(?!b)", "regex lookahead is not supported", 0},
		{"(?<=b)", "regex lookbehind is not supported", 0},
		{"(?>a)", "regex atomic groups are not supported", 0},
		{"(a)\\1", "regex back-references are not supported", 3},
		{"\\pL", "regex Unicode classes (\\p) are not supported", 0},
		{"[\\P{Greek}]", "regex Unicode classes (\\P) are not supported", 1},
		{"(?x)a", "unknown group (?x", 0},
		{"(?P<a>b)(?P<a>c)", "the group name 'a' comes twice", 12},
		{"(?P<>b)", "bad name of a group", 4},
		{"(?i)\xc3\xa9", "(?i) with characters beyond ASCII is not supported", 4},
		{"a\xff", "invalid UTF-8", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct regex_mistake mistake = {0};
		struct regex *regex = regex_new(bad[i].pattern, strlen(bad[i].pattern), &mistake);

		if (regex)
			fail_msg("'%s' is taken", bad[i].pattern);
		assert_string_equal(mistake.message, bad[i].message);
		assert_int_equal(mistake.place, bad[i].place);
	}
}

static const char *refusal(const char *part, size_t count, const char *after)
{
	static struct regex_mistake mistake;
	struct regex *regex;
	struct buf text = {0};

	buf_fill(&text, part, count);
	buf_text(&text, after);
	mistake.message[0] = '\0';
	regex = regex_new(text.bytes, text.length, &mistake);
	regex_free(regex);
	buf_fini(&text);
	return mistake.message;
}

static void size_and_depth_have_limits(void **state)
{
	(void)state;
	assert_string_equal(refusal("(", 60000, "a"), "the regular expression nests too deeply");
	assert_string_equal(refusal("a(?i)*", 1, ""), "");
	assert_string_equal(refusal("(?i)", 1000, "a"), "");
	assert_string_equal(refusal("[a-z]{1000}", 20, ""), "the regular expression is too large");
	assert_string_equal(refusal("(a|b|c){100}{", 60, ""),
			    "the regular expression is too large");
	assert_string_equal(refusal("ab", 20000, ""), "the regular expression is too large");
	assert_string_equal(refusal("x", 1, "*(?i)*(?i)*"), "");
	assert_string_equal(refusal("a|", 2000, "b"), "");
}

static void repeated_repetitions_do_not_pile_up(void **state)
{
	struct buf text = {0};
	struct regex_mistake mistake;

	(void)state;
	buf_text(&text, "a");
	buf_fill(&text, "*(?i)", 10000);
	assert_null(regex_new(text.bytes, text.length, &mistake));
	assert_string_equal(mistake.message, "the regular expression nests too deeply");
	buf_fini(&text);
}

/* What takes a back-tracking engine ages. */
static void matching_is_linear_in_the_text(void **state)
{
	struct regex_mistake mistake;
	struct regex *regex = regex_new("(a*)*(a|aa)+b", 13, &mistake);
	struct buf text = {0};

	(void)state;
	buf_fill(&text, "a", 50000);
	assert_false(regex_matches(regex, text.bytes, text.length));
	buf_char(&text, 'b');
	assert_true(regex_matches(regex, text.bytes, text.length));
	buf_fini(&text);
	regex_free(regex);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_what_python_matches),
		cmocka_unit_test(patterns_mean_what_they_mean_in_prometheus),
		cmocka_unit_test(bad_patterns_are_refused_with_their_place),
		cmocka_unit_test(size_and_depth_have_limits),
		cmocka_unit_test(repeated_repetitions_do_not_pile_up),
		cmocka_unit_test(matching_is_linear_in_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
