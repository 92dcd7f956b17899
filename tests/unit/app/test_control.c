/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <json-c/json.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/control_place.h"
#include "base/io.h"
#include "model/limits.h"
#include "desk.h"

static int desk_reload(void *arg, char **message)
{
	struct desk *desk = arg;

	*message = desk->reload_message ? mem_string(desk->reload_message) : NULL;
	return desk->reload_error;
}

static void desk_receivers(void *arg, struct buf *json)
{
	(void)arg;
	buf_text(json, "[{\"receiver\":\"ops\",\"kind\":\"syslog\",\"sent\":3}]");
}

static struct control_options desk_options(struct desk *desk)
{
	return (struct control_options){
		.path = desk->path,
		.state = desk->state,
		.feed = &desk->world.feed,
		.tail = desk->tail,
		.arg = desk,
		.reload = desk_reload,
		.receivers = desk_receivers,
		.now_ms = desk_now,
	};
}

static void desk_open(struct desk *desk)
{
	const struct control_options options = desk_options(desk);

	assert_int_equal(control_new(&desk->control, &options), 0);
}

static void desk_poll(struct desk *desk)
{
	struct pollfd fds[CONTROL_FDS];
	size_t count = control_fds(desk->control, fds, CONTROL_FDS);

	assert_true(poll(fds, count, 0) >= 0);
	control_poll(desk->control, fds, count, &desk->world.view);
}

static int client_open(struct desk *desk)
{
	int fd = io_connect(desk->path, SOCK_STREAM);

	assert_true(fd >= 0);
	return fd;
}

static void client_send(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* What has come so far; *is_over: the tracer hung up. */
static char *client_take(int fd, bool *is_over)
{
	struct buf text = {0};
	char part[65536];
	ssize_t length;

	buf_text(&text, "");
	while ((length = recv(fd, part, sizeof(part), MSG_DONTWAIT)) > 0)
		buf_add(&text, part, (size_t)length);
	*is_over = !length || (length < 0 && errno != EAGAIN);
	return text.bytes;
}

/* The answer, an object; NULL: none yet. */
static struct json_object *client_answer(int fd)
{
	bool is_over;
	char *text = client_take(fd, &is_over);
	struct json_object *answer = NULL;

	if (text[0]) {
		assert_true(is_over);
		assert_int_equal(text[strlen(text) - 1], '\n');
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		answer = json_tokener_parse(text);
		assert_non_null(answer);
	}
	free(text);
	return answer;
}

/* The state file's thread answers in its own time: waits for its event, at most 5 s. Closes fd. */
static struct json_object *desk_ask_at(struct desk *desk, int fd, const char *request)
{
	struct json_object *answer = NULL;

	assert_true(fd >= 0);
	client_send(fd, request);
	client_send(fd, "\n");
	for (unsigned i = 0; i < 50 && !answer; i++) {
		struct pollfd event = {.fd = desk->state ? state_file_fd(desk->state) : -1,
				       .events = POLLIN};

		desk_poll(desk);
		answer = client_answer(fd);
		if (!answer && poll(&event, 1, 100) < 0)
			break;
		if (!answer)
			desk_poll(desk);
	}
	close(fd);
	assert_non_null(answer);
	return answer;
}

static struct json_object *desk_ask(struct desk *desk, const char *request)
{
	return desk_ask_at(desk, client_open(desk), request);
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value)
							      : "(none)";
}

static void assert_field(struct json_object *object, const char *key, const char *wanted)
{
	assert_string_equal(text_of(object, key), wanted);
}

/* Asks, and holds one field of the answer against what is wanted. */
static void ask(struct desk *desk, const char *request, const char *key, const char *wanted)
{
	struct json_object *answer = desk_ask(desk, request);

	assert_field(answer, key, wanted);
	assert_field(answer, "ok", strcmp(key, "code") && strcmp(key, "error") ? "true" : "false");
	json_object_put(answer);
}

static char *id_of(const struct alert *alert, unsigned digits)
{
	char *id = mem_format("%016llx", (unsigned long long)alert->id);

	id[digits] = '\0';
	return id;
}

static void an_acknowledgement_is_done_when_it_is_on_the_disk(void **arg)
{
	struct desk *desk = *arg;
	const struct alert *alert;
	char *id, *request, *saved;
	FILE *file;

	desk_keep(desk);
	desk_open(desk);
	alert = world_alert(&desk->world, "{alertname=\"TooSlow\"}", ALERT_FIRING);
	id = id_of(alert, 6);
	request = mem_format("{\"command\":\"ack\",\"id\":\"%s\",\"comment\":\"on it\"}", id);
	ask(desk, request, "saved", "true");
	assert_true(state_file_holds(desk->state, desk->world.view.state_generation));
	assert_string_equal(alert->ack.comment, "on it");
	assert_int_equal(alert->ack.uid, geteuid());
	file = fopen(desk->state_path, "r");
	saved = mem_new(8192);
	assert_true(fread(saved, 1, 8191, file) > 0);
	fclose(file);
	assert_non_null(strstr(saved, "\"comment\":\"on it\""));
	free(saved);
	free(request);
	free(id);
}

static void a_change_that_shows_at_the_next_tick_is_waited_for(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer;
	const struct alert *alert;
	char *id, *request;
	int fd;

	desk_open(desk);
	alert = world_alert(&desk->world, "{alertname=\"TooSlow\"}", ALERT_PENDING);
	desk->world.is_late = true;
	id = id_of(alert, 16);
	request = mem_format("{\"command\":\"ack\",\"id\":\"%s\"}\n", id);
	fd = client_open(desk);
	client_send(fd, request);
	desk_poll(desk);
	assert_null(client_answer(fd));
	world_tick(&desk->world);
	desk_poll(desk);
	answer = client_answer(fd);
	assert_field(answer, "ok", "true");
	assert_field(answer, "saved", "false"); /* this run keeps no state */
	assert_field(answer, "id", id);
	json_object_put(answer);
	close(fd);
	free(request);
	free(id);
}

static void changes_go_one_at_a_time_and_each_silence_knows_its_id(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answers[5] = {0};
	int fds[5];

	desk_open(desk);
	desk->world.is_late = true;
	for (unsigned i = 0; i < 5; i++) {
		fds[i] = client_open(desk);
		client_send(
			fds[i],
			"{\"command\":\"silence\",\"matchers\":\"a=\\\"b\\\"\",\"for\":\"2h\"}\n");
	}
	for (unsigned i = 0; i < 6; i++) {
		desk_poll(desk);
		world_tick(&desk->world);
	}
	for (unsigned i = 0; i < 5; i++) {
		char id[2] = {(char)('1' + i), '\0'};

		answers[i] = client_answer(fds[i]);
		assert_non_null(answers[i]);
		assert_field(answers[i], "id", id);
		json_object_put(answers[i]);
		close(fds[i]);
	}
}

static void what_the_flow_never_does_is_never_called_done(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer;
	int fd;

	desk_open(desk);
	desk->world.is_deaf = true;
	fd = client_open(desk);
	client_send(fd, "{\"command\":\"silence\",\"matchers\":\"a=\\\"b\\\"\",\"for\":\"2h\"}\n");
	desk_poll(desk);
	desk->now_ms += CONTROL_SHOW_MS - 1;
	desk_poll(desk);
	assert_null(client_answer(fd));
	assert_int_equal(control_timeout_ms(desk->control), 1);
	desk->now_ms++;
	desk_poll(desk);
	answer = client_answer(fd);
	assert_field(answer, "code", "not_done");
	json_object_put(answer);
	close(fd);
}

static void what_is_done_but_not_saved_says_so(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer;
	int fd;

	desk_keep(desk);
	assert_true(state_file_wait(desk->state, desk->world.view.state_generation, 5000));
	assert_int_equal(unlink(desk->state_path), 0);
	assert_int_equal(mkdir(desk->state_path, 0700), 0); /* nothing can be renamed onto it */
	desk_open(desk);
	fd = client_open(desk);
	client_send(fd, "{\"command\":\"silence\",\"matchers\":\"a=\\\"b\\\"\",\"for\":\"2h\"}\n");
	desk_poll(desk);
	assert_non_null(desk->world.view.silences);
	assert_null(client_answer(fd));
	desk->now_ms += CONTROL_SAVE_MS;
	desk_poll(desk);
	answer = client_answer(fd);
	assert_field(answer, "code", "not_saved");
	json_object_put(answer);
	close(fd);
}

static void silences_come_and_go(void **arg)
{
	struct desk *desk = *arg;

	desk_open(desk);
	ask(desk,
	    "{\"command\":\"silence\",\"matchers\":\"{engine=\\\"x\\\",alertname=~\\\"Too.*\\\"}\","
	    "\"for\":\"1d12h\",\"comment\":\"c\"}",
	    "ends_in_ns", "129600000000000");
	assert_true(desk->world.view.silences->end_at_real_ns -
			    desk->world.view.silences->start_at_real_ns ==
		    36 * 3600 * NS_PER_S);
	assert_string_equal(desk->world.view.silences->comment, "c");
	ask(desk, "{\"command\":\"unsilence\",\"id\":2}", "code", "no_such_silence");
	ask(desk, "{\"command\":\"unsilence\",\"id\":\"x\"}", "code", "bad_request");
	ask(desk, "{\"command\":\"unsilence\",\"id\":-1}", "code", "bad_request");
	ask(desk, "{\"command\":\"unsilence\",\"id\":1}", "id", "1");
	assert_null(desk->world.view.silences);
}

static void an_alert_that_is_resolved_by_hand_leaves(void **arg)
{
	struct desk *desk = *arg;
	char *id, *request;

	desk_open(desk);
	id = id_of(world_alert(&desk->world, "{alertname=\"TooSlow\"}", ALERT_FIRING), 4);
	request = mem_format("{\"command\":\"resolve\",\"id\":\"%s\"}", id);
	ask(desk, request, "saved", "false");
	assert_null(desk->world.view.alerts);
	ask(desk, request, "code", "no_such_alert");
	free(request);
	free(id);
}

static void an_id_must_mean_one_alert(void **arg)
{
	struct desk *desk = *arg;
	struct alert *one, *two;
	struct json_object *answer, *candidates;

	desk_open(desk);
	desk->world.view.rules = NULL;
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\"}", "code", "no_rules");
	desk->world.view.rules = &desk->world.rules;
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\"}", "code", "no_such_alert");
	one = world_alert(&desk->world, "{alertname=\"One\"}", ALERT_FIRING);
	two = world_alert(&desk->world, "{alertname=\"Two\"}", ALERT_FIRING);
	one->id = 0xabcd000000000001ull;
	two->id = 0xabcd100000000001ull;
	answer = desk_ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\"}");
	assert_field(answer, "code", "ambiguous");
	assert_true(json_object_object_get_ex(answer, "candidates", &candidates));
	assert_int_equal(json_object_array_length(candidates), 2);
	assert_field(json_object_array_get_idx(candidates, 1), "id", "abcd100000000001");
	assert_field(json_object_array_get_idx(candidates, 1), "alert", "Two");
	json_object_put(answer);
	ask(desk, "{\"command\":\"ack\",\"id\":\"abc\"}", "code", "bad_request");
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcg\"}", "code", "bad_request");
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd0000000000011\"}", "code", "bad_request");
	assert_int_equal(one->ack.at_real_ns + two->ack.at_real_ns, 0);
	ask(desk, "{\"command\":\"ack\",\"id\":\"ABCD1\"}", "alert", "Two");
	assert_true(two->ack.at_real_ns && !one->ack.at_real_ns);
	one->id = two->id; /* two rules that give one label set: both are meant */
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\"}", "ok", "true");
}

static void an_alert_may_be_acknowledged_again(void **arg)
{
	struct desk *desk = *arg;
	struct alert *alert;

	desk_open(desk);
	alert = world_alert(&desk->world, "{alertname=\"One\"}", ALERT_FIRING);
	alert->id = 0xabcd000000000001ull;
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\",\"comment\":\"a\"}", "ok", "true");
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\",\"comment\":\"a\"}", "ok", "true");
	ask(desk, "{\"command\":\"ack\",\"id\":\"abcd\",\"comment\":\"b\"}", "ok", "true");
	assert_string_equal(alert->ack.comment, "b");
	assert_int_equal(desk->world.controls_count, 3);
}

static void bad_matchers_are_answered_with_their_places(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer, *mistakes;

	desk_open(desk);
	answer = desk_ask(desk, "{\"command\":\"silence\",\"matchers\":\"{a=b}\",\"for\":\"2h\"}");
	assert_field(answer, "code", "bad_matchers");
	assert_true(json_object_object_get_ex(answer, "mistakes", &mistakes));
	assert_true(json_object_array_length(mistakes) >= 1);
	assert_field(json_object_array_get_idx(mistakes, 0), "place", "3");
	json_object_put(answer);
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"{}\",\"for\":\"2h\"}", "code",
	    "bad_matchers");
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"\",\"for\":\"2h\"}", "code",
	    "bad_matchers");
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"a=~\\\"(\\\"\",\"for\":\"2h\"}", "code",
	    "bad_matchers");
	assert_int_equal(desk->world.controls_count, 0);
}

static void a_silence_that_demands_no_label_is_refused(void **arg)
{
	struct desk *desk = *arg;

	desk_open(desk);
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"a=~\\\".*\\\"\",\"for\":\"2h\"}", "code",
	    "bad_matchers");
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"{a=\\\"\\\",b!=\\\"x\\\"}\",\"for\":\"2h\"}",
	    "code", "bad_matchers");
	assert_int_equal(desk->world.controls_count, 0);
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"{a=~\\\".+\\\",b!=\\\"x\\\"}\",\"for\":\"2h\"}",
	    "ok", "true");
}

static void bad_durations_and_too_many_silences_are_refused(void **arg)
{
	static const char *const bad[] = {"",	  "0",	 "-1h", "x", "2 h", "99999999999999999999h",
					  "100y", "1h1h"};
	struct desk *desk = *arg;

	desk_open(desk);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *request = mem_format(
			"{\"command\":\"silence\",\"matchers\":\"a=\\\"b\\\"\",\"for\":\"%s\"}",
			bad[i]);

		ask(desk, request, "code", "bad_duration");
		free(request);
	}
	for (unsigned i = 0; i < LIMIT_SILENCES; i++)
		world_add_silence(&desk->world, &(struct tt_control){.end_at_real_ns = UINT64_MAX},
				  "{}", "");
	ask(desk, "{\"command\":\"silence\",\"matchers\":\"a=\\\"b\\\"\",\"for\":\"2h\"}", "code",
	    "too_many");
	assert_int_equal(desk->world.controls_count, 0);
}

static void requests_that_are_none_are_refused(void **arg)
{
	static const char *const bad[] = {
		"",
		"x",
		"[]",
		"{}",
		"null",
		"{\"command\":1}",
		"{\"command\":\"dance\"}",
		"{\"command\":\"ack\"}",
		"{\"command\":\"ack\",\"id\":\"abcd\",\"extra\":1}",
		"{\"command\":\"status\",\"id\":\"abcd\"}",
		"{\"command\":\"ack\",\"id\":null}",
		"{\"command\":\"ack\",\"id\":[\"abcd\"]}",
		"{\"command\":\"ack\",\"id\":\"ab\\u0000cd\"}",
		"{\"command\":\"silence\",\"matchers\":\"a=\\\"b\\\"\"}",
		"{\"command\":\"silence\",\"for\":\"2h\"}",
		"{\"command\":\"status\"} x",
		"{\"command\":\"status\"",
		"{\"command\":\"status\\",
		"{\"a\":{\"b\":{\"c\":{\"d\":1}}}}",
		"{\"command\":\"ack\",\"id\":\"abcd\",\"comment\":\"\xff\"}",
		"{\"command\":\"status\",\"last\":1}",
		"{\"command\":\"logs\",\"id\":\"abcd\"}",
		"{\"command\":\"logs\",\"level\":\"loud\"}",
		"{\"command\":\"logs\",\"level\":3}",
		"{\"command\":\"logs\",\"trace\":\"\"}",
		"{\"command\":\"logs\",\"trace\":\"abcg\"}",
		"{\"command\":\"logs\",\"trace\":\"000000000000000000000000000000000\"}",
		"{\"command\":\"logs\",\"last\":0}",
		"{\"command\":\"logs\",\"last\":-1}",
		"{\"command\":\"logs\",\"last\":10001}",
		"{\"command\":\"logs\",\"last\":\"x\"}",
		"{\"command\":\"logs\",\"last\":1.5}",
	};
	struct desk *desk = *arg;

	desk_open(desk);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ask(desk, bad[i], "code", "bad_request");
	assert_int_equal(desk->world.controls_count, 0);
}

static void a_comment_over_the_limit_is_refused_and_one_at_it_is_kept(void **arg)
{
	struct desk *desk = *arg;
	struct buf request = {0};
	struct alert *alert;

	desk_open(desk);
	alert = world_alert(&desk->world, "{alertname=\"One\"}", ALERT_FIRING);
	alert->id = 0xabcd000000000001ull;
	for (unsigned over = 0; over < 2; over++) {
		buf_reset(&request);
		buf_text(&request, "{\"command\":\"ack\",\"id\":\"abcd\",\"comment\":\"");
		buf_fill(&request, "x", TT_CONTROL_TEXT_MAX + over);
		buf_text(&request, "\"}");
		ask(desk, request.bytes, over ? "code" : "ok", over ? "bad_request" : "true");
	}
	assert_int_equal(strlen(alert->ack.comment), TT_CONTROL_TEXT_MAX);
	buf_fini(&request);
}

static void a_request_over_64_kib_is_refused(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer;
	struct buf request = {0};
	int fd;

	desk_open(desk);
	fd = client_open(desk);
	buf_fill(&request, " ", CONTROL_REQUEST_MAX_BYTES + 1);
	for (size_t done = 0; done < request.length;) {
		ssize_t sent = send(fd, request.bytes + done, request.length - done,
				    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0)
			done += (size_t)sent;
		desk_poll(desk);
	}
	answer = client_answer(fd);
	assert_field(answer, "code", "bad_request");
	json_object_put(answer);
	close(fd);
	buf_fini(&request);
}

static void a_client_that_is_slow_to_ask_is_cut(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer;
	int fd;

	desk_open(desk);
	assert_int_equal(control_timeout_ms(desk->control), -1);
	fd = client_open(desk);
	client_send(fd, "{");
	desk_poll(desk);
	assert_int_equal(control_timeout_ms(desk->control), CONTROL_CLIENT_MS);
	for (unsigned i = 0; i < 4; i++) { /* a byte now and then buys no time */
		desk->now_ms += CONTROL_CLIENT_MS / 5;
		client_send(fd, " ");
		desk_poll(desk);
	}
	assert_null(client_answer(fd));
	desk->now_ms += CONTROL_CLIENT_MS / 5;
	desk_poll(desk);
	answer = client_answer(fd);
	assert_field(answer, "code", "bad_request");
	assert_int_equal(control_timeout_ms(desk->control), -1);
	json_object_put(answer);
	close(fd);
}

static void a_client_that_is_slow_to_read_is_cut(void **arg)
{
	struct desk *desk = *arg;
	bool is_over;
	char *text;
	int fd;

	desk_open(desk);
	for (unsigned i = 0; i < 3000; i++) {
		char *labels = mem_format(
			"{alertname=\"TooSlow%u\",engine=\"an engine of some name\"}", i);

		world_alert(&desk->world, labels, ALERT_FIRING);
		free(labels);
	}
	fd = client_open(desk);
	client_send(fd, "{\"command\":\"alerts\"}\n");
	desk_poll(desk);
	desk_poll(desk);
	assert_int_equal(control_timeout_ms(desk->control),
			 CONTROL_CLIENT_MS); /* the socket is full, it waits */
	desk->now_ms += CONTROL_CLIENT_MS;
	desk_poll(desk);
	assert_int_equal(control_timeout_ms(desk->control), -1);
	text = client_take(fd, &is_over);
	assert_true(is_over && strlen(text) > 0 && !strchr(text, '\n'));
	free(text);
	close(fd);
}

static void who_is_quick_gets_in_among_any_number_of_slow_ones(void **arg)
{
	struct desk *desk = *arg;
	int slow[40];

	desk_open(desk);
	for (unsigned i = 0; i < 40; i++) {
		slow[i] = client_open(desk);
		client_send(slow[i], "{");
		desk_poll(desk);
	}
	ask(desk, "{\"command\":\"silences\"}", "command", "silences");
	for (unsigned i = 0; i < 40; i++) { /* the longest at it made room */
		bool is_over;
		char *text = client_take(slow[i], &is_over);

		assert_int_equal(is_over, i < 40 - CONTROL_CLIENTS + 1);
		assert_int_equal(strstr(text, "\"busy\"") != NULL, is_over);
		free(text);
		close(slow[i]);
	}
	desk_poll(desk);
	assert_int_equal(control_timeout_ms(desk->control), -1);
}

static void clients_that_leave_without_a_word_leave_nothing(void **arg)
{
	struct desk *desk = *arg;

	desk_open(desk);
	for (unsigned i = 0; i < 100; i++) {
		int fd = client_open(desk);

		if (i % 3 == 1)
			client_send(fd, "{\"command\":\"al");
		if (i % 3 == 2)
			client_send(fd, "{\"command\":\"status\"}\n");
		if (i % 2)
			desk_poll(desk);
		close(fd);
		desk_poll(desk);
		desk_poll(desk);
	}
	assert_int_equal(control_timeout_ms(desk->control), -1);
}

static void reload_says_what_became_of_it(void **arg)
{
	struct desk *desk = *arg;

	desk_open(desk);
	ask(desk, "{\"command\":\"reload\"}", "command", "reload");
	desk->reload_message = "12 rules";
	ask(desk, "{\"command\":\"reload\"}", "message", "12 rules");
	desk->reload_error = -EINVAL;
	desk->reload_message = "a.yaml:3:7: no";
	ask(desk, "{\"command\":\"reload\"}", "error", "a.yaml:3:7: no");
}

static void alerts_are_answered_with_all_that_is_known(void **arg)
{
	struct desk *desk = *arg;
	const struct label annotations[] = {{"summary", "slow \x1b[31m"}};
	struct json_object *answer, *alerts, *alert, *part;
	struct alert *one;

	desk_open(desk);
	one = world_alert(&desk->world, "{alertname=\"One\",engine=\"x\",severity=\"critical\"}",
			  ALERT_FIRING);
	one->tier = TIER_CRITICAL;
	one->annotations = annotations;
	one->annotations_count = 1;
	one->value = 7.5;
	one->has_threshold = true;
	one->threshold = 5;
	strcpy(one->comparison, ">");
	one->is_unknown = true;
	strcpy(one->reason, "lost 3 enters");
	one->trace_id[0] = 0xab;
	one->silence_id = 9;
	one->inhibited_by = 0x12;
	desk->world.view.now_ns += 3 * NS_PER_S;
	answer = desk_ask(desk, "{\"command\":\"alerts\"}");
	assert_true(json_object_object_get_ex(answer, "alerts", &alerts));
	assert_int_equal(json_object_array_length(alerts), 1);
	alert = json_object_array_get_idx(alerts, 0);
	assert_field(alert, "name", "One");
	assert_field(alert, "tier", "critical");
	assert_field(alert, "state", "firing");
	assert_field(alert, "value", "7.5");
	assert_field(alert, "threshold", "5.0");
	assert_field(alert, "comparison", ">");
	assert_field(alert, "unknown", "true");
	assert_field(alert, "reason", "lost 3 enters");
	assert_field(alert, "active_age_ns", "3000000000");
	assert_field(alert, "active_at", "2027-01-15T08:00:00.000000000Z");
	assert_field(alert, "trace_id", "ab000000000000000000000000000000");
	assert_field(alert, "inhibited_by", "0000000000000012");
	assert_field(alert, "ack", "(none)");
	assert_true(json_object_object_get_ex(alert, "labels", &part));
	assert_field(part, "engine", "x");
	assert_true(json_object_object_get_ex(alert, "annotations", &part));
	assert_field(part, "summary",
		     "slow \x1b[31m"); /* escaped on the wire, as the raw bytes below show */
	json_object_put(answer);
	one->annotations_count = 0;
}

static void what_was_resolved_by_hand_is_answered_apart(void **arg)
{
	struct desk *desk = *arg;
	struct alert *alert, *other;
	struct json_object *answer, *list;
	char *id;

	desk_open(desk);
	alert = world_alert(&desk->world, "{alertname=\"TooSlow\"}", ALERT_FIRING);
	other = world_alert(&desk->world, "{alertname=\"Other\"}", ALERT_FIRING);
	id = id_of(alert, 16);
	world_mute(&desk->world, alert);
	desk->world.view.now_ns += 3 * NS_PER_S;
	answer = desk_ask(desk, "{\"command\":\"alerts\"}");
	assert_true(json_object_object_get_ex(answer, "alerts", &list));
	assert_int_equal(json_object_array_length(list), 1);
	assert_field(json_object_array_get_idx(list, 0), "name", other->name);
	assert_true(json_object_object_get_ex(answer, "muted", &list));
	assert_int_equal(json_object_array_length(list), 1);
	assert_field(json_object_array_get_idx(list, 0), "name", "TooSlow");
	assert_field(json_object_array_get_idx(list, 0), "id", id);
	assert_field(json_object_array_get_idx(list, 0), "state", "ended");
	assert_field(json_object_array_get_idx(list, 0), "ended_age_ns", "3000000000");
	json_object_put(answer);
	free(id);
}

/* --- the dashboard's way in --- */

static void a_private_control_leaves_nothing_in_the_file_system(void **arg)
{
	struct desk *desk = *arg;
	struct control_options options = desk_options(desk);
	struct pollfd fds[CONTROL_FDS];
	int fd;

	options.is_private = true;
	assert_int_equal(control_new(&desk->control, &options), 0);
	assert_null(control_path(desk->control));
	assert_int_equal(access(desk->path, F_OK), -1);
	assert_int_equal(control_fds(desk->control, fds, CONTROL_FDS), 0);
	desk_poll(desk);
	fd = control_connect(desk->control);
	assert_true(fd >= 0);
	assert_int_equal(control_fds(desk->control, fds, CONTROL_FDS), 1);
	close(fd);
	desk_poll(desk);
	assert_int_equal(control_fds(desk->control, fds, CONTROL_FDS), 0);
}

/* What a tracer falls back on when it gets no socket: the dashboard must be able to ask. */
static void nothing_that_hinders_a_socket_hinders_a_private_control(void **arg)
{
	struct desk *desk = *arg;
	struct control_options options = desk_options(desk);
	struct control *other;
	const char *paths[] = {"/nonexistent/x", desk->path, NULL};

	assert_int_equal(control_new(&other, &options), 0); /* another tracer at desk->path */
	setenv("RUNTIME_DIRECTORY", "/proc/none", 1);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct json_object *answer;

		options.path = paths[i];
		options.is_private = false;
		assert_true(control_new(&desk->control, &options) < 0);
		buf_reset(&desk->said);
		options.is_private = true;
		assert_int_equal(control_new(&desk->control, &options), 0);
		assert_int_equal(desk->said.length, 0);
		answer = desk_ask_at(desk, control_connect(desk->control),
				     "{\"command\":\"silences\"}");
		assert_field(answer, "ok", "true");
		json_object_put(answer);
		control_free(desk->control);
		desk->control = NULL;
	}
	unsetenv("RUNTIME_DIRECTORY");
	assert_int_equal(access(desk->path, F_OK), 0); /* of the other */
	control_free(other);
}

static void a_connection_of_our_own_is_served_as_any_client(void **arg)
{
	struct desk *desk = *arg;
	struct alert *alert;
	struct json_object *answer;
	char *id, *request;
	int fd;

	desk_open(desk);
	alert = world_alert(&desk->world, "{alertname=\"TooSlow\"}", ALERT_FIRING);
	id = id_of(alert, 16);
	request = mem_format("{\"command\":\"ack\",\"id\":\"%s\",\"comment\":\"mine\"}\n", id);
	fd = control_connect(desk->control);
	assert_true(fd >= 0);
	client_send(fd, request);
	desk_poll(desk);
	answer = client_answer(fd);
	assert_non_null(answer);
	assert_field(answer, "alert", "TooSlow");
	assert_string_equal(alert->ack.comment, "mine");
	assert_int_equal(alert->ack.uid, geteuid());
	json_object_put(answer);
	close(fd);
	free(request);
	free(id);
}

static void connections_of_our_own_have_the_same_limit(void **arg)
{
	struct desk *desk = *arg;
	int fds[CONTROL_CLIENTS + 1];
	struct json_object *answer;

	desk_open(desk);
	for (unsigned i = 0; i <= CONTROL_CLIENTS; i++) {
		fds[i] = control_connect(desk->control);
		assert_true(fds[i] >= 0);
	}
	answer = client_answer(fds[0]); /* who is slow to ask makes room */
	assert_non_null(answer);
	assert_field(answer, "code", "busy");
	json_object_put(answer);
	client_send(fds[CONTROL_CLIENTS], "{\"command\":\"silences\"}\n");
	desk_poll(desk);
	answer = client_answer(fds[CONTROL_CLIENTS]);
	assert_non_null(answer);
	assert_field(answer, "ok", "true");
	json_object_put(answer);
	for (unsigned i = 0; i <= CONTROL_CLIENTS; i++)
		close(fds[i]);
}

static void status_tells_of_the_tracer(void **arg)
{
	struct desk *desk = *arg;
	struct process process = {.pid = 77,
				  .start_at_ns = 1900 * NS_PER_S,
				  .service = "speaker.service",
				  .comm = "speak"};
	struct rule rule = {.name = "TooSlow"};
	const struct rule_status statuses[] = {
		{.rule = &rule, .group = "g", .health = RULE_UNKNOWN, .reason = "lost 3 enters"},
		{.rule = &rule, .group = "g", .health = RULE_OK},
	};
	struct json_object *answer, *part;

	desk_open(desk);
	desk_poll(desk);
	desk->world.view.now_ns += 4 * NS_PER_S;
	desk->world.tallies.records_count += 100;
	desk->world.view.processes = &process;
	desk->world.view.rule_status = statuses;
	desk->world.view.rule_status_count = 2;
	desk->world.tallies.lost_count[TT_LOST_RING_ENTER] = 3;
	world_alert(&desk->world, "{alertname=\"One\"}", ALERT_FIRING)->is_unknown = true;
	answer = desk_ask(desk, "{\"command\":\"status\"}");
	assert_true(json_object_object_get_ex(answer, "targets", &part));
	assert_field(json_object_array_get_idx(part, 0), "service", "speaker.service");
	assert_field(json_object_array_get_idx(part, 0), "age_ns", "104000000000");
	assert_true(json_object_object_get_ex(answer, "records", &part));
	assert_field(part, "per_second", "25.0");
	assert_true(json_object_object_get_ex(answer, "lost", &part));
	assert_field(part, "ring_full_enter", "3");
	assert_true(json_object_object_get_ex(answer, "alerts", &part));
	assert_field(part, "firing", "1");
	assert_field(part, "unknown", "1");
	assert_true(json_object_object_get_ex(answer, "rules", &part));
	assert_field(part, "unknown", "1");
	assert_true(json_object_object_get_ex(part, "troubled", &part));
	assert_int_equal(json_object_array_length(part), 1);
	assert_field(json_object_array_get_idx(part, 0), "reason", "lost 3 enters");
	assert_true(json_object_object_get_ex(answer, "receivers", &part));
	assert_field(json_object_array_get_idx(part, 0), "sent", "3");
	assert_true(json_object_object_get_ex(answer, "self", &part));
	assert_true(atoll(text_of(part, "resident_bytes")) > 100000);
	json_object_put(answer);
	desk->world.view.processes = NULL;
	desk->world.view.rule_status_count = 0;
}

/* --- logs --- */

static void hold(struct desk *desk, enum log_level level, const char *trace, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void hold(struct desk *desk, enum log_level level, const char *trace, const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	assert_true(vasprintf(&line, format, arguments) >= 0);
	va_end(arguments);
	tail_add(desk->tail, desk->world.view.now_ns, level, trace, line, strlen(line));
	free(line);
}

/* The lines of the answer, each followed by a blank; *is_cut as it says. */
static char *ask_logs(struct desk *desk, const char *keys, bool *is_cut)
{
	char *request = mem_format("{\"command\":\"logs\"%s}", keys);
	struct json_object *answer = desk_ask(desk, request), *lines, *cut;
	struct buf text = {0};

	buf_text(&text, "");
	assert_field(answer, "ok", "true");
	assert_true(json_object_object_get_ex(answer, "lines", &lines));
	for (size_t i = 0; i < json_object_array_length(lines); i++) {
		buf_text(&text, json_object_get_string(json_object_array_get_idx(lines, i)));
		buf_char(&text, ' ');
	}
	assert_true(json_object_object_get_ex(answer, "cut", &cut));
	*is_cut = json_object_get_boolean(cut);
	json_object_put(answer);
	free(request);
	return text.bytes;
}

static void assert_logs(struct desk *desk, const char *keys, const char *wanted)
{
	bool is_cut;
	char *lines = ask_logs(desk, keys, &is_cut);

	assert_string_equal(lines, wanted);
	assert_false(is_cut);
	free(lines);
}

static void logs_are_the_last_ones_that_are_wanted_the_oldest_first(void **arg)
{
	struct desk *desk = *arg;

	desk_open(desk);
	ask(desk, "{\"command\":\"logs\"}", "code", "no_logs");
	control_free(desk->control);
	desk->tail = tail_new(UINT64_MAX, 1 << 20);
	desk_open(desk);
	assert_logs(desk, "", "");
	hold(desk, LOG_LEVEL_DEBUG, NULL, "{\"n\":1}");
	hold(desk, LOG_LEVEL_WARNING, "ab000000000000000000000000000000", "{\"n\":2,\"msg\":\"a \\\"q\\\" b\"}");
	hold(desk, LOG_LEVEL_ERROR, "ab100000000000000000000000000000", "{\"n\":3}");
	hold(desk, LOG_LEVEL_INFO, NULL, "{\"n\":4,\"trace_ids\":[\"cd\",\"ab0\"]}");
	assert_logs(desk, ",\"last\":2", "{\"n\":3} {\"n\":4,\"trace_ids\":[\"cd\",\"ab0\"]} ");
	assert_logs(desk, ",\"last\":\"1\",\"level\":\"warning\"", "{\"n\":3} ");
	assert_logs(desk, ",\"level\":\"critical\"", "");
	assert_logs(desk, ",\"trace\":\"AB1\"", "{\"n\":3} ");
	assert_logs(desk, ",\"trace\":\"ab0\",\"level\":\"warning\"",
		    "{\"n\":2,\"msg\":\"a \\\"q\\\" b\"} ");
	assert_logs(desk, ",\"trace\":\"cd\"", "{\"n\":4,\"trace_ids\":[\"cd\",\"ab0\"]} ");
	/* a text as people read it, and as the line has it */
	assert_logs(desk, ",\"grep\":\"a \\\"q\\\"\"", "{\"n\":2,\"msg\":\"a \\\"q\\\" b\"} ");
	assert_logs(desk, ",\"grep\":\"\\\"n\\\":3\"", "{\"n\":3} ");
	assert_logs(desk, ",\"grep\":\"N\"", "");
	assert_logs(desk, ",\"grep\":\"\",\"last\":1", "{\"n\":4,\"trace_ids\":[\"cd\",\"ab0\"]} ");
}

static size_t count_of(const char *text, char c)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == c;
	return count;
}

static void fifty_logs_are_answered_when_nothing_is_said(void **arg)
{
	struct desk *desk = *arg;
	bool is_cut;
	char *lines;

	desk->tail = tail_new(UINT64_MAX, 1 << 20);
	desk_open(desk);
	for (unsigned i = 0; i < 60; i++)
		hold(desk, LOG_LEVEL_INFO, NULL, "{\"n\":%u}", i);
	lines = ask_logs(desk, "", &is_cut);
	assert_int_equal(count_of(lines, ' '), CONTROL_LOGS_LAST);
	assert_memory_equal(lines, "{\"n\":10} ", 9);
	assert_false(is_cut);
	free(lines);
}

static void an_answer_and_a_search_of_logs_have_limits_and_say_so(void **arg)
{
	struct desk *desk = *arg;
	char *wide = mem_new((1 << 20) + 1), *lines;
	bool is_cut;

	memset(wide, '\\', 1 << 20); /* the worst: each is two bytes on the wire */
	desk->tail = tail_new(UINT64_MAX, 100u << 20);
	desk_open(desk);
	hold(desk, LOG_LEVEL_ERROR, NULL, "{\"first\":1}");
	for (unsigned i = 0; i < 65; i++)
		hold(desk, LOG_LEVEL_INFO, NULL, "%s", wide);
	lines = ask_logs(desk, ",\"level\":\"error\"", &is_cut);
	assert_string_equal(lines, "");
	assert_true(is_cut);
	free(lines);
	free(wide);
}

static void status_counts_the_log_records_that_are_held_and_were_let_go(void **arg)
{
	struct desk *desk = *arg;
	struct json_object *answer, *part;

	desk->tail = tail_new(UINT64_MAX, 300);
	desk_open(desk);
	for (unsigned i = 0; i < 10; i++)
		hold(desk, LOG_LEVEL_INFO, NULL, "{}");
	answer = desk_ask(desk, "{\"command\":\"status\"}");
	assert_true(json_object_object_get_ex(answer, "held_logs", &part));
	assert_int_equal(atoi(text_of(part, "count")), tail_counts(desk->tail).records_count);
	assert_int_equal(atoi(text_of(part, "bytes")), tail_counts(desk->tail).bytes);
	assert_true(json_object_object_get_ex(answer, "let_go", &part));
	assert_int_equal(atoi(text_of(part, "held_logs")), 10 - tail_counts(desk->tail).records_count);
	assert_true(tail_counts(desk->tail).let_go_count > 0);
	json_object_put(answer);
}

static void a_stale_socket_is_replaced_and_a_live_one_never(void **arg)
{
	struct desk *desk = *arg;
	struct control_options options = desk_options(desk);
	struct control *second;
	struct stat status;
	pid_t child = fork();

	if (!child) { /* a tracer that is killed */
		desk_open(desk);
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(lstat(desk->path, &status), 0);
	desk_open(desk);
	assert_int_equal(lstat(desk->path, &status), 0);
	assert_int_equal(status.st_mode & 0777,
			 control_place_group() == CONTROL_NO_GROUP ? 0600 : 0660);
	assert_int_equal(control_new(&second, &options), -EADDRINUSE);
	ask(desk, "{\"command\":\"silences\"}", "ok", "true");
	control_free(desk->control);
	desk->control = NULL;
	assert_int_equal(lstat(desk->path, &status), -1);
}

static void a_socket_without_a_lock_and_a_file_are_not_replaced(void **arg)
{
	struct desk *desk = *arg;
	struct control_options options = desk_options(desk);
	char *long_path = mem_format("/tmp/%0200d", 0);
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(io_socket_address(&address, desk->path), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(control_new(&desk->control, &options), -EADDRINUSE);
	close(fd);
	assert_int_equal(unlink(desk->path), 0);
	fclose(fopen(desk->path, "w"));
	assert_int_equal(control_new(&desk->control, &options), -EEXIST);
	assert_int_equal(access(desk->path, F_OK), 0);
	options.path = long_path;
	assert_int_equal(control_new(&desk->control, &options), -ENAMETOOLONG);
	options.path = "/proc/none/socket";
	assert_true(control_new(&desk->control, &options) < 0);
	desk->control = NULL;
	free(long_path);
}

static void the_default_is_one_socket_per_tracer_and_the_dead_ones_go(void **arg)
{
	struct desk *desk = *arg;
	struct control_options options = desk_options(desk);
	char *ours = mem_format("%s/%d.sock", desk->directory, (int)getpid()), *dead;
	int status;
	pid_t child;

	options.path = NULL;
	setenv("RUNTIME_DIRECTORY", desk->directory, 1);
	child = fork();
	if (!child)
		_exit(control_new(&desk->control, &options));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	dead = mem_format("%s/%d.sock", desk->directory, (int)child);
	assert_int_equal(access(dead, F_OK), 0);
	assert_int_equal(control_new(&desk->control, &options), 0);
	unsetenv("RUNTIME_DIRECTORY");
	assert_string_equal(control_path(desk->control), ours);
	assert_int_equal(access(dead, F_OK), -1);
	free(dead);
	dead = mem_format("%s/%d.sock.lock", desk->directory, (int)child);
	assert_int_equal(access(dead, F_OK), -1);
	free(dead);
	free(ours);
}

static void only_root_our_user_and_the_group_may(void **arg)
{
	gid_t groups[] = {100, 7, 8};
	struct control_peer peer = {.uid = 1000, .groups = groups, .groups_count = 3};

	(void)arg;
	assert_false(control_peer_may(&peer, 1001, CONTROL_NO_GROUP));
	assert_true(control_peer_may(&peer, 1000, CONTROL_NO_GROUP));
	assert_false(control_peer_may(&peer, 1001, 9));
	assert_true(control_peer_may(&peer, 1001, 8));
	assert_true(control_peer_may(&peer, 1001, 100));
	peer.groups[1] = CONTROL_NO_GROUP; /* a peer of that group id is nobody either */
	assert_false(control_peer_may(&peer, 1001, CONTROL_NO_GROUP));
	peer.uid = 0;
	assert_true(control_peer_may(&peer, 1001, CONTROL_NO_GROUP));
}

static void the_kernel_tells_who_a_peer_is(void **arg)
{
	struct control_peer peer;
	gid_t groups[256];
	int fds[2], count = getgroups(256, groups);

	(void)arg;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(control_peer_read(&peer, fds[0]), 0);
	assert_int_equal(peer.uid, geteuid());
	assert_int_equal(peer.pid, getpid());
	assert_int_equal(peer.groups[0], getegid());
	assert_int_equal(peer.groups_count, 1 + count);
	for (int i = 0; i < count; i++)
		assert_int_equal(peer.groups[1 + i], groups[i]);
	control_peer_fini(&peer);
	close(fds[0]);
	close(fds[1]);
}

static void texts_of_the_target_are_escaped_on_the_wire(void **arg)
{
	struct desk *desk = *arg;
	bool is_over;
	char *text;
	int fd;

	desk_open(desk);
	world_alert(&desk->world, "{alertname=\"One\",service=\"a\x1b[2J\xe2\x80\xae\\u009b\\n\"}",
		    ALERT_FIRING);
	fd = client_open(desk);
	client_send(fd, "{\"command\":\"alerts\"}\n");
	desk_poll(desk);
	text = client_take(fd, &is_over);
	assert_true(is_over);
	assert_non_null(strstr(text, "a\\u001b[2J\\u202e"));
	assert_null(strchr(text, '\x1b'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	free(text);
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_acknowledgement_is_done_when_it_is_on_the_disk),
		TEST(a_change_that_shows_at_the_next_tick_is_waited_for),
		TEST(changes_go_one_at_a_time_and_each_silence_knows_its_id),
		TEST(what_the_flow_never_does_is_never_called_done),
		TEST(what_is_done_but_not_saved_says_so),
		TEST(silences_come_and_go),
		TEST(an_alert_that_is_resolved_by_hand_leaves),
		TEST(an_id_must_mean_one_alert),
		TEST(an_alert_may_be_acknowledged_again),
		TEST(bad_matchers_are_answered_with_their_places),
		TEST(a_silence_that_demands_no_label_is_refused),
		TEST(bad_durations_and_too_many_silences_are_refused),
		TEST(requests_that_are_none_are_refused),
		TEST(a_comment_over_the_limit_is_refused_and_one_at_it_is_kept),
		TEST(a_request_over_64_kib_is_refused),
		TEST(a_client_that_is_slow_to_ask_is_cut),
		TEST(a_client_that_is_slow_to_read_is_cut),
		TEST(who_is_quick_gets_in_among_any_number_of_slow_ones),
		TEST(clients_that_leave_without_a_word_leave_nothing),
		TEST(reload_says_what_became_of_it),
		TEST(alerts_are_answered_with_all_that_is_known),
		TEST(what_was_resolved_by_hand_is_answered_apart),
		TEST(a_private_control_leaves_nothing_in_the_file_system),
		TEST(nothing_that_hinders_a_socket_hinders_a_private_control),
		TEST(a_connection_of_our_own_is_served_as_any_client),
		TEST(connections_of_our_own_have_the_same_limit),
		TEST(status_tells_of_the_tracer),
		TEST(logs_are_the_last_ones_that_are_wanted_the_oldest_first),
		TEST(fifty_logs_are_answered_when_nothing_is_said),
		TEST(an_answer_and_a_search_of_logs_have_limits_and_say_so),
		TEST(status_counts_the_log_records_that_are_held_and_were_let_go),
		TEST(a_stale_socket_is_replaced_and_a_live_one_never),
		TEST(a_socket_without_a_lock_and_a_file_are_not_replaced),
		TEST(the_default_is_one_socket_per_tracer_and_the_dead_ones_go),
		TEST(only_root_our_user_and_the_group_may),
		TEST(the_kernel_tells_who_a_peer_is),
		TEST(texts_of_the_target_are_escaped_on_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
