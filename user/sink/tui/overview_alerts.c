// SPDX-License-Identifier: Apache-2.0
/*
 * The alerts that matter most. In: the view's list, and what was heard to end. Out: rows, the worst first, then the
 * oldest.
 * The rule that surprises: what somebody has acknowledged or silenced stands below its equals, what a higher tier holds
 * down is only counted, and what ended while it fired stays for a while, and for good when the run ended with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/tui/overview.h"

#define BADGE_COLUMNS 11
#define WORD_BYTES    16
#define MARKS_BYTES   80
#define ENDED_FOR_NS  (300 * NS_PER_S)

static int compare(const void *left, const void *right)
{
	const struct alert *a = *(const struct alert *const *)left, *b = *(const struct alert *const *)right;

	if (a->state != b->state)
		return a->state == ALERT_FIRING ? -1 : 1;
	if (a->tier != b->tier)
		return a->tier > b->tier ? -1 : 1;
	if (overview_is_handled(a) != overview_is_handled(b))
		return overview_is_handled(a) ? 1 : -1;
	if (overview_since_ns(a) != overview_since_ns(b))
		return overview_since_ns(a) < overview_since_ns(b) ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void say_who(char *text, size_t size_bytes, const struct labels *labels)
{
	static const char *const names[] = {"engine", "service", "pid"};
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		const char *value = labels_find(labels, names[i]);
		bool is_pid = i == 2;

		if (value && length < size_bytes)
			length += (size_t)snprintf(text + length, size_bytes - length, "%s%s%.64s%s",
						   length ? " " : "", is_pid ? "(" : "", value, is_pid ? ")" : "");
	}
}

static bool is_quiet(const struct overview_alert *alert)
{
	return alert->is_pending || alert->is_ended || alert->is_acked || alert->is_silenced;
}

static void take(struct overview_alert *row, const struct alert *alert, bool ascii)
{
	*row = (struct overview_alert){
		.id = alert->id,
		.tier = alert->tier,
		.is_pending = alert->state == ALERT_PENDING,
		.is_unknown = alert->is_unknown,
		.is_acked = alert->ack.at_real_ns,
		.is_silenced = alert->silence_id,
		.is_ended = alert->state == ALERT_ENDED,
		.since_real_ns = overview_since_ns(alert),
	};
	snprintf(row->name, sizeof(row->name), "%s", alert->name);
	overview_alert_value(row->value, sizeof(row->value), alert, ascii);
	if (row->is_ended)
		snprintf(row->who, sizeof(row->who), "%s", alert->reason);
	else
		say_who(row->who, sizeof(row->who), alert->labels);
}

/* Whoever took an alert back or its rule away knows that it has ended. */
static bool is_to_be_remembered(const struct alert *alert)
{
	return alert->state == ALERT_ENDED && alert->fired_at_real_ns && !alert->is_muted && alert->rule;
}

void overview_hear(struct overview *overview, const struct alert *alert)
{
	struct overview_alert *heard = overview->heard;
	size_t kept = 0;

	if (alert->change != ALERT_CHANGE_STATE)
		return;
	/* one that fires again is in the view again */
	for (size_t i = 0; i < overview->heard_count; i++)
		if (heard[i].id != alert->id)
			heard[kept++] = heard[i];
	overview->heard_count = kept;
	if (!is_to_be_remembered(alert))
		return;
	if (kept == OVERVIEW_ENDED)
		memmove(&heard[0], &heard[1], --overview->heard_count * sizeof(*heard));
	take(&heard[overview->heard_count++], alert, true); /* ASCII is right wherever it is shown */
}

/* Below what lives: the worst first. */
static void take_heard(struct overview *overview, const struct desk *desk)
{
	overview->ended_count = 0;
	for (int tier = TIERS - 1; tier >= 0; tier--)
		for (size_t i = 0; i < overview->heard_count; i++) {
			const struct overview_alert *heard = &overview->heard[i];

			if ((int)heard->tier != tier || heard->since_real_ns + ENDED_FOR_NS < desk->at_axis_ns)
				continue;
			overview->ended_count++;
			if (overview->alerts_count == OVERVIEW_ALERTS)
				continue;
			overview->alerts[overview->alerts_count] = *heard;
			overview->alerts[overview->alerts_count++].is_untold = overview->has_ended;
		}
}

void overview_take_alerts(struct overview *overview, const struct desk *desk)
{
	const struct alert **found = NULL;
	size_t count = 0, capacity = 0;

	overview->firing_count = overview->pending_count = overview->held_down_count = 0;
	for (const struct alert *alert = desk->view->alerts; alert; alert = alert->next) {
		if (!alert_is_live(alert))
			continue;
		if (alert->inhibited_by) {
			overview->held_down_count++;
			continue;
		}
		overview->firing_count += alert->state == ALERT_FIRING;
		overview->pending_count += alert->state == ALERT_PENDING;
		mem_grow(&found, &capacity, count + 1, sizeof(const struct alert *));
		found[count++] = alert;
	}
	if (count)
		qsort(found, count, sizeof(const struct alert *), compare);
	overview->alerts_count = count < OVERVIEW_ALERTS ? count : OVERVIEW_ALERTS;
	for (size_t i = 0; i < overview->alerts_count; i++) {
		take(&overview->alerts[i], found[i], desk->ascii);
		overview->alerts[i].is_untold =
			found[i]->state == ALERT_FIRING && !overview_tells_of(overview, found[i]);
	}
	free(found);
	take_heard(overview, desk);
}

size_t overview_alert_at(const struct overview *overview)
{
	for (size_t i = 0; i < overview->alerts_count; i++)
		if (overview->alerts[i].id == overview->selected_alert_id)
			return i;
	return overview->alerts_count ? 0 : overview->alerts_count;
}

static enum style badge_of(const struct overview_alert *alert)
{
	static const enum style firing[TIERS] = {STYLE_ALARM_WARNING, STYLE_ALARM_WARNING, STYLE_ALARM_CRITICAL,
						 STYLE_ALARM_EMERGENCY};
	static const enum style others[TIERS] = {STYLE_WARNING, STYLE_WARNING, STYLE_CRITICAL, STYLE_EMERGENCY};

	return (is_quiet(alert) ? others : firing)[alert->tier < TIERS ? alert->tier : TIER_NONE];
}

static void say_tier(char word[WORD_BYTES], const struct overview_alert *alert)
{
	const char *lower = alert->tier == TIER_NONE ? "alert" : alert_words_tier(alert->tier);
	size_t i;

	for (i = 0; lower[i] && i + 1 < WORD_BYTES; i++)
		word[i] = (char)(lower[i] >= 'a' && lower[i] <= 'z' ? lower[i] - 'a' + 'A' : lower[i]);
	word[i] = '\0';
}

static void say_marks(char marks[MARKS_BYTES], const struct overview_alert *alert)
{
	snprintf(marks, MARKS_BYTES, "%s%s%s%s%s", alert->is_pending ? " pending" : "",
		 alert->is_unknown ? " unknown" : "", alert->is_acked ? " acked" : "",
		 alert->is_silenced ? " silenced" : "", alert->is_ended ? " ended:" : "");
}

static int widest(const struct overview *overview, size_t from, size_t count, bool is_name, int most)
{
	int columns = 0;

	for (size_t i = from; i < from + count; i++) {
		const char *text = is_name ? overview->alerts[i].name : overview->alerts[i].value;
		int own = (int)text_columns(text, strlen(text));

		columns = own > columns ? own : columns;
	}
	return columns < most ? columns : most;
}

struct places {
	int name_columns, value_column, value_columns, age_column, rest_column;
};

static void draw_one(const struct overview *overview, const struct desk *desk, size_t index, struct area area,
		     const struct places *places)
{
	const struct overview_alert *alert = &overview->alerts[index];
	bool is_selected = overview->focus == FOCUS_ALERTS && overview_alert_at(overview) == index;
	char word[WORD_BYTES], marks[MARKS_BYTES], badge[sizeof(word) + 2];
	int column = places->rest_column;

	say_tier(word, alert);
	snprintf(badge, sizeof(badge), " %s", word);
	say_marks(marks, alert);
	area_glyph(area, 0, 0, STYLE_BOLD, is_selected ? 0x25b6 : ' ', is_selected ? '>' : ' ');
	area_fit(area, 0, 1, BADGE_COLUMNS, badge_of(alert), badge);
	area_fit(area, 0, 2 + BADGE_COLUMNS, places->name_columns, STYLE_BOLD, alert->name);
	area_fit(area, 0, places->value_column, places->value_columns, STYLE_TEXT, alert->value);
	area_right(area, 0, places->age_column, 5, STYLE_DIM, overview_age(desk, alert->since_real_ns).text);
	if (marks[0])
		column += 1 + area_text(area, 0, column, STYLE_UNKNOWN, marks + 1);
	if (area.columns - column > 8)
		area_fit(area, 0, column, area.columns - column, STYLE_DIM, alert->who);
	if (is_selected)
		area_mark(area, 0, 0, area.columns, MARK_SELECTED);
}

static void say_count(const struct overview *overview, struct buf *title)
{
	size_t firing_count = overview->firing_count + overview->ended_count;

	buf_text(title, "alerts: ");
	if (!overview->has_ended)
		buf_format(title, "%zu firing", overview->firing_count);
	else if (!firing_count)
		buf_text(title, "none was firing at the end");
	else
		buf_format(title, "%zu %s firing at the end", firing_count, firing_count == 1 ? "was" : "were");
	if (!overview->has_ended || overview->pending_count)
		buf_format(title, ", %zu pending", overview->pending_count);
	if (!overview->has_ended && overview->ended_count)
		buf_format(title, ", %zu ended", overview->ended_count);
}

static void say_title(const struct overview *overview, struct buf *title)
{
	const struct overview_self *self = &overview->self;

	say_count(overview, title);
	if (overview->held_down_count)
		buf_format(title, ", %zu held down by a higher tier", overview->held_down_count);
	if (self->rules_failed_count)
		buf_format(title, ", %zu RULES FAIL", self->rules_failed_count);
	if (self->rules_unknown_count)
		buf_format(title, ", %zu rules unknown", self->rules_unknown_count);
}

static void scroll(struct overview *overview, size_t rows)
{
	size_t at = overview_alert_at(overview);

	if (overview->focus != FOCUS_ALERTS)
		at = 0;
	if (at < overview->alerts_top)
		overview->alerts_top = at;
	if (at >= overview->alerts_top + rows)
		overview->alerts_top = at + 1 - rows;
	if (overview->alerts_top >= overview->alerts_count)
		overview->alerts_top = 0;
}

static void draw_none(const struct overview *overview, struct area area)
{
	bool has_ended = overview->has_ended;

	if (!overview->self.rules_count)
		area_text(area, 0, 1, STYLE_UNKNOWN,
			  "no rules: nothing is judged, so nothing can fire (see --rules)");
	else if (overview->self.rules_count == 1)
		area_text(area, 0, 1, STYLE_DIM, has_ended ? "the rule did not fire" : "the rule does not fire");
	else
		area_format(area, 0, 1, STYLE_DIM, "none of %zu rules %s", overview->self.rules_count,
			    has_ended ? "fired" : "fires");
}

static void hit(struct overview *overview, struct area row, size_t index)
{
	if (overview->hits_count < OVERVIEW_HITS)
		overview->hits[overview->hits_count++] =
			(struct overview_hit){row.row, row.column, 1, row.columns, true, index};
}

/* At the end of the title, as lists have it. */
static void draw_count(const struct overview *overview, struct area area, size_t shown)
{
	char text[80];
	int columns;

	columns = snprintf(text, sizeof(text), " %zu-%zu of %zu ", overview->alerts_top + 1,
			   overview->alerts_top + shown,
			   overview->firing_count + overview->pending_count + overview->ended_count);
	if (columns < area.columns - 44)
		area_text(area, 0, area.columns - columns - 1, STYLE_DIM, text);
}

void overview_draw_alerts(struct overview *overview, const struct desk *desk, struct area area)
{
	struct buf title = {0};
	struct places places;
	struct area body;
	size_t rows, shown;

	say_title(overview, &title);
	body = area.rows > 1 ? area_section(area, title.bytes) : area;
	buf_fini(&title);
	if (body.rows <= 0 || body.columns <= 0)
		return;
	if (!overview->alerts_count) {
		draw_none(overview, body);
		return;
	}
	rows = (size_t)body.rows;
	scroll(overview, rows);
	shown = overview->alerts_count - overview->alerts_top;
	shown = shown < rows ? shown : rows;
	places.name_columns = widest(overview, overview->alerts_top, shown, true, body.columns < 60 ? 16 : 28);
	places.value_column = BADGE_COLUMNS + 3 + places.name_columns;
	places.value_columns = widest(overview, overview->alerts_top, shown, false, 24);
	places.age_column = places.value_column + places.value_columns + 1;
	places.rest_column = places.age_column + 6;
	for (size_t i = 0; i < shown; i++) {
		struct area row = area_part(body, (int)i, 0, 1, body.columns);

		draw_one(overview, desk, overview->alerts_top + i, row, &places);
		hit(overview, row, overview->alerts_top + i);
	}
	if (overview->alerts_count > shown && area.rows > 1)
		draw_count(overview, area, shown);
}

/* --- what no badge tells of ------------------------------------------------------------------------------------- */

/* What nobody has taken care of comes first, whatever its tier. */
const struct overview_alert *overview_untold(const struct overview *overview)
{
	const struct overview_alert *worst = NULL;

	for (size_t i = 0; i < overview->alerts_count; i++) {
		const struct overview_alert *alert = &overview->alerts[i];

		if (alert->is_untold && (!worst || (is_quiet(worst) && !is_quiet(alert))))
			worst = alert;
	}
	return worst;
}

void overview_draw_untold(struct overview *overview, struct area area)
{
	const struct overview_alert *worst = overview_untold(overview);
	char word[WORD_BYTES], marks[MARKS_BYTES], more[40] = "", text[480];
	enum style style;
	size_t count = 0;

	if (!worst)
		return;
	style = worst->is_ended ? STYLE_ALARM_UNKNOWN : badge_of(worst);
	for (size_t i = 0; i < overview->alerts_count; i++)
		count += overview->alerts[i].is_untold;
	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	say_tier(word, worst);
	say_marks(marks, worst);
	snprintf(text, sizeof(text), "%s %s %s%s%s%s: %s", word, worst->name, worst->value,
		 worst->is_ended ? "" : marks, more, overview->has_ended ? " was firing at the end" : "",
		 worst->who[0] ? worst->who : "it names no service");
	area_fit(area, 0, 0, 1, style, "");
	area_fit(area, 0, 1, area.columns - 1, style, text);
	hit(overview, area, (size_t)(worst - overview->alerts));
}
