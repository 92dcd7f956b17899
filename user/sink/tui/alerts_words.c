// SPDX-License-Identifier: Apache-2.0
/* In: a row. Out: the words, styles and numbers that show it. */
#include "sink/tui/alerts_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rules/labels.h"
#include "sink/alert_words.h"
#include "sink/words.h"

const char *alerts_section_name(enum alerts_section section)
{
	static const char *const names[ALERTS_SECTIONS] = {"All",     "Firing", "Pending",
							   "Unknown", "Acked",	"Silenced",
							   "Held",    "Muted",	"Ended"};

	return names[section];
}

const char *alerts_row_state(const struct alerts_row *row)
{
	switch (row->class) {
	case ALERTS_FIRING:
		return "firing";
	case ALERTS_PENDING:
		return "pending";
	case ALERTS_BLIND_RULE:
		return row->health == RULE_FAILED ? "failed" : "unknown";
	case ALERTS_ACKED:
		return "acked";
	case ALERTS_SILENCED:
		return "silenced";
	case ALERTS_HELD:
		return "held";
	case ALERTS_MUTED:
		return "muted";
	default:
		return alert_words_state(row->state);
	}
}

enum style alerts_tier_style(enum tier tier, bool is_alarm)
{
	switch (tier) {
	case TIER_EMERGENCY:
		return is_alarm ? STYLE_ALARM_EMERGENCY : STYLE_EMERGENCY;
	case TIER_CRITICAL:
		return is_alarm ? STYLE_ALARM_CRITICAL : STYLE_CRITICAL;
	case TIER_WARNING:
		return is_alarm ? STYLE_ALARM_WARNING : STYLE_WARNING;
	default:
		return is_alarm ? STYLE_ALARM_WARNING : STYLE_BOLD;
	}
}

enum style alerts_row_style(const struct alerts_row *row)
{
	switch (row->class) {
	case ALERTS_FIRING:
		return alerts_tier_style(row->tier, false);
	case ALERTS_BLIND_RULE:
		return STYLE_UNKNOWN;
	case ALERTS_PENDING:
	case ALERTS_ACKED:
		return STYLE_TEXT;
	default:
		return STYLE_DIM;
	}
}

uint64_t alerts_row_since_ns(const struct alerts_row *row)
{
	if (row->class == ALERTS_MUTED || row->class == ALERTS_ENDED)
		return row->ended_at_ns;
	return row->state == ALERT_FIRING && row->fired_at_ns ? row->fired_at_ns
							      : row->active_at_ns;
}

struct alerts_value alerts_row_value(const struct alerts_row *row, bool ascii)
{
	struct alerts_value value;
	struct chart_text number = chart_number(row->value, row->unit, ascii);

	if (row->has_threshold && !isnan(row->value))
		snprintf(value.text, sizeof(value.text), "%s %.2s %s", number.text, row->comparison,
			 chart_number(row->threshold, row->unit, ascii).text);
	else
		snprintf(value.text, sizeof(value.text), "%s", number.text);
	return value;
}

/* --- labels --- */

static const char *const plain_labels[] = {"stage", "engine", "service",
					   "pid"}; /* their values speak for themselves */
#define PLAIN_LABELS (sizeof(plain_labels) / sizeof(plain_labels[0]))

static bool is_plain(const char *name)
{
	for (size_t i = 0; i < PLAIN_LABELS; i++)
		if (!strcmp(plain_labels[i], name))
			return true;
	return false;
}

void alerts_short_labels(struct buf *out, const struct labels *labels)
{
	const char *between = "";

	for (size_t i = 0; labels && i < PLAIN_LABELS; i++) {
		const char *value = labels_find(labels, plain_labels[i]);

		if (!value)
			continue;
		buf_format(out, "%s%s", between, value);
		between = " ";
	}
	for (size_t i = 0; labels && i < labels->count; i++) {
		const struct label *label = &labels->items[i];

		if (alert_words_has_said(label->name) || is_plain(label->name) ||
		    !strcmp(label->name, "trace_id"))
			continue;
		buf_format(out, "%s%s=%s", between, label->name, label->value);
		between = " ";
	}
}

bool alerts_row_contains(const struct alerts_row *row, const char *needle)
{
	const struct words_id id = words_span_id(row->alert_id);

	if (strcasestr(row->name, needle) || strcasestr(alerts_row_state(row), needle) ||
	    strcasestr(row->reason, needle) || strcasestr(row->ack_comment, needle) ||
	    (row->alert_id &&
	     (strcasestr(id.text, needle) || strcasestr(alert_words_tier(row->tier), needle) ||
	      strcasestr(alert_words_state(row->state), needle))) ||
	    (row->is_unknown && strcasestr("unknown", needle)))
		return true;
	for (size_t i = 0; row->labels && i < row->labels->count; i++)
		if (strcasestr(row->labels->items[i].value, needle))
			return true;
	return false;
}

const struct expr *alerts_left_side(const struct expr *expr)
{
	while (expr->kind == EXPR_PAREN ||
	       (expr->kind == EXPR_BINARY && (expr->op == OP_AND || expr->op == OP_UNLESS)))
		expr = expr->args[0];
	if (expr->kind == EXPR_BINARY && expr->op >= OP_EQ && expr->op <= OP_LE && !expr->is_bool)
		return expr->args[0];
	return expr;
}
