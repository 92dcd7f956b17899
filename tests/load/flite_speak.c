/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speaks COUNT texts through libflite with the voice kal16 or slt. In: COUNT [kal16|slt] and "go" lines. Out: JSON lines, one per
 * utterance, with the samples and the rate of the wave that flite returned.
 */
#include <flite.h>
#include <stdlib.h>
#include <unistd.h>

#include "texts.h"

cst_voice *register_cmu_us_kal16(const char *directory);
cst_voice *register_cmu_us_slt(const char *directory);

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 10;
	int is_slt = argc > 2 && strcmp(argv[2], "slt") == 0;
	char text[LOAD_TEXT_ROOM];
	cst_voice *voice;

	alarm(300);
	flite_init();
	voice = is_slt ? register_cmu_us_slt(NULL) : register_cmu_us_kal16(NULL);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	while (load_wait()) {
		for (unsigned i = 0; i < count; i++) {
			size_t bytes = load_text(i, text);
			cst_wave *wave = flite_text_to_wave(text, voice);

			printf("{\"index\":%u,\"text_bytes\":%zu,\"samples\":%d,\"rate_hz\":%d,\"rc\":%d,\"status\":\"%s\"}\n", i, bytes,
			       wave ? wave->num_samples : 0, wave ? wave->sample_rate : 0, wave ? 0 : 1, wave ? "ok" : "error");
			if (wave)
				delete_wave(wave);
		}
		printf("{\"done\":true}\n");
		fflush(stdout);
	}
	return 0;
}
