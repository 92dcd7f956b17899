// SPDX-License-Identifier: Apache-2.0
/*
 * In: alerts. Out: those that a trace has to do with.
 * The rule that surprises: an alert that fires again is a new one.
 */
#include "sink/tui/trace_fired.h"

#include <stdio.h>
#include <string.h>

#include "rules/labels.h"
#include "sink/words.h"

void fired_reset(struct trace_fired *fired)
{
	fired->count = 0;
}

static size_t fired_held(const struct trace_fired *fired)
{
	return fired->count < FIRED_MAX ? fired->count : FIRED_MAX;
}

/* i = 0: the youngest. */
static const struct fired_alert *fired_at(const struct trace_fired *fired, size_t i)
{
	return &fired->alerts[(fired->count - 1 - i) % FIRED_MAX];
}

static void fired_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

void fired_note(struct trace_fired *fired, const struct alert *alert)
{
	struct fired_alert *to = NULL;

	if (!alert->fired_at_real_ns)
		return;
	for (size_t i = 0; i < fired_held(fired) && !to; i++) {
		const struct fired_alert *known = fired_at(fired, i);

		if (known->id == alert->id && known->fired_at_real_ns == alert->fired_at_real_ns)
			to = &fired->alerts[(fired->count - 1 - i) % FIRED_MAX];
	}
	if (!to) {
		to = &fired->alerts[fired->count++ % FIRED_MAX];
		*to = (struct fired_alert){ .id = alert->id, .fired_at_real_ns = alert->fired_at_real_ns };
		fired_text(to->name, sizeof(to->name), alert->name);
		if (alert->labels) {
			fired_text(to->engine, sizeof(to->engine), labels_find(alert->labels, "engine"));
			fired_text(to->service, sizeof(to->service), labels_find(alert->labels, "service"));
			fired_text(to->pid, sizeof(to->pid), labels_find(alert->labels, "pid"));
		}
	}
	to->tier = alert->tier;
	to->state = alert->state;
	to->ended_at_real_ns = alert->ended_at_real_ns;
	if (!words_is_orphan(alert->trace_id))
		memcpy(to->trace_id, alert->trace_id, sizeof(to->trace_id));
}

void fired_begin(struct trace_fired *fired, const struct view *view)
{
	fired_reset(fired);
	for (const struct alert *alert = view->alerts; alert; alert = alert->next)
		fired_note(fired, alert);
}

const struct fired_alert *fired_by(const struct trace_fired *fired, const uint8_t trace_id[16])
{
	for (size_t i = 0; i < fired_held(fired); i++)
		if (!memcmp(fired_at(fired, i)->trace_id, trace_id, 16))
			return fired_at(fired, i);
	return NULL;
}

static bool is_same(const char *label, const char *text)
{
	return !*label || !strncmp(label, text ? text : "", FIRED_BYTES - 1);
}

static bool was_around(const struct fired_alert *alert, const struct trace_copy *copy)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%u", copy->process.pid);
	return alert->fired_at_real_ns <= copy->start_axis_ns + copy->trace.duration_ns &&
	       (!alert->ended_at_real_ns || alert->ended_at_real_ns >= copy->start_axis_ns) &&
	       is_same(alert->engine, copy->trace.engine) && is_same(alert->service, copy->process.service) &&
	       is_same(alert->pid, pid);
}

size_t fired_find(const struct trace_fired *fired, const struct trace_copy *copy, const struct fired_alert **found,
		  size_t max)
{
	size_t count = 0;

	for (unsigned around = 0; around < 2; around++) {
		for (size_t i = 0; i < fired_held(fired) && count < max; i++) {
			const struct fired_alert *alert = fired_at(fired, i);
			bool carries = !memcmp(alert->trace_id, copy->trace.id, 16);

			if (around ? !carries && was_around(alert, copy) : carries)
				found[count++] = alert;
		}
	}
	return count;
}
