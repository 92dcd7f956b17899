/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and texts as Go prints them, since Prometheus' templates are Go's, and Prometheus' own
 * humanize functions. In: values. Out: text. The rule that surprises: %g and %v without a precision
 * are eval_print_number's shortest digits; +Inf keeps its sign without being asked.
 */
#ifndef RULES_GO_FORMAT_H
#define RULES_GO_FORMAT_H

#include <stdbool.h>

#include "base/buf.h"

/* One verb of a format: flags, width, precision. */
struct go_verb {
	char verb;
	bool plus, minus, zero, space, sharp;
	int width;     /* -1 = none */
	int precision; /* -1 = none */
};

void go_print_number(struct buf *out, double value);				   /* %v */
void go_print_double(struct buf *out, const struct go_verb *verb, double value);   /* e f g v */
void go_print_whole(struct buf *out, const struct go_verb *verb, long long value); /* d v */
void go_print_text(struct buf *out, const struct go_verb *verb, const char *text); /* s v */

void go_humanize(struct buf *out, double value);
void go_humanize_1024(struct buf *out, double value);
void go_humanize_duration(struct buf *out, double value);
void go_humanize_percentage(struct buf *out, double value);

#endif
