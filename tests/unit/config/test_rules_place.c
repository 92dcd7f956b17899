// SPDX-License-Identifier: Apache-2.0
/*
 * Where a mistake inside an expression stands in the file, for each way in which YAML can write it. In every text
 * exactly one `~` is the mistake, and its place is what must be told.
 */
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
#include "config/rules.h"
#include "said.h"

struct scalar {
	const char *title;
	const char *expr; /* as it stands behind "expr: " */
	const char *mark; /* what is searched for; NULL = "~" */
};

#define HEAD "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: "

/* clang-format off */
static const struct scalar scalars[] = {
	{ "plain", "up ~ 5\n", NULL },
	{ "plain, first byte", "~up\n", NULL },
	{ "plain, over lines", "sum(up)\n      by (job)\n      ~ 5\n", NULL },
	{ "plain, over an empty line", "sum(up)\n\n\n      + sum(up) ~ 5\n", NULL },
	{ "plain, with wide characters before it", "up{job=\"\xc3\xbc\xe6\x97\xa5\"} ~ 5\n", NULL },
	{ "plain, with a comment behind it", "up ~ 5 # what\n", NULL },
	{ "single-quoted", "'up ~ 5'\n", NULL },
	{ "single-quoted, behind doubled quotes", "'up{a=''x''} + up{b=''y''} ~ 5'\n", NULL },
	{ "single-quoted, over lines", "'up\n      + up{a=''x''}\n\n      ~ 5'\n", NULL },
	{ "double-quoted", "\"up ~ 5\"\n", NULL },
	{ "double-quoted, behind escaped quotes", "\"up{a=\\\"x\\\"} ~ 5\"\n", NULL },
	{ "double-quoted, behind escapes of characters", "\"up{a=\\\"\\u00e9\\x41\\U0001F600\\/\\\\\\\\\\\"} ~ 5\"\n", NULL },
	{ "double-quoted, behind an escaped line break", "\"up +\\n up\\t ~ 5\"\n", NULL },
	{ "double-quoted, behind a continued line", "\"up + \\\n      up ~ 5\"\n", NULL },
	{ "double-quoted, behind a folded line", "\"up +\n      up\n\n      ~ 5\"\n", NULL },
	{ "double-quoted, behind an escaped blank", "\"up +\\ up\\   ~ 5\"\n", NULL },
	{ "double-quoted, the mistake itself escaped", "\"up \\x7e 5\"\n", "\\x7e" },
	{ "literal", "|\n      up ~ 5\n", NULL },
	{ "literal, in a later line", "|\n      sum(up)\n        by (job)\n\n      + up ~ 5\n", NULL },
	{ "literal, with a comment of PromQL", "|-\n      up # it's up\n      ~ 5\n", NULL },
	{ "literal, with a comment in its header", "|- # 5\n      up ~ 5\n", NULL },
	{ "literal, with an indentation of its own", "|2\n        up ~ 5\n", NULL },
	{ "literal, behind empty lines", "|\n\n\n      up ~ 5\n", NULL },
	{ "literal, with a tab", "|\n      up\t~ 5\n", NULL },
	{ "folded", ">\n      up ~ 5\n", NULL },
	{ "folded, in a later line", ">-\n      sum(up)\n      by (job)\n      ~ 5\n", NULL },
	{ "folded, behind deeper and empty lines", ">+\n      sum(\n        up\n\n        )\n\n\n      by (job) ~ 5\n\n", NULL },
	{ "alias", "*e\n    labels: {x: y}\n  - record: b\n    expr: up\n", "*e" },
};
/* clang-format on */

/* "line:col" of the first `mark` in the text. */
static void place_of(const char *text, const char *mark, char *place, size_t size)
{
	const char *at = strstr(text, mark), *line = at;
	unsigned number = 1, column = 1;
	size_t used;

	assert_non_null(at);
	while (line > text && line[-1] != '\n')
		line--;
	for (const char *c = text; c < line; c++)
		number += *c == '\n';
	for (; line < at; line += used, column++)
		text_next(line, (size_t)(at - line), &used);
	snprintf(place, size, "%u:%u:", number, column);
}

static void check_at(const char *text, const char *place, const char *title)
{
	struct rule_text of = {RULE_TEXT_RULES, (char *)(uintptr_t) "r.yaml", (char *)(uintptr_t)text, strlen(text)};
	struct buf said, messages = {0};
	struct rule_set *set;

	said_begin(&said);
	set = rules_compile(&of, 1);
	said_messages(&said, "r.yaml", &messages);
	said_end(&said);
	if (set || strncmp(messages.bytes, place, strlen(place)))
		print_error("%s: want %s have %s", title, place, messages.bytes);
	assert_null(set);
	assert_memory_equal(messages.bytes, place, strlen(place));
	buf_fini(&messages);
}

static void check_place(const char *text, const char *mark, const char *title)
{
	char place[32];

	place_of(text, mark, place, sizeof(place));
	check_at(text, place, title);
}

static void the_place_of_a_mistake_is_that_of_its_character(void **state)
{
	const struct scalar *scalar = *state;
	bool is_alias = scalar->expr[0] == '*';
	char *text = is_alias ? mem_format("groups:\n- name: g\n  rules:\n  - record: a\n    expr: &e up ~ 5\n  - "
					   "alert: A\n    expr: %s",
					   scalar->expr)
			      : mem_format("%s%s", HEAD, scalar->expr);

	check_place(text, is_alias || !scalar->mark ? "~" : scalar->mark, scalar->title);
	free(text);
}

static void the_end_of_an_expression_is_behind_its_last_character(void **state)
{
	(void)state;
	check_at(HEAD "up +\n", "5:15:", "plain");
	check_at(HEAD "'up +'\n", "5:16:", "single-quoted");
	check_at(HEAD "\"up +\"\n", "5:16:", "double-quoted");
	check_at(HEAD ">\n      up\n      +\n\n", "7:8:", "folded");
	check_at(HEAD "|\n      up +   \n", "6:11:", "literal");
}

static void a_template_is_placed_like_an_expression(void **state)
{
	(void)state;
	check_place(HEAD
		    "up\n    annotations:\n      a: |\n        first line {{ $value }}\n        second {{ $nobody }}\n",
		    "$nobody", "template");
	check_place(HEAD "up\n    labels: {a: \"x \\\"y\\\" {{ $nobody }}\"}\n", "$nobody", "template in a label");
}

#define ROWS (sizeof(scalars) / sizeof(scalars[0]))

int main(void)
{
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){
			.name = scalars[i].title,
			.test_func = the_place_of_a_mistake_is_that_of_its_character,
			.initial_state = (void *)(uintptr_t)&scalars[i],
		};
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(the_end_of_an_expression_is_behind_its_last_character);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(a_template_is_placed_like_an_expression);
	return cmocka_run_group_tests_name("rules_place", tests, NULL, NULL);
}
