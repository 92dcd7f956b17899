// SPDX-License-Identifier: Apache-2.0
// A C++ engine: exceptions pass through its probed functions. Destructors count, so that a broken unwind is seen.
#include <stdexcept>

#include "fake.h"

namespace
{
thread_local int unwound;

struct witness {
	~witness()
	{
		unwound++;
	}
};
}

extern "C" __attribute__((noinline)) int fakexx_stage(int mode)
{
	witness w;
	fake_spin_ns(20000);
	if (mode != FAKEXX_PLAIN)
		throw std::runtime_error("thrown by fakexx_stage");
	return 7;
}

static int guarded(int mode)
{
	try {
		return fakexx_stage(mode);
	} catch (const std::runtime_error &) {
		if (mode == FAKEXX_RETHROW)
			throw;
		if (mode == FAKEXX_THROW)
			throw std::logic_error("another one");
		return 1;
	}
}

extern "C" __attribute__((noinline)) int fakexx_speak(const char *text, int mode)
{
	witness w;
	int length = 0;

	while (text[length])
		length++;
	int result = guarded(mode);
	return mode == FAKEXX_PLAIN ? result + length : result;
}

extern "C" int fakexx_unwound(void)
{
	int count = unwound;

	unwound = 0;
	return count;
}
