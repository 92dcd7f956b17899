/* SPDX-License-Identifier: Apache-2.0 */
/* A dispatch with a clock that tests turn by hand, alerts made by hand, and receivers that write down what they get. */
#ifndef TESTS_SINK_NOTIFY_WORLD_H
#define TESTS_SINK_NOTIFY_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "config/notify.h"
#include "sink/notify.h"
#include "sink/notify_dispatch.h"

#define WORLD_ALERTS 12000
#define WORLD_START_NS (1795505520ull * NS_PER_S) /* 2026-11-24T07:32:00Z at 1000 s of the monotonic clock */

struct world_alert {
	struct alert alert;
	struct labels *labels;
	struct label annotations[2];
	char pid[16];
};

struct world {
	struct notify_config *config;
	struct notify_dispatch *dispatch; /* or */
	struct sink *sink; /* the whole, with real receivers */
	struct view view;
	struct world_alert *alerts;
	size_t alerts_count;
	struct buf heard; /* "SECONDS RECEIVER EVENT ALERT ALERT ..." per message */
	struct notify_message *under_way, *last_under_way;
	bool is_deaf;  /* nothing is reported */
	bool lets_go;  /* everything is reported as let go */
	bool is_busy;  /* receivers have something waiting */
	unsigned messages_count;
};

static inline void world_deliver(void *arg, size_t receiver, struct notify_message *message)
{
	struct world *world = arg;

	world->messages_count++;
	buf_format(&world->heard, "%llu %s %s", (unsigned long long)((message->at_real_ns - WORLD_START_NS) / NS_PER_S),
		   world->config->receivers[receiver].name, notify_event_words[message->event]);
	for (size_t i = 0; i < message->notes_count && i < 4; i++)
		buf_format(&world->heard, " %s/%s", message->notes[i]->name, *message->notes[i]->severity ? message->notes[i]->severity : "-");
	if (message->count > 4)
		buf_format(&world->heard, " of %zu", message->count);
	if (message->event == NOTIFY_ESCALATION)
		buf_format(&world->heard, " step %u after %llu s", message->step, (unsigned long long)(message->waited_ns / NS_PER_S));
	buf_char(&world->heard, '\n');
	message->next = NULL;
	if (world->last_under_way)
		world->last_under_way->next = message;
	else
		world->under_way = message;
	world->last_under_way = message;
}

static inline bool world_has_room(void *arg, size_t receiver)
{
	(void)receiver;
	return !((struct world *)arg)->is_busy;
}

static inline void world_report(struct world *world)
{
	struct notify_message *message = world->under_way, *next;

	world->under_way = world->last_under_way = NULL;
	for (; message; message = next) {
		next = message->next;
		message->is_delivered = !world->lets_go;
		notify_dispatch_report(world->dispatch, world->config->receivers[message->receiver].name, message);
		notify_message_free(message);
	}
}

static inline void world_make(struct world *world, const char *file)
{
	*world = (struct world){
		.alerts = mem_array(WORLD_ALERTS, sizeof(*world->alerts)),
		.view = {.now_ns = 1000 * NS_PER_S, .axis_mono_ns = 1000 * NS_PER_S, .axis_real_ns = WORLD_START_NS,
			 .clock_mono_ns = 1000 * NS_PER_S, .clock_real_ns = WORLD_START_NS},
	};
	buf_text(&world->heard, "");
	world->config = notify_compile("n.yaml", file, strlen(file));
	assert_non_null(world->config);
}

static inline void world_begin(struct world *world, const char *file)
{
	struct notify_dispatch_hooks hooks = {.arg = world, .deliver = world_deliver, .has_room = world_has_room};

	world_make(world, file);
	world->dispatch = notify_dispatch_new(world->config, &hooks);
}

static inline void world_begin_sink(struct world *world, const char *file, const struct notify_options *options)
{
	world_make(world, file);
	assert_int_equal(notify_new(&world->sink, world->config, options), 0);
}

static inline void world_end(struct world *world)
{
	struct notify_message *message, *next;

	for (message = world->under_way; message; message = next) {
		next = message->next;
		notify_message_free(message);
	}
	if (world->dispatch)
		notify_dispatch_free(world->dispatch);
	notify_free(world->sink);
	notify_config_free(world->config);
	for (size_t i = 0; i < world->alerts_count; i++)
		free(world->alerts[i].labels);
	free(world->alerts);
	buf_fini(&world->heard);
}

static inline uint64_t world_now(const struct world *world)
{
	return view_axis_ns(&world->view, world->view.now_ns);
}

/* The alerts that fire are in the view, as from the judge. */
static inline void world_link(struct world *world)
{
	const struct alert **at = &world->view.alerts;

	*at = NULL;
	for (size_t i = 0; i < world->alerts_count; i++)
		if (world->alerts[i].alert.state == ALERT_FIRING) {
			*at = &world->alerts[i].alert;
			world->alerts[i].alert.next = NULL;
			at = &world->alerts[i].alert.next;
		}
}

/* One tick a second. */
static inline void world_run(struct world *world, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		world->view.now_ns += NS_PER_S;
		if (!world->is_deaf)
			world_report(world);
		world_link(world);
		if (world->sink)
			world->sink->ops->on_tick(world->sink, &world->view);
		else
			notify_dispatch_tick(world->dispatch, &world->view);
	}
}

static inline enum tier world_tier(const char *severity)
{
	return !strcmp(severity, "warning") ? TIER_WARNING : !strcmp(severity, "critical") ? TIER_CRITICAL
	       : !strcmp(severity, "emergency") ? TIER_EMERGENCY : TIER_NONE;
}

static inline struct alert *world_alert(struct world *world, const char *name, const char *severity, unsigned pid)
{
	struct world_alert *made = &world->alerts[world->alerts_count++];
	struct labels *labels = mem_new(sizeof(*labels) + 3 * sizeof(struct label));

	snprintf(made->pid, sizeof(made->pid), "%u", pid);
	labels->items[labels->count++] = (struct label){"alertname", name};
	labels->items[labels->count++] = (struct label){"pid", made->pid};
	if (*severity)
		labels->items[labels->count++] = (struct label){"severity", severity};
	made->labels = labels;
	made->annotations[0] = (struct label){"summary", "too slow"};
	made->alert = (struct alert){
		.id = 0x1000 + world->alerts_count,
		.name = name,
		.group = "g",
		.tier = world_tier(severity),
		.labels = labels,
		.annotations = made->annotations,
		.annotations_count = 1,
		.value = 12.5,
		.has_threshold = true,
		.threshold = 10,
		.comparison = ">",
	};
	return &made->alert;
}

static inline void world_change(struct world *world, struct alert *alert, enum alert_change change)
{
	alert->change = change;
	alert->changed_at_real_ns = world_now(world);
	if (world->sink)
		world->sink->ops->on_alert(world->sink, &world->view, alert);
	else
		notify_dispatch_alert(world->dispatch, alert);
}

static inline void world_state(struct world *world, struct alert *alert, enum alert_state state)
{
	uint64_t now_ns = world_now(world);

	alert->state = state;
	if (state == ALERT_PENDING)
		alert->active_at_real_ns = now_ns;
	if (state == ALERT_FIRING) {
		alert->fired_at_real_ns = now_ns;
		alert->ended_at_real_ns = 0;
		if (!alert->active_at_real_ns)
			alert->active_at_real_ns = now_ns;
	}
	if (state == ALERT_RESOLVED || state == ALERT_ENDED)
		alert->ended_at_real_ns = now_ns;
	world_change(world, alert, ALERT_CHANGE_STATE);
}

static inline struct alert *world_fire(struct world *world, const char *name, const char *severity, unsigned pid)
{
	struct alert *alert = world_alert(world, name, severity, pid);

	world_state(world, alert, ALERT_FIRING);
	return alert;
}

static inline void world_inhibit(struct world *world, struct alert *alert, const struct alert *by)
{
	alert->inhibited_by = by ? by->id : 0;
	world_change(world, alert, ALERT_CHANGE_INHIBIT);
}

/* What was heard since the last time. */
static inline void world_heard(struct world *world, const char *wanted)
{
	assert_string_equal(world->heard.bytes, wanted);
	buf_reset(&world->heard);
}

#endif
