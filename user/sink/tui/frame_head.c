// SPDX-License-Identifier: Apache-2.0
/*
 * The first row: who we are, what is traced, the time, the tabs, and the alarm badge, which is live even while paused.
 * The rule that surprises: in a narrow window the badge stays whole longest, then the tabs; our name, the time zone,
 * the pid, the time and the target give way first, in that order; half a pid is never shown. Alerts are counted again
 * only when one of them changed, or at the next second.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/tui/frame.h"
#include "sink/words.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BURST_NS	(60 * NS_PER_S)
#define NAME_LEAST_COLUMNS 8 /* a name that is longer is cut to these, then not shown at all */

/* --- losses -------------------------------------------------------------------------------------------------- */

void frame_loss_tick(struct frame_loss *loss, const struct view *view)
{
	uint64_t total = 0;

	for (uint32_t cause = 0; cause < COUNT_OF(view->tallies->lost_count); cause++)
		if (words_cause(cause)->is_event_lost)
			total += view->tallies->lost_count[cause];
	if (total != loss->total_count) {
		if (!loss->is_recent)
			loss->base_count = loss->total_count;
		loss->total_count = total;
		loss->last_at_ns = view->now_ns;
		loss->is_recent = true;
	} else if (loss->is_recent && view->now_ns - loss->last_at_ns > BURST_NS) {
		loss->is_recent = false;
	}
}

/* --- alerts -------------------------------------------------------------------------------------------------- */

static void count_rules(struct frame_badge *badge, const struct view *view)
{
	badge->rules = 0;
	for (size_t i = 0; i < view->rule_status_count; i++) {
		const struct rule_status *status = &view->rule_status[i];

		if (!status->rule || !status->rule->is_alert)
			continue;
		badge->rules++;
		/* its alerts are counted themselves */
		if (status->health == RULE_FAILED ||
		    (status->health == RULE_UNKNOWN && !status->pending_count && !status->firing_count))
			badge->unknown++;
	}
}

static void count_firing(struct frame_firing *firing, const struct alert *alert)
{
	if (alert->inhibited_by)
		return;
	if (alert->silence_id)
		firing->silenced++;
	else if (alert->ack.at_real_ns)
		firing->acked++;
	else
		firing->tiers[(unsigned)alert->tier < TIERS ? alert->tier : TIER_NONE]++;
}

/* With the last target all alerts end at once, just before the run does. */
void frame_badge_on_alert(struct frame_badge *badge, const struct view *view, const struct alert *alert)
{
	badge->is_stale = true;
	if (alert->state != ALERT_ENDED || !alert->fired_at_real_ns || alert->is_muted)
		return;
	if (badge->left_at_ns != view->now_ns)
		badge->left = (struct frame_firing){ 0 };
	badge->left_at_ns = view->now_ns;
	count_firing(&badge->left, alert);
}

static void count_badge(struct frame_badge *badge, const struct view *view)
{
	uint64_t second = view->now_ns / NS_PER_S;

	if (!badge->is_stale && badge->at_second == second && badge->rules_generation == view->rules_generation)
		return;
	*badge = (struct frame_badge){ .at_second = second,
				       .rules_generation = view->rules_generation,
				       .left = badge->left,
				       .left_at_ns = badge->left_at_ns };
	if (view->end_reason && badge->left_at_ns == view->now_ns)
		badge->firing = badge->left;
	for (const struct alert *alert = view->alerts; alert; alert = alert->next) {
		if (alert->is_muted)
			continue;
		badge->unknown += alert_is_live(alert) && alert->is_unknown;
		if (alert->state == ALERT_FIRING)
			count_firing(&badge->firing, alert);
	}
	count_rules(badge, view);
}

struct segment {
	char text[64];
	enum style style;
};
#define SEGMENTS 4
enum badge_form { BADGE_WIDE, BADGE_MIDDLE, BADGE_SHORT }; /* words; a word and signs; signs */

static const struct {
	const char *word, *letter;
	enum style style;
} tiers[TIERS] = {
	[TIER_NONE] = { "FIRING", "F", STYLE_ALARM_WARNING },
	[TIER_WARNING] = { "WARNING", "W", STYLE_ALARM_WARNING },
	[TIER_CRITICAL] = { "CRITICAL", "C", STYLE_ALARM_CRITICAL },
	[TIER_EMERGENCY] = { "EMERGENCY", "E", STYLE_ALARM_EMERGENCY },
};

static void add(struct segment *segments, size_t *count, enum style style, const char *word, const char *sign,
		uint64_t number, enum badge_form form)
{
	struct segment *segment = &segments[(*count)++];

	segment->style = style;
	if (form == BADGE_SHORT)
		snprintf(segment->text, sizeof(segment->text), "%s%" PRIu64, sign, number);
	else if (form == BADGE_MIDDLE && *count > 1)
		snprintf(segment->text, sizeof(segment->text), " %s%" PRIu64 " ", sign, number);
	else
		snprintf(segment->text, sizeof(segment->text), " %s %s ", word, units_count(number).text);
}

static void add_word(struct segment *segments, size_t *count, enum style style, const char *word)
{
	struct segment *segment = &segments[(*count)++];

	segment->style = style;
	snprintf(segment->text, sizeof(segment->text), "%s", word);
}

static enum tier worst_tier(const struct frame_firing *firing)
{
	int tier = TIERS - 1;

	while (tier > 0 && !firing->tiers[tier])
		tier--;
	return (enum tier)tier;
}

static size_t list_segments(const struct tui *tui, struct segment *segments, enum badge_form form)
{
	const struct frame_badge *badge = &tui->badge;
	const struct frame_firing *firing = &badge->firing;
	enum tier worst = worst_tier(firing);
	bool is_short = form == BADGE_SHORT;
	size_t count = 0;

	if (tui->desk.view->end_reason) /* of what is no more nobody knows that it is well */
		add_word(segments, &count, STYLE_ALARM_UNKNOWN, is_short ? "END" : " ENDED ");
	if (firing->tiers[worst])
		add(segments, &count, tiers[worst].style, tiers[worst].word, tiers[worst].letter, firing->tiers[worst],
		    form);
	if (badge->unknown)
		add(segments, &count, STYLE_ALARM_UNKNOWN, "UNKNOWN", "?", badge->unknown, form);
	if (tui->loss.is_recent)
		add(segments, &count, STYLE_ALARM_CRITICAL, "LOST", "LOST ", tui->loss.total_count - tui->loss.base_count,
		    form);
	if (!firing->tiers[worst] && firing->acked)
		add(segments, &count, STYLE_WARNING, "ACKED", "ack", firing->acked, form);
	else if (!firing->tiers[worst] && firing->silenced)
		add(segments, &count, STYLE_WARNING, "SILENCED", "sil", firing->silenced, form);
	if (!count && badge->rules)
		add_word(segments, &count, STYLE_ALARM_GOOD, is_short ? "OK" : " OK ");
	else if (!count)
		add_word(segments, &count, STYLE_DIM, "no rules");
	return count;
}

/* --- the left part ------------------------------------------------------------------------------------------- */

/* Clean, so that its columns are known. How many bytes of it are the name: behind them stands the pid. */
static size_t print_target(struct buf *out, const struct tui *tui)
{
	const struct view *view = tui->desk.view;
	const char *title = tui->options.title, *pid = title ? strrchr(title, '(') : NULL;
	size_t more = 0, name_bytes;

	buf_text(out, "");
	if (title) {
		pid = pid > title && pid[-1] == ' ' ? pid - 1 : title + strlen(title);
		text_clean(out, title, (size_t)(pid - title), tui->desk.ascii);
		name_bytes = out->length;
		text_clean(out, pid, strlen(pid), tui->desk.ascii);
		return name_bytes;
	}
	if (!view || !view->processes)
		return 0;
	for (const struct process *process = view->processes->next; process; process = process->next)
		more++;
	text_clean(out, view->processes->comm, strlen(view->processes->comm), tui->desk.ascii);
	name_bytes = out->length;
	buf_format(out, " (%u)", view->processes->pid);
	if (more)
		buf_format(out, " +%zu", more);
	return name_bytes;
}

static void print_banner(char text[40], const struct tui *tui)
{
	const struct view *view = tui->desk.view;
	unsigned seconds = view ? (unsigned)((view->now_ns - tui->desk.at_ns) / NS_PER_S) : 0;

	text[0] = '\0';
	if (view && tui->desk.is_paused && seconds < 60)
		snprintf(text, 40, " PAUSED %u s ago ", seconds);
	else if (view && tui->desk.is_paused)
		snprintf(text, 40, " PAUSED %u m %02u s ago ", seconds / 60, seconds % 60);
}

void frame_print_clock(char text[24], const struct tui *tui, bool has_zone)
{
	const struct view *view = tui->desk.view;

	if (!view || !view->clock_real_ns)
		snprintf(text, 24, "%s", tui->desk.ascii ? "-" : "–");
	else
		snprintf(text, 24, "%.8s%s", units_clock(view_real_ns(view, tui->desk.at_ns)).text,
			 has_zone ? " UTC" : "");
}

/* --- tabs ---------------------------------------------------------------------------------------------------- */

enum tabs_form { TABS_WIDE, TABS_FULL, TABS_SHORT, TABS_LETTERS, TABS_FORMS };

static void print_tab(char text[24], const struct tui *tui, enum tui_tab tab, enum tabs_form form)
{
	const char *name = tui->tabs[tab]->ops->name;
	bool is_open = tab == tui->open;

	if (form == TABS_WIDE)
		snprintf(text, 24, is_open ? "[%d %s]" : " %d %s ", tab + 1, name);
	else if (form == TABS_FULL || (form == TABS_SHORT && is_open))
		snprintf(text, 24, is_open ? "[%d %s]" : "%d %s", tab + 1, name);
	else
		snprintf(text, 24, is_open ? "[%d]" : "%d", tab + 1);
}

/* Between two tabs; a bracket is gap enough. */
static int gap_before(const struct tui *tui, enum tui_tab tab, enum tabs_form form)
{
	return tab && form != TABS_WIDE && tab != tui->open && tab != tui->open + 1;
}

static int tabs_columns(const struct tui *tui, enum tabs_form form)
{
	int columns = 0;
	char text[24];

	for (enum tui_tab tab = 0; tab < TUI_TABS; tab++) {
		print_tab(text, tui, tab, form);
		columns += (int)strlen(text) + gap_before(tui, tab, form);
	}
	return columns;
}

static int draw_tabs(struct tui *tui, struct area area, int column, enum tabs_form form)
{
	char text[24];

	for (enum tui_tab tab = 0; tab < TUI_TABS; tab++) {
		int columns;

		print_tab(text, tui, tab, form);
		column += gap_before(tui, tab, form);
		columns = area_text(area, 0, column, tab == tui->open ? STYLE_TAB_ON : STYLE_TAB, text);
		frame_button(tui, (struct frame_button){ .kind = BUTTON_ACTION,
							 .row = area.row,
							 .column = area.column + column,
							 .columns = columns,
							 .action = ACTION_TAB_1 + tab });
		column += columns;
	}
	return column;
}

/* --- all of it ----------------------------------------------------------------------------------------------- */

enum target_form { TARGET_NONE, TARGET_NAME, TARGET_WHOLE };

struct head {
	char banner[40], clock[24];
	struct buf target;
	size_t target_name_bytes;
	enum target_form target_form;
	bool has_name;
	struct segment segments[SEGMENTS];
	size_t segments_count;
	enum tabs_form form;
	int target_columns, badge_columns;
};

static void use_badge(struct head *head, const struct tui *tui, enum badge_form form)
{
	head->segments_count = tui->desk.view ? list_segments(tui, head->segments, form) : 0;
	head->badge_columns = head->segments_count ? (int)head->segments_count - 1 : 0;
	for (size_t i = 0; i < head->segments_count; i++)
		head->badge_columns += (int)strlen(head->segments[i].text);
}

static size_t target_bytes(const struct head *head, enum target_form form)
{
	return form == TARGET_NONE ? 0 : form == TARGET_NAME ? head->target_name_bytes : head->target.length;
}

static int target_columns(const struct head *head, enum target_form form)
{
	return (int)text_columns(head->target.bytes, target_bytes(head, form));
}

/* A name may be cut, a pid may not. */
static int least_target_columns(const struct head *head, enum target_form form)
{
	int columns = target_columns(head, form);
	bool can_be_cut = target_bytes(head, form) == head->target_name_bytes;

	return can_be_cut && columns > NAME_LEAST_COLUMNS ? NAME_LEAST_COLUMNS : columns;
}

/* Columns that are left for the target when all the rest is shown; below 0: it does not fit. */
static int left_for_target(const struct head *head, const struct tui *tui, int columns)
{
	int used = tabs_columns(tui, head->form) + 1 + head->badge_columns;

	used += head->has_name ? 11 : 0;
	used += head->banner[0] ? (int)text_columns(head->banner, strlen(head->banner)) + 1 : 0;
	used += head->clock[0] ? (int)text_columns(head->clock, strlen(head->clock)) + 1 : 0;
	return columns - used;
}

/* The richest form that fits. */
static void choose(struct head *head, const struct tui *tui, int columns)
{
	static const struct {
		bool has_name, has_zone, has_clock;
		enum badge_form badge;
		enum tabs_form tabs;
		enum target_form target;
		int target_columns; /* at least, though it needs fewer */
	} forms[] = {
		{ true, true, true, BADGE_WIDE, TABS_WIDE, TARGET_WHOLE, 24 },
		{ true, true, true, BADGE_WIDE, TABS_FULL, TARGET_WHOLE, 16 },
		{ false, true, true, BADGE_WIDE, TABS_FULL, TARGET_WHOLE, 12 },
		{ false, false, true, BADGE_WIDE, TABS_FULL, TARGET_WHOLE, 0 },
		{ false, false, true, BADGE_WIDE, TABS_FULL, TARGET_NAME, 0 },
		{ false, false, false, BADGE_WIDE, TABS_FULL, TARGET_NAME, 0 },
		{ false, false, false, BADGE_WIDE, TABS_FULL, TARGET_NONE, 0 },
		{ false, false, false, BADGE_MIDDLE, TABS_FULL, TARGET_NONE, 0 },
		{ false, false, false, BADGE_WIDE, TABS_SHORT, TARGET_WHOLE, 0 },
		{ false, false, false, BADGE_WIDE, TABS_SHORT, TARGET_NAME, 0 },
		{ false, false, false, BADGE_WIDE, TABS_SHORT, TARGET_NONE, 0 },
		{ false, false, false, BADGE_MIDDLE, TABS_SHORT, TARGET_NONE, 0 },
		{ false, false, false, BADGE_SHORT, TABS_SHORT, TARGET_NONE, 0 },
		{ false, false, false, BADGE_SHORT, TABS_LETTERS, TARGET_NONE, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		int left, least = least_target_columns(head, forms[i].target);

		least = least > forms[i].target_columns ? least : forms[i].target_columns;
		head->has_name = forms[i].has_name;
		head->form = forms[i].tabs;
		head->clock[0] = '\0';
		if (forms[i].has_clock && !frame_has_scrubber(tui))
			frame_print_clock(head->clock, tui, forms[i].has_zone);
		use_badge(head, tui, forms[i].badge);
		left = left_for_target(head, tui, columns);
		if (left >= (least ? least + 1 : 0)) {
			int whole = target_columns(head, forms[i].target);

			head->target_form = forms[i].target;
			head->target_columns = whole < left ? whole : left - 1;
			return;
		}
	}
	head->banner[0] = '\0'; /* the last form, cut */
	head->target_columns = 0;
}

static void draw_badge(const struct head *head, struct area area)
{
	int column = area.columns - head->badge_columns;

	if (column < 0)
		column = 0;
	for (size_t i = 0; i < head->segments_count; i++)
		column += area_text(area, 0, column, head->segments[i].style, head->segments[i].text) + 1;
}

void frame_draw_head(struct tui *tui, struct area area)
{
	struct head head = { 0 };
	int column = 0;

	if (tui->desk.view)
		count_badge(&tui->badge, tui->desk.view);
	head.target_name_bytes = print_target(&head.target, tui);
	print_banner(head.banner, tui);
	choose(&head, tui, area.columns);
	area_fill(area, 0, 0, area.columns, head.banner[0] ? STYLE_BANNER : STYLE_TAB, ' ', ' ');
	if (head.banner[0])
		column += area_text(area, 0, column, STYLE_BANNER, head.banner) + 1;
	if (head.has_name)
		column += area_text(area, 0, column, STYLE_TAB, "ttsobs-bpf") + 1;
	if (head.target_columns) {
		head.target.bytes[target_bytes(&head, head.target_form)] = '\0';
		column += area_fit(area, 0, column, head.target_columns, STYLE_TAB, head.target.bytes) + 1;
	}
	tui->has_clock = head.clock[0];
	if (head.clock[0])
		column += area_text(area, 0, column, STYLE_TAB, head.clock) + 1;
	draw_tabs(tui, area, column, head.form);
	draw_badge(&head, area);
	buf_fini(&head.target);
}
