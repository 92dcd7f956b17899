// SPDX-License-Identifier: Apache-2.0
/*
 * One instance in as many rows as it gets. In: the instance, an area. Out: cells.
 * The rule that surprises: what is wrong fills the whole first rows, not a word of them: it must be seen from across the
 * room.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sink/tui/overview.h"

#define NARROW	     60
#define PLOT_ROWS    7
#define BADGE	     12

/*
 * By the number of rows: H = first row, the reason beside; h = first row, e = the reason below; others: overview_rows.c.
 * What matters most comes with the fewest rows.
 */
static const char *const wide[OVERVIEW_BLOCK_ROWS + 1] = {
	"",	  "H",	     "HD",	 "HPD",	     "HPDA",	   "HPDAX",
	"hePDAX", "hePDAXY", "hePDACLY", "hePDAFCLS", "heRDAFQCLS",
};
static const char *const narrow[OVERVIEW_BLOCK_ROWS + 1] = {
	"",	  "h",	     "he",	 "heD",	      "heDR",	    "heDRA",
	"heDRAQ", "heDRAQF", "heDRAQFC", "heDRAQFCL", "heDRAQFCLS",
};

static bool is_alarm(enum health health)
{
	return health >= HEALTH_WARNING;
}

/* Two rows that are filled when something is wrong. */
static void draw_name(const struct overview_row *row, char what, struct area area, bool is_marked)
{
	const struct overview_instance *instance = row->instance;
	enum style badge = health_badge(instance->health), style = is_alarm(instance->health) ? badge : STYLE_BOLD;
	bool is_quiet = instance->health == HEALTH_IDLE || instance->health == HEALTH_GONE;
	char word[BADGE + 1];
	int at = BADGE + 1;

	if (is_alarm(instance->health))
		area_fill(area, 0, 0, area.columns, badge, ' ', ' ');
	area_glyph(area, 0, 0, style, is_marked ? 0x25b6 : ' ', is_marked ? '>' : ' ');
	snprintf(word, sizeof(word), " %s ", health_word(instance->health));
	area_text(area, 0, 1, badge, word);
	area_mark(area, 0, 1, (int)strlen(word), MARK_BOLD | (is_quiet ? MARK_DIM : 0));
	at += area_text(area, 0, at, style, instance->engine);
	at += area_text(area, 0, at, is_alarm(instance->health) ? badge : STYLE_DIM, " in ");
	at += area_text(area, 0, at, style, instance->service);
	at += area_format(area, 0, at, style, " (%s)", instance->pid);
	if (what == 'H' && area.columns - at > 12)
		area_fit(area, 0, at + 2, area.columns - at - 3,
			 is_alarm(instance->health) ? badge : health_style(instance->health), instance->reason);
}

static void draw_reason(const struct overview_row *row, struct area area)
{
	enum health health = row->instance->health;
	enum style style = is_alarm(health) ? health_badge(health) : health_style(health);
	int indent = area.columns >= NARROW ? BADGE + 1 : 1;

	if (is_alarm(health))
		area_fill(area, 0, 0, area.columns, style, ' ', ' ');
	area_fit(area, 0, indent, area.columns - indent - 1, style, row->instance->reason);
}

static void plot_requests(const struct overview_row *row, struct area area)
{
	struct overview_line *line = &row->instance->lines[LINE_REQUESTS];
	struct chart_line lines[] = {{NULL, STYLE_LINE_1, "requests/s"}};
	struct chart_plot plot = {.lines = lines, .lines_count = 1, .band_low = -1, .band_high = -1, .threshold = NAN,
				  .low = 0, .high = NAN, .unit = CHART_PER_SECOND, .window_ns = row->desk.window_ns,
				  .end_real_ns = row->desk.at_axis_ns};

	line_update(line, &row->desk, row->instance->series[METRIC_REQUESTS], true);
	lines[0].values = line->values;
	plot.count = line->count;
	chart_plot(area_section(area, "requests per second"), &plot);
}

static void plot_durations(const struct overview_row *row, struct area area)
{
	static const enum overview_line_kind kinds[] = {LINE_DURATION_P50, LINE_DURATION_P95, LINE_DURATION_P99,
							LINE_DURATION_MAX};
	static const enum overview_metric metrics[] = {METRIC_DURATION_P50, METRIC_DURATION_P95, METRIC_DURATION_P99,
						       METRIC_DURATION_MAX};
	static const char *const names[] = {"p50", "p95", "p99", "max"};
	static const enum style styles[] = {STYLE_LINE_1, STYLE_LINE_2, STYLE_LINE_3, STYLE_LINE_2};
	struct chart_line lines[3];
	struct chart_plot plot = {.lines = lines, .band_low = -1, .band_high = -1, .threshold = NAN, .low = 0,
				  .high = NAN, .unit = CHART_SECONDS, .window_ns = row->desk.window_ns,
				  .end_real_ns = row->desk.at_axis_ns};

	for (size_t i = 0; i < 4; i++) {
		struct overview_line *line = &row->instance->lines[kinds[i]];

		if (i == 3 && plot.lines_count == 3) /* the greatest stands for a percentile that there is not */
			break;
		line_update(line, &row->desk, row->instance->series[metrics[i]], false);
		plot.count = line->count;
		if (line->has_any)
			lines[plot.lines_count++] = (struct chart_line){line->values, styles[i], names[i]};
	}
	chart_plot(area_section(area, "duration"), &plot);
}

void overview_draw_plots(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			 struct area area)
{
	struct overview_row row = {overview, overview_desk_of(instance, desk), instance};
	int half = area.rows / 2;

	if (area.rows < PLOT_ROWS || area.columns < 30)
		return;
	if (area.rows < 2 * PLOT_ROWS) {
		plot_durations(&row, area);
		return;
	}
	plot_durations(&row, area_part(area, 0, 0, half, area.columns));
	plot_requests(&row, area_part(area, half, 0, area.rows - half, area.columns));
}

void overview_draw_block(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			 struct area area, bool is_marked)
{
	struct overview_row row = {overview, overview_desk_of(instance, desk), instance};
	int rows = area.rows < OVERVIEW_BLOCK_ROWS ? area.rows : OVERVIEW_BLOCK_ROWS;
	const char *layout;

	if (rows <= 0 || area.columns <= 0)
		return;
	layout = (area.columns >= NARROW ? wide : narrow)[rows];
	for (int i = 0; layout[i]; i++) {
		struct area part = area_part(area, i, 0, 1, area.columns);

		if (layout[i] == 'H' || layout[i] == 'h')
			draw_name(&row, layout[i], part, is_marked);
		else if (layout[i] == 'e')
			draw_reason(&row, part);
		else
			overview_row_draw(&row, layout[i], part);
	}
	if (overview->hits_count < OVERVIEW_HITS)
		overview->hits[overview->hits_count++] =
			(struct overview_hit){area.row, area.column, rows, area.columns, false,
					      (size_t)(instance - overview->instances)};
	overview_draw_plots(overview, desk, instance, area_part(area, rows, 0, area.rows - rows, area.columns));
}
