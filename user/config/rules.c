// SPDX-License-Identifier: Apache-2.0
/*
 * In: texts of rule and threshold files. Out: one set, or every mistake of all texts.
 * The rule that surprises: a set is all or nothing. What was built before a mistake was met is let go with the rest.
 */
#include "config/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/files.h"
#include "config/rules_check.h"
#include "config/rules_reader.h"

/* ---- texts to a set ---- */

bool rules_is_blank(const char *text, size_t length)
{
	bool at_start = true, in_comment = false;
	size_t used;

	for (size_t i = 0; i < length; i += used) {
		unsigned code = text_next(text + i, length - i, &used);

		if (code == '\n') {
			at_start = true;
			in_comment = false;
			continue;
		}
		if (at_start && length - i >= 3 && !memcmp(text + i, "---", 3)) {
			used = 3;
		} else if (code == '#' || code == ' ' || code == '\t' || code == '\r' || (code == 0xfeff && !i)) {
			in_comment |= code == '#';
		} else if (!in_comment || code < ' ' || (code == 0xfffd && used == 1)) {
			return false; /* content, or what YAML refuses even in a comment */
		}
		at_start = false;
	}
	return true;
}

static int read_text(struct rules_draft *draft, const struct rule_text *text)
{
	struct yaml *yaml = yaml_new(text->file, text->text, text->length);
	struct rules_reader r = {.yaml = yaml, .arena = &draft->set->arena, .file = text->file};
	struct fy_node *root = yaml_root(yaml);
	bool is_rules = text->kind == RULE_TEXT_RULES;
	int error;

	/* an empty rule file has no rules, as for Prometheus; of another text nobody can say what it lacks */
	if (!root && is_rules && rules_is_blank(text->text, text->length)) {
		yaml_free(yaml);
		return 0;
	}
	if (root && rules_aliases_are_good(&r, root)) {
		if (is_rules)
			rules_read(&r, root, draft);
		else
			rules_read_thresholds(&r, root, draft);
	}
	error = yaml_say(yaml);
	yaml_free(yaml);
	return error;
}

/* What grew on the heap moves into the arena. */
static void settle(struct rule_set *set)
{
	struct rule_group *groups = set->groups;
	struct threshold *thresholds = set->thresholds;

	set->groups = arena_new(&set->arena, set->groups_count * sizeof(*groups));
	if (set->groups_count)
		memcpy(set->groups, groups, set->groups_count * sizeof(*groups));
	set->thresholds = arena_new(&set->arena, set->thresholds_count * sizeof(*thresholds));
	if (set->thresholds_count)
		memcpy(set->thresholds, thresholds, set->thresholds_count * sizeof(*thresholds));
	free(groups);
	free(thresholds);
}

struct rule_set *rules_compile(const struct rule_text *texts, size_t texts_count)
{
	struct rule_set *set = mem_new(sizeof(*set));
	struct rules_draft draft = {.set = set};
	int error = 0, one;

	set->texts = arena_new(&set->arena, texts_count * sizeof(*set->texts));
	for (size_t i = 0; i < texts_count; i++) {
		set->texts[i] = (struct rule_text){
			.kind = texts[i].kind,
			.file = arena_string(&set->arena, texts[i].file, strlen(texts[i].file)),
			.text = arena_string(&set->arena, texts[i].text, texts[i].length),
			.length = texts[i].length,
		};
		set->texts_count++;
		one = read_text(&draft, &set->texts[i]);
		error = error ? error : one;
	}
	settle(set);
	if (!error)
		return set;
	rules_free(set);
	return NULL;
}

void rules_free(struct rule_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->groups_count; i++)
		for (size_t j = 0; j < set->groups[i].rules_count; j++)
			if (set->groups[i].rules[j].expr)
				expr_fini((struct expr *)set->groups[i].rules[j].expr);
	arena_fini(&set->arena);
	free(set);
}

/* ---- files to texts ---- */

int rules_texts_add_file(struct rule_texts *texts, enum rule_text_kind kind, const char *path)
{
	char *text;
	size_t length;
	int error = yaml_read_file(path, &text, &length);

	if (error)
		return error;
	mem_grow(&texts->items, &texts->capacity, texts->count + 1, sizeof(*texts->items));
	texts->items[texts->count++] =
		(struct rule_text){.kind = kind, .file = mem_string(path), .text = text, .length = length};
	return 0;
}

static int add_rules(void *arg, const char *file)
{
	return rules_texts_add_file(arg, RULE_TEXT_RULES, file);
}

int rules_texts_add_directory(struct rule_texts *texts, const char *path)
{
	static const char *const patterns[] = { "*.yaml", "*.yml", NULL };

	return files_each(path, patterns, add_rules, texts);
}

void rules_texts_fini(struct rule_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		free(texts->items[i].file);
		free(texts->items[i].text);
	}
	free(texts->items);
	*texts = (struct rule_texts){0};
}
