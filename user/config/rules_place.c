// SPDX-License-Identifier: Apache-2.0
/*
 * In: a scalar (plain, quoted, folded, literal) and a byte of its value. Out: the byte of the file that it was made of.
 * The rule that surprises: what is no blank stands in the file in the same order as in the value, whatever the style;
 * only blanks come and go by folding. So the two texts are walked side by side, and only quoted scalars need to know
 * their escapes.
 */
#include "config/rules_place.h"

#include <string.h>

#include "config/schema_scalar.h"

struct walk {
	const struct yaml *yaml;
	enum fy_node_style style;
	size_t at;  /* in the file */
	size_t end; /* of the scalar in the file */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char char_at(const struct walk *walk, size_t at)
{
	return at < walk->end ? walk->yaml->text[at] : '\0';
}

/* Bytes of the file that make one character (or escape) here, and the bytes of the value that it gives. */
static size_t unit_at(const struct walk *walk, size_t *gives)
{
	static const char long_escapes[] = "xuU";
	static const size_t long_bytes[] = {4, 6, 10};
	char c = char_at(walk, walk->at), escape = char_at(walk, walk->at + 1);
	unsigned code = 0;
	const char *known;

	*gives = 1;
	if (walk->style == FYNS_SINGLE_QUOTED && c == '\'' && escape == '\'')
		return 2;
	if (walk->style != FYNS_DOUBLE_QUOTED || c != '\\')
		return 1;
	known = escape ? strchr(long_escapes, escape) : NULL;
	if (!known) {
		*gives = escape == 'N' || escape == '_' ? 2 : escape == 'L' || escape == 'P' ? 3 : 1;
		return 2;
	}
	for (size_t i = 2; i < long_bytes[known - long_escapes]; i++) {
		char digit = char_at(walk, walk->at + i);

		code = code * 16 + (unsigned)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	*gives = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	return long_bytes[known - long_escapes];
}

/* A line of a double-quoted scalar that ends with a backslash goes on without a blank. */
static bool is_continued(const struct walk *walk)
{
	char next = char_at(walk, walk->at + 1);

	return walk->style == FYNS_DOUBLE_QUOTED && char_at(walk, walk->at) == '\\' && (next == '\n' || next == '\r');
}

static void skip_blanks(struct walk *walk)
{
	while (walk->at < walk->end) {
		if (is_continued(walk))
			walk->at++;
		else if (!is_blank(char_at(walk, walk->at)))
			return;
		walk->at++;
	}
}

/* Of the next unit of the value; a blank of the value may have none of its own in the file. */
static void step(struct walk *walk, char value, size_t *place, size_t *gives)
{
	size_t bytes;

	*gives = 1;
	if (is_blank(value)) {
		if (is_continued(walk))
			skip_blanks(walk);
		*place = walk->at;
		if (is_blank(char_at(walk, walk->at)))
			walk->at++;
		else if (walk->style == FYNS_DOUBLE_QUOTED && char_at(walk, walk->at) == '\\')
			walk->at += 2;
		return;
	}
	skip_blanks(walk);
	*place = walk->at;
	bytes = unit_at(walk, gives);
	walk->at = walk->at + bytes < walk->end ? walk->at + bytes : walk->end;
}

size_t rules_place(const struct yaml *yaml, struct fy_node *scalar, size_t offset)
{
	struct fy_token *token = fy_node_get_scalar_token(scalar);
	const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
	const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;
	struct walk walk = {.yaml = yaml, .style = fy_node_get_style(scalar)};
	size_t length, place = 0, gives;
	const char *value = scalar_text(scalar, &length);

	if (!start || !end || start->line < 0 || end->input_pos > yaml->length || !length)
		return yaml_place(yaml, scalar);
	walk.at = start->input_pos;
	walk.end = end->input_pos;
	if (offset >= length) { /* behind the last character that can be seen */
		while (length > 1 && is_blank(value[length - 1]))
			length--;
		offset = length;
	}
	for (size_t at = 0; at < length; at += gives) {
		step(&walk, value[at], &place, &gives);
		if (offset < at + gives)
			return place + (gives == 1 ? 0 : yaml->text[place] == '\\' ? 0 : offset - at);
	}
	return walk.at;
}

size_t rules_place_of(const struct yaml *yaml, struct fy_node *node)
{
	enum fy_node_style style = node && fy_node_is_scalar(node) ? fy_node_get_style(node) : FYNS_ANY;

	return style == FYNS_LITERAL || style == FYNS_FOLDED ? rules_place(yaml, node, 0) : yaml_place(yaml, node);
}
