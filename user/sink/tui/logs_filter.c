/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: `slow event=alert -pid=7 duration>2s`. Out: terms, and whether they hold for a line. The rules that surprise:
 * `duration>2s` looks at duration_ns, since the unit of a number ends its key in the log; a line without the key
 * meets no comparison, but passes `!=`, as it passes `-key=value`.
 */
#include "sink/tui/logs_filter.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/log_records.h"
#include "sink/tui/filter_mistake.h"

#define TERMS_MAX  32
#define KEY_BYTES  64
#define TIME_BYTES 64 /* in which "ts" ends, at the line's begin */

enum term_kind { TERM_LEVEL, TERM_TRACE, TERM_KEY, TERM_WORD }; /* the cheap ones first */
enum term_operator { IS, IS_NOT, MORE, LESS, AT_LEAST, AT_MOST, CONTAINS };

struct logs_term {
	enum term_kind kind;
	enum term_operator operator;
	bool is_excluded;
	enum log_level level;
	struct logs_word word; /* of WORD; the value of KEY */
	char *text;	       /* TRACE: the prefix; KEY: the value as a JSON text without quotes */
	char *key;	       /* "key": */
	char *ns_key;	       /* "key_ns": */
	char *bytes_key;       /* "key_bytes": */
	double number, seconds_ns, bytes; /* NAN = the value is none */
};

/* --- words -------------------------------------------------------------------------------------------------- */

static char *escaped(const char *text, size_t length)
{
	struct buf out = { 0 };

	text_json(&out, text, length);
	memmove(out.bytes, out.bytes + 1, out.length - 2);
	out.bytes[out.length - 2] = '\0';
	return out.bytes;
}

void logs_word_init(struct logs_word *word, const char *text, size_t length)
{
	*word = (struct logs_word){ 0 };
	if (!length)
		return;
	word->is_of_time = memchr(text, ':', length) || memchr(text, '-', length);
	word->text = escaped(text, length);
	word->length = strlen(word->text);
	for (char *c = word->text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
}

void logs_word_fini(struct logs_word *word)
{
	free(word->text);
	*word = (struct logs_word){ 0 };
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));

static bytes16 bytes16_read(const char *at)
{
	bytes16 bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/* What is looked for: a text, and the two of its bytes by which it is found in a hurry. */
struct needle {
	const char *text;
	size_t length, one, two;
};

/* Where it may begin: both bytes are there, give or take the bit of the case. NULL = nowhere. */
static const char *candidate(const char *at, const char *end, const struct needle *needle)
{
	const uint8_t one = (uint8_t)needle->text[needle->one] | 0x20, two = (uint8_t)needle->text[needle->two] | 0x20;

	for (; end - at >= (ptrdiff_t)(needle->length + 16); at += 16) {
		union {
			bytes16 bytes;
			uint64_t words[2];
		} found;

		found.bytes = (bytes16)((bytes16_read(at + needle->one) | 0x20) == one) &
			      (bytes16)((bytes16_read(at + needle->two) | 0x20) == two);
		if (found.words[0] | found.words[1])
			break;
	}
	for (; end - at >= (ptrdiff_t)needle->length; at++)
		if (((uint8_t)at[needle->one] | 0x20) == one && ((uint8_t)at[needle->two] | 0x20) == two)
			return at;
	return NULL;
}

static bool is_same(const char *text, const struct logs_word *word)
{
	for (size_t i = 0; i < word->length; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (c != word->text[i])
			return false;
	}
	return true;
}

static bool is_escaped(const char *line, const char *quote)
{
	const char *at = quote;

	while (at > line && at[-1] == '\\')
		at--;
	return (quote - at) % 2;
}

/* The next quote after it ends a text; the text is a key when a colon follows. */
static bool is_in_key(const char *line, const char *after, const char *end)
{
	const char *quote = after;

	while ((quote = memchr(quote, '"', (size_t)(end - quote))) && is_escaped(line, quote))
		quote++;
	return quote && quote + 1 < end && quote[1] == ':';
}

bool logs_word_finds(const struct logs_word *word, const char *line, size_t length)
{
	const char *end = line + length, *at = line;
	const struct needle needle = { word->text, word->length, 0, word->length - 1 };
	size_t head_length = word->is_of_time ? 0 : length < TIME_BYTES ? length : TIME_BYTES;
	const char *level = memmem(line, head_length, ",\"level\":", 9);

	if (!word->length)
		return true;
	for (at = level ? level : line; (at = candidate(at, end, &needle)); at++)
		if (is_same(at, word) && !is_in_key(line, at + word->length, end))
			return true;
	return false;
}

/* --- keys --------------------------------------------------------------------------------------------------- */

static bool holds(enum term_operator operator, double left, double right)
{
	switch (operator) {
	case IS: return left == right;
	case MORE: return left > right;
	case LESS: return left < right;
	case AT_LEAST: return left >= right;
	case AT_MOST: return left <= right;
	default: return false;
	}
}

static const char *text_end(const char *text)
{
	while (*text && *text != '"')
		text += *text == '\\' && text[1] ? 2 : 1;
	return text;
}

/* `value` stands behind the key's colon. */
static bool value_holds(const struct logs_term *term, const char *value, double wanted)
{
	size_t length = strlen(term->text), value_length;
	char *end;
	double number;

	if (*value == '"') {
		int order;

		value++;
		value_length = (size_t)(text_end(value) - value);
		if (term->operator == CONTAINS)
			return logs_word_finds(&term->word, value, value_length);
		if (term->operator == IS)
			return value_length == length && !strncasecmp(value, term->text, length);
		order = strncmp(value, term->text, value_length < length ? value_length : length);
		if (!order)
			order = (value_length > length) - (value_length < length);
		return holds(term->operator, order, 0); /* times are in order as texts, too */
	}
	if (*value == '{' || *value == '[')
		return false;
	value_length = strcspn(value, ",}]");
	if (term->operator == CONTAINS)
		return logs_word_finds(&term->word, value, value_length);
	number = strtod(value, &end);
	if (end == value || isnan(wanted))
		return term->operator == IS && value_length == length && !strncmp(value, term->text, length);
	return holds(term->operator, number, wanted);
}

/* The same key may stand at several depths (engine, labels.engine): one that holds is enough. */
static bool key_holds(const struct logs_term *term, const struct tail_record *record, const char *key, double wanted)
{
	const char *line = record->line, *end = line + record->length;
	const struct needle needle = { key, strlen(key), 1, strlen(key) - 3 };

	for (; (line = candidate(line, end, &needle)); line++)
		if (!memcmp(line, key, needle.length) && value_holds(term, line + needle.length, wanted))
			return true;
	return false;
}

static bool term_holds(const struct logs_term *term, const struct tail_record *record)
{
	switch (term->kind) {
	case TERM_LEVEL: return holds(term->operator, record->level, term->level);
	case TERM_TRACE: return tail_record_names(record, term->text);
	case TERM_WORD: return logs_word_finds(&term->word, record->line, record->length);
	case TERM_KEY: break;
	}
	return key_holds(term, record, term->key, term->number) ||
	       (!isnan(term->seconds_ns) && key_holds(term, record, term->ns_key, term->seconds_ns)) ||
	       (!isnan(term->bytes) && key_holds(term, record, term->bytes_key, term->bytes));
}

bool logs_filter_takes(const struct logs_filter *filter, const struct tail_record *record)
{
	for (size_t i = 0; i < filter->terms_count; i++)
		if (term_holds(&filter->terms[i], record) == filter->terms[i].is_excluded)
			return false;
	return true;
}

/* --- what was typed ----------------------------------------------------------------------------------------- */

/* "warning", "warn", "w": false = no level is called so. */
static bool level_find(const char *text, enum log_level *level)
{
	size_t length = strlen(text);

	for (unsigned i = 0; length && i < LOG_LEVELS; i++)
		if (!strncasecmp(log_level_word((enum log_level)i), text, length)) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

static void term_fini(struct logs_term *term)
{
	logs_word_fini(&term->word);
	free(term->text);
	free(term->key);
	free(term->ns_key);
	free(term->bytes_key);
}

static void forget_terms(struct logs_filter *filter)
{
	while (filter->terms_count)
		term_fini(&filter->terms[--filter->terms_count]);
}

void logs_filter_fini(struct logs_filter *filter)
{
	forget_terms(filter);
	free(filter->terms);
	free(filter->mistake);
	*filter = (struct logs_filter){ 0 };
}

struct reading {
	struct logs_filter *filter;
	const char *text, *at, *value; /* all of it, where it is read, where the value began that was read last */
};

/* How many bytes of an operator stand there; 0 = none. */
static size_t read_operator(const char *text, enum term_operator *operator)
{
	static const struct {
		const char *sign;
		enum term_operator operator;
	} signs[] = { { "!=", IS_NOT }, { ">=", AT_LEAST }, { "<=", AT_MOST }, { "=~", CONTAINS }, { "==", IS },
		      { "=", IS },	{ ">", MORE },	    { "<", LESS },     { "~", CONTAINS } };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (!strncmp(text, signs[i].sign, strlen(signs[i].sign))) {
			*operator = signs[i].operator;
			return strlen(signs[i].sign);
		}
	return 0;
}

/* A name of a key: letters, digits, _ . - ; and then an operator. */
static size_t read_key(const char *text, char key[KEY_BYTES], enum term_operator *operator)
{
	size_t length = 0, sign;

	while (isalnum((unsigned char)text[length]) || (text[length] && strchr("_.-", text[length])))
		length++;
	sign = read_operator(text + length, operator);
	if (!length || length >= KEY_BYTES || !sign)
		return 0;
	memcpy(key, text, length);
	key[length] = '\0';
	return length + sign;
}

/* To the next space, or what stands in quotes; an end that is missing is at the end. The bytes that were read. */
static size_t read_value(const char *text, struct buf *value)
{
	size_t at = 0;

	buf_text(value, "");
	if (*text != '"') {
		at = strcspn(text, " \t");
		buf_add(value, text, at);
		return at;
	}
	for (at = 1; text[at] && text[at] != '"'; at++) {
		if (text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\\'))
			at++;
		buf_char(value, text[at]);
	}
	return text[at] ? at + 1 : at;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length > end_length && !strcmp(text + length - end_length, end);
}

static void term_read_numbers(struct logs_term *term, const char *key, const char *value)
{
	uint64_t count;
	char *end;

	term->number = strtod(value, &end);
	if (end == value || *end)
		term->number = NAN;
	term->seconds_ns = units_parse_ns(value, &count) ? NAN : (double)count;
	term->bytes = units_parse_bytes(value, &count) ? NAN : (double)count;
	if (isnan(term->number)) /* duration_ns>2s */
		term->number = ends_with(key, "_ns") ? term->seconds_ns : ends_with(key, "_bytes") ? term->bytes : NAN;
}

/* False: nothing to ask for, or a mistake, which is told. */
static bool term_make(struct reading *reading, struct logs_term *term, const char *key, const struct buf *value)
{
	char **mistake = &reading->filter->mistake;

	if (term->operator == IS_NOT) {
		term->operator = IS;
		term->is_excluded = !term->is_excluded;
	}
	if (!value->length)
		return false; /* it is still being typed */
	if (!strcasecmp(key, "level") && term->operator != CONTAINS) {
		term->kind = TERM_LEVEL;
		if (level_find(value->bytes, &term->level))
			return true;
		*mistake = filter_mistake_at(reading->text, reading->value, "no level is called \"%s\": debug, info, "
					     "warning, error, critical", value->bytes);
		return false;
	}
	if (!strcasecmp(key, "trace") || (!strcmp(key, "trace_id") && term->operator == IS)) {
		term->kind = TERM_TRACE;
		term->text = mem_string(value->bytes);
		for (char *c = term->text; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (!term->text[strspn(term->text, "0123456789abcdef")])
			return true;
		*mistake = filter_mistake_at(reading->text, reading->value,
					     "\"%s\" is no id: it has hexadecimal digits only", value->bytes);
		return false;
	}
	term->kind = TERM_KEY;
	term->text = escaped(value->bytes, value->length);
	logs_word_init(&term->word, value->bytes, value->length);
	term->word.is_of_time = true; /* it is looked for in one value only */
	term->key = mem_format("\"%s\":", key);
	term->ns_key = mem_format("\"%s_ns\":", key);
	term->bytes_key = mem_format("\"%s_bytes\":", key);
	term_read_numbers(term, key, value->bytes);
	return true;
}

static void term_read(struct reading *reading)
{
	struct logs_filter *filter = reading->filter;
	struct logs_term *term = &filter->terms[filter->terms_count];
	struct buf value = { 0 };
	char key[KEY_BYTES];
	size_t key_length;
	bool is_one;

	*term = (struct logs_term){ .kind = TERM_WORD, .number = NAN, .seconds_ns = NAN, .bytes = NAN };
	while ((*reading->at == '-' || *reading->at == '!') && reading->at[1] && reading->at[1] != ' ') {
		term->is_excluded = !term->is_excluded;
		reading->at++;
	}
	key_length = read_key(reading->at, key, &term->operator); /* 0 before a quote, too */
	reading->value = reading->at + key_length;
	reading->at = reading->value + read_value(reading->value, &value);
	if (key_length) {
		is_one = term_make(reading, term, key, &value);
	} else {
		logs_word_init(&term->word, value.bytes, value.length);
		is_one = value.length > 0;
	}
	buf_fini(&value);
	if (!is_one)
		term_fini(term);
	filter->terms_count += is_one;
}

static int term_compare(const void *a, const void *b)
{
	const struct logs_term *left = a, *right = b;

	return (int)left->kind - (int)right->kind;
}

void logs_filter_init(struct logs_filter *filter, const char *text)
{
	struct reading reading = { .filter = filter, .text = text, .at = text };

	*filter = (struct logs_filter){ 0 };
	if (!text)
		return;
	filter->terms = mem_array(TERMS_MAX, sizeof(*filter->terms));
	for (reading.at += strspn(text, " \t"); *reading.at && !filter->mistake; reading.at += strspn(reading.at, " \t")) {
		if (filter->terms_count == TERMS_MAX)
			filter->mistake = filter_mistake_at(text, reading.at, "more than %d terms", TERMS_MAX);
		else
			term_read(&reading);
	}
	if (filter->mistake)
		forget_terms(filter);
	qsort(filter->terms, filter->terms_count, sizeof(*filter->terms), term_compare);
}
