// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages. Out: a readable sentence, and JSON.
 * The rule that surprises: a size is kept by leaving whole members out, so a receiver never gets half a number or half
 * a name; members are added in the order of what an on-call engineer needs, so the annotations go first.
 */
#include "sink/notify_text.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/member.h"
#include "sink/words.h"

#define SHOWN_NAMES	 3  /* of a group */
#define CUT_MEMBER_BYTES 32 /* ,"cut_fields":123456 */

/* ---- words ---- */

const char *notify_severity_word(const struct notify_note *note)
{
	return *note->severity ? note->severity : "none";
}

static void clean(struct buf *out, const char *text)
{
	text_clean(out, text, strlen(text), false);
}

void notify_labels(struct buf *out, const struct notify_note *note)
{
	bool any = false;

	buf_text(out, "");
	for (size_t i = 0; i < note->labels_count; i++) {
		if (alert_words_has_said(note->labels[i].name))
			continue;
		buf_char(out, any ? ',' : '{');
		clean(out, note->labels[i].name);
		buf_char(out, '=');
		text_json(out, note->labels[i].value, strlen(note->labels[i].value));
		any = true;
	}
	if (any)
		buf_char(out, '}');
}

/* ---- the sentence ---- */

static uint64_t lasted_ns(const struct notify_note *note, uint64_t until_ns)
{
	uint64_t since = note->fired_at_real_ns ? note->fired_at_real_ns : note->active_at_real_ns;
	uint64_t end = note->ended_at_real_ns ? note->ended_at_real_ns : until_ns;

	return since && end > since ? end - since : 0;
}

static void add_event(struct buf *out, const struct notify_message *message)
{
	const struct notify_note *note = message->notes[0];
	bool is_one = message->count == 1;
	struct units_text lasted = units_ns(lasted_ns(note, message->at_real_ns));

	switch (message->event) {
	case NOTIFY_FIRING:
		buf_text(out, "firing");
		return;
	case NOTIFY_REPEAT:
		buf_text(out, "still firing");
		break;
	case NOTIFY_ESCALATION:
		buf_format(out, "firing, escalated: not acknowledged for %s", units_ns(message->waited_ns).text);
		return;
	case NOTIFY_RESOLVED:
		buf_text(out, "resolved");
		break;
	case NOTIFY_ENDED:
		buf_text(out, "ended");
		break;
	case NOTIFY_EVENTS:
		return;
	}
	if (is_one)
		buf_format(out, " after %s", lasted.text);
}

/* Added when it fits as a whole. */
static void add_part(struct buf *out, const struct buf *part, size_t max_bytes)
{
	if (part->length && out->length + part->length <= max_bytes)
		buf_add(out, part->bytes, part->length);
}

static void add_tail(struct buf *out, const struct notify_message *message, const struct notify_note *note,
		     size_t max_bytes)
{
	struct buf part = {0};

	buf_format(&part, ", alert %s", words_span_id(note->id).text);
	add_part(out, &part, max_bytes);
	if (*note->trace_id) {
		buf_reset(&part);
		buf_format(&part, ", trace %s", note->trace_id);
		add_part(out, &part, max_bytes);
	}
	if (message->firing_count > 1) {
		buf_reset(&part);
		buf_format(&part, ", %zu firing in this group", message->firing_count);
		add_part(out, &part, max_bytes);
	}
	buf_fini(&part);
}

static void add_reason(struct buf *out, const struct notify_note *note)
{
	if (!*note->reason && !note->is_unknown)
		return;
	buf_format(out, note->is_unknown ? " (unknown%s" : " (%s", *note->reason && note->is_unknown ? ": " : "");
	clean(out, note->reason);
	buf_char(out, ')');
}

static void say_one(struct buf *out, const struct notify_message *message, size_t max_bytes)
{
	const struct notify_note *note = message->notes[0];
	const char *summary = notify_note_annotation(note, "summary");
	size_t summary_columns = max_bytes > 1200 ? 500 : max_bytes / 4;
	struct buf part = {0};

	text_fit(out, note->name, strlen(note->name), 128, false, false);
	buf_char(out, ' ');
	text_fit(out, notify_severity_word(note), strlen(notify_severity_word(note)), 32, false, false);
	buf_char(out, ' ');
	add_event(out, message);
	if (*summary && !notify_message_is_end(message)) {
		buf_text(out, ": ");
		text_fit(out, summary, strlen(summary), summary_columns, false, false);
	}
	add_reason(&part, note);
	add_part(out, &part, max_bytes);
	buf_reset(&part);
	buf_char(&part, ' ');
	notify_labels(&part, note);
	if (part.length > 1)
		add_part(out, &part, max_bytes);
	buf_reset(&part);
	buf_text(&part, ", value ");
	alert_words_number(&part, note->value);
	if (note->has_threshold) {
		buf_format(&part, " %s ", note->comparison);
		alert_words_number(&part, note->threshold);
	}
	add_part(out, &part, max_bytes);
	add_tail(out, message, note, max_bytes);
	buf_fini(&part);
}

static bool have_one_reason(const struct notify_message *message)
{
	const struct notify_note *first = message->notes[0];

	for (size_t i = 1; i < message->notes_count; i++)
		if (message->notes[i]->is_unknown != first->is_unknown ||
		    strcmp(message->notes[i]->reason, first->reason) != 0)
			return false;
	return true;
}

/* A reason that all of them share is said once, else each has its own. */
static void say_group(struct buf *out, const struct notify_message *message, size_t max_bytes)
{
	bool is_shared = have_one_reason(message);
	size_t shown = 0;
	struct buf part = {0};

	buf_format(out, "%zu alerts %s ", message->count, alert_words_tier(message->tier));
	add_event(out, message);
	if (is_shared)
		add_reason(&part, message->notes[0]);
	add_part(out, &part, max_bytes);
	for (; shown < SHOWN_NAMES && shown < message->notes_count; shown++) {
		const struct notify_note *note = message->notes[shown];

		buf_reset(&part);
		buf_text(&part, shown ? ", " : ": ");
		text_fit(&part, note->name, strlen(note->name), 128, false, false);
		notify_labels(&part, note);
		if (!is_shared)
			add_reason(&part, note);
		if (out->length + part.length > max_bytes)
			break;
		add_part(out, &part, max_bytes);
	}
	if (shown < message->count) {
		buf_reset(&part);
		buf_format(&part, " and %zu more", message->count - shown);
		add_part(out, &part, max_bytes);
	}
	if (message->firing_count > message->count || notify_message_is_end(message)) {
		buf_reset(&part);
		buf_format(&part, ", %zu firing in this group", message->firing_count);
		add_part(out, &part, max_bytes);
	}
	buf_fini(&part);
}

/* The last resort, for names that are longer than all there is: whole characters only. */
static void cut(struct buf *said, size_t max_bytes)
{
	size_t at = 0, used;

	if (said->length <= max_bytes)
		return;
	for (; at < said->length; at += used) {
		text_next(said->bytes + at, said->length - at, &used);
		if (at + used + strlen("…") > max_bytes)
			break;
	}
	said->length = at;
	if (at + strlen("…") <= max_bytes)
		buf_text(said, "…");
}

void notify_sentence(struct buf *out, const struct notify_message *message, size_t max_bytes)
{
	struct buf said = {0};

	if (message->count == 1)
		say_one(&said, message, max_bytes);
	else
		say_group(&said, message, max_bytes);
	cut(&said, max_bytes);
	buf_add(out, said.bytes, said.length);
	buf_fini(&said);
}

/* ---- JSON ---- */

/* An object that is still being filled, and how many bytes its text may have. */
struct fields {
	struct json_object *object;
	size_t used_bytes;
	size_t max_bytes;
	size_t cut_count;
};

/* Takes value. False: it was left out. */
static bool add_field(struct fields *fields, const char *key, struct json_object *value)
{
	size_t length;

	json_object_to_json_string_length(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
	length += strlen(key) + 4;
	if (fields->used_bytes + length > fields->max_bytes) {
		fields->cut_count++;
		json_object_put(value);
		return false;
	}
	fields->used_bytes += length;
	member_foreign(fields->object, key, value);
	return true;
}

static void field_text(struct fields *fields, const char *key, const char *text)
{
	add_field(fields, key, member_new_string(text));
}

static void field_time(struct fields *fields, const char *key, uint64_t real_ns)
{
	if (real_ns)
		field_text(fields, key, units_rfc3339(real_ns).text);
}

static void field_labels(struct fields *fields, const char *key, const struct label *items, size_t count)
{
	struct fields inner = {.object = member_object(), .used_bytes = 2, .max_bytes = 0};
	size_t head = strlen(key) + 4;

	if (fields->max_bytes > fields->used_bytes + head)
		inner.max_bytes = fields->max_bytes - fields->used_bytes - head;
	for (size_t i = 0; i < count; i++)
		field_text(&inner, items[i].name, items[i].value);
	if (json_object_object_length(inner.object))
		add_field(fields, key, inner.object);
	else
		json_object_put(inner.object);
	fields->cut_count += inner.cut_count;
}

static void add_note(struct fields *fields, const struct notify_note *note, bool in_full)
{
	field_text(fields, "alert_id", words_span_id(note->id).text);
	field_text(fields, "rule", note->name);
	field_text(fields, "state", alert_words_state(note->state));
	field_text(fields, "severity", notify_severity_word(note));
	add_field(fields, "value", member_new_number(note->value));
	if (note->has_threshold) {
		add_field(fields, "threshold", member_new_number(note->threshold));
		field_text(fields, "comparison", note->comparison);
	}
	field_time(fields, "since", note->active_at_real_ns);
	field_time(fields, "fired_at", note->fired_at_real_ns);
	field_time(fields, "ended_at", note->ended_at_real_ns);
	if (*note->trace_id)
		field_text(fields, "trace_id", note->trace_id);
	add_field(fields, "unknown", json_object_new_boolean(note->is_unknown));
	if (*note->reason)
		field_text(fields, "reason", note->reason);
	if (note->is_acknowledged)
		add_field(fields, "acknowledged", json_object_new_boolean(true));
	field_labels(fields, "labels", note->labels, note->labels_count);
	if (in_full)
		field_labels(fields, "annotations", note->annotations, note->annotations_count);
}

static void add_notes(struct fields *fields, const struct notify_message *message, bool in_full)
{
	struct json_object *list = member_array();
	size_t used = 16, shown = 0; /* "alerts":[], */

	for (; shown < message->notes_count; shown++) {
		struct fields one = {.object = member_object(), .max_bytes = SIZE_MAX};
		size_t length;

		add_note(&one, message->notes[shown], in_full);
		json_object_to_json_string_length(one.object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
						  &length);
		if (fields->used_bytes + used + length + 40 > fields->max_bytes) {
			json_object_put(one.object);
			break;
		}
		used += length + 1;
		member_append(list, one.object);
	}
	add_field(fields, "alerts", list);
	if (shown < message->count)
		add_field(fields, "omitted", member_new_count(message->count - shown));
}

static void add_message(struct fields *fields, const struct notify_message *message, const char *receiver)
{
	field_text(fields, "notification", notify_event_words[message->event]);
	field_text(fields, "receiver", receiver);
	add_field(fields, "count", member_new_count(message->count));
	add_field(fields, "firing_in_group", member_new_count(message->firing_count));
	if (message->event == NOTIFY_ESCALATION) {
		add_field(fields, "escalation_step", member_new_count(message->step));
		add_field(fields, "unacknowledged_ns", member_new_count(message->waited_ns));
	}
	if (message->count == 1) {
		add_note(fields, message->notes[0], true);
	} else {
		field_text(fields, "severity", alert_words_tier(message->tier));
		field_text(fields, "group", message->group);
		add_notes(fields, message, fields->max_bytes > 65536);
	}
	if (fields->cut_count)
		member_count(fields->object, "cut_fields", fields->cut_count);
}

/* level NULL: none; msg_bytes 0: no sentence. */
static void add_record(struct buf *out, const struct notify_message *message, const char *receiver, const char *level,
		       size_t msg_bytes, size_t max_bytes)
{
	struct fields fields = {
		.object = member_object(),
		.used_bytes = 2,
		.max_bytes = max_bytes > CUT_MEMBER_BYTES ? max_bytes - CUT_MEMBER_BYTES : 0,
	};
	struct buf said = {0};

	add_field(&fields, "v", member_new_count(1));
	field_time(&fields, "ts", message->wall_real_ns);
	if (level)
		field_text(&fields, "level", level);
	field_text(&fields, "event", "notification");
	if (msg_bytes) {
		notify_sentence(&said, message, msg_bytes);
		field_text(&fields, "msg", said.bytes);
	}
	add_message(&fields, message, receiver);
	member_print_inside(out, fields.object);
	buf_fini(&said);
}

void notify_json(struct buf *out, const struct notify_message *message, const char *receiver, bool with_msg,
		 size_t max_bytes)
{
	add_record(out, message, receiver, NULL, with_msg ? max_bytes / 4 : 0, max_bytes);
}

void notify_log_line(struct buf *out, const struct notify_message *message, const char *receiver, const char *level)
{
	add_record(out, message, receiver, level, 2000, 65536);
	buf_char(out, '\n');
}
