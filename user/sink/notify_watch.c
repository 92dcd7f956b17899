// SPDX-License-Identifier: Apache-2.0
/*
 * In: notes of alerts that fired. Out: whether they may be told.
 * The rule that surprises: what is inhibited keeps quiet only while it fires. Whoever was told of it before hears of
 * its end at once, for something may be open under its id there; only a silence holds the end back.
 */
#include "sink/notify_parts.h"

#include <stdlib.h>
#include <string.h>

#include "rules/expr.h"

/* ---- small questions ---- */

uint64_t notify_hash(uint64_t seed, const char *text)
{
	return table_mix(table_hash(seed ^ TABLE_HASH, text, strlen(text) + 1));
}

bool notify_matches(const struct matcher *matchers, size_t count, const struct notify_note *note)
{
	for (size_t i = 0; i < count; i++)
		if (!matcher_matches(&matchers[i], notify_note_label(note, matchers[i].name)))
			return false;
	return true;
}

bool notify_is_firing(const struct watched *watched)
{
	return watched->note->state == ALERT_FIRING;
}

bool notify_may_be_told(const struct watched *watched)
{
	return notify_is_firing(watched) && !watched->note->silence_id && !watched->note->inhibited_by &&
	       !watched->is_inhibited;
}

bool notify_is_silenced(const struct notify_dispatch *dispatch, const struct watched *watched)
{
	const struct silence *silence = dispatch->view->silences;

	while (silence && silence->id != watched->note->silence_id)
		silence = silence->next;
	return silence != NULL;
}

bool notify_is_over(const struct notify_dispatch *dispatch, const struct watched *watched)
{
	if (notify_is_firing(watched))
		return false;
	for (size_t r = 0; r < dispatch->config->receivers_count; r++)
		if (watched->told[r].unconfirmed_count || watched->told[r].state == TOLD_FIRING)
			return false;
	for (const struct member *member = watched->members; member; member = member->watched_next) {
		const struct notify_route *route = member->group->route;

		for (size_t i = 0; watched->owes && i < route->receivers_count; i++)
			if (watched->told[route->receivers[i]].state == TOLD_NOT)
				return false;
	}
	return true;
}

/* ---- the set ---- */

struct watched *notify_watch(struct notify_dispatch *dispatch, uint64_t id)
{
	return table_find(&dispatch->by_id, id);
}

struct watched *notify_watch_new(struct notify_dispatch *dispatch, struct notify_note *note)
{
	struct watched *watched = mem_new(sizeof(*watched));

	watched->note = note;
	watched->told = mem_array(dispatch->config->receivers_count, sizeof(*watched->told));
	table_put(&dispatch->by_id, note->id, watched);
	watched->previous = dispatch->last_watched;
	if (watched->previous)
		watched->previous->next = watched;
	else
		dispatch->watched = watched;
	dispatch->last_watched = watched;
	return watched;
}

void notify_watch_free(struct notify_dispatch *dispatch, struct watched *watched)
{
	notify_groups_leave(watched);
	table_remove(&dispatch->by_id, watched->note->id);
	if (watched->previous)
		watched->previous->next = watched->next;
	else
		dispatch->watched = watched->next;
	if (watched->next)
		watched->next->previous = watched->previous;
	else
		dispatch->last_watched = watched->previous;
	notify_note_drop(watched->note);
	free(watched->told);
	free(watched);
}

void notify_watch_dirty(const struct watched *watched)
{
	for (struct member *member = watched->members; member; member = member->watched_next)
		member->group->is_dirty = true;
}

/* ---- the file's inhibitions ---- */

static uint64_t equal_hash(const struct notify_inhibit *inhibit, const struct notify_note *note)
{
	uint64_t hash = 2;

	for (size_t i = 0; i < inhibit->equal_count; i++)
		hash = notify_hash(hash, notify_note_label(note, inhibit->equal[i]));
	return hash;
}

/* Marks the targets of one inhibition in `now`, by the order of the list. */
static void inhibit_by(const struct notify_dispatch *dispatch, const struct notify_inhibit *inhibit, bool *now)
{
	/*
	 * An alert that is source and target is not held down by others of its kind: else two would silence each other.
	 */
	struct table sources = {0}, sources_only = {0};
	size_t i = 0;

	for (struct watched *watched = dispatch->watched; watched; watched = watched->next) {
		if (!notify_is_firing(watched) ||
		    !notify_matches(inhibit->source, inhibit->source_count, watched->note))
			continue;
		table_put(&sources, equal_hash(inhibit, watched->note), watched);
		if (!notify_matches(inhibit->target, inhibit->target_count, watched->note))
			table_put(&sources_only, equal_hash(inhibit, watched->note), watched);
	}
	for (const struct watched *watched = dispatch->watched; sources.count && watched;
	     watched = watched->next, i++) {
		bool is_source;

		if (now[i] || !notify_matches(inhibit->target, inhibit->target_count, watched->note))
			continue;
		is_source = notify_matches(inhibit->source, inhibit->source_count, watched->note);
		now[i] = table_find(is_source ? &sources_only : &sources, equal_hash(inhibit, watched->note)) != NULL;
	}
	table_fini(&sources);
	table_fini(&sources_only);
}

void notify_inhibit(struct notify_dispatch *dispatch)
{
	const struct notify_config *config = dispatch->config;
	size_t count = 0, i = 0;
	bool *now;

	if (!config->inhibits_count && !dispatch->watched)
		return;
	for (const struct watched *watched = dispatch->watched; watched; watched = watched->next)
		count++;
	now = mem_array(count, sizeof(*now));
	for (i = 0; i < config->inhibits_count; i++)
		inhibit_by(dispatch, &config->inhibits[i], now);
	i = 0;
	for (struct watched *watched = dispatch->watched; watched; watched = watched->next, i++) {
		if (now[i] != watched->is_inhibited)
			notify_watch_dirty(watched);
		watched->is_inhibited = now[i];
	}
	free(now);
}
