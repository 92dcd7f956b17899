// SPDX-License-Identifier: Apache-2.0
/*
 * The buckets of a histogram over time. In: what is selected. Out: a grid of cumulative increases, and counts
 * by bucket. The rules that surprise: what is no histogram is shown by the one that belongs to it, which is
 * said; and of groups with different bounds only those that all of them have are used, for nothing else can be
 * added up.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "sink/tui/metrics_charts.h"

#define BUCKET	   "_bucket"
#define ROWS_LEAST 6

/* What has no buckets, and the histogram that tells most about it. */
static const char *const stand_ins[][2] = {
	{"tts_queue_depth", "tts_queue_wait_seconds"},
	{"tts_oncpu_seconds_total", "tts_stage_duration_seconds"},
	{"tts_runqueue_wait_seconds_total", "tts_stage_duration_seconds"},
	{"tts_blocked_seconds_total", "tts_stage_duration_seconds"},
	{"tts_preempted_seconds_total", "tts_stage_duration_seconds"},
	{"tts_split_wall_seconds_total", "tts_stage_duration_seconds"},
	{"tts_audio_seconds_total", "tts_realtime_factor"},
};

static const struct metrics_family *find_histogram(const struct metrics_scene *scene, bool *is_other)
{
	const struct metrics_family *family = scene->subject.family, *own;
	char name[128];

	*is_other = false;
	if (family->kind == METRICS_HISTOGRAM)
		return family;
	if (family->kind == METRICS_WINDOW) {
		snprintf(name, sizeof(name), "tts_%s", family->name + strlen("tts:"));
		own = metrics_book_family(scene->book, name, METRICS_HISTOGRAM);
		if (own)
			return own;
	}
	*is_other = true;
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++)
		if (!strcmp(stand_ins[i][0], family->name)) {
			own = metrics_book_family(scene->book, stand_ins[i][1], METRICS_HISTOGRAM);
			if (own)
				return own;
		}
	return metrics_book_family(scene->book, "tts_request_duration_seconds", METRICS_HISTOGRAM);
}

static double bound_of(const struct series *series)
{
	const char *le = labels_find(series_labels(series), "le");

	return le ? strtod(le, NULL) : NAN;
}

/* The buckets of a group come first among its series, in order of their bounds. */
static size_t buckets_of(const struct metrics_family *family, const struct metrics_group *group)
{
	size_t count = 0;

	while (count < group->series_count &&
	       !strcmp(metrics_series_member(family, group->series[count]), BUCKET))
		count++;
	return count;
}

/* Its own groups that are shown, or those of the same processes. */
static bool is_wanted(const struct metrics_scene *scene, const struct metrics_family *family,
		      const struct metrics_group *group)
{
	const struct metrics_subject *subject = &scene->subject;

	if (subject->family != family)
		return metrics_is_beside(scene, group);
	return subject->is_group ? group->id == subject->groups[0].id
				 : group < family->groups + family->shown_count;
}

static bool has_bound(const struct metrics_group *group, size_t buckets, double bound)
{
	for (size_t i = 0; i < buckets; i++)
		if (bound_of(group->series[i]) == bound)
			return true;
	return false;
}

static void keep_common(struct metrics_histogram *histogram, const struct metrics_group *group, size_t buckets)
{
	size_t kept = 0;

	for (size_t i = 0; i < histogram->bounds_count; i++)
		if (has_bound(group, buckets, histogram->bounds[i]))
			histogram->bounds[kept++] = histogram->bounds[i];
	histogram->is_cut |= kept < histogram->bounds_count || kept < buckets;
	histogram->bounds_count = kept;
}

static uint64_t find_bounds(const struct metrics_scene *scene, const struct metrics_family *family,
			    struct metrics_histogram *histogram)
{
	uint64_t hash = TABLE_HASH;

	histogram->groups_count = histogram->bounds_count = 0;
	histogram->is_cut = false;
	for (size_t g = 0; g < family->groups_count; g++) {
		const struct metrics_group *group = &family->groups[g];
		size_t buckets = is_wanted(scene, family, group) ? buckets_of(family, group) : 0;

		if (!buckets)
			continue;
		hash = metrics_grid_hash(hash, group->series[0]);
		histogram->group = group;
		if (histogram->groups_count++) {
			keep_common(histogram, group, buckets);
			continue;
		}
		for (size_t i = 0; i < buckets; i++) {
			double bound = bound_of(group->series[i]);

			if (isnan(bound))
				continue;
			if (histogram->bounds_count == METRICS_BOUNDS)
				histogram->bounds_count--; /* the last one must stay */
			histogram->bounds[histogram->bounds_count++] = bound;
		}
	}
	return hash;
}

static void fill(const struct metrics_scene *scene, const struct metrics_family *family,
		 struct metrics_histogram *histogram)
{
	for (size_t g = 0; g < family->groups_count; g++) {
		const struct metrics_group *group = &family->groups[g];
		size_t buckets = is_wanted(scene, family, group) ? buckets_of(family, group) : 0, row = 0;

		for (size_t i = 0; i < buckets; i++) {
			double bound = bound_of(group->series[i]);

			while (row < histogram->bounds_count && histogram->bounds[row] < bound)
				row++;
			if (row < histogram->bounds_count && histogram->bounds[row] == bound)
				metrics_grid_add(&histogram->grid, row, group->series[i], TAKE_INCREASE);
		}
	}
}

static void count_buckets(struct metrics_histogram *histogram)
{
	double before = 0;

	histogram->total = NAN;
	for (size_t i = 0; i < histogram->bounds_count; i++) {
		double upto = metrics_grid_sum(&histogram->grid, i);

		histogram->counts[i] = upto > before ? upto - before : 0;
		histogram->total = upto;
		before = isnan(upto) ? before : upto;
	}
}

bool metrics_histogram_read(const struct metrics_scene *scene, size_t columns_max)
{
	struct metrics_histogram *histogram = &scene->charts->histogram;
	int64_t step_ms = metrics_grid_step_ms(scene->desk->window_ns, columns_max);
	size_t columns = metrics_grid_columns(scene->desk->window_ns, step_ms);
	uint64_t key = metrics_scene_key(scene, columns), same;
	const struct metrics_family *family;

	if (histogram->key == key)
		return histogram->name && histogram->total > 0;
	histogram->key = key;
	family = find_histogram(scene, &histogram->is_other);
	histogram->name = family ? family->name : NULL;
	histogram->total = NAN;
	if (!family)
		return false;
	histogram->unit = metrics_unit(family);
	histogram->unit_name = metrics_unit_name(family);
	same = find_bounds(scene, family, histogram);
	if (!histogram->bounds_count)
		return false;
	if (metrics_grid_begin(
		    &histogram->grid, same,
		    (struct metrics_grid_shape){histogram->bounds_count, scene->desk->window_ns, step_ms, true},
		    scene->at_ms))
		fill(scene, family, histogram);
	count_buckets(histogram);
	return histogram->total > 0;
}

double metrics_quantile(const double *bounds, const double *counts, size_t count, double q)
{
	double total = 0, rank, below = 0;
	size_t i;

	for (i = 0; i < count; i++)
		total += counts[i];
	if (total < metrics_needs(q) || count < 2)
		return NAN;
	rank = q * total;
	for (i = 0; i + 1 < count && below + counts[i] < rank; i++)
		below += counts[i];
	if (i + 1 == count)
		return INFINITY;
	if (!i && bounds[0] <= 0)
		return bounds[0];
	return (i ? bounds[i - 1] : 0) + (bounds[i] - (i ? bounds[i - 1] : 0)) * (rank - below) / counts[i];
}

void metrics_histogram_rows(const struct metrics_histogram *histogram, int zoom, size_t rows_max, size_t *first,
			    size_t *end)
{
	size_t low = 0, high = histogram->bounds_count;
	double top;

	while (high > 1 && histogram->counts[high - 1] <= 0)
		high--;
	while (low + 1 < high && histogram->counts[low] <= 0)
		low++;
	if (zoom > 0) {
		top = high > 1 && isinf(histogram->bounds[high - 1]) ? histogram->bounds[high - 2]
								     : histogram->bounds[high - 1];
		while (high > low + 1 && histogram->bounds[high - 1] > ldexp(top, -zoom))
			high--;
	} else {
		for (int i = 0; i < -zoom && high < histogram->bounds_count; i++)
			high++;
		/* some that are empty tell how far the others are from where it would be bad */
		while (high - low < ROWS_LEAST && high - low < rows_max &&
		       (low || high < histogram->bounds_count)) {
			if (high < histogram->bounds_count)
				high++;
			if (low && high - low < rows_max)
				low--;
		}
	}
	/* the highest ones are what somebody looks for */
	if (high - low > rows_max)
		low = high - rows_max;
	*first = low;
	*end = high;
}
