/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a target program of the tests says about itself: one JSON line of truth per "go".
 * {"scenario", "pid", "bad_results", "calls": {symbol: {"calls", "no_end"}}, "requests": [...], "threads": [...]}
 */
#ifndef TESTS_TARGET_H
#define TESTS_TARGET_H

#include <stddef.h>
#include <stdint.h>

struct want { /* from the command line */
	uint64_t count;
	uint64_t arg;
	int cpu; /* -1: anywhere */
};

struct scenario {
	const char *name;
	void (*prepare)(const struct want *want); /* before "ready"; may be NULL */
	void (*run)(const struct want *want);	  /* at each "go" */
	const char *says;
};

extern const struct scenario scenes_calls[];
extern const struct scenario scenes_queue[];
extern const struct scenario scenes_threads[];

/* One request as the target saw it. */
struct request {
	uint32_t text_bytes;
	uint64_t samples;
	uint32_t chunks;
	const char *status; /* ok, error, cancelled, no_end, partial */
	uint64_t cpu_ns;    /* burnt on purpose */
	uint64_t sleep_ns;  /* slept on purpose */
	const char *tag;
};

void truth_call(const char *symbol, uint64_t calls, uint64_t no_end);
void truth_bad(void); /* a call gave the wrong result: we were harmed */
void truth_request(const struct request *request);
void truth_number(const char *key, uint64_t value);
void truth_thread(uint64_t cpu_ns, uint64_t runq_ns, uint64_t sleep_ns); /* of the calling thread */

struct stat_ns { /* of the calling thread, so far */
	uint64_t cpu_ns;
	uint64_t runq_ns; /* ready but not running: the kernel's schedstat */
};
struct stat_ns thread_stat(void);

/* A text of exactly `bytes` bytes that differs with `seed`; static per thread. */
const char *target_text(size_t bytes, uint64_t seed);

#endif
