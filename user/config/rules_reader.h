/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of rule files, threshold files and unit-test files share. */
#ifndef CONFIG_RULES_READER_H
#define CONFIG_RULES_READER_H

#include "config/rules.h"
#include "config/rules_place.h"
#include "config/schema.h"
#include "config/yaml.h"
#include "rules/expr.h"

#define RULES_MAX_ITEMS 20000 /* of one list, and rules of one file: an alias makes long ones out of short files */
#define RULES_MAX_PAIRS 256   /* labels or annotations of one rule */

/* One row of a schema whose value its reader checks. */
/* clang-format off */
#define RULES_KEY(key, required, doc) \
	{key, required, {SCHEMA_ANY, NULL, 0, false}, {SCHEMA_NOTHING, NULL, 0, false}, doc}
/* clang-format on */

struct rules_reader {
	struct yaml *yaml;
	struct arena *arena;
	const char *file;  /* in the arena */
	size_t line_place; /* yaml_line of it is `line`: places mostly ascend */
	unsigned line;
	size_t rules_count; /* so far */
};

/* What a growing list of the set is until it is whole. */
struct rules_draft {
	struct rule_set *set;
	size_t groups_capacity;
	size_t thresholds_capacity;
};

#define RULES_MISTAKE(r, node, ...) yaml_mistake((r)->yaml, rules_place_of((r)->yaml, node), __VA_ARGS__)

/* The node that an alias stands for; itself when it is none; NULL for nothing, ~ and null. */
struct fy_node *rules_value(struct fy_node *node);
/* As schema_open; false when merge keys make it unreadable (said). */
bool rules_open(struct rules_reader *r, const struct schema *schema, struct fy_node *mapping, struct fy_node **at);
/* The key of a mapping as a node, for places; NULL when it is not there. */
struct fy_node *rules_key(struct fy_node *mapping, const char *key);
unsigned rules_line(struct rules_reader *r, size_t place);
/* A scalar's text, whatever its kind. False after a mistake; *text = NULL when nothing is there. `what` names it in a
 * message. */
bool rules_text(struct rules_reader *r, struct fy_node *node, const char *what, const char **text, size_t *length);
/* A duration into ns; 0 when nothing is there or after a mistake. */
uint64_t rules_duration(struct rules_reader *r, struct fy_node *node, const char *what);
/* True when it is a list; false when nothing is there, or after a mistake. */
bool rules_is_list(struct rules_reader *r, struct fy_node *node, const char *what);
bool rules_is_mapping(struct rules_reader *r, struct fy_node *node, const char *what);
bool rules_number(const char *text, double *value); /* rules_number.c: as YAML 1.1 has them */
/* A mapping of names to texts, none when it is no mapping. `what` is "label" or "annotation". */
struct rules_pairs {
	struct rule_pair *items;
	struct fy_node **keys, **values;
	size_t count;
};
struct rules_pairs rules_pairs(struct rules_reader *r, struct fy_node *node, const char *what);
/* Places of expr_mistakes become places in the file; frees them. */
void rules_take_mistakes(struct rules_reader *r, struct fy_node *scalar, struct expr_mistakes *mistakes);

/* True when every alias has its anchor; only then may a document be read. */
bool rules_aliases_are_good(struct rules_reader *r, struct fy_node *root);

/* rules.c: nothing but blanks, comments and the marks of a document; Prometheus takes it for an empty file. */
bool rules_is_blank(const char *text, size_t length);

/* rules_read.c, rules_thresholds.c: one document each. What is wrong is left to yaml_say. */
void rules_read(struct rules_reader *r, struct fy_node *root, struct rules_draft *draft);
void rules_read_thresholds(struct rules_reader *r, struct fy_node *root, struct rules_draft *draft);

#endif
