/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that are shipped in rules/: that they are read without a word, and mean what they must.
 * The rule that surprises: a comment of notify.yaml that does not begin with one blank is an example, and is switched on here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/notify.h"
#include "config/rules.h"
#include "tests/unit/config/said.h"

static struct rule_set *shipped(struct rule_texts *texts)
{
	assert_int_equal(rules_texts_add_directory(texts, "rules/alerts"), 0);
	assert_int_equal(rules_texts_add_file(texts, RULE_TEXT_THRESHOLDS, "rules/thresholds.yaml"), 0);
	return rules_compile(texts->items, texts->count);
}

static const char *find_pair(const struct rule_pair *pairs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(pairs[i].name, name))
			return pairs[i].value;
	return "";
}

static void the_shipped_rules_and_thresholds_are_read_without_a_word(void **state)
{
	struct rule_texts texts = {0};
	struct rule_set *set;
	struct buf said;

	(void)state;
	said_begin(&said);
	set = shipped(&texts);
	assert_string_equal(said.bytes, "");
	said_end(&said);
	assert_non_null(set);
	assert_true(set->groups_count > 3);
	assert_true(set->thresholds_count >= 10);
	rules_free(set);
	rules_texts_fini(&texts);
}

static void check_alert(const struct rule *rule, const struct rule_group *group)
{
	static const char *const tiers[] = {"warning", "critical", "emergency"};
	const char *severity = find_pair(rule->labels, rule->labels_count, "severity");
	bool is_tier = false;

	for (size_t i = 0; i < 3; i++)
		is_tier |= !strcmp(severity, tiers[i]);
	assert_true(is_tier);
	assert_int_equal(rule->labels_count, 1);
	assert_true(rule->keep_firing_for_ns > 0);
	assert_true(strlen(find_pair(rule->annotations, rule->annotations_count, "summary")) > 10);
	assert_true(strlen(find_pair(rule->annotations, rule->annotations_count, "description")) > 40);
	assert_string_equal(find_pair(rule->annotations, rule->annotations_count, "trace"), "{{ $labels.trace_id }}");
	for (size_t i = 0; i < group->rules_count; i++) {
		const struct rule *other = &group->rules[i];

		if (other != rule && !strcmp(other->name, rule->name))
			assert_string_not_equal(find_pair(other->labels, other->labels_count, "severity"), severity);
	}
}

static void every_shipped_alert_has_a_tier_of_its_own_and_says_what_to_do_and_what_to_look_at(void **state)
{
	struct rule_texts texts = {0};
	struct rule_set *set = shipped(&texts);
	size_t alerts_count = 0;

	(void)state;
	assert_non_null(set);
	for (size_t i = 0; i < set->groups_count; i++)
		for (size_t j = 0; j < set->groups[i].rules_count; j++)
			if (set->groups[i].rules[j].is_alert) {
				check_alert(&set->groups[i].rules[j], &set->groups[i]);
				alerts_count++;
			}
	assert_true(alerts_count >= 30);
	rules_free(set);
	rules_texts_fini(&texts);
}

static void check_threshold(const struct rule_set *set, const char *engine, const char *metric, double warning, double critical,
			    double emergency)
{
	const struct threshold *found = NULL;

	for (size_t i = 0; i < set->thresholds_count; i++)
		if (!strcmp(set->thresholds[i].engine, engine) && !strcmp(set->thresholds[i].metric, metric))
			found = &set->thresholds[i];
	assert_non_null(found);
	assert_true(found->has[TIER_WARNING] && found->has[TIER_CRITICAL] && found->has[TIER_EMERGENCY]);
	assert_float_equal(found->value[TIER_WARNING], warning, 0);
	assert_float_equal(found->value[TIER_CRITICAL], critical, 0);
	assert_float_equal(found->value[TIER_EMERGENCY], emergency, 0);
}

static void the_thresholds_are_the_mission_s(void **state)
{
	struct rule_texts texts = {0};
	struct rule_set *set = shipped(&texts);

	(void)state;
	assert_non_null(set);
	check_threshold(set, "pyttsx3", "request_duration_seconds", 2, 5, 10);
	check_threshold(set, "coqui", "request_duration_seconds", 5, 15, 30);
	check_threshold(set, "*", "success_ratio", 0.95, 0.9, 0.8);
	check_threshold(set, "*", "queue_depth", 10, 25, 50);
	rules_free(set);
	rules_texts_fini(&texts);
}

static void without_a_word_the_local_syslog_is_told_of_everything(void **state)
{
	struct notify_config *config;
	struct buf said;

	(void)state;
	said_begin(&said);
	config = notify_load("rules/notify.yaml");
	assert_string_equal(said.bytes, "");
	said_end(&said);
	assert_non_null(config);
	assert_int_equal(config->receivers_count, 1);
	assert_int_equal(config->receivers[0].kind, NOTIFY_SYSLOG);
	assert_int_equal(config->receivers[0].facility, 3); /* daemon */
	assert_int_equal(config->receivers[0].severity[TIER_WARNING], 4);
	assert_int_equal(config->receivers[0].severity[TIER_CRITICAL], 2);
	assert_int_equal(config->receivers[0].severity[TIER_EMERGENCY], 1);
	assert_int_equal(config->receivers[0].severity_resolved, 5);
	assert_int_equal(config->root.receivers_count, 1);
	assert_int_equal(config->root.routes_count, 0);
	notify_config_free(config);
}

/* The file with its examples switched on: `#` before anything but one blank and a word. */
static void switch_on(struct buf *out, const char *path)
{
	char line[1024];
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		size_t indent = strspn(line, " ");
		const char *rest = line + indent;
		bool is_example = rest[0] == '#' && !(rest[1] == ' ' && rest[2] != ' ');

		buf_add(out, line, indent);
		buf_text(out, rest + is_example);
	}
	fclose(file);
}

static void the_examples_in_notify_yaml_are_right_when_they_are_switched_on(void **state)
{
	struct notify_config *config;
	struct buf text = {0}, said;
	unsigned kinds = 0;

	(void)state;
	switch_on(&text, "rules/notify.yaml");
	said_begin(&said);
	config = notify_compile("notify.yaml", text.bytes, text.length);
	assert_non_null(strstr(said.bytes, "the receiver 'journal' is used by no route\n"));
	assert_string_equal(strchr(said.bytes, '\n'), "\n"); /* and nothing else */
	said_end(&said);
	assert_non_null(config);
	for (size_t i = 0; i < config->receivers_count; i++)
		kinds |= 1u << config->receivers[i].kind;
	assert_int_equal(kinds, (1u << NOTIFY_KINDS) - 1);
	assert_int_equal(config->root.routes_count, 2);
	assert_int_equal(config->root.routes[0].steps_count, 1);
	assert_int_equal(config->inhibits_count, 1);
	assert_int_equal(config->inhibits[0].equal_count, 3);
	notify_config_free(config);
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_and_thresholds_are_read_without_a_word),
		cmocka_unit_test(every_shipped_alert_has_a_tier_of_its_own_and_says_what_to_do_and_what_to_look_at),
		cmocka_unit_test(the_thresholds_are_the_mission_s),
		cmocka_unit_test(without_a_word_the_local_syslog_is_told_of_everything),
		cmocka_unit_test(the_examples_in_notify_yaml_are_right_when_they_are_switched_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
