/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace that shows what an alert is about.
 * In: closed traces; at the asking, a rule and the labels of its sample. Out: a trace id.
 * The rule that surprises: which kind of trace is meant follows from the metric names in the rule's expression, by
 * one table; and where it is the slowest, a request that is still in flight and older than any that ended is meant.
 */
#include <string.h>

#include "flow/series.h"
#include "rules/expr.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The first row whose word is in the name; in this order. */
static const struct {
	const char *word;
	int kind;
} kinds[] = {
	{"_oldest", EXEMPLAR_OLDEST},
	{"in_flight", EXEMPLAR_OLDEST},
	{"queue_depth", EXEMPLAR_OLDEST},
	{"queue_wait", EXEMPLAR_SLOWEST},
	{"empty", EXEMPLAR_EMPTY},
	{"error", EXEMPLAR_FAILED},
	{"success", EXEMPLAR_FAILED},
	{"first_audio", EXEMPLAR_FIRST_AUDIO},
	{"realtime_factor", EXEMPLAR_REALTIME_FACTOR},
	{"runqueue", EXEMPLAR_RUNQUEUE},
	{"preempted", EXEMPLAR_RUNQUEUE},
	{"events_lost", EXEMPLAR_INCOMPLETE},
	{"incomplete", EXEMPLAR_INCOMPLETE},
	{"duration", EXEMPLAR_SLOWEST},
};

static void look_at(void *arg, const struct expr *selector)
{
	int *kind = arg;

	for (size_t i = 0; *kind < 0 && selector->metric && i < COUNT_OF(kinds); i++)
		if (strstr(selector->metric, kinds[i].word))
			*kind = kinds[i].kind;
}

static int kind_of(const struct rule *rule)
{
	int kind = -1;

	if (rule && rule->expr)
		expr_selectors(rule->expr, look_at, &kind);
	return kind < 0 ? EXEMPLAR_SLOWEST : kind;
}

static void note(struct instance *instance, enum exemplar kind, uint64_t worth, const struct trace *trace)
{
	struct exemplars *exemplars = &instance->exemplars;
	uint64_t slot = exemplars->minute % EXEMPLAR_MINUTES;

	if (exemplars->best[slot][kind].is_set && exemplars->best[slot][kind].worth > worth)
		return;
	exemplars->best[slot][kind].is_set = true;
	exemplars->best[slot][kind].worth = worth;
	memcpy(exemplars->best[slot][kind].trace_id, trace->id, sizeof(trace->id));
}

static void turn(struct exemplars *exemplars, uint64_t minute)
{
	if (minute <= exemplars->minute)
		return;
	if (minute - exemplars->minute >= EXEMPLAR_MINUTES)
		memset(exemplars->best, 0, sizeof(exemplars->best));
	else
		while (++exemplars->minute < minute)
			memset(exemplars->best[exemplars->minute % EXEMPLAR_MINUTES], 0, sizeof(exemplars->best[0]));
	exemplars->minute = minute;
	memset(exemplars->best[minute % EXEMPLAR_MINUTES], 0, sizeof(exemplars->best[0]));
}

void exemplars_note(struct instance *instance, uint64_t second, const struct trace *trace)
{
	const struct span *worker = trace_worker(trace);

	turn(&instance->exemplars, second / 60);
	if (status_has_failed(trace->status, trace->incomplete))
		note(instance, EXEMPLAR_FAILED, trace->end_at_ns, trace);
	if (trace->incomplete) {
		note(instance, EXEMPLAR_INCOMPLETE, trace->end_at_ns, trace);
		return;
	}
	if (trace->empty)
		note(instance, EXEMPLAR_EMPTY, trace->end_at_ns, trace);
	if (trace->has_first_audio)
		note(instance, EXEMPLAR_FIRST_AUDIO, trace->first_audio_ns, trace);
	if (worker->has_split && worker->wall_ns)
		note(instance, EXEMPLAR_RUNQUEUE,
		     (uint64_t)((double)(worker->runq_ns + worker->preempted_ns) / (double)worker->wall_ns * 1e6),
		     trace);
	if (trace->status != STATUS_OK)
		return;
	note(instance, EXEMPLAR_SLOWEST, trace->duration_ns, trace);
	if (trace->has_rtf && trace->rtf < 1e9)
		note(instance, EXEMPLAR_REALTIME_FACTOR, (uint64_t)(trace->rtf * 1e6), trace);
}

struct found {
	bool is_set;
	uint64_t worth;
	uint8_t trace_id[16];
};

static void take_best(struct found *found, uint64_t worth, const uint8_t trace_id[16])
{
	if (found->is_set && found->worth >= worth)
		return;
	found->is_set = true;
	found->worth = worth;
	memcpy(found->trace_id, trace_id, sizeof(found->trace_id));
}

/* `age`: 0 = this minute and the one before, which are one; else minutes ago. */
static void look_back(const struct instance *instance, uint64_t minute, uint64_t age, int kind, struct found *found)
{
	const struct exemplars *exemplars = &instance->exemplars;

	for (uint64_t back = age ? age + 1 : 0; back <= age + 1 && back <= minute; back++) {
		uint64_t at = minute - back;
		uint64_t slot = at % EXEMPLAR_MINUTES;

		if (at > exemplars->minute || exemplars->minute - at >= EXEMPLAR_MINUTES)
			continue;
		if (exemplars->best[slot][kind].is_set)
			take_best(found, exemplars->best[slot][kind].worth, exemplars->best[slot][kind].trace_id);
	}
}

static void look_at_oldest(const struct flow *flow, const struct instance *instance, struct found *found)
{
	const struct trace_state *oldest = instance->oldest_open;
	uint64_t now_ns = flow->view.now_ns;

	if (oldest)
		take_best(found, now_ns > oldest->trace.start_at_ns ? now_ns - oldest->trace.start_at_ns : 0,
			  oldest->trace.id);
}

static bool is_label(const struct labels *labels, const char *name, const char *value)
{
	const char *wanted = labels_find(labels, name);

	return !wanted || !strcmp(wanted, value);
}

static void look_everywhere(const struct flow *flow, const struct labels *labels, int kind, uint64_t age,
			    struct found *found)
{
	const struct series_book *book = flow->book;

	for (const struct process_series *process = book->processes; process; process = process->next) {
		if (!is_label(labels, "service", process->service) || !is_label(labels, "pid", process->pid))
			continue;
		for (const struct instance *instance = process->instances; instance; instance = instance->next) {
			if (!is_label(labels, "engine", instance->label))
				continue;
			if (kind == EXEMPLAR_OLDEST || (kind == EXEMPLAR_SLOWEST && !age))
				look_at_oldest(flow, instance, found);
			if (kind != EXEMPLAR_OLDEST)
				look_back(instance, book->second / 60, age, kind, found);
		}
	}
}

bool exemplar_find(const struct flow *flow, const struct rule *rule, const struct labels *labels,
		   uint8_t trace_id[16])
{
	int kind = kind_of(rule);
	struct found found = {.is_set = false};

	for (uint64_t age = 0; age < EXEMPLAR_MINUTES - 1 && !found.is_set; age++)
		look_everywhere(flow, labels, kind, age, &found);
	memcpy(trace_id, found.trace_id, sizeof(found.trace_id));
	return found.is_set;
}
