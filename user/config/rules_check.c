// SPDX-License-Identifier: Apache-2.0
/* In: a path or a text. Out: what kind of file it is, what it holds, its mistakes, and notes on what can hardly be meant. */
#include "config/rules_check.h"

#include <errno.h>
#include <string.h>

#include "base/refuse.h"
#include "config/rules_reader.h"

/* By its top-level keys; what is neither is a rule file, which then has mistakes. */
static enum rule_text_kind kind_of(const struct rule_text *text)
{
	struct yaml *yaml = yaml_new("", text->text, text->length);
	struct fy_node *root = yaml_root(yaml);
	bool has_thresholds = root && fy_node_is_mapping(root) && schema_has(root, "thresholds") && !schema_has(root, "groups");

	yaml_free(yaml);
	return has_thresholds ? RULE_TEXT_THRESHOLDS : RULE_TEXT_RULES;
}

static bool is_same_pairs(const struct rule *a, const struct rule *b)
{
	size_t same = 0;

	for (size_t i = 0; i < a->labels_count; i++)
		for (size_t j = 0; j < b->labels_count; j++)
			same += !strcmp(a->labels[i].name, b->labels[j].name) &&
				!strcmp(a->labels[i].value, b->labels[j].value);
	return a->labels_count == b->labels_count && same == a->labels_count;
}

/* Of rules with one name and equal labels both give the same series: Prometheus' own lint. */
static const struct rule *find_twin(const struct rule_group *group, const struct rule *rule)
{
	for (const struct rule *other = group->rules; other < rule; other++)
		if (other->is_alert == rule->is_alert && !strcmp(other->name, rule->name) && is_same_pairs(other, rule))
			return other;
	return NULL;
}

static void note_rule(const struct rule_group *group, const struct rule *rule)
{
	const struct rule *twin = find_twin(group, rule);

	if (rule->expr->type == VALUE_MATRIX || rule->expr->type == VALUE_STRING)
		warn("%s:%u: note: '%s' is a %s: the rule will fail at each evaluation", rule->file, rule->line,
		     rule->name, rule->expr->type == VALUE_MATRIX ? "range vector" : "string");
	if (twin)
		warn("%s:%u: note: the rule '%s' is here with the same labels at line %u", rule->file, rule->line,
		     rule->name, twin->line);
	for (size_t i = 0; i < rule->labels_count; i++)
		if (rule->is_alert && !strcmp(rule->labels[i].name, "alertname"))
			warn("%s:%u: note: the label alertname is always '%s', the alert's name", rule->file,
			     rule->line, rule->name);
}

static void count(const struct rule_set *set, struct rules_found *found)
{
	found->groups_count = set->groups_count;
	found->thresholds_count = set->thresholds_count;
	for (size_t i = 0; i < set->groups_count; i++)
		for (size_t j = 0; j < set->groups[i].rules_count; j++) {
			const struct rule *rule = &set->groups[i].rules[j];

			found->alerts_count += rule->is_alert;
			found->records_count += !rule->is_alert;
			note_rule(&set->groups[i], rule);
		}
}

int rules_check(const struct rule_text *text, struct rules_found *found)
{
	struct rule_set *set = rules_compile(text, 1);

	*found = (struct rules_found){.kind = text->kind};
	if (!set)
		return -EINVAL;
	count(set, found);
	rules_free(set);
	return 0;
}

int rules_check_file(const char *path, struct rules_found *found)
{
	struct rule_texts texts = {0};
	int error = rules_texts_add_file(&texts, RULE_TEXT_RULES, path);

	if (!error) {
		texts.items[0].kind = kind_of(&texts.items[0]);
		error = rules_check(&texts.items[0], found);
	}
	rules_texts_fini(&texts);
	return error;
}
