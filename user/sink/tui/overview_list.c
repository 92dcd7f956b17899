// SPDX-License-Identifier: Apache-2.0
/*
 * Many instances, a line each. In: instances. Out: the rows of a list, problems first unless sorted otherwise.
 * The rule that surprises: one that is gone and has a successor is last; one that has none is a problem.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink/tui/overview.h"

enum column {
	COLUMN_STATE,
	COLUMN_NAME,
	COLUMN_REASON,
	COLUMN_P95,
	COLUMN_RATE,
	COLUMN_SUCCESS,
	COLUMN_FACTOR,
	COLUMN_FLIGHT,
	COLUMN_QUEUE,
	COLUMN_AUDIO,
	COLUMN_LINE,
	COLUMN_CPU,
	COLUMN_MEMORY
};
_Static_assert(COLUMN_MEMORY + 1 == OVERVIEW_COLUMNS, "a place for each column");

#define NARROW	  60
#define NAME_MOST 34
#define LEFT_OUT  90 /* as a rank */

/* Numbers in the order in which they are worth their place. */
static const struct list_column columns_of_list[OVERVIEW_COLUMNS] = {
	[COLUMN_STATE] = {"state", 11, 0, false, true},	   [COLUMN_NAME] = {"instance", 24, 0, false, true},
	[COLUMN_REASON] = {"because", 0, 0, false, false}, [COLUMN_P95] = {"p95", 8, 1, true, true},
	[COLUMN_RATE] = {"req/s", 8, 2, true, true},	   [COLUMN_SUCCESS] = {"success", 8, 3, true, true},
	[COLUMN_FACTOR] = {"factor", 7, 4, true, true},	   [COLUMN_FLIGHT] = {"flight", 7, 5, true, true},
	[COLUMN_QUEUE] = {"queue", 6, 6, true, true},	   [COLUMN_AUDIO] = {"1st aud", 8, 7, true, true},
	[COLUMN_LINE] = {"requests", 16, 8, false, false}, [COLUMN_CPU] = {"CPU", 7, 9, true, true},
	[COLUMN_MEMORY] = {"memory", 9, 10, true, true},
};

static int name_columns(const struct overview *overview)
{
	int widest = 16;

	for (size_t i = 0; i < overview->shown_count; i++) {
		const struct overview_instance *instance = &overview->instances[overview->order[i]];
		int own = (int)(text_columns(instance->engine, strlen(instance->engine)) +
				text_columns(instance->service, strlen(instance->service)) + strlen(instance->pid)) +
			  4;

		widest = own > widest ? own : widest;
	}
	return widest < NAME_MOST ? widest : NAME_MOST;
}

/* Reasons before numbers: two fifths are theirs, but in a narrow place, where the block below the list has them. */
void overview_list_fit(struct overview *overview, int columns)
{
	struct list_column *of_list = overview->columns;
	int left, wanted = name_columns(overview);

	memcpy(of_list, columns_of_list, sizeof(overview->columns));
	overview->list.columns = of_list;
	overview->list.columns_count = OVERVIEW_COLUMNS;
	if (columns < NARROW) {
		of_list[COLUMN_NAME].columns = 0;
		of_list[COLUMN_REASON] = (struct list_column){"because", columns, LEFT_OUT, false, false};
		return;
	}
	of_list[COLUMN_NAME].columns = wanted < columns * 3 / 10 ? wanted : columns * 3 / 10;
	left = columns - of_list[COLUMN_STATE].columns - of_list[COLUMN_NAME].columns - columns * 2 / 5 - 2;
	for (int i = COLUMN_P95; i < OVERVIEW_COLUMNS; i++) {
		left -= of_list[i].columns + 1;
		if (left < 0) {
			of_list[i].columns = columns;
			of_list[i].rank = LEFT_OUT;
		}
	}
}

struct sorter {
	const struct overview *overview;
	size_t column;
	bool is_inverted;
};

static int rank(const struct overview_instance *instance)
{
	if (instance->health == HEALTH_GONE)
		return instance->is_replaced ? -1 : HEALTH_GONE;
	return instance->health == HEALTH_IDLE ? HEALTH_OK : (int)instance->health;
}

static double value_of(const struct overview_instance *instance, size_t column)
{
	static const enum overview_metric metrics[] = {
		[COLUMN_P95] = METRIC_DURATION_P95,  [COLUMN_SUCCESS] = METRIC_SUCCESS,
		[COLUMN_FACTOR] = METRIC_FACTOR_P50, [COLUMN_FLIGHT] = METRIC_IN_FLIGHT,
		[COLUMN_QUEUE] = METRIC_QUEUE,	     [COLUMN_AUDIO] = METRIC_AUDIO_P95,
		[COLUMN_CPU] = METRIC_CPU,	     [COLUMN_MEMORY] = METRIC_MEMORY,
	};

	if (column == COLUMN_RATE)
		return instance->values[METRIC_REQUESTS] / instance->seen_s;
	return instance->values[metrics[column]];
}

static int compare_values(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return a > b ? -1 : a < b;
}

static int compare_names(const struct overview_instance *a, const struct overview_instance *b)
{
	int order = strcmp(a->engine, b->engine);

	order = order ? order : strcmp(a->service, b->service);
	return order ? order : (a->pid_number > b->pid_number) - (a->pid_number < b->pid_number);
}

static int compare(const void *left, const void *right, void *arg)
{
	const struct sorter *sorter = arg;
	const struct overview_instance *a = &sorter->overview->instances[*(const size_t *)left],
				       *b = &sorter->overview->instances[*(const size_t *)right];
	int order = 0;

	if (sorter->column == COLUMN_STATE)
		order = rank(b) - rank(a);
	else if (sorter->column != COLUMN_NAME)
		order = compare_values(value_of(a, sorter->column), value_of(b, sorter->column));
	if (!order)
		order = compare_names(a, b);
	return sorter->is_inverted ? -order : order;
}

void overview_sort(struct overview *overview)
{
	struct sorter sorter = {overview, overview->list.sort_column, overview->list.is_inverted};

	if (overview->shown_count)
		qsort_r(overview->order, overview->shown_count, sizeof(*overview->order), compare, &sorter);
}

/* --- as the list wants it -------------------------------------------------------------------------------------- */

static struct overview_instance *instance_at(void *arg, size_t row)
{
	const struct overview *overview = arg;

	return &overview->instances[overview->order[row]];
}

static uint64_t id(void *arg, size_t row)
{
	return instance_at(arg, row)->id;
}

/* What tells them apart must not be cut off: the pid, then the service. */
static void draw_name(const struct overview_instance *instance, struct area area)
{
	int pid_columns = (int)strlen(instance->pid) + 3, left = area.columns - pid_columns, at;
	int engine_columns = (int)text_columns(instance->engine, strlen(instance->engine)) + 1,
	    service_columns = (int)text_columns(instance->service, strlen(instance->service));

	if (engine_columns + service_columns <= left) {
		at = area_text(area, 0, 0, STYLE_BOLD, instance->engine) + 1;
		at += area_text(area, 0, at, STYLE_BOLD, instance->service);
	} else {
		at = service_columns < left ? service_columns : left;
		at = at > 0 ? area_fit(area, 0, 0, at, STYLE_BOLD, instance->service) : 0;
	}
	area_format(area, 0, at ? at + 1 : 0, STYLE_BOLD, "(%s)", instance->pid);
}

/* Where nothing is to be said, what is left out of the columns. */
static void draw_reason(const struct overview_instance *instance, struct area area, bool ascii)
{
	const double *values = instance->values;
	double factor = values[isnan(values[METRIC_FACTOR_P50]) ? METRIC_FACTOR_MAX : METRIC_FACTOR_P50];
	char text[100];

	if (!instance->is_plain) {
		list_text(area, false, health_style(instance->health), instance->reason);
		return;
	}
	snprintf(text, sizeof(text), "%s, %s ok, factor %s",
		 chart_number(values[METRIC_REQUESTS] / instance->seen_s, CHART_PER_SECOND, ascii).text,
		 chart_number(values[METRIC_SUCCESS], CHART_RATIO, ascii).text,
		 chart_number(factor, CHART_PLAIN, ascii).text);
	list_text(area, false, STYLE_DIM, text);
}

static void draw_line(struct overview *overview, struct overview_instance *instance, struct area area)
{
	struct overview_line *line = &instance->lines[LINE_REQUESTS];
	struct desk then = overview_desk_of(instance, &overview->desk);

	line_update(line, &then, instance->series[METRIC_REQUESTS], true);
	line_draw(line, false, area, 0, 0, area.columns, STYLE_LINE_1);
}

static enum chart_unit unit_of(size_t column)
{
	switch (column) {
	case COLUMN_P95:
	case COLUMN_AUDIO:
		return CHART_SECONDS;
	case COLUMN_RATE:
		return CHART_PER_SECOND;
	case COLUMN_SUCCESS:
	case COLUMN_CPU:
		return CHART_RATIO;
	case COLUMN_MEMORY:
		return CHART_BYTES;
	default:
		return CHART_PLAIN;
	}
}

static enum style style_of(const struct overview_instance *instance, size_t column)
{
	if (column == COLUMN_SUCCESS && instance->values[METRIC_ERRORS] > 0)
		return STYLE_CRITICAL;
	if (column == COLUMN_FACTOR && instance->values[METRIC_FACTOR_P50] > 1)
		return STYLE_CRITICAL;
	return STYLE_TEXT;
}

static void cell(void *arg, size_t row, size_t column, struct area area, bool is_right)
{
	struct overview *overview = arg;
	struct overview_instance *instance = instance_at(arg, row);
	char badge[16];

	switch (column) {
	case COLUMN_STATE:
		snprintf(badge, sizeof(badge), " %s", health_word(instance->health));
		list_text(area, false,
			  health_is_alarm(instance) ? health_badge(instance->health) : health_style(instance->health),
			  badge);
		break;
	case COLUMN_NAME:
		draw_name(instance, area);
		break;
	case COLUMN_REASON:
		draw_reason(instance, area, overview->desk.ascii);
		break;
	case COLUMN_LINE:
		draw_line(overview, instance, area);
		break;
	default:
		list_text(area, is_right, style_of(instance, column),
			  chart_number(value_of(instance, column), unit_of(column), overview->desk.ascii).text);
	}
}

struct list_rows overview_list_rows(struct overview *overview, struct desk *desk)
{
	overview->desk = *desk;
	return (struct list_rows){
		.arg = overview, .count = overview->shown_count, .id = id, .cell = cell, .empty = "no instance"};
}
