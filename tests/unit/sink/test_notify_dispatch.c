// SPDX-License-Identifier: Apache-2.0
/* Who is told what, and when: a clock that is turned by hand, receivers that write down what they get. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "base/refuse.h"
#include "notify_world.h"

#define TWO "receivers: [{name: ops, syslog: {}}, {name: pager, exec: {command: /bin/true}}, {name: chief, exec: {command: /bin/true}}]\n"
#define PLAIN TWO "route: {receiver: ops}\n"
#define ESCALATING TWO "route: {receiver: ops, escalate: [{after: 5m, receiver: pager}, {after: 15m, receiver: chief}]}\n"

static struct world world;

static void quiet(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static int begin(void **state)
{
	(void)state;
	refuse_redirect(quiet, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&world);
	refuse_redirect(NULL, NULL);
	return 0;
}

/* ---- firing and its end ---- */

static void what_fires_is_told_after_group_wait_and_its_end_once(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_alert(&world, "Slow", "critical", 1);
	world_state(&world, alert, ALERT_PENDING);
	world_run(&world, 5);
	world_heard(&world, "");
	world_state(&world, alert, ALERT_FIRING);
	world_run(&world, 1);
	world_heard(&world, "");
	world_run(&world, 30);
	world_heard(&world, "7 ops firing Slow/critical\n");
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 60);
	world_heard(&world, "37 ops resolved Slow/critical\n");
}

static void what_never_fired_is_never_told(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_alert(&world, "Slow", "critical", 1);
	world_state(&world, alert, ALERT_PENDING);
	world_run(&world, 5);
	world_state(&world, alert, ALERT_INACTIVE);
	world_run(&world, 5);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 5);
	world_heard(&world, "");
}

static void an_alert_whose_target_is_gone_has_ended_and_not_resolved(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	strcpy(alert->reason, "process 1 is gone");
	world_state(&world, alert, ALERT_ENDED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n21 ops ended Slow/critical\n");
}

static void what_fires_anew_is_told_anew(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 20);
	world_state(&world, alert, ALERT_FIRING);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n21 ops resolved Slow/critical\n42 ops firing Slow/critical\n");
}

static void a_short_gap_inside_the_interval_is_not_told(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 4);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 2);
	world_state(&world, alert, ALERT_FIRING);
	world_run(&world, 60);
	world_heard(&world, "2 ops firing Slow/critical\n");
}

static void what_ended_before_it_could_be_told_is_told_with_its_end(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 10);
	world_heard(&world, "2 ops firing Slow/critical\n2 ops resolved Slow/critical\n");
	world_run(&world, 30);
	world_heard(&world, "");
}

/* ---- tiers ---- */

static void tiers_are_told_one_after_the_other_and_each_of_them_resolves(void **state)
{
	struct alert *warning, *critical, *emergency;

	(void)state;
	world_begin(&world, PLAIN);
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 5);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 5);
	emergency = world_fire(&world, "Slow", "emergency", 1);
	world_inhibit(&world, critical, emergency);
	world_run(&world, 50);
	world_heard(&world, "2 ops firing Slow/warning\n7 ops firing Slow/critical\n12 ops firing Slow/emergency\n");
	/* all three at the same instant, in the order of the rules */
	world_state(&world, warning, ALERT_RESOLVED);
	world_state(&world, critical, ALERT_RESOLVED);
	world_state(&world, emergency, ALERT_RESOLVED);
	world_run(&world, 60);
	world_heard(&world, "61 ops resolved Slow/warning\n61 ops resolved Slow/critical\n61 ops resolved Slow/emergency\n");
}

static void tiers_of_one_group_do_not_wait_for_its_interval(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, group_by: [pid], group_interval: 5m}\n");
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 3);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_fire(&world, "Other", "warning", 1);
	world_run(&world, 10);
	world_heard(&world, "2 ops firing Slow/warning\n5 ops firing Slow/critical Other/warning\n");
	world_fire(&world, "Third", "warning", 1);
	world_run(&world, 290);
	world_heard(&world, "");
	world_run(&world, 10);
	world_heard(&world, "305 ops firing Third/warning\n");
}

static void a_lower_tier_that_is_released_is_no_news(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, PLAIN);
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/warning\n22 ops firing Slow/critical\n");
	world_state(&world, critical, ALERT_RESOLVED);
	world_inhibit(&world, warning, NULL);
	world_run(&world, 20);
	world_heard(&world, "41 ops resolved Slow/critical\n");
	world_state(&world, warning, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "61 ops resolved Slow/warning\n");
}

static void a_lower_tier_that_is_released_is_repeated_in_its_time(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, repeat: 60s}\n");
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	world_state(&world, critical, ALERT_RESOLVED);
	world_inhibit(&world, warning, NULL);
	world_run(&world, 60);
	world_heard(&world, "2 ops firing Slow/warning\n22 ops firing Slow/critical\n41 ops resolved Slow/critical\n"
			    "62 ops repeat Slow/warning\n");
}

static void a_lower_tier_that_comes_and_goes_with_a_higher_one_is_told_once(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, PLAIN);
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	world_state(&world, critical, ALERT_RESOLVED);
	world_inhibit(&world, warning, NULL);
	world_run(&world, 20);
	world_state(&world, critical, ALERT_FIRING);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	world_state(&world, warning, ALERT_RESOLVED);
	world_state(&world, critical, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/warning\n22 ops firing Slow/critical\n41 ops resolved Slow/critical\n"
			    "62 ops firing Slow/critical\n81 ops resolved Slow/warning\n81 ops resolved Slow/critical\n");
}

static void a_lower_tier_whose_message_was_let_go_is_told_when_released(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, PLAIN);
	world.is_deaf = true;
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	world.is_deaf = false;
	world.lets_go = true;
	world_report(&world);
	world.lets_go = false;
	world_heard(&world, "2 ops firing Slow/warning\n22 ops firing Slow/critical\n");
	world_state(&world, critical, ALERT_RESOLVED);
	world_inhibit(&world, warning, NULL);
	world_run(&world, 20);
	assert_non_null(strstr(world.heard.bytes, "ops firing Slow/warning\n"));
}

static void a_lower_tier_that_was_told_ends_at_once_while_the_higher_one_fires(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, TWO "route:\n  receivers: [ops, chief]\n  repeat: 10s\n"
				"  routes: [{match: 'severity=\"critical\"', receivers: [ops, pager]}]\n");
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/warning\n2 chief firing Slow/warning\n"
			    "12 ops repeat Slow/warning\n12 chief repeat Slow/warning\n");
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 9);
	world_heard(&world, "22 ops firing Slow/critical\n22 pager firing Slow/critical\n");
	world_state(&world, warning, ALERT_RESOLVED);
	world_run(&world, 1);
	world_heard(&world, "30 ops resolved Slow/warning\n30 chief resolved Slow/warning\n");
	world_run(&world, 4);
	world_heard(&world, "32 ops repeat Slow/critical\n32 pager repeat Slow/critical\n");
	/* it fires anew, held down from its start: nobody hears of it, nor of its end */
	world_state(&world, warning, ALERT_FIRING);
	world_run(&world, 2);
	world_state(&world, warning, ALERT_RESOLVED);
	world_run(&world, 2);
	world_heard(&world, "");
	world_state(&world, critical, ALERT_ENDED);
	world_run(&world, 20);
	world_heard(&world, "39 ops ended Slow/critical\n39 pager ended Slow/critical\n");
}

static void a_tier_that_is_inhibited_from_the_start_is_never_told(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, PLAIN);
	warning = world_alert(&world, "Slow", "warning", 1);
	critical = world_alert(&world, "Slow", "critical", 1);
	warning->inhibited_by = critical->id;
	world_state(&world, warning, ALERT_FIRING);
	world_state(&world, critical, ALERT_FIRING);
	world_run(&world, 20);
	world_state(&world, warning, ALERT_RESOLVED);
	world_state(&world, critical, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n21 ops resolved Slow/critical\n");
}

/* ---- silences, inhibitions of the file ---- */

static void what_is_silenced_is_told_when_the_silence_is_over(void **state)
{
	struct silence silence = {.id = 7};
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	world.view.silences = &silence;
	alert = world_alert(&world, "Slow", "critical", 1);
	alert->silence_id = 7;
	world_state(&world, alert, ALERT_FIRING);
	world_run(&world, 20);
	world_heard(&world, "");
	world.view.silences = NULL;
	alert->silence_id = 0;
	world_change(&world, alert, ALERT_CHANGE_SILENCE);
	world_run(&world, 20);
	world_heard(&world, "22 ops firing Slow/critical\n");
}

static void an_end_during_a_silence_is_told_behind_it(void **state)
{
	struct silence silence = {.id = 7};
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	world.view.silences = &silence;
	alert->silence_id = 7;
	world_change(&world, alert, ALERT_CHANGE_SILENCE);
	world_run(&world, 20);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n");
	world.view.silences = NULL;
	world_run(&world, 3);
	world_heard(&world, "61 ops resolved Slow/critical\n");
}

static void silenced_alerts_are_neither_repeated_nor_escalated(void **state)
{
	struct silence silence = {.id = 7};
	struct alert *alert;

	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, repeat: 1m, escalate: [{after: 2m, receiver: pager}]}\n");
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 10);
	world.view.silences = &silence;
	alert->silence_id = 7;
	world_change(&world, alert, ALERT_CHANGE_SILENCE);
	world_run(&world, 600);
	world_heard(&world, "2 ops firing Slow/critical\n");
}

static void an_inhibition_of_the_file_holds_back_its_targets_with_equal_labels(void **state)
{
	struct alert *source, *target;

	(void)state;
	world_begin(&world, PLAIN "inhibit: [{source: 'alertname=\"Down\"', target: 'alertname!=\"Down\"', equal: [pid]}]\n");
	source = world_fire(&world, "Down", "critical", 1);
	target = world_fire(&world, "Slow", "warning", 1);
	world_fire(&world, "Slow", "critical", 2);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Down/critical\n2 ops firing Slow/critical\n");
	world_state(&world, source, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "21 ops resolved Down/critical\n22 ops firing Slow/warning\n");
	world_state(&world, target, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "41 ops resolved Slow/warning\n");
}

static void an_end_under_an_inhibition_of_the_file_is_told_to_who_knows_of_the_alert(void **state)
{
	struct alert *told, *untold;

	(void)state;
	world_begin(&world, PLAIN "inhibit: [{source: 'alertname=\"Down\"', target: 'alertname=\"Slow\"', equal: [pid]}]\n");
	told = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	world_fire(&world, "Down", "critical", 1);
	world_run(&world, 1);
	untold = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 9);
	world_heard(&world, "2 ops firing Slow/warning\n22 ops firing Down/critical\n");
	world_state(&world, told, ALERT_RESOLVED);
	world_state(&world, untold, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "31 ops resolved Slow/warning\n");
}

static void alerts_that_are_source_and_target_do_not_silence_each_other(void **state)
{
	(void)state;
	world_begin(&world, PLAIN "inhibit: [{source: 'pid=\"1\"', target: 'pid=\"1\"'}]\n");
	world_fire(&world, "A", "critical", 1);
	world_fire(&world, "B", "critical", 1);
	world_run(&world, 5);
	world_heard(&world, "2 ops firing A/critical\n2 ops firing B/critical\n");
}

/* ---- repeats, acknowledgements, escalation ---- */

static void what_still_fires_is_repeated_after_repeat(void **state)
{
	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, repeat: 10m}\n");
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 1900);
	world_heard(&world, "2 ops firing Slow/critical\n602 ops repeat Slow/critical\n1202 ops repeat Slow/critical\n"
			    "1802 ops repeat Slow/critical\n");
}

static void repeat_zero_means_never(void **state)
{
	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, repeat: 0}\n");
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20000);
	world_heard(&world, "2 ops firing Slow/critical\n");
}

static void an_acknowledged_alert_is_neither_repeated_nor_escalated_but_its_end_is_told(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, repeat: 1m, escalate: [{after: 5m, receiver: pager}]}\n");
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 70);
	alert->ack.at_real_ns = world_now(&world);
	world_change(&world, alert, ALERT_CHANGE_ACK);
	world_run(&world, 3600);
	world_heard(&world, "2 ops firing Slow/critical\n62 ops repeat Slow/critical\n");
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 5);
	world_heard(&world, "3671 ops resolved Slow/critical\n");
}

static void what_nobody_acknowledges_goes_to_the_next_receiver_once_per_step(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, ESCALATING);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 3000);
	world_heard(&world, "2 ops firing Slow/critical\n302 pager escalation Slow/critical step 1 after 300 s\n"
			    "902 chief escalation Slow/critical step 2 after 900 s\n");
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 5);
	world_heard(&world, "3001 ops resolved Slow/critical\n3001 pager resolved Slow/critical\n3001 chief resolved Slow/critical\n");
}

static void an_acknowledgement_between_two_steps_stops_the_second(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, ESCALATING);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 400);
	alert->ack.at_real_ns = world_now(&world);
	world_change(&world, alert, ALERT_CHANGE_ACK);
	world_run(&world, 3000);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 5);
	world_heard(&world, "2 ops firing Slow/critical\n302 pager escalation Slow/critical step 1 after 300 s\n"
			    "3401 ops resolved Slow/critical\n3401 pager resolved Slow/critical\n");
}

/* ---- routes and groups ---- */

static void the_first_route_that_matches_takes_it_unless_it_says_continue(void **state)
{
	(void)state;
	world_begin(&world, TWO "route:\n  receiver: ops\n  routes:\n"
				"    - {match: 'alertname=\"A\"', receiver: pager}\n"
				"    - {match: 'alertname=~\"A|B\"', receiver: chief, continue: true}\n"
				"    - {match: 'severity=\"critical\"', receiver: pager}\n");
	world_fire(&world, "A", "critical", 1);
	world_fire(&world, "B", "critical", 1);
	world_fire(&world, "C", "warning", 1);
	world_run(&world, 5);
	world_heard(&world, "2 pager firing A/critical\n2 chief firing B/critical\n2 pager firing B/critical\n2 ops firing C/warning\n");
}

static void two_routes_to_one_receiver_tell_it_once(void **state)
{
	(void)state;
	world_begin(&world, TWO "route:\n  receiver: ops\n  routes:\n"
				"    - {match: 'alertname=\"A\"', continue: true, group_by: [pid]}\n"
				"    - {match: 'pid=\"1\"', receivers: [ops, pager]}\n");
	world_fire(&world, "A", "critical", 1);
	world_run(&world, 5);
	world_heard(&world, "2 ops firing A/critical\n2 pager firing A/critical\n");
}

static void a_storm_is_one_message_with_a_count(void **state)
{
	(void)state;
	world_begin(&world, PLAIN);
	for (unsigned i = 0; i < 500; i++)
		world_fire(&world, "Slow", "critical", i);
	world_run(&world, 2);
	world_heard(&world, "2 ops firing Slow/critical Slow/critical Slow/critical Slow/critical of 500\n");
	for (size_t i = 0; i < 300; i++)
		world_state(&world, &world.alerts[i].alert, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "12 ops resolved Slow/critical Slow/critical Slow/critical Slow/critical of 300\n");
}

static void what_joins_a_group_waits_for_its_interval_and_comes_alone(void **state)
{
	(void)state;
	world_begin(&world, PLAIN);
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 3);
	world_fire(&world, "Slow", "critical", 2);
	world_run(&world, 2);
	world_fire(&world, "Slow", "critical", 3);
	world_run(&world, 30);
	world_heard(&world, "2 ops firing Slow/critical\n12 ops firing Slow/critical Slow/critical\n");
}

static void ten_thousand_alerts_are_told_in_time(void **state)
{
	struct timespec before, after;
	double seconds;

	(void)state;
	world_begin(&world, TWO "route: {receivers: [ops, pager], repeat: 1m, escalate: [{after: 5m, receiver: chief}]}\n");
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (unsigned i = 0; i < 10000; i++)
		world_fire(&world, "Slow", "critical", i);
	world_run(&world, 400);
	for (size_t i = 0; i < 10000; i++)
		world_state(&world, &world.alerts[i].alert, ALERT_RESOLVED);
	world_run(&world, 20);
	clock_gettime(CLOCK_MONOTONIC, &after);
	seconds = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	assert_true(seconds < 10);
	assert_int_equal(world.messages_count, 2 + 2 * 6 + 1 + 1 + 3);
}

/* ---- deliveries ---- */

static void what_a_full_queue_let_go_is_told_again_when_there_is_room(void **state)
{
	(void)state;
	world_begin(&world, PLAIN);
	world.lets_go = true;
	world.is_busy = true;
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 60);
	world_heard(&world, "2 ops firing Slow/critical\n");
	world.lets_go = false;
	world.is_busy = false;
	world_run(&world, 60);
	world_heard(&world, "62 ops firing Slow/critical\n");
}

static void what_was_let_go_and_has_ended_meanwhile_is_not_told(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	world.lets_go = true;
	world.is_busy = true;
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 30);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 5);
	world.is_busy = false;
	world_run(&world, 60);
	world_heard(&world, "2 ops firing Slow/critical\n");
}

static void at_the_end_of_the_run_nothing_waits_any_more(void **state)
{
	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, group_wait: 5m}\n");
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 5);
	world_heard(&world, "");
	world.view.end_reason = TT_END_STOPPED;
	notify_dispatch_tick(world.dispatch, &world.view);
	world_heard(&world, "5 ops firing Slow/critical\n");
}

/* ---- restart ---- */

/* The same alerts in a new dispatch, with that told-state, which is freed. */
static void again(const char *file, unsigned later_s, struct buf *told)
{
	struct notify_dispatch_hooks hooks = {.arg = &world, .deliver = world_deliver, .has_room = world_has_room};

	while (world.under_way) {
		struct notify_message *next = world.under_way->next;

		notify_message_free(world.under_way);
		world.under_way = next;
	}
	world.last_under_way = NULL;
	notify_dispatch_free(world.dispatch);
	notify_config_free(world.config);
	world.config = notify_compile("n.yaml", file, strlen(file));
	assert_non_null(world.config);
	world.dispatch = notify_dispatch_new(world.config, &hooks);
	assert_int_equal(notify_dispatch_load(world.dispatch, told->bytes, told->length), 0);
	buf_fini(told);
	world.view.now_ns += later_s * NS_PER_S;
	for (size_t i = 0; i < world.alerts_count; i++)
		if (world.alerts[i].alert.state == ALERT_FIRING)
			world_change(&world, &world.alerts[i].alert, ALERT_CHANGE_RESTORED);
}

/* With the told-state of the old one. */
static void restart(const char *file, unsigned later_s)
{
	struct buf told = {0};

	notify_dispatch_print(world.dispatch, &told);
	again(file, later_s, &told);
}

static void a_restored_alert_is_not_told_again_but_repeated_when_it_is_time(void **state)
{
	(void)state;
	world_begin(&world, PLAIN);
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n");
	restart(PLAIN, 60);
	world_run(&world, 600);
	world_heard(&world, "");
	restart(PLAIN, 4 * 3600);
	world_run(&world, 2);
	world_heard(&world, "15081 ops repeat Slow/critical\n");
}

static void a_restored_alert_that_nobody_surely_got_is_told_again(void **state)
{
	(void)state;
	world_begin(&world, PLAIN);
	world.is_deaf = true; /* no delivery is ever confirmed */
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	restart(PLAIN, 60);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n82 ops firing Slow/critical\n");
}

static void the_end_of_a_restored_alert_is_told_to_those_who_got_its_firing(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	restart(PLAIN, 60);
	world_state(&world, alert, ALERT_ENDED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n81 ops ended Slow/critical\n");
	restart(PLAIN, 60);
	world_run(&world, 20);
	world_heard(&world, "");
}

static void an_end_that_could_not_be_told_before_the_restart_is_told_behind_it(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_fire(&world, "Other", "critical", 1);
	world_run(&world, 20);
	world.is_deaf = true; /* the end is under way when we are killed */
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 5);
	world_heard(&world, "2 ops firing Slow/critical\n2 ops firing Other/critical\n21 ops resolved Slow/critical\n");
	world.is_deaf = false;
	restart(PLAIN, 60); /* the judge knows it no more */
	world_run(&world, 20);
	world_heard(&world, "");
	world_run(&world, 20);
	world_heard(&world, "116 ops ended Slow/critical\n");
	restart(PLAIN, 60);
	world_run(&world, 100);
	world_heard(&world, "");
}

/* "SECONDS RECEIVER" of what is next, or "nobody". */
static void assert_next(uint64_t id, const char *wanted)
{
	uint64_t at_ns = 0;
	size_t receiver = notify_dispatch_next_step(world.dispatch, id, &at_ns);
	char said[80] = "nobody";

	if (receiver < world.config->receivers_count)
		snprintf(said, sizeof(said), "%llu %s", (unsigned long long)((at_ns - WORLD_START_NS) / NS_PER_S),
			 world.config->receivers[receiver].name);
	assert_string_equal(said, wanted);
}

static void the_next_step_is_known_before_it_comes(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, ESCALATING);
	alert = world_fire(&world, "Slow", "critical", 1);
	assert_next(alert->id, "nobody"); /* nobody was told of it, so nothing runs yet */
	world_run(&world, 10);
	assert_next(alert->id, "302 pager");
	assert_next(alert->id + 1, "nobody");
	world_run(&world, 291);
	assert_next(alert->id, "302 pager");
	world_run(&world, 1);
	assert_next(alert->id, "902 chief");
	world_run(&world, 600);
	world_heard(&world, "2 ops firing Slow/critical\n302 pager escalation Slow/critical step 1 after 300 s\n"
			    "902 chief escalation Slow/critical step 2 after 900 s\n");
	assert_next(alert->id, "nobody"); /* there is no third step */
}

static void nobody_is_next_while_an_alert_is_acknowledged_silenced_or_held_down(void **state)
{
	struct alert *alert, *other;

	(void)state;
	world_begin(&world, ESCALATING);
	alert = world_fire(&world, "Slow", "critical", 1);
	other = world_fire(&world, "Other", "warning", 1);
	world_run(&world, 10);
	assert_next(alert->id, "302 pager");
	world_inhibit(&world, other, alert);
	assert_next(other->id, "nobody");
	world_inhibit(&world, other, NULL);
	assert_next(other->id, "302 pager");
	alert->silence_id = 7;
	world_change(&world, alert, ALERT_CHANGE_SILENCE);
	assert_next(alert->id, "nobody");
	alert->silence_id = 0;
	world_change(&world, alert, ALERT_CHANGE_SILENCE);
	assert_next(alert->id, "302 pager");
	alert->ack.at_real_ns = world_now(&world);
	world_change(&world, alert, ALERT_CHANGE_ACK);
	assert_next(alert->id, "nobody");
	assert_next(other->id, "302 pager");
	world_state(&world, other, ALERT_RESOLVED);
	assert_next(other->id, "nobody");
}

static void the_earliest_step_of_all_routes_is_next(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, TWO "route:\n"
			    "  receiver: ops\n"
			    "  routes:\n"
			    "    - {match: ['pid=\"1\"'], continue: true, escalate: [{after: 15m, receiver: chief}]}\n"
			    "    - {match: ['severity=\"critical\"'], escalate: [{after: 5m, receiver: pager}]}\n");
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 10);
	assert_next(alert->id, "302 pager");
	world_run(&world, 300);
	assert_next(alert->id, "902 chief");
}

static void log_nowhere(void *arg, const char *level, const char *line, size_t length)
{
	(void)arg, (void)level, (void)line, (void)length;
}

static void the_sink_names_the_receiver_that_is_next(void **state)
{
	const struct notify_options options = { .log = log_nowhere };
	const char *receiver = NULL;
	struct alert *alert;
	uint64_t at_ns = 0;

	(void)state;
	world_begin_sink(&world,
			 "receivers: [{name: ops, log: {}}, {name: pager, log: {}}]\n"
			 "route: {receiver: ops, escalate: [{after: 5m, receiver: pager}]}\n",
			 &options);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 10);
	assert_true(notify_next_escalation(world.sink, alert->id, &at_ns, &receiver));
	assert_string_equal(receiver, "pager");
	assert_int_equal((at_ns - WORLD_START_NS) / NS_PER_S, 302);
	world_state(&world, alert, ALERT_RESOLVED);
	assert_false(notify_next_escalation(world.sink, alert->id, &at_ns, &receiver));
}

static void an_escalation_goes_on_over_a_restart(void **state)
{
	(void)state;
	world_begin(&world, ESCALATING);
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 400);
	restart(ESCALATING, 100);
	world_run(&world, 600);
	world_heard(&world, "2 ops firing Slow/critical\n302 pager escalation Slow/critical step 1 after 300 s\n"
			    "902 chief escalation Slow/critical step 2 after 900 s\n");
}

static void each_tier_that_was_told_ends_behind_a_restart(void **state)
{
	struct alert *warning, *critical;

	(void)state;
	world_begin(&world, PLAIN);
	warning = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 20);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	restart(PLAIN, 10);
	world_run(&world, 20);
	world_state(&world, warning, ALERT_RESOLVED);
	world_state(&world, critical, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/warning\n22 ops firing Slow/critical\n"
			    "71 ops resolved Slow/warning\n71 ops resolved Slow/critical\n");
}

/* Before ends of inhibited alerts were told, who knew of one was written down as "covered". */
static void a_told_state_of_a_former_version_still_ends_what_was_covered(void **state)
{
	struct alert *warning, *critical;
	struct buf told = {0};
	char *at;

	(void)state;
	world_begin(&world, PLAIN);
	warning = world_fire(&world, "Slow", "warning", 1);
	critical = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/warning\n2 ops firing Slow/critical\n");
	notify_dispatch_print(world.dispatch, &told);
	at = strstr(told.bytes, "\"firing\"");
	buf_format(&world.heard, "%.*s\"covered\"%s", (int)(at - told.bytes), told.bytes, at + strlen("\"firing\""));
	buf_fini(&told);
	told = world.heard;
	world.heard = (struct buf){0};
	buf_text(&world.heard, "");
	again(PLAIN, 60, &told);
	world_inhibit(&world, warning, critical);
	world_run(&world, 20);
	world_heard(&world, "");
	world_state(&world, warning, ALERT_RESOLVED);
	world_state(&world, critical, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "101 ops resolved Slow/warning\n101 ops resolved Slow/critical\n");
}

static void a_damaged_told_state_is_refused_and_all_is_told_again(void **state)
{
	struct buf told = {0};
	unsigned refused_count = 0;

	(void)state;
	world_begin(&world, PLAIN);
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	notify_dispatch_print(world.dispatch, &told);
	assert_non_null(strstr(told.bytes, "\"receiver\":\"ops\",\"state\":\"firing\""));
	for (size_t i = 0; i < told.length; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			told.bytes[i] = (char)(told.bytes[i] ^ (1 << bit));
			refused_count += notify_dispatch_load(world.dispatch, told.bytes, told.length) != 0;
			told.bytes[i] = (char)(told.bytes[i] ^ (1 << bit));
		}
	for (size_t i = 0; i < told.length; i++)
		assert_int_not_equal(notify_dispatch_load(world.dispatch, told.bytes, i), 0);
	assert_true(refused_count > told.length * 4);
	assert_int_not_equal(notify_dispatch_load(world.dispatch, "[]", 2), 0);
	assert_int_not_equal(notify_dispatch_load(world.dispatch, "{\"version\":2,\"told\":[]}", 23), 0);
	assert_int_equal(notify_dispatch_load(world.dispatch, "{\"version\":1,\"told\":[]}", 23), 0);
	buf_fini(&told);
}

static void the_generation_moves_with_what_is_printed(void **state)
{
	struct buf before = {0}, after = {0};
	uint64_t generation;

	(void)state;
	world_begin(&world, PLAIN);
	generation = notify_dispatch_generation(world.dispatch);
	notify_dispatch_print(world.dispatch, &before);
	world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	notify_dispatch_print(world.dispatch, &after);
	assert_string_not_equal(before.bytes, after.bytes);
	assert_int_not_equal(notify_dispatch_generation(world.dispatch), generation);
	generation = notify_dispatch_generation(world.dispatch);
	world_run(&world, 100);
	assert_int_equal(notify_dispatch_generation(world.dispatch), generation);
	buf_fini(&before);
	buf_fini(&after);
}

/* ---- reload ---- */

static void reload(const char *file)
{
	struct notify_config *config = notify_compile("n.yaml", file, strlen(file));

	assert_non_null(config);
	world_report(&world);
	notify_dispatch_reload(world.dispatch, config);
	notify_config_free(world.config);
	world.config = config;
}

static void a_new_file_does_not_tell_again_what_the_same_receiver_knows(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	reload("receivers: [{name: new, log: {}}, {name: ops, syslog: {}}]\n"
	       "route: {receivers: [ops, new], group_by: [pid]}\n");
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n22 new firing Slow/critical\n");
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "41 new resolved Slow/critical\n41 ops resolved Slow/critical\n");
}

static void a_receiver_that_no_route_names_any_more_still_hears_the_end(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, PLAIN);
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 20);
	reload(TWO "route: {receiver: pager}\n");
	world_run(&world, 20);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 20);
	world_heard(&world, "2 ops firing Slow/critical\n22 pager firing Slow/critical\n"
			    "41 ops resolved Slow/critical\n41 pager resolved Slow/critical\n");
}

static void a_message_knows_the_value_of_now(void **state)
{
	struct alert *alert;

	(void)state;
	world_begin(&world, TWO "route: {receiver: ops, repeat: 1m}\n");
	alert = world_fire(&world, "Slow", "critical", 1);
	world_run(&world, 10);
	alert->value = 99; /* without an event, as the judge does it */
	world.is_deaf = true;
	world_report(&world);
	world_run(&world, 60);
	assert_non_null(world.under_way);
	assert_int_equal(world.under_way->event, NOTIFY_REPEAT);
	assert_true(world.under_way->notes[0]->value == 99);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_fires_is_told_after_group_wait_and_its_end_once),
		TEST(what_never_fired_is_never_told),
		TEST(an_alert_whose_target_is_gone_has_ended_and_not_resolved),
		TEST(what_fires_anew_is_told_anew),
		TEST(a_short_gap_inside_the_interval_is_not_told),
		TEST(what_ended_before_it_could_be_told_is_told_with_its_end),
		TEST(tiers_are_told_one_after_the_other_and_each_of_them_resolves),
		TEST(tiers_of_one_group_do_not_wait_for_its_interval),
		TEST(a_lower_tier_that_is_released_is_no_news),
		TEST(a_lower_tier_that_is_released_is_repeated_in_its_time),
		TEST(a_lower_tier_that_comes_and_goes_with_a_higher_one_is_told_once),
		TEST(a_lower_tier_whose_message_was_let_go_is_told_when_released),
		TEST(a_lower_tier_that_was_told_ends_at_once_while_the_higher_one_fires),
		TEST(a_tier_that_is_inhibited_from_the_start_is_never_told),
		TEST(what_is_silenced_is_told_when_the_silence_is_over),
		TEST(an_end_during_a_silence_is_told_behind_it),
		TEST(silenced_alerts_are_neither_repeated_nor_escalated),
		TEST(an_inhibition_of_the_file_holds_back_its_targets_with_equal_labels),
		TEST(an_end_under_an_inhibition_of_the_file_is_told_to_who_knows_of_the_alert),
		TEST(alerts_that_are_source_and_target_do_not_silence_each_other),
		TEST(what_still_fires_is_repeated_after_repeat),
		TEST(repeat_zero_means_never),
		TEST(an_acknowledged_alert_is_neither_repeated_nor_escalated_but_its_end_is_told),
		TEST(what_nobody_acknowledges_goes_to_the_next_receiver_once_per_step),
		TEST(an_acknowledgement_between_two_steps_stops_the_second),
		TEST(the_first_route_that_matches_takes_it_unless_it_says_continue),
		TEST(two_routes_to_one_receiver_tell_it_once),
		TEST(a_storm_is_one_message_with_a_count),
		TEST(what_joins_a_group_waits_for_its_interval_and_comes_alone),
		TEST(ten_thousand_alerts_are_told_in_time),
		TEST(what_a_full_queue_let_go_is_told_again_when_there_is_room),
		TEST(what_was_let_go_and_has_ended_meanwhile_is_not_told),
		TEST(at_the_end_of_the_run_nothing_waits_any_more),
		TEST(a_restored_alert_is_not_told_again_but_repeated_when_it_is_time),
		TEST(a_restored_alert_that_nobody_surely_got_is_told_again),
		TEST(the_end_of_a_restored_alert_is_told_to_those_who_got_its_firing),
		TEST(an_end_that_could_not_be_told_before_the_restart_is_told_behind_it),
		TEST(the_next_step_is_known_before_it_comes),
		TEST(nobody_is_next_while_an_alert_is_acknowledged_silenced_or_held_down),
		TEST(the_earliest_step_of_all_routes_is_next),
		TEST(the_sink_names_the_receiver_that_is_next),
		TEST(an_escalation_goes_on_over_a_restart),
		TEST(each_tier_that_was_told_ends_behind_a_restart),
		TEST(a_told_state_of_a_former_version_still_ends_what_was_covered),
		TEST(a_damaged_told_state_is_refused_and_all_is_told_again),
		TEST(the_generation_moves_with_what_is_printed),
		TEST(a_new_file_does_not_tell_again_what_the_same_receiver_knows),
		TEST(a_receiver_that_no_route_names_any_more_still_hears_the_end),
		TEST(a_message_knows_the_value_of_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
