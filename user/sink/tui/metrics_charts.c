// SPDX-License-Identifier: Apache-2.0
/* In: what is selected and which chart. Out: the row of charts, and below it the one that is open. */
#include "sink/tui/metrics_charts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "base/units.h"

static const struct {
	const char *name;
	void (*draw)(const struct metrics_scene *scene, struct area area);
} views[METRICS_VIEWS] = {
	[VIEW_PLOT] = {"plot", metrics_plot_draw},
	[VIEW_HEAT] = {"heatmap", metrics_heat_draw},
	[VIEW_STAGES] = {"stages", metrics_stages_draw},
	[VIEW_DISTRIBUTION] = {"distribution", metrics_distribution_draw},
};

const char *metrics_view_name(enum metrics_view view)
{
	return views[view].name;
}

void metrics_charts_forget(struct metrics_charts *charts)
{
	charts->plot.key = 0;
	charts->plot.grid.key = 0;
	charts->histogram.key = 0;
	charts->histogram.grid.key = 0;
	charts->histogram.name = NULL;
	charts->loss.key = 0;
	charts->loss.grid.key = 0;
	metrics_stages_free(charts->stages);
	charts->stages = NULL;
}

void metrics_charts_fini(struct metrics_charts *charts)
{
	metrics_charts_forget(charts);
	metrics_grid_fini(&charts->plot.grid);
	metrics_grid_fini(&charts->histogram.grid);
	metrics_grid_fini(&charts->loss.grid);
	free(charts->plot.values);
	free(charts->heat);
	*charts = (struct metrics_charts){0};
}

/* --- the heading
 * ----------------------------------------------------------------------------------------------- */

void metrics_heading_add(struct metrics_heading *heading, enum style style, const char *format, ...)
{
	struct buf clean = {0};
	int columns, gap = heading->column ? 2 : 0;
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	text_clean(&clean, text, strlen(text), heading->area.canvas->ascii);
	columns = clean.length ? (int)text_columns(clean.bytes, clean.length) : 0;
	if (gap && heading->column + gap + columns > heading->area.columns &&
	    heading->row + 1 < heading->rows) {
		heading->row++;
		heading->column = 0;
		gap = 0;
	}
	if (columns && (!gap || heading->column + gap + columns <= heading->area.columns)) {
		if (columns > heading->area.columns)
			columns = heading->area.columns;
		area_fit(heading->area, heading->row, heading->column + gap, columns, style, text);
		heading->column += gap + columns;
	}
	buf_fini(&clean);
	free(text);
}

unsigned metrics_needs(double q)
{
	return q > 0.98 ? 100 : q > 0.94 ? 20 : q > 0.89 ? 10 : 2;
}

void metrics_heading_quantile(struct metrics_heading *heading, enum style style, const char *name, double q,
			      double value, double n, enum chart_unit unit, bool ascii)
{
	struct chart_text text = chart_number(value, unit, ascii);

	if (!isnan(value))
		metrics_heading_add(heading, style, "%s %s", name, text.text);
	else if (n < metrics_needs(q))
		metrics_heading_add(heading, STYLE_DIM, "%s %s (%.0f of %u)", name, text.text, n,
				    metrics_needs(q));
	else
		metrics_heading_add(heading, STYLE_DIM, "%s %s", name, text.text);
}

void metrics_heading_loss(struct metrics_heading *heading, const struct metrics_scene *scene, int64_t step_ms)
{
	if (metrics_loss_read(scene, step_ms))
		metrics_heading_add(heading, STYLE_UNKNOWN, "? %s events lost: some are missing",
				    units_count((uint64_t)scene->charts->loss.total).text);
}

void metrics_heading_groups(struct metrics_heading *heading, const struct metrics_histogram *histogram)
{
	if (histogram->groups_count > 1)
		metrics_heading_add(heading, STYLE_DIM, "%zu added up", histogram->groups_count);
	if (histogram->is_cut)
		metrics_heading_add(heading, STYLE_WARNING, "bounds differ: common ones only");
}

struct area metrics_heading_rest(const struct metrics_heading *heading)
{
	int rows = heading->row + (heading->column > 0);

	return area_part(heading->area, rows, 0, heading->area.rows - rows, heading->area.columns);
}

struct chart_text metrics_bound(double bound, enum chart_unit unit, bool ascii)
{
	struct chart_text text;

	if (isinf(bound)) {
		strcpy(text.text, "+Inf");
		return text;
	}
	text = chart_number(bound, unit, ascii);
	chart_text_trim(&text);
	return text;
}

struct chart_text metrics_window_name(uint64_t window_ns)
{
	uint64_t seconds = window_ns / NS_PER_S;
	struct chart_text text;

	if (seconds >= 3600 && seconds % 3600 == 0)
		snprintf(text.text, sizeof(text.text), "%uh", (unsigned)(seconds / 3600));
	else if (seconds >= 60 && seconds % 60 == 0)
		snprintf(text.text, sizeof(text.text), "%um", (unsigned)(seconds / 60));
	else
		snprintf(text.text, sizeof(text.text), "%us", (unsigned)seconds);
	return text;
}

const char *metrics_exact_suffix(const struct desk *desk)
{
	if (desk->window_ns == 60 * NS_PER_S)
		return "1m";
	return desk->window_ns == 300 * NS_PER_S ? "5m" : NULL;
}

/* --- what the charts share
 * --------------------------------------------------------------------------------------- */

uint64_t metrics_scene_key(const struct metrics_scene *scene, uint64_t more)
{
	const struct metrics_subject *subject = &scene->subject;
	uint64_t parts[] = {scene->book->generation,
			    subject->is_group ? subject->groups[0].id : subject->family->id,
			    scene->desk->window_ns, (uint64_t)scene->at_ms, more};
	uint64_t key = table_mix(table_hash(TABLE_HASH, parts, sizeof(parts)));

	return key ? key : 1;
}

bool metrics_is_beside(const struct metrics_scene *scene, const struct metrics_group *group)
{
	const struct metrics_subject *subject = &scene->subject;

	if (subject->is_group)
		return metrics_group_is_like(group, subject->groups[0].labels);
	return metrics_filter_takes_beside(scene->filter, group->labels, subject->family->name);
}

bool metrics_loss_read(const struct metrics_scene *scene, int64_t step_ms)
{
	const struct metrics_family *family =
		metrics_book_family(scene->book, "ttsobs_events_lost_total", METRICS_COUNTER);
	struct metrics_loss *loss = &scene->charts->loss;
	uint64_t key = metrics_scene_key(scene, (uint64_t)step_ms), same = TABLE_HASH;

	if (loss->key == key)
		return loss->total > 0;
	loss->key = key;
	loss->total = NAN;
	if (!family)
		return false;
	for (size_t i = 0; i < family->groups_count; i++)
		if (metrics_is_beside(scene, &family->groups[i]))
			same = metrics_grid_hash(same, family->groups[i].series[0]);
	if (metrics_grid_begin(&loss->grid, same,
			       (struct metrics_grid_shape){1, scene->desk->window_ns, step_ms, true},
			       scene->at_ms))
		for (size_t i = 0; i < family->groups_count; i++)
			if (metrics_is_beside(scene, &family->groups[i]))
				metrics_grid_add(&loss->grid, 0, family->groups[i].series[0], TAKE_INCREASE);
	loss->total = metrics_grid_sum(&loss->grid, 0);
	return loss->total > 0;
}

void metrics_loss_draw(const struct metrics_scene *scene, struct area area, int row, int left)
{
	const struct metrics_grid *grid = &scene->charts->loss.grid;
	const double *lost = metrics_grid_row(grid, 0);
	int width = area.columns - left;

	area_fit(area, row, 0, left, STYLE_UNKNOWN, "loss");
	for (size_t i = 0; i < grid->columns && width > 0; i++) {
		int from = (int)(i * (size_t)width / grid->columns),
		    end = (int)((i + 1) * (size_t)width / grid->columns);

		if (lost[i] > 0)
			area_fill(area, row, left + from, end > from ? end - from : 1, STYLE_UNKNOWN, '?', '?');
	}
}

/* --- all of it
 * ----------------------------------------------------------------------------------------------------- */

static void draw_tabs(struct metrics_charts *charts, struct area area)
{
	int column = 0;

	for (int i = 0; i < METRICS_VIEWS; i++) {
		enum style style = i == (int)charts->view ? STYLE_TAB_ON : STYLE_TAB;

		charts->tabs_at[i] = column;
		column += area_format(area, 0, column, style, i == (int)charts->view ? "[%s]" : " %s ",
				      views[i].name);
	}
	charts->tabs_at[METRICS_VIEWS] = column;
	if (column + 3 <= area.columns)
		area_text(area, 0, column + 1, STYLE_KEY, "v");
}

static void draw_name(const struct metrics_subject *subject, struct area area, int row)
{
	struct buf name = {0};

	buf_text(&name, subject->family->name);
	if (subject->is_group || subject->groups_count == 1) {
		buf_text(&name, "{");
		metrics_group_print(&name, subject->family, &subject->groups[0], false);
		buf_text(&name, "}");
	} else {
		buf_format(&name, " x%zu", subject->groups_count);
	}
	area_fit(area, row, 0, area.columns, STYLE_TITLE, name.bytes);
	buf_fini(&name);
}

void metrics_charts_draw(const struct metrics_scene *scene, struct area area)
{
	int row = 0;

	if (area.rows < 1 || area.columns < 1)
		return;
	if (area.rows >= 4)
		draw_tabs(scene->charts, area_part(area, row++, 0, 1, area.columns));
	else
		memset(scene->charts->tabs_at, 0, sizeof(scene->charts->tabs_at));
	if (!scene->subject.family || !scene->subject.groups_count) {
		area_fit(area, row, 0, area.columns, STYLE_DIM, "nothing is selected");
		return;
	}
	if (area.rows >= 9)
		draw_name(&scene->subject, area, row++);
	views[scene->charts->view].draw(scene, area_part(area, row, 0, area.rows - row, area.columns));
}
