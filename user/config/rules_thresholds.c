// SPDX-License-Identifier: Apache-2.0
/*
 * In: a document of thresholds. Out: rows of engine, metric and a value per tier, in base units.
 * The rule that surprises: a row of an engine and a metric that is already there replaces the whole former row, tiers
 * that it leaves out included: so a row without tiers switches the thresholds of that engine off.
 */
#include "config/rules_thresholds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rules_reader.h"
#include "config/schema_scalar.h"

#define MAX_ROWS 4096

enum { FILE_THRESHOLDS, FILE_KEYS };
enum { ROW_ENGINE, ROW_METRIC, ROW_WARNING, ROW_CRITICAL, ROW_EMERGENCY, ROW_KEYS };

static const struct threshold_metric metrics[] = {
	{"request_duration_seconds", THRESHOLD_SECONDS, false, 0,
	 "wall time of a request, its 95th percentile over a minute"},
	{"success_ratio", THRESHOLD_RATIO, true, 1, "requests without an error, of all over a minute"},
	{"queue_depth", THRESHOLD_COUNT, false, 0, "requests submitted and not yet taken"},
	{"first_audio_seconds", THRESHOLD_SECONDS, false, 0, "from the request to its first audio"},
	{"first_audio_share", THRESHOLD_RATIO, false, 1,
	 "first audio / duration of long requests: 1 = nothing is streamed"},
	{"realtime_factor", THRESHOLD_RATIO, false, 0, "synthesis time / audio time: above 1 it is slower than speech"},
	{"runqueue_share", THRESHOLD_RATIO, false, 1, "share of its time that the worker waits for a CPU"},
	{"stuck_seconds", THRESHOLD_SECONDS, false, 0, "age of the oldest open request"},
	{"memory_growth_bytes", THRESHOLD_BYTES, false, 0, "growth of resident memory per utterance"},
	{"cpu_ratio", THRESHOLD_RATIO, false, 0, "CPU seconds per second of the process"},
};
#define METRICS (sizeof(metrics) / sizeof(metrics[0]))

const struct threshold_metric *thresholds_metric(size_t index)
{
	return index < METRICS ? &metrics[index] : NULL;
}

static const char *const metric_words[METRICS + 1] = {
	"request_duration_seconds",
	"success_ratio",
	"queue_depth",
	"first_audio_seconds",
	"first_audio_share",
	"realtime_factor",
	"runqueue_share",
	"stuck_seconds",
	"memory_growth_bytes",
	"cpu_ratio",
	NULL,
};

static const struct schema_text engine_text = {"an engine's label, or *", NULL, NULL, 64};

static const struct schema_key row_keys[ROW_KEYS] = {
	[ROW_ENGINE] = {"engine",
			true,
			{SCHEMA_TEXT, &engine_text, 0, false},
			{SCHEMA_NOTHING, NULL, 0, false},
			"an engine's label, or * for all others"},
	[ROW_METRIC] = {"metric",
			true,
			{SCHEMA_WORD, metric_words, 0, false},
			{SCHEMA_NOTHING, NULL, 0, false},
			"what the threshold is of"},
	[ROW_WARNING] = RULES_KEY("warning", false, "the value of severity warning"),
	[ROW_CRITICAL] = RULES_KEY("critical", false, "the value of severity critical"),
	[ROW_EMERGENCY] = RULES_KEY("emergency", false, "the value of severity emergency"),
};
static const struct schema schema_row = {"a threshold", "THRESHOLD FILES", row_keys, ROW_KEYS};

static const struct schema_key file_keys[FILE_KEYS] = {
	[FILE_THRESHOLDS] = {"thresholds",
			     true,
			     {SCHEMA_MAPPING, &schema_row, MAX_ROWS, true},
			     {SCHEMA_NOTHING, NULL, 0, false},
			     "the list of them"},
};
static const struct schema schema_file = {"a threshold file", "THRESHOLD FILES", file_keys, FILE_KEYS};

static const unsigned tier_key[TIERS] = {0, ROW_WARNING, ROW_CRITICAL, ROW_EMERGENCY};

/* ---- values ---- */

struct unit {
	const char *name;
	double factor;
};

static const struct unit second_units[] = {
	{"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {NULL, 0},
};
static const struct unit ratio_units[] = {{"%", 0.01}, {NULL, 0}};
static const struct unit byte_units[] = {
	{"B", 1},	 {"K", 0x1p10}, {"KiB", 0x1p10}, {"M", 0x1p20}, {"MiB", 0x1p20}, {"G", 0x1p30},
	{"GiB", 0x1p30}, {"kB", 1e3},	{"MB", 1e6},	 {"GB", 1e9},	{NULL, 0},
};
static const struct unit count_units[] = {{NULL, 0}};

static const struct {
	const struct unit *units;
	const char *wish;
} unit_kinds[] = {
	[THRESHOLD_SECONDS] = {second_units, "seconds, like 2, 2.5, 500ms or 1m30s"},
	[THRESHOLD_RATIO] = {ratio_units, "a ratio, like 0.95 or 95%"},
	[THRESHOLD_BYTES] = {byte_units, "bytes, like 1048576, 64KiB or 10MiB"},
	[THRESHOLD_COUNT] = {count_units, "a number, like 10"},
};

#define DIGITS "0123456789"

/* A decimal number at *at; -1 when there is none. */
static double take_number(const char *text, size_t *at)
{
	const char *start = text + *at, *end = start + strspn(start, DIGITS);
	size_t digits = (size_t)(end - start), sign;
	char number[64];

	if (*end == '.') {
		size_t fraction = strspn(end + 1, DIGITS);

		digits += fraction;
		end += 1 + fraction;
	}
	if (digits && (*end == 'e' || *end == 'E')) {
		sign = end[1] == '+' || end[1] == '-';
		if (strspn(end + 1 + sign, DIGITS))
			end += 1 + sign + strspn(end + 1 + sign, DIGITS);
	}
	if (!digits || (size_t)(end - start) >= sizeof(number))
		return -1;
	memcpy(number, start, (size_t)(end - start));
	number[end - start] = '\0';
	*at += (size_t)(end - start);
	return strtod(number, NULL);
}

static double take_unit(const struct unit *units, const char *text, size_t *at)
{
	size_t length = strcspn(text + *at, "0123456789. ");

	for (; units->name; units++)
		if (strlen(units->name) == length && !memcmp(units->name, text + *at, length)) {
			*at += length;
			return units->factor;
		}
	return 0;
}

/* A number alone is in base units; 1m30s has several parts, each with its unit. -1 when it is no value of that unit. */
static double parse_value(enum threshold_unit unit, const char *text)
{
	const struct unit *units = unit_kinds[unit].units;
	double value = 0, part, factor, last = INFINITY;
	size_t at = 0;

	do {
		part = take_number(text, &at);
		if (part < 0)
			return -1;
		if (!text[at])
			return last < INFINITY ? -1 : part;
		at += strspn(text + at, " ");
		factor = take_unit(units, text, &at);
		if (!(factor > 0) || factor >= last)
			return -1;
		last = factor;
		value += part * factor;
	} while (text[at] && unit == THRESHOLD_SECONDS);
	return text[at] ? -1 : value;
}

/* 99.9 % is 0.999 to the last bit, which 99.9 * 0.01 is not. */
static double round_percent(const char *text, double value)
{
	size_t length = strspn(text, DIGITS ".");
	char number[72];

	if (text[strlen(text) - 1] != '%' || text[length + strspn(text + length, " ")] != '%' || length > 60)
		return value;
	snprintf(number, sizeof(number), "%.*se-2", (int)length, text);
	return strtod(number, NULL);
}

static bool read_value(struct rules_reader *r, struct fy_node *node, const char *key,
		       const struct threshold_metric *metric, double *value)
{
	const char *text;
	size_t length;

	if (!rules_text(r, node, yaml_quote(r->yaml, key, strlen(key)), &text, &length) || !metric)
		return false;
	*value = parse_value(metric->unit, text);
	if (!(*value >= 0) || isinf(*value)) {
		RULES_MISTAKE(r, node, "'%s' of %s must be %s, not %s", key, metric->name,
			      unit_kinds[metric->unit].wish, yaml_quote(r->yaml, text, length));
		return false;
	}
	if (metric->unit == THRESHOLD_RATIO)
		*value = round_percent(text, *value);
	if (metric->most > 0 && *value > metric->most) {
		RULES_MISTAKE(r, node, "'%s' of %s is at most %g (%g%%), not %s", key, metric->name, metric->most,
			      metric->most * 100, yaml_quote(r->yaml, text, length));
		return false;
	}
	return true;
}

/* ---- rows ---- */

static void check_order(struct rules_reader *r, struct fy_node *const *at, const struct threshold *row,
			const struct threshold_metric *metric)
{
	int before = TIER_NONE;

	for (int tier = TIER_WARNING; tier < TIERS; tier++) {
		if (!row->has[tier])
			continue;
		if (before != TIER_NONE && (metric->lower_is_worse ? row->value[tier] > row->value[before]
								   : row->value[tier] < row->value[before]))
			RULES_MISTAKE(r, at[tier_key[tier]], "'%s' must not be %s than '%s': of %s the %s is the worse",
				      row_keys[tier_key[tier]].key, metric->lower_is_worse ? "more" : "less",
				      row_keys[tier_key[before]].key, metric->name,
				      metric->lower_is_worse ? "lower" : "higher");
		before = tier;
	}
}

static struct threshold *find_row(const struct rule_set *set, const char *engine, const char *metric)
{
	for (size_t i = 0; i < set->thresholds_count; i++)
		if (!strcmp(set->thresholds[i].engine, engine) && !strcmp(set->thresholds[i].metric, metric))
			return &set->thresholds[i];
	return NULL;
}

static void add_row(struct rules_reader *r, struct fy_node *at_engine, const struct threshold *row,
		    struct rules_draft *draft)
{
	struct rule_set *set = draft->set;
	struct threshold *same = find_row(set, row->engine, row->metric);

	if (same && same->file == row->file)
		RULES_MISTAKE(r, at_engine, "%s of '%s' is here twice (first at line %u)", row->metric, row->engine,
			      same->line);
	if (same) {
		*same = *row;
		return;
	}
	mem_grow(&set->thresholds, &draft->thresholds_capacity, set->thresholds_count + 1, sizeof(*set->thresholds));
	set->thresholds[set->thresholds_count++] = *row;
}

static void read_row(struct rules_reader *r, struct fy_node *node, struct rules_draft *draft)
{
	const struct threshold_metric *metric = NULL;
	struct threshold row = {.file = r->file};
	struct fy_node *at[ROW_KEYS];

	schema_open(r->yaml, &schema_row, node, at);
	row.engine = schema_text(r->arena, at[ROW_ENGINE], NULL);
	if (at[ROW_METRIC])
		metric = &metrics[schema_word(at[ROW_METRIC], metric_words, 0)];
	row.line = rules_line(r, yaml_place(r->yaml, node));
	for (int tier = TIER_WARNING; tier < TIERS; tier++) {
		const char *key = row_keys[tier_key[tier]].key;
		struct fy_node *value = at[tier_key[tier]];

		if (rules_value(value))
			row.has[tier] = read_value(r, value, key, metric, &row.value[tier]);
		else if (rules_key(node, key))
			RULES_MISTAKE(r, rules_key(node, key), "'%s' has no value", key);
	}
	if (!metric)
		return;
	row.metric = metric->name;
	check_order(r, at, &row, metric);
	if (row.engine)
		add_row(r, at[ROW_ENGINE], &row, draft);
}

void rules_read_thresholds(struct rules_reader *r, struct fy_node *root, struct rules_draft *draft)
{
	struct fy_node *at[FILE_KEYS], *item;
	void *iterator = NULL;

	if (!fy_node_is_mapping(root)) {
		RULES_MISTAKE(r, root, "a threshold file is a mapping that begins with 'thresholds:'");
		return;
	}
	if (schema_has(root, "groups") && !schema_has(root, "thresholds")) {
		RULES_MISTAKE(r, rules_key(root, "groups"), "this is a rule file, not a threshold file");
		return;
	}
	schema_open(r->yaml, &schema_file, root, at);
	while ((item = schema_item(at[FILE_THRESHOLDS], &iterator)))
		if (fy_node_is_mapping(item))
			read_row(r, item, draft);
}
