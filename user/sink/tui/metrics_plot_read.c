// SPDX-License-Identifier: Apache-2.0
/*
 * What a plot shows. In: the selected series. Out: up to three lines over time.
 * Percentiles of windows: p50, p95, and p99 (or the greatest value, where there are too few values for it). Of
 * several processes the greatest at each moment, for percentiles cannot be added. Counters: their rate. Gauges:
 * their value; of several series the sum where that means something, else each, or the greatest and the least.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "sink/tui/metrics_plot.h"
#include "sink/tui/metrics_threshold.h"
#include "sink/tui/metrics_values.h"

#define RATE_PARTS 30 /* a rate is over that part of the window, or a column if that is more */

static void set_name(struct metrics_plot *plot, size_t line, const char *name, double q)
{
	snprintf(plot->lines[line].name, sizeof(plot->lines[line].name), "%s", name);
	plot->lines[line].q = q;
	plot->lines[line].is_spare = false;
}

/* --- one way of reading per kind: `add` gives the series of each line to the grid
 * ------------------------------- */

struct reader {
	const struct metrics_scene *scene;
	struct metrics_plot *plot;
	const struct metrics_family
		*family; /* of the series: the selected one, or the percentiles of a histogram */
	char members[METRICS_LINES][24]; /* WINDOW: of each line */
	size_t rows_count;
	enum metrics_take takes[METRICS_LINES];
	bool is_apart; /* each group is a line of its own */
	uint64_t hash; /* of what is read */
};

static const struct metrics_group *groups_of(const struct reader *reader, size_t *count)
{
	if (reader->family == reader->scene->subject.family) {
		*count = reader->scene->subject.groups_count;
		return reader->scene->subject.groups;
	}
	*count = reader->family->groups_count;
	return reader->family->groups;
}

static bool is_wanted(const struct reader *reader, const struct metrics_group *group)
{
	return reader->family == reader->scene->subject.family || metrics_is_beside(reader->scene, group);
}

static const struct series *series_of(const struct reader *reader, const struct metrics_group *group,
				      size_t row)
{
	if (!*reader->members[row])
		return group->series[0];
	return metrics_group_member(reader->family, group, reader->members[row]);
}

/* Calls for each series of each row. */
static void each_series(struct reader *reader,
			void (*visit)(void *arg, size_t row, const struct series *series))
{
	size_t count;
	const struct metrics_group *groups = groups_of(reader, &count);

	for (size_t g = 0; g < count; g++) {
		if (!is_wanted(reader, &groups[g]))
			continue;
		for (size_t row = 0; row < reader->rows_count; row++) {
			const struct series *series = series_of(reader, &groups[g], row);

			if (series && (!reader->is_apart || row == g))
				visit(reader, row, series);
		}
	}
}

static void hash_series(void *arg, size_t row, const struct series *series)
{
	struct reader *reader = arg;

	reader->hash = metrics_grid_hash(reader->hash + 16 * row + reader->takes[row], series);
	if (!series_is_loss_blind(series))
		reader->plot->is_blind = false;
}

static void add_series(void *arg, size_t row, const struct series *series)
{
	struct reader *reader = arg;

	metrics_grid_add(&reader->plot->grid, row, series, reader->takes[row]);
}

static bool has_member(const struct reader *reader, const char *member)
{
	size_t count;
	const struct metrics_group *groups = groups_of(reader, &count);

	for (size_t g = 0; g < count; g++)
		if (is_wanted(reader, &groups[g]) && metrics_group_member(reader->family, &groups[g], member))
			return true;
	return false;
}

/* p95_5m, or p95_1m where only that exists. */
static void set_member(struct reader *reader, size_t row, const char *stat)
{
	const char *suffix = desk_percentile_suffix(reader->scene->desk);
	char *member = reader->members[row];

	snprintf(member, sizeof(reader->members[row]), "%s_%s", stat, suffix);
	if (!has_member(reader, member)) /* it has the other one only */
		snprintf(member, sizeof(reader->members[row]), "%s_%s", stat,
			 strcmp(suffix, "1m") != 0 ? "1m" : "5m");
	reader->plot->span = strcmp(member + strlen(member) - 2, "5m") != 0 ? "1m" : "5m";
	reader->takes[row] = TAKE_GREATEST;
}

static void prepare_percentiles(struct reader *reader)
{
	struct metrics_plot *plot = reader->plot;
	static const struct {
		const char *name;
		double q;
	} stats[METRICS_LINES] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"max", 0}};

	for (size_t i = 0; i < METRICS_LINES; i++) {
		set_member(reader, i, stats[i].name);
		set_name(plot, i, stats[i].name, stats[i].q);
	}
	plot->lines[METRICS_LINES - 1].is_spare = true;
	reader->rows_count = METRICS_LINES;
	plot->band_low = 0;
	plot->band_high = 1;
}

static void prepare_one_stat(struct reader *reader)
{
	static const char *const stats[] = {"ratio", "avg", "count"};
	size_t count;

	reader->rows_count = 1;
	groups_of(reader, &count);
	for (size_t i = 0; i < 3; i++) {
		set_member(reader, 0, stats[i]);
		set_name(reader->plot, 0, stats[i], 0);
		if (has_member(reader, reader->members[0]))
			break;
	}
	if (!strcmp(reader->plot->lines[0].name, "count")) {
		reader->plot->unit = CHART_PLAIN;
		reader->plot->unit_name = "values";
		reader->takes[0] = TAKE_SUM;
	} else if (count > 1) {
		reader->rows_count = 2;
		memcpy(reader->members[1], reader->members[0], sizeof(reader->members[1]));
		reader->takes[1] = TAKE_LEAST;
		set_name(reader->plot, 0, "greatest", 0);
		set_name(reader->plot, 1, "least", 0);
		reader->plot->band_low = 1;
		reader->plot->band_high = 0;
	}
}

static void prepare_window(struct reader *reader)
{
	size_t count;
	const struct metrics_group *groups = groups_of(reader, &count);

	if (metrics_has_stat(reader->family, groups, count, "max"))
		prepare_percentiles(reader);
	else
		prepare_one_stat(reader);
}

static void prepare_apart(struct reader *reader, size_t count)
{
	const struct metrics_subject *subject = &reader->scene->subject;

	reader->is_apart = true;
	reader->rows_count = count;
	for (size_t i = 0; i < count; i++) {
		struct buf name = {0};

		metrics_group_print(&name, subject->family, &subject->groups[i], true);
		set_name(reader->plot, i, name.bytes, 0);
		buf_fini(&name);
		reader->takes[i] = TAKE_SUM;
	}
}

static void prepare_gauge(struct reader *reader)
{
	const struct metrics_subject *subject = &reader->scene->subject;

	reader->rows_count = 1;
	reader->takes[0] = TAKE_SUM;
	if (subject->groups_count == 1) {
		set_name(reader->plot, 0, "value", 0);
	} else if (metrics_adds_up(subject->family)) {
		set_name(reader->plot, 0, "sum", 0);
	} else if (subject->groups_count < METRICS_LINES) {
		prepare_apart(reader, subject->groups_count);
	} else {
		reader->rows_count = 2;
		reader->takes[0] = TAKE_GREATEST;
		reader->takes[1] = TAKE_LEAST;
		set_name(reader->plot, 0, "greatest", 0);
		set_name(reader->plot, 1, "least", 0);
		reader->plot->band_low = 1;
		reader->plot->band_high = 0;
	}
}

static void prepare_counter(struct reader *reader)
{
	reader->rows_count = 1;
	reader->takes[0] = TAKE_INCREASE;
	reader->plot->is_rate = true;
	set_name(reader->plot, 0, "rate", 0);
}

static void prepare_histogram(struct reader *reader)
{
	const struct metrics_family *family = reader->scene->subject.family, *windows;
	char name[128];

	snprintf(name, sizeof(name), "tts:%s", strncmp(family->name, "tts_", 4) != 0 ? "" : family->name + 4);
	windows = metrics_book_family(reader->scene->book, name, METRICS_WINDOW);
	if (windows) {
		reader->family = windows;
		prepare_window(reader);
		return;
	}
	reader->plot->is_mean = true;
	reader->rows_count = 2;
	strcpy(reader->members[0], "_sum");
	strcpy(reader->members[1], "_count");
	reader->takes[0] = reader->takes[1] = TAKE_INCREASE;
	set_name(reader->plot, 0, "mean", 0);
}

static bool is_beside(const void *arg, const struct metrics_group *group)
{
	return metrics_is_beside(arg, group);
}

/* --- the values of the lines
 * ---------------------------------------------------------------------------------------- */

static void make_lines(struct metrics_plot *plot)
{
	size_t columns = plot->grid.columns;

	mem_grow(&plot->values, &plot->values_capacity, METRICS_LINES * columns, sizeof(*plot->values));
	for (size_t i = 0; i < plot->lines_count; i++) {
		double *values = plot->values + i * columns;

		if (plot->is_rate)
			metrics_grid_rate(&plot->grid, i, plot->rate_columns, values);
		else
			memcpy(values, metrics_grid_row(&plot->grid, i), columns * sizeof(*values));
		for (size_t c = 0; plot->is_mean && c < columns; c++) {
			double n = metrics_grid_row(&plot->grid, 1)[c];

			values[c] = n > 0 ? values[c] / n : NAN;
		}
		plot->lines[i].now = values[columns - 1];
		plot->lines[i].is_empty = true;
		for (size_t c = 0; c < columns; c++)
			plot->lines[i].is_empty &= isnan(values[c]) != 0;
	}
}

static void count_values(struct reader *reader)
{
	struct metrics_plot *plot = reader->plot;
	size_t count;
	const struct metrics_group *groups = groups_of(reader, &count);

	plot->n = NAN;
	if (plot->is_rate || plot->is_mean)
		plot->n = metrics_grid_sum(&plot->grid, plot->is_mean);
	if (!plot->span)
		return;
	for (size_t g = 0; g < count; g++) {
		char member[24];
		const struct series *series;
		struct sample sample;

		snprintf(member, sizeof(member), "count_%s", plot->span);
		series = is_wanted(reader, &groups[g])
				 ? metrics_group_member(reader->family, &groups[g], member)
				 : NULL;
		if (series && series_at(series, reader->scene->at_ms, &sample))
			plot->n = isnan(plot->n) ? sample.value : plot->n + sample.value;
	}
}

static void say_what(struct reader *reader)
{
	struct metrics_plot *plot = reader->plot;
	size_t count, wanted = 0;
	const struct metrics_group *groups = groups_of(reader, &count);

	for (size_t g = 0; g < count; g++)
		wanted += is_wanted(reader, &groups[g]);
	if (plot->is_rate)
		snprintf(plot->what, sizeof(plot->what), "rate over %lld s",
			 (long long)plot->grid.step_ms / 1000 * (long long)plot->rate_columns);
	else if (plot->lines[0].q > 0 && wanted > 1)
		snprintf(plot->what, sizeof(plot->what), "greatest of %zu at each moment", wanted);
	else
		*plot->what = '\0';
}

static void prepare(struct reader *reader)
{
	struct metrics_plot *plot = reader->plot;

	plot->band_low = plot->band_high = -1;
	plot->is_rate = plot->is_mean = false;
	plot->is_low_bad = metrics_is_low_bad(reader->family);
	plot->span = NULL;
	plot->unit = metrics_unit(reader->family);
	plot->count_unit = metrics_count_unit(reader->family);
	plot->unit_name = metrics_unit_name(reader->family);
	switch (reader->family->kind) {
	case METRICS_COUNTER:
		prepare_counter(reader);
		break;
	case METRICS_HISTOGRAM:
		prepare_histogram(reader);
		break;
	case METRICS_WINDOW:
		prepare_window(reader);
		break;
	default:
		prepare_gauge(reader);
		break;
	}
	plot->lines_count = plot->is_mean ? 1 : reader->rows_count;
}

void metrics_plot_read(const struct metrics_scene *scene, size_t values_max)
{
	struct metrics_plot *plot = &scene->charts->plot;
	struct reader reader = {
		.scene = scene, .plot = plot, .family = scene->subject.family, .hash = TABLE_HASH};
	int64_t step_ms = metrics_grid_step_ms(scene->desk->window_ns, values_max);
	size_t columns = metrics_grid_columns(scene->desk->window_ns, step_ms);
	uint64_t key = metrics_scene_key(scene, columns);

	if (plot->key == key)
		return;
	plot->key = key;
	plot->is_blind = true;
	prepare(&reader);
	each_series(&reader, hash_series);
	if (metrics_grid_begin(&plot->grid, reader.hash,
			       (struct metrics_grid_shape){reader.rows_count, scene->desk->window_ns, step_ms,
							   metrics_take_grows(reader.takes[0])},
			       scene->at_ms))
		each_series(&reader, add_series);
	plot->rate_columns = (size_t)((int64_t)(scene->desk->window_ns / 1000000u) / RATE_PARTS / step_ms);
	plot->rate_columns = plot->rate_columns ? plot->rate_columns : 1;
	make_lines(plot);
	count_values(&reader);
	say_what(&reader);
	if (plot->band_low >= 0 &&
	    (plot->lines[plot->band_low].is_empty || plot->lines[plot->band_high].is_empty))
		plot->band_low = plot->band_high = -1;
	metrics_thresholds(scene->book, scene->subject.family, scene->at_ms, is_beside, scene, plot->tiers);
}
