// SPDX-License-Identifier: Apache-2.0
// A C++ target: exceptions through the probed functions of a C++ engine, and through the C frames of a C engine whose
// file says `nothrow`. In: COUNT and "go". Out: as faketarget. The rule that surprises: a uretprobe anywhere in here
// would abort us.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

#include "fake.h"

namespace
{
uint64_t bad;
int heard;

struct thrown_by_callback {
};

int callback(const short *wav, int, void *)
{
	if (wav && ++heard == 2)
		throw thrown_by_callback();
	return 0;
}

void thrower()
{
	throw std::runtime_error("from below");
}

// An exception through fakexx_stage only, through fakexx_speak, and thrown again on the way.
void one_engine_round(const char *text)
{
	int caught = 0;

	if (fakexx_speak(text, FAKEXX_PLAIN) != 7 + static_cast<int>(strlen(text)) || fakexx_unwound() != 2)
		bad++;
	if (fakexx_speak(text, FAKEXX_CATCH) != 1 || fakexx_unwound() != 2)
		bad++;
	for (int mode : {FAKEXX_THROW, FAKEXX_RETHROW}) {
		try {
			fakexx_speak(text, mode);
			bad++;
		} catch (const std::exception &) {
			caught++;
		}
	}
	if (caught != 2 || fakexx_unwound() != 4)
		bad++;
}

// Exceptions of ours through C frames: the audio callback, and nine calls deep.
void one_c_round(const char *text)
{
	const fake_rate rate = {0, -7, 16000};
	const fake_voice voice = {"fake voice", &rate};
	const fake_stage stages[] = {{"normalise", 1000, 0}, {nullptr, 0, 0}};
	fake_job job = {&voice, stages, 3, 50, FAKE_OK, 0};

	heard = 0;
	try {
		fake_speak(text, &job);
		bad++;
	} catch (const thrown_by_callback &) {
		if (heard != 2)
			bad++;
	}
	heard = 10; // no throw
	if (fake_speak(text, &job) != FAKE_OK || heard != 13)
		bad++;
	try {
		fake_throw_out(8, thrower);
		bad++;
	} catch (const std::runtime_error &) {
	}
}
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], nullptr, 10) : 10;
	char line[64], text[64];

	alarm(300);
	fake_set_callback(callback, nullptr);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) && strncmp(line, "go", 2) == 0) {
		for (uint64_t i = 0; i < count; i++) {
			snprintf(text, sizeof(text), "exception number %lu", static_cast<unsigned long>(i));
			one_engine_round(text);
			one_c_round(text);
		}
		printf("{\"scenario\":\"cxx\",\"pid\":%d,\"bad_results\":%lu,\"rounds\":%lu,\"calls\":{"
		       "\"fakexx_speak\":{\"calls\":%lu,\"no_end\":%lu},\"fakexx_stage\":{\"calls\":%lu,\"no_end\":%lu},"
		       "\"fake_speak\":{\"calls\":%lu,\"no_end\":%lu},\"fake_throw_out\":{\"calls\":%lu,\"no_end\":%lu}}}\n",
		       getpid(), static_cast<unsigned long>(bad), static_cast<unsigned long>(count),
		       static_cast<unsigned long>(4 * count), static_cast<unsigned long>(2 * count),
		       static_cast<unsigned long>(4 * count), static_cast<unsigned long>(3 * count),
		       static_cast<unsigned long>(2 * count), static_cast<unsigned long>(count),
		       static_cast<unsigned long>(9 * count), static_cast<unsigned long>(9 * count));
		fflush(stdout);
	}
	return 0;
}
