// SPDX-License-Identifier: Apache-2.0
/*
 * In: a libfyaml mapping and the table that describes it. Out: its values in the table's order, and
 * mistakes.
 * The rule that surprises: aliases are never followed and tags never believed.
 */
#include "config/schema.h"

#include <assert.h>
#include <string.h>

#include "config/schema_scalar.h"

/* ---- what a value must be, in words ---- */

void schema_add_whole(struct buf *out, __int128 whole)
{
	if (whole < 0)
		buf_format(out, "%lld", (long long)whole);
	else
		buf_format(out, "%llu", (unsigned long long)whole);
}

static void add_words(struct buf *out, const char *const *words)
{
	for (unsigned i = 0; words[i]; i++)
		buf_format(out, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
}

static void add_wish(struct buf *out, const struct schema_value *value)
{
	const struct schema_range *range = value->rule;
	const struct schema_text *text = value->rule;

	switch (value->type) {
	case SCHEMA_NOTHING:
		return;
	case SCHEMA_TEXT:
		buf_format(out, "a text (%s; at most %zu bytes)", text->says, text->max_bytes);
		return;
	case SCHEMA_REGEX:
		buf_text(out, "a POSIX extended regular expression");
		return;
	case SCHEMA_BOOL:
		buf_text(out, "true or false");
		return;
	case SCHEMA_WHOLE:
		buf_text(out, "a whole number from ");
		schema_add_whole(out, range->min);
		buf_text(out, " to ");
		schema_add_whole(out, range->max);
		return;
	case SCHEMA_WORD:
		add_words(out, value->rule);
		return;
	case SCHEMA_MAPPING:
		buf_text(out, "a mapping");
		return;
	case SCHEMA_ANY:
		buf_text(out, "a value");
		return;
	}
}

/* Tells what the key wants and what is there. */
static void wrong_value(struct yaml *yaml, const struct schema_key *key, size_t place,
			struct fy_node *node, const struct guess *guess, bool is_item)
{
	struct buf wish = {0}, hint = {0};
	const char *found, *text;
	size_t length;

	add_wish(&wish, &key->value);
	if (key->value.many && !is_item)
		buf_format(&wish, ", or a list of them (at most %u)", key->value.many);
	if (key->other.type && !is_item) {
		buf_text(&wish, ", or ");
		add_wish(&wish, &key->other);
	}
	if (scalar_is_null(node)) {
		found = "nothing";
	} else if (fy_node_is_mapping(node)) {
		found = "a mapping";
	} else if (fy_node_is_sequence(node)) {
		found = "a list";
	} else {
		text = scalar_text(node, &length);
		found = yaml_quote(yaml, text, length);
	}
	yaml_mistake(yaml, place, "%s'%s' must be %s, not %s%s", is_item ? "an item of " : "",
		     key->key, wish.bytes, found, guess ? guess_text(guess, &hint) : "");
	buf_fini(&wish);
	buf_fini(&hint);
}

/* ---- checks of one value ---- */

/* Aliases are never followed: an anchor used twice is the whole of a bomb. */
static bool is_foreign(struct yaml *yaml, const struct schema_key *key, struct fy_node *node)
{
	size_t length;

	if (fy_node_is_alias(node))
		yaml_mistake(yaml, yaml_place(yaml, node),
			     "'%s' is an alias: write the value itself", key->key);
	else if (fy_node_get_tag(node, &length))
		yaml_mistake(yaml, yaml_place(yaml, node), "'%s' has a tag: write the value alone",
			     key->key);
	else
		return false;
	return true;
}

/* One value, or one of a list. */
static bool check_one(struct yaml *yaml, const struct schema_key *key, struct fy_node *node,
		      bool is_item)
{
	const struct schema_value *value = &key->value;
	size_t place = yaml_place(yaml, node);
	struct guess guess = {.distance = GUESS_NONE};
	int good = 0;

	if (node && is_foreign(yaml, key, node))
		return false;
	if (!scalar_is_null(node)) {
		if (value->type == SCHEMA_MAPPING)
			good = fy_node_is_mapping(node);
		else if (fy_node_is_scalar(node))
			good = scalar_check(yaml, key, value, node, &guess);
	}
	if (!good)
		wrong_value(yaml, key, place, node, &guess, is_item);
	return good > 0;
}

static bool check_list(struct yaml *yaml, const struct schema_key *key, struct fy_node *list)
{
	const struct schema_value *value = &key->value;
	struct fy_node *item;
	void *iterator = NULL;
	unsigned count = 0;
	bool good = true;

	while ((item = fy_node_sequence_iterate(list, &iterator))) {
		if (++count > value->many) {
			yaml_mistake(yaml, yaml_place(yaml, item), "'%s' has more than %u items",
				     key->key, value->many);
			return false;
		}
		good &= check_one(yaml, key, item, true);
	}
	if (!count && !value->may_be_empty) {
		yaml_mistake(yaml, yaml_place(yaml, list), "'%s' is an empty list", key->key);
		return false;
	}
	/* The items of a list of mappings are read even so: each may have its own mistakes. */
	return good || value->type == SCHEMA_MAPPING;
}

static bool check_value(struct yaml *yaml, const struct schema_key *key, struct fy_node *name,
			struct fy_node *node)
{
	const struct schema_value *value = &key->value;
	struct guess guess = {.distance = GUESS_NONE};

	if (value->type == SCHEMA_ANY)
		return true;
	if (scalar_is_null(node)) {
		wrong_value(yaml, key, yaml_place(yaml, name), node, NULL, false);
		return false;
	}
	if (is_foreign(yaml, key, node))
		return false;
	if (key->other.type == SCHEMA_MAPPING && fy_node_is_mapping(node))
		return true;
	if (key->other.type == SCHEMA_WORD && fy_node_is_scalar(node) &&
	    scalar_is_word(node, key->other.rule, &guess))
		return true;
	if (value->many && fy_node_is_sequence(node))
		return check_list(yaml, key, node);
	if (key->other.type == SCHEMA_WORD && guess.word) {
		wrong_value(yaml, key, yaml_place(yaml, node), node, &guess, false);
		return false;
	}
	return check_one(yaml, key, node, false);
}

/* ---- mappings ---- */

static void unknown_key(struct yaml *yaml, const struct schema *schema, struct fy_node *name)
{
	struct guess guess = {.distance = GUESS_NONE};
	struct buf hint = {0}, keys = {0};
	size_t length;
	const char *text = scalar_text(name, &length);

	for (unsigned i = 0; i < schema->keys_count; i++) {
		guess_try(&guess, schema->keys[i].key, text, length);
		buf_format(&keys, "%s%s", i ? ", " : "", schema->keys[i].key);
	}
	if (guess.word)
		guess_text(&guess, &hint);
	else
		buf_format(&hint, " (it knows %s)", keys.bytes);
	yaml_mistake(yaml, yaml_place(yaml, name), "unknown key %s in %s%s",
		     yaml_quote(yaml, text, length), schema->what, hint.bytes);
	buf_fini(&hint);
	buf_fini(&keys);
}

static int find_key(const struct schema *schema, struct fy_node *name)
{
	for (unsigned i = 0; i < schema->keys_count; i++)
		if (schema_is(name, schema->keys[i].key))
			return (int)i;
	return -1;
}

static void open_pair(struct yaml *yaml, const struct schema *schema, struct fy_node_pair *pair,
		      struct fy_node **names, struct fy_node **at)
{
	struct fy_node *name = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
	int i;

	if (!name || !fy_node_is_scalar(name) || fy_node_is_alias(name)) {
		yaml_mistake(yaml, yaml_place(yaml, name ? name : value),
			     "a key of %s must be a plain word", schema->what);
		return;
	}
	i = find_key(schema, name);
	if (i < 0) {
		unknown_key(yaml, schema, name);
	} else if (names[i]) {
		yaml_mistake(yaml, yaml_place(yaml, name), "'%s' is here twice (first at line %u)",
			     schema->keys[i].key, yaml_line(yaml, yaml_place(yaml, names[i])));
	} else {
		names[i] = name;
		if (check_value(yaml, &schema->keys[i], name, value))
			at[i] = value;
	}
}

void schema_open(struct yaml *yaml, const struct schema *schema, struct fy_node *mapping,
		 struct fy_node **at)
{
	struct fy_node *names[SCHEMA_MAX_KEYS] = {NULL};
	struct fy_node_pair *pair;
	void *iterator = NULL;
	unsigned i;

	assert(schema->keys_count <= SCHEMA_MAX_KEYS);
	for (i = 0; i < schema->keys_count; i++)
		at[i] = NULL;
	if (!mapping || !fy_node_is_mapping(mapping))
		return;
	while ((pair = fy_node_mapping_iterate(mapping, &iterator)))
		open_pair(yaml, schema, pair, names, at);
	for (i = 0; i < schema->keys_count; i++)
		if (schema->keys[i].required && !names[i])
			yaml_mistake(yaml, yaml_place(yaml, mapping), "%s needs the key '%s': %s",
				     schema->what, schema->keys[i].key, schema->keys[i].doc);
}

/* ---- values ---- */

bool schema_has(struct fy_node *mapping, const char *key)
{
	struct fy_node_pair *pair;
	void *iterator = NULL;

	while ((pair = fy_node_mapping_iterate(mapping, &iterator)))
		if (fy_node_pair_key(pair) && schema_is(fy_node_pair_key(pair), key))
			return true;
	return false;
}

struct fy_node *schema_item(struct fy_node *value, void **iterator)
{
	if (!value || fy_node_is_sequence(value))
		return value ? fy_node_sequence_iterate(value, iterator) : NULL;
	if (*iterator)
		return NULL;
	*iterator = value;
	return value;
}

const char *schema_text(struct arena *arena, struct fy_node *node, const char *otherwise)
{
	size_t length = otherwise ? strlen(otherwise) : 0;
	const char *text = node ? scalar_text(node, &length) : otherwise;

	return text ? arena_string(arena, text, length) : NULL;
}

bool schema_bool(struct fy_node *node, bool otherwise)
{
	return node ? schema_is(node, "true") : otherwise;
}

__int128 schema_whole(struct fy_node *node, __int128 otherwise)
{
	__int128 whole = 0;

	return node && scalar_parse_whole(node, &whole) ? whole : otherwise;
}

unsigned schema_word(struct fy_node *node, const char *const *words, unsigned otherwise)
{
	for (unsigned i = 0; node && words[i]; i++)
		if (schema_is(node, words[i]))
			return i;
	return otherwise;
}
