// SPDX-License-Identifier: Apache-2.0
/*
 * In: one scalar and what a table says about it. Out: good or not, and the mistakes that only the
 * scalar knows.
 * The rule that surprises: regcomp() is not safe with foreign patterns. Nested bounds such as
 * (a{255}){255} take gigabytes, back-references take for ever; both are refused before it sees
 * them.
 */
#include "config/schema_scalar.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

#include "base/text.h"

#define REGEX_MAX_BYTES	  255
#define REGEX_MAX_REPEATS 256 /* product of all bounds in one pattern */

static bool is_plain(struct fy_node *node)
{
	return fy_node_is_scalar(node) && fy_node_get_style(node) == FYNS_PLAIN;
}

const char *scalar_text(struct fy_node *node, size_t *length)
{
	const char *text = fy_node_get_scalar(node, length);

	if (!text) {
		*length = 0;
		return "";
	}
	return text;
}

bool schema_is(struct fy_node *node, const char *word)
{
	size_t length;
	const char *text = scalar_text(node, &length);

	return fy_node_is_scalar(node) && length == strlen(word) && !memcmp(text, word, length);
}

/* Nothing, ~ or null. */
bool scalar_is_null(struct fy_node *node)
{
	size_t length = 0;

	if (!node)
		return true;
	if (!is_plain(node))
		return false;
	scalar_text(node, &length);
	return !length || schema_is(node, "~") || schema_is(node, "null");
}

bool scalar_parse_whole(struct fy_node *node, __int128 *whole)
{
	size_t length, i = 0;
	const char *text = scalar_text(node, &length);
	bool negative = length && text[0] == '-';
	unsigned base = 10;
	__int128 value = 0;

	i += negative;
	if (length - i > 2 && text[i] == '0' && text[i + 1] == 'x') {
		base = 16;
		i += 2;
	} else if (length - i > 1 && text[i] == '0') {
		return false; /* octal to some readers */
	}
	if (!is_plain(node) || i == length || length - i > 20)
		return false;
	for (; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (base == 10 ? !isdigit(c) : !isxdigit(c))
			return false;
		value = value * base + (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	*whole = negative ? -value : value;
	return true;
}

/* ---- did you mean ---- */

/* Edits (insert, delete, replace, swap neighbours) between two short words; more than 3 is 4. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][33];
	size_t i, j;

	if (a_length > 32 || b_length > 32)
		return 4;
	for (j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (i = 1; i <= a_length; i++) {
		unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (j = 1; j <= b_length; j++) {
			unsigned best =
				last[j - 1] + (tolower((unsigned char)a[i - 1]) != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    older[j - 2] + 1 < best)
				best = older[j - 2] + 1;
			now[j] = best;
		}
	}
	i = rows[a_length % 3][b_length];
	return i > 3 ? 4 : (unsigned)i;
}

void guess_try(struct guess *guess, const char *word, const char *text, size_t length)
{
	size_t word_length = strlen(word);
	unsigned d = distance(text, length, word, word_length);

	/* A third of the word may be wrong: further away it is no guess but noise. */
	if (d * 3 <= word_length + 1 && d < guess->distance)
		*guess = (struct guess){word, d};
}

const char *guess_text(const struct guess *guess, struct buf *out)
{
	buf_text(out, "");
	if (guess->word)
		buf_format(out, " (did you mean '%s'?)", guess->word);
	return out->bytes;
}

/* ---- checks of one scalar ---- */

static bool in_set(const char *set, char c)
{
	for (; *set; set++) {
		if (set[1] == '-' && set[2]) {
			if (c >= set[0] && c <= set[2])
				return true;
			set += 2;
		} else if (*set == c) {
			return true;
		}
	}
	return false;
}

static bool check_text(struct yaml *yaml, const struct schema_key *key,
		       const struct schema_text *rule, struct fy_node *node)
{
	size_t length, i, place = yaml_place(yaml, node);
	const char *text = scalar_text(node, &length);

	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f) {
			yaml_mistake(yaml, place, "'%s' holds %s", key->key,
				     c ? "a control character" : "a NUL byte");
			return false;
		}
		if (rule->rest && !in_set(!i && rule->first ? rule->first : rule->rest, text[i])) {
			size_t used;

			text_next(text + i, length - i, &used);
			yaml_mistake(yaml, place, "'%s' must be %s: %s is not allowed%s", key->key,
				     rule->says, yaml_quote(yaml, text + i, used),
				     i ? "" : " at its beginning");
			return false;
		}
	}
	if (!length) {
		yaml_mistake(yaml, place, "'%s' is empty", key->key);
		return false;
	}
	if (length > rule->max_bytes) {
		yaml_mistake(yaml, place, "'%s' is %zu bytes long, at most %zu are allowed",
			     key->key, length, rule->max_bytes);
		return false;
	}
	return true;
}

/* NULL when regcomp() may see it. */
static const char *regex_danger(const char *text)
{
	unsigned long repeats = 1;
	bool in_brackets = false;

	for (; *text; text++) {
		if (in_brackets) {
			in_brackets = *text != ']';
			continue;
		}
		if (*text == '[') {
			in_brackets = true;
			text += text[1] == '^';
			text += text[1] == ']'; /* a literal one */
		} else if (*text == '\\' && text[1]) {
			if (isdigit((unsigned char)*++text))
				return "back-references are not POSIX extended";
		} else if (*text == '{') {
			unsigned long bound = 0, number = 0;

			for (text++; isdigit((unsigned char)*text) || *text == ','; text++) {
				number = *text == ',' ? 0
						      : number * 10 + (unsigned long)(*text - '0');
				if (number > bound)
					bound = number > REGEX_MAX_REPEATS ? REGEX_MAX_REPEATS + 1
									   : number;
				if (number > REGEX_MAX_REPEATS)
					break;
			}
			repeats *= bound ? bound : 1;
			if (repeats > REGEX_MAX_REPEATS)
				return "the repetitions multiply to more than 256";
			text--;
		}
	}
	return NULL;
}

static bool check_regex(struct yaml *yaml, const struct schema_key *key, struct fy_node *node)
{
	static const struct schema_text any = {.says = "a regular expression",
					       .max_bytes = REGEX_MAX_BYTES};
	char pattern[REGEX_MAX_BYTES + 1], why[128];
	const char *text, *danger;
	size_t length;
	regex_t regex;
	int error;

	if (!check_text(yaml, key, &any, node))
		return false;
	text = scalar_text(node, &length);
	memcpy(pattern, text, length);
	pattern[length] = '\0';
	danger = regex_danger(pattern);
	if (!danger) {
		error = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
		if (!error) {
			regfree(&regex);
			return true;
		}
		regerror(error, &regex, why, sizeof(why));
		danger = why;
	}
	yaml_mistake(yaml, yaml_place(yaml, node), "'%s': %s is no regular expression: %s",
		     key->key, yaml_quote(yaml, text, length), danger);
	return false;
}

bool scalar_is_word(struct fy_node *node, const char *const *words, struct guess *guess)
{
	size_t length;
	const char *text = scalar_text(node, &length);

	for (; *words; words++) {
		if (schema_is(node, *words))
			return true;
		guess_try(guess, *words, text, length);
	}
	return false;
}

/*
 * By the scalar's own kind; `guess` helps the message of a wrong word. 1 good, 0 wrong, -1 wrong
 * and already said.
 */
int scalar_check(struct yaml *yaml, const struct schema_key *key, const struct schema_value *value,
		 struct fy_node *node, struct guess *guess)
{
	const struct schema_range *range = value->rule;
	__int128 whole;

	switch (value->type) {
	case SCHEMA_TEXT:
		return check_text(yaml, key, value->rule, node) ? 1 : -1;
	case SCHEMA_REGEX:
		return check_regex(yaml, key, node) ? 1 : -1;
	case SCHEMA_BOOL:
		return is_plain(node) && (schema_is(node, "true") || schema_is(node, "false"));
	case SCHEMA_WHOLE:
		return scalar_parse_whole(node, &whole) && whole >= range->min &&
		       whole <= range->max;
	case SCHEMA_WORD:
		return scalar_is_word(node, value->rule, guess);
	case SCHEMA_NOTHING:
	case SCHEMA_MAPPING:
	case SCHEMA_ANY:
		return 0;
	}
	return 0;
}
