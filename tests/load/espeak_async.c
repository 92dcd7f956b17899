/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speaks through libespeak-ng's queue (AUDIO_OUTPUT_RETRIEVAL). In: COUNT [--before N] [--full] and one "go".
 *   --before N  queues N texts before it says "ready", and keeps the worker busy with the first one (its callback waits for "go"),
 *               so that whoever attaches finds N - 1 texts in the queue
 *   --full      never waits for the worker, and keeps it busy, so that the queue runs full
 * Out: JSON lines, one per text, in order of submission: "when" is speaking, queued or after.
 * The rule that surprises: without --full at most 50 texts wait, the queue never fills.
 */
#include <espeak-ng/speak_lib.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "texts.h"

#define MAX_ITEMS 4000
#define MAX_WAITING 50

static struct item {
	size_t text_bytes;
	unsigned long samples, chunks, ends;
	int rc;
} items[MAX_ITEMS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned ended, held;

static int on_audio(short *wav, int count, espeak_EVENT *events)
{
	struct item *item = events->user_data;

	pthread_mutex_lock(&lock);
	while (held)
		pthread_cond_wait(&changed, &lock);
	if (item && wav) {
		item->samples += (unsigned long)count;
		item->chunks += count > 0;
	} else if (item) {
		item->ends++;
	}
	for (; events->type != espeakEVENT_LIST_TERMINATED; events++) {
		if (events->type == espeakEVENT_MSG_TERMINATED) {
			ended++;
			pthread_cond_broadcast(&changed);
		}
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static void hold(unsigned on)
{
	pthread_mutex_lock(&lock);
	held = on;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void wait_until_ended(unsigned wanted)
{
	pthread_mutex_lock(&lock);
	while (ended < wanted)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static int submit(unsigned i)
{
	static char text[LOAD_TEXT_ROOM];

	items[i].text_bytes = load_text(i, text);
	items[i].rc = espeak_Synth(text, items[i].text_bytes + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, &items[i]);
	return items[i].rc == 0;
}

int main(int argc, char **argv)
{
	unsigned count = 200, before = 0, full = 0, accepted = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--before") == 0 && i + 1 < argc)
			before = (unsigned)atoi(argv[++i]);
		else if (strcmp(argv[i], "--full") == 0)
			full = 1;
		else
			count = (unsigned)atoi(argv[i]);
	}
	if (before + count > MAX_ITEMS)
		return 2;
	alarm(300);
	if (espeak_Initialize(AUDIO_OUTPUT_RETRIEVAL, 100, NULL, 0) < 0)
		return 1;
	espeak_SetSynthCallback(on_audio);
	espeak_SetVoiceByName("en");
	espeak_SetParameter(espeakRATE, 400, 0);
	hold(before > 0 || full);
	for (unsigned i = 0; i < before; i++)
		accepted += (unsigned)submit(i);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	if (!load_wait())
		return 0;
	for (unsigned i = before; i < before + count; i++) {
		if (!full && i == before + 10)
			hold(0);
		if (!full && accepted > MAX_WAITING + before)
			wait_until_ended(accepted - MAX_WAITING);
		accepted += (unsigned)submit(i);
	}
	hold(0);
	wait_until_ended(accepted);
	espeak_Synchronize();
	for (unsigned i = 0; i < before + count; i++)
		printf("{\"index\":%u,\"text_bytes\":%zu,\"samples\":%lu,\"chunks\":%lu,\"ends\":%lu,\"rc\":%d,\"status\":\"%s\",\"when\":\"%s\"}\n", i,
		       items[i].text_bytes, items[i].samples, items[i].chunks, items[i].ends, items[i].rc,
		       items[i].rc ? "error" : "ok", i >= before ? "after" : i == 0 ? "speaking" : "queued");
	printf("{\"done\":true}\n");
	fflush(stdout);
	while (load_wait())
		;
	return 0;
}
