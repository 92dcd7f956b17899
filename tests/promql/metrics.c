/* SPDX-License-Identifier: Apache-2.0 */
/* In: nothing. Out: our table of metrics, one a line, fields by tabs, for metrics-documented to hold against the man page. */
#include <stdio.h>

#include "flow/metrics_table.h"
#include "model/view.h"

int main(void)
{
	static const char *const types[] = { [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram" };

	for (int i = 0; i < METRICS; i++) {
		const struct metric_family *family = metrics_family((enum metric)i);

		printf("metric\t%s\t%s\t%s\t%s\t%d\t%s\t", family->name, types[family->type], family->unit, family->labels,
		       family->is_loss_blind, family->help);
		for (size_t j = 0; j < family->bounds_count; j++)
			printf("%s%s", j ? ", " : "", family->bounds[j].le);
		putchar('\n');
	}
	for (size_t i = 0; metrics_threshold_name(i); i++)
		printf("threshold\t%s\n", metrics_threshold_name(i));
	for (unsigned i = 0; i < LET_GO_KINDS; i++)
		printf("kind\t%s\n", metrics_let_go_kind(i));
	return 0;
}
