/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Logs tab: a live tail of what the log tells, with filter and search. In: the held lines, keys. Out: which
 * lines are shown, and which one is selected. The rule that surprises: an utterance's lines are shown all, so while
 * one is chosen (show), the level and the filter of before do not count; Esc brings them back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sink/tui/logs_tab.h"
#include "sink/words.h"

/* --- where things are ---------------------------------------------------------------------------------------- */

struct logs_place logs_place(const struct logs *logs)
{
	struct logs_place place = { .count = logs->index.count, .page = logs->page_rows ? logs->page_rows : 1 };
	size_t last = place.count > place.page ? place.count - place.page : 0;

	if (!place.count)
		return place;
	place.selected = place.count - 1;
	place.top = last;
	if (logs->is_following)
		return place;
	place.selected = logs_index_find(&logs->index, logs->selected_ordinal);
	if (place.selected >= place.count)
		place.selected = place.count - 1;
	place.top = logs_index_find(&logs->index, logs->top_ordinal);
	if (place.top > last)
		place.top = last;
	if (place.selected < place.top)
		place.top = place.selected;
	if (place.selected >= place.top + place.page)
		place.top = place.selected - place.page + 1;
	return place;
}

void logs_follow(struct logs *logs)
{
	logs->is_following = true;
	logs->hunt.is_on = false;
}

/* The picture stays where it is. */
void logs_stop_following(struct logs *logs)
{
	struct logs_place place = logs_place(logs);

	if (!logs->is_following)
		return;
	logs->is_following = false;
	logs->left_ordinal = logs->index.limit.ordinal;
	if (!place.count)
		return;
	logs->selected_ordinal = logs_index_at(&logs->index, place.selected)->ordinal;
	logs->top_ordinal = logs_index_at(&logs->index, place.top)->ordinal;
}

void logs_select(struct logs *logs, size_t at, bool centred)
{
	struct logs_place place;
	size_t top;

	if (at >= logs->index.count)
		return;
	logs_stop_following(logs);
	logs->selected_ordinal = logs_index_at(&logs->index, at)->ordinal;
	place = logs_place(logs);
	top = place.top;
	if (centred && top != logs_index_find(&logs->index, logs->top_ordinal)) /* it moves: then well into the page */
		top = at > place.page / 2 ? at - place.page / 2 : 0;
	logs->top_ordinal = logs_index_at(&logs->index, top)->ordinal;
}

/* --- what is wanted ------------------------------------------------------------------------------------------ */

/* After a change of what is wanted: filter, trace. */
static void apply(struct logs *logs, const char *filter)
{
	logs_filter_fini(&logs->wanted.filter);
	logs_filter_init(&logs->wanted.filter, filter);
	logs_index_restart(&logs->index);
	logs->hunt.is_on = false;
}

static void forget_trace(struct logs *logs)
{
	logs->has_trace = false;
	memset(logs->wanted.trace_id, 0, sizeof(logs->wanted.trace_id));
	logs->wanted.level = logs->level;
}

static void logs_show(struct tab *tab, struct desk *desk, const struct desk_target *target)
{
	struct logs *logs = (struct logs *)tab;

	if (words_is_orphan(target->trace_id))
		return;
	logs_detail_close(&logs->detail);
	logs->has_trace = true;
	memcpy(logs->wanted.trace_id, target->trace_id, sizeof(logs->wanted.trace_id));
	logs->wanted.level = LOG_LEVEL_DEBUG;
	apply(logs, NULL);
	logs_index_work(&logs->index, &logs->wanted);
	logs_follow(logs);
	desk->wants_more = true;
}

/* Lines of one trace were shown: back to all of them. */
static bool leave_trace(struct logs *logs)
{
	if (!logs->has_trace)
		return false;
	forget_trace(logs);
	apply(logs, logs->filter);
	logs_follow(logs);
	return true;
}

static bool act(struct tab *tab, struct desk *desk, enum action action)
{
	struct logs *logs = (struct logs *)tab;

	if (action == ACTION_BACK && !logs->detail.is_open)
		return leave_trace(logs);
	return logs_act(tab, desk, action);
}

/* --- search -------------------------------------------------------------------------------------------------- */

void logs_hunt_from(struct logs *logs, bool is_up, uint64_t ordinal, bool may_turn)
{
	logs->hunt = (struct logs_hunt){ .is_on = true, .is_up = is_up, .may_turn = may_turn, .ordinal = ordinal };
}

/* False: no line is left in that direction, for now. */
static bool hunt_next(const struct logs *logs, size_t *at)
{
	size_t place = logs_index_find(&logs->index, logs->hunt.ordinal + logs->hunt.is_up);

	if (!logs->hunt.is_up) {
		*at = place;
		return place < logs->index.count;
	}
	*at = place - 1;
	return place > 0;
}

static void hunt_end(struct logs *logs, struct desk *desk)
{
	bool was_up = logs->hunt.is_up;

	if (logs->hunt.may_turn) {
		logs_hunt_from(logs, !was_up, logs->anchor_ordinal, false);
		desk->wants_more = true;
		return;
	}
	logs->hunt.is_on = false;
	desk_say(desk, STYLE_WARNING, "no %s \"%s\"; %s", was_up ? "line above has" : "line below has", logs->search,
		 was_up ? "n looks below" : "N looks above");
}

static void hunt_found(struct logs *logs, size_t at)
{
	logs->hunt.is_on = false;
	logs_select(logs, at, true);
	if (logs->detail.is_open) {
		const struct tail_record *record = logs_index_record(&logs->index, logs_index_at(&logs->index, at));

		if (record)
			logs_detail_open(&logs->detail, record);
	}
}

void logs_hunt(struct logs *logs, struct desk *desk)
{
	unsigned cost_ns = 0;
	size_t at;

	while (logs->hunt.is_on && cost_ns < LOGS_STEP_NS) {
		const struct logs_line *line;
		const struct tail_record *record;

		if (!hunt_next(logs, &at)) {
			if (!logs->hunt.is_up || logs_index_is_done(&logs->index))
				hunt_end(logs, desk);
			break; /* else: what is above is still being looked through */
		}
		line = logs_index_at(&logs->index, at);
		record = logs_index_record(&logs->index, line);
		if (record && logs_word_finds(&logs->word, record->line, record->length)) {
			hunt_found(logs, at);
			break;
		}
		cost_ns += record ? logs_cost_ns(record, 1) : 1;
		logs->hunt.ordinal = logs->hunt.is_up ? line->ordinal - 1 : line->ordinal + 1;
	}
	desk->wants_more |= logs->hunt.is_on;
}

static void answer_search(struct logs *logs, struct desk *desk, const char *text)
{
	struct logs_place place = logs_place(logs);

	if (!logs->search)
		logs->anchor_ordinal = place.count ? logs_index_at(&logs->index, place.selected)->ordinal : 0;
	free(logs->search);
	logs->search = *text ? mem_string(text) : NULL;
	logs_word_fini(&logs->word);
	logs_word_init(&logs->word, text, strlen(text));
	logs->hunt.is_on = false;
	if (!logs->search || !place.count)
		return;
	logs_hunt_from(logs, true, logs->anchor_ordinal, true); /* the newest are below: most is above */
	logs_hunt(logs, desk);
}

static void logs_answer(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text)
{
	struct logs *logs = (struct logs *)tab;

	if (what == DESK_ANSWER_SEARCH) {
		answer_search(logs, desk, text);
		return;
	}
	if (what != DESK_ANSWER_FILTER)
		return;
	free(logs->filter);
	logs->filter = *text ? mem_string(text) : NULL;
	apply(logs, logs->filter);
	logs_index_work(&logs->index, &logs->wanted);
	desk->wants_more = true;
}

/* --- the tab ------------------------------------------------------------------------------------------------- */

static struct tab *logs_create(void)
{
	struct logs *logs = mem_new(sizeof(*logs));

	logs->tab.ops = &tab_logs_ops;
	logs->level = logs->wanted.level = LOG_LEVEL_INFO;
	logs->is_following = true;
	return &logs->tab;
}

static void logs_free(struct tab *tab)
{
	struct logs *logs = (struct logs *)tab;

	for (size_t i = 0; i < LOGS_KEPT; i++)
		logs_message_fini(&logs->rows[i].message);
	logs_detail_close(&logs->detail);
	logs_filter_fini(&logs->wanted.filter);
	logs_word_fini(&logs->word);
	logs_index_fini(&logs->index);
	free(logs->filter);
	free(logs->search);
	free(logs);
}

static void forget_tail(struct logs *logs, const struct tail *tail)
{
	logs_index_reset(&logs->index, tail);
	logs->hunt.is_on = false;
	for (size_t i = 0; i < LOGS_KEPT; i++)
		logs->rows[i].ordinal = 0;
}

/* A recording makes the same lines again, with the same ordinals: what was selected stays so when it has come again. */
static void logs_reset(struct tab *tab)
{
	forget_tail((struct logs *)tab, NULL);
}

static void logs_collect(struct tab *tab, struct desk *desk)
{
	struct logs *logs = (struct logs *)tab;

	if (logs->index.tail != desk->tail)
		forget_tail(logs, desk->tail);
	logs_index_advance(&logs->index);
	logs_index_work(&logs->index, &logs->wanted);
	desk->wants_more |= !logs_index_is_done(&logs->index);
}

static unsigned logs_contexts(const struct tab *tab)
{
	const struct logs *logs = (const struct logs *)tab;

	return logs->detail.is_open || logs->has_trace ? IN_DETAIL : 0;
}

const struct tab_ops tab_logs_ops = {
	.name = "Logs",
	.create = logs_create,
	.free = logs_free,
	.reset = logs_reset,
	.collect = logs_collect,
	.draw = logs_draw,
	.contexts = logs_contexts,
	.act = act,
	.click = logs_click,
	.show = logs_show,
	.answer = logs_answer,
	.search_hint = LOGS_SEARCH_HINT,
	.filter_hint = LOGS_FILTER_HINT,
};
