// SPDX-License-Identifier: Apache-2.0
/*
 * In: alerts, valid during a call only. Out: notes and messages that live as long as somebody needs them.
 * The rule that surprises: a note is shared between threads, so it is counted atomically and never changed.
 */
#include "sink/notify_message.h"

#include <stdlib.h>
#include <string.h>

#include "sink/words.h"

const char *const notify_event_words[] = {
	[NOTIFY_FIRING] = "firing",	[NOTIFY_REPEAT] = "repeat", [NOTIFY_ESCALATION] = "escalation",
	[NOTIFY_RESOLVED] = "resolved", [NOTIFY_ENDED] = "ended",
};

static struct label *copy_labels(struct arena *arena, const struct label *items, size_t count)
{
	struct label *copy = arena_new(arena, count * sizeof(*copy));

	for (size_t i = 0; i < count; i++) {
		copy[i].name = arena_string(arena, items[i].name, strlen(items[i].name));
		copy[i].value = arena_string(arena, items[i].value, strlen(items[i].value));
	}
	return copy;
}

struct notify_note *notify_note_new(const struct alert *alert)
{
	struct notify_note *note = mem_new(sizeof(*note));

	note->users_count = 1;
	note->id = alert->id;
	note->name = arena_string(&note->arena, alert->name, strlen(alert->name));
	note->tier = alert->tier;
	note->state = alert->state;
	note->labels_count = alert->labels ? alert->labels->count : 0;
	note->labels = copy_labels(&note->arena, alert->labels ? alert->labels->items : NULL, note->labels_count);
	note->annotations_count = alert->annotations_count;
	note->annotations = copy_labels(&note->arena, alert->annotations, alert->annotations_count);
	note->severity = notify_note_label(note, "severity");
	note->is_unknown = alert->is_unknown;
	note->reason = arena_string(&note->arena, alert->reason, strnlen(alert->reason, sizeof(alert->reason)));
	note->value = alert->value;
	note->has_threshold = alert->has_threshold;
	note->threshold = alert->threshold;
	memcpy(note->comparison, alert->comparison, sizeof(note->comparison));
	note->comparison[sizeof(note->comparison) - 1] = '\0';
	note->active_at_real_ns = alert->active_at_real_ns;
	note->fired_at_real_ns = alert->fired_at_real_ns;
	note->ended_at_real_ns = alert->ended_at_real_ns;
	note->is_acknowledged = alert->ack.at_real_ns != 0;
	note->silence_id = alert->silence_id;
	note->inhibited_by = alert->inhibited_by;
	if (!words_is_orphan(alert->trace_id))
		memcpy(note->trace_id, words_trace_id(alert->trace_id).text, sizeof(note->trace_id));
	return note;
}

struct notify_note *notify_note_share(struct notify_note *note)
{
	__atomic_add_fetch(&note->users_count, 1, __ATOMIC_RELAXED);
	return note;
}

void notify_note_drop(struct notify_note *note)
{
	if (!note || __atomic_sub_fetch(&note->users_count, 1, __ATOMIC_ACQ_REL))
		return;
	arena_fini(&note->arena);
	free(note);
}

static const char *find(const struct label *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(items[i].name, name))
			return items[i].value;
	return "";
}

const char *notify_note_label(const struct notify_note *note, const char *name)
{
	return find(note->labels, note->labels_count, name);
}

const char *notify_note_annotation(const struct notify_note *note, const char *name)
{
	return find(note->annotations, note->annotations_count, name);
}

struct notify_message *notify_message_new(enum notify_event event, size_t receiver)
{
	struct notify_message *message = mem_new(sizeof(*message));

	message->event = event;
	message->receiver = receiver;
	return message;
}

void notify_message_add(struct notify_message *message, struct notify_note *note)
{
	/* room doubles at each power of two: no capacity to keep */
	if (!(message->count & (message->count - 1))) {
		uint64_t *ids = mem_array(message->count ? message->count * 2 : 1, sizeof(*ids));

		if (message->count)
			memcpy(ids, message->ids, message->count * sizeof(*ids));
		free(message->ids);
		message->ids = ids;
	}
	message->ids[message->count++] = note->id;
	if (note->tier > message->tier)
		message->tier = note->tier;
	if (message->notes_count == NOTIFY_MAX_NOTES)
		return;
	if (!message->notes)
		message->notes = mem_array(NOTIFY_MAX_NOTES, sizeof(struct notify_note *));
	message->notes[message->notes_count++] = notify_note_share(note);
}

struct notify_message *notify_message_copy(const struct notify_message *message)
{
	struct notify_message *copy = mem_new(sizeof(*copy));

	*copy = *message;
	copy->next = NULL;
	copy->group = message->group ? mem_string(message->group) : NULL;
	copy->notes = mem_array(NOTIFY_MAX_NOTES, sizeof(struct notify_note *));
	for (size_t i = 0; i < message->notes_count; i++)
		copy->notes[i] = notify_note_share(message->notes[i]);
	copy->ids = mem_array(message->count, sizeof(*copy->ids));
	memcpy(copy->ids, message->ids, message->count * sizeof(*copy->ids));
	return copy;
}

void notify_message_free(struct notify_message *message)
{
	if (!message)
		return;
	for (size_t i = 0; i < message->notes_count; i++)
		notify_note_drop(message->notes[i]);
	free(message->notes);
	free(message->ids);
	free(message->group);
	free(message);
}

bool notify_message_is_repeat(const struct notify_message *message)
{
	return message->event == NOTIFY_REPEAT;
}

bool notify_message_is_end(const struct notify_message *message)
{
	return message->event == NOTIFY_RESOLVED || message->event == NOTIFY_ENDED;
}
