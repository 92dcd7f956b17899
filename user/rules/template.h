/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of labels and annotations: text with {{ $value }}, {{ $labels.x }}, {{ .Value }}, {{ .Labels.x }}, string and number
 * literals, and pipes to humanize, humanize1024, humanizeDuration, humanizePercentage, printf "%.2f". Whitespace trimming {{- -}} too.
 * Anything else of Go's templates is refused by name when the file is read.
 * {{ $labels.trace_id }}: when the label set has no such label, the alert's exemplar; empty where there is none (as Prometheus gives).
 */
#ifndef RULES_TEMPLATE_H
#define RULES_TEMPLATE_H

#include "rules/expr.h"
#include "rules/labels.h"

struct template_values {
	const struct labels *labels; /* of the sample, without __name__ */
	double value;
	const char *trace_id; /* hex; NULL or "" = none */
};

/* 0, or -EINVAL with the mistakes (place = byte of the text). */
int template_check(const char *text, size_t length, struct expr_mistakes *mistakes);
/* Of a text that template_check passed. */
void template_expand(struct buf *out, const char *text, const struct template_values *values);

#endif
