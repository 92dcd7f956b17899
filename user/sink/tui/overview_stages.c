// SPDX-License-Identifier: Apache-2.0
/*
 * Where the time of one instance goes: its stages. In: series of stages. Out: a small table.
 * The rule that surprises: the slowest stages come first, by what they take together in the last minute, and
 * "request" is not among them: it is the whole.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/tui/overview.h"

#define WHOLE	"request"
#define SPAN_NS 60000000000ull

enum { LABELS = 3 };

static double of_stage(const struct desk *desk, const char *metric, const struct query_label *labels)
{
	return query_value(desk, metric, labels, LABELS + 1);
}

/* Part of its wall time in which it was on a CPU. */
static double oncpu_of(const struct desk *desk, const struct query_label *labels)
{
	double oncpu = query_rate(desk, "tts_oncpu_seconds_total", labels, LABELS + 1, SPAN_NS);
	double wall = query_rate(desk, "tts_split_wall_seconds_total", labels, LABELS + 1, SPAN_NS);

	return wall > 0 ? oncpu / wall : NAN;
}

static double weight(const struct overview_stage *stage)
{
	return stage->count > 0 && stage->p50 > 0 ? stage->count * stage->p50 : 0;
}

static int compare(const void *left, const void *right)
{
	const struct overview_stage *a = left, *b = right;

	if (weight(a) < weight(b) || weight(a) > weight(b))
		return weight(a) > weight(b) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void take(struct overview *overview, const struct desk *desk, const struct overview_instance *instance)
{
	struct query_label labels[LABELS + 1] = {
		{"engine", instance->engine}, {"service", instance->service}, {"pid", instance->pid}, {"stage", ""}};
	struct series *const *series;
	size_t count = query_select(desk, "tts:stage_duration_seconds:count_1m", labels, LABELS, &series);
	const char *names[OVERVIEW_STAGES];

	overview->stages_count = 0;
	for (size_t i = 0; i < count && overview->stages_count < OVERVIEW_STAGES; i++) {
		const char *name = labels_find(series_labels(series[i]), "stage");

		if (name && strcmp(name, WHOLE) != 0)
			names[overview->stages_count++] = name;
	}
	for (size_t i = 0; i < overview->stages_count; i++) {
		struct overview_stage *stage = &overview->stages[i];

		labels[LABELS].value = names[i];
		snprintf(stage->name, sizeof(stage->name), "%s", names[i]);
		stage->count = of_stage(desk, "tts:stage_duration_seconds:count_1m", labels);
		stage->p50 = of_stage(desk, "tts:stage_duration_seconds:p50_1m", labels);
		stage->p95 = of_stage(desk, "tts:stage_duration_seconds:p95_1m", labels);
		stage->max = of_stage(desk, "tts:stage_duration_seconds:max_1m", labels);
		if (isnan(stage->p50))
			stage->p50 = stage->count > 0 ? stage->max : NAN;
		stage->oncpu_share = oncpu_of(desk, labels);
	}
	if (overview->stages_count)
		qsort(overview->stages, overview->stages_count, sizeof(overview->stages[0]), compare);
}

void overview_take_stages(struct overview *overview, const struct desk *desk,
			  const struct overview_instance *instance)
{
	struct desk then = overview_desk_of(instance, desk);

	if (overview->stages_id == instance->id && overview->stages_second == overview->second)
		return;
	take(overview, &then, instance);
	overview->stages_id = instance->id;
	overview->stages_second = overview->second;
}

static void draw_one(const struct overview_stage *stage, struct area area, int name_columns, double greatest,
		     bool ascii)
{
	struct chart_part part = {weight(stage), STYLE_LINE_2, 0x2588, '#'};
	int at = name_columns + 2, left = area.columns - at - 9 * 4 - 2;

	area_fit(area, 0, 1, name_columns, STYLE_TEXT, stage->name);
	area_right(area, 0, at, 8, STYLE_TEXT, chart_number(stage->p50, CHART_SECONDS, ascii).text);
	area_right(area, 0, at + 9, 8, STYLE_BOLD, chart_number(stage->p95, CHART_SECONDS, ascii).text);
	area_right(area, 0, at + 18, 8, STYLE_TEXT, chart_number(stage->count, CHART_PLAIN, ascii).text);
	area_right(area, 0, at + 27, 8, STYLE_TEXT, chart_number(stage->oncpu_share, CHART_RATIO, ascii).text);
	if (left >= 6 && greatest > 0 && part.value > 0)
		chart_parts(area, 0, at + 37, left, &part, 1, greatest);
}

void overview_draw_stages(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			  struct area area)
{
	struct area body = area_section(area, "stages, last minute");
	int name_columns = body.columns > 70 ? 26 : body.columns - 40;
	double greatest;

	if (body.rows < 2 || name_columns < 8)
		return;
	overview_take_stages(overview, desk, instance);
	area_text(body, 0, 1, STYLE_TITLE, "stage");
	area_right(body, 0, name_columns + 2, 8, STYLE_TITLE, "p50");
	area_right(body, 0, name_columns + 11, 8, STYLE_TITLE, "p95");
	area_right(body, 0, name_columns + 20, 8, STYLE_TITLE, "calls");
	area_right(body, 0, name_columns + 29, 8, STYLE_TITLE, "on CPU");
	if (body.columns - name_columns > 50)
		area_text(body, 0, name_columns + 39, STYLE_TITLE, "time in all");
	greatest = overview->stages_count ? weight(&overview->stages[0]) : 0;
	for (size_t i = 0; i < overview->stages_count && (int)i + 1 < body.rows; i++)
		draw_one(&overview->stages[i], area_part(body, (int)i + 1, 0, 1, body.columns), name_columns,
			 greatest, desk->ascii);
	if (!overview->stages_count)
		area_text(body, 1, 1, STYLE_DIM, "no call of a stage was seen");
}
