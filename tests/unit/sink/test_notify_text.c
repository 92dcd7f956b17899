// SPDX-License-Identifier: Apache-2.0
/* Messages as text: exact lines, JSON by a strict reader, hostile values, sizes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <time.h>

#include "base/text.h"
#include "check.h"
#include "notify_world.h"
#include "sink/notify_format.h"
#include "sink/alert_words.h"
#include "sink/notify_text.h"

static struct world world;
static struct notify_message *message;
static struct buf out;

#define FILE_TEXT                                                                                                       \
	"receivers: [{name: ops, syslog: {facility: local1, ident: tts}}, {name: cee, syslog: {form: cee}},"           \
	" {name: net, syslog-remote: {address: h}}]\n"                                                                  \
	"route: {receivers: [ops, cee, net]}\n"

static int begin(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	world_begin(&world, FILE_TEXT);
	message = NULL;
	buf_text(&out, "");
	return 0;
}

static int end(void **state)
{
	(void)state;
	notify_message_free(message);
	world_end(&world);
	buf_fini(&out);
	return 0;
}

static struct alert *slow(void)
{
	struct alert *alert = world_alert(&world, "TtsRequestSlow", "critical", 4242);

	alert->id = 0x0123456789abcdef;
	alert->state = ALERT_FIRING;
	alert->active_at_real_ns = WORLD_START_NS - 10 * NS_PER_S;
	alert->fired_at_real_ns = WORLD_START_NS;
	memcpy(alert->trace_id, "\x9f\x86\xd0\x81\x88\x4c\x7d\x65\x9a\x2f\xea\xa0\xc5\x5a\xd0\x15", 16);
	return alert;
}

static void begin_message(enum notify_event event)
{
	notify_message_free(message);
	message = notify_message_new(event, 0);
	message->at_real_ns = WORLD_START_NS + 75 * NS_PER_S;
	message->wall_real_ns = WORLD_START_NS + 75 * NS_PER_S;
	message->group = mem_string("{alertname=\"TtsRequestSlow\",severity=\"critical\"}");
	message->firing_count = 1;
	buf_reset(&out);
}

static void add(const struct alert *alert)
{
	struct notify_note *note = notify_note_new(alert);

	notify_message_add(message, note);
	notify_note_drop(note);
}

static const char *sentence(size_t max_bytes)
{
	buf_reset(&out);
	notify_sentence(&out, message, max_bytes);
	return out.bytes;
}

static struct json_object *json(size_t max_bytes)
{
	buf_reset(&out);
	notify_json(&out, message, "ops", false, max_bytes);
	assert_true(out.length <= max_bytes);
	return check_json(out.bytes, out.length);
}

#define TAIL " {pid=\"4242\"}, value 12.5 > 10, alert 0123456789abcdef, trace 9f86d081884c7d659a2feaa0c55ad015"

/* ---- sentences ---- */

static void one_alert_is_one_sentence_per_event(void **state)
{
	struct alert *alert = slow();

	(void)state;
	begin_message(NOTIFY_FIRING);
	add(alert);
	assert_string_equal(sentence(2000), "TtsRequestSlow critical firing: too slow" TAIL);
	begin_message(NOTIFY_REPEAT);
	add(alert);
	assert_string_equal(sentence(2000), "TtsRequestSlow critical still firing after 1 m 15 s: too slow" TAIL);
	begin_message(NOTIFY_ESCALATION);
	add(alert);
	message->waited_ns = 300 * NS_PER_S;
	assert_string_equal(sentence(2000),
			    "TtsRequestSlow critical firing, escalated: not acknowledged for 5 m 00 s: too slow" TAIL);
	begin_message(NOTIFY_RESOLVED);
	alert->state = ALERT_RESOLVED;
	alert->ended_at_real_ns = WORLD_START_NS + 20 * NS_PER_S;
	add(alert);
	assert_string_equal(sentence(2000), "TtsRequestSlow critical resolved after 20.0 s" TAIL);
	begin_message(NOTIFY_ENDED);
	alert->state = ALERT_ENDED;
	strcpy(alert->reason, "process 4242 (espeak) is gone");
	add(alert);
	assert_string_equal(sentence(2000), "TtsRequestSlow critical ended after 20.0 s (process 4242 (espeak) is gone)" TAIL);
}

static void unknown_is_said_with_its_reason(void **state)
{
	struct alert *alert = slow();

	(void)state;
	alert->is_unknown = true;
	strcpy(alert->reason, "12 enters lost 3 s ago (ring full)");
	begin_message(NOTIFY_FIRING);
	add(alert);
	assert_string_equal(sentence(2000),
			    "TtsRequestSlow critical firing: too slow (unknown: 12 enters lost 3 s ago (ring full))" TAIL);
}

static void a_storm_is_a_count_and_the_first_names(void **state)
{
	struct alert *alert = slow();

	(void)state;
	begin_message(NOTIFY_FIRING);
	for (unsigned i = 0; i < 142; i++)
		add(alert);
	message->firing_count = 150;
	assert_string_equal(sentence(2000),
			    "142 alerts critical firing: TtsRequestSlow{pid=\"4242\"}, TtsRequestSlow{pid=\"4242\"}, "
			    "TtsRequestSlow{pid=\"4242\"} and 139 more, 150 firing in this group");
}

static void a_group_that_ended_says_why(void **state)
{
	struct alert *alert = slow(), *other = world_alert(&world, "TtsRequestSlow", "critical", 4243);

	(void)state;
	alert->state = other->state = ALERT_ENDED;
	strcpy(alert->reason, "every target has ended");
	strcpy(other->reason, "every target has ended");
	begin_message(NOTIFY_ENDED);
	add(alert);
	add(other);
	message->firing_count = 0;
	assert_string_equal(sentence(2000),
			    "2 alerts critical ended (every target has ended): TtsRequestSlow{pid=\"4242\"}, "
			    "TtsRequestSlow{pid=\"4243\"}, 0 firing in this group");
	strcpy(other->reason, "process 4243 is gone");
	begin_message(NOTIFY_ENDED);
	add(alert);
	add(other);
	message->firing_count = 0;
	assert_string_equal(sentence(2000),
			    "2 alerts critical ended: TtsRequestSlow{pid=\"4242\"} (every target has ended), "
			    "TtsRequestSlow{pid=\"4243\"} (process 4243 is gone), 0 firing in this group");
}

static void numbers_are_short_and_never_localised(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {{12.5, "12.5"}, {0.1 + 0.2, "0.3"}, {1e9, "1e+09"}, {-0.0, "-0"}, {NAN, "NaN"}, {INFINITY, "+Inf"}, {-INFINITY, "-Inf"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		alert_words_number(&out, cases[i].number);
		assert_string_equal(out.bytes, cases[i].text);
	}
}

/* ---- JSON ---- */

static void the_json_of_one_alert_has_everything(void **state)
{
	struct json_object *object;

	(void)state;
	begin_message(NOTIFY_FIRING);
	add(slow());
	object = json(8000);
	assert_string_equal(
		out.bytes,
		"{\"v\":1,\"ts\":\"2026-11-24T07:33:15.000000000Z\",\"event\":\"notification\",\"notification\":\"firing\",\"receiver\":\"ops\","
		"\"count\":1,\"firing_in_group\":1,\"alert_id\":\"0123456789abcdef\",\"rule\":\"TtsRequestSlow\",\"state\":\"firing\","
		"\"severity\":\"critical\",\"value\":12.5,\"threshold\":10.0,\"comparison\":\">\",\"since\":\"2026-11-24T07:31:50.000000000Z\","
		"\"fired_at\":\"2026-11-24T07:32:00.000000000Z\",\"trace_id\":\"9f86d081884c7d659a2feaa0c55ad015\",\"unknown\":false,"
		"\"labels\":{\"alertname\":\"TtsRequestSlow\",\"pid\":\"4242\",\"severity\":\"critical\"},\"annotations\":{\"summary\":\"too slow\"}}");
	json_object_put(object);
}

static void what_is_no_number_in_json_is_a_word(void **state)
{
	struct alert *alert = slow();
	struct json_object *object;

	(void)state;
	alert->value = NAN;
	alert->threshold = -INFINITY;
	begin_message(NOTIFY_FIRING);
	add(alert);
	object = json(8000);
	assert_string_equal(check_word(object, "value"), "NaN");
	assert_string_equal(check_word(object, "threshold"), "-Inf");
	json_object_put(object);
}

static void the_json_of_a_group_counts_and_shows_the_first(void **state)
{
	struct json_object *object, *alerts;

	(void)state;
	begin_message(NOTIFY_FIRING);
	for (unsigned i = 0; i < 300; i++)
		add(slow());
	object = json(8000);
	assert_int_equal(check_count(object, "count"), 300);
	assert_string_equal(check_word(object, "severity"), "critical");
	assert_string_equal(check_word(object, "group"), "{alertname=\"TtsRequestSlow\",severity=\"critical\"}");
	alerts = json_object_object_get(object, "alerts");
	assert_true(json_object_array_length(alerts) >= 10);
	assert_int_equal(json_object_array_length(alerts) + check_count(object, "omitted"), 300);
	assert_string_equal(check_word(json_object_array_get_idx(alerts, 0), "alert_id"), "0123456789abcdef");
	json_object_put(object);
}

static void a_log_record_is_one_line_with_the_keys_of_our_log(void **state)
{
	struct json_object *object;

	(void)state;
	begin_message(NOTIFY_ESCALATION);
	add(slow());
	message->step = 2;
	message->waited_ns = 900 * NS_PER_S;
	notify_log_line(&out, message, "ops", "critical");
	assert_true(out.bytes[out.length - 1] == '\n');
	object = check_json(out.bytes, out.length - 1);
	assert_int_equal(check_count(object, "v"), 1);
	assert_string_equal(check_word(object, "level"), "critical");
	assert_string_equal(check_word(object, "event"), "notification");
	assert_string_equal(check_word(object, "notification"), "escalation");
	assert_string_equal(check_word(object, "trace_id"), "9f86d081884c7d659a2feaa0c55ad015");
	assert_int_equal(check_count(object, "escalation_step"), 2);
	assert_int_equal(check_count(object, "unacknowledged_ns"), 900 * NS_PER_S);
	assert_true(check_has(object, "msg"));
	json_object_put(object);
}

/* ---- syslog's two forms ---- */

static const struct notify_origin origin = {.host = "tts1.example.org", .pid = 77};

static void the_local_line_is_what_syslog_3_writes(void **state)
{
	(void)state;
	begin_message(NOTIFY_FIRING);
	add(slow());
	notify_rfc3164(&out, &world.config->receivers[0], &origin, message);
	assert_memory_equal(out.bytes, "<138>Nov 24 07:33:15 tts[77]: TtsRequestSlow critical firing: too slow" TAIL " @cee: {\"v\":1,",
			    strlen("<138>Nov 24 07:33:15 tts[77]: TtsRequestSlow critical firing: too slow" TAIL " @cee: {\"v\":1,"));
	json_object_put(check_json(strchr(out.bytes, '@') + 6, strlen(strchr(out.bytes, '@') + 6)));
	/* a day of one digit has a blank before it */
	message->wall_real_ns -= 20 * 86400 * NS_PER_S;
	buf_reset(&out);
	notify_rfc3164(&out, &world.config->receivers[0], &origin, message);
	assert_memory_equal(out.bytes, "<138>Nov  4 07:33:15 tts[77]: ", 30);
}

static void severity_follows_the_tier_and_the_end(void **state)
{
	static const struct {
		enum tier tier;
		enum notify_event event;
		const char *priority;
	} cases[] = {
		{TIER_WARNING, NOTIFY_FIRING, "<140>"},	 {TIER_CRITICAL, NOTIFY_REPEAT, "<138>"},
		{TIER_EMERGENCY, NOTIFY_FIRING, "<137>"}, {TIER_EMERGENCY, NOTIFY_ESCALATION, "<137>"},
		{TIER_EMERGENCY, NOTIFY_RESOLVED, "<141>"}, {TIER_WARNING, NOTIFY_ENDED, "<141>"},
	};
	struct alert *alert = slow();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		alert->tier = cases[i].tier;
		begin_message(cases[i].event);
		add(alert);
		notify_rfc3164(&out, &world.config->receivers[0], &origin, message);
		assert_memory_equal(out.bytes, cases[i].priority, 5);
	}
}

static void the_cee_form_begins_with_its_cookie(void **state)
{
	struct json_object *object;
	const char *start = "<26>Nov 24 07:33:15 ttsobs-bpf[77]: @cee: {";

	(void)state;
	begin_message(NOTIFY_FIRING);
	add(slow());
	notify_rfc3164(&out, &world.config->receivers[1], &origin, message);
	assert_memory_equal(out.bytes, start, strlen(start));
	object = check_json(out.bytes + strlen(start) - 1, out.length - strlen(start) + 1);
	assert_string_equal(check_word(object, "msg"), "TtsRequestSlow critical firing: too slow" TAIL);
	json_object_put(object);
}

static void the_remote_line_is_rfc_5424(void **state)
{
	(void)state;
	begin_message(NOTIFY_FIRING);
	add(slow());
	notify_rfc5424(&out, &world.config->receivers[2], &origin, message, 8000);
	assert_string_equal(
		out.bytes,
		"<26>1 2026-11-24T07:33:15.000000Z tts1.example.org ttsobs-bpf 77 firing [ttsobs@32473 event=\"firing\" severity=\"critical\" "
		"alert_id=\"0123456789abcdef\" rule=\"TtsRequestSlow\" state=\"firing\" value=\"12.5\" threshold=\"10\" comparison=\">\" "
		"trace_id=\"9f86d081884c7d659a2feaa0c55ad015\" since=\"2026-11-24T07:31:50.000000000Z\" unknown=\"false\" pid=\"4242\"] "
		"TtsRequestSlow critical firing: too slow" TAIL);
}

static void structured_data_is_escaped(void **state)
{
	struct alert *alert = slow();

	(void)state;
	world.alerts[0].labels->items[1] = (struct label){"service", "a\"b\\c]d\ne=\xff"};
	begin_message(NOTIFY_FIRING);
	add(alert);
	notify_rfc5424(&out, &world.config->receivers[2], &origin, message, 8000);
	assert_non_null(strstr(out.bytes, " service=\"a\\\"b\\\\c\\]d\\\\x0ae=\xef\xbf\xbd\"] "));
	assert_null(strchr(out.bytes, '\n'));
}

/* ---- hostile values and sizes ---- */

static void check_line(size_t max_bytes)
{
	size_t used;

	assert_true(out.length <= max_bytes);
	for (size_t at = 0; at < out.length; at += used) {
		unsigned code = text_next(out.bytes + at, out.length - at, &used);

		assert_true(code >= 0x20 && !(code >= 0x7f && code < 0xa0) && code != 0x202e);
		assert_false(code == 0xfffd && used == 1);
	}
}

static struct alert *nasty(unsigned seed, char *name, char *value, char *summary, size_t size)
{
	struct alert *alert = slow();

	check_nasty(name, size < 64 ? size : 64, seed);
	check_nasty(value, size, seed + 1);
	check_nasty(summary, size, seed + 2);
	check_nasty(alert->reason, sizeof(alert->reason), seed + 3);
	alert->name = name;
	world.alerts[world.alerts_count - 1].labels->items[1].value = value;
	world.alerts[world.alerts_count - 1].labels->items[2].value = value;
	world.alerts[world.alerts_count - 1].annotations[0].value = summary;
	return alert;
}

static void hostile_values_stay_one_line_of_valid_text(void **state)
{
	static char name[64], value[100000], summary[100000];
	static const size_t sizes[] = {20, 300, 5000, 100000};

	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		struct alert *alert = nasty(seed, name, value, summary, sizes[seed % 4]);

		for (unsigned count = 1; count < 80; count += 39) {
			begin_message(seed % NOTIFY_EVENTS);
			for (unsigned i = 0; i < count; i++)
				add(alert);
			notify_rfc3164(&out, &world.config->receivers[0], &origin, message);
			check_line(8192);
			buf_reset(&out);
			notify_rfc3164(&out, &world.config->receivers[1], &origin, message);
			check_line(8192);
			buf_reset(&out);
			notify_rfc5424(&out, &world.config->receivers[2], &origin, message, NOTIFY_UDP_BYTES);
			check_line(NOTIFY_UDP_BYTES);
			json_object_put(json(8000));
			check_line(8000);
			json_object_put(json(1 << 20));
		}
	}
}

static void what_is_too_long_loses_whole_fields_and_says_so(void **state)
{
	static char value[100000];
	struct alert *alert = slow();
	struct json_object *object;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	world.alerts[0].annotations[0] = (struct label){"summary", value};
	begin_message(NOTIFY_FIRING);
	add(alert);
	object = json(4000);
	assert_int_equal(check_count(object, "cut_fields"), 1);
	assert_false(check_has(object, "annotations"));
	assert_string_equal(check_word(object, "trace_id"), "9f86d081884c7d659a2feaa0c55ad015");
	assert_string_equal(check_word(json_object_object_get(object, "labels"), "pid"), "4242");
	json_object_put(object);
	for (size_t max_bytes = 60; max_bytes < 1000; max_bytes++)
		json_object_put(json(max_bytes));
}

static void a_sentence_is_never_longer_than_it_may_be(void **state)
{
	struct alert *alert = slow();
	char name[4 * 200 + 1] = "";

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		strcat(name, "\xf0\x9f\x98\x80");
	alert->name = name;
	begin_message(NOTIFY_FIRING);
	add(alert);
	for (size_t max_bytes = 3; max_bytes < 900; max_bytes++) {
		sentence(max_bytes);
		check_line(max_bytes);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_alert_is_one_sentence_per_event),
		TEST(unknown_is_said_with_its_reason),
		TEST(a_storm_is_a_count_and_the_first_names),
		TEST(a_group_that_ended_says_why),
		TEST(numbers_are_short_and_never_localised),
		TEST(the_json_of_one_alert_has_everything),
		TEST(what_is_no_number_in_json_is_a_word),
		TEST(the_json_of_a_group_counts_and_shows_the_first),
		TEST(a_log_record_is_one_line_with_the_keys_of_our_log),
		TEST(the_local_line_is_what_syslog_3_writes),
		TEST(severity_follows_the_tier_and_the_end),
		TEST(the_cee_form_begins_with_its_cookie),
		TEST(the_remote_line_is_rfc_5424),
		TEST(structured_data_is_escaped),
		TEST(hostile_values_stay_one_line_of_valid_text),
		TEST(what_is_too_long_loses_whole_fields_and_says_so),
		TEST(a_sentence_is_never_longer_than_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
