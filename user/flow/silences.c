/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Silences: label matchers with a begin and an end.
 * In: what somebody asked for, and time. Out: view->silences, and alerts that know which one silences them.
 * The rule that surprises: an alert that is silenced goes on living and is told of; whoever notifies people
 * leaves it out.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/judge.h"

static bool covers(const struct judge_silence *silence, const struct judge *judge, const struct labels *labels)
{
	if (silence->silence.start_at_real_ns > judge->now_real_ns ||
	    silence->silence.end_at_real_ns <= judge->now_real_ns)
		return false;
	return matchers_match(silence->matchers, silence->matchers_count, labels);
}

void silences_apply(const struct judge *judge, struct judge_alert *alert)
{
	const struct judge_silence *silence = judge->silences;

	while (silence && !covers(silence, judge, alert->alert.labels))
		silence = silence->next;
	alert->alert.silence_id = silence ? silence->silence.id : 0;
}

static void apply_to_all(struct judge *judge)
{
	for (struct judge_alert *alert = judge->alerts.first; alert; alert = alert->next)
		silences_apply(judge, alert);
}

static void link_view(struct judge *judge)
{
	judge->flow->view.silences = judge->silences ? &judge->silences->silence : NULL;
	for (struct judge_silence *silence = judge->silences; silence; silence = silence->next)
		silence->silence.next = silence->next ? &silence->next->silence : NULL;
	judge->flow->view.state_generation++;
}

static void free_silence(struct judge_silence *silence)
{
	matchers_fini(silence->matchers, silence->matchers_count);
	arena_fini(&silence->arena);
	free(silence);
}

static struct judge_silence *parse_silence(const char *text)
{
	struct judge_silence *silence = mem_new(sizeof(*silence));
	struct expr_mistakes mistakes = { 0 };
	struct silence_matcher *shown;
	struct buf canonical = { 0 };

	silence->matchers =
		expr_parse_matchers(&silence->arena, text, strlen(text), &silence->matchers_count, &mistakes);
	expr_mistakes_fini(&mistakes);
	if (!silence->matchers || !silence->matchers_count) { /* one without matchers would silence everything */
		free_silence(silence);
		return NULL;
	}
	matchers_print(&canonical, silence->matchers, silence->matchers_count);
	silence->silence.text = arena_string(&silence->arena, canonical.bytes, canonical.length);
	buf_fini(&canonical);
	shown = arena_new(&silence->arena, silence->matchers_count * sizeof(*shown));
	for (size_t i = 0; i < silence->matchers_count; i++) {
		const struct matcher *matcher = &silence->matchers[i];

		shown[i].name = matcher->name;
		shown[i].value = matcher->value;
		shown[i].is_regex = matcher->kind == MATCH_REGEX || matcher->kind == MATCH_NOT_REGEX;
		shown[i].is_negative = matcher->kind == MATCH_NOT_EQUAL || matcher->kind == MATCH_NOT_REGEX;
	}
	silence->silence.matchers = shown;
	silence->silence.matchers_count = silence->matchers_count;
	return silence;
}

static bool is_taken(const struct judge *judge, uint64_t id)
{
	for (const struct judge_silence *silence = judge->silences; silence; silence = silence->next)
		if (silence->silence.id == id)
			return true;
	return false;
}

bool silences_add(struct judge *judge, const struct tt_control *record, const char *text, const char *comment)
{
	uint64_t start_at_ns = record->start_at_real_ns;
	struct judge_silence *silence, **at = &judge->silences;

	/* whoever asks for "now" is a little ahead of the last TICK */
	if (!start_at_ns || (start_at_ns > judge->now_real_ns && start_at_ns - judge->now_real_ns <= SAMPLE_EVERY_NS))
		start_at_ns = judge->now_real_ns;
	if (record->end_at_real_ns <= judge->now_real_ns || record->end_at_real_ns <= start_at_ns)
		return false;
	if (record->id == UINT64_MAX || (record->id && is_taken(judge, record->id)))
		return false;
	if (judge->silences_count >= LIMIT_SILENCES) {
		let_go(judge->flow, LET_GO_SILENCES);
		return false;
	}
	silence = parse_silence(text);
	if (!silence)
		return false;
	silence->silence.id = record->id ? record->id : judge->last_silence_id + 1;
	if (silence->silence.id > judge->last_silence_id)
		judge->last_silence_id = silence->silence.id;
	silence->silence.comment = arena_string(&silence->arena, comment, strlen(comment));
	silence->silence.uid = record->uid;
	silence->silence.start_at_real_ns = start_at_ns;
	silence->silence.end_at_real_ns = record->end_at_real_ns;
	while (*at && (*at)->silence.id < silence->silence.id)
		at = &(*at)->next;
	silence->next = *at;
	*at = silence;
	judge->silences_count++;
	link_view(judge);
	apply_to_all(judge);
	return true;
}

static void remove_at(struct judge *judge, struct judge_silence **at)
{
	struct judge_silence *silence = *at;

	*at = silence->next;
	judge->silences_count--;
	free_silence(silence);
}

bool silences_remove(struct judge *judge, uint64_t id)
{
	struct judge_silence **at = &judge->silences;

	while (*at && (*at)->silence.id != id)
		at = &(*at)->next;
	if (!*at)
		return false;
	remove_at(judge, at);
	link_view(judge);
	apply_to_all(judge);
	return true;
}

void silences_tick(struct judge *judge)
{
	bool is_any_new = false, is_any_over = false;
	struct judge_silence **at = &judge->silences;

	while (*at) {
		struct silence *silence = &(*at)->silence;

		if (silence->end_at_real_ns <= judge->now_real_ns) {
			is_any_over = true;
			remove_at(judge, at);
			continue;
		}
		is_any_new |= silence->start_at_real_ns <= judge->now_real_ns &&
			      silence->start_at_real_ns > judge->silences_ticked_at_real_ns;
		at = &(*at)->next;
	}
	judge->silences_ticked_at_real_ns = judge->now_real_ns;
	if (is_any_over)
		link_view(judge);
	if (is_any_new || is_any_over)
		apply_to_all(judge);
}

void silences_free(struct judge *judge)
{
	while (judge->silences)
		remove_at(judge, &judge->silences);
}
