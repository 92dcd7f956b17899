/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target on coroutines (ucontext): calls of the engine are open on several stacks of one thread and end in another order than
 * they began. In: COUNT and "go". Out: as faketarget. The rule that surprises: a uretprobe in here would end us with SIGILL, since
 * the kernel takes calls on a lower stack for dead; that is why this is a program of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "fake.h"

#define FIBERS 3
#define STACK_BYTES (128ul * 1024)

static ucontext_t scheduler, fiber[FIBERS];
static unsigned running, alive;
static unsigned long bad;

static void yield(void)
{
	swapcontext(&fiber[running], &scheduler);
}

static int64_t body(void *arg)
{
	uint64_t cpu_ns = 5000 + *(const unsigned *)arg;

	if (fake_exit_ret(cpu_ns) != cpu_ns + 1)
		bad++;
	yield(); /* inside fake_request */
	if (fake_exit_early(cpu_ns, 2) != cpu_ns + 2)
		bad++;
	yield();
	return (int64_t)cpu_ns;
}

static void run(void)
{
	unsigned mine = running;

	if (fake_request("a request on a fiber", body, &mine) != (int64_t)(5000 + mine))
		bad++;
	alive--;
	swapcontext(&fiber[mine], &scheduler);
}

/* Each round: three requests begin on three stacks, and are continued in turns, from the highest stack or from the lowest. */
static void round_run(char *stacks, int from_top)
{
	for (unsigned i = 0; i < FIBERS; i++) {
		getcontext(&fiber[i]);
		fiber[i].uc_stack.ss_sp = stacks + i * STACK_BYTES;
		fiber[i].uc_stack.ss_size = STACK_BYTES;
		fiber[i].uc_link = NULL;
		makecontext(&fiber[i], run, 0);
	}
	for (alive = FIBERS; alive;) {
		for (unsigned i = 0; i < FIBERS; i++) {
			running = from_top ? FIBERS - 1 - i : i;
			swapcontext(&scheduler, &fiber[running]);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
	char *stacks = malloc(FIBERS * STACK_BYTES);
	char line[64];

	alarm(300);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) && strncmp(line, "go", 2) == 0) {
		for (unsigned long i = 0; i < count; i++)
			round_run(stacks, i % 2 == 1);
		printf("{\"scenario\":\"fibers\",\"pid\":%d,\"bad_results\":%lu,\"calls\":{\"fake_request\":{\"calls\":%lu,\"no_end\":0},"
		       "\"fake_exit_ret\":{\"calls\":%lu,\"no_end\":0},\"fake_exit_early\":{\"calls\":%lu,\"no_end\":0}}}\n",
		       getpid(), bad, FIBERS * count, FIBERS * count, FIBERS * count);
		fflush(stdout);
	}
	free(stacks);
	return 0;
}
