/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which processes an alert speaks of, by its labels pid, service and engine, and what becomes of it when they
 * are gone.
 * The rule that surprises: such an alert never resolves, it ends; and because windows still hold what the
 * process did, its condition may go on holding: then it is muted until the condition was false once, or, when a
 * new image runs under that pid, until the window holds nothing of the old one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "flow/judge.h"
#include "rules/labels.h"

const char *judge_label_text(struct buf *scratch, const char *raw)
{
	const char *at = raw;

	while (*at >= ' ' && *at <= '~')
		at++;
	if (!*at)
		return raw;
	buf_reset(scratch);
	text_clean(scratch, raw, strlen(raw), false);
	return scratch->bytes;
}

static bool is_label_of(const char *value, const char *raw)
{
	struct buf scratch = { 0 };
	bool is_it = !strcmp(value, judge_label_text(&scratch, raw));

	buf_fini(&scratch);
	return is_it;
}

static bool has_engine(const struct flow *flow, const struct process_state *process, const char *engine)
{
	for (size_t i = 0; i < flow->probes_count; i++)
		if (flow->probes[i]->process == &process->process && is_label_of(engine, flow->probes[i]->label))
			return true;
	return false;
}

/* 0 = it is no number as we write them. */
static uint32_t parse_pid(const char *text)
{
	uint64_t pid = 0;

	if (*text < '1' || *text > '9')
		return 0;
	for (; *text >= '0' && *text <= '9'; text++) {
		pid = pid * 10 + (uint64_t)(*text - '0');
		if (pid > UINT32_MAX)
			return 0;
	}
	return *text ? 0 : (uint32_t)pid;
}

bool judge_concerns(const struct flow *flow, const struct labels *labels, const struct process_state *process)
{
	const char *pid = labels_find(labels, "pid"), *service, *engine;

	if (pid) /* it decides alone: the other two may have changed since */
		return process->process.pid && parse_pid(pid) == process->process.pid;
	service = labels_find(labels, "service");
	engine = labels_find(labels, "engine");
	if (service && !is_label_of(service, process->process.service))
		return false;
	return !engine || has_engine(flow, process, engine);
}

/* Between an exec and the news of what runs now, the old image is gone, and the series are still its. */
static bool is_live(const struct process_state *process)
{
	return !process->process.is_gone && !process->has_execed;
}

static bool is_live_since(const struct process_state *process, int64_t since_ms)
{
	return is_live(process) && (int64_t)process->image_at_s * 1000 <= since_ms;
}

bool judge_is_live(const struct flow *flow, const struct labels *labels, int64_t since_ms)
{
	const char *pid = labels_find(labels, "pid");
	const struct process_state *process;

	if (pid) {
		process = parse_pid(pid) ? table_find(&flow->process_by_pid, parse_pid(pid)) : NULL;
		return process && is_live_since(process, since_ms);
	}
	for (process = flow->processes; process; process = process->next)
		if (is_live_since(process, since_ms) && judge_concerns(flow, labels, process))
			return true;
	return false;
}

int64_t judge_window_begin_ms(const struct judge *judge, const struct judge_rule *rule)
{
	return judge->at_ms - (rule ? rule->reach_ms : JUDGE_LEAST_REACH_MS);
}

struct judge_meant judge_meant(const struct flow *flow, const struct labels *labels,
			       const struct process_state *without)
{
	struct judge_meant meant = { .is_some = labels_find(labels, "pid") || labels_find(labels, "service") ||
						labels_find(labels, "engine") };

	for (const struct process_state *process = flow->processes; process && meant.is_some;
	     process = process->next) {
		if (!judge_concerns(flow, labels, process))
			continue;
		meant.seen_count++;
		meant.live_count += is_live(process) && process != without;
	}
	return meant;
}

void judge_process_left(struct flow *flow, const struct process_state *process, enum judge_leave how,
			uint32_t wait_status)
{
	struct judge *judge = judge_get(flow);

	if (!judge)
		return;
	mem_grow(&judge->left, &judge->left_capacity, judge->left_count + 1, sizeof(*judge->left));
	judge->left[judge->left_count++] = (struct judge_left){ process, how, wait_status };
}

static void say_left(struct judge *judge, const struct judge_left *left, char reason[160])
{
	const struct process *process = &left->process->process;
	int status = (int)left->wait_status;
	struct buf *comm = &judge->scratch;
	int length;

	buf_reset(comm);
	text_clean(comm, process->comm, strlen(process->comm), true);
	length = snprintf(reason, 160, "process %" PRIu32 " (%s) %s", process->pid, comm->length ? comm->bytes : "?",
			  left->how == JUDGE_EXEC ? "runs a new image" : "is gone");
	if (left->how != JUDGE_GONE || length >= 160)
		return;
	if (WIFSIGNALED(status))
		snprintf(reason + length, (size_t)(160 - length), ", killed by signal %d", WTERMSIG(status));
	else
		snprintf(reason + length, (size_t)(160 - length), ", exit status %d", WEXITSTATUS(status));
}

/* Is everything gone that these labels can mean, now that this process has left? */
static bool is_last(const struct flow *flow, const struct labels *labels, const struct judge_left *left)
{
	struct judge_meant meant;

	if (!judge_concerns(flow, labels, left->process))
		return false;
	if (labels_find(labels, "pid")) /* who has that number now is somebody else */
		return true;
	meant = judge_meant(flow, labels, left->process);
	return meant.is_some && !meant.live_count;
}

/*
 * A new image or process may fail anew under the same labels: that is a new alert, from the begin; but what the window
 * still holds of the old one is no failure of the new one, and its going no recovery.
 */
static struct judge_alert *mark_of(struct judge *judge, const struct judge_alert *alert)
{
	int64_t from_ms = judge_window_begin_ms(judge, alert->rule);

	return judge_is_live(judge->flow, alert->alert.labels, from_ms) ? NULL : &judge->muted_gone;
}

static void settle_one(struct judge *judge, const struct judge_left *left)
{
	struct judge_alert *alert, *next;
	char reason[160];

	say_left(judge, left, reason);
	for (alert = judge->alerts.first; alert; alert = alert->next) {
		if (alert_is_live(&alert->alert) && is_last(judge->flow, alert->alert.labels, left))
			judge_finish(judge, alert, mark_of(judge, alert), reason);
	}
	for (alert = judge->muted.first; alert; alert = next) {
		next = alert->next;
		if (!is_last(judge->flow, alert->alert.labels, left))
			continue;
		/* no longer in the view: to a later run, whose windows hold nothing of it, that pid is somebody else */
		judge_leave_group(judge, alert, mark_of(judge, alert));
		judge_unmute(judge, alert);
	}
}

void judge_settle(struct judge *judge)
{
	for (size_t i = 0; i < judge->left_count; i++)
		settle_one(judge, &judge->left[i]);
	judge->left_count = 0;
}
