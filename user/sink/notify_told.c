// SPDX-License-Identifier: Apache-2.0
/*
 * In: the told-state. Out: JSON for the state file, and back.
 * The rule that surprises: only what was surely delivered is printed. What a crash leaves uncertain is told again: at
 * least once. So is an end: an alert that was told and does not come back has ended while nobody could say so.
 */
#include "sink/notify_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/refuse.h"
#include "model/limits.h"
#include "sink/alert_words.h"
#include "sink/member.h"
#include "sink/words.h"

#define TOLD_VERSION 1
#define LABELS_MAX   1000
#define LOADED_MAX   ((size_t)LIMIT_ALERTS * NOTIFY_MAX_RECEIVERS)

#define STATE_WORD        "firing"
#define STATE_WORD_OF_OLD "covered" /* as former versions wrote for some that were inhibited */

static void print_one(struct json_object *list, const struct notify_note *note, const char *receiver,
		      const struct told *told)
{
	struct json_object *one = member_object(), *labels = member_object();

	member_word(one, "alert_id", words_span_id(note->id).text);
	member_string(one, "receiver", receiver);
	member_word(one, "state", STATE_WORD);
	member_count(one, "first_at_real_ns", told->first_at_real_ns);
	member_count(one, "last_at_real_ns", told->delivered_at_real_ns);
	member_count(one, "fired_at_real_ns", note->fired_at_real_ns);
	for (size_t i = 0; i < note->labels_count; i++)
		member_foreign_string(labels, note->labels[i].name, note->labels[i].value);
	member_add(one, "labels", labels);
	member_append(list, one);
}

void notify_dispatch_print(const struct notify_dispatch *dispatch, struct buf *out)
{
	struct json_object *root = member_object(), *list = member_array();

	for (const struct watched *watched = dispatch->watched; watched; watched = watched->next)
		for (size_t r = 0; r < dispatch->config->receivers_count; r++)
			if (watched->told[r].delivered_at_real_ns)
				print_one(list, watched->note, dispatch->config->receivers[r].name, &watched->told[r]);
	for (const struct loaded *loaded = dispatch->loaded; loaded; loaded = loaded->next)
		print_one(list, loaded->note, loaded->receiver, &loaded->told);
	member_count(root, "version", TOLD_VERSION);
	member_add(root, "told", list);
	member_print_inside(out, root);
}

/* ---- back ---- */

static bool read_ns(struct json_object *one, const char *key, uint64_t *ns)
{
	struct json_object *value;

	if (!json_object_object_get_ex(one, key, &value) || !json_object_is_type(value, json_type_int))
		return false;
	*ns = json_object_get_uint64(value);
	return *ns <= INT64_MAX;
}

static const char *read_text(struct json_object *one, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(one, key, &value) || !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static enum tier tier_of(const char *severity)
{
	for (unsigned tier = TIER_NONE + 1; tier < TIERS; tier++)
		if (!strcmp(severity, alert_words_tier(tier)))
			return tier;
	return TIER_NONE;
}

/* The alert as it is to be told if it does not come back. */
static bool read_note(struct json_object *one, struct loaded *loaded)
{
	struct alert alert = {.id = loaded->alert_id, .name = "", .state = ALERT_ENDED};
	struct labels *labels;
	struct json_object *all;
	bool is_good = true;

	if (!read_ns(one, "fired_at_real_ns", &alert.fired_at_real_ns) ||
	    !json_object_object_get_ex(one, "labels", &all) || !json_object_is_type(all, json_type_object) ||
	    json_object_object_length(all) > LABELS_MAX)
		return false;
	labels = mem_new(sizeof(*labels) + (size_t)json_object_object_length(all) * sizeof(struct label));
	json_object_object_foreach(all, name, value)
	{
		if (json_object_is_type(value, json_type_string))
			labels->items[labels->count++] = (struct label){name, json_object_get_string(value)};
		else
			is_good = false;
	}
	for (size_t i = 0; i < labels->count; i++) {
		if (!strcmp(labels->items[i].name, "alertname"))
			alert.name = labels->items[i].value;
		if (!strcmp(labels->items[i].name, "severity"))
			alert.tier = tier_of(labels->items[i].value);
	}
	alert.labels = labels;
	alert.active_at_real_ns = alert.fired_at_real_ns;
	snprintf(alert.reason, sizeof(alert.reason), "it ended while ttsobs-bpf could not say so");
	if (is_good)
		loaded->note = notify_note_new(&alert);
	free(labels);
	return is_good;
}

static bool read_one(struct json_object *one, struct loaded *loaded)
{
	const char *id = read_text(one, "alert_id"), *receiver = read_text(one, "receiver"),
		   *state = read_text(one, "state");

	if (!id || !receiver || !state || strlen(receiver) >= sizeof(loaded->receiver))
		return false;
	if (strlen(id) != 16 || id[strspn(id, "0123456789abcdef")])
		return false;
	loaded->alert_id = strtoull(id, NULL, 16);
	strcpy(loaded->receiver, receiver);
	loaded->told.state = TOLD_FIRING;
	return (!strcmp(state, STATE_WORD) || !strcmp(state, STATE_WORD_OF_OLD)) &&
	       read_ns(one, "first_at_real_ns", &loaded->told.first_at_real_ns) &&
	       read_ns(one, "last_at_real_ns", &loaded->told.last_at_real_ns) && read_note(one, loaded);
}

static void free_loaded(struct loaded *loaded)
{
	struct loaded *next;

	for (; loaded; loaded = next) {
		next = loaded->next;
		notify_note_drop(loaded->note);
		free(loaded);
	}
}

/* False when one of them is damaged. */
static bool read_list(struct json_object *list, struct loaded **all)
{
	size_t count = json_object_array_length(list);

	if (count > LOADED_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct loaded *loaded = mem_new(sizeof(*loaded));

		loaded->next = *all;
		*all = loaded;
		if (!json_object_is_type(one, json_type_object) || !read_one(one, loaded))
			return false;
		loaded->told.delivered_at_real_ns = loaded->told.last_at_real_ns;
	}
	return true;
}

static bool read_root(struct json_object *root, struct loaded **all)
{
	struct json_object *version, *list;

	return json_object_is_type(root, json_type_object) && json_object_object_get_ex(root, "version", &version) &&
	       json_object_is_type(version, json_type_int) && json_object_get_uint64(version) == TOLD_VERSION &&
	       json_object_object_get_ex(root, "told", &list) && json_object_is_type(list, json_type_array) &&
	       read_list(list, all);
}

int notify_dispatch_load(struct notify_dispatch *dispatch, const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root = NULL;
	struct loaded *all = NULL;
	bool good;

	if (length <= INT32_MAX) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		root = json_tokener_parse_ex(tokener, text, (int)length);
	}
	good = root && read_root(root, &all);
	json_object_put(root);
	json_tokener_free(tokener);
	if (!good) {
		free_loaded(all);
		return refuse(-EINVAL, "what was told before cannot be read: every alert that fires is told again");
	}
	notify_told_forget_loaded(dispatch);
	dispatch->loaded = all;
	for (struct loaded *loaded = all; loaded; loaded = loaded->next) {
		if (loaded->next)
			loaded->next->previous = loaded;
		loaded->same_next = table_find(&dispatch->loaded_by_id, loaded->alert_id);
		table_put(&dispatch->loaded_by_id, loaded->alert_id, loaded);
	}
	return 0;
}

bool notify_told_is_loaded(const struct notify_dispatch *dispatch, uint64_t alert_id)
{
	return table_find(&dispatch->loaded_by_id, alert_id) != NULL;
}

void notify_told_adopt(struct notify_dispatch *dispatch, struct watched *watched)
{
	struct loaded *loaded = table_remove(&dispatch->loaded_by_id, watched->note->id), *next;
	size_t r;

	for (; loaded; loaded = next) {
		next = loaded->same_next;
		r = notify_find_receiver(dispatch->config, loaded->receiver);
		if (r < dispatch->config->receivers_count)
			watched->told[r] = loaded->told;
		if (loaded->previous)
			loaded->previous->next = loaded->next;
		else
			dispatch->loaded = loaded->next;
		if (loaded->next)
			loaded->next->previous = loaded->previous;
		notify_note_drop(loaded->note);
		free(loaded);
	}
}

void notify_told_end_loaded(struct notify_dispatch *dispatch)
{
	for (struct loaded *loaded = dispatch->loaded; loaded; loaded = loaded->next) {
		struct watched *watched = notify_watch(dispatch, loaded->alert_id);
		size_t r = notify_find_receiver(dispatch->config, loaded->receiver);

		if (r == dispatch->config->receivers_count)
			continue;
		if (!watched) {
			watched = notify_watch_new(dispatch, notify_note_share(loaded->note));
			notify_groups_join(dispatch, watched);
		}
		watched->told[r] = loaded->told;
		dispatch->is_dirty = true;
	}
	notify_told_forget_loaded(dispatch);
}

void notify_told_forget_loaded(struct notify_dispatch *dispatch)
{
	if (dispatch->loaded)
		dispatch->generation++;
	free_loaded(dispatch->loaded);
	dispatch->loaded = NULL;
	table_fini(&dispatch->loaded_by_id);
}
