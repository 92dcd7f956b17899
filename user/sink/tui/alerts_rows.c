// SPDX-License-Identifier: Apache-2.0
/*
 * In: the view, what has ended. Out: rows, and which of them are listed in which order.
 * The rule that surprises: rules that cannot be judged are rows as well, for without a verdict
 * nothing is OK.
 */
#include "sink/tui/alerts_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "sink/tui/alerts_filter.h"
#include "sink/tui/alerts_history.h"
#include "sink/tui/alerts_list.h"
#include "sink/tui/unit.h"

static uint64_t key_of(uint64_t alert_id, uint64_t active_at_ns, const struct rule *rule,
		       bool is_muted)
{
	uint64_t key = table_mix(alert_id ^ table_mix(active_at_ns + is_muted));

	/* two rules may give one label set */
	if (rule)
		key ^= table_hash(TABLE_HASH, rule->file ? rule->file : "",
				  rule->file ? strlen(rule->file) : 0) +
		       rule->line;
	return key ? key : 1;
}

static enum alerts_class class_of(const struct alert *alert)
{
	if (!alert_is_live(alert))
		return alert->is_muted ? ALERTS_MUTED : ALERTS_ENDED;
	if (alert->silence_id)
		return ALERTS_SILENCED;
	if (alert->inhibited_by)
		return ALERTS_HELD;
	if (alert->ack.at_real_ns)
		return ALERTS_ACKED;
	return alert->state == ALERT_FIRING ? ALERTS_FIRING : ALERTS_PENDING;
}

struct alerts_row alerts_row_of(const struct alert *alert, uint64_t rules_generation)
{
	const char *name = alert->name;
	struct alerts_row row = {
		.key = key_of(alert->id, alert->active_at_real_ns, alert->rule, false),
		.alert_id = alert->id,
		.class = class_of(alert),
		.state = alert->state,
		.tier = alert->tier < TIERS ? alert->tier : TIER_NONE,
		.is_unknown = alert->is_unknown,
		.is_muted = alert->is_muted,
		.has_threshold = alert->has_threshold,
		.unit = unit_of_rule(alert->rule),
		.name = name ? name : "alert",
		.labels = alert->labels,
		.rule = alert->rule,
		.rules_generation = rules_generation,
		.reason = alert->reason,
		.ack_comment = alert->ack.comment ? alert->ack.comment : "",
		.value = alert->value,
		.threshold = alert->threshold,
		.active_at_ns = alert->active_at_real_ns,
		.fired_at_ns = alert->fired_at_real_ns,
		.ended_at_ns = alert->ended_at_real_ns,
		.ack_at_ns = alert->ack.at_real_ns,
		.ack_uid = alert->ack.uid,
		.silence_id = alert->silence_id,
		.inhibited_by = alert->inhibited_by,
	};

	memcpy(row.comparison, alert->comparison, sizeof(row.comparison));
	memcpy(row.trace_id, alert->trace_id, sizeof(row.trace_id));
	return row;
}

/* --- collecting --- */

static struct alerts_row *add(struct alerts_rows *rows)
{
	mem_grow(&rows->rows, &rows->capacity, rows->count + 1, sizeof(*rows->rows));
	return &rows->rows[rows->count++];
}

static const char *keep(struct alerts_rows *rows, const char *text)
{
	return *text ? arena_string(&rows->arena, text, strlen(text)) : "";
}

static void add_alerts(struct alerts_rows *rows, const struct view *view, const struct alert *list,
		       bool is_muted)
{
	for (const struct alert *alert = list; alert; alert = alert->next) {
		struct alerts_row *row = add(rows);

		*row = alerts_row_of(alert, view->rules_generation);
		row->reason = keep(rows, row->reason);
		row->ack_comment = keep(rows, row->ack_comment);
		if (!is_muted)
			continue;
		row->class = ALERTS_MUTED;
		row->key = key_of(alert->id, alert->active_at_real_ns, alert->rule, true);
	}
}

static bool is_blind(const struct rule_status *status)
{
	return status->rule && status->rule->is_alert &&
	       (status->health == RULE_UNKNOWN || status->health == RULE_FAILED);
}

/* Rules of one name stand beside each other, one per tier: they are one row. */
static void add_blind_rules(struct alerts_rows *rows, const struct view *view)
{
	const struct rule_status *last = NULL;

	rows->rules_count = rows->judged_count = 0;
	for (size_t i = 0; i < view->rule_status_count; i++) {
		const struct rule_status *status = &view->rule_status[i];
		struct alerts_row *row;

		rows->rules_count += status->rule && status->rule->is_alert;
		rows->judged_count +=
			status->rule && status->rule->is_alert && status->health == RULE_OK;
		if (!is_blind(status))
			continue;
		if (last && last->health == status->health &&
		    !strcmp(last->rule->name, status->rule->name)) {
			rows->rows[rows->count - 1].rules_count++;
			continue;
		}
		last = status;
		row = add(rows);
		*row = (struct alerts_row){
			.key = key_of(0, status->health, status->rule, false),
			.class = ALERTS_BLIND_RULE,
			.health = status->health,
			.is_unknown = true,
			.name = keep(rows, status->rule->name),
			.rule = status->rule,
			.rules_generation = view->rules_generation,
			.rules_count = 1,
			.reason = keep(rows, status->reason),
			.ack_comment = "",
			.value = NAN,
			.threshold = NAN,
		};
	}
}

static void add_past(struct alerts_rows *rows, struct alerts_history *history)
{
	for (size_t i = 0; i < history->past_count; i++) {
		struct alerts_past *past = alerts_history_past(history, i);

		alerts_past_hold(past);
		*add(rows) = past->row;
	}
}

/* What the rows hold of the last time. */
static void empty(struct alerts_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		alerts_past_drop(rows->rows[i].past);
	rows->count = rows->shown_count = 0;
	arena_fini(&rows->arena);
}

void alerts_rows_collect(struct alerts_rows *rows, const struct view *view,
			 struct alerts_history *history)
{
	empty(rows);
	add_alerts(rows, view, view->alerts, false);
	add_blind_rules(rows, view);
	add_alerts(rows, view, view->muted, true);
	add_past(rows, history);
	memset(rows->counts, 0, sizeof(rows->counts));
	rows->worst = TIER_NONE;
	for (size_t i = 0; i < rows->count; i++) {
		const struct alerts_row *row = &rows->rows[i];

		for (enum alerts_section section = 0; section < ALERTS_SECTIONS; section++)
			rows->counts[section] += alerts_row_is_in(row, section);
		if (row->class == ALERTS_FIRING && row->tier > rows->worst)
			rows->worst = row->tier;
	}
}

void alerts_rows_forget(struct alerts_rows *rows)
{
	empty(rows);
	memset(rows->counts, 0, sizeof(rows->counts));
	rows->worst = TIER_NONE;
}

void alerts_rows_fini(struct alerts_rows *rows)
{
	empty(rows);
	free(rows->rows);
	free(rows->shown);
}

/* --- finding --- */

bool alerts_row_is_in(const struct alerts_row *row, enum alerts_section section)
{
	bool is_live = row->alert_id && row->class != ALERTS_MUTED && row->class != ALERTS_ENDED;

	switch (section) {
	case ALERTS_IN_FIRING:
		return row->class == ALERTS_FIRING;
	case ALERTS_IN_PENDING:
		return row->class == ALERTS_PENDING;
	case ALERTS_IN_UNKNOWN:
		return row->is_unknown && (is_live || row->class == ALERTS_BLIND_RULE);
	case ALERTS_IN_ACKED:
		return is_live && row->ack_at_ns;
	case ALERTS_IN_SILENCED:
		return is_live && row->silence_id;
	case ALERTS_IN_HELD:
		return is_live && row->inhibited_by;
	case ALERTS_IN_MUTED:
		return row->class == ALERTS_MUTED;
	case ALERTS_IN_ENDED:
		return row->class == ALERTS_ENDED;
	default:
		return true;
	}
}

const struct alerts_row *alerts_rows_find(const struct alerts_rows *rows, uint64_t key)
{
	for (size_t i = 0; key && i < rows->count; i++)
		if (rows->rows[i].key == key)
			return &rows->rows[i];
	return NULL;
}

const struct alerts_row *alerts_rows_find_alert(const struct alerts_rows *rows, uint64_t alert_id)
{
	for (size_t i = 0; alert_id && i < rows->count;
	     i++) /* in order: live, muted, the newest that ended */
		if (rows->rows[i].alert_id == alert_id)
			return &rows->rows[i];
	return NULL;
}

const struct silence *alerts_find_silence(const struct view *view, uint64_t id)
{
	const struct silence *silence = view->silences;

	while (silence && silence->id != id)
		silence = silence->next;
	return silence;
}

/* --- order --- */

struct sorting {
	const struct alerts_rows *rows;
	size_t column;
	bool is_inverted;
};

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* How far beyond its threshold; what has none is behind all others. */
static double excess(const struct alerts_row *row)
{
	double ratio = row->has_threshold && row->threshold != 0 ? row->value / row->threshold : -1;

	if (isnan(ratio))
		return -1;
	return row->comparison[0] == '<' && ratio > 0 ? 1 / ratio : ratio;
}

/* Worst first: class, tier, then the newest. */
static int by_worst(const struct alerts_row *a, const struct alerts_row *b)
{
	int order = by_number(a->class, b->class);

	if (!order && a->class != ALERTS_ENDED)
		order = by_number(b->tier, a->tier);
	if (!order)
		order = by_number(alerts_row_since_ns(b), alerts_row_since_ns(a));
	return order;
}

static int compare(const void *one, const void *other, void *arg)
{
	const struct sorting *sorting = arg;
	size_t i = *(const size_t *)one, j = *(const size_t *)other;
	const struct alerts_row *a = &sorting->rows->rows[i], *b = &sorting->rows->rows[j];
	double excess_a, excess_b;
	int order = 0;

	switch (sorting->column) {
	case ALERTS_COLUMN_STATE:
		order = strcmp(alerts_row_state(a), alerts_row_state(b));
		break;
	case ALERTS_COLUMN_ALERT:
		order = strcmp(a->name, b->name);
		break;
	case ALERTS_COLUMN_VALUE:
		excess_a = excess(a);
		excess_b = excess(b);
		order = (excess_a < excess_b) - (excess_a > excess_b);
		break;
	case ALERTS_COLUMN_SINCE:
		order = by_number(alerts_row_since_ns(a), alerts_row_since_ns(b)); /* the longest */
		break;
	default:
		break;
	}
	if (!order)
		order = by_worst(a, b);
	if (!order)
		order = by_number(i, j);
	return sorting->is_inverted ? -order : order;
}

void alerts_rows_arrange(struct alerts_rows *rows, enum alerts_section section,
			 const struct alerts_filter *filter, size_t sort, bool is_inverted)
{
	struct sorting sorting = {rows, sort, is_inverted};

	rows->shown_count = 0;
	mem_grow(&rows->shown, &rows->shown_capacity, rows->count + 1, sizeof(*rows->shown));
	for (size_t i = 0; i < rows->count; i++)
		if (alerts_row_is_in(&rows->rows[i], section) &&
		    alerts_filter_accepts(filter, &rows->rows[i]))
			rows->shown[rows->shown_count++] = i;
	if (rows->shown_count)
		qsort_r(rows->shown, rows->shown_count, sizeof(*rows->shown), compare, &sorting);
}
