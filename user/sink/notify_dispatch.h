/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is told what, and when. In: changes of alerts, ticks, reports of deliveries. Out: messages.
 * It knows no clock, no thread and no socket: time is the view's axis, so tests turn it by hand.
 */
#ifndef SINK_NOTIFY_DISPATCH_H
#define SINK_NOTIFY_DISPATCH_H

#include "model/view.h"
#include "sink/notify_message.h"

struct notify_dispatch_hooks {
	void *arg;
	void (*deliver)(void *arg, size_t receiver, struct notify_message *message); /* takes the message */
	bool (*has_room)(void *arg, size_t receiver); /* little waits there: what was let go may come again */
};

struct notify_dispatch;
struct notify_dispatch *notify_dispatch_new(const struct notify_config *config,
					    const struct notify_dispatch_hooks *hooks);
void notify_dispatch_free(struct notify_dispatch *dispatch);
void notify_dispatch_alert(struct notify_dispatch *dispatch, const struct alert *alert);
void notify_dispatch_tick(struct notify_dispatch *dispatch, const struct view *view);
/* What became of a message (message->is_delivered); it stays the caller's. */
void notify_dispatch_report(struct notify_dispatch *dispatch, const char *receiver,
			    const struct notify_message *message);
void notify_dispatch_reload(struct notify_dispatch *dispatch, const struct notify_config *config);

/* The index of the receiver that is next by an escalation, and when; receivers_count: none. */
size_t notify_dispatch_next_step(const struct notify_dispatch *dispatch, uint64_t alert_id, uint64_t *at_real_ns);

uint64_t notify_dispatch_generation(const struct notify_dispatch *dispatch); /* of what is printed below */
void notify_dispatch_print(const struct notify_dispatch *dispatch, struct buf *out);
int notify_dispatch_load(struct notify_dispatch *dispatch, const char *text, size_t length); /* -EINVAL, said */

#endif
