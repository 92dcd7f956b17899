/* SPDX-License-Identifier: Apache-2.0 */
/* Five tabs that write down what the frame asks of them; `fakes` are those of the world made last. */
#ifndef TEST_TUI_FAKE_TABS_H
#define TEST_TUI_FAKE_TABS_H

#include "tui_test.h"

struct fake {
	struct tab tab;
	unsigned collects_count, resets_count, draws_count, alerts_count, clicks_count, shows_count;
	uint64_t collected_ns;
	unsigned contexts;
	enum action acted;
	unsigned acts_count;
	bool refuses;		/* act: false */
	unsigned levels;	/* that BACK can back out of */
	unsigned parts;		/* that collect has still to do after the next one */
	char answers[3][PROMPT_MAX_BYTES + 1]; /* the last of each kind */
	unsigned answers_count[3];
	bool asks_again; /* an OWN answer opens the next question */
	bool tells;	 /* an OWN answer tells */
	struct screen_event click;
	struct desk_target target;
	struct area area;
	const char *name;
};
static struct fake *fakes[TUI_TABS]; /* of the world that lives */

static struct tab *create(enum tui_tab tab)
{
	static const char *const names[] = { "overview", "metrics", "traces", "alerts", "logs" };

	fakes[tab] = calloc(1, sizeof(*fakes[tab]));
	fakes[tab]->name = names[tab];
	return &fakes[tab]->tab;
}
static struct tab *create_0(void) { return create(TUI_OVERVIEW); }
static struct tab *create_1(void) { return create(TUI_METRICS); }
static struct tab *create_2(void) { return create(TUI_TRACES); }
static struct tab *create_3(void) { return create(TUI_ALERTS); }
static struct tab *create_4(void) { return create(TUI_LOGS); }

static void fake_free(struct tab *tab)
{
	free(tab);
}

static void fake_reset(struct tab *tab)
{
	((struct fake *)tab)->resets_count++;
}

static void fake_collect(struct tab *tab, struct desk *desk)
{
	struct fake *fake = (struct fake *)tab;

	assert_false(desk->is_paused);
	fake->collects_count++;
	fake->collected_ns = desk->at_ns;
	if (fake->parts) {
		fake->parts--;
		desk->wants_more = true;
	}
}

static void fake_draw(struct tab *tab, struct desk *desk, struct area area)
{
	struct fake *fake = (struct fake *)tab;

	fake->draws_count++;
	fake->area = area;
	area_format(area, 0, 0, STYLE_TEXT, "body of %s at %d s%s", fake->name,
		    (int)(fake->collected_ns / NS_PER_S), desk->is_expanded ? ", expanded" : "");
	for (int row = 1; row < area.rows; row++)
		area_text(area, row, 0, STYLE_TEXT, "row");
	area_text(area, area.rows - 1, area.columns - 1, STYLE_TEXT, "$");
}

static unsigned fake_contexts(const struct tab *tab)
{
	const struct fake *fake = (const struct fake *)tab;

	return fake->contexts | (fake->levels ? IN_DETAIL : 0);
}

static bool fake_act(struct tab *tab, struct desk *desk, enum action action)
{
	struct fake *fake = (struct fake *)tab;

	(void)desk;
	fake->acted = action;
	fake->acts_count++;
	if (action == ACTION_BACK) {
		if (!fake->levels)
			return false;
		fake->levels--;
		return true;
	}
	return action != ACTION_EXPAND && !fake->refuses;
}

static bool fake_click(struct tab *tab, struct desk *desk, const struct screen_event *event)
{
	(void)desk;
	((struct fake *)tab)->clicks_count++;
	((struct fake *)tab)->click = *event;
	return true;
}

static void fake_show(struct tab *tab, struct desk *desk, const struct desk_target *target)
{
	(void)desk;
	((struct fake *)tab)->shows_count++;
	((struct fake *)tab)->target = *target;
	((struct fake *)tab)->levels = 1;
}

static void fake_answer(struct tab *tab, struct desk *desk, enum desk_answer what, const char *text)
{
	struct fake *fake = (struct fake *)tab;

	snprintf(fake->answers[what], sizeof(fake->answers[what]), "%s", text);
	fake->answers_count[what]++;
	if (what != DESK_ANSWER_OWN)
		return;
	if (fake->asks_again)
		desk_ask(desk, "Sure", "it will be told", "");
	else if (fake->tells)
		desk_tell(desk, &(struct tui_request){ .kind = TUI_ACK, .id = 7, .comment = text });
	fake->asks_again = false;
}

static void fake_on_alert(struct tab *tab, const struct view *view, const struct alert *alert)
{
	(void)view;
	(void)alert;
	((struct fake *)tab)->alerts_count++;
}

#define FAKE(index, title)                                                                                           \
	static const struct tab_ops fake_##index = { .name = title,                                                  \
						     .create = create_##index,                                       \
						     .free = fake_free,                                              \
						     .reset = fake_reset,                                            \
						     .collect = fake_collect,                                        \
						     .draw = fake_draw,                                              \
						     .contexts = fake_contexts,                                      \
						     .act = fake_act,                                                \
						     .click = fake_click,                                            \
						     .show = fake_show,                                              \
						     .answer = fake_answer,                                          \
						     .on_alert = fake_on_alert,                                      \
						     .filter_hint = "what a filter of " title " can be" }
FAKE(0, "Overview");
FAKE(1, "Metrics");
FAKE(2, "Traces");
FAKE(3, "Alerts");
FAKE(4, "Logs");
static const struct tab_ops *const fake_tabs[TUI_TABS] = { &fake_0, &fake_1, &fake_2, &fake_3, &fake_4 };

#endif
