// SPDX-License-Identifier: Apache-2.0
/*
 * In: what was typed. Out: which rows are listed.
 * The rule that surprises: matchers that are not finished hide nothing, since they are read after
 * each letter.
 */
#include "sink/tui/alerts_filter.h"

#include <stdlib.h>
#include <string.h>

static void forget(struct alerts_filter *filter)
{
	if (filter->matchers)
		matchers_fini(filter->matchers, filter->matchers_count);
	arena_fini(&filter->arena);
	free(filter->text);
	free(filter->mistake);
	*filter = (struct alerts_filter){0};
}

void alerts_filter_set(struct alerts_filter *filter, const char *text)
{
	struct expr_mistakes mistakes = {0};

	forget(filter);
	if (!text || !*text)
		return;
	filter->text = mem_string(text);
	if (*text != '{')
		return;
	filter->matchers = expr_parse_matchers(&filter->arena, filter->text, strlen(filter->text),
					       &filter->matchers_count, &mistakes);
	if (!filter->matchers)
		filter->mistake =
			mem_string(mistakes.count ? mistakes.items[0].message : "no matchers");
	expr_mistakes_fini(&mistakes);
}

void alerts_filter_fini(struct alerts_filter *filter)
{
	forget(filter);
}

bool alerts_filter_accepts(const struct alerts_filter *filter, const struct alerts_row *row)
{
	if (!filter->text || filter->mistake)
		return true;
	if (filter->matchers)
		return row->labels &&
		       matchers_match(filter->matchers, filter->matchers_count, row->labels);
	return alerts_row_contains(row, filter->text);
}
