// SPDX-License-Identifier: Apache-2.0
/*
 * In: a document in the shape of Prometheus' rule files. Out: groups of rules, every expression parsed, every template
 * checked. The rule that surprises: it accepts what promtool accepts, so `expr: 1` is text as well as number, an empty
 * file has no groups, and a rule that is nothing (`-` alone) is no rule.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "config/rules_reader.h"
#include "config/schema_scalar.h"
#include "rules/template.h"

enum { FILE_GROUPS, FILE_KEYS };
enum { GROUP_NAME, GROUP_INTERVAL, GROUP_LIMIT, GROUP_RULES, GROUP_KEYS };
enum { RULE_RECORD, RULE_ALERT, RULE_EXPR, RULE_FOR, RULE_KEEP, RULE_LABELS, RULE_ANNOTATIONS, RULE_KEYS };

static const struct schema_key file_keys[FILE_KEYS] = {
	[FILE_GROUPS] = RULES_KEY("groups", false, "the groups of rules"),
};
static const struct schema schema_file = {"a rule file", "RULE FILES", file_keys, FILE_KEYS};

static const struct schema_key group_keys[GROUP_KEYS] = {
	[GROUP_NAME] = RULES_KEY("name", true, "the group's name"),
	[GROUP_INTERVAL] = RULES_KEY("interval", false, "how often its rules are evaluated"),
	[GROUP_LIMIT] = RULES_KEY("limit", false, "series or alerts that a rule may give"),
	[GROUP_RULES] = RULES_KEY("rules", false, "the rules"),
};
static const struct schema schema_group = {"a group", "RULE FILES", group_keys, GROUP_KEYS};

static const struct schema_key rule_keys[RULE_KEYS] = {
	[RULE_RECORD] = RULES_KEY("record", false, "the name of the series"),
	[RULE_ALERT] = RULES_KEY("alert", false, "the name of the alert"),
	[RULE_EXPR] = RULES_KEY("expr", true, "the PromQL expression"),
	[RULE_FOR] = RULES_KEY("for", false, "how long it must hold"),
	[RULE_KEEP] = RULES_KEY("keep_firing_for", false, "how long it fires on"),
	[RULE_LABELS] = RULES_KEY("labels", false, "labels to add"),
	[RULE_ANNOTATIONS] = RULES_KEY("annotations", false, "texts about it"),
};
static const struct schema schema_rule = {"a rule", "RULE FILES", rule_keys, RULE_KEYS};

/* ---- a rule ---- */

/* Prometheus takes any scalar as written for these, ~ and null included. NULL = empty, not there, or a mistake. */
static const char *read_name(struct rules_reader *r, struct fy_node *node, const char *what, bool *is_wrong)
{
	const char *text;
	size_t length;

	if (!rules_text(r, node, what, &text, &length))
		*is_wrong = true;
	return length ? text : NULL;
}

static void read_expr(struct rules_reader *r, struct fy_node *mapping, struct fy_node *node, struct rule *rule)
{
	struct expr_mistakes mistakes = {0};
	size_t length;

	if (!rules_text(r, node, "'expr'", &rule->expr_text, &length))
		return;
	if (!length) {
		if (rules_key(mapping, "expr")) /* else the schema has said it */
			RULES_MISTAKE(r, rules_key(mapping, "expr"), "'expr' is empty: a rule needs an expression");
		rule->expr_text = "";
		return;
	}
	rule->expr = expr_parse(r->arena, rule->expr_text, length, &mistakes);
	rules_take_mistakes(r, node, &mistakes);
}

static void check_template(struct rules_reader *r, struct fy_node *node, const struct rule_pair *pair)
{
	struct expr_mistakes mistakes = {0};

	template_check(pair->value, strlen(pair->value), &mistakes);
	rules_take_mistakes(r, node, &mistakes);
}

/* Labels or annotations: names and templates. */
static struct rules_pairs read_pairs(struct rules_reader *r, struct fy_node *node, const struct rule *rule,
				     const char *what)
{
	struct rules_pairs pairs = rules_pairs(r, node, what);
	bool is_label = what[0] == 'l';

	for (size_t i = 0; i < pairs.count; i++) {
		const char *name = pairs.items[i].name;

		if (!expr_is_label_name(name) || (is_label && !strcmp(name, "__name__")))
			RULES_MISTAKE(r, pairs.keys[i], "%s is not a valid %s name",
				      yaml_quote(r->yaml, name, strlen(name)), what);
		if (rule->is_alert)
			check_template(r, pairs.values[i], &pairs.items[i]);
	}
	return pairs;
}

static void check_recording(struct rules_reader *r, struct fy_node *const *at, const struct rule *rule)
{
	struct fy_node *annotations = rules_value(at[RULE_ANNOTATIONS]);

	if (!expr_is_metric_name(rule->name))
		RULES_MISTAKE(r, at[RULE_RECORD], "%s is not a valid name of a recorded series",
			      yaml_quote(r->yaml, rule->name, strlen(rule->name)));
	if (rule->for_ns)
		RULES_MISTAKE(r, at[RULE_FOR], "a recording rule has no 'for'");
	if (rule->keep_firing_for_ns)
		RULES_MISTAKE(r, at[RULE_KEEP], "a recording rule has no 'keep_firing_for'");
	if (annotations && fy_node_is_mapping(annotations) && fy_node_mapping_item_count(annotations) > 0)
		RULES_MISTAKE(r, at[RULE_ANNOTATIONS], "a recording rule has no 'annotations'");
}

static void read_rule(struct rules_reader *r, struct fy_node *node, struct rule *rule)
{
	struct fy_node *at[RULE_KEYS];
	const char *record, *alert;
	struct rules_pairs pairs;
	bool is_wrong = false;

	*rule = (struct rule){.name = "", .expr_text = "", .file = r->file};
	if (!rules_open(r, &schema_rule, node, at))
		return;
	record = read_name(r, at[RULE_RECORD], "'record'", &is_wrong);
	alert = read_name(r, at[RULE_ALERT], "'alert'", &is_wrong);
	*rule = (struct rule){.name = alert ? alert : record ? record : "", .is_alert = alert, .file = r->file};
	rule->line = rules_line(r, yaml_place(r->yaml, node));
	if (record && alert)
		RULES_MISTAKE(r, rules_key(node, "alert"), "a rule has either 'record' or 'alert', not both");
	else if (!record && !alert && !is_wrong)
		RULES_MISTAKE(r, node, "a rule needs one of 'record' and 'alert'");
	read_expr(r, node, at[RULE_EXPR], rule);
	rule->for_ns = rules_duration(r, at[RULE_FOR], "'for'");
	rule->keep_firing_for_ns = rules_duration(r, at[RULE_KEEP], "'keep_firing_for'");
	if (rules_is_mapping(r, at[RULE_LABELS], "'labels'")) {
		pairs = read_pairs(r, at[RULE_LABELS], rule, "label");
		rule->labels = pairs.items;
		rule->labels_count = pairs.count;
	}
	if (rules_is_mapping(r, at[RULE_ANNOTATIONS], "'annotations'")) {
		pairs = read_pairs(r, at[RULE_ANNOTATIONS], rule, "annotation");
		rule->annotations = pairs.items;
		rule->annotations_count = pairs.count;
	}
	if (record && !alert)
		check_recording(r, at, rule);
}

/* ---- a group ---- */

static void read_rules(struct rules_reader *r, struct fy_node *list, struct rule_group *group)
{
	struct fy_node *item, *sequence = rules_value(list);
	void *iterator = NULL;

	if (!rules_is_list(r, list, "'rules'"))
		return;
	r->rules_count += (size_t)fy_node_sequence_item_count(sequence);
	if (r->rules_count > RULES_MAX_ITEMS) {
		RULES_MISTAKE(r, list, "more than %u rules", RULES_MAX_ITEMS);
		return;
	}
	group->rules = arena_new(r->arena, (size_t)fy_node_sequence_item_count(sequence) * sizeof(*group->rules));
	while ((item = fy_node_sequence_iterate(sequence, &iterator))) {
		if (!rules_is_mapping(r, item, "a rule"))
			continue;
		read_rule(r, rules_value(item), &group->rules[group->rules_count++]);
	}
}

/* Prometheus takes negative ones for none, and 1e3 for 1000. */
static uint64_t read_limit(struct rules_reader *r, struct fy_node *node)
{
	struct fy_node *value = rules_value(node);
	const char *text;
	char *end = NULL;
	size_t length;
	__int128 limit;
	double number;

	if (!value || !rules_text(r, node, "'limit'", &text, &length))
		return 0;
	if (scalar_parse_whole(value, &limit) && limit <= INT64_MAX && limit >= INT64_MIN)
		return limit > 0 ? (uint64_t)limit : 0;
	number = strspn(text, "+-0123456789.eE") == length && fy_node_get_style(value) == FYNS_PLAIN
			 ? strtod(text, &end)
			 : 0;
	if (end && !*end && number == floor(number) && fabs(number) < 0x1p53)
		return number > 0 ? (uint64_t)number : 0;
	RULES_MISTAKE(r, node, "'limit' must be a whole number, not %s", yaml_quote(r->yaml, text, length));
	return 0;
}

static void read_group(struct rules_reader *r, struct fy_node *node, struct rule_group *group, struct table *names)
{
	struct fy_node *at[GROUP_KEYS];
	size_t length = 0;
	uint64_t hash = 0;
	unsigned first;

	*group = (struct rule_group){.name = "", .file = r->file};
	if (!rules_open(r, &schema_group, node, at))
		return;
	if (rules_value(at[GROUP_NAME]) && rules_text(r, at[GROUP_NAME], "'name'", &group->name, &length) && !length)
		RULES_MISTAKE(r, at[GROUP_NAME], "'name' is empty");
	else if (rules_key(node, "name") && !rules_value(at[GROUP_NAME]))
		RULES_MISTAKE(r, rules_key(node, "name"), "'name' is empty");
	if (length) {
		for (size_t i = 0; i < length; i++)
			hash = table_mix(hash ^ (unsigned char)group->name[i]);
		first = (unsigned)(uintptr_t)table_find(names, hash);
		if (first)
			RULES_MISTAKE(r, at[GROUP_NAME], "the group %s is here twice (first at line %u)",
				      yaml_quote(r->yaml, group->name, length), first);
		else
			table_put(names, hash, (void *)(uintptr_t)rules_line(r, yaml_place(r->yaml, at[GROUP_NAME])));
	}
	if (!group->name)
		group->name = "";
	group->interval_ns = rules_duration(r, at[GROUP_INTERVAL], "'interval'");
	group->limit = read_limit(r, at[GROUP_LIMIT]);
	read_rules(r, at[GROUP_RULES], group);
}

/* ---- the file ---- */

/* A file of another kind is told by its keys, before each of them is called unknown. */
static bool is_other_kind(struct rules_reader *r, struct fy_node *root)
{
	if (schema_has(root, "groups"))
		return false;
	if (schema_has(root, "thresholds"))
		RULES_MISTAKE(r, rules_key(root, "thresholds"), "this is a threshold file, not a rule file");
	else if (schema_has(root, "tests") || schema_has(root, "rule_files"))
		RULES_MISTAKE(r, rules_key(root, schema_has(root, "tests") ? "tests" : "rule_files"),
			      "this is a unit-test file, not a rule file: use `rules test`");
	else
		return false;
	return true;
}

void rules_read(struct rules_reader *r, struct fy_node *root, struct rules_draft *draft)
{
	struct fy_node *at[FILE_KEYS], *item;
	struct table names = {0};
	void *iterator = NULL;

	if (!rules_value(root))
		return;
	if (!fy_node_is_mapping(root)) {
		RULES_MISTAKE(r, root, "a rule file is a mapping that begins with 'groups:'");
		return;
	}
	if (is_other_kind(r, root))
		return;
	if (!rules_open(r, &schema_file, root, at) || !rules_is_list(r, at[FILE_GROUPS], "'groups'"))
		return;
	while ((item = fy_node_sequence_iterate(rules_value(at[FILE_GROUPS]), &iterator))) {
		struct rule_set *set = draft->set;

		if (!rules_is_mapping(r, item, "a group"))
			continue;
		mem_grow(&set->groups, &draft->groups_capacity, set->groups_count + 1, sizeof(*set->groups));
		read_group(r, rules_value(item), &set->groups[set->groups_count++], &names);
	}
	table_fini(&names);
}
