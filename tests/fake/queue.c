/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stand-in engine's queues. In order: submit copies the text, one worker takes it, calls back with its audio and
 * ends with wav == NULL. Keyed: many workers take the newest item first, so only the key links submit and work.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake.h"

#define CHUNK_SAMPLES 1000

int fake_audio(const short *wav, int samples, void *user) __attribute__((visibility("hidden")));

struct item {
	struct item *next;
	char *text;
	uint64_t key;
	uint64_t cpu_ns;
	uint64_t sleep_ns;
	uint32_t samples;
	void *user;
};

static struct queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct item *first;
	struct item **last;
	uint32_t count;
	uint32_t limit;
	uint32_t busy;
	int hold;
	int closing;
	int tid;
	pthread_t worker;
} fifo = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void item_free(struct item *item)
{
	free(item->text);
	free(item);
}

/* Under the lock. NULL: closing. */
static struct item *fifo_next(void)
{
	struct item *item;

	while (!fifo.closing && (fifo.hold || !fifo.first))
		pthread_cond_wait(&fifo.changed, &fifo.lock);
	item = fifo.first;
	if (!item)
		return NULL;
	fifo.first = item->next;
	if (!fifo.first)
		fifo.last = &fifo.first;
	fifo.count--;
	fifo.busy = 1;
	return item;
}

static void item_speak(const struct item *item)
{
	static const short silence[CHUNK_SAMPLES];
	uint32_t left = item->samples;

	fake_take(item->text, item->samples);
	if (item->cpu_ns)
		fake_spin_ns(item->cpu_ns);
	if (item->sleep_ns)
		fake_pause_ns(item->sleep_ns);
	while (left) {
		uint32_t chunk = left < CHUNK_SAMPLES ? left : CHUNK_SAMPLES;

		fake_audio(silence, (int)chunk, item->user);
		left -= chunk;
	}
	fake_audio(NULL, 0, item->user);
}

static void *fifo_work(void *arg)
{
	struct item *item;

	(void)arg;
	pthread_mutex_lock(&fifo.lock);
	fifo.tid = (int)syscall(SYS_gettid);
	pthread_cond_broadcast(&fifo.changed);
	while ((item = fifo_next())) {
		pthread_mutex_unlock(&fifo.lock);
		item_speak(item);
		item_free(item);
		pthread_mutex_lock(&fifo.lock);
		fifo.busy = 0;
		pthread_cond_broadcast(&fifo.changed);
	}
	pthread_mutex_unlock(&fifo.lock);
	return NULL;
}

void fake_queue_open(uint32_t limit)
{
	pthread_mutex_lock(&fifo.lock);
	fifo.limit = limit;
	fifo.closing = 0;
	fifo.tid = 0;
	fifo.last = &fifo.first;
	pthread_create(&fifo.worker, NULL, fifo_work, NULL);
	pthread_setname_np(fifo.worker, "fake worker");
	while (!fifo.tid)
		pthread_cond_wait(&fifo.changed, &fifo.lock);
	pthread_mutex_unlock(&fifo.lock);
}

void fake_queue_hold(int hold)
{
	pthread_mutex_lock(&fifo.lock);
	fifo.hold = hold;
	pthread_cond_broadcast(&fifo.changed);
	pthread_mutex_unlock(&fifo.lock);
}

int fake_submit(const char *text, uint64_t cpu_ns, uint64_t sleep_ns, uint32_t samples, void *user)
{
	struct item *item = calloc(1, sizeof(*item));
	int result = FAKE_OK;

	item->text = strdup(text);
	item->cpu_ns = cpu_ns;
	item->sleep_ns = sleep_ns;
	item->samples = samples;
	item->user = user;
	pthread_mutex_lock(&fifo.lock);
	if (fifo.count < fifo.limit) {
		*fifo.last = item;
		fifo.last = &item->next;
		fifo.count++;
		pthread_cond_broadcast(&fifo.changed);
	} else {
		result = FAKE_FULL;
	}
	pthread_mutex_unlock(&fifo.lock);
	if (result)
		item_free(item);
	return result;
}

void fake_take(const char *text, uint32_t samples)
{
	volatile size_t length = strlen(text) + samples;

	(void)length;
}

int fake_cancel(void)
{
	int dropped = 0;

	pthread_mutex_lock(&fifo.lock);
	while (fifo.first) {
		struct item *item = fifo.first;

		fifo.first = item->next;
		item_free(item);
		dropped++;
	}
	fifo.last = &fifo.first;
	fifo.count = 0;
	pthread_cond_broadcast(&fifo.changed);
	pthread_mutex_unlock(&fifo.lock);
	return dropped;
}

void fake_drain(void)
{
	pthread_mutex_lock(&fifo.lock);
	while (fifo.first || fifo.busy)
		pthread_cond_wait(&fifo.changed, &fifo.lock);
	pthread_mutex_unlock(&fifo.lock);
}

void fake_queue_close(void)
{
	pthread_mutex_lock(&fifo.lock);
	fifo.closing = 1;
	fifo.hold = 0;
	pthread_cond_broadcast(&fifo.changed);
	pthread_mutex_unlock(&fifo.lock);
	pthread_join(fifo.worker, NULL);
}

int fake_queue_tid(void)
{
	return fifo.tid;
}

/* --- keyed ----------------------------------------------------------------------------------------------------- */

#define KEY_WORKERS 16

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct item *top;
	int closing;
	uint32_t workers;
	pthread_t worker[KEY_WORKERS];
} keyed = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *key_work(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&keyed.lock);
	for (;;) {
		struct item *item;

		while (!keyed.closing && !keyed.top)
			pthread_cond_wait(&keyed.changed, &keyed.lock);
		item = keyed.top;
		if (!item)
			break;
		keyed.top = item->next;
		pthread_mutex_unlock(&keyed.lock);
		fake_key_run(item->key, item->cpu_ns);
		fake_key_done(item->key, (uint32_t)(item->key % 977));
		item_free(item);
		pthread_mutex_lock(&keyed.lock);
	}
	pthread_mutex_unlock(&keyed.lock);
	return NULL;
}

void fake_key_open(uint32_t workers)
{
	keyed.closing = 0;
	keyed.workers = workers < KEY_WORKERS ? workers : KEY_WORKERS;
	for (uint32_t i = 0; i < keyed.workers; i++)
		pthread_create(&keyed.worker[i], NULL, key_work, NULL);
}

int fake_key_submit(uint64_t key, const char *text, uint64_t cpu_ns)
{
	struct item *item = calloc(1, sizeof(*item));

	item->text = strdup(text);
	item->key = key;
	item->cpu_ns = cpu_ns;
	pthread_mutex_lock(&keyed.lock);
	item->next = keyed.top;
	keyed.top = item;
	pthread_cond_signal(&keyed.changed);
	pthread_mutex_unlock(&keyed.lock);
	return FAKE_OK;
}

uint64_t fake_key_run(uint64_t key, uint64_t cpu_ns)
{
	if (cpu_ns)
		fake_spin_ns(cpu_ns);
	return key;
}

void fake_key_done(uint64_t key, uint32_t samples)
{
	volatile uint64_t sum = key + samples;

	(void)sum;
}

void fake_key_close(void)
{
	pthread_mutex_lock(&keyed.lock);
	keyed.closing = 1;
	pthread_cond_broadcast(&keyed.changed);
	pthread_mutex_unlock(&keyed.lock);
	for (uint32_t i = 0; i < keyed.workers; i++)
		pthread_join(keyed.worker[i], NULL);
}
