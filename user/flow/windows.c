/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distributions: a classic histogram since the run began, and sliding windows.
 * In: values in ns, millionths or bytes. Out: what is put into the store, in base units.
 * The rule that surprises: a histogram that never had a value has no series yet; its first sample is preceded by
 * zeroes.
 */
#include "base/hist.h"
#include "flow/series.h"

void distribution_init(struct distribution *distribution, struct window_budget *budget, unsigned windows_count)
{
	for (unsigned span = 0; span < windows_count; span++)
		window_init(&distribution->windows[span], metrics_span_s((enum metric_span)span), budget);
}

void distribution_fini(struct distribution *distribution)
{
	for (int span = 0; span < METRIC_WINDOW_SPANS; span++)
		window_fini(&distribution->windows[span]);
}

void distribution_add(struct distribution *distribution, enum metric metric, uint64_t second, uint64_t value)
{
	const struct metric_family *family = metrics_family(metric);
	size_t bound = 0;

	while (bound < family->bounds_count && value > family->bounds[bound].value)
		bound++;
	distribution->buckets[bound]++;
	distribution->count++;
	if (__builtin_add_overflow(distribution->sum, value, &distribution->sum))
		distribution->sum = UINT64_MAX;
	for (int span = 0; span < METRIC_WINDOW_SPANS; span++)
		if (distribution->windows[span].budget)
			window_add(&distribution->windows[span], second, value);
}
