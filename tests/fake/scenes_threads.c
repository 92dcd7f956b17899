/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios on many threads: jumps, exits and cancels inside calls, signal stacks, the split, churn, hostile names. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "fake.h"
#include "target.h"

/* --- jumps out of calls --- */

static int64_t descend_body(void *arg)
{
	return (int64_t)fake_descend(3, *(jmp_buf *)arg);
}

static int64_t descend_inside_body(void *arg)
{
	jmp_buf out;

	(void)arg;
	if (setjmp(out) == 0)
		fake_descend(5, out);
	return 11;
}

static void jumps_run(const struct want *want)
{
	struct request left = {.text_bytes = 4, .status = "no_end", .tag = "jump"};
	struct request kept = {.text_bytes = 6, .status = "ok", .tag = "inside"};

	for (volatile uint64_t i = 0; i < want->count; i++) {
		jmp_buf out;

		if (setjmp(out) == 0) {
			fake_request("jump", descend_body, &out);
			truth_bad();
		}
		if (fake_request("inside", descend_inside_body, NULL) != 11)
			truth_bad();
		truth_request(&left);
		truth_request(&kept);
	}
	truth_call("fake_request", 2 * want->count, want->count);
	truth_call("fake_descend", 10 * want->count, 10 * want->count);
}

/* --- threads that end inside a call --- */

static unsigned cleaned;

static void clean(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&cleaned, 1, __ATOMIC_RELAXED);
}

static int64_t exit_thread_body(void *arg)
{
	(void)arg;
	fake_exit_thread(10000);
}

static int64_t wait_body(void *arg)
{
	(void)arg;
	return (int64_t)fake_wait_forever();
}

static void *exit_thread(void *arg)
{
	pthread_cleanup_push(clean, NULL);
	fake_request("exit", exit_thread_body, arg);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *wait_thread(void *arg)
{
	pthread_cleanup_push(clean, NULL);
	fake_request("cancel", wait_body, arg);
	pthread_cleanup_pop(0);
	return NULL;
}

static void threadexit_run(const struct want *want)
{
	struct request exited = {.text_bytes = 4, .status = "no_end", .tag = "exit"};
	struct request stopped = {.text_bytes = 6, .status = "no_end", .tag = "cancel"};

	cleaned = 0;
	for (uint64_t i = 0; i < want->count; i++) {
		pthread_t thread;
		void *result;

		pthread_create(&thread, NULL, exit_thread, NULL);
		pthread_join(thread, &result);
		if ((uintptr_t)result != 10001)
			truth_bad();
		truth_request(&exited);
		pthread_create(&thread, NULL, wait_thread, NULL);
		fake_pause_ns(2000000); /* until it waits; nothing breaks when it does not yet */
		pthread_cancel(thread);
		pthread_join(thread, &result);
		if (result != PTHREAD_CANCELED)
			truth_bad();
		truth_request(&stopped);
	}
	if (cleaned != 2 * want->count)
		truth_bad();
	truth_call("fake_request", 2 * want->count, 2 * want->count);
	truth_call("fake_exit_thread", want->count, want->count);
	truth_call("fake_wait_forever", want->count, want->count);
}

/* --- calls on an alternate signal stack, below (ARG 1), above (2) or one after the other (0) the thread's own --- */

#define STACK_BYTES (256ul * 1024)

struct alt {
	char *stack; /* the alternate one */
	uint64_t count;
};

static void on_signal(int number)
{
	(void)number;
	if (fake_exit_ret(1000) != 1001 || fake_exit_tail_local(1000) != 1004)
		truth_bad();
}

static int64_t signal_body(void *arg)
{
	(void)arg;
	return (int64_t)fake_signal(SIGUSR1);
}

static void *alt_thread(void *arg)
{
	const struct alt *alt = arg;
	stack_t stack = {.ss_sp = alt->stack, .ss_size = STACK_BYTES};
	struct request truth = {.text_bytes = 6, .status = "ok", .tag = "signal"};

	sigaltstack(&stack, NULL);
	for (uint64_t i = 0; i < alt->count; i++) {
		if (fake_request("signal", signal_body, NULL) != 20)
			truth_bad();
		truth_request(&truth);
	}
	return NULL;
}

static void altstack_run(const struct want *want)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	char *room = mmap(NULL, 3 * STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sigaction(SIGUSR1, &action, NULL);
	for (int above = want->arg == 2; above < (want->arg == 1 ? 1 : 2); above++) {
		struct alt alt = {room + (above ? 2 * STACK_BYTES : 0), want->count};
		pthread_attr_t attr;
		pthread_t thread;

		pthread_attr_init(&attr);
		pthread_attr_setstack(&attr, room + STACK_BYTES, STACK_BYTES);
		if (pthread_create(&thread, &attr, alt_thread, &alt))
			abort();
		pthread_join(thread, NULL);
	}
	munmap(room, 3 * STACK_BYTES);
	truth_call("fake_request", (want->arg ? 1 : 2) * want->count, 0);
	truth_call("fake_signal", (want->arg ? 1 : 2) * want->count, 0);
	truth_call("fake_exit_ret", (want->arg ? 1 : 2) * want->count, 0);
	truth_call("fake_exit_tail_local", (want->arg ? 1 : 2) * want->count, 0);
}

/* --- the split: COUNT ms of CPU, ARG ms of sleep, on each of two threads --- */

static int64_t burn_body(void *arg)
{
	return (int64_t)fake_burn(*(const uint64_t *)arg);
}

static int64_t sleep_body(void *arg)
{
	return (int64_t)fake_sleep(*(const uint64_t *)arg);
}

static int64_t both_body(void *arg)
{
	const struct want *want = arg;

	for (int i = 0; i < 10; i++) {
		fake_burn(want->count * 100000);
		fake_sleep(want->arg * 100000);
	}
	return 1;
}

static void *split_thread(void *arg)
{
	struct want *want = arg;
	uint64_t cpu_ns = want->count * 1000000, sleep_ns = want->arg * 1000000;
	struct request burn = {.text_bytes = 4, .cpu_ns = cpu_ns, .tag = "burn"};
	struct request rest = {.text_bytes = 5, .sleep_ns = sleep_ns, .tag = "sleep"};
	struct request both = {.text_bytes = 6, .cpu_ns = cpu_ns, .sleep_ns = sleep_ns, .tag = "both"};
	struct stat_ns before = thread_stat(), after;

	if (fake_request("burn", burn_body, &cpu_ns) != (int64_t)cpu_ns + 21)
		truth_bad();
	if (fake_request("sleep", sleep_body, &sleep_ns) != (int64_t)sleep_ns + 22)
		truth_bad();
	if (fake_request("mixed!", both_body, want) != 1)
		truth_bad();
	after = thread_stat();
	truth_request(&burn);
	truth_request(&rest);
	truth_request(&both);
	truth_thread(after.cpu_ns - before.cpu_ns, after.runq_ns - before.runq_ns, 2 * sleep_ns);
	return NULL;
}

static void split_run(const struct want *want)
{
	struct want mine = *want;
	pthread_t thread[2];

	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, split_thread, &mine);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	truth_call("fake_request", 6, 0);
	truth_call("fake_burn", 22, 0);
	truth_call("fake_sleep", 22, 0);
}

/* One thread, for a competitor on the same CPU. */
static void alone_run(const struct want *want)
{
	struct want mine = *want;

	split_thread(&mine);
	truth_call("fake_request", 3, 0);
	truth_call("fake_burn", 11, 0);
	truth_call("fake_sleep", 11, 0);
}

/* --- churn: COUNT threads, ARG (64) at a time --- */

static int64_t churn_body(void *arg)
{
	return (int64_t)fake_exit_ret(*(const uint64_t *)arg);
}

static void *churn_thread(void *arg)
{
	uint64_t cpu_ns = 0;

	if (fake_request(target_text(9, (uintptr_t)arg % 1000), churn_body, &cpu_ns) != 1)
		truth_bad();
	return NULL;
}

static void churn_run(const struct want *want)
{
	uint64_t at_a_time = want->arg ? want->arg : 64;
	pthread_t *thread = calloc(at_a_time, sizeof(*thread));
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256ul * 1024);
	for (uint64_t i = 0; i < want->count; i += at_a_time) {
		uint64_t n = want->count - i < at_a_time ? want->count - i : at_a_time;

		for (uint64_t k = 0; k < n; k++)
			if (pthread_create(&thread[k], &attr, churn_thread, (void *)(uintptr_t)(i + k)))
				abort();
		for (uint64_t k = 0; k < n; k++)
			pthread_join(thread[k], NULL);
	}
	free(thread);
	truth_call("fake_request", want->count, 0);
	truth_call("fake_exit_ret", want->count, 0);
}

/* --- hostile names --- */

static const char *const hostile_names[] = {
	"\x1b[31mred\x1b[0m", "a\nb\rc", "\xff\xfe\xc3(", "\"quote\\", "\xe2\x80\xaertl", "\t\x01\x7f", "\xc2\x9b" "c1",
	"cut here \xf0\x9f\x98", "", "%s%n%d", "</script>", "}{\",\":",
};

static void *hostile_thread(void *arg)
{
	uint64_t cpu_ns = 0;

	prctl(PR_SET_NAME, arg, 0, 0, 0);
	if (fake_request("\x1b]0;owned\x07\xff\n\"", churn_body, &cpu_ns) != 1)
		truth_bad();
	return NULL;
}

static void hostile_run(const struct want *want)
{
	size_t count = sizeof(hostile_names) / sizeof(hostile_names[0]);

	(void)want;
	for (size_t i = 0; i < count; i++) {
		struct request truth = {.text_bytes = 13, .status = "ok", .tag = "hostile"};
		pthread_t thread;
		char name[32] = {0};

		strncpy(name, hostile_names[i], 15);
		pthread_create(&thread, NULL, hostile_thread, name);
		pthread_join(thread, NULL);
		truth_request(&truth);
	}
	truth_call("fake_request", count, 0);
	truth_call("fake_exit_ret", count, 0);
}

/* Before anybody attaches: the process itself has a hostile name. */
static void hostile_prepare(const struct want *want)
{
	(void)want;
	prctl(PR_SET_NAME, "\x1b[2J\n) S 1 \xff", 0, 0, 0);
}

const struct scenario scenes_threads[] = {
	{"jumps", NULL, jumps_run, "longjmp out of calls, COUNT times"},
	{"threadexit", NULL, threadexit_run, "threads that end inside a call, COUNT times"},
	{"altstack", NULL, altstack_run, "calls on a signal stack below (ARG 1) and above (2) the thread's, COUNT times"},
	{"split", NULL, split_run, "two threads: COUNT ms of CPU and ARG ms of sleep, twice"},
	{"alone", NULL, alone_run, "the same on one thread"},
	{"churn", NULL, churn_run, "COUNT threads, ARG at a time"},
	{"hostile", hostile_prepare, hostile_run, "hostile thread names and texts"},
	{NULL, NULL, NULL, NULL},
};
