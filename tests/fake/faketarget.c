/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target process on the stand-in engine. In: SCENARIO [COUNT [ARG]] and "go" lines on stdin. Out: one line
 * {"ready":true,"pid":N}, then one line of truth per "go". Ends at the end of stdin.
 * The rule that surprises: with --wait-attach no "go" is needed: it runs once, as soon as the first bytes of
 * fake_request have been patched by a tracer (or after 30 s, which is said).
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "target.h"

#define MAX_CALLS 64
#define MAX_REQUESTS 200000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	const char *symbol;
	uint64_t calls;
	uint64_t no_end;
} calls[MAX_CALLS];
static struct request *requests;
static size_t requests_count;
static uint64_t bad_count;
static char extra[65536]; /* numbers and threads, as JSON text */
static char threads[65536];

void truth_call(const char *symbol, uint64_t count, uint64_t no_end)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < MAX_CALLS; i++) {
		if (calls[i].symbol && strcmp(calls[i].symbol, symbol) != 0)
			continue;
		calls[i].symbol = symbol;
		calls[i].calls += count;
		calls[i].no_end += no_end;
		pthread_mutex_unlock(&lock);
		return;
	}
	abort();
}

void truth_bad(void)
{
	__atomic_add_fetch(&bad_count, 1, __ATOMIC_RELAXED);
}

void truth_request(const struct request *request)
{
	pthread_mutex_lock(&lock);
	if (requests_count == MAX_REQUESTS)
		abort();
	requests[requests_count++] = *request;
	pthread_mutex_unlock(&lock);
}

void truth_number(const char *key, uint64_t value)
{
	pthread_mutex_lock(&lock);
	snprintf(extra + strlen(extra), sizeof(extra) - strlen(extra), ",\"%s\":%lu", key, value);
	pthread_mutex_unlock(&lock);
}

void truth_thread(uint64_t cpu_ns, uint64_t runq_ns, uint64_t sleep_ns)
{
	pthread_mutex_lock(&lock);
	snprintf(threads + strlen(threads), sizeof(threads) - strlen(threads),
		 "%s{\"tid\":%ld,\"cpu_ns\":%lu,\"runq_ns\":%lu,\"sleep_ns\":%lu}", *threads ? "," : "",
		 syscall(SYS_gettid), cpu_ns, runq_ns, sleep_ns);
	pthread_mutex_unlock(&lock);
}

struct stat_ns thread_stat(void)
{
	struct stat_ns stat = {0, 0};
	struct timespec now;
	char path[64];
	unsigned long on, wait;
	FILE *file;

	sched_yield(); /* brings the kernel's sums up to date */
	snprintf(path, sizeof(path), "/proc/self/task/%ld/schedstat", syscall(SYS_gettid));
	file = fopen(path, "re");
	if (file && fscanf(file, "%lu %lu", &on, &wait) == 2)
		stat.runq_ns = wait;
	if (file)
		fclose(file);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	stat.cpu_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return stat;
}

const char *target_text(size_t bytes, uint64_t seed)
{
	static __thread char text[70000];
	static const char letters[] = "abcdefghij klmnopqrstuvwxyz ";
	char number[24];
	size_t digits = (size_t)snprintf(number, sizeof(number), "%lu ", seed);

	if (bytes >= sizeof(text))
		abort();
	for (size_t i = 0; i < bytes; i++)
		text[i] = i < digits ? number[i] : letters[(i * 7 + seed) % (sizeof(letters) - 1)];
	text[bytes] = 0;
	return text;
}

static void truth_print(const char *scenario)
{
	const char *comma = "";

	printf("{\"scenario\":\"%s\",\"pid\":%d,\"bad_results\":%lu%s,\"calls\":{", scenario, getpid(), bad_count, extra);
	for (size_t i = 0; i < MAX_CALLS && calls[i].symbol; i++, comma = ",")
		printf("%s\"%s\":{\"calls\":%lu,\"no_end\":%lu}", comma, calls[i].symbol, calls[i].calls, calls[i].no_end);
	printf("},\"requests\":[");
	comma = "";
	for (size_t i = 0; i < requests_count; i++, comma = ",") {
		const struct request *r = &requests[i];

		printf("%s{\"text_bytes\":%u,\"samples\":%lu,\"chunks\":%u,\"status\":\"%s\",\"cpu_ns\":%lu,\"sleep_ns\":%lu,"
		       "\"tag\":\"%s\"}",
		       comma, r->text_bytes, r->samples, r->chunks, r->status ? r->status : "ok", r->cpu_ns, r->sleep_ns,
		       r->tag ? r->tag : "");
	}
	printf("],\"threads\":[%s]}\n", threads);
	fflush(stdout);
	memset(calls, 0, sizeof(calls));
	requests_count = 0;
	bad_count = 0;
	*extra = *threads = 0;
}

static const struct scenario *scenario_find(const char *name)
{
	static const struct scenario *const rooms[] = {scenes_calls, scenes_queue, scenes_threads};

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		for (const struct scenario *s = rooms[i]; s->name; s++)
			if (!name)
				fprintf(stderr, "  %-10s %s\n", s->name, s->says);
			else if (strcmp(s->name, name) == 0)
				return s;
	return NULL;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("sched_setaffinity");
}

/* Kills us for the system calls that probes of newer kernels make in our name, as the strict filters of services do. */
static void lock_down(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 335 /* uretprobe */, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 336 /* uprobe */, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		perror("seccomp");
}

#define LOOK_BYTES 32 /* a tracer patches a function at its first instruction or shortly after */

static void wait_for_attach(void)
{
	const volatile unsigned char *code = (const volatile unsigned char *)(uintptr_t)fake_request;
	unsigned char before[LOOK_BYTES];

	for (size_t k = 0; k < LOOK_BYTES; k++)
		before[k] = code[k];
	for (int i = 0; i < 30000; i++) {
		for (size_t k = 0; k < LOOK_BYTES; k++)
			if (code[k] != before[k])
				return;
		fake_pause_ns(1000000);
	}
	fprintf(stderr, "faketarget: nobody attached in 30 s\n");
}

int main(int argc, char **argv)
{
	struct want want = {.count = 1, .arg = 0, .cpu = -1};
	const struct scenario *scenario;
	int waits = 0, at = 1;
	char line[64];

	for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
		if (strcmp(argv[at], "--wait-attach") == 0)
			waits = 1;
		else if (strcmp(argv[at], "--cpu") == 0 && at + 1 < argc)
			want.cpu = atoi(argv[++at]);
		else if (strcmp(argv[at], "--seccomp") == 0)
			lock_down();
	}
	scenario = at < argc ? scenario_find(argv[at]) : NULL;
	if (!scenario) {
		fprintf(stderr, "usage: faketarget [--cpu N] [--seccomp] [--wait-attach] SCENARIO [COUNT [ARG]]\n");
		scenario_find(NULL);
		return 2;
	}
	if (at + 1 < argc)
		want.count = strtoull(argv[at + 1], NULL, 10);
	if (at + 2 < argc)
		want.arg = strtoull(argv[at + 2], NULL, 10);
	if (want.cpu >= 0)
		pin(want.cpu);
	alarm(300); /* nobody forgets us */
	requests = calloc(MAX_REQUESTS, sizeof(*requests));
	if (scenario->prepare)
		scenario->prepare(&want);
	printf("{\"ready\":true,\"pid\":%d}\n", getpid());
	fflush(stdout);
	if (waits) {
		wait_for_attach();
		scenario->run(&want);
		truth_print(scenario->name);
		return 0;
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (strncmp(line, "go", 2) != 0)
			break;
		scenario->run(&want);
		truth_print(scenario->name);
	}
	return 0;
}
