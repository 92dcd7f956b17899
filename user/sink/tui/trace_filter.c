// SPDX-License-Identifier: Apache-2.0
/*
 * In: what somebody typed. Out: terms, or the first mistake with its place.
 * The rule that surprises: what is not known meets no comparison: neither rtf>1 nor rtf<=1 finds a trace without one.
 */
#include "sink/tui/trace_filter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/tui/filter_mistake.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TERMS_MAX	32
#define WORD_BYTES	64

enum field {
	FIELD_WORD, /* any of the texts */
	FIELD_ENGINE,
	FIELD_SERVICE,
	FIELD_STATUS,
	FIELD_ID,
	FIELD_PID,
	FIELD_DURATION,
	FIELD_FIRST_AUDIO,
	FIELD_QUEUE,
	FIELD_AUDIO,
	FIELD_RTF,
	FIELD_TEXT,
};

enum field_type { TYPE_TEXT, TYPE_COUNT, TYPE_TIME, TYPE_BYTES, TYPE_NUMBER };

static const struct field_row {
	const char *name;
	enum field field;
	enum field_type type;
} fields[] = {
	{ "engine", FIELD_ENGINE, TYPE_TEXT },	    { "service", FIELD_SERVICE, TYPE_TEXT },
	{ "status", FIELD_STATUS, TYPE_TEXT },	    { "id", FIELD_ID, TYPE_TEXT },
	{ "trace", FIELD_ID, TYPE_TEXT },	    { "pid", FIELD_PID, TYPE_COUNT },
	{ "duration", FIELD_DURATION, TYPE_TIME },  { "took", FIELD_DURATION, TYPE_TIME },
	{ "age", FIELD_DURATION, TYPE_TIME },	    { "first_audio", FIELD_FIRST_AUDIO, TYPE_TIME },
	{ "first", FIELD_FIRST_AUDIO, TYPE_TIME },  { "queue", FIELD_QUEUE, TYPE_TIME },
	{ "queued", FIELD_QUEUE, TYPE_TIME },	    { "queue_wait", FIELD_QUEUE, TYPE_TIME },
	{ "audio", FIELD_AUDIO, TYPE_TIME },	    { "rtf", FIELD_RTF, TYPE_NUMBER },
	{ "text", FIELD_TEXT, TYPE_BYTES },
};

enum op { OP_EQUAL, OP_NOT_EQUAL, OP_MORE, OP_LESS, OP_AT_LEAST, OP_AT_MOST };

struct term {
	enum field field;
	enum op op;
	bool is_excluded;
	double number;
	char word[WORD_BYTES];
};

struct trace_filter {
	struct term terms[TERMS_MAX];
	size_t terms_count;
	/* which terms the last engine and process alone meet, a bit each */
	bool has_memo;
	uint32_t memo;
	const char *memo_engine;
	const struct process *memo_process;
};

/* --- reading it ------------------------------------------------------------------------------------------- */

struct reading {
	const char *text, *at;
	char **mistake;
	struct trace_filter *filter;
};

#define refuse_at(reading, place, ...) \
	(*(reading)->mistake = filter_mistake_at((reading)->text, place, __VA_ARGS__), false)

static const struct field_row *find_field(const char *name, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (strlen(fields[i].name) == length && !strncasecmp(fields[i].name, name, length))
			return &fields[i];
	return NULL;
}

/* A word, or "what stands in quotes"; empty is a mistake. */
static bool read_value(struct reading *reading, struct term *term, const char *what)
{
	const char *place = reading->at;
	bool is_quoted = *reading->at == '"';
	size_t length;

	reading->at += is_quoted;
	length = strcspn(reading->at, is_quoted ? "\"" : " \t");
	if (is_quoted && !reading->at[length])
		return refuse_at(reading, place, "the quote does not end");
	if (!length)
		return refuse_at(reading, place, "%s is missing", what);
	if (length >= sizeof(term->word))
		return refuse_at(reading, place, "longer than %zu bytes", sizeof(term->word) - 1);
	memcpy(term->word, reading->at, length);
	term->word[length] = '\0';
	reading->at += length + is_quoted;
	return true;
}

static bool read_number(struct reading *reading, struct term *term, const struct field_row *row,
			const char *place)
{
	uint64_t whole = 0;
	char *end;

	switch (row->type) {
	case TYPE_TIME:
		if (units_parse_ns(term->word, &whole) < 0)
			return refuse_at(reading, place, "\"%s\" is no time (2s, 500ms, 1m30s)", term->word);
		break;
	case TYPE_BYTES:
		if (units_parse_bytes(term->word, &whole) < 0)
			return refuse_at(reading, place, "\"%s\" is no size (1000, 4K)", term->word);
		break;
	case TYPE_COUNT:
		if (units_parse_count(term->word, 0, UINT32_MAX, &whole) < 0)
			return refuse_at(reading, place, "\"%s\" is no number", term->word);
		break;
	default:
		term->number = strtod(term->word, &end);
		if (end == term->word || *end || !isfinite(term->number))
			return refuse_at(reading, place, "\"%s\" is no number", term->word);
		return true;
	}
	term->number = (double)whole;
	return true;
}

static bool read_op(struct reading *reading, enum op *op)
{
	static const struct {
		const char *text;
		enum op op;
	} ops[] = { { "!=", OP_NOT_EQUAL }, { ">=", OP_AT_LEAST }, { "<=", OP_AT_MOST },
		    { ">", OP_MORE },	    { "<", OP_LESS },	   { "=", OP_EQUAL } };

	for (size_t i = 0; i < COUNT_OF(ops); i++) {
		if (strncmp(reading->at, ops[i].text, strlen(ops[i].text)) != 0)
			continue;
		reading->at += strlen(ops[i].text);
		*op = ops[i].op;
		return true;
	}
	return false;
}

static bool is_status(const char *word)
{
	for (enum trace_outcome outcome = OUTCOME_OPEN; outcome < OUTCOMES; outcome++)
		if (!strcasecmp(word, facts_key(outcome)) || !strcasecmp(word, facts_word(outcome)))
			return true;
	return !strcasecmp(word, "failed") || !strcasecmp(word, "partial");
}

static bool read_comparison(struct reading *reading, struct term *term, size_t name_length)
{
	const char *name = reading->at, *place;
	const struct field_row *row = find_field(name, name_length);

	if (!row)
		return refuse_at(reading, name, "there is no \"%.*s\" (engine, service, pid, status, id, duration, "
				 "first_audio, queue, rtf, text, audio)",
				 (int)(name_length < WORD_BYTES ? name_length : WORD_BYTES), name);
	reading->at += name_length;
	place = reading->at;
	term->field = row->field;
	if (!read_op(reading, &term->op))
		return refuse_at(reading, place, "one of = != > < >= <= is missing");
	if (row->type == TYPE_TEXT && term->op != OP_EQUAL && term->op != OP_NOT_EQUAL)
		return refuse_at(reading, place, "%s is a text: = or !=", row->name);
	place = reading->at;
	if (!read_value(reading, term, row->type == TYPE_TIME ? "a time (2s, 500ms)" : "a value"))
		return false;
	if (row->field == FIELD_STATUS && !is_status(term->word))
		return refuse_at(reading, place,
				 "there is no status \"%s\" (ok, error, cancelled, abandoned, no_end, empty, "
				 "incomplete, partial, failed)",
				 term->word);
	return row->type == TYPE_TEXT || read_number(reading, term, row, place);
}

static bool read_term(struct reading *reading)
{
	struct trace_filter *filter = reading->filter;
	struct term *term = &filter->terms[filter->terms_count];
	size_t name_length;

	if (filter->terms_count == TERMS_MAX)
		return refuse_at(reading, reading->at, "more than %d terms", TERMS_MAX);
	*term = (struct term){ .field = FIELD_WORD };
	if (*reading->at == '-' && reading->at[1] && !strchr(" \t", reading->at[1])) {
		term->is_excluded = true;
		reading->at++;
	}
	name_length = strcspn(reading->at, " \t\"=<>!");
	filter->terms_count++;
	if (strchr("=<>!", reading->at[name_length]) && reading->at[name_length])
		return read_comparison(reading, term, name_length);
	return read_value(reading, term, "a word");
}

struct trace_filter *trace_filter_new(const char *text, char **mistake)
{
	struct trace_filter *filter = mem_new(sizeof(*filter));
	struct reading reading = { .text = text, .at = text, .mistake = mistake, .filter = filter };

	*mistake = NULL;
	for (;;) {
		reading.at += strspn(reading.at, " \t");
		if (!*reading.at)
			break;
		if (!read_term(&reading)) {
			trace_filter_free(filter);
			return NULL;
		}
	}
	if (filter->terms_count)
		return filter;
	trace_filter_free(filter);
	return NULL;
}

void trace_filter_free(struct trace_filter *filter)
{
	free(filter);
}

void trace_filter_forget(struct trace_filter *filter)
{
	if (filter)
		filter->has_memo = false;
}

/* --- asking it -------------------------------------------------------------------------------------------- */

static bool has(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

static bool begins_id(const struct trace_facts *facts, const char *word)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; word[i] && i < 2 * sizeof(facts->id); i++) {
		unsigned digit = i % 2 ? facts->id[i / 2] & 15u : facts->id[i / 2] >> 4;

		if ((word[i] | ('A' <= word[i] && word[i] <= 'F' ? 32 : 0)) != digits[digit])
			return false;
	}
	return !word[i];
}

static bool has_status(const struct trace_facts *facts, const char *word)
{
	if (!strcasecmp(word, "failed"))
		return facts->has_failed;
	if (!strcasecmp(word, "incomplete"))
		return facts->is_incomplete;
	if (!strcasecmp(word, "partial"))
		return facts->is_partial;
	return !strcasecmp(word, facts_key(facts->outcome)) || !strcasecmp(word, facts_word(facts->outcome));
}

static bool is_pid(const struct trace_facts *facts, const char *word)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%u", facts->process ? facts->process->pid : 0);
	return !strcmp(pid, word);
}

static bool word_is_of_process(const struct trace_facts *facts, const char *word)
{
	return has(facts->engine, word) ||
	       (facts->process && (has(facts->process->service, word) || has(facts->process->comm, word) ||
				   is_pid(facts, word)));
}

static bool word_is_of_trace(const struct trace_facts *facts, const char *word)
{
	return begins_id(facts, word) || has(facts_word(facts->outcome), word) || has_status(facts, word);
}

bool trace_filter_finds(const char *word, const struct trace_facts *facts)
{
	return word_is_of_process(facts, word) || word_is_of_trace(facts, word);
}

static double number_of(const struct trace_facts *facts, enum field field)
{
	uint64_t whole;

	switch (field) {
	case FIELD_PID:
		return facts->process ? facts->process->pid : NAN;
	case FIELD_RTF:
		return facts->rtf;
	case FIELD_DURATION:
		whole = facts->duration_ns;
		break;
	case FIELD_FIRST_AUDIO:
		whole = facts->first_audio_ns;
		break;
	case FIELD_QUEUE:
		whole = facts->queue_wait_ns;
		break;
	case FIELD_AUDIO:
		whole = facts->audio_ns;
		break;
	default:
		whole = facts->text_bytes;
	}
	return whole == FACTS_NONE ? NAN : (double)whole;
}

static bool compare(enum op op, double left, double right)
{
	if (isnan(left))
		return false;
	switch (op) {
	case OP_EQUAL:
		return left == right;
	case OP_NOT_EQUAL:
		return left != right;
	case OP_MORE:
		return left > right;
	case OP_LESS:
		return left < right;
	case OP_AT_LEAST:
		return left >= right;
	case OP_AT_MOST:
		return left <= right;
	}
	return false;
}

/* What engine and process alone can say. */
static bool process_meets(const struct term *term, const struct trace_facts *facts)
{
	switch (term->field) {
	case FIELD_WORD:
		return word_is_of_process(facts, term->word);
	case FIELD_ENGINE:
		return (facts->engine && !strcasecmp(facts->engine, term->word)) == (term->op == OP_EQUAL);
	case FIELD_SERVICE:
		return !strcasecmp(facts_service(facts->process), term->word) == (term->op == OP_EQUAL);
	case FIELD_PID:
		return compare(term->op, number_of(facts, FIELD_PID), term->number);
	default:
		return false;
	}
}

static bool trace_meets(const struct term *term, const struct trace_facts *facts)
{
	switch (term->field) {
	case FIELD_WORD:
		return word_is_of_trace(facts, term->word);
	case FIELD_STATUS:
		return has_status(facts, term->word) == (term->op == OP_EQUAL);
	case FIELD_ID:
		return begins_id(facts, term->word) == (term->op == OP_EQUAL);
	case FIELD_ENGINE:
	case FIELD_SERVICE:
	case FIELD_PID:
		return false;
	default:
		return compare(term->op, number_of(facts, term->field), term->number);
	}
}

bool trace_filter_matches(struct trace_filter *filter, const struct trace_facts *facts)
{
	if (!filter)
		return true;
	if (!filter->has_memo || filter->memo_engine != facts->engine || filter->memo_process != facts->process) {
		filter->has_memo = true;
		filter->memo_engine = facts->engine;
		filter->memo_process = facts->process;
		filter->memo = 0;
		for (size_t i = 0; i < filter->terms_count; i++)
			filter->memo |= (uint32_t)process_meets(&filter->terms[i], facts) << i;
	}
	for (size_t i = 0; i < filter->terms_count; i++) {
		const struct term *term = &filter->terms[i];

		if (((filter->memo >> i & 1) || trace_meets(term, facts)) == term->is_excluded)
			return false;
	}
	return true;
}
