// SPDX-License-Identifier: Apache-2.0
/*
 * In: alerts. Out: words and a sentence.
 * The rule that surprises: "ended" is not "resolved"; whoever reads the sentence learns why nobody can know any more.
 */
#include "sink/alert_words.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *pick(const char *const *words, size_t count, unsigned number)
{
	return number < count ? words[number] : "unknown";
}

const char *alert_words_state(enum alert_state state)
{
	static const char *const words[] = { "inactive", "pending", "firing", "resolved", "ended" };

	return pick(words, COUNT_OF(words), state);
}

const char *alert_words_change(enum alert_change change)
{
	static const char *const words[] = { "state", "unknown", "ack", "silence", "inhibit", "restored" };

	return pick(words, COUNT_OF(words), change);
}

const char *alert_words_tier(enum tier tier)
{
	static const char *const words[] = { "none", "warning", "critical", "emergency" };

	return pick(words, COUNT_OF(words), tier);
}

void alert_words_number(struct buf *out, double number)
{
	size_t from = out->length;

	if (!isfinite(number)) {
		buf_text(out, isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
		return;
	}
	buf_format(out, "%.6g", number);
	for (; from < out->length; from++) /* a locale may write a comma */
		if (out->bytes[from] == ',')
			out->bytes[from] = '.';
}

bool alert_words_has_said(const char *label)
{
	return !strcmp(label, "alertname") || !strcmp(label, "severity");
}

static void add_value(struct buf *out, const struct alert *alert)
{
	buf_text(out, ": ");
	alert_words_number(out, alert->value);
	if (!alert->has_threshold)
		return;
	buf_format(out, " %s ", alert->comparison[0] ? alert->comparison : "against");
	alert_words_number(out, alert->threshold);
}

static void add_reason(struct buf *out, const struct alert *alert)
{
	if (alert->reason[0])
		buf_format(out, ": %s", alert->reason);
}

static void add_state(struct buf *out, const struct alert *alert)
{
	switch (alert->state) {
	case ALERT_INACTIVE: buf_text(out, " is inactive: it was only pending"); break;
	case ALERT_PENDING:
	case ALERT_FIRING:
		buf_format(out, " is %s", alert_words_state(alert->state));
		add_value(out, alert);
		break;
	case ALERT_RESOLVED: buf_text(out, " is resolved"); break;
	case ALERT_ENDED:
		buf_text(out, " has ended");
		add_reason(out, alert);
		break;
	}
}

static void add_ack(struct buf *out, const struct alert *alert)
{
	buf_format(out, " was acknowledged by uid %u", alert->ack.uid);
	if (alert->ack.comment && alert->ack.comment[0])
		buf_format(out, ": %s", alert->ack.comment);
}

static void add_silence(struct buf *out, const struct alert *alert)
{
	if (alert->silence_id)
		buf_format(out, " is silenced by silence %llu", (unsigned long long)alert->silence_id);
	else
		buf_text(out, " is silenced no longer");
}

void alert_words_sentence(struct buf *out, const struct alert *alert)
{
	buf_text(out, alert->name ? alert->name : "alert");
	switch (alert->change) {
	case ALERT_CHANGE_STATE: add_state(out, alert); break;
	case ALERT_CHANGE_UNKNOWN:
		buf_text(out, alert->is_unknown ? " is unknown" : " is known again");
		add_reason(out, alert);
		break;
	case ALERT_CHANGE_ACK: add_ack(out, alert); break;
	case ALERT_CHANGE_SILENCE: add_silence(out, alert); break;
	case ALERT_CHANGE_INHIBIT:
		buf_text(out, alert->inhibited_by ? " is held down by a higher tier" : " is held down no longer");
		break;
	case ALERT_CHANGE_RESTORED:
		buf_format(out, " is %s since a former run", alert_words_state(alert->state));
		break;
	}
	if (alert->change == ALERT_CHANGE_STATE && alert->is_unknown) {
		buf_text(out, " (unknown");
		add_reason(out, alert);
		buf_char(out, ')');
	}
}

const char *alert_words_annotation(const struct alert *alert, const char *name)
{
	for (size_t i = 0; i < alert->annotations_count; i++)
		if (!strcmp(alert->annotations[i].name, name))
			return alert->annotations[i].value;
	return NULL;
}
