// SPDX-License-Identifier: Apache-2.0
/*
 * In: nodes. Out: texts, durations, pairs, as Prometheus takes them, and mistakes with their places.
 * The rule that surprises: unlike in engine files an alias is followed, since rule files that run elsewhere use them.
 * Lists have limits, so that aliases cannot make a bomb.
 */
#include "config/rules_reader.h"

#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "config/rules_place.h"
#include "config/schema_scalar.h"

struct fy_node *rules_value(struct fy_node *node)
{
	if (node && fy_node_is_alias(node))
		node = fy_node_resolve_alias(node);
	return scalar_is_null(node) ? NULL : node;
}

struct fy_node *rules_key(struct fy_node *mapping, const char *key)
{
	struct fy_node_pair *pair;
	void *iterator = NULL;

	while ((pair = fy_node_mapping_iterate(mapping, &iterator)))
		if (fy_node_pair_key(pair) && schema_is(fy_node_pair_key(pair), key))
			return fy_node_pair_key(pair);
	return NULL;
}

bool rules_open(struct rules_reader *r, const struct schema *schema, struct fy_node *mapping, struct fy_node **at)
{
	struct fy_node *merge = mapping ? rules_key(mapping, "<<") : NULL;

	for (unsigned i = 0; i < schema->keys_count; i++)
		at[i] = NULL;
	if (merge) {
		RULES_MISTAKE(r, merge, "merge keys (<<) are not supported: write the values themselves");
		return false;
	}
	schema_open(r->yaml, schema, mapping, at);
	return true;
}

unsigned rules_line(struct rules_reader *r, size_t place)
{
	if (!r->line || place < r->line_place) {
		r->line_place = 0;
		r->line = 1;
	}
	for (; r->line_place < place && r->line_place < r->yaml->length; r->line_place++)
		r->line += r->yaml->text[r->line_place] == '\n';
	return r->line;
}

static bool is_utf8(const char *text, size_t length)
{
	for (size_t at = 0, used; at < length; at += used)
		if (text_next(text + at, length - at, &used) == 0xfffd && used == 1)
			return false;
	return true;
}

bool rules_text(struct rules_reader *r, struct fy_node *node, const char *what, const char **text, size_t *length)
{
	struct fy_node *value = node && fy_node_is_alias(node) ? fy_node_resolve_alias(node) : node;

	*text = NULL;
	*length = 0;
	if (!value)
		return true;
	if (!fy_node_is_scalar(value)) {
		RULES_MISTAKE(r, node, "%s must be a text, not a %s", what,
			      fy_node_is_mapping(value) ? "mapping" : "list");
		return false;
	}
	*text = scalar_text(value, length);
	if (memchr(*text, '\0', *length)) {
		*text = NULL;
		*length = 0;
		RULES_MISTAKE(r, node, "%s holds a NUL byte", what);
		return false;
	}
	if (!is_utf8(*text, *length)) {
		*text = NULL;
		*length = 0;
		RULES_MISTAKE(r, node, "%s is not UTF-8", what);
		return false;
	}
	*text = arena_string(r->arena, *text, *length);
	return true;
}

uint64_t rules_duration(struct rules_reader *r, struct fy_node *node, const char *what)
{
	const char *text;
	size_t length;
	int64_t ms = 0;

	if (!rules_value(node) || !rules_text(r, node, what, &text, &length))
		return 0;
	if (length == 1 && text[0] == '0')
		return 0;
	if (expr_parse_duration(text, length, &ms) || ms < 0 || ms > INT64_MAX / 1000000)
		RULES_MISTAKE(r, node, "%s must be a duration like 30s, 5m or 1h30m, not %s", what,
			      yaml_quote(r->yaml, text, length));
	else
		return (uint64_t)ms * 1000000;
	return 0;
}

bool rules_is_list(struct rules_reader *r, struct fy_node *node, const char *what)
{
	struct fy_node *value = rules_value(node);

	if (!value)
		return false;
	if (!fy_node_is_sequence(value)) {
		RULES_MISTAKE(r, node, "%s must be a list, not a %s", what,
			      fy_node_is_mapping(value) ? "mapping" : "text");
		return false;
	}
	if (fy_node_sequence_item_count(value) > RULES_MAX_ITEMS) {
		RULES_MISTAKE(r, node, "%s has more than %u items", what, RULES_MAX_ITEMS);
		return false;
	}
	return true;
}

bool rules_is_mapping(struct rules_reader *r, struct fy_node *node, const char *what)
{
	struct fy_node *value = rules_value(node);

	if (!value)
		return false;
	if (fy_node_is_mapping(value))
		return true;
	RULES_MISTAKE(r, node, "%s must be a mapping, not a %s", what, fy_node_is_sequence(value) ? "list" : "text");
	return false;
}

/* libfyaml bounds the depth. */
bool rules_aliases_are_good(struct rules_reader *r, struct fy_node *root)
{
	struct fy_node_pair *pair;
	struct fy_node *item;
	void *iterator = NULL;
	bool good = true;

	if (!root)
		return true;
	if (fy_node_is_alias(root)) {
		if (fy_node_resolve_alias(root))
			return true;
		RULES_MISTAKE(r, root, "this alias has no anchor");
		return false;
	}
	if (fy_node_is_mapping(root)) {
		while ((pair = fy_node_mapping_iterate(root, &iterator))) {
			good &= rules_aliases_are_good(r, fy_node_pair_key(pair));
			good &= rules_aliases_are_good(r, fy_node_pair_value(pair));
		}
	} else if (fy_node_is_sequence(root)) {
		while ((item = fy_node_sequence_iterate(root, &iterator)))
			good &= rules_aliases_are_good(r, item);
	}
	return good;
}

/* ---- labels and annotations ---- */

static bool name_is_new(struct rules_reader *r, struct fy_node *key, const char *what, const char *name,
			const struct rule_pair *pairs, size_t count)
{
	if (!strcmp(name, "<<")) {
		RULES_MISTAKE(r, key, "merge keys (<<) are not supported: write the values themselves");
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (!strcmp(pairs[i].name, name)) {
			RULES_MISTAKE(r, key, "the %s '%s' is here twice", what, name);
			return false;
		}
	return true;
}

struct rules_pairs rules_pairs(struct rules_reader *r, struct fy_node *node, const char *what)
{
	struct fy_node *mapping = rules_value(node);
	struct rules_pairs pairs = {0};
	struct fy_node_pair *pair;
	void *iterator = NULL;
	size_t length;
	int items;

	items = mapping && fy_node_is_mapping(mapping) ? fy_node_mapping_item_count(mapping) : 0;
	if (items > RULES_MAX_PAIRS)
		RULES_MISTAKE(r, node, "more than %u %ss", RULES_MAX_PAIRS, what);
	if (items <= 0 || items > RULES_MAX_PAIRS)
		return pairs;
	pairs.items = arena_new(r->arena, (size_t)items * sizeof(*pairs.items));
	pairs.keys = arena_new(r->arena, (size_t)items * sizeof(*pairs.keys));
	pairs.values = arena_new(r->arena, (size_t)items * sizeof(*pairs.values));
	while ((pair = fy_node_mapping_iterate(mapping, &iterator))) {
		struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
		struct rule_pair *to = &pairs.items[pairs.count];

		if (!rules_text(r, key, "a name", &to->name, &length))
			continue;
		if (!to->name || !name_is_new(r, key, what, to->name, pairs.items, pairs.count))
			continue;
		if (!rules_value(value) ||
		    !rules_text(r, value, yaml_quote(r->yaml, to->name, length), &to->value, &length))
			to->value = ""; /* as Prometheus reads nothing, ~ and null */
		pairs.keys[pairs.count] = key;
		pairs.values[pairs.count++] = value;
	}
	return pairs;
}

void rules_take_mistakes(struct rules_reader *r, struct fy_node *scalar, struct expr_mistakes *mistakes)
{
	struct fy_node *value = scalar && fy_node_is_alias(scalar) ? fy_node_resolve_alias(scalar) : scalar;

	for (size_t i = 0; i < mistakes->count; i++)
		yaml_mistake(r->yaml, rules_place(r->yaml, value, mistakes->items[i].place), "%s",
			     mistakes->items[i].message);
	expr_mistakes_fini(mistakes);
	*mistakes = (struct expr_mistakes){0};
}
