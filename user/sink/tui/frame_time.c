// SPDX-License-Identifier: Apache-2.0
/*
 * Recordings: the row under the tabs, and the keys that move through time. In: where app says it stands. Out: wishes.
 * The rule that surprises: a step while another one is under way counts from where that one will arrive, so five quick
 * presses are five steps.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/frame.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define STEP_NS		NS_PER_S
#define FAR_NS		(30 * NS_PER_S) /* of a long recording; of a short one a tenth */
#define FAR_PARTS	10

static const double speeds[] = { 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, TUI_SPEED_MAX };

static uint64_t start_ns(const struct tui *tui)
{
	return tui->has_time ? tui->time.start_ns : tui->desk.view->started_at_ns;
}

/* While nobody knows the end: as far as it was seen. */
static uint64_t end_ns(const struct tui *tui)
{
	uint64_t seen_ns = tui->desk.at_ns;

	return tui->has_time && tui->time.end_ns > seen_ns ? tui->time.end_ns : seen_ns;
}

bool frame_has_scrubber(const struct tui *tui)
{
	return tui->options.is_replay && tui->desk.view;
}

/* Whole seconds. */
uint64_t frame_far_step_ns(const struct tui *tui)
{
	uint64_t from_ns = start_ns(tui), to_ns = end_ns(tui);
	uint64_t part_ns = to_ns > from_ns ? (to_ns - from_ns) / FAR_PARTS : 0;

	if (part_ns < STEP_NS)
		return STEP_NS;
	return part_ns < FAR_NS ? part_ns / NS_PER_S * NS_PER_S : FAR_NS;
}

/* --- wishes -------------------------------------------------------------------------------------------------- */

static void seek_to(struct tui *tui, uint64_t to_ns)
{
	uint64_t from_ns = start_ns(tui);

	if (!tui->options.seek)
		return;
	if (to_ns < from_ns)
		to_ns = from_ns;
	if (tui->time.end_ns && to_ns > tui->time.end_ns)
		to_ns = tui->time.end_ns;
	tui->time.is_seeking = true;
	tui->time.target_ns = to_ns;
	tui->time.done_ratio = 0;
	tui->options.seek(tui->options.arg, to_ns);
}

static void step(struct tui *tui, uint64_t by_ns, bool is_back)
{
	bool is_under_way = tui->time.is_seeking && tui->time.target_ns != UINT64_MAX;
	uint64_t base_ns = is_under_way ? tui->time.target_ns : tui->desk.at_ns;

	if (is_back)
		seek_to(tui, base_ns > by_ns ? base_ns - by_ns : 0);
	else
		seek_to(tui, base_ns + by_ns);
}

static void play(struct tui *tui, bool is_playing, double speed)
{
	tui->time.is_playing = is_playing;
	tui->time.speed = speed;
	if (tui->options.play)
		tui->options.play(tui->options.arg, is_playing, speed);
}

static void print_speed(char text[16], double speed)
{
	if (isinf(speed))
		snprintf(text, 16, "max");
	else if (speed > 0 && speed < 1)
		snprintf(text, 16, "1/%dx", (int)(1 / speed + 0.5));
	else
		snprintf(text, 16, "%.4gx", speed);
}

static void change_speed(struct tui *tui, bool is_faster)
{
	size_t at = 0;
	char text[16];

	while (at + 1 < COUNT_OF(speeds) && speeds[at] < tui->time.speed)
		at++;
	if (is_faster && at + 1 < COUNT_OF(speeds))
		at++;
	else if (!is_faster && at)
		at--;
	play(tui, tui->time.is_playing, speeds[at]);
	print_speed(text, speeds[at]);
	desk_say(&tui->desk, STYLE_TEXT, "speed %s", text);
}

bool frame_time_act(struct tui *tui, enum action action)
{
	if (!frame_has_scrubber(tui))
		return action >= ACTION_TIME_FORWARD && action <= ACTION_FASTER;
	switch (action) {
	case ACTION_PAUSE:
		play(tui, !tui->time.is_playing, tui->time.speed);
		return true;
	case ACTION_TIME_BACK:
	case ACTION_TIME_FORWARD:
		step(tui, STEP_NS, action == ACTION_TIME_BACK);
		return true;
	case ACTION_TIME_BACK_FAR:
	case ACTION_TIME_FORWARD_FAR:
		step(tui, frame_far_step_ns(tui), action == ACTION_TIME_BACK_FAR);
		return true;
	case ACTION_SLOWER:
	case ACTION_FASTER:
		change_speed(tui, action == ACTION_FASTER);
		return true;
	default:
		return false;
	}
}

void frame_click_scrubber(struct tui *tui, const struct frame_button *button, unsigned column)
{
	uint64_t from_ns = start_ns(tui), span_ns = end_ns(tui) - from_ns;
	double place = button->columns > 1 ? (double)((int)column - button->column) / (button->columns - 1) : 0;

	seek_to(tui, from_ns + (uint64_t)(place * (double)span_ns));
}

/* --- the row ------------------------------------------------------------------------------------------------- */

static void print_state(const struct tui *tui, char text[40])
{
	char speed[16];

	print_speed(speed, tui->time.speed);
	if (tui->time.is_seeking && tui->time.target_ns == UINT64_MAX)
		snprintf(text, 40, "READING %3.0f %%", floor(tui->time.done_ratio * 100));
	else if (tui->time.is_seeking)
		snprintf(text, 40, "SEEKING %3.0f %%", floor(tui->time.done_ratio * 100));
	else if (tui->time.is_playing)
		snprintf(text, 40, "PLAYING %s", speed);
	else
		snprintf(text, 40, "%s %s", tui->desk.view->end_reason ? "END" : "STOPPED", speed);
}

static int column_of(const struct tui *tui, uint64_t at_ns, int columns)
{
	uint64_t from_ns = start_ns(tui), to_ns = end_ns(tui);

	if (at_ns <= from_ns || to_ns <= from_ns)
		return 0;
	if (at_ns >= to_ns)
		return columns - 1;
	return (int)((double)(at_ns - from_ns) / (double)(to_ns - from_ns) * (columns - 1) + 0.5);
}

static void draw_bar(struct tui *tui, struct area area, int column, int columns)
{
	int at = column_of(tui, tui->desk.at_ns, columns);

	area_fill(area, 0, column, columns, STYLE_DIM, 0x2500, '-');
	area_fill(area, 0, column, at, STYLE_BOLD, 0x2501, '=');
	if (tui->time.is_seeking && tui->time.target_ns != UINT64_MAX)
		area_glyph(area, 0, column + column_of(tui, tui->time.target_ns, columns), STYLE_WARNING, 0x25cb, 'o');
	area_glyph(area, 0, column + at, STYLE_BOLD, 0x25cf, 'O');
	frame_button(tui, (struct frame_button){ .kind = BUTTON_SCRUBBER,
						 .row = area.row,
						 .column = area.column + column,
						 .columns = columns });
}

void frame_draw_scrubber(struct tui *tui, struct area area)
{
	const struct view *view = tui->desk.view;
	char now[16], start[16], end[16], state[40];
	int left, right;

	snprintf(now, sizeof(now), "%.10s", units_clock(view_real_ns(view, tui->desk.at_ns)).text); /* tenths of a second */
	snprintf(start, sizeof(start), "%.8s", units_clock(view_real_ns(view, start_ns(tui))).text);
	snprintf(end, sizeof(end), "%.8s", units_clock(view_real_ns(view, end_ns(tui))).text);
	print_state(tui, state);
	area_fill(area, 0, 0, area.columns, STYLE_TEXT, ' ', ' ');
	left = area_text(area, 0, 0, STYLE_BANNER, " ");
	left += area_text(area, 0, left, STYLE_BANNER, state);
	left += area_text(area, 0, left, STYLE_BANNER, " ") + 1;
	left += area_text(area, 0, left, STYLE_BOLD, now) + 1;
	if (area.columns < 60) {
		draw_bar(tui, area, left, area.columns - left);
		return;
	}
	left += area_text(area, 0, left, STYLE_DIM, start) + 1;
	right = area.columns - 9;
	area_text(area, 0, right + 1, STYLE_DIM, tui->time.end_ns ? end : "?");
	draw_bar(tui, area, left, right - left);
}
