/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the live source share: one capture, and the processes that it follows.
 */
#ifndef SOURCE_CAPTURE_PARTS_H
#define SOURCE_CAPTURE_PARTS_H

#include "base/table.h"
#include "source/account.h"
#include "source/attach.h"
#include "source/bpf_load.h"
#include "source/capture.h"
#include "source/host.h"
#include "source/kernel.h"
#include "source/learn.h"
#include "source/outbox.h"
#include "source/ring.h"
#include "source/spawn.h"
#include "source/sweep.h"

#define CAPTURE_TRACEPOINTS 5

struct followed { /* a process in view */
	uint32_t pid;
	int pidfd; /* readable when it has ended */
	struct tt_proc process;
	uint64_t code_mark; /* of its mapped code at the last look; 0 = look again */
	struct plan *plan;  /* made, not attached yet */
	uint16_t generation;
	bool has_new_generation; /* its gate is still shut */
	bool has_probes;
	bool is_found; /* an engine was recognised and nothing that it requires is missing */
	bool is_gone;
	bool has_exec;	   /* an exec was seen and not dealt with yet */
	bool expects_exec; /* run mode: the first one is the command's start */
};

struct capture {
	struct source source; /* first */
	struct capture_options options;
	struct kernel kernel;
	struct host host;
	struct bpf_half half;
	struct ring ring;
	struct attach attach;
	struct learn learn;
	struct sweep sweep;
	struct account account;
	struct outbox outbox;
	struct spawn spawn;
	struct followed *followed;
	size_t followed_count;
	struct table threads;		      /* whose names the feed knows, by pid and tid */
	int tracepoints[CAPTURE_TRACEPOINTS]; /* links */
	int watch_link;			      /* run mode, -1 = off */
	uint64_t stops_answered;
	uint64_t no_storage_seen; /* threads without storage, when the iterator ran last */
	int epoll_fd;
	int timer_fd;
	int signal_fd;
	struct feed *feed;	 /* during pump and stop */
	uint64_t held_since_ns;	 /* waiting at a record that is still being written */
	uint64_t second_at_ns;	 /* when the once-a-second things are due */
	uint64_t clock_at_ns;	 /* when the next CLOCK is due */
	int64_t clock_offset_ns; /* real - mono, as last told */
	uint64_t deadline_at_ns; /* 0 = none */
	bool is_over;
};

/* capture.c */
extern const struct source_ops capture_ops;
void clock_tell(struct capture *capture);
struct followed *followed_find(struct capture *capture,
			       uint32_t pid); /* NULL = not in view, or gone */

/* follow.c */
void follow_begin(struct followed *followed, uint32_t pid);
/* Looks for engines: makes followed->plan. -errno, said. */
int follow_plan(struct capture *capture, struct followed *followed);
/* Attaches followed->plan and lets it go. Number of new probes or -errno, said. */
int follow_attach(struct capture *capture, struct followed *followed);
void follow_open_gate(struct capture *capture, struct followed *followed);
/* All three, on a process that runs or is stopped; errors are not the run's end. */
void follow_look_again(struct capture *capture, struct followed *followed);
int follow_refuse_unknown(const struct followed *followed);
void follow_tell(struct capture *capture, struct followed *followed, uint32_t state,
		 uint32_t exit_code);
void follow_tell_threads(struct capture *capture, const struct followed *followed);
void follow_exec(struct capture *capture, struct followed *followed);
void follow_end(struct capture *capture, struct followed *followed);
void follow_fini(struct followed *followed);

/* threads' names */
void thread_tell(struct capture *capture, uint32_t pid, uint32_t tid);
/* Before a record of the ring is fed: does its thread need a THREAD first? */
void thread_note(struct capture *capture, const struct tt_head *record);
static inline uint64_t thread_key(uint32_t pid, uint32_t tid)
{
	return (uint64_t)pid << 32 | tid;
}

#endif
