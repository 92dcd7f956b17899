// SPDX-License-Identifier: Apache-2.0
/* One receiver's queue on a carrier that the test makes fail, hang and forget. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/notify_queue.h"

/* What the carrier does, and what it got: "EVENT:ID " per put. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct buf got;
	unsigned puts_count;
	unsigned fails_count; /* that many puts fail first */
	bool is_held;	      /* put waits */
	enum notify_put answer;
	enum notify_settled settled; /* what settle() says once, then it arrives */
	bool settles;
} fake;

static struct buf said;
static struct notify_queue *queue;

static void say(void *arg, const char *line)
{
	(void)arg;
	pthread_mutex_lock(&fake.lock);
	buf_text(&said, line);
	buf_char(&said, '\n');
	pthread_mutex_unlock(&fake.lock);
}

static enum notify_put fake_put(struct notify_carrier *carrier, const struct notify_message *message)
{
	enum notify_put answer;

	pthread_mutex_lock(&fake.lock);
	fake.puts_count++;
	pthread_cond_broadcast(&fake.moved);
	while (fake.is_held && notify_wait(carrier, -1, 0, 0) != -ECANCELED) {
		pthread_mutex_unlock(&fake.lock);
		poll(NULL, 0, 1);
		pthread_mutex_lock(&fake.lock);
	}
	if (fake.is_held || fake.fails_count) {
		fake.fails_count -= !fake.is_held;
		answer = notify_failed(carrier, fake.is_held ? -ECANCELED : -ECONNREFUSED, "/the/socket");
	} else {
		answer = fake.answer;
		buf_format(&fake.got, "%s:%llu ", notify_event_words[message->event], (unsigned long long)message->ids[0]);
		carrier->fd = -1;
	}
	pthread_mutex_unlock(&fake.lock);
	return answer;
}

static enum notify_settled fake_settle(struct notify_carrier *carrier, bool hurried)
{
	enum notify_settled settled;

	(void)hurried;
	pthread_mutex_lock(&fake.lock);
	settled = fake.settles ? fake.settled : NOTIFY_WAIT;
	if (fake.settles && settled != NOTIFY_ARRIVED) {
		notify_failed(carrier, -ECONNRESET, "/the/socket");
		fake.settled = NOTIFY_ARRIVED;
	}
	pthread_mutex_unlock(&fake.lock);
	return settled;
}

static const struct notify_carrier_ops fake_ops = {.put = fake_put, .settle = fake_settle};

static void begin_queue(size_t limit_count)
{
	struct notify_receiver receiver = {.name = "ops", .kind = NOTIFY_SYSLOG, .queue_count = limit_count, .timeout_ns = NS_PER_S};
	struct notify_queue_options options = {
		.origin = {.host = "h", .pid = 1},
		.retry_min_ns = NS_PER_MS,
		.retry_max_ns = 4 * NS_PER_MS,
		.ops = &fake_ops,
	};

	assert_int_equal(notify_queue_new(&queue, &receiver, &options), 0);
}

static int begin(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.lock = lock;
	fake.moved = moved;
	buf_text(&fake.got, "");
	buf_reset(&said);
	buf_text(&said, "");
	refuse_redirect(say, NULL);
	queue = NULL;
	return 0;
}

static void end_queue(void)
{
	struct notify_message *message, *next;

	if (!queue)
		return;
	for (message = notify_queue_reports(queue); message; message = next) {
		next = message->next;
		notify_message_free(message);
	}
	notify_queue_free(queue, io_now_ns() + NS_PER_S);
	queue = NULL;
}

static int end(void **state)
{
	(void)state;
	end_queue();
	refuse_redirect(NULL, NULL);
	buf_fini(&fake.got);
	return 0;
}

static void add(enum notify_event event, uint64_t id)
{
	struct notify_message *message = notify_message_new(event, 0);
	struct notify_note *note = mem_new(sizeof(*note));

	note->users_count = 1;
	note->id = id;
	notify_message_add(message, note);
	notify_note_drop(note);
	notify_queue_add(queue, message);
}

static struct notify_counts counts(void)
{
	struct notify_counts now;

	notify_queue_counts(queue, &now);
	return now;
}

/* Until so many were delivered and let go; at most 10 s. */
static void await(uint64_t sent_count, uint64_t dropped_count)
{
	uint64_t until_ns = io_now_ns() + 10 * NS_PER_S;

	while (counts().sent_count != sent_count || counts().dropped_count != dropped_count) {
		if (io_now_ns() > until_ns)
			fail_msg("%llu sent, %llu dropped", (unsigned long long)counts().sent_count,
				 (unsigned long long)counts().dropped_count);
		poll(NULL, 0, 1);
	}
}

static void await_puts(unsigned puts_count)
{
	pthread_mutex_lock(&fake.lock);
	while (fake.puts_count < puts_count)
		pthread_cond_wait(&fake.moved, &fake.lock);
	pthread_mutex_unlock(&fake.lock);
}

static void hold(bool is_held)
{
	pthread_mutex_lock(&fake.lock);
	fake.is_held = is_held;
	pthread_mutex_unlock(&fake.lock);
}

static void messages_are_delivered_in_order_and_reported(void **state)
{
	struct notify_message *message, *next;
	uint64_t id = 1;

	(void)state;
	begin_queue(100);
	for (unsigned i = 1; i <= 50; i++)
		add(NOTIFY_FIRING, i);
	await(50, 0);
	message = notify_queue_reports(queue);
	assert_non_null(message);
	for (; message; message = next) {
		next = message->next;
		assert_true(message->is_delivered);
		assert_int_equal(message->ids[0], id++);
		notify_message_free(message);
	}
	assert_int_equal(id, 51);
	assert_int_equal(counts().queued_count, 0);
	assert_int_equal(counts().failed_count, 0);
	assert_string_equal(said.bytes, "");
}

static void what_fails_is_tried_again_until_it_works_and_said_once(void **state)
{
	(void)state;
	fake.fails_count = 5;
	begin_queue(100);
	add(NOTIFY_FIRING, 1);
	add(NOTIFY_FIRING, 2);
	await(2, 0);
	assert_string_equal(fake.got.bytes, "firing:1 firing:2 ");
	assert_int_equal(counts().failed_count, 5);
	assert_string_equal(counts().error, "");
	assert_string_equal(said.bytes,
			    "receiver 'ops' (syslog): /the/socket: Connection refused; what it shall get waits and is tried again\n"
			    "receiver 'ops' (syslog): works again after 5 attempts that failed\n");
}

static void the_caller_never_waits_for_a_receiver_that_hangs(void **state)
{
	uint64_t before_ns;

	(void)state;
	hold(true);
	begin_queue(1000);
	add(NOTIFY_FIRING, 0);
	await_puts(1);
	before_ns = io_now_ns();
	for (unsigned i = 1; i < 1000; i++)
		add(NOTIFY_FIRING, i);
	assert_true(io_now_ns() - before_ns < 200 * NS_PER_MS);
	assert_int_equal(counts().queued_count, 1000);
	hold(false);
	await(1000, 0);
}

static void over_the_limit_a_repeat_goes_before_anything_else(void **state)
{
	(void)state;
	hold(true);
	begin_queue(4);
	add(NOTIFY_FIRING, 0);
	await_puts(1); /* in hand: it cannot be let go */
	add(NOTIFY_FIRING, 1);
	add(NOTIFY_REPEAT, 2);
	add(NOTIFY_RESOLVED, 3);
	add(NOTIFY_REPEAT, 4);
	add(NOTIFY_FIRING, 5);
	add(NOTIFY_FIRING, 6);
	add(NOTIFY_REPEAT, 7); /* goes itself: nothing that fires goes before a repeat */
	assert_int_equal(counts().dropped_count, 3);
	add(NOTIFY_FIRING, 8);
	assert_int_equal(counts().dropped_count, 4);
	hold(false);
	await(5, 4);
	assert_string_equal(fake.got.bytes, "firing:0 resolved:3 firing:5 firing:6 firing:8 ");
}

static void what_was_let_go_is_reported_as_such(void **state)
{
	struct notify_message *message, *next;
	unsigned let_go_count = 0;

	(void)state;
	hold(true);
	begin_queue(2);
	add(NOTIFY_FIRING, 0);
	await_puts(1);
	for (unsigned i = 1; i <= 5; i++)
		add(NOTIFY_FIRING, i);
	hold(false);
	await(3, 3);
	for (message = notify_queue_reports(queue); message; message = next) {
		next = message->next;
		let_go_count += !message->is_delivered;
		assert_true(message->is_delivered || (message->ids[0] >= 1 && message->ids[0] <= 3));
		notify_message_free(message);
	}
	assert_int_equal(let_go_count, 3);
}

static void settle_as(enum notify_settled settled)
{
	pthread_mutex_lock(&fake.lock);
	fake.settled = settled;
	fake.settles = true;
	pthread_mutex_unlock(&fake.lock);
}

static void what_was_lost_in_doubt_is_sent_again_in_order_before_the_rest(void **state)
{
	(void)state;
	fake.answer = NOTIFY_IN_DOUBT;
	begin_queue(100);
	for (unsigned i = 1; i <= 3; i++)
		add(NOTIFY_FIRING, i);
	await_puts(3);
	assert_int_equal(counts().sent_count, 0);
	assert_int_equal(counts().queued_count, 3);
	settle_as(NOTIFY_LOST);
	await(3, 0);
	assert_string_equal(fake.got.bytes, "firing:1 firing:2 firing:3 firing:1 firing:2 firing:3 ");
	assert_int_equal(counts().resent_count, 3);
}

static void a_reader_that_closes_after_each_message_gets_none_for_ever(void **state)
{
	(void)state;
	fake.answer = NOTIFY_IN_DOUBT;
	begin_queue(100);
	add(NOTIFY_FIRING, 1);
	await_puts(1);
	settle_as(NOTIFY_CLOSED);
	await_puts(2);
	settle_as(NOTIFY_CLOSED); /* twice is enough */
	await(1, 0);
	assert_string_equal(fake.got.bytes, "firing:1 firing:1 ");
}

static void new_settings_are_tried_at_once(void **state)
{
	struct notify_receiver receiver = {.name = "ops", .kind = NOTIFY_EXEC, .queue_count = 10, .timeout_ns = NS_PER_S};
	struct notify_queue_options options = {
		.origin = {.host = "h"}, .retry_min_ns = 3600 * NS_PER_S, .retry_max_ns = 3600 * NS_PER_S, .ops = &fake_ops};

	(void)state;
	fake.fails_count = 1;
	assert_int_equal(notify_queue_new(&queue, &receiver, &options), 0);
	add(NOTIFY_FIRING, 1);
	await_puts(1);
	notify_queue_update(queue, &receiver);
	await(1, 0);
}

static void at_the_end_what_hangs_is_cut_and_what_was_not_delivered_is_said(void **state)
{
	uint64_t before_ns;

	(void)state;
	hold(true);
	begin_queue(100);
	for (unsigned i = 1; i <= 3; i++)
		add(NOTIFY_FIRING, i);
	await_puts(1);
	before_ns = io_now_ns();
	notify_queue_stop(queue);
	assert_false(notify_queue_wait(queue, io_now_ns() + 50 * NS_PER_MS));
	notify_queue_free(queue, io_now_ns() + NS_PER_S);
	queue = NULL;
	assert_true(io_now_ns() - before_ns < 500 * NS_PER_MS);
	assert_non_null(strstr(said.bytes, "receiver 'ops' (syslog): 3 messages were not delivered: "));
}

static void at_the_end_what_waits_is_tried_once_more(void **state)
{
	struct notify_receiver receiver = {.name = "ops", .kind = NOTIFY_SYSLOG, .queue_count = 10, .timeout_ns = NS_PER_S};
	struct notify_queue_options options = {
		.origin = {.host = "h"}, .retry_min_ns = 3600 * NS_PER_S, .retry_max_ns = 3600 * NS_PER_S, .ops = &fake_ops};

	(void)state;
	fake.fails_count = 1;
	assert_int_equal(notify_queue_new(&queue, &receiver, &options), 0);
	add(NOTIFY_FIRING, 1);
	add(NOTIFY_FIRING, 2);
	await_puts(1);
	while (!counts().failed_count)
		poll(NULL, 0, 1);
	notify_queue_stop(queue);
	assert_true(notify_queue_wait(queue, io_now_ns() + 5 * NS_PER_S));
	assert_string_equal(fake.got.bytes, "firing:1 firing:2 ");
}

static void an_abandoned_queue_delivers_and_ends_by_itself(void **state)
{
	(void)state;
	hold(true);
	begin_queue(10);
	add(NOTIFY_FIRING, 1);
	add(NOTIFY_FIRING, 2);
	await_puts(1);
	notify_queue_abandon(queue);
	queue = NULL;
	hold(false);
	await_puts(2);
	/* it frees itself: the leak checker looks at it */
	while (true) {
		bool is_done;

		pthread_mutex_lock(&fake.lock);
		is_done = !strcmp(fake.got.bytes, "firing:1 firing:2 ");
		pthread_mutex_unlock(&fake.lock);
		if (is_done)
			break;
		poll(NULL, 0, 1);
	}
	poll(NULL, 0, 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_are_delivered_in_order_and_reported),
		TEST(what_fails_is_tried_again_until_it_works_and_said_once),
		TEST(the_caller_never_waits_for_a_receiver_that_hangs),
		TEST(over_the_limit_a_repeat_goes_before_anything_else),
		TEST(what_was_let_go_is_reported_as_such),
		TEST(what_was_lost_in_doubt_is_sent_again_in_order_before_the_rest),
		TEST(a_reader_that_closes_after_each_message_gets_none_for_ever),
		TEST(new_settings_are_tried_at_once),
		TEST(at_the_end_what_hangs_is_cut_and_what_was_not_delivered_is_said),
		TEST(at_the_end_what_waits_is_tried_once_more),
		TEST(an_abandoned_queue_delivers_and_ends_by_itself),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_fini(&said);
	return failed;
}
