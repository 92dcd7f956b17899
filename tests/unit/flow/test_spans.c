/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define WORLD struct world *world = world_new(); (void)state
#define DONE check_conservation(world); world_free(world)

static void the_split_is_the_difference_of_the_sums_and_adds_up_to_the_wall(void **state)
{
	WORLD;
	enter_with(world, (struct enter){ .tid = 1, .probe = SYNC, .blocked_ns = 7 });
	world->at += 980;
	leave_with(world, 1, SYNC, 0, 0, 307, 0);
	assert_true(world->spans[0].has_split);
	assert_int_equal(world->spans[0].wall_ns, 990);
	assert_int_equal(world->spans[0].blocked_ns, 300);
	assert_int_equal(world->spans[0].oncpu_ns, 690);
	DONE;
}

static void without_sums_at_either_end_there_is_no_split_and_it_says_incomplete(void **state)
{
	WORLD;
	enter_with(world, (struct enter){ .tid = 1, .probe = SYNC, .flags = TT_F_NO_SUMS });
	leave(world, 1, SYNC, 0);
	enter(world, 2, SYNC, 0);
	leave_with(world, 2, SYNC, 0, 0, 0, TT_F_TORN);
	for (int i = 0; i < 2; i++) {
		assert_false(world->spans[i].has_split);
		assert_int_equal(world->spans[i].oncpu_ns, 0);
		assert_true(world->spans[i].incomplete);
		assert_true(world->traces[i].incomplete);
	}
	DONE;
}

static void the_return_convention_of_the_engine_file_decides_the_status(void **state)
{
	static const struct {
		uint64_t rax;
		enum span_status status;
	} cases[] = { { 0, STATUS_OK }, { 0xdead00000000ull, STATUS_OK }, { 7, STATUS_CANCELLED }, { 3, STATUS_ERROR },
		      { 0xffffffff, STATUS_ERROR } };
	WORLD;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		submit(world, 1, 5);
		take_below(world, 1, 5);
		leave_with(world, 1, REQUEST, 0, cases[i].rax, 0, 0);
		assert_int_equal(world->traces[i].status, cases[i].status);
	}
	assert_int_equal(world->spans[4].return_value, -1); /* in the width of its type */
	DONE;
}

static void a_captured_name_becomes_the_stage(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter_with(world, (struct enter){ .tid = 1, .probe = NAMED, .sp = 0x6f00, .name = "tokenizer_func" });
	leave(world, 1, NAMED, 0x6f00);
	enter_with(world, (struct enter){ .tid = 1, .probe = NAMED, .sp = 0x6f00,
					  .name = "a name of forty-eight bytes that has no end at all" });
	leave(world, 1, NAMED, 0x6f00);
	leave(world, 1, SYNC, 0x7000);
	assert_string_equal(world->span_stages[0], "tokenizer_func");
	assert_int_equal(strlen(world->span_stages[1]), TT_NAME_BYTES);
	DONE;
}

static void ids_are_unique_and_parents_are_the_innermost_open_call(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	enter(world, 1, STAGE, 0x6f00);
	enter(world, 1, STAGE, 0x6e00);
	leave(world, 1, STAGE, 0x6e00);
	leave(world, 1, STAGE, 0x6f00);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->spans[2].parent_id, 0);
	assert_int_equal(world->spans[1].parent_id, world->spans[2].id);
	assert_int_equal(world->spans[0].parent_id, world->spans[1].id);
	assert_int_equal(world->spans[0].depth, 2);
	assert_true(world->spans[0].id != world->spans[1].id && world->spans[1].id != world->spans[2].id);
	DONE;
}

static void negative_sample_counts_are_no_audio(void **state)
{
	WORLD;
	enter(world, 1, SYNC, 0x7000);
	audio(world, 1, 0x5000, (uint64_t)-5);
	audio(world, 1, 0x5000, 100);
	leave(world, 1, SYNC, 0x7000);
	assert_int_equal(world->traces[0].audio_samples_count, 100);
	assert_int_equal(world->traces[0].audio_chunks_count, 1);
	DONE;
}

static void an_unreadable_text_is_no_text_of_length_zero(void **state)
{
	WORLD;
	enter_with(world, (struct enter){ .tid = 1, .probe = REQUEST, .flags = TT_F_TEXT_UNREADABLE });
	take_below(world, 1, 5);
	leave(world, 1, REQUEST, 0);
	assert_false(world->spans[0].has_text);
	assert_true(world->spans[0].text_unreadable);
	assert_false(world->traces[0].has_text);
	assert_true(world->traces[0].text_unreadable);
	DONE;
}

static void the_same_records_give_the_same_ids_again(void **state)
{
	struct world *one = world_new(), *two = world_new();

	(void)state;
	for (int i = 0; i < 3; i++) {
		enter(one, 1, SYNC, 0);
		leave(one, 1, SYNC, 0);
		enter(two, 1, SYNC, 0);
		leave(two, 1, SYNC, 0);
		assert_memory_equal(one->traces[i].id, two->traces[i].id, 16);
		assert_int_equal(one->spans[i].id, two->spans[i].id);
	}
	world_free(one);
	world_free(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_split_is_the_difference_of_the_sums_and_adds_up_to_the_wall),
		cmocka_unit_test(without_sums_at_either_end_there_is_no_split_and_it_says_incomplete),
		cmocka_unit_test(the_return_convention_of_the_engine_file_decides_the_status),
		cmocka_unit_test(a_captured_name_becomes_the_stage),
		cmocka_unit_test(ids_are_unique_and_parents_are_the_innermost_open_call),
		cmocka_unit_test(negative_sample_counts_are_no_audio),
		cmocka_unit_test(an_unreadable_text_is_no_text_of_length_zero),
		cmocka_unit_test(the_same_records_give_the_same_ids_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
