// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages. Out: entries with native fields, where journald runs.
 * The rule that surprises: libsystemd says that all is well when there is no journal, so we look at the socket first.
 */
#include "sink/notify_carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION /* a line of this file is no news */
#include <systemd/sd-journal.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/notify_text.h"
#include "sink/words.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define FIELDS_MAX     32
#define FIELD_BYTES    16384

/* One per kind of event, for ever: `journalctl MESSAGE_ID=...` and catalogues know them. */
static const char *const message_ids[NOTIFY_EVENTS] = {
	[NOTIFY_FIRING] = "6315f83265a246a2ad795308e2578887",
	[NOTIFY_REPEAT] = "73e9e1b293bc4a4b869bd45bcddb572e",
	[NOTIFY_ESCALATION] = "793a310d9f544fd689d5f8c186f8a06b",
	[NOTIFY_RESOLVED] = "4ae42a46862441429a45027362280591",
	[NOTIFY_ENDED] = "9d659a732af04192af3a99f4a5c5f405",
};

struct journal_fields {
	struct buf texts[FIELDS_MAX];
	size_t count;
};

/* NAME=value; the value is hostile, its bytes are made harmless and one line. */
static void field(struct journal_fields *fields, const char *name, const char *value)
{
	struct buf *text;
	size_t length = strlen(value);

	if (!length || fields->count == FIELDS_MAX)
		return;
	text = &fields->texts[fields->count++];
	buf_format(text, "%s=", name);
	text_clean(text, value, length < FIELD_BYTES ? length : FIELD_BYTES, false);
}

static void field_number(struct journal_fields *fields, const char *name, double number)
{
	struct buf text = {0};

	alert_words_number(&text, number);
	field(fields, name, text.bytes);
	buf_fini(&text);
}

static void add_note(struct journal_fields *fields, const struct notify_note *note)
{
	struct buf labels = {0};

	field(fields, "TTSOBS_ALERT_ID", words_span_id(note->id).text);
	field(fields, "TTSOBS_RULE", note->name);
	field(fields, "TTSOBS_STATE", alert_words_state(note->state));
	field(fields, "TTSOBS_SEVERITY", notify_severity_word(note));
	field_number(fields, "TTSOBS_VALUE", note->value);
	if (note->has_threshold) {
		field_number(fields, "TTSOBS_THRESHOLD", note->threshold);
		field(fields, "TTSOBS_COMPARISON", note->comparison);
	}
	field(fields, "TTSOBS_TRACE_ID", note->trace_id);
	field(fields, "TTSOBS_PID", notify_note_label(note, "pid"));
	field(fields, "TTSOBS_ENGINE", notify_note_label(note, "engine"));
	field(fields, "TTSOBS_SERVICE", notify_note_label(note, "service"));
	field(fields, "TTSOBS_STAGE", notify_note_label(note, "stage"));
	field(fields, "TTSOBS_UNKNOWN", note->is_unknown ? "1" : "0");
	field(fields, "TTSOBS_REASON", note->reason);
	field(fields, "TTSOBS_SINCE", note->active_at_real_ns ? units_rfc3339(note->active_at_real_ns).text : "");
	field(fields, "TTSOBS_SUMMARY", notify_note_annotation(note, "summary"));
	field(fields, "TTSOBS_DESCRIPTION", notify_note_annotation(note, "description"));
	notify_labels(&labels, note);
	field(fields, "TTSOBS_LABELS", labels.bytes);
	buf_fini(&labels);
}

static void add_message(struct journal_fields *fields, const struct notify_carrier *carrier,
			const struct notify_message *message)
{
	struct buf said = {0};
	char number[32];

	notify_sentence(&said, message, 2000);
	field(fields, "MESSAGE", said.bytes);
	snprintf(number, sizeof(number), "%u", notify_severity(carrier->receiver, message));
	field(fields, "PRIORITY", number);
	field(fields, "SYSLOG_IDENTIFIER", carrier->receiver->ident);
	field(fields, "SYSLOG_FACILITY", "3");
	field(fields, "MESSAGE_ID", message_ids[message->event]);
	field(fields, "TTSOBS_EVENT", notify_event_words[message->event]);
	field(fields, "TTSOBS_RECEIVER", carrier->receiver->name);
	snprintf(number, sizeof(number), "%zu", message->count);
	field(fields, "TTSOBS_COUNT", number);
	if (message->count == 1) {
		add_note(fields, message->notes[0]);
	} else {
		field(fields, "TTSOBS_STATE", alert_words_state(message->notes[0]->state));
		field(fields, "TTSOBS_SEVERITY", alert_words_tier(message->tier));
		field(fields, "TTSOBS_GROUP", message->group);
	}
	buf_fini(&said);
}

static enum notify_put journal_put(struct notify_carrier *carrier, const struct notify_message *message)
{
	const char *path = carrier->journal_socket ? carrier->journal_socket : JOURNAL_SOCKET;
	struct journal_fields fields = {.count = 0};
	struct iovec vectors[FIELDS_MAX];
	int error;

	if (access(path, F_OK))
		return notify_failed(carrier, -errno, path);
	add_message(&fields, carrier, message);
	for (size_t i = 0; i < fields.count; i++)
		vectors[i] = (struct iovec){fields.texts[i].bytes, fields.texts[i].length};
	error = sd_journal_sendv(vectors, (int)fields.count);
	for (size_t i = 0; i < fields.count; i++)
		buf_fini(&fields.texts[i]);
	return error < 0 ? notify_failed(carrier, error, path) : NOTIFY_DELIVERED;
}

const struct notify_carrier_ops notify_journal_ops = {.put = journal_put};
