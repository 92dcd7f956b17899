// SPDX-License-Identifier: Apache-2.0
/*
 * In: a message. Out: the bytes of one syslog line.
 * The rule that surprises: the local line is RFC 3164, because /dev/log's readers mangle RFC 5424; over the network it
 * is RFC 5424.
 */
#include "sink/notify_format.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/notify_text.h"
#include "sink/words.h"

#define SENTENCE_BYTES 2000

unsigned notify_severity(const struct notify_receiver *receiver, const struct notify_message *message)
{
	return notify_message_is_end(message) ? receiver->severity_resolved : receiver->severity[message->tier];
}

static unsigned priority(const struct notify_receiver *receiver, const struct notify_message *message)
{
	return receiver->facility * 8 + notify_severity(receiver, message);
}

void notify_rfc3164(struct buf *out, const struct notify_receiver *receiver, const struct notify_origin *origin,
		    const struct notify_message *message)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(message->wall_real_ns / NS_PER_S);
	size_t start = out->length;
	struct tm tm;

	localtime_r(&seconds, &tm);
	buf_format(out, "<%u>%.3s %2d %02d:%02d:%02d %s[%u]: ", priority(receiver, message), months + 3 * tm.tm_mon,
		   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, receiver->ident, origin->pid);
	if (receiver->form == NOTIFY_FORM_TEXT) {
		notify_sentence(out, message, SENTENCE_BYTES);
		buf_char(out, ' ');
	}
	buf_text(out, "@cee: ");
	notify_json(out, message, receiver->name, receiver->form == NOTIFY_FORM_CEE,
		    NOTIFY_LOCAL_BYTES - (out->length - start));
}

/* ---- RFC 5424 ---- */

/* A structured-data parameter, when it fits: the name is ours or a label's, the value is hostile. */
struct params {
	struct buf *out;
	size_t end_bytes; /* out must not get longer */
};

static void param(struct params *params, const char *name, const char *value)
{
	struct buf part = {0}, clean = {0};

	if (!*value || strlen(name) > 32)
		return;
	text_clean(&clean, value, strlen(value), false);
	buf_format(&part, " %s=\"", name);
	for (size_t i = 0; i < clean.length; i++) {
		if (strchr("\"\\]", clean.bytes[i]))
			buf_char(&part, '\\');
		buf_char(&part, clean.bytes[i]);
	}
	buf_char(&part, '"');
	if (params->out->length + part.length <= params->end_bytes)
		buf_add(params->out, part.bytes, part.length);
	buf_fini(&clean);
	buf_fini(&part);
}

static void param_number(struct params *params, const char *name, double number)
{
	struct buf text = {0};

	alert_words_number(&text, number);
	param(params, name, text.bytes);
	buf_fini(&text);
}

static void param_note(struct params *params, const struct notify_note *note)
{
	param(params, "alert_id", words_span_id(note->id).text);
	param(params, "rule", note->name);
	param(params, "state", alert_words_state(note->state));
	param_number(params, "value", note->value);
	if (note->has_threshold) {
		param_number(params, "threshold", note->threshold);
		param(params, "comparison", note->comparison);
	}
	param(params, "trace_id", note->trace_id);
	param(params, "since", note->active_at_real_ns ? units_rfc3339(note->active_at_real_ns).text : "");
	param(params, "unknown", note->is_unknown ? "true" : "false");
	param(params, "reason", note->reason);
	for (size_t i = 0; i < note->labels_count; i++) {
		const struct label *label = &note->labels[i];
		char name[40];

		if (alert_words_has_said(label->name))
			continue;
		if (!strcmp(label->name, "engine") || !strcmp(label->name, "service") || !strcmp(label->name, "pid"))
			snprintf(name, sizeof(name), "%s", label->name);
		else if (snprintf(name, sizeof(name), "label_%s", label->name) > 32)
			continue;
		param(params, name, label->value);
	}
}

void notify_rfc5424(struct buf *out, const struct notify_receiver *receiver, const struct notify_origin *origin,
		    const struct notify_message *message, size_t max_bytes)
{
	size_t start = out->length;
	/* the message keeps a third, but the structure may take the rest */
	struct params params = {.out = out, .end_bytes = start + max_bytes - max_bytes / 3};
	char number[24], stamp[48];

	snprintf(stamp, sizeof(stamp), "%.26sZ",
		 units_rfc3339(message->wall_real_ns).text); /* microseconds are the finest allowed */
	buf_format(out, "<%u>1 %s %s %s %u %s [ttsobs@32473", priority(receiver, message), stamp,
		   *origin->host ? origin->host : "-", receiver->ident, origin->pid,
		   notify_event_words[message->event]);
	param(&params, "event", notify_event_words[message->event]);
	if (message->count == 1) {
		param(&params, "severity", notify_severity_word(message->notes[0]));
		param_note(&params, message->notes[0]);
	} else {
		param(&params, "severity", alert_words_tier(message->tier));
		snprintf(number, sizeof(number), "%zu", message->count);
		param(&params, "count", number);
		param(&params, "group", message->group);
	}
	buf_text(out, "] ");
	notify_sentence(out, message, max_bytes - (out->length - start));
}
