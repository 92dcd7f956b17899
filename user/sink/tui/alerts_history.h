/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has happened to alerts since the dashboard looks. In: on_alert. Out: the last alerts that
 * ended, and the last changes. Everything is copied, and bounded in number and in bytes. Private to
 * alerts*.c.
 */
#ifndef SINK_TUI_ALERTS_HISTORY_H
#define SINK_TUI_ALERTS_HISTORY_H

#include "sink/tui/alerts_rows.h"

#ifndef LIMIT_ALERTS_PAST
#define LIMIT_ALERTS_PAST 500
#endif
#ifndef LIMIT_ALERTS_CHANGES
#define LIMIT_ALERTS_CHANGES 1000
#endif
#define ALERTS_TEXT_MAX 2048 /* bytes of each text that is copied */

/* An alert that resolved or ended. Counted: the history holds it, and a paused picture may. */
struct alerts_past {
	unsigned holders_count;
	struct alerts_row row; /* its texts and labels lie here */
	struct label *annotations;
	size_t annotations_count;
	const char *group;
	const char *expr_text, *file; /* of its rule; NULL = it was not there */
	unsigned line;
	uint64_t for_ns, keep_firing_for_ns;
	struct arena arena;
};

struct alerts_change {
	uint64_t at_ns; /* on the axis */
	uint64_t alert_id;
	enum alert_change change;
	enum alert_state state;
	bool is_unknown;
	uint32_t uid;	 /* ACK */
	uint64_t number; /* SILENCE, INHIBIT: which; 0 = no longer */
	double value;
	char *note; /* why, or the comment; NULL = nothing */
};

struct alerts_history {
	struct alerts_past *past[LIMIT_ALERTS_PAST]; /* a ring, from `first` */
	size_t past_first, past_count;
	struct alerts_change changes[LIMIT_ALERTS_CHANGES];
	size_t changes_first, changes_count;
};

void alerts_history_note(struct alerts_history *history, const struct alert *alert,
			 uint64_t rules_generation);
void alerts_history_clear(struct alerts_history *history);
struct alerts_past *alerts_history_past(const struct alerts_history *history,
					size_t index); /* the newest first */
const struct alerts_change *alerts_history_change(const struct alerts_history *history,
						  size_t index); /* likewise */
void alerts_past_hold(struct alerts_past *past);
void alerts_past_drop(struct alerts_past *past); /* NULL is allowed */

#endif
