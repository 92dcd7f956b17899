/* SPDX-License-Identifier: Apache-2.0 */
/* What a queue is made of: lists of messages, and a receiver's settings of its own, which outlive the file they came
 * from. */
#ifndef SINK_NOTIFY_LIST_H
#define SINK_NOTIFY_LIST_H

#include "sink/notify_message.h"

struct notify_list {
	struct notify_message *head, *tail;
	size_t count;
};

void notify_list_add(struct notify_list *list, struct notify_message *message);
struct notify_message *notify_list_take(struct notify_list *list); /* the first, or NULL */
/* `front` in front of `list`, in order. */
void notify_list_prepend(struct notify_list *list, struct notify_list *front);
/* Over the limit: the oldest repeat, else the oldest. */
struct notify_message *notify_list_let_go(struct notify_list *list);
void notify_list_free(struct notify_list *list);

struct notify_settings { /* a receiver of our own */
	struct notify_receiver receiver;
	struct arena arena;
};

struct notify_settings *notify_settings_new(const struct notify_receiver *receiver);
void notify_settings_free(struct notify_settings *settings); /* NULL is fine */

#endif
