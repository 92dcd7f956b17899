// SPDX-License-Identifier: Apache-2.0
/*
 * In: nodes of a document. Out: the byte offset at which a person looks for them.
 * The rule that surprises: libfyaml knows the places of scalars only. `{`, `[` and `-` are found in
 * front of the first scalar inside; what is empty is found by a report of libfyaml, and what is not
 * there by its dash or its key.
 */
#include "config/yaml.h"

#include <string.h>

#include "base/text.h"

unsigned yaml_line(const struct yaml *yaml, size_t place)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < place && i < yaml->length; i++)
		line += yaml->text[i] == '\n';
	return line;
}

size_t yaml_place_of(const struct yaml *yaml, int line, int column)
{
	size_t at = yaml->start, used;

	while (line > 1 && at < yaml->length)
		line -= yaml->text[at++] == '\n';
	while (column > 1 && at < yaml->length && yaml->text[at] != '\n') {
		text_next(yaml->text + at, yaml->length - at, &used);
		at += used;
		column--;
	}
	return at;
}

static size_t scalar_place(const struct yaml *yaml, struct fy_node *node)
{
	const struct fy_mark *mark = NULL;
	struct fy_token *token = fy_node_get_scalar_token(node);
	enum fy_node_style style = fy_node_get_style(node);
	bool quoted = style == FYNS_SINGLE_QUOTED || style == FYNS_DOUBLE_QUOTED;

	if (token)
		mark = fy_token_start_mark(token);
	if (!mark || mark->line < 0 || mark->input_pos > yaml->length)
		return YAML_NOWHERE; /* a value that is not there has no place either */
	/* libfyaml marks what is behind the quote, and behind the star of an alias. */
	if ((quoted || style == FYNS_ALIAS) && mark->input_pos)
		return mark->input_pos - 1;
	return mark->input_pos;
}

/* The first thing inside that has a place. libfyaml's limit of depth bounds the recursion. */
size_t yaml_place_inside(const struct yaml *yaml, struct fy_node *node)
{
	struct fy_node_pair *pair;
	struct fy_node *item;
	size_t place = YAML_NOWHERE;
	void *iterator = NULL;

	if (!node)
		return YAML_NOWHERE;
	if (fy_node_is_scalar(node))
		return scalar_place(yaml, node);
	if (fy_node_is_mapping(node)) {
		while (place == YAML_NOWHERE && (pair = fy_node_mapping_iterate(node, &iterator))) {
			place = yaml_place_inside(yaml, fy_node_pair_key(pair));
			if (place == YAML_NOWHERE)
				place = yaml_place_inside(yaml, fy_node_pair_value(pair));
		}
		return place;
	}
	while (place == YAML_NOWHERE && (item = fy_node_sequence_iterate(node, &iterator)))
		place = yaml_place_inside(yaml, item);
	return place;
}

/* The `{`, `[` or `-` itself: it lies before the first thing inside. */
static size_t opening_place(const struct yaml *yaml, struct fy_node *node, size_t inside)
{
	bool is_flow = fy_node_get_style(node) == FYNS_FLOW;
	char open = fy_node_is_mapping(node) ? '{' : is_flow ? '[' : '-';

	while (inside > yaml->start) {
		char c = yaml->text[--inside];

		if (c == open)
			return inside;
		if (!strchr(" \t\r\n{[", c))
			return YAML_NOWHERE;
	}
	return YAML_NOWHERE;
}

static const struct fy_diag_error *last_error(const struct yaml *yaml)
{
	const struct fy_diag_error *error, *last = NULL;
	void *iterator = NULL;

	while ((error = fy_diag_errors_iterate(yaml->diag, &iterator)))
		last = error;
	return last;
}

/*
 * `{}` and `[]`: only a report of libfyaml knows where they are. It is kept in a list, hence the
 * limit.
 */
static size_t empty_place(const struct yaml *yaml, struct fy_node *node)
{
	const struct fy_diag_error *before, *after;

	if (yaml->mistakes_count >= YAML_MAX_MISTAKES)
		return YAML_NOWHERE;
	before = last_error(yaml);
	fy_node_report(node, FYET_ERROR, "place");
	after = last_error(yaml);
	return after != before ? yaml_place_of(yaml, after->line, after->column) : YAML_NOWHERE;
}

static size_t skip_blanks(const struct yaml *yaml, size_t at)
{
	while (at < yaml->length && (yaml->text[at] == ' ' || yaml->text[at] == '\t'))
		at++;
	return at;
}

static size_t next_line(const struct yaml *yaml, size_t at)
{
	while (at < yaml->length && yaml->text[at] != '\n')
		at++;
	return at + 1;
}

/* The next line that holds a dash and nothing else. */
static size_t dash_place(const struct yaml *yaml, size_t from)
{
	for (size_t at = next_line(yaml, from); at < yaml->length; at = next_line(yaml, at)) {
		size_t dash = skip_blanks(yaml, at);
		size_t rest = skip_blanks(yaml, dash + 1);

		if (dash < yaml->length && yaml->text[dash] == '-' &&
		    (rest >= yaml->length || strchr("\r\n#", yaml->text[rest])))
			return dash;
	}
	return YAML_NOWHERE;
}

static size_t key_place(const struct yaml *yaml, struct fy_node *value)
{
	struct fy_node *parent = fy_node_get_parent(value);
	struct fy_node_pair *pair;
	void *iterator = NULL;

	while (parent && fy_node_is_mapping(parent) &&
	       (pair = fy_node_mapping_iterate(parent, &iterator)))
		if (fy_node_pair_value(pair) == value)
			return yaml_place_inside(yaml, fy_node_pair_key(pair));
	return YAML_NOWHERE;
}

/* An item that is not there: its dash, counted from the last neighbour that is. */
static size_t missing_place(const struct yaml *yaml, struct fy_node *sequence,
			    struct fy_node *missing)
{
	size_t from = key_place(yaml, sequence), place = YAML_NOWHERE;
	struct fy_node *item;
	void *iterator = NULL;

	while (from != YAML_NOWHERE && (item = fy_node_sequence_iterate(sequence, &iterator))) {
		place = yaml_place_inside(yaml, item);
		if (place == YAML_NOWHERE)
			place = dash_place(yaml, from);
		if (item == missing)
			return place;
		from = place;
	}
	return YAML_NOWHERE;
}

size_t yaml_place(const struct yaml *yaml, struct fy_node *node)
{
	size_t inside, place;
	bool is_flow;

	if (!node)
		return yaml->start;
	place = inside = yaml_place_inside(yaml, node);
	is_flow = fy_node_get_style(node) == FYNS_FLOW;
	if (!fy_node_is_scalar(node) && inside == YAML_NOWHERE)
		place = is_flow ? empty_place(yaml, node) : YAML_NOWHERE;
	else if (!fy_node_is_scalar(node) && (is_flow || fy_node_is_sequence(node)))
		place = opening_place(yaml, node, inside);
	else if (inside == YAML_NOWHERE && fy_node_is_sequence(fy_node_get_parent(node)))
		place = missing_place(yaml, fy_node_get_parent(node), node);
	if (place == YAML_NOWHERE)
		place = inside;
	return place == YAML_NOWHERE ? yaml_place(yaml, fy_node_get_parent(node)) : place;
}
