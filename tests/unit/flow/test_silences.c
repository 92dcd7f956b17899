/* SPDX-License-Identifier: Apache-2.0 */
/* Silences: what they cover, when they begin and end. */
#include "judge_world.h"

#define AXIS_NS(second) ((1700000000ull + (second)) * 1000000000ull)

static void silence(struct judge_world *judge, const char *matchers, uint64_t start_second, uint64_t end_second)
{
	feed_control(judge,
		     (struct tt_control){ .what = TT_CONTROL_SILENCE,
					  .uid = 1000,
					  .start_at_real_ns = start_second ? AXIS_NS(start_second) : 0,
					  .end_at_real_ns = AXIS_NS(end_second) },
		     matchers, "works on the box");
}

static struct judge_world *firing_world(void)
{
	struct judge_world *judge = judge_world_new();
	size_t a = make_series(judge, "test_x{pid=\"100\",engine=\"acme\"}"),
	       b = make_series(judge, "test_x{pid=\"200\"}");

	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, a, 9);
	set(judge, b, 9);
	pass(judge, 1);
	judge->read_count = judge->told_count;
	return judge;
}

static void a_silence_covers_what_its_matchers_match_at_once_and_until_its_end(void **state)
{
	struct judge_world *judge = firing_world();
	const struct silence *there;

	(void)state;
	silence(judge, "alertname=\"High\", engine=~\"ac.*\"", 0, 4);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 1);
	assert_told_nothing(judge);
	there = view_of(judge)->silences;
	assert_non_null(there);
	assert_null(there->next);
	assert_string_equal(there->text, "{alertname=\"High\",engine=~\"ac.*\"}");
	assert_string_equal(there->comment, "works on the box");
	assert_int_equal(there->uid, 1000);
	assert_int_equal(there->matchers_count, 2);
	assert_string_equal(there->matchers[1].value, "ac.*");
	assert_true(there->matchers[1].is_regex && !there->matchers[0].is_regex && !there->matchers[1].is_negative);
	pass(judge, 2);
	assert_told_nothing(judge);
	pass(judge, 1); /* second 4 */
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 0);
	assert_told_nothing(judge);
	assert_null(view_of(judge)->silences);
	judge_world_free(judge);
}

static void an_alert_that_begins_under_a_silence_says_so_with_its_first_word(void **state)
{
	struct judge_world *judge = judge_world_new();
	size_t x = make_series(judge, "test_x{pid=\"100\"}");

	(void)state;
	silence(judge, "{pid!=\"7\"}", 0, 1000);
	feed_rules(judge, "alert High 0 0 critical test_x > 5");
	set(judge, x, 9);
	pass(judge, 1);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_STATE, ALERT_FIRING)->silence_id, 1);
	set(judge, x, 1);
	pass(judge, 1);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_STATE, ALERT_RESOLVED)->silence_id, 1);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void the_oldest_silence_that_covers_counts_and_the_next_takes_over(void **state)
{
	struct judge_world *judge = firing_world();

	(void)state;
	silence(judge, "pid=\"100\"", 0, 1000);
	silence(judge, "alertname=\"High\"", 0, 1000);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 1);
	assert_int_equal(assert_told(judge, "High", "200", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 2);
	feed_control(judge, (struct tt_control){ .what = TT_CONTROL_UNSILENCE, .id = 1 }, "", "");
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 2);
	feed_control(judge, (struct tt_control){ .what = TT_CONTROL_UNSILENCE, .id = 2 }, "", "");
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 0);
	assert_int_equal(assert_told(judge, "High", "200", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 0);
	assert_told_nothing(judge);
	assert_int_equal(tallies(judge->world)->control_count, 4);
	assert_int_equal(tallies(judge->world)->control_refused_count, 0);
	judge_world_free(judge);
}

static void a_silence_of_the_future_begins_when_its_time_comes(void **state)
{
	struct judge_world *judge = firing_world();

	(void)state;
	silence(judge, "pid=\"100\"", 5, 7);
	assert_told_nothing(judge);
	pass(judge, 3);
	assert_told_nothing(judge);
	pass(judge, 1);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->changed_at_ms,
			 1700000005000);
	pass(judge, 2);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->changed_at_ms,
			 1700000007000);
	assert_told_nothing(judge);
	judge_world_free(judge);
}

static void a_restored_silence_keeps_its_number_and_new_ones_come_after_it(void **state)
{
	struct judge_world *judge = firing_world();

	(void)state;
	feed_control(judge,
		     (struct tt_control){ .what = TT_CONTROL_SILENCE,
					  .id = 17,
					  .start_at_real_ns = AXIS_NS(0) - 1000000000000,
					  .end_at_real_ns = AXIS_NS(100) },
		     "pid=\"100\"", "");
	silence(judge, "pid=\"200\"", 0, 100);
	assert_int_equal(assert_told(judge, "High", "100", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 17);
	assert_int_equal(assert_told(judge, "High", "200", ALERT_CHANGE_SILENCE, ALERT_FIRING)->silence_id, 18);
	assert_int_equal(view_of(judge)->silences->id, 17);
	assert_int_equal(view_of(judge)->silences->next->id, 18);
	judge_world_free(judge);
}

static void what_makes_no_silence_is_refused_and_counted(void **state)
{
	struct judge_world *judge = firing_world();
	char long_text[1500];

	(void)state;
	silence(judge, "", 0, 100);
	silence(judge, "{}", 0, 100);
	silence(judge, "pid=", 0, 100);
	silence(judge, "pid=~\"(\"", 0, 100);
	silence(judge, "pid=\"1\"", 0, 1);   /* over already */
	silence(judge, "pid=\"1\"", 20, 10); /* ends before it begins */
	memset(long_text, 'a', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	silence(judge, long_text, 0, 100);
	feed_control(
		judge,
		(struct tt_control){ .what = TT_CONTROL_SILENCE, .id = UINT64_MAX, .end_at_real_ns = AXIS_NS(100) },
		"pid=\"1\"", "");
	feed_control(judge, (struct tt_control){ .what = TT_CONTROL_UNSILENCE, .id = 1 }, "", "");
	assert_int_equal(tallies(judge->world)->control_refused_count, 9);
	assert_int_equal(tallies(judge->world)->control_count, 0);
	assert_null(view_of(judge)->silences);
	assert_told_nothing(judge);
	silence(judge, "pid=\"1\"", 0, 100);
	feed_control(judge,
		     (struct tt_control){ .what = TT_CONTROL_SILENCE, .id = 1, .end_at_real_ns = AXIS_NS(100) },
		     "pid=\"2\"", "");
	assert_int_equal(tallies(judge->world)->control_refused_count, 10);
	assert_null(view_of(judge)->silences->next);
	judge_world_free(judge);
}

static void silences_over_the_limit_are_refused_until_one_has_ended(void **state)
{
	struct judge_world *judge = firing_world();

	(void)state;
	for (size_t i = 0; i < LIMIT_SILENCES + 5; i++)
		silence(judge, "pid=\"1\"", 0, i ? 100 : 3);
	assert_int_equal(tallies(judge->world)->let_go[LET_GO_SILENCES], 5);
	pass(judge, 3);
	silence(judge, "pid=\"1\"", 0, 100);
	assert_int_equal(tallies(judge->world)->let_go[LET_GO_SILENCES], 5);
	assert_int_equal(tallies(judge->world)->control_count, LIMIT_SILENCES + 1);
	judge_world_free(judge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silence_covers_what_its_matchers_match_at_once_and_until_its_end),
		cmocka_unit_test(an_alert_that_begins_under_a_silence_says_so_with_its_first_word),
		cmocka_unit_test(the_oldest_silence_that_covers_counts_and_the_next_takes_over),
		cmocka_unit_test(a_silence_of_the_future_begins_when_its_time_comes),
		cmocka_unit_test(a_restored_silence_keeps_its_number_and_new_ones_come_after_it),
		cmocka_unit_test(what_makes_no_silence_is_refused_and_counted),
		cmocka_unit_test(silences_over_the_limit_are_refused_until_one_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
