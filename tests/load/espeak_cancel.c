/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancels what libespeak-ng has queued. In: ROUNDS [WAITING] and one "go". Each round: one long text begins to be spoken, WAITING (5)
 * more are queued behind it, espeak_Cancel, then one text that is spoken to its end. Out: JSON lines in order of submission;
 * status is stopped (cut while spoken), cancelled (never begun) or ok.
 */
#include <espeak-ng/speak_lib.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "texts.h"

#define LONG_TEXT 50 /* of texts.h: 5003 bytes */

struct item {
	size_t text_bytes;
	unsigned long samples, chunks, ends;
	unsigned is_done;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned stopping;

static int on_audio(short *wav, int count, espeak_EVENT *events)
{
	struct item *item = events->user_data;
	struct timespec write_time = {0, 1000000}; /* as a device would block */
	int result;

	if (!item)
		return 0;
	pthread_mutex_lock(&lock);
	if (wav) {
		item->samples += (unsigned long)count;
		item->chunks += count > 0;
	} else {
		item->ends++;
	}
	for (; events->type != espeakEVENT_LIST_TERMINATED; events++)
		item->is_done |= events->type == espeakEVENT_MSG_TERMINATED;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	nanosleep(&write_time, NULL);
	pthread_mutex_lock(&lock);
	result = wav && stopping;
	pthread_mutex_unlock(&lock);
	return result;
}

static void submit(unsigned index, struct item *item)
{
	static char text[LOAD_TEXT_ROOM];

	item->text_bytes = load_text(index, text);
	if (espeak_Synth(text, item->text_bytes + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, item))
		exit(1);
}

/* In this mode espeak_Cancel waits for the text that is being spoken: only the callback can cut it. */
static void stop(unsigned on)
{
	pthread_mutex_lock(&lock);
	stopping = on;
	pthread_mutex_unlock(&lock);
}

static void say(const struct item *item, const char *status)
{
	printf("{\"text_bytes\":%zu,\"samples\":%lu,\"chunks\":%lu,\"ends\":%lu,\"rc\":0,\"status\":\"%s\"}\n", item->text_bytes,
	       item->samples, item->chunks, item->ends, status);
}

static void round_run(unsigned round, unsigned waiting)
{
	struct item *items = calloc(waiting + 2, sizeof(*items)); /* kept: late callbacks point to them */

	submit(LONG_TEXT, &items[0]);
	pthread_mutex_lock(&lock);
	while (items[0].chunks < 2)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	for (unsigned i = 1; i <= waiting; i++)
		submit(round * 20 + i, &items[i]);
	stop(1);
	if (espeak_Cancel())
		exit(1);
	stop(0);
	submit(round * 20 + 19, &items[waiting + 1]);
	pthread_mutex_lock(&lock);
	while (!items[waiting + 1].is_done)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	say(&items[0], "stopped");
	for (unsigned i = 1; i <= waiting; i++)
		say(&items[i], "cancelled");
	say(&items[waiting + 1], "ok");
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
	unsigned waiting = argc > 2 ? (unsigned)atoi(argv[2]) : 5;

	alarm(300);
	if (espeak_Initialize(AUDIO_OUTPUT_RETRIEVAL, 50, NULL, 0) < 0)
		return 1;
	espeak_SetSynthCallback(on_audio);
	espeak_SetVoiceByName("en");
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	while (load_wait()) {
		for (unsigned i = 0; i < rounds; i++)
			round_run(i, waiting);
		printf("{\"done\":true}\n");
		fflush(stdout);
	}
	return 0;
}
