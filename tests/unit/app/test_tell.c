/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "model/limits.h"
#include "desk.h"

static void hear(void *arg, bool is_done, const char *sentence)
{
	buf_format(&((struct desk *)arg)->heard, "%c %s\n", is_done ? '+' : '-', sentence);
}

static void open_control(struct desk *desk)
{
	const struct control_options options = {.is_private = true,
						.state = desk->state,
						.feed = &desk->world.feed,
						.arg = desk,
						.now_ms = desk_now};

	assert_int_equal(control_new(&desk->control, &options), 0);
	desk->tell = tell_new(desk->control);
}

/* As app's loop: poll, control, tell. */
static void turn(struct desk *desk, int timeout_ms)
{
	struct pollfd fds[TELL_FDS + CONTROL_FDS];
	size_t tell_count = tell_fds(desk->tell, fds, TELL_FDS);
	size_t count = control_fds(desk->control, fds + tell_count, CONTROL_FDS);

	assert_true(poll(fds, tell_count + count, timeout_ms) >= 0);
	control_poll(desk->control, fds + tell_count, count, &desk->world.view);
	tell_poll(desk->tell, hear, desk);
}

static void turns(struct desk *desk, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		turn(desk, 0);
}

static void assert_heard(struct desk *desk, const char *wanted)
{
	assert_string_equal(desk->heard.bytes, wanted);
	buf_reset(&desk->heard);
	buf_text(&desk->heard, "");
}

static void tell_this(struct desk *desk, const struct tui_request *request)
{
	char *why = NULL;

	assert_int_equal(tell_ask(desk->tell, request, &why), 0);
	assert_null(why);
}

static struct alert *add(struct desk *desk, const char *name, uint64_t id)
{
	char *labels = mem_format("{alertname=\"%s\"}", name);
	struct alert *alert = world_alert(&desk->world, labels, ALERT_FIRING);

	free(labels);
	alert->id = id;
	return alert;
}

static void what_is_told_is_done_as_ctl_would_do_it(void **arg)
{
	struct desk *desk = *arg;
	struct alert *alert;

	open_control(desk);
	alert = add(desk, "TtsRequestSlow", 0xabcd000000000001ull);
	tell_this(desk, &(struct tui_request){.kind = TUI_ACK,
					      .id = alert->id,
					      .comment = "\"mine\" \\ \x1b[2J"});
	turns(desk, 4);
	assert_heard(desk,
		     "+ TtsRequestSlow is acknowledged (not saved: this tracer keeps no state)\n");
	assert_string_equal(alert->ack.comment, "\"mine\" \\ \x1b[2J");
	assert_int_equal(alert->ack.uid, geteuid());
	tell_this(desk,
		  &(struct tui_request){.kind = TUI_SILENCE,
					.matchers = "{alertname=\"TtsRequestSlow\",pid=\"7\"}",
					.duration = "1h30m",
					.comment = "deploy"});
	turns(desk, 4);
	assert_heard(desk, "+ silence 1 holds for 1h30m (not saved: this tracer keeps no state): "
			   "{alertname=\"TtsRequestSlow\",pid=\"7\"}\n");
	assert_string_equal(desk->world.view.silences->text,
			    "{alertname=\"TtsRequestSlow\",pid=\"7\"}");
	assert_string_equal(desk->world.view.silences->comment, "deploy");
	tell_this(desk, &(struct tui_request){.kind = TUI_UNSILENCE, .id = 1});
	turns(desk, 4);
	assert_heard(desk, "+ silence 1 is over (not saved: this tracer keeps no state)\n");
	assert_null(desk->world.view.silences);
	tell_this(desk, &(struct tui_request){.kind = TUI_RESOLVE, .id = alert->id, .comment = ""});
	turns(desk, 4);
	assert_heard(
		desk,
		"+ alert abcd0000 is resolved by hand (not saved: this tracer keeps no state)\n");
	assert_null(desk->world.view.alerts);
	assert_int_equal(desk->world.controls_count, 4);
}

static void what_is_saved_says_so(void **arg)
{
	struct desk *desk = *arg;
	struct alert *alert;

	desk_keep(desk);
	open_control(desk);
	alert = add(desk, "TtsRequestSlow", 0xabcd000000000001ull);
	tell_this(desk, &(struct tui_request){.kind = TUI_ACK, .id = alert->id, .comment = "mine"});
	for (unsigned i = 0; i < 50 && !desk->heard.length; i++)
		turn(desk, 100);
	assert_heard(desk, "+ TtsRequestSlow is acknowledged (saved)\n");
}

static void refusals_keep_their_reasons(void **arg)
{
	struct desk *desk = *arg;

	open_control(desk);
	tell_this(desk, &(struct tui_request){.kind = TUI_ACK, .id = 0x123, .comment = ""});
	turns(desk, 4);
	assert_heard(desk, "- no alert that is pending or firing has an id that begins with "
			   "0000000000000123\n");
	tell_this(desk, &(struct tui_request){.kind = TUI_SILENCE,
					      .matchers = "{a=\"b\"}",
					      .duration = "soon",
					      .comment = ""});
	turns(desk, 4);
	assert_heard(
		desk,
		"- \"soon\" is not a time above 0 and up to 10 years, like 30m, 2h or 1d12h\n");
	tell_this(desk, &(struct tui_request){.kind = TUI_SILENCE,
					      .matchers = "{a=}",
					      .duration = "1h",
					      .comment = ""});
	turns(desk, 4);
	assert_int_equal(desk->heard.bytes[0], '-');
	assert_int_equal(desk->world.controls_count, 0);
}

static void several_are_done_in_the_order_in_which_they_were_said(void **arg)
{
	struct desk *desk = *arg;
	struct alert *one, *two;

	open_control(desk);
	one = add(desk, "One", 0x1000000000000001ull);
	two = add(desk, "Two", 0x2000000000000001ull);
	desk->world.is_late = true;
	tell_this(desk, &(struct tui_request){.kind = TUI_ACK, .id = two->id, .comment = ""});
	tell_this(desk, &(struct tui_request){.kind = TUI_ACK, .id = 3, .comment = ""});
	tell_this(desk, &(struct tui_request){.kind = TUI_ACK, .id = one->id, .comment = ""});
	turns(desk, 5);
	assert_heard(desk, ""); /* the first one waits for the view */
	world_tick(&desk->world);
	turns(desk, 5);
	world_tick(&desk->world);
	turns(desk, 5);
	assert_heard(
		desk,
		"+ Two is acknowledged (not saved: this tracer keeps no state)\n"
		"- no alert that is pending or firing has an id that begins with 0000000000000003\n"
		"+ One is acknowledged (not saved: this tracer keeps no state)\n");
}

static void what_the_flow_never_does_is_never_called_done(void **arg)
{
	struct desk *desk = *arg;

	open_control(desk);
	add(desk, "One", 0x1000000000000001ull);
	desk->world.is_deaf = true;
	tell_this(desk, &(struct tui_request){
				.kind = TUI_ACK, .id = 0x1000000000000001ull, .comment = ""});
	turns(desk, 4);
	desk->now_ms += CONTROL_SHOW_MS;
	turns(desk, 4);
	assert_int_equal(desk->heard.bytes[0], '-');
}

static void a_control_that_never_answers_is_not_waited_for_for_ever(void **arg)
{
	struct desk *desk = *arg;
	struct pollfd fds[TELL_FDS];
	size_t count;

	open_control(desk);
	tell_this(desk, &(struct tui_request){.kind = TUI_UNSILENCE, .id = 1});
	tell_poll(desk->tell, hear, desk); /* and nobody polls the control */
	count = tell_fds(desk->tell, fds, TELL_FDS);
	assert_int_equal(count, 1);
	desk->now_ms += 10000;
	tell_poll(desk->tell, hear, desk);
	assert_heard(desk, "");
	desk->now_ms += 60000;
	tell_poll(desk->tell, hear, desk);
	assert_heard(desk, "- the tracer did not answer in time: look whether it was done\n");
	assert_int_equal(tell_fds(desk->tell, fds, TELL_FDS), 0);
}

static void too_many_at_once_are_refused_at_once(void **arg)
{
	struct desk *desk = *arg;
	const struct tui_request request = {.kind = TUI_UNSILENCE, .id = 1};
	char *why = NULL;

	open_control(desk);
	for (unsigned i = 0; i < TELL_MAX; i++)
		tell_this(desk, &request);
	assert_true(tell_ask(desk->tell, &request, &why) < 0);
	assert_string_equal(why, "16 requests are under way already: try again when they are done");
	free(why);
	turns(desk, 4 * TELL_MAX);
	tell_this(desk, &request);
}

static void what_cannot_be_asked_because_all_places_are_taken_says_so(void **arg)
{
	struct desk *desk = *arg;
	int fds[CONTROL_CLIENTS];

	open_control(desk);
	add(desk, "One", 0x1000000000000001ull);
	desk->world.is_deaf = true;
	for (unsigned i = 0; i < CONTROL_CLIENTS;
	     i++) { /* they all wait for a change that never comes */
		static const char request[] = "{\"command\":\"ack\",\"id\":\"1000000000000001\"}\n";

		fds[i] = control_connect(desk->control);
		assert_true(fds[i] >= 0);
		assert_int_equal(send(fds[i], request, sizeof(request) - 1, 0),
				 sizeof(request) - 1);
		turn(desk, 0);
	}
	tell_this(desk, &(struct tui_request){.kind = TUI_UNSILENCE, .id = 1});
	turn(desk, 0);
	assert_heard(desk, "- too many clients ask the tracer at once: try again\n");
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		close(fds[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_told_is_done_as_ctl_would_do_it),
		TEST(what_is_saved_says_so),
		TEST(refusals_keep_their_reasons),
		TEST(several_are_done_in_the_order_in_which_they_were_said),
		TEST(what_the_flow_never_does_is_never_called_done),
		TEST(a_control_that_never_answers_is_not_waited_for_for_ever),
		TEST(too_many_at_once_are_refused_at_once),
		TEST(what_cannot_be_asked_because_all_places_are_taken_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
