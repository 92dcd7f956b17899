// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages that wait. Out: puts of the carrier, and reports of what came of them. Locked unless said.
 * The rule that surprises: a message leaves the queue only when it has surely arrived. What is written but in doubt is
 * kept in order beside the queue, and goes back to its head when the connection is lost. Some carriers can tell only
 * later that what had arrived was never read: of those the last messages are remembered as copies, which nobody hears
 * of again but the receiver.
 */
#include "sink/notify_queue_parts.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/refuse.h"
#include "base/table.h"
#include "base/units.h"

#define DOUBT_MAX     256
#define MEMORY_MAX    256
#define DOUBT_LOOK_MS 20

static void forget_old(struct notify_queue *queue)
{
	uint64_t now_ns = io_now_ns();

	while (queue->memory.count > MEMORY_MAX ||
	       (queue->memory.count && now_ns - queue->memory.head->put_at_ns >= queue->carrier.remembers_ns))
		notify_message_free(notify_list_take(&queue->memory));
}

static void remember(struct notify_queue *queue, const struct notify_message *message)
{
	struct notify_message *copy;

	if (!queue->carrier.remembers_ns || message->is_resent)
		return;
	copy = notify_message_copy(message);
	copy->is_memory = copy->is_resent = true;
	notify_list_add(&queue->memory, copy);
	forget_old(queue);
}

/* 1 s, 2 s, 4 s ... 60 s, each up to a quarter longer: receivers that failed together do not come back together. */
static void back_off(struct notify_queue *queue)
{
	uint64_t wait_ns = queue->options.retry_min_ns;

	for (unsigned i = 1; i < queue->failures_count && wait_ns < queue->options.retry_max_ns; i++)
		wait_ns *= 2;
	queue->random = table_mix(queue->random + 1);
	wait_ns += wait_ns / 4 * (queue->random % 1024) / 1024;
	if (wait_ns > queue->options.retry_max_ns)
		wait_ns = queue->options.retry_max_ns;
	queue->retry_at_ns = io_now_ns() + wait_ns;
}

static void failed(struct notify_queue *queue)
{
	queue->counts.failed_count++;
	queue->has_tried = true;
	memcpy(queue->counts.error, queue->carrier.error, sizeof(queue->counts.error));
	if (!queue->failures_count++)
		warn("receiver '%s' (%s): %s; what it shall get waits and is tried again", queue->name,
		     notify_kind_word(queue->counts.kind), queue->carrier.error);
	back_off(queue);
}

static void worked(struct notify_queue *queue)
{
	if (queue->failures_count)
		warn("receiver '%s' (%s): works again after %u attempts that failed", queue->name,
		     notify_kind_word(queue->counts.kind), queue->failures_count);
	queue->failures_count = 0;
	queue->retry_at_ns = 0;
	queue->counts.error[0] = '\0';
}

static void take_settings(struct notify_queue *queue)
{
	if (!queue->next_settings)
		return;
	notify_carrier_close(&queue->carrier);
	notify_list_free(&queue->memory);
	notify_list_prepend(&queue->waiting, &queue->doubt);
	notify_settings_free(queue->settings);
	queue->settings = queue->next_settings;
	queue->next_settings = NULL;
	notify_carrier_init(&queue->carrier, &queue->settings->receiver);
	if (queue->options.ops)
		queue->carrier.ops = queue->options.ops;
	queue->retry_at_ns = 0;
}

/*
 * Closed in order: everything that had arrived was read; what is in doubt comes once more, but not twice, else a reader
 * that closes after each message would get it for ever.
 */
static void doubt_is_over(struct notify_queue *queue, enum notify_settled settled)
{
	struct notify_list again = {NULL, NULL, 0};
	struct notify_message *message;

	if (settled == NOTIFY_LOST)
		notify_list_prepend(&again, &queue->memory);
	notify_list_free(&queue->memory);
	while ((message = notify_list_take(&queue->doubt))) {
		if (settled == NOTIFY_LOST || !message->is_resent) {
			message->is_resent = true;
			notify_list_add(&again, message);
		} else {
			notify_queue_report(queue, message, true);
		}
	}
	if (!again.count)
		return;
	queue->counts.resent_count += again.count;
	notify_list_prepend(&queue->waiting, &again);
	failed(queue);
}

static void settle(struct notify_queue *queue)
{
	enum notify_settled settled;
	struct notify_message *message;
	bool hurried = queue->is_stopping;

	forget_old(queue);
	/* a connection that stands idle is looked at as well: it may be closed before the next put */
	if ((!queue->doubt.count && queue->carrier.fd < 0) || !queue->carrier.ops->settle)
		return;
	pthread_mutex_unlock(&queue->lock);
	settled = queue->carrier.ops->settle(&queue->carrier, hurried);
	pthread_mutex_lock(&queue->lock);
	if (settled == NOTIFY_ARRIVED && queue->doubt.count) {
		worked(queue);
		while ((message = notify_list_take(&queue->doubt))) {
			remember(queue, message);
			notify_queue_report(queue, message, true);
		}
	} else if (settled == NOTIFY_CLOSED || settled == NOTIFY_LOST) {
		doubt_is_over(queue, settled);
	}
}

static bool may_put(const struct notify_queue *queue)
{
	if (!queue->waiting.count || queue->doubt.count >= DOUBT_MAX || queue->gives_up)
		return false;
	if (queue->is_stopping)
		return !queue->has_tried;
	return io_now_ns() >= queue->retry_at_ns;
}

static void put(struct notify_queue *queue)
{
	struct notify_list hand = {NULL, NULL, 0};
	struct notify_message *message = notify_list_take(&queue->waiting);
	enum notify_put result;

	queue->in_hand = message;
	message->attempts_count++;
	pthread_mutex_unlock(&queue->lock);
	result = queue->carrier.ops->put(&queue->carrier, message);
	pthread_mutex_lock(&queue->lock);
	queue->in_hand = NULL;
	if (result == NOTIFY_IN_DOUBT) {
		message->put_at_ns = io_now_ns();
		notify_list_add(&queue->doubt, message);
		return;
	}
	if (result == NOTIFY_DELIVERED) {
		worked(queue);
		notify_queue_report(queue, message, true);
		return;
	}
	notify_list_add(&hand, message);
	notify_list_prepend(&queue->waiting, &hand);
	/* what went before it on the same connection was there before it, and is lost with it */
	if (queue->carrier.fd < 0 && (queue->doubt.count || queue->memory.count))
		doubt_is_over(queue, NOTIFY_LOST);
	else
		failed(queue);
}

/* Until there is something to do; unlocked meanwhile. */
static void doze(struct notify_queue *queue)
{
	bool has_doubt = queue->doubt.count, watches = has_doubt || queue->memory.count,
	     has_waiting = queue->waiting.count && queue->doubt.count < DOUBT_MAX;
	uint64_t retry_at_ns = queue->retry_at_ns;
	struct pollfd fds[3] = {
		{.fd = queue->wake_fd, .events = POLLIN},
		{.fd = queue->cut_fd, .events = POLLIN},
		{.fd = watches ? queue->carrier.fd : -1, .events = POLLRDHUP},
	};
	uint64_t now_ns = io_now_ns(), left_ms, drained;
	int wait_ms = -1;

	if (has_waiting) {
		left_ms = retry_at_ns > now_ns ? (retry_at_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
		wait_ms = left_ms > 60000 ? 60000 : (int)left_ms;
	}
	if (has_doubt && (wait_ms < 0 || wait_ms > DOUBT_LOOK_MS || !wait_ms))
		wait_ms = DOUBT_LOOK_MS;
	pthread_mutex_unlock(&queue->lock);
	if (poll(fds, 3, wait_ms) > 0 && fds[0].revents && read(queue->wake_fd, &drained, sizeof(drained)) < 0)
		debug("receiver '%s': woken for nothing", queue->name);
	pthread_mutex_lock(&queue->lock);
}

void *notify_queue_run(void *arg)
{
	struct notify_queue *queue = arg;
	bool is_abandoned;

	pthread_mutex_lock(&queue->lock);
	for (;;) {
		take_settings(queue);
		settle(queue);
		if (may_put(queue)) {
			put(queue);
			continue;
		}
		if (queue->gives_up || (queue->is_stopping && !queue->doubt.count))
			break;
		if (queue->is_abandoned && io_now_ns() >= queue->give_up_at_ns)
			break;
		doze(queue);
	}
	queue->has_ended = true;
	is_abandoned = queue->is_abandoned;
	pthread_cond_broadcast(&queue->to_owner);
	pthread_mutex_unlock(&queue->lock);
	if (is_abandoned) {
		notify_queue_say_undelivered(queue);
		notify_queue_destroy(queue);
	}
	return NULL;
}
