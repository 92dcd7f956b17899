// SPDX-License-Identifier: Apache-2.0
// A C++ program on libespeak-ng, synchronous. In: own|callback COUNT, and "go". own: exceptions stay in our own frames, around
// the calls. callback: every third utterance, our synth callback throws through espeak's C frames, and we catch it.
// Out: JSON lines as espeak_sync; status "thrown" for those. The rule that surprises: libespeak-ng is C and its engine file says
// `nothrow`, yet here an exception crosses it: only a tracer without uretprobes leaves us alive.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <espeak-ng/speak_lib.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "texts.h"

namespace
{
unsigned long samples, chunks, ends;
bool throws;

struct stop : std::runtime_error {
	stop() : std::runtime_error("enough") {}
};

int on_audio(short *wav, int count, espeak_EVENT *)
{
	if (!wav) {
		ends++;
		return 0;
	}
	samples += static_cast<unsigned long>(count);
	chunks += count > 0;
	if (throws)
		throw stop();
	return 0;
}

int speak(const std::string &text)
{
	int rc = espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr, nullptr);

	if (rc != 0 || text.size() % 2)
		throw std::runtime_error("odd");
	return rc;
}
}

int main(int argc, char **argv)
{
	bool by_callback = argc > 1 && strcmp(argv[1], "callback") == 0;
	unsigned count = argc > 2 ? static_cast<unsigned>(atoi(argv[2])) : 50;
	char text[LOAD_TEXT_ROOM];

	alarm(300);
	if (espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nullptr, 0) < 0)
		return 1;
	espeak_SetSynthCallback(on_audio);
	espeak_SetVoiceByName("en");
	espeak_SetParameter(espeakRATE, 400, 0);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	while (load_wait()) {
		for (unsigned i = 0; i < count; i++) {
			size_t bytes = load_text(i, text);
			const char *status = "ok";

			samples = chunks = ends = 0;
			throws = by_callback && i % 3 == 1;
			try {
				speak(text);
			} catch (const stop &) {
				status = "thrown";
			} catch (const std::runtime_error &) {
				status = "ok";
			}
			printf("{\"index\":%u,\"text_bytes\":%zu,\"samples\":%lu,\"chunks\":%lu,\"ends\":%lu,\"rc\":0,\"status\":\"%s\"}\n",
			       i, bytes, samples, chunks, ends, status);
		}
		printf("{\"done\":true}\n");
		fflush(stdout);
	}
	return 0;
}
