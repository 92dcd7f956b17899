/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The speaker of `make demo`: reads a text sentence by sentence through libespeak-ng's queue, without an audio device.
 * In: [--count N] [--pause MS] FILE. Out: "speaker: pid N" on stdout, sound nowhere. Reads until it is killed, or N sentences.
 * The rule that surprises: the callback pauses a hundredth of the audio's length, where a real one would wait for a device.
 */
#include <espeak-ng/speak_lib.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "texts.h"

static void pause_us(long us)
{
	struct timespec left = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&left, NULL);
}

static int on_audio(short *wav, int count, espeak_EVENT *events)
{
	(void)events;
	if (wav && count > 0)
		pause_us(count * 1000000l / 22050 / 100);
	return 0;
}

static int speak_file(const char *path, long pause_ms, long *left)
{
	char line[LOAD_TEXT_ROOM];
	FILE *file = fopen(path, "re");

	if (!file) {
		perror(path);
		return -1;
	}
	while (*left && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!*line)
			continue;
		if (espeak_Synth(line, strlen(line) + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, NULL))
			fprintf(stderr, "speaker: espeak_Synth failed\n");
		espeak_Synchronize();
		pause_us(pause_ms * 1000);
		if (*left > 0)
			--*left;
	}
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	long left = -1, pause_ms = 250;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--count") == 0 && i + 1 < argc)
			left = atol(argv[++i]);
		else if (strcmp(argv[i], "--pause") == 0 && i + 1 < argc)
			pause_ms = atol(argv[++i]);
		else
			path = argv[i];
	}
	if (!path) {
		fprintf(stderr, "usage: speaker [--count N] [--pause MS] FILE\n");
		return 2;
	}
	if (espeak_Initialize(AUDIO_OUTPUT_RETRIEVAL, 200, NULL, 0) < 0)
		return 1;
	espeak_SetSynthCallback(on_audio);
	espeak_SetVoiceByName("en");
	printf("speaker: pid %d\n", getpid());
	fflush(stdout);
	while (left)
		if (speak_file(path, pause_ms, &left))
			return 1;
	return 0;
}
