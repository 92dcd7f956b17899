/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the Alerts tab: what can be listed, sorted, filtered. In: the view and what has
 * ended. Out: one row per alert, per muted alert, per rule that cannot be judged, per alert of the
 * past. Private to alerts*.c. The rule that surprises: a row's texts lie in the rows' arena, or are
 * interned for as long as the view is the same, so a paused picture lives on while its alerts do
 * not.
 */
#ifndef SINK_TUI_ALERTS_ROWS_H
#define SINK_TUI_ALERTS_ROWS_H

#include "base/mem.h"
#include "model/view.h"
#include "rules/expr.h"
#include "sink/tui/chart.h"
#include "sink/tui/theme.h"

/* In the order in which somebody should look at them. */
enum alerts_class {
	ALERTS_FIRING, /* and nobody takes care of it */
	ALERTS_PENDING,
	ALERTS_BLIND_RULE, /* nobody knows whether it would fire */
	ALERTS_ACKED,
	ALERTS_SILENCED,
	ALERTS_HELD, /* by a higher tier */
	ALERTS_MUTED,
	ALERTS_ENDED,
};

/* What the tab can be narrowed to. An alert may be in several; firing and pending are those that
 * nobody takes care of. */
enum alerts_section {
	ALERTS_IN_ALL,
	ALERTS_IN_FIRING,
	ALERTS_IN_PENDING,
	ALERTS_IN_UNKNOWN,
	ALERTS_IN_ACKED,
	ALERTS_IN_SILENCED,
	ALERTS_IN_HELD,
	ALERTS_IN_MUTED,
	ALERTS_IN_ENDED,
	ALERTS_SECTIONS
};

struct alerts_past; /* alerts_history.h */

struct alerts_row {
	uint64_t key;	   /* the same while the alert lives, and when it has ended; not 0 */
	uint64_t alert_id; /* 0: a rule */
	enum alerts_class class;
	enum alert_state state;
	enum tier tier;
	enum rule_health health; /* of a rule */
	bool is_unknown, is_muted;
	bool has_threshold;
	char comparison[3];
	enum chart_unit unit;
	const char *name;
	const struct labels *labels; /* NULL: a rule */
	const struct rule *rule;     /* while the rules are of rules_generation; NULL = not there */
	uint64_t rules_generation;
	size_t rules_count;		  /* of that name and in that health */
	const char *reason, *ack_comment; /* never NULL */
	double value, threshold;
	uint64_t active_at_ns, fired_at_ns, ended_at_ns; /* on the axis; 0 = not */
	uint64_t ack_at_ns;				 /* 0 = not acknowledged */
	uint32_t ack_uid;
	uint64_t silence_id, inhibited_by;
	uint8_t trace_id[16];
	struct alerts_past *past; /* of an alert that has ended; else NULL */
};

struct alerts_filter; /* alerts_filter.h */
struct alerts_history;

struct alerts_rows {
	struct alerts_row *rows;
	size_t count, capacity;
	size_t *shown; /* indices of those that are listed, in order */
	size_t shown_count, shown_capacity;
	size_t counts[ALERTS_SECTIONS];
	enum tier worst;     /* that fires and nobody takes care of */
	size_t rules_count;  /* in force that alert */
	size_t judged_count; /* of them, at their last evaluation */
	struct arena arena;
};

/* What makes a row of an alert; the texts stay those of the alert. `generation`: of the rules. */
struct alerts_row alerts_row_of(const struct alert *alert, uint64_t rules_generation);
void alerts_rows_collect(struct alerts_rows *rows, const struct view *view,
			 struct alerts_history *history);
/* Which are listed, and how: sort is a column of the list (alerts_list.h). */
void alerts_rows_arrange(struct alerts_rows *rows, enum alerts_section section,
			 const struct alerts_filter *filter, size_t sort, bool is_inverted);
void alerts_rows_forget(struct alerts_rows *rows); /* all that points into a view */
void alerts_rows_fini(struct alerts_rows *rows);
/* NULL = gone. */
const struct alerts_row *alerts_rows_find(const struct alerts_rows *rows, uint64_t key);
const struct alerts_row *alerts_rows_find_alert(const struct alerts_rows *rows,
						uint64_t alert_id); /* what lives first */
/* NULL = it is over. */
const struct silence *alerts_find_silence(const struct view *view, uint64_t id);
bool alerts_row_is_in(const struct alerts_row *row, enum alerts_section section);

/* --- in words --- */
const char *alerts_section_name(enum alerts_section section);
const char *
alerts_row_state(const struct alerts_row *row); /* firing, acked, silenced, held, ended, ... */
enum style alerts_row_style(const struct alerts_row *row);
enum style alerts_tier_style(enum tier tier, bool is_alarm);
uint64_t alerts_row_since_ns(const struct alerts_row *row); /* of its state; 0 = unknown */
/* "6.25 s > 5 s" */
struct alerts_value {
	char text[64];
};
struct alerts_value alerts_row_value(const struct alerts_row *row, bool ascii);
/* espeak-ng speaker 4242 team=x: what tells it from its like */
void alerts_short_labels(struct buf *out, const struct labels *labels);
bool alerts_row_contains(const struct alerts_row *row, const char *needle); /* any case */

/* The part of a rule's expression whose values are held against the threshold, if its place is
 * known; never NULL. */
const struct expr *alerts_left_side(const struct expr *expr);

#endif
