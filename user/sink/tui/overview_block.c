// SPDX-License-Identifier: Apache-2.0
/*
 * One instance in as many rows as it gets. In: the instance, an area. Out: cells.
 * The rule that surprises: what is wrong fills the whole first rows, not a word of them: it must be seen from across
 * the room.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sink/tui/overview.h"

#define NARROW 60
#define BADGE  12

/*
 * By the number of rows: H = first row, the reason beside; h = first row, e = the reason below; others:
 * overview_rows.c. What matters most comes with the fewest rows.
 */
static const char *const wide[OVERVIEW_BLOCK_ROWS + 1] = {
	"", "H", "HD", "HPD", "HPDA", "HPDAX", "hePDAX", "hePDAXY", "hePDACLY", "hePDAFCLS", "heRDAFQCLS",
};
static const char *const narrow[OVERVIEW_BLOCK_ROWS + 1] = {
	"", "h", "he", "heD", "heDR", "heDRA", "heDRAQ", "heDRAQF", "heDRAQFC", "heDRAQFCL", "heDRAQFCLS",
};

/* Two rows that are filled when something is wrong. */
static void draw_name(const struct overview_row *row, char what, struct area area, bool is_marked)
{
	const struct overview_instance *instance = row->instance;
	bool is_alarm = health_is_alarm(instance);
	enum style badge = health_badge(instance->health), style = is_alarm ? badge : STYLE_BOLD;
	char word[BADGE + 1];
	int at = BADGE + 1;

	if (is_alarm)
		area_fill(area, 0, 0, area.columns, badge, ' ', ' ');
	area_glyph(area, 0, 0, style, is_marked ? 0x25b6 : ' ', is_marked ? '>' : ' ');
	snprintf(word, sizeof(word), " %s ", health_word(instance->health));
	area_text(area, 0, 1, badge, word);
	area_mark(area, 0, 1, (int)strlen(word),
		  MARK_BOLD | (is_alarm || instance->health == HEALTH_OK ? 0 : MARK_DIM));
	at += area_text(area, 0, at, style, instance->engine);
	at += area_text(area, 0, at, is_alarm ? badge : STYLE_DIM, " in ");
	at += area_text(area, 0, at, style, instance->service);
	at += area_format(area, 0, at, style, " (%s)", instance->pid);
	if (what == 'H' && area.columns - at > 12)
		area_fit(area, 0, at + 2, area.columns - at - 3, is_alarm ? badge : health_style(instance->health),
			 instance->reason);
}

static void draw_reason(const struct overview_row *row, struct area area)
{
	const struct overview_instance *instance = row->instance;
	bool is_alarm = health_is_alarm(instance);
	enum style style = is_alarm ? health_badge(instance->health) : health_style(instance->health);
	int own = (int)text_columns(instance->reason, strlen(instance->reason));
	int indent = BADGE + 1 + own < area.columns ? BADGE + 1 : 1;

	if (is_alarm)
		area_fill(area, 0, 0, area.columns, style, ' ', ' ');
	area_fit(area, 0, indent, area.columns - indent - 1, style, instance->reason);
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
		overview->hits[overview->hits_count++] = (struct overview_hit){
			area.row, area.column, rows, area.columns, false, (size_t)(instance - overview->instances)};
	overview_draw_plots(overview, desk, instance, area_part(area, rows, 0, area.rows - rows, area.columns));
}
