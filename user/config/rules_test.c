// SPDX-License-Identifier: Apache-2.0
/*
 * In: a rule unit-test file as promtool takes it. Out: struct unit_file, or every mistake in it, those inside of
 * expressions, series and values included. The rule that surprises: it follows promtool where that is odd. A test
 * without `interval` has all its samples at 0, one without tests passes, and numbers are YAML 1.1's (0x10, 010, 1_000,
 * .inf) and never quoted.
 */
#include "config/rules_test.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/refuse.h"
#include "config/rules_check.h"
#include "config/rules_place.h"
#include "config/rules_reader.h"
#include "config/schema_scalar.h"
#include "rules/labels.h"

enum { FILE_RULE_FILES, FILE_INTERVAL, FILE_ORDER, FILE_TESTS, FILE_KEYS };
enum { TEST_INTERVAL, TEST_NAME, TEST_SERIES, TEST_ALERTS, TEST_EXPRS, TEST_LABELS, TEST_URL, TEST_KEYS };
enum { SERIES_SERIES, SERIES_VALUES, SERIES_KEYS };
enum { ALERT_TIME, ALERT_NAME, ALERT_ALERTS, ALERT_KEYS };
enum { EXP_LABELS, EXP_ANNOTATIONS, EXP_KEYS };
enum { EXPR_TEXT, EXPR_TIME, EXPR_SAMPLES, EXPR_KEYS };
enum { SAMPLE_LABELS, SAMPLE_VALUE, SAMPLE_KEYS };

static const struct schema_key file_keys[FILE_KEYS] = {
	[FILE_RULE_FILES] = RULES_KEY("rule_files", false, "the rule files, as patterns"),
	[FILE_INTERVAL] = RULES_KEY("evaluation_interval", false, "how often rules are evaluated"),
	[FILE_ORDER] = RULES_KEY("group_eval_order", false, "names of groups in their order"),
	[FILE_TESTS] = RULES_KEY("tests", false, "the tests"),
};
static const struct schema schema_file = {"a unit-test file", "UNIT TESTS", file_keys, FILE_KEYS};

static const struct schema_key test_keys[TEST_KEYS] = {
	[TEST_INTERVAL] = RULES_KEY("interval", false, "between two samples"),
	[TEST_NAME] = RULES_KEY("name", false, "the test's name"),
	[TEST_SERIES] = RULES_KEY("input_series", false, "the series"),
	[TEST_ALERTS] = RULES_KEY("alert_rule_test", false, "alerts to expect"),
	[TEST_EXPRS] = RULES_KEY("promql_expr_test", false, "values to expect"),
	[TEST_LABELS] = RULES_KEY("external_labels", false, "for templates"),
	[TEST_URL] = RULES_KEY("external_url", false, "for templates"),
};
static const struct schema schema_test = {"a test", "UNIT TESTS", test_keys, TEST_KEYS};

static const struct schema_key series_keys[SERIES_KEYS] = {
	[SERIES_SERIES] = RULES_KEY("series", true, "its name and labels"),
	[SERIES_VALUES] = RULES_KEY("values", false, "its samples"),
};
static const struct schema schema_series = {"a series", "UNIT TESTS", series_keys, SERIES_KEYS};

static const struct schema_key alert_keys[ALERT_KEYS] = {
	[ALERT_TIME] = RULES_KEY("eval_time", false, "when to look"),
	[ALERT_NAME] = RULES_KEY("alertname", true, "the alert's name"),
	[ALERT_ALERTS] = RULES_KEY("exp_alerts", false, "those that fire"),
};
static const struct schema schema_alert = {"an alert test", "UNIT TESTS", alert_keys, ALERT_KEYS};

static const struct schema_key exp_keys[EXP_KEYS] = {
	[EXP_LABELS] = RULES_KEY("exp_labels", false, "without alertname"),
	[EXP_ANNOTATIONS] = RULES_KEY("exp_annotations", false, "expanded"),
};
static const struct schema schema_exp = {"an expected alert", "UNIT TESTS", exp_keys, EXP_KEYS};

static const struct schema_key expr_keys[EXPR_KEYS] = {
	[EXPR_TEXT] = RULES_KEY("expr", true, "the PromQL expression"),
	[EXPR_TIME] = RULES_KEY("eval_time", false, "when to ask"),
	[EXPR_SAMPLES] = RULES_KEY("exp_samples", false, "what it gives"),
};
static const struct schema schema_expr = {"an expression test", "UNIT TESTS", expr_keys, EXPR_KEYS};

static const struct schema_key sample_keys[SAMPLE_KEYS] = {
	[SAMPLE_LABELS] = RULES_KEY("labels", false, "its name and labels"),
	[SAMPLE_VALUE] = RULES_KEY("value", false, "its number"),
};
static const struct schema schema_sample = {"an expected sample", "UNIT TESTS", sample_keys, SAMPLE_KEYS};

struct test_reader {
	struct rules_reader r; /* first */
	struct unit_file *file;
	struct labels_pool *pool; /* of checks only */
};

/* ---- lists ---- */

/* Items of a list, those that are nothing left out when `skip_nothing`. Gives a zeroed array of them in the arena. */
struct list {
	struct fy_node **items;
	size_t count;
};

static struct list read_list(struct test_reader *t, struct fy_node *node, const char *what, bool skip_nothing)
{
	struct list list = {0};
	struct fy_node *item, *value = rules_value(node);
	void *iterator = NULL;

	if (!rules_is_list(&t->r, node, what))
		return list;
	list.items = arena_new(t->r.arena, (size_t)fy_node_sequence_item_count(value) * sizeof(*list.items));
	while ((item = fy_node_sequence_iterate(value, &iterator)))
		if (rules_value(item) || !skip_nothing)
			list.items[list.count++] = item;
	return list;
}

/* A text that must be there. "" after a mistake. */
static const char *need_text(struct test_reader *t, struct fy_node *mapping, struct fy_node *node, const char *key)
{
	const char *text;
	size_t length;

	if (!rules_text(&t->r, node, key, &text, &length))
		return "";
	if (!length && rules_key(mapping, key)) /* else the schema has said it */
		RULES_MISTAKE(&t->r, rules_key(mapping, key), "'%s' is empty", key);
	return text ? text : "";
}

/* ---- numbers ---- */

static double read_number(struct test_reader *t, struct fy_node *node)
{
	struct fy_node *value = rules_value(node);
	const char *text;
	size_t length;
	double number;

	if (!value)
		return 0;
	if (!rules_text(&t->r, node, "'value'", &text, &length))
		return 0;
	if (fy_node_get_style(value) == FYNS_PLAIN && rules_number(text, &number))
		return number;
	RULES_MISTAKE(&t->r, node, "'value' must be a number (infinity is .inf), not %s",
		      yaml_quote(t->r.yaml, text, length));
	return 0;
}

/* ---- series ---- */

static void check_labels(struct test_reader *t, struct fy_node *node, const char *text)
{
	struct expr_mistakes mistakes = {0};

	if (text[0])
		expr_parse_labels(t->pool, text, strlen(text), &mistakes);
	rules_take_mistakes(&t->r, node, &mistakes);
}

/* A blank ends the name, and what follows are values: promtool does not take them from here. */
static void check_blanks(struct test_reader *t, struct fy_node *node, const char *text)
{
	size_t start = strspn(text, " \t"), end = start + strcspn(text + start, " \t{");
	size_t next = end + strspn(text + end, " \t");

	if (next > end && text[next])
		yaml_mistake(t->r.yaml, rules_place(t->r.yaml, node, end),
			     "a blank between the name and '{' ends the series");
}

/* promtool reads a series per line: what follows a line break is lost there without a word, so it is a mistake here. */
static void check_one_line(struct test_reader *t, struct fy_node *node, const char *text, bool is_last)
{
	const char *line = strchr(text, '\n');

	if (line && (!is_last || line[strspn(line, " \t\r\n")]))
		RULES_MISTAKE(&t->r, node, "'values' holds a line break: write >- in front of several lines");
}

static void read_series(struct test_reader *t, struct fy_node *node, struct unit_series *series, bool is_last)
{
	struct expr_mistakes mistakes = {0};
	struct fy_node *at[SERIES_KEYS];
	const char *values;
	size_t length;

	if (!rules_open(&t->r, &schema_series, node, at))
		return;
	series->series = need_text(t, node, at[SERIES_SERIES], "series");
	check_labels(t, at[SERIES_SERIES], series->series);
	if (at[SERIES_SERIES])
		check_blanks(t, at[SERIES_SERIES], series->series);
	if (!rules_text(&t->r, at[SERIES_VALUES], "'values'", &values, &length) || !values)
		return;
	check_one_line(t, at[SERIES_VALUES], values, is_last);
	unit_values_parse(t->r.arena, values, length, &series->values, &series->values_count, &mistakes);
	rules_take_mistakes(&t->r, at[SERIES_VALUES], &mistakes);
}

/* ---- what is expected ---- */

static int64_t read_instant(struct test_reader *t, struct fy_node *node)
{
	int64_t at_ms = (int64_t)(rules_duration(&t->r, node, "'eval_time'") / 1000000);

	if (at_ms / t->file->evaluation_interval_ms > UNIT_MAX_TURNS) {
		RULES_MISTAKE(&t->r, node, "'eval_time' is more than %u evaluations away", UNIT_MAX_TURNS);
		at_ms = 0;
	}
	return at_ms;
}

static int compare_label(const void *left, const void *right)
{
	return strcmp(((const struct label *)left)->name, ((const struct label *)right)->name);
}

/* Sorted; `alertname` replaces what the file says of it. */
static const struct label *read_labels(struct test_reader *t, struct fy_node *node, const char *what,
				       const char *alertname, size_t *count)
{
	struct rules_pairs pairs = {0};
	struct label *labels;

	if (rules_is_mapping(&t->r, node, what))
		pairs = rules_pairs(&t->r, node, alertname ? "label" : "annotation");
	labels = arena_new(t->r.arena, (pairs.count + 1) * sizeof(*labels));
	*count = 0;
	for (size_t i = 0; i < pairs.count; i++)
		if (!alertname || strcmp(pairs.items[i].name, "alertname"))
			labels[(*count)++] = (struct label){pairs.items[i].name, pairs.items[i].value};
	if (alertname)
		labels[(*count)++] = (struct label){"alertname", alertname};
	qsort(labels, *count, sizeof(*labels), compare_label);
	return labels;
}

static void read_alert_case(struct test_reader *t, struct fy_node *node, struct unit_alert_case *of)
{
	struct fy_node *at[ALERT_KEYS], *exp[EXP_KEYS];
	struct list list;

	if (!rules_open(&t->r, &schema_alert, node, at))
		return;
	of->line = rules_line(&t->r, yaml_place(t->r.yaml, node));
	of->at_ms = read_instant(t, at[ALERT_TIME]);
	of->alertname = need_text(t, node, at[ALERT_NAME], "alertname");
	list = read_list(t, at[ALERT_ALERTS], "'exp_alerts'", false);
	of->alerts = arena_new(t->r.arena, list.count * sizeof(*of->alerts));
	for (size_t i = 0; i < list.count; i++) {
		struct unit_expected_alert *alert = &of->alerts[of->alerts_count++];
		struct fy_node *value = rules_value(list.items[i]);

		if (value && !rules_is_mapping(&t->r, list.items[i], "an expected alert"))
			continue;
		rules_open(&t->r, &schema_exp, value, exp);
		alert->labels = read_labels(t, exp[EXP_LABELS], "'exp_labels'", of->alertname, &alert->labels_count);
		alert->annotations =
			read_labels(t, exp[EXP_ANNOTATIONS], "'exp_annotations'", NULL, &alert->annotations_count);
	}
}

static void read_expr_case(struct test_reader *t, struct fy_node *node, struct unit_expr_case *of)
{
	struct fy_node *at[EXPR_KEYS], *sample[SAMPLE_KEYS];
	struct expr_mistakes mistakes = {0};
	struct list list;

	if (!rules_open(&t->r, &schema_expr, node, at))
		return;
	of->line = rules_line(&t->r, yaml_place(t->r.yaml, node));
	of->at_ms = read_instant(t, at[EXPR_TIME]);
	of->text = need_text(t, node, at[EXPR_TEXT], "expr");
	if (of->text[0])
		of->expr = expr_parse(t->r.arena, of->text, strlen(of->text), &mistakes);
	rules_take_mistakes(&t->r, at[EXPR_TEXT], &mistakes);
	list = read_list(t, at[EXPR_SAMPLES], "'exp_samples'", false);
	of->samples = arena_new(t->r.arena, list.count * sizeof(*of->samples));
	for (size_t i = 0; i < list.count; i++) {
		struct unit_expected_sample *expected = &of->samples[of->samples_count++];
		struct fy_node *value = rules_value(list.items[i]);
		size_t length;

		expected->labels = "";
		if (!value || !rules_is_mapping(&t->r, list.items[i], "an expected sample"))
			continue;
		rules_open(&t->r, &schema_sample, value, sample);
		if (rules_value(sample[SAMPLE_LABELS]) &&
		    rules_text(&t->r, sample[SAMPLE_LABELS], "'labels'", &expected->labels, &length))
			check_labels(t, sample[SAMPLE_LABELS], expected->labels);
		if (!expected->labels)
			expected->labels = "";
		expected->value = read_number(t, sample[SAMPLE_VALUE]);
	}
}

/* ---- a test ---- */

static void read_cases(struct test_reader *t, struct fy_node *const *at, struct unit_test *test)
{
	struct list list = read_list(t, at[TEST_SERIES], "'input_series'", true);

	test->series = arena_new(t->r.arena, list.count * sizeof(*test->series));
	for (size_t i = 0; i < list.count; i++)
		if (rules_is_mapping(&t->r, list.items[i], "a series"))
			read_series(t, rules_value(list.items[i]), &test->series[test->series_count++],
				    i + 1 == list.count);
	list = read_list(t, at[TEST_ALERTS], "'alert_rule_test'", false);
	test->alerts = arena_new(t->r.arena, list.count * sizeof(*test->alerts));
	for (size_t i = 0; i < list.count; i++)
		if (!rules_value(list.items[i]))
			RULES_MISTAKE(&t->r, list.items[i],
				      "an alert test needs the key 'alertname': the alert's name");
		else if (rules_is_mapping(&t->r, list.items[i], "an alert test"))
			read_alert_case(t, rules_value(list.items[i]), &test->alerts[test->alerts_count++]);
	list = read_list(t, at[TEST_EXPRS], "'promql_expr_test'", false);
	test->exprs = arena_new(t->r.arena, list.count * sizeof(*test->exprs));
	for (size_t i = 0; i < list.count; i++)
		if (!rules_value(list.items[i]))
			RULES_MISTAKE(&t->r, list.items[i],
				      "an expression test needs the key 'expr': the PromQL expression");
		else if (rules_is_mapping(&t->r, list.items[i], "an expression test"))
			read_expr_case(t, rules_value(list.items[i]), &test->exprs[test->exprs_count++]);
}

static void read_test(struct test_reader *t, struct fy_node *node, struct unit_test *test)
{
	struct fy_node *at[TEST_KEYS];
	const char *ignored;
	size_t length;

	if (!rules_open(&t->r, &schema_test, node, at))
		return;
	test->line = rules_line(&t->r, yaml_place(t->r.yaml, node));
	test->interval_ms = (int64_t)(rules_duration(&t->r, at[TEST_INTERVAL], "'interval'") / 1000000);
	test->name = "";
	if (rules_value(at[TEST_NAME]))
		rules_text(&t->r, at[TEST_NAME], "'name'", &test->name, &length);
	if (!test->name)
		test->name = "";
	if (rules_is_mapping(&t->r, at[TEST_LABELS], "'external_labels'"))
		rules_pairs(&t->r, at[TEST_LABELS], "label");
	rules_text(&t->r, at[TEST_URL], "'external_url'", &ignored, &length);
	read_cases(t, at, test);
}

/* ---- the file ---- */

static const char **read_texts(struct test_reader *t, struct fy_node *node, const char *what, size_t *count)
{
	struct list list = read_list(t, node, what, true);
	const char **texts = arena_new(t->r.arena, list.count * sizeof(*texts));
	size_t length;

	*count = 0;
	for (size_t i = 0; i < list.count; i++)
		if (rules_text(&t->r, list.items[i], what, &texts[*count], &length))
			(*count)++;
	return texts;
}

static void read_order(struct test_reader *t, struct fy_node *node)
{
	struct unit_file *file = t->file;

	file->group_order = read_texts(t, node, "'group_eval_order'", &file->group_order_count);
	for (size_t i = 0; i < file->group_order_count; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(file->group_order[i], file->group_order[j])) {
				RULES_MISTAKE(
					&t->r, node, "the group %s is here twice",
					yaml_quote(t->r.yaml, file->group_order[i], strlen(file->group_order[i])));
				break;
			}
}

static void read_file(struct test_reader *t, struct fy_node *root)
{
	struct unit_file *file = t->file;
	struct fy_node *at[FILE_KEYS];
	struct list list;

	if (!rules_value(root))
		return;
	if (!fy_node_is_mapping(root)) {
		RULES_MISTAKE(&t->r, root, "a unit-test file is a mapping with 'rule_files' and 'tests'");
		return;
	}
	if (schema_has(root, "groups")) {
		RULES_MISTAKE(&t->r, rules_key(root, "groups"),
			      "this is a rule file, not a unit-test file: use `rules check`");
		return;
	}
	if (!rules_open(&t->r, &schema_file, root, at))
		return;
	file->rule_files = read_texts(t, at[FILE_RULE_FILES], "'rule_files'", &file->rule_files_count);
	file->evaluation_interval_ms =
		(int64_t)(rules_duration(&t->r, at[FILE_INTERVAL], "'evaluation_interval'") / 1000000);
	if (!file->evaluation_interval_ms)
		file->evaluation_interval_ms = 60000;
	read_order(t, at[FILE_ORDER]);
	list = read_list(t, at[FILE_TESTS], "'tests'", true);
	file->tests = arena_new(t->r.arena, list.count * sizeof(*file->tests));
	for (size_t i = 0; i < list.count; i++)
		if (rules_is_mapping(&t->r, list.items[i], "a test"))
			read_test(t, rules_value(list.items[i]), &file->tests[file->tests_count++]);
}

struct unit_file *rules_test_read(const char *path)
{
	struct unit_file *file;
	struct test_reader t;
	auto_free char *text = NULL;
	size_t length;
	int error = yaml_read_file(path, &text, &length);

	if (error)
		return NULL;
	file = mem_new(sizeof(*file));
	file->file = arena_string(&file->arena, path, strlen(path));
	file->evaluation_interval_ms = 60000;
	if (rules_is_blank(text, length))
		return file;
	t = (struct test_reader){.file = file, .pool = labels_pool_new()};
	t.r = (struct rules_reader){
		.yaml = yaml_new(file->file, text, length), .arena = &file->arena, .file = file->file};
	if (yaml_root(t.r.yaml) && rules_aliases_are_good(&t.r, yaml_root(t.r.yaml)))
		read_file(&t, yaml_root(t.r.yaml));
	error = yaml_say(t.r.yaml);
	yaml_free(t.r.yaml);
	labels_pool_free(t.pool);
	if (!error)
		return file;
	rules_test_free(file);
	return NULL;
}

void rules_test_free(struct unit_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < file->tests_count; i++)
		for (size_t j = 0; j < file->tests[i].exprs_count; j++)
			if (file->tests[i].exprs[j].expr)
				expr_fini((struct expr *)file->tests[i].exprs[j].expr);
	arena_fini(&file->arena);
	free(file);
}

/* A file that two patterns match is one file. */
static bool has_text(const struct rule_texts *texts, const char *path)
{
	for (size_t i = 0; i < texts->count; i++)
		if (!strcmp(texts->items[i].file, path))
			return true;
	return false;
}

int rules_test_texts(const struct unit_file *file, struct rule_texts *texts)
{
	const char *slash = strrchr(file->file, '/');
	int folder = slash ? (int)(slash - file->file) : 1, error = 0, one;

	for (size_t i = 0; i < file->rule_files_count; i++) {
		const char *name = file->rule_files[i];
		auto_free char *pattern = name[0] == '/'
						  ? mem_string(name)
						  : mem_format("%.*s/%s", folder, slash ? file->file : ".", name);
		glob_t found;

		if (glob(pattern, 0, NULL, &found)) {
			warn("%s: note: no file matches %s", file->file, name);
			continue;
		}
		for (size_t j = 0; j < found.gl_pathc; j++) {
			if (has_text(texts, found.gl_pathv[j]))
				continue;
			one = rules_texts_add_file(texts, RULE_TEXT_RULES, found.gl_pathv[j]);
			error = error ? error : one;
		}
		globfree(&found);
	}
	return error;
}
