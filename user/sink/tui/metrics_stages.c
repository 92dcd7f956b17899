// SPDX-License-Identifier: Apache-2.0
/*
 * The stage table. In: what metrics_stages_read.c has read. Out: a list, the legend of the split, and the split
 * of the selected stage in numbers.
 */
#include "sink/tui/metrics_stages.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sink/paint.h"
#include "sink/tui/trace_bars.h"

enum {
	COLUMN_STAGE,
	COLUMN_RATE,
	COLUMN_N,
	COLUMN_P50,
	COLUMN_P95,
	COLUMN_P99,
	COLUMN_MAX,
	COLUMN_TIME,
	COLUMN_SPLIT
};

static const struct list_column stage_columns[] = {
	[COLUMN_STAGE] = {.title = "STAGE", .columns = 14, .can_sort = true},
	[COLUMN_RATE] = {.title = "RATE", .columns = 8, .rank = 2, .is_right = true, .can_sort = true},
	[COLUMN_N] = {.title = "N", .columns = 8, .rank = 7, .is_right = true, .can_sort = true},
	[COLUMN_P50] = {.title = "P50", .columns = 8, .rank = 4, .is_right = true, .can_sort = true},
	[COLUMN_P95] = {.title = "P95", .columns = 8, .rank = 1, .is_right = true, .can_sort = true},
	[COLUMN_P99] = {.title = "P99", .columns = 8, .rank = 6, .is_right = true, .can_sort = true},
	[COLUMN_MAX] = {.title = "MAX", .columns = 8, .rank = 5, .is_right = true, .can_sort = true},
	[COLUMN_TIME] = {.title = "TIME", .columns = 8, .rank = 8, .is_right = true, .can_sort = true},
	[COLUMN_SPLIT] = {.title = "SPLIT OF TIME", .columns = 0}, /* not narrower than its title */
};

static struct metrics_stages *stages_get(struct metrics_charts *charts)
{
	if (!charts->stages) {
		charts->stages = mem_new(sizeof(*charts->stages));
		memcpy(charts->stages->columns, stage_columns, sizeof(stage_columns));
		list_init(&charts->stages->list, charts->stages->columns,
			  sizeof(stage_columns) / sizeof(stage_columns[0]));
		charts->stages->list.sort_column = COLUMN_TIME;
	}
	return charts->stages;
}

_Static_assert(sizeof(stage_columns) == sizeof(((struct metrics_stages *)0)->columns), "each has its width");

void metrics_stages_free(struct metrics_stages *stages)
{
	if (!stages)
		return;
	metrics_grid_fini(&stages->grid);
	free(stages);
}

/* --- order
 * --------------------------------------------------------------------------------------------------------- */

static double number_of(const struct metrics_stage *stage, size_t column)
{
	switch (column) {
	case COLUMN_RATE:
	case COLUMN_N:
		return stage->count;
	case COLUMN_P50:
		return stage->p50_s;
	case COLUMN_P95:
		return stage->p95_s;
	case COLUMN_P99:
		return stage->p99_s;
	case COLUMN_MAX:
		return stage->max_s;
	default:
		return stage->wall_s;
	}
}

/* Numbers from the greatest, what has none at the end; names from a to z. */
static bool comes_before(const struct metrics_stages *stages, const struct metrics_stage *a,
			 const struct metrics_stage *b)
{
	double one = number_of(a, stages->list.sort_column), other = number_of(b, stages->list.sort_column);
	int difference = strcmp(a->stage, b->stage);

	if (!difference)
		difference = strcmp(a->engine ? a->engine : "", b->engine ? b->engine : "");
	if (stages->list.sort_column == COLUMN_STAGE)
		return stages->list.is_inverted ? difference > 0 : difference < 0;
	if (isnan(one) || isnan(other) || one == other)
		return isnan(one) == isnan(other) ? difference < 0 : isnan(other);
	return stages->list.is_inverted ? one < other : one > other;
}

static void sort(struct metrics_stages *stages)
{
	for (size_t i = 0; i < stages->count; i++) {
		size_t at = i;

		for (; at && comes_before(stages, &stages->stages[i], &stages->stages[stages->order[at - 1]]);
		     at--)
			stages->order[at] = stages->order[at - 1];
		stages->order[at] = i;
	}
}

/* --- rows
 * ------------------------------------------------------------------------------------------------------------
 */

static const struct metrics_stage *stage_at(const struct metrics_stages *stages, size_t row)
{
	return &stages->stages[stages->order[row]];
}

static uint64_t row_id(void *arg, size_t row)
{
	return stage_at(arg, row)->id;
}

static void draw_split(const struct metrics_stage *stage, struct area area)
{
	struct chart_part parts[STAGE_SPLITS];

	if (!(stage->wall_s > 0)) {
		area_text(area, 0, 0, STYLE_DIM, "no split");
		return;
	}
	for (unsigned i = 0; i < STAGE_SPLITS; i++) {
		struct bars_part look = bars_part(i);

		parts[i] = (struct chart_part){stage->splits_s[i], look.style, look.glyph, look.fallback};
	}
	chart_parts(area, 0, 0, area.columns, parts, STAGE_SPLITS, stage->wall_s);
}

/* Several engines may have a stage of that name. */
static bool is_alone(const struct metrics_stages *stages, const struct metrics_stage *stage)
{
	for (size_t i = 0; i < stages->count; i++)
		if (&stages->stages[i] != stage && !strcmp(stages->stages[i].stage, stage->stage))
			return false;
	return true;
}

static void draw_name(const struct metrics_stages *stages, const struct metrics_stage *stage, struct area area)
{
	char *name;

	if (is_alone(stages, stage)) {
		list_text(area, false, STYLE_TEXT, stage->stage);
		return;
	}
	name = mem_format("%s %s", stage->stage, stage->engine ? stage->engine : "");
	list_text(area, false, STYLE_TEXT, name);
	free(name);
}

static void draw_number(const struct metrics_stages *stages, const struct metrics_stage *stage, size_t column,
			struct area area)
{
	double value = number_of(stage, column);
	bool is_by_buckets = column >= COLUMN_P50 && column <= COLUMN_P99 && !stage->is_exact && !isnan(value);
	enum chart_unit unit = CHART_SECONDS;
	char text[64];

	if (column == COLUMN_RATE) {
		value = stages->seconds > 0 ? value / stages->seconds : NAN;
		unit = CHART_PER_SECOND;
	}
	if (column == COLUMN_N && !isnan(value))
		snprintf(text, sizeof(text), "%s", units_count((uint64_t)(value + 0.5)).text);
	else if (isinf(value))
		snprintf(text, sizeof(text), ">%s",
			 chart_number(stage->bounds[stage->bounds_count - 2], unit, area.canvas->ascii).text);
	else
		snprintf(text, sizeof(text), "%s%s", is_by_buckets ? "~" : "",
			 chart_number(value, unit, area.canvas->ascii).text);
	list_text(area, true, isnan(value) ? STYLE_DIM : STYLE_TEXT, text);
}

static void row_cell(void *arg, size_t row, size_t column, struct area area, bool is_right)
{
	const struct metrics_stage *stage = stage_at(arg, row);

	(void)is_right;
	if (column == COLUMN_SPLIT)
		draw_split(stage, area);
	else if (column == COLUMN_STAGE)
		draw_name(arg, stage, area);
	else
		draw_number(arg, stage, column, area);
}

static struct list_rows rows_of(struct metrics_stages *stages)
{
	return (struct list_rows){.arg = stages,
				  .count = stages->count,
				  .id = row_id,
				  .cell = row_cell,
				  .empty = "no stage has been seen yet"};
}

/* --- around the list
 * ------------------------------------------------------------------------------------------------- */

/* "█ on-CPU 43 %  ▒ run queue ..." of the selected stage. */
static void draw_legend(const struct metrics_stages *stages, struct area area)
{
	static const char *const names[STAGE_SPLITS] = {"on-CPU", "run queue", "blocked", "pre-empted"};
	const struct look look = {.ascii = area.canvas->ascii};
	const struct metrics_stage *stage = NULL;
	struct metrics_heading heading = {.area = area, .rows = area.rows};

	for (size_t i = 0; i < stages->count; i++)
		if (!i || stage_at(stages, i)->id == stages->list.selected_id)
			stage = stage_at(stages, i);
	if (stage)
		metrics_heading_add(&heading, STYLE_BOLD, "%s", stage->stage);
	for (int i = 0; i < STAGE_SPLITS; i++) {
		struct chart_text share =
			chart_number(stage ? metrics_stage_share(stage, i) : NAN, CHART_RATIO, look.ascii);

		metrics_heading_add(&heading, bars_part((unsigned)i).style, "%s %s %s",
				    paint_cell_glyph((enum paint_cell)i, &look), names[i], share.text);
	}
}

static void say_facts(const struct metrics_scene *scene, struct metrics_heading *heading)
{
	const struct metrics_stages *stages = scene->charts->stages;
	bool is_exact = stages->count;

	for (size_t i = 0; i < stages->count; i++)
		is_exact &= stages->stages[i].is_exact;
	metrics_heading_add(heading, STYLE_TEXT, "stages in %s", metrics_window_name(stages->window_ns).text);
	metrics_heading_loss(heading, scene, stages->grid.step_ms);
	if (stages->left_out_count)
		metrics_heading_add(heading, STYLE_WARNING, "%zu more are left out", stages->left_out_count);
	metrics_heading_add(heading, STYLE_DIM,
			    is_exact ? "seconds of wall time" : "seconds; ~ percentiles by buckets");
}

void metrics_stages_draw(const struct metrics_scene *scene, struct area area)
{
	struct metrics_stages *stages = stages_get(scene->charts);
	struct metrics_heading heading = {.area = area, .rows = area.rows >= 8 ? 2 : area.rows >= 5};
	int legend = area.rows >= 10 ? (area.columns < 60 ? 3 : area.columns < 90 ? 2 : 1) : 0;
	struct list_rows rows;

	metrics_stages_read(scene);
	sort(stages);
	rows = rows_of(stages);
	if (heading.rows) {
		say_facts(scene, &heading);
		area = metrics_heading_rest(&heading);
	}
	if (legend) {
		draw_legend(stages, area_part(area, area.rows - legend, 0, legend, area.columns));
		area = area_part(area, 0, 0, area.rows - legend, area.columns);
	}
	stages->columns[COLUMN_STAGE].columns = area.columns < 100 ? 14 : 30;
	scene->charts->list_row = area.row;
	scene->charts->list_column = area.column;
	list_draw(&stages->list, area, &rows);
}

bool metrics_stages_act(struct metrics_charts *charts, enum action action)
{
	struct list_rows rows = rows_of(stages_get(charts));

	return list_act(&charts->stages->list, action, &rows);
}

bool metrics_stages_click(struct metrics_charts *charts, const struct screen_event *event)
{
	struct list_rows rows = rows_of(stages_get(charts));
	bool is_enter;

	return list_click(&charts->stages->list, event, &rows, &is_enter);
}
