// SPDX-License-Identifier: Apache-2.0
/* The log's records of alerts, rules and requests to us; what a level leaves out; traces in the records of loss. */
#include "tests/unit/sink/log_bench.h"

#include "tests/unit/sink/alert_sample.h"

static struct json_object *alert_line(struct bench *bench, const struct alert *alert)
{
	unlink(bench->path);
	bench_open(bench);
	bench->log->ops->on_alert(bench->log, &bench->sample->view, alert);
	return bench_line(bench);
}

/* All lines, closed; each as an object by n. To be put. */
static struct json_object *nth_line(struct bench *bench, unsigned n)
{
	size_t length;
	char *text, *line, *end;
	struct json_object *object;

	if (bench->log)
		bench_close(bench);
	text = bench_read(bench->path, &length);
	for (line = text; n && line; n--) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	assert_true(line && *line);
	end = strchr(line, '\n');
	assert_non_null(end);
	object = check_json(line, (size_t)(end - line));
	free(text);
	return object;
}

static unsigned count_lines(struct bench *bench)
{
	size_t length;
	unsigned count = 0;
	char *text;

	if (bench->log)
		bench_close(bench);
	text = bench_read(bench->path, &length);
	for (char *at = text; *at; at++)
		count += *at == '\n';
	free(text);
	return count;
}

/* --- alerts ----------------------------------------------------------------------------------------------- */

static void a_firing_alert_has_the_promised_keys_in_their_order(void **state)
{
	struct bench *bench = *state;
	struct alert_sample *sample = alert_sample_new();
	struct json_object *object = alert_line(bench, &sample->alert), *pairs;

	check_keys(object,
		   "v ts level event msg trace_id rule group alert_id state change severity labels annotations value "
		   "threshold comparison unknown active_since fired_at");
	assert_string_equal(check_word(object, "ts"), "2026-11-24T07:32:00.000000000Z");
	assert_string_equal(check_word(object, "level"), "critical");
	assert_string_equal(check_word(object, "event"), "alert");
	assert_string_equal(check_word(object, "msg"), "TtsRequestSlow is firing: 6.25 > 5");
	assert_string_equal(check_word(object, "trace_id"), "9f86d081000000000000000000000000");
	assert_string_equal(check_word(object, "rule"), "TtsRequestSlow");
	assert_string_equal(check_word(object, "alert_id"), "0000000000abcdef");
	assert_string_equal(check_word(object, "state"), "firing");
	assert_string_equal(check_word(object, "change"), "state");
	assert_string_equal(check_word(object, "severity"), "critical");
	assert_string_equal(check_word(object, "comparison"), ">");
	assert_true(json_object_get_double(json_object_object_get(object, "value")) == 6.25);
	assert_string_equal(check_word(object, "active_since"), "2026-11-24T07:31:00.000000000Z");
	pairs = json_object_object_get(object, "labels");
	check_keys(pairs, "alertname engine pid severity");
	assert_string_equal(check_word(pairs, "pid"), "4242");
	assert_string_equal(check_word(json_object_object_get(object, "annotations"), "summary"),
			    "requests take too long");
	json_object_put(object);
	alert_sample_free(sample);
}

static void an_alert_that_ended_says_why_and_by_whom_it_was_seen(void **state)
{
	struct bench *bench = *state;
	struct alert_sample *sample = alert_sample_new();
	struct alert *alert = &sample->alert;
	struct json_object *object, *ack;

	alert->state = ALERT_ENDED;
	alert->ended_at_real_ns = SAMPLE_REAL_NS + NS_PER_S;
	strcpy(alert->reason, "process 4242 (speaker) is gone, exit status 0");
	alert->ack = (struct alert_ack){ SAMPLE_REAL_NS, 1000, "on it" };
	alert->silence_id = 3;
	alert->inhibited_by = 0x17;
	alert->has_threshold = false;
	alert->annotations_count = 0;
	memset(alert->trace_id, 0, 16);
	object = alert_line(bench, alert);
	check_keys(object,
		   "v ts level event msg rule group alert_id state change severity labels annotations value unknown "
		   "reason active_since fired_at ended_at acknowledged silenced inhibited_by");
	assert_string_equal(check_word(object, "level"), "warning");
	assert_string_equal(check_word(object, "msg"),
			    "TtsRequestSlow has ended: process 4242 (speaker) is gone, exit status 0");
	assert_string_equal(check_word(object, "inhibited_by"), "0000000000000017");
	assert_int_equal(check_count(object, "silenced"), 3);
	ack = json_object_object_get(object, "acknowledged");
	check_keys(ack, "at uid comment");
	assert_int_equal(check_count(ack, "uid"), 1000);
	json_object_put(object);
	alert_sample_free(sample);
}

static void levels_and_sentences_follow_the_change_and_the_tier(void **state)
{
	static const struct {
		enum alert_change change;
		enum alert_state state;
		enum tier tier;
		bool is_unknown, has_fired;
		const char *level, *message;
	} cases[] = {
		{ ALERT_CHANGE_STATE, ALERT_PENDING, TIER_EMERGENCY, false, false, "info", "A is pending: 6.25 > 5" },
		{ ALERT_CHANGE_STATE, ALERT_FIRING, TIER_NONE, false, true, "warning", "A is firing: 6.25 > 5" },
		{ ALERT_CHANGE_STATE, ALERT_FIRING, TIER_WARNING, false, true, "warning", "A is firing: 6.25 > 5" },
		{ ALERT_CHANGE_STATE, ALERT_FIRING, TIER_CRITICAL, false, true, "critical", "A is firing: 6.25 > 5" },
		{ ALERT_CHANGE_STATE, ALERT_FIRING, TIER_EMERGENCY, true, true, "critical",
		  "A is firing: 6.25 > 5 (unknown: why)" },
		{ ALERT_CHANGE_STATE, ALERT_RESOLVED, TIER_EMERGENCY, false, true, "info", "A is resolved" },
		{ ALERT_CHANGE_STATE, ALERT_INACTIVE, TIER_EMERGENCY, false, false, "info",
		  "A is inactive: it was only pending" },
		{ ALERT_CHANGE_STATE, ALERT_ENDED, TIER_WARNING, false, true, "warning", "A has ended: why" },
		{ ALERT_CHANGE_STATE, ALERT_ENDED, TIER_WARNING, false, false, "info", "A has ended: why" },
		{ ALERT_CHANGE_UNKNOWN, ALERT_FIRING, TIER_CRITICAL, true, true, "warning", "A is unknown: why" },
		{ ALERT_CHANGE_UNKNOWN, ALERT_FIRING, TIER_CRITICAL, false, true, "info", "A is known again: why" },
		{ ALERT_CHANGE_ACK, ALERT_FIRING, TIER_CRITICAL, false, true, "info",
		  "A was acknowledged by uid 7: hm" },
		{ ALERT_CHANGE_SILENCE, ALERT_FIRING, TIER_CRITICAL, false, true, "info",
		  "A is silenced by silence 3" },
		{ ALERT_CHANGE_INHIBIT, ALERT_FIRING, TIER_WARNING, false, true, "info", "A is held down no longer" },
		{ ALERT_CHANGE_RESTORED, ALERT_FIRING, TIER_CRITICAL, false, true, "info",
		  "A is firing since a former run" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alert_sample *sample = alert_sample_new();
		struct alert *alert = &sample->alert;
		struct json_object *object;

		alert->name = "A";
		alert->change = cases[i].change;
		alert->state = cases[i].state;
		alert->tier = cases[i].tier;
		alert->is_unknown = cases[i].is_unknown;
		alert->fired_at_real_ns = cases[i].has_fired ? SAMPLE_REAL_NS : 0;
		alert->ack = (struct alert_ack){ 1, 7, "hm" };
		alert->silence_id = 3;
		strcpy(alert->reason, "why");
		object = alert_line(bench, alert);
		assert_string_equal(check_word(object, "level"), cases[i].level);
		assert_string_equal(check_word(object, "msg"), cases[i].message);
		json_object_put(object);
		alert_sample_free(sample);
	}
}

static void numbers_that_json_cannot_say_are_strings_in_an_alert(void **state)
{
	static const double numbers[] = { NAN, INFINITY, -INFINITY };
	static const char *const words[] = { "NaN", "+Inf", "-Inf" };
	struct bench *bench = *state;

	for (size_t i = 0; i < 3; i++) {
		struct alert_sample *sample = alert_sample_new();
		struct json_object *object;

		sample->alert.value = sample->alert.threshold = numbers[i];
		object = alert_line(bench, &sample->alert);
		assert_true(json_object_is_type(json_object_object_get(object, "value"), json_type_string));
		assert_string_equal(check_word(object, "value"), words[i]);
		assert_string_equal(check_word(object, "threshold"), words[i]);
		json_object_put(object);
		alert_sample_free(sample);
	}
}

static void hostile_labels_reasons_and_comments_are_only_text(void **state)
{
	struct bench *bench = *state;
	char nasty[150];

	for (unsigned seed = 1; seed < 100; seed++) {
		struct alert_sample *sample = alert_sample_new();
		struct json_object *object;
		struct buf wanted = { 0 };

		check_nasty(nasty, sizeof(nasty), seed);
		sample->labels->items[2].value = nasty;
		sample->annotations[0].value = nasty;
		strcpy(sample->alert.reason, nasty);
		sample->alert.ack = (struct alert_ack){ 1, 7, nasty };
		sample->alert.name = nasty;
		object = alert_line(bench, &sample->alert);
		check_expect(&wanted, nasty);
		assert_string_equal(check_word(json_object_object_get(object, "labels"), "pid"), wanted.bytes);
		assert_string_equal(check_word(json_object_object_get(object, "annotations"), "summary"),
				    wanted.bytes);
		assert_string_equal(check_word(object, "reason"), wanted.bytes);
		assert_string_equal(check_word(json_object_object_get(object, "acknowledged"), "comment"),
				    wanted.bytes);
		json_object_put(object);
		buf_fini(&wanted);
		alert_sample_free(sample);
	}
}

/* --- rules ------------------------------------------------------------------------------------------------ */

static void rules_that_come_into_force_are_told_once(void **state)
{
	struct bench *bench = *state;
	struct view *view = &bench->sample->view;
	struct rule rules[3] = { { .is_alert = true }, { .is_alert = true }, { .is_alert = false } };
	struct rule_group group = { .name = "g", .rules = rules, .rules_count = 3 };
	char file[] = "rules\033[1m.yaml";
	struct rule_text text = { .file = file };
	struct rule_set set = {
		.groups = &group, .groups_count = 1, .thresholds_count = 8, .texts = &text, .texts_count = 1
	};
	struct json_object *object;

	bench_open(bench);
	bench->log->ops->on_tick(bench->log, view);
	view->rules = &set;
	view->rules_generation = 1;
	for (int i = 0; i < 3; i++)
		bench->log->ops->on_tick(bench->log, view);
	bench->sample->tallies.rules_refused_count = 2;
	bench->log->ops->on_tick(bench->log, view);
	view->rules_generation = 2; /* at the same address */
	bench->log->ops->on_tick(bench->log, view);
	assert_int_equal(count_lines(bench), 3);
	object = nth_line(bench, 0);
	check_keys(object, "v ts level event msg result groups alerts records thresholds files");
	assert_string_equal(check_word(object, "event"), "rules");
	assert_string_equal(check_word(object, "level"), "info");
	assert_string_equal(check_word(object, "result"), "in_force");
	assert_int_equal(check_count(object, "alerts"), 2);
	assert_int_equal(check_count(object, "records"), 1);
	assert_string_equal(
		json_object_get_string(json_object_array_get_idx(json_object_object_get(object, "files"), 0)),
		"rules\033[1m.yaml");
	json_object_put(object);
	object = nth_line(bench, 1);
	assert_string_equal(check_word(object, "level"), "error");
	assert_string_equal(check_word(object, "result"), "dropped");
	json_object_put(object);
	object = nth_line(bench, 2);
	assert_string_equal(check_word(object, "result"), "in_force");
	json_object_put(object);
}

/* --- requests to us --------------------------------------------------------------------------------------- */

struct asked {
	struct tt_control control;
	char tail[256];
};

static struct asked asked_for(uint32_t what, uint64_t id, const char *text, const char *comment)
{
	struct asked asked = {
		.control = { .head = { .at_ns = SAMPLE_START_NS, .kind = TT_CONTROL, .size = sizeof(asked) },
			     .what = what,
			     .uid = 1000,
			     .id = id,
			     .end_at_real_ns = SAMPLE_REAL_NS + 3600 * NS_PER_S,
			     .text_bytes = (uint32_t)strlen(text),
			     .comment_bytes = (uint32_t)strlen(comment) }
	};

	memcpy(asked.tail, text, strlen(text));
	memcpy(asked.tail + strlen(text), comment, strlen(comment));
	return asked;
}

static void a_request_is_told_before_what_came_of_it_and_with_its_result(void **state)
{
	struct bench *bench = *state;
	struct view *view = &bench->sample->view;
	struct alert_sample *sample = alert_sample_new();
	struct asked ack = asked_for(TT_CONTROL_ACK, 0xabcdef, "", "on it"),
		     wrong = asked_for(TT_CONTROL_ACK, 5, "", "x");
	struct json_object *object;

	view->alerts = &sample->alert;
	bench_open(bench);
	bench_event(bench, &ack, sizeof(ack));
	sample->alert.change = ALERT_CHANGE_ACK;
	bench->log->ops->on_alert(bench->log, view, &sample->alert);
	bench_event(bench, &wrong, sizeof(wrong));
	bench->sample->tallies.control_refused_count = 1;
	bench->log->ops->on_tick(bench->log, view);
	bench->log->ops->on_tick(bench->log, view);
	assert_int_equal(count_lines(bench), 3);
	object = nth_line(bench, 0);
	check_keys(object, "v ts level event msg trace_id what result uid alert_id comment");
	assert_string_equal(check_word(object, "event"), "control");
	assert_string_equal(check_word(object, "level"), "info");
	assert_string_equal(check_word(object, "msg"), "TtsRequestSlow was acknowledged by uid 1000");
	assert_string_equal(check_word(object, "trace_id"), "9f86d081000000000000000000000000");
	assert_string_equal(check_word(object, "result"), "done");
	assert_string_equal(check_word(object, "comment"), "on it");
	json_object_put(object);
	object = nth_line(bench, 1);
	assert_string_equal(check_word(object, "event"), "alert");
	json_object_put(object);
	object = nth_line(bench, 2);
	assert_string_equal(check_word(object, "level"), "warning");
	assert_string_equal(check_word(object, "result"), "refused");
	assert_string_equal(check_word(object, "msg"), "no alert has the id 0000000000000005");
	json_object_put(object);
	view->alerts = NULL;
	alert_sample_free(sample);
}

static void silences_reloads_and_damaged_states_are_told(void **state)
{
	static const struct {
		uint32_t what;
		const char *text, *event, *level, *result, *message;
	} cases[] = {
		{ TT_CONTROL_SILENCE, "{pid=\"1\"}", "control", "info", "done",
		  "a silence was made by uid 1000: {pid=\"1\"}" },
		{ TT_CONTROL_UNSILENCE, "", "control", "info", "done", "silence 7 was taken back by uid 1000" },
		{ TT_CONTROL_RULES_REFUSED, "a.yaml:1:2: no\n", "rules", "error", "refused",
		  "new rules refused, 7 mistakes, the old ones stay: a.yaml:1:2: no\n" },
		{ TT_CONTROL_STATE_DAMAGED, "/var/x.damaged", "control", "error", "done",
		  "the state file was damaged and is set aside: /var/x.damaged" },
		{ 99, "", "control", "info", "done", "unknown request 99" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct asked asked = asked_for(cases[i].what, 7, cases[i].text, "");
		struct json_object *object;

		unlink(bench->path);
		bench_open(bench);
		bench_event(bench, &asked, sizeof(asked));
		bench->log->ops->on_tick(bench->log, &bench->sample->view);
		object = bench_line(bench);
		assert_string_equal(check_word(object, "event"), cases[i].event);
		assert_string_equal(check_word(object, "level"), cases[i].level);
		assert_string_equal(check_word(object, "result"), cases[i].result);
		assert_string_equal(check_word(object, "msg"), cases[i].message);
		json_object_put(object);
	}
}

static void a_new_silence_is_told_with_the_number_that_flow_gave_it(void **state)
{
	struct bench *bench = *state;
	struct view *view = &bench->sample->view;
	struct asked asked = asked_for(TT_CONTROL_SILENCE, 0, "{pid=\"1\"}", "");
	struct silence fresh = { .id = 5 }, old = { .id = 4 };
	struct json_object *object;

	bench_open(bench);
	view->silences = &old;
	bench_event(bench, &asked, sizeof(asked));
	old.next = &fresh;
	bench_event(bench, &asked, sizeof(asked));
	bench->sample->tallies.control_refused_count = 1;
	bench->log->ops->on_tick(bench->log, view);
	bench_event(bench, &asked, sizeof(asked));
	old.next = NULL; /* 5 is taken back, and what was asked for has ended before the tick told of it */
	bench->log->ops->on_tick(bench->log, view);
	view->silences = NULL;
	bench_event(bench, &asked, sizeof(asked));
	view->silences = &fresh;
	bench->log->ops->on_tick(bench->log, view);
	view->silences = NULL;
	assert_int_equal(count_lines(bench), 4);
	object = nth_line(bench, 0);
	check_keys(object, "v ts level event msg what result uid silence_id end text");
	assert_int_equal(check_count(object, "silence_id"), 5);
	json_object_put(object);
	for (size_t i = 1; i < 3; i++) {
		object = nth_line(bench, i);
		assert_string_equal(check_word(object, "result"), i == 1 ? "refused" : "done");
		check_keys(object, "v ts level event msg what result uid end text");
		json_object_put(object);
	}
	object = nth_line(bench, 3);
	assert_int_equal(check_count(object, "silence_id"), 5);
	json_object_put(object);
}

static void a_request_whose_lengths_lie_is_not_read(void **state)
{
	struct bench *bench = *state;
	struct asked asked = asked_for(TT_CONTROL_ACK, 7, "", "");

	bench_open(bench);
	asked.control.comment_bytes = 0xffffffff;
	bench_event(bench, &asked, sizeof(asked));
	asked.control.text_bytes = 1;
	bench_event(bench, &asked, sizeof(asked));
	asked.control.text_bytes = sizeof(asked.tail);
	asked.control.comment_bytes = 1;
	bench_event(bench, &asked, sizeof(asked));
	bench->log->ops->on_tick(bench->log, &bench->sample->view);
	assert_int_equal(count_lines(bench), 0);
}

/* --- levels ----------------------------------------------------------------------------------------------- */

static void say_everything(struct bench *bench, struct alert *alert)
{
	struct view *view = &bench->sample->view;
	struct tt_proc proc = { .head = { .pid = 1, .kind = TT_PROC, .size = sizeof(proc) }, .state = TT_PROC_GONE };
	struct tt_probe probe = { .head = { .pid = 1, .kind = TT_PROBE, .size = sizeof(probe) } };
	struct tt_lost lost = { .head = { .pid = 1, .kind = TT_LOST, .size = sizeof(lost) }, .cause = 1, .count = 1 };
	struct trace *trace = sample_utterance(bench->sample, 0);

	bench_event(bench, &probe, sizeof(probe)); /* debug */
	bench_event(bench, &proc, sizeof(proc));   /* info */
	proc.exit_code = SIGKILL;
	bench_event(bench, &proc, sizeof(proc));     /* warning */
	bench_event(bench, &lost, sizeof(lost));     /* warning */
	bench_span(bench, &bench->sample->spans[0]); /* info */
	bench->sample->spans[0].status = trace->status = STATUS_ERROR;
	bench_span(bench, &bench->sample->spans[0]);	    /* error */
	bench->log->ops->on_trace(bench->log, view, trace); /* error */
	bench->log->ops->on_alert(bench->log, view, alert); /* critical */
	alert->state = ALERT_RESOLVED;
	bench->log->ops->on_alert(bench->log, view, alert); /* info */
	view->end_reason = TT_END_ERROR;
	bench->log->ops->on_tick(bench->log, view); /* status: warning */
	view->end_reason = 0;
}

static void records_below_the_level_are_left_out_and_counted(void **state)
{
	static const unsigned wanted[LOG_LEVELS] = { 10, 9, 6, 3, 1 };
	struct bench *bench = *state;

	for (enum log_level level = LOG_LEVEL_DEBUG; level < LOG_LEVELS; level++) {
		struct alert_sample *sample = alert_sample_new();

		unlink(bench->path);
		bench->options.level = level;
		bench_open(bench);
		say_everything(bench, &sample->alert);
		assert_int_equal(count_lines(bench), wanted[level]);
		if (level <= LOG_LEVEL_WARNING) {
			struct json_object *status = nth_line(bench, wanted[level] - 1);

			assert_string_equal(check_word(status, "event"), "status");
			assert_int_equal(level ? check_count(status, "below_level")
					       : check_has(status, "below_level"),
					 10 - wanted[level]);
			json_object_put(status);
		}
		alert_sample_free(sample);
	}
}

/* --- status and loss -------------------------------------------------------------------------------------- */

static void the_last_status_says_how_many_alerts_were_left_firing(void **state)
{
	struct bench *bench = *state;
	struct view *view = &bench->sample->view;
	struct alert_sample *a = alert_sample_new(), *b = alert_sample_new();
	struct json_object *object;

	b->alert.state = ALERT_PENDING;
	b->alert.is_unknown = true;
	a->alert.next = &b->alert;
	view->alerts = &a->alert;
	view->end_reason = TT_END_STOPPED;
	bench_open(bench);
	bench->log->ops->on_tick(bench->log, view);
	object = bench_line(bench);
	assert_string_equal(check_word(object, "msg"), "ended: stopped; 1 alert left firing");
	assert_string_equal(check_word(object, "level"), "warning");
	assert_int_equal(check_count(object, "alerts_firing"), 1);
	assert_int_equal(check_count(object, "alerts_pending"), 1);
	assert_int_equal(check_count(object, "alerts_unknown"), 1);
	json_object_put(object);
	view->alerts = NULL;
	view->end_reason = 0;
	alert_sample_free(a);
	alert_sample_free(b);
}

static void a_loss_names_the_requests_that_it_may_have_touched(void **state)
{
	struct bench *bench = *state;
	struct view *view = &bench->sample->view;
	struct process other = { .pid = 7 };
	struct trace traces[12] = { 0 };
	struct tt_lost lost = { .head = { .at_ns = SAMPLE_START_NS,
					  .pid = 4242,
					  .kind = TT_LOST,
					  .size = sizeof(lost),
					  .probe = TT_NO_PROBE },
				.cause = TT_LOST_RING_ENTER,
				.count = 3 };
	struct json_object *object;

	for (unsigned i = 0; i < 12; i++) {
		traces[i].id[0] = (uint8_t)(0xa0 + i);
		traces[i].process = i == 2 ? &bench->sample->process : &other;
		traces[i].next_open = i < 11 ? &traces[i + 1] : NULL;
	}
	view->open_traces = traces;
	bench_open(bench);
	bench_event(bench, &lost, sizeof(lost));
	lost.head.pid = 0;
	bench_event(bench, &lost, sizeof(lost));
	lost.cause = TT_LOST_UNREADABLE; /* nothing is missing in them */
	bench_event(bench, &lost, sizeof(lost));
	object = nth_line(bench, 0);
	assert_string_equal(check_word(object, "trace_id"), "a2000000000000000000000000000000");
	assert_false(check_has(object, "trace_ids"));
	json_object_put(object);
	object = nth_line(bench, 1);
	assert_false(check_has(object, "trace_id"));
	assert_int_equal(json_object_array_length(json_object_object_get(object, "trace_ids")), 8);
	json_object_put(object);
	object = nth_line(bench, 2);
	assert_false(check_has(object, "trace_id") || check_has(object, "trace_ids"));
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_firing_alert_has_the_promised_keys_in_their_order),
		TEST(an_alert_that_ended_says_why_and_by_whom_it_was_seen),
		TEST(levels_and_sentences_follow_the_change_and_the_tier),
		TEST(numbers_that_json_cannot_say_are_strings_in_an_alert),
		TEST(hostile_labels_reasons_and_comments_are_only_text),
		TEST(rules_that_come_into_force_are_told_once),
		TEST(a_request_is_told_before_what_came_of_it_and_with_its_result),
		TEST(silences_reloads_and_damaged_states_are_told),
		TEST(a_new_silence_is_told_with_the_number_that_flow_gave_it),
		TEST(a_request_whose_lengths_lie_is_not_read),
		TEST(records_below_the_level_are_left_out_and_counted),
		TEST(the_last_status_says_how_many_alerts_were_left_firing),
		TEST(a_loss_names_the_requests_that_it_may_have_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
