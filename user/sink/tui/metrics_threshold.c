// SPDX-License-Identifier: Apache-2.0
/*
 * In: tts_threshold{engine,service,pid,metric,severity}. Out: the values of the tiers for a family, and who is
 * beyond. The rule that surprises: this only paints; whether somebody is alerted is the rules' business, which
 * also wait.
 */
#include "sink/tui/metrics_threshold.h"

#include <math.h>
#include <string.h>

#include "sink/tui/metrics_values.h"

#define GROUPS_LOOKED_AT 64 /* of one family, once a second */

const char *const metrics_tier_names[METRICS_TIERS] = {"warning", "critical", "emergency"};
const enum style metrics_tier_styles[METRICS_TIERS] = {STYLE_WARNING, STYLE_CRITICAL, STYLE_EMERGENCY};

/* What the rules compare with it, and which percentile of it. */
static const struct pair {
	const char *family, *metric, *stat;
} pairs[] = {
	{"tts:request_duration_seconds", "request_duration_seconds", "p95"},
	{"tts_request_duration_seconds", "request_duration_seconds", "p95"},
	{"tts_request_oldest_seconds", "request_duration_seconds", NULL},
	{"tts:first_audio_seconds", "first_audio_seconds", "p95"},
	{"tts_first_audio_seconds", "first_audio_seconds", "p95"},
	{"tts:realtime_factor", "realtime_factor", "p50"},
	{"tts_realtime_factor", "realtime_factor", "p50"},
	{"tts:request_success", "success_ratio", "ratio"},
	{"tts:runqueue_share", "runqueue_share", "ratio"},
	{"tts:first_audio_share", "first_audio_share", "avg"},
	{"tts_queue_depth", "queue_depth", NULL},
};

/* NULL = no threshold is about this family. */
static const struct pair *find_pair(const struct metrics_family *family)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!strcmp(pairs[i].family, family->name))
			return &pairs[i];
	return NULL;
}

bool metrics_is_low_bad(const struct metrics_family *family)
{
	return !strcmp(family->name, "tts:request_success");
}

void metrics_thresholds(const struct metrics_book *book, const struct metrics_family *family, int64_t at_ms,
			bool (*takes)(const void *arg, const struct metrics_group *group), const void *arg,
			double tiers[METRICS_TIERS])
{
	const struct metrics_family *thresholds = metrics_book_family(book, "tts_threshold", METRICS_GAUGE);
	const struct pair *pair = find_pair(family);
	bool is_low_bad = metrics_is_low_bad(family);

	for (int tier = 0; tier < METRICS_TIERS; tier++)
		tiers[tier] = NAN;
	for (size_t g = 0; thresholds && pair && g < thresholds->groups_count; g++) {
		const struct metrics_group *group = &thresholds->groups[g];
		const char *of = labels_find(group->labels, "metric"),
			   *severity = labels_find(group->labels, "severity");
		struct sample sample;

		if (!of || !severity || strcmp(of, pair->metric) != 0 || !takes(arg, group) ||
		    !series_at(group->series[0], at_ms, &sample))
			continue;
		for (int tier = 0; tier < METRICS_TIERS; tier++)
			if (!strcmp(severity, metrics_tier_names[tier]) &&
			    (isnan(tiers[tier]) ||
			     (is_low_bad ? sample.value > tiers[tier] : sample.value < tiers[tier])))
				tiers[tier] = sample.value;
	}
}

static int tier_of(const struct metrics_family *family, double value, const double tiers[METRICS_TIERS])
{
	bool is_low_bad = metrics_is_low_bad(family);
	int beyond = -1;

	for (int tier = 0; tier < METRICS_TIERS; tier++)
		if (is_low_bad ? value < tiers[tier] : value > tiers[tier])
			beyond = tier;
	return beyond;
}

static bool is_of_group(const void *arg, const struct metrics_group *threshold)
{
	return metrics_group_is_like(threshold, ((const struct metrics_group *)arg)->labels);
}

/* What the rules look at: a percentile, or the greatest value where there are too few for it. */
static double judged_value(const struct metrics_family *family, const struct metrics_group *group,
			   const char *stat, int64_t at_ms, const char *suffix)
{
	double value;

	if (family->kind != METRICS_WINDOW || !stat)
		return metrics_value(family, group, 1, at_ms, suffix).value;
	value = metrics_stat_at(family, group, at_ms, stat, suffix);
	return isnan(value) && !strcmp(stat, "p95") ? metrics_stat_at(family, group, at_ms, "max", suffix)
						    : value;
}

int metrics_worst_tier(const struct metrics_book *book, const struct metrics_family *family,
		       const struct metrics_group *groups, size_t groups_count, int64_t at_ms,
		       const char *suffix)
{
	const struct pair *pair = find_pair(family);
	double tiers[METRICS_TIERS];
	int worst = -1;

	if (!pair || family->kind == METRICS_HISTOGRAM)
		return -1; /* its mean is none of the rules' business */
	for (size_t g = 0; g < groups_count && g < GROUPS_LOOKED_AT; g++) {
		double value = judged_value(family, &groups[g], pair->stat, at_ms, suffix);
		int tier;

		if (isnan(value))
			continue;
		metrics_thresholds(book, family, at_ms, is_of_group, &groups[g], tiers);
		tier = tier_of(family, value, tiers);
		worst = tier > worst ? tier : worst;
	}
	return worst;
}
