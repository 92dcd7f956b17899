/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios on one thread: speech, every exit, recursion, texts that cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "target.h"

/* --- speak --- */

static uint64_t heard_samples;
static uint32_t heard_chunks;
static uint32_t stop_after; /* the callback stops the engine at this chunk; 0 = never */

static int listen_to(const short *wav, int samples, void *user)
{
	(void)user;
	if (!wav)
		return 0;
	heard_samples += (uint64_t)samples;
	heard_chunks++;
	return stop_after && heard_chunks >= stop_after;
}

static void speak_one(uint64_t i)
{
	static const struct fake_rate rate = {0, -7, 16000};
	static const struct fake_voice voice = {"fake voice", &rate};
	const struct fake_stage stages[] = {
		{"normalise", 50000, 0}, {"phonemes", 100000, 0}, {"pause", 0, 300000}, {"synthesis", 200000, 0}, {NULL, 0, 0}};
	struct fake_job job = {&voice, stages, (uint32_t)(1 + i % 4), (int32_t)(100 + i), FAKE_OK, 0};
	struct request truth = {.text_bytes = (uint32_t)(1 + i * 37 % 1500), .cpu_ns = 350000, .sleep_ns = 300000};
	int result;

	heard_samples = 0;
	heard_chunks = 0;
	stop_after = i % 10 == 9 ? 1 : 0;
	if (i % 10 == 7)
		job.result = FAKE_BROKEN;
	result = fake_speak(target_text(truth.text_bytes, i), &job);
	if (result != (stop_after ? FAKE_STOPPED : job.result) || job.text_bytes != truth.text_bytes)
		truth_bad();
	truth.status = result == FAKE_OK ? "ok" : result == FAKE_STOPPED ? "cancelled" : "error";
	truth.samples = heard_samples;
	truth.chunks = heard_chunks;
	truth_request(&truth);
	truth_call("fake_speak", 1, 0);
	truth_call("fake_stage_run", 4, 0);
	truth_call("callback", heard_chunks + (result != FAKE_STOPPED), 0);
}

static void speak_prepare(const struct want *want)
{
	(void)want;
	fake_set_callback(listen_to, NULL);
}

static void speak_run(const struct want *want)
{
	for (uint64_t i = 0; i < want->count; i++)
		speak_one(i);
}

/* --- exits --- */

struct exit_kind {
	const char *symbol;
	uint64_t (*one)(uint64_t);
	uint64_t (*two)(uint64_t, uint64_t);
	uint64_t number;
	uint64_t variants; /* of the second argument */
};

static const struct exit_kind exit_kinds[] = {
	{"fake_exit_ret", fake_exit_ret, NULL, 1, 1},
	{"fake_exit_early", NULL, fake_exit_early, 2, 3},
	{"fake_exit_repz_ret", fake_exit_repz_ret, NULL, 3, 1},
	{"fake_exit_tail_local", fake_exit_tail_local, NULL, 4, 1},
	{"fake_exit_tail_plt", fake_exit_tail_plt, NULL, 5, 1},
	{"fake_exit_tail_far", fake_exit_tail_far, NULL, 6, 1},
	{"fake_exit_tail_got", fake_exit_tail_got, NULL, 7, 1},
	{"fake_exit_tail_register", NULL, fake_exit_tail_register, 8, 2},
	{"fake_exit_tail_conditional", fake_exit_tail_conditional, NULL, 9, 1},
	{"fake_exit_tail_probed", fake_exit_tail_probed, NULL, 10, 1},
	{"fake_exit_tail_self", NULL, fake_exit_tail_self, 11, 4},
	{"fake_exit_cold", NULL, fake_exit_cold, 12, 3},
	{"fake_exit_jump_table", NULL, fake_exit_jump_table, 13, 4},
	{"fake_exit_endbr", fake_exit_endbr, NULL, 14, 1},
	{"fake_exit_sub", fake_exit_sub, NULL, 15, 1},
	{"fake_exit_nop5", fake_exit_nop5, NULL, 16, 1},
	{"fake_exit_redzone", fake_exit_redzone, NULL, 17, 1},
	{"fake_exit_stack_check", fake_exit_stack_check, NULL, 18, 1},
	{"fake_exit_tail_pushed", fake_exit_tail_pushed, NULL, 19, 1},
	{"fake_ifunc", fake_ifunc, NULL, 24, 1},
	{NULL, NULL, NULL, 0, 0},
};

struct exit_round {
	const struct exit_kind *kind;
	uint64_t round;
};

static int64_t exit_body(void *arg)
{
	const struct exit_round *round = arg;
	const struct exit_kind *kind = round->kind;
	uint64_t cpu_ns = 20000 + round->round; /* odd and even */
	uint64_t result = kind->one ? kind->one(cpu_ns) : kind->two(cpu_ns, round->round % kind->variants);

	if (result != cpu_ns + kind->number)
		truth_bad();
	return (int64_t)result;
}

static void exits_run(const struct want *want)
{
	struct request truth = {.status = "ok"};

	for (const struct exit_kind *kind = exit_kinds; kind->symbol; kind++) {
		for (uint64_t i = 0; i < want->count; i++) {
			struct exit_round round = {kind, i};
			uint64_t enters = kind->one == NULL && kind->number == 11 ? 1 + i % kind->variants : 1;

			truth.text_bytes = (uint32_t)strlen(kind->symbol);
			truth.tag = kind->symbol;
			if (fake_request(kind->symbol, exit_body, &round) != (int64_t)(20000 + i + kind->number))
				truth_bad();
			truth_call(kind->symbol, enters, 0);
			if (kind->number == 10)
				truth_call("fake_exit_target", 1, 0);
			truth_request(&truth);
		}
	}
	truth_call("fake_request", want->count * (sizeof(exit_kinds) / sizeof(exit_kinds[0]) - 1), 0);
}

/* --- recursion --- */

static int64_t recurse_body(void *arg)
{
	return (int64_t)fake_recurse(*(const uint64_t *)arg);
}

static int64_t recurse_ret_body(void *arg)
{
	return (int64_t)fake_recurse_ret(*(const uint64_t *)arg);
}

static void recurse_run(const struct want *want)
{
	uint64_t depth = want->count - 1;
	struct request truth = {.text_bytes = 7, .status = "ok", .tag = "recurse"};

	if (fake_request("recurse", recurse_body, &depth) != (int64_t)depth)
		truth_bad();
	truth_request(&truth);
	if (fake_request("recurse", recurse_ret_body, &depth) != (int64_t)depth)
		truth_bad();
	truth_request(&truth);
	truth_call("fake_request", 2, 0);
	truth_call("fake_recurse", want->count, 0);
	truth_call("fake_recurse_ret", want->count, 0);
}

/* --- stack arguments --- */

static void many_run(const struct want *want)
{
	for (uint64_t i = 0; i < want->count; i++) {
		struct request truth = {.text_bytes = (uint32_t)(3 + i % 50), .samples = 4000000000u - i, .chunks = 0};
		int8_t delta = (int8_t)(i % 2 ? -5 : 6);
		int64_t sum = 1 - 2 + 3 - 4 + 5 - 6 + (int64_t)truth.text_bytes + (int64_t)truth.samples + delta;

		if (fake_many(1, -2, 3, -4, 5, -6, target_text(truth.text_bytes, i), (uint32_t)truth.samples, delta) != sum)
			truth_bad();
		truth_request(&truth);
		truth_call("fake_many", 1, 0);
	}
}

/* --- texts that cannot be read, or nearly not --- */

static int64_t nothing(void *arg)
{
	(void)arg;
	return 5;
}

static void text_one(const char *text, uint32_t bytes, const char *tag)
{
	struct request truth = {.text_bytes = bytes, .status = "ok", .tag = tag};

	if (fake_request(text, nothing, NULL) != (text ? 5 : 4))
		truth_bad();
	truth_request(&truth);
	truth_call("fake_request", 1, 0);
}

static void texts_run(const struct want *want)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char name[] = "/tmp/faketarget.XXXXXX";
	int fd = mkstemp(name);
	char *cold;

	if (fd < 0 || unlink(name) || write(fd, "cold page", 10) != 10)
		abort();
	for (uint64_t i = 0; i < want->count; i++) {
		text_one("", 0, "empty");
		text_one(NULL, 0, "unreadable");
		text_one((const char *)16, 0, "unreadable");
		text_one((const char *)0x4242424242424242, 0, "unreadable");
		text_one(target_text(4095, i), 4095, "4095");
		text_one(target_text(4096, i), 4096, "4096");
		text_one(target_text(4097, i), 4097, "4097");
		text_one(target_text(66000, i), 66000, "66000");
		memcpy(edge + page - 9, "the edge", 9);
		mprotect(edge + page, page, PROT_NONE);
		text_one(edge + page - 9, 8, "edge");
		edge[page - 1] = '!'; /* no terminator before the end of the page */
		text_one(edge + page - 9, 0, "unterminated");
		mprotect(edge + page, page, PROT_READ | PROT_WRITE);
		cold = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
		text_one(cold, 9, "cold");
		munmap(cold, page);
	}
	close(fd);
	munmap(edge, 2 * page);
}

/* --- marks and errors --- */

static int64_t marks_body(void *arg)
{
	uint64_t round = *(const uint64_t *)arg;

	fake_mark("first");
	fake_burn(200000);
	fake_mark("second");
	fake_sleep(400000);
	fake_mark("third");
	if (round % 3 == 1)
		fake_error((int)round);
	return 9;
}

static void marks_run(const struct want *want)
{
	for (uint64_t i = 0; i < want->count; i++) {
		struct request truth = {.text_bytes = 5, .status = i % 3 == 1 ? "error" : "ok", .cpu_ns = 200000, .sleep_ns = 400000};

		if (fake_request("marks", marks_body, &i) != 9)
			truth_bad();
		truth_request(&truth);
		truth_call("fake_request", 1, 0);
		truth_call("fake_mark", 3, 0);
		truth_call("fake_error", i % 3 == 1, 0);
	}
}

/* --- floods --- */

static int64_t flood_body(void *arg)
{
	uint64_t calls = *(const uint64_t *)arg, sum = 0;

	for (uint64_t i = 0; i < calls; i++)
		sum += fake_tiny(i) - i;
	return (int64_t)sum;
}

/* COUNT requests of ARG (1000) calls each. */
static void flood_run(const struct want *want)
{
	uint64_t calls = want->arg ? want->arg : 1000;

	for (uint64_t i = 0; i < want->count; i++)
		if (fake_request("flood", flood_body, &calls) != (int64_t)(23 * calls))
			truth_bad();
	truth_call("fake_request", want->count, 0);
	truth_call("fake_tiny", want->count * calls, 0);
}

/* --- other processes --- */

/* A child of ours runs the same code; nothing of it may be traced, and it must come to no harm. */
static void fork_run(const struct want *want)
{
	for (uint64_t i = 0; i < want->count; i++) {
		uint64_t calls = 100;
		int status;
		pid_t child = fork();

		if (child == 0)
			_exit(fake_request("child", flood_body, &calls) == 2300 ? 0 : 1);
		if (fake_request("parent", flood_body, &calls) != 2300)
			truth_bad();
		if (waitpid(child, &status, 0) != child || status)
			truth_bad();
		truth_call("fake_request", 1, 0);
		truth_call("fake_tiny", calls, 0);
	}
}

static int64_t exit_process_body(void *arg)
{
	fake_exit_process(*(const int *)arg);
}

/* Ends the process with code COUNT inside two calls. No truth line comes. */
static void end_run(const struct want *want)
{
	int code = (int)want->count;

	fake_request("the end", exit_process_body, &code);
}

static int64_t exec_body(void *arg)
{
	(void)arg;
	execl("/bin/true", "true", (char *)NULL);
	return 0;
}

static void exec_run(const struct want *want)
{
	(void)want;
	fake_request("exec", exec_body, NULL);
}

static int64_t crash_body(void *arg)
{
	(void)arg;
	return fake_signal(9) == 20;
}

static void crash_run(const struct want *want)
{
	(void)want;
	fake_request("crash", crash_body, NULL);
}

static void hog_run(const struct want *want)
{
	fake_spin_ns(want->count * 1000000);
}

const struct scenario scenes_calls[] = {
	{"speak", speak_prepare, speak_run, "COUNT requests with stages and audio; 7 of 10 ok"},
	{"exits", NULL, exits_run, "every exit kind, COUNT times each"},
	{"recurse", NULL, recurse_run, "COUNT calls deep, twice"},
	{"many", NULL, many_run, "stack arguments, COUNT requests"},
	{"texts", NULL, texts_run, "unreadable, cut, cold and edge texts"},
	{"marks", NULL, marks_run, "COUNT requests with three marks; every third fails"},
	{"flood", NULL, flood_run, "COUNT requests of ARG tiny calls"},
	{"fork", NULL, fork_run, "COUNT children that run the same code"},
	{"end", NULL, end_run, "_exit(COUNT) inside a call"},
	{"exec", NULL, exec_run, "exec of /bin/true inside a call"},
	{"crash", NULL, crash_run, "SIGKILL inside a call"},
	{"hog", NULL, hog_run, "burns COUNT ms"},
	{NULL, NULL, NULL, NULL},
};
