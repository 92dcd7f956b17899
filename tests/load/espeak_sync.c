/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speaks COUNT texts through libespeak-ng, synchronously. In: COUNT [--bad] and "go" lines. Out: JSON lines, one per utterance:
 * what the program itself counted. The rule that surprises: the truth of samples comes from our own callback only.
 */
#include <espeak-ng/speak_lib.h>
#include <stdlib.h>
#include <unistd.h>

#include "texts.h"

static unsigned long samples, chunks, ends;

static int on_audio(short *wav, int count, espeak_EVENT *events)
{
	(void)events;
	if (!wav) {
		ends++;
		return 0;
	}
	samples += (unsigned long)count;
	chunks += count > 0;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 200;
	char text[LOAD_TEXT_ROOM];

	alarm(300);
	if (espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL, 0) < 0)
		return 1;
	espeak_SetSynthCallback(on_audio);
	espeak_SetVoiceByName("en");
	espeak_SetParameter(espeakRATE, 400, 0);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	while (load_wait()) {
		for (unsigned i = 0; i < count; i++) {
			size_t bytes = load_text(i, text);
			int rc;

			samples = chunks = ends = 0;
			rc = espeak_Synth(text, bytes + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, NULL);
			printf("{\"index\":%u,\"text_bytes\":%zu,\"samples\":%lu,\"chunks\":%lu,\"ends\":%lu,\"rc\":%d,\"status\":\"%s\"}\n", i,
			       bytes, samples, chunks, ends, rc, rc ? "error" : "ok");
		}
		printf("{\"done\":true}\n");
		fflush(stdout);
	}
	return 0;
}
