/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holes: instants at which something is missing in the metrics, per process.
 * In: losses as they are fed. Out: does a rule's window reach over one, and a sentence that says which.
 * The rule that surprises: a request that loss has touched makes a second hole when it closes, because it is
 * missing in the distributions from there on, however long ago the loss was.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/judge.h"

static const struct {
	uint32_t cause;
	const char *before; /* behind the count */
	const char *after;  /* behind the age */
} sentences[] = {
	{ TT_LOST_RING_ENTER, "enters lost", " (ring full)" },
	{ TT_LOST_RING_LEAVE, "leaves lost", " (ring full)" },
	{ TT_LOST_RING_OTHER, "thread records lost", " (ring full)" },
	{ TT_LOST_MISSED, "hits lost", " (dropped by the kernel)" },
	{ TT_LOST_MALFORMED, "records lost", " (malformed)" },
	{ TT_LOST_RECORDING, "bytes of the recording skipped", "" },
	{ JUDGE_LOST_INCOMPLETE, "requests touched by loss ended", "" },
	{ JUDGE_LOST_LIMIT, "requests or threads let go", " (limit)" },
};

static struct judge_holes *get_holes(struct judge *judge, const struct process_state *process)
{
	struct judge_holes *holes = table_find(&judge->holes_by_process, (uint64_t)(uintptr_t)process), **last;

	if (holes)
		return holes;
	holes = mem_new(sizeof(*holes));
	holes->process = process;
	for (last = &judge->holes; *last; last = &(*last)->next)
		;
	*last = holes;
	table_put(&judge->holes_by_process, (uint64_t)(uintptr_t)process, holes);
	return holes;
}

static void add_count(struct judge_mark *mark, uint64_t count)
{
	mark->count = mark->count + count < count ? UINT64_MAX : mark->count + count;
}

/* What matters is how near the last loss is, and how many there were in all. */
static void melt_oldest(struct judge_holes *holes)
{
	struct judge_mark *marks = holes->marks;

	for (unsigned i = 1; i < holes->marks_count; i++)
		if (marks[i].cause == marks[0].cause) {
			add_count(&marks[i], marks[0].count);
			break;
		}
	memmove(marks, marks + 1, (JUDGE_MARKS - 1) * sizeof(*marks));
	holes->marks_count--;
}

static void add_mark(struct judge_holes *holes, uint32_t cause, uint64_t count)
{
	struct judge_mark *marks = holes->marks;

	for (unsigned i = holes->marks_count; i-- > 0 && marks[i].at_ms == JUDGE_SOON;)
		if (marks[i].cause == cause) {
			add_count(&marks[i], count);
			return;
		}
	if (holes->marks_count == JUDGE_MARKS)
		melt_oldest(holes);
	marks[holes->marks_count++] = (struct judge_mark){ JUDGE_SOON, cause, count };
}

void judge_lost(struct flow *flow, const struct process_state *process, uint32_t cause, uint64_t count)
{
	struct judge *judge = judge_get(flow);

	if (judge && count)
		add_mark(get_holes(judge, process), cause, count);
}

/* Its last losses may be told after its end. A pid that was never in view may be anybody's. */
void judge_lost_of(struct flow *flow, uint32_t pid, uint32_t cause, uint64_t count)
{
	const struct process_state *found = pid ? table_find(&flow->process_by_pid, pid) : NULL;

	for (const struct process_state *process = flow->processes; pid && !found && process; process = process->next)
		if (process->process.pid == pid)
			found = process;
	judge_lost(flow, found, cause, count);
}

/* As long as samples are held: no window sees more. */
static int64_t held_ms(const struct flow *flow)
{
	uint64_t age_ns = flow->options.metrics.age_ns;

	return (int64_t)((age_ns > RETENTION_NS ? age_ns : RETENTION_NS) / 1000000);
}

void judge_date_holes(struct judge *judge)
{
	uint64_t let_go =
		judge->flow->tallies.let_go[LET_GO_OPEN_TRACES] + judge->flow->tallies.let_go[LET_GO_THREADS];
	int64_t oldest_ms = judge->at_ms - held_ms(judge->flow);
	struct judge_holes *holes, **at = &judge->holes;

	if (let_go != judge->let_go_before)
		judge_lost(judge->flow, NULL, JUDGE_LOST_LIMIT, let_go - judge->let_go_before);
	judge->let_go_before = let_go;
	while ((holes = *at)) {
		for (unsigned i = holes->marks_count; i-- > 0 && holes->marks[i].at_ms == JUDGE_SOON;)
			holes->marks[i].at_ms = judge->at_ms;
		if (holes->marks[holes->marks_count - 1].at_ms >= oldest_ms) {
			at = &holes->next;
			continue;
		}
		*at = holes->next;
		table_remove(&judge->holes_by_process, (uint64_t)(uintptr_t)holes->process);
		free(holes);
	}
}

void judge_free_holes(struct judge *judge)
{
	struct judge_holes *next;

	for (struct judge_holes *holes = judge->holes; holes; holes = next) {
		next = holes->next;
		free(holes);
	}
	table_fini(&judge->holes_by_process);
}

static bool text_fits(const struct matcher *matcher, const char *raw)
{
	struct buf scratch = { 0 };
	bool fits = matcher_matches(matcher, judge_label_text(&scratch, raw));

	buf_fini(&scratch);
	return fits;
}

/* A process of whose engines nothing is known yet may run any. */
static bool engine_fits(const struct flow *flow, const struct matcher *matcher, const struct process_state *process)
{
	bool is_known = false;

	for (size_t i = 0; i < flow->probes_count; i++) {
		if (flow->probes[i]->process != &process->process)
			continue;
		if (text_fits(matcher, flow->probes[i]->label))
			return true;
		is_known = true;
	}
	return !is_known;
}

/* Can what the selector reads be of that process? */
static bool selector_concerns(const struct flow *flow, const struct expr *selector,
			      const struct process_state *process)
{
	char pid[12];

	snprintf(pid, sizeof(pid), "%" PRIu32, process->process.pid);
	for (size_t i = 0; i < selector->matchers_count; i++) {
		const struct matcher *matcher = &selector->matchers[i];
		bool fits = true;

		if (!strcmp(matcher->name, "pid"))
			fits = matcher_matches(matcher, pid);
		else if (!strcmp(matcher->name, "service"))
			fits = text_fits(matcher, process->process.service);
		else if (!strcmp(matcher->name, "engine"))
			fits = engine_fits(flow, matcher, process);
		if (!fits)
			return false;
	}
	return true;
}

static bool rule_concerns(const struct flow *flow, const struct judge_rule *rule, const struct process_state *process)
{
	if (rule->concerns_all)
		return true;
	for (unsigned i = 0; i < rule->selectors_count; i++)
		if (selector_concerns(flow, rule->selectors[i], process))
			return true;
	return false;
}

/* 90 s, 1 m, 2 h: whole where it is whole. */
static void say_ms(char text[24], int64_t ms)
{
	int64_t s = ms / 1000;

	if (s && s % 3600 == 0)
		snprintf(text, 24, "%" PRId64 " h", s / 3600);
	else if (s && (s % 60 == 0 || s >= 600))
		snprintf(text, 24, "%" PRId64 " m", s / 60);
	else
		snprintf(text, 24, "%" PRId64 " s", s);
}

static void say_hole(char reason[160], const struct judge_holes *holes, const struct judge_mark *newest,
		     int64_t from_ms, int64_t at_ms, int64_t reach_ms, bool is_about_all)
{
	const char *before = "records lost", *after = "";
	char age[24], window[24], whose[24] = "";
	uint64_t count = 0;

	for (unsigned i = 0; i < holes->marks_count; i++)
		if (holes->marks[i].cause == newest->cause && holes->marks[i].at_ms > from_ms)
			count += holes->marks[i].count;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].cause == newest->cause) {
			before = sentences[i].before;
			after = sentences[i].after;
		}
	say_ms(age, at_ms - newest->at_ms);
	say_ms(window, reach_ms);
	if (is_about_all && holes->process)
		snprintf(whose, sizeof(whose), ", process %" PRIu32, holes->process->process.pid);
	snprintf(reason, 160, "%" PRIu64 " %s %s%s%s, window %s%s", count, before,
		 at_ms - newest->at_ms < 1000 ? "just now" : age, at_ms - newest->at_ms < 1000 ? "" : " ago", after,
		 window, whose);
}

static bool is_worse(const struct judge_mark *mark, const struct judge_mark *than)
{
	bool is_loss = mark->cause != JUDGE_LOST_INCOMPLETE; /* the cause says more than what came of it */

	if (!than || is_loss != (than->cause != JUDGE_LOST_INCOMPLETE))
		return !than || is_loss;
	return mark->at_ms > than->at_ms;
}

bool judge_is_touched(struct judge *judge, struct judge_rule *rule, const struct labels *labels, int64_t at_ms,
		      char reason[160])
{
	const struct judge_holes *worst_holes = NULL;
	const struct judge_mark *worst = NULL;
	int64_t from_ms = at_ms - rule->reach_ms - JUDGE_SAMPLE_SLACK_MS;

	if (!judge->holes || judge_rule_is_blind(judge, rule))
		return false;
	for (const struct judge_holes *holes = judge->holes; holes; holes = holes->next) {
		if (holes->marks[holes->marks_count - 1].at_ms <= from_ms)
			continue;
		if (holes->process && !rule_concerns(judge->flow, rule, holes->process))
			continue;
		if (holes->process && labels && !judge_concerns(judge->flow, labels, holes->process))
			continue;
		for (unsigned i = holes->marks_count; i-- > 0 && holes->marks[i].at_ms > from_ms;)
			if (is_worse(&holes->marks[i], worst)) {
				worst_holes = holes;
				worst = &holes->marks[i];
			}
	}
	if (worst)
		say_hole(reason, worst_holes, worst, from_ms, at_ms, rule->reach_ms, !labels);
	return worst;
}

bool judge_is_unknown(struct judge *judge, const struct judge_alert *alert, int64_t at_ms, char reason[160])
{
	char age[24], window[24];

	if (!alert->rule)
		return alert->alert.is_unknown;
	if (judge_is_touched(judge, alert->rule, alert->alert.labels, at_ms, reason))
		return true;
	if (!alert->is_restored || at_ms - alert->rule->reach_ms >= judge->began_at_ms)
		return false;
	say_ms(age, at_ms - judge->began_at_ms);
	say_ms(window, alert->rule->reach_ms);
	snprintf(reason, 160, "it fired in a former run, this one began %s ago, window %s", age, window);
	return true;
}
