// SPDX-License-Identifier: Apache-2.0
/* Expressions: their trees, canonical texts, and every mistake with its place. promtool is asked by
 * tests/promql. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "rules/functions.h"
#include "rules/labels.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The tree with every operator in parentheses of its own. */
static void shape(struct buf *out, const struct expr *expr)
{
	static const char *const signs[] = {"+",  "-", "*", "/",  "%",	"^",   "atan2", "==",
					    "!=", ">", "<", ">=", "<=", "and", "or",	"unless"};

	switch (expr->kind) {
	case EXPR_BINARY:
		buf_char(out, '(');
		shape(out, expr->args[0]);
		buf_format(out, " %s ", signs[expr->op]);
		shape(out, expr->args[1]);
		buf_char(out, ')');
		break;
	case EXPR_NEGATE:
		buf_text(out, "neg(");
		shape(out, expr->args[0]);
		buf_char(out, ')');
		break;
	case EXPR_PAREN:
		shape(out, expr->args[0]);
		break;
	default:
		buf_text(out, expr->text);
	}
}

struct parsed {
	struct arena arena;
	struct expr_mistakes mistakes;
	struct expr *expr;
};

static struct parsed parse_bytes(const char *text, size_t length)
{
	struct parsed parsed = {0};

	parsed.expr = expr_parse(&parsed.arena, text, length, &parsed.mistakes);
	if (parsed.expr)
		assert_int_equal(parsed.mistakes.count, 0);
	else
		assert_true(parsed.mistakes.count > 0);
	for (size_t i = 0; i < parsed.mistakes.count; i++) {
		assert_true(parsed.mistakes.items[i].place <= length);
		assert_true(i == 0 ||
			    parsed.mistakes.items[i - 1].place <= parsed.mistakes.items[i].place);
		assert_true(parsed.mistakes.items[i].message[0] != '\0');
	}
	return parsed;
}

static struct parsed parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void parsed_fini(struct parsed *parsed)
{
	expr_fini(parsed->expr);
	expr_mistakes_fini(&parsed->mistakes);
	arena_fini(&parsed->arena);
}

static void assert_shape(const char *text, const char *want)
{
	struct parsed parsed = parse(text);
	struct buf got = {0};

	assert_non_null(parsed.expr);
	shape(&got, parsed.expr);
	assert_string_equal(got.bytes, want);
	buf_fini(&got);
	parsed_fini(&parsed);
}

static void assert_text(const char *text, const char *want)
{
	struct parsed parsed = parse(text), again;

	if (!parsed.expr)
		print_error("%s: %s\n", text, parsed.mistakes.items[0].message);
	assert_non_null(parsed.expr);
	assert_string_equal(parsed.expr->text, want);
	again = parse(want);
	assert_non_null(again.expr);
	assert_string_equal(again.expr->text, want);
	assert_true(again.expr->key == parsed.expr->key);
	parsed_fini(&again);
	parsed_fini(&parsed);
}

/* `want`: "PLACE message" lines. */
static void assert_mistakes(const char *text, const char *want)
{
	struct parsed parsed = parse(text);
	struct buf got = {0};

	buf_text(&got, "");
	for (size_t i = 0; i < parsed.mistakes.count; i++)
		buf_format(&got, "%s%zu %s", i ? "\n" : "", parsed.mistakes.items[i].place,
			   parsed.mistakes.items[i].message);
	assert_string_equal(got.bytes, want);
	buf_fini(&got);
	parsed_fini(&parsed);
}

static void operators_bind_as_in_prometheus(void **state)
{
	(void)state;
	assert_shape("1 + 2 * 3", "(1 + (2 * 3))");
	assert_shape("1 * 2 + 3", "((1 * 2) + 3)");
	assert_shape("a - b - c", "((a - b) - c)");
	assert_shape("a / b * c % d", "(((a / b) * c) % d)");
	assert_shape("2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))");
	assert_shape("-a ^ b", "neg((a ^ b))");
	assert_shape("-a * b", "(neg(a) * b)");
	assert_shape("a ^ -b * c", "((a ^ neg(b)) * c)");
	assert_shape("a ^ -b ^ c", "(a ^ neg((b ^ c)))");
	assert_shape("a atan2 b + c", "((a atan2 b) + c)");
	assert_shape("a + b == c + d", "((a + b) == (c + d))");
	assert_shape("a == b == c", "((a == b) == c)");
	assert_shape("a > b and c < d", "((a > b) and (c < d))");
	assert_shape("a or b and c", "(a or (b and c))");
	assert_shape("a and b or c", "((a and b) or c)");
	assert_shape("a or b or c", "((a or b) or c)");
	assert_shape("a unless b and c", "((a unless b) and c)");
	assert_shape("(a or b) and c", "((a or b) and c)");
	assert_shape("- - a", "neg(neg(a))");
	assert_shape("a - -b", "(a - neg(b))");
	assert_shape("and and and", "(and and and)");
}

static void a_sign_before_a_number_belongs_to_it(void **state)
{
	struct parsed parsed = parse(" -5");

	(void)state;
	assert_int_equal(parsed.expr->kind, EXPR_NUMBER);
	assert_true(parsed.expr->number == -5);
	assert_int_equal(parsed.expr->start, 1);
	assert_int_equal(parsed.expr->end, 3);
	parsed_fini(&parsed);
	assert_shape("- - 5", "5");
	assert_shape("-5 ^ 2", "neg((5 ^ 2))");
	assert_shape("2 ^ -5", "(2 ^ -5)");
}

static void numbers_read_as_in_go(void **state)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{".5", .5},
		{"5.", 5},
		{"1e3", 1000},
		{"1E-3", .001},
		{"1.5e+2", 150},
		{"0x1F", 31},
		{"0XfF", 255},
		{"0755", 493},
		{"08", 8},
		{"0755.5", 755.5},
		{"1e-400", 0},
		{"0777777777777777777777777", 777777777777777777777777.0},
		{"Inf", INFINITY},
		{"+INF", INFINITY},
		{"-inf", -INFINITY},
		{"0x1e+5", 35},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct parsed parsed = parse(rows[i].text);
		const struct expr *expr = parsed.expr;

		assert_non_null(expr);
		if (expr->kind == EXPR_BINARY)
			assert_true(expr->args[0]->number + expr->args[1]->number == rows[i].value);
		else
			assert_true(expr->number == rows[i].value);
		parsed_fini(&parsed);
	}
	struct parsed nan = parse("NaN");

	assert_true(isnan(nan.expr->number));
	parsed_fini(&nan);
}

static void what_means_the_same_has_the_same_text_and_key(void **state)
{
	(void)state;
	assert_text("  sum ( rate( x { a = 'b' } [ 60s ] ) ) by ( c , d ) # all",
		    "sum by(c, d) (rate(x{a=\"b\"}[1m]))");
	assert_text("SUM BY (c,d,) (rate(x{a=`b`,}[1m]))", "sum by(c, d) (rate(x{a=\"b\"}[1m]))");
	assert_text("sum by () (x)", "sum(x)");
	assert_text("sum(x) without ()", "sum without() (x)");
	assert_text("topk(3,x)without(a)", "topk without(a) (3, x)");
	assert_text("x{}", "x");
	assert_text("{__name__='x',a=\"b\"}", "x{a=\"b\"}");
	assert_text("{__name__=\"bool\"}", "{__name__=\"bool\"}");
	assert_text("{__name__=\"a b\"}", "{__name__=\"a b\"}");
	assert_text("{__name__=\"a\",__name__=\"b\"}", "{__name__=\"a\",__name__=\"b\"}");
	assert_text("a>bool on(b)c", "a > bool on(b) c");
	assert_text("a and on() b", "a and on() b");
	assert_text("a + ignoring() b", "a + b");
	assert_text("a + on() 1", "a + 1");
	assert_text("0x10 + 1e3 + 1000000 + .5", "16 + 1000 + 1e+06 + 0.5");
	assert_text("+Inf ^ -Inf", "(Inf ^ -Inf)");
	assert_text("NAN - -0", "NaN - -0");
	assert_text("x[1d12h30m5s10ms]", "x[1d12h30m5s10ms]");
	assert_text("x[90s] ", "x[1m30s]");
	assert_text("\"a\\\"\\\\\\n\\u00e9\\x41\\x01\"", "\"a\\\"\\\\\\né"
							 "A\\u0001\"");
	assert_text("'\\xff'", "\"\\xff\"");
	assert_text("round(x,0.1)", "round(x, 0.1)");
	assert_text("(((x)))", "(((x)))");
	assert_text("x unless on ( a ) y", "x unless on(a) y");
}

static void different_expressions_have_different_keys(void **state)
{
	static const char *const texts[] = {"x",
					    "y",
					    "x{a=\"b\"}",
					    "x{a!=\"b\"}",
					    "x{a=~\"b\"}",
					    "x[1m]",
					    "x[2m]",
					    "sum(x)",
					    "sum by(a) (x)",
					    "sum without(a) (x)",
					    "-x",
					    "(x)",
					    "x + y",
					    "y + x",
					    "x > y",
					    "x > bool y",
					    "x > on(a) y",
					    "x > ignoring(a) y",
					    "1",
					    "\"1\""};
	uint64_t keys[COUNT_OF(texts)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct parsed parsed = parse(texts[i]);

		keys[i] = parsed.expr->key;
		for (size_t before = 0; before < i; before++)
			assert_true(keys[before] != keys[i]);
		parsed_fini(&parsed);
	}
}

static void every_part_has_its_text_and_place(void **state)
{
	struct parsed parsed = parse("sum by (a) (rate(x{b=\"c\"}[5m])) > 1");
	const struct expr *sum = parsed.expr->args[0], *rate = sum->args[0], *x = rate->args[0];

	(void)state;
	assert_int_equal(parsed.expr->type, VALUE_VECTOR);
	assert_string_equal(sum->text, "sum by(a) (rate(x{b=\"c\"}[5m]))");
	assert_int_equal(sum->start, 0);
	assert_int_equal(sum->end, 31);
	assert_int_equal(sum->aggregate, AGG_SUM);
	assert_false(sum->is_without);
	assert_int_equal(sum->names_count, 1);
	assert_string_equal(sum->names[0], "a");
	assert_string_equal(rate->text, "rate(x{b=\"c\"}[5m])");
	assert_string_equal(rate->function->name, "rate");
	assert_int_equal(rate->start, 12);
	assert_int_equal(rate->end, 30);
	assert_int_equal(x->type, VALUE_MATRIX);
	assert_int_equal(x->range_ms, 300000);
	assert_int_equal(x->start, 17);
	assert_int_equal(x->end, 29);
	assert_string_equal(x->metric, "x");
	assert_int_equal(x->matchers_count, 2);
	assert_string_equal(x->matchers[0].name, "__name__");
	assert_string_equal(x->matchers[1].value, "c");
	assert_int_equal(parsed.expr->args[1]->start, 34);
	parsed_fini(&parsed);
}

static void a_metric_is_known_by_its_name_matcher_too(void **state)
{
	struct parsed parsed = parse("{a=\"b\",__name__=\"x\"} + {__name__=~\"x\"}");

	(void)state;
	assert_string_equal(parsed.expr->args[0]->metric, "x");
	assert_null(parsed.expr->args[1]->metric);
	parsed_fini(&parsed);
}

static void modifiers_are_kept(void **state)
{
	struct parsed parsed = parse("a == bool ignoring(b, c) d");

	(void)state;
	assert_true(parsed.expr->is_bool);
	assert_true(parsed.expr->has_ignoring);
	assert_false(parsed.expr->has_on);
	assert_int_equal(parsed.expr->names_count, 2);
	parsed_fini(&parsed);
	parsed = parse("topk(5, x)");
	assert_true(parsed.expr->param->number == 5);
	assert_string_equal(parsed.expr->args[0]->metric, "x");
	parsed_fini(&parsed);
}

static void types_follow_the_operators(void **state)
{
	static const struct {
		const char *text;
		enum value_type type;
	} rows[] = {
		{"1", VALUE_SCALAR},	      {"1 + 2", VALUE_SCALAR},
		{"1 > bool 2", VALUE_SCALAR}, {"time()", VALUE_SCALAR},
		{"scalar(x)", VALUE_SCALAR},  {"x", VALUE_VECTOR},
		{"x + 1", VALUE_VECTOR},      {"1 + x", VALUE_VECTOR},
		{"vector(1)", VALUE_VECTOR},  {"-x", VALUE_VECTOR},
		{"(x)", VALUE_VECTOR},	      {"x[5m]", VALUE_MATRIX},
		{"(x[5m])", VALUE_MATRIX},    {"\"a\"", VALUE_STRING},
		{"sum(x)", VALUE_VECTOR},     {"x and y", VALUE_VECTOR},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct parsed parsed = parse(rows[i].text);

		assert_int_equal(parsed.expr->type, rows[i].type);
		parsed_fini(&parsed);
	}
}

static void mistakes_are_told_with_their_place(void **state)
{
	(void)state;
	assert_mistakes("", "0 there is no expression");
	assert_mistakes("# x", "0 there is no expression");
	assert_mistakes("x +", "3 unexpected end of the expression");
	assert_mistakes("(x", "0 unclosed left parenthesis");
	assert_mistakes("x)", "1 unexpected ')'");
	assert_mistakes("x y", "2 unexpected identifier 'y'");
	assert_mistakes("x{a=\"b\"", "1 unclosed left brace");
	assert_mistakes("x[5m", "1 unclosed left bracket");
	assert_mistakes("x[5]", "2 missing unit in duration \"5\" (ms, s, m, h, d, w or y)");
	assert_mistakes("x[0s]", "2 a duration must be greater than 0");
	assert_mistakes("x[1m1h]", "2 bad duration '1m1h'");
	assert_mistakes("(x)[5m]", "3 a range is only allowed behind a vector selector");
	assert_mistakes("foo(x)", "0 unknown function 'foo'");
	assert_mistakes("sum(1)", "4 aggregation 'sum' needs an instant vector, got a scalar");
	assert_mistakes("rate(x)", "5 function 'rate' needs a range vector, got an instant vector");
	assert_mistakes("1 > 2", "2 a comparison between scalars needs the bool modifier");
	assert_mistakes("x + bool y", "2 the bool modifier is only allowed on comparisons");
	assert_mistakes("x and 1", "2 set operator 'and' takes instant vectors only, got a scalar");
	assert_mistakes(
		"{a=~\".*\"}",
		"0 a selector needs at least one matcher that does not match the empty string");
	assert_mistakes("x{__name__=\"y\"}",
			"0 the metric's name must not be set twice: 'x' or 'y'");
	assert_mistakes("x{a=~\"b[c\"}",
			"7 bad regular expression: missing ] of a character class");
	assert_mistakes("x{a=~\"\\\\d[c\"}",
			"5 bad regular expression: missing ] of a character class");
	assert_mistakes("x{a=~`\\d[c`}",
			"8 bad regular expression: missing ] of a character class");
	assert_mistakes("\"a\\q\"", "2 unknown escape sequence in string");
	assert_mistakes("x{a=\"\xff\"}", "5 invalid UTF-8 in string");
	assert_mistakes("x \xff", "2 invalid UTF-8");
	assert_mistakes("x é", "2 unexpected character 'é'");
	assert_mistakes("x \x1b[31m", "2 unexpected character '\\x1b'");
	assert_mistakes("1e400", "0 bad number '1e400'");
}

static void all_mistakes_are_told_at_once(void **state)
{
	(void)state;
	assert_mistakes("rate(x) + sum(y[5m]) > foo(1)",
			"5 function 'rate' needs a range vector, got an instant vector\n"
			"14 aggregation 'sum' needs an instant vector, got a range vector\n"
			"23 unknown function 'foo'");
	assert_mistakes("clamp(x[1m], \"a\", y)",
			"6 function 'clamp' needs an instant vector, got a range vector\n"
			"13 function 'clamp' needs a scalar, got a string\n"
			"18 function 'clamp' needs a scalar, got an instant vector");
	assert_mistakes("x{a=1} + rate(y z) and abs(1, 2)",
			"4 unexpected character '1' inside braces\n"
			"14 function 'rate' needs a range vector, got an instant vector\n"
			"16 unexpected identifier 'z' in the arguments\n"
			"23 function 'abs' takes 1 argument, got 2\n"
			"27 function 'abs' needs an instant vector, got a scalar");
	assert_mistakes("x{a=~\"[\",b=~\"(\",c} or y offset 5m",
			"6 bad regular expression: missing ] of a character class\n"
			"13 bad regular expression: missing ) of a group\n"
			"17 unexpected '}' in a label matcher, =, !=, =~ or !~ is expected\n"
			"24 the offset modifier is not supported");
	assert_mistakes("x[5m:1m] + label_replace(y offset 1h, \"a\", \"b\", \"c\", \"d\") * on(a) "
			"group_left z @ 5",
			"1 subqueries are not supported\n"
			"11 function 'label_replace' is not supported\n"
			"27 the offset modifier is not supported\n"
			"66 the group_left modifier is not supported\n"
			"79 the @ modifier is not supported");
}

static void recovery_invents_no_mistakes(void **state)
{
	(void)state;
	assert_mistakes("sum(sum(sum(x)", "7 unclosed left parenthesis");
	assert_mistakes("rate(x[5m) + abs(y)", "9 unexpected ')' in a range, ']' is expected");
	assert_mistakes("foo(x) + 1 and bar(y) > 2 or z",
			"0 unknown function 'foo'\n15 unknown function 'bar'");
	assert_mistakes("x ! y + z", "2 unexpected character '!'");
	assert_mistakes("x..y", "1 unexpected character '.'");
	assert_mistakes(
		"sum by (a x",
		"7 unclosed left parenthesis\n10 unexpected identifier 'x' in the labels of by");
	assert_mistakes("x{a=\"b", "4 unterminated quoted string");
	assert_mistakes("x{$$$$} + y", "2 unexpected character '$' inside braces");
	assert_mistakes("-foo(x)[5m]", "1 unknown function 'foo'");
	assert_mistakes("]]]]", "0 unexpected ']'");
	assert_mistakes("1 2 3 4", "2 unexpected number '2'");
	assert_mistakes("start() + x", "0 start() is not supported");
}

static void what_promql_has_and_we_have_not_is_refused_by_name(void **state)
{
	(void)state;
	assert_mistakes("x[5m:]", "1 subqueries are not supported");
	assert_mistakes("sum(x)[5m:1m]", "6 subqueries are not supported");
	assert_mistakes("x offset -5m", "2 the offset modifier is not supported");
	assert_mistakes("x[5m] @ start()", "6 the @ modifier is not supported");
	assert_mistakes("x * on(a) group_right(b) y",
			"10 the group_right modifier is not supported");
	assert_mistakes("stddev by (a) (x)", "0 aggregation 'stddev' is not supported");
	assert_mistakes("irate(x[5m])", "0 function 'irate' is not supported");
	assert_mistakes("x{a=\"\\x00\"}", "5 a NUL character in a string is not supported");
}

static void depth_and_length_have_limits(void **state)
{
	struct buf text = {0};
	struct parsed parsed;

	(void)state;
	buf_fill(&text, "(", 30000);
	buf_text(&text, "x");
	buf_fill(&text, ")", 30000);
	parsed = parse_bytes(text.bytes, text.length);
	assert_string_equal(parsed.mistakes.items[0].message,
			    "the expression nests too deeply (more than 500 levels)");
	assert_int_equal(parsed.mistakes.count, 1);
	parsed_fini(&parsed);

	buf_reset(&text);
	buf_fill(&text, "-", 60000);
	buf_text(&text, "x");
	parsed = parse_bytes(text.bytes, text.length);
	assert_string_equal(parsed.mistakes.items[0].message,
			    "the expression nests too deeply (more than 500 levels)");
	parsed_fini(&parsed);

	buf_reset(&text);
	buf_text(&text, "x");
	buf_fill(&text, "+x", 30000);
	parsed = parse_bytes(text.bytes, text.length);
	assert_string_equal(parsed.mistakes.items[0].message,
			    "the expression nests too deeply (more than 500 levels)");
	parsed_fini(&parsed);

	buf_reset(&text);
	buf_fill(&text, "(", 100000);
	parsed = parse_bytes(text.bytes, text.length);
	assert_string_equal(parsed.mistakes.items[0].message,
			    "the expression is too long: 100000 bytes (at most 65536)");
	parsed_fini(&parsed);

	buf_reset(&text);
	buf_text(&text, "x");
	buf_fill(&text, " or x", 450);
	parsed = parse_bytes(text.bytes, text.length);
	assert_non_null(parsed.expr);
	parsed_fini(&parsed);
	buf_fini(&text);
}

static void a_flood_of_mistakes_is_cut(void **state)
{
	struct buf text = {0};
	struct parsed parsed;

	(void)state;
	buf_text(&text, "foo(");
	buf_fill(&text, "rate(x),", 1000);
	parsed = parse_bytes(text.bytes, text.length);
	assert_int_equal(parsed.mistakes.count, 100);
	parsed_fini(&parsed);
	buf_fini(&text);
}

static void a_window_is_the_greatest_reach_of_a_selector(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"x", 0},
		{"1", 0},
		{"rate(x[5m])", 300000},
		{"rate(x[5m]) > rate(y[1h])", 3600000},
		{"tts:a:p99_1m", 60000},
		{"tts:a:p99_5m > 1", 300000},
		{"tts:a:p99_1h", 3600000},
		{"a_5m", 0},
		{"tts:a:_5m", 300000},
		{"tts:a_5m:x", 0},
		{"{__name__=\"tts:a:p99_5m\"}", 300000},
		{"max_over_time(tts:a:p99_5m[10m])", 900000},
		{"topk(scalar(rate(x[2m])), y)", 120000},
		{"(x or tts:a:max_1m) and on() y", 60000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct parsed parsed = parse(rows[i].text);

		assert_int_equal(expr_window_ms(parsed.expr), rows[i].ms);
		parsed_fini(&parsed);
	}
}

static void note_metric(void *arg, const struct expr *selector)
{
	buf_format(arg, "%s;", selector->metric ? selector->metric : "?");
}

static void all_selectors_are_visited(void **state)
{
	struct parsed parsed = parse("sum(rate(a[5m])) > topk(scalar(k), b) or {c=\"d\"} + -e");
	struct buf got = {0};

	(void)state;
	expr_selectors(parsed.expr, note_metric, &got);
	assert_string_equal(got.bytes, "a;k;b;?;e;");
	buf_fini(&got);
	parsed_fini(&parsed);
}

static void durations_read_as_in_prometheus(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1 = none */
	} rows[] = {
		{"0", 0},
		{"0s", 0},
		{"1ms", 1},
		{"1s", 1000},
		{"5m", 300000},
		{"1h30m", 5400000},
		{"1d", 86400000},
		{"1w", 604800000},
		{"1y", 31536000000},
		{"1y1w1d1h1m1s1ms", 32230861001},
		{"250ms", 250},
		{"0h0m5s", 5000},
		{"292y", 9208512000000},
		{"300y", -1},
		{"", -1},
		{"5", -1},
		{"m", -1},
		{"5m5m", -1},
		{"1m1h", -1},
		{"1ms1s", -1},
		{"1.5h", -1},
		{"-5m", -1},
		{"5 m", -1},
		{"5M", -1},
		{"5ns", -1},
		{"5mm", -1},
		{"99999999999999999999s", -1},
		{"00", -1},
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int error = expr_parse_duration(rows[i].text, strlen(rows[i].text), &ms);

		assert_int_equal(error, rows[i].ms < 0 ? -EINVAL : 0);
		if (!error)
			assert_true(ms == rows[i].ms);
	}
}

static void names_are_told_from_other_words(void **state)
{
	(void)state;
	assert_true(expr_is_metric_name("tts:x_1m"));
	assert_true(expr_is_metric_name(":x"));
	assert_false(expr_is_metric_name("1x"));
	assert_false(expr_is_metric_name(""));
	assert_false(expr_is_metric_name("a-b"));
	assert_true(expr_is_label_name("_x1"));
	assert_false(expr_is_label_name("a:b"));
	assert_false(expr_is_label_name("1a"));
	assert_false(expr_is_label_name(""));
	assert_false(expr_is_label_name("é"));
}

static void assert_labels(const char *text, const char *want)
{
	struct labels_pool *pool = labels_pool_new();
	struct expr_mistakes mistakes = {0};
	const struct labels *labels = expr_parse_labels(pool, text, strlen(text), &mistakes);
	struct buf got = {0};

	buf_text(&got, "");
	for (size_t i = 0; labels && i < labels->count; i++)
		buf_format(&got, "%s=%s;", labels->items[i].name, labels->items[i].value);
	if (!labels)
		buf_format(&got, "%zu %s", mistakes.items[0].place, mistakes.items[0].message);
	assert_string_equal(got.bytes, want);
	buf_fini(&got);
	expr_mistakes_fini(&mistakes);
	labels_pool_free(pool);
}

static void label_sets_of_series_are_read(void **state)
{
	(void)state;
	assert_labels("x", "__name__=x;");
	assert_labels(" x { b = 'c', a=\"d\", } ", "__name__=x;a=d;b=c;");
	assert_labels("{a=\"b\"}", "a=b;");
	assert_labels("{}", "");
	assert_labels("{__name__=\"x\",a=\"b\"}", "__name__=x;a=b;");
	assert_labels("x{__name__=\"y\"}", "__name__=x;");
	assert_labels("x{a=\"b\",a=\"c\"}", "__name__=x;a=c;");
	assert_labels("sum{a=\"\"}", "__name__=sum;");
	assert_labels("x{a!=\"b\"}", "1 label 'a' of a series needs '=', it is no selector");
	assert_labels("x{a=\"b\"} 1", "9 unexpected number '1' behind the series");
	assert_labels("x{a=\"b\"", "1 unclosed left brace");
}

static void assert_matchers(const char *text, const char *want)
{
	struct arena arena = {0};
	struct expr_mistakes mistakes = {0};
	struct buf got = {0};
	size_t count;
	struct matcher *matchers =
		expr_parse_matchers(&arena, text, strlen(text), &count, &mistakes);

	if (matchers)
		matchers_print(&got, matchers, count);
	else
		buf_format(&got, "%zu %s", mistakes.items[0].place, mistakes.items[0].message);
	assert_string_equal(got.bytes, want);
	matchers_fini(matchers, count);
	buf_fini(&got);
	expr_mistakes_fini(&mistakes);
	arena_fini(&arena);
}

static void matchers_stand_with_or_without_braces(void **state)
{
	(void)state;
	assert_matchers("{a=\"b\",c=~\"d|e\"}", "{a=\"b\",c=~\"d|e\"}");
	assert_matchers(" a = 'b' , c !~ `\\d` ", "{a=\"b\",c!~\"\\\\d\"}");
	assert_matchers("alertname!=\"X\"", "{alertname!=\"X\"}");
	assert_matchers("{}", "0 there is no matcher");
	assert_matchers("", "0 there is no matcher");
	assert_matchers("{a=\"b\"} x", "8 unexpected identifier 'x' behind the matchers");
	assert_matchers("a=\"b\"}", "5 unexpected '}' behind the matchers");
	assert_matchers("a=b",
			"2 unexpected identifier 'b' in a label matcher, a string is expected");
	assert_matchers("a=~\"[\"", "4 bad regular expression: missing ] of a character class");
}

static uint64_t random_state = 88172645463325252ull;

static unsigned random_below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % limit;
}

/* Whatever comes in: a tree whose text reads back as itself, or mistakes; the helpers assert the
 * rest. */
static void random_tokens_never_break_the_parser(void **state)
{
	static const char *const words[] = {
		"x",
		"y",
		"sum",
		"rate",
		"topk",
		"foo",
		"irate",
		"(",
		")",
		"(",
		")",
		"{",
		"}",
		"[",
		"]",
		"[5m]",
		",",
		":",
		"@",
		"=",
		"=~",
		"!~",
		"!=",
		"==",
		">",
		"<=",
		"+",
		"-",
		"*",
		"/",
		"%",
		"^",
		"atan2",
		"and",
		"or",
		"unless",
		"bool",
		"by",
		"without",
		"on",
		"ignoring",
		"group_left",
		"offset",
		"start",
		"1",
		"0x1f",
		"1e3",
		"5m",
		"Inf",
		"\"a\"",
		"'b'",
		"`c`",
		"\"\\",
		"\"\\x41\"",
		"#",
		"\n",
		" ",
		"a=\"b\"",
		"a=~\"(b|c)*\"",
		"a=~\"[\"",
		".",
		"!",
		"\xff",
		"é",
		"\x01",
		"{a=\"b\"}",
		"(x)",
		"rate(x[5m])",
		"\0",
	};
	struct buf text = {0};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		unsigned count = 1 + random_below(12);
		struct parsed parsed;

		buf_reset(&text);
		while (count--) {
			const char *word = words[random_below(COUNT_OF(words))];

			buf_add(&text, word, *word ? strlen(word) : 1);
			if (random_below(3))
				buf_char(&text, ' ');
		}
		parsed = parse_bytes(text.bytes, text.length);
		if (parsed.expr) {
			struct parsed again = parse(parsed.expr->text);

			assert_non_null(again.expr);
			assert_string_equal(again.expr->text, parsed.expr->text);
			assert_int_equal(again.expr->type, parsed.expr->type);
			parsed_fini(&again);
		}
		parsed_fini(&parsed);
	}
	buf_fini(&text);
}

static void random_bytes_never_break_the_parser(void **state)
{
	char text[40];

	(void)state;
	for (int round = 0; round < 50000; round++) {
		size_t length = random_below(sizeof(text));
		struct parsed parsed;

		for (size_t i = 0; i < length; i++)
			text[i] =
				(char)(random_below(4) ? 32 + random_below(95) : random_below(256));
		parsed = parse_bytes(text, length);
		parsed_fini(&parsed);
	}
}

static void a_silence_lasts_as_long_as_rules_or_options_write_it(void **arg)
{
	uint64_t ns;

	(void)arg;
	assert_int_equal(expr_parse_silence("1h30m", &ns), 0);
	assert_int_equal(ns, 5400 * NS_PER_S);
	assert_int_equal(expr_parse_silence("1d12h", &ns), 0);
	assert_int_equal(ns, 36 * 3600 * NS_PER_S);
	assert_int_equal(expr_parse_silence("90", &ns), 0);
	assert_int_equal(ns, 90 * NS_PER_S);
	assert_true(expr_parse_silence("", &ns) < 0);
	assert_true(expr_parse_silence("0", &ns) < 0);
	assert_true(expr_parse_silence("-1h", &ns) < 0);
	assert_true(expr_parse_silence("11y", &ns) < 0);
	assert_true(expr_parse_silence("99999999999999999999h", &ns) < 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(operators_bind_as_in_prometheus),
		cmocka_unit_test(a_sign_before_a_number_belongs_to_it),
		cmocka_unit_test(numbers_read_as_in_go),
		cmocka_unit_test(what_means_the_same_has_the_same_text_and_key),
		cmocka_unit_test(different_expressions_have_different_keys),
		cmocka_unit_test(every_part_has_its_text_and_place),
		cmocka_unit_test(a_metric_is_known_by_its_name_matcher_too),
		cmocka_unit_test(modifiers_are_kept),
		cmocka_unit_test(types_follow_the_operators),
		cmocka_unit_test(mistakes_are_told_with_their_place),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(recovery_invents_no_mistakes),
		cmocka_unit_test(what_promql_has_and_we_have_not_is_refused_by_name),
		cmocka_unit_test(depth_and_length_have_limits),
		cmocka_unit_test(a_flood_of_mistakes_is_cut),
		cmocka_unit_test(a_window_is_the_greatest_reach_of_a_selector),
		cmocka_unit_test(all_selectors_are_visited),
		cmocka_unit_test(durations_read_as_in_prometheus),
		cmocka_unit_test(names_are_told_from_other_words),
		cmocka_unit_test(label_sets_of_series_are_read),
		cmocka_unit_test(matchers_stand_with_or_without_braces),
		cmocka_unit_test(random_tokens_never_break_the_parser),
		cmocka_unit_test(random_bytes_never_break_the_parser),
		cmocka_unit_test(a_silence_lasts_as_long_as_rules_or_options_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
