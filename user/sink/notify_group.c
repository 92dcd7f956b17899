// SPDX-License-Identifier: Apache-2.0
/*
 * In: a group and an instant. Out: the messages that are due, and the next instant at which something may be.
 * What is new waits group_wait for company, and group_interval after the last message about something new; but a tier
 * that is higher than all the group has told does not wait for the interval. A repeat and a step of an escalation come
 * at their own instant. The rule that surprises: who was told counts for the whole receiver, so a message may leave
 * alerts out that another group has told.
 */
#include "sink/notify_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/expr.h"

#define LOOK_AGAIN_NS 1000000000ull /* how soon the end of a silence, or room in a queue, is noticed */

/* ---- who belongs where ---- */

static void print_label(struct buf *out, const char *name, const char *value)
{
	buf_char(out, out->length ? ',' : '{');
	text_clean(out, name, strlen(name), false);
	buf_char(out, '=');
	text_json(out, value, strlen(value));
}

static char *group_text(const struct notify_route *route, const struct notify_note *note)
{
	struct buf text = {0};

	if (route->group_by_all) {
		for (size_t i = 0; i < note->labels_count; i++)
			print_label(&text, note->labels[i].name, note->labels[i].value);
	} else {
		for (size_t i = 0; i < route->group_by_count; i++) {
			const char *value = notify_note_label(note, route->group_by[i]);

			if (*value)
				print_label(&text, route->group_by[i], value);
		}
	}
	buf_text(&text, text.length ? "}" : "{}");
	return text.bytes;
}

static struct group *group_get(struct notify_dispatch *dispatch, const struct notify_route *route,
			       const struct notify_note *note)
{
	char *text = group_text(route, note);
	uint64_t key = notify_hash(notify_hash(3, route->key), text);
	struct group *group = table_find(&dispatch->by_key, key);

	if (group) {
		free(text);
		return group;
	}
	group = mem_new(sizeof(*group));
	group->key = key;
	group->route = route;
	group->text = text;
	group->due_at_real_ns = UINT64_MAX;
	group->previous = dispatch->last_group;
	if (group->previous)
		group->previous->next = group;
	else
		dispatch->groups = group;
	dispatch->last_group = group;
	table_put(&dispatch->by_key, key, group);
	return group;
}

void notify_group_free(struct notify_dispatch *dispatch, struct group *group)
{
	if (table_find(&dispatch->by_key, group->key) == group)
		table_remove(&dispatch->by_key, group->key);
	if (group->previous)
		group->previous->next = group->next;
	else
		dispatch->groups = group->next;
	if (group->next)
		group->next->previous = group->previous;
	else
		dispatch->last_group = group->previous;
	free(group->text);
	free(group);
}

static void join(struct notify_dispatch *dispatch, const struct notify_route *route, struct watched *watched)
{
	struct group *group = group_get(dispatch, route, watched->note);
	struct member *member = mem_new(sizeof(*member));

	member->watched = watched;
	member->group = group;
	member->watched_next = watched->members;
	watched->members = member;
	member->previous = group->last_member;
	if (member->previous)
		member->previous->next = member;
	else
		group->members = member;
	group->last_member = member;
	group->is_dirty = true;
}

/*
 * Depth first, as Alertmanager: the first child that matches, and its siblings only when it says so; the route itself
 * when none does.
 */
static void route_alert(struct notify_dispatch *dispatch, const struct notify_route *route, struct watched *watched)
{
	bool is_taken = false;

	for (size_t i = 0; i < route->routes_count; i++) {
		const struct notify_route *child = &route->routes[i];

		if (!notify_matches(child->matchers, child->matchers_count, watched->note))
			continue;
		route_alert(dispatch, child, watched);
		is_taken = true;
		if (!child->is_continued)
			break;
	}
	if (!is_taken)
		join(dispatch, route, watched);
}

void notify_groups_join(struct notify_dispatch *dispatch, struct watched *watched)
{
	route_alert(dispatch, &dispatch->config->root, watched);
}

void notify_groups_leave(struct watched *watched)
{
	struct member *member = watched->members, *next;

	for (; member; member = next) {
		struct group *group = member->group;

		next = member->watched_next;
		if (member->previous)
			member->previous->next = member->next;
		else
			group->members = member->next;
		if (member->next)
			member->next->previous = member->previous;
		else
			group->last_member = member->previous;
		free(member);
	}
	watched->members = NULL;
}

/* ---- what is wanted ---- */

enum { IS_BASE = 0, IS_NOBODY = -1 }; /* place of a receiver in a route: 0, its step from 1, or none */

static int place_of(const struct notify_route *route, size_t receiver)
{
	for (size_t i = 0; i < route->receivers_count; i++)
		if (route->receivers[i] == receiver)
			return IS_BASE;
	for (size_t i = 0; i < route->steps_count; i++)
		if (route->steps[i].receiver == receiver)
			return (int)i + 1;
	return IS_NOBODY;
}

/* When the route told it first; UINT64_MAX = not yet. */
static uint64_t first_told(const struct notify_route *route, const struct watched *watched)
{
	uint64_t first_ns = UINT64_MAX;

	for (size_t i = 0; i < route->receivers_count; i++) {
		const struct told *told = &watched->told[route->receivers[i]];

		if (told->state == TOLD_FIRING && told->first_at_real_ns < first_ns)
			first_ns = told->first_at_real_ns;
	}
	return first_ns;
}

static uint64_t later(uint64_t instant_ns, uint64_t wait_ns)
{
	return instant_ns > UINT64_MAX - wait_ns ? UINT64_MAX : instant_ns + wait_ns;
}

/* The highest tier that the group has told and that still fires. */
static enum tier told_tier(const struct notify_dispatch *dispatch, const struct group *group)
{
	enum tier tier = TIER_NONE;

	for (const struct member *member = group->members; member; member = member->next)
		for (size_t r = 0; r < dispatch->config->receivers_count; r++)
			if (member->watched->told[r].state == TOLD_FIRING && notify_is_firing(member->watched) &&
			    member->watched->note->tier > tier)
				tier = member->watched->note->tier;
	return tier;
}

static uint64_t after_interval(const struct group *group)
{
	return group->told_at_real_ns ? later(group->told_at_real_ns, group->route->group_interval_ns) : 0;
}

static uint64_t firing_due(struct notify_dispatch *dispatch, struct member *member, const struct told *told,
			   enum tier told_already)
{
	const struct group *group = member->group;
	uint64_t due_ns, interval_ns = after_interval(group);

	if (told->was_let_go && !dispatch->is_ending)
		return later(dispatch->now_real_ns, LOOK_AGAIN_NS);
	if (!member->since_real_ns)
		member->since_real_ns = dispatch->now_real_ns;
	if (dispatch->is_ending)
		return dispatch->now_real_ns;
	due_ns = later(member->since_real_ns, group->route->group_wait_ns);
	if (member->watched->note->tier > told_already)
		return due_ns;
	return due_ns > interval_ns ? due_ns : interval_ns;
}

/* When the receiver is to hear what of the member; UINT64_MAX = nothing is to come. */
static uint64_t wanted(struct notify_dispatch *dispatch, struct member *member, size_t receiver, enum tier told_already,
		       enum notify_event *event)
{
	const struct notify_route *route = member->group->route;
	struct watched *watched = member->watched;
	struct told *told = &watched->told[receiver];
	bool may_be_told = notify_may_be_told(watched), is_firing = notify_is_firing(watched);
	int place = place_of(route, receiver);
	uint64_t first_ns;

	if (told->state == TOLD_FIRING && !is_firing) {
		*event = watched->note->state == ALERT_ENDED ? NOTIFY_ENDED : NOTIFY_RESOLVED;
		if (notify_is_silenced(dispatch, watched) && !dispatch->is_ending)
			return later(dispatch->now_real_ns, LOOK_AGAIN_NS);
		return dispatch->is_ending ? dispatch->now_real_ns : after_interval(member->group);
	}
	if (told->state == TOLD_NOT && place == IS_BASE && (may_be_told || (!is_firing && watched->owes))) {
		*event = NOTIFY_FIRING;
		return firing_due(dispatch, member, told, told_already);
	}
	if (!may_be_told || watched->note->is_acknowledged || place == IS_NOBODY)
		return UINT64_MAX;
	if (told->state == TOLD_FIRING && route->repeat_ns) {
		*event = NOTIFY_REPEAT;
		return later(told->last_at_real_ns, route->repeat_ns);
	}
	if (told->state == TOLD_NOT && place > IS_BASE) {
		*event = NOTIFY_ESCALATION;
		first_ns = first_told(route, watched);
		return first_ns == UINT64_MAX ? UINT64_MAX : later(first_ns, route->steps[place - 1].after_ns);
	}
	return UINT64_MAX;
}

size_t notify_group_next_step(const struct notify_dispatch *dispatch, const struct member *member, uint64_t *at_real_ns)
{
	const struct notify_route *route = member->group->route;
	const struct watched *watched = member->watched;
	uint64_t first_ns = first_told(route, watched);

	if (!notify_may_be_told(watched) || watched->note->is_acknowledged || first_ns == UINT64_MAX)
		return dispatch->config->receivers_count;
	for (size_t i = 0; i < route->steps_count; i++) { /* `after` rises */
		const struct notify_step *step = &route->steps[i];

		/* who belongs to the route itself, or to an earlier step, is not told by this one */
		if (place_of(route, step->receiver) != (int)i + 1 || watched->told[step->receiver].state != TOLD_NOT)
			continue;
		*at_real_ns = later(first_ns, step->after_ns);
		return step->receiver;
	}
	return dispatch->config->receivers_count;
}

/* ---- telling ---- */

/* Values and annotations move while an alert fires, without an event of their own. */
static void refresh(struct notify_dispatch *dispatch, struct watched *watched)
{
	const struct alert *alert;

	if (!dispatch->view || !notify_is_firing(watched))
		return;
	if (!dispatch->has_fresh)
		for (alert = dispatch->view->alerts; alert; alert = alert->next)
			table_put(&dispatch->fresh, alert->id, (void *)(uintptr_t)alert);
	dispatch->has_fresh = true;
	alert = table_find(&dispatch->fresh, watched->note->id);
	if (!alert || alert->state != ALERT_FIRING)
		return;
	notify_note_drop(watched->note);
	watched->note = notify_note_new(alert);
}

static void mark(struct notify_dispatch *dispatch, struct member *member, size_t receiver, enum notify_event event)
{
	struct told *told = &member->watched->told[receiver];

	told->unconfirmed_count++;
	if (event == NOTIFY_RESOLVED || event == NOTIFY_ENDED) {
		told->state = TOLD_DONE;
		return;
	}
	if (told->state == TOLD_NOT)
		told->first_at_real_ns = dispatch->now_real_ns;
	told->state = TOLD_FIRING;
	told->last_at_real_ns = dispatch->now_real_ns;
	member->since_real_ns = 0;
}

static size_t firing_count(const struct group *group)
{
	size_t count = 0;

	for (const struct member *member = group->members; member; member = member->next)
		count += notify_may_be_told(member->watched);
	return count;
}

/* True: this member belongs into the message that is being made. */
static bool belongs(struct notify_dispatch *dispatch, struct member *member, size_t receiver, enum notify_event event,
		    bool is_new)
{
	enum notify_event other = event;
	uint64_t due_ns = wanted(dispatch, member, receiver, TIERS, &other);

	if (due_ns == UINT64_MAX || other != event)
		return false;
	switch (event) {
	case NOTIFY_FIRING: /* those that still wait for company come along */
		return is_new && !member->watched->told[receiver].was_let_go;
	case NOTIFY_REPEAT: /* once one is due, all are */
		return true;
	case NOTIFY_RESOLVED:
	case NOTIFY_ENDED:
		return is_new && (dispatch->is_ending || !notify_is_silenced(dispatch, member->watched));
	case NOTIFY_ESCALATION:
		return due_ns <= dispatch->now_real_ns;
	case NOTIFY_EVENTS:
		break;
	}
	return false;
}

static void tell(struct notify_dispatch *dispatch, struct group *group, size_t receiver, enum notify_event event,
		 bool is_new)
{
	int place = place_of(group->route, receiver);
	struct notify_message *message = NULL;

	for (struct member *member = group->members; member; member = member->next) {
		if (!belongs(dispatch, member, receiver, event, is_new))
			continue;
		refresh(dispatch, member->watched);
		if (!message)
			message = notify_message_new(event, receiver);
		notify_message_add(message, member->watched->note);
		mark(dispatch, member, receiver, event);
	}
	if (!message)
		return;
	message->at_real_ns = dispatch->now_real_ns;
	message->wall_real_ns = dispatch->wall_real_ns;
	message->group_key = group->key;
	message->group = mem_string(group->text);
	message->firing_count = firing_count(group);
	if (event == NOTIFY_ESCALATION) {
		message->step = (unsigned)place;
		message->waited_ns = group->route->steps[place - 1].after_ns;
	}
	dispatch->hooks.deliver(dispatch->hooks.arg, receiver, message);
	if (event != NOTIFY_REPEAT && event != NOTIFY_ESCALATION)
		group->told_at_real_ns = dispatch->now_real_ns;
}

/* Ends come first, so that the last word is what still fires; but who ended untold is told of both, in order. */
static void tell_receiver(struct notify_dispatch *dispatch, struct group *group, size_t receiver, bool is_new,
			  bool repeats)
{
	tell(dispatch, group, receiver, NOTIFY_RESOLVED, is_new);
	tell(dispatch, group, receiver, NOTIFY_ENDED, is_new);
	tell(dispatch, group, receiver, NOTIFY_FIRING, is_new);
	tell(dispatch, group, receiver, NOTIFY_RESOLVED, is_new);
	tell(dispatch, group, receiver, NOTIFY_ENDED, is_new);
	if (repeats)
		tell(dispatch, group, receiver, NOTIFY_REPEAT, is_new);
	tell(dispatch, group, receiver, NOTIFY_ESCALATION, is_new);
}

/* ---- instants ---- */

struct instants {
	uint64_t new_ns;    /* something new is due */
	uint64_t repeat_ns; /* by receiver, of the one that is looked at */
	uint64_t other_ns;
};

static void look(struct notify_dispatch *dispatch, struct member *member, size_t receiver, enum tier told_already,
		 struct instants *instants)
{
	struct told *told = &member->watched->told[receiver];
	enum notify_event event = NOTIFY_EVENTS;
	uint64_t due_ns, *place = &instants->other_ns;

	/*
	 * let go, and over before there was room: kept, such alerts would grow without a limit while a receiver is dead
	 */
	if (told->state == TOLD_NOT && told->was_let_go && !notify_is_firing(member->watched))
		told->state = TOLD_DONE;
	if (told->state == TOLD_DONE)
		told->was_let_go = false;
	if (told->was_let_go && dispatch->hooks.has_room(dispatch->hooks.arg, receiver))
		told->was_let_go = false;
	due_ns = wanted(dispatch, member, receiver, told_already, &event);
	if (event == NOTIFY_REPEAT)
		place = &instants->repeat_ns;
	else if (event == NOTIFY_FIRING || event == NOTIFY_RESOLVED || event == NOTIFY_ENDED)
		place = &instants->new_ns;
	if (due_ns < *place)
		*place = due_ns;
}

/* Tells what is due when `acts`; the earliest instant of what is left. */
static uint64_t group_pass(struct notify_dispatch *dispatch, struct group *group, bool acts)
{
	size_t receivers_count = dispatch->config->receivers_count;
	enum tier told_already = told_tier(dispatch, group);
	uint64_t repeat_ns[NOTIFY_MAX_RECEIVERS], now_ns = dispatch->now_real_ns;
	struct instants instants = {.new_ns = UINT64_MAX, .other_ns = UINT64_MAX};
	uint64_t due_ns;

	for (size_t r = 0; r < receivers_count; r++) {
		instants.repeat_ns = UINT64_MAX;
		for (struct member *member = group->members; member; member = member->next)
			look(dispatch, member, r, told_already, &instants);
		repeat_ns[r] = instants.repeat_ns;
	}
	due_ns = instants.new_ns < instants.other_ns ? instants.new_ns : instants.other_ns;
	for (size_t r = 0; r < receivers_count; r++) {
		if (repeat_ns[r] < due_ns)
			due_ns = repeat_ns[r];
		if (acts && (instants.new_ns <= now_ns || instants.other_ns <= now_ns || repeat_ns[r] <= now_ns))
			tell_receiver(dispatch, group, r, instants.new_ns <= now_ns, repeat_ns[r] <= now_ns);
	}
	return due_ns;
}

void notify_group_update(struct notify_dispatch *dispatch, struct group *group)
{
	for (struct member *member = group->members; member; member = member->next)
		if (!notify_may_be_told(member->watched) && notify_is_firing(member->watched))
			member->since_real_ns = 0; /* it begins to wait anew when it is released */
	group->due_at_real_ns = group_pass(dispatch, group, true);
	if (group->due_at_real_ns <= dispatch->now_real_ns)
		group->due_at_real_ns = group_pass(dispatch, group, false);
	if (group->due_at_real_ns <= dispatch->now_real_ns)
		group->due_at_real_ns = dispatch->now_real_ns + 1; /* the next tick */
	if (!group->members)
		group->due_at_real_ns = after_interval(group);
	group->is_dirty = false;
}
