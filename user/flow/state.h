/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flow remembers between records. Private to user/flow/.
 *
 * Ownership: a trace owns (in its arena) its spans and every string they point to; a thread owns its frames; a process
 * owns its threads' list entries and hand-over queues. A frame or a work interval holds its trace open, so a trace is
 * never freed under them.
 */
#ifndef FLOW_STATE_H
#define FLOW_STATE_H

#include "base/mem.h"
#include "base/table.h"
#include "flow/flow.h"
#include "model/limits.h"

#define FLOW_PROBES 65536 /* probe ids are 16 bits wide */

struct trace_state;
struct series_book;    /* series.h: what is sampled into view.store */
struct process_series; /* series.h: the rows of one process */
struct instance;       /* series.h: the row of one engine in one process */
struct judge;

/* A span that is not closed yet, and afterwards the span itself. */
struct open_span {
	struct span span;
	struct tt_sums start_sums;
	bool start_sums_valid;
	uint64_t ordinal; /* of opening: breaks ties of equal start */
	struct trace_state *trace; /* NULL: an orphan */
	bool is_loose; /* of no trace, or over its limit of spans: freed when closed */
	char name_copy[TT_NAME_BYTES + 1];
};

/* One probed call that has not returned. */
struct frame {
	struct probe *probe;
	uint64_t sp;
	uint64_t return_addr;
	bool on_altstack;
	bool ends_work;	  /* the work interval of the thread ends with this call */
	bool is_dequeue;  /* the work interval ends with this call when the engine has no other end */
	bool is_cancel;
	struct trace_state *trace; /* NULL: no request around it */
	struct open_span *span;	   /* NULL: nothing to print (limit, or no context) */
	struct item *item;	   /* the hand-over this call submits, while nobody took it */
};

struct thread_state {
	struct thread thread;
	struct process_state *process;
	struct frame *frames;
	size_t frames_count;
	size_t frames_capacity;
	struct trace_state *work_trace; /* the work interval: its trace, ... */
	struct open_span *work;		/* ... and its span */
	struct queue *work_queue;	/* where it was taken from */
	bool work_cancelled; /* a cancel call was entered while it ran */
	struct open_span *mark; /* the open mark of the thread's chain */
	struct trace_state *mark_trace;
	uint32_t seq;
	uint64_t lost_pending; /* records missing by sequence and not yet used to explain an unmatched LEAVE */
	uint64_t last_at_ns;
	struct tt_sums last_sums;
	bool last_sums_valid;
	struct thread_state *prev, *next; /* of the process, by first sight */
};

/* Something submitted that no worker has taken yet. */
struct item {
	struct trace_state *trace;
	uint64_t fingerprint;
	bool has_fingerprint;
	bool wants_fingerprint; /* the probe declares one; missing = unreadable */
	uint64_t key;
	uint64_t entered_at_ns;
	uint64_t left_at_ns; /* 0 while the submitting call is open */
	bool found_idle; /* nothing of ours waited and nobody worked when it came */
	struct queue *queue;
	struct thread_state *thread; /* that is inside the submitting call; NULL once it left */
	uint64_t span_id;    /* of the submitting call: the work interval's parent */
	unsigned depth;
	struct item *prev, *next;
};

/*
 * The hand-over of one engine in one object of a process (two copies of a library are two queues).
 * Texts may recur, and items may have been queued before we came: an equal text alone does not prove a link then. The queue
 * is in step once the worker was seen idle with nothing of ours waiting; before that, links by recurring texts are unsure.
 */
struct queue {
	const struct engine *engine;
	const char *object;
	struct table seen; /* fingerprints of what was submitted */
	bool has_recurrence;
	bool is_in_step;
	bool has_seen_end;     /* the last work taken from here ended, and nothing was taken since */
	unsigned idle_streak;  /* items in a row that found the worker idle and were taken next */
	uint64_t active_at_ns; /* last submit, dequeue, or audio */
	struct item *head, *tail;
	size_t count;
	uint64_t moved_at_ns; /* last dequeue */
	bool has_worker_probe; /* a dequeue is attached: somebody will take what is put here */
	struct queue *next;
};

struct rate {
	const struct engine *engine;
	uint32_t rate_hz;
	uint32_t channels;
	bool reports_audio; /* a probe of role audio is attached */
	bool reports_samples; /* ... that tells how much */
	uint64_t reports_since_ns;
	struct rate *next;
};

struct process_state {
	struct process process; /* stays until the run ends: spans and probes point to it */
	struct thread_state *threads, *threads_tail;
	struct queue *queues;
	struct rate *rates;
	unsigned top_priority; /* of the engines attached: only theirs are requests */
	bool has_execed; /* told in ring order; the names of the new image follow */
	uint64_t image_at_s; /* the first sampled second of an image that replaced another under this pid; 0 = none did */
	struct process_series *series; /* NULL: it has left, or over the limit of rows */
	struct process_state *next;
};

struct trace_state {
	struct trace trace;
	struct arena arena;
	struct process_state *process;
	const struct engine *engine;
	struct open_span *root;
	struct open_span **spans; /* malloc'd pointers, in order of opening */
	size_t spans_count;
	size_t spans_capacity;
	size_t open_count; /* open frames + untaken hand-overs + work intervals */
	bool has_work;
	enum span_status work_status;
	bool saw_error;
	bool saw_cancel;
	bool was_abandoned;
	bool was_cut; /* the run ended while it was open */
	bool is_unsure; /* incomplete because the link may be wrong, not because of loss */
	uint64_t audio_blocked_ns; /* time the engine waited inside audio calls: not synthesis */
	uint64_t dequeued_at_ns;
	struct trace_state *prev, *next; /* open traces by ordinal */
	struct instance *instance; /* NULL: over the limit of rows, or its process has left */
	struct trace_state *instance_prev, *instance_next; /* open traces of the instance, by ordinal */
};

struct flow {
	struct flow_options options;
	struct view view;
	struct tallies tallies;
	struct process_state *processes, *processes_tail;
	struct table process_by_pid;
	struct table thread_by_tid;
	size_t threads_count;
	struct trace_state *traces, *traces_tail;
	struct probe *probe_by_id[FLOW_PROBES];
	struct probe **probes; /* by appearance */
	size_t probes_count;
	size_t probes_capacity;
	struct arena arena; /* of the run: probes, labels, names */
	uint64_t span_ordinal;
	uint64_t trace_ordinal;
	uint64_t next_interval_at_ns;
	struct meter meter;
	struct meter interval;
	struct arena meter_arena;
	struct series_book *book;
	struct held *oldest_held, *newest_held; /* held.c */
	struct judge *judge; /* rules, alerts, silences; NULL before the first of them */
};

/* The end of a span: where its thread stood. */
struct instant {
	uint64_t at_ns;
	const struct tt_sums *sums; /* NULL = unknown */
};

/* decode.c: 0 if the record is whole and of a known shape, else -EINVAL. */
int decode_check(const struct tt_head *record, uint32_t size_bytes);

/* names.c: processes, threads, probes. */
struct process_state *names_process(struct flow *flow, uint32_t pid); /* made when unknown */
struct thread_state *names_thread(struct flow *flow, uint32_t pid, uint32_t tid); /* made; NULL over the limit */
struct thread_state *names_find_thread(struct flow *flow, uint32_t tid);
void names_forget_thread(struct flow *flow, struct thread_state *thread);
void names_feed_proc(struct flow *flow, const struct tt_proc *record);
void names_feed_probe(struct flow *flow, const struct tt_probe *record);
struct probe *names_probe(struct flow *flow, uint16_t id, uint32_t pid); /* a nameless stage when unknown */
struct queue *names_queue(struct process_state *process, const struct probe *probe);
struct rate *names_rate(struct process_state *process, const struct engine *engine);

/* frames.c: the call stacks. */
void frames_feed_enter(struct flow *flow, const struct tt_enter *record);
void frames_feed_leave(struct flow *flow, const struct tt_leave *record);
void frames_feed_exit(struct flow *flow, const struct tt_exit *record);
struct frame *frames_push(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct tt_enter *record);
struct instant frames_last_instant(const struct thread_state *thread);
void frames_drop_calls(struct flow *flow, struct thread_state *thread, const struct instant *end); /* as no_end */
void frames_close_all(struct flow *flow, struct thread_state *thread, const struct instant *end);
void frames_close_process(struct flow *flow, struct process_state *process);

/* roles.c: what a probed call means for the traces. */
void roles_enter(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct tt_enter *record);
/* `frame` is off the stack already; record NULL: the end never came. */
void roles_leave(struct flow *flow, struct thread_state *thread, const struct frame *frame, const struct tt_leave *record,
		 const struct instant *end);

/* spans.c */
struct open_span *spans_open(struct flow *flow, struct trace_state *trace, const struct open_span *parent,
			     struct thread_state *thread, struct probe *probe, const struct tt_enter *record);
void spans_take_leave(struct open_span *open, struct probe *probe, const struct tt_leave *record);
/* *closed is what the span was: the span itself may be gone then. */
void spans_close(struct flow *flow, struct open_span *open, const struct thread_state *thread, const struct instant *end,
		 struct span *closed);
enum span_status spans_status(const struct engine_probe *spec, uint64_t return_value, int64_t *shown);

/* traces.c */
struct trace_state *traces_open(struct flow *flow, struct process_state *process, struct probe *probe, uint64_t at_ns);
void traces_hold(struct trace_state *trace);
void traces_release(struct flow *flow, struct trace_state *trace); /* closes the trace at the last release */
void traces_work_begin(struct flow *flow, struct thread_state *thread, struct probe *probe, const struct tt_enter *record);
void traces_work_end(struct flow *flow, struct thread_state *thread, const struct instant *end, enum span_status status);
void traces_mark_end(struct flow *flow, struct thread_state *thread, const struct instant *end);
void traces_tick(struct flow *flow, uint64_t at_ns);
void traces_lost(struct flow *flow, struct process_state *process); /* NULL = of any process */

/* handover.c: what was submitted and not yet taken. */
struct item *handover_put(struct flow *flow, struct thread_state *thread, struct frame *frame, const struct tt_enter *record);
void handover_drop(struct flow *flow, struct item *item);
/* Takes the item out of the queue and gives it away: free() it. */
struct item *handover_take(struct flow *flow, struct queue *queue, const struct engine_probe *spec,
			   const struct tt_enter *record, bool *unsure);
void handover_cancel(struct flow *flow, struct queue *queue);
void handover_tick(struct flow *flow, struct process_state *process, uint64_t at_ns);
void handover_abandon(struct flow *flow, struct process_state *process);

/* meter.c */
void meter_span(struct flow *flow, const struct span *span);
void meter_trace(struct flow *flow, const struct trace *trace);
void meter_reset(struct meter *meter, uint64_t at_ns);
void meter_free(struct meter *meter);

/* series_*.c: what is sampled into view.store, each second of the axis. */
void series_new(struct flow *flow);
void series_free(struct flow *flow);
bool series_is_due(const struct flow *flow, int64_t *at_ms); /* the axis has passed the next whole second: *at_ms */
void series_tick(struct flow *flow);
uint64_t series_second(const struct flow *flow, uint64_t at_ns); /* the sampled second in which what ended then counts */
void series_process(struct flow *flow, struct process_state *process);	/* it came into view */
void series_process_left(struct flow *flow, struct process_state *process); /* it, or its image, is gone: its series end */
void series_probe(struct flow *flow, struct process_state *process, const struct probe *probe);
void series_open(struct flow *flow, struct trace_state *trace, const char *engine);
void series_close(struct trace_state *trace); /* whether it was told or not */
void series_span(struct flow *flow, const struct span *span);
void series_trace(struct flow *flow, struct trace_state *trace);
void series_gauge(struct flow *flow, const struct tt_gauge *record);
void series_lost(struct flow *flow, const struct process_state *process, uint32_t cause, uint64_t count);

/* exemplars.c: false = none. `labels`: of the sample; engine, service and pid choose where to look. */
bool exemplar_find(const struct flow *flow, const struct rule *rule, const struct labels *labels, uint8_t trace_id[16]);

/* held.c: closed traces for whoever looks back. The trace's spans must be the `span` of open_spans. */
void held_add(struct flow *flow, const struct trace *trace);
void held_tick(struct flow *flow);
void held_free(struct flow *flow);

/* judge.c: what the rules say. at_ms: the sampled second, on the axis. */
void judge_tick(struct flow *flow, int64_t at_ms);
/* Something is missing in the metrics from here on back; process NULL = it may be of any. cause: TT_LOST_* or JUDGE_LOST_*. */
#define JUDGE_LOST_INCOMPLETE 100 /* requests touched by loss, closed now: they are not in the distributions */
#define JUDGE_LOST_LIMIT 101	  /* requests or threads that a limit of ours let go */
void judge_lost(struct flow *flow, const struct process_state *process, uint32_t cause, uint64_t count);
void judge_lost_of(struct flow *flow, uint32_t pid, uint32_t cause, uint64_t count); /* 0 = of any process */
/* The process, or its image, is gone. wait_status is of the process. */
enum judge_leave { JUDGE_GONE, JUDGE_REUSED, JUDGE_EXEC };
void judge_process_left(struct flow *flow, const struct process_state *process, enum judge_leave how, uint32_t wait_status);
void judge_end(struct flow *flow, uint32_t end_reason);
void judge_free(struct flow *flow);

/* control.c: what people and files tell us. */
void control_feed(struct flow *flow, const struct tt_control *record);
void control_feed_rules(struct flow *flow, const struct tt_rules *record);
void control_feed_restore(struct flow *flow, const struct tt_restore *record);

/* A limit of ours dropped something. */
static inline void let_go(struct flow *flow, enum let_go kind)
{
	flow->tallies.let_go_count++;
	flow->tallies.let_go[kind]++;
}

/* flow.c: the moments of the sinks. */
void flow_say_alert(struct flow *flow, const struct alert *alert);
void flow_say_span(struct flow *flow, const struct span *span);
void flow_say_trace(struct flow *flow, const struct trace *trace);

#endif
