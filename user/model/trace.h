/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nouns: process, thread, span, trace. Made by flow/, read by sinks.
 * All instants are CLOCK_MONOTONIC ns of the traced host's kernel; all durations are ns.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/ttsobs_event.h"
#include "model/engine.h"

enum span_status {
	STATUS_OK,
	STATUS_ERROR,	  /* the call's return code says so, or a probe of role error was hit */
	STATUS_CANCELLED, /* the engine was told to stop, or the item was taken off the queue */
	STATUS_ABANDONED, /* queued, and nobody took it for 30 s or until the process ended */
	STATUS_NO_END,	  /* the call was left by an exception, a longjmp, a thread's or process's end, or its LEAVE was lost */
};
/* As tts_request_errors_total counts: an end that we lost, or did not wait for, is no fault of the engine. */
static inline bool status_has_failed(enum span_status status, bool incomplete)
{
	if (status == STATUS_OK || status == STATUS_CANCELLED)
		return false;
	return status == STATUS_ERROR || !incomplete;
}

struct process {
	uint32_t pid;
	uint64_t start_at_ns; /* boot clock */
	uint32_t uid;
	bool is_gone;
	char comm[TT_COMM_BYTES + 1];
	char service[65];
	char exe[257];
	struct process *next; /* in order of first sight */
};

struct thread {
	uint32_t tid;
	char comm[TT_COMM_BYTES + 1]; /* raw bytes of the target: escape before printing */
};

#define SPAN_MAX_ATTRS 8
struct span_attr {
	const char *name; /* of the engine file */
	enum arg_type type;
	enum arg_unit unit;
	uint64_t value; /* sign-extended when the type is signed */
};

enum span_kind {
	SPAN_CALL, /* one probed call */
	SPAN_WORK, /* a work interval: from a dequeue to its end, on the worker */
	SPAN_MARK, /* from one mark to the next */
};

struct span {
	uint64_t id;	    /* never 0 */
	uint64_t parent_id; /* 0 = root */
	uint8_t trace_id[16]; /* all zero: an orphan stage, it belongs to no trace */
	const struct process *process;
	uint32_t tid;
	char comm[TT_COMM_BYTES + 1]; /* the thread's name when the span ended; raw bytes */
	const char *engine; /* label */
	const char *stage;
	const char *name; /* the probed symbol, or the probe's name; raw bytes */
	enum span_kind kind;
	enum role role;
	uint64_t start_at_ns;
	uint64_t wall_ns;
	bool has_split;	   /* false: enter-only, no storage, or torn: the four below are 0 and mean nothing */
	uint64_t oncpu_ns; /* the four add up to wall_ns exactly when has_split */
	uint64_t runq_ns;
	uint64_t blocked_ns;
	uint64_t preempted_ns;
	uint32_t voluntary_count;
	uint32_t involuntary_count;
	enum span_status status;
	bool incomplete;  /* records of its thread were lost while it was open */
	bool has_return;
	int64_t return_value;
	bool has_samples;
	uint64_t samples_count; /* audio: frames */
	bool has_text;
	bool text_cut;	      /* the text is longer than text_bytes */
	bool text_unreadable;
	uint32_t text_bytes;
	unsigned depth; /* 0 = root; of the parent chain */
	struct span_attr attrs[SPAN_MAX_ATTRS];
	unsigned attrs_count;
	const char *name_attr; /* the engine file's name of a captured short string that is not the stage; NULL = none */
	const char *name_value; /* its raw bytes */
};

struct trace {
	uint8_t id[16];
	uint64_t ordinal; /* 1, 2, 3, ... in order of opening */
	const struct process *process;
	const char *engine; /* label */
	uint64_t start_at_ns;
	uint64_t end_at_ns; /* the later of root end and work end */
	uint64_t duration_ns;
	enum span_status status;
	bool incomplete; /* touched by loss, or begun before we were attached (partial) */
	bool partial;	 /* no submit was seen: begins at the dequeue */
	bool empty;	 /* succeeded without a sample of audio although there was a text; known at its end */
	bool has_queue_wait;
	uint64_t queue_wait_ns; /* ENTER of the submit to the dequeue */
	bool has_first_audio;
	uint64_t first_audio_ns; /* from the root's start */
	uint64_t first_audio_from_dequeue_ns; /* from the dequeue, when has_queue_wait; else equal to first_audio_ns */
	bool has_audio; /* the engine reports audio and its rate is known */
	uint64_t audio_samples_count;
	uint64_t audio_chunks_count;
	uint32_t audio_rate_hz;
	uint64_t audio_ns;
	bool has_rtf;
	double rtf; /* synthesis time / audio time: below 1 is faster than real time; synthesis time = duration - queue wait */
	bool has_text;
	bool text_cut;
	bool text_unreadable;
	uint32_t text_bytes;
	const struct span *root; /* spans[0] by start; NULL never */
	const struct span *const *spans; /* by start, parents before children; includes the root */
	size_t spans_count;
	uint64_t spans_dropped_count; /* over the limit of spans per trace */
	const struct trace *next_open; /* view->open_traces, while it is open */
};

/* The span whose thread did the work: the work interval where there is one. Splits are its. */
static inline const struct span *trace_worker(const struct trace *trace)
{
	for (size_t i = 0; i < trace->spans_count; i++)
		if (trace->spans[i]->kind == SPAN_WORK)
			return trace->spans[i];
	return trace->root;
}

#endif
