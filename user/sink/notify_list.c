// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages, a receiver. Out: lists, and a copy of the receiver.
 * The rule that surprises: what is let go is the oldest repeat before anything else: whoever hears of it has heard it
 * before.
 */
#include "sink/notify_list.h"

#include <stdlib.h>
#include <string.h>

void notify_list_add(struct notify_list *list, struct notify_message *message)
{
	message->next = NULL;
	if (list->tail)
		list->tail->next = message;
	else
		list->head = message;
	list->tail = message;
	list->count++;
}

struct notify_message *notify_list_take(struct notify_list *list)
{
	struct notify_message *message = list->head;

	if (!message)
		return NULL;
	list->head = message->next;
	if (!list->head)
		list->tail = NULL;
	list->count--;
	message->next = NULL;
	return message;
}

void notify_list_prepend(struct notify_list *list, struct notify_list *front)
{
	if (!front->head)
		return;
	front->tail->next = list->head;
	list->head = front->head;
	if (!list->tail)
		list->tail = front->tail;
	list->count += front->count;
	*front = (struct notify_list){NULL, NULL, 0};
}

struct notify_message *notify_list_let_go(struct notify_list *list)
{
	struct notify_message *before = NULL, *message = list->head;

	while (message && !notify_message_is_repeat(message)) {
		before = message;
		message = message->next;
	}
	if (!message || !before)
		return notify_list_take(list);
	before->next = message->next;
	if (list->tail == message)
		list->tail = before;
	list->count--;
	message->next = NULL;
	return message;
}

void notify_list_free(struct notify_list *list)
{
	struct notify_message *message;

	while ((message = notify_list_take(list)))
		notify_message_free(message);
}

static const char *copy_text(struct arena *arena, const char *text)
{
	return text ? arena_string(arena, text, strlen(text)) : NULL;
}

struct notify_settings *notify_settings_new(const struct notify_receiver *receiver)
{
	struct notify_settings *settings = mem_new(sizeof(*settings));
	struct arena *arena = &settings->arena;
	const char **command = arena_new(arena, (receiver->command_count + 1) * sizeof(*command));

	settings->receiver = *receiver;
	settings->receiver.name = copy_text(arena, receiver->name);
	settings->receiver.ident = copy_text(arena, receiver->ident);
	settings->receiver.host = copy_text(arena, receiver->host);
	settings->receiver.port = copy_text(arena, receiver->port);
	for (size_t i = 0; i < receiver->command_count; i++)
		command[i] = copy_text(arena, receiver->command[i]);
	settings->receiver.command = command;
	return settings;
}

void notify_settings_free(struct notify_settings *settings)
{
	if (settings)
		arena_fini(&settings->arena);
	free(settings);
}
