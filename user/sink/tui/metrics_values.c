// SPDX-License-Identifier: Apache-2.0
/*
 * In: series, an instant. Out: what a line of the list says.
 * The rule that surprises: percentiles of several processes cannot be put together, so the worst of them is
 * shown.
 */
#include "sink/tui/metrics_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sink/tui/metrics_threshold.h"
#include "sink/tui/query.h"

static double value_at(const struct series *series, int64_t at_ms)
{
	struct sample sample;

	return series && series_at(series, at_ms, &sample) ? sample.value : NAN;
}

static void add(double *sum, double more)
{
	if (!isnan(more))
		*sum = isnan(*sum) ? more : *sum + more;
}

static void add_greatest(double *greatest, double more)
{
	if (!isnan(more) && (isnan(*greatest) || more > *greatest))
		*greatest = more;
}

/* By the samples in between: it began within the minute, or began anew. */
static double walk_increase(const struct series *series, int64_t from_ms, int64_t to_ms, double *seconds)
{
	struct store_scratch scratch = {0};
	const struct sample *samples;
	size_t count = series_range(series, from_ms, to_ms, &scratch, &samples);
	double increase = count > 1 ? query_rise(&samples[0], &samples[count - 1]) : NAN;

	*seconds = count > 1 ? (double)(samples[count - 1].at_ms - samples[0].at_ms) / 1000 : 0;
	free(scratch.samples);
	return increase;
}

/* Of the last minute. NAN: it has ended, or has one sample only. */
static double increase_of(const struct series *series, int64_t at_ms, double *seconds)
{
	int64_t from_ms = at_ms - METRICS_VALUE_S * 1000;
	double now = value_at(series, at_ms), before;

	if (isnan(now))
		return NAN;
	before = value_at(series, from_ms);
	*seconds = METRICS_VALUE_S;
	if (!isnan(before) && now >= before)
		return now - before;
	return walk_increase(series, from_ms, at_ms, seconds);
}

static struct metrics_value counter_value(const struct metrics_group *groups, size_t groups_count,
					  int64_t at_ms)
{
	struct metrics_value result = {.value = NAN, .n = NAN, .stat = ""};

	for (size_t i = 0; i < groups_count; i++) {
		double seconds = 0, increase = increase_of(groups[i].series[0], at_ms, &seconds);

		if (isnan(increase) || seconds <= 0)
			continue;
		add(&result.n, increase);
		add(&result.value, increase / seconds);
	}
	return result;
}

static struct metrics_value histogram_value(const struct metrics_family *family,
					    const struct metrics_group *groups, size_t groups_count,
					    int64_t at_ms)
{
	struct metrics_value result = {.value = NAN, .n = NAN, .stat = "mean"};
	double sum = NAN, seconds;

	for (size_t i = 0; i < groups_count; i++) {
		const struct series *counts = metrics_group_member(family, &groups[i], "_count");
		const struct series *sums = metrics_group_member(family, &groups[i], "_sum");

		add(&result.n, increase_of(counts, at_ms, &seconds));
		add(&sum, increase_of(sums, at_ms, &seconds));
	}
	if (result.n > 0)
		result.value = sum / result.n;
	return result;
}

double metrics_stat_at(const struct metrics_family *family, const struct metrics_group *group, int64_t at_ms,
		       const char *stat, const char *suffix)
{
	const char *suffixes[] = {suffix, strcmp(suffix, "1m") != 0 ? "1m" : "5m"};
	const struct series *series = NULL;
	char member[32];

	for (int i = 0; i < 2 && !series; i++) {
		stpcpy(stpcpy(stpcpy(member, stat), "_"), suffixes[i]);
		series = metrics_group_member(family, group, member);
	}
	return value_at(series, at_ms);
}

/* Of several groups the worst. */
static double worst_at(const struct metrics_family *family, const struct metrics_group *groups,
		       size_t groups_count, int64_t at_ms, const char *stat, const char *suffix)
{
	bool is_low_bad = metrics_is_low_bad(family);
	double worst = NAN, value;

	for (size_t i = 0; i < groups_count; i++) {
		value = metrics_stat_at(family, &groups[i], at_ms, stat, suffix);
		if (!isnan(value) && (isnan(worst) || (is_low_bad ? value < worst : value > worst)))
			worst = value;
	}
	return worst;
}

bool metrics_has_stat(const struct metrics_family *family, const struct metrics_group *groups,
		      size_t groups_count, const char *stat)
{
	for (size_t g = 0; g < groups_count; g++)
		for (size_t i = 0; i < groups[g].series_count; i++) {
			const char *member = metrics_series_member(family, groups[g].series[i]);

			if (!strncmp(member, stat, strlen(stat)) && member[strlen(stat)] == '_')
				return true;
		}
	return false;
}

static struct metrics_value window_value(const struct metrics_family *family,
					 const struct metrics_group *groups, size_t groups_count, int64_t at_ms,
					 const char *suffix)
{
	static const char *const stats[] = {"p95", "max", "ratio", "avg"};
	struct metrics_value result = {.value = NAN, .n = NAN, .stat = ""};

	for (size_t i = 0; i < groups_count; i++)
		add(&result.n, metrics_stat_at(family, &groups[i], at_ms, "count", suffix));
	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]) && isnan(result.value); i++) {
		result.value = worst_at(family, groups, groups_count, at_ms, stats[i], suffix);
		if (!isnan(result.value) ||
		    (!*result.stat && metrics_has_stat(family, groups, groups_count, stats[i])))
			result.stat = stats[i];
	}
	if (!*result.stat) { /* it has nothing but how many, so far at least */
		result.stat = "count";
		result.value = result.n;
	}
	if (groups_count > 1 && metrics_is_low_bad(family))
		result.stat = "min";
	return result;
}

bool metrics_adds_up(const struct metrics_family *family)
{
	enum chart_unit unit = metrics_unit(family);

	return family->kind == METRICS_COUNTER ||
	       (family->kind == METRICS_GAUGE && !strchr(family->name, ':') &&
		strcmp(family->name, "tts_threshold") != 0 &&
		(unit == CHART_PLAIN || unit == CHART_BYTES || strstr(family->name, "cpu_ratio")));
}

static struct metrics_value gauge_value(const struct metrics_family *family, const struct metrics_group *groups,
					size_t groups_count, int64_t at_ms)
{
	bool adds_up = metrics_adds_up(family);
	struct metrics_value result = {.value = NAN, .n = NAN, .stat = ""};

	if (groups_count > 1)
		result.stat = adds_up ? "sum" : "max";
	for (size_t i = 0; i < groups_count; i++) {
		double value = value_at(groups[i].series[0], at_ms);

		if (adds_up)
			add(&result.value, value);
		else
			add_greatest(&result.value, value);
	}
	return result;
}

struct metrics_value metrics_value(const struct metrics_family *family, const struct metrics_group *groups,
				   size_t groups_count, int64_t at_ms, const char *suffix)
{
	switch (family->kind) {
	case METRICS_COUNTER:
		return counter_value(groups, groups_count, at_ms);
	case METRICS_HISTOGRAM:
		return histogram_value(family, groups, groups_count, at_ms);
	case METRICS_WINDOW:
		return window_value(family, groups, groups_count, at_ms, suffix);
	default:
		return gauge_value(family, groups, groups_count, at_ms);
	}
}
