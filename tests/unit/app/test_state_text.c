/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/state_text.h"
#include "base/mem.h"
#include "model/limits.h"

static void seal(struct buf *file, const struct buf *body)
{
	buf_reset(file);
	state_text_head(file, body);
	buf_add(file, body->bytes, body->length);
}

static void format(struct buf *body, const struct state_content *content)
{
	buf_reset(body);
	state_text_begin(body, content->saved_at, content->pid, content->service);
	for (size_t i = 0; i < content->alerts_count; i++)
		state_text_alert(body, &content->alerts[i], !i);
	state_text_middle(body, content->alerts_count);
	for (size_t i = 0; i < content->silences_count; i++)
		state_text_silence(body, &content->silences[i], !i);
	state_text_end(body, content->silences_count, content->told);
}

#define STRING(text) ((char *)(uintptr_t)(text))

static void sample(struct buf *body)
{
	struct state_alert alerts[] = {
		{.id = 1,
		 .labels = STRING("{alertname=\"A\",engine=\"x\\\"y\"}"),
		 .active_at_ns = 1800000000123456789ull,
		 .fired_at_ns = UINT64_MAX,
		 .value_bits = 0x7ff8000000000000ull,
		 .has_threshold = true,
		 .threshold_bits = 1,
		 .is_unknown = true,
		 .trace_id = {1, 2, 255},
		 .ack_at_ns = 5,
		 .ack_uid = UINT32_MAX,
		 .ack_comment = STRING("caf\xc3\xa9 \x1b[31m \"quoted\"\n")},
		{.id = UINT64_MAX, .labels = STRING("{alertname=\"B\"}"), .active_at_ns = 1},
		{.id = 2, .labels = STRING("{alertname=\"C\"}"), .ack_comment = STRING(""), .is_muted = true},
	};
	struct state_silence silences[] = {
		{.id = 1,
		 .uid = 7,
		 .start_at_ns = 1,
		 .end_at_ns = 2,
		 .matchers = STRING("{a=\"b\"}"),
		 .comment = STRING("")},
		{.id = 9007199254740993ull,
		 .matchers = STRING("{a=~\"b|c\"}"),
		 .comment = STRING("x\\y")},
	};
	struct state_content content = {.saved_at = STRING("2026-11-24T07:32:00Z"),
					.pid = 77,
					.service = STRING("sp\xff\n"),
					.alerts = alerts,
					.alerts_count = 3,
					.silences = silences,
					.silences_count = 2,
					.told = STRING("{\"told\":[1]}")};

	format(body, &content);
}

/* 0: accepted, and then it must say exactly what the bytes say. */
static int parse(const char *text, size_t length)
{
	struct state_content content;
	char why[200] = "";
	int error = state_text_parse(&content, text, length, why, sizeof(why));

	if (error) {
		assert_true(why[0]);
	} else {
		struct buf body = {0}, again = {0};

		format(&body, &content);
		seal(&again, &body);
		assert_int_equal(again.length, length);
		assert_memory_equal(again.bytes, text, length);
		buf_fini(&body);
		buf_fini(&again);
	}
	state_content_fini(&content);
	return error;
}

static void what_is_written_comes_back_to_the_last_bit(void **unused)
{
	struct buf body = {0}, file = {0};
	struct state_content content;
	char why[200];

	(void)unused;
	sample(&body);
	seal(&file, &body);
	assert_int_equal(state_text_parse(&content, file.bytes, file.length, why, sizeof(why)), 0);
	assert_int_equal(content.alerts_count, 3);
	assert_int_equal(content.silences_count, 2);
	assert_true(content.alerts[0].fired_at_ns == UINT64_MAX);
	assert_true(content.alerts[0].value_bits == 0x7ff8000000000000ull);
	assert_true(content.alerts[0].has_threshold && !content.alerts[1].has_threshold);
	assert_int_equal(content.alerts[0].trace_id[2], 255);
	assert_true(content.alerts[0].ack_uid == UINT32_MAX);
	assert_string_equal(content.alerts[0].ack_comment, "caf\xc3\xa9 \x1b[31m \"quoted\"\n");
	assert_string_equal(content.alerts[0].labels, "{alertname=\"A\",engine=\"x\\\"y\"}");
	assert_true(content.alerts[1].id == UINT64_MAX);
	assert_true(!content.alerts[0].is_muted && !content.alerts[1].is_muted && content.alerts[2].is_muted);
	assert_true(content.silences[1].id == 9007199254740993ull);
	assert_string_equal(content.silences[1].comment, "x\\y");
	assert_string_equal(content.told, "{\"told\":[1]}");
	assert_string_equal(content.service,
			    "sp\xef\xbf\xbd\n"); /* bad UTF-8 is replaced once, then it stays */
	state_content_fini(&content);
	assert_int_equal(parse(file.bytes, file.length), 0);
	buf_fini(&body);
	buf_fini(&file);
}

static void nothing_to_keep_is_a_file_too(void **unused)
{
	struct state_content empty = {
		.saved_at = STRING(""), .service = STRING(""), .told = STRING("")};
	struct buf body = {0}, file = {0};

	(void)unused;
	format(&body, &empty);
	seal(&file, &body);
	assert_int_equal(parse(file.bytes, file.length), 0);
	buf_fini(&body);
	buf_fini(&file);
}

static void every_flipped_bit_is_found(void **unused)
{
	struct buf body = {0}, file = {0};

	(void)unused;
	sample(&body);
	seal(&file, &body);
	for (size_t bit = 0; bit < 8 * file.length; bit++) {
		file.bytes[bit / 8] ^= (char)(1 << (bit % 8));
		assert_int_not_equal(parse(file.bytes, file.length), 0);
		file.bytes[bit / 8] ^= (char)(1 << (bit % 8));
	}
	assert_int_equal(parse(file.bytes, file.length), 0);
	buf_fini(&body);
	buf_fini(&file);
}

static void every_truncation_and_every_addition_is_found(void **unused)
{
	struct buf body = {0}, file = {0};

	(void)unused;
	sample(&body);
	seal(&file, &body);
	for (size_t length = 0; length < file.length; length++)
		assert_int_not_equal(parse(file.bytes, length), 0);
	buf_char(&file, '\n');
	assert_int_not_equal(parse(file.bytes, file.length), 0);
	buf_fini(&body);
	buf_fini(&file);
}

/* The body with one text replaced by another, under a checksum that is right. */
static int parse_changed(const char *from, const char *to)
{
	struct buf body = {0}, changed = {0}, file = {0};
	const char *at;
	int error;

	sample(&body);
	at = strstr(body.bytes, from);
	assert_non_null(at);
	buf_add(&changed, body.bytes, (size_t)(at - body.bytes));
	buf_text(&changed, to);
	buf_text(&changed, at + strlen(from));
	seal(&file, &changed);
	error = parse(file.bytes, file.length);
	buf_fini(&body);
	buf_fini(&changed);
	buf_fini(&file);
	return error;
}

static void a_right_checksum_does_not_excuse_wrong_content(void **unused)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{"\"uid\":7", "\"uid\":\"7\""},
		{"\"uid\":7", "\"uid\":7.0"},
		{"\"uid\":7", "\"uid\":-7"},
		{"\"uid\":7", "\"uid\":4294967296"},
		{"\"uid\":7", "\"uid\":99999999999999999999999"},
		{"\"uid\":7", "\"uid\":1e3"},
		{"\"uid\":7", "\"uid\":07"},
		{"\"uid\":7", "\"uid\":null"},
		{"\"uid\":7", "\"uid\":7,\"uid\":7"},
		{"\"uid\":7", "\"uid\":7,\"extra\":7"},
		{"\"uid\":7,", ""},
		{"\"uid\":7", "\"uid\": 7"},
		{"\"uid\":7", "\"uid\":[[[[[[[[[[[[7]]]]]]]]]]]]"},
		{"\"unknown\":true", "\"unknown\":1"},
		{"\"unknown\":true", "\"unknown\":TRUE"},
		{"\"value\":\"7ff8000000000000\"", "\"value\":\"7FF8000000000000\""},
		{"\"value\":\"7ff8000000000000\"", "\"value\":\"7ff8\""},
		{"\"value\":\"7ff8000000000000\"", "\"value\":NaN"},
		{"\"trace_id\":null", "\"trace_id\":\"00000000000000000000000000000000\""},
		{"\"trace_id\":null", "\"trace_id\":\"zz\""},
		{"\"ack\":null", "\"ack\":[]"},
		{"\"muted\":true", "\"muted\":false"},
		{"\"muted\":true", "\"muted\":1"},
		{"\"muted\":true", "\"muted\":null"},
		{"\"muted\":true", "\"muted\":\"true\""},
		{"\"muted\":true", "\"muted\":true,\"muted\":true"},
		{"\"ack\":null,\"muted\":true", "\"muted\":true,\"ack\":null"},
		{"\"ack\":null", "\"ack\":{\"at_ns\":0,\"uid\":0,\"comment\":\"\"}"},
		{"\"comment\":\"\"", "\"comment\":\"a\\u0000b\""},
		{"\"comment\":\"\"", "\"comment\":\"\\ud800\""},
		{"\"comment\":\"\"", "\"comment\":\"\xff\""},
		{"{a=\\\"b\\\"}", "{a=\\u0022b\\u0022}"},
		{"},\n{", "}\n{"},
		{"},\n{", "},\n,\n{"},
		{"}\n],\n\"sil", "},\n],\n\"sil"},
		{"\"silences\":[", "\"silence\":["},
		{"\"pid\":77", "\"pid\":77,\"pid\":78"},
		{"\"told\":", "\"tell\":"},
		{"\n}\n", "\n}\n}\n"},
		{"\n}\n", "\r\n}\r\n"},
		{"\n}\n", "\n"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (!parse_changed(changes[i].from, changes[i].to))
			fail_msg("'%s' was accepted", changes[i].to);
	assert_int_equal(parse_changed("\"uid\":7", "\"uid\":8"),
			 0); /* another content is another content */
}

static void a_file_of_a_version_that_knew_no_muted_alerts_is_read(void **unused)
{
	static const char text[] =
		"{\"ttsobs_state\":1,\"bytes\":286,\"crc32\":\"bc74277d\",\n"
		"\"saved_at\":\"2026-11-24T07:32:00Z\",\"target\":{\"pid\":77,\"service\":\"s\"},\n"
		"\"alerts\":[\n"
		"{\"id\":\"0000000000000001\",\"labels\":\"{alertname=\\\"A\\\"}\",\"active_at_ns\":1,"
		"\"fired_at_ns\":2,\"value\":\"4022000000000000\",\"threshold\":null,\"unknown\":false,"
		"\"trace_id\":null,\"ack\":null}\n"
		"],\n\"silences\":[\n],\n\"told\":\"\"\n}\n";
	struct state_content content;
	char why[200] = "";

	(void)unused;
	if (state_text_parse(&content, text, sizeof(text) - 1, why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(content.alerts_count, 1);
	assert_false(content.alerts[0].is_muted);
	state_content_fini(&content);
}

static void a_newer_version_is_named_as_such(void **unused)
{
	static const char text[] = "{\"ttsobs_state\":2,\"bytes\":3,\"crc32\":\"00000000\",\n}\n\n";
	struct state_content content;
	char why[200];

	(void)unused;
	assert_int_not_equal(state_text_parse(&content, text, strlen(text), why, sizeof(why)), 0);
	assert_non_null(strstr(why, "newer version"));
	state_content_fini(&content);
}

static void more_alerts_than_there_may_be_are_refused(void **unused)
{
	struct state_alert alert = {.labels = STRING("{}")};
	struct buf body = {0}, file = {0};
	struct state_content content;
	char why[200];

	(void)unused;
	state_text_begin(&body, "", 0, "");
	for (size_t i = 0; i <= LIMIT_ALERTS; i++)
		state_text_alert(&body, &alert, !i);
	state_text_middle(&body, true);
	state_text_end(&body, false, "");
	seal(&file, &body);
	assert_int_not_equal(state_text_parse(&content, file.bytes, file.length, why, sizeof(why)),
			     0);
	assert_non_null(strstr(why, "more than"));
	state_content_fini(&content);
	buf_fini(&body);
	buf_fini(&file);
}

static void random_damage_under_a_right_checksum_never_lies(void **unused)
{
	struct buf body = {0}, changed = {0}, file = {0};
	uint64_t random = 88172645463325252ull;

	(void)unused;
	sample(&body);
	for (unsigned round = 0; round < 20000; round++) {
		buf_reset(&changed);
		buf_add(&changed, body.bytes, body.length);
		for (unsigned i = 0; i < 1 + round % 4; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			changed.bytes[random % changed.length] = (char)(random >> 32);
		}
		if (round % 5 == 0)
			changed.length = random % changed.length;
		seal(&file, &changed);
		parse(file.bytes, file.length); /* holds what it accepts against the bytes */
	}
	buf_fini(&body);
	buf_fini(&changed);
	buf_fini(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back_to_the_last_bit),
		cmocka_unit_test(nothing_to_keep_is_a_file_too),
		cmocka_unit_test(every_flipped_bit_is_found),
		cmocka_unit_test(every_truncation_and_every_addition_is_found),
		cmocka_unit_test(a_right_checksum_does_not_excuse_wrong_content),
		cmocka_unit_test(a_file_of_a_version_that_knew_no_muted_alerts_is_read),
		cmocka_unit_test(a_newer_version_is_named_as_such),
		cmocka_unit_test(more_alerts_than_there_may_be_are_refused),
		cmocka_unit_test(random_damage_under_a_right_checksum_never_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
