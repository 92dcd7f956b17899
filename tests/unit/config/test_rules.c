// SPDX-License-Identifier: Apache-2.0
/*
 * Rule and threshold files: one row per way of being wrong with every message, its line and column, and what good ones
 * become. What promtool says of the same files is held by tests/promql/agree-files; carets inside of expressions by
 * test_rules_place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/rules.h"
#include "config/rules_check.h"
#include "config/rules_thresholds.h"
#include "said.h"

struct bad {
	const char *title;
	enum rule_text_kind kind;
	const char *text;
	const char *messages;
};

#define G "groups:\n- name: g\n  rules:\n"

/* clang-format off */
static const struct bad bad_files[] = {
	{ "unknown keys are told with a guess", RULE_TEXT_RULES,
	  "groups:\n- name: g\n  intervall: 5s\n  rules:\n  - alert: A\n    expr: up\n    fro: 5m\n    x: y\n",
	  "3:3: unknown key 'intervall' in a group (did you mean 'interval'?)\n"
	  "7:5: unknown key 'fro' in a rule (did you mean 'for'?)\n"
	  "8:5: unknown key 'x' in a rule (it knows record, alert, expr, for, keep_firing_for, labels, annotations)\n" },
	{ "an unknown key at the top is told", RULE_TEXT_RULES, "group: []\n",
	  "1:1: unknown key 'group' in a rule file (did you mean 'groups'?)\n" },
	{ "a list is no rule file", RULE_TEXT_RULES, "- a\n", "1:1: a rule file is a mapping that begins with 'groups:'\n" },
	{ "a threshold file is told to be none", RULE_TEXT_RULES, "thresholds: []\n", "1:1: this is a threshold file, not a rule file\n" },
	{ "a unit-test file is told to be none", RULE_TEXT_RULES, "rule_files: []\ntests: []\n",
	  "2:1: this is a unit-test file, not a rule file: use `rules test`\n" },
	{ "a group needs a name that is new in its file", RULE_TEXT_RULES,
	  "groups:\n- rules: []\n- name: ''\n- name:\n- name: a\n- name: a\n",
	  "2:3: a group needs the key 'name': the group's name\n3:9: 'name' is empty\n4:3: 'name' is empty\n"
	  "6:9: the group 'a' is here twice (first at line 5)\n" },
	{ "a rule needs an expression and one kind", RULE_TEXT_RULES, G "  - expr: up\n  - alert: A\n  - alert: A\n    record: b\n    expr: up\n  - record: a\n    expr:\n",
	  "4:5: a rule needs one of 'record' and 'alert'\n5:5: a rule needs the key 'expr': the PromQL expression\n"
	  "6:5: a rule has either 'record' or 'alert', not both\n10:5: 'expr' is empty: a rule needs an expression\n" },
	{ "a recording rule has neither time nor annotations", RULE_TEXT_RULES,
	  G "  - record: a\n    expr: up\n    for: 5m\n    keep_firing_for: 1s\n    annotations: {a: b}\n",
	  "6:10: a recording rule has no 'for'\n7:22: a recording rule has no 'keep_firing_for'\n8:18: a recording rule has no 'annotations'\n" },
	{ "names are checked", RULE_TEXT_RULES,
	  G "  - record: a-b\n    expr: up\n    labels: {1x: y, __name__: z, ok: fine}\n  - alert: A\n    expr: up\n    annotations: {a b: c}\n",
	  "4:13: 'a-b' is not a valid name of a recorded series\n6:14: '1x' is not a valid label name\n"
	  "6:21: '__name__' is not a valid label name\n9:19: 'a b' is not a valid annotation name\n" },
	{ "durations are checked", RULE_TEXT_RULES,
	  "groups:\n- name: g\n  interval: soon\n  rules:\n  - {alert: A, expr: up, for: 5, keep_firing_for: 1m1h}\n",
	  "3:13: 'interval' must be a duration like 30s, 5m or 1h30m, not 'soon'\n"
	  "5:31: 'for' must be a duration like 30s, 5m or 1h30m, not '5'\n"
	  "5:51: 'keep_firing_for' must be a duration like 30s, 5m or 1h30m, not '1m1h'\n" },
	{ "values of the wrong kind are told", RULE_TEXT_RULES,
	  "groups:\n- name: [a]\n  limit: many\n  rules: {a: b}\n- name: b\n  rules:\n  - up\n  - alert: {a: b}\n    expr: [up]\n    labels: [a]\n    annotations: {a: [b]}\n",
	  "2:9: 'name' must be a text, not a list\n3:10: 'limit' must be a whole number, not 'many'\n4:10: 'rules' must be a list, not a mapping\n"
	  "7:5: a rule must be a mapping, not a text\n8:12: 'alert' must be a text, not a mapping\n9:11: 'expr' must be a text, not a list\n"
	  "10:13: 'labels' must be a mapping, not a list\n11:22: 'a' must be a text, not a list\n" },
	{ "repeated keys and labels are told", RULE_TEXT_RULES, G "  - alert: A\n    expr: up\n    expr: up\n    labels: {a: b, a: c}\n",
	  "6:5: 'expr' is here twice (first at line 5)\n7:20: the label 'a' is here twice\n" },
	{ "merge keys are told and nothing else of their mapping", RULE_TEXT_RULES, G "  - &a {alert: A, expr: up}\n  - <<: *a\n    alert: B\n",
	  "5:5: merge keys (<<) are not supported: write the values themselves\n" },
	{ "an alias without anchor is told", RULE_TEXT_RULES, G "  - alert: A\n    expr: *nobody\n", "5:11: this alias has no anchor\n" },
	{ "a NUL byte in a text is told", RULE_TEXT_RULES, G "  - alert: A\n    expr: up\n    labels: {a: \"x\\0y\"}\n", "6:17: 'a' holds a NUL byte\n" },
	{ "an empty threshold file lacks its list", RULE_TEXT_THRESHOLDS, "{}\n", "1:1: a threshold file needs the key 'thresholds': the list of them\n" },
	{ "a rule file is no threshold file", RULE_TEXT_THRESHOLDS, "groups: []\n", "1:1: this is a rule file, not a threshold file\n" },
	{ "thresholds are of known metrics", RULE_TEXT_THRESHOLDS, "thresholds:\n- {engine: e, metric: queue_dept, warning: 1}\n- {engine: e, waring: 1}\n",
	  "2:23: 'metric' must be request_duration_seconds, success_ratio, queue_depth, first_audio_seconds, first_audio_share, "
	  "realtime_factor, runqueue_share, stuck_seconds, memory_growth_bytes or cpu_ratio, not 'queue_dept' (did you mean 'queue_depth'?)\n"
	  "3:3: a threshold needs the key 'metric': what the threshold is of\n"
	  "3:15: unknown key 'waring' in a threshold (did you mean 'warning'?)\n" },
	{ "thresholds have their metric's unit", RULE_TEXT_THRESHOLDS,
	  "thresholds:\n"
	  "- {engine: a, metric: queue_depth, warning: 10s}\n"
	  "- {engine: a, metric: stuck_seconds, warning: 10%, critical: soon, emergency: }\n"
	  "- {engine: a, metric: success_ratio, warning: 95}\n"
	  "- {engine: a, metric: memory_growth_bytes, warning: 1KiBs, critical: -1, emergency: 0x10}\n"
	  "- {engine: a, metric: cpu_ratio, warning: [1], critical: .inf, emergency: 1e999}\n",
	  "2:45: 'warning' of queue_depth must be a number, like 10, not '10s'\n"
	  "3:47: 'warning' of stuck_seconds must be seconds, like 2, 2.5, 500ms or 1m30s, not '10%'\n"
	  "3:62: 'critical' of stuck_seconds must be seconds, like 2, 2.5, 500ms or 1m30s, not 'soon'\n"
	  "3:68: 'emergency' has no value\n"
	  "4:47: 'warning' of success_ratio is at most 1 (100%), not '95'\n"
	  "5:53: 'warning' of memory_growth_bytes must be bytes, like 1048576, 64KiB or 10MiB, not '1KiBs'\n"
	  "5:70: 'critical' of memory_growth_bytes must be bytes, like 1048576, 64KiB or 10MiB, not '-1'\n"
	  "5:85: 'emergency' of memory_growth_bytes must be bytes, like 1048576, 64KiB or 10MiB, not '0x10'\n"
	  "6:43: 'warning' must be a text, not a list\n"
	  "6:58: 'critical' of cpu_ratio must be a ratio, like 0.95 or 95%, not '.inf'\n"
	  "6:75: 'emergency' of cpu_ratio must be a ratio, like 0.95 or 95%, not '1e999'\n" },
	{ "a higher tier is not less bad", RULE_TEXT_THRESHOLDS,
	  "thresholds:\n"
	  "- {engine: a, metric: queue_depth, warning: 10, critical: 5}\n"
	  "- {engine: a, metric: success_ratio, warning: 90%, emergency: 95%}\n"
	  "- {engine: a, metric: cpu_ratio, warning: 1, critical: 1, emergency: 0.5}\n",
	  "2:59: 'critical' must not be less than 'warning': of queue_depth the higher is the worse\n"
	  "3:63: 'emergency' must not be more than 'warning': of success_ratio the lower is the worse\n"
	  "4:70: 'emergency' must not be less than 'critical': of cpu_ratio the higher is the worse\n" },
	{ "an engine's metric is there once in a file", RULE_TEXT_THRESHOLDS,
	  "thresholds:\n- {engine: a, metric: queue_depth, warning: 1}\n- {engine: b, metric: queue_depth, warning: 1}\n- {engine: a, metric: queue_depth, warning: 2}\n",
	  "4:12: queue_depth of 'a' is here twice (first at line 2)\n" },
};
/* clang-format on */

static struct rule_text text_of(enum rule_text_kind kind, const char *file, const char *text)
{
	return (struct rule_text){kind, (char *)(uintptr_t)file, (char *)(uintptr_t)text, strlen(text)};
}

static void every_mistake_is_told(void **state)
{
	const struct bad *bad = *state;
	size_t length = strlen(bad->text);
	char *bytes = malloc(length); /* without a NUL behind it, so that a read too far is seen by the sanitizer */
	struct rule_text text = {bad->kind, (char *)(uintptr_t) "t.yaml", bytes, length};
	struct buf said, messages = {0};

	memcpy(bytes, bad->text, length);
	said_begin(&said);
	assert_null(rules_compile(&text, 1));
	said_messages(&said, "t.yaml", &messages);
	said_end(&said);
	assert_string_equal(messages.bytes, bad->messages);
	buf_fini(&messages);
	free(bytes);
}

static void the_mistakes_of_all_texts_are_told_at_once(void **state)
{
	struct rule_text texts[] = {
		text_of(RULE_TEXT_RULES, "a.yaml", "group: []\n"),
		text_of(RULE_TEXT_RULES, "b.yaml", "groups: []\n"),
		text_of(RULE_TEXT_THRESHOLDS, "c.yaml", "thresholds: 5\n"),
	};
	struct buf said;

	(void)state;
	said_begin(&said);
	assert_null(rules_compile(texts, 3));
	assert_non_null(strstr(said.bytes, "a.yaml:1:1: "));
	assert_null(strstr(said.bytes, "b.yaml"));
	assert_non_null(strstr(said.bytes, "c.yaml:1:13: "));
	said_end(&said);
}

/* ---- good files ---- */

static void a_rule_file_becomes_groups_of_rules(void **state)
{
	struct rule_text text = text_of(RULE_TEXT_RULES, "r.yaml",
					"groups:\n"
					"- name: one\n"
					"  interval: 1m30s\n"
					"  limit: 7\n"
					"  rules:\n"
					"  - record: a:b\n"
					"    expr: sum(up)\n"
					"    labels: {z: 1, a: true}\n"
					"  - alert: Down now\n"
					"    expr: >\n"
					"      up\n"
					"      == 0\n"
					"    for: 5m\n"
					"    keep_firing_for: 250ms\n"
					"    labels: {severity: warning}\n"
					"    annotations: {summary: 'it is {{ $value }}', none: }\n"
					"- name: two\n");
	struct rule_set *set = rules_compile(&text, 1);
	const struct rule *rule;

	(void)state;
	assert_non_null(set);
	assert_int_equal(set->groups_count, 2);
	assert_string_equal(set->groups[0].name, "one");
	assert_string_equal(set->groups[0].file, "r.yaml");
	assert_int_equal(set->groups[0].interval_ns, 90000000000ull);
	assert_int_equal(set->groups[0].limit, 7);
	assert_int_equal(set->groups[0].rules_count, 2);
	rule = &set->groups[0].rules[0];
	assert_false(rule->is_alert);
	assert_string_equal(rule->name, "a:b");
	assert_string_equal(rule->expr_text, "sum(up)");
	assert_int_equal(rule->line, 6);
	assert_int_equal(rule->labels_count, 2);
	assert_string_equal(rule->labels[0].name, "z");
	assert_string_equal(rule->labels[0].value, "1");
	assert_string_equal(rule->labels[1].value, "true");
	rule = &set->groups[0].rules[1];
	assert_true(rule->is_alert);
	assert_string_equal(rule->name, "Down now");
	assert_string_equal(rule->expr_text, "up == 0\n");
	assert_non_null(rule->expr);
	assert_int_equal(rule->for_ns, 300000000000ull);
	assert_int_equal(rule->keep_firing_for_ns, 250000000ull);
	assert_int_equal(rule->annotations_count, 2);
	assert_string_equal(rule->annotations[0].value, "it is {{ $value }}");
	assert_string_equal(rule->annotations[1].value, "");
	assert_int_equal(set->groups[1].rules_count, 0);
	assert_int_equal(set->groups[1].interval_ns, 0);
	assert_int_equal(set->texts_count, 1);
	assert_int_equal(set->texts[0].length, text.length);
	assert_memory_equal(set->texts[0].text, text.text, text.length);
	rules_free(set);
}

static void a_set_keeps_the_order_of_its_texts_and_one_group_per_file_and_name(void **state)
{
	struct rule_text texts[] = {
		text_of(RULE_TEXT_RULES, "b.yaml", "groups: [{name: g, rules: [{record: one, expr: 1}]}]\n"),
		text_of(RULE_TEXT_RULES, "a.yaml", "groups: [{name: g, rules: [{record: two, expr: 2}]}]\n"),
	};
	struct rule_set *set = rules_compile(texts, 2);

	(void)state;
	assert_non_null(set);
	assert_int_equal(set->groups_count, 2);
	assert_string_equal(set->groups[0].rules[0].name, "one");
	assert_string_equal(set->groups[1].file, "a.yaml");
	rules_free(set);
}

static void a_text_without_rules_is_an_empty_set(void **state)
{
	static const char *const texts[] = {"",	    "# nothing\n",	    "---\n", "groups:\n", "groups: []\n",
					    "{}\n", "\xef\xbb\xbf# bom\n\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct rule_text text = text_of(RULE_TEXT_RULES, "r.yaml", texts[i]);
		struct rule_set *set = rules_compile(&text, 1);

		assert_non_null(set);
		assert_int_equal(set->groups_count, 0);
		rules_free(set);
	}
}

static void aliases_cannot_make_a_bomb(void **state)
{
	struct buf text = {0}, said;
	struct rule_text of;

	(void)state;
	buf_text(&text, "groups:\n- name: a\n  rules: &r\n");
	for (int i = 0; i < 5000; i++)
		buf_text(&text, i ? "  - *x\n" : "  - &x {record: a, expr: up}\n");
	for (int i = 0; i < 5000; i++)
		buf_format(&text, "- {name: g%d, rules: *r}\n", i);
	of = text_of(RULE_TEXT_RULES, "r.yaml", text.bytes);
	said_begin(&said);
	assert_null(rules_compile(&of, 1));
	assert_non_null(strstr(said.bytes, "more than 20000 rules"));
	said_end(&said);
	buf_fini(&text);
}

/* ---- thresholds ---- */

static const struct threshold *threshold_of(const struct rule_set *set, const char *engine, const char *metric)
{
	for (size_t i = 0; i < set->thresholds_count; i++)
		if (!strcmp(set->thresholds[i].engine, engine) && !strcmp(set->thresholds[i].metric, metric))
			return &set->thresholds[i];
	return NULL;
}

static void thresholds_are_in_base_units(void **state)
{
	static const struct {
		const char *metric;
		const char *text;
		double value;
	} rows[] = {
		{"stuck_seconds", "2", 2},
		{"stuck_seconds", "2.5", 2.5},
		{"stuck_seconds", "500ms", 0.5},
		{"stuck_seconds", "1m30s", 90},
		{"stuck_seconds", "2h", 7200},
		{"stuck_seconds", "'3 s'", 3},
		{"stuck_seconds", "1e3", 1000},
		{"success_ratio", "95%", 0.95},
		{"success_ratio", "0.9", 0.9},
		{"success_ratio", "99.9%", 0.999},
		{"realtime_factor", "150%", 1.5},
		{"memory_growth_bytes", "4096", 4096},
		{"memory_growth_bytes", "10MiB", 10485760},
		{"memory_growth_bytes", "64K", 65536},
		{"memory_growth_bytes", "1.5kB", 1500},
		{"queue_depth", "10", 10},
		{"cpu_ratio", ".5", 0.5},
		{"queue_depth", "0", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *file = mem_format("thresholds:\n- engine: e\n  metric: %s\n  critical: %s\n", rows[i].metric,
					rows[i].text);
		struct rule_text text = text_of(RULE_TEXT_THRESHOLDS, "t.yaml", file);
		struct rule_set *set = rules_compile(&text, 1);
		const struct threshold *threshold;

		assert_non_null(set);
		assert_int_equal(set->thresholds_count, 1);
		threshold = threshold_of(set, "e", rows[i].metric);
		assert_non_null(threshold);
		assert_false(threshold->has[TIER_WARNING] || threshold->has[TIER_EMERGENCY]);
		assert_true(threshold->has[TIER_CRITICAL]);
		if (threshold->value[TIER_CRITICAL] < rows[i].value || threshold->value[TIER_CRITICAL] > rows[i].value)
			fail_msg("%s of %s is %.17g", rows[i].text, rows[i].metric, threshold->value[TIER_CRITICAL]);
		assert_int_equal(threshold->line, 2);
		rules_free(set);
		free(file);
	}
}

static void a_later_file_replaces_whole_rows_of_an_earlier_one(void **state)
{
	struct rule_text texts[] = {
		text_of(RULE_TEXT_THRESHOLDS, "a.yaml",
			"thresholds:\n- {engine: '*', metric: queue_depth, warning: 1, critical: 2}\n- {engine: x, "
			"metric: queue_depth, warning: 3}\n"),
		text_of(RULE_TEXT_THRESHOLDS, "b.yaml",
			"thresholds:\n- {engine: '*', metric: queue_depth, emergency: 9}\n"),
	};
	struct rule_set *set = rules_compile(texts, 2);
	const struct threshold *threshold;

	(void)state;
	assert_non_null(set);
	assert_int_equal(set->thresholds_count, 2);
	threshold = threshold_of(set, "*", "queue_depth");
	assert_string_equal(threshold->file, "b.yaml");
	assert_false(threshold->has[TIER_WARNING]);
	assert_true(threshold->has[TIER_EMERGENCY]);
	assert_true(threshold_of(set, "x", "queue_depth")->has[TIER_WARNING]);
	rules_free(set);
}

static void every_metric_of_the_table_can_be_set(void **state)
{
	size_t count = 0;

	(void)state;
	for (; thresholds_metric(count); count++) {
		const char *metric = thresholds_metric(count)->name;
		char *file = mem_format("thresholds: [{engine: e, metric: %s, warning: 1}]\n", metric);
		struct rule_text text = text_of(RULE_TEXT_THRESHOLDS, "t.yaml", file);
		struct rule_set *set = rules_compile(&text, 1);

		assert_non_null(set);
		assert_non_null(threshold_of(set, "e", metric));
		rules_free(set);
		free(file);
	}
	assert_int_equal(count, 10);
}

/* ---- files ---- */

static char *write_file(const char *folder, const char *name, const char *text)
{
	char *path = mem_format("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static void a_directory_gives_its_yaml_files_by_name(void **state)
{
	char folder[] = "/tmp/ttsobs-rules-XXXXXX";
	char *paths[5];
	struct rule_texts texts = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	paths[0] = write_file(folder, "b.yaml", "groups: []\n");
	paths[1] = write_file(folder, "a.yml", "groups: []\n");
	paths[2] = write_file(folder, ".c.yaml", "groups: []\n");
	paths[3] = write_file(folder, "d.txt", "groups: []\n");
	paths[4] = write_file(folder, "e.yaml~", "groups: []\n");
	assert_int_equal(rules_texts_add_directory(&texts, folder), 0);
	assert_int_equal(texts.count, 2);
	assert_string_equal(texts.items[0].file, paths[1]);
	assert_string_equal(texts.items[1].file, paths[0]);
	assert_int_equal(texts.items[0].kind, RULE_TEXT_RULES);
	for (size_t i = 0; i < 5; i++) {
		unlink(paths[i]);
		free(paths[i]);
	}
	rmdir(folder);
	rules_texts_fini(&texts);
}

static void a_directory_that_is_not_there_is_not_said(void **state)
{
	struct rule_texts texts = {0};
	struct buf said;

	(void)state;
	said_begin(&said);
	assert_int_equal(rules_texts_add_directory(&texts, "/nonexistent/rules"), -ENOENT);
	assert_string_equal(said.bytes, "");
	assert_int_equal(rules_texts_add_file(&texts, RULE_TEXT_RULES, "/nonexistent/rules.yaml"), -ENOENT);
	assert_string_equal(said.bytes, "/nonexistent/rules.yaml: No such file or directory\n");
	assert_int_equal(texts.count, 0);
	said_end(&said);
}

static void a_checked_file_is_counted_whatever_kind_it_is(void **state)
{
	char folder[] = "/tmp/ttsobs-rules-XXXXXX";
	struct rules_found found;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = write_file(
		folder, "x.yaml",
		"groups: [{name: g, rules: [{record: a, expr: up}, {alert: B, expr: up}, {alert: C, expr: up}]}]\n");
	assert_int_equal(rules_check_file(path, &found), 0);
	assert_int_equal(found.kind, RULE_TEXT_RULES);
	assert_int_equal(found.alerts_count, 2);
	assert_int_equal(found.records_count, 1);
	free(path);
	path = write_file(folder, "x.yaml", "thresholds: [{engine: e, metric: queue_depth, warning: 1}]\n");
	assert_int_equal(rules_check_file(path, &found), 0);
	assert_int_equal(found.kind, RULE_TEXT_THRESHOLDS);
	assert_int_equal(found.thresholds_count, 1);
	unlink(path);
	free(path);
	rmdir(folder);
}

#define ROWS (sizeof(bad_files) / sizeof(bad_files[0]))

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(the_mistakes_of_all_texts_are_told_at_once),
		cmocka_unit_test(a_rule_file_becomes_groups_of_rules),
		cmocka_unit_test(a_set_keeps_the_order_of_its_texts_and_one_group_per_file_and_name),
		cmocka_unit_test(a_text_without_rules_is_an_empty_set),
		cmocka_unit_test(aliases_cannot_make_a_bomb),
		cmocka_unit_test(thresholds_are_in_base_units),
		cmocka_unit_test(a_later_file_replaces_whole_rows_of_an_earlier_one),
		cmocka_unit_test(every_metric_of_the_table_can_be_set),
		cmocka_unit_test(a_directory_gives_its_yaml_files_by_name),
		cmocka_unit_test(a_directory_that_is_not_there_is_not_said),
		cmocka_unit_test(a_checked_file_is_counted_whatever_kind_it_is),
	};
	struct CMUnitTest tests[ROWS + sizeof(others) / sizeof(others[0])];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){
			.name = bad_files[i].title,
			.test_func = every_mistake_is_told,
			.initial_state = (void *)(uintptr_t)&bad_files[i],
		};
	memcpy(tests + ROWS, others, sizeof(others));
	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
