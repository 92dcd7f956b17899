/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule unit tests as promtool runs them: made-up series, rules evaluated from the epoch on, and what must come of them.
 * In: a test and a rule set. Out: what differed, as text. The rule that surprises is promtool's: numbers are equal or
 * they are not (there is no tolerance, NaN equals nothing), samples after the last evaluation are never loaded, and
 * every group is evaluated each evaluation_interval whatever its own interval.
 */
#ifndef RULES_UNIT_TEST_H
#define RULES_UNIT_TEST_H

#include "model/labels.h"
#include "model/rule.h"
#include "rules/expr.h"

/* A run of samples: first, first + step, ..., count of them. */
struct unit_values {
	enum { UNIT_NUMBERS, UNIT_STALE, UNIT_OMITTED } kind;
	double first;
	double step;
	uint64_t count;
};

struct unit_series {
	const char *series; /* name{a="b"} */
	struct unit_values *values;
	size_t values_count;
};

struct unit_expected_alert {
	const struct label *labels; /* alertname included; sorted by name */
	size_t labels_count;
	const struct label *annotations; /* sorted by name */
	size_t annotations_count;
};

struct unit_alert_case {
	int64_t at_ms;
	const char *alertname;
	struct unit_expected_alert *alerts;
	size_t alerts_count;
	unsigned line;
};

struct unit_expected_sample {
	const char *labels; /* {a="b"} */
	double value;
};

struct unit_expr_case {
	int64_t at_ms;
	const char *text;
	const struct expr *expr;
	struct unit_expected_sample *samples;
	size_t samples_count;
	unsigned line;
};

struct unit_test {
	const char *name; /* "" = none */
	int64_t interval_ms;
	struct unit_series *series;
	size_t series_count;
	struct unit_alert_case *alerts;
	size_t alerts_count;
	struct unit_expr_case *exprs;
	size_t exprs_count;
	unsigned line;
};

struct unit_file {
	const char *file;
	const char **rule_files; /* as written: patterns, relative to the file */
	size_t rule_files_count;
	int64_t evaluation_interval_ms;
	const char **group_order;
	size_t group_order_count;
	struct unit_test *tests;
	size_t tests_count;
	struct arena arena;
};

/* The values of one input series: "1 2x3 0+10x5 _ _x2 stale NaN -Inf". 0, or -EINVAL with the mistake. */
int unit_values_parse(struct arena *arena, const char *text, size_t length, struct unit_values **values, size_t *count,
		      struct expr_mistakes *mistakes);

#define UNIT_MAX_SAMPLES 10000000u /* of all series of a test, up to its last instant */
#define UNIT_MAX_TURNS	 1000000   /* evaluations of a test */

/* True when everything came as expected; else `out` tells what did not, lines indented by two blanks. */
bool unit_test_run(const struct unit_file *file, const struct unit_test *test, const struct rule_set *set,
		   struct buf *out);

#endif
