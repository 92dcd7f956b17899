// SPDX-License-Identifier: Apache-2.0
/*
 * In: the spans of a trace. Out: the sentence an operator wants at night.
 * The rule that surprises: a stage is judged by the time that its children on the same thread did not have, so the
 * outermost call is not to blame for what it called; and splits are never added across threads.
 */
#include "sink/tui/trace_verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/table.h"
#include "base/units.h"
#include "sink/tui/trace_bars.h"
#include "sink/tui/trace_facts.h"
#include "sink/words.h"

#define SLOW	   1.5 /* times the median */
#define SAME_SPEED 1.3
#define STAGES_MAX 64
#define WORTH_PERCENT 20 /* that a second share must have to be told */

enum part { PART_ONCPU, PART_RUNQ, PART_BLOCKED, PART_PREEMPTED, PARTS };

/* All spans of one stage on one side: the worker's thread, or others. */
struct stage_sum {
	const char *stage;
	uint64_t wall_ns; /* children included */
	uint64_t self_ns;
	uint64_t part_ns[PARTS]; /* of self_ns */
	uint64_t spans_count;
	const struct span *longest;
};

struct stage_sums {
	struct stage_sum items[STAGES_MAX];
	size_t count;
};

/* The pieces of a duration that have a name. */
enum share { SHARE_ONCPU, SHARE_STARVED, SHARE_BLOCKED, SHARE_UNSPLIT, SHARE_QUEUED, SHARE_OUTSIDE, SHARES };

struct judging {
	const struct trace *trace;
	enum trace_outcome outcome;
	const struct trace_usual *usual;
	size_t ahead_count;
	const struct span *worker;
	struct stage_sums own;	  /* on the worker's thread */
	struct stage_sums others; /* on other threads */
	double times;		  /* the usual duration; NAN */
	struct buf text;
	const struct span *span;
};

/* --- sums per stage --------------------------------------------------------------------------------------- */

static struct stage_sum *sum_find(struct stage_sums *sums, const char *stage)
{
	for (size_t i = 0; i < sums->count; i++)
		if (sums->items[i].stage == stage || !strcmp(sums->items[i].stage, stage))
			return &sums->items[i];
	if (sums->count == STAGES_MAX)
		return NULL;
	sums->items[sums->count] = (struct stage_sum){ .stage = stage };
	return &sums->items[sums->count++];
}

static void take_away(uint64_t *from, uint64_t what)
{
	*from -= what < *from ? what : *from;
}

struct self {
	uint64_t wall_ns;
	uint64_t part_ns[PARTS];
};

static struct self self_of(const struct span *span)
{
	return (struct self){ span->wall_ns,
			      { span->oncpu_ns, span->runq_ns, span->blocked_ns, span->preempted_ns } };
}

/* What each span had without its children on the same thread. */
static struct self *selves_of(const struct trace *trace)
{
	struct self *selves = mem_array(trace->spans_count + 1, sizeof(*selves));
	struct table by_id = { .slots = NULL };

	for (size_t i = 0; i < trace->spans_count; i++) {
		const struct span *span = trace->spans[i];
		uintptr_t parent = (uintptr_t)table_find(&by_id, span->parent_id);

		selves[i] = self_of(span);
		if (parent && trace->spans[parent - 1]->tid == span->tid) {
			struct self *of = &selves[parent - 1];

			take_away(&of->wall_ns, span->wall_ns);
			for (unsigned part = 0; part < PARTS; part++)
				take_away(&of->part_ns[part], selves[i].part_ns[part]);
		}
		table_put(&by_id, span->id, (void *)(uintptr_t)(i + 1));
	}
	table_fini(&by_id);
	return selves;
}

static void sum_stages(struct judging *judging)
{
	const struct trace *trace = judging->trace;
	struct self *selves = selves_of(trace);

	for (size_t i = 0; i < trace->spans_count; i++) {
		const struct span *span = trace->spans[i];
		bool is_own = span->tid == judging->worker->tid;
		struct stage_sum *sum = sum_find(is_own ? &judging->own : &judging->others, bars_stage(span));

		if (!sum)
			continue;
		sum->wall_ns += span->wall_ns;
		sum->self_ns += selves[i].wall_ns;
		for (unsigned part = 0; part < PARTS; part++)
			sum->part_ns[part] += selves[i].part_ns[part];
		sum->spans_count++;
		if (!sum->longest || span->wall_ns > sum->longest->wall_ns)
			sum->longest = span;
	}
	free(selves);
}

static uint64_t sum_parts(const struct stage_sum *sum, unsigned parts)
{
	uint64_t total_ns = 0;

	for (unsigned part = 0; part < PARTS; part++)
		total_ns += parts >> part & 1 ? sum->part_ns[part] : 0;
	return total_ns;
}

/* The stage that has the most of these parts (a bit each; 0 = of all its time). NULL: none has any. */
static const struct stage_sum *sum_most(const struct stage_sums *sums, unsigned parts)
{
	const struct stage_sum *most = NULL;
	uint64_t most_ns = 0;

	for (size_t i = 0; i < sums->count; i++) {
		uint64_t ns = parts ? sum_parts(&sums->items[i], parts) : sums->items[i].self_ns;

		if (ns > most_ns) {
			most = &sums->items[i];
			most_ns = ns;
		}
	}
	return most;
}

/* --- words ------------------------------------------------------------------------------------------------ */

static unsigned percent_of(uint64_t part_ns, uint64_t whole_ns)
{
	if (!whole_ns)
		return 0;
	return (unsigned)(((unsigned __int128)part_ns * 100 + whole_ns / 2) / whole_ns);
}

static struct units_text seconds_text(double seconds)
{
	return words_short_ns(seconds > 0 ? (uint64_t)(seconds * 1e9 + 0.5) : 0);
}

/* " in X (4.20 s, usually 300 ms)" */
static void say_where(struct judging *judging, const struct stage_sum *sum)
{
	double usual_s, each_s;

	if (!sum)
		return;
	judging->span = sum->longest;
	usual_s = trace_usual_stage_s(judging->usual, sum->stage);
	each_s = (double)sum->wall_ns / 1e9 / (double)sum->spans_count;
	buf_format(&judging->text, " in %s", sum->stage);
	if (!isnan(usual_s) && each_s >= SLOW * usual_s)
		buf_format(&judging->text, " (%s%s, usually %s)", seconds_text(each_s).text,
			   sum->spans_count > 1 ? " a call" : "", seconds_text(usual_s).text);
}

/* NAN: nobody knows. */
static double usual_share_s(const struct trace_usual *usual, enum share share)
{
	switch (share) {
	case SHARE_ONCPU:
		return usual->oncpu_s;
	case SHARE_STARVED:
		return usual->runq_s + usual->preempted_s;
	case SHARE_BLOCKED:
		return usual->blocked_s;
	case SHARE_QUEUED:
		return usual->queue_wait_s;
	default:
		return NAN;
	}
}

static void say_usually(struct judging *judging, enum share share)
{
	double usual_s = usual_share_s(judging->usual, share);

	if (!isnan(usual_s))
		buf_format(&judging->text, ", usually %s", seconds_text(usual_s).text);
}

static void say_queue(struct judging *judging)
{
	const struct trace *trace = judging->trace;

	buf_format(&judging->text, "waited %s in the queue (%u %%)", words_short_ns(trace->queue_wait_ns).text,
		   percent_of(trace->queue_wait_ns, trace->duration_ns));
	if (judging->ahead_count)
		buf_format(&judging->text, " behind %zu other%s", judging->ahead_count,
			   judging->ahead_count == 1 ? "" : "s");
	say_usually(judging, SHARE_QUEUED);
	judging->span = judging->worker;
}

static void say_starved(struct judging *judging)
{
	const struct span *worker = judging->worker;
	uint64_t starved_ns = worker->runq_ns + worker->preempted_ns;

	buf_format(&judging->text, "%u %% waiting for a CPU, the box starves the engine (",
		   percent_of(starved_ns, judging->trace->duration_ns));
	if (worker->runq_ns)
		buf_format(&judging->text, "run queue %s", words_short_ns(worker->runq_ns).text);
	if (worker->preempted_ns)
		buf_format(&judging->text, "%spre-empted %s", worker->runq_ns ? ", " : "",
			   words_short_ns(worker->preempted_ns).text);
	say_usually(judging, SHARE_STARVED);
	buf_text(&judging->text, ")");
	say_where(judging, sum_most(&judging->own, 1u << PART_RUNQ | 1u << PART_PREEMPTED));
}

static void say_blocked(struct judging *judging)
{
	const struct span *worker = judging->worker;
	const struct stage_sum *most = sum_most(&judging->own, 1u << PART_BLOCKED);
	const struct stage_sum *other = sum_most(&judging->others, 0);

	buf_format(&judging->text, "%u %% blocked, it waits for ",
		   percent_of(worker->blocked_ns, judging->trace->duration_ns));
	if (most && most->longest->role == ROLE_AUDIO)
		buf_text(&judging->text, "the sound device or whoever takes the audio");
	else if (other && other->self_ns >= worker->blocked_ns / 2)
		buf_format(&judging->text, "%s on thread %.*s/%u", other->stage, (int)sizeof(other->longest->comm),
			   other->longest->comm, other->longest->tid);
	else
		buf_text(&judging->text, "a lock, a file or another thread");
	buf_format(&judging->text, " (%s", words_short_ns(worker->blocked_ns).text);
	say_usually(judging, SHARE_BLOCKED);
	buf_text(&judging->text, ")");
	say_where(judging, most);
}

static void say_oncpu(struct judging *judging)
{
	const struct stage_sum *most = sum_most(&judging->own, 1u << PART_ONCPU);
	uint64_t oncpu_ns = most ? most->part_ns[PART_ONCPU] : judging->worker->oncpu_ns;

	buf_format(&judging->text, "%u %% on CPU", percent_of(oncpu_ns, judging->trace->duration_ns));
	say_where(judging, most);
}

static void say_unsplit(struct judging *judging)
{
	const struct stage_sum *most = sum_most(&judging->own, 0);

	buf_format(&judging->text, "%u %%", percent_of(most ? most->self_ns : judging->worker->wall_ns,
						       judging->trace->duration_ns));
	say_where(judging, most);
	buf_text(&judging->text, "; how it was spent (CPU, run queue, blocked) is not known");
}

static enum share share_out(const struct judging *judging, uint64_t shares_ns[SHARES])
{
	const struct trace *trace = judging->trace;
	const struct span *worker = judging->worker;
	enum share most = SHARE_ONCPU;

	memset(shares_ns, 0, SHARES * sizeof(*shares_ns));
	shares_ns[SHARE_QUEUED] = trace->has_queue_wait ? trace->queue_wait_ns : 0;
	shares_ns[SHARE_OUTSIDE] = trace->duration_ns;
	take_away(&shares_ns[SHARE_OUTSIDE], shares_ns[SHARE_QUEUED]);
	take_away(&shares_ns[SHARE_OUTSIDE], worker->wall_ns);
	if (worker->has_split) {
		shares_ns[SHARE_ONCPU] = worker->oncpu_ns;
		shares_ns[SHARE_STARVED] = worker->runq_ns + worker->preempted_ns;
		shares_ns[SHARE_BLOCKED] = worker->blocked_ns;
	} else {
		shares_ns[SHARE_UNSPLIT] = worker->wall_ns;
	}
	for (enum share share = SHARE_ONCPU; share < SHARES; share++)
		if (shares_ns[share] > shares_ns[most])
			most = share;
	return most;
}

/* A slow one is not slow by what takes long always, but by what took longer than usual. */
static enum share most_excessive(const struct judging *judging, const uint64_t shares_ns[SHARES], enum share most)
{
	double most_s = 0;

	if (isnan(judging->times) || judging->times < SLOW || isnan(usual_share_s(judging->usual, most)))
		return most;
	for (enum share share = SHARE_ONCPU; share < SHARES; share++) {
		double excess_s = (double)shares_ns[share] / 1e9 - usual_share_s(judging->usual, share);

		if (excess_s > most_s) {
			most_s = excess_s;
			most = share;
		}
	}
	return most;
}

/* Where the time went: the greatest share with what is known of it, and the second if it counts. */
static void say_time(struct judging *judging)
{
	static const char *const names[SHARES] = { "on CPU", "waiting for a CPU", "blocked", "not split", "queued",
						   "outside of what is traced" };
	uint64_t shares_ns[SHARES], whole_ns = judging->trace->duration_ns;
	enum share most = share_out(judging, shares_ns), second;

	most = second = most_excessive(judging, shares_ns, most);
	switch (most) {
	case SHARE_STARVED:
		say_starved(judging);
		break;
	case SHARE_BLOCKED:
		say_blocked(judging);
		break;
	case SHARE_UNSPLIT:
		say_unsplit(judging);
		break;
	case SHARE_QUEUED:
		say_queue(judging);
		break;
	case SHARE_OUTSIDE:
		buf_format(&judging->text, "%u %% (%s) is outside of every call that is traced",
			   percent_of(shares_ns[most], whole_ns), words_short_ns(shares_ns[most]).text);
		break;
	default:
		say_oncpu(judging);
	}
	for (enum share share = SHARE_ONCPU; share < SHARES; share++)
		if (share != most && (second == most || shares_ns[share] > shares_ns[second]))
			second = share;
	if (percent_of(shares_ns[second], whole_ns) >= WORTH_PERCENT)
		buf_format(&judging->text, "; %u %% %s", percent_of(shares_ns[second], whole_ns), names[second]);
}

/* --- the sentence ----------------------------------------------------------------------------------------- */

/* The innermost span that has that status. */
static const struct span *guilty(const struct trace *trace, enum span_status status)
{
	const struct span *deepest = NULL;

	for (size_t i = 0; i < trace->spans_count; i++)
		if (trace->spans[i]->status == status && (!deepest || trace->spans[i]->depth >= deepest->depth))
			deepest = trace->spans[i];
	return deepest;
}

static void say_trouble(struct judging *judging)
{
	const struct trace *trace = judging->trace;
	const struct span *span = guilty(trace, trace->status);

	switch (judging->outcome) {
	case OUTCOME_ERROR:
		buf_text(&judging->text, "failed");
		if (span)
			buf_format(&judging->text, " in %s", bars_stage(span));
		else
			buf_text(&judging->text, ": the engine called its error function");
		if (span && span->has_return)
			buf_format(&judging->text, " (returned %" PRId64 ")", span->return_value);
		break;
	case OUTCOME_CANCELLED:
		buf_format(&judging->text, "cancelled after %s", words_short_ns(trace->duration_ns).text);
		break;
	case OUTCOME_ABANDONED:
		buf_text(&judging->text, "abandoned: queued, and no worker ever took it");
		break;
	case OUTCOME_NO_END:
		buf_format(&judging->text, "%s never ended: an exception, a longjmp, the end of its thread, or lost",
			   span ? bars_stage(span) : "a call");
		break;
	case OUTCOME_EMPTY:
		buf_text(&judging->text, "succeeded without a sample of audio, although there was a text");
		break;
	default:
		return;
	}
	judging->span = span;
}

static void say_lead(struct judging *judging)
{
	double usual_s = judging->usual->duration_s;

	if (isnan(judging->times))
		return;
	if (judging->times >= SLOW)
		buf_format(&judging->text, "slow, x%.*f the usual %s: ", judging->times < 99.5 ? 1 : 0, judging->times,
			   seconds_text(usual_s).text);
	else
		buf_format(&judging->text, "%s %s: ",
			   judging->times > 1 / SLOW ? "near the usual" : "quicker than the usual",
			   seconds_text(usual_s).text);
}

/* Slow, because there was more to say. */
static bool is_long(const struct judging *judging)
{
	const struct trace *trace = judging->trace;

	return judging->times >= SLOW && trace->has_rtf && !isnan(judging->usual->rtf) &&
	       trace->rtf <= SAME_SPEED * judging->usual->rtf &&
	       (!trace->has_queue_wait || trace->queue_wait_ns < trace->duration_ns / 3);
}

static void say_end(struct judging *judging)
{
	if (judging->trace->partial)
		buf_text(&judging->text, "; it began before we were attached");
	else if (judging->trace->incomplete)
		buf_text(&judging->text, "; events were lost while it ran, so all of this is a lower bound");
}

struct verdict verdict_of(const struct trace *trace, enum trace_outcome outcome, const struct trace_usual *usual,
			  size_t ahead_count)
{
	struct judging judging = { .trace = trace, .outcome = outcome, .usual = usual, .ahead_count = ahead_count };
	bool is_troubled = outcome > OUTCOME_INCOMPLETE;
	enum style style = STYLE_TEXT;

	judging.worker = trace_worker(trace);
	judging.times = (double)trace->duration_ns / 1e9 / usual->duration_s;
	if (!isfinite(judging.times))
		judging.times = NAN;
	if (!judging.worker)
		return (struct verdict){ .text = mem_string(""), .style = STYLE_DIM };
	sum_stages(&judging);
	if (is_troubled) {
		say_trouble(&judging);
		style = facts_style(outcome);
	} else {
		say_lead(&judging);
		if (judging.times >= SLOW)
			style = STYLE_WARNING;
		if (is_long(&judging))
			buf_format(&judging.text, "a long one, %s of audio at the usual speed (rtf %s); ",
				   words_short_ns(trace->audio_ns).text, units_ratio(trace->rtf).text);
	}
	if (outcome != OUTCOME_ABANDONED) {
		const struct span *span = judging.span;

		buf_text(&judging.text, is_troubled ? "; " : "");
		say_time(&judging);
		if (span)
			judging.span = span;
	}
	say_end(&judging);
	return (struct verdict){ .text = judging.text.bytes, .style = style, .span = judging.span };
}

void verdict_fini(struct verdict *verdict)
{
	free(verdict->text);
	verdict->text = NULL;
}
