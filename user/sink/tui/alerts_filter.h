/* SPDX-License-Identifier: Apache-2.0 */
/* What `\` narrows the list of alerts to. In: a text. Out: yes or no per row. Private to alerts*.c.
 */
#ifndef SINK_TUI_ALERTS_FILTER_H
#define SINK_TUI_ALERTS_FILTER_H

#include "sink/tui/alerts_rows.h"

struct alerts_filter {
	char *text;		  /* NULL = everything */
	struct matcher *matchers; /* when the text begins with { and is right */
	size_t matchers_count;
	char *mistake; /* when it begins so and is wrong; then everything is shown */
	struct arena arena;
};

/* "" or NULL takes it off. Text: any part of name, labels, state, tier, id, reason; {a="b"}: the
 * labels. */
void alerts_filter_set(struct alerts_filter *filter, const char *text);
void alerts_filter_fini(struct alerts_filter *filter);
bool alerts_filter_accepts(const struct alerts_filter *filter, const struct alerts_row *row);

#endif
