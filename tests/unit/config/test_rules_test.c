// SPDX-License-Identifier: Apache-2.0
/* Rule unit-test files: every mistake with its place, and the rule files that are found beside them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/rules_test.h"
#include "said.h"

struct bad {
	const char *title;
	const char *text;
	const char *messages;
};

#define T "tests:\n- interval: 1m\n"

/* clang-format off */
static const struct bad bad_files[] = {
	{ "a list is no unit-test file", "- a\n", "1:1: a unit-test file is a mapping with 'rule_files' and 'tests'\n" },
	{ "a rule file is told to be none", "groups: []\n", "1:1: this is a rule file, not a unit-test file: use `rules check`\n" },
	{ "unknown keys are told", "rule_file: [a]\ntests:\n- intervall: 1m\n  alert_rule_test: [{alertname: A, alert: b}]\n",
	  "1:1: unknown key 'rule_file' in a unit-test file (did you mean 'rule_files'?)\n"
	  "3:3: unknown key 'intervall' in a test (did you mean 'interval'?)\n"
	  "4:36: unknown key 'alert' in an alert test (it knows eval_time, alertname, exp_alerts)\n" },
	{ "wrong kinds are told", "rule_files: a\ngroup_eval_order: {a: b}\nevaluation_interval: often\ntests:\n- a\n- input_series: {a: b}\n- alert_rule_test: [5]\n",
	  "1:13: 'rule_files' must be a list, not a text\n2:19: 'group_eval_order' must be a list, not a mapping\n"
	  "3:22: 'evaluation_interval' must be a duration like 30s, 5m or 1h30m, not 'often'\n5:3: a test must be a mapping, not a text\n"
	  "6:17: 'input_series' must be a list, not a mapping\n7:21: an alert test must be a mapping, not a text\n" },
	{ "a group is ordered once", "group_eval_order: [a, b, a]\n", "1:19: the group 'a' is here twice\n" },
	{ "what a case needs is told", T "  input_series: [{values: 1}]\n  alert_rule_test: [{eval_time: 1m}, ~]\n  promql_expr_test: [{eval_time: 1m}, {expr: ''}]\n",
	  "3:18: a series needs the key 'series': its name and labels\n"
	  "4:21: an alert test needs the key 'alertname': the alert's name\n4:38: an alert test needs the key 'alertname': the alert's name\n"
	  "5:22: an expression test needs the key 'expr': the PromQL expression\n5:40: 'expr' is empty\n" },
	{ "values are looked into", T "  input_series:\n  - {series: a, values: '1 2 3oops'}\n  - series: b\n    values: >-\n      1 2\n      3 nobody\n",
	  "4:30: this is not a decimal number\n8:9: expected a number, stale or _\n" },
	{ "a series ends at a blank", T "  input_series: [{series: 'a {x=\"y\"}', values: 1}]\n", "3:29: a blank between the name and '{' ends the series\n" },
	{ "values of several lines would be cut", T "  input_series:\n  - series: a\n    values: |\n      1 2\n  - series: b\n    values: |\n      1\n",
	  "6:7: 'values' holds a line break: write >- in front of several lines\n" },
	{ "numbers are plain", T "  promql_expr_test: [{expr: a, exp_samples: [{value: '1'}, {value: one}, {value: +Inf}, {value: 1.2.3}, {value: 0xg}]}]\n",
	  "3:54: 'value' must be a number (infinity is .inf), not '1'\n3:68: 'value' must be a number (infinity is .inf), not 'one'\n"
	  "3:82: 'value' must be a number (infinity is .inf), not '+Inf'\n3:97: 'value' must be a number (infinity is .inf), not '1.2.3'\n"
	  "3:113: 'value' must be a number (infinity is .inf), not '0xg'\n" },
	{ "an end of time is told", T "  promql_expr_test: [{expr: a, eval_time: 100y}]\n", "3:43: 'eval_time' is more than 1000000 evaluations away\n" },
};
/* clang-format on */

struct folder {
	char path[32];
	char *file;
};

static void folder_open(struct folder *folder, const char *text)
{
	FILE *file;

	strcpy(folder->path, "/tmp/ttsobs-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->file = mem_format("%s/t.yaml", folder->path);
	file = fopen(folder->file, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void folder_close(struct folder *folder)
{
	unlink(folder->file);
	rmdir(folder->path);
	free(folder->file);
}

static void every_mistake_is_told(void **state)
{
	const struct bad *bad = *state;
	struct buf said, messages = {0};
	struct folder folder;

	folder_open(&folder, bad->text);
	said_begin(&said);
	assert_null(rules_test_read(folder.file));
	said_messages(&said, folder.file, &messages);
	said_end(&said);
	folder_close(&folder);
	assert_string_equal(messages.bytes, bad->messages);
	buf_fini(&messages);
}

static void a_test_file_becomes_tests(void **state)
{
	struct folder folder;
	struct unit_file *file;
	const struct unit_test *test;

	(void)state;
	folder_open(&folder,
		    "evaluation_interval: 30s\n"
		    "group_eval_order: [b, a]\n"
		    "tests:\n"
		    "- name: one\n"
		    "  interval: 10s\n"
		    "  input_series: [{series: 'a{b=\"c\"}', values: 1 2x3}]\n"
		    "  alert_rule_test:\n"
		    "  - eval_time: 1m\n"
		    "    alertname: A\n"
		    "    exp_alerts: [{exp_labels: {z: 1, b: 2, alertname: other}, exp_annotations: {s: t}}, ~]\n"
		    "  promql_expr_test: [{expr: a > 5, eval_time: 90s, exp_samples: [{labels: 'a{}', value: 0x10}, "
		    "{value: -.inf}, ~]}]\n");
	file = rules_test_read(folder.file);
	assert_non_null(file);
	assert_int_equal(file->evaluation_interval_ms, 30000);
	assert_int_equal(file->group_order_count, 2);
	assert_int_equal(file->tests_count, 1);
	test = &file->tests[0];
	assert_string_equal(test->name, "one");
	assert_int_equal(test->interval_ms, 10000);
	assert_int_equal(test->line, 4);
	assert_int_equal(test->series[0].values_count, 2);
	assert_int_equal(test->alerts[0].at_ms, 60000);
	assert_int_equal(test->alerts[0].alerts_count, 2);
	assert_int_equal(test->alerts[0].alerts[0].labels_count, 3);
	assert_string_equal(test->alerts[0].alerts[0].labels[0].value, "A"); /* whatever exp_labels say */
	assert_string_equal(test->alerts[0].alerts[0].labels[1].name, "b");
	assert_int_equal(test->alerts[0].alerts[1].labels_count, 1);
	assert_int_equal(test->exprs[0].samples_count, 3);
	assert_true(test->exprs[0].samples[0].value == 16);
	assert_true(test->exprs[0].samples[1].value < -1e308);
	assert_string_equal(test->exprs[0].samples[2].labels, "");
	rules_test_free(file);
	folder_close(&folder);
}

static void rule_files_are_patterns_beside_the_test_file(void **state)
{
	struct rule_texts texts = {0};
	struct folder folder;
	struct unit_file *file;
	struct buf said;

	(void)state;
	folder_open(&folder, "rule_files: ['*.yaml', t.yaml, nobody.yaml]\n");
	file = rules_test_read(folder.file);
	assert_non_null(file);
	said_begin(&said);
	assert_int_equal(rules_test_texts(file, &texts), 0);
	assert_int_equal(texts.count, 1); /* found twice, taken once */
	assert_string_equal(texts.items[0].file, folder.file);
	assert_non_null(strstr(said.bytes, "note: no file matches nobody.yaml"));
	said_end(&said);
	rules_texts_fini(&texts);
	rules_test_free(file);
	folder_close(&folder);
}

#define ROWS (sizeof(bad_files) / sizeof(bad_files[0]))

int main(void)
{
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){
			.name = bad_files[i].title,
			.test_func = every_mistake_is_told,
			.initial_state = (void *)(uintptr_t)&bad_files[i],
		};
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(a_test_file_becomes_tests);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(rule_files_are_patterns_beside_the_test_file);
	return cmocka_run_group_tests_name("rules_test", tests, NULL, NULL);
}
