/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stand-in engine's synchronous half: requests, stages, audio, recursion and the calls that never come back.
 * The rule that surprises: built with -fno-optimize-sibling-calls, so that every C function here ends by its own ret;
 * the other exits are in exits.S.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

void fake_work(uint64_t cpu_ns) __attribute__((visibility("hidden")));

uint64_t fake_not_code[4] = {0xc3c3c3c3c3c3c3c3, 0x5555555555555555, 1, 2};

/* The variable that the audio calls go through; fake_set_callback stores into it. */
static fake_audio_fn audio_callback;
static void *audio_user;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void fake_spin_ns(uint64_t cpu_ns)
{
	uint64_t end_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) + cpu_ns;

	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end_ns)
		;
}

void fake_pause_ns(uint64_t sleep_ns)
{
	struct timespec left = {(time_t)(sleep_ns / 1000000000), (long)(sleep_ns % 1000000000)};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

void fake_work(uint64_t cpu_ns)
{
	if (cpu_ns)
		fake_spin_ns(cpu_ns);
}

uint64_t fake_burn(uint64_t cpu_ns)
{
	fake_work(cpu_ns);
	return cpu_ns + 21;
}

uint64_t fake_sleep(uint64_t sleep_ns)
{
	fake_pause_ns(sleep_ns);
	return sleep_ns + 22;
}

void fake_set_callback(fake_audio_fn callback, void *user)
{
	audio_callback = callback;
	audio_user = user;
}

/* For the queue: with a user pointer of the item's own. */
int fake_audio(const short *wav, int samples, void *user) __attribute__((visibility("hidden")));
int fake_audio(const short *wav, int samples, void *user)
{
	return audio_callback ? audio_callback(wav, samples, user ? user : audio_user) : 0;
}

int fake_stage_run(struct fake_job *job, const struct fake_stage *stage)
{
	fake_work(stage->cpu_ns);
	if (stage->sleep_ns)
		fake_pause_ns(stage->sleep_ns);
	return job->chunks > 0;
}

int fake_speak(const char *text, struct fake_job *job)
{
	static const short silence[65536];

	job->text_bytes = (uint32_t)strlen(text);
	for (const struct fake_stage *stage = job->stages; stage && stage->name; stage++)
		fake_stage_run(job, stage);
	for (uint32_t i = 0; i < job->chunks; i++)
		if (audio_callback && audio_callback(silence, job->samples, audio_user))
			return FAKE_STOPPED;
	if (audio_callback && job->chunks)
		audio_callback(NULL, 0, audio_user);
	return job->result;
}

int64_t fake_many(int64_t a1, int64_t a2, int64_t a3, int64_t a4, int64_t a5, int64_t a6, const char *text,
		  uint32_t samples, int8_t delta)
{
	return a1 + a2 + a3 + a4 + a5 + a6 + (int64_t)strlen(text) + samples + delta;
}

int64_t fake_request(const char *text, int64_t (*body)(void *arg), void *arg)
{
	volatile int64_t result = text ? 0 : -1;

	result += body(arg);
	return result;
}

uint64_t fake_recurse(uint64_t depth)
{
	volatile uint64_t below = depth ? fake_recurse(depth - 1) + 1 : 0;

	return below;
}

uint64_t fake_recurse_ret(uint64_t depth)
{
	volatile uint64_t below = depth ? fake_recurse_ret(depth - 1) + 1 : 0;

	return below;
}

static void jump(jmp_buf out)
{
	longjmp(out, 1);
}

/* Called through a variable, so that the compiler cannot know that fake_descend never comes back. */
static void (*volatile bottom)(jmp_buf) = jump;

uint64_t fake_descend(uint64_t depth, jmp_buf out)
{
	volatile uint64_t below;

	if (!depth) {
		bottom(out);
		return 0;
	}
	below = fake_descend(depth - 1, out);
	return below + 1;
}

uint64_t fake_throw_out(uint64_t depth, void (*thrower)(void))
{
	volatile uint64_t below;

	if (!depth) {
		thrower();
		return 0;
	}
	below = fake_throw_out(depth - 1, thrower);
	return below + 1;
}

void fake_exit_thread(uint64_t cpu_ns)
{
	fake_work(cpu_ns);
	pthread_exit((void *)(uintptr_t)(cpu_ns + 1));
}

void fake_exit_process(int code)
{
	_exit(code);
}

uint64_t fake_wait_forever(void)
{
	for (;;)
		pause();
}

uint64_t fake_signal(int number)
{
	raise(number);
	return 20;
}

void fake_mark(const char *name)
{
	volatile size_t length = strlen(name);

	(void)length;
}

void fake_error(int code)
{
	volatile int kept = code;

	(void)kept;
}

static uint64_t after_one(uint64_t value)
{
	return value + 24;
}

static uint64_t (*choose(void))(uint64_t)
{
	return after_one;
}

uint64_t fake_ifunc(uint64_t value) __attribute__((ifunc("choose")));
