/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "flow/state.h"

static void a_record_must_be_as_long_as_it_says_and_as_its_kind_needs(void **state)
{
	struct tt_enter_named record = { 0 };
	struct tt_head *head = &record.enter.head;

	(void)state;
	head->kind = TT_ENTER;
	head->size = sizeof(struct tt_enter);
	assert_int_equal(decode_check(head, sizeof(struct tt_enter)), 0);
	assert_int_not_equal(decode_check(head, sizeof(struct tt_enter) - 8), 0);
	assert_int_not_equal(decode_check(head, sizeof(struct tt_enter) + 8), 0);
	assert_int_not_equal(decode_check(head, 8), 0);
	assert_int_not_equal(decode_check(head, 0), 0);
	head->size = sizeof(struct tt_head);
	assert_int_not_equal(decode_check(head, sizeof(struct tt_head)), 0);
}

static void a_longer_record_of_a_later_version_is_accepted(void **state)
{
	uint64_t bytes[64] = { 0 };
	struct tt_head *head = (struct tt_head *)bytes;

	(void)state;
	head->kind = TT_TICK;
	head->size = sizeof(struct tt_tick) + 16;
	assert_int_equal(decode_check(head, head->size), 0);
}

static void a_name_needs_the_named_record(void **state)
{
	struct tt_enter_named record = { 0 };
	struct tt_head *head = &record.enter.head;

	(void)state;
	head->kind = TT_ENTER;
	head->flags = TT_F_NAME;
	head->size = sizeof(struct tt_enter);
	assert_int_not_equal(decode_check(head, head->size), 0);
	head->size = sizeof(record);
	assert_int_equal(decode_check(head, head->size), 0);
}

static void unknown_kinds_are_counted_and_change_nothing(void **state)
{
	struct world *world = world_new();
	struct tt_tick record = { 0 };

	(void)state;
	for (uint16_t kind = 0; kind < 200; kind++) {
		bool is_known = (kind >= TT_ENTER && kind <= TT_TASK) || (kind >= TT_TICK && kind <= TT_END);

		if (is_known)
			continue;
		feed(world, &record, kind, sizeof(record), 999, 1);
	}
	assert_int_equal(tallies(world)->malformed_count, 200 - 12);
	assert_int_equal(tallies(world)->lost_count[TT_LOST_MALFORMED], 200 - 12);
	world_free(world);
}

/* Whatever bytes come, flow stands and every call stays accounted for. */
static void random_records_never_break_the_law(void **state)
{
	unsigned seed = 12345;

	(void)state;
	for (int run = 0; run < 40; run++) {
		struct world *world = world_new();
		uint64_t bytes[64];

		for (int i = 0; i < 3000; i++) {
			struct tt_head *head = (struct tt_head *)bytes;
			static const uint16_t sizes[] = { 136, 184, 120, 88, 64, 48, 48, 56 };

			for (size_t word = 0; word < 64; word++) {
				seed = seed * 1103515245u + 12345u;
				bytes[word] = (uint64_t)(seed >> 8) % 40;
			}
			head->at_ns = 2000 + (uint64_t)i * 7 - bytes[1];
			head->pid = 100 + (uint32_t)(bytes[2] % 2);
			head->tid = 1 + (uint32_t)(bytes[3] % 5);
			head->kind = (uint16_t)(bytes[4] % 20);
			if (head->kind >= TT_TICK && bytes[9] % 4)
				head->kind = TT_ENTER + (uint16_t)(bytes[5] % 2);
			head->size = sizes[bytes[6] % 8];
			if (head->kind == TT_ENTER)
				head->size = 184;
			if (head->kind == TT_LEAVE)
				head->size = 120;
			head->probe = (uint16_t)(bytes[7] % 20);
			head->flags = (uint32_t)(bytes[8] % 40 ? 0 : 0xffff);
			head->seq = ++world->seq[head->tid];
			flow_feed(world->flow, head, head->size);
		}
		check_conservation(world);
		end_run(world);
		assert_int_equal(tallies(world)->open_traces_count, 0);
		check_conservation(world);
		world_free(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_must_be_as_long_as_it_says_and_as_its_kind_needs),
		cmocka_unit_test(a_longer_record_of_a_later_version_is_accepted),
		cmocka_unit_test(a_name_needs_the_named_record),
		cmocka_unit_test(unknown_kinds_are_counted_and_change_nothing),
		cmocka_unit_test(random_records_never_break_the_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
