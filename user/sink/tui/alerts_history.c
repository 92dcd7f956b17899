// SPDX-License-Identifier: Apache-2.0
/*
 * In: changes of alerts. Out: copies of them, the last ones.
 * The rule that surprises: an alert that was only pending leaves no past, just a change.
 */
#include "sink/tui/alerts_history.h"

#include <stdlib.h>
#include <string.h>

static const char *copy(struct arena *arena, const char *text)
{
	return arena_string(arena, text ? text : "", text ? strnlen(text, ALERTS_TEXT_MAX) : 0);
}

static struct labels *copy_labels(struct arena *arena, const struct labels *labels)
{
	struct labels *copied =
		arena_new(arena, sizeof(*copied) + labels->count * sizeof(struct label));

	copied->hash = labels->hash;
	copied->count = labels->count;
	for (size_t i = 0; i < labels->count; i++)
		copied->items[i] = (struct label){copy(arena, labels->items[i].name),
						  copy(arena, labels->items[i].value)};
	return copied;
}

static void copy_rule(struct alerts_past *past, const struct rule *rule)
{
	if (!rule)
		return;
	past->expr_text = copy(&past->arena, rule->expr_text);
	past->file = copy(&past->arena, rule->file);
	past->line = rule->line;
	past->for_ns = rule->for_ns;
	past->keep_firing_for_ns = rule->keep_firing_for_ns;
}

static struct alerts_past *past_new(const struct alert *alert, uint64_t rules_generation)
{
	struct alerts_past *past = mem_new(sizeof(*past));
	struct arena *arena = &past->arena;
	struct alerts_row *row = &past->row;

	past->holders_count = 1;
	*row = alerts_row_of(alert, rules_generation);
	row->class = ALERTS_ENDED;
	row->past = past;
	row->name = copy(arena, row->name);
	row->labels = copy_labels(arena, alert->labels);
	row->reason = copy(arena, row->reason);
	row->ack_comment = copy(arena, row->ack_comment);
	past->annotations =
		arena_new(arena, (alert->annotations_count + 1) * sizeof(*past->annotations));
	past->annotations_count = alert->annotations_count;
	for (size_t i = 0; i < alert->annotations_count; i++)
		past->annotations[i] = (struct label){copy(arena, alert->annotations[i].name),
						      copy(arena, alert->annotations[i].value)};
	past->group = copy(arena, alert->group);
	copy_rule(past, alert->rule);
	return past;
}

void alerts_past_hold(struct alerts_past *past)
{
	past->holders_count++;
}

void alerts_past_drop(struct alerts_past *past)
{
	if (!past || --past->holders_count)
		return;
	arena_fini(&past->arena);
	free(past);
}

static void note_past(struct alerts_history *history, struct alerts_past *past)
{
	struct alerts_past **place =
		&history->past[(history->past_first + history->past_count) % LIMIT_ALERTS_PAST];

	if (history->past_count == LIMIT_ALERTS_PAST) {
		alerts_past_drop(*place);
		history->past_first = (history->past_first + 1) % LIMIT_ALERTS_PAST;
		history->past_count--;
	}
	*place = past;
	history->past_count++;
}

/* What happened, in the words of whoever caused it. */
static char *note_of(const struct alert *alert)
{
	const char *text = alert->change == ALERT_CHANGE_ACK ? alert->ack.comment : alert->reason;

	return text && *text ? strndup(text, ALERTS_TEXT_MAX) : NULL;
}

static void note_change(struct alerts_history *history, const struct alert *alert)
{
	struct alerts_change *change =
		&history->changes[(history->changes_first + history->changes_count) %
				  LIMIT_ALERTS_CHANGES];

	if (history->changes_count == LIMIT_ALERTS_CHANGES)
		history->changes_first = (history->changes_first + 1) % LIMIT_ALERTS_CHANGES;
	else
		history->changes_count++;
	free(change->note);
	*change = (struct alerts_change){
		.at_ns = alert->changed_at_real_ns,
		.alert_id = alert->id,
		.change = alert->change,
		.state = alert->state,
		.is_unknown = alert->is_unknown,
		.uid = alert->ack.uid,
		.number = alert->change == ALERT_CHANGE_SILENCE ? alert->silence_id
								: alert->inhibited_by,
		.value = alert->value,
		.note = note_of(alert),
	};
}

void alerts_history_note(struct alerts_history *history, const struct alert *alert,
			 uint64_t rules_generation)
{
	note_change(history, alert);
	if (alert->change == ALERT_CHANGE_STATE &&
	    (alert->state == ALERT_RESOLVED || alert->state == ALERT_ENDED))
		note_past(history, past_new(alert, rules_generation));
}

void alerts_history_clear(struct alerts_history *history)
{
	for (size_t i = 0; i < history->past_count; i++)
		alerts_past_drop(alerts_history_past(history, i));
	for (size_t i = 0; i < LIMIT_ALERTS_CHANGES; i++)
		free(history->changes[i].note);
	memset(history, 0, sizeof(*history));
}

struct alerts_past *alerts_history_past(const struct alerts_history *history, size_t index)
{
	return history
		->past[(history->past_first + history->past_count - 1 - index) % LIMIT_ALERTS_PAST];
}

const struct alerts_change *alerts_history_change(const struct alerts_history *history,
						  size_t index)
{
	return &history->changes[(history->changes_first + history->changes_count - 1 - index) %
				 LIMIT_ALERTS_CHANGES];
}
