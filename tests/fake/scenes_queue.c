/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios on the queues: in order, attached late, full, cancelled, keyed. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"
#include "target.h"

#define MAX_ITEMS 20000

/* What the callback heard, by item. */
static struct heard {
	uint64_t samples;
	uint32_t chunks;
} heard[MAX_ITEMS];
static uint64_t callbacks_count;

static int listen_to(const short *wav, int samples, void *user)
{
	struct heard *item = user;

	callbacks_count++;
	if (wav) {
		item->samples += (uint64_t)samples;
		item->chunks++;
	}
	return 0;
}

static uint32_t item_bytes(uint64_t i)
{
	return (uint32_t)(4 + i * 53 % 900);
}

/* Items 3 mod 7 share their first 200 bytes and their length and differ in the middle. */
static const char *item_text(uint64_t i, uint32_t *bytes)
{
	static char text[512];

	*bytes = item_bytes(i);
	if (i % 7 != 3)
		return target_text(*bytes, i);
	memset(text, 'x', 400);
	snprintf(text + 250, 24, "%08lu", i % 100000000);
	text[258] = 'x';
	text[400] = 0;
	*bytes = 400;
	return text;
}

static uint32_t item_samples(uint64_t i)
{
	return (uint32_t)(1 + i * 331 % 5000);
}

static int submit(uint64_t i)
{
	uint32_t bytes;
	const char *text = item_text(i, &bytes);

	heard[i] = (struct heard){0, 0};
	return fake_submit(text, 30000, 0, item_samples(i), &heard[i]);
}

static void item_truth(uint64_t i, const char *status)
{
	struct request truth = {.status = status, .samples = heard[i].samples, .chunks = heard[i].chunks};

	item_text(i, &truth.text_bytes);
	if (strcmp(status, "ok") == 0 && heard[i].samples != item_samples(i))
		truth_bad();
	truth_request(&truth);
}

static void open_run(const struct want *want)
{
	(void)want;
	fake_set_callback(listen_to, NULL);
	fake_queue_open(64);
}

/* --- in order, paced so that the queue never fills --- */

static void async_run(const struct want *want)
{
	for (uint64_t i = 0; i < want->count; i++) {
		if (submit(i) != FAKE_OK)
			truth_bad();
		if (i % 32 == 31)
			fake_drain();
	}
	fake_drain();
	for (uint64_t i = 0; i < want->count; i++)
		item_truth(i, "ok");
	truth_call("fake_submit", want->count, 0);
	truth_call("fake_take", want->count, 0);
}

/* --- ARG items wait before anybody attaches; COUNT more come after --- */

static void queued_prepare(const struct want *want)
{
	fake_set_callback(listen_to, NULL);
	fake_queue_open((uint32_t)(want->count + want->arg));
	fake_queue_hold(1);
	for (uint64_t i = 0; i < want->arg; i++)
		submit(i);
}

static void queued_run(const struct want *want)
{
	for (uint64_t i = want->arg; i < want->arg + want->count / 2; i++)
		submit(i);
	fake_queue_hold(0);
	for (uint64_t i = want->arg + want->count / 2; i < want->arg + want->count; i++)
		submit(i);
	fake_drain();
	for (uint64_t i = 0; i < want->arg + want->count; i++)
		item_truth(i, i < want->arg ? "partial" : "ok");
	truth_call("fake_submit", want->count, 0);
	truth_call("fake_take", want->count + want->arg, 0);
}

/* --- full: 64 fit, the rest of COUNT fail --- */

static void full_run(const struct want *want)
{
	fake_queue_hold(1);
	for (uint64_t i = 0; i < want->count; i++)
		if (submit(i) != (i < 64 ? FAKE_OK : FAKE_FULL))
			truth_bad();
	fake_queue_hold(0);
	fake_drain();
	for (uint64_t i = 0; i < want->count; i++)
		item_truth(i, i < 64 ? "ok" : "error");
	truth_call("fake_submit", want->count, 0);
	truth_call("fake_take", want->count < 64 ? want->count : 64, 0);
}

/* --- cancelled: COUNT (at most 60) wait and are dropped, then one is spoken --- */

static void cancel_run(const struct want *want)
{
	fake_queue_hold(1);
	for (uint64_t i = 0; i < want->count; i++)
		submit(i);
	if (fake_cancel() != (int)want->count)
		truth_bad();
	fake_queue_hold(0);
	submit(want->count);
	fake_drain();
	for (uint64_t i = 0; i < want->count; i++)
		item_truth(i, "cancelled");
	item_truth(want->count, "ok");
	truth_call("fake_submit", want->count + 1, 0);
	truth_call("fake_take", 1, 0);
}

/* --- keyed: many workers, newest first --- */

struct keyed_arg {
	uint64_t key;
	const char *text;
};

static int64_t keyed_body(void *arg)
{
	const struct keyed_arg *keyed = arg;

	return fake_key_submit(keyed->key, keyed->text, 30000);
}

static void keyed_run(const struct want *want)
{
	fake_key_open(4);
	for (uint64_t i = 0; i < want->count; i++) {
		struct request truth = {.text_bytes = item_bytes(i), .status = "ok", .samples = (1000 + i) % 977, .cpu_ns = 30000};
		struct keyed_arg arg = {1000 + i, target_text(truth.text_bytes, i)};

		if (fake_request(arg.text, keyed_body, &arg) != FAKE_OK)
			truth_bad();
		truth_request(&truth);
	}
	fake_key_close();
	truth_call("fake_request", want->count, 0);
	truth_call("fake_key_submit", want->count, 0);
	truth_call("fake_key_run", want->count, 0);
	truth_call("fake_key_done", want->count, 0);
}

const struct scenario scenes_queue[] = {
	{"async", open_run, async_run, "COUNT items through the queue"},
	{"queued", queued_prepare, queued_run, "ARG items wait before the attach, COUNT come after"},
	{"full", open_run, full_run, "COUNT items into a queue of 64"},
	{"cancel", open_run, cancel_run, "COUNT items are dropped, one is spoken"},
	{"keyed", NULL, keyed_run, "COUNT items by key, 4 workers, newest first"},
	{NULL, NULL, NULL, NULL},
};
