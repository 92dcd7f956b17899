/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small stand-in for the flow: alerts and silences that the test makes, and what CONTROL and
 * RESTORE records do to them. At once, or at the next tick (is_late), or never (is_deaf). It notes
 * what was fed.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "base/units.h"
#include "model/sink.h"
#include "model/source.h"
#include "rules/expr.h"
#include "rules/labels.h"

struct world_record {
	struct tt_head *record;
	struct world_record *next;
};

struct world {
	struct feed feed;
	struct view view;
	struct tallies tallies;
	struct rule_set rules;
	struct labels_pool *pool;
	struct sink *sink; /* NULL = nobody listens */
	bool is_late, is_deaf;
	struct world_record *waiting; /* for the tick */
	uint64_t controls_count, restores_count;
	uint64_t last_silence_id;
	char damaged[512];
};

static inline void world_tell(struct world *world, struct alert *alert, enum alert_change change)
{
	alert->change = change;
	world->view.state_generation++;
	if (world->sink && world->sink->ops->on_alert)
		world->sink->ops->on_alert(world->sink, &world->view, alert);
}

static inline struct alert *world_find(struct world *world, uint64_t id)
{
	struct alert *alert = (struct alert *)(uintptr_t)world->view.alerts;

	while (alert && alert->id != id)
		alert = (struct alert *)(uintptr_t)alert->next;
	return alert;
}

static inline struct alert *world_put(struct world *world, const char *labels, size_t length)
{
	struct expr_mistakes mistakes = {0};
	struct alert *alert = mem_new(sizeof(*alert));
	const struct alert **end = &world->view.alerts;

	alert->labels = expr_parse_labels(world->pool, labels, length, &mistakes);
	if (!alert->labels)
		abort();
	expr_mistakes_fini(&mistakes);
	alert->name = labels_find(alert->labels, "alertname");
	alert->id = table_mix(alert->labels->hash);
	alert->ack.comment = mem_string("");
	while (*end)
		end = (const struct alert **)(uintptr_t) & (*end)->next;
	*end = alert;
	return alert;
}

/* An alert of that label set, firing since now or pending. */
static inline struct alert *world_alert(struct world *world, const char *labels,
					enum alert_state state)
{
	struct alert *alert = world_put(world, labels, strlen(labels));

	alert->state = state;
	alert->active_at_real_ns = view_axis_ns(&world->view, world->view.now_ns);
	alert->fired_at_real_ns = state == ALERT_FIRING ? alert->active_at_real_ns : 0;
	world_tell(world, alert, ALERT_CHANGE_STATE);
	return alert;
}

static inline void world_end_alert(struct world *world, struct alert *alert)
{
	const struct alert **at = &world->view.alerts;

	while (*at != alert)
		at = (const struct alert **)(uintptr_t) & (*at)->next;
	*at = alert->next;
	alert->state = ALERT_ENDED;
	world_tell(world, alert, ALERT_CHANGE_STATE);
	free((char *)(uintptr_t)alert->ack.comment);
	free(alert);
}

/* Resolved by hand, and its condition holds on. */
static inline void world_mute(struct world *world, struct alert *alert)
{
	const struct alert **at = &world->view.alerts;

	while (*at != alert)
		at = (const struct alert **)(uintptr_t) & (*at)->next;
	*at = alert->next;
	alert->next = world->view.muted;
	world->view.muted = alert;
	alert->state = ALERT_ENDED;
	alert->is_muted = true;
	alert->ended_at_real_ns = view_axis_ns(&world->view, world->view.now_ns);
	world_tell(world, alert, ALERT_CHANGE_STATE);
}

static inline void world_add_silence(struct world *world, const struct tt_control *control,
				     const char *text, const char *comment)
{
	struct silence *silence = mem_new(sizeof(*silence));
	const struct silence **end = &world->view.silences;

	silence->id = control->id ? control->id : world->last_silence_id + 1;
	if (silence->id > world->last_silence_id)
		world->last_silence_id = silence->id;
	silence->text = mem_string(text);
	silence->comment = mem_string(comment);
	silence->uid = control->uid;
	silence->start_at_real_ns = control->start_at_real_ns;
	silence->end_at_real_ns = control->end_at_real_ns;
	while (*end)
		end = (const struct silence **)(uintptr_t) & (*end)->next;
	*end = silence;
	world->view.state_generation++;
}

static inline void world_free_silence(const struct silence *silence)
{
	free((char *)(uintptr_t)silence->text);
	free((char *)(uintptr_t)silence->comment);
	free((struct silence *)(uintptr_t)silence);
}

static inline void world_remove_silence(struct world *world, uint64_t id)
{
	for (const struct silence **at = &world->view.silences; *at;
	     at = (const struct silence **)(uintptr_t) & (*at)->next) {
		const struct silence *silence = *at;

		if (silence->id != id)
			continue;
		*at = silence->next;
		world_free_silence(silence);
		world->view.state_generation++;
		return;
	}
}

static inline void world_control(struct world *world, const struct tt_control *control)
{
	char *text = mem_format("%.*s", (int)control->text_bytes, (const char *)(control + 1));
	char *comment = mem_format("%.*s", (int)control->comment_bytes,
				   (const char *)(control + 1) + control->text_bytes);
	struct alert *alert = world_find(world, control->id);

	world->controls_count++;
	if (control->what == TT_CONTROL_ACK && alert) {
		free((char *)(uintptr_t)alert->ack.comment);
		alert->ack = (struct alert_ack){
			.at_real_ns = view_axis_ns(&world->view, control->head.at_ns),
			.uid = control->uid,
			.comment = comment};
		comment = NULL;
		world_tell(world, alert, ALERT_CHANGE_ACK);
	} else if (control->what == TT_CONTROL_RESOLVE && alert) {
		world_end_alert(world, alert);
	} else if (control->what == TT_CONTROL_SILENCE) {
		world_add_silence(world, control, text, comment);
	} else if (control->what == TT_CONTROL_UNSILENCE) {
		world_remove_silence(world, control->id);
	} else if (control->what == TT_CONTROL_STATE_DAMAGED) {
		snprintf(world->damaged, sizeof(world->damaged), "%s", text);
	}
	free(text);
	free(comment);
}

static inline void world_restore(struct world *world, const struct tt_restore *restore)
{
	const char *labels = (const char *)(restore + 1);
	struct alert *alert = world_put(world, labels, restore->labels_bytes);

	world->restores_count++;
	alert->state = restore->fired_at_real_ns ? ALERT_FIRING : ALERT_PENDING;
	alert->active_at_real_ns = restore->active_at_real_ns;
	alert->fired_at_real_ns = restore->fired_at_real_ns;
	memcpy(&alert->value, &restore->value, 8);
	memcpy(&alert->threshold, &restore->threshold, 8);
	alert->has_threshold = restore->flags & TT_RESTORE_THRESHOLD;
	alert->is_unknown = restore->flags & TT_RESTORE_UNKNOWN;
	alert->is_muted = restore->flags & TT_RESTORE_MUTED;
	memcpy(alert->trace_id, restore->trace_id, sizeof(alert->trace_id));
	free((char *)(uintptr_t)alert->ack.comment);
	alert->ack = (struct alert_ack){
		.at_real_ns = restore->ack_at_real_ns,
		.uid = restore->ack_uid,
		.comment = mem_format("%.*s", (int)restore->comment_bytes,
				      labels + restore->labels_bytes),
	};
	world_tell(world, alert, ALERT_CHANGE_RESTORED);
}

static inline void world_apply(struct world *world, const struct tt_head *record)
{
	if (record->kind == TT_CONTROL)
		world_control(world, (const struct tt_control *)record);
	else if (record->kind == TT_RESTORE)
		world_restore(world, (const struct tt_restore *)record);
}

static inline void world_feed(struct feed *feed, const struct tt_head *record, uint32_t size_bytes)
{
	struct world *world = (struct world *)feed;
	struct world_record **end = &world->waiting;

	if (size_bytes != record->size || size_bytes % 8)
		abort();
	world->tallies.records_count++;
	if (world->is_deaf)
		return;
	if (!world->is_late) {
		world_apply(world, record);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = mem_new(sizeof(**end));
	(*end)->record = mem_new(size_bytes);
	memcpy((*end)->record, record, size_bytes);
}

static inline void world_tick(struct world *world)
{
	world->view.now_ns += 20 * NS_PER_MS;
	while (world->waiting) {
		struct world_record *first = world->waiting;

		world->waiting = first->next;
		world_apply(world, first->record);
		free(first->record);
		free(first);
	}
	if (world->sink && world->sink->ops->on_tick)
		world->sink->ops->on_tick(world->sink, &world->view);
}

#define WORLD_REAL_NS 1800000000000000000ull

static inline void world_init(struct world *world)
{
	*world = (struct world){.feed.record = world_feed};
	world->pool = labels_pool_new();
	world->rules.groups_count = 1;
	world->view.rules = &world->rules;
	world->view.tallies = &world->tallies;
	world->view.clock_mono_ns = world->view.axis_mono_ns = 1000 * NS_PER_S;
	world->view.clock_real_ns = world->view.axis_real_ns = WORLD_REAL_NS;
	world->view.clock_boot_ns = 2000 * NS_PER_S;
	world->view.now_ns = world->view.started_at_ns = 1000 * NS_PER_S;
}

static inline void world_fini(struct world *world)
{
	world->sink = NULL;
	while (world->view.alerts)
		world_end_alert(world, (struct alert *)(uintptr_t)world->view.alerts);
	while (world->view.muted) {
		struct alert *alert = (struct alert *)(uintptr_t)world->view.muted;

		world->view.muted = alert->next;
		free((char *)(uintptr_t)alert->ack.comment);
		free(alert);
	}
	while (world->view.silences)
		world_remove_silence(world, world->view.silences->id);
	while (world->waiting) {
		struct world_record *first = world->waiting;

		world->waiting = first->next;
		free(first->record);
		free(first);
	}
	labels_pool_free(world->pool);
}

#endif
