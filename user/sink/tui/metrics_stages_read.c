// SPDX-License-Identifier: Apache-2.0
/*
 * The stage table's numbers. In: series with a label `stage`, and those of requests. Out: a row per engine and
 * stage. The rules that surprise: percentiles are exact where one series of the last minute tells them, else
 * they are taken from buckets; and the greatest value of a longer window is that of all last minutes in it, so
 * the first minute of the window is looked at through them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "sink/tui/metrics_stages.h"

#define GRID_COLUMNS 60
#define MINUTE_MS    60000

enum {
	ROW_COUNT,
	ROW_WALL,
	ROW_SPLIT,
	ROW_PEAK = ROW_SPLIT + STAGE_SPLITS,
	ROW_BUCKET,
	STAGE_ROWS = ROW_BUCKET + STAGE_BUCKETS
};

static const struct {
	const char *family;
	int row;
} counters[] = {
	{"tts_split_wall_seconds_total", ROW_WALL},	    {"tts_oncpu_seconds_total", ROW_SPLIT},
	{"tts_runqueue_wait_seconds_total", ROW_SPLIT + 1}, {"tts_blocked_seconds_total", ROW_SPLIT + 2},
	{"tts_preempted_seconds_total", ROW_SPLIT + 3},
};

/* Values are interned, so equal ones are mostly the same pointer. */
static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Series of requests have no label `stage`. */
static struct metrics_stage *stage_get(struct metrics_stages *stages, const struct metrics_group *group)
{
	const char *engine = labels_find(group->labels, "engine"), *name = labels_find(group->labels, "stage");
	struct metrics_stage *stage;

	name = name ? name : "request";
	for (size_t i = 0; i < stages->count; i++)
		if (is_same(stages->stages[i].engine, engine) && is_same(stages->stages[i].stage, name))
			return &stages->stages[i];
	if (stages->count == STAGES_MAX)
		return NULL;
	stage = &stages->stages[stages->count++];
	*stage = (struct metrics_stage){.engine = engine, .stage = name};
	stage->id = table_hash(TABLE_HASH, engine ? engine : "", strlen(engine ? engine : "") + 1);
	stage->id = table_mix(table_hash(stage->id, name, strlen(name) + 1)) | 1;
	return stage;
}

/* --- which series there are: each is told to `visit` with its row of the grid
 * ------------------------------------ */

struct reader {
	const struct metrics_scene *scene;
	struct metrics_stages *stages;
	uint64_t hash;
	bool is_hashing; /* else: into the grid */
};

static void visit(struct reader *reader, const struct metrics_stage *stage, int row,
		  const struct series *series, enum metrics_take take)
{
	size_t at = (size_t)(stage - reader->stages->stages) * STAGE_ROWS + (size_t)row;

	if (reader->is_hashing)
		reader->hash = metrics_grid_hash(reader->hash + at, series);
	else
		metrics_grid_add(&reader->stages->grid, at, series, take);
}

/* Its own groups by the filter, without the label that the selection may have too much. */
static bool is_wanted(const struct reader *reader, const struct metrics_group *group)
{
	const struct metrics_subject *subject = &reader->scene->subject;
	const struct labels *labels = subject->groups[0].labels;

	if (!subject->is_group)
		return metrics_is_beside(reader->scene, group);
	/* all stages of the process, also when one of them is selected */
	for (size_t i = 0; i < labels->count; i++) {
		const char *value = labels_find(group->labels, labels->items[i].name);

		if (strcmp(labels->items[i].name, "__name__") != 0 &&
		    strcmp(labels->items[i].name, "stage") != 0 && value &&
		    strcmp(value, labels->items[i].value) != 0)
			return false;
	}
	return true;
}

static void read_counter(struct reader *reader, const struct metrics_family *family, int row)
{
	for (size_t g = 0; family && g < family->groups_count; g++) {
		struct metrics_stage *stage = is_wanted(reader, &family->groups[g])
						      ? stage_get(reader->stages, &family->groups[g])
						      : NULL;

		if (stage)
			visit(reader, stage, row, family->groups[g].series[0], TAKE_INCREASE);
	}
}

static void read_bucket(struct reader *reader, struct metrics_stage *stage, const struct series *series)
{
	const char *le = labels_find(series_labels(series), "le");
	double bound = le ? strtod(le, NULL) : NAN;
	size_t i = 0;

	while (i < stage->bounds_count && stage->bounds[i] != bound)
		i++;
	if (i == stage->bounds_count) {
		if (stage->bucket_groups_count > 1 || isnan(bound) || i == STAGE_BUCKETS)
			return;
		stage->bounds[stage->bounds_count++] = bound;
	}
	stage->bound_groups[i] += reader->is_hashing;
	visit(reader, stage, ROW_BUCKET + (int)i, series, TAKE_INCREASE);
}

static void read_durations(struct reader *reader, const struct metrics_family *family)
{
	for (size_t g = 0; family && g < family->groups_count; g++) {
		const struct metrics_group *group = &family->groups[g];
		struct metrics_stage *stage =
			is_wanted(reader, group) ? stage_get(reader->stages, group) : NULL;

		if (!stage) {
			reader->stages->left_out_count += is_wanted(reader, group) && reader->is_hashing;
			continue;
		}
		if (reader->is_hashing && !strcmp(metrics_series_member(family, group->series[0]), "_bucket"))
			stage->bucket_groups_count++;
		for (size_t i = 0; i < group->series_count; i++) {
			const char *member = metrics_series_member(family, group->series[i]);

			if (!strcmp(member, "_bucket"))
				read_bucket(reader, stage, group->series[i]);
			else if (!strcmp(member, "_count"))
				visit(reader, stage, ROW_COUNT, group->series[i], TAKE_INCREASE);
		}
	}
}

static void read_windows(struct reader *reader, const struct metrics_family *family)
{
	static const char *const stats[] = {"p50", "p95", "p99", "max"};
	const char *suffix = metrics_exact_suffix(reader->scene->desk);
	char member[16];

	for (size_t g = 0; family && g < family->groups_count; g++) {
		const struct metrics_group *group = &family->groups[g];
		struct metrics_stage *stage =
			is_wanted(reader, group) ? stage_get(reader->stages, group) : NULL;

		if (!stage)
			continue;
		if (reader->is_hashing) {
			stage->groups_count++;
			for (size_t i = 0; suffix && i < 4; i++) {
				stpcpy(stpcpy(stpcpy(member, stats[i]), "_"), suffix);
				stage->exact[i] = metrics_group_member(family, group, member);
			}
		}
		for (size_t i = 0; i < group->series_count; i++)
			if (!strcmp(metrics_series_member(family, group->series[i]), "max_1m"))
				visit(reader, stage, ROW_PEAK, group->series[i], TAKE_PEAK);
	}
}

static void read_all(struct reader *reader)
{
	const struct metrics_book *book = reader->scene->book;

	read_durations(reader, metrics_book_family(book, "tts_request_duration_seconds", METRICS_HISTOGRAM));
	read_durations(reader, metrics_book_family(book, "tts_stage_duration_seconds", METRICS_HISTOGRAM));
	read_windows(reader, metrics_book_family(book, "tts:request_duration_seconds", METRICS_WINDOW));
	read_windows(reader, metrics_book_family(book, "tts:stage_duration_seconds", METRICS_WINDOW));
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		read_counter(reader, metrics_book_family(book, counters[i].family, METRICS_COUNTER),
			     counters[i].row);
}

/* --- what the rows make
 * ---------------------------------------------------------------------------------------------- */

static double exact_value(const struct metrics_scene *scene, const struct series *series)
{
	struct sample sample;

	return series && series_at(series, scene->at_ms, &sample) ? sample.value : NAN;
}

/* Each sample is of the minute before it: the first minute's would tell of what was before the window. */
static double peak_of(const struct metrics_grid *grid, size_t row)
{
	const double *values = metrics_grid_row(grid, row);
	double peak = NAN;

	for (size_t i = 0; i < grid->columns; i++)
		if ((i + 1 == grid->columns || metrics_grid_start_ms(grid, i) >= grid->begin_ms + MINUTE_MS) &&
		    !isnan(values[i]) && !(values[i] <= peak))
			peak = values[i];
	return peak;
}

/* By bucket, of the bounds that all groups have. How many there are. */
static size_t count_buckets(const struct metrics_grid *grid, struct metrics_stage *stage, size_t row,
			    double *counts)
{
	double before = 0;
	size_t kept = 0;

	for (size_t i = 0; i < stage->bounds_count; i++) {
		double upto = metrics_grid_sum(grid, row + i);

		if (stage->bound_groups[i] < stage->bucket_groups_count)
			continue;
		counts[kept] = upto > before ? upto - before : 0;
		stage->bounds[kept++] = stage->bounds[i];
		before = isnan(upto) ? before : upto;
	}
	stage->bounds_count = kept;
	return kept;
}

static void finish_percentiles(const struct metrics_scene *scene, struct metrics_stage *stage, size_t row)
{
	const struct metrics_grid *grid = &scene->charts->stages->grid;
	double counts[STAGE_BUCKETS];
	size_t count;

	/* without a greatest value there is none, or the process is gone and only its buckets are left */
	stage->is_exact = stage->groups_count == 1 && !isnan(exact_value(scene, stage->exact[3]));
	if (stage->is_exact) {
		stage->p50_s = exact_value(scene, stage->exact[0]);
		stage->p95_s = exact_value(scene, stage->exact[1]);
		stage->p99_s = exact_value(scene, stage->exact[2]);
		stage->max_s = exact_value(scene, stage->exact[3]);
		return;
	}
	count = count_buckets(grid, stage, row + ROW_BUCKET, counts);
	stage->p50_s = metrics_quantile(stage->bounds, counts, count, 0.5);
	stage->p95_s = metrics_quantile(stage->bounds, counts, count, 0.95);
	stage->p99_s = metrics_quantile(stage->bounds, counts, count, 0.99);
	stage->max_s = peak_of(grid, row + ROW_PEAK);
	/* linear within a bucket may be beyond what there was */
	if (stage->p50_s > stage->max_s)
		stage->p50_s = stage->max_s;
	if (stage->p95_s > stage->max_s)
		stage->p95_s = stage->max_s;
	if (stage->p99_s > stage->max_s)
		stage->p99_s = stage->max_s;
}

static void finish(const struct metrics_scene *scene)
{
	struct metrics_stages *stages = scene->charts->stages;

	stages->seconds = 0;
	for (size_t column = 0; column < stages->grid.columns; column++) {
		bool is_known = false;

		for (size_t i = 0; i < stages->count && !is_known; i++)
			is_known =
				!isnan(metrics_grid_row(&stages->grid, i * STAGE_ROWS + ROW_COUNT)[column]) ||
				!isnan(metrics_grid_row(&stages->grid, i * STAGE_ROWS + ROW_WALL)[column]);
		stages->seconds += is_known ? metrics_grid_seconds(&stages->grid, column) : 0;
	}
	for (size_t i = 0; i < stages->count; i++) {
		struct metrics_stage *stage = &stages->stages[i];
		size_t row = i * STAGE_ROWS;

		stage->count = metrics_grid_sum(&stages->grid, row + ROW_COUNT);
		stage->wall_s = metrics_grid_sum(&stages->grid, row + ROW_WALL);
		for (int split = 0; split < STAGE_SPLITS; split++)
			stage->splits_s[split] =
				metrics_grid_sum(&stages->grid, row + ROW_SPLIT + (size_t)split);
		finish_percentiles(scene, stage, row);
	}
}

double metrics_stage_share(const struct metrics_stage *stage, int split)
{
	return stage->wall_s > 0 ? stage->splits_s[split] / stage->wall_s : NAN;
}

void metrics_stages_read(const struct metrics_scene *scene)
{
	struct metrics_stages *stages = scene->charts->stages;
	int64_t step_ms = metrics_grid_step_ms(scene->desk->window_ns, GRID_COLUMNS);
	size_t columns = metrics_grid_columns(scene->desk->window_ns, step_ms);
	struct reader reader = {.scene = scene, .stages = stages, .hash = TABLE_HASH, .is_hashing = true};
	uint64_t key = metrics_scene_key(scene, columns);

	if (stages->key == key)
		return;
	stages->key = key;
	stages->window_ns = scene->desk->window_ns;
	stages->count = stages->left_out_count = 0;
	read_all(&reader);
	reader.is_hashing = false;
	if (metrics_grid_begin(&stages->grid, reader.hash,
			       (struct metrics_grid_shape){stages->count * STAGE_ROWS, scene->desk->window_ns,
							   step_ms, true},
			       scene->at_ms))
		read_all(&reader);
	finish(scene);
}
