// SPDX-License-Identifier: Apache-2.0
/*
 * In: changes of alerts. Out: groups that are looked at when something changed or their instant has come.
 * The rule that surprises: a change decides nothing. What is told is decided on the tick, when all alerts of that
 * instant are as they shall be; so an alert that is held down at the instant at which it begins to fire is not told, and
 * the order in which the judge told us does not matter.
 */
#include "sink/notify_parts.h"

#include <stdlib.h>
#include <string.h>

#define LOADED_LIFE_NS (30 * 1000000000ull) /* restored alerts come with the first ticks */

struct notify_dispatch *notify_dispatch_new(const struct notify_config *config,
					    const struct notify_dispatch_hooks *hooks)
{
	struct notify_dispatch *dispatch = mem_new(sizeof(*dispatch));

	dispatch->config = config;
	dispatch->hooks = *hooks;
	dispatch->due_at_real_ns = UINT64_MAX;
	return dispatch;
}

void notify_dispatch_free(struct notify_dispatch *dispatch)
{
	while (dispatch->watched)
		notify_watch_free(dispatch, dispatch->watched);
	while (dispatch->groups)
		notify_group_free(dispatch, dispatch->groups);
	notify_told_forget_loaded(dispatch);
	table_fini(&dispatch->by_id);
	table_fini(&dispatch->by_key);
	table_fini(&dispatch->fresh);
	free(dispatch);
}

size_t notify_find_receiver(const struct notify_config *config, const char *name)
{
	size_t r = 0;

	while (r < config->receivers_count && strcmp(config->receivers[r].name, name) != 0)
		r++;
	return r;
}

/* ---- alerts ---- */

static bool has_ended(const struct alert *alert)
{
	return alert->state == ALERT_RESOLVED || alert->state == ALERT_ENDED;
}

/* A new firing: what was said of the last one counts no more. */
static void begin_again(struct notify_dispatch *dispatch, struct watched *watched)
{
	for (size_t r = 0; r < dispatch->config->receivers_count; r++)
		if (watched->told[r].state == TOLD_DONE)
			watched->told[r].state = TOLD_NOT;
	watched->owes = false;
}

void notify_dispatch_alert(struct notify_dispatch *dispatch, const struct alert *alert)
{
	struct watched *watched = notify_watch(dispatch, alert->id);

	if (alert->state != ALERT_FIRING && !has_ended(alert))
		return;
	if (!watched && has_ended(alert) && !notify_told_is_loaded(dispatch, alert->id))
		return; /* never seen firing */
	if (!watched) {
		watched = notify_watch_new(dispatch, notify_note_new(alert));
		notify_told_adopt(dispatch, watched);
		notify_groups_join(dispatch, watched);
	} else {
		bool was_over = !notify_is_firing(watched);

		notify_note_drop(watched->note);
		watched->note = notify_note_new(alert);
		if (was_over && alert->state == ALERT_FIRING)
			begin_again(dispatch, watched);
	}
	if (notify_is_firing(watched)) /* it may end before the tick */
		watched->owes = notify_may_be_told(watched);
	notify_watch_dirty(watched);
	dispatch->is_dirty = true;
}

/* ---- ticks ---- */

static void settle_owing(struct notify_dispatch *dispatch)
{
	for (struct watched *watched = dispatch->watched; watched; watched = watched->next)
		if (notify_is_firing(watched))
			watched->owes = notify_may_be_told(watched);
}

static void let_go_what_is_over(struct notify_dispatch *dispatch)
{
	struct watched *watched = dispatch->watched, *next;
	struct group *group = dispatch->groups, *next_group;

	for (; watched; watched = next) {
		next = watched->next;
		if (notify_is_over(dispatch, watched))
			notify_watch_free(dispatch, watched);
	}
	for (; group; group = next_group) {
		next_group = group->next;
		if (!group->members &&
		    group->told_at_real_ns + group->route->group_interval_ns <= dispatch->now_real_ns)
			notify_group_free(dispatch, group);
	}
}

static void update_groups(struct notify_dispatch *dispatch)
{
	dispatch->due_at_real_ns = UINT64_MAX;
	for (struct group *group = dispatch->groups; group; group = group->next) {
		if (group->is_dirty || group->due_at_real_ns <= dispatch->now_real_ns || dispatch->is_ending)
			notify_group_update(dispatch, group);
		if (group->due_at_real_ns < dispatch->due_at_real_ns)
			dispatch->due_at_real_ns = group->due_at_real_ns;
	}
}

void notify_dispatch_tick(struct notify_dispatch *dispatch, const struct view *view)
{
	uint64_t now_ns = view_axis_ns(view, view->now_ns);

	/* after a restart the axis may begin a little before what the last run has told */
	dispatch->now_real_ns = now_ns > dispatch->now_real_ns ? now_ns : dispatch->now_real_ns;
	dispatch->wall_real_ns = view_real_ns(view, view->now_ns);
	dispatch->is_ending = view->end_reason != 0;
	if (!dispatch->loaded_until_real_ns)
		dispatch->loaded_until_real_ns = dispatch->now_real_ns + LOADED_LIFE_NS;
	if (dispatch->loaded && dispatch->now_real_ns >= dispatch->loaded_until_real_ns)
		notify_told_end_loaded(dispatch);
	if (!dispatch->is_dirty && !dispatch->is_ending && dispatch->now_real_ns < dispatch->due_at_real_ns)
		return;
	dispatch->is_dirty = false;
	dispatch->view = view;
	notify_inhibit(dispatch);
	settle_owing(dispatch);
	update_groups(dispatch);
	let_go_what_is_over(dispatch);
	if (dispatch->has_fresh)
		table_fini(&dispatch->fresh);
	dispatch->has_fresh = false;
	dispatch->view = NULL;
}

/* ---- deliveries ---- */

static void confirm(const struct watched *watched, struct told *told, const struct notify_message *message)
{
	bool is_end = notify_message_is_end(message);

	if (told->unconfirmed_count)
		told->unconfirmed_count--;
	if (message->is_delivered) {
		told->delivered_at_real_ns = is_end ? 0 : message->at_real_ns;
	} else if (is_end) {
		told->delivered_at_real_ns = 0; /* it was given up: nobody waits for it any more */
	} else if (told->state == TOLD_FIRING && !told->delivered_at_real_ns && !told->unconfirmed_count) {
		told->state = notify_is_firing(watched) ? TOLD_NOT : TOLD_DONE;
		told->was_let_go = true;
	}
	notify_watch_dirty(watched);
}

void notify_dispatch_report(struct notify_dispatch *dispatch, const char *receiver,
			    const struct notify_message *message)
{
	size_t r = notify_find_receiver(dispatch->config, receiver);

	if (r == dispatch->config->receivers_count)
		return;
	for (size_t i = 0; i < message->count; i++) {
		struct watched *watched = notify_watch(dispatch, message->ids[i]);

		if (watched)
			confirm(watched, &watched->told[r], message);
	}
	dispatch->is_dirty = true;
	dispatch->generation++;
}

/* ---- a new file ---- */

static struct told *remap(const struct notify_config *from, const struct notify_config *to, const struct told *told)
{
	struct told *mapped = mem_array(to->receivers_count, sizeof(*mapped));

	for (size_t r = 0; r < to->receivers_count; r++) {
		size_t old = notify_find_receiver(from, to->receivers[r].name);

		if (old < from->receivers_count)
			mapped[r] = told[old];
	}
	return mapped;
}

void notify_dispatch_reload(struct notify_dispatch *dispatch, const struct notify_config *config)
{
	const struct notify_config *before = dispatch->config;
	struct table old_groups = dispatch->by_key;
	struct group *group = dispatch->groups, *next;

	dispatch->config = config;
	dispatch->groups = dispatch->last_group = NULL;
	dispatch->by_key = (struct table){0};
	for (struct watched *watched = dispatch->watched; watched; watched = watched->next) {
		struct told *told = remap(before, config, watched->told);

		free(watched->told);
		watched->told = told;
		notify_groups_leave(watched);
		notify_groups_join(dispatch, watched);
		notify_watch_dirty(watched);
	}
	for (struct group *now = dispatch->groups; now; now = now->next) {
		const struct group *old = table_find(&old_groups, now->key);

		now->told_at_real_ns = old ? old->told_at_real_ns : 0;
	}
	for (; group; group = next) { /* the old ones, empty now, are in no table any more */
		next = group->next;
		free(group->text);
		free(group);
	}
	table_fini(&old_groups);
	dispatch->is_dirty = true;
	dispatch->generation++;
}

size_t notify_dispatch_next_step(const struct notify_dispatch *dispatch, uint64_t alert_id, uint64_t *at_real_ns)
{
	size_t none = dispatch->config->receivers_count, next = none;
	const struct watched *watched = table_find(&dispatch->by_id, alert_id);

	for (const struct member *member = watched ? watched->members : NULL; member; member = member->watched_next) {
		uint64_t at_ns = 0;
		size_t receiver = notify_group_next_step(dispatch, member, &at_ns);

		if (receiver == none || (next != none && at_ns >= *at_real_ns))
			continue;
		*at_real_ns = at_ns;
		next = receiver;
	}
	return next;
}

uint64_t notify_dispatch_generation(const struct notify_dispatch *dispatch)
{
	return dispatch->generation;
}
