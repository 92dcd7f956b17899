// SPDX-License-Identifier: Apache-2.0
/* What is held of alerts that ended, and its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/tui/alerts_history.h"
#include "sink/tui/alerts_tab.h"
#include "alerts_world.h"

static struct labels *labels_by_hand(const char *name)
{
	struct labels *labels = calloc(1, sizeof(*labels) + sizeof(struct label));

	labels->count = 1;
	labels->items[0] = (struct label){"alertname", name};
	return labels;
}

static struct alert alert_by_hand(struct labels *labels, uint64_t id, uint64_t at_ns)
{
	return (struct alert){
		.id = id,
		.name = "Hand",
		.group = "g",
		.tier = TIER_WARNING,
		.labels = labels,
		.state = ALERT_RESOLVED,
		.change = ALERT_CHANGE_STATE,
		.active_at_real_ns = at_ns,
		.fired_at_real_ns = at_ns,
		.ended_at_real_ns = at_ns + 5,
		.changed_at_real_ns = at_ns + 5,
		.ack = {.comment = ""},
	};
}

static void the_history_holds_the_last_five_hundred_and_a_thousand_changes(void **arg)
{
	struct alerts_history *history = calloc(1, sizeof(*history));
	struct labels *labels = labels_by_hand("Hand");

	(void)arg;
	for (uint64_t i = 1; i <= 2500; i++) {
		struct alert alert = alert_by_hand(labels, i, 1000 * i);

		alerts_history_note(history, &alert, 1);
	}
	assert_int_equal(history->past_count, LIMIT_ALERTS_PAST);
	assert_int_equal(history->changes_count, LIMIT_ALERTS_CHANGES);
	for (size_t i = 0; i < LIMIT_ALERTS_PAST; i++)
		assert_int_equal(alerts_history_past(history, i)->row.alert_id, 2500 - i);
	for (size_t i = 0; i < LIMIT_ALERTS_CHANGES; i++)
		assert_int_equal(alerts_history_change(history, i)->alert_id, 2500 - i);
	alerts_history_clear(history);
	assert_int_equal(history->past_count, 0);
	free(labels);
	free(history);
}

/* No second comes after the end, in which they would be seen to have ended. */
static void very_many_alerts_are_seen_to_end_with_the_run(void **arg)
{
	enum { MANY = 2000 };
	struct labels *labels = labels_by_hand("Hand");
	struct alert *alerts = calloc(MANY, sizeof(*alerts));
	struct view view = {.alerts = alerts};
	struct desk desk = {.view = &view, .at_axis_ns = 1000 * NS_PER_S};
	struct tab *tab = tab_alerts_ops.create();
	const struct alerts_rows *rows = &((struct alerts_tab *)tab)->rows;

	(void)arg;
	for (size_t i = 0; i < MANY; i++) {
		alerts[i] = alert_by_hand(labels, i + 1, 1000 * i);
		alerts[i].state = ALERT_FIRING;
		alerts[i].next = i + 1 < MANY ? &alerts[i + 1] : NULL;
	}
	tab_alerts_ops.collect(tab, &desk);
	assert_int_equal(rows->counts[ALERTS_IN_FIRING], MANY);
	for (size_t i = 0; i < MANY; i++) {
		alerts[i].state = ALERT_ENDED;
		tab_alerts_ops.on_alert(tab, &view, &alerts[i]);
	}
	view.alerts = NULL;
	view.end_reason = TT_END_TARGET;
	tab_alerts_ops.collect(tab, &desk);
	assert_int_equal(rows->counts[ALERTS_IN_FIRING], 0);
	assert_int_equal(rows->counts[ALERTS_IN_ENDED], LIMIT_ALERTS_PAST);
	tab_alerts_ops.free(tab);
	free(alerts);
	free(labels);
}

static void what_the_history_holds_is_copied_and_cut(void **arg)
{
	struct alerts_history *history = calloc(1, sizeof(*history));
	struct labels *labels;
	char *value = calloc(1, 100000);
	struct alerts_past *past;
	struct alert alert;

	(void)arg;
	memset(value, 'x', 99999);
	labels = labels_by_hand(value);
	alert = alert_by_hand(labels, 1, 1000);
	alert.name = value;
	alerts_history_note(history, &alert, 1);
	free(labels);
	free(value);
	past = alerts_history_past(history, 0);
	assert_int_equal(strlen(past->row.name), ALERTS_TEXT_MAX);
	assert_int_equal(strlen(past->row.labels->items[0].value), ALERTS_TEXT_MAX);
	alerts_past_hold(past); /* a paused picture */
	alerts_history_clear(history);
	assert_int_equal(past->row.alert_id, 1);
	alerts_past_drop(past);
	free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_history_holds_the_last_five_hundred_and_a_thousand_changes),
		cmocka_unit_test(very_many_alerts_are_seen_to_end_with_the_run),
		cmocka_unit_test(what_the_history_holds_is_copied_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
